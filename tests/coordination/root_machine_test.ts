import { assert, assertEquals } from "@std/assert";
import { readBreakerConfig } from "../../src/breakers/config.ts";
import { rootMachine } from "../../src/root/machine.ts";
import type { OperatorActed } from "../../src/root/events.ts";
import type { PartCommand } from "../../src/root/state.ts";
import { DEFAULT_RULES } from "../../src/root/rules.ts";
import { agent, submit } from "../tasks/driver.ts";
import { acquire, lines, message, resources, RootDriver } from "./driver.ts";

const { rules } = readBreakerConfig({ failureThreshold: 1, timeout: 50 }, () => "test");

/** A machine in which something of each subsystem is due in 50 ms. */
function timed(): RootDriver {
  const bench = new RootDriver();
  const vote = { electorate: ["v"], quorum: 1, timeoutMs: 50 };
  bench.do(
    { type: "report-conflict", ...SUBJECT, agents: ["a", "b"] },
    { type: "open-vote", conflictId: "conflict-1", ...vote },
    message("p", "q", 50),
    submit("t", { queueTimeoutMs: 50 }),
    acquire("r", "z", { leaseMs: 50 }),
    { type: "join-agent", agentId: "m", heartbeatTimeoutMs: 100, incarnation: 0 },
  );
  return bench;
}

const SUBJECT = { subject: "resource", subjectId: "r", disagreement: undefined } as const;

/** The first word of each subsystem about what was due. */
const DUE = [
  "agent:suspected m",
  "resource:expired r z",
  "task:timed-out t",
  "message:unanswered",
  "vote:closed",
];

Deno.test("what is due at one instant fires in the order members, locks, tasks, messages, conflicts", () => {
  for (const lateMs of [0, 500]) {
    const told = lines(timed().pass(50 + lateMs)).filter((line) => DUE.includes(line));
    assertEquals(told, DUE);
  }
});

Deno.test("the deadline is the earliest of any subsystem's, and Infinity when nothing is due", () => {
  const bench = timed();
  assertEquals(bench.machine.deadline(bench.state), 50);
  bench.pass(50);
  assertEquals(bench.machine.deadline(bench.state), 100); // the suspect's
  bench.do({ type: "leave-agent", agentId: "m", reason: "done" });
  assertEquals(bench.machine.deadline(bench.state), Infinity);
});

for (
  const [name, only] of Object.entries(
    {
      conflicts: [
        { type: "report-conflict", ...SUBJECT, agents: ["a", "b"] },
        {
          type: "open-vote",
          conflictId: "conflict-1",
          electorate: ["v"],
          quorum: 1,
          timeoutMs: 50,
        },
      ],
      messages: [message("p", "q", 50)],
    } as const,
  )
) {
  Deno.test(`the machine wakes up for what is due of the ${name} alone`, () => {
    const bench = new RootDriver();
    bench.do(...only);
    assertEquals(bench.machine.deadline(bench.state), 50);
  });
}

Deno.test("a command comes after what was due before it, and its events come after theirs", () => {
  const bench = new RootDriver();
  bench.do(acquire("r", "z", { leaseMs: 10 }), agent("x", { startsAtOnce: true }));
  bench.now = 30;
  assertEquals(lines(bench.do(submit("t", { resources: resources("r") }))), [
    "resource:expired r z",
    "task:created t",
    "task:assigned t x",
    "resource:acquired r x",
    "task:started t x",
  ]);
});

Deno.test("what fires late is told at the time of the step, and what follows from it begins then", () => {
  const bench = new RootDriver();
  bench.do(acquire("r", "z", { leaseMs: 10 }), agent("x", { startsAtOnce: true }));
  bench.do(submit("t", { resources: resources("r"), timeoutMs: 100 }));
  const [expired] = bench.pass(50);
  assertEquals((expired as { heldMs: number }).heldMs, 50);
  assertEquals(bench.machine.deadline(bench.state), 150);
});

Deno.test("a call through a breaker that begins late began at the time of the step", () => {
  const bench = new RootDriver({ rules: { agentBreaker: rules } });
  bench.do(acquire("r", "z", { leaseMs: 10 }), agent("x", { startsAtOnce: true }));
  bench.do(submit("t", { resources: resources("r") }));
  bench.pass(50);
  assertEquals([...bench.state.calls.values()].map(({ since }) => since), [50]);
});

Deno.test("what an agent does in a life that is over is refused with the life in force", () => {
  const bench = new RootDriver();
  const join = { type: "join-agent", agentId: "x", heartbeatTimeoutMs: 0, incarnation: 0 } as const;
  bench.do(join, join);
  const as = (agentId: string, incarnation: number) =>
    bench.do({ type: "as-agent", agentId, incarnation, command: acquire("r", "x") });
  const refused = { type: "agent:refused", command: "acquire" } as const;
  assertEquals(as("x", 1), [
    { ...refused, agentId: "x", incarnation: 1, reason: "stale-incarnation", detail: 2 },
  ]);
  assertEquals(as("y", 1), [
    { ...refused, agentId: "y", incarnation: 1, reason: "unknown-agent", detail: 0 },
  ]);
  assertEquals(bench.holders("r"), []);
});

Deno.test("an agent whose time is over when it acts is refused, as it died before", () => {
  const bench = new RootDriver();
  bench.do({ type: "join-agent", agentId: "x", heartbeatTimeoutMs: 50, incarnation: 0 });
  bench.now = 50;
  const command = acquire("r", "x");
  const told = lines(bench.do({ type: "as-agent", agentId: "x", incarnation: 1, command }));
  assertEquals(told, ["agent:suspected x", "agent:died x", "agent:refused x"]);
});

Deno.test("what a person did is recorded before what follows, with what it was about", () => {
  const bench = new RootDriver();
  bench.do(acquire("r", "z", { leaseMs: 10 }), submit("t"), agent("x"));
  bench.now = 30;
  const by = { type: "as-operator", by: "ana" } as const;
  const acted = { type: "operator:acted", by: "ana" } as const;
  const cancel = { type: "cancel", taskId: "t", reason: "" } as const;
  const events = bench.do({ ...by, command: cancel });
  const types = events.map(({ type }) => type);
  assertEquals(types.slice(0, 3), ["resource:expired", "operator:acted", "task:cancelled"]);
  assertEquals(events[1], { ...acted, command: "cancel", subject: "task", subjectId: "t" });
  const subjects = [
    submit("t2"),
    { type: "cordon-agent", agentId: "x", cause: "manual", reason: "" },
    { type: "define", resourceId: "r", capacity: 2 },
    { type: "set-limit", key: "k", limit: undefined },
    message("human", "x"),
    { type: "report-conflict", ...SUBJECT, agents: ["a", "b"] },
    { type: "pause", reason: "" },
    { type: "retry", taskIds: ["t"] },
  ] as PartCommand[];
  const about = subjects.map((command) => {
    const [{ type: _, by: __, ...rest }] = bench.do({ ...by, command }) as [OperatorActed];
    return rest;
  });
  assertEquals(about, [
    { command: "submit", subject: "task", subjectId: "t2" },
    { command: "cordon-agent", subject: "agent", subjectId: "x" },
    { command: "define", subject: "resource", subjectId: "r" },
    { command: "set-limit", subject: "limit", subjectId: "k" },
    { command: "send-message", subject: "agent", subjectId: "x" },
    { command: "report-conflict", subject: "resource", subjectId: "r" },
    { command: "pause" },
    { command: "retry", subject: "task", subjectId: "t" },
  ]);
  bench.do(cancel, { ...cancel, taskId: "t2" });
  const [several] = bench.do({
    ...by,
    reason: "once more",
    command: { type: "retry", taskIds: ["t", "t2"] },
  });
  assertEquals(several, {
    ...acted,
    command: "retry",
    taskIds: ["t", "t2"],
    reason: "once more",
  });
});

Deno.test("what a person did and was refused is refused as it would be, and not recorded", () => {
  const bench = new RootDriver();
  const command = { type: "cancel", taskId: "t", reason: "" } as const;
  const refused = bench.do(command);
  assertEquals(refused.map(({ type }) => type), ["task:refused"]);
  assertEquals(bench.do({ type: "as-operator", by: "ana", command }), refused);
});

Deno.test("states of one machine share nothing, not even the rules", () => {
  const machine = rootMachine({ rules: { agentBreaker: rules } });
  const [a, b] = [machine.init(), machine.init()];
  assert(a.rules !== b.rules && a.rules.agentBreaker !== b.rules.agentBreaker);
  assertEquals(a.rules, { ...DEFAULT_RULES, agentBreaker: rules });
});
