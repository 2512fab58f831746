---------------------------- MODULE JournalMutants ----------------------------
(* Broken variants, which the properties must detect. models.json says which      *)
(* definition each one replaces, and which property must fail.                    *)
EXTENDS JournalLive

(* The journal stores a record as often as it is offered. *)
M_StoresAgain(record) == FALSE
(* A session that was replaced goes on to append. *)
M_NoFence(s) == FALSE
(* An engine that was replaced goes on. *)
M_GoesOn(s, from, to) == {}
(* An engine that was replaced stops, and answers nothing. *)
M_SaysNothing(e, given) == given
(* A record of unknown outcome counts as refused. *)
M_DoubtIsRefusal(s) == Refused(s)
(* A refusal counts although an earlier call may have stored the record. *)
M_RefusedAnyway(s) == Refused(s)
(* A record is offered again under a new number. *)
M_NewNumber(e) == [e EXCEPT !.flight.call = "asked", !.flight.number = @ + 1]
(* A record of unknown outcome is not offered again. *)
M_NeverAgain(e) == e
(* A record that is delivered again is stepped again. *)
M_NoNumberCheck(known, record) == TRUE
(* A record that is delivered again takes the position back. *)
M_GoesBack(position, i) == i
(* A record that comes with another is left out. *)
M_LeavesOut(kept, from, to) == Take(kept, to)
(* Callers are answered when the journal has acknowledged their record. *)
AnsweredEarly(s) == LET given == GrantsIn(engines[s].flight.commands) IN [c \in Command |->
  IF c \notin Range(given) THEN answers[c]
  ELSE [status |-> "granted", epoch |-> Len(engines[s].grants) + (CHOOSE i \in DOMAIN given : given[i] = c)]]
M_AnswersEarly(s) ==
  /\ engines' = [engines EXCEPT ![s].flight.call = "acknowledged"]
  /\ answers' = AnsweredEarly(s)
  /\ UNCHANGED numbers
(* An engine answers a call by its own state, and steps it then in the order of the journal. *)
M_AnswersAtOnce(s, c, isFull) == [status |-> "granted", epoch |-> Len(engines[s].grants) + 1]
(* What gathers while a record is in flight is dropped. *)
M_DropsGathered(e, known) == IF e.phase = "closing" THEN Engine("ended") ELSE [e EXCEPT !.flight = NoFlight, !.gathering = <<>>]
(* A snapshot is taken within a record. *)
M_PartOfRecord(kept) == [kept EXCEPT !.grants = SubSeq(@, 1, Len(@) - 1)]
(* Forgets before the snapshot that shall stand for it is stored. *)
M_AsksAtOnce(s) == forgetting' = IF engines[s].position + 1 > first THEN engines[s].position + 1 ELSE forgetting
(* Forgets all before the newest snapshot. *)
M_ForgetsToNewest(kept, position) == position + 1
(* The end of an engine changes what other callers were answered. *)
M_EndsAll(s, status) == /\ engines' = [engines EXCEPT ![s] = Engine("ended")]
                         /\ numbers' = [numbers EXCEPT ![s] = Unnumbered]
                         /\ answers' = Settled(Command, status)
(* As many commands may wait as are sent. *)
M_NeverFull(e) == FALSE
(* None may wait. *)
M_AlwaysFull(e) == TRUE
(* A record takes the place of the last one. *)
M_Overwrites(record) == stored' = IF stored = <<>> THEN <<record>> ELSE [stored EXCEPT ![Len(stored)] = record]
(* Snapshots are not restored. *)
M_RestoresNothing(isDamaged) == Nothing
(* The oldest snapshots are kept. *)
M_OldestTwo(all) ==
  LET least(q) == CHOOSE k \in q : \A j \in q : j.position >= k.position
      one == least(all)
      others == {k \in all : k.position > one.position}
  IN IF others = {} THEN <<one>> ELSE <<least(others), one>>
(* All snapshots are kept. *)
RECURSIVE M_All(_)
M_All(all) == IF all = {} THEN <<>>
              ELSE LET top == CHOOSE k \in all : \A j \in all : j.position <= k.position IN <<top>> \o M_All(all \ {top})
(* The end of an engine ends the others. *)
M_EndsOthers(s, status) == /\ engines' = [t \in Session |-> IF Lives(t) THEN Engine("ended") ELSE engines[t]]
                            /\ numbers' = [numbers EXCEPT ![s] = Unnumbered]
                            /\ answers' = Settled(Pending(s), status)
(* A record of unknown outcome is offered again at once. *)
M_OffersAtOnce(s) ==
  /\ engines' = [engines EXCEPT ![s].flight.doubt = TRUE, ![s].flight.call = "asked"]
  /\ UNCHANGED <<numbers, answers>>
(* What has gathered joins a record that is offered again. *)
M_OffersMore(e) == [e EXCEPT !.flight.call = "asked", !.flight.commands = @ \o e.gathering, !.gathering = <<>>]
(* A session is ended although it has appended since. *)
M_EndsActive(known, c) == known[EndedBy(c)] \in NumberIn(c)..(Over - 1)
(* What a session appends after its end is stepped. *)
M_StepsVoid(known, record) == record.number = known[record.session] + 1 \/ known[record.session] = Over
(* An engine whose session was ended goes on. *)
M_EndedGoesOn(s, from, to) == {}
(* The end of a session ends also what was stepped before. *)
M_ExpiresStepped(e, given) == [c \in Command |->
  IF c \in Range(GrantsIn(e.flight.commands)) \cup Range(e.gathering) THEN [status |-> "expired", epoch |-> 0]
  ELSE given[c]]
================================================================================
