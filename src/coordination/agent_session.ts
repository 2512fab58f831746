/**
 * One life of an agent, as the agent uses it.
 *
 * @module
 */

import { attempting } from "../core/answer.ts";
import type { AcquireOptions, LockHandle } from "../locks/mod.ts";
import type { MessageRouter, RequestOptions, SendOptions } from "../messages/mod.ts";
import type { TaskScheduler } from "../tasks/mod.ts";
import type { ResourceManager } from "../locks/mod.ts";
import type { ActingDispatcher, RootClient } from "../root/client.ts";

/** Where a session's calls go. */
export interface SessionHost {
  /** Makes commands come from one life of an agent. */
  readonly dispatcher: ActingDispatcher;
  /** Tells that the agent is alive. */
  readonly client: RootClient;
  /** Tasks. */
  readonly scheduler: TaskScheduler;
  /** Locks. */
  readonly resources: ResourceManager;
  /** Messages. */
  readonly messages: MessageRouter;
}

/**
 * An agent in one of its lives. Whatever it does once that life is over, because the agent was given
 * up, removed, or registered anew, is refused: so one that was only slow can do no harm.
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
 */
export class AgentSession {
  /** Who it is. */
  readonly agentId: string;
  /** Which life of it; larger than that of any agent that was registered before. */
  readonly incarnation: number;
  readonly #host: SessionHost;

  /**
   * Sessions come from `registerAgent`; nobody else needs to make one.
   * @internal
   */
  constructor(host: SessionHost, agentId: string, incarnation: number) {
    this.#host = host;
    this.agentId = agentId;
    this.incarnation = incarnation;
  }

  /**
   * Tells that the agent is alive.
   *
   * @throws {UnknownAgentError} when it was given up, removed, or has left
   * @throws {StaleEpochError} when it was registered anew
   */
  heartbeat(): Promise<void> {
    const { agentId, incarnation } = this;
    return attempting(() => this.#host.client.tell({ type: "beat-agent", agentId, incarnation }));
  }

  /** Begins an attempt; like all that follows, it rejects as {@linkcode heartbeat} does. */
  start(taskId: string, epoch?: number): Promise<void> {
    return this.#as(({ scheduler }) => scheduler.start(taskId, epoch));
  }

  /** Tells how far an attempt is. */
  progress(taskId: string, progress: unknown, epoch?: number): Promise<void> {
    return this.#as(({ scheduler }) => scheduler.progress(taskId, progress, epoch));
  }

  /** Ends an attempt well. */
  complete(taskId: string, result?: unknown, epoch?: number): Promise<void> {
    return this.#as(({ scheduler }) => scheduler.completeTask(taskId, result, epoch));
  }

  /** Ends an attempt badly. */
  fail(taskId: string, error: unknown, epoch?: number): Promise<void> {
    return this.#as(({ scheduler }) => scheduler.failTask(taskId, error, epoch));
  }

  /** Waits for a lock. */
  acquire(resourceId: string, options?: number | AcquireOptions): Promise<LockHandle> {
    return this.#as(({ resources }) => resources.acquire(resourceId, this.agentId, options));
  }

  /** Gives a lock back. */
  release(resourceId: string, epoch?: number): Promise<void> {
    return this.#as(({ resources }) => resources.release(resourceId, this.agentId, epoch));
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

  #as<Result>(action: (host: SessionHost) => Promise<Result>): Promise<Result> {
    return attempting(() => this.#host.dispatcher.as(this, () => action(this.#host)));
  }
}
