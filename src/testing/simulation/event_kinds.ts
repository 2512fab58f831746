/**
 * The properties of events that depend on their type, in one look-up: events have so many shapes that
 * each access to a field of theirs is slow.
 *
 * @module
 */

import { AGENT_DESCRIPTIONS } from "../../agents/events.ts";
import { BREAKER_DESCRIPTIONS } from "../../breakers/events.ts";
import { CONFLICT_DESCRIPTIONS } from "../../conflicts/events.ts";
import { LOCK_DESCRIPTIONS } from "../../locks/events.ts";
import { MESSAGE_DESCRIPTIONS } from "../../messages/events.ts";
import { OPERATOR_DESCRIPTIONS } from "../../root/operator_events.ts";
import { TASK_DESCRIPTIONS } from "../../tasks/events.ts";
import type { TaskStatus } from "../../tasks/types.ts";

/** A subsystem that emits events, or the root machine. */
export type Subsystem =
  | "locks"
  | "tasks"
  | "messages"
  | "breakers"
  | "conflicts"
  | "agents"
  | "root";

/** The change of the status of a task by an event. */
export interface StatusChange {
  /** The possible statuses before. */
  readonly before: readonly TaskStatus[];
  /** The status afterwards; `undefined` for the same. */
  readonly after: TaskStatus | undefined;
  /** Whether it is the last event of the task. */
  readonly isLast?: boolean;
}

/** The events of one type. */
export interface EventKind {
  /** The type. */
  readonly type: string;
  /** The subsystem that emits it. */
  readonly subsystem: Subsystem;
  /** Whether it refuses a command. */
  readonly isRefusal: boolean;
  /** Whether it is sent to an agent. */
  readonly notifiesAgents: boolean;
  /** The change of the status of its task. */
  readonly statusChange: StatusChange | undefined;
  /** The number of such events so far. */
  count: number;
}

const UNFINISHED: readonly TaskStatus[] = [
  ...(["waiting", "ready", "assigned", "running", "backing-off", "blocked"] as const),
];

const STATUS_CHANGES: ReadonlyMap<string, StatusChange> = new Map<string, StatusChange>([
  ["task:readied", { before: ["waiting", "backing-off", "blocked", "ready"], after: "ready" }],
  ["task:assigned", { before: ["ready"], after: "assigned" }],
  ["task:admitted", { before: ["assigned"], after: undefined }],
  ["task:parked", { before: ["assigned"], after: "ready" }],
  ["task:stolen", { before: ["assigned"], after: "ready" }],
  ["task:started", { before: ["assigned"], after: "running" }],
  ["task:heartbeat", { before: ["running"], after: undefined }],
  ["task:progressed", { before: ["running"], after: undefined }],
  ["task:noted", { before: ["running"], after: undefined }],
  ["task:completed", { before: ["running", "blocked"], after: "completed", isLast: true }],
  ["task:backed-off", {
    before: ["ready", "assigned", "running", "blocked"],
    after: "backing-off",
  }],
  ["task:snoozed", { before: ["running"], after: "backing-off" }],
  ["task:blocked", { before: ["running"], after: "blocked" }],
  ["task:proposed", { before: ["running"], after: "blocked" }],
  ["task:rejected", { before: ["blocked"], after: undefined }],
  ["task:lent", { before: ["running"], after: undefined }],
  ["task:resumed", { before: ["running"], after: undefined }],
  ["task:requeued", { before: ["assigned", "running"], after: "ready" }],
  ["task:failed", { before: UNFINISHED, after: "failed", isLast: true }],
  ["task:cancelled", { before: UNFINISHED, after: "cancelled", isLast: true }],
]);

const NOTIFYING: ReadonlySet<string> = new Set([
  ...[
    "task:assigned",
    "task:started",
    "task:parked",
    "task:stolen",
    "task:requeued",
    "task:backed-off",
    "task:failed",
  ],
  ...["task:cancelled", "resource:acquired", "resource:reacquired", "resource:timed-out"],
  ...["resource:cancelled", "resource:abandoned", "deadlock:detected", "message:received"],
  ...["message:responded", "message:unanswered", "receiver:ended"],
  ...["resource:detached", "receiver:detached", "request:detached"],
]);

const SUBSYSTEMS: ReadonlyMap<string, Subsystem> = new Map(
  Object.entries({
    agents: AGENT_DESCRIPTIONS,
    locks: LOCK_DESCRIPTIONS,
    messages: MESSAGE_DESCRIPTIONS,
    breakers: BREAKER_DESCRIPTIONS,
    conflicts: CONFLICT_DESCRIPTIONS,
    tasks: TASK_DESCRIPTIONS,
    root: OPERATOR_DESCRIPTIONS,
  }).flatMap(([name, descriptions]) =>
    Object.keys(descriptions).map((type) => [type, name as Subsystem])
  ),
);

/** The kinds of the events that were emitted. */
export class EventKinds {
  readonly #kinds = new Map<string, EventKind>();

  /** Returns the kind of the events of that type. */
  of(type: string): EventKind {
    return this.#kinds.get(type) ?? this.#add(type);
  }

  /** Returns all kinds, in the order in which they were first emitted. */
  all(): Iterable<EventKind> {
    return this.#kinds.values();
  }

  #add(type: string): EventKind {
    const kind = {
      type,
      subsystem: SUBSYSTEMS.get(type)!,
      isRefusal: type.endsWith(":refused"),
      notifiesAgents: NOTIFYING.has(type),
      statusChange: STATUS_CHANGES.get(type),
      count: 0,
    };
    this.#kinds.set(type, kind);
    return kind;
  }
}
