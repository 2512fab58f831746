import { assertEquals } from "@std/assert";
import { REACTIONS } from "../../src/root/reactions/table.ts";

/** What the table is to be: a change of it is a change of what the system promises. */
const TABLE: Record<string, string[]> = {
  "task:assigned": ["acquireResources"],
  "task:admitted": ["acquireResources"],
  "attempt:ended": ["releaseResources"],
  "resource:acquired": ["unblockClaim"],
  "task:unlocked": ["releaseUnused"],
  "task:readied": ["yieldLocks"],
  "resource:queued": [
    "parkClaim",
    "releaseIfOver",
    "noteContenders",
    "reportContention",
    "settleContention",
    "yieldLocks",
  ],
  "ask:begun": ["yieldLocks"],
  "resource:revoked": ["stopWithoutLock"],
  "resource:expired": ["stopWithoutLock"],
  "resource:abandoned": ["giveUpBeforeStart"],
  "resource:refused": ["refuseBeforeStart"],
  "deadlock:detected": ["giveWayBeforeStart", "cancelRequest"],
  "message:sent": ["watchRequest"],
  "message:responded": ["endWatch"],
  "message:unanswered": ["endWatch"],
  "agent:spawned": ["enroll", "openMailbox", "introduce", "makeBreaker", "yieldLocks"],
  "agent:cordoned": ["yieldLocks"],
  "agent:limited": ["yieldLocks"],
  "agent:draining": ["yieldLocks"],
  "scheduler:drained": ["yieldLocks"],
  "agent:joined": ["requeueTasks", "releaseLocks"],
  "agent:suspected": ["suspendAgent", "shedWhileSuspect"],
  "agent:recovered": ["resumeAgent"],
  "listening:resumed": ["renewHeartbeats"],
  "agent:died": ["removeFromTasks", "releaseLocks", "closeMailbox", "retireFromConflicts"],
  "agent:left": ["removeFromTasks", "releaseLocks", "closeMailbox", "retireFromConflicts"],
  "agent:terminated": [
    "leaveMembers",
    "releaseLocks",
    "closeMailbox",
    "retireFromConflicts",
    "forgetBreaker",
    "yieldLocks",
  ],
  "task:started": ["beginCall"],
  "task:completed": ["settleCall"],
  "task:failed": ["settleCall"],
  "task:cancelled": ["settleCall"],
  "task:backed-off": ["settleCall"],
  "task:requeued": ["settleCall"],
  "circuitbreaker:permitted": ["admitCall"],
  "circuitbreaker:rejected": ["dropCall"],
  "circuitbreaker:state-change": ["limitToProbes", "passOver", "shedWhileOpen"],
  "task:refused": ["reportDoubleClaim", "settleDoubleClaim"],
  "conflict:resolved": ["evictLosers"],
};

Deno.test("the reactions to each event are these, in this order", () => {
  const table = [...REACTIONS].map(([type, reactions]) => [
    type,
    reactions.map((reaction) => reaction.name),
  ]);
  assertEquals(Object.fromEntries(table), TABLE);
});
