/**
 * The bounded models whose graphs are compared. Each has a configuration of TLC of the same name,
 * with the same bounds.
 *
 * @module
 */

/** The moves of the surroundings of engines, and their numbers. */
export interface JournalModel {
  readonly name: string;
  /** The number of starts of an engine. */
  readonly sessions: number;
  /** The number of commands. */
  readonly grants: number;
  /** The option `maxUnstored` of the engines. */
  readonly maxUnstored: number;
  /** Whether opening the journal ends the sessions before. */
  readonly fences: boolean;
  /** The sessions that end those of others, on a journal that engines share. */
  readonly enders: readonly number[];
  /** The commands whose event makes its handler ask for a snapshot. */
  readonly savers: readonly number[];
  /** The number of calls that fail. */
  readonly maxFaults: number;
  /** The number of snapshots that are not stored, or found damaged. */
  readonly maxLosses: number;
  /** The number of snapshots that are asked for. */
  readonly maxSaves: number;
  /** The numbers of records that are delivered at once. */
  readonly batches: readonly number[];
  readonly mayClose: boolean;
  readonly mayCrash: boolean;
  readonly mayRedeliver: boolean;
}

const LEAST: Omit<JournalModel, "name"> = {
  sessions: 1,
  grants: 1,
  maxUnstored: 9,
  fences: true,
  enders: [],
  savers: [],
  maxFaults: 0,
  maxLosses: 0,
  maxSaves: 0,
  batches: [1],
  mayClose: false,
  mayCrash: false,
  mayRedeliver: false,
};

/** All of them. */
export const MODELS: readonly JournalModel[] = [
  {
    ...LEAST,
    name: "appends",
    grants: 3,
    maxUnstored: 1,
    maxFaults: 2,
    mayRedeliver: true,
  },
  {
    ...LEAST,
    name: "starts",
    sessions: 2,
    maxFaults: 1,
    batches: [1, 2],
    mayCrash: true,
    mayRedeliver: true,
  },
  {
    ...LEAST,
    name: "shared",
    sessions: 2,
    grants: 2,
    fences: false,
    batches: [1, 2],
    mayRedeliver: true,
  },
  {
    ...LEAST,
    name: "members",
    sessions: 2,
    fences: false,
    enders: [1],
    maxFaults: 1,
    batches: [1, 2],
  },
  {
    ...LEAST,
    name: "closing",
    grants: 3,
    maxFaults: 2,
    mayClose: true,
  },
  {
    ...LEAST,
    name: "snapshots",
    sessions: 2,
    maxLosses: 1,
    maxSaves: 2,
  },
  {
    ...LEAST,
    name: "savers",
    grants: 3,
    maxFaults: 1,
    savers: [2],
    mayRedeliver: true,
  },
  {
    ...LEAST,
    name: "behind",
    sessions: 2,
    grants: 2,
    maxUnstored: 1,
    savers: [2],
    maxSaves: 1,
  },
];
