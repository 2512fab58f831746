/**
 * Formats events, tasks and output as lines for people.
 *
 * @module
 */

import type { CircuitStateChange } from "../breakers/events.ts";
import type { DeadlockDetected } from "../locks/events.ts";
import type { LockstepEvent } from "../root/events.ts";
import { claimOf } from "../locks/types.ts";
import { formatDuration } from "../service/durations.ts";
import type { KeptOutput } from "./kept_output.ts";
import type { Piece } from "./output.ts";
import type { Resumed } from "./resumption.ts";
import type { RunState } from "./run_state.ts";
import type { Outcome, TaskRun } from "./runs.ts";
import { displayWidth, padEnd, sanitize, type Screen, type Style } from "./terminal.ts";
import { count, listed } from "./wording.ts";
import { labelOf } from "./workflow.ts";

/** Maximum width of the column of names; longer names stick out. */
const WIDEST_NAME = 24;

/** Width of the column of names of tasks. */
export function nameWidth(state: RunState): number {
  let width = 0;
  for (const { task } of state.tasks.values()) width = Math.max(width, displayWidth(labelOf(task)));
  return Math.min(WIDEST_NAME, width);
}

/** Sign of an outcome. */
export function sign(outcome: Outcome, style: Style): string {
  switch (outcome) {
    case "succeeded":
      return style.green("✓");
    case "failed":
    case "timed-out":
      return style.red("✗");
    case "interrupted":
      return style.yellow("■");
    case "skipped":
      return style.dim("-");
  }
}

/** Formats `event` as a line; `undefined` if it is not shown. */
export function eventLine(
  event: LockstepEvent,
  state: RunState,
  style: Style,
  width: number,
): string | undefined {
  if (event.type === "circuitbreaker:state-change") {
    const agent = state.agentOf(event)?.agent.id;
    return agent === undefined
      ? undefined
      : `${style.yellow("⊘")} ${padEnd(agent, width)}  ${breakerText(event)}`;
  }
  if (event.type === "workstealing:completed") {
    const { sourceAgent, targetAgent, taskIds } = event;
    const what = `takes ${listed(taskIds, 3)} over from ${sourceAgent}`;
    return `${style.cyan("⇄")} ${padEnd(targetAgent, width)}  ${what}`;
  }
  const run = state.subjectOf(event);
  if (run === undefined) return undefined;
  const line = (sign: string, text: string) =>
    `${sign} ${padEnd(labelOf(run.task), width)}  ${text}`;
  switch (event.type) {
    case "task:started":
      return line(style.cyan("▶"), `on ${event.agentId}${attemptText(run)}`);
    case "resource:queued":
      return line(style.yellow("⧗"), lockText(state, run));
    case "deadlock:detected":
      return line(style.yellow("⚭"), deadlockText(event, state));
    case "task:backed-off":
      if (state.stopping !== undefined) return undefined;
      return line(style.yellow("↻"), retryText(run, state));
    default:
      return undefined;
  }
}

/** Formats the beginning of a run that goes on: a summary, and a line for each task that is tried again. */
export function resumedText(
  { done, retried }: Resumed,
  state: RunState,
  style: Style,
  width: number,
): string {
  const left = state.tasks.size - done.length;
  const lines = [`Resumed: ${count(done.length, "task")} had ended, ${left} left`];
  for (const { task } of retried) {
    const why = "was running when the run was interrupted; tried again";
    lines.push(`${style.yellow("↻")} ${padEnd(labelOf(task), width)}  ${why}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Formats the end of a task as a line. */
export function endLine(run: TaskRun, style: Style, width: number): string {
  return `${sign(run.outcome!, style)} ${padEnd(labelOf(run.task), width)}  ${endText(run, style)}`;
}

/** Formats the locks that a task waits for, and their holders. */
export function lockText(state: RunState, run: TaskRun): string {
  const holders = state.holdersFor(run).map(({ task }) => labelOf(task));
  const locks = run.waitsForLocks.length === 1 ? "lock" : "locks";
  const by = holders.length === 0 ? "" : `, held by ${listed(holders, 3)}`;
  return `waits for ${locks} ${listed(run.waitsForLocks, 3)}${by}`;
}

/** Formats the cycle of a deadlock. */
function deadlockText({ owners, resources }: DeadlockDetected, state: RunState): string {
  const waits = owners.map((owner, i) =>
    `${nameOf(owner, state)} for ${resources[i] || "an answer"}`
  );
  return `is the victim of a deadlock: ${listed(waits, 5)}`;
}

function nameOf(owner: string, state: RunState): string {
  const run = state.tasks.get(claimOf(owner)?.taskId ?? "");
  return run === undefined ? owner : labelOf(run.task);
}

/** Formats the effect of a circuit breaker on its agent. */
function breakerText({ to, retryAt }: CircuitStateChange): string {
  switch (to) {
    case "open": {
      const ms = Math.max(0, (retryAt ?? 0) - Date.now());
      return `is avoided for ${formatDuration(ms)}: its commands keep failing`;
    }
    case "half-open":
      return "gets a task as a probe";
    case "closed":
      return "is not avoided any more";
  }
}

/** Formats the failure of an attempt, and the time until the next one. */
export function retryText(run: TaskRun, state: RunState): string {
  const next = run.attempts === 0 // the attempt does not count, as the task did not cause its failure
    ? "once more"
    : `attempt ${run.attempts + 1} of ${run.task.retries + 1}`;
  const pause = Math.max(0, (run.retryAt ?? 0) - state.now());
  return pause === 0 && run.commands > 0
    ? `${run.reason}; ${next} when its command has ended`
    : `${run.reason}; ${next} in ${formatDuration(pause)}`;
}

/** Formats the number of an attempt after the first. */
export function attemptText(run: TaskRun): string {
  return run.attempts > 1 ? `, attempt ${run.attempts} of ${run.task.retries + 1}` : "";
}

function endText(run: TaskRun, style: Style): string {
  const took = formatDuration(run.ranMs);
  const attempts = run.attempts > 1 ? `, ${run.attempts} attempts` : "";
  switch (run.outcome!) {
    case "succeeded":
      return style.dim(`${took}${attempts}`);
    case "skipped":
      return style.dim(`skipped: ${run.reason}`);
    case "interrupted":
      return `interrupted after ${took}${attempts}`;
    default:
      return `${run.reason} ${style.dim(`(${took}${attempts})`)}`;
  }
}

/** Prefix of each line of output of a task. */
export function outputPrefix(run: TaskRun, style: Style, width: number): string {
  return `  ${style.tint(run.index, padEnd(labelOf(run.task), width))} ${style.dim("│")} `;
}

/** Formats lines of output behind `prefix`, each with its line break. */
export function linesOf(pieces: readonly Piece[], prefix: string, style: Style): string {
  let text = "";
  for (const piece of pieces) text += `${prefix}${sanitize(piece.text, style.isColored)}\n`;
  return text;
}

/** Formats the start of an interrupt; `undefined` after a failure, which is shown by itself. */
export function stoppingText(state: RunState, reason: "failure" | "interrupt"): string | undefined {
  if (reason === "failure") return undefined;
  let running = 0;
  for (const agent of state.agents.values()) running += agent.running.size;
  if (running === 0) return "Interrupted";
  return `Interrupted: ending ${count(running, "command")}; once more to end at once`;
}

/** Writes the kept output of failed tasks, each under a heading. */
export async function showFailures(
  state: RunState,
  kept: KeptOutput,
  screen: Screen,
  columns: number,
): Promise<void> {
  const { style } = screen;
  for (const run of state.tasks.values()) {
    if (run.outcome !== "failed" && run.outcome !== "timed-out") continue;
    const tries = run.attempts > 1 ? ` after ${run.attempts} attempts` : "";
    const heading = `── ${labelOf(run.task)}: ${run.reason}${tries} `;
    const rule = "─".repeat(Math.max(2, Math.min(columns, 80) - displayWidth(heading)));
    screen.write(`\n${style.red(style.bold(heading + rule))}\n`);
    let isEmpty = true;
    for await (const pieces of kept.lines(run)) {
      for (const { text, continues } of pieces) {
        screen.write(sanitize(text, style.isColored) + (continues ? "" : "\n"));
        isEmpty = false;
      }
      await screen.drained();
    }
    if (isEmpty) screen.write(`${style.dim("(no output)")}\n`);
  }
  await kept.close();
}
