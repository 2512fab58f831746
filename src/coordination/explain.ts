/**
 * Explanations of the state of a task, a wait, a message, an agent or a schedule.
 *
 * @module
 */

import { type MemberView, memberView } from "../agents/mod.ts";
import { outlook } from "../breakers/state.ts";
import { quote } from "../core/arguments.ts";
import { ownersOf } from "../locks/state.ts";
import { claimOwner } from "../locks/types.ts";
import { LockstepError, UnknownAgentError } from "../core/errors.ts";
import { UnknownMessageError } from "../messages/errors.ts";
import type { CircuitState } from "../breakers/types.ts";
import type { Instant } from "../core/machine.ts";
import { leftText, listed } from "../core/describe.ts";
import type { TaskStatus } from "../tasks/types.ts";
import { explainWaitsOf, type WaitExplanation } from "../locks/mod.ts";
import type { MessageExplanation } from "../messages/mod.ts";
import { keptRequest } from "../messages/views.ts";
import { isUsable } from "../tasks/placement.ts";
import { type Agent, lockEpochOf } from "../tasks/state.ts";
import type { TaskExplanation } from "../tasks/mod.ts";
import { explainSchedule } from "../tasks/views.ts";
import type { ScheduleExplanation } from "../tasks/types.ts";
import { isKnown } from "../root/reactions/agents.ts";
import { agentBreakerName } from "../root/reactions/breakers.ts";
import type { RootState } from "../root/state.ts";

/**
 * The kinds of things that can be explained.
 * @category Coordination
 */
export type Explicable = "task" | "wait" | "message" | "agent" | "schedule";

/**
 * An id to explain that nothing has.
 * @category Coordination
 */
export class UnknownSubjectError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unknown-subject";
  /** The id that the caller named. */
  readonly id: string | number;

  /** Makes the error of one call. */
  constructor(id: string | number, kind: Explicable | undefined) {
    const rule = typeof id === "number"
      ? "id must be that of a wait that has not ended"
      : `id must be that of ${kind === "agent" ? "an" : "a"} ${
        kind ?? "task, a message, an agent or a schedule"
      }`;
    super(`Cannot explain ${quote(id)}: ${rule}, got ${quote(id)}`);
    this.id = id;
  }
}

/**
 * The state of something, its reason, and the change that would end it.
 * @category Coordination
 */
export type Explanation =
  | ({ readonly kind: "task" } & TaskExplanation)
  | ({ readonly kind: "wait" } & WaitExplanation)
  | ({ readonly kind: "message" } & MessageExplanation)
  | ({ readonly kind: "agent" } & AgentExplanation)
  | ({ readonly kind: "schedule" } & ScheduleExplanation);

/**
 * A request that waits for its response.
 * @category Messages
 */
export interface RequestExplanation {
  /** The request. */
  readonly messageId: string;
  /** The agent at the other end. */
  readonly agentId: string;
  /** When it was sent. */
  readonly since: Instant;
  /** The end of its time limit; `undefined` for none. */
  readonly until: Instant | undefined;
  /** Until when it is kept for a caller that has left; absent while that is there. */
  readonly keptUntil?: Instant;
}

/**
 * A request for a task.
 * @category Agents
 */
export interface AskExplanation {
  /** The only task that it asks for; `undefined` for any. */
  readonly taskId: string | undefined;
  /** When it began. */
  readonly since: Instant;
  /** The end of its time limit; `undefined` for none. */
  readonly until: Instant | undefined;
  /** Until when it is kept for a caller that has left; absent while that is there. */
  readonly keptUntil?: Instant;
}

/**
 * The answer of `explainAgent`. Lists are empty where they don't apply.
 * @category Agents
 */
export interface AgentExplanation {
  /** The id of the agent. */
  readonly agentId: string;
  /**
   * What counts most: it may be dead; it is given no tasks, or only those that no other agent is fit
   * for; all its slots are in use, some are, none
   * is; or it is there, but not for tasks.
   */
  readonly status: "suspect" | "cordoned" | "full" | "busy" | "idle" | "unregistered";
  /** One sentence. */
  readonly summary: string;
  /** Its membership; `undefined` when it is no member. */
  readonly member: MemberView | undefined;
  /** Why it is given no tasks, or only those that no other agent is fit for; empty otherwise. */
  readonly cordons: readonly string[];
  /** The tasks that it has, oldest claim first. */
  readonly tasks: readonly { readonly taskId: string; readonly status: TaskStatus }[];
  /** Number of slots in use, including those of attempts that lost their claims. */
  readonly load: number;
  /** Number of its slots. */
  readonly slots: number;
  /** Its circuit breaker; `undefined` when it has none. */
  readonly breaker:
    | {
      readonly state: CircuitState;
      /** `Infinity` while it is held open. */
      readonly retryAt: Instant;
      /** Why it is held open until it is reset; `undefined` when it isn't. */
      readonly heldFor: string | undefined;
    }
    | undefined;
  /** Its request for a task, if it is in pull mode and asks for one. */
  readonly ask: AskExplanation | undefined;
  /** The resources that it, or a task of it, holds. */
  readonly holds: readonly string[];
  /** The waits of it and of its tasks. */
  readonly waits: readonly WaitExplanation[];
  /** The requests whose responses it waits for, oldest first. */
  readonly asks: readonly RequestExplanation[];
  /** The requests that wait for its responses, oldest first. */
  readonly askedBy: readonly RequestExplanation[];
  /** Number of unhandled messages. */
  readonly unhandledMessages: number;
}

/** The sources of explanations. */
export interface Explainers {
  /** The state of the machines, and the time. */
  readonly client: { readonly state: Readonly<RootState>; readonly now: Instant };
  /** Explains tasks. */
  readonly scheduler: { explain(taskId: string): TaskExplanation };
  /** Explains waits. */
  readonly resources: { explain(waitId: number): WaitExplanation | undefined };
  /** Explains messages. */
  readonly messages: { explain(messageId: string): MessageExplanation };
}

/** Explains the subject with this id, of any kind or of `kind`; `undefined` when there is none. */
export function explain(
  { client, scheduler, resources, messages }: Explainers,
  id: string | number,
  kind: Explicable | undefined,
): Explanation | undefined {
  const isMeant = (which: Explicable) => kind === undefined || kind === which;
  const { state, now } = client;
  if (typeof id === "number") {
    const wait = isMeant("wait") ? resources.explain(id) : undefined;
    return wait && { kind: "wait", ...wait };
  }
  if (isMeant("task") && state.tasks.tasks.has(id)) {
    return { kind: "task", ...scheduler.explain(id) };
  }
  const message = isMeant("message") ? knownMessage(messages, id) : undefined;
  if (message !== undefined) return { kind: "message", ...message };
  if (isMeant("agent") && isKnown(state, id)) {
    return { kind: "agent", ...explainAgent(state, id, Math.floor(now)) };
  }
  const schedule = isMeant("schedule") ? state.tasks.schedules.get(id) : undefined;
  return schedule && { kind: "schedule", ...explainSchedule(state.tasks, schedule) };
}

function knownMessage(
  messages: Explainers["messages"],
  messageId: string,
): MessageExplanation | undefined {
  try {
    return messages.explain(messageId);
  } catch (error) {
    if (error instanceof UnknownMessageError) return undefined;
    throw error;
  }
}

/**
 * Explains one agent. Costs O(its tasks, locks, waits and requests).
 *
 * @throws {UnknownAgentError} when there is no such agent
 */
export function explainAgent(
  state: Readonly<RootState>,
  agentId: string,
  now: Instant,
): AgentExplanation {
  const member = memberView(state.agents, agentId);
  const worker = state.tasks.agents.get(agentId);
  if (!isKnown(state, agentId)) {
    throw new UnknownAgentError("explain an agent", agentId);
  }
  const facts = {
    agentId,
    member,
    cordons: worker === undefined ? [] : cordonsOf(worker),
    tasks: [...worker?.tasks ?? []].map(({ spec, status }) => ({ taskId: spec.id, status })),
    load: worker?.slotsInUse ?? 0,
    slots: worker?.maxConcurrentTasks ?? 0,
    breaker: breakerOf(state, agentId, now),
    ask: askOf(worker),
    ...locksOf(state, agentId),
    asks: requestsOf(state, "waitingOn", agentId),
    askedBy: requestsOf(state, "askedOf", agentId),
    unhandledMessages: unhandledOf(state, agentId),
  };
  const isLastResort = worker !== undefined && isUsable(worker);
  const [status, because] = worker?.pulls && worker.ask === undefined && worker.slotsInUse === 0 &&
      facts.cordons.length === 0 && member?.status !== "suspect"
    ? ["idle" as const, "It has nothing to do, and asks for no task"]
    : verdictOn(facts, isLastResort, state.tasks.counts.ready);
  return { ...facts, status, summary: [because, ...waitingFor(facts)].join("; ") };
}

/** Returns the reasons for which an agent is cordoned. */
function cordonsOf({ cordons, drained }: Agent): string[] {
  const reasons = [...cordons.values()].map(({ reason }) => reason);
  return drained === undefined ? reasons : [...reasons, drained];
}

type Facts = Omit<AgentExplanation, "status" | "summary">;

function verdictOn(
  facts: Facts,
  isLastResort: boolean,
  ready: number,
): [AgentExplanation["status"], string] {
  const { member, cordons, tasks, load, slots } = facts;
  if (member?.status === "suspect") {
    return ["suspect", suspicionText(member)];
  }
  if (cordons.length > 0) {
    const terms = isLastResort ? "tasks only for want of another fit agent" : "no tasks";
    return ["cordoned", `It is given ${terms}: ${cordons.join(", ")}`];
  }
  if (slots === 0) return ["unregistered", "It is not registered for tasks"];
  if (load >= slots) {
    const all = slots === 1 ? "Its slot is" : `All of its ${slots} slots are`;
    return ["full", `${all} in use: ${namesOf(tasks)}`];
  }
  if (load > 0) return ["busy", `It has ${load} of ${slots} slots in use: ${namesOf(tasks)}`];
  if (ready === 0) return ["idle", "It has nothing to do: no task waits for an agent"];
  return ["idle", `It has nothing to do: no task that is ready is given to it, of ${ready}`];
}

/** Describes the reason of a suspicion, and its end without a heartbeat. */
function suspicionText({ lastHeardAt, deadAt, disconnectedAt }: MemberView): string {
  const end = `${iso(deadAt!)} without a heartbeat`;
  return disconnectedAt === undefined
    ? `It has been silent since ${iso(lastHeardAt)}, and counts as dead at ${end}`
    : `Its connection was lost at ${iso(disconnectedAt)}, and it is kept until ${end}`;
}

function namesOf(tasks: Facts["tasks"]): string {
  return tasks.length === 0
    ? "attempts that lost their claims"
    : listed(tasks.map(({ taskId }) => quote(taskId)));
}

/** Describes what an agent without tasks holds, and the locks and responses that an agent waits for. */
function waitingFor({ slots, holds, waits, asks, ask }: Facts): string[] {
  const locks = waits.flatMap((wait) =>
    wait.locks.filter(({ isFree }) => !isFree).map(({ resourceId }) => quote(resourceId))
  );
  const agents = [...new Set(asks.map(({ agentId }) => quote(agentId)))];
  return [
    ...(slots === 0 && holds.length > 0 ? [`it holds ${listed(holds.map(quote))}`] : []),
    ...(ask === undefined ? [] : [requestText(ask)]),
    ...(locks.length > 0 ? [`it waits for ${listed(locks)}`] : []),
    ...(agents.length > 0 ? [`it waits for a response from ${listed(agents)}`] : []),
  ];
}

function requestText({ taskId, since, until, keptUntil }: AskExplanation): string {
  const what = taskId === undefined ? "a task" : `task ${quote(taskId)}`;
  const end = until === undefined ? "" : `, until ${iso(until)}`;
  return `it asks for ${what} since ${iso(since)}${end}${leftText(keptUntil)}`;
}

function askOf(worker: Agent | undefined): AskExplanation | undefined {
  const { ask } = worker ?? {};
  if (ask === undefined) return undefined;
  const { task, since, timer, isLeft } = ask;
  const asked = { taskId: task?.spec.id, since };
  return isLeft
    ? { ...asked, until: undefined, keptUntil: timer!.rank }
    : { ...asked, until: timer?.rank };
}

function breakerOf(
  { breakers }: Readonly<RootState>,
  agentId: string,
  now: Instant,
): AgentExplanation["breaker"] {
  const breaker = breakers.breakers.get(agentBreakerName(agentId));
  if (breaker === undefined) return undefined;
  const { state, retryAt, heldFor } = outlook(breaker, now);
  return { state, retryAt, heldFor };
}

/** Returns the locks and the waits of an agent and its claims. */
function locksOf(
  { locks, tasks }: Readonly<RootState>,
  agentId: string,
): Pick<AgentExplanation, "holds" | "waits"> {
  const claims = [...tasks.agents.get(agentId)?.tasks ?? []];
  const own = claims.map((task) => locks.owners.get(claimOwner(task.spec.id, lockEpochOf(task))));
  const holds: string[] = [];
  const waits: WaitExplanation[] = [];
  for (const owner of [...ownersOf(locks, agentId), ...own]) {
    if (owner === undefined) continue;
    for (const hold of owner.holds.toSorted((a, b) => a.epoch - b.epoch)) {
      holds.push(hold.lock.resourceId);
    }
    waits.push(...explainWaitsOf(owner));
  }
  return { holds, waits };
}

function requestsOf(
  { messages }: Readonly<RootState>,
  edges: "waitingOn" | "askedOf",
  agentId: string,
): RequestExplanation[] {
  return [...messages[edges].get(agentId) ?? []].map((request) => ({
    messageId: request.id,
    agentId: edges === "waitingOn" ? request.to : request.from,
    since: request.since,
    until: request.timer?.rank,
    ...keptRequest(request),
  }));
}

/** Returns the backlog of the handler that is farthest behind. */
function unhandledOf({ messages }: Readonly<RootState>, agentId: string): number {
  let most = 0;
  for (const { urgent, normal } of messages.mailboxes.get(agentId)?.consumers ?? []) {
    most = Math.max(most, urgent.size + normal.size);
  }
  return most;
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
