/**
 * Resources: the lock machine, and {@linkcode ResourceManager}.
 *
 * @module
 */

export type {
  Acquire,
  AcquireAll,
  Ask as AskResponse,
  CancelWait,
  Define,
  EndAsk,
  Evict,
  LockCommand,
  OwnerCommand,
  Release,
  ReleaseAll,
  Renew,
  ResourceCommand,
} from "./commands.ts";
export type { LockConfig, ResourceManagerConfig } from "./config.ts";
export { explainWaitsOf, type LockWaitExplanation, type WaitExplanation } from "./views.ts";
export type { LockHost } from "./client.ts";
export { LockHandle, LockSet } from "./client.ts";
export { lockMachine } from "./machine.ts";
export { type AcquireAllOptions, type AcquireOptions, type LockHolder } from "./arguments.ts";
export { normalizeRequests, type ResourceRequestLike } from "./arguments.ts";
export { ResourceManager, type ResourceManagerOptions } from "./resource_manager.ts";
export { type Ask, type Hold, type Lock, type LockState, type Owner } from "./state.ts";
export { type Ticket, type Wait } from "./state.ts";
export { type HolderView, type WaiterView } from "./views.ts";
