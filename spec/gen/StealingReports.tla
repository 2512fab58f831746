---- MODULE StealingReports ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS StealingBounds

BSubmit_t1_0 == BSubmit("t1", "", 0) /\ TRUE
TaskCreated_t1 == TaskCreated("t1") /\ TRUE
TaskAssigned_t1_a2_1_FALSE == TaskAssigned("t1", "a2", 1, FALSE) /\ TRUE
TaskStarted_t1_a2_1 == TaskStarted("t1", "a2", 1) /\ TRUE
BSubmit_t1_1 == BSubmit("t1", "", 1) /\ TRUE
BSubmit_t1_a1_0 == BSubmit("t1", "a1", 0) /\ TRUE
TaskAssigned_t1_a1_1_FALSE == TaskAssigned("t1", "a1", 1, FALSE) /\ TRUE
BSubmit_t1_a1_1 == BSubmit("t1", "a1", 1) /\ TRUE
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
BReportLoad_a1_3 == BReportLoad("a1", 3) /\ TRUE
AgentReported_a1_3 == AgentReported("a1", 3) /\ TRUE
BReportLoad_a2_3 == BReportLoad("a2", 3) /\ TRUE
AgentReported_a2_3 == AgentReported("a2", 3) /\ TRUE
BReportLoad_a3_3 == BReportLoad("a3", 3) /\ TRUE
AgentReported_a3_3 == AgentReported("a3", 3) /\ TRUE
BSubmitRefused_t1_duplicate == BSubmitRefused("t1", "", "duplicate") /\ TRUE
BSubmitRefused_t1_a1_duplicate == BSubmitRefused("t1", "a1", "duplicate") /\ TRUE
BCancel_t1 == BCancel("t1") /\ TRUE
TaskCancelled_t1_a2_1 == TaskCancelled("t1", "a2", 1) /\ TRUE
BComplete_t1_0 == BComplete("t1", 0) /\ TRUE
TaskCompleted_t1_a2_1 == TaskCompleted("t1", "a2", 1) /\ TRUE
AttemptEnded_t1_a2_1_FALSE_FALSE == AttemptEnded("t1", "a2", 1, FALSE, FALSE) /\ TRUE
BComplete_t1_1 == BComplete("t1", 1) /\ TRUE
BTaskRefused_complete_t1_2_stale_epoch == BTaskRefused("complete", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_3_stale_epoch == BTaskRefused("complete", "t1", 3, "stale-epoch") /\ TRUE
BSubmit_t2_0 == BSubmit("t2", "", 0) /\ TRUE
TaskCreated_t2 == TaskCreated("t2") /\ TRUE
TaskAssigned_t2_a1_2_FALSE == TaskAssigned("t2", "a1", 2, FALSE) /\ TRUE
BSubmit_t2_1 == BSubmit("t2", "", 1) /\ TRUE
BSubmit_t2_a1_0 == BSubmit("t2", "a1", 0) /\ TRUE
BSubmit_t2_a1_1 == BSubmit("t2", "a1", 1) /\ TRUE
AgentReported_a2_2 == AgentReported("a2", 2) /\ TRUE
TaskCancelled_t1_a1_1 == TaskCancelled("t1", "a1", 1) /\ TRUE
AttemptEnded_t1_a1_1_FALSE_FALSE == AttemptEnded("t1", "a1", 1, FALSE, FALSE) /\ TRUE
BExpire_t1_queue == BExpire("t1", "queue") /\ TRUE
TaskTimedOut_t1_queue == TaskTimedOut("t1", "queue") /\ TRUE
TaskFailed_t1_a1_1 == TaskFailed("t1", "a1", 1) /\ TRUE
TaskStarted_t1_a1_1 == TaskStarted("t1", "a1", 1) /\ TRUE
TaskCompleted_t1_a1_1 == TaskCompleted("t1", "a1", 1) /\ TRUE
TaskAssigned_t2_a2_2_FALSE == TaskAssigned("t2", "a2", 2, FALSE) /\ TRUE
TaskStarted_t2_a2_2 == TaskStarted("t2", "a2", 2) /\ TRUE
TaskAssigned_t2_a1_2_TRUE == TaskAssigned("t2", "a1", 2, TRUE) /\ TRUE
AgentReported_a1_2 == AgentReported("a1", 2) /\ TRUE
WorkstealingRequest_a1_a2_1 == WorkstealingRequest("a1", "a2", 1) /\ TRUE
TaskStolen_t1_a1_1_a2 == TaskStolen("t1", "a1", 1, "a2") /\ TRUE
TaskAssigned_t1_a2_2_FALSE == TaskAssigned("t1", "a2", 2, FALSE) /\ TRUE
TaskStarted_t1_a2_2 == TaskStarted("t1", "a2", 2) /\ TRUE
WorkstealingCompleted_a1_a2_1_t1 == WorkstealingCompleted("a1", "a2", 1, <<"t1">>) /\ TRUE
BForgetReport_a1 == BForgetReport("a1") /\ TRUE
AgentReportExpired_a1 == AgentReportExpired("a1") /\ TRUE
BForgetReport_a2 == BForgetReport("a2") /\ TRUE
AgentReportExpired_a2 == AgentReportExpired("a2") /\ TRUE
BForgetReport_a3 == BForgetReport("a3") /\ TRUE
AgentReportExpired_a3 == AgentReportExpired("a3") /\ TRUE
BTaskRefused_complete_t1_0_status == BTaskRefused("complete", "t1", 0, "status") /\ TRUE
BTaskRefused_complete_t1_1_status == BTaskRefused("complete", "t1", 1, "status") /\ TRUE
BTaskRefused_cancel_t1_0_status == BTaskRefused("cancel", "t1", 0, "status") /\ TRUE
BSubmitRefused_t2_duplicate == BSubmitRefused("t2", "", "duplicate") /\ TRUE
BSubmitRefused_t2_a1_duplicate == BSubmitRefused("t2", "a1", "duplicate") /\ TRUE
BCancel_t2 == BCancel("t2") /\ TRUE
TaskCancelled_t2_a1_2 == TaskCancelled("t2", "a1", 2) /\ TRUE
AttemptEnded_t2_a1_2_FALSE_FALSE == AttemptEnded("t2", "a1", 2, FALSE, FALSE) /\ TRUE
BExpire_t2_queue == BExpire("t2", "queue") /\ TRUE
TaskTimedOut_t2_queue == TaskTimedOut("t2", "queue") /\ TRUE
TaskFailed_t2_a1_2 == TaskFailed("t2", "a1", 2) /\ TRUE
BComplete_t2_0 == BComplete("t2", 0) /\ TRUE
TaskStarted_t2_a1_2 == TaskStarted("t2", "a1", 2) /\ TRUE
TaskCompleted_t2_a1_2 == TaskCompleted("t2", "a1", 2) /\ TRUE
BTaskRefused_complete_t2_1_stale_epoch == BTaskRefused("complete", "t2", 1, "stale-epoch") /\ TRUE
BComplete_t2_2 == BComplete("t2", 2) /\ TRUE
BTaskRefused_complete_t2_3_stale_epoch == BTaskRefused("complete", "t2", 3, "stale-epoch") /\ TRUE
WorkstealingRequest_a1_a3_1 == WorkstealingRequest("a1", "a3", 1) /\ TRUE
TaskStolen_t2_a1_2_a3 == TaskStolen("t2", "a1", 2, "a3") /\ TRUE
TaskAssigned_t2_a3_3_FALSE == TaskAssigned("t2", "a3", 3, FALSE) /\ TRUE
WorkstealingCompleted_a1_a3_1_t2 == WorkstealingCompleted("a1", "a3", 1, <<"t2">>) /\ TRUE
TaskCancelled_t2_a2_2 == TaskCancelled("t2", "a2", 2) /\ TRUE
TaskCompleted_t2_a2_2 == TaskCompleted("t2", "a2", 2) /\ TRUE
AttemptEnded_t2_a2_2_FALSE_FALSE == AttemptEnded("t2", "a2", 2, FALSE, FALSE) /\ TRUE
TaskStolen_t1_a1_1_a3 == TaskStolen("t1", "a1", 1, "a3") /\ TRUE
TaskAssigned_t1_a3_3_FALSE == TaskAssigned("t1", "a3", 3, FALSE) /\ TRUE
WorkstealingCompleted_a1_a3_1_t1 == WorkstealingCompleted("a1", "a3", 1, <<"t1">>) /\ TRUE
TaskAdmitted_t2_a1_2 == TaskAdmitted("t2", "a1", 2) /\ TRUE
AttemptEnded_t2_a1_2_FALSE_TRUE == AttemptEnded("t2", "a1", 2, FALSE, TRUE) /\ TRUE
BTaskRefused_complete_t2_0_status == BTaskRefused("complete", "t2", 0, "status") /\ TRUE
BTaskRefused_complete_t2_2_status == BTaskRefused("complete", "t2", 2, "status") /\ TRUE
AgentReported_a1_1 == AgentReported("a1", 1) /\ TRUE
TaskStolen_t2_a1_2_a2 == TaskStolen("t2", "a1", 2, "a2") /\ TRUE
TaskAssigned_t2_a2_3_FALSE == TaskAssigned("t2", "a2", 3, FALSE) /\ TRUE
TaskStarted_t2_a2_3 == TaskStarted("t2", "a2", 3) /\ TRUE
WorkstealingCompleted_a1_a2_1_t2 == WorkstealingCompleted("a1", "a2", 1, <<"t2">>) /\ TRUE
TaskCancelled_t1_a2_2 == TaskCancelled("t1", "a2", 2) /\ TRUE
TaskCompleted_t1_a2_2 == TaskCompleted("t1", "a2", 2) /\ TRUE
AttemptEnded_t1_a2_2_FALSE_FALSE == AttemptEnded("t1", "a2", 2, FALSE, FALSE) /\ TRUE
BTaskRefused_complete_t1_1_stale_epoch == BTaskRefused("complete", "t1", 1, "stale-epoch") /\ TRUE
BComplete_t1_2 == BComplete("t1", 2) /\ TRUE
TaskAssigned_t2_a1_3_FALSE == TaskAssigned("t2", "a1", 3, FALSE) /\ TRUE
TaskStolen_t2_a1_3_a3 == TaskStolen("t2", "a1", 3, "a3") /\ TRUE
AttemptEnded_t2_a1_3_FALSE_FALSE == AttemptEnded("t2", "a1", 3, FALSE, FALSE) /\ TRUE
TaskAssigned_t2_a3_4_FALSE == TaskAssigned("t2", "a3", 4, FALSE) /\ TRUE
TaskAssigned_t1_a3_2_FALSE == TaskAssigned("t1", "a3", 2, FALSE) /\ TRUE
BTaskRefused_cancel_t2_0_status == BTaskRefused("cancel", "t2", 0, "status") /\ TRUE
TaskAssigned_t1_a2_3_FALSE == TaskAssigned("t1", "a2", 3, FALSE) /\ TRUE
TaskStarted_t1_a2_3 == TaskStarted("t1", "a2", 3) /\ TRUE
BTaskRefused_complete_t1_2_status == BTaskRefused("complete", "t1", 2, "status") /\ TRUE
TaskStolen_t2_a1_3_a2 == TaskStolen("t2", "a1", 3, "a2") /\ TRUE
TaskAssigned_t2_a2_4_FALSE == TaskAssigned("t2", "a2", 4, FALSE) /\ TRUE
TaskStarted_t2_a2_4 == TaskStarted("t2", "a2", 4) /\ TRUE
TaskCancelled_t1_a3_2 == TaskCancelled("t1", "a3", 2) /\ TRUE
AttemptEnded_t1_a3_2_FALSE_FALSE == AttemptEnded("t1", "a3", 2, FALSE, FALSE) /\ TRUE
TaskFailed_t1_a3_2 == TaskFailed("t1", "a3", 2) /\ TRUE
TaskStarted_t1_a3_2 == TaskStarted("t1", "a3", 2) /\ TRUE
TaskCompleted_t1_a3_2 == TaskCompleted("t1", "a3", 2) /\ TRUE
AgentReported_a3_2 == AgentReported("a3", 2) /\ TRUE
WorkstealingRequest_a3_a1_1 == WorkstealingRequest("a3", "a1", 1) /\ TRUE
TaskStolen_t1_a3_2_a1 == TaskStolen("t1", "a3", 2, "a1") /\ TRUE
TaskAssigned_t1_a1_3_FALSE == TaskAssigned("t1", "a1", 3, FALSE) /\ TRUE
WorkstealingCompleted_a3_a1_1_t1 == WorkstealingCompleted("a3", "a1", 1, <<"t1">>) /\ TRUE
WorkstealingRequest_a3_a2_1 == WorkstealingRequest("a3", "a2", 1) /\ TRUE
TaskStolen_t1_a3_2_a2 == TaskStolen("t1", "a3", 2, "a2") /\ TRUE
WorkstealingCompleted_a3_a2_1_t1 == WorkstealingCompleted("a3", "a2", 1, <<"t1">>) /\ TRUE
WorkstealingRequest_a1_a2_2 == WorkstealingRequest("a1", "a2", 2) /\ TRUE
TaskAssigned_t1_a2_4_FALSE == TaskAssigned("t1", "a2", 4, FALSE) /\ TRUE
TaskStarted_t1_a2_4 == TaskStarted("t1", "a2", 4) /\ TRUE
WorkstealingCompleted_a1_a2_2_t2_t1 == WorkstealingCompleted("a1", "a2", 2, <<"t2", "t1">>) /\ TRUE

NamedNext ==
  \/ BSubmit_t1_0
  \/ TaskCreated_t1
  \/ TaskAssigned_t1_a2_1_FALSE
  \/ TaskStarted_t1_a2_1
  \/ BSubmit_t1_1
  \/ BSubmit_t1_a1_0
  \/ TaskAssigned_t1_a1_1_FALSE
  \/ BSubmit_t1_a1_1
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
  \/ BReportLoad_a1_3
  \/ AgentReported_a1_3
  \/ BReportLoad_a2_3
  \/ AgentReported_a2_3
  \/ BReportLoad_a3_3
  \/ AgentReported_a3_3
  \/ BSubmitRefused_t1_duplicate
  \/ BSubmitRefused_t1_a1_duplicate
  \/ BCancel_t1
  \/ TaskCancelled_t1_a2_1
  \/ BComplete_t1_0
  \/ TaskCompleted_t1_a2_1
  \/ AttemptEnded_t1_a2_1_FALSE_FALSE
  \/ BComplete_t1_1
  \/ BTaskRefused_complete_t1_2_stale_epoch
  \/ BTaskRefused_complete_t1_3_stale_epoch
  \/ BSubmit_t2_0
  \/ TaskCreated_t2
  \/ TaskAssigned_t2_a1_2_FALSE
  \/ BSubmit_t2_1
  \/ BSubmit_t2_a1_0
  \/ BSubmit_t2_a1_1
  \/ AgentReported_a2_2
  \/ TaskCancelled_t1_a1_1
  \/ AttemptEnded_t1_a1_1_FALSE_FALSE
  \/ BExpire_t1_queue
  \/ TaskTimedOut_t1_queue
  \/ TaskFailed_t1_a1_1
  \/ TaskStarted_t1_a1_1
  \/ TaskCompleted_t1_a1_1
  \/ TaskAssigned_t2_a2_2_FALSE
  \/ TaskStarted_t2_a2_2
  \/ TaskAssigned_t2_a1_2_TRUE
  \/ AgentReported_a1_2
  \/ WorkstealingRequest_a1_a2_1
  \/ TaskStolen_t1_a1_1_a2
  \/ TaskAssigned_t1_a2_2_FALSE
  \/ TaskStarted_t1_a2_2
  \/ WorkstealingCompleted_a1_a2_1_t1
  \/ BForgetReport_a1
  \/ AgentReportExpired_a1
  \/ BForgetReport_a2
  \/ AgentReportExpired_a2
  \/ BForgetReport_a3
  \/ AgentReportExpired_a3
  \/ BTaskRefused_complete_t1_0_status
  \/ BTaskRefused_complete_t1_1_status
  \/ BTaskRefused_cancel_t1_0_status
  \/ BSubmitRefused_t2_duplicate
  \/ BSubmitRefused_t2_a1_duplicate
  \/ BCancel_t2
  \/ TaskCancelled_t2_a1_2
  \/ AttemptEnded_t2_a1_2_FALSE_FALSE
  \/ BExpire_t2_queue
  \/ TaskTimedOut_t2_queue
  \/ TaskFailed_t2_a1_2
  \/ BComplete_t2_0
  \/ TaskStarted_t2_a1_2
  \/ TaskCompleted_t2_a1_2
  \/ BTaskRefused_complete_t2_1_stale_epoch
  \/ BComplete_t2_2
  \/ BTaskRefused_complete_t2_3_stale_epoch
  \/ WorkstealingRequest_a1_a3_1
  \/ TaskStolen_t2_a1_2_a3
  \/ TaskAssigned_t2_a3_3_FALSE
  \/ WorkstealingCompleted_a1_a3_1_t2
  \/ TaskCancelled_t2_a2_2
  \/ TaskCompleted_t2_a2_2
  \/ AttemptEnded_t2_a2_2_FALSE_FALSE
  \/ TaskStolen_t1_a1_1_a3
  \/ TaskAssigned_t1_a3_3_FALSE
  \/ WorkstealingCompleted_a1_a3_1_t1
  \/ TaskAdmitted_t2_a1_2
  \/ AttemptEnded_t2_a1_2_FALSE_TRUE
  \/ BTaskRefused_complete_t2_0_status
  \/ BTaskRefused_complete_t2_2_status
  \/ AgentReported_a1_1
  \/ TaskStolen_t2_a1_2_a2
  \/ TaskAssigned_t2_a2_3_FALSE
  \/ TaskStarted_t2_a2_3
  \/ WorkstealingCompleted_a1_a2_1_t2
  \/ TaskCancelled_t1_a2_2
  \/ TaskCompleted_t1_a2_2
  \/ AttemptEnded_t1_a2_2_FALSE_FALSE
  \/ BTaskRefused_complete_t1_1_stale_epoch
  \/ BComplete_t1_2
  \/ TaskAssigned_t2_a1_3_FALSE
  \/ TaskStolen_t2_a1_3_a3
  \/ AttemptEnded_t2_a1_3_FALSE_FALSE
  \/ TaskAssigned_t2_a3_4_FALSE
  \/ TaskAssigned_t1_a3_2_FALSE
  \/ BTaskRefused_cancel_t2_0_status
  \/ TaskAssigned_t1_a2_3_FALSE
  \/ TaskStarted_t1_a2_3
  \/ BTaskRefused_complete_t1_2_status
  \/ TaskStolen_t2_a1_3_a2
  \/ TaskAssigned_t2_a2_4_FALSE
  \/ TaskStarted_t2_a2_4
  \/ TaskCancelled_t1_a3_2
  \/ AttemptEnded_t1_a3_2_FALSE_FALSE
  \/ TaskFailed_t1_a3_2
  \/ TaskStarted_t1_a3_2
  \/ TaskCompleted_t1_a3_2
  \/ AgentReported_a3_2
  \/ WorkstealingRequest_a3_a1_1
  \/ TaskStolen_t1_a3_2_a1
  \/ TaskAssigned_t1_a1_3_FALSE
  \/ WorkstealingCompleted_a3_a1_1_t1
  \/ WorkstealingRequest_a3_a2_1
  \/ TaskStolen_t1_a3_2_a2
  \/ WorkstealingCompleted_a3_a2_1_t1
  \/ WorkstealingRequest_a1_a2_2
  \/ TaskAssigned_t1_a2_4_FALSE
  \/ TaskStarted_t1_a2_4
  \/ WorkstealingCompleted_a1_a2_2_t2_t1

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
