/**
 * What callers ask for, checked and with every field filled in.
 *
 * @module
 */

import {
  type Attempt,
  LONGEST_ID,
  quote,
  requireArray,
  requireId,
  requireInteger,
  requireMs,
  requireObject,
  requireOneOf,
  requirePriority,
  requireSignal,
} from "../core/arguments.ts";
import type { LockMode, ResourceRequest } from "./types.ts";
import type { Acquire, AcquireAll, Define, Release, ReleaseAll, Renew } from "./commands.ts";
import type { AcquireDefaults } from "./config.ts";
import type { LockState } from "./state.ts";

/** How a lock is asked for. */
export interface AcquireOptions {
  /** Higher is sooner; one point is worth `agingMs` of waiting. @default 0 */
  priority?: number;
  /** How long to wait, in ms; 0 for as long as it takes. @default the config's `resourceTimeout` */
  timeoutMs?: number;
  /** How long to hold it unrenewed, in ms; 0 for no lease. @default the config's `leaseMs` */
  leaseMs?: number;
  /** Whether others may hold it at the same time. @default "exclusive" */
  mode?: LockMode;
  /** How many units of a resource with a capacity. @default 1 */
  units?: number;
  /** Ends the wait when it aborts. */
  signal?: AbortSignal;
}

/** How several locks are asked for. */
export type AcquireAllOptions = Omit<AcquireOptions, "mode" | "units">;

/** A resource of several: its id, or its id with mode and units. */
export type ResourceRequestLike =
  | string
  | { resourceId: string; mode?: LockMode; units?: number };

/** Whose a lock is to be. */
export interface LockHolder {
  /** Who is shown and told. */
  agentId: string;
  /** Who it belongs to: something unique to one claim, say. @default the agent */
  owner?: string;
}

/** The most resources that one call may ask for. */
export const MOST_REQUESTS = 10_000;

const MOST_UNITS = 1_000_000_000;
const MODES: readonly LockMode[] = ["exclusive", "shared"];

/** The command for one lock. An id that `state` knows was checked when it came, and isn't again. */
export function acquireCommand(
  state: Readonly<LockState>,
  resourceId: string,
  agentId: string,
  owner: string,
  options: AcquireOptions | number | undefined,
  defaults: AcquireDefaults,
  wait: boolean,
): Acquire {
  if (!state.locks.has(resourceId) || agentId !== owner || !isKnownAgent(state, agentId)) {
    const attempt = acquiring(resourceId, agentId);
    requireId(resourceId, "resourceId", attempt);
    requireHolder(agentId, owner, attempt);
  }
  const terms = options === undefined
    ? defaults
    : readOptions(options, defaults, acquiring(resourceId, agentId));
  return {
    type: "acquire",
    resourceId,
    agentId,
    owner,
    mode: terms.mode,
    units: terms.units,
    priority: terms.priority,
    timeoutMs: terms.timeoutMs,
    leaseMs: terms.leaseMs,
    wait,
  };
}

function acquiring(resourceIds: unknown, agentId: unknown): Attempt {
  return () => `acquire ${quote(resourceIds)} for agent ${quote(agentId)}`;
}

/** The command for several locks at once. */
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
  return { type: "acquire-all", requests: all, agentId, owner, priority, timeoutMs, leaseMs };
}

/**
 * The requests with every field filled in.
 *
 * @throws {TypeError | RangeError} when one is malformed, or a resource is named twice
 */
export function normalizeRequests(
  requests: readonly ResourceRequestLike[],
  attempt: Attempt,
): ResourceRequest[] {
  requireArray(requests, MOST_REQUESTS, "requests", attempt);
  const seen = new Set<string>();
  return requests.map((request) => {
    if (typeof request !== "string") requireObject(request, "each request", attempt);
    const { resourceId, mode = "exclusive", units = 1 } = typeof request === "string"
      ? { resourceId: request }
      : request;
    requireId(resourceId, "resourceId", attempt);
    requireModeAndUnits(mode, units, attempt);
    if (seen.has(resourceId)) {
      throw new RangeError(
        `Cannot ${attempt()}: requests must name each resource once, got ${
          quote(resourceId)
        } twice`,
      );
    }
    seen.add(resourceId);
    return { resourceId, mode, units };
  });
}

/** The command that gives a lock back. Ids that `state` knows aren't checked again. */
export function releaseCommand(
  state: Readonly<LockState>,
  resourceId: string,
  agentId: string,
  epoch: number | undefined,
): Release {
  if (epoch !== undefined || !state.locks.has(resourceId) || !isKnownAgent(state, agentId)) {
    const attempt = () => `release ${quote(resourceId)} for agent ${quote(agentId)}`;
    requireId(resourceId, "resourceId", attempt);
    requireId(agentId, "agentId", attempt);
    if (epoch !== undefined) requireEpoch(epoch, attempt);
  }
  return { type: "release", resourceId, agentId, owner: agentId, epoch: epoch ?? 0 };
}

/** The command that extends a lease. */
export function renewCommand(
  resourceId: string,
  agentId: string,
  owner: string,
  leaseMs: number | undefined,
  epoch: number | undefined,
): Renew {
  const attempt = () => `renew ${quote(resourceId)} for agent ${quote(agentId)}`;
  requireId(resourceId, "resourceId", attempt);
  requireHolder(agentId, owner, attempt);
  if (leaseMs !== undefined) requireMs(leaseMs, 1, "leaseMs", attempt);
  if (epoch !== undefined) requireEpoch(epoch, attempt);
  return {
    type: "renew",
    resourceId,
    agentId,
    owner,
    epoch: epoch ?? 0,
    leaseMs: leaseMs ?? 0,
  };
}

/** The command that gives back all of a holder's locks. */
export function releaseAllCommand(holder: LockHolder): ReleaseAll {
  const attempt = () => "release all locks";
  const { agentId, owner } = readHolder(holder, attempt);
  return { type: "release-all", agentId, owner };
}

/** The command that sets the units of a resource. */
export function defineCommand(resourceId: string, definition: { capacity: number }): Define {
  const attempt = () => `define ${quote(resourceId)}`;
  requireId(resourceId, "resourceId", attempt);
  requireObject(definition, "the definition", attempt);
  const { capacity } = definition;
  requireInteger(capacity, 1, MOST_UNITS, "capacity", attempt);
  return { type: "define", resourceId, capacity };
}

/** A holder with its owner filled in. */
export function readHolder(holder: LockHolder, attempt: Attempt): Required<LockHolder> {
  requireObject(holder, "holder", attempt);
  const { agentId, owner = agentId }: LockHolder = holder;
  requireHolder(agentId, owner, attempt);
  return { agentId, owner };
}

function requireHolder(agentId: string, owner: string, attempt: Attempt): void {
  requireId(agentId, "agentId", attempt);
  if (owner !== agentId) requireOwner(owner, attempt);
}

/** Whether `agentId` is an owner that stands for itself, which only an agent's id does. */
function isKnownAgent(state: Readonly<LockState>, agentId: string): boolean {
  return state.owners.get(agentId)?.agentId === agentId;
}

/** An owner is made by programs, so that it may have characters that no agent's id has. */
function requireOwner(owner: unknown, attempt: Attempt): void {
  if (typeof owner === "string" && owner.length > 0 && owner.length <= 2 * LONGEST_ID) return;
  const rule = `owner must be a string of 1 to ${2 * LONGEST_ID} characters`;
  throw new TypeError(`Cannot ${attempt()}: ${rule}, got ${quote(owner)}`);
}

function requireEpoch(value: unknown, attempt: Attempt): void {
  requireInteger(value, 1, Number.MAX_SAFE_INTEGER, "epoch", attempt);
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
    timeoutMs = defaults.timeoutMs,
    leaseMs = defaults.leaseMs,
  } = options;
  requireModeAndUnits(mode, units, attempt);
  requirePriority(priority, "priority", attempt);
  requireMs(timeoutMs, 0, "timeoutMs", attempt);
  requireMs(leaseMs, 0, "leaseMs", attempt);
  return { mode, units, priority, timeoutMs, leaseMs };
}

function requireModeAndUnits(mode: LockMode, units: number, attempt: Attempt): void {
  requireOneOf(mode, MODES, "mode", attempt);
  requireInteger(units, 1, mode === "shared" ? 1 : MOST_UNITS, "units", attempt);
}
