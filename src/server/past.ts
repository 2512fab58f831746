/**
 * Earlier moments of a server's journal.
 *
 * @module
 */

import type { Journal } from "../core/journal.ts";
import { type History, openHistory } from "../history/mod.ts";
import type { RootState } from "../root/state.ts";
import { RequestError } from "../service/problem.ts";
import type { Past } from "./operation.ts";

/** The tasks that a moment lists at most. */
const MOST_TASKS = 1000;

/** Opens the history of a journal when it is first asked for. */
export class JournalPast implements Past {
  readonly #journal: Journal;
  #history: Promise<History<RootState>> | undefined;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Opens the history of the journal. */
  history(): Promise<History<RootState>> {
    return this.#history ??= openHistory<RootState>(this.#journal);
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

function momentOf(when: string): Parameters<History["at"]>[0] {
  if (/^\d{1,15}$/.test(when)) return { position: Number(when) };
  const place = /^(\d{1,15}):(\d{1,9})$/.exec(when);
  if (place !== null) return { position: Number(place[1]), index: Number(place[2]) };
  const instant = Date.parse(when);
  if (!Number.isNaN(instant)) return { instant };
  const rule = "at must be an instant in ISO 8601, a position, or a place such as 17:0";
  throw new RequestError(400, "invalid-request", `Cannot look back: ${rule}`, { field: "at" });
}
