/**
 * Memory and processor time of the process.
 *
 * A runtime returns the processor time since the process began. A percentage is the difference of two
 * readings in relation to the time between them.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";

/**
 * The usage of a process; what is not known is left out.
 * @category Metrics
 */
export interface ProcessUsage {
  /** Memory in use, in bytes. */
  readonly memoryBytes?: number;
  /** Processor time used since the process began, in milliseconds; all processors added up. */
  readonly cpuMs?: number;
}

/**
 * Returns the usage of a process.
 * @category Metrics
 */
export type ProcessProbe = () => ProcessUsage;

/** The functions that Deno, Node and Bun have under the same name. */
interface ProcessLike {
  memoryUsage?: () => { rss?: number };
  cpuUsage?: () => { user?: number; system?: number };
}

/**
 * Returns the usage of this process; nothing in a browser.
 * @category Metrics
 */
export function probeProcess(): ProcessUsage {
  const { process } = globalThis as unknown as { process?: ProcessLike };
  const memoryBytes = attempt(() => process?.memoryUsage?.().rss);
  const cpuMs = attempt(() => {
    const { user, system } = process?.cpuUsage?.() ?? {};
    return user === undefined || system === undefined ? undefined : (user + system) / 1000;
  });
  return {
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(cpuMs !== undefined && { cpuMs }),
  };
}

function attempt(ask: () => number | undefined): number | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** The shortest period of a percentage. */
export const SHORTEST_PERIOD_MS = 1_000;

/** Turns processor times into percentages, each over the period since the one before. */
export class CpuMeter {
  #since: Instant | undefined;
  #cpuMs = 0;
  #percent: number | undefined;

  /**
   * Adds a reading, which ends the period unless that is shorter than
   * {@linkcode SHORTEST_PERIOD_MS}. Returns the usage in the newest period in percent of one
   * processor, or `undefined` until a period has ended.
   */
  read(cpuMs: number, now: Instant): number | undefined {
    if (this.#since === undefined) this.#begin(cpuMs, now);
    else if (now - this.#since >= SHORTEST_PERIOD_MS) {
      this.#percent = Math.max(0, 100 * (cpuMs - this.#cpuMs) / (now - this.#since));
      this.#begin(cpuMs, now);
    }
    return this.#percent;
  }

  #begin(cpuMs: number, now: Instant): void {
    this.#since = now;
    this.#cpuMs = cpuMs;
  }
}
