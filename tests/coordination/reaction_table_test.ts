import { assertEquals } from "@std/assert";
import { REACTIONS } from "../../src/root/reactions/table.ts";

/** What the table is to be: a change of it is a change of what the system promises. */
const TABLE: Record<string, string[]> = {
  "task:assigned": ["acquireResources"],
  "task:admitted": ["acquireResources"],
  "attempt:ended": ["releaseResources"],
  "resource:acquired": ["unblockClaim"],
  "resource:queued": ["releaseIfOver", "noteContenders", "reportContention", "settleContention"],
  "resource:revoked": ["stopWithoutLock"],
  "resource:expired": ["stopWithoutLock"],
  "resource:abandoned": ["giveUpBeforeStart"],
  "resource:refused": ["refuseBeforeStart"],
  "deadlock:detected": ["giveWayBeforeStart", "cancelRequest"],
  "message:sent": ["watchRequest"],
  "message:responded": ["endWatch"],
  "message:unanswered": ["endWatch"],
  "agent:spawned": ["enroll", "openMailbox", "introduce", "makeBreaker"],
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
  ],
  "task:started": ["beginCall"],
  "task:completed": ["settleCall"],
  "task:failed": ["settleCall"],
  "task:cancelled": ["settleCall"],
  "task:backed-off": ["settleCall"],
  "task:requeued": ["settleCall"],
  "circuitbreaker:permitted": ["admitCall"],
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
