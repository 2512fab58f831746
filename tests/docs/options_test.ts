import { assertEquals, assertThrows } from "@std/assert";
import { defaultOf } from "../../docs/tool/configuration.ts";
import { agreedDefaults, defaultsIn, literal } from "../../docs/tool/options.ts";
import { boolean, count, ms, oneOf } from "../../src/core/config.ts";

Deno.test("defaults are read from every table that a module exports", () => {
  const module = {
    LOCK_OPTIONS: { leaseMs: ms(0), deadlockPolicy: oneOf("abort", ["abort", "revoke"]) },
    OTHER_OPTIONS: { detects: boolean(true) },
    DEFAULT_CONFIG: { leaseMs: 0 },
    NAMES: ["leaseMs"],
    readConfig: () => ({}),
  };
  const defaults = defaultsIn(module, "src/a/config.ts");
  assertEquals([...defaults], [["leaseMs", 0], ["deadlockPolicy", "abort"], ["detects", true]]);
});

Deno.test("two tables of a module with different defaults of one option are an error", () => {
  const module = { A: { limit: count(1) }, B: { limit: count(2) } };
  assertThrows(() => defaultsIn(module, "src/a/config.ts"), Error, "limit");
});

Deno.test("options that several tables have with one default have an agreed default", () => {
  const tables = [new Map([["agingMs", 10], ["seed", 0]]), new Map([["agingMs", 10], ["seed", 1]])];
  assertEquals([...agreedDefaults(tables)], [["agingMs", 10]]);
});

Deno.test("a default is documented as a program would write it", () => {
  const values = [0, 100, 5_000, 1_000_000, 0.5, 1.2345, "abort", true];
  assertEquals(values.map(literal).join(" "), '0 100 5_000 1_000_000 0.5 1.2345 "abort" true');
});

Deno.test("a table's default is documented, unless the comment says how it is computed", () => {
  const defaults = new Map([["locks", new Map([["leaseMs", 1_000]])]]);
  const field = { name: "leaseMs", folder: "locks", type: "number", doc: "", fallback: "2_000" };
  assertEquals(defaultOf(field, defaults), "1_000");
  assertEquals(defaultOf({ ...field, fallback: "10 × timeout" }, defaults), "10 × timeout");
  assertEquals(defaultOf({ ...field, folder: "tasks" }, defaults), "2_000");
});
