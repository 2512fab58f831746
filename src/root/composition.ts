/**
 * Composes the machines of several subsystems into one, so that one journal, one clock and one order
 * of events hold for all of them.
 *
 * A step hands the command to the subsystem that accepts it, then lets the reactions turn the events
 * into commands for other subsystems, until no event is left to react to. Then the subsystems that
 * have left something until then settle it. All consequences of an event have happened when the step
 * returns.
 *
 * @module
 */

import type { Instant, Named, Part, Tick } from "../core/machine.ts";

/** A reaction: turns an event into the command that it leads to, if any. */
export type Reaction<State, Event extends Named = never> = (
  event: Event,
  state: State,
  now: Instant,
) => Named | undefined;

/** From the type of an event to the reactions to it, in order. */
export type Reactions<State> = ReadonlyMap<string, readonly Reaction<State>[]>;

// deno-lint-ignore no-explicit-any -- the state, commands and events of any subsystem
type AnyPart = Part<any, any, any, any>;

/** When the next timer of each part is due, and the earliest of them. */
export interface Due<Name extends string> {
  /** By the name of the part. */
  readonly byPart: Record<Name, Instant>;
  /** The earliest of them, or `Infinity`. */
  earliest: Instant;
}

/** The state of a composition: one field for each part, and when their timers are due. */
export type CompositeState<Name extends string> = { readonly [Each in Name]: unknown } & {
  readonly due: Due<Name>;
};

/** The parts of a machine, and the way of a step through them. */
export class Composition<Name extends string, State extends CompositeState<Name>> {
  /** The types of the commands that the parts accept. */
  readonly commands: readonly string[];
  /** In the order in which they fire what is due at one instant. */
  readonly #parts: readonly (readonly [Name, AnyPart])[];
  readonly #deferring: readonly (readonly [Name, AnyPart])[];
  readonly #byCommand: ReadonlyMap<string, readonly [Name, AnyPart]>;
  readonly #reactions: Reactions<State>;

  constructor(parts: { readonly [Each in Name]: AnyPart }, reactions: Reactions<State>) {
    this.#parts = Object.entries(parts) as [Name, AnyPart][];
    this.#deferring = this.#parts.filter(([, { deferring }]) => deferring !== undefined);
    this.#byCommand = new Map(
      this.#parts.flatMap((entry) => entry[1].commands.map((type) => [type, entry])),
    );
    this.commands = [...this.#byCommand.keys()];
    this.#reactions = reactions;
  }

  /** Returns the first state of all parts. */
  init(): CompositeState<Name> {
    const states = this.#parts.map(([name, part]) => [name, part.init()]);
    const byPart = this.#parts.map(([name]) => [name, Infinity]);
    const due = { byPart: Object.fromEntries(byPart), earliest: Infinity };
    return { ...Object.fromEntries(states), due };
  }

  /** Fires what is due, applies `command`, lets the reactions run, and returns the answer. */
  step(state: State, command: Named | Tick, now: Instant, events: Named[]): unknown {
    this.fire(state, now, events);
    return command.type === "tick" ? undefined : this.apply(state, command, now, now, events);
  }

  /** Applies `command` and lets the reactions run. Parts fire what is due at `until` or before. */
  apply(
    state: State,
    command: Named,
    now: Instant,
    until: Instant,
    events: Named[],
  ): unknown {
    const first = events.length;
    const answer = this.#hand(state, command, now, until, events);
    if (events.length > first) this.#complete(state, now, until, events, first);
    return answer;
  }

  /**
   * Fires what is due, instant by instant. What follows from one instant comes before the next, also
   * in a late step: so the number of instants that a step catches up with makes no difference.
   */
  fire(state: State, now: Instant, events: Named[]): void {
    const { due } = state;
    while (due.earliest <= now) {
      const until = due.earliest;
      const [name, part] = this.#parts.find(([name]) => due.byPart[name] === until)!;
      const first = events.length;
      (part.deferring ?? part).fire(state[name], now, until, events);
      this.#schedule(state, name, part);
      this.#complete(state, now, until, events, first);
    }
  }

  #hand(
    state: State,
    command: Named,
    now: Instant,
    until: Instant,
    events: Named[],
  ): unknown {
    const [name, part] = this.#byCommand.get(command.type)!;
    const { fire, apply } = part.deferring ?? part;
    if (state.due.byPart[name] <= until) fire(state[name], now, until, events);
    const answer = apply(state[name], command, now, events);
    this.#schedule(state, name, part);
    return answer;
  }

  /** Reacts to the events from index `first` on and lets the parts settle, until nothing follows. */
  #complete(state: State, now: Instant, until: Instant, events: Named[], first: number): void {
    for (let next = first; next < events.length;) {
      this.#react(state, now, until, events, next);
      next = events.length;
      for (const [name, part] of this.#deferring) {
        part.deferring!.settle(state[name], now, events);
        if (events.length > next) this.#schedule(state, name, part);
      }
    }
  }

  /** Runs the reactions to the events from index `first` on, and to those that they lead to. */
  #react(state: State, now: Instant, until: Instant, events: Named[], first: number): void {
    for (let i = first; i < events.length; i++) { // grows while it is read
      const event = events[i]!;
      const reactions = this.#reactions.get(event.type);
      if (reactions === undefined) continue;
      for (const reaction of reactions) {
        const command = reaction(event as never, state, now);
        if (command !== undefined) this.#hand(state, command, now, until, events);
      }
    }
  }

  #schedule(state: State, name: Name, part: AnyPart): void {
    const { due } = state;
    const next = part.deadline(state[name]);
    if (next === due.byPart[name]) return;
    due.byPart[name] = next;
    let earliest = Infinity;
    for (const [each] of this.#parts) earliest = Math.min(earliest, due.byPart[each]);
    due.earliest = earliest;
  }
}
