------------------------------ MODULE MCLocking ------------------------------
(* Locking for the model checker: who may ask for what, and when it is enough.    *)
(* The bounds are guards of the surroundings; binding.ts has the same for the     *)
(* machine.                                                                       *)
EXTENDS Locking

CONSTANTS
  MaxEpoch,    \* no more is asked for when so many grants were made,
  MaxWait,     \* or so many waits began
  MaxNow,      \* when time stands still
  AskedModes, AskedUnits, Priorities, Timeouts, Leases, Patience,  \* what is asked for
  Groups,      \* what is asked for at once
  Epochs,      \* which grants are meant; 0 for whichever there is
  Renewals,    \* how long leases become
  Capacities,  \* what is defined
  Durations    \* how time passes

MayAsk == epoch < MaxEpoch /\ lastWait < MaxWait
MayPass(d) == now + d <= MaxNow
Waits == 1..MaxWait

NoGroups == {}
BothLocks == {<<Request("r", "exclusive", 1), Request("s", "exclusive", 1)>>}
BothOrders == {<<Request("r", "exclusive", 1), Request("s", "exclusive", 1)>>,
               <<Request("s", "shared", 1), Request("r", "exclusive", 1)>>}

Commands(a) ==
  \/ \E r \in Lock, m \in AskedModes, u \in AskedUnits, p \in Priorities, t \in Timeouts, l \in Leases, w \in Patience :
       MayAsk /\ Acquire(a, r, m, u, p, t, l, w)
  \/ \E qs \in Groups, p \in Priorities, t \in Timeouts, l \in Leases : MayAsk /\ AcquireAll(a, qs, p, t, l)
  \/ \E r \in Lock, e \in Epochs : Release(a, r, e) \/ \E l \in Renewals : Renew(a, r, e, l)
  \/ \E w \in Waits : CancelWait(a, w)
  \/ ReleaseAll(a)
Surroundings ==
  \/ \E r \in Lock, c \in Capacities : Define(r, c)
  \/ \E d \in Durations : MayPass(d) /\ Tick(d)

Next == \/ \E a \in Owner : Commands(a)
        \/ Surroundings
        \/ Follow
        \/ Settled
Spec == Init /\ [][Next]_vars
================================================================================
