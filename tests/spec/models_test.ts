import { assert, assertEquals } from "@std/assert";
import { folderOf, readModels, type TlcModel } from "../../spec/tool/models.ts";
import { extendedBy, tlcFilesOf } from "../../spec/tool/modules.ts";
import { loadSubject } from "../../spec/tool/subject.ts";

const FOLDERS = ["locking", "stealing", "journal"];
const models = await readModels();

function modelOf(name: string): TlcModel {
  const model = models.find((model) => model.name === name);
  if (model === undefined || model.kind === "code-mutants") throw new Error(name);
  return model;
}

Deno.test("every number that the checks print is asserted", () => {
  for (const model of models) {
    const numbers = model.kind === "code-mutants" ? [model.mutants] : [
      model.figures?.states,
      model.figures?.transitions,
      model.figures?.depth,
    ];
    for (const number of numbers) assert(number !== undefined && number > 0, model.name);
  }
});

Deno.test("every graph is compared, together with the steps of Next that have no name", async () => {
  for (const folder of FOLDERS) {
    const { graphs } = await loadSubject(folder);
    assert(graphs.size >= 6);
    for (const name of graphs.keys()) {
      const model = modelOf(`${folder}/graph-${name}`);
      assertEquals([model.kind, model.subject], ["graph", name]);
      const config = (await tlcFilesOf(model)).get("check.cfg")!;
      assert(config.includes("\nSPECIFICATION GraphSpec\n"), name);
    }
  }
});

Deno.test("every set of traces is followed, and every folder has its code mutants tried", async () => {
  for (const folder of FOLDERS) {
    const { traces, mutants } = await loadSubject(folder);
    const own = models.filter((model) => folderOf(model) === folder);
    for (const name of traces.keys()) {
      assert(own.some((model) => model.kind === "trace" && model.subject === name), name);
    }
    const counts = own.flatMap((model) => model.kind === "code-mutants" ? [model.mutants] : []);
    assertEquals(counts, [mutants.length]);
  }
});

Deno.test("the files of a check are its configuration and the modules that it extends", async () => {
  assertEquals(extendedBy("---- MODULE A ----\nEXTENDS B,  C\nVARIABLE x\n"), ["B", "C"]);
  assertEquals(extendedBy("---- MODULE A ----\n"), []);
  const names = [...(await tlcFilesOf(modelOf("stealing/mutant-eager"))).keys()].sort();
  assertEquals(names, [
    "MCStealing.tla",
    "Stealing.tla",
    "StealingBounds.tla",
    "StealingMutants.tla",
    "check.cfg",
  ]);
  const files = await tlcFilesOf(modelOf("locking/mutant-deadlock-stays"));
  const config = files.get("check.cfg")!;
  assert(config.includes("CONSTANT CycleThrough <- M_NoCycles\nPROPERTY DeadlockFreeRelease\n"));
});
