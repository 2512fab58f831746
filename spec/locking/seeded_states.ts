/**
 * The states that seeds lead to, for the specification.
 *
 * @module
 */

import type { Trace } from "../tool/subject.ts";
import { expression } from "../tool/value.ts";
import { lockMachine } from "../../src/locks/machine.ts";
import type { LockEvent } from "../../src/locks/events.ts";
import { recorded } from "../../src/testing/recorder.ts";
import { seededState, valuesOf } from "./exploration.ts";
import { NOTHING, Recording } from "./recording.ts";
import { rowOf } from "./rows.ts";
import { SEEDED_MODELS, type SeededModel } from "./seeds.ts";

/** Returns the module with the state and the commands of each seeded model. */
export function seedsModule(): string {
  return [
    "---- MODULE LockingSeeds ----",
    "\\* Generated from spec/locking/seeds.ts by deno task spec --write.",
    "EXTENDS Integers, TLC",
    ...SEEDED_MODELS.flatMap((model) => {
      const name = model.name[0]!.toUpperCase() + model.name.slice(1);
      const commands = model.moves.map((move) => `  ${expression(rowOf(move))}`);
      return [
        "",
        `Seed${name} == ${expression(stateOf(model))}`,
        `Commands${name} == {`,
        commands.join(",\n"),
        "}",
      ];
    }),
    "====",
    "",
  ].join("\n");
}

function stateOf(model: SeededModel): Record<string, unknown> {
  return valuesOf(model, seededState(model), 0);
}

/** Returns the seeds as runs, which end with the state that each leads to. */
export function seedTraces(): Trace[] {
  return SEEDED_MODELS.map((model) => {
    const recording = new Recording();
    const machine = recorded(lockMachine(model.config), recording.take);
    const state = machine.init();
    for (const command of model.seed) machine.step(state, command, 0, [] as LockEvent[]);
    const rows = [...recording.rows, { do: "has", state: stateOf(model), told: NOTHING }];
    return { name: `the seed of ${model.name}`, rows };
  });
}
