/**
 * The workload of tasks that share limits by key.
 *
 * @module
 */

import { submit } from "../attempts.ts";
import type { Behavior } from "../actor.ts";
import type { SimulatedAgent, Workload } from "../agent.ts";
import type { Chance } from "../chance.ts";
import type { Budget, KeyLimit } from "../../../tasks/limits.ts";
import type { TaskScript } from "../world.ts";

/**
 * Tasks of three keys on agents that are given tasks and agents that ask, beside tasks without a key:
 * with locks, children and crashes, placed ones that are stolen; and an operator who lowers,
 * raises and lifts the limits, pauses keys, and changes rates, while they run.
 */
export const keyed: Workload = {
  name: "keyed",
  clients: 3,
  config: (chance) => ({
    tasks: {
      agingMs: chance.pick([0, 20]),
      retryDelay: chance.pick([1, 20]),
      maxRetryDelayMs: 50,
      abortGraceMs: chance.pick([1, 20, 100]),
      maxCrashes: 3,
      stealing: chance.happens(0.5),
      stealThreshold: 2,
      limits: {
        "key-0": { maxConcurrent: chance.between(1, 3) },
        "key-1": { rate: { tokens: chance.between(1, 5), perMs: chance.pick([10, 50]) } },
      },
      maxLimits: chance.pick([2, 100]),
      seed: chance.seed(),
    },
  }),
  profile: ({ index, world: { chance } }) => ({
    pulls: index % 4 === 3,
    queue: chance.pick([0, 2, 100]),
  }),
  behavior: (agent) => agent.index % 4 === 3 ? [ask(agent)] : [],
  client: (client) => [client.index === 0 ? changeLimits(client) : feed(client)],
};

const KEYS = ["key-0", "key-1", "key-2"];

function drawLimit(chance: Chance): KeyLimit {
  return {
    ...(chance.happens(0.7) && { maxConcurrent: chance.pick([0, 1, 1, 2, 3, 5]) }),
    ...(chance.happens(0.4) && {
      rate: { tokens: chance.pick([1, 2, 5]), perMs: chance.pick([10, 30, 100]) },
    }),
    ...(chance.happens(0.2) && { budget: drawBudget(chance, 20) }),
  };
}

/** Draws a budget of a few attempts. */
function drawBudget(chance: Chance, most: number): Budget {
  return {
    ...(chance.happens(0.5) && { attempts: chance.between(1, most) }),
    ...(chance.happens(0.3) && { runMs: chance.between(1, 20 * most) }),
    ...(chance.happens(0.5) && { counters: { tokens: chance.between(1, 100 * most) } }),
  };
}

function* changeLimits(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  while (!world.isOver) {
    yield* client.sleep(chance.around(40));
    const key = chance.pick([...KEYS, "another-key"]);
    const limit = chance.happens(0.2) ? undefined : drawLimit(chance);
    yield* client.deliver({ type: "set-limit", key, ...(limit !== undefined && { limit }) });
    if (chance.happens(0.3)) {
      const budget = chance.happens(0.5) ? undefined : drawBudget(chance, 20);
      yield* client.deliver({ type: "set-budget", ...(budget !== undefined && { budget }) });
    }
    const tasks = [...world.engine.state.tasks.tasks.values()];
    const waiting = tasks.filter(({ lane, group }) => lane !== undefined && group !== undefined);
    const { spec: { id: taskId } = { id: "nothing" } } = waiting[0] ?? {};
    if (chance.happens(0.3)) yield* client.deliver({ type: "assign", taskId, agentId: "" });
  }
  // Each attempt of the tasks that are left can begin, also after a command that came late.
  for (let idle = 0; idle < MOST_IDLE; idle++) {
    if (world.unfinishedTasks > 0) idle = 0;
    yield* client.deliver({ type: "set-budget" });
    yield* client.deliver({ type: "set-limit", key: "another-key" });
    for (const key of KEYS) yield* client.deliver({ type: "set-limit", key });
    yield* client.sleep(20);
  }
}

function* feed(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  while (!world.isOver) {
    const { id } = chance.pick(world.workers);
    const isChanged = chance.happens(0.05);
    const taskId = yield* submit(client, {
      ...(chance.happens(0.8) && { limitKey: chance.pick(KEYS) }),
      ...{ script: drawScript(chance), priority: chance.int(3), retries: chance.int(3) },
      ...(chance.happens(0.4) && { assignedAgent: id, placed: chance.happens(0.7) }),
      ...(chance.happens(0.2) && { budget: drawBudget(chance, 3) }),
      resources: chance.happens(0.2) ? [request(chance)] : [],
      queueTimeoutMs: chance.pick([0, 0, 500]),
      heartbeatTimeoutMs: chance.pick([0, 0, 100]),
      totalTimeoutMs: chance.pick([0, 0, 2_000]),
    });
    if (isChanged) yield* client.deliver({ type: "set-priority", taskId, priority: chance.int(5) });
    if (chance.happens(0.05)) {
      yield* client.deliver({ type: "cancel", taskId, reason: "it is not needed" });
    }
    while (world.unfinishedTasks > 20 && !world.isOver) yield* client.sleep(5);
  }
}

function drawScript(chance: Chance): TaskScript {
  const script = {
    ms: chance.around(10),
    throws: chance.pick([0, 0, 0.2]),
    spends: chance.pick([0, 0, 100]),
    poison: chance.pick([0, 0, 0, 0.1]),
  };
  if (!chance.happens(0.2)) return script;
  const child = { script: { ms: chance.around(5) }, resources: [], isAwaited: chance.happens(0.8) };
  return { ...script, children: [child] };
}

function request(chance: Chance) {
  return { resourceId: `file-${chance.int(2)}`, mode: "exclusive" as const, units: 1 };
}

/** The rounds without open tasks after which none is submitted any more. */
const MOST_IDLE = 30;

/** Asks again and again, until all tasks have ended. */
function* ask(agent: SimulatedAgent): Behavior {
  const { world, id: agentId } = agent;
  for (let idle = 0; idle < MOST_IDLE; idle++) {
    if (!world.isOver || world.unfinishedTasks > 0) idle = 0;
    yield* agent.sleep(world.chance.around(15));
    const waitMs = world.chance.pick([0, 20, 100]);
    yield* agent.call({ type: "claim", agentId, taskId: "", waitMs });
  }
}
