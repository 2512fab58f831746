/**
 * The events of a server as streams of server-sent events.
 *
 * Events are encoded once for all readers, gathered for some milliseconds, and kept for a while, so that
 * a reader that comes back gets those that it missed. Older ones are read from the journal again: their
 * numbers go on over restarts. A reader that falls too far behind is told of the gap, and its stream
 * ends; it harms no other.
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

/** The number of events that are kept while readers catch up. */
const KEPT_FOR_RESUMING = 10_000;

/** The times that the journal is read for a reader, as events go on meanwhile. */
const MOST_READS = 3;

/** The characters that a reader that catches up is sent at a time, or one event. */
const SENT_AT_ONCE = 2 ** 18;

/** The time for which one that catches up may take nothing, in milliseconds. */
const STALLED_MS = 10_000;

/** The time for which events that were read from the journal are kept for other readers, in milliseconds. */
const REREAD_MS = 30_000;

/** The most events of one step: with more, readers have to read them from the journal. */
const MOST_AT_ONCE = 20_000;

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

/**
 * Reads events from the journal, from the number `first` to before `end`, and maybe some before them;
 * `undefined` when they can't be read any more, or there are too many.
 */
export type ReadMissed = (
  first: number,
  end: number,
  signal: AbortSignal,
) => Promise<readonly HeardEvent[] | undefined>;

/** Streams the events of a bus to any number of readers. */
export class EventFeed {
  /** The newest events, without gaps. */
  readonly #kept: Line[] = [];
  readonly #readers = new Set<Reader>();
  /** Those of them that get no events, but their number. */
  readonly #digested = new Set<Reader>();
  readonly #closing = new AbortController();
  #readMissed: ReadMissed = () => Promise.resolve(undefined);
  /** Events that were read from the journal, without gaps, until nobody wanted them for a while. */
  #reread: readonly Line[] = [];
  #forgetting: ReturnType<typeof setTimeout> | undefined;
  /** Settles when no events are read from the journal. */
  #reading: Promise<unknown> = Promise.resolve();
  /** Number of readers that catch up. */
  #resuming = 0;
  #pending: Line[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ping: ReturnType<typeof setInterval>;
  #last = -1;
  /** Receives each event, before it is gathered. */
  onEvent: ((heard: HeardEvent) => void) | undefined;

  /** Begins with the next event of `bus`. */
  constructor(bus: EventBus) {
    this.#ping = setInterval(() => this.#showAlive(), PING_MS);
    this.#listen(bus, this.#closing.signal);
  }

  /** Goes on from the events of former servers: the number of the next event is `next`. */
  goOnFrom(next: number, readMissed: ReadMissed): void {
    this.#last = Math.max(this.#last, next - 1);
    this.#readMissed = readMissed;
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
        const id = after === undefined ? `id: ${this.#last}\n` : "";
        reader.write(`retry: 1000\n${id}\n`);
        if (digest) this.#digest(reader, after ?? this.#last);
        else this.#resume(reader, after ?? this.#last);
      },
      pull: () => reader.pulled(),
      cancel: () => reader.left(),
    }, { highWaterMark: MOST_PENDING, size: (chunk) => chunk!.byteLength });
  }

  /** Ends all streams. */
  close(): void {
    this.#closing.abort();
    clearInterval(this.#ping);
    clearTimeout(this.#timer);
    clearTimeout(this.#forgetting);
    this.#flush();
    for (const reader of [...this.#readers]) reader.end();
  }

  /** The number of the oldest event that is kept. */
  get #first(): number {
    return this.#kept[0]?.sequence ?? this.#pending[0]?.sequence ?? this.#last + 1;
  }

  /** Begins the stream of a reader that wants numbers alone: that of the events that it missed. */
  #digest(reader: Reader, after: number): void {
    if (after > this.#last) reader.gapFrom(after + 1, this.#last);
    if (after < this.#last) reader.digest(this.#last, this.#last - after);
    reader.isLive = true;
  }

  /** Sends what a reader missed, or says what it can't get any more, until it has all there is. */
  async #resume(reader: Reader, after: number): Promise<void> {
    let next = after + 1;
    if (after > this.#last) {
      reader.gapFrom(next, this.#last);
      next = this.#last + 1;
    }
    this.#resuming++;
    try {
      for (let reads = 0; next < this.#first && reads < MOST_READS; reads++) {
        const end = this.#first;
        const lines = await this.#missed(next, end);
        if (!this.#readers.has(reader)) return;
        if (lines === undefined) reader.gap(next, end - 1);
        else if (!await reader.sendAll(lines)) return;
        next = end;
      }
      while (true) {
        this.#flush();
        const first = this.#first;
        if (next < first) reader.gap(next, first - 1);
        const lines = this.#kept.slice(Math.max(0, next - first));
        if (lines.length === 0) {
          reader.isLive = true;
          return;
        }
        if (!await reader.sendAll(lines)) return;
        next = lines.at(-1)!.sequence + 1;
      }
    } finally {
      this.#resuming--;
    }
  }

  /** Reads events from the journal, for one reader after the other. */
  #missed(first: number, end: number): Promise<readonly Line[] | undefined> {
    const read = this.#reading.then(async () => {
      const known = this.#reread;
      if (!(known.length > 0 && known[0]!.sequence <= first && known.at(-1)!.sequence >= end - 1)) {
        const events = await this.#readMissed(first, end, this.#closing.signal);
        if (events === undefined) return undefined;
        this.#reread = events.map((event) => new Line(event));
      }
      this.#forgetLater();
      const from = this.#reread[0]?.sequence ?? end;
      return this.#reread.slice(first - from, end - from);
    }).catch(() => undefined); // an old version wrote them, or a snapshot was replaced meanwhile
    this.#reading = read;
    return read;
  }

  #forgetLater(): void {
    clearTimeout(this.#forgetting);
    if (!this.#closing.signal.aborted) {
      this.#forgetting = setTimeout(() => this.#reread = [], REREAD_MS);
    }
  }

  /** Shows readers that the stream is alive, and those of some events alone how far it is. */
  #showAlive(): void {
    this.#flush();
    for (const reader of this.#readers) {
      reader.write(reader.isLive ? `: ping\nid: ${this.#last}\n\n` : ": ping\n\n");
    }
  }

  async #listen(bus: EventBus, signal: AbortSignal): Promise<void> {
    const events = bus.events(undefined, { buffer: MOST_AT_ONCE, signal });
    for await (const heard of events) {
      const { sequence } = heard;
      if (sequence < 0) continue; // a program emitted it; it is in no journal
      if (sequence > this.#last + 1 && this.#last >= 0) this.#skipTo(sequence);
      this.#last = Math.max(this.#last, sequence);
      this.onEvent?.(heard);
      this.#pending.push(new Line(heard));
      this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
    }
  }

  /** Cuts all readers, as events were lost that only the journal leads to. */
  #skipTo(sequence: number): void {
    this.#flush();
    this.#kept.length = 0;
    for (const reader of [...this.#readers]) reader.cut(this.#last + 1, sequence - 1);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#pending;
    if (lines.length === 0) return;
    this.#pending = [];
    this.#kept.push(...lines);
    const kept = this.#resuming > 0 ? KEPT_FOR_RESUMING : KEPT;
    if (this.#kept.length > 2 * kept) this.#kept.splice(0, this.#kept.length - kept);
    const last = lines.at(-1)!.sequence;
    for (const reader of this.#digested) reader.digest(last, lines.length);
    let all: Uint8Array | undefined;
    for (const reader of [...this.#readers]) {
      if (!reader.isLive) continue;
      if (reader.isWanted === undefined) reader.push(all ??= encoded(lines), lines);
      else reader.send(lines);
    }
  }
}

/** A reader of a feed. */
class Reader {
  /** Whether it gets an event; `undefined` when it gets all. */
  readonly isWanted: ((line: Line) => boolean) | undefined;
  /** Whether it has got what it missed, and is sent events as they come. */
  isLive = false;
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;
  readonly #ended: () => void;
  #isOver = false;
  /** Goes on when the other end has taken something, or has gone. */
  #goOn: () => void = () => {};

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
    const wanted = this.#wantedOf(lines);
    if (wanted.length > 0) this.push(encoded(wanted), wanted);
  }

  /** Sends those lines that it asked for, bit by bit. Resolves to whether the other end took them in time. */
  async sendAll(lines: readonly Line[]): Promise<boolean> {
    const wanted = this.#wantedOf(lines);
    for (let next = 0; next < wanted.length && !this.#isOver;) {
      if (!this.#hasRoom) await this.#room();
      if (this.#isOver) return false;
      const first = next;
      for (let length = 0; next < wanted.length && length < SENT_AT_ONCE;) {
        length += wanted[next++]!.text.length;
      }
      const some = wanted.slice(first, next);
      this.push(encoded(some), some);
    }
    return !this.#isOver;
  }

  /** Sends encoded lines, or ends the stream when too much waits for it already. */
  push(chunk: Uint8Array, lines: readonly Line[]): void {
    if (this.#hasRoom) this.#controller.enqueue(chunk);
    else this.cut(lines[0]!.sequence, lines.at(-1)!.sequence);
  }

  /** Says how many events there were, and the number of the last. */
  digest(last: number, count: number): void {
    this.write(`id: ${last}\nevent: digest\ndata: ${JSON.stringify({ last, count })}\n\n`);
  }

  /** Says that the events from `first` to `last` are missing, and that those behind `last` come next. */
  gap(first: number, last: number): void {
    this.write(`id: ${last}\nevent: gap\ndata: ${JSON.stringify({ first, last })}\n\n`);
  }

  /** Says that the events up to a number in another journal are missing; those behind `id` come next. */
  gapFrom(first: number, id: number): void {
    this.write(`id: ${id}\nevent: gap\ndata: ${JSON.stringify({ first })}\n\n`);
  }

  /** Ends the stream with a gap that is none for a reader that resumes it. */
  cut(first: number, last: number): void {
    this.write(`event: gap\ndata: ${JSON.stringify({ first, last, isCut: true })}\n\n`);
    this.end();
  }

  write(text: string): void {
    this.#controller.enqueue(new TextEncoder().encode(text));
  }

  end(): void {
    this.left();
    this.#controller.close();
  }

  /** Notes that the other end has taken something. */
  pulled(): void {
    this.#goOn();
  }

  /** Notes that the other end has closed the stream. */
  left(): void {
    this.#isOver = true;
    this.#goOn();
    this.#ended();
  }

  get #hasRoom(): boolean {
    return (this.#controller.desiredSize ?? 0) > 0;
  }

  #wantedOf(lines: readonly Line[]): readonly Line[] {
    return this.isWanted === undefined ? lines : lines.filter(this.isWanted);
  }

  /** Waits until the other end takes something, but not for ever. */
  async #room(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, STALLED_MS);
      this.#goOn = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function noLine(): boolean {
  return false;
}

function encoded(lines: readonly Line[]): Uint8Array {
  return new TextEncoder().encode(lines.map(({ text }) => text).join(""));
}
