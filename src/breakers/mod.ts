/**
 * Circuit breakers: {@linkcode CircuitBreaker} and {@linkcode CircuitBreakerManager}.
 *
 * @module
 */

export { CircuitBreaker } from "./circuit_breaker.ts";
export {
  CircuitBreakerManager,
  type CircuitBreakerManagerConfig,
} from "./circuit_breaker_manager.ts";
export type { BreakerHost, BreakerOptions } from "./client.ts";
export type { CircuitBreakerConfig } from "./config.ts";
export type { CircuitBreakerMetrics } from "./views.ts";
