/**
 * Composes the machines of several subsystems into one, so that one journal, one clock and one order
 * of events hold for all of them.
 *
 * A step hands the command to the subsystem that accepts it, then lets the reactions turn the events
 * into commands for other subsystems, until no event is left to react to. Then the subsystems that
 * have left something until then settle it, and the completion of the composition may give one more
 * command. All consequences of an event have happened when the step
 * returns.
 *
 * @module
 */

import type { Configure, DeferringPart, Instant, Named, Part, Tick } from "../core/machine.ts";

/** A reaction: turns an event into the command that it leads to, if any. */
export type Reaction<State, Event extends Named = never> = (
  event: Event,
  state: State,
  now: Instant,
) => Named | undefined;

/**
 * By the type of a command, the function that returns the event that takes its place, when its part
 * would refuse it as unknown and other parts know its subject; otherwise `undefined`.
 */
export type Substitutions<State> = ReadonlyMap<
  string,
  (command: never, state: State) => Named | undefined
>;

/**
 * Returns the command that is due before a step ends, if any. It sees the state in which nothing else
 * follows: what it decides by is not about to change in the same step.
 */
export type Completion<State> = (state: State) => Named | undefined;

/** From the type of an event to the reactions to it, in order. */
export type Reactions<State> = ReadonlyMap<string, readonly Reaction<State>[]>;

// deno-lint-ignore no-explicit-any -- the state, commands and events of any subsystem
type AnyPart = Part<any, any, any, any>;
// deno-lint-ignore no-explicit-any -- the same
type AnyDeferring = DeferringPart<any, any, any>;

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

/** The part that applies the commands of a type, and all that a step needs for that. */
interface Route<Name extends string, State> {
  readonly name: Name;
  readonly part: AnyPart;
  /** How it steps in a composition. */
  readonly stepped: Pick<AnyDeferring, "fire" | "apply">;
  readonly substitute: ((command: never, state: State) => Named | undefined) | undefined;
}

/** Composes parts: routes commands to them, and runs the reactions to their events. */
export class Composition<Name extends string, State extends CompositeState<Name>> {
  /** The types of the commands that the parts accept. */
  readonly commands: readonly string[];
  /** In the order in which they fire the timers of one instant. */
  readonly #parts: readonly (readonly [Name, AnyPart])[];
  readonly #deferring: readonly (readonly [Name, AnyPart])[];
  /** By the type of a command. */
  readonly #routes: ReadonlyMap<string, Route<Name, State>>;
  readonly #reactions: Reactions<State>;
  readonly #completion: Completion<State>;

  constructor(
    parts: { readonly [Each in Name]: AnyPart },
    reactions: Reactions<State>,
    substitutions: Substitutions<State>,
    completion: Completion<State>,
  ) {
    this.#parts = Object.entries(parts) as [Name, AnyPart][];
    this.#deferring = this.#parts.filter(([, { deferring }]) => deferring !== undefined);
    this.#routes = new Map(
      this.#parts.flatMap(([name, part]) =>
        part.commands.map((type) => {
          const stepped = part.deferring ?? part;
          return [type, { name, part, stepped, substitute: substitutions.get(type) }];
        })
      ),
    );
    this.commands = [...this.#routes.keys()];
    this.#reactions = reactions;
    this.#completion = completion;
  }

  /** Returns `command` with the session of its sender, if a part wants that. */
  inSession(command: Named, session: string): Named {
    return this.#routes.get(command.type)?.part.inSession?.(command, session) ?? command;
  }

  /** The options of all parts. */
  get config(): Record<Name, object> {
    return Object.fromEntries(
      this.#parts.map(([name, part]) => [name, part.config]),
    ) as Record<Name, object>;
  }

  /** Returns the options in force in the parts of `state`. */
  configIn(state: State): Record<Name, object> {
    return Object.fromEntries(
      this.#parts.map(([name, part]) => [name, part.configIn!(state[name])]),
    ) as Record<Name, object>;
  }

  /** Puts the options of parts in force, and lets the reactions run. Fires nothing. */
  configure(state: State, config: Record<Name, object>, now: Instant, events: Named[]): void {
    for (const [name, part] of this.#parts) {
      const first = events.length;
      part.configure!(state[name], config[name], now, events);
      this.#schedule(state, name, part);
      this.#complete(state, now, -Infinity, events, first);
    }
  }

  /** Returns the initial state of all parts. */
  init(): CompositeState<Name> {
    const states = this.#parts.map(([name, part]) => [name, part.init()]);
    const byPart = this.#parts.map(([name]) => [name, Infinity]);
    const due = { byPart: Object.fromEntries(byPart), earliest: Infinity };
    return { ...Object.fromEntries(states), due };
  }

  /**
   * Fires what is due, applies `command`, lets the reactions run, and returns the answer.
   * `resume-listening` is for all parts that have it, and comes before what is due.
   */
  step(state: State, command: Named | Tick, now: Instant, events: Named[]): unknown {
    if (command.type === "configure") {
      const { config } = command as Configure;
      return this.configure(state, config as Record<Name, object>, now, events);
    }
    if (command.type === "resume-listening") return this.#resume(state, command, now, events);
    this.fire(state, now, events);
    return command.type === "tick" ? undefined : this.apply(state, command, now, now, events);
  }

  /** Applies `command` and runs the reactions. Parts fire timers that are due at `until` or before. */
  apply(
    state: State,
    command: Named,
    now: Instant,
    until: Instant,
    events: Named[],
  ): unknown {
    const first = events.length;
    const substitute = this.#routes.get(command.type)!.substitute?.(command as never, state);
    if (substitute !== undefined) events.push(substitute);
    const answer = substitute === undefined
      ? this.#hand(state, command, now, until, events)
      : undefined;
    if (events.length > first) this.#complete(state, now, until, events, first);
    return answer;
  }

  /**
   * Fires due timers, instant by instant. The reactions to one instant run before the next instant,
   * so a late step has the same result as one step for each instant.
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

  #resume(state: State, command: Named, now: Instant, events: Named[]): void {
    const first = events.length;
    for (const [name, part] of this.#parts) {
      if (!part.commands.includes(command.type)) continue;
      (part.deferring ?? part).apply(state[name], command, now, events);
      this.#schedule(state, name, part);
    }
    this.#complete(state, now, -Infinity, events, first);
    this.fire(state, now, events);
  }

  /** Notes when a part is due, after a change of its state from outside. */
  reschedule(state: State, name: Name): void {
    this.#schedule(state, name, this.#parts.find(([each]) => each === name)![1]);
  }

  #hand(
    state: State,
    command: Named,
    now: Instant,
    until: Instant,
    events: Named[],
  ): unknown {
    const { name, part, stepped } = this.#routes.get(command.type)!;
    const own = state[name];
    const due = state.due.byPart[name];
    if (due <= until) stepped.fire(own, now, until, events);
    const answer = stepped.apply(own, command, now, events);
    const next = part.deadline(own);
    if (next !== due) this.#setDue(state.due, name, next);
    return answer;
  }

  /**
   * Reacts to the events from index `first` on, lets the parts settle, and completes the step, until
   * nothing follows.
   */
  #complete(state: State, now: Instant, until: Instant, events: Named[], first: number): void {
    for (let next = first; next < events.length;) {
      this.#react(state, now, until, events, next);
      next = events.length;
      for (const [name, part] of this.#deferring) {
        part.deferring!.settle(state[name], now, events);
        if (events.length > next) this.#schedule(state, name, part);
      }
      if (events.length > next) continue;
      const command = this.#completion(state);
      if (command !== undefined) this.#hand(state, command, now, until, events);
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
    const next = part.deadline(state[name]);
    if (next !== state.due.byPart[name]) this.#setDue(state.due, name, next);
  }

  #setDue(due: Due<Name>, name: Name, next: Instant): void {
    due.byPart[name] = next;
    let earliest = Infinity;
    for (const [each] of this.#parts) earliest = Math.min(earliest, due.byPart[each]);
    due.earliest = earliest;
  }
}
