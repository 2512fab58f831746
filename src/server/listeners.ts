/**
 * Listens for HTTP on a socket or a port, on Deno, Node and Bun.
 *
 * @module
 */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers a request. */
export type Handler = (request: Request) => Promise<Response>;

/** Where to listen. */
export type Place = { readonly path: string } | {
  readonly hostname: string;
  readonly port: number;
};

/** Something that listens. */
export interface Listener {
  /** The port; 0 for a socket. */
  readonly port: number;
  /** Accepts no more connections, and resolves once all answers are sent, or after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Deno's own interface; `undefined` elsewhere. */
const deno = (globalThis as { Deno?: typeof Deno }).Deno;

/** Listens at a place. Rejects with the error of the system, such as `EADDRINUSE`. */
export async function listen(place: Place, handler: Handler): Promise<Listener> {
  return deno === undefined ? await listenOnNode(place, handler) : listenOnDeno(place, handler);
}

function listenOnDeno(place: Place, handler: Handler): Listener {
  const options = { ...place, onListen: () => {} };
  const server = deno!.serve(options as { port: number }, handler);
  return {
    port: "port" in server.addr ? server.addr.port : 0,
    async close(graceMs) {
      // What is still open after that ends with the process; to abort it here would throw.
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => timer = setTimeout(resolve, graceMs));
      await Promise.race([server.shutdown(), late]);
      clearTimeout(timer);
    },
  };
}

async function listenOnNode(place: Place, handler: Handler): Promise<Listener> {
  const { getRequestListener } = await import("@hono/node-server");
  const server: Server = createServer(getRequestListener(handler));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    if ("path" in place) server.listen(place.path, resolve);
    else server.listen(place.port, place.hostname, resolve);
  });
  const address = server.address() as AddressInfo | string;
  return {
    port: typeof address === "string" ? 0 : address.port,
    async close(graceMs) {
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      clearTimeout(timer);
    },
  };
}
