---- MODULE LockingLimits ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCLocking

follow == Follow /\ TRUE
settled == Settled /\ TRUE
acquire_a_r_exclusive_1_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, FALSE) = "acquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_false_is_full == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, FALSE) = "full" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, FALSE) = "held" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, FALSE) = "reacquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_true_is_full == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "full" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_r_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_s_exclusive_1_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, FALSE) = "acquired" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_s_exclusive_1_0_0_0_false_is_full == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, FALSE) = "full" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_s_exclusive_1_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, FALSE) = "held" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_s_exclusive_1_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, FALSE) = "reacquired" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_s_exclusive_1_0_0_0_false_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, FALSE) = "upgrade" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_s_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_s_exclusive_1_0_0_0_true_is_full == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, TRUE) = "full" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_s_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_s_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_s_exclusive_1_0_0_0_true_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, TRUE) = "upgrade" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_t_exclusive_1_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "t", "exclusive", 1, 0, FALSE) = "acquired" /\ Acquire("a", "t", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_t_exclusive_1_0_0_0_false_is_full == Stable /\ MayAsk /\ AnswerToAcquire("a", "t", "exclusive", 1, 0, FALSE) = "full" /\ Acquire("a", "t", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_t_exclusive_1_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("a", "t", "exclusive", 1, 0, FALSE) = "held" /\ Acquire("a", "t", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_t_exclusive_1_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "t", "exclusive", 1, 0, FALSE) = "reacquired" /\ Acquire("a", "t", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_a_t_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "t", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("a", "t", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_t_exclusive_1_0_0_0_true_is_full == Stable /\ MayAsk /\ AnswerToAcquire("a", "t", "exclusive", 1, 0, TRUE) = "full" /\ Acquire("a", "t", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_t_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "t", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "t", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_a_t_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("a", "t", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("a", "t", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, FALSE) = "acquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_false_is_full == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, FALSE) = "full" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, FALSE) = "held" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, FALSE) = "reacquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_full == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "full" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_r_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "r", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "r", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_s_exclusive_1_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "s", "exclusive", 1, 0, FALSE) = "acquired" /\ Acquire("b", "s", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_s_exclusive_1_0_0_0_false_is_full == Stable /\ MayAsk /\ AnswerToAcquire("b", "s", "exclusive", 1, 0, FALSE) = "full" /\ Acquire("b", "s", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_s_exclusive_1_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("b", "s", "exclusive", 1, 0, FALSE) = "held" /\ Acquire("b", "s", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_s_exclusive_1_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "s", "exclusive", 1, 0, FALSE) = "reacquired" /\ Acquire("b", "s", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_s_exclusive_1_0_0_0_false_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("b", "s", "exclusive", 1, 0, FALSE) = "upgrade" /\ Acquire("b", "s", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_s_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "s", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_s_exclusive_1_0_0_0_true_is_full == Stable /\ MayAsk /\ AnswerToAcquire("b", "s", "exclusive", 1, 0, TRUE) = "full" /\ Acquire("b", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_s_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "s", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_s_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "s", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_s_exclusive_1_0_0_0_true_is_upgrade == Stable /\ MayAsk /\ AnswerToAcquire("b", "s", "exclusive", 1, 0, TRUE) = "upgrade" /\ Acquire("b", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_t_exclusive_1_0_0_0_false_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "t", "exclusive", 1, 0, FALSE) = "acquired" /\ Acquire("b", "t", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_t_exclusive_1_0_0_0_false_is_full == Stable /\ MayAsk /\ AnswerToAcquire("b", "t", "exclusive", 1, 0, FALSE) = "full" /\ Acquire("b", "t", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_t_exclusive_1_0_0_0_false_is_held == Stable /\ MayAsk /\ AnswerToAcquire("b", "t", "exclusive", 1, 0, FALSE) = "held" /\ Acquire("b", "t", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_t_exclusive_1_0_0_0_false_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "t", "exclusive", 1, 0, FALSE) = "reacquired" /\ Acquire("b", "t", "exclusive", 1, 0, 0, 0, FALSE) /\ TRUE
acquire_b_t_exclusive_1_0_0_0_true_is_acquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "t", "exclusive", 1, 0, TRUE) = "acquired" /\ Acquire("b", "t", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_t_exclusive_1_0_0_0_true_is_full == Stable /\ MayAsk /\ AnswerToAcquire("b", "t", "exclusive", 1, 0, TRUE) = "full" /\ Acquire("b", "t", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_t_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "t", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "t", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_t_exclusive_1_0_0_0_true_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquire("b", "t", "exclusive", 1, 0, TRUE) = "reacquired" /\ Acquire("b", "t", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_H_all_a_r_exclusive_1_s_exclusive_1_0_0_0_is_acquired == Stable /\ MayAsk /\ AnswerToAcquireAll("a", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0) = <<"acquired">> /\ AcquireAll("a", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_a_r_exclusive_1_s_exclusive_1_0_0_0_is_full_r == Stable /\ MayAsk /\ AnswerToAcquireAll("a", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0) = <<"full", "r">> /\ AcquireAll("a", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_a_r_exclusive_1_s_exclusive_1_0_0_0_is_full_s == Stable /\ MayAsk /\ AnswerToAcquireAll("a", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0) = <<"full", "s">> /\ AcquireAll("a", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_a_r_exclusive_1_s_exclusive_1_0_0_0_is_queued == Stable /\ MayAsk /\ AnswerToAcquireAll("a", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0) = <<"queued">> /\ AcquireAll("a", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_a_r_exclusive_1_s_exclusive_1_0_0_0_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquireAll("a", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0) = <<"reacquired">> /\ AcquireAll("a", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_a_r_exclusive_1_s_exclusive_1_0_0_0_is_upgrade_s == Stable /\ MayAsk /\ AnswerToAcquireAll("a", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0) = <<"upgrade", "s">> /\ AcquireAll("a", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_a_s_shared_1_r_exclusive_1_0_0_0_is_acquired == Stable /\ MayAsk /\ AnswerToAcquireAll("a", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0) = <<"acquired">> /\ AcquireAll("a", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_a_s_shared_1_r_exclusive_1_0_0_0_is_full_r == Stable /\ MayAsk /\ AnswerToAcquireAll("a", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0) = <<"full", "r">> /\ AcquireAll("a", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_a_s_shared_1_r_exclusive_1_0_0_0_is_full_s == Stable /\ MayAsk /\ AnswerToAcquireAll("a", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0) = <<"full", "s">> /\ AcquireAll("a", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_a_s_shared_1_r_exclusive_1_0_0_0_is_queued == Stable /\ MayAsk /\ AnswerToAcquireAll("a", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0) = <<"queued">> /\ AcquireAll("a", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_a_s_shared_1_r_exclusive_1_0_0_0_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquireAll("a", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0) = <<"reacquired">> /\ AcquireAll("a", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_a_s_shared_1_r_exclusive_1_0_0_0_is_upgrade_s == Stable /\ MayAsk /\ AnswerToAcquireAll("a", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0) = <<"upgrade", "s">> /\ AcquireAll("a", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_b_r_exclusive_1_s_exclusive_1_0_0_0_is_acquired == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0) = <<"acquired">> /\ AcquireAll("b", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_b_r_exclusive_1_s_exclusive_1_0_0_0_is_full_r == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0) = <<"full", "r">> /\ AcquireAll("b", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_b_r_exclusive_1_s_exclusive_1_0_0_0_is_full_s == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0) = <<"full", "s">> /\ AcquireAll("b", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_b_r_exclusive_1_s_exclusive_1_0_0_0_is_queued == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0) = <<"queued">> /\ AcquireAll("b", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_b_r_exclusive_1_s_exclusive_1_0_0_0_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0) = <<"reacquired">> /\ AcquireAll("b", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_b_r_exclusive_1_s_exclusive_1_0_0_0_is_upgrade_s == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0) = <<"upgrade", "s">> /\ AcquireAll("b", <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_b_s_shared_1_r_exclusive_1_0_0_0_is_acquired == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0) = <<"acquired">> /\ AcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_b_s_shared_1_r_exclusive_1_0_0_0_is_full_r == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0) = <<"full", "r">> /\ AcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_b_s_shared_1_r_exclusive_1_0_0_0_is_full_s == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0) = <<"full", "s">> /\ AcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_b_s_shared_1_r_exclusive_1_0_0_0_is_queued == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0) = <<"queued">> /\ AcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_b_s_shared_1_r_exclusive_1_0_0_0_is_reacquired == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0) = <<"reacquired">> /\ AcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
acquire_H_all_b_s_shared_1_r_exclusive_1_0_0_0_is_upgrade_s == Stable /\ MayAsk /\ AnswerToAcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0) = <<"upgrade", "s">> /\ AcquireAll("b", <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, 0, 0, 0) /\ TRUE
cancel_H_wait_a_1_is_cancelled == Stable /\ AnswerToCancelWait("a", 1) = "cancelled" /\ CancelWait("a", 1) /\ TRUE
cancel_H_wait_a_1_is_not_H_waiting == Stable /\ AnswerToCancelWait("a", 1) = "not-waiting" /\ CancelWait("a", 1) /\ TRUE
cancel_H_wait_a_1_is_released == Stable /\ AnswerToCancelWait("a", 1) = "released" /\ CancelWait("a", 1) /\ TRUE
cancel_H_wait_b_1_is_cancelled == Stable /\ AnswerToCancelWait("b", 1) = "cancelled" /\ CancelWait("b", 1) /\ TRUE
cancel_H_wait_b_1_is_not_H_waiting == Stable /\ AnswerToCancelWait("b", 1) = "not-waiting" /\ CancelWait("b", 1) /\ TRUE
cancel_H_wait_b_1_is_released == Stable /\ AnswerToCancelWait("b", 1) = "released" /\ CancelWait("b", 1) /\ TRUE
define_r_1_is_defined == Stable /\ AnswerToDefine("r", 1) = "defined" /\ Define("r", 1) /\ TRUE
define_r_2_is_defined == Stable /\ AnswerToDefine("r", 2) = "defined" /\ Define("r", 2) /\ TRUE
define_r_2_is_full == Stable /\ AnswerToDefine("r", 2) = "full" /\ Define("r", 2) /\ TRUE
define_s_1_is_defined == Stable /\ AnswerToDefine("s", 1) = "defined" /\ Define("s", 1) /\ TRUE
define_s_2_is_defined == Stable /\ AnswerToDefine("s", 2) = "defined" /\ Define("s", 2) /\ TRUE
define_s_2_is_full == Stable /\ AnswerToDefine("s", 2) = "full" /\ Define("s", 2) /\ TRUE
define_t_1_is_defined == Stable /\ AnswerToDefine("t", 1) = "defined" /\ Define("t", 1) /\ TRUE
define_t_2_is_defined == Stable /\ AnswerToDefine("t", 2) = "defined" /\ Define("t", 2) /\ TRUE
define_t_2_is_full == Stable /\ AnswerToDefine("t", 2) = "full" /\ Define("t", 2) /\ TRUE
release_a_r_0_is_not_H_holder == Stable /\ AnswerToRelease("a", "r", 0) = "not-holder" /\ Release("a", "r", 0) /\ TRUE
release_a_r_0_is_released == Stable /\ AnswerToRelease("a", "r", 0) = "released" /\ Release("a", "r", 0) /\ TRUE
release_a_s_0_is_not_H_holder == Stable /\ AnswerToRelease("a", "s", 0) = "not-holder" /\ Release("a", "s", 0) /\ TRUE
release_a_s_0_is_released == Stable /\ AnswerToRelease("a", "s", 0) = "released" /\ Release("a", "s", 0) /\ TRUE
release_a_t_0_is_not_H_holder == Stable /\ AnswerToRelease("a", "t", 0) = "not-holder" /\ Release("a", "t", 0) /\ TRUE
release_a_t_0_is_released == Stable /\ AnswerToRelease("a", "t", 0) = "released" /\ Release("a", "t", 0) /\ TRUE
release_b_r_0_is_not_H_holder == Stable /\ AnswerToRelease("b", "r", 0) = "not-holder" /\ Release("b", "r", 0) /\ TRUE
release_b_r_0_is_released == Stable /\ AnswerToRelease("b", "r", 0) = "released" /\ Release("b", "r", 0) /\ TRUE
release_b_s_0_is_not_H_holder == Stable /\ AnswerToRelease("b", "s", 0) = "not-holder" /\ Release("b", "s", 0) /\ TRUE
release_b_s_0_is_released == Stable /\ AnswerToRelease("b", "s", 0) = "released" /\ Release("b", "s", 0) /\ TRUE
release_b_t_0_is_not_H_holder == Stable /\ AnswerToRelease("b", "t", 0) = "not-holder" /\ Release("b", "t", 0) /\ TRUE
release_b_t_0_is_released == Stable /\ AnswerToRelease("b", "t", 0) = "released" /\ Release("b", "t", 0) /\ TRUE
release_H_all_a_is_abandoned == Stable /\ AnswerToReleaseAll("a") = "abandoned" /\ ReleaseAll("a") /\ TRUE
release_H_all_a_is_nothing == Stable /\ AnswerToReleaseAll("a") = "nothing" /\ ReleaseAll("a") /\ TRUE
release_H_all_a_is_released == Stable /\ AnswerToReleaseAll("a") = "released" /\ ReleaseAll("a") /\ TRUE
release_H_all_b_is_abandoned == Stable /\ AnswerToReleaseAll("b") = "abandoned" /\ ReleaseAll("b") /\ TRUE
release_H_all_b_is_nothing == Stable /\ AnswerToReleaseAll("b") = "nothing" /\ ReleaseAll("b") /\ TRUE
release_H_all_b_is_released == Stable /\ AnswerToReleaseAll("b") = "released" /\ ReleaseAll("b") /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ acquire_a_r_exclusive_1_0_0_0_false_is_acquired
  \/ acquire_a_r_exclusive_1_0_0_0_false_is_full
  \/ acquire_a_r_exclusive_1_0_0_0_false_is_held
  \/ acquire_a_r_exclusive_1_0_0_0_false_is_reacquired
  \/ acquire_a_r_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_a_r_exclusive_1_0_0_0_true_is_full
  \/ acquire_a_r_exclusive_1_0_0_0_true_is_queued
  \/ acquire_a_r_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_a_s_exclusive_1_0_0_0_false_is_acquired
  \/ acquire_a_s_exclusive_1_0_0_0_false_is_full
  \/ acquire_a_s_exclusive_1_0_0_0_false_is_held
  \/ acquire_a_s_exclusive_1_0_0_0_false_is_reacquired
  \/ acquire_a_s_exclusive_1_0_0_0_false_is_upgrade
  \/ acquire_a_s_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_a_s_exclusive_1_0_0_0_true_is_full
  \/ acquire_a_s_exclusive_1_0_0_0_true_is_queued
  \/ acquire_a_s_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_a_s_exclusive_1_0_0_0_true_is_upgrade
  \/ acquire_a_t_exclusive_1_0_0_0_false_is_acquired
  \/ acquire_a_t_exclusive_1_0_0_0_false_is_full
  \/ acquire_a_t_exclusive_1_0_0_0_false_is_held
  \/ acquire_a_t_exclusive_1_0_0_0_false_is_reacquired
  \/ acquire_a_t_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_a_t_exclusive_1_0_0_0_true_is_full
  \/ acquire_a_t_exclusive_1_0_0_0_true_is_queued
  \/ acquire_a_t_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_b_r_exclusive_1_0_0_0_false_is_acquired
  \/ acquire_b_r_exclusive_1_0_0_0_false_is_full
  \/ acquire_b_r_exclusive_1_0_0_0_false_is_held
  \/ acquire_b_r_exclusive_1_0_0_0_false_is_reacquired
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_full
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_queued
  \/ acquire_b_r_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_b_s_exclusive_1_0_0_0_false_is_acquired
  \/ acquire_b_s_exclusive_1_0_0_0_false_is_full
  \/ acquire_b_s_exclusive_1_0_0_0_false_is_held
  \/ acquire_b_s_exclusive_1_0_0_0_false_is_reacquired
  \/ acquire_b_s_exclusive_1_0_0_0_false_is_upgrade
  \/ acquire_b_s_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_b_s_exclusive_1_0_0_0_true_is_full
  \/ acquire_b_s_exclusive_1_0_0_0_true_is_queued
  \/ acquire_b_s_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_b_s_exclusive_1_0_0_0_true_is_upgrade
  \/ acquire_b_t_exclusive_1_0_0_0_false_is_acquired
  \/ acquire_b_t_exclusive_1_0_0_0_false_is_full
  \/ acquire_b_t_exclusive_1_0_0_0_false_is_held
  \/ acquire_b_t_exclusive_1_0_0_0_false_is_reacquired
  \/ acquire_b_t_exclusive_1_0_0_0_true_is_acquired
  \/ acquire_b_t_exclusive_1_0_0_0_true_is_full
  \/ acquire_b_t_exclusive_1_0_0_0_true_is_queued
  \/ acquire_b_t_exclusive_1_0_0_0_true_is_reacquired
  \/ acquire_H_all_a_r_exclusive_1_s_exclusive_1_0_0_0_is_acquired
  \/ acquire_H_all_a_r_exclusive_1_s_exclusive_1_0_0_0_is_full_r
  \/ acquire_H_all_a_r_exclusive_1_s_exclusive_1_0_0_0_is_full_s
  \/ acquire_H_all_a_r_exclusive_1_s_exclusive_1_0_0_0_is_queued
  \/ acquire_H_all_a_r_exclusive_1_s_exclusive_1_0_0_0_is_reacquired
  \/ acquire_H_all_a_r_exclusive_1_s_exclusive_1_0_0_0_is_upgrade_s
  \/ acquire_H_all_a_s_shared_1_r_exclusive_1_0_0_0_is_acquired
  \/ acquire_H_all_a_s_shared_1_r_exclusive_1_0_0_0_is_full_r
  \/ acquire_H_all_a_s_shared_1_r_exclusive_1_0_0_0_is_full_s
  \/ acquire_H_all_a_s_shared_1_r_exclusive_1_0_0_0_is_queued
  \/ acquire_H_all_a_s_shared_1_r_exclusive_1_0_0_0_is_reacquired
  \/ acquire_H_all_a_s_shared_1_r_exclusive_1_0_0_0_is_upgrade_s
  \/ acquire_H_all_b_r_exclusive_1_s_exclusive_1_0_0_0_is_acquired
  \/ acquire_H_all_b_r_exclusive_1_s_exclusive_1_0_0_0_is_full_r
  \/ acquire_H_all_b_r_exclusive_1_s_exclusive_1_0_0_0_is_full_s
  \/ acquire_H_all_b_r_exclusive_1_s_exclusive_1_0_0_0_is_queued
  \/ acquire_H_all_b_r_exclusive_1_s_exclusive_1_0_0_0_is_reacquired
  \/ acquire_H_all_b_r_exclusive_1_s_exclusive_1_0_0_0_is_upgrade_s
  \/ acquire_H_all_b_s_shared_1_r_exclusive_1_0_0_0_is_acquired
  \/ acquire_H_all_b_s_shared_1_r_exclusive_1_0_0_0_is_full_r
  \/ acquire_H_all_b_s_shared_1_r_exclusive_1_0_0_0_is_full_s
  \/ acquire_H_all_b_s_shared_1_r_exclusive_1_0_0_0_is_queued
  \/ acquire_H_all_b_s_shared_1_r_exclusive_1_0_0_0_is_reacquired
  \/ acquire_H_all_b_s_shared_1_r_exclusive_1_0_0_0_is_upgrade_s
  \/ cancel_H_wait_a_1_is_cancelled
  \/ cancel_H_wait_a_1_is_not_H_waiting
  \/ cancel_H_wait_a_1_is_released
  \/ cancel_H_wait_b_1_is_cancelled
  \/ cancel_H_wait_b_1_is_not_H_waiting
  \/ cancel_H_wait_b_1_is_released
  \/ define_r_1_is_defined
  \/ define_r_2_is_defined
  \/ define_r_2_is_full
  \/ define_s_1_is_defined
  \/ define_s_2_is_defined
  \/ define_s_2_is_full
  \/ define_t_1_is_defined
  \/ define_t_2_is_defined
  \/ define_t_2_is_full
  \/ release_a_r_0_is_not_H_holder
  \/ release_a_r_0_is_released
  \/ release_a_s_0_is_not_H_holder
  \/ release_a_s_0_is_released
  \/ release_a_t_0_is_not_H_holder
  \/ release_a_t_0_is_released
  \/ release_b_r_0_is_not_H_holder
  \/ release_b_r_0_is_released
  \/ release_b_s_0_is_not_H_holder
  \/ release_b_s_0_is_released
  \/ release_b_t_0_is_not_H_holder
  \/ release_b_t_0_is_released
  \/ release_H_all_a_is_abandoned
  \/ release_H_all_a_is_nothing
  \/ release_H_all_a_is_released
  \/ release_H_all_b_is_abandoned
  \/ release_H_all_b_is_nothing
  \/ release_H_all_b_is_released

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
