---------------------------- MODULE StealingRefines ----------------------------
(* Stealing does nothing that TaskCore does not: where tasks have no children and *)
(* need no locks, each event is an action of it.                                  *)
EXTENDS MCStealing

Agents == Agent \cup {Nobody}
Starts(t) == {r[3] : r \in {r \in runs : r[1] = t}}
IsPending(ev, t) == \E i \in 1..Len(todo) : todo[i].ev = ev /\ todo[i].t = t
Completions(t) == IF IsPending("completed", t) THEN {} ELSE {d \in done : d[1] = t}
NamedBy(d) == IF d[2] = 0 THEN d[3] ELSE d[2]
Core == INSTANCE TaskCore WITH
  Agent <- Agents,
  Epochs <- 0..(MaxEpoch + 1),
  status <- [t \in Task |-> tasks[t].status],
  owner <- [t \in Task |-> tasks[t].agent],
  claim <- [t \in Task |-> tasks[t].epoch],
  ready <- [t \in Task |-> t \in Range(ready)],
  listed <- [a \in Agents |-> [t \in Task |-> IF a = Nobody THEN FALSE ELSE t \in Range(claims[a])]],
  coming <- [t \in Task |->
               \/ tasks[t].status = "ready" /\ IsPending("arrives", t)
               \/ /\ tasks[t].status = "backing-off"
                  /\ tasks[t].paused \/ IsPending("readied", t) \/ \E l \in lingering : l.task = t],
  started <- [t \in Task |-> IF Starts(t) = {} THEN 0 ELSE CHOOSE e \in Starts(t) : \A f \in Starts(t) : f <= e],
  \* A report counts once the event that it caused has happened.
  done <- [t \in Task |-> Cardinality(Completions(t))],
  report <- [t \in Task |-> IF Completions(t) = {} THEN 0 ELSE NamedBy(CHOOSE d \in Completions(t) : TRUE)]

RefinesCore == Core!Spec
================================================================================
