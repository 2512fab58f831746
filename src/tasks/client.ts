/**
 * Between callers and the machines of a scheduler: sends commands, and turns events into results,
 * errors, and calls of the handlers of in-process agents.
 *
 * @module
 */

import type { RootCommand, RootConfig, RootHost, RootState } from "../root/state.ts";
import { rootMachine } from "../root/machine.ts";
import { Answer } from "../core/answer.ts";
import { claimOf } from "../locks/claim_owner.ts";
import type { Clock } from "../core/clock.ts";
import { type Dispatcher, Engine } from "../core/engine.ts";
import { UninitializedError } from "../core/errors.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import type { LockEvent } from "../locks/events.ts";
import type { LockstepEvent } from "../root/events.ts";
import type { TaskCancelled } from "./events.ts";
import type { CommandLog } from "../core/log.ts";
import type { Logger } from "../core/logger.ts";
import type { Tick } from "../core/machine.ts";
import { type LockCommand, ResourceManager, type ResourceManagerConfig } from "../locks/mod.ts";
import { AttemptRunner, type TaskHandler } from "./attempts.ts";
import type { Submit, TaskCommand } from "./commands.ts";
import { cancellation, endError, failure, throwIfRefused } from "./errors.ts";
import { isTerminal } from "./state.ts";
import { TaskHandle } from "./task_handle.ts";

/** What a client is built on. */
export interface TaskClientOptions {
  readonly clock?: Clock;
  readonly log?: CommandLog<RootCommand | Tick>;
  /** A root machine that runs already; then `clock`, `log` and the rules are its own. */
  readonly host?: RootHost;
}

/** Speaks with the machines of one scheduler. */
export class TaskClient {
  readonly eventBus: EventBus;
  readonly logger: Logger;
  /** Is told of every event after the step in which it happened; may send nothing itself. */
  observed: (event: LockstepEvent) => void = nothing;
  readonly #locks: ResourceManagerConfig;
  /** Makes the engine from the log, if there is one to read. */
  readonly #recover: (() => Promise<RootEngine>) | undefined;
  readonly #attempts = new AttemptRunner(this);
  readonly #handles = new Map<string, TaskHandle>();
  #host: RootHost | undefined;
  /** What runs the machines, unless a host does. */
  #engine: RootEngine | undefined;
  #resources: ResourceManager | undefined;

  constructor(
    config: RootConfig,
    locks: ResourceManagerConfig,
    eventBus: EventBus,
    logger: Logger,
    { clock, log, host }: TaskClientOptions,
  ) {
    this.eventBus = eventBus;
    this.logger = logger;
    this.#locks = locks;
    if (host !== undefined) {
      this.#attach(host);
      return;
    }
    const machine = rootMachine(config);
    const options = { eventBus, logger, ...(clock !== undefined && { clock }) };
    if (log !== undefined) this.#recover = () => Engine.recover(machine, { ...options, log });
    else this.#run(new Engine(machine, options));
  }

  /** What the machines know, to be read only. */
  get state(): Readonly<RootState> {
    return this.#running("look").state();
  }

  /** Where all times come from. */
  get clock(): Clock {
    return this.#running("look").dispatcher.clock;
  }

  /** The locks, on the same engine. */
  get resources(): ResourceManager {
    this.#running("look");
    return this.#resources!;
  }

  /**
   * Takes up what the log knows. Whoever ran or waited in the process that wrote it is gone: its
   * in-process agents are removed, which puts their tasks back into the queue, and its waits end.
   */
  async recover(): Promise<void> {
    if (this.#recover === undefined || this.#engine !== undefined) return;
    this.#run(await this.#recover());
    const { tasks, locks } = this.state;
    for (const { id, owner: { agentId, owner } } of [...locks.waits.values()]) {
      if (claimOf(owner) !== undefined) continue;
      await this.#send({ type: "cancel-wait", waitId: id, agentId, owner }, nothing);
    }
    for (const { agentId, startsAtOnce } of [...tasks.agents.values()]) {
      if (!startsAtOnce) continue;
      await this.call({ type: "remove-agent", agentId, reason: "its process ended" }, nothing);
    }
  }

  /** Sends a command; resolves with what `read` makes of its events, rejects when it is refused. */
  call<T>(command: TaskCommand, read: (events: readonly LockstepEvent[]) => T): Promise<T> {
    return this.#send(command, (events) => {
      throwIfRefused(events, command);
      return read(events);
    });
  }

  /** Submits a task. */
  submit(command: Submit): Promise<TaskHandle> {
    return this.call(command, (events) => this.#handleOf(command.task.id, events));
  }

  /** Has `handler`, or nobody in this process, run what `agentId` starts. */
  handle(agentId: string, handler: TaskHandler | undefined): void {
    this.#attempts.handle(agentId, handler);
  }

  /**
   * Accepts and starts nothing any more, lets attempts end for `graceMs`, cancels those that are
   * left, and lets go of everything.
   */
  async close(graceMs: number): Promise<void> {
    if (this.#host === undefined) return;
    await this.call({ type: "drain" }, nothing).catch(nothing);
    await this.#attempts.idleWithin(graceMs);
    const reason = "the scheduler was shut down";
    for (const taskId of this.#attempts.taskIds()) {
      await this.call({ type: "cancel", taskId, reason }, nothing).catch(nothing);
    }
    await this.#attempts.idleWithin(this.state.tasks.config.abortGraceMs);
    await this.resources.shutdown();
    await this.#engine?.close();
  }

  #running(attempt: string): RootHost {
    if (this.#host !== undefined) return this.#host;
    throw new UninitializedError(attempt, "the scheduler");
  }

  #run(engine: RootEngine): void {
    this.#engine = engine;
    this.#attach({ dispatcher: engine, state: () => engine.state });
  }

  #attach(host: RootHost): void {
    this.#host = host;
    const { dispatcher } = host;
    dispatcher.observe((event) => this.#observe(event));
    dispatcher.whenStopped((error) => {
      for (const taskId of [...this.#handles.keys()]) this.#settle(taskId, undefined, error);
      this.#attempts.abortAll(error);
    });
    this.#resources = new ResourceManager(this.#locks, this.eventBus, this.logger, {
      host: {
        // It is told of all events, and passes over those that aren't of locks.
        dispatcher: dispatcher as unknown as Dispatcher<LockCommand, LockEvent>,
        state: () => host.state().locks,
      },
    });
  }

  #send<T>(command: RootCommand, read: (events: readonly LockstepEvent[]) => T): Promise<T> {
    const answer = new Answer<T>();
    try {
      this.#running(command.type).dispatcher.send(command, (events, error) => {
        if (events === undefined) return answer.fail(error);
        try {
          answer.succeed(read(events));
        } catch (refusal) {
          answer.fail(refusal);
        }
      });
    } catch (error) {
      answer.fail(error);
    }
    return answer.promise();
  }

  #observe(event: LockstepEvent): void {
    switch (event.type) {
      case "task:completed":
        this.#settle(event.taskId, event.result, undefined);
        break;
      case "task:failed":
        if (this.#handles.has(event.taskId)) {
          this.#settle(event.taskId, undefined, failure(event));
        }
        break;
      case "task:cancelled":
        if (this.#handles.has(event.taskId)) {
          this.#settle(event.taskId, undefined, cancellation(event));
        }
        break;
    }
    this.#attempts.observe(event);
    this.observed(event);
  }

  /** The handle of a task that `events` accepted, and maybe ended. */
  #handleOf(taskId: string, events: readonly LockstepEvent[]): TaskHandle {
    const known = this.#handles.get(taskId);
    if (known !== undefined) return known;
    const handle = new TaskHandle(taskId, this);
    const task = this.state.tasks.tasks.get(taskId);
    if (task === undefined) handle.settle(undefined, cancellation(cancelledIn(events, taskId)));
    else if (!isTerminal(task.status)) this.#handles.set(taskId, handle);
    else if (task.status === "completed") handle.settle(task.result?.value, undefined);
    else handle.settle(undefined, endError(task));
    return handle;
  }

  #settle(taskId: string, result: unknown, error: Error | undefined): void {
    const handle = this.#handles.get(taskId);
    if (handle === undefined) return;
    this.#handles.delete(taskId);
    handle.settle(result, error);
  }
}

type RootEngine = Engine<RootState, RootCommand, LockstepEvent>;

function nothing(): void {}

/** How a task ended that was forgotten in the step that accepted it. */
function cancelledIn(events: readonly LockstepEvent[], taskId: string): TaskCancelled {
  return events.find((event) =>
    event.type === "task:cancelled" && event.taskId === taskId
  ) as TaskCancelled;
}
