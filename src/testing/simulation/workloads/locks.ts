/**
 * The workloads of locks.
 *
 * @module
 */

import type { ResourceRequest } from "../../../locks/types.ts";
import type { SimulatedAgent, Workload } from "../agent.ts";
import type { Chance } from "../chance.ts";
import type { Behavior, Routine } from "../actor.ts";
import { accepted } from "../engine.ts";

/** Draws a config of locks with short times and low limits. */
export function drawLockRules(chance: Chance) {
  return {
    locks: {
      agingMs: chance.pick([0, 5, 50]),
      deadlockPolicy: chance.pick(["abort", "revoke"] as const),
      maxWaiters: chance.pick([4, 1_000, 1_000]),
      maxResources: chance.pick([40, 1_000]),
    },
  };
}

/**
 * Dijkstra's dining philosophers: each takes the fork on one side and then the one on the other, which
 * leads to deadlocks, or both at once, which doesn't.
 */
export const philosophers: Workload = {
  name: "philosophers",
  config: drawLockRules,
  behavior: (agent) => [dine(agent)],
};

function* dine(agent: SimulatedAgent): Behavior {
  const { world, locks } = agent;
  const { chance } = world;
  const left = `fork-${agent.index}`;
  const right = `fork-${(agent.index + 1) % world.workers.length}`;
  const forks = left === right ? [left] : [left, right];
  while (!world.isOver) {
    yield* agent.sleep(chance.around(5));
    const priority = chance.int(3);
    if (chance.happens(0.3)) {
      if (yield* locks.acquireAll(forks.map(exclusive), { priority })) {
        yield* agent.sleep(chance.around(3));
      }
      yield* locks.releaseAll();
      continue;
    }
    if (chance.happens(0.2)) {
      yield* askForMore(agent, priority);
      continue;
    }
    if (chance.happens(0.3)) {
      const trays = chance.some(TRAYS, 0.7);
      yield* reachForAll(agent, chance.happens(0.5) ? forks : trays);
      continue;
    }
    const held: [string, number][] = [];
    for (const fork of forks) {
      const timeoutMs = chance.pick([0, 0, 20, 200]);
      const epoch = yield* locks.acquire(fork, { priority, timeoutMs });
      if (epoch === 0) break;
      held.push([fork, epoch]);
      yield* agent.sleep(chance.int(4));
    }
    for (const [fork, epoch] of held) {
      locks.touch(fork, epoch);
      yield* locks.release(fork, epoch);
    }
  }
  yield* locks.releaseAll();
}

const TRAYS = ["tray-0", "tray-1", "tray-2"];

function exclusive(resourceId: string): ResourceRequest {
  return { resourceId, mode: "exclusive", units: 1 };
}

/** Holds one tray and requests others, together or one more, while other agents wait for them. */
function* askForMore(agent: SimulatedAgent, priority: number): Routine<void> {
  const { world: { chance }, locks } = agent;
  const first = chance.pick(TRAYS);
  const others = TRAYS.filter((tray) => tray !== first);
  const timeoutMs = chance.pick([0, 0, 0, 100]);
  if ((yield* locks.acquire(first, { priority, timeoutMs })) !== 0) {
    const more = chance.happens(0.5) ? others : others.slice(1);
    if (yield* locks.acquireAll(more.map(exclusive), { priority: chance.int(3), timeoutMs })) {
      yield* agent.sleep(chance.around(3));
    }
  }
  yield* locks.releaseAll();
}

/** Waits for several locks at the same time, and keeps each until all waits have ended. */
function* reachForAll(agent: SimulatedAgent, forks: readonly string[]): Routine<void> {
  const { world, locks } = agent;
  let missing = forks.length;
  function* reachFor(fork: string): Behavior {
    const epoch = yield* locks.acquire(fork, { priority: world.chance.int(3) });
    missing--;
    while (missing > 0) yield* agent.sleep(2);
    if (epoch !== 0) yield* locks.release(fork, epoch);
  }
  for (const fork of forks) agent.spawn(reachFor(fork));
  while (missing > 0) yield* agent.sleep(3);
}

/** Readers that share, writers that don't, and agents that take units of a counted resource. */
export const readersAndWriters: Workload = {
  name: "readers-writers",
  config: drawLockRules,
  begin(world) {
    world.after(0, () => {
      for (const resourceId of ["pool-0", "pool-1"]) {
        world.report({ type: "define", resourceId, capacity: world.chance.between(2, 4) });
      }
    });
  },
  behavior: (agent) => [agent.index % 3 === 0 ? count(agent) : readAndWrite(agent)],
};

function* readAndWrite(agent: SimulatedAgent): Behavior {
  const { world, locks } = agent;
  const { chance } = world;
  let earlier = 0;
  while (!world.isOver) {
    const book = `book-${chance.int(3)}`;
    const mode = chance.happens(0.7) ? "shared" : "exclusive";
    const leaseMs = chance.pick([0, 10, 50]);
    const wait = chance.happens(0.8);
    const terms = { mode, priority: chance.int(2), timeoutMs: chance.pick([0, 30]), wait } as const;
    const epoch = yield* locks.acquire(book, leaseMs === 0 ? terms : { ...terms, leaseMs });
    if (epoch !== 0) {
      if (earlier !== 0 && chance.happens(0.1)) yield* locks.release(book, earlier);
      earlier = epoch;
      yield* agent.sleep(chance.around(4));
      if (mode === "exclusive") locks.touch(book, epoch);
      if (chance.happens(0.2)) yield* locks.acquire(book, { mode: "exclusive", timeoutMs: 20 });
      if (leaseMs > 0 && chance.happens(0.5)) yield* locks.renew(book, epoch, leaseMs);
      yield* agent.sleep(chance.around(4));
      yield* locks.release(book, chance.happens(0.8) ? epoch : 0);
    }
    yield* agent.sleep(chance.around(5));
  }
  yield* locks.releaseAll();
}

/** Sets of paths, by id, and a file of each. */
export const RESERVED: readonly (readonly [resourceId: string, file: string])[] = [
  ["paths:src/a.ts", "src/a.ts"],
  ["paths:src/b.ts", "src/b.ts"],
  ["paths:src/*.ts", "src/a.ts"],
  ["paths:docs/a.md,src/b.ts", "docs/a.md"],
  ["paths:docs/**", "docs/a.md"],
  ["paths:docs/[ab].md", "docs/b.md"],
  ["paths:**", "src/b.ts"],
];

/** Agents that reserve files, alone or with others, and reserve more while they hold some. */
export const reservations: Workload = {
  name: "reservations",
  config: drawLockRules,
  behavior: (agent) => [reserve(agent)],
};

function* reserve(agent: SimulatedAgent): Behavior {
  const { world, locks } = agent;
  const { chance } = world;
  while (!world.isOver) {
    const held: (readonly [resourceId: string, epoch: number])[] = [];
    if (chance.happens(0.2)) {
      const requests = chance.some(RESERVED, 0.3).map(([resourceId]) => exclusive(resourceId));
      if (requests.length > 0) yield* locks.acquireAll(requests, { priority: chance.int(3) });
      yield* agent.sleep(chance.around(3));
      yield* locks.releaseAll();
    }
    for (let more = chance.between(1, 3); more > 0; more--) {
      const [resourceId, file] = chance.pick(RESERVED);
      const mode = chance.happens(0.4) ? "shared" : "exclusive";
      const timeoutMs = chance.pick([0, 0, 20, 100]);
      const epoch = yield* locks.acquire(resourceId, { mode, timeoutMs, priority: chance.int(3) });
      if (epoch === 0) break;
      held.push([resourceId, epoch]);
      yield* agent.sleep(chance.around(3));
      if (mode === "exclusive") locks.touch(file, epoch);
    }
    for (const [resourceId, epoch] of held) yield* locks.release(resourceId, epoch);
    yield* agent.sleep(chance.around(4));
  }
  yield* locks.releaseAll();
}

function* count(agent: SimulatedAgent): Behavior {
  const { world, locks } = agent;
  const { chance } = world;
  while (!world.isOver) {
    const pool = `pool-${chance.int(2)}`;
    const units = chance.between(1, 4);
    const epoch = yield* locks.acquire(pool, { units, timeoutMs: 100, priority: chance.int(3) });
    if (epoch !== 0) {
      yield* agent.sleep(chance.around(5));
      const other = `pool-${chance.int(2)}`;
      const hasMore = chance.happens(0.5) && other !== pool;
      const more = hasMore ? yield* locks.acquire(other, { timeoutMs: 100 }) : 0;
      if (more !== 0) yield* locks.release(other, more);
      yield* locks.release(pool, epoch);
    }
    yield* agent.sleep(chance.around(5));
    if (chance.happens(0.1)) {
      yield* agent.deliver({ type: "define", resourceId: pool, capacity: chance.between(1, 4) });
    }
    if (chance.happens(0.05)) yield* misbehave(agent, pool);
  }
  yield* locks.releaseAll();
}

/** Begins a wait, and cancels it. */
function* changeMind(agent: SimulatedAgent): Routine<void> {
  const { id: agentId, world } = agent;
  const common = { agentId, owner: agentId };
  const answer = accepted(
    yield* agent.call({
      ...{
        type: "acquire",
        resourceId: `book-${world.chance.int(3)}`,
        mode: "exclusive",
        units: 1,
      },
      ...{ priority: 0, timeoutMs: 100, leaseMs: 50, wait: true },
      ...common,
    }),
  );
  if (answer?.status !== "queued") return;
  yield* agent.deliver({ type: "cancel-wait", waitId: answer.waitId, ...common });
}

/** Sends commands that are refused, or come too late. */
function* misbehave(agent: SimulatedAgent, resourceId: string): Behavior {
  const { world, id: agentId } = agent;
  const { chance } = world;
  const common = { agentId, owner: agentId };
  switch (chance.int(3)) {
    case 0:
      yield* agent.call({ type: "release", resourceId, epoch: chance.between(0, 5), ...common });
      return;
    case 1:
      yield* agent.call({ type: "cancel-wait", waitId: 1 + chance.int(50), ...common });
      return yield* changeMind(agent);
    case 2:
      yield* agent.call({
        ...{ type: "renew", resourceId, epoch: chance.between(0, 9), leaseMs: 20 },
        ...common,
      });
  }
}
