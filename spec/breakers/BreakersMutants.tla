---------------------------- MODULE BreakersMutants ----------------------------
(* Broken variants, which the properties must detect. models.json says which      *)
(* definition each one replaces, and which property must fail.                    *)
EXTENDS Breakers

(* A half-open breaker admits every call. *)
M_AdmitsAll(n) == StateOf(n) # "open"
(* Each probe opens the breaker again. *)
M_NeverCloses(n, phase, since, outcome) == <<Opening(n, "probe-failed", now)>>
(* The newest epoch is not the newest. *)
M_OneBehind(e) == e - 1
(* Two calls get one permit. *)
M_SamePermit == IF lastPermit = 0 THEN 1 ELSE lastPermit
(* An open breaker admits calls. *)
M_AdmitsWhileOpen(n) == StateOf(n) # "half-open" \/ Cardinality(DOMAIN PhaseOf(n).probes) < RulesOf(n).halfOpenLimit
(* A probe that hangs is waited for. *)
M_NeverOverdue(n) == FALSE
(* An open breaker is half-open before its time. *)
M_DueTooSoon(n) == StateOf(n) = "open" /\ ~IsHeld(n) /\ PhaseOf(n).until <= now + 1
(* An open breaker stays open. *)
M_NeverDue(n) == FALSE
(* A breaker that is held open is half-open in time. *)
M_DueThoughHeld(n) == StateOf(n) = "open" /\ PhaseOf(n).until <= now
(* A breaker that is held open can be forced to another state. *)
M_NeverHeld(n) == FALSE
(* The result of a call that an earlier phase had admitted counts while the breaker is closed. *)
M_CountsLate(n, e) == e # breakers[n].epoch /\ StateOf(n) # "closed"
(* It takes one failure more to open a breaker. *)
M_OneFailureMore(r, phase) == IF r.policy = "consecutive" /\ phase.failures > r.failureThreshold THEN "failures" ELSE ""
(* Failures are counted for ever, whatever the window. *)
M_CountsForEver(r, w, failed, slow) ==
  LET old == IF Slot(r) \in DOMAIN w THEN w[Slot(r)] ELSE [calls |-> 0, failures |-> 0, slow |-> 0] IN
  [s \in DOMAIN w \cup {Slot(r)} |-> IF s # Slot(r) THEN w[s]
     ELSE [calls |-> old.calls + 1, failures |-> old.failures + One(failed), slow |-> old.slow + One(slow)]]
(* A window by count has one call too few. *)
M_ShortWindow(r, w, failed, slow) ==
  LET s == Append(w, [failed |-> failed, slow |-> slow]) IN IF Len(s) >= r.windowCalls THEN Tail(s) ELSE s
(* A neutral outcome counts as a success. *)
M_NeutralSucceeds(n, p, since, outcome) ==
  LET phase == PhaseOf(n) IN
  IF phase.state = "half-open" THEN [WithoutProbe(phase, p) EXCEPT !.successes = IF outcome # "failure" THEN @ + 1 ELSE @]
  ELSE [phase EXCEPT !.failures = IF outcome = "failure" THEN @ + 1 ELSE 0]
(* No call is slow. *)
M_NeverSlow(n, since) == FALSE
(* The failure of a probe is waited out. *)
M_ForgivesProbes(n, phase, since, outcome) ==
  CASE phase.state = "closed" /\ outcome = "failure" -> <<Opening(n, "failures", now)>>
    [] phase.state = "half-open" /\ phase.successes >= RulesOf(n).successThreshold -> <<Closing(n, "probes-succeeded")>>
    [] OTHER -> <<>>
(* One successful probe closes a breaker. *)
M_ClosesAtOnce(n, phase, since, outcome) ==
  CASE outcome = "failure" -> <<Opening(n, "failures", now)>>
    [] phase.state = "half-open" /\ outcome = "success" -> <<Closing(n, "probes-succeeded")>>
    [] OTHER -> <<>>
(* The first open time is a longer one already. *)
M_LongAtFirst(n) == {LongerTime(n)}
(* Open times grow without end. *)
M_GrowsForEver(n) == breakers[n].openMs * RulesOf(n).openTimeFactor
(* A call may be tried again at once. *)
M_RetryAtOnce(n) == now
(* The breaker that was used last is evicted. *)
M_EvictsNewest == IF used = <<>> THEN <<>> ELSE <<used[Len(used)]>>
(* No breaker makes room for another. *)
M_EvictsNone == <<>>
(* Breakers are never idle. *)
M_NeverIdle(n) == FALSE
(* A breaker that changes its state keeps its epoch. *)
M_SameEpoch == IF epoch = 0 THEN 1 ELSE epoch
(* Epochs begin again. *)
M_StartsAgain(e) == IF e > 2 THEN 1 ELSE e
(* There may be any number of breakers. *)
M_NeverFull == FALSE
(* A breaker that is used keeps its old place among the closed ones, too. *)
M_KeepsPlace(s, x) == s
(* A refused command counts as a call. *)
M_RefusalCounts(n, command, reason) ==
  /\ lastPermit' = lastPermit + 1
  /\ UNCHANGED <<now, epoch, breakers, used, todo>>
  /\ Say([type |-> "circuitbreaker:refused", name |-> n, command |-> command, reason |-> reason])
================================================================================
