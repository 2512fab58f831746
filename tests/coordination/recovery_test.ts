import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type CoordinationConfig,
  CoordinationManager,
  JournalError,
  MemoryJournal,
  StaleEpochError,
  UninitializedError,
} from "../../mod.ts";
import { FaultyJournal, SimulatedClock } from "../../src/testing/mod.ts";
import { journalOf, typesIn, written } from "../support/journals.ts";
import { acquire, lines, RootDriver } from "./driver.ts";

const LATER = 60_000;

/** A manager that begins at `now` with what `journal` knows; what wrote the journal before is left to stand still. */
async function begun(
  journal: MemoryJournal,
  now: number,
  config: CoordinationConfig = {},
): Promise<{ manager: CoordinationManager; clock: SimulatedClock }> {
  const clock = new SimulatedClock(now);
  const manager = new CoordinationManager(config, undefined, undefined, { clock, journal });
  await manager.initialize();
  return { manager, clock };
}

const config = { agents: { heartbeatTimeoutMs: 1_000 } };

Deno.test("no agent is taken for dead because nobody listened while no process ran", async () => {
  const journal: MemoryJournal = new MemoryJournal();
  const before = await begun(journal, 0, config);
  const session = await before.manager.registerAgent({ id: "a" });
  await before.manager.assignTask({ id: "t", heartbeatTimeoutMs: 2_000 }, "a");
  await session.start("t");
  await session.acquire("r");
  const { incarnation } = session;

  const { manager, clock } = await begun(journal, 60_000, config);
  assertEquals(manager.getAgent("a"), {
    agentId: "a",
    incarnation,
    status: "alive",
    joinedAt: 0,
    lastHeardAt: 0,
    suspectedAt: 60_500,
    deadAt: 61_000,
  });
  assertEquals(manager.scheduler.getTask("t")!.status, "running");
  assertEquals(manager.resources.holderOf("r"), "a");
  await clock.advance(400);
  await manager.heartbeat("a", incarnation);
  await clock.advance(999);
  assertEquals(manager.getAgent("a")!.status, "suspect");
  await clock.advance(1);
  assertEquals(manager.getAgent("a"), undefined);
  assertEquals(manager.scheduler.getTask("t")!.status, "ready");
  await manager.shutdown();
});

Deno.test("a restart tells that it listens again before it tells anything else, and only where somebody may speak", async () => {
  const journal: MemoryJournal = new MemoryJournal();
  const before = await begun(journal, 0, config);
  assertEquals(await typesIn(journal), []);
  await before.manager.registerAgent({ id: "a" });
  await before.manager.registerAgent({ id: "inside" }, () => {});
  await before.manager.messages.subscribe("inside", () => {});
  const known = (await typesIn(journal)).length;
  const { manager } = await begun(journal, 5_000, config);
  const told = (await typesIn(journal)).slice(known);
  assertEquals(told[0], "resume-listening");
  assertEquals(told.filter((type) => type === "resume-listening").length, 1);
  await manager.shutdown();
});

Deno.test("what a restart spares is spared in each later reading of the journal", async () => {
  const journal: MemoryJournal = new MemoryJournal();
  const first = await begun(journal, 0, config);
  const { incarnation } = await first.manager.registerAgent({ id: "a" });
  for (const now of [10_000, 20_000, 30_000]) {
    const { manager } = await begun(journal, now, config);
    assertEquals(manager.getAgent("a")!.incarnation, incarnation);
    if (now === 20_000) await manager.performMaintenance(); // the next one reads a snapshot
  }
});

Deno.test("whoever can be heard again comes before what is due, and what else is due happens in the same step", () => {
  const bench = new RootDriver();
  bench.do(
    { type: "join-agent", agentId: "a", heartbeatTimeoutMs: 50, incarnation: 0 },
    acquire("r", "z", { leaseMs: 40 }),
    acquire("r", "y", { timeoutMs: 30 }),
  );
  bench.now = 1_000;
  assertEquals(lines(bench.do({ type: "resume-listening" })), [
    "listening:resumed",
    "resource:renewed r z",
    "resource:timed-out y",
  ]);
  assertEquals(lines(bench.pass(24)), []);
  assertEquals(lines(bench.pass(1)), ["agent:suspected a"]);
  assertEquals(lines(bench.pass(14)), []);
  assertEquals(lines(bench.pass(1)), ["resource:expired r z"]);
  assertEquals(lines(bench.pass(10)), ["agent:died a"]);
});

Deno.test("an agent that was suspected when the process ended gets no tasks until it is heard", async () => {
  const journal: MemoryJournal = new MemoryJournal();
  const before = await begun(journal, 0, config);
  await before.manager.registerAgent({ id: "a" });
  await before.clock.advance(600);
  const { manager } = await begun(journal, 60_000, config);
  await manager.submit({ id: "t" });
  assertEquals(manager.scheduler.getTask("t")!.status, "ready");
  await manager.heartbeat("a");
  assertEquals(manager.scheduler.getTask("t")!.status, "assigned");
  await assertRejects(() => manager.heartbeat("a", 99), StaleEpochError);
  assert(manager.getAgent("a")!.status === "alive");
  await manager.shutdown();
});

Deno.test("waits of callers who are gone with their process end, and those of tasks outside go on", async () => {
  const journal: MemoryJournal = new MemoryJournal();
  const { manager: before } = await begun(journal, 0);
  await before.registerAgent({ id: "a" });
  await before.acquireResource("r", "holder");
  await before.assignTask({ id: "t", resources: ["r"] }, "a");
  void before.acquireResource("r", "caller").catch(() => {});
  await before.performMaintenance();

  const { manager } = await begun(journal, 1_000);
  assertEquals(manager.resources.queueOf("r").map(({ agentId }) => agentId), ["a"]);
  await manager.releaseResource("r", "holder");
  await manager.scheduler.start("t");
  await manager.completeTask("t", "done");
  await manager.acquireResource("r", "caller");
  await manager.shutdown();
});

Deno.test("what agents had that ran in the process is free again, and what agents outside have is not", async () => {
  const journal: MemoryJournal = new MemoryJournal();
  const { manager: before } = await begun(journal, 0);
  const forever = () => new Promise<never>(() => {});
  await before.registerAgent({ id: "inside" }, forever);
  await before.registerAgent({ id: "outside" });
  for (const agentId of ["inside", "outside"]) {
    await before.submit({ id: `of ${agentId}`, assignedAgent: agentId, resources: [agentId] });
    await before.acquireResource(`held by ${agentId}`, agentId);
  }
  await before.cancelTask("of outside"); // it goes on with what it has until it settles
  const { manager } = await begun(journal, 1_000);
  assertEquals(
    ["inside", "held by inside", "held by outside"].map((id) => manager.resources.holderOf(id)),
    [undefined, undefined, "outside"],
  );
  assertEquals(manager.scheduler.getTask("of inside")!.status, "ready");
  await manager.registerAgent({ id: "inside" }, () => "done");
  const handle = await manager.submit({
    id: "next",
    dependencies: ["of inside"],
    assignedAgent: "inside",
  });
  assertEquals(await handle.result, "done");
  await manager.shutdown({ graceMs: 0 });
});

Deno.test("an aborted attempt of an agent outside keeps its locks over a restart until its body settles", async () => {
  const journal: MemoryJournal = new MemoryJournal();
  const { manager: before } = await begun(journal, 0);
  await before.registerAgent({ id: "inside" }, () => {});
  await before.registerAgent({ id: "outside" });
  await before.submit({ id: "t", assignedAgent: "outside", resources: ["r"] });
  await before.scheduler.start("t");
  await before.cancelTask("t");
  const { manager } = await begun(journal, 10);
  assertEquals(manager.resources.isLocked("r"), true);
  await manager.shutdown({ graceMs: 0 });
});

Deno.test("an agent that is registered again is suspected no longer", async () => {
  const journal: MemoryJournal = new MemoryJournal();
  const { manager, clock } = await begun(journal, 0, config);
  await manager.registerAgent({ id: "a" });
  await clock.advance(600);
  const known = (await typesIn(journal)).length;
  await manager.registerAgent({ id: "a" });
  await manager.registerAgent({ id: "a" });
  assertEquals((await typesIn(journal)).slice(known), [
    "register-agent",
    "uncordon-agent",
    "beat-agent",
    "register-agent",
  ]);
  assertEquals([manager.getAgent("a")!.status, manager.getAgent("a")!.lastHeardAt], ["alive", 600]);
  await manager.shutdown();
});

Deno.test("a restart whose journal refuses that it listens again is none, and the next one spares all agents", async () => {
  const journal: MemoryJournal = new MemoryJournal();
  const before = await begun(journal, 0, config);
  await before.manager.registerAgent({ id: "a" });
  const faulty = new FaultyJournal(journal);
  faulty.fail(1);
  const clock = new SimulatedClock(LATER);
  const manager = new CoordinationManager(config, undefined, undefined, { clock, journal: faulty });
  await assertRejects(() => manager.initialize(), JournalError);
  await clock.advance(10_000);
  assertThrows(() => manager.scheduler, UninitializedError);
  assertEquals(clock.pending, 0);
  await manager.shutdown();
  const next = await begun(journal, LATER, config);
  assertEquals(next.manager.getAgent("a")!.status, "alive");
  await next.manager.shutdown();
});

Deno.test("a restart that is given up halfway is taken up by the next one, wherever the journal ends", async () => {
  const journal: MemoryJournal = new MemoryJournal();
  const { manager: before } = await begun(journal, 0, config);
  await before.registerAgent({ id: "inside" }, () => new Promise<never>(() => {}));
  await before.registerAgent({ id: "outside" });
  await before.submit({ id: "t", assignedAgent: "inside", resources: ["r"] });
  await before.acquireResource("s", "inside");
  void before.acquireResource("s", "caller").catch(() => {});
  const whole = await written(journal);
  const restarted = await journalOf(whole);
  await begun(restarted, LATER, config);
  const all = await written(restarted);
  assert(all.length > whole.length + 3);
  for (let length = whole.length; length <= all.length; length++) {
    const { manager } = await begun(await journalOf(all.slice(0, length)), 2 * LATER, config);
    assertEquals(manager.getAgent("outside")!.status, "alive");
    assertEquals([manager.resources.isLocked("r"), manager.resources.isLocked("s")], [
      false,
      false,
    ]);
    assertEquals(manager.scheduler.getTask("t")!.status, "ready");
    await manager.registerAgent({ id: "inside" }, () => "done");
    const next = { id: "next", dependencies: ["t"], assignedAgent: "inside" };
    assertEquals(await (await manager.submit(next)).result, "done");
    await manager.shutdown({ graceMs: 0 });
  }
});

Deno.test("a manager recovers a journal whose waits have timed out while no process ran", async () => {
  const journal: MemoryJournal = new MemoryJournal();
  const before = await begun(journal, 0);
  await before.manager.acquireResource("r", "a");
  for (const agent of ["b", "c"]) {
    before.manager.acquireResource("r", agent, { timeoutMs: 50 }).catch(() => {});
  }
  await before.clock.advance(0);
  const { manager } = await begun(journal, LATER);
  assertEquals(manager.resources.queueOf("r"), []);
  await manager.shutdown();
});
