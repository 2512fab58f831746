/**
 * The schemas of requests and answers, as JSON Schema. Answers are the views of the façades; a time that
 * never comes is `null` there, as JSON has no `Infinity`.
 *
 * @module
 */

import { type TSchema, Type } from "@sinclair/typebox";
import { closed } from "./checks.ts";

const Optional = Type.Optional;

/** Any JSON value, which the server does not look into. */
export const Any = (description: string) => Type.Unknown({ description });

/** An id that a caller chooses. */
export const Id = (description: string) =>
  Type.String({ description, minLength: 1, maxLength: 256 });

/** A text for people. */
export const Text = (description: string) => Type.String({ description, maxLength: 100_000 });

/** A time in milliseconds since the Unix epoch; `null` for never. */
const Time = Type.Union([Type.Number(), Type.Null()], {
  description: "Milliseconds since the Unix epoch; null for never",
});

const Ms = (description: string) =>
  Type.Integer({ description: `${description}, in milliseconds`, minimum: 0 });

/** The epoch of a grant. */
export const Epoch = Type.Integer({ description: "The fencing number of the grant", minimum: 0 });

const Strings = (description: string) => Type.Array(Type.String(), { description });

const Mode = Type.Union([Type.Literal("exclusive"), Type.Literal("shared")], {
  description: "Whether others may hold it at the same time. Default exclusive",
});

const Priority = Type.Integer({ description: "Higher is sooner. Default 0" });

/** The statuses of tasks. */
const STATUSES = [
  ...["waiting", "ready", "assigned", "running", "backing-off", "blocked"],
  ...["completed", "failed", "cancelled"],
] as const;

/** A status of a task. */
export const Status = Type.Union(STATUSES.map((status) => Type.Literal(status)), {
  description: "The status of a task",
});

const Budget = closed({
  attempts: Optional(Type.Integer({ minimum: 0 })),
  runMs: Optional(Type.Integer({ minimum: 0 })),
  counters: Optional(Type.Record(Type.String(), Type.Number())),
});

/** The budget of attempts. */
export const BudgetBody = Budget;

const Resource = Type.Union([
  Type.String(),
  closed({
    resourceId: Type.String(),
    mode: Optional(Mode),
    units: Optional(Type.Integer({ minimum: 1 })),
  }),
  closed({ paths: Strings("Patterns of paths"), mode: Optional(Mode) }),
]);

/** The fields of a task that a caller may give. */
export const TASK_FIELDS = {
  type: Optional(Text("The kind of work")),
  description: Optional(Text("For people")),
  priority: Optional(Priority),
  dependencies: Optional(Type.Array(
    Type.Union([
      Type.String(),
      closed({
        taskId: Type.String(),
        onFailure: Optional(Type.Union([
          Type.Literal("cancel"),
          Type.Literal("ignore"),
          Type.Literal("run-on-failure"),
        ])),
      }),
    ]),
    { description: "The tasks that must end first" },
  )),
  assignedAgent: Optional(Id("The only agent that may run it")),
  input: Optional(Any("Opaque to Lockstep")),
  metadata: Optional(Any("Opaque to Lockstep")),
  resources: Optional(Type.Array(Resource, { description: "Locks that it holds while it runs" })),
  requires: Optional(Strings("Capabilities that an agent must have")),
  timeoutMs: Optional(Ms("The limit of one attempt")),
  delayMs: Optional(Ms("The least time before its start")),
  runAt: Optional(Type.Number({ description: "When it may start, instead of delayMs" })),
  queueTimeoutMs: Optional(Ms("The limit of the wait to start")),
  heartbeatTimeoutMs: Optional(Ms("The limit between heartbeats of an attempt")),
  totalTimeoutMs: Optional(Ms("The limit from submission to the end")),
  retries: Optional(Type.Integer({ description: "Attempts after the first", minimum: 0 })),
  requiresApproval: Optional(Type.Boolean({ description: "Whether its result must be accepted" })),
  dedupe: Optional(closed({
    key: Type.String(),
    policy: Type.Union([
      Type.Literal("existing"),
      Type.Literal("reject"),
      Type.Literal("replace"),
      Type.Literal("debounce"),
    ]),
  })),
  limitKey: Optional(Id("The key whose limit it shares")),
  budget: Optional(Budget),
};

/** A task as a caller describes it. */
export const TaskBody = closed({
  id: Id("Chosen by the caller; the same one again is a duplicate"),
  idempotencyKey: Optional(Id("Makes the same submission again the first one's")),
  ...TASK_FIELDS,
});

/** Options of a schedule. */
export const ScheduleBody = closed({
  everyMs: Ms("The time between two occasions"),
  task: closed(TASK_FIELDS),
  startAt: Optional(Type.Number()),
  missed: Optional(Type.Union([Type.Literal("skip"), Type.Literal("once"), Type.Literal("all")])),
  overlap: Optional(Type.Boolean()),
});

/** The limit of a key. */
export const LimitBody = closed({
  maxConcurrent: Optional(Type.Integer({ minimum: 0 })),
  rate: Optional(Any("The rate of attempts")),
  budget: Optional(Budget),
});

/** An agent as a caller describes it. */
export const AgentBody = closed({
  id: Optional(Id("The name of the agent. Default a new one")),
  name: Optional(Text("For people")),
  type: Optional(Text("The kind of agent")),
  capabilities: Optional(Strings("Its capabilities")),
  maxConcurrentTasks: Optional(Type.Integer({ description: "Number of slots", minimum: 1 })),
  mode: Optional(Type.Union([Type.Literal("push"), Type.Literal("pull")], {
    description: "Whether tasks are assigned to it, or it asks for them. Default pull",
  })),
  priority: Optional(Priority),
  heartbeatTimeoutMs: Optional(Ms("The silence after which it counts as dead")),
  metadata: Optional(Any("Opaque to Lockstep")),
  resume: Optional(Type.Boolean({
    description:
      "Whether to go on as the agent of that id that is there, if no connection holds it",
  })),
});

/** How to acquire a lock. */
export const LOCK_FIELDS = {
  mode: Optional(Mode),
  priority: Optional(Priority),
  timeoutMs: Optional(Ms("The limit of the whole wait; 0 for none")),
  leaseMs: Optional(Ms("The length of the lease; 0 for none")),
  task: Optional(closed({ taskId: Type.String(), epoch: Epoch })),
};

/** How to acquire a named lock. */
export const LockBody = closed({
  ...LOCK_FIELDS,
  units: Optional(Type.Integer({ description: "The number of units", minimum: 1 })),
});

/** How to reserve paths. */
export const ReservationBody = closed({
  paths: Strings("Patterns of paths, relative to the repository"),
  ...LOCK_FIELDS,
});

/** Paths to look at. */
export const PathsBody = closed({
  paths: Strings("Patterns of paths, relative to the repository"),
  mode: Optional(Mode),
  agentId: Optional(Id("The agent whose own reservations are in no way. Default the caller")),
});

/** How to send a message. */
export const MESSAGE_FIELDS = {
  payload: Any("What to send"),
  type: Optional(Text("The kind of message")),
  priority: Optional(Priority),
  ttlMs: Optional(Ms("The time after which it expires")),
  metadata: Optional(Any("Opaque to Lockstep; has the traceparent of the request")),
  from: Optional(Id("The sender; operators only. Default human")),
};

const Open = (fields: Record<string, TSchema>, description: string) =>
  Type.Object(fields, { description });

/** The state of an agent as a member. */
export const MemberView = Open({
  agentId: Type.String(),
  incarnation: Type.Integer(),
  status: Type.String(),
  joinedAt: Time,
  lastHeardAt: Time,
}, "An agent that is a member");

/** The state of a task. */
export const TaskView = Open({
  id: Type.String(),
  type: Type.String(),
  description: Type.String(),
  priority: Type.Integer(),
  dependencies: Type.Array(Type.String()),
  status: Status,
  createdAt: Time,
  epoch: Epoch,
  attempts: Type.Integer(),
}, "A task");

/** A page of tasks. */
export const TaskPage = Open(
  { tasks: Type.Array(TaskView), next: Optional(Type.Integer()) },
  "A page of tasks, in the order of their submission",
);

/** A claim of an agent. */
export const ClaimView = Open({
  claim: Type.Union([
    Open({
      task: TaskView,
      epoch: Epoch,
      attempt: Type.Integer(),
      dependencies: Type.Array(Open({}, "A dependency with its result")),
    }, "The claim"),
    Type.Null(),
  ]),
}, "The claim of the agent; null when no task is ready");

/** A lock that was granted. */
export const GrantView = Open({
  resourceId: Type.String(),
  epoch: Epoch,
  expiresAt: Time,
}, "A grant");

/** A resource with its holders and its queue. */
export const LockView = Open({
  resourceId: Type.String(),
  holders: Type.Array(Open({ agentId: Type.String(), epoch: Epoch }, "A holder")),
  waiters: Type.Array(Open({ agentId: Type.String() }, "A waiter")),
}, "A lock");

/** What is in the way of a request for paths. */
export const PathsView = Open({
  resourceId: Type.String(),
  isFree: Type.Boolean(),
  heldBy: Type.Array(Open({ agentId: Type.String(), paths: Type.Array(Type.String()) }, "")),
  behind: Type.Array(Open({}, "A waiter")),
}, "What is in the way of a request for paths");

/** A message. */
export const MessageView = Open({
  id: Type.String(),
  type: Type.String(),
  from: Type.String(),
  to: Type.String(),
  timestamp: Time,
}, "A message");

/** An object without a schema of its own. */
export const Anything = (description: string) => Open({}, description);

/** A list of objects. */
export const ListOf = (name: string, item: TSchema) =>
  Open({ [name]: Type.Array(item) }, `A list: ${name}`);

/** An error. */
export const ProblemView = Open({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
}, "Problem details of RFC 9457");

/** A place in a queue that is kept. */
export const TicketView = Open({
  ticket: Type.String(),
  keptUntil: Time,
}, "The wait goes on: repeat the call with the ticket");
