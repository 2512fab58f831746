---- MODULE BreakersRules ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCBreakers

follow == Follow /\ TRUE
settled == Settled /\ TRUE
define_a_plain_is_defined == Stable /\ MayAct /\ Answer(DefineBreaker("a", "plain")) = "defined" /\ Command(DefineBreaker("a", "plain")) /\ TRUE
define_a_plain_is_nothing == Stable /\ MayAct /\ Answer(DefineBreaker("a", "plain")) = "nothing" /\ Command(DefineBreaker("a", "plain")) /\ TRUE
define_a_plain_is_state_H_change == Stable /\ MayAct /\ Answer(DefineBreaker("a", "plain")) = "state-change" /\ Command(DefineBreaker("a", "plain")) /\ TRUE
define_a_plain_is_timed_H_out == Stable /\ MayAct /\ Answer(DefineBreaker("a", "plain")) = "timed-out" /\ Command(DefineBreaker("a", "plain")) /\ TRUE
define_a_strict_is_defined == Stable /\ MayAct /\ Answer(DefineBreaker("a", "strict")) = "defined" /\ Command(DefineBreaker("a", "strict")) /\ TRUE
define_a_strict_is_nothing == Stable /\ MayAct /\ Answer(DefineBreaker("a", "strict")) = "nothing" /\ Command(DefineBreaker("a", "strict")) /\ TRUE
define_a_strict_is_state_H_change == Stable /\ MayAct /\ Answer(DefineBreaker("a", "strict")) = "state-change" /\ Command(DefineBreaker("a", "strict")) /\ TRUE
define_a_strict_is_timed_H_out == Stable /\ MayAct /\ Answer(DefineBreaker("a", "strict")) = "timed-out" /\ Command(DefineBreaker("a", "strict")) /\ TRUE
force_a_half_H_open_is_nothing == Stable /\ MayAct /\ Answer(ForceBreaker("a", "half-open")) = "nothing" /\ Command(ForceBreaker("a", "half-open")) /\ TRUE
force_a_half_H_open_is_state_H_change == Stable /\ MayAct /\ Answer(ForceBreaker("a", "half-open")) = "state-change" /\ Command(ForceBreaker("a", "half-open")) /\ TRUE
force_a_half_H_open_is_timed_H_out == Stable /\ MayAct /\ Answer(ForceBreaker("a", "half-open")) = "timed-out" /\ Command(ForceBreaker("a", "half-open")) /\ TRUE
force_a_half_H_open_is_unknown_H_breaker == Stable /\ MayAct /\ Answer(ForceBreaker("a", "half-open")) = "unknown-breaker" /\ Command(ForceBreaker("a", "half-open")) /\ TRUE
request_a_0_is_permitted == Stable /\ MayRequest /\ Answer(RequestPermit("a", 0)) = "permitted" /\ Command(RequestPermit("a", 0)) /\ TRUE
request_a_0_is_rejected == Stable /\ MayRequest /\ Answer(RequestPermit("a", 0)) = "rejected" /\ Command(RequestPermit("a", 0)) /\ TRUE
request_a_0_is_state_H_change == Stable /\ MayRequest /\ Answer(RequestPermit("a", 0)) = "state-change" /\ Command(RequestPermit("a", 0)) /\ TRUE
request_a_0_is_timed_H_out == Stable /\ MayRequest /\ Answer(RequestPermit("a", 0)) = "timed-out" /\ Command(RequestPermit("a", 0)) /\ TRUE
request_a_0_is_unknown_H_breaker == Stable /\ MayRequest /\ Answer(RequestPermit("a", 0)) = "unknown-breaker" /\ Command(RequestPermit("a", 0)) /\ TRUE
settle_a_0_1_0_failure_is_failed == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "failed" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_1_0_failure_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "state-change" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_1_0_failure_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "timed-out" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_1_0_failure_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_1_0_success_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "success")) = "state-change" /\ Command(SettlePermit("a", 0, 1, 0, "success")) /\ TRUE
settle_a_0_1_0_success_is_succeeded == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "success")) = "succeeded" /\ Command(SettlePermit("a", 0, 1, 0, "success")) /\ TRUE
settle_a_0_1_0_success_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "success")) = "timed-out" /\ Command(SettlePermit("a", 0, 1, 0, "success")) /\ TRUE
settle_a_0_1_0_success_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "success")) = "unknown-breaker" /\ Command(SettlePermit("a", 0, 1, 0, "success")) /\ TRUE
settle_a_0_2_0_failure_is_failed == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "failure")) = "failed" /\ Command(SettlePermit("a", 0, 2, 0, "failure")) /\ TRUE
settle_a_0_2_0_failure_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "failure")) = "state-change" /\ Command(SettlePermit("a", 0, 2, 0, "failure")) /\ TRUE
settle_a_0_2_0_failure_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "failure")) = "timed-out" /\ Command(SettlePermit("a", 0, 2, 0, "failure")) /\ TRUE
settle_a_0_2_0_failure_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("a", 0, 2, 0, "failure")) /\ TRUE
settle_a_0_2_0_failure_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "failure")) = "unknown-permit" /\ Command(SettlePermit("a", 0, 2, 0, "failure")) /\ TRUE
settle_a_0_2_0_success_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "success")) = "state-change" /\ Command(SettlePermit("a", 0, 2, 0, "success")) /\ TRUE
settle_a_0_2_0_success_is_succeeded == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "success")) = "succeeded" /\ Command(SettlePermit("a", 0, 2, 0, "success")) /\ TRUE
settle_a_0_2_0_success_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "success")) = "timed-out" /\ Command(SettlePermit("a", 0, 2, 0, "success")) /\ TRUE
settle_a_0_2_0_success_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "success")) = "unknown-breaker" /\ Command(SettlePermit("a", 0, 2, 0, "success")) /\ TRUE
settle_a_0_2_0_success_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 2, 0, "success")) = "unknown-permit" /\ Command(SettlePermit("a", 0, 2, 0, "success")) /\ TRUE
settle_a_1_3_0_failure_is_failed == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "failure")) = "failed" /\ Command(SettlePermit("a", 1, 3, 0, "failure")) /\ TRUE
settle_a_1_3_0_failure_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "failure")) = "state-change" /\ Command(SettlePermit("a", 1, 3, 0, "failure")) /\ TRUE
settle_a_1_3_0_failure_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "failure")) = "timed-out" /\ Command(SettlePermit("a", 1, 3, 0, "failure")) /\ TRUE
settle_a_1_3_0_failure_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("a", 1, 3, 0, "failure")) /\ TRUE
settle_a_1_3_0_failure_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "failure")) = "unknown-permit" /\ Command(SettlePermit("a", 1, 3, 0, "failure")) /\ TRUE
settle_a_1_3_0_success_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "success")) = "state-change" /\ Command(SettlePermit("a", 1, 3, 0, "success")) /\ TRUE
settle_a_1_3_0_success_is_succeeded == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "success")) = "succeeded" /\ Command(SettlePermit("a", 1, 3, 0, "success")) /\ TRUE
settle_a_1_3_0_success_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "success")) = "timed-out" /\ Command(SettlePermit("a", 1, 3, 0, "success")) /\ TRUE
settle_a_1_3_0_success_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "success")) = "unknown-breaker" /\ Command(SettlePermit("a", 1, 3, 0, "success")) /\ TRUE
settle_a_1_3_0_success_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "success")) = "unknown-permit" /\ Command(SettlePermit("a", 1, 3, 0, "success")) /\ TRUE
settle_a_1_8_0_failure_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 8, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("a", 1, 8, 0, "failure")) /\ TRUE
settle_a_1_8_0_failure_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 8, 0, "failure")) = "unknown-permit" /\ Command(SettlePermit("a", 1, 8, 0, "failure")) /\ TRUE
settle_a_1_8_0_success_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 8, 0, "success")) = "unknown-breaker" /\ Command(SettlePermit("a", 1, 8, 0, "success")) /\ TRUE
settle_a_1_8_0_success_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 8, 0, "success")) = "unknown-permit" /\ Command(SettlePermit("a", 1, 8, 0, "success")) /\ TRUE
tick_1 == MayPass(1) /\ Tick(1) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ define_a_plain_is_defined
  \/ define_a_plain_is_nothing
  \/ define_a_plain_is_state_H_change
  \/ define_a_plain_is_timed_H_out
  \/ define_a_strict_is_defined
  \/ define_a_strict_is_nothing
  \/ define_a_strict_is_state_H_change
  \/ define_a_strict_is_timed_H_out
  \/ force_a_half_H_open_is_nothing
  \/ force_a_half_H_open_is_state_H_change
  \/ force_a_half_H_open_is_timed_H_out
  \/ force_a_half_H_open_is_unknown_H_breaker
  \/ request_a_0_is_permitted
  \/ request_a_0_is_rejected
  \/ request_a_0_is_state_H_change
  \/ request_a_0_is_timed_H_out
  \/ request_a_0_is_unknown_H_breaker
  \/ settle_a_0_1_0_failure_is_failed
  \/ settle_a_0_1_0_failure_is_state_H_change
  \/ settle_a_0_1_0_failure_is_timed_H_out
  \/ settle_a_0_1_0_failure_is_unknown_H_breaker
  \/ settle_a_0_1_0_success_is_state_H_change
  \/ settle_a_0_1_0_success_is_succeeded
  \/ settle_a_0_1_0_success_is_timed_H_out
  \/ settle_a_0_1_0_success_is_unknown_H_breaker
  \/ settle_a_0_2_0_failure_is_failed
  \/ settle_a_0_2_0_failure_is_state_H_change
  \/ settle_a_0_2_0_failure_is_timed_H_out
  \/ settle_a_0_2_0_failure_is_unknown_H_breaker
  \/ settle_a_0_2_0_failure_is_unknown_H_permit
  \/ settle_a_0_2_0_success_is_state_H_change
  \/ settle_a_0_2_0_success_is_succeeded
  \/ settle_a_0_2_0_success_is_timed_H_out
  \/ settle_a_0_2_0_success_is_unknown_H_breaker
  \/ settle_a_0_2_0_success_is_unknown_H_permit
  \/ settle_a_1_3_0_failure_is_failed
  \/ settle_a_1_3_0_failure_is_state_H_change
  \/ settle_a_1_3_0_failure_is_timed_H_out
  \/ settle_a_1_3_0_failure_is_unknown_H_breaker
  \/ settle_a_1_3_0_failure_is_unknown_H_permit
  \/ settle_a_1_3_0_success_is_state_H_change
  \/ settle_a_1_3_0_success_is_succeeded
  \/ settle_a_1_3_0_success_is_timed_H_out
  \/ settle_a_1_3_0_success_is_unknown_H_breaker
  \/ settle_a_1_3_0_success_is_unknown_H_permit
  \/ settle_a_1_8_0_failure_is_unknown_H_breaker
  \/ settle_a_1_8_0_failure_is_unknown_H_permit
  \/ settle_a_1_8_0_success_is_unknown_H_breaker
  \/ settle_a_1_8_0_success_is_unknown_H_permit
  \/ tick_1

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
