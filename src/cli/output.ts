/**
 * What a command writes, kept within a bound: the beginning and the end stay, the middle goes.
 *
 * Bytes become lines first ({@linkcode LineSplitter}), so that what several tasks write at the same
 * time is never mixed within a line; a {@linkcode Capture} then keeps the lines.
 *
 * @module
 */

import { formatSize } from "./durations.ts";

/** A line, or a part of one that is too long to be held as a whole. */
export interface Piece {
  readonly text: string;
  /** Whether the line goes on in the next piece. */
  readonly continues: boolean;
}

/** The longest piece, in UTF-16 code units. */
const LONGEST_PIECE = 16_384;

/**
 * Cuts a stream of bytes into lines.
 *
 * Characters may be split between chunks. What a carriage return overwrites is dropped, as a
 * terminal would: of a progress bar its last state is left.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  readonly #longest: number;
  #rest = "";

  constructor(longest: number = LONGEST_PIECE) {
    this.#longest = Math.max(1, Math.min(LONGEST_PIECE, longest));
  }

  /** The line that is not complete yet. */
  get pending(): string {
    return this.#rest;
  }

  /** The pieces that `chunk` completes. */
  push(chunk: Uint8Array): Piece[] {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split("\n");
    const rest = lines.pop()!;
    const pieces: Piece[] = [];
    for (const line of lines) this.#cut(visible(line), false, pieces);
    this.#rest = visible(rest);
    if (this.#rest.length > this.#longest) this.#rest = this.#cut(this.#rest, true, pieces);
    return pieces;
  }

  /** What is left when the stream has ended. */
  end(): Piece[] {
    const rest = visible(this.#rest + this.#decoder.decode()).replace(/\r$/, "");
    this.#rest = "";
    const pieces: Piece[] = [];
    if (rest !== "") this.#cut(rest, false, pieces);
    return pieces;
  }

  /** Cuts `line` into pieces; one that `goesOn` leaves its last part for later. */
  #cut(line: string, goesOn: boolean, pieces: Piece[]): string {
    let start = 0;
    const text = goesOn ? line : line.replace(/\r$/, "");
    while (text.length - start > this.#longest) {
      const end = wholeCharacters(text, start, start + this.#longest);
      pieces.push({ text: text.slice(start, end), continues: true });
      start = end;
    }
    if (goesOn) return text.slice(start);
    pieces.push({ text: start === 0 ? text : text.slice(start), continues: false });
    return "";
  }
}

/** What is left of a line after its carriage returns; one at its end may yet begin a line break. */
function visible(line: string): string {
  const last = line.lastIndexOf("\r", line.length - 2);
  return last < 0 || line.length < 2 ? line : line.slice(last + 1);
}

/** `end`, or one less where it would part a pair of surrogates. */
function wholeCharacters(text: string, start: number, end: number): number {
  const code = text.charCodeAt(end - 1);
  const isHigh = code >= 0xd800 && code <= 0xdbff;
  return isHigh && end - 1 > start ? end - 1 : end;
}

interface Kept extends Piece {
  readonly bytes: number;
}

const encoder = new TextEncoder();

/** Keeps the first half and the last half of a limit, and counts what lies between. */
export class Capture {
  readonly limit: number;
  readonly #head: Kept[] = [];
  #headBytes = 0;
  #headIsOpen = true;
  #tail: Kept[] = [];
  /** Where the tail begins: what stands before it was cut. */
  #tailStart = 0;
  #tailBytes = 0;
  #total = 0;
  #cut = 0;
  /** How much of what is kept came when the limit had been reached. */
  #late = 0;

  /** @param limit The most bytes that are kept */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** How long a piece may be so that the limit cuts where it should. */
  get longestPiece(): number {
    return Math.ceil(this.limit / 16);
  }

  /** How many bytes came. */
  get total(): number {
    return this.#total;
  }

  /** How many bytes are not kept. */
  get cut(): number {
    return this.#cut;
  }

  /** Keeps `piece`; whether the limit has not been reached, so that it may be shown at once. */
  add({ text, continues }: Piece): boolean {
    const bytes = encoder.encode(text).length + (continues ? 0 : 1);
    const kept = { text, continues, bytes };
    this.#total += bytes;
    const isWithin = this.#total <= this.limit;
    if (!isWithin) this.#late++;
    if (this.#headIsOpen && this.#headBytes + bytes <= this.limit / 2) {
      this.#head.push(kept);
      this.#headBytes += bytes;
      return isWithin;
    }
    this.#headIsOpen = false;
    this.#tail.push(kept);
    this.#tailBytes += bytes;
    while (this.#headBytes + this.#tailBytes > this.limit) this.#dropOldest();
    return isWithin;
  }

  /** Everything that is kept; where something was cut, a line says how much. */
  lines(): string[] {
    return [...join(this.#head), ...this.#notice(), ...join(this.#tail.slice(this.#tailStart))];
  }

  /** What {@linkcode add} said not to show, as far as it is kept. */
  unshown(): string[] {
    if (this.#late === 0) return [];
    const kept = this.#tail.slice(Math.max(this.#tailStart, this.#tail.length - this.#late));
    return [...this.#notice(), ...join(kept)];
  }

  #notice(): string[] {
    return this.#cut === 0 ? [] : [`… ${formatSize(this.#cut)} cut …`];
  }

  #dropOldest(): void {
    const oldest = this.#tail[this.#tailStart++]!;
    this.#tailBytes -= oldest.bytes;
    this.#cut += oldest.bytes;
    if (this.#tailStart < 1024 || 2 * this.#tailStart < this.#tail.length) return;
    this.#tail = this.#tail.slice(this.#tailStart);
    this.#tailStart = 0;
  }
}

function join(pieces: readonly Piece[]): string[] {
  const lines: string[] = [];
  let line = "";
  let isOpen = false;
  for (const { text, continues } of pieces) {
    line += text;
    isOpen = continues;
    if (continues) continue;
    lines.push(line);
    line = "";
  }
  if (isOpen) lines.push(line);
  return lines;
}
