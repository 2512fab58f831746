/**
 * Reads events again that a server or a former one has emitted. They are in no store: the commands in the
 * journal lead to them once more, from a snapshot before them.
 *
 * @module
 */

import type { HeardEvent } from "../core/bus/event_types.ts";
import { JournalTruncatedError } from "../core/errors.ts";
import type { Journal } from "../core/journal.ts";
import type { Instant, Named } from "../core/machine.ts";
import { Replica, restoreChunks } from "../core/replica.ts";
import { rootMachine } from "../root/machine.ts";

/** The most events that are read again. */
export const MOST_MISSED = 50_000;

/** The most commands that are stepped for that: a second or two. */
const MOST_STEPS = 100_000;

/** The most bytes of the commands that lead to the events: a bound of the memory for these. */
const MOST_BYTES = 32 * 2 ** 20;

/** The time after which other work of the process has its turn, in milliseconds. */
const TURN_MS = 5;

/**
 * Resolves with the events from the number `first` to before the number `end`, and as many before them as
 * were found on the way. Resolves with `undefined` when the journal does not lead to them any more, when
 * they are more than {@linkcode MOST_MISSED}, and when to find them would cost too much.
 *
 * Costs the newest snapshot before them, and a step of each command since: with the snapshots that
 * `SqliteJournal` takes, these are at most eight times as large as one, or 8 MiB.
 */
export async function readMissedEvents(
  journal: Journal,
  first: number,
  end: number,
  signal: AbortSignal,
): Promise<readonly HeardEvent[] | undefined> {
  if (end - first > MOST_MISSED) return undefined;
  const replica = await replicaBefore(journal, first);
  const events: HeardEvent[] = [];
  const from = Math.max(replica.sequence, end - MOST_MISSED);
  let [steps, bytes, turn] = [0, 0, performance.now()];
  const step = (command: Named, at: Instant) => {
    const emitted: Named[] = [];
    let { sequence } = replica;
    replica.step(command, at, emitted);
    steps++;
    for (const payload of emitted) {
      if (sequence >= from && sequence < end) {
        events.push({ event: payload.type, payload, sequence, at });
      }
      sequence++;
    }
  };
  const tail = await journal.tail();
  if (replica.position >= tail) return undefined;
  try {
    for await (const records of journal.follow(replica.position, signal)) {
      for (const record of records) {
        replica.take(record, step);
        if (replica.sequence >= end) return events;
        if (replica.sequence > from) bytes += record.commands.length;
        if (steps > MOST_STEPS || bytes > MOST_BYTES || replica.position >= tail) return undefined;
        if (performance.now() - turn < TURN_MS) continue;
        await new Promise((resolve) => setTimeout(resolve, 0));
        turn = performance.now();
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof JournalTruncatedError) return undefined;
    throw error;
  }
}

/** Returns a replica of the newest snapshot before an event; of the beginning, if there is none. */
async function replicaBefore(
  journal: Journal,
  sequence: number,
): Promise<Replica<unknown>> {
  let found = await journal.snapshots?.newest();
  for (; found !== undefined; found = await journal.snapshots?.newest(found.meta.position)) {
    const replica = newReplica();
    await restoreChunks(replica, found.meta, found.chunks);
    if (replica.sequence <= sequence) return replica;
  }
  return newReplica();
}

function newReplica(): Replica<unknown> {
  return new Replica<unknown>(rootMachine() as never);
}
