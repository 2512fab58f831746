/**
 * Names for the steps of a specification that answers a command by its first event, and then follows
 * up with an event for each step.
 *
 * A step of the machine is labelled `command = answer > event > event`. In the specification the
 * command with its answer is one named action, each event after it is the action `Follow` with the
 * event in the variable `told`, and the action `Settled` ends the step.
 *
 * @module
 */

import type { StateGraph } from "../../src/testing/explorer.ts";
import { type Reading, THEN } from "./graphs.ts";
import { canonical } from "./value.ts";

const NOTHING = canonical({ type: "nothing" });

/** Reads TLC's graph: an event within a step is its own label, and settling has none. */
export const ANSWERED_READING: Reading = {
  isStable: (state) => state.get("todo")!.includes('"open":FALSE'),
  label: (action, to) => {
    if (action === "settled") return "";
    if (action !== "follow") return textOf(action);
    const told = to.get("told")!;
    if (told === NOTHING) throw new Error("Cannot read a graph: what follows must be told");
    return told;
  },
  hidden: ["todo", "told"],
};

/**
 * Returns a name for each command with each of its answers in `graph`. `moves` has the commands by
 * their texts; `expressionOf` writes a command and its answer, `undefined` for none.
 */
export function answeredActions<Move>(
  graph: StateGraph,
  moves: ReadonlyMap<string, Move>,
  expressionOf: (move: Move, answer: string | undefined) => string,
): Map<string, string> {
  const seen = new Set<string>();
  for (const state of graph.states.keys()) {
    for (const { label } of graph.edgesFrom(state)) seen.add(label.split(THEN)[0]!);
  }
  const actions = new Map([["follow", "Follow"], ["settled", "Settled"]]);
  for (const text of [...seen].sort()) {
    const [asked = "", answer] = text.split(" = ");
    actions.set(nameOf(text), expressionOf(moves.get(asked)!, answer));
  }
  return actions;
}

/** Names have no spaces, hyphens and equal signs; what stands for them is in no other name. */
function nameOf(text: string): string {
  return text.replaceAll(" = ", "_is_").replaceAll(" ", "_").replaceAll("-", "_H_");
}

function textOf(name: string): string {
  return name.replaceAll("_is_", " = ").replaceAll("_H_", "-").replaceAll("_", " ");
}
