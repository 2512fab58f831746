/**
 * Reactions between messages and locks. A request that waits for its response is an edge of the
 * wait-for graph, so that deadlocks of agents that hold locks and send each other requests are
 * detected.
 *
 * @module
 */

import type { PartCommand, RootState } from "../state.ts";
import type { Happened } from "./reaction.ts";

/** Adds a request to the wait-for graph. */
export function watchRequest(
  { from, to, message, isRequest }: Happened<"message:sent">,
): PartCommand | undefined {
  if (!isRequest) return undefined;
  const { id, priority } = message;
  return { type: "ask", askId: id, agentId: from, toAgentId: to, priority };
}

/** Removes a request that has ended from the wait-for graph. */
export function endWatch(
  { messageId }: Happened<"message:responded" | "message:unanswered">,
  { locks }: RootState,
): PartCommand | undefined {
  return locks.requests.has(messageId) ? { type: "end-ask", askId: messageId } : undefined;
}

/** Cancels a request that is the victim of a deadlock. */
export function cancelRequest(
  { askId }: Happened<"deadlock:detected">,
): PartCommand | undefined {
  if (askId === "") return undefined;
  return { type: "cancel-request", messageId: askId, reason: "deadlock" };
}
