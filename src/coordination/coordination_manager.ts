/**
 * All subsystems as one: tasks, locks, messages, breakers, conflicts and metrics on one engine.
 *
 * @module
 */

import { membershipHealth, type MemberView, memberView, memberViews } from "../agents/mod.ts";
import type { CircuitBreakerManager, CircuitBreakerMetrics } from "../breakers/mod.ts";
import type { ConflictResolver, ConflictStats, OptimisticLockManager } from "../conflicts/mod.ts";
import { attempting } from "../core/client.ts";
import {
  quote,
  requireFunction,
  requireId,
  requireInteger,
  requireMs,
  requireObject,
  requireOneOf,
} from "../core/arguments.ts";
import type { Clock } from "../core/clock.ts";
import { ClosedError, StaleEpochError, UnknownAgentError } from "../core/errors.ts";
import { EventBus } from "../core/bus/event_bus.ts";
import { type LockstepEvent, SystemEvents } from "../root/events.ts";
import type { TaskBackedOff, TaskFailed } from "../tasks/events.ts";
import { Host, requireSurroundings } from "../core/host.ts";
import type { Journal } from "../core/journal.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import { healthOf, type SessionTest } from "../core/machine.ts";
import type { AgentProfile } from "../agents/types.ts";
import type { Conflict } from "../conflicts/types.ts";
import type { ScheduleOptions, ScheduleView, Task, TaskView } from "../tasks/types.ts";
import type {
  AcquireOptions,
  AcquirePathsOptions,
  LockHandle,
  LockMode,
  PathsCheck,
  ResourceManager,
} from "../locks/mod.ts";
import type { MessageRouter, ReceivedMessage, ReceiveOptions } from "../messages/mod.ts";
import type { CoordinationMetrics, CoordinationMetricsCollector } from "../metrics/mod.ts";
import type {
  AdvancedTaskScheduler,
  Budget,
  BudgetView,
  ClaimOptions,
  CompletionOptions,
  KeyLimit,
  LimitView,
  ShutdownOptions,
  SubmitOptions,
  TaskChanges,
  TaskClaim,
  TaskFilter,
  TaskHandle,
  TaskHandler,
  TaskListOptions,
  TaskPage,
  TaskScheduler,
  WorkStealingCoordinator,
} from "../tasks/mod.ts";
import { AgentSession } from "./agent_session.ts";
import {
  type CoordinationConfig,
  type CoordinationSettings,
  readCoordinationConfig,
} from "./config.ts";
import { explain, type Explanation, type Explicable, UnknownSubjectError } from "./explain.ts";
import {
  breakerHealth,
  conflictHealth,
  type CoordinationHealth,
  engineHealth,
  wholeHealth,
} from "./health.ts";
import type { RootAnswers, RootCommand, RootHost, RootState } from "../root/state.ts";
import { rootMachine } from "../root/machine.ts";
import { endsOfCalls } from "../messages/client.ts";
import { endFormerProcess } from "../root/recovery.ts";
import { requireText } from "../tasks/commands.ts";
import { Subsystems, THING } from "./subsystems.ts";

/**
 * Options of {@linkcode CoordinationManager} besides its config.
 * @category Coordination
 */
export interface CoordinationOptions {
  /** The source of time. @default systemClock */
  clock?: Clock;
  /**
   * Stores every command before it is acknowledged, so that the state outlives the process. @default
   * none
   */
  journal?: Journal;
  /** Commands in the journal that break the machine, such as `17:0`, and are left out. @default none */
  skip?: readonly string[];
}

/**
 * All options of a {@linkcode CoordinationManager} in one object.
 * @category Coordination
 */
export interface CoordinationManagerOptions extends CoordinationConfig, CoordinationOptions {
  /** Where events are published. @default a bus of its own */
  eventBus?: EventBus;
  /** Logs warnings, errors, and more at its own levels. @default warnings and errors on the console */
  logger?: Logger;
}

/**
 * Options of `listAgents`.
 * @category Coordination
 */
export interface ListAgentsOptions {
  /** Lists only agents of that status. @default all */
  status?: MemberView["status"];
  /** Lists agents after the one with this incarnation. @default from the start */
  after?: number;
  /** Most agents of a page. @default 100 */
  limit?: number;
}

/**
 * The figures of a whole coordination system.
 * @category Coordination
 */
export interface SystemMetrics extends CoordinationMetrics {
  /** The health of the system. */
  readonly health: CoordinationHealth;
  /** Statistics of conflicts. */
  readonly conflicts: ConflictStats;
  /** The figures of all breakers of {@linkcode CoordinationManager.breakers}, by name. */
  readonly circuitBreakers: Readonly<Record<string, CircuitBreakerMetrics>>;
}

/**
 * Coordinates agents: their tasks, locks and messages, whether they are alive, and what happens when
 * one of them fails. All parts share one journal, one clock and one order of events, and all consequences
 * of an event in other parts happen in the same step.
 *
 * Needs no initialization without a journal; with one, {@linkcode initialize} has to read it first.
 *
 * @example
 * ```ts
 * import { CoordinationManager } from "@lockstep/lockstep";
 *
 * await using manager = new CoordinationManager({ maxRetries: 2 });
 * await manager.registerAgent({ id: "writer", capabilities: ["edit"] }, async (task, { acquire }) => {
 *   await using _lock = await acquire("report.md");
 *   return `${task.id} is written`;
 * });
 * const handle = await manager.submit({ id: "intro", requires: ["edit"] });
 * console.log(await handle.result); // intro is written
 * ```
 * @category Coordination
 */
export class CoordinationManager implements AsyncDisposable {
  /** Publishes the events of all parts. */
  readonly eventBus: EventBus;
  readonly #settings: CoordinationSettings;
  readonly #host: Host<RootState, RootCommand, LockstepEvent, RootAnswers, Subsystems>;
  #isAdvanced = false;
  #unsubscribers: (() => void)[] = [];
  #initializing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Creates a system without agents. The first argument may hold all options; those of the others take
   * precedence.
   *
   * @throws {TypeError | RangeError} when an option is malformed; the message names it
   */
  constructor(
    config: CoordinationManagerOptions = {},
    givenBus?: EventBus,
    givenLogger?: Logger,
    options: CoordinationOptions = {},
  ) {
    const attempt = () => "create a coordination manager";
    this.#settings = readCoordinationConfig(config);
    const { eventBus: ownBus = new EventBus(), logger: ownLogger = defaultLogger } = config;
    const eventBus = givenBus === undefined ? ownBus : givenBus;
    const logger = givenLogger === undefined ? ownLogger : givenLogger;
    requireSurroundings(attempt, eventBus, logger, options);
    requireFunction(eventBus?.publish, "eventBus.publish", attempt);
    this.eventBus = eventBus;
    const { clock = config.clock, journal = config.journal, skip = config.skip } = options;
    const hosted = {
      thing: THING,
      machine: rootMachine(this.#settings.root),
      connect: (host: RootHost) => new Subsystems(host, this.#settings, eventBus, logger),
      recover({ client }: Subsystems, isOver: SessionTest) {
        for (const end of endsOfCalls(client.state.messages, isOver)) client.owe(end);
        return endFormerProcess(client, isOver);
      },
    };
    this.#host = new Host(hosted, eventBus, logger, {
      ...(clock !== undefined && { clock }),
      ...(journal !== undefined && { journal }),
      ...(skip !== undefined && { skip }),
    });
    this.#unsubscribers = [
      eventBus.on("task:failed", (event, sequence) => this.#emitError(event, sequence)),
      eventBus.on("task:backed-off", (event, sequence) => this.#emitError(event, sequence)),
    ];
  }

  /**
   * The sequence number of the next event: with a journal, the number of events to which it has led, also
   * in former processes. 0 until the system is initialized.
   */
  get sequence(): number {
    return this.#host.engine?.sequence ?? 0;
  }

  /**
   * Initializes the system, and emits `system:ready`. With a journal, replays it: the calls of the process
   * that wrote it are cancelled, its in-process agents are cordoned until they are registered again,
   * and the heartbeat timeouts of agents outside of it restart. Idempotent.
   */
  initialize(): Promise<void> {
    this.#initializing ??= this.#initialize();
    return this.#initializing;
  }

  /**
   * Starts nothing any more, lets running attempts end for `graceMs`, ends all waits with a
   * `ClosedError`, and releases all resources. With a journal, the next start finds what it would find
   * after a crash. Idempotent.
   */
  shutdown({ graceMs = 5_000 }: ShutdownOptions = {}): Promise<void> {
    return attempting(() => {
      requireMs(graceMs, 0, "graceMs", () => "shut the coordination manager down");
      this.#closing ??= this.#shutdown(graceMs);
      return this.#closing;
    });
  }

  /** The same as {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  // Subsystems

  /** Tasks: the basic scheduler, or the advanced one after {@linkcode enableAdvancedScheduling}. */
  get scheduler(): TaskScheduler {
    const { scheduler, advanced } = this.#running("read the state");
    return this.#isAdvanced ? advanced : scheduler;
  }

  /** Locks. */
  get resources(): ResourceManager {
    return this.#running("read the state").resources;
  }

  /** Messages. */
  get messages(): MessageRouter {
    return this.#running("read the state").messages;
  }

  /** Work stealing: reports of loads, and the agent with the smallest load. */
  get stealing(): WorkStealingCoordinator {
    return this.#running("read the state").stealing;
  }

  /** Circuit breakers by name, for services that agents call. */
  get breakers(): CircuitBreakerManager {
    return this.#running("read the state").breakers;
  }

  /** Conflicts. */
  get conflicts(): ConflictResolver {
    return this.#running("read the state").conflicts;
  }

  /** Versions, for optimistic changes without a lock. */
  get versions(): OptimisticLockManager {
    return this.#running("read the state").versions;
  }

  /** Metrics; they count from the start. */
  get metrics(): CoordinationMetricsCollector {
    return this.#running("read the state").metrics;
  }

  /**
   * The state of all parts, to be read at once: it changes with the next command.
   * @internal
   */
  get state(): Readonly<RootState> {
    return this.#running("read the state").client.state;
  }

  // Agents

  /**
   * Registers an agent with all parts: it gets tasks and a mailbox, is watched as a member, and its
   * priority counts in conflicts. With a `handler` it runs in this process; without one it reports
   * through its session, and has to send heartbeats if its timeout isn't 0. A registered agent gets the
   * new profile and keeps its incarnation; one that was removed gets a new incarnation.
   *
   * @throws {TypeError | RangeError} when the profile is malformed
   * @throws {LimitError} when there are too many agents
   * @throws {UnknownAgentError} when the agent is removed before this resolves
   */
  async registerAgent(profile: AgentProfile, handler?: TaskHandler): Promise<AgentSession> {
    const parts = this.#running("register an agent");
    await parts.advanced.registerAgent(profile, handler);
    const { id: agentId } = profile;
    const { members } = parts.host.state().agents;
    if (members.get(agentId)?.isSuspect) await this.heartbeat(agentId);
    const member = members.get(agentId);
    if (member === undefined) throw new UnknownAgentError("register an agent", agentId);
    return new AgentSession(parts, agentId, member.incarnation);
  }

  /**
   * Returns the calls of a member, also of one that an earlier process registered.
   *
   * @param incarnation the incarnation of the agent @default the one in force
   * @throws {UnknownAgentError} when it is no member
   * @throws {StaleEpochError} when that incarnation is not in force
   */
  session(agentId: string, incarnation: number = 0): AgentSession {
    const attempt = () => "act as an agent";
    requireId(agentId, "agentId", attempt);
    requireInteger(incarnation, 0, Number.MAX_SAFE_INTEGER, "incarnation", attempt);
    const parts = this.#running("act as an agent");
    const member = parts.host.state().agents.members.get(agentId);
    if (member === undefined) throw new UnknownAgentError(attempt(), agentId);
    if (incarnation !== 0 && incarnation !== member.incarnation) {
      throw new StaleEpochError(attempt(), incarnation, member.incarnation);
    }
    return new AgentSession(parts, agentId, member.incarnation);
  }

  /**
   * Records that an agent is alive.
   *
   * @param incarnation the incarnation of the agent @default the one in force
   * @throws {UnknownAgentError} when it is no member
   * @throws {StaleEpochError} when that incarnation is not in force
   */
  heartbeat(agentId: string, incarnation: number = 0): Promise<void> {
    return attempting(() => {
      const attempt = () => "take a heartbeat";
      requireId(agentId, "agentId", attempt);
      requireInteger(incarnation, 0, Number.MAX_SAFE_INTEGER, "incarnation", attempt);
      const { client } = this.#running("take a heartbeat");
      return client.call({ type: "beat-agent", agentId, incarnation }, ignore);
    });
  }

  /**
   * An agent is gone. In one step its tasks go back into the queue, its locks to those who wait for
   * them, its messages to the dead letters, and its waits, requests and votes end. It need not be
   * registered: an agent that only holds or waits for locks, or has messages, is removed as well.
   *
   * @throws {UnknownAgentError} when nothing is known of such an agent
   */
  removeAgent(agentId: string, reason: string = "it was removed"): Promise<void> {
    return attempting(() =>
      this.#running("remove an agent").advanced.unregisterAgent(agentId, reason)
    );
  }

  /**
   * Drains an agent: cordons it, requeues its unstarted tasks, and removes it when its running attempts
   * have ended.
   *
   * @throws {UnknownAgentError} when there is no such agent
   */
  drainAgent(agentId: string, reason?: string): Promise<void> {
    return attempting(() => this.#running("drain an agent").advanced.drainAgent(agentId, reason));
  }

  /** Cordons an agent: it is given no new tasks until {@linkcode uncordonAgent}. */
  cordonAgent(agentId: string, reason?: string): Promise<void> {
    return attempting(() => this.#running("cordon an agent").advanced.cordonAgent(agentId, reason));
  }

  /** Undoes {@linkcode cordonAgent}; cordons for other causes stay in force. */
  uncordonAgent(agentId: string): Promise<void> {
    return attempting(() => this.#running("uncordon an agent").advanced.uncordonAgent(agentId));
  }

  /** Returns the status and the incarnation of an agent; `undefined` when it is no member. */
  getAgent(agentId: string): MemberView | undefined {
    requireId(agentId, "agentId", () => "get an agent");
    return memberView(this.#running("read the state").host.state().agents, agentId);
  }

  /**
   * Lists members in the order of their incarnations; a later page begins `after` the last incarnation
   * of the one before. An agent that is registered again meanwhile comes last. Costs a look at each.
   */
  listAgents(options: ListAgentsOptions = {}): MemberView[] {
    const attempt = () => "list agents";
    requireObject(options, "options", attempt);
    const { status, after = 0, limit = 100 } = options;
    if (status !== undefined) requireOneOf(status, ["alive", "suspect"], "status", attempt);
    requireInteger(after, 0, Number.MAX_SAFE_INTEGER, "after", attempt);
    requireInteger(limit, 1, LONGEST_PAGE, "limit", attempt);
    return memberViews(this.#running("read the state").host.state().agents)
      .filter((each) => each.incarnation > after && (status ?? each.status) === each.status)
      .slice(0, limit);
  }

  // Tasks

  /** Submits a task for the agent that fits best; see {@linkcode TaskScheduler.submit}. */
  submit(task: Task, options?: SubmitOptions): Promise<TaskHandle> {
    return attempting(() => this.#running("submit a task").scheduler.submit(task, options));
  }

  /** Submits a task for one agent; see {@linkcode TaskScheduler.assignTask}. */
  assignTask(task: Task, agentId: string): Promise<TaskHandle> {
    return attempting(() => this.#running("assign a task").scheduler.assignTask(task, agentId));
  }

  /** Asks for a task for an agent in pull mode; see {@linkcode TaskScheduler.claim}. */
  claim<Input = unknown>(
    agentId: string,
    options?: ClaimOptions,
  ): Promise<TaskClaim<Input> | undefined> {
    return attempting(() => this.#running("claim a task").scheduler.claim<Input>(agentId, options));
  }

  /** Completes a task; see {@linkcode TaskScheduler.completeTask}. */
  completeTask(
    taskId: string,
    result?: unknown,
    epoch?: number,
    options?: CompletionOptions,
  ): Promise<void> {
    return attempting(() =>
      this.#running("complete a task").scheduler.completeTask(taskId, result, epoch, options)
    );
  }

  /** Fails an attempt; see {@linkcode TaskScheduler.failTask}. */
  failTask(taskId: string, error: unknown, epoch?: number): Promise<void> {
    return attempting(() => this.#running("fail a task").scheduler.failTask(taskId, error, epoch));
  }

  /** Cancels a task; see {@linkcode TaskScheduler.cancelTask}. */
  cancelTask(taskId: string, reason?: string): Promise<void> {
    return attempting(() => this.#running("cancel a task").scheduler.cancelTask(taskId, reason));
  }

  /** Ends an attempt that is to go on later; see {@linkcode TaskScheduler.snoozeTask}. */
  snoozeTask(taskId: string, delayMs: number, epoch?: number): Promise<void> {
    return attempting(() =>
      this.#running("snooze a task").scheduler.snoozeTask(taskId, delayMs, epoch)
    );
  }

  /** Ends an attempt that needs an answer; see {@linkcode TaskScheduler.blockTask}. */
  blockTask(taskId: string, question: unknown, epoch?: number): Promise<void> {
    return attempting(() =>
      this.#running("block a task").scheduler.blockTask(taskId, question, epoch)
    );
  }

  /** Answers the question of a blocked task; see {@linkcode TaskScheduler.answerTask}. */
  answerTask(taskId: string, answer: unknown): Promise<void> {
    return attempting(() => this.#running("answer a task").scheduler.answerTask(taskId, answer));
  }

  /** Accepts the result of a task; see {@linkcode TaskScheduler.acceptResult}. */
  acceptResult(taskId: string): Promise<void> {
    return attempting(() => this.#running("accept a result").scheduler.acceptResult(taskId));
  }

  /** Rejects the result of a task; see {@linkcode TaskScheduler.rejectResult}. */
  rejectResult(taskId: string, reason?: string): Promise<void> {
    return attempting(() =>
      this.#running("reject a result").scheduler.rejectResult(taskId, reason)
    );
  }

  /** Changes what a task says, and what it needs; see {@linkcode TaskScheduler.amendTask}. */
  amendTask(taskId: string, changes: TaskChanges): Promise<void> {
    return attempting(() => this.#running("amend a task").scheduler.amendTask(taskId, changes));
  }

  /** Changes the priority of a task; see {@linkcode TaskScheduler.setTaskPriority}. */
  setTaskPriority(taskId: string, priority: number): Promise<void> {
    return attempting(() =>
      this.#running("change a priority").scheduler.setTaskPriority(taskId, priority)
    );
  }

  /** Submits a finished task once more; see {@linkcode TaskScheduler.retryTask}. */
  retryTask(taskId: string): Promise<TaskHandle> {
    return attempting(() => this.#running("retry a task").scheduler.retryTask(taskId));
  }

  /** Submits the finished tasks that match once more; see {@linkcode TaskScheduler.retryTasks}. */
  retryTasks(filter?: TaskFilter): Promise<TaskHandle[]> {
    return attempting(() => this.#running("retry tasks").scheduler.retryTasks(filter));
  }

  /** Returns the tasks that match, by the page; see {@linkcode TaskScheduler.listTasks}. */
  listTasks(options?: TaskListOptions): TaskPage {
    return this.#running("list tasks").scheduler.listTasks(options);
  }

  /** Submits a task again and again; see {@linkcode TaskScheduler.every}. */
  every<Input = unknown>(id: string, options: ScheduleOptions<Input>): Promise<ScheduleView> {
    return attempting(() => this.#running("set a schedule").scheduler.every(id, options));
  }

  /** Removes a schedule; see {@linkcode TaskScheduler.unschedule}. */
  unschedule(id: string): Promise<boolean> {
    return attempting(() => this.#running("remove a schedule").scheduler.unschedule(id));
  }

  /** Returns all schedules, oldest first. */
  schedules(): ScheduleView[] {
    return this.#running("list schedules").scheduler.schedules();
  }

  /** Sets the limit of a key; see {@linkcode TaskScheduler.setLimit}. */
  setLimit(key: string, limit: KeyLimit | undefined): Promise<void> {
    return attempting(() => this.#running("set a limit").scheduler.setLimit(key, limit));
  }

  /** Sets the budget of all attempts; see {@linkcode TaskScheduler.setBudget}. */
  setBudget(budget: Budget | undefined): Promise<void> {
    return attempting(() => this.#running("set the budget").scheduler.setBudget(budget));
  }

  /** Returns what was spent of it; see {@linkcode TaskScheduler.budget}. */
  budget(): BudgetView | undefined {
    return this.#running("read the budget").scheduler.budget();
  }

  /** Reports what an attempt has spent; see {@linkcode TaskScheduler.spend}. */
  spend(
    taskId: string,
    counters: Readonly<Record<string, number>>,
    epoch?: number,
  ): Promise<void> {
    return attempting(() =>
      this.#running("spend for a task").scheduler.spend(taskId, counters, epoch)
    );
  }

  /** Returns the state of a key; see {@linkcode TaskScheduler.limitOf}. */
  limitOf(key: string): LimitView | undefined {
    return this.#running("read a limit").scheduler.limitOf(key);
  }

  /** Returns the states of all keys; see {@linkcode TaskScheduler.limits}. */
  limits(): LimitView[] {
    return this.#running("read the limits").scheduler.limits();
  }

  /** Assigns nothing until {@linkcode resume}; see {@linkcode TaskScheduler.pause}. */
  pause(reason?: string): Promise<void> {
    return attempting(() => this.#running("pause").scheduler.pause(reason));
  }

  /** Ends a pause. Idempotent. */
  resume(): Promise<void> {
    return attempting(() => this.#running("resume").scheduler.resume());
  }

  /** Resolves when all tasks have ended; see {@linkcode TaskScheduler.whenIdle}. */
  whenIdle(options?: SubmitOptions): Promise<void> {
    return attempting(() => this.#running("wait until idle").scheduler.whenIdle(options));
  }

  /** Returns the number of tasks that an agent has, started or not; 0 for an unknown agent. */
  getAgentTaskCount(agentId: string): Promise<number> {
    return attempting(() =>
      Promise.resolve(this.#running("read the state").scheduler.getAgentTaskCount(agentId))
    );
  }

  /** Returns the tasks that an agent has, started or not, oldest claim first. */
  getAgentTasks(agentId: string): Promise<TaskView[]> {
    return attempting(() =>
      Promise.resolve(this.#running("read the state").scheduler.getAgentTasks(agentId))
    );
  }

  /**
   * Makes {@linkcode scheduler} the one with strategies, and returns it. Both schedule the same tasks,
   * so tasks that were submitted before are not affected. Idempotent.
   */
  enableAdvancedScheduling(): AdvancedTaskScheduler {
    const { advanced } = this.#running("enable advanced scheduling");
    this.#isAdvanced = true;
    return advanced;
  }

  // Locks, messages, conflicts

  /** Acquires a lock; see {@linkcode ResourceManager.acquire}. */
  acquireResource(
    resourceId: string,
    agentId: string,
    options?: number | AcquireOptions,
  ): Promise<LockHandle> {
    return attempting(() =>
      this.#running("acquire a resource").resources.acquire(resourceId, agentId, options)
    );
  }

  /** Acquires a set of paths; see {@linkcode ResourceManager.acquirePaths}. */
  acquirePaths(
    patterns: readonly string[],
    agentId: string,
    options?: number | AcquirePathsOptions,
  ): Promise<LockHandle> {
    return attempting(() =>
      this.#running("acquire paths").resources.acquirePaths(patterns, agentId, options)
    );
  }

  /** Returns what is in the way of a request for paths; see {@linkcode ResourceManager.checkPaths}. */
  checkPaths(
    patterns: readonly string[],
    agentId?: string,
    options?: { mode?: LockMode; priority?: number },
  ): PathsCheck {
    return this.#running("check paths").resources.checkPaths(patterns, agentId, options);
  }

  /** Releases a lock; see {@linkcode ResourceManager.release}. */
  releaseResource(resourceId: string, agentId: string, epoch?: number): Promise<void> {
    return attempting(() =>
      this.#running("release a resource").resources.release(resourceId, agentId, epoch)
    );
  }

  /**
   * Sends a message, and resolves with its id when it is in the recipient's mailbox. The payload is
   * `message`; if that is an object with a string `type`, this is the type of the message too.
   */
  sendMessage(from: string, to: string, message: unknown): Promise<string> {
    return attempting(() => {
      const { messages } = this.#running("send a message");
      const type = typeOf(message);
      return messages.send(from, to, message, type === undefined ? undefined : { type });
    });
  }

  /** Receives the next message of an agent; see {@linkcode MessageRouter.receive}. */
  receiveMessage<Payload = unknown>(
    agentId: string,
    options?: ReceiveOptions,
  ): Promise<ReceivedMessage<Payload> | undefined> {
    return attempting(() =>
      this.#running("receive a message").messages.receive<Payload>(agentId, options)
    );
  }

  /**
   * Reports a conflict between agents over a resource or a task, and resolves it at once if the option
   * `conflicts.settleBy` names a criterion. Returns the open or resolved conflict.
   *
   * @throws {UndecidedConflictError} when the criterion does not decide it
   */
  async reportConflict(
    kind: "resource" | "task",
    id: string,
    agents: readonly string[],
  ): Promise<Conflict> {
    const { conflicts } = this.#running("report a conflict");
    requireOneOf(kind, ["resource", "task"], "kind", () => `report a conflict over ${quote(id)}`);
    const conflict = kind === "resource"
      ? await conflicts.reportResourceConflict(id, [...agents])
      : await conflicts.reportTaskConflict(id, [...agents], "assignment");
    const { settleBy } = this.#settings.conflicts;
    if (settleBy === undefined || conflict.resolved) return conflict;
    await conflicts.autoResolve(conflict.id, settleBy);
    return conflicts.getConflict(conflict.id)!;
  }

  // People

  /**
   * Records in the journal that a person makes the calls that `action` makes before it returns, each as
   * an `operator:acted` event before the events of the call. What `action` returns is returned. A call
   * that is refused is not recorded; neither are calls after the first `await` of `action`, and those
   * of event handlers.
   *
   * @param by the name of the person
   * @param reason why, for people @default none
   * @throws {TypeError | RangeError} when `by` is no string of 1 to 256 characters
   *
   * @example
   * ```ts
   * import { CoordinationManager } from "@lockstep/lockstep";
   *
   * await using manager = new CoordinationManager();
   * manager.eventBus.on("operator:acted", ({ by, command, subjectId }) => {
   *   console.log(by, command, subjectId); // ana cancel t1
   * });
   * await manager.submit({ id: "t1" });
   * await manager.actingFor("ana", () => manager.cancelTask("t1"));
   * ```
   */
  actingFor<Result>(by: string, action: () => Result, reason?: string): Result {
    const attempt = () => "act for a person";
    requireId(by, "by", attempt);
    requireFunction(action, "action", attempt);
    if (reason !== undefined) requireText(reason, "reason", attempt);
    const { dispatcher } = this.#running("act for a person");
    return dispatcher.as({ by, ...(reason !== undefined && { reason }) }, action);
  }

  // System

  /** Returns the health of the system and of each part. Costs O(size of the tables). */
  async getHealthStatus(): Promise<CoordinationHealth> {
    const parts = this.#host.client;
    if (parts === undefined || this.#closing !== undefined) {
      const message = parts === undefined
        ? this.#host.problem
        : new ClosedError("go on", THING).message;
      return wholeHealth({ engine: healthOf([message], {}) });
    }
    const { host, scheduler, resources, messages } = parts;
    const state = host.state();
    const now = host.dispatcher.clock.now();
    return wholeHealth({
      engine: engineHealth(state.due.earliest, now, parts.client.problem),
      agents: membershipHealth(state.agents, now),
      scheduler: await scheduler.getHealthStatus(),
      resources: await resources.getHealthStatus(),
      messages: await messages.getHealthStatus(),
      breakers: breakerHealth(state, now),
      conflicts: conflictHealth(state),
    });
  }

  /**
   * Explains the state of a task, a message, an agent, a schedule or a wait for locks, and the change
   * that would end it. Without `kind`, `id` is looked up among them, in this order; a number is the `waitId` of a `resource:queued` event.
   *
   * @throws {UnknownSubjectError} when nothing has this id
   */
  explain(id: string | number, kind?: Explicable): Explanation {
    const attempt = () => `explain ${quote(id)}`;
    if (typeof id !== "number") requireId(id, "id", attempt);
    if (kind !== undefined) {
      requireOneOf(kind, ["task", "wait", "message", "agent", "schedule"], "kind", attempt);
    }
    const found = explain(this.#running("explain"), id, kind);
    if (found === undefined) throw new UnknownSubjectError(id, kind);
    return found;
  }

  /**
   * Fires due timers, writes a snapshot if there is a journal, and emits the health as
   * `system:healthcheck`.
   */
  async performMaintenance(): Promise<void> {
    await this.#host.maintain();
    this.eventBus.emit(SystemEvents.SYSTEM_HEALTHCHECK, { status: await this.getHealthStatus() });
  }

  /** Returns the figures of all parts. */
  async getCoordinationMetrics(): Promise<SystemMetrics> {
    const { metrics, conflicts, breakers } = this.#running("read the state");
    return {
      ...metrics.getCurrentMetrics(),
      health: await this.getHealthStatus(),
      conflicts: conflicts.getStats(),
      circuitBreakers: Object.fromEntries(breakers.getAllMetrics()),
    };
  }

  #running(attempt: string): Subsystems {
    return this.#host.client ?? this.#host.running(attempt);
  }

  /** Emits the error of a failed attempt with the agent that made it. */
  #emitError({ agentId, taskId, error }: TaskFailed | TaskBackedOff, sequence: number): void {
    if (agentId === undefined || sequence < 0) return;
    this.eventBus.emit(SystemEvents.AGENT_ERROR, { agentId, taskId, error });
  }

  async #initialize(): Promise<void> {
    await this.#host.initialize();
    if (this.#closing !== undefined) return;
    this.eventBus.emit(SystemEvents.SYSTEM_READY, { timestamp: new Date() });
  }

  async #shutdown(graceMs: number): Promise<void> {
    await this.#host.client?.scheduler.drain(graceMs);
    await this.#host.close();
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
    this.eventBus.emit(SystemEvents.SYSTEM_SHUTDOWN, { reason: "shutdown" });
  }
}

/** The most agents of a page. */
const LONGEST_PAGE = 10_000;

/** Returns the string `type` of a message, or `undefined`. */
function typeOf(message: unknown): string | undefined {
  if (typeof message !== "object" || message === null || !("type" in message)) return undefined;
  const { type } = message;
  return typeof type === "string" && type !== "" ? type : undefined;
}

function ignore(): void {}
