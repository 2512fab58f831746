/**
 * What could not be delivered: kept for a while, in the order in which it was given up.
 *
 * @module
 */

import type { DeadLetterCause } from "./events.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { Message } from "./types.ts";
import { append, unlink } from "../core/data/list.ts";
import type { Copy, DeadLetter, MessageState, Turn } from "./state.ts";
import { messageOf } from "./tables.ts";

/** Keeps a copy that was taken out of its channel, together with those of other handlers. */
export function bury(
  turn: Turn,
  copy: Copy,
  cause: DeadLetterCause,
  error: ErrorData | undefined,
): void {
  const { state, now, events } = turn;
  const { id, channel: { from, reader }, sequence, epoch, payload } = copy;
  const message = messageOf(copy);
  const known = state.deadLetters.get(id);
  const isOther = known !== undefined && known.sequence !== sequence;
  if (isOther) forget(turn, known);
  else if (known !== undefined) exhume(state, known);
  const others = isOther ? [] : known?.handlerIds ?? [];
  const letter: DeadLetter = {
    message: withoutPayload(message),
    payload,
    sequence,
    cause,
    error,
    at: now,
    handlerIds: [...others, reader.handlerId],
    previous: undefined,
    next: undefined,
  };
  state.deadLetters.set(id, letter);
  append(state.deadOrder, letter);
  events.push({
    type: "message:dead-lettered",
    from,
    to: message.to,
    messageId: id,
    handlerId: reader.handlerId,
    epoch,
    message,
    cause,
    error,
  });
  const oldest = state.deadOrder.first;
  if (oldest !== undefined && state.deadLetters.size > state.config.maxDeadLetters) {
    forget(turn, oldest);
  }
}

function forget({ state, events }: Turn, letter: DeadLetter): void {
  exhume(state, letter);
  const { id: messageId, from, to } = letter.message;
  events.push({ type: "message:forgotten", from, to, messageId });
}

/** Takes a dead letter out. */
export function exhume(state: MessageState, letter: DeadLetter): void {
  state.deadLetters.delete(letter.message.id);
  unlink(state.deadOrder, letter);
}

/** The message that a dead letter holds, as it was last handed out, or sent. */
export function messageIn({ message, payload }: DeadLetter): Message {
  return { ...message, payload: payload.value };
}

/** The state holds no payload but in an envelope that keeps it from being looked into. */
function withoutPayload(message: Message): Omit<Message, "payload"> {
  const { payload: _, ...rest } = message;
  return rest;
}
