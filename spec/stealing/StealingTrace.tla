----------------------------- MODULE StealingTrace -----------------------------
(* Whether Stealing allows the recorded runs. TraceData has them: Traces is a    *)
(* sequence of runs, a run a sequence of rows. A row names an action and its     *)
(* arguments, and may have the state of the machine after it.                    *)
EXTENDS Stealing, TraceData

VARIABLES
  run,   \* the index of the run
  i      \* the number of its rows that were followed
tvars == <<tasks, agents, order, born, ready, claims, queue, load, lingering, epoch, asks, todo, freed, quiet, run, i>>

Names(first, n) == {first \o ToString(k) : k \in 1..n}
TraceTasks == Names("t", 16)
TraceAgents == Names("a", 4)
TraceSlots == [a \in Agent |-> CASE a = "a2" -> 2 [] a = "a4" -> 3 [] OTHER -> 1]
TraceRoom == [a \in Agent |-> CASE a = "a1" -> 3 [] a = "a2" -> 2 [] a = "a3" -> 0 [] OTHER -> 5]

Row == Traces[run][i + 1]

\* One action with its arguments.
Command(r) == LET x == r.args IN
  CASE r.action = "Submit" -> Submit(x[1], x[2], x[3])
    [] r.action = "Start" -> Start(x[1], x[2])
    [] r.action = "Complete" -> Complete(x[1], x[2])
    [] r.action = "Fail" -> Fail(x[1], x[2], x[3])
    [] r.action = "Settle" -> Settle(x[1], x[2])
    [] r.action = "Claim" -> Claim(x[1], x[2], x[3])
    [] r.action = "ClaimRefused" -> ClaimRefused(x[1], x[2], x[3])
    [] r.action = "WithdrawAsk" -> WithdrawAsk(x[1])
    [] r.action = "ReleaseClaim" -> ReleaseClaim(x[1], x[2])
    [] r.action = "Park" -> Park(x[1], x[2])
    [] r.action = "Unblock" -> Unblock(x[1], x[2])
    [] r.action = "Preempt" -> Preempt(x[1], x[2])
    [] r.action = "Yield" -> Yield(x[1])
    [] r.action = "Cancel" -> Cancel(x[1])
    [] r.action = "RegisterAgent" -> RegisterAgent(x[1])
    [] r.action = "RemoveAgent" -> RemoveAgent(x[1])
    [] r.action = "DrainAgent" -> DrainAgent(x[1])
    [] r.action = "RequeueAgentTasks" -> RequeueAgentTasks(x[1])
    [] r.action = "CordonAgent" -> CordonAgent(x[1], x[2])
    [] r.action = "UncordonAgent" -> UncordonAgent(x[1], x[2])
    [] r.action = "ReportLoad" -> ReportLoad(x[1], x[2])
    [] r.action = "PauseOver" -> PauseOver(x[1])
    [] r.action = "TaskRefused" -> TaskRefused(x[1], x[2], x[3], x[4])
    [] r.action = "SubmitRefused" -> SubmitRefused(x[1], x[2], x[3])
    [] r.action = "AgentRefused" -> AgentRefused(x[1], x[2], x[3])
    [] OTHER -> FALSE
Event(r) == LET x == r.args IN
  CASE r.action = "TaskCreated" -> TaskCreated(x[1])
    [] r.action = "TaskReadied" -> TaskReadied(x[1])
    [] r.action = "TaskAssigned" -> TaskAssigned(x[1], x[2], x[3], x[4])
    [] r.action = "TaskAdmitted" -> TaskAdmitted(x[1], x[2], x[3])
    [] r.action = "ClaimRequested" -> ClaimRequested(x[1], x[2])
    [] r.action = "ClaimAbandoned" -> ClaimAbandoned(x[1], x[2])
    [] r.action = "TaskParked" -> TaskParked(x[1], x[2], x[3])
    [] r.action = "TaskUnlocked" -> TaskUnlocked(x[1], x[2])
    [] r.action = "TaskStarted" -> TaskStarted(x[1], x[2], x[3])
    [] r.action = "TaskCompleted" -> TaskCompleted(x[1], x[2], x[3])
    [] r.action = "TaskFailed" -> TaskFailed(x[1], x[2], x[3])
    [] r.action = "TaskBackedOff" -> TaskBackedOff(x[1], x[2], x[3])
    [] r.action = "TaskRequeued" -> TaskRequeued(x[1], x[2], x[3])
    [] r.action = "TaskCancelled" -> TaskCancelled(x[1], x[2], x[3])
    [] r.action = "TaskTimedOut" -> TaskTimedOut(x[1], x[2])
    [] r.action = "TaskStolen" -> TaskStolen(x[1], x[2], x[3], x[4])
    [] r.action = "AttemptEnded" -> AttemptEnded(x[1], x[2], x[3], x[4], x[5])
    [] r.action = "AgentSpawned" -> AgentSpawned(x[1])
    [] r.action = "AgentTerminated" -> AgentTerminated(x[1])
    [] r.action = "AgentDraining" -> AgentDraining(x[1])
    [] r.action = "AgentCordoned" -> AgentCordoned(x[1], x[2])
    [] r.action = "AgentUncordoned" -> AgentUncordoned(x[1], x[2])
    [] r.action = "AgentReported" -> AgentReported(x[1], x[2])
    [] r.action = "AgentReportExpired" -> AgentReportExpired(x[1])
    [] r.action = "WorkstealingRequest" -> WorkstealingRequest(x[1], x[2], x[3])
    [] r.action = "WorkstealingCompleted" -> WorkstealingCompleted(x[1], x[2], x[3], x[4])
    [] OTHER -> FALSE

\* No row records that a timer fired; the event that begins a step determines which one it was.
Timer(r) == LET x == r.args IN
  CASE r.action = "TaskTimedOut" -> Expire(x[1], x[2])
    [] r.action = "TaskReadied" -> PauseOver(x[1])
    [] r.action = "AttemptEnded" -> GraceOver(x[1], x[3])
    [] r.action = "AgentReportExpired" -> ForgetReport(x[1])
    [] r.action = "AgentUncordoned" -> UncordonAgent(x[1], x[2])
    [] r.action = "ClaimAbandoned" -> WaitOver(x[1])
    [] OTHER -> FALSE
BeginsByTimer(r) ==
  quiet /\ r.action \in {"TaskTimedOut", "TaskReadied", "AttemptEnded", "AgentReportExpired", "AgentUncordoned",
                         "ClaimAbandoned"}

Agrees(r) == /\ "claims" \in DOMAIN r => claims' = r.claims
             /\ "queue" \in DOMAIN r => queue' = r.queue
             /\ "load" \in DOMAIN r => load' = r.load
             /\ "ready" \in DOMAIN r => ready' = r.ready
             /\ "quiet" \in DOMAIN r => quiet' = r.quiet

Follows == IF quiet THEN Command(Row) ELSE Event(Row)
TNext == /\ i < Len(Traces[run])
         /\ IF BeginsByTimer(Row)
            THEN Timer(Row) /\ UNCHANGED <<run, i>>
            ELSE Follows /\ Agrees(Row) /\ i' = i + 1 /\ run' = run
TInit == InitWith(<<>>) /\ run \in 1..Len(Traces) /\ i = 0
TSpec == TInit /\ [][TNext]_tvars

\* Always true; prints how far each run was followed.
Verdict == PrintT(IF i = Len(Traces[run]) THEN <<"TRACE", run, i, "ACCEPTED">> ELSE <<"TRACE", run, i>>)
================================================================================
