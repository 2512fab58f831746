import { assert, assertEquals } from "@std/assert";
import {
  type CoordinationConfig,
  CoordinationManager,
  EventBus,
  type TaskHandler,
} from "../../mod.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";

/** The most that ten tasks with one retry after up to 10 ms may take, if no agent is waited for. */
const AS_FAST_AS_RETRIES_ALLOW = 10;

const BROKEN: TaskHandler = () => {
  throw new Error("it always fails");
};

const untilAborted: TaskHandler = (_task, { signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

/** A manager with these agents, each with a slot, and the agents of its attempts in order. */
async function world(agents: Record<string, TaskHandler>, config: CoordinationConfig = {}) {
  const clock = new SimulatedClock();
  const eventBus = new EventBus(false, { clock });
  const manager = new CoordinationManager(
    { retryDelay: 10, maxRetries: 1, ...config },
    eventBus,
    silentLogger,
    { clock },
  );
  const attempts: string[] = [];
  const events: LockstepEvent[] = [];
  eventBus.on("task:started", ({ agentId }) => attempts.push(agentId));
  for (const type of ["task:assigned", "circuitbreaker:rejected"] as const) {
    eventBus.on(type, (event) => events.push(event));
  }
  for (const [id, handler] of Object.entries(agents)) await manager.registerAgent({ id }, handler);
  return { manager, clock, attempts, events };
}

/** Submits ten tasks, and returns how they ended, and the time until the last of them had. */
async function runTen(
  { manager, clock }: Awaited<ReturnType<typeof world>>,
): Promise<{ outcomes: string[]; ms: number }> {
  const since = clock.now();
  let ms = 0;
  const outcomes: string[] = [];
  for (let i = 0; i < 10; i++) {
    const { result } = await manager.submit({ id: `t${i}-${since}` });
    const end = (outcome: string) => {
      outcomes.push(outcome);
      ms = clock.now() - since;
    };
    result.then(() => end("completed"), () => end("failed"));
  }
  for (let i = 0; i < 20_000 && outcomes.length < 10; i++) await clock.advance(i < 100 ? 1 : 100);
  return { outcomes, ms };
}

for (const count of [1, 2, 3]) {
  Deno.test(`ten tasks end as fast as their retries allow when ${count} of ${count} agents always fail`, async () => {
    const agents = Array.from({ length: count }, (_, i) => [`bad${i}`, BROKEN] as const);
    const it = await world(Object.fromEntries(agents));
    const { outcomes, ms } = await runTen(it);
    assertEquals(outcomes, Array(10).fill("failed"));
    assertEquals(it.attempts.length, 20);
    assert(ms <= AS_FAST_AS_RETRIES_ALLOW, `it took ${ms} ms`);
    await it.manager.shutdown();
  });
}

Deno.test("an agent whose attempts keep failing is avoided while another agent is fit", async () => {
  const it = await world({ bad: BROKEN, good: () => "done" }, { agentBreaker: { timeout: 1_000 } });
  const first = await runTen(it);
  const second = await runTen(it);
  assertEquals(second.outcomes, Array(10).fill("completed"));
  assertEquals(it.attempts.filter((agent) => agent === "bad").length, 5);
  assertEquals(it.events.filter((event) => "lastResort" in event), []);
  assert(first.ms + second.ms < 1_000);
  await it.manager.shutdown();
});

Deno.test("an agent that is avoided gets tasks at once when the only other fit agent is gone", async () => {
  const it = await world({ bad: BROKEN, good: untilAborted });
  await it.manager.submit({ id: "long", priority: 1 });
  for (let i = 0; i < 8; i++) await it.manager.submit({ id: `t${i}` });
  await it.clock.advance(1);
  const before = it.attempts.length;
  await it.clock.advance(100);
  assertEquals(it.attempts.length, before, "the free slot of the avoided agent is not used");
  await it.manager.cordonAgent("good");
  await it.clock.advance(20);
  assert(it.attempts.length > before);
  assertEquals(it.manager.scheduler.getTaskCounts().ready, 0);
  await it.manager.shutdown({ graceMs: 0 });
});

Deno.test("an agent that recovers runs its tasks at once, and its breaker closes by the first probe", async () => {
  let works = false;
  const it = await world({
    only: () => {
      if (!works) throw new Error("not yet");
      return "done";
    },
  }, { agentBreaker: { timeout: 1_000 } });
  const failed = await runTen(it);
  works = true;
  const early = await runTen(it);
  assertEquals(early.outcomes, Array(10).fill("completed"));
  const breaker = () => {
    const agent = it.manager.explain("only");
    return agent.kind === "agent" ? agent.breaker?.state : undefined;
  };
  assert(failed.ms + early.ms < 1_000);
  assertEquals(breaker(), "open", "what it does before its time is over is no probe");
  await it.clock.advance(1_000);
  assertEquals(breaker(), "half-open");
  await runTen(it);
  assertEquals(breaker(), "closed");
  await it.manager.shutdown();
});

Deno.test("an attempt of last resort is no call through the breaker, and opens it no longer", async () => {
  const it = await world({ bad: BROKEN }, { maxRetries: 8, agentBreaker: { timeout: 30_000 } });
  await runTen(it);
  const breaker = it.manager.breakers.getBreaker("agent:bad").getMetrics();
  const openMs = 30_000;
  const { trips, failures, rejectedRequests } = breaker;
  assert(it.clock.now() < openMs, "the breaker was open once only");
  assertEquals([trips, failures, rejectedRequests], [1, 5, 0]);
  assertEquals(it.events.filter(({ type }) => type === "circuitbreaker:rejected"), []);
  await it.manager.shutdown();
});

Deno.test("explain, health and metrics say that an agent is a last resort", async () => {
  const it = await world({ bad: BROKEN });
  await runTen(it);
  await it.manager.registerAgent({ id: "bad" }, untilAborted);
  await it.manager.submit({ id: "t" });
  await it.clock.advance(1);
  const task = it.manager.explain("t");
  assertEquals(
    task.summary,
    'It runs on agent "bad", attempt 1, whose attempts kept failing: no other agent was fit',
  );
  const agent = it.manager.explain("bad");
  assertEquals(
    agent.summary,
    "It is given tasks only for want of another fit agent: its attempts kept failing",
  );
  const { healthy, error } = await it.manager.getHealthStatus();
  assertEquals([healthy, error], [false, 'breakers: "agent:bad" is open']);
  const [, ...lines] = it.manager.metrics.toOpenMetrics().match(/last_resort\S* (\d+)/) ?? [];
  assertEquals(lines, ["16"]); // all but the five that opened the breaker
  await it.manager.shutdown({ graceMs: 0 });
});
