import { assertEquals } from "@std/assert";
import { isCurrent } from "../../src/agents/state.ts";
import { health, memberView, memberViews } from "../../src/agents/views.ts";
import { Bench, lines } from "./bench.ts";

/** The whole state, apart from timers. */
function remembered({ state }: Bench): unknown {
  return [memberViews(state), state.suspects, state.lastIncarnation];
}

Deno.test("whoever joins gets an incarnation that is larger than any before, of whichever agent", () => {
  const bench = new Bench();
  assertEquals(bench.join("a"), [{
    type: "agent:joined",
    agentId: "a",
    incarnation: 1,
    replaces: undefined,
  }]);
  assertEquals(lines(bench.join("b")), ["joined b 2"]);
  bench.leave("a");
  assertEquals(lines(bench.join("a")), ["joined a 3"]);
});

Deno.test("who joins again takes the place of what it was before, and the event says of both", () => {
  const bench = new Bench();
  bench.join("a", 100);
  assertEquals(lines(bench.at(60)), ["suspected a 1"]);
  assertEquals(lines(bench.join("a", 0)), ["joined a 2 for 1"]);
  assertEquals(bench.state.suspects, 0);
  assertEquals(lines(bench.at(10_000)), []);
  assertEquals(bench.machine.deadline(bench.state), Infinity);
});

Deno.test("who goes on from the life that is in force joins, and who was given up is refused", () => {
  const bench = new Bench();
  bench.join("a");
  assertEquals(lines(bench.join("a", 100, 1)), ["joined a 2 for 1"]);
  const before = remembered(bench);
  assertEquals(lines(bench.join("a", 100, 1)), ["refused a 1 join-agent stale-incarnation 2"]);
  assertEquals(remembered(bench), before);
  bench.at(100);
  assertEquals(lines(bench.join("a", 100, 2)), ["refused a 2 join-agent stale-incarnation 0"]);
  assertEquals(lines(bench.join("a", 100, 0)), ["joined a 3"]);
});

Deno.test("a silent agent is suspected, and then given up", () => {
  const bench = new Bench();
  bench.join("a", 100);
  assertEquals(bench.machine.deadline(bench.state), 50);
  assertEquals(bench.at(49), []);
  assertEquals(bench.at(50), [{
    type: "agent:suspected",
    agentId: "a",
    incarnation: 1,
    silentMs: 50,
  }]);
  assertEquals(bench.at(99), []);
  assertEquals(bench.at(100), [{
    type: "agent:died",
    agentId: "a",
    incarnation: 1,
    reason: "no heartbeat for 100 ms",
  }]);
  assertEquals(memberView(bench.state, "a"), undefined);
  assertEquals(bench.state.suspects, 0);
});

Deno.test("a heartbeat puts off suspicion and death, and ends a suspicion", () => {
  const bench = new Bench();
  bench.join("a", 100);
  bench.now = 40;
  assertEquals(lines(bench.beat("a")), ["heartbeat a 1"]);
  assertEquals(bench.at(89), []);
  assertEquals(lines(bench.at(90)), ["suspected a 1"]);
  bench.now = 139;
  assertEquals(bench.beat("a", 1), [
    { type: "agent:heartbeat", agentId: "a", incarnation: 1 },
    { type: "agent:recovered", agentId: "a", incarnation: 1, silentMs: 99 },
  ]);
  assertEquals(bench.at(188), []);
  assertEquals(lines(bench.at(189)), ["suspected a 1"]);
  assertEquals(lines(bench.at(239)), ["died a 1"]);
});

Deno.test("a heartbeat in the instant of the death comes too late", () => {
  const bench = new Bench();
  bench.join("a", 100);
  bench.now = 100;
  assertEquals(lines(bench.beat("a")), [
    "suspected a 1",
    "died a 1",
    "refused a 0 beat-agent unknown-agent 0",
  ]);
});

Deno.test("a heartbeat of an earlier life is refused and keeps nobody alive", () => {
  const bench = new Bench();
  bench.join("a", 100);
  bench.join("a", 100);
  bench.now = 40;
  const before = remembered(bench);
  assertEquals(lines(bench.beat("a", 1)), ["refused a 1 beat-agent stale-incarnation 2"]);
  assertEquals(lines(bench.beat("a", 3)), ["refused a 3 beat-agent stale-incarnation 2"]);
  assertEquals(lines(bench.beat("b")), ["refused b 0 beat-agent unknown-agent 0"]);
  assertEquals(remembered(bench), before);
  assertEquals(lines(bench.at(50)), ["suspected a 2"]);
});

Deno.test("an agent without a heartbeat timeout may be silent for ever", () => {
  const bench = new Bench();
  bench.join("a", 0);
  assertEquals(bench.machine.deadline(bench.state), Infinity);
  assertEquals(bench.at(1e12), []);
  assertEquals(lines(bench.beat("a")), ["heartbeat a 1"]);
  assertEquals(memberView(bench.state, "a"), {
    agentId: "a",
    incarnation: 1,
    status: "alive",
    joinedAt: 0,
    lastHeardAt: 1e12,
    suspectedAt: undefined,
    deadAt: undefined,
  });
});

Deno.test("leaving ends the life, says why, and is harmless when nobody is there", () => {
  const bench = new Bench();
  bench.join("a", 100);
  bench.at(50);
  assertEquals(bench.leave("a", "shut down"), [
    { type: "agent:left", agentId: "a", incarnation: 1, reason: "shut down" },
  ]);
  assertEquals(bench.leave("a"), []);
  assertEquals(bench.state.suspects, 0);
  assertEquals(bench.at(1_000), []);
});

Deno.test("the table of agents is bounded, and who is in it may still join again", () => {
  const bench = new Bench({ maxAgents: 2 });
  bench.join("a", 0);
  bench.join("b", 100);
  const before = remembered(bench);
  assertEquals(lines(bench.join("c")), ["refused c 0 join-agent full 2"]);
  assertEquals(remembered(bench), before);
  assertEquals(lines(bench.join("a", 0)), ["joined a 3 for 1"]);
  bench.at(100);
  assertEquals(lines(bench.join("c")), ["joined c 4"]);
});

Deno.test("how long a silence is suspicious can be set, and never outlasts what is deadly", () => {
  const bench = new Bench({ suspectAfterMs: 30 });
  bench.join("a", 100);
  bench.join("b", 20);
  assertEquals(lines(bench.at(20)), ["died b 2"]);
  assertEquals(lines(bench.at(30)), ["suspected a 1"]);
});

Deno.test("what is due happens by instant and then by incarnation, also when the step is late", () => {
  const bench = new Bench();
  bench.join("a", 300);
  bench.join("b", 100);
  bench.join("c", 300);
  bench.now = 10;
  bench.beat("a");
  bench.beat("c");
  assertEquals(lines(bench.at(160)), [
    "suspected b 2",
    "died b 2",
    "suspected a 1",
    "suspected c 3",
  ]);
});

Deno.test("a step that is held back leaves what is due later for a later step", () => {
  const bench = new Bench();
  bench.join("a", 100);
  const { machine, state } = bench;
  assertEquals(lines(machine.step(state, { type: "tick" }, 500, 60)), ["suspected a 1"]);
  assertEquals(machine.deadline(state), 100);
  assertEquals(lines(machine.step(state, { type: "tick" }, 500, 500)), ["died a 1"]);
});

Deno.test("each silence begins anew when agents can be heard again, and nobody dies of what came before", () => {
  const bench = new Bench();
  bench.join("a", 100);
  bench.join("b", 0);
  bench.at(60);
  bench.now = 5_000;
  assertEquals(bench.resume(), [{ type: "listening:resumed" }]);
  assertEquals(bench.at(5_000), []);
  const view = memberView(bench.state, "a")!;
  assertEquals([view.status, view.lastHeardAt, view.deadAt], ["suspect", 0, 5_100]);
  assertEquals(bench.at(5_099), []);
  assertEquals(bench.at(5_100), [{
    type: "agent:died",
    agentId: "a",
    incarnation: 1,
    reason: "no heartbeat for 100 ms",
  }]);
});

Deno.test("whoever is heard after that is silent from then on", () => {
  const bench = new Bench();
  bench.join("a", 100);
  bench.at(60);
  bench.now = 5_000;
  bench.resume();
  bench.now = 5_010;
  assertEquals(bench.beat("a").at(-1), {
    type: "agent:recovered",
    agentId: "a",
    incarnation: 1,
    silentMs: 10,
  });
  assertEquals(memberView(bench.state, "a")!.suspectedAt, 5_060);
  assertEquals(lines(bench.at(5_060)), ["suspected a 1"]);
});

Deno.test("heartbeats set no timers, however many they are", () => {
  const bench = new Bench();
  bench.join("a", 100);
  const { deadlines } = bench.state;
  const timer = deadlines.timers[0];
  for (bench.now = 1; bench.now <= 1_000; bench.now++) bench.beat("a");
  assertEquals([deadlines.sequence, deadlines.timers.length], [1, 1]);
  assertEquals(deadlines.timers[0] === timer, true);
});

Deno.test("isCurrent() knows who is there, and in which life", () => {
  const bench = new Bench();
  bench.join("a");
  bench.join("a");
  const known = [0, 1, 2, 3].map((incarnation) => isCurrent(bench.state, "a", incarnation));
  assertEquals(known, [true, false, true, false]);
  assertEquals(isCurrent(bench.state, "b", 0), false);
  bench.leave("a");
  assertEquals(isCurrent(bench.state, "a", 2), false);
});

Deno.test("views tell what will happen to an agent that stays silent", () => {
  const bench = new Bench();
  bench.join("b", 100);
  bench.join("a", 40);
  assertEquals(memberViews(bench.state).map(({ agentId }) => agentId), ["b", "a"]);
  bench.now = 10;
  bench.beat("b");
  const view = { agentId: "b", incarnation: 1, joinedAt: 0, lastHeardAt: 10, deadAt: 110 };
  assertEquals(memberView(bench.state, "b"), { ...view, status: "alive", suspectedAt: 60 });
  bench.at(60);
  assertEquals(memberView(bench.state, "b"), {
    ...view,
    status: "suspect",
    suspectedAt: undefined,
  });
});

Deno.test("H1-always-healthy: silent agents, late timers and a full table are ill", () => {
  const bench = new Bench({ maxAgents: 1 });
  assertEquals(health(bench.state, 0).healthy, true);
  bench.join("a", 5_000);
  assertEquals(health(bench.state, 0).error, "the table of agents is full");
  bench.at(2_500);
  const late = "a timer is overdue by 2000 ms; 1 agents are silent; the table of agents is full";
  assertEquals(health(bench.state, 7_000).error, late);
  assertEquals(health(bench.state, 7_000).metrics, { agents: 1, suspects: 1, overdueMs: 2_000 });
});
