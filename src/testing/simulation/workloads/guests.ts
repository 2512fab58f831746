/**
 * The workload of agents that are never registered.
 *
 * @module
 */

import type { RootCommand } from "../../../root/state.ts";
import type { SimulatedAgent, Workload } from "../agent.ts";
import type { Behavior, Routine } from "../actor.ts";
import type { World } from "../world.ts";

/**
 * Agents that only lock, wait, ask, are sent messages and take part in conflicts, until a client
 * removes them; some come back under their name.
 */
export const guests: Workload = {
  name: "guests",
  clients: 3,
  client: (client) => [host(client)],
};

const GUESTS = 4;
const LEASE_MS = 400;

function* host(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  const nameOf = (number: number) => `guest-${client.index}-${number}`;
  while (!world.isOver) {
    const guest = nameOf(chance.int(GUESTS));
    for (let count = chance.between(1, 4); count > 0; count--) {
      yield* client.deliver(chance.pick(VISITS)(world, guest, nameOf(chance.int(GUESTS))));
    }
    yield* client.sleep(chance.around(5));
    if (chance.happens(0.7)) yield* remove(client, guest);
  }
  yield* client.sleep(2 * LEASE_MS); // until nothing that was delayed brings one of them back
  for (let number = 0; number < GUESTS; number++) yield* remove(client, nameOf(number));
}

function* remove(client: SimulatedAgent, agentId: string): Routine<void> {
  yield* client.deliver({ type: "remove-agent", agentId, reason: "it has gone" });
}

type Visit = (world: World, guest: string, other: string) => RootCommand;

const VISITS: readonly Visit[] = [
  acquire,
  acquire,
  (world, from, to) => message(world, from, to, 0),
  (world, from, to) => message(world, from, to, 100),
  (world, to, from) => message(world, from, to, 100),
  ({ chance }, agentId) => ({ type: "rank-agent", agentId, priority: chance.int(3) }),
  (_world, guest, other) => ({
    ...{ type: "report-conflict", subject: "resource", subjectId: "seat" },
    ...{ disagreement: undefined, agents: [guest, guest === other ? "host" : other] },
  }),
];

function acquire({ chance }: World, agentId: string): RootCommand {
  return {
    ...{ type: "acquire", resourceId: `seat-${chance.int(3)}`, mode: "exclusive", units: 1 },
    ...{ agentId, owner: chance.happens(0.5) ? agentId : `${agentId}, second process` },
    ...{ priority: 0, timeoutMs: chance.pick([0, 50]), leaseMs: LEASE_MS, wait: true },
  };
}

function message(_world: World, from: string, to: string, responseMs: number): RootCommand {
  return {
    ...{ type: "send-message", from, to, kind: "note", payload: 1, messageId: "" },
    ...{ priority: 0, ttlMs: 0, responseMs },
  };
}
