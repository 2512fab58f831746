/**
 * What can happen to a conflict or a vote. Each function here changes the state in one way and
 * makes the one event that tells of it.
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
  type Party,
  subjectKey,
  type Turn,
  type Vote,
} from "./state.ts";
import { countSettled, viewOf } from "./views.ts";

/** Opens a conflict. */
export function report(
  { state, now, events }: Turn,
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
  for (const agentId of agents) addTo(state.conflictsOf, agentId, known);
  increment(state.reportedOn, disagreement ?? "resource");
  const conflict = viewOf(known);
  events.push({ type: "conflict:reported", conflictId: id, conflict });
  return { conflictId: id, isNew: true, conflict };
}

/** Says that a conflict is open already. */
export function recognize(
  { events }: Turn,
  known: ConflictRecord,
): ConflictAnswers["report-conflict"] {
  const { id: conflictId } = known;
  const conflict = viewOf(known);
  events.push({ type: "conflict:recognized", conflictId, conflict });
  return { conflictId, isNew: false, conflict };
}

/**
 * Settles an open conflict, once and for all. Losers are to let go, so who is gone is none of them:
 * an agent that has come back has nothing to do with what it wanted before.
 */
export function resolve(
  { state, now, events }: Turn,
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
  for (const agentId of conflict.agents) removeFrom(state.conflictsOf, agentId, conflict);
  state.settled.set(id, conflict);
  enqueueLast(state.settledIds, id);
  increment(state.settledBy, strategy);
  if (fifoSize(state.settledIds) > state.config.keepResolved) forgetOldest(state);
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

/** Says that a conflict is settled already. */
export function uphold(
  { events }: Turn,
  conflictId: string,
  resolution: ConflictResolution,
): ResolutionAnswer {
  events.push({ type: "conflict:upheld", conflictId, resolution });
  return { resolution, isNew: false };
}

/** Forgets the conflicts that were settled before an instant. */
export function forgetBefore(
  { state, events }: Turn,
  before: Instant,
): ConflictAnswers["forget-conflicts"] {
  const count = countSettled(state, before);
  for (let i = 0; i < count; i++) forgetOldest(state);
  events.push({ type: "conflict:forgotten", count, before });
  return { count };
}

function forgetOldest(state: ConflictState): void {
  state.settled.delete(dequeueFirst(state.settledIds)!);
}

/** Lets others decide a conflict. */
export function openVote(
  { state, now, events }: Turn,
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
  for (const elector of vote.electorate) addTo(state.votesOf, elector, vote);
  events.push({ type: "vote:opened", conflictId, electorate, quorum, closesAt });
  return { closesAt };
}

/** Counts a vote. */
export function cast({ events }: Turn, vote: Vote, voter: string, candidate: string): void {
  vote.ballots.set(voter, candidate);
  events.push({ type: "vote:cast", conflictId: vote.conflict.id, voter, candidate });
}

/** Says that a vote is counted already. */
export function recognizeVote(
  { events }: Turn,
  { conflict }: Vote,
  voter: string,
  candidate: string,
): void {
  events.push({ type: "vote:recognized", conflictId: conflict.id, voter, candidate });
}

/** Ends a vote; returns how many votes each agent of the conflict got. */
export function closeVote(
  { state, events }: Turn,
  vote: Vote,
  outcome: VoteClosed["outcome"],
): ReadonlyMap<string, number> {
  const { conflict, ballots } = vote;
  conflict.vote = undefined;
  unschedule(state.deadlines, vote.timer);
  vote.timer = undefined;
  for (const elector of vote.electorate) removeFrom(state.votesOf, elector, vote);
  const tally = new Map(conflict.agents.map((agentId) => [agentId, 0]));
  for (const candidate of ballots.values()) increment(tally, candidate);
  events.push({ type: "vote:closed", conflictId: conflict.id, outcome, tally: [...tally] });
  return tally;
}

/** Takes the vote of somebody who is gone without having voted. */
export function removeElector({ state, events }: Turn, vote: Vote, voter: string): void {
  vote.electorate.delete(voter);
  removeFrom(state.votesOf, voter, vote);
  events.push({ type: "vote:withdrawn", conflictId: vote.conflict.id, voter });
}

/** Keeps an agent that is gone from winning. */
export function removeParty(
  { state, events }: Turn,
  conflict: ConflictRecord,
  agentId: string,
): void {
  conflict.gone.add(agentId);
  removeFrom(state.conflictsOf, agentId, conflict);
  events.push({ type: "conflict:withdrawn", conflictId: conflict.id, agentId });
}

/** Keeps the priority of an agent. */
export function notePriority({ state, events }: Turn, agentId: string, priority: number): void {
  partyOf(state, agentId).priority = priority;
  events.push({ type: "priority:noted", agentId, priority });
}

/** Keeps since when agents want something. */
export function noteRequests({ state, now, events }: Turn, command: NoteRequests): void {
  const { subject, subjectId } = command;
  const key = subjectKey(subject, subjectId);
  const requests: [string, Instant][] = [];
  for (const [agentId, said] of command.requests) {
    const at = said ?? now;
    const known = partyOf(state, agentId).requests;
    known.delete(key); // so that the newest note stands last
    known.set(key, at);
    if (known.size > state.config.keepRequests) known.delete(known.keys().next().value!);
    requests.push([agentId, at]);
  }
  events.push({ type: "request:noted", subject, subjectId, requests });
}

/** Forgets an agent; nothing when nothing is known of it. */
export function forgetParty({ state, events }: Turn, agentId: string): void {
  if (state.parties.delete(agentId)) events.push({ type: "party:forgotten", agentId });
}

/** Says why `command` changes nothing. */
export function refuse(
  { events }: Turn,
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

function partyOf({ parties }: ConflictState, agentId: string): Party {
  let party = parties.get(agentId);
  if (party === undefined) {
    party = { agentId, priority: undefined, requests: new Map() };
    parties.set(agentId, party);
  }
  return party;
}

function addTo<Entry>(index: Map<string, Set<Entry>>, agentId: string, entry: Entry): void {
  const known = index.get(agentId);
  if (known === undefined) index.set(agentId, new Set([entry]));
  else known.add(entry);
}

function removeFrom<Entry>(index: Map<string, Set<Entry>>, agentId: string, entry: Entry): void {
  const known = index.get(agentId);
  known?.delete(entry);
  if (known?.size === 0) index.delete(agentId);
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
