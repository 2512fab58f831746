/**
 * The readers of a journal that have read all of it, and wait for the next record.
 *
 * @module
 */

/** Wakes those that wait for a record. */
export class Followers {
  readonly #waiting = new Set<() => void>();

  /** Wakes all that wait. */
  wake(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Resolves at the next {@linkcode wake}, or when `signal` is aborted. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }
}
