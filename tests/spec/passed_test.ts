import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Model, readModels } from "../../spec/tool/models.ts";
import { PassedChecks } from "../../spec/tool/passed.ts";
import { sourcesOf } from "../../spec/tool/sources.ts";

const OUTCOME = { problems: [], result: "holds", seconds: 1 };

Deno.test("a check that passed is found under its key until a month is over", async () => {
  const folder = await Deno.makeTempDir();
  const passed = new PassedChecks(folder, "1");
  await passed.prepare();
  assertEquals(await passed.find("key"), undefined);
  await passed.add("key", OUTCOME);
  assertEquals(await passed.find("key"), OUTCOME);
  await Deno.writeTextFile(`${folder}/torn.json`, '{ "problems');
  assertEquals(await passed.find("torn"), undefined);
  const old = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000);
  await Deno.utime(`${folder}/torn.json`, old, old);
  await passed.prepare();
  assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["key.json"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a key depends on the list's entry, on the configuration and on the programs", async () => {
  const models = await readModels();
  const model = models.find(({ name }) => name === "stealing/mutant-eager")!;
  const keyOf = (model: Model, versions = "1") => new PassedChecks("", versions).keyOf(model);
  const key = await keyOf(model);
  assertEquals(await keyOf({ ...model }), key);
  assertNotEquals(await keyOf({ ...model, shows: "" }), key);
  assertNotEquals(await keyOf(model, "2"), key);
});

Deno.test("the sources of a check are the tool's, and the machine's where it runs", async () => {
  const tool = await sourcesOf("spec/tool/main.ts");
  for (const name of ["main", "check", "broken_copies", "comparison", "graphs", "tlc"]) {
    assert(tool.includes(`spec/tool/${name}.ts`), name);
  }
  assert(!tool.some((path) => path.startsWith("src/locks/")));
  const binding = await sourcesOf("spec/locking/binding.ts");
  for (
    const path of ["src/locks/machine.ts", "src/testing/explorer.ts", "spec/tool/exploring.ts"]
  ) {
    assert(binding.includes(path), path);
  }
});
