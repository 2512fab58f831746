import { assertEquals, assertNotEquals } from "@std/assert";
import { identityOf } from "../../spec/tool/identity.ts";

const NONE: ReadonlySet<string> = new Set();

Deno.test("an identity differs where contents, references or the order of a table differ", () => {
  const shared = { name: "a" };
  const states = [
    { parts: [shared, shared] },
    { parts: [{ name: "a" }, { name: "a" }] },
    { parts: [{ name: "a" }, { name: "b" }] },
    { parts: new Map([["a", 1], ["b", 2]]) },
    { parts: new Map([["b", 2], ["a", 1]]) },
    { parts: new Set(["a", "b"]) },
    { parts: new Set(["b", "a"]) },
  ];
  assertEquals(new Set(states.map((state) => identityOf(state, NONE))).size, states.length);
  const copy = { parts: new Map([["a", 1], ["b", 2]]) };
  assertEquals(identityOf(copy, NONE), identityOf(states[3]!, NONE));
});

Deno.test("an identity leaves out irrelevant fields, and what only numbers in order", () => {
  const state = (mark: number, first: number, second: number) => ({
    mark,
    list: [{ name: "a", sequence: first }, { name: "b", sequence: second }],
  });
  const identity = identityOf(state(1, 1, 2), new Set(["mark"]));
  assertEquals(identityOf(state(2, 7, 9), new Set(["mark"])), identity);
  assertNotEquals(identityOf(state(1, 2, 1), new Set(["mark"])), identity);
});

Deno.test("an identity knows neither the layout of a heap nor timers that were cancelled", () => {
  const timer = (rank: number, sequence: number, isSet: boolean) => ({ rank, sequence, isSet });
  const one = { timers: [timer(1, 0, true), timer(2, 1, true), timer(3, 2, true)] };
  const other = { timers: [timer(1, 4, true), timer(3, 9, true), timer(2, 7, true)] };
  const withIdle = { timers: [...one.timers, timer(4, 3, false)] };
  const later = { timers: [timer(1, 0, true), timer(2, 1, true), timer(4, 2, true)] };
  assertEquals(identityOf(other, NONE), identityOf(one, NONE));
  assertEquals(identityOf(withIdle, NONE), identityOf(one, NONE));
  assertNotEquals(identityOf(later, NONE), identityOf(one, NONE));
});
