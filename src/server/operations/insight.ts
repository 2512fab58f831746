/**
 * Operations that look at the whole system, and end it.
 *
 * @module
 */

import { Type } from "@sinclair/typebox";
import type { Explicable } from "../../coordination/mod.ts";
import { JSON_LINES, type Operation, operation } from "../operation.ts";
import { Anything, Id, Text } from "../schemas.ts";
import { heldLocks } from "./locks.ts";

/** Explains, streams and looks back. */
export const INSIGHT_OPERATIONS: readonly Operation[] = [
  operation("server", {
    method: "GET",
    path: "/server",
    summary: "Returns what serves this API",
    reply: Anything("The server"),
    handle: ({ service }) => service.info(),
  }),
  operation("stop", {
    method: "POST",
    path: "/stop",
    summary: "Ends the server, once what is under way is answered",
    audience: "operator",
    status: 202,
    reply: Anything("The server"),
    handle({ service, caller }) {
      service.stop(`${caller.kind === "operator" ? caller.name : "an agent"} stopped it`);
      return service.info();
    },
  }),
  operation("explain", {
    method: "GET",
    path: "/explain/{kind}/{id}",
    summary: "Explains why something is as it is, and what would change it",
    reply: Anything("The explanation"),
    handle: ({ manager, params: { kind, id } }) =>
      manager.explain(kind === "wait" ? Number(id.replace(/^wait-/, "")) : id, kind as Explicable),
  }),
  operation("explainAny", {
    method: "GET",
    path: "/explain/{id}",
    summary: "Explains a task, a message, an agent or a schedule",
    reply: Anything("The explanation"),
    handle: ({ manager, params: { id } }) => manager.explain(id),
  }),
  operation("state", {
    method: "GET",
    path: "/state",
    summary: "Returns the agents, the locks that are held, and the numbers of tasks",
    reply: Anything("The state"),
    handle: ({ service, manager }) => ({
      at: Date.now(),
      sequence: service.feed.last,
      agents: manager.listAgents({ limit: 10_000 }),
      tasks: manager.scheduler.getTaskCounts(),
      locks: heldLocks(manager),
      schedules: manager.schedules(),
      limits: manager.limits(),
    }),
  }),
  operation("health", {
    method: "GET",
    path: "/health",
    summary: "Returns the health of the system and of each part",
    reply: Anything("The health"),
    handle: ({ manager }) => manager.getHealthStatus(),
  }),
  operation("history", {
    method: "GET",
    path: "/history",
    summary: "Returns the state at an earlier moment",
    query: { at: Text("An instant in ISO 8601, a position, or a place such as 17:0") },
    reply: Anything("The state as it was"),
    handle: ({ service, query: { at } }) => service.past.at(at),
  }),
  operation("pastEvents", {
    method: "GET",
    path: "/history/events",
    summary: "Streams the events that the journal has kept, oldest first, as lines of JSON",
    query: {
      taskId: Type.Optional(Id("Only events about this task")),
      agentId: Type.Optional(Id("Only events about this agent")),
      resourceId: Type.Optional(Id("Only events about this lock or resource")),
    },
    reply: Anything("An event with its place, its description, its time and its number"),
    handle({ service, query }) {
      return new Response(service.past.lines(query), {
        headers: { "content-type": JSON_LINES, "cache-control": "no-store" },
      });
    },
  }),
  operation("events", {
    method: "GET",
    path: "/events",
    summary: "Streams events as server-sent events; Last-Event-ID or after resumes",
    query: {
      after: Type.Optional(Type.Integer({ description: "The last sequence number received" })),
      types: Type.Optional(Text("The types to send, separated by commas")),
      digest: Type.Optional(Type.Boolean({ description: "Whether to send only their number" })),
    },
    reply: Anything("A stream of events"),
    handle({ service, headers, query: { after = lastEvent(headers), types, digest } }) {
      const wanted = types === undefined ? undefined : new Set(types.split(","));
      return stream(service.feed.open({ after, types: wanted, digest }));
    },
  }),
  operation("presence", {
    method: "GET",
    path: "/presence",
    summary: "Streams the events of the agent, which is suspected at once when the stream ends",
    audience: "agent",
    reply: Anything("A stream of events"),
    handle({ service: { feed, presence }, agent: { agentId, incarnation } }) {
      const disconnect = presence.connect(agentId, incarnation);
      try {
        return stream(feed.open({ agentId }, disconnect));
      } catch (error) {
        disconnect();
        throw error;
      }
    },
  }),
];

/** Returns the number of the last event that a client of server-sent events has. */
function lastEvent(headers: Headers): number | undefined {
  const id = headers.get("last-event-id");
  return id !== null && /^(-1|\d{1,15})$/.test(id) ? Number(id) : undefined;
}

function stream(body: ReadableStream<Uint8Array>): Response {
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}
