/**
 * Conflicts: the conflict machine, {@linkcode ConflictResolver} and its strategies, and
 * {@linkcode OptimisticLockManager}.
 *
 * @module
 */

export type { ConflictHost, ConflictHosting } from "./client.ts";
export type {
  AutoResolve,
  CastVote,
  CommitVersion,
  ConflictAnswers,
  ConflictCommand,
  ConflictCriterion,
  DecideConflict,
  ForgetConflicts,
  ForgetParty,
  ForgetReaders,
  NoteRequests,
  OpenVote,
  RankAgent,
  ReadVersion,
  ReleaseVersion,
  ReportConflict,
  ResolutionAnswer,
  RetireParty,
} from "./commands.ts";
export type { ConflictConfig } from "./config.ts";
export {
  ConflictResolver,
  type ConflictResolverOptions,
  type ConflictStats,
  type VoteOptions,
  type VoteView,
} from "./conflict_resolver.ts";
export { conflictMachine } from "./machine.ts";
export {
  OptimisticLockManager,
  type OptimisticLockOptions,
  type UpdateResult,
} from "./optimistic_lock_manager.ts";
export type {
  ConflictRecord,
  ConflictState,
  ConflictSubject,
  KnownAgent,
  Reading,
  Versioned,
  Vote,
} from "./state.ts";
export {
  type ConflictResolutionStrategy,
  PriorityResolutionStrategy,
  type ResolutionContext,
  TimestampResolutionStrategy,
  VotingResolutionStrategy,
} from "./strategies.ts";
