/**
 * The workload of schedules.
 *
 * @module
 */

import type { SetSchedule } from "../../../tasks/commands.ts";
import { PLAIN, submit } from "../attempts.ts";
import type { Behavior } from "../actor.ts";
import type { SimulatedAgent, Workload } from "../agent.ts";
import { SOLO } from "../checks/schedules.ts";

/** The names of the schedules. */
const NAMES = [`${SOLO}-0`, `${SOLO}-1`, "free-0", "free-1"];

/**
 * Schedules that are set, set again and removed while agents run their tasks, some of which take longer
 * than the time between two occasions.
 */
export const repeating: Workload = {
  name: "repeating",
  clients: 2,
  config: (chance) => ({
    tasks: {
      retryDelay: 5,
      abortGraceMs: chance.pick([1, 20]),
      keepFinished: chance.pick([0, 20]),
      maxTasks: chance.pick([10, 100_000]),
      maxSchedules: chance.pick([3, 100]),
      maxMissed: chance.pick([0, 2, 10]),
      occasionGraceMs: chance.pick([0, 5, 50]),
      seed: chance.seed(),
    },
  }),
  client: (client) => [client.index === 0 ? setSchedules(client) : load(client)],
};

function* setSchedules(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  while (!world.isOver) {
    const id = chance.pick(NAMES);
    yield* client.deliver(draw(client, id));
    yield* client.sleep(chance.around(100));
    if (!chance.happens(0.2)) continue;
    yield* client.deliver({ type: "remove-schedule", scheduleId: "free-0" });
  }
  // A late copy of a command would set a schedule again.
  while (world.now <= world.quietAt) yield* client.sleep(10);
  do {
    for (const scheduleId of world.engine.isDown ? [] : NAMES) {
      yield* client.deliver({ type: "remove-schedule", scheduleId });
    }
    yield* client.sleep(10);
  } while (world.engine.isDown || world.engine.state.tasks.schedules.size > 0);
}

function draw({ world: { chance, now } }: SimulatedAgent, id: string): SetSchedule {
  const task = { ...PLAIN, id, timeoutMs: 100, totalTimeoutMs: 2_000, retries: chance.int(2) };
  return {
    type: "set-schedule",
    spec: {
      id,
      everyMs: chance.pick([7, 20, 100]),
      ...(chance.happens(0.5) && { startAt: now + chance.between(-200, 200) }),
      missed: chance.pick(["skip", "once", "all"] as const),
      overlap: !id.startsWith(SOLO),
      task: { ...task, scheduleId: id },
    },
    ...{ input: null, metadata: null },
  };
}

/** Keeps agents busy now and then, so that tasks of schedules wait. */
function* load(client: SimulatedAgent): Behavior {
  const { world } = client;
  while (!world.isOver) {
    yield* client.sleep(world.chance.around(60));
    yield* submit(client, { script: { ms: world.chance.around(30) }, timeoutMs: 300 });
  }
}
