/** Options that change between two processes: they take effect by a command in the journal, for good. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type CoordinationConfig,
  CoordinationManager,
  EventBus,
  type Journal,
  MemoryJournal,
  ResourceManager,
  TaskScheduler,
} from "../../mod.ts";
import { encode, silentLogger } from "../../machine.ts";
import { readBreakerConfig } from "../../src/breakers/config.ts";
import { differences } from "../../src/core/config.ts";
import { rootMachine } from "../../src/root/machine.ts";
import type { RootCommand, RootConfig } from "../../src/root/state.ts";
import type { TaskConfig } from "../../src/tasks/config.ts";
import type { LockConfig } from "../../src/locks/config.ts";
import { replayed, typesIn, written } from "../support/journals.ts";
import { FaultyJournal, SimulatedClock } from "../../src/testing/mod.ts";
import { agent, error, place, submit } from "../tasks/driver.ts";
import { acquire, lines, message, RootDriver } from "./driver.ts";

/** The command that puts options in force, on top of the defaults. */
function configure(config: RootConfig): RootCommand {
  return { type: "configure", config: rootMachine(config).config } as unknown as RootCommand;
}

const rules = (options = {}) =>
  readBreakerConfig({ failureThreshold: 1, timeout: 100, ...options }, () => "test").rules;

Deno.test("deadlock detection that is switched on breaks the deadlocks that are there", () => {
  const driver = new RootDriver({ locks: { deadlockDetection: false } });
  driver.do(acquire("r", "a"), acquire("s", "b"), acquire("s", "a"), acquire("r", "b"));
  assertEquals(lines(driver.do(configure({}))).slice(0, 1), ["deadlock:detected"]);
  assertEquals(driver.state.locks.waits.size, 1);
});

Deno.test("stealing that is switched on or eased moves tasks at once, and switched off none", () => {
  const stealing = (config: Partial<TaskConfig>) => ({ tasks: { stealing: true, ...config } });
  for (const before of [{}, stealing({ stealThreshold: 100 })]) {
    const driver = new RootDriver(before);
    driver.do(agent("x"), agent("y"));
    driver.do(...["a", "b", "c", "d"].map((id) => place(id, "x")));
    const events = lines(driver.do(configure(stealing({}))));
    assert(events.includes("workstealing:completed"), events.join());
    assertEquals(driver.do(configure({})), []);
    driver.do(...["e", "f", "g", "h"].map((id) => place(id, "x")));
    assertEquals(driver.state.tasks.donations, 0);
  }
});

Deno.test("a shorter silence before a suspicion holds for agents that are members already", () => {
  const driver = new RootDriver({ agents: { suspectAfterMs: 80 } });
  driver.do({ type: "join-agent", agentId: "a", heartbeatTimeoutMs: 100, incarnation: 0 });
  driver.do(configure({ agents: { suspectAfterMs: 10 } }));
  assertEquals(lines(driver.pass(10)), ["agent:suspected a"]);
});

Deno.test("another silence holds for members that named none, and not for in-process agents", () => {
  const limited = (heartbeatTimeoutMs: number) => ({
    rules: { sharesAgents: true, heartbeatTimeoutMs },
  });
  const driver = new RootDriver(limited(0));
  driver.do(
    agent("a"),
    agent("b", { startsAtOnce: true }),
    agent("c", { heartbeatTimeoutMs: 500 }),
  );
  driver.do(configure(limited(100)));
  assertEquals(lines(driver.pass(50)).slice(0, 2), ["agent:suspected a", "agent:cordoned a"]);
  driver.do(configure(limited(0)));
  assertEquals(lines(driver.pass(100)), []);
  driver.do({ type: "beat-agent", agentId: "a", incarnation: 0 });
  driver.do(configure(limited(100)));
  assertEquals(lines(driver.pass(100)).filter((line) => /^agent:.* a$/.test(line)), [
    "agent:suspected a",
    "agent:cordoned a",
    "agent:died a",
    "agent:terminated a",
  ]);
});

Deno.test("breakers of agents come and go with their option, and with them what they keep back", () => {
  const driver = new RootDriver();
  driver.do(agent("x", { startsAtOnce: true }), configure({ rules: { agentBreaker: rules() } }));
  driver.do(submit("a", { retries: 0 }));
  driver.do({ type: "fail", taskId: "a", epoch: 0, error: error("no"), fault: "attempt" });
  driver.do(agent("y", { startsAtOnce: true }), submit("of-y"), submit("b"));
  assertEquals(driver.status("b"), "ready");
  driver.do(configure({ rules: { agentBreaker: rules({ timeout: 50 }) } }));
  assertEquals(driver.state.breakers.breakers.get("agent:x")?.rules.timeout, 50);
  driver.do(configure({}));
  assertEquals([driver.status("b"), driver.state.breakers.breakers.size], ["running", 0]);
  for (const taskId of ["of-y", "b"]) driver.do({ type: "complete", taskId, epoch: 0, result: 1 });
  assertEquals(driver.state.calls.size, 0);
});

Deno.test("a smaller bound is kept from the next addition on", () => {
  const driver = new RootDriver();
  driver.do(agent("x", { startsAtOnce: true }));
  const finish = (id: string) =>
    driver.do(submit(id), { type: "complete", taskId: id, epoch: 0, result: 1 });
  ["a", "b", "c"].forEach(finish);
  const sent = (messageId: string) => message("a", "b", 0, { messageId, ttlMs: 1 });
  driver.do(...["m1", "m2", "m3"].map(sent));
  driver.pass(1);
  assertEquals(driver.state.messages.deadLetters.size, 3);
  driver.do(
    configure({
      tasks: { keepFinished: 1, keepOutcomes: 0 },
      messages: { maxDeadLetters: 1, dedupeWindow: 0 },
    }),
  );
  finish("d");
  driver.do(sent("m1"));
  driver.pass(1);
  assertEquals([...driver.state.tasks.tasks.keys()], ["d"]);
  assertEquals([...driver.state.messages.deadLetters.keys()], ["m1"]);
  assertEquals(lines(driver.do(submit("a"))).at(-1), "task:started a x");
});

Deno.test("putting options in force fires nothing, so that no agent dies of it", () => {
  const driver = new RootDriver();
  driver.do({ type: "join-agent", agentId: "a", heartbeatTimeoutMs: 50, incarnation: 0 });
  driver.now = 1_000;
  assertEquals(driver.do(configure({ agents: { maxAgents: 5 } })), []);
  assertEquals(lines(driver.do({ type: "resume-listening" })), ["listening:resumed"]);
});

// Façades

async function managed(journal: Journal, now: number, config: CoordinationConfig) {
  const clock = new SimulatedClock(now);
  const manager = new CoordinationManager(config, new EventBus(), silentLogger, { clock, journal });
  await manager.initialize();
  return { clock, manager };
}

Deno.test("a changed option of a manager takes effect, with a snapshot and without, and stays", async () => {
  for (const writesSnapshot of [false, true]) {
    const journal: Journal = new MemoryJournal();
    const first = await managed(journal, 0, { tasks: { maxTasks: 1 } });
    await first.manager.submit({ id: "a" });
    if (writesSnapshot) await first.manager.performMaintenance();
    await first.manager.shutdown();

    const second = await managed(journal, 1_000, { tasks: { maxTasks: 2 } });
    await second.manager.submit({ id: "b" });
    await second.manager.shutdown();

    const third = await managed(journal, 2_000, { tasks: { maxTasks: 1 } });
    assertEquals(third.manager.scheduler.getTask("b")?.status, "ready"); // accepted under other options
    await third.manager.shutdown();
  }
});

Deno.test("a journal gives the same state under whatever options it is read", async () => {
  const journal: Journal = new MemoryJournal();
  const first = await managed(journal, 0, { tasks: { maxTasks: 1, keepFinished: 0 }, seed: 7 });
  await first.manager.submit({ id: "a" });
  await first.manager.submit({ id: "b" }).catch(() => {});
  await first.manager.shutdown();
  const states = [];
  for (const config of [{}, { tasks: { maxTasks: 5, seed: 3, stealing: true } }] as RootConfig[]) {
    states.push(encode(await replayed(rootMachine(config), journal)));
  }
  assertEquals(states[0], states[1]);
});

Deno.test("each start writes one command, with the options from which on a replay has them", async () => {
  const journal: Journal = new MemoryJournal();
  const run = async (config: object) => {
    const clock = new SimulatedClock();
    const locks = new ResourceManager(config, undefined, silentLogger, { clock, journal });
    await locks.initialize();
    await locks.shutdown();
  };
  for (const maxWaiters of [5, 5, 1, 1]) await run({ maxWaiters });
  assertEquals(await typesIn(journal), []);
  const options = (await written(journal)).map(({ command }) => command.config as LockConfig);
  assertEquals(options.map(({ maxWaiters }) => maxWaiters), [5, 5, 1, 1]);
});

Deno.test("changed options are logged with their names and the position", async () => {
  const journal: Journal = new MemoryJournal();
  const said: string[] = [];
  const logger = {
    debug() {},
    info: (line: string) => void said.push(line),
    warn() {},
    error() {},
  };
  for (const keepFinished of [5, 6]) {
    const scheduler = new TaskScheduler(
      { keepFinished, seed: keepFinished },
      new EventBus(),
      logger,
      {
        journal,
      },
    );
    await scheduler.initialize();
    await scheduler.shutdown();
  }
  assertEquals(said, [
    "The journal has the new options tasks.keepFinished, tasks.seed from position 2 on",
  ]);
});

Deno.test("a start whose journal refuses the options fails, and the next one puts them in force", async () => {
  const memory = new MemoryJournal();
  const journal = new FaultyJournal(memory);
  journal.fail(1);
  const locks = new ResourceManager({}, undefined, silentLogger, { journal });
  const failed = await locks.initialize().catch((error) => error.code);
  assertEquals([failed, (await locks.getHealthStatus()).healthy], ["journal", false]);
  await locks.shutdown();
  const next = new ResourceManager({}, undefined, silentLogger, { journal: memory });
  await next.initialize();
  await next.shutdown();
  assertEquals((await written(memory)).length, 1);
});

Deno.test("a façade can be shut down while its journal does not answer to the options", async () => {
  const clock = new SimulatedClock();
  const journal = new FaultyJournal(new MemoryJournal(), clock);
  journal.fail(1_000_000, new Error("The connection was lost"));
  const manager = new CoordinationManager({}, new EventBus(), silentLogger, { clock, journal });
  const initialized = manager.initialize();
  await clock.advance(10_000);
  await manager.shutdown();
  await initialized;
  assertEquals([clock.pending, journal.closed], [0, true]);
});

Deno.test("differences() names the options that differ, and takes undefined for absent", () => {
  assertEquals(differences({ a: 1, b: { c: undefined } }, { a: 1, b: {} }), []);
  assertEquals(differences({ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2, d: 4 }, e: 5 }), [
    "a",
    "b.d",
    "e",
  ]);
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assertEquals(differences(value, JSON.parse(JSON.stringify(value))).length, 0);
  }));
});
