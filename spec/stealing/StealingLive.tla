------------------------------ MODULE StealingLive ------------------------------
(* What must happen sooner or later, in instances that do not stop: all claims   *)
(* have one epoch, so that the states are finite in number, and the processes of *)
(* agents crash without a word, which is found out later.                        *)
EXTENDS StealingBounds, StealingMutants

CONSTANT Fragile   \* the agents that may crash

VARIABLE crashed   \* agents whose process is gone, though nobody has noticed
lvars == <<tasks, agents, order, born, ready, claims, queue, load, lingering, epoch, todo, freed, quiet, crashed>>

SameEpoch == 1

Crash(a) == quiet /\ agents[a].up /\ a \notin crashed /\ crashed' = crashed \cup {a} /\ UNCHANGED vars
Detect(a) == a \in crashed /\ RemoveAgent(a) /\ crashed' = crashed \ {a}
Return(a) == ~agents[a].up /\ RegisterAgent(a) /\ UNCHANGED crashed

Alive(t) == tasks[t].agent # Nobody /\ tasks[t].agent \notin crashed
LSubmit(t, home) == InTurn(t) /\ Submit(t, home, 0) /\ UNCHANGED crashed
LStart(t) == Alive(t) /\ Start(t, 0) /\ UNCHANGED crashed
LComplete(t) == Alive(t) /\ tasks[t].status = "running" /\ Complete(t, 0) /\ UNCHANGED crashed
LReport(a, count) == ReportLoad(a, count) /\ UNCHANGED crashed
LCordon(a, cause) == (CordonAgent(a, cause) \/ UncordonAgent(a, cause)) /\ UNCHANGED crashed
LEvents == Events /\ UNCHANGED crashed

Uses(command) == command \in Used
LInit == InitWith(There) /\ crashed = {}
LNext ==
  \/ quiet /\ \/ \E t \in Task : \/ \E home \in Homes : LSubmit(t, home)
                                 \/ Uses("start") /\ LStart(t)
                                 \/ Uses("complete") /\ LComplete(t)
              \/ \E a \in Agent : \/ a \in Fragile /\ (Crash(a) \/ Detect(a) \/ Return(a))
                                  \/ \E count \in Reports : Uses("report-load") /\ LReport(a, count)
                                  \/ \E cause \in Causes : Uses("cordon-agent") /\ LCordon(a, cause)
  \/ ~quiet /\ LEvents

\* The machine goes on with what it has begun. That alone evens out loads: nobody has to do a task.
MachineIsFair == WF_lvars(LEvents)
StealSpec == LInit /\ [][LNext]_lvars /\ MachineIsFair

\* A crash is found out, and somebody comes back.
CrashesAreFound == MachineIsFair /\ \A a \in Fragile : SF_lvars(Detect(a))
CrashSpec == LInit /\ [][LNext]_lvars /\ CrashesAreFound

\* Agents that live do what they have; between steps of the machine everybody gets a turn.
AgentsAreFair ==
  /\ \A a \in Fragile : SF_lvars(Return(a))
  /\ \A t \in Task : SF_lvars(LStart(t)) /\ SF_lvars(LComplete(t))
DoneSpec == LInit /\ [][LNext]_lvars /\ CrashesAreFound /\ AgentsAreFair

-------------------------------------------------------------------------------
\* A step comes to its end: no steal calls for the next one for ever.
StepEnds == (~quiet) ~> quiet

\* Two agents so unequal that a task should move don't stay so.
Imbalanced ==
  \E t \in Task, a \in Agent :
    /\ tasks[t].status = "assigned" /\ tasks[t].placed /\ a # tasks[t].agent /\ Open(a)
    /\ load[a] < Slots[a] \/ Len(queue[a]) < Room[a]
    /\ Work(tasks[t].agent) >= Work(a) + StealThreshold /\ Work(tasks[t].agent) >= Work(a) + 2
ImbalanceEnds == Imbalanced ~> ~Imbalanced

\* What a crashed agent had is taken from it.
DeadAgentReclaimed == \A a \in Agent : (a \in crashed) ~> (claims[a] = <<>>)

\* Every task is done or given up, although agents crash.
EveryTaskDone == \A t \in Task : (tasks[t].status # "new") ~> (tasks[t].status \in Terminal)
=================================================================================
