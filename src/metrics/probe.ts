/**
 * What the process itself uses.
 *
 * A runtime tells how much processor time a process has used since it began. That is no percentage:
 * only the difference of two readings, as a part of the time between them, is one.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";

/** What a process uses; what isn't known is left out. */
export interface ProcessUsage {
  /** Memory in use, in bytes. */
  readonly memoryBytes?: number;
  /** Processor time used since the process began, in milliseconds; all processors added up. */
  readonly cpuMs?: number;
}

/** Looks at what a process uses. */
export type ProcessProbe = () => ProcessUsage;

/** What Deno, Node and Bun offer under the same name. */
interface ProcessLike {
  memoryUsage?: () => { rss?: number };
  cpuUsage?: () => { user?: number; system?: number };
}

/** Looks at the process that runs this; finds nothing in a browser. */
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

/** What a runtime answers, or nothing when it refuses to. */
function attempt(ask: () => number | undefined): number | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** The shortest period over which a percentage is taken. */
export const SHORTEST_PERIOD_MS = 1_000;

/** Makes percentages of processor times: each over the period since the one before. */
export class CpuMeter {
  #since: Instant | undefined;
  #cpuMs = 0;
  #percent: number | undefined;

  /**
   * Takes in a reading. A period shorter than {@linkcode SHORTEST_PERIOD_MS} goes on.
   *
   * @returns how much of one processor was used in the newest period, in percent; more than 100
   * when several were; `undefined` until a period has ended
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
