/**
 * The config of metrics.
 *
 * @module
 */

import { defaultsOf, integer, ms, type Options } from "../core/config.ts";

/**
 * The limits of a metrics collector.
 * @category Metrics
 */
export interface MetricsConfig {
  /** Number of the newest samples of each metric that are kept. @default 10_000 */
  readonly keepSamples: number;
  /** Greatest age of a sample that is shown, in milliseconds. @default 3_600_000 */
  readonly retentionMs: number;
  /** Most metrics of a user's own, and most sets of their tags. @default 1_000 */
  readonly maxRecorded: number;
}

/** The default and the check of each option of a metrics collector. */
export const METRICS_OPTIONS: Options<MetricsConfig> = {
  keepSamples: integer(10_000, 1, 1_000_000),
  retentionMs: ms(3_600_000, 1),
  maxRecorded: integer(1_000, 0, 100_000),
};

/** The config of a metrics collector that is given none. */
export const DEFAULT_METRICS_CONFIG: MetricsConfig = defaultsOf(METRICS_OPTIONS);
