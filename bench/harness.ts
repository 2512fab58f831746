/**
 * Compares ours with its peers, in one process and one run.
 *
 * Figures are comparable because the rounds of all sides are interleaved, and their order rotates, so
 * that a busy machine or a warmer cache favors no side; garbage is collected before each round where
 * `--expose-gc` allows it; the first rounds are discarded; and the median of the others counts.
 * Figures are measured, never extrapolated.
 *
 * @module
 */

import process from "node:process";

/** Prepares one round, and returns the function that is measured. */
export type Side = () => () => unknown;

/** One operation, by ours and by its peers. */
export interface Comparison {
  readonly operation: string;
  /** Number of operations in a round. */
  readonly count: number;
  readonly ours: Side;
  /** By name. */
  readonly peers: Readonly<Record<string, Side>>;
  /** The peer that counts. @default the fastest */
  readonly against?: string;
  /** The least speed, as a multiple of that peer's. */
  readonly target: number;
  /** Number of measured rounds. @default 9 */
  readonly rounds?: number;
  /** Number of discarded rounds before them. @default 3 */
  readonly warmUps?: number;
  /** Whether a round takes seconds. @default false */
  readonly isLong?: boolean;
}

/** One line of the table. */
export interface Row {
  readonly operation: string;
  /** Nanoseconds for each operation, or the value that has a limit. */
  readonly ours: number;
  /** The unit of `ours` and `peers`. */
  readonly unit: "ns" | "×" | "B";
  /** The one that counts, then the others, fastest first; none when ours has a limit instead. */
  readonly peers: readonly { readonly name: string; readonly value: number }[];
  /** The peer that counts by ours; the spread is the least and the greatest of single rounds. */
  readonly ratio?: { readonly median: number; readonly least: number; readonly greatest: number };
  /** The least ratio, or the greatest value of ours. */
  readonly target: number;
  readonly reached: boolean;
  readonly rounds: number;
}

/** A file of benchmarks. */
export interface Suite {
  readonly name: string;
  /** Returns the operations that have peers. */
  comparisons(): Iterable<Comparison>;
  /** Returns the operations without a peer, for `deno bench`. */
  readonly alone?: Readonly<Record<string, () => Side>>;
  /** Measures what has a limit instead of a peer; `rows` are those of the comparisons. */
  measures?(rows: readonly Row[]): Iterable<Row> | AsyncIterable<Row>;
}

/** Runs a suite; each row is printed when it comes. */
export async function* rowsOf(suite: Suite): AsyncIterable<Row> {
  const rows: Row[] = [];
  for (const comparison of suite.comparisons()) {
    const row = await compare(comparison);
    rows.push(row);
    yield row;
  }
  if (suite.measures !== undefined) yield* suite.measures(rows);
}

/**
 * Registers a suite for `deno bench`: each operation is a group whose baseline is ours. An operation
 * whose rounds take seconds is left to `deno task bench`. A no-op in a program.
 */
export function register(suite: Suite): void {
  for (const { operation, count, ours, peers, isLong } of suite.comparisons()) {
    if (isLong) continue;
    const group = `${operation}, ${count.toLocaleString("en")} times`;
    for (const [name, side] of [["ours", ours] as const, ...Object.entries(peers)]) {
      const baseline = name === "ours";
      Deno.bench({ name: `${name}: ${group}`, group, baseline, fn: timed(() => side) });
    }
  }
  for (const [name, side] of Object.entries(suite.alone ?? {})) {
    Deno.bench({ name, fn: timed(side) });
  }
}

/** Times what a side returns, and not its preparation. */
function timed(make: () => Side): (bench: Deno.BenchContext) => Promise<void> {
  let side: Side | undefined;
  return async (bench) => {
    side ??= make();
    const body = side();
    bench.start();
    await body();
    bench.end();
  };
}

/** Measures a {@linkcode Comparison}. */
export async function compare(comparison: Comparison): Promise<Row> {
  const { operation, count, against, target, rounds = 9, warmUps = 3 } = comparison;
  const sides: [string, Side][] = [["", comparison.ours], ...Object.entries(comparison.peers)];
  const times = new Map<string, number[]>(sides.map(([name]) => [name, []]));
  for (let round = -warmUps; round < rounds; round++) {
    for (let i = 0; i < sides.length; i++) {
      const [name, side] = sides[(i + round + warmUps) % sides.length]!;
      const time = await measure(side);
      if (round >= 0) times.get(name)!.push(time * 1e6 / count);
    }
  }
  const byCounting = (a: string, b: string) => Number(b === against) - Number(a === against);
  const ours = times.get("")!;
  const peers = Object.keys(comparison.peers)
    .map((name) => ({ name, value: median(times.get(name)!) }))
    .sort((a, b) => byCounting(a.name, b.name) || a.value - b.value);
  const peer = peers[0];
  if (peer === undefined) {
    throw new TypeError(`Cannot compare ${operation}: peers must not be empty`);
  }
  const ratios = times.get(peer.name)!.map((time, round) => time / ours[round]!);
  const ratio = peer.value / median(ours);
  return {
    operation,
    ours: median(ours),
    unit: "ns",
    peers,
    ratio: { median: ratio, least: Math.min(...ratios), greatest: Math.max(...ratios) },
    target,
    reached: ratio >= target,
    rounds,
  };
}

/** The time that one round of `side` takes, in milliseconds. */
export async function measure(side: Side): Promise<number> {
  const body = side();
  collectGarbage();
  const start = performance.now();
  const result = body();
  if (result instanceof Promise) await result;
  return performance.now() - start;
}

/**
 * The time that processors spend on one round of `side`, in milliseconds, on all threads.
 *
 * For a round that never waits this is at least the elapsed time on an idle machine, and it excludes
 * other processes on a busy one. So absolute limits apply to it.
 */
export async function measureProcessors(side: Side): Promise<number> {
  const body = side();
  collectGarbage();
  const start = process.cpuUsage();
  const result = body();
  if (result instanceof Promise) await result;
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e3;
}

/** Returns a row for a value of ours that must not exceed `limit`. */
export function atMost(
  operation: string,
  unit: Row["unit"],
  ours: number,
  limit: number,
  rounds: number,
): Row {
  return { operation, ours, unit, peers: [], target: limit, reached: ours <= limit, rounds };
}

/** Returns the median of `values`. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Returns the quantile `q` of `values`, interpolated linearly. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place % 1);
}

/** Whether garbage is collected between rounds. */
export const collectsGarbage: boolean = "gc" in globalThis;

function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

const WIDTHS = [58, 10, 24, 20, 8] as const;

/** Returns the header of the table. */
export function header(): string {
  return columns("operation", "ours", "peer", "ratio (of rounds)", "target", "verdict");
}

/** Returns a row of the table, and a line for each further peer. */
export function line(row: Row): string {
  const { peers: [peer, ...rest], ratio, target, unit } = row;
  const first = columns(
    row.operation,
    show(row.ours, unit),
    peer === undefined ? "" : `${show(peer.value, unit)} ${peer.name}`,
    ratio === undefined
      ? ""
      : `${times(ratio.median)} (${times(ratio.least)}–${times(ratio.greatest)})`,
    peer === undefined ? `≤ ${show(target, unit)}` : `≥ ${times(target)}`,
    row.reached ? "reached" : "MISSED",
  );
  const others = rest.map(({ name, value }) =>
    columns("", "", `${show(value, unit)} ${name}`, times(value / row.ours))
  );
  return [first, ...others].join("\n");
}

function columns(...cells: string[]): string {
  return cells.map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0)).join(" ").trimEnd();
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 1 : 0)}×`;
}

function show(value: number, unit: Row["unit"]): string {
  if (unit === "×") return times(value);
  if (unit === "B") return `${value.toFixed(0)} B`;
  if (value < 1e3) return `${value.toFixed(0)} ns`;
  if (value < 1e6) return `${(value / 1e3).toFixed(1)} µs`;
  return `${(value / 1e6).toFixed(1)} ms`;
}
