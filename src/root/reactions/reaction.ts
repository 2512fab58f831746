/**
 * The type of the events that a reaction receives.
 *
 * @module
 */

import type { LockstepEvent } from "../events.ts";

/** The event of type `Type`. */
export type Happened<Type extends LockstepEvent["type"]> = Extract<LockstepEvent, { type: Type }>;
