/**
 * What the events of a system must keep to. They tell of what happened in the one order that holds
 * for everything, so here every rule is exact.
 *
 * @module
 */

import type { LockstepEvent } from "../root/events.ts";
import type { ResourceAcquired, ResourceQueued } from "../locks/events.ts";
import type { Instant } from "../core/machine.ts";
import { DeliveryRules } from "./delivery_rules.ts";
import type { Accuse } from "./history.ts";
import { LockRules, type Waiting } from "./lock_rules.ts";
import { TaskRules } from "./task_rules.ts";

/** By how much one point of priority makes a wait look older, unless a config says otherwise. */
export const DEFAULT_AGING_MS = 10_000;

/** Every event that a rule is about. */
export const RULED_EVENTS = [
  ...["resource:acquired", "resource:reacquired", "resource:queued", "resource:released"],
  ...["resource:renewed", "resource:expired", "resource:revoked", "resource:timed-out"],
  ...["resource:cancelled", "resource:abandoned", "resource:defined", "deadlock:detected"],
  ...["task:created", "task:assigned", "task:completed", "task:failed", "task:cancelled"],
  ...["message:sent", "message:resent", "message:received", "message:acked", "message:nacked"],
  ...["message:returned", "message:readied", "message:dropped", "message:dead-lettered"],
  ...["message:forgotten"],
  ...["mailbox:subscribed", "mailbox:unsubscribed", "mailbox:closed", "mailbox:forgotten"],
] as const;

/** Follows the events of one system. */
export class EventRules {
  readonly #locks: LockRules;
  readonly #tasks: TaskRules;
  readonly #deliveries: DeliveryRules;
  readonly #waits = new Map<number, Waiting>();
  readonly #accuse: Accuse;
  #newestLock = 0;
  #newestClaim = 0;

  constructor(accuse: Accuse, agingMs: number) {
    this.#accuse = accuse;
    this.#locks = new LockRules(accuse, agingMs, 0, true);
    this.#tasks = new TaskRules(accuse);
    this.#deliveries = new DeliveryRules(accuse);
  }

  take(event: LockstepEvent, at: Instant): void {
    if (event.type.startsWith("task:")) this.takeTask(event);
    else if (event.type.startsWith("m")) this.takeMessage(event);
    else this.takeLock(event, at);
  }

  takeLock(event: LockstepEvent, at: Instant): void {
    switch (event.type) {
      case "resource:queued":
        return this.#queue(event, at);
      case "resource:acquired":
        return this.#grant(event, at);
      case "resource:reacquired":
        return this.#endWait(event.waitId);
      case "resource:released":
      case "resource:expired":
      case "resource:revoked":
        return this.#endGrant(event.type, event);
      case "resource:timed-out":
      case "resource:cancelled":
      case "resource:abandoned":
      case "deadlock:detected":
        return this.#endWait(event.waitId);
      case "resource:renewed":
        return this.#locks.renew(event.resourceId, event.epoch, Infinity);
      case "resource:defined":
        return this.#locks.define(event.resourceId, event.capacity);
    }
  }

  takeTask(event: LockstepEvent): void {
    switch (event.type) {
      case "task:created":
        return this.#tasks.create(event.taskId);
      case "task:assigned":
        return this.#claim(event.taskId, event.epoch);
      case "task:completed":
        return this.#tasks.complete(event.taskId, event.epoch, this.#tasks.newest(event.taskId));
      case "task:failed":
      case "task:cancelled":
        return this.#tasks.end(event.taskId);
    }
  }

  takeMessage(event: LockstepEvent): void {
    this.#deliveries.take(event);
  }

  /** A lock was granted at once to a request of that priority. */
  overtake({ resourceId, owner }: ResourceAcquired, priority: number, at: Instant): void {
    const newcomer = { sequence: Infinity, priority, since: at, hasEnded: true };
    this.#locks.overtake(newcomer, resourceId, owner);
  }

  /** How many copies of messages have been sent, and are neither handled nor dead. */
  get messagesUnderWay(): number {
    return this.#deliveries.underWay;
  }

  #queue({ waitId, priority, resourceIds }: ResourceQueued, at: Instant): void {
    const waiting = { sequence: waitId, priority, since: at, hasEnded: false };
    this.#waits.set(waitId, waiting);
    for (const resourceId of resourceIds) this.#locks.wait(waiting, resourceId);
  }

  #grant(event: ResourceAcquired, at: Instant): void {
    const { resourceId, owner, epoch, mode, units, waitId } = event;
    const waiting = this.#waits.get(waitId);
    const grant = { resourceId, owner, epoch, mode, units, expiresAt: Infinity };
    if (waiting !== undefined) waiting.hasEnded = true;
    this.#locks.grant({ ...grant, floor: this.#newestLock }, waiting, at);
    this.#newestLock = epoch;
  }

  #endGrant(type: string, { resourceId, epoch, owner }: GrantEnd): void {
    if (this.#locks.end(resourceId, epoch)) return;
    const message = `${type} says that "${owner}" had "${resourceId}" under epoch ${epoch}`;
    this.#accuse("ReleaseOnlyByHolder", message);
  }

  #endWait(waitId: number): void {
    const waiting = this.#waits.get(waitId);
    if (waiting === undefined) return;
    waiting.hasEnded = true;
    this.#waits.delete(waitId);
  }

  #claim(taskId: string, epoch: number): void {
    this.#tasks.claim(taskId, epoch, this.#newestClaim);
    this.#newestClaim = epoch;
  }
}

interface GrantEnd {
  readonly resourceId: string;
  readonly epoch: number;
  readonly owner: string;
}
