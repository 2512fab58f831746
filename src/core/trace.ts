/**
 * Tells a logger what an engine does: each command, and the events that it led to.
 *
 * A trace is read from top to bottom: a command has a line of its own, then come the events of its
 * step, each with its sequence number and with the change of state that it means. A command that a
 * handler sends while events are being told comes after them.
 *
 * @module
 */

import type { Logger } from "./logger.ts";
import type { Instant, Named } from "./machine.ts";
import { fields, oneLine, readable, timeOfDay } from "./readable.ts";

/** How wide the names of events are written, so that what follows them is aligned. */
const NAME_WIDTH = 27;

/** An event as a line of a trace; its sequence number is `-1` when a user emitted it. */
export function eventLine(
  name: string,
  payload: unknown,
  sequence: number,
  at: Instant,
  describe?: (event: never) => string,
): string {
  const place = sequence < 0 ? "·" : `#${sequence}`;
  return `${timeOfDay(at)} ${place.padStart(6)} ${oneLine(name).padEnd(NAME_WIDTH)} ` +
    (describe === undefined ? readable(payload) : describe(payload as never));
}

/** A command as a line of a trace, with its position in the log and the events that it led to. */
export function commandLine(
  machine: string,
  position: number,
  command: Named,
  at: Instant,
  first: number,
  count: number,
): string {
  const what = `${command.type} ${fields(command)}`.trimEnd();
  return `${timeOfDay(at)} ${machine} ${position}: ${what} ${cameTo(first, count)}`;
}

function cameTo(first: number, count: number): string {
  if (count === 0) return "⇒ nothing";
  return count === 1 ? `⇒ #${first}` : `⇒ #${first}–#${first + count - 1}`;
}

/** Whether `logger` writes what it is told at level debug, as far as it says so. */
export function isAtDebug(logger: Logger): boolean {
  const { level, levelName } = logger as { level?: unknown; levelName?: unknown };
  return level === "debug" || level === "trace" || levelName === "DEBUG";
}
