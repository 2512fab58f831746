/**
 * Runs that once broke something, in the product or in the simulator, each with what it was.
 *
 * @module
 */

import type { SimulationOptions } from "../../src/testing/mod.ts";

/** A run that is kept. */
export interface KeptRun extends SimulationOptions {
  /** The broken invariant. */
  readonly because: string;
}

/** All of them, the oldest first. */
export const SEEDS: readonly KeptRun[] = [
  {
    ...{ seed: 26, steps: 5_000, workload: "poison", agents: 5 },
    faults: ["lost", "reordered", "handler-throws", "clock-stall", "log-stall", "log-failure"],
    because: "an agent that was removed while it was starting never learned of it",
  },
  {
    ...{ seed: 3, steps: 5_000, workload: "mixed", agents: 2 },
    faults: ["pause", "restart", "late-report", "lost", "handler-answers-twice", "log-cut"],
    because: "commands that were read back from a journal shared parts with each other",
  },
  {
    ...{ seed: 20, steps: 3_000, workload: "bursts", agents: 3, faults: [] },
    config: { rules: { reportsContention: true, settlesBy: "timestamp" } },
    because:
      "a task that lost a conflict over the lock that it waited for stayed assigned for ever",
  },
  {
    ...{ seed: 3, steps: 5_000, workload: "chatter", agents: 2 },
    faults: ["pause", "restart", "late-report", "lost", "handler-answers-twice", "log-cut"],
    because:
      "what a handler that left had in hand was neither handled nor dead when its agent was gone",
  },
  {
    ...{ seed: 174, steps: 3_000, workload: "repeating" },
    because: "a late copy of a command set a schedule again after the last one was removed",
  },
];
