/**
 * Looks at each step of a simulation: what it said has to follow from what was said before, and
 * what it touched has to be as it was said.
 *
 * What a step costs here depends on what it has touched, not on how much there is; from time to time
 * everything is looked at.
 *
 * @module
 */

import type { RootCommand, RootState } from "../../root/state.ts";
import type { LockstepEvent } from "../../root/events.ts";
import type { Instant, Tick } from "../../core/machine.ts";
import { claimOf } from "../../locks/claim_owner.ts";
import { DEFAULT_AGING_MS, EventRules } from "../event_rules.ts";
import { AgentShadow } from "./agent_shadow.ts";
import { BreakerShadow } from "./breaker_shadow.ts";
import { ConflictShadow } from "./conflict_shadow.ts";
import { MessageShadow } from "./message_shadow.ts";
import type { Coverage } from "./coverage.ts";
import type { EventKind, EventKinds } from "./event_kinds.ts";
import { accuse } from "./failure.ts";
import { checkAcyclic, checkLock } from "./lock_invariants.ts";
import { checkRoot, checkRootAtRest } from "./root_invariants.ts";
import { TaskShadow } from "./task_shadow.ts";
import type { StepObserver } from "./world.ts";

/** Commands after which nothing is left of whom they take away; others may bring somebody back. */
const LEAVING: ReadonlySet<string> = new Set([
  ...["tick", "leave-agent", "remove-agent", "drain-agent"],
]);

/** After how many steps waits are followed, and when they are few enough for that. */
const WALK_EVERY = 50;
const FEW_WAITS = 60;

/** Checks steps. */
export class Watcher implements StepObserver {
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
    this.#rules = new EventRules(accuse, agingMs);
  }

  stepped(command: RootCommand | Tick, events: readonly LockstepEvent[], at: Instant): void {
    const state = this.#state();
    const life = command.type === "as-agent" ? this.#agents.lifeOf(command.agentId) : 0;
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
    this.#agents.checkCommand(command, life);
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
    accuse("MessageConservation", `${messagesUnderWay} are neither handled nor dead`);
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
    switch (kind.family) {
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
    accuse("NoGhostWaiter", `"${name}" has given everything back and has something`);
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
  // What was due before the command may have ended what it means, and is told in the same step.
  if ((events as readonly Subject[]).some((event) => event.command === asked.type)) return;
  for (const event of events as readonly Subject[]) {
    if (event.type !== comesTo || event.epoch === asked.epoch) continue;
    if (event.owner !== asked.owner && asked.owner !== undefined) continue;
    if (event.resourceId !== asked.resourceId || event.taskId !== asked.taskId) continue;
    accuse("StaleRejected", `${asked.type} under epoch ${asked.epoch} came to ${event.epoch}`);
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
  accuse("NoClaimWithoutItsLock", `"${claim.taskId}" goes on under ${claim.epoch}`);
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
