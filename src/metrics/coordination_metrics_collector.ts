/**
 * Metrics as callers see them.
 *
 * @module
 */

import {
  quote,
  requireFunction,
  requireId,
  requireInteger,
  requireMs,
  requireObject,
} from "../core/arguments.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { EventBus } from "../core/bus/event_bus.ts";
import type { LockstepEvent } from "../root/events.ts";
import { defaultLogger, type Logger, requireLogger } from "../core/logger.ts";
import type { Instant } from "../core/machine.ts";
import {
  clear,
  DEFAULT_METRICS_CONFIG,
  emptyMetrics,
  fold,
  FOLDED_EVENTS,
  mayRecord,
  type MetricsConfig,
  type MetricsState,
  record,
} from "./fold.ts";
import { type Gauges, noGauges } from "./gauges.ts";
import { forEachSince, type Summary, summaryOf } from "./aggregates.ts";
import { openMetricsOf } from "./open_metrics.ts";
import { CpuMeter, probeProcess, type ProcessProbe, type ProcessUsage } from "./probe.ts";
import { type CoordinationMetrics, reportOf } from "./report.ts";

/** Options of {@linkcode CoordinationMetricsCollector}; all of them may be left out. */
export interface MetricsCollectorOptions extends Partial<MetricsConfig> {
  /** Tells the time of what is recorded and read. @default systemClock */
  clock?: Clock;
  /** Tells what the process uses. @default what Deno, Node or Bun say of it */
  probe?: ProcessProbe;
  /**
   * Tells what is so when the collector starts, as far as all events that were published until then
   * have led to it. @default nothing is going on
   */
  standing?: () => Gauges;
}

/** One value of a metric. */
export interface MetricsSample {
  /** When it came. */
  readonly timestamp: Date;
  /** Of which metric. */
  readonly metric: string;
  /** What it is: 1 for what is counted, milliseconds for a duration. */
  readonly value: number;
  /** What it is labelled with; left out when it isn't. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A metric that has many samples. */
export interface TopMetric {
  /** Which metric. */
  readonly metric: string;
  /** How many samples it has had. */
  readonly count: number;
  /** Their mean. */
  readonly avgValue: number;
}

const MOST_SAMPLES = 1_000_000;
const MOST_RECORDED = 100_000;
const MOST_TAGS = 32;

/**
 * Counts and times what the events of a bus tell.
 *
 * Start it before the work begins: it knows what it has heard. It sets no timer and keeps no
 * process alive. What users emit on the bus isn't counted, since it needn't be so; they record
 * metrics of their own.
 *
 * @example
 * ```ts
 * import { CoordinationMetricsCollector, EventBus, ResourceManager } from "@lockstep/lockstep";
 *
 * const eventBus = new EventBus();
 * const metrics = new CoordinationMetricsCollector(undefined, eventBus);
 * metrics.start();
 * const locks = new ResourceManager({}, eventBus);
 * await locks.acquire("report.md", "writer");
 * console.log(metrics.getCurrentMetrics().resourceMetrics.lockedResources); // 1
 * metrics.recordMetric("llm.tokens", 812, { model: "small" });
 * console.log(metrics.toOpenMetrics());
 * metrics.stop();
 * await locks.shutdown();
 * ```
 */
export class CoordinationMetricsCollector implements AsyncDisposable {
  readonly #logger: Logger;
  readonly #eventBus: EventBus;
  readonly #clock: Clock;
  readonly #probe: ProcessProbe;
  readonly #standing: () => Gauges;
  readonly #state: MetricsState;
  #cpu = new CpuMeter();
  #unsubscribers: (() => void)[] = [];

  /**
   * A collector of what happens on `eventBus` once it is started.
   *
   * @throws {TypeError | RangeError} when an option, or something else, is malformed
   */
  constructor(
    logger: Logger = defaultLogger,
    eventBus: EventBus = new EventBus(),
    options: MetricsCollectorOptions = {},
  ) {
    const attempt = () => "create a metrics collector";
    this.#logger = requireLogger(logger, attempt());
    requireFunction(eventBus?.on, "eventBus.on", attempt);
    requireObject(options as unknown, "options", attempt);
    const { clock = systemClock, probe = probeProcess, standing = noGauges } = options;
    requireFunction(probe, "probe", attempt);
    requireFunction(standing, "standing", attempt);
    this.#eventBus = eventBus;
    this.#clock = clock;
    this.#probe = probe;
    this.#standing = standing;
    this.#state = emptyMetrics(readConfig(options, attempt));
  }

  /** Begins to listen, and to measure the process. Harmless when it has begun. */
  start(): void {
    if (this.#unsubscribers.length > 0) return;
    this.#state.gauges = this.#standing(); // what happened meanwhile was not heard
    this.#cpu = new CpuMeter();
    this.#measure(this.#now());
    this.#unsubscribers = FOLDED_EVENTS.map((name) =>
      this.#eventBus.on(name, (event, sequence, at) => {
        if (sequence >= 0) fold(this.#state, event as LockstepEvent, at);
      })
    );
  }

  /** Stops listening. What was counted stays readable. Harmless when it has stopped. */
  stop(): void {
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
    this.#unsubscribers = [];
  }

  /** The same as {@linkcode stop}. */
  [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    return Promise.resolve();
  }

  /**
   * Adds a sample to a metric of your own. When there are too many metrics, or sets of tags, new
   * ones are dropped, which the text of {@linkcode toOpenMetrics} counts.
   *
   * @throws {RangeError} when the name is that of a metric that is made of events
   * @throws {TypeError | RangeError} when the name, the value or a tag is malformed
   */
  recordMetric(name: string, value: number, tags?: Readonly<Record<string, string>>): void {
    const attempt = () => `record metric ${quote(name)}`;
    requireId(name, "name", attempt);
    if (typeof value !== "number" || !Number.isFinite(value)) {
      const kind = typeof value === "number" ? RangeError : TypeError;
      throw new kind(`Cannot ${attempt()}: value must be a finite number, got ${quote(value)}`);
    }
    if (!mayRecord(this.#state, name)) {
      throw new RangeError(`Cannot ${attempt()}: name must be no built-in one, got ${quote(name)}`);
    }
    const labels = tags && readTags(tags, attempt);
    const hadRoom = this.#state.dropped === 0;
    if (!record(this.#state, name, this.#now(), value, labels) && hadRoom) {
      this.#logger.warn(`Could not ${attempt()}: there are too many metrics or tags already`);
    }
  }

  /** All figures as they are. Costs a look at each agent. */
  getCurrentMetrics(): CoordinationMetrics {
    const now = this.#now();
    const { memoryBytes, cpuPercent } = this.#measure(now);
    return reportOf(this.#state, now, { memoryBytes, cpuPercent });
  }

  /**
   * The samples of a metric, oldest first: a user's own, or a built-in one such as `task.completed`
   * or `task.duration`. Reaches back as far as `keepSamples` and `retentionMs` allow.
   *
   * @param since only those from then on @default all that are kept
   */
  getMetricHistory(name: string, since?: Date): MetricsSample[] {
    const attempt = () => `look at metric ${quote(name)}`;
    requireId(name, "name", attempt);
    const from = since === undefined ? -Infinity : timeOf(since, attempt);
    const series = this.#state.metrics.get(name)?.series;
    const samples: MetricsSample[] = [];
    if (series === undefined) return samples;
    const oldest = this.#now() - this.#state.config.retentionMs;
    forEachSince(series, Math.max(from, oldest), (at, value, tags) => {
      samples.push({ timestamp: new Date(at), metric: name, value, ...(tags && { tags }) });
    });
    return samples;
  }

  /** How the values of a duration or of a user's own metric are distributed; `undefined` without any. */
  getSummary(name: string): Summary | undefined {
    requireId(name, "name", () => `look at metric ${quote(name)}`);
    const histogram = this.#state.metrics.get(name)?.histogram;
    return histogram && summaryOf(histogram);
  }

  /** The metrics with the most samples, those with the same number by name. */
  getTopMetrics(limit: number = 10): TopMetric[] {
    requireInteger(limit, 0, Number.MAX_SAFE_INTEGER, "limit", () => "look at the top metrics");
    const top: TopMetric[] = [];
    for (const [metric, { histogram }] of this.#state.metrics) {
      const count = histogram?.count ?? this.#state.counters.get(metric)!;
      if (count === 0) continue;
      top.push({ metric, count, avgValue: histogram === undefined ? 1 : histogram.sum / count });
    }
    top.sort((a, b) => b.count - a.count || (a.metric < b.metric ? -1 : 1));
    return top.slice(0, limit);
  }

  /**
   * Counts from zero again, and forgets all samples. What is so at the moment, such as the number of
   * running tasks, is not counted anew but stays as it is.
   */
  clearMetrics(): void {
    clear(this.#state);
  }

  /** All metrics as OpenMetrics text, to be served as {@linkcode OPEN_METRICS_CONTENT_TYPE}. */
  toOpenMetrics(): string {
    const { memoryBytes, cpuMs } = this.#measure(this.#now());
    return openMetricsOf(this.#state, { memoryBytes, cpuMs });
  }

  #now(): Instant {
    return Math.floor(this.#clock.now());
  }

  /** What the process uses, as far as the probe tells. */
  #measure(now: Instant): {
    memoryBytes: number | undefined;
    cpuMs: number | undefined;
    cpuPercent: number | undefined;
  } {
    let usage: ProcessUsage = {};
    try {
      usage = this.#probe();
    } catch (error) {
      this.#logger.warn("Could not look at what the process uses", error);
    }
    const { memoryBytes, cpuMs } = usage;
    const cpuPercent = cpuMs === undefined ? undefined : this.#cpu.read(cpuMs, now);
    return { memoryBytes, cpuMs, cpuPercent };
  }
}

function readConfig(options: MetricsCollectorOptions, attempt: () => string): MetricsConfig {
  const { keepSamples, retentionMs, maxRecorded } = { ...DEFAULT_METRICS_CONFIG, ...options };
  requireInteger(keepSamples, 1, MOST_SAMPLES, "keepSamples", attempt);
  requireMs(retentionMs, 1, "retentionMs", attempt);
  requireInteger(maxRecorded, 0, MOST_RECORDED, "maxRecorded", attempt);
  return { keepSamples, retentionMs, maxRecorded };
}

function readTags(tags: unknown, attempt: () => string): Record<string, string> {
  requireObject(tags, "tags", attempt);
  const entries = Object.entries(tags);
  requireInteger(entries.length, 0, MOST_TAGS, "the number of tags", attempt);
  for (const [tag, value] of entries) {
    requireId(tag, "tag", attempt);
    if (typeof value === "string") continue;
    throw new TypeError(`Cannot ${attempt()}: tags must be strings, got ${quote(value)}`);
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

function timeOf(since: unknown, attempt: () => string): Instant {
  const time = since instanceof Date ? since.getTime() : NaN;
  if (!Number.isNaN(time)) return time;
  throw new TypeError(`Cannot ${attempt()}: since must be a valid Date, got ${quote(since)}`);
}
