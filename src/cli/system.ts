/**
 * Processes, standard output and errors of the system, on every runtime that has Node's modules.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import process from "node:process";
import { Readable, type Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { getSystemErrorMap } from "node:util";

/** The name of a signal, such as `"SIGTERM"`. */
export type Signal = NodeJS.Signals;

/** The shell that runs commands; POSIX systems have it there, whatever a task's `PATH` is. */
export const SHELL = "/bin/sh";

/** Deno's own interface, for what its version of Node's modules lacks; `undefined` elsewhere. */
const deno = (globalThis as { Deno?: typeof Deno }).Deno;

/** Whether a module is the program that runs; Node says so itself only from 24.2 on. */
export function isProgram({ main, url }: ImportMeta): boolean {
  if (typeof main === "boolean") return main;
  const program = process.argv[1];
  return program !== undefined && existsSync(program) &&
    url === pathToFileURL(realpathSync(program)).href;
}

/** Returns why the runtime with these `process.versions` can't run the command, if it can't. */
export function runtimeProblem(
  { node, deno, bun }: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (node === undefined || deno !== undefined || bun !== undefined) return undefined;
  const [major = 0, minor = 0] = node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) {
    return undefined;
  }
  return `Node.js must be ${OLDEST_NODE.join(".")} or newer, got ${node}`;
}

/** The oldest release of Node.js that runs the package. */
const OLDEST_NODE = [22, 18] as const;

/** The end of a process. */
export interface Exit {
  readonly code: number;
  /** The signal that ended it. */
  readonly signal: string | undefined;
}

/** A process that leads a process group of its own, named by its id. */
export interface ShellProcess {
  readonly id: number;
  readonly exit: Promise<Exit>;
  /** Standard output, if it was asked for. */
  readonly output: ReadableStream<Uint8Array>;
  /** Writes to standard input; resolves when the process will read it, or has ended. */
  write(text: string): Promise<void>;
  /** Ends standard input. */
  close(): void;
}

/** The surroundings of a process. */
export interface ShellOptions {
  /** Variables on top of the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
}

/**
 * Starts a shell in a process group of its own.
 *
 * @throws the system's error when it cannot be started
 */
export async function startShell(
  args: readonly string[],
  { env, cwd }: ShellOptions = {},
): Promise<ShellProcess> {
  const child = spawn(SHELL, args, {
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
    env: { ...process.env, ...env },
    ...cwd !== undefined && { cwd },
  });
  const exit: Promise<Exit> = once(child, "exit").then(([code, signal]) => ({
    code: code ?? 128 + constants.signals[signal as Signal],
    signal: signal ?? undefined,
  }));
  exit.catch(() => {}); // it could not be started, which rejects below
  child.stdin.on("error", () => {}); // it ended without reading
  await once(child, "spawn");
  return {
    id: child.pid!,
    exit,
    output: Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>,
    write: (text) => writeTo(child.stdin, text).catch(() => {}),
    close: () => void child.stdin.end(),
  };
}

function writeTo(stream: Writable, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(data, (error) => error ? reject(error) : resolve());
  });
}

/** Writes to standard output without blocking anything else. */
export async function writeOutput(bytes: Uint8Array): Promise<void> {
  if (deno === undefined) {
    if (process.stdout.listenerCount("error") === 0) process.stdout.on("error", () => {});
    return await writeTo(process.stdout, bytes);
  }
  // In Deno, `process.stdout` blocks the whole process while a pipe is full.
  for (let rest = bytes; rest.length > 0;) {
    try {
      rest = rest.subarray(await deno.stdout.write(rest));
    } catch (error) {
      if (!(error instanceof deno.errors.WouldBlock)) throw error;
      // Other processes made the pipe non-blocking, and it is full.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/**
 * Asks for the permission to run programs, in Deno, where one that is missing would otherwise be
 * found by the first command.
 *
 * @throws Deno's error when it is denied
 */
export function requireRun(): void {
  if (deno === undefined || deno.permissions.requestSync({ name: "run" }).state === "granted") {
    return;
  }
  throw new deno.errors.NotCapable("Requires run access, run again with the --allow-run flag");
}

/** A permission of Deno that is missing, in the words of Deno. */
export function missingPermission(error: unknown): string | undefined {
  return error instanceof Error && error.name === "NotCapable" ? error.message : undefined;
}

/** The system's code of an error, such as `"ENOENT"`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** The system's description of an error, such as `"No space left on device"`. */
export function systemMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known = "errno" in error ? getSystemErrorMap().get(Number(error.errno))?.[1] : undefined;
  if (known !== undefined) return known.charAt(0).toUpperCase() + known.slice(1);
  // Deno's own errors name the program first and the number last.
  return error.message.replace(/^Failed to spawn '[^']*': /, "").replace(/ \(os error \d+\)$/, "");
}
