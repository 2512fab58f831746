import { stepped } from "../support/driver.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { rootMachine } from "../../src/root/machine.ts";
import type { RootState } from "../../src/root/state.ts";
import { gaugesOf } from "../../src/coordination/standing.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import type { TaskStatus } from "../../src/tasks/types.ts";
import { lockMachine } from "../../src/locks/machine.ts";
import { emptyMetrics, fold, type MetricsState } from "../../src/metrics/fold.ts";
import { reportOf } from "../../src/metrics/report.ts";
import { summaryOf } from "../../src/metrics/aggregates.ts";
import { isOpen } from "../../src/tasks/placement.ts";
import { taskMachine } from "../../src/tasks/machine.ts";
import type { LockState } from "../../src/locks/state.ts";
import type { TaskState } from "../../src/tasks/state.ts";
import { rootConfigs, rootMoves } from "../coordination/root_moves.ts";
import { moves } from "../locks/commands.ts";
import { reach } from "../structure/layering.ts";
import { findImpurities } from "../structure/purity.ts";
import { readSources } from "../structure/source.ts";
import { TaskDriver } from "../tasks/driver.ts";
import { commandLists, concrete, configs } from "../tasks/command_lists.ts";

const UNKNOWN = { memoryBytes: undefined, cpuPercent: undefined };
const OPEN: readonly TaskStatus[] = [
  ...(["waiting", "ready", "assigned", "running", "backing-off", "blocked"] as const),
];

function foldAll(metrics: MetricsState, events: readonly LockstepEvent[], at: number): void {
  for (const event of events) fold(metrics, event, at);
}

function countBy<Key>(keys: Iterable<Key>): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Asserts that the gauges and counters of tasks and agents equal the state. */
function compareTasks(metrics: MetricsState, state: TaskState, now: number): void {
  const { tasksByStatus, tasksByType, tasksByPriority } = metrics.gauges;
  for (const status of OPEN) assertEquals(tasksByStatus.get(status) ?? 0, state.counts[status]);
  const open = [...state.tasks.values()].filter(({ status }) => OPEN.includes(status));
  assertEquals(tasksByType, countBy(open.map(({ spec }) => spec.type)));
  assertEquals(tasksByPriority, countBy(open.map(({ spec }) => spec.priority)));
  assertEquals(
    new Map(
      [...metrics.gauges.agents].map(([id, { load, slots }]) => [id, [load, slots]]),
    ),
    new Map(
      [...state.agents].map(([id, agent]) => [id, [agent.slotsInUse, agent.maxConcurrentTasks]]),
    ),
  );
  const { taskMetrics, agentMetrics } = reportOf(metrics, now, UNKNOWN);
  assertEquals(taskMetrics.completedTasks, state.counts.completed);
  assertEquals(taskMetrics.failedTasks, state.counts.failed);
  assertEquals(taskMetrics.cancelledTasks, state.counts.cancelled);
  assertEquals(taskMetrics.totalTasks, state.sequence);
  assertEquals(taskMetrics.activeTasks, state.counts.assigned + state.counts.running);
  const agents = [...state.agents.values()];
  assertEquals(agentMetrics.busyAgents, agents.filter(({ slotsInUse }) => slotsInUse > 0).length);
  assertEquals(agentMetrics.activeAgents, agents.filter(isOpen).length);
  const byType = countBy(agents.map(({ kind }) => kind));
  assertEquals(agentMetrics.agentsByType, Object.fromEntries(byType));
  const claims = agents.reduce((sum, { tasks }) => sum + tasks.size, 0);
  assertEquals(agentMetrics.avgTasksPerAgent, agents.length === 0 ? 0 : claims / agents.length);
}

function compareLocks(metrics: MetricsState, state: LockState, now: number): void {
  const { resourceMetrics } = reportOf(metrics, now, UNKNOWN);
  const held = [...state.locks.values()].filter(({ holds }) => holds.length > 0).length;
  assertEquals(resourceMetrics.lockedResources, held);
  assertEquals(resourceMetrics.totalResources, state.locksInUse);
  assertEquals(resourceMetrics.lockContention, state.waits.size);
}

Deno.test("Q1-active-gauge-drifts: gauges of tasks and agents equal the state after each step", () => {
  fc.assert(
    fc.property(configs, commandLists, (config, list) => {
      const machine = taskMachine(config);
      const state = machine.init();
      const metrics = emptyMetrics();
      let now = 0;
      for (const timed of list) {
        now += timed.afterMs;
        foldAll(metrics, stepped(machine, state, concrete(timed, state), now), now);
        compareTasks(metrics, state, now);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("Q1-active-gauge-drifts: gauges of locks equal the state after each step", () => {
  fc.assert(
    fc.property(moves, (script) => {
      const machine = lockMachine({ deadlockPolicy: "revoke" });
      const state = machine.init();
      const metrics = emptyMetrics();
      let now = 0;
      for (const { afterMs, command } of script) {
        now += afterMs;
        foldAll(metrics, stepped(machine, state, command(state), now), now);
        compareLocks(metrics, state, now);
      }
    }),
    { numRuns: 200 },
  );
});

/** Asserts that the other gauges and counters equal the states of their subsystems. */
function compareOthers({ gauges, counters }: MetricsState, state: RootState): void {
  const { members, requests, deadLetters, schedules, conflicts, breakers } = gauges.open;
  const isSuspect = [...state.agents.members].map(([id, member]) =>
    [id, member.isSuspect] as const
  );
  assertEquals(members, new Map(isSuspect));
  assertEquals(requests, new Set(state.messages.requests.keys()));
  assertEquals(deadLetters, new Set(state.messages.deadLetters.keys()));
  assertEquals(schedules, new Set(state.tasks.schedules.keys()));
  assertEquals(conflicts, new Set(state.conflicts.active.keys()));
  const phases = [...state.breakers.breakers].map(([id, { phase }]) => [id, phase.state] as const);
  assertEquals(breakers, new Map(phases));
  const settled = [...state.conflicts.resolutionsByStrategy.values()].reduce(
    (sum, count) => sum + count,
    0,
  );
  assertEquals(
    Object.fromEntries(COUNTED.map((metric) => [metric, counters.get(metric)!])),
    {
      "agent.joined": state.agents.lastIncarnation,
      "resource.acquired": state.locks.epoch,
      "message.received": state.messages.epoch,
      "conflict.detected": state.conflicts.reported,
      "conflict.resolved": settled,
    },
  );
  const posted = counters.get("message.sent")! + counters.get("message.resent")!;
  assertEquals(posted, state.messages.lastMessage);
}

const COUNTED = [
  "agent.joined",
  "resource.acquired",
  "message.received",
  "conflict.detected",
  "conflict.resolved",
];

Deno.test("Q1-active-gauge-drifts: figures of all subsystems equal the root state after each step", () => {
  fc.assert(
    fc.property(rootConfigs, rootMoves, (config, moves) => {
      const machine = rootMachine(config);
      const state = machine.init();
      const metrics = emptyMetrics();
      let now = 0;
      for (const { afterMs, command } of moves) {
        now += afterMs;
        foldAll(metrics, stepped(machine, state, command(state), now), now);
        compareTasks(metrics, state.tasks, now);
        compareLocks(metrics, state.locks, now);
        compareOthers(metrics, state);
        for (const task of metrics.gauges.tasks.values()) task.readyAt = undefined;
        assertEquals(gaugesOf(state), metrics.gauges);
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("a fold that begins late counts what it observes, and no gauge is negative", () => {
  fc.assert(
    fc.property(configs, commandLists, fc.nat(60), (config, list, unobserved) => {
      const machine = taskMachine(config);
      const state = machine.init();
      const metrics = emptyMetrics();
      let now = 0;
      list.forEach((timed, i) => {
        now += timed.afterMs;
        const events = stepped(machine, state, concrete(timed, state), now);
        if (i >= unobserved) foldAll(metrics, events, now);
      });
      const { tasks, tasksByStatus, agents } = metrics.gauges;
      for (const [id, { status }] of tasks) assertEquals(status, state.tasks.get(id)?.status);
      assertEquals(tasksByStatus, countBy([...tasks.values()].map(({ status }) => status)));
      for (const { load } of agents.values()) {
        assertEquals(Math.max(0, load), load);
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("durations of tasks come from one event, those of queues from two", () => {
  const driver = new TaskDriver();
  const metrics = emptyMetrics();
  const observe = (events: readonly LockstepEvent[]) => foldAll(metrics, events, driver.now);
  observe(driver.submit("t"));
  driver.now = 30;
  observe(driver.agent("x"));
  observe(driver.start("t"));
  driver.now = 100;
  observe(driver.complete("t"));
  const { taskMetrics, performanceMetrics } = reportOf(metrics, driver.now, UNKNOWN);
  assertEquals(taskMetrics.avgTaskDuration, 70);
  assertEquals(performanceMetrics.schedulingLatency, 30);
  assertEquals(performanceMetrics.coordinationLatency, undefined);
});

Deno.test("locks, messages, conflicts, steals and breakers are counted and timed", () => {
  const metrics = emptyMetrics();
  const lock = { resourceId: "r", agentId: "a", owner: "a", epoch: 1 };
  const message = { id: "m", timestamp: 40, attempt: 1 };
  const events = [
    { type: "resource:acquired", ...lock, waitId: 0, waitedMs: 4 },
    { type: "resource:expired", ...lock, heldMs: 6 },
    { type: "deadlock:detected", waitId: 3 },
    { type: "message:sent", message, isRequest: true },
    { type: "message:received", message },
    { type: "message:received", message: { ...message, attempt: 2 } },
    { type: "conflict:reported" },
    { type: "conflict:resolved", openMs: 8 },
    { type: "version:refused", reason: "stale-version" },
    { type: "version:refused", reason: "not-reader" },
    { type: "workstealing:completed" },
    { type: "circuitbreaker:state-change", from: "closed", to: "open" },
    { type: "circuitbreaker:state-change", from: "open", to: "half-open" },
  ];
  foldAll(metrics, events as unknown as LockstepEvent[], 50);
  const { resourceMetrics, coordinationMetrics, performanceMetrics } = reportOf(
    metrics,
    50,
    UNKNOWN,
  );
  assertEquals(coordinationMetrics, {
    messagesSent: 1,
    messagesReceived: 2,
    messageLatency: 10,
    conflictsDetected: 1,
    conflictsResolved: 1,
    workStealingEvents: 1,
    circuitBreakerTrips: 1,
    openRequests: 1,
    deadLetters: 0,
    activeConflicts: 0,
    openCircuitBreakers: 0,
  });
  assertEquals([resourceMetrics.avgLockDuration, resourceMetrics.deadlockCount], [6, 1]);
  assertEquals(performanceMetrics.coordinationLatency, 4);
  assertEquals(metrics.counters.get("update.refused"), 1);
  assertEquals(summaryOf(metrics.metrics.get("conflict.open")!.histogram!)?.max, 8);
});

Deno.test("waits of callers that leave are counted, whatever they wait for", () => {
  const metrics = emptyMetrics();
  const events = [
    { type: "resource:detached" },
    { type: "claim:detached" },
    { type: "receiver:detached" },
    { type: "request:detached" },
    { type: "claim:resumed" },
    { type: "resource:abandoned", reason: "lapsed" },
    { type: "resource:abandoned", reason: "gone" },
    { type: "resource:expired", resourceId: "r", waitId: 1, heldMs: 6 },
    { type: "resource:expired", resourceId: "r", waitId: 2, heldMs: 6, lapsed: true },
    { type: "claim:abandoned", reason: "none" },
    { type: "receiver:ended", reason: "lapsed" },
    { type: "message:unanswered", messageId: "m", reason: "lapsed" },
    { type: "limit:changed" },
    { type: "budget:exhausted" },
  ];
  foldAll(metrics, events as unknown as LockstepEvent[], 50);
  const names = ["ticket.detached", "ticket.resumed", "ticket.lapsed", "limit.changed"];
  const counted = [...names, "budget.exhausted"].map((name) => metrics.counters.get(name));
  assertEquals(counted, [4, 1, 4, 1, 1]);
});

Deno.test("throughput and errors are those of the last minute", () => {
  const driver = new TaskDriver({ retryDelay: 0 });
  const metrics = emptyMetrics();
  const observe = (events: readonly LockstepEvent[]) => foldAll(metrics, events, driver.now);
  observe(driver.agent("x"));
  for (let i = 0; i < 5; i++) {
    driver.now = i * 20_000;
    observe(driver.submit(`t${i}`));
    observe(driver.start(`t${i}`));
    observe(i === 4 ? driver.fail("t4") : driver.complete(`t${i}`));
  }
  const at = (now: number) => {
    const { taskMetrics, performanceMetrics } = reportOf(metrics, now, UNKNOWN);
    return [taskMetrics.taskThroughput, performanceMetrics.errorRate];
  };
  assertEquals(at(80_000), [2, 1]);
  assertEquals(at(119_999), [1, 1]);
  assertEquals(at(120_000), [0, 1]);
  assertEquals(at(1_000_000), [0, 0]);
});

Deno.test("the fold is pure", () => {
  const sources = readSources(["src"]);
  const folded = reach(sources, ["src/metrics/fold.ts"], ({ typeOnly }) => !typeOnly);
  const impurities = sources.filter(({ path }) => folded.has(path)).flatMap(findImpurities);
  assertEquals(impurities, []);
});
