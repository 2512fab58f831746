/**
 * Commands of simulated agents with other values in the fields that simulated agents never vary.
 */

import type { Chance } from "../../src/testing/mod.ts";
import type { RecordedCommand } from "./runs.ts";

/** Draws the value of a field for a command at `at`; `undefined` leaves the field as it is. */
type Draw = (chance: Chance, at: number) => unknown;

const oneOf = (...values: readonly unknown[]): Draw => (chance) => chance.pick(values);

const SENDING = { ttlMs: oneOf(0, 1, 20), priority: oneOf(0, 1, 2) };

/** By type of command and field; what begins with `task.` is a field of the task. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, Draw>>>> = {
  submit: {
    "task.heartbeatTimeoutMs": oneOf(0, 10, 60),
    "task.totalTimeoutMs": oneOf(0, 50, 300),
    "task.timeoutMs": oneOf(0, 15, 300),
    "task.queueTimeoutMs": oneOf(0, 20),
    "task.retries": oneOf(0, 1, 2),
    "task.idempotencyKey": (chance) => chance.pick(["", `key-${chance.int(20)}`]),
    input: oneOf("input", { list: [1, 2] }),
    metadata: oneOf("note", { list: [] }),
  },
  fail: {
    fault: oneOf("attempt", "task", "none"),
    error: oneOf(undefined, { name: "E", message: "m", code: "C", retryAfterMs: 40 }),
  },
  "register-agent": {
    heartbeatTimeoutMs: oneOf(undefined, 20, 60),
    maxConcurrentTasks: oneOf(1, 2),
    maxQueuedTasks: oneOf(0, 1),
    priority: oneOf(0, 1, 2),
  },
  "cordon-agent": {
    cause: oneOf("caller", "suspect", "breaker"),
    untilMs: (chance, at) => chance.pick([0, at + chance.between(1, 100)]),
  },
  "join-agent": { heartbeatTimeoutMs: oneOf(0, 20, 60) },
  acquire: { timeoutMs: oneOf(0, 5, 40), leaseMs: oneOf(0, 5, 30), priority: oneOf(0, 1, 3) },
  "acquire-all": { timeoutMs: oneOf(0, 5, 40), leaseMs: oneOf(0, 5, 30) },
  renew: { leaseMs: oneOf(0, 20) },
  "send-message": { ...SENDING, responseMs: oneOf(0, 10, 50) },
  "broadcast-message": SENDING,
  "publish-message": SENDING,
  "receive-message": { timeoutMs: oneOf(0, 10) },
  "extend-message": { timeoutMs: oneOf(0, 10) },
  "nack-message": {
    isFinal: oneOf(true, false),
    error: oneOf(undefined, { name: "E", message: "m", retryAfterMs: 40 }),
  },
  "request-permit": { timeoutMs: oneOf(0, 5) },
  "open-vote": { timeoutMs: oneOf(1, 100) },
  "force-breaker": { state: oneOf("open", "closed", "half-open") },
};

/** `command` with some of its fields drawn. */
export function varied(command: RecordedCommand, chance: Chance, at: number): RecordedCommand {
  const { type, command: inner, task } = command;
  if (inner !== undefined) {
    return { ...command, command: varied(inner as RecordedCommand, chance, at) };
  }
  const drawn: Record<string, unknown> = {};
  const drawnTask: Record<string, unknown> = {};
  for (const [path, draw] of Object.entries(FIELDS[type] ?? {})) {
    const value = chance.happens(0.3) ? draw(chance, at) : undefined;
    if (value === undefined) continue;
    if (path.startsWith("task.")) drawnTask[path.slice("task.".length)] = value;
    else drawn[path] = value;
  }
  if (task === undefined) return { ...command, ...drawn };
  return { ...command, ...drawn, task: { ...task, ...drawnTask } };
}
