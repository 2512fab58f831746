/** Starts servers in folders of their own, and calls them. */

import {
  findHome,
  type LockstepServer,
  type ServerOptions,
  startServer,
} from "../../src/server/mod.ts";
import type { Home } from "../../src/service/home.ts";
import { LockstepClient } from "../../src/client/mod.ts";
import { LocalClient } from "../../src/client/local/mod.ts";

/** A silent logger. */
export const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** The answer to a call. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
}

/** A server under test. */
export class ServerDriver implements AsyncDisposable {
  readonly home: Home;
  readonly folder: string;
  server: LockstepServer;
  readonly options: ServerOptions;
  readonly #clients: LocalClient[] = [];

  private constructor(folder: string, home: Home, server: LockstepServer, options: ServerOptions) {
    this.folder = folder;
    this.home = home;
    this.server = server;
    this.options = options;
  }

  static async start(options: ServerOptions = {}): Promise<ServerDriver> {
    const folder = Deno.makeTempDirSync({ prefix: "lockstep-server-" });
    const home = findHome({ dir: folder, create: true });
    const all = { logger: SILENT, ...options };
    return new ServerDriver(folder, home, await startServer(home, all), all);
  }

  /** Ends the server, and starts the next one on the same journal. */
  async restart(): Promise<void> {
    await this.server.close();
    this.server = await startServer(this.home, this.options);
  }

  /** Calls the port, as an operator unless `token` is another one; `""` for none. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    { token = this.server.token, headers = {}, raw, signal }: {
      token?: string;
      headers?: Record<string, string>;
      raw?: BodyInit;
      signal?: AbortSignal;
    } = {},
  ): Promise<Answer> {
    const given = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(this.server.info.url + path, {
      method,
      headers: { ...(token !== "" && { authorization: `Bearer ${token}` }), ...headers },
      ...(given !== undefined && { body: given }),
      ...(signal !== undefined && { signal }),
    });
    const text = await response.text();
    let parsed: unknown = text;
    try {
      parsed = JSON.parse(text);
    } catch {
      // It is no JSON.
    }
    return {
      status: response.status,
      type: response.headers.get("content-type") ?? "",
      body: parsed,
    };
  }

  /** Registers an agent, and returns its token. */
  async join(id: string, profile: object = {}): Promise<string> {
    const { body } = await this.call("POST", "/v1/agents", { id, ...profile });
    return body.token;
  }

  /** A client through the port. */
  client(token = this.server.token): LockstepClient {
    return new LockstepClient({ url: this.server.info.url!, token, retryMs: 5_000 });
  }

  /** A client through the socket. */
  local(): LocalClient {
    const client = new LocalClient(this.home, { retryMs: 5_000 });
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.server.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Waits until `isSo` returns true. */
export async function until(isSo: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!await isSo()) {
    if (Date.now() > end) throw new Error("It did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
