/**
 * Warnings about tasks that no caller would notice: failures whose result is not awaited, tasks that
 * no registered agent may run, and tasks that are dropped when a scheduler is closed.
 *
 * @module
 */

import { counted, quote } from "../core/arguments.ts";
import type { CancelTimer, Clock } from "../core/clock.ts";
import { listed } from "../core/describe.ts";
import { causeOf } from "../core/error_data.ts";
import type { Instant } from "../core/machine.ts";
import { type Logger, logTo } from "../core/logger.ts";
import type { TaskFailed } from "./events.ts";
import { tasksIn } from "./lanes.ts";
import { isTerminal, type TaskState, unfinished } from "./state.ts";
import { strandedGroups } from "./views.ts";

/** Time for an agent to be registered that may run a task which was submitted before. */
const STRANDED_MS = 1_000;

/** Number of tasks that a warning names. */
const MOST_NAMES = 5;

/** The handle of a task. */
interface Awaitable {
  /** Whether a caller has read the result. */
  readonly isAwaited: boolean;
}

/** A task that failed, and its handle. */
interface Unawaited {
  readonly event: TaskFailed;
  readonly handle: Awaitable | undefined;
}

/** Logs warnings about the tasks of one client, each once. */
export class TaskWarnings {
  readonly #state: Readonly<TaskState>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #failures: Unawaited[] = [];
  #cancelReport: CancelTimer | undefined;
  #cancelSearch: CancelTimer | undefined;
  /** The keys of the groups that were warned of and still have no agent. */
  #stranded = new Set<string>();

  /** Warns of ready tasks that are in `state`, too. */
  constructor(state: Readonly<TaskState>, clock: Clock, logger: Logger) {
    this.#state = state;
    this.#clock = clock;
    this.#logger = logger;
    this.suspectAll();
  }

  /**
   * Warns of a task that failed, unless a caller reads its result before the tasks that run
   * at once have ended. `handle` is `undefined` for a task whose submitter ended with its process.
   */
  failed(event: TaskFailed, handle: Awaitable | undefined): void {
    if (handle?.isAwaited) return;
    this.#failures.push({ event, handle });
    this.#cancelReport ??= this.#clock.setTimer(this.#clock.now(), () => this.#report());
  }

  /** Warns of what a task is queued with in a while, if no registered agent may run it then. */
  suspect(taskId: string): void {
    if (this.#cancelSearch !== undefined) return; // all of them are looked at
    const group = this.#state.tasks.get(taskId)?.group;
    if (group === undefined || group.candidates.length > 0) return;
    if (!this.#stranded.has(group.key)) this.suspectAll();
  }

  /** Warns in a while of the ready tasks that no registered agent may run then. */
  suspectAll(): void {
    if (this.#cancelSearch !== undefined || this.#state.counts.ready === 0) return;
    const at: Instant = this.#clock.now() + STRANDED_MS;
    this.#cancelSearch = this.#clock.setTimer(at, () => this.#search());
    this.#cancelSearch.keepAlive?.(false);
  }

  /** Keeps the process alive until pending warnings are logged, as a caller waits. */
  keepAlive(): void {
    this.#cancelSearch?.keepAlive?.(true);
  }

  /** Logs what is pending and, without a journal that keeps them, the tasks that are dropped. */
  close(cancelled: readonly string[], isKept: boolean): void {
    if (this.#cancelReport !== undefined) this.#report();
    if (this.#cancelSearch !== undefined) this.#search();
    const open = unfinished(this.#state);
    const count = cancelled.length + open;
    if (isKept || count === 0) return;
    const names = [...cancelled];
    for (const { spec: { id }, status } of open === 0 ? [] : this.#state.tasks.values()) {
      if (names.length > MOST_NAMES) break;
      if (!isTerminal(status)) names.push(id);
    }
    const dropped = `${counted(count, "task")} dropped`;
    this.#warn(`${dropped}, as the scheduler was shut down: ${first(names, count)}`);
  }

  #report(): void {
    this.#cancelReport?.();
    this.#cancelReport = undefined;
    const failures = this.#failures;
    this.#failures = [];
    for (const { event: { taskId, attempts, error }, handle } of failures) {
      if (handle?.isAwaited) continue;
      const made = counted(attempts, "attempt");
      const line = `Task ${quote(taskId)} failed after ${made}, and no caller awaits its result`;
      this.#warn(line, causeOf(error));
    }
  }

  /** Warns of the groups that have no agent. Costs O(agents) for each group of ready tasks. */
  #search(): void {
    this.#cancelSearch?.();
    this.#cancelSearch = undefined;
    const former = this.#stranded;
    this.#stranded = new Set();
    for (const group of strandedGroups(this.#state)) {
      const { key, requires, pinnedTo } = group;
      this.#stranded.add(key);
      if (former.has(key)) continue;
      const tasks = [...tasksIn(group)];
      const names = tasks.slice(0, MOST_NAMES).map(({ spec: { id } }) => id);
      const of = pinnedTo === "" ? "" : `; only agent ${quote(pinnedTo)} might`;
      const needs = requires.length === 0 ? "" : `, which requires ${listed(requires.map(quote))}`;
      this.#warn(`No registered agent may run ${first(names, tasks.length)}${needs}${of}`);
    }
  }

  #warn(line: string, ...error: [unknown?]): void {
    logTo(this.#logger, "warn", line, ...error);
  }
}

/** The first of `count` tasks, and the number of the others. */
function first(names: readonly string[], count: number): string {
  const shown = names.slice(0, MOST_NAMES).map(quote);
  const more = count > shown.length ? ` and ${count - shown.length} more` : "";
  return shown.join(", ") + more;
}
