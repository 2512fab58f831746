import { assert, assertEquals, assertThrows } from "@std/assert";
import binding from "../../spec/root/binding.ts";
import { checked } from "../../spec/root/checking.ts";
import { beforeOf, checkStep } from "../../spec/root/invariants.ts";
import { exploreWorld } from "../../spec/root/exploration.ts";
import { WORLDS } from "../../spec/root/worlds.ts";
import { digestOf, readDigest } from "../../spec/tool/digests.ts";
import { readModels } from "../../spec/tool/models.ts";
import type { Reactions } from "../../src/root/composition.ts";
import { Refusal } from "../../src/core/machine.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import { rootMachine } from "../../src/root/machine.ts";
import { REACTIONS } from "../../src/root/reactions/table.ts";
import type { RootState } from "../../src/root/state.ts";
import type { RootMachine } from "../../src/testing/simulation/engine.ts";
import { StepChecker } from "../../src/testing/simulation/checks/step_checker.ts";
import { Coverage } from "../../src/testing/simulation/coverage.ts";
import { EventKinds } from "../../src/testing/simulation/event_kinds.ts";
import { BrokenInvariantError } from "../../src/testing/simulation/failure.ts";
import { registerCommand, submitCommand } from "../../src/tasks/commands.ts";

for (const { name, shows, isLarge } of WORLDS) {
  if (isLarge) continue;
  Deno.test(`the root machine keeps its invariants, and its graph, where ${shows} (${name})`, async () => {
    const graph = binding.explorations!.get(name)!.exploreChecked();
    assertEquals(await digestOf(graph), await readDigest("root", name));
  });
}

Deno.test("every world is explored with the specifications, and every reaction is varied", async () => {
  const models = await readModels();
  for (const { name, shows } of WORLDS) {
    const model = models.find((model) => model.name === `root/explore-${name}`);
    assertEquals([model?.kind, model?.shows], ["exploration", shows]);
  }
  const names = new Set(binding.variants!.map(({ name }) => name));
  for (const [event, reactions] of REACTIONS) {
    for (const { name } of reactions) assert(names.has(`${event} without ${name}`), event);
  }
});

/** The reactions without one. */
function without(event: string, name: string): Reactions<RootState> {
  const kept = REACTIONS.get(event)!.filter((reaction) => reaction.name !== name);
  return new Map(REACTIONS).set(event, kept);
}

for (
  const [event, reaction, worldName, rule] of [
    ["task:assigned", "acquireResources", "claims", "SlotsOnlyWithLocks"],
    ["attempt:ended", "releaseResources", "claims", "NothingHeldByEndedClaim"],
    ["resource:expired", "preemptWithoutLock", "deadlocks", "NoClaimWithoutItsLock"],
    ["message:sent", "watchRequest", "requests", "RequestsAreEdges"],
    ["message:unanswered", "endWatch", "requests", "RequestEdgesMatch"],
    ["deadlock:detected", "cancelRequest", "requests", "VictimsEnd"],
    ["agent:spawned", "enroll", "membership", "AgentsAreMembers"],
    ["agent:spawned", "openMailbox", "membership", "AgentsHaveMailboxes"],
    ["agent:spawned", "suspendNewcomer", "strangers", "SuspectsAvoided"],
    ["agent:recovered", "resumeAgent", "membership", "TrustedGetsTasks"],
    ["agent:joined", "releaseLocks", "lives", "NewLivesOwnNothing"],
    ["agent:died", "removeFromTasks", "membership", "OwnedByLiveAgent"],
    ["agent:left", "closeMailbox", "strangers", "NoGhostMailbox"],
    ["agent:left", "retireFromConflicts", "strangers", "NoGhostParty"],
    ["agent:terminated", "releaseLocks", "membership", "NoGhostWaiter"],
    ["agent:terminated", "forgetBreaker", "breakers", "NoGhostBreaker"],
    ["circuitbreaker:state-change", "limitToProbes", "breakers", "BreakersObeyed"],
    ["conflict:resolved", "evictLosers", "conflicts", "LosersLose"],
  ] as const
) {
  Deno.test(`without ${reaction} on ${event}, ${rule} is broken`, () => {
    const world = WORLDS.find(({ name }) => name === worldName)!;
    const machine = checked(rootMachine(world.config, without(event, reaction)));
    const error = assertThrows(() => exploreWorld(world, undefined, machine), BrokenInvariantError);
    assertEquals(error.rule, rule);
  });
}

/** Explores a world with a machine of which each step is changed afterwards. */
function exploreChanged(
  worldName: string,
  change: (state: RootState, events: LockstepEvent[], answer: unknown) => void,
): void {
  const world = WORLDS.find(({ name }) => name === worldName)!;
  const machine = rootMachine(world.config);
  const step: RootMachine["step"] = (state, command, now, events) => {
    const answer = machine.step(state, command, now, events);
    change(state, events, answer);
    return answer;
  };
  exploreWorld(world, undefined, checked({ ...machine, step }));
}

for (
  const [rule, worldName, what, change] of [
    ["MessageConservation", "mailboxes", "a message is sent in silence", (_, events) => {
      const index = events.findIndex(({ type }) => type === "message:sent");
      if (index >= 0) events.splice(index, 1);
    }],
    ["WaitEndsWithOutcome", "requests", "a wait is granted in silence", (_, events) => {
      const isGrant = (event: LockstepEvent) =>
        event.type === "resource:acquired" && event.waitId !== 0;
      if (events.some(isGrant)) events.splice(events.findIndex(isGrant), 1);
    }],
    ["DueIsNoted", "claims", "a timer is not noted", ({ due }) => {
      if (due.byPart.tasks < Infinity) due.byPart.tasks++;
    }],
    [
      "RefusalChangesNothing",
      "capacities",
      "a refused command has an effect",
      (state, _, answer) => {
        if (answer instanceof Refusal) state.tasks.paused = "it was refused";
      },
    ],
    ["TaskConservation", "claims", "a task that ended is forgotten too early", ({ tasks }) => {
      for (const [id, { status }] of tasks.tasks) {
        if (status === "completed") tasks.tasks.delete(id);
      }
    }],
  ] as [string, string, string, Parameters<typeof exploreChanged>[1]][]
) {
  Deno.test(`${rule} is broken when ${what}`, () => {
    const explore = () => exploreChanged(worldName, change);
    assertEquals(assertThrows(explore, BrokenInvariantError).rule, rule);
  });
}

/** A state with a task that is assigned, and an agent that waits for a lock of another. */
function busyState(): RootState {
  const machine = rootMachine();
  const state = machine.init();
  const taken = { leaseMs: 10, priority: 0, timeoutMs: 0, mode: "exclusive", units: 1 } as const;
  for (const agentId of ["a", "b"]) {
    machine.step(state, registerCommand({ id: agentId }, false), 0, []);
    const request = { resourceId: "r", owner: agentId, agentId, wait: true } as const;
    machine.step(state, { type: "acquire", ...request, ...taken }, 0, []);
  }
  machine.step(state, submitCommand({ id: "t" }, 0), 0, []);
  return state;
}

for (
  const [rule, what, now, change] of [
    ["OwnerChangeRaisesEpoch", "a claim gets an older epoch", 0, ({ tasks: { tasks } }) => {
      tasks.get("t")!.epoch--;
    }],
    ["ExplanationsAgree", "a wait is for a lock without a holder", 0, ({ locks: { locks } }) => {
      locks.get("r")!.holds.pop();
      locks.get("r")!.used = 0;
    }],
    ["NothingOverdue", "a lease goes on after its time", 11, () => {}],
  ] as [string, string, number, (state: RootState) => void][]
) {
  Deno.test(`${rule} is broken when ${what}`, () => {
    const state = busyState();
    const before = beforeOf(state);
    change(state);
    const error = assertThrows(() => {
      checkStep(before, state, [], now);
      new StepChecker(() => state, new Coverage(), new EventKinds(), Infinity).checkNow(now);
    }, BrokenInvariantError);
    assertEquals(error.rule, rule);
  });
}
