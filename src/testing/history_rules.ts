/**
 * The rules of histories, whether they were recorded at clients or from events.
 *
 * Locks: exclusive holders exclude each other, epochs rise, no access is under a stale epoch, and a
 * waiter is overtaken only by a higher priority. Tasks: each claim has a larger epoch than the one
 * before, a stale result is refused, and each task is completed once. Messages: a handled message
 * was sent, is handled once, and after those that its sender sent before.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";
import { isPathsId, overlap, parsePaths, type Pattern } from "../locks/paths.ts";
import type { LockMode } from "../locks/types.ts";
import type { ReportViolation } from "./history.ts";

/** A grant of a history. */
export interface Grant {
  readonly resourceId: string;
  readonly owner: string;
  readonly epoch: number;
  readonly mode: LockMode;
  readonly units: number;
  /** When its lease ends; `Infinity` without one. */
  readonly expiresAt: Instant;
  /** An epoch that was granted before this grant was requested. */
  readonly floor: number;
}

/** A wait of a history. */
export interface Waiting {
  /** Orders waits of the same rank, where it is known when each began. */
  readonly sequence: number;
  readonly priority: number;
  readonly since: Instant;
  hasEnded: boolean;
}

/** A resource, and the grants and waits of its lock. */
interface Resource {
  capacity: number;
  newest: number;
  /** The newest epoch of an access. */
  touched: number;
  /** The grants that are certainly in force, by epoch. */
  readonly holders: Map<number, Grant>;
  /** Waits by priority, the oldest first; ended ones are skipped when they come first. */
  readonly waits: Map<number, { list: Waiting[]; first: number }>;
  /** The patterns of a set of paths; none of another resource. */
  readonly patterns: readonly Pattern[];
  /** The other sets of paths that overlap with it. */
  readonly overlaps: Resource[];
}

/** Checks the locks of a history. A call costs O(holders + different priorities) of a resource. */
export class LockRules {
  readonly #resources = new Map<string, Resource>();
  readonly #report: ReportViolation;
  readonly #agingMs: number;
  readonly #slackMs: number;
  readonly #isExact: boolean;

  /** `isExact` says that waits began in the order of the history, not only about then. */
  constructor(report: ReportViolation, agingMs: number, slackMs: number, isExact: boolean) {
    this.#report = report;
    this.#isExact = isExact;
    this.#agingMs = agingMs;
    this.#slackMs = slackMs;
  }

  /** Sets the capacity of a counted resource. */
  define(resourceId: string, capacity: number): void {
    this.#resource(resourceId).capacity = capacity;
  }

  /** Returns the newest epoch known to be granted: a later request gets a larger one. */
  newest(resourceId: string): number {
    return this.#resources.get(resourceId)?.newest ?? 0;
  }

  /** Returns the newest epoch of an access to a resource. */
  touched(resourceId: string): number {
    return this.#resources.get(resourceId)?.touched ?? 0;
  }

  /** Adds a wait. */
  wait(waiting: Waiting, resourceId: string): void {
    const { waits } = this.#resource(resourceId);
    const queue = waits.get(waiting.priority);
    if (queue === undefined) waits.set(waiting.priority, { list: [waiting], first: 0 });
    else queue.list.push(waiting);
  }

  /** Adds a grant; `waiting` is the wait that it ended, `undefined` when that is unknown. */
  grant(grant: Grant, waiting: Waiting | undefined, at: Instant): void {
    const { resourceId, owner, epoch } = grant;
    const resource = this.#resource(resourceId);
    if (resource.holders.get(epoch)?.owner === owner) return; // a repeated answer
    if (epoch <= grant.floor || resource.holders.has(epoch)) {
      this.#report(
        "GrantRaisesEpoch",
        `"${owner}" got "${resourceId}" under epoch ${epoch}, and ${grant.floor} was granted before`,
      );
    }
    if (resource.holders.size > 0) this.#excludeOthers(resource, grant, at);
    for (const other of resource.overlaps) this.#excludeOverlap(other, grant, at);
    if (waiting !== undefined) this.#requireFirst(resource, waiting, resourceId, owner);
    resource.newest = Math.max(resource.newest, epoch);
    resource.holders.set(epoch, grant);
  }

  /** Checks a grant that was made without a wait: no waiter may come first. */
  overtake(own: Waiting, resourceId: string, owner: string): void {
    const resource = this.#resources.get(resourceId);
    if (resource !== undefined && resource.waits.size > 0) {
      this.#requireFirst(resource, own, resourceId, owner);
    }
  }

  /** Ends a grant. Returns whether it was certainly in force. */
  end(resourceId: string, epoch: number): boolean {
    return this.#resources.get(resourceId)?.holders.delete(epoch) ?? false;
  }

  /** Extends a lease until `expiresAt`. */
  renew(resourceId: string, epoch: number, expiresAt: Instant): void {
    const holders = this.#resources.get(resourceId)?.holders;
    const grant = holders?.get(epoch);
    if (grant !== undefined) holders!.set(epoch, { ...grant, expiresAt });
  }

  /** Adds an accepted access under `epoch`; `floor` is an epoch of an access that came before. */
  access(resourceId: string, epoch: number, floor: number): void {
    const resource = this.#resource(resourceId);
    if (epoch < floor) {
      this.#report(
        "StaleWriteRefused",
        `"${resourceId}" was used under epoch ${epoch} after epoch ${floor}`,
      );
    }
    resource.touched = Math.max(resource.touched, epoch);
  }

  #excludeOthers(resource: Resource, grant: Grant, at: Instant): void {
    let units = grant.mode === "exclusive" ? grant.units : 0;
    for (const other of resource.holders.values()) {
      if (other.expiresAt <= at) {
        resource.holders.delete(other.epoch);
      } else if (other.mode === "exclusive") {
        units += other.units;
        if (grant.mode === "shared") units = Infinity;
      } else if (grant.mode === "exclusive") {
        units = Infinity;
      }
    }
    if (units <= resource.capacity) return;
    const others = [...resource.holders.values()].map(({ owner, epoch }) =>
      `"${owner}" (${epoch})`
    );
    this.#report(
      "MutualExclusion",
      `"${grant.owner}" got "${grant.resourceId}" under epoch ${grant.epoch} while ${
        others.join(", ")
      } had it`,
    );
  }

  #excludeOverlap({ holders }: Resource, grant: Grant, at: Instant): void {
    for (const other of holders.values()) {
      if (other.expiresAt <= at) holders.delete(other.epoch);
      else if (other.owner !== grant.owner && [other.mode, grant.mode].includes("exclusive")) {
        const { owner, resourceId, epoch } = grant;
        this.#report(
          "MutualExclusion",
          `"${owner}" got "${resourceId}" under epoch ${epoch} while "${other.owner}" ` +
            `(${other.epoch}) had "${other.resourceId}"`,
        );
      }
    }
  }

  /** Which waits for paths come first depends on what their owners hold as well, which is not known here. */
  #requireFirst(resource: Resource, own: Waiting, resourceId: string, owner: string): void {
    if (resource.patterns.length > 0) return;
    for (const [priority, queue] of resource.waits) {
      let first = queue.list[queue.first];
      while (first?.hasEnded === true) first = queue.list[++queue.first];
      if (first === undefined) {
        resource.waits.delete(priority);
        continue;
      }
      if (queue.first > 64 && queue.first * 2 > queue.list.length) {
        queue.list.splice(0, queue.first);
        queue.first = 0;
      }
      if (this.#isExact && precedes(first, own, this.#agingMs)) {
        const message = `"${owner}" got "${resourceId}" before a wait that comes first`;
        this.#report("ServedInOrder", message);
      }
      const later = own.since - first.since - this.#slackMs;
      if (later <= 0 || later < (own.priority - priority) * this.#agingMs) continue;
      this.#report(
        "BoundedBypass",
        `"${owner}" (priority ${own.priority}) got "${resourceId}" before a wait of priority ` +
          `${priority} that began ${own.since - first.since} ms earlier`,
      );
    }
  }

  #resource(resourceId: string): Resource {
    let resource = this.#resources.get(resourceId);
    if (resource === undefined) {
      const patterns = isPathsId(resourceId) ? parsePaths(resourceId, true) : [];
      const overlaps = [...patterns.length > 0 ? this.#resources.values() : []].filter((other) =>
        patterns.some((a) => other.patterns.some((b) => overlap(a, b, { left: Infinity })))
      );
      const counts = { capacity: 1, newest: 0, touched: 0 };
      resource = { ...counts, holders: new Map(), waits: new Map(), patterns, overlaps };
      for (const other of overlaps) other.overlaps.push(resource);
      this.#resources.set(resourceId, resource);
    }
    return resource;
  }
}

/** Returns whether `a` comes before `b` in a queue: by rank, and then by sequence. */
function precedes(a: Waiting, b: Waiting, agingMs: number): boolean {
  const difference = a.since - a.priority * agingMs - (b.since - b.priority * agingMs);
  return difference < 0 || (difference === 0 && a.sequence < b.sequence);
}

interface Claimed {
  newest: number;
  /** The claim whose result was accepted, or 0. */
  completed: number;
  hasEnded: boolean;
}

const NEW: Claimed = { newest: 0, completed: 0, hasEnded: false };

/** Checks the tasks of a history. A call costs O(1). */
export class TaskRules {
  readonly #tasks = new Map<string, Claimed>();
  readonly #report: ReportViolation;

  constructor(report: ReportViolation) {
    this.#report = report;
  }

  /** Adds a task, in place of an earlier one with its id. */
  create(taskId: string): void {
    this.#tasks.set(taskId, { ...NEW });
  }

  /** Ends a task that failed or was cancelled. */
  end(taskId: string): void {
    this.#task(taskId).hasEnded = true;
  }

  /** Returns the newest known claim: a result under an older one is stale. */
  newest(taskId: string): number {
    return this.#tasks.get(taskId)?.newest ?? 0;
  }

  /** Adds a claim; `floor` is a claim that came before it. */
  claim(taskId: string, epoch: number, floor: number): void {
    const task = this.#task(taskId);
    if (epoch <= floor) {
      this.#report(
        "EpochMonotonic",
        `"${taskId}" was claimed under epoch ${epoch} after epoch ${floor}`,
      );
    }
    if (task.hasEnded) {
      this.#report("TerminalIsTerminal", `"${taskId}" was claimed after it had ended`);
    }
    task.newest = Math.max(task.newest, epoch);
  }

  /** Adds an accepted result; `floor` is a claim that came before it. */
  complete(taskId: string, epoch: number, floor: number): void {
    const task = this.#task(taskId);
    if (epoch < floor) {
      this.#report(
        "StaleRejected",
        `a result of "${taskId}" under epoch ${epoch} was accepted after the claim ${floor}`,
      );
    }
    if (task.completed !== 0) {
      this.#report(
        "CompletedOnce",
        `"${taskId}" was completed under epoch ${task.completed} and again under ${epoch}`,
      );
    } else if (task.hasEnded) {
      this.#report("TerminalIsTerminal", `"${taskId}" was completed after it had ended`);
    }
    task.completed = epoch;
    task.hasEnded = true;
  }

  #task(taskId: string): Claimed {
    let task = this.#tasks.get(taskId);
    if (task === undefined) this.#tasks.set(taskId, task = { ...NEW });
    return task;
  }
}

/** A message that was sent. */
interface Sent {
  readonly messageId: string;
  readonly channel: Channel;
  /** The positions of the call that sent it and of its return. */
  readonly begun: number;
  sentAt: number;
  isOver: boolean;
}

/** The messages of one lane from one sender to one recipient. */
interface Channel {
  /** The oldest first; those that are over are skipped when they come first. */
  readonly sent: Sent[];
  first: number;
}

/** Checks the messages of a history. A call costs O(1), amortized. */
export class MessageRules {
  readonly #channels = new Map<string, Channel>();
  readonly #sent = new Map<string, Sent>();
  readonly #report: ReportViolation;

  constructor(report: ReportViolation) {
    this.#report = report;
  }

  /** Begins to send a message. */
  begin(messageId: string, from: string, to: string, urgent: boolean, position: number): void {
    const key = `${from}\u0000${to}\u0000${urgent}`;
    let channel = this.#channels.get(key);
    if (channel === undefined) this.#channels.set(key, channel = { sent: [], first: 0 });
    const sent = { messageId, channel, begun: position, sentAt: Infinity, isOver: false };
    channel.sent.push(sent);
    this.#sent.set(messageId, sent);
  }

  /** Completes the sending of a message: one that begins later comes after it. */
  complete(messageId: string, position: number): void {
    const sent = this.#sent.get(messageId);
    if (sent !== undefined) sent.sentAt = position;
  }

  /** Delivers a message. */
  deliver(messageId: string): void {
    const sent = this.#sent.get(messageId);
    if (sent === undefined) {
      return this.#report("NothingFromNowhere", `"${messageId}" was delivered and never sent`);
    }
    if (sent.isOver) {
      return this.#report("HandledOnce", `"${messageId}" was delivered after it was handled`);
    }
    const first = this.#firstOf(sent.channel);
    if (first === undefined || first.sentAt >= sent.begun) return;
    this.#report(
      "FifoPerPair",
      `"${messageId}" was delivered before "${first.messageId}", which was sent earlier`,
    );
  }

  /** Ends the delivery of a message with success. */
  handle(messageId: string): void {
    const sent = this.#sent.get(messageId);
    if (sent === undefined) return;
    if (sent.isOver) this.#report("HandledOnce", `"${messageId}" was handled twice`);
    sent.isOver = true;
  }

  /** Removes a message that won't be delivered. */
  drop(messageId: string): void {
    const sent = this.#sent.get(messageId);
    if (sent !== undefined) sent.isOver = true;
  }

  #firstOf(channel: Channel): Sent | undefined {
    const { sent } = channel;
    let first = sent[channel.first];
    while (first?.isOver === true) first = sent[++channel.first];
    if (channel.first > 64 && channel.first * 2 > sent.length) {
      sent.splice(0, channel.first);
      channel.first = 0;
    }
    return first;
  }
}
