/**
 * Random commands for the lock machine, of few agents and few resources, so that they meet.
 */

import fc from "fast-check";
import type { LockMode, ResourceRequest } from "../../src/locks/types.ts";
import type { LockCommand } from "../../src/locks/commands.ts";
import type { LockState } from "../../src/locks/state.ts";
import type { Move as AnyMove } from "../support/machine_laws.ts";
import { resumption } from "../support/resumption.ts";

/** A move of a random run, which a failure prints. */
export interface Move extends AnyMove<Readonly<LockState>, LockCommand> {
  toString(): string;
}

const AGENTS = ["a", "b", "c", "d", "__proto__"];
/** Agents in their own names, and claims of agents, which own their locks apart from them. */
const OWNERS = [...AGENTS, "a#1", "a#2", "b#1"];
const RESOURCES = ["r", "s", "t", "constructor"];

/** Sets of paths, and for each those paths that others name as well. */
const PATHS: ReadonlyMap<string, readonly string[]> = new Map([
  ["paths:a/**", ["a", "a/x", "a/y"]],
  ["paths:a/x", ["a/x"]],
  ["paths:a/y,b", ["a/y", "b"]],
  ["paths:?", ["a", "b"]],
  ["paths:[!a]/**", ["b"]],
]);

/** Returns the sets of paths that overlap with one, itself included; none for another resource. */
export function near(resourceId: string): string[] {
  const own = PATHS.get(resourceId) ?? [];
  return [...PATHS.keys()].filter((id) => PATHS.get(id)!.some((path) => own.includes(path)));
}

/** An agent. */
export const agentId = fc.constantFrom(...AGENTS);
const owner = fc.constantFrom(...OWNERS);
const named = fc.constantFrom(...RESOURCES);
const resourceId = fc.oneof(named, named, fc.constantFrom(...PATHS.keys()));
const mode = fc.constantFrom<LockMode>("exclusive", "exclusive", "shared");
const terms = fc.record({
  priority: fc.integer({ min: -2, max: 2 }),
  timeoutMs: fc.constantFrom(0, 0, 15, 60),
  leaseMs: fc.constantFrom(0, 0, 0, 10, 40),
});

function request(id: string, mode: LockMode, units: number): ResourceRequest {
  return { resourceId: id, mode, units: mode === "shared" ? 1 : units };
}

const acquire = fc.tuple(
  owner,
  resourceId,
  mode,
  fc.constantFrom(1, 1, 2),
  terms,
  fc.constantFrom(true, true, true, false),
).map(([owner, id, mode, units, terms, wait]) => () => ({
  type: "acquire" as const,
  ...request(id, mode, units),
  ...holder(owner),
  ...terms,
  wait,
}));

const acquireAll = fc.tuple(
  owner,
  fc.uniqueArray(fc.tuple(resourceId, mode, fc.constantFrom(1, 1, 2)), {
    minLength: 1,
    maxLength: 3,
    selector: ([id]) => id,
  }),
  terms,
).map(([owner, requests, terms]) => () => ({
  type: "acquire-all" as const,
  requests: requests.map(([id, mode, units]) => request(id, mode, units)),
  ...holder(owner),
  ...terms,
}));

const release = fc.tuple(
  owner,
  resourceId,
  fc.constantFrom<"any" | "own" | "stale">("any", "own", "stale"),
)
  .map(([owner, resourceId, meant]) => (state: Readonly<LockState>) => {
    const epoch = epochOf(state, owner, resourceId, meant);
    return { type: "release" as const, resourceId, ...holder(owner), epoch };
  });

const renew = fc.tuple(owner, resourceId, fc.constantFrom(0, 5, 50))
  .map(([owner, resourceId, leaseMs]) => () => ({
    type: "renew" as const,
    resourceId,
    ...holder(owner),
    epoch: 0,
    leaseMs,
  }));

const cancel = fc.tuple(owner, fc.nat(5)).map(([name, back]) => (state: Readonly<LockState>) => {
  const waitId = Math.max(0, state.lastWait - back);
  const owner = state.waits.get(waitId)?.owner.owner ?? name;
  return { type: "cancel-wait" as const, waitId, ...holder(owner) };
});

const waitMs = fc.constantFrom(undefined, undefined, 0, 10, 30);
const keepMs = fc.constantFrom(10, 30, 100);

/** An acquire whose caller may leave. */
const acquireKept = fc.tuple(fc.oneof(acquire, acquireAll), keepMs, waitMs).map(
  ([acquire, keepMs, waitMs]) => () => ({
    ...acquire(),
    keepMs,
    ...(waitMs !== undefined && { waitMs }),
  }),
);

/** Finds a recent wait, or one that a hold ended. */
function recentWait(state: Readonly<LockState>, name: string, back: number) {
  const waitId = Math.max(1, state.lastWait - back);
  const owners = [...state.owners.values()];
  const holds = owners.flatMap(({ holds }) => holds).filter((hold) => hold.waitId === waitId);
  const wait = state.waits.get(waitId);
  const owner = (wait ?? holds[0])?.owner.owner ?? state.endedWaits.get(waitId)?.owner ?? name;
  const requests =
    wait?.tickets.map(({ lock, mode, units }) => request(lock.resourceId, mode, units)) ??
      holds.map(({ lock, mode, units }) => request(lock.resourceId, mode, units));
  return { waitId, owner, requests };
}

const detach = fc.tuple(owner, fc.nat(5), keepMs).map(
  ([name, back, keepMs]) => (state: Readonly<LockState>) => {
    const { waitId, owner } = recentWait(state, name, back);
    return { type: "detach-wait" as const, waitId, ...holder(owner), keepMs };
  },
);

const resume = fc.tuple(
  owner,
  fc.nat(5),
  fc.boolean(),
  fc.option(keepMs),
  waitMs,
  terms,
  resourceId,
)
  .map(([name, back, isStranger, keepMs, waitMs, terms, id]) => (state: Readonly<LockState>) => {
    const { waitId: ticket, owner, requests } = recentWait(state, name, back);
    const common = {
      ...holder(isStranger ? name : owner),
      ...terms,
      ticket,
      ...(keepMs !== null && { keepMs, ...(waitMs !== undefined && { waitMs }) }),
    };
    const [first = request(id, "exclusive", 1)] = requests;
    return requests.length > 1
      ? { type: "acquire-all" as const, requests, ...common }
      : { type: "acquire" as const, ...first, ...common, wait: true };
  });

const releaseAll = owner.map((owner) => () => ({
  type: "release-all" as const,
  ...holder(owner),
}));

const ask = fc.tuple(
  fc.constantFrom("m1", "m2", "m3", "m4", "m5", "m6", "m7", "__proto__"),
  agentId,
  agentId,
  fc.integer({ min: -2, max: 2 }),
).map(([askId, agentId, toAgentId, priority]) => () => ({
  type: "ask" as const,
  askId,
  agentId,
  toAgentId,
  priority,
}));

const endAsk = fc.nat(10).map((which) => (state: Readonly<LockState>) => ({
  type: "end-ask" as const,
  askId: [...state.requests.keys()][which] ?? "m1",
}));
const evict = fc.tuple(resourceId, fc.uniqueArray(agentId, { maxLength: 3 })).map(
  ([resourceId, agentIds]) => () => ({ type: "evict" as const, resourceId, agentIds }),
);

const revoke = fc.tuple(resourceId, fc.nat(2), fc.boolean()).map(
  ([resourceId, which, isStale]) => (state: Readonly<LockState>) => {
    const { epoch = 1 } = state.locks.get(resourceId)?.holds[which] ?? {};
    return { type: "revoke" as const, resourceId, epoch: isStale ? epoch + 1 : epoch };
  },
);

const define = fc.tuple(named, fc.constantFrom(1, 2, 3)).map(
  ([resourceId, capacity]) => () => ({
    type: "define" as const,
    resourceId,
    capacity,
  }),
);

const tick = fc.constant(() => ({ type: "tick" as const }));

/** Returns the agent of an owner. */
export function agentOf(owner: string): string {
  return owner.split("#")[0]!;
}

/** Returns the fields of a command that name an owner and its agent. */
export function holder(owner: string): { owner: string; agentId: string } {
  return { owner, agentId: agentOf(owner) };
}

function epochOf(
  state: Readonly<LockState>,
  owner: string,
  resourceId: string,
  meant: "any" | "own" | "stale",
): number {
  if (meant === "any") return 0;
  const holds = state.locks.get(resourceId)?.holds ?? [];
  const epoch = (holds.find((hold) => hold.owner.owner === owner) ?? holds[0])?.epoch ?? 1;
  return meant === "own" ? epoch : epoch + 1;
}

/** One move. */
export const move: fc.Arbitrary<Move> = fc.tuple(
  fc.constantFrom(0, 0, 1, 5, 20),
  fc.oneof(
    { weight: 10, arbitrary: acquire },
    { weight: 4, arbitrary: acquireAll },
    { weight: 5, arbitrary: release },
    { weight: 1, arbitrary: renew },
    { weight: 2, arbitrary: cancel },
    { weight: 3, arbitrary: acquireKept },
    { weight: 3, arbitrary: detach },
    { weight: 3, arbitrary: resume },
    { weight: 1, arbitrary: releaseAll },
    { weight: 1, arbitrary: evict },
    { weight: 1, arbitrary: revoke },
    { weight: 3, arbitrary: define },
    { weight: 5, arbitrary: ask },
    { weight: 1, arbitrary: endAsk },
    { weight: 1, arbitrary: tick },
    { weight: 1, arbitrary: resumption.map((command) => () => command) },
  ),
).map(([afterMs, command]) => ({
  afterMs,
  command: command as Move["command"],
  toString: () => `after ${afterMs} ms: ${describe(command as Move["command"])}`,
}));

/** A run of moves. */
export const moves: fc.Arbitrary<Move[]> = fc.array(move, {
  minLength: 1,
  maxLength: 80,
  size: "max",
});

/** The command as it would be in the beginning, which is enough to read a failure. */
function describe(command: Move["command"]): string {
  const none = new Map();
  const beginning = {
    ...{ locks: none, waits: none, requests: none, owners: none, endedWaits: none },
    lastWait: 0,
  };
  return JSON.stringify(command(beginning as unknown as LockState));
}
