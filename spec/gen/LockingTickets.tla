---- MODULE LockingTickets ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCLocking

follow == Follow /\ TRUE
settled == Settled /\ TRUE
acquire_a_r_exclusive_1_0_0_1_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 1, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_1_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 1, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_1_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 1, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_1_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 1, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_1_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 1, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_1_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 1, TRUE) /\ TRUE
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
detach_H_wait_a_1_1_is_detached == Stable /\ AnswerToDetachWait("a", 1) = "detached" /\ DetachWait("a", 1, 1) /\ TRUE
detach_H_wait_a_1_1_is_not_H_waiting == Stable /\ AnswerToDetachWait("a", 1) = "not-waiting" /\ DetachWait("a", 1, 1) /\ TRUE
detach_H_wait_a_1_1_is_nothing == Stable /\ AnswerToDetachWait("a", 1) = "nothing" /\ DetachWait("a", 1, 1) /\ TRUE
detach_H_wait_a_2_1_is_detached == Stable /\ AnswerToDetachWait("a", 2) = "detached" /\ DetachWait("a", 2, 1) /\ TRUE
detach_H_wait_a_2_1_is_not_H_waiting == Stable /\ AnswerToDetachWait("a", 2) = "not-waiting" /\ DetachWait("a", 2, 1) /\ TRUE
detach_H_wait_a_2_1_is_nothing == Stable /\ AnswerToDetachWait("a", 2) = "nothing" /\ DetachWait("a", 2, 1) /\ TRUE
detach_H_wait_b_1_1_is_detached == Stable /\ AnswerToDetachWait("b", 1) = "detached" /\ DetachWait("b", 1, 1) /\ TRUE
detach_H_wait_b_1_1_is_not_H_waiting == Stable /\ AnswerToDetachWait("b", 1) = "not-waiting" /\ DetachWait("b", 1, 1) /\ TRUE
detach_H_wait_b_1_1_is_nothing == Stable /\ AnswerToDetachWait("b", 1) = "nothing" /\ DetachWait("b", 1, 1) /\ TRUE
detach_H_wait_b_2_1_is_detached == Stable /\ AnswerToDetachWait("b", 2) = "detached" /\ DetachWait("b", 2, 1) /\ TRUE
detach_H_wait_b_2_1_is_not_H_waiting == Stable /\ AnswerToDetachWait("b", 2) = "not-waiting" /\ DetachWait("b", 2, 1) /\ TRUE
detach_H_wait_b_2_1_is_nothing == Stable /\ AnswerToDetachWait("b", 2) = "nothing" /\ DetachWait("b", 2, 1) /\ TRUE
release_a_r_0_is_not_H_holder == Stable /\ AnswerToRelease("a", "r", 0) = "not-holder" /\ Release("a", "r", 0) /\ TRUE
release_a_r_0_is_released == Stable /\ AnswerToRelease("a", "r", 0) = "released" /\ Release("a", "r", 0) /\ TRUE
release_b_r_0_is_not_H_holder == Stable /\ AnswerToRelease("b", "r", 0) = "not-holder" /\ Release("b", "r", 0) /\ TRUE
release_b_r_0_is_released == Stable /\ AnswerToRelease("b", "r", 0) = "released" /\ Release("b", "r", 0) /\ TRUE
release_H_all_b_is_abandoned == Stable /\ AnswerToReleaseAll("b") = "abandoned" /\ ReleaseAll("b") /\ TRUE
release_H_all_b_is_nothing == Stable /\ AnswerToReleaseAll("b") = "nothing" /\ ReleaseAll("b") /\ TRUE
release_H_all_b_is_released == Stable /\ AnswerToReleaseAll("b") = "released" /\ ReleaseAll("b") /\ TRUE
resume_a_r_exclusive_1_1_0__H_1_is_reacquired == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "reacquired" /\ Resume("a", "r", "exclusive", 1, 1, 0, -1) /\ TRUE
resume_a_r_exclusive_1_1_0__H_1_is_resumed == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "resumed" /\ Resume("a", "r", "exclusive", 1, 1, 0, -1) /\ TRUE
resume_a_r_exclusive_1_1_0__H_1_is_unknown_H_ticket == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "unknown-ticket" /\ Resume("a", "r", "exclusive", 1, 1, 0, -1) /\ TRUE
resume_a_r_exclusive_1_1_1_0_is_reacquired == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "reacquired" /\ Resume("a", "r", "exclusive", 1, 1, 1, 0) /\ TRUE
resume_a_r_exclusive_1_1_1_0_is_resumed == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "resumed" /\ Resume("a", "r", "exclusive", 1, 1, 1, 0) /\ TRUE
resume_a_r_exclusive_1_1_1_0_is_unknown_H_ticket == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "unknown-ticket" /\ Resume("a", "r", "exclusive", 1, 1, 1, 0) /\ TRUE
resume_a_r_exclusive_1_1_1_1_is_reacquired == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "reacquired" /\ Resume("a", "r", "exclusive", 1, 1, 1, 1) /\ TRUE
resume_a_r_exclusive_1_1_1_1_is_resumed == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "resumed" /\ Resume("a", "r", "exclusive", 1, 1, 1, 1) /\ TRUE
resume_a_r_exclusive_1_1_1_1_is_unknown_H_ticket == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "unknown-ticket" /\ Resume("a", "r", "exclusive", 1, 1, 1, 1) /\ TRUE
resume_a_r_exclusive_1_2_0__H_1_is_reacquired == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "reacquired" /\ Resume("a", "r", "exclusive", 1, 2, 0, -1) /\ TRUE
resume_a_r_exclusive_1_2_0__H_1_is_resumed == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "resumed" /\ Resume("a", "r", "exclusive", 1, 2, 0, -1) /\ TRUE
resume_a_r_exclusive_1_2_0__H_1_is_unknown_H_ticket == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "unknown-ticket" /\ Resume("a", "r", "exclusive", 1, 2, 0, -1) /\ TRUE
resume_a_r_exclusive_1_2_1_0_is_reacquired == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "reacquired" /\ Resume("a", "r", "exclusive", 1, 2, 1, 0) /\ TRUE
resume_a_r_exclusive_1_2_1_0_is_resumed == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "resumed" /\ Resume("a", "r", "exclusive", 1, 2, 1, 0) /\ TRUE
resume_a_r_exclusive_1_2_1_0_is_unknown_H_ticket == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "unknown-ticket" /\ Resume("a", "r", "exclusive", 1, 2, 1, 0) /\ TRUE
resume_a_r_exclusive_1_2_1_1_is_reacquired == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "reacquired" /\ Resume("a", "r", "exclusive", 1, 2, 1, 1) /\ TRUE
resume_a_r_exclusive_1_2_1_1_is_resumed == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "resumed" /\ Resume("a", "r", "exclusive", 1, 2, 1, 1) /\ TRUE
resume_a_r_exclusive_1_2_1_1_is_unknown_H_ticket == Stable /\ AnswerToResume("a", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "unknown-ticket" /\ Resume("a", "r", "exclusive", 1, 2, 1, 1) /\ TRUE
resume_b_r_exclusive_1_1_0__H_1_is_reacquired == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "reacquired" /\ Resume("b", "r", "exclusive", 1, 1, 0, -1) /\ TRUE
resume_b_r_exclusive_1_1_0__H_1_is_resumed == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "resumed" /\ Resume("b", "r", "exclusive", 1, 1, 0, -1) /\ TRUE
resume_b_r_exclusive_1_1_0__H_1_is_unknown_H_ticket == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "unknown-ticket" /\ Resume("b", "r", "exclusive", 1, 1, 0, -1) /\ TRUE
resume_b_r_exclusive_1_1_1_0_is_reacquired == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "reacquired" /\ Resume("b", "r", "exclusive", 1, 1, 1, 0) /\ TRUE
resume_b_r_exclusive_1_1_1_0_is_resumed == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "resumed" /\ Resume("b", "r", "exclusive", 1, 1, 1, 0) /\ TRUE
resume_b_r_exclusive_1_1_1_0_is_unknown_H_ticket == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "unknown-ticket" /\ Resume("b", "r", "exclusive", 1, 1, 1, 0) /\ TRUE
resume_b_r_exclusive_1_1_1_1_is_reacquired == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "reacquired" /\ Resume("b", "r", "exclusive", 1, 1, 1, 1) /\ TRUE
resume_b_r_exclusive_1_1_1_1_is_resumed == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "resumed" /\ Resume("b", "r", "exclusive", 1, 1, 1, 1) /\ TRUE
resume_b_r_exclusive_1_1_1_1_is_unknown_H_ticket == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 1) = "unknown-ticket" /\ Resume("b", "r", "exclusive", 1, 1, 1, 1) /\ TRUE
resume_b_r_exclusive_1_2_0__H_1_is_reacquired == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "reacquired" /\ Resume("b", "r", "exclusive", 1, 2, 0, -1) /\ TRUE
resume_b_r_exclusive_1_2_0__H_1_is_resumed == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "resumed" /\ Resume("b", "r", "exclusive", 1, 2, 0, -1) /\ TRUE
resume_b_r_exclusive_1_2_0__H_1_is_unknown_H_ticket == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "unknown-ticket" /\ Resume("b", "r", "exclusive", 1, 2, 0, -1) /\ TRUE
resume_b_r_exclusive_1_2_1_0_is_reacquired == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "reacquired" /\ Resume("b", "r", "exclusive", 1, 2, 1, 0) /\ TRUE
resume_b_r_exclusive_1_2_1_0_is_resumed == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "resumed" /\ Resume("b", "r", "exclusive", 1, 2, 1, 0) /\ TRUE
resume_b_r_exclusive_1_2_1_0_is_unknown_H_ticket == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "unknown-ticket" /\ Resume("b", "r", "exclusive", 1, 2, 1, 0) /\ TRUE
resume_b_r_exclusive_1_2_1_1_is_reacquired == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "reacquired" /\ Resume("b", "r", "exclusive", 1, 2, 1, 1) /\ TRUE
resume_b_r_exclusive_1_2_1_1_is_resumed == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "resumed" /\ Resume("b", "r", "exclusive", 1, 2, 1, 1) /\ TRUE
resume_b_r_exclusive_1_2_1_1_is_unknown_H_ticket == Stable /\ AnswerToResume("b", [lock |-> "r", mode |-> "exclusive", units |-> 1], 2) = "unknown-ticket" /\ Resume("b", "r", "exclusive", 1, 2, 1, 1) /\ TRUE
tick_1 == MayPass(1) /\ Tick(1) /\ TRUE
wake_1 == MayPass(1) /\ Wake(1) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ acquire_a_r_exclusive_1_0_0_1_true_is_acquired
  \/ acquire_a_r_exclusive_1_0_0_1_true_is_queued
  \/ acquire_a_r_exclusive_1_0_0_1_true_is_reacquired
  \/ acquire_b_r_exclusive_1_0_0_1_true_is_acquired
  \/ acquire_b_r_exclusive_1_0_0_1_true_is_queued
  \/ acquire_b_r_exclusive_1_0_0_1_true_is_reacquired
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
  \/ detach_H_wait_a_1_1_is_detached
  \/ detach_H_wait_a_1_1_is_not_H_waiting
  \/ detach_H_wait_a_1_1_is_nothing
  \/ detach_H_wait_a_2_1_is_detached
  \/ detach_H_wait_a_2_1_is_not_H_waiting
  \/ detach_H_wait_a_2_1_is_nothing
  \/ detach_H_wait_b_1_1_is_detached
  \/ detach_H_wait_b_1_1_is_not_H_waiting
  \/ detach_H_wait_b_1_1_is_nothing
  \/ detach_H_wait_b_2_1_is_detached
  \/ detach_H_wait_b_2_1_is_not_H_waiting
  \/ detach_H_wait_b_2_1_is_nothing
  \/ release_a_r_0_is_not_H_holder
  \/ release_a_r_0_is_released
  \/ release_b_r_0_is_not_H_holder
  \/ release_b_r_0_is_released
  \/ release_H_all_b_is_abandoned
  \/ release_H_all_b_is_nothing
  \/ release_H_all_b_is_released
  \/ resume_a_r_exclusive_1_1_0__H_1_is_reacquired
  \/ resume_a_r_exclusive_1_1_0__H_1_is_resumed
  \/ resume_a_r_exclusive_1_1_0__H_1_is_unknown_H_ticket
  \/ resume_a_r_exclusive_1_1_1_0_is_reacquired
  \/ resume_a_r_exclusive_1_1_1_0_is_resumed
  \/ resume_a_r_exclusive_1_1_1_0_is_unknown_H_ticket
  \/ resume_a_r_exclusive_1_1_1_1_is_reacquired
  \/ resume_a_r_exclusive_1_1_1_1_is_resumed
  \/ resume_a_r_exclusive_1_1_1_1_is_unknown_H_ticket
  \/ resume_a_r_exclusive_1_2_0__H_1_is_reacquired
  \/ resume_a_r_exclusive_1_2_0__H_1_is_resumed
  \/ resume_a_r_exclusive_1_2_0__H_1_is_unknown_H_ticket
  \/ resume_a_r_exclusive_1_2_1_0_is_reacquired
  \/ resume_a_r_exclusive_1_2_1_0_is_resumed
  \/ resume_a_r_exclusive_1_2_1_0_is_unknown_H_ticket
  \/ resume_a_r_exclusive_1_2_1_1_is_reacquired
  \/ resume_a_r_exclusive_1_2_1_1_is_resumed
  \/ resume_a_r_exclusive_1_2_1_1_is_unknown_H_ticket
  \/ resume_b_r_exclusive_1_1_0__H_1_is_reacquired
  \/ resume_b_r_exclusive_1_1_0__H_1_is_resumed
  \/ resume_b_r_exclusive_1_1_0__H_1_is_unknown_H_ticket
  \/ resume_b_r_exclusive_1_1_1_0_is_reacquired
  \/ resume_b_r_exclusive_1_1_1_0_is_resumed
  \/ resume_b_r_exclusive_1_1_1_0_is_unknown_H_ticket
  \/ resume_b_r_exclusive_1_1_1_1_is_reacquired
  \/ resume_b_r_exclusive_1_1_1_1_is_resumed
  \/ resume_b_r_exclusive_1_1_1_1_is_unknown_H_ticket
  \/ resume_b_r_exclusive_1_2_0__H_1_is_reacquired
  \/ resume_b_r_exclusive_1_2_0__H_1_is_resumed
  \/ resume_b_r_exclusive_1_2_0__H_1_is_unknown_H_ticket
  \/ resume_b_r_exclusive_1_2_1_0_is_reacquired
  \/ resume_b_r_exclusive_1_2_1_0_is_resumed
  \/ resume_b_r_exclusive_1_2_1_0_is_unknown_H_ticket
  \/ resume_b_r_exclusive_1_2_1_1_is_reacquired
  \/ resume_b_r_exclusive_1_2_1_1_is_resumed
  \/ resume_b_r_exclusive_1_2_1_1_is_unknown_H_ticket
  \/ tick_1
  \/ wake_1

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
