import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { decode, encode } from "../../src/core/data/plain.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { AdvancedTaskScheduler } from "../../src/tasks/advanced_task_scheduler.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { LimitError } from "../../src/core/errors.ts";
import type { ScheduleSpec } from "../../src/tasks/commands.ts";
import type { TaskConfig } from "../../src/tasks/config.ts";
import type { ScheduleView } from "../../src/tasks/types.ts";
import { explainSchedule, explainTask } from "../../src/tasks/views.ts";
import { lines, submit, TaskDriver, type TaskFields } from "./driver.ts";
import { choosing, logging } from "./scheduling.ts";

type Fields = Partial<Omit<ScheduleSpec, "task">> & { task?: TaskFields; input?: unknown };

/** The command that sets schedule `s`, every 100 ms unless `fields` say otherwise. */
function every({ task = {}, input, ...fields }: Fields = {}) {
  const { id = "s" } = fields;
  const of = { ...submit(id, task).task, scheduleId: id };
  const spec: ScheduleSpec = {
    ...{ id, everyMs: 100, missed: "skip", overlap: false, ...fields },
    task: of,
  };
  return { type: "set-schedule", spec, input, metadata: undefined } as const;
}

function remove(scheduleId = "s") {
  return { type: "remove-schedule", scheduleId } as const;
}

/** A driver with an agent that starts tasks at once, and a schedule. */
function scheduled(fields: Fields = {}, config: Partial<TaskConfig> = {}): TaskDriver {
  const driver = new TaskDriver(config);
  driver.agent("x", { startsAtOnce: true, maxConcurrentTasks: 100 });
  driver.do(every(fields));
  return driver;
}

/** The tasks that were submitted, by an event of each. */
function submitted(events: ReturnType<TaskDriver["do"]>): string[] {
  return lines(events).filter((line) => line.startsWith("task:created")).map((line) =>
    line.split(" ")[1]!
  );
}

Deno.test("T28-every-drifts: a late timer delays no later occasion", () => {
  const driver = scheduled({ startAt: 100, overlap: true });
  driver.pass(130);
  driver.pass(69);
  assertEquals(driver.state.tasks.has("s@1"), false);
  driver.pass(1); // 200
  assertEquals(driver.task("s@1").createdAt, 200);
  const [, late] = driver.pass(150).filter(({ type }) => type.startsWith("schedule:"));
  assertEquals(late, undefined);
  assertEquals(driver.state.schedules.get("s")!.nextAt, 400);
});

Deno.test("the first occasion is at once, and the others follow from it", () => {
  const driver = new TaskDriver();
  const events = driver.do(every({ input: 7 }));
  assertEquals(events.map(({ type }) => type), [
    "schedule:created",
    "task:created",
    "schedule:fired",
  ]);
  assertEquals(driver.task("s@0").input?.value, 7);
  assertEquals(driver.answer as unknown as ScheduleView, {
    ...{ id: "s", everyMs: 100, missed: "skip", overlap: false },
    ...{ nextAt: 100, nextTaskId: "s@1", lastTaskId: "s@0" },
  });
});

Deno.test("a startAt that is past is that of an occasion, and none before is made up for", () => {
  const driver = new TaskDriver();
  driver.pass(1_030);
  driver.do(every({ startAt: 10, missed: "all" }));
  assertEquals(driver.state.schedules.get("s")!.nextAt, 1_110);
  assertEquals(submitted(driver.pass(80)), ["s@0"]);
});

Deno.test("T29-missed-occasions-flood: the policy says what becomes of missed occasions", () => {
  const missing = (
    missed: ScheduleSpec["missed"],
    ms: number,
    config: Partial<TaskConfig> = {},
  ) => {
    const driver = scheduled({ startAt: 100, missed, overlap: true, everyMs: 10_000 }, config);
    return driver.pass(ms);
  };
  const grace = 1_000; // after which an occasion is late
  const counts = (events: ReturnType<typeof missing>) =>
    events.flatMap((event) => event.type === "schedule:missed" ? [event.count] : []);
  const late = 100 + 50_000 + grace + 1; // six occasions, the newest is late
  assertEquals(submitted(missing("skip", late)), []);
  assertEquals(submitted(missing("once", late)), ["s@5"]);
  assertEquals(submitted(missing("all", late)), ["s@0", "s@1", "s@2", "s@3", "s@4", "s@5"]);
  assertEquals(submitted(missing("all", late, { maxMissed: 2 })), ["s@4", "s@5"]);
  const policies = ["skip", "once", "all"] as const;
  assertEquals(policies.map((policy) => counts(missing(policy, late))), [[6], [5], []]);
  const inTime = late - 1;
  assertEquals(submitted(missing("skip", inTime)), ["s@5"]);
  assertEquals(submitted(missing("once", inTime)), ["s@5"]);
  assertEquals(submitted(missing("all", inTime, { maxMissed: 2 })), ["s@3", "s@4", "s@5"]);
});

Deno.test("T30-runs-overlap: an occasion is skipped while the former task is unfinished", () => {
  const driver = scheduled();
  assertEquals(lines(driver.pass(100)), ["schedule:skipped s@1"]);
  driver.complete("s@0");
  assertEquals(submitted(driver.pass(100)), ["s@2"]);
  const overlapping = scheduled({ overlap: true });
  assertEquals(submitted(overlapping.pass(100)), ["s@1"]);
});

Deno.test("missed occasions are made up for one after the other, unless they may overlap", () => {
  const driver = scheduled({ startAt: 100, missed: "all" });
  assertEquals(submitted(driver.pass(300)), ["s@0", "s@1", "s@2"]);
  const status = () => ["s@0", "s@1", "s@2"].map((id) => driver.status(id));
  assertEquals(status(), ["running", "waiting", "waiting"]);
  driver.fail("s@0", { fault: "task" });
  assertEquals(status(), ["failed", "running", "waiting"]);
  const overlapping = scheduled({ startAt: 100, missed: "all", overlap: true });
  overlapping.pass(300);
  assertEquals(overlapping.status("s@2"), "running");
});

Deno.test("a schedule that is set again keeps its occasions, unless their times change", () => {
  const driver = scheduled({ overlap: true });
  driver.pass(50);
  assertEquals(driver.do(every({ overlap: true })), []);
  const [event] = driver.do(every({ overlap: true, task: { priority: 5 } }));
  const updated = { type: "schedule:updated", scheduleId: "s", everyMs: 100, nextAt: 100 };
  assertEquals(event as unknown, updated);
  assertEquals(submitted(driver.pass(50)), ["s@1"]);
  assertEquals(driver.task("s@1").spec.priority, 5);
  assertEquals(submitted(driver.do(every({ everyMs: 30 }))), []); // s@1 is unfinished
  assertEquals(driver.state.schedules.get("s")!.nextAt, 130);
  assertEquals(driver.state.schedules.get("s")!.next, 3);
});

Deno.test("a removed schedule submits nothing more, and one of its id repeats no id of a task", () => {
  const driver = scheduled({ overlap: true });
  driver.pass(100);
  assertEquals(lines(driver.do(remove())), ["schedule:removed"]);
  assertEquals(driver.answer as unknown, true);
  assertEquals(driver.do(remove()), []);
  assertEquals(driver.answer as unknown, false);
  assertEquals([driver.pass(1_000), driver.status("s@1")], [[], "running"]);
  assertEquals(submitted(driver.do(every())), ["s@2"]);
});

Deno.test("an occasion whose task is refused is skipped, with the reason", () => {
  const driver = new TaskDriver({ maxTasks: 1 });
  driver.submit("s@0");
  const [, skipped] = driver.do(every());
  const expected = { type: "schedule:skipped", scheduleId: "s", taskId: "s@0", dueAt: 0 };
  assertEquals(skipped as unknown, { ...expected, reason: "duplicate" });
  assertEquals(lines(driver.pass(100)), ["schedule:skipped s@1"]);
  driver.cancel("s@0");
  assertEquals(submitted(driver.pass(100)), ["s@2"]);
});

Deno.test("maxSchedules bounds the schedules, and a drained scheduler has no occasion", () => {
  const driver = scheduled({}, { maxSchedules: 1 });
  driver.refuses(every({ id: "t" }), "full", 1);
  driver.do(every({ everyMs: 50 }));
  driver.do({ type: "drain" });
  driver.refuses(every(), "draining");
  assertEquals(lines(driver.pass(1_000)), []);
});

Deno.test("finished tasks of a schedule are forgotten as others are", () => {
  const driver = scheduled({ startAt: 100 }, { keepFinished: 2, keepOutcomes: 2 });
  for (let n = 0; n < 10; n++) {
    driver.pass(100);
    driver.complete(`s@${n}`);
  }
  assertEquals([...driver.state.tasks.keys()], ["s@8", "s@9"]);
  assertEquals(driver.state.outcomes.size + driver.state.olderOutcomes.size, 4);
});

Deno.test("a schedule goes on in a state that was restored", () => {
  const driver = scheduled({ overlap: true });
  const restored = new TaskDriver();
  Object.assign(restored.state, decode(encode(driver.state)));
  restored.pass(100);
  assertEquals(restored.state.schedules.get("s")!.last, "s@1");
});

Deno.test("explain names the schedule of a task, and the next task of a schedule", () => {
  const driver = scheduled();
  const { state } = driver;
  const explain = () => explainSchedule(state, state.schedules.get("s")!).summary;
  assertEquals(
    explainTask(state, () => [], "s@0", 0).summary,
    'It runs on agent "x", attempt 1; schedule "s" submitted it',
  );
  const next = 'It submits "s@1" at 1970-01-01T00:00:00.100Z';
  assertEquals(explain(), `${next} if "s@0" has ended, which is running`);
  driver.complete("s@0");
  assertEquals(explain(), next);
  driver.do({ type: "drain" });
  assertEquals(explain(), "Nothing is submitted any more: the scheduler is shutting down");
});

Deno.test("every() runs a task again and again, until unschedule()", async () => {
  await using it = choosing();
  const { clock, scheduler } = it;
  const ran: unknown[] = [];
  await scheduler.registerAgent({ id: "x" }, ({ id, input, scheduleId }) => {
    ran.push([id, input, scheduleId]);
  });
  const view = await scheduler.every("__proto__", { everyMs: 1_000, task: { input: { n: 1 } } });
  assertEquals(scheduler.schedules(), [view]);
  await clock.advance(1_000);
  const row = (n: number) => [`__proto__@${n}`, { n: 1 }, "__proto__"];
  assertEquals(ran, [row(0), row(1)]);
  assertEquals(scheduler.getTask("__proto__@1")?.scheduleId, "__proto__");
  assertEquals(await scheduler.unschedule("__proto__"), true);
  assertEquals(await scheduler.unschedule("__proto__"), false);
  await clock.advance(5_000);
  assertEquals([ran.length, scheduler.schedules()], [2, []]);
});

Deno.test("a schedule outlives a restart, and misses what passed between the processes", async () => {
  const journal = new MemoryJournal();
  const options = { everyMs: 10_000, missed: "once", task: {} } as const;
  const first = await logging({}, journal);
  await first.scheduler.every("s", options);
  await first.scheduler.cancelTask("s@0");
  await first.scheduler.shutdown({ graceMs: 0 });
  const clock = new SimulatedClock(45_000);
  const missed: unknown[] = [];
  const bus = new EventBus(false, { clock, logger: silentLogger });
  bus.on("schedule:missed", ({ count, since }) => missed.push([count, since]));
  const second = new AdvancedTaskScheduler({}, bus, silentLogger, { clock, journal });
  await second.initialize();
  const view = await second.every("s", options);
  assertEquals([view.lastTaskId, view.nextAt, missed], ["s@4", 50_000, [[3, 10_000]]]);
  await second.shutdown({ graceMs: 0 });
});

Deno.test("malformed schedules are refused, and change nothing", async () => {
  await using it = choosing({ maxSchedules: 0 });
  const refused = async (fields: Record<string, unknown>, message: string, id: unknown = "s") => {
    const options = { everyMs: 10, task: {}, ...fields } as never;
    const error = await assertRejects(() => it.scheduler.every(id as string, options));
    assertEquals((error as Error).message, `Cannot set ${message}`);
    return error;
  };
  await refused({}, "a schedule: id must be a string, got 5", 5);
  const long = 'schedule "' + "i".repeat(57) + '…": id must have at most 239 characters, got 240';
  await refused({}, long, "i".repeat(240));
  await refused({ everyMs: 0 }, 'schedule "s": everyMs must be a positive integer, got 0');
  const policies = '"skip", "once", "all"';
  await refused({ missed: "no" }, `schedule "s": missed must be one of ${policies}, got "no"`);
  await refused({ overlap: 1 }, 'schedule "s": overlap must be a boolean, got 1');
  await refused({ task: 1 }, 'schedule "s": task must be an object, got 1');
  const own = 'schedule "s": task must have no id of its own, got "t"';
  await refused({ task: { id: "t" } }, own);
  const delay = 'schedule "s": task must have no delayMs of its own, got 1';
  await refused({ task: { delayMs: 1 } }, delay);
  await refused(
    { startAt: "noon" },
    'schedule "s": startAt must be a Date or milliseconds, got "noon"',
  );
  const unknown = 'schedule "s": options must have only known options, got "everyms"';
  await refused({ everyms: 1 }, `${unknown}; did you mean "everyMs"?`);
  const error = await refused({}, 'schedule "s": there must be room, the limit is 0');
  assertInstanceOf(error, LimitError);
  assertEquals(it.scheduler.schedules(), []);
  const message = "Cannot remove a schedule: id must be a string, got undefined";
  await assertRejects(() => it.scheduler.unschedule(undefined as never), TypeError, message);
});
