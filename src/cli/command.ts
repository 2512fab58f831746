/**
 * The `lockstep` command as a function from arguments to exit code.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { LockstepError } from "../core/errors.ts";
import type { Journal } from "../core/journal.ts";
import { type JoinedSignal, joinSignals } from "../core/signals.ts";
import { HELP, parseCommandLine, RUN_HELP, type RunInvocation } from "./args.ts";
import { outerGraceMs } from "./commands.ts";
import { EventView, type RunEvent } from "./event_view.ts";
import { graphText } from "./graph.ts";
import { Interrupts } from "./interrupts.ts";
import { JOURNAL_HELP } from "./journal_args.ts";
import { KeptOutput } from "./kept_output.ts";
import { LiveView } from "./live_view.ts";
import { parseWorkflow } from "./parse.ts";
import { PlainView } from "./plain_view.ts";
import { planData, planText } from "./plan.ts";
import { UsageError, WorkflowError } from "./problems.ts";
import { ProcessGroups } from "./process_groups.ts";
import type { RunReport } from "./report.ts";
import {
  beginRun,
  endRun,
  enter,
  FolderError,
  journalIn,
  type Plan,
  planOf,
} from "./run_folder.ts";
import { prepare, runInView, type RunOptions } from "./runner.ts";
import { missingPermission, requireRun, systemCode } from "./system.ts";
import { sanitize, type Screen, standardOutput } from "./terminal.ts";
import { VERSION } from "../service/version.ts";
import type { RunDashboard } from "./dashboards.ts";
import type { View } from "./view.ts";
import type { Workflow } from "./workflow.ts";

/** Exit code for an invalid file or command line. */
const EXIT_WRONG = 2;

/** Exit code when a task or the output failed. */
const EXIT_FAILED = 1;

/** Exit code of a run that was interrupted. */
const EXIT_INTERRUPTED = 130;

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
        screen.write(helpOn(invocation.topic));
        return 0;
      case "version":
        screen.write(`lockstep ${VERSION}\n`);
        return 0;
      case "run":
        return await run(invocation, screen);
      default:
        // Other commands don't load what reads journals.
        return await (await import("./journal_commands.ts")).runJournalCommand(invocation, screen);
    }
  } catch (error) {
    const message = messageOf(error);
    if (message === undefined) throw error;
    console.error(sanitize(message, false)); // it may quote the file
    return EXIT_WRONG;
  }
}

function helpOn(topic: "lockstep" | "run" | keyof typeof JOURNAL_HELP): string {
  if (topic === "lockstep") return HELP;
  return topic === "run" ? RUN_HELP : JOURNAL_HELP[topic];
}

const PERMISSIONS = "lockstep run needs --allow-read, --allow-write, --allow-env and --allow-run.";

const NET = "--dashboard needs --allow-net, too.";

/** The message of an error of the caller, or `undefined` for a bug of ours. */
function messageOf(error: unknown): string | undefined {
  if (error instanceof UsageError) {
    return `lockstep: ${error.message}\nTry "lockstep run --help".`;
  }
  if (error instanceof FolderError || isOfJournal(error)) return `lockstep: ${error.message}`;
  if (error instanceof WorkflowError) return error.message;
  const permission = missingPermission(error);
  if (permission !== undefined) {
    const needed = permission.includes("net access") ? NET : PERMISSIONS;
    return `lockstep: ${permission}\n${needed}`;
  }
  return error instanceof FileError ? `lockstep: ${error.message}` : undefined;
}

/** The codes of errors that say that a journal can't be opened or read as it is. */
const JOURNAL_CODES: ReadonlySet<string> = new Set([
  "journal-damaged",
  "journal-import",
  "journal-in-use",
  "journal-truncated",
  "journal-unreadable",
  "not-a-journal",
]);

function isOfJournal(error: unknown): error is LockstepError {
  return error instanceof LockstepError && JOURNAL_CODES.has(error.code);
}

async function run(invocation: RunInvocation, screen: Screen): Promise<number> {
  const { journal, resume } = invocation;
  if (resume !== undefined) return await runKept(resume, await planOf(resume), invocation, screen);
  const { name, source } = await readSource(invocation.file!);
  const parsed = parseWorkflow(source, name);
  const workflow = prepared(parsed, invocation);
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
  if (journal !== undefined) {
    const { only, agents, keepGoing } = invocation;
    const hasAgents = agents === undefined && parsed.agents.length > 0;
    const plan: Plan = {
      format: 1,
      name,
      source,
      directory: process.cwd(),
      ...only !== undefined && { only },
      ...hasAgents ? {} : { agents: agents ?? navigator.hardwareConcurrency },
      keepGoing,
    };
    await beginRun(journal, plan);
    return await runKept(journal, plan, invocation, screen);
  }
  const dashboard = await dashboardFor(name, invocation, undefined);
  const view = viewFor(invocation, screen);
  return await runOnScreen(workflow, optionsOf(invocation), view, screen, { dashboard });
}

/** Returns the dashboard that an invocation asks for. Loads what it needs: other runs don't. */
async function dashboardFor(
  name: string,
  { dashboard }: RunInvocation,
  journal: Journal | undefined,
): Promise<RunDashboard | undefined> {
  if (!dashboard) return undefined;
  const { RunDashboard } = await import("./dashboards.ts");
  return new RunDashboard(name, journal, note);
}

/** Says something beside the output. */
function note(text: string): void {
  console.error(sanitize(`lockstep: ${text}`, false));
}

/** Runs what is left of a run in a folder. */
async function runKept(
  folder: string,
  plan: Plan,
  invocation: RunInvocation,
  screen: Screen,
): Promise<number> {
  requireRun();
  const path = resolve(folder);
  enter(plan);
  const { name, source, only, agents, keepGoing } = plan;
  const workflow = prepared(parseWorkflow(source, name), { only, agents });
  const journal = await journalIn(path);
  const options = { ...optionsOf(invocation), keepGoing, journal };
  let hasEnded = false;
  const ended = async (report: RunReport) => {
    await endRun(path, report);
    hasEnded = true;
  };
  const dashboard = await dashboardFor(name, invocation, journal);
  const view = viewFor(invocation, screen);
  const code = await runOnScreen(workflow, options, view, screen, { ended, dashboard });
  if (invocation.dashboard && hasEnded) {
    note(`to look at the run again: lockstep replay ${folder} --dashboard`);
  }
  return code;
}

/** What goes along with a run. */
interface Companions {
  /** Called when it has ended, unless it was interrupted. */
  readonly ended?: (report: RunReport) => Promise<void>;
  /** Closed at the end. */
  readonly dashboard?: RunDashboard | undefined;
}

/** Runs a workflow, handles signals meanwhile, and resolves with the exit code. */
async function runOnScreen(
  workflow: Workflow,
  options: RunOptions,
  view: View,
  screen: Screen,
  { ended, dashboard }: Companions = {},
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
    const all = { ...options, signal, killSignal };
    const report = await runInView(workflow, all, view, groups, dashboard);
    if (report.exitCode !== EXIT_INTERRUPTED) await ended?.(report);
    return interrupts.exitCode ?? report.exitCode;
  } finally {
    if (view instanceof LiveView) view.suspend();
    await Promise.all([screen.flush(), dashboard?.close()]);
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

function prepared(
  workflow: Workflow,
  { only, agents }: { only?: readonly string[] | undefined; agents?: number | undefined },
): Workflow {
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

async function readSource(file: string): Promise<{ name: string; source: string }> {
  if (file === "-") return { name: "<stdin>", source: await text(process.stdin) };
  try {
    return { name: file, source: await readFile(file, "utf8") };
  } catch (error) {
    if (missingPermission(error) !== undefined) throw error;
    throw new FileError(`cannot read ${JSON.stringify(file)}: ${whyUnreadable(error)}`);
  }
}

function whyUnreadable(error: unknown): string {
  const code = systemCode(error);
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "permission denied";
  if (code === "EISDIR") return "it is a directory";
  return error instanceof Error ? error.message : String(error);
}
