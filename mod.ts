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
 * | {@linkcode MemoryJournal}, {@linkcode Journal} | stores commands, for recovery and replay |
 *
 * Errors are subclasses of {@linkcode LockstepError} with a stable `code`. The other entry points are
 * `./events` (the type of each event), `./machine` (the machines themselves, and the engine that
 * hosts one), `./testing` (a simulated clock and a simulated world) and `./cli`.
 *
 * @module
 */

// Coordination
export {
  CoordinationManager,
  type CoordinationManagerOptions,
  type CoordinationOptions,
  type ListAgentsOptions,
  type SystemMetrics,
} from "./src/coordination/coordination_manager.ts";
export { AgentSession } from "./src/coordination/agent_session.ts";
export type {
  AgentOptions,
  ConflictOptions,
  CoordinationConfig,
} from "./src/coordination/config.ts";
export {
  type AgentExplanation,
  type AskExplanation,
  type Explanation,
  type Explicable,
  type RequestExplanation,
  UnknownSubjectError,
} from "./src/coordination/explain.ts";
export type { CoordinationHealth } from "./src/coordination/health.ts";
export type { AgentMode, AgentProfile } from "./src/agents/types.ts";
export type { MemberView } from "./src/agents/views.ts";
export type { MembershipConfig } from "./src/agents/config.ts";

// Tasks
export {
  AdvancedTaskScheduler,
  type AgentMetrics,
  type SchedulingMetrics,
} from "./src/tasks/advanced_task_scheduler.ts";
export {
  type CompletionOptions,
  type ShutdownOptions,
  type SubmitOptions,
  type TaskChanges,
  TaskScheduler,
  type TaskSchedulerOptions,
} from "./src/tasks/task_scheduler.ts";
export { type ClaimOptions, TaskClaim } from "./src/tasks/claims.ts";
export { TaskHandle } from "./src/tasks/client.ts";
export { ChildHandle, type TaskContext, type TaskHandler } from "./src/tasks/attempts.ts";
export type {
  CordonCause,
  Dedupe,
  DedupePolicy,
  Dependency,
  DependencyReport,
  MissedPolicy,
  OnFailure,
  Outcome as TaskOutcome,
  ScheduledTask,
  ScheduleExplanation,
  ScheduleOptions,
  ScheduleView,
  Task,
  TaskStatus,
  TaskView,
} from "./src/tasks/types.ts";
export type { TaskConfig, TaskSchedulerConfig, WorkStealingConfig } from "./src/tasks/config.ts";
export type { Exhausted } from "./src/tasks/budgets.ts";
export type {
  Budget,
  BudgetView,
  KeyLimit,
  KeyLimits,
  LimitView,
  RateLimit,
  Spent,
} from "./src/tasks/limits.ts";
export type { LimitExplanation } from "./src/tasks/limit_views.ts";
export {
  AffinitySchedulingStrategy,
  CapabilitySchedulingStrategy,
  LeastLoadedSchedulingStrategy,
  RoundRobinSchedulingStrategy,
  type SchedulingContext,
  type SchedulingStrategy,
  type TaskStats,
} from "./src/tasks/strategies.ts";
export type {
  AgentWorkload,
  LockExplanation,
  QueueExplanation,
  TaskExplanation,
  TaskFilter,
  TaskListOptions,
  TaskPage,
  WorkloadStats,
} from "./src/tasks/views.ts";
export {
  WorkStealingCoordinator,
  type WorkStealingOptions,
} from "./src/tasks/work_stealing_coordinator.ts";
export {
  DependencyGraph,
  type DependencyGraphStats,
  type DependencyPath,
  type GraphChanges,
} from "./src/tasks/dependency_graph.ts";
export type { GraphTaskStatus } from "./src/tasks/graph_walks.ts";
export {
  BudgetExhaustedError,
  ClaimLostError,
  DependencyCycleError,
  DuplicateKeyError,
  DuplicateTaskError,
  KeyLimitError,
  ResultDroppedError,
  SchedulerPausedError,
  TaskCancelledError,
  TaskFailedError,
  TaskStatusError,
  TaskTimeoutError,
  UnfitAgentError,
  UnknownTaskError,
} from "./src/tasks/errors.ts";

// Locks
export { ResourceManager, type ResourceManagerOptions } from "./src/locks/resource_manager.ts";
export { LockHandle, LockSet } from "./src/locks/client.ts";
export type { LockConfig, ResourceManagerConfig } from "./src/locks/config.ts";
export type {
  AcquireAllOptions,
  AcquireOptions,
  AcquirePathsOptions,
  LockHolder,
  LockMode,
  PathsRequest,
  ResourceRequest,
  ResourceRequestLike,
} from "./src/locks/types.ts";
export type {
  HolderView,
  LockWaitExplanation,
  OfPaths,
  PathsCheck,
  WaiterView,
  WaitExplanation,
} from "./src/locks/views.ts";
export {
  DeadlockError,
  LockAbandonedError,
  LockLostError,
  LockModeError,
  LockTimeoutError,
  NotHolderError,
} from "./src/locks/errors.ts";

// Messages
export { MessageRouter, type MessageRouterOptions } from "./src/messages/message_router.ts";
export {
  DeliveryContext,
  type MessageHandler,
  ReceivedMessage,
  Subscription,
} from "./src/messages/handlers.ts";
export type {
  InboxOptions,
  PostOptions,
  ReceiveOptions,
  RequestOptions,
  SendOptions,
  SubscribeOptions,
} from "./src/messages/arguments.ts";
export type { MessageConfig, MessageRouterConfig } from "./src/messages/config.ts";
export type { Message, MessageOutcome } from "./src/messages/types.ts";
export type {
  DeadLetterView,
  DeliveryExplanation,
  InboxEntry,
  InboxPage,
  MessageExplanation,
} from "./src/messages/views.ts";
export {
  DeliveryLostError,
  MailboxFullError,
  ResponseTimeoutError,
  UnansweredError,
  UnknownMessageError,
  UnknownRecipientError,
} from "./src/messages/errors.ts";

// Breakers
export {
  type BreakerBody,
  type BreakerCallContext,
  CircuitBreaker,
  type ExecuteOptions,
  type RetryOptions,
} from "./src/breakers/circuit_breaker.ts";
export {
  CircuitBreakerManager,
  type CircuitBreakerManagerConfig,
} from "./src/breakers/circuit_breaker_manager.ts";
export type { BreakerOptions } from "./src/breakers/client.ts";
export type {
  BreakerConfig,
  BreakerPolicy,
  BreakerRules,
  CircuitBreakerConfig,
} from "./src/breakers/config.ts";
export { CircuitState } from "./src/breakers/types.ts";
export type { CircuitBreakerMetrics } from "./src/breakers/views.ts";
export { BreakerHeldError, CallTimeoutError, CircuitOpenError } from "./src/breakers/errors.ts";

// Conflicts
export {
  ConflictResolver,
  type ConflictResolverOptions,
  type ConflictStats,
  type VoteOptions,
  type VoteView,
} from "./src/conflicts/conflict_resolver.ts";
export {
  OptimisticLockManager,
  type OptimisticLockOptions,
  type UpdateResult,
} from "./src/conflicts/optimistic_lock_manager.ts";
export {
  type ConflictResolutionStrategy,
  PriorityResolutionStrategy,
  type ResolutionContext,
  TimestampResolutionStrategy,
  VotingResolutionStrategy,
} from "./src/conflicts/strategies.ts";
export type {
  Conflict,
  ConflictBase,
  ConflictDecision,
  ConflictResolution,
  ResolutionType,
  ResourceConflict,
  TaskConflict,
  TaskConflictType,
} from "./src/conflicts/types.ts";
export type { ConflictConfig } from "./src/conflicts/config.ts";
export type { ConflictHosting } from "./src/conflicts/client.ts";
export type { ConflictCriterion } from "./src/conflicts/commands.ts";
export { UndecidedConflictError, UnknownConflictError, VoteError } from "./src/conflicts/errors.ts";

// Metrics
export {
  CoordinationMetricsCollector,
  type MetricsCollectorOptions,
} from "./src/metrics/coordination_metrics_collector.ts";
export type { MetricsConfig } from "./src/metrics/config.ts";
export type { Summary } from "./src/metrics/aggregates.ts";
export { OPEN_METRICS_CONTENT_TYPE } from "./src/metrics/open_metrics.ts";
export { probeProcess, type ProcessProbe, type ProcessUsage } from "./src/metrics/probe.ts";
export type {
  AgentFigures,
  CoordinationFigures,
  CoordinationMetrics,
  MetricsSample,
  PerformanceFigures,
  ResourceFigures,
  TaskFigures,
  TopMetric,
} from "./src/metrics/types.ts";

// Events
export { EventBus } from "./src/root/event_bus.ts";
export { describeEvent, type EventMap, SystemEvents } from "./src/root/events.ts";
export { EventStream } from "./src/core/bus/event_stream.ts";
export type {
  EventBusOptions,
  EventHandler,
  EventsOptions,
  EventStats,
  HeardEvent,
  HeardEvents,
  Unsubscribe,
  WaitForOptions,
} from "./src/core/bus/event_types.ts";

// Runtime
export { type CancelTimer, type Clock, systemClock } from "./src/core/clock.ts";
export { Logger, type LoggerOptions, type LogLevel } from "./src/core/logger.ts";
export type {
  Journal,
  JournalRecord,
  Position,
  SnapshotMeta,
  SnapshotStore,
  StoredRecord,
  StoredSnapshot,
} from "./src/core/journal.ts";
export { MemoryJournal } from "./src/core/memory_journal.ts";
export type { HealthStatus } from "./src/core/machine.ts";
export type { Instant } from "./src/core/machine.ts";
export type { ErrorData } from "./src/core/error_data.ts";
export {
  AppendRefusedError,
  ClosedError,
  EventTimeoutError,
  InvariantError,
  JournalError,
  JournalReplacedError,
  JournalTruncatedError,
  JournalUnreadableError,
  LimitError,
  LockstepError,
  NonRetryableError,
  OutcomeUnknownError,
  RetryAfterError,
  SessionExpiredError,
  StaleEpochError,
  UninitializedError,
  UnknownAgentError,
} from "./src/core/errors.ts";
export { StillWaitingError, TicketExpiredError, type TicketOptions } from "./src/core/tickets.ts";
