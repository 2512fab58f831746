/**
 * A program for {@linkcode file://./crash_test.ts}: clients that acquire and release locks on a journal, and
 * write a history of their calls and returns to the standard output, until they are killed. Takes one
 * snapshot after the other, if asked to.
 *
 * @module
 */

import { writeSync } from "node:fs";
import { ResourceManager } from "../../mod.ts";
import { silentLogger } from "../../machine.ts";
import { SqliteJournal } from "../../src/journal/sqlite/mod.ts";
import type { HistoryEntry, HistoryOperation } from "../../src/testing/mod.ts";

/** The first line: what is held when the journal has been read. */
export interface Opened {
  readonly held: readonly {
    readonly resourceId: string;
    readonly agentId: string;
    readonly epoch: number;
  }[];
}

/** A line before a snapshot is taken, and after that. */
export interface Snapshotting {
  readonly type: "snapshot";
  readonly isTaken: boolean;
}

/** The largest number of clients. */
export const MOST_CLIENTS = 64;

/** The name of a client. */
export function nameOf(client: number): string {
  return `a${client}`;
}

async function run(folder: string, clients: number, takesSnapshots: boolean): Promise<never> {
  const encoder = new TextEncoder();
  const note = (line: Opened | Snapshotting | HistoryEntry) =>
    writeSync(1, encoder.encode(`${JSON.stringify(line)}\n`));
  const journal = new SqliteJournal(folder, { snapshotBytes: 50_000 });
  const locks = new ResourceManager({ leaseMs: 3_600_000 }, undefined, silentLogger, { journal });
  await locks.initialize();
  const held = [...locks.getAllocations().keys()].flatMap((resourceId) =>
    locks.holdersOf(resourceId).map(({ agentId, epoch }) => ({ resourceId, agentId, epoch }))
  );
  note({ held });
  for (let i = 0; i < MOST_CLIENTS; i++) await locks.releaseAllForAgent(nameOf(i));
  let calls = 0;
  const called = async <Result extends object | void>(
    agentId: string,
    call: HistoryOperation,
    begin: () => Promise<Result>,
  ): Promise<Result> => {
    const id = ++calls;
    note({ type: "call", id, agentId, at: Date.now(), call });
    const result = await begin();
    const epoch = result && "epoch" in result ? { epoch: result.epoch as number } : {};
    note({ type: "return", id, at: Date.now(), accepted: true, ...epoch });
    return result;
  };
  const client = async (agentId: string) => {
    for (let i = 0;; i++) {
      const resourceId = `r${i % 5}`;
      const { epoch } = await called(
        agentId,
        { operation: "acquire", resourceId },
        () => locks.acquire(resourceId, agentId, { timeoutMs: 0 }),
      );
      await called(
        agentId,
        { operation: "release", resourceId, epoch },
        () => locks.release(resourceId, agentId, epoch),
      );
      if (i % 500 === 499) await locks.performMaintenance();
    }
  };
  const snapshots = async () => {
    for (;;) {
      note({ type: "snapshot", isTaken: false });
      await journal.snapshots.take!();
      note({ type: "snapshot", isTaken: true });
    }
  };
  const tasks: Promise<never>[] = Array.from({ length: clients }, (_, i) => client(nameOf(i)));
  if (takesSnapshots) tasks.push(snapshots());
  return await Promise.race(tasks);
}

if (import.meta.main) {
  const [folder, clients, killedSince] = Deno.args;
  await run(folder!, Number(clients), killedSince === "snapshot");
}
