/**
 * How a mailbox machine says no.
 *
 * @module
 */

import type { MessageRefusal } from "./events.ts";
import type { Tick } from "../core/machine.ts";
import type { MessageCommand } from "./commands.ts";
import type { Turn } from "./state.ts";

/** Says why `command` changes nothing; `to` is whom it would have concerned. */
export function refuse(
  turn: Turn,
  command: Exclude<MessageCommand, Tick>,
  reason: MessageRefusal,
  to: string = recipientOf(command),
): void {
  turn.events.push({
    type: "message:refused",
    from: "from" in command ? command.from : "",
    to,
    messageId: "messageId" in command ? command.messageId : "",
    command: command.type,
    reason,
  });
}

function recipientOf(command: Exclude<MessageCommand, Tick>): string {
  if ("to" in command) return command.to;
  return "agentId" in command ? command.agentId : "";
}
