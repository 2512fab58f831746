/**
 * The dashboard of something that has no server: a run of the command, or the journal of a past one. It
 * shows, and changes nothing.
 *
 * It is the API of a server with the two operations that pages need, behind the same door, so each
 * check of a server holds here. Its secret is made for it and written nowhere: only its links let a
 * browser in.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import type { CoordinationManager } from "../coordination/mod.ts";
import { EventBus } from "../core/bus/event_bus.ts";
import type { Logger } from "../core/logger.ts";
import { Dashboard } from "../dashboard/mod.ts";
import type { History } from "../history/mod.ts";
import type { RootState } from "../root/state.ts";
import { Api } from "./api.ts";
import { portDoor } from "./door.ts";
import { EventFeed } from "./event_feed.ts";
import { Links } from "./links.ts";
import { listen, type Listener } from "./listeners.ts";
import { OPERATIONS } from "./operations/mod.ts";
import { pagesExtension } from "./pages.ts";
import { Tokens } from "./principals.ts";

/** What a dashboard shows. */
export interface Shown {
  /** What it is called. */
  readonly title: string;
  /** Opens the history of its journal. */
  readonly history: () => Promise<History<RootState>>;
  /** The system while it runs, before it is initialized; left out for one that is over. */
  readonly manager?: CoordinationManager;
  /** Logs what the server itself did wrong. */
  readonly logger: Logger;
}

const HOSTNAME = "127.0.0.1";

/** The operations that pages need; none of them changes anything. */
const SHOWING: ReadonlySet<string> = new Set(["page", "events"]);

const LIMITS = {
  maxBodyBytes: 2 ** 10,
  maxRequests: 1_000,
  callsPerSecond: 1_000,
  callBurst: 2_000,
};

/** A link is good until it is used: what prints it may run for hours, and makes no second one. */
const LINKS = {
  linkMs: Infinity,
  sessionMs: 24 * 60 * 60_000,
  rule: "it must be new, as it works once; run the command again",
};

/** The time that answers under way have at the end, in milliseconds. */
const END_MS = 500;

/** Serves the dashboard of one system on a free port of this machine. */
export class DashboardServer {
  readonly #feed: EventFeed;
  readonly #links = new Links(LINKS);
  readonly #api: Api;
  readonly #manager: CoordinationManager | undefined;
  #listener: Listener | undefined;

  /** Begins with the next event of the system. */
  constructor({ title, history, manager, logger }: Shown) {
    const feed = new EventFeed(manager?.eventBus ?? new EventBus());
    const present = manager === undefined
      ? undefined
      : () => ({ state: manager.state, next: feed.last + 1, at: Date.now() });
    const dashboard = new Dashboard({ title, history, present, isReadOnly: true });
    feed.onEvent = ({ sequence, at, event, payload }) =>
      dashboard.hear(sequence, at, { ...payload as object, type: event });
    const tokens = new Tokens(randomBytes(32).toString("base64url"));
    const served = {
      ...{ feed, dashboard, tokens, links: this.#links },
      ...(manager !== undefined && { manager }), // for its metrics
    };
    const operations = Object.values(OPERATIONS).flat().filter(({ id }) => SHOWING.has(id));
    this.#api = new Api(served, LIMITS, logger, [pagesExtension(served)], operations);
    this.#feed = feed;
    this.#manager = manager;
  }

  /**
   * Begins to listen, once the system is initialized; resolves with a link that opens it in a browser,
   * once.
   */
  async open(): Promise<string> {
    // A run that goes on has events before the first one that is emitted here.
    if (this.#manager !== undefined) this.#feed.goOnFrom(this.#manager.sequence, readNothing);
    let door = portDoor(HOSTNAME, 0);
    const place = { hostname: HOSTNAME, port: 0 };
    this.#listener = await listen(place, (request) => this.#api.answer(request, door));
    const { port } = this.#listener;
    door = portDoor(HOSTNAME, port);
    const { code } = this.#links.make("operator", Date.now());
    return `http://${HOSTNAME}:${port}/open?link=${code}`;
  }

  /** Ends all streams, and accepts no more requests. */
  async close(): Promise<void> {
    this.#feed.close();
    await this.#listener?.close(END_MS);
  }
}

/** Pages ask for the number of the newest event, and for no events that they missed. */
function readNothing(): Promise<undefined> {
  return Promise.resolve(undefined);
}
