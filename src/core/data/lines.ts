/**
 * Plain data as lines of text, for states that are too large for one: they are written and read line by
 * line, so that there can be pauses in between.
 *
 * The first line is {"version":2}. Each other one is a JSON array of tokens. The tokens of all lines are
 * one sequence: a member, which is the value, and then the contents of each object that a member began,
 * in the order in which they did. What an object is stands where it is begun, so that it can be made
 * before its contents are read.
 *
 * A member is a {@linkcode Code}, and what that says. The contents of an array, a map or a set are the
 * number of entries, and their members. Objects with the same keys share a shape, which stands before the
 * first of them: {"keys":[key, …],"isBare":false,"template":[[value], …]}. Their contents are the number
 * of a layout, and the members whose codes it lists: those in which the object differs from the template.
 * A layout stands before its first use, too: {"shape":n,"columns":[index, code, …]}.
 *
 * @module
 */

import { garbled, json, kindOf, namedPrimitive, notPlain, Opaque, requireJson } from "./plain.ts";

/** Begins a member. A code from `OBJECT` on begins an object of the shape with that number. */
type Code = number;

/** A string, a finite number, a boolean or `null` follows. */
const VALUE = 0;
/** Nothing follows. */
const UNDEFINED = 1;
/** The name of a primitive follows that JSON lacks. */
const NAMED = 2;
/** The number of an object follows, in the order of their beginnings. */
const REFERENCE = 3;
/** The value of an opaque object follows. */
const OPAQUE = 4;
/** An opaque object of `undefined`. */
const OPAQUE_UNDEFINED = 5;
const ARRAY = 6;
const MAP = 7;
const SET = 8;
const OBJECT = 9;

/** What is written of an object: the indices of keys by turns with the codes of their members. */
type Layout = readonly number[];

/** The keys that objects share. */
interface Shape {
  /** The code that begins an object of the shape. */
  readonly code: Code;
  readonly keys: readonly string[];
  readonly isBare: boolean;
}

/**
 * Returns `value` in lines of some ten kilobytes for a {@linkcode LineDecoder}, made one by one: same
 * contents in the same order, same references. Data of the same shape has the same lines. Costs O(size).
 * Opaque values must be JSON, or `undefined`. The value must not change meanwhile.
 *
 * @throws {TypeError} when something in `value` isn't plain data
 */
export function* encodeLines(value: unknown): Generator<string, void, undefined> {
  yield JSON.stringify({ version: VERSION });
  const encoder = new Encoder(value);
  for (const _ of encoder.run()) yield encoder.line();
}

/** A shape while it is written. */
interface WrittenShape extends Shape {
  /** The values of its first object, by key; `undefined` for what JSON lacks. */
  readonly template: readonly unknown[];
  /** The number of each layout, by its text. */
  readonly layouts: Map<string, number>;
}

class Encoder {
  readonly #value: unknown;
  #tokens: unknown[] = [];
  /** About the length of their text. */
  #length = 0;
  readonly #numbers = new Map<object, number>();
  /** The objects that were begun. */
  readonly #objects: object[] = [];
  readonly #codes: Code[] = [];
  readonly #shapes: WrittenShape[] = [];
  /** By the text of the keys. */
  readonly #byKeys = new Map<string, WrittenShape>();
  /** The last shape with so many keys. */
  readonly #newest: WrittenShape[] = [];

  constructor(value: unknown) {
    this.#value = value;
  }

  /** Returns what was written since the last line. */
  line(): string {
    const line = JSON.stringify(this.#tokens);
    this.#tokens = [];
    this.#length = 0;
    return line;
  }

  /** Writes everything, with a pause whenever a line is full, and at the end. */
  *run(): Generator<void, void, undefined> {
    this.#write(this.#value);
    for (let i = 0; i < this.#objects.length; i++) {
      const object = this.#objects[i]!;
      const code = this.#codes[i]!;
      if (code === OPAQUE || code === OPAQUE_UNDEFINED) continue;
      if (code >= OBJECT) this.#writeObject(object, this.#shapes[code - OBJECT]!);
      else yield* this.#writeEntries(object as unknown[] | Map<unknown, unknown> | Set<unknown>);
      if (this.#length >= LINE_LENGTH) yield;
    }
    yield;
  }

  *#writeEntries(
    entries: unknown[] | Map<unknown, unknown> | Set<unknown>,
  ): Generator<void, void, undefined> {
    if (Array.isArray(entries)) {
      this.#put(entries.length);
      for (let i = 0; i < entries.length; i++) {
        this.#write(entries[i]);
        if (this.#length >= LINE_LENGTH) yield;
      }
      return;
    }
    this.#put(entries.size);
    for (const [key, value] of entries.entries()) {
      this.#write(key);
      if (entries instanceof Map) this.#write(value);
      if (this.#length >= LINE_LENGTH) yield;
    }
  }

  #writeObject(object: object, shape: WrittenShape): void {
    const { keys, template } = shape;
    const columns: number[] = [];
    const members: unknown[] = [];
    for (let i = 0; i < keys.length; i++) {
      const value = (object as Record<string, unknown>)[keys[i]!];
      if (Object.is(value, template[i])) continue;
      const code = this.#codeOf(value);
      columns.push(i, code);
      members.push(value);
    }
    const text = columns.join();
    let layout = shape.layouts.get(text);
    if (layout === undefined) {
      layout = shape.layouts.size;
      shape.layouts.set(text, layout);
      this.#put({ shape: shape.code - OBJECT, columns }, text.length);
    }
    this.#put(layout);
    for (let i = 0; i < members.length; i++) this.#writeRest(columns[2 * i + 1]!, members[i]);
  }

  #write(value: unknown): void {
    const code = this.#codeOf(value);
    this.#put(code);
    this.#writeRest(code, value);
  }

  /** Returns the code of a member, and begins the object that it is, unless that was begun before. */
  #codeOf(value: unknown): Code {
    if (typeof value !== "object" || value === null) {
      if (value === undefined) return UNDEFINED;
      if (typeof value === "function" || typeof value === "symbol") throw this.#refusal();
      return isTemplate(value) ? VALUE : NAMED;
    }
    if (this.#numbers.has(value)) return REFERENCE;
    const code = this.#begin(value);
    this.#numbers.set(value, this.#objects.length);
    this.#objects.push(value);
    this.#codes.push(code);
    return code;
  }

  #begin(object: object): Code {
    switch (kindOf(object)) {
      case "array":
        return ARRAY;
      case "map":
        return MAP;
      case "set":
        return SET;
      case "opaque":
        return (object as Opaque).value === undefined ? OPAQUE_UNDEFINED : OPAQUE;
      case "object":
        return this.#shapeOf(object as Record<string, unknown>, false).code;
      case "bare":
        return this.#shapeOf(object as Record<string, unknown>, true).code;
      default:
        throw this.#refusal();
    }
  }

  /** Writes what follows the code of a member. */
  #writeRest(code: Code, value: unknown): void {
    if (code === VALUE) this.#put(value, typeof value === "string" ? value.length : 0);
    else if (code === NAMED) this.#put(nameOf(value as number | bigint));
    else if (code === REFERENCE) this.#put(this.#numbers.get(value as object));
    else if (code === OPAQUE) {
      const opaque = (value as Opaque).value;
      requireJson(opaque, "opaque value");
      this.#put(opaque, typeof opaque === "object" ? JSON.stringify(opaque).length : 0);
    }
  }

  #shapeOf(object: Record<string, unknown>, isBare: boolean): WrittenShape {
    const keys = Object.keys(object);
    const newest = this.#newest[keys.length];
    if (newest?.isBare === isBare && newest.keys.every((key, i) => key === keys[i])) return newest;
    const text = `${isBare}${JSON.stringify(keys)}`;
    let shape = this.#byKeys.get(text);
    if (shape === undefined) {
      const code = OBJECT + this.#shapes.length;
      const template = keys.map((key) => isTemplate(object[key]) ? object[key] : undefined);
      shape = { code, keys, isBare, template, layouts: new Map() };
      this.#shapes.push(shape);
      this.#byKeys.set(text, shape);
      const values = template.map((each) => each === undefined ? [] : [each]);
      this.#put({ keys, isBare, template: values }, text.length);
    }
    return this.#newest[keys.length] = shape;
  }

  #put(token: unknown, length = 0): void {
    this.#tokens.push(token);
    this.#length += length + 3;
  }

  #refusal(): TypeError {
    return notPlain("encode", this.#value);
  }
}

/** Whether a template may have a value: `undefined`, or a primitive that JSON has. */
function isTemplate(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    default:
      return value === null;
  }
}

/** Returns the name of a primitive that JSON lacks. */
function nameOf(value: number | bigint): string {
  if (typeof value === "bigint") return `${value}n`;
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A shape while it is read. */
interface ReadShape extends Shape {
  /** An object of the shape, of which others are copies. */
  readonly template: Readonly<Record<string, unknown>>;
  readonly layouts: Layout[];
}

/** Reads the lines of {@linkcode encodeLines}, one by one. */
export class LineDecoder {
  #isBegun = false;
  #tokens: readonly unknown[] = [];
  /** The index of the next token. */
  #at = 0;
  readonly #shapes: ReadShape[] = [];
  /** The objects that were begun. */
  readonly #objects: object[] = [];
  readonly #codes: Code[] = [];
  #hasRoot = false;
  #root: unknown;
  /** The number of the object whose contents come next. */
  #filled = 0;
  /** Number of its entries that are still to come, once it was read. */
  #entries: number | undefined;

  /** Takes the next line. @throws {SyntaxError} when it isn't such a line */
  add(line: string): void {
    const tokens = json(line);
    if (!this.#isBegun) {
      const version = (tokens as { version?: unknown } | null)?.version;
      if (version !== VERSION) throw garbled(`version must be ${VERSION}`, version);
      this.#isBegun = true;
      return;
    }
    if (!Array.isArray(tokens)) throw garbled("a line must be an array", tokens);
    this.#tokens = tokens;
    this.#at = 0;
    while (this.#at < tokens.length) {
      if (this.#define()) continue;
      if (this.#hasRoot) this.#fill();
      else {
        this.#root = this.#member(this.#number());
        this.#hasRoot = true;
      }
    }
    if (this.#at > tokens.length) throw garbled("a line must have whole members", line);
  }

  /** Returns the value. @throws {SyntaxError} when lines are missing */
  value(): unknown {
    this.#passOpaque();
    if (!this.#hasRoot || this.#filled < this.#objects.length) {
      throw garbled("no line must be missing", undefined);
    }
    return this.#root;
  }

  /** Reads a shape or a layout, if that is next. */
  #define(): boolean {
    const token = this.#tokens[this.#at];
    if (typeof token !== "object" || token === null) return false;
    this.#at++;
    const { keys, isBare, template, shape, columns } = token as Record<string, unknown>;
    if (columns !== undefined) {
      const known = this.#shapes[shape as number];
      if (known === undefined || !isLayout(columns, known.keys)) {
        throw garbled("a layout must be of keys of a shape", token);
      }
      known.layouts.push(columns);
      return true;
    }
    if (!isList(keys) || !isList(template) || keys.length !== template.length) {
      throw garbled("a shape must have keys and a template", token);
    }
    this.#shapes.push({
      code: OBJECT + this.#shapes.length,
      keys: keys as string[],
      isBare: isBare === true,
      template: templateOf(keys as string[], template),
      layouts: [],
    });
    return true;
  }

  /** Reads contents of the next object: all, or what the line has of it. */
  #fill(): void {
    this.#passOpaque();
    const object = this.#objects[this.#filled];
    if (object === undefined) throw garbled("contents must be of an object", this.#tokens);
    const code = this.#codes[this.#filled]!;
    if (code >= OBJECT) {
      const { keys, layouts } = this.#shapes[code - OBJECT]!;
      const layout = layouts[this.#number()];
      if (layout === undefined) throw garbled("contents must have a layout", this.#tokens);
      for (let i = 0; i < layout.length; i += 2) {
        const key = keys[layout[i]!]!;
        // The template has the key, so this sets it whatever its name is.
        (object as Record<string, unknown>)[key] = this.#member(layout[i + 1]!);
      }
      this.#filled++;
      return;
    }
    let left = this.#entries ?? this.#number();
    while (left > 0 && this.#at < this.#tokens.length) {
      if (this.#define()) continue;
      const member = this.#member(this.#number());
      if (code === ARRAY) (object as unknown[]).push(member);
      else if (code === SET) (object as Set<unknown>).add(member);
      else {
        this.#define();
        (object as Map<unknown, unknown>).set(member, this.#member(this.#number()));
      }
      left--;
    }
    this.#entries = left > 0 ? left : undefined;
    if (left === 0) this.#filled++;
  }

  #passOpaque(): void {
    for (let code; (code = this.#codes[this.#filled]) !== undefined; this.#filled++) {
      if (code !== OPAQUE && code !== OPAQUE_UNDEFINED) return;
    }
  }

  /** Reads a number of a code, an object, a layout or entries. */
  #number(): number {
    const token = this.#tokens[this.#at++];
    if (typeof token !== "number") throw garbled("there must be a number", token);
    return token;
  }

  /** Reads what follows the code of a member, and returns that. */
  #member(code: Code): unknown {
    switch (code) {
      case VALUE:
        return this.#tokens[this.#at++];
      case UNDEFINED:
        return undefined;
      case NAMED:
        return namedPrimitive(String(this.#tokens[this.#at++]));
      case REFERENCE: {
        const number = this.#number();
        const object = this.#objects[number];
        if (object === undefined) throw garbled("references must be to objects before", number);
        return object;
      }
      default: {
        const object = this.#begin(code);
        this.#objects.push(object);
        this.#codes.push(code);
        return object;
      }
    }
  }

  #begin(code: Code): object {
    switch (code) {
      case OPAQUE:
        return new Opaque(this.#tokens[this.#at++]);
      case OPAQUE_UNDEFINED:
        return new Opaque(undefined);
      case ARRAY:
        return [];
      case MAP:
        return new Map();
      case SET:
        return new Set();
    }
    const shape = this.#shapes[code - OBJECT];
    if (shape === undefined) throw garbled("members must begin with a known code", code);
    const { template } = shape;
    // A copy has its properties at once, in one allocation.
    return shape.isBare ? Object.assign(Object.create(null), template) : { ...template };
  }
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

/** Whether `columns` are indices of keys by turns with codes. */
function isLayout(columns: unknown, keys: readonly string[]): columns is Layout {
  return isList(columns) && columns.length % 2 === 0 &&
    columns.every((each, i) => typeof each === "number" && (i % 2 === 1 || each in keys));
}

/** Returns the object with these keys, whose values are lists of one, or of none for `undefined`. */
function templateOf(keys: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  // JSON makes any key a property of its own, and all of them at once.
  const template = JSON.parse(`{${keys.map((key) => `${JSON.stringify(key)}:null`).join()}}`);
  for (let i = 0; i < keys.length; i++) template[keys[i]!] = (values[i] as unknown[])[0];
  return template;
}

/** The version of the lines; 1 had nodes in which each object was named by a number. */
const VERSION = 2;

/** The length of a line from which on the next member begins another one. */
const LINE_LENGTH = 50_000;
