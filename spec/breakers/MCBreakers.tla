------------------------------ MODULE MCBreakers ------------------------------
(* Breakers for the model checker: the commands of callers and operators, their    *)
(* bounds, which the binding has for the machine as well.                           *)
EXTENDS Breakers

CONSTANTS
  MaxEpoch,     \* no commands after so many changes,
  MaxPermit,    \* no requests after so many permits,
  MaxCalls,     \* and no results of further calls when a window has so many
  MaxNow,       \* the time at which time stops
  Defines,      \* the rules that breakers are given
  Timeouts,     \* the limits of probes that requests name; 0 for that of the rules
  Results,      \* the calls whose results are reported: permit, epoch, when they were made
  Outcomes,     \* their outcomes
  Forced,       \* the states that breakers are forced to
  Reasons,      \* why breakers are held open
  Operated,     \* the breakers that are removed and reset
  Durations     \* the steps of time

MayAct == epoch < MaxEpoch
MayRequest == MayAct /\ lastPermit < MaxPermit
MayReport(n) == /\ MayAct
                /\ IsKnown(n) /\ StateOf(n) = "closed" => Calls(RulesOf(n), PhaseOf(n).window) < MaxCalls
MayPass(d) == now + d <= MaxNow

Commands ==
  \E n \in Name :
    \/ \E r \in Defines : MayAct /\ Command(DefineBreaker(n, r))
    \/ \E t \in Timeouts : MayRequest /\ Command(RequestPermit(n, t))
    \/ \E r \in Results, o \in Outcomes : MayReport(n) /\ Command(SettlePermit(n, r[1], r[2], r[3], o))
    \/ \E s \in Forced : MayAct /\ Command(ForceBreaker(n, s))
    \/ \E r \in Reasons : MayAct /\ Command(HoldBreaker(n, r))
    \/ n \in Operated /\ MayAct /\ (Command(RemoveBreaker(n)) \/ Command(ResetBreaker(n)))

Next == Commands \/ (\E d \in Durations : MayPass(d) /\ Tick(d)) \/ Follow \/ Settled
Spec == Init /\ [][Next]_vars

--------------------------------------------------------------------------------
(* The rules of the models; the binding has the same. *)

Plain == [policy |-> "consecutive", failureThreshold |-> 2, successThreshold |-> 2, timeout |-> 1, halfOpenLimit |-> 2,
          failurePercent |-> 50, slowPercent |-> 100, slowCallMs |-> 1, window |-> "count", windowCalls |-> 3,
          windowMs |-> 2, minimumCalls |-> 2, probeTimeoutMs |-> 2, openTimeFactor |-> 2, maxOpenMs |-> 3,
          jitterPercent |-> 0]
ByFailures == [plain |-> Plain]
ByProbes == [plain |-> [Plain EXCEPT !.failureThreshold = 1]]
ByCount == [plain |-> [Plain EXCEPT !.policy = "slow-call"]]
ByTime == [plain |-> [Plain EXCEPT !.policy = "rate", !.window = "time", !.minimumCalls = 3]]
Strict == [Plain EXCEPT !.failureThreshold = 1, !.successThreshold = 1, !.halfOpenLimit = 1, !.timeout = 2]
Changing == [plain |-> Plain, strict |-> Strict]

(* The calls whose results are reported. *)
OneCall == {<<0, 1, 0>>}
TwoCalls == {<<0, 1, 0>>, <<0, 2, 0>>}
AndProbes == {<<0, 1, 0>>, <<1, 1, 0>>, <<1, 3, 0>>, <<2, 3, 0>>, <<1, 6, 0>>}
AndOneProbe == {<<0, 1, 0>>, <<0, 2, 0>>, <<1, 3, 0>>, <<1, 8, 0>>}
OfTimes == {<<0, 1, Never>>, <<0, 1, 0>>, <<0, 1, 2>>, <<1, 3, 1>>}

(* Each must be reachable: its negation has to be violated. States that differ only in what was   *)
(* told count once in a check, so a step that changes nothing is known by the state before it.     *)
NoneCloses == ~(told.type = "circuitbreaker:state-change" /\ told.reason = "probes-succeeded")
NoSlowCalls == \A i \in DOMAIN todo.items : LET item == todo.items[i] IN
  ~(item.type = "opens" /\ item.reason = "slow-calls" /\ StateOf(item.name) = "closed")
NoneIsRefusedRoom == ~(Stable /\ MayAct /\ \E n \in Name, r \in Defines : Answer(DefineBreaker(n, r)) = "full")
NoneIdles == told.type # "circuitbreaker:forgotten"
================================================================================
