/**
 * Circuit breakers: calls to what keeps failing are refused for a while, then tried a few at a time.
 *
 * Each call is made under the epoch of the phase that admits it. While the breaker is closed that
 * takes no more than a look; otherwise a permit. A result decides about the phase of its epoch alone: one that comes when the breaker has moved on is counted, and changes nothing, so
 * a slow call can't close a breaker that has opened since. There are no timers. Before a breaker is
 * looked at it catches up with the time: an open one whose time is over is half-open, and a half-open
 * one with a probe that hangs is open since that probe's deadline.
 *
 * @module
 */

import { describer } from "../core/describe.ts";
import { BREAKER_DESCRIPTIONS, type BreakerEvent, type CircuitChangeReason } from "./events.ts";
import type { CircuitState } from "./types.ts";
import { nextDeadline } from "../core/data/deadlines.ts";
import { definePart, type Instant, type Part, Refusal, type Tick } from "../core/machine.ts";
import {
  admit,
  close,
  count,
  countCalls,
  define,
  dropProbe,
  forget,
  halfOpen,
  open,
  redefine,
  refuse,
  reject,
  reset,
  timeOut,
} from "./transitions.ts";
import type {
  BreakerAnswers,
  BreakerCommand,
  DefineBreaker,
  PermitAnswer,
  RequestPermit,
  SettlePermit,
} from "./commands.ts";
import type { CallOutcome } from "./types.ts";
import { type BreakerConfig, type BreakerRules, DEFAULT_BREAKER_CONFIG } from "./config.ts";
import { outlook } from "./views.ts";
import {
  type Breaker,
  type BreakerState,
  type ClosedPhase,
  emptyBreakers,
  type HalfOpenPhase,
  type Turn,
} from "./state.ts";
import { record } from "./window.ts";

/** A machine of breakers that goes by `config`, and by the defaults where it is silent. */
export function breakerMachine(
  config: Partial<BreakerConfig> = {},
): Part<BreakerState, Exclude<BreakerCommand, Tick>, BreakerEvent, BreakerAnswers> {
  return definePart<BreakerState, BreakerCommand, BreakerEvent, BreakerAnswers>({
    name: "breakers",
    commands: [
      "define-breaker",
      "remove-breaker",
      "request-permit",
      "settle-permit",
      "count-calls",
      "force-breaker",
      "reset-breaker",
    ],
    init: () => emptyBreakers({ ...DEFAULT_BREAKER_CONFIG, ...config }),
    fire: () => {},
    apply,
    deadline: () => Infinity,
    describe: describer(BREAKER_DESCRIPTIONS),
  });
}

type Command = Exclude<BreakerCommand, Tick>;

function apply(
  state: BreakerState,
  command: Command,
  now: Instant,
  events: BreakerEvent[],
): unknown {
  const answer = handle({ state, now, events }, command);
  if (!(answer instanceof Refusal)) state.now = now;
  return answer;
}

function handle(turn: Turn, command: Command): PermitAnswer | Refusal | void {
  const breaker = turn.state.breakers.get(command.name);
  if (command.type === "define-breaker") return defineBreaker(turn, breaker, command);
  if (breaker === undefined) return refuse(turn, command, "unknown-breaker");
  switch (command.type) {
    case "request-permit":
      return requestPermit(turn, breaker, command);
    case "settle-permit":
      return settlePermit(turn, breaker, command);
    case "count-calls":
      return countCalls(turn, breaker, command);
    case "force-breaker":
      return forceBreaker(turn, breaker, command.state);
    case "reset-breaker":
      return resetBreaker(turn, breaker);
    case "remove-breaker":
      return forget(turn, breaker);
  }
}

function defineBreaker(
  turn: Turn,
  known: Breaker | undefined,
  command: DefineBreaker,
): void | Refusal {
  const { name, rules } = command;
  if (known !== undefined) {
    if (sameRules(known.rules, rules)) return;
    catchUp(turn, known);
    return redefine(turn, known, rules);
  }
  const { breakers, config } = turn.state;
  if (breakers.size >= config.maxBreakers) return refuse(turn, command, "full");
  define(turn, name, rules);
}

function requestPermit(turn: Turn, breaker: Breaker, { timeoutMs }: RequestPermit): PermitAnswer {
  if (breaker.phase.state === "closed") return admit(turn, breaker, timeoutMs);
  catchUp(turn, breaker);
  const { admits, retryAt } = outlook(breaker, turn.now);
  return admits ? admit(turn, breaker, timeoutMs) : reject(turn, breaker, retryAt);
}

function settlePermit(turn: Turn, breaker: Breaker, command: SettlePermit): void | Refusal {
  const { permit, epoch, outcome } = command;
  if (permit > turn.state.lastPermit) return refuse(turn, command, "unknown-permit");
  if (catchUp(turn, breaker) === permit) return; // it has just been counted as too slow
  const { phase } = breaker;
  if (epoch !== breaker.epoch) return count(turn, breaker, command);
  switch (phase.state) {
    case "closed":
      count(turn, breaker, command);
      return judge(turn, breaker, phase, outcome, isSlow(turn, breaker, command));
    case "half-open":
      if (!dropProbe(phase, permit)) return refuse(turn, command, "unknown-permit");
      count(turn, breaker, command);
      return judgeProbe(turn, breaker, phase, outcome, isSlow(turn, breaker, command));
    case "open":
      return refuse(turn, command, "unknown-permit");
  }
}

/** Opens a closed breaker when `outcome` is one too many. */
function judge(
  turn: Turn,
  breaker: Breaker,
  phase: ClosedPhase,
  outcome: CallOutcome,
  slow: boolean,
): void {
  if (outcome === "neutral") return;
  const failed = outcome === "failure";
  const { rules } = breaker;
  phase.failuresInRow = failed ? phase.failuresInRow + 1 : 0;
  if (phase.window === undefined) {
    if (phase.failuresInRow >= rules.failureThreshold) open(turn, breaker, "failures");
    return;
  }
  const { calls, failures, slow: slowCalls } = record(phase.window, failed, slow, turn.now);
  if (calls < rules.minimumCalls) return;
  if (failures / calls >= rules.failureRate) return open(turn, breaker, "failure-rate");
  if (rules.policy !== "slow-call") return;
  if (slowCalls / calls >= rules.slowCallRate) open(turn, breaker, "slow-calls");
}

/** Closes a half-open breaker when enough probes have succeeded; opens it at the first other. */
function judgeProbe(
  turn: Turn,
  breaker: Breaker,
  phase: HalfOpenPhase,
  outcome: CallOutcome,
  slow: boolean,
): void {
  if (outcome === "neutral") return;
  if (outcome === "failure") return open(turn, breaker, "probe-failed");
  if (slow) return open(turn, breaker, "slow-calls");
  phase.successes++;
  if (phase.successes >= breaker.rules.successThreshold) close(turn, breaker, "probes-succeeded");
}

function isSlow({ now }: Turn, { rules }: Breaker, { since }: SettlePermit): boolean {
  return rules.policy === "slow-call" && since !== undefined && now - since >= rules.slowCallMs;
}

function forceBreaker(turn: Turn, breaker: Breaker, wanted: CircuitState): void {
  catchUp(turn, breaker);
  if (breaker.phase.state !== wanted) MOVES[wanted](turn, breaker, "forced");
}

const MOVES: Record<CircuitState, (turn: Turn, b: Breaker, reason: CircuitChangeReason) => void> = {
  closed: close,
  open,
  "half-open": halfOpen,
};

function resetBreaker(turn: Turn, breaker: Breaker): void {
  catchUp(turn, breaker);
  if (breaker.phase.state !== "closed") close(turn, breaker, "reset");
  reset(turn, breaker);
}

/**
 * Brings a breaker to where time alone has brought it: at most to open, and from there to half-open.
 *
 * @returns the permit of the probe that took too long, if there was one
 */
function catchUp(turn: Turn, breaker: Breaker): number | undefined {
  let hung: number | undefined;
  if (breaker.phase.state === "half-open") hung = catchHung(turn, breaker, breaker.phase);
  if (breaker.phase.state === "open" && breaker.phase.until <= turn.now) {
    halfOpen(turn, breaker, "open-time-over");
  }
  return hung;
}

function catchHung(turn: Turn, breaker: Breaker, phase: HalfOpenPhase): number | undefined {
  const deadline = nextDeadline(phase.deadlines);
  if (deadline > turn.now) return undefined;
  const permit = phase.deadlines.timers[0]!.subject;
  timeOut(turn, breaker, phase, permit);
  open(turn, breaker, "probe-timed-out", deadline);
  return permit;
}

function sameRules(a: BreakerRules, b: BreakerRules): boolean {
  const names = Object.keys(a) as (keyof BreakerRules)[];
  return names.every((name) => a[name] === b[name]);
}
