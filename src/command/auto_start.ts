/**
 * Finds the server of a home, and starts it when none runs.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { pause } from "../client/connection.ts";
import { LocalClient } from "../client/local/mod.ts";
import { ConnectionError } from "../client/transport.ts";
import type { Home } from "../service/home.ts";
import { serverCommand } from "./program.ts";

/** The time for which a verb repeats a call that the server can't answer now, in milliseconds. */
const RETRY_MS = 10_000;

/** The time that a server has to start, in milliseconds. */
const START_MS = 15_000;

/** Returns a client of the server of `home`. @throws {ConnectionError} when none runs, or starts */
export async function openServer(home: Home, mayStart: boolean): Promise<LocalClient> {
  const client = new LocalClient(home, { retryMs: 0 });
  if (await answers(client)) return new LocalClient(home, { retryMs: RETRY_MS });
  if (!mayStart) {
    throw new ConnectionError(
      `No server runs in ${home.root}; start it with "lockstep serve"`,
      true,
    );
  }
  // Of several that start one has the journal, and the others end: all callers find that one.
  startDetached(home);
  for (const until = Date.now() + START_MS; Date.now() < until;) {
    await pause(20);
    if (await answers(client)) return new LocalClient(home, { retryMs: RETRY_MS });
  }
  const log = join(home.folder, "server.log");
  throw new ConnectionError(`The server in ${home.root} did not start; see ${log}`, true);
}

/** Whether a server listens. @throws {ConnectionError} when that can't be known, for lack of a permission */
export async function answers(client: LocalClient): Promise<boolean> {
  try {
    await client.server();
    return true;
  } catch (error) {
    const { code } = (error as Error).cause as NodeJS.ErrnoException ?? {};
    if (error instanceof ConnectionError && (code === "ENOENT" || code === "ECONNREFUSED")) {
      return false;
    }
    throw error;
  }
}

/** How long a server lives without work that a verb has started. */
const IDLE = "30m";

function startDetached({ root, folder }: Home): void {
  const log = openSync(join(folder, "server.log"), "a", 0o600);
  const [runtime, ...rest] = serverCommand();
  const args = [...rest, "serve", "--idle", IDLE, "--dir", root];
  spawn(runtime!, args, { detached: true, stdio: ["ignore", log, log], cwd: root }).unref();
  closeSync(log);
}
