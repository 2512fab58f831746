import { assertEquals } from "@std/assert";
import { EventBus, Logger } from "../../../mod.ts";

const config = {
  maxRetries: 3,
  retryDelay: 1000,
  deadlockDetection: true,
  resourceTimeout: 30000,
  messageTimeout: 10000,
};
const eventBus = new EventBus();
const logger = new Logger();
const agentProfile = {
  id: "agent1",
  name: "Agent 1",
  type: "coder",
  capabilities: ["typescript"],
  systemPrompt: "",
  maxConcurrentTasks: 2,
  priority: 1,
};
const task = { id: "task1", type: "coding", description: "", priority: 5, requires: ["typescript"] };

// The block:
import { AdvancedTaskScheduler, CapabilitySchedulingStrategy } from '../../../mod.ts';

const scheduler = new AdvancedTaskScheduler(config, eventBus, logger);

// Register custom strategy
scheduler.registerStrategy(new CapabilitySchedulingStrategy());
scheduler.setDefaultStrategy('capability');

// Register agents
scheduler.registerAgent(agentProfile);

// Tasks are automatically assigned to best agents
await scheduler.assignTask(task);

// What it must have done:
assertEquals(scheduler.getAgentTasks("agent1").map(({ id, status }) => [id, status]), [
  ["task1", "assigned"],
]);
await scheduler.completeTask("task1", "done");
assertEquals(scheduler.getTask("task1")!.status, "completed");
await scheduler.shutdown();
