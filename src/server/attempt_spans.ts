/**
 * Spans of attempts, for OpenTelemetry: one for each attempt, from its start to its end, in the trace that
 * the task was submitted in.
 *
 * A span is made when its attempt has ended, so an attempt is a few fields in a table until then, and one
 * that goes on over a restart of the server has its span as well. Nothing is subscribed to unless Deno
 * exports spans.
 *
 * @module
 */

import type { CoordinationManager } from "../coordination/mod.ts";
import type { Instant } from "../core/machine.ts";
import type { ErrorData } from "../core/error_data.ts";
import { VERSION } from "../service/version.ts";
import { traceOf } from "./traces.ts";

/** The part of a tracer of OpenTelemetry that is used here. */
export interface Tracer {
  /** Starts a span; throws when nothing exports it. */
  startSpan(
    name: string,
    options: { startTime: number; root?: boolean; attributes: Record<string, string | number> },
    context?: object,
  ): {
    setStatus(status: { code: number; message?: string }): unknown;
    end(endTime: number): void;
  };
}

/** An attempt that has not ended. */
interface Open {
  readonly taskId: string;
  readonly agentId: string;
  readonly attempt: number;
  readonly startedAt: Instant;
  outcome: string | undefined;
  error: ErrorData | undefined;
}

/** The most attempts that are remembered; the oldest has no span when there are more. */
const MOST_OPEN = 10_000;

/** The events that say how an attempt ended, and the words for it. */
const OUTCOMES = {
  "task:completed": "completed",
  "task:proposed": "proposed",
  "task:failed": "failed",
  "task:backed-off": "failed",
  "task:blocked": "blocked",
  "task:snoozed": "snoozed",
  "task:requeued": "requeued",
  "task:cancelled": "cancelled",
} as const;

/** The key under which OpenTelemetry has the parent in a context. */
const PARENT = Symbol.for("OpenTelemetry Context Key SPAN");

/** The status of a span with an error. */
const ERROR = 2;

/** Returns the tracer of Deno when it exports spans. */
export function activeTracer(): Tracer | undefined {
  type Telemetry = { tracerProvider: { getTracer(name: string, version: string): Tracer } };
  const { Deno: deno } = globalThis as { Deno?: { telemetry?: Telemetry } };
  const tracer = deno?.telemetry?.tracerProvider.getTracer("lockstep", VERSION);
  try {
    tracer?.startSpan("probe", { startTime: 0, attributes: {} }); // never ends, so never exported
    return tracer;
  } catch {
    return undefined;
  }
}

/** Makes the spans of the attempts of a manager. */
export class AttemptSpans {
  readonly #manager: CoordinationManager;
  readonly #tracer: Tracer;
  /** By epoch, the oldest first. */
  readonly #open = new Map<number, Open>();
  readonly #stops: (() => void)[];

  /** Begins with the attempts that run. */
  constructor(manager: CoordinationManager, tracer: Tracer) {
    this.#manager = manager;
    this.#tracer = tracer;
    const bus = manager.eventBus;
    const note = (outcome: string) =>
    (
      { epoch, error }: { readonly epoch: number; readonly error?: ErrorData },
    ) => {
      const open = this.#open.get(epoch);
      if (open !== undefined) Object.assign(open, { outcome, error });
    };
    this.#stops = [
      bus.on("task:started", ({ epoch, taskId, agentId, attempt }, _, at) => {
        this.#begin(epoch, { taskId, agentId, attempt, startedAt: at });
      }),
      ...Object.entries(OUTCOMES).map(([type, outcome]) =>
        bus.on(type as keyof typeof OUTCOMES, note(outcome))
      ),
      bus.on("attempt:ended", ({ epoch }, _, at) => this.#end(epoch, at)),
    ];
    this.#resume();
  }

  /** Number of attempts that are remembered. */
  get size(): number {
    return this.#open.size;
  }

  /** Stops; the next server makes the spans of attempts that go on. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.#open.clear();
  }

  #resume(): void {
    let after: number | undefined;
    do {
      const terms = after === undefined ? {} : { after };
      const { tasks, next } = this.#manager.listTasks({ status: "running", ...terms });
      for (const { id: taskId, epoch, assignedAgent, attempts: attempt, startedAt } of tasks) {
        if (assignedAgent === undefined || startedAt === undefined) continue;
        this.#begin(epoch, { taskId, agentId: assignedAgent, attempt, startedAt });
      }
      after = next;
    } while (after !== undefined && this.#open.size < MOST_OPEN);
  }

  #begin(epoch: number, attempt: Omit<Open, "outcome" | "error">): void {
    this.#open.set(epoch, { ...attempt, outcome: undefined, error: undefined });
    if (this.#open.size > MOST_OPEN) this.#open.delete(this.#open.keys().next().value!);
  }

  /** The event that says how the attempt ended came before. */
  #end(epoch: number, at: Instant): void {
    const open = this.#open.get(epoch);
    if (open === undefined) return;
    this.#open.delete(epoch);
    const { taskId, agentId, attempt, startedAt, outcome = "ended", error } = open;
    const task = this.#manager.scheduler.getTask(taskId);
    const parent = traceOf(task?.metadata);
    if (parent?.isSampled === false) return;
    const span = this.#tracer.startSpan(
      "attempt",
      {
        startTime: startedAt,
        ...(parent === undefined && { root: true }),
        attributes: {
          "lockstep.task.id": taskId,
          ...(task !== undefined && { "lockstep.task.type": task.type }),
          "lockstep.agent.id": agentId,
          "lockstep.attempt": attempt,
          "lockstep.epoch": epoch,
          "lockstep.outcome": outcome,
        },
      },
      parent && contextOf(parent),
    );
    if (error !== undefined) span.setStatus({ code: ERROR, message: error.message });
    span.end(at);
  }
}

/** Returns a context whose span is `parent`. */
function contextOf({ traceId, spanId }: { traceId: string; spanId: string }): object {
  const span = { spanContext: () => ({ traceId, spanId, traceFlags: 1, isRemote: true }) };
  return { getValue: (key: symbol) => key === PARENT ? span : undefined };
}
