/**
 * The text of a state of the root machine: all that decides what it will do, and nothing else.
 *
 * States that differ only in what they count are one: of epochs and other numbers that only grow, and of
 * instants that are over, only the order matters; of instants to come, the time until then. So the worlds
 * are finite although epochs and time are not. What is counted for people is left out.
 *
 * @module
 */

import { Opaque } from "../../src/core/data/plain.ts";
import type { Timer } from "../../src/core/data/deadlines.ts";
import type { Instant } from "../../src/core/machine.ts";
import type { Owner } from "../../src/locks/state.ts";
import type { RootState } from "../../src/root/state.ts";

/** The fields that decide nothing: options, which do not change; counters; and figures for people. */
const OMITTED: ReadonlySet<string> = new Set([
  ...["config", "rules", "due", "position", "lockIndex", "ownerIndex", "fromIndex", "toIndex"],
  ...["search", "lastSearch", "sweepAt", "groupLimit", "history", "counts", "completed", "failed"],
  ...["conflictsByType", "resolutionsByStrategy", "lateResponses", "duplicates", "page", "pages"],
  ...["finishedAt", "lastHeardAt", "joinedAt", "timestamp", "lastWait", "registrations", "asked"],
  ...[
    "createdAt",
    "startedAt",
    "deliveredAt",
    "usedAt",
    "lastEpoch",
    "home",
    "reportedAt",
    "now",
    "waitId",
  ],
  ...[
    "incarnation",
    "lastIncarnation",
    "lastMessage",
    "lastHandler",
    "lastReceiver",
    "lastPermit",
    "reported",
  ],
  ...["spec", "prng", "sound", "failing", "budget", "paths", "chargedAt", "entries", "idle"],
]);

/** Numbers of which only the order matters, by the field that has them. */
const ORDERED: Readonly<Record<string, string>> = {
  ...{ request: "claim", lockEpoch: "claim", countsSince: "phase", permit: "permit" },
  ...{ number: "wait", receiverId: "receiver", order: "agent" },
};

/** The tables whose keys are such numbers. */
const KEYS: Readonly<Record<string, string>> = {
  ...{ lingering: "claim", calls: "claim", waits: "wait", endedWaits: "wait", asks: "ask" },
  ...{ receivers: "receiver", kept: "receiver", deliveries: "delivery", probes: "permit" },
};

/** Instants to come, of which the time until then matters. */
const TO_COME: ReadonlySet<string> = new Set([
  ...["dueAt", "untilMs", "until", "retryAt", "expiresAt", "disconnectedAt"],
]);

/** Separates the parts of the name of a claim, as an owner of locks. */
const MARK = "\u001f";

/** Returns the text of `state` at `now`. */
export function stateTextOf(state: Readonly<RootState>, now: Instant): string {
  return new Text(now).of(state as unknown as Fields);
}

type Fields = Readonly<Record<string, unknown>>;

class Text {
  readonly #now: Instant;
  readonly #indices = new Map<object, number>();
  /** By what they number, the numbers that occur. */
  readonly #numbers = new Map<string, Set<number>>();
  /** Texts, and numbers of which only the order matters. */
  readonly #parts: (string | readonly [of: string, value: number])[] = [];

  constructor(now: Instant) {
    this.#now = now;
  }

  of(state: Fields): string {
    this.#object(state, "");
    const ranks = new Map<string, Map<number, number>>();
    for (const [of, values] of this.#numbers) {
      const sorted = [...values].sort((a, b) => a - b);
      ranks.set(of, new Map(sorted.map((value, rank) => [value, rank])));
    }
    let text = "";
    for (const part of this.#parts) {
      text += typeof part === "string" ? part : ranks.get(part[0])!.get(part[1]);
    }
    return text;
  }

  #number(of: string, value: number): void {
    let values = this.#numbers.get(of);
    if (values === undefined) this.#numbers.set(of, values = new Set());
    values.add(value);
    this.#parts.push([of, value]);
  }

  #value(value: unknown, field: string): void {
    if (typeof value === "object" && value !== null) return this.#object(value, field);
    if (typeof value !== "string" || !value.includes(MARK)) {
      this.#parts.push(String(value));
      return;
    }
    // The name of a claim, or of the wait of one for another.
    const words = value.split(MARK);
    for (const [i, word] of words.entries()) {
      if (i % 2 === 1) this.#number("claim", Number(word));
      else this.#parts.push(word, ":");
    }
  }

  #object(object: object, field: string): void {
    const index = this.#indices.get(object);
    if (index !== undefined) {
      this.#parts.push(`#${index}`);
      return;
    }
    this.#indices.set(object, this.#indices.size);
    const parts = this.#parts;
    if (object instanceof Opaque) parts.push(JSON.stringify(object.value) ?? "");
    else if (Array.isArray(object)) this.#list(object);
    else if (object instanceof Set) this.#list([...object]);
    else if (object instanceof Map) this.#map(object, KEYS[field]);
    else if ("timers" in object) this.#list(pending(object.timers as Timer<unknown>[]));
    else this.#fields(object as Fields);
  }

  #list(list: readonly unknown[]): void {
    this.#parts.push("[");
    for (const each of list) {
      this.#value(each, "");
      this.#parts.push(",");
    }
    this.#parts.push("]");
  }

  #map(map: ReadonlyMap<unknown, unknown>, of: string | undefined): void {
    this.#parts.push("{");
    for (const [key, value] of map) {
      if (isIdle(value)) continue;
      if (of === undefined) this.#value(key, "");
      else this.#number(of, key as number);
      this.#parts.push(":");
      this.#value(value, "");
      this.#parts.push(",");
    }
    this.#parts.push("}");
  }

  #fields(object: Fields): void {
    const parts = this.#parts;
    parts.push("(");
    for (const field of Object.keys(object)) {
      const value = object[field];
      if (isNothing(value) || OMITTED.has(field)) continue;
      if (field === "since" && object.kind !== "hold") continue;
      if (field === "epoch" && "deadlines" in object) continue; // the newest of all
      if (
        field === "timer" || field === "heartbeat" || field === "total" || field === "lease" ||
        field === "timeout" || field === "expiry"
      ) {
        if (!(value as Timer<unknown>).isSet) continue;
      }
      parts.push(field, "=");
      const of = typeof value === "number" ? orderOf(field, object) : undefined;
      if (of !== undefined) this.#number(of, value as number);
      else if (TO_COME.has(field) || (field === "rank" && "subject" in object)) {
        parts.push(String(Math.max(0, (value as number) - this.#now)));
      } else if (field === "silentSince") {
        parts.push(object.timer === undefined ? "" : String((value as number) - this.#now));
      } else this.#value(value, field);
      parts.push(" ");
    }
    parts.push(")");
  }
}

/** Returns whether `value` is a lock or an owner of locks that is only kept for the next use. */
function isIdle(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if ("uses" in value) return value.uses === 0;
  if (!("holds" in value)) return false;
  const { holds, waits, outgoing, incoming } = value as Owner;
  return holds.length + waits.length === 0 && outgoing === undefined && incoming === undefined;
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === false || value === 0 || value === "") return true;
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.length === 0;
  return (value instanceof Map || value instanceof Set) && value.size === 0;
}

/** Returns what a number orders, if only its order matters. */
function orderOf(field: string, object: Fields): string | undefined {
  switch (field) {
    case "id":
      return "tickets" in object ? "wait" : "mailbox" in object ? "receiver" : "ask";
    case "epoch":
      if (object.kind === "hold") return "grant";
      if (object.kind === "copy") return "delivery";
      return "phase" in object || "permit" in object ? "phase" : "claim";
    case "since":
      return object.kind === "hold" ? "past" : undefined;
    case "rank":
      if ("role" in object) return "place";
      return "status" in object || "wait" in object ? "past" : undefined;
    case "sequence":
      if ("subject" in object) return "timer";
      if ("wait" in object) return "ticket";
      if ("status" in object) return "task";
      if ("role" in object || "agent" in object) return "agent";
      return undefined;
    default:
      return ORDERED[field];
  }
}

function pending(timers: readonly Timer<unknown>[]): Timer<unknown>[] {
  return timers.filter(({ isSet }) => isSet)
    .sort((a, b) => a.rank - b.rank || a.sequence - b.sequence);
}
