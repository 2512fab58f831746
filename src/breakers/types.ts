/**
 * Public data types of breakers.
 *
 * @module
 */

/**
 * The states of a circuit breaker: all calls go through, none does, a few do as probes.
 * @category Circuit breakers
 */
export const CircuitState = { CLOSED: "closed", OPEN: "open", HALF_OPEN: "half-open" } as const;

/**
 * The state of a circuit breaker.
 * @category Circuit breakers
 */
export type CircuitState = "closed" | "open" | "half-open";

/** The outcome of a call; `neutral` is no evidence for or against the guarded service. */
export type CallOutcome = "success" | "failure" | "neutral";
