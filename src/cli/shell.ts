/**
 * Runs a shell command, and ends the processes that it leaves running.
 *
 * @module
 */

import { statSync } from "node:fs";
import { LockstepError } from "../core/errors.ts";
import { formatSize } from "../service/durations.ts";
import type { OutputSink } from "./output.ts";
import { ProcessGroup, type ProcessGroups } from "./process_groups.ts";
import {
  type Exit,
  SHELL,
  type ShellProcess,
  type Signal,
  startShell,
  systemMessage,
} from "./system.ts";

/** A command and its environment. */
export interface ShellCommand {
  /** A script for `sh -e`. */
  readonly script: string;
  /** Variables on top of the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  /** Asks the command to end, with `stopSignal()`; after `graceMs` it is killed. */
  readonly stop: AbortSignal;
  readonly stopSignal: () => Signal;
  /** Kills the command at once. */
  readonly kill: AbortSignal;
  readonly graceMs: number;
  /** Registry for the process group of the command. */
  readonly groups: ProcessGroups;
  /** Consumer of standard output and standard error, in the order in which they are written. */
  readonly output: OutputSink;
}

/** A command that could not be started. */
export class SpawnError extends LockstepError {
  readonly code = "spawn";
}

/** Milliseconds that a pipe may stay open after its command has ended, until its holders are ended. */
const DRAIN_MS = 250;

/** Milliseconds that leftover processes without the pipe have to end. */
const SILENT_GRACE_MS = 500;

/** Runs a command to its end. */
export async function runShell(command: ShellCommand): Promise<Exit> {
  const child = await spawn(command);
  const group = new ProcessGroup(child.id);
  const begun = begin(child, group, command.groups);
  const reader = child.output.getReader();
  const valve = new Valve();
  const drained = drain(reader, command.output, valve);
  const ending = endOnSignal(group, command);
  try {
    const exit = await child.exit;
    await endLeftovers(group, drained, ending, command.graceMs);
    return exit;
  } finally {
    ending.release();
    await begun;
    command.groups.delete(group);
    // The rest in the pipe is small, and must not delay the end of the task.
    if (valve.open()) await within(drained, DRAIN_MS);
    await reader.cancel().catch(() => {});
    await drained;
  }
}

/** Waits for a line, then runs the script that is its first argument. */
const START = `read -r _ && exec ${SHELL} -e -c "$0" 2>&1 < /dev/null`;

async function spawn(command: ShellCommand): Promise<ShellProcess> {
  try {
    return await startShell(["-c", START, command.script], command);
  } catch (cause) {
    throw new SpawnError(`Cannot start the command: ${whyNotStarted(command, cause)}`, { cause });
  }
}

/** Starts the script of a command when the guard knows its group. */
async function begin(
  child: ShellProcess,
  group: ProcessGroup,
  groups: ProcessGroups,
): Promise<void> {
  await groups.add(group);
  await child.write("\n");
  child.close();
}

/** Maximum of bytes of one argument or variable on Linux. */
const LONGEST_ARGUMENT = 131_072;

function whyNotStarted({ script, env, cwd }: ShellCommand, cause: unknown): string {
  if (cwd !== undefined && !isDirectory(cwd)) return `cwd ${cwd} must be a directory`;
  const what = systemMessage(cause);
  const texts = [
    ["its script", script] as const,
    ...Object.entries(env).map(([name, value]) =>
      [`variable ${name}`, `${name}=${value}`] as const
    ),
  ];
  for (const [name, text] of texts) {
    const size = new TextEncoder().encode(text).length;
    if (size < LONGEST_ARGUMENT) continue;
    return `${what}; ${name} has ${formatSize(size)}, put it into a file`;
  }
  return what;
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Maximum of bytes between two chances of timers: with lines of one byte, they are 4,096 events. */
const SLICE_BYTES = 8192;

/** Passes output on, with backpressure. */
async function drain(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  output: OutputSink,
  valve: Valve,
): Promise<void> {
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      for (let rest = read.value; rest.length > 0; rest = rest.subarray(SLICE_BYTES)) {
        const taken = output.write(rest.subarray(0, SLICE_BYTES));
        if (taken !== undefined) await valve.pass(taken);
        await yieldToTimers();
      }
    }
  } catch {
    // a broken pipe is the end of the output
  }
}

/** Applies backpressure until it is opened. */
class Valve {
  #isOpen = false;
  #pass: (() => void) | undefined;

  /** Ends all backpressure; returns whether there was any at the moment. */
  open(): boolean {
    this.#isOpen = true;
    this.#pass?.();
    return this.#pass !== undefined;
  }

  /** Resolves with `taken`, or when the valve is opened. */
  async pass(taken: Promise<void>): Promise<void> {
    if (this.#isOpen) return;
    await new Promise<void>((resolve) => {
      this.#pass = resolve;
      taken.then(resolve, resolve);
    });
    this.#pass = undefined;
  }
}

/** Milliseconds that output may delay timers and signals. */
const LONGEST_TURN_MS = 10;

/** Time of the last turn of timers that this module knows of. */
let lastTurn = 0;

/** Yields to timers and signals if output, of any command, has kept the thread for long. */
async function yieldToTimers(): Promise<void> {
  if (performance.now() - lastTurn < LONGEST_TURN_MS) return;
  await new Promise((resolve) => setTimeout(resolve));
  lastTurn = performance.now();
}

/** Signals that a command gets. */
interface Ending {
  /** The last signal, if there was one. */
  asked: Signal | undefined;
  /** Stops forwarding. */
  release(): void;
}

/** Forwards `stop` and `kill` to the group. */
function endOnSignal(
  group: ProcessGroup,
  { stop, stopSignal, kill, graceMs }: ShellCommand,
): Ending {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = (signal: Signal) => {
    ending.asked = signal;
    group.signal(signal);
  };
  const onKill = () => ask("SIGKILL");
  const onStop = () => {
    ask(stopSignal());
    timer = setTimeout(onKill, graceMs);
  };
  const ending: Ending = {
    asked: undefined,
    release() {
      clearTimeout(timer);
      stop.removeEventListener("abort", onStop);
      kill.removeEventListener("abort", onKill);
    },
  };
  if (stop.aborted) onStop();
  else stop.addEventListener("abort", onStop);
  if (kill.aborted) onKill();
  else kill.addEventListener("abort", onKill);
  return ending;
}

/** Ends the processes that the shell left running. */
async function endLeftovers(
  group: ProcessGroup,
  drained: Promise<void>,
  ending: Readonly<Ending>,
  graceMs: number,
): Promise<void> {
  // Background jobs of a shell without job control ignore SIGINT and SIGQUIT.
  const wereAsked = ending.asked === "SIGTERM" || ending.asked === "SIGHUP";
  await within(drained, wereAsked ? graceMs : DRAIN_MS);
  if (ending.asked === "SIGKILL" || !group.signal("SIGTERM")) return;
  await within(drained, graceMs);
  const end = performance.now() + SILENT_GRACE_MS;
  while (group.isAlive() && performance.now() < end) await within(undefined, 20);
  group.signal("SIGKILL");
  await within(drained, DRAIN_MS);
}

/** Waits for `promise`, but no longer than `ms`; without a promise, for `ms`. */
async function within(promise: Promise<void> | undefined, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
  await (promise === undefined ? timeout : Promise.race([promise, timeout]));
  clearTimeout(timer);
}
