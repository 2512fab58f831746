/**
 * Why an agent does what it does, or nothing, and what would change that.
 *
 * @module
 */

import { type MemberView, memberView } from "../agents/mod.ts";
import { outlook } from "../breakers/state.ts";
import { quote } from "../core/arguments.ts";
import { claimOwner } from "../locks/types.ts";
import { UnknownAgentError } from "../core/errors.ts";
import { UnknownMessageError } from "../messages/errors.ts";
import type { CircuitState } from "../breakers/types.ts";
import type { Instant } from "../core/machine.ts";
import { listed } from "../core/describe.ts";
import type { TaskStatus } from "../tasks/types.ts";
import { explainWaitsOf, type WaitExplanation } from "../locks/mod.ts";
import type { MessageExplanation } from "../messages/mod.ts";
import { type Agent, lockEpochOf } from "../tasks/state.ts";
import type { TaskExplanation } from "../tasks/mod.ts";
import { agentBreakerName } from "../root/reactions/breakers.ts";
import type { RootState } from "../root/state.ts";

/** The kinds of things that can be explained. */
export type Explicable = "task" | "wait" | "message" | "agent";

/** Why something is where it is, and what would move it. */
export type Explanation =
  | ({ readonly kind: "task" } & TaskExplanation)
  | ({ readonly kind: "wait" } & WaitExplanation)
  | ({ readonly kind: "message" } & MessageExplanation)
  | ({ readonly kind: "agent" } & AgentExplanation);

/** A request that waits for its response. */
export interface RequestExplanation {
  /** The request. */
  readonly messageId: string;
  /** The agent at the other end. */
  readonly agentId: string;
  /** Since when. */
  readonly since: Instant;
  /** Until when. */
  readonly until: Instant | undefined;
}

/** The answer of `explainAgent`. Lists are empty where they don't apply. */
export interface AgentExplanation {
  /** The id of the agent. */
  readonly agentId: string;
  /**
   * What counts most: it may be dead; it is given no tasks; all its slots are in use, some are, none
   * is; or it is there, but not for tasks.
   */
  readonly status: "suspect" | "cordoned" | "full" | "busy" | "idle" | "unregistered";
  /** One sentence. */
  readonly summary: string;
  /** Its life; `undefined` when it is no member. */
  readonly member: MemberView | undefined;
  /** Why it is given no tasks; empty when it is. */
  readonly cordons: readonly string[];
  /** The tasks that it has, oldest claim first. */
  readonly tasks: readonly { readonly taskId: string; readonly status: TaskStatus }[];
  /** Number of slots in use, including those of attempts that lost their claims. */
  readonly load: number;
  /** Number of its slots. */
  readonly slots: number;
  /** Its circuit breaker; `undefined` when it has none. */
  readonly breaker: { readonly state: CircuitState; readonly retryAt: Instant } | undefined;
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

/** Where answers come from. */
export interface Explainers {
  /** The machines, and what the time is. */
  readonly client: { readonly state: Readonly<RootState>; readonly now: Instant };
  /** Explains tasks. */
  readonly scheduler: { explain(taskId: string): TaskExplanation };
  /** Explains waits. */
  readonly resources: { explain(waitId: number): WaitExplanation | undefined };
  /** Explains messages. */
  readonly messages: { explain(messageId: string): MessageExplanation };
}

/** Explains what has this id, of this kind if it is given; `undefined` when there is nothing. */
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
  const isAgent = state.agents.members.has(id) || state.tasks.agents.has(id);
  if (!isAgent || !isMeant("agent")) return undefined;
  return { kind: "agent", ...explainAgent(state, id, Math.floor(now)) };
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
 * Explains one agent. Costs a look at what it has: its tasks, locks, waits and requests.
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
  if (member === undefined && worker === undefined) {
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
    ...locksOf(state, agentId),
    asks: requestsOf(state, "waitingOn", agentId),
    askedBy: requestsOf(state, "askedOf", agentId),
    unhandledMessages: unhandledOf(state, agentId),
  };
  const [status, because] = verdictOn(facts, state.tasks.counts.ready);
  return { ...facts, status, summary: [because, ...waitingFor(facts)].join("; ") };
}

/** Why an agent gets no tasks. */
function cordonsOf({ cordons, drained }: Agent): string[] {
  const reasons = [...cordons.values()].map(({ reason }) => reason);
  return drained === undefined ? reasons : [...reasons, drained];
}

type Facts = Omit<AgentExplanation, "status" | "summary">;

function verdictOn(facts: Facts, ready: number): [AgentExplanation["status"], string] {
  const { member, cordons, tasks, load, slots } = facts;
  if (member?.status === "suspect") {
    const since = `It has been silent since ${iso(member.lastHeardAt)}`;
    return ["suspect", `${since}, and is given up at ${iso(member.deadAt!)} unless it is heard of`];
  }
  if (cordons.length > 0) return ["cordoned", `It is given no tasks: ${cordons.join(", ")}`];
  if (slots === 0) return ["unregistered", "It is not registered for tasks"];
  if (load >= slots) {
    const all = slots === 1 ? "Its slot is" : `All of its ${slots} slots are`;
    return ["full", `${all} in use: ${namesOf(tasks)}`];
  }
  if (load > 0) return ["busy", `It has ${load} of ${slots} slots in use: ${namesOf(tasks)}`];
  if (ready === 0) return ["idle", "It has nothing to do: no task waits for an agent"];
  return ["idle", `It has nothing to do: no task that is ready is given to it, of ${ready}`];
}

function namesOf(tasks: Facts["tasks"]): string {
  return tasks.length === 0
    ? "attempts that were given up"
    : listed(tasks.map(({ taskId }) => quote(taskId)));
}

/** Returns what the agent waits for. */
function waitingFor({ waits, asks }: Facts): string[] {
  const locks = waits.flatMap((wait) =>
    wait.locks.filter(({ isFree }) => !isFree).map(({ resourceId }) => quote(resourceId))
  );
  const agents = [...new Set(asks.map(({ agentId }) => quote(agentId)))];
  return [
    ...(locks.length > 0 ? [`it waits for ${listed(locks)}`] : []),
    ...(agents.length > 0 ? [`it waits for an answer from ${listed(agents)}`] : []),
  ];
}

function breakerOf(
  { breakers }: Readonly<RootState>,
  agentId: string,
  now: Instant,
): AgentExplanation["breaker"] {
  const breaker = breakers.breakers.get(agentBreakerName(agentId));
  if (breaker === undefined) return undefined;
  const { state, retryAt } = outlook(breaker, now);
  return { state, retryAt };
}

/** Returns what an agent and its claims hold and wait for. */
function locksOf(
  { locks, tasks }: Readonly<RootState>,
  agentId: string,
): Pick<AgentExplanation, "holds" | "waits"> {
  const claims = [...tasks.agents.get(agentId)?.tasks ?? []];
  const names = [agentId, ...claims.map((task) => claimOwner(task.spec.id, lockEpochOf(task)))];
  const holds: string[] = [];
  const waits: WaitExplanation[] = [];
  for (const name of names) {
    const owner = locks.owners.get(name);
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
  return [...messages[edges].get(agentId) ?? []].map(({ id, from, to, since, timer }) => ({
    messageId: id,
    agentId: edges === "waitingOn" ? to : from,
    since,
    until: timer?.rank,
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
