/**
 * Bugs that are planted one by one in a copy of the product, to see that the simulation finds each.
 *
 * `deno run -A tests/testing/mutants.ts` plants them all and prints for each how many steps it took;
 * with names, only those.
 *
 * @module
 */

/** A bug: a piece of the source and what takes its place. */
export interface Mutant {
  /** What is wrong with the product. */
  readonly name: string;
  /** Where, in `src`. */
  readonly file: string;
  /** What is there once. */
  readonly from: string;
  /** What is there instead. */
  readonly to: string;
  /** Where it is looked for, when it is rare elsewhere. @default whatever a seed draws */
  readonly workload?: string;
}

function mutant(name: string, file: string, from: string, to: string): Mutant {
  return { name, file, from, to };
}

/** All bugs. */
export const MUTANTS: readonly Mutant[] = [
  mutant(
    "a granted wait stays in its queue",
    "locks/handoff.ts",
    "  removeWait(turn, wait);\n  for (const ticket of tickets) {",
    "  for (const ticket of tickets) {",
  ),
  mutant(
    "the epoch of a lock is not raised",
    "locks/tables.ts",
    "epoch: ++state.epoch",
    "epoch: state.epoch",
  ),
  mutant(
    "a release wakes nobody",
    "locks/tables.ts",
    "  unserved.push(lock);\n  // A wait for several",
    "  // A wait for several",
  ),
  mutant(
    "a lease ends a millisecond late",
    "locks/tables.ts",
    "schedule(state.deadlines, now + leaseMs, hold)",
    "schedule(state.deadlines, now + leaseMs + 1, hold)",
  ),
  mutant(
    "a wait times out a millisecond early",
    "locks/tables.ts",
    "schedule(state.deadlines, now + timeoutMs, wait)",
    "schedule(state.deadlines, now + timeoutMs - 1, wait)",
  ),
  mutant(
    "the priority of a wait is ignored",
    "locks/tables.ts",
    "return turn.now - priority * turn.state.config.agingMs;",
    "return turn.now - 0 * priority;",
  ),
  mutant(
    "a reader is let in beside a writer",
    "locks/tables.ts",
    'if (mode === "shared") return lock.used === 0;',
    'if (mode === "shared") return true;',
  ),
  mutant(
    "a newcomer goes before those who wait",
    "locks/machine.ts",
    "return first === undefined || rankOf(turn, priority) < first.rank;",
    "return first !== undefined || first === undefined;",
  ),
  mutant(
    "deadlocks are not looked for when a wait begins",
    "locks/actions.ts",
    "  followUps(turn).suspects.push(owner);",
    "",
  ),
  {
    ...mutant(
      "a grant's new cycle is not looked for",
      "locks/handoff.ts",
      "askedBy !== undefined)) return;\n  followUps(turn).suspects.push(owner);",
      "askedBy !== undefined)) return;",
    ),
    workload: "philosophers",
  },
  mutant(
    "who gives everything back goes on waiting",
    "locks/machine.ts",
    '  for (const wait of waits) abandon(turn, wait, "gone");\n',
    "",
  ),
  mutant(
    "a stale release is taken",
    "locks/machine.ts",
    "if (held !== undefined && (epoch === 0 || held.epoch === epoch)) return held;",
    "if (held !== undefined) return held;",
  ),
  mutant(
    "a result under an old epoch is taken",
    "tasks/machine.ts",
    "if (task.agent !== undefined && (epoch === 0 || epoch === task.epoch)) return task;",
    "if (task.agent !== undefined) return task;",
  ),
  mutant(
    "the epoch of a claim is not raised",
    "tasks/transitions.ts",
    "++state.epoch",
    "state.epoch + 1",
  ),
  mutant(
    "the priority of a task is ignored",
    "tasks/machine.ts",
    "rank: now - spec.priority * state.config.agingMs",
    "rank: now",
  ),
  mutant(
    "an agent that is gone is kept",
    "tasks/agents.ts",
    "  state.agents.delete(agentId);\n",
    "",
  ),
  mutant("a slot is not given back", "tasks/transitions.ts", "agent.slotsInUse--;", ""),
  mutant(
    "a dependency that ended still counts as open",
    "tasks/dependencies.ts",
    "dependent.openDependencies--;",
    'if (onFailure !== "ignore") dependent.openDependencies--;',
  ),
  mutant(
    "poisonous tasks are never given up",
    "tasks/transitions.ts",
    "  if (task.crashes > step.state.config.maxCrashes) quarantine(step, task, reason, attempt);\n  else requeue",
    "  requeue",
  ),
  mutant(
    "an attempt may take twice its time",
    "tasks/transitions.ts",
    'schedule(state.deadlines, now + spec.timeoutMs, { limit: "attempt", task })',
    'schedule(state.deadlines, now + 2 * spec.timeoutMs, { limit: "attempt", task })',
  ),
  mutant(
    "a retry begins while the body before runs on",
    "tasks/machine.ts",
    "  if (task.lingering === 0) ready(step, task);",
    "  ready(step, task);",
  ),
  mutant(
    "a body that never ends keeps its slot",
    "tasks/machine.ts",
    "      return endLingering(step, due.lingering, true);\n",
    "      return;\n",
  ),
  mutant(
    "a steal leaves its claim with the old agent",
    "tasks/stealing.ts",
    "difference >= Math.max(2, config.stealThreshold)",
    "difference > Math.max(2, config.stealThreshold)",
  ),
  mutant(
    "the reaction that gives back the locks of a task is dropped",
    "root/reactions/table.ts",
    '  on("attempt:ended", releaseResources),\n',
    "",
  ),
  mutant(
    "the reaction that ends a claim without its lock is dropped",
    "root/reactions/table.ts",
    '  on("resource:expired", stopWithoutLock),\n',
    "",
  ),
  mutant(
    "the reaction that takes the breaker away with its agent is dropped",
    "root/reactions/table.ts",
    "    retireFromConflicts,\n    forgetBreaker,\n  ),",
    "    retireFromConflicts,\n  ),",
  ),
  mutant(
    "the reaction that tells a breaker of an attempt's end is dropped",
    "root/reactions/table.ts",
    '  on("task:requeued", settleCall),\n',
    "",
  ),
  mutant(
    "a repeat is recognized for half as long",
    "messages/machine.ts",
    "if (fifoSize(knownOrder) > config.dedupeWindow)",
    "if (2 * fifoSize(knownOrder) > config.dedupeWindow)",
  ),
  mutant(
    "a message out for delivery holds back no other",
    "messages/transitions.ts",
    "  channel.busy = copy;\n",
    "",
  ),
  mutant(
    "the epoch of a delivery is not raised",
    "messages/transitions.ts",
    "copy.epoch = ++state.epoch;",
    "copy.epoch = state.epoch;",
  ),
  mutant(
    "a message is delivered once too often",
    "messages/transitions.ts",
    "if (copy.attempt >= state.config.maxDeliveries)",
    "if (copy.attempt > state.config.maxDeliveries)",
  ),
  mutant(
    "a handler that is done is handed nothing more",
    "messages/transitions.ts",
    "    handledMs: step.now - copy.deliveredAt,\n  });\n  deliverReady(step, consumer, lane);",
    "    handledMs: step.now - copy.deliveredAt,\n  });",
  ),
  mutant(
    "what is given up is no dead letter",
    "messages/transitions.ts",
    "  addDeadLetter(step, copy, cause, error);\n",
    "",
  ),
  mutant(
    "requests to an agent that is gone go on waiting",
    "messages/machine.ts",
    "  endRequestsOf(step, agentId);\n",
    "",
  ),
  mutant(
    "a result of an earlier state of a breaker decides",
    "breakers/machine.ts",
    "  if (epoch !== breaker.epoch) return count(step, breaker, command);\n",
    "",
  ),
  mutant(
    "one probe too many goes through a breaker",
    "breakers/state.ts",
    "probes < rules.halfOpenLimit",
    "probes <= rules.halfOpenLimit",
  ),
  mutant(
    "one success closes a breaker",
    "breakers/machine.ts",
    "if (phase.successes >= breaker.rules.successThreshold)",
    "if (phase.successes >= 1)",
  ),
  mutant(
    "a breaker probes a millisecond early",
    "breakers/machine.ts",
    'if (breaker.phase.state === "open" && breaker.phase.until <= step.now)',
    'if (breaker.phase.state === "open" && breaker.phase.until <= step.now + 1)',
  ),
  mutant(
    "a conflict is resolved twice",
    "conflicts/machine.ts",
    "if (resolution !== undefined) {",
    'if (resolution !== undefined && conflictId === "") {',
  ),
  mutant(
    "an agent votes twice",
    "conflicts/machine.ts",
    '  if (known !== undefined && known !== candidate) return refuse(step, command, "voted", voter);\n',
    "",
  ),
  mutant(
    "a change that is based on an old version is taken",
    "conflicts/versions.ts",
    "versionOf(state, resourceId) !== expectedVersion",
    "versionOf(state, resourceId) < expectedVersion",
  ),
  mutant(
    "a second life has the incarnation of the first",
    "agents/actions.ts",
    "++state.lastIncarnation",
    "state.lastIncarnation || ++state.lastIncarnation",
  ),
  mutant(
    "a life that is over may go on acting",
    "agents/state.ts",
    "return member !== undefined && (incarnation === 0 || member.incarnation === incarnation);",
    "return member !== undefined && incarnation >= 0;",
  ),
  mutant("a heartbeat is not noted", "agents/actions.ts", "member.lastHeardAt = now;", "void now;"),
  mutant(
    "what is due fires one millisecond late",
    "core/data/deadlines.ts",
    "first.rank > now) return undefined;",
    "first.rank >= now) return undefined;",
  ),
];
