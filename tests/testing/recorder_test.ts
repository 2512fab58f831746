import { assertEquals } from "@std/assert";
import { Engine } from "../../src/core/engine.ts";
import { recorded, type RecordedStep } from "../../src/testing/recorder.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { counter, type CounterCommand, type CounterEvent } from "../core/counter.ts";

const add = (by: number): CounterCommand => ({ type: "add", by });
const REMIND: CounterCommand = { type: "remind", of: "tea", inMs: 10 };

/** A counter that records its steps, and the types of what they recorded. */
function record() {
  const steps: RecordedStep<CounterCommand, CounterEvent>[] = [];
  const machine = recorded(counter, (step) => steps.push(step));
  const lines = () =>
    steps.map(({ at, command, events }) => [at, command.type, ...events.map(({ type }) => type)]);
  return { machine, steps, lines };
}

Deno.test("recorded() records every step of a machine that an engine hosts", async () => {
  const { machine, steps, lines } = record();
  const clock = new SimulatedClock();
  await using engine = new Engine(machine, { clock });
  assertEquals(engine.dispatch({ type: "add", by: 2 }), { total: 2 });
  engine.dispatch(REMIND);
  await clock.advance(10);
  assertEquals(lines(), [
    [0, "add", "counter:added"],
    [0, "remind", "counter:scheduled"],
    [10, "tick", "counter:reminded"],
  ]);
  assertEquals(steps.map(({ answer }) => answer), [{ total: 2 }, undefined, undefined]);
});

Deno.test("recorded() records due timers apart from the command, and emits the events of both", () => {
  const { machine, lines } = record();
  const state = machine.init();
  machine.step(state, REMIND, 0, []);
  const events: CounterEvent[] = [];
  machine.step(state, add(1), 12, events);
  assertEquals(events.map(({ type }) => type), ["counter:reminded", "counter:added"]);
  assertEquals(lines().slice(1), [
    [12, "tick", "counter:reminded"],
    [12, "add", "counter:added"],
  ]);
});
