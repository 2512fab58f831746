/**
 * What can happen to a member. Each function here changes the state in one way and makes the one
 * event that tells of it.
 *
 * @module
 */

import { reschedule, schedule, unschedule } from "../core/data/deadlines.ts";
import type { MembershipRefusal } from "./events.ts";
import type { BeatAgent, JoinAgent } from "./commands.ts";
import { dueAt, type Member, type MembershipState, silentSince, type Turn } from "./state.ts";

/** Has an agent begin a life, in place of `former` if it has one. */
export function join(
  { state, now, events }: Turn,
  { agentId, heartbeatTimeoutMs }: JoinAgent,
  former: Member | undefined,
): void {
  if (former !== undefined) forget(state, former);
  const incarnation = ++state.lastIncarnation;
  const member: Member = {
    agentId,
    incarnation,
    joinedAt: now,
    heartbeatTimeoutMs,
    lastHeardAt: now,
    isSuspect: false,
    timer: undefined,
  };
  state.members.set(agentId, member);
  const due = dueAt(state, member);
  if (due < Infinity) member.timer = schedule(state.deadlines, due, member);
  events.push({ type: "agent:joined", agentId, incarnation, replaces: former?.incarnation });
}

/** Notes that an agent is alive, in O(1): its timer stays, and finds out when it fires. */
export function beat({ now, events }: Turn, member: Member): void {
  const { agentId, incarnation } = member;
  member.lastHeardAt = now;
  events.push({ type: "agent:heartbeat", agentId, incarnation });
}

/** Suspects an agent no longer that is alive after all. `silentMs` is how long it was silent. */
export function recover({ state, events }: Turn, member: Member, silentMs: number): void {
  const { agentId, incarnation } = member;
  member.isSuspect = false;
  state.suspects--;
  reschedule(state.deadlines, member.timer!, dueAt(state, member));
  events.push({ type: "agent:recovered", agentId, incarnation, silentMs });
}

/** Suspects an agent that is silent. */
export function suspect({ state, now, events }: Turn, member: Member): void {
  const { agentId, incarnation } = member;
  member.isSuspect = true;
  state.suspects++;
  reschedule(state.deadlines, member.timer!, dueAt(state, member));
  const silentMs = now - silentSince(state, member);
  events.push({ type: "agent:suspected", agentId, incarnation, silentMs });
}

/** Gives up an agent that was silent for too long. */
export function die({ state, now, events }: Turn, member: Member): void {
  const { agentId, incarnation } = member;
  forget(state, member);
  const reason = `no heartbeat for ${now - silentSince(state, member)} ms`;
  events.push({ type: "agent:died", agentId, incarnation, reason });
}

/** Lets an agent go. */
export function leave({ state, events }: Turn, member: Member, reason: string): void {
  const { agentId, incarnation } = member;
  forget(state, member);
  events.push({ type: "agent:left", agentId, incarnation, reason });
}

/** Has the silence of each agent begin anew, in O(1): its timer finds out when it fires. */
export function resume({ state, now, events }: Turn): void {
  state.listeningSince = now;
  events.push({ type: "listening:resumed" });
}

/** Says why `command` changes nothing. */
export function refuse(
  { events }: Turn,
  { agentId, incarnation, type: command }: JoinAgent | BeatAgent,
  reason: MembershipRefusal,
  detail: number,
): void {
  events.push({ type: "agent:refused", agentId, incarnation, command, reason, detail });
}

function forget(state: MembershipState, member: Member): void {
  state.members.delete(member.agentId);
  if (member.isSuspect) state.suspects--;
  unschedule(state.deadlines, member.timer);
}
