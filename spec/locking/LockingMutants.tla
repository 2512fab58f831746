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
  /\ UNCHANGED <<asks, now, epoch, capacity, holds, queue, waits, timers, todo>>
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
  /\ UNCHANGED <<asks, now, epoch, lastWait, capacity, holds, timers>>
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
  /\ UNCHANGED <<asks, now, epoch, lastWait, queue, waits, timers, todo>>
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
(* The event of a wait that is cancelled names no owner. *)
M_NamesNoOwner(rs, a, w, waited, t) == /\ EndWait(w, t)
  /\ Say([type |-> "resource:cancelled", resourceIds |-> rs, waitId |-> w, owner |-> "", waitedMs |-> waited])
(* Any cycle counts as a deadlock, also where a holder outside of it may release enough. *)
M_AnyCycle(a) == WayBack(a, Owner)
(* No cycle of requests is looked for. *)
M_NoAsks(a) == <<>>
(* Who waits for a response counts as stuck, whoever has to respond. *)
RECURSIVE M_NoneResponds(_)
M_NoneResponds(S) == LET able == {a \in S : CanGoOn(a, S) /\ AsksFrom(a) = {}} IN
                     IF able = {} THEN S ELSE M_NoneResponds(S \ able)
(* Requests alone are a deadlock, although no locks are at stake. *)
M_AsksAreDeadlocks(a) ==
  LET found == VisitByAsks(Start(a), 1, Owner)
      home(i) == SelectSeq(HopsOfAsks(found[i].owner), LAMBDA hop : hop.to = a)
      ends == {i \in DOMAIN found : home(i) # <<>>}
  IN IF ends = {} THEN <<>> ELSE Append(found[MinOf(ends)].path, home(MinOf(ends))[1])
(* Who waits for a deadlock may be its victim, as all that are stuck are listed. *)
M_ListsBystanders(a, among) ==
  LET cycle == Search(Start(a), 1, 1, a, among)
      others == {v \in DOMAIN waits : waits[v].owner \in StuckAmong(Owner)} \ {cycle[i].wait : i \in DOMAIN cycle}
  IN IF cycle = <<>> \/ others = {} THEN cycle
     ELSE Append(cycle, Hop(MinOf(others), waits[MinOf(others)].requests[1], a))
(* The youngest is the victim, whatever its priority. *)
M_YoungestGivesWay(v, w) == v.wait >= w.wait
(* A victim keeps its lock, against the policy. *)
M_LosesNoLock(a, hop) == {}
(* A victim loses the oldest of all its locks. *)
M_LosesAnyLock(a, hop) == LocksOf(a)
(* A detection takes the number of the next wait. *)
M_DetectionCounts(owners, rs, a, w, waited, t) ==
  /\ waits' = WaitsWithout(w) /\ queue' = QueueWithout(w) /\ timers' = TimersWithout("wait", w)
  /\ lastWait' = lastWait + 1
  /\ todo' = AfterWait(w, t)
  /\ UNCHANGED <<asks, now, epoch, capacity, holds>>
  /\ Say([type |-> "deadlock:detected", owner |-> a])
(* A wait that has ended stays in its queue. *)
M_StaysInQueue(w) == queue
(* An epoch that is given back is granted again. *)
M_ReusesEpochs(r, a, t) ==
  /\ holds' = [holds EXCEPT ![r] = [b \in Holders(r) \ {a} |-> holds[r][b]]]
  /\ epoch' = IF holds[r][a].epoch = epoch THEN epoch - 1 ELSE epoch
  /\ timers' = TimersWithout("hold", holds[r][a].epoch)
  /\ todo' = Opened(AfterHold(a, r, t))
  /\ UNCHANGED <<asks, now, lastWait, capacity, queue, waits>>
(* A group is served where only its first lock has no wait before it. *)
M_FirstInOneQueue(w) == \A i \in DOMAIN waits[w].requests : LET q == waits[w].requests[i] IN
  \/ IsNext(w, q)
  \/ i > 1 /\ Admits(q)
  \/ IsMany(w) /\ HasEnough(waits[w].owner, q)
(* A group that comes new heeds the queue of its first lock only. *)
M_HeedsFirstQueue(a, qs, p) == \A i \in DOMAIN qs :
  HasEnough(a, qs[i]) \/ IF i = 1 THEN IsFree(a, qs[i], p) ELSE ~Holds(a, qs[i].lock) /\ Admits(qs[i])
(* Of a group, the first lock is granted, and the rest forgotten. *)
M_GrantsFirst(g, ws, qs, ts, t) ==
  LET q == Head(g.requests) IN
  IF Holds(g.owner, q.lock)
  THEN Reacquired(q.lock, g.owner, holds[q.lock][g.owner].epoch, g.wait, g.kept # <<>>, ws, qs, ts, t)
  ELSE Acquired(q.lock, g.owner, NextEpoch, q.mode, q.units, g.wait, 0, g.leaseMs, g.kept, ws, qs, ts, t)
(* A lease, or a limit, is longer than it was told. *)
M_Longer(length) == now + length + 1
(* Every wait has the priority of the most urgent one. *)
M_AllUrgent(rs, a, w, p, requests, timeout, lease) ==
  LET wait == [id |-> w, owner |-> a, requests |-> requests, priority |-> 1, since |-> now,
               timeoutMs |-> timeout, leaseMs |-> lease]
  IN /\ w = NextWait
     /\ lastWait' = NewestWait(w)
     /\ waits' = [v \in DOMAIN waits \cup {w} |-> IF v = w THEN wait ELSE waits[v]]
     /\ queue' = [r \in Lock |-> IF \E i \in DOMAIN rs : rs[i] = r THEN Append(queue[r], w) ELSE queue[r]]
     /\ timers' = IF timeout = 0 THEN timers ELSE Append(timers, [at |-> LimitEnd(timeout), kind |-> "wait", id |-> w])
     /\ todo' = Opened([todo EXCEPT !.suspects = Append(@, a)])
     /\ UNCHANGED <<asks, now, epoch, capacity, holds>>
     /\ Say([type |-> "resource:queued", owner |-> a])
(* To ask for what one holds starts its lease anew. *)
M_CollectsAll(r, a, left) == TRUE
(* A release gives back all locks of its owner. *)
M_ReleasesAll(a, r, e) ==
  /\ Stable /\ AnswerToRelease(a, r, e) = "released"
  /\ ReleasedNow(r, a, [todo EXCEPT !.leaving = <<[owner |-> a, all |-> TRUE, wait |-> 0]>>])
(* A release under an old epoch gives back the newer grant. *)
M_AnyEpoch(a, r, e, done) == IF Holds(a, r) THEN done ELSE "not-holder"
(* An eviction takes the lock from its oldest holder, whoever that is. *)
M_EvictsOldest(r, as, t) ==
  LET ws == {w \in Line(r) : waits[w].owner \in as}  w == MinOf(ws)
      es == {holds[r][a].epoch : a \in Holders(r)}
  IN IF ws # {} THEN Abandoned(ResourcesOf(w), waits[w].owner, w, Waited(w), "conflict", t)
     ELSE RevokedNow(r, HolderWithEpoch(r, CHOOSE x \in es : \A y \in es : x <= y), t)
(* An eviction leaves waits. *)
M_EvictsHolders(r, as) == IF Holders(r) \cap as # {} THEN "revoked" ELSE "nothing"
M_EvictsHolder(r, as, t) == RevokedNow(r, CHOOSE a \in Holders(r) \cap as : TRUE, t)
(* An agent that goes leaves its requests. *)
M_LeavesWithoutAsks(a, t) ==
  LET w == MinOf(WaitsOf(a)) IN
  IF WaitsOf(a) # {} THEN Abandoned(ResourcesOf(w), a, w, Waited(w), "gone", t)
  ELSE ReleasedNow(Oldest(a, LocksOf(a)), a, t)
M_LeavesAsks(a) == CASE WaitsOf(a) # {} -> "abandoned" [] LocksOf(a) # {} -> "released" [] OTHER -> "nothing"
(* A revocation takes the newest grant of the lock, whatever epoch it names. *)
M_RevokesNewest(r, e) ==
  /\ Stable /\ Holders(r) # {}
  /\ LET es == {holds[r][a].epoch : a \in Holders(r)} IN
     RevokedNow(r, HolderWithEpoch(r, CHOOSE x \in es : \A y \in es : x >= y), todo)
(* A response ends all requests of its receiver. *)
M_EndsMore(n) == [m \in DOMAIN asks \ {k \in DOMAIN asks : asks[k].to = asks[n].to} |-> asks[m]]
================================================================================
