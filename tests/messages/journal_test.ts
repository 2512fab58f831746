import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UninitializedError } from "../../src/core/errors.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { MessageRouter } from "../../src/messages/mod.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

async function routerOn(
  journal: MemoryJournal | FaultyJournal,
  clock: SimulatedClock = new SimulatedClock(),
): Promise<MessageRouter> {
  const config = { retryDelay: 0 };
  const router = new MessageRouter(config, undefined, silentLogger, { journal, clock });
  await router.initialize();
  return router;
}

Deno.test("a router with a journal has to be initialized first", async () => {
  const router = new MessageRouter({}, undefined, silentLogger, { journal: new MemoryJournal() });
  await assertRejects(() => router.send("a", "b", 1), UninitializedError);
  assertThrows(() => router.subscribe("b", () => {}), UninitializedError);
  assertEquals((await router.getHealthStatus()).healthy, false);
  await router.shutdown();
});

Deno.test("unhandled messages survive a restart, in order and with their attempts", async () => {
  const journal: MemoryJournal = new MemoryJournal();
  const first = await routerOn(journal);
  first.subscribe("b", () => new Promise(() => {}));
  for (const payload of [1, 2]) await first.send("a", "b", payload);
  await first.performMaintenance();
  await first.send("a", "b", 3, { metadata: { trace: "t1" } });

  // The first process is gone without a word; the second one reads its journal.
  const clock = new SimulatedClock(1_000);
  await using second = await routerOn(journal, clock);
  const got: unknown[] = [];
  second.subscribe("b", ({ payload, attempt, metadata }) => {
    got.push([payload, attempt, metadata]);
  });
  await clock.advance(0);
  assertEquals(got, [[1, 1, undefined], [2, 1, undefined], [3, 1, { trace: "t1" }]]);
  assertEquals(second.peek("b"), []);
});

Deno.test("requests of an earlier process are cancelled by the next one", async () => {
  const journal: MemoryJournal = new MemoryJournal();
  const first = await routerOn(journal);
  const asked = first.sendWithResponse("a", "b", "?");
  asked.catch(() => {});
  await undefined;
  const clock = new SimulatedClock();
  await using second = await routerOn(journal, clock);
  await clock.advance(0);
  assertEquals(second.getWaitingRequests().size, 0);
  await first.shutdown();
});

Deno.test("an ack that the journal did not store is sent again", async () => {
  const journal = new FaultyJournal(new MemoryJournal());
  const clock = new SimulatedClock();
  await using router = await routerOn(journal, clock);
  let calls = 0;
  router.subscribe("b", () => {
    calls++;
    journal.fail(1);
  });
  await router.send("a", "b", 1);
  await clock.advance(0);
  assertEquals([calls, router.peek("b").length], [1, 1]);
  await clock.advance(1_000);
  assertEquals([calls, router.peek("b").length], [1, 0]);
});

Deno.test("a request that is aborted before the journal stores it is cancelled", async () => {
  const journal = new FaultyJournal(new MemoryJournal());
  const clock = new SimulatedClock();
  await using router = await routerOn(journal, clock);
  const abort = new AbortController();
  journal.hold();
  const { signal } = abort;
  const response = assertRejects(() => router.sendWithResponse("a", "b", "?", { signal }));
  abort.abort();
  journal.release();
  await response;
  await clock.advance(0);
  assertEquals(router.getWaitingRequests().size, 0);
});

Deno.test("a payload that a journal can't store is refused with the path to the value", async () => {
  await using router = await routerOn(new MemoryJournal());
  await assertRejects(
    () => router.send("a", "b", { list: [1, new Date()] }),
    TypeError,
    "payload.list[1]",
  );
});
