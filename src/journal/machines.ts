/**
 * The machines of façades, by the names that they have in journals.
 *
 * @module
 */

import { membershipMachine } from "../agents/machine.ts";
import { breakerMachine } from "../breakers/machine.ts";
import { conflictMachine } from "../conflicts/machine.ts";
import type { SteppedMachine } from "../core/replica.ts";
import { lockMachine } from "../locks/machine.ts";
import { messageMachine } from "../messages/machine.ts";
import { rootMachine } from "../root/machine.ts";
import { schedulerMachine } from "../root/scheduler_machine.ts";
import { taskMachine } from "../tasks/machine.ts";

const MACHINES: readonly (() => SteppedMachine<unknown>)[] = [
  rootMachine,
  schedulerMachine,
  lockMachine,
  taskMachine,
  messageMachine,
  breakerMachine,
  conflictMachine,
  membershipMachine,
] as readonly (() => unknown)[] as readonly (() => SteppedMachine<unknown>)[];

/** Returns a machine by its name, with default options, or `undefined` for one of a user. */
export function machineNamed(name: string): SteppedMachine<unknown> | undefined {
  return MACHINES.map((make) => make()).find((machine) => machine.name === name);
}
