---- MODULE JournalMembers ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCJournal

open_1 == DoOpen(1) /\ TRUE
open_2 == DoOpen(2) /\ TRUE
open_damaged_1 == DoOpenDamaged(1) /\ TRUE
open_damaged_2 == DoOpenDamaged(2) /\ TRUE
handle_1 == DoHandle(1) /\ TRUE
handle_2 == DoHandle(2) /\ TRUE
refuse_1 == DoRefuse(1) /\ TRUE
refuse_2 == DoRefuse(2) /\ TRUE
acknowledge_1 == DoAcknowledge(1) /\ TRUE
acknowledge_2 == DoAcknowledge(2) /\ TRUE
lose_1 == DoLose(1) /\ TRUE
lose_2 == DoLose(2) /\ TRUE
offer_1 == DoOffer(1) /\ TRUE
offer_2 == DoOffer(2) /\ TRUE
truncate_1 == DoTruncate(1) /\ TRUE
truncate_2 == DoTruncate(2) /\ TRUE
close_1 == DoClose(1) /\ TRUE
close_2 == DoClose(2) /\ TRUE
crash_1 == DoCrash(1) /\ TRUE
crash_2 == DoCrash(2) /\ TRUE
snapshot_1 == DoSnapshot(1) /\ TRUE
snapshot_2 == DoSnapshot(2) /\ TRUE
save_1 == DoSave(1) /\ TRUE
save_2 == DoSave(2) /\ TRUE
lose_save_1 == DoLoseSave(1) /\ TRUE
lose_save_2 == DoLoseSave(2) /\ TRUE
send_1_1 == DoSend(1, 1) /\ TRUE
send_2_1 == DoSend(2, 1) /\ TRUE
expire_1_1 == DoExpire(1, 1) /\ TRUE
expire_1_2 == DoExpire(1, 2) /\ TRUE
arrive_1_1 == DoArrive(1, 1) /\ TRUE
arrive_1_2 == DoArrive(1, 2) /\ TRUE
arrive_2_1 == DoArrive(2, 1) /\ TRUE
arrive_2_2 == DoArrive(2, 2) /\ TRUE
deliver_1_1 == DoDeliver(1, 1) /\ TRUE
deliver_1_2 == DoDeliver(1, 2) /\ TRUE
deliver_2_1 == DoDeliver(2, 1) /\ TRUE
deliver_2_2 == DoDeliver(2, 2) /\ TRUE
redeliver_1_1 == DoRedeliver(1, 1) /\ TRUE
redeliver_1_2 == DoRedeliver(1, 2) /\ TRUE
redeliver_1_3 == DoRedeliver(1, 3) /\ TRUE
redeliver_2_1 == DoRedeliver(2, 1) /\ TRUE
redeliver_2_2 == DoRedeliver(2, 2) /\ TRUE
redeliver_2_3 == DoRedeliver(2, 3) /\ TRUE
forget == DoForget /\ TRUE

NamedNext ==
  \/ open_1
  \/ open_2
  \/ open_damaged_1
  \/ open_damaged_2
  \/ handle_1
  \/ handle_2
  \/ refuse_1
  \/ refuse_2
  \/ acknowledge_1
  \/ acknowledge_2
  \/ lose_1
  \/ lose_2
  \/ offer_1
  \/ offer_2
  \/ truncate_1
  \/ truncate_2
  \/ close_1
  \/ close_2
  \/ crash_1
  \/ crash_2
  \/ snapshot_1
  \/ snapshot_2
  \/ save_1
  \/ save_2
  \/ lose_save_1
  \/ lose_save_2
  \/ send_1_1
  \/ send_2_1
  \/ expire_1_1
  \/ expire_1_2
  \/ arrive_1_1
  \/ arrive_1_2
  \/ arrive_2_1
  \/ arrive_2_2
  \/ deliver_1_1
  \/ deliver_1_2
  \/ deliver_2_1
  \/ deliver_2_2
  \/ redeliver_1_1
  \/ redeliver_1_2
  \/ redeliver_1_3
  \/ redeliver_2_1
  \/ redeliver_2_2
  \/ redeliver_2_3
  \/ forget

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
