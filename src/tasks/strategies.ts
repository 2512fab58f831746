/**
 * Scheduling strategies: the order in which agents that are fit for a task, and have a free slot,
 * are preferred.
 *
 * {@linkcode STRATEGIES} holds all of them: another one is an entry there, and its functions. The task
 * machine keeps agents in the order of `rank` and calls no class; a class makes the same choice for
 * callers that choose themselves. Any other object with `selectAgent` is called for each task.
 *
 * @module
 */

import type { AgentProfile } from "../agents/types.ts";
import { type Prng, seeded } from "../core/data/prng.ts";
import type { Task } from "./types.ts";

/** The name of a strategy of the task machine. */
export type StrategyName =
  | "capability"
  | "round-robin"
  | "least-loaded"
  | "affinity"
  /** Callers choose: ready tasks wait for an `assign` command. */
  | "external";

/** The facts about an agent that a rank depends on. */
export interface RankedAgent {
  /** Sorted, without repetition. */
  readonly capabilities: readonly string[];
  /** The number of its slots in use. */
  readonly slotsInUse: number;
  /** The number of its slots. */
  readonly maxConcurrentTasks: number;
  /** The epoch of its newest claim; 0 before the first. */
  readonly lastEpoch: number;
}

/** The agents among which a strategy picks one; all are fit and have a free slot. */
export interface Choice<Agent extends RankedAgent> {
  /** The best one by rank is at index 0; the others are in no order. */
  readonly candidates: readonly { readonly agent: Agent; readonly rank: number }[];
  /** The agent that last completed a task of the same type, if it is among them. */
  readonly last: Agent | undefined;
  /** The source of chance. */
  readonly prng: Prng;
}

/** One strategy. */
export interface Strategy {
  /** Returns the rank of `agent` for tasks that require so many capabilities; the lowest is best. */
  readonly rank: (agent: RankedAgent, required: number) => number;
  /** Picks one of several candidates; the best one by rank when it is left out or returns none. */
  readonly pick?: <Agent extends RankedAgent>(choice: Choice<Agent>) => Agent | undefined;
  /** The exported class of the strategy, if it has one. */
  readonly implementation?: new () => SchedulingStrategy;
}

/**
 * The history of the tasks of one type.
 * @category Tasks
 */
export interface TaskStats {
  /** Attempts that ended, in success or failure. */
  readonly totalExecutions: number;
  /** In milliseconds. */
  readonly avgDuration: number;
  /** From 0 to 1. */
  readonly successRate: number;
  /** The agent that last completed one; `""` when none has. */
  readonly lastAgent: string;
}

/**
 * The facts that a strategy can use.
 * @category Tasks
 */
export interface SchedulingContext {
  /** Slots in use, by agent. */
  readonly taskLoads: ReadonlyMap<string, number>;
  /** Capabilities, by agent. */
  readonly agentCapabilities: ReadonlyMap<string, readonly string[]>;
  /** Priorities, by agent; the higher one is preferred among equals. */
  readonly agentPriorities: ReadonlyMap<string, number>;
  /** By type of task. */
  readonly taskHistory: ReadonlyMap<string, TaskStats>;
  /** The newest epoch of each agent; 0 for one that never had a claim. */
  readonly lastEpochs?: ReadonlyMap<string, number>;
  /** The time of the scheduler's clock. */
  readonly currentTime: Date;
}

/**
 * Chooses an agent for a task.
 * @category Tasks
 */
export interface SchedulingStrategy {
  /** The name by which `setDefaultStrategy` finds it. */
  readonly name: string;
  /** Returns the id of one of `agents`, or `null` to leave the task waiting for now. */
  selectAgent(
    task: Task,
    agents: readonly AgentProfile[],
    context: SchedulingContext,
  ): string | null;
}

/**
 * Prefers the most specialized agent: the one with the fewest capabilities that the task does not need.
 *
 * @example
 * ```ts
 * import { AdvancedTaskScheduler, CapabilitySchedulingStrategy } from "@lockstep/lockstep";
 *
 * await using scheduler = new AdvancedTaskScheduler();
 * scheduler.registerStrategy(new CapabilitySchedulingStrategy());
 * await scheduler.setDefaultStrategy("capability");
 * for (const id of ["specialist", "generalist"]) {
 *   const capabilities = id === "specialist" ? ["sql"] : ["sql", "css"];
 *   await scheduler.registerAgent({ id, capabilities }, () => id);
 * }
 * const { result } = await scheduler.submit({ id: "query", requires: ["sql"] });
 * console.log(await result); // specialist
 * ```
 * @category Tasks
 */
export class CapabilitySchedulingStrategy implements SchedulingStrategy {
  /** `capability`. */
  readonly name = "capability";

  /** Returns the id of the best of `agents`, or `null` when none is fit and has a free slot. */
  selectAgent(
    task: Task,
    agents: readonly AgentProfile[],
    context: SchedulingContext,
  ): string | null {
    return select(this.name, task, agents, context);
  }
}

/** The most agents whose newest choice a strategy remembers by itself. */
const MOST_REMEMBERED = 100_000;

/**
 * Prefers the agent whose newest claim is the oldest.
 *
 * @example
 * ```ts
 * import { AdvancedTaskScheduler, RoundRobinSchedulingStrategy } from "@lockstep/lockstep";
 *
 * await using scheduler = new AdvancedTaskScheduler();
 * scheduler.registerStrategy(new RoundRobinSchedulingStrategy());
 * await scheduler.setDefaultStrategy("round-robin");
 * for (const id of ["one", "two"]) await scheduler.registerAgent({ id }, () => id);
 * const tasks = [];
 * for (const id of ["a", "b", "c"]) tasks.push(await scheduler.submit({ id }));
 * const agents = await Promise.all(tasks.map(({ result }) => result));
 * console.log(agents.join(", ")); // one, two, one
 * ```
 * @category Tasks
 */
export class RoundRobinSchedulingStrategy implements SchedulingStrategy {
  /** `round-robin`. */
  readonly name = "round-robin";
  readonly #lastChoices = new Map<string, number>();
  #choices = 0;

  /** Returns the id of the best of `agents`, or `null` when none is fit and has a free slot. */
  selectAgent(
    task: Task,
    agents: readonly AgentProfile[],
    context: SchedulingContext,
  ): string | null {
    const { lastEpochs = this.#lastChoices } = context;
    const chosen = select(this.name, task, agents, { ...context, lastEpochs });
    if (chosen !== null) this.#remember(chosen);
    return chosen;
  }

  /** Notes the newest choice, and evicts the oldest one of too many. */
  #remember(chosen: string): void {
    const choices = this.#lastChoices;
    choices.delete(chosen);
    choices.set(chosen, ++this.#choices);
    if (choices.size > MOST_REMEMBERED) choices.delete(choices.keys().next().value!);
  }
}

/**
 * Prefers the agent with the smallest part of its slots in use.
 *
 * @example
 * ```ts
 * import { AdvancedTaskScheduler, LeastLoadedSchedulingStrategy } from "@lockstep/lockstep";
 *
 * await using scheduler = new AdvancedTaskScheduler();
 * scheduler.registerStrategy(new LeastLoadedSchedulingStrategy());
 * await scheduler.setDefaultStrategy("least-loaded");
 * const wait = () => new Promise((resolve) => setTimeout(resolve, 20));
 * await scheduler.registerAgent({ id: "small", maxConcurrentTasks: 2 }, wait);
 * await scheduler.submit({ id: "long" });
 * await scheduler.registerAgent({ id: "large", maxConcurrentTasks: 4 }, () => "large");
 * console.log(await (await scheduler.submit({ id: "short" })).result); // large
 * ```
 * @category Tasks
 */
export class LeastLoadedSchedulingStrategy implements SchedulingStrategy {
  /** `least-loaded`. */
  readonly name = "least-loaded";

  /** Returns the id of the best of `agents`, or `null` when none is fit and has a free slot. */
  selectAgent(
    task: Task,
    agents: readonly AgentProfile[],
    context: SchedulingContext,
  ): string | null {
    return select(this.name, task, agents, context);
  }
}

/**
 * Prefers the agent that last completed a task of the same type; otherwise the least loaded one.
 *
 * @example
 * ```ts
 * import { AdvancedTaskScheduler, AffinitySchedulingStrategy } from "@lockstep/lockstep";
 *
 * await using scheduler = new AdvancedTaskScheduler();
 * scheduler.registerStrategy(new AffinitySchedulingStrategy());
 * await scheduler.setDefaultStrategy("affinity");
 * for (const id of ["one", "two"]) await scheduler.registerAgent({ id }, () => id);
 * await (await scheduler.submit({ id: "first", type: "docs" })).result;
 * console.log(await (await scheduler.submit({ id: "second", type: "docs" })).result); // one
 * ```
 * @category Tasks
 */
export class AffinitySchedulingStrategy implements SchedulingStrategy {
  /** `affinity`. */
  readonly name = "affinity";

  /** Returns the id of the best of `agents`, or `null` when none is fit and has a free slot. */
  selectAgent(
    task: Task,
    agents: readonly AgentProfile[],
    context: SchedulingContext,
  ): string | null {
    return select(this.name, task, agents, context);
  }
}

/** Every strategy, by name. */
export const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = {
  "capability": { rank: specialization, implementation: CapabilitySchedulingStrategy },
  "round-robin": {
    rank: ({ lastEpoch }) => lastEpoch,
    implementation: RoundRobinSchedulingStrategy,
  },
  "least-loaded": { rank: utilization, implementation: LeastLoadedSchedulingStrategy },
  "affinity": {
    rank: utilization,
    pick: ({ last }) => last,
    implementation: AffinitySchedulingStrategy,
  },
  "external": { rank: specialization },
};

/** The names of all strategies. */
export const STRATEGY_NAMES = Object.keys(STRATEGIES) as readonly StrategyName[];

/** A strategy of the table without a class of its own. */
class TableStrategy implements SchedulingStrategy {
  readonly name: StrategyName;

  constructor(name: StrategyName) {
    this.name = name;
  }

  selectAgent(
    task: Task,
    agents: readonly AgentProfile[],
    context: SchedulingContext,
  ): string | null {
    return select(this.name, task, agents, context);
  }
}

/** Returns the strategies that choose, for callers that choose themselves. */
export function builtInStrategies(): SchedulingStrategy[] {
  return STRATEGY_NAMES.filter((name) => name !== "external").map((name) => {
    const { implementation: Class } = STRATEGIES[name];
    return Class === undefined ? new TableStrategy(name) : new Class();
  });
}

/** Returns the name in the table of a built-in strategy; `undefined` for a strategy of callers. */
export function builtInName({ name, constructor }: SchedulingStrategy): StrategyName | undefined {
  if (constructor === undefined) return undefined;
  if (constructor === TableStrategy) return name as StrategyName;
  return STRATEGY_NAMES.find((each) => STRATEGIES[each].implementation === constructor);
}

function specialization(agent: RankedAgent, required: number): number {
  return agent.capabilities.length - required + utilization(agent);
}

/** Returns the part of its slots that an agent has in use. */
function utilization({ slotsInUse, maxConcurrentTasks }: RankedAgent): number {
  return slotsInUse / maxConcurrentTasks;
}

/** Chooses among the fit agents with a free slot: lowest rank, highest priority, first. */
function select(
  name: StrategyName,
  task: Task,
  agents: readonly AgentProfile[],
  context: SchedulingContext,
): string | null {
  const { rank, pick } = STRATEGIES[name];
  const requires = new Set(task.requires);
  const candidates = agents
    .map((profile) => rankedAgent(profile, context))
    .filter((agent) =>
      utilization(agent) < 1 &&
      [...requires].every((capability) => agent.capabilities.includes(capability))
    )
    .map((agent) => ({ agent, rank: rank(agent, requires.size) }))
    .sort((a, b) => a.rank - b.rank || b.agent.priority - a.agent.priority);
  const lastId = context.taskHistory.get(task.type ?? "task")?.lastAgent;
  const last = candidates.find(({ agent }) => agent.id === lastId)?.agent;
  const prng = seeded(context.currentTime.getTime());
  const picked = candidates.length > 1 ? pick?.({ candidates, last, prng }) : undefined;
  return (picked ?? candidates[0]?.agent)?.id ?? null;
}

function rankedAgent(
  { id, capabilities = [], maxConcurrentTasks = 1, priority = 0 }: AgentProfile,
  { taskLoads, agentCapabilities, agentPriorities, lastEpochs }: SchedulingContext,
): RankedAgent & { readonly id: string; readonly priority: number } {
  return {
    id,
    priority: agentPriorities.get(id) ?? priority,
    capabilities: agentCapabilities.get(id) ?? capabilities,
    slotsInUse: taskLoads.get(id) ?? 0,
    maxConcurrentTasks,
    lastEpoch: lastEpochs?.get(id) ?? 0,
  };
}
