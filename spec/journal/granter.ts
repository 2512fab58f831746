/**
 * The smallest machine whose order matters: each command is granted the next epoch.
 *
 * @module
 */

import { readable } from "../../src/core/describe.ts";
import { definePart, type Part } from "../../src/core/machine.ts";

/** The commands that were granted, in order: the epoch of a grant is its place, from 1. */
export interface GranterState {
  readonly grants: number[];
}

/** Asks for an epoch. `to` identifies the command. */
export interface Grant {
  readonly type: "grant";
  readonly to: number;
}

/** A command was granted an epoch. */
export interface Granted {
  readonly type: "grant:given";
  readonly to: number;
  readonly epoch: number;
}

/** The outcome of each command for its caller. */
export interface GranterAnswers {
  readonly grant: { readonly epoch: number };
}

/** The machine. */
export const granter: Part<GranterState, Grant, Granted, GranterAnswers> = definePart<
  GranterState,
  Grant,
  Granted,
  GranterAnswers
>({
  name: "granter",
  commands: ["grant"],
  init: () => ({ grants: [] }),
  fire() {},
  apply({ grants }, { to }, _now, events) {
    const epoch = grants.push(to);
    events.push({ type: "grant:given", to, epoch });
    return { epoch };
  },
  deadline: () => Infinity,
  describe: readable,
});
