/**
 * Sends requests to a server, over `fetch` or a socket.
 *
 * @module
 */

/** A request as a transport sends it. */
export interface Sent {
  /** The method, such as `GET`. */
  readonly method: string;
  /** The path with its query, such as `/v1/tasks?limit=10`. */
  readonly path: string;
  /** The headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body. */
  readonly body: string | undefined;
  /** Ends the request. */
  readonly signal: AbortSignal | undefined;
}

/** The answer to a request. */
export interface Received {
  /** The status. */
  readonly status: number;
  /** The whole of it; it is read once, or its chunks are. */
  text(): Promise<string>;
  /** Its chunks as they come. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** Sends a request. Rejects with a `ConnectionError` when no answer came. */
export type Transport = (request: Sent) => Promise<Received>;

/** No answer came from the server. */
export class ConnectionError extends Error {
  /** The name of the class. */
  override name = "ConnectionError";
  /** Stable, unlike the message. */
  readonly code = "no-server";
  /** Whether the request certainly did not reach the server. */
  readonly wasUnsent: boolean;

  /** Makes the error of one request. */
  constructor(message: string, wasUnsent: boolean, options?: ErrorOptions) {
    super(message, options);
    this.wasUnsent = wasUnsent;
  }
}

/** Returns a transport to the server at `url`, such as `http://127.0.0.1:4000`. */
export function fetchTransport(url: string): Transport {
  const base = url.replace(/\/$/, "");
  return async ({ method, path, headers, body, signal }) => {
    try {
      const response = await fetch(base + path, {
        method,
        headers,
        ...(body !== undefined && { body }),
        ...(signal !== undefined && { signal }),
      });
      return {
        status: response.status,
        text: () => response.text(),
        chunks: () => chunksOf(response.body, signal),
      };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw new ConnectionError(`Cannot reach ${base}: ${(error as Error).message}`, false, {
        cause: error,
      });
    }
  };
}

/**
 * Yields the chunks of an answer until `signal` aborts. It cancels the answer itself, as the signal that
 * `fetch` was given no longer reaches it on Deno once the request was garbage-collected.
 */
async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(ignore);
  signal?.addEventListener("abort", cancel);
  if (signal?.aborted) cancel();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    cancel();
  }
}

function ignore(): void {}
