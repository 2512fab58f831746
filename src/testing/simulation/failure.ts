/**
 * The end of a simulation that finds a broken invariant.
 *
 * @module
 */

/** A rule that a simulation found broken. */
export class BrokenInvariantError extends Error {
  /** The rule, by its name in the specification. */
  readonly rule: string;

  /** Creates the error of `rule`, broken as `message` says. */
  constructor(rule: string, message: string, options?: ErrorOptions) {
    super(`${rule}: ${message}`, options);
    this.name = "BrokenInvariantError";
    this.rule = rule;
  }
}

/** Ends the simulation, as `rule` is broken. */
export function fail(rule: string, message: string): never {
  throw new BrokenInvariantError(rule, message);
}
