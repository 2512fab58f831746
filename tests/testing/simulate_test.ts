import { assert, assertEquals, assertThrows } from "@std/assert";
import type { LockstepEvent } from "../../src/root/events.ts";
import type { Reaction } from "../../src/root/composition.ts";
import { rootMachine } from "../../src/root/machine.ts";
import { cordonWhileOpen } from "../../src/root/reactions/breakers.ts";
import { REACTIONS } from "../../src/root/reactions/table.ts";
import type { RootState } from "../../src/root/state.ts";
import {
  type Behavior,
  FAULTS,
  type RootConfig,
  type RootMachine,
  shrink,
  simulate,
  type SimulatedAgent,
  WORKLOADS,
} from "../../src/testing/mod.ts";

for (const { name } of WORKLOADS) {
  Deno.test(`the workload ${name} comes to rest, with faults and without`, () => {
    for (const faults of [[], FAULTS]) {
      const { broken } = simulate({ seed: 7, steps: 2_000, workload: name, agents: 5, faults });
      assertEquals(broken, undefined);
    }
  });
}

for (const fault of FAULTS) {
  Deno.test(`the fault ${fault} happens, and breaks nothing`, () => {
    let happened = 0;
    for (let seed = 3; seed < 6 || (happened === 0 && seed < 20); seed++) {
      const workload = seed % 2 === 0 ? "poison" : "mixed";
      const faults = { [fault]: 1 };
      const report = simulate({ seed, steps: 1_500, workload, agents: 4, faults });
      assertEquals(report.broken, undefined);
      happened += report.coverage.faults.get(fault) ?? 0;
    }
    assert(happened > 0);
  });
}

Deno.test("an agent whose connection is lost comes back to its attempts, or is given up", () => {
  const seen = { died: 0, cameBack: 0, finished: 0 };
  for (let seed = 1; seed <= 30; seed++) {
    const running = new Map<number, string>();
    const disconnected = new Set<string>();
    const kept = new Set<number>();
    const onStep = (_command: unknown, _at: number, events: readonly object[]) => {
      for (const event of events as readonly LockstepEvent[]) {
        if (event.type === "task:started") running.set(event.epoch, event.agentId);
        if (event.type === "attempt:ended") running.delete(event.epoch);
        if (event.type === "task:completed" && kept.has(event.epoch)) seen.finished++;
        if (event.type === "agent:suspected" && event.cause === "disconnected") {
          disconnected.add(event.agentId);
        }
        if (event.type === "agent:died" && disconnected.delete(event.agentId)) seen.died++;
        if (event.type !== "agent:recovered" || !disconnected.delete(event.agentId)) continue;
        seen.cameBack++;
        for (const [epoch, agentId] of running) if (agentId === event.agentId) kept.add(epoch);
      }
    };
    simulate({ seed, steps: 2_000, workload: "mixed", faults: { disconnect: 1 }, onStep });
  }
  assert(seen.died > 5 && seen.cameBack > 5 && seen.finished > 5, JSON.stringify(seen));
});

Deno.test("an operator amends tasks, and gives them other priorities", () => {
  const { coverage } = simulate({ seed: 1, steps: 5_000, workload: "operated", faults: {} });
  assert(coverage.events.get("task:amended")! > 5);
  assert(coverage.events.get("task:reprioritized")! > 5);
});

/** Returns the commands and the events of a run. */
function traceOf(options: Parameters<typeof simulate>[0]): string[] {
  const trace: string[] = [];
  simulate({
    ...options,
    onStep: (command, at, events) => trace.push(JSON.stringify([at, command, events])),
  });
  return trace;
}

Deno.test("the same seed gives the same run, and another seed another run", () => {
  const trace = traceOf({ seed: 11, steps: 1_000 });
  assertEquals(traceOf({ seed: 11, steps: 1_000 }), trace);
  assert(JSON.stringify(traceOf({ seed: 12, steps: 1_000 })) !== JSON.stringify(trace));
});

Deno.test("checks don't change a run", () => {
  const options = { seed: 13, steps: 1_000 };
  assertEquals(traceOf({ ...options, checkEvery: 1 }), traceOf(options));
});

/** A machine that drops the events that `isDropped` returns true for. */
function forgetful(isDropped: (event: LockstepEvent) => boolean) {
  return (config: RootConfig): RootMachine => {
    const machine = rootMachine(config);
    return {
      ...machine,
      step(state, command, now, events) {
        const all: LockstepEvent[] = [];
        const answer = machine.step(state, command, now, all);
        events.push(...all.filter((event) => !isDropped(event)));
        return answer;
      },
    };
  };
}

for (
  const [type, ...rules] of [
    ["resource:released", "MutualExclusion"],
    ["task:started", "EventsMatchState", "StatusTable"],
    ["attempt:ended", "AttemptEndsOnce"],
  ] as const
) {
  Deno.test(`a machine that drops events ${type} breaks ${rules.join(" or ")}`, () => {
    let count = 0;
    const machine = forgetful((event) => event.type === type && ++count % 50 === 0);
    const { broken } = simulate({ seed: 1, steps: 5_000, workload: "mixed", machine, faults: {} });
    assert((rules as readonly string[]).includes(broken!.rule), broken!.message);
  });
}

Deno.test("a run that broke is shrunk to a few commands that break the same rule", () => {
  const machine = forgetful((event) =>
    event.type === "resource:released" && event.resourceId === "fork-1"
  );
  const options = { seed: 5, steps: 3_000, workload: "philosophers", machine };
  const report = simulate(options);
  assertEquals(report.broken?.rule, "MutualExclusion");
  const { commands, report: smaller } = shrink(options, report);
  assertEquals(smaller.broken?.rule, "MutualExclusion");
  assert(smaller.steps <= report.steps);
  assert(commands!.length <= 8);
});

Deno.test("a workload of the caller's is simulated like the others", () => {
  function* visit(agent: SimulatedAgent): Behavior {
    while (!agent.world.isOver) {
      const epoch = yield* agent.locks.acquire("door");
      yield* agent.sleep(3);
      if (epoch !== 0) yield* agent.locks.release("door", epoch);
    }
  }
  const workload = { name: "visitors", behavior: (agent: SimulatedAgent) => [visit(agent)] };
  const report = simulate({ seed: 1, steps: 500, workload, faults: {} });
  assertEquals(report.broken, undefined);
  assert(report.coverage.events.get("resource:acquired")! > 100);
});

Deno.test("a workload that never ends doesn't come to rest", () => {
  function* knock(agent: SimulatedAgent): Behavior {
    for (;;) yield* agent.locks.acquire("door", { wait: false });
  }
  const workload = { name: "restless", behavior: (agent: SimulatedAgent) => [knock(agent)] };
  const { broken } = simulate({ seed: 1, steps: 100, workload, faults: {} });
  assertEquals(broken?.rule, "ComesToRest");
});

Deno.test("a lock that is never released doesn't come to rest", () => {
  function* keep(agent: SimulatedAgent): Behavior {
    yield* agent.locks.acquire(`door-${agent.index}`, { owner: `owner-${agent.index}` });
    yield* agent.sleep(10);
  }
  const workload = { name: "greedy", behavior: (agent: SimulatedAgent) => [keep(agent)] };
  const { broken } = simulate({ seed: 1, steps: 100, workload, faults: {} });
  assertEquals(broken?.rule, "AllLocksFree");
});

Deno.test("a machine that refuses without an event breaks RefusalsAreEvents", () => {
  const machine = forgetful((event) => event.type === "task:refused");
  const { broken } = simulate({ seed: 1, steps: 5_000, workload: "mixed", machine, faults: {} });
  assertEquals(broken?.rule, "RefusalsAreEvents");
});

Deno.test("agents that are cordoned while their breakers are open break NeverPassedOver", () => {
  const cordoning = new Map(REACTIONS);
  const cordon: Reaction<RootState> = (event: LockstepEvent, state) => {
    const command = cordonWhileOpen(event as never, state);
    return command && { ...command, cause: "caller" };
  };
  cordoning.set("circuitbreaker:state-change", [cordon]);
  const machine = (config: RootConfig): RootMachine => rootMachine(config, cordoning);
  const options = { seed: 1, steps: 3_000, workload: "failing", agents: 2, faults: {} };
  assertEquals(simulate({ ...options, machine }).broken?.rule, "NeverPassedOver");
  assertEquals(simulate(options).broken, undefined);
});

Deno.test("an unknown workload is refused by name", () => {
  assertThrows(() => simulate({ seed: 1, workload: "nothing" }), RangeError, '"nothing"');
});
