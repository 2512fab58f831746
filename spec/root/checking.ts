/**
 * Checks each step that the root machine makes, in whatever order the steps are tried.
 *
 * @module
 */

import { type Instant, Refusal, type Tick } from "../../src/core/machine.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import type { RootCommand, RootState } from "../../src/root/state.ts";
import { StepChecker } from "../../src/testing/simulation/checks/step_checker.ts";
import { Coverage } from "../../src/testing/simulation/coverage.ts";
import type { RootMachine } from "../../src/testing/simulation/engine.ts";
import { EventKinds } from "../../src/testing/simulation/event_kinds.ts";
import { fail } from "../../src/testing/simulation/failure.ts";
import { beforeOf, checkStep } from "./invariants.ts";
import { stateTextOf } from "./state_text.ts";

/**
 * Returns a machine that checks each step of `machine`: the rules of simulations, which go on from the
 * state before the step, and the invariants of this folder.
 *
 * @throws {BrokenInvariantError} from `step`, when one of them is broken
 */
export function checked(machine: RootMachine): RootMachine {
  const kinds = new EventKinds();
  const coverage = new Coverage();
  function step(
    state: RootState,
    command: RootCommand | Tick,
    now: Instant,
    events: LockstepEvent[],
  ): unknown {
    const checker = new StepChecker(() => state, coverage, kinds, Infinity);
    checker.resume();
    const before = beforeOf(state);
    const text = stateTextOf(state, now);
    const isDue = state.due.earliest <= now;
    const answer = machine.step(state, command, now, events);
    // A task that is refused may be reported as a conflict, and what is due comes first.
    const isRefused = answer instanceof Refusal && events.length === 1 && !isDue;
    if (isRefused && stateTextOf(state, now) !== text) {
      fail("RefusalChangesNothing", `${command.type} was refused, and changed the state`);
    }
    checker.check(command, answer, events, now);
    checkStep(before, state, events, now);
    checker.checkNow(now);
    return answer;
  }
  return { ...machine, step: step as RootMachine["step"] };
}
