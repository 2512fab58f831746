/**
 * A promise that is made only when somebody has to wait.
 *
 * @module
 */

const DONE: Promise<unknown> = Promise.resolve(undefined);

/** What a call comes to, at once or later. What comes after the first outcome is ignored. */
export class Answer<Result> {
  #settled = false;
  #failed = false;
  #value: unknown;
  #resolve: ((value: Result) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  /** Whether the outcome is known. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Ends the call well. */
  succeed(value: Result): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#resolve === undefined) this.#value = value;
    else this.#resolve(value);
  }

  /** Ends the call badly. */
  fail(error: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#failed = true;
    if (this.#reject === undefined) this.#value = error;
    else this.#reject(error);
  }

  /** The promise of the outcome; to be called once. */
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

/** A promise of `value`; that of `undefined` is always the same. */
export function resolved<Result>(value: Result): Promise<Result> {
  return value === undefined ? DONE as Promise<Result> : Promise.resolve(value);
}

/** What `call` promises, or a rejection with what it throws. */
export function attempting<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}
