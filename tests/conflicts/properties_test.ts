import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { conflictMachine } from "../../src/conflicts/machine.ts";
import type { ConflictRecord, ConflictState } from "../../src/conflicts/state.ts";
import { fifoSize } from "../../src/core/data/fifo.ts";
import { countTimers } from "../../src/core/data/deadlines.ts";
import { encode } from "../../src/core/data/plain.ts";
import { stepped } from "../support/driver.ts";
import { machineLaws } from "../support/machine_laws.ts";
import { config, moves } from "./commands.ts";
import { present, Twin, type TwinConflict } from "./twin.ts";

Deno.test("every step does what the slow twin says, and nothing else", () => {
  fc.assert(
    fc.property(config, moves, (rules, script) => {
      const machine = conflictMachine(rules);
      const state = machine.init();
      const twin = new Twin(rules);
      let now = 0;
      for (const { afterMs, command } of script) {
        now += afterMs;
        const given = command(state);
        const expected = twin.step(structuredClone(given), now);
        assertEquals(stepped(machine, state, given, now), expected);
        assertEquals(machine.deadline(state), twin.deadline);
        requireSameConflicts(state, twin);
        requireSameKnowledge(state, twin);
        requireBounds(state);
      }
    }),
    { numRuns: 400 },
  );
});

/** Every table lists what it is to list, in its order, and nothing that is over. */
function requireSameConflicts(state: ConflictState, twin: Twin): void {
  const { open, resolved, voting } = twin;
  assertEquals([...state.active.keys()], open.map(({ id }) => id));
  assertEquals([...state.resolved.keys()], resolved.map(({ id }) => id));
  const { items, head } = state.resolvedIds;
  assertEquals(items.slice(head), resolved.map(({ id }) => id));
  assertEquals([...state.byKey.values()], [...state.active.values()]);
  for (const { id, gone } of open) assertEquals([...state.active.get(id)!.gone], gone);
  assertEquals(ids(state.conflictsOf, ({ id }) => id), indexed(open, present));
  const byElector = indexed(voting, ({ vote }) => vote!.electorate);
  assertEquals(ids(state.votesOf, ({ conflict }) => conflict.id), byElector);
  assertEquals(countTimers(state.deadlines), voting.length);
  assertEquals(state.resolutionsByStrategy, counted(twin.conflicts.filter(isResolved), strategyOf));
  assertEquals(state.conflictsByType, new Map([...NONE, ...counted(twin.conflicts, topicOf)]));
}

const NONE = ["resource", "assignment", "dependency", "output"].map((topic) => [topic, 0] as const);

const isResolved = ({ resolution }: TwinConflict): boolean => resolution !== undefined;
const strategyOf = ({ strategy }: TwinConflict): string => strategy;
const topicOf = ({ report }: TwinConflict): string => report.disagreement ?? "resource";

function ids<Entry>(
  index: ReadonlyMap<string, ReadonlySet<Entry>>,
  idOf: (entry: Entry) => string,
): Map<string, string[]> {
  return new Map([...index].map(([key, entries]) => [key, [...entries].map(idOf)]));
}

function indexed(
  conflicts: readonly TwinConflict[],
  keysOf: (conflict: TwinConflict) => readonly string[],
): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const conflict of conflicts) {
    for (const key of keysOf(conflict)) index.set(key, [...index.get(key) ?? [], conflict.id]);
  }
  return index;
}

function counted(
  conflicts: readonly TwinConflict[],
  keyOf: (conflict: TwinConflict) => string,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const conflict of conflicts) {
    counts.set(keyOf(conflict), (counts.get(keyOf(conflict)) ?? 0) + 1);
  }
  return counts;
}

function requireSameKnowledge(state: ConflictState, { parties, versions }: Twin): void {
  const known = [...state.knownAgents.values()].map(({ agentId, priority, requests }) => ({
    agentId,
    priority,
    requests: [...requests.values()],
  }));
  const expected = parties.map((party) => ({
    ...party,
    requests: party.requests.map(({ at }) => at),
  }));
  assertEquals(known, expected);
  const readings = [...state.readings.values()].map(({ versioned, ...reading }) => ({
    ...reading,
    resourceId: versioned.resourceId,
  }));
  assertEquals(readings, versions.readings);
  const idle = [...state.idleVersions.values()];
  assertEquals(idle.map(({ resourceId, version }) => ({ resourceId, version })), versions.idle);
  for (const versioned of idle) assert(state.versions.get(versioned.resourceId) === versioned);
  assertEquals([state.versions.size, state.versionFloor], [versions.known.length, versions.floor]);
}

function requireBounds(state: ConflictState): void {
  const { config } = state;
  assert(state.active.size <= config.maxActive);
  assert(state.resolved.size <= config.keepResolved);
  assert(fifoSize(state.resolvedIds) <= config.keepResolved);
  assert(state.knownAgents.size <= config.maxParties);
  for (const { requests } of state.knownAgents.values()) {
    assert(requests.size <= config.keepRequests);
  }
  assert(state.readings.size <= config.maxReadings);
  assert(state.idleVersions.size <= config.maxIdleVersions);
  const entries = [...state.conflictsOf.values(), ...state.votesOf.values()];
  assert(entries.every(({ size }) => size > 0), "an index keeps no empty entry");
}

Deno.test("the ticks between two commands make no difference", () => {
  fc.assert(
    fc.property(config, moves, fc.infiniteStream(fc.nat(4)), (rules, script, extra) => {
      const machine = conflictMachine(rules);
      const [seldom, often] = [machine.init(), machine.init()];
      let now = 0;
      for (const { afterMs, command } of script) {
        const events = [];
        for (let at = now; at < now + afterMs; at += 1 + extra.next().value!) {
          events.push(...stepped(machine, often, { type: "tick" }, at));
        }
        now += afterMs;
        const given = command(seldom);
        events.push(...stepped(machine, often, given, now));
        assertEquals(events, stepped(machine, seldom, given, now));
        assertEquals(encode(often), encode(seldom));
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("C2-two-resolutions-of-one-conflict: a conflict is resolved once and stays so", () => {
  fc.assert(
    fc.property(config, moves, (rules, script) => {
      const machine = conflictMachine(rules);
      const state = machine.init();
      const winners = new Map<string, string | undefined>();
      let now = 0;
      for (const { afterMs, command } of script) {
        now += afterMs;
        for (const event of stepped(machine, state, command(state), now)) {
          if (event.type === "conflict:resolved") {
            assert(!winners.has(event.conflictId));
            winners.set(event.conflictId, event.resolution.winner);
          } else if (event.type === "conflict:upheld") {
            assertEquals(event.resolution.winner, winners.get(event.conflictId));
          }
        }
        for (const conflict of state.active.values()) assertUndecided(conflict);
      }
    }),
    { numRuns: 100 },
  );
});

function assertUndecided({ id, agents, gone, vote, resolution }: ConflictRecord): void {
  assertEquals(resolution, undefined);
  assert(agents.length - gone.size > 1, `${id} is open though one agent is left`);
  if (vote === undefined) return;
  assert(vote.ballots.size < vote.quorum, `the vote on ${id} is open though it has its quorum`);
  assert(vote.electorate.size >= vote.quorum, `the vote on ${id} can't reach its quorum`);
}

Deno.test("a change is accepted only when it is based on the newest one, whatever was evicted", () => {
  fc.assert(
    fc.property(config, moves, (rules, script) => {
      const machine = conflictMachine(rules);
      const state = machine.init();
      const newest = new Map<string, number>();
      let now = 0;
      for (const { afterMs, command } of script) {
        now += afterMs;
        const given = command(state);
        for (const event of stepped(machine, state, given, now)) {
          if (event.type !== "version:committed" || given.type !== "commit-version") continue;
          const { resourceId, version } = event;
          assert(given.expectedVersion >= (newest.get(resourceId) ?? 0));
          assertEquals(version, given.expectedVersion + 1);
          newest.set(resourceId, version);
        }
      }
    }),
    { numRuns: 100 },
  );
});

machineLaws({ name: "conflicts", machine: conflictMachine, config, moves });
