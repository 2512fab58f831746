/**
 * The façades of all subsystems on one engine, so that one log, one clock and one order of events
 * hold for everything.
 *
 * @module
 */

import { CircuitBreakerManager } from "../breakers/mod.ts";
import { type ConflictHost, ConflictResolver, OptimisticLockManager } from "../conflicts/mod.ts";
import type { Dispatcher, Engine } from "../core/engine.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import type { LockstepEvent } from "../root/events.ts";
import type { Logger } from "../core/logger.ts";
import type { Named } from "../core/machine.ts";
import type { ResourceManager } from "../locks/mod.ts";
import { MessageRouter } from "../messages/mod.ts";
import { CoordinationMetricsCollector } from "../metrics/mod.ts";
import { AdvancedTaskScheduler, TaskScheduler, WorkStealingCoordinator } from "../tasks/mod.ts";
import type { CoordinationSettings } from "./config.ts";
import type { RootCommand, RootHost, RootState } from "../root/state.ts";
import { ActingDispatcher, RootClient } from "../root/client.ts";
import { gaugesOf } from "./standing.ts";

/** An engine of the root machine. */
export type RootEngine = Engine<RootState, RootCommand, LockstepEvent>;

/** Everything that a coordination manager consists of. */
export class Subsystems {
  readonly engine: RootEngine;
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

  /** `isRecovered` tells whether the engine comes from a log that an earlier process wrote. */
  constructor(
    engine: RootEngine,
    settings: CoordinationSettings,
    eventBus: EventBus,
    logger: Logger,
    isRecovered: boolean,
  ) {
    const { clock } = engine;
    this.engine = engine;
    this.dispatcher = new ActingDispatcher(engine);
    const host: RootHost = { dispatcher: this.dispatcher, state: () => engine.state };
    this.metrics = new CoordinationMetricsCollector(logger, eventBus, {
      ...settings.metrics,
      clock,
      standing: () => gaugesOf(engine.state),
    });
    this.metrics.start();
    this.client = new RootClient(host);
    const tasks = { ...settings.locks, ...settings.tasks };
    this.scheduler = new TaskScheduler(tasks, eventBus, logger, { host });
    const { scheduler: shares } = this;
    this.advanced = new AdvancedTaskScheduler(tasks, eventBus, logger, { shares });
    this.resources = shares.resources;
    this.messages = new MessageRouter(settings.messages, eventBus, logger, {
      host: partOf(host, "messages"),
      isRecovered,
    });
    this.stealing = new WorkStealingCoordinator(settings.stealing, eventBus, logger, {
      host: partOf(host, "tasks"),
    });
    this.breakers = new CircuitBreakerManager(settings.breakers, logger, eventBus, {
      host: partOf(host, "breakers"),
    });
    const conflicts: ConflictHost = partOf(host, "conflicts");
    this.conflicts = new ConflictResolver(logger, eventBus, {
      ...settings.conflicts,
      host: conflicts,
    });
    this.versions = new OptimisticLockManager(logger, eventBus, { host: conflicts });
  }

  /** Lets running attempts end for `graceMs`, ends everything else, and lets go of the engine. */
  async close(graceMs: number): Promise<void> {
    await this.scheduler.shutdown({ graceMs });
    await this.messages.shutdown();
    await this.stealing.shutdown();
    await this.breakers.shutdown();
    await this.conflicts.shutdown();
    await this.versions.shutdown();
    await this.engine.close();
    this.metrics.stop();
  }
}

/**
 * The machine of one subsystem. It hears of all events, and passes over those that aren't its own.
 */
function partOf<Name extends keyof RootState, Command extends Named, Event extends Named>(
  host: RootHost,
  name: Name,
): { dispatcher: Dispatcher<Command, Event>; state: () => Readonly<RootState[Name]> } {
  return {
    dispatcher: host.dispatcher as unknown as Dispatcher<Command, Event>,
    state: () => host.state()[name],
  };
}
