/**
 * The types of all events, by the name that an event has on the bus, in a journal, in a trace and in
 * the specification.
 *
 * @module
 */

export * from "./src/root/events.ts";
