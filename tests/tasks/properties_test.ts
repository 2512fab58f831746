import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Refusal } from "../../src/core/machine.ts";
import type { AskAnswer } from "../../src/tasks/commands.ts";
import type { TaskConfig } from "../../src/tasks/config.ts";
import type { AskRequested, TaskEvent, TaskRefused } from "../../src/tasks/events.ts";
import { taskMachine } from "../../src/tasks/machine.ts";
import { scheduleView } from "../../src/tasks/schedules.ts";
import { reportsOf } from "../../src/tasks/remarks.ts";
import { isTerminal, outcomeOf, type TaskState, viewOf } from "../../src/tasks/state.ts";
import { stepped } from "../support/driver.ts";
import { machineLaws } from "../support/machine_laws.ts";
import { budgetLists, commandLists, concrete, configs, type Timed } from "./command_lists.ts";
import { checkState, History } from "./invariants.ts";
import { Accounts } from "./key_invariants.ts";
import { SlowScheduler } from "./twin.ts";

machineLaws({
  name: "tasks",
  machine: taskMachine,
  config: configs,
  moves: fc.oneof(commandLists, budgetLists).map((list) =>
    list.map((timed) => ({
      afterMs: timed.afterMs,
      command: (state: TaskState) => concrete(timed, state),
    }))
  ),
});

type Machine = ReturnType<typeof taskMachine>;

/** Runs a machine, and calls `check` with each command before it is stepped. */
function run(
  config: TaskConfig,
  list: readonly Timed[],
  check: (machine: Machine, state: TaskState, command: Timed["command"], now: number) => void,
): void {
  const machine = taskMachine(config);
  const state = machine.init();
  let now = 0;
  for (const timed of list) {
    now += timed.afterMs;
    check(machine, state, concrete(timed, state), now);
  }
}

/** Leaves out of events what the twin does not compute: the view of a task, the path of a cycle. */
function comparable(events: readonly TaskEvent[]): unknown[] {
  return events.map((event) => {
    if (event.type === "task:created") return { type: event.type, taskId: event.taskId };
    if (event.type !== "task:refused" || event.reason !== "cycle") return event;
    return { ...event, detail: "a cycle" };
  });
}

Deno.test("the machine emits at each step what the slow twin emits", () => {
  fc.assert(
    fc.property(configs, commandLists, (config, list) => {
      const twin = new SlowScheduler(config);
      run(config, list, (machine, state, command, now) => {
        const events = stepped(machine, state, command, now);
        assertEquals(comparable(events), comparable(twin.step(command, now)));
        for (const task of state.tasks.values()) {
          const { reports, notes, summary } = twin.find(task.spec.id)!;
          const received = task.spec.dependencies.flatMap((edge) =>
            reports.filter(({ taskId }) => taskId === edge.taskId)
          );
          assertEquals(reportsOf(task), isTerminal(task.status) ? [] : received);
          const view = viewOf(task);
          assertEquals([view.notes ?? [], view.summary], [notes, summary]);
        }
        for (const agent of state.agents.values()) {
          assertEquals(agent.slotsInUse, twin.loadOf(agent.agentId));
        }
      });
    }),
    { numRuns: 600 },
  );
});

Deno.test("the invariants of the specification hold after each step", () => {
  fc.assert(
    fc.property(configs, commandLists, (config, list) => {
      const history = new History();
      run(config, list, (machine, state, command, now) => {
        history.check(stepped(machine, state, command, now), state);
        checkState(state);
      });
    }),
    { numRuns: 500 },
  );
});

Deno.test("T37-budget-overspent: nothing is handed out of a budget that is spent, which is said once", () => {
  fc.assert(
    fc.property(configs, budgetLists, (config, list) => {
      const accounts = new Accounts();
      const history = new History();
      run(config, list, (machine, state, command, now) => {
        const events = stepped(machine, state, command, now);
        accounts.check(events, state, now);
        history.check(events, state);
        checkState(state);
      });
    }),
    { numRuns: 500 },
  );
});

Deno.test("StaleRejected: a command that names a stale epoch is refused", () => {
  fc.assert(
    fc.property(configs, commandLists, (config, list) => {
      run(config, list, (machine, state, command, now) => {
        stepped(machine, state, { type: "tick" }, now);
        const isStale = namesStaleEpoch(state, command);
        const answer = machine.step(state, command, now, []) as unknown;
        const reason = answer instanceof Refusal && (answer.event as TaskRefused).reason;
        assert(!isStale || reason === "stale-epoch");
      });
    }),
    { numRuns: 100 },
  );
});

function namesStaleEpoch(state: TaskState, command: Timed["command"]): boolean {
  const claims = ["start", "heartbeat", "progress", "complete", "fail", "snooze", "block"];
  if (!claims.includes(command.type)) return false;
  const { taskId, epoch } = command as { taskId: string; epoch: number };
  const task = state.tasks.get(taskId);
  return task?.agent !== undefined && epoch !== 0 && epoch !== task.epoch;
}

Deno.test("a submission says whether its task is new, an assignment and a start name the claim", () => {
  fc.assert(
    fc.property(configs, commandLists, (config, list) => {
      run(config, list, (machine, state, command, now) => {
        const events: TaskEvent[] = [];
        const answer = machine.step(state, command, now, events) as unknown;
        if (answer instanceof Refusal) return;
        if (command.type === "submit") {
          const known = events.find(({ type }) =>
            type === "task:recognized" || type === "task:debounced"
          ) as { taskId: string } | undefined;
          const taskId = known?.taskId ?? command.task.id;
          const isNew = events.some((event) =>
            event.type === "task:created" && event.taskId === taskId
          );
          const outcome = isNew ? undefined : outcomeOf(state, taskId);
          assertEquals(answer, { taskId, isNew, ...(outcome !== undefined && { outcome }) });
        } else if (command.type === "assign" || command.type === "start") {
          const type = command.type === "assign" ? "task:assigned" : "task:started";
          const { agentId, epoch } = events.find((event) =>
            event.type === type && event.taskId === command.taskId
          ) as {
            agentId: string;
            epoch: number;
          };
          assertEquals(answer, { agentId, epoch });
        } else if (command.type === "retry") {
          const retried = events.filter((event) => event.type === "task:retried");
          assertEquals(answer, { taskIds: retried.map(({ taskId }) => taskId) });
        } else if (command.type === "claim") {
          const asked = events.findLast(({ type }) =>
            type === "claim:requested" || type === "claim:resumed"
          );
          const { ask, status } = answer as AskAnswer;
          assertEquals(ask, asked === undefined ? 0 : (asked as AskRequested).ask);
          if (status === "asking") return;
          const { taskId, epoch } = answer as { taskId: string; epoch: number };
          const task = state.tasks.get(taskId);
          assertEquals([task?.epoch, task?.status], [epoch, "running"]);
          assertEquals(task?.agent?.agentId, command.agentId);
        } else if (command.type === "set-schedule") {
          assertEquals(answer, scheduleView(state.schedules.get(command.spec.id)!));
        } else if (command.type === "remove-schedule") {
          assertEquals(answer, events.some(({ type }) => type === "schedule:removed"));
        } else {
          assertEquals(answer, undefined);
        }
      });
    }),
    { numRuns: 100 },
  );
});

/** Advances time with a tick at each deadline, and at further instants. */
function passTo(
  { machine, state }: Run,
  from: number,
  to: number,
  extra: readonly number[],
): TaskEvent[] {
  const events: TaskEvent[] = [];
  const stops = extra.map((ms) => from + ms).filter((at) => at <= to).sort((a, b) => a - b);
  for (;;) {
    const due = machine.deadline(state);
    const stop = stops[0] ?? Infinity;
    const at = Math.min(due, stop);
    if (at > to) return events;
    if (stop <= due) stops.shift();
    events.push(...stepped(machine, state, { type: "tick" }, at));
  }
}

interface Run {
  readonly machine: Machine;
  readonly state: TaskState;
}

Deno.test("ticks between the deadlines change nothing", () => {
  fc.assert(
    fc.property(
      configs,
      commandLists,
      fc.array(fc.nat(20), { maxLength: 5 }),
      (config, list, extra) => {
        const machine = taskMachine(config);
        const plain = { machine, state: machine.init() };
        const ticked = { machine, state: machine.init() };
        let now = 0;
        for (const timed of list) {
          const events = passTo(plain, now, now + timed.afterMs, []);
          assertEquals(passTo(ticked, now, now + timed.afterMs, extra), events);
          now += timed.afterMs;
          const next = concrete(timed, plain.state);
          const expected = stepped(machine, plain.state, next, now);
          assertEquals(stepped(machine, ticked.state, next, now), expected);
        }
      },
    ),
    { numRuns: 150 },
  );
});
