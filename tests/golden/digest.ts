/**
 * Digests of events that depend on nothing but the events: not on the order of keys, not on classes.
 */

import { createHash } from "node:crypto";

/** What a run came to. */
export interface Digest {
  /** How many commands were stepped. */
  readonly commands: number;
  /** How many events they had. */
  readonly events: number;
  /** The SHA-256 of the text of all commands' events, in hexadecimal digits. */
  readonly hash: string;
  /** For each {@linkcode CHUNK} commands, the first 8 digits of the SHA-256 of their events' text. */
  readonly chunks: readonly string[];
  /** The first 16 digits of the SHA-256 of the text of the last state. */
  readonly state: string;
}

/** How many commands share a checkpoint. */
export const CHUNK = 10;

const DIGITS = 8;

/**
 * Digests the events of one command after the other. The text of a command's events is the canonical
 * JSON of each on a line, and an empty line after them.
 */
export class Digester {
  readonly #hash = createHash("sha256");
  readonly #chunks: string[] = [];
  #commands = 0;
  #events = 0;
  #text = "";

  /** Adds the events of the next command. */
  add(events: readonly unknown[]): void {
    for (const event of events) this.#text += `${canonical(event)}\n`;
    this.#text += "\n";
    this.#events += events.length;
    if (++this.#commands % CHUNK === 0) this.#endChunk();
  }

  /** Ends it with the text of the last state; nothing may be added afterwards. */
  digest(state: string): Digest {
    if (this.#text !== "") this.#endChunk();
    return {
      commands: this.#commands,
      events: this.#events,
      hash: this.#hash.digest("hex"),
      chunks: this.#chunks,
      state: createHash("sha256").update(state).digest("hex").slice(0, 2 * DIGITS),
    };
  }

  #endChunk(): void {
    this.#hash.update(this.#text);
    const hash = createHash("sha256").update(this.#text).digest("hex");
    this.#chunks.push(hash.slice(0, DIGITS));
    this.#text = "";
  }
}

/**
 * JSON with sorted keys. A property that is `undefined` counts as absent. What JSON lacks is an array
 * that begins with a name which starts with `$`:
 *
 * - `["$number","Infinity"]`, also `-Infinity`, `NaN` and `-0`
 * - `["$undefined"]` in an array
 * - `["$map",[key,value],…]` and `["$set",member,…]`, in their order
 * - `["$opaque",{…}]` with the properties of an object of any other class
 *
 * @throws {TypeError} when `value` contains a function, a symbol or a bigint
 */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? String(value)
        : `["$number","${Object.is(value, -0) ? "-0" : value}"]`;
    case "undefined":
      return `["$undefined"]`;
    case "object":
      return value === null ? "null" : canonicalObject(value);
    default:
      throw new TypeError(`Cannot digest an event: it must be plain data, got a ${typeof value}`);
  }
}

function canonicalObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value instanceof Map) return canonical(["$map", ...value]);
  if (value instanceof Set) return canonical(["$set", ...value]);
  const properties: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = (value as Readonly<Record<string, unknown>>)[key];
    if (member !== undefined) properties.push(`${JSON.stringify(key)}:${canonical(member)}`);
  }
  const json = `{${properties.join()}}`;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? json : `["$opaque",${json}]`;
}
