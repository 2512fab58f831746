/**
 * The calls of operators, which go into the journal with their names.
 *
 * @module
 */

import type { CoordinationManager } from "../coordination/mod.ts";

/** Returns `manager` for one operator: each call through it, or through a part of it, is recorded. */
export function managerFor(manager: CoordinationManager, name: string): CoordinationManager {
  return recording(manager, (action) => manager.actingFor(name, action));
}

/** Makes the calls of `target` and of the parts that it has within `act`. */
function recording<Target extends object>(
  target: Target,
  act: <Result>(action: () => Result) => Result,
): Target {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name); // getters read private fields of the target
      if (typeof value === "function") {
        return (...args: unknown[]) => act(() => Reflect.apply(value, target, args));
      }
      return typeof value === "object" && value !== null ? recording(value, act) : value;
    },
  });
}
