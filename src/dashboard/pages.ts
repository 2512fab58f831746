/**
 * Makes the pages of a dashboard from a moment of the system, the present one or any of its past, and
 * from what has happened up to then. They read the state and change nothing.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import type { Explicable } from "../coordination/mod.ts";
import type { EventFilter, Moment } from "../history/mod.ts";
import { patternsOf } from "../locks/paths.ts";
import { claimOf } from "../locks/types.ts";
import { deadLetters, unhandled } from "../messages/views.ts";
import type { RootState } from "../root/state.ts";
import { sizeOf } from "../tasks/lanes.ts";
import { limitViews } from "../tasks/limit_views.ts";
import { isFit, isOpen } from "../tasks/placement.ts";
import { type Agent, isTerminal, type TaskRecord, type TaskState } from "../tasks/state.ts";
import type { TaskStatus } from "../tasks/types.ts";
import type { Chronicle } from "./chronicle.ts";
import type {
  AgentPage,
  AgentRow,
  AgentsPage,
  ErrorGroup,
  EventsPage,
  LockRow,
  LocksPage,
  MessagesPage,
  MetricsPage,
  Need,
  NowPage,
  PlanNode,
  PlanPage,
  TaskRow,
  TasksPage,
  TimelinePage,
  WaitEdge,
  WhyPage,
} from "./types.ts";

/** A moment of a whole system, with what has happened up to then. */
export interface Scene {
  readonly moment: Moment<RootState>;
  readonly chronicle: Chronicle;
}

/** The most agents of a page. */
const MOST_AGENTS = 500;

/** The most things that need a person. */
const MOST_NEEDS = 200;

/** The most tasks that a filter looks through. */
const MOST_SCANNED = 100_000;

/** The most tasks of a plan. */
const MOST_NODES = 2_000;

/** The most locks of a page. */
const MOST_LOCKS = 200;

/** The most edges of a wait-for graph. */
const MOST_EDGES = 300;

/** The most groups of failed tasks. */
const MOST_GROUPS = 50;

/** The most failed tasks that are grouped. */
const MOST_FAILED = 10_000;

/** The longest text of a value that a list shows. */
const LONGEST_TEXT = 500;

/** The page of what happens now. */
export function nowPage({ moment, chronicle }: Scene): NowPage {
  const { state, sequence } = moment;
  const { tasks, locks } = state;
  return {
    ...agentsPage({ moment, chronicle }),
    needs: needsOf(tasks),
    counts: { ...tasks.counts },
    queues: queuesOf(tasks),
    paused: tasks.paused,
    failures: failuresOf(tasks).slice(0, 5),
    locksHeld: [...locks.locks.values()].filter(({ holds }) => holds.length > 0).length,
    lockWaits: locks.waits.size,
    events: chronicle.events(sequence, 30),
  };
}

/** The page of agents, those first that need attention. */
export function agentsPage({ moment }: Scene): AgentsPage {
  const { state } = moment;
  const ids = new Set([...state.agents.members.keys(), ...state.tasks.agents.keys()]);
  const agents = [...ids].slice(0, MOST_AGENTS).map((each) => agentRow(state, moment, each));
  return { agents: agents.sort(byStatus), agentCount: ids.size };
}

const ORDER: readonly AgentRow["status"][] = [
  ...["suspect", "full", "busy", "draining", "cordoned", "asking", "idle"] as const,
];

function byStatus(a: AgentRow, b: AgentRow): number {
  return ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || (a.agentId < b.agentId ? -1 : 1);
}

function agentRow(state: Readonly<RootState>, moment: Scene["moment"], agentId: string): AgentRow {
  const worker = state.tasks.agents.get(agentId);
  const member = moment.agent(agentId);
  const owner = state.locks.owners.get(agentId);
  return {
    agentId,
    kind: worker?.kind ?? "",
    status: member?.status === "suspect" ? "suspect" : statusOf(worker),
    capabilities: worker?.capabilities ?? [],
    slots: worker?.maxConcurrentTasks ?? 0,
    load: worker?.slotsInUse ?? 0,
    tasks: [...worker?.tasks ?? []].slice(0, 20).map((task) => ({
      id: task.spec.id,
      description: cut(task.spec.description),
      status: task.status,
      since: task.status === "running" ? task.startedAt : undefined,
      ...(task.progress !== undefined && { progress: shortened(task.progress.value) }),
    })),
    holds: owner?.holds.length ?? 0,
    waits: owner?.waits.length ?? 0,
    lastHeardAt: member?.lastHeardAt,
    deadAt: member?.deadAt,
    completed: worker?.completed ?? 0,
    failed: worker?.failed ?? 0,
  };
}

function statusOf(worker: Agent | undefined): AgentRow["status"] {
  if (worker === undefined) return "idle";
  if (worker.drained !== undefined) return "draining";
  if (worker.cordons.size > 0) return "cordoned";
  if (worker.slotsInUse >= worker.maxConcurrentTasks) return "full";
  if (worker.slotsInUse > 0) return "busy";
  return worker.ask === undefined ? "idle" : "asking";
}

function needsOf(tasks: Readonly<TaskState>): Need[] {
  const needs: Need[] = [];
  for (const task of tasksBackward(tasks, "blocked")) {
    if (needs.length >= MOST_NEEDS) break;
    const { spec: { id, description }, proposal, question, agent, startedAt, createdAt } = task;
    needs.push({
      kind: proposal === undefined ? "question" : "approval",
      taskId: id,
      description: cut(description),
      agentId: proposal?.agentId ?? agent?.agentId,
      text: shortened(proposal === undefined ? question?.value : task.result?.value),
      since: startedAt ?? createdAt,
    });
  }
  return needs;
}

function queuesOf({ groups, agents }: Readonly<TaskState>): NowPage["queues"] {
  return [...groups.values()].filter((group) => sizeOf(group) > 0)
    .map((group) => ({
      requires: group.requires,
      pinnedTo: group.pinnedTo,
      ready: sizeOf(group),
      fit:
        [...agents.values()].filter((agent) =>
          isFit(agent, group.requires, group.pinnedTo) && isOpen(agent)
        ).length,
    }))
    .sort((a, b) => b.ready - a.ready).slice(0, 20);
}

/** Yields the tasks that are kept, of one status if that is given, the newest first. */
function* tasksBackward(
  { pages }: Readonly<TaskState>,
  status: TaskStatus | undefined,
): Generator<TaskRecord, void> {
  const numbers = [...pages.keys()].sort((a, b) => b - a);
  for (const number of numbers) {
    const { counts, tasks } = pages.get(number)!;
    if (status !== undefined && (counts[status] ?? 0) === 0) continue;
    const all = [...tasks];
    for (let i = all.length - 1; i >= 0; i--) {
      if (status === undefined || all[i]!.status === status) yield all[i]!;
    }
  }
}

/** Groups the failed tasks that are kept by their errors, the largest group first. */
function failuresOf(tasks: Readonly<TaskState>): ErrorGroup[] {
  const groups = new Map<string, ErrorGroup & { count: number; taskIds: string[] }>();
  let looked = 0;
  for (const task of tasksBackward(tasks, "failed")) {
    if (++looked > MOST_FAILED) break;
    const error = kindOfError(task);
    let group = groups.get(error);
    if (group === undefined) {
      if (groups.size >= 10 * MOST_GROUPS) continue;
      group = { error, count: 0, lastAt: task.finishedAt ?? 0, taskIds: [] };
      groups.set(error, group);
    }
    group.count++;
    if (group.taskIds.length < 5) group.taskIds.push(task.spec.id);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count).slice(0, MOST_GROUPS);
}

/** Returns the error of a task without what tells one task from another: numbers and quoted names. */
function kindOfError({ error }: TaskRecord): string {
  const message = error?.message ?? "no error was reported";
  return cut(message.split("\n")[0]!).replace(/"[^"]*"/g, '"…"').replace(/\d+/g, "#");
}

/** Selects tasks. */
export interface TaskQuery {
  readonly status?: TaskStatus | undefined;
  readonly type?: string | undefined;
  readonly agentId?: string | undefined;
  /** In the id or the description, whatever the case. */
  readonly text?: string | undefined;
  /** The kind of error, as a group names it. */
  readonly error?: string | undefined;
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
}

/** The page of tasks. Costs O(tasks) with filters, and O(pages) without. */
export function tasksPage({ moment: { state: { tasks } } }: Scene, query: TaskQuery): TasksPage {
  const { status, offset = 0, limit = 100 } = query;
  const found: TaskRow[] = [];
  const isWanted = filterOf(query);
  let total = 0;
  let looked = 0;
  let isCut = false;
  if (isWanted === undefined) {
    total = status === undefined ? tasks.tasks.size : keptWith(tasks, status);
    for (const task of tasksBackward(tasks, status)) {
      if (looked++ < offset) continue;
      if (found.length >= limit) break;
      found.push(taskRow(task));
    }
  } else {
    for (const task of tasksBackward(tasks, status)) {
      if (++looked > MOST_SCANNED) {
        isCut = true;
        break;
      }
      if (!isWanted(task)) continue;
      if (total++ >= offset && found.length < limit) found.push(taskRow(task));
    }
  }
  const failures = status === "failed" ? failuresOf(tasks) : [];
  return { counts: { ...tasks.counts }, total, isCut, offset, tasks: found, failures };
}

function keptWith({ pages }: Readonly<TaskState>, status: TaskStatus): number {
  let sum = 0;
  for (const { counts } of pages.values()) sum += counts[status] ?? 0;
  return sum;
}

function filterOf(
  { type, agentId, text, error }: TaskQuery,
): ((task: TaskRecord) => boolean) | undefined {
  const tests: ((task: TaskRecord) => boolean)[] = [];
  if (type !== undefined) tests.push(({ spec }) => spec.type === type);
  if (agentId !== undefined) tests.push((task) => agentOf(task) === agentId);
  if (text !== undefined) {
    const part = text.toLowerCase();
    tests.push(({ spec: { id, description } }) =>
      id.toLowerCase().includes(part) || description.toLowerCase().includes(part)
    );
  }
  if (error !== undefined) {
    tests.push((task) => task.status === "failed" && kindOfError(task) === error);
  }
  return tests.length === 0 ? undefined : (task) => tests.every((test) => test(task));
}

function agentOf({ agent, proposal, pinnedTo }: TaskRecord): string | undefined {
  return agent?.agentId ?? proposal?.agentId ?? (pinnedTo === "" ? undefined : pinnedTo);
}

function taskRow(task: TaskRecord): TaskRow {
  const { spec, status, createdAt, startedAt, finishedAt, attempts, error } = task;
  return {
    id: spec.id,
    type: spec.type,
    description: cut(spec.description),
    status,
    priority: spec.priority,
    agentId: agentOf(task),
    createdAt,
    startedAt,
    endedAt: finishedAt,
    attempts,
    error: error === undefined || status === "completed" ? undefined : cut(error.message),
  };
}

/** The page of the plan: of all tasks, or of those that `root` is connected with. */
export function planPage({ moment: { state: { tasks } } }: Scene, root?: string): PlanPage {
  const chosen = new Set<TaskRecord>();
  let left = 0;
  const isPart = root === undefined ? undefined : connected(tasks, root);
  for (const task of tasksBackward(tasks, undefined)) {
    const isLinked = task.spec.dependencies.length > 0 || task.dependents !== undefined;
    if (isPart === undefined ? !isLinked : !isPart.has(task.spec.id)) continue;
    if (chosen.size < MOST_NODES) chosen.add(task);
    else left++;
  }
  // What others needed that has ended is listed by them alone.
  for (const task of [...chosen]) {
    for (const { taskId } of task.spec.dependencies) {
      const needed = tasks.tasks.get(taskId);
      if (needed !== undefined && chosen.size < MOST_NODES) chosen.add(needed);
    }
  }
  return { nodes: [...chosen].reverse().map((task) => planNode(tasks, task)), left };
}

function connected(tasks: Readonly<TaskState>, root: string): Set<string> {
  const links = new Map<string, string[]>();
  const link = (from: string, to: string) => {
    const list = links.get(from);
    if (list === undefined) links.set(from, [to]);
    else list.push(to);
  };
  let looked = 0;
  for (const { spec } of tasks.tasks.values()) {
    if (++looked > MOST_SCANNED) break;
    for (const { taskId } of spec.dependencies) {
      link(spec.id, taskId);
      link(taskId, spec.id);
    }
  }
  const found = new Set([root]);
  for (const id of found) for (const next of links.get(id) ?? []) found.add(next);
  return found;
}

function planNode({ history }: Readonly<TaskState>, task: TaskRecord): PlanNode {
  const { spec, status, startedAt, finishedAt } = task;
  const past = history.get(spec.type);
  const usual = past === undefined || past.successes === 0 ? 1_000 : past.totalMs / past.successes;
  const took = finishedAt === undefined || startedAt === undefined
    ? undefined
    : finishedAt - startedAt;
  return {
    id: spec.id,
    description: cut(spec.description),
    status,
    agentId: agentOf(task),
    needs: spec.dependencies.map(({ taskId }) => taskId),
    ms: took ?? (isTerminal(status) ? 0 : usual),
  };
}

/**
 * The page of locks, or of reservations of paths, and of who waits for whom. Those that are waited for
 * come first.
 */
export function locksPage(
  { moment, chronicle }: Scene,
  { ofPaths, text }: { readonly ofPaths: boolean; readonly text: string },
): LocksPage {
  const { state, sequence } = moment;
  const part = text.toLowerCase();
  const has = (name: string) => name.toLowerCase().includes(part);
  const found = moment.locks().filter(({ resourceId, holders, waiters }) =>
    (patternsOf(resourceId) !== undefined) === ofPaths &&
    (part === "" || has(resourceId) || [...holders, ...waiters].some(({ agentId }) => has(agentId)))
  );
  found.sort((a, b) => b.waiters.length - a.waiters.length);
  return {
    locks: found.slice(0, MOST_LOCKS).map(({ resourceId, holders, waiters }): LockRow => ({
      resourceId,
      paths: patternsOf(resourceId),
      holders,
      waiters,
    })),
    total: found.length,
    edges: edgesOf(state),
    deadlocks: chronicle.deadlocks.filter((each) => each.sequence < sequence).slice(-50).reverse(),
  };
}

/** Returns who waits for whom: for locks, for places in their queues, for responses, and for children. */
function edgesOf({ locks, messages, tasks }: Readonly<RootState>): WaitEdge[] {
  const edges: WaitEdge[] = [];
  const add = (edge: WaitEdge) => {
    if (edges.length < MOST_EDGES && edge.from !== edge.to) edges.push(edge);
  };
  for (const { owner, tickets } of locks.waits.values()) {
    const from = nameOf(owner);
    for (const { lock } of tickets) {
      const why = lock.resourceId;
      for (const hold of lock.holds) {
        add({ from, to: nameOf(hold.owner), why, kind: "lock" });
      }
    }
  }
  for (const { from, to } of messages.requests.values()) {
    add({ from: `agent ${from}`, to: `agent ${to}`, why: "a response", kind: "request" });
  }
  for (const agent of tasks.agents.values()) {
    for (const task of agent.tasks) {
      for (const child of task.family?.awaits ?? []) {
        const why = "a child";
        add({ from: `task ${task.spec.id}`, to: `task ${child.spec.id}`, why, kind: "child" });
      }
    }
  }
  return edges;
}

function nameOf({ owner, agentId }: { readonly owner: string; readonly agentId: string }): string {
  const claim = claimOf(owner);
  return claim === undefined ? `agent ${agentId}` : `task ${claim.taskId}`;
}

/** The page of one agent. */
export function agentPage(scene: Scene, agentId: string): AgentPage {
  const { moment, chronicle } = scene;
  const { state, sequence, at } = moment;
  const agent = moment.explain(agentId, "agent") as AgentPage["agent"];
  const tasks = [...state.tasks.agents.get(agentId)?.tasks ?? []];
  return {
    agent,
    row: agentRow(state, moment, agentId),
    member: agent.member,
    tasks: tasks.slice(0, 100).map(taskRow),
    inbox: unhandled(state.messages, agentId).slice(0, 50).map((message) => ({
      sequence: 0,
      at: message.timestamp,
      id: message.id,
      from: message.from,
      to: message.to,
      type: message.type,
      ...(message.topic !== undefined && { topic: message.topic }),
      payload: shortened(message.payload),
      isRequest: state.messages.requests.has(message.id),
    })),
    bars: chronicle.bars(at - 60 * 60_000, at, 2_000).filter(({ lane }) => lane === agentId),
    events: chronicle.events(sequence, 50, { agentId }),
  };
}

/** The page of messages. */
export function messagesPage({ moment, chronicle }: Scene): MessagesPage {
  const { state: { messages }, sequence } = moment;
  return {
    messages: chronicle.messages.filter((each) => each.sequence < sequence).slice(-300)
      .toReversed().map((each) => ({ ...each, payload: shortened(each.payload) })),
    deadLetters: deadLetters(messages, undefined).slice(-200).toReversed().map((
      { message: { id, from, to }, cause, error, at },
    ) => ({ id, from, to, cause, error: error && cut(error.message), at })),
    mailboxes: [...messages.mailboxes.keys()].map((agentId) => ({
      agentId,
      unhandled: unhandled(messages, agentId).length,
    })).sort((a, b) => b.unhandled - a.unhandled).slice(0, MOST_AGENTS),
    topics: [...messages.topics].slice(0, 200).map(([topic, subscribers]) => ({
      topic,
      subscribers: [...subscribers].slice(0, 50),
    })),
    requests: [...messages.requests.values()].slice(0, 200).map(({ id, from, to, since }) => ({
      messageId: id,
      from,
      to,
      since,
    })),
  };
}

/** The page of the timeline: the bars of a span of time. */
export function timelinePage(
  { moment: { at }, chronicle }: Scene,
  spanMs: number,
): TimelinePage {
  const from = at - spanMs;
  return { from, to: at, bars: chronicle.bars(from, at, 5_000) };
}

/** The page of metrics. */
export function metricsPage({ moment, chronicle }: Scene): MetricsPage {
  const { state: { tasks }, at } = moment;
  return {
    ...chronicle.series(at),
    counts: { ...tasks.counts },
    limits: limitViews(tasks, at).slice(0, 100).map((limit) => ({
      key: limit.key,
      text: JSON.stringify(limit),
    })),
  };
}

/** The newest events, and the counts over time of the bar that goes through it. */
export function eventsPage({ moment: { sequence }, chronicle }: Scene, limit: number): EventsPage {
  const { bucketMs, buckets } = chronicle;
  const next = chronicle.eventFrom(sequence);
  const events = chronicle.events(sequence, limit);
  return { events, bucketMs, buckets, ...(next !== undefined && { next }) };
}

/** Explains something, with its events. */
export function whyPage(
  { moment, chronicle }: Scene,
  id: string,
  kind: Explicable | undefined,
): WhyPage {
  const key = kind === "wait" ? Number(id) : id;
  if (kind === "wait" && !Number.isSafeInteger(key)) {
    throw new RangeError(`Cannot explain the wait: its id must be a number, got ${quote(id)}`);
  }
  const explanation = moment.explain(key, kind);
  const task = explanation.kind === "task" ? moment.task(id) : undefined;
  return {
    explanation,
    ...(task !== undefined && { task }),
    events: chronicle.events(moment.sequence, 50, filterFor(explanation)),
  };
}

/** Selects the events of what is explained; of a wait and a message, those of its agents. */
function filterFor(explanation: WhyPage["explanation"]): EventFilter {
  switch (explanation.kind) {
    case "task":
      return { taskId: explanation.taskId };
    case "agent":
      return { agentId: explanation.agentId };
    case "wait":
      return { agentId: explanation.agentId };
    case "message":
      return { agentId: explanation.to };
    case "schedule":
      return explanation.lastTaskId === undefined ? {} : { taskId: explanation.lastTaskId };
  }
}

/** Returns a value, or the beginning of its text if that is long. */
function shortened(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined || text.length <= LONGEST_TEXT ? value : `${cut(text)}`;
}

function cut(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`;
}
