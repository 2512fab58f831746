/**
 * Conflicts between agents whose requests are incompatible, and votes on them.
 *
 * A conflict is resolved once. A later attempt gets the first resolution, so two decisions of one
 * conflict cannot both take effect. A decision comes from outside, as data; from a vote that this
 * machine holds; or from the known priorities and request times of the agents. Nothing is assumed
 * about an agent without them. `conflict:resolved` carries all that other subsystems need to end the
 * requests of the losers.
 *
 * The machine also keeps the versions of resources that are changed without a lock (`versions.ts`).
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
  dropContender,
  dropElector,
  forgetAgent,
  forgetConflicts,
  openVote,
  recognize,
  recognizeVote,
  recordPriority,
  recordRequests,
  refuse,
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
import { decideByEvidence, decideByVotes } from "./ranking.ts";
import { evidenceOn, findConflict } from "./views.ts";
import {
  conflictKey,
  type ConflictRecord,
  type ConflictState,
  type ConflictStep,
  noConflicts,
  type Vote,
} from "./state.ts";
import { commit, evictReadings, read, release } from "./versions.ts";

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
  const step: ConflictStep = { state, now, events };
  for (let due = takeDue(state.deadlines, until); due; due = takeDue(state.deadlines, until)) {
    closeVote(step, due.subject, "no-quorum");
  }
}

function apply(step: ConflictStep, command: Command): unknown {
  switch (command.type) {
    case "report-conflict":
      return reportConflict(step, command);
    case "decide-conflict":
    case "auto-resolve":
      return resolveConflict(step, command);
    case "open-vote":
    case "cast-vote":
      return vote(step, command);
    case "rank-agent":
      return rankAgent(step, command);
    case "note-requests":
      return noteRequests(step, command);
    case "forget-party":
      return forgetAgent(step, command.agentId);
    case "retire-party":
      return retireAgent(step, command.agentId);
    case "forget-conflicts":
      return forgetConflicts(step, command.before);
    case "read-version":
      return read(step, command);
    case "commit-version":
      return commit(step, command);
    case "release-version":
      return release(step, command);
    case "forget-readers":
      return evictReadings(step, command.before);
  }
}

function reportConflict(step: ConflictStep, command: ReportConflict): Answer<"report-conflict"> {
  const { state } = step;
  const { subject, subjectId, disagreement, agents } = command;
  if (agents.length < 2 || new Set(agents).size < agents.length) {
    throw new InvariantError("Cannot report-conflict: two or more agents must be named, each once");
  }
  const key = conflictKey(subject, subjectId, disagreement, agents);
  const known = state.byKey.get(key);
  if (known !== undefined) return recognize(step, known);
  if (state.active.size >= state.config.maxActive) return refuse(step, command, "full");
  return report(step, command, key);
}

/** Resolves a conflict, once and for all: a later attempt gets the first resolution. */
function resolveConflict(
  step: ConflictStep,
  command: DecideConflict | AutoResolve,
): ResolutionAnswer | Refusal {
  const conflict = findConflict(step.state, command.conflictId);
  if (conflict === undefined) return refuse(step, command, "unknown-conflict");
  const { id, resolution } = conflict;
  if (resolution !== undefined) return uphold(step, id, resolution);
  return command.type === "decide-conflict"
    ? decide(step, conflict, command)
    : autoResolve(step, conflict, command);
}

function decide(
  step: ConflictStep,
  conflict: ConflictRecord,
  command: DecideConflict,
): ResolutionAnswer | Refusal {
  const { winner, losers = [] } = command.decision;
  const named = winner === undefined ? losers : [winner, ...losers];
  const outsider = winner !== undefined && conflict.gone.has(winner)
    ? winner
    : named.find((agentId) => !conflict.agents.includes(agentId));
  if (outsider !== undefined) return refuse(step, command, "not-party", outsider);
  if (conflict.vote !== undefined) closeVote(step, conflict.vote, "overtaken");
  return resolve(step, conflict, command.strategy, command.decision);
}

function autoResolve(
  step: ConflictStep,
  conflict: ConflictRecord,
  command: AutoResolve,
): ResolutionAnswer | Refusal {
  const { state } = step;
  if (conflict.vote !== undefined) return refuse(step, command, "voting");
  const evidence = evidenceOn(state, conflict);
  const mayUseIds = state.config.tiebreak === "id";
  const decision = decideByEvidence(contenders(conflict), evidence, command.prefer, mayUseIds);
  if (decision === undefined) return refuse(step, command, "undecided");
  return resolve(step, conflict, decision.type, decision);
}

function vote(
  step: ConflictStep,
  command: OpenVote | CastVote,
): Answer<"open-vote"> | Answer<"cast-vote"> {
  const conflict = findConflict(step.state, command.conflictId);
  if (conflict === undefined) return refuse(step, command, "unknown-conflict");
  if (conflict.resolution !== undefined) return refuse(step, command, "resolved");
  if (command.type === "cast-vote") return castVote(step, conflict, command);
  if (conflict.vote !== undefined) return refuse(step, command, "voting");
  return openVote(step, conflict, command);
}

function castVote(
  step: ConflictStep,
  conflict: ConflictRecord,
  command: CastVote,
): Answer<"cast-vote"> {
  const { vote, agents, gone } = conflict;
  const { voter, candidate } = command;
  if (vote === undefined) return refuse(step, command, "not-voting");
  if (!vote.electorate.has(voter)) return refuse(step, command, "not-elector", voter);
  const canWin = agents.includes(candidate) && !gone.has(candidate);
  if (!canWin) return refuse(step, command, "not-party", candidate);
  const known = vote.ballots.get(voter);
  if (known === candidate) {
    recognizeVote(step, vote, voter, candidate);
    return { resolution: undefined, isNew: false };
  }
  if (known !== undefined) return refuse(step, command, "voted", voter);
  cast(step, vote, voter, candidate);
  const isDecided = vote.ballots.size >= vote.quorum;
  return { resolution: isDecided ? resolveByVote(step, conflict, vote) : undefined, isNew: true };
}

function resolveByVote(
  step: ConflictStep,
  conflict: ConflictRecord,
  vote: Vote,
): ConflictResolution {
  const tally = closeVote(step, vote, "decided");
  const decision = decideByVotes(contenders(conflict), tally, evidenceOn(step.state, conflict));
  // The newest vote at least was for an agent that can win.
  return resolve(step, conflict, "vote", decision!).resolution;
}

/** Returns the agents that can still win. */
function contenders({ agents, gone }: ConflictRecord): readonly string[] {
  return gone.size === 0 ? agents : agents.filter((agentId) => !gone.has(agentId));
}

/**
 * Retires an agent: it can vote and win no more. A vote that can no longer reach its quorum ends, and
 * a conflict that is left with one agent, or none, is resolved. Costs O(1) for each of them.
 */
function retireAgent(step: ConflictStep, agentId: string): void {
  const { state } = step;
  for (const vote of state.votesOf.get(agentId) ?? []) retireFromVote(step, vote, agentId);
  for (const conflict of state.conflictsOf.get(agentId) ?? []) {
    retireFromConflict(step, conflict, agentId);
  }
  forgetAgent(step, agentId);
}

function retireFromVote(step: ConflictStep, vote: Vote, agentId: string): void {
  if (vote.ballots.has(agentId)) return; // the vote was valid when it was cast
  dropElector(step, vote, agentId);
  if (vote.electorate.size < vote.quorum) closeVote(step, vote, "no-quorum");
}

function retireFromConflict(step: ConflictStep, conflict: ConflictRecord, agentId: string): void {
  dropContender(step, conflict, agentId);
  const [winner, second] = contenders(conflict);
  if (second !== undefined) return;
  if (conflict.vote !== undefined) closeVote(step, conflict.vote, "overtaken");
  resolve(step, conflict, "survivor", {
    type: "manual",
    ...(winner !== undefined && { winner }),
    losers: [],
    reason: winner === undefined ? "its agents are gone" : "the others are gone",
  });
}

function rankAgent(step: ConflictStep, command: RankAgent): Answer<"rank-agent"> {
  const { agentId, priority } = command;
  if (!hasRoomFor(step.state, [agentId])) return refuse(step, command, "full", agentId);
  recordPriority(step, agentId, priority);
}

function noteRequests(step: ConflictStep, command: NoteRequests): Answer<"note-requests"> {
  const agents = command.requests.map(([agentId]) => agentId);
  if (!hasRoomFor(step.state, agents)) return refuse(step, command, "full");
  recordRequests(step, command);
}

function hasRoomFor({ knownAgents, config }: ConflictState, agents: readonly string[]): boolean {
  const added = agents.filter((agentId) => !knownAgents.has(agentId)).length;
  return knownAgents.size + added <= config.maxParties;
}
