/**
 * Locks with epochs: who holds what, who waits for it, and who gets it next.
 *
 * A lock is held under an epoch. Whoever writes to the resource shows its epoch, and the resource
 * refuses a smaller one than it has seen: a holder that was asleep can't do harm. A release and the
 * grant to the next waiter are one step, so no lock is ever free while somebody waits for it. The
 * first of a queue is served first, whatever comes behind it, so nobody starves.
 *
 * @module
 */

import { describer } from "../core/describe.ts";
import { LOCK_DESCRIPTIONS } from "./events.ts";
import { nextDeadline, takeDue } from "../core/data/deadlines.ts";
import { InvariantError } from "../core/errors.ts";
import type { LockEvent, ResourceRefusal } from "./events.ts";
import type { Instant, Machine, Tick } from "../core/machine.ts";
import type { ResourceRequest } from "./types.ts";
import {
  abandon,
  cancel,
  define,
  enqueue,
  extend,
  reacquire,
  refuse,
  takeBack,
  timeOut,
} from "./actions.ts";
import { begin, end, endAll } from "./asks.ts";
import type {
  Acquire,
  AcquireAll,
  CancelWait,
  Define,
  Evict,
  LockCommand,
  Release,
  ReleaseAll,
  Renew,
} from "./commands.ts";
import { give, settle } from "./handoff.ts";
import {
  DEFAULT_LOCK_CONFIG,
  emptyLocks,
  type Hold,
  type Lock,
  type LockConfig,
  type LockState,
  type Owner,
  type Turn,
} from "./state.ts";
import {
  admits,
  covers,
  DEFAULT_CAPACITY,
  findHold,
  isIdleLock,
  lockOf,
  ownerOf,
  rankOf,
  sweep,
} from "./tables.ts";

/** A machine of locks that goes by `config`, and by the defaults where it is silent. */
export function lockMachine(
  config: Partial<LockConfig> = {},
): Machine<LockState, LockCommand, LockEvent> {
  return {
    name: "locks",
    init: () => emptyLocks({ ...DEFAULT_LOCK_CONFIG, ...config }),
    step,
    deadline: (state) => nextDeadline(state.deadlines),
    describe: describer(LOCK_DESCRIPTIONS),
  };
}

function step(
  state: LockState,
  command: LockCommand | Tick,
  now: Instant,
  until: Instant = now,
): LockEvent[] {
  const turn: Turn = { state, now, events: undefined, followUps: undefined };
  if (nextDeadline(state.deadlines) <= until) fireDue(turn, until);
  apply(turn, command);
  settle(turn);
  sweep(state);
  return turn.events ?? [];
}

function fireDue(turn: Turn, until: Instant): void {
  const { deadlines } = turn.state;
  for (let due = takeDue(deadlines, until); due !== undefined; due = takeDue(deadlines, until)) {
    if (due.subject.kind === "hold") takeBack(turn, due.subject, "resource:expired");
    else timeOut(turn, due.subject);
    settle(turn);
  }
}

function apply(turn: Turn, command: LockCommand): void {
  switch (command.type) {
    case "acquire":
      return acquire(turn, command);
    case "acquire-all":
      return acquireAll(turn, command);
    case "release":
      return release(turn, command);
    case "renew":
      return renew(turn, command);
    case "cancel-wait":
      return cancelWait(turn, command);
    case "release-all":
      return releaseAll(turn, command);
    case "evict":
      return evict(turn, command);
    case "define":
      return setCapacity(turn, command);
    case "ask":
      return begin(turn, command);
    case "end-ask":
      return end(turn, command);
    case "tick":
      return;
  }
}

function acquire(turn: Turn, command: Acquire): void {
  const { state } = turn;
  const { resourceId, agentId, priority, leaseMs } = command;
  const lock = state.locks.get(resourceId);
  const owner = state.owners.get(command.owner);
  const held = heldBy(lock, owner);
  if (held !== undefined && covers(held, command.mode, command.units)) {
    return reacquire(turn, held, 0);
  }
  const free = isFree(turn, lock, command, priority);
  if (!free && !command.wait && held === undefined) {
    return refuse(turn, command, resourceId, "held");
  }
  const objection = objectionTo(state, lock, held, command, free) ?? roomFor(state, lock, 1);
  if (objection !== undefined) return refuse(turn, command, resourceId, objection);

  const who = owner !== undefined && owner.agentId === agentId
    ? owner
    : ownerOf(state, command.owner, agentId);
  if (!free) return enqueue(turn, who, [command], command);
  give(turn, lock ?? lockOf(state, resourceId), who, command, leaseMs, undefined);
}

function acquireAll(turn: Turn, command: AcquireAll): void {
  const { state } = turn;
  const { requests, agentId, priority, leaseMs } = command;
  requireDistinct(requests);
  const owner = state.owners.get(command.owner);
  let free = true;
  for (const request of requests) {
    const lock = state.locks.get(request.resourceId);
    const held = heldBy(lock, owner);
    free &&= (held !== undefined && covers(held, request.mode, request.units)) ||
      isFree(turn, lock, request, priority);
  }
  let added = 0;
  for (const request of requests) {
    const lock = state.locks.get(request.resourceId);
    if (lock === undefined || isIdleLock(lock)) added++;
    const objection = objectionTo(state, lock, heldBy(lock, owner), request, free) ??
      roomFor(state, lock, added);
    if (objection !== undefined) return refuse(turn, command, request.resourceId, objection);
  }

  const who = ownerOf(state, command.owner, agentId);
  if (!free) return enqueue(turn, who, requests, command);
  for (const request of requests) {
    const lock = lockOf(state, request.resourceId);
    const held = findHold(lock, who);
    if (held !== undefined) reacquire(turn, held, 0);
    else give(turn, lock, who, request, leaseMs, undefined);
  }
}

function release(turn: Turn, command: Release): void {
  const held = meantHold(turn, command);
  if (held !== undefined) takeBack(turn, held, "resource:released");
}

function renew(turn: Turn, command: Renew): void {
  const held = meantHold(turn, command);
  if (held !== undefined) extend(turn, held, command.leaseMs);
}

function cancelWait(turn: Turn, command: CancelWait): void {
  const { state } = turn;
  const wait = state.waits.get(command.waitId);
  if (wait !== undefined && wait.owner.owner === command.owner) return cancel(turn, wait);
  const holds = state.owners.get(command.owner)?.holds ?? [];
  const granted = holds.filter((hold) => hold.waitId === command.waitId).sort(byEpoch);
  if (granted.length === 0) return refuse(turn, command, "", "not-waiting");
  for (const hold of granted) takeBack(turn, hold, "resource:released");
}

/** Waits end first, so that nothing of what is released comes back to its owner. */
function releaseAll(turn: Turn, command: ReleaseAll): void {
  const owner = turn.state.owners.get(command.owner);
  if (owner === undefined) return;
  const waits = owner.waits.toSorted((a, b) => a.id - b.id);
  const holds = owner.holds.toSorted(byEpoch);
  for (const wait of waits) abandon(turn, wait, "gone");
  endAll(turn, owner);
  for (const hold of holds) takeBack(turn, hold, "resource:released");
}

/** Waits end first, so that nothing of what is taken away comes back to a loser. */
function evict(turn: Turn, { resourceId, agentIds }: Evict): void {
  const lock = turn.state.locks.get(resourceId);
  if (lock === undefined) return;
  const waits = lock.queue.map(({ wait }) => wait)
    .filter(({ owner }) => agentIds.includes(owner.agentId));
  const holds = lock.holds.filter(({ owner }) => agentIds.includes(owner.agentId));
  for (const wait of waits.sort((a, b) => a.id - b.id)) abandon(turn, wait, "conflict");
  for (const hold of holds.sort(byEpoch)) takeBack(turn, hold, "resource:revoked");
}

function setCapacity(turn: Turn, command: Define): void {
  const { resourceId, capacity } = command;
  const lock = turn.state.locks.get(resourceId);
  const known = lock === undefined ? DEFAULT_CAPACITY : lock.capacity;
  if (capacity !== known && lock !== undefined && lock.holds.length + lock.queue.length > 0) {
    return refuse(turn, command, resourceId, "in-use");
  }
  const objection = capacity === DEFAULT_CAPACITY ? undefined : roomFor(turn.state, lock, 1);
  if (objection !== undefined) return refuse(turn, command, resourceId, objection);
  define(turn, resourceId, capacity);
}

function byEpoch(a: Hold, b: Hold): number {
  return a.epoch - b.epoch;
}

function heldBy(lock: Lock | undefined, owner: Owner | undefined): Hold | undefined {
  return lock === undefined || owner === undefined ? undefined : findHold(lock, owner);
}

/** Whether `request` can be granted at once: the lock admits it, and nobody comes before it. */
function isFree(
  turn: Turn,
  lock: Lock | undefined,
  { mode, units }: ResourceRequest,
  priority: number,
): boolean {
  if (lock === undefined) return units <= DEFAULT_CAPACITY;
  if (!admits(lock, mode, units)) return false;
  const first = lock.queue[0];
  return first === undefined || rankOf(turn, priority) < first.rank;
}

/** Why `request` can't even wait, if it can't; or, when it is `free`, can't be granted. */
function objectionTo(
  state: LockState,
  lock: Lock | undefined,
  held: Hold | undefined,
  { mode, units }: ResourceRequest,
  free: boolean,
): ResourceRefusal | undefined {
  if (held !== undefined) return covers(held, mode, units) ? undefined : "upgrade";
  const capacity = lock === undefined ? DEFAULT_CAPACITY : lock.capacity;
  if (units > capacity) return "over-capacity";
  if (lock === undefined) return undefined;
  const line = free ? lock.holds : lock.queue;
  return line.length >= state.config.maxWaiters ? "full" : undefined;
}

/** Whether the table has no room for `added` more resources in use, of which `lock` is one. */
function roomFor(
  state: LockState,
  lock: Lock | undefined,
  added: number,
): ResourceRefusal | undefined {
  if (lock !== undefined && !isIdleLock(lock)) return undefined;
  const inUse = state.locks.size - state.idleLocks;
  return inUse + added > state.config.maxResources ? "full" : undefined;
}

/** The grant that `command` means; when there is none the command is refused. */
function meantHold(turn: Turn, command: Release | Renew): Hold | undefined {
  const { state } = turn;
  const { resourceId, epoch } = command;
  const lock = state.locks.get(resourceId);
  const held = heldBy(lock, state.owners.get(command.owner));
  if (held !== undefined && (epoch === 0 || held.epoch === epoch)) return held;
  const others = epoch === 0 || lock?.holds.some((hold) => hold.epoch === epoch);
  refuse(turn, command, resourceId, held === undefined && others ? "not-holder" : "stale-epoch");
  return undefined;
}

function requireDistinct(requests: readonly ResourceRequest[]): void {
  if (new Set(requests.map((request) => request.resourceId)).size === requests.length) return;
  throw new InvariantError("Cannot acquire-all: no resource may be named twice");
}

export { readConfig as readLockConfig } from "./config.ts";
export type { LockCommand } from "./commands.ts";
export type { LockConfig, LockState } from "./state.ts";
