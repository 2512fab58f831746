/** Nothing that happens to a task is silent. */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import type { Journal } from "../../src/core/journal.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { type Logger, silentLogger } from "../../src/core/logger.ts";
import { AdvancedTaskScheduler } from "../../src/tasks/advanced_task_scheduler.ts";
import { TaskFailedError } from "../../src/tasks/errors.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { settle } from "../support/settle.ts";

function warned(journal?: Journal) {
  const warnings: unknown[][] = [];
  const logger: Logger = { ...silentLogger, debug() {}, info() {}, error() {}, warn };
  function warn(...line: unknown[]): void {
    warnings.push(line);
  }
  const clock = new SimulatedClock();
  const bus = new EventBus(false, { clock, logger });
  const options = { clock, ...(journal && { journal }) };
  const scheduler = new AdvancedTaskScheduler({ maxRetries: 0 }, bus, logger, options);
  /** The first words of each warning. */
  const lines = () => warnings.map(([line]) => line);
  return { clock, bus, scheduler, warnings, lines };
}

const boom = new Error("boom");

function throwing(): never {
  throw boom;
}

Deno.test("a failure whose result is not awaited is logged once, with its error", async () => {
  const { clock, scheduler, warnings } = warned();
  await scheduler.registerAgent({ id: "x" }, throwing);
  await scheduler.submit({ id: "t" });
  await clock.advance(0);
  assertEquals(warnings.length, 1);
  assertEquals(warnings[0]![0], 'Task "t" failed after 1 attempt, and no caller awaits its result');
  assertStrictEquals(warnings[0]![1], boom);
  await clock.advance(10_000);
  await scheduler.shutdown();
  assertEquals([warnings.length, clock.pending], [1, 0]);
});

Deno.test("a failure of a task that a schedule submitted is logged", async () => {
  const { clock, scheduler, lines } = warned();
  await scheduler.registerAgent({ id: "x" }, throwing);
  await scheduler.every("s", { everyMs: 1_000, task: {} });
  await clock.advance(0);
  assertEquals(lines(), ['Task "s@0" failed after 1 attempt, and no caller awaits its result']);
  await scheduler.shutdown();
  assertEquals(clock.pending, 0);
});

Deno.test("a failure whose result is awaited is not logged, however fast it comes", async () => {
  const { clock, scheduler, lines } = warned();
  await scheduler.registerAgent({ id: "x" }, throwing);
  const handle = await scheduler.submit({ id: "t" });
  await assertRejects(() => handle.result, TaskFailedError);
  const late = await scheduler.submit({ id: "u" });
  await settle();
  assertEquals(late.status, "failed");
  await assertRejects(() => late.result, TaskFailedError);
  await clock.advance(1_000);
  await scheduler.shutdown();
  assertEquals(lines(), []);
});

Deno.test("a retry that may succeed is not logged as a failure", async () => {
  const { clock, scheduler, lines } = warned();
  await scheduler.registerAgent({ id: "x" }, (_task, { attempt }) => {
    if (attempt === 1) throw boom;
  });
  await scheduler.submit({ id: "t", retries: 1 });
  await clock.runUntilIdle();
  await scheduler.shutdown();
  assertEquals(lines(), []);
});

Deno.test("a failure just before shutdown() is logged, too", async () => {
  const { scheduler, lines } = warned();
  await scheduler.registerAgent({ id: "x" }, throwing);
  await scheduler.submit({ id: "t" });
  await settle();
  await scheduler.shutdown();
  assertEquals(lines(), ['Task "t" failed after 1 attempt, and no caller awaits its result']);
});

Deno.test("tasks that are dropped by shutdown() are logged, those that ran as well", async () => {
  const { clock, scheduler, lines } = warned();
  await scheduler.registerAgent({ id: "x" }, () => new Promise(() => {}));
  for (let i = 1; i <= 7; i++) await scheduler.submit({ id: `t${i}` });
  const closed = scheduler.shutdown({ graceMs: 10 });
  await clock.runUntilIdle();
  await closed;
  assertEquals(lines(), [
    '7 tasks dropped, as the scheduler was shut down: "t1", "t2", "t3", "t4", "t5" and 2 more',
  ]);
});

Deno.test("one task is dropped in the singular, and none is not logged", async () => {
  const { clock, scheduler, lines } = warned();
  await scheduler.registerAgent({ id: "x" }, (task) => task.id);
  await (await scheduler.submit({ id: "done" })).result;
  const handle = await scheduler.submit({ id: "t", dependencies: ["never"] });
  const end = handle.result.catch((error) => error.code);
  await scheduler.shutdown();
  assertEquals(lines(), ['1 task dropped, as the scheduler was shut down: "t"']);
  assertEquals(await end, "closed");
  const other = warned();
  await other.scheduler.shutdown();
  assertEquals([other.lines(), clock.pending], [[], 0]);
});

Deno.test("tasks that a journal keeps are not dropped", async () => {
  const { scheduler, lines } = warned(new MemoryJournal());
  await scheduler.initialize();
  await scheduler.submit({ id: "t", dependencies: ["never"] });
  await scheduler.shutdown();
  assertEquals(lines(), []);
});

Deno.test("a task that no registered agent may run is logged once", async () => {
  const { clock, scheduler, lines } = warned();
  await scheduler.registerAgent({ id: "x", capabilities: ["cpu"] }, throwing);
  for (const id of ["a", "b"]) await scheduler.submit({ id, requires: ["gpu"] });
  await clock.advance(999);
  assertEquals(lines(), []);
  await clock.advance(1);
  const line = 'No registered agent may run "a", "b", which requires "gpu"';
  assertEquals(lines(), [line]);
  await scheduler.submit({ id: "c", requires: ["gpu"] });
  await clock.advance(10_000);
  assertEquals(lines(), [line]);
  await scheduler.submit({ id: "d", requires: ["tpu"] });
  await clock.advance(10_000);
  assertEquals(lines()[1], 'No registered agent may run "d", which requires "tpu"');
  await scheduler.shutdown();
});

Deno.test("a task whose agent is registered in time, or is only busy, is not logged", async () => {
  const { clock, scheduler, lines } = warned();
  await scheduler.submit({ id: "early" });
  await clock.advance(500);
  await scheduler.registerAgent({ id: "x" }, () => new Promise(() => {}));
  await scheduler.submit({ id: "queued" });
  await scheduler.cordonAgent("x");
  await clock.advance(10_000);
  assertEquals(lines(), []);
  const closed = scheduler.shutdown({ graceMs: 0 });
  await clock.runUntilIdle();
  await closed;
});

Deno.test("a task that loses its only agent, or becomes ready without one, is logged", async () => {
  const { clock, scheduler, lines } = warned();
  await scheduler.registerAgent({ id: "x", capabilities: ["gpu"] });
  await scheduler.submit({ id: "a", requires: ["gpu"] });
  await scheduler.submit({ id: "b" });
  await scheduler.unregisterAgent("x");
  await clock.advance(1_000);
  assertEquals(lines(), [
    'No registered agent may run "a", which requires "gpu"',
    'No registered agent may run "b"',
  ]);
  await scheduler.registerAgent({ id: "y" }, () => {});
  await scheduler.submit({ id: "c", dependencies: ["b2"], requires: ["tpu"] });
  await scheduler.submit({ id: "b2" });
  await clock.advance(1_000);
  assertEquals(lines()[2], 'No registered agent may run "c", which requires "tpu"');
  await scheduler.shutdown();
});

Deno.test("a program that ends at once still says which tasks no agent could run", async () => {
  const { scheduler, lines } = warned();
  await scheduler.registerAgent({ id: "x" }, () => {});
  await scheduler.submit({ id: "t", requires: ["gpu"] });
  await scheduler.shutdown();
  assertEquals(lines(), [
    'No registered agent may run "t", which requires "gpu"',
    '1 task dropped, as the scheduler was shut down: "t"',
  ]);
});

Deno.test("a task of an earlier process that fails is logged, as its submitter is gone", async () => {
  const journal = new MemoryJournal();
  const first = warned(journal);
  await first.scheduler.initialize();
  await first.scheduler.submit({ id: "t" });
  const second = warned(journal);
  await second.scheduler.initialize();
  await second.scheduler.registerAgent({ id: "x" }, throwing);
  await settle();
  await second.clock.advance(0);
  assertEquals(second.lines(), [
    'Task "t" failed after 1 attempt, and no caller awaits its result',
  ]);
});

Deno.test("a warning causes no unhandled rejection, and none keeps the process alive for long", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("./silent_program.ts", import.meta.url).pathname],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assertEquals(code, 0, text);
  assert(text.includes('Task "fails" failed after 1 attempt'), text);
  assert(text.includes('1 task dropped, as the scheduler was shut down: "stays"'), text);
});
