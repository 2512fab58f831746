/**
 * What a history is made of: calls that clients made, what came back, and facts that nobody called
 * for, in the order in which one recorder saw them.
 *
 * A call takes effect somewhere between its entry and that of its return. One without a return may
 * or may not have taken effect, as when its client crashed.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";
import type { LockMode } from "../locks/types.ts";

/** What a client can ask for, as far as a history is concerned. */
export type HistoryOperation =
  | AcquireOperation
  | ReleaseOperation
  | AccessOperation
  | ClaimOperation
  | CompleteOperation
  | SendOperation
  | HandleOperation;

/** A lock is asked for. Its return tells the epoch. */
export interface AcquireOperation {
  /** Names the operation. */
  readonly operation: "acquire";
  /** What the lock is on. */
  readonly resourceId: string;
  /** Whether others may hold it too. @default "exclusive" */
  readonly mode?: LockMode;
  /** How many of a counted resource. @default 1 */
  readonly units?: number;
  /** Higher is sooner. @default 0 */
  readonly priority?: number;
  /** How long it may be held, in milliseconds; 0 for as long as it takes. @default 0 */
  readonly leaseMs?: number;
}

/** A lock is given back. Its holder counts as one no longer from the call on. */
export interface ReleaseOperation {
  /** Names the operation. */
  readonly operation: "release";
  /** What the lock is on. */
  readonly resourceId: string;
  /** The grant that ends. */
  readonly epoch: number;
}

/** A holder touches what its lock protects, and shows its epoch. */
export interface AccessOperation {
  /** Names the operation. */
  readonly operation: "access";
  /** What is touched. */
  readonly resourceId: string;
  /** The grant that allows it. */
  readonly epoch: number;
}

/** A task is claimed. Its return tells the epoch. */
export interface ClaimOperation {
  /** Names the operation. */
  readonly operation: "claim";
  /** What is claimed. */
  readonly taskId: string;
}

/** A task is reported as done. */
export interface CompleteOperation {
  /** Names the operation. */
  readonly operation: "complete";
  /** What is done. */
  readonly taskId: string;
  /** The claim under which it was done. */
  readonly epoch: number;
}

/** A message is sent. */
export interface SendOperation {
  /** Names the operation. */
  readonly operation: "send";
  /** By which `handle` names the message; unique in the history. */
  readonly messageId: string;
  /** Who is to get it. */
  readonly to: string;
  /** Whether it may overtake those that aren't. @default false */
  readonly urgent?: boolean;
}

/** A message is handled: the call is its delivery, an accepted return the success of its handler. */
export interface HandleOperation {
  /** Names the operation. */
  readonly operation: "handle";
  /** What is handled. */
  readonly messageId: string;
}

/** A call begins. */
export interface HistoryCall {
  /** Names the kind of entry. */
  readonly type: "call";
  /** By which its return names it; unique in the history. */
  readonly id: number;
  /** Who calls. */
  readonly agentId: string;
  /** When. */
  readonly at: Instant;
  /** What is asked for. */
  readonly call: HistoryOperation;
}

/** A call has ended. */
export interface HistoryReturn {
  /** Names the kind of entry. */
  readonly type: "return";
  /** Of the call. */
  readonly id: number;
  /** When. */
  readonly at: Instant;
  /** Whether it has taken effect; `false` when it was refused. */
  readonly accepted: boolean;
  /** The epoch that an accepted `acquire` or `claim` came to. */
  readonly epoch?: number;
}

/** A holder has lost its lock, whether it knows or not. */
export interface HistoryLoss {
  /** Names the kind of entry. */
  readonly type: "lost";
  /** What the lock is on. */
  readonly resourceId: string;
  /** The grant that ended. */
  readonly epoch: number;
  /** When. */
  readonly at: Instant;
}

/** A message will not be delivered. */
export interface HistoryDeadLetter {
  /** Names the kind of entry. */
  readonly type: "dead-lettered";
  /** Which message. */
  readonly messageId: string;
  /** When. */
  readonly at: Instant;
}

/** A client has crashed: what it called for is uncertain, and it holds nothing any more. */
export interface HistoryCrash {
  /** Names the kind of entry. */
  readonly type: "gone";
  /** Who is gone. */
  readonly agentId: string;
  /** When. */
  readonly at: Instant;
}

/** One line of a history. */
export type HistoryEntry =
  | HistoryCall
  | HistoryReturn
  | HistoryLoss
  | HistoryDeadLetter
  | HistoryCrash;

/** Something in a history that may not be. */
export interface HistoryViolation {
  /** What is broken, by the name that it has in the specification. */
  readonly rule: string;
  /** Which entry or event of the history shows it, counted from 0. */
  readonly position: number;
  /** What is wrong, for people. */
  readonly message: string;
}

/** Takes a violation. */
export type ReportViolation = (rule: string, message: string) => void;
