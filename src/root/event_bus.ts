/**
 * The event bus with the types of all events.
 *
 * @module
 */

import { EventBus as AnyEventBus } from "../core/bus/event_bus.ts";
import type { EventMap } from "./events.ts";

/**
 * An event bus that knows the payload of each event by its name; a misspelt name does not compile.
 * `Custom` adds events of your own.
 *
 * @example
 * ```ts
 * import { EventBus } from "@lockstep/lockstep";
 *
 * const eventBus = new EventBus<{ "report:written": { path: string } }>();
 * eventBus.on("report:written", ({ path }) => console.log(path));
 * eventBus.emit("report:written", { path: "out.md" });
 * ```
 * @category Events
 */
export class EventBus<Custom extends object = Record<never, never>>
  extends AnyEventBus<EventMap & Custom> {}
