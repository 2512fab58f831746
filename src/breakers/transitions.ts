/**
 * The transitions of a breaker or a call. Each function changes the state in one way and emits the
 * one event about it.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import { nextInt } from "../core/data/prng.ts";
import { type Instant, Refusal, type Tick } from "../core/machine.ts";
import type { BreakerCommand, CountCalls, PermitAnswer, SettlePermit } from "./commands.ts";
import type { BreakerRules } from "./config.ts";
import type { CircuitChangeReason, CircuitRefusal, CircuitRefused } from "./events.ts";
import {
  type Breaker,
  type BreakerStep,
  closedPhase,
  type HalfOpenPhase,
  halfOpenPhase,
  noCounts,
} from "./state.ts";

/** Adds a closed breaker. */
export function define({ state, events }: BreakerStep, name: string, rules: BreakerRules): void {
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

/** Replaces the rules of a breaker, and drops what it had counted by the earlier ones to open. */
export function redefine({ events }: BreakerStep, breaker: Breaker, rules: BreakerRules): void {
  breaker.rules = rules;
  breaker.openTimeMs = breaker.nextOpenMs = rules.timeout;
  if (breaker.phase.state === "closed") breaker.phase = closedPhase(rules);
  events.push({ type: "circuitbreaker:defined", name: breaker.name, epoch: breaker.epoch });
}

/** Removes a breaker. */
export function remove({ state, events }: BreakerStep, { name, epoch }: Breaker): void {
  state.breakers.delete(name);
  events.push({ type: "circuitbreaker:removed", name, epoch });
}

/** Admits a call; in the half-open phase as a probe, which has a time limit. */
export function admit(
  { state, now, events }: BreakerStep,
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

/** Rejects a call. */
export function reject(
  { now, events }: BreakerStep,
  { name, phase, counts }: Breaker,
  retryAt: Instant,
): PermitAnswer {
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

/** Counts the outcome of a call. */
export function count({ now, events }: BreakerStep, breaker: Breaker, command: SettlePermit): void {
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
export function countCalls({ events }: BreakerStep, breaker: Breaker, command: CountCalls): void {
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

/** Counts a probe that exceeded its time limit as failed. */
export function timeOut(
  { events }: BreakerStep,
  breaker: Breaker,
  phase: HalfOpenPhase,
  permit: number,
): void {
  const { rank: deadline } = phase.probes.get(permit)!;
  dropProbe(phase, permit);
  breaker.counts.failures++;
  breaker.counts.lastFailureAt = deadline;
  const { name, epoch } = breaker;
  events.push({ type: "circuitbreaker:timed-out", name, permit, epoch, deadline });
}

/** Removes a probe from those in flight. Returns whether it was there. */
export function dropProbe(phase: HalfOpenPhase, permit: number): boolean {
  unschedule(phase.deadlines, phase.probes.get(permit));
  return phase.probes.delete(permit);
}

/** Closes a breaker. Its next open time is the shortest again. */
export function close(step: BreakerStep, breaker: Breaker, reason: CircuitChangeReason): void {
  breaker.openTimeMs = breaker.nextOpenMs = breaker.rules.timeout;
  enter(step, breaker, closedPhase(breaker.rules), reason);
}

/** Opens a breaker as of `at`. If it opens again before it was closed, it stays open for longer. */
export function open(
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
  enter(step, breaker, { state: "open", until }, reason);
}

/** Lets a breaker admit probes. */
export function halfOpen(step: BreakerStep, breaker: Breaker, reason: CircuitChangeReason): void {
  enter(step, breaker, halfOpenPhase(), reason);
}

function enter(
  { state, events }: BreakerStep,
  breaker: Breaker,
  phase: Breaker["phase"],
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

/** Resets the figures of a closed breaker. Calls in flight are not counted any more. */
export function reset({ state, events }: BreakerStep, breaker: Breaker): void {
  breaker.phase = closedPhase(breaker.rules);
  breaker.epoch = breaker.countsSince = ++state.epoch;
  breaker.counts = noCounts();
  events.push({ type: "circuitbreaker:reset", name: breaker.name, epoch: breaker.epoch });
}

/** Refuses `command`. */
export function refuse(
  { events }: BreakerStep,
  { type, name }: Exclude<BreakerCommand, Tick>,
  reason: CircuitRefusal,
): Refusal<CircuitRefused> {
  const refused: CircuitRefused = { type: "circuitbreaker:refused", name, command: type, reason };
  events.push(refused);
  return new Refusal(refused);
}
