---- MODULE LockingCapacity ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCLocking

follow == Follow /\ TRUE
settled == Settled /\ TRUE
acquire_a_r_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_s_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_s_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_s_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_s_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "s", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_s_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "s", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_s_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "s", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("c", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("c", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("c", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_s_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "s", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("c", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_s_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("c", "s", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("c", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_s_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "s", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("c", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
cancel_H_wait_a_1_is_cancelled == Stable /\ AnswerToCancelWait("a", 1) = "cancelled" /\ CancelWait("a", 1) /\ TRUE
cancel_H_wait_a_1_is_not_H_waiting == Stable /\ AnswerToCancelWait("a", 1) = "not-waiting" /\ CancelWait("a", 1) /\ TRUE
cancel_H_wait_a_1_is_released == Stable /\ AnswerToCancelWait("a", 1) = "released" /\ CancelWait("a", 1) /\ TRUE
cancel_H_wait_a_2_is_cancelled == Stable /\ AnswerToCancelWait("a", 2) = "cancelled" /\ CancelWait("a", 2) /\ TRUE
cancel_H_wait_a_2_is_not_H_waiting == Stable /\ AnswerToCancelWait("a", 2) = "not-waiting" /\ CancelWait("a", 2) /\ TRUE
cancel_H_wait_a_2_is_released == Stable /\ AnswerToCancelWait("a", 2) = "released" /\ CancelWait("a", 2) /\ TRUE
cancel_H_wait_b_1_is_cancelled == Stable /\ AnswerToCancelWait("b", 1) = "cancelled" /\ CancelWait("b", 1) /\ TRUE
cancel_H_wait_b_1_is_not_H_waiting == Stable /\ AnswerToCancelWait("b", 1) = "not-waiting" /\ CancelWait("b", 1) /\ TRUE
cancel_H_wait_b_1_is_released == Stable /\ AnswerToCancelWait("b", 1) = "released" /\ CancelWait("b", 1) /\ TRUE
cancel_H_wait_b_2_is_cancelled == Stable /\ AnswerToCancelWait("b", 2) = "cancelled" /\ CancelWait("b", 2) /\ TRUE
cancel_H_wait_b_2_is_not_H_waiting == Stable /\ AnswerToCancelWait("b", 2) = "not-waiting" /\ CancelWait("b", 2) /\ TRUE
cancel_H_wait_b_2_is_released == Stable /\ AnswerToCancelWait("b", 2) = "released" /\ CancelWait("b", 2) /\ TRUE
cancel_H_wait_c_1_is_cancelled == Stable /\ AnswerToCancelWait("c", 1) = "cancelled" /\ CancelWait("c", 1) /\ TRUE
cancel_H_wait_c_1_is_not_H_waiting == Stable /\ AnswerToCancelWait("c", 1) = "not-waiting" /\ CancelWait("c", 1) /\ TRUE
cancel_H_wait_c_1_is_released == Stable /\ AnswerToCancelWait("c", 1) = "released" /\ CancelWait("c", 1) /\ TRUE
cancel_H_wait_c_2_is_cancelled == Stable /\ AnswerToCancelWait("c", 2) = "cancelled" /\ CancelWait("c", 2) /\ TRUE
cancel_H_wait_c_2_is_not_H_waiting == Stable /\ AnswerToCancelWait("c", 2) = "not-waiting" /\ CancelWait("c", 2) /\ TRUE
cancel_H_wait_c_2_is_released == Stable /\ AnswerToCancelWait("c", 2) = "released" /\ CancelWait("c", 2) /\ TRUE
define_r_1_is_defined == Stable /\ AnswerToDefine("r", 1) = "defined" /\ Define("r", 1) /\ TRUE
define_r_2_is_defined == Stable /\ AnswerToDefine("r", 2) = "defined" /\ Define("r", 2) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ acquire_a_r_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_a_r_exclusive_1_0_0_0_true_is_queued
  \/ acquire_a_r_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_a_s_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_a_s_exclusive_1_0_0_0_true_is_queued
  \/ acquire_a_s_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_queued
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_b_s_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_b_s_exclusive_1_0_0_0_true_is_queued
  \/ acquire_b_s_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_c_r_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_c_r_exclusive_1_0_0_0_true_is_queued
  \/ acquire_c_r_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_c_s_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_c_s_exclusive_1_0_0_0_true_is_queued
  \/ acquire_c_s_exclusive_1_0_0_0_true_is_reacquired
  \/ cancel_H_wait_a_1_is_cancelled
  \/ cancel_H_wait_a_1_is_not_H_waiting
  \/ cancel_H_wait_a_1_is_released
  \/ cancel_H_wait_a_2_is_cancelled
  \/ cancel_H_wait_a_2_is_not_H_waiting
  \/ cancel_H_wait_a_2_is_released
  \/ cancel_H_wait_b_1_is_cancelled
  \/ cancel_H_wait_b_1_is_not_H_waiting
  \/ cancel_H_wait_b_1_is_released
  \/ cancel_H_wait_b_2_is_cancelled
  \/ cancel_H_wait_b_2_is_not_H_waiting
  \/ cancel_H_wait_b_2_is_released
  \/ cancel_H_wait_c_1_is_cancelled
  \/ cancel_H_wait_c_1_is_not_H_waiting
  \/ cancel_H_wait_c_1_is_released
  \/ cancel_H_wait_c_2_is_cancelled
  \/ cancel_H_wait_c_2_is_not_H_waiting
  \/ cancel_H_wait_c_2_is_released
  \/ define_r_1_is_defined
  \/ define_r_2_is_defined

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
