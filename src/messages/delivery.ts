/**
 * What can happen to a copy of a message: it is delivered, acked, nacked, taken back, or given up.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import type { DeadLetterCause, MessageNacked } from "./events.ts";
import { nextInt } from "../core/data/prng.ts";
import type { ErrorData } from "../core/error_data.ts";
import { bury } from "./dead_letters.ts";
import { copyIsLost } from "./responses.ts";
import type { Copy, Lane, Reader, Turn } from "./state.ts";
import {
  channelOf,
  freeChannel,
  insertCopy,
  isExpired,
  laneOf,
  messageOf,
  removeCopy,
  settleChannel,
  withdraw,
} from "./tables.ts";

/** Delivers what may be delivered, until the handler has as much as it may have. */
export function serve(turn: Turn, reader: Reader, lane: Lane): void {
  const { maxInFlight } = turn.state.config;
  while (reader.isPush && lane.inFlight < maxInFlight && lane.ready.length > 0) {
    deliver(turn, lane.ready[0]!.first!, 0);
  }
}

/** Hands out the first copy of a ready channel, under a new epoch. */
export function deliver(turn: Turn, copy: Copy, timeoutMs: number): void {
  const { state, now } = turn;
  const { channel } = copy;
  copy.attempt++;
  copy.epoch = ++state.epoch;
  copy.isInFlight = true;
  copy.handlerId = channel.reader.handlerId;
  copy.deliveredAt = now;
  if (timeoutMs > 0) copy.timer = schedule(state.deadlines, now + timeoutMs, copy);
  state.deliveries.set(copy.epoch, copy);
  channel.busy = copy;
  channel.lane.inFlight++;
  settleChannel(channel);
  const message = messageOf(copy);
  turn.events.push({
    type: "message:received",
    from: message.from,
    to: message.to,
    message,
    handlerId: copy.handlerId,
  });
}

/** The delivery has done what it is for. */
export function ack(turn: Turn, copy: Copy): void {
  const { reader, lane, from } = copy.channel;
  removeCopy(turn.state, copy);
  turn.events.push({
    type: "message:acked",
    from,
    to: reader.mailbox.agentId,
    messageId: copy.id,
    handlerId: copy.handlerId,
    epoch: copy.epoch,
    handledMs: turn.now - copy.deliveredAt,
  });
  serve(turn, reader, lane);
}

/** The delivery has failed. */
export function nack(
  turn: Turn,
  copy: Copy,
  reason: MessageNacked["reason"],
  error: ErrorData,
  isFinal: boolean,
): void {
  if (copy.channel.reader.hasLeft) return passOn(turn, copy, error);
  const cause = endOf(turn, copy, isFinal);
  if (cause !== undefined) return giveUp(turn, copy, cause, error);
  const { state, now } = turn;
  const { reader, lane } = copy.channel;
  const retryAt = now + pauseAfter(turn, copy.attempt, error);
  withdraw(state, copy);
  copy.timer = schedule(state.deadlines, retryAt, copy);
  turn.events.push({
    type: "message:nacked",
    ...identify(copy),
    reason,
    error,
    attempt: copy.attempt,
    retryAt,
  });
  serve(turn, reader, lane);
}

function endOf({ state, now }: Turn, copy: Copy, isFinal: boolean): DeadLetterCause | undefined {
  if (isFinal) return "rejected";
  if (copy.attempt >= state.config.maxDeliveries) return "max-deliveries";
  return isExpired(copy, now) ? "expired" : undefined;
}

/** Up to `retryDelay` at first, twice as long each time; never shorter than the error demands. */
function pauseAfter({ state }: Turn, attempt: number, { retryAfterMs }: ErrorData): number {
  const { config, prng } = state;
  const longest = Math.min(config.maxRetryDelayMs, config.retryDelay * 2 ** (attempt - 1));
  return Math.max(nextInt(prng, longest + 1), retryAfterMs ?? 0);
}

/** The pause after a failed delivery is over. */
export function ready(turn: Turn, copy: Copy): void {
  const { channel } = copy;
  copy.timer = undefined;
  freeChannel(channel);
  turn.events.push({ type: "message:readied", ...identify(copy) });
  serve(turn, channel.reader, channel.lane);
}

/** Gives the delivery until `timeoutMs` from this moment; 0 for as long as it takes. */
export function extend(turn: Turn, copy: Copy, timeoutMs: number): void {
  const { deadlines } = turn.state;
  unschedule(deadlines, copy.timer);
  const until = timeoutMs === 0 ? Infinity : turn.now + timeoutMs;
  copy.timer = timeoutMs === 0 ? undefined : schedule(deadlines, until, copy);
  turn.events.push({ type: "message:extended", ...identify(copy), until });
}

/** Ends a delivery at no cost, so that it is delivered again as soon as may be. */
export function takeBack(turn: Turn, copy: Copy): void {
  if (isExpired(copy, turn.now)) return giveUp(turn, copy, "expired", undefined);
  withdraw(turn.state, copy);
  copy.attempt--;
  freeChannel(copy.channel);
  turn.events.push({ type: "message:returned", ...identify(copy) });
}

/** Moves a copy to the dead letters, and lets what it held back go on. */
export function giveUp(
  turn: Turn,
  copy: Copy,
  cause: DeadLetterCause,
  error: ErrorData | undefined,
): void {
  const { reader, lane } = copy.channel;
  removeCopy(turn.state, copy);
  bury(turn, copy, cause, error);
  copyIsLost(turn, copy.id);
  serve(turn, reader, lane);
}

/**
 * A copy whose reader has left: the oldest reader that is left gets it, unless it has, or has had,
 * a copy of its own.
 */
export function passOn(turn: Turn, copy: Copy, error: ErrorData | undefined): void {
  const { reader: { mailbox }, from } = copy.channel;
  if (mailbox.isClosed) return giveUp(turn, copy, "recipient-gone", error);
  if (isExpired(copy, turn.now)) return giveUp(turn, copy, "expired", error);
  const heir = mailbox.readers[0]!;
  const wasInFlight = copy.isInFlight;
  const { expiry } = copy;
  const isCovered = copy.sequence > heir.since;
  if (!isCovered) copy.expiry = undefined;
  removeCopy(turn.state, copy);
  if (isCovered) {
    turn.events.push({ type: "message:dropped", ...identify(copy) });
    return copyIsLost(turn, copy.id);
  }
  copy.expiry = expiry;
  if (wasInFlight) copy.attempt--;
  const lane = laneOf(heir, copy.priority);
  copy.channel = channelOf(heir, lane, from);
  insertCopy(copy);
  turn.events.push({ type: "message:returned", ...identify(copy) });
  serve(turn, heir, lane);
}

/** What the events of a copy have in common. */
function identify({ channel, id, handlerId, epoch }: Copy): {
  from: string;
  to: string;
  messageId: string;
  handlerId: string;
  epoch: number;
} {
  const { from, reader } = channel;
  return { from, to: reader.mailbox.agentId, messageId: id, handlerId, epoch };
}
