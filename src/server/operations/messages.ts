/**
 * Operations on messages, requests, topics and dead letters.
 *
 * @module
 */

import { Type } from "@sinclair/typebox";
import { RequestError } from "../../service/problem.ts";
import { closed } from "../checks.ts";
import { type Operation, operation } from "../operation.ts";
import type { Principal } from "../principals.ts";
import { Any, Anything, Epoch, Id, ListOf, MESSAGE_FIELDS, MessageView } from "../schemas.ts";
import { traced } from "../traces.ts";
import { isAtOnce, waiting } from "../waits.ts";

const Optional = Type.Optional;

/** The name under which the people who run a server send and receive messages. */
export const HUMAN = "human";

/** Sends, receives and answers messages. */
export const MESSAGE_OPERATIONS: readonly Operation[] = [
  operation("send", {
    method: "POST",
    path: "/messages",
    summary: "Sends a message to an agent, to all with to *, or to the subscribers of a topic",
    body: closed({
      to: Optional(Id("The recipient; * for all other agents")),
      topic: Optional(Id("The topic, instead of a recipient")),
      id: Optional(Id("Makes sending idempotent")),
      ...MESSAGE_FIELDS,
    }),
    reply: Anything("The id of the message, or the outcome for each recipient"),
    status: 201,
    async handle({ manager: { messages }, caller, body, headers, idempotencyKey }) {
      const { to, topic, payload, from, ...given } = body;
      const options = traced(given, headers);
      const sender = senderOf(caller, from);
      if ((to === undefined) === (topic === undefined)) {
        const message =
          "Cannot send the message: either to or topic must be given, got both or none";
        throw new RequestError(400, "invalid-request", message, { field: "to" });
      }
      if (topic !== undefined) {
        const { id: _, ...rest } = options;
        return { recipients: await messages.publish(sender, topic, payload, rest) };
      }
      if (to === "*") {
        const { id: _, ...rest } = options;
        return { recipients: await messages.broadcast(sender, payload, rest) };
      }
      const id = options.id ?? idempotencyKey;
      return {
        messageId: await messages.send(sender, to!, payload, { ...options, ...id && { id } }),
      };
    },
  }),
  operation("request", {
    method: "POST",
    path: "/requests",
    summary: "Sends a request, and returns the response",
    body: closed({
      to: Id("The recipient"),
      timeoutMs: Optional(Type.Integer({ description: "The limit of the whole wait", minimum: 0 })),
      ...MESSAGE_FIELDS,
    }),
    reply: Anything("The response"),
    waits: true,
    async handle({ manager: { messages }, caller, query, body, headers, signal }) {
      const { to, payload, from, ...given } = body;
      const options = traced(given, headers);
      const sender = senderOf(caller, from);
      const response = await waiting(
        query,
        signal,
        (terms) => messages.sendWithResponse(sender, to, payload, { ...options, ...terms }),
        ignore,
      );
      return { response };
    },
  }),
  operation("respond", {
    method: "POST",
    path: "/messages/{messageId}/response",
    summary: "Answers a request with a response or an error",
    body: closed({ response: Optional(Any("The response")), error: Optional(Any("The error")) }),
    reply: Anything("Whether the request still waited"),
    async handle({ manager: { messages }, params: { messageId }, body }) {
      const isError = body.error !== undefined;
      return {
        accepted: isError
          ? await messages.rejectRequest(messageId, body.error)
          : await messages.sendResponse(messageId, body.response ?? null),
      };
    },
  }),
  operation("receive", {
    method: "POST",
    path: "/inbox/next",
    summary: "Receives the next message; acknowledges the one of the epoch in ack first",
    body: closed({
      ack: Optional(Epoch),
      timeoutMs: Optional(
        Type.Integer({ description: "The time to acknowledge it, in milliseconds", minimum: 0 }),
      ),
      agentId: Optional(Id("Whose message; operators only. Default human")),
    }),
    bodyIsOptional: true,
    reply: Anything("The message, or null"),
    waits: true,
    async handle({ manager: { messages }, caller, query, body, signal }) {
      const { ack, timeoutMs, agentId } = body ?? {};
      const reader = senderOf(caller, agentId);
      if (ack !== undefined) await messages.ack(reader, ack).catch(ignoreLost);
      const limit = timeoutMs === undefined ? {} : { timeoutMs };
      const received = isAtOnce(query)
        ? await messages.receive(reader, { ...limit, signal })
        : await waiting(
          query,
          signal,
          (terms) => messages.receive(reader, { ...limit, ...terms }),
          (late) => late?.nack(new Error("its client has gone")),
        );
      return { message: received === undefined ? null : { ...received.message } };
    },
  }),
  operation("ack", {
    method: "POST",
    path: "/inbox/ack",
    summary: "Acknowledges a received message, or returns it with an error",
    body: closed({
      epoch: Epoch,
      error: Optional(Any("Why it was not handled: it is delivered again")),
      agentId: Optional(Id("Whose message; operators only. Default human")),
    }),
    handle({ manager: { messages }, caller, body: { epoch, error, agentId } }) {
      const reader = senderOf(caller, agentId);
      return error === undefined
        ? messages.ack(reader, epoch)
        : messages.nack(reader, epoch, error);
    },
  }),
  operation("inbox", {
    method: "GET",
    path: "/inbox",
    summary: "Lists the messages that wait, and acknowledges none",
    query: {
      agentId: Optional(Id("Whose inbox; operators only. Default human")),
      after: Optional(Type.Integer({ description: "The next of the page before" })),
      limit: Optional(Type.Integer({ description: "Default 100" })),
    },
    reply: ListOf("entries", Anything("A message and its place")),
    handle({ manager: { messages }, caller, query: { agentId, ...options } }) {
      return messages.inbox(senderOf(caller, agentId), options);
    },
  }),
  operation("subscribeTopic", {
    method: "PUT",
    path: "/topics/{topic}/subscription",
    summary: "Subscribes the agent to a topic",
    audience: "agent",
    handle: ({ agent, params: { topic } }) => agent.subscribeTopic(topic),
  }),
  operation("unsubscribeTopic", {
    method: "DELETE",
    path: "/topics/{topic}/subscription",
    summary: "Ends the subscription of the agent to a topic",
    audience: "agent",
    handle: ({ agent, params: { topic } }) => agent.unsubscribeTopic(topic),
  }),
  operation("deadLetters", {
    method: "GET",
    path: "/dead-letters",
    summary: "Lists messages that were not handled",
    query: { agentId: Optional(Id("The recipient")) },
    reply: ListOf("letters", MessageView),
    handle: ({ manager: { messages }, query }) => ({
      letters: messages.deadLetters(query.agentId),
    }),
  }),
  operation("resend", {
    method: "POST",
    path: "/dead-letters/{messageId}/resend",
    summary: "Sends a dead letter once more",
    handle: ({ manager: { messages }, params: { messageId } }) => messages.resend(messageId),
  }),
];

/** Returns the name under which a caller sends or receives. */
function senderOf(caller: Principal, named: string | undefined): string {
  if (caller.kind !== "agent") return named ?? HUMAN;
  if (named === undefined || named === caller.agentId) return caller.agentId;
  const rule = `the token must be that of agent "${named}", or of an operator`;
  throw new RequestError(403, "forbidden", `Cannot act for the agent: ${rule}`);
}

/** A delivery whose time was over is delivered again, whatever was acknowledged. */
function ignoreLost(error: unknown): void {
  const code = (error as { code?: string }).code;
  if (code !== "delivery-lost" && code !== "stale-epoch") throw error;
}

function ignore(): void {}
