/**
 * Explores a machine, and lets an observer follow each step.
 *
 * @module
 */

import type { Machine, Named } from "../../src/core/machine.ts";
import { type Exploration, explore } from "../../src/testing/explorer.ts";
import type { StateGraph } from "../../src/testing/explorer.ts";
import type { Observer } from "./subject.ts";

/**
 * Explores `machine`. `observer`, if there is one, is notified of each step, and stops the
 * exploration when it throws.
 */
export function exploreObserved<State, Command extends Named, Event extends Named, Answers>(
  machine: Machine<State, Command, Event, Answers>,
  exploration: Exploration<State, Command, Event>,
  observer: Observer | undefined,
): StateGraph {
  if (observer === undefined) return explore(machine, exploration);
  const { describe, label, allows = () => true } = exploration;
  let source: Readonly<State> | undefined;
  let described = "";
  const graph = explore(machine, {
    ...exploration,
    describe: (state, now) => described = describe(state, now),
    // Asked before each move, with one object for all moves from a state.
    allows: (state, now, move) => {
      if (state !== source) observer.enter(describe(state, now));
      source = state;
      return allows(state, now, move);
    },
    // Asked after each move, when the state that it leads to was described.
    label: (move, events, answer) => {
      const text = label(move, events, answer);
      observer.step(text, described);
      return text;
    },
  });
  observer.end();
  return graph;
}
