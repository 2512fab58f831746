/**
 * What every subsystem is built on: the machine contract and the engine that hosts a machine.
 *
 * @module
 */

export * from "./arguments.ts";
export type { MachineHost } from "./client.ts";
export * from "./clock.ts";
export * from "./deadlines.ts";
export * from "./engine.ts";
export * from "./errors.ts";
export * from "./event_bus.ts";
export { EventStream } from "./event_stream.ts";
export type * from "./event_types.ts";
export * from "./events.ts";
export type { Fifo } from "./fifo.ts";
export type * from "./health.ts";
export * from "./heap.ts";
export * from "./log.ts";
export * from "./logger.ts";
export * from "./machine.ts";
export * from "./plain.ts";
export * from "./prng.ts";
export { sentence } from "./sentences.ts";
export * from "./shapes.ts";
