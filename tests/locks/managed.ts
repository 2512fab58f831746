/** A resource manager on a clock that stands still. */

import type { Journal } from "../../src/core/journal.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { ResourceManager, type ResourceManagerConfig } from "../../src/locks/mod.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

export interface Managed extends AsyncDisposable {
  readonly locks: ResourceManager;
  readonly clock: SimulatedClock;
  readonly eventBus: EventBus;
  /** The names and subjects of all events, in order. */
  readonly heard: string[];
}

export function managed(
  config: ResourceManagerConfig = {},
  journal?: Journal,
): Managed {
  const clock = new SimulatedClock(1_000);
  const eventBus = new EventBus();
  const options = { clock, ...(journal && { journal }) };
  const locks = new ResourceManager(config, eventBus, silentLogger, options);
  const heard: string[] = [];
  for (
    const name of [
      "resource:acquired",
      "resource:reacquired",
      "resource:released",
      "resource:expired",
      "resource:revoked",
    ] as const
  ) {
    eventBus.on(name, ({ resourceId, agentId }) => heard.push(`${name} ${resourceId} ${agentId}`));
  }
  eventBus.on("deadlock:detected", ({ agents, resources, victim }) => {
    heard.push(`deadlock:detected ${agents} ${resources} ${victim}`);
  });
  return { locks, clock, eventBus, heard, [Symbol.asyncDispose]: () => locks.shutdown() };
}
