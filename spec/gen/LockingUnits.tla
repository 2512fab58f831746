---- MODULE LockingUnits ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCLocking

follow == Follow /\ TRUE
settled == Settled /\ TRUE
acquire_a_t_exclusive_2_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "t", "exclusive", 2, 0, TRUE) = "queued" /\ Acquire("a", "t", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_c_s_exclusive_1__H_1_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "s", "exclusive", 1, -1, TRUE) = "acquired" /\ Acquire("c", "s", "exclusive", 1, -1, 0, 0, TRUE) /\ TRUE
acquire_c_s_exclusive_1__H_1_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("c", "s", "exclusive", 1, -1, TRUE) = "queued" /\ Acquire("c", "s", "exclusive", 1, -1, 0, 0, TRUE) /\ TRUE
acquire_c_s_exclusive_1__H_1_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "s", "exclusive", 1, -1, TRUE) = "reacquired" /\ Acquire("c", "s", "exclusive", 1, -1, 0, 0, TRUE) /\ TRUE
acquire_d_r_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("d", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("d", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
release_b_s_0_is_not_H_holder == Stable /\ AnswerToRelease("b", "s", 0) = "not-holder" /\ Release("b", "s", 0) /\ TRUE
release_b_s_0_is_released == Stable /\ AnswerToRelease("b", "s", 0) = "released" /\ Release("b", "s", 0) /\ TRUE
release_c_t_0_is_not_H_holder == Stable /\ AnswerToRelease("c", "t", 0) = "not-holder" /\ Release("c", "t", 0) /\ TRUE
release_c_t_0_is_released == Stable /\ AnswerToRelease("c", "t", 0) = "released" /\ Release("c", "t", 0) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ acquire_a_t_exclusive_2_0_0_0_true_is_queued
  \/ acquire_c_s_exclusive_1__H_1_0_0_true_is_acquired
  \/ acquire_c_s_exclusive_1__H_1_0_0_true_is_queued
  \/ acquire_c_s_exclusive_1__H_1_0_0_true_is_reacquired
  \/ acquire_d_r_exclusive_1_0_0_0_true_is_queued
  \/ release_b_s_0_is_not_H_holder
  \/ release_b_s_0_is_released
  \/ release_c_t_0_is_not_H_holder
  \/ release_c_t_0_is_released

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
