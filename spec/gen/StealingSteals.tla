---- MODULE StealingSteals ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS StealingBounds

BSubmit_t1_0 == BSubmit("t1", "", 0) /\ TRUE
TaskCreated_t1 == TaskCreated("t1") /\ TRUE
TaskAssigned_t1_a1_1_FALSE == TaskAssigned("t1", "a1", 1, FALSE) /\ TRUE
BSubmit_t1_a1_0 == BSubmit("t1", "a1", 0) /\ TRUE
BSubmit_t1_a2_0 == BSubmit("t1", "a2", 0) /\ TRUE
TaskAssigned_t1_a2_1_FALSE == TaskAssigned("t1", "a2", 1, FALSE) /\ TRUE
TaskStarted_t1_a2_1 == TaskStarted("t1", "a2", 1) /\ TRUE
BTaskRefused_start_t1_0_unknown_task == BTaskRefused("start", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_0_unknown_task == BTaskRefused("complete", "t1", 0, "unknown-task") /\ TRUE
BTaskRefused_start_t1_1_unknown_task == BTaskRefused("start", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_1_unknown_task == BTaskRefused("complete", "t1", 1, "unknown-task") /\ TRUE
BTaskRefused_start_t1_2_unknown_task == BTaskRefused("start", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_2_unknown_task == BTaskRefused("complete", "t1", 2, "unknown-task") /\ TRUE
BTaskRefused_start_t1_3_unknown_task == BTaskRefused("start", "t1", 3, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_3_unknown_task == BTaskRefused("complete", "t1", 3, "unknown-task") /\ TRUE
BTaskRefused_start_t1_4_unknown_task == BTaskRefused("start", "t1", 4, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_4_unknown_task == BTaskRefused("complete", "t1", 4, "unknown-task") /\ TRUE
BTaskRefused_start_t1_5_unknown_task == BTaskRefused("start", "t1", 5, "unknown-task") /\ TRUE
BTaskRefused_complete_t1_5_unknown_task == BTaskRefused("complete", "t1", 5, "unknown-task") /\ TRUE
BTaskRefused_start_t2_0_unknown_task == BTaskRefused("start", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_0_unknown_task == BTaskRefused("complete", "t2", 0, "unknown-task") /\ TRUE
BTaskRefused_start_t2_1_unknown_task == BTaskRefused("start", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_1_unknown_task == BTaskRefused("complete", "t2", 1, "unknown-task") /\ TRUE
BTaskRefused_start_t2_2_unknown_task == BTaskRefused("start", "t2", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_2_unknown_task == BTaskRefused("complete", "t2", 2, "unknown-task") /\ TRUE
BTaskRefused_start_t2_3_unknown_task == BTaskRefused("start", "t2", 3, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_3_unknown_task == BTaskRefused("complete", "t2", 3, "unknown-task") /\ TRUE
BTaskRefused_start_t2_4_unknown_task == BTaskRefused("start", "t2", 4, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_4_unknown_task == BTaskRefused("complete", "t2", 4, "unknown-task") /\ TRUE
BTaskRefused_start_t2_5_unknown_task == BTaskRefused("start", "t2", 5, "unknown-task") /\ TRUE
BTaskRefused_complete_t2_5_unknown_task == BTaskRefused("complete", "t2", 5, "unknown-task") /\ TRUE
BTaskRefused_start_t3_0_unknown_task == BTaskRefused("start", "t3", 0, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_0_unknown_task == BTaskRefused("complete", "t3", 0, "unknown-task") /\ TRUE
BTaskRefused_start_t3_1_unknown_task == BTaskRefused("start", "t3", 1, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_1_unknown_task == BTaskRefused("complete", "t3", 1, "unknown-task") /\ TRUE
BTaskRefused_start_t3_2_unknown_task == BTaskRefused("start", "t3", 2, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_2_unknown_task == BTaskRefused("complete", "t3", 2, "unknown-task") /\ TRUE
BTaskRefused_start_t3_3_unknown_task == BTaskRefused("start", "t3", 3, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_3_unknown_task == BTaskRefused("complete", "t3", 3, "unknown-task") /\ TRUE
BTaskRefused_start_t3_4_unknown_task == BTaskRefused("start", "t3", 4, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_4_unknown_task == BTaskRefused("complete", "t3", 4, "unknown-task") /\ TRUE
BTaskRefused_start_t3_5_unknown_task == BTaskRefused("start", "t3", 5, "unknown-task") /\ TRUE
BTaskRefused_complete_t3_5_unknown_task == BTaskRefused("complete", "t3", 5, "unknown-task") /\ TRUE
BSubmitRefused_t1_duplicate == BSubmitRefused("t1", "", "duplicate") /\ TRUE
BSubmitRefused_t1_a1_duplicate == BSubmitRefused("t1", "a1", "duplicate") /\ TRUE
BSubmitRefused_t1_a2_duplicate == BSubmitRefused("t1", "a2", "duplicate") /\ TRUE
BStart_t1_0 == BStart("t1", 0) /\ TRUE
TaskStarted_t1_a1_1 == TaskStarted("t1", "a1", 1) /\ TRUE
BComplete_t1_0 == BComplete("t1", 0) /\ TRUE
TaskCompleted_t1_a1_1 == TaskCompleted("t1", "a1", 1) /\ TRUE
AttemptEnded_t1_a1_1_FALSE_FALSE == AttemptEnded("t1", "a1", 1, FALSE, FALSE) /\ TRUE
BStart_t1_1 == BStart("t1", 1) /\ TRUE
BComplete_t1_1 == BComplete("t1", 1) /\ TRUE
BTaskRefused_start_t1_2_stale_epoch == BTaskRefused("start", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_2_stale_epoch == BTaskRefused("complete", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_start_t1_3_stale_epoch == BTaskRefused("start", "t1", 3, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_3_stale_epoch == BTaskRefused("complete", "t1", 3, "stale-epoch") /\ TRUE
BTaskRefused_start_t1_4_stale_epoch == BTaskRefused("start", "t1", 4, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_4_stale_epoch == BTaskRefused("complete", "t1", 4, "stale-epoch") /\ TRUE
BTaskRefused_start_t1_5_stale_epoch == BTaskRefused("start", "t1", 5, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_5_stale_epoch == BTaskRefused("complete", "t1", 5, "stale-epoch") /\ TRUE
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
BSubmit_t2_a2_0 == BSubmit("t2", "a2", 0) /\ TRUE
BTaskRefused_start_t1_0_status == BTaskRefused("start", "t1", 0, "status") /\ TRUE
TaskCompleted_t1_a2_1 == TaskCompleted("t1", "a2", 1) /\ TRUE
AttemptEnded_t1_a2_1_FALSE_FALSE == AttemptEnded("t1", "a2", 1, FALSE, FALSE) /\ TRUE
BTaskRefused_start_t1_1_status == BTaskRefused("start", "t1", 1, "status") /\ TRUE
TaskAssigned_t2_a1_2_FALSE == TaskAssigned("t2", "a1", 2, FALSE) /\ TRUE
TaskAssigned_t2_a2_2_TRUE == TaskAssigned("t2", "a2", 2, TRUE) /\ TRUE
WorkstealingRequest_a2_a1_1 == WorkstealingRequest("a2", "a1", 1) /\ TRUE
TaskStolen_t2_a2_2_a1 == TaskStolen("t2", "a2", 2, "a1") /\ TRUE
AttemptEnded_t2_a2_2_FALSE_TRUE == AttemptEnded("t2", "a2", 2, FALSE, TRUE) /\ TRUE
TaskAssigned_t2_a1_3_FALSE == TaskAssigned("t2", "a1", 3, FALSE) /\ TRUE
WorkstealingCompleted_a2_a1_1_t2 == WorkstealingCompleted("a2", "a1", 1, <<"t2">>) /\ TRUE
BTaskRefused_complete_t1_0_status == BTaskRefused("complete", "t1", 0, "status") /\ TRUE
BTaskRefused_complete_t1_1_status == BTaskRefused("complete", "t1", 1, "status") /\ TRUE
BSubmitRefused_t2_duplicate == BSubmitRefused("t2", "", "duplicate") /\ TRUE
BSubmitRefused_t2_a1_duplicate == BSubmitRefused("t2", "a1", "duplicate") /\ TRUE
BSubmitRefused_t2_a2_duplicate == BSubmitRefused("t2", "a2", "duplicate") /\ TRUE
BTaskRefused_start_t2_0_status == BTaskRefused("start", "t2", 0, "status") /\ TRUE
BComplete_t2_0 == BComplete("t2", 0) /\ TRUE
TaskCompleted_t2_a2_2 == TaskCompleted("t2", "a2", 2) /\ TRUE
AttemptEnded_t2_a2_2_FALSE_FALSE == AttemptEnded("t2", "a2", 2, FALSE, FALSE) /\ TRUE
BTaskRefused_start_t2_1_stale_epoch == BTaskRefused("start", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_1_stale_epoch == BTaskRefused("complete", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_start_t2_2_status == BTaskRefused("start", "t2", 2, "status") /\ TRUE
BComplete_t2_2 == BComplete("t2", 2) /\ TRUE
BTaskRefused_start_t2_3_stale_epoch == BTaskRefused("start", "t2", 3, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_3_stale_epoch == BTaskRefused("complete", "t2", 3, "stale-epoch") /\ TRUE
BTaskRefused_start_t2_4_stale_epoch == BTaskRefused("start", "t2", 4, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_4_stale_epoch == BTaskRefused("complete", "t2", 4, "stale-epoch") /\ TRUE
BTaskRefused_start_t2_5_stale_epoch == BTaskRefused("start", "t2", 5, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_5_stale_epoch == BTaskRefused("complete", "t2", 5, "stale-epoch") /\ TRUE
BSubmit_t3_0 == BSubmit("t3", "", 0) /\ TRUE
TaskCreated_t3 == TaskCreated("t3") /\ TRUE
BSubmit_t3_a1_0 == BSubmit("t3", "a1", 0) /\ TRUE
TaskAssigned_t3_a1_3_TRUE == TaskAssigned("t3", "a1", 3, TRUE) /\ TRUE
BSubmit_t3_a2_0 == BSubmit("t3", "a2", 0) /\ TRUE
TaskAssigned_t3_a2_3_TRUE == TaskAssigned("t3", "a2", 3, TRUE) /\ TRUE
TaskCompleted_t2_a2_3 == TaskCompleted("t2", "a2", 3) /\ TRUE
AttemptEnded_t2_a2_3_FALSE_FALSE == AttemptEnded("t2", "a2", 3, FALSE, FALSE) /\ TRUE
BTaskRefused_start_t2_2_stale_epoch == BTaskRefused("start", "t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_2_stale_epoch == BTaskRefused("complete", "t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_start_t2_3_status == BTaskRefused("start", "t2", 3, "status") /\ TRUE
BComplete_t2_3 == BComplete("t2", 3) /\ TRUE
TaskAssigned_t3_a1_4_TRUE == TaskAssigned("t3", "a1", 4, TRUE) /\ TRUE
TaskAssigned_t3_a2_4_TRUE == TaskAssigned("t3", "a2", 4, TRUE) /\ TRUE
BStart_t2_0 == BStart("t2", 0) /\ TRUE
TaskStarted_t2_a1_2 == TaskStarted("t2", "a1", 2) /\ TRUE
TaskCompleted_t2_a1_2 == TaskCompleted("t2", "a1", 2) /\ TRUE
AttemptEnded_t2_a1_2_FALSE_FALSE == AttemptEnded("t2", "a1", 2, FALSE, FALSE) /\ TRUE
BStart_t2_2 == BStart("t2", 2) /\ TRUE
TaskStarted_t2_a1_3 == TaskStarted("t2", "a1", 3) /\ TRUE
TaskCompleted_t2_a1_3 == TaskCompleted("t2", "a1", 3) /\ TRUE
AttemptEnded_t2_a1_3_FALSE_FALSE == AttemptEnded("t2", "a1", 3, FALSE, FALSE) /\ TRUE
BStart_t2_3 == BStart("t2", 3) /\ TRUE
TaskAssigned_t3_a2_3_FALSE == TaskAssigned("t3", "a2", 3, FALSE) /\ TRUE
TaskStarted_t3_a2_3 == TaskStarted("t3", "a2", 3) /\ TRUE
TaskStolen_t3_a1_3_a2 == TaskStolen("t3", "a1", 3, "a2") /\ TRUE
AttemptEnded_t3_a1_3_FALSE_TRUE == AttemptEnded("t3", "a1", 3, FALSE, TRUE) /\ TRUE
TaskAssigned_t3_a2_4_FALSE == TaskAssigned("t3", "a2", 4, FALSE) /\ TRUE
TaskStarted_t3_a2_4 == TaskStarted("t3", "a2", 4) /\ TRUE
WorkstealingCompleted_a1_a2_1_t3 == WorkstealingCompleted("a1", "a2", 1, <<"t3">>) /\ TRUE
TaskAssigned_t3_a1_3_FALSE == TaskAssigned("t3", "a1", 3, FALSE) /\ TRUE
TaskStolen_t3_a2_3_a1 == TaskStolen("t3", "a2", 3, "a1") /\ TRUE
AttemptEnded_t3_a2_3_FALSE_TRUE == AttemptEnded("t3", "a2", 3, FALSE, TRUE) /\ TRUE
TaskAssigned_t3_a1_4_FALSE == TaskAssigned("t3", "a1", 4, FALSE) /\ TRUE
WorkstealingCompleted_a2_a1_1_t3 == WorkstealingCompleted("a2", "a1", 1, <<"t3">>) /\ TRUE
BTaskRefused_complete_t2_0_status == BTaskRefused("complete", "t2", 0, "status") /\ TRUE
BTaskRefused_complete_t2_2_status == BTaskRefused("complete", "t2", 2, "status") /\ TRUE
BSubmitRefused_t3_duplicate == BSubmitRefused("t3", "", "duplicate") /\ TRUE
BSubmitRefused_t3_a1_duplicate == BSubmitRefused("t3", "a1", "duplicate") /\ TRUE
BSubmitRefused_t3_a2_duplicate == BSubmitRefused("t3", "a2", "duplicate") /\ TRUE
BTaskRefused_start_t3_0_status == BTaskRefused("start", "t3", 0, "status") /\ TRUE
BTaskRefused_complete_t3_0_status == BTaskRefused("complete", "t3", 0, "status") /\ TRUE
BTaskRefused_start_t3_1_stale_epoch == BTaskRefused("start", "t3", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t3_1_stale_epoch == BTaskRefused("complete", "t3", 1, "stale-epoch") /\ TRUE
BTaskRefused_start_t3_2_stale_epoch == BTaskRefused("start", "t3", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t3_2_stale_epoch == BTaskRefused("complete", "t3", 2, "stale-epoch") /\ TRUE
BTaskRefused_start_t3_3_stale_epoch == BTaskRefused("start", "t3", 3, "stale-epoch") /\ TRUE
BTaskRefused_complete_t3_3_stale_epoch == BTaskRefused("complete", "t3", 3, "stale-epoch") /\ TRUE
BTaskRefused_start_t3_4_stale_epoch == BTaskRefused("start", "t3", 4, "stale-epoch") /\ TRUE
BTaskRefused_complete_t3_4_stale_epoch == BTaskRefused("complete", "t3", 4, "stale-epoch") /\ TRUE
BTaskRefused_start_t3_5_stale_epoch == BTaskRefused("start", "t3", 5, "stale-epoch") /\ TRUE
BTaskRefused_complete_t3_5_stale_epoch == BTaskRefused("complete", "t3", 5, "stale-epoch") /\ TRUE
TaskAdmitted_t3_a1_3 == TaskAdmitted("t3", "a1", 3) /\ TRUE
BTaskRefused_start_t3_3_status == BTaskRefused("start", "t3", 3, "status") /\ TRUE
BTaskRefused_complete_t3_3_status == BTaskRefused("complete", "t3", 3, "status") /\ TRUE
TaskAdmitted_t3_a2_3 == TaskAdmitted("t3", "a2", 3) /\ TRUE
TaskStolen_t3_a2_4_a1 == TaskStolen("t3", "a2", 4, "a1") /\ TRUE
AttemptEnded_t3_a2_4_FALSE_TRUE == AttemptEnded("t3", "a2", 4, FALSE, TRUE) /\ TRUE
TaskAssigned_t3_a1_5_FALSE == TaskAssigned("t3", "a1", 5, FALSE) /\ TRUE
BTaskRefused_complete_t2_3_status == BTaskRefused("complete", "t2", 3, "status") /\ TRUE
TaskStolen_t3_a1_4_a2 == TaskStolen("t3", "a1", 4, "a2") /\ TRUE
AttemptEnded_t3_a1_4_FALSE_TRUE == AttemptEnded("t3", "a1", 4, FALSE, TRUE) /\ TRUE
TaskAssigned_t3_a2_5_FALSE == TaskAssigned("t3", "a2", 5, FALSE) /\ TRUE
TaskStarted_t3_a2_5 == TaskStarted("t3", "a2", 5) /\ TRUE
TaskAdmitted_t3_a1_4 == TaskAdmitted("t3", "a1", 4) /\ TRUE
BTaskRefused_start_t3_4_status == BTaskRefused("start", "t3", 4, "status") /\ TRUE
BTaskRefused_complete_t3_4_status == BTaskRefused("complete", "t3", 4, "status") /\ TRUE
TaskAdmitted_t3_a2_4 == TaskAdmitted("t3", "a2", 4) /\ TRUE
BComplete_t3_0 == BComplete("t3", 0) /\ TRUE
TaskCompleted_t3_a2_3 == TaskCompleted("t3", "a2", 3) /\ TRUE
AttemptEnded_t3_a2_3_FALSE_FALSE == AttemptEnded("t3", "a2", 3, FALSE, FALSE) /\ TRUE
BComplete_t3_3 == BComplete("t3", 3) /\ TRUE
TaskCompleted_t3_a2_4 == TaskCompleted("t3", "a2", 4) /\ TRUE
AttemptEnded_t3_a2_4_FALSE_FALSE == AttemptEnded("t3", "a2", 4, FALSE, FALSE) /\ TRUE
BComplete_t3_4 == BComplete("t3", 4) /\ TRUE
BStart_t3_0 == BStart("t3", 0) /\ TRUE
TaskStarted_t3_a1_3 == TaskStarted("t3", "a1", 3) /\ TRUE
TaskCompleted_t3_a1_3 == TaskCompleted("t3", "a1", 3) /\ TRUE
AttemptEnded_t3_a1_3_FALSE_FALSE == AttemptEnded("t3", "a1", 3, FALSE, FALSE) /\ TRUE
BStart_t3_3 == BStart("t3", 3) /\ TRUE
TaskStarted_t3_a1_4 == TaskStarted("t3", "a1", 4) /\ TRUE
TaskCompleted_t3_a1_4 == TaskCompleted("t3", "a1", 4) /\ TRUE
AttemptEnded_t3_a1_4_FALSE_FALSE == AttemptEnded("t3", "a1", 4, FALSE, FALSE) /\ TRUE
BStart_t3_4 == BStart("t3", 4) /\ TRUE

NamedNext ==
  \/ BSubmit_t1_0
  \/ TaskCreated_t1
  \/ TaskAssigned_t1_a1_1_FALSE
  \/ BSubmit_t1_a1_0
  \/ BSubmit_t1_a2_0
  \/ TaskAssigned_t1_a2_1_FALSE
  \/ TaskStarted_t1_a2_1
  \/ BTaskRefused_start_t1_0_unknown_task
  \/ BTaskRefused_complete_t1_0_unknown_task
  \/ BTaskRefused_start_t1_1_unknown_task
  \/ BTaskRefused_complete_t1_1_unknown_task
  \/ BTaskRefused_start_t1_2_unknown_task
  \/ BTaskRefused_complete_t1_2_unknown_task
  \/ BTaskRefused_start_t1_3_unknown_task
  \/ BTaskRefused_complete_t1_3_unknown_task
  \/ BTaskRefused_start_t1_4_unknown_task
  \/ BTaskRefused_complete_t1_4_unknown_task
  \/ BTaskRefused_start_t1_5_unknown_task
  \/ BTaskRefused_complete_t1_5_unknown_task
  \/ BTaskRefused_start_t2_0_unknown_task
  \/ BTaskRefused_complete_t2_0_unknown_task
  \/ BTaskRefused_start_t2_1_unknown_task
  \/ BTaskRefused_complete_t2_1_unknown_task
  \/ BTaskRefused_start_t2_2_unknown_task
  \/ BTaskRefused_complete_t2_2_unknown_task
  \/ BTaskRefused_start_t2_3_unknown_task
  \/ BTaskRefused_complete_t2_3_unknown_task
  \/ BTaskRefused_start_t2_4_unknown_task
  \/ BTaskRefused_complete_t2_4_unknown_task
  \/ BTaskRefused_start_t2_5_unknown_task
  \/ BTaskRefused_complete_t2_5_unknown_task
  \/ BTaskRefused_start_t3_0_unknown_task
  \/ BTaskRefused_complete_t3_0_unknown_task
  \/ BTaskRefused_start_t3_1_unknown_task
  \/ BTaskRefused_complete_t3_1_unknown_task
  \/ BTaskRefused_start_t3_2_unknown_task
  \/ BTaskRefused_complete_t3_2_unknown_task
  \/ BTaskRefused_start_t3_3_unknown_task
  \/ BTaskRefused_complete_t3_3_unknown_task
  \/ BTaskRefused_start_t3_4_unknown_task
  \/ BTaskRefused_complete_t3_4_unknown_task
  \/ BTaskRefused_start_t3_5_unknown_task
  \/ BTaskRefused_complete_t3_5_unknown_task
  \/ BSubmitRefused_t1_duplicate
  \/ BSubmitRefused_t1_a1_duplicate
  \/ BSubmitRefused_t1_a2_duplicate
  \/ BStart_t1_0
  \/ TaskStarted_t1_a1_1
  \/ BComplete_t1_0
  \/ TaskCompleted_t1_a1_1
  \/ AttemptEnded_t1_a1_1_FALSE_FALSE
  \/ BStart_t1_1
  \/ BComplete_t1_1
  \/ BTaskRefused_start_t1_2_stale_epoch
  \/ BTaskRefused_complete_t1_2_stale_epoch
  \/ BTaskRefused_start_t1_3_stale_epoch
  \/ BTaskRefused_complete_t1_3_stale_epoch
  \/ BTaskRefused_start_t1_4_stale_epoch
  \/ BTaskRefused_complete_t1_4_stale_epoch
  \/ BTaskRefused_start_t1_5_stale_epoch
  \/ BTaskRefused_complete_t1_5_stale_epoch
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
  \/ BSubmit_t2_a2_0
  \/ BTaskRefused_start_t1_0_status
  \/ TaskCompleted_t1_a2_1
  \/ AttemptEnded_t1_a2_1_FALSE_FALSE
  \/ BTaskRefused_start_t1_1_status
  \/ TaskAssigned_t2_a1_2_FALSE
  \/ TaskAssigned_t2_a2_2_TRUE
  \/ WorkstealingRequest_a2_a1_1
  \/ TaskStolen_t2_a2_2_a1
  \/ AttemptEnded_t2_a2_2_FALSE_TRUE
  \/ TaskAssigned_t2_a1_3_FALSE
  \/ WorkstealingCompleted_a2_a1_1_t2
  \/ BTaskRefused_complete_t1_0_status
  \/ BTaskRefused_complete_t1_1_status
  \/ BSubmitRefused_t2_duplicate
  \/ BSubmitRefused_t2_a1_duplicate
  \/ BSubmitRefused_t2_a2_duplicate
  \/ BTaskRefused_start_t2_0_status
  \/ BComplete_t2_0
  \/ TaskCompleted_t2_a2_2
  \/ AttemptEnded_t2_a2_2_FALSE_FALSE
  \/ BTaskRefused_start_t2_1_stale_epoch
  \/ BTaskRefused_complete_t2_1_stale_epoch
  \/ BTaskRefused_start_t2_2_status
  \/ BComplete_t2_2
  \/ BTaskRefused_start_t2_3_stale_epoch
  \/ BTaskRefused_complete_t2_3_stale_epoch
  \/ BTaskRefused_start_t2_4_stale_epoch
  \/ BTaskRefused_complete_t2_4_stale_epoch
  \/ BTaskRefused_start_t2_5_stale_epoch
  \/ BTaskRefused_complete_t2_5_stale_epoch
  \/ BSubmit_t3_0
  \/ TaskCreated_t3
  \/ BSubmit_t3_a1_0
  \/ TaskAssigned_t3_a1_3_TRUE
  \/ BSubmit_t3_a2_0
  \/ TaskAssigned_t3_a2_3_TRUE
  \/ TaskCompleted_t2_a2_3
  \/ AttemptEnded_t2_a2_3_FALSE_FALSE
  \/ BTaskRefused_start_t2_2_stale_epoch
  \/ BTaskRefused_complete_t2_2_stale_epoch
  \/ BTaskRefused_start_t2_3_status
  \/ BComplete_t2_3
  \/ TaskAssigned_t3_a1_4_TRUE
  \/ TaskAssigned_t3_a2_4_TRUE
  \/ BStart_t2_0
  \/ TaskStarted_t2_a1_2
  \/ TaskCompleted_t2_a1_2
  \/ AttemptEnded_t2_a1_2_FALSE_FALSE
  \/ BStart_t2_2
  \/ TaskStarted_t2_a1_3
  \/ TaskCompleted_t2_a1_3
  \/ AttemptEnded_t2_a1_3_FALSE_FALSE
  \/ BStart_t2_3
  \/ TaskAssigned_t3_a2_3_FALSE
  \/ TaskStarted_t3_a2_3
  \/ TaskStolen_t3_a1_3_a2
  \/ AttemptEnded_t3_a1_3_FALSE_TRUE
  \/ TaskAssigned_t3_a2_4_FALSE
  \/ TaskStarted_t3_a2_4
  \/ WorkstealingCompleted_a1_a2_1_t3
  \/ TaskAssigned_t3_a1_3_FALSE
  \/ TaskStolen_t3_a2_3_a1
  \/ AttemptEnded_t3_a2_3_FALSE_TRUE
  \/ TaskAssigned_t3_a1_4_FALSE
  \/ WorkstealingCompleted_a2_a1_1_t3
  \/ BTaskRefused_complete_t2_0_status
  \/ BTaskRefused_complete_t2_2_status
  \/ BSubmitRefused_t3_duplicate
  \/ BSubmitRefused_t3_a1_duplicate
  \/ BSubmitRefused_t3_a2_duplicate
  \/ BTaskRefused_start_t3_0_status
  \/ BTaskRefused_complete_t3_0_status
  \/ BTaskRefused_start_t3_1_stale_epoch
  \/ BTaskRefused_complete_t3_1_stale_epoch
  \/ BTaskRefused_start_t3_2_stale_epoch
  \/ BTaskRefused_complete_t3_2_stale_epoch
  \/ BTaskRefused_start_t3_3_stale_epoch
  \/ BTaskRefused_complete_t3_3_stale_epoch
  \/ BTaskRefused_start_t3_4_stale_epoch
  \/ BTaskRefused_complete_t3_4_stale_epoch
  \/ BTaskRefused_start_t3_5_stale_epoch
  \/ BTaskRefused_complete_t3_5_stale_epoch
  \/ TaskAdmitted_t3_a1_3
  \/ BTaskRefused_start_t3_3_status
  \/ BTaskRefused_complete_t3_3_status
  \/ TaskAdmitted_t3_a2_3
  \/ TaskStolen_t3_a2_4_a1
  \/ AttemptEnded_t3_a2_4_FALSE_TRUE
  \/ TaskAssigned_t3_a1_5_FALSE
  \/ BTaskRefused_complete_t2_3_status
  \/ TaskStolen_t3_a1_4_a2
  \/ AttemptEnded_t3_a1_4_FALSE_TRUE
  \/ TaskAssigned_t3_a2_5_FALSE
  \/ TaskStarted_t3_a2_5
  \/ TaskAdmitted_t3_a1_4
  \/ BTaskRefused_start_t3_4_status
  \/ BTaskRefused_complete_t3_4_status
  \/ TaskAdmitted_t3_a2_4
  \/ BComplete_t3_0
  \/ TaskCompleted_t3_a2_3
  \/ AttemptEnded_t3_a2_3_FALSE_FALSE
  \/ BComplete_t3_3
  \/ TaskCompleted_t3_a2_4
  \/ AttemptEnded_t3_a2_4_FALSE_FALSE
  \/ BComplete_t3_4
  \/ BStart_t3_0
  \/ TaskStarted_t3_a1_3
  \/ TaskCompleted_t3_a1_3
  \/ AttemptEnded_t3_a1_3_FALSE_FALSE
  \/ BStart_t3_3
  \/ TaskStarted_t3_a1_4
  \/ TaskCompleted_t3_a1_4
  \/ AttemptEnded_t3_a1_4_FALSE_FALSE
  \/ BStart_t3_4

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
