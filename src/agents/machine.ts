/**
 * Membership: which agents exist, and whether they are alive.
 *
 * An agent joins under an incarnation that is larger than any earlier one of any agent. It is the epoch
 * of all commands of the agent. An agent that was declared dead while it was only slow, or that was
 * started twice, names an incarnation that is no longer in force, and is refused.
 *
 * An agent with a heartbeat timeout is suspected after a shorter silence and declared dead after the
 * whole of it. A suspicion costs nothing, as the next heartbeat ends it; a death is final. This is
 * the timeout-based, eventually perfect failure detector of Chandra and Toueg.
 *
 * A heartbeat costs O(1). It moves no timer: a timer that fires reads the time of the newest heartbeat,
 * and is set to the deadline that follows from it. So it fires at most twice within each heartbeat
 * timeout, however often heartbeats come.
 *
 * @module
 */

import { deadlineOf, reschedule, schedule, unschedule } from "../core/data/deadlines.ts";
import { describer } from "../core/describe.ts";
import {
  definePart,
  type Instant,
  type Part,
  Refusal,
  type ResumeListening,
  startsAnew,
  type Tick,
} from "../core/machine.ts";
import type {
  BeatAgent,
  DisconnectAgent,
  JoinAgent,
  LeaveAgent,
  MembershipAnswers,
  MembershipCommand,
} from "./commands.ts";
import { DEFAULT_MEMBERSHIP_CONFIG, type MembershipConfig } from "./config.ts";
import {
  AGENT_DESCRIPTIONS,
  type AgentEvent,
  type AgentRefused,
  type MembershipRefusal,
} from "./events.ts";
import {
  dueAt,
  type Member,
  type MembershipState,
  type MembershipStep,
  noMembers,
} from "./state.ts";

type Command = Exclude<MembershipCommand, Tick>;
type Answer<Type extends keyof MembershipAnswers> = MembershipAnswers[Type] | Refusal;

/** Makes a membership machine with `config`, and the defaults for what that leaves out. */
export function membershipMachine(
  config: Partial<MembershipConfig> = {},
): Part<MembershipState, Exclude<MembershipCommand, Tick>, AgentEvent, MembershipAnswers> {
  return definePart<MembershipState, MembershipCommand, AgentEvent, MembershipAnswers>({
    name: "agents",
    commands: ["join-agent", "beat-agent", "disconnect-agent", "leave-agent", "resume-listening"],
    config: { ...DEFAULT_MEMBERSHIP_CONFIG, ...config },
    configured: rescheduleAll,
    init: () => noMembers({ ...DEFAULT_MEMBERSHIP_CONFIG, ...config }),
    fire,
    apply: (state, command, now, events) => apply({ state, now, events }, command),
    deadline: deadlineOf,
    describe: describer(AGENT_DESCRIPTIONS),
  });
}

/** Sets the timers of all members anew, as the silence before a suspicion may have changed. */
function rescheduleAll(state: MembershipState, before: object): void {
  if ((before as MembershipConfig).suspectAfterMs === state.config.suspectAfterMs) return;
  for (const member of state.members.values()) {
    if (member.timer !== undefined) {
      reschedule(state.deadlines, member.timer, dueAt(state, member));
    }
  }
}

/** Changes the silence after which a member counts as dead; 0 for no limit. */
export function limitSilence(state: MembershipState, agentId: string, ms: number): void {
  const member = state.members.get(agentId);
  if (member === undefined) return;
  (member as { heartbeatTimeoutMs: number }).heartbeatTimeoutMs = ms;
  setTimer(state, member);
}

/**
 * Checks the agents that may have been silent for too long, by instant and then in the order in which
 * their silences came to have a limit: when they joined, or their connections were lost.
 */
function fire(state: MembershipState, now: Instant, until: Instant, events: AgentEvent[]): void {
  const step = { state, now, events };
  const { deadlines } = state;
  for (let first = deadlines.timers[0]; first !== undefined; first = deadlines.timers[0]) {
    if (first.rank > until) return;
    const member = first.subject;
    const due = dueAt(state, member);
    if (due > first.rank) reschedule(deadlines, first, due);
    else if (!member.isSuspect && due < member.silentSince + member.heartbeatTimeoutMs) {
      suspect(step, member);
    } else die(step, member);
  }
}

function apply(step: MembershipStep, command: Command): unknown {
  switch (command.type) {
    case "join-agent":
      return join(step, command);
    case "beat-agent":
      return beat(step, command);
    case "disconnect-agent":
      return disconnect(step, command);
    case "leave-agent":
      return leave(step, command);
    case "resume-listening":
      return resume(step, command);
  }
}

function join(step: MembershipStep, command: JoinAgent): Answer<"join-agent"> {
  const { state, now, events } = step;
  const { members, config } = state;
  const { agentId, heartbeatTimeoutMs } = command;
  const former = members.get(agentId);
  const inForce = former?.incarnation ?? 0;
  if (command.incarnation !== 0 && command.incarnation !== inForce) {
    return refuse(step, command, "stale-incarnation", inForce);
  }
  if (former === undefined && members.size >= config.maxAgents) {
    return refuse(step, command, "full", config.maxAgents);
  }
  if (former !== undefined) forget(state, former);
  const incarnation = ++state.lastIncarnation;
  const member: Member = {
    agentId,
    incarnation,
    joinedAt: now,
    heartbeatTimeoutMs,
    lastHeardAt: now,
    silentSince: now,
    isSuspect: false,
    graceMs: 0,
    timer: undefined,
  };
  members.set(agentId, member);
  setTimer(state, member);
  events.push({ type: "agent:joined", agentId, incarnation, replaces: former?.incarnation });
  return { incarnation };
}

/** Returns the member that a command names, if that incarnation is in force. */
function memberOf(step: MembershipStep, command: BeatAgent | DisconnectAgent): Member | Refusal {
  const member = step.state.members.get(command.agentId);
  if (member === undefined) return refuse(step, command, "unknown-agent", 0);
  const { incarnation } = member;
  return command.incarnation === 0 || command.incarnation === incarnation
    ? member
    : refuse(step, command, "stale-incarnation", incarnation);
}

function beat(step: MembershipStep, command: BeatAgent): Answer<"beat-agent"> {
  const { now, events } = step;
  const member = memberOf(step, command);
  if (member instanceof Refusal) return member;
  const { agentId, incarnation } = member;
  const silentMs = now - member.silentSince;
  member.lastHeardAt = member.silentSince = now;
  events.push({ type: "agent:heartbeat", agentId, incarnation });
  if (member.isSuspect) recover(step, member, silentMs);
  return { incarnation };
}

function recover({ state, events }: MembershipStep, member: Member, silentMs: number): void {
  const { agentId, incarnation } = member;
  member.isSuspect = false;
  member.graceMs = 0;
  delete member.disconnectedAt;
  state.suspects--;
  setTimer(state, member);
  events.push({ type: "agent:recovered", agentId, incarnation, silentMs });
}

/** Suspects an agent whose connection is lost, until it shows that it is alive, or its grace is over. */
function disconnect(step: MembershipStep, command: DisconnectAgent): Answer<"disconnect-agent"> {
  const { state, now, events } = step;
  const member = memberOf(step, command);
  if (member instanceof Refusal) return member;
  const { agentId, incarnation } = member;
  const silentMs = now - member.silentSince;
  member.silentSince = now;
  member.graceMs = command.graceMs;
  member.disconnectedAt = now;
  if (!member.isSuspect) {
    member.isSuspect = true;
    state.suspects++;
    events.push({ type: "agent:suspected", agentId, incarnation, silentMs, cause: "disconnected" });
  }
  setTimer(state, member);
  return { incarnation };
}

/** Sets the timer of a member to the time when it is due next. */
function setTimer(state: MembershipState, member: Member): void {
  const { deadlines } = state;
  const due = dueAt(state, member);
  if (due === Infinity) {
    unschedule(deadlines, member.timer);
    member.timer = undefined;
  } else if (member.timer === undefined) member.timer = schedule(deadlines, due, member);
  else reschedule(deadlines, member.timer, due);
}

function suspect({ state, now, events }: MembershipStep, member: Member): void {
  const { agentId, incarnation } = member;
  member.isSuspect = true;
  state.suspects++;
  setTimer(state, member);
  const silentMs = now - member.silentSince;
  events.push({ type: "agent:suspected", agentId, incarnation, silentMs });
}

function die({ state, now, events }: MembershipStep, member: Member): void {
  const { agentId, incarnation } = member;
  forget(state, member);
  const reason = `no heartbeat for ${now - member.silentSince} ms`;
  events.push({ type: "agent:died", agentId, incarnation, reason });
}

function leave({ state, events }: MembershipStep, { agentId, reason }: LeaveAgent): void {
  const member = state.members.get(agentId);
  if (member === undefined) return;
  forget(state, member);
  events.push({ type: "agent:left", agentId, incarnation: member.incarnation, reason });
}

/** Starts silences anew; a timer finds out when it fires. Costs O(members). */
function resume({ state, now, events }: MembershipStep, command: ResumeListening): void {
  for (const member of state.members.values()) {
    const limitMs = member.graceMs > 0 ? member.graceMs : member.heartbeatTimeoutMs;
    if (startsAnew(command, limitMs)) member.silentSince = now;
  }
  events.push({ type: "listening:resumed" });
}

function refuse(
  { events }: MembershipStep,
  { agentId, incarnation, type: command }: JoinAgent | BeatAgent | DisconnectAgent,
  reason: MembershipRefusal,
  detail: number,
): Refusal<AgentRefused> {
  const refused: AgentRefused = {
    type: "agent:refused",
    agentId,
    incarnation,
    command,
    reason,
    detail,
  };
  events.push(refused);
  return new Refusal(refused);
}

function forget(state: MembershipState, member: Member): void {
  state.members.delete(member.agentId);
  if (member.isSuspect) state.suspects--;
  unschedule(state.deadlines, member.timer);
}
