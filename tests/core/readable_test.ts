import { errorData } from "../../src/core/error_data.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fields, listed, oneLine, readable, timeOfDay } from "../../src/core/describe.ts";

Deno.test("readable() writes values as source code would", () => {
  const cases: [unknown, string][] = [
    ['a "b"\n', '"a \\"b\\"\\n"'],
    [{ a: 1, "b c": [true, null], d: undefined }, '{ a: 1, "b c": [true, null] }'],
    [{}, "{}"],
    [[], "[]"],
    [new Map([["k", new Set([1])]]), "Map { k: Set [1] }"],
    [new TypeError("bad"), "TypeError: bad"],
    [5n, "5n"],
    [() => {}, "a function"],
    [Symbol("s"), "a symbol"],
    [new Date(5), "00:00:00.005"],
    [new Uint8Array(3), "3 bytes"],
    [undefined, "undefined"],
  ];
  for (const [value, text] of cases) assertEquals(readable(value), text);
});

Deno.test("readable() cuts what is long, and doesn't go deep", () => {
  const texts = [
    "x".repeat(1_000_000),
    Array.from({ length: 1_000_000 }, (_, i) => i),
    new Map(Array.from({ length: 100_000 }, (_, i) => [i, i])),
    Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`field-${i}`, "x".repeat(100)])),
    { ["k".repeat(10_000)]: 1 },
  ].map(readable);
  for (const text of texts) assert(text.length <= 200 && text.includes("…"), text);
  assertEquals(readable([[[[[[1]]]]]]), "[[[[[…]]]]]");
});

Deno.test("readable() looks at no more than it shows", () => {
  let looks = 0;
  const list = new Proxy(Array.from({ length: 100_000 }, (_, i) => i), {
    get: (target, name, self) => (looks++, Reflect.get(target, name, self)),
  });
  readable(list);
  assert(looks < 500, `${looks}`);
});

Deno.test("readable() survives what refers to itself, and what throws when it is looked at", () => {
  const cyclic: { list: unknown[]; map: Map<string, unknown> } = { list: [], map: new Map() };
  cyclic.list.push(cyclic);
  cyclic.map.set("me", cyclic);
  assertEquals(readable(cyclic), "{ list: [[itself]], map: Map { me: [itself] } }");
  const twice = { n: 1 };
  assertEquals(readable([twice, twice]), "[{ n: 1 }, { n: 1 }]");
  const trap = {
    a: 1,
    get b(): never {
      throw new Error("no");
    },
  };
  assertEquals(readable(trap), "{ a: 1… which can't be shown");
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assertEquals(readable(proxy), "… which can't be shown");
  assertEquals(fields(proxy), "… which can't be shown");
});

Deno.test("readable() gives one line of bounded length for anything", () => {
  fc.assert(
    fc.property(fc.anything({ withMap: true, withSet: true, withBigInt: true }), (value) => {
      const text = readable(value);
      assert(text.length <= 200);
      assert(!/\p{Cc}/u.test(text));
    }),
  );
});

Deno.test("fields() leaves out what stands for nothing, but shows what users carry as it is", () => {
  const command = {
    type: "send",
    from: "a",
    id: "",
    ttlMs: 0,
    payload: { n: 0, list: [] },
    spec: { priority: 0, resources: [], input: { zero: 0 } },
    wait: false,
  };
  assertEquals(
    fields(command),
    'from="a" payload={ n: 0, list: [] } spec={ input: { zero: 0 } } wait=false',
  );
});

Deno.test("oneLine() leaves nothing that moves a cursor or turns text around", () => {
  assertEquals(
    oneLine("a\nb\tc\u001b[2J\u202ed\u009be\u2028f"),
    "a\\nb\\tc\\u{1b}[2J\\u{202e}d\\u{9b}e\\u{2028}f",
  );
  assertEquals(oneLine("x".repeat(10), 5), "xxxx…");
});

Deno.test("listed() names a few, and how many more there are", () => {
  assertEquals(listed([]), "none");
  assertEquals(listed(["a", "b"]), "a, b");
  assertEquals(listed(["a", "b", "c"], 2), "a, b and 1 more");
});

Deno.test("timeOfDay() shows any instant", () => {
  assertEquals(timeOfDay(86_400_000 + 3_723_004), "01:02:03.004");
  assertEquals([timeOfDay(Infinity), timeOfDay(9e15), timeOfDay(NaN)], [
    "never",
    "9000000000000000",
    "NaN",
  ]);
});

Deno.test("the data of an error is shown as its name and message, not its stack", () => {
  const error = errorData(new RangeError("disk full"));
  assertEquals(readable(error), "RangeError: disk full");
  assertEquals(
    fields({ type: "fail", taskId: "t", error }),
    'taskId="t" error=RangeError: disk full',
  );
  assertEquals(readable({ name: "n", message: "m" }), '{ name: "n", message: "m" }');
});
