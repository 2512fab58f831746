/**
 * The workload of agents that ask for their tasks.
 *
 * @module
 */

import { Refusal } from "../../../core/machine.ts";
import { submit } from "../attempts.ts";
import type { Behavior } from "../actor.ts";
import type { SimulatedAgent, Workload } from "../agent.ts";
import type { Chance } from "../chance.ts";
import { NO_ANSWER } from "../engine.ts";
import type { ResourceRequest } from "../../../locks/types.ts";
import { RESERVED } from "./locks.ts";

/**
 * Agents that ask, some of them for a task by its id; that withdraw, die or ask again while they wait;
 * that give claims back; beside some that are given tasks. Tasks reserve files, also by patterns that
 * overlap.
 */
export const asking: Workload = {
  name: "asking",
  clients: 2,
  config: (chance) => ({
    tasks: {
      retryDelay: chance.pick([1, 20]),
      maxRetryDelayMs: 50,
      abortGraceMs: chance.pick([1, 20, 100]),
      stealing: chance.happens(0.5),
      stealThreshold: 2,
      seed: chance.seed(),
    },
  }),
  profile: ({ index }) => ({
    pulls: index % 3 !== 2,
    capabilities: index % 2 === 0 ? ["sql"] : [],
  }),
  behavior: (agent) => agent.index % 3 !== 2 ? [askForTasks(agent)] : [],
  client: (client) => [feed(client)],
};

/** Asks again and again, also while it runs what it got. */
function* askForTasks(agent: SimulatedAgent): Behavior {
  const { world, id: agentId } = agent;
  const { chance } = world;
  let ticket: number | undefined;
  while (!world.isOver || world.unfinishedTasks > 0) {
    yield* agent.sleep(chance.int(6));
    if (chance.happens(0.3)) yield* agent.sleep(chance.around(30));
    const { tasks } = world.engine.state.tasks;
    const isExact = !world.isOver && chance.happens(0.15) && tasks.size > 0;
    const taskId = isExact ? chance.pick([...tasks.keys(), "nothing"]) : "";
    const waitMs = chance.pick([0, 20, 100]);
    const keepMs = chance.pick([undefined, 20, 100]);
    const kept = keepMs !== undefined && { keepMs };
    const isSame = ticket !== undefined && chance.happens(0.8);
    const answer = yield* agent.call({
      ...{ type: "claim", agentId, taskId, waitMs },
      ...kept,
      ...(isSame && { ticket: ticket! }),
    });
    ticket = undefined;
    if (answer === NO_ANSWER || answer instanceof Refusal) continue;
    if (answer.status === "granted") {
      agent.attempts.take(answer.taskId, answer.epoch);
      if (!world.isOver && chance.happens(0.1)) {
        const { taskId, epoch } = answer;
        yield* agent.call({ type: "release-claim", taskId, epoch, reason: "it is not its kind" });
      }
    } else if (keepMs !== undefined) {
      ticket = answer.ask;
      yield* agent.sleep(chance.int(waitMs + 1));
      if (chance.happens(0.2)) {
        yield* agent.call({ type: "detach-ask", agentId, ask: ticket, keepMs });
      }
      if (world.injects("caller-vanishes", 0.2)) yield* agent.sleep(waitMs + 3 * keepMs);
      else if (world.injects("caller-late", 0.3)) yield* agent.sleep(chance.around(keepMs));
    } else if (chance.happens(0.2)) {
      yield* agent.sleep(chance.int(20));
      yield* agent.call({ type: "withdraw-ask", agentId, ask: answer.ask });
    } else yield* agent.sleep(chance.int(2 * waitMs + 1));
  }
}

/** Returns a request for a file, or for files that others may reserve under other patterns. */
function reserved(chance: Chance): ResourceRequest {
  const [resourceId] = chance.pick(RESERVED);
  const isPaths = chance.happens(0.7);
  return {
    resourceId: isPaths ? resourceId : `file-${chance.int(3)}`,
    mode: isPaths && chance.happens(0.3) ? "shared" : "exclusive",
    units: 1,
  };
}

function* feed(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  while (!world.isOver) {
    const { id } = chance.pick(world.workers);
    yield* submit(client, {
      script: { ms: chance.around(8), throws: chance.pick([0, 0, 0.2]) },
      requires: chance.happens(0.3) ? ["sql"] : [],
      resources: chance.happens(0.3) ? [reserved(chance)] : [],
      queueTimeoutMs: chance.pick([0, 0, 500]),
      heartbeatTimeoutMs: chance.pick([0, 0, 100]),
      ...(chance.happens(0.2) && { assignedAgent: id, placed: chance.happens(0.7) }),
    });
    while (world.unfinishedTasks > 12 && !world.isOver) yield* client.sleep(5);
  }
}
