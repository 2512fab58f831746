/// <reference lib="dom" />
/**
 * `deno task bench:dashboard`: what three tabs cost a busy server, and how they keep up with it. The load
 * is the same with and without tabs, in turns; the browser runs on the same machine.
 *
 * @module
 */

import type { CDPSession, Page } from "playwright-core";
import { LocalClient } from "../src/client/local/mod.ts";
import { programCommand } from "../src/command/program.ts";
import { findHome } from "../src/service/home.ts";
import { findChromium, startBrowser } from "./browser.ts";

const AGENTS = 100;
const TASKS = 10_000;
const LOCKS = 1_000;
/** Claims and ends of tasks each second, at about eight events. */
const RATE = 250;
const SECONDS = Number(Deno.env.get("SECONDS") ?? 20);

const path = await findChromium();
if (path === undefined) {
  console.error("Chromium is not installed");
  Deno.exit(1);
}
const dir = Deno.makeTempDirSync();
const home = findHome({ dir, create: true });
const [runtime, ...program] = programCommand() as [string, ...string[]];
const child = new Deno.Command(runtime, {
  args: [...program, "serve", "--dir", dir],
  stdout: "piped",
  stderr: "null",
}).spawn();
const reader = child.stdout.getReader();
await reader.read();
reader.releaseLock();
const client = new LocalClient(home);
const agents = await Promise.all(Array.from(
  { length: AGENTS },
  (_, i) => client.registerAgent({ id: `agent-${i}` }, undefined, { isPresent: false }),
));
let submitted = 0;
async function submit(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => {
    const n = submitted++;
    return client.submit({
      id: `task-${n}`,
      description: `Do part ${n} of the work`,
      type: `kind-${n % 7}`,
      ...(n % 10 > 0 && n % 100 < 40 && { dependencies: [`task-${n - 1}`] }),
    });
  }));
}
for (let i = 0; i < TASKS; i += 100) await submit(100);
for (let i = 0; i < LOCKS; i++) await agents[i % AGENTS]!.acquire(`lock-${i}`, { leaseMs: 0 });

/** Returns the processor time of a process, in milliseconds. */
function cpuOf(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

let idle = [...agents];

/** Has agents claim, end and submit tasks at a rate. Returns the rate that was reached, and the cost. */
async function load(): Promise<{ rate: number; cpuMs: number }> {
  const [begin, cpu] = [performance.now(), cpuOf(child.pid)];
  let done = 0;
  const work = async () => {
    const agent = idle.pop();
    if (agent === undefined) return;
    const claim = await agent.claim({ waitMs: 0 });
    await claim?.complete();
    await submit(1);
    done++;
    idle = [agent, ...idle];
  };
  const running: Promise<void>[] = [];
  for (let i = 0; i < RATE * SECONDS; i++) {
    const late = begin + i * 1_000 / RATE - performance.now();
    if (late > 1) await new Promise((resolve) => setTimeout(resolve, late));
    running.push(work());
  }
  await Promise.all(running);
  const ms = performance.now() - begin;
  return { rate: done / ms * 1_000, cpuMs: (cpuOf(child.pid) - cpu) / done };
}

/** Notes the tasks of a page that last longer than 50 ms. */
function watch(): void {
  const found: number[] = [];
  (globalThis as unknown as { long: number[] }).long = found;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) found.push(duration);
  }).observe({ type: "longtask", buffered: true });
}

interface Tab {
  readonly name: string;
  readonly page: Page;
  readonly session: CDPSession;
}

async function heapOf({ session }: Tab): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "JSHeapUsedSize")!.value / 2 ** 20;
}

await load(); // the code is compiled
const browser = await startBrowser(path);
const without: Awaited<ReturnType<typeof load>>[] = [];
const withTabs: Awaited<ReturnType<typeof load>>[] = [];
const rows: string[] = [];
for (let round = 0; round < 3; round++) {
  without.push(await load());
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(watch);
  const first = await context.newPage();
  await first.goto((await client.openLink()).url);
  const tabs: Tab[] = [];
  for (const name of ["", "tasks", "locks"]) {
    const page = await context.newPage();
    await page.goto(new URL(`/${name}`, first.url()).href);
    await page.locator(".loading").waitFor({ state: "detached" });
    const session = await context.newCDPSession(page);
    await session.send("Performance.enable");
    tabs.push({ name: name || "now", page, session });
  }
  await first.close();
  const before = await Promise.all(tabs.map(heapOf));
  withTabs.push(await load());
  for (const [i, tab] of tabs.entries()) {
    const long = await tab.page.evaluate(() =>
      (globalThis as unknown as { long: number[] }).long.filter((ms) => ms > 100)
    );
    const heap = await heapOf(tab);
    rows.push(
      `${tab.name.padEnd(6)} tasks over 100 ms: ${long.length}${
        long.length > 0 ? ` (${long.map(Math.round).join(", ")})` : ""
      }; heap ${before[i]!.toFixed(1)} → ${heap.toFixed(1)} MB`,
    );
  }
  await context.close();
}
await browser.close();

// A plan of a thousand tasks.
const context = await (await startBrowser(path)).newContext();
const page = await context.newPage();
await page.goto((await client.openLink()).url);
await page.goto(new URL("/plan?folded=no", page.url()).href);
await page.locator(".node").first().waitFor();
const plan = await page.evaluate(async () => {
  const [nodes, box] = [
    document.querySelectorAll(".node").length,
    document.querySelector(".canvas")!,
  ];
  const frames: number[] = [];
  let last = performance.now();
  const { left, top } = box.getBoundingClientRect();
  const at = (type: string, x: number) =>
    box.dispatchEvent(
      new PointerEvent(type, {
        pointerId: 1,
        clientX: left + x,
        clientY: top + 200,
        bubbles: true,
      }),
    );
  at("pointerdown", 100);
  for (let i = 0; i < 120; i++) {
    at("pointermove", 100 + i * 3);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  at("pointerup", 460);
  frames.sort((a, b) => a - b);
  return { nodes, median: frames[60]!, p95: frames[114]! };
});
await context.browser()!.close();
await client.stop();
await child.status;
await child.stdout.cancel();
client.close();

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const [free, watched] = [without, withTabs].map((each) => ({
  rate: median(each.map(({ rate }) => rate)),
  cpuMs: median(each.map(({ cpuMs }) => cpuMs)),
})) as [{ rate: number; cpuMs: number }, { rate: number; cpuMs: number }];
console.log(`${AGENTS} agents, ${submitted} tasks, ${LOCKS} locks, ${SECONDS} s for each of 3 rounds
tasks/s without and with three tabs: ${free.rate.toFixed(0)}, ${
  watched.rate.toFixed(0)
} (of ${RATE})
processor time of the server for a task: ${free.cpuMs.toFixed(2)}, ${
  watched.cpuMs.toFixed(2)
} ms (${(watched.cpuMs / free.cpuMs).toFixed(2)}×)
${rows.join("\n")}
plan of ${plan.nodes} tasks, moved: a frame takes ${plan.median.toFixed(1)} ms, p95 ${
  plan.p95.toFixed(1)
} ms`);
Deno.exit();
