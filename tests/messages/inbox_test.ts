import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { silentLogger } from "../../src/core/logger.ts";
import { MessageRouter } from "../../src/messages/message_router.ts";

function payloads({ entries }: { entries: readonly { message: { payload: unknown } }[] }) {
  return entries.map(({ message }) => message.payload);
}

Deno.test("M10-seen-is-handled: listing takes nothing, and seen, delivered and acked differ", async () => {
  await using router = new MessageRouter({ unknownRecipients: "allow" }, undefined, silentLogger);
  for (const payload of [1, 2, 3]) await router.send(`a${payload}`, "b", payload);
  const delivery = await router.receive("b");
  const first = router.inbox("b", { reader: "ui" });
  assertEquals(first.entries.map(({ isDelivered, isSeen }) => [isDelivered, isSeen]), [
    [true, false],
    [false, false],
    [false, false],
  ]);
  assertEquals(await router.markSeen("b", "ui", first.entries[1]!.place), true);
  assertEquals(payloads(router.inbox("b", { reader: "ui" })), [3]);
  assertEquals(payloads(router.inbox("b", { reader: "other" })), [1, 2, 3]);
  const all = router.inbox("b", { reader: "ui", after: 0 });
  assertEquals(all.entries.map(({ isSeen }) => isSeen), [true, true, false]);
  await delivery!.ack();
  assertEquals(payloads(router.inbox("b")), [2, 3]);
  assertEquals(await router.markSeen("b", "ui", 1), false); // never back
});

Deno.test("an inbox is paged in the order of sending, whatever is urgent or was handled meanwhile", async () => {
  await using router = new MessageRouter({ unknownRecipients: "allow" }, undefined, silentLogger);
  for (let payload = 1; payload <= 5; payload++) {
    await router.send(`a${payload}`, "b", payload, { priority: payload % 2 });
  }
  const one = router.inbox("b", { limit: 2 });
  assertEquals([payloads(one), one.next], [[1, 2], one.entries[1]!.place]);
  await (await router.receive("b"))!.ack();
  const two = router.inbox("b", { limit: 2, after: one.next! });
  const three = router.inbox("b", { limit: 2, after: two.next! });
  assertEquals([payloads(two), payloads(three), three.next], [[3, 4], [5], undefined]);
});

Deno.test("the reader that read longest ago is evicted, and a handler's copies count once", async () => {
  await using router = new MessageRouter({ maxReaders: 2 }, undefined, silentLogger);
  for (let i = 0; i < 2; i++) router.subscribe("b", () => new Promise(() => {}), { timeoutMs: 0 });
  await router.send("a", "b", 1);
  assertEquals(payloads(router.inbox("b")), [1]);
  for (const reader of ["r", "s", "t"]) await router.markSeen("b", reader, 1);
  const unseen = ["r", "s", "t"].map((reader) => router.inbox("b", { reader }).entries.length);
  assertEquals(unseen, [1, 0, 0]);
});

Deno.test("malformed options of an inbox are refused, and an unknown agent has an empty one", async () => {
  await using router = new MessageRouter({}, undefined, silentLogger);
  assertEquals(router.inbox("nobody", { reader: "__proto__" }), { entries: [], next: undefined });
  assertEquals(await router.markSeen("nobody", "r", 5), false);
  assertThrows(() => router.inbox("b", { limit: 0 }), RangeError, "limit must be");
  assertThrows(() => router.inbox("b", { after: -1 }), RangeError, "after must be");
  assertThrows(() => router.inbox("b", { reader: "" }), RangeError, "reader must have");
  await assertRejects(() => router.markSeen("b", "r", 1.5), RangeError, "upTo must be");
});
