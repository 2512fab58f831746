/**
 * The workload of waits whose callers leave them.
 *
 * @module
 */

import type { SimulatedAgent, Workload } from "../agent.ts";
import type { Behavior } from "../actor.ts";
import { drawLockRules } from "./locks.ts";

/**
 * Agents that wait for locks, and for paths, by calls that end before their waits do; some of them never
 * come back, or too late; beside others that wait for the same.
 */
export const leaving: Workload = {
  name: "leaving",
  config: (chance) => {
    const { locks } = drawLockRules(chance);
    return { locks: { ...locks, maxEndedWaits: chance.pick([1, 1_000]) } };
  },
  behavior: (agent) => [comeAndGo(agent)],
};

const SETS = [["counter-0"], ["counter-1"], ["counter-0", "counter-1"], ["paths:docs/*"]];

function* comeAndGo(agent: SimulatedAgent): Behavior {
  const { world, locks } = agent;
  const { chance } = world;
  while (!world.isOver) {
    yield* agent.sleep(chance.around(6));
    const names = chance.pick(SETS);
    const terms = { priority: chance.int(3), timeoutMs: chance.pick([0, 0, 40, 200]) };
    const epoch = chance.happens(0.7)
      ? yield* locks.acquireByTicket(names, {
        ...terms,
        mode: chance.happens(0.3) ? "shared" : "exclusive",
        leaseMs: chance.pick([0, 30, 400]),
      })
      : yield* locks.acquire(names[0]!, terms);
    if (epoch === 0) continue;
    yield* agent.sleep(chance.around(5));
    for (const name of names) yield* locks.release(name, 0);
    if (chance.happens(0.1)) yield* locks.releaseAll();
  }
  yield* locks.releaseAll();
}
