/**
 * Binds the breaker machine to `Breakers.tla`.
 *
 * @module
 */

import type { StateGraph } from "../../src/testing/explorer.ts";
import { ANSWERED_READING } from "../tool/answers.ts";
import type { GraphModel, Observer, Subject } from "../tool/subject.ts";
import { breakerActions } from "./actions.ts";
import { MUTANTS } from "./code_mutants.ts";
import { exploreBreakers } from "./exploration.ts";
import { MODELS } from "./models.ts";
import { falsifiedTraces, randomTraces } from "./traces.ts";

function graphModels(): Map<string, GraphModel> {
  return new Map(MODELS.map((model) => {
    let graph: StateGraph | undefined;
    const explore = (observer?: Observer) =>
      observer === undefined ? graph ??= exploreBreakers(model) : exploreBreakers(model, observer);
    const module = `Breakers${model.name[0]!.toUpperCase()}${model.name.slice(1)}`;
    return [model.name, {
      explore,
      get alphabet() {
        return { module, extends: "MCBreakers", actions: breakerActions(model, explore()) };
      },
      reading: ANSWERED_READING,
    }];
  }));
}

const subject: Subject = {
  graphs: graphModels(),
  traces: new Map([["random", randomTraces], ["falsified", falsifiedTraces]]),
  mutants: MUTANTS,
};
export default subject;
