---- MODULE StealingGenerations ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS StealingBounds

BSubmit_t1_0 == BSubmit("t1", "", 0) /\ TRUE
TaskCreated_t1 == TaskCreated("t1") /\ TRUE
TaskAssigned_t1_a1_1_FALSE == TaskAssigned("t1", "a1", 1, FALSE) /\ TRUE
TaskStarted_t1_a1_1 == TaskStarted("t1", "a1", 1) /\ TRUE
BTaskRefused_cancel_t1_0_unknown_task == BTaskRefused("cancel", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_0_unknown_task == BTaskRefused("complete", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t1_0_unknown_task == BTaskRefused("fail-task", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_await_t1_0_unknown_task == BTaskRefused("await", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_1_unknown_task == BTaskRefused("complete", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t1_1_unknown_task == BTaskRefused("fail-task", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_await_t1_1_unknown_task == BTaskRefused("await", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_2_unknown_task == BTaskRefused("complete", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t1_2_unknown_task == BTaskRefused("fail-task", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_await_t1_2_unknown_task == BTaskRefused("await", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_3_unknown_task == BTaskRefused("complete", "t1", 3, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t1_3_unknown_task == BTaskRefused("fail-task", "t1", 3, "unknown-task") /\ TRUE
BTaskRefused_await_t1_3_unknown_task == BTaskRefused("await", "t1", 3, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_4_unknown_task == BTaskRefused("complete", "t1", 4, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t1_4_unknown_task == BTaskRefused("fail-task", "t1", 4, "unknown-task") /\ TRUE
BTaskRefused_await_t1_4_unknown_task == BTaskRefused("await", "t1", 4, "unknown-task") /\ TRUE
BTaskRefused_cancel_t2_0_unknown_task == BTaskRefused("cancel", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_0_unknown_task == BTaskRefused("complete", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t2_0_unknown_task == BTaskRefused("fail-task", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_await_t2_0_unknown_task == BTaskRefused("await", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_1_unknown_task == BTaskRefused("complete", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t2_1_unknown_task == BTaskRefused("fail-task", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_await_t2_1_unknown_task == BTaskRefused("await", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_2_unknown_task == BTaskRefused("complete", "t2", 2, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t2_2_unknown_task == BTaskRefused("fail-task", "t2", 2, "unknown-task") /\ TRUE
BTaskRefused_await_t2_2_unknown_task == BTaskRefused("await", "t2", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_3_unknown_task == BTaskRefused("complete", "t2", 3, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t2_3_unknown_task == BTaskRefused("fail-task", "t2", 3, "unknown-task") /\ TRUE
BTaskRefused_await_t2_3_unknown_task == BTaskRefused("await", "t2", 3, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_4_unknown_task == BTaskRefused("complete", "t2", 4, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t2_4_unknown_task == BTaskRefused("fail-task", "t2", 4, "unknown-task") /\ TRUE
BTaskRefused_await_t2_4_unknown_task == BTaskRefused("await", "t2", 4, "unknown-task") /\ TRUE
BTaskRefused_cancel_t3_0_unknown_task == BTaskRefused("cancel", "t3", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_0_unknown_task == BTaskRefused("complete", "t3", 0, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t3_0_unknown_task == BTaskRefused("fail-task", "t3", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_1_unknown_task == BTaskRefused("complete", "t3", 1, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t3_1_unknown_task == BTaskRefused("fail-task", "t3", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_2_unknown_task == BTaskRefused("complete", "t3", 2, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t3_2_unknown_task == BTaskRefused("fail-task", "t3", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_3_unknown_task == BTaskRefused("complete", "t3", 3, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t3_3_unknown_task == BTaskRefused("fail-task", "t3", 3, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_4_unknown_task == BTaskRefused("complete", "t3", 4, "unknown-task") /\ TRUE
BTaskRefused_fail_task_t3_4_unknown_task == BTaskRefused("fail-task", "t3", 4, "unknown-task") /\ TRUE
BRemoveAgent_a1 == BRemoveAgent("a1") /\ TRUE
AgentTerminated_a1 == AgentTerminated("a1") /\ TRUE
BSubmitRefused_t1_duplicate == BSubmitRefused("t1", "", "duplicate") /\ TRUE
BCancel_t1 == BCancel("t1") /\ TRUE
TaskCancelled_t1_a1_1 == TaskCancelled("t1", "a1", 1) /\ TRUE
BComplete_t1_0 == BComplete("t1", 0) /\ TRUE
TaskCompleted_t1_a1_1 == TaskCompleted("t1", "a1", 1) /\ TRUE
AttemptEnded_t1_a1_1_FALSE_FALSE == AttemptEnded("t1", "a1", 1, FALSE, FALSE) /\ TRUE
BFail_t1_0_task == BFail("t1", 0, "task") /\ TRUE
TaskFailed_t1_a1_1 == TaskFailed("t1", "a1", 1) /\ TRUE
BChildRefused_t2_0_stale_epoch == BChildRefused("t2", 0, "stale-epoch") /\ TRUE
BAwait_t1_0_t2 == BAwait("t1", 0, "t2") /\ TRUE
BComplete_t1_1 == BComplete("t1", 1) /\ TRUE
BFail_t1_1_task == BFail("t1", 1, "task") /\ TRUE
BSubmitChild_t2_1_0 == BSubmitChild("t2", 1, 0) /\ TRUE
TaskCreated_t2 == TaskCreated("t2") /\ TRUE
BAwait_t1_1_t2 == BAwait("t1", 1, "t2") /\ TRUE
BTaskRefused_complete_t1_2_stale_epoch == BTaskRefused("complete", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_fail_task_t1_2_stale_epoch == BTaskRefused("fail-task", "t1", 2, "stale-epoch") /\ TRUE
BChildRefused_t2_2_stale_epoch == BChildRefused("t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_await_t1_2_stale_epoch == BTaskRefused("await", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_3_stale_epoch == BTaskRefused("complete", "t1", 3, "stale-epoch") /\ TRUE
BTaskRefused_fail_task_t1_3_stale_epoch == BTaskRefused("fail-task", "t1", 3, "stale-epoch") /\ TRUE
BChildRefused_t2_3_stale_epoch == BChildRefused("t2", 3, "stale-epoch") /\ TRUE
BTaskRefused_await_t1_3_stale_epoch == BTaskRefused("await", "t1", 3, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_4_stale_epoch == BTaskRefused("complete", "t1", 4, "stale-epoch") /\ TRUE
BTaskRefused_fail_task_t1_4_stale_epoch == BTaskRefused("fail-task", "t1", 4, "stale-epoch") /\ TRUE
BChildRefused_t2_4_stale_epoch == BChildRefused("t2", 4, "stale-epoch") /\ TRUE
BTaskRefused_await_t1_4_stale_epoch == BTaskRefused("await", "t1", 4, "stale-epoch") /\ TRUE
TaskRequeued_t1_a1_1 == TaskRequeued("t1", "a1", 1) /\ TRUE
AttemptEnded_t1_a1_1_TRUE_FALSE == AttemptEnded("t1", "a1", 1, TRUE, FALSE) /\ TRUE
BRegisterAgent_a1 == BRegisterAgent("a1") /\ TRUE
AgentSpawned_a1 == AgentSpawned("a1") /\ TRUE
BAgentRefused_remove_agent_a1_unknown_agent == BAgentRefused("remove-agent", "a1", "unknown-agent") /\ TRUE
BTaskRefused_complete_t1_0_status == BTaskRefused("complete", "t1", 0, "status") /\ TRUE
BTaskRefused_fail_task_t1_0_status == BTaskRefused("fail-task", "t1", 0, "status") /\ TRUE
BTaskRefused_await_t1_0_status == BTaskRefused("await", "t1", 0, "status") /\ TRUE
BTaskRefused_complete_t1_1_status == BTaskRefused("complete", "t1", 1, "status") /\ TRUE
BTaskRefused_fail_task_t1_1_status == BTaskRefused("fail-task", "t1", 1, "status") /\ TRUE
BChildRefused_t2_1_stale_epoch == BChildRefused("t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_await_t1_1_status == BTaskRefused("await", "t1", 1, "status") /\ TRUE
BTaskRefused_cancel_t1_0_status == BTaskRefused("cancel", "t1", 0, "status") /\ TRUE
TaskCancelled_t2_0 == TaskCancelled("t2", "", 0) /\ TRUE
TaskLent_t1_a1_1_t2 == TaskLent("t1", "a1", 1, "t2") /\ TRUE
TaskAssigned_t2_a1_2_FALSE == TaskAssigned("t2", "a1", 2, FALSE) /\ TRUE
TaskStarted_t2_a1_2 == TaskStarted("t2", "a1", 2) /\ TRUE
BChildRefused_t2_1_duplicate == BChildRefused("t2", 1, "duplicate") /\ TRUE
BCancel_t2 == BCancel("t2") /\ TRUE
BTaskRefused_complete_t2_0_status == BTaskRefused("complete", "t2", 0, "status") /\ TRUE
BTaskRefused_fail_task_t2_0_status == BTaskRefused("fail-task", "t2", 0, "status") /\ TRUE
BChildRefused_t3_0_stale_epoch == BChildRefused("t3", 0, "stale-epoch") /\ TRUE
BTaskRefused_await_t2_0_status == BTaskRefused("await", "t2", 0, "status") /\ TRUE
BTaskRefused_complete_t2_1_stale_epoch == BTaskRefused("complete", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_fail_task_t2_1_stale_epoch == BTaskRefused("fail-task", "t2", 1, "stale-epoch") /\ TRUE
BChildRefused_t3_1_stale_epoch == BChildRefused("t3", 1, "stale-epoch") /\ TRUE
BTaskRefused_await_t2_1_stale_epoch == BTaskRefused("await", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_2_stale_epoch == BTaskRefused("complete", "t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_fail_task_t2_2_stale_epoch == BTaskRefused("fail-task", "t2", 2, "stale-epoch") /\ TRUE
BChildRefused_t3_2_stale_epoch == BChildRefused("t3", 2, "stale-epoch") /\ TRUE
BTaskRefused_await_t2_2_stale_epoch == BTaskRefused("await", "t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_3_stale_epoch == BTaskRefused("complete", "t2", 3, "stale-epoch") /\ TRUE
BTaskRefused_fail_task_t2_3_stale_epoch == BTaskRefused("fail-task", "t2", 3, "stale-epoch") /\ TRUE
BChildRefused_t3_3_stale_epoch == BChildRefused("t3", 3, "stale-epoch") /\ TRUE
BTaskRefused_await_t2_3_stale_epoch == BTaskRefused("await", "t2", 3, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_4_stale_epoch == BTaskRefused("complete", "t2", 4, "stale-epoch") /\ TRUE
BTaskRefused_fail_task_t2_4_stale_epoch == BTaskRefused("fail-task", "t2", 4, "stale-epoch") /\ TRUE
BChildRefused_t3_4_stale_epoch == BChildRefused("t3", 4, "stale-epoch") /\ TRUE
BTaskRefused_await_t2_4_stale_epoch == BTaskRefused("await", "t2", 4, "stale-epoch") /\ TRUE
TaskCancelled_t1_1 == TaskCancelled("t1", "", 1) /\ TRUE
BTaskRefused_complete_t1_1_stale_epoch == BTaskRefused("complete", "t1", 1, "stale-epoch") /\ TRUE
BTaskRefused_fail_task_t1_1_stale_epoch == BTaskRefused("fail-task", "t1", 1, "stale-epoch") /\ TRUE
BTaskRefused_await_t1_1_stale_epoch == BTaskRefused("await", "t1", 1, "stale-epoch") /\ TRUE
TaskAssigned_t1_a1_2_FALSE == TaskAssigned("t1", "a1", 2, FALSE) /\ TRUE
TaskStarted_t1_a1_2 == TaskStarted("t1", "a1", 2) /\ TRUE
TaskCancelled_t1_0 == TaskCancelled("t1", "", 0) /\ TRUE
TaskCancelled_t2_a1_2 == TaskCancelled("t2", "a1", 2) /\ TRUE
TaskResumed_t1_a1_1 == TaskResumed("t1", "a1", 1) /\ TRUE
BComplete_t2_0 == BComplete("t2", 0) /\ TRUE
TaskCompleted_t2_a1_2 == TaskCompleted("t2", "a1", 2) /\ TRUE
AttemptEnded_t2_a1_2_FALSE_FALSE == AttemptEnded("t2", "a1", 2, FALSE, FALSE) /\ TRUE
BFail_t2_0_task == BFail("t2", 0, "task") /\ TRUE
TaskFailed_t2_a1_2 == TaskFailed("t2", "a1", 2) /\ TRUE
BAwait_t2_0_t3 == BAwait("t2", 0, "t3") /\ TRUE
BComplete_t2_2 == BComplete("t2", 2) /\ TRUE
BFail_t2_2_task == BFail("t2", 2, "task") /\ TRUE
BSubmitChild_t3_2_0 == BSubmitChild("t3", 2, 0) /\ TRUE
TaskCreated_t3 == TaskCreated("t3") /\ TRUE
BAwait_t2_2_t3 == BAwait("t2", 2, "t3") /\ TRUE
AttemptEnded_t2_a1_2_TRUE_FALSE == AttemptEnded("t2", "a1", 2, TRUE, FALSE) /\ TRUE
TaskCancelled_t1_a1_2 == TaskCancelled("t1", "a1", 2) /\ TRUE
TaskCompleted_t1_a1_2 == TaskCompleted("t1", "a1", 2) /\ TRUE
AttemptEnded_t1_a1_2_FALSE_FALSE == AttemptEnded("t1", "a1", 2, FALSE, FALSE) /\ TRUE
TaskFailed_t1_a1_2 == TaskFailed("t1", "a1", 2) /\ TRUE
BComplete_t1_2 == BComplete("t1", 2) /\ TRUE
BFail_t1_2_task == BFail("t1", 2, "task") /\ TRUE
BSubmitChild_t2_2_0 == BSubmitChild("t2", 2, 0) /\ TRUE
BAwait_t1_2_t2 == BAwait("t1", 2, "t2") /\ TRUE
AttemptEnded_t1_a1_2_TRUE_FALSE == AttemptEnded("t1", "a1", 2, TRUE, FALSE) /\ TRUE
BTaskRefused_complete_t2_2_status == BTaskRefused("complete", "t2", 2, "status") /\ TRUE
BTaskRefused_fail_task_t2_2_status == BTaskRefused("fail-task", "t2", 2, "status") /\ TRUE
BTaskRefused_await_t2_2_status == BTaskRefused("await", "t2", 2, "status") /\ TRUE
BTaskRefused_cancel_t2_0_status == BTaskRefused("cancel", "t2", 0, "status") /\ TRUE
TaskCancelled_t3_0 == TaskCancelled("t3", "", 0) /\ TRUE
TaskLent_t2_a1_2_t3 == TaskLent("t2", "a1", 2, "t3") /\ TRUE
TaskAssigned_t3_a1_3_FALSE == TaskAssigned("t3", "a1", 3, FALSE) /\ TRUE
TaskStarted_t3_a1_3 == TaskStarted("t3", "a1", 3) /\ TRUE
BChildRefused_t3_2_duplicate == BChildRefused("t3", 2, "duplicate") /\ TRUE
BCancel_t3 == BCancel("t3") /\ TRUE
BTaskRefused_complete_t3_0_status == BTaskRefused("complete", "t3", 0, "status") /\ TRUE
BTaskRefused_fail_task_t3_0_status == BTaskRefused("fail-task", "t3", 0, "status") /\ TRUE
BTaskRefused_complete_t3_1_stale_epoch == BTaskRefused("complete", "t3", 1, "stale-epoch") /\ TRUE
BTaskRefused_fail_task_t3_1_stale_epoch == BTaskRefused("fail-task", "t3", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t3_2_stale_epoch == BTaskRefused("complete", "t3", 2, "stale-epoch") /\ TRUE
BTaskRefused_fail_task_t3_2_stale_epoch == BTaskRefused("fail-task", "t3", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t3_3_stale_epoch == BTaskRefused("complete", "t3", 3, "stale-epoch") /\ TRUE
BTaskRefused_fail_task_t3_3_stale_epoch == BTaskRefused("fail-task", "t3", 3, "stale-epoch") /\ TRUE
BTaskRefused_complete_t3_4_stale_epoch == BTaskRefused("complete", "t3", 4, "stale-epoch") /\ TRUE
BTaskRefused_fail_task_t3_4_stale_epoch == BTaskRefused("fail-task", "t3", 4, "stale-epoch") /\ TRUE
TaskAssigned_t1_a1_3_FALSE == TaskAssigned("t1", "a1", 3, FALSE) /\ TRUE
TaskStarted_t1_a1_3 == TaskStarted("t1", "a1", 3) /\ TRUE
BTaskRefused_complete_t1_2_status == BTaskRefused("complete", "t1", 2, "status") /\ TRUE
BTaskRefused_fail_task_t1_2_status == BTaskRefused("fail-task", "t1", 2, "status") /\ TRUE
BTaskRefused_await_t1_2_status == BTaskRefused("await", "t1", 2, "status") /\ TRUE
TaskLent_t1_a1_2_t2 == TaskLent("t1", "a1", 2, "t2") /\ TRUE
TaskAssigned_t2_a1_3_FALSE == TaskAssigned("t2", "a1", 3, FALSE) /\ TRUE
TaskStarted_t2_a1_3 == TaskStarted("t2", "a1", 3) /\ TRUE
BChildRefused_t2_2_duplicate == BChildRefused("t2", 2, "duplicate") /\ TRUE
TaskCancelled_t3_a1_3 == TaskCancelled("t3", "a1", 3) /\ TRUE
TaskResumed_t2_a1_2 == TaskResumed("t2", "a1", 2) /\ TRUE
BComplete_t3_0 == BComplete("t3", 0) /\ TRUE
TaskCompleted_t3_a1_3 == TaskCompleted("t3", "a1", 3) /\ TRUE
AttemptEnded_t3_a1_3_FALSE_FALSE == AttemptEnded("t3", "a1", 3, FALSE, FALSE) /\ TRUE
BFail_t3_0_task == BFail("t3", 0, "task") /\ TRUE
TaskFailed_t3_a1_3 == TaskFailed("t3", "a1", 3) /\ TRUE
BComplete_t3_3 == BComplete("t3", 3) /\ TRUE
BFail_t3_3_task == BFail("t3", 3, "task") /\ TRUE
AttemptEnded_t3_a1_3_TRUE_FALSE == AttemptEnded("t3", "a1", 3, TRUE, FALSE) /\ TRUE
TaskCancelled_t1_a1_3 == TaskCancelled("t1", "a1", 3) /\ TRUE
TaskCompleted_t1_a1_3 == TaskCompleted("t1", "a1", 3) /\ TRUE
AttemptEnded_t1_a1_3_FALSE_FALSE == AttemptEnded("t1", "a1", 3, FALSE, FALSE) /\ TRUE
TaskFailed_t1_a1_3 == TaskFailed("t1", "a1", 3) /\ TRUE
BComplete_t1_3 == BComplete("t1", 3) /\ TRUE
BFail_t1_3_task == BFail("t1", 3, "task") /\ TRUE
BSubmitChild_t2_3_0 == BSubmitChild("t2", 3, 0) /\ TRUE
BAwait_t1_3_t2 == BAwait("t1", 3, "t2") /\ TRUE
AttemptEnded_t1_a1_3_TRUE_FALSE == AttemptEnded("t1", "a1", 3, TRUE, FALSE) /\ TRUE
TaskCancelled_t2_a1_3 == TaskCancelled("t2", "a1", 3) /\ TRUE
TaskResumed_t1_a1_2 == TaskResumed("t1", "a1", 2) /\ TRUE
TaskCompleted_t2_a1_3 == TaskCompleted("t2", "a1", 3) /\ TRUE
AttemptEnded_t2_a1_3_FALSE_FALSE == AttemptEnded("t2", "a1", 3, FALSE, FALSE) /\ TRUE
TaskFailed_t2_a1_3 == TaskFailed("t2", "a1", 3) /\ TRUE
BComplete_t2_3 == BComplete("t2", 3) /\ TRUE
BFail_t2_3_task == BFail("t2", 3, "task") /\ TRUE
BSubmitChild_t3_3_0 == BSubmitChild("t3", 3, 0) /\ TRUE
BAwait_t2_3_t3 == BAwait("t2", 3, "t3") /\ TRUE
AttemptEnded_t2_a1_3_TRUE_FALSE == AttemptEnded("t2", "a1", 3, TRUE, FALSE) /\ TRUE
BChildRefused_t2_3_duplicate == BChildRefused("t2", 3, "duplicate") /\ TRUE
BTaskRefused_complete_t3_3_status == BTaskRefused("complete", "t3", 3, "status") /\ TRUE
BTaskRefused_fail_task_t3_3_status == BTaskRefused("fail-task", "t3", 3, "status") /\ TRUE
BTaskRefused_cancel_t3_0_status == BTaskRefused("cancel", "t3", 0, "status") /\ TRUE
TaskAssigned_t1_a1_4_FALSE == TaskAssigned("t1", "a1", 4, FALSE) /\ TRUE
TaskStarted_t1_a1_4 == TaskStarted("t1", "a1", 4) /\ TRUE
BTaskRefused_complete_t1_3_status == BTaskRefused("complete", "t1", 3, "status") /\ TRUE
BTaskRefused_fail_task_t1_3_status == BTaskRefused("fail-task", "t1", 3, "status") /\ TRUE
BTaskRefused_await_t1_3_status == BTaskRefused("await", "t1", 3, "status") /\ TRUE
TaskLent_t1_a1_3_t2 == TaskLent("t1", "a1", 3, "t2") /\ TRUE
TaskAssigned_t2_a1_4_FALSE == TaskAssigned("t2", "a1", 4, FALSE) /\ TRUE
TaskStarted_t2_a1_4 == TaskStarted("t2", "a1", 4) /\ TRUE
BTaskRefused_complete_t2_3_status == BTaskRefused("complete", "t2", 3, "status") /\ TRUE
BTaskRefused_fail_task_t2_3_status == BTaskRefused("fail-task", "t2", 3, "status") /\ TRUE
BTaskRefused_await_t2_3_status == BTaskRefused("await", "t2", 3, "status") /\ TRUE
TaskLent_t2_a1_3_t3 == TaskLent("t2", "a1", 3, "t3") /\ TRUE
TaskAssigned_t3_a1_4_FALSE == TaskAssigned("t3", "a1", 4, FALSE) /\ TRUE
TaskStarted_t3_a1_4 == TaskStarted("t3", "a1", 4) /\ TRUE
BChildRefused_t3_3_duplicate == BChildRefused("t3", 3, "duplicate") /\ TRUE

NamedNext ==
  \/ BSubmit_t1_0
  \/ TaskCreated_t1
  \/ TaskAssigned_t1_a1_1_FALSE
  \/ TaskStarted_t1_a1_1
  \/ BTaskRefused_cancel_t1_0_unknown_task
  \/ BTaskRefused_complete_t1_0_unknown_task
  \/ BTaskRefused_fail_task_t1_0_unknown_task
  \/ BTaskRefused_await_t1_0_unknown_task
  \/ BTaskRefused_complete_t1_1_unknown_task
  \/ BTaskRefused_fail_task_t1_1_unknown_task
  \/ BTaskRefused_await_t1_1_unknown_task
  \/ BTaskRefused_complete_t1_2_unknown_task
  \/ BTaskRefused_fail_task_t1_2_unknown_task
  \/ BTaskRefused_await_t1_2_unknown_task
  \/ BTaskRefused_complete_t1_3_unknown_task
  \/ BTaskRefused_fail_task_t1_3_unknown_task
  \/ BTaskRefused_await_t1_3_unknown_task
  \/ BTaskRefused_complete_t1_4_unknown_task
  \/ BTaskRefused_fail_task_t1_4_unknown_task
  \/ BTaskRefused_await_t1_4_unknown_task
  \/ BTaskRefused_cancel_t2_0_unknown_task
  \/ BTaskRefused_complete_t2_0_unknown_task
  \/ BTaskRefused_fail_task_t2_0_unknown_task
  \/ BTaskRefused_await_t2_0_unknown_task
  \/ BTaskRefused_complete_t2_1_unknown_task
  \/ BTaskRefused_fail_task_t2_1_unknown_task
  \/ BTaskRefused_await_t2_1_unknown_task
  \/ BTaskRefused_complete_t2_2_unknown_task
  \/ BTaskRefused_fail_task_t2_2_unknown_task
  \/ BTaskRefused_await_t2_2_unknown_task
  \/ BTaskRefused_complete_t2_3_unknown_task
  \/ BTaskRefused_fail_task_t2_3_unknown_task
  \/ BTaskRefused_await_t2_3_unknown_task
  \/ BTaskRefused_complete_t2_4_unknown_task
  \/ BTaskRefused_fail_task_t2_4_unknown_task
  \/ BTaskRefused_await_t2_4_unknown_task
  \/ BTaskRefused_cancel_t3_0_unknown_task
  \/ BTaskRefused_complete_t3_0_unknown_task
  \/ BTaskRefused_fail_task_t3_0_unknown_task
  \/ BTaskRefused_complete_t3_1_unknown_task
  \/ BTaskRefused_fail_task_t3_1_unknown_task
  \/ BTaskRefused_complete_t3_2_unknown_task
  \/ BTaskRefused_fail_task_t3_2_unknown_task
  \/ BTaskRefused_complete_t3_3_unknown_task
  \/ BTaskRefused_fail_task_t3_3_unknown_task
  \/ BTaskRefused_complete_t3_4_unknown_task
  \/ BTaskRefused_fail_task_t3_4_unknown_task
  \/ BRemoveAgent_a1
  \/ AgentTerminated_a1
  \/ BSubmitRefused_t1_duplicate
  \/ BCancel_t1
  \/ TaskCancelled_t1_a1_1
  \/ BComplete_t1_0
  \/ TaskCompleted_t1_a1_1
  \/ AttemptEnded_t1_a1_1_FALSE_FALSE
  \/ BFail_t1_0_task
  \/ TaskFailed_t1_a1_1
  \/ BChildRefused_t2_0_stale_epoch
  \/ BAwait_t1_0_t2
  \/ BComplete_t1_1
  \/ BFail_t1_1_task
  \/ BSubmitChild_t2_1_0
  \/ TaskCreated_t2
  \/ BAwait_t1_1_t2
  \/ BTaskRefused_complete_t1_2_stale_epoch
  \/ BTaskRefused_fail_task_t1_2_stale_epoch
  \/ BChildRefused_t2_2_stale_epoch
  \/ BTaskRefused_await_t1_2_stale_epoch
  \/ BTaskRefused_complete_t1_3_stale_epoch
  \/ BTaskRefused_fail_task_t1_3_stale_epoch
  \/ BChildRefused_t2_3_stale_epoch
  \/ BTaskRefused_await_t1_3_stale_epoch
  \/ BTaskRefused_complete_t1_4_stale_epoch
  \/ BTaskRefused_fail_task_t1_4_stale_epoch
  \/ BChildRefused_t2_4_stale_epoch
  \/ BTaskRefused_await_t1_4_stale_epoch
  \/ TaskRequeued_t1_a1_1
  \/ AttemptEnded_t1_a1_1_TRUE_FALSE
  \/ BRegisterAgent_a1
  \/ AgentSpawned_a1
  \/ BAgentRefused_remove_agent_a1_unknown_agent
  \/ BTaskRefused_complete_t1_0_status
  \/ BTaskRefused_fail_task_t1_0_status
  \/ BTaskRefused_await_t1_0_status
  \/ BTaskRefused_complete_t1_1_status
  \/ BTaskRefused_fail_task_t1_1_status
  \/ BChildRefused_t2_1_stale_epoch
  \/ BTaskRefused_await_t1_1_status
  \/ BTaskRefused_cancel_t1_0_status
  \/ TaskCancelled_t2_0
  \/ TaskLent_t1_a1_1_t2
  \/ TaskAssigned_t2_a1_2_FALSE
  \/ TaskStarted_t2_a1_2
  \/ BChildRefused_t2_1_duplicate
  \/ BCancel_t2
  \/ BTaskRefused_complete_t2_0_status
  \/ BTaskRefused_fail_task_t2_0_status
  \/ BChildRefused_t3_0_stale_epoch
  \/ BTaskRefused_await_t2_0_status
  \/ BTaskRefused_complete_t2_1_stale_epoch
  \/ BTaskRefused_fail_task_t2_1_stale_epoch
  \/ BChildRefused_t3_1_stale_epoch
  \/ BTaskRefused_await_t2_1_stale_epoch
  \/ BTaskRefused_complete_t2_2_stale_epoch
  \/ BTaskRefused_fail_task_t2_2_stale_epoch
  \/ BChildRefused_t3_2_stale_epoch
  \/ BTaskRefused_await_t2_2_stale_epoch
  \/ BTaskRefused_complete_t2_3_stale_epoch
  \/ BTaskRefused_fail_task_t2_3_stale_epoch
  \/ BChildRefused_t3_3_stale_epoch
  \/ BTaskRefused_await_t2_3_stale_epoch
  \/ BTaskRefused_complete_t2_4_stale_epoch
  \/ BTaskRefused_fail_task_t2_4_stale_epoch
  \/ BChildRefused_t3_4_stale_epoch
  \/ BTaskRefused_await_t2_4_stale_epoch
  \/ TaskCancelled_t1_1
  \/ BTaskRefused_complete_t1_1_stale_epoch
  \/ BTaskRefused_fail_task_t1_1_stale_epoch
  \/ BTaskRefused_await_t1_1_stale_epoch
  \/ TaskAssigned_t1_a1_2_FALSE
  \/ TaskStarted_t1_a1_2
  \/ TaskCancelled_t1_0
  \/ TaskCancelled_t2_a1_2
  \/ TaskResumed_t1_a1_1
  \/ BComplete_t2_0
  \/ TaskCompleted_t2_a1_2
  \/ AttemptEnded_t2_a1_2_FALSE_FALSE
  \/ BFail_t2_0_task
  \/ TaskFailed_t2_a1_2
  \/ BAwait_t2_0_t3
  \/ BComplete_t2_2
  \/ BFail_t2_2_task
  \/ BSubmitChild_t3_2_0
  \/ TaskCreated_t3
  \/ BAwait_t2_2_t3
  \/ AttemptEnded_t2_a1_2_TRUE_FALSE
  \/ TaskCancelled_t1_a1_2
  \/ TaskCompleted_t1_a1_2
  \/ AttemptEnded_t1_a1_2_FALSE_FALSE
  \/ TaskFailed_t1_a1_2
  \/ BComplete_t1_2
  \/ BFail_t1_2_task
  \/ BSubmitChild_t2_2_0
  \/ BAwait_t1_2_t2
  \/ AttemptEnded_t1_a1_2_TRUE_FALSE
  \/ BTaskRefused_complete_t2_2_status
  \/ BTaskRefused_fail_task_t2_2_status
  \/ BTaskRefused_await_t2_2_status
  \/ BTaskRefused_cancel_t2_0_status
  \/ TaskCancelled_t3_0
  \/ TaskLent_t2_a1_2_t3
  \/ TaskAssigned_t3_a1_3_FALSE
  \/ TaskStarted_t3_a1_3
  \/ BChildRefused_t3_2_duplicate
  \/ BCancel_t3
  \/ BTaskRefused_complete_t3_0_status
  \/ BTaskRefused_fail_task_t3_0_status
  \/ BTaskRefused_complete_t3_1_stale_epoch
  \/ BTaskRefused_fail_task_t3_1_stale_epoch
  \/ BTaskRefused_complete_t3_2_stale_epoch
  \/ BTaskRefused_fail_task_t3_2_stale_epoch
  \/ BTaskRefused_complete_t3_3_stale_epoch
  \/ BTaskRefused_fail_task_t3_3_stale_epoch
  \/ BTaskRefused_complete_t3_4_stale_epoch
  \/ BTaskRefused_fail_task_t3_4_stale_epoch
  \/ TaskAssigned_t1_a1_3_FALSE
  \/ TaskStarted_t1_a1_3
  \/ BTaskRefused_complete_t1_2_status
  \/ BTaskRefused_fail_task_t1_2_status
  \/ BTaskRefused_await_t1_2_status
  \/ TaskLent_t1_a1_2_t2
  \/ TaskAssigned_t2_a1_3_FALSE
  \/ TaskStarted_t2_a1_3
  \/ BChildRefused_t2_2_duplicate
  \/ TaskCancelled_t3_a1_3
  \/ TaskResumed_t2_a1_2
  \/ BComplete_t3_0
  \/ TaskCompleted_t3_a1_3
  \/ AttemptEnded_t3_a1_3_FALSE_FALSE
  \/ BFail_t3_0_task
  \/ TaskFailed_t3_a1_3
  \/ BComplete_t3_3
  \/ BFail_t3_3_task
  \/ AttemptEnded_t3_a1_3_TRUE_FALSE
  \/ TaskCancelled_t1_a1_3
  \/ TaskCompleted_t1_a1_3
  \/ AttemptEnded_t1_a1_3_FALSE_FALSE
  \/ TaskFailed_t1_a1_3
  \/ BComplete_t1_3
  \/ BFail_t1_3_task
  \/ BSubmitChild_t2_3_0
  \/ BAwait_t1_3_t2
  \/ AttemptEnded_t1_a1_3_TRUE_FALSE
  \/ TaskCancelled_t2_a1_3
  \/ TaskResumed_t1_a1_2
  \/ TaskCompleted_t2_a1_3
  \/ AttemptEnded_t2_a1_3_FALSE_FALSE
  \/ TaskFailed_t2_a1_3
  \/ BComplete_t2_3
  \/ BFail_t2_3_task
  \/ BSubmitChild_t3_3_0
  \/ BAwait_t2_3_t3
  \/ AttemptEnded_t2_a1_3_TRUE_FALSE
  \/ BChildRefused_t2_3_duplicate
  \/ BTaskRefused_complete_t3_3_status
  \/ BTaskRefused_fail_task_t3_3_status
  \/ BTaskRefused_cancel_t3_0_status
  \/ TaskAssigned_t1_a1_4_FALSE
  \/ TaskStarted_t1_a1_4
  \/ BTaskRefused_complete_t1_3_status
  \/ BTaskRefused_fail_task_t1_3_status
  \/ BTaskRefused_await_t1_3_status
  \/ TaskLent_t1_a1_3_t2
  \/ TaskAssigned_t2_a1_4_FALSE
  \/ TaskStarted_t2_a1_4
  \/ BTaskRefused_complete_t2_3_status
  \/ BTaskRefused_fail_task_t2_3_status
  \/ BTaskRefused_await_t2_3_status
  \/ TaskLent_t2_a1_3_t3
  \/ TaskAssigned_t3_a1_4_FALSE
  \/ TaskStarted_t3_a1_4
  \/ BChildRefused_t3_3_duplicate

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
