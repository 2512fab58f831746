/**
 * The pages of one system: of the present, and of each moment of its journal.
 *
 * What has happened is folded from the whole journal when the first page is asked for, and from the
 * events as they happen after that. So a server that no dashboard looks at pays nothing.
 *
 * @module
 */

import type { Explicable } from "../coordination/mod.ts";
import type { Instant, Named } from "../core/machine.ts";
import { type History, Moment } from "../history/mod.ts";
import { describeEvent, type LockstepEvent } from "../root/events.ts";
import type { RootState } from "../root/state.ts";
import { parseWhen } from "../service/when.ts";
import { Chronicle } from "./chronicle.ts";
import {
  agentPage,
  agentsPage,
  eventsPage,
  locksPage,
  messagesPage,
  metricsPage,
  nowPage,
  planPage,
  type Scene,
  type TaskQuery,
  tasksPage,
  timelinePage,
  whyPage,
} from "./pages.ts";
import type { Header, PageName, PageOf, Pages } from "./types.ts";

/** The present of a system. */
export interface Present {
  readonly state: Readonly<RootState>;
  /** The number of the next event. */
  readonly next: number;
  readonly at: Instant;
}

/** The system that a dashboard shows. */
export interface Subject {
  /** What it is called. */
  readonly title: string;
  /** Opens its past; `undefined` for a system without a journal. */
  readonly history: (() => Promise<History<RootState>>) | undefined;
  /** Its present; `undefined` when it is over, and the end of its past is shown. */
  readonly present: (() => Present) | undefined;
  /** Whether it can't be changed from here; one without a present can't. @default false */
  readonly isReadOnly?: boolean;
}

/** What a page is asked for with. */
export interface PageQuery extends TaskQuery {
  /** The moment: an instant in milliseconds, or the number of an event. @default the present */
  readonly at?: string | undefined;
  /** The subject of the page. */
  readonly id?: string | undefined;
  readonly kind?: Explicable | undefined;
  /** The length of the timeline, in milliseconds. */
  readonly spanMs?: number | undefined;
}

/** An event as it happens. */
interface Heard {
  readonly sequence: number;
  readonly at: Instant;
  readonly event: Named;
}

/** The most events that wait until the past is read. */
const MOST_PENDING = 200_000;

/** Makes the pages of a system. */
export class Dashboard {
  readonly #subject: Subject;
  readonly #chronicle = new Chronicle((event) => describeEvent(event as LockstepEvent));
  #reading: Promise<void> | undefined;
  #history: Promise<History<RootState>> | undefined;
  /** The events that came while the past was read; `undefined` once it is. */
  #pending: Heard[] | undefined = [];

  /** Shows `subject`. */
  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /** Receives an event of the present, in order. */
  hear(sequence: number, at: Instant, event: Named): void {
    if (this.#reading === undefined) return;
    if (this.#pending === undefined) return this.#chronicle.take(sequence, at, event);
    if (this.#pending.length < MOST_PENDING) this.#pending.push({ sequence, at, event });
  }

  /**
   * Makes a page.
   *
   * @throws {RangeError} when the moment is before the first that is kept
   * @throws {UnknownSubjectError} when the page is about something that there is not
   */
  async page<Name extends PageName>(name: Name, query: PageQuery): Promise<PageOf<Pages[Name]>> {
    await (this.#reading ??= this.#read().catch((error) => {
      this.#reading = undefined; // the next page tries again
      throw error;
    }));
    const { at } = query;
    const isPast = at !== undefined;
    const moment = isPast ? await this.#past(at) : await this.#now();
    const data = this.#make(name, { moment, chronicle: this.#chronicle }, query);
    return { ...data, header: this.#header(moment, isPast) } as unknown as PageOf<Pages[Name]>;
  }

  #header({ at, sequence }: Moment, isPast: boolean): Header {
    const { first, last } = this.#chronicle;
    const { title, present, isReadOnly = false } = this.#subject;
    const mayAct = present !== undefined && !isPast && !isReadOnly;
    return { at, sequence, isPast, first, last, mayAct, title };
  }

  #make(name: PageName, scene: Scene, query: PageQuery): Pages[PageName] {
    const { id = "", limit = 100 } = query;
    switch (name) {
      case "now":
        return nowPage(scene);
      case "agents":
        return agentsPage(scene);
      case "tasks":
        return tasksPage(scene, query);
      case "plan":
        return planPage(scene, query.id);
      case "locks":
      case "files":
        return locksPage(scene, { ofPaths: name === "files", text: query.text ?? "" });
      case "agent":
        return agentPage(scene, id);
      case "messages":
        return messagesPage(scene);
      case "timeline":
        return timelinePage(scene, query.spanMs ?? 15 * 60_000);
      case "metrics":
        return metricsPage(scene);
      case "events":
        return eventsPage(scene, limit);
      default:
        return whyPage(scene, id, query.kind);
    }
  }

  /** Folds the past, and then what has come since. */
  async #read(): Promise<void> {
    const { history } = this.#subject;
    if (history !== undefined) {
      for await (const { sequence, at, event } of (await this.#opened(history)).events()) {
        this.#chronicle.take(sequence, at, event);
      }
    }
    const pending = this.#pending ?? [];
    this.#pending = undefined;
    for (const { sequence, at, event } of pending) this.#chronicle.take(sequence, at, event);
  }

  async #opened(history: () => Promise<History<RootState>>): Promise<History<RootState>> {
    return await (this.#history ??= history().catch((error) => {
      this.#history = undefined;
      throw error;
    }));
  }

  async #now(): Promise<Moment<RootState>> {
    const { present, history } = this.#subject;
    if (present === undefined) return await (await this.#opened(history!)).at();
    const { state, next, at } = present();
    const data = { state, machine: "root", at, place: "now", sequence: next };
    return new Moment<RootState>({ ...data, event: undefined }, () => Promise.resolve(undefined));
  }

  async #past(at: string): Promise<Moment<RootState>> {
    const { history } = this.#subject;
    if (history === undefined) {
      throw new RangeError("Cannot look back: the system must have a journal");
    }
    const when = parseWhen(at);
    if (when === undefined) {
      throw new RangeError("Cannot look back: at must be an instant, or a place such as 17:0");
    }
    return await (await this.#opened(history)).at(when);
  }
}
