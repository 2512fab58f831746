/**
 * Where a façade of conflicts runs.
 *
 * @module
 */

import type { MachineHost } from "../core/client.ts";
import type { Clock } from "../core/clock.ts";
import type { CommandLog } from "../core/log.ts";
import type { ConflictCommand } from "./commands.ts";
import type { ConflictEvent } from "./events.ts";
import type { ConflictState } from "./state.ts";

/** A running conflict machine, alone in its engine or part of a larger one. */
export interface ConflictHost extends MachineHost<ConflictState, ConflictCommand, ConflictEvent> {}

/** Where a façade of this folder runs; all of it may be left out. */
export interface ConflictHosting {
  /** Tells the time, and ends votes. @default systemClock */
  clock?: Clock;
  /** Where commands are kept, so that they outlive the process. @default nowhere */
  log?: CommandLog<ConflictCommand>;
  /** A conflict machine that runs already; then `clock`, `log` and its rules are its own. */
  host?: ConflictHost;
}
