/**
 * The name under which one claim of a task owns locks. It can't be the id of an agent, since ids
 * have no control characters.
 *
 * @module
 */

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
