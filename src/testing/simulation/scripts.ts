/**
 * What the body of a task does, as data.
 *
 * @module
 */

import type { TaskSpec } from "../../tasks/mod.ts";
import type { SimulatedAgent } from "./agent.ts";

/** What the body of a task does; everything may be left out. */
export interface TaskScript {
  /** How long it works. @default 5 */
  readonly ms?: number;
  /** How often it says in between that it is alive. @default 0 */
  readonly beats?: number;
  /** With which probability it throws. @default 0 */
  readonly throws?: number;
  /** With which probability it says that no retry would help. @default 0 */
  readonly givesUp?: number;
  /** With which probability it takes its agent down. @default 0 */
  readonly poison?: number;
  /** What it locks besides, one after the other. @default nothing */
  readonly locks?: readonly string[];
}

/** A task that asks for nothing. */
const PLAIN: Omit<TaskSpec, "id"> = {
  type: "task",
  description: "",
  priority: 0,
  dependencies: [],
  assignedAgent: "",
  placed: false,
  resources: [],
  requires: [],
  queueTimeoutMs: 0,
  timeoutMs: 0,
  heartbeatTimeoutMs: 0,
  totalTimeoutMs: 0,
  retries: 3,
  idempotencyKey: "",
};

/** A task of a simulated world: what it asks for, and what its body does. */
export interface SimulatedTask extends Partial<TaskSpec> {
  /** What its body does. */
  readonly script?: TaskScript;
}

/** Submits `task`, and again until that is answered. Comes to its id; `""` when it was refused. */
export function* submit(
  client: SimulatedAgent,
  { script = {}, ...fields }: SimulatedTask,
): Generator<undefined, string, unknown> {
  const { world } = client;
  const { id = world.name("task") } = fields;
  const limits = world.isUnsure ? { timeoutMs: 300 } : {};
  const task = { ...PLAIN, ...limits, idempotencyKey: id, ...fields, id };
  world.scripts.set(id, script);
  const events = yield* client.insist({ type: "submit", task, input: null, metadata: null });
  const isKnown = events.some((event) =>
    (event.type === "task:created" || event.type === "task:recognized") && event.taskId === id
  );
  if (!isKnown) world.scripts.delete(id);
  return isKnown ? id : "";
}
