---- MODULE StealingFaults ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS StealingBounds

BSubmit_t1_0 == BSubmit("t1", "", 0) /\ TRUE
TaskCreated_t1 == TaskCreated("t1") /\ TRUE
TaskAssigned_t1_a1_1_FALSE == TaskAssigned("t1", "a1", 1, FALSE) /\ TRUE
BSubmit_t1_a1_0 == BSubmit("t1", "a1", 0) /\ TRUE
BTaskRefused_start_t1_0_unknown_task == BTaskRefused("start", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t1_0_unknown_task == BTaskRefused("fail-attempt", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_fail_none_t1_0_unknown_task == BTaskRefused("fail-none", "t1", 0, "unknown-task") /\ TRUE
BSettle_t1_0 == BSettle("t1", 0) /\ TRUE
BTaskRefused_start_t1_1_unknown_task == BTaskRefused("start", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t1_1_unknown_task == BTaskRefused("fail-attempt", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_fail_none_t1_1_unknown_task == BTaskRefused("fail-none", "t1", 1, "unknown-task") /\ TRUE
BSettle_t1_1 == BSettle("t1", 1) /\ TRUE
BTaskRefused_start_t1_2_unknown_task == BTaskRefused("start", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t1_2_unknown_task == BTaskRefused("fail-attempt", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_fail_none_t1_2_unknown_task == BTaskRefused("fail-none", "t1", 2, "unknown-task") /\ TRUE
BSettle_t1_2 == BSettle("t1", 2) /\ TRUE
BTaskRefused_start_t1_3_unknown_task == BTaskRefused("start", "t1", 3, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t1_3_unknown_task == BTaskRefused("fail-attempt", "t1", 3, "unknown-task") /\ TRUE
BTaskRefused_fail_none_t1_3_unknown_task == BTaskRefused("fail-none", "t1", 3, "unknown-task") /\ TRUE
BSettle_t1_3 == BSettle("t1", 3) /\ TRUE
BTaskRefused_start_t2_0_unknown_task == BTaskRefused("start", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t2_0_unknown_task == BTaskRefused("fail-attempt", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_fail_none_t2_0_unknown_task == BTaskRefused("fail-none", "t2", 0, "unknown-task") /\ TRUE
BSettle_t2_0 == BSettle("t2", 0) /\ TRUE
BTaskRefused_start_t2_1_unknown_task == BTaskRefused("start", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t2_1_unknown_task == BTaskRefused("fail-attempt", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_fail_none_t2_1_unknown_task == BTaskRefused("fail-none", "t2", 1, "unknown-task") /\ TRUE
BSettle_t2_1 == BSettle("t2", 1) /\ TRUE
BTaskRefused_start_t2_2_unknown_task == BTaskRefused("start", "t2", 2, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t2_2_unknown_task == BTaskRefused("fail-attempt", "t2", 2, "unknown-task") /\ TRUE
BTaskRefused_fail_none_t2_2_unknown_task == BTaskRefused("fail-none", "t2", 2, "unknown-task") /\ TRUE
BSettle_t2_2 == BSettle("t2", 2) /\ TRUE
BTaskRefused_start_t2_3_unknown_task == BTaskRefused("start", "t2", 3, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t2_3_unknown_task == BTaskRefused("fail-attempt", "t2", 3, "unknown-task") /\ TRUE
BTaskRefused_fail_none_t2_3_unknown_task == BTaskRefused("fail-none", "t2", 3, "unknown-task") /\ TRUE
BSettle_t2_3 == BSettle("t2", 3) /\ TRUE
BRemoveAgent_a1 == BRemoveAgent("a1") /\ TRUE
AgentTerminated_a1 == AgentTerminated("a1") /\ TRUE
BRemoveAgent_a2 == BRemoveAgent("a2") /\ TRUE
AgentTerminated_a2 == AgentTerminated("a2") /\ TRUE
BSubmitRefused_t1_duplicate == BSubmitRefused("t1", "", "duplicate") /\ TRUE
BSubmitRefused_t1_a1_duplicate == BSubmitRefused("t1", "a1", "duplicate") /\ TRUE
BStart_t1_0 == BStart("t1", 0) /\ TRUE
TaskStarted_t1_a1_1 == TaskStarted("t1", "a1", 1) /\ TRUE
BFail_t1_0_attempt == BFail("t1", 0, "attempt") /\ TRUE
TaskBackedOff_t1_a1_1 == TaskBackedOff("t1", "a1", 1) /\ TRUE
AttemptEnded_t1_a1_1_FALSE_FALSE == AttemptEnded("t1", "a1", 1, FALSE, FALSE) /\ TRUE
BFail_t1_0_none == BFail("t1", 0, "none") /\ TRUE
BStart_t1_1 == BStart("t1", 1) /\ TRUE
BFail_t1_1_attempt == BFail("t1", 1, "attempt") /\ TRUE
BFail_t1_1_none == BFail("t1", 1, "none") /\ TRUE
BTaskRefused_start_t1_2_stale_epoch == BTaskRefused("start", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_fail_attempt_t1_2_stale_epoch == BTaskRefused("fail-attempt", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_fail_none_t1_2_stale_epoch == BTaskRefused("fail-none", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_start_t1_3_stale_epoch == BTaskRefused("start", "t1", 3, "stale-epoch") /\ TRUE
BTaskRefused_fail_attempt_t1_3_stale_epoch == BTaskRefused("fail-attempt", "t1", 3, "stale-epoch") /\ TRUE
BTaskRefused_fail_none_t1_3_stale_epoch == BTaskRefused("fail-none", "t1", 3, "stale-epoch") /\ TRUE
BSubmit_t2_0 == BSubmit("t2", "", 0) /\ TRUE
TaskCreated_t2 == TaskCreated("t2") /\ TRUE
TaskAssigned_t2_a2_2_FALSE == TaskAssigned("t2", "a2", 2, FALSE) /\ TRUE
TaskStarted_t2_a2_2 == TaskStarted("t2", "a2", 2) /\ TRUE
BSubmit_t2_a1_0 == BSubmit("t2", "a1", 0) /\ TRUE
TaskAssigned_t2_a1_2_TRUE == TaskAssigned("t2", "a1", 2, TRUE) /\ TRUE
WorkstealingRequest_a1_a2_1 == WorkstealingRequest("a1", "a2", 1) /\ TRUE
TaskStolen_t2_a1_2_a2 == TaskStolen("t2", "a1", 2, "a2") /\ TRUE
AttemptEnded_t2_a1_2_FALSE_TRUE == AttemptEnded("t2", "a1", 2, FALSE, TRUE) /\ TRUE
TaskAssigned_t2_a2_3_FALSE == TaskAssigned("t2", "a2", 3, FALSE) /\ TRUE
TaskStarted_t2_a2_3 == TaskStarted("t2", "a2", 3) /\ TRUE
WorkstealingCompleted_a1_a2_1_t2 == WorkstealingCompleted("a1", "a2", 1, <<"t2">>) /\ TRUE
TaskRequeued_t1_a1_1 == TaskRequeued("t1", "a1", 1) /\ TRUE
TaskAssigned_t1_a2_2_FALSE == TaskAssigned("t1", "a2", 2, FALSE) /\ TRUE
TaskStarted_t1_a2_2 == TaskStarted("t1", "a2", 2) /\ TRUE
TaskAssigned_t1_a2_1_FALSE == TaskAssigned("t1", "a2", 1, FALSE) /\ TRUE
TaskStarted_t1_a2_1 == TaskStarted("t1", "a2", 1) /\ TRUE
BSubmitRefused_t1_a1_unknown_agent == BSubmitRefused("t1", "a1", "unknown-agent") /\ TRUE
BAgentRefused_remove_agent_a1_unknown_agent == BAgentRefused("remove-agent", "a1", "unknown-agent") /\ TRUE
BAgentRefused_remove_agent_a2_unknown_agent == BAgentRefused("remove-agent", "a2", "unknown-agent") /\ TRUE
BExpire_t1_attempt == BExpire("t1", "attempt") /\ TRUE
TaskTimedOut_t1_attempt == TaskTimedOut("t1", "attempt") /\ TRUE
BExpire_t1_heartbeat == BExpire("t1", "heartbeat") /\ TRUE
TaskTimedOut_t1_heartbeat == TaskTimedOut("t1", "heartbeat") /\ TRUE
BTaskRefused_start_t1_0_status == BTaskRefused("start", "t1", 0, "status") /\ TRUE
BTaskRefused_start_t1_1_status == BTaskRefused("start", "t1", 1, "status") /\ TRUE
AttemptEnded_t1_a1_1_TRUE_FALSE == AttemptEnded("t1", "a1", 1, TRUE, FALSE) /\ TRUE
BPauseOver_t1 == BPauseOver("t1") /\ TRUE
TaskReadied_t1 == TaskReadied("t1") /\ TRUE
TaskAssigned_t1_a1_2_FALSE == TaskAssigned("t1", "a1", 2, FALSE) /\ TRUE
BTaskRefused_fail_attempt_t1_0_status == BTaskRefused("fail-attempt", "t1", 0, "status") /\ TRUE
BTaskRefused_fail_none_t1_0_status == BTaskRefused("fail-none", "t1", 0, "status") /\ TRUE
BTaskRefused_start_t1_1_stale_epoch == BTaskRefused("start", "t1", 1, "stale-epoch") /\ TRUE
BTaskRefused_fail_attempt_t1_1_stale_epoch == BTaskRefused("fail-attempt", "t1", 1, "stale-epoch") /\ TRUE
BTaskRefused_fail_none_t1_1_stale_epoch == BTaskRefused("fail-none", "t1", 1, "stale-epoch") /\ TRUE
TaskAssigned_t2_a1_2_FALSE == TaskAssigned("t2", "a1", 2, FALSE) /\ TRUE
BSubmitRefused_t2_duplicate == BSubmitRefused("t2", "", "duplicate") /\ TRUE
BSubmitRefused_t2_a1_duplicate == BSubmitRefused("t2", "a1", "duplicate") /\ TRUE
BExpire_t2_attempt == BExpire("t2", "attempt") /\ TRUE
TaskTimedOut_t2_attempt == TaskTimedOut("t2", "attempt") /\ TRUE
TaskBackedOff_t2_a2_2 == TaskBackedOff("t2", "a2", 2) /\ TRUE
BExpire_t2_heartbeat == BExpire("t2", "heartbeat") /\ TRUE
TaskTimedOut_t2_heartbeat == TaskTimedOut("t2", "heartbeat") /\ TRUE
TaskRequeued_t2_a2_2 == TaskRequeued("t2", "a2", 2) /\ TRUE
BTaskRefused_start_t2_0_status == BTaskRefused("start", "t2", 0, "status") /\ TRUE
BFail_t2_0_attempt == BFail("t2", 0, "attempt") /\ TRUE
AttemptEnded_t2_a2_2_FALSE_FALSE == AttemptEnded("t2", "a2", 2, FALSE, FALSE) /\ TRUE
BFail_t2_0_none == BFail("t2", 0, "none") /\ TRUE
BTaskRefused_start_t2_1_stale_epoch == BTaskRefused("start", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_fail_attempt_t2_1_stale_epoch == BTaskRefused("fail-attempt", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_fail_none_t2_1_stale_epoch == BTaskRefused("fail-none", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_start_t2_2_status == BTaskRefused("start", "t2", 2, "status") /\ TRUE
BFail_t2_2_attempt == BFail("t2", 2, "attempt") /\ TRUE
BFail_t2_2_none == BFail("t2", 2, "none") /\ TRUE
BTaskRefused_start_t2_3_stale_epoch == BTaskRefused("start", "t2", 3, "stale-epoch") /\ TRUE
BTaskRefused_fail_attempt_t2_3_stale_epoch == BTaskRefused("fail-attempt", "t2", 3, "stale-epoch") /\ TRUE
BTaskRefused_fail_none_t2_3_stale_epoch == BTaskRefused("fail-none", "t2", 3, "stale-epoch") /\ TRUE
AttemptEnded_t2_a2_2_TRUE_FALSE == AttemptEnded("t2", "a2", 2, TRUE, FALSE) /\ TRUE
TaskBackedOff_t1_a2_2 == TaskBackedOff("t1", "a2", 2) /\ TRUE
TaskRequeued_t1_a2_2 == TaskRequeued("t1", "a2", 2) /\ TRUE
AttemptEnded_t1_a2_2_FALSE_FALSE == AttemptEnded("t1", "a2", 2, FALSE, FALSE) /\ TRUE
BTaskRefused_start_t1_2_status == BTaskRefused("start", "t1", 2, "status") /\ TRUE
BFail_t1_2_attempt == BFail("t1", 2, "attempt") /\ TRUE
BFail_t1_2_none == BFail("t1", 2, "none") /\ TRUE
BSubmitRefused_t2_a1_unknown_agent == BSubmitRefused("t2", "a1", "unknown-agent") /\ TRUE
AttemptEnded_t1_a2_2_TRUE_FALSE == AttemptEnded("t1", "a2", 2, TRUE, FALSE) /\ TRUE
TaskBackedOff_t1_a2_1 == TaskBackedOff("t1", "a2", 1) /\ TRUE
TaskRequeued_t1_a2_1 == TaskRequeued("t1", "a2", 1) /\ TRUE
AttemptEnded_t1_a2_1_FALSE_FALSE == AttemptEnded("t1", "a2", 1, FALSE, FALSE) /\ TRUE
AttemptEnded_t1_a2_1_TRUE_FALSE == AttemptEnded("t1", "a2", 1, TRUE, FALSE) /\ TRUE
BGraceOver_t1_1 == BGraceOver("t1", 1) /\ TRUE
TaskFailed_t1_a2_2 == TaskFailed("t1", "a2", 2) /\ TRUE
TaskAssigned_t2_a1_3_TRUE == TaskAssigned("t2", "a1", 3, TRUE) /\ TRUE
TaskStarted_t1_a1_2 == TaskStarted("t1", "a1", 2) /\ TRUE
TaskFailed_t1_a1_2 == TaskFailed("t1", "a1", 2) /\ TRUE
AttemptEnded_t1_a1_2_FALSE_FALSE == AttemptEnded("t1", "a1", 2, FALSE, FALSE) /\ TRUE
TaskBackedOff_t1_a1_2 == TaskBackedOff("t1", "a1", 2) /\ TRUE
BStart_t1_2 == BStart("t1", 2) /\ TRUE
TaskStolen_t2_a1_3_a2 == TaskStolen("t2", "a1", 3, "a2") /\ TRUE
AttemptEnded_t2_a1_3_FALSE_TRUE == AttemptEnded("t2", "a1", 3, FALSE, TRUE) /\ TRUE
TaskAssigned_t2_a2_4_FALSE == TaskAssigned("t2", "a2", 4, FALSE) /\ TRUE
TaskStarted_t2_a2_4 == TaskStarted("t2", "a2", 4) /\ TRUE
TaskRequeued_t1_a1_2 == TaskRequeued("t1", "a1", 2) /\ TRUE
TaskAssigned_t1_a2_3_FALSE == TaskAssigned("t1", "a2", 3, FALSE) /\ TRUE
TaskStarted_t1_a2_3 == TaskStarted("t1", "a2", 3) /\ TRUE
BStart_t2_0 == BStart("t2", 0) /\ TRUE
TaskStarted_t2_a1_2 == TaskStarted("t2", "a1", 2) /\ TRUE
TaskBackedOff_t2_a1_2 == TaskBackedOff("t2", "a1", 2) /\ TRUE
AttemptEnded_t2_a1_2_FALSE_FALSE == AttemptEnded("t2", "a1", 2, FALSE, FALSE) /\ TRUE
BStart_t2_2 == BStart("t2", 2) /\ TRUE
TaskRequeued_t2_a1_2 == TaskRequeued("t2", "a1", 2) /\ TRUE
TaskAssigned_t1_a1_3_FALSE == TaskAssigned("t1", "a1", 3, FALSE) /\ TRUE
TaskAssigned_t2_a1_3_FALSE == TaskAssigned("t2", "a1", 3, FALSE) /\ TRUE
BPauseOver_t2 == BPauseOver("t2") /\ TRUE
BTaskRefused_fail_attempt_t2_0_status == BTaskRefused("fail-attempt", "t2", 0, "status") /\ TRUE
BTaskRefused_fail_none_t2_0_status == BTaskRefused("fail-none", "t2", 0, "status") /\ TRUE
BTaskRefused_start_t2_2_stale_epoch == BTaskRefused("start", "t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_fail_attempt_t2_2_stale_epoch == BTaskRefused("fail-attempt", "t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_fail_none_t2_2_stale_epoch == BTaskRefused("fail-none", "t2", 2, "stale-epoch") /\ TRUE
BGraceOver_t2_2 == BGraceOver("t2", 2) /\ TRUE
TaskReadied_t2 == TaskReadied("t2") /\ TRUE
BGraceOver_t1_2 == BGraceOver("t1", 2) /\ TRUE
TaskAdmitted_t2_a1_2 == TaskAdmitted("t2", "a1", 2) /\ TRUE
BTaskRefused_fail_attempt_t2_2_status == BTaskRefused("fail-attempt", "t2", 2, "status") /\ TRUE
BTaskRefused_fail_none_t2_2_status == BTaskRefused("fail-none", "t2", 2, "status") /\ TRUE
TaskAssigned_t1_a1_3_TRUE == TaskAssigned("t1", "a1", 3, TRUE) /\ TRUE
TaskStolen_t1_a1_3_a2 == TaskStolen("t1", "a1", 3, "a2") /\ TRUE
AttemptEnded_t1_a1_3_FALSE_TRUE == AttemptEnded("t1", "a1", 3, FALSE, TRUE) /\ TRUE
TaskAssigned_t1_a2_4_FALSE == TaskAssigned("t1", "a2", 4, FALSE) /\ TRUE
TaskStarted_t1_a2_4 == TaskStarted("t1", "a2", 4) /\ TRUE
WorkstealingCompleted_a1_a2_1_t1 == WorkstealingCompleted("a1", "a2", 1, <<"t1">>) /\ TRUE
BTaskRefused_fail_attempt_t1_2_status == BTaskRefused("fail-attempt", "t1", 2, "status") /\ TRUE
BTaskRefused_fail_none_t1_2_status == BTaskRefused("fail-none", "t1", 2, "status") /\ TRUE
AttemptEnded_t1_a1_2_TRUE_FALSE == AttemptEnded("t1", "a1", 2, TRUE, FALSE) /\ TRUE
AttemptEnded_t2_a1_2_TRUE_FALSE == AttemptEnded("t2", "a1", 2, TRUE, FALSE) /\ TRUE
AttemptEnded_t1_a1_3_FALSE_FALSE == AttemptEnded("t1", "a1", 3, FALSE, FALSE) /\ TRUE
TaskAssigned_t2_a1_4_TRUE == TaskAssigned("t2", "a1", 4, TRUE) /\ TRUE

NamedNext ==
  \/ BSubmit_t1_0
  \/ TaskCreated_t1
  \/ TaskAssigned_t1_a1_1_FALSE
  \/ BSubmit_t1_a1_0
  \/ BTaskRefused_start_t1_0_unknown_task
  \/ BTaskRefused_fail_attempt_t1_0_unknown_task
  \/ BTaskRefused_fail_none_t1_0_unknown_task
  \/ BSettle_t1_0
  \/ BTaskRefused_start_t1_1_unknown_task
  \/ BTaskRefused_fail_attempt_t1_1_unknown_task
  \/ BTaskRefused_fail_none_t1_1_unknown_task
  \/ BSettle_t1_1
  \/ BTaskRefused_start_t1_2_unknown_task
  \/ BTaskRefused_fail_attempt_t1_2_unknown_task
  \/ BTaskRefused_fail_none_t1_2_unknown_task
  \/ BSettle_t1_2
  \/ BTaskRefused_start_t1_3_unknown_task
  \/ BTaskRefused_fail_attempt_t1_3_unknown_task
  \/ BTaskRefused_fail_none_t1_3_unknown_task
  \/ BSettle_t1_3
  \/ BTaskRefused_start_t2_0_unknown_task
  \/ BTaskRefused_fail_attempt_t2_0_unknown_task
  \/ BTaskRefused_fail_none_t2_0_unknown_task
  \/ BSettle_t2_0
  \/ BTaskRefused_start_t2_1_unknown_task
  \/ BTaskRefused_fail_attempt_t2_1_unknown_task
  \/ BTaskRefused_fail_none_t2_1_unknown_task
  \/ BSettle_t2_1
  \/ BTaskRefused_start_t2_2_unknown_task
  \/ BTaskRefused_fail_attempt_t2_2_unknown_task
  \/ BTaskRefused_fail_none_t2_2_unknown_task
  \/ BSettle_t2_2
  \/ BTaskRefused_start_t2_3_unknown_task
  \/ BTaskRefused_fail_attempt_t2_3_unknown_task
  \/ BTaskRefused_fail_none_t2_3_unknown_task
  \/ BSettle_t2_3
  \/ BRemoveAgent_a1
  \/ AgentTerminated_a1
  \/ BRemoveAgent_a2
  \/ AgentTerminated_a2
  \/ BSubmitRefused_t1_duplicate
  \/ BSubmitRefused_t1_a1_duplicate
  \/ BStart_t1_0
  \/ TaskStarted_t1_a1_1
  \/ BFail_t1_0_attempt
  \/ TaskBackedOff_t1_a1_1
  \/ AttemptEnded_t1_a1_1_FALSE_FALSE
  \/ BFail_t1_0_none
  \/ BStart_t1_1
  \/ BFail_t1_1_attempt
  \/ BFail_t1_1_none
  \/ BTaskRefused_start_t1_2_stale_epoch
  \/ BTaskRefused_fail_attempt_t1_2_stale_epoch
  \/ BTaskRefused_fail_none_t1_2_stale_epoch
  \/ BTaskRefused_start_t1_3_stale_epoch
  \/ BTaskRefused_fail_attempt_t1_3_stale_epoch
  \/ BTaskRefused_fail_none_t1_3_stale_epoch
  \/ BSubmit_t2_0
  \/ TaskCreated_t2
  \/ TaskAssigned_t2_a2_2_FALSE
  \/ TaskStarted_t2_a2_2
  \/ BSubmit_t2_a1_0
  \/ TaskAssigned_t2_a1_2_TRUE
  \/ WorkstealingRequest_a1_a2_1
  \/ TaskStolen_t2_a1_2_a2
  \/ AttemptEnded_t2_a1_2_FALSE_TRUE
  \/ TaskAssigned_t2_a2_3_FALSE
  \/ TaskStarted_t2_a2_3
  \/ WorkstealingCompleted_a1_a2_1_t2
  \/ TaskRequeued_t1_a1_1
  \/ TaskAssigned_t1_a2_2_FALSE
  \/ TaskStarted_t1_a2_2
  \/ TaskAssigned_t1_a2_1_FALSE
  \/ TaskStarted_t1_a2_1
  \/ BSubmitRefused_t1_a1_unknown_agent
  \/ BAgentRefused_remove_agent_a1_unknown_agent
  \/ BAgentRefused_remove_agent_a2_unknown_agent
  \/ BExpire_t1_attempt
  \/ TaskTimedOut_t1_attempt
  \/ BExpire_t1_heartbeat
  \/ TaskTimedOut_t1_heartbeat
  \/ BTaskRefused_start_t1_0_status
  \/ BTaskRefused_start_t1_1_status
  \/ AttemptEnded_t1_a1_1_TRUE_FALSE
  \/ BPauseOver_t1
  \/ TaskReadied_t1
  \/ TaskAssigned_t1_a1_2_FALSE
  \/ BTaskRefused_fail_attempt_t1_0_status
  \/ BTaskRefused_fail_none_t1_0_status
  \/ BTaskRefused_start_t1_1_stale_epoch
  \/ BTaskRefused_fail_attempt_t1_1_stale_epoch
  \/ BTaskRefused_fail_none_t1_1_stale_epoch
  \/ TaskAssigned_t2_a1_2_FALSE
  \/ BSubmitRefused_t2_duplicate
  \/ BSubmitRefused_t2_a1_duplicate
  \/ BExpire_t2_attempt
  \/ TaskTimedOut_t2_attempt
  \/ TaskBackedOff_t2_a2_2
  \/ BExpire_t2_heartbeat
  \/ TaskTimedOut_t2_heartbeat
  \/ TaskRequeued_t2_a2_2
  \/ BTaskRefused_start_t2_0_status
  \/ BFail_t2_0_attempt
  \/ AttemptEnded_t2_a2_2_FALSE_FALSE
  \/ BFail_t2_0_none
  \/ BTaskRefused_start_t2_1_stale_epoch
  \/ BTaskRefused_fail_attempt_t2_1_stale_epoch
  \/ BTaskRefused_fail_none_t2_1_stale_epoch
  \/ BTaskRefused_start_t2_2_status
  \/ BFail_t2_2_attempt
  \/ BFail_t2_2_none
  \/ BTaskRefused_start_t2_3_stale_epoch
  \/ BTaskRefused_fail_attempt_t2_3_stale_epoch
  \/ BTaskRefused_fail_none_t2_3_stale_epoch
  \/ AttemptEnded_t2_a2_2_TRUE_FALSE
  \/ TaskBackedOff_t1_a2_2
  \/ TaskRequeued_t1_a2_2
  \/ AttemptEnded_t1_a2_2_FALSE_FALSE
  \/ BTaskRefused_start_t1_2_status
  \/ BFail_t1_2_attempt
  \/ BFail_t1_2_none
  \/ BSubmitRefused_t2_a1_unknown_agent
  \/ AttemptEnded_t1_a2_2_TRUE_FALSE
  \/ TaskBackedOff_t1_a2_1
  \/ TaskRequeued_t1_a2_1
  \/ AttemptEnded_t1_a2_1_FALSE_FALSE
  \/ AttemptEnded_t1_a2_1_TRUE_FALSE
  \/ BGraceOver_t1_1
  \/ TaskFailed_t1_a2_2
  \/ TaskAssigned_t2_a1_3_TRUE
  \/ TaskStarted_t1_a1_2
  \/ TaskFailed_t1_a1_2
  \/ AttemptEnded_t1_a1_2_FALSE_FALSE
  \/ TaskBackedOff_t1_a1_2
  \/ BStart_t1_2
  \/ TaskStolen_t2_a1_3_a2
  \/ AttemptEnded_t2_a1_3_FALSE_TRUE
  \/ TaskAssigned_t2_a2_4_FALSE
  \/ TaskStarted_t2_a2_4
  \/ TaskRequeued_t1_a1_2
  \/ TaskAssigned_t1_a2_3_FALSE
  \/ TaskStarted_t1_a2_3
  \/ BStart_t2_0
  \/ TaskStarted_t2_a1_2
  \/ TaskBackedOff_t2_a1_2
  \/ AttemptEnded_t2_a1_2_FALSE_FALSE
  \/ BStart_t2_2
  \/ TaskRequeued_t2_a1_2
  \/ TaskAssigned_t1_a1_3_FALSE
  \/ TaskAssigned_t2_a1_3_FALSE
  \/ BPauseOver_t2
  \/ BTaskRefused_fail_attempt_t2_0_status
  \/ BTaskRefused_fail_none_t2_0_status
  \/ BTaskRefused_start_t2_2_stale_epoch
  \/ BTaskRefused_fail_attempt_t2_2_stale_epoch
  \/ BTaskRefused_fail_none_t2_2_stale_epoch
  \/ BGraceOver_t2_2
  \/ TaskReadied_t2
  \/ BGraceOver_t1_2
  \/ TaskAdmitted_t2_a1_2
  \/ BTaskRefused_fail_attempt_t2_2_status
  \/ BTaskRefused_fail_none_t2_2_status
  \/ TaskAssigned_t1_a1_3_TRUE
  \/ TaskStolen_t1_a1_3_a2
  \/ AttemptEnded_t1_a1_3_FALSE_TRUE
  \/ TaskAssigned_t1_a2_4_FALSE
  \/ TaskStarted_t1_a2_4
  \/ WorkstealingCompleted_a1_a2_1_t1
  \/ BTaskRefused_fail_attempt_t1_2_status
  \/ BTaskRefused_fail_none_t1_2_status
  \/ AttemptEnded_t1_a1_2_TRUE_FALSE
  \/ AttemptEnded_t2_a1_2_TRUE_FALSE
  \/ AttemptEnded_t1_a1_3_FALSE_FALSE
  \/ TaskAssigned_t2_a1_4_TRUE

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
