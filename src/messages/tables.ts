/**
 * Data structures of mailboxes, consumers, lanes and channels.
 *
 * Each operation costs O(1), except on the heap of a lane: O(log n) of the senders with a message in
 * it that may be delivered. A channel without messages stays, since most senders send again; such
 * channels are swept when they are most of a lane.
 *
 * @module
 */

import { unschedule } from "../core/data/deadlines.ts";
import { dequeueFirst, enqueueLast, fifoSize } from "../core/data/fifo.ts";
import { push, remove } from "../core/data/heap.ts";
import { append, emptyList, insertBefore, unlink } from "../core/data/list.ts";
import type { Instant } from "../core/machine.ts";
import type { Channel, Consumer, Copy, Lane, Mailbox, MessageState, MessageStep } from "./state.ts";
import type { Message } from "./types.ts";

/** Number of idle channels that a lane keeps in any case. */
const KEPT_IDLE = 64;

/**
 * Returns the mailbox of an agent, made when there is none; then the longest idle one is evicted if
 * there are too many, or `undefined` is returned if none is idle.
 */
export function mailboxOf({ state, events }: MessageStep, agentId: string): Mailbox | undefined {
  const known = state.mailboxes.get(agentId);
  if (known !== undefined) return known;
  if (state.mailboxes.size >= state.config.maxMailboxes) {
    const idle = state.idleMailboxes.first;
    if (idle === undefined) return undefined;
    removeMailbox(state, idle);
    events.push({ type: "mailbox:forgotten", agentId: idle.agentId });
  }
  const mailbox: Mailbox = {
    agentId,
    consumers: [],
    topicConsumers: new Map(),
    leaving: [],
    receivers: emptyList(),
    readers: new Map(),
    topics: new Set(),
    isKnown: state.names.has(agentId),
    isOpen: false,
    isClosed: false,
    isIdle: false,
    previous: undefined,
    next: undefined,
  };
  addConsumer(mailbox, mailbox.consumers, undefined, 0);
  state.mailboxes.set(agentId, mailbox);
  return mailbox;
}

/** Notes that an agent has a name. Forgets the oldest names when there are too many. */
export function noteName(state: MessageState, name: string): void {
  const mailbox = state.mailboxes.get(name);
  if (mailbox !== undefined) mailbox.isKnown = true;
  if (state.names.has(name)) return;
  state.names.add(name);
  enqueueLast(state.nameOrder, name);
  forgetNames(state);
}

/** Forgets the oldest names when there are too many. Agents that have a mailbox stay known. */
export function forgetNames({ names, nameOrder, config }: MessageState): void {
  while (fifoSize(nameOrder) > config.maxKnownNames) names.delete(dequeueFirst(nameOrder)!);
}

/** Returns whether an agent has had a name. */
export function isKnownName({ mailboxes, names }: Readonly<MessageState>, name: string): boolean {
  return mailboxes.get(name)?.isKnown ?? names.has(name);
}

/** Removes a mailbox from the tables. */
export function removeMailbox(state: MessageState, mailbox: Mailbox): void {
  state.mailboxes.delete(mailbox.agentId);
  if (!mailbox.isIdle) return;
  mailbox.isIdle = false;
  unlink(state.idleMailboxes, mailbox);
}

/** Notes whether `mailbox` may be evicted; to be called when that may have changed. */
export function updateIdle(state: MessageState, mailbox: Mailbox): void {
  const isIdle = mayBeEvicted(mailbox);
  if (isIdle === mailbox.isIdle) return;
  mailbox.isIdle = isIdle;
  if (isIdle) append(state.idleMailboxes, mailbox);
  else unlink(state.idleMailboxes, mailbox);
}

function mayBeEvicted(mailbox: Mailbox): boolean {
  return isUnused(mailbox) && !mailbox.isOpen && !mailbox.isClosed;
}

/** Returns whether a mailbox has no messages, handlers, receivers and topics. */
export function isUnused(
  { consumers, topicConsumers, leaving, receivers, topics }: Mailbox,
): boolean {
  const consumer = consumers[0]!;
  return !consumer.isPush && isEmpty(consumer) && consumers.length === 1 && leaving.length === 0 &&
    receivers.first === undefined && topics.size === 0 && topicConsumers.size === 0;
}

/** Returns the consumers that get the messages of a topic, or those without one. */
export function groupOf(
  { consumers, topicConsumers }: Mailbox,
  topic: string | undefined,
): Consumer[] {
  return topic === undefined ? consumers : topicConsumers.get(topic) ?? consumers;
}

/** Returns all consumers of a mailbox but those that have left. */
export function* consumersOf(
  { consumers, topicConsumers }: Readonly<Mailbox>,
): Generator<Consumer> {
  yield* consumers;
  for (const group of topicConsumers.values()) yield* group;
}

function isEmpty({ urgent, normal }: Consumer): boolean {
  return urgent.size + normal.size === 0;
}

/** Keeps a consumer that has left until its deliveries end. */
export function keepLeaving(consumer: Consumer): void {
  if (!isEmpty(consumer)) consumer.mailbox.leaving.push(consumer);
}

function dropLeaving(consumer: Consumer): void {
  const { leaving } = consumer.mailbox;
  if (isEmpty(consumer) && leaving.includes(consumer)) leaving.splice(leaving.indexOf(consumer), 1);
}

/** Adds a consumer that gets messages newer than `since` to `group`. */
export function addConsumer(
  mailbox: Mailbox,
  group: Consumer[],
  topic: string | undefined,
  since: number,
): Consumer {
  const consumer: Consumer = {
    mailbox,
    group,
    topic,
    handlerId: "",
    isPush: false,
    hasLeft: false,
    since,
    urgent: newLane(),
    normal: newLane(),
  };
  group.push(consumer);
  return consumer;
}

function newLane(): Lane {
  return {
    channels: new Map(),
    ready: [],
    copies: emptyList(),
    size: 0,
    inFlight: 0,
    idleChannels: 0,
  };
}

/** Returns the lane for messages of `priority`. */
export function laneOf(consumer: Consumer, priority: number): Lane {
  return priority > 0 ? consumer.urgent : consumer.normal;
}

/** Returns the channel of sender `from` in a lane of `consumer`, made when there is none. */
export function channelOf(
  state: MessageState,
  consumer: Consumer,
  lane: Lane,
  from: string,
): Channel {
  const known = lane.channels.get(from);
  if (known !== undefined) return known;
  noteName(state, from);
  const channel: Channel = {
    consumer,
    lane,
    from,
    first: undefined,
    last: undefined,
    busy: undefined,
    rank: 0,
    sequence: 0,
    position: -1,
  };
  lane.channels.set(from, channel);
  lane.idleChannels++;
  return channel;
}

/** Inserts a copy into its channel by its sequence, in O(n) of the newer ones. */
export function insertCopy(copy: Copy): void {
  const { channel, sequence } = copy;
  const { lane } = channel;
  let before = lane.copies.last;
  while (before !== undefined && before.sequence > sequence) before = before.previous;
  insertBefore(lane.copies, copy, before === undefined ? lane.copies.first : before.next);
  lane.size++;
  let previous = channel.last;
  while (previous !== undefined && previous.sequence > sequence) {
    previous = previous.previousInChannel;
  }
  const next = previous === undefined ? channel.first : previous.nextInChannel;
  if (channel.first === undefined) lane.idleChannels--;
  copy.previousInChannel = previous;
  copy.nextInChannel = next;
  if (previous === undefined) channel.first = copy;
  else previous.nextInChannel = copy;
  if (next === undefined) channel.last = copy;
  else next.previousInChannel = copy;
  updateReady(channel);
}

/** Removes a copy from its lane and its channel, and ends its delivery. */
export function removeCopy(state: MessageState, copy: Copy): void {
  const { channel, previousInChannel: previous, nextInChannel: next } = copy;
  const { lane } = channel;
  if (copy.isInFlight) endDelivery(state, copy);
  unschedule(state.deadlines, copy.timer);
  unschedule(state.deadlines, copy.expiry);
  copy.timer = undefined;
  unlink(lane.copies, copy);
  lane.size--;
  if (previous === undefined) channel.first = next;
  else previous.nextInChannel = next;
  if (next === undefined) channel.last = previous;
  else next.previousInChannel = previous;
  copy.previousInChannel = undefined;
  copy.nextInChannel = undefined;
  if (channel.busy === copy) channel.busy = undefined;
  updateReady(channel);
  if (channel.first === undefined) sweepChannels(lane);
  if (lane.size > 0) return;
  if (channel.consumer.hasLeft) dropLeaving(channel.consumer);
  updateIdle(state, channel.consumer.mailbox);
}

/** Ends a delivery; the copy still blocks its channel. */
export function endDelivery(state: MessageState, copy: Copy): void {
  copy.isInFlight = false;
  state.deliveries.delete(copy.epoch);
  if (copy.receiverId !== 0) state.kept.delete(copy.receiverId);
  copy.receiverId = copy.keepMs = 0;
  copy.channel.lane.inFlight--;
  unschedule(state.deadlines, copy.timer);
  copy.timer = undefined;
}

/** Unblocks a channel, whose next message may be delivered. */
export function unblockChannel(channel: Channel): void {
  channel.busy = undefined;
  updateReady(channel);
}

/** Adds a channel to the ready ones or removes it, depending on its messages. */
export function updateReady(channel: Channel): void {
  const { lane: { ready }, first, busy } = channel;
  const isReady = busy === undefined && first !== undefined;
  if (channel.position >= 0) {
    if (isReady && channel.rank === first.sequence) return;
    remove(ready, channel);
  }
  if (!isReady) return;
  channel.rank = first.sequence;
  channel.sequence = first.sequence;
  push(ready, channel);
}

/** Counts one more idle channel, and deletes all that are idle when they are most of the lane. */
function sweepChannels(lane: Lane): void {
  lane.idleChannels++;
  if (lane.idleChannels <= KEPT_IDLE || lane.idleChannels * 2 <= lane.channels.size) return;
  for (const channel of lane.channels.values()) {
    if (channel.first === undefined) lane.channels.delete(channel.from);
  }
  lane.idleChannels = 0;
}

/** Returns the message that its recipient sees. */
export function messageOf(copy: Copy): Message {
  const { channel, metadata } = copy;
  const message: Message = {
    id: copy.id,
    type: copy.type,
    payload: copy.payload.value,
    timestamp: copy.timestamp,
    priority: copy.priority,
    expiry: copy.expiresAt,
    from: channel.from,
    to: channel.consumer.mailbox.agentId,
    topic: copy.topic,
    epoch: copy.epoch,
    attempt: copy.attempt,
  };
  return metadata === undefined ? message : { ...message, metadata: metadata.value };
}

/** Whether a copy has expired. */
export function isExpired({ expiresAt }: Copy, now: Instant): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}
