/**
 * Plain data as text and back, exactly.
 *
 * The text is JSON: {"version":1,"root":part,"nodes":[node, …]}. A node is ["kind", part, …], where
 * the parts of an object or a map are keys and values by turns, and those of an opaque node are its
 * value as it is, or none for `undefined`. A part is a string, a boolean, null, a number, or a list
 * of one: [i] refers to node i, and ["…"] names a primitive that JSON lacks.
 *
 * @module
 */

import { quote } from "../arguments.ts";
import { requireJson } from "./json.ts";
import { emptyOf, type Kind, kindOf, notPlain, Opaque, setProperty } from "./kinds.ts";

type Part = string | number | boolean | null | [number] | [string];

/**
 * `value` as text from which {@linkcode decode} makes it again: same contents in the same order,
 * same references. Data of the same shape has the same text. Costs O(size).
 *
 * What is {@linkcode Opaque} must hold a JSON value, or `undefined`.
 *
 * @throws {TypeError} when something in `value` isn't plain data
 */
export function encode(value: unknown): string {
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
  const root = partOf(value);
  const nodes: unknown[][] = [];
  for (let i = 0; i < objects.length; i++) {
    const object = objects[i]!;
    const kind = kindOf(object);
    if (kind === undefined) throw notPlain("encode", value);
    nodes.push(nodeOf(kind, object, partOf));
  }
  return JSON.stringify({ version: 1, root, nodes });
}

function primitivePart(value: string | number | boolean | null | undefined | bigint): Part {
  if (value === undefined) return ["undefined"];
  if (typeof value === "bigint") return [`${value}n`];
  if (typeof value !== "number") return value;
  if (Object.is(value, -0)) return ["-0"];
  return Number.isFinite(value) ? value : [String(value)];
}

function nodeOf(kind: Kind, object: object, partOf: (part: unknown) => Part): unknown[] {
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
 * What {@linkcode encode} made the text of.
 *
 * @throws {SyntaxError} when `text` comes from nowhere near it
 */
export function decode(text: string): unknown {
  const { root, nodes } = parse(text);
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
  for (let i = 0; i < nodes.length; i++) fillNode(objects[i]!, nodes[i]!, valueOf);
  return valueOf(root);
}

function parse(text: string): { root: unknown; nodes: unknown[][] } {
  let parsed: { version?: unknown; root?: unknown; nodes?: unknown } | null;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot decode a state: the text must be JSON, got ${quote(text)}`, {
      cause,
    });
  }
  if (parsed?.version !== 1) throw garbled("version must be 1", parsed?.version);
  const { root, nodes } = parsed;
  if (!Array.isArray(nodes)) throw garbled("nodes must be an array", nodes);
  return { root, nodes };
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

function namedPrimitive(name: string): undefined | number | bigint {
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

function garbled(rule: string, value: unknown): SyntaxError {
  return new SyntaxError(`Cannot decode a state: ${rule}, got ${quote(value)}`);
}
