/**
 * From a state of the task machine to the variables of `Stealing`.
 *
 * Each is read from where the machine keeps it, also where it could be computed from others: what
 * stands in which queue from the queues, the claims from the agents.
 *
 * @module
 */

import { precedes } from "../../src/core/data/heap.ts";
import { keptClaim } from "../../src/tasks/attempt_limits.ts";
import { type Agent, isLent, type TaskRecord, type TaskState } from "../../src/tasks/state.ts";

const UNBORN = {
  status: "new",
  agent: "",
  epoch: 0,
  slot: false,
  placed: false,
  pin: "",
  rank: 0,
  attempts: 0,
  crashes: 0,
  paused: false,
  request: 0,
  granted: false,
};

const ABSENT = { up: false, cordons: new Set(), drained: false, outside: 0, reported: false };

const WITHOUT_FAMILY = { parent: 0, awaited: false, orphan: false, lent: false };

/** What a model has beyond single tasks and agents. */
export interface Extent {
  /** Parents and children. */
  readonly hasFamilies?: boolean;
  /** Callers that leave their requests, which are kept for them. */
  readonly keeps?: boolean;
}

/** The variables by name; `tasks` and `agents` are all that there may be. */
export function abstraction(
  state: TaskState,
  tasks: readonly string[],
  agents: readonly string[],
  { hasFamilies, keeps }: Extent = {},
): Record<string, unknown> {
  const [unborn, abstractTask] = hasFamilies
    ? [{ ...UNBORN, ...WITHOUT_FAMILY }, abstractRelative]
    : keeps
    ? [{ ...UNBORN, kept: false }, abstractKept]
    : [UNBORN, abstractSingle];
  const ofTask = (value: (task: TaskRecord) => unknown, missing: unknown) =>
    valuesFor(tasks, state.tasks, value, missing);
  const ofAgent = (value: (agent: Agent) => unknown, missing: unknown) =>
    valuesFor(agents, state.agents, value, missing);
  const lingering = [...state.lingering.values()].map(({ task, agent, epoch }) => (
    { task: task.spec.id, agent: agent.agentId, epoch }
  ));
  return {
    tasks: ofTask(abstractTask, unborn),
    agents: ofAgent(abstractAgent, ABSENT),
    order: [...state.agents.values()].sort((a, b) => a.order - b.order).map((a) => a.agentId),
    born: ids([...state.tasks.values()].sort((a, b) => a.sequence - b.sequence)),
    ready: ids(inOrder([...state.groups.values()].flatMap(({ queue }) => queue))),
    claims: ofAgent((agent) => ids([...agent.tasks]), []),
    queue: ofAgent((agent) => ids(inOrder(agent.queue)), []),
    load: ofAgent((agent) => agent.slotsInUse, 0),
    lingering: new Set(lingering),
    epoch: state.epoch,
    asks: [...state.asks.values()].map((ask) => ({
      a: ask.agent.agentId,
      t: ask.task?.spec.id ?? "",
      brief: ask.isMomentary,
      ...(keeps && { keep: ask.keepMs > 0, left: ask.isLeft }),
    })),
  };
}

function abstractRelative(task: TaskRecord): typeof UNBORN & typeof WITHOUT_FAMILY {
  const { family } = task;
  return {
    ...abstractSingle(task),
    parent: family?.parent?.epoch ?? 0,
    awaited: family !== undefined && family.awaiters.size > 0,
    orphan: family !== undefined && family.isOrphan,
    lent: isLent(task),
  };
}

function abstractKept(task: TaskRecord): typeof UNBORN & { readonly kept: boolean } {
  return { ...abstractSingle(task), kept: keptClaim(task) !== undefined };
}

function abstractSingle(task: TaskRecord): typeof UNBORN {
  const { spec, status, agent, epoch, queued, pinnedTo, rank, attempts, crashes, timer } = task;
  return {
    status,
    agent: agent?.agentId ?? "",
    epoch,
    slot: agent !== undefined && !queued,
    placed: spec.placed,
    pin: pinnedTo,
    rank,
    attempts,
    crashes,
    paused: status === "backing-off" && timer?.isSet === true,
    request: task.request,
    granted: task.granted,
  };
}

function abstractAgent({ cordons, drained, outside, report }: Agent): typeof ABSENT {
  return {
    up: true,
    cordons: new Set(cordons.keys()),
    drained: drained !== undefined,
    outside,
    reported: report !== undefined,
  };
}

function valuesFor<Item>(
  names: readonly string[],
  items: ReadonlyMap<string, Item>,
  value: (item: Item) => unknown,
  missing: unknown,
): Map<string, unknown> {
  return new Map(names.map((name) => {
    const item = items.get(name);
    return [name, item === undefined ? missing : value(item)];
  }));
}

function inOrder(tasks: readonly TaskRecord[]): TaskRecord[] {
  return [...tasks].sort((a, b) => precedes(a, b) ? -1 : 1);
}

function ids(tasks: readonly TaskRecord[]): string[] {
  return tasks.map(({ spec }) => spec.id);
}
