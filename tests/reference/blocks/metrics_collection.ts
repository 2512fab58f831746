import { assertEquals } from "@std/assert";
import { AdvancedTaskScheduler, EventBus, Logger } from "../../../mod.ts";

const eventBus = new EventBus();
const logger = new Logger();

// The block:
import { CoordinationMetricsCollector } from '../../../mod.ts';

const metrics = new CoordinationMetricsCollector(logger, eventBus);
metrics.start();

// Get current metrics
const current = metrics.getCurrentMetrics();
console.log({
  activeTasks: current.taskMetrics.activeTasks,
  taskThroughput: current.taskMetrics.taskThroughput,
  agentUtilization: current.agentMetrics.agentUtilization,
  resourceUtilization: current.resourceMetrics.resourceUtilization,
});

// Get metric history
const history = metrics.getMetricHistory('task.completed', 
  new Date(Date.now() - 3600000) // Last hour
);

// What it must have done:
assertEquals(history, []);
const scheduler = new AdvancedTaskScheduler({}, eventBus, logger);
await scheduler.registerAgent({ id: "agent1" }, () => "done");
await (await scheduler.submit({ id: "task1" })).result;
assertEquals(metrics.getCurrentMetrics().taskMetrics.completedTasks, 1);
assertEquals(metrics.getMetricHistory("task.completed", new Date(0)).length, 1);
await scheduler.shutdown();
metrics.stop();
