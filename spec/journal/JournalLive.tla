----------------------------- MODULE JournalLive -----------------------------
(* Liveness: as the number of faults is bounded, the journal works in the end.    *)
EXTENDS MCJournal

(* The journal handles the calls of an engine and delivers, and pauses end, whatever      *)
(* other engines do. It is written with what shows this: TLC would compute it from the   *)
(* actions slowly. All else that changes an engine happens a bounded number of times.     *)
HasWork(s) == \/ InFlight(s, "asked") \/ InFlight(s, "stored")
              \/ Lives(s) /\ engines[s].position < Len(stored)
Works(s) == []<>(~HasWork(s)) \/ []<><<engines'[s] # engines[s]>>_vars
PauseEnds(s) == WF_vars(DoOffer(s))
LiveSpec == Spec /\ \A s \in Session : Works(s) /\ PauseEnds(s)

(* An engine that was replaced may offer a record of unknown outcome until it is closed. *)
IsReplaced(s) == Lives(s) /\ IsFenced(s)

(* Each call has an outcome, and each start. *)
EveryCallEnds ==
  /\ \A c \in Command : (answers[c].status = "sent") ~>
       (answers[c].status # "sent" \/ \E s \in Session : IsReplaced(s) /\ c \in Pending(s))
  /\ \A s \in Session : (engines[s].phase = "opening") ~> (engines[s].phase # "opening" \/ IsReplaced(s))
================================================================================
