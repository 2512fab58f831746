---------------------------- MODULE LockingMutants ----------------------------
(* Broken variants, to see that the properties notice. models.json says which     *)
(* definition each takes the place of, and which property must catch it.          *)
EXTENDS LockingLive

(* What is given back wakes nobody. *)
M_NoHandOff(a, r, t) == t
(* Who comes while others wait gets what happens to be free. *)
M_IgnoresQueue(q, priority) == Admits(q)
(* Priority alone decides, however long others have waited. *)
M_PriorityOnly(since, priority) == -priority
(* The youngest is served first. *)
M_YoungestFirst(since, priority) == -since - priority * Aging
(* A lock that changes hands keeps its epoch. *)
M_SameEpoch == IF epoch = 0 THEN 1 ELSE epoch
(* Readers are let in beside a writer. *)
M_ReadersAnyway(q) == q.mode = "shared" \/ (~IsShared(q.lock) /\ Used(q.lock) + q.units <= capacity[q.lock])
(* Units are handed out without counting. *)
M_UncountedUnits(q) == IF q.mode = "shared" THEN Used(q.lock) = 0 ELSE ~IsShared(q.lock)
(* Nobody looks for cycles. *)
M_NoCycles(a) == <<>>
(* Of a wait for several locks only the first is followed. *)
M_FirstLocksOnly(w, i) == LET q == waits[w].requests[1]  to == WaitsFor(w, q) IN
                          [k \in DOMAIN to |-> Hop(w, q, to[k])]
(* Whoever waits is taken for deadlocked. *)
M_AnyWaiter(a) == IF WaitsOf(a) = {} THEN <<>>
  ELSE LET w == MinOf(WaitsOf(a)) IN <<Hop(w, waits[w].requests[1], a)>>
(* A lease or patience ends before its time. *)
M_DueTooSoon == {i \in DOMAIN timers : timers[i].at <= now + 1}
(* Nothing is ever due. *)
M_NeverDue == {}
(* After a time without commands, leases end that could not be renewed. *)
M_WakesLikeTick == <<>>
(* What has ended leaves its timer behind. *)
M_KeepsTimers(kind, id) == timers
(* A refusal changes something. *)
M_CountsRefusals == lastWait' = lastWait + 1
  /\ UNCHANGED <<now, epoch, capacity, holds, queue, waits, timers, todo>>
(* A group gets its locks when one of them is free. *)
M_Piecemeal(w) == \E i \in DOMAIN waits[w].requests : LET q == waits[w].requests[i] IN queue[q.lock][1] = w /\ Admits(q)
(* Anybody may give back a lock. *)
M_StrangerReleases(a, r, e) ==
  /\ Stable
  /\ \E b \in Holders(r) : EndHold(r, b, todo)
  /\ Say([type |-> "resource:released", owner |-> a])
(* A victim loses all its waits at once. *)
M_LosesAllWaits(owners, rs, a, w, waited, t) ==
  /\ waits' = [v \in DOMAIN waits \ WaitsOf(a) |-> waits[v]]
  /\ queue' = [r \in Lock |-> SelectSeq(queue[r], LAMBDA v : v \notin WaitsOf(a))]
  /\ todo' = Nothing
  /\ UNCHANGED <<now, epoch, lastWait, capacity, holds, timers>>
  /\ Say([type |-> "deadlock:detected", owner |-> a])
(* A holder queues for more of what it holds. *)
M_QueuesForUpgrade(a, q, free, added) == IF q.units > capacity[q.lock] THEN "over-capacity" ELSE "none"
(* A lock in use gets other units. *)
M_DefinesAnyTime(r, c) == "defined"
(* A wait is forgotten without a word. *)
M_Forgets(rs, a, w, waited, t) == EndWait(w, t) /\ Say([type |-> "resource:renewed", owner |-> a])
================================================================================
