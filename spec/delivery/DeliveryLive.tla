----------------------------- MODULE DeliveryLive -----------------------------
(* Liveness. Any timer may be due at any time, so that time needs no bound; so     *)
(* many messages are sent as the model says, and each is delivered a few times.    *)
EXTENDS MCDelivery

Strike(kind, id) ==
  /\ Stable
  /\ \E i \in DOMAIN timers : timers[i].kind = kind /\ timers[i].id = id /\ timers' = [timers EXCEPT ![i].at = 0]
  /\ todo' = [Nothing EXCEPT !.open = TRUE]
  \* What has expired stays so when its timer is gone.
  /\ mail' = IF kind = "expiry" THEN [mail EXCEPT ![id].expiresAt = -1] ELSE mail
  /\ UNCHANGED <<now, epoch, lastMessage, lastReceiver, boxes, push, names, receivers, requests, dead, known, topics, told>>

Goes == Follow \/ Settled
Receives == \E c \in Commands : c.type = "receive-message" /\ c.waitMs = 0 /\ Command(c)
Passes == \E kind \in {"copy", "request", "receiver", "expiry"}, id \in 1..3 : Strike(kind, id)
LiveNext == (\E c \in Commands : May(c) /\ Command(c)) \/ Passes \/ Goes

(* Steps end, and time passes: of the timers that are set one fires after the other. *)
Live == Init /\ [][LiveNext]_vars /\ WF_vars(Goes) /\ SF_vars(Passes)
(* An agent receives again and again; it need not handle what it gets. *)
ReceivedSpec == Live /\ SF_vars(Receives)

EveryMessageEnds == \A n \in 1..2 : (n \in DOMAIN mail) ~> (n \notin DOMAIN mail)
EveryRequestEnds == \A id \in 1..2 : (id \in DOMAIN requests) ~> (id \notin DOMAIN requests)
EveryCallEnds == \A r \in 1..2 : (r \in DOMAIN receivers) ~> (r \notin DOMAIN receivers)
================================================================================
