----------------------------- MODULE BreakersLive -----------------------------
(* Liveness. Epochs and permits are reused and any time limit may be over, so that *)
(* the model is finite without a bound: no run stops because a bound is reached.   *)
EXTENDS MCBreakers, BreakersMutants

SomeEpoch == CHOOSE e \in 1..2 : \A n \in DOMAIN breakers : breakers[n].epoch # e
SomePermit == CHOOSE p \in 1..MaxPermit : \A n \in DOMAIN breakers : p \notin ProbesOf(n)
AnyEpoch(e) == 2
AnyPermit(p) == MaxPermit

(* Whether probes may last beyond their limits. Overridden where calls end in time. *)
MayHang == TRUE
Punctual == FALSE
(* A time limit is over: that of an open breaker, or that of a probe. *)
Strike(n) ==
  /\ Stable /\ IsKnown(n)
  /\ \/ StateOf(n) = "open" /\ PhaseOf(n).until > 0 /\ breakers' = [breakers EXCEPT ![n].phase.until = 0]
     \/ MayHang /\ \E p \in ProbesOf(n) : PhaseOf(n).probes[p] > 0 /\ breakers' = [breakers EXCEPT ![n].phase.probes[p] = 0]
  /\ UNCHANGED <<now, epoch, lastPermit, used, todo, told>>

Make(n) == ~IsKnown(n) /\ Command(DefineBreaker(n, "plain"))
Request(n) == IsKnown(n) /\ Command(RequestPermit(n, 0))
Fail(n) == IsKnown(n) /\ StateOf(n) = "closed" /\ Command(SettlePermit(n, 0, breakers[n].epoch, Never, "failure"))
End(n, o) == IsKnown(n) /\ \E p \in ProbesOf(n) : Command(SettlePermit(n, p, breakers[n].epoch, Never, o))
Late(n, o) == IsKnown(n) /\ Command(SettlePermit(n, 0, 0, Never, o))
Force(n) == IsKnown(n) /\ \E s \in Forced : Command(ForceBreaker(n, s))

Goes == Follow \/ Settled
LiveNext == \/ \E n \in Name : \/ Make(n) \/ Request(n) \/ Fail(n) \/ Strike(n) \/ Force(n)
                               \/ \E o \in Outcomes : End(n, o) \/ Late(n, o)
            \/ Goes

(* Steps end, time passes, and callers try again and again. *)
Live == Init /\ [][LiveNext]_vars /\ WF_vars(Goes)
             /\ \A n \in Name : SF_vars(Strike(n)) /\ SF_vars(Request(n))
(* Calls end, too; where they are punctual, before their limits. *)
CalledSpec == Live /\ \A n \in Name, o \in Outcomes : SF_vars(End(n, o))

OpenNow(n) == IsKnown(n) /\ StateOf(n) = "open"
(* An open breaker becomes half-open, whatever calls do. *)
OpenEnds == \A n \in Name : OpenNow(n) ~> ~OpenNow(n)
(* Probes that never end don't keep a breaker half-open. *)
Full(n) == IsKnown(n) /\ StateOf(n) = "half-open" /\ ~Admits(n)
HungProbesEnd == \A n \in Name : Full(n) ~> ~Full(n)
(* A breaker whose probes succeed closes. *)
ServiceRecovers == \A n \in Name : (IsKnown(n) /\ StateOf(n) # "closed") ~> (IsKnown(n) /\ StateOf(n) = "closed")
================================================================================
