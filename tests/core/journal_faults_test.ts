/** What an engine does with a journal whose answers are lost, data that JSON changes, and commands that break. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { encode } from "../../src/core/data/plain.ts";
import { Engine, type EngineOptions } from "../../src/core/engine.ts";
import {
  ClosedError,
  InvariantError,
  JournalError,
  OutcomeUnknownError,
} from "../../src/core/errors.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { typesIn } from "../support/journals.ts";
import { silentLogger } from "../../src/core/logger.ts";
import type { Outcome } from "../../src/core/machine.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import {
  counter,
  type CounterAnswers,
  type CounterCommand,
  type CounterEvent,
  type CounterState,
} from "./counter.ts";

type CounterEngine = Engine<CounterState, CounterCommand, CounterEvent, CounterAnswers>;

async function start(memory: MemoryJournal = new MemoryJournal(), options: EngineOptions = {}) {
  const clock = new SimulatedClock(1000);
  const journal = new FaultyJournal(memory, clock);
  const engine = new Engine(counter, { clock, journal, logger: silentLogger, ...options });
  await engine.open();
  return { clock, memory, journal, engine };
}

function sent<Each extends CounterCommand>(
  engine: CounterEngine,
  command: Each,
): Promise<Outcome<CounterAnswers, Each>> {
  return new Promise((resolve, reject) => {
    engine.send(command, (answer, error) => error ? reject(error) : resolve(answer!));
  });
}

const add = (by: number, note?: unknown) => ({ type: "add", by, note }) as const;

/** Reads a journal as the next process does. */
function recovered(journal: MemoryJournal, skip: readonly string[] = []): Promise<CounterEngine> {
  const clock = new SimulatedClock(5000);
  return Engine.recover(counter, { journal, clock, skip, logger: silentLogger });
}

// Appends of which it is unknown whether they were stored

Deno.test("a batch that the journal stored before it rejected is acknowledged once, and stored once", async () => {
  const { engine, journal, memory, clock } = await start();
  journal.loseAnswers(1);
  const first = sent(engine, add(1));
  const second = sent(engine, add(10));
  await clock.advance(0);
  assertEquals([engine.position, engine.stalled instanceof JournalError], [1, true]);
  const third = sent(engine, add(100));
  await clock.advance(1000);
  assertEquals([await first, await second, await third].map((answer) => answer), [
    { total: 1 },
    { total: 11 },
    { total: 111 },
  ]);
  assertEquals(engine.stalled, undefined);
  await engine.close();
  assertEquals(await typesIn(memory), ["add", "add", "add"]);
  assertEquals(encode((await recovered(memory)).state), encode(engine.state));
});

Deno.test("a batch of which nothing is known is offered until the journal takes it, however often it fails", async () => {
  const { engine, journal, memory, clock } = await start();
  journal.fail(5, new Error("The connection was lost"));
  const answer = sent(engine, add(1));
  await clock.advance(300);
  assertEquals(engine.position, 1);
  await clock.advance(10_000);
  assertEquals(await answer, { total: 1 });
  assertEquals(await typesIn(memory), ["add"]);
  await engine.close();
});

Deno.test("once it is unknown whether a batch was stored, a refusal of the same batch says nothing", async () => {
  const { engine, journal, memory, clock } = await start();
  journal.loseAnswers(1);
  const answer = sent(engine, add(1));
  await clock.advance(0);
  journal.fail(1); // refuses the second offer of what the first one stored
  await clock.advance(1000);
  assertEquals(await answer, { total: 1 });
  assertEquals(await typesIn(memory), ["add"]);
  await engine.close();
});

Deno.test("close() offers a batch once more, and then reports that its outcome is unknown", async () => {
  const { engine, journal, memory, clock } = await start();
  journal.loseAnswers(1_000);
  const answer = assertRejects(() => sent(engine, add(1)), OutcomeUnknownError, "next start");
  await clock.advance(0);
  const behind = assertRejects(() => sent(engine, add(2)), OutcomeUnknownError);
  await engine.close();
  await answer;
  await behind;
  assertEquals([clock.pending, engine.position], [0, 1]);
  assertEquals((await recovered(memory)).state.total, 1);
});

Deno.test("close() during the pause before an offer succeeds with that offer", async () => {
  const { engine, journal, clock } = await start();
  journal.loseAnswers(1);
  const answer = sent(engine, add(1));
  await clock.advance(0);
  await engine.close();
  assertEquals(await answer, { total: 1 });
  assertEquals(clock.pending, 0);
});

// Data that JSON changes

Deno.test("with a journal the state is made of what JSON makes of a command", async () => {
  const shared = { deep: [1] };
  const bare = Object.assign(Object.create(null), { a: 1 });
  const notes: unknown[] = [
    -0,
    [-0],
    { gone: undefined, kept: 1 },
    bare,
    { one: shared, two: shared },
    { __proto__: null, inside: bare },
    JSON.parse('{"__proto__": [1]}'),
  ];
  const { engine, memory } = await start();
  for (const note of notes) await sent(engine, add(-0, note));
  await engine.close();
  assertEquals(encode(engine.state), encode((await recovered(memory)).state));
});

Deno.test("with a journal neither a later change of the data nor of the state reaches the other or the journal", async () => {
  const { engine, memory } = await start();
  const note = { pages: [1] };
  const answer = sent(engine, add(1, note));
  note.pages.push(2);
  await answer;
  note.pages.push(3);
  const before = encode(engine.state);
  (engine.state.history[0]!.note.value as typeof note).pages.push(4);
  await engine.close();
  assertEquals(encode((await recovered(memory)).state), before);
});

// Commands that break the machine

Deno.test("a command that breaks the machine stops its engine with the position, also at each restart", async () => {
  const { engine, memory } = await start();
  await sent(engine, add(1));
  await assertRejects(
    () => sent(engine, { type: "break" }),
    InvariantError,
    "at 3:0 of its",
  );
  await engine.close();
  for (let i = 0; i < 2; i++) {
    const error = await assertRejects(() => recovered(memory), InvariantError, "at 3:0;");
    assertEquals((error.cause as Error).message, "The counter is broken");
    assert(error.message.endsWith(`skip: ["3:0"] leaves it out`), error.message);
  }
});

Deno.test("a position that is skipped is passed over, and needs to be named only once", async () => {
  const { engine, memory } = await start();
  await sent(engine, add(1));
  const broken = assertRejects(() => sent(engine, { type: "break" }), InvariantError);
  const behind = assertRejects(() => sent(engine, add(10)), InvariantError); // in the same batch
  await broken;
  await behind;
  await engine.close();
  const next = await recovered(memory, ["3:0"]);
  assertEquals([next.state.total, next.position], [11, 4]);
  await sent(next, add(100));
  await next.close();
  for (const skip of [[], ["3:0"]]) assertEquals((await recovered(memory, skip)).state.total, 111);
});

Deno.test("a position that the journal doesn't have can't be skipped", async () => {
  const { engine, memory } = await start();
  await sent(engine, add(1));
  await engine.close();
  await assertRejects(
    () => recovered(memory, ["3:0"]),
    RangeError,
    "up to position 2, the end",
  );
});

// Sealing

Deno.test("seal() refuses what comes later, and lets the journal store what was sent", async () => {
  const { engine, journal, clock } = await start();
  journal.hold();
  const answer = sent(engine, add(1));
  engine.seal();
  engine.seal();
  assertThrows(() => engine.send(add(1), () => {}), ClosedError);
  await clock.advance(0);
  journal.release();
  assertEquals(await answer, { total: 1 });
  await engine.close();
});
