/**
 * Requests that wait for their response. Each is an edge of the wait-for graph, from who asks to
 * who is asked.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import type { UnansweredReason } from "./events.ts";
import type { MessageState, OpenRequest, Turn } from "./state.ts";

/** Has `from` wait for a response to a message of which there are `copies`. */
export function openRequest(
  { state, now }: Turn,
  id: string,
  from: string,
  to: string,
  responseMs: number,
  copies: number,
): void {
  const request: OpenRequest = {
    kind: "request",
    id,
    from,
    to,
    since: now,
    copies,
    timer: undefined,
  };
  request.timer = schedule(state.deadlines, now + responseMs, request);
  state.requests.set(id, request);
  addEdge(state.waitingOn, from, request);
  addEdge(state.askedOf, to, request);
}

/** Hands the response to who waits for it, or counts it as late. */
export function respond(turn: Turn, messageId: string, response: unknown): void {
  const { state, now, events } = turn;
  const request = state.requests.get(messageId);
  if (request === undefined) {
    state.lateResponses++;
    events.push({ type: "message:response-dropped", messageId });
    return;
  }
  closeRequest(state, request);
  const { from, to, since } = request;
  events.push({
    type: "message:responded",
    from: to,
    to: from,
    messageId,
    response,
    waitedMs: now - since,
  });
}

/** Ends a request without a response. */
export function endRequest(turn: Turn, request: OpenRequest, reason: UnansweredReason): void {
  const { id: messageId, from, to, since } = request;
  closeRequest(turn.state, request);
  turn.events.push({
    type: "message:unanswered",
    from,
    to,
    messageId,
    reason,
    waitedMs: turn.now - since,
  });
}

/** Ends the request that a copy belonged to, if no other copy may lead to a response. */
export function copyIsLost(turn: Turn, messageId: string): void {
  const request = turn.state.requests.get(messageId);
  if (request !== undefined && --request.copies === 0) endRequest(turn, request, "undeliverable");
}

/** Ends all requests by an agent and to it. */
export function endRequestsOf(turn: Turn, agentId: string): void {
  const { waitingOn, askedOf } = turn.state;
  for (const request of waitingOn.get(agentId) ?? []) endRequest(turn, request, "agent-gone");
  for (const request of askedOf.get(agentId) ?? []) endRequest(turn, request, "agent-gone");
}

function closeRequest(state: MessageState, request: OpenRequest): void {
  unschedule(state.deadlines, request.timer);
  state.requests.delete(request.id);
  removeEdge(state.waitingOn, request.from, request);
  removeEdge(state.askedOf, request.to, request);
}

function addEdge(
  edges: Map<string, Set<OpenRequest>>,
  agentId: string,
  request: OpenRequest,
): void {
  const known = edges.get(agentId);
  if (known === undefined) edges.set(agentId, new Set([request]));
  else known.add(request);
}

function removeEdge(
  edges: Map<string, Set<OpenRequest>>,
  agentId: string,
  request: OpenRequest,
): void {
  const known = edges.get(agentId);
  known?.delete(request);
  if (known?.size === 0) edges.delete(agentId);
}
