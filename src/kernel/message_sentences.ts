/**
 * The events of messages, mailboxes and topics as sentences.
 *
 * @module
 */

import type { MessageCopyEvent, MessageEvent } from "./message_events.ts";
import { oneLine, readable, timeOfDay } from "./readable.ts";
import { refusal, type Sentences, subject, thrown } from "./sentence.ts";

/** From the name of an event to what puts one in a sentence. */
export const MESSAGE_SENTENCES: Sentences<MessageEvent> = {
  "message:sent": ({ from, to, message: { id, payload }, isRequest }) =>
    `${about(id, from, to)} sent${isRequest ? ", awaits a response" : ""}, ${readable(payload)}`,
  "message:deduplicated": ({ from, to, messageId }) =>
    `${about(messageId, from, to)} known, the repeat is dropped`,
  "message:published": ({ from, topic, outcomes }) => {
    const sent = outcomes.filter(({ refused }) => refused === undefined).length;
    const where = topic === undefined ? "broadcast" : `topic ${topic}`;
    return `${where}: ${from} reached ${sent} of ${outcomes.length}`;
  },
  "message:received": ({ from, to, message: { id, epoch, attempt }, handlerId }) =>
    `${about(id, from, to)} → delivered${handedTo(handlerId)} (epoch ${epoch}, attempt ${attempt})`,
  "message:acked": (event) => `${copy(event)} → acked after ${event.handledMs} ms`,
  "message:nacked": (event) =>
    `${copy(event)} → ${event.reason} in attempt ${event.attempt}, again at ` +
    `${timeOfDay(event.retryAt)}, ${thrown(event.error)}`,
  "message:returned": (event) => `${copy(event)} → taken back, its handler is gone`,
  "message:readied": (event) => `${copy(event)} → ready to be delivered again`,
  "message:extended": (event) =>
    `${copy(event)} may be handled ` +
    (event.until === Infinity ? "for ever" : `until ${timeOfDay(event.until)}`),
  "message:dropped": (event) => `${copy(event)} → dropped, its handler left`,
  "message:dead-lettered": (event) => {
    const why = event.error === undefined ? "" : `, ${thrown(event.error)}`;
    return `${copy(event)} → dead letter (${event.cause})${why}`;
  },
  "message:resent": ({ from, to, messageId }) => `${about(messageId, from, to)} sent again`,
  "message:forgotten": ({ from, to, messageId }) =>
    `${about(messageId, from, to)} dead letter → forgotten`,
  "message:responded": ({ from, to, messageId, response, waitedMs }) =>
    `${subject("message", messageId)}: ${to} ← ${from} answered after ${waitedMs} ms, ${
      readable(response)
    }`,
  "message:response-dropped": ({ messageId }) =>
    `${subject("message", messageId)}: the response is dropped, as nobody waits for it`,
  "message:unanswered": ({ from, to, messageId, reason, waitedMs }) =>
    `${about(messageId, from, to)} → unanswered after ${waitedMs} ms (${reason})`,
  "message:refused": ({ messageId, from, to, command, reason }) => {
    const about = messageId === "" ? "" : subject("message", messageId);
    return refusal(command, about, from === "" ? to : from, reason);
  },
  "mailbox:subscribed": ({ agentId, handlerId }) => `mailbox ${agentId}: read by ${handlerId}`,
  "mailbox:unsubscribed": ({ agentId, handlerId }) =>
    `mailbox ${agentId}: not read by ${handlerId} any more`,
  "mailbox:opened": ({ agentId }) => `mailbox ${agentId}: → open`,
  "mailbox:closed": ({ agentId, reason }) => `mailbox ${agentId}: → closed, ${oneLine(reason)}`,
  "mailbox:forgotten": ({ agentId }) => `mailbox ${agentId}: idle → forgotten`,
  "topic:subscribed": ({ topic, agentId }) => `topic ${topic}: goes to ${agentId}`,
  "topic:unsubscribed": ({ topic, agentId }) => `topic ${topic}: doesn't go to ${agentId} any more`,
};

function about(id: string, from: string, to: string): string {
  return `${subject("message", id)}: ${from} → ${to}`;
}

function copy({ messageId, from, to, handlerId, epoch }: MessageCopyEvent): string {
  const which = epoch === 0 ? "" : ` (epoch ${epoch})`;
  return `${about(messageId, from, to)}${handedTo(handlerId)}${which}`;
}

function handedTo(handlerId: string): string {
  return handlerId === "" ? "" : ` to ${handlerId}`;
}
