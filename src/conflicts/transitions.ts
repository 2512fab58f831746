/**
 * The transitions of a conflict, a vote or a known agent. Each function changes the state in one way
 * and emits the one event about it.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import type { ConflictRefusal, ConflictRefused, VoteClosed } from "./events.ts";
import { dequeueFirst, enqueueLast, fifoSize } from "../core/data/fifo.ts";
import { type Instant, Refusal, type Tick } from "../core/machine.ts";
import type { ConflictDecision, ConflictResolution } from "./types.ts";
import type {
  ConflictAnswers,
  ConflictCommand,
  NoteRequests,
  OpenVote,
  ReportConflict,
  ResolutionAnswer,
} from "./commands.ts";
import {
  type ConflictRecord,
  type ConflictState,
  type ConflictStep,
  type KnownAgent,
  subjectKey,
  type Vote,
} from "./state.ts";
import { countResolved, viewOf } from "./views.ts";

/** Opens a conflict. */
export function report(
  { state, now, events }: ConflictStep,
  command: ReportConflict,
  key: string,
): ConflictAnswers["report-conflict"] {
  const { subject, subjectId, disagreement, agents } = command;
  const id = `conflict-${++state.reported}`;
  const known: ConflictRecord = {
    id,
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
  state.active.set(id, known);
  state.byKey.set(key, known);
  for (const agentId of agents) addToIndex(state.conflictsOf, agentId, known);
  increment(state.conflictsByType, disagreement ?? "resource");
  const conflict = viewOf(known);
  events.push({ type: "conflict:reported", conflictId: id, conflict });
  return { conflictId: id, isNew: true, conflict };
}

/** Answers a repeated report with the open conflict. */
export function recognize(
  { events }: ConflictStep,
  known: ConflictRecord,
): ConflictAnswers["report-conflict"] {
  const { id: conflictId } = known;
  const conflict = viewOf(known);
  events.push({ type: "conflict:recognized", conflictId, conflict });
  return { conflictId, isNew: false, conflict };
}

/**
 * Resolves an open conflict, once and for all. The requests of losers end; an agent that was retired
 * is no loser, as its next incarnation has nothing to do with its earlier requests.
 */
export function resolve(
  { state, now, events }: ConflictStep,
  conflict: ConflictRecord,
  strategy: string,
  decision: ConflictDecision,
): ResolutionAnswer {
  const { id, key, reportedAt, gone } = conflict;
  const losers = decision.losers?.filter((agentId) => !gone.has(agentId));
  const resolution = { ...decision, ...(losers !== undefined && { losers }), timestamp: now };
  conflict.resolution = resolution;
  state.active.delete(id);
  state.byKey.delete(key);
  for (const agentId of conflict.agents) removeFromIndex(state.conflictsOf, agentId, conflict);
  state.resolved.set(id, conflict);
  enqueueLast(state.resolvedIds, id);
  increment(state.resolutionsByStrategy, strategy);
  if (fifoSize(state.resolvedIds) > state.config.keepResolved) evictOldest(state);
  events.push({
    type: "conflict:resolved",
    conflictId: id,
    conflict: viewOf(conflict),
    resolution,
    strategy,
    openMs: now - reportedAt,
  });
  return { resolution, isNew: true };
}

/** Answers a repeated decision with the resolution that stands. */
export function uphold(
  { events }: ConflictStep,
  conflictId: string,
  resolution: ConflictResolution,
): ResolutionAnswer {
  events.push({ type: "conflict:upheld", conflictId, resolution });
  return { resolution, isNew: false };
}

/** Evicts the conflicts that were resolved before an instant. */
export function forgetConflicts(
  { state, events }: ConflictStep,
  before: Instant,
): ConflictAnswers["forget-conflicts"] {
  const count = countResolved(state, before);
  for (let i = 0; i < count; i++) evictOldest(state);
  events.push({ type: "conflict:forgotten", count, before });
  return { count };
}

function evictOldest(state: ConflictState): void {
  state.resolved.delete(dequeueFirst(state.resolvedIds)!);
}

/** Opens a vote on a conflict. */
export function openVote(
  { state, now, events }: ConflictStep,
  conflict: ConflictRecord,
  command: OpenVote,
): ConflictAnswers["open-vote"] {
  const { conflictId, electorate, quorum, timeoutMs } = command;
  const vote: Vote = {
    conflict,
    electorate: new Set(electorate),
    quorum,
    ballots: new Map(),
    timer: undefined,
  };
  const closesAt = now + timeoutMs;
  vote.timer = schedule(state.deadlines, closesAt, vote);
  conflict.vote = vote;
  for (const elector of vote.electorate) addToIndex(state.votesOf, elector, vote);
  events.push({ type: "vote:opened", conflictId, electorate, quorum, closesAt });
  return { closesAt };
}

/** Counts a vote. */
export function cast({ events }: ConflictStep, vote: Vote, voter: string, candidate: string): void {
  vote.ballots.set(voter, candidate);
  events.push({ type: "vote:cast", conflictId: vote.conflict.id, voter, candidate });
}

/** Answers a repeated vote; it counts once. */
export function recognizeVote(
  { events }: ConflictStep,
  { conflict }: Vote,
  voter: string,
  candidate: string,
): void {
  events.push({ type: "vote:recognized", conflictId: conflict.id, voter, candidate });
}

/** Ends a vote. Returns the number of votes for each agent of the conflict. */
export function closeVote(
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

/** Removes an elector that has not voted. */
export function dropElector({ state, events }: ConflictStep, vote: Vote, voter: string): void {
  vote.electorate.delete(voter);
  removeFromIndex(state.votesOf, voter, vote);
  events.push({ type: "vote:withdrawn", conflictId: vote.conflict.id, voter });
}

/** Excludes an agent from winning a conflict. */
export function dropContender(
  { state, events }: ConflictStep,
  conflict: ConflictRecord,
  agentId: string,
): void {
  conflict.gone.add(agentId);
  removeFromIndex(state.conflictsOf, agentId, conflict);
  events.push({ type: "conflict:withdrawn", conflictId: conflict.id, agentId });
}

/** Records the priority of an agent. */
export function recordPriority(
  { state, events }: ConflictStep,
  agentId: string,
  priority: number,
): void {
  knownAgentOf(state, agentId).priority = priority;
  events.push({ type: "priority:noted", agentId, priority });
}

/** Records when agents requested something. */
export function recordRequests({ state, now, events }: ConflictStep, command: NoteRequests): void {
  const { subject, subjectId } = command;
  const key = subjectKey(subject, subjectId);
  const requests: [string, Instant][] = [];
  for (const [agentId, given] of command.requests) {
    const at = given ?? now;
    const known = knownAgentOf(state, agentId).requests;
    known.delete(key); // so that the newest note stands last
    known.set(key, at);
    if (known.size > state.config.keepRequests) known.delete(known.keys().next().value!);
    requests.push([agentId, at]);
  }
  events.push({ type: "request:noted", subject, subjectId, requests });
}

/** Removes the known facts about an agent; a no-op when there are none. */
export function forgetAgent({ state, events }: ConflictStep, agentId: string): void {
  if (state.knownAgents.delete(agentId)) events.push({ type: "party:forgotten", agentId });
}

/** Refuses `command`. */
export function refuse(
  { events }: ConflictStep,
  command: Exclude<ConflictCommand, Tick>,
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

function knownAgentOf({ knownAgents }: ConflictState, agentId: string): KnownAgent {
  let known = knownAgents.get(agentId);
  if (known === undefined) {
    known = { agentId, priority: undefined, requests: new Map() };
    knownAgents.set(agentId, known);
  }
  return known;
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
