// deno-lint-ignore-file no-control-regex -- escape sequences are what the expressions look for
/**
 * Text on a terminal: colours, widths, and what must not reach the cursor.
 *
 * @module
 */

import process from "node:process";
import { isatty } from "node:tty";
import { systemCode, systemMessage, writeOutput } from "./system.ts";

/** Where text goes. */
export interface Screen {
  /** Writes `text` soon, after all that was written before. */
  write(text: string): void;
  /** A promise while much is not written yet, which resolves when more may come. */
  drained(): Promise<void> | undefined;
  /** Resolves when everything is written. */
  flush(): Promise<void>;
  /** Drops what is not written yet, and all that comes. */
  abandon(): void;
  /** Why writing failed, unless the reader is gone, which is no failure. */
  readonly failure: string | undefined;
  /** Columns and rows, asked anew each time, since windows change. */
  size(): { columns: number; rows: number };
  /** Whether a live view can be drawn. */
  readonly isTerminal: boolean;
  readonly style: Style;
}

/** How parts of a text look; without colours each returns its text as it is. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  /** One of a few colours, always the same for the same `index`. */
  tint(index: number, text: string): string;
  readonly isColoured: boolean;
}

const TINTS = [36, 35, 34, 33, 32, 96, 95, 94];

/** A style with colours, or one that changes nothing. */
export function createStyle(isColoured: boolean): Style {
  const paint = (code: number, reset: number) => (text: string): string =>
    isColoured && text !== "" ? `\x1b[${code}m${text}\x1b[${reset}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
    tint: (index, text) => paint(TINTS[index % TINTS.length]!, 39)(text),
    isColoured,
  };
}

const ESCAPES = /\x1b(?:\[[0-9;:?<=>!]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const COLOURS = /(\x1b\[[0-9;:]*m)/;
const COLOUR = /^\x1b\[[0-9;:]*m$/;

/** `text` without escape sequences, control characters and tabs. */
export function plain(text: string): string {
  return text.replace(ESCAPES, "").replaceAll("\t", "    ").replace(CONTROLS, "");
}

/** `text` with its colours, if `keepColours`, but with nothing that would move the cursor. */
export function harmless(text: string, keepColours: boolean): string {
  if (!/[\x1b\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text)) return text;
  if (!keepColours) return text.replace(ESCAPES, "").replace(CONTROLS, "");
  let isColoured = false;
  const kept = text.split(COLOURS).map((part) => {
    if (!COLOUR.test(part)) return part.replace(ESCAPES, "").replace(CONTROLS, "");
    isColoured = true;
    return part;
  });
  return kept.join("") + (isColoured ? "\x1b[0m" : "");
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})/u;
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const NARROW = /^[\x20-\x7e]*$/;

/** How many columns `text` takes, escape sequences not counted. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text.replace(ESCAPES, ""))) {
    width += graphemeWidth(segment);
  }
  return width;
}

function graphemeWidth(segment: string): number {
  if (ZERO.test(segment)) return 0;
  return WIDE.test(segment) || segment.includes("\ufe0f") ? 2 : 1;
}

/** `text` cut to `columns`, with an ellipsis where something is missing. Colours are kept. */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns <= 0) return "";
  let width = 0;
  let kept = "";
  let isColoured = false;
  for (const part of text.split(COLOURS)) {
    if (COLOUR.test(part)) {
      kept += part;
      isColoured = true;
      continue;
    }
    for (const { segment } of graphemes.segment(part)) {
      const columnsOfIt = graphemeWidth(segment);
      if (width + columnsOfIt > columns - 1) {
        return kept + "…" + (isColoured ? "\x1b[0m" : "");
      }
      width += columnsOfIt;
      kept += segment;
    }
  }
  return kept;
}

/** `text` filled with blanks to `columns`. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}

/** `text` moved to the right end of `columns`. */
export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - displayWidth(text))) + text;
}

/** Standard output of this process. */
export function standardOutput(): Screen {
  return new StandardOutput();
}

/** How much text may wait to be written before those who write more should wait, in UTF-16 units. */
const MUCH = 262_144;

/** Writes in the background, so that a slow reader holds up nothing but what is written. */
class StandardOutput implements Screen {
  readonly isTerminal = isatty(1) && process.env["TERM"] !== "dumb";
  readonly style = createStyle(this.isTerminal && (process.env["NO_COLOR"] ?? "") === "");
  readonly #encoder = new TextEncoder();
  /** What waits for the write that is under way. */
  #waiting: string[] = [];
  #unwritten = 0;
  #writing: Promise<void> | undefined;
  /** Those who wait for the next write to end. */
  #waiters: (() => void)[] = [];
  #isOver = false;
  #failure: string | undefined;

  get failure(): string | undefined {
    return this.#failure;
  }

  write(text: string): void {
    if (this.#isOver) return;
    this.#waiting.push(text);
    this.#unwritten += text.length;
    this.#writing ??= this.#writeAll();
  }

  drained(): Promise<void> | undefined {
    return this.#unwritten < MUCH ? undefined : this.#fallsBelow(MUCH);
  }

  async flush(): Promise<void> {
    await this.#fallsBelow(1);
  }

  abandon(): void {
    this.#isOver = true;
    this.#waiting = [];
    this.#unwritten = 0;
    this.#wake();
  }

  size(): { columns: number; rows: number } {
    const { columns, rows } = process.stdout;
    return columns > 0 && rows > 0 ? { columns, rows } : { columns: 80, rows: 24 };
  }

  async #writeAll(): Promise<void> {
    await Promise.resolve(); // what is written in one turn leaves in one go
    while (this.#waiting.length > 0) {
      const text = this.#waiting.join("");
      this.#waiting = [];
      try {
        await writeOutput(this.#encoder.encode(text));
      } catch (error) {
        this.#failure = isReaderGone(error) ? undefined : systemMessage(error);
        return this.abandon();
      }
      if (this.#isOver) return;
      this.#unwritten -= text.length;
      this.#wake();
    }
    this.#writing = undefined;
  }

  async #fallsBelow(length: number): Promise<void> {
    while (this.#unwritten >= length) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}

/** Whether nothing reads any more, which is no reason to end what runs: a closed pipe or terminal. */
function isReaderGone(error: unknown): boolean {
  const code = systemCode(error);
  return code === "EPIPE" || code === "EIO";
}
