/**
 * What the events have said of tasks, against which their records are compared.
 *
 * @module
 */

import type { LockstepEvent } from "../../root/events.ts";
import type { TaskStatus } from "../../tasks/types.ts";
import type { TaskState } from "../../tasks/state.ts";
import type { Transition } from "./event_kinds.ts";
import { accuse } from "./failure.ts";
import { checkTask, isOver } from "./task_invariants.ts";

interface Told {
  status: TaskStatus;
  epoch: number;
  /** Whether it was touched in the step under way. */
  isTouched: boolean;
  /** Whether its pause between two attempts ended in that step. */
  isRetried: boolean;
}

interface Claim {
  readonly taskId: string;
  /** Whether its task has gone on without it. */
  isOver: boolean;
}

/** Follows the events of tasks. */
export class TaskShadow {
  readonly #tasks = new Map<string, Told>();
  /** Claims whose slot is in use, by epoch. */
  readonly #claims = new Map<number, Claim>();
  readonly #touched: string[] = [];
  #epoch = 0;
  #submitted = 0;
  #ended = 0;

  take(event: LockstepEvent, transition: Transition | undefined): void {
    if (transition === undefined) return this.#takeOther(event);
    const { taskId, epoch } = event as LockstepEvent & { taskId: string; epoch?: number };
    const told = this.#tasks.get(taskId);
    if (told === undefined) return accuse("NothingFromNowhere", `${event.type} of "${taskId}"`);
    const { before, after } = transition;
    if (!before.includes(told.status)) {
      const rule = isOver(told.status) ? "TerminalIsTerminal" : "StatusTable";
      accuse(rule, `${event.type} of "${taskId}", which is ${told.status}`);
    }
    this.#touch(taskId, told);
    if (event.type === "task:assigned") {
      if (event.epoch <= this.#epoch) accuse("EpochMonotonic", `"${taskId}" has ${event.epoch}`);
      this.#epoch = told.epoch = event.epoch;
      this.#claims.set(event.epoch, { taskId, isOver: false });
    } else if (epoch !== undefined && epoch !== told.epoch) {
      accuse("StaleRejected", `${event.type} of "${taskId}" under epoch ${epoch}`);
    }
    if (after === undefined) return;
    if (after !== "assigned" && after !== "running") {
      // A late step goes through several instants: only the last retry in it is still one.
      told.isRetried = told.status === "backing-off" && after === "ready";
      const claim = this.#claims.get(told.epoch);
      if (claim !== undefined) claim.isOver = true;
    }
    told.status = after;
    if (isOver(after)) this.#ended++;
  }

  /** Compares the records of what was touched in this step with what was said of them. */
  check(state: TaskState): void {
    const { tasks } = state;
    for (const taskId of this.#touched) {
      const told = this.#tasks.get(taskId)!;
      told.isTouched = false;
      const task = tasks.get(taskId);
      if (isOver(told.status)) this.#tasks.delete(taskId);
      else if (task === undefined) accuse("NoLostTask", `"${taskId}" is forgotten`);
      if (task === undefined) continue;
      checkTask(state, task);
      if (told.isRetried && task.lingering > 0) {
        accuse("NoRetryBesideABody", `"${taskId}" is tried again while a body of it may run`);
      }
      told.isRetried = false;
      if (task.status !== told.status || task.epoch !== told.epoch) {
        const said = `${told.status} (${told.epoch})`;
        accuse("EventsTellAll", `"${taskId}" is ${task.status} (${task.epoch}), not ${said}`);
      }
    }
    this.#touched.length = 0;
  }

  /** Compares the sums. */
  checkBooks({ sequence, counts }: TaskState): void {
    const ended = counts.completed + counts.failed + counts.cancelled;
    if (sequence !== this.#submitted || ended !== this.#ended) {
      accuse("BooksBalance", `${this.#submitted} submitted, ${this.#ended} ended by the events`);
    }
    if (this.#claims.size > counts.assigned + counts.running && ended === sequence) {
      const [[epoch, { taskId }] = [0, { taskId: "" }]] = this.#claims;
      accuse("AttemptEndsOnce", `the claim ${epoch} on "${taskId}" never gave its slot back`);
    }
  }

  #takeOther(event: LockstepEvent): void {
    if (event.type === "attempt:ended") this.#endAttempt(event.taskId, event.epoch);
    else if (event.type === "task:created") this.#create(event.taskId, event.task.status);
  }

  #create(taskId: string, status: TaskStatus): void {
    const told = this.#tasks.get(taskId);
    if (told !== undefined) accuse("NoDuplicateTask", `"${taskId}" was created twice`);
    this.#submitted++;
    const created = { status, epoch: 0, isTouched: false, isRetried: false };
    this.#tasks.set(taskId, created);
    this.#touch(taskId, created);
  }

  #endAttempt(taskId: string, epoch: number): void {
    const claim = this.#claims.get(epoch);
    if (claim?.taskId !== taskId) {
      accuse("AttemptEndsOnce", `the claim ${epoch} on "${taskId}" gave its slot back before`);
    }
    if (!claim!.isOver) accuse("AttemptEndsOnce", `the claim ${epoch} on "${taskId}" is in force`);
    this.#claims.delete(epoch);
  }

  #touch(taskId: string, told: Told): void {
    if (told.isTouched) return;
    told.isTouched = true;
    this.#touched.push(taskId);
  }
}
