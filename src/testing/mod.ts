/**
 * Tools for testing what uses Lockstep: time that is moved by hand, a log that fails on command, a
 * checker of what was recorded, and a whole simulated world in which things go wrong.
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
export * from "./simulation/mod.ts";
export { recorded, type RecordedStep } from "./recorder.ts";
export { SimulatedClock } from "./simulated_clock.ts";
export { type Edge, StateGraph } from "./explorer.ts";
