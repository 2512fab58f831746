/**
 * The bounded models whose graphs are compared. Each has a configuration of TLC of the same name,
 * with the same bounds.
 *
 * @module
 */

import type { LockMode } from "../../src/locks/types.ts";
import type { LockConfig } from "../../src/locks/config.ts";

/** Bounds. */
export interface Bounds {
  readonly name: string;
  /** Whether it has too many states for all to be explored that are one to the specification. */
  readonly isLarge?: boolean;
  readonly config: Partial<LockConfig>;
  readonly owners: readonly string[];
  readonly locks: readonly string[];
  /** No more is asked for when so many grants were made, or so many waits began. */
  readonly maxEpoch: number;
  readonly maxWait: number;
  /** When time stands still. */
  readonly maxNow: number;
}

/** Begins with nothing held; all combinations of these are tried. */
export interface FullModel extends Bounds {
  readonly modes: readonly LockMode[];
  readonly units: readonly number[];
  readonly priorities: readonly number[];
  readonly timeouts: readonly number[];
  readonly leases: readonly number[];
  readonly patience: readonly boolean[];
  /** Groups of requests. */
  readonly groups: readonly (readonly [lock: string, mode: LockMode, units: number][])[];
  /** Which grants are meant; 0 for whichever there is. */
  readonly epochs: readonly number[];
  readonly renewals: readonly number[];
  readonly capacities: readonly number[];
  /** The locks whose capacity is defined; all of them unless it is given. */
  readonly definable?: readonly string[];
  readonly durations: readonly number[];
  /** The time for which waits are kept whose callers leave; none do unless it is given. */
  readonly keepings?: readonly number[];
  /** The same of a call that resumes a wait, 0 for not at all, and its limit, -1 for none. */
  readonly terms?: readonly (readonly [keepMs: number, waitMs: number])[];
  /** The owners that release everything; all of them unless it is given. */
  readonly leavers?: readonly string[];
}

const FEW: Omit<FullModel, "name"> = {
  config: { agingMs: 1, maxWaiters: 9, maxResources: 9 },
  owners: ["a", "b"],
  locks: ["r"],
  maxEpoch: 3,
  maxWait: 3,
  maxNow: 0,
  modes: ["exclusive"],
  units: [1],
  priorities: [0],
  timeouts: [0],
  leases: [0],
  patience: [true],
  groups: [],
  epochs: [0],
  renewals: [],
  capacities: [],
  durations: [],
};

/** The models that begin with nothing held. */
export const FULL_MODELS: readonly FullModel[] = [
  {
    ...FEW,
    name: "limits",
    config: { ...FEW.config, maxWaiters: 1, maxResources: 2, maxDefined: 1 },
    locks: ["r", "s", "t"],
    maxEpoch: 3,
    maxWait: 1,
    patience: [true, false],
    groups: [
      [["r", "exclusive", 1], ["s", "exclusive", 1]],
      [["s", "shared", 1], ["r", "exclusive", 1]],
    ],
    capacities: [1, 2],
  },
  {
    ...FEW,
    name: "sharing",
    config: { ...FEW.config, deadlockPolicy: "revoke", maxWaiters: 2, maxResources: 1 },
    owners: ["a", "b", "c"],
    maxEpoch: 2,
    maxWait: 2,
    modes: ["exclusive", "shared"],
    units: [1, 2],
    patience: [true, false],
    capacities: [1, 2],
  },
  {
    ...FEW,
    name: "time",
    maxEpoch: 2,
    maxWait: 2,
    maxNow: 2,
    timeouts: [0, 1],
    leases: [0, 1],
    renewals: [0, 2],
    durations: [1, 2],
  },
  {
    ...FEW,
    name: "queue",
    owners: ["a", "b", "c"],
    maxEpoch: 2,
    maxNow: 1,
    priorities: [0, 1],
    epochs: [0, 1],
    durations: [1],
  },
  {
    ...FEW,
    name: "groups",
    config: { ...FEW.config, deadlockPolicy: "revoke" },
    locks: ["r", "s"],
    maxWait: 2,
    priorities: [0, 1],
    groups: [
      [["r", "exclusive", 1], ["s", "exclusive", 1]],
      [["s", "shared", 1], ["r", "exclusive", 1]],
    ],
  },
  {
    ...FEW,
    name: "overlaps",
    config: { ...FEW.config, deadlockPolicy: "revoke" },
    owners: ["a", "b", "c"],
    locks: ["x", "y"],
    maxEpoch: 2,
    maxWait: 2,
    modes: ["exclusive", "shared"],
    leavers: [],
  },
  {
    ...FEW,
    name: "crossing",
    config: { ...FEW.config, deadlockPolicy: "revoke" },
    locks: ["x", "y", "z"],
    maxWait: 2,
    leavers: [],
  },
  {
    ...FEW,
    name: "tickets",
    maxEpoch: 2,
    maxWait: 2,
    maxNow: 2,
    leases: [1],
    durations: [1],
    keepings: [1],
    terms: [[0, -1], [1, 0], [1, 1]],
    leavers: ["b"],
  },
  {
    ...FEW,
    name: "capacity",
    owners: ["a", "b", "c"],
    locks: ["r", "s"],
    maxEpoch: 4,
    maxWait: 2,
    epochs: [],
    capacities: [1, 2],
    definable: ["r"],
    leavers: [],
  },
  {
    ...FEW,
    name: "deadlock",
    locks: ["r", "s"],
    maxWait: 4,
    priorities: [0, 1],
  },
];
