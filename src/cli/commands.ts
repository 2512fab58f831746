/**
 * Runs the command of a task for one attempt, and hands on what it writes.
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

/** How commands are ended. */
export interface EndingOptions {
  /** How long a command may take to end when it is asked to, in milliseconds. */
  readonly graceMs: number;
  /** The signal that asks a command to end. */
  readonly stopSignal: () => Signal;
  /** Kills all commands at once. */
  readonly kill: AbortSignal;
  /** Takes in the groups of all commands. */
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

/** The variable that tells a command how long it may take to end, in milliseconds. */
const GRACE_VARIABLE = "LOCKSTEP_GRACE_MS";

/** How much of its own grace period a nested run gives to its commands. */
const NESTED_GRACE = 0.75;

/** How long an outer run gives this process to end, or `undefined` when there is none. */
export function outerGraceMs(): number | undefined {
  const ms = Number(process.env[GRACE_VARIABLE] || NaN);
  return ms >= 0 ? ms : undefined;
}

/** The grace period of the run's commands: shorter than that of this process in an outer run. */
export function graceWithin(graceMs: number): number {
  return Math.floor(Math.min(graceMs, (outerGraceMs() ?? Infinity) * NESTED_GRACE));
}

/** Runs the commands of a run's tasks. */
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

  /** Runs one attempt; resolves with what went wrong, or `undefined` when nothing did. */
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

/** Calls a function; lets errors pass that are nobody's fault, so that they cost no attempt. */
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

/** Signals that commands commonly end by, as a shell reports them. */
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
