/**
 * Finds the agent for a task and the task for an agent, without a scan over either.
 *
 * Tasks that require the same of an agent form a group, with a queue of those that are ready and a
 * heap of the fit agents that have a free slot. A task that becomes ready takes the best candidate of
 * its group; an agent that gets a free slot takes the best task among the heads of its groups. So
 * while a task is in a queue no agent is a candidate there, and the work of a choice depends on how
 * many different things tasks require, not on how many tasks or agents there are.
 *
 * An agent in pull mode is a candidate only while it asks for a task. Agents that ask come before all
 * others, in the order of asking, whatever the strategy is, and are handed what they may run in the
 * step in which they ask or it becomes ready. What is asked for by its id goes to those that did.
 *
 * An agent whose breaker is not closed is doubted: it is avoided, and limited to probes, as long as a
 * trusted agent is fit for a task, with a free slot or without one. Each group counts its trusted
 * agents, and keeps a second heap of the doubted ones that could take a task: where no trusted agent
 * is fit, they are the last resort, and have all their slots.
 *
 * While the config allows stealing, a group of tasks that require the same, wherever they were
 * placed, also has two heaps of agents: the donors, which have some of them assigned and not started,
 * busiest first, each with a heap of those tasks; and the receivers, which are fit and have capacity,
 * idlest first. Agents that changed are ranked there when there is a donor. Batches of tasks move
 * until no difference reaches the threshold, so none does after any step: a check by the clock would
 * find nothing.
 *
 * @module
 */

import { type Heap, precedes, push, remove, reorder } from "../core/data/heap.ts";
import type {
  Agent,
  Ask,
  Candidacy,
  Donation,
  Group,
  Receiver,
  Stealable,
  Step,
  TaskRecord,
  TaskState,
} from "./state.ts";
import { firstOfAll, headOf, sizeOf, taskOf } from "./lanes.ts";
import { changePlace, hasPermit, leavePlace, stand } from "./permits.ts";
import { STRATEGIES } from "./strategies.ts";

/** Separates the parts of a group's key; ids and capabilities have no control characters. */
const SEPARATOR = "\u0000";
/** The rank of agents that ask, in the order of asking: before those of all strategies. */
const FIRST_ASKER = -(2 ** 52);
/** Begins the key of a group of placed tasks. */
const PLACED = "\u0001";

/** Returns whether tasks are assigned at all. */
export function isAssigning({ draining, paused, isFunded }: TaskState): boolean {
  return !draining && paused === undefined && isFunded;
}

/** Returns whether `agent` accepts tasks at all. */
export function isOpen(agent: Agent): boolean {
  return agent.cordons.size === 0 && agent.drained === undefined;
}

/**
 * Returns whether `agent` gets tasks like any other: it accepts tasks, and its breaker is closed. An
 * agent in pull mode may never ask again, so it counts only while it does.
 */
export function isTrusted(agent: Agent): boolean {
  return agent.slotLimit === 0 && isOpen(agent) && isReceptive(agent);
}

/** Returns whether `agent` gets tasks by itself, or asks for any task and has none in prospect. */
export function isReceptive({ pulls, ask }: Agent): boolean {
  return !pulls || (ask !== undefined && ask.task === undefined && ask.pending === undefined);
}

/** Returns whether a claim of `agent` starts as soon as it has its slot and its locks. */
export function startsItself({ startsAtOnce, pulls }: Agent): boolean {
  return startsAtOnce || pulls;
}

/** Returns whether the breaker of `agent` is not closed. */
export function isDoubted({ cordons, slotLimit }: Agent): boolean {
  return slotLimit > 0 || cordons.has("breaker");
}

/** Returns whether nothing but its breaker may keep `agent` from tasks. */
export function isUsable({ cordons, drained }: Agent): boolean {
  return cordons.size === (cordons.has("breaker") ? 1 : 0) && drained === undefined;
}

/** Returns whether `agent` has a slot for one more task that no trusted agent may run. */
export function hasSpareSlot(agent: Agent): boolean {
  return hasSlotForResort(agent) && isReceptive(agent);
}

function hasSlotForResort(agent: Agent): boolean {
  return agent.slotsInUse < agent.maxConcurrentTasks && isUsable(agent);
}

/** Returns whether `agent`, which is fit, may take a task of `group` at once. */
export function mayTake(agent: Agent, group: Group): boolean {
  return hasFreeSlot(agent) || (resorts(group) && hasSpareSlot(agent));
}

/** Returns whether `agent`, which is fit, takes tasks of `group` when it has a slot. */
export function takes(agent: Agent, group: Group): boolean {
  return isOpen(agent) || (resorts(group) && isUsable(agent));
}

/** Returns the agents that may take a task of `group` at once, best first. */
export function candidatesOf(group: Group): Heap<Candidacy> {
  return group.candidates.length === 0 && resorts(group) ? group.lastResorts : group.candidates;
}

/** Returns whether tasks of `group` may go to doubted agents. Placed ones are unpinned first. */
function resorts({ trusted, placed }: Group): boolean {
  return trusted === 0 && !placed;
}

/** Returns whether `agent` has a slot for one more task, and takes one. */
export function hasFreeSlot(agent: Agent): boolean {
  return hasUsableSlot(agent) && isReceptive(agent);
}

/** Returns whether `agent` has a slot for one more task, also for one that it does not ask for. */
export function hasUsableSlot(agent: Agent): boolean {
  return agent.slotsInUse < agent.usableSlots && isOpen(agent);
}

/** Returns whether the agent that asks for exactly `task`, which is in a queue, may have it. */
export function mayClaim({ agent, pending }: Ask, { spec, pinnedTo, group }: TaskRecord): boolean {
  return pending === undefined && isFit(agent, spec.requires, pinnedTo) &&
    (hasUsableSlot(agent) || (resorts(group!) && hasSlotForResort(agent)));
}

/** Returns whether one more claim may wait for a slot of `agent`. */
export function canQueue(agent: Agent): boolean {
  return sizeOf(agent) < agent.maxQueuedTasks && !agent.pulls && isTrusted(agent);
}

/** Returns how many more claims `agent` may have, with a slot or waiting for one. */
export function capacityOf(agent: Agent): number {
  if (!isOpen(agent)) return 0;
  if (agent.pulls) return Number(hasFreeSlot(agent));
  const slots = Math.max(0, agent.usableSlots - agent.slotsInUse);
  return isTrusted(agent) ? slots + Math.max(0, agent.maxQueuedTasks - sizeOf(agent)) : slots;
}

/**
 * Returns how much `agent` has to do: its claims, except those that have lent their slots, and the
 * tasks that it reported besides.
 */
export function backlogOf(agent: Agent): number {
  return agent.tasks.size - agent.lent + agent.outside;
}

/** Returns whether `agent` may run tasks that require this and are pinned to `pinnedTo`. */
export function isFit(agent: Agent, requires: readonly string[], pinnedTo: string): boolean {
  if (pinnedTo !== "" && pinnedTo !== agent.agentId) return false;
  return hasAll(agent.capabilities, requires);
}

/** Returns whether `capabilities` contain all that is required. */
export function hasAll(capabilities: readonly string[], requires: readonly string[]): boolean {
  for (const capability of requires) {
    if (!capabilities.includes(capability)) return false;
  }
  return true;
}

/** Unpins a placed task whose agent was removed, is draining, is avoided, or has become unfit. */
export function unpinFromLost(state: TaskState, task: TaskRecord): void {
  const { spec: { placed, requires }, pinnedTo } = task;
  if (!placed || pinnedTo === "") return;
  const agent = state.agents.get(pinnedTo);
  const isLost = agent === undefined || agent.drained !== undefined ||
    (isDoubted(agent) && !hasFreeSlot(agent));
  if (isLost || !isFit(agent, requires, "")) task.pinnedTo = "";
}

/**
 * Puts a ready task into the queue of its group, and returns the group; out of that of another group, if
 * it is in one.
 */
export function enqueue(step: Step, task: TaskRecord): Group {
  const { spec: { requires, placed }, pinnedTo, group: former } = task;
  const group = groupOf(step.state, requires, pinnedTo, placed && pinnedTo !== "");
  if (former === undefined) stand(step, group, task);
  else {
    former.wanted.delete(task);
    changePlace(step, former, group, task);
  }
  task.group = group;
  if (task.askers !== undefined) group.wanted.add(task);
  return group;
}

/** Puts a task into the queue of its agent; out of that of its group, if it is in one. */
export function enqueueAt(step: Step, agent: Agent, task: TaskRecord): void {
  const { group } = task;
  if (group === undefined) return stand(step, agent, task);
  group.wanted.delete(task);
  task.group = undefined;
  changePlace(step, group, agent, task);
}

/** Removes a task from the queue of its group, if it is in one. */
export function dequeue(step: Step, task: TaskRecord): void {
  if (task.group === undefined) return;
  leavePlace(step, task.group, task);
  task.group.wanted.delete(task);
  task.group = undefined;
}

/** Returns the best agent for `task`, which is ready, or `undefined` when none may take it at once. */
export function bestAgent(state: TaskState, task: TaskRecord): Agent | undefined {
  const candidates = candidatesOf(task.group!);
  const best = candidates[0]?.agent;
  if (best === undefined || best.pulls) return best;
  const { pick } = STRATEGIES[state.strategy];
  const picked = pick !== undefined && candidates.length > 1
    ? pick({ candidates, last: lastAgentOf(state, task), prng: state.prng })
    : undefined;
  return picked ?? best;
}

/** Returns the agent that last completed a task of the same type, if it is among the candidates. */
function lastAgentOf(
  { history, agents }: TaskState,
  { spec, group }: TaskRecord,
): Agent | undefined {
  const lastId = history.get(spec.type)?.lastAgentId;
  const agent = lastId === undefined ? undefined : agents.get(lastId);
  if (agent === undefined || !isFit(agent, spec.requires, "")) return undefined;
  const hasSlot = candidatesOf(group!) === group!.candidates ? hasFreeSlot : hasSpareSlot;
  return hasSlot(agent) ? agent : undefined;
}

/** Returns the task for the next slot of `agent`, from its own queue or its groups. */
export function bestTask(state: TaskState, agent: Agent): TaskRecord | undefined {
  const isCandidate = hasFreeSlot(agent);
  let best = isCandidate ? headOf(agent) : undefined;
  for (const { group } of agent.candidacies) {
    const head = headOf(group);
    if (head === undefined || !(agent.pulls || assignsItself(state, group))) continue;
    if (!isCandidate && !resorts(group)) continue;
    if (best === undefined || precedes(head, best)) best = head;
  }
  return best === undefined ? undefined : taskOf(best);
}

/**
 * Returns the placed task for the next place in the queue of `agent`, or `undefined`. It needs no permit
 * of its key there.
 */
export function bestPlaced(agent: Agent): TaskRecord | undefined {
  let best: TaskRecord | undefined;
  for (const { group } of agent.candidacies) {
    if (!group.placed) continue;
    const head = firstOfAll(group);
    if (head !== undefined && (best === undefined || precedes(head, best))) best = head;
  }
  return best;
}

/** Returns whether the machine itself chooses among agents that do not ask, for the tasks of `group`. */
export function assignsItself(state: TaskState, group: Group): boolean {
  return state.strategy !== "external" || group.pinnedTo !== "";
}

/** The part of a step that a change of an agent's rank needs. */
type Ranking = Pick<Step, "state" | "queued">;

/** Adds `agent` to every group that it is fit for. O(groups). */
export function join(step: Ranking, agent: Agent): void {
  const { state } = step;
  for (const group of state.groups.values()) {
    if (isFit(agent, group.requires, group.pinnedTo)) {
      agent.candidacies.push(candidacy(state, agent, group));
    }
  }
  refresh(step, agent);
}

/** Removes `agent` from all its groups. */
export function leave(step: Ranking, agent: Agent): void {
  for (const candidacy of agent.candidacies) {
    const { group, receiver } = candidacy;
    moveTo(candidacy, undefined);
    if (agent.isTrusted) countTrusted(step, group, -1);
    if (receiver !== undefined) remove(group.receivers, receiver);
  }
  agent.isTrusted = false;
  agent.candidacies = [];
}

/** Ranks `agent` in each of its groups anew, as its slots, its cordons or the strategy changed. */
export function refresh(step: Ranking, agent: Agent): void {
  const role = roleOf(agent);
  const change = Number(isTrusted(agent)) - Number(agent.isTrusted);
  agent.isTrusted = isTrusted(agent);
  for (const candidacy of agent.candidacies) {
    const { group } = candidacy;
    if (change !== 0) countTrusted(step, group, change);
    moveTo(candidacy, role);
    if (role === undefined) continue;
    const rank = rankOf(step.state, agent, group);
    if (candidacy.position < 0) {
      candidacy.rank = rank;
      push(group[role], candidacy);
    } else if (candidacy.rank !== rank) {
      reorder(group[role], candidacy, rank);
    }
  }
}

function roleOf(agent: Agent): Candidacy["role"] {
  if (hasFreeSlot(agent)) return "candidates";
  return hasSpareSlot(agent) ? "lastResorts" : undefined;
}

/** Removes a candidacy from its heap, unless it stays there. */
function moveTo(candidacy: Candidacy, role: Candidacy["role"]): void {
  if (candidacy.role === role) return;
  if (candidacy.role !== undefined) remove(candidacy.group[candidacy.role], candidacy);
  candidacy.role = role;
}

/** Counts a trusted agent more or less; with the last one gone, ready tasks may go to the doubted. */
function countTrusted({ queued }: Ranking, group: Group, change: number): void {
  group.trusted += change;
  if (group.trusted === 0 && sizeOf(group) > 0) queued.push(group);
}

function rankOf({ strategy }: TaskState, agent: Agent, { requires }: Group): number {
  if (agent.ask !== undefined) return FIRST_ASKER + agent.ask.id;
  return STRATEGIES[strategy].rank(agent, requires.length);
}

function candidacy(state: TaskState, agent: Agent, group: Group): Candidacy {
  const receiver = state.config.stealing && group.pinnedTo === ""
    ? { rank: 0, sequence: agent.order, position: -1, agent }
    : undefined;
  return { rank: 0, sequence: agent.order, position: -1, agent, group, role: undefined, receiver };
}

/** Returns the group of tasks that require this and are pinned so; a new one costs O(agents). */
function groupOf(
  state: TaskState,
  requires: readonly string[],
  pinnedTo: string,
  placed: boolean,
): Group {
  const demand = requires.length === 0 ? pinnedTo : pinnedTo + SEPARATOR + requires.join(SEPARATOR);
  const key = placed ? PLACED + demand : demand;
  const known = state.groups.get(key);
  if (known !== undefined) return known;
  if (state.groups.size >= state.groupLimit) dropUnusedGroups(state);
  const group: Group = {
    key,
    requires,
    pinnedTo,
    placed,
    queue: [],
    lanes: undefined,
    wanted: new Set(),
    trusted: 0,
    candidates: [],
    lastResorts: [],
    donors: [],
    receivers: [],
  };
  state.groups.set(key, group);
  if (pinnedTo === "") {
    for (const agent of state.agents.values()) enlist(state, agent, group);
  } else {
    const agent = state.agents.get(pinnedTo);
    if (agent !== undefined) enlist(state, agent, group);
  }
  return group;
}

function enlist(state: TaskState, agent: Agent, group: Group): void {
  if (!isFit(agent, group.requires, group.pinnedTo)) return;
  const entry = candidacy(state, agent, group);
  agent.candidacies.push(entry);
  if (entry.receiver !== undefined) rankReceiver(entry.receiver, group);
  if (agent.isTrusted) group.trusted++;
  entry.role = roleOf(agent);
  if (entry.role === undefined) return;
  entry.rank = rankOf(state, agent, group);
  push(group[entry.role], entry);
}

/**
 * Drops the groups that have neither a task in their queue nor one to steal. The limit doubles with
 * the rest, so the work is shared by as many new groups.
 */
function dropUnusedGroups(state: TaskState): void {
  for (const group of state.groups.values()) {
    if (sizeOf(group) === 0 && group.donors.length === 0) state.groups.delete(group.key);
  }
  for (const agent of state.agents.values()) {
    agent.candidacies = agent.candidacies.filter(({ group }) => state.groups.has(group.key));
  }
  state.groupLimit = Math.max(256, 2 * state.groups.size);
}

// Stealing

/** Follows a change of `stealing`: ranks all agents, and offers or withdraws all fresh claims. */
export function allowStealing(state: TaskState): void {
  const { agents, shifted, config: { stealing } } = state;
  shifted.clear();
  const ranking: Ranking = { state, queued: [] }; // agents stay in their groups, so none gets work
  for (const agent of agents.values()) {
    for (const task of agent.tasks) {
      if (task.stealable !== undefined) withdraw(state, task, task.stealable);
    }
    leave(ranking, agent);
    join(ranking, agent);
  }
  if (!stealing) return;
  for (const agent of agents.values()) {
    shifted.add(agent);
    for (const task of agent.tasks) {
      if (task.spec.placed && task.status === "assigned") offer(state, task);
    }
  }
}

/** Allows to steal a fresh claim. */
export function offer(state: TaskState, task: TaskRecord): void {
  const { agent, epoch, spec: { requires } } = task;
  const donation = donationOf(state, agent!, groupOf(state, requires, "", false));
  task.stealable = { rank: -epoch, sequence: epoch, position: -1, task, donation };
  push(donation.tasks, task.stealable);
}

/** Undoes {@linkcode offer}, as the claim starts or is over. */
export function withdraw(state: TaskState, task: TaskRecord, stealable: Stealable): void {
  task.stealable = undefined;
  const { donation } = stealable;
  remove(donation.tasks, stealable);
  if (donation.tasks.length > 0) return;
  state.donations--;
  remove(donation.group.donors, donation);
  donation.agent.donations = donation.agent.donations.filter((other) => other !== donation);
}

function donationOf(state: TaskState, agent: Agent, group: Group): Donation {
  const known = agent.donations.find((donation) => donation.group === group);
  if (known !== undefined) return known;
  const donation: Donation = {
    rank: -backlogOf(agent),
    sequence: agent.order,
    position: -1,
    agent,
    group,
    tasks: [],
  };
  state.donations++;
  agent.donations.push(donation);
  push(group.donors, donation);
  return donation;
}

/** Ranks the agents whose backlog or capacity changed, and adds the groups that this unbalances. */
function rankShifted({ shifted }: TaskState, unbalanced: Set<Group>): void {
  for (const agent of shifted) {
    for (const { group, receiver } of agent.candidacies) {
      if (receiver === undefined) continue;
      rankReceiver(receiver, group);
      if (group.donors.length > 0) unbalanced.add(group);
    }
    for (const donation of agent.donations) {
      rank(donation.group.donors, donation, -backlogOf(agent));
      unbalanced.add(donation.group);
    }
  }
  shifted.clear();
}

function rankReceiver(receiver: Receiver, group: Group): void {
  const { agent } = receiver;
  if (capacityOf(agent) > 0) rank(group.receivers, receiver, backlogOf(agent));
  else remove(group.receivers, receiver);
}

/** Puts an entry where `value` ranks it; among equal ones the agents' order decides. */
function rank<Entry extends Receiver | Donation>(
  heap: Heap<Entry>,
  entry: Entry,
  value: number,
): void {
  const { order } = entry.agent;
  const isInPlace = entry.position >= 0 && entry.rank === value && entry.sequence === order;
  if (isInPlace) return;
  remove(heap, entry);
  entry.rank = value;
  entry.sequence = order;
  push(heap, entry);
}

/** Moves one task to another agent. */
type Steal = (step: Step, task: TaskRecord, target: Agent) => void;

/** A difference between two agents that calls for a batch. */
interface Imbalance {
  readonly group: Group;
  readonly donation: Donation;
  readonly target: Agent;
  readonly difference: number;
}

/**
 * Moves the batch that the largest difference calls for, and returns whether there was one. A batch
 * goes from the busiest donor to the idlest receiver, if their backlogs differ by the threshold; at
 * most half of the difference, so that the receiver never becomes the busier and no task moves back
 * and forth. Spec: `WorkstealingRequest`.
 */
export function rebalance(step: Step, steal: Steal): boolean {
  const { state } = step;
  if (!isAssigning(state)) return false;
  const unbalanced = step.unbalanced ??= new Set();
  rankShifted(state, unbalanced);
  let worst: Imbalance | undefined;
  for (const group of unbalanced) {
    const found = imbalanceIn(step, group);
    if (found === undefined) unbalanced.delete(group);
    else if (worst === undefined || isWorse(found, worst)) worst = found;
  }
  if (worst === undefined) return false;
  moveBatch(step, worst, steal);
  return true;
}

function imbalanceIn(step: Step, group: Group): Imbalance | undefined {
  const donation = group.donors[0];
  const target = group.receivers[0]?.agent;
  if (donation === undefined || target === undefined) return undefined;
  if (!mayMove(step, donation.tasks[0]!.task, target)) return undefined;
  const difference = backlogOf(donation.agent) - backlogOf(target);
  // One task less here and one more there is no gain below a difference of two.
  const isCalledFor = difference >= Math.max(2, step.state.config.stealThreshold);
  return isCalledFor ? { group, donation, target, difference } : undefined;
}

function isWorse(a: Imbalance, b: Imbalance): boolean {
  return a.difference > b.difference ||
    (a.difference === b.difference && a.group.key < b.group.key);
}

/**
 * Returns whether a claim that is stolen finds a slot and its permit with `target`, or a place in its queue.
 * While the newest claim of the busiest agent finds neither, nothing moves: no other one is searched for.
 */
function mayMove(step: Step, task: TaskRecord, target: Agent): boolean {
  return canQueue(target) || takesAtOnce(step, task, target);
}

/** Returns whether a claim that is stolen would have a slot of `target` at once, and its permit. */
export function takesAtOnce(step: Step, task: TaskRecord, target: Agent): boolean {
  return hasFreeSlot(target) &&
    (!task.queued || (isAssigning(step.state) && hasPermit(step.state, task)));
}

/**
 * Returns how many claims a batch may have: where keys or a budget may refuse a slot, as many as find a
 * place in the queue.
 */
function mostMoved({ limits, account }: TaskState, target: Agent): number {
  if (limits.size === 0 && account === undefined) return capacityOf(target);
  return canQueue(target) ? target.maxQueuedTasks - sizeOf(target) : 1;
}

function moveBatch(
  step: Step,
  { donation, target, difference }: Imbalance,
  steal: Steal,
): void {
  const sourceAgent = donation.agent.agentId;
  const targetAgent = target.agentId;
  const taskCount = Math.min(
    step.state.config.maxStealBatch,
    Math.floor(difference / 2),
    donation.tasks.length,
    mostMoved(step.state, target),
  );
  step.events.push({ type: "workstealing:request", sourceAgent, targetAgent, taskCount });
  const taskIds: string[] = [];
  for (let moved = 0; moved < taskCount; moved++) {
    const { task } = donation.tasks[0]!;
    taskIds.push(task.spec.id);
    steal(step, task, target);
  }
  step.events.push({
    type: "workstealing:completed",
    sourceAgent,
    targetAgent,
    taskCount,
    taskIds,
  });
}
