---- MODULE StealingMoves ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS StealingBounds

BSubmit_t1_a1_0 == BSubmit("t1", "a1", 0) /\ TRUE
TaskCreated_t1 == TaskCreated("t1") /\ TRUE
TaskAssigned_t1_a1_1_FALSE == TaskAssigned("t1", "a1", 1, FALSE) /\ TRUE
BUnblock_t1_0 == BUnblock("t1", 0) /\ TRUE
BUnblock_t1_1 == BUnblock("t1", 1) /\ TRUE
BUnblock_t1_2 == BUnblock("t1", 2) /\ TRUE
BUnblock_t1_3 == BUnblock("t1", 3) /\ TRUE
BUnblock_t2_0 == BUnblock("t2", 0) /\ TRUE
BUnblock_t2_1 == BUnblock("t2", 1) /\ TRUE
BUnblock_t2_2 == BUnblock("t2", 2) /\ TRUE
BUnblock_t2_3 == BUnblock("t2", 3) /\ TRUE
BReportLoad_a1_2 == BReportLoad("a1", 2) /\ TRUE
AgentReported_a1_2 == AgentReported("a1", 2) /\ TRUE
BReportLoad_a2_2 == BReportLoad("a2", 2) /\ TRUE
AgentReported_a2_2 == AgentReported("a2", 2) /\ TRUE
BSubmitRefused_t1_a1_duplicate == BSubmitRefused("t1", "a1", "duplicate") /\ TRUE
BSubmit_t2_a1_0 == BSubmit("t2", "a1", 0) /\ TRUE
TaskCreated_t2 == TaskCreated("t2") /\ TRUE
TaskAssigned_t2_a1_2_FALSE == TaskAssigned("t2", "a1", 2, FALSE) /\ TRUE
WorkstealingRequest_a1_a2_1 == WorkstealingRequest("a1", "a2", 1) /\ TRUE
TaskStolen_t2_a1_2_a2 == TaskStolen("t2", "a1", 2, "a2") /\ TRUE
AttemptEnded_t2_a1_2_FALSE_FALSE == AttemptEnded("t2", "a1", 2, FALSE, FALSE) /\ TRUE
TaskAssigned_t2_a2_3_FALSE == TaskAssigned("t2", "a2", 3, FALSE) /\ TRUE
WorkstealingCompleted_a1_a2_1_t2 == WorkstealingCompleted("a1", "a2", 1, <<"t2">>) /\ TRUE
AgentReported_a1_1 == AgentReported("a1", 1) /\ TRUE
TaskStolen_t1_a1_1_a2 == TaskStolen("t1", "a1", 1, "a2") /\ TRUE
AttemptEnded_t1_a1_1_FALSE_FALSE == AttemptEnded("t1", "a1", 1, FALSE, FALSE) /\ TRUE
TaskAssigned_t1_a2_2_FALSE == TaskAssigned("t1", "a2", 2, FALSE) /\ TRUE
WorkstealingCompleted_a1_a2_1_t1 == WorkstealingCompleted("a1", "a2", 1, <<"t1">>) /\ TRUE
BForgetReport_a1 == BForgetReport("a1") /\ TRUE
AgentReportExpired_a1 == AgentReportExpired("a1") /\ TRUE
BForgetReport_a2 == BForgetReport("a2") /\ TRUE
AgentReportExpired_a2 == AgentReportExpired("a2") /\ TRUE
TaskAssigned_t2_a1_3_FALSE == TaskAssigned("t2", "a1", 3, FALSE) /\ TRUE
AgentReported_a2_1 == AgentReported("a2", 1) /\ TRUE
TaskStolen_t2_a1_3_a2 == TaskStolen("t2", "a1", 3, "a2") /\ TRUE
AttemptEnded_t2_a1_3_FALSE_FALSE == AttemptEnded("t2", "a1", 3, FALSE, FALSE) /\ TRUE
TaskAssigned_t2_a2_4_FALSE == TaskAssigned("t2", "a2", 4, FALSE) /\ TRUE
WorkstealingRequest_a2_a1_1 == WorkstealingRequest("a2", "a1", 1) /\ TRUE
TaskStolen_t1_a2_2_a1 == TaskStolen("t1", "a2", 2, "a1") /\ TRUE
AttemptEnded_t1_a2_2_FALSE_FALSE == AttemptEnded("t1", "a2", 2, FALSE, FALSE) /\ TRUE
TaskAssigned_t1_a1_3_FALSE == TaskAssigned("t1", "a1", 3, FALSE) /\ TRUE
WorkstealingCompleted_a2_a1_1_t1 == WorkstealingCompleted("a2", "a1", 1, <<"t1">>) /\ TRUE
BSubmitRefused_t2_a1_duplicate == BSubmitRefused("t2", "a1", "duplicate") /\ TRUE
AgentReported_a1_0 == AgentReported("a1", 0) /\ TRUE

NamedNext ==
  \/ BSubmit_t1_a1_0
  \/ TaskCreated_t1
  \/ TaskAssigned_t1_a1_1_FALSE
  \/ BUnblock_t1_0
  \/ BUnblock_t1_1
  \/ BUnblock_t1_2
  \/ BUnblock_t1_3
  \/ BUnblock_t2_0
  \/ BUnblock_t2_1
  \/ BUnblock_t2_2
  \/ BUnblock_t2_3
  \/ BReportLoad_a1_2
  \/ AgentReported_a1_2
  \/ BReportLoad_a2_2
  \/ AgentReported_a2_2
  \/ BSubmitRefused_t1_a1_duplicate
  \/ BSubmit_t2_a1_0
  \/ TaskCreated_t2
  \/ TaskAssigned_t2_a1_2_FALSE
  \/ WorkstealingRequest_a1_a2_1
  \/ TaskStolen_t2_a1_2_a2
  \/ AttemptEnded_t2_a1_2_FALSE_FALSE
  \/ TaskAssigned_t2_a2_3_FALSE
  \/ WorkstealingCompleted_a1_a2_1_t2
  \/ AgentReported_a1_1
  \/ TaskStolen_t1_a1_1_a2
  \/ AttemptEnded_t1_a1_1_FALSE_FALSE
  \/ TaskAssigned_t1_a2_2_FALSE
  \/ WorkstealingCompleted_a1_a2_1_t1
  \/ BForgetReport_a1
  \/ AgentReportExpired_a1
  \/ BForgetReport_a2
  \/ AgentReportExpired_a2
  \/ TaskAssigned_t2_a1_3_FALSE
  \/ AgentReported_a2_1
  \/ TaskStolen_t2_a1_3_a2
  \/ AttemptEnded_t2_a1_3_FALSE_FALSE
  \/ TaskAssigned_t2_a2_4_FALSE
  \/ WorkstealingRequest_a2_a1_1
  \/ TaskStolen_t1_a2_2_a1
  \/ AttemptEnded_t1_a2_2_FALSE_FALSE
  \/ TaskAssigned_t1_a1_3_FALSE
  \/ WorkstealingCompleted_a2_a1_1_t1
  \/ BSubmitRefused_t2_a1_duplicate
  \/ AgentReported_a1_0

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
