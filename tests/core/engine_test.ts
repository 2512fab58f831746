import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { Engine, type EngineOptions } from "../../src/core/engine.ts";
import {
  AppendRefusedError,
  ClosedError,
  InvariantError,
  JournalError,
} from "../../src/core/errors.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import type { EventPublisher, PlainStep } from "../../src/core/dispatcher.ts";
import type { Journal } from "../../src/core/journal.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { type Logger, silentLogger } from "../../src/core/logger.ts";
import { definePart, type Outcome, Refusal, type ResumeListening } from "../../src/core/machine.ts";
import { encode } from "../../src/core/data/plain.ts";
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

/** An engine of the counter with a simulated clock at 1000, and every event that it publishes. */
function start(options: EngineOptions = {}) {
  const clock = new SimulatedClock(1000);
  const eventBus = new EventBus(false, { logger: silentLogger, clock });
  const published: [type: string, sequence: number, at: number][] = [];
  for (const type of ["counter:added", "counter:scheduled", "counter:reminded"]) {
    eventBus.on(type, (_payload, sequence, at) => published.push([type, sequence, at]));
  }
  const engine = new Engine(counter, { clock, eventBus, logger: silentLogger, ...options });
  return { clock, eventBus, published, engine };
}

/** The same with a journal, which the engine has opened at position 1. */
async function startWithJournal<Kind extends Journal = FaultyJournal>(
  journal = new FaultyJournal(new MemoryJournal()) as Journal as Kind,
) {
  const started = start({ journal });
  await started.engine.open();
  return { journal, ...started };
}

/** Resolves with the answer to `command` once the engine has stepped it. */
function sent<Each extends CounterCommand>(
  engine: CounterEngine,
  command: Each,
): Promise<Outcome<CounterAnswers, Each>> {
  return new Promise((resolve, reject) => {
    engine.send(command, (answer, error) => error ? reject(error) : resolve(answer!));
  });
}

const add = (by: number) => ({ type: "add", by }) as const;
const remind = (of: string, inMs: number) => ({ type: "remind", of, inMs }) as const;

/** Waits until promises have settled, also long chains of them. */
function settled(clock: SimulatedClock): Promise<void> {
  return clock.advance(0);
}

// Without a journal

Deno.test("without a journal dispatch() steps, publishes and answers at once", async () => {
  const { engine, published } = start();
  assertEquals(engine.synchronous, true);
  assertEquals(engine.dispatch(add(5)), { total: 5 });
  assertEquals(published, [["counter:added", 0, 1000]]);
  assertEquals([engine.state.total, engine.position], [5, 1]);
  await engine.close();
});

Deno.test("send() replies, then notifies observers, and then publishes", async () => {
  for (const { engine, eventBus, clock } of [start(), await startWithJournal()]) {
    const order: string[] = [];
    eventBus.on("counter:added", () => order.push("published"));
    const unobserve = engine.observe(["counter:added"], (event, now) => {
      order.push(`observed ${event.total} at ${now}`);
    });
    engine.send(add(1), (answer, error) => {
      order.push(`replied ${(answer as { total: number }).total} ${error}`);
    });
    await settled(clock);
    unobserve();
    unobserve();
    engine.send(add(1), () => {});
    await settled(clock);
    assertEquals(order, [
      "replied 1 undefined",
      "observed 1 at 1000",
      "published",
      "published",
    ]);
    await engine.close();
  }
});

Deno.test("an observer receives events of the types that it names, until it stops", () => {
  const { engine } = start();
  const received: string[] = [];
  const observe = (name: string, ...types: CounterEvent["type"][]) =>
    engine.observe(types, ({ type }) => received.push(`${name} ${type.slice("counter:".length)}`));
  const stopFirst = observe("first", "counter:added", "counter:refused");
  const stopSecond = observe("second", "counter:added");
  engine.dispatch(add(1));
  engine.dispatch(add(-2));
  engine.dispatch(remind("tea", 5));
  assertEquals(received.splice(0), ["first added", "second added", "first refused"]);
  stopFirst();
  engine.dispatch(add(1));
  assertEquals(received.splice(0), ["second added"]);
  stopSecond();
  engine.dispatch(add(1));
  assertEquals(received, []);
});

Deno.test("an observer is notified of all events of a step in their order, with its instant", () => {
  const { engine, clock } = start();
  const received: unknown[] = [];
  engine.observe(["counter:added", "counter:reminded"], ({ type }, now) => {
    received.push([type, now]);
  });
  engine.dispatch(remind("tea", 5));
  clock.jumpTo(1010);
  engine.dispatch(add(1));
  assertEquals(received, [["counter:reminded", 1010], ["counter:added", 1010]]);
});

Deno.test("a refusal is an answer, not an error, and its event is published", async () => {
  for (const { engine, eventBus, clock } of [start(), await startWithJournal()]) {
    const published: object[] = [];
    eventBus.on("counter:refused", (event) => published.push(event as object));
    const answer = await sent(engine, add(-1));
    await settled(clock);
    assertInstanceOf(answer, Refusal);
    assertEquals(published, [(answer as unknown as Refusal).event]);
    await engine.close();
  }
});

Deno.test("a command that a handler sends is stepped after its handlers, and events stay in order", async () => {
  for (const { engine, eventBus, clock, published } of [start(), await startWithJournal()]) {
    const order: string[] = [];
    eventBus.on("counter:scheduled", () => {
      order.push("first handler");
      engine.send(add(1), () => order.push("replied"));
    });
    eventBus.on("counter:scheduled", () => order.push("second handler"));
    eventBus.on("counter:added", () => order.push("added"));
    engine.send(remind("tea", 10), () => {});
    engine.send(remind("tea", 20), () => {});
    await settled(clock);
    if (engine.synchronous) {
      const round = ["first handler", "replied", "second handler", "added"];
      assertEquals(order, [...round, ...round]);
    } else {
      const round = ["first handler", "second handler"];
      assertEquals(order, [...round, ...round, "replied", "added", "replied", "added"]);
    }
    assertEquals(published.map(([, sequence]) => sequence), [0, 1, 2, 3]);
    await engine.close();
  }
});

Deno.test("a command that a handler sends comes after all events of the step that it received", async () => {
  for (const { engine, eventBus, clock, published } of [start(), await startWithJournal()]) {
    await sent(engine, remind("tea", 5));
    eventBus.on("counter:reminded", () => engine.send(remind("soup", 500), () => {}));
    clock.jumpTo(1010);
    await sent(engine, add(1));
    await settled(clock);
    assertEquals(published, [
      ["counter:scheduled", 0, 1000],
      ["counter:reminded", 1, 1010],
      ["counter:added", 2, 1010],
      ["counter:scheduled", 3, 1010],
    ]);
    await engine.close();
  }
});

Deno.test("events are published at the instant of their step, also late", async () => {
  const { engine, eventBus, clock, published } = start();
  eventBus.once("counter:scheduled", () => {
    engine.dispatch(remind("second", 7));
    clock.jumpTo(2000);
    engine.dispatch(add(1));
  });
  engine.dispatch(remind("first", 5));
  assertEquals(published, [
    ["counter:scheduled", 0, 1000],
    ["counter:scheduled", 1, 1000],
    ["counter:reminded", 2, 2000],
    ["counter:reminded", 3, 2000],
    ["counter:added", 4, 2000],
  ]);
  await engine.close();
});

Deno.test("a handler that throws harms neither the engine nor other handlers", async () => {
  for (const { engine, eventBus, clock, published } of [start(), await startWithJournal()]) {
    eventBus.on("counter:added", () => {
      throw new Error("handler");
    });
    eventBus.on("counter:added", () => Promise.reject(new Error("async handler")));
    await sent(engine, add(1));
    await sent(engine, add(2));
    await settled(clock);
    assertEquals([engine.state.total, published.length, eventBus.failures], [3, 2, 4]);
    await engine.close();
  }
});

Deno.test("a clock that goes back stands still for the machine", async () => {
  for (const { engine, clock } of [start(), await startWithJournal()]) {
    await sent(engine, add(1));
    clock.jumpTo(400);
    await sent(engine, add(1));
    clock.jumpTo(1001);
    await sent(engine, add(1));
    assertEquals(engine.state.history.map(({ at }) => at), [1000, 1000, 1001]);
    await engine.close();
  }
});

Deno.test("an engine makes an integer of a clock's fraction", async () => {
  const clock = { now: () => 10.7, setTimer: () => () => {} };
  const engine = new Engine(counter, { clock });
  engine.dispatch(add(1));
  assertEquals(engine.state.history[0]!.at, 10);
  await engine.close();
});

// Timers

interface Stopwatch {
  stops: number;
  deadline: number;
}
type Stopped = { type: "stopped"; at: number };

/** A machine of one command, of which each step is plain. */
const stopwatch = definePart<Stopwatch, { type: "stop" } | ResumeListening, Stopped>({
  name: "stopwatch",
  commands: ["stop", "resume-listening"],
  init: () => ({ stops: 0, deadline: Infinity }),
  fire: (state) => state.deadline = Infinity,
  apply(state, { type }, now, events) {
    if (type !== "stop") return;
    state.stops++;
    events.push({ type: "stopped", at: now });
  },
  deadline: ({ deadline }) => deadline,
  describe: ({ at }) => `at ${at} ms`,
});

type StopwatchEngine = Engine<Stopwatch, { type: "stop" } | ResumeListening, Stopped>;

/** The plain step of `stop`, whose answer is the number of steps. */
const plainStop = (keepsTime = false): PlainStep<Stopwatch, "stopped", [by: number], number> => ({
  type: "stop",
  event: "stopped",
  keepsTime,
  apply: (state, _now, by) => state.stops += by,
});

/** An engine of the stopwatch after one step, and the number of times that it has read its clock. */
function startedStopwatch(options: EngineOptions = {}) {
  const clock = new SimulatedClock(7);
  const read = { count: 0 };
  const now = () => {
    read.count++;
    return clock.now();
  };
  const counted = { now, setTimer: clock.setTimer.bind(clock) };
  const engine = new Engine(stopwatch, { logger: silentLogger, ...options, clock: counted });
  engine.dispatch({ type: "stop" });
  return { engine, clock, read };
}

/** Stops plainly or else by a command, and returns how often the clock was read meanwhile. */
function readsOfStops(
  keepsTime: boolean,
  use?: (engine: StopwatchEngine) => void,
  options: EngineOptions = {},
): number {
  const { engine, read } = startedStopwatch(options);
  use?.(engine);
  const before = read.count;
  for (let i = 2; i <= 4; i++) {
    if (engine.take(plainStop(keepsTime), 1) === undefined) engine.dispatch({ type: "stop" });
    assertEquals([engine.state.stops, engine.position, engine.sequence], [i, i, i]);
  }
  return read.count - before;
}

Deno.test("an event that nobody receives is counted and not made, nor is a time read that only it has", () => {
  assertEquals(readsOfStops(false), 0);
  assertEquals(readsOfStops(true), 3);
});

Deno.test("a bus counts the events of plain steps at their time, also without a handler of them", () => {
  const eventBus = new EventBus();
  eventBus.on("other", () => {});
  const sequences: number[] = [];
  const publisher: EventPublisher = {
    debug: false,
    hears: (type) => eventBus.hears(type),
    publish: (type, event, at, sequence) => {
      sequences.push(sequence);
      assertEquals(event, sequence === 0 ? { type: "stopped", at: 7 } : undefined);
      eventBus.publish(type, event, at, sequence);
    },
  };
  assertEquals(readsOfStops(false, undefined, { eventBus: publisher }), 3);
  assertEquals(sequences, [0, 1, 2, 3]);
  assertEquals(eventBus.getEventStats().at(-1), {
    ...{ event: "stopped", count: 4, lastEmitted: new Date(7) },
  });
});

Deno.test("no plain step is taken when something is due, nor when the process did not run or has closed", async () => {
  const taken = async (change: (started: ReturnType<typeof startedStopwatch>) => unknown) => {
    const started = startedStopwatch();
    await change(started);
    return started.engine.take(plainStop(true), 1);
  };
  /** Sets a timer of the machine. */
  const time = ({ engine }: { engine: StopwatchEngine }, deadline: number) => {
    (engine.state as Stopwatch).deadline = deadline;
    engine.dispatch({ type: "stop" });
  };
  const timed = (deadline: number, at: number) =>
    taken((started) => {
      time(started, deadline);
      started.clock.jumpTo(at);
    });
  assertEquals(await timed(20, 19), 3);
  assertEquals(await timed(20, 20), undefined);
  assertEquals(await timed(2_000, 1_500), 3);
  assertEquals(await timed(2_000, 1_501), undefined, "the timer was to fire 1 s before");
  assertEquals(await taken(({ engine }) => engine.close()), undefined);
  const engine = new Engine(stopwatch, { logger: silentLogger });
  assertEquals(engine.take(plainStop(), 1), undefined, "the deadline is not known yet");
  engine.dispatch({ type: "stop" });
  assertEquals(engine.take(plainStop(), 1), 2);
  const copied: StopwatchEngine = new Engine({ ...stopwatch }, { logger: silentLogger });
  copied.dispatch({ type: "stop" });
  assertEquals(copied.take(plainStop(), 1), undefined, "its step may do more");
});

Deno.test("a machine that breaks in a plain step stops its engine", async () => {
  const { engine } = startedStopwatch();
  const apply = (): number => {
    throw new Error("broken");
  };
  const broken: PlainStep<Stopwatch, "stopped", [by: number], number> = { ...plainStop(), apply };
  const error = assertThrows(() => engine.take(broken, 1), InvariantError);
  assertEquals(error.message, "Cannot stop: the machine stopwatch broke, and its engine stops");
  assertThrows(() => engine.dispatch({ type: "stop" }), InvariantError);
  await engine.close();
});

Deno.test("an event of a plain step is made when anything receives it", () => {
  const made: number[] = [];
  const reads = readsOfStops(false, (engine) => {
    engine.observe(["stopped"], ({ at }) => made.push(at));
  });
  assertEquals([reads, made], [3, [7, 7, 7]]);
  const published: unknown[] = [];
  const publisher = {
    debug: false,
    publish: (_type: string, event: unknown) => published.push(event),
  };
  assertEquals(readsOfStops(false, undefined, { eventBus: publisher as EventPublisher }), 3);
  assertEquals(published, Array(4).fill({ type: "stopped", at: 7 }), "it may receive all");
  published.length = 0;
  const eventBus = new EventBus();
  eventBus.on("stopped", (event) => published.push(event));
  assertEquals(readsOfStops(false, undefined, { eventBus }), 3);
  assertEquals(published.length, 4);
  assertEquals(eventBus.getEventStats().map(({ count }) => count), [4]);
  const lines: string[] = [];
  const debug = (line: string) => lines.push(line);
  const logger = { debug, info() {}, warn() {}, error() {}, level: "debug" } as Logger;
  assertEquals(readsOfStops(false, undefined, { logger }), 3);
  assertEquals(lines.filter((line) => line.includes("at 7 ms")).length, 4);
});

Deno.test("the deadline is polled once in each step, and timers are left alone until one is due", async () => {
  const calls: string[] = [];
  const { state } = start().engine;
  const machine = definePart<CounterState, CounterCommand, CounterEvent, CounterAnswers>({
    ...counter,
    commands: ["add", "remind", "break"],
    init: () => state as CounterState,
    deadline: (state) => (calls.push("deadline"), counter.deadline(state)),
    fire: (...args) => (calls.push("fire"), counter.fire(...args)),
  });
  const clock = new SimulatedClock(1000);
  const engine = new Engine(machine, { clock });
  engine.dispatch(remind("tea", 100));
  calls.length = 0;
  for (let i = 0; i < 3; i++) engine.dispatch(add(1));
  assertEquals(calls, ["deadline", "deadline", "deadline"]);
  await clock.advance(100);
  assertEquals(engine.state.reminders.timers.length, 0);
  await engine.close();
});

Deno.test("a copy of a machine with a step of its own is stepped by that", async () => {
  const stepped: string[] = [];
  const step: typeof counter.step = (state, command, now, events) => {
    stepped.push(command.type);
    return counter.step(state, command, now, events);
  };
  const engine = new Engine({ ...counter, step });
  engine.dispatch(add(1));
  engine.dispatch(add(1));
  assertEquals([stepped, engine.state.total], [["add", "add"], 2]);
  await engine.close();
});

Deno.test("one timer is armed, and what is due fires at its instant", async () => {
  for (const { engine, clock, published } of [start(), await startWithJournal()]) {
    await sent(engine, remind("late", 500));
    await sent(engine, remind("early", 100));
    await sent(engine, remind("middle", 300));
    assertEquals([clock.pending, clock.next], [1, 1100]);
    await clock.advance(299);
    assertEquals([clock.pending, clock.next], [1, 1300]);
    await clock.advance(1000);
    assertEquals(clock.pending, 0);
    assertEquals(published.slice(3), [
      ["counter:reminded", 3, 1100],
      ["counter:reminded", 4, 1300],
      ["counter:reminded", 5, 1500],
    ]);
    await engine.close();
  }
});

Deno.test("a timer that goes off early steps nothing and is armed again", async () => {
  const timers: { at: number; callback: () => void }[] = [];
  let now = 1000;
  const clock = {
    now: () => now,
    setTimer(at: number, callback: () => void) {
      timers.push({ at, callback });
      return () => {};
    },
  };
  const engine = new Engine(counter, { clock });
  engine.dispatch(remind("tea", 100));
  now = 1050;
  timers[0]!.callback();
  assertEquals([engine.position, timers.length, timers[1]!.at], [1, 2, 1100]);
  now = 1100;
  timers[1]!.callback();
  assertEquals([engine.position, engine.state.reminders.timers.length], [2, 0]);
  await engine.close();
});

Deno.test("a deadline that moves away costs no timer, and its timer finds nothing due", async () => {
  const { engine, clock, published } = start();
  engine.dispatch(remind("tea", 100));
  clock.jumpTo(1100);
  engine.dispatch(remind("soup", 100));
  assertEquals([clock.pending, clock.next], [1, 1100]);
  await settled(clock);
  assertEquals([clock.pending, clock.next], [1, 1200]);
  assertEquals(published.length, 3);
  await engine.close();
});

Deno.test("close() leaves no timer, and a command within it arms none", async () => {
  for (const { engine, clock } of [start(), await startWithJournal()]) {
    await sent(engine, remind("tea", 100));
    const unsettled = engine.synchronous ? undefined : sent(engine, remind("soup", 50));
    const closing = engine.close();
    assertEquals(clock.pending, 0);
    await closing;
    await unsettled;
    assertEquals(clock.pending, 0);
  }
});

// With a journal

Deno.test("with a journal a command is stepped and answered once it is stored", async () => {
  const { journal, engine, clock, published } = await startWithJournal();
  assertEquals(engine.synchronous, false);
  journal.hold();
  const answered: number[] = [];
  for (const by of [1, 2, 3]) void sent(engine, add(by)).then(() => answered.push(by));
  await settled(clock);
  assertEquals([journal.waiting, engine.state.total, engine.position], [1, 0, 1]);
  assertEquals([answered, published], [[], []]);
  journal.release();
  await settled(clock);
  assertEquals([engine.state.total, engine.position, answered], [6, 2, [1, 2, 3]]);
  await engine.close();
});

Deno.test("commands are stepped in the order in which they were sent, across batches", async () => {
  const { journal, engine, clock, published } = await startWithJournal();
  const order: number[] = [];
  const send = (by: number) => void sent(engine, add(by)).then(() => order.push(by));
  [1, 2, 3].forEach(send);
  await settled(clock);
  journal.hold();
  send(4);
  await settled(clock);
  [5, 6, 7].forEach(send);
  await settled(clock);
  journal.release();
  await settled(clock);
  assertEquals(journal.batches, [1, 3, 1, 3]);
  assertEquals(order, [1, 2, 3, 4, 5, 6, 7]);
  assertEquals(engine.state.history.map(({ by }) => by), [1, 2, 3, 4, 5, 6, 7]);
  assertEquals(published.map(([, sequence]) => sequence), [0, 1, 2, 3, 4, 5, 6]);
  await engine.close();
});

Deno.test("a command is stepped at the instant at which it was sent", async () => {
  const { journal, engine, clock, published } = await startWithJournal();
  journal.hold();
  const first = sent(engine, add(1));
  await clock.advance(50);
  const second = sent(engine, add(2));
  await clock.advance(50);
  journal.release();
  await Promise.all([first, second]);
  await settled(clock);
  assertEquals(published, [["counter:added", 0, 1000], ["counter:added", 1, 1050]]);
  await engine.close();
});

Deno.test("a failed append rejects its callers and changes nothing, and later commands go on", async () => {
  const { journal, engine, published } = await startWithJournal();
  await sent(engine, add(1));
  const before = encode(engine.state);
  const cause = new AppendRefusedError("The disk is full");
  journal.fail(1, cause);
  const refused = [sent(engine, add(2)), sent(engine, add(3))];
  for (const each of refused) {
    const error = await assertRejects(() => each, JournalError, "nothing was changed");
    assertEquals([error.code, error.cause], ["journal", cause]);
  }
  assertEquals([encode(engine.state), engine.position, published.length], [before, 2, 1]);
  assertEquals(await sent(engine, add(4)), { total: 5 });
  await engine.close();
});

Deno.test("a tick that the journal refuses is retried, and no timer is lost", async () => {
  const { journal, engine, clock, published } = await startWithJournal();
  await sent(engine, remind("tea", 100));
  journal.fail(2);
  await clock.advance(100);
  assertEquals([published.length, clock.pending], [1, 1]);
  await clock.advance(1000);
  assertEquals([published.length, clock.pending], [1, 1]);
  await clock.advance(1000);
  assertEquals(published.at(-1), ["counter:reminded", 1, 3100]);
  assertEquals(clock.pending, 0);
  await engine.close();
});

Deno.test("while a tick is being written no second one is queued", async () => {
  const clock = new SimulatedClock(1000);
  const journal = new FaultyJournal(new MemoryJournal(), clock);
  const engine = await Engine.recover(counter, { clock, journal });
  await sent(engine, remind("tea", 5));
  journal.delay(10);
  const added = sent(engine, add(1));
  await clock.advance(10);
  await added;
  assertEquals([engine.position, journal.waiting], [3, 1]);
  await clock.advance(10);
  assertEquals([engine.position, engine.state.reminders.timers.length], [4, 0]);
  await clock.advance(1000);
  assertEquals([engine.position, clock.pending], [4, 0]);
  await engine.close();
});

Deno.test("send() refuses a command that JSON can't hold, with the path to it", async () => {
  const { engine, journal } = await startWithJournal();
  assertThrows(
    () => engine.send({ type: "add", by: 1, note: { when: new Date(0) } }, () => {}),
    TypeError,
    "Cannot write command add.note.when: it must be a JSON value, got a Date",
  );
  assertThrows(
    () => engine.dispatch(add(1)),
    TypeError,
    "Cannot dispatch add: the engine must have no journal, got one; use send()",
  );
  await engine.close();
  assertEquals(journal.batches, [1]);
});

Deno.test("without a journal a command may carry anything", async () => {
  const { engine } = start();
  const note = { when: new Date(0), run: () => 1 };
  engine.dispatch({ type: "add", by: 1, note });
  assertEquals(engine.state.history[0]!.note.value, note);
  await engine.close();
});

// Closing

Deno.test("close() lets the journal store what was sent, and refuses later commands", async () => {
  const { journal, engine, clock } = await startWithJournal();
  journal.hold();
  const first = sent(engine, add(1));
  await settled(clock);
  const second = sent(engine, add(2));
  const closing = engine.close();
  assertEquals(engine.closed, true);
  assertThrows(
    () => engine.send(add(3), () => {}),
    ClosedError,
    "Cannot add: the engine is closed",
  );
  await settled(clock);
  assertEquals(journal.closed, false);
  journal.release();
  await closing;
  assertEquals([await first, await second], [{ total: 1 }, { total: 3 }]);
  assertEquals([journal.batches, journal.closed, engine.state.total], [[1, 1, 1], true, 3]);
});

Deno.test("close() is idempotent, and await using calls it", async () => {
  const { journal, engine } = await startWithJournal();
  await Promise.all([engine.close(), engine.close()]);
  await engine.close();
  assertEquals(journal.closed, true);
  const other = await startWithJournal();
  {
    await using engine = other.engine;
    await sent(engine, add(1));
  }
  assertEquals([other.journal.closed, other.engine.closed], [true, true]);
});

Deno.test("whenStopped() reports once that an engine was closed, also when it was closed before", async () => {
  const { engine } = start();
  const reported: unknown[] = [];
  engine.whenStopped((error) => {
    reported.push(error);
    assertThrows(() => engine.dispatch(add(1)), ClosedError);
    void engine.close();
  });
  const closing = engine.close();
  assertThrows(() => engine.dispatch(add(1)), ClosedError, "Cannot add: the engine is closed");
  await closing;
  engine.whenStopped((error) => reported.push(error));
  assertEquals(reported.length, 2);
  assertInstanceOf(reported[0], ClosedError);
  assertEquals(reported[1], reported[0]);
});

// Bugs

Deno.test("a machine that breaks stops its engine, and rejects its callers and whenStopped listeners", async () => {
  for (const { engine, clock } of [start(), await startWithJournal()]) {
    const reported: unknown[] = [];
    engine.whenStopped((error) => reported.push(error));
    await sent(engine, remind("tea", 100));
    const broken = sent(engine, { type: "break" });
    const after = engine.synchronous ? undefined : sent(engine, add(1));
    const error = await assertRejects(() => broken, InvariantError, "the machine counter broke");
    assertEquals((error.cause as Error).message, "The counter is broken");
    assertEquals(reported, [error]);
    if (after !== undefined) await assertRejects(() => after, InvariantError);
    assertThrows(() => engine.send(add(1), () => {}), InvariantError, "its engine stops");
    assertEquals([clock.pending, engine.position], [0, engine.synchronous ? 1 : 3]);
    if (!engine.synchronous) await assertRejects(() => engine.snapshot(), InvariantError);
    await engine.close();
    assertEquals(reported.length, 1);
  }
});

Deno.test("dispatch() throws what broke the machine", async () => {
  const { engine } = start();
  assertThrows(() => engine.dispatch({ type: "break" }), InvariantError);
  assertThrows(() => engine.dispatch(add(1)), InvariantError);
  await engine.close();
});

Deno.test("a command behind the one that broke the machine is not written", async () => {
  const { journal, engine, clock } = await startWithJournal();
  journal.hold();
  const broken = sent(engine, { type: "break" });
  await settled(clock);
  const behind = sent(engine, add(1));
  journal.release();
  await assertRejects(() => broken, InvariantError);
  await assertRejects(() => behind, InvariantError);
  assertEquals(journal.batches, [1, 1]);
  await engine.close();
});

// Recovery

async function liveThrough(engine: CounterEngine, clock: SimulatedClock): Promise<void> {
  await sent(engine, { type: "add", by: 3, note: { deep: [1, "two", null] } });
  await sent(engine, remind("tea", 100));
  await clock.advance(70);
  await sent(engine, remind("soup", 500));
  await clock.advance(70);
  await sent(engine, add(-1));
}

/** A journal in memory that outlives its engine, like a file does. */
function durable(): MemoryJournal {
  return new MemoryJournal();
}

Deno.test("recovery from the journal gives the identical state", async () => {
  const journal = durable();
  const { engine, clock } = await startWithJournal(journal);
  await liveThrough(engine, clock);
  await engine.close();
  const recovered = await Engine.recover(counter, { journal, clock });
  assertEquals(encode(recovered.state), encode(engine.state));
  assertEquals(recovered.position, engine.position + 1);
  await recovered.close();
});

Deno.test("recovery from a snapshot and what came after gives the identical state", async () => {
  const journal = durable();
  const { engine, clock } = await startWithJournal(journal);
  await liveThrough(engine, clock);
  await engine.snapshot();
  await sent(engine, add(40));
  await engine.close();
  const recovered = await Engine.recover(counter, { journal, clock });
  assertEquals(encode(recovered.state), encode(engine.state));
  assertEquals([recovered.position, recovered.state.total], [engine.position + 1, 42]);
  await recovered.close();
});

Deno.test("a recovered engine publishes nothing of the past and counts on", async () => {
  const journal = durable();
  const { engine, clock, published } = await startWithJournal(journal);
  await liveThrough(engine, clock);
  await engine.snapshot();
  await sent(engine, add(1));
  await engine.close();
  const count = published.length;
  const { eventBus, published: later } = start();
  const recovered = await Engine.recover(counter, { journal, clock, eventBus });
  assertEquals(later, []);
  await sent(recovered, add(1));
  await settled(clock);
  assertEquals(later.map(([, sequence]) => sequence), [count]);
  await recovered.close();
});

Deno.test("a snapshot taken by a handler counts the events that are still to be published", async () => {
  const journal = durable();
  const { engine, clock, eventBus } = await startWithJournal(journal);
  eventBus.once("counter:added", () => void engine.snapshot());
  await Promise.all([sent(engine, add(1)), sent(engine, add(2)), sent(engine, add(3))]);
  await engine.close();
  const { eventBus: laterBus, published } = start();
  const recovered = await Engine.recover(counter, { journal, clock, eventBus: laterBus });
  await sent(recovered, add(1));
  await settled(clock);
  assertEquals(published.map(([, sequence]) => sequence), [3]);
  assertEquals(recovered.state.total, 7);
  await recovered.close();
});

Deno.test("what fell due while no engine ran fires after recovery", async () => {
  const journal = durable();
  const { engine, clock } = await startWithJournal(journal);
  await sent(engine, remind("tea", 100));
  await engine.close();
  clock.jumpTo(9000);
  const { eventBus, published } = start();
  const recovered = await Engine.recover(counter, { journal, clock, eventBus });
  await settled(clock);
  assertEquals(published, [["counter:reminded", 1, 9000]]);
  await recovered.close();
});

Deno.test("time doesn't go back over a restart", async () => {
  const journal = durable();
  const { engine, clock } = await startWithJournal(journal);
  await sent(engine, add(1));
  await engine.close();
  clock.jumpTo(10);
  const recovered = await Engine.recover(counter, { journal, clock });
  await sent(recovered, add(1));
  assertEquals(recovered.state.history.map(({ at }) => at), [1000, 1000]);
  await recovered.close();
});

Deno.test("time goes on over a restart under a clock that was set back", async () => {
  const journal = durable();
  const { engine, clock } = await startWithJournal(journal);
  await sent(engine, remind("tea", 100));
  await engine.close();
  clock.jumpTo(10);
  const { eventBus, published } = start();
  const recovered = await Engine.recover(counter, { journal, clock, eventBus });
  assertEquals(recovered.clock.now(), 1_000);
  await clock.advance(100);
  assertEquals(published, [["counter:reminded", 1, 1_100]]);
  await recovered.close();
});

Deno.test("snapshot() needs a journal and an open engine", async () => {
  const { engine } = start();
  await assertRejects(
    () => engine.snapshot(),
    TypeError,
    "the engine must have a journal that keeps snapshots, got none",
  );
  await engine.close();
  const logged = await startWithJournal();
  await logged.engine.close();
  await assertRejects(() => logged.engine.snapshot(), ClosedError, "Cannot save a snapshot");
});
