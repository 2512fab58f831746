---------------------------- MODULE LockingRefines ----------------------------
(* Locking, with its environment, does nothing that LockCore does not: where locks *)
(* have one unit, and no wait is for several locks, each event is an action of it. *)
EXTENDS LockingWorld

IsWait(w) == w \in DOMAIN waits
Ranks == {s - p * Aging : s \in 0..MaxNow, p \in Priorities}
Core == INSTANCE LockCore WITH
  Wait <- Waits,
  held <- [r \in Lock |-> [a \in Owner |-> IF Holds(a, r) THEN holds[r][a].epoch ELSE 0]],
  shared <- [r \in Lock |-> [a \in Owner |-> Holds(a, r) /\ holds[r][a].mode = "shared"]],
  waits <- [r \in Lock |-> [a \in Owner |-> [w \in Waits |->
              IsWait(w) /\ waits[w].owner = a /\ waits[w].requests[1].lock = r]]],
  number <- [w \in Waits |-> IF IsWait(w) THEN w ELSE 0],
  rank <- [w \in Waits |-> IF IsWait(w) THEN RankOf(w) ELSE 0],
  sharing <- [w \in Waits |-> IsWait(w) /\ waits[w].requests[1].mode = "shared"],
  unserved <- [r \in Lock |-> \E i \in DOMAIN todo.unserved : todo.unserved[i] = r],
  crowded <- [r \in Lock |-> \E i \in DOMAIN todo.others : todo.others[i].lock = r],
  belief <- [r \in Lock |-> [a \in Owner |-> belief[a][r]]]

RefinesCore == Core!Spec

(* Overrides, where stores and crashes are not of interest. *)
NoWrite(a, r) == FALSE
NoCrash(a) == FALSE

(* A broken variant: a release does not look at the queue. *)
M_ForgetsQueue(a, r, t) == t
================================================================================
