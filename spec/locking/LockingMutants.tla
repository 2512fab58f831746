---------------------------- MODULE LockingMutants ----------------------------
(* Broken variants, which the properties must detect. models.json says which      *)
(* definition each one replaces, and which property must fail.                    *)
EXTENDS LockingLive

(* A release grants the lock to no waiter. *)
M_NoHandOff(a, r, t) == t
(* A newcomer is granted a free lock although others wait. *)
M_IgnoresQueue(a, q, priority) == Admits(q)
(* Only priority counts, and waiting does not. *)
M_PriorityOnly(since, priority) == -priority
(* The youngest waiter is served first. *)
M_YoungestFirst(since, priority) == -since - priority * Aging
(* A lock that changes hands keeps its epoch. *)
M_SameEpoch == IF epoch = 0 THEN 1 ELSE epoch
(* Readers are admitted beside a writer. *)
M_ReadersAnyway(q) == q.mode = "shared" \/ (~IsShared(q.lock) /\ Used(q.lock) + q.units <= capacity[q.lock])
(* Units are granted without counting. *)
M_UncountedUnits(q) == IF q.mode = "shared" THEN Used(q.lock) = 0 ELSE ~IsShared(q.lock)
(* Deadlocks are not detected. *)
M_NoCycles(a) == <<>>
(* Only the first lock of a wait for several is followed. *)
M_FirstLocksOnly(w, i) == LET q == waits[w].requests[1]  to == WaitsFor(w, q) IN
                          [k \in DOMAIN to |-> Hop(w, q, to[k])]
(* Every waiter counts as deadlocked. *)
M_AnyWaiter(a) == IF WaitsOf(a) = {} THEN <<>>
  ELSE LET w == MinOf(WaitsOf(a)) IN <<Hop(w, waits[w].requests[1], a)>>
(* A lease or a timeout ends too early. *)
M_DueTooSoon == {i \in DOMAIN timers : timers[i].at <= now + 1}
(* No timer is ever due. *)
M_NeverDue == {}
(* After a time without commands, leases end that could not be renewed. *)
M_WakesLikeTick == <<>>
(* What has ended leaves its timer behind. *)
M_KeepsTimers(kind, id) == timers
(* A refusal changes the state. *)
M_CountsRefusals == lastWait' = lastWait + 1
  /\ UNCHANGED <<now, epoch, capacity, holds, queue, waits, timers, todo>>
(* A group is granted when one of its locks is free. *)
M_Piecemeal(w) == \E i \in DOMAIN waits[w].requests : LET q == waits[w].requests[i] IN queue[q.lock][1] = w /\ Admits(q)
(* Any owner may release a lock. *)
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
(* A holder queues for more units of a lock that it holds. *)
M_QueuesForUpgrade(a, q, free, added) == IF q.units > capacity[q.lock] THEN "over-capacity" ELSE "none"
(* A capacity that is raised serves no waiter. *)
M_RaiseServesNone(r, c, t) == t
(* A wait for more units than there are lasts. *)
M_WaitsInVain(r, c) == <<>>
(* A wait lasts although its owner holds all units no longer, and with that less than it asks for. *)
M_LosesNothing(r, c) == <<>>
(* No deadlock is looked for when a capacity is lowered. *)
M_LowersUnsearched(r, c, t) == IF c >= capacity[r] THEN t ELSE [t EXCEPT !.over = AsksForMore(r, c)]
(* A capacity that is lowered takes the lock from its holders. *)
M_LoweringTakes(r, c) ==
  /\ capacity' = [capacity EXCEPT ![r] = c]
  /\ holds' = IF c < capacity[r] THEN [holds EXCEPT ![r] = <<>>] ELSE holds
  /\ UNCHANGED <<now, epoch, lastWait, queue, waits, timers, todo>>
  /\ Say([type |-> "resource:defined", resourceId |-> r, capacity |-> c])
(* A grant ignores the holders of other paths that overlap. *)
M_SamePathsOnly(a, q) == {b \in Owner \ {a} : Holds(b, q.lock) /\ Clash(holds[q.lock][b].mode, q.mode)}
(* A release serves only those who wait for the same paths. *)
M_ServesOwnQueue(a, r, t) == [t EXCEPT !.unserved = IF queue[r] = <<>> THEN @ ELSE Append(@, r)]
(* A newcomer overtakes those who wait for other paths that overlap. *)
M_OvertakesOverlaps(a, q) == {v \in Line(q.lock) : waits[v].owner # a}
(* The wait-for graph lacks the holders of other paths that overlap. *)
M_SamePathsHolders(a, q) == SelectSeq(HoldersInOrder(q.lock), LAMBDA b : b # a)
(* A grant to a wait without a caller is for good. *)
M_GrantedForGood(w) == <<>>
(* A grant is kept for as long again as its wait. *)
M_KeptAnewByGrant(w) == IF IsLeft(w) THEN <<[keepMs |-> waits[w].caller.keepMs, at |-> now + waits[w].caller.keepMs]>>
                        ELSE <<>>
(* A wait without a caller is kept for longer than its caller was told. *)
M_KeptTooLong(w, keep) == Append(TimersWithoutCaller(w), [at |-> now + keep + 1, kind |-> "caller", id |-> w])
(* The end of what was kept stays when it is collected. *)
M_LapsesInUse(e, ts) == ts
(* A wait that is resumed begins anew. *)
M_LosesPlace(w, keep, limit) ==
  waits' = [waits EXCEPT ![w] = [IF keep = 0 THEN FieldsWithout(@, "caller") ELSE WithCaller(@, FALSE, keep)
                                 EXCEPT !.since = now]]
(* A wait is dropped without an event. *)
M_Forgets(rs, a, w, waited, t) == EndWait(w, t) /\ Say([type |-> "resource:renewed", owner |-> a])
================================================================================
