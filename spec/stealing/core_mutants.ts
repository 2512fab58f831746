/**
 * Broken variants of `TaskCore.tla`: each is an action that does something wrong, or an invariant
 * that is too weak for a proof by induction.
 *
 * @module
 */

import type { CoreMutant } from "../tool/proof/prove.ts";

/** The mutants, each with the action and the property at which its proof must fail. */
export const CORE_MUTANTS: readonly CoreMutant[] = [
  mutant(
    "a new owner has the epoch of the last one",
    "claim' = [claim EXCEPT ![t] = epoch + 1]",
    "claim' = [claim EXCEPT ![t] = epoch]",
    ["Assign", "EpochsAreUnique"],
  ),
  mutant(
    "the epoch stays",
    "epoch' = epoch + 1",
    "epoch' = epoch",
    ["Assign", "EpochsAreOld"],
  ),
  mutant(
    "what has an owner is assigned",
    '/\\ status[t] = "ready" /\\ a # Nobody',
    "/\\ status[t] \\in Claimed /\\ a # Nobody",
    ["Assign", "OwnershipUnique"],
  ),
  mutant(
    "what is over is assigned",
    '/\\ status[t] = "ready" /\\ a # Nobody',
    "/\\ owner[t] = Nobody /\\ a # Nobody",
    ["Assign", "TerminalIsTerminal"],
  ),
  mutant(
    "an assigned task stays in the queue",
    "/\\ ready' = [ready EXCEPT ![t] = FALSE]\n  /\\ listed' = [listed EXCEPT ![a][t] = TRUE]",
    "/\\ ready' = ready\n  /\\ listed' = [listed EXCEPT ![a][t] = TRUE]",
    ["Assign", "NoLostTask"],
  ),
  mutant(
    "a stale report counts",
    "InForce(t, a, e) == status[t] \\in Claimed /\\ owner[t] = a /\\ claim[t] = e",
    "InForce(t, a, e) == status[t] \\in Claimed /\\ owner[t] = a",
    ["Complete", "StaleRejected"],
  ),
  mutant(
    "an attempt starts under an old epoch",
    "InForce(t, a, e) == status[t] \\in Claimed /\\ owner[t] = a /\\ claim[t] = e",
    "InForce(t, a, e) == status[t] \\in Claimed /\\ owner[t] = a",
    ["Start", "RunningHasRun"],
  ),
  mutant(
    "another agent reports",
    "InForce(t, a, e) == status[t] \\in Claimed /\\ owner[t] = a /\\ claim[t] = e",
    "InForce(t, a, e) == status[t] \\in Claimed /\\ claim[t] = e",
    ["Complete", "OwnershipUnique"],
  ),
  mutant(
    "a running task starts again",
    '/\\ InForce(t, a, e) /\\ status[t] = "assigned"\n  /\\ status\' = [status EXCEPT ![t] = "running"]',
    '/\\ InForce(t, a, e)\n  /\\ status\' = [status EXCEPT ![t] = "assigned"]',
    ["Start", "AssignedHasNotRun"],
  ),
  mutant(
    "a task completes twice",
    '/\\ InForce(t, a, e) /\\ status[t] = "running"\n  /\\ status\' = [status EXCEPT ![t] = "completed"]',
    '/\\ InForce(t, a, e) /\\ status[t] = "running"\n  /\\ status\' = status',
    ["Complete", "CompletedOnce"],
  ),
  mutant(
    "a task whose claim ends stays with its agent",
    "/\\ listed' = [listed EXCEPT ![a][t] = FALSE]\n  /\\ ready' = [ready EXCEPT ![t] = to = \"ready\"]",
    "/\\ listed' = listed\n  /\\ ready' = [ready EXCEPT ![t] = to = \"ready\"]",
    ["EndClaim", "OwnershipUnique"],
  ),
  mutant(
    "a requeued task is lost",
    'ready\' = [ready EXCEPT ![t] = to = "ready"]',
    "ready' = ready",
    ["EndClaim", "NoLostTask"],
  ),
  mutant(
    "a task that backs off is lost",
    'coming\' = [coming EXCEPT ![t] = to = "backing-off"]',
    "coming' = coming",
    ["EndClaim", "NoLostTask"],
  ),
  mutant(
    "a running task is stolen",
    '/\\ InForce(t, a, e) /\\ status[t] = "assigned"\n  /\\ status\' = [status EXCEPT ![t] = "ready"]',
    '/\\ InForce(t, a, e)\n  /\\ status\' = [status EXCEPT ![t] = "ready"]',
    ["Steal", "OnlyUnstartedMoves"],
  ),
  mutant(
    "a stolen task is also queued",
    "/\\ coming' = [coming EXCEPT ![t] = TRUE]\n  /\\ UNCHANGED <<epoch, claim, ready,",
    "/\\ coming' = [coming EXCEPT ![t] = TRUE]\n  /\\ ready' = [ready EXCEPT ![t] = TRUE]\n  /\\ UNCHANGED <<epoch, claim,",
    ["Steal", "NoLostTask"],
  ),
  mutant(
    "a cancelled task stays in the queue",
    "/\\ ready' = [ready EXCEPT ![t] = FALSE]\n  /\\ coming'",
    "/\\ ready' = ready\n  /\\ coming'",
    ["Drop", "NoLostTask"],
  ),
  mutant(
    "what is over is dropped",
    '/\\ status[t] \\in {"ready", "backing-off"}',
    "/\\ owner[t] = Nobody",
    ["Drop", "TerminalIsTerminal"],
  ),
  mutant(
    "a task is in a list at first",
    "listed = [a \\in Agent |-> [t \\in Task |-> FALSE]]",
    "listed = [a \\in Agent |-> [t \\in Task |-> TRUE]]",
    ["Init", "OwnershipUnique"],
  ),
  mutant(
    "a task is assigned to nobody",
    '/\\ status[t] = "ready" /\\ a # Nobody',
    '/\\ status[t] = "ready"',
    ["Assign", "OwnedWhileClaimed"],
  ),
  mutant("the epoch falls", "epoch' = epoch + 1", "epoch' = epoch - 1", [
    "Assign",
    "EpochMonotonic",
  ]),
  mutant(
    "a claim has no epoch",
    "claim' = [claim EXCEPT ![t] = epoch + 1]",
    "claim' = [claim EXCEPT ![t] = 0]",
    ["Assign", "ClaimsHaveEpochs"],
  ),
  mutant(
    "an attempt has a later epoch than its claim",
    "started' = [started EXCEPT ![t] = e]",
    "started' = [started EXCEPT ![t] = e + 1]",
    ["Start", "StartedUnderClaim"],
  ),
  // Too weak to be inductive.
  mutant("without owners", "  /\\ OwnedWhileClaimed\n", "", ["Assign", "OwnerChangeRaisesEpoch"]),
  mutant("without the bound of epochs", "  /\\ EpochsAreOld\n", "", ["Assign", "EpochsAreUnique"]),
  mutant("without attempts", "  /\\ RunningHasRun\n", "", ["Complete", "StaleRejected"]),
  mutant(
    "without what was not tried",
    "  /\\ AssignedHasNotRun\n",
    "",
    ["Start", "NoRestartOfEpoch"],
  ),
  mutant(
    "without the bound of attempts",
    "  /\\ StartedUnderClaim\n",
    "",
    ["Assign", "AssignedHasNotRun"],
  ),
];

function mutant(
  name: string,
  find: string,
  replace: string,
  fails: CoreMutant["fails"],
): CoreMutant {
  return { name, find, replace, fails };
}
