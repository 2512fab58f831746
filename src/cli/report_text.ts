/**
 * Formats the report of a run as a text for people.
 *
 * @module
 */

import { formatDuration } from "../service/durations.ts";
import { sign } from "./narration.ts";
import type { LockReport } from "./lock_use.ts";
import type { AgentReport, RunReport, TaskReport } from "./report.ts";
import { displayWidth, padEnd, padStart, type Style, truncate } from "./terminal.ts";
import { chain, count } from "./wording.ts";

/** Formats tables of tasks, agents and contended locks, then the critical path and a summary. */
export function reportText(report: RunReport, style: Style, columns: number): string {
  const tasks = table(style, ["task", "outcome", "agent", ">attempts", ">waited", ">ran", ""], [
    ...report.tasks.map((task) => taskRow(task, style)),
  ]);
  const agents = agentTable(report, style);
  const locks = lockTable(report, style);
  const lines = [...tasks, "", ...agents, "", ...locks, ...scheduleLines(report, style)];
  lines.push(summaryLine(report, style));
  return lines.map((line) => truncate(line, columns)).join("\n") + "\n";
}

function taskRow(task: TaskReport, style: Style): string[] {
  const wasRun = task.attempts > 0;
  const isTimed = wasRun && task.isEarlier !== true;
  return [
    `${sign(task.outcome, style)} ${task.name ?? task.id}`,
    task.outcome === "timed-out" ? "timed out" : task.outcome,
    task.agentId ?? "–",
    wasRun ? String(task.attempts) : "–",
    isTimed ? formatDuration(task.waitedMs) : "–",
    isTimed ? formatDuration(task.ranMs) : "–",
    style.dim(task.isEarlier && task.reason === "" ? "before the run was resumed" : task.reason),
  ];
}

/** Formats the agents. Only their number is shown if more than a few had no attempt. */
function agentTable({ agents }: RunReport, style: Style): string[] {
  const idle = agents.filter(({ attempts }) => attempts === 0);
  const shown = idle.length > MOST_IDLE ? agents.filter(({ attempts }) => attempts > 0) : agents;
  const rows = shown.map((agent) => agentRow(agent, style));
  const lines = table(style, ["agent", ">slots", ">attempts", ">busy", ""], rows);
  const more = agents.length - shown.length;
  return more === 0 ? lines : [...lines, style.dim(`… and ${more} more that ran nothing`)];
}

/** Maximum of agents without an attempt that have a row of their own. */
const MOST_IDLE = 3;

const BAR_COLUMNS = 20;

function agentRow(agent: AgentReport, style: Style): string[] {
  const filled = Math.round(agent.utilization * BAR_COLUMNS);
  return [
    agent.id,
    String(agent.slots),
    String(agent.attempts),
    `${Math.round(agent.utilization * 100)}%`,
    style.cyan("━".repeat(filled)) + style.dim("─".repeat(BAR_COLUMNS - filled)) +
    (agent.stolen === 0 ? "" : style.dim(`  took over ${count(agent.stolen, "task")}`)) +
    (agent.trips === 0 ? "" : style.yellow(`  breaker opened ${times(agent.trips)}`)),
  ];
}

function times(n: number): string {
  return n === 1 ? "once" : n === 2 ? "twice" : `${n} times`;
}

/** Maximum of locks that are listed. */
const MOST_LOCKS = 5;

/** Formats the locks that were waited for, and an empty line; no lines if there are none. */
function lockTable({ locks }: RunReport, style: Style): string[] {
  const contended = locks.filter(({ waits }) => waits > 0);
  if (contended.length === 0) return [];
  const rows = contended.slice(0, MOST_LOCKS).map((lock) => lockRow(lock));
  const more = contended.length - rows.length;
  return [
    ...table(style, ["contended lock", ">grants", ">waits", ">waited", ">longest"], rows),
    ...(more > 0 ? [style.dim(`… and ${more} more`)] : []),
    "",
  ];
}

function lockRow({ name, grants, waits, waitedMs, longestWaitMs }: LockReport): string[] {
  const durations = [waitedMs, longestWaitMs].map(formatDuration);
  return [name, String(grants), String(waits), ...durations];
}

function scheduleLines(report: RunReport, style: Style): string[] {
  const { makespanMs, lowerBound, criticalPath, criticalPathMs, tasks } = report;
  const wasInterrupted = tasks.some(({ outcome }) => outcome === "interrupted");
  if (lowerBound.ms === 0 || wasInterrupted) {
    return [`makespan       ${formatDuration(makespanMs)}`];
  }
  const factor = (makespanMs / lowerBound.ms).toFixed(2);
  const bound = `${formatDuration(lowerBound.ms)} (${lowerBound.by})`;
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const path = criticalPath.map((id) => {
    const { name, ranMs } = byId.get(id)!;
    return `${name ?? id} ${style.dim(formatDuration(ranMs))}`;
  });
  return [
    `critical path  ${chain(path, " → ")} = ${formatDuration(criticalPathMs)}`,
    `makespan       ${formatDuration(makespanMs)}, within ${factor}× of the lower bound, ${bound}`,
  ];
}

function summaryLine({ tasks }: RunReport, style: Style): string {
  const number = (outcome: TaskReport["outcome"]) =>
    tasks.filter((task) => task.outcome === outcome).length;
  const parts: string[] = [];
  const say = (n: number, text: string, paint: (text: string) => string) => {
    if (n > 0) parts.push(paint(`${n} ${text}`));
  };
  say(number("succeeded"), "succeeded", style.green);
  say(number("failed"), "failed", style.red);
  say(number("timed-out"), "timed out", style.red);
  say(number("interrupted"), "interrupted", style.yellow);
  say(number("skipped"), "skipped", style.dim);
  return `${style.bold(count(tasks.length, "task"))}: ${parts.join(", ")}`;
}

/** Maximum width that cells are padded to. */
const WIDEST_CELL = 32;

/** Formats rows under headings. A heading that begins with `>` aligns its column to the right. */
export function table(
  style: Style,
  headings: readonly string[],
  rows: readonly string[][],
): string[] {
  const titles = headings.map((heading) => heading.replace(/^>/, ""));
  const widths = titles.map((title, i) =>
    Math.min(
      WIDEST_CELL,
      Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[i]!))),
    )
  );
  const format = (row: readonly string[]) =>
    row.map((cell, i) =>
      headings[i]!.startsWith(">") ? padStart(cell, widths[i]!) : padEnd(cell, widths[i]!)
    )
      .join("  ").trimEnd();
  const first = ["  " + titles[0]!, ...titles.slice(1)];
  const hasSigns = titles[0] === "task";
  return [style.dim(format(hasSigns ? first : titles)), ...rows.map(format)];
}
