/**
 * An operation of the HTTP API: one table entry from which its route, the checks of its requests, its
 * place in the OpenAPI document and its handler follow.
 *
 * @module
 */

import type { Static, TObject, TProperties, TSchema } from "@sinclair/typebox";
import type { AgentSession, CoordinationManager } from "../coordination/mod.ts";
import type { EventFilter } from "../history/mod.ts";
import { bodyChecker, closed, queryReader } from "./checks.ts";
import type { Endings } from "./endings.ts";
import type { Dashboard } from "../dashboard/mod.ts";
import type { EventFeed } from "./event_feed.ts";
import type { Links } from "./links.ts";
import type { Presence } from "./presence.ts";
import type { Principal, Tokens } from "./principals.ts";
import { WAITING } from "./waits.ts";

/** The parts of a server that its dashboard needs to show something. */
export interface Showing {
  /** The events, as they are streamed. */
  readonly feed: EventFeed;
  /** Makes and checks tokens. */
  readonly tokens: Tokens;
  /** The pages of its dashboard. */
  readonly dashboard: Dashboard;
  /** The one-time links that open it. */
  readonly links: Links;
}

/** The parts of a server that operations call. */
export interface Service extends Showing {
  /** The system that it serves. */
  readonly manager: CoordinationManager;
  /** The connections of agents. */
  readonly presence: Presence;
  /** Waits for the end of tasks. */
  readonly endings: Endings;
  /** Any moment of its journal. */
  readonly past: Past;
  /** What `GET /v1/server` answers. */
  info(): object;
  /** Ends the server, once what is under way is answered. */
  stop(reason: string): void;
}

/** Reads earlier moments of a server's journal. */
export interface Past {
  /** Returns the state at an instant, a position or a place such as `17:0`. */
  at(when: string): Promise<object>;
  /** Streams the events that match, a line of JSON for each. @throws {RequestError} when too many do */
  lines(filter: EventFilter): ReadableStream<Uint8Array>;
}

/** The callers that an operation serves. */
export type Audience =
  /** All, without a token. */
  | "all"
  /** All with a token, and all callers of the socket. */
  | "known"
  /** Agents only. */
  | "agent"
  /** The people and programs that run the server. */
  | "operator";

/** A checked call of an operation. */
export interface Call<Params, Query, Body> {
  readonly service: Service;
  readonly manager: CoordinationManager;
  readonly caller: Principal;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The header `Idempotency-Key`. */
  readonly idempotencyKey: string | undefined;
  readonly headers: Headers;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** The calls of the agent that makes the call. */
  readonly agent: AgentSession;
}

/** The media type of JSON lines. */
export const JSON_LINES = "application/x-ndjson";

/** The parts of the path of an operation, by their names. */
type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [Each in Name]: string } & ParamsOf<Rest>
  : unknown;

type Checked<Schema> = Schema extends TSchema ? Static<Schema> : undefined;
type CheckedQuery<Query extends TProperties> = Static<TObject<Query>>;

/** An operation as its table has it. */
export interface Definition<
  Path extends string,
  Query extends TProperties,
  Body extends TSchema | undefined,
> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/v1`, such as `/tasks/{taskId}`. */
  readonly path: Path;
  /** One line for people. */
  readonly summary: string;
  /** @default "known" */
  readonly audience?: Audience;
  readonly query?: Query;
  readonly body?: Body;
  /** Whether a request may have no body. @default false */
  readonly bodyIsOptional?: boolean;
  /** The answer, for the document; left out for none. */
  readonly reply?: TSchema;
  /** The status of the answer. @default 200, or 204 without a reply */
  readonly status?: number;
  /** Whether the call may wait, and answers 202 with a ticket then. @default false */
  readonly waits?: boolean;
  handle(call: Call<ParamsOf<Path>, CheckedQuery<Query>, Checked<Body>>): unknown;
}

/** An operation with its name and its checks. */
export interface Operation {
  /** The name of the façade's call. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly audience: Audience;
  readonly query: TObject;
  readonly body: TSchema | undefined;
  readonly bodyIsOptional: boolean;
  readonly reply: TSchema | undefined;
  readonly status: number;
  readonly waits: boolean;
  readonly handle: (call: Call<never, never, never>) => unknown;
  /** Returns the checked query. @throws {RequestError} */
  readonly readQuery: (url: URL) => unknown;
  /** Checks a body. @throws {RequestError} */
  readonly checkBody: (body: unknown) => void;
}

/** Completes the entry of a table. */
export function operation<
  const Path extends string,
  Query extends TProperties = Record<never, never>,
  Body extends TSchema | undefined = undefined,
>(id: string, definition: Definition<Path, Query, Body>): Operation {
  const { body, reply, waits = false } = definition;
  const query = closed({ ...definition.query, ...(waits && WAITING) });
  return {
    id,
    method: definition.method,
    path: definition.path,
    summary: definition.summary,
    audience: definition.audience ?? "known",
    query,
    body,
    bodyIsOptional: definition.bodyIsOptional ?? false,
    reply,
    status: definition.status ?? (reply === undefined ? 204 : 200),
    waits,
    handle: definition.handle as Operation["handle"],
    readQuery: queryReader(query, id),
    checkBody: bodyChecker(body, id),
  };
}
