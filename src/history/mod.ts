/**
 * Any moment of a journal again: the state as it was then, and the events that led to it.
 *
 * @example
 * ```ts
 * import { CoordinationManager, MemoryJournal } from "@lockstep/lockstep";
 * import { openHistory } from "@lockstep/lockstep/history";
 *
 * const journal = new MemoryJournal();
 * await using manager = new CoordinationManager({ journal });
 * await manager.initialize();
 * await manager.registerAgent({ id: "writer" }, () => "done");
 * await (await manager.submit({ id: "intro" })).result;
 *
 * const history = await openHistory(journal);
 * const end = await history.at();
 * console.log(end.task("intro")?.status); // completed
 * const before = await end.previous({ taskId: "intro", agentId: "writer" });
 * console.log(before?.event?.event.type); // attempt:ended
 * ```
 *
 * @module
 */

export { type EventFilter, matches } from "./subjects.ts";
export { type HistoryEvent, type LockView, Moment } from "./moment.ts";
export {
  History,
  type HistoryOptions,
  openHistory,
  type ReplayedMachine,
  type When,
} from "./history.ts";
