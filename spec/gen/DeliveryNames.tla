---- MODULE DeliveryNames ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCDelivery

follow == Follow /\ TRUE
settled == Settled /\ TRUE
ack_H_message_c_1_is_acked == Stable /\ May([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ Answer([type |-> "ack-message", agent |-> "c", epoch |-> 1]) = "acked" /\ Do([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ TRUE
ack_H_message_c_1_is_stale_H_epoch == Stable /\ May([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ Answer([type |-> "ack-message", agent |-> "c", epoch |-> 1]) = "stale-epoch" /\ Do([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ TRUE
receive_H_message_b_0_0_is_empty == Stable /\ May([type |-> "receive-message", agent |-> "b", timeoutMs |-> 0, waitMs |-> 0]) /\ Answer([type |-> "receive-message", agent |-> "b", timeoutMs |-> 0, waitMs |-> 0]) = "empty" /\ Do([type |-> "receive-message", agent |-> "b", timeoutMs |-> 0, waitMs |-> 0]) /\ TRUE
receive_H_message_b_0_0_is_received == Stable /\ May([type |-> "receive-message", agent |-> "b", timeoutMs |-> 0, waitMs |-> 0]) /\ Answer([type |-> "receive-message", agent |-> "b", timeoutMs |-> 0, waitMs |-> 0]) = "received" /\ Do([type |-> "receive-message", agent |-> "b", timeoutMs |-> 0, waitMs |-> 0]) /\ TRUE
receive_H_message_c_0_0_is_empty == Stable /\ May([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) /\ Answer([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) = "empty" /\ Do([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) /\ TRUE
receive_H_message_c_0_0_is_received == Stable /\ May([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) /\ Answer([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) = "received" /\ Do([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 0]) /\ TRUE
send_H_message_a_b_false_0_0_0_is_sent == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) = "sent" /\ Do([type |-> "send-message", from |-> "a", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ TRUE
send_H_message_a_b_false_0_0_0_is_unknown_H_recipient == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) = "unknown-recipient" /\ Do([type |-> "send-message", from |-> "a", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ TRUE
send_H_message_a_c_false_0_101_0_is_deduplicated == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) = "deduplicated" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) /\ TRUE
send_H_message_a_c_false_0_101_0_is_sent == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) = "sent" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) /\ TRUE
send_H_message_a_c_false_0_101_0_is_unknown_H_recipient == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) = "unknown-recipient" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) /\ TRUE
send_H_message_b_c_false_0_102_0_is_deduplicated == Stable /\ May([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 102, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 102, responseMs |-> 0]) = "deduplicated" /\ Do([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 102, responseMs |-> 0]) /\ TRUE
send_H_message_b_c_false_0_102_0_is_sent == Stable /\ May([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 102, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 102, responseMs |-> 0]) = "sent" /\ Do([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 102, responseMs |-> 0]) /\ TRUE
send_H_message_b_c_false_0_102_0_is_unknown_H_recipient == Stable /\ May([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 102, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 102, responseMs |-> 0]) = "unknown-recipient" /\ Do([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 102, responseMs |-> 0]) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ ack_H_message_c_1_is_acked
  \/ ack_H_message_c_1_is_stale_H_epoch
  \/ receive_H_message_b_0_0_is_empty
  \/ receive_H_message_b_0_0_is_received
  \/ receive_H_message_c_0_0_is_empty
  \/ receive_H_message_c_0_0_is_received
  \/ send_H_message_a_b_false_0_0_0_is_sent
  \/ send_H_message_a_b_false_0_0_0_is_unknown_H_recipient
  \/ send_H_message_a_c_false_0_101_0_is_deduplicated
  \/ send_H_message_a_c_false_0_101_0_is_sent
  \/ send_H_message_a_c_false_0_101_0_is_unknown_H_recipient
  \/ send_H_message_b_c_false_0_102_0_is_deduplicated
  \/ send_H_message_b_c_false_0_102_0_is_sent
  \/ send_H_message_b_c_false_0_102_0_is_unknown_H_recipient

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
