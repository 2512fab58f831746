import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  DependencyCycleError,
  DuplicateTaskError,
  TaskStatusError,
  UnknownTaskError,
} from "../../src/tasks/errors.ts";
import {
  LimitError,
  LockstepError,
  StaleEpochError,
  UnknownAgentError,
} from "../../src/core/errors.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { silentLogger } from "../../src/core/logger.ts";
import type { Task } from "../../src/tasks/types.ts";
import { AdvancedTaskScheduler } from "../../src/tasks/advanced_task_scheduler.ts";
import { assigning, choosing, type Scheduling } from "./scheduling.ts";

type Scheduler = AdvancedTaskScheduler;

/** The state that callers can see. */
function seen({ scheduler }: Scheduling<Scheduler>): unknown {
  const { agents, strategy } = scheduler.getSchedulingMetrics();
  return [scheduler.getTaskCounts(), agents, strategy, scheduler.getTask("t")];
}

const NOT_IDS: readonly [unknown, string][] = [
  [undefined, "must be a string, got undefined"],
  [null, "must be a string, got null"],
  [7, "must be a string, got 7"],
  [{}, "must be a string, got an object"],
  ["", 'must have 1 to 256 characters, got ""'],
  ["x".repeat(257), "must have 1 to 256 characters, got 257"],
  ["a\u0000b", "must have no control characters"],
];

const TOO_STRANGE_NUMBERS: readonly unknown[] = [
  -1,
  0.5,
  NaN,
  Infinity,
  2 ** 53,
  "5",
  null,
  {},
  5n,
];

/** Bad values for each field of a task, each with a part of the message. */
const BAD_FIELDS: readonly [Record<string, unknown>, string][] = [
  [{ type: 7 }, "type must be a string, got 7"],
  [{ description: null }, "description must be a string, got null"],
  [{ idempotencyKey: 1 }, "idempotencyKey must be a string"],
  [{ priority: "high" }, 'priority must be a number, got "high"'],
  [{ priority: NaN }, "priority must be a number from -1000000 to 1000000, got NaN"],
  [{ priority: 1e9 }, "priority must be a number from"],
  [{ dependencies: "a" }, 'dependencies must be an array, got "a"'],
  [{ dependencies: [7] }, "dependencies[0] must be an object, got 7"],
  [{ dependencies: ["a", ""] }, "dependencies[1] must have 1 to 256 characters"],
  [{ dependencies: [{}] }, "dependencies[0].taskId must be a string"],
  [
    { dependencies: [{ taskId: "a", onFailure: "explode" }] },
    'dependencies[0].onFailure must be one of "cancel", "ignore", "run-on-failure", got "explode"',
  ],
  [
    { dependencies: ["a", { taskId: "a", onFailure: "ignore" }] },
    'a dependency must have one onFailure, got "cancel" and "ignore" for "a"',
  ],
  [{ resources: {} }, "resources must be an array"],
  [{ resources: [""] }, "resources[0] must have 1 to 256 characters"],
  [{ resources: ["a", "a"] }, "resources must name each resource once"],
  [{ resources: [{ resourceId: "a", mode: "mine" }] }, "resources[0].mode must be one of"],
  [{ resources: [{ resourceId: "a", units: 0 }] }, "resources[0].units must be an integer from 1"],
  [
    { resources: [{ resourceId: "a", mode: "shared", units: 2 }] },
    "resources[0].units must be an integer from 1 to 1, got 2",
  ],
  [{ requires: "git" }, "requires must be an array"],
  [{ requires: ["git", 7] }, "requires[1] must be a string, got 7"],
  [{ assignedAgent: 7 }, "assignedAgent must be a string, got 7"],
  [{ assignedAgent: "a\nb" }, "assignedAgent must have no control characters"],
  ...["queueTimeoutMs", "timeoutMs", "heartbeatTimeoutMs", "totalTimeoutMs"].flatMap((name) =>
    TOO_STRANGE_NUMBERS.map((value): [Record<string, unknown>, string] => [
      { [name]: value },
      `${name} must be a`,
    ])
  ),
  ...TOO_STRANGE_NUMBERS.map((value): [Record<string, unknown>, string] => [
    { retries: value },
    "retries must be an integer from 0 to 1000000",
  ]),
];

Deno.test("submit() and assignTask() refuse every malformed field and change nothing", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" });
  const before = seen(it);
  for (const [fields, message] of BAD_FIELDS) {
    const task = { id: "t", ...fields } as unknown as Task;
    for (
      const call of [() => it.scheduler.submit(task), () => it.scheduler.assignTask(task, "x")]
    ) {
      const error = await assertRejects(call, Error, message);
      assertEquals(error.message.startsWith('Cannot submit task "t": '), true, error.message);
      assertEquals(["TypeError", "RangeError"].includes(error.name), true, error.name);
    }
  }
  for (const task of [undefined, null, "t", [], 7]) {
    await assertRejects(
      () => it.scheduler.submit(task as unknown as Task),
      TypeError,
      "Cannot submit a task: task must be an object",
    );
  }
  for (const [id, message] of NOT_IDS) {
    await assertRejects(() => it.scheduler.submit({ id } as Task), Error, message);
  }
  assertEquals(seen(it), before);
});

Deno.test("a malformed id of a task or an agent is an error, and nothing changes", async () => {
  await using it = choosing();
  const { scheduler } = it;
  await scheduler.registerAgent({ id: "x" });
  await scheduler.submit({ id: "t" });
  const before = seen(it);
  for (const [value, message] of NOT_IDS) {
    const id = value as string;
    const calls: (() => Promise<unknown>)[] = [
      () => scheduler.start(id),
      () => scheduler.heartbeat(id),
      () => scheduler.progress(id, 1),
      () => scheduler.completeTask(id, 1),
      () => scheduler.failTask(id, new Error("no")),
      () => scheduler.cancelTask(id),
      () => scheduler.cancelAgentTasks(id),
      () => scheduler.rescheduleAgentTasks(id),
      () => scheduler.registerAgent({ id }),
      () => scheduler.unregisterAgent(id),
      () => scheduler.cordonAgent(id),
      () => scheduler.uncordonAgent(id),
    ];
    for (const call of calls) {
      // A missing id of a task is `undefined`; so is the agent of assignTask(task).
      const error = await assertRejects(call, Error);
      const isMalformed = error instanceof TypeError || error instanceof RangeError;
      assertEquals(isMalformed, true, `${error}`);
      assertEquals(error.message.includes(message), true, `${error.message} / ${message}`);
    }
    if (value === undefined) continue;
    await assertRejects(() => scheduler.assignTask({ id: "u" }, id), Error, "agentId must");
    assertThrows(() => scheduler.explain(id), Error, "taskId must");
  }
  assertEquals(seen(it), before);
});

Deno.test("an epoch, a reason, a profile or a handler that is none is refused and changes nothing", async () => {
  await using it = choosing();
  const { scheduler } = it;
  await scheduler.registerAgent({ id: "x" });
  await scheduler.submit({ id: "t" });
  const before = seen(it);
  for (const value of TOO_STRANGE_NUMBERS) {
    const epoch = value as number;
    const calls: (() => Promise<unknown>)[] = [
      () => scheduler.start("t", epoch),
      () => scheduler.heartbeat("t", epoch),
      () => scheduler.progress("t", 1, epoch),
      () => scheduler.completeTask("t", 1, epoch),
      () => scheduler.failTask("t", new Error("no"), epoch),
    ];
    for (const call of calls) {
      const error = await assertRejects(call, Error, "epoch must be a non-negative integer");
      assertEquals(error instanceof LockstepError, false);
    }
    const profile = { id: "x", maxConcurrentTasks: epoch };
    await assertRejects(
      () => scheduler.registerAgent(profile),
      Error,
      'Cannot register agent "x": maxConcurrentTasks must be an integer from 1 to 1000000',
    );
  }
  for (const reason of [null, 7, {}]) {
    const text = reason as unknown as string;
    await assertRejects(
      () => scheduler.cancelTask("t", text),
      TypeError,
      "reason must be a string",
    );
    await assertRejects(() => scheduler.cancelAgentTasks("x", text), TypeError, "reason must");
    await assertRejects(() => scheduler.unregisterAgent("x", text), TypeError, "reason must");
    await assertRejects(() => scheduler.cordonAgent("x", text), TypeError, "reason must");
  }
  const profiles: [unknown, unknown, string][] = [
    [null, undefined, "profile must be an object"],
    [{ id: "x", capabilities: "git" }, undefined, "capabilities must be an array"],
    [{ id: "x", capabilities: [""] }, undefined, "capabilities[0] must have 1 to 256 characters"],
    [{ id: "x", priority: 0.5 }, undefined, "priority must be an integer"],
    [{ id: "x" }, "not a function", 'handler must be a function, got "not a function"'],
  ];
  for (const [profile, handler, message] of profiles) {
    await assertRejects(
      () => scheduler.registerAgent(profile as { id: string }, handler as () => void),
      Error,
      message,
    );
  }
  assertEquals(seen(it), before);
});

Deno.test("unknown tasks and agents are typed errors that carry the id", async () => {
  await using it = choosing();
  const { scheduler } = it;
  for (const id of ["nobody", "__proto__", "constructor", "toString"]) {
    for (
      const call of [
        () => scheduler.start(id),
        () => scheduler.heartbeat(id),
        () => scheduler.progress(id, 1),
        () => scheduler.completeTask(id),
        () => scheduler.failTask(id, new Error("no")),
        () => scheduler.cancelTask(id),
      ]
    ) {
      const { taskId, code } = await assertRejects(call, UnknownTaskError, JSON.stringify(id));
      assertEquals([taskId, code], [id, "unknown-task"]);
    }
    for (
      const call of [
        () => scheduler.cancelAgentTasks(id),
        () => scheduler.rescheduleAgentTasks(id),
        () => scheduler.unregisterAgent(id),
        () => scheduler.cordonAgent(id),
        () => scheduler.assignTask({ id: "t" }, id),
        () => scheduler.submit({ id: "t", assignedAgent: id }),
      ]
    ) {
      const { agentId, code } = await assertRejects(call, UnknownAgentError, JSON.stringify(id));
      assertEquals([agentId, code], [id, "unknown-agent"]);
    }
    assertEquals(scheduler.getTask(id), undefined);
    assertEquals([scheduler.getAgentTaskCount(id), scheduler.getAgentTasks(id)], [0, []]);
  }
  assertEquals(scheduler.getTaskCounts().ready, 0);
});

Deno.test("ids of object members are ids like any other", async () => {
  await using it = choosing();
  for (const id of ["__proto__", "constructor", "hasOwnProperty"]) {
    await it.scheduler.registerAgent({ id, capabilities: [id] }, (task) => task.id);
    const handle = await it.scheduler.submit({ id, requires: [id], resources: [id], type: id });
    assertEquals(await handle.result, id);
  }
  assertEquals(it.scheduler.getSchedulingMetrics().taskTypes.size, 3);
});

Deno.test("refusals say verb, thing, rule and value, and carry what a program needs", async () => {
  await using it = assigning();
  const { scheduler } = it;
  await scheduler.assignTask({ id: "t" }, "x");
  await scheduler.completeTask("t", 1, 1);
  const status = await assertRejects(() => scheduler.cancelTask("t"), TaskStatusError);
  assertEquals(status.message, 'Cannot cancel task "t": task must be unfinished, got "completed"');
  await scheduler.assignTask({ id: "u" }, "x");
  const stale = await assertRejects(() => scheduler.completeTask("u", 1, 1), StaleEpochError);
  assertEquals(stale.message, 'Cannot complete task "u": epoch must be 2, got 1');
  assertEquals([stale.epoch, stale.current], [1, 2]);
  await scheduler.submit({ id: "a", dependencies: ["b"] });
  const cycle = await assertRejects(
    () => scheduler.submit({ id: "b", dependencies: ["a"] }),
    DependencyCycleError,
  );
  assertEquals(cycle.cycle, ["b", "a", "b"]);
  const duplicate = await assertRejects(() => scheduler.submit({ id: "a" }), DuplicateTaskError);
  assertEquals(duplicate.taskId, "a");
});

Deno.test("submit() beyond maxTasks is a LimitError with the limit", async () => {
  await using it = choosing({ maxTasks: 1, maxAgents: 1 });
  await it.scheduler.submit({ id: "a" });
  const error = await assertRejects(() => it.scheduler.submit({ id: "b" }), LimitError);
  assertInstanceOf(error, LockstepError);
  assertEquals(error.limit, 1);
  await it.scheduler.registerAgent({ id: "x" });
  const full = await assertRejects(() => it.scheduler.registerAgent({ id: "y" }), LimitError);
  assertEquals(full.limit, 1);
});

Deno.test("the constructor refuses every malformed option by name", () => {
  const names = [
    "agingMs",
    "maxRetries",
    "retryDelay",
    "maxRetryDelayMs",
    "maxCrashes",
    "abortGraceMs",
    "maxTasks",
    "maxAgents",
    "keepFinished",
    "keepFinishedMs",
    "keepOutcomes",
    "keepTypes",
    "seed",
  ];
  for (const name of names) {
    for (const value of TOO_STRANGE_NUMBERS) {
      const config = { [name]: value };
      const error = assertThrows(() => new AdvancedTaskScheduler(config), Error, name);
      assertEquals(error.message.startsWith("Cannot create a scheduler: "), true, error.message);
    }
  }
  for (const config of [null, 7, "x", []]) {
    assertThrows(() => new AdvancedTaskScheduler(config as never), TypeError, "config must be");
  }
  const bus = new EventBus();
  assertThrows(() => new AdvancedTaskScheduler({}, {} as EventBus), TypeError, "eventBus");
  assertThrows(() => new AdvancedTaskScheduler({}, bus, {} as never), TypeError, "logger");
  assertThrows(
    () => new AdvancedTaskScheduler({}, bus, silentLogger, null as never),
    TypeError,
    "options",
  );
});

Deno.test("acquire() within a handler checks its options as the resource manager does", async () => {
  await using it = choosing();
  const errors: unknown[] = [];
  await it.scheduler.registerAgent({ id: "x" }, async (_task, context) => {
    for (const id of ["", "a\u0000b"]) {
      await context.acquire(id).catch((error) => errors.push(error.name));
    }
    await context.acquire("db", { leaseMs: -5 }).catch((error) => errors.push(error.message));
    await context.acquire("db", 5 as never).catch((error) => errors.push(error.name));
    await context.acquire("db", { signal: AbortSignal.abort("no") })
      .catch((reason) => errors.push(reason));
  });
  await (await it.scheduler.submit({ id: "t" })).result;
  assertEquals([errors[0], errors[1]], ["RangeError", "RangeError"]);
  assertEquals(String(errors[2]).includes("leaseMs must be a non-negative integer, got -5"), true);
  assertEquals(errors.at(-1), "no");
  assertEquals(it.scheduler.resources.getAllocations().size, 0);
});
