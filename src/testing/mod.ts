/**
 * Tools for testing what uses Lockstep: time that is moved by hand, a log that fails on command.
 *
 * @module
 */

export { FaultyLog } from "./faulty_log.ts";
export { SimulatedClock } from "./simulated_clock.ts";
