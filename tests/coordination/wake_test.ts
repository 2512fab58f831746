/**
 * A process that did not run for a while: its machine was suspended, or its event loop was blocked.
 */

import { assert, assertEquals } from "@std/assert";
import {
  AdvancedTaskScheduler,
  type CoordinationConfig,
  CoordinationManager,
  MemoryJournal,
  MessageRouter,
  ResourceManager,
} from "../../mod.ts";
import { memberView } from "../../src/agents/views.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { rootMachine } from "../../src/root/machine.ts";
import { readCoordinationConfig } from "../../src/coordination/config.ts";
import { replayed, written } from "../support/journals.ts";
import { FaultyJournal, SimulatedClock } from "../../src/testing/mod.ts";

const TIMEOUT_MS = 30_000;
const HOUR_MS = 3_600_000;

const config: CoordinationConfig = { agents: { heartbeatTimeoutMs: TIMEOUT_MS } };

interface Awake extends AsyncDisposable {
  readonly clock: SimulatedClock;
  readonly manager: CoordinationManager;
  readonly inner: MemoryJournal;
  readonly journal: FaultyJournal;
  /** Lets the process not run for `ms`, then lets it go on with `first`, before its timers fire. */
  sleep(ms: number, first?: () => unknown): Promise<void>;
}

async function awake(hasJournal: boolean): Promise<Awake> {
  const clock = new SimulatedClock(1_000_000);
  const inner = new MemoryJournal();
  const journal = new FaultyJournal(inner, clock);
  const options = hasJournal ? { clock, journal } : { clock };
  const manager = new CoordinationManager(config, undefined, silentLogger, options);
  await manager.initialize();
  return {
    ...{ clock, manager, inner, journal },
    async sleep(ms, first) {
      clock.jumpTo(clock.now() + ms);
      const made = first?.();
      await clock.advance(0);
      await made;
    },
    async [Symbol.asyncDispose]() {
      journal.release();
      await manager.shutdown({ graceMs: 0 });
    },
  };
}

async function resumptions({ inner }: Awake): Promise<number> {
  const entries = await written(inner);
  return entries.filter(({ command }) => command.type === "resume-listening").length;
}

for (const hasJournal of [false, true]) {
  const where = hasJournal ? "with a journal" : "without a journal";

  Deno.test(`${where}, an agent is alive after the process slept, and dies of silence after that`, async () => {
    await using it = await awake(hasJournal);
    const { manager, clock } = it;
    const { incarnation } = await manager.registerAgent({ id: "a" });
    await it.sleep(HOUR_MS);
    assertEquals(manager.getAgent("a")!.incarnation, incarnation);
    assertEquals(manager.getAgent("a")!.deadAt, clock.now() + TIMEOUT_MS);
    await clock.advance(TIMEOUT_MS - 1);
    assert(manager.getAgent("a") !== undefined);
    await clock.advance(1);
    assertEquals(manager.getAgent("a"), undefined);
  });

  Deno.test(`${where}, a command that comes before the late timer finds the agent alive`, async () => {
    await using it = await awake(hasJournal);
    const { manager } = it;
    const { incarnation } = await manager.registerAgent({ id: "a" });
    await it.sleep(HOUR_MS, () => manager.heartbeat("a", incarnation));
    await it.sleep(HOUR_MS, () => manager.submit({ id: "t" }));
    assertEquals(manager.getAgent("a")!.incarnation, incarnation);
    await it.clock.advance(0);
    assertEquals(manager.scheduler.getTask("t")!.status, "assigned");
  });

  Deno.test(`${where}, leases, heartbeats of attempts and deliveries start anew`, async () => {
    await using it = await awake(hasJournal);
    const { manager, clock } = it;
    await manager.registerAgent({ id: "a" });
    await manager.assignTask({ id: "t", heartbeatTimeoutMs: 20_000, timeoutMs: 2 * HOUR_MS }, "a");
    const session = await manager.registerAgent({ id: "a" });
    await session.start("t");
    const lock = await manager.acquireResource("r", "a", { leaseMs: 10_000 });
    await manager.sendMessage("a", "b", "hello");
    const message = (await manager.messages.receive("b", { timeoutMs: 5_000 }))!;
    await it.sleep(HOUR_MS);
    assertEquals(manager.resources.holderOf("r"), "a");
    assertEquals(lock.signal.aborted, false);
    await clock.advance(4_999);
    await manager.messages.ack("b", message.epoch);
    await clock.advance(5_000);
    assertEquals(manager.resources.holderOf("r"), "a");
    await clock.advance(1);
    assertEquals(manager.resources.holderOf("r"), undefined);
    await clock.advance(9_999);
    assertEquals(manager.scheduler.getTask("t")!.status, "running");
    await clock.advance(1);
    assertEquals(manager.scheduler.getTask("t")!.status === "running", false);
  });

  Deno.test(`${where}, limits of waits, attempts and pauses, and open breakers go on`, async () => {
    await using it = await awake(hasJournal);
    const { manager } = it;
    const session = await manager.registerAgent({ id: "a" });
    await session.acquire("r");
    const wait = manager.acquireResource("r", "b", { timeoutMs: 10_000 }).then(
      () => "granted",
      ({ code }) => code,
    );
    await manager.assignTask({ id: "t", timeoutMs: 10_000, retries: 0 }, "a");
    await session.start("t");
    const request = manager.messages.sendWithResponse("c", "d", 1, { timeoutMs: 10_000 }).then(
      () => "answered",
      ({ code }) => code,
    );
    const breaker = manager.breakers.getBreaker("api", { failureThreshold: 1, timeout: 10_000 });
    await breaker.execute(() => Promise.reject(new Error("down"))).catch(() => {});
    await it.clock.advance(0);
    assertEquals(breaker.getState(), "open");
    await it.sleep(HOUR_MS);
    assertEquals([await wait, await request], ["lock-timeout", "response-timeout"]);
    assertEquals(manager.scheduler.getTask("t")!.status, "failed");
    assertEquals(breaker.getState(), "half-open");
  });

  Deno.test(`${where}, an agent outlives a process that slept until just after its deadline`, async () => {
    await using it = await awake(hasJournal);
    const { manager, clock } = it;
    const { incarnation } = await manager.registerAgent({ id: "a" });
    const lock = await manager.acquireResource("r", "a", { leaseMs: TIMEOUT_MS });
    await clock.advance(10_000);
    await manager.heartbeat("a");
    await lock.renew();
    await it.sleep(TIMEOUT_MS + 1);
    await manager.heartbeat("a", incarnation);
    assertEquals(manager.resources.holderOf("r"), "a");
  });

  Deno.test(`${where}, a process that often stalls for a while still notices a dead agent`, async () => {
    await using it = await awake(hasJournal);
    const { manager, clock } = it;
    await manager.registerAgent({ id: "a" });
    await manager.registerAgent({ id: "b" });
    for (let i = 0; i < 4 * TIMEOUT_MS / 3_000; i++) {
      await clock.advance(2_000);
      await it.sleep(1_000, () => manager.heartbeat("b"));
    }
    assertEquals(manager.getAgent("a"), undefined);
    assert(manager.getAgent("b") !== undefined);
  });
}

Deno.test("a gap is in the journal once, and a replay leads to the same state", async () => {
  await using it = await awake(true);
  const { manager, inner } = it;
  await manager.registerAgent({ id: "a" });
  await manager.acquireResource("r", "a", { leaseMs: 1_000 });
  await it.sleep(HOUR_MS, () => manager.heartbeat("a"));
  await it.sleep(100, () => manager.heartbeat("a"));
  const commands = (await written(inner)).map(({ command }) => command);
  assertEquals(commands.filter(({ type }) => type === "resume-listening"), [
    { type: "resume-listening", unheardMs: HOUR_MS },
  ]);
  const state = await replayed(rootMachine(readCoordinationConfig(config).root), inner);
  assertEquals(memberView(state.agents, "a"), manager.getAgent("a"));
  assertEquals(state.locks.deadlines.timers[0]!.rank, it.clock.now() + 900);
});

Deno.test("a gap that the journal does not store is told later, and no agent dies meanwhile", async () => {
  await using it = await awake(true);
  const { manager, clock, journal } = it;
  const { incarnation } = await manager.registerAgent({ id: "a" });
  journal.fail(2);
  await it.sleep(HOUR_MS);
  await manager.submit({ id: "t" }).catch(() => {});
  assertEquals(await resumptions(it), 0);
  await clock.advance(2_000);
  assertEquals(manager.getAgent("a")!.incarnation, incarnation);
  assertEquals(await resumptions(it), 1);
});

Deno.test("a command that follows a gap that the journal refused comes after the gap all the same", async () => {
  await using it = await awake(true);
  const { manager, clock, journal } = it;
  const { incarnation } = await manager.registerAgent({ id: "a" });
  journal.hold();
  await it.sleep(HOUR_MS);
  const submitted = manager.submit({ id: "t" });
  journal.fail(1);
  journal.release();
  await clock.advance(0);
  await submitted;
  assertEquals(manager.getAgent("a")!.incarnation, incarnation);
  assertEquals(await resumptions(it), 1);
});

Deno.test("a gap is noticed when an append fails in it, before any timer or command", async () => {
  await using it = await awake(true);
  const { manager, clock, journal } = it;
  const { incarnation } = await manager.registerAgent({ id: "a" });
  journal.delay(100);
  journal.fail(1);
  await clock.advance(TIMEOUT_MS / 2); // the tick that suspects the agent is being stored
  await it.sleep(HOUR_MS);
  journal.delay(0);
  await manager.messages.send("a", "b", 1);
  assertEquals(manager.getAgent("a")!.incarnation, incarnation);
});

Deno.test("a process that slept while a tick was being stored finds its agents alive", async () => {
  await using it = await awake(true);
  const { manager, clock, journal } = it;
  const { incarnation } = await manager.registerAgent({ id: "a" });
  journal.hold();
  await clock.advance(TIMEOUT_MS / 2); // the tick that suspects the agent
  await it.sleep(HOUR_MS, () => void manager.submit({ id: "t" }));
  journal.release();
  await clock.advance(0);
  assertEquals(manager.getAgent("a")!.incarnation, incarnation);
});

Deno.test("a journal that stalls is no gap while the process runs", async () => {
  await using it = await awake(true);
  const { manager, clock, journal } = it;
  await manager.registerAgent({ id: "a" });
  journal.hold();
  await clock.advance(10 * TIMEOUT_MS);
  journal.release();
  await clock.advance(0);
  assertEquals([await resumptions(it), manager.getAgent("a")], [0, undefined]);
});

Deno.test("locks alone start leases anew after a gap", async () => {
  const clock = new SimulatedClock();
  await using locks = new ResourceManager({}, undefined, silentLogger, { clock });
  await locks.acquire("r", "a", { leaseMs: 10_000 });
  clock.jumpTo(HOUR_MS);
  const second = locks.acquire("r", "b");
  second.catch(() => {});
  assertEquals(locks.holderOf("r"), "a");
  await clock.advance(10_000);
  assertEquals(locks.holderOf("r"), "b");
});

Deno.test("a lease outlasts a gap that ends just after its deadline, and one that is hardly a gap", async () => {
  const clock = new SimulatedClock();
  await using locks = new ResourceManager({}, undefined, silentLogger, { clock });
  const lock = await locks.acquire("r", "a", { leaseMs: 30_000 });
  await clock.advance(5_000);
  clock.jumpTo(30_001);
  await clock.advance(0);
  assertEquals(await lock.renew(), 60_001);
  await clock.advance(29_000);
  clock.jumpTo(60_000);
  await clock.advance(0);
  assertEquals(locks.holderOf("r"), "a");
  await clock.advance(1);
  assertEquals(locks.holderOf("r"), undefined);
});

Deno.test("tasks alone start heartbeats of attempts and leases anew after a gap", async () => {
  const clock = new SimulatedClock();
  await using scheduler = new AdvancedTaskScheduler({}, undefined, silentLogger, { clock });
  await scheduler.registerAgent({ id: "a" });
  await scheduler.submit({ id: "t", heartbeatTimeoutMs: 10_000 });
  await scheduler.start("t");
  clock.jumpTo(HOUR_MS);
  await scheduler.heartbeat("t");
  assertEquals(scheduler.getTask("t")!.status, "running");
});

Deno.test("messages alone start limits of deliveries anew after a gap", async () => {
  const clock = new SimulatedClock();
  await using router = new MessageRouter({}, undefined, silentLogger, { clock });
  await router.send("a", "b", 1);
  const message = (await router.receive("b", { timeoutMs: 10_000 }))!;
  clock.jumpTo(HOUR_MS);
  await router.ack("b", message.epoch);
});

Deno.test("locks alone start leases anew after a restart", async () => {
  const journal = new MemoryJournal();
  const first = new ResourceManager({}, undefined, silentLogger, {
    ...{ clock: new SimulatedClock(), journal },
  });
  await first.initialize();
  await first.acquire("r", "a", { leaseMs: 10_000 });
  const clock = new SimulatedClock(HOUR_MS);
  await using locks = new ResourceManager({}, undefined, silentLogger, { clock, journal });
  await locks.initialize();
  await clock.advance(9_999);
  assertEquals(locks.holderOf("r"), "a");
  await clock.advance(1);
  assertEquals(locks.holderOf("r"), undefined);
});

Deno.test("tasks alone start heartbeats of attempts outside anew after a restart", async () => {
  const journal = new MemoryJournal();
  const first = new AdvancedTaskScheduler({}, undefined, silentLogger, {
    ...{ clock: new SimulatedClock(), journal },
  });
  await first.initialize();
  await first.registerAgent({ id: "a" });
  await first.submit({ id: "t", heartbeatTimeoutMs: 10_000 });
  await first.start("t");
  const clock = new SimulatedClock(HOUR_MS);
  await using scheduler = new AdvancedTaskScheduler({}, undefined, silentLogger, {
    clock,
    journal,
  });
  await scheduler.initialize();
  assertEquals(scheduler.getTask("t")!.status, "running");
  await scheduler.heartbeat("t");
});
