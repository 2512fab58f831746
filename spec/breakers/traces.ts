/**
 * Recorded runs of the breaker machine, for its specification to follow, and runs that it must not.
 *
 * @module
 */

import type { BreakerCommand } from "../../src/breakers/commands.ts";
import type { BreakerEvent } from "../../src/breakers/events.ts";
import type { BreakerRules } from "../../src/breakers/config.ts";
import { breakerMachine } from "../../src/breakers/machine.ts";
import type { BreakerState } from "../../src/breakers/state.ts";
import { nextInt, seeded } from "../../src/core/data/prng.ts";
import { Engine } from "../../src/core/engine.ts";
import { recorded } from "../../src/testing/recorder.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { AnsweredRecording, type Falsification, falsify, type Row } from "../tool/recording.ts";
import type { Trace } from "../tool/subject.ts";
import { isAnswer, rulesName, toldOf } from "./exploration.ts";
import { rulesOf } from "./models.ts";

const NAMES = ["a", "b", "c", "d"];
const RUNS = 20;
const ROWS = 150;

const USUAL: Partial<BreakerRules> = {
  timeout: 20,
  slowCallRate: 0.3,
  slowCallMs: 10,
  windowCalls: 5,
  windowMs: 50,
  minimumCalls: 3,
  probeTimeoutMs: 15,
  maxOpenMs: 90,
  openTimeJitter: 0.5,
};

/** The rules of recorded runs, by their names in `BreakersTrace.tla`. */
export const TRACED: Readonly<Record<string, BreakerRules>> = {
  row: rulesOf(USUAL),
  slow: rulesOf({ ...USUAL, policy: "slow-call" }),
  time: rulesOf({ ...USUAL, policy: "rate", window: "time" }),
};

/** Random runs, the same each time. */
export function randomTraces(): Promise<Trace[]> {
  const traces = Array.from({ length: RUNS }, (_, seed) => (
    { name: `the run of seed ${seed}`, rows: randomRun(seed) }
  ));
  return Promise.resolve(traces);
}

function randomRun(seed: number): Row[] {
  const recording = new AnsweredRecording<Exclude<BreakerCommand, { type: "tick" }>, BreakerEvent>({
    asked: recordOf,
    told: toldOf,
    answers: (_, events) => isAnswer(events),
  });
  const clock = new SimulatedClock();
  const machine = breakerMachine({ maxBreakers: 3, idleMs: 60, seed });
  const engine = new Engine(recorded(machine, recording.take), { clock });
  const prng = seeded(seed);
  const choose: Choose = (options) => options[nextInt(prng, options.length)]!;
  while (recording.rows.length < ROWS) {
    clock.advanceSync(choose([0, 0, 1, 3, 12]));
    engine.dispatch(randomCommand(choose, engine.state));
  }
  return recording.rows;
}

type Choose = <Option>(options: readonly Option[]) => Option;

const KINDS = [
  ...Array.from({ length: 5 }, () => "request-permit" as const),
  ...Array.from({ length: 9 }, () => "settle-permit" as const),
  ...["define-breaker", "define-breaker", "remove-breaker", "force-breaker"] as const,
  ...["hold-breaker", "reset-breaker", "reset-breaker"] as const,
];

function randomCommand(choose: Choose, state: Readonly<BreakerState>): BreakerCommand {
  const type = choose(KINDS);
  const name = choose(NAMES);
  const breaker = state.breakers.get(name);
  if (breaker === undefined && choose([true, true, false])) {
    return { type: "define-breaker", name, rules: TRACED[choose(Object.keys(TRACED))]! };
  }
  switch (type) {
    case "define-breaker":
      return { type, name, rules: TRACED[choose(Object.keys(TRACED))]! };
    case "request-permit":
      return { type, name, timeoutMs: choose([0, 0, 8]) };
    case "settle-permit": {
      const phase = breaker?.phase;
      const probes = phase?.state === "half-open" ? [...phase.probes.keys()] : [];
      const permit = choose([...probes, ...probes, ...probes, 0, state.lastPermit]);
      const late = choose([0, 0, 0, 0, 1, 2, -1]);
      const epoch = Math.max(0, (breaker?.epoch ?? state.epoch) - late);
      const since = choose([undefined, state.now, Math.max(0, state.now - 12)]);
      const outcome = choose(["success", "success", "failure", "failure", "neutral"] as const);
      return { type, name, permit, epoch, since, outcome };
    }
    case "force-breaker":
      return { type, name, state: choose(["closed", "open", "half-open"]) };
    case "hold-breaker":
      return { type, name, reason: choose(["x", "y"]) };
    default:
      return { type, name };
  }
}

/** A command as the specification has it. */
function recordOf(command: Exclude<BreakerCommand, { type: "tick" }>): unknown {
  if (command.type === "define-breaker") {
    return { ...command, rules: rulesName(TRACED, command.rules) };
  }
  return command.type === "settle-permit" ? { ...command, since: command.since ?? -1 } : command;
}

/** Returns the change that adds `difference` to a number. */
function plus(field: string, difference: number): Falsification["change"] {
  return (told) => ({ [field]: Number(told[field]) + difference });
}

const PREFIX = "circuitbreaker:";

const FALSIFICATIONS: readonly Falsification[] = [
  { name: "a permit twice", type: `${PREFIX}permitted`, change: plus("permit", -1) },
  { name: "a call under another epoch", type: `${PREFIX}permitted`, change: plus("epoch", 1) },
  {
    name: "a rejection for too short",
    type: `${PREFIX}rejected`,
    change: plus("retryAfterMs", -1),
  },
  {
    name: "a late result that counts",
    type: `${PREFIX}failed`,
    where: ({ stale }) => stale === true,
    change: () => ({ stale: false }),
  },
  {
    name: "a slow call that was quick",
    type: `${PREFIX}succeeded`,
    where: ({ durationMs }) => Number(durationMs) > 0,
    change: plus("durationMs", -1),
  },
  {
    name: "an opening of its own accord",
    type: `${PREFIX}state-change`,
    where: ({ to, reason }) => to === "open" && reason === "failures",
    change: () => ({ reason: "forced" }),
  },
  {
    name: "a first open time that is shorter",
    type: `${PREFIX}state-change`,
    where: ({ to, from, reason }) => to === "open" && from === "closed" && reason !== "held",
    change: plus("retryAt", -1),
  },
  {
    name: "a later open time that is too long",
    type: `${PREFIX}state-change`,
    where: ({ from, reason }) => from === "half-open" && reason === "probe-failed",
    change: plus("retryAt", 60),
  },
  {
    name: "an opening left out",
    type: `${PREFIX}state-change`,
    where: ({ to }) => to === "open",
    change: undefined,
  },
  { name: "a limit that was later", type: `${PREFIX}timed-out`, change: plus("deadline", 1) },
  { name: "an eviction of another one", type: `${PREFIX}forgotten`, change: () => ({ name: "x" }) },
  { name: "a reset without a new epoch", type: `${PREFIX}reset`, change: plus("epoch", -1) },
  { name: "another reason", type: `${PREFIX}held`, change: () => ({ reason: "z" }) },
  {
    name: "another refusal",
    type: `${PREFIX}refused`,
    change: () => ({ reason: "full" }),
  },
];

/** Runs with one falsified row each. */
export function falsifiedTraces(): Promise<Trace[]> {
  const runs = Array.from({ length: RUNS }, (_, seed) => randomRun(seed));
  return Promise.resolve(falsify(runs, FALSIFICATIONS));
}
