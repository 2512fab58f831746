---- MODULE LockingAsks ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCLocking

follow == Follow /\ TRUE
settled == Settled /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_s_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "s", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("c", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_s_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("c", "s", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("c", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_s_exclusive_2_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "s", "exclusive", 2, 0, TRUE) = "acquired" /\ Acquire("c", "s", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_c_s_exclusive_2_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("c", "s", "exclusive", 2, 0, TRUE) = "queued" /\ Acquire("c", "s", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
ask_o_b_a__H_1_is_begun == Stable /\ MayAsk /\ AnswerToAsk("o", "b", "a") = "begun" /\ Ask("o", "b", "a", -1) /\ TRUE
ask_o_b_a__H_1_is_known_H_ask == Stable /\ MayAsk /\ AnswerToAsk("o", "b", "a") = "known-ask" /\ Ask("o", "b", "a", -1) /\ TRUE
ask_p_a_c_0_is_begun == Stable /\ MayAsk /\ AnswerToAsk("p", "a", "c") = "begun" /\ Ask("p", "a", "c", 0) /\ TRUE
ask_p_a_c_0_is_known_H_ask == Stable /\ MayAsk /\ AnswerToAsk("p", "a", "c") = "known-ask" /\ Ask("p", "a", "c", 0) /\ TRUE
ask_q_a_b_1_is_begun == Stable /\ MayAsk /\ AnswerToAsk("q", "a", "b") = "begun" /\ Ask("q", "a", "b", 1) /\ TRUE
ask_q_a_b_1_is_known_H_ask == Stable /\ MayAsk /\ AnswerToAsk("q", "a", "b") = "known-ask" /\ Ask("q", "a", "b", 1) /\ TRUE
ask_q_b_d_0_is_begun == Stable /\ MayAsk /\ AnswerToAsk("q", "b", "d") = "begun" /\ Ask("q", "b", "d", 0) /\ TRUE
ask_q_b_d_0_is_known_H_ask == Stable /\ MayAsk /\ AnswerToAsk("q", "b", "d") = "known-ask" /\ Ask("q", "b", "d", 0) /\ TRUE
ask_q_c_a_0_is_begun == Stable /\ MayAsk /\ AnswerToAsk("q", "c", "a") = "begun" /\ Ask("q", "c", "a", 0) /\ TRUE
ask_q_c_a_0_is_known_H_ask == Stable /\ MayAsk /\ AnswerToAsk("q", "c", "a") = "known-ask" /\ Ask("q", "c", "a", 0) /\ TRUE
end_H_ask_p_is_ended == Stable /\ AnswerToEndAsk("p") = "ended" /\ EndAsk("p") /\ TRUE
end_H_ask_p_is_nothing == Stable /\ AnswerToEndAsk("p") = "nothing" /\ EndAsk("p") /\ TRUE
release_H_all_a_is_ended == Stable /\ AnswerToReleaseAll("a") = "ended" /\ ReleaseAll("a") /\ TRUE
release_H_all_a_is_nothing == Stable /\ AnswerToReleaseAll("a") = "nothing" /\ ReleaseAll("a") /\ TRUE
release_H_all_a_is_released == Stable /\ AnswerToReleaseAll("a") = "released" /\ ReleaseAll("a") /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_queued
  \/ acquire_c_s_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_c_s_exclusive_1_0_0_0_true_is_queued
  \/ acquire_c_s_exclusive_2_0_0_0_true_is_acquired
  \/ acquire_c_s_exclusive_2_0_0_0_true_is_queued
  \/ ask_o_b_a__H_1_is_begun
  \/ ask_o_b_a__H_1_is_known_H_ask
  \/ ask_p_a_c_0_is_begun
  \/ ask_p_a_c_0_is_known_H_ask
  \/ ask_q_a_b_1_is_begun
  \/ ask_q_a_b_1_is_known_H_ask
  \/ ask_q_b_d_0_is_begun
  \/ ask_q_b_d_0_is_known_H_ask
  \/ ask_q_c_a_0_is_begun
  \/ ask_q_c_a_0_is_known_H_ask
  \/ end_H_ask_p_is_ended
  \/ end_H_ask_p_is_nothing
  \/ release_H_all_a_is_ended
  \/ release_H_all_a_is_nothing
  \/ release_H_all_a_is_released

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
