/**
 * Explores the root machine within the bounds of a world.
 *
 * @module
 */

import { type Instant, Refusal } from "../../src/core/machine.ts";
import type { Machine, Named } from "../../src/core/machine.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import { rootMachine } from "../../src/root/machine.ts";
import type { RootCommand, RootState } from "../../src/root/state.ts";
import type { Move, StateGraph } from "../../src/testing/explorer.ts";
import type { RootMachine } from "../../src/testing/simulation/engine.ts";
import { exploreObserved } from "../tool/exploring.ts";
import { THEN } from "../tool/graphs.ts";
import type { Observer } from "../tool/subject.ts";
import { stateTextOf } from "./state_text.ts";
import type { Counters, Trial, World } from "./worlds.ts";

/** A command of the root machine that is tried. */
interface Tried extends Named<"try"> {
  readonly name: string;
  readonly of: Trial;
}

/** The number of states beyond which a world is too large. */
const MOST_STATES = 5_000;

/** Returns the states of a world that `machine` reaches, and its steps. */
export function exploreWorld(
  world: World,
  observer?: Observer,
  machine: RootMachine = rootMachine(world.config),
): StateGraph {
  const trying: Machine<RootState, Tried, LockstepEvent, unknown> = {
    ...machine as unknown as Machine<RootState, Tried, LockstepEvent, unknown>,
    init: () => firstOf(world, machine),
    step: (state, command, now, events) => {
      const given = command.type === "try" ? commandOf(command as Tried, state)! : command;
      return machine.step(state, given as RootCommand, now, events) as never;
    },
  };
  const allows = (
    state: Readonly<RootState>,
    now: Instant,
    { command, afterMs }: Move<Tried>,
  ): boolean => {
    if (!isWithin(world, state)) return false;
    if (command.type === "try") return commandOf(command, state) !== undefined;
    return machine.deadline(state as RootState) === now + afterMs;
  };
  const alphabet = movesOf(world);
  return exploreObserved(trying, {
    ...{ alphabet, describe: stateTextOf, label: labelOf, allows },
    maxStates: MOST_STATES,
  }, observer);
}

function firstOf({ first = [] }: World, machine: RootMachine): RootState {
  const state = machine.init();
  for (const command of first) machine.step(state, command, 0, []);
  return state;
}

function movesOf({ trials, durations = [] }: World): Move<Tried>[] {
  return [
    ...Object.entries(trials).map(([name, of]) => (
      { command: { type: "try" as const, name, of }, afterMs: 0 }
    )),
    ...durations.map((afterMs) => ({ command: { type: "tick" as const }, afterMs })),
  ];
}

function commandOf({ of }: Tried, state: Readonly<RootState>): RootCommand | undefined {
  return typeof of === "function" ? of(state) : of;
}

/** Labels a step by its command, and by the type and the texts of each event. */
function labelOf(
  { command, afterMs }: Move<Tried>,
  events: readonly LockstepEvent[],
  answer: unknown,
): string {
  const tried = command.type === "try" ? command.name : `tick ${afterMs}`;
  const refused = answer instanceof Refusal ? " refused" : "";
  return [tried + refused, ...events.map(eventText)].join(THEN);
}

function eventText(event: LockstepEvent): string {
  const { type, ...fields } = event as unknown as Record<string, unknown>;
  const texts = Object.values(fields).filter((value) =>
    (typeof value === "string" && !value.includes("\u001f")) || typeof value === "boolean"
  );
  return [type, ...texts].join(" ");
}

function isWithin({ most = {} }: World, state: Readonly<RootState>): boolean {
  const counters = countersOf(state);
  return Object.entries(most).every(([name, limit]) => counters[name as keyof Counters] <= limit);
}

function countersOf({ tasks, locks, messages, conflicts }: Readonly<RootState>): Counters {
  return {
    waits: locks.waits.size,
    messages: messages.lastMessage,
    receivers: messages.receivers.size,
    conflicts: conflicts.reported,
    claims: tasks.epoch,
  };
}
