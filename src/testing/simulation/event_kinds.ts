/**
 * What a simulation wants to know of an event by its type, found in one look-up: events are of so many
 * shapes that each further question to them is slow.
 *
 * @module
 */

import type { TaskStatus } from "../../tasks/types.ts";

/** Which subsystem says it. */
export type Subsystem = "locks" | "tasks" | "messages" | "breakers" | "conflicts" | "agents";

/** What an event says of the status of its task. */
export interface Transition {
  /** The statuses in which it may find it. */
  readonly before: readonly TaskStatus[];
  /** The status that it leaves it in; `undefined` when that stays. */
  readonly after: TaskStatus | undefined;
  /** Whether nothing comes after it. */
  readonly isLast?: boolean;
}

/** All events of one type. */
export interface EventKind {
  /** The type. */
  readonly type: string;
  /** Who says it. */
  readonly subsystem: Subsystem;
  /** Whether it tells that a command was refused. */
  readonly isRefusal: boolean;
  /** Whether agents are told of it, besides who asked for it. */
  readonly notifiesAgents: boolean;
  /** What it means for its task. */
  readonly transition: Transition | undefined;
  /** How often it was said. */
  count: number;
}

const UNFINISHED: readonly TaskStatus[] = [
  ...(["waiting", "ready", "assigned", "running", "backing-off"] as const),
];

const TRANSITIONS: ReadonlyMap<string, Transition> = new Map<string, Transition>([
  ["task:readied", { before: ["waiting", "backing-off"], after: "ready" }],
  ["task:assigned", { before: ["ready"], after: "assigned" }],
  ["task:admitted", { before: ["assigned"], after: undefined }],
  ["task:stolen", { before: ["assigned"], after: "ready" }],
  ["task:started", { before: ["assigned"], after: "running" }],
  ["task:heartbeat", { before: ["running"], after: undefined }],
  ["task:progressed", { before: ["running"], after: undefined }],
  ["task:completed", { before: ["running"], after: "completed", isLast: true }],
  ["task:backed-off", { before: ["assigned", "running"], after: "backing-off" }],
  ["task:requeued", { before: ["assigned", "running"], after: "ready" }],
  ["task:failed", { before: UNFINISHED, after: "failed", isLast: true }],
  ["task:cancelled", { before: UNFINISHED, after: "cancelled", isLast: true }],
]);

const NOTIFYING: ReadonlySet<string> = new Set([
  ...[
    "task:assigned",
    "task:started",
    "task:stolen",
    "task:requeued",
    "task:backed-off",
    "task:failed",
  ],
  ...["task:cancelled", "resource:acquired", "resource:reacquired", "resource:timed-out"],
  ...["resource:cancelled", "resource:abandoned", "deadlock:detected", "message:received"],
  ...["message:responded", "message:unanswered"],
]);

const SUBSYSTEMS: ReadonlyMap<string, Subsystem> = new Map<string, Subsystem>([
  ["resource", "locks"],
  ["deadlock", "locks"],
  ["ask", "locks"],
  ["message", "messages"],
  ["mailbox", "messages"],
  ["topic", "messages"],
  ["circuitbreaker", "breakers"],
  ["conflict", "conflicts"],
  ["vote", "conflicts"],
  ["version", "conflicts"],
  ["party", "conflicts"],
  ["priority", "conflicts"],
  ["request", "conflicts"],
]);

const MEMBERSHIP: ReadonlySet<string> = new Set([
  ...["agent:joined", "agent:heartbeat", "agent:suspected", "agent:recovered", "agent:died"],
  ...["agent:left", "agent:refused", "listening:resumed"],
]);

/** The kinds of all events that were said. */
export class EventKinds {
  readonly #kinds = new Map<string, EventKind>();

  /** The kind of the events of that type. */
  of(type: string): EventKind {
    return this.#kinds.get(type) ?? this.#add(type);
  }

  /** All of them, in the order in which they were first said. */
  all(): Iterable<EventKind> {
    return this.#kinds.values();
  }

  #add(type: string): EventKind {
    const noun = type.slice(0, type.indexOf(":"));
    const kind = {
      type,
      subsystem: MEMBERSHIP.has(type) ? "agents" as const : SUBSYSTEMS.get(noun) ?? "tasks",
      isRefusal: type.endsWith(":refused"),
      notifiesAgents: NOTIFYING.has(type),
      transition: TRANSITIONS.get(type),
      count: 0,
    };
    this.#kinds.set(type, kind);
    return kind;
  }
}
