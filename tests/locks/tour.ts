/**
 * Replays tours through the graph of the lock machine by way of `ResourceManager`: what its callers
 * get, and what the bus publishes, is what the machine answers and emits at each step.
 *
 * The table of answers here is written by hand, apart from that of the façade.
 */

import { assertEquals } from "@std/assert";
import { commandText, movesOf } from "../../spec/locking/exploration.ts";
import type { FullModel } from "../../spec/locking/models.ts";
import { THEN } from "../../spec/tool/graphs.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { LockstepError } from "../../src/core/errors.ts";
import { Refusal } from "../../src/core/machine.ts";
import type { LockAnswers, LockCommand } from "../../src/locks/commands.ts";
import { LOCK_DESCRIPTIONS, type LockEvent, type ResourceRefused } from "../../src/locks/events.ts";
import { lockMachine } from "../../src/locks/machine.ts";
import { LockHandle, LockSet } from "../../src/locks/client.ts";
import type { LockLostError } from "../../src/locks/errors.ts";
import { ResourceManager } from "../../src/locks/resource_manager.ts";
import type { LockState } from "../../src/locks/state.ts";
import type { Move } from "../../src/testing/explorer.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import type { Tour } from "../support/tours.ts";

type LockMove = Move<LockCommand>;
type Command = LockMove["command"];

/** Whether callers can bring a step about: none can wake the process, and a wait is its caller's own. */
export function isPlayable(label: string): boolean {
  return !/^(wake|detach-wait|resume) /.test(label) &&
    !/^cancel-wait .* = (not-waiting|released)/.test(label);
}

/** The moves of a model by their words, with which the labels of steps begin. */
export function movesByText(model: FullModel): ReadonlyMap<string, LockMove> {
  const moves = movesOf(model);
  return new Map(moves.map((move) => [commandText(move.command, move.afterMs), move]));
}

/** Replays one tour on a manager of its own, next to a machine. */
export async function replay(
  model: FullModel,
  moves: ReadonlyMap<string, LockMove>,
  tour: Tour,
): Promise<void> {
  const replica = new Replica(model);
  for (const [i, { label }] of tour.entries()) {
    const move = moves.get(label.split(THEN)[0]!.split(" = ")[0]!)!;
    const way = () => tour.slice(0, i + 1).map((step) => `\n  ${step.label}`).join("");
    await replica.take(move, way);
  }
  await replica.close();
}

/** How a call ended, in plain data; `undefined` while it has not. */
type Ending = Readonly<Record<string, unknown>> | undefined;

/** A call, which may wait. */
interface Call {
  readonly owner: string;
  readonly resourceIds: readonly string[];
  readonly isGroup: boolean;
  readonly abort: AbortController;
  /** What the machine granted it so far. */
  readonly grants: unknown[];
  ending: Ending;
}

/** A manager and a machine that get the same commands. */
class Replica {
  readonly #locks: ResourceManager;
  readonly #clock = new SimulatedClock();
  readonly #machine;
  readonly #state: LockState;
  readonly #published: LockEvent[] = [];
  /** The calls that wait, by their wait. */
  readonly #waiting = new Map<number, Call>();
  /** The handles in use, by their epoch. */
  readonly #handles = new Map<number, LockHandle[]>();
  /** The handle by which its holder has released the lock in this step. */
  #released: LockHandle | undefined;
  #steps = 0;

  constructor({ config }: FullModel) {
    this.#machine = lockMachine(config);
    this.#state = this.#machine.init();
    const bus = new EventBus(false, { clock: this.#clock, logger: silentLogger });
    for (const type of Object.keys(LOCK_DESCRIPTIONS) as LockEvent["type"][]) {
      bus.on(type, (event) => void this.#published.push(event as LockEvent));
    }
    this.#locks = new ResourceManager(config, bus, silentLogger, { clock: this.#clock });
  }

  async take({ command, afterMs }: LockMove, way: () => string): Promise<void> {
    this.#steps++;
    this.#published.length = 0;
    this.#released = undefined;
    const due = this.#machine.deadline(this.#state);
    const events: LockEvent[] = [];
    const now = this.#clock.now() + afterMs;
    const answer = this.#machine.step(this.#state, command, now, events);
    const call = newCall(command);
    if (command.type === "tick") this.#pass(afterMs, due);
    else this.#perform(command, call);
    const waitId = (answer as { waitId?: number } | undefined)?.waitId;
    if (waitId !== undefined) this.#waiting.set(waitId, call);
    const ends = this.#endsOf(events);
    await settled();
    assertEquals(this.#published, events, way());
    if (waitId === undefined) {
      assertEquals(call.ending, this.#endingOf(command, answer, call), way());
    }
    for (const [id, waiting] of this.#waiting) {
      assertEquals(waiting.ending, ends.get(id), way());
      if (waiting.ending !== undefined) this.#waiting.delete(id);
    }
    assertEquals(this.#views(), this.#viewsOfState(), way());
    this.#checkSignals(events, way);
    if (call.ending !== undefined) await this.#abortLate(call, way);
  }

  /** Ends the manager, which ends the calls that wait. */
  async close(): Promise<void> {
    const calls = [...this.#waiting.values()];
    await this.#locks.shutdown();
    await settled();
    for (const { ending } of calls) assertEquals(ending?.code, "closed");
  }

  /** Lets time pass: to the instant of a timer, or beyond it, as in a process that is busy. */
  #pass(ms: number, due: number): void {
    const now = this.#clock.now() + ms;
    if (due >= now) return this.#clock.advanceSync(ms);
    this.#clock.jumpTo(now);
    this.#locks.performMaintenance();
  }

  /** Makes the call of a command. */
  #perform(command: Exclude<Command, { type: "tick" }>, call: Call): void {
    const locks = this.#locks;
    const { signal } = call.abort;
    switch (command.type) {
      case "acquire": {
        const { owner, resourceId, mode, units, priority, timeoutMs, leaseMs, wait } = command;
        const options = { mode, units, priority, timeoutMs, leaseMs, signal };
        const verb = wait ? "acquire" : "tryAcquire";
        return this.#follow(locks[verb](resourceId, owner, options), call);
      }
      case "acquire-all": {
        const { owner, requests, priority, timeoutMs, leaseMs } = command;
        const options = { priority, timeoutMs, leaseMs, signal };
        return this.#follow(locks.acquireAll(requests, owner, options), call);
      }
      case "release": {
        const { owner, resourceId, epoch } = command;
        const handle = this.#steps % 2 === 0 ? undefined : this.#handleOf(owner, resourceId, epoch);
        return this.#follow(
          handle?.release() ?? locks.release(resourceId, owner, epoch || undefined),
          call,
        );
      }
      case "renew": {
        const { owner, resourceId, epoch, leaseMs } = command;
        const renewed = locks.renew(resourceId, owner, leaseMs || undefined, epoch || undefined);
        return this.#follow(renewed, call);
      }
      case "cancel-wait": {
        const { abort } = this.#waiting.get(command.waitId)!;
        abort.abort(`abort ${command.waitId}`);
        return this.#follow(Promise.resolve(), call);
      }
      case "release-all":
        return this.#follow(locks.releaseAllForAgent(command.owner), call);
      case "define":
        return this.#follow(locks.define(command.resourceId, command), call);
      default:
        throw new Error(`Cannot replay ${command.type}: callers must have a way to it`);
    }
  }

  /** Notes how a call ends, and keeps the handles that it got. */
  #follow(promise: Promise<unknown>, call: Call): void {
    promise.then((value) => {
      for (const handle of value instanceof LockSet ? value.locks : [value]) {
        if (!(handle instanceof LockHandle)) continue;
        if (handle.signal.aborted) {
          call.ending = { thrown: "a lock that was lost" };
          return;
        }
        const others = this.#handles.get(handle.epoch) ?? [];
        this.#handles.set(handle.epoch, [...others, handle]);
      }
      call.ending = { value: dataOf(value) };
    }, (error) => {
      call.ending = errorDataOf(error);
    });
  }

  /** The newest handle of a grant, which the caller then releases itself. */
  #handleOf(owner: string, resourceId: string, epoch: number): LockHandle | undefined {
    for (const handles of this.#handles.values()) {
      const handle = handles.at(-1);
      if (handle?.agent !== owner || handle.resource !== resourceId) continue;
      if (epoch !== 0 && epoch !== handle.epoch) continue;
      this.#released = handles.pop();
      return handle;
    }
    return undefined;
  }

  /** What a caller must get for its command at once; `undefined` if it waits. */
  #endingOf(command: Command, answer: unknown, { owner, resourceIds }: Call): Ending {
    if (command.type === "tick") return undefined;
    if (answer instanceof Refusal) return this.#refused(answer.event as ResourceRefused);
    switch (command.type) {
      case "acquire": {
        const given = answer as LockAnswers["acquire"];
        if (given.status !== "granted" && given.status !== "held") return undefined;
        const grant = { resourceId: resourceIds[0]!, epoch: given.epoch };
        return { value: grantData(grant, owner, given.status === "held") };
      }
      case "acquire-all": {
        const given = answer as LockAnswers["acquire-all"];
        if (given.status !== "granted") return undefined;
        const grants = given.grants.map((grant) => grantData(grant, owner, grant.borrowed));
        return { value: { agent: owner, locks: grants } };
      }
      case "renew":
        return { value: (answer as LockAnswers["renew"]).expiresAt };
      default:
        return { value: undefined };
    }
  }

  /** How calls must end that waited, by their wait, as the events of a step say. */
  #endsOf(events: readonly LockEvent[]): Map<number, Ending> {
    const ends = new Map<number, Ending>();
    for (const event of events) {
      if (!("waitId" in event)) continue;
      const call = this.#waiting.get(event.waitId);
      if (call === undefined) continue;
      const { owner: agentId, resourceIds, grants } = call;
      switch (event.type) {
        case "resource:acquired":
        case "resource:reacquired":
          grants.push(grantData(event, agentId, event.type === "resource:reacquired"));
          if (grants.length < resourceIds.length) break;
          ends.set(event.waitId, {
            value: call.isGroup ? { agent: agentId, locks: grants } : grants[0],
          });
          break;
        case "resource:timed-out": {
          const { timeoutMs } = event;
          ends.set(event.waitId, { code: "lock-timeout", resourceIds, agentId, timeoutMs });
          break;
        }
        case "resource:cancelled":
          ends.set(event.waitId, { thrown: `abort ${event.waitId}` });
          break;
        case "resource:abandoned": {
          const why = WHY[event.reason];
          ends.set(event.waitId, { code: "lock-abandoned", resourceIds, agentId, why });
          break;
        }
        case "deadlock:detected": {
          const { victim, agents, resources } = event;
          ends.set(event.waitId, { code: "deadlock", agentId: victim, agents, resources });
        }
      }
    }
    return ends;
  }

  /** The error of a refusal. */
  #refused({ reason, resourceId, agentId }: ResourceRefused): Ending {
    switch (reason) {
      case "held":
        return { value: undefined };
      case "not-holder": {
        const holders = this.#state.locks.get(resourceId)?.holds.map(({ owner }) => owner.agentId);
        return { code: "not-holder", resourceId, agentId, holders: holders ?? [] };
      }
      case "stale-epoch":
        return { code: "stale-epoch" };
      case "upgrade":
        return { code: "lock-mode", resourceId };
      case "full":
      case "over-capacity":
        return { code: "limit" };
      default:
        throw new Error(`Cannot replay ${reason}: callers must have a way to it`);
    }
  }

  #views(): unknown {
    return [...this.#state.locks.keys()].map((id) => [
      this.#locks.holdersOf(id).map(({ agentId, epoch }) => [agentId, epoch]),
      this.#locks.queueOf(id).map(({ waitId, agentId }) => [waitId, agentId]),
    ]);
  }

  #viewsOfState(): unknown {
    return [...this.#state.locks.values()].map(({ holds, queue }) => [
      holds.toSorted((a, b) => a.epoch - b.epoch).map(({ owner, epoch }) => [owner.agentId, epoch]),
      queue.toSorted((a, b) => a.rank - b.rank || a.sequence - b.sequence)
        .map(({ wait: { id, owner } }) => [id, owner.agentId]),
    ]);
  }

  /** Signals abort when grants end, for the reason of the event, and not before or by oneself. */
  #checkSignals(events: readonly LockEvent[], way: () => string): void {
    assertEquals(this.#released?.signal.aborted ?? false, false, way());
    const reasons = new Map(events.flatMap((event) => {
      const reason = LOSSES.get(event.type);
      return reason === undefined || !("epoch" in event) ? [] : [[event.epoch, reason] as const];
    }));
    for (const [epoch, handles] of this.#handles) {
      for (const { signal } of handles) {
        const { aborted, reason } = signal;
        assertEquals(aborted ? errorDataOf(reason).why : undefined, reasons.get(epoch), way());
      }
      if (reasons.has(epoch)) this.#handles.delete(epoch);
    }
  }

  /** Aborts a call that has ended, which comes to nothing. */
  async #abortLate({ abort }: Call, way: () => string): Promise<void> {
    this.#published.length = 0;
    abort.abort("late");
    await settled();
    assertEquals(this.#published, [], way());
  }
}

/** By event, the reason for which the signal of a handle aborts. */
const LOSSES: ReadonlyMap<string, string> = new Map([
  ["resource:released", "released"],
  ["resource:expired", "expired"],
  ["resource:revoked", "revoked"],
]);

/** Words by which callers recognize why their wait was abandoned. */
const WHY: Readonly<Record<string, string>> = {
  gone: "the agent is gone",
  upgrade: "in a weaker mode",
  "over-capacity": "the capacity",
};

function newCall(command: Command): Call {
  const owner = "owner" in command ? command.owner : "";
  const resourceIds = command.type === "acquire-all"
    ? command.requests.map(({ resourceId }) => resourceId)
    : command.type === "acquire"
    ? [command.resourceId]
    : [];
  const isGroup = command.type === "acquire-all";
  const abort = new AbortController();
  return { owner, resourceIds, isGroup, abort, grants: [], ending: undefined };
}

/** The fields of the handle of a grant. */
function grantData(
  { resourceId: resource, epoch }: { readonly resourceId: string; readonly epoch: number },
  agent: string,
  borrowed: boolean,
): Record<string, unknown> {
  return { resource, agent, epoch, borrowed };
}

function dataOf(value: unknown): unknown {
  if (value instanceof LockSet) return { agent: value.agent, locks: value.locks.map(dataOf) };
  if (!(value instanceof LockHandle)) return value;
  const { resource, agent, epoch, borrowed } = value;
  return { resource, agent, epoch, borrowed };
}

function errorDataOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof LockstepError)) return { thrown: error };
  const { code, resourceIds, resourceId, agentId, timeoutMs, holders, agents, resources } =
    error as unknown as Record<string, unknown>;
  switch (code) {
    case "lock-timeout":
      return { code, resourceIds, agentId, timeoutMs };
    case "lock-abandoned": {
      const why = Object.values(WHY).find((words) => error.message.includes(words));
      return { code, resourceIds, agentId, why };
    }
    case "lock-lost":
      return { code, why: (error as LockLostError).reason };
    case "deadlock":
      return { code, agentId, agents, resources };
    case "not-holder":
      return { code, resourceId, agentId, holders };
    case "lock-mode":
      return { code, resourceId };
    default:
      return { code };
  }
}

/** Lets promises settle; each call is a chain of a few. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await undefined;
}
