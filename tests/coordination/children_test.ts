/**
 * Parents and children, and the locks that they wait for.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { CoordinationManager, type DeadlockError, type TaskHandler } from "../../mod.ts";
import type { RootCommand } from "../../src/root/state.ts";
import { agent, submit, type TaskFields } from "../tasks/driver.ts";
import { lines, resources, RootDriver } from "./driver.ts";

/** A machine with an agent that starts its tasks at once. */
function driverWith(slots: number): RootDriver {
  const driver = new RootDriver();
  driver.do(agent("x", { maxConcurrentTasks: slots, startsAtOnce: true }));
  return driver;
}

function child(
  driver: RootDriver,
  parentId: string,
  id: string,
  fields: TaskFields = {},
): RootCommand {
  const { epoch } = driver.state.tasks.tasks.get(parentId)!;
  return { ...submit(id, fields), parent: { taskId: parentId, epoch } };
}

const awaiting = (taskId: string, childId: string): RootCommand => (
  { type: "await", taskId, epoch: 0, childId }
);

const errorOf = (driver: RootDriver, id: string) => driver.state.tasks.tasks.get(id)!.error;

const WHY = 'the lock "r" can\'t be had as long as task "p" awaits it';

Deno.test("a child that lists a lock of its parent fails when its parent awaits it", () => {
  const driver = driverWith(2);
  driver.do(submit("p", { resources: resources("r") }));
  driver.do(child(driver, "p", "c", { resources: resources("r") }));
  const events = lines(driver.do(awaiting("p", "c")));
  assert(events.includes("deadlock:detected"), events.join());
  assertEquals(errorOf(driver, "c")?.message, WHY);
  assertEquals(driver.state.tasks.counts.failed, 1);
  assertEquals(driver.state.locks.requests.size, 0);
});

Deno.test("it fails as well when it requests the lock after its parent began to wait", () => {
  const driver = driverWith(1);
  driver.do(submit("p", { resources: resources("r") }));
  driver.do(child(driver, "p", "c", { resources: resources("r") }), awaiting("p", "c"));
  assertEquals(errorOf(driver, "c")?.message, WHY);
  assertEquals(driver.state.tasks.tasks.get("p")!.status, "running");
});

Deno.test("a deadlock through a dependency of the child is found", () => {
  const driver = driverWith(3);
  driver.do(submit("p", { resources: resources("r") }));
  driver.do(child(driver, "p", "d", { resources: resources("r") }));
  driver.do(child(driver, "p", "c", { after: ["d"] }));
  const events = lines(driver.do(awaiting("p", "c")));
  assert(events.includes("deadlock:detected"), events.join());
  assertEquals(errorOf(driver, "d")?.message, WHY);
  assertEquals(driver.state.tasks.tasks.get("c")!.status, "cancelled");
});

Deno.test("a deadlock of a grandparent and a grandchild is found", () => {
  const driver = driverWith(1);
  driver.do(submit("p", { resources: resources("r") }));
  driver.do(child(driver, "p", "c"), awaiting("p", "c"));
  driver.do(child(driver, "c", "g", { resources: resources("r") }));
  const events = lines(driver.do(awaiting("c", "g")));
  assert(events.includes("deadlock:detected"), events.join());
  assertEquals(driver.state.tasks.tasks.get("g")!.status, "failed");
  assertEquals(driver.state.tasks.tasks.get("c")!.status, "running");
});

const amend = (taskId: string, ...after: string[]): RootCommand => (
  { type: "amend-task", taskId, dependencies: submit("", { after }).task.dependencies }
);

Deno.test("T42-deadlock-of-changed-needs: a deadlock through a further dependency is found", () => {
  const driver = driverWith(3);
  driver.do(submit("p", { resources: resources("r") }));
  driver.do(submit("d", { resources: resources("r") }));
  driver.do(submit("w", { after: ["later"] }));
  driver.do(child(driver, "p", "c", { after: ["w"] }), awaiting("p", "c"));
  assertEquals(driver.state.locks.requests.size, 0);
  const events = lines(driver.do(amend("w", "d", "later")));
  assert(events.includes("deadlock:detected"), events.join());
  assertEquals(errorOf(driver, "d")?.message, WHY);
  assertEquals(driver.state.tasks.tasks.get("c")!.status, "cancelled");
  assertEquals(driver.state.locks.requests.size, 0);
});

Deno.test("T43-deadlock-over-a-late-task: a deadlock through a task that is submitted late is found", () => {
  const driver = driverWith(3);
  driver.do(submit("p", { resources: resources("r") }));
  driver.do(submit("d", { resources: resources("r") }));
  driver.do(child(driver, "p", "c", { after: ["late"] }), awaiting("p", "c"));
  assertEquals(driver.state.locks.requests.size, 0);
  const events = lines(driver.do(submit("late", { after: ["d"] })));
  assert(events.includes("deadlock:detected"), events.join());
  assertEquals(errorOf(driver, "d")?.message, WHY);
  assertEquals(driver.state.tasks.tasks.get("c")!.status, "cancelled");
  assertEquals(driver.state.locks.requests.size, 0);
});

Deno.test("T42-deadlock-of-changed-needs: a task waits no longer for what its child needed", () => {
  const driver = driverWith(4);
  driver.do(submit("q", { resources: resources("r") }));
  driver.do(submit("d", { resources: resources("r") }), submit("e", { resources: resources("r") }));
  driver.do(submit("p"));
  driver.do(child(driver, "p", "c", { after: ["d", "e", "later"] }), awaiting("p", "c"));
  assertEquals(driver.state.locks.requests.size, 2);
  assertEquals(lines(driver.do(amend("c", "e", "later"))), ["task:amended c", "ask:ended x"]);
  assertEquals(driver.state.locks.requests.size, 1);
  assertEquals(lines(driver.do(amend("c"))).slice(0, 3), [
    ...["task:amended c", "task:readied c", "task:assigned c x"],
  ]);
  assertEquals(driver.state.locks.requests.size, 0);
});

Deno.test("a child that waits for the lock of another task is no deadlock", () => {
  const driver = driverWith(2);
  driver.do(submit("q", { resources: resources("r") }));
  driver.do(submit("p"));
  driver.do(child(driver, "p", "c", { resources: resources("r") }), awaiting("p", "c"));
  assertEquals(driver.state.locks.requests.size, 1);
  driver.do({ type: "complete", taskId: "q", epoch: 0, result: undefined });
  assertEquals(driver.state.tasks.tasks.get("c")!.status, "running");
  driver.do({ type: "complete", taskId: "c", epoch: 0, result: undefined });
  assertEquals(driver.state.locks.requests.size, 0);
});

for (const isListed of [true, false]) {
  const how = isListed ? "lists" : "acquires";
  Deno.test(`a child that ${how} a lock of its parent fails once, with its reason`, async () => {
    await using manager = new CoordinationManager({ maxRetries: 3 });
    const runs: string[] = [];
    const handler: TaskHandler = async ({ id }, { acquire, submit }) => {
      runs.push(id);
      await acquire("r");
      if (id === "c") return;
      const child = await submit({ id: "c", ...(isListed && { resources: ["r"] }) });
      return await child.result.catch((error) => error);
    };
    await manager.registerAgent({ id: "a" }, handler);
    const error = await (await manager.submit({ id: "p" })).result as Error;
    assertEquals(runs, isListed ? ["p"] : ["p", "c"]);
    assert(error.message.includes('"p"') && error.message.includes('"r"'), error.message);
    const { cause } = error as { cause: unknown };
    if (!isListed) assertEquals((cause as DeadlockError).awaitedBy, "p");
  });
}

Deno.test("shutdown() ends a parent that awaits, and its child", async () => {
  const manager = new CoordinationManager();
  let reason: unknown;
  await manager.registerAgent({ id: "a" }, async ({ id }, { submit, signal }) => {
    signal.addEventListener("abort", () => reason ??= signal.reason);
    if (id !== "c") return await (await submit({ id: "c" })).result;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  const handle = await manager.submit({ id: "p" });
  handle.result.catch(() => {});
  while (manager.scheduler.getTask("c")?.status !== "running") await Promise.resolve();
  await manager.shutdown({ graceMs: 1 });
  assertEquals((reason as { code: string }).code, "task-cancelled");
});
