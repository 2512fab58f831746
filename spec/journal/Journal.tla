------------------------------- MODULE Journal -------------------------------
(* The journal of commands (src/core/journal*.ts, replica.ts, engine.ts): engines *)
(* append records, whose outcome may be unknown to them, to one journal, and step *)
(* what it delivers. Each start of an engine is a session, and opening a journal  *)
(* fences the sessions before. The machine is reduced to one command, a grant of  *)
(* the next epoch: the epoch of a grant is its place in `grants`.                 *)
(*                                                                                *)
(* An action is one thing that happens to an engine or to its journal, and all    *)
(* that the engine does at once in return.                                        *)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
  Sessions,     \* the number of starts
  Grants,       \* the number of commands
  MaxUnstored,  \* the number of commands that may wait to be written
  Fences,       \* whether opening the journal ends the sessions before; else several engines share it
  Enders,       \* the sessions that end those of others, on a journal that engines share
  Savers        \* the commands whose event makes its handler ask for a snapshot

VARIABLES
  stored,      \* all records that were ever stored; the position of a record is its index
  first,       \* the position of the oldest record that is kept
  opened,      \* for each session that was opened, the last position then
  late,        \* the records of calls that nobody waits for, and that may still arrive
  snapshots,   \* the snapshots that are kept, newest first
  saving,      \* by session, the snapshot that is being stored
  forgetting,  \* the first position that an engine asked the journal to keep
  engines,     \* by session
  numbers,     \* by session, its replica's number of the last record of each session
  answers      \* what the caller of each command knows

net == <<late, opened>>
store == <<snapshots, saving, forgetting, first>>
journal == <<stored, first, opened, late, snapshots, saving, forgetting, engines, numbers, answers>>

Session == 1..Sessions
Command == 1..Grants
Begin == 0  \* the first command of a session, which grants nothing
(* Ends session t for good, unless it has appended behind its record n. *)
End(t, n) == -(10 * t + n)
IsEnd(c) == c < 0
EndedBy(c) == (-c) \div 10
NumberIn(c) == (-c) % 10
AllEnds == {End(t, n) : t \in Session, n \in 1..9}
Over == 99  \* the number of a session that was ended: no record comes next

Range(f) == {f[i] : i \in DOMAIN f}
Greatest(a, b) == IF a > b THEN a ELSE b
Least(a, b) == IF a < b THEN a ELSE b

Unnumbered == [s \in Session |-> 0]
Nothing == [position |-> 0, grants |-> <<>>, numbers |-> Unnumbered]
NoFlight == [number |-> 0, commands |-> <<>>, call |-> "none", doubt |-> FALSE, last |-> FALSE]
Engine(phase) == [phase |-> phase, position |-> 0, grants |-> <<>>, gathering |-> <<>>, flight |-> NoFlight]

(* A record in flight. Its call is "asked" until the journal has it, "stored" until the *)
(* answer is out, then "acknowledged"; "pausing" when its outcome is unknown. There is  *)
(* `doubt` once an earlier call of it may have stored it; a `last` call is not repeated. *)
Flight(number, commands, isLast) ==
  [number |-> number, commands |-> commands, call |-> "asked", doubt |-> FALSE, last |-> isLast]

TypeOK ==
  LET Commands == Seq({Begin} \cup Command \cup AllEnds)
      Record == [session : Session, number : 1..9, commands : Commands]
      Kept == [position : Nat, grants : Seq(Command), numbers : [Session -> Nat]]
  IN
  /\ Range(stored) \subseteq Record /\ late \subseteq Record
  /\ first \in 1..(Len(stored) + 1)
  /\ Len(opened) <= Sessions /\ Range(opened) \subseteq 0..Len(stored)
  /\ Range(snapshots) \subseteq Kept /\ Len(snapshots) <= 2
  /\ Range(saving) \subseteq Kept
  /\ forgetting \in 0..Len(stored)
  /\ \A s \in Session : LET e == engines[s] IN
     /\ e.phase \in {"new", "opening", "running", "closing", "ended"}
     /\ e.position \in 0..Len(stored)
     /\ e.grants \in Seq(Command) /\ e.gathering \in Commands /\ e.flight.commands \in Commands
     /\ e.flight.call \in {"none", "asked", "stored", "acknowledged", "pausing"}
     /\ (e.flight.call = "none") = (e.flight.number = 0)
     /\ e.phase \in {"new", "ended"} => e = Engine(e.phase)
  /\ numbers \in [Session -> [Session -> Nat]]
  /\ \A c \in Command : answers[c].status \in {"none", "sent", "granted", "refused", "unknown", "gone", "expired"}

Empty ==
  /\ stored = <<>> /\ first = 1 /\ opened = <<>> /\ late = {}
  /\ snapshots = <<>> /\ saving = [s \in Session |-> Nothing] /\ forgetting = 0
  /\ engines = [s \in Session |-> Engine("new")]
  /\ numbers = [s \in Session |-> Unnumbered]
  /\ answers = [c \in Command |-> [status |-> "none", epoch |-> 0]]

-----------------------------------------------------------------------------
(* The journal.                                                                *)

LastNumber(s) == LET own == {i \in DOMAIN stored : stored[i].session = s} IN
  IF own = {} THEN 0 ELSE stored[CHOOSE i \in own : \A j \in own : j <= i].number
IsStored(record) == record.number <= LastNumber(record.session)
IsFenced(s) == Fences /\ s # Len(opened)
(* A record is stored once, behind all others. *)
Receive(record) == stored' = IF IsStored(record) THEN stored ELSE Append(stored, record)

-----------------------------------------------------------------------------
(* A replica: a position, and the state to which the records up to it lead.     *)

Kept(s) == [position |-> engines[s].position, grants |-> engines[s].grants, numbers |-> numbers[s]]
GrantsIn(commands) == SelectSeq(commands, LAMBDA c : c > Begin)
EndsIn(commands) == Range(SelectSeq(commands, IsEnd))
(* A session is ended that has not appended since. *)
IsSilent(known, c) == known[EndedBy(c)] = NumberIn(c)
Numbered(known, record) == [t \in Session |->
  IF t = record.session THEN record.number
  ELSE IF \E c \in EndsIn(record.commands) : EndedBy(c) = t /\ IsSilent(known, c) THEN Over
  ELSE known[t]]
IsNext(known, record) == record.number = known[record.session] + 1
Reached(position, i) == Greatest(position, i)

(* Takes the record at position i; one that was taken before changes nothing. *)
Take(kept, i) == LET record == stored[i] IN
  IF IsNext(kept.numbers, record)
  THEN [position |-> Reached(kept.position, i),
        grants |-> kept.grants \o GrantsIn(record.commands),
        numbers |-> Numbered(kept.numbers, record)]
  ELSE [kept EXCEPT !.position = Reached(@, i)]

RECURSIVE TakeAll(_, _, _)
TakeAll(kept, from, to) == IF from > to THEN kept ELSE TakeAll(Take(kept, from), from + 1, to)

-----------------------------------------------------------------------------
(* Engines.                                                                     *)

Lives(s) == engines[s].phase \in {"opening", "running", "closing"}
InFlight(s, call) == engines[s].flight.call = call
(* The commands of an engine whose callers wait, apart from its own first one. *)
Pending(s) == Range(GrantsIn(engines[s].flight.commands)) \cup Range(GrantsIn(engines[s].gathering))
RecordOf(s) == LET f == engines[s].flight IN [session |-> s, number |-> f.number, commands |-> f.commands]

(* All `commands` have an outcome without an epoch. *)
Settled(commands, status) ==
  [c \in Command |-> IF c \in commands THEN [status |-> status, epoch |-> 0] ELSE answers[c]]
(* An engine steps and answers nothing more. *)
Ends(s, status) ==
  /\ engines' = [engines EXCEPT ![s] = Engine("ended")]
  /\ numbers' = [numbers EXCEPT ![s] = Unnumbered]
  /\ answers' = Settled(Pending(s), status)

(* What an engine does once a record has its outcome: writes what has gathered. *)
Goes(e, known) ==
  IF e.gathering # <<>> THEN
    [e EXCEPT !.gathering = <<>>, !.flight = Flight(known + 1, e.gathering, e.phase = "closing")]
  ELSE IF e.phase = "closing" THEN Engine("ended")
  ELSE [e EXCEPT !.flight = NoFlight]

(* A snapshot has whole records, also when the handler of an event asks for it. *)
Saved(kept) == kept
Asks(s, e, before, kept) == LET granted == {kept.grants[i] : i \in Len(before.grants) + 1 .. Len(kept.grants)} IN
  e.phase = "running" /\ saving[s] = Nothing /\ granted \cap Savers # {}

(* Starts an engine: it opens the journal, and restores the newest snapshot, or the one   *)
(* before if the newest is damaged. It reads up to the position that is last now, and     *)
(* then appends the first command of its session.                                        *)
Restored(isDamaged) == LET whole == IF isDamaged THEN Tail(snapshots) ELSE snapshots IN
  IF whole = <<>> THEN Nothing ELSE whole[1]
Reading(kept, end) ==
  [Engine("opening") EXCEPT !.position = kept.position, !.grants = kept.grants,
                            !.flight = IF kept.position < end THEN @ ELSE Flight(1, <<Begin>>, FALSE)]
Open(s, isDamaged) ==
  /\ s = Len(opened) + 1
  /\ isDamaged => snapshots # <<>>
  /\ LET kept == Restored(isDamaged) IN
     /\ engines' = [engines EXCEPT ![s] = Reading(kept, Len(stored))]
     /\ numbers' = [numbers EXCEPT ![s] = kept.numbers]
  /\ opened' = Append(opened, Len(stored))
  /\ UNCHANGED <<stored, late, store, answers>>

(* A caller sends the next command, which has to wait, or is refused. *)
IsFull(e) == Len(e.gathering) >= MaxUnstored
Gathers(s, c) == LET e == engines[s] IN
  IF e.flight = NoFlight THEN [e EXCEPT !.flight = Flight(numbers[s][s] + 1, <<c>>, FALSE)]
  ELSE [e EXCEPT !.gathering = Append(@, c)]
FirstAnswer(s, c, isFull) == [status |-> IF isFull THEN "refused" ELSE "sent", epoch |-> 0]
Send(s, c) ==
  /\ engines[s].phase = "running"
  /\ \A d \in Command : (answers[d].status = "none") = (d >= c)
  /\ LET e == engines[s]  isFull == IsFull(e) IN
     /\ answers' = [answers EXCEPT ![c] = FirstAnswer(s, c, isFull)]
     /\ engines' = [engines EXCEPT ![s] = IF isFull THEN e ELSE Gathers(s, c)]
  /\ UNCHANGED <<stored, net, store, numbers>>
(* An engine ends the session of another one, of which it has long read nothing: its process has *)
(* ended, is paused, or can't reach the journal. It ends one at a time.                           *)
IsKnown(s, t) == numbers[s][t] \in 1..(Over - 1)
IsEnding(s) == EndsIn(engines[s].flight.commands \o engines[s].gathering) # {}
Expire(s, t) ==
  /\ s \in Enders /\ s # t
  /\ engines[s].phase = "running"
  /\ IsKnown(s, t) /\ ~IsEnding(s)
  /\ engines' = [engines EXCEPT ![s] = Gathers(s, End(t, numbers[s][t]))]
  /\ UNCHANGED <<stored, net, store, numbers, answers>>

(* The record in flight was not stored, for certain. Its number is free. *)
Refused(s) ==
  LET e == engines[s]  known == e.flight.number - 1 IN
  IF e.phase = "opening" THEN Ends(s, "refused")
  ELSE /\ engines' = [engines EXCEPT ![s] = Goes(e, known)]
       /\ numbers' = IF engines'[s].phase = "ended" THEN [numbers EXCEPT ![s] = Unnumbered] ELSE numbers
       /\ answers' = Settled(Range(GrantsIn(e.flight.commands)), "refused")
(* It is unknown whether the record in flight was stored, or will be. *)
Doubted(s) ==
  LET e == engines[s] IN
  IF e.flight.last THEN Ends(s, "unknown")
  ELSE /\ engines' = [engines EXCEPT
            ![s].flight.doubt = TRUE,
            ![s].flight.call = IF e.phase = "closing" THEN "asked" ELSE "pausing",
            ![s].flight.last = e.phase = "closing"]
       /\ UNCHANGED <<numbers, answers>>
(* A refusal speaks for its own call only, and not for those before it. *)
Refuses(s) == IF engines[s].flight.doubt THEN Doubted(s) ELSE Refused(s)

(* The journal stores the record of a call, finds that it has it already, or refuses it as  *)
(* its session was fenced.                                                                  *)
Handle(s) ==
  /\ InFlight(s, "asked")
  /\ IF IsFenced(s) /\ ~IsStored(RecordOf(s))
     THEN Refuses(s) /\ UNCHANGED stored
     ELSE /\ Receive(RecordOf(s))
          /\ engines' = [engines EXCEPT ![s].flight.call = "stored"]
          /\ UNCHANGED <<numbers, answers>>
  /\ UNCHANGED <<net, store>>
(* The journal refuses to store a record, as it is full. *)
Refuse(s) ==
  /\ InFlight(s, "asked")
  /\ Refuses(s)
  /\ UNCHANGED <<stored, net, store>>
(* A call comes back. Nothing is answered before the journal delivers the record. *)
Acknowledged(s) ==
  /\ engines' = [engines EXCEPT ![s].flight.call = "acknowledged"]
  /\ UNCHANGED <<numbers, answers>>
Acknowledge(s) ==
  /\ InFlight(s, "stored")
  /\ Acknowledged(s)
  /\ UNCHANGED <<stored, net, store>>
(* A call fails without a statement of the journal; it may still arrive. *)
Lose(s) ==
  /\ InFlight(s, "asked") \/ InFlight(s, "stored")
  /\ Doubted(s)
  /\ late' = IF InFlight(s, "asked") THEN late \cup {RecordOf(s)} ELSE late
  /\ UNCHANGED <<stored, opened, store>>
Arrive(record) ==
  /\ record \in late
  /\ late' = late \ {record}
  /\ IF IsFenced(record.session) THEN UNCHANGED stored ELSE Receive(record)
  /\ UNCHANGED <<opened, store, engines, numbers, answers>>
(* After a pause the same record is offered again. *)
Again(e) == [e EXCEPT !.flight.call = "asked"]
Offer(s) ==
  /\ InFlight(s, "pausing")
  /\ engines' = [engines EXCEPT ![s] = Again(engines[s])]
  /\ UNCHANGED <<stored, net, store, numbers, answers>>

(* The journal delivers the next k records. An engine stops for good at the beginning of a *)
(* session that opened the journal after its own, unless they share it: what it was         *)
(* appending is of unknown outcome to it, and what has gathered is not appended.            *)
IsReading(s) == engines[s].phase = "opening" /\ engines[s].flight = NoFlight
Successors(s, from, to) == {i \in from..to : Fences /\ stored[i].session # s /\ stored[i].number = 1}
Replaced(e, given) == [c \in Command |->
  IF c \in Range(GrantsIn(e.flight.commands)) /\ given[c].status = "sent" THEN [status |-> "unknown", epoch |-> 0]
  ELSE IF c \in Range(e.gathering) THEN [status |-> "refused", epoch |-> 0]
  ELSE given[c]]
(* An engine stops for good at the record that ends its session. What waits was not stepped, and never *)
(* will be, whether it is stored or not.                                                             *)
EndOf(s, from, to) == {i \in from..to : Enders # {} /\ TakeAll(Kept(s), from, i).numbers[s] = Over}
Expired(e, given) == [c \in Command |->
  IF c \in Range(GrantsIn(e.flight.commands)) \cup Range(e.gathering) /\ given[c].status = "sent"
  THEN [status |-> "expired", epoch |-> 0]
  ELSE given[c]]
Deliver(s, k) ==
  /\ Lives(s)
  /\ engines[s].position + 1 >= first
  /\ engines[s].position + k <= Len(stored)
  /\ LET e == engines[s]
         from == e.position + 1
         end == IF IsReading(s) THEN Least(e.position + k, opened[s]) ELSE e.position + k
         begun == IF IsReading(s) THEN {} ELSE Successors(s, from, end)
         over == EndOf(s, from, end)
         to == IF begun # {} THEN (CHOOSE i \in begun : \A j \in begun : i <= j) - 1
               ELSE IF over # {} THEN CHOOSE i \in over : \A j \in over : i <= j
               ELSE end
         kept == TakeAll(Kept(s), from, to)
         own == {i \in from..to : stored[i].session = s /\ stored[i].number = e.flight.number}
         moved == [e EXCEPT !.position = kept.position, !.grants = kept.grants]
         gone == IF own = {} THEN moved
                 ELSE Goes([moved EXCEPT !.phase = IF @ = "opening" THEN "running" ELSE @], kept.numbers[s])
         next == IF begun # {} \/ over # {} THEN Engine("ended")
                 ELSE IF own = {} /\ IsReading(s) THEN Reading(kept, opened[s])
                 ELSE gone
         given == GrantsIn(e.flight.commands)
         before == TakeAll(Kept(s), from, (CHOOSE i \in own : TRUE) - 1)
         granted == [c \in Command |->
           IF own = {} \/ c \notin Range(given) THEN answers[c]
           ELSE [status |-> "granted",
                 epoch |-> Len(before.grants) + (CHOOSE i \in DOMAIN given : given[i] = c)]]
     IN
     /\ engines' = [engines EXCEPT ![s] = next]
     /\ numbers' = [numbers EXCEPT ![s] = IF next.phase = "ended" THEN Unnumbered ELSE kept.numbers]
     /\ saving' = IF begun = {} /\ Asks(s, e, Kept(s), kept) THEN [saving EXCEPT ![s] = Saved(kept)] ELSE saving
     /\ answers' = IF begun # {} THEN Replaced(e, granted)
                   ELSE IF over # {} THEN Expired(e, granted)
                   ELSE granted
  /\ UNCHANGED <<stored, net, snapshots, forgetting, first>>
(* The journal delivers once more a record that was taken before. *)
Redeliver(s, p) ==
  /\ Lives(s)
  /\ p \in first..engines[s].position
  /\ LET kept == Take(Kept(s), p) IN
     /\ engines' = [engines EXCEPT ![s].position = kept.position, ![s].grants = kept.grants]
     /\ numbers' = [numbers EXCEPT ![s] = kept.numbers]
  /\ UNCHANGED <<stored, net, store, answers>>
(* The next record was forgotten: only another start can go on, from a snapshot. *)
Truncate(s) ==
  /\ Lives(s)
  /\ engines[s].position + 1 < first
  /\ Ends(s, "unknown")
  /\ UNCHANGED <<stored, net, store>>

(* The engine takes no more commands, waits for the outcome of those it has, and offers a *)
(* record of unknown outcome once more.                                                   *)
Close(s) ==
  /\ engines[s].phase = "running"
  /\ IF engines[s].flight = NoFlight THEN Ends(s, "gone")
     ELSE /\ engines' = [engines EXCEPT
               ![s].phase = "closing",
               ![s].flight.last = InFlight(s, "pausing"),
               ![s].flight.call = IF @ = "pausing" THEN "asked" ELSE @]
          /\ UNCHANGED <<numbers, answers>>
  /\ UNCHANGED <<stored, net, store>>
(* The process ends. What it had sent to the journal may arrive. *)
Crash(s) ==
  /\ Lives(s)
  /\ late' = IF InFlight(s, "asked") THEN late \cup {RecordOf(s)} ELSE late
  /\ Ends(s, "gone")
  /\ UNCHANGED <<stored, opened, store>>

(* An engine sends its state to the store of snapshots; the store keeps it and the newest  *)
(* of the others; then the engine asks the journal to forget what the older one stands for. *)
AsksToForget(s) == forgetting' = forgetting  \* not before the snapshot is stored
Snapshot(s) ==
  /\ engines[s].phase = "running"
  /\ saving[s] = Nothing
  /\ saving' = [saving EXCEPT ![s] = Saved(Kept(s))]
  /\ AsksToForget(s)
  /\ UNCHANGED <<stored, net, snapshots, first, engines, numbers, answers>>
NewestTwo(all) ==
  LET top(q) == CHOOSE k \in q : \A j \in q : j.position <= k.position
      one == top(all)
      others == {k \in all : k.position < one.position}
  IN IF others = {} THEN <<one>> ELSE <<one, top(others)>>
Forgettable(kept, position) == LET older == {k \in Range(kept) : k.position < position} IN
  IF older = {} THEN 0 ELSE (CHOOSE k \in older : \A j \in older : j.position <= k.position).position + 1
Save(s) ==
  /\ saving[s] # Nothing
  /\ snapshots' = NewestTwo({k \in Range(snapshots) : k.position # saving[s].position} \cup {saving[s]})
  /\ saving' = [saving EXCEPT ![s] = Nothing]
  /\ LET asked == IF Lives(s) THEN Forgettable(snapshots', saving[s].position) ELSE 0 IN
     forgetting' = IF asked > first THEN Greatest(forgetting, asked) ELSE forgetting
  /\ UNCHANGED <<stored, net, first, engines, numbers, answers>>
LoseSave(s) ==
  /\ saving[s] # Nothing
  /\ saving' = [saving EXCEPT ![s] = Nothing]
  /\ UNCHANGED <<stored, net, snapshots, forgetting, first, engines, numbers, answers>>
Forget ==
  /\ forgetting # 0
  /\ first' = forgetting /\ forgetting' = 0
  /\ UNCHANGED <<stored, net, snapshots, saving, engines, numbers, answers>>

-----------------------------------------------------------------------------
(* Invariants. They compare what replicas and callers have with the records    *)
(* themselves, not with the operators above.                                   *)

Places(c) == {i \in DOMAIN stored : c \in Range(stored[i].commands)}
Replicas == {Kept(s) : s \in {t \in Session : Lives(t)}} \cup Range(snapshots) \cup (Range(saving) \ {Nothing})

(* What was answered is in every replica that is long enough, in the same place; what was *)
(* refused is nowhere.                                                                    *)
AnsweredIsStored == \A c \in Command :
  /\ answers[c].status = "granted" =>
     \E i \in Places(c) : \A r \in Replicas : r.position >= i =>
       answers[c].epoch \in DOMAIN r.grants /\ r.grants[answers[c].epoch] = c
  /\ answers[c].status = "refused" => Places(c) = {}
(* An engine answers what it has stepped. *)
AnsweredIsStepped == \A c \in Command : answers[c].status = "granted" =>
  \A i \in Places(c) : LET s == stored[i].session IN Lives(s) => c \in Range(engines[s].grants)
(* No epoch is given to two callers. *)
NoEpochTwice == \A c, d \in Command :
  c # d /\ answers[c].status = "granted" /\ answers[d].status = "granted" => answers[c].epoch # answers[d].epoch
(* A record comes behind one that ended its session, which had appended nothing in between. *)
RECURSIVE IsVoid(_)
NumberAt(t, j) == Cardinality({k \in 1..j - 1 : stored[k].session = t})
EndsAt(t, j) == \E c \in EndsIn(stored[j].commands) : EndedBy(c) = t /\ NumberIn(c) = NumberAt(t, j)
IsOver(t, i) == \E j \in 1..i : EndsAt(t, j) /\ ~IsVoid(j)
IsVoid(i) == IsOver(stored[i].session, i - 1)
(* Each replica stepped each record up to its position once, those of a session in order, and none that *)
(* came behind the end of its session.                                                                *)
OnceInOrder ==
  /\ \A i \in DOMAIN stored : stored[i].number = Cardinality({j \in 1..i : stored[j].session = stored[i].session})
  /\ \A r \in Replicas :
     /\ \A i, j \in DOMAIN r.grants : i < j => r.grants[i] # r.grants[j]
     /\ Range(r.grants) = UNION {Range(GrantsIn(stored[i].commands)) : i \in {j \in 1..r.position : ~IsVoid(j)}}
     /\ \A i, j \in DOMAIN r.grants : i < j /\
          (\E p \in Places(r.grants[i]), q \in Places(r.grants[j]) : stored[p].session = stored[q].session)
          => r.grants[i] < r.grants[j]
(* Replicas at one position are equal, and so are snapshots. *)
EqualReplicas == \A r, q \in Replicas : r.position = q.position => r = q
(* A session is over where one that was not has ended it, and only if it had appended nothing since. *)
OnlySilentEnds == \A r \in Replicas, t \in Session : (r.numbers[t] = Over) = IsOver(t, r.position)
(* What a caller was told to be expired is nowhere. *)
ExpiredIsNowhere == \A c \in Command : answers[c].status = "expired" => \A r \in Replicas : c \notin Range(r.grants)
(* An engine whose session is over runs no more. *)
EndedStops == \A s \in Session : Lives(s) => numbers[s][s] # Over
(* What a session appends comes before the next one is opened, or not at all. *)
FencedIsSilent == Fences => \A i \in DOMAIN stored, t \in DOMAIN opened :
  stored[i].session < t => i <= opened[t]
(* An engine takes nothing of the session that replaced its own. *)
ReplacedIsSilent == Fences => \A s \in DOMAIN opened : Lives(s) =>
  \A i \in opened[s] + 1 .. engines[s].position : stored[i].session = s
(* Two snapshots stand for what was forgotten, each for all of it. *)
SnapshotCovers == first > 1 => Len(snapshots) = 2 /\ \A k \in Range(snapshots) : first <= k.position + 1
(* An outcome is final. *)
OutcomeIsFinal == [][\A c \in Command : answers[c].status \notin {"none", "sent"} => answers'[c] = answers[c]]_journal
(* What waits to be written is bounded. *)
GatheringIsBounded == \A s \in Session : Len(engines[s].gathering) <= MaxUnstored
(* A command is refused at once only by an engine at which as many wait as may. *)
OnlyFullRefuses == [][\A c \in Command : (answers[c].status = "none" /\ answers'[c].status = "refused") =>
  \E s \in Session : engines[s].phase = "running" /\ Len(engines[s].gathering) = MaxUnstored]_journal
(* Records are added behind all others; what is forgotten stays so; engines go forward. *)
OnlyForward == [][
  /\ Len(stored') >= Len(stored) /\ \A i \in DOMAIN stored : stored'[i] = stored[i]
  /\ first' >= first
  /\ \A s \in Session : LET e == engines[s]  f == engines'[s] IN (Lives(s) /\ f.phase # "ended") =>
       /\ f.position >= e.position
       /\ Len(f.grants) >= Len(e.grants) /\ \A i \in DOMAIN e.grants : f.grants[i] = e.grants[i]]_journal
(* A start restores a snapshot from which it can read on. *)
StartReachesJournal == [][\A s \in Session :
  (engines[s].phase = "new" /\ engines'[s].phase = "opening") => engines'[s].position + 1 >= first]_journal
(* A snapshot only goes for a newer one; the older of the two is the newest of the others. *)
NewestAreKept == [][\A i \in DOMAIN snapshots :
  /\ i \in DOMAIN snapshots' /\ snapshots'[i].position >= snapshots[i].position
  /\ \A j \in DOMAIN snapshots' : j < i => snapshots'[j].position > snapshots'[i].position]_journal
(* What happens to an engine, or to its caller, changes no other engine, and no answer of its callers. *)
OthersUntouched == [][
  \/ engines' = engines /\ \A c \in Command : answers'[c] = answers[c] \/ answers'[c].status = "refused"
  \/ \E s \in Session : /\ \A t \in Session \ {s} : engines'[t] = engines[t]
                         /\ \A c \in Command : answers'[c] = answers[c] \/ answers[c].status = "none" \/ c \in Pending(s)]_journal
(* A record of unknown outcome is offered again after a pause, or at once, for the last time, by an *)
(* engine that closes.                                                                              *)
OfferWaitsForPause == [][\A s \in Session : LET f == engines[s].flight  g == engines'[s].flight IN
  (f.number # 0 /\ g.number = f.number /\ g.call = "asked" /\ f.call # "asked") =>
    f.call = "pausing" \/ engines'[s].phase = "closing"]_journal
(* A record that is offered again is the same. *)
SameRecordAgain == [][\A s \in Session : LET f == engines[s].flight  g == engines'[s].flight IN
  (f.doubt /\ g.doubt) => g.number = f.number /\ g.commands = f.commands]_journal
================================================================================
