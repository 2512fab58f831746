---- MODULE StealingBatches ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS StealingBounds

BSubmit_t1_a1_0 == BSubmit("t1", "a1", 0) /\ TRUE
TaskCreated_t1 == TaskCreated("t1") /\ TRUE
TaskAssigned_t1_a1_1_FALSE == TaskAssigned("t1", "a1", 1, FALSE) /\ TRUE
BReportLoad_a1_2 == BReportLoad("a1", 2) /\ TRUE
AgentReported_a1_2 == AgentReported("a1", 2) /\ TRUE
BReportLoad_a1_7 == BReportLoad("a1", 7) /\ TRUE
AgentReported_a1_7 == AgentReported("a1", 7) /\ TRUE
BReportLoad_a2_2 == BReportLoad("a2", 2) /\ TRUE
AgentReported_a2_2 == AgentReported("a2", 2) /\ TRUE
BReportLoad_a2_7 == BReportLoad("a2", 7) /\ TRUE
AgentReported_a2_7 == AgentReported("a2", 7) /\ TRUE
BReportLoad_a3_2 == BReportLoad("a3", 2) /\ TRUE
AgentReported_a3_2 == AgentReported("a3", 2) /\ TRUE
BReportLoad_a3_7 == BReportLoad("a3", 7) /\ TRUE
AgentReported_a3_7 == AgentReported("a3", 7) /\ TRUE
BSubmitRefused_t1_a1_duplicate == BSubmitRefused("t1", "a1", "duplicate") /\ TRUE
BSubmit_t2_a1_0 == BSubmit("t2", "a1", 0) /\ TRUE
TaskCreated_t2 == TaskCreated("t2") /\ TRUE
TaskAssigned_t2_a1_2_TRUE == TaskAssigned("t2", "a1", 2, TRUE) /\ TRUE
AgentReported_a1_1 == AgentReported("a1", 1) /\ TRUE
AgentReported_a1_6 == AgentReported("a1", 6) /\ TRUE
WorkstealingRequest_a1_a2_1 == WorkstealingRequest("a1", "a2", 1) /\ TRUE
TaskStolen_t1_a1_1_a2 == TaskStolen("t1", "a1", 1, "a2") /\ TRUE
AttemptEnded_t1_a1_1_FALSE_FALSE == AttemptEnded("t1", "a1", 1, FALSE, FALSE) /\ TRUE
TaskAssigned_t1_a2_2_FALSE == TaskAssigned("t1", "a2", 2, FALSE) /\ TRUE
TaskStarted_t1_a2_2 == TaskStarted("t1", "a2", 2) /\ TRUE
WorkstealingCompleted_a1_a2_1_t1 == WorkstealingCompleted("a1", "a2", 1, <<"t1">>) /\ TRUE
BForgetReport_a1 == BForgetReport("a1") /\ TRUE
AgentReportExpired_a1 == AgentReportExpired("a1") /\ TRUE
BForgetReport_a2 == BForgetReport("a2") /\ TRUE
AgentReportExpired_a2 == AgentReportExpired("a2") /\ TRUE
BForgetReport_a3 == BForgetReport("a3") /\ TRUE
AgentReportExpired_a3 == AgentReportExpired("a3") /\ TRUE
BSubmitRefused_t2_a1_duplicate == BSubmitRefused("t2", "a1", "duplicate") /\ TRUE
BSubmit_t3_a1_0 == BSubmit("t3", "a1", 0) /\ TRUE
TaskCreated_t3 == TaskCreated("t3") /\ TRUE
TaskAssigned_t3_a1_3_TRUE == TaskAssigned("t3", "a1", 3, TRUE) /\ TRUE
AgentReported_a1_0 == AgentReported("a1", 0) /\ TRUE
AgentReported_a1_5 == AgentReported("a1", 5) /\ TRUE
WorkstealingRequest_a1_a2_2 == WorkstealingRequest("a1", "a2", 2) /\ TRUE
TaskStolen_t2_a1_2_a2 == TaskStolen("t2", "a1", 2, "a2") /\ TRUE
AttemptEnded_t2_a1_2_FALSE_TRUE == AttemptEnded("t2", "a1", 2, FALSE, TRUE) /\ TRUE
TaskAssigned_t2_a2_3_FALSE == TaskAssigned("t2", "a2", 3, FALSE) /\ TRUE
TaskStarted_t2_a2_3 == TaskStarted("t2", "a2", 3) /\ TRUE
TaskAssigned_t1_a2_4_FALSE == TaskAssigned("t1", "a2", 4, FALSE) /\ TRUE
TaskStarted_t1_a2_4 == TaskStarted("t1", "a2", 4) /\ TRUE
WorkstealingCompleted_a1_a2_2_t2_t1 == WorkstealingCompleted("a1", "a2", 2, <<"t2", "t1">>) /\ TRUE
TaskAssigned_t2_a1_3_FALSE == TaskAssigned("t2", "a1", 3, FALSE) /\ TRUE
WorkstealingRequest_a1_a3_1 == WorkstealingRequest("a1", "a3", 1) /\ TRUE
TaskStolen_t2_a1_3_a3 == TaskStolen("t2", "a1", 3, "a3") /\ TRUE
AttemptEnded_t2_a1_3_FALSE_FALSE == AttemptEnded("t2", "a1", 3, FALSE, FALSE) /\ TRUE
TaskAssigned_t2_a3_4_FALSE == TaskAssigned("t2", "a3", 4, FALSE) /\ TRUE
WorkstealingCompleted_a1_a3_1_t2 == WorkstealingCompleted("a1", "a3", 1, <<"t2">>) /\ TRUE
AgentReported_a2_1 == AgentReported("a2", 1) /\ TRUE
AgentReported_a2_6 == AgentReported("a2", 6) /\ TRUE
TaskStolen_t1_a1_1_a3 == TaskStolen("t1", "a1", 1, "a3") /\ TRUE
TaskAssigned_t1_a3_2_FALSE == TaskAssigned("t1", "a3", 2, FALSE) /\ TRUE
WorkstealingCompleted_a1_a3_1_t1 == WorkstealingCompleted("a1", "a3", 1, <<"t1">>) /\ TRUE
BSubmitRefused_t3_a1_duplicate == BSubmitRefused("t3", "a1", "duplicate") /\ TRUE
AgentReported_a1_4 == AgentReported("a1", 4) /\ TRUE
TaskStolen_t3_a1_3_a2 == TaskStolen("t3", "a1", 3, "a2") /\ TRUE
AttemptEnded_t3_a1_3_FALSE_TRUE == AttemptEnded("t3", "a1", 3, FALSE, TRUE) /\ TRUE
TaskAssigned_t3_a2_4_FALSE == TaskAssigned("t3", "a2", 4, FALSE) /\ TRUE
TaskStarted_t3_a2_4 == TaskStarted("t3", "a2", 4) /\ TRUE
TaskAssigned_t2_a2_5_FALSE == TaskAssigned("t2", "a2", 5, FALSE) /\ TRUE
TaskStarted_t2_a2_5 == TaskStarted("t2", "a2", 5) /\ TRUE
WorkstealingCompleted_a1_a2_2_t3_t2 == WorkstealingCompleted("a1", "a2", 2, <<"t3", "t2">>) /\ TRUE
TaskAssigned_t1_a3_6_FALSE == TaskAssigned("t1", "a3", 6, FALSE) /\ TRUE
TaskAssigned_t3_a1_5_FALSE == TaskAssigned("t3", "a1", 5, FALSE) /\ TRUE
TaskStolen_t3_a1_5_a3 == TaskStolen("t3", "a1", 5, "a3") /\ TRUE
AttemptEnded_t3_a1_5_FALSE_FALSE == AttemptEnded("t3", "a1", 5, FALSE, FALSE) /\ TRUE
TaskAssigned_t3_a3_6_FALSE == TaskAssigned("t3", "a3", 6, FALSE) /\ TRUE
WorkstealingCompleted_a1_a3_1_t3 == WorkstealingCompleted("a1", "a3", 1, <<"t3">>) /\ TRUE
AgentReported_a2_0 == AgentReported("a2", 0) /\ TRUE
AgentReported_a2_5 == AgentReported("a2", 5) /\ TRUE
TaskStolen_t2_a1_2_a3 == TaskStolen("t2", "a1", 2, "a3") /\ TRUE
TaskAssigned_t2_a3_3_FALSE == TaskAssigned("t2", "a3", 3, FALSE) /\ TRUE
TaskStolen_t3_a1_5_a2 == TaskStolen("t3", "a1", 5, "a2") /\ TRUE
TaskAssigned_t3_a2_6_FALSE == TaskAssigned("t3", "a2", 6, FALSE) /\ TRUE
TaskStarted_t3_a2_6 == TaskStarted("t3", "a2", 6) /\ TRUE
WorkstealingCompleted_a1_a2_1_t3 == WorkstealingCompleted("a1", "a2", 1, <<"t3">>) /\ TRUE
AgentReported_a3_1 == AgentReported("a3", 1) /\ TRUE
AgentReported_a3_6 == AgentReported("a3", 6) /\ TRUE
WorkstealingRequest_a3_a2_1 == WorkstealingRequest("a3", "a2", 1) /\ TRUE
TaskStolen_t2_a3_4_a2 == TaskStolen("t2", "a3", 4, "a2") /\ TRUE
AttemptEnded_t2_a3_4_FALSE_FALSE == AttemptEnded("t2", "a3", 4, FALSE, FALSE) /\ TRUE
WorkstealingCompleted_a3_a2_1_t2 == WorkstealingCompleted("a3", "a2", 1, <<"t2">>) /\ TRUE
TaskStolen_t2_a1_3_a2 == TaskStolen("t2", "a1", 3, "a2") /\ TRUE
TaskAssigned_t2_a2_4_FALSE == TaskAssigned("t2", "a2", 4, FALSE) /\ TRUE
TaskStarted_t2_a2_4 == TaskStarted("t2", "a2", 4) /\ TRUE
WorkstealingCompleted_a1_a2_1_t2 == WorkstealingCompleted("a1", "a2", 1, <<"t2">>) /\ TRUE
TaskStolen_t1_a3_2_a2 == TaskStolen("t1", "a3", 2, "a2") /\ TRUE
AttemptEnded_t1_a3_2_FALSE_FALSE == AttemptEnded("t1", "a3", 2, FALSE, FALSE) /\ TRUE
TaskAssigned_t1_a2_3_FALSE == TaskAssigned("t1", "a2", 3, FALSE) /\ TRUE
TaskStarted_t1_a2_3 == TaskStarted("t1", "a2", 3) /\ TRUE
WorkstealingCompleted_a3_a2_1_t1 == WorkstealingCompleted("a3", "a2", 1, <<"t1">>) /\ TRUE
TaskStolen_t3_a1_3_a3 == TaskStolen("t3", "a1", 3, "a3") /\ TRUE
TaskAssigned_t3_a3_4_FALSE == TaskAssigned("t3", "a3", 4, FALSE) /\ TRUE
TaskAssigned_t1_a2_6_FALSE == TaskAssigned("t1", "a2", 6, FALSE) /\ TRUE
TaskStarted_t1_a2_6 == TaskStarted("t1", "a2", 6) /\ TRUE
TaskAssigned_t3_a2_6_TRUE == TaskAssigned("t3", "a2", 6, TRUE) /\ TRUE
TaskStolen_t2_a3_3_a2 == TaskStolen("t2", "a3", 3, "a2") /\ TRUE
AttemptEnded_t2_a3_3_FALSE_FALSE == AttemptEnded("t2", "a3", 3, FALSE, FALSE) /\ TRUE
TaskAssigned_t3_a1_4_TRUE == TaskAssigned("t3", "a1", 4, TRUE) /\ TRUE
WorkstealingRequest_a3_a1_1 == WorkstealingRequest("a3", "a1", 1) /\ TRUE
TaskStolen_t2_a3_4_a1 == TaskStolen("t2", "a3", 4, "a1") /\ TRUE
TaskAssigned_t2_a1_5_FALSE == TaskAssigned("t2", "a1", 5, FALSE) /\ TRUE
WorkstealingCompleted_a3_a1_1_t2 == WorkstealingCompleted("a3", "a1", 1, <<"t2">>) /\ TRUE
TaskStolen_t3_a1_4_a3 == TaskStolen("t3", "a1", 4, "a3") /\ TRUE
AttemptEnded_t3_a1_4_FALSE_TRUE == AttemptEnded("t3", "a1", 4, FALSE, TRUE) /\ TRUE
TaskAssigned_t3_a3_5_FALSE == TaskAssigned("t3", "a3", 5, FALSE) /\ TRUE
TaskAssigned_t1_a2_5_FALSE == TaskAssigned("t1", "a2", 5, FALSE) /\ TRUE
TaskStarted_t1_a2_5 == TaskStarted("t1", "a2", 5) /\ TRUE
TaskStolen_t1_a3_2_a1 == TaskStolen("t1", "a3", 2, "a1") /\ TRUE
TaskAssigned_t1_a1_3_FALSE == TaskAssigned("t1", "a1", 3, FALSE) /\ TRUE
WorkstealingCompleted_a3_a1_1_t1 == WorkstealingCompleted("a3", "a1", 1, <<"t1">>) /\ TRUE
TaskAssigned_t2_a1_4_FALSE == TaskAssigned("t2", "a1", 4, FALSE) /\ TRUE
TaskStolen_t2_a1_4_a2 == TaskStolen("t2", "a1", 4, "a2") /\ TRUE
AttemptEnded_t2_a1_4_FALSE_FALSE == AttemptEnded("t2", "a1", 4, FALSE, FALSE) /\ TRUE
TaskStolen_t2_a3_3_a1 == TaskStolen("t2", "a3", 3, "a1") /\ TRUE
TaskAssigned_t2_a1_4_TRUE == TaskAssigned("t2", "a1", 4, TRUE) /\ TRUE
TaskStolen_t3_a1_4_a2 == TaskStolen("t3", "a1", 4, "a2") /\ TRUE
TaskAssigned_t3_a2_5_FALSE == TaskAssigned("t3", "a2", 5, FALSE) /\ TRUE
TaskStarted_t3_a2_5 == TaskStarted("t3", "a2", 5) /\ TRUE
WorkstealingCompleted_a1_a2_2_t3_t1 == WorkstealingCompleted("a1", "a2", 2, <<"t3", "t1">>) /\ TRUE
TaskStolen_t3_a3_4_a2 == TaskStolen("t3", "a3", 4, "a2") /\ TRUE
AttemptEnded_t3_a3_4_FALSE_FALSE == AttemptEnded("t3", "a3", 4, FALSE, FALSE) /\ TRUE
WorkstealingCompleted_a3_a2_1_t3 == WorkstealingCompleted("a3", "a2", 1, <<"t3">>) /\ TRUE
TaskStolen_t3_a3_4_a1 == TaskStolen("t3", "a3", 4, "a1") /\ TRUE
TaskAssigned_t3_a1_5_TRUE == TaskAssigned("t3", "a1", 5, TRUE) /\ TRUE
WorkstealingCompleted_a3_a1_1_t3 == WorkstealingCompleted("a3", "a1", 1, <<"t3">>) /\ TRUE
TaskAssigned_t2_a2_6_FALSE == TaskAssigned("t2", "a2", 6, FALSE) /\ TRUE
TaskStarted_t2_a2_6 == TaskStarted("t2", "a2", 6) /\ TRUE
TaskAssigned_t1_a1_5_FALSE == TaskAssigned("t1", "a1", 5, FALSE) /\ TRUE
TaskAssigned_t1_a1_4_TRUE == TaskAssigned("t1", "a1", 4, TRUE) /\ TRUE
TaskStolen_t1_a1_3_a2 == TaskStolen("t1", "a1", 3, "a2") /\ TRUE
AttemptEnded_t1_a1_3_FALSE_FALSE == AttemptEnded("t1", "a1", 3, FALSE, FALSE) /\ TRUE
TaskStolen_t2_a1_4_a3 == TaskStolen("t2", "a1", 4, "a3") /\ TRUE
TaskAssigned_t2_a3_5_FALSE == TaskAssigned("t2", "a3", 5, FALSE) /\ TRUE
AttemptEnded_t2_a1_4_FALSE_TRUE == AttemptEnded("t2", "a1", 4, FALSE, TRUE) /\ TRUE
TaskAssigned_t1_a2_7_TRUE == TaskAssigned("t1", "a2", 7, TRUE) /\ TRUE
TaskAssigned_t2_a1_5_TRUE == TaskAssigned("t2", "a1", 5, TRUE) /\ TRUE
TaskAssigned_t2_a2_7_TRUE == TaskAssigned("t2", "a2", 7, TRUE) /\ TRUE
AttemptEnded_t3_a1_5_FALSE_TRUE == AttemptEnded("t3", "a1", 5, FALSE, TRUE) /\ TRUE
TaskAssigned_t1_a3_5_FALSE == TaskAssigned("t1", "a3", 5, FALSE) /\ TRUE
TaskAssigned_t1_a2_6_TRUE == TaskAssigned("t1", "a2", 6, TRUE) /\ TRUE
TaskAssigned_t2_a2_6_TRUE == TaskAssigned("t2", "a2", 6, TRUE) /\ TRUE
TaskStolen_t1_a1_4_a2 == TaskStolen("t1", "a1", 4, "a2") /\ TRUE
AttemptEnded_t1_a1_4_FALSE_TRUE == AttemptEnded("t1", "a1", 4, FALSE, TRUE) /\ TRUE
WorkstealingCompleted_a1_a2_2_t1_t2 == WorkstealingCompleted("a1", "a2", 2, <<"t1", "t2">>) /\ TRUE
TaskStolen_t2_a1_5_a2 == TaskStolen("t2", "a1", 5, "a2") /\ TRUE
AttemptEnded_t2_a1_5_FALSE_FALSE == AttemptEnded("t2", "a1", 5, FALSE, FALSE) /\ TRUE
TaskStolen_t1_a1_3_a3 == TaskStolen("t1", "a1", 3, "a3") /\ TRUE
TaskAssigned_t1_a3_4_FALSE == TaskAssigned("t1", "a3", 4, FALSE) /\ TRUE
TaskAssigned_t1_a1_5_TRUE == TaskAssigned("t1", "a1", 5, TRUE) /\ TRUE
TaskStolen_t1_a1_4_a3 == TaskStolen("t1", "a1", 4, "a3") /\ TRUE
TaskAssigned_t3_a2_7_TRUE == TaskAssigned("t3", "a2", 7, TRUE) /\ TRUE
TaskAssigned_t2_a2_7_FALSE == TaskAssigned("t2", "a2", 7, FALSE) /\ TRUE
TaskStarted_t2_a2_7 == TaskStarted("t2", "a2", 7) /\ TRUE
TaskStolen_t2_a1_5_a3 == TaskStolen("t2", "a1", 5, "a3") /\ TRUE
TaskAssigned_t2_a3_6_FALSE == TaskAssigned("t2", "a3", 6, FALSE) /\ TRUE
TaskStolen_t1_a3_4_a2 == TaskStolen("t1", "a3", 4, "a2") /\ TRUE
AttemptEnded_t1_a3_4_FALSE_FALSE == AttemptEnded("t1", "a3", 4, FALSE, FALSE) /\ TRUE
TaskAssigned_t1_a2_7_FALSE == TaskAssigned("t1", "a2", 7, FALSE) /\ TRUE
TaskStarted_t1_a2_7 == TaskStarted("t1", "a2", 7) /\ TRUE
TaskStolen_t1_a3_4_a1 == TaskStolen("t1", "a3", 4, "a1") /\ TRUE

NamedNext ==
  \/ BSubmit_t1_a1_0
  \/ TaskCreated_t1
  \/ TaskAssigned_t1_a1_1_FALSE
  \/ BReportLoad_a1_2
  \/ AgentReported_a1_2
  \/ BReportLoad_a1_7
  \/ AgentReported_a1_7
  \/ BReportLoad_a2_2
  \/ AgentReported_a2_2
  \/ BReportLoad_a2_7
  \/ AgentReported_a2_7
  \/ BReportLoad_a3_2
  \/ AgentReported_a3_2
  \/ BReportLoad_a3_7
  \/ AgentReported_a3_7
  \/ BSubmitRefused_t1_a1_duplicate
  \/ BSubmit_t2_a1_0
  \/ TaskCreated_t2
  \/ TaskAssigned_t2_a1_2_TRUE
  \/ AgentReported_a1_1
  \/ AgentReported_a1_6
  \/ WorkstealingRequest_a1_a2_1
  \/ TaskStolen_t1_a1_1_a2
  \/ AttemptEnded_t1_a1_1_FALSE_FALSE
  \/ TaskAssigned_t1_a2_2_FALSE
  \/ TaskStarted_t1_a2_2
  \/ WorkstealingCompleted_a1_a2_1_t1
  \/ BForgetReport_a1
  \/ AgentReportExpired_a1
  \/ BForgetReport_a2
  \/ AgentReportExpired_a2
  \/ BForgetReport_a3
  \/ AgentReportExpired_a3
  \/ BSubmitRefused_t2_a1_duplicate
  \/ BSubmit_t3_a1_0
  \/ TaskCreated_t3
  \/ TaskAssigned_t3_a1_3_TRUE
  \/ AgentReported_a1_0
  \/ AgentReported_a1_5
  \/ WorkstealingRequest_a1_a2_2
  \/ TaskStolen_t2_a1_2_a2
  \/ AttemptEnded_t2_a1_2_FALSE_TRUE
  \/ TaskAssigned_t2_a2_3_FALSE
  \/ TaskStarted_t2_a2_3
  \/ TaskAssigned_t1_a2_4_FALSE
  \/ TaskStarted_t1_a2_4
  \/ WorkstealingCompleted_a1_a2_2_t2_t1
  \/ TaskAssigned_t2_a1_3_FALSE
  \/ WorkstealingRequest_a1_a3_1
  \/ TaskStolen_t2_a1_3_a3
  \/ AttemptEnded_t2_a1_3_FALSE_FALSE
  \/ TaskAssigned_t2_a3_4_FALSE
  \/ WorkstealingCompleted_a1_a3_1_t2
  \/ AgentReported_a2_1
  \/ AgentReported_a2_6
  \/ TaskStolen_t1_a1_1_a3
  \/ TaskAssigned_t1_a3_2_FALSE
  \/ WorkstealingCompleted_a1_a3_1_t1
  \/ BSubmitRefused_t3_a1_duplicate
  \/ AgentReported_a1_4
  \/ TaskStolen_t3_a1_3_a2
  \/ AttemptEnded_t3_a1_3_FALSE_TRUE
  \/ TaskAssigned_t3_a2_4_FALSE
  \/ TaskStarted_t3_a2_4
  \/ TaskAssigned_t2_a2_5_FALSE
  \/ TaskStarted_t2_a2_5
  \/ WorkstealingCompleted_a1_a2_2_t3_t2
  \/ TaskAssigned_t1_a3_6_FALSE
  \/ TaskAssigned_t3_a1_5_FALSE
  \/ TaskStolen_t3_a1_5_a3
  \/ AttemptEnded_t3_a1_5_FALSE_FALSE
  \/ TaskAssigned_t3_a3_6_FALSE
  \/ WorkstealingCompleted_a1_a3_1_t3
  \/ AgentReported_a2_0
  \/ AgentReported_a2_5
  \/ TaskStolen_t2_a1_2_a3
  \/ TaskAssigned_t2_a3_3_FALSE
  \/ TaskStolen_t3_a1_5_a2
  \/ TaskAssigned_t3_a2_6_FALSE
  \/ TaskStarted_t3_a2_6
  \/ WorkstealingCompleted_a1_a2_1_t3
  \/ AgentReported_a3_1
  \/ AgentReported_a3_6
  \/ WorkstealingRequest_a3_a2_1
  \/ TaskStolen_t2_a3_4_a2
  \/ AttemptEnded_t2_a3_4_FALSE_FALSE
  \/ WorkstealingCompleted_a3_a2_1_t2
  \/ TaskStolen_t2_a1_3_a2
  \/ TaskAssigned_t2_a2_4_FALSE
  \/ TaskStarted_t2_a2_4
  \/ WorkstealingCompleted_a1_a2_1_t2
  \/ TaskStolen_t1_a3_2_a2
  \/ AttemptEnded_t1_a3_2_FALSE_FALSE
  \/ TaskAssigned_t1_a2_3_FALSE
  \/ TaskStarted_t1_a2_3
  \/ WorkstealingCompleted_a3_a2_1_t1
  \/ TaskStolen_t3_a1_3_a3
  \/ TaskAssigned_t3_a3_4_FALSE
  \/ TaskAssigned_t1_a2_6_FALSE
  \/ TaskStarted_t1_a2_6
  \/ TaskAssigned_t3_a2_6_TRUE
  \/ TaskStolen_t2_a3_3_a2
  \/ AttemptEnded_t2_a3_3_FALSE_FALSE
  \/ TaskAssigned_t3_a1_4_TRUE
  \/ WorkstealingRequest_a3_a1_1
  \/ TaskStolen_t2_a3_4_a1
  \/ TaskAssigned_t2_a1_5_FALSE
  \/ WorkstealingCompleted_a3_a1_1_t2
  \/ TaskStolen_t3_a1_4_a3
  \/ AttemptEnded_t3_a1_4_FALSE_TRUE
  \/ TaskAssigned_t3_a3_5_FALSE
  \/ TaskAssigned_t1_a2_5_FALSE
  \/ TaskStarted_t1_a2_5
  \/ TaskStolen_t1_a3_2_a1
  \/ TaskAssigned_t1_a1_3_FALSE
  \/ WorkstealingCompleted_a3_a1_1_t1
  \/ TaskAssigned_t2_a1_4_FALSE
  \/ TaskStolen_t2_a1_4_a2
  \/ AttemptEnded_t2_a1_4_FALSE_FALSE
  \/ TaskStolen_t2_a3_3_a1
  \/ TaskAssigned_t2_a1_4_TRUE
  \/ TaskStolen_t3_a1_4_a2
  \/ TaskAssigned_t3_a2_5_FALSE
  \/ TaskStarted_t3_a2_5
  \/ WorkstealingCompleted_a1_a2_2_t3_t1
  \/ TaskStolen_t3_a3_4_a2
  \/ AttemptEnded_t3_a3_4_FALSE_FALSE
  \/ WorkstealingCompleted_a3_a2_1_t3
  \/ TaskStolen_t3_a3_4_a1
  \/ TaskAssigned_t3_a1_5_TRUE
  \/ WorkstealingCompleted_a3_a1_1_t3
  \/ TaskAssigned_t2_a2_6_FALSE
  \/ TaskStarted_t2_a2_6
  \/ TaskAssigned_t1_a1_5_FALSE
  \/ TaskAssigned_t1_a1_4_TRUE
  \/ TaskStolen_t1_a1_3_a2
  \/ AttemptEnded_t1_a1_3_FALSE_FALSE
  \/ TaskStolen_t2_a1_4_a3
  \/ TaskAssigned_t2_a3_5_FALSE
  \/ AttemptEnded_t2_a1_4_FALSE_TRUE
  \/ TaskAssigned_t1_a2_7_TRUE
  \/ TaskAssigned_t2_a1_5_TRUE
  \/ TaskAssigned_t2_a2_7_TRUE
  \/ AttemptEnded_t3_a1_5_FALSE_TRUE
  \/ TaskAssigned_t1_a3_5_FALSE
  \/ TaskAssigned_t1_a2_6_TRUE
  \/ TaskAssigned_t2_a2_6_TRUE
  \/ TaskStolen_t1_a1_4_a2
  \/ AttemptEnded_t1_a1_4_FALSE_TRUE
  \/ WorkstealingCompleted_a1_a2_2_t1_t2
  \/ TaskStolen_t2_a1_5_a2
  \/ AttemptEnded_t2_a1_5_FALSE_FALSE
  \/ TaskStolen_t1_a1_3_a3
  \/ TaskAssigned_t1_a3_4_FALSE
  \/ TaskAssigned_t1_a1_5_TRUE
  \/ TaskStolen_t1_a1_4_a3
  \/ TaskAssigned_t3_a2_7_TRUE
  \/ TaskAssigned_t2_a2_7_FALSE
  \/ TaskStarted_t2_a2_7
  \/ TaskStolen_t2_a1_5_a3
  \/ TaskAssigned_t2_a3_6_FALSE
  \/ TaskStolen_t1_a3_4_a2
  \/ AttemptEnded_t1_a3_4_FALSE_FALSE
  \/ TaskAssigned_t1_a2_7_FALSE
  \/ TaskStarted_t1_a2_7
  \/ TaskStolen_t1_a3_4_a1

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
