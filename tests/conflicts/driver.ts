/**
 * A conflict machine driven by hand, and its events as lines.
 */

import type { ConflictAnswers, ConflictCommand } from "../../src/conflicts/commands.ts";
import type { ConflictConfig } from "../../src/conflicts/config.ts";
import type { ConflictEvent } from "../../src/conflicts/events.ts";
import { conflictMachine } from "../../src/conflicts/machine.ts";
import type { ConflictState } from "../../src/conflicts/state.ts";
import type { Tick } from "../../src/core/machine.ts";
import { Driver } from "../support/driver.ts";

/** Steps of one conflict machine. */
export class Conflicts
  extends Driver<ConflictState, Exclude<ConflictCommand, Tick>, ConflictEvent, ConflictAnswers> {
  constructor(config: Partial<ConflictConfig> = {}) {
    super(conflictMachine(config));
  }

  report(resource: string, ...agents: string[]): ConflictEvent[] {
    return this.do({
      type: "report-conflict",
      subject: "resource",
      subjectId: resource,
      disagreement: undefined,
      agents,
    });
  }

  decide(conflictId: string, winner: string): ConflictEvent[] {
    const decision = { type: "manual", winner, reason: "because" } as const;
    return this.do({ type: "decide-conflict", conflictId, strategy: "me", decision });
  }

  autoResolve(conflictId: string, prefer: "priority" | "timestamp" = "priority"): ConflictEvent[] {
    return this.do({ type: "auto-resolve", conflictId, prefer });
  }

  openVote(conflictId: string, electorate: string[], quorum: number): ConflictEvent[] {
    return this.do({ type: "open-vote", conflictId, electorate, quorum, timeoutMs: 100 });
  }

  vote(conflictId: string, voter: string, candidate: string): ConflictEvent[] {
    return this.do({ type: "cast-vote", conflictId, voter, candidate });
  }

  rank(agentId: string, priority: number): ConflictEvent[] {
    return this.do({ type: "rank-agent", agentId, priority });
  }

  note(resource: string, ...requests: [agentId: string, at: number | null][]): ConflictEvent[] {
    return this.do({ type: "note-requests", subject: "resource", subjectId: resource, requests });
  }

  read(resourceId: string, agentId: string): ConflictEvent[] {
    return this.do({ type: "read-version", resourceId, agentId });
  }

  commit(resourceId: string, agentId: string, expectedVersion: number): ConflictEvent[] {
    return this.do({ type: "commit-version", resourceId, agentId, expectedVersion });
  }
}

/** Each event in short: its name and the fields that matter. */
export function lines(events: readonly ConflictEvent[]): string[] {
  return events.map((event) => {
    switch (event.type) {
      case "conflict:resolved":
        return `resolved ${event.conflictId} by ${event.strategy}: ${event.resolution.winner}`;
      case "conflict:upheld":
        return `upheld ${event.conflictId}: ${event.resolution.winner}`;
      case "conflict:refused":
        return `refused ${event.command}: ${event.reason}`;
      case "conflict:forgotten":
        return `forgot ${event.count}`;
      case "vote:closed":
        return `closed ${event.outcome} ${event.tally.map((each) => each.join(":")).join(" ")}`;
      case "version:refused":
        return `refused ${event.command}: ${event.reason}, ${event.version}`;
      case "version:read":
      case "version:committed":
      case "version:released":
        return `${event.type} ${event.agentId} ${event.version}`;
      default:
        return event.type;
    }
  });
}
