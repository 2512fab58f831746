/**
 * Bugs of the façade of tasks, each of which a tour must find.
 *
 * @module
 */

import type { TourMutant } from "../support/broken_copy.ts";

/** All of them. */
export const TOUR_MUTANTS: readonly TourMutant[] = [
  mutant(
    "a call that waits for a task gets none",
    "claims.ts",
    "    this.#waiting.get(ask)?.grant(taskId, epoch);",
    "",
  ),
  mutant(
    "another call gets the claim",
    "claims.ts",
    "    this.#waiting.get(ask)?.grant(taskId, epoch);",
    "    [...this.#waiting.values()].at(-1)?.grant(taskId, epoch);",
  ),
  mutant(
    "a call does not listen to its signal",
    "claims.ts",
    '    signal.addEventListener("abort", this.#onAbort);',
    "",
  ),
  mutant(
    "a call that is aborted leaves its request behind",
    "claims.ts",
    "      this.withdraw();\n    };",
    "    };",
  ),
  mutant(
    "a call of an agent that is gone ends as if there were no task",
    "claims.ts",
    'if (reason === "gone") call?.fail(new UnknownAgentError("claim a task", agentId));',
    'if (reason === "gone") call?.resolve(undefined);',
  ),
  mutant(
    "the signal of a claim does not abort",
    "client.ts",
    "    this.#attempts.observe(event);",
    "",
  ),
  mutant(
    "a result is swallowed",
    "client.ts",
    "this.#takeHandle(event.taskId)?.resolve(event.result);",
    "this.#takeHandle(event.taskId);",
  ),
  mutant(
    "a task that is cancelled has a result",
    "client.ts",
    "this.#takeHandle(event.taskId)?.fail(cancellation(event));",
    "this.#takeHandle(event.taskId)?.resolve(undefined);",
  ),
  mutant(
    "a task that has ended is said to be unknown",
    "errors.ts",
    "return new TaskStatusError(attempt, taskId, String(detail), requiredStatus(command));",
    "return new UnknownTaskError(attempt, taskId);",
  ),
  mutant(
    "a stale report completes a task",
    "task_scheduler.ts",
    'return this.#claim({ type: "complete", taskId, epoch, result, ...given });',
    'return this.#claim({ type: "complete", taskId, epoch: 0, result, ...given });',
  ),
  mutant(
    "a claim of one task is one of any",
    "commands.ts",
    '    taskId: taskId ?? "",\n    ...readTicketOptions(terms, ASK_TICKETS, attempt, true),',
    '    taskId: "",\n    ...readTicketOptions(terms, ASK_TICKETS, attempt, true),',
  ),
];

function mutant(name: string, file: string, find: string, replace: string): TourMutant {
  return { name, file: `src/tasks/${file}`, find, replace, model: "pull" };
}
