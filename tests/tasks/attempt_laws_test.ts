/**
 * The laws of the runner of attempts: a handler is called once for each attempt of an agent that has
 * one; its signal aborts exactly when its claim is over before it has returned, for the reason that
 * the event about that claim gives; and what it waits for ends then.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { Engine } from "../../src/core/engine.ts";
import { ClosedError, NonRetryableError } from "../../src/core/errors.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { schedulerMachine } from "../../src/root/scheduler_machine.ts";
import type { SchedulerEvent } from "../../src/root/scheduler_machine.ts";
import { AdvancedTaskScheduler } from "../../src/tasks/advanced_task_scheduler.ts";
import type { TaskContext } from "../../src/tasks/attempts.ts";
import { DEFAULT_TASK_CONFIG } from "../../src/tasks/config.ts";
import { ClaimLostError, TaskCancelledError, TaskTimeoutError } from "../../src/tasks/errors.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { type Settled, watch } from "../support/watched_host.ts";
import { settle } from "../support/settle.ts";

const agentId = fc.constantFrom("x", "y");
const back = fc.nat(3);

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("submit" as const),
      timeoutMs: fc.constantFrom(0, 5, 12),
      heartbeatTimeoutMs: fc.constantFrom(0, 0, 8),
      totalTimeoutMs: fc.constantFrom(0, 0, 20),
      retries: fc.nat(2),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("end" as const),
      back,
      how: fc.constantFrom("returns" as const, "throws" as const, "gives up" as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom(
        "cancel" as const,
        "complete" as const,
        "heartbeat" as const,
        "signal" as const,
        "signal" as const,
        "acquire" as const,
      ),
      back,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom(
        "remove" as const,
        "register" as const,
        "requeue all" as const,
        "cancel all" as const,
        "assign from outside" as const,
      ),
      agentId,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("pass" as const), ms: fc.constantFrom(1, 5, 15) }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer Each> ? Each : never;

/** A call of a handler. */
interface Call {
  readonly taskId: string;
  readonly context: TaskContext;
  readonly end: (outcome: { result?: unknown; error?: unknown }) => void;
  hasEnded: boolean;
  signal: AbortSignal | undefined;
  /** The reason that its signal shall have, as soon as its claim is over. */
  loss: { readonly kind: unknown; readonly limit?: string } | undefined;
  readonly locks: (() => Settled | undefined)[];
}

class Run {
  readonly clock = new SimulatedClock(1_000);
  readonly engine = new Engine(
    schedulerMachine({
      tasks: { ...DEFAULT_TASK_CONFIG, retryDelay: 3, abortGraceMs: 10 },
      locks: {},
    }),
    { clock: this.clock, logger: silentLogger },
  );
  readonly scheduler = new AdvancedTaskScheduler({}, new EventBus(), silentLogger, {
    host: { dispatcher: this.engine, state: () => this.engine.state },
  });
  readonly calls: Call[] = [];
  readonly taskIds: string[] = [];
  /** The agents that have a handler. */
  readonly #handled = new Set<string>();
  /** The epochs of the attempts that a handler has to be called for. */
  readonly #due = new Set<number>();
  /** The epochs that a handler was called for without need. */
  readonly #unasked: number[] = [];
  #timeout: string | undefined;

  constructor() {
    this.engine.observe(
      [
        "task:timed-out",
        "task:started",
        "task:completed",
        "task:backed-off",
        "task:failed",
        "task:requeued",
        "task:cancelled",
        "agent:terminated",
      ],
      (event) => this.#note(event),
    );
    // The lock that attempts wait for is never free.
    void this.scheduler.resources.acquire("busy", "z");
  }

  async do(action: Action): Promise<void> {
    this.#begin(action);
    await settle();
    this.check();
  }

  #begin(action: Action): void {
    const { scheduler } = this;
    switch (action.type) {
      case "submit": {
        const { type: _, ...task } = action;
        return this.#submit(scheduler.submit({ id: this.#nextId(), ...task }));
      }
      case "assign from outside":
        return this.#assignFromOutside(action.agentId);
      case "register": {
        const profile = { id: action.agentId, maxConcurrentTasks: 2 };
        this.#handled.add(action.agentId);
        return ignoring(
          scheduler.registerAgent(profile, (task, given) => this.#call(task.id, given)),
        );
      }
      case "remove":
        return ignoring(scheduler.unregisterAgent(action.agentId));
      case "requeue all":
        return ignoring(scheduler.rescheduleAgentTasks(action.agentId));
      case "cancel all":
        return ignoring(scheduler.cancelAgentTasks(action.agentId));
      case "pass":
        return this.clock.advanceSync(action.ms);
    }
    const call = this.calls.at(-1 - action.back);
    if (call === undefined) return;
    switch (action.type) {
      case "end":
        return call.end(OUTCOMES[action.how]());
      case "cancel":
        return ignoring(scheduler.cancelTask(call.taskId));
      case "complete":
        return ignoring(scheduler.completeTask(call.taskId));
      case "heartbeat":
        return ignoring(call.context.heartbeat());
      case "signal":
        call.signal = call.context.signal;
        return;
      case "acquire": {
        if (call.hasEnded) return;
        const { signal } = new AbortController();
        call.locks.push(watch(call.context.acquire("busy", { signal })));
      }
    }
  }

  #nextId(): string {
    const id = `task ${this.taskIds.length}`;
    this.taskIds.push(id);
    return id;
  }

  #submit(submitted: Promise<{ result: Promise<unknown> }>): void {
    ignoring(submitted.then(({ result }) => result));
  }

  /** Assigns a task to an agent, which is not there or has a handler, and starts it by hand. */
  #assignFromOutside(agentId: string): void {
    const id = this.#nextId();
    this.#submit(this.scheduler.assignTask({ id }, agentId));
    ignoring(this.scheduler.start(id));
  }

  #call(taskId: string, context: TaskContext): Promise<unknown> {
    const { epoch } = context;
    if (!this.#due.delete(epoch)) this.#unasked.push(epoch); // what is thrown here fails the task
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const call: Call = {
      taskId,
      context,
      hasEnded: false,
      signal: undefined,
      loss: undefined,
      locks: [],
      end: ({ result, error }) => {
        call.hasEnded = true;
        if (error === undefined) resolve(result);
        else reject(error);
      },
    };
    this.calls.push(call);
    return promise;
  }

  #note(event: SchedulerEvent): void {
    const timeout = this.#timeout;
    this.#timeout = undefined;
    if (event.type === "task:timed-out") this.#timeout = event.limit;
    else if (event.type === "agent:terminated") this.#handled.delete(event.agentId);
    else if (event.type === "task:started") {
      if (this.#handled.has(event.agentId)) this.#due.add(event.epoch);
    } else if ("epoch" in event) {
      this.#due.delete(event.epoch as number); // over before its handler was called
      const call = this.calls.find(({ context }) => context.epoch === event.epoch);
      if (call === undefined || call.hasEnded) return;
      call.loss ??= event.type === "task:cancelled"
        ? { kind: TaskCancelledError }
        : timeout === undefined
        ? { kind: ClaimLostError }
        : { kind: TaskTimeoutError, limit: timeout };
    }
  }

  check(): void {
    assertEquals([...this.#due], [], "a handler is called for each attempt of its agent");
    assertEquals(this.#unasked, [], "and for no other");
    for (const { signal, loss, locks, hasEnded } of this.calls) {
      assertEquals(signal?.aborted ?? false, signal !== undefined && loss !== undefined);
      if (signal?.aborted === true) assertReason(signal, loss!);
      for (const settled of locks) {
        const isOver = hasEnded || loss !== undefined;
        assertEquals(settled()?.error !== undefined, isOver, "a wait ends with its attempt");
      }
    }
  }

  /** Ends the scheduler under its attempts, and checks that nothing is left. */
  async end(isShutDown: boolean): Promise<void> {
    if (isShutDown) ignoring(this.scheduler.shutdown({ graceMs: 0 }));
    else await this.engine.close();
    await settle();
    for (const call of this.calls) {
      if (call.hasEnded && call.loss === undefined) continue;
      call.signal = call.context.signal;
      assert(call.signal.aborted, "no attempt outlives its scheduler unaware");
      assertReason(call.signal, call.loss ?? { kind: ClosedError });
    }
    for (const call of this.calls) call.end({});
    await settle();
    for (const { hasEnded, locks } of this.calls) {
      if (hasEnded) { for (const settled of locks) assert(settled() !== undefined); }
    }
    await this.clock.advance(100_000);
    await this.engine.close();
    assertEquals(this.clock.pending, 0);
    const { tasks, locks } = this.engine.state;
    assertEquals(isShutDown ? tasks.lingering.size : 0, 0);
    if (isShutDown) assertEquals(locks.waits.size, 0);
  }
}

function assertReason({ reason }: AbortSignal, loss: NonNullable<Call["loss"]>): void {
  assertInstanceOf(reason, loss.kind as typeof TaskTimeoutError);
  if (loss.limit !== undefined) assertEquals(reason.limit, loss.limit);
}

const OUTCOMES = {
  "returns": () => ({ result: 1 }),
  "throws": () => ({ error: new Error("again") }),
  "gives up": () => ({ error: new NonRetryableError("never") }),
};

function ignoring(promise: Promise<unknown>): void {
  promise.catch(() => {});
}

const REGISTERED: readonly Action[] = ["x" as const, "y" as const].map((agentId) => ({
  type: "register",
  agentId,
}));

Deno.test("each signal of an attempt aborts with its claim, and for the reason of its end", async () => {
  const actions = fc.array(action, { maxLength: 40, size: "max" });
  await fc.assert(
    fc.asyncProperty(actions, fc.boolean(), async (actions, isShutDown) => {
      const run = new Run();
      for (const action of [...REGISTERED, ...actions]) await run.do(action);
      await run.end(isShutDown);
    }),
    { numRuns: 150 },
  );
});
