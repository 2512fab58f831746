/**
 * The permits of keys, and the charges to budgets: a claim on a task that names a key has a permit as
 * long as it has a slot, and takes a token of the key's rate when it starts.
 *
 * A permit is taken with the slot and given back with it, wherever that is: when the attempt ends,
 * also one that lost its claim; while it awaits another task; when the claim waits for its locks. A
 * task that has what it awaited goes on at once, so a key may have more permits in use than its limit
 * allows then, as after the limit was lowered; it hands out none until enough have come back.
 *
 * @module
 */

import { reschedule, schedule, unschedule } from "../core/data/deadlines.ts";
import { precedes, push, remove, reorder } from "../core/data/heap.ts";
import type { Instant } from "../core/machine.ts";
import { addToLane, type LimitedKey, type Place, rankLane, removeFromLane } from "./lanes.ts";
import { type Account, accountFor, addCounters, allowsAttempt, exhaustedIn } from "./budgets.ts";
import { type Budget, configuredLimit, type KeyLimit } from "./limits.ts";
import type { Agent, Group, Step, TaskRecord, TaskState } from "./state.ts";

type TaskKey = LimitedKey<TaskRecord>;

/** Adds a task to a place: to the lane of its key, if it names one. */
export function stand(step: Step, place: Place<TaskRecord>, task: TaskRecord): void {
  const { limitKey } = task.spec;
  if (limitKey === undefined) return push(place.queue, task);
  const key = step.state.limits.get(limitKey)!;
  update(step, key);
  addToLane(place, key, task);
  update(step, key);
}

/** Removes a task from the place that it stands in. */
export function leavePlace(step: Step, place: Place<TaskRecord>, task: TaskRecord): void {
  const { lane } = task;
  if (lane === undefined) return remove(place.queue, task);
  removeFromLane(task, step.now);
  update(step, lane.key);
}

/**
 * Moves a task from the place that it stands in to another. It waits all along, so the timer of its key
 * keeps its age, and fires before those that were set since.
 */
export function changePlace(
  step: Step,
  from: Place<TaskRecord>,
  to: Place<TaskRecord>,
  task: TaskRecord,
): void {
  const key = task.lane?.key;
  if (key !== undefined) key.waiting++;
  leavePlace(step, from, task);
  stand(step, to, task);
  if (key !== undefined) key.waiting--;
}

/** Ranks a task anew in the place that it stands in. */
export function rerank(place: Place<TaskRecord>, task: TaskRecord, rank: number): void {
  const { lane } = task;
  if (lane === undefined) return reorder(place.queue, task, rank);
  reorder(lane.queue, task, rank);
  rankLane(lane);
}

/** Returns whether a task that waits for a slot may get one, as far as it depends on its key. */
export function hasPermit(state: TaskState, task: TaskRecord): boolean {
  return keyOf(state, task.spec.limitKey)?.isOpen !== false;
}

/** Takes the permit of a claim that gets a slot. */
export function takePermit(step: Step, task: TaskRecord): void {
  const { state } = step;
  task.isUnstarted = true;
  state.unstarted++;
  if (state.account !== undefined) updateFunds(step);
  const key = keyOf(state, task.spec.limitKey);
  if (key === undefined) return;
  key.running++;
  key.unstarted++;
  update(step, key);
}

/** Takes the token of a claim that starts, and charges the attempt to the budgets. */
export function takeToken(step: Step, task: TaskRecord): void {
  const { state, now } = step;
  task.isUnstarted = false;
  task.chargedAt = now;
  state.unstarted--;
  const key = keyOf(state, task.spec.limitKey);
  if (key !== undefined) {
    key.unstarted--;
    if (key.limit?.rate !== undefined) {
      key.credit = creditAt(key, now) - key.limit.rate.perMs;
      key.creditAt = now;
    }
    update(step, key);
  }
  charge(step, task, countAttempt);
}

/** Gives back the permit of a claim whose slot is given back. */
export function returnPermit(step: Step, task: TaskRecord): void {
  const { state } = step;
  const { limitKey } = task.spec;
  if (task.isUnstarted) {
    task.isUnstarted = false;
    state.unstarted--;
    if (limitKey !== undefined) state.limits.get(limitKey)!.unstarted--;
    if (state.account !== undefined) updateFunds(step);
  }
  freePermit(step, limitKey);
}

// Budgets

/** Charges the time of an attempt that ends. */
export function chargeTime(step: Step, task: TaskRecord): void {
  const { state, now } = step;
  const ms = now - task.chargedAt;
  task.chargedAt = now;
  if (isCharged(state, task)) charge(step, task, (account) => account.runMs += ms);
}

/** Returns whether a budget may be charged with what `task` spends. */
function isCharged({ account }: TaskState, { account: own, spec }: TaskRecord): boolean {
  return own !== undefined || spec.limitKey !== undefined || account !== undefined;
}

function countAttempt(account: Account): void {
  account.attempts++;
}

/** Charges what an attempt reports. */
export function chargeCounters(
  step: Step,
  task: TaskRecord,
  counters: Readonly<Record<string, number>>,
): void {
  charge(step, task, (account) => addCounters(account, counters));
}

/** Charges the budget of a task, that of its key, and that of all attempts. */
function charge(step: Step, task: TaskRecord, add: (account: Account) => void): void {
  const { state } = step;
  const key = keyOf(state, task.spec.limitKey);
  if (task.account !== undefined) {
    add(task.account);
    audit(step, task.account, { taskId: task.spec.id });
  }
  if (key?.account !== undefined) {
    add(key.account);
    audit(step, key.account, { key: key.name });
    update(step, key);
  }
  if (state.account !== undefined) {
    add(state.account);
    audit(step, state.account, {});
    updateFunds(step);
  }
}

/** Says once that a budget is spent. */
function audit(
  { events }: Step,
  account: Account,
  of: { readonly taskId: string } | { readonly key: string } | Record<string, never>,
): void {
  const exhausted = exhaustedIn(account);
  if (exhausted !== undefined && !account.isExhausted) {
    events.push({ type: "budget:exhausted", ...of, ...exhausted });
  }
  account.isExhausted = exhausted !== undefined;
}

/** Puts a budget of all attempts in force. Costs O(agents × groups) when that hands out tasks again. */
export function changeBudget(step: Step, budget: Budget | undefined): void {
  const { state } = step;
  state.account = accountFor(state.account, budget);
  if (state.account !== undefined) audit(step, state.account, {});
  updateFunds(step);
}

function updateFunds(step: Step): void {
  const { state } = step;
  const wasFunded = state.isFunded;
  state.isFunded = allowsAttempt(state.account, state.unstarted);
  if (state.isFunded && !wasFunded) handOut(step);
}

/** Gives work to all agents again. Costs O(agents × groups). */
export function handOut({ state: { agents, groups }, freed, queued, wanted }: Step): void {
  freed.push(...agents.values());
  queued.push(...groups.values());
  for (const group of groups.values()) wanted.push(...group.wanted);
}

// Permits

/** Takes the permit of an attempt that goes on after its slot was lent, also when none is left. */
export function retakePermit(step: Step, task: TaskRecord): void {
  const key = keyOf(step.state, task.spec.limitKey);
  if (key === undefined) return;
  key.running++;
  update(step, key);
}

/** Gives back a permit of a key of which a claim has started. */
export function freePermit(step: Step, limitKey: string | undefined): void {
  const key = keyOf(step.state, limitKey);
  if (key === undefined) return;
  key.running--;
  update(step, key);
  dropUnused(step.state, key);
}

function keyOf({ limits }: TaskState, limitKey: string | undefined): TaskKey | undefined {
  return limitKey === undefined ? undefined : limits.get(limitKey)!;
}

// Keys

/** Counts an unfinished task that names a key. */
export function useKey(state: TaskState, limitKey: string): void {
  keyNamed(state, limitKey).unfinished++;
}

/** Undoes {@linkcode useKey}. */
export function leaveKey(state: TaskState, limitKey: string): void {
  const key = state.limits.get(limitKey)!;
  key.unfinished--;
  dropUnused(state, key);
}

/** Drops a key that has no limit, and that no unfinished task and no attempt names. */
export function dropUnused({ limits }: TaskState, key: TaskKey): void {
  const { limit, isSet, unfinished, running, name } = key;
  if (limit === undefined && !isSet && unfinished + running === 0) limits.delete(name);
}

/** Returns a key, which is made unless it is known. */
export function keyNamed(state: TaskState, name: string): TaskKey {
  const known = state.limits.get(name);
  if (known !== undefined) return known;
  const key: TaskKey = {
    name,
    limit: undefined,
    isSet: false,
    unfinished: 0,
    running: 0,
    unstarted: 0,
    waiting: 0,
    isOpen: true,
    credit: 0,
    creditAt: 0,
    account: undefined,
    timer: undefined,
    lanes: new Set(),
  };
  state.limits.set(name, key);
  return key;
}

/** Puts the limits of the config in force, but for keys whose limit a caller has set. */
export function applyLimits(step: Step, former: Iterable<string>): void {
  const { state } = step;
  for (const name of new Set([...former, ...Object.keys(state.config.limits)])) {
    const key = keyNamed(state, name);
    if (!key.isSet) changeLimit(step, key, configuredLimit(state.config.limits, name));
    dropUnused(state, key);
  }
}

/**
 * Puts a limit in force. A bucket keeps its tokens, as far as the new one has room for them; a first
 * one is full. Costs O(lanes of the key).
 */
export function changeLimit(step: Step, key: TaskKey, limit: KeyLimit | undefined): void {
  const { now } = step;
  const former = key.limit?.rate;
  const rate = limit?.rate;
  const tokens = former === undefined ? Infinity : Math.floor(creditAt(key, now) / former.perMs);
  key.limit = limit;
  key.account = accountFor(key.account, limit?.budget);
  if (key.account !== undefined) audit(step, key.account, { key: key.name });
  key.creditAt = now;
  key.credit = rate === undefined ? 0 : Math.min(tokens, rate.tokens) * rate.perMs;
  update(step, key);
  for (const lane of key.lanes) rankLane(lane);
}

/** Returns whether the key has a permit, and its budget another attempt; its rate may have no token. */
function hasRoom({ limit, running, account, unstarted }: TaskKey): boolean {
  return running < (limit?.maxConcurrent ?? Infinity) && allowsAttempt(account, unstarted);
}

/** Returns the tokens at `now`, each counted as `perMs`. Negative after a rate was lowered. */
function creditAt({ limit, credit, creditAt }: TaskKey, now: Instant): number {
  const { rate } = limit ?? {};
  if (rate === undefined) return 0;
  return Math.min(rate.tokens * rate.perMs, credit + (now - creditAt) * rate.tokens);
}

/**
 * Returns when there is a token besides those for claims that have not started: `now` or before, if
 * there is one; `Infinity` while those need all that the bucket can have.
 */
export function tokenAt(key: TaskKey, now: Instant): Instant {
  const { limit, unstarted } = key;
  const { rate } = limit ?? {};
  if (rate === undefined) return now;
  if (unstarted >= rate.tokens) return Infinity;
  const missing = (unstarted + 1) * rate.perMs - creditAt(key, now);
  return missing <= 0 ? now : now + Math.ceil(missing / rate.tokens);
}

/** Returns the number of tokens at `now` besides those for claims that have not started. */
export function tokensAt(key: TaskKey, now: Instant): number {
  const { perMs } = key.limit!.rate!;
  return Math.max(0, Math.floor(creditAt(key, now) / perMs) - key.unstarted);
}

/** Opens or closes the lanes of a key, and sets its timer, as its permits may have changed. */
function update(step: Step, key: TaskKey): void {
  const { state: { deadlines }, now } = step;
  const { limit, waiting } = key;
  if (limit === undefined && key.isOpen && key.timer === undefined) return;
  const at = hasRoom(key) ? tokenAt(key, now) : Infinity;
  const isOpen = at <= now;
  if (isOpen !== key.isOpen) {
    key.isOpen = isOpen;
    if (isOpen) open(step, key);
    else for (const lane of key.lanes) rankLane(lane);
  }
  if (isOpen || at === Infinity || waiting === 0) {
    unschedule(deadlines, key.timer);
    key.timer = undefined;
  } else if (key.timer === undefined) {
    key.timer = schedule(deadlines, at, { limit: "rate", key });
  } else if (key.timer.rank !== at) {
    reschedule(deadlines, key.timer, at);
  }
}

/** Lets the first task of each lane begin, the first of all first. Costs O(n log n) of the lanes. */
function open({ state, now, queued, wanted, freed }: Step, key: TaskKey): void {
  const lanes = [...key.lanes];
  for (const lane of lanes) {
    lane.since = now;
    rankLane(lane);
  }
  if (lanes.length > 1) lanes.sort((a, b) => precedes(a, b) ? -1 : 1);
  for (const { place } of lanes) {
    if ("agentId" in place) {
      freed.push(place as Agent);
      if (state.config.stealing) state.shifted.add(place as Agent);
    } else {
      queued.push(place as Group);
      wanted.push(...(place as Group).wanted);
    }
  }
}

/** Fires the timer of a key: its next token has come. */
export function receiveToken(step: Step, key: TaskKey): void {
  key.timer = undefined;
  update(step, key);
  if (key.isOpen && key.waiting > 0) {
    step.events.push({ type: "limit:replenished", key: key.name });
  }
}
