import { assert, assertEquals } from "@std/assert";
import binding from "../../spec/locking/binding.ts";
import { FULL_MODELS, type FullModel } from "../../spec/locking/models.ts";
import { SEEDED_MODELS } from "../../spec/locking/seeds.ts";
import { alphabetModule } from "../../spec/tool/alphabet.ts";
import { digestOf } from "../../spec/tool/digests.ts";
import { readModels } from "../../spec/tool/models.ts";
import { withFigures } from "../../spec/tool/readme.ts";

async function readSpec(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../../spec/${path}`, import.meta.url));
}

for (const [name, graph] of binding.graphs) {
  Deno.test(`the graph of the lock machine is the one that TLC found for its specification: ${name}`, async () => {
    const kept = JSON.parse(await readSpec(`graphs/locking-${name}.json`));
    assert(kept.states > 100);
    assertEquals(await digestOf(await graph.explore()), kept);
  });

  Deno.test(`the named steps of the locks' specification are up to date: ${name}`, async () => {
    const { alphabet } = graph;
    assertEquals(await readSpec(`gen/${alphabet.module}.tla`), alphabetModule(alphabet));
  });
}

for (const [name, text] of binding.modules!) {
  Deno.test(`the generated module of the locks' specification is up to date: ${name}`, async () => {
    assertEquals(await readSpec(`gen/${name}.tla`), text());
  });
}

Deno.test("the configurations of TLC have the bounds that the lock machine is explored within", async () => {
  const text = (value: unknown): string => {
    if (Array.isArray(value)) return `{${value.map(text).join(", ")}}`;
    return typeof value === "boolean" ? String(value).toUpperCase() : JSON.stringify(value);
  };
  for (const model of [...FULL_MODELS, ...SEEDED_MODELS]) {
    const { config } = model;
    const bounds: Record<string, unknown> = {
      Owner: model.owners,
      Lock: model.locks,
      Aging: config.agingMs,
      Detects: config.deadlockDetection ?? true,
      Revokes: config.deadlockPolicy === "revoke",
      MaxWaiters: config.maxWaiters,
      MaxLocks: config.maxResources,
      MaxEpoch: model.maxEpoch,
      MaxWait: model.maxWait,
      MaxNow: model.maxNow,
      ...("seed" in model ? {} : productsOf(model)),
    };
    const lines = (await readSpec(`locking/cfg/graph-${model.name}.cfg`)).split("\n");
    for (const [name, value] of Object.entries(bounds)) {
      assert(lines.includes(`  ${name} = ${text(value)}`), `graph-${model.name}: ${name}`);
    }
    if (!("seed" in model)) continue;
    const name = model.name[0]!.toUpperCase() + model.name.slice(1);
    for (const each of ["graph", "safety"]) {
      const config = await readSpec(`locking/cfg/${each}-${model.name}.cfg`);
      assert(config.includes(`\n  Beginning <- Seed${name}\n  AllCommands <- Commands${name}\n`));
    }
  }
});

/** The constants of a configuration that tries all combinations. */
function productsOf(model: FullModel): Record<string, unknown> {
  return {
    AskedModes: model.modes,
    AskedUnits: model.units,
    Priorities: model.priorities,
    Timeouts: model.timeouts,
    Leases: model.leases,
    Patience: model.patience,
    Epochs: model.epochs,
    Renewals: model.renewals,
    Capacities: model.capacities,
    Durations: model.durations,
  };
}

Deno.test("the property tests of locks carry the names of the specification's properties", async () => {
  const spec = await Promise.all(
    ["Locking", "MCLocking", "LockingWorld"].map((module) => readSpec(`locking/${module}.tla`)),
  );
  const tests = await readSpec("../tests/locks/properties_test.ts");
  const names = [...tests.matchAll(/Deno\.test\("([A-Z]\w+): /g)].map(([, name]) => name!);
  assert(names.length >= 8);
  for (const name of names) {
    assert(spec.some((text) => new RegExp(`^${name} ==`, "m").test(text)), name);
  }
});

Deno.test("the figures in the README are those that checks assert", async () => {
  const text = await readSpec("README.md");
  assertEquals(text, withFigures(text, await readModels()));
  assert(text.includes("| `graph-deadlock`"));
});

Deno.test("the project's README states the size of the graphs", async () => {
  const readme = (await readSpec("../README.md")).replaceAll("\n", " ");
  let states = 0;
  let edges = 0;
  for (const { name } of Deno.readDirSync(new URL("../../spec/graphs/", import.meta.url))) {
    if (name.startsWith("root-")) continue; // it has no specification
    const kept = JSON.parse(await readSpec(`graphs/${name}`));
    states += kept.states;
    edges += kept.edges;
  }
  const figures = [states, edges].map((figure) => figure.toLocaleString("en-US"));
  assert(readme.includes(`${figures[0]} states and ${figures[1]} steps`), figures.join(" "));
});
