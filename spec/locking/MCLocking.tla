------------------------------ MODULE MCLocking ------------------------------
(* Locking for the model checker: the commands that agents send, and their bounds. *)
(* The bounds are guards of the environment; binding.ts has the same for the      *)
(* machine.                                                                       *)
EXTENDS Locking, LockingSeeds

CONSTANTS
  MaxEpoch,    \* no requests after so many grants,
  MaxWait,     \* or after so many waits
  MaxNow,      \* the time at which time stops
  AskedModes, AskedUnits, Priorities, Timeouts, Leases, Patience,  \* the requests for one lock
  Groups,      \* the requests for several locks
  Epochs,      \* the epochs that commands name; 0 for any grant
  Renewals,    \* the lengths of renewed leases
  Capacities,  \* the capacities that are defined
  Durations,   \* the steps of time
  Leavers      \* the owners that release everything

MayAsk == epoch < MaxEpoch /\ lastWait < MaxWait
MayPass(d) == now + d <= MaxNow
(* No agent requests several shared units: the façade rejects that.           *)
IsWellFormed(m, u) == m = "shared" => u = 1
Waits == 1..MaxWait
Cancellable == Waits
Nobody == {}

NoGroups == {}
BothLocks == {<<Request("r", "exclusive", 1), Request("s", "exclusive", 1)>>}
BothOrders == {<<Request("r", "exclusive", 1), Request("s", "exclusive", 1)>>,
               <<Request("s", "shared", 1), Request("r", "exclusive", 1)>>}
ReadAndWrite == {<<Request("r", "shared", 1), Request("s", "exclusive", 1)>>}

(* The locks whose capacity is defined. Overridden by configurations in which that is one of them. *)
Definable == Lock
OneLock == {"r"}

(* x and z have nothing in common, and y has something of both. *)
Overlapping(r) == Lock \cap CASE r = "x" -> {"x", "y"}
                               [] r = "y" -> {"x", "y", "z"}
                               [] r = "z" -> {"y", "z"}
                               [] OTHER -> {}

(* How long waits are kept whose callers leave; and that with the limit of a call that resumes one, -1 for *)
(* none. Overridden by configurations in which callers leave.                                              *)
Keepings == {}
Terms == {}
ShortKeepings == {1}
SomeTerms == {<<0, -1>>, <<1, 0>>, <<1, 1>>}

(* All commands, as records. Seeded models have a few instead, see LockingSeeds.tla. *)
Asking == {c \in [do : {"acquire"}, owner : Owner, lock : Lock, mode : AskedModes, units : AskedUnits,
                  priority : Priorities, timeoutMs : Timeouts, leaseMs : Leases, wait : Patience] :
           IsWellFormed(c.mode, c.units)}
AskingAll == [do : {"acquire-all"}, owner : Owner, requests : Groups, priority : Priorities, timeoutMs : Timeouts,
              leaseMs : Leases]
Resuming == {[do |-> "resume", owner |-> a, lock |-> r, mode |-> m, units |-> 1, wait |-> w, keepMs |-> t[1],
              waitMs |-> t[2]] : a \in Owner, r \in Lock, m \in AskedModes, w \in Cancellable, t \in Terms}
AllCommands ==
  Asking \cup AskingAll \cup Resuming
  \cup [do : {"release"}, owner : Owner, lock : Lock, epoch : Epochs]
  \cup [do : {"renew"}, owner : Owner, lock : Lock, epoch : Epochs, leaseMs : Renewals]
  \cup [do : {"cancel-wait"}, owner : Owner, wait : Cancellable]
  \cup [do : {"release-all"}, owner : Leavers]
  \cup [do : {"detach-wait"}, owner : Owner, wait : Cancellable, keepMs : Keepings]
  \cup [do : {"define"}, lock : Definable, capacity : Capacities]
  \cup [do : {"tick", "wake"}, ms : Durations]

MayDo(c) == CASE c.do \in {"acquire", "acquire-all", "ask"} -> MayAsk
              [] c.do \in {"tick", "wake"} -> MayPass(c.ms)
              [] OTHER -> TRUE
CommandsOf == TLCEval([a \in Owner |-> {c \in AllCommands : "owner" \in DOMAIN c /\ c.owner = a}])
CommandsOfNone == {c \in AllCommands : "owner" \notin DOMAIN c}
(* No command is taken within a step. To say it once is much faster than to find it out for each command. *)
Commands(a) == Stable /\ \E c \in CommandsOf[a] : MayDo(c) /\ Command(c)
Surroundings == Stable /\ \E c \in CommandsOfNone : MayDo(c) /\ Command(c)

Next == \/ \E a \in Owner : Commands(a)
        \/ Surroundings
        \/ Follow
        \/ Settled
Spec == Init /\ [][Next]_vars

--------------------------------------------------------------------------------
(* Invariants of every step that depend on its command: if they do not hold for a command, it was another one. *)

RequestsOf(c) == IF c.do = "acquire" THEN <<Request(c.lock, c.mode, c.units)>> ELSE c.requests
RequestsBy == TLCEval([a \in Owner |-> {c \in CommandsOf[a] : c.do \in {"acquire", "acquire-all"}}])
RenewalsBy == TLCEval([a \in Owner |-> {c \in CommandsOf[a] : c.do = "renew"}])
EndsOfNone == {c \in CommandsOfNone : c.do \in {"evict", "revoke", "end-ask"}}
EndsBy == TLCEval([a \in Owner |->
  EndsOfNone \cup {c \in CommandsOf[a] : c.do \in {"release", "cancel-wait", "release-all"}}])
IsGranted == Is("resource:acquired") \/ Is("resource:reacquired")

(* What is granted and waited for is what was asked for: the mode, the units, the priority, the limit, the lease; *)
(* and only a call that may wait does.                                                                            *)
IsQueuedAsAsked(c) ==
  LET wait == waits'[lastWait'] IN
  /\ c.do = "acquire" => c.wait
  /\ wait.owner = c.owner /\ wait.requests = RequestsOf(c) /\ wait.priority = c.priority
  /\ wait.timeoutMs = c.timeoutMs /\ wait.leaseMs = c.leaseMs
IsGrantedAsAsked(c) ==
  LET q == RequestsOf(c)[1]  hold == holds'[q.lock][c.owner] IN
  /\ c.owner \in DOMAIN holds'[q.lock]
  /\ hold.mode = q.mode /\ hold.units = q.units /\ hold.leaseMs = c.leaseMs
  /\ todo'.grant # <<>> => todo'.grant[1].leaseMs = c.leaseMs
IsRenewedAsAsked(c) ==
  /\ c.owner \in DOMAIN holds'[c.lock]
  /\ holds'[c.lock][c.owner].leaseMs = IF c.leaseMs = 0 THEN holds[c.lock][c.owner].leaseMs ELSE c.leaseMs
AsAsked == [][Stable =>
  /\ Is("resource:queued") => \A c \in RequestsBy[told'.owner] : IsQueuedAsAsked(c) \/ ~Command(c)
  /\ Is("resource:acquired") => \A c \in RequestsBy[told'.owner] : IsGrantedAsAsked(c) \/ ~Command(c)
  /\ Is("resource:renewed") => \A c \in RenewalsBy[told'.owner] : IsRenewedAsAsked(c) \/ ~Command(c)]_vars

(* Only what a command names is given back, cancelled or taken. *)
EndsOnly(c) ==
  CASE c.do = "release" -> /\ Lost = {<<c.lock, c.owner>>} /\ c.epoch \in {0, holds[c.lock][c.owner].epoch}
                           /\ Ended = {} /\ todo'.leaving = <<>>
    [] c.do = "cancel-wait" -> /\ Ended \subseteq {c.wait} \cap WaitsOf(c.owner)
                               /\ \A h \in Lost : h[2] = c.owner /\ holds[h[1]][h[2]].wait = c.wait
                               /\ todo'.leaving # <<>> => ~todo'.leaving[1].all /\ todo'.leaving[1].wait = c.wait
    [] c.do = "release-all" -> Ended \subseteq WaitsOf(c.owner) /\ \A h \in Lost : h[2] = c.owner
    [] c.do = "evict" -> /\ \A w \in Ended : waits[w].owner \in c.owners /\ Waiting(w, c.lock)
                         /\ \A h \in Lost : h[1] = c.lock /\ h[2] \in c.owners
    [] c.do = "revoke" -> Ended = {} /\ \A h \in Lost : h[1] = c.lock /\ holds[h[1]][h[2]].epoch = c.epoch
    [] c.do = "end-ask" -> EndedAsks = AsksNamed(c.id) /\ Lost = {} /\ Ended = {}
    [] OTHER -> Lost = {} /\ Ended = {}
OnlyNamedEnds == [][Stable /\ (Ended # {} \/ holds' # holds \/ EndedAsks # {}) /\ ~IsGranted =>
  \A c \in EndsBy[told'.owner] : EndsOnly(c) \/ ~Command(c)]_vars

(* Of paths that overlap, a wait counts if it conflicts with the request, and does not wait for its owner. *)
MayNotBeOvertakenBy(a, q, v, r) == Near(q.lock) # {} =>
  /\ v.owner # a
  /\ "exclusive" \in {TicketOf(v.id, r).mode, q.mode}
  /\ \A h \in Near(r) : a \in Holders(h) => TicketOf(v.id, r).mode = "shared" /\ holds[h][a].mode = "shared"

(* A request overtakes only waits that it precedes by its priority, at all of its locks. `w` is its wait; 0 for a *)
(* newcomer, which overtakes none that came as late as it does, its priority considered.                         *)
BypassIsBounded(a, requests, w, since, priority) ==
  \A i \in DOMAIN requests : LET q == requests[i] IN
    \/ a \in Holders(q.lock)
    \/ \A r \in {q.lock} \cup Near(q.lock) : \A k \in DOMAIN queue[r] : LET v == waits[queue[r][k]] IN
         v.id # w /\ MayNotBeOvertakenBy(a, q, v, r) =>
           LET headStart == (priority - v.priority) * Aging IN
           IF w = 0 THEN since - v.since < headStart ELSE since - v.since <= headStart
BoundedBypass == [][IsGranted =>
  /\ \A w \in Ended : BypassIsBounded(waits[w].owner, waits[w].requests, w, waits[w].since, waits[w].priority)
  /\ Stable => \A c \in RequestsBy[told'.owner] :
       BypassIsBounded(c.owner, RequestsOf(c), 0, now, c.priority) \/ ~Command(c)]_vars

(* A group of locks is granted in one step, as a whole: no other owner is granted any lock in between. *)
IsWhole(a, requests) == \A i \in DOMAIN requests :
  \/ a \in DOMAIN holds'[requests[i].lock]
  \/ todo'.grant # <<>> /\ \E k \in DOMAIN todo'.grant[1].requests : todo'.grant[1].requests[k] = requests[i]
AllOrNothing == [][
  /\ todo.grant # <<>> /\ told'.type # "nothing" =>
       told'.owner = todo.grant[1].owner /\ IsWhole(todo.grant[1].owner, todo.grant[1].requests)
  /\ Stable /\ IsGranted => \A c \in RequestsBy[told'.owner] : IsWhole(c.owner, RequestsOf(c)) \/ ~Command(c)]_vars

(* Each must be reachable: its negation has to be violated. *)
NobodyTimesOut == ~(told.type = "resource:timed-out")
NoLeaseEnds == ~(told.type = "resource:expired")
NoDeadlock == ~(told.type = "deadlock:detected")
NobodyIsRevoked == ~(told.type = "resource:revoked")
NobodyIsAbandoned == ~(told.type = "resource:abandoned" /\ todo.leaving = <<>>)
NobodySharesOverlaps == \A r \in Lock : \A s \in Near(r) \ {r} : \A a \in Holders(r) : Holders(s) \subseteq {a}
NobodyNests == \A r \in Lock : \A s \in Near(r) \ {r} : Holders(r) \cap Holders(s) = {}
NothingIsKept == \A r \in Lock : \A a \in Holders(r) : ~IsKept(r, a)
NobodyShares == \A r \in Lock : Cardinality(Holders(r)) < 2
================================================================================
