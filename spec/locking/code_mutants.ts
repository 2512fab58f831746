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
    "if (held !== undefined && covers(held, command.mode, command.units)) {",
    "if (held !== undefined) {",
  ),
  mutant(
    "who comes at the same rank comes before",
    "machine.ts",
    "rankOf(turn, priority) < first.rank",
    "rankOf(turn, priority) <= first.rank",
  ),
  mutant(
    "newcomers ignore the queue",
    "machine.ts",
    "return first === undefined || rankOf(turn, priority) < first.rank;",
    "return true;",
  ),
  mutant(
    "a release under a stale epoch is taken",
    "machine.ts",
    "(epoch === 0 || held.epoch === epoch)",
    "epoch >= 0",
  ),
  mutant(
    "who is gone still waits",
    "machine.ts",
    'for (const wait of waits) abandon(turn, wait, "gone");',
    "",
  ),
  mutant(
    "a stranger cancels a wait",
    "machine.ts",
    "if (wait !== undefined && wait.owner.owner === command.owner) return",
    "if (wait !== undefined) return",
  ),
  mutant(
    "a writer is let in beside readers",
    "tables.ts",
    "return lock.sharers === 0 && lock.used + units <= lock.capacity;",
    "return lock.used + units <= lock.capacity;",
  ),
  mutant(
    "a lease lasts longer",
    "tables.ts",
    "schedule(state.deadlines, now + leaseMs, hold)",
    "schedule(state.deadlines, now + leaseMs + 1, hold)",
  ),
  mutant(
    "a higher priority waits longer",
    "tables.ts",
    "turn.now - priority * turn",
    "turn.now + priority * turn",
  ),
  mutant(
    "a wait that ends wakes nobody",
    "tables.ts",
    "} else if (wasFirst) {",
    "} else if (!lock) {",
  ),
  mutant("epochs skip one", "tables.ts", "epoch: ++state.epoch,", "epoch: state.epoch += 2,"),
  mutant(
    "a group is granted with one lock",
    "transitions.ts",
    "if (held === undefined || !covers(held, mode, units)) return false;",
    "if (held === undefined) continue;",
  ),
  mutant(
    "the victim loses the lock that it waits for",
    "transitions.ts",
    "cycle.indexOf(victim) - 1",
    "cycle.indexOf(victim)",
  ),
  mutant(
    "nobody looks for cycles when a wait begins",
    "actions.ts",
    "  followUps(turn).suspects.push(owner);",
    "",
  ),
  mutant(
    "the highest priority gives way",
    "deadlock.ts",
    "return priorityOf(a) < priorityOf(b);",
    "return priorityOf(a) > priorityOf(b);",
  ),
  mutant(
    "the oldest wait gives way",
    "deadlock.ts",
    "numberOf(a) > numberOf(b)",
    "numberOf(a) < numberOf(b)",
  ),
  mutant(
    "the newest waits are followed first",
    "walk.ts",
    "list.toSorted((a, b) => ageOf(a) - ageOf(b))",
    "list.toSorted((a, b) => ageOf(b) - ageOf(a))",
  ),
  mutant(
    "a renewal keeps the lease's length",
    "actions.ts",
    "if (leaseMs > 0) hold.leaseMs = leaseMs;",
    "",
  ),
  mutant("a wait's length is told wrong", "actions.ts", "waitedMs: now - since,", "waitedMs: now,"),
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
