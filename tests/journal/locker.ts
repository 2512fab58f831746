/**
 * A program for {@linkcode file://./crash_test.ts}: clients that acquire and release locks on a journal, and
 * write each call and each answer to the standard output, until they are killed.
 *
 * @module
 */

import { writeSync } from "node:fs";
import { ResourceManager } from "../../mod.ts";
import { silentLogger } from "../../machine.ts";
import { SqliteJournal } from "../../src/journal/sqlite/mod.ts";

const [folder = "", clients = "8"] = Deno.args;
const encoder = new TextEncoder();
const note = (line: object) => writeSync(1, encoder.encode(`${JSON.stringify(line)}\n`));

const journal = new SqliteJournal(folder);
const locks = new ResourceManager({ leaseMs: 60_000 }, undefined, silentLogger, { journal });
await locks.initialize();
note({ opened: [...locks.getAllocations().keys()].length });
let calls = 0;
const client = async (agentId: string) => {
  await locks.releaseAllForAgent(agentId);
  for (let i = 0;; i++) {
    const id = ++calls;
    const resourceId = `r${i % 5}`;
    note({ id, acquire: resourceId, agentId });
    const { epoch } = await locks.acquire(resourceId, agentId, { timeoutMs: 0 });
    note({ id, epoch });
    await locks.release(resourceId, agentId, epoch);
    note({ id, released: epoch });
    if (i % 500 === 499) await locks.performMaintenance();
  }
};
await Promise.all(Array.from({ length: Number(clients) }, (_, i) => client(`a${i}`)));
