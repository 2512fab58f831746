---- MODULE DeliveryTopics ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCDelivery

follow == Follow /\ TRUE
settled == Settled /\ TRUE
ack_H_message_b_1_is_stale_H_epoch == Stable /\ May([type |-> "ack-message", agent |-> "b", epoch |-> 1]) /\ Answer([type |-> "ack-message", agent |-> "b", epoch |-> 1]) = "stale-epoch" /\ Do([type |-> "ack-message", agent |-> "b", epoch |-> 1]) /\ TRUE
broadcast_H_message_a_false_0_0_0_is_nothing == Stable /\ May([type |-> "broadcast-message", from |-> "a", topic |-> "", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ Answer([type |-> "broadcast-message", from |-> "a", topic |-> "", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) = "nothing" /\ Do([type |-> "broadcast-message", from |-> "a", topic |-> "", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ TRUE
close_H_mailbox_b_is_closed == Stable /\ May([type |-> "close-mailbox", agent |-> "b"]) /\ Answer([type |-> "close-mailbox", agent |-> "b"]) = "closed" /\ Do([type |-> "close-mailbox", agent |-> "b"]) /\ TRUE
close_H_mailbox_b_is_nothing == Stable /\ May([type |-> "close-mailbox", agent |-> "b"]) /\ Answer([type |-> "close-mailbox", agent |-> "b"]) = "nothing" /\ Do([type |-> "close-mailbox", agent |-> "b"]) /\ TRUE
publish_H_message_a_t_false_0_0_0_is_nothing == Stable /\ May([type |-> "publish-message", from |-> "a", topic |-> "t", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ Answer([type |-> "publish-message", from |-> "a", topic |-> "t", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) = "nothing" /\ Do([type |-> "publish-message", from |-> "a", topic |-> "t", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ TRUE
receive_H_message_b_0_0_is_empty == Stable /\ May([type |-> "receive-message", agent |-> "b", timeoutMs |-> 0, waitMs |-> 0]) /\ Answer([type |-> "receive-message", agent |-> "b", timeoutMs |-> 0, waitMs |-> 0]) = "empty" /\ Do([type |-> "receive-message", agent |-> "b", timeoutMs |-> 0, waitMs |-> 0]) /\ TRUE
receive_H_message_b_0_0_is_received == Stable /\ May([type |-> "receive-message", agent |-> "b", timeoutMs |-> 0, waitMs |-> 0]) /\ Answer([type |-> "receive-message", agent |-> "b", timeoutMs |-> 0, waitMs |-> 0]) = "received" /\ Do([type |-> "receive-message", agent |-> "b", timeoutMs |-> 0, waitMs |-> 0]) /\ TRUE
send_H_message_a_c_false_0_0_0_is_mailbox_H_full == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) = "mailbox-full" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ TRUE
send_H_message_a_c_false_0_0_0_is_sent == Stable /\ May([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) = "sent" /\ Do([type |-> "send-message", from |-> "a", to |-> "c", urgent |-> FALSE, ttlMs |-> 0, id |-> 0, responseMs |-> 0]) /\ TRUE
send_H_message_b_b_false_0_101_0_is_deduplicated == Stable /\ May([type |-> "send-message", from |-> "b", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "b", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) = "deduplicated" /\ Do([type |-> "send-message", from |-> "b", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) /\ TRUE
send_H_message_b_b_false_0_101_0_is_mailbox_H_full == Stable /\ May([type |-> "send-message", from |-> "b", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "b", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) = "mailbox-full" /\ Do([type |-> "send-message", from |-> "b", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) /\ TRUE
send_H_message_b_b_false_0_101_0_is_sent == Stable /\ May([type |-> "send-message", from |-> "b", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) /\ Answer([type |-> "send-message", from |-> "b", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) = "sent" /\ Do([type |-> "send-message", from |-> "b", to |-> "b", urgent |-> FALSE, ttlMs |-> 0, id |-> 101, responseMs |-> 0]) /\ TRUE
subscribe_H_topic_b_t_is_nothing == Stable /\ May([type |-> "subscribe-topic", agent |-> "b", topic |-> "t"]) /\ Answer([type |-> "subscribe-topic", agent |-> "b", topic |-> "t"]) = "nothing" /\ Do([type |-> "subscribe-topic", agent |-> "b", topic |-> "t"]) /\ TRUE
subscribe_H_topic_b_t_is_subscribed == Stable /\ May([type |-> "subscribe-topic", agent |-> "b", topic |-> "t"]) /\ Answer([type |-> "subscribe-topic", agent |-> "b", topic |-> "t"]) = "subscribed" /\ Do([type |-> "subscribe-topic", agent |-> "b", topic |-> "t"]) /\ TRUE
subscribe_H_topic_c_t_is_nothing == Stable /\ May([type |-> "subscribe-topic", agent |-> "c", topic |-> "t"]) /\ Answer([type |-> "subscribe-topic", agent |-> "c", topic |-> "t"]) = "nothing" /\ Do([type |-> "subscribe-topic", agent |-> "c", topic |-> "t"]) /\ TRUE
subscribe_H_topic_c_t_is_subscribed == Stable /\ May([type |-> "subscribe-topic", agent |-> "c", topic |-> "t"]) /\ Answer([type |-> "subscribe-topic", agent |-> "c", topic |-> "t"]) = "subscribed" /\ Do([type |-> "subscribe-topic", agent |-> "c", topic |-> "t"]) /\ TRUE
unsubscribe_H_topic_b_t_is_nothing == Stable /\ May([type |-> "unsubscribe-topic", agent |-> "b", topic |-> "t"]) /\ Answer([type |-> "unsubscribe-topic", agent |-> "b", topic |-> "t"]) = "nothing" /\ Do([type |-> "unsubscribe-topic", agent |-> "b", topic |-> "t"]) /\ TRUE
unsubscribe_H_topic_b_t_is_unsubscribed == Stable /\ May([type |-> "unsubscribe-topic", agent |-> "b", topic |-> "t"]) /\ Answer([type |-> "unsubscribe-topic", agent |-> "b", topic |-> "t"]) = "unsubscribed" /\ Do([type |-> "unsubscribe-topic", agent |-> "b", topic |-> "t"]) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ ack_H_message_b_1_is_stale_H_epoch
  \/ broadcast_H_message_a_false_0_0_0_is_nothing
  \/ close_H_mailbox_b_is_closed
  \/ close_H_mailbox_b_is_nothing
  \/ publish_H_message_a_t_false_0_0_0_is_nothing
  \/ receive_H_message_b_0_0_is_empty
  \/ receive_H_message_b_0_0_is_received
  \/ send_H_message_a_c_false_0_0_0_is_mailbox_H_full
  \/ send_H_message_a_c_false_0_0_0_is_sent
  \/ send_H_message_b_b_false_0_101_0_is_deduplicated
  \/ send_H_message_b_b_false_0_101_0_is_mailbox_H_full
  \/ send_H_message_b_b_false_0_101_0_is_sent
  \/ subscribe_H_topic_b_t_is_nothing
  \/ subscribe_H_topic_b_t_is_subscribed
  \/ subscribe_H_topic_c_t_is_nothing
  \/ subscribe_H_topic_c_t_is_subscribed
  \/ unsubscribe_H_topic_b_t_is_nothing
  \/ unsubscribe_H_topic_b_t_is_unsubscribed

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
