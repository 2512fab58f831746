/**
 * The steps of a lock that is used by one agent after the other: each comes to one event. An engine
 * spares the making of an event that nobody receives.
 *
 * @module
 */

import type { PlainStep } from "../core/dispatcher.ts";
import type { Acquire, Release } from "./commands.ts";
import { isOfPaths, type LockState } from "./state.ts";

const ACQUIRED = { event: "resource:acquired", keepsTime: true } as const;
const RELEASED = { event: "resource:released", keepsTime: false } as const;

/** Whether a new acquire is for a lock that is known and not in use: it begins no wait. */
export function isForUnused({ locks }: Readonly<LockState>, command: Acquire): boolean {
  return command.ticket === undefined && locks.get(command.resourceId)?.uses === 0;
}

/** Returns the step of an acquire {@linkcode isForUnused}, unless a lease makes it set a timer. */
export function plainAcquire({ leaseMs }: Acquire): PlainStep<"resource:acquired"> | undefined {
  return leaseMs === 0 ? ACQUIRED : undefined;
}

/** Returns the step of a release, if the grant is all that the lock is in use for. */
export function plainRelease(
  { locks }: Readonly<LockState>,
  { resourceId, owner, epoch }: Release,
): PlainStep<"resource:released"> | undefined {
  const lock = locks.get(resourceId);
  if (lock === undefined || lock.uses !== 1 || isOfPaths(lock)) return undefined;
  const hold = lock.holds[0];
  if (hold === undefined || hold.lease !== undefined) return undefined;
  const isInForce = hold.owner.owner === owner && (epoch === 0 || epoch === hold.epoch);
  return isInForce ? RELEASED : undefined;
}
