---- MODULE StealingYields ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS StealingBounds

BSubmit_t1_a1_0 == BSubmit("t1", "a1", 0) /\ TRUE
TaskCreated_t1 == TaskCreated("t1") /\ TRUE
TaskAssigned_t1_a1_1_FALSE == TaskAssigned("t1", "a1", 1, FALSE) /\ TRUE
BYield_t1 == BYield("t1") /\ TRUE
BTaskRefused_complete_t1_0_unknown_task == BTaskRefused("complete", "t1", 0, "unknown-task") /\ TRUE
BPark_t1_0 == BPark("t1", 0) /\ TRUE
BUnblock_t1_0 == BUnblock("t1", 0) /\ TRUE
BPreempt_t1_0 == BPreempt("t1", 0) /\ TRUE
BTaskRefused_complete_t1_1_unknown_task == BTaskRefused("complete", "t1", 1, "unknown-task") /\ TRUE
BPark_t1_1 == BPark("t1", 1) /\ TRUE
BUnblock_t1_1 == BUnblock("t1", 1) /\ TRUE
BPreempt_t1_1 == BPreempt("t1", 1) /\ TRUE
BTaskRefused_complete_t1_2_unknown_task == BTaskRefused("complete", "t1", 2, "unknown-task") /\ TRUE
BPark_t1_2 == BPark("t1", 2) /\ TRUE
BUnblock_t1_2 == BUnblock("t1", 2) /\ TRUE
BPreempt_t1_2 == BPreempt("t1", 2) /\ TRUE
BTaskRefused_complete_t1_3_unknown_task == BTaskRefused("complete", "t1", 3, "unknown-task") /\ TRUE
BPark_t1_3 == BPark("t1", 3) /\ TRUE
BUnblock_t1_3 == BUnblock("t1", 3) /\ TRUE
BPreempt_t1_3 == BPreempt("t1", 3) /\ TRUE
BTaskRefused_complete_t1_4_unknown_task == BTaskRefused("complete", "t1", 4, "unknown-task") /\ TRUE
BPark_t1_4 == BPark("t1", 4) /\ TRUE
BUnblock_t1_4 == BUnblock("t1", 4) /\ TRUE
BPreempt_t1_4 == BPreempt("t1", 4) /\ TRUE
BYield_t2 == BYield("t2") /\ TRUE
BTaskRefused_complete_t2_0_unknown_task == BTaskRefused("complete", "t2", 0, "unknown-task") /\ TRUE
BPark_t2_0 == BPark("t2", 0) /\ TRUE
BUnblock_t2_0 == BUnblock("t2", 0) /\ TRUE
BPreempt_t2_0 == BPreempt("t2", 0) /\ TRUE
BTaskRefused_complete_t2_1_unknown_task == BTaskRefused("complete", "t2", 1, "unknown-task") /\ TRUE
BPark_t2_1 == BPark("t2", 1) /\ TRUE
BUnblock_t2_1 == BUnblock("t2", 1) /\ TRUE
BPreempt_t2_1 == BPreempt("t2", 1) /\ TRUE
BTaskRefused_complete_t2_2_unknown_task == BTaskRefused("complete", "t2", 2, "unknown-task") /\ TRUE
BPark_t2_2 == BPark("t2", 2) /\ TRUE
BUnblock_t2_2 == BUnblock("t2", 2) /\ TRUE
BPreempt_t2_2 == BPreempt("t2", 2) /\ TRUE
BTaskRefused_complete_t2_3_unknown_task == BTaskRefused("complete", "t2", 3, "unknown-task") /\ TRUE
BPark_t2_3 == BPark("t2", 3) /\ TRUE
BUnblock_t2_3 == BUnblock("t2", 3) /\ TRUE
BPreempt_t2_3 == BPreempt("t2", 3) /\ TRUE
BTaskRefused_complete_t2_4_unknown_task == BTaskRefused("complete", "t2", 4, "unknown-task") /\ TRUE
BPark_t2_4 == BPark("t2", 4) /\ TRUE
BUnblock_t2_4 == BUnblock("t2", 4) /\ TRUE
BPreempt_t2_4 == BPreempt("t2", 4) /\ TRUE
BSubmitRefused_t1_a1_duplicate == BSubmitRefused("t1", "a1", "duplicate") /\ TRUE
BTaskRefused_complete_t1_0_status == BTaskRefused("complete", "t1", 0, "status") /\ TRUE
BTaskRefused_complete_t1_1_status == BTaskRefused("complete", "t1", 1, "status") /\ TRUE
TaskParked_t1_a1_1 == TaskParked("t1", "a1", 1) /\ TRUE
TaskBackedOff_t1_a1_1 == TaskBackedOff("t1", "a1", 1) /\ TRUE
AttemptEnded_t1_a1_1_FALSE_FALSE == AttemptEnded("t1", "a1", 1, FALSE, FALSE) /\ TRUE
BTaskRefused_complete_t1_2_stale_epoch == BTaskRefused("complete", "t1", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_3_stale_epoch == BTaskRefused("complete", "t1", 3, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_4_stale_epoch == BTaskRefused("complete", "t1", 4, "stale-epoch") /\ TRUE
BSubmit_t2_a1_0 == BSubmit("t2", "a1", 0) /\ TRUE
TaskCreated_t2 == TaskCreated("t2") /\ TRUE
TaskAssigned_t2_a1_2_TRUE == TaskAssigned("t2", "a1", 2, TRUE) /\ TRUE
BTaskRefused_complete_t1_1_stale_epoch == BTaskRefused("complete", "t1", 1, "stale-epoch") /\ TRUE
TaskReadied_t1 == TaskReadied("t1") /\ TRUE
TaskAssigned_t1_a1_2_FALSE == TaskAssigned("t1", "a1", 2, FALSE) /\ TRUE
TaskBackedOff_t1_1 == TaskBackedOff("t1", "", 1) /\ TRUE
TaskUnlocked_t1_1 == TaskUnlocked("t1", 1) /\ TRUE
TaskAssigned_t2_a1_2_FALSE == TaskAssigned("t2", "a1", 2, FALSE) /\ TRUE
BComplete_t1_0 == BComplete("t1", 0) /\ TRUE
TaskStarted_t1_a1_1 == TaskStarted("t1", "a1", 1) /\ TRUE
TaskCompleted_t1_a1_1 == TaskCompleted("t1", "a1", 1) /\ TRUE
BComplete_t1_1 == BComplete("t1", 1) /\ TRUE
TaskAdmitted_t2_a1_2 == TaskAdmitted("t2", "a1", 2) /\ TRUE
BSubmitRefused_t2_a1_duplicate == BSubmitRefused("t2", "a1", "duplicate") /\ TRUE
BTaskRefused_complete_t2_0_status == BTaskRefused("complete", "t2", 0, "status") /\ TRUE
BTaskRefused_complete_t2_1_stale_epoch == BTaskRefused("complete", "t2", 1, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_2_status == BTaskRefused("complete", "t2", 2, "status") /\ TRUE
TaskBackedOff_t2_a1_2 == TaskBackedOff("t2", "a1", 2) /\ TRUE
AttemptEnded_t2_a1_2_FALSE_TRUE == AttemptEnded("t2", "a1", 2, FALSE, TRUE) /\ TRUE
BTaskRefused_complete_t2_3_stale_epoch == BTaskRefused("complete", "t2", 3, "stale-epoch") /\ TRUE
BTaskRefused_complete_t2_4_stale_epoch == BTaskRefused("complete", "t2", 4, "stale-epoch") /\ TRUE
TaskStarted_t1_a1_2 == TaskStarted("t1", "a1", 2) /\ TRUE
TaskCompleted_t1_a1_2 == TaskCompleted("t1", "a1", 2) /\ TRUE
AttemptEnded_t1_a1_2_FALSE_FALSE == AttemptEnded("t1", "a1", 2, FALSE, FALSE) /\ TRUE
TaskBackedOff_t1_a1_2 == TaskBackedOff("t1", "a1", 2) /\ TRUE
BComplete_t1_2 == BComplete("t1", 2) /\ TRUE
TaskAssigned_t2_a1_3_TRUE == TaskAssigned("t2", "a1", 3, TRUE) /\ TRUE
TaskAssigned_t1_a1_3_TRUE == TaskAssigned("t1", "a1", 3, TRUE) /\ TRUE
BComplete_t2_0 == BComplete("t2", 0) /\ TRUE
TaskStarted_t2_a1_2 == TaskStarted("t2", "a1", 2) /\ TRUE
TaskCompleted_t2_a1_2 == TaskCompleted("t2", "a1", 2) /\ TRUE
AttemptEnded_t2_a1_2_FALSE_FALSE == AttemptEnded("t2", "a1", 2, FALSE, FALSE) /\ TRUE
BComplete_t2_2 == BComplete("t2", 2) /\ TRUE
BTaskRefused_complete_t2_2_stale_epoch == BTaskRefused("complete", "t2", 2, "stale-epoch") /\ TRUE
BTaskRefused_complete_t1_2_status == BTaskRefused("complete", "t1", 2, "status") /\ TRUE
TaskAssigned_t2_a1_3_FALSE == TaskAssigned("t2", "a1", 3, FALSE) /\ TRUE
TaskAdmitted_t2_a1_3 == TaskAdmitted("t2", "a1", 3) /\ TRUE
BTaskRefused_complete_t2_3_status == BTaskRefused("complete", "t2", 3, "status") /\ TRUE
TaskBackedOff_t2_a1_3 == TaskBackedOff("t2", "a1", 3) /\ TRUE
AttemptEnded_t2_a1_3_FALSE_TRUE == AttemptEnded("t2", "a1", 3, FALSE, TRUE) /\ TRUE
TaskBackedOff_t1_a1_3 == TaskBackedOff("t1", "a1", 3) /\ TRUE
AttemptEnded_t1_a1_3_FALSE_TRUE == AttemptEnded("t1", "a1", 3, FALSE, TRUE) /\ TRUE
BTaskRefused_complete_t1_3_status == BTaskRefused("complete", "t1", 3, "status") /\ TRUE
TaskAdmitted_t1_a1_3 == TaskAdmitted("t1", "a1", 3) /\ TRUE
TaskAssigned_t1_a1_3_FALSE == TaskAssigned("t1", "a1", 3, FALSE) /\ TRUE
TaskStarted_t2_a1_3 == TaskStarted("t2", "a1", 3) /\ TRUE
TaskCompleted_t2_a1_3 == TaskCompleted("t2", "a1", 3) /\ TRUE
AttemptEnded_t2_a1_3_FALSE_FALSE == AttemptEnded("t2", "a1", 3, FALSE, FALSE) /\ TRUE
BComplete_t2_3 == BComplete("t2", 3) /\ TRUE
TaskStarted_t1_a1_3 == TaskStarted("t1", "a1", 3) /\ TRUE
TaskCompleted_t1_a1_3 == TaskCompleted("t1", "a1", 3) /\ TRUE
AttemptEnded_t1_a1_3_FALSE_FALSE == AttemptEnded("t1", "a1", 3, FALSE, FALSE) /\ TRUE
BComplete_t1_3 == BComplete("t1", 3) /\ TRUE
TaskParked_t1_a1_3 == TaskParked("t1", "a1", 3) /\ TRUE
TaskAssigned_t1_a1_4_FALSE == TaskAssigned("t1", "a1", 4, FALSE) /\ TRUE
TaskBackedOff_t1_3 == TaskBackedOff("t1", "", 3) /\ TRUE
TaskUnlocked_t1_3 == TaskUnlocked("t1", 3) /\ TRUE

NamedNext ==
  \/ BSubmit_t1_a1_0
  \/ TaskCreated_t1
  \/ TaskAssigned_t1_a1_1_FALSE
  \/ BYield_t1
  \/ BTaskRefused_complete_t1_0_unknown_task
  \/ BPark_t1_0
  \/ BUnblock_t1_0
  \/ BPreempt_t1_0
  \/ BTaskRefused_complete_t1_1_unknown_task
  \/ BPark_t1_1
  \/ BUnblock_t1_1
  \/ BPreempt_t1_1
  \/ BTaskRefused_complete_t1_2_unknown_task
  \/ BPark_t1_2
  \/ BUnblock_t1_2
  \/ BPreempt_t1_2
  \/ BTaskRefused_complete_t1_3_unknown_task
  \/ BPark_t1_3
  \/ BUnblock_t1_3
  \/ BPreempt_t1_3
  \/ BTaskRefused_complete_t1_4_unknown_task
  \/ BPark_t1_4
  \/ BUnblock_t1_4
  \/ BPreempt_t1_4
  \/ BYield_t2
  \/ BTaskRefused_complete_t2_0_unknown_task
  \/ BPark_t2_0
  \/ BUnblock_t2_0
  \/ BPreempt_t2_0
  \/ BTaskRefused_complete_t2_1_unknown_task
  \/ BPark_t2_1
  \/ BUnblock_t2_1
  \/ BPreempt_t2_1
  \/ BTaskRefused_complete_t2_2_unknown_task
  \/ BPark_t2_2
  \/ BUnblock_t2_2
  \/ BPreempt_t2_2
  \/ BTaskRefused_complete_t2_3_unknown_task
  \/ BPark_t2_3
  \/ BUnblock_t2_3
  \/ BPreempt_t2_3
  \/ BTaskRefused_complete_t2_4_unknown_task
  \/ BPark_t2_4
  \/ BUnblock_t2_4
  \/ BPreempt_t2_4
  \/ BSubmitRefused_t1_a1_duplicate
  \/ BTaskRefused_complete_t1_0_status
  \/ BTaskRefused_complete_t1_1_status
  \/ TaskParked_t1_a1_1
  \/ TaskBackedOff_t1_a1_1
  \/ AttemptEnded_t1_a1_1_FALSE_FALSE
  \/ BTaskRefused_complete_t1_2_stale_epoch
  \/ BTaskRefused_complete_t1_3_stale_epoch
  \/ BTaskRefused_complete_t1_4_stale_epoch
  \/ BSubmit_t2_a1_0
  \/ TaskCreated_t2
  \/ TaskAssigned_t2_a1_2_TRUE
  \/ BTaskRefused_complete_t1_1_stale_epoch
  \/ TaskReadied_t1
  \/ TaskAssigned_t1_a1_2_FALSE
  \/ TaskBackedOff_t1_1
  \/ TaskUnlocked_t1_1
  \/ TaskAssigned_t2_a1_2_FALSE
  \/ BComplete_t1_0
  \/ TaskStarted_t1_a1_1
  \/ TaskCompleted_t1_a1_1
  \/ BComplete_t1_1
  \/ TaskAdmitted_t2_a1_2
  \/ BSubmitRefused_t2_a1_duplicate
  \/ BTaskRefused_complete_t2_0_status
  \/ BTaskRefused_complete_t2_1_stale_epoch
  \/ BTaskRefused_complete_t2_2_status
  \/ TaskBackedOff_t2_a1_2
  \/ AttemptEnded_t2_a1_2_FALSE_TRUE
  \/ BTaskRefused_complete_t2_3_stale_epoch
  \/ BTaskRefused_complete_t2_4_stale_epoch
  \/ TaskStarted_t1_a1_2
  \/ TaskCompleted_t1_a1_2
  \/ AttemptEnded_t1_a1_2_FALSE_FALSE
  \/ TaskBackedOff_t1_a1_2
  \/ BComplete_t1_2
  \/ TaskAssigned_t2_a1_3_TRUE
  \/ TaskAssigned_t1_a1_3_TRUE
  \/ BComplete_t2_0
  \/ TaskStarted_t2_a1_2
  \/ TaskCompleted_t2_a1_2
  \/ AttemptEnded_t2_a1_2_FALSE_FALSE
  \/ BComplete_t2_2
  \/ BTaskRefused_complete_t2_2_stale_epoch
  \/ BTaskRefused_complete_t1_2_status
  \/ TaskAssigned_t2_a1_3_FALSE
  \/ TaskAdmitted_t2_a1_3
  \/ BTaskRefused_complete_t2_3_status
  \/ TaskBackedOff_t2_a1_3
  \/ AttemptEnded_t2_a1_3_FALSE_TRUE
  \/ TaskBackedOff_t1_a1_3
  \/ AttemptEnded_t1_a1_3_FALSE_TRUE
  \/ BTaskRefused_complete_t1_3_status
  \/ TaskAdmitted_t1_a1_3
  \/ TaskAssigned_t1_a1_3_FALSE
  \/ TaskStarted_t2_a1_3
  \/ TaskCompleted_t2_a1_3
  \/ AttemptEnded_t2_a1_3_FALSE_FALSE
  \/ BComplete_t2_3
  \/ TaskStarted_t1_a1_3
  \/ TaskCompleted_t1_a1_3
  \/ AttemptEnded_t1_a1_3_FALSE_FALSE
  \/ BComplete_t1_3
  \/ TaskParked_t1_a1_3
  \/ TaskAssigned_t1_a1_4_FALSE
  \/ TaskBackedOff_t1_3
  \/ TaskUnlocked_t1_3

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
