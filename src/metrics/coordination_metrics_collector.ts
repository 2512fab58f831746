/**
 * Metrics as callers see them.
 *
 * @module
 */

import {
  type Attempt,
  quote,
  requireFunction,
  requireId,
  requireInteger,
  requireObject,
} from "../core/arguments.ts";
import { EventBus } from "../core/bus/event_bus.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { readConfig } from "../core/config.ts";
import { defaultLogger, type Logger, logTo, requireLogger } from "../core/logger.ts";
import type { Instant } from "../core/machine.ts";
import { forEachSince, type Summary, summaryOf } from "./aggregates.ts";
import { METRICS_OPTIONS, type MetricsConfig } from "./config.ts";
import {
  clear,
  emptyMetrics,
  FOLDED_EVENTS,
  folding,
  mayRecord,
  type MetricsState,
  record,
} from "./fold.ts";
import { type Gauges, noGauges } from "./gauges.ts";
import { openMetricsOf } from "./open_metrics.ts";
import { CpuMeter, probeProcess, type ProcessProbe, type ProcessUsage } from "./probe.ts";
import { reportOf } from "./report.ts";
import type { CoordinationMetrics, MetricsSample, TopMetric } from "./types.ts";

/**
 * Options of {@linkcode CoordinationMetricsCollector}.
 * @category Metrics
 */
export interface MetricsCollectorOptions extends Partial<MetricsConfig> {
  /** Stamps samples and reports. @default systemClock */
  clock?: Clock;
  /** Returns the usage of the process. @default the usage that Deno, Node or Bun report */
  probe?: ProcessProbe;
  /**
   * Returns the current state when the collector starts: the one that all events published until
   * then have led to. @default nothing has happened
   */
  standing?: () => Gauges;
}

const MOST_TAGS = 32;

/**
 * Counts and times the events of a bus.
 *
 * Start it before the work begins, as it knows only the events that it has observed. It sets no timer
 * and keeps no process alive. Events that users emit on the bus are not counted; they record metrics
 * of their own.
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
 * @category Metrics
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
   * Makes a collector of the events of `eventBus`.
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
    const config = readConfig(METRICS_OPTIONS, options, attempt);
    const { clock = systemClock, probe = probeProcess, standing = noGauges } = options;
    requireFunction(probe, "probe", attempt);
    requireFunction(standing, "standing", attempt);
    this.#eventBus = eventBus;
    this.#clock = clock;
    this.#probe = probe;
    this.#standing = standing;
    this.#state = emptyMetrics(config);
  }

  /** Subscribes to the bus, and begins to measure the process. Idempotent. */
  start(): void {
    if (this.#unsubscribers.length > 0) return;
    this.#state.gauges = this.#standing(); // events before this were not observed
    this.#cpu = new CpuMeter();
    this.#measure(this.#now());
    const handler = folding(this.#state);
    this.#unsubscribers = FOLDED_EVENTS.map((name) => this.#eventBus.on(name, handler));
  }

  /** Unsubscribes from the bus. The figures stay readable. Idempotent. */
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
   * ones are dropped, and counted in the text of {@linkcode toOpenMetrics}.
   *
   * @throws {RangeError} when the name is that of a built-in metric
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
      const line = `Could not ${attempt()}: there are too many metrics or tags already`;
      logTo(this.#logger, "warn", line);
    }
  }

  /** Returns all figures at this moment. Costs O(agents). */
  getCurrentMetrics(): CoordinationMetrics {
    const now = this.#now();
    const { memoryBytes, cpuPercent } = this.#measure(now);
    return reportOf(this.#state, now, { memoryBytes, cpuPercent });
  }

  /**
   * Returns the samples of a metric since `since`, oldest first: a user's own, or a built-in one such
   * as `task.completed` or `task.duration`. Reaches back as far as `keepSamples` and `retentionMs`
   * allow.
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

  /** Returns a summary of a duration or of a user's own metric; `undefined` without samples. */
  getSummary(name: string): Summary | undefined {
    requireId(name, "name", () => `look at metric ${quote(name)}`);
    const histogram = this.#state.metrics.get(name)?.histogram;
    return histogram && summaryOf(histogram);
  }

  /** Returns the metrics with the most samples; those with the same number by name. */
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
   * Resets all counters and samples, but no figure of the current state, such as the number of
   * running tasks.
   */
  clearMetrics(): void {
    clear(this.#state);
  }

  /** Returns all metrics as OpenMetrics text, of the type {@linkcode OPEN_METRICS_CONTENT_TYPE}. */
  toOpenMetrics(): string {
    const { memoryBytes, cpuMs } = this.#measure(this.#now());
    return openMetricsOf(this.#state, { memoryBytes, cpuMs });
  }

  #now(): Instant {
    return Math.floor(this.#clock.now());
  }

  #measure(now: Instant): {
    memoryBytes: number | undefined;
    cpuMs: number | undefined;
    cpuPercent: number | undefined;
  } {
    let usage: ProcessUsage = {};
    try {
      usage = this.#probe();
    } catch (error) {
      logTo(this.#logger, "warn", "Could not measure the process", error);
    }
    const { memoryBytes, cpuMs } = usage;
    const cpuPercent = cpuMs === undefined ? undefined : this.#cpu.read(cpuMs, now);
    return { memoryBytes, cpuMs, cpuPercent };
  }
}

function readTags(tags: unknown, attempt: Attempt): Record<string, string> {
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

function timeOf(since: unknown, attempt: Attempt): Instant {
  const time = since instanceof Date ? since.getTime() : NaN;
  if (!Number.isNaN(time)) return time;
  throw new TypeError(`Cannot ${attempt()}: since must be a valid Date, got ${quote(since)}`);
}
