/**
 * Lockstep coordinates many agents that work at the same time: who does which task, who may touch
 * which resource, and what happens when one of them fails.
 *
 * Start with {@linkcode AdvancedTaskScheduler} to have work done, with {@linkcode ResourceManager}
 * for locks alone, and with {@linkcode DependencyGraph} for a plan without execution.
 *
 * @module
 */

export {
  CallTimeoutError,
  type CancelTimer,
  CircuitOpenError,
  CircuitState,
  ClaimLostError,
  type Clock,
  ClosedError,
  type CommandLog,
  DeadlockError,
  decode,
  DeliveryLostError,
  DependencyCycleError,
  type Dispatcher,
  DuplicateTaskError,
  encode,
  Engine,
  type EngineOptions,
  EventBus,
  type EventBusOptions,
  type EventHandler,
  type EventMap,
  type EventsOptions,
  type EventStats,
  EventStream,
  EventTimeoutError,
  fork,
  type HealthStatus,
  type HeardEvent,
  type HeardEvents,
  type Instant,
  InvariantError,
  LimitError,
  LockAbandonedError,
  LockLostError,
  LockModeError,
  LockstepError,
  LockTimeoutError,
  type LogEntry,
  LogError,
  Logger,
  type LoggerOptions,
  type LogLevel,
  type Machine,
  type MachineHost,
  MailboxFullError,
  MemoryLog,
  type Named,
  NonRetryableError,
  NotHolderError,
  type Observer,
  Opaque,
  type Reply,
  ResponseTimeoutError,
  RetryAfterError,
  type Snapshot,
  StaleEpochError,
  systemClock,
  SystemEvents,
  TaskCancelledError,
  TaskFailedError,
  TaskStatusError,
  TaskTimeoutError,
  type Tick,
  type Transition,
  transition,
  UnansweredError,
  UndecidedConflictError,
  UnfitAgentError,
  UninitializedError,
  UnknownAgentError,
  UnknownConflictError,
  UnknownMessageError,
  UnknownTaskError,
  type Unsubscribe,
  VoteError,
  type WaitForOptions,
} from "./src/kernel/mod.ts";
export type * from "./src/kernel/mod.ts";
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
