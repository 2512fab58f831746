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
export type { ResourceManagerConfig } from "./config.ts";
export { explainWaitsOf, type LockWaitExplanation, type WaitExplanation } from "./explain.ts";
export type { LockHost } from "./lock_client.ts";
export { LockHandle, LockSet } from "./lock_handle.ts";
export { lockMachine } from "./machine.ts";
export { type AcquireAllOptions, type AcquireOptions, type LockHolder } from "./requests.ts";
export { normalizeRequests, type ResourceRequestLike } from "./requests.ts";
export { ResourceManager, type ResourceManagerOptions } from "./resource_manager.ts";
export {
  type Ask,
  type Hold,
  type Lock,
  type LockConfig,
  type LockState,
  type Owner,
} from "./state.ts";
export { type Ticket, type Wait } from "./state.ts";
export { type HolderView, type WaiterView } from "./views.ts";
