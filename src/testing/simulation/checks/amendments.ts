/**
 * The fields of tasks that were amended, by the commands, against which the machine is compared.
 *
 * @module
 */

import { differences } from "../../../core/config.ts";
import type { LockstepEvent } from "../../../root/events.ts";
import type { AmendTask } from "../../../tasks/commands.ts";
import type { AmendedField } from "../../../tasks/events.ts";
import { isTerminal, type TaskRecord, type TaskState } from "../../../tasks/state.ts";
import { fail } from "../failure.ts";

/** The fields of what a task says. */
const FIELDS = ["description", "input", "metadata"] as const;
/** The fields of what it needs. */
const NEEDS = ["dependencies", "resources"] as const;

/** The amended fields of a task; each of them a string. */
type Amended = Partial<Record<(typeof FIELDS)[number], unknown>>;

/** Follows amendments, and compares tasks with them. */
export class AmendmentShadow {
  readonly #amended = new Map<string, Amended>();
  /** The task that was retried, of which the next event says that it was created. */
  #retried = "";

  /** Takes an event. A task that is retried keeps its amendments, and one of the same id has none. */
  take(event: LockstepEvent, { tasks }: TaskState): void {
    switch (event.type) {
      case "task:retried":
        this.#retried = event.taskId;
        return;
      case "task:created":
        if (event.taskId !== this.#retried) this.#amended.delete(event.taskId);
        this.#retried = "";
        return;
      case "task:debounced": {
        const { description } = this.#amended.get(event.taskId) ?? {};
        this.#amended.set(event.taskId, description === undefined ? {} : { description });
        return;
      }
      case "task:assigned": {
        const task = tasks.get(event.taskId);
        if (task !== undefined) this.#compare(task);
      }
    }
  }

  /** Checks an amendment that was accepted. */
  amend(command: AmendTask, events: readonly LockstepEvent[], { tasks }: TaskState): void {
    const { taskId } = command;
    const given = FIELDS.filter((field) => command[field] !== undefined);
    const event = events.find((each) => each.type === "task:amended" && each.taskId === taskId);
    const all: readonly AmendedField[] = event?.type === "task:amended" ? event.fields : [];
    const noted = all.filter((field) => FIELDS.some((each) => each === field));
    if (noted.join() !== given.join()) {
      fail("AmendedIsNoted", `"${taskId}" has another ${given.join()}, noted is "${noted.join()}"`);
    }
    const changes = Object.fromEntries(given.map((field) => [field, command[field]]));
    this.#amended.set(taskId, { ...this.#amended.get(taskId), ...changes });
    const task = tasks.get(taskId);
    // A dependency that has failed ends it, and so does a lock that it can't have.
    const mayEnd = NEEDS.some((field) => command[field] !== undefined);
    if (!mayEnd && (task === undefined || isTerminal(task.status))) {
      return fail("AmendedIsNoted", `"${taskId}" has ended, and was amended`);
    }
    if (task === undefined) return;
    this.#compare(task);
    for (const field of NEEDS) {
      const given = command[field];
      if (given === undefined || differences(task.spec[field], given).length === 0) continue;
      fail("AmendedStays", `"${taskId}" has other ${field} than it was amended to`);
    }
  }

  /** Compares all tasks with their amendments, and forgets those of tasks that are forgotten. */
  check({ tasks }: TaskState): void {
    for (const taskId of this.#amended.keys()) {
      const task = tasks.get(taskId);
      if (task === undefined) this.#amended.delete(taskId);
      else this.#compare(task);
    }
  }

  #compare({ spec: { id, description }, input, metadata }: TaskRecord): void {
    const amended = this.#amended.get(id);
    if (amended === undefined) return;
    const actual: Amended = { description, input: input?.value, metadata: metadata?.value };
    for (const field of FIELDS) {
      if (amended[field] === undefined || amended[field] === actual[field]) continue;
      fail("AmendedStays", `"${id}" has the ${field} ${actual[field]}, not ${amended[field]}`);
    }
  }
}
