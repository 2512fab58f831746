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
  BreakerAnswers,
  BreakerCommand,
  BreakerCommandBase,
  CountCalls,
  DefineBreaker,
  ForceBreaker,
  PermitAnswer,
  RemoveBreaker,
  RequestPermit,
  ResetBreaker,
  SettlePermit,
} from "./commands.ts";
export type { BreakerConfig, BreakerPolicy, BreakerRules, CircuitBreakerConfig } from "./config.ts";
export { breakerMachine } from "./machine.ts";
export { type CallOutcome, CircuitState } from "./types.ts";
export type { CircuitBreakerMetrics } from "./views.ts";
export type {
  Breaker,
  BreakerCounts,
  BreakerState,
  ClosedPhase,
  HalfOpenPhase,
  OpenPhase,
} from "./state.ts";
export type { CallTally, CallWindow, CountWindow, TimeWindow, WindowRules } from "./window.ts";
