import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { VERSION } from "../../src/service/version.ts";
import { findUnportable } from "./runtimes.ts";
import { readSources } from "./source.ts";

Deno.test("the product uses only what Deno, Node 22.18, Bun and browsers all have", () => {
  const sources = readSources(["src"], ["mod.ts", "events.ts", "machine.ts"]);
  assertEquals(sources.flatMap(findUnportable), []);
});

Deno.test("the compiler refuses TypeScript that Node can't erase", () => {
  assertEquals(config.compilerOptions.erasableSyntaxOnly, true);
});

Deno.test("the command knows the version of the package", () => {
  assertEquals(VERSION, config.version);
});

Deno.test("the check of runtimes sees each kind of breach", () => {
  const breaches: [string, string][] = [
    ["function f() { using a = b(); }", "using"],
    ["async function f() { await using a = b(); }", "await using"],
    ["for (using a of b) c(a);", "using"],
    ['import a from "./a.json" with { type: "json" };', "import attributes"],
    ['export { a } from "./a.json" with { type: "json" };', "import attributes"],
    ["const { promise } = Promise.withResolvers();", "Promise.withResolvers"],
    ["const a = await Array.fromAsync(b);", "Array.fromAsync"],
    ["const a = RegExp.escape(b);", "RegExp.escape"],
    ["const a = Deno.args;", "Deno"],
    ["const a = globalThis.Deno;", "Deno"],
    ["let a: Deno.Signal;", "Deno"],
    ["const a = new DisposableStack();", "DisposableStack"],
    ["class A { @b c = 1; }", "decorator"],
    ["class A { accessor b = 1; }", "accessor"],
  ];
  for (const [text, rule] of breaches) {
    const path = "src/core/engine.ts";
    assertEquals(findUnportable({ path, text }), [{ path, line: 1, rule }], text);
  }
});
