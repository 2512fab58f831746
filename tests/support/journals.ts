/**
 * What tests read from journals and write into them.
 *
 * @module
 */

import { entriesOf, type Journal, type JournalRecord, placeOf } from "../../src/core/journal.ts";
import type { Named } from "../../src/core/machine.ts";
import { catchUp, Replica, type SteppedMachine } from "../../src/core/replica.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";

/** A command in a journal. */
export interface Written {
  readonly place: string;
  readonly at: number;
  readonly command: Named & Record<string, unknown>;
}

/** Returns all commands that a journal keeps, in order. */
export async function written(journal: Journal, after = 0): Promise<Written[]> {
  const all: Written[] = [];
  const last = await journal.tail();
  const ending = new AbortController();
  if (after >= last) return all;
  for await (const records of journal.follow(after, ending.signal)) {
    for (const record of records) {
      all.push(
        ...entriesOf<Written["command"]>(record).map(({ at, command }, i) => ({
          place: placeOf(record.position, i),
          at,
          command,
        })),
      );
    }
    if (records.at(-1)!.position >= last) break;
  }
  return all;
}

/** Returns the types of the commands in a journal, without the starts of its engines. */
export async function typesIn(journal: Journal): Promise<string[]> {
  return (await written(journal)).map(({ command }) => command.type)
    .filter((type) => type !== "begin-session");
}

/** Returns a record of commands, each with its time. */
export function recordOf(
  session: string,
  number: number,
  entries: readonly Pick<Written, "at" | "command">[],
): JournalRecord {
  const { at } = entries[0]!;
  const parts = entries.flatMap(({ command, at }, i) => {
    const sinceMs = i === 0 ? 0 : at - entries[i - 1]!.at;
    return sinceMs === 0 ? [command] : [sinceMs, command];
  });
  return { session, number, at, commands: JSON.stringify(parts) };
}

/** Returns a journal with one record, of `entries`. */
export async function journalOf(entries: readonly Written[]): Promise<MemoryJournal> {
  const journal = new MemoryJournal();
  if (entries.length > 0) await journal.append(recordOf("copy", 1, entries));
  return journal;
}

/** Returns the state to which a journal leads a machine, whatever its options. */
export async function replayed<State>(
  machine: SteppedMachine<State>,
  journal: Journal,
): Promise<State> {
  const replica = new Replica(machine);
  await catchUp(replica, journal, await journal.tail());
  return replica.state;
}
