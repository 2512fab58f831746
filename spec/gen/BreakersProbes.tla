---- MODULE BreakersProbes ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCBreakers

follow == Follow /\ TRUE
settled == Settled /\ TRUE
define_a_plain_is_defined == Stable /\ MayAct /\ Answer(DefineBreaker("a", "plain")) = "defined" /\ Command(DefineBreaker("a", "plain")) /\ TRUE
define_a_plain_is_nothing == Stable /\ MayAct /\ Answer(DefineBreaker("a", "plain")) = "nothing" /\ Command(DefineBreaker("a", "plain")) /\ TRUE
request_a_0_is_permitted == Stable /\ MayRequest /\ Answer(RequestPermit("a", 0)) = "permitted" /\ Command(RequestPermit("a", 0)) /\ TRUE
request_a_0_is_rejected == Stable /\ MayRequest /\ Answer(RequestPermit("a", 0)) = "rejected" /\ Command(RequestPermit("a", 0)) /\ TRUE
request_a_0_is_state_H_change == Stable /\ MayRequest /\ Answer(RequestPermit("a", 0)) = "state-change" /\ Command(RequestPermit("a", 0)) /\ TRUE
request_a_0_is_timed_H_out == Stable /\ MayRequest /\ Answer(RequestPermit("a", 0)) = "timed-out" /\ Command(RequestPermit("a", 0)) /\ TRUE
request_a_0_is_unknown_H_breaker == Stable /\ MayRequest /\ Answer(RequestPermit("a", 0)) = "unknown-breaker" /\ Command(RequestPermit("a", 0)) /\ TRUE
request_a_1_is_permitted == Stable /\ MayRequest /\ Answer(RequestPermit("a", 1)) = "permitted" /\ Command(RequestPermit("a", 1)) /\ TRUE
request_a_1_is_rejected == Stable /\ MayRequest /\ Answer(RequestPermit("a", 1)) = "rejected" /\ Command(RequestPermit("a", 1)) /\ TRUE
request_a_1_is_state_H_change == Stable /\ MayRequest /\ Answer(RequestPermit("a", 1)) = "state-change" /\ Command(RequestPermit("a", 1)) /\ TRUE
request_a_1_is_timed_H_out == Stable /\ MayRequest /\ Answer(RequestPermit("a", 1)) = "timed-out" /\ Command(RequestPermit("a", 1)) /\ TRUE
request_a_1_is_unknown_H_breaker == Stable /\ MayRequest /\ Answer(RequestPermit("a", 1)) = "unknown-breaker" /\ Command(RequestPermit("a", 1)) /\ TRUE
settle_a_0_1_0_failure_is_failed == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "failed" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_1_0_failure_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "state-change" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_1_0_failure_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "timed-out" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_1_0_failure_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("a", 0, 1, 0, "failure")) /\ TRUE
settle_a_0_1_0_neutral_is_returned == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "neutral")) = "returned" /\ Command(SettlePermit("a", 0, 1, 0, "neutral")) /\ TRUE
settle_a_0_1_0_neutral_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "neutral")) = "state-change" /\ Command(SettlePermit("a", 0, 1, 0, "neutral")) /\ TRUE
settle_a_0_1_0_neutral_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "neutral")) = "timed-out" /\ Command(SettlePermit("a", 0, 1, 0, "neutral")) /\ TRUE
settle_a_0_1_0_neutral_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "neutral")) = "unknown-breaker" /\ Command(SettlePermit("a", 0, 1, 0, "neutral")) /\ TRUE
settle_a_0_1_0_success_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "success")) = "state-change" /\ Command(SettlePermit("a", 0, 1, 0, "success")) /\ TRUE
settle_a_0_1_0_success_is_succeeded == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "success")) = "succeeded" /\ Command(SettlePermit("a", 0, 1, 0, "success")) /\ TRUE
settle_a_0_1_0_success_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "success")) = "timed-out" /\ Command(SettlePermit("a", 0, 1, 0, "success")) /\ TRUE
settle_a_0_1_0_success_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 0, 1, 0, "success")) = "unknown-breaker" /\ Command(SettlePermit("a", 0, 1, 0, "success")) /\ TRUE
settle_a_1_1_0_failure_is_failed == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "failure")) = "failed" /\ Command(SettlePermit("a", 1, 1, 0, "failure")) /\ TRUE
settle_a_1_1_0_failure_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "failure")) = "state-change" /\ Command(SettlePermit("a", 1, 1, 0, "failure")) /\ TRUE
settle_a_1_1_0_failure_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "failure")) = "timed-out" /\ Command(SettlePermit("a", 1, 1, 0, "failure")) /\ TRUE
settle_a_1_1_0_failure_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("a", 1, 1, 0, "failure")) /\ TRUE
settle_a_1_1_0_failure_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "failure")) = "unknown-permit" /\ Command(SettlePermit("a", 1, 1, 0, "failure")) /\ TRUE
settle_a_1_1_0_neutral_is_returned == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "neutral")) = "returned" /\ Command(SettlePermit("a", 1, 1, 0, "neutral")) /\ TRUE
settle_a_1_1_0_neutral_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "neutral")) = "state-change" /\ Command(SettlePermit("a", 1, 1, 0, "neutral")) /\ TRUE
settle_a_1_1_0_neutral_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "neutral")) = "timed-out" /\ Command(SettlePermit("a", 1, 1, 0, "neutral")) /\ TRUE
settle_a_1_1_0_neutral_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "neutral")) = "unknown-breaker" /\ Command(SettlePermit("a", 1, 1, 0, "neutral")) /\ TRUE
settle_a_1_1_0_neutral_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "neutral")) = "unknown-permit" /\ Command(SettlePermit("a", 1, 1, 0, "neutral")) /\ TRUE
settle_a_1_1_0_success_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "success")) = "state-change" /\ Command(SettlePermit("a", 1, 1, 0, "success")) /\ TRUE
settle_a_1_1_0_success_is_succeeded == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "success")) = "succeeded" /\ Command(SettlePermit("a", 1, 1, 0, "success")) /\ TRUE
settle_a_1_1_0_success_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "success")) = "timed-out" /\ Command(SettlePermit("a", 1, 1, 0, "success")) /\ TRUE
settle_a_1_1_0_success_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "success")) = "unknown-breaker" /\ Command(SettlePermit("a", 1, 1, 0, "success")) /\ TRUE
settle_a_1_1_0_success_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 1, 0, "success")) = "unknown-permit" /\ Command(SettlePermit("a", 1, 1, 0, "success")) /\ TRUE
settle_a_1_3_0_failure_is_failed == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "failure")) = "failed" /\ Command(SettlePermit("a", 1, 3, 0, "failure")) /\ TRUE
settle_a_1_3_0_failure_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "failure")) = "state-change" /\ Command(SettlePermit("a", 1, 3, 0, "failure")) /\ TRUE
settle_a_1_3_0_failure_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "failure")) = "timed-out" /\ Command(SettlePermit("a", 1, 3, 0, "failure")) /\ TRUE
settle_a_1_3_0_failure_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("a", 1, 3, 0, "failure")) /\ TRUE
settle_a_1_3_0_failure_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "failure")) = "unknown-permit" /\ Command(SettlePermit("a", 1, 3, 0, "failure")) /\ TRUE
settle_a_1_3_0_neutral_is_returned == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "neutral")) = "returned" /\ Command(SettlePermit("a", 1, 3, 0, "neutral")) /\ TRUE
settle_a_1_3_0_neutral_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "neutral")) = "state-change" /\ Command(SettlePermit("a", 1, 3, 0, "neutral")) /\ TRUE
settle_a_1_3_0_neutral_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "neutral")) = "timed-out" /\ Command(SettlePermit("a", 1, 3, 0, "neutral")) /\ TRUE
settle_a_1_3_0_neutral_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "neutral")) = "unknown-breaker" /\ Command(SettlePermit("a", 1, 3, 0, "neutral")) /\ TRUE
settle_a_1_3_0_neutral_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "neutral")) = "unknown-permit" /\ Command(SettlePermit("a", 1, 3, 0, "neutral")) /\ TRUE
settle_a_1_3_0_success_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "success")) = "state-change" /\ Command(SettlePermit("a", 1, 3, 0, "success")) /\ TRUE
settle_a_1_3_0_success_is_succeeded == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "success")) = "succeeded" /\ Command(SettlePermit("a", 1, 3, 0, "success")) /\ TRUE
settle_a_1_3_0_success_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "success")) = "timed-out" /\ Command(SettlePermit("a", 1, 3, 0, "success")) /\ TRUE
settle_a_1_3_0_success_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "success")) = "unknown-breaker" /\ Command(SettlePermit("a", 1, 3, 0, "success")) /\ TRUE
settle_a_1_3_0_success_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 3, 0, "success")) = "unknown-permit" /\ Command(SettlePermit("a", 1, 3, 0, "success")) /\ TRUE
settle_a_1_6_0_failure_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 6, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("a", 1, 6, 0, "failure")) /\ TRUE
settle_a_1_6_0_failure_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 6, 0, "failure")) = "unknown-permit" /\ Command(SettlePermit("a", 1, 6, 0, "failure")) /\ TRUE
settle_a_1_6_0_neutral_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 6, 0, "neutral")) = "unknown-breaker" /\ Command(SettlePermit("a", 1, 6, 0, "neutral")) /\ TRUE
settle_a_1_6_0_neutral_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 6, 0, "neutral")) = "unknown-permit" /\ Command(SettlePermit("a", 1, 6, 0, "neutral")) /\ TRUE
settle_a_1_6_0_success_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 6, 0, "success")) = "unknown-breaker" /\ Command(SettlePermit("a", 1, 6, 0, "success")) /\ TRUE
settle_a_1_6_0_success_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 1, 6, 0, "success")) = "unknown-permit" /\ Command(SettlePermit("a", 1, 6, 0, "success")) /\ TRUE
settle_a_2_3_0_failure_is_failed == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "failure")) = "failed" /\ Command(SettlePermit("a", 2, 3, 0, "failure")) /\ TRUE
settle_a_2_3_0_failure_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "failure")) = "state-change" /\ Command(SettlePermit("a", 2, 3, 0, "failure")) /\ TRUE
settle_a_2_3_0_failure_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "failure")) = "timed-out" /\ Command(SettlePermit("a", 2, 3, 0, "failure")) /\ TRUE
settle_a_2_3_0_failure_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "failure")) = "unknown-breaker" /\ Command(SettlePermit("a", 2, 3, 0, "failure")) /\ TRUE
settle_a_2_3_0_failure_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "failure")) = "unknown-permit" /\ Command(SettlePermit("a", 2, 3, 0, "failure")) /\ TRUE
settle_a_2_3_0_neutral_is_returned == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "neutral")) = "returned" /\ Command(SettlePermit("a", 2, 3, 0, "neutral")) /\ TRUE
settle_a_2_3_0_neutral_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "neutral")) = "state-change" /\ Command(SettlePermit("a", 2, 3, 0, "neutral")) /\ TRUE
settle_a_2_3_0_neutral_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "neutral")) = "timed-out" /\ Command(SettlePermit("a", 2, 3, 0, "neutral")) /\ TRUE
settle_a_2_3_0_neutral_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "neutral")) = "unknown-breaker" /\ Command(SettlePermit("a", 2, 3, 0, "neutral")) /\ TRUE
settle_a_2_3_0_neutral_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "neutral")) = "unknown-permit" /\ Command(SettlePermit("a", 2, 3, 0, "neutral")) /\ TRUE
settle_a_2_3_0_success_is_state_H_change == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "success")) = "state-change" /\ Command(SettlePermit("a", 2, 3, 0, "success")) /\ TRUE
settle_a_2_3_0_success_is_succeeded == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "success")) = "succeeded" /\ Command(SettlePermit("a", 2, 3, 0, "success")) /\ TRUE
settle_a_2_3_0_success_is_timed_H_out == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "success")) = "timed-out" /\ Command(SettlePermit("a", 2, 3, 0, "success")) /\ TRUE
settle_a_2_3_0_success_is_unknown_H_breaker == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "success")) = "unknown-breaker" /\ Command(SettlePermit("a", 2, 3, 0, "success")) /\ TRUE
settle_a_2_3_0_success_is_unknown_H_permit == Stable /\ MayReport("a") /\ Answer(SettlePermit("a", 2, 3, 0, "success")) = "unknown-permit" /\ Command(SettlePermit("a", 2, 3, 0, "success")) /\ TRUE
tick_1 == MayPass(1) /\ Tick(1) /\ TRUE

NamedNext ==
  \/ follow
  \/ settled
  \/ define_a_plain_is_defined
  \/ define_a_plain_is_nothing
  \/ request_a_0_is_permitted
  \/ request_a_0_is_rejected
  \/ request_a_0_is_state_H_change
  \/ request_a_0_is_timed_H_out
  \/ request_a_0_is_unknown_H_breaker
  \/ request_a_1_is_permitted
  \/ request_a_1_is_rejected
  \/ request_a_1_is_state_H_change
  \/ request_a_1_is_timed_H_out
  \/ request_a_1_is_unknown_H_breaker
  \/ settle_a_0_1_0_failure_is_failed
  \/ settle_a_0_1_0_failure_is_state_H_change
  \/ settle_a_0_1_0_failure_is_timed_H_out
  \/ settle_a_0_1_0_failure_is_unknown_H_breaker
  \/ settle_a_0_1_0_neutral_is_returned
  \/ settle_a_0_1_0_neutral_is_state_H_change
  \/ settle_a_0_1_0_neutral_is_timed_H_out
  \/ settle_a_0_1_0_neutral_is_unknown_H_breaker
  \/ settle_a_0_1_0_success_is_state_H_change
  \/ settle_a_0_1_0_success_is_succeeded
  \/ settle_a_0_1_0_success_is_timed_H_out
  \/ settle_a_0_1_0_success_is_unknown_H_breaker
  \/ settle_a_1_1_0_failure_is_failed
  \/ settle_a_1_1_0_failure_is_state_H_change
  \/ settle_a_1_1_0_failure_is_timed_H_out
  \/ settle_a_1_1_0_failure_is_unknown_H_breaker
  \/ settle_a_1_1_0_failure_is_unknown_H_permit
  \/ settle_a_1_1_0_neutral_is_returned
  \/ settle_a_1_1_0_neutral_is_state_H_change
  \/ settle_a_1_1_0_neutral_is_timed_H_out
  \/ settle_a_1_1_0_neutral_is_unknown_H_breaker
  \/ settle_a_1_1_0_neutral_is_unknown_H_permit
  \/ settle_a_1_1_0_success_is_state_H_change
  \/ settle_a_1_1_0_success_is_succeeded
  \/ settle_a_1_1_0_success_is_timed_H_out
  \/ settle_a_1_1_0_success_is_unknown_H_breaker
  \/ settle_a_1_1_0_success_is_unknown_H_permit
  \/ settle_a_1_3_0_failure_is_failed
  \/ settle_a_1_3_0_failure_is_state_H_change
  \/ settle_a_1_3_0_failure_is_timed_H_out
  \/ settle_a_1_3_0_failure_is_unknown_H_breaker
  \/ settle_a_1_3_0_failure_is_unknown_H_permit
  \/ settle_a_1_3_0_neutral_is_returned
  \/ settle_a_1_3_0_neutral_is_state_H_change
  \/ settle_a_1_3_0_neutral_is_timed_H_out
  \/ settle_a_1_3_0_neutral_is_unknown_H_breaker
  \/ settle_a_1_3_0_neutral_is_unknown_H_permit
  \/ settle_a_1_3_0_success_is_state_H_change
  \/ settle_a_1_3_0_success_is_succeeded
  \/ settle_a_1_3_0_success_is_timed_H_out
  \/ settle_a_1_3_0_success_is_unknown_H_breaker
  \/ settle_a_1_3_0_success_is_unknown_H_permit
  \/ settle_a_1_6_0_failure_is_unknown_H_breaker
  \/ settle_a_1_6_0_failure_is_unknown_H_permit
  \/ settle_a_1_6_0_neutral_is_unknown_H_breaker
  \/ settle_a_1_6_0_neutral_is_unknown_H_permit
  \/ settle_a_1_6_0_success_is_unknown_H_breaker
  \/ settle_a_1_6_0_success_is_unknown_H_permit
  \/ settle_a_2_3_0_failure_is_failed
  \/ settle_a_2_3_0_failure_is_state_H_change
  \/ settle_a_2_3_0_failure_is_timed_H_out
  \/ settle_a_2_3_0_failure_is_unknown_H_breaker
  \/ settle_a_2_3_0_failure_is_unknown_H_permit
  \/ settle_a_2_3_0_neutral_is_returned
  \/ settle_a_2_3_0_neutral_is_state_H_change
  \/ settle_a_2_3_0_neutral_is_timed_H_out
  \/ settle_a_2_3_0_neutral_is_unknown_H_breaker
  \/ settle_a_2_3_0_neutral_is_unknown_H_permit
  \/ settle_a_2_3_0_success_is_state_H_change
  \/ settle_a_2_3_0_success_is_succeeded
  \/ settle_a_2_3_0_success_is_timed_H_out
  \/ settle_a_2_3_0_success_is_unknown_H_breaker
  \/ settle_a_2_3_0_success_is_unknown_H_permit
  \/ tick_1

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
