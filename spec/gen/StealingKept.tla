---- MODULE StealingKept ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS StealingBounds

BSubmit_t1_0 == BSubmit("t1", "", 0) /\ TRUE
TaskCreated_t1 == TaskCreated("t1") /\ TRUE
BTaskRefused_complete_t1_0_unknown_task == BTaskRefused("complete", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_keep_claim_t1_0_unknown_task == BTaskRefused("keep-claim", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_1_unknown_task == BTaskRefused("complete", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_keep_claim_t1_1_unknown_task == BTaskRefused("keep-claim", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_2_unknown_task == BTaskRefused("complete", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_keep_claim_t1_2_unknown_task == BTaskRefused("keep-claim", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_0_unknown_task == BTaskRefused("complete", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_keep_claim_t2_0_unknown_task == BTaskRefused("keep-claim", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_1_unknown_task == BTaskRefused("complete", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_keep_claim_t2_1_unknown_task == BTaskRefused("keep-claim", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_2_unknown_task == BTaskRefused("complete", "t2", 2, "unknown-task") /\ TRUE
BTaskRefused_keep_claim_t2_2_unknown_task == BTaskRefused("keep-claim", "t2", 2, "unknown-task") /\ TRUE
BRemoveAgent_a1 == BRemoveAgent("a1") /\ TRUE
AgentTerminated_a1 == AgentTerminated("a1") /\ TRUE
BWithdrawAsk_a1 == BWithdrawAsk("a1") /\ TRUE
BDetachAsk_a1 == BDetachAsk("a1") /\ TRUE
BClaim_a1_FALSE == BClaim("a1", "", FALSE) /\ TRUE
ClaimRequested_a1 == ClaimRequested("a1", "") /\ TRUE
BClaimKept_a1_FALSE == BClaimKept("a1", "", FALSE) /\ TRUE
BResumeRefused_a1_unknown_ticket == BResumeRefused("a1", "", "unknown-ticket") /\ TRUE
BClaim_a1_TRUE == BClaim("a1", "", TRUE) /\ TRUE
ClaimAbandoned_a1_none == ClaimAbandoned("a1", "none") /\ TRUE
BClaimKept_a1_TRUE == BClaimKept("a1", "", TRUE) /\ TRUE
ClaimDetached_a1 == ClaimDetached("a1") /\ TRUE
BClaimRefused_a1_t1_unknown_task == BClaimRefused("a1", "t1", "unknown-task") /\ TRUE
BResumeRefused_a1_t1_unknown_ticket == BResumeRefused("a1", "t1", "unknown-ticket") /\ TRUE
BClaimRefused_a1_t2_unknown_task == BClaimRefused("a1", "t2", "unknown-task") /\ TRUE
BResumeRefused_a1_t2_unknown_ticket == BResumeRefused("a1", "t2", "unknown-ticket") /\ TRUE
BRemoveAgent_a2 == BRemoveAgent("a2") /\ TRUE
AgentTerminated_a2 == AgentTerminated("a2") /\ TRUE
BWithdrawAsk_a2 == BWithdrawAsk("a2") /\ TRUE
BDetachAsk_a2 == BDetachAsk("a2") /\ TRUE
BClaim_a2_FALSE == BClaim("a2", "", FALSE) /\ TRUE
ClaimRequested_a2 == ClaimRequested("a2", "") /\ TRUE
BClaimKept_a2_FALSE == BClaimKept("a2", "", FALSE) /\ TRUE
BResumeRefused_a2_unknown_ticket == BResumeRefused("a2", "", "unknown-ticket") /\ TRUE
BClaim_a2_TRUE == BClaim("a2", "", TRUE) /\ TRUE
ClaimAbandoned_a2_none == ClaimAbandoned("a2", "none") /\ TRUE
BClaimKept_a2_TRUE == BClaimKept("a2", "", TRUE) /\ TRUE
ClaimDetached_a2 == ClaimDetached("a2") /\ TRUE
BClaimRefused_a2_t1_unknown_task == BClaimRefused("a2", "t1", "unknown-task") /\ TRUE
BResumeRefused_a2_t1_unknown_ticket == BResumeRefused("a2", "t1", "unknown-ticket") /\ TRUE
BClaimRefused_a2_t2_unknown_task == BClaimRefused("a2", "t2", "unknown-task") /\ TRUE
BResumeRefused_a2_t2_unknown_ticket == BResumeRefused("a2", "t2", "unknown-ticket") /\ TRUE
BSubmitRefused_t1_duplicate == BSubmitRefused("t1", "", "duplicate") /\ TRUE
BTaskRefused_complete_t1_0_status == BTaskRefused("complete", "t1", 0, "status") /\ TRUE
BTaskRefused_keep_claim_t1_0_status == BTaskRefused("keep-claim", "t1", 0, "status") /\ TRUE
BTaskRefused_complete_t1_1_stale_epoch == BTaskRefused("complete", "t1", 1, "stale-epoch") /\ TRUE
BTaskRefused_keep_claim_t1_1_stale_epoch == BTaskRefused("keep-claim", "t1", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_2_stale_epoch == BTaskRefused("complete", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_keep_claim_t1_2_stale_epoch == BTaskRefused("keep-claim", "t1", 2, "stale-epoch") /\ TRUE
BSubmit_t2_0 == BSubmit("t2", "", 0) /\ TRUE
TaskCreated_t2 == TaskCreated("t2") /\ TRUE
TaskAssigned_t1_a1_1_FALSE == TaskAssigned("t1", "a1", 1, FALSE) /\ TRUE
TaskStarted_t1_a1_1 == TaskStarted("t1", "a1", 1) /\ TRUE
BClaim_a1_t1_FALSE == BClaim("a1", "t1", FALSE) /\ TRUE
ClaimRequested_a1_t1 == ClaimRequested("a1", "t1") /\ TRUE
BClaimKept_a1_t1_FALSE == BClaimKept("a1", "t1", FALSE) /\ TRUE
BClaim_a1_t1_TRUE == BClaim("a1", "t1", TRUE) /\ TRUE
BClaimKept_a1_t1_TRUE == BClaimKept("a1", "t1", TRUE) /\ TRUE
TaskAssigned_t1_a2_1_FALSE == TaskAssigned("t1", "a2", 1, FALSE) /\ TRUE
TaskStarted_t1_a2_1 == TaskStarted("t1", "a2", 1) /\ TRUE
BClaim_a2_t1_FALSE == BClaim("a2", "t1", FALSE) /\ TRUE
ClaimRequested_a2_t1 == ClaimRequested("a2", "t1") /\ TRUE
BClaimKept_a2_t1_FALSE == BClaimKept("a2", "t1", FALSE) /\ TRUE
BClaim_a2_t1_TRUE == BClaim("a2", "t1", TRUE) /\ TRUE
BClaimKept_a2_t1_TRUE == BClaimKept("a2", "t1", TRUE) /\ TRUE
BAgentRefused_remove_agent_a1_unknown_agent == BAgentRefused("remove-agent", "a1", "unknown-agent") /\ TRUE
BClaimRefused_a1_unknown_agent == BClaimRefused("a1", "", "unknown-agent") /\ TRUE
BResumeRefused_a1_unknown_agent == BResumeRefused("a1", "", "unknown-agent") /\ TRUE
BClaimRefused_a1_t1_unknown_agent == BClaimRefused("a1", "t1", "unknown-agent") /\ TRUE
BResumeRefused_a1_t1_unknown_agent == BResumeRefused("a1", "t1", "unknown-agent") /\ TRUE
BClaimRefused_a1_t2_unknown_agent == BClaimRefused("a1", "t2", "unknown-agent") /\ TRUE
BResumeRefused_a1_t2_unknown_agent == BResumeRefused("a1", "t2", "unknown-agent") /\ TRUE
ClaimAbandoned_a1_gone == ClaimAbandoned("a1", "gone") /\ TRUE
BWaitOver_a1 == BWaitOver("a1") /\ TRUE
ClaimAbandoned_a1_timed_out == ClaimAbandoned("a1", "timed-out") /\ TRUE
ClaimAbandoned_a1_withdrawn == ClaimAbandoned("a1", "withdrawn") /\ TRUE
ClaimAbandoned_a1_replaced == ClaimAbandoned("a1", "replaced") /\ TRUE
BResumeAsk_a1_FALSE_FALSE == BResumeAsk("a1", "", FALSE, FALSE) /\ TRUE
ClaimResumed_a1 == ClaimResumed("a1") /\ TRUE
BResumeAsk_a1_FALSE_TRUE == BResumeAsk("a1", "", FALSE, TRUE) /\ TRUE
BResumeAsk_a1_TRUE_FALSE == BResumeAsk("a1", "", TRUE, FALSE) /\ TRUE
BResumeAsk_a1_TRUE_TRUE == BResumeAsk("a1", "", TRUE, TRUE) /\ TRUE
ClaimAbandoned_a1_lapsed == ClaimAbandoned("a1", "lapsed") /\ TRUE
BAgentRefused_remove_agent_a2_unknown_agent == BAgentRefused("remove-agent", "a2", "unknown-agent") /\ TRUE
BClaimRefused_a2_unknown_agent == BClaimRefused("a2", "", "unknown-agent") /\ TRUE
BResumeRefused_a2_unknown_agent == BResumeRefused("a2", "", "unknown-agent") /\ TRUE
BClaimRefused_a2_t1_unknown_agent == BClaimRefused("a2", "t1", "unknown-agent") /\ TRUE
BResumeRefused_a2_t1_unknown_agent == BResumeRefused("a2", "t1", "unknown-agent") /\ TRUE
BClaimRefused_a2_t2_unknown_agent == BClaimRefused("a2", "t2", "unknown-agent") /\ TRUE
BResumeRefused_a2_t2_unknown_agent == BResumeRefused("a2", "t2", "unknown-agent") /\ TRUE
ClaimAbandoned_a2_gone == ClaimAbandoned("a2", "gone") /\ TRUE
BWaitOver_a2 == BWaitOver("a2") /\ TRUE
ClaimAbandoned_a2_timed_out == ClaimAbandoned("a2", "timed-out") /\ TRUE
ClaimAbandoned_a2_withdrawn == ClaimAbandoned("a2", "withdrawn") /\ TRUE
ClaimAbandoned_a2_replaced == ClaimAbandoned("a2", "replaced") /\ TRUE
BResumeAsk_a2_FALSE_FALSE == BResumeAsk("a2", "", FALSE, FALSE) /\ TRUE
ClaimResumed_a2 == ClaimResumed("a2") /\ TRUE
BResumeAsk_a2_FALSE_TRUE == BResumeAsk("a2", "", FALSE, TRUE) /\ TRUE
BResumeAsk_a2_TRUE_FALSE == BResumeAsk("a2", "", TRUE, FALSE) /\ TRUE
BResumeAsk_a2_TRUE_TRUE == BResumeAsk("a2", "", TRUE, TRUE) /\ TRUE
ClaimAbandoned_a2_lapsed == ClaimAbandoned("a2", "lapsed") /\ TRUE
BSubmitRefused_t2_duplicate == BSubmitRefused("t2", "", "duplicate") /\ TRUE
BTaskRefused_complete_t2_0_status == BTaskRefused("complete", "t2", 0, "status") /\ TRUE
BTaskRefused_keep_claim_t2_0_status == BTaskRefused("keep-claim", "t2", 0, "status") /\ TRUE
BTaskRefused_complete_t2_1_stale_epoch == BTaskRefused("complete", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_keep_claim_t2_1_stale_epoch == BTaskRefused("keep-claim", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_2_stale_epoch == BTaskRefused("complete", "t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_keep_claim_t2_2_stale_epoch == BTaskRefused("keep-claim", "t2", 2, "stale-epoch") /\ TRUE
BClaim_a1_t2_FALSE == BClaim("a1", "t2", FALSE) /\ TRUE
ClaimRequested_a1_t2 == ClaimRequested("a1", "t2") /\ TRUE
TaskAssigned_t2_a1_1_FALSE == TaskAssigned("t2", "a1", 1, FALSE) /\ TRUE
TaskStarted_t2_a1_1 == TaskStarted("t2", "a1", 1) /\ TRUE
BClaimKept_a1_t2_FALSE == BClaimKept("a1", "t2", FALSE) /\ TRUE
BClaim_a1_t2_TRUE == BClaim("a1", "t2", TRUE) /\ TRUE
BClaimKept_a1_t2_TRUE == BClaimKept("a1", "t2", TRUE) /\ TRUE
BClaim_a2_t2_FALSE == BClaim("a2", "t2", FALSE) /\ TRUE
ClaimRequested_a2_t2 == ClaimRequested("a2", "t2") /\ TRUE
TaskAssigned_t2_a2_1_FALSE == TaskAssigned("t2", "a2", 1, FALSE) /\ TRUE
TaskStarted_t2_a2_1 == TaskStarted("t2", "a2", 1) /\ TRUE
BClaimKept_a2_t2_FALSE == BClaimKept("a2", "t2", FALSE) /\ TRUE
BClaim_a2_t2_TRUE == BClaim("a2", "t2", TRUE) /\ TRUE
BClaimKept_a2_t2_TRUE == BClaimKept("a2", "t2", TRUE) /\ TRUE
BComplete_t1_0 == BComplete("t1", 0) /\ TRUE
TaskCompleted_t1_a1_1 == TaskCompleted("t1", "a1", 1) /\ TRUE
AttemptEnded_t1_a1_1_FALSE_FALSE == AttemptEnded("t1", "a1", 1, FALSE, FALSE) /\ TRUE
BKeepClaim_t1_0 == BKeepClaim("t1", 0) /\ TRUE
BComplete_t1_1 == BComplete("t1", 1) /\ TRUE
BKeepClaim_t1_1 == BKeepClaim("t1", 1) /\ TRUE
TaskRequeued_t1_a1_1 == TaskRequeued("t1", "a1", 1) /\ TRUE
AttemptEnded_t1_a1_1_TRUE_FALSE == AttemptEnded("t1", "a1", 1, TRUE, FALSE) /\ TRUE
BResumeAsk_a1_t1_FALSE_FALSE == BResumeAsk("a1", "t1", FALSE, FALSE) /\ TRUE
BResumeAsk_a1_t1_FALSE_TRUE == BResumeAsk("a1", "t1", FALSE, TRUE) /\ TRUE
BResumeAsk_a1_t1_TRUE_FALSE == BResumeAsk("a1", "t1", TRUE, FALSE) /\ TRUE
BResumeAsk_a1_t1_TRUE_TRUE == BResumeAsk("a1", "t1", TRUE, TRUE) /\ TRUE
TaskCompleted_t1_a2_1 == TaskCompleted("t1", "a2", 1) /\ TRUE
AttemptEnded_t1_a2_1_FALSE_FALSE == AttemptEnded("t1", "a2", 1, FALSE, FALSE) /\ TRUE
TaskRequeued_t1_a2_1 == TaskRequeued("t1", "a2", 1) /\ TRUE
AttemptEnded_t1_a2_1_TRUE_FALSE == AttemptEnded("t1", "a2", 1, TRUE, FALSE) /\ TRUE
BResumeAsk_a2_t1_FALSE_FALSE == BResumeAsk("a2", "t1", FALSE, FALSE) /\ TRUE
BResumeAsk_a2_t1_FALSE_TRUE == BResumeAsk("a2", "t1", FALSE, TRUE) /\ TRUE
BResumeAsk_a2_t1_TRUE_FALSE == BResumeAsk("a2", "t1", TRUE, FALSE) /\ TRUE
BResumeAsk_a2_t1_TRUE_TRUE == BResumeAsk("a2", "t1", TRUE, TRUE) /\ TRUE
BCollectOver_t1 == BCollectOver("t1") /\ TRUE
TaskAssigned_t2_a2_2_FALSE == TaskAssigned("t2", "a2", 2, FALSE) /\ TRUE
TaskStarted_t2_a2_2 == TaskStarted("t2", "a2", 2) /\ TRUE
BComplete_t2_0 == BComplete("t2", 0) /\ TRUE
TaskCompleted_t2_a1_1 == TaskCompleted("t2", "a1", 1) /\ TRUE
AttemptEnded_t2_a1_1_FALSE_FALSE == AttemptEnded("t2", "a1", 1, FALSE, FALSE) /\ TRUE
BKeepClaim_t2_0 == BKeepClaim("t2", 0) /\ TRUE
BComplete_t2_1 == BComplete("t2", 1) /\ TRUE
BKeepClaim_t2_1 == BKeepClaim("t2", 1) /\ TRUE
TaskRequeued_t2_a1_1 == TaskRequeued("t2", "a1", 1) /\ TRUE
AttemptEnded_t2_a1_1_TRUE_FALSE == AttemptEnded("t2", "a1", 1, TRUE, FALSE) /\ TRUE
BResumeAsk_a1_t2_FALSE_FALSE == BResumeAsk("a1", "t2", FALSE, FALSE) /\ TRUE
BResumeAsk_a1_t2_FALSE_TRUE == BResumeAsk("a1", "t2", FALSE, TRUE) /\ TRUE
BResumeAsk_a1_t2_TRUE_FALSE == BResumeAsk("a1", "t2", TRUE, FALSE) /\ TRUE
BResumeAsk_a1_t2_TRUE_TRUE == BResumeAsk("a1", "t2", TRUE, TRUE) /\ TRUE
TaskAssigned_t1_a2_2_FALSE == TaskAssigned("t1", "a2", 2, FALSE) /\ TRUE
TaskStarted_t1_a2_2 == TaskStarted("t1", "a2", 2) /\ TRUE
TaskAssigned_t2_a1_2_FALSE == TaskAssigned("t2", "a1", 2, FALSE) /\ TRUE
TaskStarted_t2_a1_2 == TaskStarted("t2", "a1", 2) /\ TRUE
TaskCompleted_t2_a2_1 == TaskCompleted("t2", "a2", 1) /\ TRUE
AttemptEnded_t2_a2_1_FALSE_FALSE == AttemptEnded("t2", "a2", 1, FALSE, FALSE) /\ TRUE
TaskAssigned_t1_a1_2_FALSE == TaskAssigned("t1", "a1", 2, FALSE) /\ TRUE
TaskStarted_t1_a1_2 == TaskStarted("t1", "a1", 2) /\ TRUE
TaskRequeued_t2_a2_1 == TaskRequeued("t2", "a2", 1) /\ TRUE
AttemptEnded_t2_a2_1_TRUE_FALSE == AttemptEnded("t2", "a2", 1, TRUE, FALSE) /\ TRUE
BResumeAsk_a2_t2_FALSE_FALSE == BResumeAsk("a2", "t2", FALSE, FALSE) /\ TRUE
BResumeAsk_a2_t2_FALSE_TRUE == BResumeAsk("a2", "t2", FALSE, TRUE) /\ TRUE
BResumeAsk_a2_t2_TRUE_FALSE == BResumeAsk("a2", "t2", TRUE, FALSE) /\ TRUE
BResumeAsk_a2_t2_TRUE_TRUE == BResumeAsk("a2", "t2", TRUE, TRUE) /\ TRUE
BTaskRefused_complete_t1_1_status == BTaskRefused("complete", "t1", 1, "status") /\ TRUE
BTaskRefused_keep_claim_t1_1_status == BTaskRefused("keep-claim", "t1", 1, "status") /\ TRUE
BClaimRefused_a1_t1_status == BClaimRefused("a1", "t1", "status") /\ TRUE
BClaimRefused_a2_t1_status == BClaimRefused("a2", "t1", "status") /\ TRUE
ClaimAbandoned_a2_ended == ClaimAbandoned("a2", "ended") /\ TRUE
ClaimAbandoned_a1_ended == ClaimAbandoned("a1", "ended") /\ TRUE
BTaskRefused_complete_t2_1_status == BTaskRefused("complete", "t2", 1, "status") /\ TRUE
BTaskRefused_keep_claim_t2_1_status == BTaskRefused("keep-claim", "t2", 1, "status") /\ TRUE
BClaimRefused_a1_t2_status == BClaimRefused("a1", "t2", "status") /\ TRUE
BClaimRefused_a2_t2_status == BClaimRefused("a2", "t2", "status") /\ TRUE
BCollectOver_t2 == BCollectOver("t2") /\ TRUE
TaskAssigned_t2_a1_3_FALSE == TaskAssigned("t2", "a1", 3, FALSE) /\ TRUE
TaskStarted_t2_a1_3 == TaskStarted("t2", "a1", 3) /\ TRUE
TaskAssigned_t2_a2_3_FALSE == TaskAssigned("t2", "a2", 3, FALSE) /\ TRUE
TaskStarted_t2_a2_3 == TaskStarted("t2", "a2", 3) /\ TRUE
TaskAssigned_t1_a1_3_FALSE == TaskAssigned("t1", "a1", 3, FALSE) /\ TRUE
TaskStarted_t1_a1_3 == TaskStarted("t1", "a1", 3) /\ TRUE
TaskAssigned_t1_a2_3_FALSE == TaskAssigned("t1", "a2", 3, FALSE) /\ TRUE
TaskStarted_t1_a2_3 == TaskStarted("t1", "a2", 3) /\ TRUE

NamedNext ==
  \/ BSubmit_t1_0
  \/ TaskCreated_t1
  \/ BTaskRefused_complete_t1_0_unknown_task
  \/ BTaskRefused_keep_claim_t1_0_unknown_task
  \/ BTaskRefused_complete_t1_1_unknown_task
  \/ BTaskRefused_keep_claim_t1_1_unknown_task
  \/ BTaskRefused_complete_t1_2_unknown_task
  \/ BTaskRefused_keep_claim_t1_2_unknown_task
  \/ BTaskRefused_complete_t2_0_unknown_task
  \/ BTaskRefused_keep_claim_t2_0_unknown_task
  \/ BTaskRefused_complete_t2_1_unknown_task
  \/ BTaskRefused_keep_claim_t2_1_unknown_task
  \/ BTaskRefused_complete_t2_2_unknown_task
  \/ BTaskRefused_keep_claim_t2_2_unknown_task
  \/ BRemoveAgent_a1
  \/ AgentTerminated_a1
  \/ BWithdrawAsk_a1
  \/ BDetachAsk_a1
  \/ BClaim_a1_FALSE
  \/ ClaimRequested_a1
  \/ BClaimKept_a1_FALSE
  \/ BResumeRefused_a1_unknown_ticket
  \/ BClaim_a1_TRUE
  \/ ClaimAbandoned_a1_none
  \/ BClaimKept_a1_TRUE
  \/ ClaimDetached_a1
  \/ BClaimRefused_a1_t1_unknown_task
  \/ BResumeRefused_a1_t1_unknown_ticket
  \/ BClaimRefused_a1_t2_unknown_task
  \/ BResumeRefused_a1_t2_unknown_ticket
  \/ BRemoveAgent_a2
  \/ AgentTerminated_a2
  \/ BWithdrawAsk_a2
  \/ BDetachAsk_a2
  \/ BClaim_a2_FALSE
  \/ ClaimRequested_a2
  \/ BClaimKept_a2_FALSE
  \/ BResumeRefused_a2_unknown_ticket
  \/ BClaim_a2_TRUE
  \/ ClaimAbandoned_a2_none
  \/ BClaimKept_a2_TRUE
  \/ ClaimDetached_a2
  \/ BClaimRefused_a2_t1_unknown_task
  \/ BResumeRefused_a2_t1_unknown_ticket
  \/ BClaimRefused_a2_t2_unknown_task
  \/ BResumeRefused_a2_t2_unknown_ticket
  \/ BSubmitRefused_t1_duplicate
  \/ BTaskRefused_complete_t1_0_status
  \/ BTaskRefused_keep_claim_t1_0_status
  \/ BTaskRefused_complete_t1_1_stale_epoch
  \/ BTaskRefused_keep_claim_t1_1_stale_epoch
  \/ BTaskRefused_complete_t1_2_stale_epoch
  \/ BTaskRefused_keep_claim_t1_2_stale_epoch
  \/ BSubmit_t2_0
  \/ TaskCreated_t2
  \/ TaskAssigned_t1_a1_1_FALSE
  \/ TaskStarted_t1_a1_1
  \/ BClaim_a1_t1_FALSE
  \/ ClaimRequested_a1_t1
  \/ BClaimKept_a1_t1_FALSE
  \/ BClaim_a1_t1_TRUE
  \/ BClaimKept_a1_t1_TRUE
  \/ TaskAssigned_t1_a2_1_FALSE
  \/ TaskStarted_t1_a2_1
  \/ BClaim_a2_t1_FALSE
  \/ ClaimRequested_a2_t1
  \/ BClaimKept_a2_t1_FALSE
  \/ BClaim_a2_t1_TRUE
  \/ BClaimKept_a2_t1_TRUE
  \/ BAgentRefused_remove_agent_a1_unknown_agent
  \/ BClaimRefused_a1_unknown_agent
  \/ BResumeRefused_a1_unknown_agent
  \/ BClaimRefused_a1_t1_unknown_agent
  \/ BResumeRefused_a1_t1_unknown_agent
  \/ BClaimRefused_a1_t2_unknown_agent
  \/ BResumeRefused_a1_t2_unknown_agent
  \/ ClaimAbandoned_a1_gone
  \/ BWaitOver_a1
  \/ ClaimAbandoned_a1_timed_out
  \/ ClaimAbandoned_a1_withdrawn
  \/ ClaimAbandoned_a1_replaced
  \/ BResumeAsk_a1_FALSE_FALSE
  \/ ClaimResumed_a1
  \/ BResumeAsk_a1_FALSE_TRUE
  \/ BResumeAsk_a1_TRUE_FALSE
  \/ BResumeAsk_a1_TRUE_TRUE
  \/ ClaimAbandoned_a1_lapsed
  \/ BAgentRefused_remove_agent_a2_unknown_agent
  \/ BClaimRefused_a2_unknown_agent
  \/ BResumeRefused_a2_unknown_agent
  \/ BClaimRefused_a2_t1_unknown_agent
  \/ BResumeRefused_a2_t1_unknown_agent
  \/ BClaimRefused_a2_t2_unknown_agent
  \/ BResumeRefused_a2_t2_unknown_agent
  \/ ClaimAbandoned_a2_gone
  \/ BWaitOver_a2
  \/ ClaimAbandoned_a2_timed_out
  \/ ClaimAbandoned_a2_withdrawn
  \/ ClaimAbandoned_a2_replaced
  \/ BResumeAsk_a2_FALSE_FALSE
  \/ ClaimResumed_a2
  \/ BResumeAsk_a2_FALSE_TRUE
  \/ BResumeAsk_a2_TRUE_FALSE
  \/ BResumeAsk_a2_TRUE_TRUE
  \/ ClaimAbandoned_a2_lapsed
  \/ BSubmitRefused_t2_duplicate
  \/ BTaskRefused_complete_t2_0_status
  \/ BTaskRefused_keep_claim_t2_0_status
  \/ BTaskRefused_complete_t2_1_stale_epoch
  \/ BTaskRefused_keep_claim_t2_1_stale_epoch
  \/ BTaskRefused_complete_t2_2_stale_epoch
  \/ BTaskRefused_keep_claim_t2_2_stale_epoch
  \/ BClaim_a1_t2_FALSE
  \/ ClaimRequested_a1_t2
  \/ TaskAssigned_t2_a1_1_FALSE
  \/ TaskStarted_t2_a1_1
  \/ BClaimKept_a1_t2_FALSE
  \/ BClaim_a1_t2_TRUE
  \/ BClaimKept_a1_t2_TRUE
  \/ BClaim_a2_t2_FALSE
  \/ ClaimRequested_a2_t2
  \/ TaskAssigned_t2_a2_1_FALSE
  \/ TaskStarted_t2_a2_1
  \/ BClaimKept_a2_t2_FALSE
  \/ BClaim_a2_t2_TRUE
  \/ BClaimKept_a2_t2_TRUE
  \/ BComplete_t1_0
  \/ TaskCompleted_t1_a1_1
  \/ AttemptEnded_t1_a1_1_FALSE_FALSE
  \/ BKeepClaim_t1_0
  \/ BComplete_t1_1
  \/ BKeepClaim_t1_1
  \/ TaskRequeued_t1_a1_1
  \/ AttemptEnded_t1_a1_1_TRUE_FALSE
  \/ BResumeAsk_a1_t1_FALSE_FALSE
  \/ BResumeAsk_a1_t1_FALSE_TRUE
  \/ BResumeAsk_a1_t1_TRUE_FALSE
  \/ BResumeAsk_a1_t1_TRUE_TRUE
  \/ TaskCompleted_t1_a2_1
  \/ AttemptEnded_t1_a2_1_FALSE_FALSE
  \/ TaskRequeued_t1_a2_1
  \/ AttemptEnded_t1_a2_1_TRUE_FALSE
  \/ BResumeAsk_a2_t1_FALSE_FALSE
  \/ BResumeAsk_a2_t1_FALSE_TRUE
  \/ BResumeAsk_a2_t1_TRUE_FALSE
  \/ BResumeAsk_a2_t1_TRUE_TRUE
  \/ BCollectOver_t1
  \/ TaskAssigned_t2_a2_2_FALSE
  \/ TaskStarted_t2_a2_2
  \/ BComplete_t2_0
  \/ TaskCompleted_t2_a1_1
  \/ AttemptEnded_t2_a1_1_FALSE_FALSE
  \/ BKeepClaim_t2_0
  \/ BComplete_t2_1
  \/ BKeepClaim_t2_1
  \/ TaskRequeued_t2_a1_1
  \/ AttemptEnded_t2_a1_1_TRUE_FALSE
  \/ BResumeAsk_a1_t2_FALSE_FALSE
  \/ BResumeAsk_a1_t2_FALSE_TRUE
  \/ BResumeAsk_a1_t2_TRUE_FALSE
  \/ BResumeAsk_a1_t2_TRUE_TRUE
  \/ TaskAssigned_t1_a2_2_FALSE
  \/ TaskStarted_t1_a2_2
  \/ TaskAssigned_t2_a1_2_FALSE
  \/ TaskStarted_t2_a1_2
  \/ TaskCompleted_t2_a2_1
  \/ AttemptEnded_t2_a2_1_FALSE_FALSE
  \/ TaskAssigned_t1_a1_2_FALSE
  \/ TaskStarted_t1_a1_2
  \/ TaskRequeued_t2_a2_1
  \/ AttemptEnded_t2_a2_1_TRUE_FALSE
  \/ BResumeAsk_a2_t2_FALSE_FALSE
  \/ BResumeAsk_a2_t2_FALSE_TRUE
  \/ BResumeAsk_a2_t2_TRUE_FALSE
  \/ BResumeAsk_a2_t2_TRUE_TRUE
  \/ BTaskRefused_complete_t1_1_status
  \/ BTaskRefused_keep_claim_t1_1_status
  \/ BClaimRefused_a1_t1_status
  \/ BClaimRefused_a2_t1_status
  \/ ClaimAbandoned_a2_ended
  \/ ClaimAbandoned_a1_ended
  \/ BTaskRefused_complete_t2_1_status
  \/ BTaskRefused_keep_claim_t2_1_status
  \/ BClaimRefused_a1_t2_status
  \/ BClaimRefused_a2_t2_status
  \/ BCollectOver_t2
  \/ TaskAssigned_t2_a1_3_FALSE
  \/ TaskStarted_t2_a1_3
  \/ TaskAssigned_t2_a2_3_FALSE
  \/ TaskStarted_t2_a2_3
  \/ TaskAssigned_t1_a1_3_FALSE
  \/ TaskStarted_t1_a1_3
  \/ TaskAssigned_t1_a2_3_FALSE
  \/ TaskStarted_t1_a2_3

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
