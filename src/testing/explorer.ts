/**
 * Finds every state that a machine can come to, within bounds.
 *
 * @module
 */

import type { Instant, Machine, Named, Tick } from "../core/machine.ts";
import { fork } from "../core/data/plain.ts";
import { StateGraph } from "./state_graph.ts";

/** One thing that may be tried in any state. */
export interface Move<Command extends Named> {
  /** What the machine is told. */
  readonly command: Command | Tick;
  /** How much later than what came before. */
  readonly afterMs: number;
}

/** What is explored, and how its states and steps are told apart. */
export interface Exploration<State, Command extends Named, Event extends Named> {
  /** Everything that is tried in every state. */
  readonly alphabet: readonly Move<Command>[];
  /** A text for all that matters of a state: states with the same text must behave alike. */
  readonly describe: (state: Readonly<State>, now: Instant) => string;
  /** A text for a step: what was told, and what the machine answered. */
  readonly label: (move: Move<Command>, events: readonly Event[]) => string;
  /** Whether the surroundings would try `move` in this state. @default always */
  readonly allows?: (state: Readonly<State>, now: Instant, move: Move<Command>) => boolean;
  /** How many states may be found before exploring is given up. @default 100_000 */
  readonly maxStates?: number;
}

/**
 * All states that `machine` can come to from its first one, breadth first: every move of the
 * alphabet is tried in every state, and what is refused counts as well.
 *
 * Costs a copy of the state for each move that changes it.
 *
 * @throws {RangeError} when there are more than `maxStates` states
 */
export function explore<State, Command extends Named, Event extends Named>(
  machine: Machine<State, Command, Event>,
  { alphabet, describe, label, allows, maxStates = 100_000 }: Exploration<State, Command, Event>,
): StateGraph {
  const graph = new StateGraph();
  const open: { state: State; now: Instant }[] = [];
  const find = (state: State, now: Instant): number => {
    const index = graph.add(describe(state, now));
    if (index < open.length) return index;
    if (index >= maxStates) {
      throw new RangeError(
        `Cannot explore "${machine.name}": it must have at most ${maxStates} states, got more`,
      );
    }
    open.push({ state, now });
    return index;
  };
  graph.initial.add(find(machine.init(), 0));
  for (let from = 0; from < open.length; from++) {
    const { state, now } = open[from]!;
    let copy = fork(state);
    for (const move of alphabet) {
      if (allows !== undefined && !allows(state, now, move)) continue;
      const then = now + move.afterMs;
      const events: Event[] = [];
      machine.step(copy, move.command, then, events);
      const to = find(copy, then);
      graph.connect(from, label(move, events), to);
      if (to !== from) copy = fork(state);
    }
    // Only its text is needed from here on.
    open[from] = { state: undefined as State, now };
  }
  return graph;
}
