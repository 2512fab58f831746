import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { TaskEvent } from "../../src/tasks/events.ts";
import { transition } from "../../src/core/machine.ts";
import { decode, encode, fork } from "../../src/core/data/plain.ts";
import { type TaskConfig, taskMachine, type TaskState } from "../../src/tasks/machine.ts";
import { commandLists, concrete, configs, type Timed } from "./command_lists.ts";
import { checkState, History } from "./invariants.ts";
import { SlowScheduler } from "./twin.ts";

const TICK = { type: "tick" } as const;

/** What the twin says too: everything but the view of a new task, and the path of a cycle. */
function comparable(events: readonly TaskEvent[]): unknown[] {
  return events.map((event) => {
    if (event.type === "task:created") return { type: event.type, taskId: event.taskId };
    if (event.type !== "task:refused" || event.reason !== "cycle") return event;
    return { ...event, detail: "a cycle" };
  });
}

Deno.test("the machine says at each step what the slow twin says", () => {
  fc.assert(
    fc.property(configs, commandLists, (config, list) => {
      const machine = taskMachine(config);
      const state = machine.init();
      const twin = new SlowScheduler(config);
      let now = 0;
      for (const timed of list) {
        now += timed.afterMs;
        const next = concrete(timed, state);
        const events = machine.step(state, next, now);
        assertEquals(comparable(events), comparable(twin.step(next, now)));
        for (const agent of state.agents.values()) {
          assertEquals(agent.slotsInUse, twin.loadOf(agent.agentId));
        }
      }
    }),
    { numRuns: 600 },
  );
});

Deno.test("NoLostTask, NoDuplicateTask, OwnershipUnique, OwnedByLiveAgent, RunningHasRun, OneRunPerEpoch, NoRestartOfEpoch, CapacityRespected, TaskConservation, CompletedOnce, EpochMonotonic, OwnerChangeRaisesEpoch, TerminalIsTerminal, StealReducesImbalance, ImbalanceEnds hold after each step", () => {
  fc.assert(
    fc.property(configs, commandLists, (config, list) => {
      const machine = taskMachine(config);
      const state = machine.init();
      const history = new History();
      let now = 0;
      for (const timed of list) {
        now += timed.afterMs;
        history.check(machine.step(state, concrete(timed, state), now), state);
        checkState(state);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("RefusalChangesNothing, StaleRejected: a refused command leaves the state as it was", () => {
  fc.assert(
    fc.property(configs, commandLists, (config, list) => {
      const machine = taskMachine(config);
      const state = machine.init();
      let now = 0;
      for (const timed of list) {
        now += timed.afterMs;
        machine.step(state, TICK, now);
        const next = concrete(timed, state);
        const mustBeStale = namesStaleEpoch(state, next);
        const before = fork(state);
        const [first] = machine.step(state, next, now);
        const isRefused = first?.type === "task:refused";
        const isStale = isRefused && first.reason === "stale-epoch";
        assert(isStale || !mustBeStale, "StaleRejected");
        if (!isRefused) continue;
        if (isStale) before.stale++;
        assertEquals(encode(state), encode(before));
      }
    }),
    { numRuns: 100 },
  );
});

function namesStaleEpoch(state: TaskState, command: Timed["command"]): boolean {
  const claims = ["start", "heartbeat", "progress", "complete", "fail"];
  if (!claims.includes(command.type)) return false;
  const { taskId, epoch } = command as { taskId: string; epoch: number };
  const task = state.tasks.get(taskId);
  return task?.agent !== undefined && epoch !== 0 && epoch !== task.epoch;
}

Deno.test("step() and transition() come to the same events and states, and transition() spares its input", () => {
  fc.assert(
    fc.property(configs, commandLists, (config, list) => {
      const machine = taskMachine(config);
      const state = machine.init();
      let now = 0;
      for (const timed of list.slice(0, 60)) {
        now += timed.afterMs;
        const next = concrete(timed, state);
        const before = encode(state);
        const pure = transition(machine, state, next, now);
        assertEquals(encode(state), before);
        assertEquals(machine.step(state, next, now), pure.events);
        assertEquals(encode(state), encode(pure.state));
      }
    }),
    { numRuns: 40 },
  );
});

Deno.test("a state that is saved and restored anywhere in between goes on as if it had not been", () => {
  fc.assert(
    fc.property(configs, commandLists, fc.nat(100), (config, list, restart) => {
      const machine = taskMachine(config);
      const state = machine.init();
      let restored = machine.init();
      let now = 0;
      for (const [i, timed] of list.entries()) {
        now += timed.afterMs;
        if (i === restart % list.length) restored = decode(encode(restored)) as TaskState;
        const next = concrete(timed, state);
        assertEquals(machine.step(restored, next, now), machine.step(state, next, now));
      }
      assertEquals(encode(restored), encode(state));
    }),
    { numRuns: 150 },
  );
});

/** Lets time pass with a tick at each deadline, and at further instants. */
function passTo(
  { machine, state }: Run,
  from: number,
  to: number,
  extra: readonly number[],
): TaskEvent[] {
  const events: TaskEvent[] = [];
  const stops = extra.map((ms) => from + ms).filter((at) => at <= to).sort((a, b) => a - b);
  for (;;) {
    const due = machine.deadline(state);
    const stop = stops[0] ?? Infinity;
    const at = Math.min(due, stop);
    if (at > to) return events;
    if (stop <= due) stops.shift();
    events.push(...machine.step(state, TICK, at));
  }
}

interface Run {
  readonly machine: ReturnType<typeof taskMachine>;
  readonly state: TaskState;
}

function runOf(config: TaskConfig): Run {
  const machine = taskMachine(config);
  return { machine, state: machine.init() };
}

Deno.test("ticks that come too early, twice or in between change nothing", () => {
  fc.assert(
    fc.property(
      configs,
      commandLists,
      fc.array(fc.nat(20), { maxLength: 5 }),
      (config, list, extra) => {
        const plain = runOf(config);
        const ticked = runOf(config);
        let now = 0;
        for (const timed of list) {
          const events = passTo(plain, now, now + timed.afterMs, []);
          assertEquals(passTo(ticked, now, now + timed.afterMs, extra), events);
          now += timed.afterMs;
          const next = concrete(timed, plain.state);
          const expected = plain.machine.step(plain.state, next, now);
          assertEquals(ticked.machine.step(ticked.state, next, now), expected);
          const before = encode(ticked.state);
          if (ticked.machine.deadline(ticked.state) > now) {
            assertEquals(ticked.machine.step(ticked.state, TICK, now), []);
            assertEquals(encode(ticked.state), before);
          }
        }
        assertEquals(encode(ticked.state), encode(plain.state));
      },
    ),
    { numRuns: 150 },
  );
});
