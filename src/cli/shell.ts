/**
 * Runs one shell command and ends it with everything that it started.
 *
 * A command leads a process group of its own. A signal goes to the whole group, so that no child
 * of a child outlives its task, and Ctrl-C in the terminal reaches Lockstep alone, which decides.
 *
 * @module
 */

import process from "node:process";
import { LockstepError } from "../core/errors.ts";

/** What is run, and who is told. */
export interface ShellCommand {
  /** A script for `sh -e`. */
  readonly script: string;
  /** Variables on top of the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  /** Asks the command to end (`SIGTERM`); after `graceMs` it is made to. */
  readonly stop: AbortSignal;
  /** Makes the command end at once (`SIGKILL`). */
  readonly kill: AbortSignal;
  readonly graceMs: number;
  /** Gets standard output and standard error, in the order in which they were written. */
  readonly onOutput: (chunk: Uint8Array) => void;
}

/** How a command ended. */
export interface Exit {
  readonly code: number;
  /** The signal that ended it. */
  readonly signal: string | undefined;
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
  const child = spawn(command);
  const group = new ProcessGroup(child.pid);
  const reader = child.stdout.getReader();
  const drained = drain(reader, command.onOutput);
  const release = endOnSignal(group, command);
  try {
    const { code, signal } = await child.status;
    await endLeftovers(group, drained, command);
    return { code, signal: signal ?? undefined };
  } finally {
    release();
    await reader.cancel().catch(() => {});
    await drained;
  }
}

function spawn({ script, env, cwd }: ShellCommand): Deno.ChildProcess {
  const command = new Deno.Command("sh", {
    args: ["-c", 'exec sh -e -c "$0" 2>&1', script],
    env: { ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    detached: true,
    ...cwd === undefined ? {} : { cwd },
  });
  try {
    return command.spawn();
  } catch (cause) {
    const where = cwd === undefined || isDirectory(cwd) ? "" : `: cwd ${cwd} must be a directory`;
    throw new SpawnError(`Cannot start the command${where}`, { cause });
  }
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

async function drain(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  onOutput: (chunk: Uint8Array) => void,
): Promise<void> {
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      onOutput(read.value);
    }
  } catch {
    // a pipe that breaks has nothing more to say
  }
}

/** Passes `stop` and `kill` on to the group, until the returned function is called. */
function endOnSignal(group: ProcessGroup, { stop, kill, graceMs }: ShellCommand): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onStop = () => {
    group.signal("SIGTERM");
    timer = setTimeout(() => group.signal("SIGKILL"), graceMs);
  };
  const onKill = () => void group.signal("SIGKILL");
  if (stop.aborted) onStop();
  else stop.addEventListener("abort", onStop);
  if (kill.aborted) onKill();
  else kill.addEventListener("abort", onKill);
  return () => {
    clearTimeout(timer);
    stop.removeEventListener("abort", onStop);
    kill.removeEventListener("abort", onKill);
  };
}

/** The shell has ended, and whatever it left running ends with it. */
async function endLeftovers(
  group: ProcessGroup,
  drained: Promise<void>,
  { stop, graceMs }: ShellCommand,
): Promise<void> {
  await within(drained, stop.aborted ? graceMs : DRAIN_MS);
  if (!group.signal("SIGTERM")) return;
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

/** A process and all its children, by the id of the process that leads them. */
class ProcessGroup {
  readonly #id: number;

  constructor(leader: number) {
    this.#id = leader;
  }

  /** Sends a signal to all of them; `false` when there is nobody left. */
  signal(signal: Deno.Signal): boolean {
    try {
      Deno.kill(-this.#id, signal);
      return true;
    } catch {
      return false;
    }
  }

  isAlive(): boolean {
    try {
      return process.kill(-this.#id, 0);
    } catch {
      return false;
    }
  }
}
