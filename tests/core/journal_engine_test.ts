/** What an engine does with the order in which a journal delivers records, whoever wrote them. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { encode } from "../../src/core/data/plain.ts";
import { Engine, type EngineOptions } from "../../src/core/engine.ts";
import {
  InvariantError,
  JournalError,
  JournalReplacedError,
  JournalTruncatedError,
  JournalUnreadableError,
  OutcomeUnknownError,
  UninitializedError,
} from "../../src/core/errors.ts";
import type { Journal, JournalRecord, StoredRecord } from "../../src/core/journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import type { Machine } from "../../src/core/machine.ts";
import { MemoryJournal, MemorySnapshots } from "../../src/core/memory_journal.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { recordOf, typesIn, written } from "../support/journals.ts";
import { counter, type CounterAnswers, type CounterCommand } from "./counter.ts";

type CounterEngine = Awaited<ReturnType<typeof opened>>["engine"];

async function opened(journal: Journal, options: EngineOptions = {}) {
  const clock = new SimulatedClock(1_000);
  const engine = new Engine(counter, { clock, journal, logger: silentLogger, ...options });
  await engine.open();
  return { clock, engine };
}

function add(engine: CounterEngine, by: number): Promise<CounterAnswers["add"]> {
  return new Promise((resolve, reject) => {
    engine.send({ type: "add", by }, (answer, error) => {
      if (error === undefined) resolve(answer as CounterAnswers["add"]);
      else reject(error);
    });
  });
}

/** A record of another engine that adds. */
function foreign(number: number, by: number, at = 0) {
  return recordOf("other", number, [{ at, command: { type: "add", by } as never }]);
}

Deno.test("an engine that was replaced stops, and so never grants what its successor grants", async () => {
  const journal = new MemoryJournal();
  const logged: string[] = [];
  const log = (level: string) => (...given: unknown[]) => logged.push(`${level}: ${given.join()}`);
  const logger = { ...silentLogger, warn: log("warn"), error: log("error") };
  const observed: number[] = [];
  const first = await opened(journal, { logger });
  first.engine.observe(["counter:added"], ({ total }) => observed.push(total));
  await add(first.engine, 1);
  const before = encode(first.engine.state);
  const second = await opened(journal);
  assertEquals(await add(second.engine, 100), { total: 101 });
  await first.clock.advance(0);
  const tail = await journal.tail();
  for (let i = 0; i < 2; i++) {
    await assertRejects(
      async () => await add(first.engine, 10),
      JournalReplacedError,
      "Cannot go on: another engine has opened the journal",
    );
  }
  await assertRejects(() => first.engine.barrier(), JournalReplacedError);
  await assertRejects(() => first.engine.snapshot(), JournalReplacedError);
  assertEquals([encode(first.engine.state), observed], [before, [1]]);
  assertEquals(logged, ["warn: Cannot go on: another engine has opened the journal"]);
  await first.engine.close();
  assertEquals([first.clock.pending, await journal.tail()], [0, tail]);
  assertEquals(await add(second.engine, 1), { total: 102 });
  await second.engine.close();
});

Deno.test("an engine that was replaced ends every call: what it was appending is unknown, the rest refused", async () => {
  class Ahead extends FaultyJournal {
    override tail() {
      return Promise.resolve(99);
    }
  }
  const inner = new MemoryJournal();
  const journal = new Ahead(inner);
  const first = await opened(journal);
  const barrier = assertRejects(() => first.engine.barrier(), JournalReplacedError);
  journal.fail(1, new Error("The connection was lost"));
  const doubted = assertRejects(() => add(first.engine, 1), OutcomeUnknownError, "another engine");
  await first.clock.advance(0);
  assert(first.engine.stalled !== undefined);
  const gathered = assertRejects(() => add(first.engine, 10), JournalReplacedError);
  const second = await opened(inner);
  await Promise.all([barrier, doubted, gathered]);
  assertEquals([first.clock.pending, first.engine.stalled], [0, undefined]);
  await first.engine.close();
  await second.engine.close();
});

Deno.test("an engine that is being closed when it is replaced ends every call, and closes", async () => {
  const inner = new MemoryJournal();
  const journal = new FaultyJournal(inner);
  const first = await opened(journal);
  journal.hold();
  const doubted = assertRejects(() => add(first.engine, 1), OutcomeUnknownError, "another engine");
  await first.clock.advance(0);
  const gathered = assertRejects(() => add(first.engine, 10), JournalReplacedError);
  const closing = first.engine.close();
  const second = await opened(inner);
  await Promise.all([doubted, gathered, closing]);
  journal.release();
  await second.engine.close();
  assertEquals(await typesIn(inner), []);
});

Deno.test("an engine that is replaced while it opens does not open, and leaves no timer", async () => {
  class Held extends FaultyJournal {
    readonly held = Promise.withResolvers<void>();
    #calls = 0;
    override async *follow(after: number, signal: AbortSignal) {
      if (this.#calls++ > 0) await this.held.promise;
      yield* super.follow(after, signal);
    }
  }
  const inner = new MemoryJournal();
  const before = await opened(inner);
  before.engine.send({ type: "remind", of: "it", inMs: 60_000 }, () => {});
  await before.engine.close();
  const journal = new Held(inner);
  const clock = new SimulatedClock(1_000);
  const first = new Engine(counter, { clock, journal, logger: silentLogger });
  const opening = assertRejects(() => first.open(), JournalReplacedError);
  await clock.advance(0);
  const second = await opened(inner);
  journal.held.resolve();
  await opening;
  assertEquals(clock.pending, 0);
  await first.close();
  await second.engine.close();
});

Deno.test("the beginning of an earlier session that is delivered again replaces no engine", async () => {
  class Again extends MemoryJournal {
    #first: StoredRecord | undefined;
    override async append(record: JournalRecord) {
      const position = await super.append(record);
      this.#first ??= { ...record, position };
      return position;
    }
    override async *follow(after: number, signal: AbortSignal) {
      for await (const records of super.follow(after, signal)) {
        yield records;
        yield [this.#first!];
      }
    }
  }
  const journal = new Again();
  await (await opened(journal)).engine.close();
  const { engine, clock } = await opened(journal);
  assertEquals(await add(engine, 1), { total: 1 });
  await clock.advance(0);
  assertEquals(await add(engine, 1), { total: 2 });
  await engine.close();
});

Deno.test("engines on a shared journal do not replace each other", async () => {
  const journal = new FaultyJournal(new MemoryJournal({ isShared: true }));
  const first = await opened(journal);
  const second = await opened(journal);
  assertEquals(await add(second.engine, 1), { total: 1 });
  assertEquals(await add(first.engine, 1), { total: 2 });
  await first.engine.close();
  await second.engine.close();
});

Deno.test("an append that its process left under way comes before the next start reads, or is refused", async () => {
  const clock = new SimulatedClock();
  const inner = new MemoryJournal();
  const journal = new FaultyJournal(inner, clock);
  const first = await opened(journal, { clock });
  journal.delay(50);
  void add(first.engine, 1).catch(() => {});
  await clock.advance(10);
  const second = await opened(inner);
  await clock.advance(1_000);
  assertEquals(await add(second.engine, 1), { total: 1 });
  assertEquals(await typesIn(inner), ["add"]);
  await second.engine.close();
});

Deno.test("records of other engines are stepped in the order of the journal, and change no answer", async () => {
  const journal = new MemoryJournal({ isShared: true });
  const { engine, clock } = await opened(journal);
  const first = add(engine, 1);
  await journal.append(foreign(1, 10, 5_000));
  const second = add(engine, 100);
  assertEquals([await first, await second], [{ total: 11 }, { total: 111 }]);
  assertEquals(engine.state.history.map(({ at }) => at), [5_000, 5_000, 5_000]);
  await clock.advance(0);
  const other = await opened(journal);
  assertEquals(encode(other.engine.state), encode(engine.state));
  await engine.close();
  await other.engine.close();
});

Deno.test("a record that is delivered before its append has an answer is stepped, and answered once", async () => {
  const journal = new FaultyJournal(new MemoryJournal());
  const { engine, clock } = await opened(journal);
  journal.loseAnswers(1, undefined, true);
  assertEquals(await add(engine, 1), { total: 1 });
  assertEquals(await add(engine, 1), { total: 2 });
  await clock.advance(1_000);
  assertEquals([engine.stalled, await typesIn(journal)], [undefined, ["add", "add"]]);
  await engine.close();
});

Deno.test("a record that is delivered twice is stepped once", async () => {
  const journal = new FaultyJournal(new MemoryJournal());
  const { engine } = await opened(journal);
  journal.repeat(2);
  assertEquals(await add(engine, 1), { total: 1 });
  assertEquals(await add(engine, 1), { total: 2 });
  assertEquals(engine.state.total, 2);
  await engine.close();
});

Deno.test("an older record that is delivered again does not take an engine back", async () => {
  class Repeating extends MemoryJournal {
    override async *follow(after: number, signal: AbortSignal) {
      const all: StoredRecord[] = [];
      for await (const records of super.follow(after, signal)) {
        yield records;
        all.push(...records);
        yield [all[0]!];
      }
    }
  }
  const journal = new Repeating();
  const { engine, clock } = await opened(journal);
  await add(engine, 1);
  await clock.advance(0);
  assertEquals(engine.position, await journal.tail());
  await engine.barrier();
  await engine.snapshot();
  assertEquals((await journal.snapshots.newest())?.meta.position, await journal.tail());
  await engine.close();
});

Deno.test("an engine stops at a record that is missing, and at one that it can't read", async () => {
  const journal = new MemoryJournal({ isShared: true });
  const { engine, clock } = await opened(journal);
  await journal.append(foreign(1, 1));
  await journal.append(foreign(3, 1));
  await clock.advance(0);
  assertThrows(
    () => engine.send({ type: "add", by: 1 }, () => {}),
    JournalUnreadableError,
    'record 2 of session "other" must come before 3',
  );
  await assertRejects(() => opened(journal), JournalUnreadableError, "at position 3");
  await engine.close();
});

Deno.test("a journal of another machine or version is refused, and nothing is written", async () => {
  const journal = new MemoryJournal();
  await (await opened(journal)).engine.close();
  const before = await journal.tail();
  const others: Partial<Machine<never, never, never>>[] = [{ name: "clock" }, { version: 2 }];
  for (const other of others) {
    const engine = new Engine({ ...counter, ...other }, { journal, logger: silentLogger });
    await assertRejects(
      () => engine.open(),
      JournalUnreadableError,
      `it must have format 1, machine ${other.name ?? "counter"}, version ${other.version ?? 1}, ` +
        "got format 1, machine counter, version 1",
    );
    await engine.close();
  }
  assertEquals(await journal.tail(), before);
});

Deno.test("a snapshot of another version is refused", async () => {
  const journal = new MemoryJournal();
  const { engine } = await opened(journal);
  await engine.snapshot();
  await engine.close();
  const next = new Engine({ ...counter, version: 2 }, { journal, logger: silentLogger });
  await assertRejects(() => next.open(), JournalUnreadableError, "version 2, got format 1");
});

Deno.test("a replica that is behind what was forgotten is refused, as no snapshot stands for it", async () => {
  const journal = new MemoryJournal();
  const { engine } = await opened(journal);
  for (let i = 0; i < 3; i++) await add(engine, 1);
  await engine.close();
  await journal.forget(3);
  await assertRejects(() => opened(journal), JournalTruncatedError, "the first is 3");
});

Deno.test("a snapshot has whole records, and the records before the older one are forgotten", async () => {
  const journal = new MemoryJournal();
  const { engine } = await opened(journal);
  const positions: number[] = [];
  for (let i = 0; i < 3; i++) {
    await add(engine, 1);
    await engine.snapshot();
    positions.push(engine.position);
  }
  await assertRejects(() => written(journal, positions[1]! - 1), JournalTruncatedError);
  assertEquals((await written(journal, positions[1]!)).length, 1);
  const next = await opened(journal);
  assertEquals(next.engine.state.total, 3);
  await engine.close();
  await next.engine.close();
});

Deno.test("an engine that is closed while it saves a snapshot closes its journal last", async () => {
  const calls: string[] = [];
  let saved = () => {};
  class Slow extends MemorySnapshots {
    override async save(...args: Parameters<MemorySnapshots["save"]>) {
      await new Promise<void>((resolve) => saved = resolve);
      await super.save(...args);
      calls.push("save");
    }
  }
  class Watched extends MemoryJournal {
    override readonly snapshots = new Slow();
    override forget(before: number) {
      calls.push("forget");
      return super.forget(before);
    }
    override close() {
      calls.push("close");
      return super.close();
    }
  }
  const journal = new Watched();
  const { engine, clock } = await opened(journal);
  for (let i = 0; i < 2; i++) {
    await add(engine, 1);
    const snapshot = engine.snapshot();
    await clock.advance(0);
    if (i === 1) void engine.close();
    await clock.advance(0);
    saved();
    await snapshot;
  }
  await engine.close();
  assertEquals(calls, ["save", "save", "forget", "close"]);
});

Deno.test("an engine starts from the older snapshot when the store finds the newer one damaged", async () => {
  class Damaged extends MemorySnapshots {
    isDamaged = false;
    override newest(before?: number) {
      return super.newest(this.isDamaged && before === undefined ? 4 : before);
    }
  }
  const snapshots = new Damaged();
  class Fragile extends MemoryJournal {
    override readonly snapshots = snapshots;
  }
  const journal = new Fragile();
  const { engine } = await opened(journal);
  for (let i = 0; i < 3; i++) {
    await add(engine, 1);
    await engine.snapshot();
  }
  await engine.close();
  snapshots.isDamaged = true;
  const next = await opened(journal);
  assertEquals(encode(next.engine.state), encode(engine.state));
  await next.engine.close();
});

Deno.test("barrier() resolves once everything is stepped that was acknowledged before", async () => {
  const journal = new MemoryJournal({ isShared: true });
  const { engine } = await opened(journal);
  const position = await journal.append(foreign(1, 7));
  assert(engine.position < position);
  await engine.barrier();
  assertEquals([engine.position, engine.state.total], [position, 7]);
  await engine.barrier();
  await engine.close();
  await new Engine(counter, { logger: silentLogger }).barrier();
});

Deno.test("a command is refused that is larger than a record, and records are cut to their size", async () => {
  class Small extends MemoryJournal {
    override readonly maxRecordBytes = 300;
  }
  const journal = new Small();
  const { engine, clock } = await opened(journal);
  const note = "ü".repeat(200);
  assertThrows(
    () => engine.send({ type: "add", by: 1, note }, () => {}),
    RangeError,
    "Cannot add: its 431 bytes must fit into a record of the journal, of 300",
  );
  await Promise.all(Array.from({ length: 20 }, () => add(engine, 1)));
  await clock.advance(0);
  assertEquals(engine.state.total, 20);
  assert(engine.position > 3);
  await engine.close();
});

Deno.test("commands beyond maxUnstored are rejected while the journal is slow, and none is lost", async () => {
  const journal = new FaultyJournal(new MemoryJournal());
  const { engine, clock } = await opened(journal, { maxUnstored: 2 });
  journal.hold();
  const first = add(engine, 1);
  await clock.advance(0);
  const waiting = [add(engine, 1), add(engine, 1)];
  await assertRejects(() => add(engine, 1), JournalError, "it must store its 2 commands first");
  journal.release();
  assertEquals((await Promise.all([first, ...waiting])).at(-1), { total: 3 });
  await engine.close();
});

Deno.test("a journal that can't be read is read again, and no command is lost", async () => {
  class Flaky extends MemoryJournal {
    failures = 0;
    override async *follow(after: number, signal: AbortSignal) {
      for await (const records of super.follow(after, signal)) {
        if (this.failures-- > 0) throw new Error("The connection was lost");
        yield records;
      }
    }
  }
  const journal = new Flaky();
  const { engine, clock } = await opened(journal);
  journal.failures = 3;
  const added = add(engine, 1);
  await clock.advance(0);
  assertEquals(engine.stalled?.message, "Cannot read the journal, which is tried again");
  await clock.advance(1_000);
  assertEquals([await added, engine.stalled], [{ total: 1 }, undefined]);
  journal.failures = 1_000_000;
  const lost = assertRejects(() => add(engine, 1), Error, "the next start reads what it stored");
  await clock.advance(0);
  await engine.close();
  await lost;
  journal.failures = 0;
  const next = await opened(journal);
  assertEquals(next.engine.state.total, 2);
  await next.engine.close();
});

Deno.test("an engine that has not read its journal accepts no command", async () => {
  const engine = new Engine(counter, { journal: new MemoryJournal(), logger: silentLogger });
  const send = (command: CounterCommand) => engine.send(command, () => {});
  assertThrows(() => send({ type: "add", by: 1 }), UninitializedError, "must be initialized first");
  await engine.close();
});

Deno.test("a foreign command that breaks the machine stops every engine that follows", async () => {
  const journal = new MemoryJournal({ isShared: true });
  const { engine, clock } = await opened(journal);
  const held = new FaultyJournal(journal, clock);
  const other = await opened(held);
  held.hold();
  const waiting = assertRejects(
    () => add(other.engine, 1),
    InvariantError,
    "at 3:0 of its journal",
  );
  await other.clock.advance(0);
  await journal.append(recordOf("other", 1, [{ at: 0, command: { type: "break" } as never }]));
  await waiting;
  assertThrows(() => engine.send({ type: "add", by: 1 }, () => {}), InvariantError, "at 3:0");
  held.release();
  await engine.close();
  await other.engine.close();
});

/** The counter in another version, which keeps its total in cents. */
const cents = {
  ...counter,
  version: 2,
  upgrade: (state: unknown, version: number) => {
    const former = state as ReturnType<typeof counter.init>;
    return { ...former, total: version === 1 ? former.total * 100 : NaN };
  },
};

Deno.test("another version goes on from the snapshot of an earlier one, and replays what it wrote itself", async () => {
  const journal = new MemoryJournal();
  const { engine } = await opened(journal);
  await add(engine, 3);
  await engine.snapshot();
  await engine.close();
  for (const total of [300, 301]) {
    const clock = new SimulatedClock(2_000);
    const next = await Engine.recover(cents, { journal, clock, logger: silentLogger });
    assertEquals(next.state.total, total);
    await new Promise((resolve) => next.send({ type: "add", by: 1 }, resolve));
    await next.close();
  }
  await assertRejects(() => opened(journal), JournalUnreadableError, "version 1, got format 1");
});

Deno.test("another version refuses records that an earlier one wrote behind its snapshot", async () => {
  const journal = new MemoryJournal();
  const { engine } = await opened(journal);
  await engine.snapshot();
  await add(engine, 3);
  await engine.close();
  const before = await journal.tail();
  const next = new Engine(cents, { journal, logger: silentLogger });
  await assertRejects(
    () => next.open(),
    JournalUnreadableError,
    "version 1 wrote the record at position 2, behind its snapshot; start it once more with that version",
  );
  await next.close();
  assertEquals(await journal.tail(), before);
});
