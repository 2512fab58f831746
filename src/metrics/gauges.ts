/**
 * What is so at the moment, as far as events tell: which task is where, which agent has how much to
 * do, which locks are held and waited for.
 *
 * Each thing is kept by its id with what is known of it, and a gauge counts these. So an event that
 * is heard twice, or for the first time of its thing, puts the gauge right instead of making it
 * drift. What has ended is forgotten: a gauge needs as much room as there is going on.
 *
 * @module
 */

import type {
  AgentCordoned,
  AgentDraining,
  AgentSpawned,
  AgentTerminated,
  AgentUncordoned,
  TaskCreated,
} from "../tasks/events.ts";
import type { LockstepEvent } from "../root/events.ts";
import type { Instant } from "../core/machine.ts";
import type { CordonCause, TaskStatus } from "../tasks/types.ts";
import type { CircuitState } from "../breakers/types.ts";

/** A task that has not ended. */
export interface TrackedTask {
  /** Where it is. */
  status: TaskStatus;
  /** What kind of work it is; `undefined` when it was accepted unheard. */
  readonly type: string | undefined;
  /** Its priority; `undefined` when it was accepted unheard. */
  readonly priority: number | undefined;
  /** Since when it waits for an agent; `undefined` when it doesn't. */
  readyAt: Instant | undefined;
}

/** An agent that is registered. */
export interface TrackedAgent {
  /** What kind of agent it is. */
  kind: string;
  /** How many tasks it takes at once. */
  slots: number;
  /** How many of the slots are in use. */
  load: number;
  /** Why it gets no tasks: causes of cordons, and that it is draining. */
  readonly cordons: Set<CordonCause | "draining">;
}

/** A resource in use. */
export interface TrackedResource {
  /** How many grants of it stand. */
  holds: number;
  /** How many waits are for it. */
  waits: number;
  /** How many units it has. */
  capacity: number;
}

/** What is so at the moment. */
export interface Gauges {
  /** Tasks that have not ended, by id. */
  readonly tasks: Map<string, TrackedTask>;
  /** How many of them have each status. */
  readonly tasksByStatus: Map<TaskStatus, number>;
  /** How many of them are of each type. */
  readonly tasksByType: Map<string, number>;
  /** How many of them have each priority. */
  readonly tasksByPriority: Map<number, number>;
  /** Registered agents, by id. */
  readonly agents: Map<string, TrackedAgent>;
  /** Resources that are held, waited for or defined, by id. */
  readonly resources: Map<string, TrackedResource>;
  /** How many of them are held. */
  lockedResources: number;
  /** From each wait to the resources that it is for. */
  readonly waits: Map<number, readonly string[]>;
  /** Everything else that is open. */
  readonly open: OpenItems;
}

/** The moment at which nothing is going on. */
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
    open: nothingOpen(),
  };
}

/**
 * Takes in what happened.
 *
 * @returns how long the task waited for an agent, when it got one
 */
export function track(gauges: Gauges, event: LockstepEvent, at: Instant): number | undefined {
  trackOpen(gauges.open, event);
  switch (event.type) {
    case "task:created":
      return accept(gauges, event, at);
    case "task:readied":
      return move(gauges, event.taskId, "ready", at);
    case "task:assigned":
      if (!event.queued) addLoad(gauges, event.agentId, 1);
      return move(gauges, event.taskId, "assigned", at);
    case "task:admitted":
      return addLoad(gauges, event.agentId, 1);
    case "task:started":
      return move(gauges, event.taskId, "running", at);
    case "task:backed-off":
      return move(gauges, event.taskId, "backing-off", at);
    case "task:requeued":
      return move(gauges, event.taskId, "ready", at);
    case "task:completed":
    case "task:failed":
    case "task:cancelled":
      return forget(gauges, event.taskId);
    case "attempt:ended":
      return event.queued ? undefined : addLoad(gauges, event.agentId, -1);
    case "agent:spawned":
    case "agent:terminated":
    case "agent:cordoned":
    case "agent:uncordoned":
    case "agent:draining":
      return trackAgent(gauges, event);
    default:
      return trackResource(gauges, event);
  }
}

function accept(gauges: Gauges, { taskId, task }: TaskCreated, at: Instant): undefined {
  forget(gauges, taskId);
  const { type, priority, status } = task;
  add(gauges, taskId, { type, priority, status, readyAt: status === "ready" ? at : undefined });
}

function add(gauges: Gauges, taskId: string, task: TrackedTask): void {
  gauges.tasks.set(taskId, task);
  change(gauges.tasksByStatus, task.status, 1);
  if (task.type !== undefined) change(gauges.tasksByType, task.type, 1);
  if (task.priority !== undefined) change(gauges.tasksByPriority, task.priority, 1);
}

function move(
  gauges: Gauges,
  taskId: string,
  status: TaskStatus,
  at: Instant,
): number | undefined {
  const task = gauges.tasks.get(taskId);
  const readyAt = status === "ready" ? at : undefined;
  if (task === undefined) {
    add(gauges, taskId, { status, readyAt, type: undefined, priority: undefined });
    return undefined;
  }
  change(gauges.tasksByStatus, task.status, -1);
  change(gauges.tasksByStatus, status, 1);
  const waitedSince = task.readyAt;
  task.status = status;
  task.readyAt = readyAt;
  return status === "assigned" && waitedSince !== undefined ? at - waitedSince : undefined;
}

function forget(gauges: Gauges, taskId: string): undefined {
  const task = gauges.tasks.get(taskId);
  if (task === undefined) return;
  gauges.tasks.delete(taskId);
  change(gauges.tasksByStatus, task.status, -1);
  if (task.type !== undefined) change(gauges.tasksByType, task.type, -1);
  if (task.priority !== undefined) change(gauges.tasksByPriority, task.priority, -1);
}

type AgentEvent =
  | AgentSpawned
  | AgentTerminated
  | AgentCordoned
  | AgentUncordoned
  | AgentDraining;

function trackAgent({ agents }: Gauges, event: AgentEvent): undefined {
  const agent = agents.get(event.agentId);
  switch (event.type) {
    case "agent:spawned": {
      const { agentId, kind, maxConcurrentTasks: slots } = event;
      if (agent === undefined) agents.set(agentId, { kind, slots, load: 0, cordons: new Set() });
      else Object.assign(agent, { kind, slots });
      return;
    }
    case "agent:terminated":
      agents.delete(event.agentId);
      return;
    case "agent:cordoned":
      agent?.cordons.add(event.cause);
      return;
    case "agent:uncordoned":
      agent?.cordons.delete(event.cause);
      return;
    case "agent:draining":
      agent?.cordons.add("draining");
  }
}

function addLoad({ agents }: Gauges, agentId: string, added: number): undefined {
  const agent = agents.get(agentId);
  if (agent !== undefined) agent.load = Math.max(0, agent.load + added);
}

function trackResource(gauges: Gauges, event: LockstepEvent): undefined {
  switch (event.type) {
    case "resource:queued":
      gauges.waits.set(event.waitId, event.resourceIds);
      for (const resourceId of event.resourceIds) use(gauges, resourceId, 0, 1);
      return;
    case "resource:acquired":
      endWait(gauges, event.waitId);
      return use(gauges, event.resourceId, 1, 0);
    case "resource:released":
    case "resource:expired":
    case "resource:revoked":
      return use(gauges, event.resourceId, -1, 0);
    case "resource:reacquired":
    case "resource:timed-out":
    case "resource:cancelled":
    case "resource:abandoned":
    case "deadlock:detected":
      return endWait(gauges, event.waitId);
    case "resource:defined":
      return use(gauges, event.resourceId, 0, 0, event.capacity);
  }
}

/** Ends a wait; nothing when it has ended, or is none. */
function endWait(gauges: Gauges, waitId: number): undefined {
  const resourceIds = gauges.waits.get(waitId);
  if (resourceIds === undefined) return;
  gauges.waits.delete(waitId);
  for (const resourceId of resourceIds) use(gauges, resourceId, 0, -1);
}

/** Changes how a resource is used; what isn't used at all, and as everybody finds it, is forgotten. */
function use(
  gauges: Gauges,
  resourceId: string,
  holds: number,
  waits: number,
  capacity?: number,
): undefined {
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

/** What is open at the moment, by id. */
export interface OpenItems {
  /** Agents that are there, and whether each is suspected to be dead. */
  readonly members: Map<string, boolean>;
  /** Messages whose senders wait for a response. */
  readonly requests: Set<string>;
  /** Messages that could not be delivered. */
  readonly deadLetters: Set<string>;
  /** Conflicts that were not settled. */
  readonly conflicts: Set<string>;
  /** The state of each circuit breaker. */
  readonly breakers: Map<string, CircuitState>;
}

/** The moment at which nothing is open. */
export function nothingOpen(): OpenItems {
  return {
    members: new Map(),
    requests: new Set(),
    deadLetters: new Set(),
    conflicts: new Set(),
    breakers: new Map(),
  };
}

type Handlers = {
  readonly [Type in LockstepEvent["type"]]?: (
    open: OpenItems,
    event: Extract<LockstepEvent, { type: Type }>,
  ) => void;
};

const HANDLERS: Handlers = {
  "agent:joined": ({ members }, { agentId }) => members.set(agentId, false),
  "agent:suspected": ({ members }, { agentId }) => members.set(agentId, true),
  "agent:recovered": ({ members }, { agentId }) => members.set(agentId, false),
  "agent:died": ({ members }, { agentId }) => members.delete(agentId),
  "agent:left": ({ members }, { agentId }) => members.delete(agentId),
  "message:sent": ({ requests }, { message, isRequest }) => isRequest && requests.add(message.id),
  "message:responded": ({ requests }, { messageId }) => requests.delete(messageId),
  "message:unanswered": ({ requests }, { messageId }) => requests.delete(messageId),
  "message:dead-lettered": ({ deadLetters }, { messageId }) => deadLetters.add(messageId),
  "message:resent": ({ deadLetters }, { messageId }) => deadLetters.delete(messageId),
  "message:forgotten": ({ deadLetters }, { messageId }) => deadLetters.delete(messageId),
  "conflict:reported": ({ conflicts }, { conflictId }) => conflicts.add(conflictId),
  "conflict:resolved": ({ conflicts }, { conflictId }) => conflicts.delete(conflictId),
  "circuitbreaker:defined": ({ breakers }, { name }) =>
    breakers.set(name, breakers.get(name) ?? "closed"),
  "circuitbreaker:state-change": ({ breakers }, { name, to }) => breakers.set(name, to),
  "circuitbreaker:removed": ({ breakers }, { name }) => breakers.delete(name),
};

/** The events that {@linkcode trackOpen} takes in. */
export const OPENING_EVENTS: readonly string[] = Object.keys(HANDLERS);

const HANDLER_OF: ReadonlyMap<string, (open: OpenItems, event: never) => void> = new Map(
  Object.entries(HANDLERS),
);

/** Takes in what happened; most events open and end nothing. */
export function trackOpen(open: OpenItems, event: LockstepEvent): void {
  HANDLER_OF.get(event.type)?.(open, event as never);
}

/** How many of the circuit breakers are in each state. */
export function breakersByState({ breakers }: OpenItems): Record<CircuitState, number> {
  const counts = { "closed": 0, "open": 0, "half-open": 0 };
  for (const state of breakers.values()) counts[state]++;
  return counts;
}

/** How many of the agents that are there are suspected to be dead. */
export function countSuspects({ members }: OpenItems): number {
  let suspects = 0;
  for (const isSuspect of members.values()) if (isSuspect) suspects++;
  return suspects;
}
