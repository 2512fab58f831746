/**
 * Binds the journal, and the engines on it, to `Journal.tla`.
 *
 * @module
 */

import type { StateGraph } from "../../src/testing/explorer.ts";
import type { Alphabet, GraphModel, Subject } from "../tool/subject.ts";
import { MUTANTS } from "./code_mutants.ts";
import { actionOf, exploreJournal, exploreJournalTwice, movesOf, nameOf } from "./exploration.ts";
import { type JournalModel, MODELS } from "./models.ts";
import { HIDDEN } from "./world.ts";

function graphModel(model: JournalModel): GraphModel {
  let graph: Promise<StateGraph> | undefined;
  const alphabet: Alphabet = {
    module: `Journal${model.name[0]!.toUpperCase()}${model.name.slice(1)}`,
    extends: "MCJournal",
    actions: new Map(movesOf(model).map((move) => [nameOf(move), actionOf(move)])),
  };
  return {
    alphabet,
    explore: (observer) =>
      observer === undefined ? graph ??= exploreJournal(model) : exploreJournal(model, observer),
    exploreAll: (observer) => {
      const all = exploreJournalTwice(model, observer);
      if (observer === undefined) graph = all;
      return all;
    },
    reading: { isStable: () => true, label: (action) => action, hidden: HIDDEN },
  };
}

const subject: Subject = {
  graphs: new Map(MODELS.map((model) => [model.name, graphModel(model)])),
  traces: new Map(),
  mutants: MUTANTS,
};

export default subject;
