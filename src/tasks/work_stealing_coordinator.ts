/**
 * Work stealing as callers use it: they tell how loaded agents are, and ask who has the least to do.
 *
 * @module
 */

import { attempting } from "../core/answer.ts";
import {
  type Attempt,
  quote,
  requireArray,
  requireBoolean,
  requireId,
  requireInteger,
  requireMs,
  requireObject,
} from "../core/arguments.ts";
import type { Clock } from "../core/clock.ts";
import { ClosedError, UnknownAgentError } from "../core/errors.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import type { TaskEvent } from "./events.ts";
import { MachineHome, requireSurroundings } from "../core/home.ts";
import type { CommandLog } from "../core/log.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import type { Tick } from "../core/machine.ts";
import type { AgentProfile } from "../agents/types.ts";
import type { Task } from "./types.ts";
import { MOST_LISTED, registration, type TaskCommand } from "./commands.ts";
import { taskMachine } from "./machine.ts";
import type { Agent, TaskState } from "./state.ts";
import { backlogOf, capacityOf, hasAll, isOpen, usableSlots } from "./placement.ts";
import {
  type AgentWorkload,
  reportOf,
  requireAmount,
  statsOf,
  type WorkloadStats,
} from "./views.ts";
import { MachineClient, type MachineHost } from "../core/client.ts";
import { throwIfRefused } from "./errors.ts";

/** Options of a work stealing coordinator. */
export interface WorkStealingConfig {
  /** Whether tasks move at all. @default true */
  enabled?: boolean;
  /** From which difference of two agents' loads on tasks move; at least 2. @default 3 */
  stealThreshold?: number;
  /** How many tasks move at once at most. @default 2 */
  maxStealBatch?: number;
  /** Half of how long a report of an agent's load counts, in milliseconds. @default 5_000 */
  stealInterval?: number;
}

/** What a work stealing coordinator is given besides; all of it may be left out. */
export interface WorkStealingOptions {
  /** Tells the time. @default systemClock */
  clock?: Clock;
  /** Where reports are kept. @default nowhere */
  log?: CommandLog<TaskCommand | Tick>;
  /**
   * A task machine that runs already; then `clock`, `log` and its rules are its own.
   * @internal
   */
  host?: TaskHost;
}

const THING = "the work stealing coordinator";

/**
 * Keeps the work of agents even.
 *
 * Tasks that were assigned to an agent and have not started move to one that has less to do, in one
 * step and under a larger epoch; `workstealing:request` and `workstealing:completed` tell of it. What
 * moves them is the task machine: the coordinator of a {@linkcode CoordinationManager} and an
 * {@linkcode AdvancedTaskScheduler} with `stealing` have tasks to move. One that is constructed alone
 * has an engine of its own: it knows the agents whose load it is told, for as long as their reports
 * count, and says who has the least to do, but has no tasks.
 *
 * @example
 * ```ts
 * import { WorkStealingCoordinator } from "@lockstep/lockstep";
 *
 * await using stealing = new WorkStealingCoordinator({ stealThreshold: 3, maxStealBatch: 2 });
 * stealing.updateAgentWorkload("writer", { taskCount: 5, avgTaskDuration: 2_000 });
 * stealing.updateAgentWorkload("editor", { taskCount: 1, cpuUsage: 70 });
 * console.log(stealing.findBestAgent({ id: "intro" }, ["writer", "editor"])); // editor
 * console.log(stealing.getWorkloadStats().imbalance); // 4
 * ```
 */
export class WorkStealingCoordinator implements AsyncDisposable {
  readonly #home: MachineHome<TaskState, TaskCommand, TaskEvent, StealingClient>;
  /** Whether agents are known by their reports alone. */
  readonly #isAlone: boolean;

  /**
   * A coordinator that works at once, unless it is given a log: then {@linkcode initialize} has to
   * read it first.
   *
   * @throws {TypeError | RangeError} when the config, or something else, is malformed
   */
  constructor(
    config: WorkStealingConfig = {},
    eventBus?: EventBus,
    logger: Logger = defaultLogger,
    options: WorkStealingOptions = {},
  ) {
    const attempt = () => `create ${THING}`;
    const machine = taskMachine(rulesOf(config, attempt));
    requireSurroundings(attempt, eventBus, logger, options);
    this.#isAlone = options.host === undefined;
    const join = (host: TaskHost) => new StealingClient(host, logger);
    const household = { thing: THING, machine, join };
    this.#home = new MachineHome(household, eventBus, logger, options);
  }

  /** Gets ready: with a log, takes up the reports that it knows of. Harmless when called again. */
  initialize(): Promise<void> {
    return this.#home.initialize();
  }

  /** Lets go of everything. Harmless when called again. */
  shutdown(): Promise<void> {
    return this.#home.close();
  }

  /** The same as {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /**
   * Tells how loaded an agent is; what is left out stays as it was last told. What the task machine
   * knows by itself is not counted twice. A report counts for twice the `stealInterval`.
   *
   * A coordinator alone gets to know the agent by it, with its `priority` and `capabilities`; otherwise
   * those are as the agent was registered.
   *
   * @throws {TypeError | RangeError} when a field is malformed
   * @throws {UnknownAgentError} when the task machine of the host doesn't know the agent
   */
  updateAgentWorkload(agentId: string, workload: Partial<AgentWorkload>): void {
    const attempt = () => `update the workload of agent ${quote(agentId)}`;
    requireId(agentId, "agentId", () => "update a workload");
    const report = reportOf(agentId, workload, attempt);
    const client = this.#home.running(attempt());
    this.#introduce(client, agentId, workload, attempt);
    if (report.avgTaskDurationMs !== undefined) client.forgetDurations(agentId);
    client.tell(report);
  }

  /**
   * Tells how long a task of an agent took. The last ten make up its average.
   *
   * @throws {TypeError | RangeError} when `ms` is no duration
   * @throws {UnknownAgentError} when the task machine of the host doesn't know the agent
   */
  recordTaskDuration(agentId: string, ms: number): void {
    const attempt = () => `record a duration of agent ${quote(agentId)}`;
    requireId(agentId, "agentId", () => "record a duration");
    requireAmount(ms, "ms", attempt);
    const client = this.#home.running(attempt());
    this.#introduce(client, agentId, {}, attempt);
    client.tell(reportOf(agentId, { avgTaskDuration: client.averageWith(agentId, ms) }, attempt));
  }

  /**
   * Forgets reports that no longer count, and moves what is to be moved. That happens by itself too:
   * whatever changes a load is looked at at once, so this is for who can't wait for a timer.
   */
  checkAndSteal(): Promise<void> {
    return attempting(() => this.#home.running("check loads").refresh());
  }

  /**
   * The agent among `agents` that has the least to do and may run `task`, or `null` when none may: it
   * lacks a capability that the task requires, is cordoned or draining, is full, or isn't known.
   *
   * The least loaded one is that with the fewest tasks for each of its slots; of equals that whose
   * tasks will take the least time, then that with the least processor and then memory in use, then
   * that with the highest priority, then the first. What nobody has told counts as nothing.
   *
   * Costs O(agents given).
   *
   * @param agents profiles or ids; what is registered with a host goes before what a profile says
   * @throws {TypeError | RangeError} when an argument is malformed
   */
  findBestAgent(task: Task, agents: readonly (AgentProfile | string)[]): string | null {
    requireObject(task, "task", () => "find an agent");
    const attempt = () => `find an agent for task ${quote(task.id)}`;
    const { requires = [] } = task;
    requireArray(requires, MOST_LISTED, "requires", attempt);
    requireArray(agents, MOST_LISTED, "agents", attempt);
    const { state } = this.#home.running(attempt());
    let best: Rating | undefined;
    for (const [i, given] of agents.entries()) {
      const profile = profileOf(given, `agents[${i}]`, attempt);
      const agent = state.agents.get(profile.id);
      if (agent === undefined || !this.#isKnown(agent) || !isOpen(agent)) continue;
      const { capabilities = agent.capabilities } = this.#isAlone ? profile : agent;
      if (capacityOf(agent) === 0 || !hasAll(capabilities, requires)) continue;
      const rating = this.#rate(agent, profile);
      if (best === undefined || isBetter(rating, best)) best = rating;
    }
    return best?.agentId ?? null;
  }

  /** How the work is spread over the agents that are known. Costs O(agents). */
  getWorkloadStats(): WorkloadStats {
    const { state } = this.#home.running("look at workloads");
    return statsOf([...state.agents.values()].filter((agent) => this.#isKnown(agent)));
  }

  /** An agent that is known by its reports alone is gone with the last one. */
  #isKnown({ report }: Agent): boolean {
    return !this.#isAlone || report !== undefined;
  }

  /** Sees to it that the machine knows an agent. */
  #introduce(
    client: StealingClient,
    agentId: string,
    { priority, capabilities }: Partial<AgentWorkload>,
    attempt: Attempt,
  ): void {
    const known = client.profileOf(agentId);
    if (!this.#isAlone) {
      if (known === undefined) throw new UnknownAgentError(attempt(), agentId);
      return;
    }
    if (known !== undefined && priority === undefined && capabilities === undefined) return;
    client.register({
      id: agentId,
      priority: priority ?? known?.priority ?? 0,
      capabilities: capabilities ?? known?.capabilities ?? [],
    });
  }

  /** What speaks against an agent, the most important first. */
  #rate(agent: Agent, profile: AgentProfile): Rating {
    const { agentId, report, priority } = agent;
    const load = backlogOf(agent);
    const slots = this.#isAlone ? profile.maxConcurrentTasks ?? 1 : usableSlots(agent);
    const costs = [
      load / slots,
      load * (report?.avgTaskDurationMs ?? 0),
      report?.cpuPercent ?? 0,
      report?.memoryPercent ?? 0,
      -(this.#isAlone ? profile.priority ?? priority : priority),
    ];
    return { agentId, costs };
  }
}

interface Rating {
  readonly agentId: string;
  readonly costs: readonly number[];
}

function isBetter(a: Rating, b: Rating): boolean {
  for (const [i, cost] of a.costs.entries()) {
    if (cost !== b.costs[i]!) return cost < b.costs[i]!;
  }
  return false;
}

const MOST_STOLEN = 1_000_000;

function rulesOf(config: WorkStealingConfig, attempt: Attempt) {
  requireObject(config, "config", attempt);
  const { enabled = true, stealThreshold = 3, maxStealBatch = 2, stealInterval = 5_000 } = config;
  requireBoolean(enabled, "enabled", attempt);
  requireInteger(stealThreshold, 2, MOST_STOLEN, "stealThreshold", attempt);
  requireInteger(maxStealBatch, 1, MOST_STOLEN, "maxStealBatch", attempt);
  requireMs(stealInterval, 1, "stealInterval", attempt);
  return { stealing: enabled, stealThreshold, maxStealBatch, stealInterval };
}

function profileOf(given: unknown, name: string, attempt: Attempt): AgentProfile {
  if (typeof given === "string") return { id: given };
  requireObject(given, name, attempt);
  requireId(given["id"], `${name}.id`, attempt);
  return given as unknown as AgentProfile;
}

/** A running task machine, alone in its engine or part of a larger one. */
export interface TaskHost extends MachineHost<TaskState, TaskCommand, TaskEvent> {}

/** What a coordinator knows of an agent besides its load. */
type Known = Required<Pick<AgentProfile, "priority" | "capabilities">>;

/** How many of an agent's latest tasks its average duration is about. */
const REMEMBERED = 10;

/** Reports loads to one task machine. */
export class StealingClient extends MachineClient<TaskState, TaskCommand, TaskEvent> {
  readonly #logger: Logger;
  /** Whom this client registered. */
  readonly #registered = new Map<string, Known>();
  /** By agent, of its latest tasks. */
  readonly #durations = new Map<string, { count: number; mean: number }>();

  /** A client of `host`. */
  constructor(host: TaskHost, logger: Logger) {
    super(host);
    this.#logger = logger;
    this.listen();
  }

  /** Sends a command that nobody waits for. @throws why it was refused, if that is known at once */
  tell(command: TaskCommand): void {
    let isLate = false;
    let failure: unknown;
    this.send(command, (events, error) => {
      try {
        if (events === undefined) throw error;
        throwIfRefused(events, command);
      } catch (thrown) {
        if (isLate) this.#logger.warn(`Could not ${command.type.replaceAll("-", " ")}`, thrown);
        else failure = thrown;
      }
    });
    isLate = true;
    if (failure !== undefined) throw failure;
  }

  /** What is known of an agent, or will be once the log has taken it. */
  profileOf(agentId: string): Known | undefined {
    return this.#registered.get(agentId) ?? this.state.agents.get(agentId);
  }

  /** Makes an agent known, or known otherwise. */
  register(profile: AgentProfile & Known): void {
    this.tell(registration(profile, false));
    this.#registered.set(profile.id, profile);
  }

  /** The average duration of an agent's latest tasks, with `ms` as the newest. */
  averageWith(agentId: string, ms: number): number {
    const before = this.state.agents.get(agentId)?.report?.avgTaskDurationMs;
    const known = this.#durations.get(agentId) ??
      { count: before === undefined ? 0 : REMEMBERED - 1, mean: before ?? 0 };
    const count = Math.min(known.count + 1, REMEMBERED);
    const mean = known.mean + (ms - known.mean) / count;
    this.#durations.set(agentId, { count, mean });
    return mean;
  }

  /** Begins the average of an agent's durations anew. */
  forgetDurations(agentId: string): void {
    this.#durations.delete(agentId);
  }

  /** Hears and sends nothing any more. */
  close(): void {
    this.stop(new ClosedError("go on", "the work stealing coordinator"));
  }

  protected override hear(event: TaskEvent): void {
    const isOver = event.type === "agent:terminated" || event.type === "agent:report-expired";
    if (isOver) this.forgetDurations(event.agentId);
    if (event.type === "agent:terminated") this.#registered.delete(event.agentId);
  }

  protected override end(): void {
    this.#durations.clear();
    this.#registered.clear();
  }
}
