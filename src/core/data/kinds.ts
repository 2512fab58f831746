/**
 * The kinds of plain data, and how to say where something is that isn't any.
 *
 * @module
 */

import { quote } from "../arguments.ts";

/**
 * What a user gave to be carried: kept as it came and never looked into.
 *
 * @example
 * ```ts
 * import { fork, Opaque } from "@lockstep/lockstep";
 *
 * const task = { input: new Opaque({ url: new URL("https://example.com") }) };
 * console.log(fork(task).input.value === task.input.value); // true
 * ```
 */
export class Opaque {
  /** What came. */
  readonly value: unknown;

  /** Wraps `value` so that it can be part of a state. */
  constructor(value: unknown) {
    this.value = value;
  }
}

/** The sorts of plain data that aren't primitive; a bare object is one without a prototype. */
export type Kind = "object" | "bare" | "array" | "map" | "set" | "opaque";

/** What sort of plain data `value` is, or `undefined` when it is none. */
export function kindOf(value: object): Kind | undefined {
  switch (Object.getPrototypeOf(value)) {
    case Object.prototype:
      return "object";
    case Array.prototype:
      return "array";
    case Map.prototype:
      return "map";
    case Set.prototype:
      return "set";
    case Opaque.prototype:
      return "opaque";
    case null:
      return "bare";
    default:
      return undefined;
  }
}

/** A fresh, empty value of `kind`; `undefined` for what is no kind, or is opaque and can't be filled. */
export function emptyOf(kind: unknown): object | undefined {
  switch (kind) {
    case "object":
      return {};
    case "bare":
      return Object.create(null);
    case "array":
      return [];
    case "map":
      return new Map();
    case "set":
      return new Set();
    default:
      return undefined;
  }
}

/** Sets `object[key]`, also when the key is `__proto__`. */
export function setProperty(object: object, key: string, value: unknown): void {
  if (key !== "__proto__") (object as Record<string, unknown>)[key] = value;
  else Object.defineProperty(object, key, { value, ...ORDINARY });
}

const ORDINARY = { writable: true, enumerable: true, configurable: true };

/** The error for the first thing in `root`, from the top, that isn't plain data. */
export function notPlain(verb: string, root: unknown): TypeError {
  const seen = new Set<unknown>();
  const found: { part: unknown; path: string }[] = [{ part: root, path: "" }];
  for (let i = 0; i < found.length; i++) {
    const { part, path } = found[i]!;
    if (!isPlain(part)) {
      return new TypeError(
        `Cannot ${verb} a state: state${path} must be plain data, got ${describe(part)}`,
      );
    }
    if (typeof part !== "object" || part === null || seen.has(part)) continue;
    seen.add(part);
    for (const [step, member] of members(part)) found.push({ part: member, path: path + step });
  }
  return new TypeError(`Cannot ${verb} a state: it must be plain data`);
}

function isPlain(part: unknown): boolean {
  if (typeof part === "object" && part !== null) return kindOf(part) !== undefined;
  return typeof part !== "function" && typeof part !== "symbol";
}

function* members(object: object): Iterable<[step: string, member: unknown]> {
  if (object instanceof Opaque) return;
  if (object instanceof Map) {
    for (const [key, value] of object) {
      yield [".keys()", key];
      yield [`.get(${quote(key)})`, value];
    }
  } else if (object instanceof Set) {
    for (const member of object) yield [".values()", member];
  } else if (Array.isArray(object)) {
    for (let i = 0; i < object.length; i++) yield [`[${i}]`, object[i]];
  } else {
    for (const [key, value] of Object.entries(object)) yield [property(key), value];
  }
}

/** The step of a path to the property `key`. */
export function property(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${quote(key)}]`;
}

/** What `value` is, such as `a Date` or `NaN`. */
export function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return quote(value);
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  if (typeof name !== "string" || name === "") return "an object of a nameless class";
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}
