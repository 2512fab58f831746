------------------------------ MODULE MCLocking ------------------------------
(* Locking for the model checker: the commands that agents send, and their bounds. *)
(* The bounds are guards of the environment; binding.ts has the same for the      *)
(* machine.                                                                       *)
EXTENDS Locking

CONSTANTS
  MaxEpoch,    \* no requests after so many grants,
  MaxWait,     \* or after so many waits
  MaxNow,      \* the time at which time stops
  AskedModes, AskedUnits, Priorities, Timeouts, Leases, Patience,  \* the requests for one lock
  Groups,      \* the requests for several locks
  Epochs,      \* the epochs that commands name; 0 for any grant
  Renewals,    \* the lengths of renewed leases
  Capacities,  \* the capacities that are defined
  Durations,   \* the steps of time
  Leavers      \* the owners that release everything

MayAsk == epoch < MaxEpoch /\ lastWait < MaxWait
MayPass(d) == now + d <= MaxNow
(* No agent requests several shared units: the façade rejects that.           *)
IsWellFormed(m, u) == m = "shared" => u = 1
Waits == 1..MaxWait
Cancellable == Waits
Nobody == {}

NoGroups == {}
BothLocks == {<<Request("r", "exclusive", 1), Request("s", "exclusive", 1)>>}
BothOrders == {<<Request("r", "exclusive", 1), Request("s", "exclusive", 1)>>,
               <<Request("s", "shared", 1), Request("r", "exclusive", 1)>>}
ReadAndWrite == {<<Request("r", "shared", 1), Request("s", "exclusive", 1)>>}

(* The locks whose capacity is defined. Overridden by configurations in which that is one of them. *)
Definable == Lock
OneLock == {"r"}

(* x and z have nothing in common, and y has something of both. *)
Overlapping(r) == Lock \cap CASE r = "x" -> {"x", "y"}
                               [] r = "y" -> {"x", "y", "z"}
                               [] r = "z" -> {"y", "z"}
                               [] OTHER -> {}

(* How long waits are kept whose callers leave; and that with the limit of a call that resumes one, -1 for *)
(* none. Overridden by configurations in which callers leave.                                              *)
Keepings == {}
Terms == {}
ShortKeepings == {1}
SomeTerms == {<<0, -1>>, <<1, 0>>, <<1, 1>>}

Commands(a) ==
  \/ \E r \in Lock, m \in AskedModes, u \in AskedUnits, p \in Priorities, t \in Timeouts, l \in Leases, w \in Patience :
       MayAsk /\ IsWellFormed(m, u) /\ Acquire(a, r, m, u, p, t, l, w)
  \/ \E qs \in Groups, p \in Priorities, t \in Timeouts, l \in Leases : MayAsk /\ AcquireAll(a, qs, p, t, l)
  \/ \E r \in Lock, e \in Epochs : Release(a, r, e) \/ \E l \in Renewals : Renew(a, r, e, l)
  \/ \E w \in Cancellable : CancelWait(a, w)
  \/ a \in Leavers /\ ReleaseAll(a)
  \/ \E w \in Cancellable, k \in Keepings : DetachWait(a, w, k)
  \/ \E w \in Cancellable, r \in Lock, m \in AskedModes, t \in Terms : Resume(a, r, m, 1, w, t[1], t[2])
Surroundings ==
  \/ \E r \in Definable, c \in Capacities : Define(r, c)
  \/ \E d \in Durations : MayPass(d) /\ (Tick(d) \/ Wake(d))

Next == \/ \E a \in Owner : Commands(a)
        \/ Surroundings
        \/ Follow
        \/ Settled
Spec == Init /\ [][Next]_vars

(* Of paths that overlap, a wait counts if it conflicts with the grant, and does not wait for its owner. *)
MayNotBeOvertakenBy(a, r, v, q) == Near(r) # {} =>
  /\ v.owner # a
  /\ \/ TicketOf(v.id, q).mode = "exclusive"
     \/ holds'[r][a].mode = "exclusive"
  /\ \A h \in Near(q) : a \in Holders(h) => TicketOf(v.id, q).mode = "shared" /\ holds[h][a].mode = "shared"

(* A newcomer overtakes only waits that it precedes by its priority. *)
MostPriority == CHOOSE p \in Priorities : \A q \in Priorities : q <= p
BoundedBypass == [][\A r \in Lock : \A a \in DOMAIN holds'[r] : a \notin Holders(r) =>
  LET w == holds'[r][a].wait
      isKnown == w = 0 \/ w \in DOMAIN waits
      since == IF w = 0 THEN now ELSE waits[w].since
      priority == IF w = 0 THEN MostPriority ELSE waits[w].priority
  IN isKnown => \A q \in {r} \cup Near(r) : \A i \in DOMAIN queue[q] : LET v == waits[queue[q][i]] IN
     v.id # w /\ MayNotBeOvertakenBy(a, r, v, q) => since - v.since <= (priority - v.priority) * Aging
                 /\ (w = 0 => since - v.since < (priority - v.priority) * Aging)]_vars

(* Each must be reachable: its negation has to be violated. *)
NobodyTimesOut == ~(told.type = "resource:timed-out")
NoLeaseEnds == ~(told.type = "resource:expired")
NoDeadlock == ~(told.type = "deadlock:detected")
NobodyIsRevoked == ~(told.type = "resource:revoked")
NobodyIsAbandoned == ~(told.type = "resource:abandoned" /\ todo.leaving = <<>>)
NobodySharesOverlaps == \A r \in Lock : \A s \in Near(r) \ {r} : \A a \in Holders(r) : Holders(s) \subseteq {a}
NobodyNests == \A r \in Lock : \A s \in Near(r) \ {r} : Holders(r) \cap Holders(s) = {}
NothingIsKept == \A r \in Lock : \A a \in Holders(r) : ~IsKept(r, a)
NobodyShares == \A r \in Lock : Cardinality(Holders(r)) < 2
================================================================================
