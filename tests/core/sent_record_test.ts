import { assert, assertEquals, assertNotStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { requireJson } from "../../src/core/data/plain.ts";
import { entriesOf, SentRecord } from "../../src/core/journal.ts";
import { flatCopy, MOST_FLAT_BYTES } from "../../src/core/journal_writer.ts";

const primitive = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, 1n, Symbol("s"), "\ud800"),
);
const anything = fc.oneof(
  fc.dictionary(fc.string({ unit: "binary" }), primitive, { noNullPrototype: true }),
  fc.object(),
);

Deno.test("a flat copy is what the JSON of the object would be read as, and no larger", () => {
  fc.assert(fc.property(anything, (value) => {
    const copy = flatCopy(value);
    if (copy === undefined) return;
    requireJson(value, "value");
    const text = JSON.stringify(value);
    assertEquals(JSON.stringify(copy), text);
    assertEquals(copy, JSON.parse(text));
    assert(new TextEncoder().encode(text).length <= MOST_FLAT_BYTES);
  }));
});

Deno.test("what JSON lacks, changes or shares has no flat copy", () => {
  const others = [
    ...[{ a: undefined }, { a: -0 }, { a: NaN }, { a: Infinity }, { a: 1n }, { a: () => {} }],
    ...[{ a: {} }, { a: [] }, { [Symbol("a")]: 1 }, [1], new Date(0), Object.create(null)],
    ...[{ a: "x".repeat(1_001) }, Object.fromEntries(Array.from({ length: 51 }, (_, i) => [i, 0]))],
  ];
  for (const other of others) assertEquals(flatCopy(other), undefined);
});

Deno.test("a flat copy stays as it is, whatever happens to the object", () => {
  const command = { type: "a", n: 1 };
  const copy = flatCopy(command)!;
  command.n = 2;
  assertEquals(copy, { type: "a", n: 1 });
  assertThrows(() => (copy as { n: number }).n = 3, TypeError);
});

Deno.test("a record of sent commands has the text, and the copies, of a written one", () => {
  const flat = flatCopy({ type: "flat" })!;
  const sent = new SentRecord("s", 1, 10, [flat, 5, '{"type":"deep","list":[1]}']).placedAt(7);
  const commands = '[{"type":"flat"},5,{"type":"deep","list":[1]}]';
  const written = { session: "s", number: 1, at: 10, position: 7, commands };
  assertEquals({ ...sent }, written);
  assertEquals(structuredClone({ ...sent }), written);
  assertEquals(entriesOf(sent), entriesOf(written));
  assertEquals(entriesOf({ ...sent, commands: '[{"type":"other"}]' })[0]!.command.type, "other");
});

Deno.test("each reader of a record has its own copy of a command that is not flat", () => {
  const record = new SentRecord("s", 1, 0, ['{"type":"deep","list":[1]}']);
  const [one, other] = [entriesOf(record)[0]!.command, entriesOf(record)[0]!.command];
  assertEquals(one, other);
  assertNotStrictEquals(one, other);
});
