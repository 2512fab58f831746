import { assert, assertEquals } from "@std/assert";
import { MUTANTS } from "./mutants.ts";
import { find, plantedIn } from "./plant.ts";

Deno.test("each mutant finds its text in the source exactly once", async () => {
  assert(MUTANTS.length >= 20);
  for (const mutant of MUTANTS) {
    const source = await Deno.readTextFile(`src/${mutant.file}`);
    assert(plantedIn(source, mutant) !== source, mutant.name);
  }
});

Deno.test("the simulation finds a mutant", async () => {
  const mutant = MUTANTS.find(({ name }) => name === "the epoch of a lock is not raised")!;
  const { rule, steps } = await find(mutant);
  assertEquals(rule.split(":")[0], "GrantRaisesEpoch");
  assert(steps! < 3_000);
});
