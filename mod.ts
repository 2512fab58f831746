/**
 * Lockstep coordinates many agents that work at the same time: who does which task, who may touch
 * which resource, and what happens when one of them fails.
 *
 * Start with {@linkcode AdvancedTaskScheduler} to have work done, with {@linkcode ResourceManager}
 * for locks alone, and with {@linkcode DependencyGraph} for a plan without execution.
 *
 * @module
 */

export * from "./src/kernel/mod.ts";
export * from "./src/locks/mod.ts";
export * from "./src/tasks/mod.ts";
