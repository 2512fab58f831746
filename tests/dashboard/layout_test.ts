import { assert, assertEquals } from "@std/assert";
import { criticalPath, layered, type Placed } from "../../dashboard/app/layout.ts";

/** Draws a plan: each node needs some of those before it. */
function plan(size: number, seed: number): Placed[] {
  let state = seed;
  const random = (most: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % most;
  };
  return Array.from({ length: size }, (_, i) => ({
    id: `n${i}`,
    needs: i === 0 ? [] : Array.from({ length: random(3) }, () => `n${random(i)}`),
  }));
}

Deno.test("each node stands behind all that it needs, and no two in one place", () => {
  for (const [size, seed] of [[1, 1], [30, 2], [1_000, 3]] as const) {
    const nodes = plan(size, seed);
    const places = layered(nodes);
    assertEquals(places.size, size);
    for (const { id, needs } of nodes) {
      for (const need of needs) assert(places.get(need)!.layer < places.get(id)!.layer);
    }
    const taken = new Map<number, number[]>();
    for (const { layer, row } of places.values()) {
      assert(row >= 0);
      taken.set(layer, [...taken.get(layer) ?? [], row]);
    }
    for (const rows of taken.values()) {
      rows.sort((a, b) => a - b);
      rows.forEach((row, i) => assert(i === 0 || row - rows[i - 1]! >= 1 - 1e-9));
    }
  }
});

Deno.test("cycles and unknown needs are laid out, too", () => {
  const places = layered([
    { id: "a", needs: ["c", "nowhere"] },
    { id: "b", needs: ["a"] },
    { id: "c", needs: ["b"] },
  ]);
  assertEquals([...places.keys()].sort(), ["a", "b", "c"]);
});

Deno.test("chains without a crossing are drawn without one", () => {
  const nodes = ["a", "b", "c"].flatMap((chain) =>
    Array.from({ length: 4 }, (_, i) => ({
      id: `${chain}${i}`,
      needs: i === 0 ? [] : [`${chain}${i - 1}`],
    }))
  );
  const places = layered(nodes);
  for (const { id, needs } of nodes) {
    for (const need of needs) assertEquals(places.get(need)!.row, places.get(id)!.row);
  }
});

Deno.test("the critical path is the way that takes longest through what has not ended", () => {
  const node = (id: string, ms: number, needs: string[], hasEnded = false) => ({
    ...{ id, ms, needs, hasEnded },
  });
  const path = criticalPath([
    node("done", 1_000, [], true),
    node("a", 10, ["done"]),
    node("b", 50, ["done"]),
    node("c", 5, ["a"]),
    node("end", 1, ["b", "c"]),
    node("other", 20, []),
  ]);
  assertEquals([...path].sort(), ["b", "end"]);
  assertEquals(criticalPath([node("done", 1, [], true)]).size, 0);
  assertEquals(criticalPath([node("x", 1, ["y"]), node("y", 1, ["x"])]).size > 0, true);
});
