import { assertEquals, assertRejects } from "@std/assert";
import { type CommandLog, type LogBatch, MemoryLog } from "../../src/core/log.ts";
import { FaultyLog } from "../../src/testing/faulty_log.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

/** A batch of the numbers from `from` to below `to`; batches that begin differently differ. */
function entries(from: number, to: number): LogBatch<number> {
  const entries = Array.from(
    { length: to - from },
    (_, i) => ({ at: from + i, command: from + i }),
  );
  return { session: "s", number: from + 1, entries };
}

async function readAll(log: CommandLog<number>, position: number): Promise<number[]> {
  const commands: number[] = [];
  for await (const { command } of log.read(position)) commands.push(command);
  return commands;
}

Deno.test("a memory log reads what was appended, from any position", async () => {
  const log = new MemoryLog<number>();
  await log.append(entries(0, 3));
  await log.append(entries(3, 5));
  assertEquals(await readAll(log, 0), [0, 1, 2, 3, 4]);
  assertEquals(await readAll(log, 4), [4]);
  assertEquals(await readAll(log, 5), []);
  assertEquals(await log.loadSnapshot(), undefined);
});

Deno.test("a memory log forgets what lies before its newest snapshot, and says so", async () => {
  const log = new MemoryLog<number>();
  await log.append(entries(0, 4));
  await log.saveSnapshot({ position: 2, state: "two" });
  await log.append(entries(4, 6));
  await log.saveSnapshot({ position: 3, state: "three" });
  assertEquals(await log.loadSnapshot(), { position: 3, state: "three" });
  assertEquals(await readAll(log, 3), [3, 4, 5]);
  await assertRejects(() => readAll(log, 2), RangeError, "position must be at least 3, got 2");
  await log.close();
});

Deno.test("a faulty log fails as many appends as it should, and stores none of their entries", async () => {
  const log = new FaultyLog(new MemoryLog<number>());
  log.fail(2);
  await assertRejects(() => log.append(entries(0, 2)), Error, "The disk is full");
  log.fail(1, new Error("The network is down"));
  await assertRejects(() => log.append(entries(0, 2)), Error, "The network is down");
  await log.append(entries(0, 2));
  assertEquals(await readAll(log, 0), [0, 1]);
  assertEquals(log.batches, [2]);
});

Deno.test("a faulty log holds appends until it is released", async () => {
  const log = new FaultyLog(new MemoryLog<number>());
  log.hold();
  const append = log.append(entries(0, 1));
  assertEquals([log.waiting, await readAll(log, 0)], [1, []]);
  log.release();
  await append;
  assertEquals([log.waiting, await readAll(log, 0)], [0, [0]]);
  log.release();
});

Deno.test("a faulty log delays appends by its clock", async () => {
  const clock = new SimulatedClock();
  const log = new FaultyLog(new MemoryLog<number>(), clock);
  log.delay(50);
  const append = log.append(entries(0, 1));
  await clock.advance(49);
  assertEquals(await readAll(log, 0), []);
  await clock.advance(1);
  await append;
  assertEquals(await readAll(log, 0), [0]);
});

Deno.test("a faulty log passes snapshots and close on", async () => {
  const log = new FaultyLog(new MemoryLog<number>());
  await log.append(entries(0, 1));
  await log.saveSnapshot({ position: 1, state: "one" });
  assertEquals(await log.loadSnapshot(), { position: 1, state: "one" });
  assertEquals(log.closed, false);
  await log.close();
  assertEquals(log.closed, true);
});
