/**
 * Measures several sides in one process and one run.
 *
 * Figures are comparable because the rounds of all sides are interleaved, and their order rotates, so
 * that a busy machine or a warmer cache favors no side; garbage is collected before each round where
 * `--expose-gc` allows it; and the first rounds are discarded. Figures are measured, never extrapolated.
 *
 * @module
 */

import process from "node:process";

/** A round: what is measured. */
export type Body = () => unknown;

/** Prepares one round, and returns it. */
export type Side = () => Body | Promise<Body>;

/** Makes a side, once for all rounds, as in a program. */
export type Maker = () => Side | Promise<Side>;

/** The number of rounds of each side. */
export interface Rounds {
  /** Largest number of measured rounds. @default 9 */
  readonly rounds?: number | undefined;
  /** Number of discarded rounds before them. @default 3 */
  readonly warmUps?: number | undefined;
  /** Whether a round waits for a disk or another process; then only elapsed time tells. @default false */
  readonly waits?: boolean | undefined;
  /**
   * Whether sides keep so many objects alive that to collect all garbage takes longer than a round; then
   * only young garbage is collected. @default false
   */
  readonly isHuge?: boolean | undefined;
}

/** Rounds end after so many milliseconds, preparation included, once there are {@linkcode FEWEST}. */
const MOST_MS = 4_000;

/** The number of rounds whose median counts, however long they take. */
const FEWEST = 3;

/** A round of so many milliseconds is measured once, and stands for the others of its side. */
const LONG_MS = 4_000;

/** Returns the milliseconds of each round, by the name of the side. */
export async function interleave<Name extends string>(
  sides: ReadonlyMap<Name, Side>,
  { rounds = 9, warmUps = 3, waits = false, isHuge = false }: Rounds = {},
): Promise<Map<Name, number[]>> {
  const entries = [...sides];
  const times = new Map(entries.map(([name]) => [name, [] as number[]]));
  const long = new Map<Name, number>();
  const measure = async (side: Side) => {
    const body = await side();
    collectGarbage(isHuge);
    return await (waits ? elapsed(body) : busy(body));
  };
  const start = performance.now();
  for (let round = -warmUps; round < rounds; round++) {
    if (round >= FEWEST && performance.now() - start > MOST_MS) break;
    for (let i = 0; i < entries.length; i++) {
      const [name, side] = entries[(i + round + warmUps) % entries.length]!;
      const time = long.get(name) ?? await measure(side);
      if (time > LONG_MS) long.set(name, time);
      if (round >= 0) times.get(name)!.push(time);
    }
  }
  return times;
}

/** The milliseconds until `body` is done. */
async function elapsed(body: Body): Promise<number> {
  const start = performance.now();
  const result = body();
  if (result instanceof Promise) await result;
  return performance.now() - start;
}

/**
 * The milliseconds that `body` takes on an idle machine, if it never waits: at most what passes, which
 * includes the turns of other processes, and at most what processors spend, which includes other threads.
 */
export async function busy(body: Body): Promise<number> {
  const before = process.cpuUsage();
  const passed = await elapsed(body);
  const { user, system } = process.cpuUsage(before);
  return Math.min(passed, (user + system) / 1e3);
}

/** Whether garbage is collected between rounds. */
export const collectsGarbage: boolean = "gc" in globalThis;

const { gc } = globalThis as { gc?: (options?: { type: "minor" }) => void };

/** Collects garbage: all of it, or only what is young. */
export function collectGarbage(onlyYoung = false): void {
  if (onlyYoung) gc?.({ type: "minor" });
  else gc?.();
}
