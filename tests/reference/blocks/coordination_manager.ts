import { assertEquals } from "@std/assert";
import { EventBus, Logger, type Message } from "../../../mod.ts";

const config = {
  maxRetries: 3,
  retryDelay: 1000,
  deadlockDetection: true,
  resourceTimeout: 30000,
  messageTimeout: 10000,
};
const eventBus = new EventBus();
const logger = new Logger();
const task = { id: "task1", type: "coding", description: "", priority: 5 };
const agentId = "agent1";

// The block:
import { CoordinationManager } from '../../../mod.ts';

const manager = new CoordinationManager(config, eventBus, logger);
await manager.initialize();

// Assign task to agent
await manager.assignTask(task, agentId);

// Acquire resource
await manager.acquireResource('file-lock', agentId);

// Send message
await manager.sendMessage('agent1', 'agent2', { type: 'status' });

// What it must have done:
assertEquals((await manager.getAgentTasks(agentId)).map(({ id, status }) => [id, status]), [
  ["task1", "assigned"],
]);
assertEquals(await manager.getAgentTaskCount(agentId), 1);
assertEquals([...manager.resources.getAllocations()], [["file-lock", "agent1"]]);
const waiting: readonly Message[] = manager.messages.peek("agent2");
assertEquals(waiting.map(({ from, type, payload }) => [from, type, payload]), [
  ["agent1", "status", { type: "status" }],
]);
await manager.releaseResource("file-lock", agentId);
await manager.completeTask("task1", "done");
assertEquals(await manager.getAgentTaskCount(agentId), 0);
assertEquals((await manager.getHealthStatus()).healthy, true);
await manager.shutdown();
