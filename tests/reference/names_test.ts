import { assertEquals, assertLess } from "@std/assert";
import * as lockstep from "../../mod.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";

/**
 * The names that users of the coordination API know. A list of members is checked twice: by the
 * compiler against the type, and here against an object.
 */

const clock = new SimulatedClock(0);
const eventBus = new lockstep.EventBus(false, { clock });
const logger = new lockstep.Logger({ level: "silent" });
const config = {
  maxRetries: 3,
  retryDelay: 1000,
  deadlockDetection: true,
  resourceTimeout: 30000,
  messageTimeout: 10000,
};

function has<Subject extends object>(subject: Subject, ...names: (keyof Subject)[]): void {
  assertEquals(names.filter((name) => !(name in subject)), []);
}

/** For shapes that callers hand in: the compiler is all that can tell. */
function takes<Shape>(...names: (keyof Shape)[]): void {
  assertLess(0, names.length);
}

Deno.test("CoordinationManager has the members that its users know", async () => {
  await using manager = new lockstep.CoordinationManager(config, eventBus, logger, { clock });
  has(manager, "initialize", "shutdown", "assignTask", "getAgentTaskCount", "getAgentTasks");
  has(manager, "cancelTask", "acquireResource", "releaseResource", "sendMessage");
  has(manager, "getHealthStatus", "performMaintenance", "getCoordinationMetrics");
  has(manager, "enableAdvancedScheduling", "reportConflict");
  has(manager, "submit", "completeTask", "failTask", "registerAgent", "heartbeat", "removeAgent");
  has(manager, "scheduler", "resources", "messages", "breakers", "conflicts", "metrics");
  has(manager, "stealing");
});

Deno.test("TaskScheduler has the members that its users know", async () => {
  await using scheduler = new lockstep.TaskScheduler(config, eventBus, logger, { clock });
  has(scheduler, "initialize", "shutdown", "assignTask", "completeTask", "failTask", "cancelTask");
  has(scheduler, "cancelAgentTasks", "rescheduleAgentTasks", "getAgentTaskCount", "getAgentTasks");
  has(scheduler, "getHealthStatus", "performMaintenance");
  has(scheduler, "submit", "start", "heartbeat", "progress", "explain");
});

Deno.test("AdvancedTaskScheduler has the members that its users know", async () => {
  await using scheduler = new lockstep.AdvancedTaskScheduler(config, eventBus, logger, { clock });
  has(scheduler, "initialize", "shutdown", "assignTask", "completeTask", "failTask", "cancelTask");
  has(scheduler, "registerStrategy", "setDefaultStrategy", "registerAgent", "unregisterAgent");
  has(scheduler, "getSchedulingMetrics");
});

Deno.test("WorkStealingCoordinator has the members that its users know", async () => {
  const options = { clock };
  await using stealing = new lockstep.WorkStealingCoordinator({}, eventBus, logger, options);
  has(stealing, "initialize", "shutdown", "updateAgentWorkload", "recordTaskDuration");
  has(stealing, "checkAndSteal", "findBestAgent", "getWorkloadStats");
  const stats = stealing.getWorkloadStats();
  has(stats, "totalAgents", "workloads", "totalTasks", "avgTasksPerAgent", "minTasks", "maxTasks");
  has(stats, "imbalance");
  takes<lockstep.AgentWorkload>("agentId", "taskCount", "avgTaskDuration", "cpuUsage");
  takes<lockstep.AgentWorkload>("memoryUsage", "priority", "capabilities");
});

Deno.test("the scheduling strategies have the names and members that their users know", () => {
  const strategies = [
    new lockstep.CapabilitySchedulingStrategy(),
    new lockstep.RoundRobinSchedulingStrategy(),
    new lockstep.LeastLoadedSchedulingStrategy(),
    new lockstep.AffinitySchedulingStrategy(),
  ];
  for (const strategy of strategies) has(strategy, "name", "selectAgent");
  const names = strategies.map(({ name }) => name);
  assertEquals(names, ["capability", "round-robin", "least-loaded", "affinity"]);
  takes<lockstep.SchedulingContext>("taskLoads", "agentCapabilities", "agentPriorities");
  takes<lockstep.SchedulingContext>("taskHistory", "currentTime");
});

Deno.test("DependencyGraph has the members that its users know", () => {
  const graph = new lockstep.DependencyGraph(logger);
  has(graph, "addTask", "removeTask", "markCompleted", "markFailed", "isTaskReady");
  has(graph, "getReadyTasks", "getAllDependents", "detectCycles", "topologicalSort");
  has(graph, "findCriticalPath", "getStats", "toDot");
  graph.addTask({ id: "a" });
  graph.addTask({ id: "b", dependencies: ["a"] });
  has(graph.getStats(), "totalTasks", "completedTasks", "readyTasks", "pendingTasks");
  has(graph.getStats(), "runningTasks", "failedTasks", "avgDependencies", "maxDependencies");
  has(graph.getStats(), "cycles");
  has(graph.findCriticalPath()!, "from", "to", "path");
  const dot = graph.toDot();
  assertEquals(dot.startsWith("digraph TaskDependencies {"), true, dot);
  assertEquals(/"a" -> "b";/.test(dot), true, dot);
});

Deno.test("ResourceManager has the members that its users know", async () => {
  await using resources = new lockstep.ResourceManager(config, eventBus, logger, { clock });
  has(resources, "initialize", "shutdown", "acquire", "release", "releaseAllForAgent");
  has(resources, "getAllocations", "getWaitingRequests", "getHealthStatus", "performMaintenance");
  await resources.acquire("a", "agent-1", 5);
  const wait = resources.acquire("a", "agent-2");
  assertEquals([...resources.getAllocations()], [["a", "agent-1"]]);
  assertEquals([...resources.getWaitingRequests()], [["agent-2", ["a"]]]);
  await resources.release("a", "agent-1");
  await wait;
});

Deno.test("MessageRouter has the members that its users know", async () => {
  await using router = new lockstep.MessageRouter(config, eventBus, logger, { clock });
  has(router, "initialize", "shutdown", "send", "sendWithResponse", "broadcast", "subscribe");
  has(router, "unsubscribe", "sendResponse", "getHealthStatus", "performMaintenance");
  const messages: lockstep.Message[] = [];
  router.subscribe("b", (message) => messages.push(message));
  await router.send("a", "b", "hello");
  has(messages[0]!, "id", "type", "payload", "timestamp", "priority", "from", "to");
  has(messages[0]!, "epoch", "attempt");
  takes<lockstep.Message>("expiry");
});

Deno.test("CircuitBreaker and its manager have the members that their users know", () => {
  const breaker = new lockstep.CircuitBreaker("api", {}, logger, eventBus, { clock });
  has(breaker, "execute", "getState", "forceState", "getMetrics", "reset");
  has(breaker.getMetrics(), "state", "failures", "successes", "totalRequests");
  has(breaker.getMetrics(), "rejectedRequests", "halfOpenRequests");
  takes<lockstep.CircuitBreakerMetrics>("lastFailureTime", "lastSuccessTime");
  const breakers = new lockstep.CircuitBreakerManager({}, logger, eventBus, { clock });
  has(breakers, "getBreaker", "execute", "getAllBreakers", "getAllMetrics", "resetBreaker");
  has(breakers, "resetAll", "forceState");
  const { CLOSED, OPEN, HALF_OPEN } = lockstep.CircuitState;
  assertEquals([CLOSED, OPEN, HALF_OPEN], ["closed", "open", "half-open"]);
});

Deno.test("ConflictResolver has the members that its users know", async () => {
  const resolver = new lockstep.ConflictResolver(logger, eventBus, { clock });
  has(resolver, "registerStrategy", "reportResourceConflict", "reportTaskConflict");
  has(resolver, "resolveConflict", "autoResolve", "getActiveConflicts", "getConflictHistory");
  has(resolver, "cleanupOldConflicts", "getStats");
  has(resolver.getStats(), "totalConflicts", "activeConflicts", "resolvedConflicts");
  has(resolver.getStats(), "resolutionsByStrategy", "conflictsByType");
  const about = await resolver.reportResourceConflict("file", ["a", "b"]);
  has(about, "id", "resourceId", "agents", "timestamp", "resolved");
  const over = await resolver.reportTaskConflict("task", ["a", "b"], "assignment");
  has(over, "id", "taskId", "agents", "type", "timestamp", "resolved");
  const agentPriorities = new Map([["a", 1], ["b", 2]]);
  const resolution = await resolver.resolveConflict(about.id, "priority", { agentPriorities });
  has(resolution, "type", "winner", "losers", "reason", "timestamp");
});

Deno.test("the resolution strategies have the names and members that their users know", () => {
  const strategies = [
    new lockstep.PriorityResolutionStrategy(),
    new lockstep.TimestampResolutionStrategy(),
    new lockstep.VotingResolutionStrategy(),
  ];
  for (const strategy of strategies) has(strategy, "name", "resolve");
  assertEquals(strategies.map(({ name }) => name), ["priority", "timestamp", "vote"]);
  takes<lockstep.ResolutionContext>("agentPriorities", "requestTimestamps", "votes");
});

Deno.test("OptimisticLockManager has the members that its users know", async () => {
  const versions = new lockstep.OptimisticLockManager(logger, eventBus, { clock });
  has(versions, "acquireLock", "validateAndUpdate", "releaseLock", "cleanupStaleLocks");
  const version = await versions.acquireLock("file", "a");
  assertEquals(await versions.validateAndUpdate("file", "a", version), true);
  assertEquals(await versions.validateAndUpdate("file", "b", version), false);
});

Deno.test("CoordinationMetricsCollector has the members that its users know", () => {
  const metrics = new lockstep.CoordinationMetricsCollector(logger, eventBus, { clock });
  has(metrics, "start", "stop", "recordMetric", "getCurrentMetrics", "getMetricHistory");
  has(metrics, "getTopMetrics", "clearMetrics");
  metrics.start();
  metrics.recordMetric("tokens", 12, { model: "small" });
  has(metrics.getMetricHistory("tokens")[0]!, "timestamp", "metric", "value", "tags");
  const current = metrics.getCurrentMetrics();
  has(current, "timestamp");
  has(current.taskMetrics, "totalTasks", "activeTasks", "completedTasks", "failedTasks");
  has(current.taskMetrics, "cancelledTasks", "avgTaskDuration", "taskThroughput");
  has(current.taskMetrics, "tasksByPriority", "tasksByType");
  has(current.agentMetrics, "totalAgents", "activeAgents", "idleAgents", "busyAgents");
  has(current.agentMetrics, "agentUtilization", "avgTasksPerAgent", "agentsByType");
  has(current.resourceMetrics, "totalResources", "lockedResources", "freeResources");
  has(current.resourceMetrics, "resourceUtilization", "avgLockDuration", "lockContention");
  has(current.resourceMetrics, "deadlockCount");
  has(current.coordinationMetrics, "messagesSent", "messagesReceived", "messageLatency");
  has(current.coordinationMetrics, "conflictsDetected", "conflictsResolved");
  has(current.coordinationMetrics, "workStealingEvents", "circuitBreakerTrips");
  has(current.performanceMetrics, "coordinationLatency", "schedulingLatency", "memoryUsage");
  has(current.performanceMetrics, "cpuUsage", "errorRate");
  metrics.stop();
});

Deno.test("EventBus has the members that its users know", () => {
  has(eventBus, "emit", "on", "off", "once", "waitFor", "onFiltered", "getEventStats");
  has(eventBus, "resetStats", "removeAllListeners");
  eventBus.emit("something", {});
  has(eventBus.getEventStats()[0]!, "event", "count", "lastEmitted");
});

Deno.test("a task has the fields that its users know", async () => {
  takes<lockstep.Task>("id", "type", "description", "priority", "dependencies", "assignedAgent");
  takes<lockstep.Task>("status", "input", "output", "error", "createdAt", "startedAt");
  takes<lockstep.Task>("completedAt", "metadata");
  takes<lockstep.AgentProfile>("id", "name", "type", "capabilities", "systemPrompt");
  takes<lockstep.AgentProfile>("maxConcurrentTasks", "priority", "environment");
  takes<lockstep.AgentProfile>("workingDirectory", "shell", "metadata");
  await using scheduler = new lockstep.TaskScheduler({}, eventBus, logger, { clock });
  await scheduler.assignTask({ id: "t", input: 1, metadata: {} }, "a");
  const view = scheduler.getTask("t")!;
  has(view, "id", "type", "description", "priority", "dependencies", "assignedAgent", "status");
  has(view, "input", "createdAt", "metadata");
  await scheduler.completeTask("t", "done");
  has(scheduler.getTask("t")!, "output", "startedAt", "completedAt");
});

Deno.test("SystemEvents has the names that its users know, and the events carry the known fields", () => {
  assertEquals(lockstep.SystemEvents, {
    AGENT_SPAWNED: "agent:spawned",
    AGENT_TERMINATED: "agent:terminated",
    AGENT_ERROR: "agent:error",
    AGENT_IDLE: "agent:idle",
    AGENT_ACTIVE: "agent:active",
    TASK_CREATED: "task:created",
    TASK_ASSIGNED: "task:assigned",
    TASK_STARTED: "task:started",
    TASK_COMPLETED: "task:completed",
    TASK_FAILED: "task:failed",
    TASK_CANCELLED: "task:cancelled",
    SYSTEM_READY: "system:ready",
    SYSTEM_SHUTDOWN: "system:shutdown",
    SYSTEM_ERROR: "system:error",
    SYSTEM_HEALTHCHECK: "system:healthcheck",
    RESOURCE_ACQUIRED: "resource:acquired",
    RESOURCE_RELEASED: "resource:released",
    DEADLOCK_DETECTED: "deadlock:detected",
    MESSAGE_SENT: "message:sent",
    MESSAGE_RECEIVED: "message:received",
  });
  type Carried = lockstep.EventMap;
  takes<Carried["task:created"]>("task");
  takes<Carried["task:assigned"]>("taskId", "agentId");
  takes<Carried["task:started"]>("taskId", "agentId");
  takes<Carried["task:completed"]>("taskId", "agentId", "result");
  takes<Carried["task:failed"]>("taskId", "error");
  takes<Carried["task:cancelled"]>("taskId", "reason");
  takes<Carried["agent:spawned"]>("agentId");
  takes<Carried["agent:idle"]>("agentId");
  takes<Carried["agent:active"]>("agentId");
  takes<Carried["agent:error"]>("agentId", "error");
  takes<Carried["system:ready"]>("timestamp");
  takes<Carried["system:shutdown"]>("reason");
  takes<Carried["system:error"]>("message", "error");
  takes<Carried["system:healthcheck"]>("status");
  takes<Carried["workstealing:request"]>("sourceAgent", "targetAgent", "taskCount");
  takes<Carried["agent:terminated"]>("agentId");
  takes<Carried["resource:acquired"]>("resourceId", "agentId");
  takes<Carried["resource:released"]>("resourceId", "agentId");
  takes<Carried["deadlock:detected"]>("agents", "resources");
  takes<Carried["message:sent"]>("from", "to", "message");
  takes<Carried["message:received"]>("from", "to", "message");
  takes<Carried["conflict:resolved"]>("conflict", "resolution");
  takes<Carried["circuitbreaker:state-change"]>("name", "from", "to");
});
