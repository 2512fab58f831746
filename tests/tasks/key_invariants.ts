/**
 * The invariants of keys and their permits after each step.
 *
 * @module
 */

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { precedes } from "../../src/core/data/heap.ts";
import { type Account, exhaustedIn } from "../../src/tasks/budgets.ts";
import type { Budget } from "../../src/tasks/limits.ts";
import type { TaskEvent } from "../../src/tasks/events.ts";
import { isLent, isTerminal, type TaskRecord, type TaskState } from "../../src/tasks/state.ts";

/** Checks a state by itself. */
export function checkKeys(state: TaskState): void {
  const { limits, tasks, lingering, config, limitsSet } = state;
  for (const [name, key] of limits) {
    assertEquals(key.name, name);
    const of = [...tasks.values()].filter(({ spec }) => spec.limitKey === name);
    const running = of.filter((task) => hasPermit(task));
    const going = [...lingering.values()].filter(({ limitKey }) => limitKey === name);
    assertEquals(key.running, running.length + going.length, `PermitsAreOfSlots: ${name}`);
    const unstarted = running.filter(({ status }) => status === "assigned");
    assertEquals(key.unstarted, unstarted.length, `PermitsAreOfSlots: ${name}`);
    const unfinished = of.filter(({ status }) => !isTerminal(status));
    assertEquals(key.unfinished, unfinished.length, `KeysAreNamed: ${name}`);
    const isKept = key.limit !== undefined || key.isSet;
    assert(isKept || key.unfinished + key.running > 0, `KeysAreNamed: ${name}`);
    const waiting = unfinished.filter(({ lane }) => lane !== undefined);
    assertEquals(key.waiting, waiting.length, `LanesHaveTheirTasks: ${name}`);
    for (const lane of key.lanes) {
      const { place, queue, position } = lane;
      assert(queue.length > 0, "an empty lane");
      assertEquals(place.lanes!.byKey.get(name), lane);
      assertEquals(place.lanes!.open[position] === lane, key.isOpen, `OpenWhilePermitted: ${name}`);
      if (key.isOpen) assertEquals(lane.sequence, queue[0]!.sequence, "LanesRankAsTheirFirst");
      for (const task of queue) {
        assert(task === queue[0] || precedes(queue[0]!, task), "QueueOrdered");
        assert(task.lane === lane && (task.group ?? task.agent) === place, "LanesHaveTheirTasks");
      }
    }
    const { maxConcurrent = Infinity } = key.limit ?? {};
    if (key.waiting > 0 && key.running >= maxConcurrent) assert(!key.isOpen, `OpenWhilePermitted`);
    assert(key.limit?.rate !== undefined || key.timer === undefined, "a timer without a rate");
  }
  for (const { spec: { limitKey }, status, isUnstarted, agent, queued } of tasks.values()) {
    if (limitKey !== undefined && !isTerminal(status)) assert(limits.has(limitKey), "KeysAreNamed");
    const hasSlot = status === "assigned" && agent !== undefined && !queued;
    assertEquals(isUnstarted, hasSlot, "isUnstarted");
  }
  const unstarted = [...tasks.values()].filter(({ isUnstarted }) => isUnstarted).length;
  assertEquals(state.unstarted, unstarted, "unstarted");
  const { account, isFunded } = state;
  const isLeft = account === undefined ||
    (exhaustedIn(account) === undefined &&
      account.attempts + unstarted < (account.budget.attempts ?? Infinity));
  assertEquals(isFunded, isLeft, "isFunded");
  assertEquals(limitsSet, [...limits.values()].filter(({ isSet }) => isSet).length);
  assertLessOrEqual(limitsSet, config.maxLimits);
}

function hasPermit(task: TaskRecord): boolean {
  return task.agent !== undefined && !task.queued && !isLent(task);
}

/** Checks what happens from step to step, by the events alone. */
export class Permits {
  /** The key of each task, and the most that might run of each key after the last step. */
  readonly #keys = new Map<string, string | undefined>();
  readonly #allowed = new Map<string, number>();

  /** A key has more permits in use than its limit only after that was lowered, or a task resumed. */
  check(events: readonly TaskEvent[], { limits }: TaskState): void {
    for (const event of events) {
      if (event.type === "task:created") this.#keys.set(event.taskId, event.task.limitKey);
    }
    for (const [name, { running, limit }] of limits) {
      const resumed = events.filter((event) =>
        event.type === "task:resumed" && this.#keys.get(event.taskId) === name
      );
      const { maxConcurrent = Infinity } = limit ?? {};
      const allowed = Math.max(maxConcurrent, (this.#allowed.get(name) ?? 0) + resumed.length);
      assertLessOrEqual(running, allowed, `T27-key-over-its-limit: ${name}`);
      this.#allowed.set(name, Math.max(maxConcurrent, running)); // it may be lowered after timers
    }
  }
}

/** What was spent since the budget was set, by the events alone. */
interface Spent {
  budget: Budget;
  attempts: number;
  runMs: number;
  counters: Map<string, number>;
  /** Whether it was said that it is spent. */
  isSaid: boolean;
}

/** Keeps the accounts of all budgets by the events, and compares those of the machine with them. */
export class Accounts {
  /** By `task …`, `key …`, or `all`. */
  readonly #spent = new Map<string, Spent>();
  readonly #keys = new Map<string, string | undefined>();
  /** When each running attempt began. */
  readonly #began = new Map<string, number>();

  check(events: readonly TaskEvent[], state: TaskState, now: number): void {
    for (const event of events) this.#take(event, state, now);
    for (const [name, { account }] of state.limits) this.#compare(`key ${name}`, account);
    this.#compare("all", state.account);
    for (const { spec: { id }, account, status } of state.tasks.values()) {
      if (!isTerminal(status)) this.#compare(`task ${id}`, account);
    }
  }

  #compare(name: string, account: Account | undefined): void {
    const spent = this.#spent.get(name);
    assertEquals(account?.budget, spent?.budget, name);
    if (account === undefined || spent === undefined) return;
    const { attempts, runMs, counters, isExhausted } = account;
    assertEquals({ attempts, runMs, counters, isExhausted }, {
      attempts: spent.attempts,
      runMs: spent.runMs,
      counters: spent.counters,
      isExhausted: isSpent(spent),
    }, `T37-budget-overspent: ${name}`);
    assert(!isSpent(spent) || spent.isSaid, `T38-spent-budget-unsaid: ${name}`);
    if (!isSpent(spent)) spent.isSaid = false;
  }

  #set(name: string, budget: Budget | undefined): void {
    const former = this.#spent.get(name);
    this.#spent.delete(name);
    if (budget === undefined) return;
    const { attempts = 0, runMs = 0, isSaid = false } = former ?? {};
    const names = Object.keys(budget.counters ?? {});
    const counters = new Map(names.map((each) => [each, former?.counters.get(each) ?? 0]));
    const spent = { budget, attempts, runMs, counters, isSaid };
    spent.isSaid &&= isSpent(spent);
    this.#spent.set(name, spent);
  }

  #of(taskId: string): Spent[] {
    const names = ["all", `task ${taskId}`, `key ${this.#keys.get(taskId)}`];
    return names.map((name) => this.#spent.get(name)).filter((spent) => spent !== undefined);
  }

  #take(event: TaskEvent, state: TaskState, now: number): void {
    switch (event.type) {
      case "task:created": {
        this.#keys.set(event.taskId, event.task.limitKey);
        this.#began.delete(event.taskId);
        this.#spent.delete(`task ${event.taskId}`);
        return this.#set(`task ${event.taskId}`, event.task.budget);
      }
      case "limit:changed":
        return this.#set(`key ${event.key}`, event.limit.budget);
      case "budget:changed":
        return this.#set("all", state.account === undefined ? undefined : event.budget);
      case "budget:exhausted": {
        const name = event.taskId !== undefined
          ? `task ${event.taskId}`
          : event.key !== undefined
          ? `key ${event.key}`
          : "all";
        const spent = this.#spent.get(name)!;
        assert(!spent.isSaid, `T38-spent-budget-unsaid: said twice of ${name}`);
        spent.isSaid = true;
        return;
      }
      case "task:assigned":
      case "task:admitted": {
        if (event.type === "task:assigned" && event.queued) return;
        for (const spent of this.#of(event.taskId)) {
          assert(!spent.isSaid, `T37-budget-overspent: ${event.taskId} is handed out`);
        }
        return;
      }
      case "task:started":
        this.#began.set(event.taskId, now);
        for (const spent of this.#of(event.taskId)) {
          spent.attempts++;
          const { attempts = Infinity } = spent.budget;
          const isOfConfig = spent.attempts > attempts; // it may have been lowered meanwhile
          assert(!isOfConfig || spent.isSaid, "T37-budget-overspent: attempts");
        }
        return;
      case "task:spent":
        for (const { counters } of this.#of(event.taskId)) {
          for (const [name, amount] of Object.entries(event.counters)) {
            if (counters.has(name)) counters.set(name, counters.get(name)! + amount);
          }
        }
        return;
      case "task:completed":
      case "task:proposed":
      case "task:failed":
      case "task:cancelled":
      case "task:backed-off":
      case "task:snoozed":
      case "task:blocked":
      case "task:requeued":
      case "task:timed-out": {
        const began = this.#began.get(event.taskId);
        this.#began.delete(event.taskId);
        if (began === undefined) return;
        for (const spent of this.#of(event.taskId)) spent.runMs += now - began;
      }
    }
  }
}

function isSpent({ budget, attempts, runMs, counters }: Spent): boolean {
  return attempts >= (budget.attempts ?? Infinity) || runMs >= (budget.runMs ?? Infinity) ||
    [...counters].some(([name, amount]) => amount >= budget.counters![name]!);
}
