/**
 * Tools for testing programs that use Lockstep, and Lockstep itself: a clock that a test moves, a log
 * that fails on demand, a checker of recorded histories, an explorer of states, and a simulator of
 * agents and a coordinator with faults.
 *
 * @module
 */

export { type Edge, type Exploration, explore, type Move, StateGraph } from "./explorer.ts";
export { FaultyLog } from "./faulty_log.ts";
export type * from "./history.ts";
export {
  checkEvents,
  checkHistory,
  HistoryChecker,
  type HistoryOptions,
} from "./history_checker.ts";
export { recorded, type RecordedStep } from "./recorder.ts";
export { SimulatedClock } from "./simulated_clock.ts";
export * from "./simulation/mod.ts";
