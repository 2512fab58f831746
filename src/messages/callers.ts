/**
 * Callers that leave their waits for a message, or for the response to a request, and come back.
 *
 * A receiver keeps its place while its caller is away. A message that it gets is in delivery as any
 * other; it is kept until the receiver would have lapsed, and its limit starts when it is collected. One
 * that nobody collects is delivered again, at no cost. The answer to a request is kept in the same way.
 *
 * @module
 */

import { reschedule, schedule, unschedule } from "../core/data/deadlines.ts";
import { type Refusal, type ResumeListening, setSession, startsAnew } from "../core/machine.ts";
import type { TicketTerms } from "../core/tickets.ts";
import type {
  DetachReceive,
  DetachRequest,
  MessageAnswers,
  ReceiveMessage,
  RequestAnswer,
  ResumeRequest,
} from "./commands.ts";
import type { Asker, Copy, MessageState, MessageStep, OpenRequest, Receiver } from "./state.ts";
import { messageOf } from "./tables.ts";
import {
  deliverReady,
  endReceiver,
  endRequest,
  extend,
  handOver,
  refuse,
  returnDelivery,
} from "./transitions.ts";

// Receivers.

/** Gives a receiver a caller that leaves it after `waitMs`. */
export function attachReceiver(
  step: MessageStep,
  receiver: Receiver,
  { keepMs = 0, waitMs = 0 }: TicketTerms,
): void {
  setReceiver(step, receiver, keepMs, false, waitMs);
  if (waitMs === 0) fireReceiver(step, receiver);
}

function setReceiver(
  { state: { deadlines }, now }: MessageStep,
  receiver: Receiver,
  keepMs: number,
  isLeft: boolean,
  afterMs: number,
): void {
  unschedule(deadlines, receiver.timer);
  receiver.keepMs = keepMs;
  receiver.isLeft = isLeft;
  receiver.timer = schedule(deadlines, now + afterMs, receiver);
}

/** Acts on the end of a receiver's time, of its caller's, or of the time for which it is kept. */
export function fireReceiver(step: MessageStep, receiver: Receiver): void {
  const { keepMs, isLeft } = receiver;
  if (keepMs > 0 && !isLeft) leaveReceiver(step, receiver, keepMs);
  else endReceiver(step, receiver, isLeft ? "lapsed" : "timed-out");
}

function leaveReceiver(step: MessageStep, receiver: Receiver, keepMs: number): void {
  setReceiver(step, receiver, keepMs, true, keepMs);
  const { id: receiverId, mailbox: { agentId } } = receiver;
  const keptUntil = step.now + keepMs;
  step.events.push({ type: "receiver:detached", agentId, receiverId, keptUntil });
}

/** Resumes a receiver: it waits again, or gets the message that is kept for it, as often as it asks. */
export function resumeReceive(
  step: MessageStep,
  command: ReceiveMessage,
): MessageAnswers["receive-message"] | Refusal {
  const { state, events } = step;
  const { agentId, ticket = 0 } = command;
  const receiver = state.receivers.get(ticket);
  if (receiver?.mailbox.agentId === agentId) {
    events.push({ type: "receiver:resumed", agentId, receiverId: ticket });
    setSession(receiver, command);
    attachReceiver(step, receiver, command);
    return { receiverId: ticket };
  }
  const copy = state.kept.get(ticket);
  if (copy?.channel.consumer.mailbox.agentId !== agentId) {
    return refuse(step, command, "unknown-ticket");
  }
  if (copy.keepMs > 0) extend(step, copy, copy.limitMs);
  return messageOf(copy);
}

/** Keeps a receiver whose caller has left, or the message that it got in the meantime. */
export function detachReceive(step: MessageStep, command: DetachReceive): Refusal | undefined {
  const { state, now } = step;
  const { receiverId, keepMs } = command;
  const receiver = state.receivers.get(receiverId);
  const copy = state.kept.get(receiverId);
  if (receiver !== undefined) {
    if (!receiver.isLeft) leaveReceiver(step, receiver, keepMs);
  } else if (copy === undefined) return refuse(step, command, "not-waiting");
  else if (copy.keepMs === 0) {
    const { agentId } = copy.channel.consumer.mailbox;
    keepDelivery(state, copy, keepMs, now + keepMs);
    const keptUntil = now + keepMs;
    step.events.push({ type: "receiver:detached", agentId, receiverId, keptUntil });
  }
}

function keepDelivery(
  { deadlines }: MessageState,
  copy: Copy,
  keepMs: number,
  until: number,
): void {
  unschedule(deadlines, copy.timer);
  copy.keepMs = keepMs;
  copy.timer = schedule(deadlines, until, copy);
}

/** Returns a delivery at no cost, and delivers the next message. */
export function giveBack(step: MessageStep, copy: Copy): void {
  const { consumer, lane } = copy.channel;
  if (consumer.hasLeft) return handOver(step, copy, undefined);
  returnDelivery(step, copy);
  deliverReady(step, consumer, lane);
}

// Requests.

/** Gives a request a caller that leaves it after `waitMs`; without `keepMs` it ends with its caller. */
export function attachAsker(
  step: MessageStep,
  request: OpenRequest,
  { keepMs = 0, waitMs }: TicketTerms,
): void {
  setAsker(step, request, keepMs, false, waitMs);
  if (keepMs > 0 && waitMs === 0) fireAsker(step, request.asker!);
}

function setAsker(
  { state: { deadlines }, now }: MessageStep,
  request: OpenRequest,
  keepMs: number,
  isLeft: boolean,
  afterMs: number | undefined,
): void {
  unschedule(deadlines, request.asker?.timer);
  const asker: Asker = { kind: "asker", request, keepMs, isLeft, timer: undefined };
  request.asker = keepMs === 0 ? undefined : asker;
  if (keepMs > 0 && afterMs !== undefined) {
    asker.timer = schedule(deadlines, now + afterMs, asker);
  }
}

/** Acts on the end of the time of a request's caller, or of the time for which it is kept. */
export function fireAsker(step: MessageStep, { request, keepMs, isLeft }: Asker): void {
  if (isLeft) endRequest(step, request, "lapsed");
  else leaveRequest(step, request, keepMs);
}

function leaveRequest(step: MessageStep, request: OpenRequest, keepMs: number): void {
  setAsker(step, request, keepMs, true, keepMs);
  const { id: messageId, from, to } = request;
  const keptUntil = step.now + keepMs;
  step.events.push({ type: "request:detached", from, to, messageId, keptUntil });
}

/** Keeps a request whose caller has left. Its answer, if it has one by now, is kept as it is. */
export function detachRequest(step: MessageStep, command: DetachRequest): Refusal | undefined {
  const { messageId, keepMs } = command;
  const request = step.state.requests.get(messageId);
  if (request !== undefined) {
    if (!request.asker?.isLeft) leaveRequest(step, request, keepMs);
  } else if (!step.state.answers.has(messageId)) return refuse(step, command, "not-waiting");
}

/** Resumes a request: it waits again, or gets the answer that is kept for it, as often as it asks. */
export function resumeRequest(step: MessageStep, command: ResumeRequest): RequestAnswer | Refusal {
  const { state, events } = step;
  const { messageId, from, to } = command;
  const request = state.requests.get(messageId);
  if (request !== undefined && request.from === from && request.to === to) {
    events.push({ type: "request:resumed", from, to, messageId });
    setSession(request, command);
    attachAsker(step, request, command);
    return { status: "waiting", messageId };
  }
  const answer = state.answers.get(messageId);
  if (answer?.from !== from || answer.to !== to) return refuse(step, command, "unknown-ticket");
  const { response, end } = answer;
  return end === undefined
    ? { status: "responded", response: response?.value }
    : { status: "unanswered", end };
}

/** Keeps anew what callers could not come back for. Costs O(receivers + requests + kept messages). */
export function keepAnew({ state, now }: MessageStep, command: ResumeListening): void {
  const askers = [...state.requests.values()].flatMap(({ asker }) => asker ?? []);
  for (const { isLeft, keepMs, timer } of [...state.receivers.values(), ...askers]) {
    if (isLeft && startsAnew(command, keepMs)) {
      reschedule(state.deadlines, timer!, now + keepMs);
    }
  }
  for (const { keepMs, timer } of state.kept.values()) {
    if (keepMs > 0 && startsAnew(command, keepMs)) {
      reschedule(state.deadlines, timer!, now + keepMs);
    }
  }
}
