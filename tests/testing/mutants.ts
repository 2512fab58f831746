/**
 * Bugs that `plant.ts` plants one by one in a copy of the product: the simulation must find each.
 *
 * @module
 */

/** A bug: a text of the source, and its replacement. */
export interface Mutant {
  /** Says what is wrong with the product. */
  readonly name: string;
  /** The file, in `src`. */
  readonly file: string;
  /** The text, which the file contains exactly once. */
  readonly from: string;
  /** The replacement. */
  readonly to: string;
  /** The workload that finds it, when it is rare elsewhere. @default drawn */
  readonly workload?: string;
}

function mutant(name: string, file: string, from: string, to: string): Mutant {
  return { name, file, from, to };
}

/** All bugs. */
export const MUTANTS: readonly Mutant[] = [
  mutant(
    "a granted wait stays in its queue",
    "locks/machine.ts",
    "  removeWait(step, wait);\n  for (const ticket of tickets) {",
    "  for (const ticket of tickets) {",
  ),
  mutant(
    "the epoch of a lock is not raised",
    "locks/machine.ts",
    "const epoch = ++state.epoch;",
    "const epoch = state.epoch;",
  ),
  mutant(
    "a release grants nothing to a waiter",
    "locks/machine.ts",
    "  unserved.push(lock);\n  // Its own wait",
    "  // Its own wait",
  ),
  mutant(
    "a lease ends a millisecond late",
    "locks/machine.ts",
    "schedule(state.deadlines, now + leaseMs, hold)",
    "schedule(state.deadlines, now + leaseMs + 1, hold)",
  ),
  mutant(
    "a wait times out a millisecond early",
    "locks/machine.ts",
    "schedule(state.deadlines, now + timeoutMs, wait)",
    "schedule(state.deadlines, now + timeoutMs - 1, wait)",
  ),
  mutant(
    "the priority of a wait is ignored",
    "locks/machine.ts",
    "return now - priority * state.config.agingMs;",
    "return now - 0 * priority;",
  ),
  mutant(
    "a shared lock is granted beside an exclusive one",
    "locks/state.ts",
    'if (mode === "shared") return lock.used === 0;',
    'if (mode === "shared") return true;',
  ),
  mutant(
    "a request overtakes the waiters",
    "locks/machine.ts",
    "return first === undefined || rankOf(step, priority) < first.rank;",
    "return first !== undefined || first === undefined;",
  ),
  mutant(
    "no deadlock is searched for when a wait begins",
    "locks/machine.ts",
    "  followUps(step).suspects.push(owner);\n  return wait;",
    "  return wait;",
  ),
  {
    ...mutant(
      "no deadlock is searched for after a grant",
      "locks/machine.ts",
      "  if (isWaiting || isSending) followUps(step).suspects.push(owner);\n",
      "",
    ),
    workload: "philosophers",
  },
  mutant(
    "an owner that releases everything goes on waiting",
    "locks/machine.ts",
    "for (const wait of owner.waits.toSorted(byId)) {",
    "for (const wait of []) {",
  ),
  mutant(
    "a stale release is accepted",
    "locks/machine.ts",
    "if (held !== undefined && (epoch === 0 || held.epoch === epoch)) return held;",
    "if (held !== undefined) return held;",
  ),
  mutant(
    "a stale result is accepted",
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
    "a removed agent is kept",
    "tasks/agents.ts",
    "  state.agents.delete(agentId);\n",
    "",
  ),
  mutant("a slot is not freed", "tasks/transitions.ts", "agent.slotsInUse--;", ""),
  mutant(
    "a dependency that ended still counts as open",
    "tasks/dependencies.ts",
    "dependent.openDependencies--;",
    'if (onFailure !== "ignore") dependent.openDependencies--;',
  ),
  mutant(
    "a task that crashes agents is never quarantined",
    "tasks/transitions.ts",
    "  if (task.crashes > step.state.config.maxCrashes) quarantine(step, task, reason, attempt);\n  else requeue",
    "  requeue",
  ),
  mutant(
    "an attempt may take twice its time limit",
    "tasks/transitions.ts",
    'schedule(state.deadlines, now + spec.timeoutMs, { limit: "attempt", task })',
    'schedule(state.deadlines, now + 2 * spec.timeoutMs, { limit: "attempt", task })',
  ),
  mutant(
    "a retry begins while the attempt before goes on",
    "tasks/machine.ts",
    "  if (task.lingering === 0) ready(step, task);",
    "  ready(step, task);",
  ),
  mutant(
    "an attempt that never ends keeps its slot",
    "tasks/machine.ts",
    "      return endLingering(step, due.lingering, true);\n",
    "      return;\n",
  ),
  mutant(
    "a steal leaves its claim with the old agent",
    "tasks/placement.ts",
    "difference >= Math.max(2, config.stealThreshold)",
    "difference > Math.max(2, config.stealThreshold)",
  ),
  mutant(
    "the reaction that releases the locks of a task is dropped",
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
    "the reaction that removes the breaker of an agent is dropped",
    "root/reactions/table.ts",
    "    retireFromConflicts,\n    forgetBreaker,\n",
    "    retireFromConflicts,\n",
  ),
  mutant(
    "a task that waits for its locks keeps its slot",
    "root/reactions/table.ts",
    "    parkClaim,\n    releaseIfOver,\n",
    "    releaseIfOver,\n",
  ),
  mutant(
    "a task that ends without a slot keeps its locks",
    "root/reactions/table.ts",
    '  on("task:unlocked", releaseUnused),\n',
    "",
  ),
  mutant(
    "a task without a slot keeps its locks from the attempts that it waits for",
    "root/reactions/table.ts",
    "    settleContention,\n    yieldLocks,\n",
    "    settleContention,\n",
  ),
  mutant(
    "a task without a slot keeps its locks though no agent takes tasks",
    "root/reactions/table.ts",
    '  on("agent:cordoned", yieldLocks),\n',
    "",
  ),
  mutant(
    "the reaction that settles the call of an attempt is dropped",
    "root/reactions/table.ts",
    '  on("task:requeued", settleCall),\n',
    "",
  ),
  mutant(
    "duplicates are dropped for half as long",
    "messages/machine.ts",
    "if (fifoSize(knownOrder) > config.dedupeWindow)",
    "if (2 * fifoSize(knownOrder) > config.dedupeWindow)",
  ),
  mutant(
    "a message in delivery holds no other back",
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
    "a handler that is done gets no further message",
    "messages/transitions.ts",
    "    handledMs: step.now - copy.deliveredAt,\n  });\n  deliverReady(step, consumer, lane);",
    "    handledMs: step.now - copy.deliveredAt,\n  });",
  ),
  mutant(
    "a message that failed for good is no dead letter",
    "messages/transitions.ts",
    "  addDeadLetter(step, copy, cause, error);\n",
    "",
  ),
  mutant(
    "requests to a removed agent go on waiting",
    "messages/machine.ts",
    "  endRequestsOf(step, agentId);\n",
    "",
  ),
  mutant(
    "a result of an earlier state changes a breaker",
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
    "a commit that is based on an old version is accepted",
    "conflicts/versions.ts",
    "versionOf(state, resourceId) !== expectedVersion",
    "versionOf(state, resourceId) < expectedVersion",
  ),
  mutant(
    "an agent joins again under its former incarnation",
    "agents/machine.ts",
    "++state.lastIncarnation",
    "state.lastIncarnation || ++state.lastIncarnation",
  ),
  mutant(
    "a former incarnation may go on acting",
    "agents/state.ts",
    "return member !== undefined && (incarnation === 0 || member.incarnation === incarnation);",
    "return member !== undefined && incarnation >= 0;",
  ),
  mutant("a heartbeat is not noted", "agents/machine.ts", "member.lastHeardAt = now;", "void now;"),
  mutant(
    "timers fire one millisecond late",
    "core/data/deadlines.ts",
    "first.rank > now) return undefined;",
    "first.rank >= now) return undefined;",
  ),
];
