----------------------------- MODULE LockingLive -----------------------------
(* Liveness. Epochs and numbers of waits are reused, and a timer may be due at    *)
(* any time, so that the model is finite without a bound: no run stops because    *)
(* a bound is reached. Aging is checked by BoundedBypass; priorities would not    *)
(* age in a model without time.                                                   *)
EXTENDS MCLocking

SomeEpoch == CHOOSE e \in 1..(Cardinality(Owner) * Cardinality(Lock) + 1) :
  \A r \in Lock : \A a \in Holders(r) : holds[r][a].epoch # e
SomeWait == CHOOSE w \in 1..(MaxWait + 1) : w \notin DOMAIN waits
Forgotten(number) == 0
MayWait == Cardinality(DOMAIN waits) < MaxWait

(* A timer is due. *)
Strike(kind, id) ==
  /\ Stable
  /\ \E i \in DOMAIN timers : /\ timers[i].kind = kind /\ timers[i].id = id
                              /\ timers' = [timers EXCEPT ![i].at = 0]
  /\ todo' = [todo EXCEPT !.open = TRUE, !.due = TRUE]
  /\ UNCHANGED <<asks, now, epoch, lastWait, capacity, holds, queue, waits, told>>
Ids == 1..(Cardinality(Owner) * Cardinality(Lock) + MaxWait)
LiveNext == \/ \E a \in Owner : Commands(a)
            \/ \E kind \in {"hold", "wait"}, id \in Ids : Strike(kind, id)
            \/ Follow
            \/ Settled

(* Fairness is written with the enabling conditions and with the event that shows  *)
(* that the action was taken: TLC would compute both from its definition slowly.   *)
StepsEnd == []<>(~todo.open) \/ []<><<todo.open>>_vars
(* Time passes, whatever else happens. *)
HasTimer(kind, id) == \E i \in DOMAIN timers : timers[i].kind = kind /\ timers[i].id = id
Struck(kind, id) == Stable /\ HasTimer(kind, id) /\ \E i \in DOMAIN timers' :
  timers'[i].kind = kind /\ timers'[i].id = id /\ timers'[i].at = 0
Strikes(kind, id) == []<>(~HasTimer(kind, id)) \/ []<><<Struck(kind, id)>>_vars
(* A holder that waits for nothing releases a lock again and again. *)
MayGiveBack(a, r) == Stable /\ Holds(a, r) /\ WaitsOf(a) = {}
GivesBack(a, r) == <>[](~MayGiveBack(a, r)) \/ []<><<MayGiveBack(a, r) /\ a \notin DOMAIN holds'[r]>>_vars

Live == Init /\ [][LiveNext]_vars /\ StepsEnd
PatientSpec == Live /\ \A w \in Waits : Strikes("wait", w)
HolderSpec == Live /\ \A a \in Owner, r \in Lock : GivesBack(a, r)
LeaseSpec == Live /\ \A e \in 1..2 : Strikes("hold", e)

EveryWaitEnds == \A w \in Waits : (w \in DOMAIN waits) ~> (w \notin DOMAIN waits)

(* With timeouts: every wait is resolved, whatever holders do. *)
EveryWaiterResolved == EveryWaitEnds
(* Without cancellation and timeouts, so that a wait can only end with its grant. *)
EveryWaiterGranted == EveryWaitEnds
(* Without leases, and with agents that hold one lock while they wait for another. *)
DeadlockFreeRelease == EveryWaitEnds
(* Holders never release. *)
ExpiredLeaseReassigned == EveryWaitEnds
================================================================================
