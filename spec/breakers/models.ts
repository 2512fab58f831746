/**
 * The bounded models whose graphs are compared. Each has a configuration of TLC of the same name,
 * with the same bounds.
 *
 * @module
 */

import { type BreakerRules, readBreakerConfig } from "../../src/breakers/config.ts";
import type { CallOutcome, CircuitState } from "../../src/breakers/types.ts";

/** A call; -1 stands for a time that was not measured. */
type Call = readonly [permit: number, epoch: number, since: number];

/** Commands that are tried, and bounds. */
export interface BreakerModel {
  readonly name: string;
  readonly names: readonly string[];
  readonly rules: Readonly<Record<string, BreakerRules>>;
  /** The name that `MCBreakers.tla` has for them. */
  readonly rulesAs: string;
  readonly maxBreakers: number;
  readonly idleMs: number;
  /** No more commands follow when there were so many epochs, and no requests after so many permits. */
  readonly maxEpoch: number;
  readonly maxPermit: number;
  /** The results of so many calls that a window by time may have when another one is reported. */
  readonly maxCalls: number;
  /** When time stands still. */
  readonly maxNow: number;
  readonly defines: readonly string[];
  readonly timeouts: readonly number[];
  /** The calls whose results are reported. */
  readonly results: readonly Call[];
  /** The name that `MCBreakers.tla` has for them. */
  readonly resultsAs: string;
  readonly outcomes: readonly CallOutcome[];
  readonly forced: readonly CircuitState[];
  readonly reasons: readonly string[];
  /** The breakers that are removed and reset. */
  readonly operated: readonly string[];
  readonly durations: readonly number[];
}

/** Returns the rules of models, with `changes`. */
export function rulesOf(changes: Partial<BreakerRules> = {}): BreakerRules {
  const { rules } = readBreakerConfig({
    failureThreshold: 2,
    successThreshold: 2,
    timeout: 1,
    halfOpenLimit: 2,
    slowCallRate: 1,
    slowCallMs: 1,
    windowCalls: 3,
    windowMs: 2,
    minimumCalls: 2,
    probeTimeoutMs: 2,
    maxOpenMs: 3,
    openTimeJitter: 0,
    ...changes,
  }, () => "model");
  return rules;
}

const STRICT = { failureThreshold: 1, successThreshold: 1, halfOpenLimit: 1, timeout: 2 };

/** The sets of rules, by the names that `MCBreakers.tla` has for them. */
export const RULES: Readonly<Record<string, Readonly<Record<string, BreakerRules>>>> = {
  ByProbes: { plain: rulesOf({ failureThreshold: 1 }) },
  ByFailures: { plain: rulesOf() },
  ByCount: { plain: rulesOf({ policy: "slow-call" }) },
  ByTime: { plain: rulesOf({ policy: "rate", window: "time", minimumCalls: 3 }) },
  Changing: { plain: rulesOf(), strict: rulesOf(STRICT) },
};

function withRules(rulesAs: string): Pick<BreakerModel, "rules" | "rulesAs" | "defines"> {
  const rules = RULES[rulesAs]!;
  return { rules, rulesAs, defines: Object.keys(rules) };
}

/** The calls whose results are reported, by the names that `MCBreakers.tla` has for them. */
export const CALLS: Readonly<Record<string, readonly Call[]>> = {
  OneCall: [[0, 1, 0]],
  TwoCalls: [[0, 1, 0], [0, 2, 0]],
  AndProbes: [[0, 1, 0], [1, 1, 0], [1, 3, 0], [2, 3, 0], [1, 6, 0]],
  AndOneProbe: [[0, 1, 0], [0, 2, 0], [1, 3, 0], [1, 8, 0]],
  OfTimes: [[0, 1, -1], [0, 1, 0], [0, 1, 2], [1, 3, 1]],
};

function withResults(resultsAs: string): Pick<BreakerModel, "results" | "resultsAs"> {
  return { results: CALLS[resultsAs]!, resultsAs };
}

const FEW: Omit<BreakerModel, "name"> = {
  ...withRules("ByFailures"),
  names: ["a"],
  maxBreakers: 9,
  idleMs: 0,
  maxEpoch: 3,
  maxPermit: 0,
  maxCalls: 9,
  maxNow: 0,
  timeouts: [],
  ...withResults("OneCall"),
  outcomes: ["success", "failure", "neutral"],
  forced: [],
  reasons: [],
  operated: [],
  durations: [1],
};

/** All of them. */
export const MODELS: readonly BreakerModel[] = [
  {
    ...FEW,
    ...withRules("ByProbes"),
    name: "probes",
    maxEpoch: 5,
    maxPermit: 3,
    maxNow: 3,
    timeouts: [0, 1],
    ...withResults("AndProbes"),
  },
  {
    ...FEW,
    ...withRules("ByCount"),
    name: "counts",
    maxEpoch: 5,
    maxPermit: 1,
    maxNow: 3,
    timeouts: [0],
    ...withResults("OfTimes"),
  },
  {
    ...FEW,
    ...withRules("ByTime"),
    name: "times",
    maxCalls: 4,
    maxNow: 4,
    outcomes: ["success", "failure"],
  },
  {
    ...FEW,
    name: "operators",
    maxEpoch: 6,
    maxPermit: 1,
    maxNow: 2,
    timeouts: [0],
    ...withResults("AndOneProbe"),
    outcomes: ["success", "failure"],
    forced: ["closed", "open", "half-open"],
    reasons: ["x", "y"],
    operated: ["a"],
  },
  {
    ...FEW,
    ...withRules("Changing"),
    name: "rules",
    maxEpoch: 5,
    maxPermit: 2,
    maxNow: 2,
    timeouts: [0],
    ...withResults("AndOneProbe"),
    outcomes: ["success", "failure"],
    forced: ["half-open"],
  },
  {
    ...FEW,
    name: "evictions",
    names: ["a", "b", "c"],
    maxBreakers: 2,
    maxEpoch: 5,
    ...withResults("TwoCalls"),
    outcomes: ["failure"],
    forced: ["half-open"],
    durations: [],
  },
  {
    ...FEW,
    name: "idle",
    names: ["a", "b"],
    maxBreakers: 3,
    idleMs: 1,
    maxNow: 3,
    ...withResults("TwoCalls"),
    outcomes: ["failure"],
    forced: ["open"],
  },
];
