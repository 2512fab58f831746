/**
 * Errors of a journal in a folder.
 *
 * @module
 */

import { LockstepError } from "../../core/errors.ts";

/** Another process has the journal open. */
export class JournalInUseError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "journal-in-use";
  /** The id of that process, if it is known. */
  readonly pid: number | undefined;
  /** Names the folder and the process. */
  constructor(folder: string, pid: number | undefined) {
    const owner = pid === undefined ? "another process" : `process ${pid}`;
    super(`Cannot open the journal in ${folder}: ${owner} has it open`);
    this.pid = pid;
  }
}

/** A file is not a journal that this version can read. Nothing was written. */
export class NotAJournalError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "not-a-journal";
  /** Names the file, and what it is. */
  constructor(path: string, why: string) {
    super(`Cannot open the journal ${path}: ${why}`);
  }
}

/** Records of a journal are damaged, or were acknowledged and are gone. Nothing was written. */
export class JournalDamagedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "journal-damaged";
  /** The position of the first record that is lost. */
  readonly from: number;
  /** The position of the last record that is lost. */
  readonly to: number;
  /** `how` says what is wrong with them. */
  constructor(folder: string, from: number, to: number, how: string) {
    super(
      `Cannot open the journal in ${folder}: the records ${from} to ${to} ${how}; ` +
        "acceptLoss goes on from what is before them",
    );
    this.from = from;
    this.to = to;
  }
}
