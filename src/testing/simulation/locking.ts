/**
 * How an agent of a simulated world asks for locks, and what it believes to hold.
 *
 * @module
 */

import type { LockstepEvent } from "../../root/events.ts";
import type { LockMode, ResourceRequest } from "../../locks/types.ts";
import type { OwnerCommand } from "../../locks/mod.ts";
import type { Actor, Routine } from "./actor.ts";

/** How a lock is asked for; everything may be left out. */
export interface LockTerms {
  /** Who it belongs to. @default the agent */
  readonly owner?: string;
  /** Whether others may hold it, too. @default "exclusive" */
  readonly mode?: LockMode;
  /** How many of a counted resource. @default 1 */
  readonly units?: number;
  /** Higher is sooner. @default 0 */
  readonly priority?: number;
  /** How long it may take; 0 for as long as it takes. @default 0 */
  readonly timeoutMs?: number;
  /** How long it is held at most; 0 for as long as it takes. @default 0 */
  readonly leaseMs?: number;
  /** Whether to wait for it. @default true */
  readonly wait?: boolean;
}

/** What every way of asking says. */
interface CommonTerms extends OwnerCommand {
  readonly priority: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
}

/** How a wait ended: with the last of the events that tell of it. */
type WaitEnd = LockstepEvent;

interface Waiter {
  readonly resume: (end: WaitEnd) => void;
  /** How many more grants it takes. */
  missing: number;
}

/** How many ends of waits are kept for who has not yet heard that it waits. */
const MOST_EARLY = 64;

/** How long an agent waits for the end of a wait, when it may not be told. */
const PATIENCE_MS = 300;

/** An agent's dealings with locks. */
export class Locking {
  readonly #agent: Actor;
  readonly #waiters = new Map<number, Waiter>();
  /** Ends of waits that came before the news that there is a wait. */
  readonly #early = new Map<number, WaitEnd[]>();

  /** Of an agent that knows of nothing. */
  constructor(agent: Actor) {
    this.#agent = agent;
  }

  /** Forgets everything. */
  forget(): void {
    this.#waiters.clear();
    this.#early.clear();
  }

  /** Whether `event` tells the agent of a wait. */
  concerns(event: LockstepEvent): boolean {
    return "waitId" in event && event.waitId !== 0;
  }

  /** Takes note of an event. */
  observe(event: LockstepEvent): void {
    if (!("waitId" in event) || event.waitId === 0 || event.type === "resource:queued") return;
    const waiter = this.#waiters.get(event.waitId);
    if (waiter === undefined) return this.#keep(event.waitId, event);
    this.#end(event.waitId, waiter, event);
  }

  /**
   * Asks for a lock, again when no answer comes.
   *
   * @returns the epoch of the grant; 0 when there is none
   */
  *acquire(resourceId: string, terms: LockTerms = {}): Routine<number> {
    const { mode = "exclusive", units = 1, wait = true } = terms;
    const common = this.#common(terms);
    for (;;) {
      const events = yield* this.#agent.call({
        ...{ type: "acquire", resourceId, mode, units, wait },
        ...common,
      });
      const answer = events && answerIn(events, common.owner, [resourceId]);
      const end = answer?.type === "resource:queued"
        ? yield* this.#endOf(answer.waitId, 1)
        : answer;
      if (end === undefined) {
        if (this.#agent.world.isOver && !wait) return 0;
        yield* this.#agent.sleep(3);
        continue;
      }
      const isGrant = end.type === "resource:acquired" || end.type === "resource:reacquired";
      return isGrant ? end.epoch : 0;
    }
  }

  /** Asks for several locks at once. Whether they were granted. */
  *acquireAll(requests: readonly ResourceRequest[], terms: LockTerms = {}): Routine<boolean> {
    const common = this.#common(terms);
    const ids = requests.map(({ resourceId }) => resourceId);
    for (;;) {
      const events = yield* this.#agent.call({ type: "acquire-all", requests, ...common });
      const answer = events && answerIn(events, common.owner, ids);
      const end = answer?.type === "resource:queued"
        ? yield* this.#endOf(answer.waitId, requests.length)
        : answer;
      if (end !== undefined) {
        return end.type === "resource:acquired" || end.type === "resource:reacquired";
      }
      yield* this.#agent.sleep(3);
    }
  }

  /** Gives a lock back; `epoch` 0 means whichever grant there is. */
  *release(resourceId: string, epoch: number, owner: string = this.#agent.id): Routine<void> {
    const agentId = this.#agent.id;
    yield* this.#agent.deliver({ type: "release", resourceId, agentId, owner, epoch });
  }

  /** Lets a lease start again. Whether it is still there. */
  *renew(resourceId: string, epoch: number, leaseMs: number): Routine<boolean> {
    const { id: agentId } = this.#agent;
    const events = yield* this.#agent.call({
      ...{ type: "renew", resourceId, agentId, owner: agentId, epoch, leaseMs },
    });
    return events?.some(({ type }) => type === "resource:renewed") ?? false;
  }

  /** Gives everything back. */
  *releaseAll(): Routine<void> {
    const { id: agentId } = this.#agent;
    yield* this.#agent.deliver({ type: "release-all", agentId, owner: agentId });
  }

  /**
   * Touches what a lock protects. The resource refuses an epoch older than one that it has seen, so
   * who lost its lock without knowing does no harm.
   */
  touch(resourceId: string, epoch: number): boolean {
    const { guards } = this.#agent.world;
    const seen = guards.get(resourceId) ?? 0;
    if (epoch < seen) return false;
    guards.set(resourceId, epoch);
    return true;
  }

  /** Where a grant may be made that nobody hears of, only a lease ends it. */
  #common({ owner, priority = 0, timeoutMs = 0, leaseMs }: LockTerms): CommonTerms {
    const { id, world } = this.#agent;
    const term = leaseMs ?? (world.isUnreliable ? 400 : 0);
    return { agentId: id, owner: owner ?? id, priority, timeoutMs, leaseMs: term };
  }

  *#endOf(waitId: number, grants: number): Routine<WaitEnd | undefined> {
    const { world } = this.#agent;
    return yield* this.#agent.wait<WaitEnd | undefined>((resume) => {
      const waiter = { resume, missing: grants };
      this.#waiters.set(waitId, waiter);
      for (const end of this.#early.get(waitId) ?? []) this.#end(waitId, waiter, end);
      this.#early.delete(waitId);
      if (!world.isUnreliable) return; // what was said before faults stopped may be lost, too
      world.after(PATIENCE_MS, () => {
        if (this.#waiters.get(waitId) !== waiter) return;
        this.#waiters.delete(waitId);
        resume(undefined);
      });
    });
  }

  #end(waitId: number, waiter: Waiter, end: WaitEnd): void {
    const isGrant = end.type === "resource:acquired" || end.type === "resource:reacquired";
    if (isGrant && --waiter.missing > 0) return;
    this.#waiters.delete(waitId);
    waiter.resume(end);
  }

  #keep(waitId: number, end: WaitEnd): void {
    const known = this.#early.get(waitId);
    if (known === undefined) this.#early.set(waitId, [end]);
    else known.push(end);
    if (this.#early.size > MOST_EARLY) this.#early.delete(this.#early.keys().next().value!);
  }
}

/** The event that answers the command of `owner`, among all that happened in the same step. */
function answerIn(
  events: readonly LockstepEvent[],
  owner: string,
  resourceIds: readonly string[],
): LockstepEvent & { waitId: number; epoch: number } | undefined {
  for (const event of events) {
    if (!("owner" in event) || event.owner !== owner) continue;
    switch (event.type) {
      case "resource:acquired":
      case "resource:reacquired":
        if (event.waitId === 0 && resourceIds.includes(event.resourceId)) return event as never;
        break;
      case "resource:queued":
        if (event.resourceIds[0] === resourceIds[0]) return event as never;
        break;
      case "resource:refused":
        if (event.command.startsWith("acquire")) return event as never;
        break;
    }
  }
  return undefined;
}
