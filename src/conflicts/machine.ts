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
import type { ConflictResolution } from "./types.ts";
import { nextDeadline, takeDue } from "../core/data/deadlines.ts";
import { InvariantError } from "../core/errors.ts";
import { definePart, type Instant, type Part, type Refusal, type Tick } from "../core/machine.ts";
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
  ConflictAnswers,
  ConflictCommand,
  DecideConflict,
  NoteRequests,
  OpenVote,
  RankAgent,
  ReportConflict,
  ResolutionAnswer,
} from "./commands.ts";
import { type ConflictConfig, DEFAULT_CONFLICT_CONFIG } from "./config.ts";
import { decideByVotes, decideByWhatIsKnown } from "./ranking.ts";
import { evidenceOn, findConflict } from "./views.ts";
import {
  conflictKey,
  type ConflictRecord,
  type ConflictState,
  noConflicts,
  type Turn,
  type Vote,
} from "./state.ts";
import { commit, forgetReadings, read, release } from "./versions.ts";

type Command = Exclude<ConflictCommand, Tick>;
type Answer<Type extends keyof ConflictAnswers> = ConflictAnswers[Type] | Refusal;

/** Makes a conflict machine with `config`, and the defaults for what that leaves out. */
export function conflictMachine(
  config: Partial<ConflictConfig> = {},
): Part<ConflictState, Exclude<ConflictCommand, Tick>, ConflictEvent, ConflictAnswers> {
  return definePart<ConflictState, ConflictCommand, ConflictEvent, ConflictAnswers>({
    name: "conflicts",
    commands: COMMANDS,
    init: () => noConflicts({ ...DEFAULT_CONFLICT_CONFIG, ...config }),
    fire,
    apply: (state, command, now, events) => apply({ state, now, events }, command),
    deadline: (state) => nextDeadline(state.deadlines),
    describe: describer(CONFLICT_DESCRIPTIONS),
  });
}

const COMMANDS = [
  "report-conflict",
  "decide-conflict",
  "auto-resolve",
  "open-vote",
  "cast-vote",
  "rank-agent",
  "note-requests",
  "forget-party",
  "retire-party",
  "forget-conflicts",
  "read-version",
  "commit-version",
  "release-version",
  "forget-readers",
] as const;

/** Ends the votes whose time is over, in order. */
function fire(state: ConflictState, now: Instant, until: Instant, events: ConflictEvent[]): void {
  const turn: Turn = { state, now, events };
  for (let due = takeDue(state.deadlines, until); due; due = takeDue(state.deadlines, until)) {
    closeVote(turn, due.subject, "no-quorum");
  }
}

function apply(turn: Turn, command: Command): unknown {
  switch (command.type) {
    case "report-conflict":
      return reportConflict(turn, command);
    case "decide-conflict":
    case "auto-resolve":
      return resolveConflict(turn, command);
    case "open-vote":
    case "cast-vote":
      return vote(turn, command);
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
  }
}

function reportConflict(turn: Turn, command: ReportConflict): Answer<"report-conflict"> {
  const { state } = turn;
  const { subject, subjectId, disagreement, agents } = command;
  if (agents.length < 2 || new Set(agents).size < agents.length) {
    throw new InvariantError("Cannot report-conflict: two or more agents must be named, each once");
  }
  const key = conflictKey(subject, subjectId, disagreement, agents);
  const known = state.byKey.get(key);
  if (known !== undefined) return recognize(turn, known);
  if (state.active.size >= state.config.maxActive) return refuse(turn, command, "full");
  return report(turn, command, key);
}

/** Resolves a conflict, once and for all: a later attempt gets the first resolution. */
function resolveConflict(
  turn: Turn,
  command: DecideConflict | AutoResolve,
): ResolutionAnswer | Refusal {
  const conflict = findConflict(turn.state, command.conflictId);
  if (conflict === undefined) return refuse(turn, command, "unknown-conflict");
  const { id, resolution } = conflict;
  if (resolution !== undefined) return uphold(turn, id, resolution);
  return command.type === "decide-conflict"
    ? decide(turn, conflict, command)
    : autoResolve(turn, conflict, command);
}

function decide(
  turn: Turn,
  conflict: ConflictRecord,
  command: DecideConflict,
): ResolutionAnswer | Refusal {
  const { winner, losers = [] } = command.decision;
  const named = winner === undefined ? losers : [winner, ...losers];
  const stranger = winner !== undefined && conflict.gone.has(winner)
    ? winner
    : named.find((agentId) => !conflict.agents.includes(agentId));
  if (stranger !== undefined) return refuse(turn, command, "not-party", stranger);
  if (conflict.vote !== undefined) closeVote(turn, conflict.vote, "overtaken");
  return resolve(turn, conflict, command.strategy, command.decision);
}

function autoResolve(
  turn: Turn,
  conflict: ConflictRecord,
  command: AutoResolve,
): ResolutionAnswer | Refusal {
  const { state } = turn;
  if (conflict.vote !== undefined) return refuse(turn, command, "voting");
  const evidence = evidenceOn(state, conflict);
  const mayUseIds = state.config.tiebreak === "id";
  const decision = decideByWhatIsKnown(present(conflict), evidence, command.prefer, mayUseIds);
  if (decision === undefined) return refuse(turn, command, "undecided");
  return resolve(turn, conflict, decision.type, decision);
}

function vote(
  turn: Turn,
  command: OpenVote | CastVote,
): Answer<"open-vote"> | Answer<"cast-vote"> {
  const conflict = findConflict(turn.state, command.conflictId);
  if (conflict === undefined) return refuse(turn, command, "unknown-conflict");
  if (conflict.resolution !== undefined) return refuse(turn, command, "resolved");
  if (command.type === "cast-vote") return castVote(turn, conflict, command);
  if (conflict.vote !== undefined) return refuse(turn, command, "voting");
  return openVote(turn, conflict, command);
}

function castVote(turn: Turn, conflict: ConflictRecord, command: CastVote): Answer<"cast-vote"> {
  const { vote, agents, gone } = conflict;
  const { voter, candidate } = command;
  if (vote === undefined) return refuse(turn, command, "not-voting");
  if (!vote.electorate.has(voter)) return refuse(turn, command, "not-elector", voter);
  const stands = agents.includes(candidate) && !gone.has(candidate);
  if (!stands) return refuse(turn, command, "not-party", candidate);
  const known = vote.ballots.get(voter);
  if (known === candidate) {
    recognizeVote(turn, vote, voter, candidate);
    return { resolution: undefined, isNew: false };
  }
  if (known !== undefined) return refuse(turn, command, "voted", voter);
  cast(turn, vote, voter, candidate);
  const isDecided = vote.ballots.size >= vote.quorum;
  return { resolution: isDecided ? resolveByVote(turn, conflict, vote) : undefined, isNew: true };
}

function resolveByVote(turn: Turn, conflict: ConflictRecord, vote: Vote): ConflictResolution {
  const tally = closeVote(turn, vote, "decided");
  const decision = decideByVotes(present(conflict), tally, evidenceOn(turn.state, conflict));
  // The newest vote at least was for an agent that is there.
  return resolve(turn, conflict, "vote", decision!).resolution;
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

function rankAgent(turn: Turn, command: RankAgent): Answer<"rank-agent"> {
  const { agentId, priority } = command;
  if (!hasRoomFor(turn.state, [agentId])) return refuse(turn, command, "full", agentId);
  notePriority(turn, agentId, priority);
}

function takeNote(turn: Turn, command: NoteRequests): Answer<"note-requests"> {
  const agents = command.requests.map(([agentId]) => agentId);
  if (!hasRoomFor(turn.state, agents)) return refuse(turn, command, "full");
  noteRequests(turn, command);
}

function hasRoomFor({ parties, config }: ConflictState, agents: readonly string[]): boolean {
  const added = agents.filter((agentId) => !parties.has(agentId)).length;
  return parties.size + added <= config.maxParties;
}
