/**
 * An agent of a client: its claims, locks and messages.
 *
 * @module
 */

import type { PathsCheck } from "../locks/views.ts";
import type { LockMode } from "../locks/types.ts";
import type { InboxPage } from "../messages/views.ts";
import type { Message } from "../messages/types.ts";
import type { DependencyReport, Task, TaskView } from "../tasks/types.ts";
import type { TaskPage } from "../tasks/views.ts";
import { type Connection, pause, type Request, ServerError } from "./connection.ts";
import { readEvents } from "./server_events.ts";

/** Runs a task: completes it with what it returns, or fails it by throwing. */
export type TaskFunction = (task: TaskView, claim: ClientClaim) => unknown;

/** Options of an acquire. */
export interface ClientAcquireOptions {
  /** Whether others may hold it at the same time. @default "exclusive" */
  readonly mode?: LockMode;
  /** Higher is sooner. @default 0 */
  readonly priority?: number;
  /** The number of units of a resource with a capacity. @default 1 */
  readonly units?: number;
  /** The limit of the wait, in milliseconds; 0 for none. @default 30_000 */
  readonly timeoutMs?: number;
  /** The length of the lease, in milliseconds; 0 for none. @default 0 */
  readonly leaseMs?: number;
  /** Whether the lease starts anew at each third of its length. @default true */
  readonly autoRenew?: boolean;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** Options of a claim. */
export interface ClientClaimOptions {
  /** The limit of the wait, in milliseconds; 0 asks once. @default no limit */
  readonly waitMs?: number;
  /** The only task to claim. @default any fit task */
  readonly taskId?: string;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** A grant as the server answers it. */
interface Grant {
  readonly resourceId: string;
  readonly epoch: number;
  readonly expiresAt: number | null;
}

/** The events by which a claim ends, whatever its agent has reported. */
const CLAIM_ENDS: ReadonlySet<string> = new Set([
  ...["task:completed", "task:failed", "task:cancelled", "task:backed-off", "task:requeued"],
  ...["task:snoozed", "task:blocked", "task:timed-out", "task:proposed"],
]);

/** The events by which a grant ends. */
const GRANT_ENDS: ReadonlySet<string> = new Set([
  ...["resource:released", "resource:expired", "resource:revoked"],
]);

/** The time between two heartbeats of an open claim, in milliseconds. */
const BEAT_MS = 10_000;

/** The part of a lease after which it is renewed. */
const RENEW_PART = 3;

/**
 * One incarnation of an agent. `await using` removes it at the end of the block: its tasks are requeued,
 * its locks released.
 */
export class ClientAgent implements AsyncDisposable {
  /** The id of the agent. */
  readonly agentId: string;
  /** Larger than that of any agent that was registered before. */
  readonly incarnation: number;
  /** Shows that a call is the agent's; a later process goes on with it. */
  readonly token: string;
  readonly #connection: Connection;
  readonly #stop = new AbortController();
  /** What is held, by its name and epoch; each is aborted when it is lost. */
  readonly #held = new Map<string, (reason: string) => void>();
  #running: Promise<void>[] = [];

  /**
   * Made by `registerAgent`.
   * @internal
   */
  constructor(
    connection: Connection,
    { agentId, incarnation, token }: { agentId: string; incarnation: number; token: string },
  ) {
    this.#connection = connection;
    this.agentId = agentId;
    this.incarnation = incarnation;
    this.token = token;
  }

  /** Aborts when the agent is closed, or the server knows it no more. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Shows that the agent is alive; needs no call while it holds a connection. */
  heartbeat(): Promise<void> {
    return this.#post(["agents", this.agentId, "heartbeat"]);
  }

  // Tasks

  /** Claims the next task, or returns the open claim; `undefined` when none came in time. */
  async claim<Input = unknown>(
    { waitMs = Infinity, taskId, signal = this.signal }: ClientClaimOptions = {},
  ): Promise<ClientClaim<Input> | undefined> {
    const body = taskId === undefined ? {} : { taskId };
    const request = { method: "POST", path: ["claims"], body, signal } as const;
    type Reply = { claim: ClaimData<Input> | null };
    const reply = await this.#connection.wait<Reply>(request, waitMs);
    if (reply === undefined || reply.claim === null) return undefined;
    return new ClientClaim<Input>(this, this.#connection, reply.claim);
  }

  /** Returns an open claim of the agent, or that of one task; `undefined` when there is none. */
  async openClaim(taskId?: string): Promise<ClientClaim | undefined> {
    const query = { agentId: this.agentId, status: "running" };
    const request = { method: "GET", path: ["tasks"], query } as const;
    const { tasks } = await this.#connection.call<TaskPage>(request);
    const task = taskId === undefined ? tasks[0] : tasks.find(({ id }) => id === taskId);
    if (task === undefined) return undefined;
    return this.claimOf({ task, epoch: task.epoch, attempt: task.attempts, dependencies: [] });
  }

  /**
   * Returns a claim that a former process has made.
   * @internal
   */
  claimOf<Input>(data: ClaimData<Input>): ClientClaim<Input> {
    const claim = new ClientClaim<Input>(this, this.#connection, data);
    claim.leave();
    return claim;
  }

  /**
   * Claims tasks and calls `handler` with each, `slots` at a time, until the agent is closed.
   * @internal
   */
  run(handler: TaskFunction, slots: number): void {
    this.#running = Array.from({ length: slots }, () => this.#work(handler));
  }

  // Locks

  /** Acquires a lock. */
  acquire(resourceId: string, options: ClientAcquireOptions = {}): Promise<ClientLock> {
    return this.lock(["locks", resourceId], {}, options);
  }

  /** Acquires a lock without waiting; `undefined` when others hold it. */
  async tryAcquire(
    resourceId: string,
    options: ClientAcquireOptions = {},
  ): Promise<ClientLock | undefined> {
    try {
      return await this.lock(["locks", resourceId], {}, options, true);
    } catch (error) {
      if (error instanceof ServerError && error.code === "held") return undefined;
      throw error;
    }
  }

  /** Acquires a set of paths. */
  acquirePaths(
    paths: readonly string[],
    options: Omit<ClientAcquireOptions, "units"> = {},
  ): Promise<ClientLock> {
    return this.lock(["reservations"], { paths }, options);
  }

  /**
   * Acquires a set of paths without waiting.
   *
   * @throws {ServerError} with the code `held` and what is in the way, when others hold some of them
   */
  tryAcquirePaths(
    paths: readonly string[],
    options: Omit<ClientAcquireOptions, "units"> = {},
  ): Promise<ClientLock> {
    return this.lock(["reservations"], { paths }, options, true);
  }

  /** Releases the reservation of the same paths, or all of the agent; resolves to their ids. */
  async releasePaths(paths?: readonly string[]): Promise<string[]> {
    const resourceId = paths === undefined ? undefined : (await this.checkPaths(paths)).resourceId;
    const request: Request = {
      method: "DELETE",
      path: ["reservations"],
      query: { resourceId },
      isIdempotent: paths === undefined,
    };
    return (await this.#connection.call<{ released: string[] }>(request)).released;
  }

  /** Returns what is in the way of a request for paths. */
  checkPaths(paths: readonly string[], { mode }: { mode?: LockMode } = {}): Promise<PathsCheck> {
    return this.#post(["reservations", "check"], { paths, mode });
  }

  /** Releases a lock by its name. */
  release(resourceId: string, epoch?: number): Promise<void> {
    const path = ["locks", resourceId];
    return this.#connection.call({ method: "DELETE", path, query: { epoch }, isIdempotent: false });
  }

  /** Starts the lease of a lock anew; resolves to the time when it ends. */
  async renew(resourceId: string, leaseMs?: number, epoch?: number): Promise<number> {
    const path = ["locks", resourceId, "renewal"];
    const { expiresAt } = await this.#post<{ expiresAt: number | null }>(path, { leaseMs, epoch });
    return expiresAt ?? Infinity;
  }

  // Messages

  /** Sends a message, and resolves with its id. */
  async send(to: string, payload: unknown, options: object = {}): Promise<string> {
    const body = { id: crypto.randomUUID(), ...options, to, payload };
    return (await this.#post<{ messageId: string }>(["messages"], body)).messageId;
  }

  /** Sends a request, and resolves with the response. */
  async request<Response = unknown>(
    to: string,
    payload: unknown,
    options: { timeoutMs?: number; metadata?: unknown; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const { signal, timeoutMs = 10_000, metadata } = options;
    const body = { to, payload, timeoutMs, metadata };
    const request = {
      method: "POST",
      path: ["requests"],
      body,
      signal,
      isIdempotent: false,
    } as const;
    const reply = await this.#connection.wait<{ response: Response }>(request, Infinity);
    return reply!.response;
  }

  /** Answers a request; resolves to whether it still waited. */
  async sendResponse(messageId: string, response: unknown): Promise<boolean> {
    const path = ["messages", messageId, "response"];
    return (await this.#post<{ accepted: boolean }>(path, { response })).accepted;
  }

  /** Answers a request with an error. */
  async rejectRequest(messageId: string, error: unknown): Promise<boolean> {
    const path = ["messages", messageId, "response"];
    return (await this.#post<{ accepted: boolean }>(path, { error: dataOf(error) })).accepted;
  }

  /** Receives the next message, which has to be acked; `undefined` when none came in time. */
  async receive<Payload = unknown>(
    { waitMs = 0, timeoutMs, ack, signal }: {
      /** The limit of the wait, in milliseconds. @default 0 */
      waitMs?: number;
      /** The time to acknowledge it, in milliseconds. @default that of the server */
      timeoutMs?: number;
      /** The epoch of a message to acknowledge first. */
      ack?: number;
      /** Ends the wait. */
      signal?: AbortSignal;
    } = {},
  ): Promise<ClientMessage<Payload> | undefined> {
    const body = { timeoutMs, ack };
    const request = { method: "POST", path: ["inbox", "next"], body, signal } as const;
    const reply = await this.#connection.wait<{ message: Message<Payload> | null }>(
      request,
      waitMs,
    );
    if (reply === undefined || reply.message === null) return undefined;
    return new ClientMessage(this.#connection, reply.message);
  }

  /** Lists the messages that wait, and acknowledges none. */
  inbox(options: { after?: number; limit?: number } = {}): Promise<InboxPage> {
    return this.#connection.call({ method: "GET", path: ["inbox"], query: options });
  }

  /** Subscribes to a topic. Idempotent. */
  subscribeTopic(topic: string): Promise<void> {
    return this.#connection.call({ method: "PUT", path: ["topics", topic, "subscription"] });
  }

  /** Unsubscribes from a topic. Idempotent. */
  unsubscribeTopic(topic: string): Promise<void> {
    return this.#connection.call({ method: "DELETE", path: ["topics", topic, "subscription"] });
  }

  /** Stops, and leaves what the agent has to a later process with its token. */
  async disconnect(): Promise<void> {
    this.#stop.abort(new Error("the agent is closed"));
    await Promise.all(this.#running);
  }

  /** Stops, and removes the agent. A no-op when it is gone already. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.disconnect();
    const path = ["agents", this.agentId];
    try {
      await this.#connection.call({ method: "DELETE", path, isIdempotent: false });
    } catch (error) {
      if (!(error instanceof ServerError && error.status < 500)) throw error;
    }
  }

  /**
   * Holds a connection until the agent is closed, and opens it again when it is lost.
   * @internal
   */
  async connect(): Promise<void> {
    const open = () =>
      this.#connection.stream({ method: "GET", path: ["presence"], signal: this.signal });
    const first = await open();
    this.#listen(first, open).catch((error) => this.#stop.abort(error));
  }

  /**
   * Acquires what `path` names.
   * @internal
   */
  async lock(
    path: readonly string[],
    body: object,
    { autoRenew = true, signal = this.signal, timeoutMs = 30_000, ...options }:
      ClientAcquireOptions,
    isAtOnce = false,
  ): Promise<ClientLock> {
    const limit = isAtOnce ? {} : { timeoutMs };
    const request: Request = {
      method: "POST",
      path,
      body: { ...body, ...options, ...limit },
      signal,
    };
    const grant = isAtOnce
      ? await this.#connection.call<Grant>(request)
      : await this.#connection.wait<Grant>(request, Infinity);
    return new ClientLock(this, grant!, autoRenew ? options.leaseMs ?? 0 : 0);
  }

  /**
   * Calls `lose` when the server ends a claim or a grant.
   * @internal
   */
  watch(name: string, epoch: number, lose: (reason: string) => void): void {
    this.#held.set(`${epoch} ${name}`, lose);
  }

  /**
   * Undoes {@linkcode watch}.
   * @internal
   */
  unwatch(name: string, epoch: number): void {
    this.#held.delete(`${epoch} ${name}`);
  }

  async #listen(
    first: AsyncIterable<Uint8Array>,
    open: () => Promise<AsyncIterable<Uint8Array>>,
  ): Promise<void> {
    let stream: AsyncIterable<Uint8Array> | undefined = first;
    while (!this.signal.aborted) {
      try {
        stream ??= await open();
        for await (const { event, data } of readEvents(stream)) {
          this.#notice(event, JSON.parse(data));
        }
      } catch (error) {
        // 404 and 409: the agent is gone, or another one has its name.
        if (error instanceof ServerError && error.status < 500) throw error;
      }
      stream = undefined;
      await pause(500, this.signal).catch(() => {});
    }
  }

  #notice(event: string, { taskId, resourceId, epoch }: Record<string, unknown>): void {
    const name = CLAIM_ENDS.has(event) ? taskId : GRANT_ENDS.has(event) ? resourceId : undefined;
    if (name === undefined) return;
    this.#held.get(`${epoch} ${name}`)?.(`the server says ${event}`);
  }

  async #work(handler: TaskFunction): Promise<void> {
    while (!this.signal.aborted) {
      try {
        const claim = await this.claim();
        if (claim === undefined) continue;
        try {
          await claim.complete(await handler(claim.task, claim));
        } catch (error) {
          if (claim.signal.aborted) continue;
          await claim.fail(error);
        }
      } catch (error) {
        if (this.signal.aborted) return;
        if (error instanceof ServerError && error.status < 500) return this.#stop.abort(error);
        await pause(500, this.signal).catch(() => {});
      }
    }
  }

  #post<Reply = void>(path: readonly string[], body?: unknown): Promise<Reply> {
    return this.#connection.call({ method: "POST", path, body });
  }
}

/** A claim as the server answers it. */
export interface ClaimData<Input> {
  readonly task: TaskView<Input>;
  readonly epoch: number;
  readonly attempt: number;
  readonly dependencies: readonly DependencyReport[];
}

/** A claim of an agent: its right to run one attempt of a task. */
export class ClientClaim<Input = unknown> implements AsyncDisposable {
  /** The task, as it was when it was claimed. */
  readonly task: TaskView<Input>;
  /** The fencing token of the claim. */
  readonly epoch: number;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** The dependencies of the task, with their results, notes and summaries. */
  readonly dependencies: readonly DependencyReport[];
  readonly #agent: ClientAgent;
  readonly #connection: Connection;
  readonly #controller = new AbortController();
  #summary: string | undefined;
  #isOver = false;
  readonly #timer: ReturnType<typeof setInterval>;

  /**
   * Made by `claim`.
   * @internal
   */
  constructor(agent: ClientAgent, connection: Connection, data: ClaimData<Input>) {
    this.#agent = agent;
    this.#connection = connection;
    this.task = data.task;
    this.epoch = data.epoch;
    this.attempt = data.attempt;
    this.dependencies = data.dependencies;
    agent.watch(this.task.id, this.epoch, (reason) => {
      if (!this.#isOver) this.#controller.abort(new Error(`The claim is lost: ${reason}`));
      this.#end();
    });
    this.#timer = setInterval(() => void this.heartbeat().catch(ignore), BEAT_MS);
  }

  /** Sends no more heartbeats: another process goes on with the claim. */
  leave(): void {
    clearInterval(this.#timer);
  }

  /** Aborts when the claim is lost. Needs the connection of the agent. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Reports that the attempt is alive. */
  heartbeat(): Promise<void> {
    return this.#report("heartbeat", {});
  }

  /** Reports the progress of the attempt. */
  progress(progress: unknown): Promise<void> {
    return this.#report("progress", { progress });
  }

  /** Adds a note to the task. */
  note(text: string): Promise<void> {
    return this.#report("notes", { text }, false);
  }

  /** Reports what the attempt has spent, for budgets. */
  spend(counters: Readonly<Record<string, number>>): Promise<void> {
    return this.#report("spent", { counters }, false);
  }

  /** Submits a child, which is cancelled when this claim ends. */
  async submit(task: Task): Promise<TaskView> {
    return await this.#report("children", {
      task: { idempotencyKey: crypto.randomUUID(), ...task },
    });
  }

  /** Acquires a lock for this attempt; it is released when the attempt ends, at the latest. */
  acquire(resourceId: string, options: ClientAcquireOptions = {}): Promise<ClientLock> {
    return this.#agent.lock(["locks", resourceId], { task: this.#name }, options);
  }

  /** Acquires a set of paths, likewise. */
  acquirePaths(
    paths: readonly string[],
    options: Omit<ClientAcquireOptions, "units"> = {},
  ): Promise<ClientLock> {
    return this.#agent.lock(["reservations"], { paths, task: this.#name }, options);
  }

  /** Sets the summary that goes with the result of {@linkcode complete}. */
  summarize(text: string): void {
    this.#summary = text;
  }

  /** Acquires a set of paths without waiting; see {@linkcode ClientAgent.tryAcquirePaths}. */
  tryAcquirePaths(
    paths: readonly string[],
    options: Omit<ClientAcquireOptions, "units"> = {},
  ): Promise<ClientLock> {
    return this.#agent.lock(["reservations"], { paths, task: this.#name }, options, true);
  }

  /** Completes the task. */
  complete(result?: unknown): Promise<void> {
    return this.#finish({ outcome: "completed", result, summary: this.#summary });
  }

  /**
   * Fails the attempt: another one follows, unless no retry is left, or the `code` of the error is
   * `non-retryable`, as that of a `NonRetryableError` is.
   */
  fail(error: unknown): Promise<void> {
    const retry = (error as { code?: unknown } | null)?.code !== "non-retryable";
    return this.#finish({ outcome: "failed", error: dataOf(error), retry });
  }

  /** Ends the attempt, which is to go on after `delayMs` milliseconds. */
  snooze(delayMs: number): Promise<void> {
    return this.#finish({ outcome: "snoozed", delayMs });
  }

  /** Ends the attempt until its question is answered. */
  block(question: unknown): Promise<void> {
    return this.#finish({ outcome: "blocked", question });
  }

  /** Gives the claim back: the task is ready again. */
  release(reason?: string): Promise<void> {
    return this.#finish({ outcome: "released", reason });
  }

  /** Gives the claim back if it is open. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    await this.release().catch((error) => {
      if (!(error instanceof ServerError && error.status < 500)) throw error;
    });
  }

  get #name(): { taskId: string; epoch: number } {
    return { taskId: this.task.id, epoch: this.epoch };
  }

  async #finish(body: object): Promise<void> {
    const wasOver = this.#isOver;
    this.#isOver = true;
    try {
      await this.#report("outcome", body);
      this.#end();
    } catch (error) {
      this.#isOver = wasOver;
      throw error;
    }
  }

  #end(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#agent.unwatch(this.task.id, this.epoch);
  }

  #report<Reply = void>(what: string, body: object, isIdempotent = true): Promise<Reply> {
    return this.#connection.call({
      method: "POST",
      path: ["tasks", this.task.id, what],
      body: { ...body, epoch: this.epoch },
      isIdempotent,
    });
  }
}

/** A lock that is held, under an epoch. */
export class ClientLock implements AsyncDisposable {
  /** The id of the resource. */
  readonly resource: string;
  /** The fencing number. */
  readonly epoch: number;
  /** The id of the agent that holds it. */
  readonly agent: string;
  readonly #agent: ClientAgent;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;
  #isReleased = false;

  /**
   * Made by `acquire`.
   * @internal
   */
  constructor(agent: ClientAgent, { resourceId, epoch }: Grant, leaseMs: number) {
    this.#agent = agent;
    this.agent = agent.agentId;
    this.resource = resourceId;
    this.epoch = epoch;
    agent.watch(resourceId, epoch, (reason) => {
      if (!this.#isReleased) this.#controller.abort(new Error(`The lock is lost: ${reason}`));
      this.#end();
    });
    if (leaseMs > 0) {
      this.#timer = setInterval(() => void this.renew().catch(ignore), leaseMs / RENEW_PART);
    }
  }

  /** Renews the lease no more: another process goes on with the lock. */
  leave(): void {
    clearInterval(this.#timer);
  }

  /** Aborts when the lock is lost. Needs the connection of the agent. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts the lease anew; resolves to the time when it ends. */
  renew(leaseMs?: number): Promise<number> {
    return this.#agent.renew(this.resource, leaseMs, this.epoch);
  }

  /** Releases the lock. */
  async release(): Promise<void> {
    this.#isReleased = true;
    await this.#agent.release(this.resource, this.epoch);
    this.#end();
  }

  /** Releases the lock if it is still held. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isReleased || this.signal.aborted) return;
    await this.release().catch((error) => {
      if (!(error instanceof ServerError && error.status < 500)) throw error;
    });
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#agent.unwatch(this.resource, this.epoch);
  }
}

/** A message that was received, and has to be acked. */
export class ClientMessage<Payload = unknown> {
  /** The message. */
  readonly message: Message<Payload>;
  readonly #connection: Connection;

  /**
   * Made by `receive`.
   * @internal
   */
  constructor(connection: Connection, message: Message<Payload>) {
    this.#connection = connection;
    this.message = message;
  }

  /** Acknowledges the message. */
  ack(): Promise<void> {
    return this.#report({});
  }

  /** Returns the message, which is delivered again. */
  nack(error: unknown = "it was returned"): Promise<void> {
    return this.#report({ error: dataOf(error) });
  }

  #report(body: object): Promise<void> {
    const { epoch } = this.message;
    const path = ["inbox", "ack"];
    return this.#connection.call({ method: "POST", path, body: { ...body, epoch } });
  }
}

/** Returns an error as the server reads it. */
function dataOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, code, data } = error as Error & { code?: unknown; data?: unknown };
  return { name, message, code, data };
}

function ignore(): void {}
