/**
 * The entries of a history: calls that clients made, their returns, and facts that no client called
 * for, in the order in which one recorder saw them.
 *
 * A call takes effect at some point between its entry and that of its return. A call without a return
 * may or may not have taken effect, as when its client crashed.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";
import type { LockMode } from "../locks/types.ts";

/** An operation of a client, as far as a history is concerned. */
export type HistoryOperation =
  | AcquireOperation
  | ReleaseOperation
  | AccessOperation
  | ClaimOperation
  | CompleteOperation
  | SendOperation
  | HandleOperation;

/** Requests a lock. Its return carries the epoch. */
export interface AcquireOperation {
  /** Names the operation. */
  readonly operation: "acquire";
  /** The locked resource. */
  readonly resourceId: string;
  /** Whether others may hold it too. @default "exclusive" */
  readonly mode?: LockMode;
  /** Units of a counted resource. @default 1 */
  readonly units?: number;
  /** A higher one comes sooner. @default 0 */
  readonly priority?: number;
  /** The lease, in milliseconds; 0 for no limit. @default 0 */
  readonly leaseMs?: number;
}

/** Releases a lock. Its holder counts as one only until the call. */
export interface ReleaseOperation {
  /** Names the operation. */
  readonly operation: "release";
  /** The locked resource. */
  readonly resourceId: string;
  /** The grant that ends. */
  readonly epoch: number;
}

/** Uses the resource that a lock protects, under the epoch of the lock. */
export interface AccessOperation {
  /** Names the operation. */
  readonly operation: "access";
  /** The resource. */
  readonly resourceId: string;
  /** The grant that allows it. */
  readonly epoch: number;
}

/** Claims a task. Its return carries the epoch. */
export interface ClaimOperation {
  /** Names the operation. */
  readonly operation: "claim";
  /** The claimed task. */
  readonly taskId: string;
}

/** Reports the result of a task. */
export interface CompleteOperation {
  /** Names the operation. */
  readonly operation: "complete";
  /** The completed task. */
  readonly taskId: string;
  /** The claim under which it was executed. */
  readonly epoch: number;
}

/** Sends a message. */
export interface SendOperation {
  /** Names the operation. */
  readonly operation: "send";
  /** Names the message in `handle`; unique in the history. */
  readonly messageId: string;
  /** The recipient. */
  readonly to: string;
  /** Whether it may overtake messages that are not urgent. @default false */
  readonly urgent?: boolean;
}

/** Handles a message: the call is its delivery, an accepted return the success of its handler. */
export interface HandleOperation {
  /** Names the operation. */
  readonly operation: "handle";
  /** The handled message. */
  readonly messageId: string;
}

/** A call begins. */
export interface HistoryCall {
  /** Names the kind of entry. */
  readonly type: "call";
  /** Names the call in its return; unique in the history. */
  readonly id: number;
  /** The caller. */
  readonly agentId: string;
  /** When it begins. */
  readonly at: Instant;
  /** The operation. */
  readonly call: HistoryOperation;
}

/** A call returns. */
export interface HistoryReturn {
  /** Names the kind of entry. */
  readonly type: "return";
  /** The id of the call. */
  readonly id: number;
  /** When it returns. */
  readonly at: Instant;
  /** Whether it took effect; `false` when it was refused. */
  readonly accepted: boolean;
  /** The epoch of an accepted `acquire` or `claim`. */
  readonly epoch?: number;
}

/** A holder lost its lock, whether it knows or not. */
export interface HistoryLoss {
  /** Names the kind of entry. */
  readonly type: "lost";
  /** The locked resource. */
  readonly resourceId: string;
  /** The grant that ended. */
  readonly epoch: number;
  /** When it ended. */
  readonly at: Instant;
}

/** A message will not be delivered any more. */
export interface HistoryDeadLetter {
  /** Names the kind of entry. */
  readonly type: "dead-lettered";
  /** The message. */
  readonly messageId: string;
  /** When it became a dead letter. */
  readonly at: Instant;
}

/** A client crashed: its open calls may or may not take effect, and it holds nothing any more. */
export interface HistoryCrash {
  /** Names the kind of entry. */
  readonly type: "gone";
  /** The client. */
  readonly agentId: string;
  /** When it crashed. */
  readonly at: Instant;
}

/** One entry of a history. */
export type HistoryEntry =
  | HistoryCall
  | HistoryReturn
  | HistoryLoss
  | HistoryDeadLetter
  | HistoryCrash;

/** A rule that a history breaks. */
export interface HistoryViolation {
  /** The rule, by its name in the specification. */
  readonly rule: string;
  /** The index of the entry or event that breaks it. */
  readonly position: number;
  /** Says what is wrong, for people. */
  readonly message: string;
}

/** Receives a violation. */
export type ReportViolation = (rule: string, message: string) => void;
