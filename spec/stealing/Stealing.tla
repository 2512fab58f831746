------------------------------- MODULE Stealing -------------------------------
(* Tasks, the agents that run them, and how unstarted tasks move to agents that *)
(* have less to do. The machine is src/tasks.                                   *)
(*                                                                              *)
(* A command is an action that only adds its consequences to `todo`. Each event *)
(* is an action of its own, with the event's name and arguments, that takes its *)
(* item from `todo`. When `todo` is empty, free agents take tasks and loads are *)
(* balanced, again one event at a time. A state in which nothing is pending is  *)
(* quiet, and only a quiet state accepts a command: a step of the machine is    *)
(* the path from one quiet state to the next.                                   *)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
  Task, Agent,
  Nobody,          \* no agent
  Slots,           \* [Agent -> Nat]: its number of slots
  Room,            \* [Agent -> Nat]: the capacity of its own queue
  AtOnce,          \* the agents whose claims start as soon as they have a slot
  Steals,          \* whether stealing is on
  StealThreshold, MaxStealBatch,
  Retries,         \* attempts after the first
  MaxCrashes,      \* lost claims that a task survives
  Limits,          \* the time limits that tasks have: queue, attempt, heartbeat
  Causes,          \* for which agents may be cordoned
  Needs,           \* the tasks that need locks
  ParentOf,        \* [Task -> the task whose attempts submit it, or Nobody]
  Pulls            \* the agents that ask for their tasks, and are given no other

\* Sequences

Range(s) == {s[i] : i \in 1..Len(s)}
Index(s, x) == CHOOSE i \in 1..Len(s) : s[i] = x
Without(s, x) == SelectSeq(s, LAMBDA y : y # x)
Min(S) == CHOOSE x \in S : \A y \in S : x <= y

\* Whether callers may leave their requests, which are kept for them then; a model may say so.
Keeps == FALSE
Yes == TRUE
NoParents == [t \in Task |-> Nobody]
Families == \E t \in Task : ParentOf[t] # Nobody

VARIABLES
  tasks,           \* [Task -> record]; TypeOK has the fields
  agents,          \* [Agent -> [up, cordons, drained, outside, reported]]
  order,           \* agents, in the order of their registration
  born,            \* tasks, in the order of their submission
  ready,           \* tasks that wait for any agent, or for the one they are pinned to; by rank
  claims,          \* [Agent -> tasks, the newest claim last]
  queue,           \* [Agent -> its claims without a slot, by rank]
  load,            \* [Agent -> slots in use]
  lingering,       \* attempts that lost their claims and may go on, in their slots
  epoch,           \* the newest epoch
  asks,            \* the open requests for tasks, in the order of asking: agent, task or Nobody, whether
                   \* it ends with the step; where they are kept, also whether this one would be, and
                   \* whether its caller has left
  todo,            \* pending consequences of the last command
  freed,           \* agents that got capacity in the current step, and can use it
  quiet            \* whether nothing is pending

known == <<tasks, agents, order, born, ready, claims, queue, load, lingering, epoch, asks>>
vars == <<tasks, agents, order, born, ready, claims, queue, load, lingering, epoch, asks, todo, freed, quiet>>

Single == [status |-> "new", agent |-> Nobody, epoch |-> 0, slot |-> FALSE, placed |-> FALSE,
           pin |-> Nobody, rank |-> 0, attempts |-> 0, crashes |-> 0, paused |-> FALSE,
           request |-> 0, granted |-> FALSE]   \* for locks: under which epoch, and whether it has them
\* A child also has the epoch of its parent's claim, and whether that awaits it, and whether it was
\* cancelled with it. A claim that awaits a child has lent its slot.
\* Where requests are kept, `kept` says that a claim is kept for an agent that has not come for it.
Unborn == IF Keeps THEN [f \in DOMAIN Single \cup {"kept"} |-> IF f = "kept" THEN FALSE ELSE Single[f]]
          ELSE IF ~Families THEN Single
          ELSE [f \in DOMAIN Single \cup {"parent", "awaited", "orphan", "lent"} |->
                  IF f \in DOMAIN Single THEN Single[f] ELSE IF f = "parent" THEN 0 ELSE FALSE]

Absent == [up |-> FALSE, cordons |-> {}, drained |-> FALSE, outside |-> 0, reported |-> FALSE]

\* `there` are registered initially, in this order.
InitWith(there) ==
        /\ tasks = [t \in Task |-> Unborn]
        /\ agents = [a \in Agent |-> [Absent EXCEPT !.up = a \in Range(there)]]
        /\ order = there /\ born = <<>> /\ ready = <<>>
        /\ claims = [a \in Agent |-> <<>>] /\ queue = [a \in Agent |-> <<>>]
        /\ load = [a \in Agent |-> 0]
        /\ lingering = {} /\ epoch = 0 /\ asks = <<>>
        /\ todo = <<>> /\ freed = {} /\ quiet = TRUE
Init == InitWith(<<>>)

-------------------------------------------------------------------------------
\* The order of tasks, and the agents that fit

Precedes(t, u) == \/ tasks[t].rank < tasks[u].rank
                  \/ tasks[t].rank = tasks[u].rank /\ Index(born, t) < Index(born, u)
\* `s` is sorted; `t` may be in it.
Insert(s, t) == SelectSeq(s, LAMBDA u : Precedes(u, t)) \o <<t>> \o SelectSeq(s, LAMBDA u : Precedes(t, u))

HasLocks(t) == t \notin Needs \/ tasks[t].granted
\* It waits for its locks, and so for no agent.
Parked(t) == tasks[t].status = "ready" /\ tasks[t].request # 0 /\ ~tasks[t].granted

Terminal == {"completed", "failed", "cancelled"}
Claimed == {"assigned", "running"}

\* Parents and children. A child that has not ended belongs to the claim in force of its parent.
Lent(t) == Families /\ tasks[t].lent
OpenChildren(t) == IF ~Families THEN {}
                   ELSE {c \in Task : ParentOf[c] = t /\ tasks[c].status \notin {"new"} \cup Terminal}
FirstBorn(S) == CHOOSE c \in S : \A d \in S \ {c} : Index(born, c) < Index(born, d)
RECURSIVE Deepest(_)
Deepest(t) == IF OpenChildren(t) = {} THEN t ELSE Deepest(FirstBorn(OpenChildren(t)))
\* Parents that await nothing any more.
ResumeDue == {p \in Task : Lent(p) /\ \A c \in Task : ParentOf[c] = p => ~tasks[c].awaited}

Takes(a) == agents[a].up /\ agents[a].cordons = {} /\ ~agents[a].drained
HasSlot(a) == load[a] < Slots[a]
HasPlace(a) == a \notin Pulls /\ Len(queue[a]) < Room[a]
Fit(a, t) == tasks[t].pin \in {Nobody, a}
FitReady(a) == SelectSeq(ready, LAMBDA t : Fit(a, t))

\* A task was assigned for a request, and has not started: it waits for its locks.
InProspect(a) == \E t \in Task : tasks[t].agent = a /\ tasks[t].status = "assigned"
AsksFor(a, t) == \E i \in 1..Len(asks) : asks[i].a = a /\ asks[i].t = t
\* It is given tasks, or asks for any.
Receptive(a) == a \notin Pulls \/ (AsksFor(a, Nobody) /\ ~InProspect(a))
StartsItself(a) == a \in AtOnce \cup Pulls

\* An agent whose breaker is open is avoided, unless no other agent takes tasks: then it is the last
\* resort. An agent that may never ask again is none that takes tasks.
Avoided(a) == agents[a].up /\ agents[a].cordons = {"breaker"} /\ ~agents[a].drained
LastResort(a) == Avoided(a) /\ \A b \in Agent : ~(Takes(b) /\ Receptive(b))

TakesOwn(a) == Takes(a) /\ HasSlot(a) /\ queue[a] # <<>>
MayTake(a) == (Takes(a) \/ LastResort(a)) /\ HasSlot(a)
TakesReady(a) == MayTake(a) /\ Receptive(a) /\ FitReady(a) # <<>>
CanTake(a) == TakesOwn(a) \/ TakesReady(a)

\* The smaller part of its slots in use first, then the earlier registered.
Idler(a, b) == \/ load[a] * Slots[b] < load[b] * Slots[a]
               \/ load[a] * Slots[b] = load[b] * Slots[a] /\ Index(order, a) < Index(order, b)
\* Agents that ask come first, in the order of asking.
FirstAsker(S) == LET i == Min({j \in 1..Len(asks) : asks[j].a \in S}) IN asks[i].a
Idlest(S) == CHOOSE a \in S : \A b \in S \ {a} : Idler(a, b)
Earliest(S) == CHOOSE a \in S : \A b \in S \ {a} : Index(order, a) < Index(order, b)

\* The next consequence of free capacity: an agent with a slot takes the first of its own queue or
\* of the ready tasks; a placed task enters its agent's queue.
Nothing == [kind |-> "nothing", t |-> "", a |-> Nobody]
Take(a) == IF TakesOwn(a) /\ (~TakesReady(a) \/ Precedes(Head(queue[a]), Head(FitReady(a))))
           THEN [kind |-> "admit", t |-> Head(queue[a]), a |-> a]
           ELSE [kind |-> "assign", t |-> Head(FitReady(a)), a |-> a]
Placeable == SelectSeq(ready, LAMBDA t : tasks[t].placed /\ tasks[t].pin # Nobody
                                          /\ Takes(tasks[t].pin) /\ HasPlace(tasks[t].pin))
\* Requests for exactly one task, which is ready, or has ended.
Exact == {i \in 1..Len(asks) : LET t == asks[i].t IN
            t # Nobody /\ t \in Range(ready) /\ MayTake(asks[i].a) /\ ~InProspect(asks[i].a) /\ Fit(asks[i].a, t)}
\* What became ready comes before what the agents that got a slot ask for.
NextExact == LET others == {i \in Exact : asks[i].a \notin freed} IN Min(IF others = {} THEN Exact ELSE others)
TakesExact(a) == \E i \in Exact : asks[i].a = a
Vain == {i \in 1..Len(asks) : asks[i].t # Nobody /\ tasks[asks[i].t].status \in Terminal}
\* Requests that end with the step.
Momentary == {i \in 1..Len(asks) : asks[i].brief /\ ~InProspect(asks[i].a)}
\* A drained agent is removed when it has no claim and no slot in use.
Through(a) == agents[a].up /\ agents[a].drained /\ load[a] = 0 /\ claims[a] = <<>>
Due == LET able == {a \in Agent : CanTake(a)}
           placeable == Placeable
       IN
       IF ResumeDue # {} THEN [kind |-> "resume", t |-> "", a |-> Nobody]
       ELSE IF \E a \in freed : Through(a)
       THEN [kind |-> "dismiss", t |-> "", a |-> CHOOSE a \in freed : Through(a)]
       ELSE IF Vain # {} THEN [kind |-> "ended", t |-> "", a |-> asks[Min(Vain)].a]
       ELSE IF Exact # {} THEN [kind |-> "assign", t |-> asks[NextExact].t, a |-> asks[NextExact].a]
       ELSE IF able \cap Pulls # {} THEN Take(FirstAsker(able))
       ELSE IF able \cap freed # {} THEN Take(Earliest(able \cap freed))
       ELSE IF able # {} THEN Take(Idlest(able))
       ELSE IF placeable # <<>>
            THEN [kind |-> "place", t |-> Head(placeable), a |-> tasks[Head(placeable)].pin]
       ELSE Nothing

-------------------------------------------------------------------------------
\* Donors and receivers

Load(a) == Len(SelectSeq(claims[a], LAMBDA t : ~Lent(t))) + agents[a].outside
Movable(a) == SelectSeq(claims[a], LAMBDA t : tasks[t].placed /\ tasks[t].status = "assigned")
FreeRoom(a) == IF a \in Pulls THEN (IF HasSlot(a) /\ Receptive(a) THEN 1 ELSE 0)
               ELSE (IF HasSlot(a) THEN Slots[a] - load[a] ELSE 0)
                    + (IF HasPlace(a) THEN Room[a] - Len(queue[a]) ELSE 0)
Donors == {a \in Agent : Movable(a) # <<>>}
Receivers == {a \in Agent : Takes(a) /\ FreeRoom(a) > 0}
Busier(a, b) == Load(a) > Load(b) \/ (Load(a) = Load(b) /\ Index(order, a) < Index(order, b))
Source == LET S == Donors IN CHOOSE a \in S : \A b \in S \ {a} : Busier(a, b)
Target == LET S == Receivers IN CHOOSE a \in S : \A b \in S \ {a} :
            Load(a) < Load(b) \/ (Load(a) = Load(b) /\ Index(order, a) < Index(order, b))
Batch(from, to) == Min({MaxStealBatch, (Load(from) - Load(to)) \div 2, Len(Movable(from)), FreeRoom(to)})
MayMove(from, to) == from # to /\ Load(from) >= Load(to) + StealThreshold /\ Batch(from, to) > 0
StealDue == Steals /\ Donors # {} /\ Receivers # {} /\ MayMove(Source, Target)

NothingLeft == todo = <<>> /\ Due.kind = "nothing" /\ ~StealDue /\ Momentary = {}

-------------------------------------------------------------------------------
\* Items of `todo`

OfTask(ev, t) == [ev |-> ev, t |-> t]
Unlocked(t) == [ev |-> "unlocked", t |-> t, n |-> tasks[t].request]
Started(t) == OfTask("started", t)
Completed(t) == OfTask("completed", t)
TimedOut(t, limit) == [ev |-> "timed-out", t |-> t, limit |-> limit]
Ends(t, fault, body) == [ev |-> "ends", t |-> t, fault |-> fault, body |-> body]
Ended(t, a, e, abandoned, slot) ==
  [ev |-> "ended", t |-> t, a |-> a, e |-> e, abandoned |-> abandoned, slot |-> slot]
Moves(t, from, to) == [ev |-> "moves", t |-> t, from |-> from, to |-> to]
Arrives(t, from, to) == [ev |-> "arrives", t |-> t, from |-> from, to |-> to]
Stole(from, to, n, ts) == [ev |-> "stole", from |-> from, to |-> to, n |-> n, ts |-> ts]
OfAgent(ev, a) == [ev |-> ev, a |-> a]
OfCordon(ev, a, cause) == [ev |-> ev, a |-> a, cause |-> cause]
Awaited(t, c) == [ev |-> "lent", t |-> t, c |-> c]
Detached(a) == [ev |-> "detached", a |-> a]
Abandoned(a, reason) == [ev |-> "abandoned", a |-> a, reason |-> reason]
Asking(a) == \E i \in 1..Len(asks) : asks[i].a = a
\* The end of the request of `a`, if it has one.
Abandons(a, reason) == IF Asking(a) THEN <<Abandoned(a, reason)>> ELSE <<>>
WithoutAsk(a) == SelectSeq(asks, LAMBDA i : i.a # a)
Asked(a, t, brief, keep) ==
  IF Keeps THEN [a |-> a, t |-> t, brief |-> brief, keep |-> keep, left |-> FALSE]
  ELSE [a |-> a, t |-> t, brief |-> brief]
\* The request of `a` with another caller, or without one.
WithCaller(a, brief, keep, left) ==
  [i \in 1..Len(asks) |-> IF asks[i].a # a THEN asks[i]
                          ELSE [asks[i] EXCEPT !.brief = brief, !.keep = keep, !.left = left]]
AskOf(a) == CHOOSE i \in Range(asks) : i.a = a
HasLeft(a) == Keeps /\ Asking(a) /\ AskOf(a).left
KeepsPlace(i) == Keeps /\ i.keep
KeepsGrant(a) == HasLeft(a)
Reported(a, outside) == [ev |-> "reported", a |-> a, outside |-> outside]

\* The state of the attempt of a claim when the claim ends.
BodyOf(t) == IF tasks[t].status = "running" THEN "running" ELSE "settled"

\* The claim of `t` ends; its slot and its locks come back with attempt:ended, at once or when the body
\* has ended. Locks without a slot stay with a task that goes on.
Parts(t, body, after) ==
  LET r == tasks[t]  a == r.agent
      unlocked == IF r.request # 0 /\ ~r.slot /\ tasks'[t].request = 0 THEN <<Unlocked(t)>> ELSE <<>> IN
  IF a = Nobody
  THEN todo' = unlocked \o after /\ UNCHANGED <<claims, queue, lingering>>
  ELSE /\ claims' = [claims EXCEPT ![a] = Without(@, t)]
       /\ queue' = [queue EXCEPT ![a] = Without(@, t)]
       /\ IF body = "running"
          THEN /\ lingering' = lingering \cup {[task |-> t, agent |-> a, epoch |-> r.epoch]}
               /\ todo' = unlocked \o after
          ELSE /\ todo' = unlocked \o <<Ended(t, a, r.epoch, body = "abandoned", r.slot)>> \o after
               /\ UNCHANGED lingering

\* The next item ends a claim that has children, or awaits one. These are cancelled first, each before
\* its parent, and the claims that awaited them resume.
EndsClaim(i) == i.ev \in {"completed", "cancelled", "ends", "timed-out"}
Leaving == /\ todo # <<>> /\ EndsClaim(Head(todo))
           /\ IF OpenChildren(Head(todo).t) # {} THEN TRUE ELSE Lent(Head(todo).t)
Leaves(t) == Leaving /\ Deepest(Head(todo).t) = t
\* Items that end the claim of a child which was cancelled are void.
NotOf(t) == SelectSeq(todo, LAMBDA i : ~(EndsClaim(i) /\ i.t = t))

\* The last conjunct of every event: agents in S got capacity; when `todo` is empty, only those that
\* can use it are kept. `Settles` is for an event that changes `asks`.
Settles(S) == /\ freed' = IF todo' = <<>> THEN {a \in S : (CanTake(a) \/ TakesExact(a) \/ Through(a))'} ELSE S
              /\ quiet' = NothingLeft'
Frees(S) == asks' = asks /\ Settles(S)

Collected(r) == IF Keeps THEN [r EXCEPT !.kept = FALSE] ELSE r
Unclaimed(t) == [Collected(tasks[t]) EXCEPT !.agent = Nobody, !.slot = FALSE,
                   !.request = IF tasks[t].slot THEN 0 ELSE @, !.granted = @ /\ ~tasks[t].slot]
\* The same when it takes its locks along.
Moved(t) == IF tasks[t].granted THEN [tasks[t] EXCEPT !.agent = Nobody, !.slot = FALSE] ELSE Unclaimed(t)
\* The same when the task won't go on at once.
Dropped(t) == [Unclaimed(t) EXCEPT !.request = 0, !.granted = FALSE]

Over(r) == IF Families THEN [r EXCEPT !.awaited = FALSE] ELSE r

\* The effect of the end of a claim on the task.
Outcome(t, fault) ==
  LET r == tasks[t]  ran == IF r.status = "running" THEN 1 ELSE 0 IN
  CASE fault = "attempt" ->
         [status |-> IF r.attempts > Retries THEN "failed" ELSE "backing-off",
          attempts |-> r.attempts, crashes |-> r.crashes]
    [] fault = "none" ->
         [status |-> IF r.crashes + 1 > MaxCrashes THEN "failed" ELSE "backing-off",
          attempts |-> r.attempts - ran, crashes |-> r.crashes + 1]
    [] fault = "orphan" ->
         [status |-> IF r.crashes + ran > MaxCrashes THEN "failed" ELSE "ready",
          attempts |-> r.attempts - ran, crashes |-> r.crashes + ran]
    [] fault = "requeue" ->
         [status |-> "ready", attempts |-> r.attempts - ran, crashes |-> r.crashes]
    [] OTHER ->
         [status |-> "failed", attempts |-> r.attempts, crashes |-> r.crashes]

-------------------------------------------------------------------------------
\* Events

\* A placed task does not wait for an agent that is gone, is about to go, or is avoided.
Lost(a) == ~agents[a].up \/ agents[a].drained \/ "breaker" \in agents[a].cordons
HomeOf(a) == IF a # Nobody /\ Lost(a) THEN Nobody ELSE a

TaskCreated(t) ==
  /\ todo # <<>> /\ Head(todo).ev = "created" /\ Head(todo).t = t
  /\ LET i == Head(todo)
         r == [Unborn EXCEPT !.status = "ready", !.rank = i.rank,
                             !.pin = HomeOf(i.home), !.placed = i.home # Nobody] IN
     /\ tasks' = [tasks EXCEPT ![t] =
                    IF ParentOf[t] = Nobody THEN r ELSE [r EXCEPT !.parent = i.parent]]
     /\ ready' = SelectSeq(ready, LAMBDA u : tasks[u].rank <= i.rank) \o <<t>>
                 \o SelectSeq(ready, LAMBDA u : tasks[u].rank > i.rank)
  /\ born' = Append(Without(born, t), t)
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<agents, order, claims, queue, load, lingering, epoch>>
  /\ Frees(freed)

NextEpoch == epoch + 1
\* A claim with a slot requests the locks that its task needs and doesn't have.
Requests(t, e) == IF t \in Needs /\ tasks[t].request = 0 THEN e ELSE tasks[t].request
\* `t` goes to `a`, into a slot if one is free, under a new epoch.
Claims(t, a, rest) ==
  LET slot == HasSlot(a)  e == NextEpoch IN
  /\ epoch' = e
  /\ tasks' = [tasks EXCEPT ![t].status = "assigned", ![t].agent = a, ![t].epoch = e, ![t].slot = slot,
                             ![t].request = IF slot THEN Requests(t, e) ELSE @]
  /\ ready' = Without(ready, t)
  /\ claims' = [claims EXCEPT ![a] = Append(@, t)]
  /\ queue' = IF slot THEN queue ELSE [queue EXCEPT ![a] = Insert(@, t)]
  /\ load' = IF slot THEN [load EXCEPT ![a] = @ + 1] ELSE load
  /\ todo' = (IF slot /\ StartsItself(a) /\ HasLocks(t) THEN <<Started(t)>> ELSE <<>>) \o rest
  /\ UNCHANGED <<agents, order, born, lingering>>
  /\ Frees(freed)

TaskAssigned(t, a, e, queued) ==
  /\ e = NextEpoch /\ queued = ~HasSlot(a)
  /\ \/ /\ todo = <<>> /\ ~quiet
        /\ Due \in [kind : {"assign", "place"}, t : {t}, a : {a}]
        /\ Claims(t, a, <<>>)
     \/ /\ todo # <<>> /\ Head(todo).ev = "arrives" /\ Head(todo).t = t /\ Head(todo).to = a
        /\ Claims(t, a, Tail(todo))

\* A claim that waited in its agent's queue gets a slot.
TaskAdmitted(t, a, e) ==
  /\ todo = <<>> /\ ~quiet /\ e = tasks[t].epoch
  /\ Due = [kind |-> "admit", t |-> t, a |-> a]
  /\ tasks' = [tasks EXCEPT ![t].slot = TRUE, ![t].request = Requests(t, e)]
  /\ queue' = [queue EXCEPT ![a] = Without(@, t)]
  /\ load' = [load EXCEPT ![a] = @ + 1]
  /\ todo' = IF StartsItself(a) /\ HasLocks(t) THEN <<Started(t)>> ELSE <<>>
  /\ UNCHANGED <<agents, order, born, ready, claims, lingering, epoch>>
  /\ Frees(freed)

\* A claim whose locks are held by others: the slot is for another task.
TaskParked(t, a, e) ==
  /\ todo # <<>> /\ Head(todo) = OfTask("parked", t)
  /\ a = tasks[t].agent /\ e = tasks[t].epoch
  /\ tasks' = [tasks EXCEPT ![t].status = "ready", ![t].agent = Nobody, ![t].slot = FALSE]
  /\ claims' = [claims EXCEPT ![a] = Without(@, t)]
  /\ load' = [load EXCEPT ![a] = @ - 1]
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<agents, order, born, ready, queue, lingering, epoch>>
  /\ Frees(freed \cup {a})

\* A task without a slot gives back its locks, or stops to wait for them.
TaskUnlocked(t, n) ==
  /\ todo # <<>> /\ Head(todo) = [ev |-> "unlocked", t |-> t, n |-> n]
  /\ tasks' = IF tasks[t].request = n
               THEN [tasks EXCEPT ![t].request = 0, ![t].granted = FALSE] ELSE tasks
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<agents, order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Frees(freed)

TaskStarted(t, a, e) ==
  /\ todo # <<>> /\ Head(todo) = Started(t)
  /\ a = tasks[t].agent /\ e = tasks[t].epoch
  /\ LET r == [tasks[t] EXCEPT !.status = "running", !.attempts = @ + 1] IN
     tasks' = [tasks EXCEPT ![t] = IF Keeps THEN [r EXCEPT !.kept = KeepsGrant(a)] ELSE r]
  /\ todo' = Tail(todo)
  /\ asks' = WithoutAsk(a)   \* whatever such an agent starts, it asked for
  /\ UNCHANGED <<agents, order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Settles(freed)

\* An agent asks for any task, or for `t`.
ClaimRequested(a, t) ==
  /\ todo # <<>> /\ Head(todo).ev = "requested" /\ Head(todo).a = a /\ Head(todo).t = t
  /\ asks' = Append(asks, Asked(a, t, Head(todo).brief, Head(todo).keep))
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<tasks, agents, order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Settles(freed \cup {a})

\* A request ends without a task. What was assigned for it is not started.
ClaimAbandoned(a, reason) ==
  /\ \/ todo # <<>> /\ Head(todo) = Abandoned(a, reason)
     \/ todo = <<>> /\ ~quiet /\ reason = "ended" /\ Due.kind = "ended" /\ Due.a = a
     \/ /\ todo = <<>> /\ ~quiet /\ reason = "none" /\ Due.kind = "nothing" /\ ~StealDue
        /\ \E i \in Momentary : asks[i].a = a /\ ~KeepsPlace(asks[i])
  /\ asks' = WithoutAsk(a)
  /\ LET unstarted == SelectSeq(claims[a], LAMBDA t : tasks[t].status = "assigned") IN
     todo' = [i \in 1..Len(unstarted) |-> Ends(unstarted[i], "requeue", "settled")]
             \o (IF todo = <<>> THEN <<>> ELSE Tail(todo))
  /\ UNCHANGED <<tasks, agents, order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Settles(freed)

\* The caller of a request has left; it keeps its place.
ClaimDetached(a) ==
  /\ \/ todo # <<>> /\ Head(todo) = Detached(a) /\ todo' = Tail(todo)
     \/ /\ todo = <<>> /\ ~quiet /\ Due.kind = "nothing" /\ ~StealDue /\ todo' = todo
        /\ \E i \in Momentary : asks[i].a = a /\ KeepsPlace(asks[i])
  /\ asks' = WithCaller(a, FALSE, TRUE, TRUE)
  /\ UNCHANGED <<tasks, agents, order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Settles(freed)

\* It has a caller again.
ClaimResumed(a) ==
  /\ todo # <<>> /\ Head(todo).ev = "resumed" /\ Head(todo).a = a
  /\ asks' = WithCaller(a, Head(todo).brief, Head(todo).keep, FALSE)
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<tasks, agents, order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Settles(freed)

TaskCompleted(t, a, e) ==
  /\ todo # <<>> /\ Head(todo) = Completed(t)
  /\ a = tasks[t].agent /\ e = tasks[t].epoch
  /\ ~Leaving
  /\ tasks' = [tasks EXCEPT ![t] = Over([Dropped(t) EXCEPT !.status = "completed"])]
  /\ Parts(t, "settled", Tail(todo))
  /\ UNCHANGED <<agents, order, born, ready, load, epoch>>
  /\ Frees(freed)

\* The claim of `t`, or its wait for one, ends by `fault`, and the task gets this status.
EndsAs(t, a, e, status) ==
  /\ todo # <<>> /\ Head(todo).ev = "ends" /\ Head(todo).t = t /\ ~Leaving
  /\ a = tasks[t].agent /\ e = tasks[t].epoch
  /\ LET i == Head(todo)  o == Outcome(t, i.fault)
         leaves == status = "ready" /\ tasks[t].placed IN
     /\ o.status = status
     /\ LET r == [(IF status = "ready" THEN Unclaimed(t) ELSE Dropped(t)) EXCEPT
                    !.status = status, !.attempts = o.attempts, !.crashes = o.crashes,
                    !.paused = status = "backing-off", !.pin = IF leaves THEN Nobody ELSE @]
        IN tasks' = [tasks EXCEPT ![t] = IF status = "failed" THEN Over(r) ELSE r]
     /\ ready' = IF status = "ready" THEN Insert(ready, t) ELSE Without(ready, t)
     /\ Parts(t, i.body, Tail(todo))
  /\ UNCHANGED <<agents, order, born, load, epoch>>
  /\ Frees(freed)

TaskFailed(t, a, e) == EndsAs(t, a, e, "failed")
TaskBackedOff(t, a, e) == EndsAs(t, a, e, "backing-off")
TaskRequeued(t, a, e) == EndsAs(t, a, e, "ready")

TaskCancelled(t, a, e) ==
  /\ a = tasks[t].agent /\ e = tasks[t].epoch
  /\ LET r == Over([Dropped(t) EXCEPT !.status = "cancelled", !.paused = FALSE]) IN
     \/ /\ todo # <<>> /\ Head(todo) = OfTask("cancelled", t) /\ ~Leaving
        /\ tasks' = [tasks EXCEPT ![t] = r]
        /\ Parts(t, BodyOf(t), Tail(todo))
     \/ /\ Leaves(t) /\ t # Head(todo).t /\ ~Lent(t)
        /\ tasks' = [tasks EXCEPT ![t] = [r EXCEPT !.orphan = TRUE]]
        /\ Parts(t, IF BodyOf(t) = "running" /\ ~agents[a].up THEN "abandoned" ELSE BodyOf(t), NotOf(t))
  /\ ready' = Without(ready, t)
  /\ UNCHANGED <<agents, order, born, load, epoch>>
  /\ Frees(freed)

TaskTimedOut(t, limit) ==
  /\ todo # <<>> /\ Head(todo) = TimedOut(t, limit) /\ ~Leaving
  /\ todo' = <<Ends(t, CASE limit = "attempt" -> "attempt" [] limit = "heartbeat" -> "orphan"
                         [] OTHER -> "limit", BodyOf(t))>> \o Tail(todo)
  /\ UNCHANGED known
  /\ Frees(freed)

\* A claim awaits a child: the first one that it awaits takes its slot.
TaskLent(t, a, e, c) ==
  /\ todo # <<>> /\ Head(todo) = Awaited(t, c)
  /\ a = tasks[t].agent /\ e = tasks[t].epoch
  /\ tasks' = [tasks EXCEPT ![t].lent = TRUE, ![c].awaited = TRUE]
  /\ load' = IF Lent(t) THEN load ELSE [load EXCEPT ![a] = @ - 1]
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<agents, order, born, ready, claims, queue, lingering, epoch>>
  /\ Frees(IF Lent(t) THEN freed ELSE freed \cup {a})

\* It awaits nothing any more, or ends, and has its slot again: beyond the slots of its agent, if need be.
TaskResumed(t, a, e) ==
  /\ a = tasks[t].agent /\ e = tasks[t].epoch
  /\ \/ Leaves(t) /\ Lent(t)
     \/ todo = <<>> /\ ~quiet /\ t \in ResumeDue
  /\ tasks' = [tasks EXCEPT ![t].lent = FALSE]
  /\ load' = [load EXCEPT ![a] = @ + 1]
  /\ UNCHANGED <<agents, order, born, ready, claims, queue, lingering, epoch, todo>>
  /\ Frees(freed)

\* A pause is over.
TaskReadied(t) ==
  /\ todo # <<>> /\ Head(todo) = OfTask("readied", t)
  /\ tasks' = [tasks EXCEPT ![t].status = "ready", ![t].paused = FALSE,
                 ![t].pin = HomeOf(@)]
  /\ ready' = Insert(ready, t)
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<agents, order, born, claims, queue, load, lingering, epoch>>
  /\ Frees(freed)

\* Its pause is over, and `left` are the attempts that still go on.
WaitsFor(t, left) == /\ tasks[t].status = "backing-off" /\ ~tasks[t].paused
                     /\ \A l \in left : l.task # t
\* A claim releases its slot. If its task waited for that, the task is ready again.
AttemptEnded(t, a, e, abandoned, queued) ==
  /\ todo # <<>> /\ Head(todo).ev = "ended" /\ Head(todo).t = t
  /\ LET i == Head(todo)
         left == {l \in lingering : l.epoch # e}
     IN
     /\ i.a = a /\ i.e = e /\ i.abandoned = abandoned /\ i.slot = ~queued
     /\ lingering' = left
     /\ load' = IF i.slot THEN [load EXCEPT ![a] = @ - 1] ELSE load
     /\ todo' = (IF left # lingering /\ WaitsFor(t, left) THEN <<OfTask("readied", t)>> ELSE <<>>) \o Tail(todo)
  /\ UNCHANGED <<tasks, agents, order, born, ready, claims, queue, epoch>>
  /\ Frees(IF agents[a].up THEN freed \cup {a} ELSE freed)

AgentSpawned(a) ==
  /\ todo # <<>> /\ Head(todo) = OfAgent("spawned", a)
  /\ agents' = [agents EXCEPT ![a].up = TRUE]
  /\ order' = Append(Without(order, a), a)
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<tasks, born, ready, claims, queue, load, lingering, epoch>>
  /\ Frees(freed \cup {a})

\* Its claims end in the order in which they began, then the bodies that it still ran. What was
\* placed with it and waits for room may go to any agent.
Unpinned(t, a) == IF tasks[t].status = "ready" /\ ~Parked(t) /\ tasks[t].placed /\ tasks[t].pin = a
                  THEN [tasks[t] EXCEPT !.pin = Nobody] ELSE tasks[t]
RECURSIVE InOrder(_)
InOrder(S) == IF S = {} THEN <<>>
              ELSE LET l == CHOOSE x \in S : \A y \in S : x.epoch <= y.epoch IN <<l>> \o InOrder(S \ {l})
Bodies(a) == InOrder({l \in lingering : l.agent = a})
AgentTerminated(a) ==
  /\ \/ todo # <<>> /\ Head(todo) = OfAgent("terminated", a)
     \/ todo = <<>> /\ ~quiet /\ Due.kind = "dismiss" /\ Due.a = a
  /\ agents' = [agents EXCEPT ![a] = Absent]
  /\ order' = Without(order, a)
  /\ tasks' = [t \in Task |-> Unpinned(t, a)]
  /\ LET orphan(t) == Ends(t, "orphan", IF tasks[t].status = "running" THEN "abandoned" ELSE "settled")
         ended(l) == Ended(l.task, a, l.epoch, TRUE, TRUE)
         \* What was assigned for its request is requeued with that.
         kept == SelectSeq(claims[a], LAMBDA t : ~(Asking(a) /\ tasks[t].status = "assigned"))
     IN todo' = Abandons(a, "gone")
                \o [i \in 1..Len(kept) |-> orphan(kept[i])]
                \o [i \in 1..Len(Bodies(a)) |-> ended(Bodies(a)[i])]
                \o (IF todo = <<>> THEN <<>> ELSE Tail(todo))
  /\ UNCHANGED <<born, ready, claims, queue, load, lingering, epoch>>
  /\ Frees(freed \ {a})

AgentDraining(a) ==
  /\ todo # <<>> /\ Head(todo) = OfAgent("draining", a)
  /\ agents' = [agents EXCEPT ![a].drained = TRUE]
  /\ tasks' = [t \in Task |-> Unpinned(t, a)]
  /\ todo' = Abandons(a, "closed") \o Tail(todo)
  /\ UNCHANGED <<order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Frees(freed \cup {a})

AgentReported(a, outside) ==
  /\ todo # <<>> /\ Head(todo) = Reported(a, outside)
  /\ agents' = [agents EXCEPT ![a].outside = outside, ![a].reported = TRUE]
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<tasks, order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Frees(freed)

AgentReportExpired(a) ==
  /\ todo # <<>> /\ Head(todo) = OfAgent("report-expired", a)
  /\ agents' = [agents EXCEPT ![a].outside = 0, ![a].reported = FALSE]
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<tasks, order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Frees(freed)

AgentCordoned(a, cause) ==
  /\ todo # <<>> /\ Head(todo) = OfCordon("cordoned", a, cause)
  /\ agents' = [agents EXCEPT ![a].cordons = @ \cup {cause}]
  /\ tasks' = IF cause = "breaker" THEN [t \in Task |-> Unpinned(t, a)] ELSE tasks
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Frees(freed)

AgentUncordoned(a, cause) ==
  /\ todo # <<>> /\ Head(todo) = OfCordon("uncordoned", a, cause)
  /\ agents' = [agents EXCEPT ![a].cordons = @ \ {cause}]
  /\ todo' = Tail(todo)
  /\ UNCHANGED <<tasks, order, born, ready, claims, queue, load, lingering, epoch>>
  /\ Frees(freed \cup {a})

\* The newest claims move first.
Newest(s, n) == [i \in 1..n |-> s[Len(s) + 1 - i]]
WorkstealingRequest(from, to, n) ==
  /\ todo = <<>> /\ ~quiet /\ Due.kind = "nothing" /\ StealDue
  /\ from = Source /\ to = Target /\ n = Batch(from, to)
  /\ LET ts == Newest(Movable(from), n) IN
     todo' = [i \in 1..n |-> Moves(ts[i], from, to)] \o <<Stole(from, to, n, ts)>>
  /\ UNCHANGED known
  /\ Frees(freed)

TaskStolen(t, from, e, to) ==
  /\ todo # <<>> /\ Head(todo) = Moves(t, from, to)
  /\ e = tasks[t].epoch
  /\ tasks' = [tasks EXCEPT ![t] = [Moved(t) EXCEPT !.status = "ready", !.pin = Nobody]]
  /\ Parts(t, "settled", <<Arrives(t, from, to)>> \o Tail(todo))
  /\ UNCHANGED <<agents, order, born, ready, load, epoch>>
  /\ Frees(freed)

WorkstealingCompleted(from, to, n, ts) ==
  /\ todo # <<>> /\ Head(todo) = Stole(from, to, n, ts)
  /\ todo' = Tail(todo)
  /\ UNCHANGED known
  /\ Frees(freed)

-------------------------------------------------------------------------------
\* Commands

Asks(items) == todo' = items /\ UNCHANGED known /\ freed' = {} /\ quiet' = (items = <<>>)

\* A command about a claim names its epoch; 0 stands for the one in force.
InForce(t, e) == tasks[t].agent # Nobody /\ e \in {0, tasks[t].epoch}
ClaimRefusal(t, e) ==
  IF tasks[t].status = "new" THEN "unknown-task"
  ELSE IF InForce(t, e) THEN "none"
  ELSE IF e = 0 \/ (e = tasks[t].epoch /\ tasks[t].status \in Terminal) THEN "status"
  ELSE "stale-epoch"
RunRefusal(t, e) ==
  LET refusal == ClaimRefusal(t, e) IN
  IF refusal # "none" THEN refusal
  ELSE IF tasks[t].slot /\ HasLocks(t) THEN "none" ELSE "status"
Refusal(command, t, e) ==
  CASE command = "start" ->
         IF RunRefusal(t, e) = "none" /\ tasks[t].status = "running" THEN "status" ELSE RunRefusal(t, e)
    [] command = "await" ->
         IF ClaimRefusal(t, e) = "none" /\ tasks[t].status # "running" THEN "status" ELSE ClaimRefusal(t, e)
    [] command \in {"release-claim", "keep-claim"} ->
         IF RunRefusal(t, e) = "none" /\ tasks[t].status # "running" THEN "status" ELSE RunRefusal(t, e)
    [] command = "cancel" ->
         IF tasks[t].status = "new" THEN "unknown-task"
         ELSE IF tasks[t].status \in {"completed", "failed"} THEN "status" ELSE "none"
    [] OTHER -> RunRefusal(t, e)
SubmitRefusal(t, home) ==
  IF tasks[t].status # "new" THEN "duplicate"
  ELSE IF home = Nobody THEN "none"
  ELSE IF ~agents[home].up THEN "unknown-agent"
  ELSE IF agents[home].drained THEN "unfit" ELSE "none"

\* A child that was cancelled with its parent's claim, or has failed, may be submitted by the next one.
ChildRefusal(c, e) ==
  LET p == ParentOf[c] IN
  IF tasks[p].status # "running" \/ tasks[p].epoch # e THEN "stale-epoch"
  ELSE IF \/ tasks[c].status = "new" \/ tasks[c].orphan
          \/ tasks[c].status = "failed" /\ tasks[c].parent # e
       THEN "none" ELSE "duplicate"

\* A claim of any task, or of `t`. An open claim of the agent that has not lent its slot answers it.
HasClaim(a, t) == \E u \in Task : /\ tasks[u].agent = a /\ tasks[u].status = "running"
                                  /\ IF t = Nobody THEN ~Lent(u) ELSE t = u
AskRefusal(a, t) ==
  IF ~agents[a].up THEN "unknown-agent"
  ELSE IF a \notin Pulls THEN "unfit"
  ELSE IF HasClaim(a, t) THEN "none"
  ELSE IF agents[a].drained THEN "unfit"
  ELSE IF t = Nobody THEN "none"
  ELSE IF tasks[t].status = "new" THEN "unknown-task"
  ELSE IF tasks[t].status \in Terminal THEN "status"
  ELSE IF ~Fit(a, t) THEN "unfit" ELSE "none"

ResumeRefusal(a, t) ==
  IF ~agents[a].up THEN "unknown-agent"
  ELSE IF a \notin Pulls THEN "unfit"
  ELSE IF HasClaim(a, t) THEN "none"
  ELSE IF agents[a].drained THEN "unfit"
  ELSE IF AsksFor(a, t) THEN "none" ELSE "unknown-ticket"

\* A refusal changes nothing, so it needs no item. It names a task, or an unknown agent.
TaskRefused(command, t, e, reason) ==
  /\ quiet /\ reason # "none" /\ Refusal(command, t, e) = reason
  /\ UNCHANGED vars
SubmitRefused(t, home, reason) ==
  /\ quiet /\ reason # "none" /\ SubmitRefusal(t, home) = reason
  /\ UNCHANGED vars
ChildRefused(c, e, reason) ==
  /\ quiet /\ reason # "none" /\ ChildRefusal(c, e) = reason
  /\ UNCHANGED vars
AgentRefused(command, a, reason) ==
  /\ quiet /\ reason = "unknown-agent" /\ ~agents[a].up
  /\ UNCHANGED vars

ClaimRefused(a, t, reason) ==
  /\ quiet /\ reason # "none" /\ AskRefusal(a, t) = reason
  /\ UNCHANGED vars

ResumeRefused(a, t, reason) ==
  /\ Keeps /\ quiet /\ reason # "none" /\ ResumeRefusal(a, t) = reason
  /\ UNCHANGED vars

First(t) == IF tasks[t].status = "running" THEN <<>> ELSE <<Started(t)>>

Submit(t, home, rank) ==
  /\ quiet /\ SubmitRefusal(t, home) = "none"
  /\ Asks(<<[ev |-> "created", t |-> t, home |-> home, rank |-> rank]>>)
SubmitChild(c, e, rank) ==
  /\ quiet /\ ChildRefusal(c, e) = "none"
  /\ LET p == ParentOf[c] IN
     Asks(<<[ev |-> "created", t |-> c, home |-> Nobody, rank |-> Min({rank, tasks[p].rank}), parent |-> e]>>)
Await(t, e, c) ==
  /\ quiet /\ Refusal("await", t, e) = "none"
  /\ Asks(IF c \notin OpenChildren(t) \/ tasks[c].awaited THEN <<>> ELSE <<Awaited(t, c)>>)
Start(t, e) == quiet /\ Refusal("start", t, e) = "none" /\ Asks(First(t))
Complete(t, e) == quiet /\ Refusal("complete", t, e) = "none" /\ Asks(First(t) \o <<Completed(t)>>)
Fail(t, e, fault) == /\ quiet /\ Refusal("fail", t, e) = "none"
                     /\ Asks(First(t) \o <<Ends(t, fault, "settled")>>)
Cancel(t) == /\ quiet /\ Refusal("cancel", t, 0) = "none"
             /\ Asks(IF tasks[t].status = "cancelled" THEN <<>> ELSE <<OfTask("cancelled", t)>>)
Body(t, e) == {l \in lingering : l.task = t /\ l.epoch = e}
\* A no-op when it is late or repeated.
Settle(t, e) ==
  /\ quiet
  /\ Asks(IF Body(t, e) = {} THEN <<>>
          ELSE <<Ended(t, (CHOOSE l \in Body(t, e) : TRUE).agent, e, FALSE, TRUE)>>)
GraceOver(t, e) ==
  /\ quiet /\ Body(t, e) # {}
  /\ Asks(<<Ended(t, (CHOOSE l \in Body(t, e) : TRUE).agent, e, TRUE, TRUE)>>)
Expire(t, limit) ==
  /\ quiet /\ limit \in Limits
  /\ tasks[t].status \in (IF limit = "queue" THEN {"ready", "assigned"} ELSE {"running"})
  /\ Asks(<<TimedOut(t, limit)>>)
\* A task is not retried while an attempt of it may go on.
PauseOver(t) ==
  /\ quiet /\ tasks[t].paused
  /\ IF \E l \in lingering : l.task = t
     THEN tasks' = [tasks EXCEPT ![t].paused = FALSE] /\ UNCHANGED
            <<agents, order, born, ready, claims, queue, load, lingering, epoch, asks, todo, freed, quiet>>
     ELSE Asks(<<OfTask("readied", t)>>)
\* What the locks answer to a request; late, or twice, it is nothing.
IsOpen(t, n) == n # 0 /\ tasks[t].request = n /\ ~tasks[t].granted
Park(t, n) ==
  quiet /\ Asks(IF IsOpen(t, n) /\ tasks[t].agent # Nobody THEN <<OfTask("parked", t)>> ELSE <<>>)
Unblock(t, n) ==
  /\ quiet
  /\ IF ~IsOpen(t, n) THEN Asks(<<>>)
     ELSE /\ tasks' = [tasks EXCEPT ![t].granted = TRUE]
          /\ todo' = IF tasks[t].agent = Nobody THEN <<OfTask("readied", t)>>
                     ELSE IF StartsItself(tasks[t].agent) THEN <<Started(t)>> ELSE <<>>
          /\ UNCHANGED <<agents, order, born, ready, claims, queue, load, lingering, epoch, asks>>
          /\ freed' = {} /\ quiet' = (todo' = <<>>)
\* A lock was taken from it, or can't be had. Its locks have the name of the request, if there was one.
Preempt(t, n) ==
  /\ quiet
  /\ LET r == tasks[t] IN
     Asks(IF n # 0 /\ (IF r.request # 0 THEN r.request = n ELSE r.agent # Nobody /\ r.epoch = n)
          THEN <<Ends(t, "none", BodyOf(t))>> ELSE <<>>)
\* A task that has its locks and no slot gives them back. It stays in its queue.
Yield(t) == quiet /\ Asks(IF tasks[t].granted /\ ~tasks[t].slot THEN <<Unlocked(t)>> ELSE <<>>)
RegisterAgent(a) == quiet /\ Asks(<<OfAgent("spawned", a)>>)
RemoveAgent(a) == quiet /\ agents[a].up /\ Asks(<<OfAgent("terminated", a)>>)
CordonAgent(a, cause) ==
  /\ quiet /\ agents[a].up
  /\ Asks(IF cause \in agents[a].cordons THEN <<>> ELSE <<OfCordon("cordoned", a, cause)>>)
UncordonAgent(a, cause) ==
  /\ quiet /\ agents[a].up
  /\ Asks(IF cause \in agents[a].cordons THEN <<OfCordon("uncordoned", a, cause)>> ELSE <<>>)
\* Claims with a slot, and tasks that were not placed with the agent, stay until they end.
DrainAgent(a) ==
  /\ quiet /\ agents[a].up
  /\ LET leaving == SelectSeq(claims[a], LAMBDA t : tasks[t].placed /\ tasks[t].status = "assigned" /\ ~Asking(a)) IN
     Asks(IF agents[a].drained THEN <<>>
          ELSE <<OfAgent("draining", a)>>
               \o [i \in 1..Len(leaving) |-> Ends(leaving[i], "requeue", "settled")])
RequeueAgentTasks(a) ==
  /\ quiet /\ agents[a].up
  /\ Asks([i \in 1..Len(claims[a]) |-> Ends(claims[a][i], "requeue", BodyOf(claims[a][i]))])
\* Tasks that were assigned here are not counted twice.
ReportLoad(a, count) ==
  /\ quiet /\ agents[a].up
  /\ Asks(<<Reported(a, IF count > Len(claims[a]) THEN count - Len(claims[a]) ELSE 0)>>)
ForgetReport(a) == quiet /\ agents[a].reported /\ Asks(<<OfAgent("report-expired", a)>>)

\* The oldest claim that answers a request. If it was kept for the agent, that has it now.
Answering(a, t) == IF t # Nobody THEN t ELSE LET s == SelectSeq(claims[a], LAMBDA u : tasks[u].status = "running") IN Head(s)
Collects(a, t) ==
  IF ~Keeps THEN Asks(<<>>)
  ELSE /\ tasks' = [tasks EXCEPT ![Answering(a, t)].kept = FALSE]
       /\ todo' = <<>> /\ freed' = {} /\ quiet' = TRUE
       /\ UNCHANGED <<agents, order, born, ready, claims, queue, load, lingering, epoch, asks>>
\* A further request takes the place of the last one.
ClaimOnTerms(a, t, brief, keep) ==
  /\ quiet /\ AskRefusal(a, t) = "none"
  /\ IF HasClaim(a, t) THEN Collects(a, t)
     ELSE Asks(Abandons(a, "replaced")
               \o <<[ev |-> "requested", a |-> a, t |-> t, brief |-> brief, keep |-> keep]>>)
Claim(a, t, brief) == ClaimOnTerms(a, t, brief, FALSE)
\* A request that keeps its place when its caller leaves it, and one that a caller comes back to.
ClaimKept(a, t, brief) == Keeps /\ ClaimOnTerms(a, t, brief, TRUE)
ResumeAsk(a, t, brief, keep) ==
  /\ Keeps /\ quiet /\ ResumeRefusal(a, t) = "none"
  /\ IF HasClaim(a, t) THEN Collects(a, t)
     ELSE Asks(<<[ev |-> "resumed", a |-> a, brief |-> brief, keep |-> keep]>>)
DetachAsk(a) == Keeps /\ quiet /\ Asks(IF Asking(a) /\ ~HasLeft(a) THEN <<Detached(a)>> ELSE <<>>)
\* A no-op when it is over.
WithdrawAsk(a) == quiet /\ Asks(Abandons(a, "withdrawn"))
\* The time is over for which its caller waits, or for which it is kept.
EndOfWait(a) == IF HasLeft(a) THEN Abandoned(a, "lapsed")
                ELSE IF KeepsPlace(AskOf(a)) THEN Detached(a) ELSE Abandoned(a, "timed-out")
WaitOver(a) ==
  quiet /\ (\E i \in 1..Len(asks) : asks[i].a = a /\ ~asks[i].brief) /\ Asks(<<EndOfWait(a)>>)
\* A claim is kept for an agent whose caller left as it was granted; and nobody came for it.
KeepClaim(t, e) ==
  /\ Keeps /\ quiet /\ InForce(t, e) /\ tasks[t].status = "running"
  /\ tasks' = [tasks EXCEPT ![t].kept = TRUE]
  /\ todo' = <<>> /\ freed' = {} /\ quiet' = TRUE
  /\ UNCHANGED <<agents, order, born, ready, claims, queue, load, lingering, epoch, asks>>
CollectOver(t) == Keeps /\ quiet /\ tasks[t].kept /\ Asks(<<Ends(t, "requeue", "settled")>>)
\* A claim is given back.
ReleaseClaim(t, e) ==
  /\ quiet /\ InForce(t, e) /\ tasks[t].status = "running"
  /\ Asks(<<Ends(t, "requeue", "settled")>>)

Epochs == 0..epoch
Commands ==
  \/ \E t \in Task, home \in Agent \cup {Nobody}, rank \in Int :
       ParentOf[t] = Nobody /\ Submit(t, home, rank)
  \/ \E c \in Task, e \in Epochs : ParentOf[c] # Nobody /\
       (Await(ParentOf[c], e, c) \/ (\E rank \in Int : SubmitChild(c, e, rank))
        \/ \E reason \in {"duplicate", "stale-epoch"} : ChildRefused(c, e, reason))
  \/ \E t \in Task, e \in Epochs :
       Start(t, e) \/ Complete(t, e) \/ Settle(t, e) \/ GraceOver(t, e)
       \/ Park(t, e) \/ Unblock(t, e) \/ Preempt(t, e)
  \/ \E t \in Task, e \in Epochs, fault \in {"attempt", "task", "none"} : Fail(t, e, fault)
  \/ \E a \in Agent : WithdrawAsk(a) \/ WaitOver(a)
       \/ \E t \in Task \cup {Nobody} : \/ \E brief \in BOOLEAN : Claim(a, t, brief)
            \/ \E reason \in {"unknown-agent", "unfit", "unknown-task", "status"} : ClaimRefused(a, t, reason)
  \/ \E a \in Agent : DetachAsk(a)
  \/ \E a \in Agent, t \in Task \cup {Nobody} :
       \/ \E brief, keep \in BOOLEAN : ResumeAsk(a, t, brief, keep) \/ ClaimKept(a, t, brief)
       \/ \E reason \in {"unknown-agent", "unfit", "unknown-ticket"} : ResumeRefused(a, t, reason)
  \/ \E t \in Task, e \in Epochs : ReleaseClaim(t, e) \/ KeepClaim(t, e) \/ CollectOver(t)
  \/ \E t \in Task, e \in Epochs, command \in {"start", "complete", "fail", "release-claim", "keep-claim"},
        reason \in {"unknown-task", "status", "stale-epoch"} : TaskRefused(command, t, e, reason)
  \/ \E t \in Task, home \in Agent \cup {Nobody}, reason \in {"duplicate", "unknown-agent", "unfit"} :
       SubmitRefused(t, home, reason)
  \/ \E t \in Task : Cancel(t) \/ PauseOver(t) \/ Yield(t)
       \/ \E reason \in {"unknown-task", "status"} : TaskRefused("cancel", t, 0, reason)
  \/ \E t \in Task, limit \in Limits : Expire(t, limit)
  \/ \E a \in Agent, command \in {"remove-agent", "drain-agent", "cordon-agent", "requeue-agent-tasks",
        "report-load"} : AgentRefused(command, a, "unknown-agent")
  \/ \E a \in Agent : \/ RegisterAgent(a) \/ RemoveAgent(a) \/ DrainAgent(a)
                      \/ RequeueAgentTasks(a) \/ ForgetReport(a)
                      \/ \E cause \in Causes : CordonAgent(a, cause) \/ UncordonAgent(a, cause)
                      \/ \E count \in Nat : ReportLoad(a, count)
\* Arguments that an event determines are computed, and only the events of the next item are tried, as TLC
\* is slower when it tries all. Without an item, free capacity has events, and a step that has nothing left.
Events ==
  \/ /\ todo # <<>>
     /\ \E i \in {Head(todo)} :
        CASE EndsClaim(i) ->
               \E t \in IF Leaving THEN Task ELSE {i.t} : LET a == tasks[t].agent  e == tasks[t].epoch IN
                 \/ TaskCompleted(t, a, e) \/ TaskFailed(t, a, e) \/ TaskBackedOff(t, a, e) \/ TaskRequeued(t, a, e)
                 \/ TaskCancelled(t, a, e) \/ TaskResumed(t, a, e) \/ \E limit \in Limits : TaskTimedOut(t, limit)
          [] i.ev = "started" -> TaskStarted(i.t, tasks[i.t].agent, tasks[i.t].epoch)
          [] i.ev = "ended" -> AttemptEnded(i.t, i.a, i.e, i.abandoned, ~i.slot)
          [] i.ev = "created" -> TaskCreated(i.t)
          [] i.ev = "readied" -> TaskReadied(i.t)
          [] i.ev = "parked" -> TaskParked(i.t, tasks[i.t].agent, tasks[i.t].epoch)
          [] i.ev = "unlocked" -> TaskUnlocked(i.t, i.n)
          [] i.ev = "lent" -> TaskLent(i.t, tasks[i.t].agent, tasks[i.t].epoch, i.c)
          [] i.ev = "moves" -> TaskStolen(i.t, i.from, tasks[i.t].epoch, i.to)
          [] i.ev = "arrives" -> \E queued \in BOOLEAN : TaskAssigned(i.t, i.to, NextEpoch, queued)
          [] i.ev = "stole" -> WorkstealingCompleted(i.from, i.to, i.n, i.ts)
          [] i.ev = "requested" -> ClaimRequested(i.a, i.t)
          [] i.ev = "abandoned" -> ClaimAbandoned(i.a, i.reason)
          [] i.ev = "detached" -> ClaimDetached(i.a)
          [] i.ev = "resumed" -> ClaimResumed(i.a)
          [] i.ev = "spawned" -> AgentSpawned(i.a)
          [] i.ev = "terminated" -> AgentTerminated(i.a)
          [] i.ev = "draining" -> AgentDraining(i.a)
          [] i.ev = "reported" -> AgentReported(i.a, i.outside)
          [] i.ev = "report-expired" -> AgentReportExpired(i.a)
          [] i.ev = "cordoned" -> AgentCordoned(i.a, i.cause)
          [] i.ev = "uncordoned" -> AgentUncordoned(i.a, i.cause)
  \/ /\ todo = <<>>
     /\ \/ \E t \in Task : LET a == tasks[t].agent  e == tasks[t].epoch IN TaskAdmitted(t, a, e) \/ TaskResumed(t, a, e)
        \/ \E t \in Task, a \in Agent, queued \in BOOLEAN : TaskAssigned(t, a, NextEpoch, queued)
        \/ \E a \in Agent : AgentTerminated(a)
        \/ \E a \in Agent, reason \in {"ended", "none"} : ClaimAbandoned(a, reason)
        \/ Keeps /\ \E a \in Agent : ClaimDetached(a)
        \/ StealDue /\ WorkstealingRequest(Source, Target, Batch(Source, Target))

Next == (quiet /\ Commands) \/ (~quiet /\ Events)
Spec == Init /\ [][Next]_vars

-------------------------------------------------------------------------------
\* Invariants of every state. None of them uses the operators above to decide.

Count(s, x) == Cardinality({i \in 1..Len(s) : s[i] = x})
Pending(ev) == {i \in 1..Len(todo) : todo[i].ev = ev}
Arriving(t) == {i \in Pending("arrives") : todo[i].t = t}
Granted(t) == {i \in Pending("readied") : todo[i].t = t}
Owners(t) == {a \in Agent : Count(claims[a], t) > 0}

TypeOK ==
  /\ \A t \in Task :
       /\ tasks[t].status \in {"new", "ready", "assigned", "running", "backing-off"} \cup Terminal
       /\ tasks[t].agent \in Agent \cup {Nobody} /\ tasks[t].pin \in Agent \cup {Nobody}
       /\ tasks[t].epoch \in 0..epoch
       /\ tasks[t].slot \in BOOLEAN /\ tasks[t].placed \in BOOLEAN /\ tasks[t].paused \in BOOLEAN
       /\ tasks[t].attempts \in 0..(Retries + 1) /\ tasks[t].crashes \in 0..(MaxCrashes + 1)
       /\ tasks[t].slot => tasks[t].status \in Claimed
       /\ tasks[t].request \in 0..epoch /\ tasks[t].granted \in BOOLEAN
       /\ tasks[t].granted => tasks[t].request # 0
       /\ tasks[t].request # 0 => t \in Needs /\ tasks[t].status \in {"ready"} \cup Claimed
       /\ tasks[t].paused => tasks[t].status = "backing-off"
       /\ tasks[t].pin # Nobody => tasks[t].placed
       /\ Keeps => tasks[t].kept \in BOOLEAN /\ (tasks[t].kept => tasks[t].status = "running")
  /\ \A a \in Agent : /\ agents[a].up \in BOOLEAN /\ agents[a].cordons \subseteq Causes
                      /\ load[a] \in Nat /\ agents[a].outside \in Nat
  /\ \A l \in lingering : l.task \in Task /\ l.agent \in Agent /\ l.epoch \in 1..epoch
  /\ \A i \in 1..Len(asks) : /\ asks[i].a \in Pulls /\ asks[i].t \in Task \cup {Nobody}
                              /\ asks[i].brief \in BOOLEAN
                              /\ Keeps => /\ asks[i].keep \in BOOLEAN /\ asks[i].left \in BOOLEAN
                                          /\ asks[i].left => asks[i].keep /\ ~asks[i].brief
                              /\ \A j \in 1..Len(asks) : asks[i].a = asks[j].a => i = j
  /\ freed \subseteq Agent /\ (todo = <<>> => \A a \in freed : agents[a].up)
  /\ Range(order) = {a \in Agent : agents[a].up} /\ Len(order) = Cardinality(Range(order))

\* A task that waits or runs is in exactly one place.
NoLostTask ==
  \A t \in Task :
    /\ tasks[t].status = "ready" =>
         Count(ready, t) + Cardinality(Arriving(t)) + Cardinality(Granted(t)) =
           IF tasks[t].request = 0 \/ tasks[t].granted THEN 1 ELSE 0
    /\ tasks[t].status \in Claimed =>
         /\ Count(claims[tasks[t].agent], t) = 1
         /\ Count(queue[tasks[t].agent], t) = IF tasks[t].slot THEN 0 ELSE 1
    \* A task between attempts has a pending event that ends the pause.
    /\ tasks[t].status = "backing-off" =>
         \/ tasks[t].paused
         \/ \E l \in lingering : l.task = t
         \/ \E i \in 1..Len(todo) : todo[i] = OfTask("readied", t)

NoDuplicateTask ==
  \A t \in Task :
    /\ Count(ready, t) <= 1
    /\ tasks[t].status # "ready" => Count(ready, t) + Cardinality(Arriving(t)) = 0
    /\ tasks[t].status \notin Claimed => Owners(t) = {}
    /\ \A a \in Agent : Count(queue[a], t) <= Count(claims[a], t)

OwnershipUnique ==
  \A t \in Task : /\ Owners(t) = IF tasks[t].agent = Nobody THEN {} ELSE {tasks[t].agent}
                  /\ \A u \in Task : (t # u /\ tasks[t].epoch = tasks[u].epoch) => tasks[t].epoch = 0

\* An agent that is gone has no task, except those that are about to be taken from it.
OwnedByLiveAgent ==
  /\ \A t \in Task : (tasks[t].agent # Nobody /\ ~agents[tasks[t].agent].up) =>
       \E i \in Pending("ends") : todo[i].t = t
  /\ \A l \in lingering : ~agents[l.agent].up => \E i \in Pending("ended") : todo[i].e = l.epoch
  /\ quiet => \A a \in Agent : ~(agents[a].drained /\ load[a] = 0 /\ claims[a] = <<>>)
  /\ todo = <<>> => \A t \in Task : (tasks[t].placed /\ tasks[t].status = "ready" /\ Count(ready, t) = 1) =>
       (tasks[t].pin = Nobody \/ agents[tasks[t].pin].up)

\* Slots in use: by claims, by lingering attempts, and by claims about to release their slot.
InUse(a) == Cardinality({t \in Task : tasks[t].agent = a /\ tasks[t].slot /\ (Families => ~tasks[t].lent)})
            + Cardinality({l \in lingering : l.agent = a})
            + Cardinality({i \in Pending("ended") : /\ todo[i].a = a /\ todo[i].slot
                             /\ \A l \in lingering : l.epoch # todo[i].e})
CapacityRespected ==
  \A a \in Agent : /\ load[a] = InUse(a) /\ (Families \/ load[a] <= Slots[a]) /\ Len(queue[a]) <= Room[a]
                   /\ \A t \in Task : tasks[t].status = "running" => tasks[t].slot
\* Nothing runs without the locks that it needs, and who was refused them has neither slot nor agent.
RunningHasLocks ==
  \A t \in Needs : /\ tasks[t].status = "running" => tasks[t].granted
                   /\ (tasks[t].slot /\ ~tasks[t].granted) => tasks[t].request = tasks[t].epoch

\* A child ends before the claim that submitted it.
ChildrenEndWithParent ==
  Families => \A c \in Task :
    (ParentOf[c] # Nobody /\ tasks[c].status \notin {"new", "completed", "failed", "cancelled"}) =>
      tasks[ParentOf[c]].status = "running" /\ tasks[ParentOf[c]].epoch = tasks[c].parent
\* A claim has lent its slot exactly as long as it awaits a child that has not ended.
NoLostResume ==
  Families => \A p \in Task :
    LET awaited == {c \in Task : ParentOf[c] = p /\ tasks[c].awaited} IN
    /\ \A c \in awaited : tasks[c].status \notin {"new", "completed", "failed", "cancelled"}
    /\ awaited # {} => tasks[p].lent
    /\ tasks[p].lent => tasks[p].status = "running" /\ (quiet => awaited # {})

TaskConservation ==
  /\ Range(born) = {t \in Task : tasks[t].status # "new"}
  /\ Len(born) = Cardinality(Range(born))

\* No task is retried forever: neither failures nor crashes are unlimited.
LimitsKept ==
  \A t \in Task : /\ tasks[t].crashes > MaxCrashes => tasks[t].status = "failed"
                  /\ tasks[t].attempts > Retries => tasks[t].status \in {"running"} \cup Terminal

InRankOrder(s) ==
  \A i, j \in 1..Len(s) : i < j =>
    \/ tasks[s[i]].rank < tasks[s[j]].rank
    \/ /\ tasks[s[i]].rank = tasks[s[j]].rank
       /\ \E m, n \in 1..Len(born) : m < n /\ born[m] = s[i] /\ born[n] = s[j]
QueueOrdered ==
  /\ InRankOrder(ready) /\ \A a \in Agent : InRankOrder(queue[a])
  /\ \A a \in Agent, i, j \in 1..Len(born) :
       (i < j /\ j <= Len(claims[a])) => tasks[claims[a][i]].epoch < tasks[claims[a][j]].epoch

Open(a) == agents[a].up /\ ~agents[a].drained /\ agents[a].cordons = {}
\* Nothing is given to it that it does not ask for: `t`, or any task if that is Nobody.
Reachable(a, t) == a \in Pulls =>
  /\ \E i \in 1..Len(asks) : asks[i].a = a /\ asks[i].t = t
  /\ ~\E u \in Task : tasks[u].agent = a /\ tasks[u].status = "assigned"
\* Its breaker is open, and no agent that is open may take its part.
OnlyAvoided(a) == /\ agents[a].up /\ ~agents[a].drained /\ agents[a].cordons = {"breaker"}
                  /\ ~\E b \in Agent : Open(b) /\ Reachable(b, Nobody)
\* In a quiet state no agent idles beside work that it could do.
WorkConserving ==
  quiet => \A a \in Agent, t \in Task :
    /\ ~(/\ OnlyAvoided(a) /\ load[a] < Slots[a] /\ Reachable(a, Nobody)
         /\ tasks[t].status = "ready" /\ (tasks[t].request = 0 \/ tasks[t].granted)
         /\ tasks[t].pin \in {Nobody, a})
    /\ ~(/\ tasks[t].status = "ready" /\ (tasks[t].request = 0 \/ tasks[t].granted)
         /\ tasks[t].pin = a /\ "breaker" \in agents[a].cordons)
    /\ ~(/\ Open(a) /\ load[a] < Slots[a]
         /\ tasks[t].agent = a /\ tasks[t].status = "assigned" /\ ~tasks[t].slot)
    /\ ~(/\ Open(a) /\ tasks[t].status = "ready" /\ (tasks[t].request = 0 \/ tasks[t].granted)
         /\ tasks[t].pin \in {Nobody, a}
         /\ Reachable(a, Nobody) \/ Reachable(a, t)
         /\ \/ load[a] < Slots[a]
            \/ (a \notin Pulls /\ tasks[t].pin = a /\ Len(queue[a]) < Room[a]))

\* In a quiet state no agent asks for a task that it could have.
NoAskerBesideItsTask ==
  quiet => \A i \in 1..Len(asks), t \in Task :
    LET a == asks[i].a IN
    ~(/\ Open(a) /\ load[a] < Slots[a] /\ ~\E u \in Task : tasks[u].agent = a /\ tasks[u].status = "assigned"
      /\ tasks[t].status = "ready" /\ (tasks[t].request = 0 \/ tasks[t].granted)
      /\ tasks[t].pin \in {Nobody, a} /\ asks[i].t \in {Nobody, t})
\* An agent in pull mode has no queue; and no claim that has not started, but for a request.
PullsOnlyWhatItAskedFor ==
  \A a \in Pulls : /\ queue[a] = <<>>
                   /\ quiet => \A t \in Task : (tasks[t].agent = a /\ tasks[t].status = "assigned") =>
                        \E i \in 1..Len(asks) : asks[i].a = a
\* Requests are of agents that are there, for tasks that have not ended, and wait.
NoGhostAsker ==
  quiet => \A i \in 1..Len(asks) :
    /\ agents[asks[i].a].up /\ ~agents[asks[i].a].drained
    /\ asks[i].t # Nobody => tasks[asks[i].t].status \notin Terminal \cup {"new"}
    /\ asks[i].brief => \E t \in Task : tasks[t].agent = asks[i].a /\ tasks[t].status = "assigned"

\* An agent asks for nothing that its open claim answers.
NoAskBesideClaim ==
  quiet => \A i \in 1..Len(asks), t \in Task :
    ~(/\ tasks[t].agent = asks[i].a /\ tasks[t].status = "running" /\ asks[i].t \in {Nobody, t}
      /\ Families => ~tasks[t].lent)
\* In a quiet state nothing waits for an agent that starts its tasks itself, apart from locks.
StartsAtOnce ==
  quiet => \A t \in Task :
    (tasks[t].status = "assigned" /\ tasks[t].slot /\ tasks[t].agent \in AtOnce \cup Pulls) =>
      t \in Needs /\ ~tasks[t].granted

\* In a quiet state no two agents are so unequal that a task should move.
Work(a) == Cardinality({i \in 1..Len(claims[a]) : Families => ~tasks[claims[a][i]].lent}) + agents[a].outside
Balanced ==
  (quiet /\ Steals) => \A t \in Task, a \in Agent :
    ~(/\ tasks[t].status = "assigned" /\ tasks[t].placed
      /\ Open(a) /\ a # tasks[t].agent /\ Reachable(a, Nobody)
      /\ load[a] < Slots[a] \/ (a \notin Pulls /\ Len(queue[a]) < Room[a])
      /\ Work(tasks[t].agent) >= Work(a) + StealThreshold
      /\ Work(tasks[t].agent) >= Work(a) + 2)

-------------------------------------------------------------------------------
\* Properties of every action.

\* A child that did not complete under an earlier claim of its parent, and is submitted again, is another task.
Again(t) == /\ Families /\ tasks'[t].status = "ready" /\ tasks'[t].parent # tasks[t].parent
            /\ tasks[t].orphan \/ tasks[t].status = "failed"
EpochMonotonic ==
  [][epoch' >= epoch /\ \A t \in Task : tasks'[t].epoch >= tasks[t].epoch \/ Again(t)]_vars
OwnerChangeRaisesEpoch ==
  [][\A t \in Task : tasks'[t].agent \notin {Nobody, tasks[t].agent} => tasks'[t].epoch > epoch]_vars
NewEpochForOwnerOnly ==
  [][\A t \in Task : (tasks'[t].epoch # tasks[t].epoch /\ ~Again(t)) =>
       tasks[t].agent = Nobody /\ tasks'[t].agent # Nobody]_vars
TerminalIsTerminal ==
  [][\A t \in Task : tasks[t].status \in Terminal => tasks'[t] = tasks[t] \/ Again(t)]_vars
\* Only a claim that resumes takes more slots than its agent has.
OnlyResumedExceeds ==
  [][\A a \in Agent : (load'[a] > load[a] /\ load'[a] > Slots[a]) =>
       \E t \in Task : tasks[t].agent = a /\ tasks[t].lent /\ ~tasks'[t].lent]_vars
\* Only the claim in force has an effect. Most steps are refusals, for which `vars` decides at once.
StaleRejected ==
  [][UNCHANGED vars \/ \A t \in Task, e \in Epochs :
       \/ tasks[t].status \in Claimed /\ e \in {0, tasks[t].epoch}
       \/ ~(Start(t, e) \/ Complete(t, e) \/ \E fault \in {"attempt", "task", "none"} : Fail(t, e, fault))]_vars
\* A steal begins only between the busiest and the idlest agent, beyond the threshold, and takes the newest.
Takeable(a) == {t \in Task : tasks[t].agent = a /\ tasks[t].placed /\ tasks[t].status = "assigned"}
StealIsDue ==
  [][(todo = <<>> /\ todo' # <<>> /\ Head(todo').ev = "moves") =>
       LET from == Head(todo').from  to == Head(todo').to  n == Len(todo') - 1
           moved == {todo'[i].t : i \in 1..n} IN
       /\ from # to /\ Open(to)
       /\ n \in 1..MaxStealBatch /\ Cardinality(moved) = n /\ moved \subseteq Takeable(from)
       /\ \A t \in moved, u \in Takeable(from) \ moved : tasks[t].epoch > tasks[u].epoch
       /\ Work(from) - Work(to) >= StealThreshold
       /\ \A a \in Agent : Takeable(a) # {} => Work(a) <= Work(from)
       /\ \A a \in Agent : (/\ Open(a) /\ Reachable(a, Nobody)
                            /\ load[a] < Slots[a] \/ (a \notin Pulls /\ Len(queue[a]) < Room[a])) => Work(a) >= Work(to)
    ]_vars
\* A cordoned or draining agent gets no task.
ClosedTakesNothing ==
  [][\A a \in Agent : ~Open(a) =>
       /\ Len(queue'[a]) <= Len(queue[a])
       /\ \/ OnlyAvoided(a)
          \/ /\ Len(claims'[a]) <= Len(claims[a])
             /\ \A t \in Task : (tasks'[t].slot /\ tasks'[t].agent = a) => tasks[t].slot]_vars
\* An agent in pull mode gets a task that it asks for, and one for each request.
OneClaimPerAsk ==
  [][\A t \in Task, a \in Pulls :
       /\ (tasks[t].agent # a /\ tasks'[t].agent = a) =>
            \E i \in 1..Len(asks) : asks[i].a = a /\ asks[i].t \in {Nobody, t}
       /\ (tasks[t].status # "running" /\ tasks'[t].status = "running" /\ tasks'[t].agent = a) =>
            /\ \E i \in 1..Len(asks) : asks[i].a = a
            /\ ~\E i \in 1..Len(asks') : asks'[i].a = a]_vars
EndsItself(i) == i.ev \in {"completed", "cancelled", "ends", "timed-out"}
\* A request keeps its place, whether its caller is there or not.
PlaceKept ==
  [][\A i, j \in 1..Len(asks) : i < j =>
       \A m, n \in 1..Len(asks') : (asks'[m].a = asks[i].a /\ asks'[n].a = asks[j].a) => m < n]_vars
\* What an agent is given while its caller is away is kept for it, until it comes, the claim ends, or the
\* time is over; and nothing else is kept, but what it is told to keep.
GrantIsKept ==
  [][Keeps => \A t \in Task : LET a == tasks'[t].agent IN
       /\ (tasks[t].status # "running" /\ tasks'[t].status = "running") =>
            tasks'[t].kept = \E i \in 1..Len(asks) : asks[i].a = a /\ asks[i].left
       /\ (tasks[t].kept /\ ~tasks'[t].kept) => quiet \/ (EndsItself(Head(todo)) /\ Head(todo).t = t)
       /\ (tasks[t].status = "running" /\ ~tasks[t].kept /\ tasks'[t].kept) => quiet]_vars
\* A request whose caller is there ends by its time, one that was left lapses, and one that would be kept
\* is left first.
LapseIsLast ==
  [][(Keeps /\ todo # <<>> /\ Head(todo).ev = "abandoned") =>
       \A i \in 1..Len(asks) : asks[i].a = Head(todo).a =>
         /\ Head(todo).reason = "lapsed" => asks[i].left
         /\ Head(todo).reason = "timed-out" => ~asks[i].keep]_vars
\* Who asks is before all others: for a task by its id, then for any, each in the order of asking.
AskersServedInOrder ==
  [][\A t \in Task, i \in 1..Len(asks) : LET a == asks[i].a  b == tasks'[t].agent IN
       (/\ todo = <<>> /\ tasks[t].agent = Nobody /\ b \notin {Nobody, a}
        /\ Open(a) /\ load[a] < Slots[a] /\ tasks[t].pin \in {Nobody, a}
        /\ Reachable(a, t) \/ Reachable(a, Nobody))
       => \E j \in 1..Len(asks) : /\ asks[j].a = b
                                  /\ \/ asks[j].t = t /\ (asks[i].t = Nobody \/ j < i)
                                     \/ asks[j].t = Nobody /\ asks[i].t = Nobody /\ j < i]_vars
\* A task is not tried again while a body of it may run.
RetryWaitsForBody ==
  [][\A t \in Task : (tasks[t].status = "backing-off" /\ tasks'[t].status = "ready") =>
       \A l \in lingering : l.task # t]_vars
\* A failed attempt leads to a pause, and only the end of the pause, which begins a step, to the next one.
RetryWaitsForPause ==
  [][\A t \in Task :
       /\ (/\ todo # <<>> /\ Head(todo).ev = "ends" /\ Head(todo).t = t
           /\ Head(todo).fault \in {"attempt", "none"} /\ tasks'[t].status # tasks[t].status) =>
            tasks'[t].status = "failed" \/ (tasks'[t].status = "backing-off" /\ tasks'[t].paused)
       /\ (tasks[t].paused /\ OfTask("readied", t) \in Range(todo') \ Range(todo)) => quiet]_vars
\* An attempt counts from its start, unless its claim ends through no fault of the task. Such an end
\* counts as a crash, unless the claim was given back, or a lost one had not started.
OnlyFaultsCount ==
  [][\A t \in Task : LET r == tasks[t]  s == tasks'[t] IN
       (r # s /\ r.status # "new" /\ ~Again(t)) =>
       LET fault == IF todo # <<>> /\ Head(todo).ev = "ends" /\ Head(todo).t = t /\ s.status # r.status
                    THEN Head(todo).fault ELSE "other"
           ran == r.status = "running"
       IN /\ s.attempts = IF ~ran /\ s.status = "running" THEN r.attempts + 1
                          ELSE IF ran /\ fault \in {"none", "orphan", "requeue"} THEN r.attempts - 1 ELSE r.attempts
          /\ s.crashes = IF fault = "none" \/ (fault = "orphan" /\ ran) THEN r.crashes + 1 ELSE r.crashes
    ]_vars
\* A time limit ends its own phase of a task.
LimitsTheirPhase ==
  [][(todo # <<>> /\ Head(todo).ev = "timed-out") =>
       tasks[Head(todo).t].status \in IF Head(todo).limit = "queue" THEN {"ready", "assigned"} ELSE {"running"}]_vars
\* A task keeps its rank, also when it is requeued, retried or stolen.
RankKept ==
  [][\A t \in Task : tasks[t].status # "new" => tasks'[t].rank = tasks[t].rank \/ Again(t)]_vars
\* What gets a slot precedes all that waits for one of this agent, unless it was asked for by its id.
ServedInOrder ==
  [][todo = <<>> => \A t \in Task : LET a == tasks'[t].agent IN
       (/\ ~tasks[t].slot /\ tasks'[t].slot
        /\ ~\E i \in 1..Len(asks) : asks[i].a = a /\ asks[i].t = t) =>
       \A u \in Task \ {t} :
         (\/ Open(a) /\ tasks[u].agent = a /\ tasks[u].status = "assigned" /\ ~tasks[u].slot
          \/ /\ tasks[u].status = "ready" /\ (tasks[u].request = 0 \/ tasks[u].granted)
             /\ tasks[u].pin \in {Nobody, a})
         => InRankOrder(<<t, u>>)]_vars
\* Of the agents that can take a task the idlest does, unless one of them just got a slot.
IdlestTakes ==
  [][todo = <<>> => \A t \in Task : LET a == tasks'[t].agent IN
       (tasks[t].status = "ready" /\ a \notin Pulls \cup {Nobody} \cup freed /\ tasks'[t].slot) =>
       \A b \in Agent \ Pulls :
         (Open(b) /\ load[b] < Slots[b] /\ tasks[t].pin \in {Nobody, b}) => load[a] * Slots[b] <= load[b] * Slots[a]]_vars
\* A placed task goes to its agent, until that is gone or has lost it.
PlacedGoesHome ==
  [][\A t \in Task : tasks'[t].agent \in {Nobody, tasks[t].agent} \/ tasks[t].pin \in {Nobody, tasks'[t].agent}]_vars
\* Only what a command names ends: one task, with its children, or the claims of one agent. Apart from
\* that, tasks move to balance loads, and stop to wait.
RECURSIVE IsBelow(_, _)
IsBelow(c, t) == ParentOf[c] # Nobody /\ (ParentOf[c] = t \/ IsBelow(ParentOf[c], t))
OnlyNamedEnds ==
  [][/\ \A t \in Task :
          (\/ tasks[t].agent # Nobody /\ tasks'[t].agent # tasks[t].agent
           \/ tasks[t].status \notin Terminal /\ tasks'[t].status \in Terminal) =>
          /\ todo # <<>>
          /\ IF EndsItself(Head(todo)) THEN t = Head(todo).t \/ IsBelow(t, Head(todo).t)
             ELSE Head(todo).ev \in {"parked", "moves"} /\ t = Head(todo).t
     /\ LET new == {i \in Range(todo') : EndsItself(i)} \ Range(todo) IN
        \A i, j \in new :
          /\ i.t = j.t \/ (tasks[i.t].agent = tasks[j.t].agent /\ tasks[i.t].agent # Nobody)
          /\ (todo' # <<>> /\ Head(todo').ev = "draining") => tasks[i.t].agent = Head(todo').a
          /\ todo # <<>> =>
               IF Head(todo).ev = "timed-out" THEN Head(todo).t = i.t
               ELSE Head(todo).ev \in {"terminated", "abandoned"} /\ Head(todo).a = tasks[i.t].agent]_vars
\* No event is about two agents, or about two causes of a cordon.
OnlyNamedAgentChanges ==
  [][agents' = agents \/ \E a \in Agent :
       /\ \A b \in Agent \ {a} : agents'[b] = agents[b]
       /\ (agents[a].up /\ agents'[a].up) =>
            Cardinality((agents[a].cordons \ agents'[a].cordons) \cup (agents'[a].cordons \ agents[a].cordons)) <= 1]_vars
\* What runs on an agent that is drained goes on.
DrainLetsFinish ==
  [][(todo # <<>> /\ Head(todo).ev = "draining") =>
       \A i \in 1..Len(todo) : todo[i].ev = "ends" => tasks[todo[i].t].status # "running"]_vars
\* A task that has its locks takes them along.
StolenKeepsLocks ==
  [][(todo # <<>> /\ Head(todo).ev = "moves") => LET t == Head(todo).t IN
       tasks[t].granted => tasks'[t].granted /\ tasks'[t].request = tasks[t].request]_vars
\* Only unstarted tasks move.
OnlyUnstartedMoves ==
  [][(todo # <<>> /\ Head(todo).ev = "moves") => tasks[Head(todo).t].status = "assigned"]_vars
\* The receiver never becomes the busier one.
StealReducesImbalance ==
  [][(todo # <<>> /\ Head(todo).ev = "arrives") =>
       \A from, to \in Agent : (Head(todo).from = from /\ Head(todo).to = to) =>
         tasks'[Head(todo).t].agent = to /\ Work(to)' <= Work(from)']_vars
===============================================================================
