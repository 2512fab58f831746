/**
 * Runs a workflow: its agents become agents of a scheduler, its tasks become tasks, and each attempt is
 * a shell command. The scheduler decides which agent runs which task; this module decides what a
 * failure or an interrupt means for other tasks.
 *
 * @module
 */

import type { CircuitBreakerConfig } from "../breakers/mod.ts";
import { EventBus } from "../core/bus/event_bus.ts";
import { NonRetryableError } from "../core/errors.ts";
import type { Journal } from "../core/journal.ts";
import type { LockstepEvent } from "../root/events.ts";
import { silentLogger } from "../core/logger.ts";
import type { OnFailure, Task } from "../tasks/types.ts";
import { CoordinationManager } from "../coordination/mod.ts";
import type { AdvancedTaskScheduler, TaskContext } from "../tasks/mod.ts";
import { Commands, graceWithin, type TaskFunction } from "./commands.ts";
import { EventView, type RunEvent } from "./event_view.ts";
import { selectTasks } from "./plan.ts";
import { ProcessGroups } from "./process_groups.ts";
import { reportOf, type RunReport } from "./report.ts";
import { restore, type Resumed } from "./resumption.ts";
import { countsAsFailed, RunState, SKIP_REASONS } from "./run_state.ts";
import type { SkipCause, TaskRun } from "./runs.ts";
import type { Signal } from "./system.ts";
import { silentView, type View } from "./view.ts";
import { type When, withAgents, type Workflow } from "./workflow.ts";

/** Options of a run. */
export interface RunOptions {
  /** Ids of the tasks to run, with the tasks that they need. @default all tasks */
  readonly only?: readonly string[];
  /** Number of agents with all capabilities, in place of the workflow's. @default its agents */
  readonly agents?: number;
  /** Whether tasks that do not need a failed task are started after it failed. @default false */
  readonly keepGoing?: boolean;
  /** Milliseconds that a command has to end when it is asked to. @default 5_000 */
  readonly graceMs?: number;
  /**
   * Interrupts the run: no task is started, and commands are asked to end. They get the signal that is
   * the abort reason, such as `"SIGINT"`, or else `SIGTERM`.
   */
  readonly signal?: AbortSignal;
  /** Kills all commands. */
  readonly killSignal?: AbortSignal;
  /**
   * Keeps the run: one that is interrupted, however, goes on with the next run of the same workflow and
   * this journal. What succeeded is not repeated; what was running is tried again. Closed at the end.
   * @default none
   */
  readonly journal?: Journal;
  /** Functions that replace the commands of tasks, by id. */
  readonly functions?: ReadonlyMap<string, TaskFunction>;
  /** Called with each event. */
  readonly onEvent?: (event: RunEvent) => void;
}

/** Looks at a run from beside it. */
export interface Watch {
  /** The journal of the run; that of the options, if it has one. */
  readonly journal: Journal;
  /** Receives the system of the run, before its first event. */
  begin(manager: CoordinationManager): void;
  /** Resolves when the run may begin. */
  open(): Promise<void>;
}

/** Default of {@linkcode RunOptions.graceMs}. */
export const DEFAULT_GRACE_MS = 5_000;

/** The number of times that a task may be running when a run with a journal is interrupted. */
const MOST_INTERRUPTIONS = 1_000_000;

/** Maximum pause before the second attempt, in milliseconds; it doubles with each attempt. */
const RETRY_DELAY_MS = 500;

/** Returns `workflow` with the tasks and agents that `options` select. */
export function prepare(
  workflow: Workflow,
  options: Pick<RunOptions, "only" | "agents">,
): Workflow {
  const chosen = options.only === undefined ? workflow : selectTasks(workflow, options.only);
  if (options.agents !== undefined) return withAgents(chosen, options.agents);
  return chosen.agents.length === 0 ? withAgents(chosen, navigator.hardwareConcurrency) : chosen;
}

/**
 * Runs the tasks of a workflow and resolves with the report, also if tasks fail. Needs the permissions
 * to run all programs, as it sends signals, and to read the environment.
 *
 * @throws {RangeError} when `only` is empty or has an id of no task
 */
export async function runWorkflow(
  workflow: Workflow,
  options: RunOptions = {},
): Promise<RunReport> {
  const { onEvent } = options;
  return await runInView(
    prepare(workflow, options),
    options,
    onEvent === undefined ? silentView : new EventView(onEvent),
  );
}

/**
 * Runs a prepared workflow and shows it in `view`. `groups` is the registry of its commands; `watch`
 * looks at it.
 */
export async function runInView(
  workflow: Workflow,
  options: RunOptions,
  view: View,
  groups: ProcessGroups = new ProcessGroups(),
  watch?: Watch,
): Promise<RunReport> {
  try {
    return await new Run(workflow, options, view, groups, watch).run();
  } finally {
    await groups.close();
  }
}

class Run {
  readonly #workflow: Workflow;
  readonly #options: RunOptions;
  readonly #state: RunState;
  readonly #view: View;
  readonly #eventBus = new EventBus();
  readonly #manager: CoordinationManager;
  readonly #commands: Commands;
  readonly #watch: Watch | undefined;

  constructor(
    workflow: Workflow,
    options: RunOptions,
    view: View,
    groups: ProcessGroups,
    watch: Watch | undefined,
  ) {
    const journal = options.journal ?? watch?.journal;
    this.#watch = watch;
    this.#workflow = workflow;
    this.#options = options;
    this.#view = view;
    const graceMs = graceWithin(options.graceMs ?? DEFAULT_GRACE_MS);
    this.#state = new RunState(workflow, () => performance.now());
    this.#manager = new CoordinationManager(
      {
        retryDelay: RETRY_DELAY_MS,
        agentBreaker: breakerOf(workflow),
        workStealing: { stealThreshold: 2 }, // a task in a queue moves to an idle agent
        tasks: {
          // A command that was asked to end keeps its slot and locks until it has.
          abortGraceMs: graceMs + 60_000,
          ...journal !== undefined && {
            keepFinished: workflow.tasks.length,
            maxCrashes: MOST_INTERRUPTIONS,
          },
        },
      },
      this.#eventBus,
      silentLogger,
      journal === undefined ? {} : { journal },
    );
    this.#commands = new Commands(this.#state, view, {
      graceMs,
      groups,
      stopSignal: () => this.#stopSignal(),
      kill: options.killSignal ?? new AbortController().signal,
    }, options.functions ?? new Map());
  }

  async run(): Promise<RunReport> {
    const { signal, journal } = this.#options;
    const onInterrupt = () => this.#interrupt();
    let resumed: Resumed | undefined;
    this.#watch?.begin(this.#manager);
    if (journal !== undefined || this.#watch !== undefined) await this.#manager.initialize();
    if (this.#watch !== undefined) await this.#openFor(this.#watch);
    if (journal !== undefined) {
      resumed = restore(this.#state, (taskId) => this.#scheduler.getTask(taskId));
    }
    for (const type of EVENTS) {
      this.#eventBus.on(type, (event, sequence) => this.#onEvent(event as LockstepEvent, sequence));
    }
    this.#view.begin(this.#state);
    let problem: unknown;
    try {
      if (resumed !== undefined && isResumption(resumed)) this.#view.resumed(resumed);
      const results = await this.#submitAll();
      if (resumed?.failed !== undefined) this.#failed(resumed.failed);
      if (signal?.aborted) onInterrupt();
      else signal?.addEventListener("abort", onInterrupt);
      await this.#open();
      await Promise.allSettled(results);
      await this.#manager.whenIdle();
    } catch (error) {
      problem = error;
    } finally {
      signal?.removeEventListener("abort", onInterrupt);
      await this.#manager.shutdown({ graceMs: 0 });
      this.#eventBus.removeAllListeners();
    }
    if (this.#state.stopping === "interrupt") {
      for (const run of this.#state.leaveOpen()) this.#view.ended(run);
    } else if (problem !== undefined) throw problem;
    const report = reportOf(this.#state);
    await this.#view.end(report);
    return report;
  }

  async #openFor(watch: Watch): Promise<void> {
    try {
      await watch.open();
    } catch (error) {
      await this.#manager.shutdown({ graceMs: 0 });
      throw error;
    }
  }

  get #scheduler(): AdvancedTaskScheduler {
    return this.#manager.enableAdvancedScheduling();
  }

  /** Submits all tasks while agents are cordoned, so that the first choice is by priority. */
  async #submitAll(): Promise<Promise<unknown>[]> {
    const { agents, locks, tasks } = this.#workflow;
    for (const { name, capacity } of locks) {
      await this.#manager.resources.define(name, { capacity });
    }
    for (const { id, capabilities, slots } of agents) {
      const reason = "tasks are being submitted";
      // One that an earlier process registered is given the tasks of that process at once.
      const isKnown = this.#manager.getAgent(id) !== undefined;
      if (isKnown) await this.#scheduler.cordonAgent(id, reason);
      const profile = { id, capabilities, maxConcurrentTasks: slots };
      await this.#manager.registerAgent(
        profile,
        ({ id }, context) => this.#execute(this.#state.tasks.get(id)!, context),
      );
      if (!isKnown) await this.#scheduler.cordonAgent(id, reason);
    }
    const handles = await Promise.all(
      tasks.filter(({ id }) => this.#scheduler.getTask(id) === undefined).map(({ id, prefers }) =>
        this.#scheduler.assignTask(this.#taskOf(this.#state.tasks.get(id)!), prefers)
      ),
    );
    return handles.map(({ result }) => result.catch(() => {})); // the state has the outcome
  }

  /** Uncordons the agents, least capable first, so that the others keep slots for what only they can. */
  async #open(): Promise<void> {
    const { agents } = this.#workflow;
    const byAbility = agents.toSorted((a, b) => a.capabilities.length - b.capabilities.length);
    for (const { id } of byAbility) await this.#scheduler.uncordonAgent(id);
  }

  #taskOf({ task }: TaskRun): Task {
    const onFailure = ON_FAILURE[task.when];
    return {
      id: task.id,
      type: task.id,
      description: task.name ?? task.description ?? "",
      priority: task.priority,
      dependencies: task.needs.map((taskId) => ({ taskId, onFailure })),
      requires: task.requires,
      resources: [
        ...task.locks.map(({ name, ...rest }) => ({ resourceId: name, ...rest })),
        ...task.files === undefined ? [] : [{ paths: task.files }],
      ],
      retries: task.retries,
      ...task.timeoutMs !== undefined && { timeoutMs: task.timeoutMs },
      ...task.agent !== undefined && { assignedAgent: task.agent },
    };
  }

  /** Runs the command of an attempt; rejects if it fails. */
  async #execute(run: TaskRun, context: TaskContext): Promise<void> {
    const failure = await this.#commands.run(run, context);
    if (failure === undefined || context.signal.aborted) return;
    run.reason = failure;
    const isFinal = context.attempt > run.task.retries || this.#state.stopping !== undefined;
    if (!isFinal) throw new Error(failure);
    this.#failed(run);
    throw new NonRetryableError(failure);
  }

  #onEvent(event: LockstepEvent, sequence: number): void {
    const run = this.#state.subjectOf(event);
    // Its command is not run, so that it counts and is shown as never started.
    if (event.type === "task:started" && run !== undefined && isPointless(run, this.#state)) {
      return this.#skip([run], "condition");
    }
    const ended = this.#state.apply(event);
    this.#view.event(event, sequence);
    if (ended !== undefined) this.#view.ended(ended);
    if (run === undefined) return;
    if (event.type === "task:failed") this.#failed(run);
    if (event.type === "task:backed-off" && this.#state.stopping) this.#cancel(run);
  }

  /** Skips unrelated tasks after the final failure of `run`, unless `keepGoing`. */
  #failed(run: TaskRun): void {
    if (this.#options.keepGoing || this.#state.stopping !== undefined) return;
    this.#state.stopping = "failure";
    run.isFailing = true;
    this.#view.stopping("failure");
    this.#skip(unrelatedTo(run, this.#state), "failure");
  }

  #interrupt(): void {
    this.#state.stopping = "interrupt";
    this.#view.stopping("interrupt");
    // With a journal, what is cancelled would not go on with the next run.
    if (this.#options.journal !== undefined) return void this.#manager.shutdown({ graceMs: 0 });
    const open = [...this.#state.tasks.values()].filter(({ outcome }) => outcome === undefined);
    this.#skip(open, "interrupt");
  }

  /** The signal that asks a command to end. */
  #stopSignal(): Signal {
    if (this.#state.stopping !== "interrupt") return "SIGTERM";
    const reason: unknown = this.#options.signal?.reason;
    return typeof reason === "string" && reason.startsWith("SIG") ? reason as Signal : "SIGTERM";
  }

  /** Cancels tasks. Sets all causes first, since the scheduler cancels dependents along. */
  #skip(runs: readonly TaskRun[], cause: SkipCause): void {
    for (const run of runs) run.skipCause = cause;
    for (const run of runs) this.#cancel(run);
  }

  #cancel({ task: { id }, skipCause = "failure", attempts, reason }: TaskRun): void {
    const why = attempts > 0 ? `${reason}, not tried again` : SKIP_REASONS[skipCause];
    // Refused if the task was cancelled along with another one.
    this.#scheduler.cancelTask(id, why).catch(() => {});
  }
}

/**
 * Returns the tasks that are not started after `failed` has failed: all open tasks except its
 * dependents, which the scheduler handles, and those that clean up or report after a started task.
 */
function unrelatedTo(failed: TaskRun, state: RunState): TaskRun[] {
  const dependents = dependentsOf(failed, state);
  return [...state.tasks.values()].filter((run) => {
    if (run.phase === "running" || run.outcome !== undefined || dependents.has(run)) return false;
    return run.task.when === "succeeded" || !needsStarted(run, state);
  });
}

/**
 * Whether a task with `when: failed` was started although its needs were only skipped. To the scheduler
 * skipped and failed needs are both cancelled.
 */
function isPointless(run: TaskRun, state: RunState): boolean {
  if (run.task.when !== "failed") return false;
  return !run.task.needs.some((id) => countsAsFailed(state.tasks.get(id)!));
}

/** Returns `run` and its transitive dependents. */
function dependentsOf(run: TaskRun, state: RunState): Set<TaskRun> {
  const direct = new Map<string, TaskRun[]>();
  for (const other of state.tasks.values()) {
    for (const need of other.task.needs) {
      const those = direct.get(need);
      if (those === undefined) direct.set(need, [other]);
      else those.push(other);
    }
  }
  const reached = new Set([run]);
  for (const { task } of reached) { // grows during the loop
    for (const dependent of direct.get(task.id) ?? []) reached.add(dependent);
  }
  return reached;
}

/** Whether a transitive need of `run` was started. */
function needsStarted(run: TaskRun, state: RunState): boolean {
  const needs = new Set(run.task.needs);
  for (const id of needs) { // grows during the loop
    const need = state.tasks.get(id)!;
    if (need.attempts > 0) return true;
    for (const further of need.task.needs) needs.add(further);
  }
  return false;
}

/** Whether an earlier process has left something of a run. */
function isResumption({ done, retried }: Resumed): boolean {
  return done.length > 0 || retried.length > 0;
}

/** Config of the circuit breakers of agents, or `false` for none. */
function breakerOf({ breaker }: Workflow): CircuitBreakerConfig | false {
  if (breaker === undefined || breaker.failures === 0) return false;
  const { failures: failureThreshold, cooldownMs: timeout } = breaker;
  return { failureThreshold, timeout, successThreshold: 1, halfOpenLimit: 1 };
}

/** The scheduler's policy on the failure of a need. */
const ON_FAILURE: Record<When, OnFailure> = {
  succeeded: "cancel",
  failed: "run-on-failure",
  always: "ignore",
};

/** Events that the state and the views use. */
const EVENTS: readonly LockstepEvent["type"][] = [
  "agent:spawned",
  "task:created",
  "task:readied",
  "task:assigned",
  "task:parked",
  "task:started",
  "task:timed-out",
  "task:backed-off",
  "task:requeued",
  "task:completed",
  "task:failed",
  "task:cancelled",
  "attempt:ended",
  "resource:queued",
  "resource:acquired",
  "resource:released",
  "deadlock:detected",
  "circuitbreaker:state-change",
  "workstealing:completed",
];
