/**
 * What a lock machine can be told to do.
 *
 * Times are milliseconds; 0 stands for none.
 *
 * @module
 */

import type { Instant, Named, Tick } from "../core/machine.ts";
import type { ResourceRequest } from "./types.ts";

/** What all commands of an owner say. */
export interface OwnerCommand {
  /** Who is shown and told. */
  readonly agentId: string;
  /** Who a lock belongs to: the agent itself, or something unique to one claim on a task. */
  readonly owner: string;
}

/** Asks for one lock. */
export interface Acquire extends Named<"acquire">, OwnerCommand, ResourceRequest {
  /** Higher is sooner; one point is worth `agingMs` of waiting. */
  readonly priority: number;
  /** How long it may wait. */
  readonly timeoutMs: number;
  /** How long it may be held without a renewal. */
  readonly leaseMs: number;
  /** Whether it queues when it can't be granted at once. */
  readonly wait: boolean;
}

/** Asks for several locks, all at the same moment or none. No resource may be named twice. */
export interface AcquireAll extends Named<"acquire-all">, OwnerCommand {
  /** Granted at the same moment, in this order. */
  readonly requests: readonly ResourceRequest[];
  /** Higher is sooner; one point is worth `agingMs` of waiting. */
  readonly priority: number;
  /** How long it may wait. */
  readonly timeoutMs: number;
  /** How long each may be held without a renewal. */
  readonly leaseMs: number;
}

/** Gives a lock back. */
export interface Release extends Named<"release">, OwnerCommand {
  /** What the owner holds. */
  readonly resourceId: string;
  /** The grant that is meant; 0 for whichever the owner has. */
  readonly epoch: number;
}

/** Lets a lease start again. */
export interface Renew extends Named<"renew">, OwnerCommand {
  /** What the owner holds. */
  readonly resourceId: string;
  /** The grant that is meant; 0 for whichever the owner has. */
  readonly epoch: number;
  /** The length of the lease from this moment on; 0 leaves the length as it is. */
  readonly leaseMs: number;
}

/**
 * Takes a wait back. When it was granted meanwhile, and what it was granted still stands, that is
 * given back, so that a grant whose waiter has left passes on.
 */
export interface CancelWait extends Named<"cancel-wait">, OwnerCommand {
  /** As `resource:queued` told it. */
  readonly waitId: number;
}

/** Ends all that an owner waits for, asks and is asked, and gives back all that it holds. */
export interface ReleaseAll extends Named<"release-all">, OwnerCommand {}

/**
 * Ends what some agents hold of a resource and their waits for it, whoever owns them: they have lost
 * a conflict over it.
 */
export interface Evict extends Named<"evict"> {
  /** What the conflict is about. */
  readonly resourceId: string;
  /** The losers. */
  readonly agentIds: readonly string[];
}

/** Sets how many units a resource has. A resource that nobody defined has one. */
export interface Define extends Named<"define"> {
  /** What is counted. */
  readonly resourceId: string;
  /** At least 1. */
  readonly capacity: number;
}

/**
 * Says that an agent waits for the response to a request, and can't go on before: a wait like one
 * for a lock, where cycles of waits are concerned. Agents own it in their own name.
 */
export interface Ask extends Named<"ask"> {
  /** Unique among all requests that wait, such as the message's id. */
  readonly askId: string;
  /** Who asks. */
  readonly agentId: string;
  /** Who is to answer. */
  readonly toAgentId: string;
  /** Of a cycle of waits, the lowest gives way. */
  readonly priority: number;
}

/** Says that a request was answered, or nobody waits for it any more; harmless when it has ended. */
export interface EndAsk extends Named<"end-ask"> {
  /** Which request. */
  readonly askId: string;
}

/** What a lock machine can be told to do. */
export type LockCommand =
  | Acquire
  | AcquireAll
  | Release
  | Renew
  | CancelWait
  | ReleaseAll
  | Evict
  | Define
  | Ask
  | EndAsk
  | Tick;

/** The answer to `acquire`. */
export type AcquireAnswer =
  /** The lock was granted under a new epoch. */
  | { readonly status: "granted"; readonly epoch: number }
  /** The owner holds it already. */
  | { readonly status: "held"; readonly epoch: number }
  /** The owner waits; events with this `waitId` say how the wait ends. */
  | { readonly status: "queued"; readonly waitId: number };

/** One lock of a group that was granted at once. */
export interface GroupGrant {
  /** The id of the resource. */
  readonly resourceId: string;
  /** The number of the grant. */
  readonly epoch: number;
  /** Whether the owner held it before. */
  readonly borrowed: boolean;
}

/** The answers of a lock machine, by the type of the command. */
export type LockAnswers = {
  readonly acquire: AcquireAnswer;
  readonly "acquire-all":
    | { readonly status: "granted"; readonly grants: readonly GroupGrant[] }
    | { readonly status: "queued"; readonly waitId: number };
  readonly release: { readonly epoch: number };
  readonly renew: { readonly expiresAt: Instant };
  readonly "cancel-wait": void;
  readonly "release-all": void;
  readonly evict: void;
  readonly define: void;
  readonly ask: void;
  readonly "end-ask": void;
};

/** What is about locks themselves, and can be refused. */
export type ResourceCommand = Exclude<LockCommand, Ask | EndAsk | Tick>;
