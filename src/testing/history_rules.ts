/**
 * What a history of locks must keep to: exclusive holders exclude each other, epochs rise, nothing is
 * touched under an old epoch, and nobody is overtaken by more than priority is worth.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";
import type { LockMode } from "../locks/types.ts";
import type { ReportViolation } from "./history.ts";

/** A grant as a history tells it. */
export interface Grant {
  readonly resourceId: string;
  readonly owner: string;
  readonly epoch: number;
  readonly mode: LockMode;
  readonly units: number;
  /** When its lease ends; `Infinity` without one. */
  readonly expiresAt: Instant;
  /** An epoch that had been granted before this one was asked for. */
  readonly floor: number;
}

/** A wait as a history tells it. */
export interface Waiting {
  /** Decides between waits of the same rank, where it is known when exactly each began. */
  readonly sequence: number;
  readonly priority: number;
  readonly since: Instant;
  hasEnded: boolean;
}

/** One resource. */
interface Held {
  capacity: number;
  newest: number;
  /** The newest epoch under which it was touched. */
  touched: number;
  /** Those who certainly hold it, by epoch. */
  readonly holders: Map<number, Grant>;
  /** Waits by priority, oldest first; those that have ended are skipped when they come first. */
  readonly waits: Map<number, { list: Waiting[]; first: number }>;
}

/** Follows the locks of a history. Each call costs O(holders + different priorities) of a resource. */
export class LockRules {
  readonly #resources = new Map<string, Held>();
  readonly #report: ReportViolation;
  readonly #agingMs: number;
  readonly #slackMs: number;
  readonly #isExact: boolean;

  /** `isExact` says that waits began when the history says so, and not only soon after. */
  constructor(report: ReportViolation, agingMs: number, slackMs: number, isExact: boolean) {
    this.#report = report;
    this.#isExact = isExact;
    this.#agingMs = agingMs;
    this.#slackMs = slackMs;
  }

  define(resourceId: string, capacity: number): void {
    this.#resource(resourceId).capacity = capacity;
  }

  /** The newest epoch that is known to be granted: what is asked for from here on gets a larger one. */
  newest(resourceId: string): number {
    return this.#resources.get(resourceId)?.newest ?? 0;
  }

  /** The newest epoch that was shown to a resource. */
  touched(resourceId: string): number {
    return this.#resources.get(resourceId)?.touched ?? 0;
  }

  wait(waiting: Waiting, resourceId: string): void {
    const { waits } = this.#resource(resourceId);
    const line = waits.get(waiting.priority);
    if (line === undefined) waits.set(waiting.priority, { list: [waiting], first: 0 });
    else line.list.push(waiting);
  }

  /** Takes a grant; `waiting` is the wait that led to it, or `undefined` when that isn't known. */
  grant(grant: Grant, waiting: Waiting | undefined, at: Instant): void {
    const { resourceId, owner, epoch } = grant;
    const held = this.#resource(resourceId);
    if (held.holders.get(epoch)?.owner === owner) return; // it was told what it has
    if (epoch <= grant.floor || held.holders.has(epoch)) {
      this.#report(
        "GrantRaisesEpoch",
        `"${owner}" got "${resourceId}" under epoch ${epoch}, and ${grant.floor} was granted before`,
      );
    }
    if (held.holders.size > 0) this.#excludeOthers(held, grant, at);
    if (waiting !== undefined) this.#requireTurn(held, waiting, resourceId, owner);
    held.newest = Math.max(held.newest, epoch);
    held.holders.set(epoch, grant);
  }

  /** A lock was granted at once to who asked for it: nobody who waits may come first. */
  overtake(own: Waiting, resourceId: string, owner: string): void {
    const held = this.#resources.get(resourceId);
    if (held !== undefined && held.waits.size > 0) {
      this.#requireTurn(held, own, resourceId, owner);
    }
  }

  /** A grant ends. Whether anybody certainly had it. */
  end(resourceId: string, epoch: number): boolean {
    return this.#resources.get(resourceId)?.holders.delete(epoch) ?? false;
  }

  /** A lease goes on until `expiresAt`. */
  renew(resourceId: string, epoch: number, expiresAt: Instant): void {
    const holders = this.#resources.get(resourceId)?.holders;
    const grant = holders?.get(epoch);
    if (grant !== undefined) holders!.set(epoch, { ...grant, expiresAt });
  }

  /** A resource let itself be touched under `epoch`, though maybe `floor` was shown before. */
  access(resourceId: string, epoch: number, floor: number): void {
    const held = this.#resource(resourceId);
    if (epoch < floor) {
      this.#report(
        "StaleWriteRefused",
        `"${resourceId}" was touched under epoch ${epoch} after epoch ${floor}`,
      );
    }
    held.touched = Math.max(held.touched, epoch);
  }

  #excludeOthers(held: Held, grant: Grant, at: Instant): void {
    let units = grant.mode === "exclusive" ? grant.units : 0;
    for (const other of held.holders.values()) {
      if (other.expiresAt <= at) {
        held.holders.delete(other.epoch);
      } else if (other.mode === "exclusive") {
        units += other.units;
        if (grant.mode === "shared") units = Infinity;
      } else if (grant.mode === "exclusive") {
        units = Infinity;
      }
    }
    if (units <= held.capacity) return;
    const others = [...held.holders.values()].map(({ owner, epoch }) => `"${owner}" (${epoch})`);
    this.#report(
      "MutualExclusion",
      `"${grant.owner}" got "${grant.resourceId}" under epoch ${grant.epoch} while ${
        others.join(", ")
      } had it`,
    );
  }

  #requireTurn(held: Held, own: Waiting, resourceId: string, owner: string): void {
    for (const [priority, line] of held.waits) {
      let first = line.list[line.first];
      while (first?.hasEnded === true) first = line.list[++line.first];
      if (first === undefined) {
        held.waits.delete(priority);
        continue;
      }
      if (line.first > 64 && line.first * 2 > line.list.length) {
        line.list.splice(0, line.first);
        line.first = 0;
      }
      if (this.#isExact && precedes(first, own, this.#agingMs)) {
        const behind = `"${owner}" got "${resourceId}" before a wait that comes first`;
        this.#report("ServedInOrder", behind);
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

  #resource(resourceId: string): Held {
    let held = this.#resources.get(resourceId);
    if (held === undefined) {
      held = { capacity: 1, newest: 0, touched: 0, holders: new Map(), waits: new Map() };
      this.#resources.set(resourceId, held);
    }
    return held;
  }
}

/** Whether `a` comes before `b` in a queue: it looks older, or it is and they look the same. */
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

/** Follows the tasks of a history. Each call costs O(1). */
export class TaskRules {
  readonly #tasks = new Map<string, Claimed>();
  readonly #report: ReportViolation;

  constructor(report: ReportViolation) {
    this.#report = report;
  }

  /** A task of that id is new; an earlier one is forgotten. */
  create(taskId: string): void {
    this.#tasks.set(taskId, { ...NEW });
  }

  /** A task has failed, or was called off. */
  end(taskId: string): void {
    this.#task(taskId).hasEnded = true;
  }

  /** The newest claim that is known: a result under an older one comes too late from here on. */
  newest(taskId: string): number {
    return this.#tasks.get(taskId)?.newest ?? 0;
  }

  /** A claim was given out although maybe `floor` was before. */
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

  /** A result was accepted although maybe `floor` was the newest claim. */
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

/** A message that was sent, from one sender to one reader of a recipient. */
interface Sent {
  readonly messageId: string;
  readonly channel: Channel;
  /** Where in the history its sending began, and where it was done. */
  readonly begun: number;
  done: number;
  isOver: boolean;
}

/** All messages of one lane from one sender to one reader. */
interface Channel {
  /** Oldest first; those that are over are skipped when they come first. */
  readonly sent: Sent[];
  first: number;
}

/** Follows the messages of a history. Each call costs O(1), amortized. */
export class MessageRules {
  readonly #channels = new Map<string, Channel>();
  readonly #sent = new Map<string, Sent>();
  readonly #report: ReportViolation;

  constructor(report: ReportViolation) {
    this.#report = report;
  }

  /** A message is being sent; what orders it is known when it is done. */
  begin(messageId: string, from: string, to: string, urgent: boolean, position: number): void {
    const key = `${from}\u0000${to}\u0000${urgent}`;
    let channel = this.#channels.get(key);
    if (channel === undefined) this.#channels.set(key, channel = { sent: [], first: 0 });
    const sent = { messageId, channel, begun: position, done: Infinity, isOver: false };
    channel.sent.push(sent);
    this.#sent.set(messageId, sent);
  }

  /** A message was sent: those that are begun from here on come after it. */
  done(messageId: string, position: number): void {
    const sent = this.#sent.get(messageId);
    if (sent !== undefined) sent.done = position;
  }

  /** A message is handed out. */
  deliver(messageId: string): void {
    const sent = this.#sent.get(messageId);
    if (sent === undefined) {
      return this.#report("NothingFromNowhere", `"${messageId}" was delivered and never sent`);
    }
    if (sent.isOver) {
      return this.#report("HandledOnce", `"${messageId}" was delivered after it was handled`);
    }
    const first = this.#firstOf(sent.channel);
    if (first === undefined || first.done >= sent.begun) return;
    this.#report(
      "FifoPerPair",
      `"${messageId}" was delivered before "${first.messageId}", which was sent earlier`,
    );
  }

  /** A message was handled. */
  handle(messageId: string): void {
    const sent = this.#sent.get(messageId);
    if (sent === undefined) return;
    if (sent.isOver) this.#report("HandledOnce", `"${messageId}" was handled twice`);
    sent.isOver = true;
  }

  /** A message won't be delivered. */
  bury(messageId: string): void {
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
