/**
 * Random commands for the task machine: few tasks, few agents, short times, so that everything
 * meets everything.
 *
 * @module
 */

import fc from "fast-check";
import type { Dedupe, OnFailure } from "../../src/tasks/types.ts";
import type { Fail, TaskCommand } from "../../src/tasks/commands.ts";
import { DEFAULT_TASK_CONFIG, type TaskConfig } from "../../src/tasks/config.ts";
import type { ResourceRequest } from "../../src/locks/types.ts";
import type { KeyLimits } from "../../src/tasks/limits.ts";
import { lockEpochOf, type TaskState } from "../../src/tasks/state.ts";
import { STRATEGY_NAMES } from "../../src/tasks/strategies.ts";
import { resumption } from "../support/resumption.ts";
import { agent, submit } from "./driver.ts";

/** A command, and how much later than the one before it comes. */
export interface Timed {
  readonly afterMs: number;
  readonly command: TaskCommand | { type: "tick" };
  /** The fields of a command about a claim that depend on the state. */
  readonly claim?: {
    /** The index of the claimed task; `undefined` for the one that the command names. */
    readonly pick: number | undefined;
    /** By how much its epoch is older than the newest of its task; `undefined` for "in force". */
    readonly age: number | undefined;
    /** Whether it is the claim of a parent: of a running task. */
    readonly isParent?: boolean;
  };
  /** The fields of an amendment that depend on the state. */
  readonly amendment?: {
    /** The index of the task among those that have not started; `undefined` for the named one. */
    readonly pick: number | undefined;
    /** The indices of known tasks that are dependencies besides the named ones, with their effects. */
    readonly known: readonly (readonly [number, OnFailure])[];
  };
}

/** The command as it is meant in `state`; it shares nothing with others. */
export function concrete({ command, claim, amendment }: Timed, state: TaskState): Timed["command"] {
  const copy = structuredClone(command);
  if (copy.type === "amend-task") return ofNeeds(copy, amendment!, state);
  if (copy.type === "withdraw-ask") {
    const ask = state.agents.get(copy.agentId)?.ask?.id ?? state.asked;
    return { ...copy, ask: ask - (claim?.age ?? 0) };
  }
  if (copy.type === "claim" && copy.ticket !== undefined) {
    const ask = state.agents.get(copy.agentId)?.ask;
    const ticket = Math.max(1, (ask?.id ?? state.asked) - (copy.ticket - 1));
    return { ...copy, ticket, taskId: copy.taskId || (ask?.task?.spec.id ?? "") };
  }
  if (copy.type === "detach-ask") {
    return { ...copy, ask: state.agents.get(copy.agentId)?.ask?.id ?? state.asked };
  }
  if (claim?.isParent) return ofFamily(copy as TaskCommand, claim, state);
  if (claim === undefined || !("taskId" in copy)) return copy;
  const { pick, age } = claim;
  if (ABOUT_LOCKS.includes(copy.type)) return aboutLocks(copy as AboutLocks, claim, state);
  const claimed = [...state.tasks.values()].filter((task) => task.agent !== undefined);
  const picked = pick === undefined ? undefined : claimed[pick % claimed.length];
  const taskId = picked?.spec.id ?? copy.taskId;
  const newest = state.tasks.get(taskId)?.epoch ?? state.epoch;
  return {
    ...copy,
    taskId,
    epoch: age === undefined ? 0 : Math.max(0, newest - age),
  } as TaskCommand;
}

/** The command on a task that is there, with dependencies that are. */
function ofNeeds(
  command: Extract<TaskCommand, { type: "amend-task" }>,
  { pick, known }: NonNullable<Timed["amendment"]>,
  { tasks }: TaskState,
): TaskCommand {
  const all = [...tasks.values()];
  const unstarted = all.filter(({ status }) => ["waiting", "ready", "assigned"].includes(status));
  const task = pick === undefined ? undefined : unstarted[pick % unstarted.length];
  const taskId = task?.spec.id ?? command.taskId;
  if (command.dependencies === undefined || all.length === 0) return { ...command, taskId };
  const former = task?.spec.dependencies ?? [];
  const [some, others] = [
    known.map(([index, onFailure]) => ({ taskId: all[index % all.length]!.spec.id, onFailure })),
    command.dependencies.filter((each) =>
      tasks.has(each.taskId) || (pick === undefined && each.onFailure === "ignore")
    ),
  ];
  const kept = pick === undefined ? [] : former.slice(pick % 3);
  const byId = new Map([...others, ...kept, ...some].map((each) => [each.taskId, each]));
  return { ...command, taskId, dependencies: structuredClone([...byId.values()]) };
}

/** The command of a parent: its claim submits, or awaits, one of its children or any task. */
function ofFamily(
  command: TaskCommand,
  { pick = 0, age = 0 }: NonNullable<Timed["claim"]>,
  { tasks }: TaskState,
): TaskCommand {
  const running = [...tasks.values()].filter(({ status }) => status === "running");
  const parent = running[pick % running.length];
  const claim = {
    taskId: parent?.spec.id ?? "t0",
    epoch: (parent?.epoch ?? 1) - (age % 4 < 3 ? 0 : 1),
  };
  if (command.type === "submit") return { ...command, parent: claim };
  const children = [...parent?.family?.children ?? []];
  const child = children[pick % (children.length + 1)];
  const { childId } = command as Extract<TaskCommand, { type: "await" }>;
  return { type: "await", ...claim, childId: child?.spec.id ?? childId };
}

type AboutLocks = Extract<TaskCommand, { type: "park" | "unblock" | "preempt" }>;

const ABOUT_LOCKS: readonly string[] = ["park", "unblock", "preempt"];

/** The same for what the locks answer to a request, or take away. */
function aboutLocks(
  command: AboutLocks,
  { pick, age }: NonNullable<Timed["claim"]>,
  { tasks }: TaskState,
): TaskCommand {
  const asking = [...tasks.values()].filter(({ request, granted }) => request !== 0 && !granted);
  const [first, second] = [asking, [...tasks.values()].filter(({ agent }) => agent !== undefined)];
  const pool = first.length > 0 && (pick ?? 1) % 4 > 0 ? first : second;
  const task = pick === undefined ? tasks.get(command.taskId) : pool[pick % pool.length];
  if (task === undefined) return command;
  return { ...command, taskId: task.spec.id, epoch: lockEpochOf(task) - (age ?? 0) };
}

const taskId = fc.nat(14).map((i) => `t${i}`);
const agentId = fc.nat(2).map((i) => `a${i}`);
const capabilities = fc.oneof(fc.constant(["p", "q"]), fc.subarray(["p", "q", "r"]));
const reason = fc.constantFrom("r1", "r2");
const onFailure = fc.constantFrom<OnFailure>("cancel", "ignore", "run-on-failure");
const limit = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 30 }));
const pick = fc.oneof({ weight: 5, arbitrary: fc.nat() }, fc.constant(undefined));
const age = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: fc.constant(0) },
  fc.constantFrom(-1, 1, 2),
);

const later = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ delayMs: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ runAt: fc.nat(200) }) },
);

const kind = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.record({
      dedupe: fc.record({
        key: fc.constantFrom("d1", "d2"),
        policy: fc.constantFrom("existing", "reject", "replace", "debounce"),
      }),
    }),
  },
) as fc.Arbitrary<{ dedupe?: Dedupe }>;

const limitKey = fc.constantFrom("k1", "k2");
const keyed = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ limitKey }) },
) as fc.Arbitrary<{ limitKey?: string }>;

/** A limit of a key: low ones, none, a pause, and the config's. */
const keyLimit = fc.record({
  key: limitKey,
  limit: fc.constantFrom(
    undefined,
    {},
    { maxConcurrent: 0 },
    { maxConcurrent: 1 },
    { maxConcurrent: 2 },
    { rate: { tokens: 1, perMs: 10 } },
    { maxConcurrent: 2, rate: { tokens: 3, perMs: 7 } },
  ),
}).map(({ key, limit }): TaskCommand => (
  { type: "set-limit", key, ...(limit !== undefined && { limit }) }
));

const submission = fc.record({
  id: taskId,
  after: fc.array(
    fc.record({ taskId, onFailure }).map((edge) => `${edge.taskId}?${edge.onFailure}`),
    { maxLength: 3 },
  ),
  isIndependent: fc.boolean(),
  priority: fc.integer({ min: -2, max: 2 }),
  type: fc.constantFrom("x", "y", "z"),
  requires: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.subarray(["p", "q"])),
  assignedAgent: fc.oneof({ weight: 3, arbitrary: fc.constant("") }, agentId),
  placed: fc.nat(4).map((n) => n > 0),
  needsLock: fc.nat(4).map((n) => n === 0),
  requiresApproval: fc.nat(5).map((n) => n === 0),
  retries: fc.nat(2),
  queueTimeoutMs: limit,
  timeoutMs: limit,
  heartbeatTimeoutMs: limit,
  totalTimeoutMs: limit,
  idempotencyKey: fc.constantFrom("", "", "k1", "k2"),
  later,
  kind,
  keyed,
}).map((
  { id, after, isIndependent, needsLock, placed, later, kind, keyed, ...fields },
): TaskCommand =>
  submit(id, {
    ...fields,
    ...later,
    ...kind,
    ...keyed,
    placed: placed && fields.assignedAgent !== "",
    after: isIndependent
      ? []
      : [...new Map(after.map((edge) => [edge.split("?")[0], edge])).values()],
    resources: needsLock ? [{ resourceId: "r", mode: "exclusive", units: 1 }] : [],
  })
);

const registration = fc.record({
  id: agentId,
  capabilities,
  maxConcurrentTasks: fc.integer({ min: 1, max: 3 }),
  maxQueuedTasks: fc.constantFrom(0, 1, 3, 10_000, 10_000),
  priority: fc.nat(1),
  startsAtOnce: fc.boolean(),
  pulls: fc.nat(2).map((n) => n === 0),
  isImplicit: fc.boolean(),
}).map(({ id, ...fields }): TaskCommand => agent(id, fields));

const aboutAgent = fc.record({
  type: fc.constantFrom(
    "remove-agent" as const,
    "cordon-agent" as const,
    "uncordon-agent" as const,
    "uncordon-agent" as const,
    "cancel-agent-tasks" as const,
    "drain-agent" as const,
    "requeue-unstarted" as const,
    "requeue-agent-tasks" as const,
  ),
  agentId,
  reason: fc.constantFrom("", "", "r1"),
  cause: fc.constantFrom("caller" as const, "suspect" as const, "breaker" as const),
  untilMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(200)),
}).map(({ type, agentId, reason, cause, untilMs }): TaskCommand => {
  if (type === "cordon-agent") return { type, agentId, reason, cause, untilMs };
  return type === "uncordon-agent" ? { type, agentId, cause } : { type, agentId, reason };
});

const loadReport = fc.record({
  type: fc.constant("report-load" as const),
  agentId,
  taskCount: fc.option(fc.nat(6), { nil: undefined }),
  avgTaskDurationMs: fc.constant(undefined),
  cpuPercent: fc.option(fc.nat(100), { nil: undefined }),
  memoryPercent: fc.constant(undefined),
});

const aboutClaim = fc.record({
  type: fc.constantFrom(
    "start",
    "complete",
    "complete",
    "fail",
    "heartbeat",
    "progress",
    "note",
    "end-attempt",
    "snooze",
    "block",
    "release-claim",
    "keep-claim",
  ),
  other: fc.constantFrom(
    ...["unblock", "unblock", "park", "preempt"],
    ...Array.from({ length: 8 }, () => undefined),
  ),
  taskId,
  pick,
  age,
  fault: fc.constantFrom<Fail["fault"]>("attempt", "attempt", "none", "task"),
  retryAfterMs: fc.constantFrom(undefined, undefined, 15),
  text: fc.constantFrom("n1", "n2", "n3"),
  summary: fc.constantFrom(undefined, undefined, "done"),
  isHopeless: fc.boolean(),
  isForgiven: fc.boolean(),
}).map(({ type, other, taskId, pick, age, fault, ...fields }): Partial<Timed> => {
  const { retryAfterMs, isHopeless, isForgiven, text, summary } = fields;
  const error = { name: "E", message: "m", ...(retryAfterMs !== undefined && { retryAfterMs }) };
  const payload = {
    delayMs: 7,
    keepMs: 15,
    question: "q",
    result: 1,
    progress: 2,
    text,
    ...(summary !== undefined && { summary }),
    error,
    fault,
    isHopeless,
    isForgiven,
    reason: "lost",
  };
  const command = { ...payload, type: other ?? type, taskId, epoch: 0 } as TaskCommand;
  return { claim: { pick, age }, command };
});

const ofFamilies = fc.record({
  command: fc.oneof(
    submission,
    taskId.map((childId): TaskCommand => ({ type: "await", taskId: "", epoch: 0, childId })),
  ),
  pick: fc.nat(),
  age: fc.nat(9),
}).map(({ command, pick, age }): Partial<Timed> => (
  { command, claim: { pick, age: age < 9 ? 0 : 3, isParent: true } }
));

const limitation = fc.record({
  type: fc.constant("limit-agent" as const),
  agentId,
  slots: fc.nat(2),
});

const award = fc.record({
  type: fc.constant("award" as const),
  taskId,
  agentId,
  losers: fc.uniqueArray(agentId, { minLength: 1, maxLength: 3 }),
  pick,
}).map(({ pick, ...command }): Partial<Timed> => ({ claim: { pick, age: undefined }, command }));

const rare = fc.oneof(
  { weight: 2, arbitrary: limitation },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("cancel" as const), taskId, reason }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("assign" as const),
      taskId,
      agentId: fc.oneof(agentId, fc.constant("")),
    }),
  },
  { weight: 1, arbitrary: resumption },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("use-strategy" as const),
      strategy: fc.constantFrom(...STRATEGY_NAMES),
    }),
  },
);

const decision = fc.record({
  type: fc.constantFrom("answer-question" as const, "review" as const, "review" as const),
  taskId,
  isAccepted: fc.boolean(),
}).map(({ type, taskId, isAccepted }): TaskCommand =>
  type === "review"
    ? { type, taskId, isAccepted, reason: "not good" }
    : { type, taskId, answer: "yes" }
);

const scheduling: fc.Arbitrary<TaskCommand> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      id: fc.constantFrom("s1", "s2"),
      everyMs: fc.constantFrom(3, 10),
      startAt: fc.option(fc.integer({ min: -20, max: 200 }), { nil: undefined }),
      missed: fc.constantFrom("skip" as const, "once" as const, "all" as const),
      overlap: fc.boolean(),
      assignedAgent: fc.oneof({ weight: 5, arbitrary: fc.constant("") }, agentId),
      after: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, taskId.map((id) => [id])),
      retries: fc.nat(1),
      queueTimeoutMs: limit,
      input: fc.constantFrom(undefined, 1),
    }).map(({ id, everyMs, startAt, missed, overlap, input, ...fields }): TaskCommand => ({
      type: "set-schedule",
      spec: {
        ...{ id, everyMs, ...(startAt !== undefined && { startAt }), missed, overlap },
        task: { ...submit(id, fields).task, scheduleId: id },
      },
      ...{ input, metadata: undefined },
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("s1", "s2", "s3").map((scheduleId): TaskCommand => (
      { type: "remove-schedule", scheduleId }
    )),
  },
);

const edges = fc.uniqueArray(fc.record({ taskId, onFailure }), {
  maxLength: 3,
  selector: (edge) => edge.taskId,
});
const someLock = fc.constantFrom<ResourceRequest[]>(
  [],
  [{ resourceId: "r", mode: "exclusive", units: 1 }],
  [{ resourceId: "s", mode: "shared", units: 1 }],
);

/** Changes of what a task says, and of what it needs: mostly of a task that may need something else. */
const amendment = fc.record({
  taskId,
  pick: fc.option(fc.nat(), { freq: 4, nil: undefined }),
  changes: fc.record(
    {
      description: fc.constantFrom("one", "two"),
      dependencies: edges,
      resources: someLock,
    },
    { requiredKeys: [] },
  ),
  known: fc.array(fc.tuple(fc.nat(), onFailure), { maxLength: 2 }),
}).map(({ taskId, pick, changes, known }): Partial<Timed> => ({
  command: { type: "amend-task", taskId, ...changes },
  amendment: { pick, known },
}));

/** The commands of an operator. */
const operation: fc.Arbitrary<TaskCommand> = fc.oneof(
  { weight: 4, arbitrary: decision },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("set-priority" as const),
      taskId,
      priority: fc.integer({ min: -2, max: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("retry" as const),
      taskIds: fc.uniqueArray(taskId, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("pause" as const), reason }) },
  { weight: 2, arbitrary: fc.constant({ type: "resume" as const }) },
);

const claim = fc.record({
  agentId,
  taskId: fc.oneof({ weight: 3, arbitrary: fc.constant("") }, taskId),
  waitMs: fc.constantFrom(undefined, undefined, 0, 1, 10, 30),
  keepMs: fc.constantFrom(undefined, 5, 20, 60),
  ticket: fc.constantFrom(undefined, undefined, 1, 1, 2),
}).map(({ agentId, taskId, waitMs, keepMs, ticket }): TaskCommand => ({
  ...{ type: "claim", agentId, taskId },
  ...(waitMs !== undefined && { waitMs }),
  ...(keepMs !== undefined && { keepMs }),
  ...(ticket !== undefined && { ticket }),
}));

const leaving = fc.record({ agentId, keepMs: fc.constantFrom(5, 20, 60) }).map((
  { agentId, keepMs },
): TaskCommand => ({ type: "detach-ask", agentId, ask: 0, keepMs }));

const withdrawal = fc.record({ agentId, back: fc.nat(2) });

const yieldLocks = taskId.map((id): TaskCommand => (
  { type: "yield-locks", taskIds: [id], reason: "stuck" }
));

const tick = fc.constant({ type: "tick" as const });

const step: fc.Arbitrary<Partial<Timed>> = fc.oneof(
  { weight: 60, arbitrary: submission.map(ageless) },
  { weight: 20, arbitrary: registration.map(ageless) },
  { weight: 12, arbitrary: aboutAgent.map(ageless) },
  { weight: 8, arbitrary: loadReport.map(ageless) },
  { weight: 90, arbitrary: aboutClaim },
  { weight: 40, arbitrary: ofFamilies },
  { weight: 15, arbitrary: rare.map(ageless) },
  { weight: 15, arbitrary: operation.map(ageless) },
  { weight: 20, arbitrary: amendment },
  { weight: 8, arbitrary: scheduling.map(ageless) },
  { weight: 12, arbitrary: keyLimit.map(ageless) },
  { weight: 5, arbitrary: yieldLocks.map(ageless) },
  { weight: 40, arbitrary: claim.map(ageless) },
  { weight: 6, arbitrary: withdrawal.map(withdrawAsk) },
  { weight: 10, arbitrary: leaving.map(ageless) },
  { weight: 4, arbitrary: award },
  { weight: 10, arbitrary: tick.map(ageless) },
);

const budget = fc.record({
  attempts: fc.integer({ min: 1, max: 4 }),
  runMs: fc.integer({ min: 1, max: 20 }),
  counters: fc.record({
    tokens: fc.integer({ min: 1, max: 30 }),
    calls: fc.integer({ min: 1, max: 4 }),
  }, {
    requiredKeys: [],
  }),
}, { requiredKeys: [] });

/** Budgets of tasks, of keys and in all, and what is spent of them. */
const ofBudgets: fc.Arbitrary<Partial<Timed>> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.tuple(submission, budget).map(([command, budget]) => {
      const { task } = command as Extract<TaskCommand, { type: "submit" }>;
      return { command: { ...command, task: { ...task, budget } } as TaskCommand };
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(keyLimit, budget).map(([command, budget]) => {
      const { limit, ...fields } = command as Extract<TaskCommand, { type: "set-limit" }>;
      return { command: { ...fields, limit: { ...limit, budget } } as TaskCommand };
    }),
  },
  {
    weight: 1,
    arbitrary: fc.option(budget, { nil: undefined }).map((budget) => ({
      command: { type: "set-budget", ...(budget !== undefined && { budget }) } as TaskCommand,
    })),
  },
  {
    weight: 3,
    arbitrary: fc.record({ pick, age, tokens: fc.nat(20), calls: fc.nat(1) })
      .map(({ pick, age, ...counters }) => ({
        claim: { pick, age },
        command: { type: "spend", taskId: "t0", epoch: 0, counters } as TaskCommand,
      })),
  },
);

/** A task of a crowd: there are many, most are placed with an agent, and none waits for another. */
const placement = fc.record({
  id: fc.nat(99).map((i) => `t${i}`),
  agentId,
  requires: fc.constantFrom<string[]>([], [], [], ["p"], ["p", "q"]),
  priority: fc.nat(2),
  isPinned: fc.nat(9).map((n) => n === 0),
  isShared: fc.nat(9).map((n) => n === 0),
  needsLock: fc.nat(5).map((n) => n === 0),
  retries: fc.nat(1),
  queueTimeoutMs: limit,
  timeoutMs: limit,
  keyed,
}).map(({ id, agentId, isPinned, isShared, needsLock, keyed, ...fields }): TaskCommand =>
  submit(id, {
    ...fields,
    ...keyed,
    assignedAgent: isShared ? "" : agentId,
    placed: !isShared && !isPinned,
    resources: needsLock ? [{ resourceId: "r", mode: "exclusive", units: 1 }] : [],
  })
);

const crowdStep: fc.Arbitrary<Partial<Timed>> = fc.oneof(
  { weight: 80, arbitrary: placement.map(ageless) },
  { weight: 5, arbitrary: registration.map(ageless) },
  { weight: 12, arbitrary: aboutAgent.map(ageless) },
  { weight: 6, arbitrary: loadReport.map(ageless) },
  { weight: 40, arbitrary: aboutClaim },
  { weight: 5, arbitrary: rare.map(ageless) },
  { weight: 5, arbitrary: operation.map(ageless) },
  { weight: 6, arbitrary: amendment },
  { weight: 8, arbitrary: keyLimit.map(ageless) },
  { weight: 5, arbitrary: yieldLocks.map(ageless) },
  { weight: 25, arbitrary: claim.map(ageless) },
  { weight: 4, arbitrary: withdrawal.map(withdrawAsk) },
  { weight: 4, arbitrary: award },
  { weight: 5, arbitrary: tick.map(ageless) },
);

/** A withdrawal of one of the newest requests. */
function withdrawAsk({ agentId, back }: { agentId: string; back: number }): Partial<Timed> {
  return {
    claim: { pick: undefined, age: back },
    command: { type: "withdraw-ask", agentId, ask: 0 },
  };
}

function ageless(command: Timed["command"]): Partial<Timed> {
  return { command };
}

/** A command that comes soon after the one before it, in most cases. */
export const timedCommand: fc.Arbitrary<Timed> = timed(step);

function timed(step: fc.Arbitrary<Partial<Timed>>): fc.Arbitrary<Timed> {
  return fc.record({
    afterMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(5), fc.nat(30)),
    step,
  }).map(({ afterMs, step }) => ({ ...step, afterMs }) as Timed);
}

/** Lists that begin with agents; some end with what follows a drain. */
function listsOf(step: fc.Arbitrary<Timed>): fc.Arbitrary<Timed[]> {
  const steps = fc.array(step, { maxLength: 120, size: "max" });
  return fc.record({
    agents: fc.array(registration, { maxLength: 3 }),
    steps,
    afterDrain: fc.option(steps, { freq: 3 }),
  }).map(({ agents, steps, afterDrain }) => [
    ...agents.map((command) => ({ afterMs: 0, command })),
    ...steps,
    ...(afterDrain === null
      ? []
      : [{ afterMs: 0, command: { type: "drain" as const } }, ...afterDrain.slice(0, 20)]),
  ]);
}

/** Lists of commands: of everything, or of crowds of tasks that are placed with few agents. */
export const commandLists: fc.Arbitrary<Timed[]> = fc.oneof(
  { weight: 3, arbitrary: listsOf(timedCommand) },
  { weight: 2, arbitrary: listsOf(timed(crowdStep)) },
);

/** Lists of everything, with budgets. */
export const budgetLists: fc.Arbitrary<Timed[]> = listsOf(timed(
  fc.oneof({ weight: 4, arbitrary: step }, { weight: 1, arbitrary: ofBudgets }),
));

/** Rules under which limits are met soon. */
export const configs: fc.Arbitrary<TaskConfig> = fc.record({
  agingMs: fc.constantFrom(0, 10),
  maxRetries: fc.constant(3),
  limits: fc.constantFrom<KeyLimits>(
    {},
    {},
    { k1: { maxConcurrent: 1 } },
    { k1: {}, k2: { rate: { tokens: 2, perMs: 15 } } },
  ),
  maxLimits: fc.constantFrom(1, DEFAULT_TASK_CONFIG.maxLimits),
  retryDelay: fc.constantFrom(0, 5),
  maxRetryDelayMs: fc.constantFrom(3, 50),
  maxCrashes: fc.constantFrom(0, 2),
  abortGraceMs: fc.constantFrom(0, 6),
  maxTasks: fc.constantFrom(6, DEFAULT_TASK_CONFIG.maxTasks),
  maxAgents: fc.constantFrom(3, DEFAULT_TASK_CONFIG.maxAgents),
  keepFinished: fc.constantFrom(0, 2, DEFAULT_TASK_CONFIG.keepFinished),
  keepFinishedMs: fc.constantFrom(0, 0, 1, 10),
  keepOutcomes: fc.constantFrom(0, 2, DEFAULT_TASK_CONFIG.keepOutcomes),
  maxNotes: fc.constantFrom(0, 2, DEFAULT_TASK_CONFIG.maxNotes),
  maxNoteLength: fc.constant(DEFAULT_TASK_CONFIG.maxNoteLength),
  maxSchedules: fc.constantFrom(1, DEFAULT_TASK_CONFIG.maxSchedules),
  maxMissed: fc.constantFrom(0, 1, 3),
  occasionGraceMs: fc.constantFrom(0, 3, DEFAULT_TASK_CONFIG.occasionGraceMs),
  keepTypes: fc.constantFrom(1, 2, DEFAULT_TASK_CONFIG.keepTypes),
  seed: fc.nat(),
  stealing: fc.nat(2).map((n) => n > 0),
  stealThreshold: fc.integer({ min: 1, max: 3 }),
  maxStealBatch: fc.integer({ min: 1, max: 3 }),
  stealInterval: fc.constantFrom(5, DEFAULT_TASK_CONFIG.stealInterval),
  announcesIdleness: fc.boolean(),
});
