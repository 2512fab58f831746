/**
 * How a subsystem says that it is well, or what ails it.
 *
 * @module
 */

/** How a subsystem is, computed when it is asked for. */
export interface HealthStatus {
  /** Whether nothing needs a look: nothing has stopped, is full, or is late. */
  readonly healthy: boolean;
  /** What is wrong, for people; none when it is healthy. */
  readonly error?: string;
  /** Figures by name, in the unit that the name ends in, or else a count. */
  readonly metrics: Record<string, number>;
}
