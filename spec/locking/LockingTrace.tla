----------------------------- MODULE LockingTrace -----------------------------
(* Whether the specification allows a recorded run. A row names a command, or that *)
(* a consequence follows, and the fields of the event.                            *)
EXTENDS Locking, TraceData

VARIABLES run,   \* the index of the run in `Traces`
          place  \* the number of its rows that were followed
position == <<run, place>>

(* The last row of a seed: the state that a seeded model begins with, as far as its locks go. *)
HasState(e) ==
  LET here(f) == [r \in DOMAIN e.state.holds |-> f[r]] IN
  /\ Stable
  /\ now = e.state.now /\ epoch = e.state.epoch /\ lastWait = e.state.lastWait
  /\ here(capacity) = e.state.capacity /\ here(holds) = e.state.holds /\ here(queue) = e.state.queue
  /\ waits = e.state.waits /\ asks = e.state.asks /\ timers = e.state.timers
  /\ Stay /\ Say([type |-> "nothing"])
Row(e) == CASE e.do = "follow" -> Follow
            [] e.do = "has" -> HasState(e)
            [] OTHER -> Command(e)

(* An event has the fields that the row names. *)
Tells(e) == \A field \in DOMAIN e.told : field \in DOMAIN told' /\ told'[field] = e.told[field]

Trace == Traces[run]
TakeRow == /\ place < Len(Trace)
           /\ Row(Trace[place + 1])
           /\ Tells(Trace[place + 1])
           /\ place' = place + 1 /\ run' = run
Settle == Settled /\ UNCHANGED position

TraceInit == Init /\ run \in DOMAIN Traces /\ place = 0
TraceNext == TakeRow \/ Settle
TraceSpec == TraceInit /\ [][TraceNext]_<<vars, position>>

(* Always true: prints how far a run was followed. *)
Verdict == PrintT(IF place = Len(Trace) /\ Stable THEN <<"TRACE", run, place, "ACCEPTED">>
                  ELSE <<"TRACE", run, place>>)
================================================================================
