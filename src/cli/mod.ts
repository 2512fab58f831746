#!/usr/bin/env node
/**
 * Runs workflows of shell commands from a program. Run as a program itself, this module is the
 * `lockstep` command.
 *
 * @example
 * ```ts
 * import { parseWorkflow, runWorkflow } from "@lockstep/lockstep/cli";
 *
 * const workflow = parseWorkflow(`
 * tasks:
 *   build: { run: echo building }
 *   test: { run: exit 3, needs: [build], retries: 1 }
 * `);
 * const report = await runWorkflow(workflow, { keepGoing: true });
 * for (const { id, outcome, attempts } of report.tasks) console.log(id, outcome, attempts);
 * console.log(report.exitCode); // 1
 * ```
 *
 * @module
 */

import process from "node:process";
import { main } from "./command.ts";
import { isProgram, runtimeProblem } from "./system.ts";

export { LockstepError } from "../core/errors.ts";
export type { LockMode } from "../locks/types.ts";
export { showWorkflow } from "./command.ts";
export { main };
export type { TaskFunction } from "./commands.ts";
export type { RunEvent } from "./event_view.ts";
export { type GraphFormat, graphText } from "./graph.ts";
export type { LockReport } from "./lock_use.ts";
export { parseWorkflow } from "./parse.ts";
export { selectTasks } from "./plan.ts";
export { type Position, type Problem, WorkflowError } from "./problems.ts";
export type { AgentReport, LowerBound, RunReport, TaskReport } from "./report.ts";
export { type RunOptions, runWorkflow } from "./runner.ts";
export type { Outcome } from "./runs.ts";
export type {
  When,
  Workflow,
  WorkflowAgent,
  WorkflowBreaker,
  WorkflowLock,
  WorkflowTask,
  WorkflowTaskLock,
} from "./workflow.ts";

if (isProgram(import.meta)) {
  const problem = runtimeProblem(process.versions);
  if (problem !== undefined) console.error(`lockstep: ${problem}`);
  process.exit(problem === undefined ? await main(process.argv.slice(2)) : 2);
}
