import { assert, assertEquals } from "@std/assert";
import {
  folderOf,
  isOfMutants,
  isTlcModel,
  type Model,
  readModels,
  select,
  type TlcModel,
} from "../../spec/tool/models.ts";
import { killersIn, neverViolated, readDerived, requiredIn } from "../../spec/tool/killers.ts";
import { checkedBy, extendedBy, tlcFilesOf } from "../../spec/tool/modules.ts";
import { loadSubject } from "../../spec/tool/subject.ts";
import { misreached, reachedIn, witnessModule } from "../../spec/tool/witnesses.ts";

/** Properties of types, and that a specification refines its core; the README tells them elsewhere. */
const UNEXPLAINED = ["TypeOK", "RefinesCore"];

const FOLDERS = ["locking", "stealing", "journal", "breakers", "delivery"];
const models = await readModels();

function modelOf(name: string): TlcModel {
  const model = models.find((model) => model.name === name);
  if (model === undefined || !isTlcModel(model)) throw new Error(name);
  return model;
}

Deno.test("every number that the checks print is asserted", () => {
  for (const model of models) {
    for (const number of numbersOf(model)) {
      assert(number !== undefined && number > 0, model.name);
    }
  }
});

Deno.test("checks are chosen by words of their names, from the beginning of a word on", () => {
  const chosen = (only: string) => select(models, ["delivery"], only).map(({ name }) => name);
  assertEquals(chosen("live"), chosen("live-"));
  assertEquals(chosen("any-del"), ["delivery/mutant-any-delivery"]);
  assertEquals(chosen("ive"), []);
  assertEquals(chosen("delivery/live-calls"), ["delivery/live-calls"]);
});

function numbersOf(model: Model): (number | undefined)[] {
  if (isOfMutants(model)) return [model.mutants];
  if (model.kind === "proof") return [model.proved, model.mutants];
  const { states, transitions, depth } = model.figures ?? {};
  const reached = "reaches" in model ? Object.values(model.reaches!) : [];
  return [states, transitions, depth, ...reached];
}

Deno.test("each property was seen to fail by a mutant that names it, or follows from such", async () => {
  const derived = await readDerived();
  for (const folder of FOLDERS) {
    assertEquals(await neverViolated(folder, models, derived), [], folder);
  }
});

Deno.test("a derived property is required, and follows from others that were seen to fail", async () => {
  for (const { folder, property, from, because } of await readDerived()) {
    const required = await requiredIn(folder, models);
    const violated = killersIn(folder, models);
    assert(required.includes(property) && because !== "" && from.length > 0, property);
    assert(!violated.has(property), `${property} has a mutant and is no longer derived`);
    for (const other of from) assert(required.includes(other) && violated.has(other), other);
  }
});

Deno.test("a property without a mutant is noticed, unless it is derived", async () => {
  const isKiller = (model: Model, property: string) =>
    "violates" in model && model.violates?.property === property;
  const fewer = models.filter((model) => !isKiller(model, "RetryWaitsForPause"));
  assertEquals(await neverViolated("stealing", fewer, []), ["RetryWaitsForPause"]);
  const derived = { folder: "stealing", property: "RetryWaitsForPause", from: [], because: "" };
  assertEquals(await neverViolated("stealing", fewer, [derived]), []);
});

Deno.test("the README says what each property is for", async () => {
  const text = await Deno.readTextFile(new URL("../../spec/README.md", import.meta.url));
  for (const folder of FOLDERS) {
    const missing = (await requiredIn(folder, models)).filter((name) =>
      !text.includes(`\`${name}\``)
    );
    assertEquals(missing.filter((name) => !UNEXPLAINED.includes(name)), [], folder);
  }
});

Deno.test("what a mutant names is checked alone; a witness adds an invariant to all others", async () => {
  assertEquals(await checkedBy(modelOf("stealing/mutant-rank-lost")), ["RankKept"]);
  const all = await checkedBy(modelOf("stealing/safety-moves"));
  assert(all.includes("TypeOK") && all.includes("StolenKeepsLocks") && !all.includes("Witnessed"));
  const config = (await tlcFilesOf(modelOf("stealing/safety-moves"))).get("check.cfg")!;
  assert(config.includes("\nINVARIANT Witnessed\n"));
});

Deno.test("a state that must be reached is one of those that TLC prints, at its depth", () => {
  assert(
    witnessModule("MC", ["NoA", "NoB"]).includes('PrintT(<<"REACHED", "NoB", TLCGet("level")>>)'),
  );
  const reached = reachedIn('<<"REACHED", "NoA", 7>>\nother\n<<"REACHED", "NoC", 2>>\n');
  assertEquals(reached, { NoA: 7, NoC: 2 });
  assertEquals(misreached({ NoA: 7 }, reached), []);
  assertEquals(misreached({ NoA: 6, NoB: 1 }, reached), [
    "NoA is first violated at depth 7, not 6",
    "NoB is not violated in any state, but must be",
  ]);
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
  assertEquals(extendedBy("---- MODULE A ----\nD == INSTANCE E WITH\n  x <- y\n"), ["E"]);
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
