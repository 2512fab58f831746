/**
 * The faults of a simulated world. Each run draws a random subset, each with a random rate: a run
 * without a fault reaches states that the fault would mask (Groce et al., "Swarm Testing", 2012).
 *
 * @module
 */

import type { Chance } from "./chance.ts";

/** The names of all faults. */
export const FAULTS = [
  /** An agent crashes, and starts again later without its knowledge. */
  "crash",
  /** An agent pauses, and believes afterwards that it still holds all that it held. */
  "pause",
  /** An agent crashes and starts again at once, before its crash was noticed. */
  "restart",
  /** An agent is many times as slow as the others, for a while. */
  "slow",
  /** An agent reports a result twice. */
  "duplicate-report",
  /** An agent reports a result long after it finished. */
  "late-report",
  /** A transmission never arrives. */
  "lost",
  /** A transmission arrives twice. */
  "duplicated",
  /** A transmission arrives much later. */
  "delayed",
  /** Transmissions overtake each other. */
  "reordered",
  /** The handler of a task or of a message throws. */
  "handler-throws",
  /** The handler of a task or of a message never ends. */
  "handler-hangs",
  /** The handler of a task or of a message reports two different results. */
  "handler-answers-twice",
  /** The clock of the coordinator jumps forward. */
  "clock-jump",
  /** The clock of the coordinator stops for a while. */
  "clock-stall",
  /** The process of the coordinator does not run for a while: what is sent to it waits. */
  "suspend",
  /** An append to the journal takes long. */
  "log-stall",
  /** An append to the journal fails. */
  "log-failure",
  /** The coordinator crashes in the middle of a write, and recovers from what the journal stored. */
  "log-cut",
  /** The coordinator goes on from a snapshot of its state. */
  "restore",
  /** The caller of a wait that is kept for it never comes back. */
  "caller-vanishes",
  /** The caller of a wait that is kept for it comes back late, or too late. */
  "caller-late",
  /** An agent's connection is lost: it is suspected, and comes back within its grace, or later. */
  "disconnect",
] as const;

/** The name of a fault. */
export type FaultName = (typeof FAULTS)[number];

/** The rate of each fault that can happen, above 0 and up to 1. */
export type Faults = Partial<Record<FaultName, number>>;

/** Returns whether a coordinator with these faults has a journal, and whether the journal is ever read. */
export function logFor(faults: Faults): "none" | "kept" | "read" {
  if ("log-cut" in faults) return "read";
  return "log-stall" in faults || "log-failure" in faults ? "kept" : "none";
}

/** Returns whether an answer may never come, so that its command must be sent again. */
export function mayLoseAnswers(faults: Faults): boolean {
  return "lost" in faults || "log-cut" in faults || "log-failure" in faults;
}

/** The faults that are drawn apart from the others, so that a seed still draws those as it once did. */
const DRAWN_APART: readonly FaultName[] = ["disconnect"];

/** Draws the faults of a run, some of them from a source of their own; one run in six has none. */
export function drawFaults(chance: Chance, apart: Chance): Faults {
  if (chance.happens(1 / 6)) return {};
  const likelihood = chance.pick([0.1, 0.25, 0.5]);
  const others = FAULTS.filter((fault) => !DRAWN_APART.includes(fault));
  return {
    ...drawRates(chance, chance.some(others, likelihood)),
    ...drawRates(apart, apart.some(DRAWN_APART, likelihood)),
  };
}

/** Draws the rates of `names`. */
export function drawRates(chance: Chance, names: readonly FaultName[]): Faults {
  return Object.fromEntries(
    names.map((name) => [name, Math.round(chance.share(0.02) * 1000) / 1000]),
  );
}
