/**
 * The doors of a server, and the checks of the host and origin of requests. They keep out pages of other
 * sites, which can send requests to any address of this machine, also under a name of their own.
 *
 * @module
 */

import { RequestError } from "../service/problem.ts";

/** A way into a server. */
export interface Door {
  /** Whether only the user who runs the server can use it: then its callers need no token. */
  readonly trusted: boolean;
  /** The hosts, with their ports, by which it is addressed; `undefined` for any. */
  readonly hosts: ReadonlySet<string> | undefined;
}

/** The door of a socket that only one user can open. */
export const SOCKET: Door = { trusted: true, hosts: undefined };

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Returns the door of a port. One that others than this machine reach has names that it can't know. */
export function portDoor(hostname: string, port: number): Door {
  const isLoopback = LOOPBACK.includes(hostname) || hostname === "::1";
  const hosts = new Set(LOOPBACK.map((name) => `${name}:${port}`));
  return { trusted: false, hosts: isLoopback ? hosts : undefined };
}

/** @throws {RequestError} when a request comes from a page elsewhere, or under another name */
export function requireDoor(request: Request, url: URL, { trusted, hosts }: Door): void {
  if (trusted) return;
  const host = request.headers.get("host") ?? url.host;
  if (hosts !== undefined && !hosts.has(host)) throw foreign("host", "this server");
  const origin = request.headers.get("origin");
  if (origin === null || URL.canParse(origin) && new URL(origin).host === host) return;
  throw foreign("origin", "its host");
}

function foreign(what: string, allowed: string): RequestError {
  const message = `Cannot accept the request: its ${what} must be ${allowed}`;
  return new RequestError(403, `foreign-${what}`, message);
}
