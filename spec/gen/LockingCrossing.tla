---- MODULE LockingCrossing ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCLocking

follow == Follow /\ TRUE
settled == Settled /\ TRUE
acquire_a_x_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "x", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "x", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_x_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "x", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "x", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_x_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "x", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "x", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_y_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "y", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "y", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_y_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "y", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "y", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_y_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "y", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "y", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_z_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "z", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "z", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_z_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "z", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "z", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_z_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "z", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "z", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_x_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "x", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "x", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_x_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "x", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "x", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_x_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "x", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "x", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_y_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "y", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "y", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_y_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "y", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "y", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_y_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "y", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "y", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_z_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "z", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "z", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_z_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "z", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "z", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_z_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "z", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "z", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
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
release_a_x_0_is_not_H_holder == Stable /\ AnswerToRelease("a", "x", 0) = "not-holder" /\ Release("a", "x", 0) /\ TRUE
release_a_x_0_is_released == Stable /\ AnswerToRelease("a", "x", 0) = "released" /\ Release("a", "x", 0) /\ TRUE
release_a_y_0_is_not_H_holder == Stable /\ AnswerToRelease("a", "y", 0) = "not-holder" /\ Release("a", "y", 0) /\ TRUE
release_a_y_0_is_released == Stable /\ AnswerToRelease("a", "y", 0) = "released" /\ Release("a", "y", 0) /\ TRUE
release_a_z_0_is_not_H_holder == Stable /\ AnswerToRelease("a", "z", 0) = "not-holder" /\ Release("a", "z", 0) /\ TRUE
release_a_z_0_is_released == Stable /\ AnswerToRelease("a", "z", 0) = "released" /\ Release("a", "z", 0) /\ TRUE
release_b_x_0_is_not_H_holder == Stable /\ AnswerToRelease("b", "x", 0) = "not-holder" /\ Release("b", "x", 0) /\ TRUE
release_b_x_0_is_released == Stable /\ AnswerToRelease("b", "x", 0) = "released" /\ Release("b", "x", 0) /\ TRUE
release_b_y_0_is_not_H_holder == Stable /\ AnswerToRelease("b", "y", 0) = "not-holder" /\ Release("b", "y", 0) /\ TRUE
release_b_y_0_is_released == Stable /\ AnswerToRelease("b", "y", 0) = "released" /\ Release("b", "y", 0) /\ TRUE
release_b_z_0_is_not_H_holder == Stable /\ AnswerToRelease("b", "z", 0) = "not-holder" /\ Release("b", "z", 0) /\ TRUE
release_b_z_0_is_released == Stable /\ AnswerToRelease("b", "z", 0) = "released" /\ Release("b", "z", 0) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ acquire_a_x_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_a_x_exclusive_1_0_0_0_true_is_queued
  \/ acquire_a_x_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_a_y_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_a_y_exclusive_1_0_0_0_true_is_queued
  \/ acquire_a_y_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_a_z_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_a_z_exclusive_1_0_0_0_true_is_queued
  \/ acquire_a_z_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_b_x_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_b_x_exclusive_1_0_0_0_true_is_queued
  \/ acquire_b_x_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_b_y_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_b_y_exclusive_1_0_0_0_true_is_queued
  \/ acquire_b_y_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_b_z_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_b_z_exclusive_1_0_0_0_true_is_queued
  \/ acquire_b_z_exclusive_1_0_0_0_true_is_reacquired
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
  \/ release_a_x_0_is_not_H_holder
  \/ release_a_x_0_is_released
  \/ release_a_y_0_is_not_H_holder
  \/ release_a_y_0_is_released
  \/ release_a_z_0_is_not_H_holder
  \/ release_a_z_0_is_released
  \/ release_b_x_0_is_not_H_holder
  \/ release_b_x_0_is_released
  \/ release_b_y_0_is_not_H_holder
  \/ release_b_y_0_is_released
  \/ release_b_z_0_is_not_H_holder
  \/ release_b_z_0_is_released

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
