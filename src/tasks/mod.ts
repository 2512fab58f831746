/**
 * What the tasks folder offers to the others.
 *
 * @module
 */

export {
  AdvancedTaskScheduler,
  type AgentMetrics,
  type SchedulingMetrics,
} from "./advanced_task_scheduler.ts";
export type { TaskContext, TaskHandler } from "./attempts.ts";
export { claimOf, claimOwner } from "../locks/claim_owner.ts";
export * from "./dependency_graph.ts";
export type * from "./commands.ts";
export type { LockExplanation, QueueExplanation, TaskExplanation } from "./views.ts";
export type { TaskSchedulerConfig } from "./config.ts";
export {
  AffinitySchedulingStrategy,
  CapabilitySchedulingStrategy,
  LeastLoadedSchedulingStrategy,
  RoundRobinSchedulingStrategy,
  type SchedulingContext,
  type SchedulingStrategy,
  type TaskStats,
} from "./strategies.ts";
export type { StrategyName, TaskConfig, TaskSpec } from "./state.ts";
export { TaskHandle } from "./task_handle.ts";
export {
  type ShutdownOptions,
  TaskScheduler,
  type TaskSchedulerOptions,
} from "./task_scheduler.ts";
export {
  type WorkStealingConfig,
  WorkStealingCoordinator,
  type WorkStealingOptions,
} from "./work_stealing_coordinator.ts";
export type { AgentWorkload, WorkloadStats } from "./views.ts";
