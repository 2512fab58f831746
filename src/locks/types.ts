/**
 * Public data types of locks, the ids of resources, and the names under which claims own them.
 *
 * @module
 */

import { type Attempt, quote, requireId, requireObject, requireOneOf } from "../core/arguments.ts";
import type { TicketOptions } from "../core/tickets.ts";
import { isPathsId, pathsId, patternsOf, readPatterns } from "./paths.ts";

/**
 * The way in which a resource is held.
 * @category Locks
 */
export type LockMode =
  /** Alone, or as some of the units of a resource with a capacity. */
  | "exclusive"
  /** Together with any number of other shared holders. */
  | "shared";

/**
 * A resource to acquire, and how.
 * @category Locks
 */
export interface ResourceRequest {
  /** Any name that all its users agree on, such as a path. */
  readonly resourceId: string;
  /** Whether others may hold it at the same time. */
  readonly mode: LockMode;
  /** The number of units of a resource with a capacity; 1 of any other, and of a shared one. */
  readonly units: number;
}

/**
 * A resource of several: its id, or its id with mode and units.
 * @category Locks
 */
export type ResourceRequestLike =
  | string
  | { resourceId: string; mode?: LockMode; units?: number }
  | PathsRequest;

/**
 * A set of paths to acquire, as one of several resources.
 * @category Locks
 */
export interface PathsRequest {
  /** Patterns of paths. */
  readonly paths: readonly string[];
  /** Whether others may hold them at the same time. @default "exclusive" */
  readonly mode?: LockMode;
}

/** Begins the tickets of waits for locks. */
export const WAIT_TICKETS = "wait";

/** The modes. */
export const LOCK_MODES: readonly LockMode[] = ["exclusive", "shared"];

/** Returns the request for a set of paths. */
export function pathsRequest(request: PathsRequest, attempt: Attempt): ResourceRequest {
  requireObject(request, "the request", attempt);
  const { paths, mode = "exclusive" }: PathsRequest = request;
  const resourceId = pathsId(readPatterns(paths, attempt));
  requireOneOf(mode, LOCK_MODES, "mode", attempt);
  return { resourceId, mode, units: 1 };
}

/** Requires the id of a resource: any id, or the id of a set of paths, which may be longer. */
export function requireResourceId(
  value: unknown,
  name: string,
  attempt: Attempt,
): asserts value is string {
  if (typeof value !== "string" || !isPathsId(value)) return requireId(value, name, attempt);
  const texts = patternsOf(value)!;
  if (pathsId(readPatterns(texts, attempt)) === value) return;
  const rule = `${name} must list the patterns of paths as the id of a lock on them does`;
  throw new RangeError(`Cannot ${attempt()}: ${rule}, got ${quote(value)}`);
}

/**
 * Options of an acquire.
 * @category Locks
 */
export interface AcquireOptions extends TicketOptions {
  /** Higher is sooner; one point is worth `agingMs` of waiting. @default 0 */
  priority?: number;
  /**
   * The time limit of the wait, in ms; 0 for none: it waits as long as it takes. A call that is not
   * to wait at all is `tryAcquire`. @default the config's `resourceTimeout`, or 0 with `keepMs`
   */
  timeoutMs?: number;
  /** The length of the lease, in ms; 0 for none. @default the config's `leaseMs` */
  leaseMs?: number;
  /**
   * Whether the lease starts anew by itself at each third of its length, as long as this process runs
   * and the handle is neither released nor garbage-collected. @default false
   */
  autoRenew?: boolean;
  /** Whether others may hold it at the same time. @default "exclusive" */
  mode?: LockMode;
  /** The number of units of a resource with a capacity. @default 1 */
  units?: number;
  /** Ends the wait when it aborts; with `keepMs`, the call alone. */
  signal?: AbortSignal;
}

/**
 * Options of an acquire of paths.
 * @category Locks
 */
export type AcquirePathsOptions = Omit<AcquireOptions, "units">;

/**
 * Options of an acquire of several locks.
 * @category Locks
 */
export type AcquireAllOptions = Omit<AcquireOptions, "mode" | "units">;

/**
 * An owner of locks.
 * @category Locks
 */
export interface LockHolder {
  /** The agent, which events name. */
  agentId: string;
  /** The owner, such as one claim of the agent. @default the agent */
  owner?: string;
}

/** Returns an owner as sentences name it: its agent, or the task of a claim, which may have no agent. */
export function partyOf({ agentId, owner }: Readonly<Required<LockHolder>>): string {
  const claim = claimOf(owner);
  return claim === undefined ? quote(agentId) : `task ${quote(claim.taskId)}`;
}

/** Marks the names of claims, as ids of agents have no control characters. */
const MARK = "\u001f";

/** Returns the name under which the claim on `taskId` of this `epoch` owns locks. */
export function claimOwner(taskId: string, epoch: number): string {
  return MARK + epoch + MARK + taskId;
}

/** Returns the id of the wait of one claim for another; that of a request has no control characters. */
export function claimAskId(owner: string, toOwner: string): string {
  return owner + toOwner;
}

/** Returns the tasks of the two claims in such an id, or `undefined` for another one. */
export function claimsOfAsk(askId: string): { taskId: string; toTaskId: string } | undefined {
  if (!isClaim(askId)) return undefined;
  const [, , taskId = "", , toTaskId = ""] = askId.split(MARK);
  return { taskId, toTaskId };
}

/** Returns whether `owner` names a claim. */
export function isClaim(owner: string): boolean {
  return owner.startsWith(MARK);
}

/** Returns the claim that `owner` names, or `undefined` when that is an agent. */
export function claimOf(owner: string): { taskId: string; epoch: number } | undefined {
  if (!isClaim(owner)) return undefined;
  const end = owner.indexOf(MARK, 1);
  return { epoch: Number(owner.slice(1, end)), taskId: owner.slice(end + 1) };
}
