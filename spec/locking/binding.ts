/**
 * The lock machine as its specification sees it: which commands are tried, when it is enough, and
 * which state of the specification a state of the machine is.
 *
 * @module
 */

import type { StateGraph } from "../../src/testing/explorer.ts";
import type { GraphModel, Observer, Subject, Trace } from "../tool/subject.ts";
import { lockActions, readingOf } from "./actions.ts";
import { exploreLocks } from "./exploration.ts";
import { FULL_MODELS } from "./models.ts";
import { SEEDED_MODELS } from "./seeds.ts";
import { seedsModule, seedTraces } from "./seeded_states.ts";
import { MUTANTS } from "./code_mutants.ts";
import { badTraces, goodTraces, randomTraces } from "./traces.ts";
import type { LockConfig } from "../../src/locks/config.ts";

function graphModels(): Map<string, GraphModel> {
  return new Map([...FULL_MODELS, ...SEEDED_MODELS].map((model) => {
    let graph: StateGraph | undefined;
    const explore = (observer?: Observer) =>
      observer === undefined ? graph ??= exploreLocks(model) : exploreLocks(model, observer);
    const module = `Locking${model.name[0]!.toUpperCase()}${model.name.slice(1)}`;
    return [model.name, {
      explore,
      ...!model.isLarge && {
        exploreAll: (observer?: Observer) => {
          const found = exploreLocks(model, observer, true);
          return observer === undefined ? graph = found : found;
        },
      },
      get alphabet() {
        return { module, extends: "MCLocking", actions: lockActions(model, explore()) };
      },
      reading: readingOf(model),
    }];
  }));
}

/** Random runs under different rules: fifty each. */
const RUNS: readonly [name: string, config: Partial<LockConfig>][] = [
  ["random", { agingMs: 10 }],
  ["random-revoking", { agingMs: 5, deadlockPolicy: "revoke" }],
  ["random-undetected", { agingMs: 0, deadlockDetection: false }],
  ["random-full", { agingMs: 10, maxWaiters: 2, maxResources: 3, maxDefined: 1 }],
  ["random-asks", { agingMs: 5, deadlockPolicy: "revoke" }],
];

const traces: ReadonlyMap<string, () => Promise<readonly Trace[]>> = new Map([
  ["good", goodTraces],
  ["bad", badTraces],
  ["seeds", () => Promise.resolve(seedTraces())],
  ...RUNS.map(([name, config], i) =>
    [name, () => Promise.resolve(randomTraces(config, 50 * i, 50, name === "random-asks"))] as const
  ),
]);

const modules = new Map([["LockingSeeds", seedsModule]]);

const subject: Subject = { graphs: graphModels(), modules, traces, mutants: MUTANTS };
export default subject;
