/**
 * Runs a workflow: its agents become agents of a scheduler, its tasks become tasks, and each
 * attempt is a shell command. Who runs what and when is the scheduler's to decide; here is only
 * what a failure or an interrupt means for the rest.
 *
 * @module
 */

import type { CircuitBreakerConfig } from "../breakers/mod.ts";
import { EventBus } from "../core/bus/event_bus.ts";
import { NonRetryableError } from "../core/errors.ts";
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
import { countsAsFailed, RunState } from "./run_state.ts";
import type { SkipCause, TaskRun } from "./runs.ts";
import type { Signal } from "./system.ts";
import { silentView, type View } from "./view.ts";
import { type When, withAgents, type Workflow } from "./workflow.ts";

/** How a workflow is run; all of it may be left out. */
export interface RunOptions {
  /** Runs these tasks and what they need. @default all tasks */
  readonly only?: readonly string[];
  /** Runs with so many equal agents instead of the workflow's. */
  readonly agents?: number;
  /** Whether tasks are started that don't need what failed. @default false */
  readonly keepGoing?: boolean;
  /** How long a command may take to end when it is asked to, in milliseconds. @default 5_000 */
  readonly graceMs?: number;
  /**
   * Interrupts the run: nothing is started any more, and commands are asked to end, by the signal
   * that is the abort reason, such as `"SIGINT"`, or else by `SIGTERM`.
   */
  readonly signal?: AbortSignal;
  /** Ends whatever runs at once. */
  readonly killSignal?: AbortSignal;
  /** Tasks that are functions of this process, by id; what they `run` is passed over. */
  readonly functions?: ReadonlyMap<string, TaskFunction>;
  /** Is told what happens. @default nobody */
  readonly onEvent?: (event: RunEvent) => void;
}

/** How long a command may take to end unless the caller says otherwise. */
export const DEFAULT_GRACE_MS = 5_000;

/** The longest pause before the second attempt; it doubles with each. */
const RETRY_DELAY_MS = 500;

/** `workflow` with the tasks and agents that `options` ask for. */
export function prepare(
  workflow: Workflow,
  options: Pick<RunOptions, "only" | "agents">,
): Workflow {
  const chosen = options.only === undefined ? workflow : selectTasks(workflow, options.only);
  if (options.agents !== undefined) return withAgents(chosen, options.agents);
  return chosen.agents.length === 0 ? withAgents(chosen, navigator.hardwareConcurrency) : chosen;
}

/**
 * Runs all tasks of a workflow and resolves with what came of it. Needs the permissions to run
 * programs (all of them, since it sends signals) and to read the environment.
 *
 * A task that fails is no reason to reject; the report tells.
 *
 * @throws {RangeError} when `only` names something that is no task
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

/** Runs a prepared workflow and shows it in `view`; `groups` holds its commands meanwhile. */
export async function runInView(
  workflow: Workflow,
  options: RunOptions,
  view: View,
  groups: ProcessGroups = new ProcessGroups(),
): Promise<RunReport> {
  try {
    return await new Run(workflow, options, view, groups).run();
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
  readonly #scheduler: AdvancedTaskScheduler;
  readonly #commands: Commands;

  constructor(workflow: Workflow, options: RunOptions, view: View, groups: ProcessGroups) {
    this.#workflow = workflow;
    this.#options = options;
    this.#view = view;
    const graceMs = graceWithin(options.graceMs ?? DEFAULT_GRACE_MS);
    this.#state = new RunState(workflow, () => performance.now());
    this.#manager = new CoordinationManager(
      {
        retryDelay: RETRY_DELAY_MS,
        agentBreaker: breakerOf(workflow),
        workStealing: { stealThreshold: 2 }, // one that waits in a queue moves to whoever is idle
        // A command that was told to end holds its slot and its locks until it has.
        tasks: { abortGraceMs: graceMs + 60_000 },
      },
      this.#eventBus,
      silentLogger,
    );
    this.#scheduler = this.#manager.enableAdvancedScheduling();
    this.#commands = new Commands(this.#state, view, {
      graceMs,
      groups,
      stopSignal: () => this.#stopSignal(),
      kill: options.killSignal ?? new AbortController().signal,
    }, options.functions ?? new Map());
  }

  async run(): Promise<RunReport> {
    const { signal } = this.#options;
    const onInterrupt = () => this.#interrupt();
    for (const type of EVENTS) {
      this.#eventBus.on(type, (event, sequence) => this.#onEvent(event as LockstepEvent, sequence));
    }
    this.#view.begin(this.#state);
    try {
      const results = await this.#submitAll();
      if (signal?.aborted) onInterrupt();
      else signal?.addEventListener("abort", onInterrupt);
      await this.#open();
      await Promise.allSettled(results);
    } finally {
      signal?.removeEventListener("abort", onInterrupt);
      await this.#manager.shutdown({ graceMs: 0 });
      this.#eventBus.removeAllListeners();
    }
    const report = reportOf(this.#state);
    await this.#view.end(report);
    return report;
  }

  /** Agents take nothing until all tasks are there, so that the first choice is by priority. */
  async #submitAll(): Promise<Promise<unknown>[]> {
    const { agents, locks, tasks } = this.#workflow;
    for (const { name, capacity } of locks) {
      await this.#manager.resources.define(name, { capacity });
    }
    for (const { id, capabilities, slots } of agents) {
      const profile = { id, capabilities, maxConcurrentTasks: slots };
      await this.#manager.registerAgent(
        profile,
        ({ id }, context) => this.#execute(this.#state.tasks.get(id)!, context),
      );
      await this.#scheduler.cordonAgent(id, "tasks are being submitted");
    }
    const results: Promise<unknown>[] = [];
    for (const { id, prefers } of tasks) {
      const task = this.#taskOf(this.#state.tasks.get(id)!);
      const handle = await this.#scheduler.assignTask(task, prefers);
      results.push(handle.result.catch(() => {})); // the state knows how it ended
    }
    return results;
  }

  /** Lets the agents begin; who can do least chooses first, so that nobody takes what only few can. */
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
      resources: task.locks.map(({ name, ...rest }) => ({ resourceId: name, ...rest })),
      retries: task.retries,
      ...task.timeoutMs !== undefined && { timeoutMs: task.timeoutMs },
      ...task.agent !== undefined && { assignedAgent: task.agent },
    };
  }

  // Attempts

  /** Runs the command; throws what went wrong with it. */
  async #execute(run: TaskRun, context: TaskContext): Promise<void> {
    const failure = await this.#commands.run(run, context);
    if (failure === undefined || context.signal.aborted) return;
    run.reason = failure;
    const isFinal = context.attempt > run.task.retries || this.#state.stopping !== undefined;
    if (!isFinal) throw new Error(failure);
    this.#failed(run);
    throw new NonRetryableError(failure);
  }

  // What follows from a failure or an interrupt

  #onEvent(event: LockstepEvent, sequence: number): void {
    const ended = this.#state.apply(event);
    this.#view.event(event, sequence);
    if (ended !== undefined) this.#view.ended(ended);
    const run = this.#state.subjectOf(event);
    if (run === undefined) return;
    if (event.type === "task:failed") this.#failed(run);
    if (event.type === "task:backed-off" && this.#state.stopping) this.#cancel(run);
    if (event.type === "task:started" && isPointless(run, this.#state)) {
      this.#state.retract(run, event);
      this.#skip([run], "condition");
    }
  }

  /** `run` failed for good, or is about to: without `keepGoing` nothing unrelated is started. */
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
    const open = [...this.#state.tasks.values()].filter(({ outcome }) => outcome === undefined);
    this.#skip(open, "interrupt");
  }

  /** The signal that asks a command to end. */
  #stopSignal(): Signal {
    if (this.#state.stopping !== "interrupt") return "SIGTERM";
    const reason: unknown = this.#options.signal?.reason;
    return typeof reason === "string" && reason.startsWith("SIG") ? reason as Signal : "SIGTERM";
  }

  /** Cancels tasks; the cause is noted first, since one takes others along. */
  #skip(runs: readonly TaskRun[], cause: SkipCause): void {
    for (const run of runs) run.skipCause = cause;
    for (const run of runs) this.#cancel(run);
  }

  #cancel(run: TaskRun): void {
    // One that was cancelled along with another has ended, which is refused and just as well.
    this.#scheduler.cancelTask(run.task.id, "the run is stopping").catch(() => {});
  }
}

/**
 * The tasks that are not started any more once `failed` has failed. Left are those that hang on it,
 * which the scheduler deals with, and those that clean up or report after something that was
 * started.
 */
function unrelatedTo(failed: TaskRun, state: RunState): TaskRun[] {
  const hangsOnIt = dependentsOf(failed, state);
  return [...state.tasks.values()].filter((run) => {
    if (run.phase === "running" || run.outcome !== undefined || hangsOnIt.has(run)) return false;
    return run.task.when === "succeeded" || !hangsOnStarted(run, state);
  });
}

/**
 * Whether a task that runs when something failed was started because of a need that was only
 * skipped: to the scheduler both are cancellations.
 */
function isPointless(run: TaskRun, state: RunState): boolean {
  if (run.task.when !== "failed") return false;
  return !run.task.needs.some((id) => countsAsFailed(state.tasks.get(id)!));
}

/** `run`, and everything that needs it, directly or not. */
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
  for (const { task } of reached) { // grows while it is read
    for (const dependent of direct.get(task.id) ?? []) reached.add(dependent);
  }
  return reached;
}

/** Whether something that `run` needs, directly or not, was started. */
function hangsOnStarted(run: TaskRun, state: RunState): boolean {
  const needs = new Set(run.task.needs);
  for (const id of needs) { // grows while it is read
    const need = state.tasks.get(id)!;
    if (need.attempts > 0) return true;
    for (const further of need.task.needs) needs.add(further);
  }
  return false;
}

/** The rules by which agents are passed over, or `false` for never. */
function breakerOf({ breaker }: Workflow): CircuitBreakerConfig | false {
  if (breaker === undefined || breaker.failures === 0) return false;
  const { failures: failureThreshold, cooldownMs: timeout } = breaker;
  return { failureThreshold, timeout, successThreshold: 1, halfOpenLimit: 1 };
}

/** What the end of a need means to the scheduler. */
const ON_FAILURE: Record<When, OnFailure> = {
  succeeded: "cancel",
  failed: "run-on-failure",
  always: "ignore",
};

/** What the state and the views go by. */
const EVENTS: readonly LockstepEvent["type"][] = [
  "agent:spawned",
  "task:created",
  "task:readied",
  "task:assigned",
  "task:admitted",
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
