import { assertEquals, assertThrows } from "@std/assert";
import { definePart, type Named } from "../../src/core/machine.ts";
import { explore, type Move } from "../../src/testing/explorer.ts";

interface Turn extends Named<"turn"> {
  readonly by: number;
}
interface Turned extends Named<"turned" | "stuck" | "rung"> {}

/** A dial from 0 to 3 that rings two milliseconds after it reached 3. */
const dial = definePart<{ at: number; ringsAt: number }, Turn, Turned>({
  name: "dial",
  commands: ["turn"],
  init: () => ({ at: 0, ringsAt: Infinity }),
  fire(state, _now, _until, events) {
    state.ringsAt = Infinity;
    events.push({ type: "rung" });
  },
  apply(state, { by }, now, events) {
    const isStuck = state.at + by > 3;
    if (!isStuck) state.at += by;
    if (!isStuck && state.at === 3) state.ringsAt = now + 2;
    events.push({ type: isStuck ? "stuck" : "turned" });
  },
  describe: ({ type }) => type,
  deadline: (state) => state.ringsAt,
});

const ONE: Move<Turn> = { command: { type: "turn", by: 1 }, afterMs: 0 };
const TWO: Move<Turn> = { command: { type: "turn", by: 2 }, afterMs: 0 };
const WAIT: Move<Turn> = { command: { type: "tick" }, afterMs: 2 };

function exploreDial(alphabet: Move<Turn>[], maxStates?: number) {
  return explore(dial, {
    alphabet,
    describe: ({ at, ringsAt }, now) => `${at}, rings in ${ringsAt - now}`,
    label: ({ command }, events) =>
      `${command.type === "turn" ? command.by : "wait"}: ${events.map(({ type }) => type)}`,
    ...(maxStates === undefined ? {} : { maxStates }),
  });
}

Deno.test("explore() finds every state, and every edge, refusals included", () => {
  const graph = exploreDial([ONE, TWO, WAIT]);
  const edges = graph.states.flatMap((from, index) =>
    [...graph.edgesFrom(index)].map(({ label, to, times }) =>
      `${from} --${label}--> ${graph.states[to]} x${times}`
    )
  );
  assertEquals([...graph.initial].map((index) => graph.states[index]), ["0, rings in Infinity"]);
  assertEquals(graph.states.toSorted(), [
    "0, rings in Infinity",
    "1, rings in Infinity",
    "2, rings in Infinity",
    "3, rings in 2",
    "3, rings in Infinity",
  ]);
  assertEquals(edges.length, 15);
  assertEquals(graph.edgeCount, 15);
  for (
    const edge of [
      "1, rings in Infinity --2: turned--> 3, rings in 2 x1",
      "2, rings in Infinity --2: stuck--> 2, rings in Infinity x1",
      "3, rings in 2 --wait: rung--> 3, rings in Infinity x1",
      "3, rings in Infinity --wait: --> 3, rings in Infinity x1",
    ]
  ) assertEquals(edges.includes(edge), true, edge);
});

Deno.test("explore() tries only the moves that are allowed", () => {
  const graph = explore(dial, {
    alphabet: [ONE],
    describe: ({ at }) => String(at),
    label: (_, events) => events.map(({ type }) => type).join(),
    allows: ({ at }) => at < 2,
  });
  assertEquals(graph.states, ["0", "1", "2"]);
});

Deno.test("explore() counts moves with the same label and target", () => {
  const graph = exploreDial([ONE, ONE]);
  assertEquals([...graph.edgesFrom(0)], [{ label: "1: turned", to: 1, times: 2 }]);
});

Deno.test("explore() fails beyond the number of states that it is allowed", () => {
  assertThrows(() => exploreDial([ONE, TWO, WAIT], 4), RangeError, "at most 4 states, got more");
});

interface Toggle extends Named<"toggle" | "wear"> {}

/** A switch that does nothing more once it was worn `most` times. */
const worn = (most: number) =>
  definePart<{ isOn: boolean; wear: number }, Toggle, Named<"on" | "off" | "worn">>({
    name: "switch",
    commands: ["toggle", "wear"],
    init: () => ({ isOn: false, wear: 0 }),
    fire() {},
    apply(state, { type }, _now, events) {
      if (type === "wear") state.wear = Math.min(state.wear + 1, 2);
      else if (state.wear < most) state.isOn = !state.isOn;
      events.push({ type: type === "wear" ? "worn" : state.isOn ? "on" : "off" });
    },
    describe: ({ type }) => type,
    deadline: () => Infinity,
  });

Deno.test("explore() tries each state that identify() tells apart, and requires one behavior", () => {
  const identified = new Set<string>();
  const exploration = {
    alphabet: (["toggle", "wear"] as const).map((type) => ({ command: { type }, afterMs: 0 })),
    describe: ({ isOn }: { isOn: boolean }) => String(isOn),
    label: (_move: unknown, events: readonly Named[]) => events.map(({ type }) => type).join(),
  };
  const identify = (state: { isOn: boolean; wear: number }) => {
    identified.add(JSON.stringify(state));
    return String(state.wear);
  };
  const graph = explore(worn(3), exploration);
  assertEquals(graph.edgeCount, 4);
  assertEquals(explore(worn(3), { ...exploration, identify }), graph);
  assertEquals(identified.size, 6);
  assertEquals(explore(worn(2), exploration), graph);
  assertThrows(
    () => explore(worn(2), { ...exploration, identify }),
    Error,
    'must behave alike, but not all do "off" in\nfalse',
  );
});
