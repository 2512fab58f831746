/**
 * The table of reactions, the only place where one subsystem acts on another: an event of one leads
 * to commands for others.
 *
 * The reactions to an event run in the order of the table, and the events that they cause follow all
 * earlier events. The order matters even where two reactions are independent: it decides the order of
 * their events, which must be the same in every replica.
 *
 * @module
 */

import type { LockstepEvent } from "../events.ts";
import type { Instant } from "../../core/machine.ts";
import {
  admitCall,
  beginCall,
  cordonWhileHeld,
  cordonWhileOpen,
  endCall,
  forgetBreaker,
  limitToProbes,
  makeBreaker,
  requeueWhileOpen,
  uncordonWithoutBreaker,
  unlimitWithoutBreaker,
} from "./breakers.ts";
import {
  closeMailbox,
  endReceivers,
  enroll,
  introduce,
  leaveIfIdle,
  leaveMembers,
  openMailbox,
  releaseLocks,
  removeFromTasks,
  requeueTasks,
  requeueWhileSuspect,
  resumeAgent,
  retireFromConflicts,
  suspendAgent,
  suspendNewcomer,
  withdrawAsk,
} from "./agents.ts";
import {
  acquireResources,
  endAwaits,
  parkClaim,
  preemptAbandoned,
  preemptRefused,
  preemptVictim,
  preemptWithoutLock,
  releaseIfOver,
  releaseResources,
  releaseUnused,
  rewatchAwaits,
  unblockClaim,
  watchAwait,
  watchAwaited,
  watchLate,
} from "./claims.ts";
import {
  evictLosers,
  noteContenders,
  reportContention,
  reportDoubleClaim,
  resolveContention,
  resolveDoubleClaim,
} from "./conflicts.ts";
import type { PartCommand, RootState } from "../state.ts";
import type { Reaction, Reactions } from "../composition.ts";
import type { Happened } from "./reaction.ts";
import { cancelRequest, endWatch, watchRequest } from "./requests.ts";

/** The reactions to each event, in order, by its name. */
export const REACTIONS: Reactions<RootState> = new Map([
  // A claim of a task acquires its locks, releases them, and is preempted when it loses one.
  on("task:assigned", acquireResources),
  on("task:admitted", acquireResources),
  on("attempt:ended", releaseResources),
  on("task:unlocked", releaseUnused),
  on("resource:acquired", unblockClaim),
  on(
    "resource:queued",
    parkClaim,
    watchAwaited,
    releaseIfOver,
    noteContenders,
    reportContention,
    resolveContention,
  ),
  on("resource:revoked", preemptWithoutLock),
  on("resource:expired", preemptWithoutLock),
  on("resource:abandoned", preemptAbandoned),
  on("resource:refused", preemptRefused),
  // The victim of a deadlock is a claim or a request, so at most one of its two reactions acts.
  on("deadlock:detected", preemptVictim, cancelRequest),

  // A task that awaits another one waits for its locks.
  on("task:lent", watchAwait),
  on("task:resumed", endAwaits),
  on("task:amended", rewatchAwaits),
  on("task:created", watchLate),

  // A request is a wait like one for a lock.
  on("message:sent", watchRequest),
  on("message:responded", endWatch),
  on("message:unanswered", endWatch),

  // A registered agent is known to all subsystems, and a removed one to none.
  on("agent:spawned", enroll, suspendNewcomer, openMailbox, introduce, makeBreaker),
  on("agent:joined", withdrawAsk, requeueTasks, releaseLocks, endReceivers, resumeAgent),
  on("agent:suspected", suspendAgent, requeueWhileSuspect),
  on("agent:recovered", resumeAgent),
  on("agent:died", removeFromTasks, releaseLocks, closeMailbox, retireFromConflicts),
  on("agent:left", removeFromTasks, releaseLocks, closeMailbox, retireFromConflicts),
  on(
    "agent:terminated",
    leaveMembers,
    releaseLocks,
    closeMailbox,
    retireFromConflicts,
    forgetBreaker,
  ),

  // An agent that tasks have no room for leaves, unless another subsystem needs it.
  on("agent:forgotten", leaveIfIdle, forgetBreaker),

  // An attempt is a call through the breaker of its agent.
  on("task:started", makeBreaker, beginCall),
  on("task:completed", endCall),
  on("task:failed", endCall),
  on("task:cancelled", endCall),
  on("task:backed-off", endCall),
  on("task:requeued", endCall),
  on("task:snoozed", endCall),
  on("task:blocked", endCall),
  on("task:proposed", endCall),
  on("circuitbreaker:permitted", admitCall),
  on("circuitbreaker:state-change", limitToProbes, cordonWhileOpen, requeueWhileOpen),
  on("circuitbreaker:held", cordonWhileHeld),
  on("circuitbreaker:removed", unlimitWithoutBreaker, uncordonWithoutBreaker),

  // The losers of a conflict lose the lock or the task.
  on("task:refused", reportDoubleClaim, resolveDoubleClaim),
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
