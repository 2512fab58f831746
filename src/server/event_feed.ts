/**
 * The events of a server as streams of server-sent events.
 *
 * Events are encoded once for all readers, gathered for some milliseconds, and kept for a while, so that
 * a reader that comes back gets those that it missed. A reader that falls too far behind is told of the
 * gap, and its stream ends; it harms no other.
 *
 * @module
 */

import type { EventBus } from "../core/bus/event_bus.ts";
import type { HeardEvent } from "../core/bus/event_types.ts";
import type { Instant } from "../core/machine.ts";
import { RequestError } from "../service/problem.ts";

/** The time for which events are gathered, in milliseconds. */
const GATHER_MS = 10;

/** The number of events that are kept. */
const KEPT = 2_000;

/** The number of readers that there may be. */
const MOST_READERS = 1000;

/** The bytes that may wait for a reader. */
const MOST_PENDING = 4 * 2 ** 20;

/** The time after which a stream without events shows that it is alive, in milliseconds. */
const PING_MS = 15_000;

/** An event, which is encoded when the first reader gets it. */
class Line {
  readonly sequence: number;
  readonly type: string;
  readonly #at: Instant;
  readonly #payload: { readonly agentId?: string; readonly to?: string };
  #text: string | undefined;

  constructor({ sequence, event, at, payload }: HeardEvent) {
    this.sequence = sequence;
    this.type = event;
    this.#at = at;
    this.#payload = payload as object;
  }

  /** The agent that it is about. */
  get agentId(): string | undefined {
    return this.#payload.agentId ?? this.#payload.to;
  }

  get text(): string {
    return this.#text ??= this.#encoded();
  }

  #encoded(): string {
    const { sequence, type } = this;
    const data = JSON.stringify({ sequence, at: this.#at, ...this.#payload });
    return `id: ${sequence}\nevent: ${type}\ndata: ${data}\n\n`;
  }
}

/** Options of a stream of events. */
export interface FeedOptions {
  /** The sequence number of the last event that the reader has. @default only later events */
  readonly after?: number | undefined;
  /** The types of events to send. @default all */
  readonly types?: ReadonlySet<string> | undefined;
  /** The agent whose events to send. @default all */
  readonly agentId?: string | undefined;
  /** Whether to send only how many events there were, and the number of the last. @default false */
  readonly digest?: boolean | undefined;
}

/** Streams the events of a bus to any number of readers. */
export class EventFeed {
  readonly #kept: Line[] = [];
  readonly #readers = new Set<Reader>();
  /** Those of them that get no events, but their number. */
  readonly #digested = new Set<Reader>();
  readonly #stop: () => void;
  #pending: Line[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ping: ReturnType<typeof setInterval>;
  #last = -1;
  /** Receives each event, before it is gathered. */
  onEvent: ((heard: HeardEvent) => void) | undefined;

  /** Begins with the next event of `bus`. */
  constructor(bus: EventBus) {
    const controller = new AbortController();
    this.#stop = () => controller.abort();
    this.#ping = setInterval(() => {
      for (const reader of this.#readers) reader.write(": ping\n\n");
    }, PING_MS);
    this.#listen(bus, controller.signal);
  }

  /** Number of readers. */
  get readers(): number {
    return this.#readers.size;
  }

  /** The sequence number of the newest event. */
  get last(): number {
    return this.#last;
  }

  /** Opens a stream. */
  open(
    { after, types, agentId, digest = false }: FeedOptions,
    ended: () => void = () => {},
  ): ReadableStream<Uint8Array> {
    if (this.#readers.size >= MOST_READERS) {
      const message = `Cannot stream events: there must be room for one more reader`;
      throw new RequestError(503, "overloaded", message, { retryAfterMs: 10_000 });
    }
    this.#flush();
    let reader: Reader;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        const isWanted = types === undefined && agentId === undefined
          ? undefined
          : (line: Line) =>
            (types?.has(line.type) ?? true) && (agentId ?? line.agentId) === line.agentId;
        reader = new Reader(controller, digest ? noLine : isWanted, () => {
          this.#readers.delete(reader);
          this.#digested.delete(reader);
          ended();
        });
        this.#readers.add(reader);
        if (digest) this.#digested.add(reader);
        reader.write(`retry: 1000\n\n`);
        this.#replay(reader, after);
      },
      cancel: () => reader.left(),
    }, { highWaterMark: MOST_PENDING, size: (chunk) => chunk!.byteLength });
  }

  /** Ends all streams. */
  close(): void {
    this.#stop();
    clearInterval(this.#ping);
    clearTimeout(this.#timer);
    this.#flush();
    for (const reader of [...this.#readers]) reader.end();
  }

  /** Sends what a reader missed, or says what it can't get any more. */
  #replay(reader: Reader, after: number | undefined): void {
    if (after === undefined) return;
    const first = this.#kept[0]?.sequence ?? this.#last + 1;
    // A server that was started after that event does not know which came between.
    if (after + 1 < first) reader.gap(after + 1, first - 1);
    else if (after > this.#last) reader.gap(after + 1, undefined);
    reader.send(this.#kept.filter(({ sequence }) => sequence > after));
  }

  async #listen(bus: EventBus, signal: AbortSignal): Promise<void> {
    const events = bus.events(undefined, { buffer: KEPT, signal });
    for await (const heard of events) {
      if (heard.sequence < 0) continue; // a program emitted it; it is in no journal
      this.#last = heard.sequence;
      this.onEvent?.(heard);
      this.#pending.push(new Line(heard));
      this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
    }
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#pending;
    if (lines.length === 0) return;
    this.#pending = [];
    this.#kept.push(...lines);
    if (this.#kept.length > 2 * KEPT) this.#kept.splice(0, this.#kept.length - KEPT);
    const last = lines.at(-1)!.sequence;
    const digest = { last, count: lines.length };
    for (const reader of this.#digested) {
      reader.write(`id: ${last}\nevent: digest\ndata: ${JSON.stringify(digest)}\n\n`);
    }
    let all: Uint8Array | undefined;
    for (const reader of [...this.#readers]) {
      if (reader.isWanted === undefined) reader.push(all ??= encoded(lines), lines);
      else reader.send(lines);
    }
  }
}

/** A reader of a feed. */
class Reader {
  /** Whether it gets an event; `undefined` when it gets all. */
  readonly isWanted: ((line: Line) => boolean) | undefined;
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;
  readonly #ended: () => void;

  constructor(
    controller: ReadableStreamDefaultController<Uint8Array>,
    isWanted: ((line: Line) => boolean) | undefined,
    ended: () => void,
  ) {
    this.#controller = controller;
    this.isWanted = isWanted;
    this.#ended = ended;
  }

  /** Sends the lines that it asked for. */
  send(lines: readonly Line[]): void {
    const { isWanted } = this;
    const wanted = isWanted === undefined ? lines : lines.filter(isWanted);
    if (wanted.length > 0) this.push(encoded(wanted), wanted);
  }

  /** Sends encoded lines, or ends the stream when too much waits for it already. */
  push(chunk: Uint8Array, lines: readonly Line[]): void {
    if ((this.#controller.desiredSize ?? 0) > 0) return this.#controller.enqueue(chunk);
    this.gap(lines[0]!.sequence, lines.at(-1)!.sequence);
    this.end();
  }

  /** Says that the events from `first` to `last` are missing; without `last`, to an unknown one. */
  gap(first: number, last: number | undefined): void {
    this.write(`event: gap\ndata: ${JSON.stringify({ first, last })}\n\n`);
  }

  write(text: string): void {
    this.#controller.enqueue(new TextEncoder().encode(text));
  }

  end(): void {
    this.#ended();
    this.#controller.close();
  }

  /** Notes that the other end has closed the stream. */
  left(): void {
    this.#ended();
  }
}

function noLine(): boolean {
  return false;
}

function encoded(lines: readonly Line[]): Uint8Array {
  return new TextEncoder().encode(lines.map(({ text }) => text).join(""));
}
