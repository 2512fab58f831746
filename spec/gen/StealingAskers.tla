---- MODULE StealingAskers ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS StealingBounds

BSubmit_t1_0 == BSubmit("t1", "", 0) /\ TRUE
TaskCreated_t1 == TaskCreated("t1") /\ TRUE
TaskAssigned_t1_a2_1_FALSE == TaskAssigned("t1", "a2", 1, FALSE) /\ TRUE
BSubmit_t1_a1_0 == BSubmit("t1", "a1", 0) /\ TRUE
BTaskRefused_complete_t1_0_unknown_task == BTaskRefused("complete", "t1", 0, "unknown-task") /\ TRUE
BPark_t1_0 == BPark("t1", 0) /\ TRUE
BUnblock_t1_0 == BUnblock("t1", 0) /\ TRUE
BTaskRefused_complete_t1_1_unknown_task == BTaskRefused("complete", "t1", 1, "unknown-task") /\ TRUE
BPark_t1_1 == BPark("t1", 1) /\ TRUE
BUnblock_t1_1 == BUnblock("t1", 1) /\ TRUE
BTaskRefused_complete_t1_2_unknown_task == BTaskRefused("complete", "t1", 2, "unknown-task") /\ TRUE
BPark_t1_2 == BPark("t1", 2) /\ TRUE
BUnblock_t1_2 == BUnblock("t1", 2) /\ TRUE
BTaskRefused_complete_t2_0_unknown_task == BTaskRefused("complete", "t2", 0, "unknown-task") /\ TRUE
BPark_t2_0 == BPark("t2", 0) /\ TRUE
BUnblock_t2_0 == BUnblock("t2", 0) /\ TRUE
BTaskRefused_complete_t2_1_unknown_task == BTaskRefused("complete", "t2", 1, "unknown-task") /\ TRUE
BPark_t2_1 == BPark("t2", 1) /\ TRUE
BUnblock_t2_1 == BUnblock("t2", 1) /\ TRUE
BTaskRefused_complete_t2_2_unknown_task == BTaskRefused("complete", "t2", 2, "unknown-task") /\ TRUE
BPark_t2_2 == BPark("t2", 2) /\ TRUE
BUnblock_t2_2 == BUnblock("t2", 2) /\ TRUE
BDrainAgent_a1 == BDrainAgent("a1") /\ TRUE
AgentDraining_a1 == AgentDraining("a1") /\ TRUE
AgentTerminated_a1 == AgentTerminated("a1") /\ TRUE
BCordonAgent_a1_breaker == BCordonAgent("a1", "breaker") /\ TRUE
AgentCordoned_a1_breaker == AgentCordoned("a1", "breaker") /\ TRUE
BUncordonAgent_a1_breaker == BUncordonAgent("a1", "breaker") /\ TRUE
BClaim_a1_FALSE == BClaim("a1", "", FALSE) /\ TRUE
ClaimRequested_a1 == ClaimRequested("a1", "") /\ TRUE
BClaim_a1_TRUE == BClaim("a1", "", TRUE) /\ TRUE
ClaimAbandoned_a1_none == ClaimAbandoned("a1", "none") /\ TRUE
BClaimRefused_a1_t1_unknown_task == BClaimRefused("a1", "t1", "unknown-task") /\ TRUE
BClaimRefused_a1_t2_unknown_task == BClaimRefused("a1", "t2", "unknown-task") /\ TRUE
BDrainAgent_a2 == BDrainAgent("a2") /\ TRUE
AgentDraining_a2 == AgentDraining("a2") /\ TRUE
AgentTerminated_a2 == AgentTerminated("a2") /\ TRUE
BCordonAgent_a2_breaker == BCordonAgent("a2", "breaker") /\ TRUE
AgentCordoned_a2_breaker == AgentCordoned("a2", "breaker") /\ TRUE
BUncordonAgent_a2_breaker == BUncordonAgent("a2", "breaker") /\ TRUE
BClaimRefused_a2_unfit == BClaimRefused("a2", "", "unfit") /\ TRUE
BClaimRefused_a2_t1_unfit == BClaimRefused("a2", "t1", "unfit") /\ TRUE
BClaimRefused_a2_t2_unfit == BClaimRefused("a2", "t2", "unfit") /\ TRUE
BSubmitRefused_t1_duplicate == BSubmitRefused("t1", "", "duplicate") /\ TRUE
BSubmitRefused_t1_a1_duplicate == BSubmitRefused("t1", "a1", "duplicate") /\ TRUE
BTaskRefused_complete_t1_0_status == BTaskRefused("complete", "t1", 0, "status") /\ TRUE
BTaskRefused_complete_t1_1_status == BTaskRefused("complete", "t1", 1, "status") /\ TRUE
TaskParked_t1_a2_1 == TaskParked("t1", "a2", 1) /\ TRUE
BTaskRefused_complete_t1_2_stale_epoch == BTaskRefused("complete", "t1", 2, "stale-epoch") /\ TRUE
BSubmit_t2_0 == BSubmit("t2", "", 0) /\ TRUE
TaskCreated_t2 == TaskCreated("t2") /\ TRUE
BSubmit_t2_a1_0 == BSubmit("t2", "a1", 0) /\ TRUE
BClaim_a1_t1_FALSE == BClaim("a1", "t1", FALSE) /\ TRUE
ClaimRequested_a1_t1 == ClaimRequested("a1", "t1") /\ TRUE
BClaim_a1_t1_TRUE == BClaim("a1", "t1", TRUE) /\ TRUE
BTaskRefused_complete_t1_1_stale_epoch == BTaskRefused("complete", "t1", 1, "stale-epoch") /\ TRUE
TaskAssigned_t2_a2_1_FALSE == TaskAssigned("t2", "a2", 1, FALSE) /\ TRUE
TaskAssigned_t1_a1_1_FALSE == TaskAssigned("t1", "a1", 1, FALSE) /\ TRUE
BSubmitRefused_t1_a1_unknown_agent == BSubmitRefused("t1", "a1", "unknown-agent") /\ TRUE
BAgentRefused_drain_agent_a1_unknown_agent == BAgentRefused("drain-agent", "a1", "unknown-agent") /\ TRUE
BAgentRefused_cordon_agent_a1_unknown_agent == BAgentRefused("cordon-agent", "a1", "unknown-agent") /\ TRUE
BClaimRefused_a1_unknown_agent == BClaimRefused("a1", "", "unknown-agent") /\ TRUE
BClaimRefused_a1_t1_unknown_agent == BClaimRefused("a1", "t1", "unknown-agent") /\ TRUE
BClaimRefused_a1_t2_unknown_agent == BClaimRefused("a1", "t2", "unknown-agent") /\ TRUE
AgentUncordoned_a1_breaker == AgentUncordoned("a1", "breaker") /\ TRUE
ClaimAbandoned_a1_closed == ClaimAbandoned("a1", "closed") /\ TRUE
BWaitOver_a1 == BWaitOver("a1") /\ TRUE
ClaimAbandoned_a1_timed_out == ClaimAbandoned("a1", "timed-out") /\ TRUE
ClaimAbandoned_a1_replaced == ClaimAbandoned("a1", "replaced") /\ TRUE
BAgentRefused_drain_agent_a2_unknown_agent == BAgentRefused("drain-agent", "a2", "unknown-agent") /\ TRUE
BAgentRefused_cordon_agent_a2_unknown_agent == BAgentRefused("cordon-agent", "a2", "unknown-agent") /\ TRUE
BClaimRefused_a2_unknown_agent == BClaimRefused("a2", "", "unknown-agent") /\ TRUE
BClaimRefused_a2_t1_unknown_agent == BClaimRefused("a2", "t1", "unknown-agent") /\ TRUE
BClaimRefused_a2_t2_unknown_agent == BClaimRefused("a2", "t2", "unknown-agent") /\ TRUE
AgentUncordoned_a2_breaker == AgentUncordoned("a2", "breaker") /\ TRUE
TaskReadied_t1 == TaskReadied("t1") /\ TRUE
TaskAssigned_t1_a2_2_FALSE == TaskAssigned("t1", "a2", 2, FALSE) /\ TRUE
TaskAssigned_t2_a2_2_FALSE == TaskAssigned("t2", "a2", 2, FALSE) /\ TRUE
BComplete_t1_0 == BComplete("t1", 0) /\ TRUE
TaskStarted_t1_a2_1 == TaskStarted("t1", "a2", 1) /\ TRUE
TaskCompleted_t1_a2_1 == TaskCompleted("t1", "a2", 1) /\ TRUE
AttemptEnded_t1_a2_1_FALSE_FALSE == AttemptEnded("t1", "a2", 1, FALSE, FALSE) /\ TRUE
BComplete_t1_1 == BComplete("t1", 1) /\ TRUE
BSubmitRefused_t2_duplicate == BSubmitRefused("t2", "", "duplicate") /\ TRUE
BSubmitRefused_t2_a1_duplicate == BSubmitRefused("t2", "a1", "duplicate") /\ TRUE
BTaskRefused_complete_t2_0_status == BTaskRefused("complete", "t2", 0, "status") /\ TRUE
BTaskRefused_complete_t2_1_stale_epoch == BTaskRefused("complete", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_2_stale_epoch == BTaskRefused("complete", "t2", 2, "stale-epoch") /\ TRUE
TaskAssigned_t2_a1_2_FALSE == TaskAssigned("t2", "a1", 2, FALSE) /\ TRUE
TaskStarted_t2_a1_2 == TaskStarted("t2", "a1", 2) /\ TRUE
BClaim_a1_t2_FALSE == BClaim("a1", "t2", FALSE) /\ TRUE
ClaimRequested_a1_t2 == ClaimRequested("a1", "t2") /\ TRUE
BClaim_a1_t2_TRUE == BClaim("a1", "t2", TRUE) /\ TRUE
BSubmitRefused_t2_a1_unknown_agent == BSubmitRefused("t2", "a1", "unknown-agent") /\ TRUE
BComplete_t2_0 == BComplete("t2", 0) /\ TRUE
TaskStarted_t2_a2_1 == TaskStarted("t2", "a2", 1) /\ TRUE
TaskCompleted_t2_a2_1 == TaskCompleted("t2", "a2", 1) /\ TRUE
AttemptEnded_t2_a2_1_FALSE_FALSE == AttemptEnded("t2", "a2", 1, FALSE, FALSE) /\ TRUE
BComplete_t2_1 == BComplete("t2", 1) /\ TRUE
TaskAssigned_t1_a1_2_FALSE == TaskAssigned("t1", "a1", 2, FALSE) /\ TRUE
TaskAssigned_t2_a1_1_FALSE == TaskAssigned("t2", "a1", 1, FALSE) /\ TRUE
TaskStarted_t2_a1_1 == TaskStarted("t2", "a1", 1) /\ TRUE
TaskRequeued_t1_a2_1 == TaskRequeued("t1", "a2", 1) /\ TRUE
TaskParked_t1_a1_1 == TaskParked("t1", "a1", 1) /\ TRUE
TaskStarted_t1_a1_1 == TaskStarted("t1", "a1", 1) /\ TRUE
TaskRequeued_t1_a1_1 == TaskRequeued("t1", "a1", 1) /\ TRUE
AttemptEnded_t1_a1_1_FALSE_FALSE == AttemptEnded("t1", "a1", 1, FALSE, FALSE) /\ TRUE
TaskStarted_t1_a1_2 == TaskStarted("t1", "a1", 2) /\ TRUE
BClaimRefused_a1_t1_status == BClaimRefused("a1", "t1", "status") /\ TRUE
ClaimAbandoned_a1_ended == ClaimAbandoned("a1", "ended") /\ TRUE
BTaskRefused_complete_t2_1_status == BTaskRefused("complete", "t2", 1, "status") /\ TRUE
BClaimRefused_a1_t2_status == BClaimRefused("a1", "t2", "status") /\ TRUE
TaskAssigned_t1_a2_3_FALSE == TaskAssigned("t1", "a2", 3, FALSE) /\ TRUE
TaskCompleted_t2_a1_1 == TaskCompleted("t2", "a1", 1) /\ TRUE
AttemptEnded_t2_a1_1_FALSE_FALSE == AttemptEnded("t2", "a1", 1, FALSE, FALSE) /\ TRUE
TaskCompleted_t1_a1_1 == TaskCompleted("t1", "a1", 1) /\ TRUE
BSubmitRefused_t2_a1_unfit == BSubmitRefused("t2", "a1", "unfit") /\ TRUE
BClaimRefused_a1_t2_unfit == BClaimRefused("a1", "t2", "unfit") /\ TRUE
BClaimRefused_a1_t1_unfit == BClaimRefused("a1", "t1", "unfit") /\ TRUE

NamedNext ==
  \/ BSubmit_t1_0
  \/ TaskCreated_t1
  \/ TaskAssigned_t1_a2_1_FALSE
  \/ BSubmit_t1_a1_0
  \/ BTaskRefused_complete_t1_0_unknown_task
  \/ BPark_t1_0
  \/ BUnblock_t1_0
  \/ BTaskRefused_complete_t1_1_unknown_task
  \/ BPark_t1_1
  \/ BUnblock_t1_1
  \/ BTaskRefused_complete_t1_2_unknown_task
  \/ BPark_t1_2
  \/ BUnblock_t1_2
  \/ BTaskRefused_complete_t2_0_unknown_task
  \/ BPark_t2_0
  \/ BUnblock_t2_0
  \/ BTaskRefused_complete_t2_1_unknown_task
  \/ BPark_t2_1
  \/ BUnblock_t2_1
  \/ BTaskRefused_complete_t2_2_unknown_task
  \/ BPark_t2_2
  \/ BUnblock_t2_2
  \/ BDrainAgent_a1
  \/ AgentDraining_a1
  \/ AgentTerminated_a1
  \/ BCordonAgent_a1_breaker
  \/ AgentCordoned_a1_breaker
  \/ BUncordonAgent_a1_breaker
  \/ BClaim_a1_FALSE
  \/ ClaimRequested_a1
  \/ BClaim_a1_TRUE
  \/ ClaimAbandoned_a1_none
  \/ BClaimRefused_a1_t1_unknown_task
  \/ BClaimRefused_a1_t2_unknown_task
  \/ BDrainAgent_a2
  \/ AgentDraining_a2
  \/ AgentTerminated_a2
  \/ BCordonAgent_a2_breaker
  \/ AgentCordoned_a2_breaker
  \/ BUncordonAgent_a2_breaker
  \/ BClaimRefused_a2_unfit
  \/ BClaimRefused_a2_t1_unfit
  \/ BClaimRefused_a2_t2_unfit
  \/ BSubmitRefused_t1_duplicate
  \/ BSubmitRefused_t1_a1_duplicate
  \/ BTaskRefused_complete_t1_0_status
  \/ BTaskRefused_complete_t1_1_status
  \/ TaskParked_t1_a2_1
  \/ BTaskRefused_complete_t1_2_stale_epoch
  \/ BSubmit_t2_0
  \/ TaskCreated_t2
  \/ BSubmit_t2_a1_0
  \/ BClaim_a1_t1_FALSE
  \/ ClaimRequested_a1_t1
  \/ BClaim_a1_t1_TRUE
  \/ BTaskRefused_complete_t1_1_stale_epoch
  \/ TaskAssigned_t2_a2_1_FALSE
  \/ TaskAssigned_t1_a1_1_FALSE
  \/ BSubmitRefused_t1_a1_unknown_agent
  \/ BAgentRefused_drain_agent_a1_unknown_agent
  \/ BAgentRefused_cordon_agent_a1_unknown_agent
  \/ BClaimRefused_a1_unknown_agent
  \/ BClaimRefused_a1_t1_unknown_agent
  \/ BClaimRefused_a1_t2_unknown_agent
  \/ AgentUncordoned_a1_breaker
  \/ ClaimAbandoned_a1_closed
  \/ BWaitOver_a1
  \/ ClaimAbandoned_a1_timed_out
  \/ ClaimAbandoned_a1_replaced
  \/ BAgentRefused_drain_agent_a2_unknown_agent
  \/ BAgentRefused_cordon_agent_a2_unknown_agent
  \/ BClaimRefused_a2_unknown_agent
  \/ BClaimRefused_a2_t1_unknown_agent
  \/ BClaimRefused_a2_t2_unknown_agent
  \/ AgentUncordoned_a2_breaker
  \/ TaskReadied_t1
  \/ TaskAssigned_t1_a2_2_FALSE
  \/ TaskAssigned_t2_a2_2_FALSE
  \/ BComplete_t1_0
  \/ TaskStarted_t1_a2_1
  \/ TaskCompleted_t1_a2_1
  \/ AttemptEnded_t1_a2_1_FALSE_FALSE
  \/ BComplete_t1_1
  \/ BSubmitRefused_t2_duplicate
  \/ BSubmitRefused_t2_a1_duplicate
  \/ BTaskRefused_complete_t2_0_status
  \/ BTaskRefused_complete_t2_1_stale_epoch
  \/ BTaskRefused_complete_t2_2_stale_epoch
  \/ TaskAssigned_t2_a1_2_FALSE
  \/ TaskStarted_t2_a1_2
  \/ BClaim_a1_t2_FALSE
  \/ ClaimRequested_a1_t2
  \/ BClaim_a1_t2_TRUE
  \/ BSubmitRefused_t2_a1_unknown_agent
  \/ BComplete_t2_0
  \/ TaskStarted_t2_a2_1
  \/ TaskCompleted_t2_a2_1
  \/ AttemptEnded_t2_a2_1_FALSE_FALSE
  \/ BComplete_t2_1
  \/ TaskAssigned_t1_a1_2_FALSE
  \/ TaskAssigned_t2_a1_1_FALSE
  \/ TaskStarted_t2_a1_1
  \/ TaskRequeued_t1_a2_1
  \/ TaskParked_t1_a1_1
  \/ TaskStarted_t1_a1_1
  \/ TaskRequeued_t1_a1_1
  \/ AttemptEnded_t1_a1_1_FALSE_FALSE
  \/ TaskStarted_t1_a1_2
  \/ BClaimRefused_a1_t1_status
  \/ ClaimAbandoned_a1_ended
  \/ BTaskRefused_complete_t2_1_status
  \/ BClaimRefused_a1_t2_status
  \/ TaskAssigned_t1_a2_3_FALSE
  \/ TaskCompleted_t2_a1_1
  \/ AttemptEnded_t2_a1_1_FALSE_FALSE
  \/ TaskCompleted_t1_a1_1
  \/ BSubmitRefused_t2_a1_unfit
  \/ BClaimRefused_a1_t2_unfit
  \/ BClaimRefused_a1_t1_unfit

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
