import { assert, assertEquals, assertRejects } from "@std/assert";
import { Dashboard } from "../../src/dashboard/mod.ts";
import { Chronicle } from "../../src/dashboard/chronicle.ts";
import { MemoryJournal } from "../../mod.ts";
import { CoordinationManager } from "../../src/coordination/mod.ts";
import { openHistory } from "../../src/history/mod.ts";
import { UnknownSubjectError } from "../../src/coordination/explain.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";
import type { RootState } from "../../src/root/state.ts";

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** A system with its dashboard, which hears of events as a server lets it. */
async function start() {
  const clock = new SimulatedClock(1_700_000_000_000);
  const journal = new MemoryJournal();
  const manager = new CoordinationManager({ clock, journal, logger: SILENT });
  let next = 0;
  const dashboard = new Dashboard({
    title: "shop",
    history: () => openHistory<RootState>(journal),
    present: () => ({ state: manager.state, next, at: clock.now() }),
  });
  const heard = manager.eventBus.events(undefined, { buffer: 10_000 });
  const reading = (async () => {
    for await (const { sequence, at, event, payload } of heard) {
      if (sequence < 0) continue;
      next = sequence + 1;
      dashboard.hear(sequence, at, { ...payload as object, type: event });
    }
  })();
  await manager.initialize();
  return {
    ...{ clock, manager, dashboard },
    /** Lets events arrive. */
    async settle() {
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
    async [Symbol.asyncDispose]() {
      await manager.shutdown({ graceMs: 0 });
      await heard.return?.();
      await reading;
    },
  };
}

Deno.test("the page of now shows agents, tasks, failures, and what needs a person", async () => {
  await using system = await start();
  const { manager, dashboard, clock } = system;
  const ada = await manager.registerAgent({ id: "ada", mode: "pull", capabilities: ["code"] });
  await manager.submit({ id: "a", requires: ["code"] });
  await manager.submit({ id: "b", priority: -1 });
  await manager.submit({ id: "c", requires: ["paint"], priority: -2 });
  const claim = await ada.claim({ waitMs: 0 });
  await ada.block("a", "which colour?", claim!.epoch);
  for (let i = 0; i < 2; i++) {
    const handle = await manager.submit({ id: `import-${i}`, priority: 5, retries: 0 });
    handle.result.catch(() => {});
    const failing = await ada.claim({ waitMs: 0 });
    await clock.advance(10);
    await ada.fail(
      failing!.task.id,
      new Error(`no answer from "db${i}" in ${i}0 ms`),
      failing!.epoch,
    );
  }
  await system.settle();
  const page = await dashboard.page("now", {});
  assertEquals(page.agents.map(({ agentId, status }) => [agentId, status]), [["ada", "idle"]]);
  assertEquals(page.needs.map(({ kind, taskId, text }) => [kind, taskId, text]), [
    ["question", "a", "which colour?"],
  ]);
  assertEquals(page.failures.map(({ error, count, taskIds }) => [error, count, taskIds]), [
    ['no answer from "…" in # ms', 2, ["import-1", "import-0"]],
  ]);
  assertEquals(page.queues.map(({ requires, ready, fit }) => [requires, ready, fit]), [
    [[], 1, 1],
    [["paint"], 1, 0],
  ]);
  assertEquals([page.counts.blocked, page.counts.failed, page.counts.ready], [1, 2, 2]);
  assertEquals(page.header.mayAct, true);
  assert(page.events.length > 5);
});

Deno.test("tasks are filtered and paged, the newest first", async () => {
  await using system = await start();
  const { manager, dashboard } = system;
  for (let i = 0; i < 1_200; i++) {
    await manager.submit({
      id: `t${i}`,
      type: i % 2 === 0 ? "even" : "odd",
      description: `Nr ${i}`,
    });
  }
  await manager.cancelTask("t5");
  const all = await dashboard.page("tasks", { offset: 1_000, limit: 3 });
  assertEquals([all.total, all.tasks.map(({ id }) => id)], [1_200, ["t199", "t198", "t197"]]);
  const even = await dashboard.page("tasks", { type: "even", limit: 2 });
  assertEquals([even.total, even.tasks.map(({ id }) => id)], [600, ["t1198", "t1196"]]);
  const cancelled = await dashboard.page("tasks", { status: "cancelled" });
  assertEquals([cancelled.total, cancelled.tasks[0]?.id], [1, "t5"]);
  const named = await dashboard.page("tasks", { text: "nR 77" });
  assertEquals(named.total, 11, "77 and 770 to 779");
});

Deno.test("a page of an earlier moment shows everything as it was then", async () => {
  await using system = await start();
  const { manager, dashboard, clock } = system;
  const ada = await manager.registerAgent({ id: "ada", mode: "pull" });
  await manager.submit({ id: "a" });
  const claim = await ada.claim({ waitMs: 0 });
  const lock = await ada.acquire("db");
  await ada.send("ada", "note to self");
  await clock.advance(1_000);
  const between = clock.now();
  await clock.advance(1_000);
  await ada.complete("a", "done", claim!.epoch);
  await lock.release();
  await manager.removeAgent("ada");
  await system.settle();
  const now = await dashboard.page("now", {});
  assertEquals([now.agents.length, now.counts.completed, now.locksHeld], [0, 1, 0]);
  const at = String(between);
  const then = await dashboard.page("now", { at });
  assertEquals([then.agents[0]?.status, then.counts.running, then.locksHeld], ["full", 1, 1]);
  assertEquals([then.header.isPast, then.header.mayAct, then.header.at], [true, false, between]);
  assert(then.events.every((event) => event.at <= between));
  const why = await dashboard.page("why", { at, id: "a", kind: "task" });
  assertEquals(why.task?.status, "running");
  const locks = await dashboard.page("locks", { at });
  assertEquals(locks.locks.map(({ resourceId }) => resourceId), ["db"]);
  const messages = await dashboard.page("messages", { at });
  assertEquals(messages.mailboxes, [{ agentId: "ada", unhandled: 1 }]);
  const timeline = await dashboard.page("timeline", { at, spanMs: 60_000 });
  assertEquals(timeline.bars.map(({ kind, name, to }) => [kind, name, to]), [
    ["attempt", "a", undefined],
    ["lease", "db", undefined],
  ]);
  const later = await dashboard.page("timeline", { spanMs: 60_000 });
  assertEquals(later.bars.map(({ kind, outcome }) => [kind, outcome]), [
    ["attempt", "completed"],
    ["lease", "released"],
  ]);
});

Deno.test("a deadlock that was resolved stays with its cycle and its victim", async () => {
  await using system = await start();
  const { manager, dashboard } = system;
  const [a, b] = [
    await manager.registerAgent({ id: "a" }),
    await manager.registerAgent({ id: "b" }),
  ];
  const [left, right] = [await a!.acquire("left"), await b!.acquire("right")];
  const waits = [a!.acquire("right", { timeoutMs: 0 }), b!.acquire("left", { timeoutMs: 0 })];
  const ended = await Promise.race(waits.map((wait, i) => wait.then(() => -1, () => i)));
  await system.settle();
  const page = await dashboard.page("locks", {});
  const victim = ["a", "b"][ended]!;
  assertEquals(page.deadlocks.map((each) => [[...each.agents].sort(), each.victim]), [
    [["a", "b"], victim],
  ]);
  assertEquals(page.edges.map(({ from, to, kind }) => [from, to, kind]), [
    victim === "b" ? ["agent a", "agent b", "lock"] : ["agent b", "agent a", "lock"],
  ]);
  await left.release();
  await right.release();
  await Promise.allSettled(waits);
});

Deno.test("a plan has the tasks that depend on each other, or those around one", async () => {
  await using system = await start();
  const { manager, dashboard } = system;
  await manager.submit({ id: "a" });
  await manager.submit({ id: "b", dependencies: ["a"] });
  await manager.submit({ id: "x" });
  await manager.submit({ id: "y", dependencies: ["x"] });
  await manager.submit({ id: "alone" });
  const whole = await dashboard.page("plan", {});
  assertEquals(whole.nodes.map(({ id }) => id).sort(), ["a", "b", "x", "y"]);
  const part = await dashboard.page("plan", { id: "a" });
  assertEquals(part.nodes.map(({ id, needs }) => [id, needs]), [["a", []], ["b", ["a"]]]);
});

Deno.test("the end of a journal is shown without a system, and nothing can be done there", async () => {
  const journal = new MemoryJournal();
  {
    await using manager = new CoordinationManager({ journal, logger: SILENT });
    await manager.initialize();
    await manager.submit({ id: "a" });
  }
  const dashboard = new Dashboard({
    title: "past",
    history: () => openHistory<RootState>(journal),
    present: undefined,
  });
  const page = await dashboard.page("tasks", {});
  assertEquals([page.total, page.header.mayAct], [1, false]);
});

Deno.test("a page about something unknown, or of a moment that is none, is refused", async () => {
  await using system = await start();
  const { dashboard } = system;
  await assertRejects(() => dashboard.page("why", { id: "nothing" }), UnknownSubjectError);
  await assertRejects(() => dashboard.page("why", { id: "x", kind: "wait" }), RangeError);
  await assertRejects(() => dashboard.page("now", { at: "yesterday" }), RangeError);
  await assertRejects(() => dashboard.page("now", { at: "999999" }), RangeError);
});

Deno.test("a journal that can't be read for a while is read for a later page", async () => {
  const journal = new MemoryJournal();
  await using manager = new CoordinationManager({ journal, logger: SILENT });
  await manager.initialize();
  await manager.submit({ id: "a" });
  let tries = 0;
  const dashboard = new Dashboard({
    title: "shop",
    history: async () => {
      if (++tries === 1) throw new Error("the disk is busy");
      return await openHistory<RootState>(journal);
    },
    present: () => ({ state: manager.state, next: manager.sequence, at: Date.now() }),
  });
  await assertRejects(() => dashboard.page("now", {}), Error, "busy");
  const page = await dashboard.page("now", {});
  assertEquals(page.events.map(({ type }) => type), ["task:created"]);
});

Deno.test("counts are merged into fewer spans when there are many, and none is lost", () => {
  const chronicle = new Chronicle(() => "");
  const begin = 1_700_000_000_000;
  for (let i = 0; i < 5_000; i++) {
    chronicle.take(i, begin + i * 2_000, { type: "task:created" });
  }
  const sum = (buckets: readonly { submitted: number }[]) =>
    buckets.reduce((total, { submitted }) => total + submitted, 0);
  assert(chronicle.buckets.length <= 1_000);
  assertEquals(sum(chronicle.buckets), 5_000);
  const series = chronicle.series(begin + 10_000_000);
  assert(series.buckets.length <= 301);
  assertEquals(sum(series.buckets), 5_000);
});

Deno.test("what came before a chronicle began, or comes twice, counts once", () => {
  const chronicle = new Chronicle(({ type }) => type);
  const at = 1_700_000_000_000;
  for (const sequence of [3, 4, 4, 3, 5]) chronicle.take(sequence, at, { type: "task:created" });
  assertEquals(chronicle.events(Infinity, 10).map(({ sequence }) => sequence), [5, 4, 3]);
  assertEquals(chronicle.events(5, 10).map(({ sequence }) => sequence), [4, 3]);
  assertEquals([chronicle.eventFrom(4)?.sequence, chronicle.eventFrom(6)], [4, undefined]);
});
