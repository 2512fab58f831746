----------------------------- MODULE LockingWorld -----------------------------
(* The environment of locks: agents that crash, and stores with fencing.          *)
(*                                                                                *)
(* An agent believes that its newest grant is in force until it receives another  *)
(* event; it receives none when a lease ends. A store remembers the largest epoch *)
(* that it has seen, and refuses a smaller one.                                   *)
EXTENDS MCLocking

VARIABLES
  belief,   \* [Owner -> [Lock -> Nat]]  the newest epoch that an agent was granted
  guard,    \* [Lock -> Nat]             the largest epoch that a store has seen
  written,  \* [Lock -> Nat]             the epoch of the last write that it accepted
  gone      \* agents that have crashed
world == <<belief, guard, written, gone>>

Accepts(e, g) == e >= g
Larger(d, e) == IF d > e THEN d ELSE e
Seen(e, g) == Larger(e, g)

Learns == belief' = [a \in Owner |-> [r \in Lock |->
  IF a \in DOMAIN holds'[r] THEN Larger(belief[a][r], holds'[r][a].epoch) ELSE belief[a][r]]]

Write(a, r) ==
  /\ a \notin gone /\ belief[a][r] # 0 /\ Accepts(belief[a][r], guard[r])
  /\ guard' = [guard EXCEPT ![r] = Seen(belief[a][r], @)]
  /\ written' = [written EXCEPT ![r] = belief[a][r]]
  /\ UNCHANGED <<belief, gone, vars>>
Go(a) == /\ a \notin gone
         /\ gone' = gone \cup {a}
         /\ ReleaseAll(a)
         /\ UNCHANGED <<belief, guard, written>>
Return(a) == /\ Stable /\ a \in gone
             /\ gone' = gone \ {a}
             /\ UNCHANGED <<belief, guard, written, vars>>

WorldInit == /\ Init
             /\ belief = [a \in Owner |-> [r \in Lock |-> 0]]
             /\ guard = [r \in Lock |-> 0] /\ written = guard
             /\ gone = {}
WorldNext ==
  \/ \E a \in Owner : a \notin gone /\ Commands(a) /\ Learns /\ UNCHANGED <<guard, written, gone>>
  \/ (Surroundings \/ Follow \/ Settled) /\ Learns /\ UNCHANGED <<guard, written, gone>>
  \/ \E a \in Owner, r \in Lock : Stable /\ Write(a, r)
  \/ \E a \in Owner : Go(a) \/ Return(a)
WorldSpec == WorldInit /\ [][WorldNext]_<<vars, world>>

(* The only holder of a lock has a larger epoch than any that was granted for it before. *)
HolderHasNewestEpoch == \A r \in Lock : \A a \in Holders(r) : \A b \in Owner \ Holders(r) :
  holds[r][a].mode = "exclusive" /\ holds[r][a].units = capacity[r] => belief[b][r] < holds[r][a].epoch
GuardNotAhead == \A r \in Lock : guard[r] <= epoch
(* A crashed agent waits nowhere and holds nothing. *)
NoGhostWaiter == Stable => \A a \in gone : \A r \in Lock :
  a \notin Holders(r) /\ \A i \in DOMAIN queue[r] : waits[queue[r][i]].owner # a
(* No write under an epoch comes after one under a larger epoch. *)
StaleWriteRefused == [][\A r \in Lock : written'[r] >= written[r]]_<<vars, world>>

(* Must be reachable: an agent believes in a grant that has ended. *)
NoStaleBelief == \A a \in Owner, r \in Lock : belief[a][r] # 0 => belief[a][r] >= guard[r]

(* Broken variants: a store accepts every write; a crashed agent leaves its locks and waits behind. *)
M_TakesAll(e, g) == TRUE
M_LeavesEverything(a) == /\ Stable /\ a \notin gone
                         /\ gone' = gone \cup {a}
                         /\ UNCHANGED <<belief, guard, written, vars>>
(* A store remembers a larger epoch than it has seen. *)
M_SeesMore(e, g) == (IF e > g THEN e ELSE g) + 1
M_SameEpoch == IF epoch = 0 THEN 1 ELSE epoch
================================================================================
