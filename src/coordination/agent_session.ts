/**
 * The calls of one incarnation of an agent.
 *
 * @module
 */

import { requireMs } from "../core/arguments.ts";
import { attempting } from "../core/client.ts";
import type { Instant } from "../core/machine.ts";
import type {
  AcquireOptions,
  AcquirePathsOptions,
  LockHandle,
  LockHolder,
  LockMode,
  PathsCheck,
  ResourceManager,
} from "../locks/mod.ts";
import type {
  InboxOptions,
  InboxPage,
  MessageRouter,
  PostOptions,
  ReceivedMessage,
  ReceiveOptions,
  RequestOptions,
  SendOptions,
} from "../messages/mod.ts";
import type {
  ChildHandle,
  ClaimOptions,
  CompletionOptions,
  TaskClaim,
  TaskScheduler,
} from "../tasks/mod.ts";
import type { MessageOutcome } from "../messages/types.ts";
import type { Task } from "../tasks/types.ts";
import type { ActingDispatcher, RootClient } from "./client.ts";

/** The parts of a manager that a session calls. */
export interface SessionHost {
  /** Sends commands for an incarnation of an agent. */
  readonly dispatcher: ActingDispatcher;
  /** Sends heartbeats. */
  readonly client: RootClient;
  /** Tasks. */
  readonly scheduler: TaskScheduler;
  /** Locks. */
  readonly resources: ResourceManager;
  /** Messages. */
  readonly messages: MessageRouter;
}

/**
 * One incarnation of an agent. Its calls are refused after its end: when the agent was declared dead,
 * was removed, or was registered again. So an agent that was only slow changes nothing.
 *
 * @example
 * ```ts
 * import { CoordinationManager } from "@lockstep/lockstep";
 *
 * await using manager = new CoordinationManager({ agents: { heartbeatTimeoutMs: 30_000 } });
 * const agent = await manager.registerAgent({ id: "worker" });
 * await manager.assignTask({ id: "t1" }, "worker");
 * await agent.heartbeat();
 * await agent.start("t1");
 * await agent.complete("t1", "done");
 * ```
 * @category Agents
 */
export class AgentSession {
  /** The id of the agent. */
  readonly agentId: string;
  /** Larger than that of any agent that was registered before. */
  readonly incarnation: number;
  readonly #host: SessionHost;

  /**
   * Made by `registerAgent` and `session`.
   * @internal
   */
  constructor(host: SessionHost, agentId: string, incarnation: number) {
    this.#host = host;
    this.agentId = agentId;
    this.incarnation = incarnation;
  }

  /**
   * Records that the agent is alive.
   *
   * @throws {UnknownAgentError} when it was declared dead, was removed, or has left
   * @throws {StaleEpochError} when it was registered again
   */
  heartbeat(): Promise<void> {
    const { agentId, incarnation } = this;
    return attempting(() =>
      this.#host.client.call({ type: "beat-agent", agentId, incarnation }, ignore)
    );
  }

  /**
   * Reports that the connection is lost that showed that the agent is alive: it is suspected at once,
   * and counts as dead after `graceMs` milliseconds, unless a heartbeat comes. Rejects as
   * {@linkcode heartbeat} does.
   */
  disconnected(graceMs: number): Promise<void> {
    const { agentId, incarnation } = this;
    return attempting(() => {
      requireMs(graceMs, 1, "graceMs", () => "report a lost connection");
      const command = { type: "disconnect-agent", agentId, incarnation, graceMs } as const;
      return this.#host.client.call(command, ignore);
    });
  }

  /**
   * Asks for a task; see {@linkcode TaskScheduler.claim}. For an agent in pull mode. Rejects as
   * {@linkcode heartbeat} does.
   */
  claim<Input = unknown>(options?: ClaimOptions): Promise<TaskClaim<Input> | undefined> {
    return this.#as(({ scheduler }) => scheduler.claim<Input>(this.agentId, options));
  }

  /** Starts an attempt; this and the calls below reject as {@linkcode heartbeat} does. */
  start(taskId: string, epoch?: number): Promise<void> {
    return this.#onClaim(taskId, epoch, (scheduler, own) => scheduler.start(taskId, own));
  }

  /** Reports that an attempt is alive. */
  heartbeatTask(taskId: string, epoch?: number): Promise<void> {
    return this.#onClaim(taskId, epoch, (scheduler, own) => scheduler.heartbeat(taskId, own));
  }

  /** Reports what an attempt has spent, for budgets. */
  spend(
    taskId: string,
    counters: Readonly<Record<string, number>>,
    epoch?: number,
  ): Promise<void> {
    return this.#onClaim(taskId, epoch, (scheduler, own) => scheduler.spend(taskId, counters, own));
  }

  /** Reports the progress of an attempt. */
  progress(taskId: string, progress: unknown, epoch?: number): Promise<void> {
    return this.#onClaim(
      taskId,
      epoch,
      (scheduler, own) => scheduler.progress(taskId, progress, own),
    );
  }

  /** Adds a note to a task that runs. */
  note(taskId: string, text: string, epoch?: number): Promise<void> {
    return this.#onClaim(taskId, epoch, (scheduler, own) => scheduler.noteTask(taskId, text, own));
  }

  /** Submits a child of a task that runs; see {@linkcode TaskScheduler.submitChild}. */
  submit<Input = unknown, Result = unknown>(
    taskId: string,
    child: Task<Input>,
    epoch?: number,
  ): Promise<ChildHandle<Result>> {
    return this.#onClaim(
      taskId,
      epoch,
      (scheduler, own) => scheduler.submitChild(taskId, child, own),
    );
  }

  /** Completes an attempt. */
  complete(
    taskId: string,
    result?: unknown,
    epoch?: number,
    options?: CompletionOptions,
  ): Promise<void> {
    return this.#onClaim(
      taskId,
      epoch,
      (scheduler, own) => scheduler.completeTask(taskId, result, own, options),
    );
  }

  /** Fails an attempt. */
  fail(taskId: string, error: unknown, epoch?: number): Promise<void> {
    return this.#onClaim(taskId, epoch, (scheduler, own) => scheduler.failTask(taskId, error, own));
  }

  /** Ends an attempt that is to go on after `delayMs` milliseconds. */
  snooze(taskId: string, delayMs: number, epoch?: number): Promise<void> {
    return this.#onClaim(
      taskId,
      epoch,
      (scheduler, own) => scheduler.snoozeTask(taskId, delayMs, own),
    );
  }

  /** Ends an attempt that needs an answer to go on. */
  block(taskId: string, question: unknown, epoch?: number): Promise<void> {
    return this.#onClaim(
      taskId,
      epoch,
      (scheduler, own) => scheduler.blockTask(taskId, question, own),
    );
  }

  /** Gives an open claim back; see {@linkcode TaskScheduler.releaseTask}. */
  releaseTask(taskId: string, epoch?: number, reason?: string): Promise<void> {
    return this.#onClaim(
      taskId,
      epoch,
      (scheduler, own) => scheduler.releaseTask(taskId, own, reason),
    );
  }

  /** Acquires a lock. */
  acquire(resourceId: string, options?: number | AcquireOptions): Promise<LockHandle> {
    return this.#as(({ resources }) => resources.acquire(resourceId, this.agentId, options));
  }

  /** Acquires a lock without waiting; see {@linkcode ResourceManager.tryAcquire}. */
  tryAcquire(
    resourceId: string,
    options?: number | AcquireOptions,
  ): Promise<LockHandle | undefined> {
    return this.#as(({ resources }) => resources.tryAcquire(resourceId, this.agentId, options));
  }

  /** Acquires a set of paths; see {@linkcode ResourceManager.acquirePaths}. */
  acquirePaths(
    patterns: readonly string[],
    options?: number | AcquirePathsOptions,
  ): Promise<LockHandle> {
    return this.#as(({ resources }) => resources.acquirePaths(patterns, this.agentId, options));
  }

  /** Acquires a lock for an attempt that runs; it is released when the attempt ends, at the latest. */
  acquireFor(
    attempt: { readonly taskId: string; readonly epoch: number },
    resourceId: string,
    options?: number | AcquireOptions,
  ): Promise<LockHandle> {
    return this.#as(({ scheduler, resources }) =>
      resources.acquireFor(scheduler.holderOf(attempt, this.agentId), resourceId, options)
    );
  }

  /** Acquires a set of paths for an attempt that runs, likewise. */
  acquirePathsFor(
    attempt: { readonly taskId: string; readonly epoch: number },
    patterns: readonly string[],
    options?: number | AcquirePathsOptions,
  ): Promise<LockHandle> {
    return this.#as(({ scheduler, resources }) =>
      resources.acquirePathsFor(scheduler.holderOf(attempt, this.agentId), patterns, options)
    );
  }

  /** Returns what is in the way of a request for paths; see {@linkcode ResourceManager.checkPaths}. */
  checkPaths(
    patterns: readonly string[],
    options?: { mode?: LockMode; priority?: number },
  ): PathsCheck {
    return this.#host.resources.checkPaths(patterns, this.agentId, options);
  }

  /** Releases a lock, also one that an attempt of this agent holds under `epoch`. */
  release(resourceId: string, epoch?: number): Promise<void> {
    return this.#as(({ resources }) =>
      resources.releaseFor(this.#holderOf(resourceId, epoch), resourceId, epoch)
    );
  }

  /** Starts the lease of such a lock anew; see {@linkcode ResourceManager.renew}. */
  renew(resourceId: string, leaseMs?: number, epoch?: number): Promise<Instant> {
    return this.#as(({ resources }) =>
      resources.renewFor(this.#holderOf(resourceId, epoch), resourceId, leaseMs, epoch)
    );
  }

  /** Sends a message and resolves with its id. */
  send(to: string, payload: unknown, options?: SendOptions): Promise<string> {
    return this.#as(({ messages }) => messages.send(this.agentId, to, payload, options));
  }

  /** Sends a request and resolves with the response. */
  request<Response = unknown>(
    to: string,
    payload: unknown,
    options?: number | RequestOptions,
  ): Promise<Response> {
    return this.#as(({ messages }) =>
      messages.sendWithResponse<Response>(this.agentId, to, payload, options)
    );
  }

  /** Sends a message to all other agents that have a mailbox; see {@linkcode MessageRouter.broadcast}. */
  broadcast(payload: unknown, options?: PostOptions): Promise<MessageOutcome[]> {
    return this.#as(({ messages }) => messages.broadcast(this.agentId, payload, options));
  }

  /** Sends a message to the subscribers of a topic; see {@linkcode MessageRouter.publish}. */
  publish(topic: string, payload: unknown, options?: PostOptions): Promise<MessageOutcome[]> {
    return this.#as(({ messages }) => messages.publish(this.agentId, topic, payload, options));
  }

  /** Receives the next message, and waits for it for `waitMs`; see {@linkcode MessageRouter.receive}. */
  receive<Payload = unknown>(
    options?: ReceiveOptions,
  ): Promise<ReceivedMessage<Payload> | undefined> {
    return this.#as(({ messages }) => messages.receive<Payload>(this.agentId, options));
  }

  /** Answers a request; see {@linkcode MessageRouter.sendResponse}. */
  sendResponse(messageId: string, response: unknown): Promise<boolean> {
    return this.#as(({ messages }) => messages.sendResponse(messageId, response));
  }

  /** Answers a request with an error; see {@linkcode MessageRouter.rejectRequest}. */
  rejectRequest(messageId: string, error: unknown): Promise<boolean> {
    return this.#as(({ messages }) => messages.rejectRequest(messageId, error));
  }

  /** Acknowledges a received message. */
  ack(epoch: number): Promise<void> {
    return this.#as(({ messages }) => messages.ack(this.agentId, epoch));
  }

  /** Returns a received message, which is delivered again. */
  nack(epoch: number, error?: unknown): Promise<void> {
    return this.#as(({ messages }) => messages.nack(this.agentId, epoch, error));
  }

  /** Lists the messages that it has not acked yet; see {@linkcode MessageRouter.inbox}. */
  inbox<Payload = unknown>(options?: InboxOptions): InboxPage<Payload> {
    return this.#host.messages.inbox<Payload>(this.agentId, options);
  }

  /** Subscribes to a topic. Idempotent. */
  subscribeTopic(topic: string): Promise<void> {
    return this.#as(({ messages }) => messages.subscribeTopic(this.agentId, topic));
  }

  /** Unsubscribes from a topic. Idempotent. */
  unsubscribeTopic(topic: string): Promise<void> {
    return this.#as(({ messages }) => messages.unsubscribeTopic(this.agentId, topic));
  }

  /** Returns the owner of a lock: the claim of this agent that holds it under `epoch`, or the agent. */
  #holderOf(resourceId: string, epoch: number | undefined): LockHolder {
    const { agentId } = this;
    if (epoch === undefined || typeof resourceId !== "string" || resourceId === "") {
      return { agentId };
    }
    const held = this.#host.resources.holdersOf(resourceId).find((each) => each.epoch === epoch);
    return held?.agentId === agentId ? { agentId, owner: held.owner } : { agentId };
  }

  /** Does what `action` does with a claim of this agent: that of `epoch`, or the one in force. */
  #onClaim<Result>(
    taskId: string,
    epoch: number | undefined,
    action: (scheduler: TaskScheduler, epoch: number) => Promise<Result>,
  ): Promise<Result> {
    return this.#as(({ scheduler }) =>
      action(scheduler, scheduler.claimOf(taskId, epoch ?? 0, this.agentId))
    );
  }

  #as<Result>(action: (host: SessionHost) => Promise<Result>): Promise<Result> {
    return attempting(() => this.#host.dispatcher.as(this, () => action(this.#host)));
  }
}

function ignore(): void {}
