/**
 * The only place where one subsystem acts on another: from what happened to what is to be done.
 *
 * The table says it all: an event's reactions follow each other in its order, and what they lead to
 * comes after all that has happened before. Where two of them don't depend on each other, their order
 * still decides which event comes first, in the log of every replica. `claim_reactions.ts` has what binds tasks and locks,
 * `agent_reactions.ts` what becomes of an agent everywhere, `agent_breakers.ts` the circuit breaker
 * of each agent, `request_reactions.ts` what binds messages and locks, `conflict_reactions.ts` what
 * conflicts come from and lead to.
 *
 * @module
 */

import type { LockstepEvent } from "../events.ts";
import type { Instant } from "../../core/machine.ts";
import {
  admitCall,
  beginCall,
  dropCall,
  forgetBreaker,
  limitToProbes,
  makeBreaker,
  passOver,
  settleCall,
  shedWhileOpen,
} from "./breakers.ts";
import {
  closeMailbox,
  enroll,
  introduce,
  leaveMembers,
  openMailbox,
  releaseLocks,
  removeFromTasks,
  renewHeartbeats,
  requeueTasks,
  resumeAgent,
  retireFromConflicts,
  shedWhileSuspect,
  suspendAgent,
} from "./agents.ts";
import {
  acquireResources,
  giveUpBeforeStart,
  giveWayBeforeStart,
  parkClaim,
  refuseBeforeStart,
  releaseIfOver,
  releaseResources,
  releaseUnused,
  stopWithoutLock,
  unblockClaim,
  yieldLocks,
} from "./claims.ts";
import {
  evictLosers,
  noteContenders,
  reportContention,
  reportDoubleClaim,
  settleContention,
  settleDoubleClaim,
} from "./conflicts.ts";
import type { PartCommand, RootState } from "../state.ts";
import type { Reaction, Reactions } from "../composition.ts";
import type { Happened } from "./reaction.ts";
import { cancelRequest, endWatch, watchRequest } from "./requests.ts";

/** From the name of an event to the reactions to it, in order. */
export const REACTIONS: Reactions<RootState> = new Map([
  // A claim of a task takes its locks, gives them back, and ends when it loses one.
  on("task:assigned", acquireResources),
  on("task:admitted", acquireResources),
  on("attempt:ended", releaseResources),
  on("task:unlocked", releaseUnused),
  on("task:readied", yieldLocks),
  on("resource:acquired", unblockClaim),
  on(
    "resource:queued",
    parkClaim,
    releaseIfOver,
    noteContenders,
    reportContention,
    settleContention,
    yieldLocks,
  ),
  on("ask:begun", yieldLocks),
  on("resource:revoked", stopWithoutLock),
  on("resource:expired", stopWithoutLock),
  on("resource:abandoned", giveUpBeforeStart),
  on("resource:refused", refuseBeforeStart),
  // The victim of a deadlock is a claim or a request, so at most one of its two reactions acts.
  on("deadlock:detected", giveWayBeforeStart, cancelRequest),

  // A request is a wait like one for a lock.
  on("message:sent", watchRequest),
  on("message:responded", endWatch),
  on("message:unanswered", endWatch),

  // Whoever is registered is known everywhere, and whoever is gone is gone everywhere.
  on("agent:spawned", enroll, openMailbox, introduce, makeBreaker, yieldLocks),
  on("agent:cordoned", yieldLocks),
  on("agent:limited", yieldLocks),
  on("agent:draining", yieldLocks),
  on("scheduler:drained", yieldLocks),
  on("agent:joined", requeueTasks, releaseLocks),
  on("agent:suspected", suspendAgent, shedWhileSuspect),
  on("agent:recovered", resumeAgent),
  on("listening:resumed", renewHeartbeats),
  on("agent:died", removeFromTasks, releaseLocks, closeMailbox, retireFromConflicts),
  on("agent:left", removeFromTasks, releaseLocks, closeMailbox, retireFromConflicts),
  on(
    "agent:terminated",
    leaveMembers,
    releaseLocks,
    closeMailbox,
    retireFromConflicts,
    forgetBreaker,
    yieldLocks,
  ),

  // An attempt is a call through the breaker of its agent.
  on("task:started", beginCall),
  on("task:completed", settleCall),
  on("task:failed", settleCall),
  on("task:cancelled", settleCall),
  on("task:backed-off", settleCall),
  on("task:requeued", settleCall),
  on("circuitbreaker:permitted", admitCall),
  on("circuitbreaker:rejected", dropCall),
  on("circuitbreaker:state-change", limitToProbes, passOver, shedWhileOpen),

  // Who loses a conflict lets go.
  on("task:refused", reportDoubleClaim, settleDoubleClaim),
  on("conflict:resolved", evictLosers),
]);

function on<Type extends LockstepEvent["type"]>(
  type: Type,
  ...reactions: readonly ((
    event: Happened<Type>,
    state: RootState,
    now: Instant,
  ) => PartCommand | undefined)[]
): [string, readonly Reaction<RootState>[]] {
  return [type, reactions as readonly Reaction<RootState>[]];
}
