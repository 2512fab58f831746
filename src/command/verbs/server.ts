/**
 * Verbs on the server itself.
 *
 * @module
 */

import { accessSync, constants, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { LocalClient } from "../../client/local/mod.ts";
import { ConnectionError } from "../../client/transport.ts";
import { readServerInfo } from "../../service/home.ts";
import { type Context, EXIT, UsageError } from "../verb.ts";

/** The size from which on the log of servers begins anew, in bytes. */
const LONGEST_LOG = 10 * 2 ** 20;

/** `lockstep serve`. */
export async function serve(context: Context): Promise<number> {
  context.need(0);
  const { home } = context;
  const { startServer } = await import("../../server/mod.ts");
  const { JournalInUseError } = await import("../../journal/sqlite/mod.ts");
  const [port, idleMs, graceMs] = [
    context.integer("port"),
    context.duration("idle"),
    context.duration("grace"),
  ];
  const hostname = context.text("listen");
  const callsPerSecond = context.integer("calls-per-second");
  const file = context.text("config");
  const config = file === undefined ? {} : readConfig(file);
  const silence = context.duration("silence");
  const agents = silence === undefined ? {} : { agents: { heartbeatTimeoutMs: silence } };
  beginLog(join(home.folder, "server.log"));
  try {
    const server = await startServer(home, {
      config: { ...config, ...agents },
      logger: structuredLogger(),
      ...(port !== undefined && { port }),
      ...(context.has("no-port") && { port: false as const }),
      ...(hostname !== undefined && { hostname }),
      ...(idleMs !== undefined && { idleMs }),
      ...(graceMs !== undefined && { graceMs }),
      allowedOrigins: context.texts("allow-origin"),
      ...(callsPerSecond !== undefined && { callsPerSecond }),
    });
    const { url, socket } = server.info;
    context.line(`Serving ${home.root}${url === undefined ? "" : ` at ${url}`} and on ${socket}`);
    const end = () => void server.close();
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, end);
    await server.ended;
    return EXIT.fine;
  } catch (error) {
    if (error instanceof JournalInUseError) {
      const { pid } = error;
      process.stderr.write(`lockstep: process ${pid} serves ${home.root} already\n`);
      return EXIT.nothing;
    }
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      process.stderr.write(`lockstep: cannot listen: ${message}; choose another --port\n`);
      return EXIT.failed;
    }
    if (error instanceof TypeError || error instanceof RangeError) throw new UsageError(message);
    process.stderr.write(`lockstep: cannot serve ${home.root}: ${message}\n`);
    return EXIT.failed;
  }
}

function readConfig(file: string): object {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(`--config must be a file of JSON: ${(error as Error).message}`);
  }
}

/** Logs as JSON lines on standard error. */
function structuredLogger() {
  const log = (level: string) => (message: unknown, ...data: unknown[]) => {
    const [first] = data;
    const error = first instanceof Error ? first.stack ?? first.message : undefined;
    const at = new Date().toISOString();
    process.stderr.write(`${JSON.stringify({ at, level, message: String(message), error })}\n`);
  };
  return { debug() {}, info: log("info"), warn: log("warn"), error: log("error") };
}

function beginLog(path: string): void {
  try {
    if (statSync(path).size > LONGEST_LOG) renameSync(path, `${path}.1`);
  } catch {
    // There is none.
  }
}

/** `lockstep stop`. */
export async function stop(context: Context): Promise<number | void> {
  context.need(0);
  const { home } = context;
  const client = new LocalClient(home, { retryMs: 0 });
  try {
    const info = await client.server();
    await client.stop();
    while (await isServed(client)) await new Promise((resolve) => setTimeout(resolve, 20));
    context.answer(info, `The server in ${home.root} has ended.`);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    context.answer(null, `No server runs in ${home.root}.`);
    return EXIT.noServer;
  } finally {
    client.close();
  }
}

async function isServed(client: LocalClient): Promise<boolean> {
  try {
    await client.server();
    return true;
  } catch {
    return false;
  }
}

/** `lockstep status`. */
export async function status(context: Context): Promise<number | void> {
  context.need(0);
  const { home } = context;
  const client = new LocalClient(home, { retryMs: 0 });
  try {
    const [info, state] = await Promise.all([client.server(), client.state()]);
    const { agents, tasks, locks } = state as {
      agents: unknown[];
      tasks: Record<string, number>;
      locks: unknown[];
    };
    context.answer({ ...info, agents: agents.length, tasks, locks: locks.length }, () => {
      const counts = Object.entries(tasks).filter(([, count]) => count > 0);
      const all = counts.map(([name, count]) => `${count} ${name}`).join(", ") || "no tasks";
      return [
        `Process ${info.pid} serves ${home.root} since ${new Date(info.startedAt).toISOString()}.`,
        ...info.url === undefined ? [] : [`HTTP: ${info.url}`],
        `Agents: ${agents.length}. Tasks: ${all}. Locks held: ${locks.length}.`,
      ].join("\n");
    });
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    context.answer(null, `No server runs in ${home.root}.`);
    return EXIT.noServer;
  } finally {
    client.close();
  }
}

/** `lockstep doctor`. */
export async function doctor(context: Context): Promise<number> {
  context.need(0);
  const { home } = context;
  const checks: { check: string; problem: string | undefined }[] = [];
  const check = async (name: string, look: () => unknown) => {
    try {
      const problem = await look();
      checks.push({ check: name, problem: typeof problem === "string" ? problem : undefined });
    } catch (error) {
      checks.push({ check: name, problem: (error as Error).message });
    }
  };
  const client = new LocalClient(home, { retryMs: 0 });
  await check(
    `the folder ${home.folder} is writable`,
    () => accessSync(home.folder, constants.W_OK),
  );
  await check("no other user can read the token", () => {
    const mode = statSync(join(home.folder, "token"), { throwIfNoEntry: false })?.mode ?? 0;
    return (mode & 0o077) === 0 || "its mode must be 0600";
  });
  let runs = false;
  await check("a server answers", async () => {
    await client.server();
    runs = true;
  });
  const info = readServerInfo(home);
  if (!runs && info !== undefined) {
    await check(
      "server.json is not of a server that has crashed",
      () => `process ${info.pid} wrote it and does not answer; the next server replaces it`,
    );
  }
  if (runs) {
    await check("the system is healthy", async () => {
      const { healthy, error } = await client.getHealthStatus();
      return healthy || error || "it is not";
    });
  } else {
    await check("the journal is whole", async () => {
      const { checkJournal } = await import("../../journal/sqlite/mod.ts");
      const path = join(home.folder, "journal");
      if (statSync(path, { throwIfNoEntry: false }) !== undefined) await checkJournal(path);
    });
  }
  client.close();
  const ok = checks.every(({ problem }) => problem === undefined);
  context.answer(
    { healthy: ok, checks },
    () =>
      checks.map(({ check, problem }) =>
        problem === undefined ? `ok   ${check}` : `FAIL ${check}: ${problem}`
      ).join("\n"),
  );
  return ok ? EXIT.fine : EXIT.failed;
}
