---- MODULE StealingLocks ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS StealingBounds

BSubmit_t1_0 == BSubmit("t1", "", 0) /\ TRUE
TaskCreated_t1 == TaskCreated("t1") /\ TRUE
TaskAssigned_t1_a1_1_FALSE == TaskAssigned("t1", "a1", 1, FALSE) /\ TRUE
BSubmit_t1_a1_0 == BSubmit("t1", "a1", 0) /\ TRUE
BTaskRefused_cancel_t1_0_unknown_task == BTaskRefused("cancel", "t1", 0, "unknown-task") /\ TRUE
BYield_t1 == BYield("t1") /\ TRUE
BTaskRefused_start_t1_0_unknown_task == BTaskRefused("start", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_0_unknown_task == BTaskRefused("complete", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t1_0_unknown_task == BTaskRefused("fail-attempt", "t1", 0, "unknown-task") /\ TRUE
BPark_t1_0 == BPark("t1", 0) /\ TRUE
BUnblock_t1_0 == BUnblock("t1", 0) /\ TRUE
BPreempt_t1_0 == BPreempt("t1", 0) /\ TRUE
BTaskRefused_start_t1_1_unknown_task == BTaskRefused("start", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_1_unknown_task == BTaskRefused("complete", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t1_1_unknown_task == BTaskRefused("fail-attempt", "t1", 1, "unknown-task") /\ TRUE
BPark_t1_1 == BPark("t1", 1) /\ TRUE
BUnblock_t1_1 == BUnblock("t1", 1) /\ TRUE
BPreempt_t1_1 == BPreempt("t1", 1) /\ TRUE
BTaskRefused_start_t1_2_unknown_task == BTaskRefused("start", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_2_unknown_task == BTaskRefused("complete", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t1_2_unknown_task == BTaskRefused("fail-attempt", "t1", 2, "unknown-task") /\ TRUE
BPark_t1_2 == BPark("t1", 2) /\ TRUE
BUnblock_t1_2 == BUnblock("t1", 2) /\ TRUE
BPreempt_t1_2 == BPreempt("t1", 2) /\ TRUE
BTaskRefused_start_t1_3_unknown_task == BTaskRefused("start", "t1", 3, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_3_unknown_task == BTaskRefused("complete", "t1", 3, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t1_3_unknown_task == BTaskRefused("fail-attempt", "t1", 3, "unknown-task") /\ TRUE
BPark_t1_3 == BPark("t1", 3) /\ TRUE
BUnblock_t1_3 == BUnblock("t1", 3) /\ TRUE
BPreempt_t1_3 == BPreempt("t1", 3) /\ TRUE
BTaskRefused_cancel_t2_0_unknown_task == BTaskRefused("cancel", "t2", 0, "unknown-task") /\ TRUE
BYield_t2 == BYield("t2") /\ TRUE
BTaskRefused_start_t2_0_unknown_task == BTaskRefused("start", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_0_unknown_task == BTaskRefused("complete", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t2_0_unknown_task == BTaskRefused("fail-attempt", "t2", 0, "unknown-task") /\ TRUE
BPark_t2_0 == BPark("t2", 0) /\ TRUE
BUnblock_t2_0 == BUnblock("t2", 0) /\ TRUE
BPreempt_t2_0 == BPreempt("t2", 0) /\ TRUE
BTaskRefused_start_t2_1_unknown_task == BTaskRefused("start", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_1_unknown_task == BTaskRefused("complete", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t2_1_unknown_task == BTaskRefused("fail-attempt", "t2", 1, "unknown-task") /\ TRUE
BPark_t2_1 == BPark("t2", 1) /\ TRUE
BUnblock_t2_1 == BUnblock("t2", 1) /\ TRUE
BPreempt_t2_1 == BPreempt("t2", 1) /\ TRUE
BTaskRefused_start_t2_2_unknown_task == BTaskRefused("start", "t2", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_2_unknown_task == BTaskRefused("complete", "t2", 2, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t2_2_unknown_task == BTaskRefused("fail-attempt", "t2", 2, "unknown-task") /\ TRUE
BPark_t2_2 == BPark("t2", 2) /\ TRUE
BUnblock_t2_2 == BUnblock("t2", 2) /\ TRUE
BPreempt_t2_2 == BPreempt("t2", 2) /\ TRUE
BTaskRefused_start_t2_3_unknown_task == BTaskRefused("start", "t2", 3, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_3_unknown_task == BTaskRefused("complete", "t2", 3, "unknown-task") /\ TRUE
BTaskRefused_fail_attempt_t2_3_unknown_task == BTaskRefused("fail-attempt", "t2", 3, "unknown-task") /\ TRUE
BPark_t2_3 == BPark("t2", 3) /\ TRUE
BUnblock_t2_3 == BUnblock("t2", 3) /\ TRUE
BPreempt_t2_3 == BPreempt("t2", 3) /\ TRUE
BRequeueAgentTasks_a1 == BRequeueAgentTasks("a1") /\ TRUE
BRequeueAgentTasks_a2 == BRequeueAgentTasks("a2") /\ TRUE
BSubmitRefused_t1_duplicate == BSubmitRefused("t1", "", "duplicate") /\ TRUE
BSubmitRefused_t1_a1_duplicate == BSubmitRefused("t1", "a1", "duplicate") /\ TRUE
BCancel_t1 == BCancel("t1") /\ TRUE
TaskCancelled_t1_a1_1 == TaskCancelled("t1", "a1", 1) /\ TRUE
AttemptEnded_t1_a1_1_FALSE_FALSE == AttemptEnded("t1", "a1", 1, FALSE, FALSE) /\ TRUE
BTaskRefused_start_t1_0_status == BTaskRefused("start", "t1", 0, "status") /\ TRUE
BTaskRefused_complete_t1_0_status == BTaskRefused("complete", "t1", 0, "status") /\ TRUE
BTaskRefused_fail_attempt_t1_0_status == BTaskRefused("fail-attempt", "t1", 0, "status") /\ TRUE
BTaskRefused_start_t1_1_status == BTaskRefused("start", "t1", 1, "status") /\ TRUE
BTaskRefused_complete_t1_1_status == BTaskRefused("complete", "t1", 1, "status") /\ TRUE
BTaskRefused_fail_attempt_t1_1_status == BTaskRefused("fail-attempt", "t1", 1, "status") /\ TRUE
TaskParked_t1_a1_1 == TaskParked("t1", "a1", 1) /\ TRUE
TaskBackedOff_t1_a1_1 == TaskBackedOff("t1", "a1", 1) /\ TRUE
BTaskRefused_start_t1_2_stale_epoch == BTaskRefused("start", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_2_stale_epoch == BTaskRefused("complete", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_fail_attempt_t1_2_stale_epoch == BTaskRefused("fail-attempt", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_start_t1_3_stale_epoch == BTaskRefused("start", "t1", 3, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_3_stale_epoch == BTaskRefused("complete", "t1", 3, "stale-epoch") /\ TRUE
BTaskRefused_fail_attempt_t1_3_stale_epoch == BTaskRefused("fail-attempt", "t1", 3, "stale-epoch") /\ TRUE
BSubmit_t2_0 == BSubmit("t2", "", 0) /\ TRUE
TaskCreated_t2 == TaskCreated("t2") /\ TRUE
TaskAssigned_t2_a2_2_FALSE == TaskAssigned("t2", "a2", 2, FALSE) /\ TRUE
BSubmit_t2_a1_0 == BSubmit("t2", "a1", 0) /\ TRUE
TaskAssigned_t2_a1_2_TRUE == TaskAssigned("t2", "a1", 2, TRUE) /\ TRUE
WorkstealingRequest_a1_a2_1 == WorkstealingRequest("a1", "a2", 1) /\ TRUE
TaskStolen_t2_a1_2_a2 == TaskStolen("t2", "a1", 2, "a2") /\ TRUE
AttemptEnded_t2_a1_2_FALSE_TRUE == AttemptEnded("t2", "a1", 2, FALSE, TRUE) /\ TRUE
TaskAssigned_t2_a2_3_FALSE == TaskAssigned("t2", "a2", 3, FALSE) /\ TRUE
WorkstealingCompleted_a1_a2_1_t2 == WorkstealingCompleted("a1", "a2", 1, <<"t2">>) /\ TRUE
TaskRequeued_t1_a1_1 == TaskRequeued("t1", "a1", 1) /\ TRUE
TaskAssigned_t1_a1_2_FALSE == TaskAssigned("t1", "a1", 2, FALSE) /\ TRUE
TaskAssigned_t2_a1_2_FALSE == TaskAssigned("t2", "a1", 2, FALSE) /\ TRUE
TaskCancelled_t1_1 == TaskCancelled("t1", "", 1) /\ TRUE
TaskUnlocked_t1_1 == TaskUnlocked("t1", 1) /\ TRUE
BTaskRefused_start_t1_1_stale_epoch == BTaskRefused("start", "t1", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_1_stale_epoch == BTaskRefused("complete", "t1", 1, "stale-epoch") /\ TRUE
BTaskRefused_fail_attempt_t1_1_stale_epoch == BTaskRefused("fail-attempt", "t1", 1, "stale-epoch") /\ TRUE
TaskReadied_t1 == TaskReadied("t1") /\ TRUE
TaskBackedOff_t1_1 == TaskBackedOff("t1", "", 1) /\ TRUE
BStart_t1_0 == BStart("t1", 0) /\ TRUE
TaskStarted_t1_a1_1 == TaskStarted("t1", "a1", 1) /\ TRUE
BComplete_t1_0 == BComplete("t1", 0) /\ TRUE
TaskCompleted_t1_a1_1 == TaskCompleted("t1", "a1", 1) /\ TRUE
BFail_t1_0_attempt == BFail("t1", 0, "attempt") /\ TRUE
BStart_t1_1 == BStart("t1", 1) /\ TRUE
BComplete_t1_1 == BComplete("t1", 1) /\ TRUE
BFail_t1_1_attempt == BFail("t1", 1, "attempt") /\ TRUE
BPauseOver_t1 == BPauseOver("t1") /\ TRUE
BSubmitRefused_t2_duplicate == BSubmitRefused("t2", "", "duplicate") /\ TRUE
BSubmitRefused_t2_a1_duplicate == BSubmitRefused("t2", "a1", "duplicate") /\ TRUE
BCancel_t2 == BCancel("t2") /\ TRUE
TaskCancelled_t2_a2_2 == TaskCancelled("t2", "a2", 2) /\ TRUE
AttemptEnded_t2_a2_2_FALSE_FALSE == AttemptEnded("t2", "a2", 2, FALSE, FALSE) /\ TRUE
BTaskRefused_start_t2_0_status == BTaskRefused("start", "t2", 0, "status") /\ TRUE
BTaskRefused_complete_t2_0_status == BTaskRefused("complete", "t2", 0, "status") /\ TRUE
BTaskRefused_fail_attempt_t2_0_status == BTaskRefused("fail-attempt", "t2", 0, "status") /\ TRUE
BTaskRefused_start_t2_1_stale_epoch == BTaskRefused("start", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_1_stale_epoch == BTaskRefused("complete", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_fail_attempt_t2_1_stale_epoch == BTaskRefused("fail-attempt", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_start_t2_2_status == BTaskRefused("start", "t2", 2, "status") /\ TRUE
BTaskRefused_complete_t2_2_status == BTaskRefused("complete", "t2", 2, "status") /\ TRUE
BTaskRefused_fail_attempt_t2_2_status == BTaskRefused("fail-attempt", "t2", 2, "status") /\ TRUE
TaskParked_t2_a2_2 == TaskParked("t2", "a2", 2) /\ TRUE
TaskStarted_t2_a2_2 == TaskStarted("t2", "a2", 2) /\ TRUE
TaskBackedOff_t2_a2_2 == TaskBackedOff("t2", "a2", 2) /\ TRUE
BTaskRefused_start_t2_3_stale_epoch == BTaskRefused("start", "t2", 3, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_3_stale_epoch == BTaskRefused("complete", "t2", 3, "stale-epoch") /\ TRUE
BTaskRefused_fail_attempt_t2_3_stale_epoch == BTaskRefused("fail-attempt", "t2", 3, "stale-epoch") /\ TRUE
TaskAssigned_t1_a1_3_FALSE == TaskAssigned("t1", "a1", 3, FALSE) /\ TRUE
TaskRequeued_t2_a2_2 == TaskRequeued("t2", "a2", 2) /\ TRUE
TaskCancelled_t1_a1_2 == TaskCancelled("t1", "a1", 2) /\ TRUE
AttemptEnded_t1_a1_2_FALSE_FALSE == AttemptEnded("t1", "a1", 2, FALSE, FALSE) /\ TRUE
BTaskRefused_start_t1_2_status == BTaskRefused("start", "t1", 2, "status") /\ TRUE
BTaskRefused_complete_t1_2_status == BTaskRefused("complete", "t1", 2, "status") /\ TRUE
BTaskRefused_fail_attempt_t1_2_status == BTaskRefused("fail-attempt", "t1", 2, "status") /\ TRUE
TaskParked_t1_a1_2 == TaskParked("t1", "a1", 2) /\ TRUE
TaskBackedOff_t1_a1_2 == TaskBackedOff("t1", "a1", 2) /\ TRUE
TaskAssigned_t2_a1_3_TRUE == TaskAssigned("t2", "a1", 3, TRUE) /\ TRUE
TaskStolen_t2_a1_3_a2 == TaskStolen("t2", "a1", 3, "a2") /\ TRUE
AttemptEnded_t2_a1_3_FALSE_TRUE == AttemptEnded("t2", "a1", 3, FALSE, TRUE) /\ TRUE
TaskAssigned_t2_a2_4_FALSE == TaskAssigned("t2", "a2", 4, FALSE) /\ TRUE
TaskRequeued_t1_a1_2 == TaskRequeued("t1", "a1", 2) /\ TRUE
TaskCancelled_t2_a1_2 == TaskCancelled("t2", "a1", 2) /\ TRUE
AttemptEnded_t2_a1_2_FALSE_FALSE == AttemptEnded("t2", "a1", 2, FALSE, FALSE) /\ TRUE
TaskParked_t2_a1_2 == TaskParked("t2", "a1", 2) /\ TRUE
TaskBackedOff_t2_a1_2 == TaskBackedOff("t2", "a1", 2) /\ TRUE
TaskRequeued_t2_a1_2 == TaskRequeued("t2", "a1", 2) /\ TRUE
TaskAssigned_t2_a1_3_FALSE == TaskAssigned("t2", "a1", 3, FALSE) /\ TRUE
TaskStarted_t1_a1_2 == TaskStarted("t1", "a1", 2) /\ TRUE
TaskCompleted_t1_a1_2 == TaskCompleted("t1", "a1", 2) /\ TRUE
BStart_t1_2 == BStart("t1", 2) /\ TRUE
BComplete_t1_2 == BComplete("t1", 2) /\ TRUE
BFail_t1_2_attempt == BFail("t1", 2, "attempt") /\ TRUE
TaskAssigned_t1_a2_3_FALSE == TaskAssigned("t1", "a2", 3, FALSE) /\ TRUE
TaskStarted_t1_a2_3 == TaskStarted("t1", "a2", 3) /\ TRUE
TaskAssigned_t1_a2_2_FALSE == TaskAssigned("t1", "a2", 2, FALSE) /\ TRUE
BTaskRefused_cancel_t1_0_status == BTaskRefused("cancel", "t1", 0, "status") /\ TRUE
TaskFailed_t1_a1_2 == TaskFailed("t1", "a1", 2) /\ TRUE
TaskCancelled_t2_2 == TaskCancelled("t2", "", 2) /\ TRUE
TaskUnlocked_t2_2 == TaskUnlocked("t2", 2) /\ TRUE
BTaskRefused_start_t2_2_stale_epoch == BTaskRefused("start", "t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_2_stale_epoch == BTaskRefused("complete", "t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_fail_attempt_t2_2_stale_epoch == BTaskRefused("fail-attempt", "t2", 2, "stale-epoch") /\ TRUE
TaskReadied_t2 == TaskReadied("t2") /\ TRUE
TaskStarted_t2_a2_3 == TaskStarted("t2", "a2", 3) /\ TRUE
TaskBackedOff_t2_2 == TaskBackedOff("t2", "", 2) /\ TRUE
BComplete_t2_0 == BComplete("t2", 0) /\ TRUE
TaskCompleted_t2_a2_2 == TaskCompleted("t2", "a2", 2) /\ TRUE
BFail_t2_0_attempt == BFail("t2", 0, "attempt") /\ TRUE
BComplete_t2_2 == BComplete("t2", 2) /\ TRUE
BFail_t2_2_attempt == BFail("t2", 2, "attempt") /\ TRUE
BPauseOver_t2 == BPauseOver("t2") /\ TRUE
TaskCancelled_t1_2 == TaskCancelled("t1", "", 2) /\ TRUE
TaskUnlocked_t1_2 == TaskUnlocked("t1", 2) /\ TRUE
TaskBackedOff_t1_2 == TaskBackedOff("t1", "", 2) /\ TRUE
TaskAssigned_t1_a1_3_TRUE == TaskAssigned("t1", "a1", 3, TRUE) /\ TRUE
TaskStolen_t1_a1_3_a2 == TaskStolen("t1", "a1", 3, "a2") /\ TRUE
AttemptEnded_t1_a1_3_FALSE_TRUE == AttemptEnded("t1", "a1", 3, FALSE, TRUE) /\ TRUE
TaskAssigned_t1_a2_4_FALSE == TaskAssigned("t1", "a2", 4, FALSE) /\ TRUE
TaskStarted_t1_a2_4 == TaskStarted("t1", "a2", 4) /\ TRUE
WorkstealingCompleted_a1_a2_1_t1 == WorkstealingCompleted("a1", "a2", 1, <<"t1">>) /\ TRUE
BStart_t2_0 == BStart("t2", 0) /\ TRUE
TaskStarted_t2_a1_2 == TaskStarted("t2", "a1", 2) /\ TRUE
TaskCompleted_t2_a1_2 == TaskCompleted("t2", "a1", 2) /\ TRUE
BStart_t2_2 == BStart("t2", 2) /\ TRUE
TaskCancelled_t1_a2_2 == TaskCancelled("t1", "a2", 2) /\ TRUE
AttemptEnded_t1_a2_2_FALSE_FALSE == AttemptEnded("t1", "a2", 2, FALSE, FALSE) /\ TRUE
TaskParked_t1_a2_2 == TaskParked("t1", "a2", 2) /\ TRUE
TaskStarted_t1_a2_2 == TaskStarted("t1", "a2", 2) /\ TRUE
TaskBackedOff_t1_a2_2 == TaskBackedOff("t1", "a2", 2) /\ TRUE
TaskRequeued_t1_a2_2 == TaskRequeued("t1", "a2", 2) /\ TRUE
TaskFailed_t1_2 == TaskFailed("t1", "", 2) /\ TRUE
BTaskRefused_cancel_t2_0_status == BTaskRefused("cancel", "t2", 0, "status") /\ TRUE
TaskCompleted_t1_a2_2 == TaskCompleted("t1", "a2", 2) /\ TRUE
TaskCancelled_t2_0 == TaskCancelled("t2", "", 0) /\ TRUE

NamedNext ==
  \/ BSubmit_t1_0
  \/ TaskCreated_t1
  \/ TaskAssigned_t1_a1_1_FALSE
  \/ BSubmit_t1_a1_0
  \/ BTaskRefused_cancel_t1_0_unknown_task
  \/ BYield_t1
  \/ BTaskRefused_start_t1_0_unknown_task
  \/ BTaskRefused_complete_t1_0_unknown_task
  \/ BTaskRefused_fail_attempt_t1_0_unknown_task
  \/ BPark_t1_0
  \/ BUnblock_t1_0
  \/ BPreempt_t1_0
  \/ BTaskRefused_start_t1_1_unknown_task
  \/ BTaskRefused_complete_t1_1_unknown_task
  \/ BTaskRefused_fail_attempt_t1_1_unknown_task
  \/ BPark_t1_1
  \/ BUnblock_t1_1
  \/ BPreempt_t1_1
  \/ BTaskRefused_start_t1_2_unknown_task
  \/ BTaskRefused_complete_t1_2_unknown_task
  \/ BTaskRefused_fail_attempt_t1_2_unknown_task
  \/ BPark_t1_2
  \/ BUnblock_t1_2
  \/ BPreempt_t1_2
  \/ BTaskRefused_start_t1_3_unknown_task
  \/ BTaskRefused_complete_t1_3_unknown_task
  \/ BTaskRefused_fail_attempt_t1_3_unknown_task
  \/ BPark_t1_3
  \/ BUnblock_t1_3
  \/ BPreempt_t1_3
  \/ BTaskRefused_cancel_t2_0_unknown_task
  \/ BYield_t2
  \/ BTaskRefused_start_t2_0_unknown_task
  \/ BTaskRefused_complete_t2_0_unknown_task
  \/ BTaskRefused_fail_attempt_t2_0_unknown_task
  \/ BPark_t2_0
  \/ BUnblock_t2_0
  \/ BPreempt_t2_0
  \/ BTaskRefused_start_t2_1_unknown_task
  \/ BTaskRefused_complete_t2_1_unknown_task
  \/ BTaskRefused_fail_attempt_t2_1_unknown_task
  \/ BPark_t2_1
  \/ BUnblock_t2_1
  \/ BPreempt_t2_1
  \/ BTaskRefused_start_t2_2_unknown_task
  \/ BTaskRefused_complete_t2_2_unknown_task
  \/ BTaskRefused_fail_attempt_t2_2_unknown_task
  \/ BPark_t2_2
  \/ BUnblock_t2_2
  \/ BPreempt_t2_2
  \/ BTaskRefused_start_t2_3_unknown_task
  \/ BTaskRefused_complete_t2_3_unknown_task
  \/ BTaskRefused_fail_attempt_t2_3_unknown_task
  \/ BPark_t2_3
  \/ BUnblock_t2_3
  \/ BPreempt_t2_3
  \/ BRequeueAgentTasks_a1
  \/ BRequeueAgentTasks_a2
  \/ BSubmitRefused_t1_duplicate
  \/ BSubmitRefused_t1_a1_duplicate
  \/ BCancel_t1
  \/ TaskCancelled_t1_a1_1
  \/ AttemptEnded_t1_a1_1_FALSE_FALSE
  \/ BTaskRefused_start_t1_0_status
  \/ BTaskRefused_complete_t1_0_status
  \/ BTaskRefused_fail_attempt_t1_0_status
  \/ BTaskRefused_start_t1_1_status
  \/ BTaskRefused_complete_t1_1_status
  \/ BTaskRefused_fail_attempt_t1_1_status
  \/ TaskParked_t1_a1_1
  \/ TaskBackedOff_t1_a1_1
  \/ BTaskRefused_start_t1_2_stale_epoch
  \/ BTaskRefused_complete_t1_2_stale_epoch
  \/ BTaskRefused_fail_attempt_t1_2_stale_epoch
  \/ BTaskRefused_start_t1_3_stale_epoch
  \/ BTaskRefused_complete_t1_3_stale_epoch
  \/ BTaskRefused_fail_attempt_t1_3_stale_epoch
  \/ BSubmit_t2_0
  \/ TaskCreated_t2
  \/ TaskAssigned_t2_a2_2_FALSE
  \/ BSubmit_t2_a1_0
  \/ TaskAssigned_t2_a1_2_TRUE
  \/ WorkstealingRequest_a1_a2_1
  \/ TaskStolen_t2_a1_2_a2
  \/ AttemptEnded_t2_a1_2_FALSE_TRUE
  \/ TaskAssigned_t2_a2_3_FALSE
  \/ WorkstealingCompleted_a1_a2_1_t2
  \/ TaskRequeued_t1_a1_1
  \/ TaskAssigned_t1_a1_2_FALSE
  \/ TaskAssigned_t2_a1_2_FALSE
  \/ TaskCancelled_t1_1
  \/ TaskUnlocked_t1_1
  \/ BTaskRefused_start_t1_1_stale_epoch
  \/ BTaskRefused_complete_t1_1_stale_epoch
  \/ BTaskRefused_fail_attempt_t1_1_stale_epoch
  \/ TaskReadied_t1
  \/ TaskBackedOff_t1_1
  \/ BStart_t1_0
  \/ TaskStarted_t1_a1_1
  \/ BComplete_t1_0
  \/ TaskCompleted_t1_a1_1
  \/ BFail_t1_0_attempt
  \/ BStart_t1_1
  \/ BComplete_t1_1
  \/ BFail_t1_1_attempt
  \/ BPauseOver_t1
  \/ BSubmitRefused_t2_duplicate
  \/ BSubmitRefused_t2_a1_duplicate
  \/ BCancel_t2
  \/ TaskCancelled_t2_a2_2
  \/ AttemptEnded_t2_a2_2_FALSE_FALSE
  \/ BTaskRefused_start_t2_0_status
  \/ BTaskRefused_complete_t2_0_status
  \/ BTaskRefused_fail_attempt_t2_0_status
  \/ BTaskRefused_start_t2_1_stale_epoch
  \/ BTaskRefused_complete_t2_1_stale_epoch
  \/ BTaskRefused_fail_attempt_t2_1_stale_epoch
  \/ BTaskRefused_start_t2_2_status
  \/ BTaskRefused_complete_t2_2_status
  \/ BTaskRefused_fail_attempt_t2_2_status
  \/ TaskParked_t2_a2_2
  \/ TaskStarted_t2_a2_2
  \/ TaskBackedOff_t2_a2_2
  \/ BTaskRefused_start_t2_3_stale_epoch
  \/ BTaskRefused_complete_t2_3_stale_epoch
  \/ BTaskRefused_fail_attempt_t2_3_stale_epoch
  \/ TaskAssigned_t1_a1_3_FALSE
  \/ TaskRequeued_t2_a2_2
  \/ TaskCancelled_t1_a1_2
  \/ AttemptEnded_t1_a1_2_FALSE_FALSE
  \/ BTaskRefused_start_t1_2_status
  \/ BTaskRefused_complete_t1_2_status
  \/ BTaskRefused_fail_attempt_t1_2_status
  \/ TaskParked_t1_a1_2
  \/ TaskBackedOff_t1_a1_2
  \/ TaskAssigned_t2_a1_3_TRUE
  \/ TaskStolen_t2_a1_3_a2
  \/ AttemptEnded_t2_a1_3_FALSE_TRUE
  \/ TaskAssigned_t2_a2_4_FALSE
  \/ TaskRequeued_t1_a1_2
  \/ TaskCancelled_t2_a1_2
  \/ AttemptEnded_t2_a1_2_FALSE_FALSE
  \/ TaskParked_t2_a1_2
  \/ TaskBackedOff_t2_a1_2
  \/ TaskRequeued_t2_a1_2
  \/ TaskAssigned_t2_a1_3_FALSE
  \/ TaskStarted_t1_a1_2
  \/ TaskCompleted_t1_a1_2
  \/ BStart_t1_2
  \/ BComplete_t1_2
  \/ BFail_t1_2_attempt
  \/ TaskAssigned_t1_a2_3_FALSE
  \/ TaskStarted_t1_a2_3
  \/ TaskAssigned_t1_a2_2_FALSE
  \/ BTaskRefused_cancel_t1_0_status
  \/ TaskFailed_t1_a1_2
  \/ TaskCancelled_t2_2
  \/ TaskUnlocked_t2_2
  \/ BTaskRefused_start_t2_2_stale_epoch
  \/ BTaskRefused_complete_t2_2_stale_epoch
  \/ BTaskRefused_fail_attempt_t2_2_stale_epoch
  \/ TaskReadied_t2
  \/ TaskStarted_t2_a2_3
  \/ TaskBackedOff_t2_2
  \/ BComplete_t2_0
  \/ TaskCompleted_t2_a2_2
  \/ BFail_t2_0_attempt
  \/ BComplete_t2_2
  \/ BFail_t2_2_attempt
  \/ BPauseOver_t2
  \/ TaskCancelled_t1_2
  \/ TaskUnlocked_t1_2
  \/ TaskBackedOff_t1_2
  \/ TaskAssigned_t1_a1_3_TRUE
  \/ TaskStolen_t1_a1_3_a2
  \/ AttemptEnded_t1_a1_3_FALSE_TRUE
  \/ TaskAssigned_t1_a2_4_FALSE
  \/ TaskStarted_t1_a2_4
  \/ WorkstealingCompleted_a1_a2_1_t1
  \/ BStart_t2_0
  \/ TaskStarted_t2_a1_2
  \/ TaskCompleted_t2_a1_2
  \/ BStart_t2_2
  \/ TaskCancelled_t1_a2_2
  \/ AttemptEnded_t1_a2_2_FALSE_FALSE
  \/ TaskParked_t1_a2_2
  \/ TaskStarted_t1_a2_2
  \/ TaskBackedOff_t1_a2_2
  \/ TaskRequeued_t1_a2_2
  \/ TaskFailed_t1_2
  \/ BTaskRefused_cancel_t2_0_status
  \/ TaskCompleted_t1_a2_2
  \/ TaskCancelled_t2_0

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
