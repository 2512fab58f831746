/**
 * The task machine, without an engine: the same operation among few tasks or agents and among many.
 *
 * @module
 */

import { decode, encode } from "../machine.ts";
import { explainTask, listTasks } from "../src/tasks/views.ts";
import type { StrategyName } from "../src/tasks/strategies.ts";
import { type Comparison, type Growth, register, type Suite } from "./harness.ts";
import type { Maker, Side } from "./rounds.ts";
import { BareTasks, PRIORITIES, TaskLoad } from "./task_load.ts";

const OPERATIONS = 20_000;
const MILLION = 1_000_000;

const times = (count: number, operation: (i: number) => void): Side => () => () => {
  for (let i = 0; i < count; i++) operation(i);
};

/** A submission while `queued` tasks wait, and the completion that dequeues one. */
function amongQueued(queued: number): Side {
  const load = new TaskLoad();
  load.register(1, 1, true);
  while (load.state.tasks.size < queued) load.submit();
  return times(OPERATIONS, () => {
    load.now++;
    load.submit();
    load.completeOldest("agent-0");
  });
}

function bareAmongQueued(queued: number): Side {
  const tasks = new BareTasks();
  let id = 0;
  const submit = () => tasks.submit(`task-${id}`, id++ % PRIORITIES);
  while (id < queued) submit();
  return times(OPERATIONS, () => {
    submit();
    tasks.complete(tasks.take()!, 1);
  });
}

/** A task that goes to one of `agents` idle ones, and is completed. */
function amongAgents(agents: number, strategy: StrategyName = "capability"): Side {
  const load = new TaskLoad({ maxAgents: MILLION });
  load.step({ type: "use-strategy", strategy });
  load.register(agents, 1, true);
  return times(OPERATIONS, () => {
    load.now++;
    for (const event of load.submit()) {
      if (event.type === "task:started") load.complete(event.taskId);
    }
  });
}

function bareAmongAgents(agents: number): Side {
  const idle = Array.from({ length: agents }, (_, i) => `agent-${i}`);
  const tasks = new BareTasks();
  let id = 0;
  return times(OPERATIONS, () => {
    tasks.submit(`task-${id++}`, 0);
    const agent = idle.pop()!;
    tasks.complete(tasks.take()!, 1);
    idle.push(agent);
  });
}

/** A task that is submitted for later, becomes ready at its time, and is completed. */
function delayed(count: number, batches = 1): Maker {
  return () => times(batches, () => runDelayed(count));
}

const DUE_AT_ONCE = 10;

function runDelayed(count: number): void {
  const load = new TaskLoad();
  load.register(1, 1_000, true);
  const longest = count / DUE_AT_ONCE;
  for (let i = 0; i < count; i++) load.submit({ delayMs: 1 + (i * 7_919) % longest }); // in no order
  while (load.now < longest) {
    load.now++;
    for (const event of load.step({ type: "tick" })) {
      if (event.type === "task:started") load.complete(event.taskId);
    }
  }
  const { completed } = load.state.counts;
  if (completed !== count) throw new Error(`${completed} completed, not ${count}`);
}

const STOLEN = 100;
const STEALS = 20;

/** Tasks that are placed with one agent, stolen by idle ones, and completed. */
function steals(agents: number): Maker {
  return () => {
    const load = new TaskLoad({ stealing: true });
    load.register(agents, 1, false);
    return times(STEALS, () => {
      load.now++;
      const placed: string[] = [];
      let stolen = 0;
      for (let i = 0; i < STOLEN; i++) {
        for (const event of load.submit({}, "agent-0")) {
          if (event.type === "task:created") placed.push(event.taskId);
          if (event.type === "task:stolen") stolen++;
        }
      }
      if (stolen < STOLEN / 2) throw new Error(`${stolen} of ${STOLEN} were stolen`);
      for (const id of placed) load.complete(id);
    });
  };
}

/** A million tasks, of which one in 5,000 is ready. */
function pages(): Side {
  const load = new TaskLoad();
  for (let i = 0; i < MILLION; i++) load.submit({ dependencies: i % 5_000 === 0 ? [] : ["never"] });
  return times(50, () => {
    const { tasks } = listTasks(load.state, { status: "ready", after: MILLION / 4, limit: 100 });
    if (tasks.length !== 100) throw new Error(`A page has 100 tasks, not ${tasks.length}`);
  });
}

function barePages(): Side {
  const ready = Array.from(
    { length: MILLION / 5_000 },
    (_, i) => ({ id: `task-${i}`, priority: 1 }),
  );
  return times(50, () => {
    const page: object[] = [];
    for (let i = 50; i < 150; i++) page.push({ ...ready[i] });
    if (page.length !== 100) throw new Error("A page has 100 tasks");
  });
}

/** A task that is submitted, waits, starts and is completed, with a key or without. */
function keyed(limitKey: string | undefined): Maker {
  return () => () => () => {
    const load = new TaskLoad({ limits: { api: { rate: { tokens: 1_000, perMs: 1_000 } } } });
    load.register(1, 8, true);
    const fields = limitKey === undefined ? {} : { limitKey };
    const running: string[] = [];
    const noteStarts = (events: ReturnType<TaskLoad["submit"]>) => {
      for (const event of events) if (event.type === "task:started") running.push(event.taskId);
    };
    let completed = 0;
    for (; load.now < OPERATIONS + 100; load.now++) { // a token comes each millisecond
      if (load.now < OPERATIONS) noteStarts(load.submit(fields));
      const taskId = load.now < 100 ? undefined : running[completed];
      if (taskId === undefined) continue;
      completed++;
      noteStarts(load.complete(taskId));
    }
    if (completed !== OPERATIONS) throw new Error(`${completed} completed`);
  };
}

const STORED = 100_000;

/** A snapshot of many tasks, as text, and the state that is read from it. */
function snapshot(): Side {
  const load = new TaskLoad();
  for (let i = 0; i < STORED; i++) load.submit();
  return () => () => decode(encode(load.state));
}

function bareSnapshot(): Side {
  const tasks = Array.from(
    { length: STORED },
    (_, i) => ({ id: `task-${i}`, type: "task", priority: i % PRIORITIES, submittedAt: i }),
  );
  return () => () => JSON.parse(JSON.stringify(tasks));
}

const EXPLAINED = 10_000;

function explanations(): Side {
  const load = new TaskLoad();
  load.register(10, 1, true);
  for (let i = 0; i < EXPLAINED; i++) load.submit();
  return times(EXPLAINED, (i) => {
    explainTask(load.state, () => [], `task-${i}`, load.now);
  });
}

function bareExplanations(): Side {
  const tasks = new BareTasks();
  for (let i = 0; i < EXPLAINED; i++) tasks.submit(`task-${i}`, i % PRIORITIES);
  return times(EXPLAINED, (i) => {
    const { id, status } = tasks.records.get(`task-${i}`)!;
    return { id, status, summary: `${id} is ${status}` };
  });
}

const LACKS = "epochs, fair order by age, claims, limits, and the events of each step";

const STRATEGIES: readonly StrategyName[] = [
  "capability",
  "round-robin",
  "least-loaded",
  "affinity",
];

function* comparisons(): Iterable<Comparison> {
  yield {
    operation: "a task that is submitted and run, among 1,000 queued",
    count: OPERATIONS,
    ours: () => amongQueued(1_000),
    floor: { side: () => bareAmongQueued(1_000), lacks: LACKS },
    target: {},
  };
  yield {
    operation: "the same among 1,000,000 queued",
    count: OPERATIONS,
    ours: () => amongQueued(MILLION),
    floor: { side: () => bareAmongQueued(MILLION), lacks: LACKS },
    bases: [{ name: "1,000", side: () => amongQueued(1_000) }],
    target: { time: 2 },
    isLong: true,
    isHuge: true,
  };
  yield {
    operation: "a delayed task that is submitted and run, of 1,000,000",
    count: MILLION,
    ours: delayed(MILLION),
    bases: [{ name: "of 10,000", side: delayed(10_000, 10), count: 100_000 }],
    target: { time: 2 },
    rounds: 3,
    warmUps: 1,
    isLong: true,
  };
  yield {
    operation: "a task with a rate limit",
    count: OPERATIONS,
    ours: keyed("api"),
    bases: [{ name: "without one", side: keyed(undefined) }],
    target: { time: 1.3 },
    rounds: 25,
  };
  for (const strategy of STRATEGIES) {
    yield {
      operation: `${strategy}: a task that is submitted and run, among 100,000 agents`,
      count: OPERATIONS,
      ours: () => amongAgents(100_000, strategy),
      floor: { side: () => bareAmongAgents(100_000), lacks: LACKS },
      bases: [
        { name: "10", side: () => amongAgents(10, strategy) },
        { name: "1,000", side: () => amongAgents(1_000, strategy) },
      ],
      target: { time: 3 },
      isLong: true,
      isHuge: true,
    };
  }
  yield {
    operation: "place a task, steal and complete it, among 10,000 agents",
    count: STEALS * STOLEN,
    ours: steals(10_000),
    bases: [{ name: "100", side: steals(100) }],
    target: { time: 2.5 },
  };
  yield {
    operation: "explain one of 10,000 tasks",
    count: EXPLAINED,
    ours: explanations,
    floor: { side: bareExplanations, lacks: "causes, place in the queue, what would change it" },
    target: { most: 20_000 },
  };
  yield {
    operation: "a page of 100 of one status in 5,000, of 1,000,000 tasks",
    count: 50,
    ours: pages,
    floor: { side: barePages, lacks: "views with all fields, a stable order by submission" },
    target: { most: 1e6 },
    isLong: true,
    isHuge: true,
  };
  yield {
    operation: "a task in a snapshot of 100,000, written and read",
    count: STORED,
    ours: snapshot,
    floor: { side: bareSnapshot, lacks: "maps, queues and references between records, all fields" },
    target: { most: 20_000 },
    rounds: 5,
    warmUps: 1,
    isLong: true,
  };
}

/** Tasks that become ready one by one, among others that are to do so later. */
function amongDelayed(count: number): Side {
  const load = new TaskLoad();
  load.register(1, 1, true);
  for (let i = 0; i < count; i++) load.submit({ delayMs: 1e9 + (i * 7_919) % count });
  return times(OPERATIONS, () => {
    load.submit({ delayMs: 1 });
    load.now++;
    for (const event of load.step({ type: "tick" })) {
      if (event.type === "task:started") load.complete(event.taskId);
    }
  });
}

/** Keeps the times sorted, with the next one last. */
function bareAmongDelayed(count: number): Side {
  const dues = Array.from({ length: count }, (_, i) => ({ id: `later-${i}`, at: 1e9 - i }));
  const tasks = new BareTasks();
  let now = 0;
  return times(OPERATIONS, () => {
    const id = `task-${now}`;
    tasks.submit(id, 0);
    dues.push({ id, at: ++now });
    if (dues.at(-1)!.at <= now) tasks.complete(dues.pop()!.id, 1);
  });
}

/** A task that is submitted and run, while `count` finished ones are kept. */
function amongFinished(count: number): Side {
  const load = new TaskLoad({ keepFinished: count, keepOutcomes: count });
  load.register(1, 1, true);
  const one = () => {
    load.now++;
    load.submit();
    load.completeOldest("agent-0");
  };
  for (let i = 0; i < count; i++) one();
  return times(OPERATIONS, one);
}

/** Forgets the oldest finished task for each further one. */
function bareAmongFinished(count: number): Side {
  const finished = new Map<string, { readonly status: string; readonly result: number }>();
  let id = 0;
  const one = () => {
    finished.set(`task-${id++}`, { status: "completed", result: 1 });
    if (finished.size > count) finished.delete(`task-${id - count - 1}`);
  };
  for (let i = 0; i < count; i++) one();
  return times(OPERATIONS, one);
}

function* growths(): Iterable<Growth> {
  yield {
    operation: "a delayed task that is submitted and run, among n delayed",
    count: OPERATIONS,
    ours: amongDelayed,
    floor: bareAmongDelayed,
  };
  yield {
    operation: "a task that is submitted and run, among n queued",
    count: OPERATIONS,
    ours: amongQueued,
    floor: bareAmongQueued,
  };
  yield {
    operation: "a task that is submitted and run, among n finished",
    count: OPERATIONS,
    ours: amongFinished,
    floor: bareAmongFinished,
  };
  yield {
    operation: "a task that is submitted and run, among n agents",
    count: OPERATIONS,
    ours: amongAgents,
    floor: bareAmongAgents,
  };
}

/** The benchmarks of the task machine. */
export const placement: Suite = { name: "placement", comparisons, growths };

register(placement);
