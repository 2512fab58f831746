/**
 * What binds messages and locks: who waits for a response is an edge of the wait-for graph, so that
 * agents who hold locks and ask each other are found as well.
 *
 * @module
 */

import type { PartCommand, RootState } from "../state.ts";
import type { Happened } from "./reaction.ts";

/** Watches a request for deadlocks. */
export function watchRequest(
  { from, to, message, isRequest }: Happened<"message:sent">,
): PartCommand | undefined {
  if (!isRequest) return undefined;
  const { id, priority } = message;
  return { type: "ask", askId: id, agentId: from, toAgentId: to, priority };
}

/** A request has ended, whichever way. */
export function endWatch(
  { messageId }: Happened<"message:responded" | "message:unanswered">,
  { locks }: RootState,
): PartCommand | undefined {
  return locks.requests.has(messageId) ? { type: "end-ask", askId: messageId } : undefined;
}

/** A request that gave way in a deadlock waits no longer. */
export function cancelRequest(
  { askId }: Happened<"deadlock:detected">,
): PartCommand | undefined {
  if (askId === "") return undefined;
  return { type: "cancel-request", messageId: askId, reason: "deadlock" };
}
