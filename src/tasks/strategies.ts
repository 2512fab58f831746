/**
 * Strategies rank the agents that are fit for a task and have room for it.
 *
 * The four of this file are also built into the task machine, which keeps the agents in order and
 * never calls them; they choose the same agent as the machine does. Any other object with
 * `selectAgent` is called for each task.
 *
 * @module
 */

import type { AgentProfile } from "../agents/types.ts";
import type { Task } from "./types.ts";

/** How tasks of one type went. */
export interface TaskStats {
  /** Attempts that ended, well or badly. */
  readonly totalExecutions: number;
  /** In milliseconds. */
  readonly avgDuration: number;
  /** From 0 to 1. */
  readonly successRate: number;
  /** Who last completed one; `""` when nobody has. */
  readonly lastAgent: string;
}

/** What a strategy may go by. */
export interface SchedulingContext {
  /** Slots in use, by agent. */
  readonly taskLoads: ReadonlyMap<string, number>;
  /** What each agent can do. */
  readonly agentCapabilities: ReadonlyMap<string, readonly string[]>;
  /** Higher is preferred among equals. */
  readonly agentPriorities: ReadonlyMap<string, number>;
  /** By type of task. */
  readonly taskHistory: ReadonlyMap<string, TaskStats>;
  /** The newest epoch of each agent; 0 for one that never had a claim. */
  readonly lastEpochs?: ReadonlyMap<string, number>;
  /** As the scheduler's clock has it. */
  readonly currentTime: Date;
}

/** Chooses an agent for a task. */
export interface SchedulingStrategy {
  /** What `setDefaultStrategy` calls it. */
  readonly name: string;
  /** The id of one of `agents`, or `null` to leave the task waiting for now. */
  selectAgent(
    task: Task,
    agents: readonly AgentProfile[],
    context: SchedulingContext,
  ): string | null;
}

/**
 * The most specialized agent: the one with the fewest capabilities that the task doesn't need.
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
 */
export class CapabilitySchedulingStrategy implements SchedulingStrategy {
  /** `capability`. */
  readonly name = "capability";

  /** The id of the best of `agents`, or `null` when none is fit and has room. */
  selectAgent(
    task: Task,
    agents: readonly AgentProfile[],
    context: SchedulingContext,
  ): string | null {
    const required = new Set(task.requires).size;
    return least(task, agents, context, (agent) => {
      return capabilitiesOf(agent, context).length - required + loadOf(agent, context);
    });
  }
}

/**
 * The agent whose newest claim is the oldest.
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
 */
export class RoundRobinSchedulingStrategy implements SchedulingStrategy {
  /** `round-robin`. */
  readonly name = "round-robin";
  readonly #turns = new Map<string, number>();
  #turn = 0;

  /** The id of the best of `agents`, or `null` when none is fit and has room. */
  selectAgent(
    task: Task,
    agents: readonly AgentProfile[],
    context: SchedulingContext,
  ): string | null {
    const chosen = least(task, agents, context, ({ id }) => {
      return context.lastEpochs?.get(id) ?? this.#turns.get(id) ?? 0;
    });
    if (chosen !== null) this.#turns.set(chosen, ++this.#turn);
    return chosen;
  }
}

/**
 * The agent with the smallest part of its slots in use.
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
 */
export class LeastLoadedSchedulingStrategy implements SchedulingStrategy {
  /** `least-loaded`. */
  readonly name = "least-loaded";

  /** The id of the best of `agents`, or `null` when none is fit and has room. */
  selectAgent(
    task: Task,
    agents: readonly AgentProfile[],
    context: SchedulingContext,
  ): string | null {
    return least(task, agents, context, (agent) => loadOf(agent, context));
  }
}

/**
 * The agent that last completed a task of the same type; otherwise the least loaded one.
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
 */
export class AffinitySchedulingStrategy implements SchedulingStrategy {
  /** `affinity`. */
  readonly name = "affinity";

  /** The id of the best of `agents`, or `null` when none is fit and has room. */
  selectAgent(
    task: Task,
    agents: readonly AgentProfile[],
    context: SchedulingContext,
  ): string | null {
    const last = context.taskHistory.get(task.type ?? "task")?.lastAgent;
    return least(task, agents, context, (agent) => {
      return agent.id === last ? -1 : loadOf(agent, context);
    });
  }
}

/** Of the fit agents with room the one with the least cost, then the highest priority, then the first. */
function least(
  task: Task,
  agents: readonly AgentProfile[],
  context: SchedulingContext,
  costOf: (agent: AgentProfile) => number,
): string | null {
  let best: AgentProfile | undefined;
  let bestCost = Infinity;
  for (const agent of agents) {
    if (!isFit(task, agent, context)) continue;
    const cost = costOf(agent);
    const isBetter = cost < bestCost ||
      (cost === bestCost && priorityOf(agent, context) > priorityOf(best!, context));
    if (!isBetter) continue;
    best = agent;
    bestCost = cost;
  }
  return best?.id ?? null;
}

function isFit(task: Task, agent: AgentProfile, context: SchedulingContext): boolean {
  const capabilities = capabilitiesOf(agent, context);
  return loadOf(agent, context) < 1 &&
    (task.requires ?? []).every((capability) => capabilities.includes(capability));
}

/** The part of its slots that is in use. */
function loadOf(agent: AgentProfile, { taskLoads }: SchedulingContext): number {
  return (taskLoads.get(agent.id) ?? 0) / (agent.maxConcurrentTasks ?? 1);
}

function capabilitiesOf(
  agent: AgentProfile,
  { agentCapabilities }: SchedulingContext,
): readonly string[] {
  return agentCapabilities.get(agent.id) ?? agent.capabilities ?? [];
}

function priorityOf(agent: AgentProfile, { agentPriorities }: SchedulingContext): number {
  return agentPriorities.get(agent.id) ?? agent.priority ?? 0;
}
