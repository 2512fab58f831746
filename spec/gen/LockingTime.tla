---- MODULE LockingTime ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCLocking

follow == Follow /\ TRUE
settled == Settled /\ TRUE
acquire_a_r_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_1_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 1, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_1_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 1, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_1_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 1, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_1_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "r", "exclusive", 1, 0, 1, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_1_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "r", "exclusive", 1, 0, 1, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_1_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "r", "exclusive", 1, 0, 1, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_1_1_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "r", "exclusive", 1, 0, 1, 1, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_1_1_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "r", "exclusive", 1, 0, 1, 1, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_1_1_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "r", "exclusive", 1, 0, 1, 1, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_1_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 1, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_1_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 1, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_1_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 1, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_1_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "r", "exclusive", 1, 0, 1, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_1_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "r", "exclusive", 1, 0, 1, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_1_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "r", "exclusive", 1, 0, 1, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_1_1_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "r", "exclusive", 1, 0, 1, 1, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_1_1_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "r", "exclusive", 1, 0, 1, 1, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_1_1_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "r", "exclusive", 1, 0, 1, 1, TRUE) /\ TRUE
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
release_a_r_0_is_not_H_holder == Stable /\ AnswerToRelease("a", "r", 0) = "not-holder" /\ Release("a", "r", 0) /\ TRUE
release_a_r_0_is_released == Stable /\ AnswerToRelease("a", "r", 0) = "released" /\ Release("a", "r", 0) /\ TRUE
release_b_r_0_is_not_H_holder == Stable /\ AnswerToRelease("b", "r", 0) = "not-holder" /\ Release("b", "r", 0) /\ TRUE
release_b_r_0_is_released == Stable /\ AnswerToRelease("b", "r", 0) = "released" /\ Release("b", "r", 0) /\ TRUE
release_H_all_a_is_abandoned == Stable /\ AnswerToReleaseAll("a") = "abandoned" /\ ReleaseAll("a") /\ TRUE
release_H_all_a_is_nothing == Stable /\ AnswerToReleaseAll("a") = "nothing" /\ ReleaseAll("a") /\ TRUE
release_H_all_a_is_released == Stable /\ AnswerToReleaseAll("a") = "released" /\ ReleaseAll("a") /\ TRUE
release_H_all_b_is_abandoned == Stable /\ AnswerToReleaseAll("b") = "abandoned" /\ ReleaseAll("b") /\ TRUE
release_H_all_b_is_nothing == Stable /\ AnswerToReleaseAll("b") = "nothing" /\ ReleaseAll("b") /\ TRUE
release_H_all_b_is_released == Stable /\ AnswerToReleaseAll("b") = "released" /\ ReleaseAll("b") /\ TRUE
renew_a_r_0_0_is_not_H_holder == Stable /\ AnswerToRenew("a", "r", 0) = "not-holder" /\ Renew("a", "r", 0, 0) /\ TRUE
renew_a_r_0_0_is_renewed == Stable /\ AnswerToRenew("a", "r", 0) = "renewed" /\ Renew("a", "r", 0, 0) /\ TRUE
renew_a_r_0_2_is_not_H_holder == Stable /\ AnswerToRenew("a", "r", 0) = "not-holder" /\ Renew("a", "r", 0, 2) /\ TRUE
renew_a_r_0_2_is_renewed == Stable /\ AnswerToRenew("a", "r", 0) = "renewed" /\ Renew("a", "r", 0, 2) /\ TRUE
renew_b_r_0_0_is_not_H_holder == Stable /\ AnswerToRenew("b", "r", 0) = "not-holder" /\ Renew("b", "r", 0, 0) /\ TRUE
renew_b_r_0_0_is_renewed == Stable /\ AnswerToRenew("b", "r", 0) = "renewed" /\ Renew("b", "r", 0, 0) /\ TRUE
renew_b_r_0_2_is_not_H_holder == Stable /\ AnswerToRenew("b", "r", 0) = "not-holder" /\ Renew("b", "r", 0, 2) /\ TRUE
renew_b_r_0_2_is_renewed == Stable /\ AnswerToRenew("b", "r", 0) = "renewed" /\ Renew("b", "r", 0, 2) /\ TRUE
tick_1 == MayPass(1) /\ Tick(1) /\ TRUE
tick_2 == MayPass(2) /\ Tick(2) /\ TRUE
wake_1 == MayPass(1) /\ Wake(1) /\ TRUE
wake_2 == MayPass(2) /\ Wake(2) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ acquire_a_r_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_a_r_exclusive_1_0_0_0_true_is_queued
  \/ acquire_a_r_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_a_r_exclusive_1_0_0_1_true_is_acquired
  \/ acquire_a_r_exclusive_1_0_0_1_true_is_queued
  \/ acquire_a_r_exclusive_1_0_0_1_true_is_reacquired
  \/ acquire_a_r_exclusive_1_0_1_0_true_is_acquired
  \/ acquire_a_r_exclusive_1_0_1_0_true_is_queued
  \/ acquire_a_r_exclusive_1_0_1_0_true_is_reacquired
  \/ acquire_a_r_exclusive_1_0_1_1_true_is_acquired
  \/ acquire_a_r_exclusive_1_0_1_1_true_is_queued
  \/ acquire_a_r_exclusive_1_0_1_1_true_is_reacquired
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_queued
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_b_r_exclusive_1_0_0_1_true_is_acquired
  \/ acquire_b_r_exclusive_1_0_0_1_true_is_queued
  \/ acquire_b_r_exclusive_1_0_0_1_true_is_reacquired
  \/ acquire_b_r_exclusive_1_0_1_0_true_is_acquired
  \/ acquire_b_r_exclusive_1_0_1_0_true_is_queued
  \/ acquire_b_r_exclusive_1_0_1_0_true_is_reacquired
  \/ acquire_b_r_exclusive_1_0_1_1_true_is_acquired
  \/ acquire_b_r_exclusive_1_0_1_1_true_is_queued
  \/ acquire_b_r_exclusive_1_0_1_1_true_is_reacquired
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
  \/ release_a_r_0_is_not_H_holder
  \/ release_a_r_0_is_released
  \/ release_b_r_0_is_not_H_holder
  \/ release_b_r_0_is_released
  \/ release_H_all_a_is_abandoned
  \/ release_H_all_a_is_nothing
  \/ release_H_all_a_is_released
  \/ release_H_all_b_is_abandoned
  \/ release_H_all_b_is_nothing
  \/ release_H_all_b_is_released
  \/ renew_a_r_0_0_is_not_H_holder
  \/ renew_a_r_0_0_is_renewed
  \/ renew_a_r_0_2_is_not_H_holder
  \/ renew_a_r_0_2_is_renewed
  \/ renew_b_r_0_0_is_not_H_holder
  \/ renew_b_r_0_0_is_renewed
  \/ renew_b_r_0_2_is_not_H_holder
  \/ renew_b_r_0_2_is_renewed
  \/ tick_1
  \/ tick_2
  \/ wake_1
  \/ wake_2

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
