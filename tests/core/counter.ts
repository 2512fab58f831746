/**
 * The smallest machine that has everything an engine deals with: commands, refusals, timers, what
 * users carry, and a bug on demand.
 *
 * @module
 */

import { readable } from "../../src/core/readable.ts";
import {
  type Deadlines,
  nextDeadline,
  noDeadlines,
  schedule,
} from "../../src/core/data/deadlines.ts";
import { takeDue } from "../../src/core/data/deadlines.ts";
import type { Instant, Machine, Tick } from "../../src/core/machine.ts";
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
  | { readonly type: "counter:reminded"; readonly of: string; readonly at: Instant };

export const counter: Machine<CounterState, CounterCommand, CounterEvent> = {
  name: "counter",
  init: () => ({ total: 0, history: [], reminders: noDeadlines() }),
  step(state, command, now) {
    const events: CounterEvent[] = [];
    for (let due = takeDue(state.reminders, now); due; due = takeDue(state.reminders, now)) {
      events.push({ type: "counter:reminded", of: due.subject, at: due.rank });
    }
    return [...events, ...apply(state, command, now)];
  },
  describe: readable,
  deadline: (state) => nextDeadline(state.reminders),
};

function apply(state: CounterState, command: CounterCommand | Tick, now: Instant): CounterEvent[] {
  switch (command.type) {
    case "add":
      state.total += command.by;
      state.history.push({ by: command.by, at: now, note: new Opaque(command.note) });
      return [{ type: "counter:added", by: command.by, total: state.total }];
    case "remind":
      schedule(state.reminders, now + command.inMs, command.of);
      return [{ type: "counter:scheduled", of: command.of }];
    case "break":
      state.total = NaN;
      throw new Error("The counter is broken");
    case "tick":
      return [];
  }
}
