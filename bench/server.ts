/**
 * `deno task bench:server`: times a real server, in a process of its own, with its journal at `full`,
 * from this process through its socket. Prints each figure with its target.
 *
 * @module
 */

import { socketTransport } from "../src/client/local/socket_transport.ts";
import { LocalClient } from "../src/client/local/mod.ts";
import { serverCommand } from "../src/command/program.ts";
import { findHome } from "../src/service/home.ts";
import { end, PROGRAM, quantile, RUNTIME, start, timed } from "./server_process.ts";
import type { Reading, Wish } from "./event_readers.ts";

/** The command with which the first verb starts a server. */
const [, ...SMALL] = serverCommand();

/** A figure of a server. */
interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string;
}

const rows: Row[] = [];

function note(name: string, value: number, unit: string, target: string): void {
  rows.push({ name, value, unit, target });
}

/** Returns the resident memory of a process, in megabytes. */
function memoryOf(pid: number): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(text)![1]) / 1024;
}

const ready: number[] = [];
for (let i = 0; i < 5; i++) {
  const dir = Deno.makeTempDirSync();
  findHome({ dir, create: true });
  const { child, readyMs } = await start(dir);
  ready.push(readyMs);
  child.kill("SIGKILL");
  await child.status;
  await child.stdout.cancel();
}
note("ready after start, empty journal", quantile(ready, 0.5), "ms", "< 400");

const dir = Deno.makeTempDirSync();
const home = findHome({ dir, create: true });
const { child } = await start(dir);
const client = new LocalClient(home);

const lone = await client.registerAgent({ id: "lone" }, undefined, { isPresent: false });
const locks = await timed(1_000, async (i) => await (await lone.acquire(`r${i}`)).release());
note("lock + release, uncontended, p50", quantile(locks, 0.5), "ms", "");
note("lock + release, uncontended, p99", quantile(locks, 0.99), "ms", "< 20");
const renewals = await timed(500, () => lone.heartbeat());
note("one command through the journal, p50", quantile(renewals, 0.5), "ms", "");

const [holder, waiter] = [
  await client.registerAgent({ id: "holder" }, undefined, { isPresent: false }),
  await client.registerAgent({ id: "waiter" }, undefined, { isPresent: false }),
];
const handOffs: number[] = [];
for (let i = 0; i < 200; i++) {
  const held = await holder.acquire("shared");
  const waits = waiter.acquire("shared", { timeoutMs: 0 });
  await new Promise((resolve) => setTimeout(resolve, 10));
  const begin = performance.now();
  const released = held.release();
  const next = await waits;
  handOffs.push(performance.now() - begin);
  await released;
  await next.release();
}
note("hand-off to a waiting client, p50", quantile(handOffs, 0.5), "ms", "< 5 over the journal");
note("hand-off to a waiting client, p99", quantile(handOffs, 0.99), "ms", "");

await lone.acquirePaths(["src/auth/**"]);
const checks = await timed(1_000, (i) => client.checkPaths([`src/other/file-${i}.ts`]));
note("guard check, p50", quantile(checks, 0.5), "ms", "< 2");
note("guard check, p99", quantile(checks, 0.99), "ms", "");

const verbs = await timed(10, async () => {
  const args = [...PROGRAM, "look", "lone", "--dir", dir];
  await new Deno.Command(RUNTIME, { args, stdout: "null", stderr: "null" }).output();
});
note("a verb against a running server, p50", quantile(verbs, 0.5), "ms", "< 150");

await end(client, child);

const TASKS = 10_000;

/** Measures the throughput and the memory of a server that runs as `program`. */
async function load(kind: string, program: readonly string[]): Promise<void> {
  const dir = Deno.makeTempDirSync();
  const home = findHome({ dir, create: true });
  const { child } = await start(dir, [...program]);
  const client = new LocalClient(home);
  const submit = async (name: string) => {
    for (let i = 0; i < TASKS; i += 20) {
      await Promise.all(
        Array.from({ length: 20 }, (_, j) => client.submit({ id: `${name}${i + j}` })),
      );
    }
  };
  const begin = performance.now();
  await submit("t");
  note(`submit, 20 connections${kind}`, TASKS / (performance.now() - begin) * 1000, "/s", "");
  note(`memory at 10,000 tasks${kind}`, memoryOf(child.pid), "MB", "< 120");

  const agents = await Promise.all(
    Array.from(
      { length: 20 },
      (_, i) => client.registerAgent({ id: `a${i}` }, undefined, { isPresent: false }),
    ),
  );
  const work = async (tasks: number) => {
    const begin = performance.now();
    let left = tasks;
    await Promise.all(agents.map(async (agent) => {
      while (left-- > 0) await (await agent.claim())!.complete();
    }));
    return tasks / (performance.now() - begin) * 1000;
  };
  // A server runs for days: its first thousands of calls, not compiled yet, aren't its speed.
  const first = await work(TASKS / 2);
  note(`claim + complete, 20 connections, at first${kind}`, first, "/s", "");
  await submit("u");
  const rates = [await work(TASKS / 2), await work(TASKS / 2), await work(TASKS / 2)];
  note(`claim + complete, 20 connections${kind}`, quantile(rates, 0.5), "/s", "≥ 3000");
  await end(client, child);
}

/** The number of events a second that are offered to readers. */
const OFFERED = 10_000;

const READERS = 20;

/** Measures the events of a server: as many as it can, and a steady stream to many readers. */
async function events(): Promise<void> {
  const dir = Deno.makeTempDirSync();
  const home = findHome({ dir, create: true });
  const { child } = await start(dir);
  const { transport, close } = socketTransport(home.socket);
  const call = async (method: string, path: string, body?: object) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const sent = { method, path, headers: {}, body: text, signal: undefined };
    return (await transport(sent)).text();
  };
  let number = 0;
  /** Submits tasks that need the first of them, and cancels that: some hundred events. */
  const burst = async () => {
    const first = `burst-${number++}`;
    const rest = Array.from(
      { length: 99 },
      (_, i) => ({ id: `${first}-${i}`, dependencies: [first] }),
    );
    await call("POST", "/v1/tasks", { tasks: [{ id: first }, ...rest] });
    await call("DELETE", `/v1/tasks/${first}`);
  };
  const last = async () => JSON.parse(await call("GET", "/v1/state")).sequence as number;
  /** Returns the events a second of eight callers that never rest. */
  const most = async () => {
    const [begin, before] = [performance.now(), await last()];
    const callers = Array.from({ length: 8 }, async () => {
      while (performance.now() - begin < 5_000) await burst();
    });
    await Promise.all(callers);
    return (await last() - before) / (performance.now() - begin) * 1000;
  };
  await most(); // its code is compiled meanwhile
  const alone = await most();
  note("events, as many as it can, no reader", alone, "/s", "");

  const readers = new Worker(new URL("./event_readers.ts", import.meta.url), { type: "module" });
  const report = () =>
    new Promise<Reading>((resolve) => {
      readers.onmessage = ({ data }) => resolve(data);
      readers.postMessage("report" satisfies Wish);
    });
  /** Waits until all readers have the newest event, and returns what they read. */
  const caughtUp = async () => {
    let [count, wrong, gaps, cuts] = [0, 0, 0, 0];
    const lags: number[] = [];
    for (let i = 0; i < 600; i++) {
      const reading = await report();
      count += reading.events;
      wrong += reading.wrong;
      gaps += reading.gaps;
      cuts += reading.cuts;
      reading.lags.forEach((times, ms) => lags[ms] = (lags[ms] ?? 0) + times);
      if (reading.last >= await last()) return { count, wrong, gaps, cuts, lags };
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("the readers did not get all events in half a minute");
  };
  readers.postMessage({ socket: home.socket, readers: READERS } satisfies Wish);
  await new Promise((resolve) => setTimeout(resolve, 500));

  const before = await last();
  await burst();
  await caughtUp();
  const each = await last() - before;
  const times = Math.ceil(10 * OFFERED / each);
  const begin = performance.now();
  const underWay: Promise<void>[] = [];
  for (let i = 0; i < times; i++) {
    const dueMs = begin + i * each / OFFERED * 1000 - performance.now();
    if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
    underWay.push(burst());
  }
  await Promise.all(underWay);
  const { count, wrong, gaps, cuts, lags } = await caughtUp();
  const seconds = (performance.now() - begin) / 1000;
  const steady = `events, 10,000/s to ${READERS} readers`;
  note(`${steady}: delivered`, count / seconds, "/s", "≥ 190000");
  note(`${steady}: lost or twice`, wrong, "", "0");
  note(`${steady}: cut and resumed, gaps told of`, cuts + gaps, "", "0");
  note(`${steady}: lag, p50`, quantileOf(lags, 0.5), "ms", "");
  note(`${steady}: lag, p99`, quantileOf(lags, 0.99), "ms", "");

  const watched = await most();
  const after = await caughtUp();
  note(`events, as many as it can, ${READERS} readers`, watched, "/s", "");
  note(`events, as many as it can, ${READERS} readers: lost or twice`, after.wrong, "", "0");
  note(`events, as many as it can, ${READERS} readers: cut and resumed`, after.cuts, "", "");
  note(`events, as many as it can, ${READERS} readers: gaps told of`, after.gaps, "", "");
  readers.terminate();
  close();
  const client = new LocalClient(home);
  await end(client, child);
}

/** Returns the value below which a part of the values lies, given how often each was seen. */
function quantileOf(counts: readonly number[], part: number): number {
  let left = part * counts.reduce((sum, count) => sum + count, 0);
  return counts.findIndex((count) => (left -= count) <= 0);
}

await events();
await load("", PROGRAM);
await load(", small", SMALL);

console.log("small: as the first verb starts it, with a runtime that keeps its memory small\n");
for (const { name, value, unit, target } of rows) {
  const shown = value >= 100 ? value.toFixed(0) : value.toFixed(2);
  console.log(`${name.padEnd(58)} ${shown.padStart(8)} ${unit.padEnd(4)} ${target}`);
}
