/**
 * A server as it describes itself.
 *
 * @module
 */

/** A running server as its clients find it, in `server.json` and from `GET /v1/server`. */
export interface ServerInfo {
  /** The process. */
  readonly pid: number;
  /** When it started, in milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** The version of Lockstep. */
  readonly version: string;
  /** The path of its socket. */
  readonly socket: string;
  /** The address of its HTTP, such as `http://127.0.0.1:4000`; left out when it has none. */
  readonly url?: string;
}
