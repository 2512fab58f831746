/**
 * The slow, obvious twin of the conflict machine: it keeps every conflict that there ever was in one
 * list, and answers every question by looking through it.
 */

import type { ConflictCommand, ReportConflict } from "../../src/conflicts/commands.ts";
import { type ConflictConfig, DEFAULT_CONFLICT_CONFIG } from "../../src/conflicts/config.ts";
import type { ConflictSubject } from "../../src/conflicts/state.ts";
import type { ConflictEvent, ConflictRefusal, VoteClosed } from "../../src/conflicts/events.ts";
import type { Conflict, ConflictDecision, ConflictResolution } from "../../src/conflicts/types.ts";
import { VersionTwin } from "./version_twin.ts";

export interface TwinVote {
  /** Those who have voted, and those who still can. */
  electorate: string[];
  readonly quorum: number;
  readonly closesAt: number;
  /** In which order votes were opened. */
  readonly order: number;
  readonly ballots: [voter: string, candidate: string][];
}

export interface TwinConflict {
  readonly id: string;
  readonly report: ReportConflict;
  readonly reportedAt: number;
  readonly gone: string[];
  vote: TwinVote | undefined;
  resolution: ConflictResolution | undefined;
  strategy: string;
  /** The place in the order of resolutions. */
  resolvedAs: number;
  isEvicted: boolean;
}

export interface TwinParty {
  readonly agentId: string;
  priority: number | undefined;
  /** Oldest first. */
  requests: {
    readonly subject: ConflictSubject;
    readonly subjectId: string;
    readonly at: number;
  }[];
}

/** The rank of an agent, the larger the better; the lowest when nothing is known. */
type Measure = (agentId: string) => number;

export class Twin {
  readonly config: ConflictConfig;
  readonly conflicts: TwinConflict[] = [];
  readonly versions: VersionTwin;
  parties: TwinParty[] = [];
  #votes = 0;
  #resolutions = 0;
  #now = 0;
  #events: ConflictEvent[] = [];

  constructor(config: Partial<ConflictConfig>) {
    this.config = { ...DEFAULT_CONFLICT_CONFIG, ...config };
    this.versions = new VersionTwin(this.config);
  }

  /** Those that are not resolved. */
  get open(): TwinConflict[] {
    return this.conflicts.filter(({ resolution }) => resolution === undefined);
  }

  /** Those that are resolved and not evicted, in the order of their resolution. */
  get resolved(): TwinConflict[] {
    return this.conflicts
      .filter(({ resolution, isEvicted }) => resolution !== undefined && !isEvicted)
      .sort((a, b) => a.resolvedAs - b.resolvedAs);
  }

  /** Those that are voted on, in the order in which the votes began. */
  get voting(): (TwinConflict & { vote: TwinVote })[] {
    const voting = this.open.filter((conflict) => conflict.vote !== undefined);
    return (voting as (TwinConflict & { vote: TwinVote })[])
      .sort((a, b) => a.vote.order - b.vote.order);
  }

  /** When something is due next. */
  get deadline(): number {
    return Math.min(...this.voting.map(({ vote }) => vote.closesAt));
  }

  step(command: ConflictCommand, now: number): ConflictEvent[] {
    this.#now = now;
    this.#events = [];
    for (let at = this.deadline; at <= now; at = this.deadline) {
      for (const conflict of this.voting) {
        if (conflict.vote.closesAt === at) this.#close(conflict, "no-quorum");
      }
    }
    const answer = this.#apply(command);
    if (answer !== undefined) this.#events.push(answer);
    return this.#events;
  }

  #apply(command: ConflictCommand): ConflictEvent | undefined {
    switch (command.type) {
      case "report-conflict":
        return this.#report(command);
      case "decide-conflict":
      case "auto-resolve":
      case "open-vote":
      case "cast-vote":
        return this.#approach(command);
      case "rank-agent":
      case "note-requests":
        return this.#note(command);
      case "forget-party":
        return this.#forget(command.agentId);
      case "retire-party":
        return this.#retire(command.agentId);
      case "forget-conflicts": {
        const { before } = command;
        const old = this.resolved.filter(({ resolution }) => resolution!.timestamp < before);
        for (const conflict of old) conflict.isEvicted = true;
        return { type: "conflict:forgotten", count: old.length, before };
      }
      case "read-version":
        return this.versions.read(command.resourceId, command.agentId, this.#now);
      case "commit-version": {
        const { resourceId, agentId, expectedVersion } = command;
        return this.versions.commit(resourceId, agentId, expectedVersion);
      }
      case "release-version":
        return this.versions.release(command.resourceId, command.agentId);
      case "forget-readers":
        return this.versions.forget(command.before);
      case "tick":
        return undefined;
    }
  }

  #report(command: ReportConflict): ConflictEvent {
    const same = this.open.find(({ report }) => sameAs(report) === sameAs(command));
    if (same !== undefined) {
      return { type: "conflict:recognized", conflictId: same.id, conflict: view(same) };
    }
    if (this.open.length >= this.config.maxActive) return refused(command.type, "", "full");
    const conflict: TwinConflict = {
      id: `conflict-${this.conflicts.length + 1}`,
      report: command,
      reportedAt: this.#now,
      gone: [],
      vote: undefined,
      resolution: undefined,
      strategy: "",
      resolvedAs: 0,
      isEvicted: false,
    };
    this.conflicts.push(conflict);
    return { type: "conflict:reported", conflictId: conflict.id, conflict: view(conflict) };
  }

  /** Handles a conflict that was reported before. */
  #approach(
    command: Extract<ConflictCommand, { readonly conflictId: string }>,
  ): ConflictEvent | undefined {
    const { type, conflictId } = command;
    const conflict = [...this.open, ...this.resolved].find(({ id }) => id === conflictId);
    if (conflict === undefined) return refused(type, conflictId, "unknown-conflict");
    const isVote = type === "open-vote" || type === "cast-vote";
    if (conflict.resolution !== undefined) {
      if (isVote) return refused(type, conflictId, "resolved");
      return { type: "conflict:upheld", conflictId, resolution: conflict.resolution };
    }
    switch (type) {
      case "decide-conflict":
        return this.#decide(conflict, command.strategy, command.decision);
      case "auto-resolve":
        return this.#autoResolve(conflict, command.prefer);
      case "open-vote":
        return this.#openVote(conflict, command);
      case "cast-vote":
        return this.#cast(conflict, command);
    }
  }

  #decide(
    conflict: TwinConflict,
    strategy: string,
    decision: ConflictDecision,
  ): ConflictEvent | undefined {
    const { agents } = conflict.report;
    const { winner, losers = [] } = decision;
    const mayWin = winner === undefined || present(conflict).includes(winner);
    const stranger = mayWin ? losers.find((agentId) => !agents.includes(agentId)) : winner;
    if (stranger !== undefined) {
      return refused("decide-conflict", conflict.id, "not-party", stranger);
    }
    this.#resolve(conflict, strategy, decision);
  }

  #autoResolve(
    conflict: TwinConflict,
    prefer: "priority" | "timestamp",
  ): ConflictEvent | undefined {
    if (conflict.vote !== undefined) return refused("auto-resolve", conflict.id, "voting");
    const measures = this.#measuresOn(conflict);
    const order = prefer === "priority"
      ? ["priority", "timestamp"] as const
      : ["timestamp", "priority"] as const;
    const grounds: string[] = [];
    const used: ("priority" | "timestamp")[] = [];
    let left = present(conflict);
    for (const criterion of order) {
      const values = left.map(measures[criterion]);
      if (values.includes(-Infinity)) continue; // not known of all
      const best = left.filter((agentId) => measures[criterion](agentId) === Math.max(...values));
      if (best.length === left.length) continue;
      left = best;
      used.push(criterion);
      grounds.push(criterion === "priority" ? "its priority is the highest" : "it asked first");
    }
    if (left.length > 1) {
      if (this.config.tiebreak === "none") return refused("auto-resolve", conflict.id, "undecided");
      grounds.push("its id comes first");
    }
    const winner = left.toSorted()[0]!;
    const others = present(conflict).filter((agentId) => agentId !== winner);
    const type = used[0] ?? prefer;
    this.#resolve(conflict, type, {
      type,
      winner,
      losers: bestFirst(others, order.map((criterion) => measures[criterion])),
      reason: `as far as is known, ${grounds.join(" and ")}`,
    });
  }

  #openVote(
    conflict: TwinConflict,
    command: Extract<ConflictCommand, { type: "open-vote" }>,
  ): ConflictEvent {
    const { electorate, quorum, timeoutMs } = command;
    const { id: conflictId } = conflict;
    if (conflict.vote !== undefined) return refused("open-vote", conflictId, "voting");
    const closesAt = this.#now + timeoutMs;
    const order = this.#votes++;
    conflict.vote = { electorate: [...electorate], quorum, closesAt, order, ballots: [] };
    return { type: "vote:opened", conflictId, electorate, quorum, closesAt };
  }

  #cast(
    conflict: TwinConflict,
    { voter, candidate }: { voter: string; candidate: string },
  ): ConflictEvent | undefined {
    const { id: conflictId, vote } = conflict;
    const refuse = (reason: ConflictRefusal, agentId?: string) =>
      refused("cast-vote", conflictId, reason, agentId);
    if (vote === undefined) return refuse("not-voting");
    if (!vote.electorate.includes(voter)) return refuse("not-elector", voter);
    if (!present(conflict).includes(candidate)) return refuse("not-party", candidate);
    const before = vote.ballots.find(([each]) => each === voter);
    if (before?.[1] === candidate) {
      return { type: "vote:recognized", conflictId, voter, candidate };
    }
    if (before !== undefined) return refuse("voted", voter);
    vote.ballots.push([voter, candidate]);
    this.#events.push({ type: "vote:cast", conflictId, voter, candidate });
    if (vote.ballots.length < vote.quorum) return;
    this.#close(conflict, "decided");
    this.#resolveByVote(conflict, vote);
  }

  #resolveByVote(conflict: TwinConflict, { ballots }: TwinVote): void {
    const { priority, timestamp } = this.#measuresOn(conflict);
    const votes: Measure = (agentId) =>
      ballots.filter(([, candidate]) => candidate === agentId).length;
    const [winner, ...losers] = bestFirst(present(conflict), [votes, priority, timestamp]);
    const most = votes(winner!);
    const equals = present(conflict).filter((agentId) => votes(agentId) === most).length;
    const tie = equals === 1
      ? ""
      : `; of ${equals} equals the first by priority, request time and id`;
    this.#resolve(conflict, "vote", {
      type: "vote",
      winner: winner!,
      losers,
      reason: `it has the most votes, ${most}${tie}`,
    });
  }

  #resolve(conflict: TwinConflict, strategy: string, given: ConflictDecision): void {
    const losers = given.losers?.filter((agentId) => !conflict.gone.includes(agentId));
    const decision = { ...given, ...(losers !== undefined && { losers }) };
    if (conflict.vote !== undefined) this.#close(conflict, "overtaken");
    const resolution = { ...decision, timestamp: this.#now };
    conflict.resolution = resolution;
    conflict.strategy = strategy;
    conflict.resolvedAs = ++this.#resolutions;
    const { resolved } = this;
    for (const old of resolved.slice(0, Math.max(0, resolved.length - this.config.keepResolved))) {
      old.isEvicted = true;
    }
    this.#events.push({
      type: "conflict:resolved",
      conflictId: conflict.id,
      conflict: view(conflict),
      resolution,
      strategy,
      openMs: this.#now - conflict.reportedAt,
    });
  }

  #close(conflict: TwinConflict, outcome: VoteClosed["outcome"]): void {
    const { ballots } = conflict.vote!;
    conflict.vote = undefined;
    const tally = conflict.report.agents.map((agentId) =>
      [agentId, ballots.filter(([, candidate]) => candidate === agentId).length] as const
    );
    this.#events.push({ type: "vote:closed", conflictId: conflict.id, outcome, tally });
  }

  #retire(agentId: string): ConflictEvent | undefined {
    for (const conflict of this.voting) {
      const { vote } = conflict;
      const hasVoted = vote.ballots.some(([voter]) => voter === agentId);
      if (!vote.electorate.includes(agentId) || hasVoted) continue;
      vote.electorate = vote.electorate.filter((voter) => voter !== agentId);
      this.#events.push({ type: "vote:withdrawn", conflictId: conflict.id, voter: agentId });
      if (vote.electorate.length < vote.quorum) this.#close(conflict, "no-quorum");
    }
    for (const conflict of this.open) {
      if (!present(conflict).includes(agentId)) continue;
      conflict.gone.push(agentId);
      this.#events.push({ type: "conflict:withdrawn", conflictId: conflict.id, agentId });
      const [winner, ...others] = present(conflict);
      if (others.length > 0) continue;
      this.#resolve(conflict, "survivor", {
        type: "manual",
        ...(winner !== undefined && { winner }),
        losers: [],
        reason: winner === undefined ? "its agents are gone" : "the others are gone",
      });
    }
    return this.#forget(agentId);
  }

  #note(
    command: Extract<ConflictCommand, { type: "rank-agent" | "note-requests" }>,
  ): ConflictEvent {
    const agents = command.type === "rank-agent"
      ? [command.agentId]
      : command.requests.map(([agentId]) => agentId);
    const all = new Set([...this.parties.map(({ agentId }) => agentId), ...agents]);
    if (all.size > this.config.maxParties) {
      const whom = command.type === "rank-agent" ? command.agentId : "";
      return refused(command.type, "", "full", whom);
    }
    if (command.type === "rank-agent") {
      const { agentId, priority } = command;
      this.#party(agentId).priority = priority;
      return { type: "priority:noted", agentId, priority };
    }
    const { subject, subjectId } = command;
    const requests = command.requests.map(([agentId, at]) =>
      [agentId, at === null ? this.#now : at] as const
    );
    for (const [agentId, at] of requests) {
      const party = this.#party(agentId);
      const others = party.requests.filter((each) =>
        each.subject !== subject || each.subjectId !== subjectId
      );
      party.requests = [...others, { subject, subjectId, at }].slice(-this.config.keepRequests);
    }
    return { type: "request:noted", subject, subjectId, requests };
  }

  #party(agentId: string): TwinParty {
    let party = this.parties.find((each) => each.agentId === agentId);
    if (party === undefined) {
      party = { agentId, priority: undefined, requests: [] };
      this.parties.push(party);
    }
    return party;
  }

  #forget(agentId: string): ConflictEvent | undefined {
    const others = this.parties.filter((party) => party.agentId !== agentId);
    if (others.length === this.parties.length) return undefined;
    this.parties = others;
    return { type: "party:forgotten", agentId };
  }

  #measuresOn({ report }: TwinConflict): Record<"priority" | "timestamp", Measure> {
    const find = (agentId: string) => this.parties.find((party) => party.agentId === agentId);
    return {
      priority: (agentId) => find(agentId)?.priority ?? -Infinity,
      timestamp: (agentId) => {
        const request = find(agentId)?.requests.find((each) =>
          each.subject === report.subject && each.subjectId === report.subjectId
        );
        return request === undefined ? -Infinity : -request.at;
      },
    };
  }
}

/** Those who can win. */
export function present({ report, gone }: TwinConflict): string[] {
  return report.agents.filter((agentId) => !gone.includes(agentId));
}

function bestFirst(agents: readonly string[], measures: readonly Measure[]): string[] {
  return agents.toSorted((a, b) => {
    for (const measure of measures) {
      if (measure(a) !== measure(b)) return measure(a) > measure(b) ? -1 : 1;
    }
    return a < b ? -1 : 1;
  });
}

/** The same text for two reports of the same conflict. */
function sameAs({ subject, subjectId, disagreement, agents }: ReportConflict): string {
  return JSON.stringify([subject, subjectId, disagreement, agents.toSorted()]);
}

function view({ id, report, reportedAt, resolution }: TwinConflict): Conflict {
  const common = {
    id,
    agents: report.agents,
    timestamp: reportedAt,
    resolved: resolution !== undefined,
    ...(resolution !== undefined && { resolution }),
  };
  return report.subject === "resource"
    ? { ...common, resourceId: report.subjectId }
    : { ...common, taskId: report.subjectId, type: report.disagreement! };
}

function refused(
  command: string,
  conflictId: string,
  reason: ConflictRefusal,
  agentId = "",
): ConflictEvent {
  return { type: "conflict:refused", conflictId, command, reason, agentId };
}
