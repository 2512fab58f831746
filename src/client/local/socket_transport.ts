/**
 * Sends requests over a Unix socket, on Deno, Node and Bun.
 *
 * @module
 */

import { Agent, type IncomingMessage, request } from "node:http";
import { ConnectionError, type Received, type Transport } from "../transport.ts";

/** Returns a transport to the server on the socket at `path`, and a function that closes it. */
export function socketTransport(path: string): { transport: Transport; close: () => void } {
  const agent = new Agent({ keepAlive: true });
  const transport: Transport = (sent) =>
    new Promise<Received>((resolve, reject) => {
      const { method, headers, body, signal } = sent;
      const outgoing = request({
        socketPath: path,
        path: sent.path,
        method,
        agent,
        headers: {
          ...headers,
          ...(body !== undefined && { "content-length": new TextEncoder().encode(body).length }),
        },
      });
      const abort = () => {
        outgoing.destroy();
        reject(signal!.reason);
      };
      if (signal?.aborted) return abort();
      signal?.addEventListener("abort", abort, { once: true });
      outgoing.on("response", (incoming: IncomingMessage) => {
        const end = () => signal?.removeEventListener("abort", abort);
        incoming.once("close", end);
        resolve({
          status: incoming.statusCode ?? 0,
          text: () => textOf(incoming),
          chunks: () => incoming,
        });
      });
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        signal?.removeEventListener("abort", abort);
        const wasUnsent = ["ENOENT", "ECONNREFUSED", "EACCES"].includes(error.code ?? "");
        const message = `Cannot reach the server at ${path}: ${error.message}`;
        reject(new ConnectionError(message, wasUnsent, { cause: error }));
      });
      outgoing.end(body);
    });
  return { transport, close: () => agent.destroy() };
}

/** Reads an answer; its iterator would cost more than the rest of the call. */
function textOf(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    incoming.setEncoding("utf8");
    incoming.on("data", (chunk: string) => text += chunk);
    incoming.on("end", () => resolve(text));
    incoming.on("error", reject);
    incoming.on("aborted", () => reject(new ConnectionError("The answer broke off", false)));
  });
}
