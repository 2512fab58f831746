/**
 * The vocabulary: every event of every machine, by the name that it has on the bus, in the log, in
 * a trace and in the specification.
 *
 * @module
 */

import type { AgentEvent } from "./agent_events.ts";
import type { BreakerEvent } from "./breaker_events.ts";
import type { ConflictEvent } from "./conflict_events.ts";
import type { LockEvent } from "./lock_events.ts";
import type { MessageEvent } from "./message_events.ts";
import type { SystemEventMap } from "./system_events.ts";
import type { TaskEvent } from "./task_events.ts";

export type * from "./agent_events.ts";
export * from "./breaker_events.ts";
export type * from "./conflict_events.ts";
export type * from "./lock_events.ts";
export type * from "./message_events.ts";
export type * from "./stealing_events.ts";
export type * from "./system_events.ts";
export type * from "./task_events.ts";

/** The names that event handlers of the coordination API use. */
export const SystemEvents = {
  AGENT_SPAWNED: "agent:spawned",
  AGENT_TERMINATED: "agent:terminated",
  AGENT_ERROR: "agent:error",
  AGENT_IDLE: "agent:idle",
  AGENT_ACTIVE: "agent:active",
  TASK_CREATED: "task:created",
  TASK_ASSIGNED: "task:assigned",
  TASK_STARTED: "task:started",
  TASK_COMPLETED: "task:completed",
  TASK_FAILED: "task:failed",
  TASK_CANCELLED: "task:cancelled",
  SYSTEM_READY: "system:ready",
  SYSTEM_SHUTDOWN: "system:shutdown",
  SYSTEM_ERROR: "system:error",
  SYSTEM_HEALTHCHECK: "system:healthcheck",
  RESOURCE_ACQUIRED: "resource:acquired",
  RESOURCE_RELEASED: "resource:released",
  DEADLOCK_DETECTED: "deadlock:detected",
  MESSAGE_SENT: "message:sent",
  MESSAGE_RECEIVED: "message:received",
} as const;

/** Everything that any machine can say. */
export type LockstepEvent =
  | AgentEvent
  | LockEvent
  | TaskEvent
  | ConflictEvent
  | BreakerEvent
  | MessageEvent;

/** From the name of an event to what its handlers get. */
export type EventMap =
  & { [Event in LockstepEvent as Event["type"]]: Event }
  & SystemEventMap;
