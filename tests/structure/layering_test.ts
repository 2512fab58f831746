import { assert, assertEquals } from "@std/assert";
import { checkLayers, findCycle, pureRing, reach } from "./layering.ts";
import { readImports, readSources, type Source } from "./source.ts";

function readProduct(): Source[] {
  return readSources(["src"], ["mod.ts", "events.ts", "machine.ts"]);
}

/** Sources from `path: text` lines. */
function sourcesOf(files: Record<string, string>): Source[] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}

Deno.test("imports of the product go inward", () => {
  assertEquals(checkLayers(readProduct()), []);
});

Deno.test("no files of the product import each other in a cycle, types included", () => {
  assertEquals(findCycle(readProduct()), undefined);
});

Deno.test("mod.ts leads to nothing outside, to no test aid and to no command", () => {
  const product = readProduct();
  const core = reach(product, ["mod.ts"]);
  assert(core.size > 10, "mod.ts leads to too little to be true");
  for (const source of product.filter(({ path }) => core.has(path))) {
    assertEquals(readImports(source).filter(({ outside }) => outside), [], source.path);
    assert(!/^src\/(cli|testing)\//.test(source.path), source.path);
  }
});

Deno.test("a part of the product loads little more than itself", () => {
  const product = readProduct();
  for (const [path, most] of [["src/locks/mod.ts", 40], ["src/tasks/mod.ts", 89]] as const) {
    const { size } = reach(product, [path], ({ typeOnly }) => !typeOnly);
    assert(size <= most, `${path} loads ${size} modules`);
  }
});

Deno.test("every machine is found", () => {
  const pure = pureRing(readProduct());
  for (const path of ["src/locks/machine.ts", "src/tasks/machine.ts", "src/core/data/heap.ts"]) {
    assert(pure.has(path), path);
  }
});

/** The product with one more import in one of its files. */
function withImport(path: string, target: string): Source[] {
  const product = readProduct();
  const text = `import type { x } from "${target}";`;
  const known = product.some((source) => source.path === path);
  if (!known) return [...product, { path, text }];
  return product.map((source) =>
    source.path === path ? { path, text: `${text}\n${source.text}` } : source
  );
}

Deno.test("the layering check sees each kind of breach", () => {
  const broken: [string, string][] = [
    ["src/core/engine.ts", "../locks/types.ts"],
    ["src/core/data/heap.ts", "yaml"],
    ["src/core/data/heap.ts", "node:fs"],
    ["src/locks/machine.ts", "../tasks/machine.ts"],
    ["src/locks/state.ts", "../tasks/state.ts"],
    ["src/locks/machine.ts", "../root/state.ts"],
    ["src/locks/resource_manager.ts", "../coordination/mod.ts"],
    ["src/locks/resource_manager.ts", "../testing/mod.ts"],
    ["src/locks/resource_manager.ts", "../cli/mod.ts"],
    ["src/locks/resource_manager.ts", "../../mod.ts"],
    ["src/locks/resource_manager.ts", "../../tests/locks/twin.ts"],
    ["src/locks/resource_manager.ts", "npm:yaml@2"],
    ["src/root/machine.ts", "../testing/simulated_clock.ts"],
    ["src/root/machine.ts", "../locks/resource_manager.ts"],
    ["src/testing/recorder.ts", "../cli/mod.ts"],
    ["src/testing/recorder.ts", "fast-check"],
    ["src/testing/recorder.ts", "../../deno.json"],
    ["src/cli/main.ts", "p-queue"],
    ["src/cli/main.ts", "../../deno.json"],
    ["mod.ts", "./src/cli/mod.ts"],
    ["mod.ts", "./src/testing/mod.ts"],
  ];
  for (const [path, target] of broken) {
    const found = checkLayers(withImport(path, target));
    assert(found.some((each) => each.path === path), `${path} imports ${target}`);
  }
});

Deno.test("the layering check accepts what the rings allow", () => {
  const fine: [string, string][] = [
    ["src/core/data/heap.ts", "../machine.ts"],
    ["src/locks/machine.ts", "../core/data/heap.ts"],
    ["src/tasks/machine.ts", "../locks/types.ts"],
    ["src/tasks/task_scheduler.ts", "../locks/mod.ts"],
    ["src/tasks/task_scheduler.ts", "../root/machine.ts"],
    ["src/coordination/explain.ts", "../locks/state.ts"],
    ["src/testing/recorder.ts", "../coordination/mod.ts"],
    ["src/cli/main.ts", "../../mod.ts"],
    ["src/cli/main.ts", "yaml"],
    ["src/cli/main.ts", "node:util"],
  ];
  for (const [path, target] of fine) {
    const found = checkLayers(withImport(path, target));
    assertEquals(found, [], `${path} imports ${target}`);
  }
});

Deno.test("a helper of a machine is held to the rules of the machine, wherever it is", () => {
  const files = sourcesOf({
    "src/locks/machine.ts": 'import { next } from "./queue.ts";',
    "src/locks/queue.ts": 'export { next } from "../tasks/mod.ts";',
    "src/locks/facade.ts": 'export { next } from "../tasks/mod.ts";',
  });
  assertEquals(checkLayers(files).map(({ path }) => path), ["src/locks/queue.ts"]);
});

Deno.test("files that import each other are found by their cycle, types included", () => {
  const files = sourcesOf({
    "src/locks/a.ts": 'import "./b.ts";',
    "src/locks/b.ts": 'export type * from "../messages/c.ts";',
    "src/messages/c.ts": 'type D = import("../locks/a.ts").D;',
  });
  assertEquals(findCycle(files), [
    "src/locks/a.ts",
    "src/locks/b.ts",
    "src/messages/c.ts",
    "src/locks/a.ts",
  ]);
});

Deno.test("readImports() sees every form, and nothing in comments and strings", () => {
  const text = `
import a, { type b } from "./a.ts";
import type { c } from "./c.ts";
import { type d, type e } from "./d.ts";
import "./e.ts";
export * from "./f.ts";
export type { g } from "./g.ts";
export { h } from "../h.ts";
const i = import("npm:i");
const j = import(a);
type K = import("./k.ts").K;
// import "./comment.ts";
const l = 'import "./string.ts"';
`;
  const imports = readImports({ path: "src/locks/x.ts", text });
  assertEquals(imports.map(({ target, typeOnly, line }) => [line, target, typeOnly]), [
    [2, "src/locks/a.ts", false],
    [3, "src/locks/c.ts", true],
    [4, "src/locks/d.ts", true],
    [5, "src/locks/e.ts", false],
    [6, "src/locks/f.ts", false],
    [7, "src/locks/g.ts", true],
    [8, "src/h.ts", false],
    [9, "npm:i", false],
    [10, "a computed import", false],
    [11, "src/locks/k.ts", true],
  ]);
});
