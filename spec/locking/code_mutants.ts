/**
 * Small changes of the lock machine, and of what binds it to its specification. Each must change a
 * graph.
 *
 * @module
 */

import type { CodeMutant } from "../tool/subject.ts";

function mutant(name: string, file: string, find: string, replace: string): CodeMutant {
  return { name, file: `src/locks/${file}`, find, replace };
}

const BINDING = "spec/locking/exploration.ts";

/** All of them. */
export const MUTANTS: readonly CodeMutant[] = [
  mutant(
    "a shared holder gets it exclusively",
    "machine.ts",
    "if (held !== undefined && covers(held, mode, units)) {",
    "if (held !== undefined) {",
  ),
  mutant(
    "a wait of the same rank is overtaken",
    "machine.ts",
    "rankOf(step, priority) < first.rank",
    "rankOf(step, priority) <= first.rank",
  ),
  mutant(
    "an acquire ignores the queue",
    "machine.ts",
    "return first === undefined || rankOf(step, priority) < first.rank;",
    "return true;",
  ),
  mutant(
    "a release under a stale epoch is accepted",
    "machine.ts",
    "(epoch === 0 || held.epoch === epoch)",
    "epoch >= 0",
  ),
  mutant(
    "an owner that releases everything goes on waiting",
    "machine.ts",
    "for (const wait of owner.waits.toSorted(byId)) {",
    "for (const wait of []) {",
  ),
  mutant(
    "another owner cancels a wait",
    "machine.ts",
    "if (wait !== undefined && wait.owner.owner === owner) {",
    "if (wait !== undefined) {",
  ),
  mutant(
    "an exclusive lock is granted beside a shared one",
    "state.ts",
    "return lock.sharers === 0 && lock.used + units <= lock.capacity;",
    "return lock.used + units <= lock.capacity;",
  ),
  mutant(
    "a lease lasts longer",
    "machine.ts",
    "schedule(state.deadlines, now + leaseMs, hold)",
    "schedule(state.deadlines, now + leaseMs + 1, hold)",
  ),
  mutant(
    "a higher priority waits longer",
    "machine.ts",
    "return now - priority *",
    "return now + priority *",
  ),
  mutant(
    "the end of a wait serves no other",
    "machine.ts",
    "if (first === undefined || !wasFirst) continue;",
    "if (first === undefined || !wasFirst || lock) continue;",
  ),
  mutant(
    "epochs skip one",
    "machine.ts",
    "const epoch = ++state.epoch;",
    "const epoch = state.epoch += 2;",
  ),
  mutant(
    "a group is granted with one lock",
    "machine.ts",
    "return held !== undefined && covers(held, mode, units);",
    "return held === undefined || covers(held, mode, units);",
  ),
  mutant(
    "the victim loses the lock that it waits for",
    "machine.ts",
    "cycle.indexOf(victim) - 1",
    "cycle.indexOf(victim)",
  ),
  mutant(
    "no deadlock is searched for when a wait begins",
    "machine.ts",
    "  followUps(step).suspects.push(owner);\n  return wait;",
    "  return wait;",
  ),
  mutant(
    "the highest priority is the victim",
    "deadlock.ts",
    "return priorityOf(a) < priorityOf(b);",
    "return priorityOf(a) > priorityOf(b);",
  ),
  mutant(
    "the oldest wait is the victim",
    "deadlock.ts",
    "numberOf(a) > numberOf(b)",
    "numberOf(a) < numberOf(b)",
  ),
  mutant(
    "the newest waits are followed first",
    "deadlock.ts",
    "list.toSorted((a, b) => ageOf(a) - ageOf(b))",
    "list.toSorted((a, b) => ageOf(b) - ageOf(a))",
  ),
  mutant(
    "a renewal keeps the lease's length",
    "machine.ts",
    "if (command.leaseMs > 0) held.leaseMs = command.leaseMs;",
    "",
  ),
  mutant(
    "the length of a wait is wrong",
    "machine.ts",
    "const waitedMs = step.now - since;",
    "const waitedMs = step.now;",
  ),
  {
    name: "the binding ignores the order of a queue",
    file: BINDING,
    find: "a.rank - b.rank || a.sequence - b.sequence",
    replace: "b.sequence - a.sequence",
  },
  {
    name: "the binding has other bounds",
    file: BINDING,
    find: "epoch < maxEpoch && lastWait < maxWait",
    replace: "epoch <= maxEpoch && lastWait < maxWait",
  },
  {
    name: "the binding leaves out what an event tells",
    file: BINDING,
    find: '"victim", "askId"',
    replace: '"victim", "askId", "waitId"',
  },
  {
    name: "the binding mixes up timers",
    file: BINDING,
    find: ".sort((a, b) => a.sequence - b.sequence)\n    .map",
    replace: ".sort((a, b) => b.sequence - a.sequence)\n    .map",
  },
];
