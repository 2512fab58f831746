/**
 * Connects to the server of a repository through its socket, on Deno, Node and Bun.
 *
 * @module
 */

import { userInfo } from "node:os";
import { findHome, type Home } from "../../service/home.ts";
import { LockstepClient } from "../client.ts";
import type { ConnectionOptions } from "../connection.ts";
import { socketTransport } from "./socket_transport.ts";

/** Options of {@linkcode connectLocal}. */
export interface LocalOptions extends Omit<ConnectionOptions, "token"> {
  /** The folder that has `.lockstep`. @default that of the repository of the working directory */
  readonly dir?: string;
  /** The home, if it was found already. */
  readonly home?: Home;
}

/** A client through a socket. What it calls is in the journal under the name of its user. */
export class LocalClient extends LockstepClient implements Disposable {
  /** Where its server is. */
  readonly home: Home;
  readonly #close: () => void;

  /** Connects when the first call is made. */
  constructor(home: Home, options: ConnectionOptions = {}) {
    const { transport, close } = socketTransport(home.socket);
    super({ transport, user: userName(), ...options });
    this.home = home;
    this.#close = close;
  }

  /** Closes its connections. */
  close(): void {
    this.#close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Returns the name of the user of this process; `undefined` when the system has none. */
function userName(): string | undefined {
  try {
    return userInfo().username || undefined;
  } catch {
    return undefined; // no entry in the table of users, or no permission to read it
  }
}

/**
 * Returns a client of the server of a repository.
 *
 * @throws {HomeError} when none was started there yet
 */
export function connectLocal({ dir, home, ...options }: LocalOptions = {}): LocalClient {
  return new LocalClient(home ?? findHome({ dir }), options);
}
