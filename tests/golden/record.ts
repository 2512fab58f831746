/**
 * Records golden runs: `deno run -A tests/golden/record.ts`.
 *
 * It drives the simulator with fixed seeds and keeps each command that the root machine was told, with
 * a digest of its events. Commands that a simulated coordinator steps again when it recovers from its
 * log are kept once, as they were first stepped: what counts is one log from the first state on.
 *
 * The runs are a yardstick for changes that must not change events, so nobody records them anew after
 * one. Where other events are meant, `record.ts --rehash` keeps configs and commands, digests the
 * events again and says which runs differ.
 */

import { assert, assertEquals } from "@std/assert";
import { Chance, type FaultName, FAULTS, simulate, WORKLOADS } from "../../src/testing/mod.ts";
import type { SimulationOptions } from "../../src/testing/mod.ts";
import { canonical, Digester } from "./digest.ts";
import { injected, Seen } from "./injection.ts";
import { type Command, type RootConfig, rootMachine, stepRoot } from "./machine.ts";
import {
  digestOf,
  type GoldenRun,
  groupNames,
  readRuns,
  type RecordedCommand,
  type RecordedConfig,
  type RecordedEntry,
  writeRuns,
} from "./runs.ts";
import { varied } from "./variation.ts";

/** After how many steps faults and new work stop; a run is a little longer. */
const STEPS = 280;

/** No two runs have the same seed, as it also decides how many agents and which faults there are. */
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
  const told = new Digester();
  const { broken, config, coverage } = simulate({
    steps: STEPS,
    ...options,
    onStep: (command, at, events) => {
      commands.push([at, plain(command)]);
      told.add(events);
    },
  });
  assertEquals(broken, undefined, name);
  const faults = FAULTS.filter((fault) => coverage.faults.has(fault));
  return finish({ name, faults, config: plain(config), commands }, told);
}

/**
 * Records what a machine with tighter limits makes of the commands of a simulated run when some have
 * other values, some are repeated, and others come between them that only reactions give.
 */
function recordInjected(name: string, seed: number): GoldenRun {
  const simulated = record(name, { seed, workload: "mixed", steps: STEPS - 30 });
  const chance = new Chance(seed);
  const config = plain(tightened(simulated.config as RootConfig, chance));
  const machine = rootMachine(config);
  const state = machine.init();
  const seen = new Seen();
  const commands: RecordedEntry[] = [];
  const told = new Digester();
  const step = (at: number, command: RecordedCommand) => {
    commands.push([at, command]);
    const events = stepRoot(machine, state, plain(command) as unknown as Command, at);
    told.add(events);
    seen.take(events);
  };
  for (const [at, command] of simulated.commands) {
    if (chance.happens(0.3)) {
      const added = injected(seen, chance);
      if (added !== undefined) step(at, plain(added));
    }
    step(at, chance.happens(0.4) ? varied(command, chance, at) : command);
    if (chance.happens(0.05)) step(at, command);
  }
  return finish({ name, faults: simulated.faults, config, commands }, told);
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

/** The run with its digest, once a replay of what is kept was seen to say what was told. */
function finish(run: Omit<GoldenRun, "digest">, told: Digester): GoldenRun {
  const digest = told.digest();
  assertEquals(digestOf(run), digest, `${run.name} does not replay`);
  return { ...run, digest };
}

/** `value` as JSON gives it back, which must be all of it. */
function plain<Value extends object>(value: Value): Value & RecordedConfig & RecordedCommand {
  const copy = JSON.parse(JSON.stringify(value));
  assertEquals(canonical(copy), canonical(value));
  return copy;
}

/** Each group of runs, by the name of its file. */
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
  for (const group of groupNames()) {
    const runs = readRuns(group).map((run) => {
      const digest = digestOf(run);
      if (digest.hash !== run.digest.hash) console.log(`${run.name} has other events`);
      return { ...run, digest };
    });
    writeRuns(group, runs);
  }
}

if (Deno.args.includes("--rehash")) rehash();
else recordAll();
