/**
 * Each step of the lock machine within the bounds of a model, by way of the façade.
 *
 * @module
 */

import { assert, assertRejects } from "@std/assert";
import { exploreLocks } from "../../spec/locking/exploration.ts";
import { FULL_MODELS, type FullModel } from "../../spec/locking/models.ts";
import { brokenCopy } from "../support/broken_copy.ts";
import { type Tour, toursOf } from "../support/tours.ts";
import * as intact from "./tour.ts";
import { TOUR_MUTANTS } from "./tour_mutants.ts";

/** `deno task test:tours` takes all models that callers have a way through, in half a minute. */
const ALL = ["sharing", "time", "groups", "limits", "queue", "overlaps", "crossing", "capacity"];

const named = new Map(FULL_MODELS.map((model) => [model.name, model]));
const models: readonly FullModel[] = Deno.env.get("TOURS") === "all"
  ? ALL.map((name) => named.get(name)!)
  : [
    named.get("sharing")!,
    { ...named.get("groups")!, maxEpoch: 2, priorities: [0] },
    { ...named.get("time")!, maxNow: 1, durations: [1] },
  ];
const tours = new Map<string, readonly Tour[]>();

for (const model of models) {
  Deno.test(`callers get what the lock machine answers at each step: ${model.name}`, async () => {
    const found = toursOf(exploreLocks(model), ({ label }) => intact.isPlayable(label));
    assert(found.length > 100);
    tours.set(model.name, found);
    await replayAll(intact, model);
  });
}

Deno.test("a copy of the façade of locks without a bug passes its tours", async () => {
  const [mutant] = TOUR_MUTANTS;
  await using copy = await brokenCopy("tests/locks/tour.ts", { ...mutant!, replace: mutant!.find });
  const { replay } = await copy.load<typeof intact>();
  await replayAll({ ...intact, replay }, models.find(({ name }) => name === "groups")!);
});

for (const mutant of TOUR_MUTANTS) {
  Deno.test(`a tour finds that ${mutant.name}`, async () => {
    await using copy = await brokenCopy("tests/locks/tour.ts", mutant);
    const { replay } = await copy.load<typeof intact>();
    await assertRejects(
      async () => {
        const model = models.find(({ name }) => name === mutant.model)!;
        await replayAll({ ...intact, replay }, model);
      },
      Error,
      "Values are not equal",
    );
  });
}

async function replayAll({ movesByText, replay }: typeof intact, model: FullModel): Promise<void> {
  const moves = movesByText(model);
  for (const tour of tours.get(model.name)!) await replay(model, moves, tour);
}
