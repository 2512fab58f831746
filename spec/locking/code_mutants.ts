/**
 * Small changes of the lock machine and of its binding, each of which must change a graph.
 *
 * @module
 */

import type { CodeMutant } from "../tool/subject.ts";

function mutant(
  name: string,
  graph: string,
  at: string,
  file: string,
  find: string,
  replace: string,
): CodeMutant {
  return { name, graph, at, file: `src/locks/${file}`, find, replace };
}

const BINDING = "spec/locking/exploration.ts";

/** All of them. */
export const MUTANTS: readonly CodeMutant[] = [
  mutant(
    "a shared holder gets the lock exclusively",
    "groups",
    "acquire a s exclusive 1",
    "machine.ts",
    "if (held !== undefined && covers(held, mode, units)) {",
    "if (held !== undefined) {",
  ),
  mutant(
    "a newcomer of the same rank comes first",
    "sharing",
    "acquire b r shared 1",
    "machine.ts",
    "rankOf(step, priority) < first.rank",
    "rankOf(step, priority) <= first.rank",
  ),
  mutant(
    "newcomers ignore the queue",
    "groups",
    "acquire a s exclusive 1",
    "machine.ts",
    "return first === undefined || rankOf(step, priority) < first.rank;",
    "return true;",
  ),
  mutant(
    "a release under a stale epoch is accepted",
    "queue",
    "release a r 1",
    "machine.ts",
    "(epoch === 0 || held.epoch === epoch)",
    "epoch >= 0",
  ),
  mutant(
    "the waits of a removed owner stay",
    "time",
    "release-all b",
    "machine.ts",
    "for (const wait of owner.waits.toSorted(byId)) {",
    "for (const wait of []) {",
  ),
  mutant(
    "another owner cancels a wait",
    "limits",
    "cancel-wait a 1",
    "machine.ts",
    "if (wait !== undefined && wait.owner.owner === owner) {",
    "if (wait !== undefined) {",
  ),
  mutant(
    "a writer is granted beside readers",
    "sharing",
    "acquire b r exclusive 1",
    "state.ts",
    "return lock.sharers === 0 && lock.used + units <= lock.capacity;",
    "return lock.used + units <= lock.capacity;",
  ),
  mutant(
    "a lease lasts longer",
    "time",
    "acquire a r exclusive 1 0 0 1",
    "machine.ts",
    "schedule(state.deadlines, now + leaseMs, hold)",
    "schedule(state.deadlines, now + leaseMs + 1, hold)",
  ),
  mutant(
    "a higher priority waits longer",
    "groups",
    "acquire b r exclusive 1 1",
    "machine.ts",
    "return now - priority *",
    "return now + priority *",
  ),
  mutant(
    "the end of a wait serves no other wait",
    "sharing",
    "release a r 0",
    "machine.ts",
    "if (first === undefined || !wasFirst) continue;",
    "if (first === undefined || !wasFirst || lock) continue;",
  ),
  mutant(
    "epochs skip one",
    "limits",
    "acquire a r exclusive 1",
    "machine.ts",
    "const epoch = ++state.epoch;",
    "const epoch = state.epoch += 2;",
  ),
  mutant(
    "a group is granted with one lock",
    "groups",
    "acquire b s exclusive 1 1",
    "machine.ts",
    "return held !== undefined && covers(held, mode, units);",
    "return held === undefined || covers(held, mode, units);",
  ),
  mutant(
    "the victim loses the lock that it waits for",
    "groups",
    "acquire a s exclusive 1",
    "machine.ts",
    "cycle.indexOf(victim) - 1",
    "cycle.indexOf(victim)",
  ),
  mutant(
    "no cycle is detected when a wait begins",
    "deadlock",
    "acquire a s exclusive 1",
    "machine.ts",
    "  followUps(step).suspects.push(owner);\n  return wait;",
    "  return wait;",
  ),
  mutant(
    "the victim has the highest priority",
    "deadlock",
    "acquire a s exclusive 1 1",
    "deadlock.ts",
    "return priorityOf(a) < priorityOf(b);",
    "return priorityOf(a) > priorityOf(b);",
  ),
  mutant(
    "the victim is the oldest wait",
    "deadlock",
    "acquire a s exclusive 1 0",
    "deadlock.ts",
    "numberOf(a) > numberOf(b)",
    "numberOf(a) < numberOf(b)",
  ),
  mutant(
    "the newest waits are followed first",
    "deadlock",
    "acquire a s exclusive 1 1",
    "deadlock.ts",
    "list.toSorted((a, b) => ageOf(a) - ageOf(b))",
    "list.toSorted((a, b) => ageOf(b) - ageOf(a))",
  ),
  mutant(
    "a renewal keeps the lease's length",
    "time",
    "renew a r 0 2",
    "machine.ts",
    "if (command.leaseMs > 0) held.leaseMs = command.leaseMs;",
    "",
  ),
  mutant(
    "the length of a wait is wrong",
    "time",
    "tick 1",
    "machine.ts",
    "const waitedMs = step.now - since;",
    "const waitedMs = step.now;",
  ),
  {
    name: "the binding ignores the order of a queue",
    graph: "queue",
    at: "acquire b r exclusive 1",
    file: BINDING,
    find: "a.rank - b.rank || a.sequence - b.sequence",
    replace: "b.sequence - a.sequence",
  },
  {
    name: "the binding has other bounds",
    graph: "limits",
    at: "acquire a r exclusive 1",
    file: BINDING,
    find: "epoch < maxEpoch && lastWait < maxWait",
    replace: "epoch <= maxEpoch && lastWait < maxWait",
  },
  {
    name: "the binding omits a field of an event",
    graph: "groups",
    at: "acquire-all a r exclusive 1 s exclusive 1",
    file: BINDING,
    find: '"victim", "askId"',
    replace: '"victim", "askId", "waitId"',
  },
  {
    name: "the binding mixes up timers",
    graph: "time",
    at: "acquire b r exclusive 1 0 1 0",
    file: BINDING,
    find: ".sort((a, b) => a.sequence - b.sequence)\n    .map",
    replace: ".sort((a, b) => b.sequence - a.sequence)\n    .map",
  },
];
