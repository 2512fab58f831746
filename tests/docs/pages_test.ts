import { assert, assertEquals } from "@std/assert";
import { generatedPages } from "../../docs/tool/pages.ts";
import { configFiles, literal, readDefaults } from "../../docs/tool/options.ts";
import { readShapes } from "../../docs/tool/symbols.ts";
import { parseWorkflow } from "../../src/cli/mod.ts";
import { blocksOf } from "./blocks.ts";
import { pages } from "./sources.ts";

Deno.test("the generated pages are those that `deno task docs` writes", async () => {
  for (const [path, text] of await generatedPages()) {
    const there = await Deno.readTextFile(new URL(`../../docs/${path}`, import.meta.url));
    assert(there === text, `docs/${path} is out of date: run "deno task docs"`);
  }
});

Deno.test("the documented default of an option is the one in its table", async () => {
  const shapes = await readShapes("mod.ts", ...configFiles());
  const defaults = await readDefaults();
  const compared = new Set<string>();
  const different = new Set<string>();
  for (const { fields } of shapes.values()) {
    for (const { name, folder, fallback } of fields) {
      const value = defaults.get(folder)?.get(name);
      if (value === undefined || fallback === undefined || fallback.includes(" ")) continue;
      const option = `${folder}: ${name}`;
      compared.add(option);
      if (fallback === literal(value)) continue;
      different.add(`${option} is ${literal(value)}, documented as ${fallback}`);
    }
  }
  assert(compared.size > 50, `only ${compared.size} options have a table`);
  assertEquals([...different], []);
});

Deno.test("the README has the figures of the state graphs", () => {
  let [states, edges] = [0, 0];
  for (const { name } of Deno.readDirSync(new URL("../../spec/graphs/", import.meta.url))) {
    if (name.startsWith("root-")) continue; // it has no specification
    const url = new URL(`../../spec/graphs/${name}`, import.meta.url);
    const graph = JSON.parse(Deno.readTextFileSync(url)) as { states: number; edges: number };
    states += graph.states;
    edges += graph.edges;
  }
  const [readme] = pages();
  const figures = `${states.toLocaleString("en")} states and ${edges.toLocaleString("en")} steps`;
  assert(readme!.text.replaceAll(/\s+/g, " ").includes(figures), `README.md must say ${figures}`);
});

Deno.test("every workflow of the documentation can be read", () => {
  for (const { path, text } of pages()) {
    for (const { origin, code } of blocksOf(path, text, "yaml")) {
      if (/^tasks:/m.test(code)) parseWorkflow(code, origin);
    }
  }
});
