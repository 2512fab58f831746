import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { MUTANTS } from "./mutants.ts";
import { chosenBy, find, plantedIn } from "./plant.ts";

Deno.test("each mutant finds its text in the source exactly once", async () => {
  assert(MUTANTS.length >= 20);
  for (const mutant of MUTANTS) {
    const source = await Deno.readTextFile(`src/${mutant.file}`);
    assert(plantedIn(source, mutant) !== source, mutant.name);
  }
});

Deno.test("a name that no mutant has is refused, instead of nothing being planted", () => {
  assertEquals(chosenBy(["the epoch of a lock"]).length, 1);
  assertThrows(() => chosenBy(["nonsense"]), RangeError, 'got "nonsense"');
});

Deno.test("a mutant that is no program, or the program that there was, is not found", async () => {
  const [mutant] = MUTANTS;
  const broken = { ...mutant!, to: "const = {{ this is no program" };
  const { steps, rule } = await find(broken);
  assertEquals(steps, undefined);
  assertStringIncludes(rule, "it does not load: ");
  assertStringIncludes(rule, "SyntaxError");
  const { from } = mutant!;
  assertThrows(() => plantedIn(from, { ...mutant!, to: from }), Error, "it must change something");
});

for (
  const [name, expected, mostSteps] of [
    ["the epoch of a lock is not raised", "GrantRaisesEpoch", 20_000],
    [
      "agents die of a silence in which no heartbeat could be received",
      "NothingLostAsleep",
      100_000,
    ],
    [
      "an agent that is heard again keeps the grace of its lost connection",
      "DiesOnlyAfterTimeout",
      30_000,
    ],
    [
      "a grace is counted from the newest heartbeat, and not from the loss of the connection",
      "DiesOnlyAfterTimeout",
      30_000,
    ],
    ["a grace that is over ends no membership", "DiesAfterGrace", 60_000],
    [
      "an agent whose connection is lost loses the tasks that it has started",
      "SuspectKeepsItsTasks",
      200_000,
    ],
    ["a new priority is noted, and not used in the order of a queue", "QueueOrdered", 60_000],
    ["an amended input is noted, and the attempt gets the former one", "AmendedStays", 10_000],
    ["an engine does not notice that its process did not run", "LiveAgentsStay", 3_000],
    ["time follows the wall clock", "LimitsKept", 3_000],
  ] as const
) {
  Deno.test(`the simulation finds that ${name}`, async () => {
    const { rule, steps } = await find(MUTANTS.find((mutant) => mutant.name === name)!);
    assertEquals(rule.split(":")[0], expected);
    assert(steps! < mostSteps);
  });
}
