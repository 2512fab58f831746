/**
 * What a history of tasks must keep to: each claim has a larger epoch than the one before, a result
 * under an old epoch is refused, and each task is completed once.
 *
 * @module
 */

import type { Accuse } from "./history.ts";

interface Claimed {
  newest: number;
  /** The claim whose result was accepted, or 0. */
  completed: number;
  hasEnded: boolean;
}

const NEW: Claimed = { newest: 0, completed: 0, hasEnded: false };

/** Follows the tasks of a history. Each call costs O(1). */
export class TaskRules {
  readonly #tasks = new Map<string, Claimed>();
  readonly #accuse: Accuse;

  constructor(accuse: Accuse) {
    this.#accuse = accuse;
  }

  /** A task of that id is new; an earlier one is forgotten. */
  create(taskId: string): void {
    this.#tasks.set(taskId, { ...NEW });
  }

  /** A task has failed, or was called off. */
  end(taskId: string): void {
    this.#task(taskId).hasEnded = true;
  }

  /** The newest claim that is known: a result under an older one comes too late from here on. */
  newest(taskId: string): number {
    return this.#tasks.get(taskId)?.newest ?? 0;
  }

  /** A claim was given out although maybe `floor` was before. */
  claim(taskId: string, epoch: number, floor: number): void {
    const task = this.#task(taskId);
    if (epoch <= floor) {
      this.#accuse(
        "EpochMonotonic",
        `"${taskId}" was claimed under epoch ${epoch} after epoch ${floor}`,
      );
    }
    if (task.hasEnded) {
      this.#accuse("TerminalIsTerminal", `"${taskId}" was claimed after it had ended`);
    }
    task.newest = Math.max(task.newest, epoch);
  }

  /** A result was accepted although maybe `floor` was the newest claim. */
  complete(taskId: string, epoch: number, floor: number): void {
    const task = this.#task(taskId);
    if (epoch < floor) {
      this.#accuse(
        "StaleRejected",
        `a result of "${taskId}" under epoch ${epoch} was accepted after the claim ${floor}`,
      );
    }
    if (task.completed !== 0) {
      this.#accuse(
        "CompletedOnce",
        `"${taskId}" was completed under epoch ${task.completed} and again under ${epoch}`,
      );
    } else if (task.hasEnded) {
      this.#accuse("TerminalIsTerminal", `"${taskId}" was completed after it had ended`);
    }
    task.completed = epoch;
    task.hasEnded = true;
  }

  #task(taskId: string): Claimed {
    let task = this.#tasks.get(taskId);
    if (task === undefined) this.#tasks.set(taskId, task = { ...NEW });
    return task;
  }
}
