/**
 * A run told line by line: what each event means to people.
 *
 * @module
 */

import type { CircuitStateChange } from "../breakers/events.ts";
import type { DeadlockDetected } from "../locks/events.ts";
import type { LockstepEvent } from "../root/events.ts";
import { claimOf } from "../locks/types.ts";
import { formatDuration } from "./durations.ts";
import type { KeptOutput } from "./kept_output.ts";
import type { Piece } from "./output.ts";
import { count } from "./plan.ts";
import type { RunState } from "./run_state.ts";
import type { Outcome, TaskRun } from "./runs.ts";
import { displayWidth, harmless, padEnd, type Screen, type Style, truncate } from "./terminal.ts";

/** The widest that names are aligned to; longer ones stand out. */
const WIDEST_NAME = 24;

/** How wide the column of the names of tasks is. */
export function nameWidth(state: RunState): number {
  let width = 0;
  for (const id of state.tasks.keys()) width = Math.max(width, displayWidth(id));
  return Math.min(WIDEST_NAME, width);
}

/** The sign of an outcome. */
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

/** `event` as a line, or `undefined` when there is nothing to tell. */
export function narrate(
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
  const line = (sign: string, text: string) => `${sign} ${padEnd(run.task.id, width)}  ${text}`;
  switch (event.type) {
    case "task:started":
      return line(style.cyan("▶"), `on ${event.agentId}${attemptText(run)}`);
    case "resource:queued":
      return line(style.yellow("⧗"), lockText(state, run));
    case "deadlock:detected":
      return line(style.yellow("⚭"), deadlockText(event));
    case "task:backed-off":
      if (state.stopping !== undefined) return undefined;
      return line(style.yellow("↻"), retryText(run, state));
    default:
      return undefined;
  }
}

/** How a task ended, as a line. */
export function endLine(run: TaskRun, style: Style, width: number): string {
  return `${sign(run.outcome!, style)} ${padEnd(run.task.id, width)}  ${endText(run, style)}`;
}

/** Which locks a task waits for, and who holds them. */
export function lockText(state: RunState, run: TaskRun): string {
  const holders = state.holdersFor(run);
  const locks = run.waitsForLocks.length === 1 ? "lock" : "locks";
  const by = holders.length === 0 ? "" : `, held by ${listed(holders, 3)}`;
  return `waits for ${locks} ${listed(run.waitsForLocks, 3)}${by}`;
}

/** Who waits for whom, and who gives way. */
function deadlockText({ owners, resources }: DeadlockDetected): string {
  const waits = owners.map((owner, i) =>
    `${claimOf(owner)?.taskId ?? owner} for ${resources[i] || "an answer"}`
  );
  return `gives way in a deadlock: ${listed(waits, 5)}`;
}

/** Whether an agent gets tasks, by its circuit breaker. */
function breakerText({ to, retryAt }: CircuitStateChange): string {
  switch (to) {
    case "open": {
      const ms = Math.max(0, (retryAt ?? 0) - Date.now());
      return `is passed over for ${formatDuration(ms)}: its commands keep failing`;
    }
    case "half-open":
      return "is tried out";
    case "closed":
      return "takes tasks again";
  }
}

/** What failed, and when the next attempt begins. */
export function retryText(run: TaskRun, state: RunState): string {
  const next = run.attempts === 0 // it failed by nobody's fault, and doesn't count
    ? "once more"
    : `attempt ${run.attempts + 1} of ${run.task.retries + 1}`;
  const pause = Math.max(0, (run.retryAt ?? 0) - state.now());
  return pause === 0 && run.commands > 0
    ? `${run.reason}; ${next} when its command has ended`
    : `${run.reason}; ${next} in ${formatDuration(pause)}`;
}

/** Which attempt it is, unless it is the only one. */
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

/** What stands before each line of the output of a task. */
export function outputPrefix(run: TaskRun, style: Style, width: number): string {
  return `  ${style.tint(run.index, padEnd(run.task.id, width))} ${style.dim("│")} `;
}

/** Lines of output behind `prefix`, each with its line break. */
export function linesOf(pieces: readonly Piece[], prefix: string, style: Style): string {
  let text = "";
  for (const piece of pieces) text += `${prefix}${harmless(piece.text, style.isColoured)}\n`;
  return text;
}

/** What is said when nothing is started any more. */
export function stoppingText(state: RunState, reason: "failure" | "interrupt"): string | undefined {
  if (reason === "failure") return undefined;
  let running = 0;
  for (const agent of state.agents.values()) running += agent.running.size;
  if (running === 0) return "Interrupted";
  return `Interrupted: ending ${count(running, "command")}; once more to end at once`;
}

/** Writes the output of the tasks that failed, each under a heading. */
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
    const heading = truncate(`── ${run.task.id}: ${run.reason}${tries} `, columns - 2);
    const rule = "─".repeat(Math.max(2, Math.min(columns, 80) - displayWidth(heading)));
    screen.write(`\n${style.red(style.bold(heading + rule))}\n`);
    let isEmpty = true;
    for await (const pieces of kept.lines(run)) {
      for (const { text, continues } of pieces) {
        screen.write(harmless(text, style.isColoured) + (continues ? "" : "\n"));
        isEmpty = false;
      }
      await screen.drained();
    }
    if (isEmpty) screen.write(`${style.dim("(no output)")}\n`);
  }
  await kept.close();
}

/** Some names, and how many more there are. */
export function listed(names: readonly string[], most: number): string {
  if (names.length <= most) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
