------------------------------- MODULE Locking -------------------------------
(* Locks with epochs: holders, queues of waiters, and the grant to the next one.  *)
(* The machine is src/locks/machine.ts.                                           *)
(*                                                                                *)
(* A command is answered by one event, and further events may follow. Each event  *)
(* is an action with the event's name and fields. `todo` holds the pending        *)
(* consequences of the command, and the next command is accepted when it is       *)
(* empty.                                                                         *)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
  Owner,        \* the agents and claims that hold and wait
  Lock,         \* the resources
  Aging,        \* the time by which one point of priority advances a wait
  Detects,      \* whether deadlocks are detected
  Revokes,      \* whether the victim of a deadlock also loses its lock on the cycle
  MaxWaiters,   \* how many may queue for a lock, or hold it
  MaxLocks,     \* how many locks may be in use
  MaxDefined    \* how many locks may have other units than one

VARIABLES
  now,          \* the time
  epoch,        \* the newest epoch
  lastWait,     \* the newest wait
  capacity,     \* [Lock -> Nat]  the units of each lock
  holds,        \* [Lock -> [holders -> Hold]]
  queue,        \* [Lock -> Seq(wait)]  the first is served next
  waits,        \* [numbers of waits -> Wait]
  asks,         \* [numbers -> Ask]  the requests that wait for a response, numbered like waits
  timers,       \* Seq([at, kind, id]), oldest first: the ends of leases and of timeouts
  todo,         \* pending consequences in the step
  told          \* the last event, as far as the configuration needs it: see Say
vars == <<now, epoch, lastWait, capacity, holds, queue, waits, asks, timers, todo, told>>

(* The locks with a path in common with this one, itself included; {} for one that is not a set of *)
(* paths. Overridden by configurations that have such locks. Of one owner they never conflict.     *)
Near(r) == {}
IsPaths(r) == Near(r) # {}

(* How many requests may wait for a response. Overridden by configurations with few. *)
MaxAsks == 1000000

Modes == {"exclusive", "shared"}
Request(r, m, u) == [lock |-> r, mode |-> m, units |-> u]

(* The pending consequences, in the order in which they are handled. *)
Nothing == [
  open     |-> FALSE,  \* whether a step is under way
  woken    |-> FALSE,  \* whether it ends a time in which no command could be taken
  renew    |-> <<>>,   \* grants, by epoch, whose lease starts anew
  keep     |-> <<>>,   \* waits without a caller, which are kept anew
  revoke   |-> <<>>,   \* the lock that a victim loses
  over     |-> <<>>,   \* waits for more units than a lock has, since its capacity was lowered
  others   |-> <<>>,   \* waits of an owner for a lock that it was just granted
  grant    |-> <<>>,   \* the rest of a grant of several locks
  leaving  |-> <<>>,   \* owners that release all, or all that one wait was granted
  evicted  |-> <<>>,   \* the owners that lose a lock to the winner of a conflict
  unserved |-> <<>>,   \* locks whose first waiter may be granted
  again    |-> <<>>,   \* waits for several locks of which the owner was granted one otherwise
  suspects |-> <<>>,   \* owners that may be in a new cycle; the last one is searched first
  due      |-> FALSE]  \* whether timers are due

Stable == todo = Nothing

(* Overridden by configurations that need less. *)
Say(event) == told' = event
SayDeadlocks(event) == told' = IF event.type = "deadlock:detected" THEN event
  ELSE [type |-> event.type, owner |-> IF "owner" \in DOMAIN event THEN event.owner ELSE ""]
SayNothing(event) == told' = [type |-> "nothing"]
SayBriefly(event) == told' = [type |-> event.type, owner |-> IF "owner" \in DOMAIN event THEN event.owner ELSE ""]
SayWithin(event) == told' = IF todo'.open THEN event ELSE [type |-> "nothing"]

--------------------------------------------------------------------------------
(* Predicates and functions of the state. *)

MinOf(S) == CHOOSE x \in S : \A y \in S : x <= y
Without(s, x) == SelectSeq(s, LAMBDA y : y # x)
RECURSIVE Sorted(_)
Sorted(S) == IF S = {} THEN <<>> ELSE <<MinOf(S)>> \o Sorted(S \ {MinOf(S)})
RECURSIVE Sum(_, _)
Sum(f, S) == IF S = {} THEN 0 ELSE LET x == CHOOSE x \in S : TRUE IN f[x] + Sum(f, S \ {x})

Holders(r) == DOMAIN holds[r]
Holds(a, r) == a \in Holders(r)
LocksOf(a) == {r \in Lock : Holds(a, r)}
WaitsOf(a) == {w \in DOMAIN waits : waits[w].owner = a}
AsksFrom(a) == {n \in DOMAIN asks : asks[n].from = a}
AsksTo(a) == {n \in DOMAIN asks : asks[n].to = a}
AsksNamed(id) == {n \in DOMAIN asks : asks[n].id = id}

(* A caller that leaves its wait. The fields are there only while they matter: `caller` of a wait that its *)
(* caller may leave, or has left, and `keepMs` of a grant that is kept for a caller that has left.         *)
HasCaller(w) == "caller" \in DOMAIN waits[w]
IsLeft(w) == w \in DOMAIN waits /\ HasCaller(w) /\ waits[w].caller.left
IsKept(r, a) == "keepMs" \in DOMAIN holds[r][a]
FieldsWithout(record, field) == [name \in DOMAIN record \ {field} |-> record[name]]
WithField(record, field, value) ==
  [name \in DOMAIN record \cup {field} |-> IF name = field THEN value ELSE record[name]]
WithCaller(wait, left, keep) == WithField(wait, "caller", [left |-> left, keepMs |-> keep])
IsMany(w) == Len(waits[w].requests) > 1

Used(r) == Sum([a \in Holders(r) |-> IF holds[r][a].mode = "exclusive" THEN holds[r][a].units ELSE 0], Holders(r))
IsShared(r) == \E a \in Holders(r) : holds[r][a].mode = "shared"

(* Whether the holders of the lock admit a grant in this mode, of so many units. *)
Admits(q) == IF q.mode = "shared" THEN Used(q.lock) = 0
             ELSE ~IsShared(q.lock) /\ Used(q.lock) + q.units <= capacity[q.lock]

(* Whether the holder of (m, u) of the lock needs nothing more for the request. *)
Covers(m, u, q) == IF m = q.mode THEN m = "shared" \/ u >= q.units
                   ELSE m = "exclusive" /\ u >= capacity[q.lock]
(* After the capacity was lowered, others may hold units beside as many as there are. *)
HasEnough(a, q) == /\ Holds(a, q.lock) /\ Covers(holds[q.lock][a].mode, holds[q.lock][a].units, q)
                   /\ holds[q.lock][a].mode # q.mode => Holders(q.lock) = {a}

Rank(since, priority) == since - priority * Aging
RankOf(w) == Rank(waits[w].since, waits[w].priority)

(* Sets of paths: the owners whose grants exclude a request of `a`, and the waits that precede it. *)
Clash(m, n) == "exclusive" \in {m, n}
Line(r) == {queue[r][i] : i \in DOMAIN queue[r]}
WaitsNear(r) == UNION {Line(s) : s \in Near(r)}
Precedes(v, w) == RankOf(v) < RankOf(w) \/ (RankOf(v) = RankOf(w) /\ v < w)
HoldersAgainst(a, q) == {b \in Owner \ {a} : \E s \in Near(q.lock) : Holds(b, s) /\ Clash(holds[s][b].mode, q.mode)}
(* A wait that has to wait for the owner itself does not precede its requests. *)
WaitsForOwner(p, a) == \E s \in Near(p.lock) : Holds(a, s) /\ Clash(holds[s][a].mode, p.mode)
WaitsAgainst(a, q) == {v \in WaitsNear(q.lock) : waits[v].owner # a /\ \E i \in DOMAIN waits[v].requests :
  LET p == waits[v].requests[i] IN p.lock \in Near(q.lock) /\ Clash(p.mode, q.mode) /\ ~WaitsForOwner(p, a)}
WaitsBefore(w, q) == {v \in WaitsAgainst(waits[w].owner, q) : Precedes(v, w)}

(* Whether a request can be granted at once: the lock admits it, and no wait precedes it. *)
IsFree(a, q, priority) ==
  IF IsPaths(q.lock)
  THEN HoldersAgainst(a, q) = {} /\ \A v \in WaitsAgainst(a, q) : Rank(now, priority) < RankOf(v)
  ELSE /\ Admits(q)
       /\ queue[q.lock] # <<>> => Rank(now, priority) < RankOf(queue[q.lock][1])

(* Whether a request of a wait is granted as soon as all the others of the wait are. *)
IsNext(w, q) == IF IsPaths(q.lock) THEN HoldersAgainst(waits[w].owner, q) = {} /\ WaitsBefore(w, q) = {}
                ELSE queue[q.lock][1] = w /\ Admits(q)

IsUsed(r) == Holders(r) # {} \/ queue[r] # <<>> \/ capacity[r] # 1
IsFull(r, added) == ~IsUsed(r) /\ Cardinality({s \in Lock : IsUsed(s)}) + added > MaxLocks

(* The reason for which a request can't wait or, when the lock is free, be granted. *)
Objection(a, q, free, added) ==
  CASE Holds(a, q.lock) /\ ~HasEnough(a, q) -> "upgrade"
    [] Holds(a, q.lock) /\ free -> "none"
    [] q.units > capacity[q.lock] -> "over-capacity"
    [] Holds(a, q.lock) -> "none"
    [] (IF free THEN Cardinality(Holders(q.lock)) ELSE Len(queue[q.lock])) >= MaxWaiters -> "full"
    [] IsFull(q.lock, added) -> "full"
    [] OTHER -> "none"

(* Whether the owner of a wait can be granted all of its locks. *)
IsGrantable(w) ==
  \A i \in DOMAIN waits[w].requests : LET q == waits[w].requests[i] IN
    \/ IsNext(w, q)
    \/ IsMany(w) /\ HasEnough(waits[w].owner, q)

--------------------------------------------------------------------------------
(* The wait-for graph. *)

IsBlocked(w, q) == /\ ~IsNext(w, q)
                   /\ ~(IsMany(w) /\ HasEnough(waits[w].owner, q))
Excludes(q) == q.mode = "exclusive" \/ ~IsShared(q.lock)

HolderWithEpoch(r, e) == CHOOSE a \in Holders(r) : holds[r][a].epoch = e
HoldersInOrder(r) == LET es == Sorted({holds[r][a].epoch : a \in Holders(r)}) IN
                     [i \in DOMAIN es |-> HolderWithEpoch(r, es[i])]

RECURSIVE InOrder(_)
InOrder(S) == IF S = {} THEN <<>> ELSE LET w == CHOOSE w \in S : \A v \in S \ {w} : Precedes(w, v) IN
              <<w>> \o InOrder(S \ {w})
(* The holders of paths that exclude a request, in the order of their grants. *)
HoldersAgainstInOrder(a, q) ==
  LET clashing == {<<s, b>> \in Near(q.lock) \X HoldersAgainst(a, q) : Holds(b, s) /\ Clash(holds[s][b].mode, q.mode)}
      es == Sorted({holds[h[1]][h[2]].epoch : h \in clashing})
  IN [i \in DOMAIN es |-> (CHOOSE h \in clashing : holds[h[1]][h[2]].epoch = es[i])[2]]

(* The owners that a wait waits for at one of its locks: the first of the queue, then the holders. *)
(* Where sets of paths overlap: the owners of all waits that precede it, then the holders.         *)
WaitsFor(w, q) ==
  IF ~IsBlocked(w, q) THEN <<>>
  ELSE IF IsPaths(q.lock)
  THEN LET before == InOrder(WaitsBefore(w, q)) IN
       [i \in DOMAIN before |-> waits[before[i]].owner] \o HoldersAgainstInOrder(waits[w].owner, q)
  ELSE LET first == waits[queue[q.lock][1]].owner IN
       (IF first = waits[w].owner THEN <<>> ELSE <<first>>)
       \o (IF Excludes(q) THEN HoldersInOrder(q.lock) ELSE <<>>)
Hop(w, q, a) == [wait |-> w, lock |-> q.lock, to |-> a]
RECURSIVE HopsOfWait(_, _)
HopsOfWait(w, i) ==
  IF i > Len(waits[w].requests) THEN <<>>
  ELSE LET q == waits[w].requests[i]  to == WaitsFor(w, q) IN
       [k \in DOMAIN to |-> Hop(w, q, to[k])] \o HopsOfWait(w, i + 1)
RECURSIVE HopsOfWaits(_)
HopsOfWaits(ws) == IF ws = <<>> THEN <<>> ELSE HopsOfWait(Head(ws), 1) \o HopsOfWaits(Tail(ws))
Hops(a) == HopsOfWaits(Sorted(WaitsOf(a)))
(* A request leads to the owner that has to respond, and has no lock. *)
HopsOfAsks(a) == LET ns == Sorted(AsksFrom(a)) IN [i \in DOMAIN ns |-> [wait |-> ns[i], lock |-> "", to |-> asks[ns[i]].to]]
IsAsk(hop) == hop.wait \in DOMAIN asks
WaiterOf(hop) == IF IsAsk(hop) THEN asks[hop.wait].from ELSE waits[hop.wait].owner

(* The first path from an owner back to it that passes a lock, breadth first; only through `among`. It   *)
(* goes on from all owners that requests alone lead to before others, so it need not be the shortest.    *)
(* An owner may be found twice, by requests alone and after a lock. The first `n` of `found` are those   *)
(* that requests alone lead to, and are followed along waits only, as their requests have been followed. *)
RECURSIVE Visit(_, _, _, _, _)
Visit(found, n, path, hops, among) ==
  IF hops = <<>> THEN found
  ELSE LET a == Head(hops).to
           isNew == a \in among /\ \A i \in DOMAIN found : i = 1 \/ i > n => found[i].owner # a
       IN Visit(IF isNew THEN Append(found, [owner |-> a, path |-> Append(path, Head(hops))]) ELSE found,
                n, path, Tail(hops), among)
RECURSIVE VisitByAsks(_, _, _)
VisitByAsks(found, i, among) ==
  IF i > Len(found) THEN found
  ELSE VisitByAsks(Visit(found, 0, found[i].path, HopsOfAsks(found[i].owner), among), i + 1, among)
Start(a) == <<[owner |-> a, path |-> <<>>]>>
RECURSIVE Search(_, _, _, _, _)
Search(found, n, i, start, among) ==
  IF i > Len(found) THEN <<>>
  ELSE LET hops == Hops(found[i].owner) \o (IF i > n THEN HopsOfAsks(found[i].owner) ELSE <<>>)
           home == {k \in DOMAIN hops : hops[k].to = start}
       IN IF home # {} THEN Append(found[i].path, hops[MinOf(home)])
          ELSE Search(Visit(found, n, found[i].path, hops, among), n, i + 1, start, among)
(* The shortest part of a path between two visits to one owner, if there are two. *)
WithoutDetour(path) ==
  LET twice == {<<i, k>> \in (DOMAIN path) \X (DOMAIN path) : i < k /\ WaiterOf(path[i]) = WaiterOf(path[k])}
      isShorter(p, q) == p[2] - p[1] < q[2] - q[1] \/ (p[2] - p[1] = q[2] - q[1] /\ p[2] <= q[2])
  IN IF twice = {} THEN path
     ELSE LET p == CHOOSE p \in twice : \A q \in twice : isShorter(p, q) IN SubSeq(path, p[1], p[2] - 1)
WayBack(a, among) ==
  IF asks = <<>> THEN Search(Start(a), 1, 1, a, among)
  ELSE LET found == VisitByAsks(Start(a), 1, among) IN WithoutDetour(Search(found, Len(found), 1, a, among))

(* Whether a request is granted once all owners that aren't stuck have released everything. *)
ComesTrue(w, q, stuck) ==
  IF IsPaths(q.lock)
  THEN /\ \A v \in WaitsBefore(w, q) : waits[v].owner \notin stuck
       /\ HoldersAgainst(waits[w].owner, q) \cap stuck = {}
  ELSE
  LET first == waits[queue[q.lock][1]].owner
      kept == {a \in Holders(q.lock) \cap stuck : TRUE}
      units == Sum([a \in kept |-> holds[q.lock][a].units], kept)
  IN /\ first # waits[w].owner => first \notin stuck
     /\ \A a \in kept : holds[q.lock][a].mode = q.mode
     /\ q.mode = "exclusive" => units + q.units <= capacity[q.lock]
CanGoOn(a, stuck) == \A w \in WaitsOf(a) : \A i \in DOMAIN waits[w].requests :
  LET q == waits[w].requests[i] IN IsBlocked(w, q) => ComesTrue(w, q, stuck)
(* Those of `S` that are in `K`, or wait for a response that depends on one in `K`. *)
RECURSIVE DependingOn(_, _)
DependingOn(K, S) == LET more == {a \in S \ K : \E n \in AsksFrom(a) : asks[n].to \in K} IN
                     IF more = {} THEN K ELSE DependingOn(K \cup more, S)
RECURSIVE StuckAmong(_)
StuckAmong(S) == LET kept == DependingOn({a \in S : ~CanGoOn(a, S)}, S) IN IF kept = S THEN S ELSE StuckAmong(kept)

CycleThroughLock(a) ==
  LET cycle == WayBack(a, Owner) IN
  IF \A i \in DOMAIN cycle : IsAsk(cycle[i]) \/ capacity[cycle[i].lock] = 1 THEN cycle
  ELSE LET stuck == StuckAmong(Owner) IN IF a \in stuck THEN WayBack(a, stuck) ELSE <<>>

(* Owners that wait for each other by requests alone may still respond. They count as deadlocked if two of *)
(* them hold locks, since then locks are at stake.                                                         *)
CycleOfAsks(a) ==
  LET found == VisitByAsks(Start(a), 1, Owner)
      mutual == {found[i].owner : i \in DOMAIN found} \cap DependingOn({a}, Owner)
      hopsHome(i) == SelectSeq(HopsOfAsks(found[i].owner), LAMBDA hop : hop.to = a)
      ends == {i \in DOMAIN found : hopsHome(i) # <<>>}
  IN IF Cardinality({b \in mutual : LocksOf(b) # {}}) < 2 THEN <<>>
     ELSE LET i == MinOf(ends) IN Append(found[i].path, hopsHome(i)[1])

(* A deadlock through an owner, as hops from owner to owner; <<>> when there is none. *)
CycleThrough(a) == LET cycle == CycleThroughLock(a) IN
                   IF cycle # <<>> \/ asks = <<>> THEN cycle ELSE CycleOfAsks(a)

(* The wait or request of the lowest priority; of several, of the owner with the fewest locks; of several, *)
(* the youngest.                                                                                           *)
GivesWayTo(v, w) ==
  LET few(hop) == Cardinality(LocksOf(WaiterOf(hop)))
      priority(hop) == IF IsAsk(hop) THEN asks[hop.wait].priority ELSE waits[hop.wait].priority
  IN \/ priority(v) < priority(w)
     \/ priority(v) = priority(w) /\ few(v) < few(w)
     \/ priority(v) = priority(w) /\ few(v) = few(w) /\ v.wait >= w.wait
Victim(cycle) == CHOOSE i \in DOMAIN cycle : \A k \in DOMAIN cycle : GivesWayTo(cycle[i], cycle[k])

--------------------------------------------------------------------------------
(* The changes of state when a wait or a grant begins or ends. *)

WaitsWithout(w) == [v \in DOMAIN waits \ {w} |-> waits[v]]
AsksWithout(n) == [m \in DOMAIN asks \ {n} |-> asks[m]]
QueueWithout(w) == [r \in Lock |-> Without(queue[r], w)]
IsTimerOf(t, kind, id) == t.id = id /\ (t.kind = kind \/ (kind = "wait" /\ t.kind = "caller"))
TimersWithout(kind, id) == SelectSeq(timers, LAMBDA t : ~IsTimerOf(t, kind, id))
(* The end of the time for which a wait is kept, which a grant to it inherits; <<>> while its caller is there. *)
KeptAs(w) == IF IsLeft(w)
             THEN <<[keepMs |-> waits[w].caller.keepMs,
                     at |-> timers[CHOOSE i \in DOMAIN timers : timers[i].kind = "caller" /\ timers[i].id = w].at]>>
             ELSE <<>>

(* The locks whose first waiter leaves with a wait while others remain, and sets of paths that others wait for. *)
Vacated(w) == LET rs == [i \in DOMAIN waits[w].requests |-> waits[w].requests[i].lock] IN
              SelectSeq(rs, LAMBDA r : IF IsPaths(r) THEN WaitsNear(r) # {w}
                                       ELSE queue[r][1] = w /\ Len(queue[r]) > 1)
AfterWait(w, t) ==
  LET rs == Vacated(w)
      crowded == SelectSeq(rs, LAMBDA r : ~IsPaths(r) /\ Len(queue[r]) > 2)
  IN [t EXCEPT !.unserved = @ \o rs,
               !.suspects = @ \o [i \in DOMAIN crowded |-> waits[queue[crowded[i]][2]].owner]]

AfterHold(a, r, t) ==
  IF IsPaths(r)
  THEN [t EXCEPT !.unserved = IF WaitsNear(r) = {} THEN @ ELSE Append(@, r),
                 !.suspects = IF WaitsOf(a) = {} THEN @ ELSE Append(@, a)]
  ELSE
  [t EXCEPT !.unserved = IF queue[r] = <<>> THEN @ ELSE Append(@, r),
            !.suspects = IF queue[r] = <<>> \/ WaitsOf(a) = {} THEN @ ELSE Append(@, a)]

Opened(t) == IF t = Nothing THEN t ELSE [t EXCEPT !.open = TRUE]
DropFirst(s) == IF s = <<>> THEN s ELSE Tail(s)

EndWait(w, t) == /\ waits' = WaitsWithout(w)
                 /\ queue' = QueueWithout(w)
                 /\ timers' = TimersWithout("wait", w)
                 /\ todo' = Opened(AfterWait(w, t))
                 /\ UNCHANGED <<asks, now, epoch, lastWait, capacity, holds>>

EndHold(r, a, t) ==
  /\ holds' = [holds EXCEPT ![r] = [b \in Holders(r) \ {a} |-> holds[r][b]]]
  /\ timers' = TimersWithout("hold", holds[r][a].epoch)
  /\ todo' = Opened(AfterHold(a, r, t))
  /\ UNCHANGED <<asks, now, epoch, lastWait, capacity, queue, waits>>

Stay == UNCHANGED <<asks, now, epoch, lastWait, capacity, holds, queue, waits, timers, todo>>

NextEpoch == epoch + 1
NextWait == lastWait + 1
NewestEpoch(e) == e
NewestWait(w) == w
LeaseEnd(length) == now + length
LimitEnd(length) == now + length

--------------------------------------------------------------------------------
(* Events. Each has the arguments of the event of that name, and then those that  *)
(* its action needs besides.                                                      *)

(* `ws`, `qs`, `ts` and `t` are waits, queue, timers and todo without the wait that ends; `kept` is KeptAs of it. *)
Acquired(r, a, e, m, u, w, waited, lease, kept, ws, qs, ts, t) ==
  LET mine == {v \in DOMAIN ws : ws[v].owner = a}
      here == SelectSeq(Sorted(mine), LAMBDA v : \E i \in DOMAIN qs[r] : qs[r][i] = v)
      want(v) == LET q == ws[v].requests IN q[CHOOSE i \in DOMAIN q : q[i].lock = r]
      mayGoOn(v) == Covers(m, u, want(v)) /\ Len(ws[v].requests) > 1
      ended == SelectSeq(here, LAMBDA v : ~mayGoOn(v))
      ends == IF ended = <<>> THEN <<>> ELSE <<[lock |-> r, owner |-> a, waits |-> ended]>>
      isAwaited == IF IsPaths(r) THEN \E s \in Near(r) : qs[s] # <<>> ELSE qs[r] # <<>>
      isWaiting == mine # {} /\ isAwaited
      isSuspect == isWaiting \/ (AsksFrom(a) # {} /\ (isAwaited \/ AsksTo(a) # {}))
      (* A grant of paths lets requests of its owner overtake waits that have to wait for it anyway. *)
      again == IF ~IsPaths(r) THEN SelectSeq(here, mayGoOn)
               ELSE IF ~isWaiting THEN <<>>
               ELSE SelectSeq(Sorted(mine), LAMBDA v : \A i \in DOMAIN ended : ended[i] # v)
  IN /\ e = NextEpoch
     /\ epoch' = NewestEpoch(e)
     /\ holds' = [holds EXCEPT ![r] = [b \in Holders(r) \cup {a} |->
          IF b # a THEN holds[r][b]
          ELSE LET hold == [mode |-> m, units |-> u, epoch |-> e, since |-> now, wait |-> w, leaseMs |-> lease] IN
               IF kept = <<>> THEN hold ELSE WithField(hold, "keepMs", kept[1].keepMs)]]
     /\ waits' = ws
     /\ queue' = qs
     /\ timers' = CASE kept # <<>> -> Append(ts, [at |-> kept[1].at, kind |-> "hold", id |-> e])
                    [] lease = 0 -> ts
                    [] OTHER -> Append(ts, [at |-> LeaseEnd(lease), kind |-> "hold", id |-> e])
     /\ todo' = Opened([t EXCEPT !.again = @ \o again,
                                 !.others = ends,
                                 !.suspects = IF isSuspect /\ ended = <<>> THEN Append(@, a) ELSE @])
     /\ UNCHANGED <<asks, now, lastWait, capacity>>
     /\ Say([type |-> "resource:acquired", resourceId |-> r, owner |-> a, epoch |-> e, mode |-> m,
             units |-> u, waitId |-> w, waitedMs |-> waited])

(* An owner is granted its request; this may end a wait. *)
ToldReacquired(r, a, e, w) ==
  Say([type |-> "resource:reacquired", resourceId |-> r, owner |-> a, epoch |-> e, waitId |-> w])
(* What was kept for a caller is so no longer, and its lease starts, unless a wait without one acquires it. *)
Collects(r, a, left) == IsKept(r, a) /\ ~left
Uncollected(e, ts) == SelectSeq(ts, LAMBDA timer : ~IsTimerOf(timer, "hold", e))
Reacquired(r, a, e, w, left, ws, qs, ts, t) ==
  LET hold == holds[r][a]
      lease == IF hold.leaseMs = 0 THEN <<>> ELSE <<[at |-> LeaseEnd(hold.leaseMs), kind |-> "hold", id |-> e]>>
  IN /\ e = hold.epoch
     /\ holds' = IF Collects(r, a, left) THEN [holds EXCEPT ![r][a] = FieldsWithout(hold, "keepMs")] ELSE holds
     /\ timers' = IF Collects(r, a, left) THEN Uncollected(e, ts) \o lease ELSE ts
     /\ waits' = ws /\ queue' = qs
     /\ todo' = Opened(t)
     /\ UNCHANGED <<asks, now, epoch, lastWait, capacity>>
     /\ ToldReacquired(r, a, e, w)

ResourcesOf(w) == [i \in DOMAIN waits[w].requests |-> waits[w].requests[i].lock]

Queued(rs, a, w, p, requests, timeout, lease) ==
  LET wait == [id |-> w, owner |-> a, requests |-> requests, priority |-> p, since |-> now,
               timeoutMs |-> timeout, leaseMs |-> lease]
      place(q) == Cardinality({i \in DOMAIN q : RankOf(q[i]) <= Rank(now, p)})
      into(q) == SubSeq(q, 1, place(q)) \o <<w>> \o SubSeq(q, place(q) + 1, Len(q))
  IN /\ w = NextWait
     /\ lastWait' = NewestWait(w)
     /\ waits' = [v \in DOMAIN waits \cup {w} |-> IF v = w THEN wait ELSE waits[v]]
     /\ queue' = [r \in Lock |-> IF \E i \in DOMAIN rs : rs[i] = r THEN into(queue[r]) ELSE queue[r]]
     /\ timers' = IF timeout = 0 THEN timers ELSE Append(timers, [at |-> LimitEnd(timeout), kind |-> "wait", id |-> w])
     /\ todo' = Opened([todo EXCEPT !.suspects = Append(@, a)])
     /\ UNCHANGED <<asks, now, epoch, capacity, holds>>
     /\ Say([type |-> "resource:queued", resourceIds |-> rs, owner |-> a, waitId |-> w, priority |-> p])

GaveBack(type, r, a, e, held, t) ==
  /\ e = holds[r][a].epoch
  /\ held = now - holds[r][a].since
  /\ EndHold(r, a, t)
  /\ LET event == [type |-> type, resourceId |-> r, owner |-> a, epoch |-> e, heldMs |-> held] IN
     Say(IF type = "resource:expired" /\ IsKept(r, a) THEN WithField(event, "lapsed", TRUE) ELSE event)
Released(r, a, e, held, t) == GaveBack("resource:released", r, a, e, held, t)
Expired(r, a, e, held, t) == GaveBack("resource:expired", r, a, e, held, t)
Revoked(r, a, e, held, t) == GaveBack("resource:revoked", r, a, e, held, t)

(* Starts a lease anew; with `keep`, the time for which the grant is kept instead. *)
Renewed(r, a, e, lease, keep, t) ==
  LET length == IF keep = 0 THEN lease ELSE keep
      expires == IF length = 0 THEN 0 ELSE LeaseEnd(length)
      hold == [holds[r][a] EXCEPT !.leaseMs = lease]
      had == \E i \in DOMAIN timers : timers[i].kind = "hold" /\ timers[i].id = e
      again(timer) == IF timer.kind = "hold" /\ timer.id = e THEN [timer EXCEPT !.at = expires] ELSE timer
  IN /\ e = holds[r][a].epoch
     /\ holds' = [holds EXCEPT ![r][a] = IF keep = 0 THEN FieldsWithout(hold, "keepMs") ELSE hold]
     /\ timers' = CASE had /\ length = 0 -> TimersWithout("hold", e)
                    [] had -> [i \in DOMAIN timers |-> again(timers[i])]
                    [] ~had /\ length > 0 -> Append(timers, [at |-> expires, kind |-> "hold", id |-> e])
                    [] OTHER -> timers
     /\ todo' = t
     /\ UNCHANGED <<asks, now, epoch, lastWait, capacity, queue, waits>>
     /\ Say([type |-> "resource:renewed", resourceId |-> r, owner |-> a, epoch |-> e, expiresAt |-> expires])

(* The caller of a wait has left: the wait is kept. *)
TellDetached(rs, a, w, keep) ==
  Say([type |-> "resource:detached", resourceIds |-> rs, owner |-> a, waitId |-> w, keptUntil |-> now + keep])
TimersWithoutCaller(w) == SelectSeq(timers, LAMBDA timer : ~(timer.kind = "caller" /\ timer.id = w))
Missed(w, keep) == Append(TimersWithoutCaller(w), [at |-> now + keep, kind |-> "caller", id |-> w])
Detached(rs, a, w, keep, t) ==
  /\ waits' = [waits EXCEPT ![w] = WithCaller(@, TRUE, keep)]
  /\ timers' = Missed(w, keep)
  /\ todo' = t
  /\ UNCHANGED <<asks, now, epoch, lastWait, capacity, holds, queue>>
  /\ TellDetached(rs, a, w, keep)
(* It left as the wait was granted: the grants `rs`, in their order, are kept. *)
GrantDetached(rs, a, w, keep, t) ==
  LET es == {holds[rs[i]][a].epoch : i \in DOMAIN rs} IN
  /\ holds' = [r \in Lock |-> IF \E i \in DOMAIN rs : rs[i] = r
                              THEN [holds[r] EXCEPT ![a] = WithField(@, "keepMs", keep)] ELSE holds[r]]
  /\ timers' = SelectSeq(timers, LAMBDA timer : ~(timer.kind = "hold" /\ timer.id \in es))
               \o [i \in DOMAIN rs |-> [at |-> now + keep, kind |-> "hold", id |-> holds[rs[i]][a].epoch]]
  /\ todo' = t
  /\ UNCHANGED <<asks, now, epoch, lastWait, capacity, queue, waits>>
  /\ TellDetached(rs, a, w, keep)
(* A wait without a caller is kept anew. *)
KeptAnew(rs, a, w, keep, t) ==
  /\ timers' = [i \in DOMAIN timers |-> IF timers[i].kind = "caller" /\ timers[i].id = w
                                        THEN [timers[i] EXCEPT !.at = now + keep] ELSE timers[i]]
  /\ todo' = t
  /\ UNCHANGED <<asks, now, epoch, lastWait, capacity, holds, queue, waits>>
  /\ TellDetached(rs, a, w, keep)
(* A wait has a caller again, which leaves it after `limit`; never for -1. Without `keep` it stays to the end. *)
Attached(w, keep, limit) ==
  waits' = [waits EXCEPT ![w] = IF keep = 0 THEN FieldsWithout(@, "caller") ELSE WithCaller(@, FALSE, keep)]
Resumed(rs, a, w, keep, limit, t) ==
  LET isLimited == keep > 0 /\ limit >= 0 IN
  /\ Attached(w, keep, limit)
  /\ timers' = TimersWithoutCaller(w)
               \o (IF isLimited THEN <<[at |-> now + limit, kind |-> "caller", id |-> w]>> ELSE <<>>)
  /\ todo' = IF isLimited /\ limit = 0 THEN [t EXCEPT !.open = TRUE, !.due = TRUE] ELSE t
  /\ UNCHANGED <<asks, now, epoch, lastWait, capacity, holds, queue>>
  /\ Say([type |-> "resource:resumed", resourceIds |-> rs, owner |-> a, waitId |-> w])

TimedOut(rs, a, w, waited, timeout, t) ==
  /\ EndWait(w, t)
  /\ Say([type |-> "resource:timed-out", resourceIds |-> rs, owner |-> a, waitId |-> w, waitedMs |-> waited,
          timeoutMs |-> timeout])
Cancelled(rs, a, w, waited, t) ==
  /\ EndWait(w, t)
  /\ Say([type |-> "resource:cancelled", resourceIds |-> rs, owner |-> a, waitId |-> w, waitedMs |-> waited])
Abandoned(rs, a, w, waited, reason, t) ==
  /\ EndWait(w, t)
  /\ Say([type |-> "resource:abandoned", resourceIds |-> rs, owner |-> a, waitId |-> w, waitedMs |-> waited,
          reason |-> reason])

DeadlockDetected(owners, rs, a, w, waited, t) ==
  /\ EndWait(w, t)
  /\ Say([type |-> "deadlock:detected", owners |-> owners, resources |-> rs, owner |-> a, waitId |-> w,
          waitedMs |-> waited])
(* The victim is a request. *)
EndsAsk(owners, rs, n, t) ==
  /\ asks' = AsksWithout(n)
  /\ todo' = t
  /\ UNCHANGED <<now, epoch, lastWait, capacity, holds, queue, waits, timers>>
  /\ Say([type |-> "deadlock:detected", owners |-> owners, resources |-> rs, owner |-> asks[n].from, waitId |-> 0,
          askId |-> asks[n].id, waitedMs |-> now - asks[n].since])

AskBegun(id, a, b, p) ==
  /\ lastWait' = NewestWait(NextWait)
  /\ asks' = [n \in DOMAIN asks \cup {NextWait} |-> IF n # NextWait THEN asks[n] ELSE
       [id |-> id, from |-> a, to |-> b, priority |-> p, since |-> now]]
  /\ todo' = Opened([todo EXCEPT !.suspects = Append(@, a)])
  /\ UNCHANGED <<now, epoch, capacity, holds, queue, waits, timers>>
  /\ Say([type |-> "ask:begun", askId |-> id, owner |-> a, to |-> b, priority |-> p])
AskEnded(n, reason, t) ==
  /\ asks' = AsksWithout(n)
  /\ todo' = Opened(t)
  /\ UNCHANGED <<now, epoch, lastWait, capacity, holds, queue, waits, timers>>
  /\ Say([type |-> "ask:ended", askId |-> asks[n].id, owner |-> asks[n].from, to |-> asks[n].to, reason |-> reason,
          waitedMs |-> now - asks[n].since])
AskRefused(id, a, b, reason) ==
  /\ Stay
  /\ Say([type |-> "ask:refused", askId |-> id, owner |-> a, to |-> b, reason |-> reason])

(* A holder of all units holds less than all of more units, and so less than some of its waits ask for. *)
LosesAll(r, c) ==
  LET wants(w) == waits[w].requests[CHOOSE i \in DOMAIN waits[w].requests : waits[w].requests[i].lock = r]
      ended(a) == SelectSeq(Sorted(WaitsOf(a) \cap Line(r)), LAMBDA w : wants(w).mode # holds[r][a].mode)
      losers == {a \in Holders(r) : holds[r][a].mode = "exclusive" /\ holds[r][a].units < c /\ ended(a) # <<>>}
  IN IF losers = {} THEN <<>>
     ELSE LET a == CHOOSE a \in losers : TRUE IN <<[lock |-> r, owner |-> a, waits |-> ended(a)]>>
AsksForMore(r, c) == SelectSeq(Sorted(Line(r)), LAMBDA w : \E i \in DOMAIN waits[w].requests :
  waits[w].requests[i].lock = r /\ waits[w].requests[i].units > c)
(* More units serve waiters. With fewer, those who wait depend on more holders, and may be deadlocked. *)
AfterRaise(r, c, t) == IF queue[r] = <<>> \/ c <= capacity[r] THEN t
                       ELSE [t EXCEPT !.unserved = <<r>>, !.others = LosesAll(r, c)]
AfterLowering(r, c, t) == IF queue[r] = <<>> \/ c >= capacity[r] THEN t
                          ELSE [t EXCEPT !.over = AsksForMore(r, c),
                                         !.suspects = [i \in DOMAIN queue[r] |-> waits[queue[r][i]].owner]]
Defined(r, c) ==
  /\ capacity' = [capacity EXCEPT ![r] = c]
  /\ todo' = Opened(AfterLowering(r, c, AfterRaise(r, c, todo)))
  /\ UNCHANGED <<asks, now, epoch, lastWait, holds, queue, waits, timers>>
  /\ Say([type |-> "resource:defined", resourceId |-> r, capacity |-> c])

Refused(r, a, command, reason) ==
  /\ Stay
  /\ Say([type |-> "resource:refused", resourceId |-> r, owner |-> a, command |-> command, reason |-> reason])

--------------------------------------------------------------------------------
(* The answers to commands: an event, or the reason of a refusal.                 *)

AnswerToAcquire(a, r, m, u, p, wait) ==
  LET q == Request(r, m, u)  free == IsFree(a, q, p)  objection == Objection(a, q, free, 1) IN
  CASE HasEnough(a, q) -> "reacquired"
    [] ~Holds(a, r) /\ ~free /\ ~wait -> "held"
    [] objection # "none" -> objection
    [] OTHER -> IF free THEN "acquired" ELSE "queued"

Acquire(a, r, m, u, p, timeout, lease, wait) ==
  LET answer == AnswerToAcquire(a, r, m, u, p, wait)  q == Request(r, m, u) IN
  /\ Stable
  /\ CASE answer = "reacquired" -> Reacquired(r, a, holds[r][a].epoch, 0, FALSE, waits, queue, timers, todo)
       [] answer = "acquired" -> Acquired(r, a, NextEpoch, m, u, 0, 0, lease, <<>>, waits, queue, timers, todo)
       [] answer = "queued" -> Queued(<<r>>, a, NextWait, p, <<q>>, timeout, lease)
       [] OTHER -> Refused(r, a, "acquire", answer)

IsFreeToAll(a, qs, p) == \A i \in DOMAIN qs : HasEnough(a, qs[i]) \/ IsFree(a, qs[i], p)
AddedBy(qs, i) == Cardinality({k \in 1..i : ~IsUsed(qs[k].lock)})
ObjectionToAll(a, qs, p) ==
  LET why(i) == Objection(a, qs[i], IsFreeToAll(a, qs, p), AddedBy(qs, i))
      objected == {i \in DOMAIN qs : why(i) # "none"}
  IN IF objected = {} THEN <<>> ELSE <<why(MinOf(objected)), qs[MinOf(objected)].lock>>
AnswerToAcquireAll(a, qs, p) ==
  IF ObjectionToAll(a, qs, p) # <<>> THEN ObjectionToAll(a, qs, p)
  ELSE IF ~IsFreeToAll(a, qs, p) THEN <<"queued">>
  ELSE IF HasEnough(a, qs[1]) THEN <<"reacquired">> ELSE <<"acquired">>

(* Grants the first of the locks of one request, and leaves the others pending. *)
GrantNext(g, ws, qs, ts, t) ==
  LET q == Head(g.requests)
      rest == IF Len(g.requests) = 1 THEN <<>> ELSE <<[g EXCEPT !.requests = Tail(@)]>>
      then == [t EXCEPT !.grant = rest]
  IN IF Holds(g.owner, q.lock)
     THEN Reacquired(q.lock, g.owner, holds[q.lock][g.owner].epoch, g.wait, g.kept # <<>>, ws, qs, ts, then)
     ELSE Acquired(q.lock, g.owner, NextEpoch, q.mode, q.units, g.wait,
                   IF g.wait = 0 THEN 0 ELSE now - g.since, g.leaseMs, g.kept, ws, qs, ts, then)

AcquireAll(a, qs, p, timeout, lease) ==
  LET answer == AnswerToAcquireAll(a, qs, p) IN
  /\ Stable
  /\ CASE answer[1] \in {"acquired", "reacquired"} ->
            GrantNext([owner |-> a, wait |-> 0, since |-> now, leaseMs |-> lease, kept |-> <<>>, requests |-> qs],
                      waits, queue, timers, todo)
       [] answer[1] = "queued" -> Queued([i \in DOMAIN qs |-> qs[i].lock], a, NextWait, p, qs, timeout, lease)
       [] OTHER -> Refused(answer[2], a, "acquire-all", answer[1])

(* Whether the grant of this epoch is in force; 0 stands for any grant. *)
AnswerToEpoch(a, r, e, done) ==
  CASE Holds(a, r) /\ e \in {0, holds[r][a].epoch} -> done
    [] ~Holds(a, r) /\ (e = 0 \/ \E b \in Holders(r) : holds[r][b].epoch = e) -> "not-holder"
    [] OTHER -> "stale-epoch"
AnswerToRelease(a, r, e) == AnswerToEpoch(a, r, e, "released")
AnswerToRenew(a, r, e) == AnswerToEpoch(a, r, e, "renewed")

ReleasedNow(r, a, t) == Released(r, a, holds[r][a].epoch, now - holds[r][a].since, t)

Release(a, r, e) ==
  LET answer == AnswerToRelease(a, r, e) IN
  /\ Stable
  /\ IF answer = "released" THEN ReleasedNow(r, a, todo) ELSE Refused(r, a, "release", answer)

Renew(a, r, e, lease) ==
  LET answer == AnswerToRenew(a, r, e)
      length == IF lease = 0 THEN holds[r][a].leaseMs ELSE lease
  IN /\ Stable
     /\ IF answer = "renewed"
        THEN Renewed(r, a, holds[r][a].epoch, length, 0, todo)
        ELSE Refused(r, a, "renew", answer)

(* The lock among S that was granted first. *)
Oldest(a, S) == CHOOSE r \in S : \A s \in S : holds[r][a].epoch <= holds[s][a].epoch
GrantedBy(a, w) == {r \in LocksOf(a) : holds[r][a].wait = w}
AnswerToCancelWait(a, w) == CASE w \in WaitsOf(a) -> "cancelled"
                              [] GrantedBy(a, w) # {} -> "released"
                              [] OTHER -> "not-waiting"
Waited(w) == now - waits[w].since
CancelWait(a, w) ==
  LET answer == AnswerToCancelWait(a, w) IN
  /\ Stable
  /\ CASE answer = "cancelled" -> Cancelled(ResourcesOf(w), a, w, Waited(w), todo)
       [] answer = "released" -> ReleasedNow(Oldest(a, GrantedBy(a, w)), a,
            [todo EXCEPT !.leaving = <<[owner |-> a, all |-> FALSE, wait |-> w]>>])
       [] OTHER -> Refused("", a, "cancel-wait", answer)

(* The caller of a wait leaves it. *)
UsedOf(a, w) == {r \in GrantedBy(a, w) : ~IsKept(r, a)}
InEpochs(a, S) == LET es == Sorted({holds[r][a].epoch : r \in S}) IN
                  [i \in DOMAIN es |-> CHOOSE r \in S : holds[r][a].epoch = es[i]]
AnswerToDetachWait(a, w) == CASE w \in WaitsOf(a) -> IF IsLeft(w) THEN "nothing" ELSE "detached"
                              [] GrantedBy(a, w) # {} -> IF UsedOf(a, w) = {} THEN "nothing" ELSE "detached"
                              [] OTHER -> "not-waiting"
DetachWait(a, w, keep) ==
  LET answer == AnswerToDetachWait(a, w) IN
  /\ Stable
  /\ CASE answer = "nothing" -> Stay /\ Say([type |-> "nothing"])
       [] answer = "not-waiting" -> Refused("", a, "detach-wait", answer)
       [] w \in WaitsOf(a) -> Detached(ResourcesOf(w), a, w, keep, todo)
       [] OTHER -> GrantDetached(InEpochs(a, UsedOf(a, w)), a, w, keep, todo)

(* An owner asks with its ticket. How a wait ended without a grant is not modeled: it is then unknown. *)
AnswerToResume(a, q, w) == CASE w \in WaitsOf(a) /\ ResourcesOf(w) = <<q.lock>> -> "resumed"
                             [] HasEnough(a, q) -> "reacquired"
                             [] OTHER -> "unknown-ticket"
Resume(a, r, m, u, w, keep, limit) ==
  LET q == Request(r, m, u)  answer == AnswerToResume(a, q, w) IN
  /\ Stable
  /\ CASE answer = "resumed" -> Resumed(<<r>>, a, w, keep, limit, todo)
       [] answer = "reacquired" -> Reacquired(r, a, holds[r][a].epoch, 0, FALSE, waits, queue, timers, todo)
       [] OTHER -> Refused(r, a, "acquire", answer)

(* The next event of an owner that releases everything: waits first, so that none is granted meanwhile. *)
AnswerToReleaseAll(a) == CASE WaitsOf(a) # {} -> "abandoned"
                           [] AsksFrom(a) \cup AsksTo(a) # {} -> "ended"
                           [] LocksOf(a) # {} -> "released"
                           [] OTHER -> "nothing"
Leave(a, t) ==
  LET w == MinOf(WaitsOf(a))  ns == AsksFrom(a) \cup AsksTo(a) IN
  IF WaitsOf(a) # {} THEN Abandoned(ResourcesOf(w), a, w, Waited(w), "gone", t)
  ELSE IF ns # {} THEN AskEnded(MinOf(ns), "gone", t)
  ELSE ReleasedNow(Oldest(a, LocksOf(a)), a, t)
ReleaseAll(a) ==
  /\ Stable
  /\ IF AnswerToReleaseAll(a) = "nothing" THEN Stay /\ Say([type |-> "nothing"])
     ELSE Leave(a, [todo EXCEPT !.leaving = <<[owner |-> a, all |-> TRUE, wait |-> 0]>>])

(* A lock is taken from the losers of a conflict over it; their waits for it end first. *)
AnswerToEvict(r, as) == CASE \E w \in Line(r) : waits[w].owner \in as -> "abandoned"
                          [] Holders(r) \cap as # {} -> "revoked"
                          [] OTHER -> "nothing"
RevokedNow(r, a, t) == Revoked(r, a, holds[r][a].epoch, now - holds[r][a].since, t)
EvictNext(r, as, t) ==
  LET ws == {w \in Line(r) : waits[w].owner \in as}  w == MinOf(ws) IN
  IF ws # {} THEN Abandoned(ResourcesOf(w), waits[w].owner, w, Waited(w), "conflict", t)
  ELSE RevokedNow(r, CHOOSE a \in Holders(r) \cap as : \A b \in Holders(r) \cap as : holds[r][a].epoch <= holds[r][b].epoch, t)
Evict(r, as) ==
  /\ Stable
  /\ IF AnswerToEvict(r, as) = "nothing" THEN Stay /\ Say([type |-> "nothing"])
     ELSE EvictNext(r, as, [todo EXCEPT !.evicted = <<[lock |-> r, owners |-> as]>>])

(* One grant is revoked, whoever has it. *)
AnswerToRevoke(r, e) == IF \E a \in Holders(r) : holds[r][a].epoch = e THEN "revoked" ELSE "stale-epoch"
Revoke(r, e) ==
  LET answer == AnswerToRevoke(r, e) IN
  /\ Stable
  /\ IF answer = "revoked" THEN RevokedNow(r, HolderWithEpoch(r, e), todo) ELSE Refused(r, "", "revoke", answer)

(* An owner waits for the response of another one. *)
AnswerToAsk(id, a, b) == CASE a = b -> "nothing"
                           [] AsksNamed(id) # {} -> "known-ask"
                           [] Cardinality(DOMAIN asks) >= MaxAsks -> "full"
                           [] OTHER -> "begun"
Ask(id, a, b, p) ==
  LET answer == AnswerToAsk(id, a, b) IN
  /\ Stable
  /\ CASE answer = "begun" -> AskBegun(id, a, b, p)
       [] answer = "nothing" -> Stay /\ Say([type |-> "nothing"])
       [] OTHER -> AskRefused(id, a, b, answer)
AnswerToEndAsk(id) == IF AsksNamed(id) # {} THEN "ended" ELSE "nothing"
EndAsk(id) ==
  /\ Stable
  /\ IF AnswerToEndAsk(id) = "ended" THEN AskEnded(MinOf(AsksNamed(id)), "ended", todo)
     ELSE Stay /\ Say([type |-> "nothing"])

AnswerToDefine(r, c) == CASE c # 1 /\ IsFull(r, 1) -> "full"
                          [] c # 1 /\ capacity[r] = 1 /\ Cardinality({s \in Lock : capacity[s] # 1}) >= MaxDefined -> "full"
                          [] OTHER -> "defined"
Define(r, c) ==
  LET answer == AnswerToDefine(r, c) IN
  /\ Stable
  /\ IF answer = "defined" THEN Defined(r, c) ELSE Refused(r, "", "define", answer)

Due == {i \in DOMAIN timers : timers[i].at <= now}
Pass(d, t) ==
  /\ Stable
  /\ now' = now + d
  /\ todo' = t
  /\ UNCHANGED <<asks, epoch, lastWait, capacity, holds, queue, waits, timers>>
  /\ Say([type |-> "nothing"])
IsDueIn(d) == \E i \in DOMAIN timers : timers[i].at <= now + d
Tick(d) == Pass(d, IF IsDueIn(d) THEN [todo EXCEPT !.open = TRUE, !.due = TRUE] ELSE todo)

(* Time passes in which no command could be taken. Holders could not renew their leases, so these *)
(* start anew, before anything that is due; patience does not.                                    *)
Renewable == Sorted({timers[i].id : i \in {k \in DOMAIN timers : timers[k].kind = "hold"}})
Keepable == Sorted({w \in DOMAIN waits : IsLeft(w)})
Wake(d) == Pass(d, IF Renewable = <<>> /\ Keepable = <<>> /\ ~IsDueIn(d) THEN todo
                   ELSE [todo EXCEPT !.open = TRUE, !.woken = TRUE, !.renew = Renewable, !.keep = Keepable,
                                     !.due = TRUE])

--------------------------------------------------------------------------------
(* Consequences. *)

(* The next consequence, and those that remain after it. *)
Coming(is, what, t) == [is |-> is, what |-> what, then |-> t]
NextTimer == CHOOSE i \in Due : \A k \in Due : timers[i].at < timers[k].at \/ (timers[i].at = timers[k].at /\ i <= k)
RECURSIVE Pending(_)
Pending(t) ==
  CASE t.renew # <<>> -> Coming("renew", Head(t.renew), [t EXCEPT !.renew = Tail(@)])
    [] t.keep # <<>> -> Coming("keep", Head(t.keep), [t EXCEPT !.keep = Tail(@)])
    [] t.revoke # <<>> -> Coming("revoke", t.revoke, [t EXCEPT !.revoke = <<>>])
    [] t.over # <<>> -> Coming("over", Head(t.over), [t EXCEPT !.over = Tail(@)])
    [] t.others # <<>> -> Coming("other", t.others[1], t)
    [] t.grant # <<>> -> Coming("grant", t.grant[1], t)
    [] t.leaving # <<>> ->
         IF t.leaving[1].all THEN
           IF AnswerToReleaseAll(t.leaving[1].owner) # "nothing"
           THEN Coming("leave", t.leaving[1].owner, t) ELSE Pending([t EXCEPT !.leaving = <<>>])
         ELSE LET a == t.leaving[1].owner  rs == GrantedBy(a, t.leaving[1].wait) IN
           IF rs # {} THEN Coming("give back", [owner |-> a, lock |-> Oldest(a, rs)], t)
           ELSE Pending([t EXCEPT !.leaving = <<>>])
    [] t.evicted # <<>> ->
         IF AnswerToEvict(t.evicted[1].lock, t.evicted[1].owners) # "nothing" THEN Coming("evict", t.evicted[1], t)
         ELSE Pending([t EXCEPT !.evicted = <<>>])
    [] t.unserved # <<>> ->
         LET r == Head(t.unserved)
             q == queue[r]
             then == [t EXCEPT !.unserved = Tail(@)]
             able == {w \in WaitsNear(r) : IsGrantable(w)}
         IN
         (* Where sets of paths overlap, one release may serve many waits: each that none precedes, in order. *)
         IF IsPaths(r) THEN IF able # {} THEN Coming("serve", InOrder(able)[1], t) ELSE Pending(then)
         ELSE IF q # <<>> /\ IsGrantable(q[1]) THEN Coming("serve", q[1], then) ELSE Pending(then)
    [] t.again # <<>> ->
         LET w == Head(t.again)  then == [t EXCEPT !.again = Tail(@)] IN
         IF w \in DOMAIN waits /\ IsGrantable(w) THEN Coming("serve", w, then) ELSE Pending(then)
    [] t.suspects # <<>> ->
         LET cycle == IF Detects THEN CycleThrough(t.suspects[Len(t.suspects)]) ELSE <<>>
             then == [t EXCEPT !.suspects = SubSeq(@, 1, Len(@) - 1)]
         IN IF cycle # <<>> THEN Coming("break", cycle, t) ELSE Pending(then)
    [] t.due /\ Due # {} -> Coming("due", timers[NextTimer], t)
    [] OTHER -> Coming("nothing", 0, Nothing)

Serve(w, t) ==
  LET wait == waits[w] IN
  GrantNext([owner |-> wait.owner, wait |-> w, since |-> wait.since, leaseMs |-> wait.leaseMs,
             kept |-> KeptAs(w), requests |-> wait.requests],
            WaitsWithout(w), QueueWithout(w), TimersWithout("wait", w), AfterWait(w, t))

(* Ends a wait for a lock that its owner was just granted. *)
EndOther(other, t) ==
  LET a == other.owner  r == other.lock  w == Head(other.waits)
      last == Len(other.waits) = 1
      then == [AfterWait(w, t) EXCEPT
                 !.others = IF last THEN <<>> ELSE <<[other EXCEPT !.waits = Tail(@)]>>,
                 !.suspects = IF last THEN Append(@, a) ELSE @]
      q == waits[w].requests[CHOOSE i \in DOMAIN waits[w].requests : waits[w].requests[i].lock = r]
  IN IF HasEnough(a, q)
     THEN Reacquired(r, a, holds[r][a].epoch, w, IsLeft(w), WaitsWithout(w), QueueWithout(w), TimersWithout("wait", w), then)
     ELSE /\ waits' = WaitsWithout(w)
          /\ queue' = QueueWithout(w)
          /\ timers' = TimersWithout("wait", w)
          /\ todo' = then
          /\ UNCHANGED <<asks, now, epoch, lastWait, capacity, holds>>
          /\ Say([type |-> "resource:abandoned", resourceIds |-> ResourcesOf(w), owner |-> a, waitId |-> w,
                  waitedMs |-> Waited(w), reason |-> "upgrade"])

(* The locks of a victim that the hop to it waits for. *)
LostBy(a, hop) ==
  LET r == hop.lock
      asked == LET qs == waits[hop.wait].requests IN qs[CHOOSE i \in DOMAIN qs : qs[i].lock = r]
  IN CASE IsAsk(hop) -> {}
       [] IsPaths(r) -> {s \in Near(r) : Holds(a, s) /\ Clash(holds[s][a].mode, asked.mode)}
       [] OTHER -> {r} \cap LocksOf(a)
BreakAt(cycle, t) ==
  LET i == Victim(cycle)
      a == WaiterOf(cycle[i])
      hop == cycle[IF i = 1 THEN Len(cycle) ELSE i - 1]
      lost == LostBy(a, hop)
      then == [t EXCEPT !.revoke = IF Revokes /\ lost # {} THEN <<Oldest(a, lost), a>> ELSE <<>>]
      owners == [k \in DOMAIN cycle |-> WaiterOf(cycle[k])]
      rs == [k \in DOMAIN cycle |-> cycle[k].lock]
  IN IF IsAsk(cycle[i]) THEN EndsAsk(owners, rs, cycle[i].wait, then)
     ELSE DeadlockDetected(owners, rs, a, cycle[i].wait, Waited(cycle[i].wait), then)

Fire(timer, t) ==
  IF timer.kind = "wait"
  THEN LET wait == waits[timer.id] IN
       TimedOut(ResourcesOf(timer.id), wait.owner, timer.id, Waited(timer.id), wait.timeoutMs, t)
  ELSE IF timer.kind = "caller"
  THEN LET w == timer.id  a == waits[w].owner IN
       IF IsLeft(w) THEN Abandoned(ResourcesOf(w), a, w, Waited(w), "lapsed", t)
       ELSE Detached(ResourcesOf(w), a, w, waits[w].caller.keepMs, t)
  ELSE \E r \in Lock : \E a \in Holders(r) :
       /\ holds[r][a].epoch = timer.id
       /\ Expired(r, a, timer.id, now - holds[r][a].since, t)

Restart(e, t) == \E r \in Lock : \E a \in Holders(r) :
  /\ holds[r][a].epoch = e
  /\ Renewed(r, a, e, holds[r][a].leaseMs, IF IsKept(r, a) THEN holds[r][a].keepMs ELSE 0, t)

(* The next event of the step. TLC evaluates an argument once, but what LET names in an action each time. *)
FollowWith(p) ==
  CASE p.is = "renew" -> Restart(p.what, p.then)
    [] p.is = "keep" -> KeptAnew(ResourcesOf(p.what), waits[p.what].owner, p.what, waits[p.what].caller.keepMs, p.then)
    [] p.is = "revoke" -> RevokedNow(p.what[1], p.what[2], p.then)
    [] p.is = "over" ->
         Abandoned(ResourcesOf(p.what), waits[p.what].owner, p.what, Waited(p.what), "over-capacity", p.then)
    [] p.is = "other" -> EndOther(p.what, p.then)
    [] p.is = "grant" -> GrantNext(p.what, waits, queue, timers, p.then)
    [] p.is = "leave" -> Leave(p.what, p.then)
    [] p.is = "evict" -> EvictNext(p.what.lock, p.what.owners, p.then)
    [] p.is = "give back" -> ReleasedNow(p.what.lock, p.what.owner, p.then)
    [] p.is = "serve" -> Serve(p.what, p.then)
    [] p.is = "break" -> BreakAt(p.what, p.then)
    [] p.is = "due" -> Fire(p.what, p.then)
    [] OTHER -> FALSE
Follow == todo.open /\ FollowWith(Pending(todo))

(* No consequence is pending. *)
Settled == /\ todo.open
           /\ Pending(todo).is = "nothing"
           /\ todo' = Nothing
           /\ UNCHANGED <<asks, now, epoch, lastWait, capacity, holds, queue, waits, timers>>
           /\ Say([type |-> "nothing"])

(* The commands as records, which recorded runs and seeded models consist of. *)
Command(c) ==
  CASE c.do = "acquire" -> Acquire(c.owner, c.lock, c.mode, c.units, c.priority, c.timeoutMs, c.leaseMs, c.wait)
    [] c.do = "acquire-all" -> AcquireAll(c.owner, c.requests, c.priority, c.timeoutMs, c.leaseMs)
    [] c.do = "release" -> Release(c.owner, c.lock, c.epoch)
    [] c.do = "renew" -> Renew(c.owner, c.lock, c.epoch, c.leaseMs)
    [] c.do = "cancel-wait" -> CancelWait(c.owner, c.wait)
    [] c.do = "detach-wait" -> DetachWait(c.owner, c.wait, c.keepMs)
    [] c.do = "resume" -> Resume(c.owner, c.lock, c.mode, c.units, c.wait, c.keepMs, c.waitMs)
    [] c.do = "release-all" -> ReleaseAll(c.owner)
    [] c.do = "evict" -> Evict(c.lock, c.owners)
    [] c.do = "revoke" -> Revoke(c.lock, c.epoch)
    [] c.do = "ask" -> Ask(c.id, c.owner, c.to, c.priority)
    [] c.do = "end-ask" -> EndAsk(c.id)
    [] c.do = "define" -> Define(c.lock, c.capacity)
    [] c.do = "tick" -> Tick(c.ms)
    [] c.do = "wake" -> Wake(c.ms)
    [] OTHER -> FALSE

(* The state to begin with. Overridden by seeded models, which begin with holders in place. *)
Beginning == [now |-> 0, epoch |-> 0, lastWait |-> 0, capacity |-> [r \in Lock |-> 1], holds |-> [r \in Lock |-> <<>>],
              queue |-> [r \in Lock |-> <<>>], waits |-> <<>>, asks |-> <<>>, timers |-> <<>>]
IsAt(state) ==
  /\ now = state.now /\ epoch = state.epoch /\ lastWait = state.lastWait
  /\ capacity = state.capacity
  /\ holds = state.holds
  /\ queue = state.queue
  /\ waits = state.waits
  /\ asks = state.asks
  /\ timers = state.timers
Init == IsAt(Beginning) /\ todo = Nothing /\ told = [type |-> "nothing"]

--------------------------------------------------------------------------------
(* Invariants of every state. None of them uses an operator by which the actions  *)
(* above decide.                                                                  *)

CameBefore(v, w) ==
  LET headStart == (waits[v].priority - waits[w].priority) * Aging
      later == waits[v].since - waits[w].since
  IN later < headStart \/ (later = headStart /\ v < w)
TicketOf(w, r) == waits[w].requests[CHOOSE i \in DOMAIN waits[w].requests : waits[w].requests[i].lock = r]
UnitsHeld(r) == Sum([a \in Holders(r) |-> holds[r][a].units], Holders(r))

TypeOK ==
  /\ now \in Nat /\ epoch \in Nat /\ lastWait \in Nat
  /\ capacity \in [Lock -> Nat \ {0}]
  /\ DOMAIN holds = Lock /\ DOMAIN queue = Lock
  /\ \A r \in Lock : Holders(r) \subseteq Owner /\ \A a \in Holders(r) :
       /\ holds[r][a].mode \in Modes
       /\ holds[r][a].units \in Nat \ {0}
       /\ holds[r][a].epoch \in 1..epoch
       /\ holds[r][a].since \in 0..now
       /\ holds[r][a].wait \in 0..lastWait
  /\ \A w \in DOMAIN waits :
       /\ w = waits[w].id /\ w \in 1..lastWait
       /\ waits[w].owner \in Owner
       /\ waits[w].since \in 0..now
       /\ \A r \in Lock : w \in {queue[r][i] : i \in DOMAIN queue[r]} <=>
            (\E i \in DOMAIN waits[w].requests : waits[w].requests[i].lock = r)
  /\ \A r \in Lock : \A i, k \in DOMAIN queue[r] :
       queue[r][i] \in DOMAIN waits /\ (queue[r][i] = queue[r][k] => i = k)
  /\ \A n \in DOMAIN asks :
       /\ n \in (1..lastWait) \ DOMAIN waits
       /\ asks[n].from \in Owner /\ asks[n].to \in Owner \ {asks[n].from}
       /\ \A m \in DOMAIN asks : asks[m].id = asks[n].id => m = n

(* An exclusive holder shares with no reader. *)
IsExclusive(r) == \E a \in Holders(r) : holds[r][a].mode = "exclusive"
MutualExclusion == \A r \in Lock : IsExclusive(r) => \A a \in Holders(r) : holds[r][a].mode = "exclusive"

(* No wait asks for more units than its lock has. *)
NoHopelessWait == Stable => \A w \in DOMAIN waits : \A i \in DOMAIN waits[w].requests :
  waits[w].requests[i].units <= capacity[waits[w].requests[i].lock]

(* Of grants of paths that overlap, of two owners, both are shared. *)
OverlapsAreShared ==
  \A r \in Lock : \A s \in Near(r) : \A a \in Holders(r) : \A b \in Holders(s) \ {a} :
    holds[r][a].mode = "shared" /\ holds[s][b].mode = "shared"

(* No two grants have the same epoch. *)
EpochsAreUnique == \A r, s \in Lock : \A a \in Holders(r), b \in Holders(s) :
  holds[r][a].epoch = holds[s][b].epoch => r = s /\ a = b

(* Whether w would overtake v, which came before it and wants paths of it in a mode that excludes it, *)
(* although v does not wait for the owner of w.                                                        *)
Waiting(v, s) == \E i \in DOMAIN waits[v].requests : waits[v].requests[i].lock = s
Overtaken(v, s, w, r) ==
  LET p == TicketOf(v, s)  a == waits[w].owner IN
  /\ CameBefore(v, w) /\ waits[v].owner # a
  /\ p.mode = "exclusive" \/ TicketOf(w, r).mode = "exclusive"
  /\ \A h \in Near(s) : a \in Holders(h) => holds[h][a].mode = "shared" /\ p.mode = "shared"

(* No wait could be granted. *)
CouldBeIts(w, r) ==
  LET q == TicketOf(w, r)  a == waits[w].owner IN
  \/ /\ Near(r) # {}
     /\ \A v \in DOMAIN waits : \A s \in Near(r) : Waiting(v, s) => ~Overtaken(v, s, w, r)
     /\ \A s \in Near(r) : \A b \in Holders(s) \ {a} : holds[s][b].mode = "shared" /\ q.mode = "shared"
  \/ /\ Near(r) = {}
     /\ queue[r][1] = w
     /\ \A b \in Holders(r) : holds[r][b].mode = q.mode
     /\ q.mode = "exclusive" => UnitsHeld(r) + q.units <= capacity[r]
  \/ /\ a \in Holders(r)
     /\ \/ IsExclusive(r) /\ Holders(r) = {a} /\ holds[r][a].units >= capacity[r]
        \/ holds[r][a].mode = q.mode /\ holds[r][a].units >= q.units
NoLostWakeup == Stable =>
  \A w \in DOMAIN waits : \E i \in DOMAIN waits[w].requests : ~CouldBeIts(w, waits[w].requests[i].lock)

(* Only a wait for several locks queues where its owner holds enough already. *)
HolderDoesNotQueueHere == Stable =>
  \A r \in Lock : \A i \in DOMAIN queue[r] :
    LET w == queue[r][i]  a == waits[w].owner  q == TicketOf(w, r) IN
    a \in Holders(r) => /\ Len(waits[w].requests) > 1
                        /\ \/ IsExclusive(r) /\ Holders(r) = {a} /\ holds[r][a].units >= capacity[r]
                           \/ holds[r][a].mode = q.mode /\ holds[r][a].units >= q.units

(* A queue is in the order of arrival minus priority times aging; equal ones are in the order of arrival. *)
QueueOrdered == \A r \in Lock : \A i, k \in DOMAIN queue[r] : i < k => CameBefore(queue[r][i], queue[r][k])

(* No set of owners waits only for itself. *)
ComesTrueWithout(w, r, S) ==
  LET q == TicketOf(w, r)  a == waits[w].owner
      left == {b \in Holders(r) : b \in S}
  IN \/ CouldBeIts(w, r)
     \/ /\ Near(r) # {}
        /\ \A v \in DOMAIN waits : \A s \in Near(r) :
             Waiting(v, s) /\ Overtaken(v, s, w, r) => waits[v].owner \notin S
        /\ \A s \in Near(r) : \A b \in (Holders(s) \cap S) \ {a} : holds[s][b].mode = "shared" /\ q.mode = "shared"
     \/ /\ Near(r) = {}
        /\ waits[queue[r][1]].owner \notin S \ {a}
        /\ \A b \in left : holds[r][b].mode = q.mode
        /\ q.mode = "exclusive" => Sum([b \in left |-> holds[r][b].units], left) + q.units <= capacity[r]
NeedsLockOf(a, S) == \E w \in DOMAIN waits :
  waits[w].owner = a /\ \E i \in DOMAIN waits[w].requests : ~ComesTrueWithout(w, waits[w].requests[i].lock, S)
NeedsResponseOf(a, S) == \E n \in DOMAIN asks : asks[n].from = a /\ asks[n].to \in S
(* Each part of the set needs a lock, or a response of the rest; and where only responses are needed, locks are *)
(* at stake.                                                                                                   *)
Deadlocked(S) ==
  IF asks = <<>> THEN \A a \in S : NeedsLockOf(a, S)
  ELSE \/ \A T \in SUBSET S \ {{}} : \E a \in T : NeedsLockOf(a, S) \/ NeedsResponseOf(a, S \ T)
       \/ /\ \A T \in SUBSET S \ {{}, S} : \E a \in T : NeedsResponseOf(a, S \ T)
          /\ Cardinality({a \in S : \E r \in Lock : a \in Holders(r)}) > 1
WaitForAcyclic == Stable /\ Detects => ~\E S \in SUBSET Owner \ {{}} : Deadlocked(S)

(* Every timer belongs to a grant or a wait, and every lease and every timeout has one. *)
TimersBelong ==
  LET ends(kind) == {timers[i].id : i \in {k \in DOMAIN timers : timers[k].kind = kind}}
      leased == UNION {{holds[r][a].epoch : a \in {b \in Holders(r) : holds[r][b].leaseMs > 0 \/ IsKept(r, b)}} : r \in Lock}
      left == {w \in DOMAIN waits : IsLeft(w)}
      patient == {w \in DOMAIN waits : waits[w].timeoutMs > 0}
  IN ends("hold") = leased /\ ends("wait") = patient
     /\ left \subseteq ends("caller") /\ ends("caller") \subseteq {w \in DOMAIN waits : HasCaller(w)}
     /\ Len(timers) = Cardinality(leased) + Cardinality(patient) + Cardinality(ends("caller"))

(* Without a caller, nothing waits or is held for longer than that was told. *)
EndsWithin(kind, id, keep) == \E i \in DOMAIN timers :
  timers[i].kind = kind /\ timers[i].id = id /\ timers[i].at <= now + keep
KeptIsBounded ==
  /\ \A w \in DOMAIN waits : IsLeft(w) => EndsWithin("caller", w, waits[w].caller.keepMs)
  /\ \A r \in Lock : \A a \in Holders(r) : IsKept(r, a) => EndsWithin("hold", holds[r][a].epoch, holds[r][a].keepMs)

(* No timer is overdue. *)
NothingOverdue == Stable => \A i \in DOMAIN timers : timers[i].at > now

--------------------------------------------------------------------------------
(* Invariants of every step. `told` is its event.                                 *)

Is(type) == told'.type = type
Keeps(a, r) == a \in DOMAIN holds'[r] /\ holds'[r][a].epoch = holds[r][a].epoch
WasDue(kind, id) == \E i \in DOMAIN timers : timers[i].kind = kind /\ timers[i].id = id /\ timers[i].at <= now
Ended == DOMAIN waits \ DOMAIN waits'
EndedAsks == DOMAIN asks \ DOMAIN asks'
Lost == {h \in Lock \X Owner : h[2] \in Holders(h[1]) /\ ~Keeps(h[2], h[1])}

EpochMonotonic == [][epoch' >= epoch /\ lastWait' >= lastWait]_vars

(* Each grant has a larger epoch than any before it. *)
GrantRaisesEpoch == [][\A r \in Lock : \A a \in DOMAIN holds'[r] :
  ~(a \in Holders(r) /\ Keeps(a, r)) => holds'[r][a].epoch > epoch]_vars

(* A wait that is served precedes all that remain, at each of its locks that its owner did not hold before. *)
ServedInOrder == [][Is("resource:acquired") \/ Is("resource:reacquired") =>
  \A w \in Ended : \A i \in DOMAIN waits[w].requests : LET r == waits[w].requests[i].lock IN
    \/ waits[w].owner \in Holders(r)
    \/ IF Near(r) = {} THEN \A k \in DOMAIN queue[r] : queue[r][k] # w => CameBefore(w, queue[r][k])
       ELSE \A v \in DOMAIN waits' : \A s \in Near(r) : Waiting(v, s) => ~Overtaken(v, s, w, r)]_vars

(* A wait ends in one of five ways, alone, and for a reason. *)
WaitEndsWithOutcome == [][\A w \in Ended :
  /\ Ended = {w}
  /\ told'.owner = waits[w].owner
  /\ CASE Is("resource:acquired") \/ Is("resource:reacquired") ->
            \A i \in DOMAIN waits[w].requests : LET q == waits[w].requests[i] IN
              \/ waits[w].owner \in DOMAIN holds'[q.lock]
              \/ todo'.grant # <<>> /\ \E k \in DOMAIN todo'.grant[1].requests : todo'.grant[1].requests[k] = q
       [] Is("resource:timed-out") -> WasDue("wait", w)
       [] Is("resource:abandoned") ->
            \/ \E i \in DOMAIN todo.others : todo.others[i].waits[1] = w
            \/ IsLeft(w) /\ WasDue("caller", w)
            \/ \E i \in DOMAIN waits[w].requests : waits[w].requests[i].units > capacity[waits[w].requests[i].lock]
            \/ holds' = holds /\ todo'.leaving # <<>>
            \/ todo'.evicted # <<>> /\ waits[w].owner \in todo'.evicted[1].owners /\ Waiting(w, todo'.evicted[1].lock)
       [] Is("deadlock:detected") -> \E S \in SUBSET Owner : waits[w].owner \in S /\ Deadlocked(S)
       [] OTHER -> Is("resource:cancelled")]_vars

(* A request ends by its response, with one of its agents, or as the victim of a deadlock; alone. *)
AskEndsWithOutcome == [][\A n \in EndedAsks :
  /\ EndedAsks = {n}
  /\ told'.owner = asks[n].from
  /\ CASE Is("ask:ended") -> IF Stable THEN TRUE ELSE todo.leaving[1].owner \in {asks[n].from, asks[n].to}
       [] OTHER -> Is("deadlock:detected") /\ \E S \in SUBSET Owner : asks[n].from \in S /\ Deadlocked(S)]_vars

(* A lock is lost only by its holder's release, by the end of its lease, or by revocation: of a victim, or as a *)
(* command says.                                                                                               *)
ReleaseOnlyByHolder == [][\A r \in Lock : \A a \in Holders(r) : ~Keeps(a, r) =>
  /\ told'.owner = a
  /\ \/ Is("resource:released") /\ (Stable \/ todo.leaving # <<>>)
     \/ Is("resource:expired") /\ WasDue("hold", holds[r][a].epoch)
     \/ /\ Is("resource:revoked")
        /\ \/ Stable
           \/ Revokes /\ told.type = "deadlock:detected" /\ told.owner = a
           \/ todo.evicted # <<>> /\ r = todo.evicted[1].lock /\ a \in todo.evicted[1].owners]_vars

(* While all that a command names ends, nothing else does, and nothing of it remains. *)
AllNamedEnds == [][
  /\ todo.leaving # <<>> => LET a == todo.leaving[1].owner  one == todo.leaving[1].wait IN
       /\ todo'.leaving # <<>> => \A h \in Lost : h[2] = a /\ (todo.leaving[1].all \/ holds[h[1]][a].wait = one)
       /\ todo'.leaving = <<>> =>
            IF todo.leaving[1].all
            THEN /\ \A w \in DOMAIN waits : waits[w].owner # a
                 /\ \A n \in DOMAIN asks : a \notin {asks[n].from, asks[n].to}
                 /\ \A r \in Lock : a \notin Holders(r)
            ELSE \A r \in Lock : a \in Holders(r) => holds[r][a].wait # one
  /\ todo.evicted # <<>> => LET r == todo.evicted[1].lock  as == todo.evicted[1].owners IN
       /\ todo'.evicted # <<>> => \A h \in Lost : h[1] = r /\ h[2] \in as
       /\ todo'.evicted = <<>> =>
            Holders(r) \cap as = {} /\ \A w \in DOMAIN waits : Waiting(w, r) => waits[w].owner \notin as]_vars

(* A lease and a limit have the length that was asked for, from the grant or renewal, and from the wait's begin. *)
LastsAsAsked == [][
  /\ timers' # timers => \A i \in DOMAIN timers' : LET timer == timers'[i] IN
       CASE timer.kind = "wait" -> timer.at = waits'[timer.id].since + waits'[timer.id].timeoutMs
         [] timer.kind = "hold" /\ (\A k \in DOMAIN timers : timers[k] # timer) ->
              \E r \in Lock : \E a \in DOMAIN holds'[r] : LET hold == holds'[r][a] IN
                hold.epoch = timer.id /\ ("keepMs" \in DOMAIN hold \/ timer.at = now' + hold.leaseMs)
         [] OTHER -> TRUE
  /\ holds' # holds => \A r \in Lock : \A a \in DOMAIN holds'[r] : LET hold == holds'[r][a] IN
       ~(a \in Holders(r) /\ Keeps(a, r)) =>
         /\ hold.since = now /\ (hold.wait \in DOMAIN waits => hold.leaseMs = waits[hold.wait].leaseMs)
         /\ todo.grant # <<>> => hold.leaseMs = todo.grant[1].leaseMs]_vars

(* What its owner holds already is not granted anew: it stays as it is, unless it was kept for a caller. *)
ReacquireKeeps == [][Is("resource:reacquired") =>
  /\ UNCHANGED <<epoch, lastWait, capacity>>
  /\ \A r \in Lock : DOMAIN holds'[r] = Holders(r) /\ \A a \in Holders(r) :
       \/ holds'[r][a] = holds[r][a]
       \/ IsKept(r, a) /\ holds'[r][a] = FieldsWithout(holds[r][a], "keepMs")
  /\ \A i \in DOMAIN timers' : timers'[i].kind = "hold" =>
       \/ \E k \in DOMAIN timers : timers[k] = timers'[i]
       \/ \E r \in Lock : \E a \in Holders(r) : holds[r][a].epoch = timers'[i].id /\ IsKept(r, a)]_vars

(* Where `told` has the whole event: each agent of a deadlock waits for the next one, and all of them are stuck. *)
WaitsAt(a, r, b) ==
  LET keepsOut(w, s) == b \in Holders(s) /\ "exclusive" \in {holds[s][b].mode, TicketOf(w, r).mode}
      isAhead(w, s) == \E v \in DOMAIN waits : waits[v].owner = b /\ Waiting(v, s) /\ Overtaken(v, s, w, r)
  IN IF r = "" THEN \E n \in DOMAIN asks : asks[n].from = a /\ asks[n].to = b
     ELSE \E w \in DOMAIN waits :
       /\ waits[w].owner = a /\ Waiting(w, r) /\ ~CouldBeIts(w, r)
       /\ IF Near(r) = {} THEN waits[queue[r][1]].owner = b \/ keepsOut(w, r)
          ELSE \E s \in Near(r) : isAhead(w, s) \/ keepsOut(w, s)
After(i, s) == IF i = Len(s) THEN 1 ELSE i + 1
NoBystander == [][Is("deadlock:detected") => LET as == told'.owners IN
  /\ \E i \in DOMAIN as : as[i] = told'.owner
  /\ \A i \in DOMAIN as : WaitsAt(as[i], told'.resources[i], as[After(i, as)])
  /\ \E S \in SUBSET Owner : (\A i \in DOMAIN as : as[i] \in S) /\ Deadlocked(S)]_vars

(* The victim has the lowest priority of the cycle; of several, the fewest locks; of several, it is the youngest. *)
EdgesAt(a, r, b) == IF r = "" THEN {n \in DOMAIN asks : asks[n].from = a /\ asks[n].to = b}
                    ELSE {w \in DOMAIN waits : waits[w].owner = a /\ Waiting(w, r)}
RightVictim == [][Is("deadlock:detected") =>
  LET as == told'.owners
      victim == CHOOSE n \in Ended \cup EndedAsks : TRUE
      priority(n) == IF n \in DOMAIN waits THEN waits[n].priority ELSE asks[n].priority
      locks(a) == Cardinality({r \in Lock : a \in Holders(r)})
      yields(n, a) == \/ priority(victim) < priority(n)
                      \/ /\ priority(victim) = priority(n)
                         /\ locks(told'.owner) < locks(a) \/ (locks(told'.owner) = locks(a) /\ victim >= n)
  IN \A i \in DOMAIN as : \E n \in EdgesAt(as[i], told'.resources[i], as[After(i, as)]) : yields(n, as[i])]_vars

(* By the policy `revoke`, the victim loses its lock that the cycle waits for, at once; and otherwise nothing. *)
VictimLosesLock == [][told.type = "deadlock:detected" =>
  LET as == told.owners
      before == CHOOSE i \in DOMAIN as : as[After(i, as)] = told.owner
      r == told.resources[before]
  IN IF Revokes /\ r # "" /\ \E s \in Lock : s = r /\ told.owner \in Holders(s)
     THEN Is("resource:revoked") /\ Lost = {<<r, told.owner>>} ELSE ~Is("resource:revoked")]_vars


(* A grant to a wait without a caller is kept for one, for no longer than the wait was. *)
GrantIsKept == [][\A r \in Lock : \A a \in DOMAIN holds'[r] :
  LET w == holds'[r][a].wait IN
  ~(a \in Holders(r) /\ Keeps(a, r)) /\ IsLeft(w) =>
    /\ "keepMs" \in DOMAIN holds'[r][a]
    /\ \A i, k \in DOMAIN timers \cup DOMAIN timers' :
         i \in DOMAIN timers /\ timers[i].kind = "caller" /\ timers[i].id = w
         /\ k \in DOMAIN timers' /\ timers'[k].kind = "hold" /\ timers'[k].id = holds'[r][a].epoch
         => timers'[k].at = timers[i].at]_vars

(* A wait keeps its place, whether its caller is there or not. *)
PlaceKept == [][\A w \in DOMAIN waits \cap DOMAIN waits' :
  /\ FieldsWithout(waits'[w], "caller") = FieldsWithout(waits[w], "caller")
  /\ \A r \in Lock : \A i, k \in DOMAIN queue[r] : \A j, l \in DOMAIN queue'[r] :
       i < k /\ queue'[r][j] = queue[r][i] /\ queue'[r][l] = queue[r][k] => j < l]_vars

(* No lease ends with a time in which it could not be renewed. *)
NoLeaseLostAsleep == [][todo.woken => ~Is("resource:expired")]_vars

(* Who gives way ends one wait or request of its own and nothing else. *)
VictimBreaksNoOther == [][Is("deadlock:detected") =>
  /\ Cardinality(Ended \cup EndedAsks) = 1
  /\ \A w \in DOMAIN waits' : waits'[w] = waits[w]
  /\ \A n \in DOMAIN asks' : asks'[n] = asks[n]
  /\ UNCHANGED <<now, epoch, lastWait, capacity, holds>>]_vars

RefusalChangesNothing == [][Is("resource:refused") =>
  UNCHANGED <<asks, now, epoch, lastWait, capacity, holds, queue, waits, timers, todo>>]_vars

(* While more units are held than there are, they only become fewer: none is granted, and they came to be *)
(* too many when the capacity was lowered.                                                                *)
ExcessOnlyFalls == [][holds' = holds \/ \A r \in Lock : IsExclusive(r)' /\ UnitsHeld(r)' > capacity'[r] => UnitsHeld(r)' <= UnitsHeld(r)]_vars
================================================================================
