import { assertEquals } from "@std/assert";
import * as lockstep from "../../../mod.ts";

const { SystemEvents } = lockstep;
const eventBus = new lockstep.EventBus();
const logger = new lockstep.Logger();
const lines: string[] = [];
console.log = (line) => lines.push(line);

// The block:
// Task events
eventBus.on(SystemEvents.TASK_ASSIGNED, ({ taskId, agentId }) => {
  console.log(`Task ${taskId} assigned to ${agentId}`);
});

// Resource events
eventBus.on(SystemEvents.RESOURCE_ACQUIRED, ({ resourceId, agentId }) => {
  console.log(`Resource ${resourceId} locked by ${agentId}`);
});

// Deadlock events
eventBus.on(SystemEvents.DEADLOCK_DETECTED, ({ agents, resources }) => {
  console.log(`Deadlock detected: agents=${agents}, resources=${resources}`);
});

// Work stealing events
eventBus.on('workstealing:request', ({ sourceAgent, targetAgent, taskCount }) => {
  console.log(`Work stealing: ${taskCount} tasks from ${sourceAgent} to ${targetAgent}`);
});

// Conflict events
eventBus.on('conflict:resolved', ({ conflict, resolution }) => {
  console.log(`Conflict resolved: ${resolution.winner} won using ${resolution.type}`);
});

// Circuit breaker events
eventBus.on('circuitbreaker:state-change', ({ name, from, to }) => {
  console.log(`Circuit breaker ${name}: ${from} -> ${to}`);
});

// What it must have done:
await using scheduler = new lockstep.TaskScheduler({}, eventBus, logger);
await scheduler.assignTask({ id: "task1" }, "agent1");

await using resources = new lockstep.ResourceManager({}, eventBus, logger);
await resources.acquire("a", "agent1");
await resources.acquire("b", "agent2");
const waits = [resources.acquire("b", "agent1"), resources.acquire("a", "agent2")];
assertEquals((await Promise.any(waits.map((wait) => wait.catch((error) => error)))).code, "deadlock");

const resolver = new lockstep.ConflictResolver(logger, eventBus);
const conflict = await resolver.reportResourceConflict("file", ["agent1", "agent2"]);
await resolver.resolveConflict(conflict.id, "priority", {
  agentPriorities: new Map([["agent1", 1], ["agent2", 2]]),
});

const breaker = new lockstep.CircuitBreaker("api", {}, logger, eventBus);
breaker.forceState("open");

assertEquals(lines, [
  "Task task1 assigned to agent1",
  "Resource a locked by agent1",
  "Resource b locked by agent2",
  "Deadlock detected: agents=agent2,agent1, resources=a,b",
  "Conflict resolved: agent2 won using priority",
  "Circuit breaker api: closed -> open",
]);

await using manager = new lockstep.CoordinationManager({}, eventBus, logger);
await manager.registerAgent({ id: "busy" });
for (const id of ["a", "b", "c", "d"]) await manager.assignTask({ id }, "busy");
await manager.registerAgent({ id: "idle" });
assertEquals(lines.includes("Work stealing: 2 tasks from busy to idle"), true, lines.join());
