import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { encodeLines, LineDecoder } from "../../src/core/data/lines.ts";
import { decode, encode, fork, Opaque, requireJson } from "../../src/core/data/plain.ts";

/** Whether `a` and `b` look the same from every path, down to which references are to one object. */
function assertSameShape(a: unknown, b: unknown): void {
  const twins = new Map<object, object>();
  const open: [unknown, unknown][] = [[a, b]];
  for (const [left, right] of open) {
    if (typeof left !== "object" || left === null) {
      assert(Object.is(left, right), `${String(left)} became ${String(right)}`);
      continue;
    }
    assert(typeof right === "object" && right !== null, "an object became a primitive");
    const twin = twins.get(left);
    if (twin !== undefined) {
      assertStrictEquals(right, twin);
      continue;
    }
    assertStrictEquals(Object.getPrototypeOf(right), Object.getPrototypeOf(left));
    twins.set(left, right as object);
    const [ours, theirs] = [partsOf(left), partsOf(right as object)];
    assertEquals(theirs.length, ours.length);
    ours.forEach((part, i) => open.push([part, theirs[i]]));
  }
  assertEquals(new Set(twins.values()).size, twins.size, "two objects became one");
}

function partsOf(object: object): unknown[] {
  if (object instanceof Opaque) return [JSON.stringify(object.value)];
  if (object instanceof Map) return [...object].flat();
  if (object instanceof Set) return [...object];
  if (Array.isArray(object)) return object;
  return Object.entries(object).flat();
}

const primitive = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.bigInt(),
  fc.constantFrom(null, undefined, NaN, Infinity, -Infinity, -0, "__proto__", ""),
);
const key = fc.oneof(
  fc.string(),
  fc.constantFrom("__proto__", "constructor", "0", "1", "toString"),
);

/** Objects of all kinds whose parts refer to each other at random: chains, diamonds, cycles. */
const graph: fc.Arbitrary<unknown> = fc.array(
  fc.record({
    kind: fc.constantFrom("object", "bare", "array", "map", "set", "opaque"),
    parts: fc.array(
      fc.tuple(key, primitive, fc.option(fc.nat({ max: 9 }), { nil: undefined })),
      { maxLength: 5 },
    ),
  }),
  { minLength: 1, maxLength: 10 },
).map((nodes) => {
  const objects = nodes.map(({ kind }) => {
    if (kind === "map") return new Map();
    if (kind === "set") return new Set();
    if (kind === "array") return [];
    if (kind === "opaque") return new Opaque({ carried: [1, "two"] });
    return kind === "bare" ? Object.create(null) : {};
  });
  nodes.forEach(({ parts }, i) => {
    const object = objects[i];
    for (const [name, value, index] of parts) {
      const part = index === undefined ? value : objects[index % objects.length];
      if (object instanceof Map) object.set(index === 0 ? part : name, part);
      else if (object instanceof Set) object.add(part);
      else if (Array.isArray(object)) object.push(part);
      else if (!(object instanceof Opaque)) define(object, name, part);
    }
  });
  return objects[0];
});

function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function chain(length: number): unknown {
  let link: unknown = null;
  for (let i = 0; i < length; i++) {
    link = i % 3 ? { next: link } : i % 2 ? [link] : new Map([[i, link]]);
  }
  return link;
}

Deno.test("decode() of encode() gives the same data with the same references", () => {
  fc.assert(fc.property(graph, (value) => assertSameShape(value, decode(encode(value)))), {
    numRuns: 500,
  });
});

Deno.test("data of the same shape has the same text, however often it was written and read", () => {
  fc.assert(
    fc.property(graph, (value) => {
      const text = encode(value);
      assertEquals(encode(fork(value)), text);
      assertEquals(encode(decode(text)), text);
    }),
    { numRuns: 300 },
  );
});

Deno.test("fork() gives the same data with the same references", () => {
  fc.assert(fc.property(graph, (value) => assertSameShape(value, fork(value))), { numRuns: 500 });
});

Deno.test("what happens to a fork leaves the original alone", () => {
  const shared = new Set([1]);
  const original = { list: [shared], index: new Map([["a", shared]]) };
  const before = encode(original);
  const copy = fork(original);
  assertStrictEquals(copy.list[0], copy.index.get("a"));
  copy.list[0]!.add(2);
  copy.list.push(new Set());
  copy.index.delete("a");
  assertEquals(encode(original), before);
});

Deno.test("fork() keeps what is opaque by reference and doesn't look into it", () => {
  const carried = new Opaque({ run: () => 1, when: new Date() });
  assertStrictEquals(fork({ carried }).carried, carried);
});

Deno.test("an opaque value that is undefined comes back as such", () => {
  const back = decode(encode(new Opaque(undefined))) as Opaque;
  assert(back instanceof Opaque);
  assertEquals(back.value, undefined);
});

Deno.test("chains of 100,000 links are copied, written and read without recursion", () => {
  const deep = chain(100_000);
  const text = encode(deep);
  assertEquals(encode(fork(deep)), text);
  assertEquals(encode(decode(text)), text);
});

Deno.test("a key named __proto__ survives and changes no prototype", () => {
  const value = JSON.parse('{"__proto__":{"polluted":true},"a":{"__proto__":1}}');
  for (const copy of [fork(value), decode(encode(value))]) {
    assertStrictEquals(Object.getPrototypeOf(copy), Object.prototype);
    assertEquals(Object.keys(copy), ["__proto__", "a"]);
    assertEquals((copy as { polluted?: boolean }).polluted, undefined);
  }
  assertEquals(({} as { polluted?: boolean }).polluted, undefined);
});

Deno.test("the lines of a value give the same data, however many there are", () => {
  const through = (value: unknown) => {
    const decoder = new LineDecoder();
    let count = 0;
    for (const line of encodeLines(value)) {
      assert(!line.includes("\n") && line.length < 200_000);
      decoder.add(line);
      count++;
    }
    return { value: decoder.value(), count };
  };
  fc.assert(fc.property(graph, (value) => {
    const { value: back } = through(value);
    assertSameShape(value, back);
    assertEquals(encode(back), encode(value));
    assertEquals([...encodeLines(back)], [...encodeLines(value)]);
  }));
  const list = Array.from({ length: 20_000 }, (_, i) => ({ id: `task-${i}`, next: [i] }));
  const shared = list.map((each, i) => [i, new Opaque({ i }), each] as const);
  const large = {
    list,
    map: new Map(shared.map(([i, opaque, each]) => [opaque, i % 2 === 0 ? each : { each }])),
    set: new Set(shared.flat()),
  };
  const { value, count } = through(large);
  assertEquals([encode(value) === encode(large), count > 10], [true, true]);
});

Deno.test("a line decoder refuses lines that encodeLines() never made", () => {
  const shape = '{"keys":["a"],"isBare":false,"template":[[]]}';
  const layout = '{"shape":0,"columns":[0,0]}';
  const wrong: [lines: string[], rule: string][] = [
    [[], "no line must be missing"],
    [["{}"], "version must be 2"],
    [['{"version":2}'], "no line must be missing"],
    [['{"version":2}', "7"], "a line must be an array"],
    [['{"version":2}', "[6]"], "no line must be missing"],
    [['{"version":2}', "[0]"], "a line must have whole members"],
    [['{"version":2}', '["cat"]'], "there must be a number"],
    [['{"version":2}', "[2,7]"], "names must be of known primitives"],
    [['{"version":2}', "[3,0]"], "references must be to objects before"],
    [['{"version":2}', "[9]"], "members must begin with a known code"],
    [['{"version":2}', "[0.5]"], "members must begin with a known code"],
    [['{"version":2}', "[0,1,2]"], "contents must be of an object"],
    [['{"version":2}', `[${shape},9,0]`], "contents must have a layout"],
    [['{"version":2}', `[${layout}]`], "a layout must be of keys of a shape"],
    [['{"version":2}', `[${shape},{"shape":0,"columns":[1,0]}]`], "a layout must be of keys"],
    [['{"version":2}', `[${shape},{"shape":0,"columns":[0]}]`], "a layout must be of keys"],
    [['{"version":2}', '[{"keys":["a"]}]'], "a shape must have keys and a template"],
    [['{"version":2}', "[{}]"], "a shape must have keys and a template"],
    [["{"], "the text must be JSON"],
  ];
  for (const [lines, rule] of wrong) {
    const decode = () => {
      const decoder = new LineDecoder();
      for (const line of lines) decoder.add(line);
      return decoder.value();
    };
    assertThrows(decode, SyntaxError, `Cannot decode a state: ${rule}`);
  }
});

Deno.test("fork() and encode() refuse what isn't plain data, with the path to it", () => {
  class Lock {}
  const cases: [value: unknown, path: string, thing: string][] = [
    [
      { locks: new Map([["db", { holder: new Lock() }]]) },
      'state.locks.get("db").holder',
      "a Lock",
    ],
    [{ list: [1, [() => 1]] }, "state.list[1][0]", "a function"],
    [{ "odd key": new Set([Symbol("s")]) }, 'state["odd key"].values()', "a symbol"],
    [new Date(0), "state", "a Date"],
    [new Map([[Promise.resolve(), 1]]), "state.keys()", "a Promise"],
  ];
  for (const [value, path, thing] of cases) {
    const rule = `a state: ${path} must be plain data, got ${thing}`;
    assertThrows(() => fork(value), TypeError, `Cannot fork ${rule}`);
    assertThrows(() => encode(value), TypeError, `Cannot encode ${rule}`);
  }
});

Deno.test("encode() refuses an opaque value that JSON can't hold", () => {
  assertThrows(
    () => encode({ input: new Opaque({ when: new Date(0) }) }),
    TypeError,
    "Cannot write opaque value.when: it must be a JSON value, got a Date",
  );
});

Deno.test("decode() refuses what encode() never made", () => {
  const cases: [text: string, rule: string][] = [
    ["", "the text must be JSON"],
    ["null", "version must be 1"],
    ['{"version":2}', "version must be 1"],
    ['{"version":1,"root":1}', "nodes must be an array"],
    ['{"version":1,"root":[0],"nodes":[7]}', "each node must be an array"],
    ['{"version":1,"root":[0],"nodes":[["lock"]]}', "each node must begin with its kind"],
    ['{"version":1,"root":[0],"nodes":[["map",1]]}', "keys and values must be paired"],
    ['{"version":1,"root":[0],"nodes":[["object",1,1]]}', "keys must be strings"],
    ['{"version":1,"root":[1],"nodes":[["set"]]}', "references must be to one of 1 nodes"],
    ['{"version":1,"root":[[0]],"nodes":[["set"]]}', "references must be to one of 1 nodes"],
    ['{"version":1,"root":{},"nodes":[]}', "parts must be flat"],
    ['{"version":1,"root":["one"],"nodes":[]}', "names must be of known primitives"],
  ];
  for (const [text, rule] of cases) {
    assertThrows(() => decode(text), SyntaxError, `Cannot decode a state: ${rule}`);
  }
});

Deno.test("decode() of any text gives data or a SyntaxError", () => {
  const part = fc.oneof(fc.integer(), fc.string(), fc.array(fc.oneof(fc.integer(), fc.string())));
  const node = fc.array(fc.oneof(part, fc.constantFrom("object", "map", "set", "array", "opaque")));
  const text = fc.record({ version: fc.constant(1), root: part, nodes: fc.array(node) })
    .map((value) => JSON.stringify(value));
  fc.assert(
    fc.property(fc.oneof(text, fc.json()), (garbage) => {
      try {
        decode(garbage);
      } catch (error) {
        assert(error instanceof SyntaxError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("requireJson() accepts exactly what JSON restores unchanged", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => requireJson(value, "value")), { numRuns: 300 });
  const shared = [1];
  requireJson({ a: undefined, b: [null, { c: shared, d: shared }] }, "value");
  requireJson(Object.assign(Object.create(null), { a: 1 }), "value");
});

Deno.test("requireJson() refuses everything else, with the path to it", () => {
  class Lock {}
  const cases: [value: unknown, problem: string][] = [
    [undefined, "command: it must be a JSON value, got undefined"],
    [{ input: { when: new Date(0) } }, "command.input.when: it must be a JSON value, got a Date"],
    [{ list: [1, undefined] }, "command.list[1]: it must be a JSON value, got undefined"],
    [{ list: new Array(1) }, "command.list[0]: it must be a JSON value, got undefined"],
    [{ "a b": NaN }, 'command["a b"]: it must be a JSON value, got NaN'],
    [[Infinity], "command[0]: it must be a JSON value, got Infinity"],
    [[1n], "command[0]: it must be a JSON value, got 1n"],
    [{ run() {} }, "command.run: it must be a JSON value, got a function"],
    [{ of: new Map() }, "command.of: it must be a JSON value, got a Map"],
    [{ of: new Lock() }, "command.of: it must be a JSON value, got a Lock"],
    [{ of: new Opaque(1) }, "command.of: it must be a JSON value, got an Opaque"],
    [new Map(), "command: it must be a JSON value, got a Map"],
    [new Lock(), "command: it must be a JSON value, got a Lock"],
    [{ a: 1, [Symbol("s")]: 1 }, "command: it must be a JSON value, got an object with a symbol"],
    [
      { of: { [Symbol("s")]: 1 } },
      "command.of: it must be a JSON value, got an object with a symbol",
    ],
  ];
  for (const [value, problem] of cases) {
    assertThrows(() => requireJson(value, "command"), TypeError, `Cannot write ${problem}`);
  }
});

Deno.test("requireJson() refuses a cycle, and a depth that JSON readers can't read", () => {
  const cycle: Record<string, unknown> = { a: 1 };
  cycle.next = { back: [cycle] };
  assertThrows(
    () => requireJson(cycle, "command"),
    TypeError,
    "Cannot write command.next.back[0]: it must be a JSON value, got a cycle",
  );
  let deep: unknown = 1;
  for (let i = 0; i < 10_000; i++) deep = [deep];
  requireJson(deep, "command");
  assertThrows(() => requireJson([deep], "command"), TypeError, "it must be at most 10000 deep");
});
