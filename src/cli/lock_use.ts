/**
 * How the locks of a run were used: who had to wait for which, and for how long.
 *
 * @module
 */

import type { LockstepEvent } from "../root/events.ts";

/** How one lock was used. All times are milliseconds. */
export interface LockReport {
  /** What tasks call it. */
  readonly name: string;
  /** How often somebody got it. */
  readonly grants: number;
  /** How many of those had to wait for it first. */
  readonly waits: number;
  /** How long they waited, all together. */
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

  /** Takes in what happened. */
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

  /** All locks that somebody had, those first that were waited for longest. */
  report(): LockReport[] {
    return [...this.#uses]
      .map(([name, use]) => ({ name, ...use }))
      .sort((a, b) => b.waitedMs - a.waitedMs || b.waits - a.waits);
  }
}
