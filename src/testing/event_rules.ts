/**
 * The rules of the events of a system. Events are in the one order that holds for everything, so every
 * rule is exact here.
 *
 * A message has a copy for each handler of its recipient. The copies of one sender's messages for one
 * handler are delivered one at a time, in the order in which they were sent.
 *
 * @module
 */

import type { LockstepEvent } from "../root/events.ts";
import type { ResourceAcquired, ResourceQueued } from "../locks/events.ts";
import type { Instant } from "../core/machine.ts";
import type { LockState } from "../locks/state.ts";
import type { ReportViolation } from "./history.ts";
import { LockRules, TaskRules, type Waiting } from "./history_rules.ts";
import type {
  MailboxSubscribed,
  MailboxUnsubscribed,
  MessageReceived,
} from "../messages/events.ts";
import type { Message } from "../messages/types.ts";
import { isTerminal, type TaskState } from "../tasks/state.ts";

/** The milliseconds by which a point of priority makes a wait older, unless a config says otherwise. */
export const DEFAULT_AGING_MS = 10_000;

/** The types of the events that a rule is about. */
export const RULED_EVENTS = [
  ...["resource:acquired", "resource:reacquired", "resource:queued", "resource:released"],
  ...["resource:renewed", "resource:expired", "resource:revoked", "resource:timed-out"],
  ...["resource:cancelled", "resource:abandoned", "resource:defined", "deadlock:detected"],
  ...["task:created", "task:assigned", "task:completed", "task:failed", "task:cancelled"],
  ...["message:sent", "message:resent", "message:received", "message:acked", "message:nacked"],
  ...["message:returned", "message:readied", "message:dropped", "message:dead-lettered"],
  ...["message:forgotten"],
  ...["mailbox:subscribed", "mailbox:unsubscribed", "mailbox:closed", "mailbox:forgotten"],
  ...["topic:subscribed", "topic:unsubscribed"],
] as const;

/** Checks the events of one system. */
export class EventRules {
  readonly #locks: LockRules;
  readonly #tasks: TaskRules;
  readonly #deliveries: DeliveryRules;
  readonly #waits = new Map<number, Waiting>();
  readonly #report: ReportViolation;
  #newestLock = 0;
  #newestClaim = 0;

  constructor(report: ReportViolation, agingMs: number) {
    this.#report = report;
    this.#locks = new LockRules(report, agingMs, 0, true);
    this.#tasks = new TaskRules(report);
    this.#deliveries = new DeliveryRules(report);
  }

  /** Goes on from a state without the events that led to it, but for those of messages. */
  resume(locks: LockState, { tasks, epoch }: TaskState): void {
    for (const { resourceId, capacity, used, holds } of locks.locks.values()) {
      this.#locks.define(resourceId, Math.max(capacity, used)); // it may have been lowered
      for (const { owner: { owner }, epoch, mode, units, since } of holds) {
        const grant = { resourceId, owner, epoch, mode, units, expiresAt: Infinity, floor: 0 };
        this.#locks.grant(grant, undefined, since);
      }
      this.#locks.define(resourceId, capacity);
    }
    for (const { id: sequence, priority, since, tickets } of locks.waits.values()) {
      const waiting = { sequence, priority, since, hasEnded: false };
      this.#waits.set(sequence, waiting);
      for (const { lock } of tickets) this.#locks.wait(waiting, lock.resourceId);
    }
    for (const { spec: { id }, epoch, status } of tasks.values()) {
      this.#tasks.claim(id, epoch, -1);
      if (isTerminal(status)) this.#tasks.end(id);
    }
    this.#newestLock = locks.epoch;
    this.#newestClaim = epoch;
  }

  /** Adds the next event. */
  take(event: LockstepEvent, at: Instant): void {
    if (event.type.startsWith("task:")) this.takeTask(event);
    else if (event.type.startsWith("m")) this.takeMessage(event);
    else this.takeLock(event, at);
  }

  /** Adds the next event, which is about a lock. */
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

  /** Adds the next event, which is about a task. */
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

  /** Adds the next event, which is about a message or a mailbox. */
  takeMessage(event: LockstepEvent): void {
    this.#deliveries.take(event);
  }

  /** Checks a grant that was made without a wait, to a request of that priority. */
  overtake({ resourceId, owner }: ResourceAcquired, priority: number, at: Instant): void {
    const newcomer = { sequence: Infinity, priority, since: at, hasEnded: true };
    this.#locks.overtake(newcomer, resourceId, owner);
  }

  /** The number of messages that were sent and are neither handled nor dead. */
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
    const message =
      `${type} of "${resourceId}" under epoch ${epoch}, which "${owner}" did not hold`;
    this.#report("ReleaseOnlyByHolder", message);
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

/** The messages from one sender to one handler, in one lane. */
interface Stream {
  /** The message in delivery, or in the pause before its next one; `""` for none. */
  busy: string;
  /** The newest delivered message by its place in the order of all, and whether it is done. */
  newest: number;
  isDone: boolean;
}

/** A message with copies that are not done. */
interface Sent {
  readonly place: number;
  readonly urgent: boolean;
  /** Whether another message with its id is under way, so that the two can't be distinguished. */
  readonly isAmbiguous: boolean;
  /** Whether a handler that left passed it to another one, which may have received newer ones. */
  isInherited: boolean;
  /** Whether it went to the handlers of its topic; to others only from those. */
  readonly isOfTopic: boolean;
  copies: number;
}

/** Checks the messages of one system. An event costs O(1). */
export class DeliveryRules {
  readonly #sent = new Map<string, Sent>();
  /** By recipient, then by sender, lane and handler. */
  readonly #streams = new Map<string, Map<string, Stream>>();
  readonly #groups = new HandlerGroups();
  /** The handlers that a dead letter did not reach, by message: it is resent to those. */
  readonly #dead = new Map<string, { readonly topic: Topic; readonly missed: Set<string> }>();
  readonly #deliveries = new Map<number, string>();
  readonly #report: ReportViolation;
  #place = 0;
  #epoch = 0;

  constructor(report: ReportViolation) {
    this.#report = report;
  }

  /** The number of messages with copies that are not done. */
  get underWay(): number {
    return this.#sent.size;
  }

  /** Adds the next event. */
  take(event: LockstepEvent): void {
    switch (event.type) {
      case "message:sent":
        return this.#send(event.message, event.to);
      case "message:resent":
        return this.#resend(event.messageId, event.to);
      case "message:received":
        return this.#deliver(event);
      case "message:acked":
        this.#endDelivery(event.type, event.epoch, event.messageId);
        return this.#drop(event);
      case "message:nacked":
        return this.#endDelivery(event.type, event.epoch, event.messageId);
      case "message:returned":
        this.#deliveries.delete(event.epoch);
        this.#free(event);
        return this.#inherit(event);
      case "message:readied":
        this.#free(event);
        return;
      case "message:dropped":
        this.#deliveries.delete(event.epoch);
        return this.#drop(event);
      case "message:dead-lettered":
        this.#deliveries.delete(event.epoch);
        this.#addDeadLetter(event.messageId, event.handlerId, event.message.topic);
        return this.#drop(event);
      case "message:forgotten":
        this.#dead.delete(event.messageId);
        return;
      case "mailbox:subscribed":
        if (this.#groups.add(event)) this.#streams.delete(event.agentId);
        return;
      case "mailbox:unsubscribed":
        this.#groups.remove(event);
        this.#streams.delete(event.agentId); // the handler that takes over may have received newer ones
        return;
      case "topic:subscribed":
        return this.#groups.join(event.agentId, event.topic);
      case "topic:unsubscribed":
        return this.#groups.leave(event.agentId, event.topic);
      case "mailbox:closed":
      case "mailbox:forgotten":
        this.#groups.close(event.agentId);
        this.#streams.delete(event.agentId);
        return;
    }
  }

  #addDeadLetter(messageId: string, handlerId: string, topic: Topic): void {
    const letter = this.#dead.get(messageId);
    if (letter === undefined) this.#dead.set(messageId, { topic, missed: new Set([handlerId]) });
    else letter.missed.add(handlerId);
  }

  #send(
    { id, priority, topic }: Pick<Message, "id" | "priority" | "topic">,
    to: string,
    missed = 0,
  ) {
    const copies = missed > 0 ? missed : Math.max(1, this.#groups.handlers(to, topic).length);
    const other = this.#sent.get(id)?.copies ?? 0;
    const place = ++this.#place;
    const common = { place, urgent: priority > 0, copies: copies + other };
    const isOfTopic = topic !== undefined && this.#groups.has(to, topic);
    this.#sent.set(id, { ...common, isAmbiguous: other > 0, isInherited: false, isOfTopic });
  }

  #resend(messageId: string, to: string): void {
    const priority = this.#sent.get(messageId)?.urgent ? 1 : 0;
    const { topic, missed = new Set<string>() } = this.#dead.get(messageId) ?? {};
    const handlers = this.#groups.handlers(to, topic).filter((each) => missed.has(each));
    this.#dead.delete(messageId);
    this.#send({ id: messageId, priority, topic }, to, handlers.length);
  }

  #inherit({ messageId, to, handlerId }: CopyEvent): void {
    const sent = this.#sent.get(messageId);
    const hasLeft = handlerId !== "" && !this.#groups.isAttached(to, handlerId);
    if (sent !== undefined && (hasLeft || sent.isOfTopic)) sent.isInherited = true;
  }

  #deliver({ message, handlerId }: MessageReceived): void {
    const { id, from, to, epoch } = message;
    if (epoch <= this.#epoch) {
      this.#report("EpochMonotonic", `"${id}" was delivered under epoch ${epoch} again`);
    }
    this.#epoch = epoch;
    this.#deliveries.set(epoch, id);
    const sent = this.#sent.get(id);
    if (sent === undefined) {
      return this.#report("NothingFromNowhere", `"${id}" was delivered and is not under way`);
    }
    if (sent.isAmbiguous) return;
    const stream = this.#stream(to, from, message.priority > 0, handlerId);
    if (stream.busy !== "") {
      this.#report("FifoPerPair", `"${id}" was delivered while "${stream.busy}" is not done`);
    } else if (sent.place < stream.newest && !sent.isInherited) {
      this.#report("FifoPerPair", `"${id}" was delivered after one that was sent later`);
    } else if (sent.place === stream.newest && stream.isDone) {
      this.#report("HandledOnce", `"${id}" was delivered after it was handled`);
    }
    stream.busy = id;
    stream.newest = Math.max(stream.newest, sent.place);
    stream.isDone = false;
  }

  #endDelivery(type: string, epoch: number, messageId: string): void {
    if (this.#deliveries.delete(epoch)) return;
    this.#report("HandledOnce", `${type} of a delivery of "${messageId}" that is over`);
  }

  /** Ends a copy. */
  #drop(event: CopyEvent): void {
    const sent = this.#sent.get(event.messageId);
    const stream = this.#free(event);
    if (sent === undefined) return;
    if (stream?.newest === sent.place) stream.isDone = true;
    if (--sent.copies === 0) this.#sent.delete(event.messageId);
  }

  /** Allows later copies to overtake this one, in either lane. */
  #free({ messageId, from, to, handlerId }: CopyEvent): Stream | undefined {
    const streams = this.#streams.get(to);
    for (const urgent of [false, true]) {
      const stream = streams?.get(keyOf(from, urgent, handlerId));
      if (stream?.busy !== messageId) continue;
      stream.busy = "";
      return stream;
    }
    return undefined;
  }

  #stream(to: string, from: string, urgent: boolean, handlerId: string): Stream {
    let streams = this.#streams.get(to);
    if (streams === undefined) this.#streams.set(to, streams = new Map());
    const key = keyOf(from, urgent, handlerId);
    let stream = streams.get(key);
    if (stream === undefined) streams.set(key, stream = { busy: "", newest: 0, isDone: false });
    return stream;
  }
}

type Topic = string | undefined;

/** The handlers of agents, in a group for each topic and one for what no such group gets. */
class HandlerGroups {
  /** By agent, the topic of each handler. */
  readonly #handlers = new Map<string, Map<string, Topic>>();
  /** The topics that have, or wait for, a handler, by agent. */
  readonly #topics = new Map<string, Set<string>>();
  readonly #subscriptions = new Map<string, Set<string>>();

  /** Whether messages of `topic` to an agent go to a group of that topic. */
  has(agentId: string, topic: string): boolean {
    return this.#topics.get(agentId)?.has(topic) === true;
  }

  isAttached(agentId: string, handlerId: string): boolean {
    return this.#handlers.get(agentId)?.has(handlerId) === true;
  }

  /** The handlers that get a message. */
  handlers(agentId: string, topic: Topic): string[] {
    const group = topic !== undefined && this.has(agentId, topic) ? topic : undefined;
    return this.#of(agentId, group);
  }

  /** Adds a handler. Returns whether it is the only one of its group. */
  add({ agentId, handlerId, topic }: MailboxSubscribed): boolean {
    const handlers = this.#handlers.get(agentId) ?? new Map<string, Topic>();
    this.#handlers.set(agentId, handlers.set(handlerId, topic));
    if (topic !== undefined) addTo(this.#topics, agentId, topic);
    return this.#of(agentId, topic).length === 1;
  }

  remove({ agentId, handlerId, topic }: MailboxUnsubscribed): void {
    this.#handlers.get(agentId)?.delete(handlerId);
    if (topic !== undefined && !this.#subscriptions.get(agentId)?.has(topic)) {
      this.#endIfUnhandled(agentId, topic);
    }
  }

  join(agentId: string, topic: string): void {
    addTo(this.#subscriptions, agentId, topic);
  }

  leave(agentId: string, topic: string): void {
    this.#subscriptions.get(agentId)?.delete(topic);
    this.#endIfUnhandled(agentId, topic);
  }

  close(agentId: string): void {
    for (const table of [this.#handlers, this.#topics, this.#subscriptions]) table.delete(agentId);
  }

  #endIfUnhandled(agentId: string, topic: string): void {
    if (this.#of(agentId, topic).length === 0) this.#topics.get(agentId)?.delete(topic);
  }

  #of(agentId: string, group: Topic): string[] {
    return [...this.#handlers.get(agentId) ?? []].filter(([, topic]) => topic === group)
      .map(([handlerId]) => handlerId);
  }
}

function addTo(sets: Map<string, Set<string>>, key: string, member: string): void {
  const known = sets.get(key);
  if (known === undefined) sets.set(key, new Set([member]));
  else known.add(member);
}

interface CopyEvent {
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly handlerId: string;
}

function keyOf(from: string, urgent: boolean, handlerId: string): string {
  return `${from}\u0000${handlerId}${urgent ? "\u0000urgent" : ""}`;
}
