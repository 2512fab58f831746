/**
 * Records golden runs: `deno run -A tests/golden/record.ts`.
 *
 * It drives the simulator with fixed seeds and keeps each command of the root machine, with a digest of
 * the events. Commands that a simulated coordinator steps again when it recovers from its journal are kept
 * once, as they were first stepped: a run is one journal from the first state on.
 *
 * The runs are a yardstick for changes that must not change events, so they are not recorded anew after
 * one. Where events are meant to change, `record.ts --rehash` keeps configs and commands, digests the
 * events again and prints the runs that differ.
 */

import { assert, assertEquals } from "@std/assert";
import { Chance, type FaultName, FAULTS, simulate, WORKLOADS } from "../../src/testing/mod.ts";
import type { SimulationOptions } from "../../src/testing/mod.ts";
import { canonical } from "./digest.ts";
import { injected, Seen } from "./injection.ts";
import { type Command, goldenMachine, type RootConfig, stepRoot } from "./machine.ts";
import {
  digestOf,
  type GoldenRun,
  groupNames,
  readRuns,
  type RecordedCommand,
  type RecordedConfig,
  type RecordedEntry,
  VERSION,
  writeRuns,
} from "./runs.ts";
import { varied } from "./variation.ts";

/** The number of steps before faults and new work stop; a run is a little longer. */
const STEPS = 280;

/** Each run has its own seed, which also decides the number of agents and the faults. */
let nextSeed = 7_000;

/** The workloads under which each fault is recorded alone. */
const FAULT_WORKLOADS = ["mixed", "poison", "readers-writers", "chatter"] as const;

/** Seeds of runs in which something rare happens: a grant that closes a cycle of waits. */
const RARE: readonly (readonly [workload: string, seed: number])[] = [
  ["philosophers", 10_080],
  ["philosophers", 10_125],
  ["mixed", 10_148],
  ["mixed", 10_346],
];

/** Records a simulated run. */
function record(name: string, options: SimulationOptions): GoldenRun {
  const commands: RecordedEntry[] = [];
  const { broken, config, coverage } = simulate({
    steps: STEPS,
    ...options,
    onStep: (command, at) => void commands.push([at, plain(command)]),
  });
  assertEquals(broken, undefined, name);
  const faults = FAULTS.filter((fault) => coverage.faults.has(fault));
  return finish({ name, faults, config: plain(config), commands });
}

/**
 * Records a machine with tighter limits that steps the commands of a simulated run, of which some have
 * other values and some are repeated, and commands between them that only reactions give.
 */
function recordInjected(name: string, seed: number): GoldenRun {
  const simulated = record(name, { seed, workload: "mixed", steps: STEPS - 30 });
  const chance = new Chance(seed);
  const config = plain(tightened(simulated.config as RootConfig, chance));
  const machine = goldenMachine(config);
  const state = machine.init();
  const seen = new Seen();
  const commands: RecordedEntry[] = [];
  const step = (at: number, command: RecordedCommand) => {
    commands.push([at, command]);
    seen.take(stepRoot(machine, state, plain(command) as unknown as Command, at));
  };
  for (const [at, command] of simulated.commands) {
    if (chance.happens(0.3)) {
      const added = injected(seen, chance);
      if (added !== undefined) step(at, plain(added));
    }
    step(at, chance.happens(0.4) ? varied(command, chance, at) : command);
    if (chance.happens(0.05)) step(at, command);
  }
  return finish({ name, faults: simulated.faults, config, commands });
}

function tightened(config: RootConfig, chance: Chance): RootConfig {
  return {
    ...config,
    agents: { maxAgents: chance.pick([3, 100]), suspectAfterMs: chance.pick([20, 50]) },
    locks: {
      ...config.locks,
      maxAsks: chance.pick([2, 100]),
      deadlockDetection: chance.happens(0.7),
    },
    tasks: { ...config.tasks, maxAgents: chance.pick([4, 100]), maxRetries: chance.int(3) },
    messages: { ...config.messages, maxMailboxes: chance.pick([6, 20]) },
    rules: { ...config.rules, sharesAgents: chance.happens(0.8) },
  };
}

/** Returns the run with its version and its digest, which is the same when it is replayed again. */
function finish(run: Omit<GoldenRun, "digest" | "version">): GoldenRun {
  const digest = digestOf(run);
  assertEquals(digestOf(run), digest, `${run.name} does not replay`);
  return { ...run, version: VERSION, digest };
}

/** Returns `value` as JSON restores it, which must be the same. */
function plain<Value extends object>(value: Value): Value & RecordedConfig & RecordedCommand {
  const copy = JSON.parse(JSON.stringify(value));
  assertEquals(canonical(copy), canonical(value));
  return copy;
}

/** Records each group of runs, by the name of its file. */
function* groups(): Generator<[group: string, runs: GoldenRun[]]> {
  for (const { name: workload } of WORKLOADS) {
    const count = workload === "mixed" ? 30 : 17;
    yield [
      workload,
      seeds(count).map((seed) => record(`${workload} ${seed}`, { seed, workload })),
    ];
  }
  yield [
    "each-fault",
    FAULTS.flatMap((fault) =>
      FAULT_WORKLOADS.map((workload) => recordFault(fault, workload, nextSeed++))
    ),
  ];
  yield ["rare", RARE.map(([workload, seed]) => record(`${workload} ${seed}`, { seed, workload }))];
  yield ["injected", seeds(60).map((seed) => recordInjected(`injected ${seed}`, seed))];
}

function recordFault(fault: FaultName, workload: string, seed: number): GoldenRun {
  return record(`${fault} ${workload} ${seed}`, { seed, workload, faults: { [fault]: 1 } });
}

function seeds(count: number): number[] {
  return Array.from({ length: count }, () => nextSeed++);
}

function recordAll(): void {
  const faults = new Set<string>();
  for (const [group, runs] of groups()) {
    writeRuns(group, runs);
    for (const run of runs) for (const fault of run.faults) faults.add(fault);
    const commands = runs.reduce((sum, run) => sum + run.commands.length, 0);
    const events = runs.reduce((sum, run) => sum + run.digest.events, 0);
    console.log(`${group}: ${runs.length} runs, ${commands} commands, ${events} events`);
  }
  assert(FAULTS.every((fault) => faults.has(fault)), "a fault never happens");
}

function rehash(): void {
  let differing = 0;
  for (const group of groupNames()) {
    const runs = readRuns(group).map((run) => {
      const digest = digestOf(run);
      const what = digest.hash !== run.digest.hash
        ? "events"
        : digest.state !== run.digest.state
        ? "states"
        : undefined;
      if (what !== undefined) differing++;
      if (what === "events") console.log(`${run.name} has other events`);
      return { ...run, version: VERSION, digest };
    });
    writeRuns(group, runs);
  }
  console.log(`${differing} runs have other events or states`);
}

if (Deno.args.includes("--rehash")) rehash();
else recordAll();
