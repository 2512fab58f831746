/**
 * Budgets: what the attempts of a task, of the tasks of a key, or of all tasks may spend. Once it is
 * spent nothing more is handed out; attempts that run go on.
 *
 * An account keeps what was spent of one budget: attempts as they begin, their time as they end, and
 * the counters that agents report, of which only those that the budget names are kept.
 *
 * @module
 */

import type { Budget, BudgetView, Spent } from "./limits.ts";

/** The part of a budget that is spent. */
export interface Account {
  /** The budget. */
  budget: Budget;
  /** The attempts that have begun. */
  attempts: number;
  /** The time of attempts that have ended, in milliseconds. */
  runMs: number;
  /** By name, the counters of the budget. */
  readonly counters: Map<string, number>;
  /** Whether it was said that the budget is spent. */
  isExhausted: boolean;
}

/**
 * A quantity of a budget that is spent.
 * @category Tasks
 */
export interface Exhausted {
  /** The kind. */
  readonly quantity: "attempts" | "runMs" | "counter";
  /** The name of the counter. */
  readonly counter?: string;
  /** The budget. */
  readonly budget: number;
  /** The amount that was spent. */
  readonly spent: number;
}

/** Returns an account of a budget, or the one that there is with another budget; what was spent stays. */
export function accountFor(
  former: Account | undefined,
  budget: Budget | undefined,
): Account | undefined {
  if (budget === undefined) return undefined;
  const { attempts = 0, runMs = 0, isExhausted = false } = former ?? {};
  const names = Object.keys(budget.counters ?? {});
  const counters = new Map(names.map((name) => [name, former?.counters.get(name) ?? 0]));
  return { budget, attempts, runMs, counters, isExhausted };
}

/** Adds the counters of a report to an account, as far as its budget names them. */
export function addCounters(
  { counters }: Account,
  amounts: Readonly<Record<string, number>>,
): void {
  for (const [name, spent] of counters) {
    if (Object.hasOwn(amounts, name)) counters.set(name, spent + amounts[name]!);
  }
}

/** Returns the first quantity of a budget that is spent. */
export function exhaustedIn({ budget, attempts, runMs, counters }: Account): Exhausted | undefined {
  if (attempts >= (budget.attempts ?? Infinity)) {
    return { quantity: "attempts", budget: budget.attempts!, spent: attempts };
  }
  if (runMs >= (budget.runMs ?? Infinity)) {
    return { quantity: "runMs", budget: budget.runMs!, spent: runMs };
  }
  for (const [counter, spent] of counters) {
    const most = budget.counters![counter]!;
    if (spent >= most) return { quantity: "counter", counter, budget: most, spent };
  }
  return undefined;
}

/** Returns whether another attempt may be handed out, beside claims that have not started. */
export function allowsAttempt(account: Account | undefined, unstarted: number): boolean {
  if (account === undefined) return true;
  const { budget, attempts, isExhausted } = account;
  return !isExhausted && attempts + unstarted < (budget.attempts ?? Infinity);
}

/** Returns an account as callers see it. */
export function viewOfAccount(account: Account): BudgetView {
  return { budget: account.budget, spent: spentOf(account), isExhausted: account.isExhausted };
}

/** Returns what was spent. */
export function spentOf({ attempts, runMs, counters }: Account): Spent {
  return { attempts, runMs, counters: Object.fromEntries(counters) };
}

/** Describes a spent quantity for people: `12 of 10 "tokens"`. */
export function exhaustedText({ quantity, counter, budget, spent }: Exhausted): string {
  const units = { attempts: "attempts", runMs: "ms of running", counter: `"${counter}"` };
  return `${spent} of ${budget} ${units[quantity]}`;
}
