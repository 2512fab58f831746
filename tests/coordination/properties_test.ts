import { stepped } from "../support/driver.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { RootCommand, RootState } from "../../src/root/state.ts";
import { rootMachine } from "../../src/root/machine.ts";
import { transition } from "../../src/core/machine.ts";
import { decode, encode } from "../../src/core/data/plain.ts";
import { claimOf, claimOwner, type ResourceRequest } from "../../src/locks/types.ts";
import { concrete, configs, type Timed, timedCommand } from "../tasks/command_lists.ts";
import { checkState, History } from "../tasks/invariants.ts";
import { mayOwnLocks } from "../../src/root/reactions/claims.ts";
import { lockEpochOf } from "../../src/tasks/state.ts";
import { acquire } from "./driver.ts";

type Command = RootCommand | { readonly type: "tick" };

/** A command for tasks, and maybe one for locks before it. */
interface Step {
  readonly timed: Timed;
  /** The terms of a submitted task. */
  readonly resources: readonly ResourceRequest[];
  readonly lock: LockStep | undefined;
}

interface LockStep {
  readonly type: "acquire" | "release" | "release-all" | "define";
  readonly resourceId: string;
  readonly agentId: string;
  /** Whether it is done within a running task of that agent. */
  readonly withinTask: boolean;
  readonly priority: number;
  readonly limitMs: number;
}

const resourceId = fc.constantFrom("r", "s", "u");
const requests = fc.uniqueArray(
  fc.record({
    resourceId,
    mode: fc.constantFrom("exclusive" as const, "exclusive" as const, "shared" as const),
    units: fc.constantFrom(1, 1, 1, 2),
  }),
  { maxLength: 3, selector: (request) => request.resourceId },
);
const lockStep: fc.Arbitrary<LockStep> = fc.record({
  type: fc.constantFrom("acquire", "acquire", "acquire", "release", "release-all", "define"),
  resourceId,
  agentId: fc.constantFrom("a0", "a1", "a2", "nobody"),
  withinTask: fc.boolean(),
  priority: fc.integer({ min: -1, max: 1 }),
  limitMs: fc.constantFrom(0, 0, 5, 20),
});
const stepLists: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    timed: timedCommand.filter(({ command }) => !REACTIONS.has(command.type)),
    resources: requests,
    lock: fc.option(lockStep, { nil: undefined }),
  }),
  { maxLength: 120, size: "max" },
);

/** Commands that only reactions make. */
const REACTIONS: ReadonlySet<string> = new Set(["unblock", "preempt"]);

function commandsOf({ timed, resources, lock }: Step, state: RootState): Command[] {
  const command = concrete(timed, state.tasks);
  const main: Command = command.type === "submit"
    ? { ...command, task: { ...command.task, resources: structuredClone(resources) } }
    : command;
  const before = lock === undefined ? undefined : lockCommand(lock, state);
  return before === undefined ? [main] : [before, main];
}

function lockCommand(step: LockStep, state: RootState): RootCommand | undefined {
  const { type, resourceId, agentId, withinTask, priority, limitMs } = step;
  if (type === "define") return { type, resourceId, capacity: 2 };
  const [task] = [...state.tasks.agents.get(agentId)?.tasks ?? []]
    .filter(({ status }) => status === "running");
  if (withinTask && task === undefined) return undefined;
  const owner = withinTask ? claimOwner(task!.spec.id, task!.epoch) : agentId;
  if (type === "release-all") return withinTask ? undefined : { type, agentId, owner };
  if (type === "release") return { type, resourceId, agentId, owner, epoch: 0 };
  const fields = { owner, priority, timeoutMs: limitMs, leaseMs: withinTask ? limitMs : 0 };
  return acquire(resourceId, agentId, fields);
}

/** The invariants over both subsystems. */
function checkRoot({ tasks, locks }: RootState): void {
  checkState(tasks);
  for (const { owner, holds, waits } of locks.owners.values()) {
    const claim = claimOf(owner);
    if (claim === undefined || holds.length + waits.length === 0) continue;
    assert(mayOwnLocks(tasks, claim), `${claim.taskId} holds after its end`);
  }
  for (const task of tasks.tasks.values()) {
    const { spec, status, granted, locked, queued } = task;
    const owner = locks.owners.get(claimOwner(spec.id, lockEpochOf(task)));
    if (status === "running" || granted) assertHolds(owner?.holds ?? [], spec.resources);
    if (status === "assigned") assert(locked || queued, "a slot is for a task with its locks");
    if (tasks.parked.has(task)) assertEquals(owner?.waits.length, 1, "NoLostTask: lock");
  }
}

function assertHolds(
  holds: readonly { lock: { resourceId: string } }[],
  resources: readonly ResourceRequest[],
): void {
  const held = holds.map(({ lock }) => lock.resourceId);
  for (const { resourceId } of resources) {
    // A handler may give back early what its task asked for, but nobody else takes it away.
    assert(held.includes(resourceId), `a running task is without ${resourceId}`);
  }
}

const LOCKS = fc.record({
  deadlockPolicy: fc.constantFrom("abort" as const, "revoke" as const),
  deadlockDetection: fc.boolean(),
  maxWaiters: fc.constantFrom(1, 1_000),
});

Deno.test("nothing is held by a claim that is over, and nothing runs without its locks", () => {
  fc.assert(
    fc.property(configs, LOCKS, stepLists, (tasks, locks, list) => {
      const machine = rootMachine({ tasks, locks });
      const state = machine.init();
      const history = new History();
      let now = 0;
      const check = (command: Command) => {
        const events = stepped(machine, state, command, now);
        history.check(events.filter(isOfTasks), state.tasks);
        checkRoot(state);
        for (const event of events) {
          if (event.type === "agent:terminated") assertIsGone(event.agentId, state);
        }
      };
      for (const step of list) {
        now += step.timed.afterMs;
        check({ type: "tick" }); // whom a timer lets go may acquire a lock by the command after it
        for (const command of commandsOf(step, state)) {
          if (command.type === "release" && claimOf(command.owner) !== undefined) continue;
          check(command);
        }
      }
    }),
    { numRuns: 300 },
  );
});

function isOfTasks(event: { type: string }): event is Parameters<History["check"]>[0][number] {
  return !event.type.startsWith("resource:") && event.type !== "deadlock:detected";
}

function assertIsGone(agentId: string, { tasks, locks }: RootState): void {
  const owner = locks.owners.get(agentId);
  assertEquals([owner?.holds.length ?? 0, owner?.waits.length ?? 0], [0, 0]);
  assert(!tasks.agents.has(agentId));
}

Deno.test("step() and transition() of the root come to the same events and states", () => {
  fc.assert(
    fc.property(configs, LOCKS, stepLists, (tasks, locks, list) => {
      const machine = rootMachine({ tasks, locks });
      const state = machine.init();
      let now = 0;
      for (const step of list.slice(0, 40)) {
        now += step.timed.afterMs;
        for (const command of commandsOf(step, state)) {
          const pure = transition(machine, state, command, now);
          assertEquals(stepped(machine, state, command, now), pure.events);
          assertEquals(encode(state), encode(pure.state));
        }
      }
    }),
    { numRuns: 40 },
  );
});

Deno.test("a root state that is saved and restored anywhere in between goes on as if it had not been", () => {
  fc.assert(
    fc.property(configs, LOCKS, stepLists, fc.nat(100), (tasks, locks, list, restart) => {
      const machine = rootMachine({ tasks, locks });
      const state = machine.init();
      let restored = machine.init();
      let now = 0;
      for (const [i, step] of list.entries()) {
        now += step.timed.afterMs;
        if (i === restart % list.length) restored = decode(encode(restored)) as RootState;
        for (const command of commandsOf(step, state)) {
          assertEquals(
            stepped(machine, restored, command, now),
            stepped(machine, state, command, now),
          );
        }
      }
      assertEquals(encode(restored), encode(state));
    }),
    { numRuns: 100 },
  );
});
