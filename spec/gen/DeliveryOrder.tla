---- MODULE DeliveryOrder ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCDelivery

follow == Follow /\ TRUE
settled == Settled /\ TRUE
ack_H_message_c_1_is_acked == Stable /\ May([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ Answer([type |-> "ack-message", agent |-> "c", epoch |-> 1]) = "acked" /\ Do([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ TRUE
ack_H_message_c_1_is_stale_H_epoch == Stable /\ May([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ Answer([type |-> "ack-message", agent |-> "c", epoch |-> 1]) = "stale-epoch" /\ Do([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ TRUE
ack_H_message_c_2_is_stale_H_epoch == Stable /\ May([type |-> "ack-message", agent |-> "c", epoch |-> 2]) /\ Answer([type |-> "ack-message", agent |-> "c", epoch |-> 2]) = "stale-epoch" /\ Do([type |-> "ack-message", agent |-> "c", epoch |-> 2]) /\ TRUE
nack_H_message_c_1_false_1_is_nacked == Stable /\ May([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 1]) /\ Answer([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 1]) = "nacked" /\ Do([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 1]) /\ TRUE
nack_H_message_c_1_false_1_is_stale_H_epoch == Stable /\ May([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 1]) /\ Answer([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 1]) = "stale-epoch" /\ Do([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 1]) /\ TRUE
nack_H_message_c_1_true_1_is_dead_H_lettered == Stable /\ May([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> TRUE, pause |-> 1]) /\ Answer([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> TRUE, pause |-> 1]) = "dead-lettered" /\ Do([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> TRUE, pause |-> 1]) /\ TRUE
nack_H_message_c_1_true_1_is_stale_H_epoch == Stable /\ May([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> TRUE, pause |-> 1]) /\ Answer([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> TRUE, pause |-> 1]) = "stale-epoch" /\ Do([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> TRUE, pause |-> 1]) /\ TRUE
nack_H_message_c_2_false_1_is_stale_H_epoch == Stable /\ May([type |-> "nack-message", agent |-> "c", epoch |-> 2, final |-> FALSE, pause |-> 1]) /\ Answer([type |-> "nack-message", agent |-> "c", epoch |-> 2, final |-> FALSE, pause |-> 1]) = "stale-epoch" /\ Do([type |-> "nack-message", agent |-> "c", epoch |-> 2, final |-> FALSE, pause |-> 1]) /\ TRUE
receive_H_message_c_0_0_is_empty == Stable /\ May([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) /\ Answer([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) = "empty" /\ Do([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) /\ TRUE
receive_H_message_c_0_0_is_received == Stable /\ May([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) /\ Answer([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) = "received" /\ Do([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) /\ TRUE
send_H_message_a_c_false_0_0_0_is_sent == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) = "sent" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ TRUE
send_H_message_a_c_true_0_0_0_is_sent == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> TRUE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> TRUE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) = "sent" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> TRUE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ TRUE
send_H_message_b_c_false_0_0_0_is_sent == Stable /\ May([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) = "sent" /\ Do([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ TRUE
tick_1 == MayPass(1) /\ Tick(1) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ ack_H_message_c_1_is_acked
  \/ ack_H_message_c_1_is_stale_H_epoch
  \/ ack_H_message_c_2_is_stale_H_epoch
  \/ nack_H_message_c_1_false_1_is_nacked
  \/ nack_H_message_c_1_false_1_is_stale_H_epoch
  \/ nack_H_message_c_1_true_1_is_dead_H_lettered
  \/ nack_H_message_c_1_true_1_is_stale_H_epoch
  \/ nack_H_message_c_2_false_1_is_stale_H_epoch
  \/ receive_H_message_c_0_0_is_empty
  \/ receive_H_message_c_0_0_is_received
  \/ send_H_message_a_c_false_0_0_0_is_sent
  \/ send_H_message_a_c_true_0_0_0_is_sent
  \/ send_H_message_b_c_false_0_0_0_is_sent
  \/ tick_1

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
