/**
 * The HTTP API as a function from requests to responses.
 *
 * A request passes the door (host, origin, token), finds its operation, is checked by the operation's
 * schemas, and is answered with JSON, or with problem details. No error shows a stack.
 *
 * @module
 */

import type { CoordinationManager } from "../coordination/mod.ts";
import { StillWaitingError } from "../core/tickets.ts";
import { type Logger, logTo } from "../core/logger.ts";
import { PROBLEM_TYPE, problemOf, RequestError } from "../service/problem.ts";
import { allowPage, type Door, isFromElsewhere, preflight, requireDoor } from "./door.ts";
import { openApi } from "./openapi.ts";
import type { Call, Operation, Service, Showing } from "./operation.ts";
import { OPERATIONS } from "./operations/mod.ts";
import { managerFor } from "./operators.ts";
import { operatorNamed, type Principal, STRANGER, USER_HEADER } from "./principals.ts";
import { personOf } from "./links.ts";
import { Rates } from "./rates.ts";
import { Routes } from "./routes.ts";
import { readJson } from "./body.ts";

/** Limits of requests. */
export interface ApiLimits {
  /** The largest body, in bytes. */
  readonly maxBodyBytes: number;
  /** The most requests that are under way, waits included. */
  readonly maxRequests: number;
  /** The calls that a caller may make in a second, in the long run; 0 for no limit. */
  readonly callsPerSecond: number;
  /** The calls that it may make at once. */
  readonly callBurst: number;
}

/** A page or a protocol beside the API: answers the requests to its paths. */
export type Extension = (
  request: Request,
  url: URL,
  caller: () => Principal,
) => Promise<Response | undefined> | Response | undefined;

/** What an API serves: all of a server, or what its dashboard needs. */
type Served = Showing & Partial<Service>;

/** Answers requests. */
export class Api {
  readonly #service: Served;
  readonly #limits: ApiLimits;
  readonly #logger: Logger;
  readonly #extensions: readonly Extension[];
  readonly #routes: Routes;
  readonly #rates: Rates;
  readonly #isReadOnly: boolean;
  #underWay = 0;
  #lastAt = Date.now();

  /** Answers the requests of `operations`. With none that changes something, all methods but GET are refused. */
  constructor(
    service: Served,
    limits: ApiLimits,
    logger: Logger,
    extensions: readonly Extension[] = [],
    operations: readonly Operation[] = Object.values(OPERATIONS).flat(),
  ) {
    this.#routes = new Routes(operations);
    this.#isReadOnly = operations.every(({ method }) => method === "GET");
    this.#service = service;
    this.#limits = limits;
    this.#logger = logger;
    this.#extensions = extensions;
    this.#rates = new Rates(limits.callsPerSecond, limits.callBurst);
  }

  /** Number of requests that are under way; streams count until they are opened. */
  get underWay(): number {
    return this.#underWay;
  }

  /** When the last request came or was answered, in milliseconds since the Unix epoch. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Answers a request that came through `door`. Never rejects. */
  async answer(request: Request, door: Door): Promise<Response> {
    this.#underWay++;
    this.#lastAt = Date.now();
    try {
      if (this.#underWay > this.#limits.maxRequests) {
        throw new RequestError(
          503,
          "overloaded",
          "Cannot accept the request: too many are under way",
          {
            retryAfterMs: 1000,
          },
        );
      }
      return allowPage(request, door, await this.#answer(request, door));
    } catch (error) {
      return allowPage(request, door, this.#failed(request, error));
    } finally {
      this.#underWay--;
      this.#lastAt = Date.now();
    }
  }

  async #answer(request: Request, door: Door): Promise<Response> {
    const url = new URL(request.url);
    requireDoor(request, url, door);
    const asked = preflight(request);
    if (asked !== undefined) return asked;
    const { pathname } = url;
    if (this.#isReadOnly && request.method !== "GET") throw readOnly();
    if (pathname === "/healthz" && request.method === "GET") return new Response("ok\n");
    const caller = () => this.#callerOf(request, url, door);
    if (request.method === "GET") {
      const { manager } = this.#service;
      if (pathname === "/openapi.json" && !this.#isReadOnly) return json(openApi(), 200);
      if (pathname === "/metrics" && manager !== undefined) {
        return this.#metrics(manager, caller());
      }
    }
    if (pathname.startsWith("/v1/")) return await this.#call(request, url, caller());
    for (const extension of this.#extensions) {
      const response = await extension(request, url, caller);
      if (response !== undefined) return response;
    }
    throw unknownPath(url);
  }

  async #call(request: Request, url: URL, caller: Principal): Promise<Response> {
    this.#requireRate(caller);
    const found = this.#routes.find(request.method, url.pathname.slice(3));
    if (found === undefined) throw unknownPath(url);
    if ("methods" in found) return wrongMethod(found.methods);
    const { operation, params } = found;
    requireAudience(operation, caller);
    const query = operation.readQuery(url);
    const body = operation.body === undefined
      ? undefined
      : await readJson(request, this.#limits.maxBodyBytes, operation.bodyIsOptional);
    if (body !== undefined || !operation.bodyIsOptional) operation.checkBody(body);
    const service = this.#service;
    const agent = sessionOf(service, caller);
    const manager = caller.kind === "operator" && operation.method !== "GET"
      ? managerFor(service.manager!, caller.name)
      : service.manager;
    const call = {
      ...{ service, manager, caller, params, query, body, agent },
      idempotencyKey: request.headers.get("idempotency-key") ?? undefined,
      headers: request.headers,
      /** Costs something, and most operations don't wait. */
      get signal() {
        return request.signal;
      },
    };
    const reply = await operation.handle(call as unknown as Call<never, never, never>);
    if (reply instanceof Response) return reply;
    return reply === undefined || operation.reply === undefined
      ? new Response(null, { status: 204 })
      : json(reply, operation.status);
  }

  #callerOf(request: Request, url: URL, door: Door): Principal {
    const { headers } = request;
    const caller = this.#knownCaller(request, url, door);
    const isUnnamed = caller === this.#service.tokens.trusted; // a browser has the name of its link
    return isUnnamed ? operatorNamed(headers.get(USER_HEADER)) : caller;
  }

  #knownCaller(request: Request, url: URL, { trusted }: Door): Principal {
    const { headers } = request;
    const header = headers.get("authorization");
    const { tokens } = this.#service;
    if (header === null) {
      if (trusted) return tokens.trusted;
      if (isFromElsewhere(request, url)) return STRANGER;
      return personOf(tokens, headers, Date.now()) ?? STRANGER;
    }
    const token = /^Bearer ([\w.-]{1,1000})$/i.exec(header)?.[1];
    if (token !== undefined) return tokens.caller(token);
    throw new RequestError(
      401,
      "invalid-token",
      "Cannot read the token: it must be a bearer token",
    );
  }

  /** @throws {RequestError} when a caller calls too often; nothing of the call was done then */
  #requireRate(caller: Principal): void {
    const name = caller.kind === "agent" ? caller.agentId : NAMES[caller.kind];
    const lackMs = this.#rates.take(name, performance.now());
    if (lackMs === 0) return;
    const { callsPerSecond } = this.#limits;
    const rule = `at most ${callsPerSecond} calls a second may come from one caller`;
    const message = `Cannot accept the request: ${rule}`;
    throw new RequestError(429, "too-many-calls", message, { retryAfterMs: Math.ceil(lackMs) });
  }

  #metrics(manager: CoordinationManager, caller: Principal): Response {
    this.#requireRate(caller);
    if (caller.kind === "stranger") throw unauthorized();
    return new Response(manager.metrics.toOpenMetrics(), {
      headers: { "content-type": "application/openmetrics-text; version=1.0.0; charset=utf-8" },
    });
  }

  #failed(request: Request, error: unknown): Response {
    if (error instanceof StillWaitingError) {
      const { ticket, keptUntil } = error;
      return json({ ticket, keptUntil }, 202);
    }
    const problem = problemOf(error);
    if (problem.status === 500) {
      logTo(this.#logger, "error", `${request.method} ${request.url} failed`, error);
    }
    const headers: Record<string, string> = { "content-type": PROBLEM_TYPE };
    const { retryAfterMs } = problem;
    if (typeof retryAfterMs === "number") {
      headers["retry-after"] = String(Math.ceil(retryAfterMs / 1000));
    }
    if (problem.status === 401) headers["www-authenticate"] = "Bearer";
    return new Response(JSON.stringify(problem), { status: problem.status, headers });
  }
}

/** The names, in the table of rates, of callers that are no agents; ids of agents are not empty. */
const NAMES = { operator: "", stranger: "\0" } as const;

/** Returns the calls of the agent that makes a call, which operations for agents alone use. */
function sessionOf({ manager, presence }: Served, caller: Principal): unknown {
  if (caller.kind !== "agent" || manager === undefined) return undefined;
  const { agentId, incarnation } = caller;
  const session = manager.session(agentId, incarnation);
  presence?.called(agentId, incarnation, Date.now());
  return session;
}

function requireAudience({ audience, id }: Operation, { kind }: Principal): void {
  if (kind === "stranger" && audience !== "all") throw unauthorized();
  if (audience === "agent" && kind !== "agent") {
    const rule = "the token must be that of an agent; register one first";
    throw new RequestError(403, "agent-only", `Cannot call ${id}: ${rule}`);
  }
  if (audience === "operator" && kind !== "operator") {
    const rule = "the caller must be an operator: a person, or a program with the server's token";
    throw new RequestError(403, "operator-only", `Cannot call ${id}: ${rule}`);
  }
}

function unknownPath({ pathname }: URL): RequestError {
  return new RequestError(404, "unknown-path", `Cannot find ${pathname.slice(0, 200)}`);
}

function readOnly(): RequestError {
  const rule = "it must be a GET, as what is shown here can't be changed";
  return new RequestError(403, "read-only", `Cannot accept the request: ${rule}`);
}

function unauthorized(): RequestError {
  return new RequestError(401, "no-token", "Cannot accept the request: it must have a token");
}

function wrongMethod(methods: readonly string[]): Response {
  const problem = problemOf(
    new RequestError(
      405,
      "unknown-method",
      `Cannot do that: the method must be ${methods.join(" or ")}`,
    ),
  );
  const headers = { "content-type": PROBLEM_TYPE, allow: methods.join(", ") };
  return new Response(JSON.stringify(problem), { status: 405, headers });
}

const JSON_HEADERS: [string, string][] = [["content-type", "application/json"]];

/** Makes a response of JSON. */
export function json(value: unknown, status: number): Response {
  return new Response(JSON.stringify(value), { status, headers: JSON_HEADERS });
}
