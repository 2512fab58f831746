/**
 * Waits for the end of tasks: one subscription for any number of clients that wait.
 *
 * @module
 */

import type { EventBus } from "../core/bus/event_bus.ts";

/** Notifies those who wait for the end of a task. Costs O(1) for each event and wait. */
export class Endings {
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #stops: readonly (() => void)[];

  /** Listens to `bus`. */
  constructor(bus: EventBus) {
    const notify = ({ taskId }: { readonly taskId: string }) => {
      for (const end of [...this.#waiting.get(taskId) ?? []]) end();
    };
    this.#stops = (["task:completed", "task:failed", "task:cancelled"] as const)
      .map((type) => bus.on(type, notify));
  }

  /** Resolves when the task ends, after `ms`, or when `signal` aborts. */
  async wait(taskId: string, ms: number, signal: AbortSignal): Promise<void> {
    const waiting = this.#waiting.get(taskId) ?? new Set();
    await new Promise<void>((resolve) => {
      const end = () => {
        signal.removeEventListener("abort", end);
        clearTimeout(timer);
        waiting.delete(end);
        if (waiting.size === 0) this.#waiting.delete(taskId);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end);
      this.#waiting.set(taskId, waiting.add(end));
    });
  }

  /** Ends all waits. */
  close(): void {
    for (const stop of this.#stops) stop();
    for (const waiting of [...this.#waiting.values()]) for (const end of [...waiting]) end();
  }
}
