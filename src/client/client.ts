/**
 * A client of a server: the calls of a `CoordinationManager` over HTTP. It imports no machine.
 *
 * @module
 */

import type { AgentProfile } from "../agents/types.ts";
import type { MemberView } from "../agents/views.ts";
import type { Explanation, Explicable } from "../coordination/explain.ts";
import type { CoordinationHealth } from "../coordination/health.ts";
import type { HolderView, PathsCheck, WaiterView } from "../locks/views.ts";
import type { LockMode } from "../locks/types.ts";
import type { Budget, BudgetView, KeyLimit, LimitView } from "../tasks/limits.ts";
import type { ScheduleOptions, ScheduleView, Task, TaskView } from "../tasks/types.ts";
import type { TaskChanges } from "../tasks/mod.ts";
import type { TaskFilter, TaskListOptions, TaskPage } from "../tasks/views.ts";
import type { ServerInfo } from "../service/info.ts";
import { ClientAgent, type TaskFunction } from "./agent.ts";
import { Connection, type ConnectionOptions, pause, ServerError } from "./connection.ts";
import { readEvents, readLines } from "./server_events.ts";
import { fetchTransport, type Transport } from "./transport.ts";

/** The name under which the people who run a server send and receive messages. */
const HUMAN = "human";

/** An event of the journal. */
export interface PastEvent {
  /** The place of the command that emitted it, such as `17:0`. */
  readonly place: string;
  /** Its number among all events of the journal. */
  readonly sequence: number;
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The event. */
  readonly event: { readonly type: string };
  /** The event in one line. */
  readonly description: string;
}

/** Options of {@linkcode LockstepClient}. */
export interface ClientOptions extends ConnectionOptions {
  /** The address of the server, such as `http://127.0.0.1:4000`. */
  readonly url?: string;
  /** Sends requests, in place of `fetch`. */
  readonly transport?: Transport;
}

/** An event of the server, with its sequence number and its time. */
export interface ClientEvent {
  /** The name of the event; `gap` when events are missing. */
  readonly event: string;
  /** Its number among all events of the server; -1 for a gap. */
  readonly sequence: number;
  /** When it happened, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The payload. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A lock with its holders and its queue. */
export interface LockState {
  /** The id of the resource. */
  readonly resourceId: string;
  /** The patterns of a reservation of paths. */
  readonly paths?: readonly string[];
  /** Its holders, oldest first. */
  readonly holders: readonly HolderView[];
  /** Its waiters, in the order in which they are served. */
  readonly waiters: readonly WaiterView[];
}

/** Options of {@linkcode LockstepClient.registerAgent}. */
export interface ClientAgentOptions {
  /** The token of an agent to go on as. @default a new agent */
  readonly token?: string;
  /** Whether to go on as the agent of that id, if no connection holds it. @default false */
  readonly resume?: boolean;
  /** Whether to hold a connection, whose loss makes the agent suspect at once. @default true */
  readonly isPresent?: boolean;
}

/**
 * Calls a server, as an operator. Agents make their calls through what `registerAgent` returns.
 *
 * While the server can't be reached, as it is restarted, calls that may be repeated are retried.
 *
 * @example
 * ```ts
 * import { LockstepClient } from "@lockstep/lockstep/client";
 * import { findHome, startServer } from "@lockstep/lockstep/server";
 *
 * const home = findHome({ dir: Deno.makeTempDirSync(), create: true });
 * await using server = await startServer(home);
 * const client = new LockstepClient({ url: server.info.url!, token: server.token });
 *
 * await using agent = await client.registerAgent({ id: "writer" });
 * const { result } = await client.submit({ id: "intro", input: 20 });
 * const claim = await agent.claim({ waitMs: 1_000 });
 * await claim?.complete(21);
 * console.log(await result); // 21
 * ```
 */
export class LockstepClient {
  readonly #connection: Connection;
  readonly #transport: Transport;
  readonly #retryMs: number | undefined;

  /** Connects when the first call is made. */
  constructor({ url, transport, ...options }: ClientOptions) {
    if ((url === undefined) === (transport === undefined)) {
      throw new TypeError("Cannot create a client: either url or transport must be given");
    }
    this.#transport = transport ?? fetchTransport(url!);
    this.#retryMs = options.retryMs;
    this.#connection = new Connection(this.#transport, options);
  }

  /**
   * Returns a client of the same server that makes its calls with the token of an agent.
   * @internal
   */
  withToken(token: string): LockstepClient {
    return new LockstepClient({ transport: this.#transport, retryMs: this.#retryMs, token });
  }

  /** Returns what serves the calls. */
  server(): Promise<ServerInfo> {
    return this.#connection.call({ method: "GET", path: ["server"] });
  }

  /**
   * Makes a link that opens the dashboard in a browser, once and within a minute. For operators.
   *
   * @param name the person who will use it, for the journal
   */
  async openLink(name?: string): Promise<{ readonly url: string; readonly until: number }> {
    const body = name === undefined ? {} : { name };
    return await this.#connection.call({ method: "POST", path: ["links"], body });
  }

  /** Ends the server, once what is under way is answered. */
  async stop(): Promise<void> {
    await this.#connection.call({ method: "POST", path: ["stop"] });
  }

  // Agents

  /**
   * Registers an agent, in pull mode by default. With a `handler` the client claims tasks for it, one for
   * each of its `maxConcurrentTasks`, and calls the handler with each.
   */
  async registerAgent(
    profile: Partial<AgentProfile> = {},
    handler?: TaskFunction,
    { token, resume, isPresent = true }: ClientAgentOptions = {},
  ): Promise<ClientAgent> {
    const connection = token === undefined ? this.#connection : this.#connection.as(token);
    const registered = await connection.call<
      { agentId: string; incarnation: number; token: string }
    >({
      method: "POST",
      path: ["agents"],
      body: { ...profile, ...(resume && { resume }), ...(handler && { mode: "pull" }) },
      isIdempotent: token !== undefined || resume === true,
    });
    const agent = new ClientAgent(this.#connection.as(registered.token), registered);
    if (isPresent) await agent.connect();
    if (handler !== undefined) agent.run(handler, profile.maxConcurrentTasks ?? 1);
    return agent;
  }

  /**
   * Returns the agent with a token, which a former process has registered. It holds no connection until
   * it is registered again.
   *
   * @throws {TypeError} when the token is malformed
   */
  agent(token: string): ClientAgent {
    const [name = "", incarnation = ""] = token.split(".");
    try {
      const bytes = Uint8Array.from(
        atob(name.replaceAll("-", "+").replaceAll("_", "/")),
        (character) => character.charCodeAt(0),
      );
      const agentId = new TextDecoder().decode(bytes);
      const data = { agentId, incarnation: Number(incarnation), token };
      return new ClientAgent(this.#connection.as(token), data);
    } catch {
      throw new TypeError("Cannot act as an agent: token must be one that registerAgent returned");
    }
  }

  /** Removes an agent; its tasks are requeued and its locks released. */
  removeAgent(agentId: string, reason?: string): Promise<void> {
    return this.#connection.call({
      method: "DELETE",
      path: ["agents", agentId],
      query: { reason },
    });
  }

  /** Drains an agent. */
  drainAgent(agentId: string, reason?: string): Promise<void> {
    return this.#post(["agents", agentId, "drain"], { reason });
  }

  /** Cordons an agent. */
  cordonAgent(agentId: string, reason?: string): Promise<void> {
    return this.#post(["agents", agentId, "cordon"], { reason });
  }

  /** Undoes {@linkcode cordonAgent}. */
  uncordonAgent(agentId: string): Promise<void> {
    return this.#post(["agents", agentId, "uncordon"]);
  }

  /** Returns an agent; `undefined` when it is no member. */
  getAgent(agentId: string): Promise<MemberView | undefined> {
    return orUndefined(this.#connection.call({ method: "GET", path: ["agents", agentId] }));
  }

  /** Lists agents by the page. */
  async listAgents(
    options: { status?: MemberView["status"]; after?: number; limit?: number } = {},
  ): Promise<MemberView[]> {
    const { agents } = await this.#connection.call<{ agents: MemberView[] }>({
      method: "GET",
      path: ["agents"],
      query: options,
    });
    return agents;
  }

  // Tasks

  /** Submits a task; its `result` waits for its end. */
  async submit<Result = unknown>(task: Task): Promise<ClientTaskHandle<Result>> {
    const { runAt, ...rest } = task;
    const body = runAt === undefined ? rest : { ...rest, runAt: Number(runAt) };
    const key = task.idempotencyKey ?? crypto.randomUUID();
    const view = await this.#connection.call<TaskView>({
      method: "POST",
      path: ["tasks"],
      body,
      key,
    });
    return new ClientTaskHandle<Result>(this.#connection, view.id);
  }

  /** Returns a task; `undefined` when it is not known. */
  getTask(taskId: string): Promise<TaskView | undefined> {
    return orUndefined(this.#connection.call({ method: "GET", path: ["tasks", taskId] }));
  }

  /** Lists tasks by the page. */
  listTasks(options: TaskListOptions = {}): Promise<TaskPage> {
    return this.#connection.call({ method: "GET", path: ["tasks"], query: { ...options } });
  }

  /** Changes what a task that has not ended says, and what it needs until it starts. */
  async amendTask(taskId: string, changes: TaskChanges): Promise<void> {
    await this.#connection.call({ method: "PATCH", path: ["tasks", taskId], body: changes });
  }

  /** Changes the priority of a task. */
  async setTaskPriority(taskId: string, priority: number): Promise<void> {
    const path = ["tasks", taskId];
    await this.#connection.call({ method: "PATCH", path, body: { priority } });
  }

  /** Cancels a task. */
  cancelTask(taskId: string, reason?: string): Promise<void> {
    return this.#connection.call({ method: "DELETE", path: ["tasks", taskId], query: { reason } });
  }

  /** Answers the question of a blocked task. */
  answerTask(taskId: string, answer: unknown): Promise<void> {
    return this.#post(["tasks", taskId, "answer"], { answer }, false);
  }

  /** Accepts the result of a task. */
  acceptResult(taskId: string): Promise<void> {
    return this.#post(["tasks", taskId, "acceptance"], { accepted: true }, false);
  }

  /** Rejects the result of a task. */
  rejectResult(taskId: string, reason?: string): Promise<void> {
    return this.#post(["tasks", taskId, "acceptance"], { accepted: false, reason }, false);
  }

  /** Submits a finished task once more. */
  async retryTask<Result = unknown>(taskId: string): Promise<ClientTaskHandle<Result>> {
    await this.#post(["tasks", taskId, "retry"], undefined, false);
    return new ClientTaskHandle<Result>(this.#connection, taskId);
  }

  /** Submits the finished tasks that match once more. */
  async retryTasks(filter: TaskFilter = {}): Promise<ClientTaskHandle[]> {
    const { tasks } = await this.#post<{ tasks: string[] }>(["retries"], filter, false);
    return tasks.map((id) => new ClientTaskHandle(this.#connection, id));
  }

  /** Assigns nothing until {@linkcode resume}. */
  pause(reason?: string): Promise<void> {
    return this.#post(["pause"], { reason });
  }

  /** Ends a pause. */
  resume(): Promise<void> {
    return this.#post(["resume"]);
  }

  /** Submits a task again and again. */
  every(id: string, { startAt, ...options }: ScheduleOptions): Promise<ScheduleView> {
    const body = { ...options, ...(startAt !== undefined && { startAt: Number(startAt) }) };
    return this.#connection.call({ method: "PUT", path: ["schedules", id], body });
  }

  /** Removes a schedule, and resolves to whether there was one. */
  async unschedule(id: string): Promise<boolean> {
    try {
      await this.#connection.call({ method: "DELETE", path: ["schedules", id] });
      return true;
    } catch (error) {
      if (error instanceof ServerError && error.code === "unknown-schedule") return false;
      throw error;
    }
  }

  /** Lists schedules, oldest first. */
  async schedules(): Promise<ScheduleView[]> {
    return (await this.#get<{ schedules: ScheduleView[] }>(["schedules"])).schedules;
  }

  /** Sets the limit of a key; `undefined` removes it. */
  setLimit(key: string, limit: KeyLimit | undefined): Promise<void> {
    const path = ["limits", key];
    return limit === undefined
      ? this.#connection.call({ method: "DELETE", path })
      : this.#connection.call({ method: "PUT", path, body: limit });
  }

  /** Lists the limits of keys. */
  async limits(): Promise<LimitView[]> {
    return (await this.#get<{ limits: LimitView[] }>(["limits"])).limits;
  }

  /** Sets the budget of all attempts; `undefined` removes it. */
  setBudget(budget: Budget | undefined): Promise<void> {
    return this.#connection.call({ method: "PUT", path: ["budget"], body: budget ?? {} });
  }

  /** Returns what was spent of the budget of all attempts. */
  async budget(): Promise<BudgetView | undefined> {
    return (await this.#get<{ budget: BudgetView | null }>(["budget"])).budget ?? undefined;
  }

  // Locks

  /** Lists the locks that are held, reservations of paths included. */
  async locks(): Promise<LockState[]> {
    return (await this.#get<{ locks: LockState[] }>(["locks"])).locks;
  }

  /** Returns what is in the way of a request for paths. */
  checkPaths(
    paths: readonly string[],
    agentId?: string,
    { mode }: { mode?: LockMode } = {},
  ): Promise<PathsCheck> {
    return this.#post(["reservations", "check"], { paths, agentId, mode });
  }

  /**
   * Takes a lock from whatever holds it under that epoch: an agent, a claim, which ends, or a
   * reservation of paths. `reason` goes into the journal. Rejects with the code `stale-epoch` when that
   * grant is not in force.
   */
  releaseLock(resourceId: string, epoch: number, reason?: string): Promise<void> {
    const query = { epoch, reason };
    const path = ["locks", resourceId];
    return this.#connection.call({ method: "DELETE", path, query, isIdempotent: false });
  }

  /** Sets the number of units of a resource. */
  define(resourceId: string, definition: { capacity: number }): Promise<void> {
    const path = ["locks", resourceId];
    return this.#connection.call({ method: "PUT", path, body: definition });
  }

  // Messages

  /** Sends a message as `from`, and resolves with its id. */
  async sendMessage(from: string, to: string, payload: unknown): Promise<string> {
    const body = { from, to, payload, id: crypto.randomUUID() };
    return (await this.#post<{ messageId: string }>(["messages"], body)).messageId;
  }

  /** Returns the people who run the server as an agent, whose messages alone it can send and receive. */
  human(): ClientAgent {
    return new ClientAgent(this.#connection, { agentId: HUMAN, incarnation: 0, token: "" });
  }

  // System

  /** Explains a task, a message, an agent, a schedule or a wait. */
  explain(id: string | number, kind?: Explicable): Promise<Explanation> {
    const path = kind === undefined && typeof id === "string"
      ? ["explain", id]
      : ["explain", kind ?? "wait", String(id)];
    return this.#get(path);
  }

  /** Returns the health of the system and of each part. */
  getHealthStatus(): Promise<CoordinationHealth> {
    return this.#get(["health"]);
  }

  /** Returns the agents, the locks that are held, and the numbers of tasks. */
  state(): Promise<Record<string, unknown>> {
    return this.#get(["state"]);
  }

  /** Returns the state at an earlier moment: an instant in ISO 8601, a position or a place. */
  history(at: string): Promise<Record<string, unknown>> {
    return this.#connection.call({ method: "GET", path: ["history"], query: { at } });
  }

  /**
   * Yields the events that the journal has kept, oldest first, up to the newest; all, or those about
   * everything that is named.
   */
  async *pastEvents(
    { signal, ...query }: {
      taskId?: string;
      agentId?: string;
      resourceId?: string;
      signal?: AbortSignal;
    } = {},
  ): AsyncGenerator<PastEvent, void, undefined> {
    const path = ["history", "events"];
    const stream = await this.#connection.stream({ method: "GET", path, query, signal });
    for await (const line of readLines(stream)) yield JSON.parse(line);
  }

  /**
   * Yields events, from now on or `after` a sequence number, until `signal` aborts. It goes on where it
   * was when the connection is lost, also with the next server: sequence numbers are those of the
   * journal. A `gap` comes only when more than 50,000 events were missed, or the journal does not lead to
   * them any more.
   */
  async *events(
    { after, types, signal }: { after?: number; types?: readonly string[]; signal?: AbortSignal } =
      {},
  ): AsyncGenerator<ClientEvent, void, undefined> {
    let last = after;
    while (!signal?.aborted) {
      try {
        const query = { after: last, types: types?.join(",") };
        const stream = await this.#connection.stream({
          method: "GET",
          path: ["events"],
          query,
          signal,
        });
        const reached = (id: string) => void (last = Number(id));
        for await (const { id, event, data } of readEvents(stream, reached)) {
          const { sequence = -1, at = 0, ...payload } = JSON.parse(data);
          if (event === "gap" && payload.isCut) break; // the stream ends, and the next one goes on
          if (id !== "") reached(id);
          yield { event, sequence, at, payload };
        }
      } catch (error) {
        if (signal?.aborted) return;
        if (error instanceof ServerError && error.status < 500) throw error;
      }
      await pause(200, signal).catch(() => {});
    }
  }

  #get<Reply>(path: readonly string[]): Promise<Reply> {
    return this.#connection.call({ method: "GET", path });
  }

  #post<Reply = void>(
    path: readonly string[],
    body?: unknown,
    isIdempotent = true,
  ): Promise<Reply> {
    return this.#connection.call({ method: "POST", path, body, isIdempotent });
  }
}

/** A task that was submitted. */
export class ClientTaskHandle<Result = unknown> {
  /** The id of the task. */
  readonly id: string;
  readonly #connection: Connection;

  /**
   * Made by `submit`.
   * @internal
   */
  constructor(connection: Connection, id: string) {
    this.#connection = connection;
    this.id = id;
  }

  /** Waits for the end of the task. Rejects with a `ServerError` unless it is completed. */
  get result(): Promise<Result> {
    return this.#result();
  }

  /** The same as `result`, until `signal` aborts. */
  async wait(signal?: AbortSignal): Promise<TaskView<unknown, Result>> {
    while (true) {
      const task = await this.#connection.call<TaskView<unknown, Result>>({
        method: "GET",
        path: ["tasks", this.id],
        query: { wait: "40s" },
        signal,
      });
      if (["completed", "failed", "cancelled"].includes(task.status)) return task;
    }
  }

  async #result(): Promise<Result> {
    const { status, output, error } = await this.wait();
    if (status === "completed") return output as Result;
    const detail = error?.message ?? `Task ${JSON.stringify(this.id)} was ${status}`;
    throw new ServerError({ code: `task-${status}`, detail, taskId: this.id, cause: error }, 200);
  }
}

/** Resolves with `undefined` for a subject that the server does not know. */
async function orUndefined<Reply>(call: Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ServerError && error.status === 404) return undefined;
    throw error;
  }
}
