/**
 * The tables of mailboxes, consumers, lanes and channels: all changes of what is where.
 *
 * Each costs O(1), but for the heap of a lane, which costs O(log n) of the senders who have a
 * message in it that waits for its turn. A channel without messages stays for a while, since most
 * senders come back; such channels are swept when they are most of a lane.
 *
 * @module
 */

import { unschedule } from "../core/data/deadlines.ts";
import { push, remove } from "../core/data/heap.ts";
import type { Instant } from "../core/machine.ts";
import type { Message } from "./types.ts";
import { append, emptyList, insertBefore, unlink } from "../core/data/list.ts";
import type { Channel, Consumer, Copy, Lane, Mailbox, MessageState, MessageStep } from "./state.ts";

/** How many idle channels a lane keeps in any case. */
const KEPT_IDLE = 64;

/**
 * The mailbox of an agent, made when there is none. `undefined` when there are as many as there may
 * be and none of them is idle.
 */
export function openMailbox(step: MessageStep, agentId: string): Mailbox | undefined {
  const { state } = turn;
  const known = state.mailboxes.get(agentId);
  if (known !== undefined) return known;
  if (state.mailboxes.size >= state.config.maxMailboxes) {
    const idle = state.idleMailboxes.first;
    if (idle === undefined) return undefined;
    forgetMailbox(step, idle);
  }
  const mailbox: Mailbox = {
    agentId,
    consumers: [],
    leaving: [],
    topics: new Set(),
    isOpen: false,
    isClosed: false,
    isIdle: false,
    previous: undefined,
    next: undefined,
  };
  mailbox.consumers.push(newConsumer(mailbox, 0));
  state.mailboxes.set(agentId, mailbox);
  return mailbox;
}

function forgetMailbox({ state, events }: MessageStep, mailbox: Mailbox): void {
  removeMailbox(state, mailbox);
  events.push({ type: "mailbox:forgotten", agentId: mailbox.agentId });
}

/** Takes a mailbox off the table. */
export function removeMailbox(state: MessageState, mailbox: Mailbox): void {
  state.mailboxes.delete(mailbox.agentId);
  if (!mailbox.isIdle) return;
  mailbox.isIdle = false;
  unlink(state.idleMailboxes, mailbox);
}

/** Notes whether anybody would miss `mailbox`; to be called when that may have changed. */
export function updateIdle(state: MessageState, mailbox: Mailbox): void {
  const isIdle = mayBeForgotten(mailbox);
  if (isIdle === mailbox.isIdle) return;
  mailbox.isIdle = isIdle;
  if (isIdle) append(state.idleMailboxes, mailbox);
  else unlink(state.idleMailboxes, mailbox);
}

function mayBeForgotten({ consumers, leaving, topics, isOpen, isClosed }: Mailbox): boolean {
  const consumer = consumers[0]!;
  return !consumer.isPush && isEmpty(consumer) && consumers.length === 1 && leaving.length === 0 &&
    topics.size === 0 && !isOpen && !isClosed;
}

function isEmpty({ urgent, normal }: Consumer): boolean {
  return urgent.size + normal.size === 0;
}

/** Lets a consumer that has left end what it has in hand. */
export function keepLeaving(consumer: Consumer): void {
  if (!isEmpty(consumer)) consumer.mailbox.leaving.push(consumer);
}

/** Forgets a consumer that has left and has nothing in hand any more. */
function dropLeaving(consumer: Consumer): void {
  const { leaving } = consumer.mailbox;
  if (isEmpty(consumer) && leaving.includes(consumer)) leaving.splice(leaving.indexOf(consumer), 1);
}

/** A consumer that pulls, and that gets what comes after message `since`. */
export function newConsumer(mailbox: Mailbox, since: number): Consumer {
  return {
    mailbox,
    handlerId: "",
    isPush: false,
    hasLeft: false,
    since,
    urgent: newLane(),
    normal: newLane(),
  };
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

/** The lane for messages of that priority. */
export function laneOf(consumer: Consumer, priority: number): Lane {
  return priority > 0 ? consumer.urgent : consumer.normal;
}

/** The channel for what `from` sends in a lane of `consumer`, made when there is none. */
export function channelOf(consumer: Consumer, lane: Lane, from: string): Channel {
  const known = lane.channels.get(from);
  if (known !== undefined) return known;
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

/** Puts a copy that is newer than all others into its channel. */
export function addCopy(copy: Copy): void {
  const { channel } = copy;
  const { lane, last } = channel;
  append(lane.copies, copy);
  lane.size++;
  copy.previousInChannel = last;
  channel.last = copy;
  if (last !== undefined) {
    last.nextInChannel = copy;
    return;
  }
  channel.first = copy;
  lane.idleChannels--;
  updateReady(channel);
}

/** Puts a copy that is older than most others into its place in its channel. Costs a search. */
export function insertCopy(copy: Copy): void {
  const { channel } = copy;
  const { lane } = channel;
  let laneNext = lane.copies.first;
  while (laneNext !== undefined && laneNext.sequence < copy.sequence) laneNext = laneNext.next;
  insertBefore(lane.copies, copy, laneNext);
  lane.size++;
  let next = channel.first;
  while (next !== undefined && next.sequence < copy.sequence) next = next.nextInChannel;
  const previous = next === undefined ? channel.last : next.previousInChannel;
  if (channel.first === undefined) lane.idleChannels--;
  copy.previousInChannel = previous;
  copy.nextInChannel = next;
  if (previous === undefined) channel.first = copy;
  else previous.nextInChannel = copy;
  if (next === undefined) channel.last = copy;
  else next.previousInChannel = copy;
  updateReady(channel);
}

/** Takes a copy out of its lane and its channel, and its delivery back. */
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
  if (channel.first === undefined) idleChannel(channel);
  if (lane.size > 0) return;
  if (channel.consumer.hasLeft) dropLeaving(channel.consumer);
  updateIdle(state, channel.consumer.mailbox);
}

/** Ends a delivery; the copy still holds back its channel. */
export function endDelivery(state: MessageState, copy: Copy): void {
  copy.isInFlight = false;
  state.deliveries.delete(copy.epoch);
  copy.channel.lane.inFlight--;
  unschedule(state.deadlines, copy.timer);
  copy.timer = undefined;
}

/** Lets go of what a copy holds back. */
export function unblockChannel(channel: Channel): void {
  channel.busy = undefined;
  updateReady(channel);
}

/** Puts a channel among the ready ones or takes it off, as it should be. */
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

function idleChannel({ lane }: Channel): void {
  lane.idleChannels++;
  if (lane.idleChannels <= KEPT_IDLE || lane.idleChannels * 2 <= lane.channels.size) return;
  for (const channel of lane.channels.values()) {
    if (channel.first === undefined) lane.channels.delete(channel.from);
  }
  lane.idleChannels = 0;
}

/** A copy as its recipient sees it. */
export function messageOf(copy: Copy): Message {
  const { channel } = copy;
  return {
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
}

/** Whether it is too late to deliver a copy. */
export function isExpired({ expiresAt }: Copy, now: Instant): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}
