------------------------------- MODULE Breakers -------------------------------
(* Circuit breakers: calls to a service that keeps failing are rejected for a     *)
(* while, then admitted a few at a time. The machine is src/breakers/machine.ts.  *)
(*                                                                                *)
(* There are no timers. A command first brings its breaker up to date: an open    *)
(* one whose time is over is half-open, and a half-open one with a probe beyond   *)
(* its limit is open. Each of these changes is an event of its own, and so is     *)
(* what the command does then. `todo` holds what is still to follow, and the next *)
(* command is accepted when nothing is.                                           *)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
  Name,         \* the names of breakers
  Rules,        \* [names of rules -> rules]; shares and the jitter are in percent
  MaxBreakers,  \* how many breakers there may be
  IdleMs        \* the time after which an unused one is evicted; 0 for never

VARIABLES
  now,          \* the time
  epoch,        \* the newest epoch
  lastPermit,   \* the newest permit
  breakers,     \* [names in use -> Breaker]
  used,         \* the closed breakers, those without failures before the others, each the longest unused first
  todo,         \* [open: whether a step is under way, items: what is still to follow]
  told          \* the last event, as far as the configuration needs it: see Say
vars == <<now, epoch, lastPermit, breakers, used, todo, told>>

Nothing == [open |-> FALSE, items |-> <<>>]
Stable == todo = Nothing

(* Overridden by configurations that need less. *)
Say(event) == told' = event
SayNothing(event) == told' = [type |-> "nothing"]
SayWithin(event) == told' = IF todo'.open THEN event ELSE [type |-> "nothing"]

--------------------------------------------------------------------------------
(* Predicates and functions of the state. *)

MinOf(S) == CHOOSE x \in S : \A y \in S : x <= y
Least(x, y) == IF x < y THEN x ELSE y
Most(x, y) == IF x > y THEN x ELSE y
Without(s, x) == SelectSeq(s, LAMBDA y : y # x)

Never == -1   \* no time, and no measured duration

ClosedPhase == [state |-> "closed", failures |-> 0, window |-> <<>>]
OpenPhase(until, reason) == [state |-> "open", until |-> until, heldFor |-> reason]
HalfOpenPhase == [state |-> "half-open", successes |-> 0, probes |-> <<>>]

IsKnown(n) == n \in DOMAIN breakers
RulesOf(n) == Rules[breakers[n].rules]
PhaseOf(n) == breakers[n].phase
StateOf(n) == PhaseOf(n).state
IsHeld(n) == StateOf(n) = "open" /\ PhaseOf(n).heldFor # ""

(* The newest calls: by count a sequence of them, by time their numbers in each tenth of the time. *)
CountsTime(r) == r.window = "time"
Slot(r) == (now * 10) \div r.windowMs
One(condition) == IF condition THEN 1 ELSE 0
Recorded(r, w, failed, slow) ==
  IF r.policy = "consecutive" THEN <<>>
  ELSE IF CountsTime(r)
  THEN LET kept == {s \in DOMAIN w : s > Slot(r) - 10}
           old == IF Slot(r) \in DOMAIN w THEN w[Slot(r)] ELSE [calls |-> 0, failures |-> 0, slow |-> 0]
       IN [s \in kept \cup {Slot(r)} |-> IF s # Slot(r) THEN w[s]
             ELSE [calls |-> old.calls + 1, failures |-> old.failures + One(failed), slow |-> old.slow + One(slow)]]
  ELSE LET s == Append(w, [failed |-> failed, slow |-> slow]) IN IF Len(s) > r.windowCalls THEN Tail(s) ELSE s
RECURSIVE Sum(_, _)
Sum(f, S) == IF S = {} THEN 0 ELSE LET x == CHOOSE x \in S : TRUE IN f[x] + Sum(f, S \ {x})
Calls(r, w) == IF CountsTime(r) THEN Sum([s \in DOMAIN w |-> w[s].calls], DOMAIN w) ELSE Len(w)
Failures(r, w) == IF CountsTime(r) THEN Sum([s \in DOMAIN w |-> w[s].failures], DOMAIN w)
                  ELSE Cardinality({i \in DOMAIN w : w[i].failed})
SlowCalls(r, w) == IF CountsTime(r) THEN Sum([s \in DOMAIN w |-> w[s].slow], DOMAIN w)
                   ELSE Cardinality({i \in DOMAIN w : w[i].slow})

(* The reason for which a closed breaker opens after a call; "" for none. *)
WhyOpen(r, phase) ==
  LET calls == Calls(r, phase.window) IN
  CASE r.policy = "consecutive" -> IF phase.failures >= r.failureThreshold THEN "failures" ELSE ""
    [] calls < r.minimumCalls -> ""
    [] Failures(r, phase.window) * 100 >= r.failurePercent * calls -> "failure-rate"
    [] r.policy = "slow-call" /\ SlowCalls(r, phase.window) * 100 >= r.slowPercent * calls -> "slow-calls"
    [] OTHER -> ""

(* Closed, and without a failure that could open it. *)
HasFailures(r, phase) ==
  phase.failures > 0 \/ Failures(r, phase.window) > 0 \/ SlowCalls(r, phase.window) > 0
IsSound(n) == StateOf(n) = "closed" /\ ~HasFailures(RulesOf(n), PhaseOf(n))

(* The closed breaker that makes room for another; <<>> for none. *)
Evictable == IF used = <<>> THEN <<>> ELSE <<used[1]>>
IsFull == Cardinality(DOMAIN breakers) >= MaxBreakers
(* Those that were unused for too long. *)
IsIdle(n) == IdleMs > 0 /\ IsSound(n) /\ breakers[n].usedAt + IdleMs <= now
SomeIsIdle == \E n \in DOMAIN breakers : IsIdle(n)

(* The probe whose limit is over; the first of several. *)
Overdue(n) == IF StateOf(n) # "half-open" THEN {} ELSE {p \in DOMAIN PhaseOf(n).probes : PhaseOf(n).probes[p] <= now}
FirstOf(n) == LET probes == PhaseOf(n).probes
                  first == MinOf({probes[p] : p \in DOMAIN probes})
              IN MinOf({p \in DOMAIN probes : probes[p] = first})
IsOverdue(n) == Overdue(n) # {}
(* An open breaker whose time is over. *)
IsDue(n) == StateOf(n) = "open" /\ ~IsHeld(n) /\ PhaseOf(n).until <= now

Admits(n) == \/ StateOf(n) = "closed"
             \/ StateOf(n) = "half-open" /\ Cardinality(DOMAIN PhaseOf(n).probes) < RulesOf(n).halfOpenLimit
(* When a rejected call may be tried again. *)
RetryAt(n) == IF StateOf(n) = "half-open" THEN PhaseOf(n).probes[FirstOf(n)] ELSE PhaseOf(n).until

(* The open time is the planned one, shortened by chance, though never below the first. *)
Shortened(r, planned) == ((100 - r.jitterPercent) * planned + 99) \div 100
OpenTimes(n) == LET r == RulesOf(n)  planned == breakers[n].openMs IN Most(r.timeout, Shortened(r, planned))..planned
LongerTime(n) == Least(breakers[n].openMs * RulesOf(n).openTimeFactor, RulesOf(n).maxOpenMs)

IsSlow(n, since) == RulesOf(n).policy = "slow-call" /\ since # Never /\ now - since >= RulesOf(n).slowCallMs

--------------------------------------------------------------------------------
(* The changes of state. *)

(* A breaker is used: its record is replaced, and it is the newest of its kind if it is closed. *)
Put(n, b) ==
  LET isClosed == b.phase.state = "closed"
      isSound == isClosed /\ ~HasFailures(Rules[b.rules], b.phase)
      record == [b EXCEPT !.usedAt = IF IdleMs > 0 /\ isSound THEN now ELSE 0]
      others == Without(used, n)
  IN /\ now' = now
     /\ breakers' = [m \in DOMAIN breakers \cup {n} |-> IF m = n THEN record ELSE breakers[m]]
     /\ used' = CASE ~isClosed -> others
                  [] isSound -> SelectSeq(others, IsSound) \o <<n>> \o SelectSeq(others, LAMBDA m : ~IsSound(m))
                  [] OTHER -> Append(others, n)

(* What follows in the step: `items`, then the eviction of idle breakers. *)
Then(items) ==
  todo' = [open |-> todo.open \/ items # <<>> \/ SomeIsIdle', items |-> items]
NextEpoch == epoch + 1
NextPermit == lastPermit + 1
NewestEpoch(e) == e
NewestPermit(p) == p

--------------------------------------------------------------------------------
(* Events. `items` is what is to follow in the step.                              *)

Defined(n, e, items) ==
  /\ Then(items)
  /\ Say([type |-> "circuitbreaker:defined", name |-> n, epoch |-> e])
  /\ UNCHANGED lastPermit
Made(n, rules, items) ==
  /\ epoch' = NewestEpoch(NextEpoch)
  /\ Put(n, [rules |-> rules, phase |-> ClosedPhase, epoch |-> NextEpoch, openMs |-> Rules[rules].timeout, usedAt |-> 0])
  /\ Defined(n, NextEpoch, items)
(* Other rules: what was counted towards opening is void, and the next open time is the first one. *)
Redefined(n, rules, items) ==
  /\ Put(n, [breakers[n] EXCEPT !.rules = rules, !.openMs = Rules[rules].timeout,
               !.phase = IF @.state = "closed" THEN ClosedPhase ELSE @])
  /\ epoch' = epoch
  /\ Defined(n, breakers[n].epoch, items)

Dropped(type, n, items) ==
  /\ now' = now
  /\ breakers' = [m \in DOMAIN breakers \ {n} |-> breakers[m]]
  /\ used' = Without(used, n)
  /\ Then(items)
  /\ UNCHANGED <<epoch, lastPermit>>
  /\ Say([type |-> type, name |-> n, epoch |-> breakers[n].epoch])
Removed(n, items) == Dropped("circuitbreaker:removed", n, items)
Forgotten(n, items) == Dropped("circuitbreaker:forgotten", n, items)

(* While the breaker is half-open the call is a probe, which has a limit. *)
Permitted(n, timeout, items) ==
  LET limit == IF timeout = 0 THEN RulesOf(n).probeTimeoutMs ELSE timeout
      p == NextPermit
      probes == PhaseOf(n).probes
      with == [q \in DOMAIN probes \cup {p} |-> IF q = p THEN now + limit ELSE probes[q]]
  IN /\ lastPermit' = NewestPermit(p)
     /\ Put(n, IF StateOf(n) = "closed" THEN breakers[n] ELSE [breakers[n] EXCEPT !.phase.probes = with])
     /\ Then(items)
     /\ UNCHANGED epoch
     /\ Say([type |-> "circuitbreaker:permitted", name |-> n, permit |-> p, epoch |-> breakers[n].epoch,
             since |-> now, state |-> StateOf(n)])

Rejected(n, items) ==
  LET at == RetryAt(n) IN
  /\ Put(n, breakers[n])
  /\ Then(items)
  /\ UNCHANGED <<epoch, lastPermit>>
  /\ Say([type |-> "circuitbreaker:rejected", name |-> n, state |-> StateOf(n), retryAt |-> at,
          retryAfterMs |-> IF at = Never THEN Never ELSE at - now])

(* The end of a call. It decides about the phase that had admitted the call, and about no other. *)
IsStale(n, e) == e # breakers[n].epoch
WithoutProbe(phase, p) == [phase EXCEPT !.probes = [q \in DOMAIN @ \ {p} |-> @[q]]]
Counted(n, p, since, outcome) ==
  LET phase == PhaseOf(n)  failed == outcome = "failure" IN
  IF phase.state = "half-open"
  THEN [WithoutProbe(phase, p) EXCEPT !.successes = IF outcome = "success" /\ ~IsSlow(n, since) THEN @ + 1 ELSE @]
  ELSE IF outcome = "neutral" THEN phase
  ELSE [phase EXCEPT !.failures = IF failed THEN @ + 1 ELSE 0,
                     !.window = Recorded(RulesOf(n), @, failed, IsSlow(n, since))]
(* The change of state that follows from the end of a call; <<>> for none. *)
Opening(n, reason, at) == [type |-> "opens", name |-> n, reason |-> reason, at |-> at]
Closing(n, reason) == [type |-> "closes", name |-> n, reason |-> reason]
Judged(n, phase, since, outcome) ==
  CASE outcome = "neutral" -> <<>>
    [] phase.state = "closed" ->
         IF WhyOpen(RulesOf(n), phase) = "" THEN <<>> ELSE <<Opening(n, WhyOpen(RulesOf(n), phase), now)>>
    [] outcome = "failure" -> <<Opening(n, "probe-failed", now)>>
    [] IsSlow(n, since) -> <<Opening(n, "slow-calls", now)>>
    [] phase.successes >= RulesOf(n).successThreshold -> <<Closing(n, "probes-succeeded")>>
    [] OTHER -> <<>>
TypeOf(outcome) == CASE outcome = "success" -> "circuitbreaker:succeeded"
                     [] outcome = "failure" -> "circuitbreaker:failed"
                     [] OTHER -> "circuitbreaker:returned"
Ended(n, p, e, since, outcome, items) ==
  LET stale == IsStale(n, e)  phase == IF stale THEN PhaseOf(n) ELSE Counted(n, p, since, outcome) IN
  /\ Put(n, [breakers[n] EXCEPT !.phase = phase])
  /\ Then(IF stale THEN items ELSE Judged(n, phase, since, outcome) \o items)
  /\ UNCHANGED <<epoch, lastPermit>>
  /\ Say([type |-> TypeOf(outcome), name |-> n, permit |-> p, epoch |-> e,
          durationMs |-> IF since = Never THEN Never ELSE Most(0, now - since), stale |-> stale])

(* A probe beyond its limit has failed, at the end of that. *)
TimedOut(n, items) ==
  LET p == FirstOf(n)  at == PhaseOf(n).probes[p] IN
  /\ Put(n, [breakers[n] EXCEPT !.phase = WithoutProbe(@, p)])
  /\ Then(<<Opening(n, "probe-timed-out", at)>> \o items)
  /\ UNCHANGED <<epoch, lastPermit>>
  /\ Say([type |-> "circuitbreaker:timed-out", name |-> n, permit |-> p, epoch |-> breakers[n].epoch, deadline |-> at])

StateChange(n, phase, openMs, reason, items) ==
  /\ epoch' = NewestEpoch(NextEpoch)
  /\ Put(n, [breakers[n] EXCEPT !.phase = phase, !.openMs = openMs, !.epoch = NextEpoch])
  /\ Then(items)
  /\ UNCHANGED lastPermit
  /\ Say([type |-> "circuitbreaker:state-change", name |-> n, from |-> StateOf(n), to |-> phase.state, reason |-> reason,
          epoch |-> NextEpoch, retryAt |-> IF phase.state = "open" THEN phase.until ELSE Never])
Opens(n, reason, at, items) == \E d \in OpenTimes(n) : StateChange(n, OpenPhase(at + d, ""), LongerTime(n), reason, items)
Closes(n, reason, items) == StateChange(n, ClosedPhase, RulesOf(n).timeout, reason, items)
HalfOpens(n, reason, items) == StateChange(n, HalfOpenPhase, breakers[n].openMs, reason, items)

(* Held open until it is reset. One that is open keeps its epoch. *)
Held(n, reason, items) ==
  /\ Put(n, [breakers[n] EXCEPT !.phase = OpenPhase(Never, reason)])
  /\ Then(items)
  /\ UNCHANGED <<epoch, lastPermit>>
  /\ Say([type |-> "circuitbreaker:held", name |-> n, epoch |-> breakers[n].epoch, reason |-> reason])

ResetClosed(n, items) ==
  /\ epoch' = NewestEpoch(NextEpoch)
  /\ Put(n, [breakers[n] EXCEPT !.phase = ClosedPhase, !.epoch = NextEpoch])
  /\ Then(items)
  /\ UNCHANGED lastPermit
  /\ Say([type |-> "circuitbreaker:reset", name |-> n, epoch |-> NextEpoch])

Refused(n, command, reason) ==
  /\ UNCHANGED <<now, epoch, lastPermit, breakers, used, todo>>
  /\ Say([type |-> "circuitbreaker:refused", name |-> n, command |-> command, reason |-> reason])

(* The breaker was used, and no event says so. *)
Used(n, items) ==
  /\ Put(n, breakers[n])
  /\ Then(items)
  /\ UNCHANGED <<epoch, lastPermit>>
  /\ told' = [type |-> "nothing"]

--------------------------------------------------------------------------------
(* Commands, and what follows from them. The answer is the next event, or the reason of a refusal. *)

CatchUp(n) == [type |-> "catch-up", name |-> n]
Holding(n, reason) == [type |-> "holds", name |-> n, reason |-> reason]

AnswerToSettle(n, p, e, outcome) ==
  LET result == CASE outcome = "success" -> "succeeded" [] outcome = "failure" -> "failed" [] OTHER -> "returned" IN
  IF IsStale(n, e) \/ StateOf(n) = "closed" THEN result
  ELSE IF StateOf(n) = "half-open" /\ p \in DOMAIN PhaseOf(n).probes THEN result ELSE "unknown-permit"
Answer(c) ==
  LET n == c.name IN
  CASE ~IsKnown(n) ->
         IF c.type # "define-breaker" THEN "unknown-breaker"
         ELSE IF ~IsFull THEN "defined" ELSE IF Evictable = <<>> THEN "full" ELSE "forgotten"
    [] c.type \in {"opens", "closes"} -> "state-change"
    [] c.type = "holds" -> "held"
    [] c.type = "remove-breaker" -> "removed"
    [] c.type = "settle-permit" /\ (c.permit > lastPermit \/ c.epoch > epoch) -> "unknown-permit"
    [] c.type = "force-breaker" /\ IsHeld(n) -> "held"
    [] c.type = "define-breaker" /\ c.rules = breakers[n].rules -> "nothing"
    [] IsOverdue(n) -> "timed-out"
    [] IsDue(n) -> "state-change"
    [] c.type = "catch-up" -> "nothing"
    [] c.type = "define-breaker" -> "defined"
    [] c.type = "request-permit" -> IF Admits(n) THEN "permitted" ELSE "rejected"
    [] c.type = "settle-permit" -> AnswerToSettle(n, c.permit, c.epoch, c.outcome)
    [] c.type = "force-breaker" -> IF StateOf(n) = c.state THEN "nothing" ELSE "state-change"
    [] c.type = "hold-breaker" -> IF StateOf(n) # "open" THEN "state-change"
                                  ELSE IF PhaseOf(n).heldFor = c.reason THEN "nothing" ELSE "held"
    [] c.type = "reset-breaker" -> IF StateOf(n) = "closed" THEN "reset" ELSE "state-change"

(* A probe that was just counted as failed is not counted again. *)
AfterTimeout(c) == IF c.type = "settle-permit" /\ c.permit = FirstOf(c.name) THEN CatchUp(c.name) ELSE c
Change(c, items) ==
  LET n == c.name IN
  CASE c.type = "opens" -> Opens(n, c.reason, c.at, items)
    [] c.type = "closes" -> Closes(n, c.reason, items)
    [] IsDue(n) -> HalfOpens(n, "open-time-over", <<c>> \o items)
    [] c.type = "hold-breaker" ->
         StateChange(n, OpenPhase(Never, c.reason), breakers[n].openMs, "held", <<Holding(n, c.reason)>> \o items)
    [] c.type = "reset-breaker" -> Closes(n, "reset", <<c>> \o items)
    [] c.state = "closed" -> Closes(n, "forced", items)
    [] c.state = "open" -> Opens(n, "forced", now, items)
    [] OTHER -> HalfOpens(n, "forced", items)
Do(c, items) ==
  LET n == c.name  answer == Answer(c) IN
  CASE answer = "nothing" -> Used(n, items)
    [] answer = "forgotten" -> Forgotten(Evictable[1], <<c>> \o items)
    [] answer = "defined" -> IF IsKnown(n) THEN Redefined(n, c.rules, items) ELSE Made(n, c.rules, items)
    [] answer = "removed" -> Removed(n, items)
    [] answer = "timed-out" -> TimedOut(n, <<AfterTimeout(c)>> \o items)
    [] answer = "state-change" -> Change(c, items)
    [] answer = "permitted" -> Permitted(n, c.timeoutMs, items)
    [] answer = "rejected" -> Rejected(n, items)
    [] answer \in {"succeeded", "failed", "returned"} -> Ended(n, c.permit, c.epoch, c.since, c.outcome, items)
    [] answer = "held" /\ c.type # "force-breaker" -> Held(n, c.reason, items)
    [] answer = "reset" -> ResetClosed(n, items)
    [] OTHER -> Refused(n, c.type, answer)

Command(c) == Stable /\ Do(c, <<>>)

DefineBreaker(n, rules) == [type |-> "define-breaker", name |-> n, rules |-> rules]
RemoveBreaker(n) == [type |-> "remove-breaker", name |-> n]
RequestPermit(n, timeout) == [type |-> "request-permit", name |-> n, timeoutMs |-> timeout]
SettlePermit(n, p, e, since, outcome) ==
  [type |-> "settle-permit", name |-> n, permit |-> p, epoch |-> e, since |-> since, outcome |-> outcome]
ForceBreaker(n, state) == [type |-> "force-breaker", name |-> n, state |-> state]
HoldBreaker(n, reason) == [type |-> "hold-breaker", name |-> n, reason |-> reason]
ResetBreaker(n) == [type |-> "reset-breaker", name |-> n]

(* Time passes, and nothing else happens. *)
Tick(d) == /\ Stable
           /\ now' = now + d
           /\ told' = [type |-> "nothing"]
           /\ UNCHANGED <<epoch, lastPermit, breakers, used, todo>>

(* What follows in the step: an event, or nothing that is told. *)
IsSilent == todo.items # <<>> /\ Answer(todo.items[1]) = "nothing"
Follow ==
  /\ todo.open
  /\ IF todo.items # <<>> THEN ~IsSilent /\ Do(todo.items[1], Tail(todo.items))
     ELSE SomeIsIdle /\ Forgotten(SelectSeq(used, IsIdle)[1], <<>>)
Settled ==
  /\ todo.open
  /\ IF todo.items # <<>> THEN IsSilent /\ Used(todo.items[1].name, Tail(todo.items))
     ELSE /\ ~SomeIsIdle
          /\ todo' = Nothing
          /\ told' = [type |-> "nothing"]
          /\ UNCHANGED <<now, epoch, lastPermit, breakers, used>>

Init ==
  /\ now = 0 /\ epoch = 0 /\ lastPermit = 0
  /\ breakers = <<>> /\ used = <<>>
  /\ todo = Nothing /\ told = [type |-> "nothing"]

--------------------------------------------------------------------------------
(* Invariants.                                                                    *)

IsPhase(phase) ==
  CASE phase.state = "closed" -> phase.failures \in Nat
    [] phase.state = "open" -> IF phase.heldFor = "" THEN phase.until \in Nat ELSE phase.until = Never
    [] phase.state = "half-open" ->
         phase.successes \in Nat /\ \A p \in DOMAIN phase.probes : p \in Nat \ {0} /\ phase.probes[p] \in Nat
TypeOK ==
  /\ now \in Nat /\ epoch \in Nat /\ lastPermit \in Nat
  /\ DOMAIN breakers \subseteq Name
  /\ \A n \in DOMAIN breakers : LET b == breakers[n] IN
       /\ DOMAIN b = {"rules", "phase", "epoch", "openMs", "usedAt"}
       /\ b.rules \in DOMAIN Rules /\ b.epoch \in 1..epoch /\ b.openMs \in Nat \ {0} /\ b.usedAt \in 0..now
       /\ IsPhase(b.phase)
  /\ todo.open \in BOOLEAN /\ (~todo.open => todo.items = <<>>)

(* The breakers that may be evicted are the closed ones, each once, as they were used. *)
ClosedInOrder ==
  /\ {used[i] : i \in DOMAIN used} = {n \in DOMAIN breakers : StateOf(n) = "closed"}
  /\ \A i, k \in DOMAIN used : i # k => used[i] # used[k]
  /\ \A i, k \in DOMAIN used : i < k /\ IsSound(used[i]) /\ IsSound(used[k]) =>
       breakers[used[i]].usedAt <= breakers[used[k]].usedAt

BreakersBounded == Cardinality(DOMAIN breakers) <= MaxBreakers
EpochsAreUnique == \A m, n \in DOMAIN breakers : m # n => breakers[m].epoch # breakers[n].epoch
(* Permits are of calls that were made, each of one breaker. *)
ProbesOf(n) == IF StateOf(n) = "half-open" THEN DOMAIN PhaseOf(n).probes ELSE {}
PermitsAreUnique ==
  /\ \A n \in DOMAIN breakers : ProbesOf(n) \subseteq 1..lastPermit
  /\ \A m, n \in DOMAIN breakers : m # n => ProbesOf(m) \cap ProbesOf(n) = {}
(* The planned open time is between the first one and the longest. *)
OpenTimeBounded == \A n \in DOMAIN breakers :
  breakers[n].openMs >= RulesOf(n).timeout /\ breakers[n].openMs <= RulesOf(n).maxOpenMs

--------------------------------------------------------------------------------
(* Properties of every step. `told` is its event.                                 *)

Is(type) == told'.type = "circuitbreaker:" \o type
Subject == told'.name
Is2(type, n) == Is(type) /\ Subject = n
Rest == IF todo.items = <<>> THEN <<>> ELSE Tail(todo.items)
Stays(n) == n \in DOMAIN breakers /\ n \in DOMAIN breakers'

EpochMonotonic == [][epoch' >= epoch /\ lastPermit' >= lastPermit /\ now' >= now]_vars
(* A breaker that changes its state, or is made or reset, does so under a larger epoch than any before. *)
ChangeRaisesEpoch == [][\A n \in DOMAIN breakers' :
  \/ n \in DOMAIN breakers /\ breakers'[n].epoch = breakers[n].epoch /\ breakers'[n].phase.state = StateOf(n)
  \/ breakers'[n].epoch > epoch]_vars

(* No call is let through by a breaker that is open, held, or has a probe beyond its limit. *)
NothingWhileOpen == [][Is("permitted") =>
  /\ IsKnown(Subject) /\ StateOf(Subject) # "open"
  /\ StateOf(Subject) = "half-open" => \A p \in DOMAIN PhaseOf(Subject).probes : PhaseOf(Subject).probes[p] > now
  /\ told'.epoch = breakers[Subject].epoch /\ told'.permit > lastPermit]_vars
(* An open breaker admits probes exactly when its time is over. *)
OpenForItsTime == [][\A n \in DOMAIN breakers : Stays(n) /\ StateOf(n) = "open" /\ breakers'[n].phase.state # "open" =>
  /\ told'.reason \in {"open-time-over", "forced", "reset"}
  /\ told'.reason = "open-time-over" => breakers'[n].phase.state = "half-open" /\ PhaseOf(n).until <= now
  /\ told'.reason # "reset" => PhaseOf(n).heldFor = ""]_vars
(* A rejection says when the breaker admits a call, or its first probe in flight has ended. *)
RejectionSaysWhen == [][Is("rejected") =>
  LET phase == PhaseOf(Subject) IN
  IF phase.state = "open" /\ phase.heldFor # "" THEN told'.retryAt = Never
  ELSE /\ told'.retryAt > now /\ told'.retryAfterMs = told'.retryAt - now
       /\ IF phase.state = "open" THEN told'.retryAt = phase.until
          ELSE /\ Cardinality(DOMAIN phase.probes) >= RulesOf(Subject).halfOpenLimit
               /\ \E p \in DOMAIN phase.probes : phase.probes[p] = told'.retryAt
               /\ \A p \in DOMAIN phase.probes : phase.probes[p] >= told'.retryAt]_vars
(* No more probes are admitted than may be in flight. *)
ProbesBounded == [][\A n \in DOMAIN breakers' : breakers'[n].phase.state = "half-open" =>
  LET probes == DOMAIN breakers'[n].phase.probes
      before == IF n \in DOMAIN breakers THEN ProbesOf(n) ELSE {}
  IN ~(probes \subseteq before) => Cardinality(probes) <= RulesOf(n).halfOpenLimit]_vars
(* The result of a call that an earlier phase had admitted changes no later one. *)
LateChangesNothing == [][Is("succeeded") \/ Is("failed") \/ Is("returned") =>
  LET n == Subject IN
  told'.epoch # breakers[n].epoch =>
    /\ told'.stale /\ breakers'[n].phase = PhaseOf(n) /\ breakers'[n].epoch = breakers[n].epoch
    /\ todo'.items = Rest]_vars
(* A neutral outcome changes nothing, except that its probe has ended. *)
NeutralDecidesNothing == [][Is("returned") =>
  LET before == PhaseOf(Subject)  after == breakers'[Subject].phase IN
  /\ IF before.state = "half-open" THEN [after EXCEPT !.probes = 0] = [before EXCEPT !.probes = 0] ELSE after = before
  /\ todo'.items = Rest]_vars
(* The first open time after it was closed is `timeout`; later ones are longer, up to the longest. *)
OpenTimeIsPlanned == [][Is("state-change") /\ told'.to = "open" /\ told'.reason # "held" =>
  LET n == Subject
      from == IF told'.reason = "probe-timed-out" THEN todo.items[1].at ELSE now
      d == told'.retryAt - from
  IN /\ d >= RulesOf(n).timeout /\ d <= breakers[n].openMs
     /\ told'.from = "closed" => d = RulesOf(n).timeout
     /\ breakers'[n].openMs >= breakers[n].openMs]_vars
(* Only closed breakers are evicted: as room for another, those with failures last; or when unused for long. *)
EvictsWhatIsIdle == [][Is("forgotten") =>
  LET n == Subject IN
  /\ StateOf(n) = "closed"
  /\ \/ Cardinality(DOMAIN breakers) >= MaxBreakers
     \/ IdleMs > 0 /\ IsSound(n) /\ breakers[n].usedAt + IdleMs <= now
  /\ IsSound(n) \/ \A m \in DOMAIN breakers : ~IsSound(m)]_vars
(* A new breaker is refused only when no other can make room. *)
RoomIsMade == [][Is("refused") /\ told'.reason = "full" =>
  /\ Cardinality(DOMAIN breakers) >= MaxBreakers
  /\ \A n \in DOMAIN breakers : StateOf(n) # "closed"]_vars
(* A command that is accepted leaves no idle breaker behind. *)
NothingIdle == [][IdleMs > 0 /\ ~todo'.open /\ now' = now /\ ~Is("refused") =>
  \A n \in DOMAIN breakers' : breakers'[n].phase.state = "closed" /\ breakers'[n].phase.failures = 0 =>
    breakers'[n].usedAt + IdleMs > now]_vars
RefusalChangesNothing == [][Is("refused") =>
  Stable /\ UNCHANGED <<now, epoch, lastPermit, breakers, used, todo>>]_vars
================================================================================
