/**
 * What a lock machine can be told to do.
 *
 * `owner` is who a lock belongs to: usually the agent itself, for a task something that is unique to
 * one claim on it. `agentId` is who is shown and told. Times are milliseconds; 0 stands for none.
 *
 * @module
 */

import type { Tick } from "../kernel/machine.ts";
import type { ResourceRequest } from "../kernel/shapes.ts";

interface LockCommandBase {
  readonly agentId: string;
  readonly owner: string;
}

/** Asks for one lock. */
export interface Acquire extends LockCommandBase, ResourceRequest {
  readonly type: "acquire";
  readonly priority: number;
  /** How long it may wait. */
  readonly timeoutMs: number;
  /** How long it may be held without a renewal. */
  readonly leaseMs: number;
  /** Whether it queues when it can't be granted at once. */
  readonly wait: boolean;
}

/** Asks for several locks, all at the same moment or none. No resource may be named twice. */
export interface AcquireAll extends LockCommandBase {
  readonly type: "acquire-all";
  readonly requests: readonly ResourceRequest[];
  readonly priority: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
}

/** Gives a lock back. */
export interface Release extends LockCommandBase {
  readonly type: "release";
  readonly resourceId: string;
  /** The grant that is meant; 0 for whichever the owner has. */
  readonly epoch: number;
}

/** Lets a lease start again. */
export interface Renew extends LockCommandBase {
  readonly type: "renew";
  readonly resourceId: string;
  readonly epoch: number;
  /** The length of the lease from this moment on; 0 leaves the length as it is. */
  readonly leaseMs: number;
}

/**
 * Takes a wait back. When it was granted meanwhile, and what it was granted still stands, that is
 * given back, so that a grant whose waiter has left passes on.
 */
export interface CancelWait extends LockCommandBase {
  readonly type: "cancel-wait";
  readonly waitId: number;
}

/** Ends all waits of an owner and gives back all that it holds. */
export interface ReleaseAll extends LockCommandBase {
  readonly type: "release-all";
}

/** Sets how many units a resource has. A resource that nobody defined has one. */
export interface Define {
  readonly type: "define";
  readonly resourceId: string;
  readonly capacity: number;
}

/** What a lock machine can be told to do. */
export type LockCommand =
  | Acquire
  | AcquireAll
  | Release
  | Renew
  | CancelWait
  | ReleaseAll
  | Define
  | Tick;
