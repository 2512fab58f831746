----------------------------- MODULE LockingTrace -----------------------------
(* Whether the specification allows a recorded run. A row names a command, or that *)
(* a consequence follows, and the fields of the event.                            *)
EXTENDS Locking, TraceData

VARIABLES run,   \* the index of the run in `Traces`
          place  \* the number of its rows that were followed
position == <<run, place>>

Row(e) ==
  CASE e.do = "acquire" -> Acquire(e.owner, e.lock, e.mode, e.units, e.priority, e.timeoutMs, e.leaseMs, e.wait)
    [] e.do = "acquire-all" -> AcquireAll(e.owner, e.requests, e.priority, e.timeoutMs, e.leaseMs)
    [] e.do = "release" -> Release(e.owner, e.lock, e.epoch)
    [] e.do = "renew" -> Renew(e.owner, e.lock, e.epoch, e.leaseMs)
    [] e.do = "cancel-wait" -> CancelWait(e.owner, e.wait)
    [] e.do = "detach-wait" -> DetachWait(e.owner, e.wait, e.keepMs)
    [] e.do = "resume" -> Resume(e.owner, e.lock, e.mode, e.units, e.wait, e.keepMs, e.waitMs)
    [] e.do = "release-all" -> ReleaseAll(e.owner)
    [] e.do = "define" -> Define(e.lock, e.capacity)
    [] e.do = "tick" -> Tick(e.ms)
    [] e.do = "wake" -> Wake(e.ms)
    [] e.do = "follow" -> Follow
    [] OTHER -> FALSE

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
