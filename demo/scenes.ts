/**
 * The second half of the demo: the other parts of a coordination manager, scene by
 * scene. The indented lines with numbers are events, as a trace has them.
 *
 * @module
 */

import { CoordinationManager, EventBus, type EventMap, Logger } from "../mod.ts";
import { describeEvent } from "../src/root/events.ts";

/** The parts of a scene. */
interface Stage {
  readonly manager: CoordinationManager;
  /** Says what is done. */
  readonly say: (text: string) => void;
}

/** The events that are shown; the others are the machinery behind them. */
const SHOWN: readonly (keyof EventMap)[] = [
  "message:responded",
  "message:nacked",
  "message:dead-lettered",
  "message:resent",
  "message:acked",
  "workstealing:completed",
  "circuitbreaker:state-change",
  "deadlock:detected",
  "conflict:reported",
  "conflict:resolved",
  "version:refused",
  "agent:terminated",
  "task:requeued",
  "resource:released",
  "resource:acquired",
];

/** The longest line of an event. */
const WIDTH = 140;

const SCENES: readonly [title: string, play: (stage: Stage) => Promise<void>][] = [
  ["Messages", messages],
  ["A request is a wait, too", requestDeadlock],
  ["Work stealing", stealing],
  ["A breaker", breaker],
  ["A conflict", conflict],
  ["An agent is removed", departure],
  ["Why is it where it is?", explanation],
  ["In figures", figures],
];

/** Plays all scenes; resolves with whether each went as it was meant to. */
export async function playScenes(): Promise<boolean> {
  const eventBus = new EventBus();
  const logger = new Logger({ level: "silent" });
  const config = { messages: { maxDeliveries: 2, retryDelay: 10 }, maxRetries: 1 };
  await using manager = new CoordinationManager(config, eventBus, logger);
  for (const name of SHOWN) {
    eventBus.on(name, (payload, sequence) => {
      const line = `    ${String(sequence).padStart(3)}  ${
        describeEvent(payload as { type: string })
      }`;
      console.log(line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line);
    });
  }
  for (const [title, play] of SCENES) {
    console.log(`\n── ${title} ${"─".repeat(76 - title.length)}`);
    await play({ manager, say: (text) => console.log(`  ${text}`) });
  }
  return (await manager.getHealthStatus()).components["engine"]?.healthy === true;
}

async function messages({ manager: { messages }, say }: Stage): Promise<void> {
  say("ada sends bob a request before bob subscribes; it waits in the mailbox");
  const answer = messages.sendWithResponse("ada", "bob", { add: [2, 3] });
  messages.subscribe("bob", (message, context) => {
    const { add } = message.payload as { add: number[] };
    return context.respond(add.reduce((a, b) => a + b));
  });
  say(`the answer is ${await answer}`);

  say("cleo's handler fails twice, which is the limit of deliveries here");
  const fails = messages.subscribe("cleo", () => {
    throw new Error("disk full");
  });
  const id = await messages.send("ada", "cleo", "report.md");
  while (messages.deadLetters("cleo").length === 0) await pause(5);
  fails.unsubscribe();
  say("the handler is fixed, and the dead letter is resent");
  messages.subscribe("cleo", () => {});
  await messages.resend(id);
}

async function requestDeadlock({ manager, say }: Stage): Promise<void> {
  say("dora holds a lock and asks emil, who needs that lock before he can answer");
  await manager.acquireResource("ledger", "dora");
  const subscription = manager.messages.subscribe("emil", async (_message, context) => {
    await using _lock = await manager.acquireResource("ledger", "emil", { priority: 5 });
    await context.respond("done");
  });
  try {
    await manager.messages.sendWithResponse("dora", "emil", "please", 5_000);
  } catch (error) {
    say(`dora has the lower priority, and is the victim: ${(error as Error).name}`);
    await manager.releaseResource("ledger", "dora");
  }
  await pause(5);
  subscription.unsubscribe();
}

async function stealing({ manager, say }: Stage): Promise<void> {
  say("six tasks are assigned to busy, which runs one at a time; then idle is registered");
  const work = () => pause(30);
  await manager.registerAgent({ id: "busy" }, work);
  const handles = [];
  for (let i = 1; i <= 6; i++) handles.push(await manager.assignTask({ id: `t${i}` }, "busy"));
  await manager.registerAgent({ id: "idle" }, work);
  await Promise.all(handles.map(({ result }) => result));
  const { agents } = manager.enableAdvancedScheduling().getSchedulingMetrics();
  say(agents.map(({ agentId, completedTasks }) => `${agentId} did ${completedTasks}`).join(", "));
}

async function breaker({ manager: { breakers }, say }: Stage): Promise<void> {
  say("a service is down; after three failures, calls are rejected at once");
  const rules = { failureThreshold: 3, successThreshold: 1, timeout: 60 };
  let isUp = false;
  const search = () => {
    if (!isUp) throw new Error("no route");
    return "found";
  };
  const outcomes: string[] = [];
  for (let i = 0; i < 5; i++) {
    await breakers.execute("search", search, rules).catch((error) => outcomes.push(error.name));
  }
  say(`five calls: ${outcomes.join(", ")}`);
  isUp = true;
  await pause(70);
  say(`a little later: ${await breakers.execute("search", search)}`);
}

async function conflict({ manager, say }: Stage): Promise<void> {
  const { conflicts, versions } = manager;
  say("two agents want logo.svg; the decision is final");
  await conflicts.setAgentPriority("ada", 3);
  await conflicts.setAgentPriority("bob", 5);
  const { id } = await manager.reportConflict("resource", "logo.svg", ["ada", "bob"]);
  await conflicts.autoResolve(id);
  const agentPriorities = new Map([["ada", 9], ["bob", 1]]);
  const { winner } = await conflicts.resolveConflict(id, "priority", { agentPriorities });
  say(`asked again, with other priorities: ${winner}`);

  say("both change config.json, of which they have read the same version");
  const version = await versions.acquireLock("config.json", "ada");
  await versions.acquireLock("config.json", "bob");
  await versions.validateAndUpdate("config.json", "ada", version);
  await versions.validateAndUpdate("config.json", "bob", version);
}

async function departure({ manager, say }: Stage): Promise<void> {
  say("gus holds a lock that hal waits for, and has a task; then gus is removed");
  const done = () => "done";
  await manager.registerAgent({ id: "gus", capabilities: ["paint"] });
  const handle = await manager.submit({ id: "fence", requires: ["paint"] });
  await manager.registerAgent({ id: "hal", capabilities: ["paint"] }, done);
  await manager.acquireResource("brush", "gus");
  const wait = manager.acquireResource("brush", "hal");
  await manager.removeAgent("gus", "its process ended");
  await wait;
  say(`hal has the brush; the fence is ${await handle.result}`);
}

async function explanation({ manager, say }: Stage): Promise<void> {
  await manager.submit({ id: "query", requires: ["sql"] });
  await manager.submit({ id: "chart", dependencies: ["query", "colours"] });
  for (const id of ["query", "chart", "hal"]) say(`${id}: ${manager.explain(id).summary}`);
}

async function figures({ manager, say }: Stage): Promise<void> {
  const metrics = await manager.getCoordinationMetrics();
  const { taskMetrics: tasks, coordinationMetrics: rest, resourceMetrics: locks } = metrics;
  say(`tasks: ${tasks.completedTasks} completed, ${tasks.activeTasks} active`);
  say(`messages: ${rest.messagesSent} sent, ${rest.messagesReceived} received`);
  say(
    `deadlocks: ${locks.deadlockCount}, conflicts: ${rest.conflictsDetected}, ` +
      `steals: ${rest.workStealingEvents}, trips of breakers: ${rest.circuitBreakerTrips}`,
  );
  const { count, p50, p99 } = manager.metrics.getSummary("task.duration")!;
  say(`duration of ${count} tasks: half within ${Math.round(p50)} ms, p99 ${Math.round(p99)} ms`);
  const ailing = Object.entries(metrics.health.components).filter(([, { healthy }]) => !healthy);
  for (const [name, { error }] of ailing) say(`health of the ${name}: ${error}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
