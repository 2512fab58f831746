/**
 * Conflicts: {@linkcode ConflictResolver} and its strategies, and {@linkcode OptimisticLockManager}.
 *
 * @module
 */

export type { ConflictHost } from "./client.ts";
export {
  ConflictResolver,
  type ConflictResolverOptions,
  type ConflictStats,
} from "./conflict_resolver.ts";
export { OptimisticLockManager } from "./optimistic_lock_manager.ts";
export { type ConflictResolutionStrategy, PriorityResolutionStrategy } from "./strategies.ts";
