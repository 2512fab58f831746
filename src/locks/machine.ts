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

import { takeDue } from "../core/data/deadlines.ts";
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
  EndAsk,
  EndClaimAsks,
  Evict,
  GroupGrant,
  LockAnswers,
  LockCommand,
  Release,
  ReleaseAll,
  Renew,
  Revoke,
} from "./commands.ts";
import {
  covers,
  DEFAULT_CAPACITY,
  emptyLocks,
  findHold,
  followUps,
  type Hold,
  isFree,
  isOfPaths,
  type Lock,
  lockOf,
  type LockState,
  type LockStep,
  type Owner,
  ownerOf,
  ownersOf,
  sweep,
  type Wait,
} from "./state.ts";
import { comparePathsAnew, findLock, forgetPaths } from "./path_locks.ts";
import { define } from "./capacity.ts";
import { detachWait, fireCaller, mayLeave, restartKeeping, resume } from "./callers.ts";
import { DEFAULT_LOCK_CONFIG, type LockConfig } from "./config.ts";
import {
  type AskRefused,
  LOCK_DESCRIPTIONS,
  type LockEvent,
  type ResourceRefusal,
} from "./events.ts";
import { claimAskId, type ResourceRequest } from "./types.ts";
import {
  addRequest,
  cancelRequest,
  endHold,
  endRequestsOf,
  endWait,
  enqueue,
  followUp,
  grant,
  rankOf,
  reacquire,
  refuse,
  startLease,
} from "./transitions.ts";

type Command = Exclude<LockCommand, Named<"tick">>;
type Answer<Type extends Command["type"]> = LockAnswers[Type] | Refusal;

/** The types of the commands. */
const COMMANDS = [
  "acquire",
  "acquire-all",
  "release",
  "renew",
  "cancel-wait",
  "detach-wait",
  "release-all",
  "evict",
  "revoke",
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
    ofSession: ["acquire", "acquire-all"],
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
    case "detach-wait":
      answer = detachWait(step, command);
      break;
    case "release-all":
      answer = releaseAll(step, command);
      break;
    case "evict":
      answer = evict(step, command);
      break;
    case "revoke":
      answer = revoke(step, command);
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
    else if (subject.kind === "caller") fireCaller(step, subject);
    else if (subject.kind === "ended") state.endedWaits.delete(subject.end.waitId);
    else endWait(step, subject, { type: "resource:timed-out", timeoutMs: subject.timeoutMs });
    endStep(step);
  }
}

/** Grants one lock, or lets the owner wait for it. Spec: `Acquire`. */
function acquire(step: LockStep, command: Acquire): Answer<"acquire"> {
  const { state } = step;
  const { resourceId, agentId, mode, units, priority, leaseMs } = command;
  if (command.ticket !== undefined) {
    const resumed = resume(step, command, [command]);
    if (!("grants" in resumed)) return resumed;
    const { epoch, borrowed } = resumed.grants[0]!;
    return { status: borrowed ? "held" : "granted", epoch };
  }
  const lock = findLock(step, resourceId);
  if (typeof lock === "string") return refuse(step, command, resourceId, lock);
  const isIdle = lock === undefined || (lock.uses === 0 && !isOfPaths(lock));
  const known = state.owners.get(command.owner);
  const held = isIdle ? undefined : heldBy(lock, known);
  if (held !== undefined && covers(held, mode, units)) {
    const status = held.keepMs > 0 ? "granted" : "held";
    reacquire(step, held, undefined);
    return { status, epoch: held.epoch };
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
  if (!free) {
    return {
      status: "queued",
      waitId: mayLeave(step, enqueue(step, owner, [command], command), command),
    };
  }
  const granted = lock ?? lockOf(state, resourceId);
  const { epoch } = grant(step, granted, owner, command, leaseMs, undefined);
  return { status: "granted", epoch };
}

/** Grants several locks, or lets the owner wait until it can have all of them. Spec: `AcquireAll`. */
function acquireAll(step: LockStep, command: AcquireAll): Answer<"acquire-all"> {
  const { state } = step;
  const { requests, agentId, priority, leaseMs } = command;
  requireDistinct(requests);
  if (command.ticket !== undefined) return resume(step, command, requests);
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
  if (!free) {
    return {
      status: "queued",
      waitId: mayLeave(step, enqueue(step, owner, requests, command), command),
    };
  }
  owner.agentId = agentId;
  const grants = requests.map((request): GroupGrant => {
    const { resourceId } = request;
    const lock = lockOf(state, resourceId);
    const held = findHold(lock, owner);
    const borrowed = held !== undefined && held.keepMs === 0;
    if (held !== undefined) reacquire(step, held, undefined);
    const { epoch } = held ?? grant(step, lock, owner, request, leaseMs, undefined);
    return { resourceId, epoch, borrowed };
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
  held.keepMs = 0;
  return { expiresAt: startLease(step, held) };
}

/** Starts the leases anew that could not be renewed, oldest grant first. Spec: `Wake`. */
function resumeListening(step: LockStep, command: ResumeListening): void {
  const leased = step.state.deadlines.timers.flatMap(({ subject, isSet }) =>
    isSet && subject.kind === "hold" && startsAnew(command, subject.keepMs || subject.leaseMs)
      ? [subject]
      : []
  );
  for (const hold of leased.sort(byEpoch)) startLease(step, hold);
  restartKeeping(step, command);
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

/** Revokes the grant of an epoch. */
function revoke(step: LockStep, command: Revoke): Answer<"revoke"> {
  const { resourceId, epoch } = command;
  const held = step.state.locks.get(resourceId)?.holds.find((hold) => hold.epoch === epoch);
  if (held === undefined) return refuse(step, command, resourceId, "stale-epoch");
  endHold(step, held, "resource:revoked");
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

/** Ends and adds waits of claims for claims, each in O(1). */
function beginClaimAsks(step: LockStep, { edges, ended = [] }: AskClaims): void {
  for (const askId of ended) {
    const request = step.state.requests.get(askId);
    if (request !== undefined) cancelRequest(step, request, "ended");
  }
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
  if (held !== undefined && !covers(held, mode, units)) return "upgrade";
  if (held !== undefined && free) return undefined;
  if (units > (lock?.capacity ?? DEFAULT_CAPACITY)) return "over-capacity";
  if (held !== undefined) return undefined;
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
  const only = lock?.holds.length === 1 ? lock.holds[0] : undefined;
  const held = only?.owner.owner === command.owner
    ? only
    : heldBy(lock, state.owners.get(command.owner));
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
