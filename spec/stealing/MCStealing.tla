------------------------------ MODULE MCStealing ------------------------------
(* The bounded instances with history variables, properties of the history, and  *)
(* witnesses: states that have to be reachable for the rest to be meaningful.     *)
EXTENDS StealingBounds, StealingMutants

VARIABLES
  runs,        \* every start: task, agent, epoch
  done         \* every completion: task, and the epoch that it named; 0 meant the one in force
history == <<runs, done>>
hvars == <<tasks, agents, order, born, ready, claims, queue, load, lingering, epoch, asks, todo, freed, quiet, runs, done>>

MCInit == InitWith(There) /\ runs = {} /\ done = {}
MCNext ==
  \/ quiet /\ BCommands /\ UNCHANGED history
  \/ quiet /\ \E t \in Task, e \in Named : BComplete(t, e) /\ done' = done \cup {<<t, e, tasks[t].epoch>>} /\ UNCHANGED runs
  \/ ~quiet /\ Events /\ UNCHANGED done
     /\ runs' = runs \cup {<<t, tasks[t].agent, tasks[t].epoch>> :
                             t \in {u \in Task : tasks[u].status # "running" /\ tasks'[u].status = "running"}}
MCSpec == MCInit /\ [][MCNext]_hvars

-------------------------------------------------------------------------------
\* Properties of the history

RunningHasRun ==
  \A t \in Task : tasks[t].status = "running" => <<t, tasks[t].agent, tasks[t].epoch>> \in runs
OneRunPerEpoch == \A r, s \in runs : r[3] = s[3] => r = s
CompletedOnce ==
  todo = <<>> => \A t \in Task :
    /\ Cardinality({d \in done : d[1] = t}) = IF tasks[t].status = "completed" THEN 1 ELSE 0
\* Each named the claim in force.
CompletionsNamedTheirClaim == \A d \in done : d[2] \in {0, d[3]}
NoRestartOfEpoch ==
  [][\A t \in Task : (tasks[t].status # "running" /\ tasks'[t].status = "running") =>
       \A r \in runs : r[3] # tasks'[t].epoch]_hvars
\* Of the tasks that an agent reports, those that were assigned here are not counted twice.
CountedOnce ==
  [][(todo # <<>> /\ Head(todo).ev = "reported") => LET a == Head(todo).a IN
       \E count \in Reports : \/ agents'[a].outside + Len(claims[a]) = count
                              \/ agents'[a].outside = 0 /\ Len(claims[a]) >= count]_hvars

-------------------------------------------------------------------------------
\* Each must be violated in some state.

\* What waits and runs where
NothingRunsOn == lingering = {}
NoTaskWaitsForItsBody == \A t \in Task : tasks[t].status = "backing-off" => tasks[t].paused \/ ~quiet
NothingIsRetried == \A t \in Task : ~(tasks[t].status = "running" /\ tasks[t].attempts = 2)
NothingIsGivenUp == \A t \in Task : ~(tasks[t].status = "failed" /\ tasks[t].attempts > Retries)
NoTaskIsQuarantined == \A t \in Task : tasks[t].crashes <= MaxCrashes
NoQueueIsFull == \A a \in Agent, t \in Range(ready) :
  ~(quiet /\ Room[a] > 0 /\ Len(queue[a]) = Room[a] /\ tasks[t].pin = a)
NobodyHasTwoSlots == \A a \in Agent : load[a] < 2
\* Steals
NothingMoves == Pending("moves") = {}
NoBatchMoves == Cardinality(Pending("moves")) < 2
NothingMovesToASlot == \A i \in Pending("arrives") : ~HasSlot(todo[i].to)
NothingMovesToAQueue == \A i \in Pending("arrives") : HasSlot(todo[i].to)
NothingMovesWithLocks == \A i \in Pending("moves") : ~tasks[todo[i].t].granted
NoReportMovesTasks == \A i \in Pending("moves") : agents[todo[i].from].outside + agents[todo[i].to].outside = 0
NothingMovesFromThird == \A i \in Pending("moves") : todo[i].from = Head(order)
NothingMovesToAnAsker == \A i \in Pending("moves") : todo[i].to \notin Pulls
\* Limits
NoQueueLimitEnds == \A i \in Pending("timed-out") : todo[i].limit # "queue"
NoAttemptLimitEnds == \A i \in Pending("timed-out") : todo[i].limit # "attempt"
NoHeartbeatIsMissed == \A i \in Pending("timed-out") : todo[i].limit # "heartbeat"
\* Agents
NoCrashIsReclaimed == \A i \in Pending("ends") : ~(todo[i].fault = "orphan" /\ tasks[todo[i].t].status = "running")
NothingIsRequeued == \A i \in Pending("ends") : todo[i].fault # "requeue"
NobodyFinishesADrain == \A a \in Agent : ~(agents[a].drained /\ \E t \in Task : tasks[t].agent = a /\ tasks[t].status = "running")
NobodyIsDismissed == quiet \/ Due.kind # "dismiss"
NobodyIsTheLastResort == \A a \in Agent : quiet \/ todo # <<>> \/ ~(LastResort(a) /\ CanTake(a))
\* Requests for tasks
NothingIsAskedFor == asks = <<>>
NoTwoAsk == Len(asks) < 2
NoAskerIsServed == \A t \in Task : ~(tasks[t].status = "running" /\ tasks[t].agent \in Pulls)
NoAskerIsServedExactly == \A i \in Exact : quiet \/ todo # <<>>
NoAskInVain == quiet \/ Vain = {}
NoAskIsReplaced == \A i \in Pending("abandoned") : todo[i].reason # "replaced"
NoAskTimesOut == \A i \in Pending("abandoned") : todo[i].reason # "timed-out"
NoAskerLeaves == \A i \in Pending("abandoned") : todo[i].reason # "gone"
\* Requests whose callers leave
NoCallerLeaves == \A i \in 1..Len(asks) : ~(Keeps /\ asks[i].left)
NoCallerComesBack == Pending("resumed") = {}
NothingIsKept == \A t \in Task : ~(Keeps /\ tasks[t].kept)
NothingLapses == \A i \in Pending("abandoned") : todo[i].reason # "lapsed"
\* Locks
NothingIsParked == \A t \in Task : ~Parked(t)
NothingYields == \A i \in Pending("unlocked") : ~tasks[todo[i].t].granted
\* Children
NothingIsLent == \A t \in Task : ~Lent(t)
NoTwoAreLent == Cardinality({t \in Task : Lent(t)}) < 2
NobodyExceedsItsSlots == \A a \in Agent : load[a] <= Slots[a]
NoOrphanComesBack == \A t \in Task, e \in 1..epoch : ~(Families /\ tasks[t].orphan /\ quiet /\ ParentOf[t] # Nobody
  /\ tasks[ParentOf[t]].status = "running" /\ tasks[ParentOf[t]].epoch > tasks[t].parent)
===============================================================================
