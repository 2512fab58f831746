import { assertEquals } from "@std/assert";
import type { AgentEvent } from "../../src/agents/events.ts";
import { membershipMachine } from "../../src/agents/machine.ts";
import { isCurrent } from "../../src/agents/state.ts";
import { health, memberView, memberViews } from "../../src/agents/views.ts";
import { lines, MembershipDriver } from "./driver.ts";

/** Returns the whole state, apart from timers. */
function withoutTimers({ state }: MembershipDriver): unknown {
  return [memberViews(state), state.suspects, state.lastIncarnation];
}

Deno.test("an agent joins under an incarnation that is larger than that of any agent before", () => {
  const driver = new MembershipDriver();
  assertEquals(driver.join("a"), [{
    type: "agent:joined",
    agentId: "a",
    incarnation: 1,
    replaces: undefined,
  }]);
  assertEquals(driver.answer, { incarnation: 1 });
  assertEquals(lines(driver.join("b")), ["joined b 2"]);
  driver.leave("a");
  assertEquals(lines(driver.join("a")), ["joined a 3"]);
});

Deno.test("an agent that joins again replaces its former incarnation, and the event names both", () => {
  const driver = new MembershipDriver();
  driver.join("a", 100);
  assertEquals(lines(driver.at(60)), ["suspected a 1"]);
  assertEquals(lines(driver.join("a", 0)), ["joined a 2 for 1"]);
  assertEquals(driver.state.suspects, 0);
  assertEquals(lines(driver.at(10_000)), []);
  assertEquals(driver.machine.deadline(driver.state), Infinity);
});

Deno.test("an agent may continue the incarnation in force, and is refused when it was declared dead", () => {
  const driver = new MembershipDriver();
  driver.join("a");
  assertEquals(lines(driver.join("a", 100, 1)), ["joined a 2 for 1"]);
  const before = withoutTimers(driver);
  assertEquals(lines(driver.join("a", 100, 1)), ["refused a 1 join-agent stale-incarnation 2"]);
  assertEquals(withoutTimers(driver), before);
  driver.at(100);
  assertEquals(lines(driver.join("a", 100, 2)), ["refused a 2 join-agent stale-incarnation 0"]);
  assertEquals(lines(driver.join("a", 100, 0)), ["joined a 3"]);
});

Deno.test("a silent agent is suspected, and then declared dead", () => {
  const driver = new MembershipDriver();
  driver.join("a", 100);
  assertEquals(driver.machine.deadline(driver.state), 50);
  assertEquals(driver.at(49), []);
  assertEquals(driver.at(50), [{
    type: "agent:suspected",
    agentId: "a",
    incarnation: 1,
    silentMs: 50,
  }]);
  assertEquals(driver.at(99), []);
  assertEquals(driver.at(100), [{
    type: "agent:died",
    agentId: "a",
    incarnation: 1,
    reason: "no heartbeat for 100 ms",
  }]);
  assertEquals(memberView(driver.state, "a"), undefined);
  assertEquals(driver.state.suspects, 0);
});

Deno.test("a heartbeat puts off suspicion and death, and ends a suspicion", () => {
  const driver = new MembershipDriver();
  driver.join("a", 100);
  driver.now = 40;
  assertEquals(lines(driver.beat("a")), ["heartbeat a 1"]);
  assertEquals(driver.at(89), []);
  assertEquals(lines(driver.at(90)), ["suspected a 1"]);
  driver.now = 139;
  assertEquals(driver.beat("a", 1), [
    { type: "agent:heartbeat", agentId: "a", incarnation: 1 },
    { type: "agent:recovered", agentId: "a", incarnation: 1, silentMs: 99 },
  ]);
  assertEquals(driver.at(188), []);
  assertEquals(lines(driver.at(189)), ["suspected a 1"]);
  assertEquals(lines(driver.at(239)), ["died a 1"]);
});

Deno.test("a heartbeat in the instant of the death comes too late", () => {
  const driver = new MembershipDriver();
  driver.join("a", 100);
  driver.now = 100;
  assertEquals(lines(driver.beat("a")), [
    "suspected a 1",
    "died a 1",
    "refused a 0 beat-agent unknown-agent 0",
  ]);
});

Deno.test("a heartbeat of a former incarnation is refused and puts nothing off", () => {
  const driver = new MembershipDriver();
  driver.join("a", 100);
  driver.join("a", 100);
  driver.now = 40;
  const before = withoutTimers(driver);
  assertEquals(lines(driver.beat("a", 1)), ["refused a 1 beat-agent stale-incarnation 2"]);
  assertEquals(lines(driver.beat("a", 3)), ["refused a 3 beat-agent stale-incarnation 2"]);
  assertEquals(lines(driver.beat("b")), ["refused b 0 beat-agent unknown-agent 0"]);
  assertEquals(withoutTimers(driver), before);
  assertEquals(lines(driver.at(50)), ["suspected a 2"]);
});

Deno.test("an agent without a heartbeat timeout may be silent for ever", () => {
  const driver = new MembershipDriver();
  driver.join("a", 0);
  assertEquals(driver.machine.deadline(driver.state), Infinity);
  assertEquals(driver.at(1e12), []);
  assertEquals(lines(driver.beat("a")), ["heartbeat a 1"]);
  assertEquals(memberView(driver.state, "a"), {
    agentId: "a",
    incarnation: 1,
    status: "alive",
    joinedAt: 0,
    lastHeardAt: 1e12,
    suspectedAt: undefined,
    deadAt: undefined,
  });
});

Deno.test("leaving says why, and is a no-op for an agent that is no member", () => {
  const driver = new MembershipDriver();
  driver.join("a", 100);
  driver.at(50);
  assertEquals(driver.leave("a", "shut down"), [
    { type: "agent:left", agentId: "a", incarnation: 1, reason: "shut down" },
  ]);
  assertEquals(driver.leave("a"), []);
  assertEquals(driver.state.suspects, 0);
  assertEquals(driver.at(1_000), []);
});

Deno.test("the table of agents is bounded, and an agent in it may still join again", () => {
  const driver = new MembershipDriver({ maxAgents: 2 });
  driver.join("a", 0);
  driver.join("b", 100);
  const before = withoutTimers(driver);
  assertEquals(lines(driver.join("c")), ["refused c 0 join-agent full 2"]);
  assertEquals(withoutTimers(driver), before);
  assertEquals(lines(driver.join("a", 0)), ["joined a 3 for 1"]);
  driver.at(100);
  assertEquals(lines(driver.join("c")), ["joined c 4"]);
});

Deno.test("the silence before a suspicion is an option, and never exceeds the heartbeat timeout", () => {
  const driver = new MembershipDriver({ suspectAfterMs: 30 });
  driver.join("a", 100);
  driver.join("b", 20);
  assertEquals(lines(driver.at(20)), ["died b 2"]);
  assertEquals(lines(driver.at(30)), ["suspected a 1"]);
});

Deno.test("timers fire by instant and then by incarnation, also in a late step", () => {
  const driver = new MembershipDriver();
  driver.join("a", 300);
  driver.join("b", 100);
  driver.join("c", 300);
  driver.now = 10;
  driver.beat("a");
  driver.beat("c");
  assertEquals(lines(driver.at(160)), [
    "suspected b 2",
    "died b 2",
    "suspected a 1",
    "suspected c 3",
  ]);
});

Deno.test("fire() leaves what is due after its limit for a later call", () => {
  const { state } = new MembershipDriver();
  const machine = membershipMachine();
  const fire = (until: number) => {
    const events: AgentEvent[] = [];
    machine.fire(state, 500, until, events);
    return lines(events);
  };
  machine.apply(
    state,
    { type: "join-agent", agentId: "a", heartbeatTimeoutMs: 100, incarnation: 0 },
    0,
    [],
  );
  assertEquals(fire(60), ["suspected a 1"]);
  assertEquals(machine.deadline(state), 100);
  assertEquals(fire(500), ["died a 1"]);
});

Deno.test("each silence starts anew when heartbeats can be received again", () => {
  const driver = new MembershipDriver();
  driver.join("a", 100);
  driver.join("b", 0);
  driver.at(60);
  assertEquals(driver.resumeAt(5_000), [{ type: "listening:resumed" }]);
  assertEquals(driver.at(5_000), []);
  const view = memberView(driver.state, "a")!;
  assertEquals([view.status, view.lastHeardAt, view.deadAt], ["suspect", 0, 5_100]);
  assertEquals(driver.at(5_099), []);
  assertEquals(driver.at(5_100), [{
    type: "agent:died",
    agentId: "a",
    incarnation: 1,
    reason: "no heartbeat for 100 ms",
  }]);
});

Deno.test("a heartbeat after that starts a silence of its own", () => {
  const driver = new MembershipDriver();
  driver.join("a", 100);
  driver.at(60);
  driver.resumeAt(5_000);
  driver.now = 5_010;
  assertEquals(driver.beat("a").at(-1), {
    type: "agent:recovered",
    agentId: "a",
    incarnation: 1,
    silentMs: 10,
  });
  assertEquals(memberView(driver.state, "a")!.suspectedAt, 5_060);
  assertEquals(lines(driver.at(5_060)), ["suspected a 1"]);
});

Deno.test("heartbeats set no timers", () => {
  const driver = new MembershipDriver();
  driver.join("a", 100);
  const { deadlines } = driver.state;
  const timer = deadlines.timers[0];
  for (driver.now = 1; driver.now <= 1_000; driver.now++) driver.beat("a");
  assertEquals([deadlines.sequence, deadlines.timers.length], [1, 1]);
  assertEquals(deadlines.timers[0] === timer, true);
});

Deno.test("isCurrent() is true of members and of the incarnation in force", () => {
  const driver = new MembershipDriver();
  driver.join("a");
  driver.join("a");
  const known = [0, 1, 2, 3].map((incarnation) => isCurrent(driver.state, "a", incarnation));
  assertEquals(known, [true, false, true, false]);
  assertEquals(isCurrent(driver.state, "b", 0), false);
  driver.leave("a");
  assertEquals(isCurrent(driver.state, "a", 2), false);
});

Deno.test("a view says when a silent agent becomes a suspect, and when it counts as dead", () => {
  const driver = new MembershipDriver();
  driver.join("b", 100);
  driver.join("a", 40);
  assertEquals(memberViews(driver.state).map(({ agentId }) => agentId), ["b", "a"]);
  driver.now = 10;
  driver.beat("b");
  const view = { agentId: "b", incarnation: 1, joinedAt: 0, lastHeardAt: 10, deadAt: 110 };
  assertEquals(memberView(driver.state, "b"), { ...view, status: "alive", suspectedAt: 60 });
  driver.at(60);
  assertEquals(memberView(driver.state, "b"), {
    ...view,
    status: "suspect",
    suspectedAt: undefined,
  });
});

Deno.test("H1-always-healthy: silent agents, late timers and a full table are unhealthy", () => {
  const driver = new MembershipDriver({ maxAgents: 1 });
  assertEquals(health(driver.state, 0).healthy, true);
  driver.join("a", 5_000);
  assertEquals(health(driver.state, 0).error, "the table of agents is full");
  driver.at(2_500);
  const late = "a timer is overdue by 2000 ms; 1 agent is silent; the table of agents is full";
  assertEquals(health(driver.state, 7_000).error, late);
  assertEquals(health(driver.state, 7_000).metrics, { agents: 1, suspects: 1, overdueMs: 2_000 });
});

Deno.test("an agent whose connection is lost is suspected at once, and dies after its grace", () => {
  const driver = new MembershipDriver();
  driver.join("a", 0);
  driver.at(5);
  assertEquals(driver.disconnect("a", 30), [{
    type: "agent:suspected",
    agentId: "a",
    incarnation: 1,
    silentMs: 5,
    cause: "disconnected",
  }]);
  assertEquals(memberView(driver.state, "a")?.deadAt, 35);
  assertEquals(memberView(driver.state, "a")?.disconnectedAt, 5);
  assertEquals(lines(driver.at(34)), []);
  assertEquals(lines(driver.at(35)), ["died a 1"]);
});

Deno.test("a heartbeat ends the grace of a lost connection, whatever timeout the agent has", () => {
  for (const timeoutMs of [0, 10, 1000]) {
    const driver = new MembershipDriver();
    driver.join("a", timeoutMs);
    driver.disconnect("a", 30);
    driver.at(20);
    assertEquals(lines(driver.beat("a")), ["heartbeat a 1", "recovered a 1"]);
    assertEquals(memberView(driver.state, "a")?.disconnectedAt, undefined);
    assertEquals(
      memberView(driver.state, "a")?.deadAt,
      timeoutMs === 0 ? undefined : 20 + timeoutMs,
    );
  }
});

Deno.test("a grace starts anew when heartbeats could not be received, or the connection is lost again", () => {
  const driver = new MembershipDriver();
  driver.join("a", 0);
  driver.disconnect("a", 30);
  driver.resumeAt(20);
  assertEquals(memberView(driver.state, "a")?.deadAt, 50);
  assertEquals(memberView(driver.state, "a")?.disconnectedAt, 0);
  driver.at(40);
  assertEquals(lines(driver.disconnect("a", 30)), []);
  assertEquals(lines(driver.at(69)), []);
  assertEquals(lines(driver.at(70)), ["died a 1"]);
});
