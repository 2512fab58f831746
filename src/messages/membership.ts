/**
 * Who reads a mailbox, who is subscribed to what, and what happens when somebody leaves.
 *
 * @module
 */

import type {
  AttachHandler,
  CloseMailbox,
  DetachHandler,
  OpenMailbox,
  SubscribeTopic,
  UnsubscribeTopic,
} from "./commands.ts";
import { giveUp, passOn, serve, takeBack } from "./delivery.ts";
import { refuse } from "./refusing.ts";
import { endRequestsOf } from "./responses.ts";
import type { Copy, Mailbox, MessageState, Reader, Turn } from "./state.ts";
import { letLeave, newReader, openMailbox, removeMailbox, settleIdleness } from "./tables.ts";

/**
 * Gives an agent a handler. The first one takes over what has come before; each further one gets a
 * copy of what comes from here on.
 */
export function attach(turn: Turn, command: AttachHandler): void {
  const { state, events } = turn;
  const { agentId, handlerId } = command;
  if (state.readers.has(handlerId)) return refuse(turn, command, "known-handler");
  const mailbox = openMailbox(turn, agentId);
  if (mailbox === undefined) return refuse(turn, command, "too-many-mailboxes");
  const { readers } = mailbox;
  if (readers[0]!.isPush && readers.length >= state.config.maxHandlers) {
    return refuse(turn, command, "too-many-handlers");
  }
  if (readers[0]!.isPush) readers.push(newReader(mailbox, state.lastMessage));
  const reader = readers.at(-1)!;
  reader.handlerId = handlerId;
  reader.isPush = true;
  state.readers.set(handlerId, reader);
  state.lastHandler++;
  settleIdleness(state, mailbox);
  events.push({ type: "mailbox:subscribed", agentId, handlerId });
  serve(turn, reader, reader.urgent);
  serve(turn, reader, reader.normal);
}

/**
 * Takes a handler away. What waits for the last one of an agent waits for the next; what waits for
 * another one goes to the oldest that is left, unless that one has a copy.
 */
export function detach(turn: Turn, command: DetachHandler): void {
  const { state, events } = turn;
  const { agentId, handlerId, takesBack } = command;
  const reader = state.readers.get(handlerId);
  if (reader?.mailbox.agentId !== agentId) return refuse(turn, command, "unknown-handler");
  const { mailbox } = reader;
  state.readers.delete(handlerId);
  reader.isPush = false;
  events.push({ type: "mailbox:unsubscribed", agentId, handlerId });
  if (mailbox.readers.length === 1) {
    reader.handlerId = "";
    if (takesBack) forEachCopy(reader, (copy) => copy.isInFlight && takeBack(turn, copy));
  } else {
    reader.hasLeft = true;
    mailbox.readers.splice(mailbox.readers.indexOf(reader), 1);
    forEachCopy(reader, (copy) => {
      if (takesBack || !copy.isInFlight) passOn(turn, copy, undefined);
    });
    letLeave(reader);
  }
  settleIdleness(state, mailbox);
}

/** Makes an agent known; harmless when it is. */
export function open(turn: Turn, command: OpenMailbox): void {
  const { agentId } = command;
  const mailbox = openMailbox(turn, agentId);
  if (mailbox === undefined) return refuse(turn, command, "too-many-mailboxes");
  if (mailbox.isOpen) return;
  mailbox.isOpen = true;
  settleIdleness(turn.state, mailbox);
  turn.events.push({ type: "mailbox:opened", agentId });
}

/** Forgets an agent that is gone; what it has not handled goes to the dead letters. */
export function close(turn: Turn, command: CloseMailbox): void {
  const { state, events } = turn;
  const { agentId, reason } = command;
  const mailbox = state.mailboxes.get(agentId);
  if (mailbox !== undefined) {
    mailbox.isClosed = true;
    removeMailbox(state, mailbox);
    events.push({ type: "mailbox:closed", agentId, reason });
  }
  endRequestsOf(turn, agentId);
  if (mailbox === undefined) return;
  for (const topic of mailbox.topics) leaveTopic(state, mailbox, topic);
  for (const reader of [...mailbox.readers, ...mailbox.leaving]) {
    reader.isPush = false;
    state.readers.delete(reader.handlerId);
    forEachCopy(reader, (copy) => giveUp(turn, copy, "recipient-gone", undefined));
  }
}

/** Has an agent get what is published to a topic; harmless when it does. */
export function subscribeTopic(turn: Turn, command: SubscribeTopic): void {
  const { state, events } = turn;
  const { agentId, topic } = command;
  const subscribers = state.topics.get(topic);
  if (subscribers?.has(agentId)) return;
  if (subscribers === undefined && state.topics.size >= state.config.maxTopics) {
    return refuse(turn, command, "too-many-topics");
  }
  const mailbox = openMailbox(turn, agentId);
  if (mailbox === undefined) return refuse(turn, command, "too-many-mailboxes");
  if (subscribers === undefined) state.topics.set(topic, new Set([agentId]));
  else subscribers.add(agentId);
  mailbox.topics.add(topic);
  settleIdleness(state, mailbox);
  events.push({ type: "topic:subscribed", topic, agentId });
}

/** Ends a subscription to a topic; harmless when there is none. */
export function unsubscribeTopic(turn: Turn, { agentId, topic }: UnsubscribeTopic): void {
  const { state, events } = turn;
  const mailbox = state.mailboxes.get(agentId);
  if (mailbox === undefined || !mailbox.topics.has(topic)) return;
  leaveTopic(state, mailbox, topic);
  settleIdleness(state, mailbox);
  events.push({ type: "topic:unsubscribed", topic, agentId });
}

function leaveTopic(state: MessageState, mailbox: Mailbox, topic: string): void {
  mailbox.topics.delete(topic);
  const subscribers = state.topics.get(topic)!;
  subscribers.delete(mailbox.agentId);
  if (subscribers.size === 0) state.topics.delete(topic);
}

/** Calls `visit` with all copies of a reader, urgent ones first; it may take the copy away. */
function forEachCopy(reader: Reader, visit: (copy: Copy) => void): void {
  for (const { copies } of [reader.urgent, reader.normal]) {
    for (let copy = copies.first; copy !== undefined;) {
      const { next } = copy;
      visit(copy);
      copy = next;
    }
  }
}
