/**
 * Public data types of locks.
 *
 * @module
 */

/** How a resource is held. */
export type LockMode =
  /** Alone, or as one of the `capacity` units of a counted resource. */
  | "exclusive"
  /** Together with any number of other shared holders. */
  | "shared";

/** A resource that somebody asks for, and how. */
export interface ResourceRequest {
  /** Any name that all who use the resource agree on: a path, say. */
  readonly resourceId: string;
  /** Whether others may hold it at the same time. */
  readonly mode: LockMode;
  /** How many units of a counted resource; 1 of any other, and of a shared one. */
  readonly units: number;
}

const MARK = "\u001f";

/** The owner that stands for the claim on `taskId` under `epoch`. */
export function claimOwner(taskId: string, epoch: number): string {
  return MARK + epoch + MARK + taskId;
}

/** The claim that `owner` stands for, or `undefined` when it is an agent. */
export function claimOf(owner: string): { taskId: string; epoch: number } | undefined {
  if (!owner.startsWith(MARK)) return undefined;
  const end = owner.indexOf(MARK, 1);
  return { epoch: Number(owner.slice(1, end)), taskId: owner.slice(end + 1) };
}

/** The owner of a lock, or of a wait, in a description. */
export function ownerName(agentId: string, owner: string): string {
  if (owner === agentId) return agentId;
  const claim = claimOf(owner);
  if (claim === undefined) return agentId === "" ? owner : `${agentId} as ${owner}`;
  return `${agentId} for task ${claim.taskId}`;
}
