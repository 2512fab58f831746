// deno-lint-ignore-file no-control-regex -- escape sequences are what the expressions look for
/**
 * Text on a terminal: colors, widths, sanitization, and writing in the background.
 *
 * @module
 */

import process from "node:process";
import { isatty } from "node:tty";
import { systemCode, systemMessage, writeOutput } from "./system.ts";

/** An output for text. */
export interface Screen {
  /** Queues `text` for writing. */
  write(text: string): void;
  /** Backpressure: a promise while the queue is long, which resolves when more may come. */
  drained(): Promise<void> | undefined;
  /** Resolves when the queue is written. */
  flush(): Promise<void>;
  /** Drops the queue and all further text. */
  abandon(): void;
  /** The reason of a failed write. A reader that has closed the pipe is no failure. */
  readonly failure: string | undefined;
  /** Whether nothing more is written, as the reader is gone or a write has failed. */
  readonly isOver: boolean;
  /** The current columns and rows. */
  size(): { columns: number; rows: number };
  /** Whether a live view can be drawn. */
  readonly isTerminal: boolean;
  readonly style: Style;
}

/** Styles for parts of a text; without colors each returns its text unchanged. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  /** One of a few colors, the same for the same `index`. */
  tint(index: number, text: string): string;
  readonly isColored: boolean;
}

const TINTS = [36, 35, 34, 33, 32, 96, 95, 94];

/** Returns a style with colors, or one that changes nothing. */
export function createStyle(isColored: boolean): Style {
  const paint = (code: number, reset: number) => (text: string): string =>
    isColored && text !== "" ? `\x1b[${code}m${text}\x1b[${reset}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
    tint: (index, text) => paint(TINTS[index % TINTS.length]!, 39)(text),
    isColored,
  };
}

const ESCAPES = /\x1b(?:\[[0-9;:?<=>!]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const COLORS = /(\x1b\[[0-9;:]*m)/;
const COLOR = /^\x1b\[[0-9;:]*m$/;

/** Removes escape sequences and control characters, and expands tabs. */
export function plain(text: string): string {
  return text.replace(ESCAPES, "").replaceAll("\t", "    ").replace(CONTROLS, "");
}

/** Removes escape sequences and control characters, except colors if `keepColors`. */
export function sanitize(text: string, keepColors: boolean): string {
  if (!/[\x1b\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text)) return text;
  if (!keepColors) return text.replace(ESCAPES, "").replace(CONTROLS, "");
  let isColored = false;
  const kept = text.split(COLORS).map((part) => {
    if (!COLOR.test(part)) return part.replace(ESCAPES, "").replace(CONTROLS, "");
    isColored = true;
    return part;
  });
  return kept.join("") + (isColored ? "\x1b[0m" : "");
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})/u;
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const NARROW = /^[\x20-\x7e]*$/;

/** Width of `text` in columns, without escape sequences. */
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

/** Cuts `text` to `columns`, with an ellipsis if it is longer. Keeps colors. */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns <= 0) return "";
  let width = 0;
  let kept = "";
  let isColored = false;
  for (const part of text.split(COLORS)) {
    if (COLOR.test(part)) {
      kept += part;
      isColored = true;
      continue;
    }
    for (const { segment } of graphemes.segment(part)) {
      const columnsOfIt = graphemeWidth(segment);
      if (width + columnsOfIt > columns - 1) {
        return kept + "…" + (isColored ? "\x1b[0m" : "");
      }
      width += columnsOfIt;
      kept += segment;
    }
  }
  return kept;
}

/** Pads `text` on the right to `columns`. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}

/** Pads `text` on the left to `columns`. */
export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - displayWidth(text))) + text;
}

/** Returns the standard output of this process. */
export function standardOutput(): Screen {
  return new StandardOutput();
}

/** High-water mark of the queue, in UTF-16 code units. */
const HIGH_WATER_MARK = 262_144;

/** Writes in the background, so that a slow reader blocks neither timers nor signals. */
class StandardOutput implements Screen {
  readonly isTerminal = isatty(1) && process.env["TERM"] !== "dumb";
  readonly style = createStyle(this.isTerminal && (process.env["NO_COLOR"] ?? "") === "");
  readonly #encoder = new TextEncoder();
  /** Text behind the write that is under way. */
  #waiting: string[] = [];
  #unwritten = 0;
  #writing: Promise<void> | undefined;
  /** Callbacks for the end of the next write. */
  #waiters: (() => void)[] = [];
  #isOver = false;
  #failure: string | undefined;

  get failure(): string | undefined {
    return this.#failure;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  write(text: string): void {
    if (this.#isOver) return;
    this.#waiting.push(text);
    this.#unwritten += text.length;
    this.#writing ??= this.#writeAll();
  }

  drained(): Promise<void> | undefined {
    return this.#unwritten < HIGH_WATER_MARK ? undefined : this.#untilBelow(HIGH_WATER_MARK);
  }

  async flush(): Promise<void> {
    await this.#untilBelow(1);
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
    await Promise.resolve(); // texts of one turn are written together
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

  async #untilBelow(length: number): Promise<void> {
    while (this.#unwritten >= length) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}

/** Whether the pipe or terminal is closed. */
function isReaderGone(error: unknown): boolean {
  const code = systemCode(error);
  return code === "EPIPE" || code === "EIO";
}
