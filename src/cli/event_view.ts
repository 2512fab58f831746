/**
 * Emits a run as plain objects, for programs; on the command line they are JSON lines.
 *
 * Besides the events of the scheduler there are `run:started`, `run:resumed`, `task:output`,
 * `run:stopping` and, as the last one, `run:finished` with the report.
 *
 * @module
 */

import type { LockstepEvent } from "../root/events.ts";
import { claimOf } from "../locks/types.ts";
import { lineSink, type OutputSink } from "./output.ts";
import type { RunReport } from "./report.ts";
import type { Resumed } from "./resumption.ts";
import type { RunState } from "./run_state.ts";
import type { TaskRun } from "./runs.ts";
import type { View } from "./view.ts";

/** An event of a run. */
export interface RunEvent {
  /** Its name, such as `task:started`. */
  readonly type: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** Its fields, as JSON values. */
  readonly [field: string]: unknown;
}

/** Passes each event of a run to a function. */
export class EventView implements View {
  readonly #listener: (event: RunEvent) => void;
  readonly #drained: () => Promise<void> | void;

  /** @param drained Called after output; a promise that it returns is backpressure */
  constructor(listener: (event: RunEvent) => void, drained: () => Promise<void> | void = () => {}) {
    this.#listener = listener;
    this.#drained = drained;
  }

  begin({ workflow: { agents, tasks } }: RunState): void {
    this.#emit("run:started", {
      tasks: tasks.map(({ id, name, needs }) => {
        return name === undefined ? { id, needs } : { id, name, needs };
      }),
      agents: agents.map(({ id, slots, capabilities }) => ({ id, slots, capabilities })),
    });
  }

  resumed({ done, retried }: Resumed): void {
    const idsOf = (runs: readonly TaskRun[]) => runs.map(({ task }) => task.id);
    this.#emit("run:resumed", { done: idsOf(done), retried: idsOf(retried) });
  }

  event({ type, ...event }: LockstepEvent, sequence: number): void {
    if (!("owner" in event)) return this.#emit(type, { sequence, ...event });
    const { owner, ...rest } = event;
    const claim = claimOf(owner);
    this.#emit(type, { sequence, ...claim ?? { owner }, ...rest });
  }

  ended(): void {}

  attempt({ task: { id: taskId }, agentId, attempts: attempt }: TaskRun): OutputSink {
    return lineSink((pieces) => {
      for (const { text, continues } of pieces) {
        const line = { taskId, agentId, attempt, text };
        this.#emit("task:output", continues ? { ...line, continues } : line);
      }
      return this.#drained();
    });
  }

  stopping(reason: "failure" | "interrupt"): void {
    this.#emit("run:stopping", { reason });
  }

  end(report: RunReport): void {
    this.#emit("run:finished", { ...report });
  }

  #emit(type: string, fields: Record<string, unknown>): void {
    this.#listener({ type, at: Date.now(), ...fields });
  }
}
