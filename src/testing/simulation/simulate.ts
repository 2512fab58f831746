/**
 * Runs a simulated world until an invariant is broken or everything has come to rest.
 *
 * @module
 */

import type { RootCommand, RootConfig } from "../../root/state.ts";
import { rootMachine } from "../../root/machine.ts";
import type { RootRules } from "../../root/rules.ts";
import type { Instant, Tick } from "../../core/machine.ts";
import { populate, type Workload } from "./agent.ts";
import { drawBreakerRules } from "./workloads/breakers.ts";
import { isTerminal } from "../../tasks/state.ts";
import { Chance } from "./chance.ts";
import { countedReactions, Coverage } from "./coverage.ts";
import { EventKinds } from "./event_kinds.ts";
import { BrokenInvariantError, fail } from "./failure.ts";
import { drawFaults, drawRates, type FaultName, type Faults } from "./faults.ts";
import type { RootMachine } from "./engine.ts";
import { StepChecker } from "./checks/step_checker.ts";
import { WORKLOADS } from "./workloads.ts";
import { World } from "./world.ts";

/** Options of {@linkcode simulate}; those that are left out are drawn from the seed. */
export interface SimulationOptions {
  /** The source of every choice. */
  readonly seed: number;
  /** The number of steps of the coordinator before faults and new work stop. @default 10_000 */
  readonly steps?: number;
  /** The number of agents. */
  readonly agents?: number;
  /** The workload: one of {@linkcode WORKLOADS}, by name or as it is, or one of your own. */
  readonly workload?: string | Workload;
  /** The faults: names, whose rates are drawn, or names and rates. */
  readonly faults?: readonly FaultName[] | Faults;
  /** The config of the coordinator, in place of the one that the workload draws. */
  readonly config?: RootConfig;
  /** The number of steps after which everything is checked, not only what they touched. @default 1_000 */
  readonly checkEvery?: number;
  /** Makes the machine of the coordinator: a broken one, to see that the simulation finds it. */
  readonly machine?: (config: RootConfig) => RootMachine;
  /** Receives each step before it is checked. */
  readonly onStep?: (command: RootCommand | Tick, at: Instant, events: readonly object[]) => void;
}

/** The setting of a simulation, and its result. */
export interface SimulationReport {
  /** The seed, with which it can be repeated. */
  readonly seed: number;
  /** The name of the workload. */
  readonly workload: string;
  /** The number of agents. */
  readonly agents: number;
  /** The faults, and their rates. */
  readonly faults: Faults;
  /** The config of the coordinator. */
  readonly config: RootConfig;
  /** The number of steps of the coordinator until everything was at rest, or an invariant broken. */
  readonly steps: number;
  /** The time that passed in the world, in milliseconds. */
  readonly simulatedMs: number;
  /** The counts of what happened. */
  readonly coverage: Coverage;
  /** The broken invariant, or `undefined`. */
  readonly broken: BrokenInvariantError | undefined;
}

/** The number of steps without faults after which a world counts as one that never comes to rest. */
const MOST_STEPS_TO_REST = 20_000;

/**
 * Simulates a coordinator with agents, a journal and a network on one clock. Every choice is drawn from the
 * seed: the same options give the same run, step by step.
 *
 * Checks after each step of the coordinator what the step touched, and now and then everything. In the
 * end faults stop, and everything has to come to rest: all tasks have ended, all locks are free, and
 * nothing waits.
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
    observer: (command, answer, events, at) => {
      onStep?.(command, at, events);
      checker.check(command, answer, events, at);
    },
    onWake: (at, unheardMs) => checker.wake(at, unheardMs),
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

/** Draws the setting; options change nothing of what is drawn besides, so that a run can be varied. */
function drawSetting(options: SimulationOptions, chance: Chance) {
  const workload = workloadOf(options, chance);
  const drawnAgents = 2 + chance.int(chance.pick([4, 8, 24]));
  const faults = faultsOf(options, chance);
  const config = { rules: drawRules(chance), ...workload.config?.(chance) };
  const { agents = drawnAgents, config: given = config } = options;
  return { workload, agents, faults, config: given };
}

/** Draws the rules of the reactions between subsystems. */
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

/** Ends faults and new work, and runs until all has ended. */
function comeToRest(world: World, checker: StepChecker): void {
  const drains = world.chance.happens(0.05);
  world.endFaults();
  if (drains) drain(world);
  runToRest(world);
  for (const agent of world.agents.values()) agent.leave();
  for (const agentId of world.engine.state.messages.mailboxes.keys()) {
    if (world.agents.has(agentId)) continue;
    world.report({ type: "close-mailbox", agentId, reason: "it has no reader" });
  }
  runToRest(world);
  checker.checkAtRest(world.engine.time());
}

/** Drains the coordinator, and cancels the tasks that are left. */
function drain(world: World): void {
  world.report({ type: "drain" });
  world.after(2_000, () => {
    for (const { spec: { id: taskId }, status } of world.engine.state.tasks.tasks.values()) {
      if (!isTerminal(status)) {
        world.report({ type: "cancel", taskId, reason: "there is no time left" });
      }
    }
  });
}

/** Runs until nothing happens any more; a world that goes on for ever is broken. */
function runToRest(world: World): void {
  if (world.run(world.engine.steps + MOST_STEPS_TO_REST)) {
    fail("ComesToRest", `the world goes on after ${MOST_STEPS_TO_REST} steps without faults`);
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

function faultsOf({ seed, faults }: SimulationOptions, chance: Chance): Faults {
  const drawn = drawFaults(chance, new Chance(~seed));
  if (faults === undefined) return drawn;
  return Array.isArray(faults) ? drawRates(chance, faults as FaultName[]) : faults as Faults;
}
