/**
 * What is counted and what is timed, and by which events. The rest of the folder follows these two
 * tables.
 *
 * @module
 */

import type { EventMap } from "../root/events.ts";
import type { Instant } from "../core/machine.ts";

/** Something that is counted. */
export interface CounterSpec {
  /** The name of its series, such as `task.completed`. */
  readonly metric: string;
  /** The event that counts. */
  readonly event: string;
  /** For people. */
  readonly help: string;
  /** Whether one event counts. @default all do */
  readonly counts?: (event: never) => boolean;
}

/** Something whose duration is known from one event. */
export interface DurationSpec {
  /** The name of its series, such as `task.duration`. */
  readonly metric: string;
  /** The event that tells it. */
  readonly event: string;
  /** For people. */
  readonly help: string;
  /** The duration in milliseconds; `undefined` when the event tells none. */
  readonly measure: (event: never, at: Instant) => number | undefined;
}

/** How long ready tasks waited for an agent: told by two events, not by one. */
export const SCHEDULING_LATENCY = {
  metric: "scheduling.latency",
  help: "From when a task was ready until it was assigned",
};

/** Everything that is counted. */
export const COUNTERS: readonly CounterSpec[] = [
  counter("task.created", "task:created", "Tasks that were accepted"),
  counter("task.assigned", "task:assigned", "Tasks that were put into an agent's queue"),
  counter("task.started", "task:started", "Attempts that began"),
  counter("task.completed", "task:completed", "Tasks that ended well"),
  counter("task.failed", "task:failed", "Tasks that ended badly"),
  counter("task.cancelled", "task:cancelled", "Tasks that were cancelled"),
  counter("task.retried", "task:backed-off", "Attempts that failed and were followed by another"),
  counter("task.requeued", "task:requeued", "Claims that ended by no fault of their task"),
  counter("task.timed_out", "task:timed-out", "Limits of tasks that were exceeded"),
  counter(
    "task.stale",
    "task:refused",
    "Commands of claims that were over",
    ({ reason }) => reason === "stale-epoch",
  ),
  counter("agent.spawned", "agent:spawned", "Agents that were registered, or registered anew"),
  counter("agent.idle", "agent:idle", "Agents that ran out of tasks, where that is told"),
  counter("agent.active", "agent:active", "Agents that got their first task, where that is told"),
  counter("agent.terminated", "agent:terminated", "Agents that were removed"),
  counter("agent.joined", "agent:joined", "Lives of agents that began"),
  counter("agent.suspected", "agent:suspected", "Silences of agents that became suspicious"),
  counter("agent.recovered", "agent:recovered", "Suspected agents that were alive"),
  counter("agent.died", "agent:died", "Agents that were given up because of their silence"),
  counter("agent.left", "agent:left", "Agents that left"),
  counter(
    "agent.stale",
    "agent:refused",
    "Commands of agents whose life was over",
    ({ reason }) => reason === "stale-incarnation",
  ),
  counter("resource.acquired", "resource:acquired", "Locks that were granted"),
  counter("resource.released", "resource:released", "Locks that were given back"),
  counter("resource.expired", "resource:expired", "Leases that ran out"),
  counter("resource.timed_out", "resource:timed-out", "Waits for locks that took too long"),
  counter("deadlock.detected", "deadlock:detected", "Cycles of waits that were broken"),
  counter("message.sent", "message:sent", "Messages that were put into a mailbox"),
  counter("message.resent", "message:resent", "Dead letters that were sent again"),
  counter("message.received", "message:received", "Messages that were handed out"),
  counter("message.acked", "message:acked", "Deliveries of messages that did what they are for"),
  counter("message.nacked", "message:nacked", "Deliveries of messages that failed"),
  counter("message.responded", "message:responded", "Requests that were answered"),
  counter("message.unanswered", "message:unanswered", "Requests that ended without a response"),
  counter("message.dead_lettered", "message:dead-lettered", "Messages that were given up"),
  counter("conflict.detected", "conflict:reported", "Conflicts that were reported"),
  counter("conflict.resolved", "conflict:resolved", "Conflicts that were settled"),
  counter(
    "update.refused",
    "version:refused",
    "Changes of a version that was not the newest",
    ({ reason }) => reason === "stale-version",
  ),
  counter("task.stolen", "task:stolen", "Tasks that were moved from a busy agent to an idle one"),
  counter("workstealing.completed", "workstealing:completed", "Steals"),
  counter(
    "circuitbreaker.tripped",
    "circuitbreaker:state-change",
    "Circuit breakers that opened",
    ({ to }) => to === "open",
  ),
  counter(
    "circuitbreaker.rejected",
    "circuitbreaker:rejected",
    "Calls that a circuit breaker did not let through",
  ),
];

/** Everything whose duration one event tells. */
export const DURATIONS: readonly DurationSpec[] = [
  duration(
    "task.duration",
    "task:completed",
    "How long the attempts ran that completed a task",
    ({ ranMs }) => ranMs,
  ),
  duration(
    "resource.wait",
    "resource:acquired",
    "From asking for a lock to having it",
    ({ waitedMs }) => waitedMs,
  ),
  ...(["resource:released", "resource:expired", "resource:revoked"] as const).map((event) =>
    duration("resource.hold", event, "How long locks were held", ({ heldMs }) => heldMs)
  ),
  duration(
    "message.latency",
    "message:received",
    "From sending a message to its first delivery",
    ({ message }, at) => message.attempt === 1 ? at - message.timestamp : undefined,
  ),
  duration(
    "message.handling",
    "message:acked",
    "From the delivery of a message until it was handled",
    ({ handledMs }) => handledMs,
  ),
  duration(
    "message.response",
    "message:responded",
    "From sending a request to its response",
    ({ waitedMs }) => waitedMs,
  ),
  duration(
    "conflict.open",
    "conflict:resolved",
    "From the report of a conflict to its resolution",
    ({ openMs }) => openMs,
  ),
];

/** The names of all durations, with what they are. */
export const DURATION_METRICS: readonly { readonly metric: string; readonly help: string }[] = [
  ...new Map([...DURATIONS, SCHEDULING_LATENCY].map((spec) => [spec.metric, spec])).values(),
];

function counter<Type extends keyof EventMap>(
  metric: string,
  event: Type,
  help: string,
  counts?: (event: EventMap[Type]) => boolean,
): CounterSpec {
  return counts === undefined ? { metric, event, help } : { metric, event, help, counts };
}

function duration<Type extends keyof EventMap>(
  metric: string,
  event: Type,
  help: string,
  measure: (event: EventMap[Type], at: Instant) => number | undefined,
): DurationSpec {
  return { metric, event, help, measure };
}
