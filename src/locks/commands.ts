/**
 * The commands of a lock machine, its answers, and functions from arguments of callers to commands.
 *
 * Times are milliseconds; 0 stands for none.
 *
 * @module
 */

import {
  type Attempt,
  LONGEST_ID,
  quote,
  requireArray,
  requireBoolean,
  requireId,
  requireInteger,
  requireMs,
  requireObject,
  requireOneOf,
  requirePriority,
  requireSignal,
} from "../core/arguments.ts";
import type { Instant, Named, OfSession, ResumeListening, Tick } from "../core/machine.ts";
import type { AcquireDefaults } from "./config.ts";
import { readTicketOptions, type TicketTerms } from "../core/tickets.ts";
import type { WaitEnd } from "./events.ts";
import { isHolder, type LockState } from "./state.ts";
import { isPathsId } from "./paths.ts";
import {
  type AcquireAllOptions,
  type AcquireOptions,
  type AcquirePathsOptions,
  LOCK_MODES,
  type LockHolder,
  type LockMode,
  pathsRequest,
  requireResourceId,
  type ResourceRequest,
  type ResourceRequestLike,
  WAIT_TICKETS,
} from "./types.ts";

/** The fields of all commands of an owner. */
export interface OwnerCommand {
  /** The agent, which events name. */
  readonly agentId: string;
  /** The owner of the lock: the agent itself, or a name unique to one claim on a task. */
  readonly owner: string;
}

/** Acquires one lock. */
export interface Acquire
  extends Named<"acquire">, OwnerCommand, ResourceRequest, TicketTerms, OfSession {
  /** Higher is sooner; one point is worth `agingMs` of waiting. */
  readonly priority: number;
  /** The time limit of the wait. */
  readonly timeoutMs: number;
  /** The length of the lease. */
  readonly leaseMs: number;
  /** Whether it queues when it can't be granted at once. */
  readonly wait: boolean;
}

/** Acquires several locks at the same moment, or none. No resource may be named twice. */
export interface AcquireAll extends Named<"acquire-all">, OwnerCommand, TicketTerms, OfSession {
  /** Granted in this order. */
  readonly requests: readonly ResourceRequest[];
  /** Higher is sooner; one point is worth `agingMs` of waiting. */
  readonly priority: number;
  /** The time limit of the wait. */
  readonly timeoutMs: number;
  /** The length of each lease. */
  readonly leaseMs: number;
}

/** Releases a lock. */
export interface Release extends Named<"release">, OwnerCommand {
  /** The resource that the owner holds. */
  readonly resourceId: string;
  /** The epoch of the grant; 0 for the one that is in force. */
  readonly epoch: number;
}

/** Starts a lease anew. */
export interface Renew extends Named<"renew">, OwnerCommand {
  /** The resource that the owner holds. */
  readonly resourceId: string;
  /** The epoch of the grant; 0 for the one that is in force. */
  readonly epoch: number;
  /** The length of the lease from this moment; 0 keeps the length. */
  readonly leaseMs: number;
}

/**
 * Cancels a wait. If it was granted in the meantime, what it was granted and still holds is released,
 * so that a grant whose waiter has left passes on.
 */
export interface CancelWait extends Named<"cancel-wait">, OwnerCommand {
  /** The id in the answer to the acquire, and in `resource:queued`. */
  readonly waitId: number;
}

/**
 * Says that the caller of a wait has left: it keeps its place for `keepMs`, and what it is granted, or
 * was granted in the meantime, is kept as long. A no-op when the caller had left before.
 */
export interface DetachWait extends Named<"detach-wait">, OwnerCommand {
  /** The id in the answer to the acquire, and in `resource:queued`. */
  readonly waitId: number;
  /** The time for which it is kept. */
  readonly keepMs: number;
}

/** Ends all waits and requests of an owner, those to it included, and releases all that it holds. */
export interface ReleaseAll extends Named<"release-all">, OwnerCommand {
  /** Whether the other owners of the agent do so, too, claims excepted. @default false */
  readonly ofAgent?: boolean;
}

/** Revokes a resource from agents that lost a conflict over it, and ends their waits for it. */
export interface Evict extends Named<"evict"> {
  /** The subject of the conflict. */
  readonly resourceId: string;
  /** The losers; what claims of theirs own counts, too. */
  readonly agentIds: readonly string[];
}

/** Revokes one grant, whoever has it. Refused when it is not in force. */
export interface Revoke extends Named<"revoke"> {
  /** The resource. */
  readonly resourceId: string;
  /** The epoch of the grant. */
  readonly epoch: number;
}

/**
 * Sets the capacity of a resource, which may be in use. One that was not defined has one unit. A larger
 * one serves waiters in the same step. A smaller one takes effect as grants end, and ends the waits for
 * more units than it has.
 */
export interface Define extends Named<"define"> {
  /** The resource. */
  readonly resourceId: string;
  /** The number of units, at least 1. */
  readonly capacity: number;
}

/**
 * Declares that an agent waits for the response to a request, and can't proceed before: an edge of
 * the wait-for graph. Agents own requests in their own names.
 */
export interface Ask extends Named<"ask"> {
  /** Unique among all pending requests, such as the id of the message. */
  readonly askId: string;
  /** The agent that waits. */
  readonly agentId: string;
  /** The agent that is to respond. */
  readonly toAgentId: string;
  /** The lowest of a cycle of waits is the victim. */
  readonly priority: number;
}

/**
 * Declares that claims of tasks wait for the end of other claims: edges of the wait-for graph, which
 * end as requests do. One that is declared already is passed over.
 */
export interface AskClaims extends Named<"ask-claims"> {
  /** The edges. */
  readonly edges: readonly ClaimEdge[];
  /** The ids of edges that end before. @default none */
  readonly ended?: readonly string[];
}

/** A wait of one claim for the end of another. */
export interface ClaimEdge {
  /** The owner that waits. */
  readonly owner: string;
  /** The agent of that claim. */
  readonly agentId: string;
  /** The owner that it waits for. */
  readonly toOwner: string;
  /** The agent of that one. */
  readonly toAgentId: string;
}

/** Declares that a claim waits for no other claim any more. Idempotent. */
export interface EndClaimAsks extends Named<"end-claim-asks"> {
  /** The owner that waited. */
  readonly owner: string;
}

/** Declares that a pending request has its response, or that its sender gave up. Idempotent. */
export interface EndAsk extends Named<"end-ask"> {
  /** The id of the request. */
  readonly askId: string;
}

/** A command of a lock machine. */
export type LockCommand =
  | ResourceCommand
  | Ask
  | EndAsk
  | AskClaims
  | EndClaimAsks
  | ResumeListening
  | Tick;

/** A command about locks themselves. */
export type ResourceCommand =
  | Acquire
  | AcquireAll
  | Release
  | Renew
  | CancelWait
  | DetachWait
  | ReleaseAll
  | Evict
  | Revoke
  | Define;

/** The answer to `acquire`. */
export type AcquireAnswer =
  /** The lock was granted under a new epoch. */
  | { readonly status: "granted"; readonly epoch: number }
  /** The owner holds it already. */
  | { readonly status: "held"; readonly epoch: number }
  /** The owner waits; events with this `waitId` end the wait. */
  | { readonly status: "queued"; readonly waitId: number }
  | EndedAnswer;

/** The answer to one that resumes a wait which ended without a grant. */
export interface EndedAnswer {
  /** The discriminator. */
  readonly status: "ended";
  /** Its outcome. */
  readonly end: WaitEnd;
}

/** One lock of several that were granted at once. */
export interface GroupGrant {
  /** The resource. */
  readonly resourceId: string;
  /** The epoch of the grant. */
  readonly epoch: number;
  /** Whether the owner held it before. */
  readonly borrowed: boolean;
}

/** The answers of a lock machine, by the type of the command. */
export type LockAnswers = {
  readonly acquire: AcquireAnswer;
  readonly "acquire-all":
    | { readonly status: "granted"; readonly grants: readonly GroupGrant[] }
    | { readonly status: "queued"; readonly waitId: number }
    | EndedAnswer;
  readonly release: { readonly epoch: number };
  readonly renew: { readonly expiresAt: Instant };
  readonly "cancel-wait": void;
  readonly "detach-wait": void;
  readonly "release-all": void;
  readonly evict: void;
  readonly revoke: void;
  readonly define: void;
  readonly ask: void;
  readonly "end-ask": void;
  readonly "ask-claims": void;
  readonly "end-claim-asks": void;
  readonly "resume-listening": void;
};

/** The most resources that one call may acquire. */
const MOST_REQUESTS = 10_000;

const MOST_UNITS = 1_000_000_000;

/** Returns the command for one lock. Ids that `state` knows were checked when they came first. */
export function acquireCommand(
  state: Readonly<LockState>,
  resourceId: string,
  agentId: string,
  owner: string,
  options: AcquireOptions | number | undefined,
  defaults: AcquireDefaults,
  wait: boolean,
): Acquire {
  const known = state.owners.get(agentId);
  if (agentId !== owner || known?.agentId !== agentId || !state.locks.has(resourceId)) {
    const attempt = acquiring(resourceId, agentId);
    requireResourceId(resourceId, "resourceId", attempt);
    requireHolder(agentId, owner, attempt);
  }
  const isPriority = typeof options === "number";
  if (isPriority) requirePriority(options, "priority", acquiring(resourceId, agentId));
  const terms = isPriority || options === undefined
    ? defaults
    : readOptions(options, defaults, acquiring(resourceId, agentId));
  const command: Acquire = {
    type: "acquire",
    resourceId,
    agentId,
    owner,
    mode: terms.mode,
    units: terms.units,
    priority: isPriority ? options : terms.priority,
    timeoutMs: terms.timeoutMs,
    leaseMs: terms.leaseMs,
    wait,
  };
  if (typeof options !== "object") return command;
  return { ...command, ...ticketTerms(options, acquiring(resourceId, agentId)) };
}

/** Returns the terms of a wait that its caller may leave. */
function ticketTerms(
  options: AcquireOptions | number | undefined,
  attempt: Attempt,
): TicketTerms | undefined {
  return typeof options === "object"
    ? readTicketOptions(options, WAIT_TICKETS, attempt)
    : undefined;
}

function acquiring(resourceIds: unknown, agentId: unknown): Attempt {
  return () => `acquire ${quote(resourceIds)} for agent ${quote(agentId)}`;
}

/** Returns the command for several locks at once. */
export function acquireAllCommand(
  requests: readonly ResourceRequestLike[],
  agentId: string,
  owner: string,
  options: AcquireAllOptions | number | undefined,
  defaults: AcquireDefaults,
): AcquireAll {
  const attempt = acquiring(requests, agentId);
  requireHolder(agentId, owner, attempt);
  const { priority, timeoutMs, leaseMs } = options === undefined
    ? defaults
    : readOptions(options, defaults, attempt);
  const all = normalizeRequests(requests, attempt);
  const terms = { priority, timeoutMs, leaseMs, ...ticketTerms(options, attempt) };
  return { type: "acquire-all", requests: all, agentId, owner, ...terms };
}

/**
 * Returns the requests with every field. Errors call the list `name`.
 *
 * @throws {TypeError | RangeError} when one is malformed, or a resource is named twice
 */
export function normalizeRequests(
  requests: readonly ResourceRequestLike[],
  attempt: Attempt,
  name = "requests",
): ResourceRequest[] {
  requireArray(requests, MOST_REQUESTS, name, attempt);
  const seen = new Set<string>();
  return requests.map((request, i) => {
    const normalized = normalizeRequest(request, `${name}[${i}]`, attempt);
    const { resourceId } = normalized;
    if (seen.has(resourceId)) {
      const rule = `${name} must name each resource once, got ${quote(resourceId)} twice`;
      throw new RangeError(`Cannot ${attempt()}: ${rule}`);
    }
    seen.add(resourceId);
    return normalized;
  });
}

function normalizeRequest(
  request: ResourceRequestLike,
  name: string,
  attempt: Attempt,
): ResourceRequest {
  if (typeof request === "string") {
    requireResourceId(request, name, attempt);
    return { resourceId: request, mode: "exclusive", units: 1 };
  }
  const value: unknown = request;
  requireObject(value, name, attempt);
  if ("paths" in request) return pathsRequest(request, attempt);
  const { resourceId, mode = "exclusive", units = 1 } = request;
  requireResourceId(resourceId, `${name}.resourceId`, attempt);
  requireModeAndUnits(mode, units, attempt, `${name}.`);
  return { resourceId, mode, units };
}

/** Returns the command for a set of paths. */
export function acquirePathsCommand(
  patterns: readonly string[],
  agentId: string,
  owner: string,
  options: AcquirePathsOptions | number | undefined,
  defaults: AcquireDefaults,
): Acquire {
  const attempt = acquiring(patterns, agentId);
  requireHolder(agentId, owner, attempt);
  const { mode, priority, timeoutMs, leaseMs } = options === undefined
    ? defaults
    : readOptions(options, defaults, attempt);
  const request = pathsRequest({ paths: patterns, mode }, attempt);
  const terms = { priority, timeoutMs, leaseMs, wait: true, ...ticketTerms(options, attempt) };
  return { type: "acquire", agentId, owner, ...request, ...terms };
}

/** Returns the command that releases a lock. Ids that `state` knows aren't checked again. */
export function releaseCommand(
  state: Readonly<LockState>,
  resourceId: string,
  agentId: string,
  epoch: number | undefined,
): Release {
  if (epoch !== undefined || !isHolder(state, resourceId, agentId)) {
    const attempt = () => `release ${quote(resourceId)} for agent ${quote(agentId)}`;
    requireResourceId(resourceId, "resourceId", attempt);
    requireId(agentId, "agentId", attempt);
    if (epoch !== undefined) requireEpoch(epoch, attempt);
  }
  return { type: "release", resourceId, agentId, owner: agentId, epoch: epoch ?? 0 };
}

/** Returns the command that revokes a grant. */
export function revokeCommand(resourceId: string, epoch: number): Revoke {
  const attempt = () => `revoke ${quote(resourceId)}`;
  requireResourceId(resourceId, "resourceId", attempt);
  requireEpoch(epoch, attempt);
  return { type: "revoke", resourceId, epoch };
}

/** Returns the command that starts a lease anew. */
export function renewCommand(
  resourceId: string,
  agentId: string,
  owner: string,
  leaseMs: number | undefined,
  epoch: number | undefined,
): Renew {
  const attempt = () => `renew ${quote(resourceId)} for agent ${quote(agentId)}`;
  requireResourceId(resourceId, "resourceId", attempt);
  requireHolder(agentId, owner, attempt);
  if (leaseMs !== undefined) requireMs(leaseMs, 1, "leaseMs", attempt);
  if (epoch !== undefined) requireEpoch(epoch, attempt);
  return { type: "renew", resourceId, agentId, owner, epoch: epoch ?? 0, leaseMs: leaseMs ?? 0 };
}

/** Returns the command that releases all locks of an owner. */
export function releaseAllCommand(holder: LockHolder): ReleaseAll {
  return { type: "release-all", ...readHolder(holder, () => "release all locks") };
}

/** Returns the command that sets the capacity of a resource. */
export function defineCommand(resourceId: string, definition: { capacity: number }): Define {
  const attempt = () => `define ${quote(resourceId)}`;
  requireResourceId(resourceId, "resourceId", attempt);
  requireObject(definition, "the definition", attempt);
  if (isPathsId(resourceId)) {
    throw new RangeError(`Cannot ${attempt()}: a set of paths must have one unit`);
  }
  const { capacity } = definition;
  requireInteger(capacity, 1, MOST_UNITS, "capacity", attempt);
  return { type: "define", resourceId, capacity };
}

/** Returns the holder with its owner. */
export function readHolder(holder: LockHolder, attempt: Attempt): Required<LockHolder> {
  requireObject(holder, "holder", attempt);
  const { agentId, owner = agentId }: LockHolder = holder;
  requireHolder(agentId, owner, attempt);
  return { agentId, owner };
}

/** Programs make names of owners, so they may have characters that ids of agents don't have. */
function requireHolder(agentId: string, owner: string, attempt: Attempt): void {
  requireId(agentId, "agentId", attempt);
  if (owner === agentId) return;
  if (typeof owner === "string" && owner.length > 0 && owner.length <= 2 * LONGEST_ID) return;
  const rule = `owner must be a string of 1 to ${2 * LONGEST_ID} characters`;
  throw new TypeError(`Cannot ${attempt()}: ${rule}, got ${quote(owner)}`);
}

function requireEpoch(value: unknown, attempt: Attempt): void {
  requireInteger(value, 1, Number.MAX_SAFE_INTEGER, "epoch", attempt);
}

/** Returns the request of a check of paths, and its priority. */
export function readPathsCheck(
  patterns: readonly string[],
  agentId: string | undefined,
  options: { mode?: LockMode; priority?: number },
): { request: ResourceRequest; priority: number } {
  const attempt = () => `check ${quote(patterns)}`;
  if (agentId !== undefined) requireId(agentId, "agentId", attempt);
  requireObject(options, "options", attempt);
  const { mode = "exclusive", priority = 0 } = options;
  requirePriority(priority, "priority", attempt);
  return { request: pathsRequest({ paths: patterns, mode }, attempt), priority };
}

function readOptions(
  options: AcquireOptions | number,
  defaults: AcquireDefaults,
  attempt: Attempt,
): AcquireDefaults {
  if (typeof options === "number") options = { priority: options };
  requireObject(options as unknown, "options", attempt);
  if (options.signal !== undefined) requireSignal(options.signal, "signal", attempt);
  const {
    mode = defaults.mode,
    units = defaults.units,
    priority = defaults.priority,
    timeoutMs = options.keepMs === undefined ? defaults.timeoutMs : 0,
    leaseMs = defaults.leaseMs,
  } = options;
  requireModeAndUnits(mode, units, attempt);
  requirePriority(priority, "priority", attempt);
  requireMs(timeoutMs, 0, "timeoutMs", attempt);
  requireMs(leaseMs, 0, "leaseMs", attempt);
  const { autoRenew = false } = options;
  requireBoolean(autoRenew, "autoRenew", attempt);
  if (autoRenew && leaseMs === 0) {
    throw new RangeError(`Cannot ${attempt()}: leaseMs must be given with autoRenew, got 0`);
  }
  return { mode, units, priority, timeoutMs, leaseMs };
}

function requireModeAndUnits(
  mode: LockMode,
  units: number,
  attempt: Attempt,
  prefix = "",
): void {
  requireOneOf(mode, LOCK_MODES, `${prefix}mode`, attempt);
  requireInteger(units, 1, mode === "shared" ? 1 : MOST_UNITS, `${prefix}units`, attempt);
}

/** Whether a new acquire is for a lock that is known and not in use: it begins no wait. */
export function isForUnused({ locks }: Readonly<LockState>, command: Acquire): boolean {
  return command.ticket === undefined && locks.get(command.resourceId)?.uses === 0;
}
