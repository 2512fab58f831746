/**
 * Verbs on locks and reservations.
 *
 * @module
 */

import { spawn } from "node:child_process";
import process from "node:process";
import type { Writable } from "node:stream";
import type { ClientLock } from "../../client/agent.ts";
import { TreeGuard } from "../tree_guard.ts";
import { type Context, EXIT, UsageError } from "../verb.ts";

/** `lockstep reserve`: for the open claim of the agent, or else for the agent itself. */
export async function reserve(context: Context): Promise<void> {
  const paths = context.need(1, 256);
  const agent = await context.agent();
  const wait = context.duration("wait");
  const leaseMs = context.duration("lease") ?? 0;
  const options = {
    mode: context.has("read") ? "shared" : "exclusive",
    autoRenew: false,
    leaseMs,
  } as const;
  const claim = await agent.openClaim();
  const owner = claim ?? agent;
  const lock = wait === undefined
    ? await owner.tryAcquirePaths(paths, options)
    : await owner.acquirePaths(paths, { ...options, timeoutMs: wait });
  lock.leave();
  const { resource, epoch } = lock;
  const until = claim === undefined ? "" : ` until ${claim.task.id} is done`;
  context.answer(
    { resourceId: resource, epoch, paths, ...(claim !== undefined && { taskId: claim.task.id }) },
    `${paths.join(" ")} reserved for ${agent.agentId}${until}.`,
  );
}

/** `lockstep release`. */
export async function release(context: Context): Promise<void> {
  const paths = context.need(0, 256);
  const agent = await context.agent();
  const released = await agent.releasePaths(paths.length === 0 ? undefined : paths);
  context.answer({ released }, released.length === 0 ? "Nothing was reserved." : "Released.");
}

/** `lockstep lock`. */
export async function lock(context: Context): Promise<number> {
  const [name] = context.need(1);
  if (context.command.length === 0) throw new UsageError("lock must be given a command behind --");
  const client = await context.client();
  // An agent of its own, whose connection ends with this process, however that ends.
  const agent = await client.registerAgent({
    id: `lock-${process.pid}-${Date.now().toString(36)}`,
  });
  try {
    const lock = await agent.acquire(name!, {
      mode: context.has("shared") ? "shared" : "exclusive",
      timeoutMs: context.duration("wait") ?? 0,
    });
    return await run(context.command, lock);
  } finally {
    await agent[Symbol.asyncDispose]();
  }
}

/**
 * Becomes the command once its guard knows of it: until then, a kill of this process ends it. Its exit code
 * is that of an invalid command line where there is no such program.
 */
const WHEN_GUARDED = `
read -r go <&3 || exit
exec 3<&-
command -v "$1" > /dev/null || { echo "lockstep: cannot run $1: there is no such program" >&2; exit 2; }
exec "$@"
`;

/** Runs a command while a lock is held. Resolves with its exit code. */
async function run([program, ...args]: readonly string[], lock: ClientLock): Promise<number> {
  const env = { ...process.env, LOCKSTEP_EPOCH: String(lock.epoch) };
  const guard = await TreeGuard.start();
  const child = spawn("sh", ["-c", WHEN_GUARDED, "sh", program!, ...args], {
    stdio: ["inherit", "inherit", "inherit", "pipe"],
    env,
  });
  if (child.pid !== undefined) {
    const gate = child.stdio[3] as Writable;
    gate.on("error", () => {}); // it has ended
    guard.watch(child.pid).then(() => gate.end("go\n"));
  }
  const pass = (signal: NodeJS.Signals) => {
    try {
      process.kill(child.pid!, signal); // after `child.kill`, Deno has no exit code
    } catch {
      // It has ended.
    }
  };
  const signals = ["SIGTERM", "SIGHUP", "SIGINT"] as const;
  for (const signal of signals) process.on(signal, pass);
  lock.signal.addEventListener("abort", () => {
    process.stderr.write(`lockstep: ${lock.signal.reason.message}; ending the command\n`);
    guard.end();
  });
  try {
    return await new Promise<number>((resolve) => {
      child.on("error", (error) => {
        process.stderr.write(`lockstep: cannot run ${program}: ${error.message}\n`);
        resolve(EXIT.usage);
      });
      child.on("close", (code, signal) => resolve(code ?? (signal === "SIGKILL" ? 137 : 143)));
    });
  } finally {
    for (const signal of signals) process.off(signal, pass);
    await guard.close();
  }
}
