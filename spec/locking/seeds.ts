/**
 * Models that begin with holders in place, and try a handful of commands.
 *
 * A graph that begins with nothing held comes only to the simplest deadlocks: most of its states are
 * on the way there. A seed is a list of commands that the machine executes first. The state that it
 * comes to is where the specification begins, in the generated module `LockingSeeds.tla`, and a
 * recorded run shows that the specification comes to that state as well.
 *
 * @module
 */

import type { LockCommand } from "../../src/locks/commands.ts";
import type { LockMode } from "../../src/locks/types.ts";
import type { Move } from "../../src/testing/explorer.ts";
import type { Bounds } from "./models.ts";

/** Begins after `seed`, at the time 0; `moves` are tried. */
export interface SeededModel extends Bounds {
  readonly shows: string;
  readonly seed: readonly LockCommand[];
  readonly moves: readonly Move<LockCommand>[];
}

type Terms = {
  readonly mode?: LockMode;
  readonly units?: number;
  readonly priority?: number;
  readonly timeoutMs?: number;
  readonly leaseMs?: number;
};
type Requests = readonly (readonly [lock: string, mode?: LockMode])[];

function acquire(owner: string, resourceId: string, terms: Terms = {}): LockCommand {
  const { mode = "exclusive", units = 1, priority = 0, timeoutMs = 0, leaseMs = 0 } = terms;
  const who = { agentId: owner, owner };
  const what = { resourceId, mode, units, priority, timeoutMs, leaseMs };
  return { type: "acquire", ...who, ...what, wait: true };
}

function share(owner: string, lock: string, terms: Terms = {}): LockCommand {
  return acquire(owner, lock, { ...terms, mode: "shared" });
}

function acquireAll(owner: string, requests: Requests, terms: Terms = {}): LockCommand {
  const { priority = 0, timeoutMs = 0, leaseMs = 0 } = terms;
  const who = { agentId: owner, owner };
  const all = requests.map(([resourceId, mode = "exclusive"]) => ({ resourceId, mode, units: 1 }));
  return { type: "acquire-all", ...who, requests: all, priority, timeoutMs, leaseMs };
}

function release(owner: string, resourceId: string): LockCommand {
  return { type: "release", agentId: owner, owner, resourceId, epoch: 0 };
}

function renew(owner: string, resourceId: string, leaseMs: number): LockCommand {
  return { type: "renew", agentId: owner, owner, resourceId, epoch: 0, leaseMs };
}

function leave(owner: string): LockCommand {
  return { type: "release-all", agentId: owner, owner };
}

function cancel(owner: string, waitId: number): LockCommand {
  return { type: "cancel-wait", agentId: owner, owner, waitId };
}

function define(resourceId: string, capacity: number): LockCommand {
  return { type: "define", resourceId, capacity };
}

function ask(askId: string, agentId: string, toAgentId: string, priority = 0): LockCommand {
  return { type: "ask", askId, agentId, toAgentId, priority };
}

function endAsk(askId: string): LockCommand {
  return { type: "end-ask", askId };
}

function evict(resourceId: string, ...agentIds: string[]): LockCommand {
  return { type: "evict", resourceId, agentIds };
}

function revoke(resourceId: string, epoch: number): LockCommand {
  return { type: "revoke", resourceId, epoch };
}

function now(...commands: LockCommand[]): Move<LockCommand>[] {
  return commands.map((command) => ({ command, afterMs: 0 }));
}

const WIDE = { agingMs: 1, maxWaiters: 9, maxResources: 9 };

/** All of them. */
export const SEEDED_MODELS: readonly SeededModel[] = [
  {
    // `a` needs both units of `t`: of what `c` waits for, `b` can release a unit, so `d` alone is
    // deadlocked with `a`, although the priority of `c` is lower.
    name: "units",
    shows: "deadlocks over units, beside waits that look like one",
    config: WIDE,
    owners: ["a", "b", "c", "d"],
    locks: ["r", "s", "t"],
    maxEpoch: 7,
    maxWait: 3,
    maxNow: 0,
    seed: [
      ...[define("s", 2), define("t", 2)],
      ...[acquire("a", "r"), acquire("a", "s"), acquire("b", "s")],
      ...[acquire("c", "t"), acquire("d", "t")],
    ],
    moves: now(
      acquire("c", "s", { priority: -1 }),
      acquire("d", "r"),
      acquire("a", "t", { units: 2 }),
      release("b", "s"),
      release("c", "t"),
    ),
  },
  {
    name: "rings",
    shows: "deadlocks of two, three and four agents, which share edges",
    config: { ...WIDE, deadlockPolicy: "revoke" },
    owners: ["a", "b", "c", "d"],
    locks: ["r", "s", "t", "u"],
    maxEpoch: 5,
    maxWait: 4,
    maxNow: 0,
    seed: [acquire("a", "r"), acquire("b", "s"), acquire("c", "t"), acquire("d", "u")],
    moves: now(
      acquire("a", "s"),
      acquire("b", "t"),
      acquire("c", "u"),
      acquire("c", "r", { priority: 1 }),
      acquire("d", "r", { priority: -1 }),
    ),
  },
  {
    name: "leases",
    shows: "groups with leases and limits, while time passes",
    config: WIDE,
    owners: ["a", "b", "c"],
    locks: ["r", "s"],
    maxEpoch: 4,
    maxWait: 2,
    maxNow: 2,
    seed: [acquire("a", "r", { leaseMs: 2 }), acquire("b", "s")],
    moves: [
      ...now(
        acquireAll("c", [["r"], ["s"]], { timeoutMs: 2, leaseMs: 2 }),
        acquireAll("b", [["s", "shared"], ["r"]], { timeoutMs: 1, leaseMs: 1, priority: 1 }),
        renew("a", "r", 1),
        release("b", "s"),
      ),
      { command: { type: "tick" }, afterMs: 1 },
      { command: { type: "resume-listening" }, afterMs: 1 },
    ],
  },
  {
    name: "trios",
    shows: "three agents that hold, share and wait for two and three locks at once, and lose them",
    config: { ...WIDE, deadlockPolicy: "revoke" },
    owners: ["a", "b", "c"],
    locks: ["r", "s", "t"],
    maxEpoch: 6,
    maxWait: 3,
    maxNow: 0,
    seed: [share("a", "r"), share("c", "r"), share("b", "s"), share("c", "s")],
    moves: now(
      acquireAll("a", [["s"], ["t"]]),
      acquireAll("b", [["t"], ["r"]], { priority: 1 }),
      acquireAll("c", [["r", "shared"], ["s", "shared"], ["t"]]),
      evict("s", "a", "c"),
      revoke("r", 2),
      cancel("a", 1),
    ),
  },
  {
    name: "asks",
    shows: "requests that wait for a response, with and without locks",
    config: { ...WIDE, deadlockPolicy: "revoke" },
    owners: ["a", "b", "c", "d"],
    locks: ["r", "s"],
    maxEpoch: 4,
    maxWait: 3,
    maxNow: 0,
    seed: [define("s", 3), acquire("a", "r"), acquire("a", "s"), acquire("b", "s")],
    moves: now(
      ask("o", "b", "a", -1),
      ask("p", "a", "c"),
      ask("q", "a", "b", 1),
      ask("q", "c", "a"),
      ask("q", "b", "d"),
      acquire("b", "r"),
      acquire("c", "s"),
      acquire("c", "s", { units: 2 }),
      endAsk("p"),
      leave("a"),
    ),
  },
  {
    name: "undetected",
    shows: "deadlocks that stay, as none is looked for, until locks are taken",
    config: { ...WIDE, deadlockDetection: false, deadlockPolicy: "revoke", maxAsks: 1 },
    owners: ["a", "b", "c"],
    locks: ["r", "s", "t"],
    maxEpoch: 4,
    maxWait: 3,
    maxNow: 0,
    seed: [acquire("a", "r"), acquire("b", "s"), acquire("c", "t")],
    moves: now(
      acquire("a", "s"),
      acquireAll("b", [["r"], ["t"]]),
      acquire("c", "r"),
      ask("p", "a", "c"),
      ask("q", "b", "a"),
      evict("t", "b", "c"),
      revoke("s", 2),
    ),
  },
];
