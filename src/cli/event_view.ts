/**
 * A run as plain objects, for programs; on the command line they are JSON lines.
 *
 * Besides the scheduler's events there are `run:started`, `task:output`, `run:stopping` and, as the
 * last one, `run:finished` with the report.
 *
 * @module
 */

import type { LockstepEvent } from "../root/events.ts";
import { claimOf } from "../locks/types.ts";
import { lineSink, type OutputSink } from "./output.ts";
import type { RunReport } from "./report.ts";
import type { RunState } from "./run_state.ts";
import type { TaskRun } from "./runs.ts";
import type { View } from "./view.ts";

/** Something that happened in a run. */
export interface RunEvent {
  /** What it was. */
  readonly type: string;
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** What belongs to it, as JSON values. */
  readonly [field: string]: unknown;
}

/** Tells somebody of each event. */
export class EventView implements View {
  readonly #tell: (event: RunEvent) => void;
  readonly #drained: () => Promise<void> | void;

  /** @param drained Asked after output: a promise that it returns resolves when more may come */
  constructor(tell: (event: RunEvent) => void, drained: () => Promise<void> | void = () => {}) {
    this.#tell = tell;
    this.#drained = drained;
  }

  begin({ workflow: { agents, tasks } }: RunState): void {
    this.#say("run:started", {
      tasks: tasks.map(({ id, needs }) => ({ id, needs })),
      agents: agents.map(({ id, slots, capabilities }) => ({ id, slots, capabilities })),
    });
  }

  event({ type, ...event }: LockstepEvent, sequence: number): void {
    if (!("owner" in event)) return this.#say(type, { sequence, ...event });
    const { owner, ...rest } = event;
    const claim = claimOf(owner);
    this.#say(type, { sequence, ...claim ?? { owner }, ...rest });
  }

  ended(): void {}

  attempt({ task: { id: taskId }, agentId, attempts: attempt }: TaskRun): OutputSink {
    return lineSink((pieces) => {
      for (const { text, continues } of pieces) {
        const line = { taskId, agentId, attempt, text };
        this.#say("task:output", continues ? { ...line, continues } : line);
      }
      return this.#drained();
    });
  }

  stopping(reason: "failure" | "interrupt"): void {
    this.#say("run:stopping", { reason });
  }

  end(report: RunReport): void {
    this.#say("run:finished", { ...report });
  }

  #say(type: string, fields: Record<string, unknown>): void {
    this.#tell({ type, at: Date.now(), ...fields });
  }
}
