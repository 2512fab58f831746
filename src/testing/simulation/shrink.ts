/**
 * Shrinks a run that broke an invariant: to a smaller world, and then to as few commands as break the
 * same invariant on the machine alone.
 *
 * @module
 */

import type { LockstepEvent } from "../../root/events.ts";
import type { RootCommand, RootConfig } from "../../root/state.ts";
import type { FaultName, Faults } from "./faults.ts";
import type { RootMachine } from "./engine.ts";
import { simulate, type SimulationOptions, type SimulationReport } from "./simulate.ts";
import { rootMachine } from "../../root/machine.ts";
import type { Entry } from "../../core/journal.ts";
import type { Tick } from "../../core/machine.ts";
import { Coverage } from "./coverage.ts";
import { EventKinds } from "./event_kinds.ts";
import { BrokenInvariantError } from "./failure.ts";
import { StepChecker } from "./checks/step_checker.ts";

/** A shrunk run. */
export interface ShrunkRun {
  /** The options with which the smaller run can be repeated. */
  readonly options: SimulationOptions;
  /** The result of the smaller run. */
  readonly report: SimulationReport;
  /**
   * The commands that break the same invariant on the machine alone; `undefined` when it takes the
   * world around it, as for a world that never comes to rest.
   */
  readonly commands: readonly RootEntry[] | undefined;
}

/** Options with explicit values of those that can be shrunk. */
interface Setting extends SimulationOptions {
  readonly agents: number;
  readonly faults: Faults;
  readonly steps: number;
}

/** The bounds of the runs and replays that are tried. */
const MOST_RUNS = 60;
const MOST_RUNNING_MS = 20_000;
const MOST_REPLAYS = 2_000;

/** Shrinks the run of `options`, which had the result `report`. */
export function shrink(options: SimulationOptions, report: SimulationReport): ShrunkRun {
  const { workload, agents, faults, broken, steps, config } = report;
  const rule = broken!.rule;
  let best: { options: Setting; report: SimulationReport } = {
    options: { ...options, workload: options.workload ?? workload, agents, faults, steps },
    report,
  };
  let runs = 0;
  const until = performance.now() + MOST_RUNNING_MS;
  const attempt = (change: Partial<Setting>): boolean => {
    if (runs++ >= MOST_RUNS || performance.now() > until) return false;
    const smaller = { ...best.options, ...change };
    const outcome = simulate(smaller);
    if (outcome.broken?.rule !== rule) return false;
    best = {
      options: { ...smaller, steps: Math.min(smaller.steps, outcome.steps) },
      report: outcome,
    };
    return true;
  };
  for (const name of Object.keys(faults) as FaultName[]) {
    attempt({ faults: without(best.options.faults, name) });
  }
  for (const fewer of [1, 2, 3, 4, 6, 8]) {
    if (fewer < best.options.agents && attempt({ agents: fewer })) break;
  }
  for (let i = 1; i <= 20 && best.options.steps > 50; i++) {
    attempt({ seed: options.seed + i, steps: Math.floor(best.options.steps / 2), config });
  }
  return { ...best, commands: shrinkCommands(best.options, rule) };
}

function without(faults: Faults, name: FaultName): Faults {
  return Object.fromEntries(Object.entries(faults).filter(([each]) => each !== name));
}

/** Returns commands that break `rule`: removes ever smaller parts, as long as the others break it. */
function shrinkCommands(options: SimulationOptions, rule: string): RootEntry[] | undefined {
  let entries: RootEntry[] = [];
  const onStep: SimulationOptions["onStep"] = (command, at) => entries.push({ command, at });
  const { config, broken } = simulate({ ...options, onStep });
  const machine = options.machine;
  if (broken?.rule !== rule || !breaks(entries, rule, config, machine)) return undefined;
  let replays = 0;
  for (let size = Math.ceil(entries.length / 2); size >= 1;) {
    const before = entries.length;
    for (let from = before - size; from > -size; from -= size) {
      if (replays++ >= MOST_REPLAYS) return entries;
      const fewer = entries.filter((_, i) => i < from || i >= from + size);
      if (breaks(fewer, rule, config, machine)) entries = fewer;
    }
    if (size > 1 || entries.length === before) size = Math.floor(size / 2);
  }
  return entries;
}

function breaks(
  entries: readonly RootEntry[],
  rule: string,
  config: RootConfig,
  machine: ((config: RootConfig) => RootMachine) | undefined,
): boolean {
  return replay(entries, config, machine)?.rule === rule;
}

/** A command of the root machine, and the time of its step. */
export type RootEntry = Entry<RootCommand | Tick>;

/**
 * Steps `entries` in order, and checks everything after each.
 *
 * @returns the first broken invariant, or `undefined`
 */
export function replay(
  entries: Iterable<RootEntry>,
  config: RootConfig = {},
  machine: (config: RootConfig) => RootMachine = rootMachine,
): BrokenInvariantError | undefined {
  const hosted = machine(config);
  const state = hosted.init();
  const checker = new StepChecker(() => state, new Coverage(), new EventKinds(), 1);
  try {
    for (const { command, at } of entries) {
      const events: LockstepEvent[] = [];
      const answer = hosted.step(state, command, at, events);
      checker.check(command, answer, events, at);
    }
    return undefined;
  } catch (error) {
    if (error instanceof BrokenInvariantError) return error;
    return new BrokenInvariantError("MachineAsserts", `${error}`, { cause: error });
  }
}
