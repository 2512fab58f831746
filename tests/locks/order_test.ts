/**
 * Laws about the order of what one step does, and about the cycles of counted locks.
 *
 * Some lists of the state are in no particular order, since that depends on what was removed from
 * them. No event may depend on it: neither the victim of a deadlock, nor which of several consequences
 * comes first.
 */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { push } from "../../src/core/data/heap.ts";
import { decode, encode } from "../../src/core/data/plain.ts";
import type { LockCommand } from "../../src/locks/commands.ts";
import type { LockConfig } from "../../src/locks/config.ts";
import { lockMachine } from "../../src/locks/machine.ts";
import type { LockState, Ticket } from "../../src/locks/state.ts";
import type { ResourceRequest } from "../../src/locks/types.ts";
import { stepped } from "../support/driver.ts";
import { agentId, holder, type Move, moves } from "./commands.ts";
import { Twin } from "./twin.ts";

const config: fc.Arbitrary<Partial<LockConfig>> = fc.record({
  agingMs: fc.constantFrom(0, 10),
  deadlockPolicy: fc.constantFrom<"abort" | "revoke">("abort", "revoke"),
});

const owner = fc.constantFrom("a", "b", "c", "d", "a#1", "b#1");
const resourceId = fc.constantFrom("r", "s", "t");

function acquire(owner: string, request: ResourceRequest, priority: number): LockCommand {
  const terms = { ...holder(owner), priority, timeoutMs: 0, leaseMs: 0 };
  return { type: "acquire", ...request, ...terms, wait: true };
}

const release = fc.tuple(owner, resourceId).map(([owner, resourceId]): LockCommand => (
  { type: "release", resourceId, ...holder(owner), epoch: 0 }
));

/** Owners ask for one or two units of locks, and wait for responses: cycles that are no deadlocks. */
const cycles = listOf(fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(owner, resourceId, fc.constantFrom(1, 1, 2), fc.nat(1)).map(
      ([owner, resourceId, units, priority]) =>
        acquire(owner, { resourceId, mode: "exclusive", units }, priority),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(fc.nat(1_000_000), agentId, agentId).map(([id, from, to]): LockCommand => (
      { type: "ask", askId: `ask ${id}`, agentId: from, toAgentId: to, priority: 0 }
    )),
  },
  { weight: 2, arbitrary: release },
));

/** Many hold and await the same locks; several of them lose them in one step. */
const crowds = listOf(fc.oneof(
  {
    weight: 10,
    arbitrary: fc.tuple(owner, resourceId, fc.nat(9), fc.nat(1)).map(
      ([owner, resourceId, which, priority]) =>
        acquire(
          owner,
          { resourceId, mode: which < 8 ? "shared" : "exclusive", units: 1 },
          priority,
        ),
    ),
  },
  { weight: 3, arbitrary: release },
  {
    weight: 2,
    arbitrary: fc.tuple(resourceId, fc.uniqueArray(agentId, { minLength: 2 })).map(
      ([resourceId, agentIds]): LockCommand => ({ type: "evict", resourceId, agentIds }),
    ),
  },
  {
    weight: 1,
    arbitrary: owner.map((owner): LockCommand => ({ type: "release-all", ...holder(owner) })),
  },
));

/** Makes lists of commands on locks of two units. */
function listOf(command: fc.Arbitrary<LockCommand>): fc.Arbitrary<Move[]> {
  const definitions = ["r", "s", "t"].map((resourceId): LockCommand => (
    { type: "define", resourceId, capacity: 2 }
  ));
  return fc.array(command, { minLength: 8, maxLength: 40, size: "max" }).map((commands) =>
    [...definitions, ...commands].map((command) => ({
      afterMs: 0,
      command: () => command,
      toString: () => JSON.stringify(command),
    }))
  );
}

for (const [name, list] of Object.entries({ cycles, crowds })) {
  Deno.test(`every step emits the events that a slow model predicts, in ${name}`, () => {
    fc.assert(
      fc.property(config, list, (rules, script) => {
        const twin = new Twin(rules);
        const machine = lockMachine(rules);
        const state = machine.init();
        for (const { command: given } of script) {
          const command = given(state);
          twin.follow(command, 0, stepped(machine, state, command, 0));
        }
      }),
      { numRuns: 250 },
    );
  });
}

/** Returns a copy of `state` in which all lists without an order are in a random one. */
function shuffled(state: LockState, next: () => number): LockState {
  const copy = decode(encode(state)) as LockState;
  const shuffle = <Member>(list: Member[], place: (member: Member, index: number) => void) => {
    for (let i = list.length - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1));
      [list[i], list[j]] = [list[j]!, list[i]!];
    }
    list.forEach(place);
  };
  for (const { holds, queue } of copy.locks.values()) {
    shuffle(holds, (hold, i) => hold.lockIndex = i);
    const tickets: Ticket[] = queue.splice(0);
    shuffle(tickets, (ticket) => ticket.position = -1);
    for (const ticket of tickets) push(queue, ticket);
  }
  for (const { holds, waits, outgoing = [], incoming = [] } of copy.owners.values()) {
    shuffle(holds, (hold, i) => hold.ownerIndex = i);
    shuffle(waits, (wait, i) => wait.ownerIndex = i);
    shuffle(outgoing, (request, i) => request.fromIndex = i);
    shuffle(incoming, (request, i) => request.toIndex = i);
  }
  return copy;
}

Deno.test("no event depends on the order of a list that has none", () => {
  const numbers = fc.infiniteStream(fc.nat(999));
  fc.assert(
    fc.property(config, fc.oneof(moves, cycles, crowds), numbers, (rules, script, numbers) => {
      const machine = lockMachine(rules);
      const state = machine.init();
      const next = () => numbers.next().value / 1_000;
      let now = 0;
      for (const { afterMs, command: given } of script) {
        now += afterMs;
        const command = given(state);
        const other = shuffled(state, next);
        assertEquals(stepped(machine, other, command, now), stepped(machine, state, command, now));
      }
    }),
    { numRuns: 150 },
  );
});
