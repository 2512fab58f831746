---- MODULE LockingUndetected ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCLocking

follow == Follow /\ TRUE
settled == Settled /\ TRUE
acquire_a_s_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_s_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("c", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_H_all_b_r_exclusive_1_t_exclusive_1_0_0_0_is_queued == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "t", mode |-> "exclusive", units |-> 1]>>, 0) = <<"queued">> /\ AcquireAll("b", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "t", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
ask_p_a_c_0_is_begun == Stable /\ MayAsk /\ AnswerToAsk("p", "a", "c") = "begun" /\ Ask("p", "a", "c", 0) /\ TRUE
ask_p_a_c_0_is_full == Stable /\ MayAsk /\ AnswerToAsk("p", "a", "c") = "full" /\ Ask("p", "a", "c", 0) /\ TRUE
ask_p_a_c_0_is_known_H_ask == Stable /\ MayAsk /\ AnswerToAsk("p", "a", "c") = "known-ask" /\ Ask("p", "a", "c", 0) /\ TRUE
ask_q_b_a_0_is_begun == Stable /\ MayAsk /\ AnswerToAsk("q", "b", "a") = "begun" /\ Ask("q", "b", "a", 0) /\ TRUE
ask_q_b_a_0_is_full == Stable /\ MayAsk /\ AnswerToAsk("q", "b", "a") = "full" /\ Ask("q", "b", "a", 0) /\ TRUE
ask_q_b_a_0_is_known_H_ask == Stable /\ MayAsk /\ AnswerToAsk("q", "b", "a") = "known-ask" /\ Ask("q", "b", "a", 0) /\ TRUE
evict_t_b_c_is_abandoned == Stable /\ AnswerToEvict("t", {"b", "c"}) = "abandoned" /\ Evict("t", {"b", "c"}) /\ TRUE
evict_t_b_c_is_nothing == Stable /\ AnswerToEvict("t", {"b", "c"}) = "nothing" /\ Evict("t", {"b", "c"}) /\ TRUE
evict_t_b_c_is_revoked == Stable /\ AnswerToEvict("t", {"b", "c"}) = "revoked" /\ Evict("t", {"b", "c"}) /\ TRUE
revoke_s_2_is_revoked == Stable /\ AnswerToRevoke("s", 2) = "revoked" /\ Revoke("s", 2) /\ TRUE
revoke_s_2_is_stale_H_epoch == Stable /\ AnswerToRevoke("s", 2) = "stale-epoch" /\ Revoke("s", 2) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ acquire_a_s_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_a_s_exclusive_1_0_0_0_true_is_queued
  \/ acquire_c_r_exclusive_1_0_0_0_true_is_queued
  \/ acquire_H_all_b_r_exclusive_1_t_exclusive_1_0_0_0_is_queued
  \/ ask_p_a_c_0_is_begun
  \/ ask_p_a_c_0_is_full
  \/ ask_p_a_c_0_is_known_H_ask
  \/ ask_q_b_a_0_is_begun
  \/ ask_q_b_a_0_is_full
  \/ ask_q_b_a_0_is_known_H_ask
  \/ evict_t_b_c_is_abandoned
  \/ evict_t_b_c_is_nothing
  \/ evict_t_b_c_is_revoked
  \/ revoke_s_2_is_revoked
  \/ revoke_s_2_is_stale_H_epoch

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
