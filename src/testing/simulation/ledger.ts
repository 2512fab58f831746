/**
 * The machine of simulated engines: the order and the time of its commands are all that matters.
 *
 * @module
 */

import {
  type Deadlines,
  nextDeadline,
  noDeadlines,
  schedule,
  takeDue,
} from "../../core/data/deadlines.ts";
import { readable } from "../../core/describe.ts";
import { definePart, type Instant, type Named, type Part } from "../../core/machine.ts";

/** The state: what was granted and reminded, and a digest of every command and its time. */
export interface Ledger {
  /** The epoch of a grant is its place, from 1. */
  readonly grants: string[];
  readonly reminders: Deadlines<string>;
  readonly reminded: Set<string>;
  latest: Instant;
  digest: number;
}

/** A command. */
export type LedgerCommand =
  | { readonly type: "grant"; readonly to: string }
  | { readonly type: "remind"; readonly to: string; readonly inMs: number }
  | { readonly type: "poison" };

/** An event. */
export type LedgerEvent =
  | { readonly type: "ledger:granted"; readonly to: string; readonly epoch: number }
  | { readonly type: "ledger:reminded"; readonly to: string }
  | { readonly type: "ledger:odd"; readonly problem: string };

/** The answer to each command. */
export interface LedgerAnswers {
  readonly grant: { readonly epoch: number };
  readonly remind: void;
  readonly poison: void;
}

/** The machine. */
export const ledger: Part<Ledger, LedgerCommand, LedgerEvent, LedgerAnswers> = definePart<
  Ledger,
  LedgerCommand,
  LedgerEvent,
  LedgerAnswers
>({
  name: "ledger",
  commands: ["grant", "remind", "poison"],
  init: () => ({
    ...{ grants: [], reminders: noDeadlines<string>(), reminded: new Set<string>() },
    ...{ latest: -Infinity, digest: 0 },
  }),
  fire(state, now, until, events) {
    for (let due = takeDue(state.reminders, until); due; due = takeDue(state.reminders, until)) {
      const { subject: to, rank } = due;
      if (rank > now) events.push({ type: "ledger:odd", problem: `${to} came early` });
      if (state.reminded.has(to)) events.push({ type: "ledger:odd", problem: `${to} came twice` });
      state.reminded.add(to);
      digest(state, to, now);
      events.push({ type: "ledger:reminded", to });
    }
  },
  apply(state, command, now, events) {
    if (command.type === "poison") throw new Error("The ledger is broken");
    if (now < state.latest) events.push({ type: "ledger:odd", problem: "time went back" });
    state.latest = now;
    digest(state, command.to, now);
    if (command.type === "remind") {
      schedule(state.reminders, now + command.inMs, command.to);
      return undefined;
    }
    const epoch = state.grants.push(command.to);
    events.push({ type: "ledger:granted", to: command.to, epoch });
    return { epoch };
  },
  deadline: ({ reminders }) => nextDeadline(reminders),
  describe: readable,
});

function digest(state: Ledger, to: string, now: Instant): void {
  for (const part of [now % 2 ** 32, ...[...to].map((character) => character.charCodeAt(0))]) {
    state.digest = (Math.imul(state.digest ^ part, 0x01000193) ^ (state.digest >>> 15)) >>> 0;
  }
}

/** Returns whether a command is the one that breaks the machine. */
export function isPoison({ type }: Named): boolean {
  return type === "poison";
}
