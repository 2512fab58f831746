/**
 * Metrics as a fold over events: what the machines say is taken in one by one, and every figure is
 * read off the result. Nobody else counts anything, so no figure can contradict what happened.
 *
 * Like a machine's `step`, {@linkcode fold} reads no clock and consumes the state that it is given.
 *
 * @module
 */

import type { LockstepEvent } from "../root/events.ts";
import type { Instant } from "../core/machine.ts";
import { type Gauges, noGauges, OPENING_EVENTS, track } from "./gauges.ts";
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
import {
  COUNTERS,
  type CounterSpec,
  DURATION_METRICS,
  DURATIONS,
  type DurationSpec,
  SCHEDULING_LATENCY,
} from "./vocabulary.ts";

/** The limits of what metrics keep. */
export interface MetricsConfig {
  /** How many samples of each metric are kept, the newest. @default 10_000 */
  readonly keepSamples: number;
  /** How old a sample may be that is shown, in milliseconds. @default 3_600_000 */
  readonly retentionMs: number;
  /** How many metrics of a user's own, and how many sets of their tags, are kept. @default 1_000 */
  readonly maxRecorded: number;
}

/** The limits of who names none. */
export const DEFAULT_METRICS_CONFIG: MetricsConfig = {
  keepSamples: 10_000,
  retentionMs: 3_600_000,
  maxRecorded: 1_000,
};

/** A metric over time and in all. */
export interface Metric {
  /** Its newest samples. */
  readonly series: Series;
  /** All of its samples since they were cleared; `undefined` for what is only counted. */
  readonly histogram: Histogram | undefined;
}

/** The newest value of a user's own metric under one set of tags. */
export interface Recorded {
  /** The name of the metric. */
  readonly metric: string;
  /** What it is labelled with. */
  readonly tags: Tags;
  /** What came last. */
  value: number;
}

/** Everything that metrics are read off. */
export interface MetricsState {
  /** The limits. */
  readonly config: MetricsConfig;
  /** How often what is counted happened, by metric. */
  readonly counters: Map<string, number>;
  /** What is counted, timed and recorded, by metric. */
  readonly metrics: Map<string, Metric>;
  /** The names of a user's own metrics. */
  readonly recordedNames: Set<string>;
  /** Their newest values, by name and tags. */
  readonly recorded: Map<string, Recorded>;
  /** How many samples of a user's own found no room. */
  dropped: number;
  /** How many tasks completed in the last minute. */
  completions: Rate;
  /** How many attempts failed in the last minute. */
  errors: Rate;
  /** What is so at the moment. */
  gauges: Gauges;
}

/** The events that mean something here; all others change nothing. */
export const FOLDED_EVENTS: readonly string[] = [
  ...new Set([
    ...COUNTERS.map(({ event }) => event),
    ...DURATIONS.map(({ event }) => event),
    ...["task:readied", "attempt:ended"],
    ...["agent:spawned", "agent:terminated", "agent:cordoned", "agent:uncordoned"],
    ...["agent:draining", "task:admitted"],
    ...["resource:queued", "resource:reacquired", "resource:cancelled", "resource:abandoned"],
    "resource:defined",
    ...OPENING_EVENTS,
  ]),
];

/** What is known before anything has happened. */
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

/** Takes in what happened at `at`. Costs O(1). */
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
  const waitedMs = track(state.gauges, event, at);
  if (waitedMs !== undefined) sample(state, SCHEDULING_LATENCY.metric, at, waitedMs);
  if (event.type === "task:completed") countOne(state.completions, at);
  if (event.type === "task:failed" || event.type === "task:backed-off") countOne(state.errors, at);
}

/**
 * Takes in a sample of a user's own metric.
 *
 * @returns whether there was room for it
 */
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
  const key = JSON.stringify([metric, ...pairs.sort(byName)]);
  const known = recorded.get(key);
  const isNew = !recordedNames.has(metric);
  if ((known === undefined && recorded.size >= maxRecorded) || !mayRecord(state, metric)) {
    state.dropped++;
    return false;
  }
  if (isNew) recordedNames.add(metric);
  if (known === undefined) recorded.set(key, { metric, tags: Object.fromEntries(pairs), value });
  else known.value = value;
  sample(state, metric, at, value, tags);
  return true;
}

/** Whether `metric` may be a user's own: built-in ones are made of events alone. */
export function mayRecord(state: Readonly<MetricsState>, metric: string): boolean {
  return state.recordedNames.has(metric) || !state.metrics.has(metric);
}

/** Counts from zero again. What is so at the moment stays known, since it is so all the same. */
export function clear(state: MetricsState): void {
  state.counters.clear();
  state.metrics.clear();
  state.recordedNames.clear();
  state.recorded.clear();
  state.dropped = 0;
  state.completions = emptyRate();
  state.errors = emptyRate();
  for (const { metric } of COUNTERS) {
    state.counters.set(metric, 0);
    state.metrics.set(metric, { series: newSeries(state), histogram: undefined });
  }
  for (const { metric } of DURATION_METRICS) state.metrics.set(metric, newMetric(state));
}

const COUNTERS_OF = byEvent<CounterSpec>(COUNTERS);
const DURATIONS_OF = byEvent<DurationSpec>(DURATIONS);

function byEvent<Spec extends { readonly event: string }>(
  specs: readonly Spec[],
): ReadonlyMap<string, readonly Spec[]> {
  const found = new Map<string, Spec[]>();
  for (const spec of specs) {
    const others = found.get(spec.event);
    if (others === undefined) found.set(spec.event, [spec]);
    else others.push(spec);
  }
  return found;
}

function sample(state: MetricsState, name: string, at: Instant, value: number, tags?: Tags): void {
  let metric = state.metrics.get(name);
  if (metric === undefined) state.metrics.set(name, metric = newMetric(state));
  append(metric.series, at, value, tags);
  observe(metric.histogram!, value);
}

function newMetric(state: MetricsState): Metric {
  return { series: newSeries(state), histogram: emptyHistogram() };
}

function newSeries({ config }: MetricsState): Series {
  return emptySeries(config.keepSamples);
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
