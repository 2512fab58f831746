/**
 * The workloads of tasks.
 *
 * @module
 */

import type { AsOperator, PartCommand } from "../../../root/state.ts";
import { STRATEGY_NAMES } from "../../../tasks/strategies.ts";
import type { Dedupe, OnFailure } from "../../../tasks/types.ts";
import type { SimulatedAgent, Workload } from "../agent.ts";
import type { Chance } from "../chance.ts";
import { fail } from "../failure.ts";
import { FAULTS } from "../faults.ts";
import { submit } from "../attempts.ts";
import type { Behavior, Routine } from "../actor.ts";
import type { TaskScript } from "../world.ts";
import { drawBreakerRules } from "./breakers.ts";

/** Draws a config of tasks with short times and low limits. */
function drawTaskRules(chance: Chance) {
  return {
    tasks: {
      agingMs: chance.pick([0, 5, 50]),
      retryDelay: chance.pick([1, 10, 50]),
      maxRetryDelayMs: chance.pick([20, 200]),
      maxCrashes: chance.pick([1, 3, 5]),
      abortGraceMs: chance.pick([1, 10, 100]),
      keepFinished: chance.pick([0, 5, 50]),
      keepOutcomes: 2_000,
      keepTypes: chance.pick([2, 100]),
      seed: chance.seed(),
    },
  };
}

/** Draws the script of a task. */
function drawScript(chance: Chance): TaskScript {
  return {
    ms: chance.around(10),
    heartbeats: chance.pick([0, 0, 0, 2]),
    throws: chance.pick([0, 0, 0.1]),
    givesUp: 0.2,
    locks: chance.happens(0.1) ? [`file-${chance.int(3)}`, `file-${3 + chance.int(3)}`] : [],
  };
}

/** Waits until at most `most` tasks have not ended. */
function* waitForCapacity(client: SimulatedAgent, most: number): Routine<void> {
  while (client.world.unfinishedTasks > most && !client.world.isOver) yield* client.sleep(5);
}

/** A task that several others depend on, and one that depends on all of those. */
export const forkJoin: Workload = {
  name: "fork-join",
  clients: 2,
  config: drawTaskRules,
  client: (client) => [forkAndJoin(client)],
};

function* forkAndJoin(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  while (!world.isOver) {
    const root = world.name("root");
    const branches = Array.from({ length: chance.between(2, 8) }, () => world.name("branch"));
    const draw = (): OnFailure => chance.pick(["cancel", "cancel", "ignore", "run-on-failure"]);
    const join = {
      dependencies: branches.map((taskId) => ({ taskId, onFailure: draw() })),
      script: drawScript(chance),
      priority: chance.int(3),
    };
    const joinsFirst = chance.happens(0.2);
    if (joinsFirst) yield* submit(client, join);
    yield* submit(client, { id: root, script: drawScript(chance) });
    for (const id of branches) {
      const dependencies = [{ taskId: root, onFailure: draw() }];
      yield* submit(client, { id, dependencies, script: drawScript(chance) });
    }
    if (!joinsFirst) yield* submit(client, join);
    if (chance.happens(0.1)) {
      const taskId = chance.pick([root, ...branches]);
      yield* client.deliver({ type: "cancel", taskId, reason: "its result is not needed" });
    }
    yield* waitForCapacity(client, 20);
  }
}

/** Chains of tasks, of which each stage requires another capability. */
export const pipelines: Workload = {
  name: "pipelines",
  clients: 2,
  config: drawTaskRules,
  profile: ({ index }) => ({
    capabilities: index % 4 === 0 ? STAGES : STAGES.filter((_, i) => i % 3 !== index % 3),
  }),
  client: (client) => [feed(client)],
};

const CORDON = { type: "cordon-agent", cause: "caller", untilMs: 0 } as const;
const UNCORDON = { type: "uncordon-agent", cause: "caller" } as const;

const STAGES = ["stage-0", "stage-1", "stage-2"];

function* feed(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  while (!world.isOver) {
    let before = "";
    for (const stage of STAGES) {
      const dependencies = before === "" ? [] : [{ taskId: before, onFailure: "cancel" as const }];
      before = yield* submit(client, {
        ...{ dependencies, requires: [stage], type: stage, script: drawScript(chance) },
        resources: chance.happens(0.3) ? requests(chance) : [],
        queueTimeoutMs: chance.pick([0, 0, 500]),
      });
    }
    yield* waitForCapacity(client, 30);
  }
}

function requests(chance: Chance) {
  const ids = chance.some(["file-0", "file-1", "file-2"], 0.5);
  return ids.map((resourceId) => ({
    ...{ resourceId, mode: chance.pick(["exclusive", "shared"] as const), units: 1 },
    ...(chance.happens(0.02) && { mode: "exclusive" as const, units: 2 }), // can never be granted
  }));
}

/** Many tasks at once, then none for a while; some are cancelled, some time out. */
export const bursts: Workload = {
  name: "bursts",
  clients: 3,
  config: (chance) => {
    const { tasks } = drawTaskRules(chance);
    return { tasks: { ...tasks, maxTasks: chance.pick([30, 100_000]) } };
  },
  client: (client) => [burst(client)],
};

function* burst(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  while (!world.isOver) {
    for (let count = chance.between(5, 40); count > 0 && !world.isOver; count--) {
      client.spawn(one(client));
      if (chance.happens(0.2)) yield* client.sleep(1);
    }
    yield* waitForCapacity(client, 2);
    yield* client.sleep(chance.around(50));
  }
}

function* one(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  const id = yield* submit(client, {
    ...{ script: drawScript(chance), type: `type-${chance.int(5)}` },
    priority: chance.between(-1, 3),
    queueTimeoutMs: chance.pick([0, 0, 100]),
    totalTimeoutMs: chance.pick([0, 0, 1_000]),
    heartbeatTimeoutMs: chance.pick([0, 0, 100]),
    resources: chance.happens(0.2) ? requests(chance) : [],
  });
  if (chance.happens(0.02)) {
    const own = world.name("loop");
    yield* submit(client, { id: own, dependencies: [{ taskId: own, onFailure: "cancel" }] });
  }
  if (!chance.happens(0.1)) return;
  yield* client.sleep(chance.around(20));
  const taskId = chance.happens(0.9) ? id : "nothing";
  yield* client.deliver({ type: "cancel", taskId, reason: "it takes too long" });
  yield* client.deliver({ type: "cancel", taskId, reason: "it still takes too long" });
}

/**
 * Tasks that submit others and await them, for three generations, on agents with one or two slots.
 * Some need locks that their descendants need, too; some are cancelled.
 */
export const families: Workload = {
  name: "families",
  clients: 2,
  config: (chance) => {
    const { tasks } = drawTaskRules(chance);
    return { tasks: { ...tasks, stealing: chance.happens(0.3), stealThreshold: 2 } };
  },
  profile: ({ world: { chance } }) => ({ slots: chance.pick([1, 1, 2]) }),
  behavior: (agent) => [requeue(agent)],
  client: (client) => [found(client)],
};

function* found(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  while (!world.isOver) {
    const taskId = yield* submit(client, {
      script: drawParent(chance, 3),
      resources: chance.happens(0.2) ? requests(chance) : [],
      heartbeatTimeoutMs: chance.pick([0, 0, 100]),
      totalTimeoutMs: chance.pick([0, 0, 1_000]),
    });
    if (chance.happens(0.1)) {
      yield* client.sleep(chance.around(30));
      yield* client.deliver({ type: "cancel", taskId, reason: "its result is not needed" });
    }
    yield* amendNeeds(client, [...world.engine.state.tasks.tasks.keys()]);
    yield* amendNeeds(client, [...world.engine.state.tasks.tasks.keys()]);
    yield* waitForCapacity(client, 20);
  }
}

function drawParent(chance: Chance, generations: number): TaskScript {
  const count = generations === 0 ? 0 : chance.pick([0, 1, 1, 2]);
  const children = Array.from({ length: count }, () => ({
    script: drawParent(chance, generations - 1),
    resources: chance.happens(0.2) ? requests(chance) : [],
    isAwaited: chance.happens(0.8),
  }));
  return { ...drawScript(chance), ...(count > 0 && { children }) };
}

/** Tasks that crash their agents, among others that always fail, or sometimes. */
export const poison: Workload = {
  name: "poison",
  clients: 2,
  config: drawTaskRules,
  client: (client) => [dose(client)],
};

function* dose(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  while (!world.isOver) {
    yield* submit(client, {
      script: {
        ...drawScript(chance),
        throws: chance.pick([0, 0.5, 1]),
        givesUp: chance.pick([0, 0.5]),
        poison: chance.pick([0, 0, 0.1, 1]),
      },
      retries: chance.int(4),
      timeoutMs: 200,
      resources: chance.happens(0.3) ? requests(chance) : [],
    });
    yield* waitForCapacity(client, 15);
  }
}

/**
 * Tasks that are for later, or one of a kind; that ask to go on later, for an answer or for approval;
 * and an operator with a busy hand.
 */
export const operated: Workload = {
  name: "operated",
  clients: 2,
  config: drawTaskRules,
  client: (client) => [client.index === 0 ? operate(client) : delegate(client)],
};

function* delegate(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  let before = "";
  while (!world.isOver) {
    const dependencies = before !== "" && chance.happens(0.3)
      ? [{ taskId: before, onFailure: "cancel" as const }]
      : [];
    before = yield* submit(client, {
      script: { ...drawScript(chance), throws: 0.2, suspends: 0.3 },
      ...{ dependencies, requiresApproval: chance.happens(0.3), priority: chance.int(3) },
      ...{ retries: chance.int(2), totalTimeoutMs: chance.pick([0, 0, 2_000]) },
      ...(chance.happens(0.4) && { assignedAgent: chance.pick(world.workers).id, placed: true }),
      ...(chance.happens(0.3) && { delayMs: chance.around(20) }),
      ...(chance.happens(0.3) && { dedupe: drawDedupe(chance) }),
      resources: chance.happens(0.2) ? requests(chance) : [],
    });
    yield* waitForCapacity(client, 15);
  }
}

function drawDedupe(chance: Chance): Dedupe {
  const policy = chance.pick(["existing", "reject", "replace", "debounce"] as const);
  return { key: `kind-${chance.int(4)}`, policy };
}

/** Decides what waits for a decision until all tasks have ended; does other things until the end. */
function* operate(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  for (let idle = 0; idle < MOST_IDLE; idle++) {
    yield* client.sleep(chance.around(15));
    if (!world.isOver || world.unfinishedTasks > 0) idle = 0;
    if (world.engine.isDown) continue;
    const { tasks } = world.engine.state.tasks;
    const blocked = [...tasks.values()].filter(({ status }) => status === "blocked");
    for (const { spec: { id: taskId }, proposal } of blocked) {
      const isAccepted = chance.happens(0.7);
      yield* client.call(byPerson(
        client,
        (proposal !== undefined) === chance.happens(0.95)
          ? { type: "review", taskId, isAccepted, reason: "it is not good enough" }
          : { type: "answer-question", taskId, answer: "yes" },
      ));
    }
    if (world.isOver) yield* client.deliver(byPerson(client, { type: "resume" }));
    else yield* operateOnce(client, [...tasks.keys()]);
  }
}

/** The rounds without open tasks after which none is submitted any more. */
const MOST_IDLE = 30;

function* operateOnce(client: SimulatedAgent, taskIds: readonly string[]): Routine<void> {
  const { chance } = client.world;
  const taskId = taskIds.length === 0 ? "nothing" : chance.pick(taskIds);
  const deliver = (command: PartCommand) => client.deliver(byPerson(client, command));
  switch (chance.int(8)) {
    case 0:
      yield* deliver({ type: "pause", reason: "the operator looks" });
      yield* deliver({ type: "assign", taskId, agentId: "" });
      yield* client.sleep(chance.around(20));
      yield* deliver({ type: "resume" });
      return;
    case 1:
      return void (yield* deliver({ type: "retry", taskIds: chance.some(taskIds, 0.3) }));
    case 2:
    case 3:
      yield* deliver({ type: "set-priority", taskId, priority: chance.between(-1, 3) });
      return;
    case 4:
      yield* deliver({ type: "amend-task", taskId, ...drawChanges(client) });
      return;
    case 5:
      yield* amendQueued(client);
      return;
    case 6:
    case 7:
      yield* amendNeeds(client, taskIds);
  }
}

/** Changes what a task says that waits for an agent, and maybe when its turn comes. */
function* amendQueued(client: SimulatedAgent): Routine<void> {
  const { chance, engine } = client.world;
  const deliver = (command: PartCommand) => client.deliver(byPerson(client, command));
  const waiting = [...engine.state.tasks.tasks.values()].filter(({ group }) => group !== undefined);
  if (waiting.length === 0) return;
  const { spec: { id: taskId } } = chance.pick(waiting);
  yield* deliver({ type: "amend-task", taskId, ...drawChanges(client) });
  if (chance.happens(0.5)) return;
  yield* deliver({ type: "set-priority", taskId, priority: chance.between(-1, 3) });
}

/** Draws the fields of a task that are amended, maybe none. */
function drawChanges({ world }: SimulatedAgent) {
  const fields = world.chance.some(["description", "input", "metadata"] as const, 0.6);
  return Object.fromEntries(fields.map((field) => [field, world.name(field)]));
}

/** Gives a task that has not started, if there is one, other needs. */
function* amendNeeds(client: SimulatedAgent, taskIds: readonly string[]): Routine<void> {
  const { chance, engine } = client.world;
  const { tasks } = engine.state.tasks;
  const open = taskIds.filter((id) =>
    ["waiting", "ready", "assigned"].includes(tasks.get(id)?.status ?? "")
  );
  if (open.length === 0) return;
  yield* client.deliver(byPerson(client, {
    type: "amend-task",
    taskId: chance.pick(open),
    ...(chance.happens(0.8) && {
      dependencies: chance.some(open, 0.2).map((taskId) => ({ taskId, onFailure: "ignore" })),
    }),
    ...(chance.happens(0.3) && { resources: requests(chance) }),
  }));
}

/** Returns a command of the person who runs a client. */
function byPerson({ id: by }: SimulatedAgent, command: PartCommand): AsOperator {
  return { type: "as-operator", by, command };
}

/** Agents whose attempts always fail, all of them or some, and whose breakers stay open for long. */
export const failing: Workload = {
  name: "failing",
  clients: 1,
  config: (chance) => {
    const { tasks } = drawTaskRules(chance);
    const open = { policy: "consecutive", timeout: OPEN_MS, maxOpenMs: 10 * OPEN_MS } as const;
    return {
      tasks: { ...tasks, retryDelay: 10, maxRetryDelayMs: MOST_PAUSE_MS },
      rules: { sharesAgents: true, agentBreaker: { ...drawBreakerRules(chance), ...open } },
    };
  },
  client: (client) => [failAndRetry(client)],
};

const OPEN_MS = 60_000;
const MOST_PAUSE_MS = 20;

/** The time of an attempt besides its work: to hear of it, to start it and to report its end. */
const OVERHEAD_MS = 15;

function* failAndRetry(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  while (!world.isOver) {
    const since = world.now;
    const isCalm = FAULTS.every((fault) => world.rate(fault) === 0);
    const [count, retries, ms] = [chance.between(1, 20), chance.int(4), chance.int(10)];
    const brokenAgents = chance.happens(0.7) ? Infinity : chance.int(world.workers.length);
    for (let i = 0; i < count; i++) {
      const { id } = chance.pick(world.workers);
      yield* submit(client, {
        ...{ script: { ms, brokenAgents }, retries, queueTimeoutMs: 0 },
        ...(chance.happens(0.3) && { assignedAgent: id, placed: chance.happens(0.5) }),
      });
    }
    yield* waitForCapacity(client, 0);
    const attempts = count * (retries + 1);
    const most = attempts * (ms + OVERHEAD_MS) + retries * MOST_PAUSE_MS + 100;
    const took = world.now - since;
    if (!isCalm || world.isOver || took <= most) continue;
    fail("NeverPassedOver", `${attempts} attempts took ${took} ms, in place of at most ${most} ms`);
  }
}

/** Agents of different speed, pinned tasks, changing strategies, and cordoned agents. */
export const uneven: Workload = {
  name: "uneven",
  clients: 2,
  config: (chance) => {
    const { tasks } = drawTaskRules(chance);
    return {
      tasks: {
        ...tasks,
        stealing: chance.happens(0.8),
        stealThreshold: chance.between(1, 4),
        maxStealBatch: chance.pick([1, 2, 5]),
        stealInterval: 50,
        announcesIdleness: chance.happens(0.5),
      },
    };
  },
  begin(world) {
    for (const worker of world.workers) worker.slowness = 1 + (worker.index % 4) * 2;
  },
  profile: ({ index, world: { chance } }) => ({
    ...{ slots: 1 + index % 5, queue: chance.pick([2, 100]), priority: chance.int(3) },
  }),
  behavior: (agent) => [requeue(agent), reportLoad(agent)],
  client: (client) => [pin(client), direct(client)],
};

function* pin(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  while (!world.isOver) {
    const { id } = chance.pick(world.workers);
    yield* submit(client, {
      script: drawScript(chance),
      assignedAgent: chance.happens(0.7) ? id : "",
      resources: chance.happens(0.2) ? requests(chance) : [],
      placed: chance.happens(0.6),
      queueTimeoutMs: 400,
      type: `type-${chance.int(3)}`,
    });
    yield* waitForCapacity(client, 25);
  }
}

function* direct(client: SimulatedAgent): Behavior {
  const { world } = client;
  const { chance } = world;
  while (!world.isOver) {
    yield* client.sleep(chance.around(100));
    const { id: agentId } = chance.pick(world.workers);
    const [taskId = ""] = world.engine.state.tasks.tasks.keys();
    switch (chance.int(7)) {
      case 0:
        yield* client.deliver({ type: "use-strategy", strategy: chance.pick(STRATEGY_NAMES) });
        break;
      case 1:
        yield* client.deliver({ ...CORDON, agentId, reason: "it rests" });
        yield* client.sleep(chance.around(50));
        yield* client.deliver({ ...UNCORDON, agentId });
        break;
      case 2:
        yield* client.deliver({
          type: "cancel-agent-tasks",
          agentId,
          reason: "it does them badly",
        });
        break;
      case 3:
        yield* client.deliver({
          type: "requeue-agent-tasks",
          agentId,
          reason: "others may do them",
        });
        break;
      case 4:
        yield* client.deliver({ type: "drain-agent", agentId, reason: "it is to be updated" });
        yield* client.sleep(50);
        world.agents.get(agentId)?.rejoin();
        break;
      default:
        yield* client.deliver({ type: "assign", taskId, agentId: chance.pick([agentId, "", "x"]) });
    }
  }
  yield* client.deliver({ type: "use-strategy", strategy: "capability" });
  for (const { id: agentId } of world.workers) {
    yield* client.deliver({ ...UNCORDON, agentId });
  }
}

/** Reports the load of an agent beside its tasks. */
function* reportLoad(agent: SimulatedAgent): Behavior {
  const { world, id: agentId } = agent;
  const { chance } = world;
  while (!world.isOver) {
    yield* agent.sleep(chance.around(100));
    yield* agent.call({
      ...{ type: "report-load", agentId, taskCount: chance.pick([undefined, chance.int(20)]) },
      ...{ avgTaskDurationMs: undefined, cpuPercent: chance.int(101), memoryPercent: undefined },
    });
  }
}

/** Requeues the tasks of an agent, now and then. */
function* requeue(agent: SimulatedAgent): Behavior {
  const { world, id: agentId } = agent;
  while (!world.isOver) {
    yield* agent.sleep(world.chance.around(500));
    yield* agent.call({ type: "requeue-agent-tasks", agentId, reason: "it has too much to do" });
  }
}
