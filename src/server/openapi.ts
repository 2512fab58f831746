/**
 * The OpenAPI document of the HTTP API, from the table of its operations.
 *
 * @module
 */

import { type TSchema, Type } from "@sinclair/typebox";
import { VERSION } from "../service/version.ts";
import { PROBLEM_TYPE } from "../service/problem.ts";
import { JSON_LINES, type Operation } from "./operation.ts";
import { OPERATIONS } from "./operations/mod.ts";
import { USER_HEADER } from "./principals.ts";
import { ProblemView, TicketView } from "./schemas.ts";

/** The media types of the operations that stream. */
const STREAMS: ReadonlyMap<string, string> = new Map([
  ...["events", "presence"].map((id) => [id, "text/event-stream"] as const),
  ["pastEvents", JSON_LINES],
]);

let document: object | undefined;

/** Returns the document, OpenAPI 3.1. */
export function openApi(): object {
  return document ??= made();
}

function made(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [tag, operations] of Object.entries(OPERATIONS)) {
    for (const operation of operations) {
      const path = paths[`/v1${operation.path}`] ??= {};
      path[operation.method.toLowerCase()] = { tags: [tag], ...described(operation) };
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Lockstep",
      version: VERSION,
      description: "Tasks, locks, messages and agents of one coordination system.",
    },
    tags: Object.keys(OPERATIONS).map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Problem: ProblemView, Ticket: TicketView },
    },
    security: [{ token: [] }],
  };
}

/** The header with the name of an operator. */
const USER_PARAMETER = {
  name: USER_HEADER,
  in: "header",
  required: false,
  description: "The name of the operator, percent-encoded, for the journal. Default operator",
  schema: Type.String(),
};

function described(operation: Operation): object {
  const { id, method, summary, path, query, body, bodyIsOptional, reply, status, waits, audience } =
    operation;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const inPath = names.map((name) => ({
    ...{ name, in: "path", required: true },
    schema: Type.String(),
  }));
  const inQuery = Object.entries(query.properties).map(([name, schema]) => ({
    ...{ name, in: "query", required: query.required?.includes(name) ?? false },
    schema,
  }));
  const mayBePerson = method !== "GET" && audience !== "agent";
  const parameters = [...inPath, ...inQuery, ...(mayBePerson ? [USER_PARAMETER] : [])];
  return {
    operationId: id,
    summary,
    ...(audience !== "known" && { description: `For ${audience}s only.` }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: !bodyIsOptional, content: { "application/json": { schema: body } } },
    }),
    responses: {
      [status]: answered(reply, STREAMS.get(id) ?? "application/json"),
      ...(waits && {
        202: {
          description: "It still waits: repeat the call with the ticket",
          content: { "application/json": { schema: { $ref: "#/components/schemas/Ticket" } } },
        },
      }),
      default: {
        description: "An error",
        content: { [PROBLEM_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

function answered(reply: TSchema | undefined, type: string): object {
  if (reply === undefined) return { description: "Done" };
  return { description: reply.description ?? "The answer", content: { [type]: { schema: reply } } };
}
