/**
 * A real server in a process of its own, and its client.
 *
 * @module
 */

import type { LocalClient } from "../src/client/local/mod.ts";
import { programCommand } from "../src/command/program.ts";

/** The command that runs the `lockstep` command. */
export const [RUNTIME, ...PROGRAM] = programCommand() as [string, ...string[]];

/** Returns the value below which a part of the values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
}

/** Returns how long each of `times` calls takes, in milliseconds. */
export async function timed(
  times: number,
  call: (i: number) => Promise<unknown>,
): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    await call(i);
    all.push(performance.now() - start);
  }
  return all;
}

/** Starts a server, and returns it with the time that it took to answer. */
export async function start(
  dir: string,
  program = PROGRAM,
): Promise<{ child: Deno.ChildProcess; readyMs: number }> {
  const begin = performance.now();
  const child = new Deno.Command(RUNTIME, {
    args: [...program, "serve", "--dir", dir],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  reader.releaseLock();
  return { child, readyMs: performance.now() - begin };
}

/** Ends a server. */
export async function end(client: LocalClient, child: Deno.ChildProcess): Promise<void> {
  await client.stop();
  await child.status;
  await child.stdout.cancel();
  client.close();
}
