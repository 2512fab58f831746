---- MODULE StealingBreakers ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS StealingBounds

BSubmit_t1_0 == BSubmit("t1", "", 0) /\ TRUE
TaskCreated_t1 == TaskCreated("t1") /\ TRUE
TaskAssigned_t1_a1_1_FALSE == TaskAssigned("t1", "a1", 1, FALSE) /\ TRUE
BSubmit_t1_a1_0 == BSubmit("t1", "a1", 0) /\ TRUE
BTaskRefused_complete_t1_0_unknown_task == BTaskRefused("complete", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_1_unknown_task == BTaskRefused("complete", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_2_unknown_task == BTaskRefused("complete", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_3_unknown_task == BTaskRefused("complete", "t1", 3, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_0_unknown_task == BTaskRefused("complete", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_1_unknown_task == BTaskRefused("complete", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_2_unknown_task == BTaskRefused("complete", "t2", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_3_unknown_task == BTaskRefused("complete", "t2", 3, "unknown-task") /\ TRUE
BRemoveAgent_a1 == BRemoveAgent("a1") /\ TRUE
AgentTerminated_a1 == AgentTerminated("a1") /\ TRUE
BCordonAgent_a1_breaker == BCordonAgent("a1", "breaker") /\ TRUE
AgentCordoned_a1_breaker == AgentCordoned("a1", "breaker") /\ TRUE
BUncordonAgent_a1_breaker == BUncordonAgent("a1", "breaker") /\ TRUE
BCordonAgent_a1_caller == BCordonAgent("a1", "caller") /\ TRUE
AgentCordoned_a1_caller == AgentCordoned("a1", "caller") /\ TRUE
BUncordonAgent_a1_caller == BUncordonAgent("a1", "caller") /\ TRUE
BRemoveAgent_a2 == BRemoveAgent("a2") /\ TRUE
AgentTerminated_a2 == AgentTerminated("a2") /\ TRUE
BCordonAgent_a2_breaker == BCordonAgent("a2", "breaker") /\ TRUE
AgentCordoned_a2_breaker == AgentCordoned("a2", "breaker") /\ TRUE
BUncordonAgent_a2_breaker == BUncordonAgent("a2", "breaker") /\ TRUE
BCordonAgent_a2_caller == BCordonAgent("a2", "caller") /\ TRUE
AgentCordoned_a2_caller == AgentCordoned("a2", "caller") /\ TRUE
BUncordonAgent_a2_caller == BUncordonAgent("a2", "caller") /\ TRUE
BSubmitRefused_t1_duplicate == BSubmitRefused("t1", "", "duplicate") /\ TRUE
BSubmitRefused_t1_a1_duplicate == BSubmitRefused("t1", "a1", "duplicate") /\ TRUE
BComplete_t1_0 == BComplete("t1", 0) /\ TRUE
TaskStarted_t1_a1_1 == TaskStarted("t1", "a1", 1) /\ TRUE
TaskCompleted_t1_a1_1 == TaskCompleted("t1", "a1", 1) /\ TRUE
AttemptEnded_t1_a1_1_FALSE_FALSE == AttemptEnded("t1", "a1", 1, FALSE, FALSE) /\ TRUE
BComplete_t1_1 == BComplete("t1", 1) /\ TRUE
BTaskRefused_complete_t1_2_stale_epoch == BTaskRefused("complete", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_3_stale_epoch == BTaskRefused("complete", "t1", 3, "stale-epoch") /\ TRUE
BSubmit_t2_0 == BSubmit("t2", "", 0) /\ TRUE
TaskCreated_t2 == TaskCreated("t2") /\ TRUE
TaskAssigned_t2_a2_2_FALSE == TaskAssigned("t2", "a2", 2, FALSE) /\ TRUE
TaskStarted_t2_a2_2 == TaskStarted("t2", "a2", 2) /\ TRUE
BSubmit_t2_a1_0 == BSubmit("t2", "a1", 0) /\ TRUE
TaskRequeued_t1_a1_1 == TaskRequeued("t1", "a1", 1) /\ TRUE
TaskAssigned_t1_a2_2_FALSE == TaskAssigned("t1", "a2", 2, FALSE) /\ TRUE
TaskStarted_t1_a2_2 == TaskStarted("t1", "a2", 2) /\ TRUE
TaskAssigned_t1_a2_1_FALSE == TaskAssigned("t1", "a2", 1, FALSE) /\ TRUE
TaskStarted_t1_a2_1 == TaskStarted("t1", "a2", 1) /\ TRUE
BSubmitRefused_t1_a1_unknown_agent == BSubmitRefused("t1", "a1", "unknown-agent") /\ TRUE
BAgentRefused_remove_agent_a1_unknown_agent == BAgentRefused("remove-agent", "a1", "unknown-agent") /\ TRUE
BAgentRefused_cordon_agent_a1_unknown_agent == BAgentRefused("cordon-agent", "a1", "unknown-agent") /\ TRUE
AgentUncordoned_a1_breaker == AgentUncordoned("a1", "breaker") /\ TRUE
AgentUncordoned_a1_caller == AgentUncordoned("a1", "caller") /\ TRUE
BAgentRefused_remove_agent_a2_unknown_agent == BAgentRefused("remove-agent", "a2", "unknown-agent") /\ TRUE
BAgentRefused_cordon_agent_a2_unknown_agent == BAgentRefused("cordon-agent", "a2", "unknown-agent") /\ TRUE
AgentUncordoned_a2_breaker == AgentUncordoned("a2", "breaker") /\ TRUE
AgentUncordoned_a2_caller == AgentUncordoned("a2", "caller") /\ TRUE
BTaskRefused_complete_t1_0_status == BTaskRefused("complete", "t1", 0, "status") /\ TRUE
BTaskRefused_complete_t1_1_status == BTaskRefused("complete", "t1", 1, "status") /\ TRUE
TaskAssigned_t2_a1_2_FALSE == TaskAssigned("t2", "a1", 2, FALSE) /\ TRUE
BSubmitRefused_t2_duplicate == BSubmitRefused("t2", "", "duplicate") /\ TRUE
BSubmitRefused_t2_a1_duplicate == BSubmitRefused("t2", "a1", "duplicate") /\ TRUE
BComplete_t2_0 == BComplete("t2", 0) /\ TRUE
TaskCompleted_t2_a2_2 == TaskCompleted("t2", "a2", 2) /\ TRUE
AttemptEnded_t2_a2_2_FALSE_FALSE == AttemptEnded("t2", "a2", 2, FALSE, FALSE) /\ TRUE
BTaskRefused_complete_t2_1_stale_epoch == BTaskRefused("complete", "t2", 1, "stale-epoch") /\ TRUE
BComplete_t2_2 == BComplete("t2", 2) /\ TRUE
BTaskRefused_complete_t2_3_stale_epoch == BTaskRefused("complete", "t2", 3, "stale-epoch") /\ TRUE
TaskRequeued_t2_a2_2 == TaskRequeued("t2", "a2", 2) /\ TRUE
AttemptEnded_t2_a2_2_TRUE_FALSE == AttemptEnded("t2", "a2", 2, TRUE, FALSE) /\ TRUE
BTaskRefused_complete_t2_0_status == BTaskRefused("complete", "t2", 0, "status") /\ TRUE
BTaskRefused_complete_t2_2_stale_epoch == BTaskRefused("complete", "t2", 2, "stale-epoch") /\ TRUE
TaskCompleted_t1_a2_2 == TaskCompleted("t1", "a2", 2) /\ TRUE
AttemptEnded_t1_a2_2_FALSE_FALSE == AttemptEnded("t1", "a2", 2, FALSE, FALSE) /\ TRUE
BTaskRefused_complete_t1_1_stale_epoch == BTaskRefused("complete", "t1", 1, "stale-epoch") /\ TRUE
BComplete_t1_2 == BComplete("t1", 2) /\ TRUE
BSubmitRefused_t2_a1_unknown_agent == BSubmitRefused("t2", "a1", "unknown-agent") /\ TRUE
TaskRequeued_t1_a2_2 == TaskRequeued("t1", "a2", 2) /\ TRUE
AttemptEnded_t1_a2_2_TRUE_FALSE == AttemptEnded("t1", "a2", 2, TRUE, FALSE) /\ TRUE
TaskCompleted_t1_a2_1 == TaskCompleted("t1", "a2", 1) /\ TRUE
AttemptEnded_t1_a2_1_FALSE_FALSE == AttemptEnded("t1", "a2", 1, FALSE, FALSE) /\ TRUE
TaskRequeued_t1_a2_1 == TaskRequeued("t1", "a2", 1) /\ TRUE
AttemptEnded_t1_a2_1_TRUE_FALSE == AttemptEnded("t1", "a2", 1, TRUE, FALSE) /\ TRUE
TaskAssigned_t1_a1_2_FALSE == TaskAssigned("t1", "a1", 2, FALSE) /\ TRUE
TaskAssigned_t2_a2_1_FALSE == TaskAssigned("t2", "a2", 1, FALSE) /\ TRUE
TaskStarted_t2_a2_1 == TaskStarted("t2", "a2", 1) /\ TRUE
TaskStarted_t2_a1_2 == TaskStarted("t2", "a1", 2) /\ TRUE
TaskCompleted_t2_a1_2 == TaskCompleted("t2", "a1", 2) /\ TRUE
AttemptEnded_t2_a1_2_FALSE_FALSE == AttemptEnded("t2", "a1", 2, FALSE, FALSE) /\ TRUE
TaskRequeued_t2_a1_2 == TaskRequeued("t2", "a1", 2) /\ TRUE
TaskAssigned_t2_a2_3_FALSE == TaskAssigned("t2", "a2", 3, FALSE) /\ TRUE
TaskStarted_t2_a2_3 == TaskStarted("t2", "a2", 3) /\ TRUE
TaskAssigned_t2_a1_3_FALSE == TaskAssigned("t2", "a1", 3, FALSE) /\ TRUE
BTaskRefused_complete_t2_2_status == BTaskRefused("complete", "t2", 2, "status") /\ TRUE
TaskAssigned_t1_a2_3_FALSE == TaskAssigned("t1", "a2", 3, FALSE) /\ TRUE
TaskStarted_t1_a2_3 == TaskStarted("t1", "a2", 3) /\ TRUE
BTaskRefused_complete_t1_2_status == BTaskRefused("complete", "t1", 2, "status") /\ TRUE
TaskStarted_t1_a1_2 == TaskStarted("t1", "a1", 2) /\ TRUE
TaskCompleted_t1_a1_2 == TaskCompleted("t1", "a1", 2) /\ TRUE
AttemptEnded_t1_a1_2_FALSE_FALSE == AttemptEnded("t1", "a1", 2, FALSE, FALSE) /\ TRUE
TaskRequeued_t1_a1_2 == TaskRequeued("t1", "a1", 2) /\ TRUE
TaskCompleted_t2_a2_1 == TaskCompleted("t2", "a2", 1) /\ TRUE
AttemptEnded_t2_a2_1_FALSE_FALSE == AttemptEnded("t2", "a2", 1, FALSE, FALSE) /\ TRUE
BComplete_t2_1 == BComplete("t2", 1) /\ TRUE
TaskRequeued_t2_a2_1 == TaskRequeued("t2", "a2", 1) /\ TRUE
AttemptEnded_t2_a2_1_TRUE_FALSE == AttemptEnded("t2", "a2", 1, TRUE, FALSE) /\ TRUE
BTaskRefused_complete_t2_1_status == BTaskRefused("complete", "t2", 1, "status") /\ TRUE
TaskAssigned_t1_a1_3_FALSE == TaskAssigned("t1", "a1", 3, FALSE) /\ TRUE

NamedNext ==
  \/ BSubmit_t1_0
  \/ TaskCreated_t1
  \/ TaskAssigned_t1_a1_1_FALSE
  \/ BSubmit_t1_a1_0
  \/ BTaskRefused_complete_t1_0_unknown_task
  \/ BTaskRefused_complete_t1_1_unknown_task
  \/ BTaskRefused_complete_t1_2_unknown_task
  \/ BTaskRefused_complete_t1_3_unknown_task
  \/ BTaskRefused_complete_t2_0_unknown_task
  \/ BTaskRefused_complete_t2_1_unknown_task
  \/ BTaskRefused_complete_t2_2_unknown_task
  \/ BTaskRefused_complete_t2_3_unknown_task
  \/ BRemoveAgent_a1
  \/ AgentTerminated_a1
  \/ BCordonAgent_a1_breaker
  \/ AgentCordoned_a1_breaker
  \/ BUncordonAgent_a1_breaker
  \/ BCordonAgent_a1_caller
  \/ AgentCordoned_a1_caller
  \/ BUncordonAgent_a1_caller
  \/ BRemoveAgent_a2
  \/ AgentTerminated_a2
  \/ BCordonAgent_a2_breaker
  \/ AgentCordoned_a2_breaker
  \/ BUncordonAgent_a2_breaker
  \/ BCordonAgent_a2_caller
  \/ AgentCordoned_a2_caller
  \/ BUncordonAgent_a2_caller
  \/ BSubmitRefused_t1_duplicate
  \/ BSubmitRefused_t1_a1_duplicate
  \/ BComplete_t1_0
  \/ TaskStarted_t1_a1_1
  \/ TaskCompleted_t1_a1_1
  \/ AttemptEnded_t1_a1_1_FALSE_FALSE
  \/ BComplete_t1_1
  \/ BTaskRefused_complete_t1_2_stale_epoch
  \/ BTaskRefused_complete_t1_3_stale_epoch
  \/ BSubmit_t2_0
  \/ TaskCreated_t2
  \/ TaskAssigned_t2_a2_2_FALSE
  \/ TaskStarted_t2_a2_2
  \/ BSubmit_t2_a1_0
  \/ TaskRequeued_t1_a1_1
  \/ TaskAssigned_t1_a2_2_FALSE
  \/ TaskStarted_t1_a2_2
  \/ TaskAssigned_t1_a2_1_FALSE
  \/ TaskStarted_t1_a2_1
  \/ BSubmitRefused_t1_a1_unknown_agent
  \/ BAgentRefused_remove_agent_a1_unknown_agent
  \/ BAgentRefused_cordon_agent_a1_unknown_agent
  \/ AgentUncordoned_a1_breaker
  \/ AgentUncordoned_a1_caller
  \/ BAgentRefused_remove_agent_a2_unknown_agent
  \/ BAgentRefused_cordon_agent_a2_unknown_agent
  \/ AgentUncordoned_a2_breaker
  \/ AgentUncordoned_a2_caller
  \/ BTaskRefused_complete_t1_0_status
  \/ BTaskRefused_complete_t1_1_status
  \/ TaskAssigned_t2_a1_2_FALSE
  \/ BSubmitRefused_t2_duplicate
  \/ BSubmitRefused_t2_a1_duplicate
  \/ BComplete_t2_0
  \/ TaskCompleted_t2_a2_2
  \/ AttemptEnded_t2_a2_2_FALSE_FALSE
  \/ BTaskRefused_complete_t2_1_stale_epoch
  \/ BComplete_t2_2
  \/ BTaskRefused_complete_t2_3_stale_epoch
  \/ TaskRequeued_t2_a2_2
  \/ AttemptEnded_t2_a2_2_TRUE_FALSE
  \/ BTaskRefused_complete_t2_0_status
  \/ BTaskRefused_complete_t2_2_stale_epoch
  \/ TaskCompleted_t1_a2_2
  \/ AttemptEnded_t1_a2_2_FALSE_FALSE
  \/ BTaskRefused_complete_t1_1_stale_epoch
  \/ BComplete_t1_2
  \/ BSubmitRefused_t2_a1_unknown_agent
  \/ TaskRequeued_t1_a2_2
  \/ AttemptEnded_t1_a2_2_TRUE_FALSE
  \/ TaskCompleted_t1_a2_1
  \/ AttemptEnded_t1_a2_1_FALSE_FALSE
  \/ TaskRequeued_t1_a2_1
  \/ AttemptEnded_t1_a2_1_TRUE_FALSE
  \/ TaskAssigned_t1_a1_2_FALSE
  \/ TaskAssigned_t2_a2_1_FALSE
  \/ TaskStarted_t2_a2_1
  \/ TaskStarted_t2_a1_2
  \/ TaskCompleted_t2_a1_2
  \/ AttemptEnded_t2_a1_2_FALSE_FALSE
  \/ TaskRequeued_t2_a1_2
  \/ TaskAssigned_t2_a2_3_FALSE
  \/ TaskStarted_t2_a2_3
  \/ TaskAssigned_t2_a1_3_FALSE
  \/ BTaskRefused_complete_t2_2_status
  \/ TaskAssigned_t1_a2_3_FALSE
  \/ TaskStarted_t1_a2_3
  \/ BTaskRefused_complete_t1_2_status
  \/ TaskStarted_t1_a1_2
  \/ TaskCompleted_t1_a1_2
  \/ AttemptEnded_t1_a1_2_FALSE_FALSE
  \/ TaskRequeued_t1_a1_2
  \/ TaskCompleted_t2_a2_1
  \/ AttemptEnded_t2_a2_1_FALSE_FALSE
  \/ BComplete_t2_1
  \/ TaskRequeued_t2_a2_1
  \/ AttemptEnded_t2_a2_1_TRUE_FALSE
  \/ BTaskRefused_complete_t2_1_status
  \/ TaskAssigned_t1_a1_3_FALSE

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
