---- MODULE DeliveryLimits ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCDelivery

follow == Follow /\ TRUE
settled == Settled /\ TRUE
ack_H_message_a_1_is_stale_H_epoch == Stable /\ May([type |-> "ack-message", agent |-> "a", epoch |-> 1]) /\ Answer([type |-> "ack-message", agent |-> "a", epoch |-> 1]) = "stale-epoch" /\ Do([type |-> "ack-message", agent |-> "a", epoch |-> 1]) /\ TRUE
ack_H_message_a_2_is_stale_H_epoch == Stable /\ May([type |-> "ack-message", agent |-> "a", epoch |-> 2]) /\ Answer([type |-> "ack-message", agent |-> "a", epoch |-> 2]) = "stale-epoch" /\ Do([type |-> "ack-message", agent |-> "a", epoch |-> 2]) /\ TRUE
cancel_H_receive_1_is_ended == Stable /\ May([type |-> "cancel-receive", r |-> 1]) /\ Answer([type |-> "cancel-receive", r |-> 1]) = "ended" /\ Do([type |-> "cancel-receive", r |-> 1]) /\ TRUE
cancel_H_receive_1_is_not_H_waiting == Stable /\ May([type |-> "cancel-receive", r |-> 1]) /\ Answer([type |-> "cancel-receive", r |-> 1]) = "not-waiting" /\ Do([type |-> "cancel-receive", r |-> 1]) /\ TRUE
close_H_mailbox_c_is_closed == Stable /\ May([type |-> "close-mailbox", agent |-> "c"]) /\ Answer([type |-> "close-mailbox", agent |-> "c"]) = "closed" /\ Do([type |-> "close-mailbox", agent |-> "c"]) /\ TRUE
close_H_mailbox_c_is_nothing == Stable /\ May([type |-> "close-mailbox", agent |-> "c"]) /\ Answer([type |-> "close-mailbox", agent |-> "c"]) = "nothing" /\ Do([type |-> "close-mailbox", agent |-> "c"]) /\ TRUE
nack_H_message_c_1_false_2_is_nacked == Stable /\ May([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 2]) /\ Answer([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 2]) = "nacked" /\ Do([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 2]) /\ TRUE
nack_H_message_c_1_false_2_is_stale_H_epoch == Stable /\ May([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 2]) /\ Answer([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 2]) = "stale-epoch" /\ Do([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 2]) /\ TRUE
nack_H_message_c_2_false_2_is_stale_H_epoch == Stable /\ May([type |-> "nack-message", agent |-> "c", epoch |-> 2, final |-> FALSE, pause |-> 2]) /\ Answer([type |-> "nack-message", agent |-> "c", epoch |-> 2, final |-> FALSE, pause |-> 2]) = "stale-epoch" /\ Do([type |-> "nack-message", agent |-> "c", epoch |-> 2, final |-> FALSE, pause |-> 2]) /\ TRUE
receive_H_message_c_1_0_is_empty == Stable /\ May([type |-> "receive-message", agent |-> "c", timeoutMs |-> 1, waitMs |-> 0]) /\ Answer([type |-> "receive-message", agent |-> "c", timeoutMs |-> 1, waitMs |-> 0]) = "empty" /\ Do([type |-> "receive-message", agent |-> "c", timeoutMs |-> 1, waitMs |-> 0]) /\ TRUE
receive_H_message_c_1_0_is_received == Stable /\ May([type |-> "receive-message", agent |-> "c", timeoutMs |-> 1, waitMs |-> 0]) /\ Answer([type |-> "receive-message", agent |-> "c", timeoutMs |-> 1, waitMs |-> 0]) = "received" /\ Do([type |-> "receive-message", agent |-> "c", timeoutMs |-> 1, waitMs |-> 0]) /\ TRUE
receive_H_message_c_1_1_is_queued == Stable /\ May([type |-> "receive-message", agent |-> "c", timeoutMs |-> 1, waitMs |-> 1]) /\ Answer([type |-> "receive-message", agent |-> "c", timeoutMs |-> 1, waitMs |-> 1]) = "queued" /\ Do([type |-> "receive-message", agent |-> "c", timeoutMs |-> 1, waitMs |-> 1]) /\ TRUE
receive_H_message_c_1_1_is_received == Stable /\ May([type |-> "receive-message", agent |-> "c", timeoutMs |-> 1, waitMs |-> 1]) /\ Answer([type |-> "receive-message", agent |-> "c", timeoutMs |-> 1, waitMs |-> 1]) = "received" /\ Do([type |-> "receive-message", agent |-> "c", timeoutMs |-> 1, waitMs |-> 1]) /\ TRUE
return_H_message_c_1_is_returned == Stable /\ May([type |-> "return-message", agent |-> "c", epoch |-> 1]) /\ Answer([type |-> "return-message", agent |-> "c", epoch |-> 1]) = "returned" /\ Do([type |-> "return-message", agent |-> "c", epoch |-> 1]) /\ TRUE
return_H_message_c_1_is_stale_H_epoch == Stable /\ May([type |-> "return-message", agent |-> "c", epoch |-> 1]) /\ Answer([type |-> "return-message", agent |-> "c", epoch |-> 1]) = "stale-epoch" /\ Do([type |-> "return-message", agent |-> "c", epoch |-> 1]) /\ TRUE
return_H_message_c_2_is_stale_H_epoch == Stable /\ May([type |-> "return-message", agent |-> "c", epoch |-> 2]) /\ Answer([type |-> "return-message", agent |-> "c", epoch |-> 2]) = "stale-epoch" /\ Do([type |-> "return-message", agent |-> "c", epoch |-> 2]) /\ TRUE
send_H_message_a_c_false_0_0_0_is_sent == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) = "sent" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ TRUE
send_H_message_a_c_false_2_0_0_is_sent == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 2, id |-> 0, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 2, id |-> 0, responseMs |-> 0]) = "sent" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 2, id |-> 0, responseMs |-> 0]) /\ TRUE
tick_1 == MayPass(1) /\ Tick(1) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ ack_H_message_a_1_is_stale_H_epoch
  \/ ack_H_message_a_2_is_stale_H_epoch
  \/ cancel_H_receive_1_is_ended
  \/ cancel_H_receive_1_is_not_H_waiting
  \/ close_H_mailbox_c_is_closed
  \/ close_H_mailbox_c_is_nothing
  \/ nack_H_message_c_1_false_2_is_nacked
  \/ nack_H_message_c_1_false_2_is_stale_H_epoch
  \/ nack_H_message_c_2_false_2_is_stale_H_epoch
  \/ receive_H_message_c_1_0_is_empty
  \/ receive_H_message_c_1_0_is_received
  \/ receive_H_message_c_1_1_is_queued
  \/ receive_H_message_c_1_1_is_received
  \/ return_H_message_c_1_is_returned
  \/ return_H_message_c_1_is_stale_H_epoch
  \/ return_H_message_c_2_is_stale_H_epoch
  \/ send_H_message_a_c_false_0_0_0_is_sent
  \/ send_H_message_a_c_false_2_0_0_is_sent
  \/ tick_1

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
