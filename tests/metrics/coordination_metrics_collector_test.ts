import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import type { Logger } from "../../src/core/logger.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { ResourceManager } from "../../src/locks/mod.ts";
import {
  CoordinationMetricsCollector,
  type MetricsCollectorOptions,
  probeProcess,
} from "../../src/metrics/mod.ts";
import { CpuMeter } from "../../src/metrics/probe.ts";
import { AdvancedTaskScheduler } from "../../src/tasks/mod.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

function create(options: MetricsCollectorOptions = {}): {
  metrics: CoordinationMetricsCollector;
  eventBus: EventBus;
  clock: SimulatedClock;
} {
  const clock = new SimulatedClock(100_000);
  const eventBus = new EventBus(false, { clock });
  const metrics = new CoordinationMetricsCollector(silentLogger, eventBus, {
    clock,
    probe: () => ({}),
    ...options,
  });
  return { metrics, eventBus, clock };
}

Deno.test("the figures of a run with agents, tasks and locks are those of its events", async () => {
  const { metrics, eventBus, clock } = create();
  metrics.start();
  await using scheduler = new AdvancedTaskScheduler({}, eventBus, silentLogger, { clock });
  await scheduler.initialize();
  const { promise: gate, resolve: open } = Promise.withResolvers<string>();
  await scheduler.registerAgent({ id: "x", type: "coder", maxConcurrentTasks: 2 }, () => gate);
  await scheduler.registerAgent({ id: "y", capabilities: ["z"] }, () => gate);
  const handle = await scheduler.submit({ id: "t", type: "code", priority: 2, resources: ["r"] });
  await clock.advance(500);
  const during = metrics.getCurrentMetrics();
  assertEquals(during, {
    timestamp: new Date(100_500),
    taskMetrics: {
      totalTasks: 1,
      activeTasks: 1,
      completedTasks: 0,
      failedTasks: 0,
      cancelledTasks: 0,
      avgTaskDuration: undefined,
      taskThroughput: 0,
      tasksByPriority: { 2: 1 },
      tasksByType: { code: 1 },
      tasksByStatus: { running: 1 },
    },
    agentMetrics: {
      totalAgents: 2,
      activeAgents: 2,
      idleAgents: 1,
      busyAgents: 1,
      suspectAgents: 0,
      agentUtilization: 100 / 3,
      avgTasksPerAgent: 0.5,
      agentsByType: { coder: 1, agent: 1 },
    },
    resourceMetrics: {
      totalResources: 1,
      lockedResources: 1,
      freeResources: 0,
      resourceUtilization: 100,
      avgLockDuration: undefined,
      lockContention: 0,
      deadlockCount: 0,
    },
    coordinationMetrics: {
      messagesSent: 0,
      messagesReceived: 0,
      messageLatency: undefined,
      conflictsDetected: 0,
      conflictsResolved: 0,
      workStealingEvents: 0,
      circuitBreakerTrips: 0,
      openRequests: 0,
      deadLetters: 0,
      activeConflicts: 0,
      openCircuitBreakers: 0,
    },
    performanceMetrics: {
      coordinationLatency: 0,
      schedulingLatency: 0,
      memoryUsage: undefined,
      cpuUsage: undefined,
      errorRate: 0,
    },
  });
  open("done");
  await handle;
  const { taskMetrics, resourceMetrics } = metrics.getCurrentMetrics();
  assertEquals([taskMetrics.avgTaskDuration, taskMetrics.taskThroughput], [500, 1]);
  assertEquals([resourceMetrics.avgLockDuration, resourceMetrics.lockedResources], [500, 0]);
  assertEquals(metrics.getMetricHistory("task.completed", new Date(100_000)), [
    { timestamp: new Date(100_500), metric: "task.completed", value: 1 },
  ]);
  assertEquals(metrics.getSummary("task.duration")?.p99, 500);
});

Deno.test("start() and stop() are idempotent, and no event is counted outside of them", async () => {
  const { metrics, eventBus, clock } = create();
  await using locks = new ResourceManager({}, eventBus, silentLogger, { clock });
  const acquired = () => metrics.getMetricHistory("resource.acquired").length;
  await locks.acquire("a", "x");
  metrics.start();
  metrics.start();
  await locks.acquire("b", "x");
  assertEquals(acquired(), 1);
  metrics.stop();
  metrics.stop();
  await locks.acquire("c", "x");
  assertEquals([acquired(), metrics.getCurrentMetrics().resourceMetrics.lockedResources], [1, 1]);
  metrics.start();
  assertEquals(metrics.getCurrentMetrics().resourceMetrics.lockedResources, 0);
  await locks.acquire("d", "x");
  assertEquals([acquired(), metrics.getCurrentMetrics().resourceMetrics.lockedResources], [2, 1]);
  await metrics[Symbol.asyncDispose]();
  await locks.acquire("e", "x");
  assertEquals(acquired(), 2);
  assertEquals(clock.pending, 0);
});

Deno.test("events that a user emits are not counted", () => {
  const { metrics, eventBus } = create();
  metrics.start();
  eventBus.emit("task:created", { taskId: "t" });
  eventBus.emit("task:completed");
  assertEquals(metrics.getCurrentMetrics().taskMetrics.totalTasks, 0);
  assertEquals(eventBus.failures, 0);
});

Deno.test("clearMetrics() resets counters and samples, and keeps gauges", async () => {
  const { metrics, eventBus, clock } = create();
  await using locks = new ResourceManager({}, eventBus, silentLogger, { clock });
  metrics.start();
  await locks.acquire("a", "x");
  await locks.acquire("b", "x");
  metrics.recordMetric("mine", 1);
  metrics.clearMetrics();
  const { resourceMetrics } = metrics.getCurrentMetrics();
  assertEquals(resourceMetrics.lockedResources, 2);
  assertEquals(metrics.getTopMetrics(), []);
  assertEquals(metrics.getMetricHistory("mine"), []);
  await locks.release("a", "x");
  assertEquals(metrics.getCurrentMetrics().resourceMetrics.lockedResources, 1);
  assertEquals(metrics.getTopMetrics().map(({ metric }) => metric), [
    "resource.hold",
    "resource.released",
  ]);
});

Deno.test("recorded metrics have a history, a summary and a rank", async () => {
  const { metrics, clock } = create({ keepSamples: 3, retentionMs: 1_000 });
  metrics.recordMetric("tokens", 10, { model: "small" });
  await clock.advance(400);
  for (const value of [20, 30, 40]) metrics.recordMetric("tokens", value);
  metrics.recordMetric("cost", -1);
  const history = (since?: Date) => metrics.getMetricHistory("tokens", since);
  assertEquals(history().map(({ value }) => value), [20, 30, 40]);
  assertEquals(history(new Date(100_401)), []);
  assertEquals(metrics.getTopMetrics(), [
    { metric: "tokens", count: 4, avgValue: 25 },
    { metric: "cost", count: 1, avgValue: -1 },
  ]);
  assertEquals(metrics.getTopMetrics(1).length, 1);
  assertEquals(metrics.getSummary("tokens")?.max, 40);
  assertEquals(metrics.getSummary("unknown"), undefined);
  await clock.advance(1_001);
  assertEquals(history(), []);
  metrics.recordMetric("tokens", 50, { model: "large" });
  assertEquals(history(), [
    { timestamp: new Date(101_401), metric: "tokens", value: 50, tags: { model: "large" } },
  ]);
});

Deno.test("too many recorded metrics are dropped, counted, and logged once", () => {
  const complaints: unknown[] = [];
  const logger = { ...consoleless(), warn: (message: unknown) => void complaints.push(message) };
  const metrics = new CoordinationMetricsCollector(logger, new EventBus(), { maxRecorded: 2 });
  metrics.recordMetric("a", 1);
  metrics.recordMetric("b", 1);
  metrics.recordMetric("c", 1);
  metrics.recordMetric("a", 1, { tag: "x" });
  metrics.recordMetric("a", 2);
  assertEquals(metrics.getMetricHistory("c"), []);
  assertEquals(metrics.getMetricHistory("a").map(({ value }) => value), [1, 2]);
  assert(metrics.toOpenMetrics().includes("lockstep_recorded_dropped_total 2\n"));
  assertEquals(complaints, [
    'Could not record metric "c": there are too many metrics or tags already',
  ]);
});

function consoleless(): Logger {
  return { debug() {}, info() {}, warn() {}, error() {} };
}

Deno.test("malformed arguments are rejected, and change nothing", () => {
  const { metrics } = create();
  const cases: [() => unknown, typeof Error, string][] = [
    [() => metrics.recordMetric("", 1), RangeError, "name must have 1 to 256 characters"],
    [() => metrics.recordMetric("a", NaN), RangeError, "value must be a finite number, got NaN"],
    [() => metrics.recordMetric("a", "1" as never), TypeError, "value must be a finite number"],
    [() => metrics.recordMetric("task.completed", 1), RangeError, "name must be no built-in one"],
    [() => metrics.recordMetric("a", 1, { b: 1 as never }), TypeError, "tags must be strings"],
    [() => metrics.getMetricHistory("a", 1 as never), TypeError, "since must be a valid Date"],
    [() => metrics.getMetricHistory("a", new Date(NaN)), TypeError, "since must be a valid Date"],
    [() => metrics.getTopMetrics(-1), RangeError, "limit must be a non-negative integer"],
    [() => create({ keepSamples: 0 }), RangeError, "keepSamples must be an integer from 1"],
    [() => create({ probe: 1 as never }), TypeError, "probe must be a function"],
  ];
  for (const [call, kind, rule] of cases) assertThrows(call, kind, rule);
  assertEquals(metrics.getTopMetrics(), []);
});

Deno.test("Q2-cumulative-cpu-as-percent: CPU usage is the share of a period", async () => {
  let cpuMs = 50_000;
  const { metrics, clock } = create({ probe: () => ({ cpuMs, memoryBytes: 3 * 2 ** 20 }) });
  const usage = () => metrics.getCurrentMetrics().performanceMetrics;
  metrics.start();
  assertEquals(usage().cpuUsage, undefined);
  cpuMs += 500;
  await clock.advance(2_000);
  assertEquals([usage().cpuUsage, usage().memoryUsage], [25, 3]);
  cpuMs += 400;
  await clock.advance(500);
  assertEquals(usage().cpuUsage, 25, "a period that is too short goes on");
  await clock.advance(500);
  assertEquals(usage().cpuUsage, 40);
  await clock.advance(10_000);
  assertEquals(usage().cpuUsage, 0);
  assert(metrics.toOpenMetrics().includes("lockstep_process_cpu_seconds_total 50.9\n"));
});

Deno.test("a meter returns 0 when its readings fall, as after a restart", () => {
  const meter = new CpuMeter();
  meter.read(1_000, 0);
  assertEquals(meter.read(10, 1_000), 0);
  assertEquals(meter.read(510, 2_000), 50);
});

Deno.test("a probe that returns nothing, or throws, leaves the usage out", () => {
  const failing = create({
    probe: () => {
      throw new Error("no permission");
    },
  }).metrics;
  for (const metrics of [create().metrics, failing]) {
    metrics.start();
    const { memoryUsage, cpuUsage } = metrics.getCurrentMetrics().performanceMetrics;
    assertEquals([memoryUsage, cpuUsage], [undefined, undefined]);
    assert(!metrics.toOpenMetrics().includes("process"));
  }
});

Deno.test("the default probe returns memory and processor time of this process", () => {
  const { memoryBytes = 0, cpuMs = 0 } = probeProcess();
  assert(memoryBytes > 2 ** 20, `${memoryBytes} bytes`);
  assert(cpuMs > 1, `${cpuMs} ms`);
  assertAlmostEquals(cpuMs, probeProcess().cpuMs ?? 0, 10_000);
});
