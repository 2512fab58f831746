import { stepped } from "../support/driver.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { PartCommand, RootCommand, RootState } from "../../src/root/state.ts";
import { rootMachine } from "../../src/root/machine.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import { Refusal, transition } from "../../src/core/machine.ts";
import { decode, encode } from "../../src/core/data/plain.ts";
import { claimOf, claimOwner, claimsOfAsk } from "../../src/locks/types.ts";
import { isLent, lockEpochOf } from "../../src/tasks/state.ts";
import { mayOwnLocks } from "../../src/root/reactions/claims.ts";
import { rootConfigs, rootMoves } from "./root_moves.ts";

const GONE: ReadonlySet<string> = new Set(["agent:terminated", "agent:died", "agent:left"]);

/** Nothing anywhere speaks of an agent that is gone. */
function assertGone(agentId: string, state: RootState): void {
  const { tasks, locks, messages, conflicts, agents, breakers } = state;
  const owner = locks.owners.get(agentId);
  assertEquals(owner?.holds.length ?? 0, 0, `NoGhostWaiter: ${agentId} holds`);
  assertEquals(owner?.waits.length ?? 0, 0, `NoGhostWaiter: ${agentId} waits`);
  assert(!tasks.agents.has(agentId), `OwnedByLiveAgent: ${agentId} has tasks`);
  assert(!messages.mailboxes.has(agentId), `${agentId} has a mailbox`);
  assert(!messages.waitingOn.has(agentId) && !messages.askedOf.has(agentId), `${agentId} asks`);
  assert(!conflicts.knownAgents.has(agentId), `${agentId} is a party`);
  assert(!conflicts.conflictsOf.has(agentId), `${agentId} can win`);
  assert(!agents.members.has(agentId), `${agentId} is a member`);
  assert(!breakers.breakers.has(`agent:${agentId}`), `${agentId} has a breaker`);
}

/** The invariants between the subsystems after each step. */
function checkRoot({ tasks, locks, messages, conflicts, calls, asking }: RootState): void {
  for (const { owner, holds, waits } of locks.owners.values()) {
    const claim = claimOf(owner);
    if (claim === undefined || holds.length + waits.length === 0) continue;
    assert(mayOwnLocks(tasks, claim), `${claim.taskId} holds after its end`);
  }
  for (const { askId, from } of locks.requests.values()) {
    const claims = claimsOfAsk(askId);
    const waiter = claims && tasks.tasks.get(claims.taskId);
    const isPending = claims === undefined
      ? messages.requests.has(askId)
      : waiter !== undefined && isLent(waiter) &&
        from.owner === claimOwner(waiter.spec.id, lockEpochOf(waiter));
    assert(isPending, `${askId} is watched after its end`);
  }
  const running = [...tasks.tasks.values()].filter(({ status }) => status === "running");
  const epochs = new Set(running.map(({ epoch }) => epoch));
  for (const epoch of calls.keys()) assert(epochs.has(epoch), `call ${epoch} has no attempt`);
  assertEquals(asking.size, 0, "no claim waits for a permit after the step");
  for (const conflict of conflicts.active.values()) {
    const present = conflict.agents.filter((agentId) => !conflict.gone.has(agentId));
    assert(present.length > 1, `${conflict.id} is open though it is decided`);
  }
}

/** Agents that are gone by `events`, and were not brought back by a later one. */
function goneBy(events: readonly LockstepEvent[]): Set<string> {
  const gone = new Set<string>();
  for (const event of events) {
    if (event.type === "agent:joined" || event.type === "agent:spawned") gone.delete(event.agentId);
    else if (GONE.has(event.type)) gone.add((event as { agentId: string }).agentId);
  }
  return gone;
}

const LEAVING: ReadonlySet<string> = new Set([
  "tick",
  "leave-agent",
  "remove-agent",
  "drain-agent",
]);

Deno.test("nothing is owned by an agent that is gone, and what is held is held by someone who runs or asked", () => {
  fc.assert(
    fc.property(rootConfigs, rootMoves, (config, moves) => {
      const machine = rootMachine(config);
      const state = machine.init();
      let now = 0;
      const step = (command: RootCommand | { type: "tick" }) => {
        const events = stepped(machine, state, command, now);
        checkRoot(state);
        if (!LEAVING.has(command.type)) return;
        for (const agentId of goneBy(events)) assertGone(agentId, state);
      };
      for (const { afterMs, command } of moves) {
        now += afterMs;
        step({ type: "tick" });
        step(command(state));
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("a root state of all subsystems that is copied, or saved and restored, goes on as it would have", () => {
  fc.assert(
    fc.property(rootConfigs, rootMoves, fc.nat(100), (config, moves, restart) => {
      const machine = rootMachine(config);
      const state = machine.init();
      let restored = machine.init();
      let now = 0;
      for (const [i, { afterMs, command }] of moves.entries()) {
        now += afterMs;
        if (i === restart % moves.length) restored = decode(encode(restored)) as RootState;
        const next = structuredClone(command(state));
        if (i % 10 === 0) {
          const pure = transition(machine, state, next, now);
          assertEquals(stepped(machine, restored, next, now), pure.events);
          stepped(machine, state, next, now);
          assertEquals(encode(state), encode(pure.state));
        } else {assertEquals(
            stepped(machine, restored, next, now),
            stepped(machine, state, next, now),
          );}
      }
      assertEquals(encode(restored), encode(state));
    }),
    { numRuns: 60 },
  );
});

Deno.test("a command of a person does and answers what the command does, and is recorded if accepted", () => {
  fc.assert(
    fc.property(rootConfigs, rootMoves, (config, moves) => {
      const machine = rootMachine(config);
      const [plain, acted] = [machine.init(), machine.init()];
      let now = 0;
      for (const { afterMs, command } of moves) {
        now += afterMs;
        const given = structuredClone(command(plain));
        if (given.type === "as-agent" || given.type === "resume-listening") continue;
        const events: LockstepEvent[] = [];
        const answer = machine.step(plain, structuredClone(given), now, events);
        const recorded: LockstepEvent[] = [];
        const wrapped = given.type === "tick"
          ? given
          : { type: "as-operator", by: "ana", command: given as PartCommand } as const;
        assertEquals(machine.step(acted, wrapped, now, recorded), answer);
        const records = recorded.filter(({ type }) => type === "operator:acted");
        assertEquals(recorded.filter((event) => !records.includes(event)), events);
        const isRecorded = given.type !== "tick" && !(answer instanceof Refusal);
        assertEquals(records.length, isRecorded ? 1 : 0);
        assertEquals(encode(acted), encode(plain));
      }
    }),
    { numRuns: 60 },
  );
});
