/**
 * The doors of a server, and the checks of the host and origin of requests. They keep out pages of other
 * sites, which can send requests to any address of this machine, also under a name of their own.
 *
 * @module
 */

import { type Attempt, quote, requireArray } from "../core/arguments.ts";
import { RequestError } from "../service/problem.ts";

/** The headers that pages elsewhere may send, and read. */
const SENT_HEADERS =
  "authorization, content-type, idempotency-key, last-event-id, lockstep-user, traceparent";
const READ_HEADERS = "retry-after, www-authenticate";

/** The most origins that may be allowed. */
const MOST_ORIGINS = 100;

/** The time for which a browser may remember what pages of an origin may do, in seconds. */
const REMEMBERED_S = 600;

/** A way into a server. */
export interface Door {
  /** Whether only the user who runs the server can use it: then its callers need no token. */
  readonly trusted: boolean;
  /** The hosts, with their ports, by which it is addressed; `undefined` for any. */
  readonly hosts: ReadonlySet<string> | undefined;
  /** The origins whose pages may use it, such as `https://app.example`, besides its own. */
  readonly origins: ReadonlySet<string>;
}

/** The door of a socket that only one user can open. */
export const SOCKET: Door = { trusted: true, hosts: undefined, origins: new Set() };

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Returns the door of a port, for pages of `origins` as well. One that others than this machine reach has
 * names that it can't know.
 */
export function portDoor(
  hostname: string,
  port: number,
  origins: ReadonlySet<string> = new Set(),
): Door {
  const isLoopback = LOOPBACK.includes(hostname) || hostname === "::1";
  const hosts = new Set(LOOPBACK.map((name) => `${name}:${port}`));
  return { trusted: false, hosts: isLoopback ? hosts : undefined, origins };
}

/** @throws {RequestError} when a request comes from a page elsewhere, or under another name */
export function requireDoor(request: Request, url: URL, door: Door): void {
  const { trusted, hosts, origins } = door;
  if (trusted) return;
  const host = request.headers.get("host") ?? url.host;
  if (hosts !== undefined && !hosts.has(host)) throw foreign("host", "this server");
  const origin = request.headers.get("origin");
  if (
    origin === null || origins.has(origin) || URL.canParse(origin) && new URL(origin).host === host
  ) return;
  throw foreign("origin", "its host, or one that the server allows");
}

/** Answers the question of a browser whether a page elsewhere may send a request; `undefined` for a request. */
export function preflight(request: Request): Response | undefined {
  const { method, headers } = request;
  if (method !== "OPTIONS" || !headers.has("access-control-request-method")) return undefined;
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
      "access-control-allow-headers": SENT_HEADERS,
      "access-control-max-age": String(REMEMBERED_S),
    },
  });
}

/**
 * Whether a request is from a page of another origin. Such a page must have a token: the cookie of a
 * person's browser is for the pages of the server, and browsers send it to every port of this machine.
 */
export function isFromElsewhere(request: Request, url: URL): boolean {
  const origin = request.headers.get("origin");
  const host = request.headers.get("host") ?? url.host;
  return origin !== null && !isOfHost(origin, host);
}

function isOfHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Lets the page elsewhere that sent a request read the response, if its origin is allowed. */
export function allowPage(request: Request, { origins }: Door, response: Response): Response {
  if (origins.size === 0) return response;
  response.headers.append("vary", "origin");
  const origin = request.headers.get("origin");
  if (origin === null || !origins.has(origin)) return response;
  response.headers.set("access-control-allow-origin", origin);
  response.headers.set("access-control-expose-headers", READ_HEADERS);
  return response;
}

/** Returns origins as browsers send them. @throws {TypeError} when one is malformed, or `null` or `*` */
export function originsOf(given: unknown, attempt: Attempt): ReadonlySet<string> {
  requireArray(given, MOST_ORIGINS, "allowedOrigins", attempt);
  const origins = given.map((origin) => {
    const parsed = typeof origin === "string" && URL.canParse(origin) ? new URL(origin) : undefined;
    const isWeb = parsed?.protocol === "http:" || parsed?.protocol === "https:";
    if (isWeb && parsed.origin === origin) return origin;
    const rule = 'each of allowedOrigins must be an origin such as "https://app.example"';
    throw new TypeError(`Cannot ${attempt()}: ${rule}, got ${quote(origin)}`);
  });
  return new Set(origins);
}

function foreign(what: string, allowed: string): RequestError {
  const message = `Cannot accept the request: its ${what} must be ${allowed}`;
  return new RequestError(403, `foreign-${what}`, message);
}
