/**
 * A server: one coordination manager on one journal, for all agents of a repository.
 *
 * The claim on the journal makes it the only one of its home: of several that start at once one has it,
 * and the others end. It listens on a socket that only its user can open, and on a port of this machine.
 *
 * @module
 */

import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { type CoordinationConfig, CoordinationManager } from "../coordination/mod.ts";
import { requireInteger, requireMs, requireObject } from "../core/arguments.ts";
import { Dashboard } from "../dashboard/mod.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import { SqliteJournal } from "../journal/sqlite/mod.ts";
import { type Home, HomeError } from "../service/home.ts";
import type { ServerInfo } from "../service/info.ts";
import { VERSION } from "../service/version.ts";
import { Api, type ApiLimits, type Extension } from "./api.ts";
import { activeTracer, AttemptSpans } from "./attempt_spans.ts";
import { originsOf, portDoor, SOCKET } from "./door.ts";
import { Endings } from "./endings.ts";
import { EventFeed } from "./event_feed.ts";
import { listen, type Listener } from "./listeners.ts";
import { Links } from "./links.ts";
import { readMissedEvents } from "./missed_events.ts";
import type { Service } from "./operation.ts";
import { pagesExtension } from "./pages.ts";
import { JournalPast } from "./past.ts";
import { Presence } from "./presence.ts";
import { Tokens } from "./principals.ts";

/** Options of {@linkcode startServer}. */
export interface ServerOptions {
  /** Options of the coordination manager. */
  config?: CoordinationConfig;
  /** The port of HTTP on this machine; 0 for any free one, `false` for the socket alone. @default 0 */
  port?: number | false;
  /** The address to listen on. Others than this machine's reach it with a token only. @default 127.0.0.1 */
  hostname?: string;
  /**
   * The origins of web pages that may call the port with a token, such as `https://app.example`. Pages of
   * others are refused, except for those of the server. @default none
   */
  allowedOrigins?: readonly string[];
  /** The time without a call, a connection or a task that runs after which it ends, in milliseconds; 0 for never. @default 0 */
  idleMs?: number;
  /** The time from a lost connection of an agent to its death, in milliseconds. @default 30_000 */
  graceMs?: number;
  /** The largest body of a request, in bytes. @default 1 MiB */
  maxBodyBytes?: number;
  /** The most requests that are under way, waits included. @default 10_000 */
  maxRequests?: number;
  /**
   * The calls that each agent, all operators together, and all callers without a token may make in a
   * second, in the long run; 0 for any number. More are refused with `too-many-calls`, 429.
   * @default 5000
   */
  callsPerSecond?: number;
  /** The calls that each may make at once. @default twice `callsPerSecond` */
  callBurst?: number;
  /** Logs what happens to the server. @default warnings and errors on the console */
  logger?: Logger;
}

/** The silence after which an agent that holds no connection counts as dead, in milliseconds. */
const SILENCE_MS = 30 * 60_000;

/** The time that answers under way have when a server ends, in milliseconds. */
const END_MS = 5_000;

/**
 * Starts the server of a home.
 *
 * @throws {JournalInUseError} when one runs there already
 * @throws {HomeError} when the socket can't be made
 */
export async function startServer(
  home: Home,
  options: ServerOptions = {},
): Promise<LockstepServer> {
  const attempt = () => "start a server";
  requireObject(options as unknown, "options", attempt);
  const { idleMs = 0, graceMs = 30_000, logger = defaultLogger }: ServerOptions = options;
  const limits = limitsOf(options);
  requireMs(idleMs, 0, "idleMs", attempt);
  requireMs(graceMs, 1, "graceMs", attempt);
  originsOf(options.allowedOrigins ?? [], attempt);
  requireInteger(limits.callsPerSecond, 0, 1_000_000, "callsPerSecond", attempt);
  requireInteger(limits.callBurst, 1, 10_000_000, "callBurst", attempt);
  const journal = new SqliteJournal(join(home.folder, "journal"));
  const { agents, ...config } = options.config ?? {};
  const manager = new CoordinationManager({
    ...config,
    agents: { heartbeatTimeoutMs: SILENCE_MS, ...agents },
    journal,
    logger,
  });
  const feed = new EventFeed(manager.eventBus);
  try {
    await manager.initialize();
  } catch (error) {
    feed.close();
    await manager.shutdown({ graceMs: 0 });
    throw error;
  }
  feed.goOnFrom(
    manager.sequence,
    (first, end, signal) => readMissedEvents(journal, first, end, signal),
  );
  const server = new LockstepServer(home, manager, feed, new JournalPast(journal), options);
  try {
    await server.open();
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

/** A running server. */
export class LockstepServer implements AsyncDisposable {
  /** The system that it serves. */
  readonly manager: CoordinationManager;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  readonly #home: Home;
  readonly #options: ServerOptions;
  readonly #service: Service;
  readonly #api: Api;
  readonly #startedAt = Date.now();
  readonly #end: () => void;
  /** `undefined` unless spans are exported. */
  readonly #spans: AttemptSpans | undefined;
  #listeners: Listener[] = [];
  #url: string | undefined;
  #idle: ReturnType<typeof setInterval> | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Made by {@linkcode startServer}.
   * @internal
   */
  constructor(
    home: Home,
    manager: CoordinationManager,
    feed: EventFeed,
    past: JournalPast,
    options: ServerOptions,
  ) {
    const { logger = defaultLogger } = options;
    this.#home = home;
    this.#options = options;
    this.manager = manager;
    const tracer = activeTracer();
    this.#spans = tracer && new AttemptSpans(manager, tracer);
    const dashboard = new Dashboard({
      title: basename(home.root),
      history: () => past.history(),
      present: () => ({ state: manager.state, next: feed.last + 1, at: Date.now() }),
    });
    feed.onEvent = ({ sequence, at, event, payload }) =>
      dashboard.hear(sequence, at, { ...payload as object, type: event });
    this.#service = {
      manager,
      feed,
      past,
      dashboard,
      links: new Links(),
      presence: new Presence(manager, options.graceMs ?? 30_000),
      endings: new Endings(manager.eventBus),
      tokens: Tokens.in(home.folder),
      info: () => this.info,
      stop: (reason) => {
        logger.info(`Stopping: ${reason}`);
        setTimeout(() => this.close(), 0);
      },
    };
    const mcp = lazyMcp(this.#service, (request) => this.#api.answer(request, SOCKET));
    const pages = pagesExtension(this.#service);
    this.#api = new Api(this.#service, limitsOf(options), logger, [mcp, pages]);
    let end = () => {};
    this.ended = new Promise((resolve) => end = resolve);
    this.#end = end;
  }

  /** The server as clients find it. */
  get info(): ServerInfo {
    return {
      pid: process.pid,
      startedAt: this.#startedAt,
      version: VERSION,
      socket: this.#home.socket,
      ...(this.#url !== undefined && { url: this.#url }),
    };
  }

  /** Number of streams of events that are open. */
  get readers(): number {
    return this.#service.feed.readers;
  }

  /** The token of operators, which requests to the port need. */
  get token(): string {
    return this.#service.tokens.operator;
  }

  /**
   * Begins to listen.
   * @internal
   */
  async open(): Promise<void> {
    const { port = 0, hostname = "127.0.0.1", idleMs = 0 } = this.#options;
    const { socket, folder } = this.#home;
    const origins = originsOf(this.#options.allowedOrigins ?? [], () => "start a server");
    openFolder(dirname(socket));
    rmSync(socket, { force: true }); // this process has the journal, so no other one listens there
    this.#listeners.push(await listen({ path: socket }, (each) => this.#api.answer(each, SOCKET)));
    chmodSync(socket, 0o600);
    if (port !== false) {
      let door = portDoor(hostname, port, origins);
      const listener = await listen({ hostname, port }, (each) => this.#api.answer(each, door));
      door = portDoor(hostname, listener.port, origins);
      this.#listeners.push(listener);
      this.#url = `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${listener.port}`;
    }
    const path = join(folder, "server.json");
    writeFileSync(`${path}.new`, `${JSON.stringify(this.info)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    if (idleMs > 0) {
      this.#idle = setInterval(() => this.#endIfIdle(idleMs), Math.min(idleMs, 10_000));
    }
  }

  /** Accepts no more requests, answers those that are under way, and ends. Idempotent. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { presence, feed, endings } = this.#service;
    clearInterval(this.#idle);
    presence.close(); // its agents come back to the next server, and are as after a crash until then
    feed.close();
    endings.close();
    this.#spans?.close();
    // Ends waits, whose clients repeat them: their tickets are in the journal.
    const ended = this.manager.shutdown({ graceMs: 0 });
    await Promise.all(this.#listeners.map((listener) => listener.close(END_MS)));
    await ended;
    for (const file of [this.#home.socket, join(this.#home.folder, "server.json")]) {
      rmSync(file, { force: true });
    }
    this.#end();
  }

  #endIfIdle(idleMs: number): void {
    const { presence, feed } = this.#service;
    const { running, assigned, waiting, ready } = this.manager.scheduler.getTaskCounts();
    const isBusy = this.#api.underWay + presence.size + feed.readers + running + assigned > 0 ||
      waiting + ready > 0 && this.manager.schedules().length > 0;
    if (!isBusy && Date.now() - this.#api.lastAt >= idleMs) {
      this.#service.stop(`nothing happened for ${idleMs} ms`);
    }
  }
}

function limitsOf(options: ServerOptions): ApiLimits {
  const { maxBodyBytes = 2 ** 20, maxRequests = 10_000, callsPerSecond = 5_000 } = options;
  const { callBurst = Math.max(1, 2 * callsPerSecond) } = options;
  return { maxBodyBytes, maxRequests, callsPerSecond, callBurst };
}

/** Serves MCP, whose library is loaded for the first agent that uses it. */
function lazyMcp(service: Service, answer: (request: Request) => Promise<Response>): Extension {
  let extension: Promise<Extension> | undefined;
  return async (request, url, caller) => {
    if (url.pathname !== "/mcp") return undefined;
    extension ??= import("./mcp.ts").then(({ mcpExtension }) => mcpExtension(service, answer));
    return (await extension)(request, url, caller);
  };
}

/** Makes the folder of sockets, which no other user may have made. */
function openFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700); // fails for a folder of another user
  } catch (error) {
    throw new HomeError(`Cannot make the socket in ${folder}: ${(error as Error).message}`);
  }
}
