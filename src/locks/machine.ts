/**
 * The lock machine: exclusive, shared and counted locks with epochs, leases, fair queues and deadlock
 * detection. Its specification is `spec/locking/Locking.tla`; each event is an action of it.
 *
 * A lock is granted under an epoch, larger than that of any earlier grant. A client that writes to
 * the resource shows its epoch, and the resource refuses smaller ones than it has seen: a holder that
 * has lost its lock without noticing does no harm. A release and the grant to the next waiter are one
 * step, so no lock is free while an agent waits for it. The first of a queue is served first,
 * whatever is behind it, so no waiter starves.
 *
 * @module
 */

import { reschedule, schedule, takeDue, unschedule } from "../core/data/deadlines.ts";
import { describer } from "../core/describe.ts";
import { InvariantError } from "../core/errors.ts";
import {
  definePart,
  type Instant,
  type Named,
  type Part,
  Refusal,
  type ResumeListening,
  startsAnew,
} from "../core/machine.ts";
import type {
  Acquire,
  AcquireAll,
  Ask,
  AskClaims,
  CancelWait,
  Define,
  EndAsk,
  EndClaimAsks,
  Evict,
  GroupGrant,
  LockAnswers,
  LockCommand,
  Release,
  ReleaseAll,
  Renew,
  ResourceCommand,
} from "./commands.ts";
import {
  addCandidate,
  candidatesNear,
  comparePathsAnew,
  covers,
  DEFAULT_CAPACITY,
  emptyLocks,
  findHold,
  findLock,
  findTickets,
  type FollowUps,
  followUps,
  forgetPaths,
  freePaths,
  type Hold,
  holdAgainst,
  isAwaited,
  isFree,
  isNext,
  isOfPaths,
  type Lock,
  lockOf,
  type LockState,
  type LockStep,
  type Owner,
  ownerOf,
  ownersOf,
  type PendingRequest,
  sweep,
  type Ticket,
  type Wait,
} from "./state.ts";
import { DEFAULT_LOCK_CONFIG, type LockConfig } from "./config.ts";
import {
  type AskEnded,
  type AskRefused,
  LOCK_DESCRIPTIONS,
  type LockEvent,
  type ResourceAbandoned,
  type ResourceRefusal,
  type ResourceRefused,
} from "./events.ts";
import { claimAskId, type ResourceRequest } from "./types.ts";
import { pop, push, remove } from "../core/data/heap.ts";
import { type Deadlock, findDeadlock, isRequest, waiterOf } from "./deadlock.ts";

type Command = Exclude<LockCommand, Named<"tick">>;
type Answer<Type extends Command["type"]> = LockAnswers[Type] | Refusal;

/** The types of the commands. */
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
  "ask-claims",
  "end-claim-asks",
  "resume-listening",
] as const;

/** A lock machine, alone or as part of a larger machine. */
export type LockPart = Part<LockState, Exclude<LockCommand, Named<"tick">>, LockEvent, LockAnswers>;

/** Makes a lock machine with `config`, and defaults for the options that it leaves out. */
export function lockMachine(config: Partial<LockConfig> = {}): LockPart {
  return definePart<LockState, LockCommand, LockEvent, LockAnswers>({
    name: "locks",
    commands: COMMANDS,
    config: { ...DEFAULT_LOCK_CONFIG, ...config },
    configured,
    init: () => emptyLocks({ ...DEFAULT_LOCK_CONFIG, ...config }),
    fire,
    apply,
    deadline: ({ deadlines: { timers } }) => timers[0]?.rank ?? Infinity,
    describe: describer(LOCK_DESCRIPTIONS),
  });
}

function apply(state: LockState, command: Command, now: Instant, events: LockEvent[]): unknown {
  const step = beginStep(state, now, events);
  let answer: unknown;
  switch (command.type) {
    case "acquire":
      answer = acquire(step, command);
      break;
    case "acquire-all":
      answer = acquireAll(step, command);
      break;
    case "release":
      answer = release(step, command);
      break;
    case "renew":
      answer = renew(step, command);
      break;
    case "cancel-wait":
      answer = cancelWait(step, command);
      break;
    case "release-all":
      answer = releaseAll(step, command);
      break;
    case "evict":
      answer = evict(step, command);
      break;
    case "define":
      answer = define(step, command);
      break;
    case "ask":
      answer = beginRequest(step, command);
      break;
    case "end-ask":
      answer = endRequest(step, command);
      break;
    case "ask-claims":
      answer = beginClaimAsks(step, command);
      break;
    case "end-claim-asks":
      answer = endClaimAsks(step, command);
      break;
    case "resume-listening":
      answer = resumeListening(step, command);
      break;
  }
  endStep(step);
  if (state.locks.size + state.owners.size >= state.sweepAt) sweep(state);
  return answer;
}

function beginStep(state: LockState, now: Instant, events: LockEvent[]): LockStep {
  return { state, now, events, followUps: undefined, idlePaths: undefined };
}

/** Does what follows, and forgets the paths that are not in use after it. */
function endStep(step: LockStep): void {
  if (step.followUps !== undefined) followUp(step, step.followUps);
  if (step.idlePaths !== undefined) forgetPaths(step.state, step.idlePaths);
}

/**
 * Breaks the deadlocks that came about while none were detected. Where the case of paths counts
 * otherwise, grants stay, waits are served that no longer conflict, and deadlocks are broken as well.
 */
function configured(state: LockState, before: object, now: Instant, events: LockEvent[]): void {
  const { deadlockDetection, caseSensitivePaths } = before as LockConfig;
  const isOtherCase = caseSensitivePaths !== state.config.caseSensitivePaths;
  if (!isOtherCase && (deadlockDetection || !state.config.deadlockDetection)) return;
  const step = beginStep(state, now, events);
  if (isOtherCase) {
    comparePathsAnew(state);
    followUps(step).unserved.push(...[...state.locks.values()].filter(isOfPaths));
  }
  for (const owner of state.owners.values()) {
    const isWaiting = owner.waits.length > 0 || owner.outgoing !== undefined;
    if (isWaiting) followUps(step).suspects.push(owner);
  }
  endStep(step);
}

/** Ends the leases and waits that are due, in order; what follows from one precedes the next. */
function fire(state: LockState, now: Instant, until: Instant, events: LockEvent[]): void {
  const { deadlines } = state;
  for (let due = takeDue(deadlines, until); due !== undefined; due = takeDue(deadlines, until)) {
    const step = beginStep(state, now, events);
    const { subject } = due;
    if (subject.kind === "hold") endHold(step, subject, "resource:expired");
    else endWait(step, subject, { type: "resource:timed-out", timeoutMs: subject.timeoutMs });
    endStep(step);
  }
}

/** Grants one lock, or lets the owner wait for it. Spec: `Acquire`. */
function acquire(step: LockStep, command: Acquire): Answer<"acquire"> {
  const { state } = step;
  const { resourceId, agentId, mode, units, priority, leaseMs } = command;
  const lock = findLock(step, resourceId);
  if (typeof lock === "string") return refuse(step, command, resourceId, lock);
  const isIdle = lock === undefined || (lock.uses === 0 && !isOfPaths(lock));
  const known = state.owners.get(command.owner);
  const held = isIdle ? undefined : heldBy(lock, known);
  if (held !== undefined && covers(held, mode, units)) {
    reacquire(step, held, 0);
    return { status: "held", epoch: held.epoch };
  }
  const free = isIdle
    ? units <= DEFAULT_CAPACITY
    : isFree({ lock, mode, units }, known, rankOf(step, priority));
  if (!free && !command.wait && held === undefined) {
    return refuse(step, command, resourceId, "held");
  }
  const reason = reasonAgainst(state, lock, held, command, free, 1);
  if (reason !== undefined) return refuse(step, command, resourceId, reason);

  const owner = known?.agentId === agentId ? known : ownerOf(state, command.owner, agentId);
  if (!free) return { status: "queued", waitId: enqueue(step, owner, [command], command).id };
  const granted = lock ?? lockOf(state, resourceId);
  const { epoch } = grant(step, granted, owner, command, leaseMs, undefined);
  return { status: "granted", epoch };
}

/** Grants several locks, or lets the owner wait until it can have all of them. Spec: `AcquireAll`. */
function acquireAll(step: LockStep, command: AcquireAll): Answer<"acquire-all"> {
  const { state } = step;
  const { requests, agentId, priority, leaseMs } = command;
  requireDistinct(requests);
  for (const { resourceId } of requests) {
    const lock = findLock(step, resourceId);
    if (typeof lock === "string") return refuse(step, command, resourceId, lock);
  }
  const known = state.owners.get(command.owner);
  const rank = rankOf(step, priority);
  const free = requests.every((request) => {
    const { mode, units } = request;
    const lock = state.locks.get(request.resourceId);
    if (lock === undefined || (lock.uses === 0 && !isOfPaths(lock))) {
      return units <= DEFAULT_CAPACITY;
    }
    const held = heldBy(lock, known);
    return (held !== undefined && covers(held, mode, units)) ||
      isFree({ lock, mode, units }, known, rank);
  });
  let added = 0;
  for (const request of requests) {
    const lock = state.locks.get(request.resourceId);
    if (lock === undefined || lock.uses === 0) added++;
    const reason = reasonAgainst(state, lock, heldBy(lock, known), request, free, added);
    if (reason !== undefined) return refuse(step, command, request.resourceId, reason);
  }

  const owner = ownerOf(state, command.owner, agentId);
  if (!free) return { status: "queued", waitId: enqueue(step, owner, requests, command).id };
  owner.agentId = agentId;
  const grants = requests.map((request): GroupGrant => {
    const { resourceId } = request;
    const lock = lockOf(state, resourceId);
    const held = findHold(lock, owner);
    if (held !== undefined) reacquire(step, held, 0);
    const { epoch } = held ?? grant(step, lock, owner, request, leaseMs, undefined);
    return { resourceId, epoch, borrowed: held !== undefined };
  });
  return { status: "granted", grants };
}

/** Releases a lock; the next waiter holds it at the end of the step. Spec: `Release`. */
function release(step: LockStep, command: Release): Answer<"release"> {
  const held = holdOf(step, command);
  if (held instanceof Refusal) return held;
  endHold(step, held, "resource:released");
  return { epoch: held.epoch };
}

/** Starts a lease anew. Spec: `Renew`. */
function renew(step: LockStep, command: Renew): Answer<"renew"> {
  const held = holdOf(step, command);
  if (held instanceof Refusal) return held;
  if (command.leaseMs > 0) held.leaseMs = command.leaseMs;
  return { expiresAt: startLease(step, held) };
}

/** Starts the leases anew that could not be renewed, oldest grant first. Spec: `Wake`. */
function resumeListening(step: LockStep, command: ResumeListening): void {
  const leased = step.state.deadlines.timers.flatMap(({ subject, isSet }) =>
    isSet && subject.kind === "hold" && startsAnew(command, subject.leaseMs) ? [subject] : []
  );
  for (const hold of leased.sort(byEpoch)) startLease(step, hold);
}

/** Cancels a wait, or releases what it was granted in the meantime. Spec: `CancelWait`. */
function cancelWait(step: LockStep, command: CancelWait): Answer<"cancel-wait"> {
  const { waitId, owner } = command;
  const wait = step.state.waits.get(waitId);
  if (wait !== undefined && wait.owner.owner === owner) {
    return endWait(step, wait, { type: "resource:cancelled" });
  }
  const holds = step.state.owners.get(owner)?.holds ?? [];
  const granted = holds.filter((hold) => hold.waitId === waitId).sort(byEpoch);
  if (granted.length === 0) return refuse(step, command, "", "not-waiting");
  for (const hold of granted) endHold(step, hold, "resource:released");
}

/**
 * Ends the waits, the requests and the holds of an owner. Waits end first, so that it is granted
 * nothing that it releases. Spec: `ReleaseAll`.
 */
function releaseAll(step: LockStep, { owner, agentId, ofAgent = false }: ReleaseAll): void {
  const only = step.state.owners.get(owner);
  if (ofAgent) { for (const each of ownersOf(step.state, agentId)) releaseOwner(step, each); }
  else if (only !== undefined) releaseOwner(step, only);
}

function releaseOwner(step: LockStep, owner: Owner): void {
  const held = owner.holds.toSorted(byEpoch);
  for (const wait of owner.waits.toSorted(byId)) {
    endWait(step, wait, { type: "resource:abandoned", reason: "gone" });
  }
  endRequestsOf(step, owner);
  for (const hold of held) endHold(step, hold, "resource:released");
}

/** Takes a resource from agents that lost a conflict over it; their waits for it end first. */
function evict(step: LockStep, { resourceId, agentIds }: Evict): void {
  const lock = step.state.locks.get(resourceId);
  if (lock === undefined) return;
  const isLoser = ({ owner }: Hold | Wait) => agentIds.includes(owner.agentId);
  const holds = lock.holds.filter(isLoser).sort(byEpoch);
  for (const wait of lock.queue.map((ticket) => ticket.wait).filter(isLoser).sort(byId)) {
    endWait(step, wait, { type: "resource:abandoned", reason: "conflict" });
  }
  for (const hold of holds) endHold(step, hold, "resource:revoked");
}

/** Sets the capacity of a resource that is not in use; 1 removes its definition. Spec: `Define`. */
function define(step: LockStep, command: Define): Answer<"define"> {
  const { state, events } = step;
  const { resourceId, capacity } = command;
  const known = state.locks.get(resourceId);
  const before = known?.capacity ?? DEFAULT_CAPACITY;
  if (known !== undefined && capacity !== before && known.holds.length + known.queue.length > 0) {
    return refuse(step, command, resourceId, "in-use");
  }
  const { maxResources, maxDefined } = state.config;
  const isFull = before === DEFAULT_CAPACITY && capacity !== DEFAULT_CAPACITY &&
    (state.definitions >= maxDefined || state.locksInUse >= maxResources);
  if (isFull) return refuse(step, command, resourceId, "full");
  const lock = lockOf(state, resourceId);
  if (before !== DEFAULT_CAPACITY) {
    state.definitions--;
    if (--lock.uses === 0) state.locksInUse--;
  }
  if (capacity !== DEFAULT_CAPACITY) {
    state.definitions++;
    if (lock.uses++ === 0) state.locksInUse++;
  }
  lock.capacity = capacity;
  events.push({ type: "resource:defined", resourceId, capacity });
}

/** Adds a pending request, in O(1). One of an agent to itself is a no-op. */
function beginRequest(step: LockStep, command: Ask): Answer<"ask"> {
  const { state, events } = step;
  const { askId, agentId, toAgentId, priority } = command;
  if (agentId === toAgentId) return;
  const isKnown = state.requests.has(askId);
  if (isKnown || state.requests.size >= state.config.maxAsks) {
    const reason = isKnown ? "known-ask" : "full";
    const refused: AskRefused = { type: "ask:refused", askId, agentId, toAgentId, reason };
    events.push(refused);
    return new Refusal(refused);
  }
  addRequest(
    step,
    askId,
    ownerOf(state, agentId, agentId),
    ownerOf(state, toAgentId, toAgentId),
    priority,
  );
}

/** Adds waits of claims for claims, each in O(1). */
function beginClaimAsks(step: LockStep, { edges }: AskClaims): void {
  for (const edge of edges) {
    const { owner, agentId, toOwner, toAgentId } = edge;
    const askId = claimAskId(owner, toOwner);
    const { requests, config: { maxAsks } } = step.state;
    if (requests.has(askId)) continue;
    if (requests.size >= maxAsks) {
      step.events.push({ type: "ask:refused", askId, agentId, toAgentId, reason: "full" });
      continue;
    }
    const from = ownerOf(step.state, owner, agentId);
    addRequest(step, askId, from, ownerOf(step.state, toOwner, toAgentId), 0);
  }
}

function endClaimAsks(step: LockStep, { owner }: EndClaimAsks): void {
  const { outgoing = [] } = step.state.owners.get(owner) ?? {};
  for (const request of [...outgoing].sort((a, b) => a.number - b.number)) {
    cancelRequest(step, request, "ended");
  }
}

/** Ends a request that has its response, or whose sender gave up. Idempotent. */
function endRequest(step: LockStep, { askId }: EndAsk): void {
  const request = step.state.requests.get(askId);
  if (request !== undefined) cancelRequest(step, request, "ended");
}

// The conditions of commands.

function heldBy(lock: Lock | undefined, owner: Owner | undefined): Hold | undefined {
  return lock === undefined || owner === undefined ? undefined : findHold(lock, owner);
}

/**
 * Returns the reason for which `request` can't be granted, if the lock is `free`, or can't wait.
 * `added` resources would become used with it, its own included.
 */
function reasonAgainst(
  state: LockState,
  lock: Lock | undefined,
  held: Hold | undefined,
  { mode, units }: ResourceRequest,
  free: boolean,
  added: number,
): ResourceRefusal | undefined {
  if (held !== undefined) return covers(held, mode, units) ? undefined : "upgrade";
  if (units > (lock?.capacity ?? DEFAULT_CAPACITY)) return "over-capacity";
  const { maxWaiters, maxResources } = state.config;
  if (lock !== undefined && lock.uses > 0) {
    return (free ? lock.holds : lock.queue).length >= maxWaiters ? "full" : undefined;
  }
  return state.locksInUse + added > maxResources ? "full" : undefined;
}

/** Returns the grant that `command` names, or refuses the command. */
function holdOf(step: LockStep, command: Release | Renew): Hold | Refusal {
  const { state } = step;
  const { resourceId, epoch } = command;
  const lock = state.locks.get(resourceId);
  const owner = state.owners.get(command.owner);
  const only = lock?.holds.length === 1 ? lock.holds[0] : undefined;
  const held = only?.owner === owner ? only : heldBy(lock, owner);
  if (held !== undefined && (epoch === 0 || held.epoch === epoch)) return held;
  const isInForce = epoch === 0 || lock?.holds.some((hold) => hold.epoch === epoch);
  const reason = held === undefined && isInForce ? "not-holder" : "stale-epoch";
  return refuse(step, command, resourceId, reason);
}

function requireDistinct(requests: readonly ResourceRequest[]): void {
  if (new Set(requests.map(({ resourceId }) => resourceId)).size === requests.length) return;
  throw new InvariantError("Cannot acquire-all: no resource may be named twice");
}

function byEpoch(a: Hold, b: Hold): number {
  return a.epoch - b.epoch;
}

function byId(a: Wait, b: Wait): number {
  return a.id - b.id;
}

/** Refuses a command: the state stays as it is. */
function refuse(
  step: LockStep,
  command: ResourceCommand,
  resourceId: string,
  reason: ResourceRefusal,
): Refusal<ResourceRefused> {
  const refused: ResourceRefused = {
    type: "resource:refused",
    resourceId,
    agentId: "agentId" in command ? command.agentId : "",
    owner: "owner" in command ? command.owner : "",
    command: command.type,
    reason,
  };
  step.events.push(refused);
  return new Refusal(refused);
}

// Grants.

/** Grants `lock` to `owner`, at once or at the end of `wait`; its lease starts. */
function grant(
  step: LockStep,
  lock: Lock,
  owner: Owner,
  { mode, units }: Pick<ResourceRequest, "mode" | "units">,
  leaseMs: number,
  wait: Wait | undefined,
): Hold {
  const { state, now, events } = step;
  const epoch = ++state.epoch;
  const waitId = wait === undefined ? 0 : wait.id;
  const hold: Hold = {
    kind: "hold",
    lock,
    owner,
    mode,
    units,
    epoch,
    since: now,
    waitId,
    leaseMs,
    lease: undefined,
    lockIndex: lock.holds.length,
    ownerIndex: owner.holds.length,
  };
  if (lock.uses++ === 0) state.locksInUse++;
  lock.holds.push(hold);
  owner.holds.push(hold);
  if (mode === "shared") lock.sharers++;
  else lock.used += units;
  if (leaseMs > 0) hold.lease = schedule(state.deadlines, now + leaseMs, hold);
  events.push({
    type: "resource:acquired",
    resourceId: lock.resourceId,
    agentId: owner.agentId,
    owner: owner.owner,
    epoch,
    mode,
    units,
    waitId,
    waitedMs: wait === undefined ? 0 : now - wait.since,
  });
  const hasWaiters = isAwaited(lock);
  const isWaiting = hasWaiters && owner.waits.length > 0;
  if (isWaiting) endOtherWaits(step, hold);
  const isSending = owner.outgoing !== undefined && (hasWaiters || owner.incoming !== undefined);
  if (isWaiting || isSending) followUps(step).suspects.push(owner);
  return hold;
}

/**
 * Ends the other waits of an owner for a lock that it was just granted. Where that is a set of paths,
 * the rest may be granted as well: the owner doesn't wait for those that wait for it.
 */
function endOtherWaits(step: LockStep, hold: Hold): void {
  for (const { wait, mode, units } of findTickets(hold.lock, hold.owner)) {
    if (!covers(hold, mode, units)) {
      endWait(step, wait, { type: "resource:abandoned", reason: "upgrade" });
    } else if (wait.tickets.length > 1) {
      if (!isOfPaths(hold.lock)) followUps(step).groups.push(wait);
    } else {
      removeWait(step, wait);
      reacquire(step, hold, wait.id);
    }
  }
  if (!isOfPaths(hold.lock)) return;
  followUps(step).groups.push(...hold.owner.waits.toSorted((a, b) => a.id - b.id));
}

/** Emits that the owner of `hold` has acquired what it holds. */
function reacquire(
  { events }: LockStep,
  { lock, owner, epoch }: Hold,
  waitId: number,
): void {
  events.push({
    type: "resource:reacquired",
    resourceId: lock.resourceId,
    agentId: owner.agentId,
    owner: owner.owner,
    epoch,
    waitId,
  });
}

/** Starts the lease of a grant, if it has one. Returns when it ends. */
function startLease(step: LockStep, hold: Hold): Instant {
  const { lock, owner, lease, leaseMs, epoch } = hold;
  const expiresAt = leaseMs === 0 ? Infinity : step.now + leaseMs;
  const { deadlines } = step.state;
  if (lease !== undefined) reschedule(deadlines, lease, expiresAt);
  else if (leaseMs > 0) hold.lease = schedule(deadlines, expiresAt, hold);
  step.events.push({
    type: "resource:renewed",
    resourceId: lock.resourceId,
    agentId: owner.agentId,
    owner: owner.owner,
    epoch,
    expiresAt,
  });
  return expiresAt;
}

/** Ends a grant: it was released, its lease has ended, or it was revoked. */
function endHold(
  step: LockStep,
  hold: Hold,
  type: "resource:released" | "resource:expired" | "resource:revoked",
): void {
  const { state, now, events } = step;
  const { lock, owner } = hold;
  const lastOfLock = lock.holds.pop()!;
  if (lastOfLock !== hold) lock.holds[lastOfLock.lockIndex = hold.lockIndex] = lastOfLock;
  const lastOfOwner = owner.holds.pop()!;
  if (lastOfOwner !== hold) owner.holds[lastOfOwner.ownerIndex = hold.ownerIndex] = lastOfOwner;
  if (hold.mode === "shared") lock.sharers--;
  else lock.used -= hold.units;
  if (hold.lease !== undefined) unschedule(state.deadlines, hold.lease);
  if (--lock.uses === 0) endUse(step, lock);
  events.push({
    type,
    resourceId: lock.resourceId,
    agentId: owner.agentId,
    owner: owner.owner,
    epoch: hold.epoch,
    heldMs: now - hold.since,
  });
  if (isAwaited(lock)) followUps(step).unserved.push(lock);
  else if (!isOfPaths(lock)) return;
  // Its own waits may have relied on this one.
  if (owner.waits.length > 0) followUps(step).suspects.push(owner);
}

function endUse(step: LockStep, lock: Lock): void {
  step.state.locksInUse--;
  if (isOfPaths(lock)) freePaths(step, lock);
}

// Waits.

/** Adds a wait for all of `requests`, in the queue of each. */
function enqueue(
  step: LockStep,
  owner: Owner,
  requests: readonly ResourceRequest[],
  { priority, timeoutMs, leaseMs }: Acquire | AcquireAll,
): Wait {
  const { state, now, events } = step;
  const id = ++state.lastWait;
  const wait: Wait = {
    kind: "wait",
    id,
    owner,
    tickets: [],
    priority,
    since: now,
    timeoutMs,
    leaseMs,
    timeout: undefined,
    ownerIndex: owner.waits.length,
  };
  const rank = rankOf(step, priority);
  wait.tickets = requests.map(({ resourceId, mode, units }) => {
    const lock = lockOf(state, resourceId);
    const ticket: Ticket = { rank, sequence: id, position: -1, lock, wait, mode, units };
    if (lock.uses++ === 0) state.locksInUse++;
    push(lock.queue, ticket);
    return ticket;
  });
  owner.waits.push(wait);
  state.waits.set(id, wait);
  if (timeoutMs > 0) wait.timeout = schedule(state.deadlines, now + timeoutMs, wait);
  const resourceIds = requests.map(({ resourceId }) => resourceId);
  const { agentId } = owner;
  events.push({
    type: "resource:queued",
    resourceIds,
    agentId,
    owner: owner.owner,
    waitId: id,
    priority,
  });
  followUps(step).suspects.push(owner);
  return wait;
}

/** Returns the rank of a wait that begins in this step. Smaller ranks are served first. */
function rankOf({ now, state }: LockStep, priority: number): number {
  return now - priority * state.config.agingMs;
}

/** The end of a wait without a grant. */
type WaitOutcome =
  | { readonly type: "resource:timed-out"; readonly timeoutMs: number }
  | { readonly type: "resource:cancelled" }
  | { readonly type: "resource:abandoned"; readonly reason: ResourceAbandoned["reason"] };

/** Ends a wait without a grant. */
function endWait(step: LockStep, wait: Wait, outcome: WaitOutcome): void {
  removeWait(step, wait);
  const { owner: { agentId, owner }, id: waitId, tickets, since } = wait;
  const resourceIds = tickets.map(({ lock }) => lock.resourceId);
  const waitedMs = step.now - since;
  step.events.push({ ...outcome, resourceIds, agentId, owner, waitId, waitedMs });
}

/** Removes a wait from its queues; the next of each may be granted. */
function removeWait(step: LockStep, wait: Wait): void {
  const { state } = step;
  for (const ticket of wait.tickets) {
    const { lock } = ticket;
    const wasFirst = ticket.position === 0;
    remove(lock.queue, ticket);
    if (--lock.uses === 0) endUse(step, lock);
    if (isOfPaths(lock)) {
      if (isAwaited(lock, wait)) followUps(step).unserved.push(lock);
      continue;
    }
    const first = lock.queue[0];
    if (first === undefined || !wasFirst) continue;
    const { unserved, suspects } = followUps(step);
    unserved.push(lock);
    if (lock.queue.length > 1) suspects.push(first.wait.owner);
  }
  const { waits } = wait.owner;
  const last = waits.pop()!;
  if (last !== wait) waits[last.ownerIndex = wait.ownerIndex] = last;
  wait.ownerIndex = -1;
  state.waits.delete(wait.id);
  unschedule(state.deadlines, wait.timeout);
}

// Requests.

/** Adds a pending request, or the wait of a claim for another, in O(1). */
function addRequest(
  step: LockStep,
  askId: string,
  from: Owner,
  to: Owner,
  priority: number,
): void {
  const { state, now, events } = step;
  from.outgoing ??= [];
  to.incoming ??= [];
  const request: PendingRequest = {
    askId,
    number: ++state.lastWait,
    from,
    to,
    priority,
    since: now,
    fromIndex: from.outgoing.length,
    toIndex: to.incoming.length,
  };
  from.outgoing.push(request);
  to.incoming.push(request);
  state.requests.set(askId, request);
  const { agentId } = from;
  events.push({ type: "ask:begun", askId, agentId, toAgentId: to.agentId, priority });
  if (from.incoming !== undefined || from.holds.length + from.waits.length > 0) {
    followUps(step).suspects.push(from);
  }
}

/** Ends all requests from and to `owner`, oldest first. */
function endRequestsOf(step: LockStep, { outgoing = [], incoming = [] }: Owner): void {
  const requests = [...outgoing, ...incoming].sort((a, b) => a.number - b.number);
  for (const request of requests) cancelRequest(step, request, "gone");
}

function cancelRequest(
  step: LockStep,
  request: PendingRequest,
  reason: AskEnded["reason"],
): void {
  const { askId, from, to, since } = request;
  removeRequest(step.state, request);
  step.events.push({
    type: "ask:ended",
    askId,
    agentId: from.agentId,
    toAgentId: to.agentId,
    reason,
    waitedMs: step.now - since,
  });
}

/** Removes a request from the tables, in O(1). */
function removeRequest(state: LockState, request: PendingRequest): void {
  const { askId, from, to } = request;
  const outgoing = from.outgoing!;
  const lastOfFrom = outgoing.pop()!;
  if (lastOfFrom !== request) outgoing[lastOfFrom.fromIndex = request.fromIndex] = lastOfFrom;
  const incoming = to.incoming!;
  const lastOfTo = incoming.pop()!;
  if (lastOfTo !== request) incoming[lastOfTo.toIndex = request.toIndex] = lastOfTo;
  if (outgoing.length === 0) from.outgoing = undefined;
  if (incoming.length === 0) to.incoming = undefined;
  state.requests.delete(askId);
}

// What follows.

/**
 * Grants locks to waiters, and breaks the deadlocks that result, until no more follow.
 * Consequences of these are added to the lists, so a chain of any length needs no recursion.
 */
function followUp(step: LockStep, { unserved, groups, suspects }: FollowUps): void {
  do {
    for (let served = 0, tried = 0; served < unserved.length || tried < groups.length;) {
      const lock = unserved[served];
      if (lock !== undefined && isOfPaths(lock)) {
        serveNear(step, lock);
        served++;
        continue;
      }
      const wait = served < unserved.length ? unserved[served++]!.queue[0]?.wait : groups[tried++]!;
      if (wait !== undefined && isGrantable(wait)) grantWait(step, wait);
    }
    unserved.length = 0;
    groups.length = 0;
  } while (breakDeadlock(step, suspects));
}

/** Serves those who wait for paths of `lock`, or of one near to it, in order. */
function serveNear(step: LockStep, lock: Lock): void {
  let candidates = candidatesNear(lock);
  for (let next = pop(candidates); next !== undefined; next = pop(candidates)) {
    const { lock: own, wait } = next.ticket;
    if (!isGrantable(wait)) continue;
    grantWait(step, wait);
    const follower = own.queue[0];
    const isSimple = [wait, follower?.wait ?? wait].every(({ tickets }) => tickets.length === 1) &&
      wait.owner.waits.length === 0;
    if (!isSimple) candidates = candidatesNear(lock);
    else if (follower !== undefined) addCandidate(candidates, follower);
  }
}

/** Whether the owner of `wait` can have all its locks: each ticket is next, or it holds the lock. */
function isGrantable({ tickets, owner, ownerIndex }: Wait): boolean {
  if (ownerIndex < 0) return false;
  return tickets.every((ticket) => {
    if (isNext(ticket)) return true;
    const { lock, mode, units } = ticket;
    const held = tickets.length === 1 ? undefined : findHold(lock, owner);
    return held !== undefined && covers(held, mode, units);
  });
}

function grantWait(step: LockStep, wait: Wait): void {
  const { tickets, owner, id, leaseMs } = wait;
  removeWait(step, wait);
  for (const ticket of tickets) {
    const held = tickets.length === 1 ? undefined : findHold(ticket.lock, owner);
    if (held !== undefined) reacquire(step, held, id);
    else grant(step, ticket.lock, owner, ticket, leaseMs, wait);
  }
}

/** Breaks one deadlock through an owner with a new edge, if there is one. Returns whether it did. */
function breakDeadlock(step: LockStep, suspects: Owner[]): boolean {
  const { state } = step;
  if (!state.config.deadlockDetection) suspects.length = 0;
  for (let owner = suspects.at(-1); owner !== undefined; owner = suspects.at(-1)) {
    const deadlock = findDeadlock(state, owner);
    if (deadlock !== undefined) {
      endVictim(step, deadlock);
      return true;
    }
    suspects.pop();
  }
  return false;
}

/** Ends the victim of a cycle; by the policy `revoke`, also its hold that the cycle waits for. */
function endVictim(step: LockStep, { cycle, victim }: Deadlock): void {
  const { state, now, events } = step;
  const owner = waiterOf(victim);
  if (isRequest(victim)) removeRequest(state, victim);
  else removeWait(step, victim.wait);
  events.push({
    type: "deadlock:detected",
    agents: cycle.map((edge) => waiterOf(edge).agentId),
    owners: cycle.map((edge) => waiterOf(edge).owner),
    resources: cycle.map((edge) => isRequest(edge) ? "" : edge.lock.resourceId),
    victim: owner.agentId,
    owner: owner.owner,
    waitId: isRequest(victim) ? 0 : victim.wait.id,
    askId: isRequest(victim) ? victim.askId : "",
    waitedMs: now - (isRequest(victim) ? victim : victim.wait).since,
  });
  const before = cycle.at(cycle.indexOf(victim) - 1)!;
  if (state.config.deadlockPolicy !== "revoke" || isRequest(before)) return;
  const held = holdAgainst(before, owner);
  if (held !== undefined) endHold(step, held, "resource:revoked");
}
