/** Requests for tasks that their callers leave, and come back to. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  AdvancedTaskScheduler,
  MemoryJournal,
  StillWaitingError,
  type Task,
  TicketExpiredError,
} from "../../mod.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";

async function setUp(agents: readonly string[] = ["a"]) {
  const clock = new SimulatedClock();
  const tasks = new AdvancedTaskScheduler({}, undefined, undefined, { clock });
  for (const id of agents) await tasks.registerAgent({ id, mode: "pull" });
  return { clock, tasks };
}

async function ticketOf(rejected: Promise<unknown>): Promise<StillWaitingError> {
  return await assertRejects(() => rejected, StillWaitingError);
}

/** Begins a request of `agentId`, and leaves it; it is kept for 100 ms. */
async function leave(tasks: AdvancedTaskScheduler, agentId: string): Promise<StillWaitingError> {
  return await ticketOf(tasks.claim(agentId, { waitMs: 0, keepMs: 100 }));
}

Deno.test("A4-asking-again-loses-the-place: a request that is resumed keeps its place", async () => {
  const { clock, tasks } = await setUp(["a", "b"]);
  const call = tasks.claim("a", { waitMs: 10, keepMs: 100 });
  const left = ticketOf(call);
  await clock.advance(10);
  const { ticket, keptUntil, message } = await left;
  assertEquals(keptUntil, clock.now() + 100);
  assertEquals(
    message,
    'Cannot claim a task for agent "a" yet: ticket "ask-1" keeps the place until 00:00:00.110',
  );
  const other = tasks.claim("b");
  await clock.advance(99);
  const again = tasks.claim("a", { ticket });
  await tasks.submit({ id: "t1" });
  await tasks.submit({ id: "t2" });
  assertEquals((await again)?.task.id, "t1");
  assertEquals((await other)?.task.id, "t2");
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("a task that comes meanwhile is kept for the agent, without the limits of its attempt", async () => {
  const { clock, tasks } = await setUp();
  const { ticket } = await leave(tasks, "a");
  await tasks.submit({ id: "t1", timeoutMs: 20, heartbeatTimeoutMs: 5 });
  assertEquals(tasks.getTask("t1")?.status, "running");
  await clock.advance(99);
  const [once, twice] = [await tasks.claim("a", { ticket }), await tasks.claim("a", { ticket })];
  assertEquals([once?.task.id, once?.epoch, twice], ["t1", 1, once]);
  await clock.advance(4);
  await once!.heartbeat();
  await clock.advance(4);
  assertEquals(tasks.getTask("t1")?.status, "running");
  await clock.advance(1);
  assertEquals(tasks.getTask("t1")?.assignedAgent, undefined);
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("A5-task-kept-for-an-agent-that-never-returns: it goes on to the next, and no attempt counts", async () => {
  const { clock, tasks } = await setUp(["a", "b"]);
  const { ticket } = await leave(tasks, "a");
  const { result } = await tasks.submit({ id: "t1", retries: 0, heartbeatTimeoutMs: 30 });
  const next = tasks.claim("b");
  await clock.advance(99);
  assertEquals(tasks.getTask("t1")?.assignedAgent, "a");
  await clock.advance(1);
  const claim = await next;
  assertEquals([claim?.attempt, claim?.epoch], [1, 2]);
  await assertRejects(() => tasks.claim("a", { ticket }), TicketExpiredError);
  await claim!.complete("done");
  assertEquals(await result, "done");
  await tasks.shutdown();
});

Deno.test("a request that nobody resumes lapses", async () => {
  const { clock, tasks } = await setUp();
  const { ticket } = await leave(tasks, "a");
  await clock.advance(100);
  await tasks.submit({ id: "t1" });
  assertEquals(tasks.getTask("t1")?.status, "ready");
  const { message } = await assertRejects(() => tasks.claim("a", { ticket }), TicketExpiredError);
  assertEquals(
    message,
    'Cannot claim a task for agent "a": ticket must be one in force of the same agent, got "ask-1"',
  );
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("another agent's ticket is refused, and so is one for another task", async () => {
  const { tasks } = await setUp(["a", "b"]);
  const { ticket } = await leave(tasks, "a");
  await tasks.submit({ id: "t1", dependencies: ["t0"] });
  await assertRejects(() => tasks.claim("b", { ticket }), TicketExpiredError);
  await assertRejects(() => tasks.claim("a", { ticket, taskId: "t1" }), TicketExpiredError);
  await assertRejects(
    () => tasks.claim("a", { ticket: "wait-1" }),
    TypeError,
    'ticket must be that of a StillWaitingError, such as "ask-1", got "wait-1"',
  );
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("a report on a claim that is kept collects it", async () => {
  const { clock, tasks } = await setUp();
  await leave(tasks, "a");
  await tasks.submit({ id: "t1" });
  await tasks.heartbeat("t1");
  await clock.advance(1_000);
  assertEquals(tasks.getTask("t1")?.status, "running");
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("an abort leaves the request, and waitMs of 0 still gets a task that is ready", async () => {
  const { tasks } = await setUp();
  const controller = new AbortController();
  const left = ticketOf(tasks.claim("a", { keepMs: 100, signal: controller.signal }));
  controller.abort(new Error("the client hung up"));
  const { ticket, cause } = await left;
  assertEquals((cause as Error).message, "the client hung up");
  await tasks.submit({ id: "t1" });
  await (await tasks.claim("a", { ticket }))?.complete();
  await tasks.submit({ id: "t2" });
  assertEquals((await tasks.claim("a", { waitMs: 0, keepMs: 100 }))?.task.id, "t2");
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("a task with locks is kept as well, and its locks pass on when it lapses", async () => {
  const { clock, tasks } = await setUp(["a", "b"]);
  await leave(tasks, "a");
  await tasks.submit({ id: "t1", resources: ["db"] });
  assertEquals(tasks.resources.holdersOf("db")[0]?.taskId, "t1");
  const waiting = tasks.resources.acquire("db", "c");
  await clock.advance(100);
  assertEquals((await waiting).agent, "c");
  assertEquals(tasks.getTask("t1")?.attempts, 0);
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("an agent that is drained loses its request without a caller, too", async () => {
  const { tasks } = await setUp();
  const { ticket } = await leave(tasks, "a");
  await tasks.drainAgent("a");
  await tasks.registerAgent({ id: "a", mode: "pull" });
  await assertRejects(() => tasks.claim("a", { ticket }), TicketExpiredError);
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("A6-restart-ends-requests-of-other-processes: those that may be resumed go on", async () => {
  const journal = new MemoryJournal();
  const clock = new SimulatedClock();
  const open = async () => {
    const tasks = new AdvancedTaskScheduler({}, undefined, undefined, {
      clock,
      journal: journal as never,
    });
    await tasks.initialize();
    return tasks;
  };
  const before = await open();
  for (const id of ["a", "b", "c"]) await before.registerAgent({ id, mode: "pull" });
  const { ticket } = await ticketOf(before.claim("a", { waitMs: 0, keepMs: 1_000 }));
  const calls = Promise.allSettled([before.claim("b", { keepMs: 1_000 }), before.claim("c")]);
  await clock.advance(1);
  const after = await open(); // as if the process before had crashed
  await clock.advance(1);
  const task: Task[] = [{ id: "t1" }, { id: "t2" }, { id: "t3" }];
  for (const each of task) await after.submit(each);
  assertEquals(
    task.map(({ id }) => after.getTask(id)?.assignedAgent),
    ["a", "b", undefined],
  );
  assertEquals((await after.claim("a", { ticket }))?.task.id, "t1");
  await after.shutdown({ graceMs: 0 });
  await before.shutdown({ graceMs: 0 });
  await calls;
});

Deno.test("a caller that comes back without keepMs, and leaves again, gives its place up", async () => {
  const { tasks } = await setUp(["a", "b"]);
  const { ticket } = await leave(tasks, "a");
  const other = tasks.claim("b");
  const leaving = new AbortController();
  const given = tasks.claim("a", { ticket, signal: leaving.signal });
  leaving.abort(new Error("not needed any more"));
  await assertRejects(() => given, Error, "not needed any more");
  await tasks.submit({ id: "t1" });
  assertEquals((await other)?.task.id, "t1");
  await assertRejects(() => tasks.claim("a", { ticket }), TicketExpiredError);
  await tasks.shutdown({ graceMs: 0 });
});
