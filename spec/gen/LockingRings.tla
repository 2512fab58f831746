---- MODULE LockingRings ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCLocking

follow == Follow /\ TRUE
settled == Settled /\ TRUE
acquire_a_s_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("a", "s", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("a", "s", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_b_t_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("b", "t", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("b", "t", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_c_r_exclusive_1_1_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("c", "r", "exclusive", 1, 1, TRUE) = "queued" /\ Acquire("c", "r", "exclusive", 1, 1, 0, 0, TRUE) /\ TRUE
acquire_c_u_exclusive_1_0_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("c", "u", "exclusive", 1, 0, TRUE) = "queued" /\ Acquire("c", "u", "exclusive", 1, 0, 0, 0, TRUE) /\ TRUE
acquire_d_r_exclusive_1__H_1_0_0_true_is_queued == Stable /\ MayAsk /\ AnswerToAcquire("d", "r", "exclusive", 1, -1, TRUE) = "queued" /\ Acquire("d", "r", "exclusive", 1, -1, 0, 0, TRUE) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ acquire_a_s_exclusive_1_0_0_0_true_is_queued
  \/ acquire_b_t_exclusive_1_0_0_0_true_is_queued
  \/ acquire_c_r_exclusive_1_1_0_0_true_is_queued
  \/ acquire_c_u_exclusive_1_0_0_0_true_is_queued
  \/ acquire_d_r_exclusive_1__H_1_0_0_true_is_queued

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
