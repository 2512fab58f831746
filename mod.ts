/**
 * Lockstep coordinates many agents that work at the same time: who does which task, who may touch
 * which resource, and what happens when one of them fails.
 *
 * Start with {@linkcode AdvancedTaskScheduler} to have work done, with {@linkcode ResourceManager}
 * for locks alone, and with {@linkcode DependencyGraph} for a plan without execution.
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
export * from "./src/tasks/errors.ts";
export * from "./src/locks/errors.ts";
export { UndecidedConflictError, UnknownConflictError, VoteError } from "./src/conflicts/errors.ts";
export * from "./src/messages/errors.ts";
export { CallTimeoutError, CircuitOpenError } from "./src/breakers/errors.ts";
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
