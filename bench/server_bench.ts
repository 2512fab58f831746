/**
 * A real server in short; `deno task bench:server` measures more.
 *
 * @module
 */

import { LocalClient } from "../src/client/local/mod.ts";
import { findHome } from "../src/service/home.ts";
import { atMost, type Row, type Suite } from "./harness.ts";
import { end, quantile, start, timed } from "./server_process.ts";

const CALLS = 300;
const TASKS = 4_000;
const CLIENTS = 20;

async function* measures(): AsyncIterable<Row> {
  const dir = await Deno.makeTempDir();
  const home = findHome({ dir, create: true });
  const { child } = await start(dir);
  const client = new LocalClient(home);
  try {
    const session = await client.registerAgent({ id: "lone" }, undefined, { isPresent: false });
    const locks = await timed(CALLS, async (i) => {
      await (await session.acquire(`resource-${i % 10}`)).release();
    });
    const ns = (q: number) => quantile(locks, q) * 1e6;
    yield atMost("server: lock and release by a client, median", "ns", ns(0.5));
    yield atMost("server: lock and release by a client, p99", "ns", ns(0.99), 20e6);
    yield atMost("server: a task submitted, 20 clients", "ns", await submissions(client));
    const claimed = await claims(client);
    yield atMost("server: a task claimed and completed, 20 clients", "ns", claimed, 1e9 / 3_000);
  } finally {
    await end(client, child);
    await Deno.remove(dir, { recursive: true });
  }
}

/** Nanoseconds for each task. */
async function submissions(client: LocalClient): Promise<number> {
  const begin = performance.now();
  for (let i = 0; i < TASKS; i += CLIENTS) {
    const those = Array.from({ length: CLIENTS }, (_, j) => ({ id: `task-${i + j}` }));
    await Promise.all(those.map((task) => client.submit(task)));
  }
  return (performance.now() - begin) * 1e6 / TASKS;
}

/** Nanoseconds for each of the second half of the tasks: the first one is for the compiler. */
async function claims(client: LocalClient): Promise<number> {
  const sessions = await Promise.all(Array.from({ length: CLIENTS }, (_, i) => {
    return client.registerAgent({ id: `agent-${i}` }, undefined, { isPresent: false });
  }));
  const work = async (tasks: number) => {
    let left = tasks;
    await Promise.all(sessions.map(async (session) => {
      while (left-- > 0) await (await session.claim())!.complete();
    }));
  };
  await work(TASKS / 2);
  const begin = performance.now();
  await work(TASKS / 2);
  return (performance.now() - begin) * 1e6 / (TASKS / 2);
}

/** The benchmarks of a server. */
export const server: Suite = { name: "server", comparisons: () => [], measures };
