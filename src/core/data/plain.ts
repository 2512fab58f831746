/**
 * Plain data: the values of which a machine's state consists, and what can be done with any of them
 * whatever they mean: copy them, write them as text, read them back.
 *
 * Plain are primitives other than symbols, objects without a class, arrays, `Map`, `Set` and
 * {@linkcode Opaque}. The parts of a state refer to each other in chains as long as the state is
 * large, so no function here recurses: each works off a list.
 *
 * The text is JSON: {"version":1,"root":part,"nodes":[node, …]}. A node is ["kind", part, …], where
 * the parts of an object or a map are keys and values by turns, and those of an opaque node are its
 * value as it is, or none for `undefined`. A part is a string, a boolean, null, a number, or a list
 * of one: [i] refers to node i, and ["…"] names a primitive that JSON lacks.
 *
 * @module
 */

import { quote } from "../arguments.ts";

/**
 * Returns a copy of `value` that shares nothing with it but opaque values. References to one object
 * become references to one copy, so cycles survive. Costs O(size).
 *
 * @throws {TypeError} when something in `value` isn't plain data
 */
export function fork<T>(value: T): T {
  const copies = new Map<object, object>();
  const sources: object[] = [];
  const copyOf = (part: unknown): unknown => {
    if (typeof part !== "object" || part === null) {
      if (typeof part === "function" || typeof part === "symbol") throw notPlain("fork", value);
      return part;
    }
    if (part instanceof Opaque) return part;
    let copy = copies.get(part);
    if (copy === undefined) {
      copy = emptyOf(kindOf(part));
      if (copy === undefined) throw notPlain("fork", value);
      copies.set(part, copy);
      sources.push(part);
    }
    return copy;
  };
  const root = copyOf(value);
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i]!;
    fill(copies.get(source)!, source, copyOf);
  }
  return root as T;
}

function fill(copy: object, source: object, copyOf: (part: unknown) => unknown): void {
  if (Array.isArray(source)) {
    for (let i = 0; i < source.length; i++) (copy as unknown[]).push(copyOf(source[i]));
  } else if (source instanceof Map) {
    for (const [key, value] of source) {
      (copy as Map<unknown, unknown>).set(copyOf(key), copyOf(value));
    }
  } else if (source instanceof Set) {
    for (const member of source) (copy as Set<unknown>).add(copyOf(member));
  } else {
    for (const key of Object.keys(source)) {
      setProperty(copy, key, copyOf((source as Record<string, unknown>)[key]));
    }
  }
}

type Part = string | number | boolean | null | [number] | [string];

/**
 * Returns `value` as text for {@linkcode decode}: same contents in the same order, same references.
 * Data of the same shape has the same text. Costs O(size). Opaque values must be JSON, or `undefined`.
 *
 * @throws {TypeError} when something in `value` isn't plain data
 */
export function encode(value: unknown): string {
  const { root, objects, nodeOf } = partsOf(value);
  const nodes: unknown[][] = [];
  for (let i = 0; i < objects.length; i++) nodes.push(nodeOf(objects[i]!)); // adds objects
  return JSON.stringify({ version: 1, root, nodes });
}

/**
 * Returns the part of a value, and the objects to which it leads: `nodeOf` returns the node of one, and
 * adds those to which that refers.
 */
function partsOf(
  value: unknown,
): { root: Part; objects: readonly object[]; nodeOf: (object: object) => unknown[] } {
  const indices = new Map<object, number>();
  const objects: object[] = [];
  const partOf = (part: unknown): Part => {
    if (typeof part !== "object" || part === null) {
      if (typeof part === "function" || typeof part === "symbol") throw notPlain("encode", value);
      return primitivePart(part as string | number | boolean | null | undefined | bigint);
    }
    let index = indices.get(part);
    if (index === undefined) {
      index = objects.length;
      indices.set(part, index);
      objects.push(part);
    }
    return [index];
  };
  const nodeOf = (object: object): unknown[] => {
    const kind = kindOf(object);
    if (kind === undefined) throw notPlain("encode", value);
    return nodeOfKind(kind, object, partOf);
  };
  return { root: partOf(value), objects, nodeOf };
}

function primitivePart(value: string | number | boolean | null | undefined | bigint): Part {
  if (value === undefined) return ["undefined"];
  if (typeof value === "bigint") return [`${value}n`];
  if (typeof value !== "number") return value;
  if (Object.is(value, -0)) return ["-0"];
  return Number.isFinite(value) ? value : [String(value)];
}

function nodeOfKind(kind: Kind, object: object, partOf: (part: unknown) => Part): unknown[] {
  const node: unknown[] = [kind];
  if (object instanceof Opaque) {
    if (object.value === undefined) return node;
    requireJson(object.value, "opaque value");
    node.push(object.value);
  } else if (Array.isArray(object)) {
    for (let i = 0; i < object.length; i++) node.push(partOf(object[i]));
  } else if (object instanceof Map) {
    for (const [key, value] of object) node.push(partOf(key), partOf(value));
  } else if (object instanceof Set) {
    for (const member of object) node.push(partOf(member));
  } else {
    for (const key of Object.keys(object)) {
      node.push(key, partOf((object as Record<string, unknown>)[key]));
    }
  }
  return node;
}

/**
 * Returns the value that {@linkcode encode} made the text of.
 *
 * @throws {SyntaxError} when `text` isn't such a text
 */
export function decode(text: string): unknown {
  const { root, nodes } = parse(text);
  if (!Array.isArray(nodes)) throw garbled("nodes must be an array", nodes);
  const objects = nodes.map(emptyNode);
  const valueOf = (part: unknown): unknown => {
    if (!Array.isArray(part)) {
      if (typeof part === "object" && part !== null) throw garbled("parts must be flat", part);
      return part;
    }
    const [named] = part;
    if (typeof named === "string") return namedPrimitive(named);
    const object = Number.isInteger(named) ? objects[named] : undefined;
    if (object === undefined) {
      throw garbled(`references must be to one of ${objects.length} nodes`, named);
    }
    return object;
  };
  for (let i = 0; i < nodes.length; i++) fillNode(objects[i]!, nodes[i], valueOf);
  return valueOf(root);
}

function parse(text: string): { root: unknown; nodes?: unknown } {
  const parsed = json(text) as { version?: unknown; root: unknown; nodes?: unknown } | null;
  if (parsed?.version !== 1) throw garbled("version must be 1", parsed?.version);
  return parsed;
}

/** @throws {SyntaxError} when `text` is no JSON */
export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const rule = `the text must be JSON, got ${quote(text)}`;
    throw new SyntaxError(`Cannot decode a state: ${rule}`, { cause });
  }
}

function emptyNode(node: unknown): object {
  if (!Array.isArray(node)) throw garbled("each node must be an array", node);
  const [kind] = node;
  const paired = kind === "object" || kind === "bare" || kind === "map";
  if (paired && node.length % 2 === 0) throw garbled("keys and values must be paired", node);
  const empty = kind === "opaque" ? new Opaque(node[1]) : emptyOf(kind);
  if (empty === undefined) throw garbled("each node must begin with its kind", kind);
  return empty;
}

function fillNode(object: object, node: unknown[], valueOf: (part: unknown) => unknown): void {
  if (object instanceof Opaque) return;
  if (Array.isArray(object)) {
    for (let i = 1; i < node.length; i++) object.push(valueOf(node[i]));
  } else if (object instanceof Map) {
    for (let i = 1; i < node.length; i += 2) object.set(valueOf(node[i]), valueOf(node[i + 1]));
  } else if (object instanceof Set) {
    for (let i = 1; i < node.length; i++) object.add(valueOf(node[i]));
  } else {
    for (let i = 1; i < node.length; i += 2) {
      const key = node[i];
      if (typeof key !== "string") throw garbled("keys must be strings", key);
      setProperty(object, key, valueOf(node[i + 1]));
    }
  }
}

/** Returns the primitive with a name that stands for it in the text of a state. */
export function namedPrimitive(name: string): undefined | number | bigint {
  switch (name) {
    case "undefined":
      return undefined;
    case "-0":
    case "NaN":
    case "Infinity":
    case "-Infinity":
      return Number(name);
    default:
      if (!/^-?\d+n$/.test(name)) throw garbled("names must be of known primitives", name);
      return BigInt(name.slice(0, -1));
  }
}

/** Returns the error for a text that is none of a state. */
export function garbled(rule: string, value: unknown): SyntaxError {
  return new SyntaxError(`Cannot decode a state: ${rule}, got ${quote(value)}`);
}

/** Number of steps of a path that are shown. */
const LONGEST_PATH = 20;

/** The greatest depth of a JSON value. */
const DEEPEST_JSON = 10_000;

/**
 * Requires that JSON can hold `value` as it is: a string, a finite number, a boolean, `null`, or an
 * array or classless object of such. A property may also be `undefined`, and is then left out.
 *
 * @throws {TypeError} with the path to what isn't a JSON value, behind `name`
 */
export function requireJson(value: unknown, name: string): void {
  if (!isFlatJson(value)) requireDeepJson(value, name);
}

/** Whether `value` is an object of primitives, as most commands are: no search is needed to see that. */
function isFlatJson(value: unknown): boolean {
  if (typeof value !== "object" || value === null || kindOf(value) !== "object") return false;
  return Object.getOwnPropertySymbols(value).length === 0 &&
    Object.values(value).every((member) => member === undefined || isJsonPrimitive(member));
}

function requireDeepJson(value: unknown, name: string): void {
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

/**
 * A value of a user: kept as it is and never inspected.
 *
 * @example
 * ```ts
 * import { fork, Opaque } from "@lockstep/lockstep/machine";
 *
 * const task = { input: new Opaque({ url: new URL("https://example.com") }) };
 * console.log(fork(task).input.value === task.input.value); // true
 * ```
 */
export class Opaque {
  /** The value. */
  readonly value: unknown;

  /** Wraps `value` so that it can be part of a state. */
  constructor(value: unknown) {
    this.value = value;
  }
}

/** The kinds of plain data that aren't primitive; a bare object has no prototype. */
type Kind = "object" | "bare" | "array" | "map" | "set" | "opaque";

/** Returns the kind of `value`, or `undefined` when it isn't plain data. */
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

/** Returns an empty value of `kind`; `undefined` for an unknown kind, and for `opaque`. */
function emptyOf(kind: unknown): object | undefined {
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
function setProperty(object: object, key: string, value: unknown): void {
  if (key !== "__proto__") (object as Record<string, unknown>)[key] = value;
  else Object.defineProperty(object, key, { value, ...ORDINARY });
}

const ORDINARY = { writable: true, enumerable: true, configurable: true };

/** Returns the error for the first part of `root`, from the top, that isn't plain data. */
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

/** Returns the step of a path to the property `key`. */
function property(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${quote(key)}]`;
}

/** Names `value` in an error: `a Date`, `NaN`. */
function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return quote(value);
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  if (typeof name !== "string" || name === "") return "an object of a nameless class";
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}
