/**
 * Lockstep coordinates many agents that work at the same time: which agent runs which task, which
 * agent may touch which resource, which messages agents exchange, and what happens when an agent
 * fails.
 *
 * Start with {@linkcode CoordinationManager}, which runs all parts on one engine:
 *
 * ```ts
 * import { CoordinationManager } from "@lockstep/lockstep";
 *
 * await using manager = new CoordinationManager({ maxRetries: 2 });
 * await manager.registerAgent({ id: "writer", capabilities: ["edit"] }, async (task, { acquire }) => {
 *   await using lock = await acquire("changelog");
 *   return `${task.id}, written under lock ${lock.epoch}`;
 * });
 * const draft = await manager.submit({ id: "draft", requires: ["edit"] });
 * const review = await manager.submit({ id: "review", dependencies: ["draft"], timeoutMs: 60_000 });
 * console.log(await draft.result); // draft, written under lock 1
 * console.log(await review.result); // review, written under lock 2
 * ```
 *
 * Each part also works alone:
 *
 * | Class | Purpose |
 * | --- | --- |
 * | {@linkcode AdvancedTaskScheduler}, {@linkcode TaskScheduler} | tasks with dependencies, priorities, locks, retries and timeouts |
 * | {@linkcode WorkStealingCoordinator} | moves tasks from busy agents to idle ones |
 * | {@linkcode DependencyGraph} | order, cycles and the critical path of a plan, without execution |
 * | {@linkcode ResourceManager} | exclusive, shared and counted locks; leases; deadlock detection |
 * | {@linkcode MessageRouter} | mailboxes with redelivery, requests, topics and dead letters |
 * | {@linkcode CircuitBreaker}, {@linkcode CircuitBreakerManager} | calls that stop after failures and are probed again later |
 * | {@linkcode ConflictResolver}, {@linkcode OptimisticLockManager} | one decision between agents that want the same thing; versions |
 * | {@linkcode CoordinationMetricsCollector} | counters, gauges, quantiles and OpenMetrics text |
 * | {@linkcode EventBus}, {@linkcode SystemEvents}, {@linkcode Logger} | typed events, debug mode, logging |
 * | {@linkcode Engine}, {@linkcode MemoryLog} | hosts a machine with a clock and a log of commands; replay |
 *
 * Errors are subclasses of {@linkcode LockstepError} with a stable `code`.
 *
 * @module
 */

export type { MachineHost } from "./src/core/client.ts";
export * from "./src/core/clock.ts";
export * from "./src/core/data/plain.ts";
export * from "./src/core/engine.ts";
export type { ErrorData } from "./src/core/error_data.ts";
export * from "./src/core/errors.ts";
export * from "./src/root/event_bus.ts";
export { EventStream } from "./src/core/bus/event_stream.ts";
export type * from "./src/core/bus/event_types.ts";
export type * from "./src/core/health.ts";
export * from "./src/core/log.ts";
export * from "./src/core/logger.ts";
export * from "./src/core/machine.ts";
export * from "./src/root/events.ts";
export type * from "./src/agents/types.ts";
export type * from "./src/tasks/types.ts";
export type * from "./src/locks/types.ts";
export type * from "./src/conflicts/types.ts";
export type * from "./src/messages/types.ts";
export { UndecidedConflictError, UnknownConflictError, VoteError } from "./src/conflicts/errors.ts";
export { CallTimeoutError, CircuitOpenError } from "./src/breakers/errors.ts";
export { CallTimeoutError, CircuitOpenError } from "./src/breakers/errors.ts";
export { UndecidedConflictError, UnknownConflictError, VoteError } from "./src/conflicts/errors.ts";
export {
  DeadlockError,
  LockAbandonedError,
  LockLostError,
  LockModeError,
  LockTimeoutError,
  NotHolderError,
} from "./src/locks/errors.ts";
export {
  DeliveryLostError,
  MailboxFullError,
  ResponseTimeoutError,
  UnansweredError,
  UnknownMessageError,
} from "./src/messages/errors.ts";
export {
  ClaimLostError,
  DependencyCycleError,
  DuplicateTaskError,
  TaskCancelledError,
  TaskFailedError,
  TaskStatusError,
  TaskTimeoutError,
  UnfitAgentError,
  UnknownTaskError,
} from "./src/tasks/errors.ts";
export * from "./src/agents/mod.ts";
export type {
  BeatAgent,
  JoinAgent,
  LeaveAgent,
  MembershipCommand,
  MembershipConfig,
  MemberView,
  ResumeListening,
} from "./src/agents/mod.ts";
export * from "./src/breakers/mod.ts";
export * from "./src/conflicts/mod.ts";
export * from "./src/coordination/mod.ts";
export * from "./src/locks/mod.ts";
export * from "./src/messages/mod.ts";
export * from "./src/metrics/mod.ts";
export * from "./src/tasks/mod.ts";
