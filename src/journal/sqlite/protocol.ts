/**
 * Calls between a journal and its thread.
 *
 * @module
 */

import type { ErrorData } from "../../core/error_data.ts";
import type { JournalRecord, Position, SnapshotMeta } from "../../core/journal.ts";

/** A call of a method of the store. */
export type Call =
  | { readonly type: "open"; readonly session: string }
  | { readonly type: "append"; readonly record: JournalRecord }
  | { readonly type: "read"; readonly after: Position; readonly most: number }
  | { readonly type: "forget"; readonly before: Position }
  | {
    readonly type: "add-chunk";
    readonly position: Position;
    readonly index: number;
    readonly chunk: Uint8Array;
  }
  | { readonly type: "complete-snapshot"; readonly meta: SnapshotMeta }
  | { readonly type: "newest-snapshot"; readonly before: Position }
  | { readonly type: "chunk"; readonly position: Position; readonly index: number }
  | { readonly type: "tail" }
  /** Has a thread take a snapshot: answered with a {@linkcode Taken}. */
  | { readonly type: "take-snapshot" }
  | { readonly type: "close" };

/** The result of a thread that took a snapshot. */
export interface Taken {
  /** The position of the snapshot; `undefined` when the machine is not one of Lockstep. */
  readonly position?: Position;
  /** Why there is none. */
  readonly problem?: string;
}

/** The answer to an append. */
export interface Appended {
  /** The position of the record. */
  readonly position: Position;
  /** Whether a snapshot is due. */
  readonly isDue: boolean;
}

/** An error with the fields of its class. */
export interface SentError extends ErrorData {
  readonly [field: string]: unknown;
}

/** The answer to the call with the same id. */
export type Answer =
  | { readonly id: number; readonly value: unknown; readonly error?: never }
  | { readonly id: number; readonly error: SentError };
