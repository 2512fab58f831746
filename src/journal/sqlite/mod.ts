/**
 * A journal in a folder, in a database of SQLite. Needs `node:sqlite`.
 *
 * @module
 */

export { JournalDamagedError, JournalInUseError, NotAJournalError } from "./errors.ts";
export type { JournalContents, SnapshotContents } from "./store.ts";
export { checkJournal, exportJournal, importJournal, JournalImportError } from "./transfer.ts";
export { SqliteJournal, type SqliteJournalOptions } from "./sqlite_journal.ts";
