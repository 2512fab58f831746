/**
 * Each step of the task machine within the bounds of a model, by way of the façade.
 *
 * @module
 */

import { assert, assertRejects } from "@std/assert";
import { BOUNDS } from "../../spec/stealing/bounds.ts";
import { brokenCopy } from "../support/broken_copy.ts";
import { type Tour, toursOf } from "../support/tours.ts";
import * as intact from "./tour.ts";
import { TOUR_MUTANTS } from "./tour_mutants.ts";

/** `deno task test:tours` takes more models. */
const NAMES = Deno.env.get("TOURS") === "all" ? ["pull", "full"] : ["pull"];

const tours = new Map<string, readonly Tour[]>();

for (const name of NAMES) {
  Deno.test(`callers get what the task machine answers at each step: ${name}`, async () => {
    const bounds = BOUNDS.get(name)!;
    const found = toursOf(intact.exploreTasks(bounds), () => true);
    assert(found.length > 100);
    tours.set(name, found);
    for (const tour of found) await intact.replay(bounds, tour);
  });
}

Deno.test("a copy of the façade of tasks without a bug passes its tours", async () => {
  const [mutant] = TOUR_MUTANTS;
  await using copy = await brokenCopy("tests/tasks/tour.ts", { ...mutant!, replace: mutant!.find });
  const { replay } = await copy.load<typeof intact>();
  for (const tour of tours.get("pull")!.slice(0, 200)) await replay(BOUNDS.get("pull")!, tour);
});

for (const mutant of TOUR_MUTANTS) {
  Deno.test(`a tour finds that ${mutant.name}`, async () => {
    await using copy = await brokenCopy("tests/tasks/tour.ts", mutant);
    const { replay } = await copy.load<typeof intact>();
    await assertRejects(
      async () => {
        const { model } = mutant;
        for (const tour of tours.get(model)!) await replay(BOUNDS.get(model)!, tour);
      },
      Error,
      "Values are not equal",
    );
  });
}
