/**
 * The agents and callers of a simulated manager: handlers that work, lock, fail or hang, and calls as
 * programs make them, with data that JSON changes or can't hold.
 *
 * @module
 */

import type { CoordinationManager } from "../../coordination/mod.ts";
import { LockstepError } from "../../core/errors.ts";
import type { TaskContext } from "../../tasks/mod.ts";
import type { SimulatedClock } from "../simulated_clock.ts";
import type { Chance } from "./chance.ts";

/** The surroundings of agents and callers. */
export interface CallWorld {
  /** The source of every choice. */
  readonly chance: Chance;
  /** The true time. */
  readonly clock: SimulatedClock;
  /** The running manager. */
  readonly manager: CoordinationManager;
  /** The longest wait for a lock. */
  readonly resourceTimeoutMs: number;
  /** Whether faults and failures of handlers have stopped. */
  readonly isOver: boolean;
  /** Returns a fresh name. */
  name(kind: string): string;
  /** Waits by the clock of the process. */
  sleep(ms: number): Promise<void>;
  /** Makes a call and counts its outcome; an error must be one of Lockstep, or of a handler. */
  call(what: string, begin: () => Promise<unknown>): void;
  /** Notes that something happened that must not. */
  report(rule: string, message: string): void;
  /** Reports that a call passed data that JSON can't hold, and was accepted. */
  reportStored(data: unknown): void;
}

/** The codes of errors that no call of a running manager ends with. */
export const ONLY_AT_THE_END: ReadonlySet<string> = new Set([
  "closed",
  "invariant",
  "outcome-unknown",
  "journal-replaced",
  "session-expired",
]);

/** The reason with which calls are aborted. */
export const ABORTED: Error = new Error("the call was aborted");

/** The agents that do not run in the process of the manager: they send heartbeats. */
export const OUTSIDE: readonly string[] = ["outside-0", "outside-1"];

/** The heartbeat timeout of these agents, and the lease of the lock that each of them holds. */
export const SILENCE_MS = 5_000;

/** The error that handlers throw in a simulation. */
export class HandlerError extends Error {}

/** A handler's error of which each property throws when it is read. */
class UnreadableError extends HandlerError {
  constructor() {
    super();
    for (const name of ["name", "message", "stack", "cause", "code"]) {
      Object.defineProperty(this, name, {
        get() {
          throw new HandlerError(`${name} was read`);
        },
      });
    }
  }
}

function drawError(chance: Chance): HandlerError {
  return chance.happens(0.2) ? new UnreadableError() : new HandlerError("it throws");
}

/** Registers an agent that keeps itself and its lock alive until the world is over. */
export async function joinFromOutside(world: CallWorld, agentId: string): Promise<void> {
  const { incarnation } = await world.manager.registerAgent({ id: agentId });
  const { resource, epoch } = await world.manager.acquireResource(`of-${agentId}`, agentId, {
    leaseMs: SILENCE_MS,
  });
  const renewing = async (renew: () => Promise<unknown>) => {
    try {
      await renew();
    } catch (error) {
      if (error instanceof LockstepError && UNREACHABLE.includes(error.code)) return;
      world.report("LiveAgentsStay", `"${agentId}" can't renew: ${error}`);
    }
  };
  const next = () => {
    if (world.isOver) return;
    const { manager, clock } = world;
    void renewing(() => manager.heartbeat(agentId, incarnation));
    void renewing(() => manager.resources.renew(resource, agentId, undefined, epoch));
    clock.setTimer(clock.now() + SILENCE_MS / 10, next);
  };
  next();
}

/** The codes of errors that say nothing about an agent. */
const UNREACHABLE: readonly string[] = ["journal", "uninitialized", ...ONLY_AT_THE_END];

/** Registers an agent with handlers of tasks and messages that work, lock, fail or hang. */
export async function register(world: CallWorld, agentId: string): Promise<void> {
  const { manager, chance } = world;
  await manager.registerAgent(
    { id: agentId, maxConcurrentTasks: chance.between(1, 3) },
    (_task, context) => runTask(world, context),
  );
  manager.messages.subscribe(agentId, async (message, context) => {
    await world.sleep(chance.int(10));
    if (!world.isOver && chance.happens(0.2)) throw drawError(chance);
    if (chance.happens(0.5)) await context.respond(message.payload);
  });
}

async function runTask(world: CallWorld, context: TaskContext): Promise<unknown> {
  const { chance } = world;
  await world.sleep(chance.int(20));
  if (context.signal.aborted) throw context.signal.reason;
  if (chance.happens(0.2)) {
    const lock = await context.acquire(`file-${chance.int(3)}`);
    try {
      await world.sleep(chance.int(10));
      if (lock.signal.aborted) throw new HandlerError("it lost its lock");
    } finally {
      await lock[Symbol.asyncDispose]();
    }
  }
  if (world.isOver) return "done";
  if (chance.happens(0.1)) throw drawError(chance);
  if (chance.happens(0.05)) await aborted(context.signal);
  if (chance.happens(0.1)) await context.progress({ part: 1 });
  return "done";
}

/** Rejects once `signal` is aborted, and never resolves. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

/** Makes one of the calls of users. */
export function act(world: CallWorld): void {
  const [what, begin] = world.chance.pick(ACTIONS);
  world.call(what, () => begin(world));
}

const ACTIONS: readonly (readonly [string, (world: CallWorld) => Promise<unknown>])[] = [
  ["submit", submit],
  ["submit", submit],
  ["assign", assign],
  ["acquire", acquire],
  ["acquire", acquire],
  ["acquireAll", acquireAll],
  ["send", (world) => world.manager.sendMessage(agent(world), agent(world), { type: "note" })],
  ["request", request],
  ["receive", receive],
  ["call", callThrough],
  ["dispute", dispute],
  ["vote", vote],
  ["edit", edit],
  ["look", look],
  ["maintain", (world) => world.manager.performMaintenance()],
  ["re-register", reregister],
];

function agent({ chance }: CallWorld): string {
  return `agent-${chance.int(4)}`;
}

async function submit(world: CallWorld): Promise<void> {
  const { manager, chance } = world;
  const id = world.name("task");
  const input = drawInput(chance);
  const submitted = manager.submit({
    ...{ id, priority: chance.int(3), timeoutMs: 200, totalTimeoutMs: 5_000, input },
    resources: chance.happens(0.2) ? ["file-0", "file-1"] : [],
  });
  input["changed"] = "later";
  const handle = await submitted;
  if ("bad" in input) world.reportStored(input["bad"]);
  if (chance.happens(0.1)) await manager.cancelTask(id, "its result is not needed");
  await handle.result;
}

/** Draws data that JSON changes, and some that it can't hold. */
function drawInput(chance: Chance): Record<string, unknown> {
  const shared = { part: -0 };
  const input = { one: shared, other: shared, gone: undefined, bare: Object.create(null) };
  return chance.happens(0.05) ? { ...input, bad: [new Date(0)] } : input;
}

async function assign(world: CallWorld): Promise<void> {
  const { manager } = world;
  const task = { id: world.name("task"), timeoutMs: 200, totalTimeoutMs: 5_000 };
  const handle = await manager.assignTask(task, agent(world));
  await handle.result;
}

async function acquire(world: CallWorld): Promise<void> {
  const { manager, chance } = world;
  const controller = new AbortController();
  const options = {
    ...{ priority: chance.int(3), leaseMs: chance.pick([0, 30]) },
    ...(chance.happens(0.3) && { signal: controller.signal }),
  };
  if (chance.happens(0.3)) world.sleep(chance.int(20)).then(() => controller.abort(ABORTED));
  const begun = world.clock.now();
  const elapsed = () => world.clock.now() - begun;
  const resource = `lock-${chance.int(3)}`;
  const lock = await manager.acquireResource(resource, world.name("owner"), options).catch(
    (error: LockstepError) => {
      if (error.code === "lock-timeout" && elapsed() < world.resourceTimeoutMs) {
        world.report("LimitsKept", `a wait for "${resource}" ended after ${elapsed()} ms`);
      }
      throw error;
    },
  );
  lock.signal.addEventListener("abort", () => {
    if (world.manager === manager && elapsed() < options.leaseMs) {
      world.report("LimitsKept", `a lease of "${resource}" ended after ${elapsed()} ms`);
    }
  });
  await world.sleep(chance.int(40));
  await lock.release();
}

async function acquireAll(world: CallWorld): Promise<void> {
  const { manager, chance } = world;
  const names = chance.some(["lock-0", "lock-1", "lock-2"], 0.7);
  if (names.length === 0) return;
  const locks = await manager.resources.acquireAll(names, world.name("owner"));
  await world.sleep(chance.int(20));
  await locks[Symbol.asyncDispose]();
}

async function request(world: CallWorld): Promise<void> {
  const { manager, chance } = world;
  await manager.messages.sendWithResponse(agent(world), agent(world), { ask: true }, {
    timeoutMs: chance.pick([5, 100]),
  });
}

/** Receives as an agent without a handler; aborts some waits, and dies with some messages. */
async function receive(world: CallWorld): Promise<void> {
  const { manager, chance } = world;
  const sent = manager.sendMessage(agent(world), "reader", { type: "note" });
  const abort = new AbortController();
  const waitMs = chance.pick([0, 20, 100]);
  const received = manager.receiveMessage("reader", {
    waitMs,
    timeoutMs: 30,
    signal: abort.signal,
  });
  if (chance.happens(0.3)) void world.sleep(chance.int(20)).then(() => abort.abort(ABORTED));
  const [, delivery] = await Promise.all([sent, received]);
  if (delivery === undefined || chance.happens(0.2)) return;
  await world.sleep(chance.int(10));
  await (chance.happens(0.8) ? delivery.ack() : delivery.nack(drawError(chance)));
}

async function callThrough(world: CallWorld): Promise<void> {
  const { manager, chance } = world;
  const breaker = manager.breakers.getBreaker("api", {
    ...{ failureThreshold: 2, successThreshold: 1, timeout: 50, callTimeoutMs: 30 },
  });
  await breaker.execute(async () => {
    await world.sleep(chance.int(40));
    if (!world.isOver && chance.happens(0.4)) throw drawError(chance);
  }, chance.happens(0.5) ? { retry: { delayMs: 5, maxAttempts: 3 } } : {});
}

async function dispute(world: CallWorld): Promise<void> {
  const { manager, chance } = world;
  await manager.conflicts.setAgentPriority("agent-0", chance.int(3));
  const conflict = await manager.reportConflict("resource", "book", ["agent-0", "agent-1"]);
  await manager.conflicts.autoResolve(conflict.id);
}

async function vote(world: CallWorld): Promise<void> {
  const { conflicts } = world.manager;
  const { id } = await conflicts.reportTaskConflict(world.name("task"), ["agent-0", "agent-1"]);
  await conflicts.openVote(id, { electorate: ["agent-2", "agent-3"], quorum: 1, timeoutMs: 20 });
  await world.sleep(world.chance.int(40));
  await conflicts.vote(id, "agent-2", "agent-0");
}

async function edit(world: CallWorld): Promise<void> {
  const { versions } = world.manager;
  const reader = world.name("reader");
  const version = await versions.acquireLock("page", reader);
  await world.sleep(world.chance.int(10));
  await versions.validateAndUpdate("page", reader, version);
}

async function look(world: CallWorld): Promise<void> {
  const { manager } = world;
  await manager.getHealthStatus();
  await manager.getCoordinationMetrics();
  await manager.getAgentTasks(agent(world));
}

/** Removes an agent, and registers it again. */
async function reregister(world: CallWorld): Promise<void> {
  if (!world.chance.happens(0.2)) return;
  const agentId = agent(world);
  await world.manager.removeAgent(agentId);
  await register(world, agentId);
}
