/**
 * What has happened in a system, folded from its events: bars for the timeline, deadlocks, messages,
 * the newest events, and counts over time. Each table has a bound, and the oldest entries go first.
 *
 * @module
 */

import type { Instant, Named } from "../core/machine.ts";
import { type EventFilter, matches } from "../history/mod.ts";
import type { Bar, BarKind, Bucket, PastDeadlock, PastEvent, PastMessage } from "./types.ts";

/** The most bars that have ended. */
const MOST_BARS = 20_000;

/** The most bars that have not ended. */
const MOST_OPEN = 50_000;

/** The most deadlocks. */
const MOST_DEADLOCKS = 200;

/** The most messages. */
const MOST_MESSAGES = 2_000;

/** The most events. */
const MOST_EVENTS = 2_000;

/** The most buckets of counts; with more, every two are merged. */
const MOST_BUCKETS = 1_000;

/** The most spans of a chart. */
const MOST_SPANS = 300;

type Fields = Readonly<Record<string, unknown>>;

/** A list that keeps its newest entries. */
class Newest<Entry> {
  readonly #most: number;
  #entries: Entry[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get all(): readonly Entry[] {
    return this.#entries;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#entries.length > 2 * this.#most) this.#entries = this.#entries.slice(-this.#most);
  }
}

/** Folds events. Each costs O(1), amortized. */
export class Chronicle {
  readonly #describe: (event: Named) => string;
  readonly #bars = new Newest<Bar>(MOST_BARS);
  readonly #open = new Map<string, Bar>();
  readonly #deadlocks = new Newest<PastDeadlock>(MOST_DEADLOCKS);
  readonly #messages = new Newest<PastMessage>(MOST_MESSAGES);
  readonly #events = new Newest<{ sequence: number; at: Instant; event: Named }>(MOST_EVENTS);
  #buckets: Bucket[] = [];
  #bucketMs = 1_000;
  /** The outcomes of attempts that have not released their slots, by epoch. */
  readonly #outcomes = new Map<number, string>();
  #next = 0;
  #first: Instant | undefined;
  #last: Instant = 0;

  /** Describes events by `describe`, once they are asked for. */
  constructor(describe: (event: Named) => string) {
    this.#describe = describe;
  }

  /** The number of the next event. */
  get next(): number {
    return this.#next;
  }

  /** When its first event happened; `undefined` before that. */
  get first(): Instant | undefined {
    return this.#first;
  }

  /** When its newest event happened. */
  get last(): Instant {
    return this.#last;
  }

  /** The deadlocks, oldest first. */
  get deadlocks(): readonly PastDeadlock[] {
    return this.#deadlocks.all;
  }

  /** The messages, oldest first. */
  get messages(): readonly PastMessage[] {
    return this.#messages.all;
  }

  /** The counts over time, oldest first. */
  get buckets(): readonly Bucket[] {
    return this.#buckets;
  }

  /** Takes an event; those that it has had are left out. */
  take(sequence: number, at: Instant, event: Named): void {
    if (sequence < this.#next) return;
    this.#next = sequence + 1;
    this.#first ??= at;
    this.#last = at;
    if (!QUIET.has(event.type)) this.#events.add({ sequence, at, event });
    const bucket = this.#bucketAt(at);
    bucket.events++;
    this.#fold(sequence, at, event.type, event as Named & Fields, bucket);
  }

  /** Returns the newest events before the one numbered `before` that match, newest first. */
  events(before: number, limit: number, filter: EventFilter = {}): PastEvent[] {
    const found: PastEvent[] = [];
    const { all } = this.#events;
    for (let i = all.length - 1; i >= 0 && found.length < limit; i--) {
      const { sequence, at, event } = all[i]!;
      if (sequence >= before) continue;
      if (!matches(event, filter)) continue;
      found.push({ sequence, at, type: event.type, text: this.#describe(event) });
    }
    return found;
  }

  /** Returns the first event from the one numbered `from` on; `undefined` when there is none. */
  eventFrom(from: number): PastEvent | undefined {
    const { all } = this.#events;
    let low = 0;
    for (let high = all.length; low < high;) {
      const middle = (low + high) >> 1;
      if (all[middle]!.sequence < from) low = middle + 1;
      else high = middle;
    }
    const found = all[low];
    if (found === undefined) return undefined;
    const { sequence, at, event } = found;
    return { sequence, at, type: event.type, text: this.#describe(event) };
  }

  /** Returns the bars that touch a time, oldest first; those that had not ended at `to` are open. */
  bars(from: Instant, to: Instant, limit: number): Bar[] {
    const touching = [...this.#bars.all, ...this.#open.values()].filter((bar) =>
      bar.from < to && (bar.to ?? Infinity) >= from
    );
    return touching.sort((a, b) => a.from - b.from).slice(-limit)
      .map((bar) => bar.to !== undefined && bar.to > to ? opened(bar) : bar);
  }

  #fold(sequence: number, at: Instant, type: string, event: Fields, bucket: Bucket): void {
    const { epoch } = event as { epoch: number };
    switch (type) {
      case "task:created":
        bucket.submitted++;
        return;
      case "task:started": {
        bucket.started++;
        const { agentId, taskId } = event as { agentId: string; taskId: string };
        return this.#begin(`attempt ${epoch}`, "attempt", agentId, taskId, at);
      }
      case "task:completed":
        bucket.completed++;
        return this.#note(epoch, "completed");
      case "task:failed":
        bucket.failed++;
        return this.#note(epoch, "failed");
      case "task:backed-off":
        return this.#note(epoch, "failed, to be tried again");
      case "task:cancelled":
        bucket.cancelled++;
        return this.#note(epoch, "cancelled");
      case "task:requeued":
        return this.#note(epoch, "lost");
      case "task:blocked":
        return this.#note(epoch, "blocked");
      case "task:snoozed":
        return this.#note(epoch, "snoozed");
      case "task:proposed":
        return this.#note(epoch, "proposed");
      case "attempt:ended": {
        const outcome = this.#outcomes.get(epoch);
        this.#outcomes.delete(epoch);
        return this.#end(`attempt ${epoch}`, at, outcome ?? "ended");
      }
      case "resource:acquired": {
        bucket.acquired++;
        const { waitId, waitedMs } = event as { waitId: number; waitedMs: number };
        bucket.waitedMs += waitedMs;
        const { agentId, resourceId } = event as { agentId: string; resourceId: string };
        this.#end(`wait ${waitId}`, at, "granted");
        return this.#begin(`lease ${epoch}`, "lease", agentId, resourceId, at);
      }
      case "resource:released":
        return this.#end(`lease ${epoch}`, at, "released");
      case "resource:expired":
        return this.#end(`lease ${epoch}`, at, "expired");
      case "resource:revoked":
        return this.#end(`lease ${epoch}`, at, "revoked");
      case "resource:queued": {
        const { agentId, resourceIds, waitId } = event as {
          agentId: string;
          resourceIds: readonly string[];
          waitId: number;
        };
        return this.#begin(`wait ${waitId}`, "wait", agentId, resourceIds.join(", "), at);
      }
      case "resource:timed-out":
      case "resource:cancelled":
      case "resource:abandoned":
        return this.#end(`wait ${event["waitId"]}`, at, type.slice("resource:".length));
      case "deadlock:detected": {
        const { agents, owners, resources, victim, waitId } = event as unknown as PastDeadlock & {
          waitId: number;
        };
        this.#deadlocks.add({ sequence, at, agents, owners, resources, victim });
        return this.#end(`wait ${waitId}`, at, "deadlock");
      }
      case "agent:suspected": {
        const { agentId } = event as { agentId: string };
        return this.#begin(`silence ${agentId}`, "silence", agentId, "silent", at);
      }
      case "agent:recovered":
        return this.#end(`silence ${event["agentId"]}`, at, "recovered");
      case "agent:died":
      case "agent:left":
        return this.#end(`silence ${event["agentId"]}`, at, "died");
      case "message:sent": {
        bucket.messages++;
        const { message, isRequest } = event as { message: PastMessage; isRequest: boolean };
        const { id, from, to, type, topic, payload } = message;
        this.#messages.add({
          ...{ sequence, at, id, from, to, type, payload, isRequest },
          ...(topic !== undefined && { topic }),
        });
      }
    }
  }

  #begin(key: string, kind: BarKind, lane: string, name: string, at: Instant): void {
    if (this.#open.size >= MOST_OPEN) {
      const [oldest] = this.#open.keys();
      this.#open.delete(oldest!);
      this.#outcomes.delete(Number(oldest!.replace("attempt ", "")));
    }
    this.#open.set(key, { kind, lane, name, from: at });
  }

  #note(epoch: number, outcome: string): void {
    if (this.#open.has(`attempt ${epoch}`)) this.#outcomes.set(epoch, outcome);
  }

  #end(key: string, at: Instant, outcome: string): void {
    const bar = this.#open.get(key);
    if (bar === undefined) return;
    this.#open.delete(key);
    this.#bars.add({ ...bar, to: at, outcome });
  }

  /** Returns the counts up to a time, in spans of equal length without a gap, as charts need them. */
  series(to: Instant): { readonly bucketMs: number; readonly buckets: readonly Bucket[] } {
    const first = this.#buckets[0]?.at ?? to;
    const least = Math.max(1, Math.ceil((to - first) / this.#bucketMs / MOST_SPANS));
    const bucketMs = this.#bucketMs * least;
    const start = Math.floor(first / bucketMs) * bucketMs;
    const spans: Bucket[] = [];
    for (let at = start; at <= to; at += bucketMs) spans.push(emptyBucket(at));
    for (const bucket of this.#buckets) {
      if (bucket.at > to) break;
      addTo(spans[Math.floor((bucket.at - start) / bucketMs)]!, bucket);
    }
    return { bucketMs, buckets: spans };
  }

  #bucketAt(at: Instant): Bucket {
    const start = Math.floor(at / this.#bucketMs) * this.#bucketMs;
    let last = this.#buckets.at(-1);
    if (last !== undefined && last.at >= start) return last;
    if (this.#buckets.length >= MOST_BUCKETS) {
      this.#bucketMs *= 2;
      this.#buckets = merged(this.#buckets, this.#bucketMs);
      return this.#bucketAt(at);
    }
    last = emptyBucket(start);
    this.#buckets.push(last);
    return last;
  }

  /** The length of a bucket, in milliseconds. */
  get bucketMs(): number {
    return this.#bucketMs;
  }
}

/** Events that say nothing to people, and would push out those that do. */
const QUIET: ReadonlySet<string> = new Set([
  ...["agent:heartbeat", "task:heartbeat", "attempt:ended", "agent:idle", "agent:active"],
  ...["task:admitted", "message:readied", "task:readied", "claim:requested"],
]);

function opened({ kind, lane, name, from }: Bar): Bar {
  return { kind, lane, name, from };
}

function emptyBucket(at: Instant): Bucket {
  return {
    at,
    events: 0,
    submitted: 0,
    started: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    acquired: 0,
    waitedMs: 0,
    messages: 0,
  };
}

function merged(buckets: readonly Bucket[], lengthMs: number): Bucket[] {
  const found: Bucket[] = [];
  for (const bucket of buckets) {
    const at = Math.floor(bucket.at / lengthMs) * lengthMs;
    if (found.at(-1)?.at !== at) found.push(emptyBucket(at));
    addTo(found.at(-1)!, bucket);
  }
  return found;
}

function addTo(into: Bucket, bucket: Bucket): void {
  for (const key of Object.keys(into) as (keyof Bucket)[]) {
    if (key !== "at") into[key] += bucket[key];
  }
}
