/**
 * Schedulers on a simulated clock.
 *
 * @module
 */

import { EventBus } from "../../src/core/bus/event_bus.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { AdvancedTaskScheduler } from "../../src/tasks/advanced_task_scheduler.ts";
import type { TaskSchedulerConfig } from "../../src/tasks/config.ts";
import { TaskScheduler } from "../../src/tasks/task_scheduler.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

/** A scheduler and what it is built on. Disposing of it shuts it down without grace. */
export interface Scheduling<Scheduler extends TaskScheduler> extends AsyncDisposable {
  readonly clock: SimulatedClock;
  readonly bus: EventBus;
  readonly scheduler: Scheduler;
}

/** A scheduler that chooses agents. */
export function choosing(config: TaskSchedulerConfig = {}): Scheduling<AdvancedTaskScheduler> {
  const clock = new SimulatedClock();
  const bus = new EventBus(false, { clock, logger: silentLogger });
  const scheduler = new AdvancedTaskScheduler(config, bus, silentLogger, { clock });
  return disposable(clock, bus, scheduler);
}

/** A scheduler whose callers choose agents. */
export function assigning(config: TaskSchedulerConfig = {}): Scheduling<TaskScheduler> {
  const clock = new SimulatedClock();
  const bus = new EventBus(false, { clock, logger: silentLogger });
  return disposable(clock, bus, new TaskScheduler(config, bus, silentLogger, { clock }));
}

/** A scheduler that chooses agents, on a journal that fails on command. */
export interface Logging extends Scheduling<AdvancedTaskScheduler> {
  readonly journal: FaultyJournal;
}

/** A scheduler on a journal; on `inner`, which another one may have written, if that is given. */
export async function logging(
  config: TaskSchedulerConfig = {},
  inner: MemoryJournal = new MemoryJournal(),
): Promise<Logging> {
  const clock = new SimulatedClock();
  const bus = new EventBus(false, { clock, logger: silentLogger });
  const journal = new FaultyJournal(inner, clock);
  const scheduler = new AdvancedTaskScheduler(config, bus, silentLogger, { clock, journal });
  await scheduler.initialize();
  return { ...disposable(clock, bus, scheduler), journal };
}

function disposable<Scheduler extends TaskScheduler>(
  clock: SimulatedClock,
  bus: EventBus,
  scheduler: Scheduler,
): Scheduling<Scheduler> {
  return {
    clock,
    bus,
    scheduler,
    async [Symbol.asyncDispose]() {
      const closed = scheduler.shutdown({ graceMs: 0 });
      await clock.runUntilIdle();
      await closed;
    },
  };
}

/** A handler that returns when the test calls `end`. */
export class Body {
  readonly #end = Promise.withResolvers<unknown>();
  readonly #begun = Promise.withResolvers<AbortSignal>();

  /** The handler. */
  readonly run = (_task: unknown, { signal }: { signal: AbortSignal }): Promise<unknown> => {
    this.#begun.resolve(signal);
    return this.#end.promise;
  };

  /** Resolves with its signal once it runs. */
  get begun(): Promise<AbortSignal> {
    return this.#begun.promise;
  }

  end(result?: unknown): void {
    this.#end.resolve(result);
  }
}
