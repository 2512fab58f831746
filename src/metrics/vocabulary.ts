/**
 * The tables of counters and durations, and of the events that they are taken from.
 *
 * @module
 */

import type { EventMap } from "../root/events.ts";
import type { Instant } from "../core/machine.ts";

/** A counter. */
export interface CounterSpec {
  /** The name of its series, such as `task.completed`. */
  readonly metric: string;
  /** The event that is counted. */
  readonly event: string;
  /** For people. */
  readonly help: string;
  /** Whether an event counts. @default all do */
  readonly counts?: (event: never) => boolean;
}

/** A duration that one event contains. */
export interface DurationSpec {
  /** The name of its series, such as `task.duration`. */
  readonly metric: string;
  /** The event that contains it. */
  readonly event: string;
  /** For people. */
  readonly help: string;
  /** Returns the duration in milliseconds; `undefined` when the event contains none. */
  readonly measure: (event: never, at: Instant) => number | undefined;
}

/** The duration that lies between two events. */
export const SCHEDULING_LATENCY = {
  metric: "scheduling.latency",
  help: "From when a task was ready until it was assigned",
};

const LAPSED = "Waits, and what they led to, for which no caller came back in time";

/** All counters; several events may count for one. */
export const COUNTERS: readonly CounterSpec[] = [
  counter("task.created", "task:created", "Tasks that were accepted"),
  counter("task.assigned", "task:assigned", "Tasks that were assigned to an agent"),
  counter(
    "task.last_resort",
    "task:assigned",
    "Tasks that were assigned to an agent whose attempts kept failing, as no other was fit",
    ({ lastResort }) => lastResort === true,
  ),
  counter("task.started", "task:started", "Attempts that began"),
  counter("claim.requested", "claim:requested", "Requests of agents in pull mode for a task"),
  counter(
    "claim.granted",
    "task:started",
    "Tasks that were handed to agents that asked",
    ({ ask }) => ask !== undefined,
  ),
  counter("claim.abandoned", "claim:abandoned", "Requests for a task that ended without one"),
  counter("task.completed", "task:completed", "Tasks that completed"),
  counter("task.failed", "task:failed", "Tasks that failed"),
  counter("task.cancelled", "task:cancelled", "Tasks that were cancelled"),
  counter("task.retried", "task:backed-off", "Attempts that failed and were retried"),
  counter("task.requeued", "task:requeued", "Tasks that were put back into the ready queue"),
  counter("task.noted", "task:noted", "Notes of attempts"),
  counter("task.snoozed", "task:snoozed", "Attempts that asked to go on later"),
  counter("task.blocked", "task:blocked", "Attempts that asked a question"),
  counter("task.proposed", "task:proposed", "Results that wait to be accepted"),
  counter("task.rejected", "task:rejected", "Results that were rejected"),
  counter("task.resubmitted", "task:retried", "Finished tasks that were submitted once more"),
  counter("schedule.fired", "schedule:fired", "Tasks that schedules submitted"),
  counter("schedule.skipped", "schedule:skipped", "Occasions of schedules without a task"),
  counter("schedule.missed", "schedule:missed", "Times that a schedule missed occasions"),
  counter("task.timed_out", "task:timed-out", "Time limits of tasks that were exceeded"),
  counter(
    "task.stale",
    "task:refused",
    "Commands of claims that had ended",
    ({ reason }) => reason === "stale-epoch",
  ),
  counter("agent.spawned", "agent:spawned", "Agents that were registered, or registered anew"),
  counter("agent.idle", "agent:idle", "Agents that ran out of tasks, where idleness is announced"),
  counter(
    "agent.active",
    "agent:active",
    "Agents that got their first task, where idleness is announced",
  ),
  counter("agent.terminated", "agent:terminated", "Agents that were removed"),
  counter("agent.joined", "agent:joined", "Incarnations of agents that began"),
  counter("agent.suspected", "agent:suspected", "Agents that became suspected to be dead"),
  counter("agent.recovered", "agent:recovered", "Suspected agents that turned out to be alive"),
  counter("agent.died", "agent:died", "Agents that were declared dead"),
  counter("agent.left", "agent:left", "Agents that left"),
  counter(
    "agent.stale",
    "agent:refused",
    "Commands of incarnations that had ended",
    ({ reason }) => reason === "stale-incarnation",
  ),
  counter("resource.acquired", "resource:acquired", "Locks that were granted"),
  counter("resource.released", "resource:released", "Locks that were released"),
  counter("resource.expired", "resource:expired", "Leases that expired"),
  counter("resource.timed_out", "resource:timed-out", "Waits for locks that timed out"),
  counter("deadlock.detected", "deadlock:detected", "Cycles of waits that were broken"),
  counter("message.sent", "message:sent", "Messages that were put into a mailbox"),
  counter("message.resent", "message:resent", "Dead letters that were sent again"),
  counter("message.received", "message:received", "Deliveries of messages"),
  counter("message.acked", "message:acked", "Deliveries of messages that were acked"),
  counter("message.nacked", "message:nacked", "Deliveries of messages that failed"),
  counter(
    "message.misaddressed",
    "message:misaddressed",
    "Names that no agent has had and that were sent a message",
  ),
  counter("message.responded", "message:responded", "Requests that were answered"),
  counter("message.unanswered", "message:unanswered", "Requests that ended without a response"),
  counter("inbox.seen", "inbox:seen", "Times that a reader of an inbox has seen further messages"),
  counter("inbox.forgotten", "inbox:forgotten", "Places of readers of an inbox that were evicted"),
  counter("message.dead_lettered", "message:dead-lettered", "Messages that became dead letters"),
  ...(["resource:detached", "claim:detached", "receiver:detached", "request:detached"] as const)
    .map((event) => counter("ticket.detached", event, "Waits whose caller left and may come back")),
  ...(["resource:resumed", "claim:resumed", "receiver:resumed", "request:resumed"] as const)
    .map((event) => counter("ticket.resumed", event, "Waits whose caller came back")),
  counter("ticket.lapsed", "resource:abandoned", LAPSED, ({ reason }) => reason === "lapsed"),
  counter("ticket.lapsed", "resource:expired", LAPSED, ({ lapsed }) => lapsed === true),
  counter("ticket.lapsed", "claim:abandoned", LAPSED, ({ reason }) => reason === "lapsed"),
  counter("ticket.lapsed", "receiver:ended", LAPSED, ({ reason }) => reason === "lapsed"),
  counter("ticket.lapsed", "message:unanswered", LAPSED, ({ reason }) => reason === "lapsed"),
  counter("limit.changed", "limit:changed", "Limits of keys that were changed by a call"),
  counter("budget.exhausted", "budget:exhausted", "Budgets that were spent"),
  counter("conflict.detected", "conflict:reported", "Conflicts that were reported"),
  counter("conflict.resolved", "conflict:resolved", "Conflicts that were resolved"),
  counter(
    "update.refused",
    "version:refused",
    "Changes that were based on an old version",
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
    "Calls that a circuit breaker rejected",
  ),
  counter(
    "circuitbreaker.held",
    "circuitbreaker:held",
    "Times that a circuit breaker was held open until its reset",
  ),
  counter(
    "circuitbreaker.retries",
    "circuitbreaker:retry-permitted",
    "Retries that a retry budget permitted",
  ),
  counter(
    "circuitbreaker.retries_rejected",
    "circuitbreaker:retry-rejected",
    "Retries that a retry budget rejected",
  ),
];

/** All durations that one event contains. */
export const DURATIONS: readonly DurationSpec[] = [
  duration(
    "task.duration",
    "task:completed",
    "Run time of attempts that completed their task",
    ({ ranMs }) => ranMs,
  ),
  duration(
    "claim.wait",
    "task:started",
    "From asking for a task to its start",
    ({ askedMs }) => askedMs,
  ),
  duration(
    "schedule.lateness",
    "schedule:fired",
    "From an occasion of a schedule to the submission of its task",
    ({ lateMs }) => lateMs,
  ),
  duration(
    "resource.wait",
    "resource:acquired",
    "From asking for a lock to its grant",
    ({ waitedMs }) => waitedMs,
  ),
  ...(["resource:released", "resource:expired", "resource:revoked"] as const).map((event) =>
    duration("resource.hold", event, "Time for which locks were held", ({ heldMs }) => heldMs)
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
    "From the delivery of a message to its ack",
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

/** The names of all counters, and their help. */
export const COUNTER_METRICS: readonly MetricHelp[] = distinct(COUNTERS);

/** The names of all durations, and their help. */
export const DURATION_METRICS: readonly MetricHelp[] = distinct([...DURATIONS, SCHEDULING_LATENCY]);

/** The name of a metric, and a sentence about it. */
export interface MetricHelp {
  /** Such as `task.duration`. */
  readonly metric: string;
  /** For people. */
  readonly help: string;
}

function distinct(specs: readonly MetricHelp[]): MetricHelp[] {
  return [...new Map(specs.map((spec) => [spec.metric, spec])).values()];
}

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
