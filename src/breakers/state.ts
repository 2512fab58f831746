/**
 * The state of a breaker machine.
 *
 * @module
 */

import { type Deadlines, nextDeadline, noDeadlines, type Timer } from "../core/data/deadlines.ts";
import { append, emptyList, type Linked, type List, unlink } from "../core/data/list.ts";
import { type Prng, seeded } from "../core/data/prng.ts";
import type { Instant } from "../core/machine.ts";
import type { BreakerConfig, BreakerRules } from "./config.ts";
import type { BreakerEvent } from "./events.ts";
import type { CircuitState } from "./types.ts";
import { type CallWindow, emptyWindow } from "./window.ts";

/** The phase that admits all calls; their outcomes decide whether it lasts. */
export interface ClosedPhase {
  /** The name of the phase. */
  readonly state: "closed";
  /** The number of failures since the newest success. */
  failuresInRow: number;
  /** The outcomes of the newest calls; `undefined` by policy `consecutive`, which needs none. */
  readonly window: CallWindow | undefined;
}

/** The phase that admits no call. */
export interface OpenPhase {
  /** The name of the phase. */
  readonly state: "open";
  /** When it admits the next call, as a probe; `Infinity` while it is held open. */
  readonly until: Instant;
  /** Why it is held open until it is reset; `undefined` when it isn't. */
  readonly heldFor: string | undefined;
}

/** The phase that admits a few calls as probes. */
export interface HalfOpenPhase {
  /** The name of the phase. */
  readonly state: "half-open";
  /** The number of probes that succeeded. */
  successes: number;
  /** The probes in flight, by permit. */
  readonly probes: Map<number, Timer<number>>;
  /** The ends of their time limits. */
  readonly deadlines: Deadlines<number>;
}

/** The figures of a breaker since it was defined or reset. */
export interface BreakerCounts {
  /** Calls that were made or rejected. */
  requests: number;
  /** Calls that were rejected. */
  rejections: number;
  /** Calls that succeeded. */
  successes: number;
  /** Calls that failed, and probes that exceeded their time limit. */
  failures: number;
  /** Calls that ended in neither way. */
  neutrals: number;
  /** Results of calls that an earlier epoch had admitted; the counts above include them. */
  stale: number;
  /** The number of times that the breaker opened. */
  trips: number;
  /** Retries that the budget granted. */
  retries: number;
  /** Retries that it did not. */
  rejectedRetries: number;
  /** The time of the newest success. */
  lastSuccessAt: Instant | undefined;
  /** The time of the newest failure. */
  lastFailureAt: Instant | undefined;
}

/** The retries of calls through a breaker that may be made: a token bucket. */
export interface RetryBudget {
  /** The number of retries, in millionths. */
  tokens: number;
  /** When they were counted. */
  at: Instant;
  /** The number of requests that were counted, retries included. */
  requests: number;
}

/** One circuit breaker. While it is closed it is in one of the lists of the state. */
export interface Breaker extends Linked<Breaker> {
  /** Its key in `breakers`. */
  readonly name: string;
  /** The rules in force. */
  rules: BreakerRules;
  /** The state of the breaker, and the data of that state. */
  phase: ClosedPhase | OpenPhase | HalfOpenPhase;
  /** The number of the phase; larger than that of any earlier phase of any breaker. */
  epoch: number;
  /** Results of calls that an earlier epoch had admitted are not counted at all. */
  countsSince: number;
  /** The lengthened open time before the jitter shortens it. */
  openTimeMs: number;
  /** The next open time; drawn in advance, so that a prediction draws nothing. */
  nextOpenMs: number;
  /** The figures. */
  counts: BreakerCounts;
  /** Its retry budget; `undefined` while it is full, before the first retry. */
  budget: RetryBudget | undefined;
  /** The time of the newest command on it. */
  usedAt: Instant;
  /** The list that it is in. */
  list: List<Breaker> | undefined;
}

/** The state of a breaker machine. */
export interface BreakerState {
  /** The options in force. */
  readonly config: BreakerConfig;
  /** By name. */
  readonly breakers: Map<string, Breaker>;
  /** Those that are closed and have counted no failure that could open them, longest unused first. */
  readonly sound: List<Breaker>;
  /** The others that are closed, longest unused first. */
  readonly failing: List<Breaker>;
  /** The newest epoch. */
  epoch: number;
  /** The newest permit. */
  lastPermit: number;
  /** The time of the newest step that changed something; views show no earlier moment. */
  now: Instant;
  /** The source of jitter. */
  readonly prng: Prng;
}

/** Returns the state without breakers. */
export function emptyBreakers(config: BreakerConfig): BreakerState {
  return {
    config,
    breakers: new Map(),
    sound: emptyList(),
    failing: emptyList(),
    epoch: 0,
    lastPermit: 0,
    now: 0,
    prng: seeded(config.seed),
  };
}

/** Returns the breaker that makes room for another: never one that is open or half-open. */
export function evictable({ sound, failing }: Readonly<BreakerState>): Breaker | undefined {
  return sound.first ?? failing.first;
}

/** Puts a breaker that was used at `now` behind all others of its list. */
export function noteUse(state: BreakerState, breaker: Breaker, now: Instant): void {
  const { phase } = breaker;
  breaker.usedAt = now;
  leaveList(breaker);
  if (phase.state !== "closed") return;
  breaker.list = hasFailures(phase) ? state.failing : state.sound;
  append(breaker.list, breaker);
}

/** Removes a breaker from the list that it is in. */
export function leaveList(breaker: Breaker): void {
  if (breaker.list !== undefined) unlink(breaker.list, breaker);
  breaker.list = undefined;
}

function hasFailures(phase: ClosedPhase): boolean {
  const tally = phase.window?.tally;
  return phase.failuresInRow > 0 || (tally !== undefined && tally.failures + tally.slow > 0);
}

/** Returns a closed phase without calls. */
export function closedPhase(rules: BreakerRules): ClosedPhase {
  return {
    state: "closed",
    failuresInRow: 0,
    window: rules.policy === "consecutive" ? undefined : emptyWindow(rules),
  };
}

/** Returns a half-open phase without probes. */
export function halfOpenPhase(): HalfOpenPhase {
  return { state: "half-open", successes: 0, probes: new Map(), deadlines: noDeadlines() };
}

/** Returns figures of no calls. */
export function noCounts(): BreakerCounts {
  return {
    requests: 0,
    rejections: 0,
    successes: 0,
    failures: 0,
    neutrals: 0,
    stale: 0,
    trips: 0,
    retries: 0,
    rejectedRetries: 0,
    lastSuccessAt: undefined,
    lastFailureAt: undefined,
  };
}

/** One step in progress. */
export interface BreakerStep {
  readonly state: BreakerState;
  readonly now: Instant;
  /** The events of the step, in order. */
  readonly events: BreakerEvent[];
}

/** The state of a breaker at some moment. */
export interface Outlook {
  readonly state: CircuitState;
  /** Whether it admits a call. */
  readonly admits: boolean;
  /** When it may admit a call again; the moment itself when it does already. */
  readonly retryAt: Instant;
  /** The number of probes in flight. */
  readonly probes: number;
  /** Why it is held open; `undefined` when it isn't. */
  readonly heldFor: string | undefined;
}

/**
 * Returns the state of `breaker` at `now`.
 *
 * Breakers have no timers: one whose open time is over is half-open from that moment on, and one
 * whose probe exceeds its time limit is open, though no step has changed the state yet.
 */
export function outlook(breaker: Readonly<Breaker>, now: Instant): Outlook {
  const { phase, rules } = breaker;
  switch (phase.state) {
    case "closed":
      return { state: "closed", admits: true, retryAt: now, probes: 0, heldFor: undefined };
    case "open":
      return whileOpen(phase, now);
    case "half-open": {
      const deadline = nextDeadline(phase.deadlines);
      if (deadline <= now) {
        return whileOpen({ until: deadline + breaker.nextOpenMs, heldFor: undefined }, now);
      }
      const probes = phase.probes.size;
      const admits = probes < rules.halfOpenLimit;
      const retryAt = admits ? now : deadline;
      return { state: "half-open", admits, retryAt, probes, heldFor: undefined };
    }
  }
}

function whileOpen({ until, heldFor }: Omit<OpenPhase, "state">, now: Instant): Outlook {
  return until <= now
    ? { state: "half-open", admits: true, retryAt: now, probes: 0, heldFor }
    : { state: "open", admits: false, retryAt: until, probes: 0, heldFor };
}

/**
 * Returns whether the success of a call that was made under the epoch `madeUnder` would change only
 * figures, so that it may be reported later, together with others.
 */
export function isUneventful({ phase, epoch }: Readonly<Breaker>, madeUnder: number): boolean {
  return madeUnder === epoch && phase.state === "closed" && phase.window === undefined &&
    phase.failuresInRow === 0;
}
