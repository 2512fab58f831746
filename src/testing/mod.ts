/**
 * Tools for testing what uses Lockstep: time that is moved by hand, a log that fails on command, and a
 * checker of what was recorded.
 *
 * @module
 */

export { type Exploration, explore, type Move } from "./explorer.ts";
export { FaultyLog } from "./faulty_log.ts";
export type * from "./history.ts";
export {
  checkEvents,
  checkHistory,
  HistoryChecker,
  type HistoryOptions,
} from "./history_checker.ts";
export { SimulatedClock } from "./simulated_clock.ts";
export { type Edge, StateGraph } from "./state_graph.ts";
