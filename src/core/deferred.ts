/**
 * A promise that is made only when its caller has to wait.
 *
 * @module
 */

/** The promise of `undefined`. */
export const DONE: Promise<void> = Promise.resolve();

/** The result of a call, known at once or later. Only the first outcome counts. */
export class Deferred<Result> {
  #settled = false;
  #failed = false;
  #value: unknown;
  #resolve: ((value: Result) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  /** Whether the outcome is known. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Settles the call with `value`. */
  resolve(value: Result): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#resolve === undefined) this.#value = value;
    else this.#resolve(value);
  }

  /** Settles the call with `error`. */
  reject(error: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#failed = true;
    if (this.#reject === undefined) this.#value = error;
    else this.#reject(error);
  }

  /** Returns the promise of the outcome; to be called once. */
  promise(): Promise<Result> {
    if (this.#settled) {
      if (this.#failed) return Promise.reject(this.#value);
      return resolved(this.#value as Result);
    }
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }
}

/** Returns a promise of `value`; that of `undefined` is always the same. */
export function resolved<Result>(value: Result): Promise<Result> {
  return value === undefined ? DONE as Promise<Result & undefined> : Promise.resolve(value);
}

/** Calls `call`, and turns what it throws into a rejection. */
export function attempting<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}
