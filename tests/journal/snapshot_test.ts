/** Snapshots that a thread takes of a journal, while the engine goes on. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { AdvancedTaskScheduler, ResourceManager } from "../../mod.ts";
import { encode, Engine, lockMachine, silentLogger } from "../../machine.ts";
import { JournalTruncatedError } from "../../src/core/errors.ts";
import { SqliteJournal } from "../../src/journal/sqlite/mod.ts";
import { counter } from "../core/counter.ts";
import { recordOf, written } from "../support/journals.ts";

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await run(folder);
  await Deno.remove(folder, { recursive: true });
}

Deno.test("a snapshot is taken when the records are several times the one before, and records are forgotten", () =>
  inFolder(async (folder) => {
    const journal = new SqliteJournal(folder, { synchronous: "normal", snapshotBytes: 20_000 });
    const locks = new ResourceManager({}, undefined, silentLogger, { journal });
    await locks.initialize();
    const { snapshots } = journal;
    const positions = new Set<number>();
    for (let i = 0; positions.size < 3 && i < 200_000; i++) {
      await locks.acquire(`r${i % 50}`, "a");
      if (i % 3 === 0) await locks.release(`r${i % 50}`, "a");
      const newest = i % 100 === 0 ? await snapshots.newest() : undefined;
      if (newest !== undefined) positions.add(newest.meta.position);
    }
    assertEquals(positions.size, 3);
    await assertRejects(() => written(journal), JournalTruncatedError);
    const before = [...locks.getAllocations().keys()];
    await locks.shutdown();
    const next = new SqliteJournal(folder);
    await using after = new ResourceManager({}, undefined, silentLogger, { journal: next });
    await after.initialize();
    assertEquals([...after.getAllocations().keys()], before);
  }));

Deno.test("records are kept for a time, also when a snapshot stands for them", () =>
  inFolder(async (folder) => {
    const now = Date.now();
    const journal = new SqliteJournal(folder, { keepRecordsMs: 60_000 });
    await journal.open("a");
    const command = { type: "note" };
    for (const [i, agoMs] of [100_000, 80_000, 30_000, 0].entries()) {
      await journal.append(recordOf("a", i + 1, [{ at: now - agoMs, command }]));
    }
    await journal.forget(5);
    await journal.close();
    const after = new SqliteJournal(folder);
    await after.open("b");
    assertEquals((await written(after, 2)).length, 2);
    await assertRejects(() => written(after, 1), JournalTruncatedError, "the first is 3");
    await after.close();
  }));

Deno.test("the state of a snapshot is that of the engine, also after a snapshot before", () =>
  inFolder(async (folder) => {
    for (let round = 0; round < 3; round++) {
      const journal = new SqliteJournal(folder, { synchronous: "normal" });
      const engine = await Engine.recover(lockMachine(), { journal, logger: silentLogger });
      if (round > 0) {
        assertEquals(engine.state.locks.size, 20 * round);
        assert((await journal.snapshots.newest())!.meta.position > 0);
      }
      for (let i = 0; i < 20; i++) {
        const resourceId = `r${round}.${i}`;
        const owner = { agentId: "a", owner: "a" };
        const terms = {
          mode: "exclusive",
          units: 1,
          priority: 0,
          timeoutMs: 0,
          leaseMs: 0,
        } as const;
        await new Promise((resolve) =>
          engine.send({ type: "acquire", resourceId, ...owner, ...terms, wait: true }, resolve)
        );
      }
      await engine.snapshot();
      const state = encode(engine.state);
      await engine.close();
      const again = new SqliteJournal(folder, { synchronous: "normal" });
      const recovered = await Engine.recover(lockMachine(), {
        journal: again,
        logger: silentLogger,
      });
      assertEquals(encode(recovered.state), state);
      await recovered.close();
    }
  }));

Deno.test("the engine takes the snapshot of a machine that the thread does not know", () =>
  inFolder(async (folder) => {
    const journal = new SqliteJournal(folder);
    const engine = await Engine.recover(counter, { journal, logger: silentLogger });
    await new Promise((resolve) => engine.send({ type: "add", by: 5 }, resolve));
    assertEquals(await journal.snapshots.take?.(), false);
    await engine.snapshot();
    assertEquals((await journal.snapshots.newest())?.meta.machine, "counter");
    await engine.close();
  }));

Deno.test("a journal that is closed while a snapshot is taken keeps the one before", () =>
  inFolder(async (folder) => {
    const journal = new SqliteJournal(folder, { synchronous: "normal" });
    const scheduler = new AdvancedTaskScheduler({}, undefined, silentLogger, { journal });
    await scheduler.initialize();
    await scheduler.performMaintenance();
    const before = (await journal.snapshots.newest())!.meta.position;
    await Promise.all(Array.from({ length: 2_000 }, (_, i) => scheduler.submit({ id: `t${i}` })));
    const taken = journal.snapshots.take!().catch((error) => error);
    await scheduler.shutdown();
    await taken;
    const next = new SqliteJournal(folder);
    await using after = new AdvancedTaskScheduler({}, undefined, silentLogger, { journal: next });
    await after.initialize();
    assertEquals(after.getTask("t1999")?.status, "ready");
    assert((await next.snapshots.newest())!.meta.position >= before);
  }));
