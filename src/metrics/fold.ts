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
  append,
  countOne,
  emptyHistogram,
  emptyRate,
  emptySeries,
  type Histogram,
  observe,
  type Rate,
  type Series,
  type Tags,
} from "./aggregates.ts";
import { DEFAULT_METRICS_CONFIG, type MetricsConfig } from "./config.ts";
import { GAUGE_EVENTS, type Gauges, noGauges, track } from "./gauges.ts";
import { COUNTERS, DURATION_METRICS, DURATIONS, SCHEDULING_LATENCY } from "./vocabulary.ts";

/** A metric over time and in total. */
export interface Metric {
  /** Its newest samples. */
  readonly series: Series;
  /** All of its samples since they were cleared; `undefined` for a counter. */
  readonly histogram: Histogram | undefined;
}

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
}

/** The types of the events that {@linkcode fold} uses. */
export const FOLDED_EVENTS: readonly string[] = [
  ...new Set([...[...COUNTERS, ...DURATIONS].map(({ event }) => event), ...GAUGE_EVENTS]),
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
  };
  clear(state);
  return state;
}

/** Adds an event that happened at `at`. Costs O(1). */
export function fold(state: MetricsState, event: LockstepEvent, at: Instant): void {
  for (const { metric, counts } of COUNTERS_OF.get(event.type) ?? []) {
    if (counts?.(event as never) === false) continue;
    state.counters.set(metric, state.counters.get(metric)! + 1);
    append(state.metrics.get(metric)!.series, at, 1);
  }
  for (const { metric, measure } of DURATIONS_OF.get(event.type) ?? []) {
    const ms = measure(event as never, at);
    if (ms !== undefined) sample(state, metric, at, ms);
  }
  if (event.type === "task:assigned") {
    const readyAt = state.gauges.tasks.get(event.taskId)?.readyAt;
    if (readyAt !== undefined) sample(state, SCHEDULING_LATENCY.metric, at, at - readyAt);
  }
  track(state.gauges, event, at);
  if (event.type === "task:completed") countOne(state.completions, at);
  if (event.type === "task:failed" || event.type === "task:backed-off") countOne(state.errors, at);
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
  sample(state, metric, at, value, tags);
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
  for (const { metric } of COUNTERS) {
    state.counters.set(metric, 0);
    state.metrics.set(metric, { series: emptySeries(keepSamples), histogram: undefined });
  }
  for (const { metric } of DURATION_METRICS) state.metrics.set(metric, newMetric(state));
}

const COUNTERS_OF = byEvent(COUNTERS);
const DURATIONS_OF = byEvent(DURATIONS);

function byEvent<Spec extends { readonly event: string }>(
  specs: readonly Spec[],
): ReadonlyMap<string, readonly Spec[]> {
  const found = new Map<string, Spec[]>();
  for (const spec of specs) found.set(spec.event, [...found.get(spec.event) ?? [], spec]);
  return found;
}

function sample(state: MetricsState, name: string, at: Instant, value: number, tags?: Tags): void {
  let metric = state.metrics.get(name);
  if (metric === undefined) state.metrics.set(name, metric = newMetric(state));
  append(metric.series, at, value, tags);
  observe(metric.histogram!, value);
}

function newMetric({ config }: MetricsState): Metric {
  return { series: emptySeries(config.keepSamples), histogram: emptyHistogram() };
}
