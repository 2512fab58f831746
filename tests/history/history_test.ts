/** Any moment of a journal again, compared with what was seen at that moment. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { encode } from "../../src/core/data/plain.ts";
import { eventLine } from "../../src/core/describe.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import {
  InvariantError,
  JournalTruncatedError,
  JournalUnreadableError,
} from "../../src/core/errors.ts";
import { Engine } from "../../src/core/engine.ts";
import { silentLogger } from "../../src/core/logger.ts";
import type { Machine } from "../../src/core/machine.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { catchUp, Replica } from "../../src/core/replica.ts";
import { CoordinationManager, UnknownSubjectError } from "../../src/coordination/mod.ts";
import { type HistoryEvent, type Moment, openHistory } from "../../src/history/mod.ts";
import { machineNamed } from "../../src/journal/machines.ts";
import { ResourceManager } from "../../src/locks/mod.ts";
import { matches } from "../../src/history/subjects.ts";
import { lockMachine } from "../../src/locks/machine.ts";
import { rootMachine } from "../../src/root/machine.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { counter } from "../core/counter.ts";

/** What a run saw at each position. */
interface Seen {
  readonly position: number;
  readonly at: number;
  readonly tasks: unknown;
  readonly locks: unknown;
  readonly agents: unknown;
  readonly explanation: string;
}

/** A run of a manager, with what was seen of it at each step. */
async function run(journal: MemoryJournal): Promise<{ seen: Seen[]; lines: string[] }> {
  const clock = new SimulatedClock(1_000_000);
  const eventBus = new EventBus();
  const lines: string[] = [];
  const describe = rootMachine().describe;
  const publish = eventBus.publish.bind(eventBus);
  eventBus.publish = ((type: string, event: LockstepEvent, at: number, sequence: number) => {
    lines.push(eventLine(type, event, sequence, at, describe));
    return publish(type as never, event as never, at, sequence, describe as never);
  }) as typeof eventBus.publish;
  const manager = new CoordinationManager({
    clock,
    eventBus,
    journal,
    logger: silentLogger,
    maxRetries: 1,
  });
  await manager.initialize();
  const seen: Seen[] = [];
  const see = async () => {
    const position = await journal.tail();
    seen.push({
      position,
      at: clock.now(),
      tasks: manager.listTasks({ limit: 1000 }).tasks,
      agents: manager.listAgents(),
      locks: manager.resources.holdersOf("db"),
      explanation: manager.listTasks().tasks.length > 0 ? manager.explain("t0").summary : "",
    });
    await clock.advance(7);
  };
  for (const id of ["a", "b"]) await manager.registerAgent({ id });
  await see();
  for (let i = 0; i < 12; i++) {
    const dependencies = i > 0 && i % 3 === 0 ? [`t${i - 1}`] : [];
    await manager.assignTask({ id: `t${i}`, resources: ["db"], dependencies }, i % 2 ? "a" : "b");
    await see();
  }
  for (let round = 0; round < 30; round++) {
    for (const { id, status } of manager.listTasks().tasks) {
      if (status === "assigned") await manager.scheduler.start(id).catch(() => {}); // it waits for its lock
      else if (status === "running" && id === "t4") await manager.failTask(id, new Error("no"));
      else if (status === "running") await manager.completeTask(id, round);
      await see();
    }
    await clock.advance(1_000);
  }
  await manager.sendMessage("a", "b", { type: "note" });
  await manager.acquireResource("other", "b");
  await see();
  await manager.shutdown({ graceMs: 0 });
  return { seen, lines };
}

Deno.test("each moment has the views that the run saw at that moment", async () => {
  const journal = new MemoryJournal();
  const { seen } = await run(journal);
  assert(seen.length > 50);
  const history = await openHistory(journal);
  const shuffled = seen.map((each, i) => ({ each, key: (i * 37) % 101 }))
    .sort((a, b) => a.key - b.key);
  for (const { each: { position, at, tasks, agents, locks, explanation } } of shuffled) {
    for (const moment of [await history.at({ position }), await history.at({ instant: at })]) {
      assertEquals(moment.tasks(), tasks as never);
      assertEquals(moment.agents(), agents as never);
      assertEquals(
        moment.locks().find(({ resourceId }) => resourceId === "db")?.holders ?? [],
        locks as never,
      );
      if (explanation !== "") assertEquals(moment.explain("t0").summary, explanation);
    }
  }
  const end = await history.at();
  assertEquals(end.task("t4")?.attempts, 2);
  assertEquals(end.task("nobody"), undefined);
  assertEquals(end.explain("a").kind, "agent");
  assertThrows(() => end.explain("nobody"), UnknownSubjectError);
});

Deno.test("a moment equals a replica that took the records up to it, and inside of a record", async () => {
  const journal = new MemoryJournal();
  await run(journal);
  const history = await openHistory(journal);
  const replica = new Replica(rootMachine());
  const known = new Map<number, string>();
  for await (const records of journal.follow(0, AbortSignal.timeout(20_000))) {
    for (const record of records) {
      replica.take(record);
      known.set(record.position, encode(replica.state));
    }
    break;
  }
  for (const [position, state] of known) {
    assertEquals(encode((await history.at({ position })).state), state);
    assertEquals(encode((await history.at({ position, index: 99 })).state), state);
  }
  assertEquals(encode((await history.at({ position: 0 })).state), encode(rootMachine().init()));
});

Deno.test("a place inside of a record is the moment between two of its commands", async () => {
  const journal = new MemoryJournal();
  await using locks = new ResourceManager({}, undefined, undefined, { journal });
  await locks.initialize();
  await Promise.all(["x", "y", "z"].map((id) => locks.acquire(id, "a")));
  const position = await journal.tail();
  const history = await openHistory(journal);
  for (let index = 0; index < 3; index++) {
    const moment = await history.at({ position, index });
    assertEquals(moment.place, `${position}:${index}`);
    assertEquals(
      moment.locks().map(({ resourceId }) => resourceId),
      ["x", "y", "z"].slice(0, index + 1),
    );
    assertEquals(moment.sequence, index + 1);
  }
  const end = await history.at();
  assertThrows(() => end.explain("x"), TypeError, "must be that of a coordination manager");
});

Deno.test("steps by event, forwards and backwards, pass the same events as the run", async () => {
  const journal = new MemoryJournal();
  const { lines } = await run(journal);
  const history = await openHistory(journal);
  const all: HistoryEvent[] = [];
  for await (const each of history.events()) all.push(each);
  const line = ({ event, sequence, at, description }: HistoryEvent) =>
    eventLine(event.type, event, sequence, at, () => description);
  // The bus publishes events of its own, too, which have no sequence.
  assertEquals(all.map(line), lines.filter((each) => !/ · /.test(each.slice(0, 22))));
  const forwards: HistoryEvent[] = [];
  let moment: Moment | undefined = await history.at({ position: 0 });
  for (let next = await moment.next(); next !== undefined; next = await next.next()) {
    forwards.push(next.event!);
    moment = next;
  }
  assertEquals(forwards, all);
  const backwards: HistoryEvent[] = [];
  for (let last: Moment | undefined = await history.at(); last !== undefined;) {
    last = await last.previous();
    if (last !== undefined) backwards.push(last.event!);
  }
  assertEquals(backwards.reverse(), all);
  for (const [i, { place, sequence, event }] of all.entries()) {
    if (i % 17 !== 0) continue;
    const [position, index] = place.split(":").map(Number) as [number, number];
    const there = await (await history.at({ position, index })).previous();
    assert(there!.sequence >= sequence, event.type);
  }
});

Deno.test("events are selected by task, agent and resource, also in steps", async () => {
  const journal = new MemoryJournal();
  await run(journal);
  const history = await openHistory(journal);
  const typesOf = async (filter: Parameters<typeof history.events>[0]) => {
    const types: string[] = [];
    for await (const { event } of history.events(filter)) types.push(event.type);
    return types;
  };
  const ofTask = await typesOf({ taskId: "t4" });
  assertEquals(new Set(ofTask).has("task:backed-off"), true);
  assertEquals(ofTask.filter((type) => type === "resource:acquired").length, 2); // by its claims
  assert(!ofTask.includes("agent:spawned"));
  const ofAgent = await typesOf({ agentId: "a" });
  assert(ofAgent.includes("agent:spawned") && ofAgent.includes("message:sent"));
  assert((await typesOf({ agentId: "b" })).includes("message:sent"));
  const ofLock = await typesOf({ resourceId: "db" });
  assertEquals(
    ofLock.filter((type) => !type.startsWith("resource:")).length <= ofLock.length,
    true,
  );
  assert(ofLock.includes("resource:queued"));
  const both = await typesOf({ resourceId: "db", taskId: "t4" });
  assertEquals(both.every((type) => ofTask.includes(type)), true);
  assertEquals(await typesOf({ taskId: "__proto__" }), []);
  const steps: string[] = [];
  for (let at: Moment | undefined = await history.at(); at !== undefined;) {
    at = await at.previous({ taskId: "t4" });
    if (at !== undefined) steps.push(at.event!.event.type);
  }
  assertEquals(steps.reverse(), ofTask);
});

Deno.test("a history begins with the older snapshot when records were forgotten", async () => {
  const journal = new MemoryJournal();
  const locks = new ResourceManager({}, undefined, undefined, { journal });
  await locks.initialize();
  for (let i = 0; i < 3; i++) {
    await locks.acquire(`lock-${i}`, "a");
    await locks.performMaintenance();
  }
  await locks.acquire("last", "a");
  const history = await openHistory(journal);
  assert(history.first > 1);
  const events: string[] = [];
  for await (const { description, sequence } of history.events()) {
    events.push(`${sequence} ${description}`);
  }
  assertEquals(events, [
    "2 lock lock-2: → held by a (epoch 3)",
    "3 lock last: → held by a (epoch 4)",
  ]);
  assertEquals((await history.at({ position: history.first })).locks().length, 2);
  assertEquals(await (await history.at({ position: history.first })).previous(), undefined);
  await assertRejects(() => history.at({ position: 1 }), RangeError, "position must be from");
  await locks.acquire("later", "a"); // it grows
  assertEquals((await history.at()).locks().length, 5);
  await locks.shutdown();
  const bare = new MemoryJournal();
  Object.defineProperty(bare, "snapshots", { value: undefined });
  await bare.append({ session: "s", number: 1, at: 0, commands: '[{"type":"tick"}]' });
  await bare.append({ session: "s", number: 2, at: 0, commands: '[{"type":"tick"}]' });
  await bare.forget(2);
  await assertRejects(() => openHistory(bare), JournalTruncatedError);
});

Deno.test("malformed moments, foreign and empty journals are refused", async () => {
  const journal = new MemoryJournal();
  await run(journal);
  const history = await openHistory(journal);
  const last = await history.last();
  const refused = async (when: unknown, message: string) => {
    const error = await history.at(when as never).then(() => undefined, (error) => error);
    assert(error instanceof TypeError || error instanceof RangeError, message);
    assert(error.message.includes(message), error.message);
  };
  await refused({ position: last + 1 }, `position must be from 0 to ${last}, got ${last + 1}`);
  await refused({ position: -1 }, "position must be");
  await refused({ position: 1.5 }, "position must be");
  await refused({ position: 1, index: -1 }, "index must be");
  await refused({ instant: NaN }, "instant must be a number, got NaN");
  await refused("now", "when must be an object");
  assertEquals((await history.at({ instant: -1 })).place, "0:0");
  await assertRejects(() => openHistory(new MemoryJournal()), JournalUnreadableError, "an empty");
  const other = new MemoryJournal();
  const engine = new Engine(counter, { journal: other, logger: silentLogger });
  await engine.open();
  await new Promise<void>((resolve) => engine.send({ type: "add", by: 2 }, () => resolve()));
  await engine.close();
  await assertRejects(() => openHistory(other), JournalUnreadableError, 'got none for machine "');
  const counted = await (await openHistory(other, { machine: counter as never })).at();
  assertEquals((counted.state as { total: number }).total, 2);
  assertEquals([counted.tasks(), counted.agents(), counted.locks()], [[], [], []]);
  await assertRejects(
    () => openHistory(other, { machine: rootMachine() as never }).then((each) => each.at()),
    JournalUnreadableError,
    "machine root",
  );
});

Deno.test("a command that breaks the machine is named, and can be left out", async () => {
  const journal = new MemoryJournal();
  const locks = new ResourceManager({}, undefined, undefined, { journal });
  await locks.initialize();
  await locks.acquire("db", "a");
  await locks.shutdown();
  const fragile = machineNamed("locks") as Machine<{ locks: Map<string, unknown> }, never, never>;
  const machine = {
    ...fragile,
    step(state: never, command: never, now: number, events: never[]) {
      if ((command as { type: string }).type === "acquire") throw new Error("broken");
      return fragile.step(state, command, now, events);
    },
  };
  await assertRejects(
    () => openHistory(journal, { machine: machine as never }).then((each) => each.at()),
    InvariantError,
    'skip: ["2:0"]',
  );
  const history = await openHistory(journal, { machine: machine as never, skip: ["2:0"] });
  assertEquals((await history.at()).locks(), []);
});

Deno.test("checkpoints change nothing of what is seen, and are few", async () => {
  const journal = new MemoryJournal();
  const count = 30_000;
  const record = (number: number, commands: object[]) =>
    journal.append({ session: "s", number, at: number, commands: JSON.stringify(commands) });
  await record(1, [new Replica(machineNamed("locks")!).beginning()]);
  for (let i = 2; i <= count; i++) {
    const owner = { resourceId: i === 2 ? "once" : `l${i % 97}`, agentId: "a", owner: "a" };
    const acquire = { ...owner, type: "acquire", mode: "exclusive", units: 1, priority: 0 };
    await record(i, [
      i % 2 === 0 ? { ...acquire, timeoutMs: 0, leaseMs: 0, wait: false } : {
        ...owner,
        type: "release",
        resourceId: i === 3 ? "once" : `l${(i - 1) % 97}`,
        epoch: 0,
      },
    ]);
  }
  const realNow = performance.now;
  let reads = 0;
  performance.now = () => reads++; // each record takes a millisecond
  try {
    const locks = machineNamed("locks")!;
    let steps = 0;
    let copies = 0;
    const machine = {
      ...locks,
      init: () => (copies++, locks.init()),
      step: (...args: Parameters<typeof locks.step>) => (steps++, locks.step(...args)),
    };
    const history = await openHistory(journal, { machine: machine as never });
    const first = await history.at();
    assert(copies > 100 && copies < 900, `${copies} checkpoints`);
    const replica = new Replica(machineNamed("locks")!);
    for (const position of [1, 2, 51, 52, 53, 14_999, count - 1, count]) {
      await catchUp(replica, journal, position);
      const moment = await history.at({ position });
      assertEquals(encode(moment.state), encode(replica.state));
      assertEquals(moment.sequence, position - 1);
      const backwards = await moment.previous();
      assertEquals(backwards?.event?.sequence, position === 1 ? undefined : position - 2);
    }
    assertEquals(first.sequence, count - 1);
    const released = await first.previous({ resourceId: "once" }); // many checkpoints before
    assertEquals(released?.event?.place, "3:0");
    steps = 0;
    await history.at({ position: 20_000 });
    assert(steps < 300, `${steps} commands were replayed`);
  } finally {
    performance.now = realNow;
  }
});

Deno.test("a copy of a replica goes on by itself, and knows who wrote the journal", async () => {
  const journal = new MemoryJournal();
  const locks = new ResourceManager({}, undefined, undefined, { journal });
  await locks.initialize();
  const replica = new Replica(lockMachine({ maxWaiters: 5 }));
  await catchUp(replica, journal, await journal.tail());
  await locks.acquire("db", "a");
  const copy = replica.copy();
  await catchUp(copy, journal, await journal.tail());
  assertEquals([replica.state.locks.size, copy.state.locks.size], [0, 1]);
  assertEquals([copy.changed, replica.changed], [["maxWaiters"], ["maxWaiters"]]);
  await locks.shutdown();
});

Deno.test("a message and a conflict are about their parties", () => {
  const sent = { type: "x", message: { from: "a", to: "b" } };
  const reported = { type: "x", conflict: { agents: ["a", "b"] } };
  for (const event of [sent, reported]) {
    assertEquals(["a", "b", "c"].map((agentId) => matches(event, { agentId })), [
      true,
      true,
      false,
    ]);
  }
  const settled = { type: "x", subject: "task", subjectId: "t" };
  assertEquals([matches(settled, { taskId: "t" }), matches(settled, { resourceId: "t" })], [
    true,
    false,
  ]);
});

Deno.test("what a person did is about its subject", () => {
  const acted = { type: "operator:acted", by: "ana", command: "x" };
  const filters = [{ taskId: "a" }, { agentId: "a" }, { resourceId: "a" }];
  for (const [i, subject] of ["task", "agent", "resource"].entries()) {
    const event = { ...acted, subject, subjectId: "a" };
    assertEquals(filters.map((filter) => matches(event, filter)), filters.map((_, j) => i === j));
  }
  const several = { ...acted, taskIds: ["a", "b"] };
  assertEquals(matches(several, { taskId: "b" }), true);
});
