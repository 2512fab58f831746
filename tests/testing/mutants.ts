/**
 * Bugs that `plant.ts` plants one by one in a copy of the product: the simulation must find each.
 *
 * @module
 */

import type { FaultName } from "../../src/testing/mod.ts";

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
  /** The fault that finds it, when it is rare without. @default drawn */
  readonly fault?: FaultName;
  /** The simulation that finds it, as it is in a façade or an engine. @default that of the machine */
  readonly simulation?: "manager" | "engines";
}

function mutant(name: string, file: string, from: string, to: string): Mutant {
  return { name, file, from, to };
}

function inManager(name: string, file: string, from: string, to: string): Mutant {
  return { name, file, from, to, simulation: "manager" };
}

function inEngines(name: string, file: string, from: string, to: string): Mutant {
  return { name, file, from, to, simulation: "engines" };
}

function inKeys(name: string, file: string, from: string, to: string): Mutant {
  return { name, file, from, to, workload: "keyed" };
}

function inFamilies(name: string, file: string, from: string, to: string): Mutant {
  return { name, file, from, to, workload: "families" };
}

function inChatter(name: string, file: string, from: string, to: string): Mutant {
  return { name, file, from, to, workload: "chatter" };
}

function whenCutOff(name: string, file: string, from: string, to: string): Mutant {
  return { name, file, from, to, fault: "disconnect" };
}

/** All bugs. */
export const MUTANTS: readonly Mutant[] = [
  mutant(
    "a granted wait stays in its queue",
    "locks/transitions.ts",
    "  removeWait(step, wait);\n  for (const ticket of tickets) {",
    "  for (const ticket of tickets) {",
  ),
  mutant(
    "the epoch of a lock is not raised",
    "locks/transitions.ts",
    "const epoch = ++state.epoch;",
    "const epoch = state.epoch;",
  ),
  mutant(
    "a release grants nothing to a waiter",
    "locks/transitions.ts",
    "if (isAwaited(lock)) followUps(step).unserved.push(lock);\n  else",
    "if (isAwaited(lock)) void lock;\n  else",
  ),
  mutant(
    "a lease ends a millisecond late",
    "locks/transitions.ts",
    "schedule(state.deadlines, now + leaseMs, hold)",
    "schedule(state.deadlines, now + leaseMs + 1, hold)",
  ),
  mutant(
    "a wait times out a millisecond early",
    "locks/transitions.ts",
    "schedule(state.deadlines, now + timeoutMs, wait)",
    "schedule(state.deadlines, now + timeoutMs - 1, wait)",
  ),
  mutant(
    "the priority of a wait is ignored",
    "locks/transitions.ts",
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
    "locks/state.ts",
    "return first === undefined || rank < first.rank;",
    "return first !== undefined || first === undefined;",
  ),
  mutant(
    "no deadlock is searched for when a wait begins",
    "locks/transitions.ts",
    "  followUps(step).suspects.push(owner);\n  return wait;",
    "  return wait;",
  ),
  {
    ...mutant(
      "no deadlock is searched for after a grant",
      "locks/transitions.ts",
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
  {
    ...mutant(
      "a grant ignores the holders of other paths that overlap",
      "locks/state.ts",
      "  return someNear(\n    lock,\n    ({ holds, used }) =>\n      (mode",
      "  return someNear(\n    lock,\n    ({ holds, used, resourceId }) =>\n      resourceId === lock.resourceId && (mode",
    ),
    workload: "reservations",
  },
  {
    ...mutant(
      "a release of paths serves only the waiters for the same ones",
      "locks/state.ts",
      "  someNear(lock, ({ queue }) => {\n    const first",
      "  [lock].some(({ queue }) => {\n    const first",
    ),
    workload: "reservations",
  },
  {
    ...mutant(
      "the wait-for graph lacks the holders of other paths that overlap",
      "locks/deadlock.ts",
      "for (const owner of [...ahead, ...holders]) {",
      "for (const owner of [...ahead, ...holders].slice(0, ahead.length)) {",
    ),
    workload: "reservations",
  },
  {
    ...mutant(
      "a set of paths that is free stays among those that others overlap with",
      "locks/path_locks.ts",
      "  if (last !== lock) list[index] = last;",
      "  if (last === lock) list[index] = last;",
    ),
    workload: "reservations",
  },
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
    "tasks/state.ts",
    "const rank = dueAt - priority * config.agingMs;",
    "const rank = dueAt;",
  ),
  mutant(
    "a removed agent is kept",
    "tasks/agents.ts",
    "  state.agents.delete(agent.agentId);\n",
    "",
  ),
  mutant("a slot is not freed", "tasks/transitions.ts", "if (!queued) agent.slotsInUse--;", ""),
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
    "tasks/attempt_limits.ts",
    'schedule(state.deadlines, now + timeoutMs, { limit: "attempt", task })',
    'schedule(state.deadlines, now + 2 * timeoutMs, { limit: "attempt", task })',
  ),
  mutant(
    "a retry begins while the attempt before goes on",
    "tasks/timers.ts",
    "  if (task.lingering === 0) ready(step, task);",
    "  ready(step, task);",
  ),
  mutant(
    "an attempt that never ends keeps its slot",
    "tasks/timers.ts",
    "      return endLingering(step, due.lingering, true);\n",
    "      return;\n",
  ),
  mutant(
    "a steal leaves its claim with the old agent",
    "tasks/placement.ts",
    "difference >= Math.max(2, step.state.config.stealThreshold)",
    "difference > Math.max(2, step.state.config.stealThreshold)",
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
    '  on("resource:expired", preemptWithoutLock),\n',
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
    "    parkClaim,\n    watchAwaited,\n",
    "    watchAwaited,\n",
  ),
  mutant(
    "a task that ends without a slot keeps its locks",
    "root/reactions/table.ts",
    '  on("task:unlocked", releaseUnused),\n',
    "",
  ),
  mutant(
    "a task without a slot keeps its locks from the attempts that it waits for",
    "root/machine.ts",
    "    yieldLocks,\n",
    "    () => undefined,\n",
  ),
  mutant(
    "a task without a slot keeps its locks though no agent takes tasks",
    "root/reactions/claims.ts",
    "    if (group === undefined ? !isOpen(agent) : !takes(agent, group)) continue;\n",
    "",
  ),
  mutant(
    "the reaction that settles the call of an attempt is dropped",
    "root/reactions/table.ts",
    '  on("task:requeued", endCall),\n',
    "",
  ),
  {
    ...mutant(
      "an agent that is not registered can't be removed",
      "root/reactions/claims.ts",
      "if (state.tasks.agents.has(agentId) || !isKnown(state, agentId)) return undefined;",
      "if (isKnown !== undefined) return undefined;",
    ),
    workload: "guests",
  },
  {
    ...mutant(
      "a removed agent keeps what it holds under other names",
      "root/reactions/claims.ts",
      "owner: agentId, ofAgent: true }",
      "owner: agentId }",
    ),
    workload: "guests",
  },
  {
    ...mutant(
      "an agent that only has a mailbox is unknown",
      "root/reactions/agents.ts",
      "    hasMessages(messages, agentId) || conflicts.knownAgents.has(agentId) ||\n",
      "    conflicts.knownAgents.has(agentId) ||\n",
    ),
    workload: "guests",
  },
  {
    ...mutant(
      "the only fit agent waits until its breaker admits a probe",
      "tasks/placement.ts",
      "return trusted === 0 && !placed;",
      "return trusted < 0 && !placed;",
    ),
    workload: "failing",
  },
  {
    ...mutant(
      "an agent that is avoided gets tasks beside a trusted one",
      "tasks/placement.ts",
      "return trusted === 0 && !placed;",
      "return trusted >= 0 && !placed;",
    ),
    workload: "failing",
  },
  {
    ...mutant(
      "tasks that wait for the last trusted agent stay when it is lost",
      "tasks/placement.ts",
      "  if (group.trusted === 0 && sizeOf(group) > 0) queued.push(group);\n",
      "  if (group.trusted < 0) queued.push(group);\n",
    ),
    workload: "failing",
  },
  {
    ...mutant(
      "an attempt that the breaker does not admit asks for a permit",
      "root/reactions/breakers.ts",
      "  if (!outlook(breaker, now).admits) return undefined;\n",
      "  outlook(breaker, now);\n",
    ),
    workload: "failing",
  },
  mutant(
    "duplicates are dropped for half as long",
    "messages/machine.ts",
    "while (fifoSize(knownOrder) > config.dedupeWindow)",
    "while (2 * fifoSize(knownOrder) > config.dedupeWindow)",
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
  inChatter(
    "a receiver that waits gets no message that arrives",
    "messages/transitions.ts",
    "  if (!consumer.isPush) serveReceivers(step, consumer.mailbox);\n",
    "",
  ),
  inChatter(
    "a receiver gets a message and goes on waiting",
    "messages/transitions.ts",
    "    removeReceiver(step.state, receiver);\n    deliver(step, copy, receiver.timeoutMs, receiver);\n",
    "    deliver(step, copy, receiver.timeoutMs, receiver);\n" +
      "    if (receiver.timeoutMs > 0) return;\n",
  ),
  inChatter(
    "receivers do not get what the last handler leaves",
    "messages/machine.ts",
    "    serveReceivers(step, mailbox);\n",
    "",
  ),
  inChatter(
    "receivers of a removed agent go on waiting",
    "messages/machine.ts",
    "  endReceivers(step, mailbox);\n",
    "",
  ),
  inChatter(
    "a mailbox is evicted while a receiver waits",
    "messages/tables.ts",
    "    receivers.first === undefined && ",
    "    ",
  ),
  inChatter(
    "messages of a topic wait forever for a handler that left",
    "messages/transitions.ts",
    "const successor = oldest.hasLeft ? mailbox.consumers[0]! : oldest;",
    "const successor = oldest;",
  ),
  inChatter(
    "readers of an inbox are not bounded",
    "messages/machine.ts",
    "if (readers.size <= state.config.maxReaders) break;",
    "if (readers.size <= 3 * state.config.maxReaders) break;",
  ),
  mutant(
    "a result of an earlier state changes a breaker",
    "breakers/machine.ts",
    "  if (epoch !== breaker.epoch) return count(step, breaker, command);\n",
    "",
  ),
  {
    ...mutant(
      "a breaker that is held open half-opens after its open time",
      "breakers/machine.ts",
      'const held = { state: "open", until: Infinity, heldFor: reason } as const;',
      'const held = { state: "open", until: step.now + 10, heldFor: reason } as const;',
    ),
    workload: "calls",
  },
  {
    ...mutant(
      "a breaker that is held open may be forced to another state",
      "breakers/machine.ts",
      'return phase.state === "open" && phase.heldFor !== undefined;\n',
      'return phase.state === "open" && phase.heldFor === undefined && false;\n',
    ),
    workload: "calls",
  },
  {
    ...mutant(
      "a retry budget has no largest size",
      "breakers/machine.ts",
      "budget.tokens = Math.min(retryBurst * TOKEN, budget.tokens + ofCalls + ofTime);",
      "budget.tokens = Math.max(retryBurst * TOKEN, budget.tokens + ofCalls + ofTime);",
    ),
    workload: "calls",
  },
  {
    ...mutant(
      "a retry takes nothing from its budget",
      "breakers/machine.ts",
      "  if (budget.tokens < TOKEN) {\n",
      "  if (budget.tokens < 0) {\n",
    ),
    workload: "calls",
  },
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
  {
    ...mutant(
      "an open time grows from the jittered one",
      "breakers/machine.ts",
      "  breaker.openTimeMs = longest;\n  breaker.nextOpenMs =",
      "  breaker.openTimeMs = breaker.nextOpenMs =",
    ),
    workload: "calls",
  },
  mutant(
    "the first open time is jittered",
    "breakers/machine.ts",
    "    nextOpenMs: rules.timeout,",
    "    nextOpenMs: rules.timeout + nextInt(state.prng, Math.ceil(rules.timeout / 2)),",
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
  mutant(
    "a heartbeat is not noted",
    "agents/machine.ts",
    "member.lastHeardAt = member.silentSince = now;",
    "member.lastHeardAt = now;",
  ),
  {
    ...mutant(
      "agents die of a silence in which no heartbeat could be received",
      "agents/machine.ts",
      "if (startsAnew(command, limitMs)) member.silentSince = now;",
      "void startsAnew(command, limitMs);",
    ),
    fault: "suspend",
    workload: "guests",
  },
  {
    ...mutant(
      "leases end that could not be renewed",
      "locks/machine.ts",
      "for (const hold of leased.sort(byEpoch)) startLease(step, hold);",
      "leased.sort(byEpoch);",
    ),
    fault: "suspend",
  },
  {
    ...mutant(
      "attempts time out whose heartbeats could not be received",
      "tasks/machine.ts",
      "if (startsAnew(command, task.spec.heartbeatTimeoutMs)) extendHeartbeat(state, task, now);",
      "void startsAnew(command, task.spec.heartbeatTimeoutMs);",
    ),
    fault: "suspend",
  },
  {
    ...mutant(
      "deliveries time out that could not be acknowledged",
      "messages/machine.ts",
      "if (startsAnew(command, copy.limitMs)) extend(step, copy, copy.limitMs);",
      "void startsAnew(command, copy.limitMs);",
    ),
    fault: "suspend",
  },
  {
    ...mutant(
      "a gap is applied after what was due in it",
      "root/composition.ts",
      "    const first = events.length;\n    for (const [name, part] of this.#parts) {",
      "    this.fire(state, now, events);\n    const first = events.length;\n" +
        "    for (const [name, part] of this.#parts) {",
    ),
    fault: "suspend",
  },
  {
    ...mutant(
      "an engine does not notice that its process did not run",
      "core/engine.ts",
      'machine.commands.includes("resume-listening") ? TOLERATED_MS : Infinity',
      'machine.commands.includes("resume-listening") ? Infinity : Infinity',
    ),
    simulation: "manager",
  },
  {
    ...mutant(
      "an engine does not look whether its process runs while a tick is stored",
      "core/engine.ts",
      "if (this.#toleratedMs < Infinity) this.#setTimer(now + LEAD_MS);",
      "void now;",
    ),
    simulation: "manager",
  },
  {
    ...mutant(
      "commands overtake a gap that the journal did not store",
      "core/engine.ts",
      "if (next !== undefined) this.#resume(next.at, undefined, true);",
      "void next;",
    ),
    simulation: "manager",
  },
  {
    ...mutant(
      "time follows the wall clock",
      "core/clock.ts",
      "if (advance < 0 || advance > TRUSTED_ADVANCE_MS) this.#compare(read);",
      "void advance;",
    ),
    simulation: "manager",
  },
  {
    ...mutant(
      "time starts at the wall time, also where the journal is ahead",
      "core/engine.ts",
      "    if (behindMs > 0) (this as { clock: Clock }).clock = aheadOf(this.clock, behindMs);\n",
      "    void behindMs;\n",
    ),
    simulation: "manager",
  },
  mutant(
    "timers fire one millisecond late",
    "core/data/deadlines.ts",
    "first.rank > now) return undefined;",
    "first.rank >= now) return undefined;",
  ),
  {
    ...mutant(
      "an agent in pull mode is given tasks that it did not ask for",
      "tasks/placement.ts",
      "return !pulls || (ask !== undefined && ask.task === undefined && ask.pending === undefined);",
      "return !pulls || ask?.pending === undefined;",
    ),
    workload: "asking",
  },
  {
    ...mutant(
      "a request outlives its agent",
      "tasks/agents.ts",
      '  if (agent.ask !== undefined) endAsk(step, agent.ask, "gone");\n',
      "",
    ),
    workload: "asking",
  },
  {
    ...mutant(
      "a request for a task outlives it",
      "tasks/pull.ts",
      'for (const ask of [...askers]) endAsk(step, ask, "ended");',
      "void askers;",
    ),
    workload: "asking",
  },
  {
    ...mutant(
      "agents that ask for any task are overlooked",
      "tasks/placement.ts",
      "  if (best === undefined || best.pulls) return best;\n",
      "  if (best === undefined || best.pulls) return undefined;\n",
    ),
    workload: "asking",
  },
  inManager(
    "a shutdown ends what waits by commands in the journal",
    "core/host.ts",
    "    (this.#engine ?? this.#unread)?.seal();\n",
    "",
  ),
  inManager(
    "a shutdown drains the scheduler in the journal",
    "tasks/client.ts",
    'if (synchronous) await this.call({ type: "drain" }).catch(ignore);',
    'if (synchronous || graceMs > 0) await this.call({ type: "drain" }).catch(ignore);',
  ),
  inManager(
    "an append that was stored without an answer counts as refused",
    "core/journal_writer.ts",
    "if (cause instanceof AppendRefusedError && this.stalled === undefined)",
    "if (cause !== undefined)",
  ),
  inManager(
    "an append of unknown outcome is a new one when it is offered again",
    "core/journal_writer.ts",
    "await Promise.race([this.#journal.append(record), delivery]);",
    "await this.#journal.append({ ...record, number: this.#number++ });",
  ),
  inFamilies(
    "a task that awaits another keeps its slot",
    "tasks/transitions.ts",
    "    agent.slotsInUse--;\n    agent.lent++;",
    "    agent.lent++;",
  ),
  inFamilies(
    "a task does not resume when the task that it awaits ends",
    "tasks/transitions.ts",
    "    if (!isLent(awaiter)) resume(step, awaiter);",
    "    if (isLent(awaiter)) resume(step, awaiter);",
  ),
  inFamilies(
    "children outlive the claim of their parent",
    "tasks/transitions.ts",
    "  if (family.children.size > 0) cancelChildren(step, task);\n",
    "",
  ),
  inFamilies(
    "the wait for a child that waits for a lock is no edge",
    "root/reactions/claims.ts",
    "    if (isLent(awaited) || isWaiting(owner)) yield edgeBetween(task, awaited);\n",
    "",
  ),
  inFamilies(
    "a child that begins to wait for a lock is not watched",
    "root/reactions/claims.ts",
    "  for (const awaiter of awaitersOf(task, tasks)) yield edgeBetween(awaiter, task);\n",
    "",
  ),
  inFamilies(
    "a task waits for what its child needed before",
    "root/reactions/table.ts",
    '  on("task:amended", rewatchAwaits),\n',
    "",
  ),
  inFamilies(
    "the waits of a task that resumed stay edges",
    "root/reactions/claims.ts",
    'return { type: "end-claim-asks", owner };',
    "return undefined;",
  ),
  inEngines(
    "an engine steps its own commands at once, and not in the order of the journal",
    "core/engine.ts",
    "    this.#append(written, reply as Reply<unknown>);",
    '    if (command.type !== "begin-session") this.#step(command, undefined, undefined);\n' +
      "    this.#append(written, reply as Reply<unknown>);",
  ),
  inEngines(
    "a record of another engine answers the calls of this one",
    "core/engine.ts",
    "const isOwn = record.session === this.#writer!.session;",
    "const isOwn = true;",
  ),
  inEngines(
    "a record of unknown outcome is a new one when it is offered again",
    "core/journal_writer.ts",
    "await Promise.race([this.#journal.append(record), delivery]);",
    "await this.#journal.append(\n" +
      "          this.stalled ? { ...record, number: ++this.#number } : record,\n        );",
  ),
  inEngines(
    "an engine goes on behind a record that it was not given",
    "core/replica.ts",
    "    if (number > last + 1) {\n",
    "    if (number < last) {\n",
  ),
  inEngines(
    "a record that is delivered to an engine twice is stepped twice",
    "core/replica.ts",
    "if (number <= last) return false;",
    "if (number < last) return false;",
  ),
  inEngines(
    "time goes back to the clock of another engine",
    "core/replica.ts",
    "if (at > this.now) this.now = at;",
    "this.now = at;",
  ),
  inEngines(
    "timers fire five milliseconds early",
    "core/data/deadlines.ts",
    "first.rank > now) return undefined;",
    "first.rank > now + 5) return undefined;",
  ),
  inEngines(
    "an engine leaves the timers to the one that set them",
    "core/engine.ts",
    'if (this.#journal !== undefined) return this.#gatherTick(now, { type: "tick" });',
    "if (this.#journal !== undefined) return;",
  ),
  inEngines(
    "a barrier does not wait for what it has to read",
    "core/engine.ts",
    "await this.#reader!.reached(await this.#journal.tail());",
    "await this.#journal.tail();",
  ),
  inEngines(
    "an engine whose records were forgotten tries to read them again and again",
    "core/journal_reader.ts",
    "if (cause instanceof JournalTruncatedError || cause instanceof JournalUnreadableError) {",
    "if (cause instanceof JournalUnreadableError) {",
  ),
  inEngines(
    "one command more than allowed waits to be stored",
    "core/engine.ts",
    "this.#writer.waiting >= this.#maxUnstored",
    "this.#writer.waiting > this.#maxUnstored",
  ),
  inEngines(
    "an engine whose machine broke reads on",
    "core/journal_reader.ts",
    "        if (cause instanceof InvariantError) return; // the engine has stopped\n",
    "",
  ),
  inEngines(
    "what a session appends after its end is stepped",
    "core/replica.ts",
    "    if (number <= last) return false;\n",
    "    if (number <= last && last !== OVER) return false;\n",
  ),
  inEngines(
    "a session is ended although it has appended since it was found silent",
    "core/replica.ts",
    "if (this.#sessions.get(session) === number) this.#sessions.set(session, OVER);",
    "if (this.#sessions.get(session)! >= number) this.#sessions.set(session, OVER);",
  ),
  inEngines(
    "an engine whose session was ended goes on",
    "core/journal_reader.ts",
    "if (this.#replica.isOver(session)) {",
    "if (session === undefined) {",
  ),
  inEngines(
    "a session is ended after one renewal of another engine",
    "core/membership.ts",
    "if (count >= MOST_SILENT) this",
    "if (count >= 1) this",
  ),
  inEngines(
    "an engine never ends the session of another one",
    "core/membership.ts",
    "if (count >= MOST_SILENT) this",
    "if (count >= Infinity) this",
  ),
  inEngines(
    "a start steps the command that broke the machine",
    "core/replica.ts",
    "this.#skip.size > 0 && this.#skip.has(this.place)",
    "this.#skip.size < 0",
  ),
  inManager(
    "a record that was delivered twice is stepped twice",
    "core/replica.ts",
    "if (number <= last) return false;",
    "if (number < last) return false;",
  ),
  inManager(
    "data that JSON can't hold is written as something else",
    "core/engine.ts",
    "    requireJson(command, `command ${command.type}`);\n",
    "",
  ),
  inManager(
    "a command that breaks the machine is not passed over",
    "core/replica.ts",
    "this.#skip.size > 0 && this.#skip.has(this.place)",
    "this.#skip.size < 0",
  ),
  inManager(
    "a replaced engine goes on",
    "core/journal_reader.ts",
    "if (this.#replaces(session, record)) {",
    "if (this.#replaces(record.session, record)) {",
  ),
  inManager(
    "a replaced engine leaves callers waiting",
    "core/journal_writer.ts",
    "    for (const { reply } of flight?.batch ?? []) reply(undefined, outcome);\n",
    "",
  ),
  inManager(
    "a manager whose machine broke is healthy",
    "coordination/coordination_manager.ts",
    "engineHealth(state.due.earliest, now, parts.client.problem)",
    "engineHealth(state.due.earliest, now)",
  ),
  inManager(
    "changed options are ignored",
    "core/replica.ts",
    "if (!isFirst && differences(configIn(this.state), config).length === 0) return;",
    "if (!isFirst) return;",
  ),
  {
    ...mutant(
      "a retried task begins before its last attempt has ended",
      "tasks/submission.ts",
      "    lingering += successor.lingering = task.lingering;\n",
      "",
    ),
    workload: "operated",
  },
  {
    ...mutant(
      "a paused scheduler assigns",
      "tasks/placement.ts",
      "  return !draining && paused === undefined && isFunded;\n",
      "  return !draining && isFunded;\n",
    ),
    workload: "operated",
  },
  {
    ...mutant(
      "a proposed result outlives its task",
      "tasks/transitions.ts",
      "  dropProposal(task);\n  move(state, task, outcome);",
      "  move(state, task, outcome);",
    ),
    workload: "operated",
  },
  {
    ...mutant(
      "a snoozed attempt counts against its agent",
      "root/reactions/breakers.ts",
      '    case "task:snoozed":\n    case "task:blocked":\n      return "neutral";',
      '      return "neutral";\n    case "task:snoozed":\n    case "task:blocked":\n      return "failure";',
    ),
    workload: "operated",
  },
  {
    ...mutant(
      "a task that gets a dependency stays in its queue",
      "tasks/operations.ts",
      "  if (waits) hold(step, task);\n",
      "",
    ),
    workload: "operated",
  },
  {
    ...mutant(
      "a task with other needs keeps its claim",
      "tasks/operations.ts",
      "  if (waits || resources !== undefined) {",
      "  if (waits) {",
    ),
    workload: "operated",
  },
  {
    ...mutant(
      "a task waits on for a dependency that it has no more",
      "tasks/operations.ts",
      "hasWaited && isDue(task)",
      "false",
    ),
    workload: "operated",
  },
  {
    ...mutant(
      "a new priority leaves a task where it is in its queue",
      "tasks/operations.ts",
      "  else rerank(place, task, rank);\n",
      "",
    ),
    workload: "operated",
  },
  {
    ...mutant(
      "a new priority is noted, and not used in the order of a queue",
      "tasks/operations.ts",
      "  else rerank(place, task, rank);\n",
      "  else task.rank = rank;\n",
    ),
    workload: "operated",
  },
  {
    ...mutant(
      "a resumed scheduler gives agents no work",
      "tasks/permits.ts",
      "  freed.push(...agents.values());\n",
      "",
    ),
    workload: "operated",
  },
  {
    ...mutant(
      "a task for later is ready at once",
      "tasks/submission.ts",
      "isDue(task) && task.dueAt <= now && doomed === undefined",
      "isDue(task) && doomed === undefined",
    ),
    workload: "operated",
  },
  {
    ...mutant(
      "a key outlives its task",
      "tasks/transitions.ts",
      "if (newestByKey.get(key) === task) newestByKey.delete(key);",
      "",
    ),
    workload: "operated",
  },
  {
    ...mutant(
      "the next occasion follows from when the timer fired",
      "tasks/schedules.ts",
      "schedule.nextAt = timeOf(newest + 1);",
      "schedule.nextAt = now + everyMs;",
    ),
    workload: "repeating",
  },
  {
    ...mutant(
      "the missed occasion before the newest is not counted",
      "tasks/schedules.ts",
      "count: first - next, since",
      "count: Math.max(1, first - next - 1), since",
    ),
    workload: "repeating",
  },
  {
    ...mutant(
      "an occasion that is made up for overlaps with the one before",
      "tasks/schedules.ts",
      '[...others, { taskId, onFailure: "ignore" }]',
      "others",
    ),
    workload: "repeating",
  },
  mutant(
    "a dependent does not receive the result of a dependency that ends later",
    "tasks/dependencies.ts",
    "      receive(dependent, task.spec.id, status as Outcome, task);\n",
    "",
  ),
  mutant(
    "what a task has received outlives it",
    "tasks/transitions.ts",
    "  task.received = undefined;\n",
    "",
  ),
  {
    ...mutant(
      "a raised capacity serves no waiter",
      "locks/capacity.ts",
      "  followUps(step).unserved.push(lock);\n",
      "",
    ),
    workload: "readers-writers",
  },
  {
    ...mutant(
      "a wait for more units than a lowered capacity lasts",
      "locks/capacity.ts",
      "({ units }) => units > lock.capacity)",
      "({ units }) => units > lock.capacity + 9)",
    ),
    workload: "readers-writers",
  },
  {
    ...mutant(
      "a lowered capacity is not in force for those who wait",
      "locks/state.ts",
      "lock.used + units <= lock.capacity;",
      "(lock.used + units <= lock.capacity || lock.used > lock.capacity);",
    ),
    workload: "readers-writers",
  },
  {
    ...mutant(
      "no deadlock is searched for when a capacity is lowered",
      "locks/capacity.ts",
      "  followUps(step).suspects.push(...tickets.map(({ wait }) => wait.owner));\n",
      "",
    ),
    workload: "readers-writers",
  },
  {
    ...mutant(
      "a grant that lapsed is not passed on",
      "locks/transitions.ts",
      "if (isAwaited(lock)) followUps(step).unserved.push(lock);",
      "if (isAwaited(lock) && hold.keepMs === 0) followUps(step).unserved.push(lock);",
    ),
    workload: "leaving",
    fault: "caller-vanishes",
  },
  {
    ...mutant(
      "a wait that is resumed goes to the end of the queue",
      "locks/callers.ts",
      "    attach(step, wait, command);\n    return",
      "    for (const ticket of wait.tickets) Object.assign(ticket, { rank: step.now });\n" +
        "    attach(step, wait, command);\n    return",
    ),
    workload: "leaving",
  },
  {
    ...mutant(
      "a grant lapses although it was collected",
      "locks/transitions.ts",
      "    unschedule(deadlines, hold.lease);\n    hold.keepMs = 0;",
      "    hold.keepMs = 0;",
    ),
    workload: "leaving",
  },
  {
    ...mutant(
      "a grant to a wait without a caller is for good",
      "locks/transitions.ts",
      "if (caller?.isGone) keepUntil(",
      "if (caller?.isGone && now < 0) keepUntil(",
    ),
    workload: "leaving",
    fault: "caller-vanishes",
  },
  {
    ...mutant(
      "a message that is kept for a caller is so for ever",
      "messages/transitions.ts",
      "copy.timer = schedule(state.deadlines, receiver.timer!.rank, copy);",
      "",
    ),
    workload: "chatter",
    fault: "caller-vanishes",
  },
  mutant(
    "a suspect that begins a new life stays cordoned",
    "root/reactions/table.ts",
    "releaseLocks, endReceivers, resumeAgent),",
    "releaseLocks, endReceivers),",
  ),
  inKeys(
    "the end of an attempt keeps its permit",
    "tasks/transitions.ts",
    "    if (hasSlot && !keepsPermit) returnPermit(step, task);\n",
    "",
  ),
  inKeys(
    "an attempt that lost its claim keeps its permit",
    "tasks/transitions.ts",
    "  freePermit(step, lingering.limitKey);\n",
    "",
  ),
  inKeys(
    "a claim that waits for its locks keeps its permit",
    "tasks/transitions.ts",
    "  agent!.slotsInUse--;\n  returnPermit(step, task);\n",
    "  agent!.slotsInUse--;\n",
  ),
  inKeys(
    "a lent slot keeps its permit",
    "tasks/transitions.ts",
    "    state.lent++;\n    returnPermit(step, task);\n",
    "    state.lent++;\n",
  ),
  inKeys(
    "a resumed parent takes no permit",
    "tasks/transitions.ts",
    "  retakePermit(step, task);\n",
    "",
  ),
  inKeys(
    "a stolen claim takes its permit twice",
    "tasks/transitions.ts",
    "  if (!hasPermit) takePermit(step, task);\n",
    "  takePermit(step, task);\n",
  ),
  inKeys(
    "a key gives out one permit too many",
    "tasks/permits.ts",
    "return running < (limit?.maxConcurrent ?? Infinity)",
    "return running <= (limit?.maxConcurrent ?? Infinity)",
  ),
  inKeys(
    "a start takes no token",
    "tasks/permits.ts",
    "creditAt(key, now) - key.limit.rate.perMs;",
    "creditAt(key, now);",
  ),
  inKeys(
    "a key whose token comes stays closed",
    "tasks/permits.ts",
    '    key.timer = schedule(deadlines, at, { limit: "rate", key });\n',
    "",
  ),
  inKeys(
    "an assignment by name needs no permit",
    "tasks/machine.ts",
    '  if (!hasPermit(state, task)) return refuse(step, command, taskId, "limited", task.spec.limitKey);\n',
    "",
  ),
  inKeys(
    "a budget of all attempts that is spent hands out tasks",
    "tasks/permits.ts",
    "  state.isFunded = allowsAttempt(state.account, state.unstarted);\n",
    "",
  ),
  inKeys(
    "a larger budget hands out nothing",
    "tasks/permits.ts",
    "  if (state.isFunded && !wasFunded) handOut(step);\n",
    "",
  ),
  inKeys(
    "the budget of a key hands out an attempt too many",
    "tasks/budgets.ts",
    "attempts + unstarted < (budget.attempts ?? Infinity);",
    "attempts < (budget.attempts ?? Infinity);",
  ),
  inKeys(
    "a task is retried beyond its budget",
    "tasks/transitions.ts",
    "  if (exhausted === undefined) return false;\n",
    "  return false;\n",
  ),
  inKeys(
    "a new priority leaves the lane of a task where it is",
    "tasks/permits.ts",
    "  reorder(lane.queue, task, rank);\n  rankLane(lane);\n",
    "  reorder(lane.queue, task, rank);\n",
  ),
  whenCutOff(
    "an agent that is heard again keeps the grace of its lost connection",
    "agents/machine.ts",
    "  member.isSuspect = false;\n  member.graceMs = 0;\n",
    "  member.isSuspect = false;\n",
  ),
  whenCutOff(
    "a grace is counted from the newest heartbeat, and not from the loss of the connection",
    "agents/machine.ts",
    "  member.silentSince = now;\n  member.graceMs = command.graceMs;\n",
    "  member.graceMs = command.graceMs;\n",
  ),
  whenCutOff(
    "a grace that is over ends no membership",
    "agents/machine.ts",
    'cause: "disconnected" });\n  }\n  setTimer(state, member);\n',
    'cause: "disconnected" });\n  }\n',
  ),
  whenCutOff(
    "an agent whose connection is lost is given tasks",
    "root/reactions/agents.ts",
    '    : "its connection is lost";\n',
    '    : "its connection is lost";\n  if (cause !== undefined) return undefined;\n',
  ),
  whenCutOff(
    "an agent whose connection is lost loses the tasks that it has started",
    "tasks/agents.ts",
    'task.status === "assigned" && task.spec.placed;',
    "task.spec.placed;",
  ),
  {
    ...mutant(
      "an amended input is noted, and the attempt gets the former one",
      "tasks/operations.ts",
      "    task.input = new Opaque(input);\n",
      "",
    ),
    workload: "operated",
  },
  {
    ...mutant(
      "a task that is retried has lost its amended input",
      "tasks/submission.ts",
      "{ spec: withoutDelay(spec), input, metadata }",
      "{ spec: withoutDelay(spec), input: input && undefined, metadata }",
    ),
    workload: "operated",
  },
  {
    ...mutant(
      "a task that has ended may be amended",
      "tasks/operations.ts",
      '  if (isTerminal(task.status)) return refuse(step, command, taskId, "status", task.status);\n  const refusal',
      "  const refusal",
    ),
    workload: "operated",
  },
];
