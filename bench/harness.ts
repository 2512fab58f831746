/**
 * The rows of the benchmarks: an operation beside its peers, its floor, and itself at other sizes.
 *
 * The _floor_ is the least that any implementation does: the same bookkeeping with bare maps, arrays
 * and one promise that is resolved already. The ratio to it depends less on the machine than a time
 * does, so it is what a run is compared by with an earlier one.
 *
 * @module
 */

import { interleave, type Maker, type Rounds, type Side } from "./rounds.ts";
import { exponentOf, median, ratiosOf, type Spread, spreadOf } from "./statistics.ts";

/** The same operation with bare maps and arrays. */
export interface Floor {
  readonly side: Maker;
  /** The guarantees that ours gives and this does not. */
  readonly lacks: string;
}

/** The same operation under other conditions. */
export interface Base {
  readonly name: string;
  readonly side: Maker;
  /** Number of operations in a round. @default that of the comparison */
  readonly count?: number;
}

/** One operation, by ours and by its peers. */
export interface Comparison extends Rounds {
  readonly operation: string;
  /** Number of operations in a round. */
  readonly count: number;
  readonly ours: Maker;
  readonly floor?: Floor;
  /** By name. */
  readonly peers?: Readonly<Record<string, Maker>>;
  /** What counts is the first. */
  readonly bases?: readonly Base[];
  readonly target: Target;
  /** On the peers: what they do less, or more. */
  readonly note?: string;
  /** Whether a round takes seconds; then it is left to the whole run. @default false */
  readonly isLong?: boolean;
}

/** The limit of a row; only one of them. */
export interface Target {
  /** The least speed, as a multiple of that of the fastest peer. */
  readonly speed?: number;
  /** The greatest time, as a multiple of that of the base. */
  readonly time?: number;
  /** The greatest value, in the unit of the row. */
  readonly most?: number;
}

/** An operation whose cost for one must not depend on the number of other things. */
export interface Growth {
  /** The operation among `n` things. */
  readonly operation: string;
  /** @default from 1,000 to 1,000,000 */
  readonly sizes?: readonly number[];
  /** Number of operations in a round. */
  readonly count: number;
  readonly ours: (size: number) => Side | Promise<Side>;
  readonly floor: (size: number) => Side | Promise<Side>;
  /** The greatest exponent beyond that of the floor. @default 0.15 */
  readonly most?: number;
  /** @default 7 */
  readonly rounds?: number;
}

/** The units of values. */
export type Unit = "ns" | "B" | "×" | "^";

/** A value beside ours. */
export interface Other {
  readonly name: string;
  readonly value: number;
  /** Its value divided by ours. */
  readonly ratio: Spread;
}

/** One line of the table. */
export interface Row {
  readonly operation: string;
  readonly value: number;
  readonly unit: Unit;
  /** Ours divided by the floor. */
  readonly floor?: { readonly value: number; readonly ratio: Spread; readonly lacks: string };
  /** The bases, or the peers, fastest first. */
  readonly others: readonly Other[];
  readonly target: Target;
  readonly reached: boolean;
  readonly note?: string;
  readonly isLong?: boolean;
}

/** A file of benchmarks. */
export interface Suite {
  readonly name: string;
  /** Returns the operations that are measured in rounds. */
  comparisons(): Iterable<Comparison>;
  /** Returns the operations that are measured at several sizes. */
  growths?(): Iterable<Growth>;
  /** Measures the rest; `rows` are those of the comparisons. */
  measures?(rows: readonly Row[]): Iterable<Row> | AsyncIterable<Row>;
}

/** A row that is still to be measured; again, if it is called again. */
export type Measure = () => Promise<Row>;

/** Registers a suite for `deno bench`: each operation is a group whose baseline is ours. */
export function register(suite: Suite): void {
  for (const { operation, count, ours, floor, peers, bases = [], isLong } of suite.comparisons()) {
    if (isLong) continue;
    const group = `${operation}, ${count.toLocaleString("en")} times`;
    const makers = {
      ours,
      ...(floor && { floor: floor.side }),
      ...Object.fromEntries(bases.map(({ name, side }) => [name, side])),
      ...peers,
    };
    for (const [name, maker] of Object.entries(makers)) {
      const baseline = name === "ours";
      Deno.bench({ name: `${name}: ${group}`, group, baseline, fn: timed(maker) });
    }
  }
}

/** Times rounds, and not their preparation. */
function timed(maker: Maker): (bench: Deno.BenchContext) => Promise<void> {
  let side: Side | undefined;
  return async (bench) => {
    side ??= await maker();
    const body = await side();
    bench.start();
    await body();
    bench.end();
  };
}

/** Measures a {@linkcode Comparison}. */
export async function compare(comparison: Comparison): Promise<Row> {
  const { operation, count, ours, floor, peers = {}, bases = [], target, note, isLong } =
    comparison;
  const makers = new Map([["ours", ours], ...Object.entries(peers)]);
  if (floor !== undefined) makers.set("floor", floor.side);
  for (const { name, side } of bases) makers.set(name, side);
  const sides = new Map<string, Side>();
  for (const [name, maker] of makers) sides.set(name, await maker());
  const rounds = await interleave(sides, comparison);
  const nanoseconds = (name: string, operations = count) =>
    rounds.get(name)!.map((ms) => ms * 1e6 / operations);
  const own = nanoseconds("ours");
  const other = (name: string, operations = count): Other => {
    const values = nanoseconds(name, operations);
    return { name, value: median(values), ratio: ratiosOf(values, own) };
  };
  const rivals = Object.keys(peers).map((name) => other(name)).sort((a, b) => a.value - b.value);
  const others = [...bases.map((base) => other(base.name, base.count)), ...rivals];
  return {
    operation,
    value: median(own),
    unit: "ns",
    ...(floor && {
      floor: {
        value: median(nanoseconds("floor")),
        ratio: ratiosOf(own, nanoseconds("floor")),
        lacks: floor.lacks,
      },
    }),
    others,
    target,
    reached: isReached(target, median(own), others[0]?.ratio.median),
    ...(note !== undefined && { note }),
    ...(isLong !== undefined && { isLong }),
  };
}

/** Returns whether a value reaches its target; `ratio` is the other's value divided by it. */
export function isReached(target: Target, value: number, ratio = NaN): boolean {
  const { speed, time, most } = target;
  if (speed !== undefined) return ratio >= speed;
  if (time !== undefined) return 1 / ratio <= time;
  return most === undefined || value <= most;
}

/** Measures a {@linkcode Growth}: the exponents of ours and of the floor, and how much ours is greater. */
export async function grow(growth: Growth): Promise<Row> {
  const { operation, count, ours, floor, most = 0.15, rounds = 7 } = growth;
  const { sizes = [1_000, 10_000, 100_000, 1_000_000] } = growth;
  const sides = new Map<string, Side>();
  for (const size of sizes) {
    sides.set(`ours ${size}`, await ours(size));
    sides.set(`floor ${size}`, await floor(size));
  }
  const times = await interleave(sides, { rounds, warmUps: 3, isHuge: true });
  const nanoseconds = (name: string) =>
    sizes.map((size) => median(times.get(`${name} ${size}`)!) * 1e6 / count);
  const [own, least] = [nanoseconds("ours"), nanoseconds("floor")];
  const exponents = [exponentOf(sizes, own), exponentOf(sizes, least)] as const;
  const beyond = exponents[0] - exponents[1];
  const steps = sizes.map((size, i) => {
    return `${own[i]!.toFixed(0)} ns among ${size.toLocaleString("en")}`;
  });
  return {
    operation,
    value: beyond,
    unit: "^",
    others: [],
    target: { most },
    reached: beyond <= most,
    note: `${steps.join(", ")}; n^${exponents[0].toFixed(2)}, the floor n^${
      exponents[1].toFixed(2)
    }`,
  };
}

/** Returns a row for a value of ours that must not exceed `limit`. */
export function atMost(operation: string, unit: Unit, value: number, limit = Infinity): Row {
  const target = limit === Infinity ? {} : { most: limit };
  return { operation, value, unit, others: [], target, reached: value <= limit };
}

/** Returns the spread of one value. */
export function sure(value: number): Spread {
  return spreadOf([value]);
}
