/**
 * Locks on resources: {@linkcode ResourceManager} and its machine.
 *
 * @module
 */

export { LockHandle, type LockHost, LockSet } from "./client.ts";
export {
  type Acquire,
  type AcquireAll,
  type Ask as AskResponse,
  type AskClaims,
  type CancelWait,
  type ClaimEdge,
  type Define,
  type DetachWait,
  type EndAsk,
  type EndClaimAsks,
  type EndedAnswer,
  type Evict,
  type LockCommand,
  normalizeRequests,
  type OwnerCommand,
  type Release,
  type ReleaseAll,
  type Renew,
  type ResourceCommand,
} from "./commands.ts";
export type { LockConfig, ResourceManagerConfig } from "./config.ts";
export { lockMachine } from "./machine.ts";
export { ResourceManager, type ResourceManagerOptions } from "./resource_manager.ts";
export type {
  Caller,
  EndedWait,
  Hold,
  Lock,
  LockState,
  Owner,
  PendingRequest,
  Ticket,
  Wait,
} from "./state.ts";
export type {
  AcquireAllOptions,
  AcquireOptions,
  AcquirePathsOptions,
  LockHolder,
  LockMode,
  ResourceRequestLike,
} from "./types.ts";
export {
  explainWaitsOf,
  type HolderView,
  type LockWaitExplanation,
  type PathsCheck,
  type WaiterView,
  type WaitExplanation,
} from "./views.ts";
