/**
 * The vocabulary: every event of every machine, by the name that it has on the bus, in the journal, in
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
import { OPERATOR_DESCRIPTIONS, type OperatorEvent } from "./operator_events.ts";
import { describer, type Descriptions } from "../core/describe.ts";
import type { HealthStatus, Named } from "../core/machine.ts";
import type { ErrorData } from "../core/error_data.ts";

export type * from "../agents/events.ts";
export type * from "../breakers/events.ts";
export type * from "../conflicts/events.ts";
export type * from "../locks/events.ts";
export type * from "../messages/events.ts";
export type * from "../tasks/events.ts";
export type * from "../tasks/schedule_events.ts";
export type { OperatorActed, OperatorEvent, OperatorSubject } from "./operator_events.ts";

/**
 * The names that event handlers of the coordination API use.
 * @category Events
 */
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

/** The events of all machines. */
export type LockstepEvent =
  | AgentEvent
  | LockEvent
  | TaskEvent
  | ConflictEvent
  | BreakerEvent
  | MessageEvent
  | OperatorEvent;

/**
 * The payload of each event, by its name.
 * @category Events
 */
export type EventMap =
  & { [Event in LockstepEvent as Event["type"]]: Event }
  & SystemEventMap;

/** A coordination manager is initialized. */
export interface SystemReady {
  /** The time. */
  readonly timestamp: Date;
}

/** A coordination manager is shut down, and has released all resources. */
export interface SystemShutdown {
  /** For people. */
  readonly reason: string;
}

/**
 * A strategy of the program threw, or chose an unfit agent. The error was handled: the default choice
 * was used.
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

/** A coordination manager performed its maintenance. */
export interface SystemHealthcheck {
  /** The health of the system and of each part. */
  readonly status: HealthStatus;
}

/** An attempt of an agent failed, with or without a retry. */
export interface AgentError {
  /** The agent that made the attempt. */
  readonly agentId: string;
  /** The task of the attempt. */
  readonly taskId: string;
  /** The reason. */
  readonly error: ErrorData;
}

/** The payload of each event that façades emit, by its name. */
export interface SystemEventMap {
  /** A coordination manager is initialized. */
  readonly "system:ready": SystemReady;
  /** A coordination manager is shut down. */
  readonly "system:shutdown": SystemShutdown;
  /** A strategy of the program threw, or chose an unfit agent. */
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
  ...OPERATOR_DESCRIPTIONS,
};

/** Returns the names of all events that a machine can emit. */
export function eventNames(): string[] {
  return Object.keys(DESCRIPTIONS);
}

/**
 * Describes an event of any subsystem in one line for people. Never throws.
 * @category Events
 */
export const describeEvent: (event: Named) => string = describer(DESCRIPTIONS);
