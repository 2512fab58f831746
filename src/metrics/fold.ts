/**
 * Metrics as a fold over events: every figure is computed from its state, and nothing else counts
 * anything, so no figure can contradict what happened.
 *
 * Like a machine's `step`, {@linkcode fold} reads no clock and consumes its state.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";
import type { LockstepEvent } from "../root/events.ts";
import {
  countOne,
  emptyHistogram,
  emptyRate,
  emptySeries,
  type Metric,
  type Rate,
  sample,
  type Tags,
} from "./aggregates.ts";
import { DEFAULT_METRICS_CONFIG, type MetricsConfig } from "./config.ts";
import { GAUGE_CHANGES, type Gauges, noGauges } from "./gauges.ts";
import {
  COUNTER_METRICS,
  COUNTERS,
  type CounterSpec,
  DURATION_METRICS,
  DURATIONS,
  type DurationSpec,
  SCHEDULING_LATENCY,
} from "./vocabulary.ts";

/** The newest value of a user's own metric under one set of tags. */
export interface Recorded {
  /** The name of the metric. */
  readonly metric: string;
  /** The tags that have a text. */
  readonly tags: Tags;
  /** The newest value. */
  value: number;
}

/** The state of the fold. */
export interface MetricsState {
  /** Its limits. */
  readonly config: MetricsConfig;
  /** The counters, by metric. */
  readonly counters: Map<string, number>;
  /** Counters, durations and a user's own, by metric. */
  readonly metrics: Map<string, Metric>;
  /** The names of a user's own metrics. */
  readonly recordedNames: Set<string>;
  /** Their newest values, by name and tags, in the order in which they were first recorded. */
  readonly recorded: Map<string, Recorded>;
  /** Number of samples of a user's own that were dropped, as there was no room. */
  dropped: number;
  /** Completed tasks of the last minute. */
  completions: Rate;
  /** Failed attempts of the last minute. */
  errors: Rate;
  /** The current state of things. */
  gauges: Gauges;
  /** All that the events of each type change, so that an event needs one look-up. */
  readonly folds: Map<string, Fold>;
}

/** All that the events of one type change. */
interface Fold {
  readonly counters: readonly (CounterSpec & { readonly samples: Metric })[];
  readonly durations: readonly (DurationSpec & { readonly samples: Metric })[];
  readonly gauge: ReturnType<typeof GAUGE_CHANGES.get>;
  readonly rate: "completions" | "errors" | undefined;
}

/** The rates by minute that events count in. */
const RATES: Readonly<Record<string, "completions" | "errors">> = {
  "task:completed": "completions",
  "task:failed": "errors",
  "task:backed-off": "errors",
};

/** The types of the events that {@linkcode fold} uses. */
export const FOLDED_EVENTS: readonly string[] = [
  ...new Set([...[...COUNTERS, ...DURATIONS].map(({ event }) => event), ...GAUGE_CHANGES.keys()]),
];

/** Makes the state before anything has happened. */
export function emptyMetrics(config: Partial<MetricsConfig> = {}): MetricsState {
  const state: MetricsState = {
    config: { ...DEFAULT_METRICS_CONFIG, ...config },
    counters: new Map(),
    metrics: new Map(),
    recordedNames: new Set(),
    recorded: new Map(),
    dropped: 0,
    completions: emptyRate(),
    errors: emptyRate(),
    gauges: noGauges(),
    folds: new Map(),
  };
  clear(state);
  return state;
}

/** Adds an event that happened at `at`. Costs O(1). */
export function fold(state: MetricsState, event: LockstepEvent, at: Instant): void {
  const folded = state.folds.get(event.type);
  if (folded === undefined) return;
  const { counters, durations, gauge, rate } = folded;
  const { metrics, gauges } = state;
  for (const { metric, counts, samples } of counters) {
    if (counts?.(event as never) === false) continue;
    state.counters.set(metric, state.counters.get(metric)! + 1);
    sample(samples, at, 1);
  }
  for (const { measure, samples } of durations) {
    const ms = measure(event as never, at);
    if (ms !== undefined) sample(samples, at, ms);
  }
  if (event.type === "task:assigned") {
    const readyAt = gauges.tasks.get(event.taskId)?.readyAt;
    if (readyAt !== undefined) {
      sample(metrics.get(SCHEDULING_LATENCY.metric)!, at, at - readyAt);
    }
  }
  gauge?.(gauges, event as never, at);
  if (rate !== undefined) countOne(state[rate], at);
}

/** Returns a handler of the events of a bus; it ignores those that users emit. */
export function folding(
  state: MetricsState,
): (event: unknown, sequence: number, at: Instant) => void {
  return (event, sequence, at) => {
    if (sequence >= 0) fold(state, event as LockstepEvent, at);
  };
}

/** Adds a sample of a user's own metric. Returns whether there was room for it. */
export function record(
  state: MetricsState,
  metric: string,
  at: Instant,
  value: number,
  tags: Tags | undefined,
): boolean {
  const { recordedNames, recorded, config: { maxRecorded } } = state;
  // A tag without a text is no tag to readers of the newest values.
  const pairs = Object.entries(tags ?? {}).filter(([, text]) => text !== "");
  const key = JSON.stringify([metric, ...pairs.sort(([a], [b]) => a < b ? -1 : 1)]);
  const known = recorded.get(key);
  if ((known === undefined && recorded.size >= maxRecorded) || !mayRecord(state, metric)) {
    state.dropped++;
    return false;
  }
  recordedNames.add(metric);
  if (known === undefined) recorded.set(key, { metric, tags: Object.fromEntries(pairs), value });
  else known.value = value;
  let own = state.metrics.get(metric);
  if (own === undefined) state.metrics.set(metric, own = newMetric(state));
  sample(own, at, value, tags);
  return true;
}

/** Whether `metric` may be a user's own: built-in ones consist of events only. */
export function mayRecord(state: Readonly<MetricsState>, metric: string): boolean {
  return state.recordedNames.has(metric) || !state.metrics.has(metric);
}

/** Resets all counters and samples, but no gauge, as these are about the present. */
export function clear(state: MetricsState): void {
  state.counters.clear();
  state.metrics.clear();
  state.recordedNames.clear();
  state.recorded.clear();
  state.dropped = 0;
  state.completions = emptyRate();
  state.errors = emptyRate();
  const { keepSamples } = state.config;
  for (const { metric } of COUNTER_METRICS) {
    state.counters.set(metric, 0);
    state.metrics.set(metric, { series: emptySeries(keepSamples), histogram: undefined });
  }
  for (const { metric } of DURATION_METRICS) state.metrics.set(metric, newMetric(state));
  for (const type of FOLDED_EVENTS) state.folds.set(type, foldOf(state, type));
}

/** Returns what the events of a type change, with the metrics as they are since the last `clear`. */
function foldOf({ metrics }: MetricsState, type: string): Fold {
  const samplesOf = <Spec extends CounterSpec | DurationSpec>(specs: readonly Spec[]) =>
    specs.filter(({ event }) => event === type)
      .map((spec) => ({ ...spec, samples: metrics.get(spec.metric)! }));
  return {
    counters: samplesOf(COUNTERS),
    durations: samplesOf(DURATIONS),
    gauge: GAUGE_CHANGES.get(type),
    rate: RATES[type],
  };
}

function newMetric({ config }: MetricsState): Metric {
  return { series: emptySeries(config.keepSamples), histogram: emptyHistogram() };
}
