/** Streams of the events of a journal. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CoordinationManager } from "../../src/coordination/mod.ts";
import { JournalTruncatedError } from "../../src/core/errors.ts";
import type { Journal, Position } from "../../src/core/journal.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { JournalPast } from "../../src/server/past.ts";
import { RequestError } from "../../src/service/problem.ts";
import { SILENT } from "./driver.ts";

/** Returns a past with the events of some tasks. */
async function pastOf(journal: Journal, tasks: number): Promise<JournalPast> {
  const manager = new CoordinationManager({ journal, logger: SILENT });
  await manager.initialize();
  for (let i = 0; i < tasks; i++) await manager.submit({ id: `t${i}` });
  await manager.shutdown({ graceMs: 0 });
  return new JournalPast(journal);
}

async function linesOf(stream: ReadableStream<Uint8Array>): Promise<string[]> {
  return (await new Response(stream).text()).split("\n").slice(0, -1);
}

Deno.test("a stream of past events is in lines of JSON, however many", async () => {
  const past = await pastOf(new MemoryJournal(), 500);
  const lines = await linesOf(past.lines({}));
  const events = lines.map((line) => JSON.parse(line));
  assertEquals(events.filter(({ event }) => event.type === "task:created").length, 500);
  assertEquals((await linesOf(past.lines({ taskId: "t499" }))).length, 1);
});

Deno.test("streams of past events are bounded, and each makes room however it ends", async () => {
  const past = await pastOf(new MemoryJournal(), 10);
  const fill = () => Array.from({ length: 8 }, () => past.lines({}));
  for (let round = 0; round < 3; round++) {
    const streams = fill();
    assertThrows(() => past.lines({}), RequestError, "there must be room for one more reader");
    if (round === 0) await Promise.all(streams.map((stream) => stream.cancel()));
    else if (round === 1) await Promise.all(streams.map(linesOf));
    else {
      const readers = streams.map((stream) => stream.getReader());
      await readers[0]!.read();
      await Promise.all(readers.map((reader) => reader.cancel()));
    }
  }
  await linesOf(past.lines({}));
});

/** A journal that forgets its first records when it is told to. */
class ForgettingJournal extends MemoryJournal {
  error: Error | undefined;

  override async *follow(after: Position, signal: AbortSignal) {
    if (this.error !== undefined) {
      const { error } = this;
      this.error = undefined;
      throw error;
    }
    yield* super.follow(after, signal);
  }
}

Deno.test("a past whose first records are gone begins anew; another failure ends the stream", async () => {
  const journal = new ForgettingJournal();
  const past = await pastOf(journal, 3);
  const before = await linesOf(past.lines({}));
  journal.error = new JournalTruncatedError(0, 1);
  assertEquals(await linesOf(past.lines({})), before);
  journal.error = new Error("the disk is gone");
  await assertRejects(() => linesOf(past.lines({})), Error, "the disk is gone");
  const streams = Array.from({ length: 8 }, () => past.lines({}));
  await Promise.all(streams.map((stream) => stream.cancel()));
});
