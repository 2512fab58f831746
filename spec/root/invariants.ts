/**
 * The invariants of a step of the root machine that need the state before it, or that simulations can't
 * afford. Those of a state, and of a history, are in `src/testing/simulation/checks`.
 *
 * @module
 */

import type { Instant } from "../../src/core/machine.ts";
import { explainWait } from "../../src/locks/views.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import type { RootState } from "../../src/root/state.ts";
import { consumersOf } from "../../src/messages/tables.ts";
import { isTerminal } from "../../src/tasks/state.ts";
import { explainTask } from "../../src/tasks/views.ts";
import { fail } from "../../src/testing/simulation/failure.ts";

/** What a step may change only as its events say. */
export interface Before {
  /** The number of copies of messages that are neither handled nor dead. */
  readonly copies: number;
  /** The tasks that are kept. */
  readonly tasks: readonly string[];
  /** The numbers of the waits for locks. */
  readonly waits: readonly number[];
  /** By task, the agent and the epoch of its claim. */
  readonly claims: ReadonlyMap<string, readonly [agentId: string, epoch: number]>;
}

/** Returns that of a state. */
export function beforeOf({ messages, tasks, locks }: Readonly<RootState>): Before {
  const claims = new Map<string, readonly [string, number]>();
  for (const { spec: { id }, agent, epoch } of tasks.tasks.values()) {
    if (agent !== undefined) claims.set(id, [agent.agentId, epoch]);
  }
  const kept = [...tasks.tasks.keys()];
  return { copies: copiesIn(messages), tasks: kept, waits: [...locks.waits.keys()], claims };
}

/** Checks a step that led to `state` at `now`. */
export function checkStep(
  before: Before,
  state: RootState,
  events: readonly LockstepEvent[],
  now: Instant,
): void {
  messagesAreConserved(before, state, events);
  tasksAreConserved(before, state, events);
  waitsEndOnce(before, state, events);
  ownersChangeWithEpochs(before, state);
  newLivesOwnNothing(before, state, events);
  victimsEnd(state, events);
  requestsAreEdges(state);
  agentsHaveMailboxes(state);
  losersLose(state, events);
  explanationsAgree(state, now);
}

/** A message that was sent is under way until it is handled, dropped or a dead letter. */
function messagesAreConserved(
  { copies }: Before,
  { messages }: RootState,
  events: readonly LockstepEvent[],
): void {
  let expected = copies;
  for (const { type } of events) {
    if (type === "message:sent" || type === "message:resent") expected++;
    if (ENDS_OF_MESSAGES.has(type)) expected--;
  }
  const actual = copiesIn(messages);
  if (actual !== expected) fail("MessageConservation", `${actual} are under way, not ${expected}`);
}

const ENDS_OF_MESSAGES: ReadonlySet<string> = new Set([
  ...["message:acked", "message:dropped", "message:dead-lettered"],
]);

function copiesIn({ mailboxes, deliveries }: RootState["messages"]): number {
  let copies = 0;
  for (const mailbox of mailboxes.values()) {
    for (const { urgent, normal } of consumersOf(mailbox)) copies += urgent.size + normal.size;
  }
  for (const { channel: { consumer } } of deliveries.values()) if (consumer.hasLeft) copies++;
  return copies;
}

/** A task that was submitted is known, and no other one. */
function tasksAreConserved(
  { tasks }: Before,
  { tasks: { tasks: after } }: RootState,
  events: readonly LockstepEvent[],
): void {
  const expected = new Set(tasks);
  for (const event of events) if (event.type === "task:created") expected.add(event.taskId);
  const isKept = expected.size === after.size && [...expected].every((id) => after.has(id));
  if (!isKept) fail("TaskConservation", `${[...after.keys()]} are known, not ${[...expected]}`);
}

/** A wait for locks goes on, or ends in one way: a victim of a deadlock loses that one wait. */
function waitsEndOnce(
  { waits }: Before,
  { locks }: RootState,
  events: readonly LockstepEvent[],
): void {
  const ends = new Map<number, Set<string>>();
  for (const event of events) {
    if (!ENDS_OF_WAITS.has(event.type)) continue;
    const { waitId } = event as { readonly waitId: number };
    if (waitId !== 0) ends.set(waitId, (ends.get(waitId) ?? new Set()).add(event.type));
  }
  for (const [id, types] of ends) {
    if (types.size > 1) fail("WaitEndsWithOutcome", `${id} ended by ${[...types].join(", ")}`);
    if (locks.waits.has(id)) fail("WaitEndsWithOutcome", `${id} ended, and goes on`);
  }
  for (const id of waits) {
    if (locks.waits.has(id) || ends.has(id)) continue;
    fail("WaitEndsWithOutcome", `${id} is gone, and no event says why`);
  }
}

const ENDS_OF_WAITS: ReadonlySet<string> = new Set([
  ...["resource:acquired", "resource:reacquired", "resource:timed-out", "resource:cancelled"],
  ...["resource:abandoned", "deadlock:detected"],
]);

/** A task has another agent only under a larger epoch, and the same epoch means the same agent. */
function ownersChangeWithEpochs({ claims }: Before, { tasks: { tasks } }: RootState): void {
  for (const { spec: { id }, agent, epoch } of tasks.values()) {
    const former = claims.get(id);
    if (former === undefined || agent === undefined) continue;
    const [agentId, formerEpoch] = former;
    if (epoch > formerEpoch || (epoch === formerEpoch && agent.agentId === agentId)) continue;
    fail("OwnerChangeRaisesEpoch", `"${id}" of "${agentId}" (${formerEpoch}) has ${epoch}`);
  }
}

/** An agent that begins a new life has no claim, request, lock, or wait of the one before. */
function newLivesOwnNothing(
  { claims }: Before,
  { tasks, locks, messages }: RootState,
  events: readonly LockstepEvent[],
): void {
  for (const event of events) {
    if (event.type !== "agent:joined" || event.replaces === undefined) continue;
    const { agentId } = event;
    const { holds = [], waits = [] } = locks.owners.get(agentId) ?? {};
    const hasClaim = [...tasks.agents.get(agentId)?.tasks ?? []].some(({ spec: { id }, epoch }) =>
      claims.get(id)?.[1] === epoch
    );
    const owns = holds.length + waits.length > 0 || hasClaim ||
      tasks.agents.get(agentId)?.ask !== undefined ||
      messages.mailboxes.get(agentId)?.receivers.first !== undefined;
    if (owns) fail("NewLivesOwnNothing", `"${agentId}" has something of its former life`);
  }
}

/** The request that gives way in a deadlock has ended. */
function victimsEnd({ messages }: RootState, events: readonly LockstepEvent[]): void {
  for (const event of events) {
    if (event.type !== "deadlock:detected" || !messages.requests.has(event.askId)) continue;
    fail("VictimsEnd", `"${event.askId}" was to give way, and waits`);
  }
}

/** Each request that waits for its response is an edge of the wait-for graph. */
function requestsAreEdges({ messages, locks }: RootState): void {
  for (const id of messages.requests.keys()) {
    if (!locks.requests.has(id)) fail("RequestsAreEdges", `"${id}" waits, and no edge says so`);
  }
}

/** Each agent that is registered for tasks has a mailbox for broadcasts, where agents are shared. */
function agentsHaveMailboxes({ rules, tasks, messages }: RootState): void {
  for (const agentId of rules.sharesAgents ? tasks.agents.keys() : []) {
    if (messages.mailboxes.get(agentId)?.isOpen === true) continue;
    fail("AgentsHaveMailboxes", `"${agentId}" is registered, and has none`);
  }
}

/**
 * A loser of a conflict over a lock neither holds it nor waits for it. It may be given a task that has
 * the lock: that is the task's.
 */
function losersLose({ locks }: RootState, events: readonly LockstepEvent[]): void {
  for (const event of events) {
    if (event.type !== "conflict:resolved" || !("resourceId" in event.conflict)) continue;
    const lock = locks.locks.get(event.conflict.resourceId);
    const owners = [
      ...lock?.holds.map(({ owner }) => owner) ?? [],
      ...lock?.queue.map(({ wait: { owner } }) => owner) ?? [],
    ];
    for (const loser of event.resolution.losers ?? []) {
      if (!owners.some(({ owner }) => owner === loser)) continue;
      fail("LosersLose", `"${loser}" has "${lock!.resourceId}", and lost the conflict over it`);
    }
  }
}

/** What `explain` says of a task and of a wait agrees with the state. */
function explanationsAgree({ tasks, locks }: RootState, now: Instant): void {
  const holders = (resourceId: string) =>
    locks.locks.get(resourceId)?.holds.map(({ owner }) => owner) ?? [];
  for (const task of tasks.tasks.values()) {
    const { spec: { id }, status } = task;
    const said = explainTask(tasks, holders, id, now);
    const disagrees = said.status !== status || said.summary === "" ||
      (said.locks.length > 0 && !tasks.parked.has(task)) ||
      task.queued !== (said.queue !== undefined) ||
      (said.openDependencies.length > 0 && status !== "waiting") ||
      (isTerminal(status) && said.openDependencies.length > 0);
    if (disagrees) fail("ExplanationsAgree", `"${id}" is ${status}: ${JSON.stringify(said)}`);
  }
  for (const wait of locks.waits.values()) {
    const said = explainWait(locks, wait.id);
    const asked = wait.tickets.map(({ lock }) => lock.resourceId);
    const isRight = said?.locks.some(({ isFree }) => !isFree) &&
      said.locks.every(({ resourceId }) => asked.includes(resourceId));
    if (isRight !== true) {
      fail("ExplanationsAgree", `the wait ${wait.id} is for ${asked}: ${JSON.stringify(said)}`);
    }
  }
}
