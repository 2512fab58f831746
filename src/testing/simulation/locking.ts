/**
 * The locks of a simulated agent: how it requests them, and which it believes to hold.
 *
 * @module
 */

import { type Outcome, Refusal } from "../../core/machine.ts";
import type { Acquire, AcquireAll, LockAnswers, OwnerCommand } from "../../locks/commands.ts";
import type { LockMode, ResourceRequest } from "../../locks/types.ts";
import type { LockstepEvent } from "../../root/events.ts";
import type { Actor, Routine } from "./actor.ts";
import { accepted, NO_ANSWER, type NoAnswer } from "./engine.ts";

/** The terms of a request for a lock. */
export interface LockTerms {
  /** The owner of the lock. @default the agent */
  readonly owner?: string;
  /** Whether others may hold it, too. @default "exclusive" */
  readonly mode?: LockMode;
  /** Units of a counted resource. @default 1 */
  readonly units?: number;
  /** A higher one comes sooner. @default 0 */
  readonly priority?: number;
  /** The longest wait, in milliseconds; 0 for no limit. @default 0 */
  readonly timeoutMs?: number;
  /** The lease, in milliseconds; 0 for no limit. @default 0, or 400 where a grant may get lost */
  readonly leaseMs?: number;
  /** Whether to wait for it. @default true */
  readonly wait?: boolean;
}

interface CommonTerms extends OwnerCommand {
  readonly priority: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
}

interface Waiter {
  /** Ends the wait, with the epoch of the last grant or 0. */
  readonly resume: (epoch: number | undefined) => void;
  /** The number of grants that are still missing. */
  missing: number;
}

/** The number of waits whose ends are kept until the answer says that there is a wait. */
const MOST_EARLY = 64;

/** The milliseconds after which an agent that may miss the end of a wait asks again. */
const WAIT_TIMEOUT_MS = 300;

/** The locks of an agent. */
export class Locking {
  readonly #agent: Actor;
  readonly #waiters = new Map<number, Waiter>();
  /** The ends of waits that came before the answer with the wait. */
  readonly #early = new Map<number, LockstepEvent[]>();

  /** Creates the locks of an agent that has none. */
  constructor(agent: Actor) {
    this.#agent = agent;
  }

  /** Loses all that the agent knows. */
  forget(): void {
    this.#waiters.clear();
    this.#early.clear();
  }

  /** Returns whether the agent observes `event`, as far as locks are concerned. */
  concerns(event: LockstepEvent): boolean {
    return "waitId" in event && event.waitId !== 0;
  }

  /** Receives an event. */
  observe(event: LockstepEvent): void {
    if (!("waitId" in event) || event.waitId === 0 || event.type === "resource:queued") return;
    const waiter = this.#waiters.get(event.waitId);
    if (event.type === "resource:detached") {
      this.#waiters.delete(event.waitId);
      return waiter?.resume(undefined);
    }
    if (event.type === "resource:resumed") return;
    if (waiter === undefined) this.#keep(event.waitId, event);
    else this.#endWait(event.waitId, waiter, event);
  }

  /**
   * Requests a lock, again when no answer comes.
   *
   * @returns the epoch of the grant; 0 when there is none
   */
  *acquire(resourceId: string, terms: LockTerms = {}): Routine<number> {
    const { mode = "exclusive", units = 1, wait = true } = terms;
    const common = this.#common(terms);
    for (;;) {
      const answer = yield* this.#agent.call({
        ...{ type: "acquire", resourceId, mode, units, wait },
        ...common,
      });
      const epoch = yield* this.#epochOf(answer, 1);
      if (epoch !== undefined) return epoch;
      if (this.#agent.world.isOver && !wait) return 0;
      yield* this.#agent.sleep(3);
    }
  }

  /**
   * Requests locks by calls that end while the wait goes on, and are repeated with its ticket; at times
   * late, or never.
   *
   * @returns the epoch of the last grant; 0 when there is none, or the agent has not come back for it
   */
  *acquireByTicket(resourceIds: readonly string[], terms: LockTerms = {}): Routine<number> {
    const { world } = this.#agent;
    const { chance } = world;
    const { mode = "exclusive" } = terms;
    const common = this.#common(terms);
    const requests = resourceIds.map((resourceId) => ({ resourceId, mode, units: 1 }));
    const [first] = requests;
    const keepMs = chance.pick([20, 60]);
    let ticket: number | undefined;
    for (let calls = 0; calls < 20; calls++) {
      const waitMs = chance.pick([0, 5, 20]);
      const kept = { ...common, keepMs, waitMs, ...(ticket !== undefined && { ticket }) };
      const answer = yield* this.#agent.call(
        requests.length === 1
          ? { type: "acquire", ...first!, wait: true, ...kept }
          : { type: "acquire-all", requests, ...kept },
      );
      if (answer !== NO_ANSWER) {
        if (!(answer instanceof Refusal) && answer.status === "queued") ticket = answer.waitId;
        const epoch = yield* this.#epochOf(answer, requests.length, waitMs + 1);
        if (epoch !== undefined) return epoch;
      }
      if (world.injects("caller-vanishes", 0.3)) return 0;
      if (world.injects("caller-late", 0.3)) yield* this.#agent.sleep(chance.around(2 * keepMs));
      else yield* this.#agent.sleep(chance.int(keepMs / 2));
      if (ticket !== undefined && chance.happens(0.1)) yield* this.#leave(ticket, keepMs);
    }
    return 0;
  }

  /** Says that the caller of a wait has left, which the coordinator may know by now. */
  *#leave(waitId: number, keepMs: number): Routine<void> {
    const { id: agentId } = this.#agent;
    yield* this.#agent.call({ type: "detach-wait", waitId, agentId, owner: agentId, keepMs });
  }

  /** Requests several locks at once. Returns whether they were granted. */
  *acquireAll(requests: readonly ResourceRequest[], terms: LockTerms = {}): Routine<boolean> {
    const common = this.#common(terms);
    for (;;) {
      const answer = yield* this.#agent.call({ type: "acquire-all", requests, ...common });
      const epoch = yield* this.#epochOf(answer, requests.length);
      if (epoch !== undefined) return epoch > 0;
      yield* this.#agent.sleep(3);
    }
  }

  /** Releases a lock; `epoch` 0 stands for the grant in force. */
  *release(resourceId: string, epoch: number, owner: string = this.#agent.id): Routine<void> {
    const agentId = this.#agent.id;
    yield* this.#agent.deliver({ type: "release", resourceId, agentId, owner, epoch });
  }

  /** Starts a lease anew. Returns whether it was in force. */
  *renew(resourceId: string, epoch: number, leaseMs: number): Routine<boolean> {
    const { id: agentId } = this.#agent;
    const renewed = accepted(
      yield* this.#agent.call({
        ...{ type: "renew", resourceId, agentId, owner: agentId, epoch, leaseMs },
      }),
    );
    return renewed !== undefined;
  }

  /** Releases all locks, and ends all waits. */
  *releaseAll(): Routine<void> {
    const { id: agentId } = this.#agent;
    yield* this.#agent.deliver({ type: "release-all", agentId, owner: agentId });
  }

  /**
   * Uses the resource that a lock protects. The resource refuses an epoch older than one that it has
   * seen, so an agent that lost its lock without knowing does no harm.
   */
  touch(resourceId: string, epoch: number): boolean {
    const { guards } = this.#agent.world;
    const seen = guards.get(resourceId) ?? 0;
    if (epoch < seen) return false;
    guards.set(resourceId, epoch);
    return true;
  }

  /** Adds a lease where a grant may get lost, as nothing else would end that. */
  #common({ owner, priority = 0, timeoutMs = 0, leaseMs }: LockTerms): CommonTerms {
    const { id, world } = this.#agent;
    const term = leaseMs ?? (world.isUnreliable ? 400 : 0);
    return { agentId: id, owner: owner ?? id, priority, timeoutMs, leaseMs: term };
  }

  /** Returns the epoch of the last of `grants` grants, 0 for none, or `undefined` when unknown. */
  *#epochOf(
    answer: Outcome<LockAnswers, Acquire | AcquireAll> | NoAnswer,
    grants: number,
    patienceMs = Infinity,
  ): Routine<number | undefined> {
    if (answer === NO_ANSWER) return undefined;
    if (answer instanceof Refusal) return answer.event.type === "agent:refused" ? undefined : 0;
    if (answer.status === "queued") return yield* this.#endOf(answer.waitId, grants, patienceMs);
    if (answer.status === "ended") return 0;
    return "epoch" in answer ? answer.epoch : answer.grants[0]!.epoch;
  }

  *#endOf(
    waitId: number,
    grants: number,
    patienceMs: number,
  ): Routine<number | undefined> {
    const { world } = this.#agent;
    return yield* this.#agent.wait<number | undefined>((resume) => {
      const waiter = { resume, missing: grants };
      this.#waiters.set(waitId, waiter);
      for (const end of this.#early.get(waitId) ?? []) this.#endWait(waitId, waiter, end);
      this.#early.delete(waitId);
      const isSure = patienceMs === Infinity && !world.isUnreliable;
      if (isSure) return; // not when faults have stopped: an earlier event may be lost
      world.after(Math.min(WAIT_TIMEOUT_MS, patienceMs), () => {
        if (this.#waiters.get(waitId) !== waiter) return;
        this.#waiters.delete(waitId);
        resume(undefined);
      });
    });
  }

  #endWait(waitId: number, waiter: Waiter, event: LockstepEvent): void {
    if (!this.#waiters.has(waitId)) return;
    const isGrant = event.type === "resource:acquired" || event.type === "resource:reacquired";
    if (isGrant && --waiter.missing > 0) return;
    this.#waiters.delete(waitId);
    waiter.resume(isGrant ? event.epoch : 0);
  }

  #keep(waitId: number, event: LockstepEvent): void {
    const known = this.#early.get(waitId);
    if (known === undefined) this.#early.set(waitId, [event]);
    else known.push(event);
    if (this.#early.size > MOST_EARLY) this.#early.delete(this.#early.keys().next().value!);
  }
}
