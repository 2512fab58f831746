/**
 * Looks at each step of a simulation: what it said has to follow from what was said before, and
 * what it touched has to be as it was said.
 *
 * What a step costs here depends on what it has touched, not on how much there is; from time to time
 * everything is looked at.
 *
 * @module
 */

import type { RootCommand, RootState } from "../../../root/state.ts";
import type { LockstepEvent } from "../../../root/events.ts";
import type { Instant, Tick } from "../../../core/machine.ts";
import { claimOf, claimOwner } from "../../../locks/claim_owner.ts";
import { DEFAULT_AGING_MS, EventRules } from "../../event_rules.ts";
import { AgentShadow } from "./agents.ts";
import { BreakerShadow } from "./breakers.ts";
import { ConflictShadow } from "./conflicts.ts";
import { checkMessages, checkMessagesAtRest, MessageShadow } from "./messages.ts";
import type { Coverage } from "../coverage.ts";
import type { EventKind, EventKinds } from "../event_kinds.ts";
import { fail } from "../failure.ts";
import { checkAcyclic, checkLock, checkLocks, checkLocksAtRest } from "./locks.ts";
import { checkTasks, checkTasksAtRest, TaskShadow } from "./tasks.ts";

/** Commands after which nothing is left of whom they take away; others may bring somebody back. */
const LEAVING: ReadonlySet<string> = new Set([
  ...["tick", "leave-agent", "remove-agent", "drain-agent"],
]);

/** After how many steps waits are followed, and when they are few enough for that. */
const WALK_EVERY = 50;
const FEW_WAITS = 60;

/** Checks steps. */
export class StepChecker {
  readonly #state: () => RootState;
  readonly #coverage: Coverage;
  readonly #kinds: EventKinds;
  readonly #rules: EventRules;
  readonly #tasks = new TaskShadow();
  readonly #messages = new MessageShadow();
  readonly #breakers = new BreakerShadow();
  readonly #conflicts = new ConflictShadow();
  readonly #agents = new AgentShadow();
  readonly #checkEvery: number;
  #untilCheck: number;
  #untilWalk = WALK_EVERY;

  constructor(
    state: () => RootState,
    coverage: Coverage,
    kinds: EventKinds,
    checkEvery: number,
  ) {
    this.#state = state;
    this.#kinds = kinds;
    this.#coverage = coverage;
    this.#checkEvery = this.#untilCheck = checkEvery;
    const agingMs = state().locks.config.agingMs ?? DEFAULT_AGING_MS;
    this.#rules = new EventRules(fail, agingMs);
  }

  stepped(command: RootCommand | Tick, events: readonly LockstepEvent[], at: Instant): void {
    const state = this.#state();
    const incarnation = command.type === "as-agent"
      ? this.#agents.incarnationOf(command.agentId)
      : 0;
    for (const event of events) {
      const kind = this.#kinds.of(event.type);
      kind.count++;
      if (kind.isRefusal) {
        this.#coverage.refusal(event.type, (event as { reason: string }).reason);
      }
      this.#take(state, event, kind, at);
      if (event.type === "resource:acquired" && event.waitId === 0) {
        const priority = priorityOf(event.owner, command, state);
        if (priority !== undefined) this.#rules.overtake(event, priority, at);
      }
    }
    this.#tasks.check(state.tasks);
    this.#agents.checkCommand(command, incarnation);
    checkMeant(command, events);
    if (command.type === "commit-version") this.#conflicts.checkCommit(command, events);
    this.#agents.check(state, state.rules.sharesAgents && LEAVING.has(command.type));
    if (command.type === "release-all") this.#checkGone(state, command.owner, events);
    if (--this.#untilWalk <= 0) {
      this.#untilWalk = WALK_EVERY;
      const { waits, asks } = state.locks;
      if (state.locks.config.deadlockDetection && waits.size + asks.size < FEW_WAITS) {
        checkAcyclic(state.locks);
      }
    }
    if (--this.#untilCheck > 0) return;
    this.#untilCheck = this.#checkEvery;
    this.#checkState(state, at);
  }

  /** Tells the coverage of all events. */
  sumUp(): void {
    for (const { type, count } of this.#kinds.all()) this.#coverage.events.set(type, count);
  }

  /** Looks at what has to be so when everything has come to rest. */
  checkRest(now: Instant): void {
    checkRootAtRest(this.#state(), now);
    const { messagesUnderWay } = this.#rules;
    if (messagesUnderWay === 0) return;
    fail("MessageConservation", `${messagesUnderWay} are neither handled nor dead`);
  }

  /** Looks at everything. */
  checkAll(now: Instant): void {
    this.#checkState(this.#state(), now);
    this.#tasks.checkBooks(this.#state().tasks);
  }

  #checkState(state: RootState, now: Instant): void {
    checkRoot(state, now);
    this.#breakers.check(state.breakers);
    this.#conflicts.check(state.conflicts);
  }

  #take(state: RootState, event: LockstepEvent, kind: EventKind, at: Instant): void {
    switch (kind.subsystem) {
      case "locks":
        this.#rules.takeLock(event, at);
        if (event.type === "resource:expired" || event.type === "resource:revoked") {
          checkWithoutLock(event.owner, state);
        }
        return this.#checkLocks(state, event, at);
      case "tasks":
        if (!event.type.startsWith("task:")) this.#agents.take(event, at, 0);
        return this.#tasks.take(event, kind.transition);
      case "messages":
        this.#messages.take(event, state.messages);
        return this.#rules.takeMessage(event);
      case "breakers":
        return this.#breakers.take(event, state.breakers, at);
      case "conflicts":
        return this.#conflicts.take(event);
      case "agents":
        return this.#agents.take(event, at, state.rules.heartbeatTimeoutMs);
    }
  }

  #checkLocks({ locks }: RootState, event: LockstepEvent, at: Instant): void {
    if ("resourceId" in event) {
      const lock = locks.locks.get(event.resourceId);
      if (lock !== undefined) checkLock(locks, lock, at);
    } else if ("resourceIds" in event) {
      for (const resourceId of event.resourceIds) {
        const lock = locks.locks.get(resourceId);
        if (lock !== undefined) checkLock(locks, lock, at);
      }
    }
  }

  /** Who gave everything back has nothing and waits for nothing. */
  #checkGone({ locks }: RootState, name: string, events: readonly LockstepEvent[]): void {
    if (events.some((event) => "command" in event)) return;
    const owner = locks.owners.get(name);
    if (owner === undefined || owner.holds.length + owner.waits.length === 0) return;
    fail("NoGhostWaiter", `"${name}" has given everything back and has something`);
  }
}

/** From each command that names an epoch to the event that only it leads to. */
const COMES_TO: ReadonlyMap<string, string> = new Map([
  ["release", "resource:released"],
  ["renew", "resource:renewed"],
  ["complete", "task:completed"],
  ["heartbeat", "task:heartbeat"],
  ["progress", "task:progressed"],
]);

/** Who names a grant or a claim changes no other. */
function checkMeant(command: RootCommand | Tick, events: readonly LockstepEvent[]): void {
  const asked = (command.type === "as-agent" ? command.command : command) as Subject;
  const comesTo = COMES_TO.get(asked.type);
  if (comesTo === undefined || asked.epoch === 0) return;
  // What was due before the command may have ended what it means, and is expected in the same step.
  if ((events as readonly Subject[]).some((event) => event.command === asked.type)) return;
  for (const event of events as readonly Subject[]) {
    if (event.type !== comesTo || event.epoch === asked.epoch) continue;
    if (event.owner !== asked.owner && asked.owner !== undefined) continue;
    if (event.resourceId !== asked.resourceId || event.taskId !== asked.taskId) continue;
    fail("StaleRejected", `${asked.type} under epoch ${asked.epoch} came to ${event.epoch}`);
  }
}

/** What a command, or an event, may be about. */
interface Subject {
  readonly type: string;
  readonly command?: string;
  readonly epoch?: number;
  readonly owner?: string;
  readonly resourceId?: string;
  readonly taskId?: string;
}

/** A claim that has lost a lock is over. */
function checkWithoutLock(owner: string, { tasks }: RootState): void {
  const claim = claimOf(owner);
  if (claim === undefined) return;
  const task = tasks.tasks.get(claim.taskId);
  if (task?.agent === undefined || task.epoch !== claim.epoch) return;
  fail("NoClaimWithoutItsLock", `"${claim.taskId}" goes on under ${claim.epoch}`);
}

/** The priority with which a lock was asked for that was granted at once, where that is known. */
function priorityOf(
  owner: string,
  command: RootCommand | Tick,
  { tasks }: RootState,
): number | undefined {
  const asked = command.type === "as-agent" ? command.command : command;
  if ("priority" in asked && "owner" in asked && asked.owner === owner) return asked.priority;
  const claim = claimOf(owner);
  return claim === undefined ? undefined : tasks.tasks.get(claim.taskId)?.spec.priority;
}

/** What holds of everything. Costs O(state). */
export function checkRoot(state: RootState, now: Instant): void {
  checkLocks(state.locks, now);
  checkTasks(state.tasks);
  checkMessages(state.messages);
  checkClaimsOfLocks(state);
  checkLocksOfClaims(state);
  checkCalls(state);
}

/** Each call through the breaker of an agent is an attempt, and each request that is watched waits. */
function checkCalls({ tasks, calls, asking, locks, messages, conflicts }: RootState): void {
  const running = new Set<number>();
  for (const { status, epoch } of tasks.tasks.values()) {
    if (status === "running") running.add(epoch);
  }
  for (const epoch of calls.keys()) {
    if (!running.has(epoch)) fail("CallsAreAttempts", `the call of the claim ${epoch} is over`);
  }
  if (asking.size > 0) fail("CallsAreAttempts", "a claim waits for a permit after the step");
  for (const askId of locks.asks.keys()) {
    if (!messages.requests.has(askId)) fail("RequestEdgesMatch", `"${askId}" is watched, and over`);
  }
  for (const { id, agents, gone } of conflicts.active.values()) {
    if (agents.length - gone.size < 2) fail("DecidedIsClosed", `"${id}" is open`);
  }
}

/** Nothing is held, or waited for, by a claim that is over. */
function checkClaimsOfLocks({ locks, tasks }: RootState): void {
  for (const { owner, holds, waits } of locks.owners.values()) {
    if (holds.length + waits.length === 0) continue;
    const claim = claimOf(owner);
    if (claim === undefined) continue;
    const task = tasks.tasks.get(claim.taskId);
    const isInForce = task?.agent !== undefined && task.epoch === claim.epoch;
    if (isInForce || tasks.lingering.has(claim.epoch)) continue;
    fail("NothingHeldByEndedClaim", `the claim ${claim.epoch} on "${claim.taskId}" is over`);
  }
}

/** Who waits for its locks to start waits in a queue; who runs has had them. */
function checkLocksOfClaims({ locks, tasks }: RootState): void {
  for (const { agentId, tasks: claims } of tasks.agents.values()) {
    for (const { spec: { id }, status, epoch, locked, queued } of claims) {
      if (status !== "assigned" || locked || queued) continue;
      if (locks.owners.get(claimOwner(id, epoch))?.waits.length === 1) continue;
      fail("NoLostTask", `"${id}" at "${agentId}" waits for locks that it hasn't asked for`);
    }
  }
}

/** What holds of everything when it has come to rest. */
export function checkRootAtRest(state: RootState, now: Instant): void {
  checkRoot(state, now);
  checkTasksAtRest(state.tasks);
  checkLocksAtRest(state.locks);
  checkMessagesAtRest(state.messages);
}
