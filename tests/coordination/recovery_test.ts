import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type CoordinationConfig,
  CoordinationManager,
  MemoryLog,
  type RootCommand,
  StaleEpochError,
  type Tick,
} from "../../mod.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";
import { acquire, lines, RootBench } from "./bench.ts";

type Log = MemoryLog<RootCommand | Tick>;

/** A manager that begins at `now` with what `log` knows; what wrote the log before is left to stand still. */
async function begun(
  log: Log,
  now: number,
  config: CoordinationConfig = {},
): Promise<{ manager: CoordinationManager; clock: SimulatedClock }> {
  const clock = new SimulatedClock(now);
  const manager = new CoordinationManager(config, undefined, undefined, { clock, log });
  await manager.initialize();
  return { manager, clock };
}

async function commandsIn(log: Log): Promise<string[]> {
  const types: string[] = [];
  for await (const { command } of log.read(0)) types.push(command.type);
  return types;
}

const config = { agents: { heartbeatTimeoutMs: 1_000 } };

Deno.test("no agent is taken for dead because nobody listened while no process ran", async () => {
  const log: Log = new MemoryLog();
  const before = await begun(log, 0, config);
  const session = await before.manager.registerAgent({ id: "a" });
  await before.manager.assignTask({ id: "t", heartbeatTimeoutMs: 2_000 }, "a");
  await session.start("t");
  await session.acquire("r");
  const { incarnation } = session;

  const { manager, clock } = await begun(log, 60_000, config);
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
  const log: Log = new MemoryLog();
  const before = await begun(log, 0, config);
  assertEquals(await commandsIn(log), []);
  await before.manager.registerAgent({ id: "a" });
  await before.manager.registerAgent({ id: "inside" }, () => {});
  await before.manager.messages.subscribe("inside", () => {});
  const known = (await commandsIn(log)).length;
  const { manager } = await begun(log, 5_000, config);
  const told = (await commandsIn(log)).slice(known);
  assertEquals(told[0], "resume-listening");
  assertEquals(told.filter((type) => type === "resume-listening").length, 1);
  await manager.shutdown();
});

Deno.test("what a restart spares is spared in each later reading of the log", async () => {
  const log: Log = new MemoryLog();
  const first = await begun(log, 0, config);
  const { incarnation } = await first.manager.registerAgent({ id: "a" });
  for (const now of [10_000, 20_000, 30_000]) {
    const { manager } = await begun(log, now, config);
    assertEquals(manager.getAgent("a")!.incarnation, incarnation);
    if (now === 20_000) await manager.performMaintenance(); // the next one reads a snapshot
  }
});

Deno.test("whoever can be heard again comes before what is due, and what else is due happens in the same step", () => {
  const bench = new RootBench();
  bench.do(
    { type: "join-agent", agentId: "a", heartbeatTimeoutMs: 50, incarnation: 0 },
    acquire("r", "z", { leaseMs: 40 }),
  );
  bench.now = 1_000;
  assertEquals(lines(bench.do({ type: "resume-listening" })), [
    "listening:resumed",
    "resource:expired r z",
  ]);
  assertEquals(lines(bench.pass(24)), []);
  assertEquals(lines(bench.pass(1)), ["agent:suspected a"]);
  assertEquals(lines(bench.pass(25)), ["agent:died a"]);
});

Deno.test("an agent that was suspected when the process ended gets no tasks until it is heard", async () => {
  const log: Log = new MemoryLog();
  const before = await begun(log, 0, config);
  await before.manager.registerAgent({ id: "a" });
  await before.clock.advance(600);
  const { manager } = await begun(log, 60_000, config);
  await manager.submit({ id: "t" });
  assertEquals(manager.scheduler.getTask("t")!.status, "ready");
  await manager.heartbeat("a");
  assertEquals(manager.scheduler.getTask("t")!.status, "assigned");
  await assertRejects(() => manager.heartbeat("a", 99), StaleEpochError);
  assert(manager.getAgent("a")!.status === "alive");
  await manager.shutdown();
});
