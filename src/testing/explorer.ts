/**
 * Explores every state that a machine can reach, within bounds.
 *
 * @module
 */

import type { Instant, Machine, Named, Tick } from "../core/machine.ts";
import { fork } from "../core/data/plain.ts";
import { StateGraph } from "./state_graph.ts";

/** A command that can be tried in any state. */
export interface Move<Command extends Named> {
  /** The command. */
  readonly command: Command | Tick;
  /** Milliseconds since the move before. */
  readonly afterMs: number;
}

/** The bounds of an exploration, and the texts that identify states and steps. */
export interface Exploration<State, Command extends Named, Event extends Named> {
  /** The moves that are tried in every state. */
  readonly alphabet: readonly Move<Command>[];
  /** Returns the text that identifies a state: states of the same text must behave alike. */
  readonly describe: (state: Readonly<State>, now: Instant) => string;
  /** Returns the text that identifies a step by its command, its events and its answer. */
  readonly label: (move: Move<Command>, events: readonly Event[], answer: unknown) => string;
  /** Whether the environment would try `move` in this state. @default always */
  readonly allows?: (state: Readonly<State>, now: Instant, move: Move<Command>) => boolean;
  /** The number of states at which the exploration fails. @default 100_000 */
  readonly maxStates?: number;
}

/**
 * Returns all states that `machine` can reach from its initial state, breadth first: every move of
 * the alphabet is tried in every state, and refusals count as steps.
 *
 * Costs a copy of the state for each move that changes it.
 *
 * @throws {RangeError} when there are more than `maxStates` states
 */
export function explore<State, Command extends Named, Event extends Named, Answers>(
  machine: Machine<State, Command, Event, Answers>,
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
      const answer = machine.step(copy, move.command, then, events);
      const to = find(copy, then);
      graph.connect(from, label(move, events, answer), to);
      if (to !== from) copy = fork(state);
    }
    // Only its text is needed from here on.
    open[from] = { state: undefined as State, now };
  }
  return graph;
}
