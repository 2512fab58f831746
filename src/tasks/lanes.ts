/**
 * Queues with lanes: the tasks of a place (a group of tasks, or an agent) that share a limit by a key
 * stand in a lane of their own, and only the first task of a lane stands for all of them.
 *
 * While its key has a permit, a lane is open: it stands in the heap of open lanes where its first task
 * ranks. While the key has none, the lane is in no heap. So tasks of a key that is used up cost
 * nothing and hinder none, and no search passes over them.
 *
 * An open lane ranks as if its first task had waited only since it could have begun: since the key got
 * a permit, or since the task before it left the lane. So keys take turns, and a key that was used up
 * for long does not overtake all others once it has permits again. A child keeps its rank: it is not to
 * be overtaken by what came after its parent.
 *
 * @module
 */

import type { Timer } from "../core/data/deadlines.ts";
import { type Heap, type HeapEntry, precedes, push, remove } from "../core/data/heap.ts";
import type { Instant } from "../core/machine.ts";
import type { Account } from "./budgets.ts";
import type { KeyLimit } from "./limits.ts";

/** The fields of a task that lanes read and maintain. */
export interface LanedTask<Task extends HeapEntry> extends HeapEntry {
  /** When its time came. */
  readonly dueAt: Instant;
  /** Its relations to other tasks. */
  readonly family: { readonly parent: unknown } | undefined;
  /** The lane that it stands in. */
  lane: Lane<Task> | undefined;
}

/** A key that tasks name, which has a limit or is named by an unfinished task. */
export interface LimitedKey<Task extends HeapEntry> {
  /** The key in `limits`. */
  readonly name: string;
  /** The limit in force; `undefined` for none. */
  limit: KeyLimit | undefined;
  /** Whether a caller set it, in place of the config's. */
  isSet: boolean;
  /** The number of unfinished tasks that name it. */
  unfinished: number;
  /** The number of permits in use: by claims with a slot, and by attempts that lost their claims. */
  running: number;
  /** The number of those by claims that have not started: each is to take a token. */
  unstarted: number;
  /** The number of tasks in its lanes. */
  waiting: number;
  /** Whether it had a permit when that was last read. */
  isOpen: boolean;
  /** The tokens at `creditAt`, each counted as `perMs`: a whole number, as `tokens` of it come each millisecond. */
  credit: number;
  /** When the credit was computed. */
  creditAt: Instant;
  /** The spent part of the limit's budget; `undefined` without one. */
  account: Account | undefined;
  /** When the next token comes, if a task waits for nothing else. */
  timer: Timer<unknown> | undefined;
  /** Its lanes; none is empty. */
  readonly lanes: Set<Lane<Task>>;
}

/** The tasks of one key in one place; an entry among the open lanes of that place. */
export interface Lane<Task extends HeapEntry> extends HeapEntry {
  /** The key. */
  readonly key: LimitedKey<Task>;
  /** The place. */
  readonly place: Place<Task>;
  /** Next first. */
  readonly queue: Heap<Task>;
  /** Since when its first task could have begun; 0 for since it came. */
  since: Instant;
}

/** The lanes of a place. */
export interface Lanes<Task extends HeapEntry> {
  /** All, by the names of their keys. */
  readonly byKey: Map<string, Lane<Task>>;
  /** Those whose keys have a permit, next first. */
  readonly open: Heap<Lane<Task>>;
  /** The number of tasks in all of them. */
  size: number;
}

/** A queue of tasks with lanes. */
export interface Place<Task extends HeapEntry> {
  /** The tasks without a key, next first. */
  readonly queue: Heap<Task>;
  /** `undefined` before the first task with a key. */
  lanes: Lanes<Task> | undefined;
}

/** Returns the number of tasks in a place. */
export function sizeOf<Task extends HeapEntry>({ queue, lanes }: Place<Task>): number {
  return lanes === undefined ? queue.length : queue.length + lanes.size;
}

/** Returns what comes first in a place of what may begin: a task, or the lane of one. */
export function headOf<Task extends HeapEntry>(
  { queue, lanes }: Place<Task>,
): Task | Lane<Task> | undefined {
  const first = queue[0];
  const lane = lanes?.open[0];
  if (lane === undefined) return first;
  return first === undefined || precedes(lane, first) ? lane : first;
}

/** Returns the task that {@linkcode headOf} stands for. */
export function taskOf<Task extends HeapEntry>(head: Task | Lane<Task>): Task {
  return "place" in head ? head.queue[0]! : head;
}

/** Returns the first task in a place of those that may begin. */
export function firstOf<Task extends HeapEntry>(place: Place<Task>): Task | undefined {
  const head = headOf(place);
  return head === undefined ? undefined : taskOf(head);
}

/** Returns the first task in a place, whether its key has a permit or not. Costs O(lanes). */
export function firstOfAll<Task extends HeapEntry>(
  { queue, lanes }: Place<Task>,
): Task | undefined {
  let first: Task | undefined = queue[0];
  if (lanes === undefined) return first;
  for (const { queue: [task] } of lanes.byKey.values()) {
    if (first === undefined || precedes(task!, first)) first = task!;
  }
  return first;
}

/** Yields all tasks in a place. */
export function* tasksIn<Task extends HeapEntry>(
  { queue, lanes }: Place<Task>,
): Generator<Task, void> {
  yield* queue;
  for (const lane of lanes?.byKey.values() ?? []) yield* lane.queue;
}

/** Yields the tasks in a place of which the keys have a permit. */
export function* beginnableIn<Task extends HeapEntry>(
  { queue, lanes }: Place<Task>,
): Generator<Task, void> {
  yield* queue;
  for (const lane of lanes?.open ?? []) yield* lane.queue;
}

/** Adds a task to the lane of `key` in a place, in O(log n). */
export function addToLane<Task extends LanedTask<Task>>(
  place: Place<Task>,
  key: LimitedKey<Task>,
  task: Task,
): void {
  const lanes = place.lanes ??= { byKey: new Map(), open: [], size: 0 };
  let lane = lanes.byKey.get(key.name);
  if (lane === undefined) {
    lane = { rank: 0, sequence: 0, position: -1, key, place, queue: [], since: 0 };
    lanes.byKey.set(key.name, lane);
    key.lanes.add(lane);
  }
  task.lane = lane;
  push(lane.queue, task);
  lanes.size++;
  key.waiting++;
  if (lane.queue[0] === task) rankLane(lane);
}

/** Removes a task that is in a lane from it at `now`, in O(log n). */
export function removeFromLane<Task extends LanedTask<Task>>(task: Task, now: Instant): void {
  const lane = task.lane!;
  const { key, place, queue } = lane;
  const wasFirst = queue[0] === task;
  task.lane = undefined;
  remove(queue, task);
  place.lanes!.size--;
  key.waiting--;
  if (wasFirst) {
    lane.since = now;
    rankLane(lane);
  }
  if (queue.length > 0) return;
  place.lanes!.byKey.delete(key.name);
  key.lanes.delete(lane);
}

/** Puts a lane where its first task ranks, or out of the heap while its key has no permit. */
export function rankLane<Task extends LanedTask<Task>>(lane: Lane<Task>): void {
  const { key, place, queue: [first] } = lane;
  const { open } = place.lanes!;
  remove(open, lane);
  if (first === undefined || !key.isOpen) return;
  lane.rank = rankIn(lane, first);
  lane.sequence = first.sequence;
  push(open, lane);
}

function rankIn<Task extends LanedTask<Task>>({ key, since }: Lane<Task>, task: Task): number {
  const { rank, dueAt, family } = task;
  const keepsRank = key.limit === undefined || family?.parent !== undefined;
  return keepsRank ? rank : rank + Math.max(0, since - dueAt);
}
