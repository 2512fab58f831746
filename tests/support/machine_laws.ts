/**
 * The laws that every machine obeys, whatever it is about.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decode, encode } from "../../src/core/data/plain.ts";
import {
  type Machine,
  type Named,
  Refusal,
  type Tick,
  transition,
} from "../../src/core/machine.ts";
import { stepped } from "./driver.ts";

/** One move of a random run; the command may depend on the state. */
export interface Move<State, Command> {
  readonly afterMs: number;
  readonly command: (state: State) => Command | Tick;
}

/** A machine with random configs and random runs. */
export interface Lawful<State, Command extends Named, Event extends Named, Answers, Config> {
  /** The name of the machine in the names of the tests. */
  readonly name: string;
  readonly machine: (config: Config) => Machine<State, Command, Event, Answers>;
  readonly config: fc.Arbitrary<Config>;
  readonly moves: fc.Arbitrary<readonly Move<State, Command>[]>;
  /** The types of commands that may emit refusals for a part of what they do. @default none */
  readonly partial?: readonly string[];
  /** Number of random runs for each law. @default 150 */
  readonly numRuns?: number;
}

/** The command that puts options in force. */
function configure(config: object): Tick {
  return { type: "configure", config } as unknown as Tick;
}

/** Registers one test for each law. */
export function machineLaws<State, Command extends Named, Event extends Named, Answers, Config>(
  { name, machine: make, config, moves, partial = [], numRuns = 150 }: Lawful<
    State,
    Command,
    Event,
    Answers,
    Config
  >,
): void {
  const law = (
    sentence: string,
    holds: (
      machine: Machine<State, Command, Event, Answers>,
      script: readonly Move<State, Command>[],
    ) => void,
  ) =>
    Deno.test(`${name}: ${sentence}`, () => {
      fc.assert(
        fc.property(config, moves, (config, script) => holds(make(config), script)),
        { numRuns },
      );
    });

  /** Runs `script`, and calls `check` with each command before it is stepped. */
  const run = (
    machine: Machine<State, Command, Event, Answers>,
    script: readonly Move<State, Command>[],
    check: (state: State, command: Command | Tick, now: number) => void,
  ) => {
    const state = machine.init();
    let now = 0;
    for (const { afterMs, command: given } of script) {
      now += afterMs;
      check(state, given(state), now);
    }
    return state;
  };

  law("a step in place and a transition of a copy agree", (machine, script) => {
    let pure = machine.init();
    const state = run(machine, script, (state, command, now) => {
      const before = encode(pure);
      const next = transition(machine, pure, command, now);
      assertEquals(encode(pure), before);
      pure = next.state;
      let answer: unknown;
      assertEquals(stepped(machine, state, command, now, (given) => answer = given), next.events);
      assertEquals(next.answer as unknown, answer);
    });
    assertEquals(encode(pure), encode(state));
  });

  law("a restored snapshot behaves like the state that it was taken of", (machine, script) => {
    const half = Math.floor(script.length / 2);
    let restored = machine.init();
    let moves = 0;
    const state = run(machine, script, (state, command, now) => {
      if (moves++ === half) restored = decode(encode(state)) as State;
      const events = stepped(machine, state, command, now);
      if (moves > half) assertEquals(stepped(machine, restored, command, now), events);
    });
    if (moves > half) assertEquals(encode(restored), encode(state));
  });

  law("a tick that comes early or again changes nothing", (machine, script) => {
    run(machine, script, (state, command, now) => {
      stepped(machine, state, command, now);
      // A command may make something due at once: a pause of no length, say.
      if (machine.deadline(state) <= now) stepped(machine, state, { type: "tick" }, now);
      const before = encode(state);
      assertEquals(stepped(machine, state, { type: "tick" }, now), []);
      assertEquals(encode(state), before);
      assert(machine.deadline(state) > now);
    });
  });

  law("a tick before a command makes no difference", (machine, script) => {
    const ticked = machine.init();
    const state = run(machine, script, (state, command, now) => {
      const events = stepped(machine, state, command, now);
      // The one command that comes before what is due.
      const isFirst = command.type === "resume-listening";
      const first = isFirst ? [] : stepped(machine, ticked, { type: "tick" }, now);
      assertEquals([...first, ...stepped(machine, ticked, command, now)], events);
    });
    assertEquals(encode(ticked), encode(state));
  });

  law("a refusal is one event, and changes nothing", (machine, script) => {
    run(machine, script, (state, command, now) => {
      if (command.type === "resume-listening") return void stepped(machine, state, command, now);
      stepped(machine, state, { type: "tick" }, now);
      const before = encode(state);
      let answer: unknown;
      const events = stepped(machine, state, command, now, (given) => answer = given);
      const refused = events.filter(({ type }) => type.endsWith(":refused"));
      if (answer instanceof Refusal) {
        assertEquals(events as Named[], [answer.event]);
        assertEquals(encode(state), before);
      } else if (!partial.includes(command.type)) {
        assertEquals(refused, []);
      }
    });
  });

  law("options that are put in force again change nothing", (machine, script) => {
    run(machine, script, (state, command, now) => {
      stepped(machine, state, command, now);
      const before = encode(state);
      const config = machine.configIn?.(state);
      if (config === undefined) return;
      assertEquals(stepped(machine, state, configure(config), now), []);
      assertEquals(encode(state), before);
    });
  });

  const change = (
    sentence: string,
    holds: (
      machine: Machine<State, Command, Event, Answers>,
      other: Machine<State, Command, Event, Answers>,
      script: readonly Move<State, Command>[],
    ) => void,
  ) =>
    Deno.test(`${name}: ${sentence}`, () => {
      fc.assert(
        fc.property(config, config, moves, (config, other, script) => {
          const after = make(other);
          if (after.config !== undefined) holds(make(config), after, script);
        }),
        { numRuns },
      );
    });

  change("a first state with other options is that of a machine that has them", (one, other) => {
    const state = one.init();
    assertEquals(stepped(one, state, configure(other.config!), 0), []);
    assertEquals(encode(state), encode(other.init()));
    assertEquals(one.configIn!(state), other.config);
  });

  change("options may change at any time, and the laws hold", (machine, other, script) => {
    const half = Math.floor(script.length / 2);
    let moves = 0;
    let restored = machine.init();
    const state = run(machine, script, (state, command, now) => {
      if (moves++ === half) {
        stepped(machine, state, configure(other.config!), now);
        restored = decode(encode(state)) as State;
      }
      const events = stepped(machine, state, command, now);
      if (moves <= half) return;
      assertEquals(stepped(other, restored, command, now), events);
      if (machine.deadline(state) > now) return;
      assertEquals(
        stepped(other, restored, { type: "tick" }, now),
        stepped(machine, state, { type: "tick" }, now),
      );
      assert(machine.deadline(state) > now);
    });
    if (moves > half) assertEquals(encode(restored), encode(state));
  });

  law("every command that it accepts is listed", (machine, script) => {
    const known = new Set(machine.commands);
    run(machine, script, (state, command, now) => {
      assert(command.type === "tick" || known.has(command.type), command.type);
      stepped(machine, state, command, now);
    });
  });
}
