/**
 * Work stealing as callers use it: reports of load, and the choice of the agent with the least to do.
 *
 * @module
 */

import type { AgentProfile } from "../agents/types.ts";
import { type Attempt, quote, requireArray, requireId, requireObject } from "../core/arguments.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import { attempting, MachineClient, type MachineHost } from "../core/client.ts";
import type { Clock } from "../core/clock.ts";
import { ClosedError, UnknownAgentError } from "../core/errors.ts";
import { Host, requireSurroundings } from "../core/host.ts";
import type { Journal } from "../core/journal.ts";
import { defaultLogger, type Logger, logTo } from "../core/logger.ts";
import { Refusal } from "../core/machine.ts";
import {
  MOST_LISTED,
  registerCommand,
  reportCommand,
  requireAmount,
  type TaskAnswers,
  type TaskCommand,
} from "./commands.ts";
import { requireKnown, SYSTEM_OPTIONS } from "../core/config.ts";
import { readStealingConfig, STEALING_OPTIONS, type WorkStealingConfig } from "./config.ts";
import { refusalError } from "./errors.ts";
import type { TaskEvent, TaskRefused } from "./events.ts";
import { taskMachine } from "./machine.ts";
import { backlogOf, capacityOf, hasAll, isOpen } from "./placement.ts";
import type { Agent, TaskState } from "./state.ts";
import type { Task } from "./types.ts";
import { type AgentWorkload, type WorkloadStats, workloadStats } from "./views.ts";

/** A running task machine, alone in its engine or part of a larger one. */
export interface TaskHost extends MachineHost<TaskState, TaskCommand, TaskEvent, TaskAnswers> {}

/**
 * The options that decide where a work stealing coordinator runs.
 * @category Tasks
 */
export interface WorkStealingOptions {
  /** The source of time. @default systemClock */
  clock?: Clock;
  /** Stores the reports. @default none */
  journal?: Journal;
  /** Commands in the journal that break the machine, such as `17:0`, and are left out. @default none */
  skip?: readonly string[];
  /**
   * A task machine that runs already; then `clock`, `journal` and the machine's config are its own.
   * @internal
   */
  host?: TaskHost;
}

const THING = "the work stealing coordinator";

/**
 * Keeps the work of agents even.
 *
 * Tasks that were assigned to an agent and have not started move to one that has less to do, in one
 * step and under a larger epoch, which emits `workstealing:request` and `workstealing:completed`. The
 * task machine moves them: the coordinator of a {@linkcode CoordinationManager} and an
 * {@linkcode AdvancedTaskScheduler} with `stealing` have tasks to move. One that is constructed alone
 * has an engine of its own: it knows the agents whose load is reported, for as long as their reports
 * count, and finds the one with the least to do, but has no tasks.
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
 * @category Tasks
 */
export class WorkStealingCoordinator implements AsyncDisposable {
  readonly #host: Host<TaskState, TaskCommand, TaskEvent, TaskAnswers, StealingClient>;
  /** Whether agents are known by their reports alone. */
  readonly #isAlone: boolean;

  /**
   * Makes a coordinator that works at once; one with a journal works after {@linkcode initialize}.
   *
   * @throws {TypeError | RangeError} when an option is malformed; the message names it
   */
  constructor(
    config: WorkStealingConfig = {},
    eventBus?: EventBus,
    logger: Logger = defaultLogger,
    options: WorkStealingOptions = {},
  ) {
    const attempt = () => `create ${THING}`;
    const machine = taskMachine(readStealingConfig(config, attempt));
    requireSurroundings(attempt, eventBus, logger, options);
    requireKnown([STEALING_OPTIONS, SYSTEM_OPTIONS], config, attempt);
    this.#isAlone = options.host === undefined;
    const connect = (host: TaskHost) => new StealingClient(host, logger);
    this.#host = new Host({ thing: THING, machine, connect }, eventBus, logger, options);
  }

  /** Reads the journal, if there is one. Idempotent. */
  initialize(): Promise<void> {
    return this.#host.initialize();
  }

  /** Closes the coordinator. Idempotent. */
  shutdown(): Promise<void> {
    return this.#host.close();
  }

  /** The same as {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /**
   * Reports the load of an agent; a field that is left out keeps its last value. The claims that the
   * task machine knows are not counted twice. A report counts for twice the `stealInterval`.
   *
   * A coordinator alone registers the agent, with its `priority` and `capabilities`, and evicts the
   * one whose report has expired for longest when there are too many; otherwise those are as the agent
   * was registered.
   *
   * @throws {TypeError | RangeError} when a field is malformed
   * @throws {UnknownAgentError} when the agent is not registered with the host
   */
  updateAgentWorkload(agentId: string, workload: Partial<AgentWorkload>): void {
    const attempt = () => `update the workload of agent ${quote(agentId)}`;
    requireId(agentId, "agentId", () => "update a workload");
    const report = reportCommand(agentId, workload, attempt);
    const client = this.#host.running(attempt());
    this.#introduce(client, agentId, workload, attempt);
    if (report.avgTaskDurationMs !== undefined) client.forgetDurations(agentId);
    client.report(report);
  }

  /**
   * Reports how long a task of an agent took. The average is about the last ten.
   *
   * @throws {TypeError | RangeError} when `ms` is no duration
   * @throws {UnknownAgentError} when the agent is not registered with the host
   */
  recordTaskDuration(agentId: string, ms: number): void {
    const attempt = () => `record a duration of agent ${quote(agentId)}`;
    requireId(agentId, "agentId", () => "record a duration");
    requireAmount(ms, "ms", attempt);
    const client = this.#host.running(attempt());
    this.#introduce(client, agentId, {}, attempt);
    const avgTaskDuration = client.averageWith(agentId, ms);
    client.report(reportCommand(agentId, { avgTaskDuration }, attempt));
  }

  /**
   * Drops expired reports, and moves tasks. Every step that changes a backlog does so too: this is for
   * callers that can't wait for a timer.
   */
  checkAndSteal(): Promise<void> {
    return attempting(() => this.#host.running("check loads").refresh());
  }

  /**
   * Returns the agent among `agents` that has the least to do and may run `task`, or `null` when none
   * may: it lacks a capability that the task requires, is cordoned or draining, is full, or unknown.
   *
   * The best one has the fewest tasks for each of its slots; among equals it is the one whose tasks
   * will take the least time, then the one with the lowest utilization of the processor and then of
   * the memory, then the one with the highest priority, then the first. Unknown figures count as 0.
   *
   * Costs O(agents given).
   *
   * @param agents profiles or ids; a registration with a host overrides a profile
   * @throws {TypeError | RangeError} when an argument is malformed
   */
  findBestAgent(task: Task, agents: readonly (AgentProfile | string)[]): string | null {
    requireObject(task, "task", () => "find an agent");
    const attempt = () => `find an agent for task ${quote(task.id)}`;
    const { requires = [] } = task;
    requireArray(requires, MOST_LISTED, "requires", attempt);
    requireArray(agents, MOST_LISTED, "agents", attempt);
    const { state } = this.#host.running(attempt());
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

  /** Returns the distribution of work over the agents that are known. Costs O(agents). */
  getWorkloadStats(): WorkloadStats {
    const { state } = this.#host.running("look at workloads");
    return workloadStats([...state.agents.values()].filter((agent) => this.#isKnown(agent)));
  }

  /** An agent that is known by its reports alone is unknown after the last one. */
  #isKnown({ report }: Agent): boolean {
    return !this.#isAlone || report !== undefined;
  }

  /** Registers the agent of a report, in a coordinator alone. */
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

  #rate(agent: Agent, profile: AgentProfile): Rating {
    const { agentId, report, priority } = agent;
    const backlog = backlogOf(agent);
    const slots = this.#isAlone ? profile.maxConcurrentTasks ?? 1 : agent.usableSlots;
    const costs = [
      backlog / slots,
      backlog * (report?.avgTaskDurationMs ?? 0),
      report?.cpuPercent ?? 0,
      report?.memoryPercent ?? 0,
      -(this.#isAlone ? profile.priority ?? priority : priority),
    ];
    return { agentId, costs };
  }
}

/** The costs of an agent, the most important first. */
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

function profileOf(given: unknown, name: string, attempt: Attempt): AgentProfile {
  if (typeof given === "string") return { id: given };
  requireObject(given, name, attempt);
  requireId(given["id"], `${name}.id`, attempt);
  return given as unknown as AgentProfile;
}

/** The fields of a profile that a coordinator keeps. */
type KnownProfile = Required<Pick<AgentProfile, "priority" | "capabilities">>;

/** The number of an agent's latest tasks that make up its average duration. */
const REMEMBERED = 10;

/** Reports loads to one task machine. */
class StealingClient extends MachineClient<TaskState, TaskCommand, TaskEvent, TaskAnswers> {
  readonly #logger: Logger;
  /** The agents that this client registered. */
  readonly #registered = new Map<string, KnownProfile>();
  /** By agent, of its latest tasks. */
  readonly #durations = new Map<string, { count: number; mean: number }>();

  /** Makes a client of the machine in `host`. */
  constructor(host: TaskHost, logger: Logger) {
    super(host);
    this.#logger = logger;
    const types = ["agent:terminated", "agent:forgotten", "agent:report-expired"] as const;
    this.listen(types, ({ type, agentId }) => {
      this.forgetDurations(agentId);
      if (type !== "agent:report-expired") this.#registered.delete(agentId);
    });
  }

  /** Sends a command for a caller that does not wait. @throws its refusal, if that is known at once */
  report(command: TaskCommand): void {
    let isLate = false;
    let failure: unknown;
    this.send(command, (answer, error) => {
      const refused = answer instanceof Refusal ? this.errorOf(answer, command) : error;
      if (!isLate) failure = refused;
      else if (refused !== undefined) {
        logTo(this.#logger, "warn", `Cannot ${command.type.replaceAll("-", " ")}`, refused);
      }
    });
    isLate = true;
    if (failure !== undefined) throw failure;
  }

  /** Returns the profile of an agent, also of one whose registration the journal has not stored yet. */
  profileOf(agentId: string): KnownProfile | undefined {
    return this.#registered.get(agentId) ?? this.state.agents.get(agentId);
  }

  /** Registers an agent, or changes its profile. */
  register(profile: AgentProfile & KnownProfile): void {
    this.report(registerCommand(profile, false, true));
    this.#registered.set(profile.id, profile);
  }

  /** Returns the average duration of an agent's latest tasks, with `ms` as the newest. */
  averageWith(agentId: string, ms: number): number {
    const before = this.state.agents.get(agentId)?.report?.avgTaskDurationMs;
    const known = this.#durations.get(agentId) ??
      { count: before === undefined ? 0 : REMEMBERED - 1, mean: before ?? 0 };
    const count = Math.min(known.count + 1, REMEMBERED);
    const mean = known.mean + (ms - known.mean) / count;
    this.#durations.set(agentId, { count, mean });
    return mean;
  }

  /** Starts the average of an agent's durations anew. */
  forgetDurations(agentId: string): void {
    this.#durations.delete(agentId);
  }

  /** Stops the client. */
  close(): void {
    this.stop(new ClosedError("go on", THING));
  }

  protected override errorOf({ event }: Refusal, command: TaskCommand): Error {
    return refusalError(command, event as TaskRefused);
  }

  protected override end(): void {
    this.#durations.clear();
    this.#registered.clear();
  }
}
