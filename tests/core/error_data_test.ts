import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import {
  causeOf,
  codeOf,
  errorData,
  errorFrom,
  isFinal,
  keptErrorData,
} from "../../src/core/error_data.ts";
import { NonRetryableError, RetryAfterError } from "../../src/core/errors.ts";
import { HOSTILE } from "../support/hostile.ts";

for (const [name, make] of Object.entries(HOSTILE)) {
  Deno.test(`${name} becomes data that JSON can hold, and is kept itself`, () => {
    const thrown = make();
    const data = keptErrorData(thrown);
    assertEquals(JSON.parse(JSON.stringify(data)), data);
    assertEquals([typeof data.name, typeof data.message], ["string", "string"]);
    assertStrictEquals(causeOf(data), thrown);
    assertInstanceOf(errorFrom(data), Error);
    assertEquals([typeof codeOf(thrown), isFinal(thrown)], ["undefined", false]);
  });
}

Deno.test("the data of an error has its name, message, code, stack and causes", () => {
  const root = new TypeError("root");
  const error = Object.assign(new RangeError("top", { cause: root }), { code: "E_TOP" });
  const data = errorData(error);
  assertEquals([data.name, data.message, data.code], ["RangeError", "top", "E_TOP"]);
  assert(data.stack?.includes("error_data_test.ts"));
  assertEquals([data.cause?.name, data.cause?.message], ["TypeError", "root"]);
  const copy = errorFrom(data) as Error & { code: string };
  assertEquals([copy.name, copy.message, copy.code], ["RangeError", "top", "E_TOP"]);
  assertEquals(copy.stack, error.stack);
  assertEquals([(copy.cause as Error).name, (copy.cause as Error).stack], [
    "TypeError",
    root.stack,
  ]);
  assertEquals(causeOf(JSON.parse(JSON.stringify(data))), copy);
});

Deno.test("the stack of an error made of data never points into Lockstep", () => {
  assertEquals(errorFrom({ name: "Error", message: "m" }).stack, "Error: m");
});

Deno.test("a thrown object is shown as it is written in source code", () => {
  assertEquals(
    errorData({ status: 503, body: ["busy"] }).message,
    '{ status: 503, body: ["busy"] }',
  );
  assertEquals(errorData("plain text").message, "plain text");
  assertEquals(errorData(undefined).message, "undefined");
});

Deno.test("a thrown object keeps its code and its pause", () => {
  const { code, retryAfterMs } = errorData({ code: "E_BUSY", retryAfterMs: 5 });
  assertEquals([code, retryAfterMs], ["E_BUSY", 5]);
});

Deno.test("what is long is cut, and so is a long chain of causes", () => {
  let error = new Error("x".repeat(20_000));
  for (let i = 0; i < 10; i++) error = new Error(`level ${i}`, { cause: error });
  let depth = 0;
  for (let data = errorData(error); data.cause !== undefined; data = data.cause) depth++;
  assertEquals(depth, 4);
  const { message, stack } = errorData(new Error("y".repeat(20_000)));
  assertEquals([message.length, stack!.length], [10_000, 2_000]);
});

Deno.test("a pause in an error is rounded up to milliseconds", () => {
  assertEquals(errorData(new RetryAfterError("busy", 60_000.5)).retryAfterMs, 60_001);
  for (const retryAfterMs of [-1, NaN, Infinity, "5"]) {
    assertEquals(
      errorData(Object.assign(new Error("x"), { retryAfterMs })).retryAfterMs,
      undefined,
    );
  }
  assert(isFinal(new NonRetryableError("no")));
});
