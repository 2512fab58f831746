/**
 * The short run, for the gate: what has a floor, without peers, in few rounds.
 *
 * @module
 */

import type { Comparison } from "./harness.ts";

/** Returns the comparison of ours with its floor alone; `undefined` when it has none, or takes long. */
export function shortened(comparison: Comparison): Comparison | undefined {
  const { operation, count, ours, floor, isLong = false, waits = false } = comparison;
  if (floor === undefined || isLong) return undefined;
  return { operation, count, ours, floor, waits, rounds: 5, warmUps: 2, target: {} };
}
