------------------------------- MODULE Delivery -------------------------------
(* Mailboxes: messages that are delivered under epochs, in order for each sender,  *)
(* again after failures, until they are dead letters; requests and their outcomes; *)
(* calls that wait for a message. The machine is src/messages.                     *)
(*                                                                                *)
(* Each event is an action with the event's name. `todo` holds what is still to    *)
(* follow from a command, or from time that has passed, and the next command is    *)
(* accepted when nothing is.                                                       *)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
  Agent,
  Capacity,       \* how many messages a lane may have
  EvictsOldest,   \* whether a full lane drops its oldest message that waits, or refuses the new one
  MaxInFlight,    \* how many messages of a lane a handler gets at once
  MaxDeliveries,  \* how often a message is delivered before it is a dead letter
  RetryDelay,     \* the longest pause after the first failure; it doubles,
  MaxRetryDelay,  \* up to this
  DedupeWindow,   \* how many ids that senders chose are kept
  MaxDead,        \* how many dead letters are kept
  MaxRequests, MaxReceivers,
  Unknown         \* what happens to messages for a name that no agent has had: allow, warn, refuse

VARIABLES
  now,            \* the time
  epoch,          \* the newest delivery
  lastMessage,    \* the newest message
  lastReceiver,   \* the newest call that waited
  boxes,          \* the agents that have a mailbox, in the order in which they got it
  push,           \* the agents that have a handler
  names,          \* the names that agents have had
  mail,           \* [numbers of messages -> Copy]
  receivers,      \* [numbers of calls that wait -> [agent, timeoutMs]]
  requests,       \* [ids -> Request]
  dead,           \* dead letters, oldest first
  known,          \* the ids that senders chose, oldest first
  topics,         \* [Topic -> subscribers, in the order in which they subscribed]
  timers,         \* Seq([at, kind, id]) in the order in which they were set
  todo,           \* [open: whether a step is under way, items: what is still to follow]
  told            \* the last event, as far as the configuration needs it: see Say
state == <<now, epoch, lastMessage, lastReceiver, boxes, push, names, mail, receivers, requests, dead, known, topics, timers>>
vars == <<state, todo, told>>

Topic == {"t"}
Nothing == [open |-> FALSE, items |-> <<>>]
Stable == todo = Nothing

(* Overridden by configurations that need less. *)
Say(event) == told' = event
SayNothing(event) == told' = [type |-> "nothing"]
SayWithin(event) == told' = IF todo'.open THEN event ELSE [type |-> "nothing"]

--------------------------------------------------------------------------------
(* Predicates and functions of the state. *)

MinOf(S) == CHOOSE x \in S : \A y \in S : x <= y
Least(x, y) == IF x < y THEN x ELSE y
Most(x, y) == IF x > y THEN x ELSE y
Range(s) == {s[i] : i \in DOMAIN s}
Without(s, x) == SelectSeq(s, LAMBDA y : y # x)
Added(s, x) == IF x \in Range(s) THEN s ELSE Append(s, x)
Removed(f, x) == [y \in DOMAIN f \ {x} |-> f[y]]
RECURSIVE Sorted(_)
Sorted(S) == IF S = {} THEN <<>> ELSE <<MinOf(S)>> \o Sorted(S \ {MinOf(S)})

Has(a) == a \in Range(boxes)
Lane(a, u) == {n \in DOMAIN mail : mail[n].to = a /\ mail[n].urgent = u}
Flying(n) == mail[n].phase = "flying"
InFlight(a, u) == {n \in Lane(a, u) : Flying(n)}
SameChannel(m, n) == mail[m].from = mail[n].from /\ mail[m].to = mail[n].to /\ mail[m].urgent = mail[n].urgent
(* A message in delivery, or in a pause, blocks the later ones of its sender. *)
IsReady(n) == /\ mail[n].phase = "waiting"
              /\ \A m \in DOMAIN mail : m # n /\ SameChannel(m, n) => m > n /\ mail[m].phase = "waiting"
Ready(a, u) == {n \in Lane(a, u) : IsReady(n)}
(* What an agent receives that has no handler: urgent messages first. *)
ToReceive(a) == IF a \in push THEN {} ELSE IF Ready(a, TRUE) # {} THEN Ready(a, TRUE) ELSE Ready(a, FALSE)
Waiting(a) == {r \in DOMAIN receivers : receivers[r].agent = a}

IsExpired(n) == mail[n].expiresAt # 0 /\ mail[n].expiresAt <= now
(* The oldest message of a lane that is not in delivery. *)
Evictable(a, u) == Lane(a, u) \ InFlight(a, u)
HasSpace(a, u) == Cardinality(Lane(a, u)) < Capacity
HasRoom(a, u) == HasSpace(a, u) \/ (EvictsOldest /\ Evictable(a, u) # {})
IsUnknown(from, to) == Unknown # "allow" /\ from # to /\ to \notin names

Remembered(id) == IF id = 0 \/ DedupeWindow = 0 THEN known
                  ELSE LET s == Append(known, id) IN IF Len(s) > DedupeWindow THEN Tail(s) ELSE s

RECURSIVE Doubled(_, _)
Doubled(x, times) == IF times = 0 THEN x ELSE 2 * Doubled(x, times - 1)
Pauses(attempt, least) == {Most(p, least) : p \in 0..Least(MaxRetryDelay, Doubled(RetryDelay, attempt - 1))}

IsTimer(t, kinds, id) == t.kind \in kinds /\ t.id = id
TimersWithout(kinds, id) == SelectSeq(timers, LAMBDA t : ~IsTimer(t, kinds, id))
DueTimers == {i \in DOMAIN timers : timers[i].at <= now}
(* By their instants, and those of one instant in the order in which they were set. *)
FirstDue == timers[CHOOSE i \in DueTimers : \A k \in DueTimers : timers[i].at < timers[k].at \/ (timers[i].at = timers[k].at /\ i <= k)]

--------------------------------------------------------------------------------
(* What follows in a step. *)

Serve(a, u) == [type |-> "serve", agent |-> a, urgent |-> u]
Unanswers(id, reason) == [type |-> "unanswers", id |-> id, reason |-> reason]
Forgets == [type |-> "forgets"]
Drops(n, cause) == [type |-> "drops", n |-> n, cause |-> cause]
Returns(n) == [type |-> "returns", n |-> n]
EndsReceiver(r, reason) == [type |-> "ends", r |-> r, reason |-> reason]
Posts(c, to, id) == [type |-> "posts", c |-> c, to |-> to, id |-> id]
PostsAll(c, rest, outcomes) == [type |-> "posts-all", c |-> c, rest |-> rest, outcomes |-> outcomes]
Misaddresses(from, to, id) == [type |-> "misaddresses", from |-> from, to |-> to, id |-> id]

(* A handler gets messages of a lane; without one, the calls that wait do. *)
ServesHandler(a, u) == a \in push /\ Cardinality(InFlight(a, u)) < MaxInFlight /\ Ready(a, u) # {}
ServesReceiver(a) == a \notin push /\ Waiting(a) # {} /\ ToReceive(a) # {}
IsVoid(item) == CASE item.type = "serve" -> ~ServesHandler(item.agent, item.urgent) /\ ~ServesReceiver(item.agent)
                  [] item.type = "unanswers" -> item.id \notin DOMAIN requests
                  [] item.type = "forgets" -> Len(dead) <= MaxDead
                  [] OTHER -> FALSE
RECURSIVE Trimmed(_)
Trimmed(items) == IF items # <<>> /\ IsVoid(items[1]) THEN Trimmed(Tail(items)) ELSE items

(* TLC tells an empty sequence from a function that is as empty. *)
Then(items) == todo' = IF items = <<>> THEN [todo EXCEPT !.items = <<>>] ELSE [open |-> TRUE, items |-> items]
NextEpoch == epoch + 1
NextMessage == lastMessage + 1
NextReceiver == lastReceiver + 1
NewestEpoch(e) == e
NewestMessage(n) == n
NewestReceiver(r) == r

--------------------------------------------------------------------------------
(* Events. `items` is what is to follow in the step. *)

Ids(n) == [from |-> mail[n].from, to |-> mail[n].to, messageId |-> mail[n].id]
Told(type, ids, more) == Say([f \in {"type"} \cup DOMAIN ids \cup DOMAIN more |->
  IF f = "type" THEN "message:" \o type ELSE IF f \in DOMAIN ids THEN ids[f] ELSE more[f]])
OfEpoch(n) == [epoch |-> mail[n].epoch]
None == <<>>

Refused(from, to, id, command, reason, items) ==
  /\ UNCHANGED state
  /\ Then(items)
  /\ Told("refused", [from |-> from, to |-> to, messageId |-> id], [command |-> command, reason |-> reason])

Deduplicated(c) ==
  /\ UNCHANGED state
  /\ Then(<<>>)
  /\ Told("deduplicated", [from |-> c.from, to |-> c.to, messageId |-> c.id], None)

(* The newest message goes into a mailbox that has room for it. *)
Sent(c, to, id, items) ==
  LET n == NextMessage
      isRequest == c.responseMs > 0
      copy == [id |-> id, from |-> c.from, to |-> to, urgent |-> c.urgent, phase |-> "waiting", attempt |-> 0,
               epoch |-> 0, at |-> 0, expiresAt |-> IF c.ttlMs = 0 THEN 0 ELSE now + c.ttlMs]
  IN /\ lastMessage' = NewestMessage(n)
     /\ boxes' = Added(boxes, to)
     /\ names' = names \cup {c.from}
     /\ known' = Remembered(c.id)
     /\ mail' = [m \in DOMAIN mail \cup {n} |-> IF m = n THEN copy ELSE mail[m]]
     /\ requests' = IF ~isRequest THEN requests
                    ELSE [r \in DOMAIN requests \cup {id} |-> IF r # id THEN requests[r]
                            ELSE [from |-> c.from, to |-> to, since |-> now]]
     /\ timers' = timers \o (IF isRequest THEN <<[at |-> now + c.responseMs, kind |-> "request", id |-> id]>> ELSE <<>>)
                         \o (IF c.ttlMs > 0 THEN <<[at |-> now + c.ttlMs, kind |-> "expiry", id |-> n]>> ELSE <<>>)
     /\ Then(<<Serve(to, c.urgent)>> \o items)
     /\ UNCHANGED <<now, epoch, lastReceiver, push, receivers, dead, topics>>
     /\ Told("sent", [from |-> c.from, to |-> to, messageId |-> id],
             [expiry |-> copy.expiresAt, isRequest |-> isRequest])

Misaddressed(from, to, id, items) ==
  /\ UNCHANGED state
  /\ Then(items)
  /\ Told("misaddressed", [from |-> from, to |-> to, messageId |-> id], None)

Published(c, outcomes) ==
  /\ UNCHANGED state
  /\ Then(<<>>)
  /\ Say([type |-> "message:published", from |-> c.from, topic |-> c.topic, outcomes |-> outcomes])

(* A delivery begins, under a new epoch. `receiver` waited for it; 0 for none. *)
Received(n, timeout, receiver, items) ==
  LET e == NextEpoch  c == mail[n] IN
  /\ epoch' = NewestEpoch(e)
  /\ mail' = [mail EXCEPT ![n] = [c EXCEPT !.phase = "flying", !.attempt = @ + 1, !.epoch = e, !.at = now]]
  /\ receivers' = IF receiver = 0 THEN receivers ELSE Removed(receivers, receiver)
  /\ timers' = (IF receiver = 0 THEN timers ELSE TimersWithout({"receiver"}, receiver))
               \o (IF timeout = 0 THEN <<>> ELSE <<[at |-> now + timeout, kind |-> "copy", id |-> n]>>)
  /\ Then(items)
  /\ UNCHANGED <<now, lastMessage, lastReceiver, boxes, push, requests, dead, known, topics>>
  /\ Told("received", Ids(n), [epoch |-> e, attempt |-> c.attempt + 1, receiverId |-> receiver])

(* A message leaves its mailbox, with its timers. *)
Leaves(n) == /\ mail' = Removed(mail, n)
             /\ timers' = TimersWithout({"copy", "expiry"}, n)
             /\ UNCHANGED <<now, epoch, lastMessage, lastReceiver, boxes, push, names, receivers, requests, known, topics>>

Acked(n, items) ==
  /\ Leaves(n)
  /\ dead' = dead
  /\ Then(<<Serve(mail[n].to, mail[n].urgent)>> \o items)
  /\ Told("acked", Ids(n), [epoch |-> mail[n].epoch, handledMs |-> now - mail[n].at])

DeadLettered(n, cause, items) ==
  /\ Leaves(n)
  /\ dead' = Append(dead, Ids(n))
  /\ Then(<<Forgets, Unanswers(mail[n].id, "undeliverable"), Serve(mail[n].to, mail[n].urgent)>> \o items)
  /\ Told("dead-lettered", Ids(n), [epoch |-> mail[n].epoch, cause |-> cause])

Forgotten(items) ==
  /\ dead' = Tail(dead)
  /\ Then(items)
  /\ UNCHANGED <<now, epoch, lastMessage, lastReceiver, boxes, push, names, mail, receivers, requests, known, topics, timers>>
  /\ Told("forgotten", dead[1], None)

(* A delivery ends, and the message stays. *)
Stays(n, phase, attempt, ts) ==
  /\ mail' = [mail EXCEPT ![n].phase = phase, ![n].attempt = attempt, ![n].at = 0]
  /\ timers' = ts
  /\ UNCHANGED <<now, epoch, lastMessage, lastReceiver, boxes, push, names, receivers, requests, dead, known, topics>>

(* It failed: it is delivered again after a pause. *)
Nacked(n, reason, least, items) ==
  \E p \in Pauses(mail[n].attempt, least) :
    /\ Stays(n, "pausing", mail[n].attempt, Append(TimersWithout({"copy"}, n), [at |-> now + p, kind |-> "copy", id |-> n]))
    /\ Then(<<Serve(mail[n].to, mail[n].urgent)>> \o items)
    /\ Told("nacked", Ids(n), [epoch |-> mail[n].epoch, reason |-> reason, attempt |-> mail[n].attempt, retryAt |-> now + p])

Readied(n, items) ==
  /\ Stays(n, "waiting", mail[n].attempt, TimersWithout({"copy"}, n))
  /\ Then(<<Serve(mail[n].to, mail[n].urgent)>> \o items)
  /\ Told("readied", Ids(n), OfEpoch(n))

(* It did not begin: it is delivered again, at no cost. *)
Returned(n, items) ==
  /\ Stays(n, "waiting", mail[n].attempt - 1, TimersWithout({"copy"}, n))
  /\ Then(items)
  /\ Told("returned", Ids(n), OfEpoch(n))

Closes(id) == /\ requests' = Removed(requests, id)
              /\ timers' = TimersWithout({"request"}, id)
              /\ UNCHANGED <<now, epoch, lastMessage, lastReceiver, boxes, push, names, mail, receivers, dead, known, topics>>
Responded(id, items) ==
  LET r == requests[id] IN
  /\ Closes(id)
  /\ Then(items)
  /\ Told("responded", [from |-> r.to, to |-> r.from, messageId |-> id], [waitedMs |-> now - r.since])
Unanswered(id, reason, items) ==
  LET r == requests[id] IN
  /\ Closes(id)
  /\ Then(items)
  /\ Told("unanswered", [from |-> r.from, to |-> r.to, messageId |-> id], [reason |-> reason, waitedMs |-> now - r.since])
ResponseDropped(id) ==
  /\ UNCHANGED state
  /\ Then(<<>>)
  /\ Told("response-dropped", [messageId |-> id], None)

ReceiverQueued(c) ==
  LET r == NextReceiver IN
  /\ lastReceiver' = NewestReceiver(r)
  /\ boxes' = Added(boxes, c.agent)
  /\ names' = names \cup {c.agent}
  /\ receivers' = [q \in DOMAIN receivers \cup {r} |->
                     IF q = r THEN [agent |-> c.agent, timeoutMs |-> c.timeoutMs] ELSE receivers[q]]
  /\ timers' = Append(timers, [at |-> now + c.waitMs, kind |-> "receiver", id |-> r])
  /\ Then(<<>>)
  /\ UNCHANGED <<now, epoch, lastMessage, push, mail, requests, dead, known, topics>>
  /\ Say([type |-> "receiver:queued", agentId |-> c.agent, receiverId |-> r, until |-> now + c.waitMs])
ReceiverEnded(r, reason, items) ==
  /\ receivers' = Removed(receivers, r)
  /\ timers' = TimersWithout({"receiver"}, r)
  /\ Then(items)
  /\ UNCHANGED <<now, epoch, lastMessage, lastReceiver, boxes, push, names, mail, requests, dead, known, topics>>
  /\ Say([type |-> "receiver:ended", agentId |-> receivers[r].agent, receiverId |-> r, reason |-> reason])

OfAgent(a, b, p, ts, type, items) ==
  /\ boxes' = b /\ push' = p /\ topics' = ts
  /\ Then(items)
  /\ UNCHANGED <<now, epoch, lastMessage, lastReceiver, mail, receivers, requests, dead, known, timers>>
  /\ Say([type |-> type, agentId |-> a])
(* The messages that wait go to the handler, urgent ones first. *)
Subscribed(a) == /\ names' = names \cup {a}
                 /\ OfAgent(a, Added(boxes, a), push \cup {a}, topics, "mailbox:subscribed", <<Serve(a, TRUE), Serve(a, FALSE)>>)
InDelivery(a) == Sorted(InFlight(a, TRUE)) \o Sorted(InFlight(a, FALSE))
Unsubscribed(a, takesBack) ==
  LET ns == IF takesBack THEN InDelivery(a) ELSE <<>> IN
  /\ names' = names
  /\ OfAgent(a, boxes, push \ {a}, topics, "mailbox:unsubscribed", [i \in DOMAIN ns |-> Returns(ns[i])] \o <<Serve(a, FALSE)>>)

(* An agent is gone: so are its requests, those to it, its calls and the messages for it. *)
Opened(S) == LET limits == SelectSeq(timers, LAMBDA t : t.kind = "request" /\ t.id \in S) IN
             [i \in DOMAIN limits |-> limits[i].id]   \* as they were opened
EndsOf(a) ==
  LET ids == Opened({id \in DOMAIN requests : requests[id].from = a})
             \o Opened({id \in DOMAIN requests : requests[id].to = a /\ requests[id].from # a})
  IN [i \in DOMAIN ids |-> Unanswers(ids[i], "agent-gone")]
LostWith(a) ==
  LET rs == Sorted(Waiting(a))  ns == Sorted(Lane(a, TRUE)) \o Sorted(Lane(a, FALSE)) IN
  [i \in DOMAIN rs |-> EndsReceiver(rs[i], "agent-gone")] \o [i \in DOMAIN ns |-> Drops(ns[i], "recipient-gone")]
Closed(a) == /\ names' = names
             /\ OfAgent(a, Without(boxes, a), push \ {a}, [t \in Topic |-> Without(topics[t], a)], "mailbox:closed",
                        EndsOf(a) \o LostWith(a))

OfTopic(a, t, type, subscribers, b) ==
  /\ topics' = [topics EXCEPT ![t] = subscribers]
  /\ boxes' = b
  /\ names' = IF type = "topic:subscribed" THEN names \cup {a} ELSE names
  /\ Then(<<>>)
  /\ UNCHANGED <<now, epoch, lastMessage, lastReceiver, push, mail, receivers, requests, dead, known, timers>>
  /\ Say([type |-> type, topic |-> t, agentId |-> a])

--------------------------------------------------------------------------------
(* Commands, and their answers: the type of the next event, or the reason of a refusal. *)

Send(from, to, urgent, ttl, id, response) ==
  [type |-> "send-message", from |-> from, to |-> to, urgent |-> urgent, ttlMs |-> ttl, id |-> id, responseMs |-> response]
ToAll(from) == [type |-> "broadcast-message", from |-> from, topic |-> "", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]
Publish(from, t) == [ToAll(from) EXCEPT !.type = "publish-message", !.topic = t]
Receive(a, timeout, wait) == [type |-> "receive-message", agent |-> a, timeoutMs |-> timeout, waitMs |-> wait]
CancelReceive(r) == [type |-> "cancel-receive", r |-> r]
Ack(a, e) == [type |-> "ack-message", agent |-> a, epoch |-> e]
Nack(a, e, final, pause) == [type |-> "nack-message", agent |-> a, epoch |-> e, final |-> final, pause |-> pause]
Return(a, e) == [type |-> "return-message", agent |-> a, epoch |-> e]
Attach(a) == [type |-> "attach-handler", agent |-> a]
Detach(a, takesBack) == [type |-> "detach-handler", agent |-> a, takesBack |-> takesBack]
Subscribe(a, t) == [type |-> "subscribe-topic", agent |-> a, topic |-> t]
Unsubscribe(a, t) == [type |-> "unsubscribe-topic", agent |-> a, topic |-> t]
Respond(id, fails) == [type |-> "respond", id |-> id, fails |-> fails]
CancelRequest(id) == [type |-> "cancel-request", id |-> id]
Close(a) == [type |-> "close-mailbox", agent |-> a]

(* The delivery that a command names, if it is in force. *)
Delivery(a, e) == {n \in DOMAIN mail : Flying(n) /\ mail[n].epoch = e /\ mail[n].to = a}

(* Why a message is a dead letter after a failed delivery; "" if it is delivered again. *)
Cause(n, final) == CASE final -> "rejected"
                     [] mail[n].attempt >= MaxDeliveries -> "max-deliveries"
                     [] IsExpired(n) -> "expired"
                     [] OTHER -> ""
SendAnswer(c) ==
  CASE c.id # 0 /\ (c.id \in Range(known) \/ c.id \in DOMAIN requests) -> "deduplicated"
    [] c.responseMs > 0 /\ Cardinality(DOMAIN requests) >= MaxRequests -> "too-many-requests"
    [] IsUnknown(c.from, c.to) /\ Unknown = "refuse" -> "unknown-recipient"
    [] ~HasRoom(c.to, c.urgent) -> "mailbox-full"
    [] OTHER -> IF HasSpace(c.to, c.urgent) THEN "sent" ELSE "dead-lettered"
Ended(n, final, answer) == IF Cause(n, final) = "" THEN answer ELSE "dead-lettered"
Answer(c) ==
  CASE c.type = "send-message" -> SendAnswer(c)
    [] c.type \in {"broadcast-message", "publish-message"} -> "nothing"
    [] c.type = "receive-message" ->
         IF ToReceive(c.agent) # {} THEN "received" ELSE IF c.waitMs = 0 THEN "empty"
         ELSE IF Cardinality(DOMAIN receivers) >= MaxReceivers THEN "too-many-receivers" ELSE "queued"
    [] c.type = "cancel-receive" -> IF c.r \in DOMAIN receivers THEN "ended" ELSE "not-waiting"
    [] c.type \in {"ack-message", "nack-message", "return-message"} ->
         IF Delivery(c.agent, c.epoch) = {} THEN "stale-epoch"
         ELSE LET n == MinOf(Delivery(c.agent, c.epoch)) IN
              CASE c.type = "ack-message" -> "acked"
                [] c.type = "nack-message" -> Ended(n, c.final, "nacked")
                [] OTHER -> IF IsExpired(n) THEN "dead-lettered" ELSE "returned"
    [] c.type = "attach-handler" -> IF c.agent \in push THEN "known-handler" ELSE "subscribed"
    [] c.type = "detach-handler" -> IF c.agent \in push THEN "unsubscribed" ELSE "unknown-handler"
    [] c.type = "subscribe-topic" -> IF c.agent \in Range(topics[c.topic]) THEN "nothing" ELSE "subscribed"
    [] c.type = "unsubscribe-topic" -> IF c.agent \in Range(topics[c.topic]) THEN "unsubscribed" ELSE "nothing"
    [] c.type = "respond" -> IF c.id \notin DOMAIN requests THEN "response-dropped"
                             ELSE IF c.fails THEN "unanswered" ELSE "responded"
    [] c.type = "cancel-request" -> IF c.id \in DOMAIN requests THEN "unanswered" ELSE "not-waiting"
    [] c.type = "close-mailbox" -> IF Has(c.agent) THEN "closed" ELSE "nothing"

IdOf(c) == IF c.id = 0 THEN NextMessage ELSE c.id
AfterSending(c) == IF IsUnknown(c.from, c.to) /\ ~Has(c.to) THEN <<Misaddresses(c.from, c.to, IdOf(c))>> ELSE <<>>
RefusedCommand(c, reason) ==
  LET field(name) == IF name \in DOMAIN c THEN c[name] ELSE ""
      to == IF "to" \in DOMAIN c THEN c.to ELSE field("agent")
  IN Refused(field("from"), to, IF "id" \in DOMAIN c THEN c.id ELSE 0, c.type, reason, <<>>)

(* The refusal of an agent that finds its mailbox empty is none to the agent: its name is known. *)
Empty(c) == /\ names' = names \cup {c.agent}
            /\ UNCHANGED <<now, epoch, lastMessage, lastReceiver, boxes, push, mail, receivers, requests, dead, known, topics, timers>>
            /\ Then(<<>>)
            /\ Told("refused", [from |-> "", to |-> c.agent, messageId |-> 0], [command |-> c.type, reason |-> "empty"])
Recipients(c) == IF c.type = "publish-message" THEN topics[c.topic] ELSE Without(boxes, c.from)
Quietly(items) == UNCHANGED state /\ Then(items) /\ told' = [type |-> "nothing"]

Do(c) ==
  LET answer == Answer(c) IN
  CASE answer = "nothing" /\ c.type \in {"broadcast-message", "publish-message"} -> Quietly(<<PostsAll(c, Recipients(c), <<>>)>>)
    [] answer = "nothing" -> Quietly(IF c.type = "close-mailbox" THEN EndsOf(c.agent) ELSE <<>>)
    [] answer = "deduplicated" -> Deduplicated(c)
    [] answer = "sent" -> Sent(c, c.to, IdOf(c), AfterSending(c))
    [] c.type = "send-message" /\ answer = "dead-lettered" ->
         DeadLettered(MinOf(Evictable(c.to, c.urgent)), "evicted", <<Posts(c, c.to, IdOf(c))>>)
    [] answer = "received" -> LET n == MinOf(ToReceive(c.agent)) IN
         Received(n, c.timeoutMs, 0, <<>>) /\ names' = names \cup {c.agent}
    [] answer = "empty" -> Empty(c)
    [] answer = "queued" -> ReceiverQueued(c)
    [] c.type = "cancel-receive" /\ answer = "ended" -> ReceiverEnded(c.r, "cancelled", <<>>)
    [] answer = "acked" -> Acked(MinOf(Delivery(c.agent, c.epoch)), <<>>)
    [] answer = "nacked" -> Nacked(MinOf(Delivery(c.agent, c.epoch)), "failed", c.pause, <<>>)
    [] answer = "dead-lettered" -> LET n == MinOf(Delivery(c.agent, c.epoch)) IN
         DeadLettered(n, IF c.type = "nack-message" THEN Cause(n, c.final) ELSE "expired", <<>>)
    [] answer = "returned" -> LET n == MinOf(Delivery(c.agent, c.epoch)) IN
         Returned(n, <<Serve(mail[n].to, mail[n].urgent)>>)
    [] c.type = "attach-handler" /\ answer = "subscribed" -> Subscribed(c.agent)
    [] c.type = "detach-handler" /\ answer = "unsubscribed" -> Unsubscribed(c.agent, c.takesBack)
    [] answer = "subscribed" -> OfTopic(c.agent, c.topic, "topic:subscribed", Append(topics[c.topic], c.agent), Added(boxes, c.agent))
    [] answer = "unsubscribed" -> OfTopic(c.agent, c.topic, "topic:unsubscribed", Without(topics[c.topic], c.agent), boxes)
    [] answer = "response-dropped" -> ResponseDropped(c.id)
    [] answer = "responded" -> Responded(c.id, <<>>)
    [] answer = "unanswered" -> Unanswered(c.id, IF c.type = "respond" THEN "rejected" ELSE "cancelled", <<>>)
    [] answer = "closed" -> Closed(c.agent)
    [] OTHER -> RefusedCommand(c, answer)
Command(c) == Stable /\ Do(c)

--------------------------------------------------------------------------------
(* What follows: the next item, or the next timer that is due. *)

PostNext(c, rest, outcomes, items) ==
  IF rest = <<>> THEN Published(c, outcomes)
  ELSE LET to == rest[1]
           outcome(id, reason) == [to |-> to, messageId |-> id, refused |-> reason]
           after(o) == <<PostsAll(c, Tail(rest), Append(outcomes, o))>>
       IN CASE ~HasRoom(to, c.urgent) -> Refused(c.from, to, 0, c.type, "mailbox-full", after(outcome(0, "mailbox-full")))
            [] ~HasSpace(to, c.urgent) -> DeadLettered(MinOf(Evictable(to, c.urgent)), "evicted",
                 <<Posts(c, to, NextMessage)>> \o after(outcome(NextMessage, "")))
            [] OTHER -> Sent(c, to, NextMessage, after(outcome(NextMessage, "")))

DoItem(item, items) ==
  CASE item.type = "serve" ->
         IF item.agent \in push
         THEN Received(MinOf(Ready(item.agent, item.urgent)), 0, 0, <<item>> \o items) /\ names' = names
         ELSE LET r == MinOf(Waiting(item.agent)) IN
              Received(MinOf(ToReceive(item.agent)), receivers[r].timeoutMs, r, <<item>> \o items) /\ names' = names
    [] item.type = "unanswers" -> Unanswered(item.id, item.reason, items)
    [] item.type = "forgets" -> Forgotten(<<item>> \o items)
    [] item.type = "drops" -> DeadLettered(item.n, item.cause, items)
    [] item.type = "returns" -> IF IsExpired(item.n) THEN DeadLettered(item.n, "expired", items) ELSE Returned(item.n, items)
    [] item.type = "ends" -> ReceiverEnded(item.r, item.reason, items)
    [] item.type = "posts" -> Sent(item.c, item.to, item.id, items)
    [] item.type = "posts-all" -> PostNext(item.c, item.rest, item.outcomes, items)
    [] item.type = "misaddresses" -> Misaddressed(item.from, item.to, item.id, items)

(* A message in delivery may still be handled when it expires; if it isn't, it is not delivered again. *)
IsSilent(t) == t.kind = "expiry" /\ Flying(t.id)
Fire(t) ==
  CASE t.kind = "expiry" -> DeadLettered(t.id, "expired", <<>>)
    [] t.kind = "request" -> Unanswered(t.id, "timed-out", <<>>)
    [] t.kind = "receiver" -> ReceiverEnded(t.id, "timed-out", <<>>)
    [] ~Flying(t.id) -> Readied(t.id, <<>>)
    [] OTHER -> IF Cause(t.id, FALSE) = "" THEN Nacked(t.id, "timed-out", 0, <<>>)
                ELSE DeadLettered(t.id, Cause(t.id, FALSE), <<>>)

Tick(d) == /\ Stable
           /\ now' = now + d
           /\ todo' = [Nothing EXCEPT !.open = \E i \in DOMAIN timers : timers[i].at <= now + d]
           /\ told' = [type |-> "nothing"]
           /\ UNCHANGED <<epoch, lastMessage, lastReceiver, boxes, push, names, mail, receivers, requests, dead, known,
                          topics, timers>>
(* A pause without length is over in the step in which it begins. *)
IsTimed(items) == items = <<>> /\ DueTimers # {}
Follow ==
  /\ todo.open
  /\ LET items == Trimmed(todo.items) IN
     IF items # <<>> THEN DoItem(items[1], Tail(items)) ELSE IsTimed(items) /\ ~IsSilent(FirstDue) /\ Fire(FirstDue)
Settled ==
  /\ todo.open
  /\ Trimmed(todo.items) = <<>>
  /\ told' = [type |-> "nothing"]
  /\ IF IsTimed(<<>>)
     THEN /\ IsSilent(FirstDue)
          /\ timers' = TimersWithout({"expiry"}, FirstDue.id)
          /\ UNCHANGED <<now, epoch, lastMessage, lastReceiver, boxes, push, names, mail, receivers, requests, dead, known, topics, todo>>
     ELSE todo' = Nothing /\ UNCHANGED state

Init ==
  /\ now = 0 /\ epoch = 0 /\ lastMessage = 0 /\ lastReceiver = 0
  /\ boxes = <<>> /\ push = {} /\ names = {} /\ mail = <<>> /\ receivers = <<>> /\ requests = <<>>
  /\ dead = <<>> /\ known = <<>> /\ topics = [t \in Topic |-> <<>>] /\ timers = <<>>
  /\ todo = Nothing /\ told = [type |-> "nothing"]

--------------------------------------------------------------------------------
(* Invariants. *)

TypeOK ==
  /\ now \in Nat /\ epoch \in Nat /\ lastMessage \in Nat /\ lastReceiver \in Nat
  /\ Range(boxes) \subseteq Agent /\ Len(boxes) = Cardinality(Range(boxes)) /\ push \subseteq Range(boxes)
  /\ names \subseteq Agent
  /\ \A n \in DOMAIN mail : LET c == mail[n] IN
       /\ n \in 1..lastMessage /\ c.phase \in {"waiting", "flying", "pausing"} /\ c.epoch \in 0..epoch
       /\ c.attempt \in 0..MaxDeliveries
  /\ \A r \in DOMAIN receivers : r \in 1..lastReceiver
  /\ \A t \in Topic : Range(topics[t]) \subseteq Range(boxes)

(* Messages and calls are of agents that have a mailbox. *)
NothingForTheGone == Stable =>
  /\ \A n \in DOMAIN mail : Has(mail[n].to)
  /\ \A r \in DOMAIN receivers : Has(receivers[r].agent)
LanesBounded == \A a \in Agent, u \in BOOLEAN : Cardinality(Lane(a, u)) <= Capacity
DeadBounded == Stable => Len(dead) <= MaxDead
DeliveriesBounded == \A n \in DOMAIN mail : mail[n].attempt <= MaxDeliveries
(* Of the messages of a sender in a lane only the oldest is in delivery or in a pause. *)
OneAtATime == \A m, n \in DOMAIN mail : SameChannel(m, n) /\ m < n => mail[n].phase = "waiting"
EpochsAreUnique == \A m, n \in DOMAIN mail : m # n /\ mail[m].epoch # 0 => mail[m].epoch # mail[n].epoch
(* After each step nothing that could be delivered waits beside a handler or a call that waits for it. *)
NoLostWakeup == Stable => \A a \in Agent :
  IF a \in push
  THEN \A u \in BOOLEAN : Cardinality({n \in Lane(a, u) : Flying(n)}) >= MaxInFlight
         \/ \A n \in Lane(a, u) : mail[n].phase # "waiting"
              \/ \E m \in Lane(a, u) : m # n /\ mail[m].from = mail[n].from /\ (m < n \/ mail[m].phase # "waiting")
  ELSE Waiting(a) = {} \/ \A u \in BOOLEAN : \A n \in Lane(a, u) : mail[n].phase # "waiting"
         \/ \E m \in Lane(a, u) : m # n /\ mail[m].from = mail[n].from /\ (m < n \/ mail[m].phase # "waiting")
(* Each pause, expiry, request and call has one timer, and each timer belongs to one. *)
HasOne(kind, id) == Cardinality({i \in DOMAIN timers : timers[i].kind = kind /\ timers[i].id = id}) = 1
TimersBelong ==
  /\ \A n \in DOMAIN mail : mail[n].phase = "pausing" => HasOne("copy", n)
  /\ \A n \in DOMAIN mail : ~Flying(n) /\ mail[n].expiresAt # 0 => HasOne("expiry", n)
  /\ \A id \in DOMAIN requests : HasOne("request", id)
  /\ \A r \in DOMAIN receivers : HasOne("receiver", r)
  /\ \A i \in DOMAIN timers : LET t == timers[i] IN
       /\ HasOne(t.kind, t.id)
       /\ CASE t.kind = "request" -> t.id \in DOMAIN requests
            [] t.kind = "receiver" -> t.id \in DOMAIN receivers
            [] t.kind = "expiry" -> t.id \in DOMAIN mail /\ mail[t.id].expiresAt = t.at
            [] OTHER -> t.id \in DOMAIN mail /\ mail[t.id].phase # "waiting"
NothingOverdue == Stable => \A i \in DOMAIN timers : timers[i].at > now
(* A request waits for an agent that is there, as long as its message may lead to a response. *)
NoHopelessRequest == Stable => \A id \in DOMAIN requests :
  Has(requests[id].to) /\ \A i \in DOMAIN dead : dead[i].messageId # id

--------------------------------------------------------------------------------
(* Properties of every step. `told` is its event. *)

Is(type) == told'.type = "message:" \o type
Gone == DOMAIN mail \ DOMAIN mail'
IsOf(n) == told'.from = mail[n].from /\ told'.to = mail[n].to /\ told'.messageId = mail[n].id

(* A message ends once, and for a reason: it was handled, or is a dead letter with its cause. *)
MessageEndsOnce == [][\A n \in Gone :
  /\ Gone = {n} /\ IsOf(n)
  /\ \/ Is("acked") /\ mail[n].phase = "flying" /\ told'.epoch = mail[n].epoch
     \/ /\ Is("dead-lettered") /\ dead' = Append(dead, [from |-> mail[n].from, to |-> mail[n].to, messageId |-> mail[n].id])
        /\ CASE told'.cause = "expired" -> mail[n].expiresAt # 0 /\ mail[n].expiresAt <= now
                  \* While it is in delivery it does not expire before that ends.
                  /\ mail[n].phase = "flying" => Stable \/ Trimmed(todo.items) # <<>> \/ FirstDue.kind = "copy"
             [] told'.cause = "max-deliveries" -> mail[n].attempt = MaxDeliveries /\ mail[n].phase = "flying"
             [] told'.cause = "rejected" -> mail[n].phase = "flying"
             [] told'.cause = "evicted" -> EvictsOldest /\ mail[n].phase # "flying"
             [] told'.cause = "recipient-gone" -> ~Has(mail[n].to)
             [] OTHER -> FALSE]_vars
(* No number is used again: a message that has ended is not delivered. *)
EndedStaysEnded == [][\A n \in DOMAIN mail' \ DOMAIN mail : n > lastMessage /\ Is("sent")]_vars
EpochMonotonic == [][epoch' >= epoch /\ lastMessage' >= lastMessage /\ lastReceiver' >= lastReceiver]_vars
(* A delivery begins under a new epoch, of the oldest message of its sender, when its pause is over. *)
DeliversInOrder == [][\A n \in DOMAIN mail \cap DOMAIN mail' : mail'[n].epoch # mail[n].epoch =>
  /\ Is("received") /\ mail'[n].epoch > epoch /\ mail'[n].attempt = mail[n].attempt + 1
  /\ mail[n].phase = "waiting" /\ mail'[n].phase = "flying"
  /\ \A m \in DOMAIN mail : SameChannel(m, n) => m >= n]_vars
(* Urgent messages come first, where an agent takes them. *)
UrgentFirst == [][Is("received") /\ told'.to \notin push =>
  \A n \in DOMAIN mail : IsOf(n) /\ mail'[n].epoch = told'.epoch =>
    mail[n].urgent \/ \A m \in Lane(mail[n].to, TRUE) :
      mail[m].phase # "waiting" \/ \E k \in Lane(mail[n].to, TRUE) : SameChannel(k, m) /\ mail[k].phase # "waiting"]_vars
(* A handler gets no message of a lane while it has as many as it may have. *)
HandlersBounded == [][Is("received") /\ told'.to \in push =>
  \A n \in DOMAIN mail : IsOf(n) /\ mail'[n].epoch = told'.epoch =>
    Cardinality({m \in Lane(mail[n].to, mail[n].urgent) : Flying(m)}) < MaxInFlight]_vars
(* After a failed delivery the next one waits for the end of the pause, which is as long as was asked for. *)
PauseIsKept == [][\A n \in DOMAIN mail \cap DOMAIN mail' :
  mail[n].phase = "pausing" /\ mail'[n].phase # "pausing" =>
    Is("readied") /\ \E i \in DOMAIN timers : timers[i].kind = "copy" /\ timers[i].id = n /\ timers[i].at <= now]_vars
(* A delivery ends by its agent, its limit, or with its handler or its recipient. *)
StaleEpochRefused == [][Is("acked") => \E n \in Gone : mail[n].phase = "flying" /\ mail[n].epoch = told'.epoch]_vars
(* A request ends with exactly one outcome. *)
RequestEndsOnce == [][\A id \in DOMAIN requests \ DOMAIN requests' :
  /\ DOMAIN requests \ DOMAIN requests' = {id} /\ told'.messageId = id
  /\ \/ Is("responded")
     \/ /\ Is("unanswered") /\ told'.reason \in {"cancelled", "rejected", "timed-out", "undeliverable", "agent-gone"}
        /\ told'.reason = "timed-out" => \E i \in DOMAIN timers : timers[i].kind = "request" /\ timers[i].id = id /\ timers[i].at <= now
        /\ told'.reason = "undeliverable" => \A n \in DOMAIN mail : mail[n].id # id]_vars
(* A call that waits ends with a message, or for a reason; the longest waiting is served first. *)
CallEndsOnce == [][\A r \in DOMAIN receivers \ DOMAIN receivers' :
  /\ DOMAIN receivers \ DOMAIN receivers' = {r} /\ "receiverId" \in DOMAIN told' /\ told'.receiverId = r
  /\ \/ Is("received") /\ told'.to = receivers[r].agent /\ \A q \in Waiting(receivers[r].agent) : q >= r
     \/ told'.type = "receiver:ended"]_vars
(* A sender is told that a mailbox is full only if it is. *)
FullIsFull == [][Is("refused") /\ told'.reason = "mailbox-full" =>
  \E u \in BOOLEAN : Cardinality(Lane(told'.to, u)) >= Capacity /\ (EvictsOldest => \A n \in Lane(told'.to, u) : Flying(n))]_vars
(* A message whose id is known is not sent again. *)
DeduplicatesIds == [][Is("sent") =>
  /\ told'.messageId \notin {known[i] : i \in DOMAIN known} \cup DOMAIN requests
  /\ \A n \in DOMAIN mail : mail[n].id = told'.messageId => Len(known) = DedupeWindow]_vars
(* A refused command changes nothing, except that an agent that asks has a name. *)
RefusalChangesNothing == [][Is("refused") =>
  UNCHANGED <<now, epoch, lastMessage, lastReceiver, boxes, push, mail, receivers, requests, dead, known, topics, timers>>]_vars
================================================================================
