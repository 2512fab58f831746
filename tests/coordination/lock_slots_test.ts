/**
 * Tasks that need locks, and the slots of the agents that may run them: a task has a slot only while
 * it has its locks.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { RootCommand, RootConfig } from "../../src/root/state.ts";
import { claimOwner } from "../../src/locks/types.ts";
import { agent, cordon, place, report, submit } from "../tasks/driver.ts";
import { acquire, lines, message, resources, RootDriver } from "./driver.ts";

/** A machine with agents that start their tasks at once, as `x` or `x:2` for two slots. */
function driverWith(agents: readonly string[], config: RootConfig = {}): RootDriver {
  const driver = new RootDriver(config);
  for (const each of agents) {
    const [id = "", slots = "1"] = each.split(":");
    driver.do(agent(id, { maxConcurrentTasks: Number(slots), startsAtOnce: true }));
  }
  return driver;
}

const needing = (id: string, ...locks: readonly string[]) =>
  submit(id, { resources: resources(...locks) });

const complete = (taskId: string): RootCommand => (
  { type: "complete", taskId, epoch: 0, result: undefined }
);

const release = (resourceId: string, agentId: string): RootCommand => (
  { type: "release", resourceId, agentId, owner: agentId, epoch: 0 }
);

const RELEASE = release("r", "z");

function running(driver: RootDriver): string[] {
  return [...driver.state.tasks.tasks.values()]
    .filter(({ status }) => status === "running")
    .map(({ spec: { id }, agent }) => `${id} on ${agent!.agentId}`);
}

Deno.test("tasks that wait for their locks keep no agent from a task without locks", () => {
  const driver = driverWith(["x:3"]);
  driver.do(acquire("r", "z"));
  driver.do(...["a", "b", "c"].map((id) => needing(id, "r")));
  driver.do(submit("urgent", { priority: 9 }));
  assertEquals(running(driver), ["urgent on x"]);
  assertEquals(driver.state.tasks.agents.get("x")!.slotsInUse, 1);
  driver.do(RELEASE);
  assertEquals(running(driver), ["a on x", "urgent on x"]);
});

for (const agents of [["x:2"], ["x", "y"]]) {
  Deno.test(`four tasks with a lock and four without take four rounds on ${agents}`, () => {
    const driver = driverWith(agents);
    for (const n of [1, 2, 3, 4]) driver.do(needing(`locked${n}`, "r"));
    for (const n of [1, 2, 3, 4]) driver.do(submit(`free${n}`));
    let rounds = 0;
    for (let tasks = running(driver); tasks.length > 0; tasks = running(driver)) {
      driver.pass(1_000);
      for (const task of tasks) driver.do(complete(task.split(" ")[0]!));
      rounds++;
    }
    assertEquals(rounds, 4);
  });
}

Deno.test("a slot that is freed with a lock goes to the task that gets the lock", () => {
  const driver = driverWith(["x"]);
  driver.do(needing("a", "r"), needing("b", "r"), submit("c"));
  assertEquals(lines(driver.do(complete("a"))), [
    "task:completed a x",
    "attempt:ended a x",
    "resource:released r x",
    "task:assigned b x",
    "resource:acquired r x",
    "task:started b x",
  ]);
});

Deno.test("a task that gets its locks while no slot is free has the next slot of any agent", () => {
  const driver = driverWith(["x", "y"]);
  driver.do(acquire("r", "z"), needing("t", "r"), submit("a"), submit("b"), submit("later"));
  driver.do(RELEASE);
  assertEquals([driver.status("t"), driver.holders("r")], ["ready", ["t #1"]]);
  const [, onY] = running(driver);
  assertEquals(onY, "b on y");
  driver.do(complete("b"));
  assertEquals(running(driver), ["t on y", "a on x"]);
  assertEquals(driver.state.locks.locks.get("r")!.holds[0]!.owner.agentId, "y");
  driver.do(complete("t"));
  assertEquals(driver.holders("r"), []);
});

Deno.test("an attempt acquires again what its task holds since an earlier claim", () => {
  const driver = driverWith(["x"]);
  driver.do(acquire("r", "z"), needing("t", "r"), RELEASE);
  assertEquals([driver.status("t"), driver.task("t").epoch], ["running", 2]);
  assertEquals(lines(driver.acquireWithin("t", "r")), ["resource:reacquired r x"]);
  driver.do(complete("t"));
  assertEquals(driver.holders("r"), []);
});

Deno.test("an attempt that outlives its task has its locks until it ends, whatever has the task's id", () => {
  const driver = driverWith(["x"], { tasks: { keepFinished: 0, keepOutcomes: 0 } });
  driver.do(acquire("r", "z"), needing("t", "r"), RELEASE);
  assertEquals([driver.status("t"), driver.task("t").epoch], ["running", 2]);
  driver.do({ type: "cancel", taskId: "t", reason: "unwanted" }, submit("t"));
  driver.do(acquire("s", "x", { owner: claimOwner("t", 1) }));
  assertEquals([driver.holders("r"), driver.holders("s")], [["t #1"], ["t #1"]]);
  driver.do({ type: "end-attempt", taskId: "t", epoch: 2 });
  assertEquals([driver.holders("r"), driver.holders("s")], [[], []]);
});

Deno.test("a placed task that waits for its locks is in no queue, and goes to its agent again", () => {
  const driver = driverWith(["x"], { tasks: { stealing: true } });
  driver.do(acquire("r", "z"), place("a", "x"), place("t", "x", { resources: resources("r") }));
  driver.do(complete("a"));
  assertEquals([driver.status("t"), driver.task("t").pinnedTo], ["ready", "x"]);
  driver.do(place("b", "x"), place("c", "x"));
  driver.do(RELEASE);
  assertEquals([driver.status("t"), driver.task("t").queued], ["assigned", true]);
  driver.do(agent("y", { startsAtOnce: true }));
  driver.do(complete("b"));
  assertEquals(driver.status("t"), "running");
});

Deno.test("a stolen claim that has its locks and no slot keeps them", () => {
  const driver = driverWith(["x"], { tasks: { stealing: true, stealThreshold: 2 } });
  driver.do(acquire("r", "z"), place("t", "x", { resources: resources("r") }));
  driver.do(...["a", "b", "c"].map((id) => place(id, "x")), RELEASE);
  driver.do({ type: "cancel", taskId: "b", reason: "" }, {
    type: "cancel",
    taskId: "c",
    reason: "",
  });
  assertEquals([driver.task("t").queued, driver.holders("r")], [true, ["t #1"]]);
  driver.do(agent("y", { startsAtOnce: true }));
  assertEquals(running(driver), ["t on y", "a on x"]);
  assertEquals(driver.holders("r"), ["t #1"]);
});

/** The ends of a task without an agent, and what it leaves of its locks. */
const ENDS: Record<string, RootCommand> = {
  "is cancelled": { type: "cancel", taskId: "t", reason: "unwanted" },
  "loses a lock": { type: "evict", resourceId: "r", agentIds: ["x"] },
};
for (const [how, command] of Object.entries(ENDS)) {
  for (const has of [false, true]) {
    const what = has ? "that has its locks and no slot" : "that waits for its locks";
    Deno.test(`a task ${what} and ${how} leaves no lock and no wait behind`, () => {
      const driver = driverWith(["x"]);
      driver.do(acquire("r", "z"), needing("t", "r", "s"), submit("a"));
      if (has) driver.do(RELEASE);
      assertEquals(driver.holders("s"), has ? ["t #1"] : []);
      driver.do(command);
      assertEquals(driver.holders("r"), has ? [] : ["z"]);
      assertEquals([driver.holders("s"), driver.state.locks.waits.size], [[], 0]);
      assertEquals(driver.state.tasks.reserving.size + driver.state.tasks.parked.size, 0);
      driver.pass(10_000);
      assertEquals(driver.task("t").request, 0);
    });
  }
}

// Locks without a slot, and those that wait for them

Deno.test("a task without a slot yields its locks to the attempt in the only slot", () => {
  const driver = driverWith(["x"]);
  driver.do(acquire("r", "z"), needing("t", "r"), submit("a"), RELEASE);
  assertEquals(driver.holders("r"), ["t #1"]);
  assertEquals(lines(driver.acquireWithin("a", "r")), [
    "resource:queued x",
    "task:unlocked t",
    "resource:released r x",
    "resource:acquired r x",
  ]);
  driver.do(complete("a"));
  assertEquals([running(driver), driver.holders("r")], [["t on x"], ["t #3"]]);
});

Deno.test("it keeps them from others while some attempt goes on", () => {
  const driver = driverWith(["x:2"]);
  driver.do(acquire("r", "z"), needing("t", "r"), submit("a"), submit("b"), RELEASE);
  driver.acquireWithin("a", "r");
  assertEquals(driver.holders("r"), ["t #1"]);
  driver.acquireWithin("b", "r");
  assertEquals(driver.holders("r"), ["a #2"]);
});

const CHAINS: Record<string, (driver: RootDriver) => void> = {
  "an attempt waits for another agent that waits for them": (driver) => {
    driver.do(acquire("s", "w"));
    driver.acquireWithin("a", "s");
    driver.do(acquire("r", "w"));
  },
  "the agent itself waits for them": (driver) => driver.do(acquire("r", "x")),
  "the agent asks another one that waits for them": (driver) => {
    driver.do(acquire("r", "w"), message("x", "w", 1_000));
  },
  "the agent is cordoned": (driver) => driver.do(acquire("r", "w"), cordon("x", "slow")),
  "the agent is gone": (driver) =>
    driver.do(acquire("r", "w"), { type: "remove-agent", agentId: "x", reason: "gone" }),
  "nothing is started any more": (driver) => driver.do(acquire("r", "w"), { type: "drain" }),
};
for (const [when, act] of Object.entries(CHAINS)) {
  Deno.test(`a task without a slot yields its locks when ${when}`, () => {
    const driver = driverWith(["x"]);
    driver.do(acquire("r", "z"), needing("t", "r"), submit("a"), RELEASE);
    assertEquals(driver.holders("r"), ["t #1"]);
    act(driver);
    const [holder] = driver.holders("r");
    assertEquals(holder === undefined || !holder.startsWith("t"), true, holder);
    assertEquals(driver.status("t"), "ready");
  });
}

Deno.test("a task that is granted locks that can't help it yields them at once", () => {
  const driver = driverWith(["x"]);
  driver.do(acquire("r", "z"), needing("t", "r"), submit("a"));
  driver.acquireWithin("a", "r");
  driver.do(RELEASE);
  assertEquals([driver.holders("r"), driver.status("t")], [["a #2"], "ready"]);
});

Deno.test("tasks that need the same lock do not take turns for ever while they are stolen", () => {
  const driver = new RootDriver({ tasks: { stealing: true, stealThreshold: 2 } });
  for (const id of ["x", "y"]) driver.do(agent(id, { maxConcurrentTasks: 9 }));
  const needs = { resources: resources("r") };
  driver.do(place("a", "x", needs), place("b", "x", needs), report("x", { taskCount: 5 }));
  assertEquals(driver.holders("r"), ["a #1"]);
  const { tasks } = driver.state.tasks;
  assertEquals([tasks.get("a")!.agent?.agentId, tasks.get("b")!.agent], ["y", undefined]);
});

Deno.test("T41-claim-outlives-changed-needs: a task gives back its locks before it requests others", () => {
  const driver = new RootDriver();
  driver.do(agent("x", { maxConcurrentTasks: 2 }));
  driver.do(needing("a", "r"), needing("b", "r"), submit("c"));
  assertEquals([driver.task("a").locked, driver.state.tasks.parked.size], [true, 1]);
  const amend: RootCommand = { type: "amend-task", taskId: "a", resources: resources("s") };
  assertEquals(lines(driver.do(amend)).slice(0, 4), [
    ...["task:requeued a x", "attempt:ended a x", "task:amended a", "resource:released r x"],
  ]);
  assertEquals(driver.state.locks.locks.get("s")!.holds[0]!.owner.owner, claimOwner("a", 4));
  assertEquals(driver.state.locks.locks.get("r")!.holds[0]!.owner.owner, claimOwner("b", 2));
  driver.do({ ...amend, taskId: "b" });
  assertEquals([driver.task("b").request, driver.task("b").granted], [0, false]);
  assertEquals(driver.state.locks.locks.get("r")?.holds.length ?? 0, 0);
});
