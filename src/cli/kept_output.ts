/**
 * Keeps the output of tasks until it is known whether they fail: the beginning and the end, within a
 * limit for each task.
 *
 * Memory holds one block of each task that runs; full blocks go to a temporary file. The output of a
 * task that succeeded is dropped when it ends.
 *
 * @module
 */

import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatSize } from "../service/durations.ts";
import { LineSplitter, type OutputSink, type Piece } from "./output.ts";
import type { TaskRun } from "./runs.ts";

/** The largest block, in bytes. */
const BLOCK_BYTES = 65_536;

/** Blocks smaller than this stay in memory. */
const LEAST_SPOOLED_BYTES = 1024;

/** The kept output of all tasks of a run. */
export class KeptOutput {
  readonly #limit: number;
  readonly #spool = new Spool();
  readonly #captures = new Map<TaskRun, Capture>();

  /** @param limit Maximum of bytes that are kept for each task */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Returns a sink for the output of the attempt that `run` begins. */
  attempt(run: TaskRun): OutputSink {
    let capture = this.#captures.get(run);
    if (capture === undefined) {
      this.#captures.set(run, capture = new Capture(this.#limit, this.#spool));
    } else {
      capture.writeLine(`── attempt ${run.attempts} of ${run.task.retries + 1} ──`);
    }
    return { write: (chunk) => capture.write(chunk), end: () => {} };
  }

  /** Drops the output of a task that has ended, unless it failed. */
  ended(run: TaskRun): void {
    const capture = this.#captures.get(run);
    if (run.outcome === "failed" || run.outcome === "timed-out") return capture?.end();
    capture?.discard();
    this.#captures.delete(run);
  }

  /** Yields the kept lines of a task. */
  async *lines(run: TaskRun): AsyncGenerator<readonly Piece[]> {
    try {
      yield* this.#captures.get(run)?.lines() ?? [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      yield [{ text: `… the rest of its output cannot be read: ${reason} …`, continues: false }];
    }
  }

  /** Closes the temporary file. */
  async close(): Promise<void> {
    await this.#spool.close();
  }
}

/** A block in memory, or the place and size of one in the file. */
type Block = Uint8Array | { readonly place: number; readonly bytes: number };

/** A line that the cut would part is left out if its part has at most this many bytes. */
const PARTED_BYTES = 1024;

/** Keeps the first half and the last half of a limit, and counts the bytes cut between them. */
export class Capture {
  readonly #spool: Spool;
  /** Maximum of blocks that are kept, the last one included. */
  readonly #most: number;
  /** Number of blocks before the cut, once there is one. */
  #first: number;
  readonly #blockBytes: number;
  #blocks: Block[] = [];
  /** The block that is being filled. */
  #last: Uint8Array = new Uint8Array();
  #lastBytes = 0;
  #cut = 0;
  #failure: string | undefined;
  #writing: Promise<void> | undefined;

  constructor(limit: number, spool: Spool) {
    this.#spool = spool;
    this.#blockBytes = Math.min(BLOCK_BYTES, Math.ceil(limit / 16));
    this.#most = limit === 0 ? 0 : Math.floor(limit / this.#blockBytes);
    this.#first = Math.floor(this.#most / 2);
  }

  /** Keeps `chunk`. A returned promise is backpressure. */
  write(chunk: Uint8Array): Promise<void> | void {
    if (this.#blockBytes === 0) {
      this.#cut += chunk.length;
    } else if (this.#writing === undefined && this.#fitsInLast(chunk.length)) {
      this.#append(chunk);
    } else {
      return this.#inTurn(() => this.#write(chunk));
    }
  }

  /** Ends the output and moves the last block to the file. */
  end(): void {
    void this.#inTurn(async () => {
      await this.#close(true);
      this.#last = new Uint8Array();
    });
  }

  /** Keeps a line, after a line break if one is missing. */
  writeLine(text: string): void {
    const isWithin = this.#lastBytes > 0 && this.#last[this.#lastBytes - 1] !== NEWLINE;
    void this.write(new TextEncoder().encode(`${isWithin ? "\n" : ""}${text}\n`));
  }

  /** Yields all kept lines; a notice replaces the bytes that were cut. */
  async *lines(): AsyncGenerator<readonly Piece[]> {
    await this.#writing;
    const last = this.#last.subarray(0, this.#lastBytes);
    let splitter = new LineSplitter();
    if (this.#cut === 0) {
      for (const block of this.#blocks) yield splitter.push(await this.#read(block));
    } else {
      for (const block of this.#blocks.slice(0, this.#first)) {
        yield splitter.push(await this.#read(block));
      }
      const [next, ...others] = [...this.#blocks.slice(this.#first), last];
      const bytes = await this.#read(next!);
      const newline = bytes.subarray(0, PARTED_BYTES).indexOf(NEWLINE);
      const parted = new TextEncoder().encode(splitter.pending).length;
      if (parted > PARTED_BYTES) yield splitter.end();
      const cut = this.#cut + (parted > PARTED_BYTES ? 0 : parted) + newline + 1;
      yield [{ text: this.#notice(cut), continues: false }];
      splitter = new LineSplitter();
      yield splitter.push(bytes.subarray(newline + 1));
      if (others.length === 0) return yield splitter.end();
      for (const block of others.slice(0, -1)) yield splitter.push(await this.#read(block));
    }
    yield splitter.push(last);
    yield splitter.end();
  }

  /** Frees all blocks. */
  discard(): void {
    void this.#inTurn(() => {
      for (const block of this.#blocks.splice(0)) this.#free(block);
      this.#last = new Uint8Array();
      this.#lastBytes = 0;
    });
  }

  #inTurn(work: () => Promise<void> | void): Promise<void> {
    const writing = (this.#writing ?? Promise.resolve()).then(work).then(() => {
      if (this.#writing === writing) this.#writing = undefined;
    });
    this.#writing = writing;
    return writing;
  }

  async #write(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; rest.length > 0;) {
      if (this.#lastBytes === 0 && this.#blocks.length === this.#most) this.#dropOldest();
      const part = rest.subarray(0, this.#blockBytes - this.#lastBytes);
      this.#append(part);
      rest = rest.subarray(part.length);
      if (this.#lastBytes === this.#blockBytes) await this.#close();
    }
  }

  #append(bytes: Uint8Array): void {
    const size = this.#lastBytes + bytes.length;
    if (size > this.#last.length) {
      const grown = new Uint8Array(Math.min(this.#blockBytes, Math.max(1024, 2 * size)));
      grown.set(this.#last.subarray(0, this.#lastBytes));
      this.#last = grown;
    }
    this.#last.set(bytes, this.#lastBytes);
    this.#lastBytes = size;
  }

  #fitsInLast(bytes: number): boolean {
    const begins = this.#lastBytes === 0 && this.#blocks.length === this.#most;
    return !begins && this.#lastBytes + bytes < this.#blockBytes;
  }

  /** Moves the last block to the others. At the end it stays in memory if the file fails. */
  async #close(isEnd = false): Promise<void> {
    const bytes = this.#last.subarray(0, this.#lastBytes);
    this.#lastBytes = 0;
    if (bytes.length < LEAST_SPOOLED_BYTES) {
      this.#last = new Uint8Array();
      this.#blocks.push(bytes);
    } else {
      try {
        const place = await this.#spool.put(bytes);
        this.#blocks.push({ place, bytes: bytes.length });
      } catch (error) {
        this.#failure = error instanceof Error ? error.message : String(error);
        if (isEnd) {
          this.#blocks.push(bytes);
        } else {
          this.#cut += bytes.length;
          this.#first = Math.min(this.#first, this.#blocks.length);
        }
      }
    }
  }

  /** Drops the oldest block behind the cut. */
  #dropOldest(): void {
    for (const oldest of this.#blocks.splice(this.#first, 1)) {
      this.#cut += this.#blockBytes;
      this.#free(oldest);
    }
  }

  async #read(block: Block): Promise<Uint8Array> {
    if (block instanceof Uint8Array) return block;
    return await this.#spool.read(block.place, block.bytes);
  }

  #free(block: Block): void {
    if (!(block instanceof Uint8Array)) this.#spool.free(block.place);
  }

  #notice(cut: number): string {
    const reason = this.#failure === undefined ? "" : ` (${this.#failure})`;
    return `… ${formatSize(cut)} cut${reason} …`;
  }
}

const NEWLINE = 10;

/**
 * Blocks in a temporary file that is unlinked at once, so that its space is freed when this process
 * ends, even if it is killed.
 */
export class Spool {
  #file: Promise<FileHandle> | undefined;
  readonly #free: number[] = [];
  #size = 0;
  /** The last read or write, after which {@linkcode close} may close the file. */
  #last: Promise<unknown> = Promise.resolve();

  /** Writes a block and resolves with its place. */
  async put(block: Uint8Array): Promise<number> {
    const place = this.#free.pop() ?? this.#size++;
    const start = place * BLOCK_BYTES;
    await this.#use(async (file) => {
      for (let done = 0; done < block.length;) {
        done += (await file.write(block, done, block.length - done, start + done)).bytesWritten;
      }
    });
    return place;
  }

  /** Reads a block. */
  async read(place: number, bytes: number): Promise<Uint8Array> {
    const block = new Uint8Array(bytes);
    const start = place * BLOCK_BYTES;
    await this.#use(async (file) => {
      for (let done = 0; done < bytes;) {
        const { bytesRead } = await file.read(block, done, bytes - done, start + done);
        if (bytesRead === 0) throw new Error("The temporary file of kept output was cut");
        done += bytesRead;
      }
    });
    return block;
  }

  /** Frees a place for another block. */
  free(place: number): void {
    this.#free.push(place);
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#last;
    await (await this.#file?.catch(() => undefined))?.close();
    this.#file = undefined;
  }

  async #use(work: (file: FileHandle) => Promise<void>): Promise<void> {
    const done = this.#last.then(async () => await work(await (this.#file ??= openUnlinked())));
    this.#last = done.catch(() => {});
    await done;
  }
}

async function openUnlinked(): Promise<FileHandle> {
  const path = join(tmpdir(), `lockstep-${crypto.randomUUID()}`);
  const file = await open(path, "wx+", 0o600);
  await unlink(path);
  return file;
}
