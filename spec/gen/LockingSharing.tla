---- MODULE LockingSharing ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCLocking

follow == Follow /\ TRUE
settled == Settled /\ TRUE
acquire_a_r_exclusive_1_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, FALSE) = "acquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, FALSE) = "held" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, FALSE) = "reacquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_false_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, FALSE) = "upgrade" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_true_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "upgrade" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_2_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 2, 0, FALSE) = "acquired" /\ Acquire("a", "r", "exclusive", 2, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_exclusive_2_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 2, 0, FALSE) = "held" /\ Acquire("a", "r", "exclusive", 2, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_exclusive_2_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 2, 0, FALSE) = "reacquired" /\ Acquire("a", "r", "exclusive", 2, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_exclusive_2_0_0_0_false_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 2, 0, FALSE) = "upgrade" /\ Acquire("a", "r", "exclusive", 2, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_exclusive_2_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 2, 0, TRUE) = "acquired" /\ Acquire("a", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_2_0_0_0_true_is_over_H_capacity == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 2, 0, TRUE) = "over-capacity" /\ Acquire("a", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_2_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 2, 0, TRUE) = "queued" /\ Acquire("a", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_2_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 2, 0, TRUE) = "reacquired" /\ Acquire("a", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_2_0_0_0_true_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 2, 0, TRUE) = "upgrade" /\ Acquire("a", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_shared_1_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "shared", 1, 0, FALSE) = "acquired" /\ Acquire("a", "r", "shared", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_shared_1_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "shared", 1, 0, FALSE) = "held" /\ Acquire("a", "r", "shared", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_shared_1_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "shared", 1, 0, FALSE) = "reacquired" /\ Acquire("a", "r", "shared", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_shared_1_0_0_0_false_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "shared", 1, 0, FALSE) = "upgrade" /\ Acquire("a", "r", "shared", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_shared_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "shared", 1, 0, TRUE) = "acquired" /\ Acquire("a", "r", "shared", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_shared_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "shared", 1, 0, TRUE) = "queued" /\ Acquire("a", "r", "shared", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_shared_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "shared", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "r", "shared", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_shared_1_0_0_0_true_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "shared", 1, 0, TRUE) = "upgrade" /\ Acquire("a", "r", "shared", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, FALSE) = "acquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, FALSE) = "held" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, FALSE) = "reacquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_false_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, FALSE) = "upgrade" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "upgrade" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_2_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 2, 0, FALSE) = "acquired" /\ Acquire("b", "r", "exclusive", 2, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_exclusive_2_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 2, 0, FALSE) = "held" /\ Acquire("b", "r", "exclusive", 2, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_exclusive_2_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 2, 0, FALSE) = "reacquired" /\ Acquire("b", "r", "exclusive", 2, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_exclusive_2_0_0_0_false_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 2, 0, FALSE) = "upgrade" /\ Acquire("b", "r", "exclusive", 2, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_exclusive_2_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 2, 0, TRUE) = "acquired" /\ Acquire("b", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_2_0_0_0_true_is_over_H_capacity == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 2, 0, TRUE) = "over-capacity" /\ Acquire("b", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_2_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 2, 0, TRUE) = "queued" /\ Acquire("b", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_2_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 2, 0, TRUE) = "reacquired" /\ Acquire("b", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_2_0_0_0_true_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 2, 0, TRUE) = "upgrade" /\ Acquire("b", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_shared_1_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "shared", 1, 0, FALSE) = "acquired" /\ Acquire("b", "r", "shared", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_shared_1_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "shared", 1, 0, FALSE) = "held" /\ Acquire("b", "r", "shared", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_shared_1_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "shared", 1, 0, FALSE) = "reacquired" /\ Acquire("b", "r", "shared", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_shared_1_0_0_0_false_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "shared", 1, 0, FALSE) = "upgrade" /\ Acquire("b", "r", "shared", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_shared_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "shared", 1, 0, TRUE) = "acquired" /\ Acquire("b", "r", "shared", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_shared_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "shared", 1, 0, TRUE) = "queued" /\ Acquire("b", "r", "shared", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_shared_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "shared", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "r", "shared", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_shared_1_0_0_0_true_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "shared", 1, 0, TRUE) = "upgrade" /\ Acquire("b", "r", "shared", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_exclusive_1_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 1, 0, FALSE) = "acquired" /\ Acquire("c", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_c_r_exclusive_1_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 1, 0, FALSE) = "held" /\ Acquire("c", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_c_r_exclusive_1_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 1, 0, FALSE) = "reacquired" /\ Acquire("c", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_c_r_exclusive_1_0_0_0_false_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 1, 0, FALSE) = "upgrade" /\ Acquire("c", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_c_r_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("c", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("c", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("c", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_exclusive_1_0_0_0_true_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 1, 0, TRUE) = "upgrade" /\ Acquire("c", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_exclusive_2_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 2, 0, FALSE) = "acquired" /\ Acquire("c", "r", "exclusive", 2, 0, 0, 0, FALSE) /\ TRUE
acquire_c_r_exclusive_2_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 2, 0, FALSE) = "held" /\ Acquire("c", "r", "exclusive", 2, 0, 0, 0, FALSE) /\ TRUE
acquire_c_r_exclusive_2_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 2, 0, FALSE) = "reacquired" /\ Acquire("c", "r", "exclusive", 2, 0, 0, 0, FALSE) /\ TRUE
acquire_c_r_exclusive_2_0_0_0_false_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 2, 0, FALSE) = "upgrade" /\ Acquire("c", "r", "exclusive", 2, 0, 0, 0, FALSE) /\ TRUE
acquire_c_r_exclusive_2_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 2, 0, TRUE) = "acquired" /\ Acquire("c", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_exclusive_2_0_0_0_true_is_over_H_capacity == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 2, 0, TRUE) = "over-capacity" /\ Acquire("c", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_exclusive_2_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 2, 0, TRUE) = "queued" /\ Acquire("c", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_exclusive_2_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 2, 0, TRUE) = "reacquired" /\ Acquire("c", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_exclusive_2_0_0_0_true_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 2, 0, TRUE) = "upgrade" /\ Acquire("c", "r", "exclusive", 2, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_shared_1_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "shared", 1, 0, FALSE) = "acquired" /\ Acquire("c", "r", "shared", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_c_r_shared_1_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "shared", 1, 0, FALSE) = "held" /\ Acquire("c", "r", "shared", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_c_r_shared_1_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "shared", 1, 0, FALSE) = "reacquired" /\ Acquire("c", "r", "shared", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_c_r_shared_1_0_0_0_false_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "shared", 1, 0, FALSE) = "upgrade" /\ Acquire("c", "r", "shared", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_c_r_shared_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "shared", 1, 0, TRUE) = "acquired" /\ Acquire("c", "r", "shared", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_shared_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "shared", 1, 0, TRUE) = "queued" /\ Acquire("c", "r", "shared", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_shared_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "shared", 1, 0, TRUE) = "reacquired" /\ Acquire("c", "r", "shared", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_shared_1_0_0_0_true_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "shared", 1, 0, TRUE) = "upgrade" /\ Acquire("c", "r", "shared", 1, 0, 0, 0, TRUE) /\ TRUE
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
release_a_r_0_is_not_H_holder == Stable /\ AnswerToRelease("a", "r", 0) = "not-holder" /\ Release("a", "r", 0) /\ TRUE
release_a_r_0_is_released == Stable /\ AnswerToRelease("a", "r", 0) = "released" /\ Release("a", "r", 0) /\ TRUE
release_b_r_0_is_not_H_holder == Stable /\ AnswerToRelease("b", "r", 0) = "not-holder" /\ Release("b", "r", 0) /\ TRUE
release_b_r_0_is_released == Stable /\ AnswerToRelease("b", "r", 0) = "released" /\ Release("b", "r", 0) /\ TRUE
release_c_r_0_is_not_H_holder == Stable /\ AnswerToRelease("c", "r", 0) = "not-holder" /\ Release("c", "r", 0) /\ TRUE
release_c_r_0_is_released == Stable /\ AnswerToRelease("c", "r", 0) = "released" /\ Release("c", "r", 0) /\ TRUE
release_H_all_a_is_abandoned == Stable /\ AnswerToReleaseAll("a") = "abandoned" /\ ReleaseAll("a") /\ TRUE
release_H_all_a_is_nothing == Stable /\ AnswerToReleaseAll("a") = "nothing" /\ ReleaseAll("a") /\ TRUE
release_H_all_a_is_released == Stable /\ AnswerToReleaseAll("a") = "released" /\ ReleaseAll("a") /\ TRUE
release_H_all_b_is_abandoned == Stable /\ AnswerToReleaseAll("b") = "abandoned" /\ ReleaseAll("b") /\ TRUE
release_H_all_b_is_nothing == Stable /\ AnswerToReleaseAll("b") = "nothing" /\ ReleaseAll("b") /\ TRUE
release_H_all_b_is_released == Stable /\ AnswerToReleaseAll("b") = "released" /\ ReleaseAll("b") /\ TRUE
release_H_all_c_is_abandoned == Stable /\ AnswerToReleaseAll("c") = "abandoned" /\ ReleaseAll("c") /\ TRUE
release_H_all_c_is_nothing == Stable /\ AnswerToReleaseAll("c") = "nothing" /\ ReleaseAll("c") /\ TRUE
release_H_all_c_is_released == Stable /\ AnswerToReleaseAll("c") = "released" /\ ReleaseAll("c") /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ acquire_a_r_exclusive_1_0_0_0_false_is_acquired
  \/ acquire_a_r_exclusive_1_0_0_0_false_is_held
  \/ acquire_a_r_exclusive_1_0_0_0_false_is_reacquired
  \/ acquire_a_r_exclusive_1_0_0_0_false_is_upgrade
  \/ acquire_a_r_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_a_r_exclusive_1_0_0_0_true_is_queued
  \/ acquire_a_r_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_a_r_exclusive_1_0_0_0_true_is_upgrade
  \/ acquire_a_r_exclusive_2_0_0_0_false_is_acquired
  \/ acquire_a_r_exclusive_2_0_0_0_false_is_held
  \/ acquire_a_r_exclusive_2_0_0_0_false_is_reacquired
  \/ acquire_a_r_exclusive_2_0_0_0_false_is_upgrade
  \/ acquire_a_r_exclusive_2_0_0_0_true_is_acquired
  \/ acquire_a_r_exclusive_2_0_0_0_true_is_over_H_capacity
  \/ acquire_a_r_exclusive_2_0_0_0_true_is_queued
  \/ acquire_a_r_exclusive_2_0_0_0_true_is_reacquired
  \/ acquire_a_r_exclusive_2_0_0_0_true_is_upgrade
  \/ acquire_a_r_shared_1_0_0_0_false_is_acquired
  \/ acquire_a_r_shared_1_0_0_0_false_is_held
  \/ acquire_a_r_shared_1_0_0_0_false_is_reacquired
  \/ acquire_a_r_shared_1_0_0_0_false_is_upgrade
  \/ acquire_a_r_shared_1_0_0_0_true_is_acquired
  \/ acquire_a_r_shared_1_0_0_0_true_is_queued
  \/ acquire_a_r_shared_1_0_0_0_true_is_reacquired
  \/ acquire_a_r_shared_1_0_0_0_true_is_upgrade
  \/ acquire_b_r_exclusive_1_0_0_0_false_is_acquired
  \/ acquire_b_r_exclusive_1_0_0_0_false_is_held
  \/ acquire_b_r_exclusive_1_0_0_0_false_is_reacquired
  \/ acquire_b_r_exclusive_1_0_0_0_false_is_upgrade
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_queued
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_upgrade
  \/ acquire_b_r_exclusive_2_0_0_0_false_is_acquired
  \/ acquire_b_r_exclusive_2_0_0_0_false_is_held
  \/ acquire_b_r_exclusive_2_0_0_0_false_is_reacquired
  \/ acquire_b_r_exclusive_2_0_0_0_false_is_upgrade
  \/ acquire_b_r_exclusive_2_0_0_0_true_is_acquired
  \/ acquire_b_r_exclusive_2_0_0_0_true_is_over_H_capacity
  \/ acquire_b_r_exclusive_2_0_0_0_true_is_queued
  \/ acquire_b_r_exclusive_2_0_0_0_true_is_reacquired
  \/ acquire_b_r_exclusive_2_0_0_0_true_is_upgrade
  \/ acquire_b_r_shared_1_0_0_0_false_is_acquired
  \/ acquire_b_r_shared_1_0_0_0_false_is_held
  \/ acquire_b_r_shared_1_0_0_0_false_is_reacquired
  \/ acquire_b_r_shared_1_0_0_0_false_is_upgrade
  \/ acquire_b_r_shared_1_0_0_0_true_is_acquired
  \/ acquire_b_r_shared_1_0_0_0_true_is_queued
  \/ acquire_b_r_shared_1_0_0_0_true_is_reacquired
  \/ acquire_b_r_shared_1_0_0_0_true_is_upgrade
  \/ acquire_c_r_exclusive_1_0_0_0_false_is_acquired
  \/ acquire_c_r_exclusive_1_0_0_0_false_is_held
  \/ acquire_c_r_exclusive_1_0_0_0_false_is_reacquired
  \/ acquire_c_r_exclusive_1_0_0_0_false_is_upgrade
  \/ acquire_c_r_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_c_r_exclusive_1_0_0_0_true_is_queued
  \/ acquire_c_r_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_c_r_exclusive_1_0_0_0_true_is_upgrade
  \/ acquire_c_r_exclusive_2_0_0_0_false_is_acquired
  \/ acquire_c_r_exclusive_2_0_0_0_false_is_held
  \/ acquire_c_r_exclusive_2_0_0_0_false_is_reacquired
  \/ acquire_c_r_exclusive_2_0_0_0_false_is_upgrade
  \/ acquire_c_r_exclusive_2_0_0_0_true_is_acquired
  \/ acquire_c_r_exclusive_2_0_0_0_true_is_over_H_capacity
  \/ acquire_c_r_exclusive_2_0_0_0_true_is_queued
  \/ acquire_c_r_exclusive_2_0_0_0_true_is_reacquired
  \/ acquire_c_r_exclusive_2_0_0_0_true_is_upgrade
  \/ acquire_c_r_shared_1_0_0_0_false_is_acquired
  \/ acquire_c_r_shared_1_0_0_0_false_is_held
  \/ acquire_c_r_shared_1_0_0_0_false_is_reacquired
  \/ acquire_c_r_shared_1_0_0_0_false_is_upgrade
  \/ acquire_c_r_shared_1_0_0_0_true_is_acquired
  \/ acquire_c_r_shared_1_0_0_0_true_is_queued
  \/ acquire_c_r_shared_1_0_0_0_true_is_reacquired
  \/ acquire_c_r_shared_1_0_0_0_true_is_upgrade
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
  \/ release_a_r_0_is_not_H_holder
  \/ release_a_r_0_is_released
  \/ release_b_r_0_is_not_H_holder
  \/ release_b_r_0_is_released
  \/ release_c_r_0_is_not_H_holder
  \/ release_c_r_0_is_released
  \/ release_H_all_a_is_abandoned
  \/ release_H_all_a_is_nothing
  \/ release_H_all_a_is_released
  \/ release_H_all_b_is_abandoned
  \/ release_H_all_b_is_nothing
  \/ release_H_all_b_is_released
  \/ release_H_all_c_is_abandoned
  \/ release_H_all_c_is_nothing
  \/ release_H_all_c_is_released

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
