---------------------------- MODULE DeliveryTrace ----------------------------
(* Whether the specification allows a recorded run. A row names a command, or that *)
(* a consequence follows, and the fields of the event.                            *)
EXTENDS Delivery, TraceData

VARIABLES run,   \* the index of the run in `Traces`
          place  \* the number of its rows that were followed
position == <<run, place>>

Row(e) == CASE e.do = "tick" -> Tick(e.ms)
            [] e.do = "follow" -> Follow
            [] OTHER -> Command(e.command)

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
