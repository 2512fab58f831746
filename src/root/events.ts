/**
 * The vocabulary: every event of every machine, by the name that it has on the bus, in the log, in
 * a trace and in the specification.
 *
 * @module
 */

import { AGENT_DESCRIPTIONS, type AgentEvent } from "../agents/events.ts";
import { BREAKER_DESCRIPTIONS, type BreakerEvent } from "../breakers/events.ts";
import { CONFLICT_DESCRIPTIONS, type ConflictEvent } from "../conflicts/events.ts";
import { LOCK_DESCRIPTIONS, type LockEvent } from "../locks/events.ts";
import { MESSAGE_DESCRIPTIONS, type MessageEvent } from "../messages/events.ts";
import { TASK_DESCRIPTIONS, type TaskEvent } from "../tasks/events.ts";
import { describer, type Descriptions } from "../core/describe.ts";
import type { HealthStatus, Named } from "../core/machine.ts";
import type { ErrorData } from "../core/error_data.ts";

export type * from "../agents/events.ts";
export type * from "../breakers/events.ts";
export type * from "../conflicts/events.ts";
export type * from "../locks/events.ts";
export type * from "../messages/events.ts";
export type * from "../tasks/events.ts";

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

/** A coordination manager is initialized. */
export interface SystemReady {
  /** When. */
  readonly timestamp: Date;
}

/** A coordination manager is shut down, and has let go of everything. */
export interface SystemShutdown {
  /** For people. */
  readonly reason: string;
}

/**
 * Something that a user gave went wrong, and was dealt with: a strategy threw, or named an unfit
 * agent.
 */
export interface SystemError {
  /** For people. */
  readonly message: string;
  /** The thrown value. */
  readonly error: unknown;
  /** The task that was to get an agent. */
  readonly taskId: string;
  /** The name of the strategy. */
  readonly strategy: string;
}

/** A coordination manager was told to perform its maintenance, and how it was then. */
export interface SystemHealthcheck {
  /** The health of the system and of each part. */
  readonly status: HealthStatus;
}

/** An attempt of an agent failed, whether or not another one follows. */
export interface AgentError {
  /** The agent that made the attempt. */
  readonly agentId: string;
  /** The task of the attempt. */
  readonly taskId: string;
  /** Why it failed. */
  readonly error: ErrorData;
}

/** From the name of what façades say to what its handlers get. */
export interface SystemEventMap {
  /** A coordination manager is initialized. */
  readonly "system:ready": SystemReady;
  /** A coordination manager is shut down. */
  readonly "system:shutdown": SystemShutdown;
  /** Something that a user gave went wrong. */
  readonly "system:error": SystemError;
  /** A coordination manager performed its maintenance. */
  readonly "system:healthcheck": SystemHealthcheck;
  /** An attempt of an agent failed. */
  readonly "agent:error": AgentError;
}

const DESCRIPTIONS: Descriptions<LockstepEvent> = {
  ...AGENT_DESCRIPTIONS,
  ...BREAKER_DESCRIPTIONS,
  ...CONFLICT_DESCRIPTIONS,
  ...LOCK_DESCRIPTIONS,
  ...MESSAGE_DESCRIPTIONS,
  ...TASK_DESCRIPTIONS,
};

/** The names of all events that a machine can emit. */
export function eventNames(): string[] {
  return Object.keys(DESCRIPTIONS);
}

/** One line for people about an event of any subsystem. Never throws. */
export const describeEvent: (event: Named) => string = describer(DESCRIPTIONS);
