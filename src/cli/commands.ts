/**
 * Runs the commands of tasks, one for each attempt, and passes their output to the view.
 *
 * @module
 */

import process from "node:process";
import { DeadlockError, LockLostError } from "../locks/errors.ts";
import type { TaskContext } from "../tasks/mod.ts";
import type { OutputSink } from "./output.ts";
import type { ProcessGroups } from "./process_groups.ts";
import type { RunState } from "./run_state.ts";
import type { TaskRun } from "./runs.ts";
import { runShell, SpawnError } from "./shell.ts";
import type { Exit, Signal } from "./system.ts";
import type { View } from "./view.ts";

/** Options for ending commands. */
export interface EndingOptions {
  /** Milliseconds that a command has to end when it is asked to. */
  readonly graceMs: number;
  /** The signal that asks a command to end. */
  readonly stopSignal: () => Signal;
  /** Kills all commands at once. */
  readonly kill: AbortSignal;
  /** Registry of the process groups of commands. */
  readonly groups: ProcessGroups;
}

/**
 * A task as a function of this process instead of a command: fails by throwing, writes its output
 * with `write`, and can acquire locks while it runs.
 */
export type TaskFunction = (
  context: TaskContext,
  write: (text: string) => void,
) => void | Promise<void>;

/** Environment variable with the grace period of a command, in milliseconds. */
const GRACE_VARIABLE = "LOCKSTEP_GRACE_MS";

/** Part of its own grace period that a nested run gives to its commands. */
const NESTED_GRACE = 0.75;

/** Grace period that an outer run gives to this process, or `undefined` without an outer run. */
export function outerGraceMs(): number | undefined {
  const ms = Number(process.env[GRACE_VARIABLE] || NaN);
  return ms >= 0 ? ms : undefined;
}

/** Limits a grace period to less than that of this process, if there is an outer run. */
export function graceWithin(graceMs: number): number {
  return Math.floor(Math.min(graceMs, (outerGraceMs() ?? Infinity) * NESTED_GRACE));
}

/** Runs the commands of one run. */
export class Commands {
  readonly #state: RunState;
  readonly #view: View;
  readonly #ending: EndingOptions;
  readonly #functions: ReadonlyMap<string, TaskFunction>;

  constructor(
    state: RunState,
    view: View,
    ending: EndingOptions,
    functions: ReadonlyMap<string, TaskFunction>,
  ) {
    this.#state = state;
    this.#view = view;
    this.#ending = ending;
    this.#functions = functions;
  }

  /** Runs one attempt; resolves with the reason of its failure, or `undefined` if it succeeded. */
  async run(run: TaskRun, context: TaskContext): Promise<string | undefined> {
    const sink = this.#view.attempt(run);
    const work = this.#functions.get(run.task.id);
    try {
      return await (work === undefined
        ? this.#shell(run, context, sink)
        : call(work, context, sink));
    } finally {
      sink.end();
    }
  }

  async #shell(
    run: TaskRun,
    context: TaskContext,
    output: OutputSink,
  ): Promise<string | undefined> {
    try {
      const exit = await runShell({
        script: run.task.run,
        env: this.#environment(run, context),
        cwd: run.task.cwd,
        stop: context.signal,
        ...this.#ending,
        output,
      });
      return exit.code === 0 ? undefined : describeExit(exit);
    } catch (error) {
      if (error instanceof SpawnError) return error.message;
      throw error;
    }
  }

  #environment({ task }: TaskRun, context: TaskContext): Record<string, string> {
    const agent = this.#state.agents.get(context.agentId)?.agent;
    return Object.fromEntries([
      ...this.#state.workflow.env,
      ...agent?.env ?? [],
      ...task.env,
      ["LOCKSTEP_TASK", task.id],
      ["LOCKSTEP_AGENT", context.agentId],
      ["LOCKSTEP_EPOCH", String(context.epoch)],
      ["LOCKSTEP_ATTEMPT", String(context.attempt)],
      [GRACE_VARIABLE, String(this.#ending.graceMs)],
    ]);
  }
}

/** Calls a task function. Rethrows errors that the task did not cause, so that they cost no attempt. */
async function call(
  work: TaskFunction,
  context: TaskContext,
  output: OutputSink,
): Promise<string | undefined> {
  const encoder = new TextEncoder();
  try {
    await work(context, (text) => void output.write(encoder.encode(text)));
    return undefined;
  } catch (error) {
    if (error instanceof DeadlockError || error instanceof LockLostError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return reason.trim().replace(/\s+/g, " ");
  }
}

function describeExit({ code, signal }: Exit): string {
  if (signal !== undefined) return `killed by ${signal}`;
  const name = code > 128 ? SIGNALS.get(code - 128) : undefined;
  return name === undefined ? `exit ${code}` : `exit ${code} (${name})`;
}

/** Names of the signals that commonly end commands, by number. */
const SIGNALS: ReadonlyMap<number, string> = new Map([
  [1, "SIGHUP"],
  [2, "SIGINT"],
  [3, "SIGQUIT"],
  [6, "SIGABRT"],
  [9, "SIGKILL"],
  [11, "SIGSEGV"],
  [13, "SIGPIPE"],
  [15, "SIGTERM"],
]);
