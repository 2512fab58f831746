------------------------------ MODULE StealingLive ------------------------------
(* Liveness, in instances without an end: all claims have one epoch, so that     *)
(* the number of states is finite, and the processes of agents crash silently    *)
(* and are detected later.                                                       *)
EXTENDS StealingBounds, StealingMutants

CONSTANT Fragile   \* the agents that may crash

VARIABLE crashed   \* agents that have crashed and were not detected
lvars == <<tasks, agents, order, born, ready, claims, queue, load, lingering, epoch, asks, todo, freed, quiet, crashed>>

SameEpoch == 1

Crash(a) == quiet /\ agents[a].up /\ a \notin crashed /\ crashed' = crashed \cup {a} /\ UNCHANGED vars
Detect(a) == a \in crashed /\ RemoveAgent(a) /\ crashed' = crashed \ {a}
Return(a) == ~agents[a].up /\ RegisterAgent(a) /\ UNCHANGED crashed

Alive(t) == tasks[t].agent # Nobody /\ tasks[t].agent \notin crashed
LSubmit(t, home) == InTurn(t) /\ ParentOf[t] = Nobody /\ Submit(t, home, 0) /\ UNCHANGED crashed
LStart(t) == Alive(t) /\ Start(t, 0) /\ UNCHANGED crashed
\* A handler that awaits a child does not return before.
LComplete(t) == Alive(t) /\ tasks[t].status = "running" /\ ~Lent(t) /\ Complete(t, 0) /\ UNCHANGED crashed
LSubmitChild(c) == /\ InTurn(c) /\ ParentOf[c] # Nobody /\ Alive(ParentOf[c])
                   /\ SubmitChild(c, tasks[ParentOf[c]].epoch, 0) /\ UNCHANGED crashed
LAwait(c) == /\ ParentOf[c] # Nobody /\ Alive(ParentOf[c])
             /\ Await(ParentOf[c], 0, c) /\ UNCHANGED crashed
LClaim(a) == a \notin crashed /\ Claim(a, Nobody, FALSE) /\ UNCHANGED crashed
LReport(a, count) == ReportLoad(a, count) /\ UNCHANGED crashed
LCordon(a, cause) == (CordonAgent(a, cause) \/ UncordonAgent(a, cause)) /\ UNCHANGED crashed
LEvents == Events /\ UNCHANGED crashed

Uses(command) == command \in Used
LInit == InitWith(There) /\ crashed = {}
LNext ==
  \/ quiet /\ \/ \E t \in Task : \/ \E home \in Homes : LSubmit(t, home)
                                 \/ LSubmitChild(t)
                                 \/ Uses("await") /\ LAwait(t)
                                 \/ Uses("start") /\ LStart(t)
                                 \/ Uses("complete") /\ LComplete(t)
              \/ \E a \in Agent : \/ a \in Fragile /\ (Crash(a) \/ Detect(a) \/ Return(a))
                                  \/ Uses("claim") /\ LClaim(a)
                                  \/ \E count \in Reports : Uses("report-load") /\ LReport(a, count)
                                  \/ \E cause \in Causes : Uses("cordon-agent") /\ LCordon(a, cause)
  \/ ~quiet /\ LEvents

\* The machine handles its pending consequences. That alone balances loads, without any command.
MachineIsFair == WF_lvars(LEvents)
StealSpec == LInit /\ [][LNext]_lvars /\ MachineIsFair

\* A crash is detected, and an agent comes back.
CrashesAreFound == MachineIsFair /\ \A a \in Fragile : SF_lvars(Detect(a))
CrashSpec == LInit /\ [][LNext]_lvars /\ CrashesAreFound

\* Live agents run their tasks; every agent gets a turn between steps of the machine.
AgentsAreFair ==
  /\ \A a \in Fragile : SF_lvars(Return(a))
  /\ \A t \in Task : SF_lvars(LStart(t)) /\ SF_lvars(LComplete(t))
DoneSpec == LInit /\ [][LNext]_lvars /\ CrashesAreFound /\ AgentsAreFair

\* Agents in pull mode ask, and complete what they get.
AskersAreFair ==
  /\ \A a \in Fragile : SF_lvars(Return(a))
  /\ \A a \in Pulls : SF_lvars(LClaim(a))
  /\ \A t \in Task : SF_lvars(LComplete(t))
PullSpec == LInit /\ [][LNext]_lvars /\ CrashesAreFound /\ AskersAreFair

-------------------------------------------------------------------------------
\* Every step ends: steals do not cause each other forever.
StepEnds == (~quiet) ~> quiet

\* Two agents so unequal that a task should move don't stay so.
Imbalanced ==
  \E t \in Task, a \in Agent :
    /\ tasks[t].status = "assigned" /\ tasks[t].placed /\ a # tasks[t].agent /\ Open(a)
    /\ load[a] < Slots[a] \/ Len(queue[a]) < Room[a]
    /\ Work(tasks[t].agent) >= Work(a) + StealThreshold /\ Work(tasks[t].agent) >= Work(a) + 2
ImbalanceEnds == Imbalanced ~> ~Imbalanced

\* The tasks of a crashed agent are requeued.
DeadAgentReclaimed == \A a \in Agent : (a \in crashed) ~> (claims[a] = <<>>)

\* A task that awaits a child goes on, although its agent has no other slot.
EveryAwaitEnds == \A t \in Task : Lent(t) ~> ~Lent(t)

\* Every task completes or fails, although agents crash.
EveryTaskDone == \A t \in Task : (tasks[t].status # "new") ~> (tasks[t].status \in Terminal)
=================================================================================
