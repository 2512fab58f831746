/**
 * Read-only views of keys and their limits.
 *
 * @module
 */

import { precedes } from "../core/data/heap.ts";
import type { Instant } from "../core/machine.ts";
import {
  allowsAttempt,
  type Exhausted,
  exhaustedIn,
  exhaustedText,
  viewOfAccount,
} from "./budgets.ts";
import type { LimitedKey } from "./lanes.ts";
import type { LimitView } from "./limits.ts";
import { tokenAt, tokensAt } from "./permits.ts";
import type { TaskRecord, TaskState } from "./state.ts";

/**
 * The wait of a task for its key.
 * @category Tasks
 */
export interface LimitExplanation {
  /** The key. */
  readonly key: string;
  /** The number of its permits in use. */
  readonly running: number;
  /** The most that may be; `undefined` for no limit. */
  readonly maxConcurrent?: number;
  /** The number of tasks of that key which come before it. */
  readonly ahead: number;
  /** When the next token comes, if it waits for one. */
  readonly nextTokenAt?: Instant;
  /** The spent part of the budget of the key. */
  readonly exhausted?: Exhausted;
}

/** Explains the wait of a task for its key, if it waits for that. Costs O(tasks that wait for the key). */
export function explainLimit(
  task: TaskRecord,
  now: Instant,
): { summary: string; limit: LimitExplanation } | undefined {
  const key = task.lane?.key;
  if (key === undefined || key.isOpen) return undefined;
  const { name, running, limit: { maxConcurrent } = {} } = key;
  let ahead = 0;
  for (const { queue } of key.lanes) {
    for (const other of queue) if (other !== task && precedes(other, task)) ahead++;
  }
  const of = { key: name, running, ...(maxConcurrent !== undefined && { maxConcurrent }), ahead };
  const exhausted = key.account === undefined ? undefined : exhaustedIn(key.account);
  if (exhausted !== undefined) {
    const summary = `The budget of key "${name}" is spent: ${exhaustedText(exhausted)}`;
    return { summary, limit: { ...of, exhausted } };
  }
  if (running >= (maxConcurrent ?? Infinity)) {
    const use = maxConcurrent === 0 ? "it is paused" : `${running} of ${maxConcurrent} running`;
    const summary = `It waits for a permit of key "${name}": ${use}, ${ahead} before it`;
    return { summary, limit: of };
  }
  if (!allowsAttempt(key.account, key.unstarted)) {
    const summary = `The budget of key "${name}" is for claims that have not started`;
    return { summary, limit: of };
  }
  const nextTokenAt = tokenAt(key, now);
  const wait = nextTokenAt === Infinity
    ? "its tokens are for claims that have not started"
    : `next token in ${nextTokenAt - now} ms`;
  return {
    summary: `It waits for the rate of key "${name}": ${wait}, ${ahead} before it`,
    limit: { ...of, ...(nextTokenAt < Infinity && { nextTokenAt }) },
  };
}

/** Returns the state of a key, if it has a limit, or a task that has not ended names it. */
export function limitView(
  { limits }: Readonly<TaskState>,
  name: string,
  now: Instant,
): LimitView | undefined {
  const key = limits.get(name);
  return key === undefined ? undefined : viewOfKey(key, now);
}

/** Returns the states of all such keys. */
export function limitViews({ limits }: Readonly<TaskState>, now: Instant): LimitView[] {
  return [...limits.values()].map((key) => viewOfKey(key, now));
}

function viewOfKey(key: LimitedKey<TaskRecord>, now: Instant): LimitView {
  const { name, limit = {}, running, waiting } = key;
  const at = tokenAt(key, now);
  return {
    key: name,
    limit,
    running,
    waiting,
    ...(limit.rate !== undefined && {
      tokens: tokensAt(key, now),
      ...(at > now && at < Infinity && { nextTokenAt: at }),
    }),
    ...(key.account !== undefined && { budget: viewOfAccount(key.account) }),
  };
}
