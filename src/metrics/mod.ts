/**
 * Metrics: a fold over events, and {@linkcode CoordinationMetricsCollector}.
 *
 * @module
 */

export {
  CoordinationMetricsCollector,
  type MetricsCollectorOptions,
  type MetricsSample,
  type TopMetric,
} from "./coordination_metrics_collector.ts";
export type { MetricsConfig } from "./fold.ts";
export type { Gauges, TrackedAgent, TrackedResource, TrackedTask } from "./gauges.ts";
export type { Summary } from "./aggregates.ts";
export type { OpenItems } from "./gauges.ts";
export { OPEN_METRICS_CONTENT_TYPE } from "./open_metrics.ts";
export { probeProcess, type ProcessProbe, type ProcessUsage } from "./probe.ts";
export type {
  AgentFigures,
  CoordinationFigures,
  CoordinationMetrics,
  PerformanceFigures,
  ResourceFigures,
  TaskFigures,
} from "./report.ts";
