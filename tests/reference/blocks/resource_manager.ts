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
const agentId = "agent1";
const priority = 5;
const held: [string, string][] = [];
const performDatabaseOperation = () => {
  for (const pair of resourceManager.getAllocations()) held.push(pair);
};

// The block:
import { ResourceManager } from '../../../mod.ts';

const resourceManager = new ResourceManager(config, eventBus, logger);

try {
  // Acquire with timeout and priority
  await resourceManager.acquire('database-lock', agentId, priority);
  
  // Critical section
  await performDatabaseOperation();
  
} finally {
  await resourceManager.release('database-lock', agentId);
}

// What it must have done:
assertEquals(held, [["database-lock", "agent1"]]);
assertEquals(resourceManager.getAllocations().size, 0);
await resourceManager.shutdown();
