import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AdvancedTaskScheduler,
  CoordinationManager,
  EventBus,
  LockAbandonedError,
  StaleEpochError,
  UnansweredError,
  UnknownAgentError,
  UnknownSubjectError,
} from "../../mod.ts";
import { silentLogger } from "../../src/core/logger.ts";
import type { PartCommand } from "../../src/root/state.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";
import { agent, submit } from "../tasks/driver.ts";
import { acquire, lines, message, resources, RootDriver } from "./driver.ts";

function managed() {
  const clock = new SimulatedClock();
  const eventBus = new EventBus(false, { clock });
  return { manager: new CoordinationManager({}, eventBus, silentLogger, { clock }), clock };
}

Deno.test("removeAgent() passes the locks on of an agent that holds locks only", async () => {
  const { manager } = managed();
  const lock = await manager.acquireResource("r", "x");
  const next = manager.acquireResource("r", "y");
  await manager.removeAgent("x");
  assertEquals([(await next).agent, lock.signal.aborted], ["y", true]);
  await assertRejects(() => manager.removeAgent("x"), UnknownAgentError);
  await manager.shutdown();
});

Deno.test("removeAgent() releases what an agent holds and waits for under other names", async () => {
  const { manager } = managed();
  const { resources } = manager;
  const lock = await resources.acquireFor({ agentId: "x", owner: "x, second process" }, "r");
  await manager.acquireResource("s", "y");
  const wait = resources.acquireFor({ agentId: "x", owner: "x, third process" }, "s");
  const failed = assertRejects(() => wait, LockAbandonedError);
  await manager.removeAgent("x");
  await failed;
  assertEquals([lock.signal.aborted, resources.isLocked("r")], [true, false]);
  await manager.registerAgent({ id: "x" });
  await resources.acquireFor({ agentId: "x", owner: "x, second process" }, "r");
  await manager.removeAgent("x");
  assertEquals(resources.isLocked("r"), false);
  await manager.shutdown();
});

Deno.test("removeAgent() ends the waits of an agent that waits only, with a typed error", async () => {
  const { manager } = managed();
  await manager.acquireResource("r", "y");
  const waits = [
    manager.acquireResource("r", "x"),
    manager.resources.acquireAll(["r", "s"], "x"),
  ];
  const failed = waits.map((wait) => assertRejects(() => wait, LockAbandonedError));
  await manager.removeAgent("x");
  await Promise.all(failed);
  await manager.shutdown();
});

Deno.test("removeAgent() makes dead letters of the messages of an agent that has a mailbox only", async () => {
  const { manager } = managed();
  const { messages } = manager;
  const id = await manager.sendMessage("y", "x", "hello");
  await manager.removeAgent("x", "it crashed");
  const [letter] = messages.deadLetters("x");
  assertEquals([letter?.message.id, letter?.cause], [id, "recipient-gone"]);
  await assertRejects(() => manager.removeAgent("x"), UnknownAgentError);
  const asked: unknown[] = [];
  messages.subscribe("x", ({ payload }) => void asked.push(payload));
  await manager.removeAgent("x");
  await manager.sendMessage("y", "x", "to a new life of it");
  assertEquals([asked, messages.peek("x").length], [[], 1]);
  await manager.shutdown();
});

Deno.test("removeAgent() ends the requests of an agent that asks or is asked only", async () => {
  const { manager } = managed();
  for (const [from, to] of [["x", "y"], ["y", "x"]] as const) {
    const request = manager.messages.sendWithResponse(from, to, "?");
    const failed = assertRejects(() => request, UnansweredError);
    await manager.removeAgent("x");
    await failed;
  }
  await manager.shutdown();
});

Deno.test("removeAgent() retires an agent that is known by conflicts only", async () => {
  const { manager } = managed();
  await manager.conflicts.setAgentPriority("x", 3);
  await manager.removeAgent("x");
  const { id } = await manager.reportConflict("resource", "r", ["x", "y"]);
  await manager.removeAgent("x");
  assertEquals(manager.conflicts.getConflict(id)?.resolved, true);
  await assertRejects(() => manager.removeAgent("x"), UnknownAgentError);
  await manager.shutdown();
});

Deno.test("removeAgent() of an agent that nothing knows is refused, also when it held a lock before", async () => {
  const { manager } = managed();
  await assertRejects(() => manager.removeAgent("nobody"), UnknownAgentError, '"nobody"');
  await (await manager.acquireResource("r", "x")).release();
  await assertRejects(() => manager.removeAgent("x"), UnknownAgentError);
  await manager.shutdown();
});

Deno.test("an agent that was removed and comes back under its name has nothing of before", async () => {
  const { manager } = managed();
  const { messages } = manager;
  const before = await manager.acquireResource("r", "x");
  await manager.sendMessage("y", "x", "old");
  await manager.removeAgent("x");
  const after = await manager.acquireResource("r", "x");
  assert(after.epoch > before.epoch);
  await assertRejects(() => manager.releaseResource("r", "x", before.epoch), StaleEpochError);
  assertEquals([manager.resources.isLocked("r"), messages.peek("x")], [true, []]);
  await manager.registerAgent({ id: "x" });
  await manager.removeAgent("x");
  assertEquals([manager.resources.isLocked("r"), after.signal.aborted], [false, true]);
  await manager.shutdown();
});

Deno.test("explain() finds an agent that is known by its locks or its mailbox only", async () => {
  const { manager } = managed();
  await manager.acquireResource("r", "x");
  await manager.sendMessage("x", "y", "hello");
  const x = manager.explain("x");
  assertEquals(x.kind === "agent" && [x.status, x.holds], ["unregistered", ["r"]]);
  const y = manager.explain("y", "agent");
  assertEquals(y.kind === "agent" && y.unhandledMessages, 1);
  await manager.removeAgent("x");
  assertThrows(() => manager.explain("x"), UnknownSubjectError);
  await manager.shutdown();
});

Deno.test("unregisterAgent() of a scheduler alone passes on the locks of an agent without tasks", async () => {
  const clock = new SimulatedClock();
  await using scheduler = new AdvancedTaskScheduler({}, undefined, silentLogger, { clock });
  const { resources } = scheduler;
  await resources.acquire("r", "x");
  await resources.acquireFor({ agentId: "x", owner: "other" }, "s");
  await scheduler.unregisterAgent("x");
  assertEquals(resources.getAllocations().size, 0);
  await assertRejects(() => scheduler.unregisterAgent("x"), UnknownAgentError);
});

/** What makes an agent known to one part only. */
const KNOWN: Record<string, PartCommand[]> = {
  "it is a member": [
    { type: "join-agent", agentId: "x", heartbeatTimeoutMs: 0, incarnation: 0 },
  ],
  "it holds a lock": [acquire("r", "x")],
  "it waits for a lock": [acquire("r", "y"), acquire("r", "x")],
  "it holds a lock under another name": [acquire("r", "x", { owner: "another" })],
  "it has messages": [message("y", "x")],
  "it asks": [message("x", "y", 100)],
  "it is asked": [message("y", "x", 100)],
  "it has a priority": [{ type: "rank-agent", agentId: "x", priority: 1 }],
  "it is in a conflict": [{
    type: "report-conflict",
    ...{ subject: "resource", subjectId: "r", disagreement: undefined, agents: ["x", "y"] },
  }],
};

for (const [name, commands] of Object.entries(KNOWN)) {
  Deno.test(`an agent is removed once, in one step, when ${name}`, () => {
    const bench = new RootDriver();
    bench.do(...commands);
    const remove = { type: "remove-agent", agentId: "x", reason: "gone" } as const;
    assertEquals(lines(bench.do(remove))[0], "agent:terminated x");
    assertEquals(lines(bench.do(remove)), ["task:refused x"]);
    const { members } = bench.state.agents;
    const owners = [...bench.state.locks.owners.values()].filter(({ agentId }) => agentId === "x");
    assertEquals([members.size, owners.flatMap(({ holds, waits }) => [...holds, ...waits])], [
      0,
      [],
    ]);
  });
}

Deno.test("a claim that was cancelled and goes on ends with its agent, and so do its locks", () => {
  const bench = new RootDriver();
  bench.do(agent("x", { startsAtOnce: true }), submit("t", { resources: resources("r") }));
  bench.do({ type: "cancel", taskId: "t", reason: "unwanted" });
  assertEquals(bench.holders("r").length, 1);
  bench.do({ type: "remove-agent", agentId: "x", reason: "gone" });
  assertEquals([bench.holders("r"), bench.state.tasks.lingering.size], [[], 0]);
});
