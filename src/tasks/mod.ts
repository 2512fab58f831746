/**
 * Tasks: the task machine, the schedulers, {@linkcode DependencyGraph} and
 * {@linkcode WorkStealingCoordinator}.
 *
 * @module
 */

export {
  AdvancedTaskScheduler,
  type AgentMetrics,
  type SchedulingMetrics,
} from "./advanced_task_scheduler.ts";
export type { Budget, BudgetView, KeyLimit, LimitView } from "./limits.ts";
export { ChildHandle, type TaskContext, type TaskHandler } from "./attempts.ts";
export { type ClaimOptions, TaskClaim } from "./claims.ts";
export { TaskHandle } from "./client.ts";
export {
  DependencyGraph,
  type DependencyGraphStats,
  type DependencyPath,
  type GraphChanges,
  type GraphTaskStatus,
} from "./dependency_graph.ts";
export {
  AffinitySchedulingStrategy,
  CapabilitySchedulingStrategy,
  LeastLoadedSchedulingStrategy,
  RoundRobinSchedulingStrategy,
  type SchedulingContext,
  type SchedulingStrategy,
  type StrategyName,
  type TaskStats,
} from "./strategies.ts";
export {
  type CompletionOptions,
  type ShutdownOptions,
  type SubmitOptions,
  type TaskChanges,
  TaskScheduler,
  type TaskSchedulerOptions,
} from "./task_scheduler.ts";
export type {
  AgentWorkload,
  LockExplanation,
  QueueExplanation,
  TaskExplanation,
  TaskFilter,
  TaskListOptions,
  TaskPage,
  WorkloadStats,
} from "./views.ts";
export { WorkStealingCoordinator, type WorkStealingOptions } from "./work_stealing_coordinator.ts";
