/**
 * The state of a conflict machine: conflicts and votes, the known priorities and requests of agents,
 * and the versions of resources.
 *
 * @module
 */

import { type Deadlines, noDeadlines, type Timer } from "../core/data/deadlines.ts";
import type { ConflictEvent } from "./events.ts";
import { emptyFifo, type Fifo } from "../core/data/fifo.ts";
import type { Instant } from "../core/machine.ts";
import type { ConflictConfig } from "./config.ts";
import type { ConflictResolution, TaskConflictType } from "./types.ts";

/** The kind of thing that a conflict is about. */
export type ConflictSubject = "resource" | "task";

/** A conflict, open or resolved. */
export interface ConflictRecord {
  /** `conflict-` and its number. */
  readonly id: string;
  /** The kind of thing that it is about. */
  readonly subject: ConflictSubject;
  /** The id of that thing. */
  readonly subjectId: string;
  /** The subject of a conflict over a task. */
  readonly disagreement: TaskConflictType | undefined;
  /** Two or more, in the order of the report. */
  readonly agents: readonly string[];
  /** Those of `agents` that were retired, and cannot win. */
  readonly gone: Set<string>;
  /** When it was reported. */
  readonly reportedAt: Instant;
  /** The same for reports of the same conflict. */
  readonly key: string;
  /** The resolution; never replaced. */
  resolution: ConflictResolution | undefined;
  /** The open vote on it. */
  vote: Vote | undefined;
}

/** An open vote. */
export interface Vote {
  /** The conflict that it is about. */
  readonly conflict: ConflictRecord;
  /** The agents that have a vote. */
  readonly electorate: Set<string>;
  /** The number of votes that decides it. */
  readonly quorum: number;
  /** From voter to candidate. */
  readonly ballots: Map<string, string>;
  /** When it ends without a decision. */
  timer: Timer<Vote> | undefined;
}

/** The known priority and requests of an agent. */
export interface KnownAgent {
  /** Its key in `knownAgents`. */
  readonly agentId: string;
  /** Higher wins; `undefined` when it was not set. */
  priority: number | undefined;
  /** When each subject was requested, by `subjectKey`; the oldest note first. */
  readonly requests: Map<string, Instant>;
}

/** A resource with a known version. */
export interface Versioned {
  /** Its key in `versions`. */
  readonly resourceId: string;
  /** The number of its changes; more when it was evicted in between. */
  version: number;
  /** The number of its readings. */
  readers: number;
}

/** A version that an agent has read and may change. It excludes no other agent. */
export interface Reading {
  /** The resource. */
  readonly versioned: Versioned;
  /** The agent that has read it. */
  readonly agentId: string;
  /** When it was read. */
  readonly since: Instant;
}

/** The state of a conflict machine. */
export interface ConflictState {
  /** The options in force. */
  readonly config: ConflictConfig;
  /** The number of conflicts that were ever reported. */
  reported: number;
  /** Open conflicts by id, oldest first. */
  readonly active: Map<string, ConflictRecord>;
  /** Open conflicts by `conflictKey`. */
  readonly byKey: Map<string, ConflictRecord>;
  /** Open conflicts by each of their agents. */
  readonly conflictsOf: Map<string, Set<ConflictRecord>>;
  /** Open votes by each of their electors. */
  readonly votesOf: Map<string, Set<Vote>>;
  /** Resolved conflicts by id, in the order of their resolution. */
  readonly resolved: Map<string, ConflictRecord>;
  /** The ids of `resolved` in the same order. */
  readonly resolvedIds: Fifo<string>;
  /** The number of conflicts that were ever resolved, by strategy. */
  readonly resolutionsByStrategy: Map<string, number>;
  /** The number of conflicts that were ever reported: over resources, and by subject over tasks. */
  readonly conflictsByType: Map<"resource" | TaskConflictType, number>;
  /** By agent id. */
  readonly knownAgents: Map<string, KnownAgent>;
  /** When votes end. */
  readonly deadlines: Deadlines<Vote>;
  /** Resources with readings, or with another version than `versionFloor`. */
  readonly versions: Map<string, Versioned>;
  /** Those of `versions` without readings, the longest idle first. */
  readonly idleVersions: Map<string, Versioned>;
  /** By `readingKey`, oldest first. */
  readonly readings: Map<string, Reading>;
  /** The version of every resource that is not in `versions`; at least that of each evicted one. */
  versionFloor: number;
}

/** Returns the state without conflicts and versions. */
export function noConflicts(config: ConflictConfig): ConflictState {
  return {
    config,
    reported: 0,
    active: new Map(),
    byKey: new Map(),
    conflictsOf: new Map(),
    votesOf: new Map(),
    resolved: new Map(),
    resolvedIds: emptyFifo(),
    resolutionsByStrategy: new Map(),
    conflictsByType: new Map([["resource", 0], ["assignment", 0], ["dependency", 0], [
      "output",
      0,
    ]]),
    knownAgents: new Map(),
    deadlines: noDeadlines(),
    versions: new Map(),
    idleVersions: new Map(),
    readings: new Map(),
    versionFloor: 0,
  };
}

/** One step in progress. */
export interface ConflictStep {
  readonly state: ConflictState;
  readonly now: Instant;
  /** The events of the step, in order. */
  readonly events: ConflictEvent[];
}

/** Separates the parts of a key; ids have no control characters. */
const SEPARATOR = "\u0000";

/** Returns the key of a subject among an agent's requests. */
export function subjectKey(subject: ConflictSubject, subjectId: string): string {
  return subject + SEPARATOR + subjectId;
}

/** Returns the key of a reading. */
export function readingKey(resourceId: string, agentId: string): string {
  return resourceId + SEPARATOR + agentId;
}

/** Returns the key that all reports of the same conflict share, whatever the order of its agents. */
export function conflictKey(
  subject: ConflictSubject,
  subjectId: string,
  disagreement: TaskConflictType | undefined,
  agents: readonly string[],
): string {
  return [subjectKey(subject, subjectId), disagreement ?? "", ...agents.toSorted()].join(SEPARATOR);
}
