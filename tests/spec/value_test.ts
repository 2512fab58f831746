import { assertEquals, assertThrows } from "@std/assert";
import { canonical, expression, readValue } from "../../spec/tool/value.ts";

Deno.test("a value of TLA+ has one text, in whichever way TLC prints it", () => {
  const same = [
    ["<<>>", "<< >>"],
    ['<<"a", 2>>', '(1 :> "a" @@ 2 :> 2)', '(2 :> 2 @@ 1 :> "a")'],
    ["[b |-> 1, a |-> {}]", "[ a |-> { },\n  b |-> 1 ]", '("a" :> {} @@ "b" :> 1)'],
    ["1..3", "{3, 1, 2}", "{1, 2, 2, 3}"],
    ["-1..0", "{0, -1}"],
    ["2..1", "{}"],
  ];
  for (const texts of same) assertEquals(new Set(texts.map(readValue)).size, 1, texts.join(" "));
});

Deno.test("values of TLA+ that differ have different texts", () => {
  const texts = ['"1"', "1", "<<1>>", "{1}", "<<>>", "{}", "TRUE", '"TRUE"', "<<<<1>>>>", "-1"];
  assertEquals(new Set(texts.map(readValue)).size, texts.length);
});

Deno.test("a value of JavaScript has the text of what TLC reads it as", () => {
  const values = [0, -3, "a", 'q"\\', true, [1, [2]], { b: [], a: "x" }, new Set([2, 1])];
  const maps = [
    new Map(),
    new Map([["k", 1]]),
    new Map([["IN", 1], ["a-b", 2]]),
    new Map([[7, 1]]),
    Array.from({ length: 12 }, (_, i) => i),
    { b: 1, ab: { z: [], a: 2 }, a: "x" },
    { ab: 1, a: "y", b: { a: 2, z: [] } },
  ];
  for (const value of [...values, ...maps]) {
    assertEquals(readValue(expression(value)), canonical(value));
  }
  assertEquals(canonical(new Map()), canonical([]));
  assertEquals(expression(new Map([["a1", []], ["a2", [1]]])), "[a1 |-> <<>>, a2 |-> <<1>>]");
});

Deno.test("what is no value of TLA+ is refused", () => {
  for (const text of ["", "<<1", "[a 1]", "1 2", "{1,}", '"open']) {
    assertThrows(() => readValue(text), SyntaxError, "Cannot read a value of TLA+");
  }
  assertThrows(() => canonical(0.5), RangeError, "numbers must be integers, got 0.5");
});
