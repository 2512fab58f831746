/**
 * The gauges of metrics, read from the state of the root. Metrics start with them, as they have not
 * received the events before: after a restart from a journal, these were replayed and not published.
 *
 * @module
 */

import type { CordonCause } from "../tasks/types.ts";
import type { Gauges, OpenItems, TrackedResource } from "../metrics/mod.ts";
import type { RootState } from "../root/state.ts";

/** Returns the gauges that a fold over all earlier events would give. Costs O(size of the state). */
export function gaugesOf(state: Readonly<RootState>): Gauges {
  const gauges: Gauges = {
    tasks: new Map(),
    tasksByStatus: new Map(),
    tasksByType: new Map(),
    tasksByPriority: new Map(),
    agents: new Map(),
    resources: new Map(),
    lockedResources: 0,
    waits: new Map(),
    open: openItemsOf(state),
  };
  takeTasks(gauges, state);
  takeLocks(gauges, state);
  return gauges;
}

function takeTasks(gauges: Gauges, { tasks: { tasks, agents } }: Readonly<RootState>): void {
  for (const { spec: { id, type, priority }, status, finishedAt } of tasks.values()) {
    if (finishedAt !== undefined) continue;
    gauges.tasks.set(id, { status, type, priority, readyAt: undefined });
    increment(gauges.tasksByStatus, status);
    increment(gauges.tasksByType, type);
    increment(gauges.tasksByPriority, priority);
  }
  for (
    const { agentId, maxConcurrentTasks: slots, slotsInUse: load, ...agent } of agents.values()
  ) {
    const cordons = new Set<CordonCause | "draining">(agent.cordons.keys());
    if (agent.drained !== undefined) cordons.add("draining");
    gauges.agents.set(agentId, { kind: agent.kind, slots, load, cordons });
  }
}

function takeLocks(gauges: Gauges, { locks: { locks, waits } }: Readonly<RootState>): void {
  for (const { resourceId, holds, queue, capacity } of locks.values()) {
    const used: TrackedResource = { holds: holds.length, waits: queue.length, capacity };
    if (used.holds + used.waits === 0 && capacity === 1) continue;
    gauges.resources.set(resourceId, used);
    if (used.holds > 0) gauges.lockedResources++;
  }
  for (const { id, tickets } of waits.values()) {
    gauges.waits.set(id, tickets.map(({ lock }) => lock.resourceId));
  }
}

function openItemsOf(
  { agents, messages, tasks, conflicts, breakers }: Readonly<RootState>,
): OpenItems {
  return {
    members: mapped(agents.members, ({ isSuspect }) => isSuspect),
    requests: new Set(messages.requests.keys()),
    deadLetters: new Set(messages.deadLetters.keys()),
    schedules: new Set(tasks.schedules.keys()),
    conflicts: new Set(conflicts.active.keys()),
    breakers: mapped(breakers.breakers, ({ phase }) => phase.state),
  };
}

function mapped<Value, Result>(
  map: ReadonlyMap<string, Value>,
  make: (value: Value) => Result,
): Map<string, Result> {
  return new Map([...map].map(([key, value]) => [key, make(value)]));
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
