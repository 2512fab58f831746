/**
 * The smallest machine with everything that an engine deals with: commands, answers, refusals, timers,
 * user data, and a bug on demand.
 *
 * @module
 */

import {
  type Deadlines,
  nextDeadline,
  noDeadlines,
  schedule,
  takeDue,
} from "../../src/core/data/deadlines.ts";
import { Opaque } from "../../src/core/data/plain.ts";
import { definePart, type Instant, type Part, Refusal } from "../../src/core/machine.ts";
import { readable } from "../../src/core/describe.ts";

export interface CounterState {
  total: number;
  readonly history: { readonly by: number; readonly at: Instant; readonly note: Opaque }[];
  readonly reminders: Deadlines<string>;
}

export type CounterCommand =
  | { readonly type: "add"; readonly by: number; readonly note?: unknown }
  | { readonly type: "remind"; readonly of: string; readonly inMs: number }
  | { readonly type: "break" };

export type CounterEvent =
  | { readonly type: "counter:added"; readonly by: number; readonly total: number }
  | { readonly type: "counter:refused"; readonly command: "add"; readonly reason: "negative" }
  | { readonly type: "counter:scheduled"; readonly of: string }
  | { readonly type: "counter:reminded"; readonly of: string; readonly at: Instant };

export interface CounterAnswers {
  readonly add: { readonly total: number };
  readonly remind: void;
  readonly break: void;
}

export const counter: Part<CounterState, CounterCommand, CounterEvent, CounterAnswers> = definePart<
  CounterState,
  CounterCommand,
  CounterEvent,
  CounterAnswers
>({
  name: "counter",
  commands: ["add", "remind", "break"],
  init: () => ({ total: 0, history: [], reminders: noDeadlines() }),
  fire({ reminders }, _now, until, events) {
    for (let due = takeDue(reminders, until); due; due = takeDue(reminders, until)) {
      events.push({ type: "counter:reminded", of: due.subject, at: due.rank });
    }
  },
  apply,
  deadline: (state) => nextDeadline(state.reminders),
  describe: readable,
});

/** Adds, unless the total would become negative; schedules a reminder; or breaks. */
function apply(
  state: CounterState,
  command: CounterCommand,
  now: Instant,
  events: CounterEvent[],
): unknown {
  switch (command.type) {
    case "add": {
      const { by, note } = command;
      if (state.total + by < 0) {
        const refused = { type: "counter:refused", command: "add", reason: "negative" } as const;
        events.push(refused);
        return new Refusal(refused);
      }
      state.total += by;
      state.history.push({ by, at: now, note: new Opaque(note) });
      events.push({ type: "counter:added", by, total: state.total });
      return { total: state.total };
    }
    case "remind":
      schedule(state.reminders, now + command.inMs, command.of);
      events.push({ type: "counter:scheduled", of: command.of });
      return undefined;
    case "break":
      state.total = NaN;
      throw new Error("The counter is broken");
  }
}
