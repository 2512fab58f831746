import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { countTimers } from "../../src/core/data/deadlines.ts";
import type { LockEvent } from "../../src/locks/events.ts";
import { fork } from "../../src/core/data/plain.ts";
import { precedes } from "../../src/core/data/heap.ts";
import { Refusal } from "../../src/core/machine.ts";
import type { Acquire, AcquireAnswer, LockAnswers, LockCommand } from "../../src/locks/commands.ts";
import type { LockConfig } from "../../src/locks/config.ts";
import { lockMachine } from "../../src/locks/machine.ts";
import {
  isPlainAcquire,
  PLAIN_ACQUIRE,
  PLAIN_RELEASE,
  plainlyReleased,
} from "../../src/locks/transitions.ts";
import type { LockState } from "../../src/locks/state.ts";
import { stepped } from "../support/driver.ts";
import { machineLaws } from "../support/machine_laws.ts";
import { type Move, moves } from "./commands.ts";
import { Twin } from "./twin.ts";

const config: fc.Arbitrary<Partial<LockConfig>> = fc.record({
  agingMs: fc.constantFrom(0, 5, 10),
  deadlockDetection: fc.constantFrom(true, true, true, false),
  deadlockPolicy: fc.constantFrom<"abort" | "revoke">("abort", "revoke"),
  maxWaiters: fc.constantFrom(2, 1_000),
  maxResources: fc.constantFrom(2, 1_000),
  maxDefined: fc.constantFrom(1, 1_000),
  maxAsks: fc.constantFrom(0, 2, 1_000),
  maxEndedWaits: fc.constantFrom(0, 1, 1_000),
});

/** One step of a run, and what was so before and after it. */
interface Moment {
  readonly state: LockState;
  readonly now: number;
  readonly command: LockCommand;
  readonly events: readonly LockEvent[];
  readonly answer: unknown;
}

function run(
  rules: Partial<LockConfig>,
  script: readonly Move[],
  look: (moment: Moment) => void,
): LockState {
  const machine = lockMachine(rules);
  const state = machine.init();
  let now = 0;
  for (const { afterMs, command: given } of script) {
    now += afterMs;
    const command = given(state);
    let answer: unknown;
    const events = stepped(machine, state, command, now, (given) => answer = given);
    look({ state, now, command, events, answer });
  }
  return state;
}

/** Holds at every moment of every run. */
function always(rules: fc.Arbitrary<Partial<LockConfig>>, look: (moment: Moment) => void): void {
  fc.assert(
    fc.property(rules, moves, (rules, script) => {
      run(rules, script, look);
    }),
    { numRuns: 300 },
  );
}

Deno.test("every step emits the events that a slow model predicts", () => {
  fc.assert(
    fc.property(config, moves, (rules, script) => {
      const twin = new Twin(rules);
      run(rules, script, ({ state, now, command, events }) => {
        twin.follow(command, now, events);
        assertEquals(lockMachine().deadline(state), twin.deadline());
      });
    }),
    { numRuns: 1_000 },
  );
});

machineLaws({ name: "locks", machine: lockMachine, config, moves });

Deno.test("the answer to a command says what its events say", () => {
  always(config, ({ state, command, events, answer }) => {
    if (answer instanceof Refusal || command.type === "tick") return;
    if (command.type === "acquire") assertAcquired(answer as AcquireAnswer, command, events);
    if (command.type === "release") assertNamed(events, "resource:released", answer);
    if (command.type === "renew") assertNamed(events, "resource:renewed", answer);
    if (command.type !== "acquire-all") return;
    const { status, ...rest } = answer as LockAnswers["acquire-all"];
    if (command.ticket !== undefined) return;
    if (status === "queued") assertNamed(events, "resource:queued", rest);
    else assertEquals((rest as { grants: unknown[] }).grants.length, command.requests.length);
    assert(status === "granted" || state.lastWait > 0);
  });
});

function assertAcquired(
  { status, ...rest }: AcquireAnswer,
  { resourceId, owner, ticket }: Acquire,
  events: readonly LockEvent[],
): void {
  if (status === "ended") return assert(ticket !== undefined);
  const isResumed = status === "queued" && ticket !== undefined;
  if (isResumed) return assertNamed(events, "resource:resumed", { ...rest, owner });
  const isBack = events.some((event) =>
    event.type === "resource:reacquired" && event.waitId === 0 &&
    event.resourceId === resourceId && event.owner === owner
  );
  if (status === "queued") return assertNamed(events, "resource:queued", { ...rest, owner });
  assert(status === "granted" || isBack, "what is held already is acquired again");
  const type = isBack ? "resource:reacquired" : "resource:acquired";
  assertNamed(events, type, { ...rest, resourceId, owner, waitId: 0 });
}

/** Asserts that an event of `type` has these fields. */
function assertNamed(events: readonly LockEvent[], type: LockEvent["type"], fields: unknown): void {
  const isIt = (event: LockEvent) =>
    Object.entries(fields as object).every(([name, value]) =>
      Object.is((event as unknown as Record<string, unknown>)[name], value)
    );
  const found = events.some((event) => event.type === type && isIt(event));
  assert(found, `${type} ${JSON.stringify(fields)} must be in ${JSON.stringify(events)}`);
}

Deno.test("MutualExclusion: exclusive holders exclude shared holders, and each holds once", () => {
  always(config, ({ state }) => {
    for (const { holds, used, sharers } of state.locks.values()) {
      const exclusive = holds.filter((hold) => hold.mode === "exclusive");
      assertEquals(used, exclusive.reduce((sum, hold) => sum + hold.units, 0));
      assertEquals(sharers, holds.length - exclusive.length);
      assert(used === 0 || sharers === 0);
      assertEquals(new Set(holds.map((hold) => hold.owner)).size, holds.length);
    }
  });
});

Deno.test("ExcessOnlyFalls: no units are granted beyond the capacity of that moment", () => {
  fc.assert(
    fc.property(config, moves, (rules, script) => {
      const capacities = new Map<string, number>();
      const held = new Map<number, { resourceId: string; units: number }>();
      run(rules, script, ({ events }) => {
        for (const event of events) {
          if (event.type === "resource:defined") capacities.set(event.resourceId, event.capacity);
          else if ("heldMs" in event) held.delete(event.epoch);
          if (event.type !== "resource:acquired" || event.mode === "shared") continue;
          const { resourceId, epoch, units } = event;
          held.set(epoch, { resourceId, units });
          const others = [...held.values()].filter((hold) => hold.resourceId === resourceId);
          const used = others.reduce((sum, hold) => sum + hold.units, 0);
          assert(used <= (capacities.get(resourceId) ?? 1));
        }
      });
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("NoHopelessWait: no wait is for more units than there are", () => {
  always(config, ({ state }) => {
    for (const { queue, capacity } of state.locks.values()) {
      for (const { units } of queue) assert(units <= capacity);
    }
  });
});

Deno.test("GrantRaisesEpoch: each grant has a larger epoch than any before it", () => {
  fc.assert(
    fc.property(config, moves, (rules, script) => {
      let newest = 0;
      run(rules, script, ({ state, events }) => {
        for (const event of events) {
          if (event.type === "resource:acquired") assertEquals(event.epoch, ++newest);
        }
        assertEquals(state.epoch, newest);
        for (const { holds } of state.locks.values()) {
          for (const hold of holds) assert(hold.epoch <= newest);
        }
      });
    }),
    { numRuns: 300 },
  );
});

Deno.test("NoLostWakeup: no wait lasts that could be granted", () => {
  always(config, ({ state }) => {
    for (const { queue: [first], holds, capacity, used, sharers } of state.locks.values()) {
      // For sets of paths the slow model says so.
      if (first === undefined || first.wait.tickets.length > 1) continue;
      if (first.lock.paths !== undefined) continue;
      const free = first.mode === "shared"
        ? used === 0
        : sharers === 0 && used + first.units <= capacity;
      assert(!free, `${first.wait.owner.owner} waits for a lock with ${holds.length} holders`);
    }
  });
});

Deno.test("HolderDoesNotQueueHere: only a wait for several queues where its owner holds enough", () => {
  always(config, ({ state }) => {
    for (const lock of state.locks.values()) {
      for (const { wait, mode, units } of lock.queue) {
        const held = lock.holds.find((hold) => hold.owner === wait.owner);
        if (held === undefined) continue;
        assert(wait.tickets.length > 1);
        const isWhole = held.mode === "exclusive" && held.units >= lock.capacity &&
          lock.holds.length === 1;
        assert(isWhole || (held.mode === mode && held.units >= units));
      }
    }
  });
});

Deno.test("QueueOrdered: the first of each queue came first, by its priority and age", () => {
  always(config, ({ state }) => {
    for (const { queue } of state.locks.values()) {
      for (const [position, ticket] of queue.entries()) {
        assertEquals(ticket.position, position);
        const { priority, since } = ticket.wait;
        assertEquals(ticket.rank, since - priority * state.config.agingMs);
        assert(ticket === queue[0] || precedes(queue[0]!, ticket));
      }
    }
  });
});

Deno.test("BoundedBypass: a wait is overtaken only by waits that began within the bound", () => {
  fc.assert(
    fc.property(config, moves, (rules, script) => {
      const arrivals = new Map<number, { priority: number; since: number }>();
      run(rules, script, ({ state, now, command, events }) => {
        const atOnce = { priority: "priority" in command ? command.priority : 0, since: now };
        for (const event of events) {
          if (event.type === "resource:queued") {
            arrivals.set(event.waitId, { priority: event.priority, since: now });
          }
          if (event.type !== "resource:acquired") continue;
          const { priority, since } = arrivals.get(event.waitId) ?? atOnce;
          const lock = state.locks.get(event.resourceId);
          if (lock?.paths !== undefined) continue; // the slow model says so
          for (const { wait } of lock?.queue ?? []) {
            const later = since - wait.since;
            const worth = (priority - wait.priority) * state.config.agingMs;
            assert(later <= 0 || later < worth, `${event.owner} overtook ${wait.owner.owner}`);
          }
        }
      });
    }),
    { numRuns: 300 },
  );
});

Deno.test("WaitForAcyclic: after each step every owner can proceed", () => {
  fc.assert(
    fc.property(config, moves, (rules, script) => {
      const detecting = { ...rules, deadlockDetection: true };
      const twin = new Twin(detecting);
      run(detecting, script, ({ now, command, events }) => {
        twin.follow(command, now, events);
        assertEquals([...twin.stuck()], []);
        assert(!twin.isAskingInCircles());
      });
    }),
    { numRuns: 300 },
  );
});

Deno.test("NoGhostWaiter: an owner that released all its locks holds none and waits nowhere", () => {
  always(config, ({ state, command }) => {
    for (const wait of state.waits.values()) assert(wait.owner.waits.includes(wait));
    if (command.type !== "release-all") return;
    const waiters = [...state.waits.values()].map((wait) => wait.owner.owner);
    const holders = [...state.locks.values()].flatMap(({ holds }) =>
      holds.map((hold) => hold.owner.owner)
    );
    const queued = [...state.locks.values()].flatMap(({ queue }) =>
      queue.map((ticket) => ticket.wait.owner.owner)
    );
    assert(![...waiters, ...holders, ...queued].includes(command.owner));
  });
});

Deno.test("WaitEndsWithOutcome: every wait ends exactly once, and its timer with it", () => {
  fc.assert(
    fc.property(config, moves, (rules, script) => {
      const open = new Set<number>();
      const state = run(rules, script, ({ events }) => {
        const ended = new Set<number>();
        for (const event of events) {
          if (event.type === "resource:queued") open.add(event.waitId);
          else if (event.type === "resource:detached" || event.type === "resource:resumed") {
            continue;
          } else if ("waitId" in event && event.waitId !== 0) ended.add(event.waitId);
        }
        for (const waitId of ended) assert(open.delete(waitId), `wait ${waitId} ended twice`);
      });
      assertEquals([...state.waits.keys()].toSorted(), [...open].toSorted());
      const timed = [...state.waits.values()].filter((wait) => wait.timeoutMs > 0).length;
      const leased = [...state.locks.values()].flatMap(({ holds }) =>
        holds.filter((hold) =>
          hold.leaseMs > 0 || hold.keepMs > 0
        )
      ).length;
      const left = [...state.waits.values()].filter(({ caller }) => caller?.timer).length;
      const { deadlines, endedWaits } = state;
      assertEquals(countTimers(deadlines), timed + leased + left + endedWaits.size);
    }),
    { numRuns: 300 },
  );
});

Deno.test("KeptIsBounded: without a caller, nothing is held or waits past the time it is kept", () => {
  always(config, ({ state, now }) => {
    for (const { holds } of state.locks.values()) {
      for (const { keepMs, lease } of holds) {
        assert(keepMs === 0 || (lease!.isSet && lease!.rank > now && lease!.rank <= now + keepMs));
      }
    }
    for (const { caller } of state.waits.values()) {
      if (!caller?.isGone) continue;
      assert(caller.timer!.isSet && caller.timer!.rank > now);
      assert(caller.timer!.rank <= now + caller.keepMs);
    }
  });
});

/** Takes the plain step that a client may take in place of `command`, and returns it, if there is one. */
function takePlainly(state: LockState, command: LockCommand, now: number) {
  if (command.type === "acquire") {
    const lock = state.locks.get(command.resourceId);
    const owner = state.owners.get(command.owner);
    if (lock === undefined || owner?.agentId !== command.agentId) return undefined;
    if (command.ticket !== undefined || !isPlainAcquire(state, lock, owner, command)) {
      return undefined;
    }
    PLAIN_ACQUIRE.apply(state, now, lock, owner, command);
    return PLAIN_ACQUIRE;
  }
  if (command.type !== "release") return undefined;
  const { resourceId, owner, epoch } = command;
  const hold = plainlyReleased(state, resourceId, owner, epoch || undefined);
  if (hold === undefined) return undefined;
  PLAIN_RELEASE.apply(state, now, hold);
  return PLAIN_RELEASE;
}

Deno.test("a plain step changes the state as its command does, which comes to its event and no other", () => {
  const taken = { acquire: 0, release: 0 };
  const check = (rules: Partial<LockConfig>, script: readonly Move[]) => {
    const machine = lockMachine(rules);
    const state = machine.init();
    let now = 5;
    for (const { afterMs, command: given } of script) {
      now += afterMs;
      const command = given(state);
      const isDue = machine.deadline(state) <= now;
      const [copy, earlier] = [fork(state), fork(state)];
      const events = stepped(machine, state, command, now);
      const plain = isDue ? undefined : takePlainly(copy, command, now);
      if (plain === undefined) continue;
      taken[command.type as "acquire" | "release"]++;
      assertEquals(events.map(({ type }) => type), [plain.event]);
      assertEquals(copy, state);
      if (plain.keepsTime) continue;
      takePlainly(earlier, command, now - 5);
      assertEquals(earlier, state);
    }
  };
  fc.assert(fc.property(config, moves, check), { numRuns: 600 });
  assert(taken.acquire > 0 && taken.release > 0);
});
