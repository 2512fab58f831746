/**
 * What a conflict machine keeps: open conflicts and settled ones, votes, what is known of agents,
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

/** What sort of thing a conflict is about. */
export type ConflictSubject = "resource" | "task";

/** A conflict, open or settled. */
export interface ConflictRecord {
  /** `conflict-` and its number. */
  readonly id: string;
  /** What sort of thing it is about. */
  readonly subject: ConflictSubject;
  /** What it is about. */
  readonly subjectId: string;
  /** What agents in conflict over a task disagree on. */
  readonly disagreement: TaskConflictType | undefined;
  /** Two or more, in the order of the report. */
  readonly agents: readonly string[];
  /** Those of `agents` that are gone, and can't win. */
  readonly gone: Set<string>;
  /** When it was reported. */
  readonly reportedAt: Instant;
  /** The same for reports of the same conflict. */
  readonly key: string;
  /** How it was settled; never replaced. */
  resolution: ConflictResolution | undefined;
  /** The vote on it that is open. */
  vote: Vote | undefined;
}

/** A vote that is open. */
export interface Vote {
  /** What it is about. */
  readonly conflict: ConflictRecord;
  /** Who has a vote. */
  readonly electorate: Set<string>;
  /** How many votes decide it. */
  readonly quorum: number;
  /** From who voted to whom they voted for. */
  readonly ballots: Map<string, string>;
  /** When it ends at the latest. */
  timer: Timer<Vote> | undefined;
}

/** What is known of an agent. */
export interface Party {
  /** Whose priority and requests they are. */
  readonly agentId: string;
  /** Higher wins; `undefined` when nobody said. */
  priority: number | undefined;
  /** Since when it wants what, by subject; the oldest note first. */
  readonly requests: Map<string, Instant>;
}

/** A resource whose version is known. */
export interface Versioned {
  /** What has versions. */
  readonly resourceId: string;
  /** How often it was changed; more when it was forgotten meanwhile. */
  version: number;
  /** How many agents have read it and may change it. */
  readers: number;
}

/** An agent that has read a version and may change it. It keeps nobody from anything. */
export interface Reading {
  /** What it read. */
  readonly versioned: Versioned;
  /** Who read it. */
  readonly agentId: string;
  /** When. */
  readonly since: Instant;
}

/** The state of a conflict machine. */
export interface ConflictState {
  /** The rules. */
  readonly config: ConflictConfig;
  /** How many conflicts were ever reported. */
  reported: number;
  /** Open conflicts by id, oldest first. */
  readonly active: Map<string, ConflictRecord>;
  /** Open conflicts by what makes two reports the same. */
  readonly byKey: Map<string, ConflictRecord>;
  /** Open conflicts by each of their agents. */
  readonly conflictsOf: Map<string, Set<ConflictRecord>>;
  /** Open votes by each of their electors. */
  readonly votesOf: Map<string, Set<Vote>>;
  /** Settled conflicts by id, those that were settled first come first. */
  readonly settled: Map<string, ConflictRecord>;
  /** The ids of `settled` in the same order. */
  readonly settledIds: Fifo<string>;
  /** How many conflicts were ever settled, by strategy. */
  readonly settledBy: Map<string, number>;
  /** How many conflicts were ever reported about resources, and by what tasks' agents disagree on. */
  readonly reportedOn: Map<"resource" | TaskConflictType, number>;
  /** What is known of agents. */
  readonly parties: Map<string, Party>;
  /** When votes end. */
  readonly deadlines: Deadlines<Vote>;
  /** Resources that somebody reads, or whose version isn't the floor. */
  readonly versions: Map<string, Versioned>;
  /** Those of `versions` that nobody reads, the longest idle first. */
  readonly idleVersions: Map<string, Versioned>;
  /** Who has read what, by resource and agent, oldest first. */
  readonly readings: Map<string, Reading>;
  /** The version of every resource that isn't in `versions`: at least what it was when forgotten. */
  versionFloor: number;
}

/** The state in which nothing was reported. */
export function noConflicts(config: ConflictConfig): ConflictState {
  return {
    config,
    reported: 0,
    active: new Map(),
    byKey: new Map(),
    conflictsOf: new Map(),
    votesOf: new Map(),
    settled: new Map(),
    settledIds: emptyFifo(),
    settledBy: new Map(),
    reportedOn: new Map([["resource", 0], ["assignment", 0], ["dependency", 0], ["output", 0]]),
    parties: new Map(),
    deadlines: noDeadlines(),
    versions: new Map(),
    idleVersions: new Map(),
    readings: new Map(),
    versionFloor: 0,
  };
}

/** One step under way, and what has happened in it. */
export interface Turn {
  /** What is changed. */
  readonly state: ConflictState;
  /** When it happens. */
  readonly now: Instant;
  /** What has happened so far. */
  readonly events: ConflictEvent[];
}

/** Separates the parts of a key; ids have no control characters. */
const SEPARATOR = "\u0000";

/** By what a subject is found among an agent's requests. */
export function subjectKey(subject: ConflictSubject, subjectId: string): string {
  return subject + SEPARATOR + subjectId;
}

/** By what a reading is found. */
export function readingKey(resourceId: string, agentId: string): string {
  return resourceId + SEPARATOR + agentId;
}

/** What is the same for two reports of the same agents about the same thing. */
export function conflictKey(
  subject: ConflictSubject,
  subjectId: string,
  disagreement: TaskConflictType | undefined,
  agents: readonly string[],
): string {
  return [subjectKey(subject, subjectId), disagreement ?? "", ...agents.toSorted()].join(SEPARATOR);
}
