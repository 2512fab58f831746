---------------------------- MODULE StealingMutants ----------------------------
(* Broken operators of Stealing. A configuration replaces the original by one of *)
(* them, and the property that models.json names must fail.                      *)
EXTENDS Stealing

\* A stolen task stays with its old owner, too.
M_StealCopies(t, from, e, to) ==
  /\ todo # <<>> /\ Head(todo) = Moves(t, from, to) /\ e = tasks[t].epoch
  /\ tasks' = [tasks EXCEPT ![t] = [Unclaimed(t) EXCEPT !.status = "ready", !.pin = Nobody]]
  /\ todo' = <<Arrives(t, from, to)>> \o Tail(todo)
  /\ UNCHANGED <<agents, order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Frees(freed)

\* A stolen task never arrives.
M_StealDrops(t, from, e, to) ==
  /\ todo # <<>> /\ Head(todo) = Moves(t, from, to) /\ e = tasks[t].epoch
  /\ tasks' = [tasks EXCEPT ![t] = [Unclaimed(t) EXCEPT !.status = "ready", !.pin = Nobody]]
  /\ Parts(t, "settled", Tail(todo))
  /\ UNCHANGED <<agents, order, born, ready, load, epoch>>
  /\ Frees(freed)

\* A new claim has the epoch of the last one.
M_SameEpoch == IF epoch = 0 THEN 1 ELSE epoch

\* A command of a former owner is accepted.
M_AcceptsStale(t, e) == tasks[t].agent # Nobody

\* A former owner may start the task.
M_StartsStale(command, t, e) ==
  IF command = "start" /\ tasks[t].slot /\ tasks[t].status = "assigned" THEN "none"
  ELSE IF command = "start" THEN "status"
  ELSE IF command = "cancel" THEN "unknown-task" ELSE RunRefusal(t, e)

\* Running tasks may move.
M_MovesRunning(a) == SelectSeq(claims[a], LAMBDA t : tasks[t].placed)

\* Tasks that the machine assigned, not only placed ones, may move.
M_MovesUnplaced(a) == SelectSeq(claims[a], LAMBDA t : tasks[t].status = "assigned")

\* A batch is not limited to half of the difference.
M_WholeDifference(from, to) == Min({MaxStealBatch, Len(Movable(from)), FreeRoom(to)})

\* A batch has no largest size.
M_LargeBatch(from, to) == Min({(Load(from) - Load(to)) \div 2, Len(Movable(from)), FreeRoom(to)})

\* A batch is not limited by the capacity of the receiver.
M_NoRoomAsked(from, to) == Min({MaxStealBatch, (Load(from) - Load(to)) \div 2, Len(Movable(from))})

\* A difference of one is enough.
M_Eager ==
  /\ Steals /\ Donors # {} /\ Receivers # {} /\ Source # Target
  /\ Load(Source) > Load(Target)
M_OneAtLeast(from, to) == 1

\* A difference equal to the threshold is not enough.
M_Lazy ==
  /\ Steals /\ Donors # {} /\ Receivers # {} /\ Source # Target
  /\ Load(Source) > Load(Target) + StealThreshold
  /\ Batch(Source, Target) > 0

M_NeverSteals == FALSE

\* Cordoned and draining agents receive stolen tasks.
M_ClosedReceivers == {a \in Agent : FreeRoom(a) > 0}

\* The oldest claims move first.
M_OldestFirst(s, n) == SubSeq(s, 1, n)

\* The donor is not the busiest agent.
M_IdlestSource == CHOOSE a \in Donors : \A b \in Donors : Load(a) <= Load(b)

\* Reported loads don't count.
M_ReportIgnored(a) == Len(claims[a])

\* The claims of an agent that is gone stay.
M_ClaimsStay(a) ==
  /\ todo # <<>> /\ Head(todo) = OfAgent("terminated", a)
  /\ agents' = [agents EXCEPT ![a] = Absent]
  /\ order' = Without(order, a)
  /\ tasks' = [t \in Task |-> Unpinned(t, a)]
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<born, ready, claims, queue, load, lingering, epoch>>
  /\ Frees(freed \ {a})

\* A placed task that is in no queue waits for its agent, even when that is gone.
M_PinStays(t, a) == tasks[t]
M_NobodyLost(a) == FALSE

\* A drained agent is never removed.
M_NeverThrough(a) == FALSE

\* Slots are not released.
M_LoadNeverFalls(t, a, e, abandoned, queued) ==
  /\ todo # <<>> /\ Head(todo).ev = "ended" /\ Head(todo).t = t
  /\ a = Head(todo).a /\ e = Head(todo).e /\ Head(todo).abandoned = abandoned /\ Head(todo).slot = ~queued
  /\ lingering' = {l \in lingering : l.epoch # e}
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<tasks, agents, order, born, ready, claims, queue, load, epoch>>
  /\ Frees(IF agents[a].up THEN freed \cup {a} ELSE freed)

\* A retry does not wait for the end of a lingering attempt.
M_BodyForgotten(t, body, rest) ==
  LET r == tasks[t]  a == r.agent IN
  IF a = Nobody
  THEN todo' = rest /\ UNCHANGED <<claims, queue, lingering>>
  ELSE /\ claims' = [claims EXCEPT ![a] = Without(@, t)]
       /\ queue' = [queue EXCEPT ![a] = Without(@, t)]
       /\ todo' = (IF body = "running" THEN <<>>
                   ELSE <<Ended(t, a, r.epoch, body = "abandoned", r.slot)>>) \o rest
       /\ UNCHANGED lingering

\* An agent's queue, or its slots, have no limit.
M_EndlessQueue(a) == TRUE
M_EndlessSlots(a) == TRUE

\* Tasks in an agent's own queue are never admitted.
M_NothingAdmitted(a) == FALSE

\* Cordoned and drained agents take work.
M_TakesAll(a) == agents[a].up

\* An agent that is avoided is no last resort, or always one.
M_NoLastResort(a) == FALSE
M_NeverAvoided(a) == agents[a].up /\ agents[a].cordons = {"breaker"} /\ ~agents[a].drained

\* New entries go to the end of a queue.
M_FirstComeFirst(s, t) == Append(s, t)

\* A finished task can be cancelled.
M_CancelsFinished(command, t, e) ==
  CASE command = "cancel" -> IF tasks[t].status = "new" THEN "unknown-task" ELSE "none"
    [] OTHER -> RunRefusal(t, e)

\* A task can be submitted twice.
M_SubmittedTwice(t, home) == IF home = Nobody THEN "none" ELSE "unfit"

\* A completed task keeps its claim.
M_CompletedKeepsClaim(t, a, e) ==
  /\ todo # <<>> /\ Head(todo) = Completed(t)
  /\ a = tasks[t].agent /\ e = tasks[t].epoch
  /\ tasks' = tasks
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<agents, order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Frees(freed)

\* The next attempt begins while the last one goes on.
M_RetriesBesideBody(t) == quiet /\ tasks[t].paused /\ Asks(<<OfTask("readied", t)>>)

\* A task is lost after its pause.
M_PauseForgotten(t) ==
  /\ quiet /\ tasks[t].paused
  /\ tasks' = [tasks EXCEPT ![t].paused = FALSE]
  /\ UNCHANGED <<agents, order, born, ready, claims, queue, load, lingering, epoch, asks, todo, freed, quiet>>

\* Crashes cost nothing.
M_NoQuarantine(t, fault) ==
  LET r == tasks[t]  ran == IF r.status = "running" THEN 1 ELSE 0 IN
  IF fault = "limit" THEN [status |-> "failed", attempts |-> r.attempts, crashes |-> r.crashes]
  ELSE [status |-> IF fault \in {"orphan", "requeue"} THEN "ready" ELSE "backing-off",
        attempts |-> r.attempts - ran, crashes |-> r.crashes + ran]

\* A task that waits for its locks keeps its slot.
M_ParkedKeepsSlot(t, a, e) ==
  /\ todo # <<>> /\ Head(todo) = OfTask("parked", t)
  /\ a = tasks[t].agent /\ e = tasks[t].epoch
  /\ tasks' = [tasks EXCEPT ![t].status = "ready", ![t].agent = Nobody, ![t].slot = FALSE]
  /\ claims' = [claims EXCEPT ![a] = Without(@, t)]
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<agents, order, born, ready, queue, load, lingering, epoch>>
  /\ Frees(freed)

\* Or its place among the tasks that wait for an agent.
M_ParkedStaysInQueue(t, a, e) ==
  /\ todo # <<>> /\ Head(todo) = OfTask("parked", t)
  /\ a = tasks[t].agent /\ e = tasks[t].epoch
  /\ tasks' = [tasks EXCEPT ![t].status = "ready", ![t].agent = Nobody, ![t].slot = FALSE]
  /\ claims' = [claims EXCEPT ![a] = Without(@, t)]
  /\ load' = [load EXCEPT ![a] = @ - 1]
  /\ ready' = Insert(ready, t)
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<agents, order, born, queue, lingering, epoch>>
  /\ Frees(freed \cup {a})

\* Locks are not waited for.
M_StartsWithoutLocks(t) == TRUE

\* Granted locks lead to nothing.
M_GrantForgotten(t, n) ==
  /\ quiet /\ IsOpen(t, n)
  /\ tasks' = [tasks EXCEPT ![t].granted = TRUE]
  /\ UNCHANGED <<agents, order, born, ready, claims, queue, load, lingering, epoch, asks, todo, freed, quiet>>

\* A claim that awaits a child keeps its slot.
M_LendKeepsSlot(t, a, e, c) ==
  /\ todo # <<>> /\ Head(todo) = Awaited(t, c)
  /\ a = tasks[t].agent /\ e = tasks[t].epoch
  /\ tasks' = [tasks EXCEPT ![t].lent = TRUE, ![c].awaited = TRUE]
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<agents, order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Frees(freed)

\* A claim that resumes takes no slot.
M_ResumesWithoutSlot(t, a, e) ==
  /\ a = tasks[t].agent /\ e = tasks[t].epoch
  /\ \/ Leaves(t) /\ Lent(t)
     \/ todo = <<>> /\ ~quiet /\ t \in ResumeDue
  /\ tasks' = [tasks EXCEPT ![t].lent = FALSE]
  /\ UNCHANGED <<agents, order, born, ready, claims, queue, load, lingering, epoch, todo>>
  /\ Frees(freed)

\* A claim whose children have ended does not resume.
M_NeverResumed == {}

\* Children stay when the claim of their parent ends.
M_ChildrenStay == FALSE

\* What has ended keeps its locks.
M_LocksNeverComeBack(t) == [tasks[t] EXCEPT !.agent = Nobody, !.slot = FALSE]

\* An agent that does not ask is given tasks.
M_GivenUnasked(a) == TRUE
M_AnyAsker(S) == CHOOSE a \in S : TRUE

\* Agents that ask are served last come, first served.
M_LastAskerFirst(S) == LET i == CHOOSE j \in 1..Len(asks) : asks[j].a \in S /\ \A k \in 1..Len(asks) : asks[k].a \in S => k <= j
                       IN asks[i].a

\* A request outlives the claim that it led to, the agent, or the task.
M_AskStays(a) == asks
M_NobodyAsks(a) == FALSE
M_NothingVain == {}

\* An agent that asks for any task is given none.
M_AskersForgotten(a) == a \notin Pulls

\* A request for one task is not served.
M_ExactForgotten == {}

\* A request that may not wait does.
M_NothingMomentary == {}

\* The counter of epochs starts anew.
M_EpochsStartAnew == IF epoch = 2 THEN 1 ELSE epoch + 1

\* A claim gets a new epoch with its slot.
M_AdmittedAnew(t, a, e) ==
  /\ todo = <<>> /\ ~quiet /\ e = tasks[t].epoch
  /\ Due = [kind |-> "admit", t |-> t, a |-> a]
  /\ epoch' = epoch + 1
  /\ tasks' = [tasks EXCEPT ![t].slot = TRUE, ![t].epoch = epoch + 1]
  /\ queue' = [queue EXCEPT ![a] = Without(@, t)]
  /\ load' = [load EXCEPT ![a] = @ + 1]
  /\ todo' = <<>>
  /\ UNCHANGED <<agents, order, born, ready, claims, lingering>>
  /\ Frees(freed)

\* A claim that resumes gets a new epoch.
M_ResumesAnew(t, a, e) ==
  /\ a = tasks[t].agent /\ e = tasks[t].epoch
  /\ todo = <<>> /\ ~quiet /\ t \in ResumeDue
  /\ tasks' = [tasks EXCEPT ![t].lent = FALSE, ![t].epoch = epoch + 1]
  /\ epoch' = epoch + 1
  /\ load' = [load EXCEPT ![a] = @ + 1]
  /\ UNCHANGED <<agents, order, born, ready, claims, queue, lingering, todo>>
  /\ Frees(freed)

\* What has ended is forgotten, but not by the list of tasks.
M_Forgets(r) == Single

\* The rank is that of the claim.
M_RankLost(t) == [tasks[t] EXCEPT !.agent = Nobody, !.slot = FALSE, !.rank = 0]

\* The last task is served first.
M_LastFirst(a) == LET fit == SelectSeq(ready, LAMBDA t : Fit(a, t)) IN [i \in 1..Len(fit) |-> fit[Len(fit) + 1 - i]]

\* The busiest agent takes a task.
M_Busier(a, b) == \/ load[a] * Slots[b] > load[b] * Slots[a]
                  \/ load[a] * Slots[b] = load[b] * Slots[a] /\ Index(order, a) < Index(order, b)

\* The receiver of a steal is not the idlest agent.
M_AnyTarget == CHOOSE a \in Receivers : \A b \in Receivers : Load(a) >= Load(b)

\* A task may go to any agent, wherever it was placed.
M_FitsAnywhere(a, t) == TRUE

\* No agent starts a task itself.
M_StartsNothing(a) == FALSE

\* The end of an attempt that goes on ends the pause.
M_BodyEndsPause(t, left) == tasks[t].status = "backing-off" /\ \A l \in left : l.task # t

\* A failed attempt is followed by the next one without a pause.
M_RetriesAtOnce(t, fault) ==
  LET r == tasks[t] IN
  [status |-> IF r.attempts > Retries \/ fault \notin {"attempt", "requeue", "orphan"} THEN "failed" ELSE "ready",
   attempts |-> r.attempts, crashes |-> r.crashes]

\* An attempt that is given back counts.
M_RequeueCosts(t, fault) ==
  [status |-> IF fault \in {"requeue", "orphan"} THEN "ready" ELSE "failed",
   attempts |-> tasks[t].attempts, crashes |-> tasks[t].crashes]

\* A limit of one phase also ends the others.
M_ExpiresAnyTime(t, limit) ==
  /\ quiet /\ limit \in Limits
  /\ tasks[t].status \in {"ready", "assigned", "running"}
  /\ Asks(<<TimedOut(t, limit)>>)

\* The claims of all agents are given back.
M_RequeuesAll(a) ==
  /\ quiet /\ agents[a].up
  /\ LET claimed == SelectSeq(born, LAMBDA t : tasks[t].agent # Nobody) IN
     Asks([i \in 1..Len(claimed) |-> Ends(claimed[i], "requeue", BodyOf(claimed[i]))])

\* With an agent go the tasks that wait.
M_CancelsReady(t, a) == IF tasks[t].status = "ready" THEN [tasks[t] EXCEPT !.status = "cancelled"] ELSE tasks[t]

\* The end of one cordon lifts all.
M_UncordonsAll(a, cause) ==
  /\ todo # <<>> /\ Head(todo) = OfCordon("uncordoned", a, cause)
  /\ agents' = [agents EXCEPT ![a].cordons = {}]
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<tasks, order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Frees(freed \cup {a})

\* A drain gives back all claims.
M_DrainsRunning(a) ==
  /\ quiet /\ agents[a].up
  /\ Asks(IF agents[a].drained THEN <<>>
          ELSE <<OfAgent("draining", a)>>
               \o [i \in 1..Len(claims[a]) |-> Ends(claims[a][i], "requeue", BodyOf(claims[a][i]))])

\* A task that moves leaves its locks behind.
M_MovesWithoutLocks(t) == Unclaimed(t)

\* An open claim does not answer the next request.
M_NoOpenClaim(a, t) == FALSE

\* Reported tasks that were assigned here are counted twice.
M_CountsTwice(a, count) == quiet /\ agents[a].up /\ Asks(<<Reported(a, count)>>)

\* A caller that comes back is the last again.
M_ResumesLast(a, brief, keep, left) ==
  LET i == AskOf(a) IN Append(WithoutAsk(a), [i EXCEPT !.brief = brief, !.keep = keep, !.left = left])

\* What is given to an agent whose caller is away counts as begun.
M_KeepsNoGrant(a) == FALSE

\* A request that would be kept ends with its caller.
M_EndsWithCaller(a) == IF HasLeft(a) THEN Abandoned(a, "lapsed") ELSE Abandoned(a, "timed-out")

================================================================================
