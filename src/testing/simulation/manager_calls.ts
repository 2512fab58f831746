/**
 * What users of a simulated manager call, and what their handlers do.
 *
 * @module
 */

import type { TaskContext } from "../../tasks/mod.ts";
import { ABORTED, type ManagerWorld } from "./simulate_manager.ts";

/** What handlers and bodies throw in a simulation. */
export class HandlerError extends Error {}

/** Makes an agent known whose handler works, fails, locks or hangs, and lets it read its mail. */
export async function register(world: ManagerWorld, agentId: string): Promise<void> {
  const { manager, chance } = world;
  await manager.registerAgent(
    { id: agentId, maxConcurrentTasks: chance.between(1, 3) },
    (_task, context) => body(world, context),
  );
  manager.messages.subscribe(agentId, async (message, context) => {
    await world.sleep(chance.int(10));
    if (!world.isCalm && chance.happens(0.2)) throw new HandlerError("it throws");
    if (chance.happens(0.5)) await context.respond(message.payload);
  });
}

async function body(world: ManagerWorld, context: TaskContext): Promise<unknown> {
  const { chance } = world;
  await world.sleep(chance.int(20));
  if (context.signal.aborted) throw context.signal.reason;
  if (chance.happens(0.2)) {
    await using lock = await context.acquire(`file-${chance.int(3)}`);
    await world.sleep(chance.int(10));
    if (lock.signal.aborted) throw new HandlerError("it lost its lock");
  }
  if (world.isCalm) return "done";
  if (chance.happens(0.1)) throw new HandlerError("it throws");
  if (chance.happens(0.05)) await aborted(context.signal);
  if (chance.happens(0.1)) await context.progress({ part: 1 });
  return "done";
}

/** Never ends unless it is told to. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

/** Does one of the things that users do. */
export function act(world: ManagerWorld): void {
  const [what, begin] = world.chance.pick(ACTS);
  world.call(what, () => begin(world));
}

const ACTS: readonly (readonly [string, (world: ManagerWorld) => Promise<unknown>])[] = [
  ["submit", submit],
  ["submit", submit],
  ["assign", assign],
  ["acquire", acquire],
  ["acquire", acquire],
  ["acquireAll", acquireAll],
  ["send", (world) => world.manager.sendMessage(agent(world), agent(world), { type: "note" })],
  ["request", request],
  ["call", callThrough],
  ["dispute", dispute],
  ["vote", vote],
  ["edit", edit],
  ["look", look],
  ["maintain", (world) => world.manager.performMaintenance()],
  ["come and go", comeAndGo],
];

function agent({ chance }: ManagerWorld): string {
  return `agent-${chance.int(4)}`;
}

async function submit(world: ManagerWorld): Promise<void> {
  const { manager, chance } = world;
  const id = world.name("task");
  const handle = await manager.submit({
    ...{ id, priority: chance.int(3), timeoutMs: 200, totalTimeoutMs: 5_000 },
    resources: chance.happens(0.2) ? ["file-0", "file-1"] : [],
  });
  if (chance.happens(0.1)) await manager.cancelTask(id, "nobody wants it");
  await handle.result;
}

async function assign(world: ManagerWorld): Promise<void> {
  const { manager } = world;
  const task = { id: world.name("task"), timeoutMs: 200, totalTimeoutMs: 5_000 };
  const handle = await manager.assignTask(task, agent(world));
  await handle.result;
}

async function acquire(world: ManagerWorld): Promise<void> {
  const { manager, chance } = world;
  const controller = new AbortController();
  const options = {
    ...{ priority: chance.int(3), leaseMs: chance.pick([0, 30]) },
    ...(chance.happens(0.3) && { signal: controller.signal }),
  };
  if (chance.happens(0.3)) world.sleep(chance.int(20)).then(() => controller.abort(ABORTED));
  const lock = await manager.acquireResource(`lock-${chance.int(3)}`, world.name("owner"), options);
  await world.sleep(chance.int(40));
  await lock.release();
}

async function acquireAll(world: ManagerWorld): Promise<void> {
  const { manager, chance } = world;
  const names = chance.some(["lock-0", "lock-1", "lock-2"], 0.7);
  if (names.length === 0) return;
  await using _locks = await manager.resources.acquireAll(names, world.name("owner"));
  await world.sleep(chance.int(20));
}

async function request(world: ManagerWorld): Promise<void> {
  const { manager, chance } = world;
  await manager.messages.sendWithResponse(agent(world), agent(world), { ask: true }, {
    timeoutMs: chance.pick([5, 100]),
  });
}

async function callThrough(world: ManagerWorld): Promise<void> {
  const { manager, chance } = world;
  const breaker = manager.breakers.getBreaker("api", {
    ...{ failureThreshold: 2, successThreshold: 1, timeout: 50, callTimeoutMs: 30 },
  });
  await breaker.execute(async () => {
    await world.sleep(chance.int(40));
    if (!world.isCalm && chance.happens(0.4)) throw new HandlerError("it fails");
  });
}

async function dispute(world: ManagerWorld): Promise<void> {
  const { manager, chance } = world;
  await manager.conflicts.setAgentPriority("agent-0", chance.int(3));
  const conflict = await manager.reportConflict("resource", "book", ["agent-0", "agent-1"]);
  await manager.conflicts.autoResolve(conflict.id);
}

async function vote(world: ManagerWorld): Promise<void> {
  const { conflicts } = world.manager;
  const { id } = await conflicts.reportTaskConflict(world.name("task"), ["agent-0", "agent-1"]);
  await conflicts.openVote(id, { electorate: ["agent-2", "agent-3"], quorum: 1, timeoutMs: 20 });
  await world.sleep(world.chance.int(40));
  await conflicts.vote(id, "agent-2", "agent-0");
}

async function edit(world: ManagerWorld): Promise<void> {
  const { versions } = world.manager;
  const reader = world.name("reader");
  const version = await versions.acquireLock("page", reader);
  await world.sleep(world.chance.int(10));
  await versions.validateAndUpdate("page", reader, version);
}

async function look(world: ManagerWorld): Promise<void> {
  const { manager } = world;
  await manager.getHealthStatus();
  await manager.getCoordinationMetrics();
  await manager.getAgentTasks(agent(world));
}

/** An agent leaves, and is there again under its name. */
async function comeAndGo(world: ManagerWorld): Promise<void> {
  if (!world.chance.happens(0.2)) return;
  const agentId = agent(world);
  await world.manager.removeAgent(agentId);
  await register(world, agentId);
}
