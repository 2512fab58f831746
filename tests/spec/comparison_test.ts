import { assertEquals, assertThrows } from "@std/assert";
import { Beginning, Beyond, Comparison, Difference } from "../../spec/tool/comparison.ts";
import { exploreObserved } from "../../spec/tool/exploring.ts";
import type { Machine } from "../../src/core/machine.ts";
import type { Observer } from "../../spec/tool/subject.ts";
import type { StateGraph } from "../../src/testing/explorer.ts";

interface Add {
  readonly type: "add";
  readonly amount: number;
}

interface Added {
  readonly type: "added";
  readonly amount: number;
}

const counter: Machine<{ value: number }, Add, Added> = {
  name: "counter",
  commands: ["add"],
  init: () => ({ value: 0 }),
  step(state, command, _now, events) {
    if (command.type === "add") {
      state.value = Math.max(0, state.value + command.amount);
      events.push({ type: "added", amount: command.amount });
    }
    return undefined as never;
  },
  deadline: () => Infinity,
  describe: ({ amount }) => `added ${amount}`,
};

interface Options {
  readonly amounts?: readonly number[];
  readonly label?: (amount: number) => string;
  readonly describe?: (value: number) => string;
  /** Values from which nothing is added. */
  readonly closed?: readonly number[];
}

/** Explores a counter up to 3, and compares it with `known` if there is one. */
function explored(options: Options, known?: StateGraph): StateGraph {
  return observed(options, known && new Comparison(known));
}

function observed(
  { amounts = [1, -1], label = String, describe = String, closed = [] }: Options,
  observer: Observer | undefined,
): StateGraph {
  const exploration = {
    alphabet: amounts.map((amount) => ({ command: { type: "add" as const, amount }, afterMs: 0 })),
    describe: ({ value }: { readonly value: number }) => describe(value),
    label: (_: unknown, [event]: readonly Added[]) => label(event!.amount),
    allows: ({ value }: { readonly value: number }) => value < 3 && !closed.includes(value),
  };
  return exploreObserved(counter, exploration, observer);
}

function firstDifference(options: Options): string {
  return assertThrows(() => explored(options, explored({})), Difference).label;
}

Deno.test("an exploration that equals the known graph runs to its end", () => {
  assertEquals(explored({}, explored({})).states, ["0", "1", "2", "3"]);
  assertEquals(explored({ amounts: [-1, 1] }, explored({})).edgeCount, explored({}).edgeCount);
});

Deno.test("an exploration stops at the first step that the known graph lacks", () => {
  assertEquals(firstDifference({ amounts: [1, 2, -1] }), "2");
  assertEquals(firstDifference({ label: (amount) => `plus ${amount}` }), "plus 1");
});

Deno.test("an exploration stops where a step of the known graph is missing", () => {
  assertEquals(firstDifference({ amounts: [1] }), "-1");
  assertEquals(firstDifference({ closed: [2] }), "1");
});

Deno.test("a step that is made too often or too rarely is a difference", () => {
  assertEquals(firstDifference({ amounts: [1, 1, -1] }), "1");
  const twice = explored({ amounts: [1, 1, -1] });
  assertEquals(assertThrows(() => explored({}, twice), Difference).label, "1");
});

Deno.test("another first state is a difference, also when the known graph has it", () => {
  assertEquals(firstDifference({ describe: (value) => `${value}!` }), "");
  assertEquals(firstDifference({ describe: (value) => String(value + 1) }), "");
});

/** Explores a counter as far as the steps from its first `most` states. */
function beginning(most: number): Beginning {
  const found = new Beginning(most);
  assertThrows(() => observed({}, found), Beyond);
  return found;
}

Deno.test("the beginning of a graph shows the differences in it, and where it ends", () => {
  const { graph, explored } = beginning(2);
  assertEquals([graph.states, [...explored]], [["0", "1", "2"], [0, 1]]);
  const compared = (options: Options) => () => observed(options, new Comparison(graph, explored));
  assertEquals(assertThrows(compared({ amounts: [1] }), Difference).label, "-1");
  assertEquals(assertThrows(compared({ closed: [1] }), Difference).label, "1");
  assertThrows(compared({}), Beyond);
  assertThrows(compared({ closed: [2] }), Beyond);
});

Deno.test("a beginning that takes in the whole graph is the graph", () => {
  const whole = new Beginning(9);
  observed({}, whole);
  assertEquals(whole.graph.states, explored({}).states);
  assertEquals(whole.graph.edgeCount, explored({}).edgeCount);
  assertEquals(firstDifference({ closed: [2] }), "1");
});
