/**
 * Conflicts: who gets its way when several agents want what not all of them can have.
 *
 * A conflict is settled once. Whoever tries again is told the first resolution, so two decisions of
 * one conflict can't both take effect. Decisions come from outside, as data, from a vote that this
 * machine holds, or from what it knows of the agents; it makes nothing up. `conflict:resolved` tells
 * everything that the rest of the system needs to let the losers go.
 *
 * Beside them, the machine keeps the versions by which changes are compared that were made without
 * a lock (`versions.ts`).
 *
 * @module
 */

import { describer } from "../core/describe.ts";
import { CONFLICT_DESCRIPTIONS, type ConflictEvent } from "./events.ts";
import { nextDeadline, takeDue } from "../core/data/deadlines.ts";
import { InvariantError } from "../core/errors.ts";
import type { Instant, Machine, Tick } from "../core/machine.ts";
import {
  cast,
  closeVote,
  forgetBefore,
  forgetParty,
  notePriority,
  noteRequests,
  openVote,
  recognize,
  recognizeVote,
  refuse,
  removeElector,
  removeParty,
  report,
  resolve,
  uphold,
} from "./transitions.ts";
import type {
  AutoResolve,
  CastVote,
  ConflictCommand,
  DecideConflict,
  NoteRequests,
  OpenVote,
  RankAgent,
  ReportConflict,
} from "./commands.ts";
import { decideByVotes, decideByWhatIsKnown, type Evidence } from "./ranking.ts";
import {
  type ConflictConfig,
  conflictKey,
  type ConflictRecord,
  type ConflictState,
  DEFAULT_CONFLICT_CONFIG,
  findConflict,
  noConflicts,
  subjectKey,
  type Turn,
  type Vote,
} from "./state.ts";
import { commit, forgetReadings, read, release } from "./versions.ts";

/** A machine of conflicts that goes by `config`, and by the defaults where it is silent. */
export function conflictMachine(
  config: Partial<ConflictConfig> = {},
): Machine<ConflictState, ConflictCommand, ConflictEvent> {
  return {
    name: "conflicts",
    init: () => noConflicts({ ...DEFAULT_CONFLICT_CONFIG, ...config }),
    step,
    deadline: (state) => nextDeadline(state.deadlines),
    describe: describer(CONFLICT_DESCRIPTIONS),
  };
}

function step(
  state: ConflictState,
  command: ConflictCommand,
  now: Instant,
  until: Instant = now,
): ConflictEvent[] {
  const turn: Turn = { state, now, events: [] };
  for (let due = takeDue(state.deadlines, until); due; due = takeDue(state.deadlines, until)) {
    closeVote(turn, due.subject, "no-quorum");
  }
  apply(turn, command);
  return turn.events;
}

function apply(turn: Turn, command: ConflictCommand | Tick): void {
  switch (command.type) {
    case "report-conflict":
      return reportConflict(turn, command);
    case "decide-conflict":
      return decideConflict(turn, command);
    case "auto-resolve":
      return autoResolve(turn, command);
    case "open-vote":
      return beginVote(turn, command);
    case "cast-vote":
      return castVote(turn, command);
    case "rank-agent":
      return rankAgent(turn, command);
    case "note-requests":
      return takeNote(turn, command);
    case "forget-party":
      return forgetParty(turn, command.agentId);
    case "retire-party":
      return retireParty(turn, command.agentId);
    case "forget-conflicts":
      return forgetBefore(turn, command.before);
    case "read-version":
      return read(turn, command);
    case "commit-version":
      return commit(turn, command);
    case "release-version":
      return release(turn, command);
    case "forget-readers":
      return forgetReadings(turn, command.before);
    case "tick":
      return;
  }
}

function reportConflict(turn: Turn, command: ReportConflict): void {
  const { state } = turn;
  const { subject, subjectId, disagreement, agents } = command;
  if (agents.length < 2 || new Set(agents).size < agents.length) {
    throw new InvariantError("Cannot report-conflict: two or more agents must be named, each once");
  }
  const key = conflictKey(subject, subjectId, disagreement, agents);
  const known = state.byKey.get(key);
  if (known !== undefined) return recognize(turn, known);
  if (state.active.size >= state.config.maxActive) return refuse(turn, command, "", "full");
  report(turn, command, key);
}

function decideConflict(turn: Turn, command: DecideConflict): void {
  const conflict = unsettled(turn, command);
  if (conflict === undefined) return;
  const { winner, losers = [] } = command.decision;
  const named = winner === undefined ? losers : [winner, ...losers];
  const stranger = winner !== undefined && conflict.gone.has(winner)
    ? winner
    : named.find((agentId) => !conflict.agents.includes(agentId));
  if (stranger !== undefined) {
    return refuse(turn, command, conflict.id, "not-party", stranger);
  }
  if (conflict.vote !== undefined) closeVote(turn, conflict.vote, "overtaken");
  resolve(turn, conflict, command.strategy, command.decision);
}

function autoResolve(turn: Turn, command: AutoResolve): void {
  const { state } = turn;
  const conflict = unsettled(turn, command);
  if (conflict === undefined) return;
  if (conflict.vote !== undefined) return refuse(turn, command, conflict.id, "voting");
  const evidence = evidenceOn(state, conflict);
  const mayUseIds = state.config.tiebreak === "id";
  const decision = decideByWhatIsKnown(present(conflict), evidence, command.prefer, mayUseIds);
  if (decision === undefined) return refuse(turn, command, conflict.id, "undecided");
  resolve(turn, conflict, decision.type, decision);
}

function beginVote(turn: Turn, command: OpenVote): void {
  const conflict = votable(turn, command);
  if (conflict === undefined) return;
  if (conflict.vote !== undefined) return refuse(turn, command, conflict.id, "voting");
  openVote(turn, conflict, command);
}

function castVote(turn: Turn, command: CastVote): void {
  const conflict = votable(turn, command);
  if (conflict === undefined) return;
  const { id, vote, agents } = conflict;
  const { voter, candidate } = command;
  if (vote === undefined) return refuse(turn, command, id, "not-voting");
  if (!vote.electorate.has(voter)) return refuse(turn, command, id, "not-elector", voter);
  const stands = agents.includes(candidate) && !conflict.gone.has(candidate);
  if (!stands) return refuse(turn, command, id, "not-party", candidate);
  const known = vote.ballots.get(voter);
  if (known === candidate) return recognizeVote(turn, vote, voter);
  if (known !== undefined) return refuse(turn, command, id, "voted", voter);
  cast(turn, vote, voter, candidate);
  if (vote.ballots.size >= vote.quorum) settleByVote(turn, conflict, vote);
}

function settleByVote(turn: Turn, conflict: ConflictRecord, vote: Vote): void {
  const tally = closeVote(turn, vote, "decided");
  const decision = decideByVotes(present(conflict), tally, evidenceOn(turn.state, conflict));
  // The newest vote at least was for an agent that is there.
  resolve(turn, conflict, "vote", decision!);
}

/** Those who can still win. */
function present({ agents, gone }: ConflictRecord): readonly string[] {
  return gone.size === 0 ? agents : agents.filter((agentId) => !gone.has(agentId));
}

/**
 * An agent is gone: it votes no more, and can't win. A vote that can't reach its quorum any more
 * ends, and a conflict that leaves one agent, or none, is settled. Costs what it takes part in.
 */
function retireParty(turn: Turn, agentId: string): void {
  const { state } = turn;
  for (const vote of state.votesOf.get(agentId) ?? []) withdrawVoter(turn, vote, agentId);
  for (const conflict of state.conflictsOf.get(agentId) ?? []) withdraw(turn, conflict, agentId);
  forgetParty(turn, agentId);
}

function withdrawVoter(turn: Turn, vote: Vote, agentId: string): void {
  if (vote.ballots.has(agentId)) return; // it was there when it voted
  removeElector(turn, vote, agentId);
  if (vote.electorate.size < vote.quorum) closeVote(turn, vote, "no-quorum");
}

function withdraw(turn: Turn, conflict: ConflictRecord, agentId: string): void {
  removeParty(turn, conflict, agentId);
  const [winner, second] = present(conflict);
  if (second !== undefined) return;
  if (conflict.vote !== undefined) closeVote(turn, conflict.vote, "overtaken");
  resolve(turn, conflict, "survivor", {
    type: "manual",
    ...(winner !== undefined && { winner }),
    losers: [],
    reason: winner === undefined ? "its agents are gone" : "the others are gone",
  });
}

function rankAgent(turn: Turn, command: RankAgent): void {
  const { agentId, priority } = command;
  if (!hasRoomFor(turn.state, [agentId])) return refuse(turn, command, "", "full", agentId);
  notePriority(turn, agentId, priority);
}

function takeNote(turn: Turn, command: NoteRequests): void {
  const agents = command.requests.map(([agentId]) => agentId);
  if (!hasRoomFor(turn.state, agents)) return refuse(turn, command, "", "full");
  noteRequests(turn, command);
}

function hasRoomFor({ parties, config }: ConflictState, agents: readonly string[]): boolean {
  const added = agents.filter((agentId) => !parties.has(agentId)).length;
  return parties.size + added <= config.maxParties;
}

/** The conflict that is meant, if it is open; otherwise the command is answered. */
function unsettled(turn: Turn, command: DecideConflict | AutoResolve): ConflictRecord | undefined {
  const conflict = findConflict(turn.state, command.conflictId);
  if (conflict === undefined) refuse(turn, command, command.conflictId, "unknown-conflict");
  else if (conflict.resolution === undefined) return conflict;
  else uphold(turn, conflict);
  return undefined;
}

/** The conflict that is meant, if it can be voted on; otherwise the command is refused. */
function votable(turn: Turn, command: OpenVote | CastVote): ConflictRecord | undefined {
  const conflict = findConflict(turn.state, command.conflictId);
  if (conflict?.resolution === undefined && conflict !== undefined) return conflict;
  const reason = conflict === undefined ? "unknown-conflict" : "resolved";
  refuse(turn, command, command.conflictId, reason);
  return undefined;
}

/** What is known of the agents of a conflict. */
export function evidenceOn(state: Readonly<ConflictState>, conflict: ConflictRecord): Evidence {
  const key = subjectKey(conflict.subject, conflict.subjectId);
  const priorities = new Map<string, number>();
  const requestedAt = new Map<string, Instant>();
  for (const agentId of conflict.agents) {
    const party = state.parties.get(agentId);
    if (party?.priority !== undefined) priorities.set(agentId, party.priority);
    const at = party?.requests.get(key);
    if (at !== undefined) requestedAt.set(agentId, at);
  }
  return { priorities, requestedAt };
}

export { readRules as readConflictRules } from "./config.ts";
export type { ConflictCommand } from "./commands.ts";
export type { ConflictConfig, ConflictState } from "./state.ts";
