/**
 * The keys of the slow twin of the task machine: it counts claims, replays all starts, and searches
 * all tasks for the first of each lane.
 *
 * @module
 */

import { configuredLimit, type KeyLimit, type KeyLimits } from "../../src/tasks/limits.ts";
import { byRank, demandOf, isParked, type SlowTask } from "./twin_parts.ts";

/** A claim, as far as keys are about it. */
interface SlowClaim {
  readonly task: SlowTask;
  readonly epoch: number;
  readonly lingers: boolean;
  /** The key of its task when it began. */
  readonly key: string | undefined;
}

/** The scheduler. */
interface Scene {
  readonly now: number;
  readonly config: { readonly limits: KeyLimits };
  readonly tasks: readonly SlowTask[];
  readonly claims: readonly SlowClaim[];
  isLent(task: SlowTask): boolean;
}

/** The tasks of a key in a place, as they were when that was last read. */
interface SlowLane {
  readonly key: string;
  readonly place: string;
  first: SlowTask;
  since: number;
}

/** What came of a change of a key. */
export interface SlowChange {
  /** The places in which tasks may begin that could not, the first of all first. */
  readonly opened: readonly string[];
  /** When the next token comes, if a task waits for nothing else. */
  readonly tokenAt: number | undefined;
}

export class SlowKeys {
  /** The limits that calls have set. */
  set: { readonly key: string; readonly limit: KeyLimit }[] = [];
  /** The buckets: what each contained at first, and each start since then. */
  #buckets: { key: string; credit: number; from: number; starts: number[] }[] = [];
  #closed = new Set<string>();
  #lanes: SlowLane[] = [];
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
    for (const key of Object.keys(scene.config.limits)) this.#fill(key, Infinity);
  }

  limitOf(key: string): KeyLimit | undefined {
    return this.set.find((each) => each.key === key)?.limit ??
      configuredLimit(this.#scene.config.limits, key);
  }

  get areInUse(): boolean {
    const { tasks, claims, config } = this.#scene;
    return this.set.length > 0 || Object.keys(config.limits).length > 0 ||
      claims.some(({ key }) => key !== undefined) ||
      tasks.some(({ spec, status }) =>
        spec.limitKey !== undefined && !["completed", "failed", "cancelled"].includes(status)
      );
  }

  change(key: string, limit: KeyLimit | undefined): void {
    const { rate } = this.limitOf(key) ?? {};
    const tokens = rate === undefined ? Infinity : Math.floor(this.#credit(key) / rate.perMs);
    this.set = this.set.filter((each) => each.key !== key);
    if (limit !== undefined) this.set.push({ key, limit });
    this.#fill(key, tokens);
  }

  #fill(key: string, tokens: number): void {
    const { rate } = this.limitOf(key) ?? {};
    this.#buckets = this.#buckets.filter((each) => each.key !== key);
    if (rate === undefined) return;
    const credit = Math.min(tokens, rate.tokens) * rate.perMs;
    this.#buckets.push({ key, credit, from: this.#scene.now, starts: [] });
  }

  start({ spec: { limitKey } }: SlowTask): void {
    this.#buckets.find(({ key }) => key === limitKey)?.starts.push(this.#scene.now);
  }

  #credit(key: string): number {
    const { tokens, perMs } = this.limitOf(key)!.rate!;
    const { credit, from, starts } = this.#buckets.find((each) => each.key === key)!;
    let [level, at] = [credit, from];
    for (const start of [...starts, this.#scene.now]) {
      level = Math.min(tokens * perMs, level + (start - at) * tokens) - perMs;
      at = start;
    }
    return level + perMs; // there was no start now
  }

  #running(key: string): SlowClaim[] {
    return this.#scene.claims.filter(({ task, epoch, lingers, ...claim }) =>
      claim.key === key &&
      (lingers || epoch !== task.epoch || (!task.queued && !this.#scene.isLent(task)))
    );
  }

  /** When there is a permit and a token; `Infinity` when no time brings one. */
  #openAt(key: string): number {
    const { now } = this.#scene;
    const { maxConcurrent = Infinity, rate } = this.limitOf(key) ?? {};
    const running = this.#running(key);
    if (running.length >= maxConcurrent) return Infinity;
    if (rate === undefined) return now;
    const unstarted = running.filter(({ task, epoch, lingers }) =>
      !lingers && epoch === task.epoch && task.status === "assigned"
    );
    const needed = (unstarted.length + 1) * rate.perMs;
    if (needed > rate.tokens * rate.perMs) return Infinity;
    let at = now;
    while (this.#credit(key) + (at - now) * rate.tokens < needed) at++;
    return at;
  }

  hasPermit({ spec: { limitKey } }: SlowTask): boolean {
    return limitKey === undefined || !this.#closed.has(limitKey);
  }

  /** Notes that something about a key may have changed. */
  note(key: string): SlowChange {
    const { now } = this.#scene;
    const standing = this.#scene.tasks.filter((task) =>
      task.spec.limitKey === key && isStanding(task)
    ).sort(byRank);
    const places = [...new Set(standing.map((task) => placeOf(task)!))];
    this.#lanes = this.#lanes.filter((lane) => lane.key !== key || places.includes(lane.place));
    const known = this.#lanes.filter((lane) => lane.key === key);
    for (const place of places) {
      const tasks = standing.filter((task) => placeOf(task) === place);
      const first = tasks[0]!;
      const lane = this.#lanes.find((each) => each.key === key && each.place === place);
      if (lane === undefined) {
        this.#lanes.push({ key, place, first, since: 0 });
        continue;
      }
      if (!tasks.includes(lane.first)) lane.since = now;
      lane.first = first;
    }
    const at = this.#openAt(key);
    const wasClosed = this.#closed.delete(key);
    if (at > now) this.#closed.add(key);
    const opened = wasClosed && at <= now ? known : [];
    for (const lane of opened) lane.since = now;
    opened.sort((a, b) => this.#compare(a.first, b.first));
    return {
      opened: opened.map(({ place }) => place),
      tokenAt: at <= now || at === Infinity || standing.length === 0 ? undefined : at,
    };
  }

  /** Those of `tasks` that may begin, the first of all first. */
  beginnable(tasks: readonly SlowTask[]): SlowTask[] {
    const { tasks: all } = this.#scene;
    return tasks.filter((task) => {
      const { limitKey: key } = task.spec;
      if (key === undefined) return true;
      const lane = all.filter((other) =>
        other.spec.limitKey === key && placeOf(other) === placeOf(task)
      );
      return !this.#closed.has(key) && lane.sort(byRank)[0] === task;
    }).sort((a, b) => this.#compare(a, b));
  }

  #compare(a: SlowTask, b: SlowTask): number {
    return this.#rankOf(a) - this.#rankOf(b) || a.sequence - b.sequence;
  }

  #rankOf(task: SlowTask): number {
    const { limitKey: key } = task.spec;
    const isFair = key !== undefined && this.limitOf(key) !== undefined &&
      task.parent === undefined;
    if (!isFair) return task.rank;
    const { since = 0 } =
      this.#lanes.find((lane) => lane.key === key && lane.place === placeOf(task)) ?? {};
    return task.rank + Math.max(0, since - task.dueAt);
  }
}

/** Whether a task waits for a slot. */
export function isStanding(task: SlowTask): boolean {
  return placeOf(task) !== undefined;
}

/** Where a task waits for a slot: the demand of its group, or its agent. */
function placeOf(task: SlowTask): string | undefined {
  if (task.queued) return `agent ${task.agentId}`;
  return task.status === "ready" && !isParked(task) ? demandOf(task) : undefined;
}
