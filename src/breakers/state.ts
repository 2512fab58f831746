/**
 * What a breaker machine keeps.
 *
 * @module
 */

import { type Deadlines, noDeadlines, type Timer } from "../core/data/deadlines.ts";
import type { BreakerEvent } from "./events.ts";
import type { Instant } from "../core/machine.ts";
import { type Prng, seeded } from "../core/data/prng.ts";
import type { BreakerConfig, BreakerRules } from "./config.ts";
import { type CallWindow, emptyWindow } from "./window.ts";

/** All calls are let through, and what they come to decides whether that stays so. */
export interface ClosedPhase {
  /** Names the phase. */
  readonly state: "closed";
  /** How many calls have failed since one succeeded. */
  failuresInRow: number;
  /** What the newest calls came to; `undefined` by policy `consecutive`, which needs none. */
  readonly window: CallWindow | undefined;
}

/** No call is let through. */
export interface OpenPhase {
  /** Names the phase. */
  readonly state: "open";
  /** When the next call is let through, as a probe. */
  readonly until: Instant;
}

/** A few calls are let through as probes. */
export interface HalfOpenPhase {
  /** Names the phase. */
  readonly state: "half-open";
  /** How many probes have succeeded. */
  successes: number;
  /** Those in flight, by permit. */
  readonly probes: Map<number, Timer<number>>;
  /** When they will have taken too long. */
  readonly deadlines: Deadlines<number>;
}

/** What was counted since the breaker was made or reset. */
export interface BreakerCounts {
  /** Calls that asked for a permit. */
  requests: number;
  /** Those of them that got none. */
  rejections: number;
  /** Calls that succeeded. */
  successes: number;
  /** Calls that failed, and probes that took too long. */
  failures: number;
  /** Calls that ended in neither way. */
  neutrals: number;
  /** Results of calls that an earlier epoch had admitted; they are in the counts above, too. */
  stale: number;
  /** How often the breaker was opened. */
  trips: number;
  /** When the newest success was told. */
  lastSuccessAt: Instant | undefined;
  /** When the newest failure happened. */
  lastFailureAt: Instant | undefined;
}

/** One circuit breaker. */
export interface Breaker {
  /** By which it is known. */
  readonly name: string;
  /** What it goes by. */
  rules: BreakerRules;
  /** Where it is. */
  phase: ClosedPhase | OpenPhase | HalfOpenPhase;
  /** Of its phase; larger than that of any earlier phase of any breaker. */
  epoch: number;
  /** Results of calls that an earlier epoch had admitted aren't counted at all. */
  countsSince: number;
  /** The lengthened open time before chance has shortened it. */
  openTimeMs: number;
  /** How long it will be open next; drawn in advance, so that who looks ahead draws nothing. */
  nextOpenMs: number;
  /** What was counted. */
  counts: BreakerCounts;
}

/** The state of a breaker machine. */
export interface BreakerState {
  /** What it goes by. */
  readonly config: BreakerConfig;
  /** All breakers, by name. */
  readonly breakers: Map<string, Breaker>;
  /** The newest epoch. */
  epoch: number;
  /** The newest permit. */
  lastPermit: number;
  /** When the newest step was: nobody who looks sees an earlier moment. */
  now: Instant;
  /** Chance. */
  readonly prng: Prng;
}

/** One step under way. */
export interface Turn {
  /** What it changes. */
  readonly state: BreakerState;
  /** When it is. */
  readonly now: Instant;
  /** What has happened in it. */
  readonly events: BreakerEvent[];
}

/** The state without breakers. */
export function emptyBreakers(config: BreakerConfig): BreakerState {
  return {
    config,
    breakers: new Map(),
    epoch: 0,
    lastPermit: 0,
    now: 0,
    prng: seeded(config.seed),
  };
}

/** The phase in which nothing has been counted yet. */
export function closedPhase(rules: BreakerRules): ClosedPhase {
  return {
    state: "closed",
    failuresInRow: 0,
    window: rules.policy === "consecutive" ? undefined : emptyWindow(rules),
  };
}

/** The phase in which no probe was made yet. */
export function halfOpenPhase(): HalfOpenPhase {
  return { state: "half-open", successes: 0, probes: new Map(), deadlines: noDeadlines() };
}

/** Counts of nothing. */
export function noCounts(): BreakerCounts {
  return {
    requests: 0,
    rejections: 0,
    successes: 0,
    failures: 0,
    neutrals: 0,
    stale: 0,
    trips: 0,
    lastSuccessAt: undefined,
    lastFailureAt: undefined,
  };
}
