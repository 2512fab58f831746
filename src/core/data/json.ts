/**
 * What a log can write: values that JSON holds as they are.
 *
 * @module
 */

import { describe, kindOf, property } from "./kinds.ts";

/** How many steps of a path are shown. */
const LONGEST_PATH = 20;

/** How many arrays and objects may be around a value in a JSON value. */
const DEEPEST_JSON = 10_000;

/**
 * Requires that JSON can hold `value` as it is: a string, a finite number, a boolean, `null`, or an
 * array or classless object of such. A property may also be `undefined`, and is then left out.
 *
 * @throws {TypeError} with the path to what isn't a JSON value, behind `name`
 */
export function requireJson(value: unknown, name: string): void {
  const around: Frame[] = [];
  const inside = new Set<object>();
  const visit = (part: unknown, mayVanish: boolean): void => {
    if (typeof part !== "object" || part === null) {
      if (!isJsonPrimitive(part) && !(mayVanish && part === undefined)) {
        throw notJson(name, around, `it must be a JSON value, got ${describe(part)}`);
      }
      return;
    }
    const kind = kindOf(part);
    if (kind !== "object" && kind !== "array" && kind !== "bare") {
      throw notJson(name, around, `it must be a JSON value, got ${describe(part)}`);
    }
    if (inside.has(part)) {
      throw notJson(name, around, "it must be a JSON value, got a cycle");
    }
    if (around.length === DEEPEST_JSON) {
      throw notJson(name, around, `it must be at most ${DEEPEST_JSON} deep, got more`);
    }
    if (Object.getOwnPropertySymbols(part).length > 0) {
      throw notJson(name, around, "it must be a JSON value, got an object with a symbol as key");
    }
    inside.add(part);
    around.push({
      holder: part,
      members: kind === "array" ? part as unknown[] : Object.values(part),
      mayVanish: kind !== "array",
      visited: 0,
    });
  };
  visit(value, false);
  while (around.length > 0) {
    const frame = around[around.length - 1]!;
    if (frame.visited < frame.members.length) {
      visit(frame.members[frame.visited++], frame.mayVanish);
    } else {
      around.pop();
      inside.delete(frame.holder);
    }
  }
}

/** An object or array that is being gone through. */
interface Frame {
  readonly holder: object;
  readonly members: readonly unknown[];
  readonly mayVanish: boolean;
  visited: number;
}

function isJsonPrimitive(value: unknown): boolean {
  return value === null || typeof value === "string" || typeof value === "boolean" ||
    Number.isFinite(value);
}

function notJson(name: string, around: readonly Frame[], problem: string): TypeError {
  const steps = around.slice(0, LONGEST_PATH).map(({ holder, visited }) =>
    Array.isArray(holder) ? `[${visited - 1}]` : property(Object.keys(holder)[visited - 1]!)
  );
  if (around.length > steps.length) steps.push("…");
  return new TypeError(`Cannot write ${name}${steps.join("")}: ${problem}`);
}
