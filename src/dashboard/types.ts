/**
 * The data of the pages of a dashboard, as its server makes them and its browser shows them.
 *
 * @module
 */

import type { MemberView } from "../agents/mod.ts";
import type { Explanation } from "../coordination/mod.ts";
import type { Instant } from "../core/machine.ts";
import type { HolderView, WaiterView } from "../locks/mod.ts";
import type { TaskStatus, TaskView } from "../tasks/types.ts";

/** The kinds of bars. */
export type BarKind = "attempt" | "lease" | "wait" | "silence";

/** A span of time on the lane of an agent. */
export interface Bar {
  readonly kind: BarKind;
  /** The agent. */
  readonly lane: string;
  /** The task or the lock. */
  readonly name: string;
  readonly from: Instant;
  /** `undefined` while it lasts. */
  readonly to?: Instant;
  /** How it ended. */
  readonly outcome?: string;
}

/** A deadlock that was resolved. */
export interface PastDeadlock {
  readonly sequence: number;
  readonly at: Instant;
  /** The cycle: each waits for the next, the last for the first. */
  readonly agents: readonly string[];
  readonly owners: readonly string[];
  /** The resource that each waits for; empty for the end of the next one's request or claim. */
  readonly resources: readonly string[];
  /** The agent whose wait was ended. */
  readonly victim: string;
}

/** A message that was sent. */
export interface PastMessage {
  readonly sequence: number;
  readonly at: Instant;
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly type: string;
  readonly topic?: string;
  readonly payload: unknown;
  readonly isRequest: boolean;
}

/** An event in one line. */
export interface PastEvent {
  readonly sequence: number;
  readonly at: Instant;
  readonly type: string;
  readonly text: string;
}

/** Counts of events in a span of time. */
export interface Bucket {
  at: Instant;
  events: number;
  submitted: number;
  started: number;
  completed: number;
  failed: number;
  cancelled: number;
  acquired: number;
  /** The sum of the waits for locks that ended in it, in milliseconds. */
  waitedMs: number;
  messages: number;
}

/** The moment of a page. */
export interface Header {
  readonly at: Instant;
  /** Number of events before it. */
  readonly sequence: number;
  /** Whether it is a moment of the past. */
  readonly isPast: boolean;
  /** When the oldest kept event happened. */
  readonly first: Instant | undefined;
  /** When the newest event happened. */
  readonly last: Instant;
  /** Whether actions are possible. */
  readonly mayAct: boolean;
  /** What the system is called. */
  readonly title: string;
}

/** What a page has besides its moment. */
export type PageOf<Data> = Data & { readonly header: Header };

/** An agent in a list. */
export interface AgentRow {
  readonly agentId: string;
  readonly kind: string;
  readonly status: "suspect" | "draining" | "cordoned" | "full" | "busy" | "asking" | "idle";
  readonly capabilities: readonly string[];
  readonly slots: number;
  readonly load: number;
  readonly tasks: readonly {
    readonly id: string;
    readonly description: string;
    readonly status: TaskStatus;
    readonly since: Instant | undefined;
    readonly progress?: unknown;
  }[];
  readonly holds: number;
  readonly waits: number;
  readonly lastHeardAt: Instant | undefined;
  readonly deadAt: Instant | undefined;
  readonly completed: number;
  readonly failed: number;
}

/** Something that waits for a person. */
export interface Need {
  readonly kind: "question" | "approval";
  readonly taskId: string;
  readonly description: string;
  readonly agentId: string | undefined;
  readonly text: unknown;
  readonly since: Instant;
}

/** The page of what happens now. */
export interface NowPage {
  readonly agents: readonly AgentRow[];
  readonly agentCount: number;
  readonly needs: readonly Need[];
  readonly counts: Readonly<Record<TaskStatus, number>>;
  readonly queues: readonly {
    readonly requires: readonly string[];
    readonly pinnedTo: string;
    readonly ready: number;
    readonly fit: number;
  }[];
  readonly paused: string | undefined;
  readonly failures: readonly ErrorGroup[];
  readonly locksHeld: number;
  readonly lockWaits: number;
  readonly events: readonly PastEvent[];
}

/** The failed tasks of one error. */
export interface ErrorGroup {
  /** The error, with numbers and quoted names left out. */
  readonly error: string;
  readonly count: number;
  readonly lastAt: Instant;
  /** Some of the tasks, the newest first. */
  readonly taskIds: readonly string[];
}

/** A task in a list. */
export interface TaskRow {
  readonly id: string;
  readonly type: string;
  readonly description: string;
  readonly status: TaskStatus;
  readonly priority: number;
  readonly agentId: string | undefined;
  readonly createdAt: Instant;
  readonly startedAt: Instant | undefined;
  readonly endedAt: Instant | undefined;
  readonly attempts: number;
  readonly error: string | undefined;
}

/** A part of the tasks that match, the newest first. */
export interface TasksPage {
  readonly counts: Readonly<Record<TaskStatus, number>>;
  readonly total: number;
  /** Whether more were there than are looked through. */
  readonly isCut: boolean;
  readonly offset: number;
  readonly tasks: readonly TaskRow[];
  readonly failures: readonly ErrorGroup[];
}

/** A task in a plan. */
export interface PlanNode {
  readonly id: string;
  readonly description: string;
  readonly status: TaskStatus;
  readonly agentId: string | undefined;
  readonly needs: readonly string[];
  /** How long it took, or takes by what others of its type took, in milliseconds. */
  readonly ms: number;
}

/** The tasks that depend on others, and those that others depend on. */
export interface PlanPage {
  readonly nodes: readonly PlanNode[];
  /** Number of tasks that are left out. */
  readonly left: number;
}

/** A lock with its holders and its queue. */
export interface LockRow {
  readonly resourceId: string;
  /** The patterns of a reservation. */
  readonly paths: readonly string[] | undefined;
  readonly holders: readonly HolderView[];
  readonly waiters: readonly WaiterView[];
}

/** Who waits for whom. */
export interface WaitEdge {
  readonly from: string;
  readonly to: string;
  readonly why: string;
  readonly kind: "lock" | "queue" | "request" | "child";
}

/** The page of locks and files. */
export interface LocksPage {
  readonly locks: readonly LockRow[];
  readonly total: number;
  readonly edges: readonly WaitEdge[];
  readonly deadlocks: readonly PastDeadlock[];
}

/** The page of one agent. */
export interface AgentPage {
  readonly agent: Explanation & { readonly kind: "agent" };
  readonly row: AgentRow | undefined;
  readonly member: MemberView | undefined;
  readonly tasks: readonly TaskRow[];
  readonly inbox: readonly PastMessage[];
  readonly bars: readonly Bar[];
  readonly events: readonly PastEvent[];
}

/** The page of agents. */
export interface AgentsPage {
  readonly agents: readonly AgentRow[];
  readonly agentCount: number;
}

/** The page of messages. */
export interface MessagesPage {
  readonly messages: readonly PastMessage[];
  readonly deadLetters: readonly {
    readonly id: string;
    readonly from: string;
    readonly to: string;
    readonly cause: string;
    readonly error: string | undefined;
    readonly at: Instant;
  }[];
  readonly mailboxes: readonly { readonly agentId: string; readonly unhandled: number }[];
  readonly topics: readonly { readonly topic: string; readonly subscribers: readonly string[] }[];
  readonly requests: readonly {
    readonly messageId: string;
    readonly from: string;
    readonly to: string;
    readonly since: Instant;
  }[];
}

/** The page of the timeline. */
export interface TimelinePage {
  readonly from: Instant;
  readonly to: Instant;
  readonly bars: readonly Bar[];
}

/** The page of metrics. */
export interface MetricsPage {
  readonly bucketMs: number;
  readonly buckets: readonly Bucket[];
  readonly counts: Readonly<Record<TaskStatus, number>>;
  readonly limits: readonly { readonly key: string; readonly text: string }[];
}

/** The answer to why something is as it is, with its own events. */
export interface WhyPage {
  readonly explanation: Explanation;
  readonly task?: TaskView;
  readonly events: readonly PastEvent[];
}

/** The events before a moment, the first one after it, and the counts over time. */
export interface EventsPage {
  readonly events: readonly PastEvent[];
  readonly next?: PastEvent;
  readonly bucketMs: number;
  readonly buckets: readonly Bucket[];
}

/** The pages, by name. */
export interface Pages {
  readonly now: NowPage;
  readonly agents: AgentsPage;
  readonly tasks: TasksPage;
  readonly plan: PlanPage;
  readonly locks: LocksPage;
  readonly files: LocksPage;
  readonly agent: AgentPage;
  readonly messages: MessagesPage;
  readonly timeline: TimelinePage;
  readonly metrics: MetricsPage;
  readonly why: WhyPage;
  readonly events: EventsPage;
}

/** The name of a page. */
export type PageName = keyof Pages;
