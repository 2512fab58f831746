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
 * A breaker may be held open: it admits nothing, however long, until it is reset.
 *
 * Retries of calls have a budget, so that they do not multiply the load of a service that fails: a
 * token bucket of so many retries for each call, and for each second (Linkerd's and Finagle's "retry
 * budgets").
 *
 * At the limit of breakers a new one evicts the closed one without failures that has been unused for
 * longest, or else the closed one that has. An open one is never evicted, as it would be closed then.
 * Closed ones without failures that were unused for `idleMs` are evicted by the next command.
 *
 * @module
 */

import { nextDeadline, schedule, unschedule } from "../core/data/deadlines.ts";
import { nextInt, reseed } from "../core/data/prng.ts";
import { describer } from "../core/describe.ts";
import { definePart, type Instant, type Part, Refusal, type Tick } from "../core/machine.ts";
import type {
  BreakerAnswers,
  BreakerCommand,
  CountCalls,
  DefineBreaker,
  PermitAnswer,
  RequestRetry,
  RetryAnswer,
  SettlePermit,
} from "./commands.ts";
import { type BreakerConfig, type BreakerRules, DEFAULT_BREAKER_CONFIG } from "./config.ts";
import {
  BREAKER_DESCRIPTIONS,
  type BreakerEvent,
  type CircuitChangeReason,
  type CircuitRefusal,
  type CircuitRefused,
} from "./events.ts";
import {
  type Breaker,
  type BreakerState,
  type BreakerStep,
  type ClosedPhase,
  closedPhase,
  emptyBreakers,
  evictable,
  type HalfOpenPhase,
  halfOpenPhase,
  leaveList,
  noCounts,
  noteUse,
  outlook,
  type RetryBudget,
} from "./state.ts";
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
      "hold-breaker",
      "request-retry",
      "reset-breaker",
    ],
    config: { ...DEFAULT_BREAKER_CONFIG, ...config },
    configured: reseed,
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
  const step: BreakerStep = { state, now, events };
  const answer = handle(step, command);
  if (answer instanceof Refusal) return answer;
  state.now = now;
  evictIdle(step);
  return answer;
}

/** Evicts the breakers that were unused for too long. */
function evictIdle(step: BreakerStep): void {
  const { sound, config: { idleMs } } = step.state;
  if (idleMs === 0) return;
  for (let idle = sound.first; idle !== undefined; idle = sound.first) {
    if (idle.usedAt + idleMs > step.now) return;
    drop(step, idle, "circuitbreaker:forgotten");
  }
}

type Answer = PermitAnswer | RetryAnswer | Refusal | void;

function handle(step: BreakerStep, command: Command): Answer {
  const known = step.state.breakers.get(command.name);
  const breaker = command.type === "define-breaker" ? known ?? make(step, command) : known;
  if (breaker === undefined) {
    return refuse(step, command, command.type === "define-breaker" ? "full" : "unknown-breaker");
  }
  const answer = use(step, breaker, command);
  if (!(answer instanceof Refusal) && command.type !== "remove-breaker") {
    noteUse(step.state, breaker, step.now);
  }
  return answer;
}

function use(
  step: BreakerStep,
  breaker: Breaker,
  command: Command,
): Answer {
  switch (command.type) {
    case "define-breaker":
      return redefine(step, breaker, command.rules);
    case "request-permit":
      return request(step, breaker, command.timeoutMs);
    case "settle-permit":
      return settle(step, breaker, command);
    case "count-calls":
      return countCalls(step, breaker, command);
    case "force-breaker":
      return isHeld(breaker) ? refuse(step, command, "held") : force(step, breaker, command.state);
    case "hold-breaker":
      return hold(step, breaker, command.reason);
    case "request-retry":
      return requestRetry(step, breaker, command);
    case "reset-breaker":
      return reset(step, breaker);
    case "remove-breaker":
      return drop(step, breaker, "circuitbreaker:removed");
  }
}

/** Adds a closed breaker, in the place of another one if there are too many; `undefined` for none. */
function make(step: BreakerStep, { name, rules }: DefineBreaker): Breaker | undefined {
  const { state, events } = step;
  if (state.breakers.size >= state.config.maxBreakers) {
    const evicted = evictable(state);
    if (evicted === undefined) return undefined;
    drop(step, evicted, "circuitbreaker:forgotten");
  }
  const epoch = ++state.epoch;
  const breaker: Breaker = {
    name,
    rules,
    phase: closedPhase(rules),
    epoch,
    countsSince: epoch,
    openTimeMs: rules.timeout,
    nextOpenMs: rules.timeout,
    counts: noCounts(),
    budget: undefined,
    usedAt: step.now,
    list: undefined,
    previous: undefined,
    next: undefined,
  };
  state.breakers.set(name, breaker);
  events.push({ type: "circuitbreaker:defined", name, epoch });
  return breaker;
}

/** Replaces the rules of a breaker, and resets the counts towards opening under the earlier rules. */
function redefine(step: BreakerStep, breaker: Breaker, rules: BreakerRules): void {
  const names = Object.keys(rules) as (keyof BreakerRules)[];
  if (names.every((name) => rules[name] === breaker.rules[name])) return;
  catchUp(step, breaker);
  breaker.rules = rules;
  breaker.openTimeMs = breaker.nextOpenMs = rules.timeout;
  if (breaker.phase.state === "closed") breaker.phase = closedPhase(rules);
  const { name, epoch } = breaker;
  step.events.push({ type: "circuitbreaker:defined", name, epoch });
}

function drop(
  { state, events }: BreakerStep,
  breaker: Breaker,
  type: "circuitbreaker:removed" | "circuitbreaker:forgotten",
): void {
  const { name, epoch } = breaker;
  state.breakers.delete(name);
  leaveList(breaker);
  events.push({ type, name, epoch });
}

function request(step: BreakerStep, breaker: Breaker, timeoutMs: number): PermitAnswer {
  if (breaker.phase.state !== "closed") catchUp(step, breaker);
  const { admits, retryAt, heldFor } = outlook(breaker, step.now);
  breaker.counts.requests++;
  return admits ? admit(step, breaker, timeoutMs) : reject(step, breaker, retryAt, heldFor);
}

/** Admits a call; in the half-open phase as a probe, which has a time limit. */
function admit({ state, now, events }: BreakerStep, breaker: Breaker, timeoutMs: number) {
  const { name, epoch, phase, rules } = breaker;
  const permit = ++state.lastPermit;
  if (phase.state === "half-open") {
    const deadline = now + (timeoutMs === 0 ? rules.probeTimeoutMs : timeoutMs);
    phase.probes.set(permit, schedule(phase.deadlines, deadline, permit));
  }
  const admitted = { name, permit, epoch, since: now, state: phase.state };
  events.push({ type: "circuitbreaker:permitted", ...admitted });
  return { status: "permitted", permit, epoch, since: now } as const;
}

function reject(
  { now, events }: BreakerStep,
  breaker: Breaker,
  retryAt: Instant,
  heldFor: string | undefined,
): PermitAnswer {
  const { name, phase, counts } = breaker;
  const state = phase.state === "open" ? "open" : "half-open";
  const retryAfterMs = retryAt - now;
  counts.rejections++;
  events.push({ type: "circuitbreaker:rejected", name, state, retryAt, retryAfterMs });
  const rejected = { status: "rejected", state, retryAt, retryAfterMs } as const;
  return heldFor === undefined ? rejected : { ...rejected, heldFor };
}

/** Permits a retry if the budget has one, after a pause that chance shortens. */
function requestRetry(step: BreakerStep, breaker: Breaker, command: RequestRetry): RetryAnswer {
  const { name, counts } = breaker;
  const { attempt, delayMs: first, maxDelayMs, retryAfterMs } = command;
  const budget = refill(breaker, step.now);
  if (budget.tokens < TOKEN) {
    counts.rejectedRetries++;
    step.events.push({ type: "circuitbreaker:retry-rejected", name, attempt });
    return { status: "rejected" };
  }
  budget.tokens -= TOKEN;
  budget.requests++; // the retry is a request that earns nothing
  counts.retries++;
  const longest = Math.min(maxDelayMs, first * 2 ** (attempt - 1));
  const delayMs = Math.max(nextInt(step.state.prng, longest + 1), retryAfterMs);
  step.events.push({ type: "circuitbreaker:retry-permitted", name, attempt, delayMs });
  return { status: "permitted", delayMs };
}

/** The parts of a token: sums of fractions would depend on their order. */
const TOKEN = 1_000_000;

/** Adds what calls and time have brought to the retry budget of a breaker. */
function refill(breaker: Breaker, now: Instant): RetryBudget {
  const { rules: { retryShare, retriesPerSecond, retryBurst }, counts: { requests } } = breaker;
  const budget = breaker.budget ??= { tokens: retryBurst * TOKEN, at: now, requests };
  const ofCalls = Math.max(0, requests - budget.requests) * Math.round(retryShare * TOKEN);
  const ofTime = (now - budget.at) * Math.round(retriesPerSecond * TOKEN / 1_000);
  budget.tokens = Math.min(retryBurst * TOKEN, budget.tokens + ofCalls + ofTime);
  budget.at = now;
  budget.requests = Math.max(requests, budget.requests);
  return budget;
}

function settle(step: BreakerStep, breaker: Breaker, command: SettlePermit): void | Refusal {
  const { permit, epoch, outcome } = command;
  const { state } = step;
  if (permit > state.lastPermit || epoch > state.epoch) {
    return refuse(step, command, "unknown-permit");
  }
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

const RESULTS = {
  success: "circuitbreaker:succeeded",
  failure: "circuitbreaker:failed",
  neutral: "circuitbreaker:returned",
} as const;

/** Counts the outcome of a call. */
function count({ now, events }: BreakerStep, breaker: Breaker, command: SettlePermit): void {
  const { name, counts } = breaker;
  const { permit, epoch, outcome, since } = command;
  const stale = epoch !== breaker.epoch;
  if (epoch >= breaker.countsSince) {
    if (stale) counts.stale++;
    if (outcome === "success") {
      counts.successes++;
      counts.lastSuccessAt = now;
    } else if (outcome === "failure") {
      counts.failures++;
      counts.lastFailureAt = now;
    } else {
      counts.neutrals++;
    }
  }
  const durationMs = since === undefined ? undefined : Math.max(0, now - since);
  events.push({ type: RESULTS[outcome], name, permit, epoch, durationMs, stale });
}

/** Counts calls that changed nothing else. */
function countCalls({ events }: BreakerStep, breaker: Breaker, command: CountCalls): void {
  const { name, counts } = breaker;
  const { epoch, requests, successes, lastSuccessAt } = command;
  if (epoch >= breaker.countsSince) {
    counts.requests += requests;
    counts.successes += successes;
    if (lastSuccessAt !== undefined) {
      counts.lastSuccessAt = Math.max(counts.lastSuccessAt ?? 0, lastSuccessAt);
    }
  }
  events.push({ type: "circuitbreaker:counted", name, epoch, requests, successes });
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

function force(step: BreakerStep, breaker: Breaker, to: CircuitState): void {
  catchUp(step, breaker);
  if (breaker.phase.state !== to) MOVES[to](step, breaker, "forced");
}

/** Closes a breaker and resets its figures. Calls in flight are not counted any more. */
function reset(step: BreakerStep, breaker: Breaker): void {
  const { state, events } = step;
  catchUp(step, breaker);
  if (breaker.phase.state !== "closed") close(step, breaker, "reset");
  breaker.phase = closedPhase(breaker.rules);
  breaker.epoch = breaker.countsSince = ++state.epoch;
  breaker.counts = noCounts();
  breaker.budget = undefined;
  events.push({ type: "circuitbreaker:reset", name: breaker.name, epoch: breaker.epoch });
}

/**
 * Makes the changes that time alone has brought: at most to open, and from there to half-open.
 * Returns the permit of the probe that exceeded its time limit, if there was one.
 */
function catchUp(step: BreakerStep, breaker: Breaker): number | undefined {
  let late: number | undefined;
  if (breaker.phase.state === "half-open") late = timeOut(step, breaker, breaker.phase);
  if (breaker.phase.state === "open" && breaker.phase.until <= step.now) {
    halfOpen(step, breaker, "open-time-over");
  }
  return late;
}

/** Counts the first probe beyond its time limit as failed, and opens the breaker as of that limit. */
function timeOut(step: BreakerStep, breaker: Breaker, phase: HalfOpenPhase): number | undefined {
  const deadline = nextDeadline(phase.deadlines);
  if (deadline > step.now) return undefined;
  const permit = phase.deadlines.timers[0]!.subject;
  const { name, epoch, counts } = breaker;
  dropProbe(phase, permit);
  counts.failures++;
  counts.lastFailureAt = deadline;
  step.events.push({ type: "circuitbreaker:timed-out", name, permit, epoch, deadline });
  open(step, breaker, "probe-timed-out", deadline);
  return permit;
}

/** Removes a probe from those in flight. Returns whether it was there. */
function dropProbe(phase: HalfOpenPhase, permit: number): boolean {
  unschedule(phase.deadlines, phase.probes.get(permit));
  return phase.probes.delete(permit);
}

/** Closes a breaker. Its next open time is the shortest again. */
function close(step: BreakerStep, breaker: Breaker, reason: CircuitChangeReason): void {
  breaker.openTimeMs = breaker.nextOpenMs = breaker.rules.timeout;
  enter(step, breaker, closedPhase(breaker.rules), reason);
}

/** Opens a breaker as of `at`. If it opens again before it was closed, it stays open for longer. */
function open(
  step: BreakerStep,
  breaker: Breaker,
  reason: CircuitChangeReason,
  at: Instant = step.now,
): void {
  const until = at + breaker.nextOpenMs;
  const { timeout, openTimeFactor, openTimeJitter, maxOpenMs } = breaker.rules;
  const longest = Math.min(Math.floor(breaker.openTimeMs * openTimeFactor), maxOpenMs);
  const shortest = Math.max(timeout, Math.ceil(longest * (1 - openTimeJitter)));
  breaker.openTimeMs = longest;
  breaker.nextOpenMs = shortest + nextInt(step.state.prng, longest - shortest + 1);
  breaker.counts.trips++;
  enter(step, breaker, { state: "open", until, heldFor: undefined }, reason);
}

/** Opens a breaker until it is reset. */
function hold(step: BreakerStep, breaker: Breaker, reason: string): void {
  catchUp(step, breaker);
  const { phase, counts } = breaker;
  const held = { state: "open", until: Infinity, heldFor: reason } as const;
  if (phase.state === "open") {
    if (phase.heldFor === reason) return;
    breaker.phase = held;
  } else {
    counts.trips++;
    enter(step, breaker, held, "held");
  }
  const { name, epoch } = breaker;
  step.events.push({ type: "circuitbreaker:held", name, epoch, reason });
}

function isHeld({ phase }: Breaker): boolean {
  return phase.state === "open" && phase.heldFor !== undefined;
}

function halfOpen(step: BreakerStep, breaker: Breaker, reason: CircuitChangeReason): void {
  enter(step, breaker, halfOpenPhase(), reason);
}

const MOVES = { closed: close, open, "half-open": halfOpen };

function enter(
  { state, events }: BreakerStep,
  breaker: Breaker,
  phase: Breaker["phase"],
  reason: CircuitChangeReason,
): void {
  const { name, phase: { state: from } } = breaker;
  breaker.phase = phase;
  const epoch = breaker.epoch = ++state.epoch;
  const to = phase.state;
  const isTimed = phase.state === "open" && phase.heldFor === undefined;
  const retryAt = isTimed ? phase.until : undefined;
  events.push({ type: "circuitbreaker:state-change", name, from, to, reason, epoch, retryAt });
}

function refuse(
  { events }: BreakerStep,
  { type, name }: Command,
  reason: CircuitRefusal,
): Refusal<CircuitRefused> {
  const refused: CircuitRefused = { type: "circuitbreaker:refused", name, command: type, reason };
  events.push(refused);
  return new Refusal(refused);
}
