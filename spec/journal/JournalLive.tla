----------------------------- MODULE JournalLive -----------------------------
(* Liveness: as the number of faults is bounded, the journal works in the end.    *)
EXTENDS MCJournal

(* The journal handles the calls of an engine and delivers, and pauses end, whatever      *)
(* other engines do. It is written with what shows this: TLC would compute it from the   *)
(* actions slowly. All else that changes an engine happens a bounded number of times.     *)
HasCall(s) == InFlight(s, "asked") \/ InFlight(s, "stored")
IsBehind(s) == Lives(s) /\ engines[s].position < Len(stored)
Moves(s) == engines'[s].position # engines[s].position \/ engines'[s].phase # engines[s].phase
Works(s) ==
  /\ []<>(~HasCall(s)) \/ []<><<engines'[s] # engines[s]>>_vars
  /\ []<>(~IsBehind(s)) \/ []<><<Moves(s)>>_vars
PauseEnds(s) == WF_vars(DoOffer(s))
LiveSpec == Spec /\ \A s \in Session : Works(s) /\ PauseEnds(s)

(* An engine may offer a record of unknown outcome until it is closed, if it was fenced by a start *)
(* that has not begun its session.                                                               *)
IsFencedOnly(s) == Lives(s) /\ IsFenced(s) /\ \A i \in DOMAIN stored : stored[i].session <= s

(* Each call has an outcome, and each start. *)
EveryCallEnds ==
  /\ \A c \in Command : (answers[c].status = "sent") ~>
       (answers[c].status # "sent" \/ \E s \in Session : IsFencedOnly(s) /\ c \in Pending(s))
  /\ \A s \in Session : (engines[s].phase = "opening") ~> (engines[s].phase # "opening" \/ IsFencedOnly(s))
================================================================================
