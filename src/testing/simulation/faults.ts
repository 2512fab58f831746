/**
 * What can go wrong in a simulated world. Each run draws a random subset, each with a random rate:
 * a run without a fault reaches states that it would mask (Groce et al., "Swarm Testing", 2012).
 *
 * @module
 */

import type { Chance } from "./chance.ts";

/** The names of all faults. */
export const FAULTS = [
  /** An agent stops, and what it knew is gone. */
  "crash",
  /** An agent stops and goes on later; it believes that it still has all that it had. */
  "pause",
  /** An agent is started again under its name at once, before anybody noticed that it was gone. */
  "restart",
  /** An agent takes many times as long as the others, for a while. */
  "slow",
  /** What an agent reports arrives more than once. */
  "duplicate-report",
  /** An agent reports long after it was done. */
  "late-report",
  /** Something that was transmitted never arrives. */
  "lost",
  /** Something that was transmitted arrives twice. */
  "duplicated",
  /** Something that was transmitted arrives much later. */
  "delayed",
  /** What was transmitted overtakes each other. */
  "reordered",
  /** The handler of a task or of a message throws. */
  "handler-throws",
  /** The handler of a task or of a message never ends. */
  "handler-hangs",
  /** The handler of a task or of a message answers, and then answers again otherwise. */
  "handler-answers-twice",
  /** The coordinator's clock jumps forward. */
  "clock-jump",
  /** The coordinator's clock stands still for a while. */
  "clock-stall",
  /** The log takes its time. */
  "log-stall",
  /** The log refuses what is appended. */
  "log-failure",
  /** The coordinator stops in the middle of a write, and recovers from what the log then has. */
  "log-cut",
  /** The coordinator goes on from a snapshot of its state that was written and read again. */
  "restore",
] as const;

/** The name of a fault. */
export type FaultName = (typeof FAULTS)[number];

/** From each fault that can happen to how often it does, from above 0 to 1. */
export type Faults = Partial<Record<FaultName, number>>;

/** Whether a coordinator with these faults has a log, and whether that is ever read. */
export function logFor(faults: Faults): "none" | "kept" | "read" {
  if ("log-cut" in faults) return "read";
  return "log-stall" in faults || "log-failure" in faults ? "kept" : "none";
}

/** Whether what is transmitted may never arrive, so that whoever waits must ask again. */
export function mayLoseAnswers(faults: Faults): boolean {
  return "lost" in faults || "log-cut" in faults || "log-failure" in faults;
}

/** Draws which faults a run has; one in six has none. */
export function drawFaults(chance: Chance, among: readonly FaultName[] = FAULTS): Faults {
  if (chance.happens(1 / 6)) return {};
  const likelihood = chance.pick([0.1, 0.25, 0.5]);
  return drawRates(chance, chance.some(among, likelihood));
}

/** Draws how often each of `names` happens. */
export function drawRates(chance: Chance, names: readonly FaultName[]): Faults {
  return Object.fromEntries(
    names.map((name) => [name, Math.round(chance.share(0.02) * 1000) / 1000]),
  );
}
