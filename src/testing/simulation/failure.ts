/**
 * How a simulation ends when it finds that something is broken.
 *
 * @module
 */

/** What a simulation found. */
export class BrokenInvariantError extends Error {
  /** What is broken, by the name that it has in the specification. */
  readonly rule: string;

  /** `rule` is broken, as `message` shows. */
  constructor(rule: string, message: string, options?: ErrorOptions) {
    super(`${rule}: ${message}`, options);
    this.name = "BrokenInvariantError";
    this.rule = rule;
  }
}

/** Says that `rule` is broken. */
export function fail(rule: string, message: string): never {
  throw new BrokenInvariantError(rule, message);
}
