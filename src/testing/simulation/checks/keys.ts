/**
 * The invariants of keys and their permits.
 *
 * @module
 */

import type { LockstepEvent } from "../../../root/events.ts";
import { type Account, allowsAttempt, exhaustedIn } from "../../../tasks/budgets.ts";
import { type LimitedKey, sizeOf } from "../../../tasks/lanes.ts";
import { isLent, isTerminal, type TaskRecord, type TaskState } from "../../../tasks/state.ts";
import { fail } from "../failure.ts";

type Key = LimitedKey<TaskRecord>;

/** Follows the permits of keys from step to step. */
export class KeyShadow {
  /** The keys of the tasks that have not ended. */
  readonly #keys = new Map<string, string>();
  /** The number of permits that might be in use after the last step: by the limit, or in fact. */
  readonly #allowed = new Map<string, number>();
  /** The tasks that resumed in this step, by key. */
  readonly #resumed = new Map<string, number>();
  /** The starts under the rate in force, by key, oldest first. */
  readonly #starts = new Map<string, number[]>();

  /** The most attempts that each key with a budget of attempts, and all, might have handed out. */
  readonly #promised = new Map<string, number>();
  /** The budgets of which it was said that they are spent, by task, by key, and of all attempts. */
  readonly #exhausted = new Set<string>();

  take(event: LockstepEvent, at: number): void {
    this.#takeBudget(event);
    if (event.type === "task:created") {
      const { limitKey } = event.task;
      if (limitKey !== undefined) this.#keys.set(event.taskId, limitKey);
      else this.#keys.delete(event.taskId);
    } else if (event.type === "task:resumed") {
      const key = this.#keys.get(event.taskId);
      if (key !== undefined) this.#resumed.set(key, (this.#resumed.get(key) ?? 0) + 1);
    } else if (event.type === "task:started") {
      const key = this.#keys.get(event.taskId);
      if (key !== undefined) this.#starts.get(key)?.push(at);
    } else if (event.type === "limit:changed") this.#starts.set(event.key, []);
  }

  #takeBudget(event: LockstepEvent): void {
    switch (event.type) {
      case "budget:exhausted": {
        const name = subjectOf(event.taskId, event.key);
        if (this.#exhausted.has(name)) fail("T38-spent-budget-unsaid", `${name}, twice`);
        this.#exhausted.add(name);
        return;
      }
      case "task:created":
        this.#exhausted.delete(subjectOf(event.taskId, undefined));
        return;
      case "task:assigned":
      case "task:admitted": {
        if (event.type === "task:assigned" && event.queued) return;
        const { taskId } = event;
        const key = this.#keys.get(taskId);
        const names = [subjectOf(undefined, undefined), subjectOf(taskId, undefined)];
        if (key !== undefined) names.push(subjectOf(undefined, key));
        const spent = names.find((name) => this.#exhausted.has(name));
        if (spent !== undefined) fail("T37-budget-overspent", `"${taskId}", by that of ${spent}`);
        return;
      }
      case "budget:changed":
        this.#exhausted.delete(subjectOf(undefined, undefined));
        return;
      case "limit:changed":
        this.#exhausted.delete(subjectOf(undefined, event.key));
    }
  }

  /** Checks that no key gave out more than it has. */
  check({ limits, account, unstarted }: TaskState): void {
    this.#checkAttempts(subjectOf(undefined, undefined), account, unstarted);
    for (const [name, key] of limits) {
      this.#checkAttempts(subjectOf(undefined, name), key.account, key.unstarted);
    }
    for (const [name, { running, limit }] of limits) {
      const most = limit?.maxConcurrent ?? Infinity;
      // Tasks may have been handed out in this step before the limit was lowered.
      const former = (this.#allowed.get(name) ?? 0) + (this.#resumed.get(name) ?? 0);
      const allowed = Math.max(most, former);
      if (running > allowed) fail("T27-key-over-its-limit", `${running} of "${name}" run`);
      this.#allowed.set(name, Math.max(most, running));
      const starts = this.#starts.get(name);
      if (starts === undefined) continue;
      if (limit?.rate === undefined) starts.length = 0;
      else this.#checkRate(name, starts, limit.rate.tokens, limit.rate.perMs);
    }
    this.#resumed.clear();
  }

  /** Checks that no more attempts were handed out than a budget has, unless it was lowered since. */
  #checkAttempts(name: string, account: Account | undefined, unstarted: number): void {
    const most = account?.budget.attempts;
    if (account === undefined || most === undefined) return void this.#promised.delete(name);
    const made = account.attempts + unstarted;
    const allowed = Math.max(most, this.#promised.get(name) ?? made);
    if (made > allowed) fail("T37-budget-overspent", `${made} attempts of ${name}, not ${allowed}`);
    this.#promised.set(name, Math.max(most, made));
  }

  /** The last starts, in any time that ends with the newest: at most a full bucket and what came. */
  #checkRate(name: string, starts: number[], tokens: number, perMs: number): void {
    const newest = starts.at(-1)!;
    for (const [i, first] of starts.entries()) {
      const most = tokens + ((newest - first) * tokens) / perMs;
      // A claim that was handed out before the limit was changed may start later.
      if (starts.length - i > most + SLACK) {
        fail("T36-rate-exceeded", `${starts.length - i} of "${name}" since ${first}`);
      }
    }
    if (starts.length > 2 * MOST_STARTS) starts.splice(0, starts.length - MOST_STARTS);
  }
}

function subjectOf(taskId: string | undefined, key: string | undefined): string {
  return taskId !== undefined ? `task "${taskId}"` : key !== undefined ? `key "${key}"` : "all";
}

/** The number of starts that are compared. */
const MOST_STARTS = 50;
/** The number of claims that may start under a limit which is newer than they are. */
const SLACK = 20;

/** Checks the counts of each key against its tasks, and its lanes; and the budgets. Costs O(tasks). */
export function checkKeys(state: TaskState): void {
  const { limits, tasks, lingering, agents, groups } = state;
  checkBudgets(state);
  const counts = new Map<string, { running: number; unfinished: number; waiting: number }>();
  const countOf = (name: string) => {
    const known = counts.get(name) ?? { running: 0, unfinished: 0, waiting: 0 };
    counts.set(name, known);
    return known;
  };
  for (const task of tasks.values()) {
    const { limitKey } = task.spec;
    if (limitKey === undefined || isTerminal(task.status)) continue;
    const count = countOf(limitKey);
    count.unfinished++;
    if (hasPermit(task)) count.running++;
    if (task.lane !== undefined) count.waiting++;
  }
  for (const { limitKey } of lingering.values()) {
    if (limitKey !== undefined) countOf(limitKey).running++;
  }
  for (const [name, { running, unfinished, waiting }] of counts) {
    const key = limits.get(name);
    if (key?.running !== running) {
      fail("T35-permit-not-given-back", `${key?.running} of "${name}" in use, not ${running}`);
    }
    if (key!.unfinished !== unfinished || key!.waiting !== waiting) {
      fail("LanesHaveTheirTasks", `"${name}" counts ${key!.waiting} that wait, not ${waiting}`);
    }
  }
  for (const [name, key] of limits) {
    const { lanes, running, isOpen, limit, isSet } = key;
    if (waitsForTime(key) && key.timer?.isSet !== true) {
      fail("TimersMatchState", `nothing opens "${name}" when its next token comes`);
    }
    const isKnown = counts.has(name);
    if (!isKnown && running > 0) fail("T35-permit-not-given-back", `${running} of "${name}"`);
    if (!isKnown && limit === undefined && !isSet) fail("KeysAreNamed", `nothing names "${name}"`);
    for (const { place, position, queue } of lanes) {
      if (queue.length === 0) fail("LanesHaveTheirTasks", `an empty lane of "${name}"`);
      if ((place.lanes!.open[position]?.key.name === name) !== isOpen) {
        fail("OpenWhilePermitted", `a lane of "${name}"`);
      }
    }
  }
  for (const place of [...groups.values(), ...agents.values()]) {
    let size = place.queue.length;
    for (const { queue } of place.lanes?.byKey.values() ?? []) size += queue.length;
    if (size !== sizeOf(place)) fail("LanesHaveTheirTasks", `${size} stand in a place`);
  }
}

/** No budget is overspent by more than the claims that had been handed out when it was changed. */
function checkBudgets({ account, isFunded, unstarted, limits, tasks }: TaskState): void {
  const accounts = [account, ...[...limits.values()].map((key) => key.account)];
  for (const each of [...accounts, ...[...tasks.values()].map((task) => task.account)]) {
    if (each === undefined || each.isExhausted) continue;
    if (exhaustedIn(each) !== undefined) fail("T38-spent-budget-unsaid", "a budget is spent");
  }
  if (isFunded !== allowsAttempt(account, unstarted)) {
    fail("WorkConserving", `the budget of all attempts allows ${isFunded ? "none" : "one"}`);
  }
  for (const { spec: { id }, status, account } of tasks.values()) {
    if (account?.isExhausted && ["ready", "assigned", "backing-off"].includes(status)) {
      fail("T39-retry-beyond-the-budget", `"${id}" is ${status}`);
    }
  }
}

/** Returns whether a key has waiting tasks, and lacks nothing but a token that will come. */
function waitsForTime({ waiting, isOpen, running, unstarted, limit, account }: Key): boolean {
  const { maxConcurrent = Infinity, rate } = limit ?? {};
  if (waiting === 0 || isOpen || rate === undefined || running >= maxConcurrent) return false;
  return unstarted < rate.tokens && allowsAttempt(account, unstarted);
}

function hasPermit(task: TaskRecord): boolean {
  return task.agent !== undefined && !task.queued && !isLent(task);
}

/** Checks that no permit is in use when everything has come to rest. */
export function checkKeysAtRest({ limits }: TaskState): void {
  for (const [name, { running, waiting, unstarted }] of limits) {
    if (running + waiting + unstarted === 0) continue;
    fail("T35-permit-not-given-back", `${running} of "${name}" in use, ${waiting} wait`);
  }
}
