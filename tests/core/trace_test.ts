import { assert, assertEquals } from "@std/assert";
import { Engine } from "../../src/core/engine.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { isAtDebug, Logger, type LogLevel } from "../../src/core/logger.ts";
import { ResourceManager } from "../../src/locks/mod.ts";
import { TaskScheduler } from "../../src/tasks/mod.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { counter } from "./counter.ts";

/** A logger at a level that keeps its lines, without the spaces that align them. */
function recorder(level: LogLevel = "debug"): { lines: string[]; logger: Logger } {
  const lines: string[] = [];
  const write = (message: string) => void lines.push(message.replace(/ {2,}/g, " "));
  const sink = { debug: write, info: write, warn: write, error: write };
  return { lines, logger: new Logger({ level, sink }) };
}

const WHOLE_TRACE = [
  '00:00:01.000 locks 1: acquire resourceId="db" agentId="a1" owner="a1" mode="exclusive" units=1 ' +
  "timeoutMs=30000 wait=true ⇒ #0",
  "00:00:01.000 #0 resource:acquired lock db: → held by a1 (epoch 1)",
  '00:00:01.000 locks 2: acquire resourceId="db" agentId="a2" owner="a2" mode="exclusive" units=1 ' +
  "priority=5 timeoutMs=30000 wait=true ⇒ #1",
  "00:00:01.000 #1 resource:queued lock db: awaited by a2 (wait 1)",
  '00:00:01.007 locks 3: release resourceId="db" agentId="a1" owner="a1" ⇒ #2–#3',
  "00:00:01.007 #2 resource:released lock db: held by a1 (epoch 1) → released after 7 ms",
  "00:00:01.007 #3 resource:acquired lock db: → held by a2 (epoch 2), after 7 ms",
];

Deno.test("a debug logger and a bus in debug mode journal each command, then its events, each once", async () => {
  for (const debug of [true, false]) {
    const { lines, logger } = recorder();
    const clock = new SimulatedClock(1_000);
    const bus = new EventBus(debug, { logger, clock });
    const locks = new ResourceManager({}, bus, logger, { clock });
    await locks.acquire("db", "a1");
    const wait = locks.acquire("db", "a2", 5);
    clock.advanceSync(7);
    await locks.release("db", "a1");
    await wait;
    assertEquals(lines, WHOLE_TRACE);
    await locks.shutdown();
  }
});

Deno.test("the events of a task are logged as its transitions", async () => {
  const { lines, logger } = recorder();
  const clock = new SimulatedClock();
  const scheduler = new TaskScheduler({}, new EventBus(true, { logger, clock }), logger, { clock });
  await scheduler.assignTask({ id: "t1", resources: ["db"], input: { n: 0 } }, "a1");
  await scheduler.start("t1");
  await scheduler.completeTask("t1");
  const told = lines.join("\n");
  for (
    const line of [
      "input={ n: 0 }",
      "task:created task t1: created → ready",
      "task:assigned task t1: ready → assigned to a1 (epoch 1), which needs db first",
      "resource:acquired lock db: → held by a1 for task t1 (epoch 1)",
      "task:started task t1: assigned → running on a1 (epoch 1)",
      "task:completed task t1: → completed by a1 (epoch 1) in 0 ms",
    ]
  ) {
    assert(told.includes(line), `${line}\nin\n${told}`);
  }
  await scheduler.shutdown({ graceMs: 0 });
});

Deno.test("a command that a handler sends is logged after the events that the handler received", async () => {
  const { lines, logger } = recorder();
  const clock = new SimulatedClock();
  const eventBus = new EventBus(true, { logger, clock });
  const engine = new Engine(counter, { clock, eventBus, logger });
  eventBus.once("counter:added", () => {
    engine.dispatch({ type: "add", by: 2 });
    eventBus.emit("user:event", 1);
  });
  engine.dispatch({ type: "add", by: 1, note: "first" });
  engine.dispatch({ type: "remind", of: "tea", inMs: 5 });
  await clock.advance(5);
  assertEquals(lines, [
    '00:00:00.000 counter 1: add by=1 note="first" ⇒ #0',
    '00:00:00.000 #0 counter:added { type: "counter:added", by: 1, total: 1 }',
    "00:00:00.000 · user:event 1",
    "00:00:00.000 counter 2: add by=2 ⇒ #1",
    '00:00:00.000 #1 counter:added { type: "counter:added", by: 2, total: 3 }',
    '00:00:00.000 counter 3: remind of="tea" inMs=5 ⇒ #2',
    '00:00:00.000 #2 counter:scheduled { type: "counter:scheduled", of: "tea" }',
    "00:00:00.005 counter 4: tick ⇒ #3",
    '00:00:00.005 #3 counter:reminded { type: "counter:reminded", of: "tea", at: 5 }',
  ]);
  await engine.close();
});

Deno.test("a command without events is logged as well, and positions are those of the journal", async () => {
  const journal = new MemoryJournal();
  const clock = new SimulatedClock();
  const first = await Engine.recover(counter, { journal, clock });
  await new Promise((resolve) => first.send({ type: "add", by: 1 }, resolve));
  await first.close();
  const { lines, logger } = recorder();
  const engine = await Engine.recover(counter, {
    journal,
    clock,
    logger,
  });
  await new Promise((resolve) => engine.send({ type: "tick" } as never, resolve));
  assertEquals(lines, ["00:00:00.000 counter 4:0: tick ⇒ nothing"]);
  await engine.close();
});

Deno.test("a bus in debug mode logs events, and an engine without a debug logger no commands", async () => {
  const { lines, logger } = recorder();
  const bus = new EventBus(true, { logger, clock: new SimulatedClock() });
  const quiet = recorder("info");
  const locks = new ResourceManager({}, bus, quiet.logger, { clock: new SimulatedClock() });
  await locks.acquire("db", "a1");
  await locks.release("db", "a1");
  assertEquals(lines, [
    "00:00:00.000 #0 resource:acquired lock db: → held by a1 (epoch 1)",
    "00:00:00.000 #1 resource:released lock db: held by a1 (epoch 1) → released after 0 ms",
  ]);
  assertEquals(quiet.lines, []);
  await locks.shutdown();
});

Deno.test("a logger that throws stops neither the engine nor the events", async () => {
  const sink = {
    debug: () => {
      throw new Error("no");
    },
    info() {},
    warn() {},
    error() {},
  };
  const logger = new Logger({ level: "debug", sink });
  const eventBus = new EventBus(true, { logger });
  let received = 0;
  eventBus.on("counter:added", () => received++);
  const engine = new Engine(counter, { eventBus, logger });
  engine.dispatch({ type: "add", by: 1 });
  engine.dispatch({ type: "add", by: 1 });
  assertEquals([received, engine.state.total], [2, 2]);
  await engine.close();
});

Deno.test("a logger is at debug when it says so, in its own manner", () => {
  const says = (own: object) => isAtDebug({ ...console, ...own } as Logger);
  assert(isAtDebug(new Logger({ level: "debug" })));
  assert(!isAtDebug(new Logger({ level: "info" })));
  assert(!isAtDebug(new Logger()));
  assert(!isAtDebug(console));
  assert(says({ level: "debug" }) && says({ level: "trace" }) && !says({ level: "info" })); // pino
  assert(says({ level: 10, levelName: "DEBUG" }) && !says({ level: 20, levelName: "INFO" })); // @std/log
});
