---- MODULE BreakersIdle ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCBreakers

follow == Follow /\ TRUE
settled == Settled /\ TRUE
define_a_plain_is_defined == Stable /\ MayAct /\ Answer(DefineBreaker("a", "plain")) = "defined" /\ Command(DefineBreaker("a", "plain")) /\ TRUE
define_a_plain_is_nothing == Stable /\ MayAct /\ Answer(DefineBreaker("a", "plain")) = "nothing" /\ Command(DefineBreaker("a", "plain")) /\ TRUE
define_b_plain_is_defined == Stable /\ MayAct /\ Answer(DefineBreaker("b", "plain")) = "defined" /\ Command(DefineBreaker("b", "plain")) /\ TRUE
define_b_plain_is_nothing == Stable /\ MayAct /\ Answer(DefineBreaker("b", "plain")) = "nothing" /\ Command(DefineBreaker("b", "plain")) /\ TRUE
force_a_open_is_nothing == Stable /\ MayAct /\ Answer(ForceBreaker("a", "open")) = "nothing" /\ Command(ForceBreaker("a", "open")) /\ TRUE
force_a_open_is_state_H_change == Stable /\ MayAct /\ Answer(ForceBreaker("a", "open")) = "state-change" /\ Command(ForceBreaker("a", "open")) /\ TRUE
force_a_open_is_unknown_H_breaker == Stable /\ MayAct /\ Answer(ForceBreaker("a", "open")) = "unknown-breaker" /\ Command(ForceBreaker("a", "open")) /\ TRUE
force_b_open_is_nothing == Stable /\ MayAct /\ Answer(ForceBreaker("b", "open")) = "nothing" /\ Command(ForceBreaker("b", "open")) /\ TRUE
force_b_open_is_state_H_change == Stable /\ MayAct /\ Answer(ForceBreaker("b", "open")) = "state-change" /\ Command(ForceBreaker("b", "open")) /\ TRUE
force_b_open_is_unknown_H_breaker == Stable /\ MayAct /\ Answer(ForceBreaker("b", "open")) = "unknown-breaker" /\ Command(ForceBreaker("b", "open")) /\ TRUE
settle_a_0_1_0_failure_is_failed == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "failed" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_1_0_failure_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "state-change" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_1_0_failure_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_2_0_failure_is_failed == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "failure")) = "failed" /\ Command(SettlePermit("a", 0, 2, 0, "failure")) /\ TRUE
settle_a_0_2_0_failure_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "failure")) = "state-change" /\ Command(SettlePermit("a", 0, 2, 0, "failure")) /\ TRUE
settle_a_0_2_0_failure_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("a", 0, 2, 0, "failure")) /\ TRUE
settle_a_0_2_0_failure_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "failure")) = "unknown-permit" /\ Command(SettlePermit("a", 0, 2, 0, "failure")) /\ TRUE
settle_b_0_1_0_failure_is_failed == Stable /\ MayReport("b") /\ Answer(SettlePermit("b", 0, 1, 0, "failure")) = "failed" /\ Command(SettlePermit("b", 0, 1, 0, "failure")) /\ TRUE
settle_b_0_1_0_failure_is_state_H_change == Stable /\ MayReport("b") /\ Answer(SettlePermit("b", 0, 1, 0, "failure")) = "state-change" /\ Command(SettlePermit("b", 0, 1, 0, "failure")) /\ TRUE
settle_b_0_1_0_failure_is_unknown_H_breaker == Stable /\ MayReport("b") /\ Answer(SettlePermit("b", 0, 1, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("b", 0, 1, 0, "failure")) /\ TRUE
settle_b_0_2_0_failure_is_failed == Stable /\ MayReport("b") /\ Answer(SettlePermit("b", 0, 2, 0, "failure")) = "failed" /\ Command(SettlePermit("b", 0, 2, 0, "failure")) /\ TRUE
settle_b_0_2_0_failure_is_state_H_change == Stable /\ MayReport("b") /\ Answer(SettlePermit("b", 0, 2, 0, "failure")) = "state-change" /\ Command(SettlePermit("b", 0, 2, 0, "failure")) /\ TRUE
settle_b_0_2_0_failure_is_unknown_H_breaker == Stable /\ MayReport("b") /\ Answer(SettlePermit("b", 0, 2, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("b", 0, 2, 0, "failure")) /\ TRUE
settle_b_0_2_0_failure_is_unknown_H_permit == Stable /\ MayReport("b") /\ Answer(SettlePermit("b", 0, 2, 0, "failure")) = "unknown-permit" /\ Command(SettlePermit("b", 0, 2, 0, "failure")) /\ TRUE
tick_1 == MayPass(1) /\ Tick(1) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ define_a_plain_is_defined
  \/ define_a_plain_is_nothing
  \/ define_b_plain_is_defined
  \/ define_b_plain_is_nothing
  \/ force_a_open_is_nothing
  \/ force_a_open_is_state_H_change
  \/ force_a_open_is_unknown_H_breaker
  \/ force_b_open_is_nothing
  \/ force_b_open_is_state_H_change
  \/ force_b_open_is_unknown_H_breaker
  \/ settle_a_0_1_0_failure_is_failed
  \/ settle_a_0_1_0_failure_is_state_H_change
  \/ settle_a_0_1_0_failure_is_unknown_H_breaker
  \/ settle_a_0_2_0_failure_is_failed
  \/ settle_a_0_2_0_failure_is_state_H_change
  \/ settle_a_0_2_0_failure_is_unknown_H_breaker
  \/ settle_a_0_2_0_failure_is_unknown_H_permit
  \/ settle_b_0_1_0_failure_is_failed
  \/ settle_b_0_1_0_failure_is_state_H_change
  \/ settle_b_0_1_0_failure_is_unknown_H_breaker
  \/ settle_b_0_2_0_failure_is_failed
  \/ settle_b_0_2_0_failure_is_state_H_change
  \/ settle_b_0_2_0_failure_is_unknown_H_breaker
  \/ settle_b_0_2_0_failure_is_unknown_H_permit
  \/ tick_1

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
