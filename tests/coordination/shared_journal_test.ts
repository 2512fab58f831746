/** Managers in several processes, on one journal that they share. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CoordinationManager,
  EventBus,
  SessionExpiredError,
  StillWaitingError,
} from "../../mod.ts";
import { silentLogger } from "../../machine.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";
import { EngineProcess, SharedJournal } from "../../src/testing/simulation/engine_process.ts";

const SESSION_MS = 900;

/** Processes on one journal. */
class Cluster {
  readonly clock = new SimulatedClock(1_000_000);
  readonly journal = new SharedJournal(this.clock, SESSION_MS);
  /** `process: task`, for each handler that was called. */
  readonly ran: string[] = [];
  /** `process: level`, for each line that was logged. */
  readonly logged: string[] = [];

  async start(name: string, skewMs = 0) {
    const process = new EngineProcess(this.clock, this.journal, skewMs);
    const log = (level: string) => () => this.logged.push(`${name}: ${level}`);
    const { debug, info } = silentLogger;
    const logger = { debug, info, warn: log("warn"), error: log("error") };
    const options = { clock: process, journal: process };
    const manager = new CoordinationManager({}, new EventBus(), logger, options);
    await this.until(manager.initialize());
    const register = (id: string, workMs = 0) =>
      this.until(manager.registerAgent({ id }, async ({ id }) => {
        this.ran.push(`${name}: ${id}`);
        if (workMs > 0) {
          await new Promise<void>((done) => process.setTimer(process.now() + workMs, done));
        }
        return name;
      }));
    return { manager, process, register };
  }

  /** Lets time pass until `promise` has settled. */
  async until<Result>(promise: Promise<Result>): Promise<Result> {
    let hasEnded = false;
    const watched = promise.finally(() => hasEnded = true);
    watched.catch(() => {});
    for (let i = 0; i < 100 && !hasEnded; i++) await this.clock.advance(1);
    assert(hasEnded, "it did not end");
    return await watched;
  }
}

Deno.test("managers on one journal share tasks, locks and messages", async () => {
  const cluster = new Cluster();
  const first = await cluster.start("first");
  const second = await cluster.start("second");
  await first.register("a");
  await second.register("b");
  const handles = [];
  for (let i = 0; i < 10; i++) {
    const { manager } = i % 2 === 0 ? first : second;
    handles.push(
      await cluster.until(manager.submit({ id: `t${i}`, assignedAgent: i % 4 < 2 ? "a" : "b" })),
    );
  }
  const results = await cluster.until(Promise.all(handles.map(({ result }) => result)));
  assertEquals(new Set(results), new Set(["first", "second"]));
  assertEquals(cluster.ran.length, 10);

  const held = await cluster.until(first.manager.acquireResource("db", "x"));
  const waiting = second.manager.acquireResource("db", "y");
  await cluster.until(first.manager.releaseResource("db", "x"));
  assertEquals((await cluster.until(waiting)).epoch, held.epoch + 1);

  const handled: string[] = [];
  for (const [name, { manager }] of [["first", first], ["second", second]] as const) {
    manager.messages.subscribe("reader", ({ payload }, context) => {
      handled.push(name);
      context.respond(payload);
    });
  }
  await cluster.clock.advance(1);
  assertEquals(await cluster.until(second.manager.messages.sendWithResponse("y", "reader", 7)), 7);
  assertEquals(handled.sort(), ["first", "second"]);
  assertEquals(cluster.journal.known.size, 2);
  for (const { manager } of [first, second]) await cluster.until(manager.shutdown());
});

Deno.test("the start of a manager ends nothing of one that is alive", async () => {
  const cluster = new Cluster();
  const first = await cluster.start("first");
  await first.register("worker", 500);
  const asker = await cluster.until(first.manager.registerAgent({ id: "asker", mode: "pull" }));
  const task = await cluster.until(first.manager.submit({ id: "long" }));
  await cluster.until(first.manager.acquireResource("db", "holder"));
  const waiting = first.manager.acquireResource("db", "waiter");
  const asked = asker.claim();
  const received = first.manager.messages.receive("inbox", { waitMs: 10_000 });
  first.manager.messages.subscribe("echo", ({ payload }, context) => context.respond(payload));
  first.manager.messages.subscribe("reader", () => {});
  const answered = first.manager.messages.sendWithResponse("writer", "reader", "?", {
    timeoutMs: 10_000,
  });
  await cluster.clock.advance(1);

  const second = await cluster.start("second");
  await cluster.clock.advance(4 * SESSION_MS);
  assertEquals(await cluster.until(task.result), "first");
  assertEquals(cluster.ran, ["first: long"]);
  await cluster.until(second.manager.releaseResource("db", "holder"));
  assertEquals((await cluster.until(waiting)).agent, "waiter");
  await cluster.until(second.manager.submit({ id: "short", assignedAgent: "asker" }));
  const claim = await cluster.until(asked);
  assertEquals(claim?.task.id, "short");
  await cluster.until(claim!.complete());
  await cluster.until(second.manager.messages.send("writer", "inbox", "!"));
  assertEquals((await cluster.until(received))?.message.payload, "!");
  assertEquals(await cluster.until(second.manager.messages.sendWithResponse("y", "echo", 7)), 7);
  assertEquals(second.manager.messages.getWaitingRequests(), new Map([["writer", ["reader"]]]));
  answered.catch(() => {});
  for (const { manager } of [first, second]) await cluster.until(manager.shutdown());
});

Deno.test("what was of a manager that died ends, and nothing else", async () => {
  const cluster = new Cluster();
  const first = await cluster.start("first");
  const second = await cluster.start("second");
  const third = await cluster.start("third");
  await first.register("worker", 60_000);
  const task = await cluster.until(second.manager.submit({ id: "long" }));
  await cluster.until(second.manager.acquireResource("db", "holder"));
  void first.manager.acquireResource("db", "dead");
  void first.manager.acquireResource("db", "kept", { keepMs: 60_000 });
  const waiting = third.manager.acquireResource("db", "alive");
  first.manager.messages.subscribe("reader", () => {});
  await cluster.clock.advance(10);
  assertEquals(cluster.ran, ["first: long"]);
  await cluster.until(second.manager.messages.send("writer", "reader", "before"));

  first.process.crash();
  await cluster.until(second.manager.messages.send("writer", "reader", "after"));
  await cluster.clock.advance(SESSION_MS / 2);
  assertEquals(second.manager.resources.queueOf("db").length, 3);
  await cluster.clock.advance(2 * SESSION_MS);
  assertEquals(second.manager.resources.queueOf("db").length, 2);
  const left = await cluster.until(second.manager.messages.receive("reader"));
  assertEquals(left?.message.payload, "after");
  await cluster.until(second.manager.releaseResource("db", "holder"));
  const resumed = cluster.until(
    third.manager.acquireResource("db", "kept", { keepMs: 1_000, ticket: "wait-2" }),
  );
  assertEquals((await resumed).agent, "kept");
  await cluster.until(third.manager.releaseResource("db", "kept"));
  assertEquals((await cluster.until(waiting)).agent, "alive");

  await third.register("other");
  assertEquals(await cluster.until(task.result), "third");
  assertEquals(cluster.ran, ["first: long", "third: long"]);
  for (const { manager } of [second, third]) await cluster.until(manager.shutdown());
});

Deno.test("what another process resumes is its own, and goes on when the first one dies", async () => {
  const cluster = new Cluster();
  const first = await cluster.start("first");
  const second = await cluster.start("second");
  await cluster.until(first.manager.registerAgent({ id: "asker", mode: "pull" }));
  await cluster.until(second.manager.acquireResource("db", "holder"));
  const kept = { waitMs: 0, keepMs: 60_000 };
  const ticketOf = async (call: Promise<unknown>) => {
    const error = await assertRejects(() => cluster.until(call), StillWaitingError);
    return { ticket: error.ticket };
  };
  const wait = await ticketOf(first.manager.acquireResource("db", "waiter", kept));
  const ask = await ticketOf(first.manager.claim("asker", kept));
  const receiver = await ticketOf(first.manager.messages.receive("inbox", kept));
  const limit = { timeoutMs: 60_000 };
  const question = await ticketOf(
    first.manager.messages.sendWithResponse("writer", "reader", "?", { ...kept, ...limit }),
  );

  const { manager } = second;
  const granted = manager.acquireResource("db", "waiter", wait);
  const claimed = manager.claim("asker", ask);
  const received = manager.messages.receive("inbox", { ...receiver, waitMs: 60_000 });
  const answered = manager.messages.sendWithResponse("writer", "reader", "?", question);
  await cluster.clock.advance(1);
  first.process.crash();
  await cluster.clock.advance(3 * SESSION_MS);

  await cluster.until(manager.releaseResource("db", "holder"));
  assertEquals((await cluster.until(granted)).agent, "waiter");
  await cluster.until(manager.submit({ id: "t", assignedAgent: "asker" }));
  const claim = await cluster.until(claimed);
  await cluster.until(claim!.complete());
  await cluster.until(manager.messages.send("writer", "inbox", "!"));
  assertEquals((await cluster.until(received))?.message.payload, "!");
  manager.messages.subscribe("reader", (_, context) => context.respond("yes"));
  assertEquals(await cluster.until(answered), "yes");
  await cluster.until(manager.shutdown());
});

Deno.test("a manager that was paused for too long stops, and what it had sent never happens", async () => {
  const cluster = new Cluster();
  const first = await cluster.start("first");
  const second = await cluster.start("second");
  first.process.journal.hold();
  const lost = first.manager.acquireResource("db", "late");
  const refused = assertRejects(() => lost, SessionExpiredError, "had read nothing for long");
  await cluster.clock.advance(1);
  first.process.pause();
  await cluster.clock.advance(3 * SESSION_MS);
  first.process.journal.release();
  first.process.resume();
  await cluster.until(refused);
  assertEquals(second.manager.resources.holderOf("db"), undefined);
  const { healthy, error } = await first.manager.getHealthStatus();
  assertEquals([healthy, error?.includes("another engine has ended this one")], [false, true]);
  assertEquals(cluster.logged, ["first: warn"]);
  await cluster.until(assertRejects(() => first.manager.submit({ id: "t" }), SessionExpiredError));
  await cluster.until(first.manager.shutdown());

  const again = await cluster.start("again");
  await again.register("a");
  const task = await cluster.until(second.manager.submit({ id: "t" }));
  assertEquals(await cluster.until(task.result), "again");
  for (const { manager } of [again, second]) await cluster.until(manager.shutdown());
});

Deno.test("a clock that is an hour ahead ends no lease, and another start prolongs none", async () => {
  const cluster = new Cluster();
  const first = await cluster.start("first");
  const held = () => first.manager.resources.holderOf("db");
  await cluster.until(first.manager.acquireResource("db", "holder", { leaseMs: 1_000 }));
  await cluster.clock.advance(400);
  const second = await cluster.start("second");
  await cluster.clock.advance(500);
  assertEquals(held(), "holder");
  await cluster.clock.advance(101);
  assertEquals(held(), undefined);

  await cluster.until(first.manager.acquireResource("db", "holder", { leaseMs: 1_000 }));
  await cluster.clock.advance(900);
  const ahead = await cluster.start("ahead", 3_600_000);
  await cluster.clock.advance(900);
  assertEquals(held(), "holder");
  await cluster.clock.advance(101);
  assertEquals(held(), undefined);
  for (const { manager } of [first, second, ahead]) await cluster.until(manager.shutdown());
});

Deno.test("an agent that another process has registered since runs there alone", async () => {
  const cluster = new Cluster();
  const first = await cluster.start("first");
  const second = await cluster.start("second");
  await first.register("worker");
  await second.register("worker");
  const task = await cluster.until(first.manager.submit({ id: "t" }));
  assertEquals(await cluster.until(task.result), "second");
  assertEquals(cluster.ran, ["second: t"]);
  for (const { manager } of [first, second]) await cluster.until(manager.shutdown());
});

Deno.test("a shutdown that waits for its attempts leaves the agents of other processes alone", async () => {
  const cluster = new Cluster();
  const first = await cluster.start("first");
  const second = await cluster.start("second");
  await first.register("a", 50);
  await second.register("b");
  const task = await cluster.until(first.manager.submit({ id: "t1", assignedAgent: "a" }));
  await cluster.clock.advance(1);
  const closing = first.manager.shutdown({ graceMs: 1_000 });
  await cluster.clock.advance(1);
  const other = await cluster.until(second.manager.submit({ id: "t2", assignedAgent: "b" }));
  assertEquals(await cluster.until(other.result), "second");
  await cluster.until(closing);
  assertEquals(await task.result, "first");
  await cluster.until(second.manager.shutdown());
});
