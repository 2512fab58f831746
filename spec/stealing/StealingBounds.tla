---------------------------- MODULE StealingBounds ----------------------------
(* Bounded instances of Stealing: the commands of the environment, their       *)
(* bounds, and the instances.                                                  *)
EXTENDS Stealing

CONSTANTS
  Used,        \* the commands that the environment sends
  MaxEpoch,    \* it stops once a claim has this epoch
  Ranks,       \* the ranks that tasks may have
  There,       \* the agents that are registered initially
  Homes,       \* the agents with which tasks may be placed
  Reports      \* the numbers of tasks that an agent may report

\* Tasks are submitted in the order of their names: other orders are symmetric.
Names == <<"t1", "t2", "t3", "t4", "t5", "t6">>
InTurn(t) == t \in Range(born) \/ t = Names[Len(born) + 1]
Heard(command) == quiet /\ command \in Used /\ epoch < MaxEpoch

BSubmit(t, home, rank) == Heard("submit") /\ InTurn(t) /\ ParentOf[t] = Nobody /\ Submit(t, home, rank)
BSubmitChild(c, e, rank) == Heard("submit") /\ InTurn(c) /\ ParentOf[c] # Nobody /\ SubmitChild(c, e, rank)
BAwait(t, e, c) == Heard("await") /\ ParentOf[c] = t /\ Await(t, e, c)
BStart(t, e) == Heard("start") /\ Start(t, e)
BComplete(t, e) == Heard("complete") /\ Complete(t, e)
BFail(t, e, fault) == Heard("fail-" \o fault) /\ Fail(t, e, fault)
BCancel(t) == Heard("cancel") /\ Cancel(t)
BSettle(t, e) == Heard("settle") /\ Settle(t, e)
BPark(t, e) == Heard("park") /\ Park(t, e)
BUnblock(t, e) == Heard("unblock") /\ Unblock(t, e)
BPreempt(t, e) == Heard("preempt") /\ Preempt(t, e)
BYield(t) == Heard("yield") /\ Yield(t)
BClaim(a, t, brief) == Heard("claim") /\ Claim(a, t, brief)
BClaimRefused(a, t, reason) == Heard("claim") /\ ClaimRefused(a, t, reason)
BClaimKept(a, t, brief) == Heard("claim-kept") /\ ClaimKept(a, t, brief)
BResumeAsk(a, t, brief, keep) == Heard("resume-ask") /\ ResumeAsk(a, t, brief, keep)
BResumeRefused(a, t, reason) == Heard("resume-ask") /\ ResumeRefused(a, t, reason)
BDetachAsk(a) == Heard("detach-ask") /\ DetachAsk(a)
BKeepClaim(t, e) == Heard("keep-claim") /\ KeepClaim(t, e)
BCollectOver(t) == Heard("collect-over") /\ CollectOver(t)
BWithdrawAsk(a) == Heard("withdraw-ask") /\ WithdrawAsk(a)
BWaitOver(a) == Heard("wait-over") /\ WaitOver(a)
BReleaseClaim(t, e) == Heard("release-claim") /\ ReleaseClaim(t, e)
BGraceOver(t, e) == Heard("grace-over") /\ GraceOver(t, e)
BExpire(t, limit) == Heard("expire-" \o limit) /\ Expire(t, limit)
BPauseOver(t) == Heard("pause-over") /\ PauseOver(t)
BRegisterAgent(a) == Heard("register-agent") /\ ~agents[a].up /\ RegisterAgent(a)
BRemoveAgent(a) == Heard("remove-agent") /\ RemoveAgent(a)
BCordonAgent(a, cause) == Heard("cordon-agent") /\ CordonAgent(a, cause)
BUncordonAgent(a, cause) == Heard("cordon-agent") /\ UncordonAgent(a, cause)
BDrainAgent(a) == Heard("drain-agent") /\ DrainAgent(a)
BRequeueAgentTasks(a) == Heard("requeue-agent-tasks") /\ RequeueAgentTasks(a)
BReportLoad(a, count) == Heard("report-load") /\ ReportLoad(a, count)
BForgetReport(a) == Heard("report-load") /\ ForgetReport(a)
BTaskRefused(command, t, e, reason) ==
  /\ Heard(command) /\ IF command = "await" THEN {c \in Task : ParentOf[c] = t} # {} ELSE TRUE
  /\ TaskRefused(command, t, e, reason)
BSubmitRefused(t, home, reason) ==
  Heard("submit") /\ InTurn(t) /\ ParentOf[t] = Nobody /\ SubmitRefused(t, home, reason)
BChildRefused(c, e, reason) == Heard("submit") /\ InTurn(c) /\ ParentOf[c] # Nobody /\ ChildRefused(c, e, reason)
BAgentRefused(command, a, reason) == Heard(command) /\ AgentRefused(command, a, reason)

AgentCommands == {"remove-agent", "drain-agent", "cordon-agent", "requeue-agent-tasks", "report-load"}
Faults == {fault \in {"attempt", "task", "none"} : ("fail-" \o fault) \in Used}
RunCommands == Used \cap ({"start", "complete", "await", "release-claim", "keep-claim"} \cup {"fail-" \o fault : fault \in Faults})
Named == 0..MaxEpoch
BCommands ==
  \/ \E t \in Task, home \in Homes, rank \in Ranks : BSubmit(t, home, rank)
  \/ \E c \in Task, e \in Named :
       \/ \E rank \in Ranks : BSubmitChild(c, e, rank)
       \/ \E reason \in {"duplicate", "stale-epoch"} : BChildRefused(c, e, reason)
       \/ \E t \in Task : BAwait(t, e, c)
  \/ \E t \in Task, e \in Named : BStart(t, e) \/ BSettle(t, e) \/ BGraceOver(t, e)
       \/ BPark(t, e) \/ BUnblock(t, e) \/ BPreempt(t, e)
  \/ \E t \in Task, e \in Named, fault \in Faults : BFail(t, e, fault)
  \/ \E t \in Task : BCancel(t) \/ BPauseOver(t) \/ BYield(t) \/ \E limit \in Limits : BExpire(t, limit)
  \/ \E a \in Agent : \/ BRegisterAgent(a) \/ BRemoveAgent(a) \/ BDrainAgent(a)
                      \/ BRequeueAgentTasks(a) \/ BForgetReport(a)
                      \/ \E cause \in Causes : BCordonAgent(a, cause) \/ BUncordonAgent(a, cause)
                      \/ \E count \in Reports : BReportLoad(a, count)
  \/ \E a \in Agent : BWithdrawAsk(a) \/ BWaitOver(a)
       \/ \E t \in Task \cup {Nobody} : \/ \E brief \in BOOLEAN : BClaim(a, t, brief)
            \/ \E reason \in {"unknown-agent", "unfit", "unknown-task", "status"} : BClaimRefused(a, t, reason)
  \/ \E a \in Agent : BDetachAsk(a)
  \/ \E a \in Agent, t \in Task \cup {Nobody} :
       \/ \E brief \in BOOLEAN : BClaimKept(a, t, brief) \/ \E keep \in BOOLEAN : BResumeAsk(a, t, brief, keep)
       \/ \E reason \in {"unknown-agent", "unfit", "unknown-ticket"} : BResumeRefused(a, t, reason)
  \/ \E t \in Task, e \in Named : BReleaseClaim(t, e) \/ BKeepClaim(t, e)
  \/ \E t \in Task : BCollectOver(t)
  \/ \E t \in Task, e \in Named, command \in RunCommands : BTaskRefused(command, t, e, Refusal(command, t, e))
  \/ \E t \in Task : BTaskRefused("cancel", t, 0, Refusal("cancel", t, 0))
  \/ \E t \in Task, home \in Homes, reason \in {"duplicate", "unknown-agent", "unfit"} :
        BSubmitRefused(t, home, reason)
  \/ \E a \in Agent, command \in AgentCommands : BAgentRefused(command, a, "unknown-agent")

BComplete0 == \E t \in Task, e \in Named : BComplete(t, e)
BInit == InitWith(There)
BNext == (quiet /\ (BCommands \/ BComplete0)) \/ (~quiet /\ Events)

-------------------------------------------------------------------------------
\* Instances

OneEach == [a \in Agent |-> 1]
TwoEach == [a \in Agent |-> 2]
MixedSlots == [a \in Agent |-> IF a = "a2" THEN 2 ELSE 1]
MixedRoom == [a \in Agent |-> CASE a = "a1" -> 2 [] a = "a2" -> 1 [] OTHER -> 0]
NoRoom == [a \in Agent |-> 0]
RoomAtA2 == [a \in Agent |-> IF a = "a2" THEN 1 ELSE 0]
Siblings == [t \in Task |-> IF t = "t1" THEN "" ELSE "t1"]
Generations == [t \in Task |-> CASE t = "t2" -> "t1" [] t = "t3" -> "t2" [] OTHER -> ""]
OnlyOne == <<"a1">>
InOrder2 == <<"a1", "a2">>
InOrder3 == <<"a1", "a2", "a3">>
Shuffled3 == <<"a2", "a1", "a3">>
===============================================================================
