---- MODULE JournalClosing ----
\* Generated from the machine's alphabet by deno task spec --write.
EXTENDS MCJournal

open_1 == DoOpen(1) /\ TRUE
open_damaged_1 == DoOpenDamaged(1) /\ TRUE
handle_1 == DoHandle(1) /\ TRUE
refuse_1 == DoRefuse(1) /\ TRUE
acknowledge_1 == DoAcknowledge(1) /\ TRUE
lose_1 == DoLose(1) /\ TRUE
offer_1 == DoOffer(1) /\ TRUE
truncate_1 == DoTruncate(1) /\ TRUE
close_1 == DoClose(1) /\ TRUE
crash_1 == DoCrash(1) /\ TRUE
snapshot_1 == DoSnapshot(1) /\ TRUE
save_1 == DoSave(1) /\ TRUE
lose_save_1 == DoLoseSave(1) /\ TRUE
send_1_1 == DoSend(1, 1) /\ TRUE
send_1_2 == DoSend(1, 2) /\ TRUE
send_1_3 == DoSend(1, 3) /\ TRUE
arrive_1_1 == DoArrive(1, 1) /\ TRUE
arrive_1_2 == DoArrive(1, 2) /\ TRUE
arrive_1_3 == DoArrive(1, 3) /\ TRUE
arrive_1_4 == DoArrive(1, 4) /\ TRUE
deliver_1_1 == DoDeliver(1, 1) /\ TRUE
redeliver_1_1 == DoRedeliver(1, 1) /\ TRUE
redeliver_1_2 == DoRedeliver(1, 2) /\ TRUE
redeliver_1_3 == DoRedeliver(1, 3) /\ TRUE
redeliver_1_4 == DoRedeliver(1, 4) /\ TRUE
forget == DoForget /\ TRUE

NamedNext ==
  \/ open_1
  \/ open_damaged_1
  \/ handle_1
  \/ refuse_1
  \/ acknowledge_1
  \/ lose_1
  \/ offer_1
  \/ truncate_1
  \/ close_1
  \/ crash_1
  \/ snapshot_1
  \/ save_1
  \/ lose_save_1
  \/ send_1_1
  \/ send_1_2
  \/ send_1_3
  \/ arrive_1_1
  \/ arrive_1_2
  \/ arrive_1_3
  \/ arrive_1_4
  \/ deliver_1_1
  \/ redeliver_1_1
  \/ redeliver_1_2
  \/ redeliver_1_3
  \/ redeliver_1_4
  \/ forget

Unnamed == Next /\ TRUE
GraphSpec == Init /\ [][NamedNext \/ Unnamed]_vars
====
