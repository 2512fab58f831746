import { assertEquals } from "@std/assert";
import { EventBus, Logger } from "../../../mod.ts";

const eventBus = new EventBus();
const logger = new Logger();
const agentId = "agent1";
const task = { id: "task1" };
const availableAgents = [{ id: "agent1" }, { id: "agent2" }];

// The block:
import { WorkStealingCoordinator } from '../../../mod.ts';

const workStealing = new WorkStealingCoordinator({
  enabled: true,
  stealThreshold: 3,    // Trigger when difference > 3 tasks
  maxStealBatch: 2,     // Steal up to 2 tasks at once
  stealInterval: 5000,  // Check every 5 seconds
}, eventBus, logger);

// Update agent workload
workStealing.updateAgentWorkload(agentId, {
  taskCount: 5,
  avgTaskDuration: 2000,
  cpuUsage: 70,
  memoryUsage: 80,
});

// Find best agent for task
const bestAgent = workStealing.findBestAgent(task, availableAgents);

// What it must have done:
assertEquals(bestAgent, "agent1");
workStealing.updateAgentWorkload("agent2", { taskCount: 1 });
assertEquals(workStealing.findBestAgent(task, availableAgents), "agent2");
assertEquals(workStealing.getWorkloadStats().imbalance, 4);
await workStealing.shutdown();
