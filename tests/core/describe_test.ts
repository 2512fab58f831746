import { assertEquals } from "@std/assert";
import { claimOwner } from "../../src/locks/types.ts";
import { describeEvent, type LockstepEvent } from "../../src/root/events.ts";
import type { Named } from "../../src/core/machine.ts";

const OWNER = claimOwner("t1", 5);
const MESSAGE = {
  id: "message-1",
  type: "message",
  payload: { text: "hello" },
  timestamp: 0,
  priority: 0,
  from: "a1",
  to: "a2",
  epoch: 7,
  attempt: 2,
};

/** Some events of each machine, and what they mean. */
const MEANINGS: readonly (readonly [LockstepEvent, string])[] = [
  [
    {
      type: "resource:acquired",
      resourceId: "db",
      agentId: "a1",
      owner: OWNER,
      epoch: 3,
      mode: "shared",
      units: 1,
      waitId: 2,
      waitedMs: 9,
    },
    "lock db: → shared by a1 for task t1 (epoch 3), after 9 ms",
  ],
  [
    {
      type: "resource:expired",
      resourceId: "db",
      agentId: "a1",
      owner: "a1",
      epoch: 3,
      heldMs: 40,
    },
    "lock db: held by a1 (epoch 3) → expired after 40 ms",
  ],
  [
    {
      type: "resource:refused",
      resourceId: "",
      agentId: "",
      owner: "",
      command: "cancel-wait",
      reason: "not-waiting",
    },
    "refused: cancel-wait (not-waiting)",
  ],
  [
    {
      type: "deadlock:detected",
      agents: ["a1", "a2"],
      owners: ["a1", "a2"],
      resources: ["x", "y"],
      victim: "a2",
      owner: "a2",
      waitId: 4,
      askId: "",
      waitedMs: 0,
    },
    "deadlock: a1 waits for x, a2 waits for y → a2 is the victim",
  ],
  [
    {
      type: "deadlock:detected",
      agents: ["a1", "a2"],
      owners: ["a1", "a2"],
      resources: ["x", ""],
      victim: "a2",
      owner: "a2",
      waitId: 0,
      askId: "m1",
      waitedMs: 0,
    },
    "deadlock: a1 waits for x, a2 waits for a1 to respond → a2 is the victim",
  ],
  [
    { type: "ask:begun", askId: "m1", agentId: "a1", toAgentId: "a2", priority: 0 },
    "request m1 to a2: a1 waits for the response",
  ],
  [
    {
      type: "ask:ended",
      askId: "m1",
      agentId: "a1",
      toAgentId: "a2",
      reason: "gone",
      waitedMs: 5,
    },
    "request m1 to a2: a1 → cancelled because one of them is gone, after 5 ms",
  ],
  [
    { type: "task:timed-out", taskId: "t1", limit: "queue", ms: 50 },
    "task t1: has waited to start for more than 50 ms",
  ],
  [
    {
      type: "task:failed",
      taskId: "t1",
      agentId: undefined,
      epoch: 0,
      error: { name: "Error", message: "a\nb" },
      attempts: 0,
    },
    "task t1: → failed, attempts made: 0, Error: a\\nb",
  ],
  [
    {
      type: "task:refused",
      taskId: "t1",
      agentId: "a1",
      command: "start",
      reason: "stale-epoch",
      detail: 6,
    },
    "refused: start of task t1 by a1 (stale-epoch: 6)",
  ],
  [
    { type: "message:received", from: "a1", to: "a2", message: MESSAGE, handlerId: "handler-1" },
    "message-1: a1 → a2 → delivered to handler-1 (epoch 7, attempt 2)",
  ],
  [
    {
      type: "message:dead-lettered",
      from: "a1",
      to: "a2",
      messageId: "mine",
      handlerId: "",
      epoch: 0,
      message: MESSAGE,
      cause: "expired",
      error: undefined,
    },
    "message mine: a1 → a2 → dead letter (expired)",
  ],
  [
    {
      type: "circuitbreaker:state-change",
      name: "api",
      from: "closed",
      to: "open",
      reason: "failures",
      epoch: 2,
      retryAt: 1_500,
    },
    "breaker api: closed → open until 00:00:01.500 (epoch 2), failures",
  ],
  [
    {
      type: "vote:closed",
      conflictId: "conflict-1",
      outcome: "decided",
      tally: [["a1", 2], ["a2", 0]],
    },
    "conflict-1: the vote is over, decided: a1 2, a2 0",
  ],
  [
    { type: "version:committed", resourceId: "doc", agentId: "a1", version: 4 },
    "version 4 of doc committed by a1",
  ],
  [
    { type: "agent:suspected", agentId: "a1", incarnation: 2, silentMs: 900 },
    "agent a1: incarnation 2 → suspected, silent for 900 ms",
  ],
  [
    { type: "operator:acted", by: "ana", command: "cancel", subject: "task", subjectId: "t1" },
    'operator ana: cancel "t1"',
  ],
];

for (const [event, meaning] of MEANINGS) {
  Deno.test(`${event.type} means: ${meaning}`, () => assertEquals(describeEvent(event), meaning));
}

Deno.test("an event of a user is described by its data, whatever its name", () => {
  const foreign = (type: string) => ({ type, n: 1 });
  for (const name of ["deploy:done", "task:created", "toString"]) {
    assertEquals(describeEvent(foreign(name)), `{ type: "${name}", n: 1 }`);
  }
  assertEquals(describeEvent(undefined as never), "undefined");
});

Deno.test("a sentence has an end, and no control characters", () => {
  const taskIds = Array.from({ length: 10_000 }, (_, i) => `t${i}`);
  const outcomes = taskIds.map((to) => ({ to, messageId: "", refused: "mailbox-full" as const }));
  assertEquals(
    describeEvent({ type: "message:published", from: "a\u001b", topic: "x", outcomes } as Named),
    "topic x: a\\u{1b} reached 0 of 10000",
  );
  const reason = "x".repeat(100_000);
  const cancelled = { type: "task:cancelled", taskId: "t1", agentId: undefined, epoch: 0, reason };
  assertEquals(describeEvent(cancelled).length < 200, true);
});
