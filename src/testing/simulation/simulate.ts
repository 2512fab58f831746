/**
 * Runs a simulated world until something breaks or everything has come to rest.
 *
 * @module
 */

import type { RootCommand, RootConfig } from "../../root/state.ts";
import { rootMachine } from "../../root/machine.ts";
import type { RootRules } from "../../root/rules.ts";
import type { Instant, Tick } from "../../core/machine.ts";
import { populate, type Workload } from "./agent.ts";
import { drawBreakerRules } from "./workloads/breakers.ts";
import { Chance } from "./chance.ts";
import { countedReactions, Coverage } from "./coverage.ts";
import { EventKinds } from "./event_kinds.ts";
import { BrokenInvariantError, fail } from "./failure.ts";
import { drawFaults, drawRates, type FaultName, type Faults } from "./faults.ts";
import type { RootMachine } from "./engine.ts";
import { isOver } from "./checks/tasks.ts";
import { StepChecker } from "./checks/step_checker.ts";
import { WORKLOADS } from "./workloads.ts";
import { World } from "./world.ts";

/** Options of {@linkcode simulate}; what is left out is drawn from the seed. */
export interface SimulationOptions {
  /** Where every choice comes from. */
  readonly seed: number;
  /** How many steps the coordinator makes before faults and new work stop. @default 10_000 */
  readonly steps?: number;
  /** How many agents there are. */
  readonly agents?: number;
  /** What goes on: one of {@linkcode WORKLOADS}, by name or as it is, or one of your own. */
  readonly workload?: string | Workload;
  /** What goes wrong: names, whose rates are drawn, or rates. */
  readonly faults?: readonly FaultName[] | Faults;
  /** The rules of the coordinator, instead of those that the workload draws. */
  readonly config?: RootConfig;
  /** After how many steps everything is looked at, not only what was touched. @default 1_000 */
  readonly checkEvery?: number;
  /** Makes the machine that is driven: a broken one, to see that the simulation finds it. */
  readonly machine?: (config: RootConfig) => RootMachine;
  /** Is called with each command before what it did is looked at, and with its time. */
  readonly onStep?: (command: RootCommand | Tick, at: Instant, events: readonly object[]) => void;
}

/** What a simulation was, and what it came to. */
export interface SimulationReport {
  /** From which it can be run again. */
  readonly seed: number;
  /** The name of what went on. */
  readonly workload: string;
  /** How many agents there were. */
  readonly agents: number;
  /** What went wrong, and how often. */
  readonly faults: Faults;
  /** The rules of the coordinator. */
  readonly config: RootConfig;
  /** How many steps the coordinator made, until everything was at rest or something broke. */
  readonly steps: number;
  /** How much time passed in the world, in milliseconds. */
  readonly simulatedMs: number;
  /** What happened how often. */
  readonly coverage: Coverage;
  /** What broke, or `undefined` when all was well. */
  readonly broken: BrokenInvariantError | undefined;
}

/** After how many further steps a world that doesn't come to rest is taken for one that never will. */
const MOST_STEPS_TO_REST = 20_000;

/**
 * Simulates a coordinator with agents, a log and a network, all on one clock, with every choice from
 * the seed: the same options give the same run, step by step.
 *
 * After each step of the coordinator, what the step has touched is checked, and now and then
 * everything. In the end faults stop, and everything has to come to rest: all tasks have ended, all
 * locks are free, nobody waits.
 *
 * @example
 * ```ts
 * import { simulate } from "@lockstep/lockstep/testing";
 *
 * const { broken, steps } = simulate({ seed: 1, steps: 1_000, workload: "philosophers" });
 * console.log(broken ?? `nothing broke in ${steps} steps`);
 * ```
 */
export function simulate(options: SimulationOptions): SimulationReport {
  const { seed, steps = 10_000, checkEvery = 1_000, onStep } = options;
  const chance = new Chance(seed);
  const coverage = new Coverage();
  const { workload, agents, faults, config } = drawSetting(options, chance);
  const { machine = (rules) => rootMachine(rules, countedReactions(coverage.reactions)) } = options;
  const kinds = new EventKinds();
  const world: World = new World({
    ...{ machine: machine(config), chance, faults, coverage, kinds },
    observer: (command, events, at) => {
      onStep?.(command, at, events);
      checker.stepped(command, events, at);
    },
  });
  const checker = new StepChecker(() => world.engine.state, coverage, kinds, checkEvery);
  let broken: BrokenInvariantError | undefined;
  try {
    populate(world, workload, agents);
    world.run(steps);
    comeToRest(world, checker);
  } catch (error) {
    if (!(error instanceof BrokenInvariantError)) throw error;
    broken = error;
  }
  checker.sumUp();
  const reached = { steps: world.engine.steps, simulatedMs: world.now };
  return { seed, workload: workload.name, agents, faults, config, ...reached, coverage, broken };
}

/** What is drawn stays the same whatever else is given, so that a run can be changed bit by bit. */
function drawSetting(options: SimulationOptions, chance: Chance) {
  const workload = workloadOf(options, chance);
  const drawnAgents = 2 + chance.int(chance.pick([4, 8, 24]));
  const faults = faultsOf(options, chance);
  const config = { rules: drawRules(chance), ...workload.config?.(chance) };
  const { agents = drawnAgents, config: given = config } = options;
  return { workload, agents, faults, config: given };
}

/** What the reactions between subsystems go by, in any workload. */
function drawRules(chance: Chance): Partial<RootRules> {
  const rules = {
    sharesAgents: chance.happens(0.6),
    heartbeatTimeoutMs: chance.pick([0, 100, 300]),
    reportsContention: chance.happens(0.2),
    reportsDoubleClaims: chance.happens(0.3),
    settlesBy: chance.pick([undefined, "priority", "timestamp"] as const),
  };
  const agentBreaker = drawBreakerRules(chance);
  return chance.happens(0.3) ? { ...rules, agentBreaker } : rules;
}

/** Ends faults and new work, and waits until nothing is left to be done. */
function comeToRest(world: World, checker: StepChecker): void {
  const drains = world.chance.happens(0.05);
  world.endFaults();
  if (drains) drain(world);
  runToRest(world);
  for (const agent of world.agents.values()) agent.leave();
  for (const agentId of world.engine.state.messages.mailboxes.keys()) {
    if (world.agents.has(agentId)) continue;
    world.report({ type: "close-mailbox", agentId, reason: "nobody reads it" });
  }
  runToRest(world);
  checker.checkAll(world.engine.time());
  checker.checkRest(world.engine.time());
}

/** Nothing is started any more, and what is left of the work is called off. */
function drain(world: World): void {
  world.report({ type: "drain" });
  world.after(2_000, () => {
    for (const { spec: { id: taskId }, status } of world.engine.state.tasks.tasks.values()) {
      if (!isOver(status)) {
        world.report({ type: "cancel", taskId, reason: "there is no time left" });
      }
    }
  });
}

/** A world that goes on without coming to an end is alive, but does nothing that matters. */
function runToRest(world: World): void {
  if (world.run(world.engine.steps + MOST_STEPS_TO_REST)) {
    fail("ComesToRest", `there is no end after ${MOST_STEPS_TO_REST} steps without faults`);
  }
}

function workloadOf({ workload }: SimulationOptions, chance: Chance): Workload {
  const drawn = chance.pick(WORKLOADS);
  if (workload === undefined) return drawn;
  if (typeof workload !== "string") return workload;
  const found = WORKLOADS.find(({ name }) => name === workload);
  if (found !== undefined) return found;
  const names = WORKLOADS.map(({ name }) => name).join(", ");
  throw new RangeError(`Cannot simulate: workload must be one of ${names}, got "${workload}"`);
}

function faultsOf({ faults }: SimulationOptions, chance: Chance): Faults {
  const drawn = drawFaults(chance);
  if (faults === undefined) return drawn;
  return Array.isArray(faults) ? drawRates(chance, faults as FaultName[]) : faults as Faults;
}
