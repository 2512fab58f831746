/**
 * Membership: which agents are there, and whether they are alive.
 *
 * Whoever joins begins a life under an incarnation that is larger than any before, of whichever
 * agent: the epoch of all that the agent does. An agent that was given up while it was only slow,
 * or that was started twice, names an incarnation that is no longer in force, and is refused.
 *
 * An agent that may not be silent for long is suspected after a while, and given up after a longer
 * one. A suspicion costs nothing: the next heartbeat ends it. A death is for good.
 *
 * A heartbeat costs O(1). Timers are not moved by it: one that fires looks when the agent was last
 * heard of, and is set to what is then due. So a timer fires at most twice within each time that
 * its agent may be silent, however often it shows that it is alive.
 *
 * While nobody listens, as the engine is down, nobody is silent: a host that starts again says so
 * before anything is due, and each silence begins anew.
 *
 * @module
 */

import { describer } from "../core/describe.ts";
import { AGENT_DESCRIPTIONS } from "./events.ts";
import { nextDeadline, reschedule } from "../core/data/deadlines.ts";
import type { AgentEvent } from "./events.ts";
import type { Instant, Machine, Tick } from "../core/machine.ts";
import { beat, die, join, leave, recover, refuse, resume, suspect } from "./actions.ts";
import type { BeatAgent, JoinAgent, LeaveAgent, MembershipCommand } from "./commands.ts";
import {
  DEFAULT_MEMBERSHIP_CONFIG,
  dueAt,
  type MembershipConfig,
  type MembershipState,
  nobody,
  silentSince,
  type Turn,
} from "./state.ts";

/** A machine of members that goes by `config`, and by the defaults where it is silent. */
export function membershipMachine(
  config: Partial<MembershipConfig> = {},
): Machine<MembershipState, MembershipCommand, AgentEvent> {
  return {
    name: "agents",
    init: () => nobody({ ...DEFAULT_MEMBERSHIP_CONFIG, ...config }),
    step,
    deadline: (state) => nextDeadline(state.deadlines),
    describe: describer(AGENT_DESCRIPTIONS),
  };
}

function step(
  state: MembershipState,
  command: MembershipCommand,
  now: Instant,
  until: Instant = now,
): AgentEvent[] {
  const turn: Turn = { state, now, events: [] };
  if (nextDeadline(state.deadlines) <= until) fireDue(turn, until);
  apply(turn, command);
  return turn.events;
}

/** Looks after those who may have been silent for too long, by instant and then by incarnation. */
function fireDue(turn: Turn, until: Instant): void {
  const { state } = turn;
  const { deadlines } = state;
  for (let first = deadlines.timers[0]; first !== undefined; first = deadlines.timers[0]) {
    if (first.rank > until) return;
    const member = first.subject;
    const due = dueAt(state, member);
    if (due > first.rank) reschedule(deadlines, first, due);
    else if (due < silentSince(state, member) + member.heartbeatTimeoutMs) suspect(turn, member);
    else die(turn, member);
  }
}

function apply(turn: Turn, command: MembershipCommand | Tick): void {
  switch (command.type) {
    case "join-agent":
      return joinAgent(turn, command);
    case "beat-agent":
      return beatAgent(turn, command);
    case "leave-agent":
      return leaveAgent(turn, command);
    case "resume-listening":
      return resume(turn);
    case "tick":
      return;
  }
}

function joinAgent(turn: Turn, command: JoinAgent): void {
  const { members, config } = turn.state;
  const former = members.get(command.agentId);
  const inForce = former?.incarnation ?? 0;
  if (command.incarnation !== 0 && command.incarnation !== inForce) {
    return refuse(turn, command, "stale-incarnation", inForce);
  }
  if (former === undefined && members.size >= config.maxAgents) {
    return refuse(turn, command, "full", config.maxAgents);
  }
  join(turn, command, former);
}

function beatAgent(turn: Turn, command: BeatAgent): void {
  const member = turn.state.members.get(command.agentId);
  if (member === undefined) return refuse(turn, command, "unknown-agent", 0);
  const { incarnation } = member;
  if (command.incarnation !== 0 && command.incarnation !== incarnation) {
    return refuse(turn, command, "stale-incarnation", incarnation);
  }
  const silentMs = turn.now - silentSince(turn.state, member);
  beat(turn, member);
  if (member.isSuspect) recover(turn, member, silentMs);
}

function leaveAgent(turn: Turn, { agentId, reason }: LeaveAgent): void {
  const member = turn.state.members.get(agentId);
  if (member !== undefined) leave(turn, member, reason);
}

export { readMembershipConfig } from "./config.ts";
export type { MembershipCommand, ResumeListening } from "./commands.ts";
export { isCurrent, type MembershipConfig, type MembershipState } from "./state.ts";
