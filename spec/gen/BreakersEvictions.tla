---- MODULE BreakersEvictions ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCBreakers

follow == Follow /\ TRUE
settled == Settled /\ TRUE
define_a_plain_is_defined == Stable /\ MayAct /\ Answer(DefineBreaker("a", "plain")) = "defined" /\ Command(DefineBreaker("a", "plain")) /\ TRUE
define_a_plain_is_forgotten == Stable /\ MayAct /\ Answer(DefineBreaker("a", "plain")) = "forgotten" /\ Command(DefineBreaker("a", "plain")) /\ TRUE
define_a_plain_is_full == Stable /\ MayAct /\ Answer(DefineBreaker("a", "plain")) = "full" /\ Command(DefineBreaker("a", "plain")) /\ TRUE
define_a_plain_is_nothing == Stable /\ MayAct /\ Answer(DefineBreaker("a", "plain")) = "nothing" /\ Command(DefineBreaker("a", "plain")) /\ TRUE
define_b_plain_is_defined == Stable /\ MayAct /\ Answer(DefineBreaker("b", "plain")) = "defined" /\ Command(DefineBreaker("b", "plain")) /\ TRUE
define_b_plain_is_forgotten == Stable /\ MayAct /\ Answer(DefineBreaker("b", "plain")) = "forgotten" /\ Command(DefineBreaker("b", "plain")) /\ TRUE
define_b_plain_is_full == Stable /\ MayAct /\ Answer(DefineBreaker("b", "plain")) = "full" /\ Command(DefineBreaker("b", "plain")) /\ TRUE
define_b_plain_is_nothing == Stable /\ MayAct /\ Answer(DefineBreaker("b", "plain")) = "nothing" /\ Command(DefineBreaker("b", "plain")) /\ TRUE
define_c_plain_is_defined == Stable /\ MayAct /\ Answer(DefineBreaker("c", "plain")) = "defined" /\ Command(DefineBreaker("c", "plain")) /\ TRUE
define_c_plain_is_forgotten == Stable /\ MayAct /\ Answer(DefineBreaker("c", "plain")) = "forgotten" /\ Command(DefineBreaker("c", "plain")) /\ TRUE
define_c_plain_is_full == Stable /\ MayAct /\ Answer(DefineBreaker("c", "plain")) = "full" /\ Command(DefineBreaker("c", "plain")) /\ TRUE
define_c_plain_is_nothing == Stable /\ MayAct /\ Answer(DefineBreaker("c", "plain")) = "nothing" /\ Command(DefineBreaker("c", "plain")) /\ TRUE
force_a_half_H_open_is_nothing == Stable /\ MayAct /\ Answer(ForceBreaker("a", "half-open")) = "nothing" /\ Command(ForceBreaker("a", "half-open")) /\ TRUE
force_a_half_H_open_is_state_H_change == Stable /\ MayAct /\ Answer(ForceBreaker("a", "half-open")) = "state-change" /\ Command(ForceBreaker("a", "half-open")) /\ TRUE
force_a_half_H_open_is_unknown_H_breaker == Stable /\ MayAct /\ Answer(ForceBreaker("a", "half-open")) = "unknown-breaker" /\ Command(ForceBreaker("a", "half-open")) /\ TRUE
force_b_half_H_open_is_nothing == Stable /\ MayAct /\ Answer(ForceBreaker("b", "half-open")) = "nothing" /\ Command(ForceBreaker("b", "half-open")) /\ TRUE
force_b_half_H_open_is_state_H_change == Stable /\ MayAct /\ Answer(ForceBreaker("b", "half-open")) = "state-change" /\ Command(ForceBreaker("b", "half-open")) /\ TRUE
force_b_half_H_open_is_unknown_H_breaker == Stable /\ MayAct /\ Answer(ForceBreaker("b", "half-open")) = "unknown-breaker" /\ Command(ForceBreaker("b", "half-open")) /\ TRUE
force_c_half_H_open_is_nothing == Stable /\ MayAct /\ Answer(ForceBreaker("c", "half-open")) = "nothing" /\ Command(ForceBreaker("c", "half-open")) /\ TRUE
force_c_half_H_open_is_state_H_change == Stable /\ MayAct /\ Answer(ForceBreaker("c", "half-open")) = "state-change" /\ Command(ForceBreaker("c", "half-open")) /\ TRUE
force_c_half_H_open_is_unknown_H_breaker == Stable /\ MayAct /\ Answer(ForceBreaker("c", "half-open")) = "unknown-breaker" /\ Command(ForceBreaker("c", "half-open")) /\ TRUE
settle_a_0_1_0_failure_is_failed == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "failed" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_1_0_failure_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_2_0_failure_is_failed == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "failure")) = "failed" /\ Command(SettlePermit("a", 0, 2, 0, "failure")) /\ TRUE
settle_a_0_2_0_failure_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("a", 0, 2, 0, "failure")) /\ TRUE
settle_a_0_2_0_failure_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "failure")) = "unknown-permit" /\ Command(SettlePermit("a", 0, 2, 0, "failure")) /\ TRUE
settle_b_0_1_0_failure_is_failed == Stable /\ MayReport("b") /\ Answer(SettlePermit("b", 0, 1, 0, "failure")) = "failed" /\ Command(SettlePermit("b", 0, 1, 0, "failure")) /\ TRUE
settle_b_0_1_0_failure_is_unknown_H_breaker == Stable /\ MayReport("b") /\ Answer(SettlePermit("b", 0, 1, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("b", 0, 1, 0, "failure")) /\ TRUE
settle_b_0_2_0_failure_is_failed == Stable /\ MayReport("b") /\ Answer(SettlePermit("b", 0, 2, 0, "failure")) = "failed" /\ Command(SettlePermit("b", 0, 2, 0, "failure")) /\ TRUE
settle_b_0_2_0_failure_is_unknown_H_breaker == Stable /\ MayReport("b") /\ Answer(SettlePermit("b", 0, 2, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("b", 0, 2, 0, "failure")) /\ TRUE
settle_b_0_2_0_failure_is_unknown_H_permit == Stable /\ MayReport("b") /\ Answer(SettlePermit("b", 0, 2, 0, "failure")) = "unknown-permit" /\ Command(SettlePermit("b", 0, 2, 0, "failure")) /\ TRUE
settle_c_0_1_0_failure_is_failed == Stable /\ MayReport("c") /\ Answer(SettlePermit("c", 0, 1, 0, "failure")) = "failed" /\ Command(SettlePermit("c", 0, 1, 0, "failure")) /\ TRUE
settle_c_0_1_0_failure_is_unknown_H_breaker == Stable /\ MayReport("c") /\ Answer(SettlePermit("c", 0, 1, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("c", 0, 1, 0, "failure")) /\ TRUE
settle_c_0_2_0_failure_is_failed == Stable /\ MayReport("c") /\ Answer(SettlePermit("c", 0, 2, 0, "failure")) = "failed" /\ Command(SettlePermit("c", 0, 2, 0, "failure")) /\ TRUE
settle_c_0_2_0_failure_is_unknown_H_breaker == Stable /\ MayReport("c") /\ Answer(SettlePermit("c", 0, 2, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("c", 0, 2, 0, "failure")) /\ TRUE
settle_c_0_2_0_failure_is_unknown_H_permit == Stable /\ MayReport("c") /\ Answer(SettlePermit("c", 0, 2, 0, "failure")) = "unknown-permit" /\ Command(SettlePermit("c", 0, 2, 0, "failure")) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ define_a_plain_is_defined
  \/ define_a_plain_is_forgotten
  \/ define_a_plain_is_full
  \/ define_a_plain_is_nothing
  \/ define_b_plain_is_defined
  \/ define_b_plain_is_forgotten
  \/ define_b_plain_is_full
  \/ define_b_plain_is_nothing
  \/ define_c_plain_is_defined
  \/ define_c_plain_is_forgotten
  \/ define_c_plain_is_full
  \/ define_c_plain_is_nothing
  \/ force_a_half_H_open_is_nothing
  \/ force_a_half_H_open_is_state_H_change
  \/ force_a_half_H_open_is_unknown_H_breaker
  \/ force_b_half_H_open_is_nothing
  \/ force_b_half_H_open_is_state_H_change
  \/ force_b_half_H_open_is_unknown_H_breaker
  \/ force_c_half_H_open_is_nothing
  \/ force_c_half_H_open_is_state_H_change
  \/ force_c_half_H_open_is_unknown_H_breaker
  \/ settle_a_0_1_0_failure_is_failed
  \/ settle_a_0_1_0_failure_is_unknown_H_breaker
  \/ settle_a_0_2_0_failure_is_failed
  \/ settle_a_0_2_0_failure_is_unknown_H_breaker
  \/ settle_a_0_2_0_failure_is_unknown_H_permit
  \/ settle_b_0_1_0_failure_is_failed
  \/ settle_b_0_1_0_failure_is_unknown_H_breaker
  \/ settle_b_0_2_0_failure_is_failed
  \/ settle_b_0_2_0_failure_is_unknown_H_breaker
  \/ settle_b_0_2_0_failure_is_unknown_H_permit
  \/ settle_c_0_1_0_failure_is_failed
  \/ settle_c_0_1_0_failure_is_unknown_H_breaker
  \/ settle_c_0_2_0_failure_is_failed
  \/ settle_c_0_2_0_failure_is_unknown_H_breaker
  \/ settle_c_0_2_0_failure_is_unknown_H_permit

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
