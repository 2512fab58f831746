/**
 * Replays tours through the graph of the task machine by way of `AdvancedTaskScheduler`: what its
 * callers get, and what the bus publishes, is what the machine answers and emits at each step.
 *
 * The table of answers here is written by hand, apart from that of the façade.
 */

import { assertEquals } from "@std/assert";
import type { ModelCommand } from "../../spec/stealing/actions.ts";
import { describeWithin } from "../../spec/stealing/binding.ts";
import {
  allows,
  alphabet,
  boundedMachine,
  type Bounds,
} from "../../spec/stealing/bounded_machine.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { Refusal } from "../../src/core/machine.ts";
import { AdvancedTaskScheduler } from "../../src/tasks/advanced_task_scheduler.ts";
import { TaskClaim } from "../../src/tasks/claims.ts";
import { TaskHandle } from "../../src/tasks/client.ts";
import type { AskAnswer } from "../../src/tasks/commands.ts";
import { TASK_DESCRIPTIONS, type TaskEvent, type TaskRefused } from "../../src/tasks/events.ts";
import type { TaskState } from "../../src/tasks/state.ts";
import { explore, type StateGraph } from "../../src/testing/explorer.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import type { Tour } from "../support/tours.ts";

/** So far that no step comes to it. */
const FAR_MS = 1_000_000_000;

/** Returns the graph of the machine; its labels are the commands, as JSON. */
export function exploreTasks(bounds: Bounds): StateGraph {
  // Callers have no way to a timer, which another one may precede.
  const commands = alphabet(bounds).filter(({ type }) => type !== "expire");
  return explore(boundedMachine(bounds), {
    alphabet: commands.map((command) => ({ command, afterMs: 0 })),
    describe: (state) => describeWithin(bounds, state),
    label: ({ command }) => JSON.stringify(command),
    allows: (state, _, { command }) => allows(bounds, state, command as ModelCommand),
  });
}

/** Replays one tour on a scheduler of its own, next to a machine. */
export async function replay(bounds: Bounds, tour: Tour): Promise<void> {
  const replica = new Replica(bounds);
  await replica.begin();
  for (const [i, { label }] of tour.entries()) {
    const way = () => tour.slice(0, i + 1).map((step) => `\n  ${step.label}`).join("");
    await replica.take(JSON.parse(label), way);
  }
  await replica.close();
}

/** How a call ended, in plain data; `undefined` while it has not. */
type Ending = Readonly<Record<string, unknown>> | undefined;

interface Call {
  readonly abort: AbortController;
  ending: Ending;
}

/** A scheduler and a machine that get the same commands. */
class Replica {
  readonly #bounds: Bounds;
  readonly #scheduler: AdvancedTaskScheduler;
  readonly #clock = new SimulatedClock();
  readonly #machine;
  readonly #state: TaskState;
  readonly #published: TaskEvent[] = [];
  /** By task, how its result ended; and the tasks that have not. */
  readonly #results = new Map<string, Call>();
  /** By the number of the request, the calls that wait for a task. */
  readonly #asking = new Map<number, Call>();
  /** The claims that calls got. */
  readonly #claims = new Set<TaskClaim>();
  #steps = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
    this.#machine = boundedMachine(bounds);
    this.#state = this.#machine.init();
    const bus = new EventBus(false, { clock: this.#clock, logger: silentLogger });
    for (const type of Object.keys(TASK_DESCRIPTIONS) as TaskEvent["type"][]) {
      bus.on(type, (event) => void this.#published.push(event as TaskEvent));
    }
    const { maxCrashes, steals, stealThreshold, maxStealBatch } = bounds;
    const config = {
      ...{ agingMs: 1, maxCrashes, retryDelay: FAR_MS, maxRetryDelayMs: FAR_MS },
      ...{ abortGraceMs: FAR_MS, stealing: steals, stealThreshold, maxStealBatch },
      stealInterval: FAR_MS,
    };
    const options = { clock: this.#clock };
    this.#scheduler = new AdvancedTaskScheduler(config, bus, silentLogger, options);
  }

  /** Registers the agents that are there at first. */
  async begin(): Promise<void> {
    for (const agentId of this.#bounds.there) await this.#register(agentId);
  }

  async take(command: ModelCommand, way: () => string): Promise<void> {
    this.#steps++;
    this.#published.length = 0;
    const ask = command.type === "withdraw-ask" ? this.#askOf(command.agentId) : 0;
    // The request that is withdrawn has a caller, or there is nothing to call.
    if (command.type === "withdraw-ask" && ask === 0) return;
    const events: TaskEvent[] = [];
    const answer: unknown = this.#machine.step(this.#state, command, 0, events);
    const call: Call = { abort: new AbortController(), ending: undefined };
    this.#perform(command, call, ask);
    const asked = (answer as AskAnswer | undefined)?.status === "asking";
    if (asked) this.#asking.set((answer as AskAnswer).ask, call);
    const ends = this.#endsOf(events);
    for (let turn = 0; turn < 12; turn++) await undefined;
    assertEquals(this.#published, events, way());
    if (!asked) assertEquals(call.ending, this.#endingOf(command, answer), way());
    for (const [key, waiting] of [...this.#asking, ...this.#results]) {
      assertEquals(waiting.ending, ends.get(key), way());
      if (waiting.ending === undefined) continue;
      this.#asking.delete(key as number);
      this.#results.delete(key as string);
    }
    this.#checkClaims(way);
  }

  async close(): Promise<void> {
    const calls = [...this.#asking.values(), ...this.#results.values()];
    const closed = this.#scheduler.shutdown({ graceMs: 0 });
    await this.#clock.runUntilIdle();
    await closed;
    for (const { ending } of calls) assertEquals(ending?.code === undefined, false);
  }

  #register(agentId: string): Promise<void> {
    const { slots, room, pulls } = this.#bounds;
    return this.#scheduler.registerAgent({
      id: agentId,
      maxConcurrentTasks: slots[agentId]!,
      maxQueuedTasks: room[agentId]!,
      mode: pulls.includes(agentId) ? "pull" : "push",
    });
  }

  #askOf(agentId: string): number {
    return this.#state.agents.get(agentId)?.ask?.id ?? 0;
  }

  #perform(command: ModelCommand, call: Call, ask: number): void {
    const scheduler = this.#scheduler;
    switch (command.type) {
      case "submit": {
        const { id, type, priority, retries, assignedAgent } = command.task;
        const task = { id, type, priority, retries };
        return this.#follow(
          assignedAgent === "" ? scheduler.submit(task) : scheduler.assignTask(task, assignedAgent),
          call,
        );
      }
      case "start":
        return this.#follow(scheduler.start(command.taskId, command.epoch), call);
      case "complete": {
        const { taskId, epoch } = command;
        const claim = this.#steps % 2 === 0 ? undefined : this.#claimOf(taskId, epoch);
        return this.#follow(
          claim?.complete() ?? scheduler.completeTask(taskId, undefined, epoch),
          call,
        );
      }
      case "release-claim": {
        const { taskId, epoch } = command;
        return this.#follow(scheduler.releaseTask(taskId, epoch, command.reason), call);
      }
      case "cancel":
        return this.#follow(scheduler.cancelTask(command.taskId, command.reason), call);
      case "claim": {
        const { agentId, taskId, waitMs } = command;
        const { signal } = call.abort;
        const only = taskId === "" ? {} : { taskId };
        return this.#follow(scheduler.claim(agentId, { ...only, waitMs: waitMs!, signal }), call);
      }
      case "withdraw-ask":
        this.#asking.get(ask)!.abort.abort(`abort ${ask}`);
        return this.#follow(Promise.resolve(), call);
      case "register-agent":
        return this.#follow(this.#register(command.agentId), call);
      case "remove-agent":
        return this.#follow(scheduler.unregisterAgent(command.agentId, command.reason), call);
      case "drain-agent":
        return this.#follow(scheduler.drainAgent(command.agentId, command.reason), call);
      case "requeue-agent-tasks":
        return this.#follow(
          scheduler.rescheduleAgentTasks(command.agentId, command.reason),
          call,
        );
      default:
        throw new Error(`Cannot replay ${command.type}: callers must have a way to it`);
    }
  }

  /** Notes how a call ends, and keeps the handle or the claim that it got. */
  #follow(promise: Promise<unknown>, call: Call): void {
    promise.then((value) => {
      if (value instanceof TaskHandle) this.#followResult(value);
      if (value instanceof TaskClaim) this.#claims.add(value);
      call.ending = { value: dataOf(value) };
    }, (error) => {
      call.ending = errorDataOf(error);
    });
  }

  #followResult({ id, result }: TaskHandle): void {
    const call: Call = { abort: new AbortController(), ending: undefined };
    this.#results.set(id, call);
    result.then((value) => {
      call.ending = { value };
    }, (error) => {
      call.ending = errorDataOf(error);
    });
  }

  /** A claim in force, which its agent then completes itself. */
  #claimOf(taskId: string, epoch: number): TaskClaim | undefined {
    const claims = [...this.#claims];
    const claim = claims.find((claim) => claim.task.id === taskId && claim.epoch === epoch);
    if (claim !== undefined) this.#claims.delete(claim);
    return claim;
  }

  /** What a caller must get for its command. */
  #endingOf(command: ModelCommand, answer: unknown): Ending {
    if (answer instanceof Refusal) {
      return { code: CODES[(answer.event as TaskRefused).reason] };
    }
    switch (command.type) {
      case "submit":
        return { value: { id: command.task.id } };
      case "claim": {
        const given = answer as AskAnswer;
        if (given.status !== "granted") return { value: undefined };
        const { agentId } = command;
        return { value: { taskId: given.taskId, epoch: given.epoch, agentId } };
      }
      default:
        return { value: undefined };
    }
  }

  /** How requests and results must end, by their number or their task, as the events of a step say. */
  #endsOf(events: readonly TaskEvent[]): Map<number | string, Ending> {
    const ends = new Map<number | string, Ending>();
    for (const event of events) {
      switch (event.type) {
        case "task:started": {
          const { taskId, epoch, agentId } = event;
          if (event.ask !== undefined) ends.set(event.ask, { value: { taskId, epoch, agentId } });
          break;
        }
        case "claim:abandoned":
          ends.set(event.ask, abandonedAs(event.reason, event.ask));
          break;
        case "task:completed":
          ends.set(event.taskId, { value: event.result });
          break;
        case "task:cancelled":
          ends.set(event.taskId, { code: "task-cancelled", reason: event.reason });
          break;
        case "task:failed":
          ends.set(event.taskId, { code: "task-failed" });
      }
    }
    return ends;
  }

  /** The signal of a claim aborts when that ends, and not before. */
  #checkClaims(way: () => string): void {
    for (const claim of this.#claims) {
      const task = this.#state.tasks.get(claim.task.id);
      const isInForce = task?.status === "running" && task.epoch === claim.epoch;
      assertEquals(claim.signal.aborted, !isInForce, way());
      if (!isInForce) this.#claims.delete(claim);
    }
  }
}

/** The code of the error of each refusal. */
const CODES: Readonly<Record<string, string>> = {
  "unknown-task": "unknown-task",
  "unknown-agent": "unknown-agent",
  "duplicate": "duplicate-task",
  "stale-epoch": "stale-epoch",
  "status": "task-status",
  "unfit": "unfit-agent",
};

/** What a call of `claim` gets whose request is over. */
function abandonedAs(reason: string, ask: number): Ending {
  if (reason === "gone") return { code: "unknown-agent" };
  return reason === "withdrawn" ? { thrown: `abort ${ask}` } : { value: undefined };
}

function dataOf(value: unknown): unknown {
  if (value instanceof TaskHandle) return { id: value.id };
  if (!(value instanceof TaskClaim)) return value;
  const { task: { id: taskId }, epoch, agentId } = value;
  return { taskId, epoch, agentId };
}

function errorDataOf(error: unknown): Record<string, unknown> {
  const { code, reason } = error as { code?: string; reason?: string };
  if (code === undefined) return { thrown: error };
  return code === "task-cancelled" ? { code, reason } : { code };
}
