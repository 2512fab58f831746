/**
 * Compares a run with an earlier one, by what depends little on the machine: ratios to floors and bases,
 * and bytes.
 *
 * @module
 */

import type { Row } from "./harness.ts";
import { type Spread, spreadOf } from "./statistics.ts";

/** The comparable figures of a run, by the name of the row. */
export type Figures = Readonly<Record<string, Spread>>;

/** How a figure compares with an earlier one. */
export interface Change {
  /** This one divided by the earlier one. */
  readonly factor: number;
  readonly isSlower: boolean;
}

/** A slow-down in a whole run, if the quartiles of both runs are apart, too. */
export const NOTICEABLE = 1.25;

/** A slow-down in a short run on a busy machine. */
export const DOUBLED = 2;

/** Returns the figure of a row that compares between machines; `undefined` when it has none. */
export function figureOf({ floor, others: [other], target, unit, value }: Row): Spread | undefined {
  if (floor !== undefined) return floor.ratio;
  if (target.time !== undefined && other !== undefined) {
    const { low, median, high } = other.ratio;
    return { low: 1 / high, median: 1 / median, high: 1 / low };
  }
  return unit === "B" ? spreadOf([value]) : undefined;
}

/**
 * Compares a figure with an earlier one. It is slower when the median is `limit` times as great, and
 * the quartiles don't overlap: one of a busy machine may.
 */
export function changeOf(now: Spread, before: Spread, limit: number): Change {
  const factor = now.median / before.median;
  return { factor, isSlower: factor >= limit && now.low > before.high };
}

/**
 * Reads the figures of an earlier run from the text of its file.
 *
 * @throws {TypeError} when it has none
 */
export function readFigures(text: string, path: string): Figures {
  const wrong = (what: string) => new TypeError(`Cannot compare with ${path}: ${what}`);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const { ratios } = (content ?? {}) as { ratios?: unknown };
  if (typeof ratios !== "object" || ratios === null) {
    throw wrong('it must have "ratios", as a file that --json wrote');
  }
  for (const [name, spread] of Object.entries(ratios)) {
    const { low, median, high } = (spread ?? {}) as Spread;
    if ([low, median, high].every((figure) => figure > 0 && Number.isFinite(figure))) continue;
    throw wrong(`the ratio of "${name}" must have a positive low, median and high`);
  }
  return ratios as Figures;
}

/** Returns the text of a file with `figures`, and with `details` for people. */
export function writeFigures(figures: Figures, details: object = {}): string {
  const rounded = Object.entries(figures).map(([name, spread]) => {
    const digits = Object.entries(spread).map((
      [key, value],
    ) => [key, Number(value.toPrecision(3))]);
    return [name, Object.fromEntries(digits)];
  });
  const content = { ratios: Object.fromEntries(rounded), ...details };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}
