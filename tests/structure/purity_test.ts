import { assertEquals } from "@std/assert";
import { checkPurity } from "./layering.ts";
import { findImpurities } from "./purity.ts";
import { readSources } from "./source.ts";

Deno.test("the machines and all that they import are pure", () => {
  assertEquals(checkPurity(readSources(["src"], ["mod.ts", "events.ts", "machine.ts"])), []);
});

Deno.test("the purity check sees each kind of breach", () => {
  const breaches: [string, string][] = [
    ["const now = Date.now();", "Date"],
    ["const now = new Date();", "Date"],
    ["const now = performance.now();", "performance"],
    ["const chance = Math.random();", "Math.random"],
    ['const chance = Math["random"]();', "Math.random"],
    ["const id = crypto.randomUUID();", "crypto"],
    ["const later = [setTimeout];", "setTimeout"],
    ["function f() { setInterval(f, 1); }", "setInterval"],
    ["queueMicrotask(f);", "queueMicrotask"],
    ["export const p = Promise.resolve();", "Promise"],
    ["const f = (fetch as unknown) ?? g;", "fetch"],
    ["async function f() {}", "async"],
    ["const f = async () => {};", "async"],
    ["class A { async f() {} }", "async"],
    ["await f();", "await"],
    ["for await (const a of b) c(a);", "for await"],
    ["console.log(1);", "console"],
    ["const x = { console };", "console"],
    ["const x = a[Deno];", "Deno"],
    ['Deno.readTextFileSync("x");', "Deno"],
    ["const e = process.env;", "process"],
    ['fetch("x");', "fetch"],
    ["const g = globalThis;", "globalThis"],
    ["ids.sort((a, b) => a.localeCompare(b));", "localeCompare"],
    ["const s = n.toLocaleString();", "toLocaleString"],
    ["for (const key in state) f(key);", "for in, whose order is not the order of insertion"],
    ['const m = import("./x.ts");', "import()"],
    ["const u = import.meta;", "import.meta"],
    ["let counter = 0;", "let outside of functions"],
    ["export let counter = 0;", "let outside of functions"],
  ];
  for (const [text, rule] of breaches) {
    const found = findImpurities({ path: "src/locks/machine.ts", text });
    assertEquals(found, [{ path: "src/locks/machine.ts", line: 1, rule }], text);
  }
});

Deno.test("the purity check lets pass what only looks impure", () => {
  const text = `
// Date.now() and Math.random() in a comment
/** setTimeout */
const text = "console.log(Date.now())" + \`Promise\`;
const pattern = /Deno/;
const key = state.process ?? command.fetch;
const event = { Date: 1, console: 2 };
interface Names { readonly performance: number; self(): void }
function isSignal(value: unknown): value is AbortSignal { return value instanceof AbortSignal; }
class Names2 { crypto = 1; fetch() {} }
function f() { let local = 0; for (const a of b) local += a; return Math.max(local, 1); }
`;
  assertEquals(findImpurities({ path: "src/locks/machine.ts", text }), []);
});

Deno.test("a helper that a machine imports is held to purity, and one that lends it types is not", () => {
  const files = [
    {
      path: "src/locks/machine.ts",
      text: 'import { f } from "./helper.ts"; import type { G } from "./facade.ts";',
    },
    { path: "src/locks/helper.ts", text: 'export { f } from "../kernel/f.ts";' },
    { path: "src/kernel/f.ts", text: "\n\nexport const f = Date.now;" },
    { path: "src/locks/facade.ts", text: "export type G = number; export const now = Date.now;" },
  ];
  assertEquals(checkPurity(files), [{ path: "src/kernel/f.ts", line: 3, rule: "Date" }]);
});
