---- MODULE StealingFull ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS StealingBounds

BSubmit_t1_0 == BSubmit("t1", "", 0) /\ TRUE
TaskCreated_t1 == TaskCreated("t1") /\ TRUE
TaskAssigned_t1_a1_1_FALSE == TaskAssigned("t1", "a1", 1, FALSE) /\ TRUE
BSubmit_t1_a1_0 == BSubmit("t1", "a1", 0) /\ TRUE
BTaskRefused_cancel_t1_0_unknown_task == BTaskRefused("cancel", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_0_unknown_task == BTaskRefused("complete", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_1_unknown_task == BTaskRefused("complete", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_2_unknown_task == BTaskRefused("complete", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_3_unknown_task == BTaskRefused("complete", "t1", 3, "unknown-task") /\ TRUE
BTaskRefused_cancel_t2_0_unknown_task == BTaskRefused("cancel", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_0_unknown_task == BTaskRefused("complete", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_1_unknown_task == BTaskRefused("complete", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_2_unknown_task == BTaskRefused("complete", "t2", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_3_unknown_task == BTaskRefused("complete", "t2", 3, "unknown-task") /\ TRUE
BTaskRefused_cancel_t3_0_unknown_task == BTaskRefused("cancel", "t3", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_0_unknown_task == BTaskRefused("complete", "t3", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_1_unknown_task == BTaskRefused("complete", "t3", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_2_unknown_task == BTaskRefused("complete", "t3", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_3_unknown_task == BTaskRefused("complete", "t3", 3, "unknown-task") /\ TRUE
BRemoveAgent_a1 == BRemoveAgent("a1") /\ TRUE
AgentTerminated_a1 == AgentTerminated("a1") /\ TRUE
BSubmitRefused_t1_duplicate == BSubmitRefused("t1", "", "duplicate") /\ TRUE
BSubmitRefused_t1_a1_duplicate == BSubmitRefused("t1", "a1", "duplicate") /\ TRUE
BCancel_t1 == BCancel("t1") /\ TRUE
TaskCancelled_t1_a1_1 == TaskCancelled("t1", "a1", 1) /\ TRUE
AttemptEnded_t1_a1_1_FALSE_FALSE == AttemptEnded("t1", "a1", 1, FALSE, FALSE) /\ TRUE
BComplete_t1_0 == BComplete("t1", 0) /\ TRUE
TaskStarted_t1_a1_1 == TaskStarted("t1", "a1", 1) /\ TRUE
TaskCompleted_t1_a1_1 == TaskCompleted("t1", "a1", 1) /\ TRUE
BComplete_t1_1 == BComplete("t1", 1) /\ TRUE
BTaskRefused_complete_t1_2_stale_epoch == BTaskRefused("complete", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_3_stale_epoch == BTaskRefused("complete", "t1", 3, "stale-epoch") /\ TRUE
BSubmit_t2_0 == BSubmit("t2", "", 0) /\ TRUE
TaskCreated_t2 == TaskCreated("t2") /\ TRUE
BSubmit_t2_a1_0 == BSubmit("t2", "a1", 0) /\ TRUE
TaskAssigned_t2_a1_2_TRUE == TaskAssigned("t2", "a1", 2, TRUE) /\ TRUE
TaskRequeued_t1_a1_1 == TaskRequeued("t1", "a1", 1) /\ TRUE
BSubmitRefused_t1_a1_unknown_agent == BSubmitRefused("t1", "a1", "unknown-agent") /\ TRUE
BRegisterAgent_a1 == BRegisterAgent("a1") /\ TRUE
AgentSpawned_a1 == AgentSpawned("a1") /\ TRUE
BAgentRefused_remove_agent_a1_unknown_agent == BAgentRefused("remove-agent", "a1", "unknown-agent") /\ TRUE
BTaskRefused_complete_t1_0_status == BTaskRefused("complete", "t1", 0, "status") /\ TRUE
BTaskRefused_complete_t1_1_status == BTaskRefused("complete", "t1", 1, "status") /\ TRUE
TaskAssigned_t2_a1_2_FALSE == TaskAssigned("t2", "a1", 2, FALSE) /\ TRUE
BTaskRefused_cancel_t1_0_status == BTaskRefused("cancel", "t1", 0, "status") /\ TRUE
BSubmitRefused_t2_duplicate == BSubmitRefused("t2", "", "duplicate") /\ TRUE
BSubmitRefused_t2_a1_duplicate == BSubmitRefused("t2", "a1", "duplicate") /\ TRUE
BCancel_t2 == BCancel("t2") /\ TRUE
TaskCancelled_t2_0 == TaskCancelled("t2", "", 0) /\ TRUE
BTaskRefused_complete_t2_0_status == BTaskRefused("complete", "t2", 0, "status") /\ TRUE
BTaskRefused_complete_t2_1_stale_epoch == BTaskRefused("complete", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_2_stale_epoch == BTaskRefused("complete", "t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_3_stale_epoch == BTaskRefused("complete", "t2", 3, "stale-epoch") /\ TRUE
BSubmit_t3_0 == BSubmit("t3", "", 0) /\ TRUE
TaskCreated_t3 == TaskCreated("t3") /\ TRUE
BSubmit_t3_a1_0 == BSubmit("t3", "a1", 0) /\ TRUE
TaskAssigned_t3_a1_2_TRUE == TaskAssigned("t3", "a1", 2, TRUE) /\ TRUE
TaskAdmitted_t2_a1_2 == TaskAdmitted("t2", "a1", 2) /\ TRUE
TaskCancelled_t2_a1_2 == TaskCancelled("t2", "a1", 2) /\ TRUE
AttemptEnded_t2_a1_2_FALSE_TRUE == AttemptEnded("t2", "a1", 2, FALSE, TRUE) /\ TRUE
BTaskRefused_complete_t2_2_status == BTaskRefused("complete", "t2", 2, "status") /\ TRUE
TaskRequeued_t2_a1_2 == TaskRequeued("t2", "a1", 2) /\ TRUE
TaskCancelled_t1_1 == TaskCancelled("t1", "", 1) /\ TRUE
BTaskRefused_complete_t1_1_stale_epoch == BTaskRefused("complete", "t1", 1, "stale-epoch") /\ TRUE
BSubmitRefused_t2_a1_unknown_agent == BSubmitRefused("t2", "a1", "unknown-agent") /\ TRUE
TaskAssigned_t1_a1_2_FALSE == TaskAssigned("t1", "a1", 2, FALSE) /\ TRUE
TaskCancelled_t1_0 == TaskCancelled("t1", "", 0) /\ TRUE
AttemptEnded_t2_a1_2_FALSE_FALSE == AttemptEnded("t2", "a1", 2, FALSE, FALSE) /\ TRUE
BComplete_t2_0 == BComplete("t2", 0) /\ TRUE
TaskStarted_t2_a1_2 == TaskStarted("t2", "a1", 2) /\ TRUE
TaskCompleted_t2_a1_2 == TaskCompleted("t2", "a1", 2) /\ TRUE
BComplete_t2_2 == BComplete("t2", 2) /\ TRUE
TaskAssigned_t3_a1_3_TRUE == TaskAssigned("t3", "a1", 3, TRUE) /\ TRUE
BSubmitRefused_t3_duplicate == BSubmitRefused("t3", "", "duplicate") /\ TRUE
BSubmitRefused_t3_a1_duplicate == BSubmitRefused("t3", "a1", "duplicate") /\ TRUE
BCancel_t3 == BCancel("t3") /\ TRUE
TaskCancelled_t3_0 == TaskCancelled("t3", "", 0) /\ TRUE
BTaskRefused_complete_t3_0_status == BTaskRefused("complete", "t3", 0, "status") /\ TRUE
BTaskRefused_complete_t3_1_stale_epoch == BTaskRefused("complete", "t3", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t3_2_stale_epoch == BTaskRefused("complete", "t3", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t3_3_stale_epoch == BTaskRefused("complete", "t3", 3, "stale-epoch") /\ TRUE
TaskAssigned_t2_a1_3_FALSE == TaskAssigned("t2", "a1", 3, FALSE) /\ TRUE
TaskCancelled_t3_a1_2 == TaskCancelled("t3", "a1", 2) /\ TRUE
AttemptEnded_t3_a1_2_FALSE_TRUE == AttemptEnded("t3", "a1", 2, FALSE, TRUE) /\ TRUE
BTaskRefused_complete_t3_2_status == BTaskRefused("complete", "t3", 2, "status") /\ TRUE
TaskRequeued_t3_a1_2 == TaskRequeued("t3", "a1", 2) /\ TRUE
BSubmitRefused_t3_a1_unknown_agent == BSubmitRefused("t3", "a1", "unknown-agent") /\ TRUE
TaskCancelled_t2_2 == TaskCancelled("t2", "", 2) /\ TRUE
TaskAssigned_t1_a1_3_FALSE == TaskAssigned("t1", "a1", 3, FALSE) /\ TRUE
TaskCancelled_t1_a1_2 == TaskCancelled("t1", "a1", 2) /\ TRUE
AttemptEnded_t1_a1_2_FALSE_FALSE == AttemptEnded("t1", "a1", 2, FALSE, FALSE) /\ TRUE
TaskStarted_t1_a1_2 == TaskStarted("t1", "a1", 2) /\ TRUE
TaskCompleted_t1_a1_2 == TaskCompleted("t1", "a1", 2) /\ TRUE
BComplete_t1_2 == BComplete("t1", 2) /\ TRUE
TaskAssigned_t2_a1_3_TRUE == TaskAssigned("t2", "a1", 3, TRUE) /\ TRUE
TaskRequeued_t1_a1_2 == TaskRequeued("t1", "a1", 2) /\ TRUE
TaskAssigned_t3_a1_3_FALSE == TaskAssigned("t3", "a1", 3, FALSE) /\ TRUE
BTaskRefused_cancel_t2_0_status == BTaskRefused("cancel", "t2", 0, "status") /\ TRUE
TaskAssigned_t3_a1_2_FALSE == TaskAssigned("t3", "a1", 2, FALSE) /\ TRUE
TaskAdmitted_t3_a1_2 == TaskAdmitted("t3", "a1", 2) /\ TRUE
TaskCancelled_t3_2 == TaskCancelled("t3", "", 2) /\ TRUE
BTaskRefused_complete_t1_2_status == BTaskRefused("complete", "t1", 2, "status") /\ TRUE
TaskCancelled_t1_2 == TaskCancelled("t1", "", 2) /\ TRUE
TaskAssigned_t2_a1_1_FALSE == TaskAssigned("t2", "a1", 1, FALSE) /\ TRUE
AttemptEnded_t3_a1_2_FALSE_FALSE == AttemptEnded("t3", "a1", 2, FALSE, FALSE) /\ TRUE
BComplete_t3_0 == BComplete("t3", 0) /\ TRUE
TaskStarted_t3_a1_2 == TaskStarted("t3", "a1", 2) /\ TRUE
TaskCompleted_t3_a1_2 == TaskCompleted("t3", "a1", 2) /\ TRUE
BComplete_t3_2 == BComplete("t3", 2) /\ TRUE
TaskCancelled_t2_a1_1 == TaskCancelled("t2", "a1", 1) /\ TRUE
AttemptEnded_t2_a1_1_FALSE_FALSE == AttemptEnded("t2", "a1", 1, FALSE, FALSE) /\ TRUE
TaskStarted_t2_a1_1 == TaskStarted("t2", "a1", 1) /\ TRUE
TaskCompleted_t2_a1_1 == TaskCompleted("t2", "a1", 1) /\ TRUE
BComplete_t2_1 == BComplete("t2", 1) /\ TRUE
TaskRequeued_t2_a1_1 == TaskRequeued("t2", "a1", 1) /\ TRUE
BTaskRefused_cancel_t3_0_status == BTaskRefused("cancel", "t3", 0, "status") /\ TRUE
TaskAssigned_t3_a1_1_FALSE == TaskAssigned("t3", "a1", 1, FALSE) /\ TRUE
BTaskRefused_complete_t2_1_status == BTaskRefused("complete", "t2", 1, "status") /\ TRUE
TaskCancelled_t2_1 == TaskCancelled("t2", "", 1) /\ TRUE
TaskCancelled_t3_a1_1 == TaskCancelled("t3", "a1", 1) /\ TRUE
AttemptEnded_t3_a1_1_FALSE_FALSE == AttemptEnded("t3", "a1", 1, FALSE, FALSE) /\ TRUE
TaskStarted_t3_a1_1 == TaskStarted("t3", "a1", 1) /\ TRUE
TaskCompleted_t3_a1_1 == TaskCompleted("t3", "a1", 1) /\ TRUE
BComplete_t3_1 == BComplete("t3", 1) /\ TRUE
TaskRequeued_t3_a1_1 == TaskRequeued("t3", "a1", 1) /\ TRUE
BTaskRefused_complete_t3_1_status == BTaskRefused("complete", "t3", 1, "status") /\ TRUE
TaskCancelled_t3_1 == TaskCancelled("t3", "", 1) /\ TRUE

NamedNext ==
  \/ BSubmit_t1_0
  \/ TaskCreated_t1
  \/ TaskAssigned_t1_a1_1_FALSE
  \/ BSubmit_t1_a1_0
  \/ BTaskRefused_cancel_t1_0_unknown_task
  \/ BTaskRefused_complete_t1_0_unknown_task
  \/ BTaskRefused_complete_t1_1_unknown_task
  \/ BTaskRefused_complete_t1_2_unknown_task
  \/ BTaskRefused_complete_t1_3_unknown_task
  \/ BTaskRefused_cancel_t2_0_unknown_task
  \/ BTaskRefused_complete_t2_0_unknown_task
  \/ BTaskRefused_complete_t2_1_unknown_task
  \/ BTaskRefused_complete_t2_2_unknown_task
  \/ BTaskRefused_complete_t2_3_unknown_task
  \/ BTaskRefused_cancel_t3_0_unknown_task
  \/ BTaskRefused_complete_t3_0_unknown_task
  \/ BTaskRefused_complete_t3_1_unknown_task
  \/ BTaskRefused_complete_t3_2_unknown_task
  \/ BTaskRefused_complete_t3_3_unknown_task
  \/ BRemoveAgent_a1
  \/ AgentTerminated_a1
  \/ BSubmitRefused_t1_duplicate
  \/ BSubmitRefused_t1_a1_duplicate
  \/ BCancel_t1
  \/ TaskCancelled_t1_a1_1
  \/ AttemptEnded_t1_a1_1_FALSE_FALSE
  \/ BComplete_t1_0
  \/ TaskStarted_t1_a1_1
  \/ TaskCompleted_t1_a1_1
  \/ BComplete_t1_1
  \/ BTaskRefused_complete_t1_2_stale_epoch
  \/ BTaskRefused_complete_t1_3_stale_epoch
  \/ BSubmit_t2_0
  \/ TaskCreated_t2
  \/ BSubmit_t2_a1_0
  \/ TaskAssigned_t2_a1_2_TRUE
  \/ TaskRequeued_t1_a1_1
  \/ BSubmitRefused_t1_a1_unknown_agent
  \/ BRegisterAgent_a1
  \/ AgentSpawned_a1
  \/ BAgentRefused_remove_agent_a1_unknown_agent
  \/ BTaskRefused_complete_t1_0_status
  \/ BTaskRefused_complete_t1_1_status
  \/ TaskAssigned_t2_a1_2_FALSE
  \/ BTaskRefused_cancel_t1_0_status
  \/ BSubmitRefused_t2_duplicate
  \/ BSubmitRefused_t2_a1_duplicate
  \/ BCancel_t2
  \/ TaskCancelled_t2_0
  \/ BTaskRefused_complete_t2_0_status
  \/ BTaskRefused_complete_t2_1_stale_epoch
  \/ BTaskRefused_complete_t2_2_stale_epoch
  \/ BTaskRefused_complete_t2_3_stale_epoch
  \/ BSubmit_t3_0
  \/ TaskCreated_t3
  \/ BSubmit_t3_a1_0
  \/ TaskAssigned_t3_a1_2_TRUE
  \/ TaskAdmitted_t2_a1_2
  \/ TaskCancelled_t2_a1_2
  \/ AttemptEnded_t2_a1_2_FALSE_TRUE
  \/ BTaskRefused_complete_t2_2_status
  \/ TaskRequeued_t2_a1_2
  \/ TaskCancelled_t1_1
  \/ BTaskRefused_complete_t1_1_stale_epoch
  \/ BSubmitRefused_t2_a1_unknown_agent
  \/ TaskAssigned_t1_a1_2_FALSE
  \/ TaskCancelled_t1_0
  \/ AttemptEnded_t2_a1_2_FALSE_FALSE
  \/ BComplete_t2_0
  \/ TaskStarted_t2_a1_2
  \/ TaskCompleted_t2_a1_2
  \/ BComplete_t2_2
  \/ TaskAssigned_t3_a1_3_TRUE
  \/ BSubmitRefused_t3_duplicate
  \/ BSubmitRefused_t3_a1_duplicate
  \/ BCancel_t3
  \/ TaskCancelled_t3_0
  \/ BTaskRefused_complete_t3_0_status
  \/ BTaskRefused_complete_t3_1_stale_epoch
  \/ BTaskRefused_complete_t3_2_stale_epoch
  \/ BTaskRefused_complete_t3_3_stale_epoch
  \/ TaskAssigned_t2_a1_3_FALSE
  \/ TaskCancelled_t3_a1_2
  \/ AttemptEnded_t3_a1_2_FALSE_TRUE
  \/ BTaskRefused_complete_t3_2_status
  \/ TaskRequeued_t3_a1_2
  \/ BSubmitRefused_t3_a1_unknown_agent
  \/ TaskCancelled_t2_2
  \/ TaskAssigned_t1_a1_3_FALSE
  \/ TaskCancelled_t1_a1_2
  \/ AttemptEnded_t1_a1_2_FALSE_FALSE
  \/ TaskStarted_t1_a1_2
  \/ TaskCompleted_t1_a1_2
  \/ BComplete_t1_2
  \/ TaskAssigned_t2_a1_3_TRUE
  \/ TaskRequeued_t1_a1_2
  \/ TaskAssigned_t3_a1_3_FALSE
  \/ BTaskRefused_cancel_t2_0_status
  \/ TaskAssigned_t3_a1_2_FALSE
  \/ TaskAdmitted_t3_a1_2
  \/ TaskCancelled_t3_2
  \/ BTaskRefused_complete_t1_2_status
  \/ TaskCancelled_t1_2
  \/ TaskAssigned_t2_a1_1_FALSE
  \/ AttemptEnded_t3_a1_2_FALSE_FALSE
  \/ BComplete_t3_0
  \/ TaskStarted_t3_a1_2
  \/ TaskCompleted_t3_a1_2
  \/ BComplete_t3_2
  \/ TaskCancelled_t2_a1_1
  \/ AttemptEnded_t2_a1_1_FALSE_FALSE
  \/ TaskStarted_t2_a1_1
  \/ TaskCompleted_t2_a1_1
  \/ BComplete_t2_1
  \/ TaskRequeued_t2_a1_1
  \/ BTaskRefused_cancel_t3_0_status
  \/ TaskAssigned_t3_a1_1_FALSE
  \/ BTaskRefused_complete_t2_1_status
  \/ TaskCancelled_t2_1
  \/ TaskCancelled_t3_a1_1
  \/ AttemptEnded_t3_a1_1_FALSE_FALSE
  \/ TaskStarted_t3_a1_1
  \/ TaskCompleted_t3_a1_1
  \/ BComplete_t3_1
  \/ TaskRequeued_t3_a1_1
  \/ BTaskRefused_complete_t3_1_status
  \/ TaskCancelled_t3_1

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
