/**
 * State of a run: a fold over the events of the scheduler, on which the views and the report are based.
 *
 * All times are milliseconds since the run began, by a monotonic clock.
 *
 * @module
 */

import type { CircuitEvent, CircuitStateChange } from "../breakers/events.ts";
import type { LockstepEvent } from "../root/events.ts";
import type { AttemptEnded, TaskStarted } from "../tasks/events.ts";
import { claimOf } from "../locks/types.ts";
import { describeDuration } from "../service/durations.ts";
import { LockUse } from "./lock_use.ts";
import {
  type AgentRun,
  agentRun,
  type Outcome,
  type SkipCause,
  type TaskRun,
  taskRun,
} from "./runs.ts";
import { labelOf, type Workflow } from "./workflow.ts";

/** State of a run. */
export class RunState {
  readonly workflow: Workflow;
  /** In the order of the file. */
  readonly tasks: Map<string, TaskRun>;
  readonly agents: Map<string, AgentRun>;
  /** The reason why no unrelated task is started; `undefined` until then. */
  stopping: "failure" | "interrupt" | undefined;
  /** Number of tasks that have ended. */
  ended = 0;
  readonly locks: LockUse = new LockUse();
  /** The tasks that hold each lock. */
  readonly #holders = new Map<string, Set<TaskRun>>();
  readonly #clock: () => number;
  readonly #origin: number;
  /** Instant of the scheduler's clock at which the run began. */
  readonly #epoch: number;

  constructor(workflow: Workflow, clock: () => number) {
    this.workflow = workflow;
    this.#clock = clock;
    this.#origin = clock();
    this.#epoch = Date.now();
    this.tasks = new Map(workflow.tasks.map((task, index) => [task.id, taskRun(task, index)]));
    this.agents = new Map(workflow.agents.map((agent) => [agent.id, agentRun(agent)]));
  }

  /** Milliseconds since the run began. */
  now(): number {
    return this.#clock() - this.#origin;
  }

  /** Applies an event; returns the task that has ended with it, its commands included. */
  apply(event: LockstepEvent): TaskRun | undefined {
    const run = this.#follow(event);
    if (run?.outcome === undefined || run.phase === "ended" || run.commands > 0) return undefined;
    run.phase = "ended";
    this.ended++;
    return run;
  }

  /** Applies an event; returns the task that it is about. */
  #follow(event: LockstepEvent): TaskRun | undefined {
    const run = this.subjectOf(event);
    if (event.type === "circuitbreaker:state-change") this.#applyBreaker(event);
    if (event.type === "workstealing:completed") {
      const agent = this.agents.get(event.targetAgent);
      if (agent !== undefined) agent.stolen += event.taskCount;
    }
    this.locks.apply(event);
    if (run !== undefined) this.#followTask(run, event);
    return run;
  }

  #followTask(run: TaskRun, event: LockstepEvent): void {
    switch (event.type) {
      case "task:created":
        if (event.task.status === "ready") this.#ready(run);
        return;
      case "task:readied":
      case "task:requeued":
        return this.#ready(run);
      case "task:assigned":
        run.phase = event.queued ? "queued" : "ready";
        run.agentId = event.agentId;
        return;
      case "task:parked":
        run.phase = "locking";
        run.agentId = undefined;
        return;
      case "resource:queued":
        run.waitsForLocks = event.resourceIds;
        return;
      case "resource:acquired":
        this.#holdersOf(event.resourceId).add(run);
        run.waitsForLocks = run.waitsForLocks.filter((name) => name !== event.resourceId);
        return;
      case "resource:released":
        this.#holdersOf(event.resourceId).delete(run);
        return;
      case "deadlock:detected":
        run.reason = "was the victim of a deadlock";
        return;
      case "task:started":
        return this.#start(run, event);
      case "attempt:ended":
        return this.#leave(run, event);
      case "task:timed-out":
        run.reason = `timed out after ${describeDuration(event.ms)}`;
        return;
      case "task:backed-off":
        run.phase = "backing-off";
        run.attempts = event.attempt; // an attempt that failed without a fault of the task does not count
        run.waitsForLocks = [];
        run.retryAt = event.retryAt - this.#epoch;
        run.reason ||= event.error.message;
        return;
      case "task:completed":
        run.reason = "";
        return this.#end(run, "succeeded");
      case "task:failed":
        run.reason ||= event.error.message;
        return this.#end(run, event.error.code === "task-timeout" ? "timed-out" : "failed");
      case "task:cancelled":
        return this.#cancelled(run);
    }
  }

  /**
   * Notes the end of a task in an earlier process. Without an outcome, it was cancelled because of its
   * needs, of which the ends were noted before.
   */
  takeOver(run: TaskRun, outcome: Outcome | undefined): void {
    if (outcome === undefined) this.#cancelled(run);
    else run.outcome = outcome;
    run.phase = "ended";
    this.ended++;
  }

  /** Ends all tasks that have not ended, in this process only; returns them. */
  leaveOpen(): TaskRun[] {
    const open = [...this.tasks.values()].filter(({ phase }) => phase !== "ended");
    for (const run of open) {
      const wasStarted = run.attempts > 0 || run.commands > 0;
      if (!wasStarted) run.reason = SKIP_REASONS.interrupt;
      if (!wasStarted) run.skipCause = "interrupt";
      this.#end(run, wasStarted ? "interrupted" : "skipped");
      run.phase = "ended";
      this.ended++;
    }
    for (const agent of this.agents.values()) {
      for (const [epoch, { taskId }] of agent.running) {
        this.#leave(this.tasks.get(taskId)!, { agentId: agent.agent.id, epoch });
      }
    }
    return open;
  }

  /** The task that `event` is about, if it is an event of a task or of its locks. */
  subjectOf(event: LockstepEvent): TaskRun | undefined {
    if ("taskId" in event) return this.tasks.get(event.taskId);
    const claim = "owner" in event ? claimOf(event.owner) : undefined;
    return claim === undefined ? undefined : this.tasks.get(claim.taskId);
  }

  /** The agent whose circuit breaker `event` is about. */
  agentOf({ name }: CircuitEvent): AgentRun | undefined {
    return name.startsWith(BREAKER_PREFIX)
      ? this.agents.get(name.slice(BREAKER_PREFIX.length))
      : undefined;
  }

  /** The tasks that hold one of the locks that `run` waits for. */
  holdersFor(run: TaskRun): TaskRun[] {
    const holders = run.waitsForLocks.flatMap((name) => [...this.#holders.get(name) ?? []]);
    return [...new Set(holders)];
  }

  #applyBreaker(event: CircuitStateChange): void {
    const agent = this.agentOf(event);
    if (agent === undefined) return;
    agent.isBreakerOpen = event.to === "open";
    if (agent.isBreakerOpen) agent.trips++;
  }

  #holdersOf(lock: string): Set<TaskRun> {
    let holders = this.#holders.get(lock);
    if (holders === undefined) this.#holders.set(lock, holders = new Set());
    return holders;
  }

  #ready(run: TaskRun): void {
    run.phase = "ready";
    run.readyAt ??= this.now(); // it may have waited for its locks before
  }

  #start(run: TaskRun, { taskId, agentId, epoch, attempt }: TaskStarted): void {
    const now = this.now();
    run.phase = "running";
    run.agentId = agentId;
    run.attempts = attempt;
    run.waitedMs += now - (run.readyAt ?? now);
    run.readyAt = undefined;
    run.startedAt = now;
    run.retryAt = undefined;
    run.waitsForLocks = [];
    run.reason = "";
    const agent = this.agents.get(agentId);
    if (agent === undefined) return;
    agent.running.set(epoch, { taskId, since: now });
    agent.attempts++;
    run.commands++;
  }

  #leave(run: TaskRun, { agentId, epoch }: Pick<AttemptEnded, "agentId" | "epoch">): void {
    const agent = this.agents.get(agentId);
    const command = agent?.running.get(epoch);
    if (agent === undefined || command === undefined) return;
    agent.running.delete(epoch);
    const ms = this.now() - command.since;
    agent.busyMs += ms;
    run.ranMs += ms;
    if (--run.commands === 0) run.startedAt = undefined;
  }

  /** Sets the outcome of a task, which ends when none of its commands runs. */
  #end(run: TaskRun, outcome: Outcome): void {
    if (run.readyAt !== undefined) run.waitedMs += this.now() - run.readyAt;
    run.readyAt = undefined;
    run.phase = "ending";
    run.outcome = outcome;
  }

  #cancelled(run: TaskRun): void {
    const { phase, skipCause } = run;
    if (phase === "running") {
      run.reason = skipCause === "interrupt" ? "" : "cancelled";
      return this.#end(run, "interrupted");
    }
    if (run.attempts > 0) {
      run.reason = `${run.reason}, not tried again`;
      return this.#end(run, "failed");
    }
    const { cause, reason } = skipCause === undefined
      ? this.#causeInNeeds(run)
      : { cause: skipCause, reason: SKIP_REASONS[skipCause] };
    run.skipCause = cause;
    run.reason = reason;
    this.#end(run, "skipped");
  }

  /** Finds the reason for which the scheduler cancelled a task. */
  #causeInNeeds({ task }: TaskRun): { cause: SkipCause; reason: string } {
    if (task.when === "failed") {
      return { cause: "condition", reason: "nothing that it needs failed" };
    }
    const needs = task.needs.map((id) => this.tasks.get(id)).filter((need) => need !== undefined);
    const failed = needs.find(countsAsFailed);
    if (failed !== undefined) {
      const how = failed.outcome === "skipped" ? "was skipped" : "failed";
      return { cause: "need", reason: `needs ${labelOf(failed.task)}, which ${how}` };
    }
    const skipped = needs.find((need) => need.outcome === "skipped");
    const cause = skipped?.skipCause ?? "condition";
    const what = skipped === undefined ? "something" : labelOf(skipped.task);
    return { cause, reason: `needs ${what}, which was skipped` };
  }
}

/** Prefix of the names of agents' circuit breakers. */
const BREAKER_PREFIX = "agent:";

/** The reason of each skip, also for the scheduler. */
export const SKIP_REASONS: Readonly<Record<SkipCause, string>> = {
  need: "a need failed",
  condition: "nothing that it needs failed",
  failure: "not started after a failure",
  interrupt: "not started",
};

/** Whether `run` counts as failed for tasks with `when: failed`. */
export function countsAsFailed(run: TaskRun): boolean {
  const { outcome, skipCause, isFailing } = run;
  return isFailing || outcome === "failed" || outcome === "timed-out" || skipCause === "need";
}
