/**
 * The table of rows: as text, as it is measured, and in Markdown.
 *
 * @module
 */

import type { Row, Target, Unit } from "./harness.ts";
import type { Change } from "./regressions.ts";
import type { Spread } from "./statistics.ts";

/** A ratio to the floor above this has to be explained. */
const EXPLAINED = 3;

const WIDTHS = [60, 10, 19, 24, 18, 9, 8] as const;

/** Returns the header of the table. */
export function header(): string {
  return columns("operation", "ours", "by the floor", "beside", "ratio", "target", "verdict");
}

/** Returns a row of the table, with a line for each further peer, and one for each remark. */
export function lines(row: Row, change?: Change): string {
  const [first, ...rest] = row.others;
  const cells = [
    row.operation,
    show(row.value, row.unit),
    row.floor === undefined ? "" : withSpread(row.floor.ratio),
    first === undefined ? "" : `${show(first.value, row.unit)} ${first.name}`,
    first === undefined ? "" : withSpread(ratioOf(row, first.ratio)),
    goal(row.target, row.unit),
    verdict(row, change),
  ];
  const others = rest.map(({ name, value, ratio }) =>
    columns("", "", "", `${show(value, row.unit)} ${name}`, withSpread(ratio))
  );
  return [
    columns(...cells),
    ...others,
    ...remarks(row).map((remark) => `  ${remark}`),
  ].join("\n");
}

/** Returns the table in Markdown, with the remarks below it. */
export function markdown(rows: readonly (readonly [suite: string, row: Row])[]): string {
  const notes: string[] = [];
  const body = rows.map(([, row]) => {
    const marks = remarks(row).map((remark) => {
      if (!notes.includes(remark)) notes.push(remark);
      return ` [${notes.indexOf(remark) + 1}]`;
    });
    return [
      row.operation + marks.join(""),
      show(row.value, row.unit),
      row.floor === undefined ? "" : times(row.floor.ratio.median),
      row.others.map(({ name, ratio }) => `${name} ${times(ratioOf(row, ratio).median)}`).join(
        ", ",
      ),
      goal(row.target, row.unit),
    ];
  });
  const table = aligned(["Operation", "Lockstep", "By the floor", "Ratio to", "Target"], body);
  const faster = fasterPeers(rows.map(([, row]) => row));
  return [
    ...[
      table,
      "",
      ...notes.map((note, i) => `${i + 1}. ${note[0]?.toUpperCase()}${note.slice(1)}.`),
    ],
    ...(faster.length === 0 ? [] : ["", "Where a peer is faster:", "", ...faster]),
  ].join("\n");
}

/** Lists the peers that are faster than ours, and why. */
function fasterPeers(rows: readonly Row[]): string[] {
  return rows.flatMap((row) =>
    row.others.filter(({ ratio }) => row.target.time === undefined && ratio.median < 1)
      .map(({ name, ratio }) => {
        const why = row.note === undefined ? "" : `: ${row.note}`;
        return `- ${name}, ${times(1 / ratio.median)} as fast at “${row.operation}”${why}.`;
      })
  );
}

function aligned(heads: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...body.map((row) => row[i]!.length))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(heads), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join(
    "\n",
  );
}

/** What a reader has to know of a row. */
function remarks({ floor, note }: Row): string[] {
  const isDear = floor !== undefined && floor.ratio.median > EXPLAINED;
  return [...(isDear ? [`Above the floor: ${floor.lacks}`] : []), ...(note ? [note] : [])];
}

/** Peers are compared by speed, a base by time. */
function ratioOf({ target }: Row, { low, median, high }: Spread): Spread {
  if (target.time === undefined) return { low, median, high };
  return { low: 1 / high, median: 1 / median, high: 1 / low };
}

function goal({ speed, time, most }: Target, unit: Unit): string {
  if (speed !== undefined) return `≥ ${times(speed)}`;
  if (time !== undefined) return `≤ ${times(time)}`;
  return most === undefined ? "" : `≤ ${show(most, unit)}`;
}

function verdict({ target, reached }: Row, change?: Change): string {
  const own = Object.keys(target).length === 0 ? [] : [reached ? "reached" : "MISSED"];
  if (change === undefined) return own.join();
  return [...own, `${times(change.factor)} of before${change.isSlower ? ", SLOWER" : ""}`].join(
    "; ",
  );
}

function columns(...cells: string[]): string {
  return cells.map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0)).join(" ").trimEnd();
}

function withSpread({ low, median, high }: Spread): string {
  return `${times(median)} (${times(low)}–${times(high)})`;
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? (ratio < 1 ? 2 : 1) : 0)}×`;
}

function show(value: number, unit: Unit): string {
  if (unit === "^") return `n^${value.toFixed(2)}`;
  if (unit === "×") return times(value);
  if (unit === "B") return `${value.toFixed(0)} B`;
  if (value < 10) return `${value.toFixed(1)} ns`;
  if (value < 1e3) return `${value.toFixed(0)} ns`;
  if (value < 1e6) return `${(value / 1e3).toFixed(value < 1e4 ? 2 : 1)} µs`;
  return `${(value / 1e6).toFixed(1)} ms`;
}
