/**
 * What can happen to a breaker or a call. Each function here changes the state in one way and makes
 * the one event that tells of it.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import type { CircuitChangeReason, CircuitRefusal, CircuitRefused } from "./events.ts";
import { type Instant, Refusal, type Tick } from "../core/machine.ts";
import { nextInt } from "../core/data/prng.ts";
import type { BreakerCommand, CountCalls, PermitAnswer, SettlePermit } from "./commands.ts";
import type { BreakerRules } from "./config.ts";
import {
  type Breaker,
  type ClosedPhase,
  closedPhase,
  type HalfOpenPhase,
  halfOpenPhase,
  noCounts,
  type OpenPhase,
  type Turn,
} from "./state.ts";

/** Makes a breaker, closed. */
export function define({ state, events }: Turn, name: string, rules: BreakerRules): void {
  const epoch = ++state.epoch;
  state.breakers.set(name, {
    name,
    rules,
    phase: closedPhase(rules),
    epoch,
    countsSince: epoch,
    openTimeMs: rules.timeout,
    nextOpenMs: rules.timeout,
    counts: noCounts(),
  });
  events.push({ type: "circuitbreaker:defined", name, epoch });
}

/** Gives a breaker other rules. What it had counted by the earlier ones towards opening is void. */
export function redefine({ events }: Turn, breaker: Breaker, rules: BreakerRules): void {
  breaker.rules = rules;
  breaker.openTimeMs = breaker.nextOpenMs = rules.timeout;
  if (breaker.phase.state === "closed") breaker.phase = closedPhase(rules);
  events.push({ type: "circuitbreaker:defined", name: breaker.name, epoch: breaker.epoch });
}

/** Forgets a breaker. */
export function forget({ state, events }: Turn, { name, epoch }: Breaker): void {
  state.breakers.delete(name);
  events.push({ type: "circuitbreaker:removed", name, epoch });
}

/** Lets a call through; in the half-open phase as a probe, which has to end in time. */
export function admit(
  { state, now, events }: Turn,
  breaker: Breaker,
  timeoutMs: number,
): PermitAnswer {
  const { name, epoch, phase, rules } = breaker;
  const permit = ++state.lastPermit;
  breaker.counts.requests++;
  if (phase.state === "half-open") {
    const deadline = now + (timeoutMs === 0 ? rules.probeTimeoutMs : timeoutMs);
    phase.probes.set(permit, schedule(phase.deadlines, deadline, permit));
  }
  events.push({
    type: "circuitbreaker:permitted",
    name,
    permit,
    epoch,
    since: now,
    state: phase.state,
  });
  return { status: "permitted", permit, epoch, since: now };
}

/** Lets a call not through. */
export function reject({ now, events }: Turn, breaker: Breaker, retryAt: Instant): PermitAnswer {
  const { name, phase, counts } = breaker;
  const state = phase.state === "open" ? "open" : "half-open";
  const retryAfterMs = retryAt - now;
  counts.requests++;
  counts.rejections++;
  events.push({ type: "circuitbreaker:rejected", name, state, retryAt, retryAfterMs });
  return { status: "rejected", state, retryAt, retryAfterMs };
}

const RESULTS = {
  success: "circuitbreaker:succeeded",
  failure: "circuitbreaker:failed",
  neutral: "circuitbreaker:returned",
} as const;

/** Counts what a call came to. */
export function count({ now, events }: Turn, breaker: Breaker, command: SettlePermit): void {
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
export function countCalls({ events }: Turn, breaker: Breaker, command: CountCalls): void {
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

/** Counts a probe that took too long as failed. */
export function timeOut(
  { events }: Turn,
  breaker: Breaker,
  phase: HalfOpenPhase,
  permit: number,
): void {
  const probe = phase.probes.get(permit)!;
  dropProbe(phase, permit);
  breaker.counts.failures++;
  breaker.counts.lastFailureAt = probe.rank;
  const { name, epoch } = breaker;
  events.push({ type: "circuitbreaker:timed-out", name, permit, epoch, deadline: probe.rank });
}

/** Takes a probe out of those in flight. Whether it was there. */
export function dropProbe(phase: HalfOpenPhase, permit: number): boolean {
  unschedule(phase.deadlines, phase.probes.get(permit));
  return phase.probes.delete(permit);
}

/** Closes a breaker. Its next open time is the shortest again. */
export function close(turn: Turn, breaker: Breaker, reason: CircuitChangeReason): void {
  breaker.openTimeMs = breaker.nextOpenMs = breaker.rules.timeout;
  enter(turn, breaker, closedPhase(breaker.rules), reason);
}

/** Opens a breaker as of `at`. If it opens again before it was closed, it stays open for longer. */
export function open(
  turn: Turn,
  breaker: Breaker,
  reason: CircuitChangeReason,
  at: Instant = turn.now,
): void {
  const until = at + breaker.nextOpenMs;
  const { timeout, openTimeFactor, openTimeJitter, maxOpenMs } = breaker.rules;
  const longest = Math.min(Math.floor(breaker.openTimeMs * openTimeFactor), maxOpenMs);
  const shortest = Math.max(timeout, Math.ceil(longest * (1 - openTimeJitter)));
  breaker.openTimeMs = longest;
  breaker.nextOpenMs = shortest + nextInt(turn.state.prng, longest - shortest + 1);
  breaker.counts.trips++;
  enter(turn, breaker, { state: "open", until }, reason);
}

/** Lets a breaker probe. */
export function halfOpen(turn: Turn, breaker: Breaker, reason: CircuitChangeReason): void {
  enter(turn, breaker, halfOpenPhase(), reason);
}

function enter(
  { state, events }: Turn,
  breaker: Breaker,
  phase: ClosedPhase | OpenPhase | HalfOpenPhase,
  reason: CircuitChangeReason,
): void {
  const from = breaker.phase.state;
  breaker.phase = phase;
  breaker.epoch = ++state.epoch;
  events.push({
    type: "circuitbreaker:state-change",
    name: breaker.name,
    from,
    to: phase.state,
    reason,
    epoch: breaker.epoch,
    retryAt: phase.state === "open" ? phase.until : undefined,
  });
}

/** Lets a closed breaker count from nothing. What is in flight isn't counted any more. */
export function reset({ state, events }: Turn, breaker: Breaker): void {
  breaker.phase = closedPhase(breaker.rules);
  breaker.epoch = breaker.countsSince = ++state.epoch;
  breaker.counts = noCounts();
  events.push({ type: "circuitbreaker:reset", name: breaker.name, epoch: breaker.epoch });
}

/** Says why `command` changes nothing. */
export function refuse(
  { events }: Turn,
  { type, name }: Exclude<BreakerCommand, Tick>,
  reason: CircuitRefusal,
): Refusal<CircuitRefused> {
  const refused: CircuitRefused = { type: "circuitbreaker:refused", name, command: type, reason };
  events.push(refused);
  return new Refusal(refused);
}
