---- MODULE DeliveryRequests ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCDelivery

follow == Follow /\ TRUE
settled == Settled /\ TRUE
ack_H_message_c_1_is_acked == Stable /\ May([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ Answer([type |-> "ack-message", agent |-> "c", epoch |-> 1]) = "acked" /\ Do([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ TRUE
ack_H_message_c_1_is_stale_H_epoch == Stable /\ May([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ Answer([type |-> "ack-message", agent |-> "c", epoch |-> 1]) = "stale-epoch" /\ Do([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ TRUE
cancel_H_request_1_is_not_H_waiting == Stable /\ May([type |-> "cancel-request", id |-> 1]) /\ Answer([type |-> "cancel-request", id |-> 1]) = "not-waiting" /\ Do([type |-> "cancel-request", id |-> 1]) /\ TRUE
cancel_H_request_1_is_unanswered == Stable /\ May([type |-> "cancel-request", id |-> 1]) /\ Answer([type |-> "cancel-request", id |-> 1]) = "unanswered" /\ Do([type |-> "cancel-request", id |-> 1]) /\ TRUE
cancel_H_request_101_is_not_H_waiting == Stable /\ May([type |-> "cancel-request", id |-> 101]) /\ Answer([type |-> "cancel-request", id |-> 101]) = "not-waiting" /\ Do([type |-> "cancel-request", id |-> 101]) /\ TRUE
cancel_H_request_101_is_unanswered == Stable /\ May([type |-> "cancel-request", id |-> 101]) /\ Answer([type |-> "cancel-request", id |-> 101]) = "unanswered" /\ Do([type |-> "cancel-request", id |-> 101]) /\ TRUE
close_H_mailbox_a_is_nothing == Stable /\ May([type |-> "close-mailbox", agent |-> "a"]) /\ Answer([type |-> "close-mailbox", agent |-> "a"]) = "nothing" /\ Do([type |-> "close-mailbox", agent |-> "a"]) /\ TRUE
close_H_mailbox_c_is_closed == Stable /\ May([type |-> "close-mailbox", agent |-> "c"]) /\ Answer([type |-> "close-mailbox", agent |-> "c"]) = "closed" /\ Do([type |-> "close-mailbox", agent |-> "c"]) /\ TRUE
close_H_mailbox_c_is_nothing == Stable /\ May([type |-> "close-mailbox", agent |-> "c"]) /\ Answer([type |-> "close-mailbox", agent |-> "c"]) = "nothing" /\ Do([type |-> "close-mailbox", agent |-> "c"]) /\ TRUE
nack_H_message_c_1_true_1_is_dead_H_lettered == Stable /\ May([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> TRUE, pause |-> 1]) /\ Answer([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> TRUE, pause |-> 1]) = "dead-lettered" /\ Do([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> TRUE, pause |-> 1]) /\ TRUE
nack_H_message_c_1_true_1_is_stale_H_epoch == Stable /\ May([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> TRUE, pause |-> 1]) /\ Answer([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> TRUE, pause |-> 1]) = "stale-epoch" /\ Do([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> TRUE, pause |-> 1]) /\ TRUE
receive_H_message_c_0_0_is_empty == Stable /\ May([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) /\ Answer([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) = "empty" /\ Do([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) /\ TRUE
receive_H_message_c_0_0_is_received == Stable /\ May([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) /\ Answer([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) = "received" /\ Do([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) /\ TRUE
respond_1_false_is_responded == Stable /\ May([type |-> "respond", id |-> 1, fails |-> FALSE]) /\ Answer([type |-> "respond", id |-> 1, fails |-> FALSE]) = "responded" /\ Do([type |-> "respond", id |-> 1, fails |-> FALSE]) /\ TRUE
respond_1_false_is_response_H_dropped == Stable /\ May([type |-> "respond", id |-> 1, fails |-> FALSE]) /\ Answer([type |-> "respond", id |-> 1, fails |-> FALSE]) = "response-dropped" /\ Do([type |-> "respond", id |-> 1, fails |-> FALSE]) /\ TRUE
respond_1_true_is_response_H_dropped == Stable /\ May([type |-> "respond", id |-> 1, fails |-> TRUE]) /\ Answer([type |-> "respond", id |-> 1, fails |-> TRUE]) = "response-dropped" /\ Do([type |-> "respond", id |-> 1, fails |-> TRUE]) /\ TRUE
respond_1_true_is_unanswered == Stable /\ May([type |-> "respond", id |-> 1, fails |-> TRUE]) /\ Answer([type |-> "respond", id |-> 1, fails |-> TRUE]) = "unanswered" /\ Do([type |-> "respond", id |-> 1, fails |-> TRUE]) /\ TRUE
respond_101_false_is_responded == Stable /\ May([type |-> "respond", id |-> 101, fails |-> FALSE]) /\ Answer([type |-> "respond", id |-> 101, fails |-> FALSE]) = "responded" /\ Do([type |-> "respond", id |-> 101, fails |-> FALSE]) /\ TRUE
respond_101_false_is_response_H_dropped == Stable /\ May([type |-> "respond", id |-> 101, fails |-> FALSE]) /\ Answer([type |-> "respond", id |-> 101, fails |-> FALSE]) = "response-dropped" /\ Do([type |-> "respond", id |-> 101, fails |-> FALSE]) /\ TRUE
respond_101_true_is_response_H_dropped == Stable /\ May([type |-> "respond", id |-> 101, fails |-> TRUE]) /\ Answer([type |-> "respond", id |-> 101, fails |-> TRUE]) = "response-dropped" /\ Do([type |-> "respond", id |-> 101, fails |-> TRUE]) /\ TRUE
respond_101_true_is_unanswered == Stable /\ May([type |-> "respond", id |-> 101, fails |-> TRUE]) /\ Answer([type |-> "respond", id |-> 101, fails |-> TRUE]) = "unanswered" /\ Do([type |-> "respond", id |-> 101, fails |-> TRUE]) /\ TRUE
send_H_message_a_c_false_0_0_2_is_sent == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 2]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 2]) = "sent" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 2]) /\ TRUE
send_H_message_a_c_false_0_0_2_is_too_H_many_H_requests == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 2]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 2]) = "too-many-requests" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 2]) /\ TRUE
send_H_message_a_c_false_1_101_2_is_deduplicated == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 1, id |-> 101, responseMs |-> 2]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 1, id |-> 101, responseMs |-> 2]) = "deduplicated" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 1, id |-> 101, responseMs |-> 2]) /\ TRUE
send_H_message_a_c_false_1_101_2_is_sent == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 1, id |-> 101, responseMs |-> 2]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 1, id |-> 101, responseMs |-> 2]) = "sent" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 1, id |-> 101, responseMs |-> 2]) /\ TRUE
send_H_message_a_c_false_1_101_2_is_too_H_many_H_requests == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 1, id |-> 101, responseMs |-> 2]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 1, id |-> 101, responseMs |-> 2]) = "too-many-requests" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 1, id |-> 101, responseMs |-> 2]) /\ TRUE
tick_1 == MayPass(1) /\ Tick(1) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ ack_H_message_c_1_is_acked
  \/ ack_H_message_c_1_is_stale_H_epoch
  \/ cancel_H_request_1_is_not_H_waiting
  \/ cancel_H_request_1_is_unanswered
  \/ cancel_H_request_101_is_not_H_waiting
  \/ cancel_H_request_101_is_unanswered
  \/ close_H_mailbox_a_is_nothing
  \/ close_H_mailbox_c_is_closed
  \/ close_H_mailbox_c_is_nothing
  \/ nack_H_message_c_1_true_1_is_dead_H_lettered
  \/ nack_H_message_c_1_true_1_is_stale_H_epoch
  \/ receive_H_message_c_0_0_is_empty
  \/ receive_H_message_c_0_0_is_received
  \/ respond_1_false_is_responded
  \/ respond_1_false_is_response_H_dropped
  \/ respond_1_true_is_response_H_dropped
  \/ respond_1_true_is_unanswered
  \/ respond_101_false_is_responded
  \/ respond_101_false_is_response_H_dropped
  \/ respond_101_true_is_response_H_dropped
  \/ respond_101_true_is_unanswered
  \/ send_H_message_a_c_false_0_0_2_is_sent
  \/ send_H_message_a_c_false_0_0_2_is_too_H_many_H_requests
  \/ send_H_message_a_c_false_1_101_2_is_deduplicated
  \/ send_H_message_a_c_false_1_101_2_is_sent
  \/ send_H_message_a_c_false_1_101_2_is_too_H_many_H_requests
  \/ tick_1

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
