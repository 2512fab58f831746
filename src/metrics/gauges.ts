/**
 * Gauges: the current state of tasks, agents, resources, messages, conflicts and breakers, as far as
 * events contain it.
 *
 * Each thing is kept by its id, and a gauge counts these. So an event that arrives twice, or as the
 * first of its thing, corrects the gauge instead of making it drift. What has ended is forgotten: a
 * gauge needs as much memory as there are things that have not.
 *
 * @module
 */

import type { CircuitState } from "../breakers/types.ts";
import type { Instant } from "../core/machine.ts";
import type { LockstepEvent } from "../root/events.ts";
import type { CordonCause, TaskStatus } from "../tasks/types.ts";

/** A task that has not ended. */
export interface TrackedTask {
  /** Its status. */
  status: TaskStatus;
  /** The kind of work; `undefined` when its acceptance was not observed. */
  readonly type: string | undefined;
  /** Its priority; `undefined` when its acceptance was not observed. */
  priority: number | undefined;
  /** When it became ready; `undefined` when it does not wait for an agent. */
  readyAt: Instant | undefined;
}

/** An agent that is registered. */
export interface TrackedAgent {
  /** The kind of agent. */
  kind: string;
  /** Number of tasks that it takes at once. */
  slots: number;
  /** Slots in use. */
  load: number;
  /** Why it gets no tasks: causes of cordons, and that it is draining. */
  readonly cordons: Set<CordonCause | "draining">;
}

/** A resource in use. */
export interface TrackedResource {
  /** Number of grants. */
  holds: number;
  /** Number of waits. */
  waits: number;
  /** Number of units. */
  capacity: number;
}

/** Things that are open besides tasks and locks. */
export interface OpenItems {
  /** Agents that are members, and whether each is suspected to be dead. */
  readonly members: Map<string, boolean>;
  /** Requests that wait for their response. */
  readonly requests: Set<string>;
  /** Messages that could not be delivered. */
  readonly deadLetters: Set<string>;
  /** Schedules that submit tasks. */
  readonly schedules: Set<string>;
  /** Conflicts that were not resolved. */
  readonly conflicts: Set<string>;
  /** The state of each circuit breaker. */
  readonly breakers: Map<string, CircuitState>;
}

/** The current state of everything that is counted by gauges. */
export interface Gauges {
  /** Tasks that have not ended, by id. */
  readonly tasks: Map<string, TrackedTask>;
  /** Number of them by status. */
  readonly tasksByStatus: Map<TaskStatus, number>;
  /** Number of them by type. */
  readonly tasksByType: Map<string, number>;
  /** Number of them by priority. */
  readonly tasksByPriority: Map<number, number>;
  /** Registered agents, by id. */
  readonly agents: Map<string, TrackedAgent>;
  /** Resources that are held, waited for or defined, by id. */
  readonly resources: Map<string, TrackedResource>;
  /** Number of them that are held. */
  lockedResources: number;
  /** The resources of each wait. */
  readonly waits: Map<number, readonly string[]>;
  /** Everything else. */
  readonly open: OpenItems;
}

/** Returns the gauges when nothing has happened. */
export function noGauges(): Gauges {
  return {
    tasks: new Map(),
    tasksByStatus: new Map(),
    tasksByType: new Map(),
    tasksByPriority: new Map(),
    agents: new Map(),
    resources: new Map(),
    lockedResources: 0,
    waits: new Map(),
    open: {
      members: new Map(),
      requests: new Set(),
      deadLetters: new Set(),
      schedules: new Set(),
      conflicts: new Set(),
      breakers: new Map(),
    },
  };
}

type Handler<Type> = (
  gauges: Gauges,
  event: Extract<LockstepEvent, { type: Type }>,
  at: Instant,
) => unknown;

/** The change that each event makes. */
const HANDLERS: { readonly [Type in LockstepEvent["type"]]?: Handler<Type> } = {
  "task:created": (gauges, { taskId, task: { type, priority, status } }, at) => {
    forgetTask(gauges, taskId);
    add(gauges, taskId, { type, priority, status, readyAt: status === "ready" ? at : undefined });
  },
  "task:readied": (gauges, { taskId }, at) => move(gauges, taskId, "ready", at),
  "task:requeued": (gauges, { taskId }, at) => move(gauges, taskId, "ready", at),
  "task:assigned": (gauges, { taskId, agentId, queued }) => {
    if (!queued) addLoad(gauges, agentId, 1);
    move(gauges, taskId, "assigned");
  },
  "task:parked": (gauges, { taskId, agentId }) => {
    addLoad(gauges, agentId, -1);
    move(gauges, taskId, "ready");
  },
  "task:lent": (gauges, { agentId, isFurther }) => !isFurther && addLoad(gauges, agentId, -1),
  "task:resumed": (gauges, { agentId }) => addLoad(gauges, agentId, 1),
  "task:started": (gauges, { taskId }) => move(gauges, taskId, "running"),
  "task:backed-off": (gauges, { taskId }) => move(gauges, taskId, "backing-off"),
  "task:snoozed": (gauges, { taskId }) => move(gauges, taskId, "backing-off"),
  "task:blocked": (gauges, { taskId }) => move(gauges, taskId, "blocked"),
  "task:proposed": (gauges, { taskId }) => move(gauges, taskId, "blocked"),
  "task:amended": (gauges, { taskId, waits }) => waits === true && move(gauges, taskId, "waiting"),
  "task:reprioritized": (gauges, { taskId, priority }) => reprioritize(gauges, taskId, priority),
  "task:completed": (gauges, { taskId }) => forgetTask(gauges, taskId),
  "task:failed": (gauges, { taskId }) => forgetTask(gauges, taskId),
  "task:cancelled": (gauges, { taskId }) => forgetTask(gauges, taskId),
  "task:admitted": (gauges, { agentId }) => addLoad(gauges, agentId, 1),
  "attempt:ended": (gauges, { agentId, queued }) => !queued && addLoad(gauges, agentId, -1),
  "agent:spawned": ({ agents }, { agentId, kind, maxConcurrentTasks: slots }) => {
    const agent = agents.get(agentId);
    if (agent === undefined) agents.set(agentId, { kind, slots, load: 0, cordons: new Set() });
    else Object.assign(agent, { kind, slots });
  },
  "agent:terminated": ({ agents }, { agentId }) => agents.delete(agentId),
  "agent:forgotten": ({ agents }, { agentId }) => agents.delete(agentId),
  "agent:cordoned": ({ agents }, { agentId, cause }) => agents.get(agentId)?.cordons.add(cause),
  "agent:uncordoned": ({ agents }, { agentId, cause }) =>
    agents.get(agentId)?.cordons.delete(cause),
  "agent:draining": ({ agents }, { agentId }) => agents.get(agentId)?.cordons.add("draining"),
  "resource:queued": (gauges, { waitId, resourceIds }) => {
    gauges.waits.set(waitId, resourceIds);
    for (const resourceId of resourceIds) use(gauges, resourceId, 0, 1);
  },
  "resource:acquired": (gauges, { waitId, resourceId }) => {
    endWait(gauges, { waitId });
    use(gauges, resourceId, 1, 0);
  },
  "resource:released": (gauges, { resourceId }) => use(gauges, resourceId, -1, 0),
  "resource:expired": (gauges, { resourceId }) => use(gauges, resourceId, -1, 0),
  "resource:revoked": (gauges, { resourceId }) => use(gauges, resourceId, -1, 0),
  "resource:reacquired": endWait,
  "resource:timed-out": endWait,
  "resource:cancelled": endWait,
  "resource:abandoned": endWait,
  "deadlock:detected": endWait,
  "resource:defined": (gauges, { resourceId, capacity }) => use(gauges, resourceId, 0, 0, capacity),
  "agent:joined": ({ open }, { agentId }) => open.members.set(agentId, false),
  "agent:suspected": ({ open }, { agentId }) => open.members.set(agentId, true),
  "agent:recovered": ({ open }, { agentId }) => open.members.set(agentId, false),
  "agent:died": ({ open }, { agentId }) => open.members.delete(agentId),
  "agent:left": ({ open }, { agentId }) => open.members.delete(agentId),
  "message:sent": ({ open }, { message, isRequest }) => isRequest && open.requests.add(message.id),
  "message:responded": ({ open }, { messageId }) => open.requests.delete(messageId),
  "message:unanswered": ({ open }, { messageId }) => open.requests.delete(messageId),
  "message:dead-lettered": ({ open }, { messageId }) => open.deadLetters.add(messageId),
  "message:resent": ({ open }, { messageId }) => open.deadLetters.delete(messageId),
  "message:forgotten": ({ open }, { messageId }) => open.deadLetters.delete(messageId),
  "schedule:created": ({ open }, { scheduleId }) => open.schedules.add(scheduleId),
  "schedule:removed": ({ open }, { scheduleId }) => open.schedules.delete(scheduleId),
  "conflict:reported": ({ open }, { conflictId }) => open.conflicts.add(conflictId),
  "conflict:resolved": ({ open }, { conflictId }) => open.conflicts.delete(conflictId),
  "circuitbreaker:defined": ({ open: { breakers } }, { name }) =>
    breakers.set(name, breakers.get(name) ?? "closed"),
  "circuitbreaker:state-change": ({ open }, { name, to }) => open.breakers.set(name, to),
  "circuitbreaker:removed": ({ open }, { name }) => open.breakers.delete(name),
  "circuitbreaker:forgotten": ({ open }, { name }) => open.breakers.delete(name),
};

/** Applies an event of one type to the gauges, in O(1). */
export type GaugeChange = Handler<never>;

/** The change that events of each type make. */
export const GAUGE_CHANGES: ReadonlyMap<string, GaugeChange> = new Map(
  Object.entries(HANDLERS) as unknown as [string, GaugeChange][],
);

/** Returns how many agents have tasks, and how many of their slots there are and are in use. */
export function loadOf({ agents }: Gauges): { busy: number; load: number; slots: number } {
  const total = { busy: 0, load: 0, slots: 0 };
  for (const { load, slots } of agents.values()) {
    if (load > 0) total.busy++;
    total.load += load;
    total.slots += slots;
  }
  return total;
}

/** Returns how many circuit breakers are in each state. */
export function breakersByState({ breakers }: OpenItems): Record<CircuitState, number> {
  const counts = { "closed": 0, "open": 0, "half-open": 0 };
  for (const state of breakers.values()) counts[state]++;
  return counts;
}

/** Returns how many members are suspected to be dead. */
export function countSuspects({ members }: OpenItems): number {
  let suspects = 0;
  for (const isSuspect of members.values()) if (isSuspect) suspects++;
  return suspects;
}

function add(gauges: Gauges, taskId: string, task: TrackedTask): void {
  gauges.tasks.set(taskId, task);
  count(gauges, task, 1);
}

function forgetTask(gauges: Gauges, taskId: string): void {
  const task = gauges.tasks.get(taskId);
  if (task === undefined) return;
  gauges.tasks.delete(taskId);
  count(gauges, task, -1);
}

function count(
  { tasksByStatus, tasksByType, tasksByPriority }: Gauges,
  { status, type, priority }: TrackedTask,
  by: number,
): void {
  change(tasksByStatus, status, by);
  if (type !== undefined) change(tasksByType, type, by);
  if (priority !== undefined) change(tasksByPriority, priority, by);
}

function move(gauges: Gauges, taskId: string, status: TaskStatus, readyAt?: Instant): void {
  const { tasks, tasksByStatus } = gauges;
  const task = tasks.get(taskId);
  if (task === undefined) {
    return add(gauges, taskId, { status, readyAt, type: undefined, priority: undefined });
  }
  change(tasksByStatus, task.status, -1);
  change(tasksByStatus, status, 1);
  task.status = status;
  task.readyAt = readyAt;
}

function reprioritize({ tasks, tasksByPriority }: Gauges, taskId: string, priority: number): void {
  const task = tasks.get(taskId);
  if (task === undefined) return;
  if (task.priority !== undefined) change(tasksByPriority, task.priority, -1);
  change(tasksByPriority, priority, 1);
  task.priority = priority;
}

function addLoad({ agents }: Gauges, agentId: string, added: number): void {
  const agent = agents.get(agentId);
  if (agent !== undefined) agent.load = Math.max(0, agent.load + added);
}

/** Ends a wait. Idempotent. */
function endWait(gauges: Gauges, { waitId }: { readonly waitId: number }): void {
  const resourceIds = gauges.waits.get(waitId);
  if (resourceIds === undefined) return;
  gauges.waits.delete(waitId);
  for (const resourceId of resourceIds) use(gauges, resourceId, 0, -1);
}

/** Changes the use of a resource; one without any use, and of the default capacity, is forgotten. */
function use(
  gauges: Gauges,
  resourceId: string,
  holds: number,
  waits: number,
  capacity?: number,
): void {
  const { resources } = gauges;
  let resource = resources.get(resourceId);
  if (resource === undefined) {
    resource = { holds: 0, waits: 0, capacity: 1 };
    resources.set(resourceId, resource);
  }
  const wasLocked = resource.holds > 0;
  resource.holds = Math.max(0, resource.holds + holds);
  resource.waits = Math.max(0, resource.waits + waits);
  if (capacity !== undefined) resource.capacity = capacity;
  gauges.lockedResources += Number(resource.holds > 0) - Number(wasLocked);
  if (resource.holds + resource.waits === 0 && resource.capacity === 1) {
    resources.delete(resourceId);
  }
}

function change<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
