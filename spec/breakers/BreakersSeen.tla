----------------------------- MODULE BreakersSeen -----------------------------
(* What calls reported under the epoch in force of each breaker, so that the rules *)
(* are judged by something else than what the machine keeps.                       *)
EXTENDS MCBreakers, BreakersMutants

VARIABLE seen  \* [names in use -> Seq([outcome, slow, at])]
hvars == <<now, epoch, lastPermit, breakers, used, todo, told, seen>>

SlowBy(n, event) == /\ RulesOf(n).policy = "slow-call" /\ event.durationMs # Never
                    /\ event.durationMs >= RulesOf(n).slowCallMs
SeenOf(n) == IF n \in DOMAIN seen THEN seen[n] ELSE <<>>
Last(s, n) == IF Len(s) <= n THEN s ELSE SubSeq(s, Len(s) - n + 1, Len(s))
(* The newest calls are enough; they are more than any rule of the models looks at. *)
Noted(n, failed, slow) ==
  Last(Append(SeenOf(n), [failed |-> failed, slow |-> slow, at |-> IF RulesOf(n).window = "time" THEN now ELSE 0]), 4)
Notes == seen' = [n \in DOMAIN breakers' |->
  IF ~IsKnown(n) \/ breakers'[n].epoch # breakers[n].epoch
     \/ (breakers'[n].rules # breakers[n].rules /\ StateOf(n) = "closed")
  THEN <<>>
  ELSE CASE (Is2("succeeded", n) \/ Is2("failed", n)) /\ told'.epoch = breakers[n].epoch ->
              Noted(n, Is("failed"), SlowBy(n, told'))
         [] Is2("timed-out", n) -> Noted(n, TRUE, FALSE)
         [] OTHER -> SeenOf(n)]
(* What is told judges a step, and is no part of the state. *)
Unspoken == <<now, epoch, lastPermit, breakers, used, todo, seen>>
SeenInit == Init /\ seen = <<>>
SeenSpec == SeenInit /\ [][Next /\ Notes]_hvars

Count(s, Test(_)) == Len(SelectSeq(s, Test))
Failed(call) == call.failed
Slow(call) == call.slow
(* Whether the rules open a closed breaker, by the calls that it has seen. *)
MustOpen(r, s) ==
  IF r.policy = "consecutive"
  THEN Len(s) >= r.failureThreshold /\ \A i \in DOMAIN Last(s, r.failureThreshold) : Last(s, r.failureThreshold)[i].failed
  ELSE LET tenth(t) == (t * 10) \div r.windowMs
           newest == s[Len(s)].at
           w == IF r.window = "count" THEN Last(s, r.windowCalls)
                ELSE SelectSeq(s, LAMBDA call : tenth(call.at) > tenth(newest) - 10)
       IN /\ s # <<>> /\ Len(w) >= r.minimumCalls
          /\ \/ Count(w, Failed) * 100 >= r.failurePercent * Len(w)
             \/ r.policy = "slow-call" /\ Count(w, Slow) * 100 >= r.slowPercent * Len(w)

(* A closed breaker opens exactly when the rules say so, unless it is forced or held. *)
StaysClosedByTheRules == Stable => \A n \in DOMAIN breakers : StateOf(n) = "closed" => ~MustOpen(RulesOf(n), SeenOf(n))
OpensByTheRules == [][\A n \in DOMAIN breakers : Stays(n) /\ StateOf(n) = "closed" /\ breakers'[n].phase.state # "closed" =>
  told'.reason \in {"forced", "held"} \/ MustOpen(RulesOf(n), SeenOf(n))]_hvars
(* It closes by as many successful probes as the rules say, and no other one. *)
Good(call) == ~call.failed /\ ~call.slow
ClosesByProbes == [][\A n \in DOMAIN breakers :
  Stays(n) /\ StateOf(n) = "half-open" /\ breakers'[n].phase.state = "closed" =>
    \/ told'.reason \in {"forced", "reset"}
    \/ Count(SeenOf(n), Good) >= RulesOf(n).successThreshold /\ \A i \in DOMAIN SeenOf(n) : Good(SeenOf(n)[i])]_hvars
(* No half-open breaker has seen a failed or slow probe, or enough good ones. *)
HalfOpenIsUndecided == Stable => \A n \in DOMAIN breakers : StateOf(n) = "half-open" =>
  /\ \A i \in DOMAIN SeenOf(n) : Good(SeenOf(n)[i])
  /\ Cardinality(DOMAIN Rules) = 1 => Len(SeenOf(n)) < RulesOf(n).successThreshold
================================================================================
