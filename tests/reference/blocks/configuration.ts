import * as lockstep from "../../../mod.ts";

// The block:
interface CoordinationConfig {
  maxRetries: number;           // Task retry attempts
  retryDelay: number;          // Base retry delay (ms)
  deadlockDetection: boolean;   // Enable deadlock detection
  resourceTimeout: number;      // Resource acquisition timeout (ms)
  messageTimeout: number;       // Message delivery timeout (ms)
}

const config: CoordinationConfig = {
  maxRetries: 3,
  retryDelay: 1000,
  deadlockDetection: true,
  resourceTimeout: 30000,
  messageTimeout: 10000,
};

// What it must have done:
await using scheduler = new lockstep.TaskScheduler(config);
await using advanced = new lockstep.AdvancedTaskScheduler(config);
await using resources = new lockstep.ResourceManager(config);
await using messages = new lockstep.MessageRouter(config);
await using manager = new lockstep.CoordinationManager(config);
