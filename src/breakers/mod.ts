/**
 * Circuit breakers: the breaker machine, {@linkcode CircuitBreaker} and
 * {@linkcode CircuitBreakerManager}.
 *
 * @module
 */

export type { BreakerBody, BreakerCallContext, ExecuteOptions } from "./circuit_breaker.ts";
export type { BreakerHost, BreakerOptions } from "./client.ts";
export { CircuitBreaker } from "./circuit_breaker.ts";
export {
  CircuitBreakerManager,
  type CircuitBreakerManagerConfig,
} from "./circuit_breaker_manager.ts";
export type {
  BreakerCommand,
  CallOutcome,
  CountCalls,
  DefineBreaker,
  ForceBreaker,
  RemoveBreaker,
  RequestPermit,
  ResetBreaker,
  SettlePermit,
} from "./commands.ts";
export type { CircuitBreakerConfig } from "./config.ts";
export { breakerMachine } from "./machine.ts";
export type { CircuitBreakerMetrics } from "./views.ts";
export type {
  Breaker,
  BreakerConfig,
  BreakerCounts,
  BreakerPolicy,
  BreakerRules,
  BreakerState,
  ClosedPhase,
  HalfOpenPhase,
  OpenPhase,
} from "./state.ts";
export type { CallTally, CallWindow, CountWindow, TimeWindow, WindowRules } from "./window.ts";
