import { written } from "../support/journals.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { CoordinationManager, EventBus, type ListAgentsOptions, MemoryJournal } from "../../mod.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";

Deno.test("listAgents() pages through members by status, in a stable order", async () => {
  const clock = new SimulatedClock(1_000);
  const agents = { heartbeatTimeoutMs: 40, suspectAfterMs: 10 };
  await using manager = new CoordinationManager({ agents, clock, logger: silentLogger });
  for (const id of ["c", "a", "b"]) await manager.registerAgent({ id });
  const ids = (options?: ListAgentsOptions) =>
    manager.listAgents(options).map(({ agentId }) => agentId);
  assertEquals(ids(), ["c", "a", "b"]);
  const [first] = manager.listAgents({ limit: 1 });
  assertEquals(ids({ limit: 1, after: first!.incarnation }), ["a"]);
  await clock.advance(8);
  await manager.heartbeat("a");
  await clock.advance(4);
  assertEquals([ids({ status: "alive" }), ids({ status: "suspect" })], [["a"], ["c", "b"]]);
  assertThrows(() => ids({ status: "dead" as never }), RangeError, "status must be");
  assertThrows(() => ids({ limit: 0 }), RangeError, "limit must be");
  assertThrows(() => ids({ after: -1 }), RangeError, "after must be");
  assertThrows(() => ids(null as never), TypeError, "options must be");
});

Deno.test("one object holds all options of a manager, and the bus is a property", async () => {
  const clock = new SimulatedClock(5_000);
  const eventBus = new EventBus(false, { clock });
  const journal = new MemoryJournal();
  const options = { maxRetries: 1, eventBus, logger: silentLogger, clock, journal };
  const manager = new CoordinationManager(options);
  await manager.initialize();
  assertEquals(manager.eventBus, eventBus);
  await manager.registerAgent({ id: "a" });
  assertEquals(manager.getAgent("a")!.joinedAt, 5_000);
  const received = manager.receiveMessage("a", { waitMs: 1_000 });
  await manager.sendMessage("b", "a", { type: "note", text: "hi" });
  const delivery = await received;
  assertEquals([delivery?.message.type, delivery?.attempt], ["note", 1]);
  await delivery!.ack();
  await manager.shutdown();
  assertEquals((await written(journal)).length > 3, true);
  const other = new EventBus();
  assertEquals(new CoordinationManager(options, other).eventBus, other);
  assertThrows(() => new CoordinationManager({ eventBus: {} as never }), TypeError, "eventBus");
  assertThrows(() => new CoordinationManager({ logger: {} as never }), TypeError, "logger");
});
