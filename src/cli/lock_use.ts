/**
 * Measures the use of locks in a run: grants, waits and their length.
 *
 * @module
 */

import type { LockstepEvent } from "../root/events.ts";

/** Use of one lock. All times are milliseconds. */
export interface LockReport {
  /** Its name in the workflow. */
  readonly name: string;
  /** Number of grants. */
  readonly grants: number;
  /** Number of grants after a wait. */
  readonly waits: number;
  /** Sum of these waits. */
  readonly waitedMs: number;
  /** The longest of these waits. */
  readonly longestWaitMs: number;
}

interface Use {
  grants: number;
  waits: number;
  waitedMs: number;
  longestWaitMs: number;
}

/** Follows all locks of a run. */
export class LockUse {
  readonly #uses = new Map<string, Use>();

  /** Applies an event. */
  apply(event: LockstepEvent): void {
    if (event.type !== "resource:acquired") return;
    let use = this.#uses.get(event.resourceId);
    if (use === undefined) {
      this.#uses.set(
        event.resourceId,
        use = { grants: 0, waits: 0, waitedMs: 0, longestWaitMs: 0 },
      );
    }
    use.grants++;
    if (event.waitId === 0) return;
    use.waits++;
    use.waitedMs += event.waitedMs;
    use.longestWaitMs = Math.max(use.longestWaitMs, event.waitedMs);
  }

  /** All locks that were granted, by the sum of their waits, largest first. */
  report(): LockReport[] {
    return [...this.#uses]
      .map(([name, use]) => ({ name, ...use }))
      .sort((a, b) => b.waitedMs - a.waitedMs || b.waits - a.waits);
  }
}
