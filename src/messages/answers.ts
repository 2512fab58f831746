/**
 * What callers want to know of the events that answer their command.
 *
 * @module
 */

import { InvariantError, type LockstepError } from "../core/errors.ts";
import type { MessageEvent } from "./events.ts";
import type { Tick } from "../core/machine.ts";
import type { Message, MessageOutcome } from "./types.ts";
import type { MessageCommand, ReceiveMessage, Respond, SendMessage } from "./commands.ts";
import { refusalError } from "./errors.ts";
import type { MessageState } from "./state.ts";

/** Finds the id of the message that `command` sent. @throws what it was refused for */
export function readSending(
  events: readonly MessageEvent[],
  command: SendMessage,
  state: Readonly<MessageState>,
): string {
  // What is due fires before the command is looked at, and none of it sends or is refused.
  for (const event of events) {
    if (event.type === "message:sent") return event.message.id;
    if (event.type === "message:deduplicated") return event.messageId;
    if (event.type === "message:refused") throw refusalError(state.config, command, event);
  }
  throw new InvariantError("Cannot send a message: the machine must answer");
}

/** Finds what became of a message for each of its recipients. */
export function readOutcomes(events: readonly MessageEvent[]): MessageOutcome[] {
  for (const event of events) {
    if (event.type === "message:published") return [...event.outcomes];
  }
  throw new InvariantError("Cannot publish a message: the machine must answer");
}

/** Finds whether anybody waited for the response that `command` gave. */
export function readResponse(events: readonly MessageEvent[], { messageId }: Respond): boolean {
  return events.some((event) =>
    event.type === "message:responded" && event.messageId === messageId
  );
}

/** Finds the message that `command` took, or `undefined` when there was none. */
export function readReceived(
  events: readonly MessageEvent[],
  command: ReceiveMessage,
): Message | undefined {
  const last = events.at(-1);
  return last?.type === "message:received" && last.to === command.agentId
    ? last.message
    : undefined;
}

/** Finds that `command` was done. @throws what it was refused for */
export function readDone(
  events: readonly MessageEvent[],
  command: Exclude<MessageCommand, Tick>,
  state: Readonly<MessageState>,
): void {
  const refusal = findRefusal(events, command, state);
  if (refusal !== undefined) throw refusal;
}

/** What `command` was refused for, or `undefined` when it was done. */
export function findRefusal(
  events: readonly MessageEvent[],
  command: Exclude<MessageCommand, Tick>,
  state: Readonly<MessageState>,
): LockstepError | undefined {
  for (const event of events) {
    if (event.type === "message:refused" && event.command === command.type) {
      return refusalError(state.config, command, event);
    }
  }
  return undefined;
}
