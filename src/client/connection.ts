/**
 * A connection to a server: sends calls, retries those that may be repeated, and turns problems into
 * errors.
 *
 * @module
 */

import { ConnectionError, type Received, type Transport } from "./transport.ts";

/** Options of a connection. */
export interface ConnectionOptions {
  /** The token of an operator or an agent. @default none, as a socket needs none */
  readonly token?: string | undefined;
  /**
   * The time for which a call is retried while the server can't be reached, or refuses it as there were too
   * many, in milliseconds. @default 30_000
   */
  readonly retryMs?: number | undefined;
  /** The name of the operator, which the journal has with what is called. @default "operator" */
  readonly user?: string | undefined;
}

/** A call of the HTTP API. */
export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/v1`; each value is one segment. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly body?: unknown;
  readonly key?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether the same call twice does what it does once. @default true */
  readonly isIdempotent?: boolean;
}

/**
 * An error that the server answered, with the `code` and the data of the error of the façade. A
 * `DeadlockError` of a manager, for example, has the code `deadlock` and a `cycle` in both places.
 */
export class ServerError extends Error {
  /** The name of the class. */
  override name = "ServerError";
  /** Stable, unlike the message. */
  readonly code: string;
  /** The status of the answer. */
  readonly status: number;
  /** The data of the error. */
  readonly data: Readonly<Record<string, unknown>>;

  /** Makes the error of a problem. */
  constructor(problem: Record<string, unknown>, status: number) {
    const { code, detail, type: _, title: __, status: ___, ...data } = problem;
    super(String(detail ?? `The server answered ${status}`));
    this.code = String(code ?? "unknown");
    this.status = status;
    this.data = data;
  }
}

/** Codes of a server that ends or starts: the next one answers. */
const TEMPORARY: ReadonlySet<string> = new Set([
  ...["closed", "uninitialized", "journal", "journal-replaced", "session-expired", "overloaded"],
  "outcome-unknown",
]);

const RETRY_MS = 30_000;

/** Sends calls to a server. */
export class Connection {
  readonly #transport: Transport;
  readonly #retryMs: number;
  /** Headers of all calls. */
  readonly #headers: Readonly<Record<string, string>>;

  constructor(transport: Transport, { token, retryMs = RETRY_MS, user }: ConnectionOptions = {}) {
    this.#transport = transport;
    this.#retryMs = retryMs;
    this.#headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(user !== undefined && { "lockstep-user": encodeURIComponent(user) }),
    };
  }

  /** Returns a connection to the same server with the token of an agent. */
  as(token: string): Connection {
    return new Connection(this.#transport, { token, retryMs: this.#retryMs });
  }

  /**
   * Calls an operation, and resolves with its answer; `undefined` for an empty one.
   *
   * @throws {ServerError} when the server answers with a problem
   * @throws {ConnectionError} when it can't be reached for as long as calls are retried
   */
  async call<Reply>(request: Request): Promise<Reply> {
    const { status, text } = await this.#retried(request);
    const reply: unknown = text === "" ? undefined : parsed(text);
    if (status >= 400) throw new ServerError((reply ?? {}) as Record<string, unknown>, status);
    return reply as Reply;
  }

  /**
   * Calls an operation that may answer 202, and waits with its ticket until it has answered, `waitMs`
   * have passed, or `signal` aborts. Resolves with `undefined` when the time has passed; the place is
   * given up then, so that nothing is granted to a caller that has gone on.
   */
  async wait<Reply>(request: Request, waitMs: number): Promise<Reply | undefined> {
    const until = Date.now() + waitMs;
    let ticket: string | undefined;
    while (true) {
      const leftMs = Math.max(0, Math.min(LONGEST_WAIT_MS, until - Date.now()));
      const isLast = leftMs >= until - Date.now();
      const query = { ...request.query, wait: `${Math.ceil(leftMs)}ms`, ticket };
      const reply = await this.call<{ ticket?: string } & Reply>({ ...request, query });
      if (typeof reply?.ticket !== "string" || !("keptUntil" in reply)) return reply;
      ticket = reply.ticket;
      if (isLast) return await this.#last<Reply>(request, ticket);
    }
  }

  /** Gives up the place of a ticket, and resolves with what it has led to, if it has. */
  async #last<Reply>(request: Request, ticket: string): Promise<Reply | undefined> {
    const query = { ...request.query, wait: "0s", keep: GIVEN_UP, ticket };
    try {
      const reply = await this.call<{ ticket?: string } & Reply>({ ...request, query });
      return typeof reply?.ticket === "string" && "keptUntil" in reply ? undefined : reply;
    } catch (error) {
      if (error instanceof ServerError && error.status < 500) return undefined; // it has lapsed
      throw error;
    }
  }

  /** Opens a stream. @throws as {@linkcode call} does; it is retried only after too many calls */
  async stream(request: Request): Promise<AsyncIterable<Uint8Array>> {
    const until = Date.now() + this.#retryMs;
    while (true) {
      const received = await this.#send(request);
      const { status } = received;
      if (status < 400) return received.chunks();
      const text = await received.text();
      const pauseMs = status === 429 ? pauseIn(text) : undefined;
      if (pauseMs === undefined || Date.now() + pauseMs >= until) {
        throw new ServerError(parsed(text) as Record<string, unknown>, status);
      }
      await pause(pauseMs, request.signal);
    }
  }

  async #retried(request: Request): Promise<{ status: number; text: string }> {
    const until = Date.now() + this.#retryMs;
    for (let backoffMs = 50;; backoffMs = Math.min(1000, backoffMs * 2)) {
      let pauseMs = backoffMs;
      try {
        const received = await this.#send(request);
        const { status } = received;
        const text = await received.text();
        if (status === 429) {
          // Nothing of the call was done, so it is retried also when it is not idempotent.
          const askedMs = pauseIn(text);
          if (askedMs === undefined || Date.now() + askedMs >= until) return { status, text };
          pauseMs = Math.max(askedMs, backoffMs * Math.random());
        } else if (status !== 503 || Date.now() >= until || !isTemporary(text)) {
          return { status, text };
        }
      } catch (error) {
        const { isIdempotent = true, signal } = request;
        const wasUnsent = error instanceof ConnectionError && error.wasUnsent;
        const isLost = error instanceof ConnectionError || isCut(error);
        const mayRetry = wasUnsent || isIdempotent && isLost;
        if (signal?.aborted || !mayRetry) throw error;
        if (Date.now() >= until) throw error;
      }
      await pause(pauseMs, request.signal);
    }
  }

  #send({ method, path, query = {}, body, key, signal }: Request): Promise<Received> {
    const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]));
    return this.#transport({
      method,
      path: `/v1/${path.map(encodeURIComponent).join("/")}${pairs.length > 0 ? `?${search}` : ""}`,
      headers: {
        ...this.#headers,
        ...(key !== undefined && { "idempotency-key": key }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  }
}

/** The time for which a place is kept that is given up: the shortest that there is. */
const GIVEN_UP = "1ms";

/** The longest wait of one call, in milliseconds. */
const LONGEST_WAIT_MS = 40_000;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { detail: "The server answered with no JSON" };
  }
}

function isTemporary(text: string): boolean {
  return TEMPORARY.has(String((parsed(text) as { code?: unknown }).code));
}

/** Returns the pause that a server asks a caller for that calls too often; `undefined` for other problems. */
function pauseIn(text: string): number | undefined {
  const { code, retryAfterMs } = parsed(text) as { code?: unknown; retryAfterMs?: unknown };
  return code === "too-many-calls" ? Number(retryAfterMs) : undefined;
}

/** Whether an answer broke off while it was read. */
function isCut(error: unknown): boolean {
  return error instanceof TypeError || (error as { code?: string }).code === "ECONNRESET";
}

/** Resolves after `ms`. @throws the reason of `signal` when it aborts */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
