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
import { answers } from "../auto_start.ts";
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
    context.answer(null, `No server runs in ${home.root}. ${STARTS}`);
    return EXIT.noServer;
  } finally {
    client.close();
  }
}

/** When a server starts by itself, for people. */
const STARTS = "The next command that needs one starts it.";

/** A check of `lockstep doctor`. */
interface Checked {
  readonly check: string;
  /** What is wrong; `undefined` for nothing. */
  readonly problem: string | undefined;
  /** What is worth knowing, and not wrong. */
  readonly note?: string;
}

/** What a check has found: a problem, something that is worth knowing, or nothing. */
type Found = string | { readonly note: string } | true | void;

/** `lockstep doctor`. */
export async function doctor(context: Context): Promise<number> {
  context.need(0);
  const { home } = context;
  const checks: Checked[] = [];
  const check = async (name: string, look: () => Found | Promise<Found>) => {
    try {
      const found = await look();
      checks.push({
        check: name,
        problem: typeof found === "string" ? found : undefined,
        ...(typeof found === "object" && { note: found.note }),
      });
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
  const info = readServerInfo(home);
  await check("a server answers", async () => {
    runs = await answers(client);
    if (!runs && info === undefined) return { note: `none runs. ${STARTS}` };
    return runs || `none answers on ${home.socket}`;
  });
  if (!runs && info !== undefined) {
    await check(
      "server.json is not of a server that has crashed",
      () => `process ${info.pid} wrote it and does not answer; the next server replaces it`,
    );
  }
  if (runs) {
    await check("the system is healthy", async () => {
      const [{ healthy, error }, { agents }] = await Promise.all([
        client.getHealthStatus(),
        client.state(),
      ]);
      const waitsForAgents = /^scheduler: no agent may run task "[^"]*"$/.test(error ?? "");
      if (waitsForAgents && (agents as unknown[]).length === 0) {
        return { note: "tasks wait, and no agent has joined yet: lockstep join NAME" };
      }
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
      checks.map(({ check, problem, note }) => {
        if (problem !== undefined) return `FAIL ${check}: ${problem}`;
        return note === undefined ? `ok   ${check}` : `note ${check}: ${note}`;
      }).join("\n"),
  );
  return ok ? EXIT.fine : EXIT.failed;
}
