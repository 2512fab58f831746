/**
 * Runs one shell command and ends it with everything that it started.
 *
 * @module
 */

import { statSync } from "node:fs";
import { LockstepError } from "../core/errors.ts";
import { formatSize } from "./durations.ts";
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

/** A command, and how it is ended. */
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
  /** Takes in the group of the command while it runs. */
  readonly groups: ProcessGroups;
  /** Gets standard output and standard error, in the order in which they were written. */
  readonly output: OutputSink;
}

/** A command that could not be started at all. */
export class SpawnError extends LockstepError {
  readonly code = "spawn";
}

/** How long a pipe may stay open after the command has ended, before those who hold it are ended. */
const DRAIN_MS = 250;

/** How long children that were left behind and write nothing may take to end. */
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
    valve.open(); // what is left in the pipe is little, and must not keep the task from ending
    await within(drained, DRAIN_MS);
    await reader.cancel().catch(() => {});
    await drained;
  }
}

/** Runs the script that is its first argument once a line comes, which is not for the script. */
const START = `read -r _ && exec ${SHELL} -e -c "$0" 2>&1 < /dev/null`;

async function spawn(command: ShellCommand): Promise<ShellProcess> {
  try {
    return await startShell(["-c", START, command.script], command);
  } catch (cause) {
    throw new SpawnError(`Cannot start the command: ${whyNotStarted(command, cause)}`, { cause });
  }
}

/** Lets a command begin when its group is known, so that it can't be left behind. */
async function begin(
  child: ShellProcess,
  group: ProcessGroup,
  groups: ProcessGroups,
): Promise<void> {
  await groups.add(group);
  await child.write("\n");
  child.close();
}

/** The most bytes of one argument or variable that Linux takes. */
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

/** Hands on what comes, as fast as it is taken. */
async function drain(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  output: OutputSink,
  valve: Valve,
): Promise<void> {
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const taken = output.write(read.value);
      if (taken !== undefined) await valve.pass(taken);
      await leaveTime();
    }
  } catch {
    // a pipe that breaks has nothing more to say
  }
}

/** Holds a stream back for those who take it, until it is opened. */
class Valve {
  #isOpen = false;
  #pass = () => {};

  /** Holds nothing back any more. */
  open(): void {
    this.#isOpen = true;
    this.#pass();
  }

  /** Resolves with `taken`, or at once when the valve is open. */
  async pass(taken: Promise<void>): Promise<void> {
    if (this.#isOpen) return;
    await new Promise<void>((resolve) => {
      this.#pass = resolve;
      taken.then(resolve, resolve);
    });
  }
}

/** How long output may keep timers and signals waiting. */
const LONGEST_TURN_MS = 10;

/** When timers last had their turn, as far as it is known here. */
let lastTurn = 0;

/** Lets timers and signals go first when output, of whatever command, has taken its time. */
async function leaveTime(): Promise<void> {
  if (performance.now() - lastTurn < LONGEST_TURN_MS) return;
  await new Promise((resolve) => setTimeout(resolve));
  lastTurn = performance.now();
}

/** How a command was asked to end. */
interface Ending {
  /** The last signal that it got, if it got one. */
  asked: Signal | undefined;
  /** Passes nothing on any more. */
  release(): void;
}

/** Passes `stop` and `kill` on to the group. */
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

/** Ends what the shell left running when it ended. */
async function endLeftovers(
  group: ProcessGroup,
  drained: Promise<void>,
  ending: Readonly<Ending>,
  graceMs: number,
): Promise<void> {
  // Jobs that a shell runs in the background ignore the signals of the keyboard.
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
