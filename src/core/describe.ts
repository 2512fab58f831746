/**
 * One-line descriptions of events for people: what an event is about, and what changed from what to what.
 *
 * @module
 */

import type { Instant, Named } from "./machine.ts";
import { counted, quote } from "./arguments.ts";

/** From the name of an event to the function that describes it. */
export type Descriptions<Event extends Named> = {
  readonly [Each in Event as Each["type"]]: (event: Each) => string;
};

/** The longest description, in characters. */
const LONGEST = 400;

/**
 * Returns the `describe` of a machine: one line such as `task t1: ready → assigned to a1 (epoch 5)`;
 * for an event that is not in `descriptions`, or is malformed, its fields. Never throws.
 */
export function describer<Event extends Named>(
  descriptions: Descriptions<Event>,
): (event: Named) => string {
  const byName: ReadonlyMap<string, (event: never) => string> = new Map(
    Object.entries(descriptions),
  );
  return (event) => {
    try {
      const describe = byName.get(event.type);
      if (describe !== undefined) return oneLine(describe(event as never), LONGEST);
    } catch {
      // A foreign event of the same name has other fields.
    }
    return readable(event);
  };
}

/** An error in a description. */
export function thrown({ name, message }: { name: string; message: string }): string {
  return oneLine(`${name}: ${message}`);
}

/** Returns whether a value is the data of an error with a stack, which no description shows. */
function isErrorData(value: unknown): value is { name: string; message: string } {
  if (typeof value !== "object" || value === null || value instanceof Error) return false;
  const { name, message, stack } = value as { name?: unknown; message?: unknown; stack?: unknown };
  return typeof stack === "string" && typeof name === "string" && typeof message === "string";
}

/** A noun and an id in a description; without the noun if the id begins with it. */
export function subject(kind: string, id: string): string {
  return id.startsWith(`${kind}-`) ? id : `${kind} ${id}`;
}

/** A refusal in a description. */
export function refusal(command: string, subject: string, agentId: string, why: string): string {
  const of = subject === "" ? "" : ` of ${subject}`;
  const by = agentId === "" ? "" : ` by ${agentId}`;
  return `refused: ${command}${of}${by} (${why})`;
}

/** Number of characters of a value that are shown. */
const LONGEST_VALUE = 200;
/** Number of characters of a text that are shown within a value or a description. */
const LONGEST_TEXT = 120;
/** The last instant that a `Date` can hold. */
const LATEST = 8.64e15;
const DAY = 86_400_000;
/** The fields that hold what users carry, which is shown as it came. */
const CARRIED: ReadonlySet<string> = new Set([
  ...["error", "input", "metadata", "payload", "progress", "response", "result"],
]);
/** Depth to which a value is shown. */
const DEEPEST = 4;

/** Controls, and what changes the direction of text or can't be seen. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const WORD = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** `value` as one line that looks like source code, cut when it is long. Never throws. */
export function readable(value: unknown): string {
  return written(value, false);
}

/**
 * The fields of `record` but its `type`, as `name=value` each. Those that stand for nothing, which
 * are empty, 0 or `undefined`, are left out, but for those in what users carry. Never throws.
 */
export function fields(record: object): string {
  const parts: string[] = [];
  let length = 0;
  try {
    for (const [name, value] of ownEntries(record)) {
      if (name === "type" || isNothing(value)) continue;
      if (length > LONGEST_VALUE) return parts.join(" ") + " …";
      const part = `${oneLine(name)}=${written(value, !CARRIED.has(name))}`;
      length += part.length;
      parts.push(part);
    }
  } catch {
    parts.push("… which can't be shown");
  }
  return parts.join(" ");
}

function written(value: unknown, isTerse: boolean): string {
  const writer = new Writer(LONGEST_VALUE, isTerse);
  try {
    writer.value(value, DEEPEST);
  } catch {
    writer.add("… which can't be shown");
  }
  return cut(writer.text, LONGEST_VALUE);
}

/** `text` as a part of a line: cut when it is long, and without anything that moves a cursor. */
export function oneLine(text: string, most: number = LONGEST_TEXT): string {
  return cut(text, most).replace(UNPRINTABLE, escape);
}

/** Returns the part of a sentence about a wait whose caller has left; `""` while that is there. */
export function leftText(keptUntil: Instant | undefined): string {
  return keptUntil === undefined
    ? ""
    : `; its caller has left, and it is kept until ${timeOfDay(keptUntil)}`;
}

/** The time of day of `at`, in UTC. */
export function timeOfDay(at: Instant): string {
  if (!(Math.abs(at) <= LATEST)) return at === Infinity ? "never" : String(at);
  const ms = ((Math.trunc(at) % DAY) + DAY) % DAY;
  const part = (unit: number, base: number, width: number) =>
    String(Math.floor(ms / unit) % base).padStart(width, "0");
  return `${part(3_600_000, 24, 2)}:${part(60_000, 60, 2)}:${part(1000, 60, 2)}.${
    part(1, 1000, 3)
  }`;
}

/** The first few of `names` as a list, and how many more there are. */
export function listed(names: readonly string[], most = 5): string {
  if (names.length === 0) return "none";
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

function escape(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === "" || value === 0 ||
    (Array.isArray(value) && value.length === 0);
}

function cut(text: string, most: number): string {
  return text.length > most ? text.slice(0, most - 1) + "…" : text;
}

/** Writes values until there is no room. */
class Writer {
  text = "";
  readonly #most: number;
  #isTerse: boolean;
  /** The values that are being written, outermost first. */
  readonly #path: object[] = [];

  /**
   * Writes up to `most` characters and a bit; when it is terse, no fields that stand for nothing.
   */
  constructor(most: number, isTerse: boolean) {
    this.#most = most;
    this.#isTerse = isTerse;
  }

  value(value: unknown, depth: number): void {
    if (isErrorData(value)) {
      this.add(thrown(value));
    } else if (typeof value === "string") {
      this.add(`"${oneLine(value).replaceAll('"', '\\"')}"`);
    } else if (typeof value !== "object" || value === null) {
      this.add(quote(value));
    } else if (value instanceof Error) {
      this.add(oneLine(`${value.name}: ${value.message}`));
    } else if (value instanceof Date) {
      this.add(timeOfDay(value.getTime()));
    } else if (this.#path.includes(value)) {
      this.add("[itself]");
    } else if (depth === 0) {
      this.add(Array.isArray(value) ? "[…]" : "{…}");
    } else {
      this.#path.push(value);
      this.container(value, depth - 1);
      this.#path.pop();
    }
  }

  container(value: object, depth: number): void {
    if (Array.isArray(value)) return this.items("[", value, "]", depth);
    if (value instanceof Set) return this.items("Set [", value, "]", depth);
    if (value instanceof Map) return this.entries("Map {", value, "}", depth);
    if (ArrayBuffer.isView(value)) return this.add(counted(value.byteLength, "byte"));
    this.entries("{", ownEntries(value), "}", depth);
  }

  items(open: string, items: Iterable<unknown>, close: string, depth: number): void {
    this.add(open);
    let separator = "";
    for (const item of items) {
      this.add(separator);
      if (this.isFull) break;
      this.value(item, depth);
      separator = ", ";
    }
    this.add(close);
  }

  entries(
    open: string,
    entries: Iterable<readonly [unknown, unknown]>,
    close: string,
    depth: number,
  ): void {
    this.add(open);
    let separator = " ";
    for (const [name, value] of entries) {
      if (value === undefined || (this.#isTerse && isNothing(value))) continue;
      this.add(separator);
      if (this.isFull) break;
      if (typeof name === "string" && WORD.test(name)) this.add(oneLine(name));
      else this.value(name, depth);
      this.add(": ");
      const isTerse = this.#isTerse;
      if (CARRIED.has(name as string)) this.#isTerse = false;
      this.value(value, depth);
      this.#isTerse = isTerse;
      separator = ", ";
    }
    this.add(separator === " " ? close : ` ${close}`);
  }

  get isFull(): boolean {
    return this.text.length > this.#most;
  }

  add(text: string): void {
    if (!this.isFull) this.text += text;
  }
}

function* ownEntries(value: object): Iterable<readonly [string, unknown]> {
  for (const name of Object.keys(value)) yield [name, (value as Record<string, unknown>)[name]];
}

/** Width of the column of event names. */
const NAME_WIDTH = 27;

/** An event as a line of a trace; its sequence number is `-1` when a user emitted it. */
export function eventLine(
  name: string,
  payload: unknown,
  sequence: number,
  at: Instant,
  describe?: (event: never) => string,
): string {
  const place = sequence < 0 ? "·" : `#${sequence}`;
  return `${timeOfDay(at)} ${place.padStart(6)} ${oneLine(name).padEnd(NAME_WIDTH)} ` +
    (describe === undefined ? readable(payload) : describe(payload as never));
}

/** An event of a journal as a line of its log, which begins with the place of its command. */
export function logLine(
  { place, sequence, at, event, description }: {
    readonly place: string;
    readonly sequence: number;
    readonly at: Instant;
    readonly event: Named;
    readonly description: string;
  },
): string {
  return `${place.padStart(8)} ${eventLine(event.type, event, sequence, at, () => description)}`;
}

/** A command as a line of a trace, with its position in the journal and the events that it led to. */
export function commandLine(
  machine: string,
  place: string | number,
  command: Named,
  at: Instant,
  first: number,
  count: number,
): string {
  const what = `${command.type} ${fields(command)}`.trimEnd();
  return `${timeOfDay(at)} ${machine} ${place}: ${what} ${cameTo(first, count)}`;
}

function cameTo(first: number, count: number): string {
  if (count === 0) return "⇒ nothing";
  return count === 1 ? `⇒ #${first}` : `⇒ #${first}–#${first + count - 1}`;
}
