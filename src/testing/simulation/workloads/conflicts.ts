/**
 * The workload of conflicts and versions.
 *
 * @module
 */

import type { SimulatedAgent, Workload } from "../agent.ts";
import type { Behavior, Routine } from "../actor.ts";
import { accepted } from "../engine.ts";

/** Agents report conflicts, decide them or vote, and change versioned resources without locks. */
export const disputes: Workload = {
  name: "disputes",
  config: (chance) => ({
    conflicts: {
      tiebreak: chance.pick(["id", "none"] as const),
      maxActive: chance.pick([2, 100]),
      keepResolved: chance.pick([0, 3, 100]),
      maxParties: chance.pick([3, 100]),
      keepRequests: chance.pick([1, 10]),
      maxIdleVersions: chance.pick([1, 100]),
      maxReadings: chance.pick([8, 100]),
    },
  }),
  behavior: (agent) => [dispute(agent), edit(agent)],
};

function* dispute(agent: SimulatedAgent): Behavior {
  const { world } = agent;
  const { chance } = world;
  while (!world.isOver) {
    yield* agent.sleep(chance.around(5));
    const conflictId = anyConflict(agent);
    const [a = "", b = ""] = [chance.pick(world.workers).id, chance.pick(world.workers).id];
    switch (chance.int(8)) {
      case 0:
        yield* report(agent);
        break;
      case 1:
        yield* agent.call({
          ...{ type: "decide-conflict", conflictId, strategy: "manual" },
          decision: { type: "manual", winner: a, losers: a === b ? [] : [b], reason: "so be it" },
        });
        break;
      case 2:
        yield* agent.call({
          ...{ type: "auto-resolve", conflictId },
          prefer: chance.pick(["priority", "timestamp"] as const),
        });
        break;
      case 3:
        yield* agent.call({
          ...{ type: "open-vote", conflictId, quorum: 1 + chance.int(2), timeoutMs: 30 },
          electorate: a === b ? [a] : [a, b],
        });
        break;
      case 4:
      case 5:
        yield* agent.call({ type: "cast-vote", conflictId, voter: a, candidate: b });
        break;
      case 6:
        yield* agent.call({ type: "rank-agent", agentId: a, priority: chance.int(3) });
        break;
      default:
        yield* forget(agent, a);
    }
  }
}

function anyConflict({ world: { engine, chance } }: SimulatedAgent): string {
  if (engine.isDown || chance.happens(0.1)) return `conflict-${chance.between(1, 30)}`;
  const { active, resolved } = engine.state.conflicts;
  const ids = [...(chance.happens(0.7) ? active : resolved).keys()];
  return ids.length === 0 ? "conflict-1" : chance.pick(ids);
}

function* report(agent: SimulatedAgent): Routine<void> {
  const { world } = agent;
  const { chance } = world;
  const agents = [...new Set([agent.id, chance.pick(world.workers).id])];
  if (agents.length < 2) return;
  const isTask = chance.happens(0.3);
  yield* agent.call({
    type: "report-conflict",
    subject: isTask ? "task" : "resource",
    subjectId: `book-${chance.int(3)}`,
    disagreement: isTask ? chance.pick(["assignment", "dependency", "output"] as const) : undefined,
    agents,
  });
  yield* agent.call({
    ...{ type: "note-requests", subject: "resource", subjectId: `book-${chance.int(3)}` },
    requests: agents.map((agentId) => [agentId, chance.happens(0.5) ? null : world.now] as const),
  });
}

function* forget(agent: SimulatedAgent, agentId: string): Routine<void> {
  const { world } = agent;
  const before = Math.max(0, world.now - 100);
  switch (world.chance.int(4)) {
    case 0:
      yield* agent.call({ type: "forget-party", agentId });
      return;
    case 1:
      yield* agent.call({ type: "forget-conflicts", before });
      return;
    case 2:
      yield* agent.call({ type: "forget-readers", before });
  }
}

/** Reads a version, works, and commits; after a concurrent commit it reads again. */
function* edit(agent: SimulatedAgent): Behavior {
  const { world, id: agentId } = agent;
  const { chance } = world;
  while (!world.isOver) {
    const resourceId = `page-${chance.int(3)}`;
    const read = accepted(yield* agent.call({ type: "read-version", resourceId, agentId }));
    const expectedVersion = read?.version ?? 0;
    yield* agent.sleep(chance.around(5));
    if (chance.happens(0.1)) yield* agent.call({ type: "release-version", resourceId, agentId });
    else yield* agent.call({ type: "commit-version", resourceId, agentId, expectedVersion });
  }
}
