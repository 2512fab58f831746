------------------------------- MODULE LockCore -------------------------------
(* The core of Locking, for any number of owners, locks and waits: exclusive and  *)
(* shared grants under epochs, a queue for each lock, the hand-off to its first   *)
(* wait, and stores with fencing. Each action is one event of Locking.            *)
(*                                                                                *)
(* spec/tool/proof reads this text, and has Z3 prove the theorems at its end.     *)
(* LockingRefines.tla shows that Locking does nothing else.                       *)
EXTENDS Integers

CONSTANTS Owner, Lock, Wait, Ranks
ASSUME Ranks \subseteq Int

VARIABLES
  epoch,      \* the newest epoch
  held,       \* the epoch under which an owner holds a lock; 0 when it doesn't
  shared,     \* whether it shares the lock
  lastWait,   \* the number of the newest wait
  waits,      \* whether an owner waits for a lock with a wait
  number,     \* the number of a wait; 0 when it is not waiting
  rank,       \* the smallest is served first; of equal ones, that with the smallest number
  sharing,    \* whether a wait is for a shared grant
  unserved,   \* locks whose first wait is still to be looked at in this step
  crowded,    \* locks of which a holder's waits for it are still to be ended in this step
  belief,     \* the newest epoch that an owner was granted for a lock
  guard,      \* the largest epoch that a store has seen
  written     \* the epoch of the last write that it accepted
vars == <<epoch, held, shared, lastWait, waits, number, rank, sharing, unserved, crowded, belief, guard, written>>
holding == <<epoch, held, shared, belief>>
waiting == <<waits, number, rank, sharing>>
stores == <<guard, written>>

TypeOK ==
  /\ epoch \in Nat
  /\ held \in [Lock -> [Owner -> Nat]]
  /\ shared \in [Lock -> [Owner -> BOOLEAN]]
  /\ lastWait \in Nat
  /\ waits \in [Lock -> [Owner -> [Wait -> BOOLEAN]]]
  /\ number \in [Wait -> Nat]
  /\ rank \in [Wait -> Int]
  /\ sharing \in [Wait -> BOOLEAN]
  /\ unserved \in [Lock -> BOOLEAN]
  /\ crowded \in [Lock -> BOOLEAN]
  /\ belief \in [Lock -> [Owner -> Nat]]
  /\ guard \in [Lock -> Nat]
  /\ written \in [Lock -> Nat]

Init ==
  /\ epoch = 0 /\ lastWait = 0
  /\ held = [r \in Lock |-> [a \in Owner |-> 0]]
  /\ shared = [r \in Lock |-> [a \in Owner |-> FALSE]]
  /\ waits = [r \in Lock |-> [a \in Owner |-> [w \in Wait |-> FALSE]]]
  /\ number = [w \in Wait |-> 0]
  /\ rank = [w \in Wait |-> 0]
  /\ sharing = [w \in Wait |-> FALSE]
  /\ unserved = [r \in Lock |-> FALSE]
  /\ crowded = [r \in Lock |-> FALSE]
  /\ belief = [r \in Lock |-> [a \in Owner |-> 0]]
  /\ guard = [r \in Lock |-> 0]
  /\ written = [r \in Lock |-> 0]

Holds(a, r) == held[r][a] # 0
Queues(w, r) == \E a \in Owner : waits[r][a][w]
Admits(r, share) == \A a \in Owner : Holds(a, r) => share /\ shared[r][a]
Precedes(v, w) == rank[v] < rank[w] \/ (rank[v] = rank[w] /\ number[v] < number[w])
IsFirst(w, r) == Queues(w, r) /\ \A v \in Wait : Queues(v, r) => v = w \/ Precedes(w, v)
CanServe(r) == \E w \in Wait : IsFirst(w, r) /\ Admits(r, sharing[w])
IsCrowded(r) == \E a \in Owner, w \in Wait : Holds(a, r) /\ waits[r][a][w]

(* A step is over. Only then is a command taken. *)
Stable == \A r \in Lock : ~unserved[r] /\ ~crowded[r]

--------------------------------------------------------------------------------
(* Actions *)

(* What is noted in a step: `r` if `touched`. What was noted is forgotten when nothing is to be done. *)
Attends(r, touched) ==
  /\ unserved' \in [Lock -> BOOLEAN]
  /\ \A s \in Lock : LET noted == unserved[s] \/ (s = r /\ touched) IN
       /\ unserved'[s] => noted
       /\ noted /\ ~unserved'[s] => ~CanServe(s)'
Ends(r, granted) ==
  /\ crowded' \in [Lock -> BOOLEAN]
  /\ \A s \in Lock : LET noted == crowded[s] \/ (s = r /\ granted) IN
       /\ crowded'[s] => noted
       /\ noted /\ ~crowded'[s] => ~IsCrowded(s)'

Grant(a, r, share) ==
  /\ epoch' = epoch + 1
  /\ held' = [held EXCEPT ![r][a] = epoch + 1]
  /\ shared' = [shared EXCEPT ![r][a] = share]
  /\ belief' = [belief EXCEPT ![r][a] = epoch + 1]
Leave(w, a, r) ==
  /\ waits' = [waits EXCEPT ![r][a][w] = FALSE]
  /\ number' = [number EXCEPT ![w] = 0]
  /\ rank' = [rank EXCEPT ![w] = 0]
  /\ sharing' = [sharing EXCEPT ![w] = FALSE]

(* A newcomer is granted a lock that is free, unless a wait precedes it. *)
Acquire(a, r, share, p) ==
  /\ Stable /\ ~Holds(a, r) /\ Admits(r, share)
  /\ \A v \in Wait : Queues(v, r) => p < rank[v]
  /\ Grant(a, r, share)
  /\ Attends(r, FALSE) /\ Ends(r, TRUE)
  /\ UNCHANGED <<lastWait, waiting, stores>>

Queue(w, a, r, share, p) ==
  /\ Stable /\ ~Holds(a, r) /\ number[w] = 0
  /\ ~(Admits(r, share) /\ \A v \in Wait : Queues(v, r) => p < rank[v])
  /\ lastWait' = lastWait + 1
  /\ waits' = [waits EXCEPT ![r][a][w] = TRUE]
  /\ number' = [number EXCEPT ![w] = lastWait + 1]
  /\ rank' = [rank EXCEPT ![w] = p]
  /\ sharing' = [sharing EXCEPT ![w] = share]
  /\ Attends(r, FALSE) /\ Ends(r, FALSE)
  /\ UNCHANGED <<holding, stores>>

(* The hand-off to the first wait. *)
Serve(w, a, r) ==
  /\ unserved[r] /\ waits[r][a][w] /\ ~Holds(a, r)
  /\ IsFirst(w, r) /\ Admits(r, sharing[w])
  /\ Grant(a, r, sharing[w])
  /\ Leave(w, a, r)
  /\ Attends(r, TRUE) /\ Ends(r, TRUE)
  /\ UNCHANGED <<lastWait, stores>>

(* A wait ends without a grant: it is cancelled, times out, is the victim of a deadlock, … *)
EndWait(w, a, r) ==
  /\ waits[r][a][w]
  /\ Leave(w, a, r)
  /\ Attends(r, IsFirst(w, r)) /\ Ends(r, FALSE)
  /\ UNCHANGED <<holding, lastWait, stores>>

(* A lock is released or revoked, or its lease ends. Its holder may not receive that. *)
EndHold(a, r) ==
  /\ Holds(a, r)
  /\ held' = [held EXCEPT ![r][a] = 0]
  /\ shared' = [shared EXCEPT ![r][a] = FALSE]
  /\ Attends(r, TRUE) /\ Ends(r, FALSE)
  /\ UNCHANGED <<epoch, belief, lastWait, waiting, stores>>

(* Nothing is to be done for what was noted. *)
Look(r) ==
  /\ Attends(r, FALSE) /\ Ends(r, FALSE)
  /\ UNCHANGED <<holding, lastWait, waiting, stores>>

(* A store accepts a write. *)
Write(a, r) ==
  /\ belief[r][a] # 0 /\ belief[r][a] >= guard[r]
  /\ guard' = [guard EXCEPT ![r] = belief[r][a]]
  /\ written' = [written EXCEPT ![r] = belief[r][a]]
  /\ UNCHANGED <<holding, lastWait, waiting, unserved, crowded>>

Next ==
  \/ \E a \in Owner, r \in Lock, share \in BOOLEAN, p \in Ranks : Acquire(a, r, share, p)
  \/ \E w \in Wait, a \in Owner, r \in Lock, share \in BOOLEAN, p \in Ranks : Queue(w, a, r, share, p)
  \/ \E w \in Wait, a \in Owner, r \in Lock : Serve(w, a, r)
  \/ \E w \in Wait, a \in Owner, r \in Lock : EndWait(w, a, r)
  \/ \E a \in Owner, r \in Lock : EndHold(a, r)
  \/ \E r \in Lock : Look(r)
  \/ \E a \in Owner, r \in Lock : Write(a, r)
Spec == Init /\ [][Next]_vars

--------------------------------------------------------------------------------
(* Invariants *)

MutualExclusion == \A r \in Lock, a, b \in Owner :
  Holds(a, r) /\ Holds(b, r) /\ a # b => shared[r][a] /\ shared[r][b]
EpochsAreOld == \A r \in Lock, a \in Owner :
  held[r][a] <= epoch /\ belief[r][a] <= epoch /\ guard[r] <= epoch
EpochsAreUnique == \A r, s \in Lock, a, b \in Owner :
  Holds(a, r) /\ held[r][a] = held[s][b] => r = s /\ a = b
HolderBelieves == \A r \in Lock, a \in Owner : Holds(a, r) => belief[r][a] = held[r][a]
(* The only holder of a lock has the largest epoch ever granted for it, *)
HolderHasNewestEpoch == \A r \in Lock, a, b \in Owner :
  Holds(a, r) /\ ~shared[r][a] /\ a # b => belief[r][b] < held[r][a]
(* and no store refuses it. *)
GuardNotAhead == \A r \in Lock, a \in Owner : Holds(a, r) /\ ~shared[r][a] => guard[r] <= held[r][a]
WritesAreSeen == \A r \in Lock : written[r] <= guard[r]
NumbersAreOld == \A w \in Wait : number[w] <= lastWait
NumbersAreUnique == \A v, w \in Wait : number[v] = number[w] /\ number[v] # 0 => v = w
(* A wait is of one owner, for one lock. *)
WaitsAreNumbered == \A w \in Wait, a \in Owner, r \in Lock : waits[r][a][w] => number[w] # 0
OneQueue == \A w \in Wait, a, b \in Owner, r, s \in Lock :
  waits[r][a][w] /\ waits[s][b][w] => r = s /\ a = b
(* After each step, no wait could be granted, *)
NoLostWakeup == \A r \in Lock : CanServe(r) => unserved[r]
(* and no holder of a lock waits for it. *)
HolderDoesNotQueueHere == \A r \in Lock : IsCrowded(r) => crowded[r]

Inv ==
  /\ TypeOK
  /\ MutualExclusion
  /\ EpochsAreOld
  /\ EpochsAreUnique
  /\ HolderBelieves
  /\ HolderHasNewestEpoch
  /\ GuardNotAhead
  /\ WritesAreSeen
  /\ NumbersAreOld
  /\ NumbersAreUnique
  /\ WaitsAreNumbered
  /\ OneQueue
  /\ NoLostWakeup
  /\ HolderDoesNotQueueHere
THEOREM Spec => []Inv

(* Properties of every step *)

EpochMonotonic == [][epoch' >= epoch /\ lastWait' >= lastWait]_vars
GrantRaisesEpoch == [][\A r \in Lock, a \in Owner : held'[r][a] # held[r][a] /\ held'[r][a] # 0 =>
  held'[r][a] > epoch /\ \A s \in Lock, b \in Owner : held'[r][a] > held[s][b] /\ held'[r][a] > belief[s][b]]_vars
StaleWriteRefused == [][\A r \in Lock : written'[r] >= written[r] /\ guard'[r] >= guard[r]]_vars
(* A writer that holds the lock is never refused. *)
HolderMayWrite == [][\A r \in Lock, a \in Owner : Holds(a, r) /\ ~shared[r][a] => belief[r][a] >= guard[r]]_vars
(* No grant passes a wait that precedes it. *)
ServedInOrder == [][\A r \in Lock, a \in Owner, v, w \in Wait :
  Holds(a, r)' /\ ~Holds(a, r) /\ waits[r][a][w] /\ ~waits'[r][a][w] /\ Queues(v, r)' => Precedes(w, v)]_vars
THEOREM Spec => EpochMonotonic /\ GrantRaisesEpoch /\ StaleWriteRefused /\ HolderMayWrite /\ ServedInOrder
================================================================================
