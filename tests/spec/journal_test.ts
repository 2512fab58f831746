import { assert, assertEquals } from "@std/assert";
import binding from "../../spec/journal/binding.ts";
import { MODELS } from "../../spec/journal/models.ts";
import { alphabetModule } from "../../spec/tool/alphabet.ts";
import { digestOf } from "../../spec/tool/digests.ts";

async function readSpec(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../../spec/${path}`, import.meta.url));
}

for (const [name, graph] of binding.graphs) {
  Deno.test(`the graph of engines on a journal is the one that TLC found: ${name}`, async () => {
    const kept = JSON.parse(await readSpec(`graphs/journal-${name}.json`));
    assert(kept.states > 200);
    assertEquals(await digestOf(await graph.explore()), kept);
  });

  Deno.test(`the named steps of the journal's specification are up to date: ${name}`, async () => {
    const { alphabet } = graph;
    assertEquals(await readSpec(`gen/${alphabet.module}.tla`), alphabetModule(alphabet));
  });
}

Deno.test("the configurations of TLC have the bounds within which engines are explored", async () => {
  const text = (value: unknown): string => {
    if (Array.isArray(value)) return `{${value.join(", ")}}`;
    return typeof value === "boolean" ? String(value).toUpperCase() : String(value);
  };
  for (const { name, ...bounds } of MODELS) {
    const config = await readSpec(`journal/cfg/graph-${name}.cfg`);
    const constants = Object.entries(bounds).map(([bound, value]) =>
      `  ${bound[0]!.toUpperCase()}${bound.slice(1)} = ${text(value)}`
    );
    assertEquals(config, `CONSTANTS\n${constants.join("\n")}\nSPECIFICATION GraphSpec\n`);
  }
});
