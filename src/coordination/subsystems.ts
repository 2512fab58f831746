/**
 * The façades of all subsystems on one engine.
 *
 * @module
 */

import { CircuitBreakerManager } from "../breakers/mod.ts";
import { ConflictResolver, OptimisticLockManager } from "../conflicts/mod.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import type { MachineHost } from "../core/client.ts";
import type { Dispatcher } from "../core/dispatcher.ts";
import { ClosedError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Named } from "../core/machine.ts";
import type { ResourceManager } from "../locks/mod.ts";
import { MessageRouter } from "../messages/mod.ts";
import { CoordinationMetricsCollector } from "../metrics/mod.ts";
import type { SchedulerHost } from "../root/scheduler_machine.ts";
import type { RootHost, RootState } from "../root/state.ts";
import { AdvancedTaskScheduler, TaskScheduler, WorkStealingCoordinator } from "../tasks/mod.ts";
import { ActingDispatcher, RootClient } from "./client.ts";
import type { CoordinationSettings } from "./config.ts";
import { gaugesOf } from "./standing.ts";

/** The name of a manager in errors. */
export const THING = "the coordination manager";

/** The parts of a coordination manager. */
export class Subsystems {
  readonly host: RootHost;
  readonly dispatcher: ActingDispatcher;
  readonly client: RootClient;
  readonly scheduler: TaskScheduler;
  readonly advanced: AdvancedTaskScheduler;
  readonly resources: ResourceManager;
  readonly messages: MessageRouter;
  readonly stealing: WorkStealingCoordinator;
  readonly breakers: CircuitBreakerManager;
  readonly conflicts: ConflictResolver;
  readonly versions: OptimisticLockManager;
  readonly metrics: CoordinationMetricsCollector;

  constructor(
    host: RootHost,
    settings: CoordinationSettings,
    eventBus: EventBus,
    logger: Logger,
  ) {
    const { clock } = host.dispatcher;
    const { state } = host;
    this.dispatcher = new ActingDispatcher(host.dispatcher);
    this.host = { dispatcher: this.dispatcher, state };
    this.metrics = new CoordinationMetricsCollector(logger, eventBus, {
      ...settings.metrics,
      clock,
      standing: () => gaugesOf(state()),
    });
    this.metrics.start();
    this.client = new RootClient(this.host);
    const tasks = { ...settings.locks, ...settings.tasks };
    this.scheduler = new TaskScheduler(tasks, eventBus, logger, {
      host: this.host as unknown as SchedulerHost,
    });
    this.advanced = new AdvancedTaskScheduler(tasks, eventBus, logger, { shares: this.scheduler });
    this.resources = this.scheduler.resources;
    this.messages = new MessageRouter(settings.messages, eventBus, logger, {
      host: this.#part("messages"),
    });
    this.stealing = new WorkStealingCoordinator(settings.stealing, eventBus, logger, {
      host: this.#part("tasks"),
    });
    this.breakers = new CircuitBreakerManager(settings.breakers, logger, eventBus, {
      host: this.#part("breakers"),
    });
    this.conflicts = new ConflictResolver(logger, eventBus, {
      ...settings.conflicts,
      host: this.#part("conflicts"),
    });
    this.versions = new OptimisticLockManager(logger, eventBus, { host: this.#part("conflicts") });
  }

  /** Fires due timers. */
  refresh(): Promise<void> {
    return this.client.refresh();
  }

  /** Ends all calls; those of attempts that go on, too. */
  async close(): Promise<void> {
    await this.scheduler.shutdown({ graceMs: 0 });
    await this.messages.shutdown();
    await this.stealing.shutdown();
    await this.breakers.shutdown();
    await this.conflicts.shutdown();
    await this.versions.shutdown();
    this.client.close(new ClosedError("go on", THING));
    this.metrics.stop();
  }

  /** Returns the machine of one subsystem inside the root machine. */
  #part<Name extends keyof RootState, Command extends Named, Event extends Named, Answers>(
    name: Name,
  ): MachineHost<RootState[Name], Command, Event, Answers> {
    return {
      dispatcher: this.dispatcher as unknown as Dispatcher<Command, Event, Answers>,
      state: () => this.host.state()[name],
    };
  }
}
