/**
 * Earlier moments of a server's journal.
 *
 * @module
 */

import type { Journal } from "../core/journal.ts";
import { JournalTruncatedError } from "../core/errors.ts";
import {
  type EventFilter,
  type History,
  type HistoryEvent,
  openHistory,
  type When,
} from "../history/mod.ts";
import type { RootState } from "../root/state.ts";
import { parseWhen } from "../service/when.ts";
import { RequestError } from "../service/problem.ts";
import type { Past } from "./operation.ts";

/** The tasks that a moment lists at most. */
const MOST_TASKS = 1000;

/** The streams of events that there may be; each replays the journal. */
const MOST_STREAMS = 8;

/** The time for which lines are gathered, in milliseconds. */
const GATHER_MS = 10;

/** The bytes at which lines are sent. */
const CHUNK = 64 * 2 ** 10;

/** Opens the history of a journal when it is first asked for. */
export class JournalPast implements Past {
  readonly #journal: Journal;
  #history: Promise<History<RootState>> | undefined;
  #streams = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Opens the history of the journal. */
  history(): Promise<History<RootState>> {
    return this.#history ??= openHistory<RootState>(this.#journal);
  }

  lines(filter: EventFilter): ReadableStream<Uint8Array> {
    if (this.#streams >= MOST_STREAMS) {
      const message = "Cannot list the events: there must be room for one more reader";
      throw new RequestError(503, "overloaded", message, { retryAfterMs: 1000 });
    }
    this.#streams++;
    return linesOf(this.#events(filter), () => this.#streams--);
  }

  async *#events(filter: EventFilter): AsyncGenerator<HistoryEvent, void, undefined> {
    let isFirst = true;
    try {
      for await (const event of (await this.history()).events(filter)) {
        isFirst = false;
        yield event;
      }
    } catch (error) {
      if (!isFirst || !(error instanceof JournalTruncatedError)) throw error;
      // Records that the history began with are gone, as a snapshot stands for them.
      this.#history = undefined;
      yield* (await this.history()).events(filter);
    }
  }

  async at(when: string): Promise<object> {
    const moment = await (await this.history()).at(momentOf(when));
    const tasks = moment.tasks();
    return {
      at: moment.at,
      place: moment.place,
      sequence: moment.sequence,
      agents: moment.agents(),
      tasks: tasks.slice(0, MOST_TASKS),
      taskCount: tasks.length,
      locks: moment.locks(),
    };
  }
}

function momentOf(text: string): When {
  const when = parseWhen(text);
  if (when !== undefined) return when;
  const rule = "at must be an instant in ISO 8601, a position, or a place such as 17:0";
  throw new RequestError(400, "invalid-request", `Cannot look back: ${rule}`, { field: "at" });
}

/** Returns each value as a line of JSON; calls `ended` once, however that ends. */
function linesOf(
  values: AsyncGenerator<object, void, undefined>,
  ended: () => void,
): ReadableStream<Uint8Array> {
  let isOver = false;
  const end = () => {
    if (!isOver) ended();
    isOver = true;
  };
  return new ReadableStream({
    async pull(controller) {
      let text = "";
      try {
        await new Promise((resolve) => setTimeout(resolve)); // so that other requests are answered
        const until = performance.now() + GATHER_MS;
        while (!isOver && text.length < CHUNK && performance.now() < until) {
          const { value, done } = await values.next();
          if (done) {
            if (text !== "") controller.enqueue(new TextEncoder().encode(text));
            controller.close();
            return end();
          }
          text += `${JSON.stringify(value)}\n`;
        }
      } catch (error) {
        end();
        throw error;
      }
      if (!isOver) controller.enqueue(new TextEncoder().encode(text));
    },
    async cancel() {
      end();
      await values.return();
    },
  });
}
