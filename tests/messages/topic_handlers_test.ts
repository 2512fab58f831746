import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { LimitError } from "../../src/core/errors.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { MessageRouter } from "../../src/messages/message_router.ts";
import { lines, MessageDriver } from "./driver.ts";

Deno.test("M12-topic-handler-gets-all: a handler of a topic gets that topic, and no other handler", async () => {
  await using router = new MessageRouter();
  const got: string[] = [];
  const note = (name: string) => ({ payload }: { payload: unknown }) =>
    void got.push(`${name} ${payload}`);
  await router.send("ci", "a", "early");
  const builds = router.subscribe("a", note("builds"), { topic: "builds" });
  assertEquals(router.subscribersOf("builds"), ["a"]);
  await router.publish("ci", "builds", "red");
  router.subscribe("a", note("rest"));
  await router.send("ci", "a", "hello");
  await router.publish("ci", "builds", "green");
  assertEquals(got, ["builds red", "rest early", "rest hello", "builds green"]);
  builds.unsubscribe();
  assertEquals(router.subscribersOf("builds"), []);
  assertEquals(await router.publish("ci", "builds", "red"), []);
});

Deno.test("several handlers of a topic each get a copy, and the last one ends the subscription", async () => {
  await using router = new MessageRouter();
  const got: string[] = [];
  const [one, two] = ["one", "two"].map((name) =>
    router.subscribe("a", ({ payload }) => void got.push(`${name} ${payload}`), { topic: "t" })
  );
  await router.publish("b", "t", 1);
  one!.unsubscribe();
  assertEquals(router.topicsOf("a"), ["t"]);
  await router.publish("b", "t", 2);
  two!.unsubscribe();
  assertEquals([got, router.topicsOf("a")], [["one 1", "two 1", "two 2"], []]);
});

Deno.test("what a handler of a topic leaves goes to the agent's other handler or receiver", () => {
  const driver = new MessageDriver({ maxInFlight: 1 });
  driver.attach("a", "h", "t");
  driver.publish("b", "t", 1);
  driver.publish("c", "t", 2);
  const wait = { type: "receive-message", agentId: "a", timeoutMs: 0, waitMs: 10 } as const;
  driver.do(wait);
  assertEquals(lines(driver.detach("a", "h")), [
    "mailbox:unsubscribed a h",
    "topic:unsubscribed a",
    "message:returned message-2 h",
    "message:received 2",
  ]);
  assertEquals(lines(driver.ack("a", driver.epochOf(1))), ["message:acked message-1 h"]);
  assertEquals(driver.state.mailboxes.get("a")!.leaving, []);
});

Deno.test("after a restart, messages of a topic wait for its next handler", async () => {
  const journal = new MemoryJournal();
  const first = new MessageRouter({}, undefined, silentLogger, { journal });
  await first.initialize();
  first.subscribe("a", () => new Promise(() => {}), { topic: "t" });
  await first.publish("b", "t", 1);
  await first.shutdown();
  await using next = new MessageRouter({}, undefined, silentLogger, { journal });
  await next.initialize();
  await next.publish("b", "t", 2);
  assertEquals(await next.receive("a"), undefined);
  const got: unknown[] = [];
  const done = Promise.withResolvers<void>();
  next.subscribe("a", ({ payload }) => {
    if (got.push(payload) === 2) done.resolve();
  }, { topic: "t" });
  await done.promise;
  assertEquals(got, [1, 2]);
});

Deno.test("unsubscribing an agent from a topic without a handler releases what waits for one", () => {
  const driver = new MessageDriver();
  driver.attach("a", "h", "t");
  driver.detach("a", "h", true);
  driver.publish("b", "t", 1);
  assertEquals(driver.receive("a"), undefined);
  driver.do({ type: "unsubscribe-topic", agentId: "a", topic: "t" });
  assertEquals(driver.receive("a")?.payload, 1);
});

Deno.test("handlers of topics are bounded like other handlers and topics", async () => {
  await using router = new MessageRouter({ maxHandlers: 1, maxTopics: 1 }, undefined, silentLogger);
  router.subscribe("a", () => {}, { topic: "t" });
  assertThrows(() => router.subscribe("b", () => {}, { topic: "u" }), LimitError, "for a topic");
  assertThrows(() => router.subscribe("a", () => {}), LimitError, "for a handler");
  assertThrows(() => router.subscribe("b", () => {}, { topic: "" }), RangeError, "topic must have");
  await assertRejects(() => router.subscribeTopic("c", "u"), LimitError);
});

Deno.test("a mailbox that a message of an ended topic comes back to is not evicted", () => {
  const driver = new MessageDriver({ maxMailboxes: 2, unknownRecipients: "allow" });
  driver.attach("b", "h", "t");
  driver.publish("a", "t", 1);
  driver.detach("b", "h");
  driver.send("a", "c", 1);
  driver.nack("b", driver.epochOf(1));
  assertEquals(lines(driver.send("a", "d", 1)), ["message:refused too-many-mailboxes"]);
  assertEquals(driver.receive("b")?.payload, 1);
});
