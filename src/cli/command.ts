/**
 * The `lockstep` command as a function from arguments to exit code.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import process from "node:process";
import { text } from "node:stream/consumers";
import { type JoinedSignal, joinSignals } from "../core/signals.ts";
import { HELP, parseCommandLine, RUN_HELP, type RunInvocation, UsageError } from "./args.ts";
import { outerGraceMs } from "./commands.ts";
import { EventView, type RunEvent } from "./event_view.ts";
import { graphText } from "./graph.ts";
import { Interrupts } from "./interrupts.ts";
import { KeptOutput } from "./kept_output.ts";
import { LiveView } from "./live_view.ts";
import { parseWorkflow } from "./parse.ts";
import { PlainView } from "./plain_view.ts";
import { planData, planText } from "./plan.ts";
import { WorkflowError } from "./problems.ts";
import { ProcessGroups } from "./process_groups.ts";
import { prepare, runInView, type RunOptions } from "./runner.ts";
import { missingPermission, requireRun, systemCode } from "./system.ts";
import { sanitize, type Screen, standardOutput } from "./terminal.ts";
import { VERSION } from "./version.ts";
import type { View } from "./view.ts";
import type { Workflow } from "./workflow.ts";

/** Exit code for an invalid file or command line. */
const EXIT_WRONG = 2;

/** Exit code when a task or the output failed. */
const EXIT_FAILED = 1;

/** Default limit of the output that is kept for each task, in bytes. */
const DEFAULT_MAX_OUTPUT = 2 ** 20;

/** Milliseconds that a killed run waits for the reader of its standard output. */
const KILLED_FLUSH_MS = 1000;

/** Runs `lockstep` with the arguments of a command line; resolves with its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const screen = standardOutput();
  const code = await invoke(args, screen);
  await screen.flush();
  if (screen.failure === undefined) return code;
  console.error(`lockstep: cannot write to standard output: ${screen.failure}`);
  return code === 0 ? EXIT_FAILED : code;
}

async function invoke(args: readonly string[], screen: Screen): Promise<number> {
  try {
    const invocation = parseCommandLine(args);
    switch (invocation.command) {
      case "help":
        screen.write(invocation.topic === "run" ? RUN_HELP : HELP);
        return 0;
      case "version":
        screen.write(`lockstep ${VERSION}\n`);
        return 0;
      case "run":
        return await run(invocation, screen);
    }
  } catch (error) {
    const message = messageOf(error);
    if (message === undefined) throw error;
    console.error(sanitize(message, false)); // it may quote the file
    return EXIT_WRONG;
  }
}

const PERMISSIONS = "lockstep run needs --allow-read, --allow-write, --allow-env and --allow-run.";

/** The message of an error of the caller, or `undefined` for a bug of ours. */
function messageOf(error: unknown): string | undefined {
  if (error instanceof UsageError) {
    return `lockstep: ${error.message}\nTry "lockstep run --help".`;
  }
  if (error instanceof WorkflowError) return error.message;
  const permission = missingPermission(error);
  if (permission !== undefined) return `lockstep: ${permission}\n${PERMISSIONS}`;
  return error instanceof FileError ? `lockstep: ${error.message}` : undefined;
}

async function run(invocation: RunInvocation, screen: Screen): Promise<number> {
  const workflow = prepared(await readWorkflow(invocation.file), invocation);
  if (invocation.graph !== undefined) {
    screen.write(graphText(workflow, invocation.graph));
    return 0;
  }
  if (invocation.dryRun) {
    const { json } = invocation;
    screen.write(
      json ? `${JSON.stringify(planData(workflow))}\n` : planText(workflow, screen.style),
    );
    return 0;
  }
  // Signals need the permission to run all programs. Without it, each command would fail separately.
  requireRun();
  return await runOnScreen(workflow, optionsOf(invocation), viewFor(invocation, screen), screen);
}

/** Runs a workflow, handles signals meanwhile, and resolves with the exit code. */
async function runOnScreen(
  workflow: Workflow,
  options: RunOptions,
  view: View,
  screen: Screen,
): Promise<number> {
  const groups = new ProcessGroups();
  const interrupts = new Interrupts({
    async suspend() {
      if (view instanceof LiveView) view.suspend();
      await groups.suspend(outerGraceMs() !== undefined);
    },
    resume() {
      groups.resume();
      if (view instanceof LiveView) view.resume();
    },
  });
  const { signal, release } = either(interrupts.stop, options.signal);
  const { signal: killSignal, release: releaseKill } = either(interrupts.kill, options.killSignal);
  killSignal.addEventListener("abort", () => setTimeout(() => screen.abandon(), KILLED_FLUSH_MS));
  try {
    const report = await runInView(workflow, { ...options, signal, killSignal }, view, groups);
    return interrupts.exitCode ?? report.exitCode;
  } finally {
    if (view instanceof LiveView) view.suspend();
    await screen.flush();
    interrupts.release();
    release();
    releaseKill();
  }
}

function either(one: AbortSignal, other: AbortSignal | undefined): JoinedSignal {
  return joinSignals(other === undefined ? [one] : [one, other]);
}

/**
 * Runs a workflow of a program and shows it as the command does: live on a terminal, line by line in a
 * pipe, with the report at the end. Resolves with the exit code.
 */
export async function showWorkflow(workflow: Workflow, options: RunOptions = {}): Promise<number> {
  const screen = standardOutput();
  const kept = new KeptOutput(DEFAULT_MAX_OUTPUT);
  const view = screen.isTerminal ? new LiveView(screen, kept) : new PlainView(screen, kept);
  return await runOnScreen(prepare(workflow, options), options, view, screen);
}

function prepared(workflow: Workflow, { only, agents }: RunInvocation): Workflow {
  try {
    return prepare(workflow, {
      ...only !== undefined && { only },
      ...agents !== undefined && { agents },
    });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

function optionsOf({ keepGoing, graceMs }: RunInvocation): RunOptions {
  return {
    keepGoing,
    ...graceMs !== undefined && { graceMs },
  };
}

function viewFor({ json, output, maxOutputBytes }: RunInvocation, screen: Screen): View {
  if (json) {
    const write = (event: RunEvent) => screen.write(`${JSON.stringify(event)}\n`);
    return new EventView(write, () => screen.drained());
  }
  const isFolded = (output ?? (screen.isTerminal ? "fold" : "stream")) === "fold";
  const kept = isFolded ? new KeptOutput(maxOutputBytes ?? DEFAULT_MAX_OUTPUT) : undefined;
  return screen.isTerminal ? new LiveView(screen, kept) : new PlainView(screen, kept);
}

/** A workflow file that cannot be read. */
class FileError extends Error {}

async function readWorkflow(file: string): Promise<Workflow> {
  if (file === "-") return parseWorkflow(await text(process.stdin), "<stdin>");
  let source: string;
  try {
    source = await readFile(file, "utf8");
  } catch (error) {
    if (missingPermission(error) !== undefined) throw error;
    throw new FileError(`cannot read ${JSON.stringify(file)}: ${whyUnreadable(error)}`);
  }
  return parseWorkflow(source, file);
}

function whyUnreadable(error: unknown): string {
  const code = systemCode(error);
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "permission denied";
  if (code === "EISDIR") return "it is a directory";
  return error instanceof Error ? error.message : String(error);
}
