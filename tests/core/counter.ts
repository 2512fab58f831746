/**
 * The smallest machine that has everything an engine handles: commands, answers, refusals, timers,
 * data of users, and a bug on demand.
 *
 * @module
 */

import { readable } from "../../src/core/readable.ts";
import {
  type Deadlines,
  nextDeadline,
  noDeadlines,
  schedule,
  takeDue,
} from "../../src/core/data/deadlines.ts";
import { definePart, type Instant, Refusal } from "../../src/core/machine.ts";
import { Opaque } from "../../src/core/data/plain.ts";

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
  | { readonly type: "counter:scheduled"; readonly of: string }
  | { readonly type: "counter:reminded"; readonly of: string; readonly at: Instant }
  | { readonly type: "counter:refused"; readonly reason: "zero" };

export interface CounterAnswers {
  readonly add: number;
  readonly remind: void;
  readonly break: void;
}

export const counter = definePart<CounterState, CounterCommand, CounterEvent, CounterAnswers>({
  name: "counter",
  commands: ["add", "remind", "break"],
  init: () => ({ total: 0, history: [], reminders: noDeadlines() }),
  fire({ reminders }, _now, until, events) {
    for (let due = takeDue(reminders, until); due; due = takeDue(reminders, until)) {
      events.push({ type: "counter:reminded", of: due.subject, at: due.rank });
    }
  },
  apply(state, command, now, events) {
    switch (command.type) {
      case "add": {
        const { by, note } = command;
        if (by === 0) return refused(events);
        state.total += by;
        state.history.push({ by, at: now, note: new Opaque(note) });
        events.push({ type: "counter:added", by, total: state.total });
        return state.total;
      }
      case "remind":
        schedule(state.reminders, now + command.inMs, command.of);
        events.push({ type: "counter:scheduled", of: command.of });
        return undefined;
      case "break":
        state.total = NaN;
        throw new Error("The counter is broken");
    }
  },
  describe: readable,
  deadline: (state) => nextDeadline(state.reminders),
});

function refused(events: CounterEvent[]): Refusal {
  const event = { type: "counter:refused", reason: "zero" } as const;
  events.push(event);
  return new Refusal(event);
}
