/**
 * Reads typed values from a YAML document. Collects problems with their positions instead of throwing
 * at the first; an invalid value is read as `undefined`.
 *
 * @module
 */

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  Scalar,
} from "yaml";
import { LONGEST_ID } from "../core/arguments.ts";
import { DURATION_RULE, parseDuration } from "../service/durations.ts";
import { didYouMean } from "../core/arguments.ts";
import type { Position, Problem } from "./problems.ts";

/** An entry of a mapping. */
export interface Entry {
  readonly name: string;
  /** Position of its key. */
  readonly at: Position;
  readonly value: Node;
}

/** A name and its position. */
export interface Name {
  readonly name: string;
  readonly at: Position;
}

/** Reads the nodes of one document. */
export class YamlReader {
  readonly problems: Problem[] = [];
  readonly #document: Document;
  readonly #lines: LineCounter;
  /** The mappings whose merge keys are being resolved. */
  readonly #merging = new Set<Node>();

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  /** Position of `node`. */
  at(node: Node | null | undefined): Position {
    return this.atOffset(node?.range?.[0] ?? 0);
  }

  /** Position of an offset into the text. */
  atOffset(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** Adds a problem. */
  report(at: Position, subject: string | undefined, message: string): undefined {
    this.problems.push({ line: at.line, column: at.column, subject, message });
  }

  /** Reads the entries of a mapping, those of merge keys included. A duplicate key is a problem. */
  entries(node: Node | null, subject: string | undefined, what: string): Entry[] | undefined {
    const mapping = this.#resolve(node);
    if (!isMap(mapping)) {
      const isKey = isScalar(mapping) && /^[\w-]+:\S/.test(String(mapping.value));
      const hint = isKey ? "; a key is followed by a colon and a space" : "";
      const rule = `${what} must be a mapping, got ${show(mapping)}`;
      return this.report(this.at(node), subject, rule + hint);
    }
    const entries = new Map<string, Entry>();
    const inherited: Entry[] = [];
    for (const { key, value } of mapping.items as { key: Node; value: Node | null }[]) {
      if (isScalar(key) && key.value === "<<" && key.type === "PLAIN") {
        inherited.push(...this.#merged(value, subject));
        continue;
      }
      const name = this.name(key, subject, "a key");
      if (name === undefined) continue;
      const first = entries.get(name.name);
      if (first !== undefined) this.report(name.at, subject, duplicate(name.name, first.at));
      else entries.set(name.name, { ...name, value: value ?? emptyValue(key) });
    }
    for (const entry of inherited) {
      if (!entries.has(entry.name)) entries.set(entry.name, entry);
    }
    return [...entries.values()];
  }

  /** Reads the entries of a mapping by name; only `keys` are allowed. */
  fields(
    node: Node | null,
    subject: string | undefined,
    what: string,
    keys: readonly string[],
  ): Map<string, Entry> {
    const fields = new Map<string, Entry>();
    const mapping = this.#resolve(node);
    const isFlow = isMap(mapping) && mapping.flow === true;
    for (const entry of this.entries(node, subject, what) ?? []) {
      if (keys.includes(entry.name)) {
        fields.set(entry.name, entry);
        continue;
      }
      const hint = didYouMean(entry.name, keys) ||
        (isFlow && this.isEmpty(entry.value)
          ? "; put a text that contains a comma in quotes"
          : `; the keys are ${keys.join(", ")}`);
      this.report(entry.at, subject, `unknown key ${JSON.stringify(entry.name)}${hint}`);
    }
    return fields;
  }

  /** Reads a name. Numbers and other scalars are read as written. */
  name(node: Node | null, subject: string | undefined, what: string): Name | undefined {
    const scalar = this.#resolve(node);
    if (!isScalar(scalar) || scalar.value === null) {
      return this.report(this.at(node), subject, `${what} must be a name, got ${show(scalar)}`);
    }
    const name = asWritten(scalar);
    // deno-lint-ignore no-control-regex -- finds control characters
    if (name === "" || name.length > LONGEST_ID || /[\u0000-\u001f\u007f]/.test(name)) {
      const rule = `${what} must have 1 to ${LONGEST_ID} characters and no control characters`;
      return this.report(this.at(node), subject, `${rule}, got ${JSON.stringify(name)}`);
    }
    return { name, at: this.at(node) };
  }

  /** Reads a list of distinct names, or a single name. */
  names(node: Node, subject: string, what: string): Name[] {
    const list = this.#resolve(node);
    if (isScalar(list) && list.value === null) {
      this.report(this.at(node), subject, `${what} must be a list of names, got nothing`);
      return [];
    }
    if (isMap(list)) {
      this.report(this.at(node), subject, `${what} must be a list of names, got a mapping`);
      return [];
    }
    const names = new Map<string, Name>();
    for (const item of isSeq(list) ? list.items as Node[] : [node]) {
      const name = this.name(item, subject, `each of ${what}`);
      if (name === undefined) continue;
      const first = names.get(name.name);
      if (first === undefined) names.set(name.name, name);
      else this.report(name.at, subject, `${what}: ${duplicate(name.name, first.at)}`);
    }
    return [...names.values()];
  }

  /** Reads a text that is not empty. `true` and other scalars, which may be commands, are read as written. */
  text(node: Node, subject: string, what: string): string | undefined {
    const scalar = this.#resolve(node);
    if (isScalar(scalar) && scalar.value !== null) {
      const text = asWritten(scalar);
      if (text.trim() !== "" && !text.includes("\0")) return text;
    }
    return this.report(this.at(node), subject, `${what} must be a text, got ${show(scalar)}`);
  }

  /** Reads a text, or a list of texts. */
  texts(node: Node, subject: string, what: string): string[] | undefined {
    const list = this.#resolve(node);
    if (!isSeq(list)) {
      const text = this.text(node, subject, what);
      return text === undefined ? undefined : [text];
    }
    if (list.items.length === 0) {
      return this.report(
        this.at(node),
        subject,
        `${what} must have at least one command, got none`,
      );
    }
    const texts = (list.items as Node[]).map((item) => this.text(item, subject, `each of ${what}`));
    return texts.every((text) => text !== undefined) ? texts as string[] : undefined;
  }

  /** Reads a number within `limits`. */
  number(
    node: Node,
    subject: string,
    what: string,
    limits: { least: number; most: number; integer: boolean },
  ): number | undefined {
    const scalar = this.#resolve(node);
    const value = isScalar(scalar) ? scalar.value : undefined;
    const fits = typeof value === "number" && value >= limits.least && value <= limits.most &&
      (!limits.integer || Number.isInteger(value));
    if (fits) return value;
    const kind = limits.integer ? "an integer" : "a number";
    const rule = `${what} must be ${kind} from ${limits.least} to ${limits.most}`;
    return this.report(this.at(node), subject, `${rule}, got ${show(scalar)}`);
  }

  /** Reads a duration into milliseconds. */
  duration(node: Node, subject: string, what: string): number | undefined {
    const scalar = this.#resolve(node);
    const value = isScalar(scalar) ? scalar.value : undefined;
    const ms = typeof value === "string" ? parseDuration(value) : undefined;
    if (ms !== undefined) return ms;
    const hint = typeof value === "number" && value > 0 ? `; write ${value}s for seconds` : "";
    const rule = `${what} must be ${DURATION_RULE}`;
    return this.report(this.at(node), subject, `${rule}, got ${show(scalar)}${hint}`);
  }

  /** Reads one of `choices`. */
  oneOf<Choice extends string>(
    node: Node,
    subject: string,
    what: string,
    choices: readonly Choice[],
  ): Choice | undefined {
    const scalar = this.#resolve(node);
    const value = isScalar(scalar) ? scalar.value : undefined;
    const choice = choices.find((each) => each === value);
    if (choice !== undefined) return choice;
    const hint = typeof value === "string" ? didYouMean(value, choices) : "";
    const rule = `${what} must be one of ${choices.join(", ")}`;
    return this.report(this.at(node), subject, `${rule}, got ${show(scalar)}${hint}`);
  }

  /** Reads environment variables. Numbers and other scalars are read as written. */
  environment(node: Node, subject: string | undefined): Map<string, string> {
    const variables = new Map<string, string>();
    for (const { name, at, value } of this.entries(node, subject, "env") ?? []) {
      const scalar = this.#resolve(value);
      if (name.includes("=")) {
        this.report(at, subject, `a variable's name must have no "=", got ${JSON.stringify(name)}`);
      } else if (!isScalar(scalar) || scalar.value === null || asWritten(scalar).includes("\0")) {
        const rule = `variable ${JSON.stringify(name)} must be a text`;
        this.report(this.at(value), subject, `${rule}, got ${show(scalar)}`);
      } else if (refersTo(name, asWritten(scalar))) {
        const rule = `variable ${JSON.stringify(name)} must not refer to itself`;
        const remedy = `values are taken as written; extend it in run: ${name}=…`;
        this.report(this.at(value), subject, `${rule}, got ${show(scalar)}; ${remedy}`);
      } else {
        variables.set(name, asWritten(scalar));
      }
    }
    return variables;
  }

  /** Whether `node` is a mapping. */
  isMapping(node: Node): boolean {
    return isMap(this.#resolve(node));
  }

  /** Whether `node` has no value. */
  isEmpty(node: Node): boolean {
    const scalar = this.#resolve(node);
    return isScalar(scalar) && scalar.value === null;
  }

  #resolve(node: Node | null): Node | null {
    if (!isAlias(node)) return node;
    return node.resolve(this.#document) ?? null;
  }

  /** Reads the entries of a merge key: those of a mapping, or of each mapping of a list. */
  #merged(node: Node | null, subject: string | undefined): Entry[] {
    const resolved = this.#resolve(node);
    const sources = isSeq(resolved) ? resolved.items as Node[] : [node];
    return sources.flatMap((source) => {
      const mapping = this.#resolve(source);
      if (mapping === null || this.#merging.has(mapping)) {
        this.report(this.at(source), subject, "<< must not lead back to its own mapping");
        return [];
      }
      this.#merging.add(mapping);
      const entries = this.entries(source, subject, "what << names") ?? [];
      this.#merging.delete(mapping);
      return entries;
    });
  }
}

/** Whether `value` refers to the variable `name` in the syntax of a shell. */
function refersTo(name: string, value: string): boolean {
  return [...value.matchAll(/\$\{?(\w+)/g)].some(([, each]) => each === name);
}

/** Returns an empty value for a key without a value. */
function emptyValue(key: Node): Scalar {
  const scalar = new Scalar(null);
  scalar.range = key.range ?? null;
  return scalar;
}

/** The text of a scalar: the value of a string, or the source of any other scalar. */
function asWritten(scalar: Scalar): string {
  return typeof scalar.value === "string" ? scalar.value : scalar.source ?? String(scalar.value);
}

function duplicate(name: string, first: Position): string {
  return `duplicate name ${JSON.stringify(name)}; first used on line ${first.line}`;
}

/** Formats a value for a message. */
export function show(node: Node | null): string {
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return node.items.length === 0 ? "an empty list" : "a list";
  if (!isScalar(node) || node.value === null) return "nothing";
  const text = asWritten(node);
  const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 1)}…` : text;
  return typeof node.value === "string" ? JSON.stringify(shown) : shown;
}

/** Maximum of characters of a value in a message. */
const LONGEST_SHOWN = 60;
