/** A run leaves no timer and no listener behind, and an echo of a signal is not a second one. */

import process from "node:process";
import { assertEquals } from "@std/assert";
import { Interrupts } from "../../src/cli/interrupts.ts";
import { parseWorkflow, runWorkflow } from "../../src/cli/mod.ts";
import { DeadlockError } from "../../src/locks/errors.ts";
import { CountingController } from "../support/watched_host.ts";

Deno.test("a run that ends removes its listener from the signal of its caller", async () => {
  const controller = new CountingController();
  const workflow = parseWorkflow("{ tasks: { a: { run: 'true' } } }");
  const { exitCode } = await runWorkflow(workflow, { agents: 1, signal: controller.signal });
  assertEquals([exitCode, controller.listeners], [0, 0]);
});

Deno.test("a command that ends when it is asked to leaves no timer that would kill it", async () => {
  const graceMs = 54_321;
  const set = new Set<unknown>();
  const { setTimeout, clearTimeout } = globalThis;
  globalThis.setTimeout = ((callback: () => void, ms?: number) => {
    const id = setTimeout(callback, ms);
    if (ms === graceMs) set.add(id);
    return id;
  }) as never;
  globalThis.clearTimeout = (id) => {
    set.delete(id);
    clearTimeout(id);
  };
  try {
    const workflow = parseWorkflow("{ tasks: { a: { run: 'sleep 60', timeout: 50ms } } }");
    const { tasks: [task] } = await runWorkflow(workflow, { agents: 1, graceMs });
    assertEquals([task!.outcome, set.size], ["timed-out", 0]);
  } finally {
    for (const id of set) clearTimeout(id as number);
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
});

Deno.test("a function that is the victim of a deadlock is called again, at no cost to its task", async () => {
  let calls = 0;
  const work = () => {
    if (++calls === 1) throw new DeadlockError("a", ["a", "b"], ["r", "s"]);
  };
  const workflow = parseWorkflow("{ tasks: { a: { run: 'false', retries: 0 } } }");
  const functions = new Map([["a", work]]);
  const { exitCode } = await runWorkflow(workflow, { agents: 1, functions });
  assertEquals([exitCode, calls], [0, 2]);
});

Deno.test("a second signal counts only when it comes later than an echo of the first", () => {
  const { now } = performance;
  let ms = 0;
  performance.now = () => ms;
  const interrupts = new Interrupts({ suspend: () => Promise.resolve(), resume() {} });
  try {
    for (const at of [1_000, 1_000, 1_100]) {
      ms = at;
      process.emit("SIGINT" as never);
      assertEquals([interrupts.stop.aborted, interrupts.kill.aborted], [true, false]);
    }
    ms = 1_101;
    process.emit("SIGINT" as never);
    assertEquals([interrupts.kill.aborted, interrupts.exitCode], [true, 130]);
  } finally {
    interrupts.release();
    performance.now = now;
  }
});
