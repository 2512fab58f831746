---- MODULE BreakersTimes ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCBreakers

follow == Follow /\ TRUE
settled == Settled /\ TRUE
define_a_plain_is_defined == Stable /\ MayAct /\ Answer(DefineBreaker("a", "plain")) = "defined" /\ Command(DefineBreaker("a", "plain")) /\ TRUE
define_a_plain_is_nothing == Stable /\ MayAct /\ Answer(DefineBreaker("a", "plain")) = "nothing" /\ Command(DefineBreaker("a", "plain")) /\ TRUE
settle_a_0_1_0_failure_is_failed == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "failed" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_1_0_failure_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "state-change" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_1_0_failure_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_1_0_success_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "success")) = "state-change" /\ Command(SettlePermit("a", 0, 1, 0, "success")) /\ TRUE
settle_a_0_1_0_success_is_succeeded == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "success")) = "succeeded" /\ Command(SettlePermit("a", 0, 1, 0, "success")) /\ TRUE
settle_a_0_1_0_success_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "success")) = "unknown-breaker" /\ Command(SettlePermit("a", 0, 1, 0, "success")) /\ TRUE
tick_1 == MayPass(1) /\ Tick(1) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ define_a_plain_is_defined
  \/ define_a_plain_is_nothing
  \/ settle_a_0_1_0_failure_is_failed
  \/ settle_a_0_1_0_failure_is_state_H_change
  \/ settle_a_0_1_0_failure_is_unknown_H_breaker
  \/ settle_a_0_1_0_success_is_state_H_change
  \/ settle_a_0_1_0_success_is_succeeded
  \/ settle_a_0_1_0_success_is_unknown_H_breaker
  \/ tick_1

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
