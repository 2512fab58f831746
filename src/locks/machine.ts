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
import { LOCK_DESCRIPTIONS, type LockEvent, type ResourceRefusal } from "./events.ts";
import { nextDeadline, takeDue } from "../core/data/deadlines.ts";
import { InvariantError } from "../core/errors.ts";
import { definePart, type Instant, type Part, Refusal, type Tick } from "../core/machine.ts";
import type { ResourceRequest } from "./types.ts";
import {
  abandon,
  begin,
  cancel,
  define,
  end,
  endAll,
  enqueue,
  extend,
  give,
  reacquire,
  refuse,
  settle,
  takeBack,
  timeOut,
} from "./transitions.ts";
import type {
  Acquire,
  AcquireAll,
  CancelWait,
  Define,
  Evict,
  GroupGrant,
  LockAnswers,
  LockCommand,
  Release,
  ReleaseAll,
  Renew,
} from "./commands.ts";
import { DEFAULT_LOCK_CONFIG, type LockConfig } from "./config.ts";
import {
  emptyLocks,
  type Hold,
  type Lock,
  type LockState,
  type LockStep,
  type Owner,
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

/** The types of the commands of a lock machine. */
const COMMANDS = [
  "acquire",
  "acquire-all",
  "release",
  "renew",
  "cancel-wait",
  "release-all",
  "evict",
  "define",
  "ask",
  "end-ask",
] as const;

/** A lock machine as part of a larger one. */
export type LockPart = Part<LockState, Exclude<LockCommand, Tick>, LockEvent, LockAnswers>;

/** Makes a lock machine with `config`, and the defaults for what that leaves out. */
export function lockMachine(config: Partial<LockConfig> = {}): LockPart {
  return definePart<LockState, LockCommand, LockEvent, LockAnswers>({
    name: "locks",
    commands: COMMANDS,
    init: () => emptyLocks({ ...DEFAULT_LOCK_CONFIG, ...config }),
    fire,
    apply,
    deadline: (state) => nextDeadline(state.deadlines),
    describe: describer(LOCK_DESCRIPTIONS),
  });
}

/** Ends what has taken too long, in order; what follows from one timer comes before the next. */
function fire(state: LockState, now: Instant, until: Instant, events: LockEvent[]): void {
  const step: LockStep = { state, now, events, followUps: undefined };
  const { deadlines } = state;
  for (let due = takeDue(deadlines, until); due !== undefined; due = takeDue(deadlines, until)) {
    if (due.subject.kind === "hold") takeBack(step, due.subject, "resource:expired");
    else timeOut(step, due.subject);
    settle(step);
  }
  sweep(state);
}

function apply(
  state: LockState,
  command: Exclude<LockCommand, Tick>,
  now: Instant,
  events: LockEvent[],
): unknown {
  const step: LockStep = { state, now, events, followUps: undefined };
  const answer = handle(step, command);
  settle(step);
  sweep(state);
  return answer;
}

function handle(step: LockStep, command: Exclude<LockCommand, Tick>): unknown {
  switch (command.type) {
    case "acquire":
      return acquire(step, command);
    case "acquire-all":
      return acquireAll(step, command);
    case "release":
      return release(step, command);
    case "renew":
      return renew(step, command);
    case "cancel-wait":
      return cancelWait(step, command);
    case "release-all":
      return releaseAll(step, command);
    case "evict":
      return evict(step, command);
    case "define":
      return setCapacity(step, command);
    case "ask":
      return begin(step, command);
    case "end-ask":
      return end(step, command);
  }
}

type Answer<Type extends keyof LockAnswers> = LockAnswers[Type] | Refusal;

function acquire(step: LockStep, command: Acquire): Answer<"acquire"> {
  const { state } = step;
  const { resourceId, agentId, priority, leaseMs } = command;
  const lock = state.locks.get(resourceId);
  const owner = state.owners.get(command.owner);
  const held = heldBy(lock, owner);
  if (held !== undefined && covers(held, command.mode, command.units)) {
    reacquire(step, held, 0);
    return { status: "held", epoch: held.epoch };
  }
  const free = isFree(step, lock, command, priority);
  if (!free && !command.wait && held === undefined) {
    return refuse(step, command, resourceId, "held");
  }
  const objection = objectionTo(state, lock, held, command, free) ?? roomFor(state, lock, 1);
  if (objection !== undefined) return refuse(step, command, resourceId, objection);

  const who = owner !== undefined && owner.agentId === agentId
    ? owner
    : ownerOf(state, command.owner, agentId);
  if (!free) return { status: "queued", waitId: enqueue(step, who, [command], command).id };
  const hold = give(step, lock ?? lockOf(state, resourceId), who, command, leaseMs, undefined);
  return { status: "granted", epoch: hold.epoch };
}

function acquireAll(step: LockStep, command: AcquireAll): Answer<"acquire-all"> {
  const { state } = step;
  const { requests, agentId, priority, leaseMs } = command;
  requireDistinct(requests);
  const owner = state.owners.get(command.owner);
  let free = true;
  for (const request of requests) {
    const lock = state.locks.get(request.resourceId);
    const held = heldBy(lock, owner);
    free &&= (held !== undefined && covers(held, request.mode, request.units)) ||
      isFree(step, lock, request, priority);
  }
  let added = 0;
  for (const request of requests) {
    const lock = state.locks.get(request.resourceId);
    if (lock === undefined || isIdleLock(lock)) added++;
    const objection = objectionTo(state, lock, heldBy(lock, owner), request, free) ??
      roomFor(state, lock, added);
    if (objection !== undefined) return refuse(step, command, request.resourceId, objection);
  }

  const who = ownerOf(state, command.owner, agentId);
  if (!free) return { status: "queued", waitId: enqueue(step, who, requests, command).id };
  const grants = requests.map((request): GroupGrant => {
    const { resourceId } = request;
    const lock = lockOf(state, resourceId);
    const held = findHold(lock, who);
    if (held !== undefined) reacquire(step, held, 0);
    const { epoch } = held ?? give(step, lock, who, request, leaseMs, undefined);
    return { resourceId, epoch, borrowed: held !== undefined };
  });
  return { status: "granted", grants };
}

function release(step: LockStep, command: Release): Answer<"release"> {
  const held = meantHold(step, command);
  if (held instanceof Refusal) return held;
  takeBack(step, held, "resource:released");
  return { epoch: held.epoch };
}

function renew(step: LockStep, command: Renew): Answer<"renew"> {
  const held = meantHold(step, command);
  if (held instanceof Refusal) return held;
  return { expiresAt: extend(step, held, command.leaseMs) };
}

function cancelWait(step: LockStep, command: CancelWait): Answer<"cancel-wait"> {
  const { state } = step;
  const wait = state.waits.get(command.waitId);
  if (wait !== undefined && wait.owner.owner === command.owner) return cancel(step, wait);
  const holds = state.owners.get(command.owner)?.holds ?? [];
  const granted = holds.filter((hold) => hold.waitId === command.waitId).sort(byEpoch);
  if (granted.length === 0) return refuse(step, command, "", "not-waiting");
  for (const hold of granted) takeBack(step, hold, "resource:released");
}

/** Waits end first, so that nothing of what is released comes back to its owner. */
function releaseAll(step: LockStep, command: ReleaseAll): void {
  const owner = step.state.owners.get(command.owner);
  if (owner === undefined) return;
  const waits = owner.waits.toSorted((a, b) => a.id - b.id);
  const holds = owner.holds.toSorted(byEpoch);
  for (const wait of waits) abandon(step, wait, "gone");
  endAll(step, owner);
  for (const hold of holds) takeBack(step, hold, "resource:released");
}

/** Waits end first, so that nothing of what is taken away comes back to a loser. */
function evict(step: LockStep, { resourceId, agentIds }: Evict): void {
  const lock = step.state.locks.get(resourceId);
  if (lock === undefined) return;
  const waits = lock.queue.map(({ wait }) => wait)
    .filter(({ owner }) => agentIds.includes(owner.agentId));
  const holds = lock.holds.filter(({ owner }) => agentIds.includes(owner.agentId));
  for (const wait of waits.sort((a, b) => a.id - b.id)) abandon(step, wait, "conflict");
  for (const hold of holds.sort(byEpoch)) takeBack(step, hold, "resource:revoked");
}

function setCapacity(step: LockStep, command: Define): Answer<"define"> {
  const { resourceId, capacity } = command;
  const lock = step.state.locks.get(resourceId);
  const known = lock === undefined ? DEFAULT_CAPACITY : lock.capacity;
  if (capacity !== known && lock !== undefined && lock.holds.length + lock.queue.length > 0) {
    return refuse(step, command, resourceId, "in-use");
  }
  const objection = capacity === DEFAULT_CAPACITY ? undefined : roomFor(step.state, lock, 1);
  if (objection !== undefined) return refuse(step, command, resourceId, objection);
  define(step, resourceId, capacity);
}

function byEpoch(a: Hold, b: Hold): number {
  return a.epoch - b.epoch;
}

function heldBy(lock: Lock | undefined, owner: Owner | undefined): Hold | undefined {
  return lock === undefined || owner === undefined ? undefined : findHold(lock, owner);
}

/** Whether `request` can be granted at once: the lock admits it, and nobody comes before it. */
function isFree(
  step: LockStep,
  lock: Lock | undefined,
  { mode, units }: ResourceRequest,
  priority: number,
): boolean {
  if (lock === undefined) return units <= DEFAULT_CAPACITY;
  if (!admits(lock, mode, units)) return false;
  const first = lock.queue[0];
  return first === undefined || rankOf(step, priority) < first.rank;
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
function meantHold(step: LockStep, command: Release | Renew): Hold | Refusal {
  const { state } = step;
  const { resourceId, epoch } = command;
  const lock = state.locks.get(resourceId);
  const held = heldBy(lock, state.owners.get(command.owner));
  if (held !== undefined && (epoch === 0 || held.epoch === epoch)) return held;
  const others = epoch === 0 || lock?.holds.some((hold) => hold.epoch === epoch);
  const reason = held === undefined && others ? "not-holder" : "stale-epoch";
  return refuse(step, command, resourceId, reason);
}

function requireDistinct(requests: readonly ResourceRequest[]): void {
  if (new Set(requests.map((request) => request.resourceId)).size === requests.length) return;
  throw new InvariantError("Cannot acquire-all: no resource may be named twice");
}
