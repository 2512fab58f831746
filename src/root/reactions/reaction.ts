/**
 * The type of a reaction: from an event of one subsystem to a command for another.
 *
 * @module
 */

import type { Instant } from "../../core/machine.ts";
import type { LockstepEvent } from "../events.ts";
import type { PartCommand, RootState } from "../state.ts";

/** What an event leads to, or `undefined`. */
export type Reaction = (
  event: LockstepEvent,
  state: RootState,
  now: Instant,
) => PartCommand | undefined;

/** The event of that name. */
export type Happened<Type extends LockstepEvent["type"]> = Extract<LockstepEvent, { type: Type }>;
