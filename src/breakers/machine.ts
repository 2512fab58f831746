/**
 * Circuit breakers: calls to a service that keeps failing are rejected for a while, then admitted a
 * few at a time.
 *
 * Each call is made under the epoch of the phase that admits it: without a permit while the breaker
 * is closed, otherwise with one. A result decides about the phase of its epoch only. One that comes
 * later is counted and changes nothing else, so a slow call cannot close a breaker that has opened
 * since.
 *
 * There are no timers. A command first brings its breaker up to date: an open one whose time is over
 * is half-open, and a half-open one with a probe beyond its time limit is open since that limit.
 *
 * @module
 */

import { nextDeadline } from "../core/data/deadlines.ts";
import { describer } from "../core/describe.ts";
import { definePart, type Instant, type Part, Refusal, type Tick } from "../core/machine.ts";
import type {
  BreakerAnswers,
  BreakerCommand,
  DefineBreaker,
  PermitAnswer,
  RequestPermit,
  SettlePermit,
} from "./commands.ts";
import { type BreakerConfig, type BreakerRules, DEFAULT_BREAKER_CONFIG } from "./config.ts";
import { BREAKER_DESCRIPTIONS, type BreakerEvent, type CircuitChangeReason } from "./events.ts";
import {
  type Breaker,
  type BreakerState,
  type BreakerStep,
  type ClosedPhase,
  emptyBreakers,
  type HalfOpenPhase,
  outlook,
} from "./state.ts";
import {
  admit,
  close,
  count,
  countCalls,
  define,
  dropProbe,
  halfOpen,
  open,
  redefine,
  refuse,
  reject,
  remove,
  reset,
  timeOut,
} from "./transitions.ts";
import type { CallOutcome, CircuitState } from "./types.ts";
import { record } from "./window.ts";

type Command = Exclude<BreakerCommand, Tick>;

/** Makes a breaker machine with `config`, and the defaults for what that leaves out. */
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

function handle(step: BreakerStep, command: Command): PermitAnswer | Refusal | void {
  const breaker = step.state.breakers.get(command.name);
  if (command.type === "define-breaker") return defineBreaker(step, breaker, command);
  if (breaker === undefined) return refuse(step, command, "unknown-breaker");
  switch (command.type) {
    case "request-permit":
      return requestPermit(step, breaker, command);
    case "settle-permit":
      return settlePermit(step, breaker, command);
    case "count-calls":
      return countCalls(step, breaker, command);
    case "force-breaker":
      return forceBreaker(step, breaker, command.state);
    case "reset-breaker":
      return resetBreaker(step, breaker);
    case "remove-breaker":
      return remove(step, breaker);
  }
}

function defineBreaker(
  step: BreakerStep,
  known: Breaker | undefined,
  command: DefineBreaker,
): void | Refusal {
  const { name, rules } = command;
  if (known !== undefined) {
    if (sameRules(known.rules, rules)) return;
    catchUp(step, known);
    return redefine(step, known, rules);
  }
  const { breakers, config } = step.state;
  if (breakers.size >= config.maxBreakers) return refuse(step, command, "full");
  define(step, name, rules);
}

function requestPermit(
  step: BreakerStep,
  breaker: Breaker,
  { timeoutMs }: RequestPermit,
): PermitAnswer {
  if (breaker.phase.state === "closed") return admit(step, breaker, timeoutMs);
  catchUp(step, breaker);
  const { admits, retryAt } = outlook(breaker, step.now);
  return admits ? admit(step, breaker, timeoutMs) : reject(step, breaker, retryAt);
}

function settlePermit(step: BreakerStep, breaker: Breaker, command: SettlePermit): void | Refusal {
  const { permit, epoch, outcome } = command;
  if (permit > step.state.lastPermit) return refuse(step, command, "unknown-permit");
  if (catchUp(step, breaker) === permit) return; // it was just counted as failed
  const { phase } = breaker;
  if (epoch !== breaker.epoch) return count(step, breaker, command);
  switch (phase.state) {
    case "closed":
      count(step, breaker, command);
      return judge(step, breaker, phase, outcome, isSlow(step, breaker, command));
    case "half-open":
      if (!dropProbe(phase, permit)) return refuse(step, command, "unknown-permit");
      count(step, breaker, command);
      return judgeProbe(step, breaker, phase, outcome, isSlow(step, breaker, command));
    case "open":
      return refuse(step, command, "unknown-permit");
  }
}

/** Opens a closed breaker when `outcome` is one failure or slow call too many. */
function judge(
  step: BreakerStep,
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
    if (phase.failuresInRow >= rules.failureThreshold) open(step, breaker, "failures");
    return;
  }
  const { calls, failures, slow: slowCalls } = record(phase.window, failed, slow, step.now);
  if (calls < rules.minimumCalls) return;
  if (failures / calls >= rules.failureRate) return open(step, breaker, "failure-rate");
  if (rules.policy !== "slow-call") return;
  if (slowCalls / calls >= rules.slowCallRate) open(step, breaker, "slow-calls");
}

/** Closes a half-open breaker when enough probes have succeeded; opens it at the first other. */
function judgeProbe(
  step: BreakerStep,
  breaker: Breaker,
  phase: HalfOpenPhase,
  outcome: CallOutcome,
  slow: boolean,
): void {
  if (outcome === "neutral") return;
  if (outcome === "failure") return open(step, breaker, "probe-failed");
  if (slow) return open(step, breaker, "slow-calls");
  phase.successes++;
  if (phase.successes >= breaker.rules.successThreshold) close(step, breaker, "probes-succeeded");
}

function isSlow({ now }: BreakerStep, { rules }: Breaker, { since }: SettlePermit): boolean {
  return rules.policy === "slow-call" && since !== undefined && now - since >= rules.slowCallMs;
}

function forceBreaker(step: BreakerStep, breaker: Breaker, to: CircuitState): void {
  catchUp(step, breaker);
  if (breaker.phase.state !== to) MOVES[to](step, breaker, "forced");
}

type Move = (step: BreakerStep, breaker: Breaker, reason: CircuitChangeReason) => void;

const MOVES: Readonly<Record<CircuitState, Move>> = { closed: close, open, "half-open": halfOpen };

function resetBreaker(step: BreakerStep, breaker: Breaker): void {
  catchUp(step, breaker);
  if (breaker.phase.state !== "closed") close(step, breaker, "reset");
  reset(step, breaker);
}

/**
 * Makes the changes that time alone has brought: at most to open, and from there to half-open.
 * Returns the permit of the probe that exceeded its time limit, if there was one.
 */
function catchUp(step: BreakerStep, breaker: Breaker): number | undefined {
  let late: number | undefined;
  if (breaker.phase.state === "half-open") late = timeOutProbe(step, breaker, breaker.phase);
  if (breaker.phase.state === "open" && breaker.phase.until <= step.now) {
    halfOpen(step, breaker, "open-time-over");
  }
  return late;
}

function timeOutProbe(
  step: BreakerStep,
  breaker: Breaker,
  phase: HalfOpenPhase,
): number | undefined {
  const deadline = nextDeadline(phase.deadlines);
  if (deadline > step.now) return undefined;
  const permit = phase.deadlines.timers[0]!.subject;
  timeOut(step, breaker, phase, permit);
  open(step, breaker, "probe-timed-out", deadline);
  return permit;
}

function sameRules(a: BreakerRules, b: BreakerRules): boolean {
  const names = Object.keys(a) as (keyof BreakerRules)[];
  return names.every((name) => a[name] === b[name]);
}
