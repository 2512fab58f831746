import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CoordinationManager, StillWaitingError } from "../../mod.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";
import { readBreakerConfig } from "../../src/breakers/config.ts";
import { type AgentExplanation, explainAgent } from "../../src/coordination/explain.ts";
import type { RootConfig } from "../../src/root/state.ts";
import { DEFAULT_RULES } from "../../src/root/rules.ts";
import { UnknownAgentError } from "../../src/core/errors.ts";
import { encode } from "../../src/core/data/plain.ts";
import { agent, cordon, error, submit } from "../tasks/driver.ts";
import { acquire, resources, RootDriver } from "./driver.ts";

const RULES: RootConfig = { rules: { ...DEFAULT_RULES, sharesAgents: true } };

/** A machine with eager agents of two slots that are members, too. */
function benchWith(...agents: string[]): RootDriver {
  const bench = new RootDriver(RULES);
  for (const id of agents) bench.do(agent(id, { maxConcurrentTasks: 2, startsAtOnce: true }));
  return bench;
}

function explained(bench: RootDriver, agentId: string): AgentExplanation {
  const before = encode(bench.state);
  const explanation = explainAgent(bench.state, agentId, bench.now);
  assertEquals(encode(bench.state), before);
  return explanation;
}

Deno.test("an agent without tasks says whether there are any", () => {
  const bench = benchWith("x");
  const { status, summary, member, slots } = explained(bench, "x");
  assertEquals([status, summary, slots], [
    "idle",
    "It has nothing to do: no task waits for an agent",
    2,
  ]);
  assertEquals([member?.status, member?.incarnation], ["alive", 1]);
  bench.do(submit("t", { requires: ["git"] }));
  assertEquals(
    explained(bench, "x").summary,
    "It has nothing to do: no task that is ready is given to it, of 1",
  );
});

Deno.test("an agent with tasks names them, what they hold and what they wait for", () => {
  const bench = benchWith("x", "y");
  bench.do(acquire("s", "y"), acquire("own", "x"));
  bench.do(submit("t", { resources: resources("r") }), submit("u"));
  bench.acquireWithin("u", "s");
  const x = explained(bench, "x");
  const y = explained(bench, "y");
  assertEquals([x, y].map(({ status, summary }) => `${status}: ${summary}`).sort(), [
    'busy: It has 1 of 2 slots in use: "t"',
    'busy: It has 1 of 2 slots in use: "u"; it waits for "s"',
  ]);
  assertEquals([...x.holds, ...y.holds].sort(), ["own", "r", "s"]);
  assertEquals([...x.waits, ...y.waits].map(({ summary }) => summary), [
    'It waits for "s", held by "y"',
  ]);
});

Deno.test("an agent whose slots are in use is full, also of attempts that lost their claims", () => {
  const bench = new RootDriver({ tasks: { abortGraceMs: 10 }, ...RULES });
  bench.do(agent("x", { startsAtOnce: true }), submit("t"));
  assertEquals(explained(bench, "x").summary, 'Its slot is in use: "t"');
  bench.do({ type: "cancel", taskId: "t", reason: "no" });
  const { status, summary } = explained(bench, "x");
  assertEquals([status, summary], [
    "full",
    "Its slot is in use: attempts that lost their claims",
  ]);
});

Deno.test("an agent that is cordoned says why", () => {
  const bench = benchWith("x");
  bench.do(cordon("x", "maintenance"));
  const { status, summary, cordons } = explained(bench, "x");
  assertEquals([status, summary], ["cordoned", "It is given no tasks: maintenance"]);
  assertEquals(cordons, ["maintenance"]);
});

Deno.test("a silent agent says when it is given up", () => {
  const bench = new RootDriver(RULES);
  bench.do({ type: "join-agent", agentId: "x", heartbeatTimeoutMs: 100, incarnation: 0 });
  assertEquals(explained(bench, "x").status, "unregistered");
  bench.pass(50);
  const { status, summary } = explained(bench, "x");
  assertEquals([status, summary], [
    "suspect",
    "It has been silent since 1970-01-01T00:00:00.000Z, " +
    "and counts as dead at 1970-01-01T00:00:00.100Z without a heartbeat",
  ]);
});

Deno.test("an agent whose connection is lost says since when, and until when it is kept", () => {
  const bench = new RootDriver(RULES);
  bench.do({ type: "join-agent", agentId: "x", heartbeatTimeoutMs: 0, incarnation: 0 });
  bench.pass(10);
  bench.do({ type: "disconnect-agent", agentId: "x", incarnation: 0, graceMs: 500 });
  bench.pass(20);
  const { status, summary, member } = explained(bench, "x");
  assertEquals([status, member?.disconnectedAt], ["suspect", 10]);
  assertEquals(
    summary,
    "Its connection was lost at 1970-01-01T00:00:00.010Z, " +
      "and it is kept until 1970-01-01T00:00:00.510Z without a heartbeat",
  );
  bench.do({ type: "beat-agent", agentId: "x", incarnation: 0 });
  assertEquals(explained(bench, "x").status, "unregistered");
});

Deno.test("an agent whose breaker is open is told by it when it is tried again", () => {
  const { rules: agentBreaker } = readBreakerConfig(
    { failureThreshold: 1, timeout: 500, openTimeJitter: 0 },
    () => "test",
  );
  const bench = new RootDriver({ rules: { ...DEFAULT_RULES, agentBreaker } });
  bench.do(agent("x", { startsAtOnce: true }), submit("t", { retries: 0 }));
  bench.do({ type: "fail", taskId: "t", epoch: 0, error: error("no"), fault: "attempt" });
  const { status, breaker } = explained(bench, "x");
  assertEquals([status, breaker?.state, breaker?.retryAt], ["cordoned", "open", 500]);
});

Deno.test("an agent that asks, or is asked, says whom, and what it has not handled", () => {
  const bench = benchWith("x", "y");
  bench.do({
    type: "send-message",
    from: "x",
    to: "y",
    kind: "message",
    payload: 1,
    priority: 0,
    ttlMs: 0,
    messageId: "",
    responseMs: 80,
  });
  const x = explained(bench, "x");
  const edge = { messageId: "message-1", since: 0, until: 80 };
  assertEquals(x.asks, [{ ...edge, agentId: "y" }]);
  assertEquals(
    x.summary,
    'It has nothing to do: no task waits for an agent; it waits for a response from "y"',
  );
  const y = explained(bench, "y");
  assertEquals([y.askedBy, y.unhandledMessages], [[{ ...edge, agentId: "x" }], 1]);
});

Deno.test("nobody is explained who is neither a member nor registered for tasks", () => {
  const bench = benchWith("x");
  bench.do({ type: "remove-agent", agentId: "x", reason: "done" });
  assertThrows(() => explainAgent(bench.state, "x", 0), UnknownAgentError);
});

Deno.test("explain says of waits whose callers have left until when they are kept", async () => {
  const clock = new SimulatedClock();
  await using manager = new CoordinationManager({ clock });
  const asker = await manager.registerAgent({ id: "asker", mode: "pull" });
  const left = { waitMs: 0, keepMs: 60_000 };
  await assertRejects(() => asker.claim(left), StillWaitingError);
  const request = manager.messages.sendWithResponse("asker", "other", "?", {
    ...left,
    timeoutMs: 0,
  });
  await assertRejects(() => request, StillWaitingError);
  const agent = manager.explain("asker");
  if (agent.kind !== "agent") throw new Error(agent.kind);
  assertEquals(agent.ask?.keptUntil, clock.now() + 60_000);
  assertEquals(agent.asks[0]?.keptUntil, clock.now() + 60_000);
  assert(agent.summary.includes("; its caller has left, and it is kept until"), agent.summary);
  const message = manager.explain(agent.asks[0]!.messageId, "message");
  if (message.kind !== "message") throw new Error(message.kind);
  assertEquals(message.keptUntil, clock.now() + 60_000);
  assert(
    message.summary.endsWith("; its caller has left, and it is kept until 00:01:00.000"),
    message.summary,
  );
  const claim = asker.claim({ waitMs: 1_000, keepMs: 1_000, ticket: "ask-1" }).catch((error) =>
    error
  );
  const again = manager.explain("asker");
  assert(again.kind === "agent" && again.ask?.keptUntil === undefined);
  await clock.advance(3_000);
  await claim;
});
