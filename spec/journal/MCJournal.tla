------------------------------ MODULE MCJournal ------------------------------
(* Journal for the model checker: what the surroundings do, and how often. The    *)
(* bounds are guards; world.ts has the same for the engine.                       *)
EXTENDS Journal

CONSTANTS
  MaxFaults,  \* the number of calls that fail
  MaxLosses,  \* the number of snapshots that are not stored, or found damaged
  MaxSaves,   \* the number of snapshots that are asked for
  Batches,    \* the numbers of records that are delivered at once
  MayClose, MayCrash, MayRedeliver

VARIABLES faults, losses, saves  \* how many there were
vars == <<journal, faults, losses, saves>>

Counted(f, l, s, action) == faults' = faults + f /\ losses' = losses + l /\ saves' = saves + s /\ action
Do(action) == Counted(0, 0, 0, action)
Fault(action) == faults < MaxFaults /\ Counted(1, 0, 0, action)
Loss(action) == losses < MaxLosses /\ Counted(0, 1, 0, action)

DoOpen(s) == Do(Open(s, FALSE))
DoOpenDamaged(s) == Loss(Open(s, TRUE))
DoSend(s, c) == Do(Send(s, c))
DoExpire(s, t) == Fault(Expire(s, t))
DoHandle(s) == Do(Handle(s))
DoRefuse(s) == Fault(Refuse(s))
DoAcknowledge(s) == Do(Acknowledge(s))
DoLose(s) == Fault(Lose(s))
DoArrive(s, n) == \E r \in late : r.session = s /\ r.number = n /\ Do(Arrive(r))
DoOffer(s) == Do(Offer(s))
DoDeliver(s, k) == Do(Deliver(s, k))
DoRedeliver(s, p) == MayRedeliver /\ Do(Redeliver(s, p))
DoTruncate(s) == Do(Truncate(s))
DoClose(s) == MayClose /\ Do(Close(s))
DoCrash(s) == MayCrash /\ Do(Crash(s))
DoSnapshot(s) == saves < MaxSaves /\ Counted(0, 0, 1, Snapshot(s))
DoSave(s) == Do(Save(s))
DoLoseSave(s) == Loss(LoseSave(s))
DoForget == Do(Forget)

Position == 1..(Sessions + Grants)

Next ==
  \/ \E s \in Session :
     \/ DoOpen(s) \/ DoOpenDamaged(s)
     \/ \E c \in Command : DoSend(s, c)
     \/ \E t \in Session : DoExpire(s, t)
     \/ DoHandle(s) \/ DoRefuse(s) \/ DoAcknowledge(s) \/ DoLose(s) \/ DoOffer(s)
     \/ \E n \in 1..(Grants + 1) : DoArrive(s, n)
     \/ \E k \in Batches : DoDeliver(s, k)
     \/ \E p \in Position : DoRedeliver(s, p)
     \/ DoTruncate(s) \/ DoClose(s) \/ DoCrash(s)
     \/ DoSnapshot(s) \/ DoSave(s) \/ DoLoseSave(s)
  \/ DoForget
Init == Empty /\ faults = 0 /\ losses = 0 /\ saves = 0
Spec == Init /\ [][Next]_vars

(* Each must be reachable: its negation has to be violated. *)
NoDoubtIsFounded == \A s \in Session : ~(InFlight(s, "pausing") /\ IsStored(RecordOf(s)))
NoDoubtIsUnfounded == \A s \in Session : ~(InFlight(s, "pausing") /\ ~IsStored(RecordOf(s)) /\ IsFenced(s))
NothingArrivesAgain == \A r \in late : ~IsStored(r)
NoRecordHasMore == \A i \in DOMAIN stored : Len(stored[i].commands) < 2
NobodyIsTurnedAway == \A c \in Command : answers[c].status = "refused" => faults > 0
NoOutcomeIsUnknown == \A c \in Command : answers[c].status # "unknown"
NoneIsBehind == \A s \in Session : Lives(s) => engines[s].position + 1 >= first
NoneStartsOlder == \A s \in Session : engines[s].phase = "opening" => snapshots = <<>> \/ engines[s].position >= snapshots[1].position
NobodyExpires == \A c \in Command : answers[c].status # "expired"
NoEndIsLate == \A i \in DOMAIN stored : \A c \in EndsIn(stored[i].commands) : NumberIn(c) = NumberAt(EndedBy(c), i)
NoGrantIsVoid == \A i \in DOMAIN stored : IsVoid(i) => GrantsIn(stored[i].commands) = <<>>
NoSessionsAlternate == \A i, j, k \in DOMAIN stored :
  i < j /\ j < k => ~(stored[i].session = stored[k].session /\ stored[j].session # stored[k].session)
================================================================================
