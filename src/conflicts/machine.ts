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

import { deadlineOf, schedule, takeDue, unschedule } from "../core/data/deadlines.ts";
import { dequeueFirst, enqueueLast, fifoSize } from "../core/data/fifo.ts";
import { describer } from "../core/describe.ts";
import { InvariantError } from "../core/errors.ts";
import { definePart, type Instant, type Part, Refusal, type Tick } from "../core/machine.ts";
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
import {
  CONFLICT_DESCRIPTIONS,
  type ConflictEvent,
  type ConflictRefusal,
  type ConflictRefused,
  type VoteClosed,
} from "./events.ts";
import { decideByEvidence, decideByVotes } from "./ranking.ts";
import {
  conflictKey,
  type ConflictRecord,
  type ConflictState,
  type ConflictStep,
  type KnownAgent,
  noConflicts,
  subjectKey,
  type Vote,
} from "./state.ts";
import type { ConflictDecision } from "./types.ts";
import { commit, evictReadings, read, release } from "./versions.ts";
import { countResolved, evidenceOn, findConflict, viewOf } from "./views.ts";

type Command = Exclude<ConflictCommand, Tick>;
type Answer<Type extends keyof ConflictAnswers> = ConflictAnswers[Type] | Refusal;

/** Makes a conflict machine with `config`, and the defaults for what that leaves out. */
export function conflictMachine(
  config: Partial<ConflictConfig> = {},
): Part<ConflictState, Exclude<ConflictCommand, Tick>, ConflictEvent, ConflictAnswers> {
  return definePart<ConflictState, ConflictCommand, ConflictEvent, ConflictAnswers>({
    name: "conflicts",
    commands: COMMANDS,
    config: { ...DEFAULT_CONFLICT_CONFIG, ...config },
    init: () => noConflicts({ ...DEFAULT_CONFLICT_CONFIG, ...config }),
    fire,
    apply: (state, command, now, events) => apply({ state, now, events }, command),
    deadline: deadlineOf,
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
      return report(step, command);
    case "decide-conflict":
    case "auto-resolve":
      return resolve(step, command);
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
      return evictConflicts(step, command.before);
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

function report(step: ConflictStep, command: ReportConflict): Answer<"report-conflict"> {
  const { state, events } = step;
  const { subject, subjectId, disagreement, agents } = command;
  if (agents.length < 2 || new Set(agents).size < agents.length) {
    throw new InvariantError("Cannot report-conflict: two or more agents must be named, each once");
  }
  const key = conflictKey(subject, subjectId, disagreement, agents);
  const known = state.byKey.get(key);
  const isNew = known === undefined;
  if (isNew && state.active.size >= state.config.maxActive) return refuse(step, command, "full");
  const record = known ?? open(step, command, key);
  const { id: conflictId } = record;
  const conflict = viewOf(record);
  const type = isNew ? "conflict:reported" : "conflict:recognized";
  events.push({ type, conflictId, conflict });
  return { conflictId, isNew, conflict };
}

function open({ state, now }: ConflictStep, command: ReportConflict, key: string): ConflictRecord {
  const { subject, subjectId, disagreement, agents } = command;
  const conflict: ConflictRecord = {
    id: `conflict-${++state.reported}`,
    subject,
    subjectId,
    disagreement,
    agents,
    gone: new Set(),
    reportedAt: now,
    key,
    resolution: undefined,
    vote: undefined,
  };
  state.active.set(conflict.id, conflict);
  state.byKey.set(key, conflict);
  for (const agentId of agents) addToIndex(state.conflictsOf, agentId, conflict);
  increment(state.conflictsByType, disagreement ?? "resource");
  return conflict;
}

/** Resolves a conflict, once and for all: a later attempt gets the first resolution. */
function resolve(
  step: ConflictStep,
  command: DecideConflict | AutoResolve,
): ResolutionAnswer | Refusal {
  const conflict = findConflict(step.state, command.conflictId);
  if (conflict === undefined) return refuse(step, command, "unknown-conflict");
  const { id: conflictId, resolution } = conflict;
  if (resolution !== undefined) {
    step.events.push({ type: "conflict:upheld", conflictId, resolution });
    return { resolution, isNew: false };
  }
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
  return close(step, conflict, command.strategy, command.decision);
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
  return close(step, conflict, decision.type, decision);
}

/**
 * Closes an open conflict by a decision, which overtakes an open vote. The requests of losers end; an
 * agent that was retired is no loser, as its next incarnation has nothing to do with its earlier
 * requests.
 */
function close(
  step: ConflictStep,
  conflict: ConflictRecord,
  strategy: string,
  decision: ConflictDecision,
): ResolutionAnswer {
  const { state, now, events } = step;
  if (conflict.vote !== undefined) closeVote(step, conflict.vote, "overtaken");
  const { id: conflictId, key, agents, gone, reportedAt } = conflict;
  const losers = decision.losers?.filter((agentId) => !gone.has(agentId));
  const resolution = { ...decision, ...(losers !== undefined && { losers }), timestamp: now };
  conflict.resolution = resolution;
  state.active.delete(conflictId);
  state.byKey.delete(key);
  for (const agentId of agents) removeFromIndex(state.conflictsOf, agentId, conflict);
  state.resolved.set(conflictId, conflict);
  enqueueLast(state.resolvedIds, conflictId);
  increment(state.resolutionsByStrategy, strategy);
  while (fifoSize(state.resolvedIds) > state.config.keepResolved) evictOldest(state);
  events.push({
    type: "conflict:resolved",
    conflictId,
    conflict: viewOf(conflict),
    resolution,
    strategy,
    openMs: now - reportedAt,
  });
  return { resolution, isNew: true };
}

/** Evicts the conflicts that were resolved before an instant. */
function evictConflicts({ state, events }: ConflictStep, before: Instant): { count: number } {
  const count = countResolved(state, before);
  for (let i = 0; i < count; i++) evictOldest(state);
  events.push({ type: "conflict:forgotten", count, before });
  return { count };
}

function evictOldest(state: ConflictState): void {
  state.resolved.delete(dequeueFirst(state.resolvedIds)!);
}

function vote(
  step: ConflictStep,
  command: OpenVote | CastVote,
): Answer<"open-vote"> | Answer<"cast-vote"> {
  const conflict = findConflict(step.state, command.conflictId);
  if (conflict === undefined) return refuse(step, command, "unknown-conflict");
  if (conflict.resolution !== undefined) return refuse(step, command, "resolved");
  return command.type === "open-vote"
    ? openVote(step, conflict, command)
    : castVote(step, conflict, command);
}

function openVote(
  step: ConflictStep,
  conflict: ConflictRecord,
  command: OpenVote,
): Answer<"open-vote"> {
  if (conflict.vote !== undefined) return refuse(step, command, "voting");
  const { state, now, events } = step;
  const { conflictId, electorate, quorum, timeoutMs } = command;
  const closesAt = now + timeoutMs;
  const vote: Vote = {
    conflict,
    electorate: new Set(electorate),
    quorum,
    ballots: new Map(),
    timer: undefined,
  };
  vote.timer = schedule(state.deadlines, closesAt, vote);
  conflict.vote = vote;
  for (const elector of vote.electorate) addToIndex(state.votesOf, elector, vote);
  events.push({ type: "vote:opened", conflictId, electorate, quorum, closesAt });
  return { closesAt };
}

function castVote(
  step: ConflictStep,
  conflict: ConflictRecord,
  command: CastVote,
): Answer<"cast-vote"> {
  const { id: conflictId, vote } = conflict;
  const { voter, candidate } = command;
  if (vote === undefined) return refuse(step, command, "not-voting");
  if (!vote.electorate.has(voter)) return refuse(step, command, "not-elector", voter);
  if (!contenders(conflict).includes(candidate)) {
    return refuse(step, command, "not-party", candidate);
  }
  const known = vote.ballots.get(voter);
  if (known !== undefined && known !== candidate) return refuse(step, command, "voted", voter);
  const isNew = known === undefined;
  vote.ballots.set(voter, candidate);
  const type = isNew ? "vote:cast" : "vote:recognized";
  step.events.push({ type, conflictId, voter, candidate });
  if (vote.ballots.size < vote.quorum) return { isNew, resolution: undefined };
  const tally = closeVote(step, vote, "decided");
  const decision = decideByVotes(contenders(conflict), tally, evidenceOn(step.state, conflict));
  // The newest vote at least was for an agent that can win.
  const { resolution } = close(step, conflict, "vote", decision!);
  return { isNew, resolution };
}

/** Ends a vote. Returns the number of votes for each agent of the conflict. */
function closeVote(
  { state, events }: ConflictStep,
  vote: Vote,
  outcome: VoteClosed["outcome"],
): ReadonlyMap<string, number> {
  const { conflict, ballots } = vote;
  conflict.vote = undefined;
  unschedule(state.deadlines, vote.timer);
  vote.timer = undefined;
  for (const elector of vote.electorate) removeFromIndex(state.votesOf, elector, vote);
  const tally = new Map(conflict.agents.map((agentId) => [agentId, 0]));
  for (const candidate of ballots.values()) increment(tally, candidate);
  events.push({ type: "vote:closed", conflictId: conflict.id, outcome, tally: [...tally] });
  return tally;
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

function retireFromVote(step: ConflictStep, vote: Vote, voter: string): void {
  if (vote.ballots.has(voter)) return; // the vote was valid when it was cast
  const { state, events } = step;
  vote.electorate.delete(voter);
  removeFromIndex(state.votesOf, voter, vote);
  events.push({ type: "vote:withdrawn", conflictId: vote.conflict.id, voter });
  if (vote.electorate.size < vote.quorum) closeVote(step, vote, "no-quorum");
}

function retireFromConflict(step: ConflictStep, conflict: ConflictRecord, agentId: string): void {
  const { state, events } = step;
  conflict.gone.add(agentId);
  removeFromIndex(state.conflictsOf, agentId, conflict);
  events.push({ type: "conflict:withdrawn", conflictId: conflict.id, agentId });
  const [winner, second] = contenders(conflict);
  if (second !== undefined) return;
  close(step, conflict, "survivor", {
    type: "manual",
    ...(winner !== undefined && { winner }),
    losers: [],
    reason: winner === undefined ? "its agents are gone" : "the others are gone",
  });
}

function rankAgent(step: ConflictStep, command: RankAgent): Answer<"rank-agent"> {
  const { state, events } = step;
  const { agentId, priority } = command;
  if (!hasRoomFor(state, [agentId])) return refuse(step, command, "full", agentId);
  knownAgentOf(state, agentId).priority = priority;
  events.push({ type: "priority:noted", agentId, priority });
}

function noteRequests(step: ConflictStep, command: NoteRequests): Answer<"note-requests"> {
  const { state, now, events } = step;
  const { subject, subjectId } = command;
  const agents = command.requests.map(([agentId]) => agentId);
  if (!hasRoomFor(state, agents)) return refuse(step, command, "full");
  const key = subjectKey(subject, subjectId);
  const requests: [string, Instant][] = [];
  for (const [agentId, given] of command.requests) {
    const at = given ?? now;
    const known = knownAgentOf(state, agentId).requests;
    known.delete(key); // so that the newest note stands last
    known.set(key, at);
    while (known.size > state.config.keepRequests) known.delete(known.keys().next().value!);
    requests.push([agentId, at]);
  }
  events.push({ type: "request:noted", subject, subjectId, requests });
}

function hasRoomFor({ knownAgents, config }: ConflictState, agents: readonly string[]): boolean {
  const added = agents.filter((agentId) => !knownAgents.has(agentId)).length;
  return knownAgents.size + added <= config.maxParties;
}

function knownAgentOf({ knownAgents }: ConflictState, agentId: string): KnownAgent {
  let known = knownAgents.get(agentId);
  if (known === undefined) {
    known = { agentId, priority: undefined, requests: new Map() };
    knownAgents.set(agentId, known);
  }
  return known;
}

/** Removes the known facts about an agent; a no-op when there are none. */
function forgetAgent({ state, events }: ConflictStep, agentId: string): void {
  if (state.knownAgents.delete(agentId)) events.push({ type: "party:forgotten", agentId });
}

function refuse(
  { events }: ConflictStep,
  command: Command,
  reason: ConflictRefusal,
  agentId = "",
): Refusal<ConflictRefused> {
  const refused: ConflictRefused = {
    type: "conflict:refused",
    conflictId: "conflictId" in command ? command.conflictId : "",
    command: command.type,
    reason,
    agentId,
  };
  events.push(refused);
  return new Refusal(refused);
}

function addToIndex<Entry>(index: Map<string, Set<Entry>>, agentId: string, entry: Entry): void {
  const known = index.get(agentId);
  if (known === undefined) index.set(agentId, new Set([entry]));
  else known.add(entry);
}

function removeFromIndex<Entry>(
  index: Map<string, Set<Entry>>,
  agentId: string,
  entry: Entry,
): void {
  const known = index.get(agentId);
  known?.delete(entry);
  if (known?.size === 0) index.delete(agentId);
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
