import { assert, assertEquals } from "@std/assert";
import { checkLayers, findFolderCycle, pureRing, reach } from "./layering.ts";
import { readImports, readSources, type Source } from "./source.ts";

function readProduct(): Source[] {
  return readSources(["src"], ["mod.ts"]);
}

/** Sources from `path: text` lines. */
function sourcesOf(files: Record<string, string>): Source[] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}

/** The rules that one file breaks by one import. */
function rulesBrokenBy(path: string, target: string): string[] {
  return checkLayers([{ path, text: `import { x } from "${target}";` }]).map(({ rule }) => rule);
}

Deno.test("imports of the product go inward, and between folders through mod.ts", () => {
  assertEquals(checkLayers(readProduct()), []);
});

Deno.test("no two folders of the product import each other", () => {
  assertEquals(findFolderCycle(readProduct()), undefined);
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

Deno.test("every machine is found", () => {
  const pure = pureRing(readProduct());
  for (const path of ["src/locks/machine.ts", "src/tasks/machine.ts", "src/kernel/heap.ts"]) {
    assert(pure.has(path), path);
  }
});

Deno.test("the layering check sees each kind of breach", () => {
  const broken: [string, string][] = [
    ["src/kernel/heap.ts", "../locks/mod.ts"],
    ["src/kernel/heap.ts", "yaml"],
    ["src/kernel/heap.ts", "node:fs"],
    ["src/locks/machine.ts", "../tasks/machine.ts"],
    ["src/locks/machine.ts", "../tasks/mod.ts"],
    ["src/locks/resource_manager.ts", "../tasks/state.ts"],
    ["src/locks/resource_manager.ts", "../coordination/mod.ts"],
    ["src/locks/resource_manager.ts", "../testing/mod.ts"],
    ["src/locks/resource_manager.ts", "../cli/mod.ts"],
    ["src/locks/resource_manager.ts", "../../mod.ts"],
    ["src/locks/resource_manager.ts", "../../tests/locks/twin.ts"],
    ["src/locks/resource_manager.ts", "npm:yaml@2"],
    ["src/coordination/machine.ts", "../testing/simulated_clock.ts"],
    ["src/coordination/machine.ts", "../locks/mod.ts"],
    ["src/coordination/manager.ts", "../locks/state.ts"],
    ["src/testing/simulator.ts", "../cli/mod.ts"],
    ["src/testing/simulator.ts", "fast-check"],
    ["src/testing/simulator.ts", "../../deno.json"],
    ["src/cli/main.ts", "../testing/mod.ts"],
    ["src/cli/main.ts", "../locks/state.ts"],
    ["src/cli/main.ts", "p-queue"],
    ["mod.ts", "./src/cli/mod.ts"],
    ["mod.ts", "./src/testing/mod.ts"],
    ["mod.ts", "./src/locks/machine.ts"],
    ["mod.ts", "./src/kernel/heap.ts"],
  ];
  for (const [path, target] of broken) {
    assertEquals(rulesBrokenBy(path, target).length, 1, `${path} imports ${target}`);
  }
});

Deno.test("the layering check lets pass what the rings allow", () => {
  const fine: [string, string][] = [
    ["src/kernel/heap.ts", "./machine.ts"],
    ["src/locks/machine.ts", "../kernel/heap.ts"],
    ["src/locks/machine.ts", "./queue.ts"],
    ["src/tasks/task_scheduler.ts", "../locks/mod.ts"],
    ["src/tasks/task_scheduler.ts", "../coordination/machine.ts"],
    ["src/coordination/manager.ts", "../tasks/mod.ts"],
    ["src/coordination/machine.ts", "../tasks/machine.ts"],
    ["src/testing/simulator.ts", "../../mod.ts"],
    ["src/cli/main.ts", "../../mod.ts"],
    ["src/cli/main.ts", "yaml"],
    ["src/cli/main.ts", "../../deno.json"],
    ["src/cli/main.ts", "node:util"],
    ["mod.ts", "./src/locks/mod.ts"],
  ];
  for (const [path, target] of fine) {
    assertEquals(rulesBrokenBy(path, target), [], `${path} imports ${target}`);
  }
});

Deno.test("a helper of a machine is held to the machine's rules, wherever it is", () => {
  const files = sourcesOf({
    "src/locks/machine.ts": 'import { next } from "./queue.ts";',
    "src/locks/queue.ts": 'export { next } from "../tasks/mod.ts";',
    "src/locks/facade.ts": 'export { next } from "../tasks/mod.ts";',
  });
  assertEquals(checkLayers(files).map(({ path }) => path), ["src/locks/queue.ts"]);
});

Deno.test("folders that import each other are found by their cycle", () => {
  const files = sourcesOf({
    "src/locks/a.ts": 'import "../tasks/mod.ts";',
    "src/tasks/b.ts": 'export * from "../messages/mod.ts";',
    "src/messages/c.ts": 'const d = import("../locks/mod.ts");',
  });
  assertEquals(findFolderCycle(files), ["locks", "tasks", "messages", "locks"]);
  const machines = sourcesOf({
    "src/tasks/scheduler.ts": 'import "../coordination/machine.ts";',
    "src/coordination/machine.ts": 'import "../tasks/machine.ts";',
  });
  assertEquals(findFolderCycle(machines), undefined);
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
