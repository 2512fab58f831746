------------------------------ MODULE MCDelivery ------------------------------
(* Delivery for the model checker: the commands of agents, and their bounds, which *)
(* the binding has for the machine as well.                                       *)
EXTENDS Delivery, DeliveryMutants

CONSTANTS
  Commands,    \* the commands that are sent
  MaxEpoch,    \* no commands after so many deliveries,
  MaxMessage,  \* no messages after so many,
  MaxCalls,    \* no calls that wait after so many
  MaxNow,      \* the time at which time stops
  Durations    \* the steps of time

Sends == {"send-message", "publish-message", "broadcast-message"}
May(c) == /\ epoch < MaxEpoch
          /\ IF c.type \in Sends THEN lastMessage < MaxMessage ELSE TRUE
          /\ IF c.type = "receive-message" /\ c.waitMs > 0 THEN lastReceiver < MaxCalls ELSE TRUE
MayPass(d) == now + d <= MaxNow

Next == \/ \E c \in Commands : May(c) /\ Command(c)
        \/ \E d \in Durations : MayPass(d) /\ Tick(d)
        \/ Follow
        \/ Settled
Spec == Init /\ [][Next]_vars
(* What is told judges a step, and is no part of the state. *)
Unspoken == <<state, todo>>

--------------------------------------------------------------------------------
(* The commands of the models. *)

Plain(from, to) == Send(from, to, FALSE, 0, 0, 0)
OrderCommands == {Plain("a", "c"), Plain("b", "c"), Send("a", "c", TRUE, 0, 0, 0), Receive("c", 0, 0)}
  \cup UNION {{Ack("c", e), Nack("c", e, FALSE, 1)} : e \in 1..2} \cup {Nack("c", 1, TRUE, 1)}
HandlerCommands == {Plain("a", "c"), Plain("b", "c"), Attach("c"), Detach("c", TRUE), Detach("c", FALSE), Receive("c", 0, 2)}
  \cup UNION {{Ack("c", e), Nack("c", e, FALSE, 1), Return("c", e)} : e \in 1..2}
LimitCommands == {Send("a", "c", FALSE, 2, 0, 0), Plain("a", "c"), Receive("c", 1, 0), Receive("c", 1, 1), CancelReceive(1), Close("c")}
  \cup UNION {{Nack("c", e, FALSE, 2), Return("c", e), Ack("a", e)} : e \in 1..2}
FullCommands == {Plain("a", "c"), Plain("b", "c"), Receive("c", 0, 0), Ack("c", 1), Nack("c", 1, FALSE, 1), Close("c")}
RequestCommands == {Send("a", "c", FALSE, 0, 0, 2), Send("a", "c", FALSE, 1, 101, 2), Receive("c", 0, 0), Close("a"), Close("c")}
  \cup UNION {{Respond(id, FALSE), Respond(id, TRUE), CancelRequest(id)} : id \in {1, 101}}
  \cup {Nack("c", 1, TRUE, 1), Ack("c", 1)}
TopicCommands == {ToAll("a"), Publish("a", "t"), Plain("a", "c"), Send("b", "b", FALSE, 0, 101, 0), Receive("b", 0, 0), Ack("b", 1), Close("b")}
  \cup {Subscribe("b", "t"), Unsubscribe("b", "t"), Subscribe("c", "t")}
DedupeCommands == {Send("a", "c", FALSE, 0, 101, 0), Send("b", "c", FALSE, 0, 102, 0), Send("a", "b", FALSE, 0, 0, 0),
                   Receive("b", 0, 0), Receive("c", 0, 0), Ack("c", 1)}
PatientCommands == {Plain("a", "c"), Plain("b", "c"), Receive("c", 1, 1), Receive("c", 1, 0)}
ExpiringCommands == {Send("a", "c", FALSE, 2, 0, 0), Send("b", "c", FALSE, 2, 0, 0), Receive("c", 1, 0)}
AskedCommands == {Send("a", "c", FALSE, 0, 0, 2), Send("c", "a", FALSE, 0, 0, 2), Receive("c", 1, 0), Respond(1, FALSE), Close("c")}

(* Each must be reachable: its negation has to be violated. *)
NoneIsDeliveredTwice == ~\E n \in DOMAIN mail : mail[n].attempt > 1
NoneIsEvicted == ~(told.type = "message:dead-lettered" /\ told.cause = "evicted")
NoneIsUndeliverable == ~(told.type = "message:unanswered" /\ told.reason = "undeliverable")
NoneIsForgotten == told.type # "message:forgotten"
================================================================================
