/**
 * Broken variants of `LockCore.tla`: each is an action that does something wrong, or an invariant
 * that is too weak for a proof by induction.
 *
 * @module
 */

import type { CoreMutant } from "../tool/proof/prove.ts";

/** The mutants, each with the action and the property at which its proof must fail. */
export const CORE_MUTANTS: readonly CoreMutant[] = [
  mutant(
    "a grant repeats the newest epoch",
    "held' = [held EXCEPT ![r][a] = epoch + 1]",
    "held' = [held EXCEPT ![r][a] = epoch]",
    ["Acquire", "GrantRaisesEpoch"],
  ),
  mutant(
    "the epoch stays",
    "/\\ epoch' = epoch + 1",
    "/\\ epoch' = epoch",
    ["Serve", "EpochsAreOld"],
  ),
  mutant(
    "a reader is admitted beside a writer",
    "Holds(a, r) => share /\\ shared[r][a]",
    "Holds(a, r) => share",
    ["Serve", "MutualExclusion"],
  ),
  mutant(
    "a writer is admitted beside readers",
    "Holds(a, r) => share /\\ shared[r][a]",
    "Holds(a, r) => shared[r][a]",
    ["Acquire", "MutualExclusion"],
  ),
  mutant(
    "any wait is served",
    "/\\ IsFirst(w, r) /\\ Admits(r, sharing[w])",
    "/\\ Admits(r, sharing[w])",
    ["Serve", "ServedInOrder"],
  ),
  mutant(
    "the queue is not looked at after a release",
    "/\\ Attends(r, TRUE) /\\ Ends(r, FALSE)\n  /\\ UNCHANGED <<epoch",
    "/\\ Attends(r, FALSE) /\\ Ends(r, FALSE)\n  /\\ UNCHANGED <<epoch",
    ["EndHold", "NoLostWakeup"],
  ),
  mutant(
    "the queue is not looked at when its first wait is cancelled",
    "Attends(r, IsFirst(w, r))",
    "Attends(r, FALSE)",
    ["EndWait", "NoLostWakeup"],
  ),
  mutant(
    "only one reader is served",
    "/\\ Attends(r, TRUE) /\\ Ends(r, TRUE)",
    "/\\ unserved' = [unserved EXCEPT ![r] = FALSE] /\\ Ends(r, TRUE)",
    ["Serve", "NoLostWakeup"],
  ),
  mutant(
    "what is noted is forgotten",
    "/\\ noted /\\ ~unserved'[s] => ~CanServe(s)'",
    "/\\ TRUE",
    ["Look", "NoLostWakeup"],
  ),
  mutant(
    "a free lock is queued for",
    "/\\ ~(Admits(r, share) /\\ \\A v \\in Wait : Queues(v, r) => p < rank[v])",
    "/\\ TRUE",
    ["Queue", "NoLostWakeup"],
  ),
  mutant(
    "a holder queues for what it holds",
    "/\\ Stable /\\ ~Holds(a, r) /\\ number[w] = 0",
    "/\\ Stable /\\ number[w] = 0",
    ["Queue", "HolderDoesNotQueueHere"],
  ),
  mutant(
    "other waits of a new holder stay",
    "/\\ Attends(r, FALSE) /\\ Ends(r, TRUE)",
    "/\\ Attends(r, FALSE) /\\ UNCHANGED crowded",
    ["Acquire", "HolderDoesNotQueueHere"],
  ),
  mutant(
    "a store accepts any epoch",
    "/\\ belief[r][a] # 0 /\\ belief[r][a] >= guard[r]",
    "/\\ belief[r][a] # 0",
    ["Write", "StaleWriteRefused"],
  ),
  mutant(
    "a store remembers a larger epoch",
    "/\\ guard' = [guard EXCEPT ![r] = belief[r][a]]",
    "/\\ guard' = [guard EXCEPT ![r] = belief[r][a] + 1]",
    ["Write", "GuardNotAhead"],
  ),
  mutant(
    "two waits have one number",
    "number' = [number EXCEPT ![w] = lastWait + 1]",
    "number' = [number EXCEPT ![w] = lastWait]",
    ["Queue", "NumbersAreUnique"],
  ),
  mutant(
    "locks are held at first",
    "held = [r \\in Lock |-> [a \\in Owner |-> 0]]",
    "held = [r \\in Lock |-> [a \\in Owner |-> 1]]",
    ["Init", "MutualExclusion"],
  ),
  mutant("the epoch falls", "/\\ epoch' = epoch + 1", "/\\ epoch' = epoch - 1", [
    "Acquire",
    "EpochMonotonic",
  ]),
  mutant(
    "a new holder is not told its epoch",
    "belief' = [belief EXCEPT ![r][a] = epoch + 1]",
    "belief' = belief",
    ["Serve", "HolderBelieves"],
  ),
  mutant(
    "a store forgets what it has seen",
    "/\\ guard' = [guard EXCEPT ![r] = belief[r][a]]",
    "/\\ guard' = guard",
    ["Write", "WritesAreSeen"],
  ),
  mutant(
    "waits are not counted",
    "lastWait' = lastWait + 1",
    "lastWait' = lastWait",
    ["Queue", "NumbersAreOld"],
  ),
  // Too weak to be inductive.
  mutant(
    "without the bound of epochs",
    "  /\\ EpochsAreOld\n",
    "",
    ["Acquire", "EpochsAreUnique"],
  ),
  mutant(
    "with a bound of epochs that are held only",
    "held[r][a] <= epoch /\\ belief[r][a] <= epoch /\\ guard[r] <= epoch",
    "held[r][a] <= epoch",
    ["Acquire", "HolderHasNewestEpoch"],
  ),
  mutant(
    "without what holders believe",
    "  /\\ HolderBelieves\n",
    "",
    ["Write", "GuardNotAhead"],
  ),
  mutant(
    "without what others believe",
    "  /\\ HolderHasNewestEpoch\n",
    "",
    ["Write", "GuardNotAhead"],
  ),
  mutant(
    "without the guard of stores",
    "  /\\ GuardNotAhead\n",
    "",
    ["Write", "HolderMayWrite"],
  ),
  mutant(
    "without what stores have seen",
    "  /\\ WritesAreSeen\n",
    "",
    ["Write", "StaleWriteRefused"],
  ),
  mutant(
    "without the bound of numbers",
    "  /\\ NumbersAreOld\n",
    "",
    ["Queue", "NumbersAreUnique"],
  ),
  mutant(
    "without numbers of waits",
    "  /\\ WaitsAreNumbered\n",
    "",
    ["Queue", "OneQueue"],
  ),
  mutant(
    "without one queue for each wait",
    "  /\\ OneQueue\n",
    "",
    ["EndWait", "WaitsAreNumbered"],
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
