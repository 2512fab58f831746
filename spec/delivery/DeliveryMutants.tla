---------------------------- MODULE DeliveryMutants ----------------------------
(* Broken variants, which the properties must detect. models.json says which      *)
(* definition each one replaces, and which property must fail.                    *)
EXTENDS Delivery

(* A message overtakes an earlier one of its sender that is in a pause. *)
M_Overtakes(n) == mail[n].phase = "waiting" /\ \A m \in Lane(mail[n].to, mail[n].urgent) :
  m # n /\ SameChannel(m, n) => m > n \/ mail[m].phase = "pausing"
(* Several messages of a sender are in delivery at once. *)
M_ManyAtOnce(n) == mail[n].phase = "waiting"
(* Urgent messages wait their turn. *)
M_NotUrgent(a) == IF a \in push THEN {} ELSE IF Ready(a, FALSE) # {} THEN Ready(a, FALSE) ELSE Ready(a, TRUE)
(* A message is delivered for ever. *)
M_NeverGivesUp(n, final) == IF final THEN "rejected" ELSE IF IsExpired(n) THEN "expired" ELSE ""
(* A message is a dead letter after its first failure. *)
M_GivesUpAtOnce(n, final) == IF final THEN "rejected" ELSE "max-deliveries"
(* Any delivery can be ended by any agent, also one that is over. *)
M_AnyDelivery(a, e) == {n \in DOMAIN mail : mail[n].epoch = e /\ mail[n].to = a}
(* A delivery has the epoch of the one before. *)
M_SameEpoch == IF epoch = 0 THEN 1 ELSE epoch
(* The newest epoch is not the newest. *)
M_OneBehind(e) == e - 1
(* Epochs begin again. *)
M_StartsAgain(e) == IF e > 1 THEN 0 ELSE e
(* A message has the number of the one before. *)
M_SameNumber == IF lastMessage = 0 THEN 1 ELSE lastMessage
(* A handler gets whatever is ready. *)
M_ServesAll(a, u) == a \in push /\ Ready(a, u) # {}
(* Calls end without an outcome when their agent gets a handler, or is gone. *)
M_DropsCalls(a, b, p, ts, type, items) ==
  /\ boxes' = b /\ push' = p /\ topics' = ts
  /\ receivers' = [r \in DOMAIN receivers \ Waiting(a) |-> receivers[r]]
  /\ Then(items)
  /\ UNCHANGED <<now, epoch, lastMessage, lastReceiver, mail, requests, dead, known, timers>>
  /\ Say([type |-> type, agentId |-> a])
(* A mailbox has no bound. *)
M_AlwaysRoom(a, u) == TRUE
(* The newest message is refused by a mailbox that is not full. *)
M_NeverRoom(a, u) == Lane(a, u) = {}
(* A handler gets nothing after a delivery has ended. *)
M_ServesNone(a, u) == FALSE
(* Timers stay when what they were for has ended. *)
M_KeepsTimers(kinds, id) == timers
(* A pause is over too soon: timers fire before they are due. *)
M_DueTooSoon == {i \in DOMAIN timers : timers[i].at <= now + 1}
(* A message that expired while it was in delivery is delivered again. *)
M_NeverExpires(n, final) == IF final THEN "rejected" ELSE IF mail[n].attempt >= MaxDeliveries THEN "max-deliveries" ELSE ""
(* Timers never fire. *)
M_NeverDue == {}
(* A request stays open when its agent is gone. *)
M_NoEnds(a) == <<>>
(* The messages of an agent that is gone stay. *)
M_LosesNothing(a) == <<>>
(* Ids are forgotten at once. *)
M_NotRemembered(id) == <<>>
(* Two messages end at once. *)
M_LosesTwo(n) ==
  /\ mail' = [m \in {k \in DOMAIN mail : k # n /\ ~SameChannel(k, n)} |-> mail[m]]
  /\ timers' = TimersWithout({"copy", "expiry"}, n)
  /\ UNCHANGED <<now, epoch, lastMessage, lastReceiver, boxes, push, names, receivers, requests, known, topics>>
(* A message that expires is dropped while it is handled. *)
M_ExpiresInDelivery(t) == FALSE
(* Dead letters are kept for ever. *)
M_KeepsDead(item) == CASE item.type = "serve" -> ~ServesHandler(item.agent, item.urgent) /\ ~ServesReceiver(item.agent)
                       [] item.type = "unanswers" -> item.id \notin DOMAIN requests
                       [] OTHER -> item.type = "forgets"
(* A request whose message is lost waits on. *)
M_WaitsOn(item) == CASE item.type = "serve" -> ~ServesHandler(item.agent, item.urgent) /\ ~ServesReceiver(item.agent)
                     [] item.type = "unanswers" -> TRUE
                     [] item.type = "forgets" -> Len(dead) <= MaxDead
                     [] OTHER -> FALSE
(* A refusal counts as a message. *)
M_CountsRefusals(from, to, id, command, reason, items) ==
  /\ lastMessage' = lastMessage + 1
  /\ UNCHANGED <<now, epoch, lastReceiver, boxes, push, names, mail, receivers, requests, dead, known, topics, timers>>
  /\ Then(items)
  /\ Told("refused", [from |-> from, to |-> to, messageId |-> id], [command |-> command, reason |-> reason])
================================================================================
