/**
 * Cuts the output of commands into lines, so that lines of tasks that run at the same time do not mix.
 *
 * @module
 */

/** Consumer of the output of one attempt. */
export interface OutputSink {
  /** Consumes a chunk. A returned promise is backpressure: it resolves when more may come. */
  write(chunk: Uint8Array): Promise<void> | void;
  /** Ends the output. */
  end(): void;
}

/** A line, or a part of a line that is too long to be held as a whole. */
export interface Piece {
  readonly text: string;
  /** Whether the line goes on in the next piece. */
  readonly continues: boolean;
}

/** The longest piece, in UTF-16 code units. */
const LONGEST_PIECE = 2 ** 20;

/**
 * Cuts a stream of bytes into lines.
 *
 * Characters may be split between chunks. Text that a carriage return overwrites is dropped, as on a
 * terminal, so that only the last state of a progress bar is left.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  readonly #longest: number;
  #rest = "";

  constructor(longest: number = LONGEST_PIECE) {
    this.#longest = longest;
  }

  /** The incomplete last line. */
  get pending(): string {
    return this.#rest;
  }

  /** Returns the pieces that `chunk` completes. */
  push(chunk: Uint8Array): Piece[] {
    const lines = this.#decoder.decode(chunk, { stream: true }).split("\n");
    const pieces: Piece[] = [];
    const last = lines.length - 1;
    for (let i = 0; i < last; i++) {
      const line = i === 0 ? this.#rest + lines[i] : lines[i]!;
      this.#cut(withoutEnd(overwritten(line)), false, pieces);
    }
    const rest = last === 0 ? this.#rest + lines[0] : lines[last]!;
    this.#rest = lines[last]!.includes("\r") ? overwritten(rest) : rest;
    if (this.#rest.length > this.#longest) this.#rest = this.#cut(this.#rest, true, pieces);
    return pieces;
  }

  /** Ends the stream and returns the rest. */
  end(): Piece[] {
    const rest = withoutEnd(overwritten(this.#rest + this.#decoder.decode()));
    this.#rest = "";
    const pieces: Piece[] = [];
    if (rest !== "") this.#cut(rest, false, pieces);
    return pieces;
  }

  /** Cuts `line` into pieces. If it `continues`, its last part is returned instead. */
  #cut(line: string, continues: boolean, pieces: Piece[]): string {
    let start = 0;
    while (line.length - start > this.#longest) {
      const end = wholeCharacters(line, start, start + this.#longest);
      pieces.push({ text: line.slice(start, end), continues: true });
      start = end;
    }
    const last = start === 0 ? line : line.slice(start);
    if (!continues) pieces.push({ text: last, continues: false });
    return last;
  }
}

/** Returns a sink that passes lines to `take`. */
export function lineSink(take: (pieces: readonly Piece[]) => Promise<void> | void): OutputSink {
  const splitter = new LineSplitter();
  return {
    write: (chunk) => take(splitter.push(chunk)),
    end() {
      void take(splitter.end());
    },
  };
}

/** Bytes of the end of an output that {@linkcode LastLine} holds. */
const LAST_BYTES = 2048;

/** The last line of a stream of bytes. */
export class LastLine {
  #end = new Uint8Array();

  push(chunk: Uint8Array): void {
    if (chunk.length >= LAST_BYTES) {
      this.#end = chunk.slice(-LAST_BYTES);
      return;
    }
    const kept = this.#end.subarray(-LAST_BYTES + chunk.length);
    const end = new Uint8Array(kept.length + chunk.length);
    end.set(kept);
    end.set(chunk, kept.length);
    this.#end = end;
  }

  /** The last line that is not blank, or the empty string. */
  get text(): string {
    const lines = new TextDecoder().decode(this.#end).split(/[\r\n]+/);
    return lines.findLast((line) => line.trim() !== "") ?? "";
  }
}

/** Applies carriage returns to a line. One at its end is kept, as it may begin a line break. */
function overwritten(line: string): string {
  const text = withoutEnd(line);
  const visible = text.slice(text.lastIndexOf("\r") + 1);
  return text.length === line.length ? visible : `${visible}\r`;
}

function withoutEnd(line: string): string {
  return line.endsWith("\r") ? line.replace(/\r+$/, "") : line;
}

/** Returns `end`, or one less if it would part a pair of surrogates. */
function wholeCharacters(text: string, start: number, end: number): number {
  const code = text.charCodeAt(end - 1);
  const isHigh = code >= 0xd800 && code <= 0xdbff;
  return isHigh && end - 1 > start ? end - 1 : end;
}
