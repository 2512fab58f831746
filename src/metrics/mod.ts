/**
 * Metrics: a fold over events, and {@linkcode CoordinationMetricsCollector}.
 *
 * @module
 */

export type { Summary } from "./aggregates.ts";
export type { MetricsConfig } from "./config.ts";
export {
  CoordinationMetricsCollector,
  type MetricsCollectorOptions,
} from "./coordination_metrics_collector.ts";
export type { Gauges, OpenItems, TrackedAgent, TrackedResource, TrackedTask } from "./gauges.ts";
export { OPEN_METRICS_CONTENT_TYPE } from "./open_metrics.ts";
export { probeProcess, type ProcessProbe, type ProcessUsage } from "./probe.ts";
export type * from "./types.ts";
