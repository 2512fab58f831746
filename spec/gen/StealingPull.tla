---- MODULE StealingPull ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS StealingBounds

BSubmit_t1_0 == BSubmit("t1", "", 0) /\ TRUE
TaskCreated_t1 == TaskCreated("t1") /\ TRUE
TaskAssigned_t1_a3_1_FALSE == TaskAssigned("t1", "a3", 1, FALSE) /\ TRUE
BSubmit_t1_a3_0 == BSubmit("t1", "a3", 0) /\ TRUE
BTaskRefused_cancel_t1_0_unknown_task == BTaskRefused("cancel", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_0_unknown_task == BTaskRefused("complete", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_release_claim_t1_0_unknown_task == BTaskRefused("release-claim", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_1_unknown_task == BTaskRefused("complete", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_release_claim_t1_1_unknown_task == BTaskRefused("release-claim", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_2_unknown_task == BTaskRefused("complete", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_release_claim_t1_2_unknown_task == BTaskRefused("release-claim", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_cancel_t2_0_unknown_task == BTaskRefused("cancel", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_0_unknown_task == BTaskRefused("complete", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_release_claim_t2_0_unknown_task == BTaskRefused("release-claim", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_1_unknown_task == BTaskRefused("complete", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_release_claim_t2_1_unknown_task == BTaskRefused("release-claim", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_2_unknown_task == BTaskRefused("complete", "t2", 2, "unknown-task") /\ TRUE
BTaskRefused_release_claim_t2_2_unknown_task == BTaskRefused("release-claim", "t2", 2, "unknown-task") /\ TRUE
BRemoveAgent_a1 == BRemoveAgent("a1") /\ TRUE
AgentTerminated_a1 == AgentTerminated("a1") /\ TRUE
BWithdrawAsk_a1 == BWithdrawAsk("a1") /\ TRUE
BClaim_a1_FALSE == BClaim("a1", "", FALSE) /\ TRUE
ClaimRequested_a1 == ClaimRequested("a1", "") /\ TRUE
BClaim_a1_TRUE == BClaim("a1", "", TRUE) /\ TRUE
ClaimAbandoned_a1_none == ClaimAbandoned("a1", "none") /\ TRUE
BClaimRefused_a1_t1_unknown_task == BClaimRefused("a1", "t1", "unknown-task") /\ TRUE
BClaimRefused_a1_t2_unknown_task == BClaimRefused("a1", "t2", "unknown-task") /\ TRUE
BRemoveAgent_a2 == BRemoveAgent("a2") /\ TRUE
AgentTerminated_a2 == AgentTerminated("a2") /\ TRUE
BWithdrawAsk_a2 == BWithdrawAsk("a2") /\ TRUE
BClaim_a2_FALSE == BClaim("a2", "", FALSE) /\ TRUE
ClaimRequested_a2 == ClaimRequested("a2", "") /\ TRUE
BClaim_a2_TRUE == BClaim("a2", "", TRUE) /\ TRUE
ClaimAbandoned_a2_none == ClaimAbandoned("a2", "none") /\ TRUE
BClaimRefused_a2_t1_unknown_task == BClaimRefused("a2", "t1", "unknown-task") /\ TRUE
BClaimRefused_a2_t2_unknown_task == BClaimRefused("a2", "t2", "unknown-task") /\ TRUE
BRemoveAgent_a3 == BRemoveAgent("a3") /\ TRUE
AgentTerminated_a3 == AgentTerminated("a3") /\ TRUE
BWithdrawAsk_a3 == BWithdrawAsk("a3") /\ TRUE
BClaimRefused_a3_unfit == BClaimRefused("a3", "", "unfit") /\ TRUE
BClaimRefused_a3_t1_unfit == BClaimRefused("a3", "t1", "unfit") /\ TRUE
BClaimRefused_a3_t2_unfit == BClaimRefused("a3", "t2", "unfit") /\ TRUE
BSubmitRefused_t1_duplicate == BSubmitRefused("t1", "", "duplicate") /\ TRUE
BSubmitRefused_t1_a3_duplicate == BSubmitRefused("t1", "a3", "duplicate") /\ TRUE
BCancel_t1 == BCancel("t1") /\ TRUE
TaskCancelled_t1_a3_1 == TaskCancelled("t1", "a3", 1) /\ TRUE
AttemptEnded_t1_a3_1_FALSE_FALSE == AttemptEnded("t1", "a3", 1, FALSE, FALSE) /\ TRUE
BComplete_t1_0 == BComplete("t1", 0) /\ TRUE
TaskStarted_t1_a3_1 == TaskStarted("t1", "a3", 1) /\ TRUE
TaskCompleted_t1_a3_1 == TaskCompleted("t1", "a3", 1) /\ TRUE
BTaskRefused_release_claim_t1_0_status == BTaskRefused("release-claim", "t1", 0, "status") /\ TRUE
BComplete_t1_1 == BComplete("t1", 1) /\ TRUE
BTaskRefused_release_claim_t1_1_status == BTaskRefused("release-claim", "t1", 1, "status") /\ TRUE
BTaskRefused_complete_t1_2_stale_epoch == BTaskRefused("complete", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_release_claim_t1_2_stale_epoch == BTaskRefused("release-claim", "t1", 2, "stale-epoch") /\ TRUE
BSubmit_t2_0 == BSubmit("t2", "", 0) /\ TRUE
TaskCreated_t2 == TaskCreated("t2") /\ TRUE
BSubmit_t2_a3_0 == BSubmit("t2", "a3", 0) /\ TRUE
TaskAssigned_t2_a3_2_TRUE == TaskAssigned("t2", "a3", 2, TRUE) /\ TRUE
BClaim_a1_t1_FALSE == BClaim("a1", "t1", FALSE) /\ TRUE
ClaimRequested_a1_t1 == ClaimRequested("a1", "t1") /\ TRUE
BClaim_a1_t1_TRUE == BClaim("a1", "t1", TRUE) /\ TRUE
BClaim_a2_t1_FALSE == BClaim("a2", "t1", FALSE) /\ TRUE
ClaimRequested_a2_t1 == ClaimRequested("a2", "t1") /\ TRUE
BClaim_a2_t1_TRUE == BClaim("a2", "t1", TRUE) /\ TRUE
TaskRequeued_t1_a3_1 == TaskRequeued("t1", "a3", 1) /\ TRUE
BClaimRefused_a1_t1_unfit == BClaimRefused("a1", "t1", "unfit") /\ TRUE
BClaimRefused_a2_t1_unfit == BClaimRefused("a2", "t1", "unfit") /\ TRUE
BAgentRefused_remove_agent_a1_unknown_agent == BAgentRefused("remove-agent", "a1", "unknown-agent") /\ TRUE
BClaimRefused_a1_unknown_agent == BClaimRefused("a1", "", "unknown-agent") /\ TRUE
BClaimRefused_a1_t1_unknown_agent == BClaimRefused("a1", "t1", "unknown-agent") /\ TRUE
BClaimRefused_a1_t2_unknown_agent == BClaimRefused("a1", "t2", "unknown-agent") /\ TRUE
TaskAssigned_t1_a1_1_FALSE == TaskAssigned("t1", "a1", 1, FALSE) /\ TRUE
TaskStarted_t1_a1_1 == TaskStarted("t1", "a1", 1) /\ TRUE
ClaimAbandoned_a1_gone == ClaimAbandoned("a1", "gone") /\ TRUE
BWaitOver_a1 == BWaitOver("a1") /\ TRUE
ClaimAbandoned_a1_timed_out == ClaimAbandoned("a1", "timed-out") /\ TRUE
ClaimAbandoned_a1_withdrawn == ClaimAbandoned("a1", "withdrawn") /\ TRUE
ClaimAbandoned_a1_replaced == ClaimAbandoned("a1", "replaced") /\ TRUE
BAgentRefused_remove_agent_a2_unknown_agent == BAgentRefused("remove-agent", "a2", "unknown-agent") /\ TRUE
BClaimRefused_a2_unknown_agent == BClaimRefused("a2", "", "unknown-agent") /\ TRUE
BClaimRefused_a2_t1_unknown_agent == BClaimRefused("a2", "t1", "unknown-agent") /\ TRUE
BClaimRefused_a2_t2_unknown_agent == BClaimRefused("a2", "t2", "unknown-agent") /\ TRUE
TaskAssigned_t1_a2_1_FALSE == TaskAssigned("t1", "a2", 1, FALSE) /\ TRUE
TaskStarted_t1_a2_1 == TaskStarted("t1", "a2", 1) /\ TRUE
ClaimAbandoned_a2_gone == ClaimAbandoned("a2", "gone") /\ TRUE
BWaitOver_a2 == BWaitOver("a2") /\ TRUE
ClaimAbandoned_a2_timed_out == ClaimAbandoned("a2", "timed-out") /\ TRUE
ClaimAbandoned_a2_withdrawn == ClaimAbandoned("a2", "withdrawn") /\ TRUE
ClaimAbandoned_a2_replaced == ClaimAbandoned("a2", "replaced") /\ TRUE
BSubmitRefused_t1_a3_unknown_agent == BSubmitRefused("t1", "a3", "unknown-agent") /\ TRUE
BAgentRefused_remove_agent_a3_unknown_agent == BAgentRefused("remove-agent", "a3", "unknown-agent") /\ TRUE
BClaimRefused_a3_unknown_agent == BClaimRefused("a3", "", "unknown-agent") /\ TRUE
BClaimRefused_a3_t1_unknown_agent == BClaimRefused("a3", "t1", "unknown-agent") /\ TRUE
BClaimRefused_a3_t2_unknown_agent == BClaimRefused("a3", "t2", "unknown-agent") /\ TRUE
BTaskRefused_complete_t1_0_status == BTaskRefused("complete", "t1", 0, "status") /\ TRUE
BTaskRefused_complete_t1_1_status == BTaskRefused("complete", "t1", 1, "status") /\ TRUE
TaskAssigned_t2_a3_2_FALSE == TaskAssigned("t2", "a3", 2, FALSE) /\ TRUE
BClaimRefused_a1_t1_status == BClaimRefused("a1", "t1", "status") /\ TRUE
BClaimRefused_a2_t1_status == BClaimRefused("a2", "t1", "status") /\ TRUE
BTaskRefused_cancel_t1_0_status == BTaskRefused("cancel", "t1", 0, "status") /\ TRUE
BSubmitRefused_t2_duplicate == BSubmitRefused("t2", "", "duplicate") /\ TRUE
BSubmitRefused_t2_a3_duplicate == BSubmitRefused("t2", "a3", "duplicate") /\ TRUE
BCancel_t2 == BCancel("t2") /\ TRUE
TaskCancelled_t2_0 == TaskCancelled("t2", "", 0) /\ TRUE
BTaskRefused_complete_t2_0_status == BTaskRefused("complete", "t2", 0, "status") /\ TRUE
BTaskRefused_release_claim_t2_0_status == BTaskRefused("release-claim", "t2", 0, "status") /\ TRUE
BTaskRefused_complete_t2_1_stale_epoch == BTaskRefused("complete", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_release_claim_t2_1_stale_epoch == BTaskRefused("release-claim", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_2_stale_epoch == BTaskRefused("complete", "t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_release_claim_t2_2_stale_epoch == BTaskRefused("release-claim", "t2", 2, "stale-epoch") /\ TRUE
TaskAssigned_t2_a1_2_FALSE == TaskAssigned("t2", "a1", 2, FALSE) /\ TRUE
TaskStarted_t2_a1_2 == TaskStarted("t2", "a1", 2) /\ TRUE
BClaim_a1_t2_FALSE == BClaim("a1", "t2", FALSE) /\ TRUE
ClaimRequested_a1_t2 == ClaimRequested("a1", "t2") /\ TRUE
BClaim_a1_t2_TRUE == BClaim("a1", "t2", TRUE) /\ TRUE
TaskAssigned_t2_a2_2_FALSE == TaskAssigned("t2", "a2", 2, FALSE) /\ TRUE
TaskStarted_t2_a2_2 == TaskStarted("t2", "a2", 2) /\ TRUE
BClaim_a2_t2_FALSE == BClaim("a2", "t2", FALSE) /\ TRUE
ClaimRequested_a2_t2 == ClaimRequested("a2", "t2") /\ TRUE
BClaim_a2_t2_TRUE == BClaim("a2", "t2", TRUE) /\ TRUE
WorkstealingRequest_a3_a1_1 == WorkstealingRequest("a3", "a1", 1) /\ TRUE
TaskStolen_t2_a3_2_a1 == TaskStolen("t2", "a3", 2, "a1") /\ TRUE
AttemptEnded_t2_a3_2_FALSE_TRUE == AttemptEnded("t2", "a3", 2, FALSE, TRUE) /\ TRUE
TaskAssigned_t2_a1_3_FALSE == TaskAssigned("t2", "a1", 3, FALSE) /\ TRUE
TaskStarted_t2_a1_3 == TaskStarted("t2", "a1", 3) /\ TRUE
WorkstealingCompleted_a3_a1_1_t2 == WorkstealingCompleted("a3", "a1", 1, <<"t2">>) /\ TRUE
TaskAssigned_t1_a1_2_FALSE == TaskAssigned("t1", "a1", 2, FALSE) /\ TRUE
TaskStarted_t1_a1_2 == TaskStarted("t1", "a1", 2) /\ TRUE
ClaimAbandoned_a1_ended == ClaimAbandoned("a1", "ended") /\ TRUE
WorkstealingRequest_a3_a2_1 == WorkstealingRequest("a3", "a2", 1) /\ TRUE
TaskStolen_t2_a3_2_a2 == TaskStolen("t2", "a3", 2, "a2") /\ TRUE
TaskAssigned_t2_a2_3_FALSE == TaskAssigned("t2", "a2", 3, FALSE) /\ TRUE
TaskStarted_t2_a2_3 == TaskStarted("t2", "a2", 3) /\ TRUE
WorkstealingCompleted_a3_a2_1_t2 == WorkstealingCompleted("a3", "a2", 1, <<"t2">>) /\ TRUE
TaskAssigned_t1_a2_2_FALSE == TaskAssigned("t1", "a2", 2, FALSE) /\ TRUE
TaskStarted_t1_a2_2 == TaskStarted("t1", "a2", 2) /\ TRUE
ClaimAbandoned_a2_ended == ClaimAbandoned("a2", "ended") /\ TRUE
TaskCancelled_t1_1 == TaskCancelled("t1", "", 1) /\ TRUE
BTaskRefused_complete_t1_1_stale_epoch == BTaskRefused("complete", "t1", 1, "stale-epoch") /\ TRUE
BTaskRefused_release_claim_t1_1_stale_epoch == BTaskRefused("release-claim", "t1", 1, "stale-epoch") /\ TRUE
BSubmitRefused_t2_a3_unknown_agent == BSubmitRefused("t2", "a3", "unknown-agent") /\ TRUE
TaskCancelled_t1_a1_1 == TaskCancelled("t1", "a1", 1) /\ TRUE
TaskCompleted_t1_a1_1 == TaskCompleted("t1", "a1", 1) /\ TRUE
AttemptEnded_t1_a1_1_FALSE_FALSE == AttemptEnded("t1", "a1", 1, FALSE, FALSE) /\ TRUE
BReleaseClaim_t1_0 == BReleaseClaim("t1", 0) /\ TRUE
TaskRequeued_t1_a1_1 == TaskRequeued("t1", "a1", 1) /\ TRUE
TaskAssigned_t1_a3_2_FALSE == TaskAssigned("t1", "a3", 2, FALSE) /\ TRUE
BReleaseClaim_t1_1 == BReleaseClaim("t1", 1) /\ TRUE
AttemptEnded_t1_a1_1_TRUE_FALSE == AttemptEnded("t1", "a1", 1, TRUE, FALSE) /\ TRUE
TaskCancelled_t1_a2_1 == TaskCancelled("t1", "a2", 1) /\ TRUE
TaskCompleted_t1_a2_1 == TaskCompleted("t1", "a2", 1) /\ TRUE
AttemptEnded_t1_a2_1_FALSE_FALSE == AttemptEnded("t1", "a2", 1, FALSE, FALSE) /\ TRUE
TaskRequeued_t1_a2_1 == TaskRequeued("t1", "a2", 1) /\ TRUE
AttemptEnded_t1_a2_1_TRUE_FALSE == AttemptEnded("t1", "a2", 1, TRUE, FALSE) /\ TRUE
TaskCancelled_t1_0 == TaskCancelled("t1", "", 0) /\ TRUE
BClaimRefused_a1_t2_status == BClaimRefused("a1", "t2", "status") /\ TRUE
BClaimRefused_a2_t2_status == BClaimRefused("a2", "t2", "status") /\ TRUE
TaskAssigned_t2_a1_1_FALSE == TaskAssigned("t2", "a1", 1, FALSE) /\ TRUE
TaskStarted_t2_a1_1 == TaskStarted("t2", "a1", 1) /\ TRUE
TaskAssigned_t2_a2_1_FALSE == TaskAssigned("t2", "a2", 1, FALSE) /\ TRUE
TaskStarted_t2_a2_1 == TaskStarted("t2", "a2", 1) /\ TRUE
TaskCancelled_t2_a1_1 == TaskCancelled("t2", "a1", 1) /\ TRUE
BComplete_t2_0 == BComplete("t2", 0) /\ TRUE
TaskCompleted_t2_a1_1 == TaskCompleted("t2", "a1", 1) /\ TRUE
AttemptEnded_t2_a1_1_FALSE_FALSE == AttemptEnded("t2", "a1", 1, FALSE, FALSE) /\ TRUE
BReleaseClaim_t2_0 == BReleaseClaim("t2", 0) /\ TRUE
TaskRequeued_t2_a1_1 == TaskRequeued("t2", "a1", 1) /\ TRUE
BComplete_t2_1 == BComplete("t2", 1) /\ TRUE
BReleaseClaim_t2_1 == BReleaseClaim("t2", 1) /\ TRUE
AttemptEnded_t2_a1_1_TRUE_FALSE == AttemptEnded("t2", "a1", 1, TRUE, FALSE) /\ TRUE
TaskCancelled_t2_a2_1 == TaskCancelled("t2", "a2", 1) /\ TRUE
TaskCompleted_t2_a2_1 == TaskCompleted("t2", "a2", 1) /\ TRUE
AttemptEnded_t2_a2_1_FALSE_FALSE == AttemptEnded("t2", "a2", 1, FALSE, FALSE) /\ TRUE
TaskRequeued_t2_a2_1 == TaskRequeued("t2", "a2", 1) /\ TRUE
AttemptEnded_t2_a2_1_TRUE_FALSE == AttemptEnded("t2", "a2", 1, TRUE, FALSE) /\ TRUE
BTaskRefused_complete_t2_1_status == BTaskRefused("complete", "t2", 1, "status") /\ TRUE
BTaskRefused_release_claim_t2_1_status == BTaskRefused("release-claim", "t2", 1, "status") /\ TRUE
BTaskRefused_cancel_t2_0_status == BTaskRefused("cancel", "t2", 0, "status") /\ TRUE
TaskCancelled_t2_1 == TaskCancelled("t2", "", 1) /\ TRUE
TaskAssigned_t1_a1_3_FALSE == TaskAssigned("t1", "a1", 3, FALSE) /\ TRUE
TaskStarted_t1_a1_3 == TaskStarted("t1", "a1", 3) /\ TRUE
TaskAssigned_t1_a2_3_FALSE == TaskAssigned("t1", "a2", 3, FALSE) /\ TRUE
TaskStarted_t1_a2_3 == TaskStarted("t1", "a2", 3) /\ TRUE

NamedNext ==
  \/ BSubmit_t1_0
  \/ TaskCreated_t1
  \/ TaskAssigned_t1_a3_1_FALSE
  \/ BSubmit_t1_a3_0
  \/ BTaskRefused_cancel_t1_0_unknown_task
  \/ BTaskRefused_complete_t1_0_unknown_task
  \/ BTaskRefused_release_claim_t1_0_unknown_task
  \/ BTaskRefused_complete_t1_1_unknown_task
  \/ BTaskRefused_release_claim_t1_1_unknown_task
  \/ BTaskRefused_complete_t1_2_unknown_task
  \/ BTaskRefused_release_claim_t1_2_unknown_task
  \/ BTaskRefused_cancel_t2_0_unknown_task
  \/ BTaskRefused_complete_t2_0_unknown_task
  \/ BTaskRefused_release_claim_t2_0_unknown_task
  \/ BTaskRefused_complete_t2_1_unknown_task
  \/ BTaskRefused_release_claim_t2_1_unknown_task
  \/ BTaskRefused_complete_t2_2_unknown_task
  \/ BTaskRefused_release_claim_t2_2_unknown_task
  \/ BRemoveAgent_a1
  \/ AgentTerminated_a1
  \/ BWithdrawAsk_a1
  \/ BClaim_a1_FALSE
  \/ ClaimRequested_a1
  \/ BClaim_a1_TRUE
  \/ ClaimAbandoned_a1_none
  \/ BClaimRefused_a1_t1_unknown_task
  \/ BClaimRefused_a1_t2_unknown_task
  \/ BRemoveAgent_a2
  \/ AgentTerminated_a2
  \/ BWithdrawAsk_a2
  \/ BClaim_a2_FALSE
  \/ ClaimRequested_a2
  \/ BClaim_a2_TRUE
  \/ ClaimAbandoned_a2_none
  \/ BClaimRefused_a2_t1_unknown_task
  \/ BClaimRefused_a2_t2_unknown_task
  \/ BRemoveAgent_a3
  \/ AgentTerminated_a3
  \/ BWithdrawAsk_a3
  \/ BClaimRefused_a3_unfit
  \/ BClaimRefused_a3_t1_unfit
  \/ BClaimRefused_a3_t2_unfit
  \/ BSubmitRefused_t1_duplicate
  \/ BSubmitRefused_t1_a3_duplicate
  \/ BCancel_t1
  \/ TaskCancelled_t1_a3_1
  \/ AttemptEnded_t1_a3_1_FALSE_FALSE
  \/ BComplete_t1_0
  \/ TaskStarted_t1_a3_1
  \/ TaskCompleted_t1_a3_1
  \/ BTaskRefused_release_claim_t1_0_status
  \/ BComplete_t1_1
  \/ BTaskRefused_release_claim_t1_1_status
  \/ BTaskRefused_complete_t1_2_stale_epoch
  \/ BTaskRefused_release_claim_t1_2_stale_epoch
  \/ BSubmit_t2_0
  \/ TaskCreated_t2
  \/ BSubmit_t2_a3_0
  \/ TaskAssigned_t2_a3_2_TRUE
  \/ BClaim_a1_t1_FALSE
  \/ ClaimRequested_a1_t1
  \/ BClaim_a1_t1_TRUE
  \/ BClaim_a2_t1_FALSE
  \/ ClaimRequested_a2_t1
  \/ BClaim_a2_t1_TRUE
  \/ TaskRequeued_t1_a3_1
  \/ BClaimRefused_a1_t1_unfit
  \/ BClaimRefused_a2_t1_unfit
  \/ BAgentRefused_remove_agent_a1_unknown_agent
  \/ BClaimRefused_a1_unknown_agent
  \/ BClaimRefused_a1_t1_unknown_agent
  \/ BClaimRefused_a1_t2_unknown_agent
  \/ TaskAssigned_t1_a1_1_FALSE
  \/ TaskStarted_t1_a1_1
  \/ ClaimAbandoned_a1_gone
  \/ BWaitOver_a1
  \/ ClaimAbandoned_a1_timed_out
  \/ ClaimAbandoned_a1_withdrawn
  \/ ClaimAbandoned_a1_replaced
  \/ BAgentRefused_remove_agent_a2_unknown_agent
  \/ BClaimRefused_a2_unknown_agent
  \/ BClaimRefused_a2_t1_unknown_agent
  \/ BClaimRefused_a2_t2_unknown_agent
  \/ TaskAssigned_t1_a2_1_FALSE
  \/ TaskStarted_t1_a2_1
  \/ ClaimAbandoned_a2_gone
  \/ BWaitOver_a2
  \/ ClaimAbandoned_a2_timed_out
  \/ ClaimAbandoned_a2_withdrawn
  \/ ClaimAbandoned_a2_replaced
  \/ BSubmitRefused_t1_a3_unknown_agent
  \/ BAgentRefused_remove_agent_a3_unknown_agent
  \/ BClaimRefused_a3_unknown_agent
  \/ BClaimRefused_a3_t1_unknown_agent
  \/ BClaimRefused_a3_t2_unknown_agent
  \/ BTaskRefused_complete_t1_0_status
  \/ BTaskRefused_complete_t1_1_status
  \/ TaskAssigned_t2_a3_2_FALSE
  \/ BClaimRefused_a1_t1_status
  \/ BClaimRefused_a2_t1_status
  \/ BTaskRefused_cancel_t1_0_status
  \/ BSubmitRefused_t2_duplicate
  \/ BSubmitRefused_t2_a3_duplicate
  \/ BCancel_t2
  \/ TaskCancelled_t2_0
  \/ BTaskRefused_complete_t2_0_status
  \/ BTaskRefused_release_claim_t2_0_status
  \/ BTaskRefused_complete_t2_1_stale_epoch
  \/ BTaskRefused_release_claim_t2_1_stale_epoch
  \/ BTaskRefused_complete_t2_2_stale_epoch
  \/ BTaskRefused_release_claim_t2_2_stale_epoch
  \/ TaskAssigned_t2_a1_2_FALSE
  \/ TaskStarted_t2_a1_2
  \/ BClaim_a1_t2_FALSE
  \/ ClaimRequested_a1_t2
  \/ BClaim_a1_t2_TRUE
  \/ TaskAssigned_t2_a2_2_FALSE
  \/ TaskStarted_t2_a2_2
  \/ BClaim_a2_t2_FALSE
  \/ ClaimRequested_a2_t2
  \/ BClaim_a2_t2_TRUE
  \/ WorkstealingRequest_a3_a1_1
  \/ TaskStolen_t2_a3_2_a1
  \/ AttemptEnded_t2_a3_2_FALSE_TRUE
  \/ TaskAssigned_t2_a1_3_FALSE
  \/ TaskStarted_t2_a1_3
  \/ WorkstealingCompleted_a3_a1_1_t2
  \/ TaskAssigned_t1_a1_2_FALSE
  \/ TaskStarted_t1_a1_2
  \/ ClaimAbandoned_a1_ended
  \/ WorkstealingRequest_a3_a2_1
  \/ TaskStolen_t2_a3_2_a2
  \/ TaskAssigned_t2_a2_3_FALSE
  \/ TaskStarted_t2_a2_3
  \/ WorkstealingCompleted_a3_a2_1_t2
  \/ TaskAssigned_t1_a2_2_FALSE
  \/ TaskStarted_t1_a2_2
  \/ ClaimAbandoned_a2_ended
  \/ TaskCancelled_t1_1
  \/ BTaskRefused_complete_t1_1_stale_epoch
  \/ BTaskRefused_release_claim_t1_1_stale_epoch
  \/ BSubmitRefused_t2_a3_unknown_agent
  \/ TaskCancelled_t1_a1_1
  \/ TaskCompleted_t1_a1_1
  \/ AttemptEnded_t1_a1_1_FALSE_FALSE
  \/ BReleaseClaim_t1_0
  \/ TaskRequeued_t1_a1_1
  \/ TaskAssigned_t1_a3_2_FALSE
  \/ BReleaseClaim_t1_1
  \/ AttemptEnded_t1_a1_1_TRUE_FALSE
  \/ TaskCancelled_t1_a2_1
  \/ TaskCompleted_t1_a2_1
  \/ AttemptEnded_t1_a2_1_FALSE_FALSE
  \/ TaskRequeued_t1_a2_1
  \/ AttemptEnded_t1_a2_1_TRUE_FALSE
  \/ TaskCancelled_t1_0
  \/ BClaimRefused_a1_t2_status
  \/ BClaimRefused_a2_t2_status
  \/ TaskAssigned_t2_a1_1_FALSE
  \/ TaskStarted_t2_a1_1
  \/ TaskAssigned_t2_a2_1_FALSE
  \/ TaskStarted_t2_a2_1
  \/ TaskCancelled_t2_a1_1
  \/ BComplete_t2_0
  \/ TaskCompleted_t2_a1_1
  \/ AttemptEnded_t2_a1_1_FALSE_FALSE
  \/ BReleaseClaim_t2_0
  \/ TaskRequeued_t2_a1_1
  \/ BComplete_t2_1
  \/ BReleaseClaim_t2_1
  \/ AttemptEnded_t2_a1_1_TRUE_FALSE
  \/ TaskCancelled_t2_a2_1
  \/ TaskCompleted_t2_a2_1
  \/ AttemptEnded_t2_a2_1_FALSE_FALSE
  \/ TaskRequeued_t2_a2_1
  \/ AttemptEnded_t2_a2_1_TRUE_FALSE
  \/ BTaskRefused_complete_t2_1_status
  \/ BTaskRefused_release_claim_t2_1_status
  \/ BTaskRefused_cancel_t2_0_status
  \/ TaskCancelled_t2_1
  \/ TaskAssigned_t1_a1_3_FALSE
  \/ TaskStarted_t1_a1_3
  \/ TaskAssigned_t1_a2_3_FALSE
  \/ TaskStarted_t1_a2_3

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
