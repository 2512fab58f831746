------------------------------- MODULE TaskCore -------------------------------
(* The core of Stealing, for any number of tasks and agents: a task is in one     *)
(* place, has at most one owner, each owner has it under a new epoch, and only    *)
(* the owner's reports count. Each action is one event of Stealing.               *)
(*                                                                                *)
(* spec/tool/proof reads this text, and has Z3 prove the theorems at its end.     *)
(* StealingRefines.tla shows that Stealing does nothing else.                     *)
EXTENDS Integers

CONSTANTS Task, Agent, Nobody, Epochs
ASSUME Nobody \in Agent
ASSUME Epochs \subseteq Int

VARIABLES
  epoch,    \* the newest epoch
  status,   \* the status of a task
  owner,    \* the agent that it was given to
  claim,    \* the epoch under which that was
  ready,    \* whether it is in the queue of ready tasks
  listed,   \* whether it is in the list of claims of an agent
  coming,   \* whether something is pending that makes it ready, or gives it to an agent
  started,  \* the epoch of the newest attempt; 0 without one
  done,     \* how often it was completed
  report    \* the epoch under which that was reported; 0 when it was not
vars == <<epoch, status, owner, claim, ready, listed, coming, started, done, report>>
ends == <<done, report>>

Claimed == {"assigned", "running"}
Terminal == {"completed", "failed", "cancelled"}

TypeOK ==
  /\ epoch \in Nat
  /\ status \in [Task -> {"new", "ready", "backing-off"} \cup Claimed \cup Terminal]
  /\ owner \in [Task -> Agent]
  /\ claim \in [Task -> Nat]
  /\ ready \in [Task -> BOOLEAN]
  /\ listed \in [Agent -> [Task -> BOOLEAN]]
  /\ coming \in [Task -> BOOLEAN]
  /\ started \in [Task -> Nat]
  /\ done \in [Task -> Nat]
  /\ report \in [Task -> Nat]

Init ==
  /\ epoch = 0
  /\ status = [t \in Task |-> "new"]
  /\ owner = [t \in Task |-> Nobody]
  /\ claim = [t \in Task |-> 0]
  /\ ready = [t \in Task |-> FALSE]
  /\ listed = [a \in Agent |-> [t \in Task |-> FALSE]]
  /\ coming = [t \in Task |-> FALSE]
  /\ started = [t \in Task |-> 0]
  /\ done = [t \in Task |-> 0]
  /\ report = [t \in Task |-> 0]

(* The claim of `a` on `t`, under the epoch `e`, is in force. *)
InForce(t, a, e) == status[t] \in Claimed /\ owner[t] = a /\ claim[t] = e

--------------------------------------------------------------------------------
(* Actions *)

Create(t) ==
  /\ status[t] = "new"
  /\ status' = [status EXCEPT ![t] = "ready"]
  /\ ready' = [ready EXCEPT ![t] = TRUE]
  /\ UNCHANGED <<epoch, owner, claim, listed, coming, started, ends>>

Assign(t, a) ==
  /\ status[t] = "ready" /\ a # Nobody
  /\ epoch' = epoch + 1
  /\ status' = [status EXCEPT ![t] = "assigned"]
  /\ owner' = [owner EXCEPT ![t] = a]
  /\ claim' = [claim EXCEPT ![t] = epoch + 1]
  /\ ready' = [ready EXCEPT ![t] = FALSE]
  /\ listed' = [listed EXCEPT ![a][t] = TRUE]
  /\ coming' = [coming EXCEPT ![t] = FALSE]
  /\ UNCHANGED <<started, ends>>

Start(t, a, e) ==
  /\ InForce(t, a, e) /\ status[t] = "assigned"
  /\ status' = [status EXCEPT ![t] = "running"]
  /\ started' = [started EXCEPT ![t] = e]
  /\ UNCHANGED <<epoch, owner, claim, ready, listed, coming, ends>>

Complete(t, a, e) ==
  /\ InForce(t, a, e) /\ status[t] = "running"
  /\ status' = [status EXCEPT ![t] = "completed"]
  /\ owner' = [owner EXCEPT ![t] = Nobody]
  /\ listed' = [listed EXCEPT ![a][t] = FALSE]
  /\ done' = [done EXCEPT ![t] = @ + 1]
  /\ report' = [report EXCEPT ![t] = e]
  /\ UNCHANGED <<epoch, claim, ready, coming, started>>

(* The claim ends by failure, time-out or the loss of its agent: the task is over, *)
(* or goes on, at once or later.                                                   *)
EndClaim(t, a, e, to) ==
  /\ InForce(t, a, e)
  /\ status' = [status EXCEPT ![t] = to]
  /\ owner' = [owner EXCEPT ![t] = Nobody]
  /\ listed' = [listed EXCEPT ![a][t] = FALSE]
  /\ ready' = [ready EXCEPT ![t] = to = "ready"]
  /\ coming' = [coming EXCEPT ![t] = to = "backing-off"]
  /\ UNCHANGED <<epoch, claim, started, ends>>

(* What has not started is taken from its owner, for another agent. *)
Steal(t, a, e) ==
  /\ InForce(t, a, e) /\ status[t] = "assigned"
  /\ status' = [status EXCEPT ![t] = "ready"]
  /\ owner' = [owner EXCEPT ![t] = Nobody]
  /\ listed' = [listed EXCEPT ![a][t] = FALSE]
  /\ coming' = [coming EXCEPT ![t] = TRUE]
  /\ UNCHANGED <<epoch, claim, ready, started, ends>>

(* A task without an owner is cancelled, or its time is over. *)
Drop(t, to) ==
  /\ status[t] \in {"ready", "backing-off"}
  /\ status' = [status EXCEPT ![t] = to]
  /\ ready' = [ready EXCEPT ![t] = FALSE]
  /\ coming' = [coming EXCEPT ![t] = FALSE]
  /\ UNCHANGED <<epoch, owner, claim, listed, started, ends>>

(* What a task waited for between two attempts is over. *)
Readied(t) ==
  /\ status[t] = "backing-off"
  /\ status' = [status EXCEPT ![t] = "ready"]
  /\ ready' = [ready EXCEPT ![t] = TRUE]
  /\ coming' = [coming EXCEPT ![t] = FALSE]
  /\ UNCHANGED <<epoch, owner, claim, listed, started, ends>>

Next ==
  \/ \E t \in Task : Create(t)
  \/ \E t \in Task, a \in Agent : Assign(t, a)
  \/ \E t \in Task, a \in Agent, e \in Epochs : Start(t, a, e)
  \/ \E t \in Task, a \in Agent, e \in Epochs : Complete(t, a, e)
  \/ \E t \in Task, a \in Agent, e \in Epochs, to \in {"ready", "backing-off", "failed", "cancelled"} : EndClaim(t, a, e, to)
  \/ \E t \in Task, a \in Agent, e \in Epochs : Steal(t, a, e)
  \/ \E t \in Task, to \in {"failed", "cancelled"} : Drop(t, to)
  \/ \E t \in Task : Readied(t)
Spec == Init /\ [][Next]_vars

--------------------------------------------------------------------------------
(* Invariants *)

(* A task has an owner exactly as long as a claim is in force, *)
OwnedWhileClaimed == \A t \in Task : owner[t] # Nobody <=> status[t] \in Claimed
(* and only that agent has it. *)
OwnershipUnique == \A t \in Task, a \in Agent : listed[a][t] <=> owner[t] = a /\ a # Nobody
(* A task that has not ended is in exactly one place, and one that has ended in none. *)
NoLostTask == \A t \in Task :
  /\ status[t] = "ready" => (ready[t] <=> ~coming[t])
  /\ status[t] = "backing-off" => coming[t]
  /\ ready[t] => status[t] = "ready"
  /\ coming[t] => status[t] \in {"ready", "backing-off"}
EpochsAreOld == \A t \in Task : claim[t] <= epoch
EpochsAreUnique == \A t, u \in Task : claim[t] = claim[u] /\ claim[t] # 0 => t = u
ClaimsHaveEpochs == \A t \in Task : status[t] \in Claimed => claim[t] # 0
(* An attempt is the one of the claim in force, and a claim has at most one. *)
RunningHasRun == \A t \in Task : status[t] = "running" => started[t] = claim[t]
AssignedHasNotRun == \A t \in Task : status[t] = "assigned" => started[t] < claim[t]
StartedUnderClaim == \A t \in Task : started[t] <= claim[t]
(* A report counts only under the epoch of the claim in force. *)
StaleRejected == \A t \in Task :
  report[t] # 0 => status[t] = "completed" /\ report[t] = claim[t] /\ report[t] = started[t]
CompletedOnce == \A t \in Task : done[t] = IF status[t] = "completed" THEN 1 ELSE 0

Inv ==
  /\ TypeOK
  /\ OwnedWhileClaimed
  /\ OwnershipUnique
  /\ NoLostTask
  /\ EpochsAreOld
  /\ EpochsAreUnique
  /\ ClaimsHaveEpochs
  /\ RunningHasRun
  /\ AssignedHasNotRun
  /\ StartedUnderClaim
  /\ StaleRejected
  /\ CompletedOnce
THEOREM Spec => []Inv

(* Properties of every step *)

EpochMonotonic == [][epoch' >= epoch /\ \A t \in Task : claim'[t] >= claim[t]]_vars
OwnerChangeRaisesEpoch == [][\A t \in Task :
  owner'[t] # Nobody /\ owner'[t] # owner[t] =>
    claim'[t] > epoch /\ owner[t] = Nobody /\ \A u \in Task : claim'[t] > claim[u]]_vars
NoRestartOfEpoch == [][\A t \in Task :
  status[t] # "running" /\ status'[t] = "running" => started'[t] > started[t]]_vars
TerminalIsTerminal == [][\A t \in Task : status[t] \in Terminal =>
  status'[t] = status[t] /\ done'[t] = done[t] /\ claim'[t] = claim[t] /\ owner'[t] = owner[t]]_vars
OnlyUnstartedMoves == [][\A t \in Task : coming'[t] /\ status'[t] = "ready" /\ ~coming[t] => status[t] = "assigned"]_vars
THEOREM Spec => EpochMonotonic /\ OwnerChangeRaisesEpoch /\ NoRestartOfEpoch /\ TerminalIsTerminal /\ OnlyUnstartedMoves
================================================================================
