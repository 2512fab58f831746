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

/** Returns the door of a port. */
export function portDoor(hostname: string, port: number): Door {
  const names = ["localhost", "127.0.0.1", "[::1]", hostname];
  return { trusted: false, hosts: new Set(names.map((name) => `${name}:${port}`)) };
}

/** @throws {RequestError} when a request comes from a page elsewhere, or under another name */
export function requireDoor(request: Request, url: URL, { hosts }: Door): void {
  if (hosts === undefined) return;
  const host = request.headers.get("host") ?? url.host;
  if (!hosts.has(host)) {
    throw new RequestError(
      403,
      "foreign-host",
      "Cannot accept the request: its host is not this server",
    );
  }
  const origin = request.headers.get("origin");
  if (origin === null || [...hosts].some((each) => origin === `http://${each}`)) return;
  throw new RequestError(
    403,
    "foreign-origin",
    "Cannot accept the request: its origin is another site",
  );
}
