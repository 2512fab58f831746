import { assertEquals } from "@std/assert";
import { REACTIONS } from "../../src/root/reactions/table.ts";

/** The expected table: a change of it changes the promises of the system. */
const TABLE: Record<string, string[]> = {
  "task:assigned": ["acquireResources"],
  "task:admitted": ["acquireResources"],
  "attempt:ended": ["releaseResources"],
  "resource:acquired": ["unblockClaim"],
  "task:unlocked": ["releaseUnused"],
  "resource:queued": [
    "parkClaim",
    "watchAwaited",
    "releaseIfOver",
    "noteContenders",
    "reportContention",
    "resolveContention",
  ],
  "resource:revoked": ["preemptWithoutLock"],
  "resource:expired": ["preemptWithoutLock"],
  "resource:abandoned": ["preemptAbandoned"],
  "resource:refused": ["preemptRefused"],
  "deadlock:detected": ["preemptVictim", "cancelRequest"],
  "task:lent": ["watchAwait"],
  "task:resumed": ["endAwaits"],
  "task:amended": ["rewatchAwaits"],
  "task:created": ["watchLate"],
  "message:sent": ["watchRequest"],
  "message:responded": ["endWatch"],
  "message:unanswered": ["endWatch"],
  "agent:spawned": ["enroll", "suspendNewcomer", "openMailbox", "introduce", "makeBreaker"],
  "agent:joined": [
    "withdrawAsk",
    "requeueTasks",
    "releaseLocks",
    "endReceivers",
    "resumeAgent",
  ],
  "agent:suspected": ["suspendAgent", "requeueWhileSuspect"],
  "agent:recovered": ["resumeAgent"],
  "agent:died": ["removeFromTasks", "releaseLocks", "closeMailbox", "retireFromConflicts"],
  "agent:left": ["removeFromTasks", "releaseLocks", "closeMailbox", "retireFromConflicts"],
  "agent:terminated": [
    "leaveMembers",
    "releaseLocks",
    "closeMailbox",
    "retireFromConflicts",
    "forgetBreaker",
  ],
  "agent:forgotten": ["leaveIfIdle", "forgetBreaker"],
  "task:started": ["makeBreaker", "beginCall"],
  "task:completed": ["endCall"],
  "task:failed": ["endCall"],
  "task:cancelled": ["endCall"],
  "task:backed-off": ["endCall"],
  "task:requeued": ["endCall"],
  "task:snoozed": ["endCall"],
  "task:blocked": ["endCall"],
  "task:proposed": ["endCall"],
  "circuitbreaker:permitted": ["admitCall"],
  "circuitbreaker:state-change": ["limitToProbes", "cordonWhileOpen", "requeueWhileOpen"],
  "circuitbreaker:held": ["cordonWhileHeld"],
  "circuitbreaker:removed": ["unlimitWithoutBreaker", "uncordonWithoutBreaker"],
  "task:refused": ["reportDoubleClaim", "resolveDoubleClaim"],
  "conflict:resolved": ["evictLosers"],
};

Deno.test("the reactions to each event are these, in this order", () => {
  const table = [...REACTIONS].map(([type, reactions]) => [
    type,
    reactions.map((reaction) => reaction.name),
  ]);
  assertEquals(Object.fromEntries(table), TABLE);
});
