---- MODULE StealingSiblings ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS StealingBounds

BSubmit_t1_0 == BSubmit("t1", "", 0) /\ TRUE
TaskCreated_t1 == TaskCreated("t1") /\ TRUE
TaskAssigned_t1_a1_1_FALSE == TaskAssigned("t1", "a1", 1, FALSE) /\ TRUE
TaskStarted_t1_a1_1 == TaskStarted("t1", "a1", 1) /\ TRUE
BTaskRefused_cancel_t1_0_unknown_task == BTaskRefused("cancel", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_0_unknown_task == BTaskRefused("complete", "t1", 0, "unknown-task") /\ TRUE
BSettle_t1_0 == BSettle("t1", 0) /\ TRUE
BTaskRefused_await_t1_0_unknown_task == BTaskRefused("await", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_1_unknown_task == BTaskRefused("complete", "t1", 1, "unknown-task") /\ TRUE
BSettle_t1_1 == BSettle("t1", 1) /\ TRUE
BTaskRefused_await_t1_1_unknown_task == BTaskRefused("await", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_2_unknown_task == BTaskRefused("complete", "t1", 2, "unknown-task") /\ TRUE
BSettle_t1_2 == BSettle("t1", 2) /\ TRUE
BTaskRefused_await_t1_2_unknown_task == BTaskRefused("await", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_3_unknown_task == BTaskRefused("complete", "t1", 3, "unknown-task") /\ TRUE
BSettle_t1_3 == BSettle("t1", 3) /\ TRUE
BTaskRefused_await_t1_3_unknown_task == BTaskRefused("await", "t1", 3, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_4_unknown_task == BTaskRefused("complete", "t1", 4, "unknown-task") /\ TRUE
BSettle_t1_4 == BSettle("t1", 4) /\ TRUE
BTaskRefused_await_t1_4_unknown_task == BTaskRefused("await", "t1", 4, "unknown-task") /\ TRUE
BTaskRefused_cancel_t2_0_unknown_task == BTaskRefused("cancel", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_0_unknown_task == BTaskRefused("complete", "t2", 0, "unknown-task") /\ TRUE
BSettle_t2_0 == BSettle("t2", 0) /\ TRUE
BTaskRefused_complete_t2_1_unknown_task == BTaskRefused("complete", "t2", 1, "unknown-task") /\ TRUE
BSettle_t2_1 == BSettle("t2", 1) /\ TRUE
BTaskRefused_complete_t2_2_unknown_task == BTaskRefused("complete", "t2", 2, "unknown-task") /\ TRUE
BSettle_t2_2 == BSettle("t2", 2) /\ TRUE
BTaskRefused_complete_t2_3_unknown_task == BTaskRefused("complete", "t2", 3, "unknown-task") /\ TRUE
BSettle_t2_3 == BSettle("t2", 3) /\ TRUE
BTaskRefused_complete_t2_4_unknown_task == BTaskRefused("complete", "t2", 4, "unknown-task") /\ TRUE
BSettle_t2_4 == BSettle("t2", 4) /\ TRUE
BTaskRefused_cancel_t3_0_unknown_task == BTaskRefused("cancel", "t3", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_0_unknown_task == BTaskRefused("complete", "t3", 0, "unknown-task") /\ TRUE
BSettle_t3_0 == BSettle("t3", 0) /\ TRUE
BTaskRefused_complete_t3_1_unknown_task == BTaskRefused("complete", "t3", 1, "unknown-task") /\ TRUE
BSettle_t3_1 == BSettle("t3", 1) /\ TRUE
BTaskRefused_complete_t3_2_unknown_task == BTaskRefused("complete", "t3", 2, "unknown-task") /\ TRUE
BSettle_t3_2 == BSettle("t3", 2) /\ TRUE
BTaskRefused_complete_t3_3_unknown_task == BTaskRefused("complete", "t3", 3, "unknown-task") /\ TRUE
BSettle_t3_3 == BSettle("t3", 3) /\ TRUE
BTaskRefused_complete_t3_4_unknown_task == BTaskRefused("complete", "t3", 4, "unknown-task") /\ TRUE
BSettle_t3_4 == BSettle("t3", 4) /\ TRUE
BRequeueAgentTasks_a1 == BRequeueAgentTasks("a1") /\ TRUE
BSubmitRefused_t1_duplicate == BSubmitRefused("t1", "", "duplicate") /\ TRUE
BCancel_t1 == BCancel("t1") /\ TRUE
TaskCancelled_t1_a1_1 == TaskCancelled("t1", "a1", 1) /\ TRUE
BComplete_t1_0 == BComplete("t1", 0) /\ TRUE
TaskCompleted_t1_a1_1 == TaskCompleted("t1", "a1", 1) /\ TRUE
AttemptEnded_t1_a1_1_FALSE_FALSE == AttemptEnded("t1", "a1", 1, FALSE, FALSE) /\ TRUE
BChildRefused_t2_0_stale_epoch == BChildRefused("t2", 0, "stale-epoch") /\ TRUE
BAwait_t1_0_t2 == BAwait("t1", 0, "t2") /\ TRUE
BAwait_t1_0_t3 == BAwait("t1", 0, "t3") /\ TRUE
BComplete_t1_1 == BComplete("t1", 1) /\ TRUE
BSubmitChild_t2_1_0 == BSubmitChild("t2", 1, 0) /\ TRUE
TaskCreated_t2 == TaskCreated("t2") /\ TRUE
BAwait_t1_1_t2 == BAwait("t1", 1, "t2") /\ TRUE
BAwait_t1_1_t3 == BAwait("t1", 1, "t3") /\ TRUE
BTaskRefused_complete_t1_2_stale_epoch == BTaskRefused("complete", "t1", 2, "stale-epoch") /\ TRUE
BChildRefused_t2_2_stale_epoch == BChildRefused("t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_await_t1_2_stale_epoch == BTaskRefused("await", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_3_stale_epoch == BTaskRefused("complete", "t1", 3, "stale-epoch") /\ TRUE
BChildRefused_t2_3_stale_epoch == BChildRefused("t2", 3, "stale-epoch") /\ TRUE
BTaskRefused_await_t1_3_stale_epoch == BTaskRefused("await", "t1", 3, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_4_stale_epoch == BTaskRefused("complete", "t1", 4, "stale-epoch") /\ TRUE
BChildRefused_t2_4_stale_epoch == BChildRefused("t2", 4, "stale-epoch") /\ TRUE
BTaskRefused_await_t1_4_stale_epoch == BTaskRefused("await", "t1", 4, "stale-epoch") /\ TRUE
TaskRequeued_t1_a1_1 == TaskRequeued("t1", "a1", 1) /\ TRUE
BTaskRefused_complete_t1_0_status == BTaskRefused("complete", "t1", 0, "status") /\ TRUE
BTaskRefused_await_t1_0_status == BTaskRefused("await", "t1", 0, "status") /\ TRUE
BTaskRefused_complete_t1_1_status == BTaskRefused("complete", "t1", 1, "status") /\ TRUE
BChildRefused_t2_1_stale_epoch == BChildRefused("t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_await_t1_1_status == BTaskRefused("await", "t1", 1, "status") /\ TRUE
BTaskRefused_cancel_t1_0_status == BTaskRefused("cancel", "t1", 0, "status") /\ TRUE
TaskCancelled_t2_0 == TaskCancelled("t2", "", 0) /\ TRUE
TaskLent_t1_a1_1_t2 == TaskLent("t1", "a1", 1, "t2") /\ TRUE
TaskAssigned_t2_a1_2_FALSE == TaskAssigned("t2", "a1", 2, FALSE) /\ TRUE
TaskStarted_t2_a1_2 == TaskStarted("t2", "a1", 2) /\ TRUE
BChildRefused_t3_0_stale_epoch == BChildRefused("t3", 0, "stale-epoch") /\ TRUE
BChildRefused_t2_1_duplicate == BChildRefused("t2", 1, "duplicate") /\ TRUE
BSubmitChild_t3_1_0 == BSubmitChild("t3", 1, 0) /\ TRUE
TaskCreated_t3 == TaskCreated("t3") /\ TRUE
BChildRefused_t3_2_stale_epoch == BChildRefused("t3", 2, "stale-epoch") /\ TRUE
BChildRefused_t3_3_stale_epoch == BChildRefused("t3", 3, "stale-epoch") /\ TRUE
BChildRefused_t3_4_stale_epoch == BChildRefused("t3", 4, "stale-epoch") /\ TRUE
BCancel_t2 == BCancel("t2") /\ TRUE
BTaskRefused_complete_t2_0_status == BTaskRefused("complete", "t2", 0, "status") /\ TRUE
BTaskRefused_complete_t2_1_stale_epoch == BTaskRefused("complete", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_2_stale_epoch == BTaskRefused("complete", "t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_3_stale_epoch == BTaskRefused("complete", "t2", 3, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_4_stale_epoch == BTaskRefused("complete", "t2", 4, "stale-epoch") /\ TRUE
TaskCancelled_t1_1 == TaskCancelled("t1", "", 1) /\ TRUE
BTaskRefused_complete_t1_1_stale_epoch == BTaskRefused("complete", "t1", 1, "stale-epoch") /\ TRUE
TaskAssigned_t1_a1_2_FALSE == TaskAssigned("t1", "a1", 2, FALSE) /\ TRUE
TaskStarted_t1_a1_2 == TaskStarted("t1", "a1", 2) /\ TRUE
BTaskRefused_await_t1_1_stale_epoch == BTaskRefused("await", "t1", 1, "stale-epoch") /\ TRUE
BChildRefused_t3_1_stale_epoch == BChildRefused("t3", 1, "stale-epoch") /\ TRUE
TaskCancelled_t2_a1_2 == TaskCancelled("t2", "a1", 2) /\ TRUE
TaskResumed_t1_a1_1 == TaskResumed("t1", "a1", 1) /\ TRUE
BComplete_t2_0 == BComplete("t2", 0) /\ TRUE
TaskCompleted_t2_a1_2 == TaskCompleted("t2", "a1", 2) /\ TRUE
AttemptEnded_t2_a1_2_FALSE_FALSE == AttemptEnded("t2", "a1", 2, FALSE, FALSE) /\ TRUE
BComplete_t2_2 == BComplete("t2", 2) /\ TRUE
TaskCancelled_t3_0 == TaskCancelled("t3", "", 0) /\ TRUE
TaskLent_t1_a1_1_t3 == TaskLent("t1", "a1", 1, "t3") /\ TRUE
BChildRefused_t3_1_duplicate == BChildRefused("t3", 1, "duplicate") /\ TRUE
BCancel_t3 == BCancel("t3") /\ TRUE
BTaskRefused_complete_t3_0_status == BTaskRefused("complete", "t3", 0, "status") /\ TRUE
BTaskRefused_complete_t3_1_stale_epoch == BTaskRefused("complete", "t3", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t3_2_stale_epoch == BTaskRefused("complete", "t3", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t3_3_stale_epoch == BTaskRefused("complete", "t3", 3, "stale-epoch") /\ TRUE
BTaskRefused_complete_t3_4_stale_epoch == BTaskRefused("complete", "t3", 4, "stale-epoch") /\ TRUE
TaskCancelled_t1_a1_2 == TaskCancelled("t1", "a1", 2) /\ TRUE
TaskCompleted_t1_a1_2 == TaskCompleted("t1", "a1", 2) /\ TRUE
AttemptEnded_t1_a1_2_FALSE_FALSE == AttemptEnded("t1", "a1", 2, FALSE, FALSE) /\ TRUE
BComplete_t1_2 == BComplete("t1", 2) /\ TRUE
BSubmitChild_t2_2_0 == BSubmitChild("t2", 2, 0) /\ TRUE
BAwait_t1_2_t2 == BAwait("t1", 2, "t2") /\ TRUE
BAwait_t1_2_t3 == BAwait("t1", 2, "t3") /\ TRUE
TaskRequeued_t1_a1_2 == TaskRequeued("t1", "a1", 2) /\ TRUE
BTaskRefused_complete_t2_2_status == BTaskRefused("complete", "t2", 2, "status") /\ TRUE
BTaskRefused_cancel_t2_0_status == BTaskRefused("cancel", "t2", 0, "status") /\ TRUE
TaskAssigned_t3_a1_3_FALSE == TaskAssigned("t3", "a1", 3, FALSE) /\ TRUE
TaskStarted_t3_a1_3 == TaskStarted("t3", "a1", 3) /\ TRUE
TaskAssigned_t3_a1_2_FALSE == TaskAssigned("t3", "a1", 2, FALSE) /\ TRUE
TaskStarted_t3_a1_2 == TaskStarted("t3", "a1", 2) /\ TRUE
BSubmitChild_t3_2_0 == BSubmitChild("t3", 2, 0) /\ TRUE
BTaskRefused_complete_t1_2_status == BTaskRefused("complete", "t1", 2, "status") /\ TRUE
BTaskRefused_await_t1_2_status == BTaskRefused("await", "t1", 2, "status") /\ TRUE
TaskLent_t1_a1_2_t2 == TaskLent("t1", "a1", 2, "t2") /\ TRUE
TaskAssigned_t2_a1_3_FALSE == TaskAssigned("t2", "a1", 3, FALSE) /\ TRUE
TaskStarted_t2_a1_3 == TaskStarted("t2", "a1", 3) /\ TRUE
BChildRefused_t2_2_duplicate == BChildRefused("t2", 2, "duplicate") /\ TRUE
TaskCancelled_t1_2 == TaskCancelled("t1", "", 2) /\ TRUE
TaskAssigned_t1_a1_3_FALSE == TaskAssigned("t1", "a1", 3, FALSE) /\ TRUE
TaskStarted_t1_a1_3 == TaskStarted("t1", "a1", 3) /\ TRUE
TaskCancelled_t3_a1_3 == TaskCancelled("t3", "a1", 3) /\ TRUE
BComplete_t3_0 == BComplete("t3", 0) /\ TRUE
TaskCompleted_t3_a1_3 == TaskCompleted("t3", "a1", 3) /\ TRUE
AttemptEnded_t3_a1_3_FALSE_FALSE == AttemptEnded("t3", "a1", 3, FALSE, FALSE) /\ TRUE
BComplete_t3_3 == BComplete("t3", 3) /\ TRUE
TaskCancelled_t3_a1_2 == TaskCancelled("t3", "a1", 2) /\ TRUE
TaskCompleted_t3_a1_2 == TaskCompleted("t3", "a1", 2) /\ TRUE
AttemptEnded_t3_a1_2_FALSE_FALSE == AttemptEnded("t3", "a1", 2, FALSE, FALSE) /\ TRUE
BComplete_t3_2 == BComplete("t3", 2) /\ TRUE
TaskLent_t1_a1_2_t3 == TaskLent("t1", "a1", 2, "t3") /\ TRUE
BChildRefused_t3_2_duplicate == BChildRefused("t3", 2, "duplicate") /\ TRUE
TaskCancelled_t2_a1_3 == TaskCancelled("t2", "a1", 3) /\ TRUE
TaskResumed_t1_a1_2 == TaskResumed("t1", "a1", 2) /\ TRUE
TaskCompleted_t2_a1_3 == TaskCompleted("t2", "a1", 3) /\ TRUE
AttemptEnded_t2_a1_3_FALSE_FALSE == AttemptEnded("t2", "a1", 3, FALSE, FALSE) /\ TRUE
BComplete_t2_3 == BComplete("t2", 3) /\ TRUE
TaskCancelled_t1_a1_3 == TaskCancelled("t1", "a1", 3) /\ TRUE
TaskCompleted_t1_a1_3 == TaskCompleted("t1", "a1", 3) /\ TRUE
AttemptEnded_t1_a1_3_FALSE_FALSE == AttemptEnded("t1", "a1", 3, FALSE, FALSE) /\ TRUE
BComplete_t1_3 == BComplete("t1", 3) /\ TRUE
BSubmitChild_t2_3_0 == BSubmitChild("t2", 3, 0) /\ TRUE
BAwait_t1_3_t2 == BAwait("t1", 3, "t2") /\ TRUE
BAwait_t1_3_t3 == BAwait("t1", 3, "t3") /\ TRUE
TaskRequeued_t1_a1_3 == TaskRequeued("t1", "a1", 3) /\ TRUE
BChildRefused_t2_3_duplicate == BChildRefused("t2", 3, "duplicate") /\ TRUE
BSubmitChild_t3_3_0 == BSubmitChild("t3", 3, 0) /\ TRUE
BTaskRefused_complete_t3_3_status == BTaskRefused("complete", "t3", 3, "status") /\ TRUE
BTaskRefused_cancel_t3_0_status == BTaskRefused("cancel", "t3", 0, "status") /\ TRUE
BTaskRefused_complete_t3_2_status == BTaskRefused("complete", "t3", 2, "status") /\ TRUE
BTaskRefused_complete_t2_3_status == BTaskRefused("complete", "t2", 3, "status") /\ TRUE
TaskAssigned_t3_a1_4_FALSE == TaskAssigned("t3", "a1", 4, FALSE) /\ TRUE
TaskStarted_t3_a1_4 == TaskStarted("t3", "a1", 4) /\ TRUE
BTaskRefused_complete_t1_3_status == BTaskRefused("complete", "t1", 3, "status") /\ TRUE
BTaskRefused_await_t1_3_status == BTaskRefused("await", "t1", 3, "status") /\ TRUE
TaskLent_t1_a1_3_t2 == TaskLent("t1", "a1", 3, "t2") /\ TRUE
TaskAssigned_t2_a1_4_FALSE == TaskAssigned("t2", "a1", 4, FALSE) /\ TRUE
TaskStarted_t2_a1_4 == TaskStarted("t2", "a1", 4) /\ TRUE
TaskCancelled_t1_3 == TaskCancelled("t1", "", 3) /\ TRUE
TaskAssigned_t1_a1_4_FALSE == TaskAssigned("t1", "a1", 4, FALSE) /\ TRUE
TaskStarted_t1_a1_4 == TaskStarted("t1", "a1", 4) /\ TRUE
TaskLent_t1_a1_3_t3 == TaskLent("t1", "a1", 3, "t3") /\ TRUE
BChildRefused_t3_3_duplicate == BChildRefused("t3", 3, "duplicate") /\ TRUE

NamedNext ==
  \/ BSubmit_t1_0
  \/ TaskCreated_t1
  \/ TaskAssigned_t1_a1_1_FALSE
  \/ TaskStarted_t1_a1_1
  \/ BTaskRefused_cancel_t1_0_unknown_task
  \/ BTaskRefused_complete_t1_0_unknown_task
  \/ BSettle_t1_0
  \/ BTaskRefused_await_t1_0_unknown_task
  \/ BTaskRefused_complete_t1_1_unknown_task
  \/ BSettle_t1_1
  \/ BTaskRefused_await_t1_1_unknown_task
  \/ BTaskRefused_complete_t1_2_unknown_task
  \/ BSettle_t1_2
  \/ BTaskRefused_await_t1_2_unknown_task
  \/ BTaskRefused_complete_t1_3_unknown_task
  \/ BSettle_t1_3
  \/ BTaskRefused_await_t1_3_unknown_task
  \/ BTaskRefused_complete_t1_4_unknown_task
  \/ BSettle_t1_4
  \/ BTaskRefused_await_t1_4_unknown_task
  \/ BTaskRefused_cancel_t2_0_unknown_task
  \/ BTaskRefused_complete_t2_0_unknown_task
  \/ BSettle_t2_0
  \/ BTaskRefused_complete_t2_1_unknown_task
  \/ BSettle_t2_1
  \/ BTaskRefused_complete_t2_2_unknown_task
  \/ BSettle_t2_2
  \/ BTaskRefused_complete_t2_3_unknown_task
  \/ BSettle_t2_3
  \/ BTaskRefused_complete_t2_4_unknown_task
  \/ BSettle_t2_4
  \/ BTaskRefused_cancel_t3_0_unknown_task
  \/ BTaskRefused_complete_t3_0_unknown_task
  \/ BSettle_t3_0
  \/ BTaskRefused_complete_t3_1_unknown_task
  \/ BSettle_t3_1
  \/ BTaskRefused_complete_t3_2_unknown_task
  \/ BSettle_t3_2
  \/ BTaskRefused_complete_t3_3_unknown_task
  \/ BSettle_t3_3
  \/ BTaskRefused_complete_t3_4_unknown_task
  \/ BSettle_t3_4
  \/ BRequeueAgentTasks_a1
  \/ BSubmitRefused_t1_duplicate
  \/ BCancel_t1
  \/ TaskCancelled_t1_a1_1
  \/ BComplete_t1_0
  \/ TaskCompleted_t1_a1_1
  \/ AttemptEnded_t1_a1_1_FALSE_FALSE
  \/ BChildRefused_t2_0_stale_epoch
  \/ BAwait_t1_0_t2
  \/ BAwait_t1_0_t3
  \/ BComplete_t1_1
  \/ BSubmitChild_t2_1_0
  \/ TaskCreated_t2
  \/ BAwait_t1_1_t2
  \/ BAwait_t1_1_t3
  \/ BTaskRefused_complete_t1_2_stale_epoch
  \/ BChildRefused_t2_2_stale_epoch
  \/ BTaskRefused_await_t1_2_stale_epoch
  \/ BTaskRefused_complete_t1_3_stale_epoch
  \/ BChildRefused_t2_3_stale_epoch
  \/ BTaskRefused_await_t1_3_stale_epoch
  \/ BTaskRefused_complete_t1_4_stale_epoch
  \/ BChildRefused_t2_4_stale_epoch
  \/ BTaskRefused_await_t1_4_stale_epoch
  \/ TaskRequeued_t1_a1_1
  \/ BTaskRefused_complete_t1_0_status
  \/ BTaskRefused_await_t1_0_status
  \/ BTaskRefused_complete_t1_1_status
  \/ BChildRefused_t2_1_stale_epoch
  \/ BTaskRefused_await_t1_1_status
  \/ BTaskRefused_cancel_t1_0_status
  \/ TaskCancelled_t2_0
  \/ TaskLent_t1_a1_1_t2
  \/ TaskAssigned_t2_a1_2_FALSE
  \/ TaskStarted_t2_a1_2
  \/ BChildRefused_t3_0_stale_epoch
  \/ BChildRefused_t2_1_duplicate
  \/ BSubmitChild_t3_1_0
  \/ TaskCreated_t3
  \/ BChildRefused_t3_2_stale_epoch
  \/ BChildRefused_t3_3_stale_epoch
  \/ BChildRefused_t3_4_stale_epoch
  \/ BCancel_t2
  \/ BTaskRefused_complete_t2_0_status
  \/ BTaskRefused_complete_t2_1_stale_epoch
  \/ BTaskRefused_complete_t2_2_stale_epoch
  \/ BTaskRefused_complete_t2_3_stale_epoch
  \/ BTaskRefused_complete_t2_4_stale_epoch
  \/ TaskCancelled_t1_1
  \/ BTaskRefused_complete_t1_1_stale_epoch
  \/ TaskAssigned_t1_a1_2_FALSE
  \/ TaskStarted_t1_a1_2
  \/ BTaskRefused_await_t1_1_stale_epoch
  \/ BChildRefused_t3_1_stale_epoch
  \/ TaskCancelled_t2_a1_2
  \/ TaskResumed_t1_a1_1
  \/ BComplete_t2_0
  \/ TaskCompleted_t2_a1_2
  \/ AttemptEnded_t2_a1_2_FALSE_FALSE
  \/ BComplete_t2_2
  \/ TaskCancelled_t3_0
  \/ TaskLent_t1_a1_1_t3
  \/ BChildRefused_t3_1_duplicate
  \/ BCancel_t3
  \/ BTaskRefused_complete_t3_0_status
  \/ BTaskRefused_complete_t3_1_stale_epoch
  \/ BTaskRefused_complete_t3_2_stale_epoch
  \/ BTaskRefused_complete_t3_3_stale_epoch
  \/ BTaskRefused_complete_t3_4_stale_epoch
  \/ TaskCancelled_t1_a1_2
  \/ TaskCompleted_t1_a1_2
  \/ AttemptEnded_t1_a1_2_FALSE_FALSE
  \/ BComplete_t1_2
  \/ BSubmitChild_t2_2_0
  \/ BAwait_t1_2_t2
  \/ BAwait_t1_2_t3
  \/ TaskRequeued_t1_a1_2
  \/ BTaskRefused_complete_t2_2_status
  \/ BTaskRefused_cancel_t2_0_status
  \/ TaskAssigned_t3_a1_3_FALSE
  \/ TaskStarted_t3_a1_3
  \/ TaskAssigned_t3_a1_2_FALSE
  \/ TaskStarted_t3_a1_2
  \/ BSubmitChild_t3_2_0
  \/ BTaskRefused_complete_t1_2_status
  \/ BTaskRefused_await_t1_2_status
  \/ TaskLent_t1_a1_2_t2
  \/ TaskAssigned_t2_a1_3_FALSE
  \/ TaskStarted_t2_a1_3
  \/ BChildRefused_t2_2_duplicate
  \/ TaskCancelled_t1_2
  \/ TaskAssigned_t1_a1_3_FALSE
  \/ TaskStarted_t1_a1_3
  \/ TaskCancelled_t3_a1_3
  \/ BComplete_t3_0
  \/ TaskCompleted_t3_a1_3
  \/ AttemptEnded_t3_a1_3_FALSE_FALSE
  \/ BComplete_t3_3
  \/ TaskCancelled_t3_a1_2
  \/ TaskCompleted_t3_a1_2
  \/ AttemptEnded_t3_a1_2_FALSE_FALSE
  \/ BComplete_t3_2
  \/ TaskLent_t1_a1_2_t3
  \/ BChildRefused_t3_2_duplicate
  \/ TaskCancelled_t2_a1_3
  \/ TaskResumed_t1_a1_2
  \/ TaskCompleted_t2_a1_3
  \/ AttemptEnded_t2_a1_3_FALSE_FALSE
  \/ BComplete_t2_3
  \/ TaskCancelled_t1_a1_3
  \/ TaskCompleted_t1_a1_3
  \/ AttemptEnded_t1_a1_3_FALSE_FALSE
  \/ BComplete_t1_3
  \/ BSubmitChild_t2_3_0
  \/ BAwait_t1_3_t2
  \/ BAwait_t1_3_t3
  \/ TaskRequeued_t1_a1_3
  \/ BChildRefused_t2_3_duplicate
  \/ BSubmitChild_t3_3_0
  \/ BTaskRefused_complete_t3_3_status
  \/ BTaskRefused_cancel_t3_0_status
  \/ BTaskRefused_complete_t3_2_status
  \/ BTaskRefused_complete_t2_3_status
  \/ TaskAssigned_t3_a1_4_FALSE
  \/ TaskStarted_t3_a1_4
  \/ BTaskRefused_complete_t1_3_status
  \/ BTaskRefused_await_t1_3_status
  \/ TaskLent_t1_a1_3_t2
  \/ TaskAssigned_t2_a1_4_FALSE
  \/ TaskStarted_t2_a1_4
  \/ TaskCancelled_t1_3
  \/ TaskAssigned_t1_a1_4_FALSE
  \/ TaskStarted_t1_a1_4
  \/ TaskLent_t1_a1_3_t3
  \/ BChildRefused_t3_3_duplicate

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
