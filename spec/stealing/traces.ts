/**
 * Recorded runs of the task machine: random ones, which the specification must be able to follow,
 * and falsified ones, in which it must get lost at the very row that was falsified.
 *
 * @module
 */

import type { CordonCause } from "../../src/tasks/types.ts";
import { nextInt, type Prng, seeded } from "../../src/core/data/prng.ts";
import { taskMachine } from "../../src/tasks/machine.ts";
import type { TaskCommand, TaskSpec } from "../../src/tasks/commands.ts";
import type { TaskRecord, TaskState } from "../../src/tasks/state.ts";
import type { Trace } from "../tool/subject.ts";
import { Recorder, type Row } from "./recorder.ts";

/** The constants of `cfg/trace.cfg`. */
const AGENTS = ["a1", "a2", "a3", "a4"];
const SLOTS: Record<string, number> = { a1: 1, a2: 2, a3: 1, a4: 3 };
const ROOM: Record<string, number> = { a1: 3, a2: 2, a3: 0, a4: 5 };
const AT_ONCE = ["a2", "a4"];
const TASKS = 16;
/** Those that need locks. */
const NEEDS = ["t2", "t5", "t8", "t11", "t14"];
const CAUSES: readonly CordonCause[] = ["caller", "suspect", "breaker"];

const ROWS = 200;
const BATCHES = 4;
const RUNS = 50;

/** Sets of random runs by name, as many in all as the specification is held to. */
export function randomSets(): [name: string, () => Promise<readonly Trace[]>][] {
  return Array.from({ length: BATCHES }, (_, batch) => [
    `random-${batch + 1}`,
    () =>
      Promise.resolve(Array.from({ length: RUNS }, (_, i) => randomTrace(batch * RUNS + i + 1))),
  ]);
}

/** A few more, to be held to the invariants as well. */
export function fewTraces(): Promise<readonly Trace[]> {
  return Promise.resolve(Array.from({ length: 10 }, (_, i) => randomTrace(2_000 + i)));
}

function randomTrace(seed: number): Trace {
  return { name: `seed ${seed}`, rows: randomRun(seed) };
}

/** A run of random commands at random times. */
export function randomRun(seed: number): Row[] {
  const rows: Row[] = [];
  const machine = taskMachine({
    seed,
    agingMs: 10,
    maxCrashes: 1,
    retryDelay: 50,
    maxRetryDelayMs: 100,
    abortGraceMs: 40,
    stealing: true,
    stealThreshold: 2,
    maxStealBatch: 2,
    stealInterval: 60,
  });
  const recorder = new Recorder(machine, AGENTS, (row) => rows.push(row));
  const state = machine.init();
  const prng = seeded(seed);
  let now = 0;
  for (const agentId of AGENTS) recorder.step(state, register(agentId), now);
  while (rows.length < ROWS) {
    if (nextInt(prng, 3) === 0) now += nextInt(prng, 30);
    recorder.step(state, randomCommand(prng, state), now);
  }
  // A run may end within a step, but what the step's end looked like is only known at its end.
  return rows.slice(0, ROWS);
}

function randomCommand(prng: Prng, state: TaskState): TaskCommand {
  const pick = <Item>(items: readonly Item[]) => items[nextInt(prng, items.length)]!;
  const taskId = `t${nextInt(prng, TASKS) + 1}`;
  const task = state.tasks.get(taskId);
  const agentId = pick(AGENTS);
  const epoch = nextInt(prng, 4) === 0 ? nextInt(prng, state.epoch + 2) : task?.epoch ?? 0;
  const reason = "test";
  const kind = nextInt(prng, 48);
  if (kind < 8) return submit(prng, `t${Math.min(state.tasks.size + 1, TASKS)}`, agentId);
  if (kind < 14) return { type: "start", taskId, epoch };
  if (kind < 20) return { type: "complete", taskId, epoch, result: undefined };
  if (kind < 24) {
    const fault = pick(["attempt", "task", "none"] as const);
    return { type: "fail", taskId, epoch, error: { name: "Error", message: "" }, fault };
  }
  if (kind < 28) {
    const bodies = [...state.lingering.values()];
    const body = bodies.length > 0 ? pick(bodies) : undefined;
    return {
      type: "end-attempt",
      taskId: body?.task.spec.id ?? taskId,
      epoch: body?.epoch ?? epoch,
    };
  }
  if (kind < 29) return { type: "cancel", taskId, reason };
  if (kind < 31) return { type: "remove-agent", agentId, reason };
  if (kind < 34) return state.agents.has(agentId) ? report(prng, agentId) : register(agentId);
  if (kind < 37) {
    const lifts = nextInt(prng, 3) > 0;
    if (lifts && !state.agents.has(agentId)) return register(agentId);
    const cause = pick(CAUSES);
    return lifts
      ? { type: "uncordon-agent", agentId, cause }
      : { type: "cordon-agent", agentId, cause, reason, untilMs: 0 };
  }
  if (kind < 38) return { type: "requeue-agent-tasks", agentId, reason };
  if (kind < 39) return { type: "drain-agent", agentId, reason };
  if (kind < 40) return report(prng, agentId);
  return randomAnswer(prng, state, task ?? state.tasks.get(pick(NEEDS)), epoch);
}

/** What the locks answer to a request, or take from a task. */
function randomAnswer(
  prng: Prng,
  state: TaskState,
  task: TaskRecord | undefined,
  epoch: number,
): TaskCommand {
  const asking = [...state.tasks.values()].filter(({ request, granted }) =>
    request !== 0 && !granted
  );
  const subject = asking.length > 0 && nextInt(prng, 4) > 0
    ? asking[nextInt(prng, asking.length)]!
    : task;
  const taskId = subject?.spec.id ?? NEEDS[0]!;
  const request = nextInt(prng, 8) === 0 ? epoch : subject?.request || epoch;
  const reason = "test";
  switch (nextInt(prng, 6)) {
    case 0:
      return { type: "preempt", taskId, epoch: request, reason, isHopeless: false };
    case 1:
      return { type: "yield-locks", taskIds: [taskId], reason };
    case 2:
    case 3:
      return { type: "park", taskId, epoch: request };
    default:
      return { type: "unblock", taskId, epoch: request };
  }
}

function report(prng: Prng, agentId: string): TaskCommand {
  return {
    type: "report-load",
    agentId,
    taskCount: nextInt(prng, 8),
    avgTaskDurationMs: undefined,
    cpuPercent: undefined,
    memoryPercent: undefined,
  };
}

function register(agentId: string): TaskCommand {
  return {
    type: "register-agent",
    agentId,
    capabilities: [],
    maxConcurrentTasks: SLOTS[agentId]!,
    maxQueuedTasks: ROOM[agentId]!,
    priority: 0,
    startsAtOnce: AT_ONCE.includes(agentId),
    kind: "agent",
  };
}

function submit(prng: Prng, id: string, agentId: string): TaskCommand {
  const home = nextInt(prng, 3) === 0 ? "" : agentId;
  const limit = (ms: number) => nextInt(prng, 2) === 0 ? 0 : ms + nextInt(prng, ms);
  const task: TaskSpec = {
    id,
    type: "test",
    description: "",
    priority: nextInt(prng, 3),
    dependencies: [],
    assignedAgent: home,
    placed: home !== "",
    resources: NEEDS.includes(id) ? [{ resourceId: "r", mode: "exclusive", units: 1 }] : [],
    requires: [],
    queueTimeoutMs: limit(300),
    timeoutMs: limit(60),
    heartbeatTimeoutMs: limit(60),
    totalTimeoutMs: 0,
    retries: 1,
    idempotencyKey: "",
  };
  return { type: "submit", task, input: undefined, metadata: undefined };
}
