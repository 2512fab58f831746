/**
 * Binds the mailbox machine to `Delivery.tla`.
 *
 * @module
 */

import type { StateGraph } from "../../src/testing/explorer.ts";
import { ANSWERED_READING } from "../tool/answers.ts";
import type { GraphModel, Observer, Subject } from "../tool/subject.ts";
import { deliveryActions } from "./actions.ts";
import { MUTANTS } from "./code_mutants.ts";
import { exploreDelivery } from "./exploration.ts";
import { MODELS } from "./models.ts";
import { falsifiedTraces, randomTraces } from "./traces.ts";

function graphModels(): Map<string, GraphModel> {
  return new Map(MODELS.map((model) => {
    let graph: StateGraph | undefined;
    const explore = (observer?: Observer) =>
      observer === undefined ? graph ??= exploreDelivery(model) : exploreDelivery(model, observer);
    const module = `Delivery${model.name[0]!.toUpperCase()}${model.name.slice(1)}`;
    return [model.name, {
      explore,
      get alphabet() {
        return { module, extends: "MCDelivery", actions: deliveryActions(model, explore()) };
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
