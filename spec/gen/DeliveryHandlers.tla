---- MODULE DeliveryHandlers ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCDelivery

follow == Follow /\ TRUE
settled == Settled /\ TRUE
ack_H_message_c_1_is_acked == Stable /\ May([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ Answer([type |-> "ack-message", agent |-> "c", epoch |-> 1]) = "acked" /\ Do([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ TRUE
ack_H_message_c_1_is_stale_H_epoch == Stable /\ May([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ Answer([type |-> "ack-message", agent |-> "c", epoch |-> 1]) = "stale-epoch" /\ Do([type |-> "ack-message", agent |-> "c", epoch |-> 1]) /\ TRUE
ack_H_message_c_2_is_stale_H_epoch == Stable /\ May([type |-> "ack-message", agent |-> "c", epoch |-> 2]) /\ Answer([type |-> "ack-message", agent |-> "c", epoch |-> 2]) = "stale-epoch" /\ Do([type |-> "ack-message", agent |-> "c", epoch |-> 2]) /\ TRUE
attach_H_handler_c_is_known_H_handler == Stable /\ May([type |-> "attach-handler", agent |-> "c"]) /\ Answer([type |-> "attach-handler", agent |-> "c"]) = "known-handler" /\ Do([type |-> "attach-handler", agent |-> "c"]) /\ TRUE
attach_H_handler_c_is_subscribed == Stable /\ May([type |-> "attach-handler", agent |-> "c"]) /\ Answer([type |-> "attach-handler", agent |-> "c"]) = "subscribed" /\ Do([type |-> "attach-handler", agent |-> "c"]) /\ TRUE
detach_H_handler_c_false_is_unknown_H_handler == Stable /\ May([type |-> "detach-handler", agent |-> "c", takesBack |-> FALSE]) /\ Answer([type |-> "detach-handler", agent |-> "c", takesBack |-> FALSE]) = "unknown-handler" /\ Do([type |-> "detach-handler", agent |-> "c", takesBack |-> FALSE]) /\ TRUE
detach_H_handler_c_false_is_unsubscribed == Stable /\ May([type |-> "detach-handler", agent |-> "c", takesBack |-> FALSE]) /\ Answer([type |-> "detach-handler", agent |-> "c", takesBack |-> FALSE]) = "unsubscribed" /\ Do([type |-> "detach-handler", agent |-> "c", takesBack |-> FALSE]) /\ TRUE
detach_H_handler_c_true_is_unknown_H_handler == Stable /\ May([type |-> "detach-handler", agent |-> "c", takesBack |-> TRUE]) /\ Answer([type |-> "detach-handler", agent |-> "c", takesBack |-> TRUE]) = "unknown-handler" /\ Do([type |-> "detach-handler", agent |-> "c", takesBack |-> TRUE]) /\ TRUE
detach_H_handler_c_true_is_unsubscribed == Stable /\ May([type |-> "detach-handler", agent |-> "c", takesBack |-> TRUE]) /\ Answer([type |-> "detach-handler", agent |-> "c", takesBack |-> TRUE]) = "unsubscribed" /\ Do([type |-> "detach-handler", agent |-> "c", takesBack |-> TRUE]) /\ TRUE
nack_H_message_c_1_false_1_is_nacked == Stable /\ May([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 1]) /\ Answer([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 1]) = "nacked" /\ Do([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 1]) /\ TRUE
nack_H_message_c_1_false_1_is_stale_H_epoch == Stable /\ May([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 1]) /\ Answer([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 1]) = "stale-epoch" /\ Do([type |-> "nack-message", agent |-> "c", epoch |-> 1, final |-> FALSE, pause |-> 1]) /\ TRUE
nack_H_message_c_2_false_1_is_stale_H_epoch == Stable /\ May([type |-> "nack-message", agent |-> "c", epoch |-> 2, final |-> FALSE, pause |-> 1]) /\ Answer([type |-> "nack-message", agent |-> "c", epoch |-> 2, final |-> FALSE, pause |-> 1]) = "stale-epoch" /\ Do([type |-> "nack-message", agent |-> "c", epoch |-> 2, final |-> FALSE, pause |-> 1]) /\ TRUE
receive_H_message_c_0_2_is_queued == Stable /\ May([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 2]) /\ Answer([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 2]) = "queued" /\ Do([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 2]) /\ TRUE
receive_H_message_c_0_2_is_received == Stable /\ May([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 2]) /\ Answer([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 2]) = "received" /\ Do([type |-> "receive-message", agent |-> "c", timeoutMs |-> 0, waitMs |-> 2]) /\ TRUE
return_H_message_c_1_is_returned == Stable /\ May([type |-> "return-message", agent |-> "c", epoch |-> 1]) /\ Answer([type |-> "return-message", agent |-> "c", epoch |-> 1]) = "returned" /\ Do([type |-> "return-message", agent |-> "c", epoch |-> 1]) /\ TRUE
return_H_message_c_1_is_stale_H_epoch == Stable /\ May([type |-> "return-message", agent |-> "c", epoch |-> 1]) /\ Answer([type |-> "return-message", agent |-> "c", epoch |-> 1]) = "stale-epoch" /\ Do([type |-> "return-message", agent |-> "c", epoch |-> 1]) /\ TRUE
return_H_message_c_2_is_stale_H_epoch == Stable /\ May([type |-> "return-message", agent |-> "c", epoch |-> 2]) /\ Answer([type |-> "return-message", agent |-> "c", epoch |-> 2]) = "stale-epoch" /\ Do([type |-> "return-message", agent |-> "c", epoch |-> 2]) /\ TRUE
send_H_message_a_c_false_0_0_0_is_sent == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) = "sent" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ TRUE
send_H_message_b_c_false_0_0_0_is_sent == Stable /\ May([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) = "sent" /\ Do([type |-> "send-message", from |-> "b", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ TRUE
tick_1 == MayPass(1) /\ Tick(1) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ ack_H_message_c_1_is_acked
  \/ ack_H_message_c_1_is_stale_H_epoch
  \/ ack_H_message_c_2_is_stale_H_epoch
  \/ attach_H_handler_c_is_known_H_handler
  \/ attach_H_handler_c_is_subscribed
  \/ detach_H_handler_c_false_is_unknown_H_handler
  \/ detach_H_handler_c_false_is_unsubscribed
  \/ detach_H_handler_c_true_is_unknown_H_handler
  \/ detach_H_handler_c_true_is_unsubscribed
  \/ nack_H_message_c_1_false_1_is_nacked
  \/ nack_H_message_c_1_false_1_is_stale_H_epoch
  \/ nack_H_message_c_2_false_1_is_stale_H_epoch
  \/ receive_H_message_c_0_2_is_queued
  \/ receive_H_message_c_0_2_is_received
  \/ return_H_message_c_1_is_returned
  \/ return_H_message_c_1_is_stale_H_epoch
  \/ return_H_message_c_2_is_stale_H_epoch
  \/ send_H_message_a_c_false_0_0_0_is_sent
  \/ send_H_message_b_c_false_0_0_0_is_sent
  \/ tick_1

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
