/**
 * The bounded models whose graphs are compared; each is the configuration `cfg/graph-<name>.cfg`.
 *
 * @module
 */

import type { Bounds } from "./bounded_machine.ts";

const ONE_EACH = { a1: 1, a2: 1 };

const BASE: Bounds = {
  tasks: ["t1", "t2"],
  agents: ["a1", "a2"],
  slots: ONE_EACH,
  room: ONE_EACH,
  atOnce: ["a2"],
  steals: true,
  stealThreshold: 2,
  maxStealBatch: 2,
  retries: 1,
  maxCrashes: 1,
  limits: [],
  causes: [],
  needs: [],
  parents: {},
  used: [],
  ranks: [0],
  maxEpoch: 3,
  there: ["a1", "a2"],
  homes: ["", "a1"],
  reports: [],
};

const ONE_AGENT: Bounds = {
  ...BASE,
  tasks: ["t1", "t2", "t3"],
  agents: ["a1"],
  slots: { a1: 1 },
  room: { a1: 0 },
  atOnce: ["a1"],
  steals: false,
  maxEpoch: 4,
  there: ["a1"],
  homes: [""],
};

/** By name, small ones first, since a broken machine is noticed by any. */
export const BOUNDS: ReadonlyMap<string, Bounds> = new Map<string, Bounds>([
  ["full", {
    ...BASE,
    tasks: ["t1", "t2", "t3"],
    agents: ["a1"],
    slots: { a1: 1 },
    room: { a1: 1 },
    atOnce: [],
    used: ["submit", "complete", "cancel", "remove-agent", "register-agent"],
    maxEpoch: 3,
    there: ["a1"],
    homes: ["", "a1"],
  }],
  ["steals", {
    ...BASE,
    tasks: ["t1", "t2", "t3"],
    room: { a1: 2, a2: 2 },
    used: ["submit", "start", "complete"],
    maxEpoch: 5,
    homes: ["", "a1", "a2"],
  }],
  ["faults", {
    ...BASE,
    maxStealBatch: 1,
    limits: ["attempt", "heartbeat"],
    used: [
      "submit",
      "start",
      "fail-attempt",
      "fail-none",
      "expire-attempt",
      "expire-heartbeat",
      "settle",
      "grace-over",
      "pause-over",
      "remove-agent",
    ],
  }],
  ["locks", {
    ...BASE,
    maxStealBatch: 1,
    needs: ["t1", "t2"],
    used: [
      "submit",
      "start",
      "complete",
      "cancel",
      "fail-attempt",
      "pause-over",
      "park",
      "unblock",
      "yield",
      "preempt",
      "requeue-agent-tasks",
    ],
  }],
  ["siblings", {
    ...ONE_AGENT,
    parents: { t2: "t1", t3: "t1" },
    used: ["submit", "await", "complete", "cancel", "requeue-agent-tasks", "settle"],
  }],
  ["generations", {
    ...ONE_AGENT,
    parents: { t2: "t1", t3: "t2" },
    used: ["submit", "await", "complete", "fail-task", "cancel", "remove-agent", "register-agent"],
  }],
  ["batches", {
    ...BASE,
    tasks: ["t1", "t2", "t3"],
    agents: ["a1", "a2", "a3"],
    slots: { a1: 1, a2: 2, a3: 1 },
    room: { a1: 2, a2: 1, a3: 0 },
    stealThreshold: 4,
    used: ["submit", "report-load"],
    maxEpoch: 5,
    there: ["a2", "a1", "a3"],
    homes: ["a1"],
    reports: [2, 7],
  }],
  ["reports", {
    ...BASE,
    agents: ["a1", "a2", "a3"],
    slots: { a1: 1, a2: 2, a3: 1 },
    room: { a1: 2, a2: 1, a3: 0 },
    stealThreshold: 3,
    limits: ["queue"],
    used: ["submit", "cancel", "complete", "report-load", "expire-queue"],
    ranks: [0, 1],
    maxEpoch: 3,
    there: ["a2", "a1", "a3"],
    homes: ["", "a1"],
    reports: [3],
  }],
  ["agents", {
    ...BASE,
    maxStealBatch: 1,
    causes: ["caller"],
    used: [
      "submit",
      "complete",
      "register-agent",
      "remove-agent",
      "cordon-agent",
      "drain-agent",
      "requeue-agent-tasks",
    ],
    maxEpoch: 3,
  }],
  ["breakers", {
    ...BASE,
    room: { a1: 0, a2: 1 },
    maxStealBatch: 1,
    causes: ["breaker", "caller"],
    used: ["submit", "complete", "remove-agent", "cordon-agent"],
    maxEpoch: 3,
  }],
]);
