---- MODULE LockingTrios ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCLocking

follow == Follow /\ TRUE
settled == Settled /\ TRUE
acquire_H_all_a_s_exclusive_1_t_exclusive_1_0_0_0_is_queued == Stable /\ MayAsk /\ AnswerToAcquireAll("a", <<[lock |-> "s", mode |-> "exclusive", units |-> 1], [lock |-> "t", mode |-> "exclusive", units |-> 1]>>, 0) = <<"queued">> /\ AcquireAll("a", <<[lock |-> "s", mode |-> "exclusive", units |-> 1], [lock |-> "t", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_b_t_exclusive_1_r_exclusive_1_1_0_0_is_queued == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "t", mode |-> "exclusive", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 1) = <<"queued">> /\ AcquireAll("b", <<[lock |-> "t", mode |-> "exclusive", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 1, 0, 0) /\ TRUE
acquire_H_all_c_r_shared_1_s_shared_1_t_exclusive_1_0_0_0_is_acquired == Stable /\ MayAsk /\ AnswerToAcquireAll("c", <<[lock |-> "r", mode |-> "shared", units |-> 1], [lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "t", mode |-> "exclusive", units |-> 1]>>, 0) = <<"acquired">> /\ AcquireAll("c", <<[lock |-> "r", mode |-> "shared", units |-> 1], [lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "t", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_c_r_shared_1_s_shared_1_t_exclusive_1_0_0_0_is_queued == Stable /\ MayAsk /\ AnswerToAcquireAll("c", <<[lock |-> "r", mode |-> "shared", units |-> 1], [lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "t", mode |-> "exclusive", units |-> 1]>>, 0) = <<"queued">> /\ AcquireAll("c", <<[lock |-> "r", mode |-> "shared", units |-> 1], [lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "t", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_c_r_shared_1_s_shared_1_t_exclusive_1_0_0_0_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquireAll("c", <<[lock |-> "r", mode |-> "shared", units |-> 1], [lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "t", mode |-> "exclusive", units |-> 1]>>, 0) = <<"reacquired">> /\ AcquireAll("c", <<[lock |-> "r", mode |-> "shared", units |-> 1], [lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "t", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
cancel_H_wait_a_1_is_cancelled == Stable /\ AnswerToCancelWait("a", 1) = "cancelled" /\ CancelWait("a", 1) /\ TRUE
cancel_H_wait_a_1_is_not_H_waiting == Stable /\ AnswerToCancelWait("a", 1) = "not-waiting" /\ CancelWait("a", 1) /\ TRUE
evict_s_a_c_is_abandoned == Stable /\ AnswerToEvict("s", {"a", "c"}) = "abandoned" /\ Evict("s", {"a", "c"}) /\ TRUE
evict_s_a_c_is_nothing == Stable /\ AnswerToEvict("s", {"a", "c"}) = "nothing" /\ Evict("s", {"a", "c"}) /\ TRUE
evict_s_a_c_is_revoked == Stable /\ AnswerToEvict("s", {"a", "c"}) = "revoked" /\ Evict("s", {"a", "c"}) /\ TRUE
revoke_r_2_is_revoked == Stable /\ AnswerToRevoke("r", 2) = "revoked" /\ Revoke("r", 2) /\ TRUE
revoke_r_2_is_stale_H_epoch == Stable /\ AnswerToRevoke("r", 2) = "stale-epoch" /\ Revoke("r", 2) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ acquire_H_all_a_s_exclusive_1_t_exclusive_1_0_0_0_is_queued
  \/ acquire_H_all_b_t_exclusive_1_r_exclusive_1_1_0_0_is_queued
  \/ acquire_H_all_c_r_shared_1_s_shared_1_t_exclusive_1_0_0_0_is_acquired
  \/ acquire_H_all_c_r_shared_1_s_shared_1_t_exclusive_1_0_0_0_is_queued
  \/ acquire_H_all_c_r_shared_1_s_shared_1_t_exclusive_1_0_0_0_is_reacquired
  \/ cancel_H_wait_a_1_is_cancelled
  \/ cancel_H_wait_a_1_is_not_H_waiting
  \/ evict_s_a_c_is_abandoned
  \/ evict_s_a_c_is_nothing
  \/ evict_s_a_c_is_revoked
  \/ revoke_r_2_is_revoked
  \/ revoke_r_2_is_stale_H_epoch

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
