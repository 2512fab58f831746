import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Heap,
  type HeapEntry,
  pop,
  precedes,
  push,
  remove,
  reorder,
  retain,
} from "../../src/core/data/heap.ts";

type Operation =
  | { readonly do: "push"; readonly rank: number }
  | { readonly do: "pop" }
  | { readonly do: "remove"; readonly pick: number }
  | { readonly do: "retain"; readonly pick: number }
  | { readonly do: "reorder"; readonly pick: number; readonly rank: number };

const rank = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constantFrom(-Infinity, Infinity, -0.5));
const pick = fc.nat({ max: 1_000 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("push" as const), rank }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pop" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("retain" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reorder" as const), pick, rank }) },
);

/** Applies operations to a heap and to a sorted array, and compares the two after each. */
function compareWithArray(operations: readonly Operation[]): void {
  const heap: Heap<HeapEntry> = [];
  let sorted: HeapEntry[] = [];
  let sequence = 0;
  for (const each of operations) {
    const chosen = "pick" in each ? sorted[each.pick % sorted.length] : undefined;
    if (each.do === "push") {
      const entry = { rank: each.rank, sequence: sequence++, position: -1 };
      push(heap, entry);
      sorted.push(entry);
    } else if (each.do === "pop") {
      assertEquals(pop(heap), sorted.shift());
    } else if (each.do === "retain") {
      const isKept = (entry: HeapEntry) => entry.sequence % (1 + each.pick % 4) !== 0;
      const anew: HeapEntry[] = [];
      for (const entry of heap) if (isKept(entry)) push(anew, { ...entry });
      retain(heap, isKept);
      assertEquals(heap, anew);
      for (const entry of sorted) if (!isKept(entry)) assertEquals(entry.position, -1);
      sorted = sorted.filter(isKept);
    } else if (chosen !== undefined && each.do === "remove") {
      remove(heap, chosen);
      assertEquals(chosen.position, -1);
      sorted = sorted.filter((entry) => entry !== chosen);
    } else if (chosen !== undefined && each.do === "reorder") {
      reorder(heap, chosen, each.rank);
    }
    sorted.sort(byRankThenSequence);
    assertEquals(heap[0], sorted[0]);
    heap.forEach((entry, index) => assertEquals(entry.position, index));
    assertEquals(heap.length, sorted.length);
  }
  while (sorted.length > 0) assertEquals(pop(heap), sorted.shift());
}

/** Which of two entries comes first, told without subtracting infinities. */
function byRankThenSequence(a: HeapEntry, b: HeapEntry): number {
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
  return a.sequence - b.sequence;
}

Deno.test("a heap hands out the same entries as a sorted array, whatever is removed or moved", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 80, size: "max" }), compareWithArray),
    { numRuns: 300 },
  );
});

Deno.test("remove() of an entry that is in no heap changes nothing", () => {
  const heap: Heap<HeapEntry> = [];
  const entry = { rank: 1, sequence: 0, position: -1 };
  push(heap, entry);
  remove(heap, { rank: 1, sequence: 1, position: -1 });
  assertEquals(heap, [entry]);
  assertEquals(pop(heap), entry);
  remove(heap, entry);
  assertEquals(heap, []);
  assertEquals(pop(heap), undefined);
});

Deno.test("a heap keeps 200,000 entries in order", () => {
  const heap: Heap<HeapEntry> = [];
  let rank = 1;
  for (let sequence = 0; sequence < 200_000; sequence++) {
    rank = (rank * 48_271) % 2_147_483_647;
    push(heap, { rank: rank % 5_000, sequence, position: -1 });
  }
  let last = pop(heap)!;
  for (let entry = pop(heap); entry !== undefined; entry = pop(heap)) {
    if (!precedes(last, entry)) throw new Error(`${last.rank} came before ${entry.rank}`);
    last = entry;
  }
});
