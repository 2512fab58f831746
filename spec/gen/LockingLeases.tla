---- MODULE LockingLeases ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCLocking

follow == Follow /\ TRUE
settled == Settled /\ TRUE
acquire_H_all_b_s_shared_1_r_exclusive_1_1_1_1_is_acquired == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 1) = <<"acquired">> /\ AcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 1, 1, 1) /\ TRUE
acquire_H_all_b_s_shared_1_r_exclusive_1_1_1_1_is_queued == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 1) = <<"queued">> /\ AcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 1, 1, 1) /\ TRUE
acquire_H_all_b_s_shared_1_r_exclusive_1_1_1_1_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 1) = <<"reacquired">> /\ AcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 1, 1, 1) /\ TRUE
acquire_H_all_c_r_exclusive_1_s_exclusive_1_0_2_2_is_acquired == Stable /\ MayAsk /\ AnswerToAcquireAll("c", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0) = <<"acquired">> /\ AcquireAll("c", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0, 2, 2) /\ TRUE
acquire_H_all_c_r_exclusive_1_s_exclusive_1_0_2_2_is_queued == Stable /\ MayAsk /\ AnswerToAcquireAll("c", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0) = <<"queued">> /\ AcquireAll("c", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0, 2, 2) /\ TRUE
release_b_s_0_is_not_H_holder == Stable /\ AnswerToRelease("b", "s", 0) = "not-holder" /\ Release("b", "s", 0) /\ TRUE
release_b_s_0_is_released == Stable /\ AnswerToRelease("b", "s", 0) = "released" /\ Release("b", "s", 0) /\ TRUE
renew_a_r_0_1_is_not_H_holder == Stable /\ AnswerToRenew("a", "r", 0) = "not-holder" /\ Renew("a", "r", 0, 1) /\ TRUE
renew_a_r_0_1_is_renewed == Stable /\ AnswerToRenew("a", "r", 0) = "renewed" /\ Renew("a", "r", 0, 1) /\ TRUE
tick_1 == MayPass(1) /\ Tick(1) /\ TRUE
wake_1 == MayPass(1) /\ Wake(1) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ acquire_H_all_b_s_shared_1_r_exclusive_1_1_1_1_is_acquired
  \/ acquire_H_all_b_s_shared_1_r_exclusive_1_1_1_1_is_queued
  \/ acquire_H_all_b_s_shared_1_r_exclusive_1_1_1_1_is_reacquired
  \/ acquire_H_all_c_r_exclusive_1_s_exclusive_1_0_2_2_is_acquired
  \/ acquire_H_all_c_r_exclusive_1_s_exclusive_1_0_2_2_is_queued
  \/ release_b_s_0_is_not_H_holder
  \/ release_b_s_0_is_released
  \/ renew_a_r_0_1_is_not_H_holder
  \/ renew_a_r_0_1_is_renewed
  \/ tick_1
  \/ wake_1

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
