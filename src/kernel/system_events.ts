/**
 * What façades say of a system as a whole. These are no events of a machine: they are in no log, and
 * their sequence number is -1.
 *
 * @module
 */

import type { HealthStatus } from "./health.ts";
import type { ErrorData } from "./shapes.ts";

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

/** Something that a user gave went wrong, and was dealt with: a strategy threw, or named an unfit agent. */
export interface SystemError {
  /** For people. */
  readonly message: string;
  /** What was thrown. */
  readonly error: unknown;
  /** The task that was to get an agent. */
  readonly taskId: string;
  /** The name of the strategy. */
  readonly strategy: string;
}

/** A coordination manager was told to perform its maintenance, and how it was then. */
export interface SystemHealthcheck {
  /** How it is, and each of its parts. */
  readonly status: HealthStatus;
}

/** An attempt of an agent failed, whether or not another one follows. */
export interface AgentError {
  /** Whose attempt it was. */
  readonly agentId: string;
  /** Of which task. */
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
