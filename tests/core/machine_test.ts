import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { encode } from "../../src/core/data/plain.ts";
import { Refusal, transition } from "../../src/core/machine.ts";
import { Driver } from "../support/driver.ts";
import { machineLaws } from "../support/machine_laws.ts";
import { counter, type CounterCommand } from "./counter.ts";

const add = (by: number): CounterCommand => ({ type: "add", by });
const remind = (of: string, inMs: number): CounterCommand => ({ type: "remind", of, inMs });

machineLaws({
  name: "counter",
  machine: () => counter,
  config: fc.constant(undefined),
  moves: fc.array(fc.record({
    afterMs: fc.nat(3),
    command: fc.oneof(
      fc.integer({ min: -2, max: 3 }).map(add),
      fc.integer({ min: 1, max: 5 }).map((inMs) => remind("tea", inMs)),
    ).map((command) => () => command),
  })),
});

Deno.test("step() fires what is due, applies the command, and answers the caller", () => {
  const driver = new Driver(counter);
  driver.do(remind("tea", 5));
  driver.now = 7;
  assertEquals(driver.do(add(2)), [
    { type: "counter:reminded", of: "tea", at: 5 },
    { type: "counter:added", by: 2, total: 2 },
  ]);
  assertEquals(driver.answer, { total: 2 });
  driver.do({ type: "tick" });
  assertEquals(driver.answer, undefined);
});

Deno.test("apply() fires no timer, and fire() none after its limit", () => {
  const state = counter.init();
  for (const inMs of [5, 6]) counter.apply(state, remind(`${inMs}`, inMs), 0, []);
  assertEquals(counter.apply(state, { type: "add", by: 1 }, 9, []), { total: 1 });
  const events: object[] = [];
  counter.fire(state, 9, 5, events as never);
  assertEquals(events, [{ type: "counter:reminded", of: "5", at: 5 }]);
  assertEquals(counter.deadline(state), 6);
});

Deno.test("a refusal carries the event that says why, and leaves the state as before", () => {
  const driver = new Driver(counter);
  const before = encode(driver.state);
  const [refused] = driver.do(add(-1));
  assert(driver.answer instanceof Refusal);
  assertEquals((driver.answer as Refusal).event as object, refused);
  assertEquals(encode(driver.state), before);
});

Deno.test("transition() steps a copy, and leaves the state that it was given alone", () => {
  const { state } = new Driver(counter);
  counter.step(state, remind("tea", 5), 0, []);
  const before = encode(state);
  const next = transition(counter, state, { type: "add", by: 2 }, 10);
  assertEquals(encode(state), before);
  const events: object[] = [];
  assertEquals(next.answer, counter.step(state, { type: "add", by: 2 }, 10, events as never));
  assertEquals(next.events as object[], events);
  assertEquals(encode(next.state), encode(state));
});
