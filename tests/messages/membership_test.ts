import { assertEquals } from "@std/assert";
import { lines, MessageDriver, received } from "./driver.ts";

Deno.test("each handler of an agent gets each message, and fails alone", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  driver.attach("b", "i");
  assertEquals(received(driver.send("a", "b", 1)), [1, 1]);
  driver.send("a", "b", 2);
  driver.nack("b", driver.epochOf(1, "h"));
  assertEquals(lines(driver.ack("b", driver.epochOf(1, "i"))), [
    "message:acked message-1 i",
    "message:received 2 i",
  ]);
  assertEquals(lines(driver.passToNext()), ["message:readied message-1 h", "message:received 1 h"]);
});

Deno.test("a second handler gets messages that are sent after it was attached", () => {
  const driver = new MessageDriver({ maxInFlight: 1 });
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.send("a", "b", 2);
  assertEquals(received(driver.attach("b", "i")), []);
  assertEquals(received(driver.send("a", "b", 3)), [3]);
});

Deno.test("M3-cannot-unsubscribe: messages for an agent without handlers wait for the next one", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  assertEquals(lines(driver.detach("b", "h")), ["mailbox:unsubscribed b h"]);
  assertEquals(received(driver.send("a", "b", 1)), []);
  assertEquals(received(driver.attach("b", "i")), [1]);
  driver.refuses(
    { type: "detach-handler", agentId: "b", handlerId: "h", takesBack: false },
    "unknown-handler",
  );
  driver.refuses(
    { type: "detach-handler", agentId: "a", handlerId: "i", takesBack: false },
    "unknown-handler",
  );
});

Deno.test("a detached handler may end its deliveries", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.detach("b", "h");
  driver.attach("b", "i");
  assertEquals(lines(driver.ack("b", 1)), ["message:acked message-1 h"]);
});

Deno.test("a delivery that is returned with its handler costs no attempt", () => {
  const driver = new MessageDriver({ maxDeliveries: 1 });
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  assertEquals(lines(driver.detach("b", "h", true)), [
    "mailbox:unsubscribed b h",
    "message:returned message-1 h",
  ]);
  driver.refuses({ type: "ack-message", agentId: "b", epoch: 1 }, "stale-epoch");
  driver.attach("b", "i");
  assertEquals([...driver.state.deliveries.values()].map(({ attempt }) => attempt), [1]);
});

Deno.test("messages of a detached handler go to the oldest other one, unless it has a copy", () => {
  const driver = new MessageDriver({ maxInFlight: 1 });
  driver.attach("b", "h");
  for (const payload of [1, 2]) driver.send("a", "b", payload);
  driver.attach("b", "i");
  driver.send("c", "b", 3);
  assertEquals(lines(driver.detach("b", "h")), [
    "mailbox:unsubscribed b h",
    "message:returned message-2 h",
    "message:dropped message-3 h",
  ]);
  assertEquals(driver.state.consumers.get("i")?.normal.copies.first?.payload.value, 2);
  assertEquals(received(driver.ack("b", driver.epochOf(3, "i"))), [2]);
});

Deno.test("a message that a detached handler nacks goes to the oldest other one", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.attach("b", "i");
  driver.send("c", "b", 2);
  driver.detach("b", "h");
  assertEquals(lines(driver.nack("b", driver.epochOf(1, "h"))), [
    "message:returned message-1 h",
    "message:received 1 i",
  ]);
  assertEquals(lines(driver.nack("b", driver.epochOf(2, "h"))), ["message:dropped message-2 h"]);
});

Deno.test("a message that is handed over keeps its order and its expiry", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  for (const payload of [1, 2, 3]) driver.send("a", "b", payload, { ttlMs: payload * 10 });
  driver.attach("b", "i");
  driver.send("a", "b", 4);
  driver.send("a", "b", 5);
  driver.detach("b", "h", true);
  assertEquals(lines(driver.pass(20)), [
    "message:dead-lettered 1 i expired",
    "message:dead-lettered 2 i expired",
  ]);
  assertEquals(received(driver.ack("b", driver.epochOf(4, "i"))), [3]);
  assertEquals(received(driver.ack("b", driver.epochOf(3, "i"))), [5]);
});

Deno.test("a delivery that is returned is repeated at no cost", () => {
  const driver = new MessageDriver({ maxDeliveries: 1 });
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  assertEquals(lines(driver.do({ type: "return-message", agentId: "b", epoch: 1 })), [
    "message:returned message-1 h",
    "message:received 1 h",
  ]);
});

Deno.test("an agent has at most maxHandlers, each with an id of its own", () => {
  const driver = new MessageDriver({ maxHandlers: 2 });
  driver.attach("b", "h");
  driver.refuses({ type: "attach-handler", agentId: "c", handlerId: "h" }, "known-handler");
  driver.attach("b", "i");
  driver.refuses({ type: "attach-handler", agentId: "b", handlerId: "j" }, "too-many-handlers");
});

Deno.test("a broadcast reaches all other mailboxes, and is answered with the outcome for each", () => {
  const driver = new MessageDriver({ mailboxCapacity: 1 });
  driver.attach("b", "h");
  driver.send("x", "c", "fills it");
  driver.do({ type: "open-mailbox", agentId: "d" });
  driver.do({ type: "open-mailbox", agentId: "a" });
  const events = driver.broadcast("a", "news");
  assertEquals(lines(events), [
    "message:sent news",
    "message:received news h",
    "message:refused mailbox-full",
    "message:sent news",
    "message:published",
  ]);
  const last = events.at(-1);
  assertEquals(last?.type === "message:published" && last.outcomes, [
    { to: "b", messageId: "message-2", refused: undefined },
    { to: "c", messageId: "", refused: "mailbox-full" },
    { to: "d", messageId: "message-3", refused: undefined },
  ]);
});

Deno.test("a topic reaches its subscribers in the order of their subscription", () => {
  const driver = new MessageDriver();
  for (const agentId of ["c", "a", "b", "c"]) {
    driver.do({ type: "subscribe-topic", agentId, topic: "news" });
  }
  driver.do({ type: "unsubscribe-topic", agentId: "b", topic: "news" });
  const published = driver.publish("a", "news", 1).at(-1);
  assertEquals(
    published?.type === "message:published" && published.outcomes.map(({ to }) => to),
    ["c", "a"],
  );
  assertEquals(driver.receive("c")?.topic, "news");
  assertEquals(lines(driver.publish("a", "nothing", 1)), ["message:published"]);
});

Deno.test("topics are bounded, and one without subscribers is forgotten", () => {
  const driver = new MessageDriver({ maxTopics: 1 });
  driver.do({ type: "subscribe-topic", agentId: "b", topic: "p" });
  driver.refuses({ type: "subscribe-topic", agentId: "b", topic: "q" }, "too-many-topics");
  driver.do({ type: "close-mailbox", agentId: "b", reason: "gone" });
  assertEquals(lines(driver.do({ type: "subscribe-topic", agentId: "c", topic: "q" })), [
    "topic:subscribed c",
  ]);
});

Deno.test("when there are too many mailboxes the longest idle one is evicted", () => {
  const driver = new MessageDriver({ maxMailboxes: 2, unknownRecipients: "allow" });
  for (const to of ["b", "c"]) driver.send("a", to, 1);
  driver.refuses({ type: "open-mailbox", agentId: "d" }, "too-many-mailboxes");
  for (const to of ["c", "b"]) driver.ack(to, driver.receive(to)!.epoch);
  assertEquals(lines(driver.send("a", "d", 1)), ["mailbox:forgotten c", "message:sent 1"]);
  driver.attach("b", "h");
  assertEquals(lines(driver.send("a", "e", 1)), ["message:refused too-many-mailboxes"]);
});

Deno.test("senders that come and go leave a bounded number of channels", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  for (let i = 0; i < 1_000; i++) {
    driver.send(`from-${i}`, "b", i);
    driver.ack("b", driver.epochOf(i));
  }
  assertEquals(driver.state.consumers.get("h")!.normal.channels.size <= 130, true);
});

Deno.test("a delivery of a detached handler is a dead letter once its agent is gone", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.attach("b", "i");
  driver.detach("b", "h");
  assertEquals(lines(driver.do({ type: "close-mailbox", agentId: "b", reason: "gone" })), [
    "mailbox:closed b gone",
    "message:dead-lettered 1 h recipient-gone",
  ]);
  assertEquals(driver.state.deliveries.size, 0);
  driver.refuses({ type: "ack-message", agentId: "b", epoch: 1 }, "stale-epoch");
});

Deno.test("a mailbox isn't evicted while a detached handler has a delivery", () => {
  const driver = new MessageDriver({ maxMailboxes: 1 });
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.attach("b", "i");
  driver.detach("b", "h");
  driver.detach("b", "i");
  driver.refuses({ type: "open-mailbox", agentId: "c" }, "too-many-mailboxes");
  driver.nack("b", 1);
  assertEquals(received(driver.attach("b", "j")), [1]);
  driver.ack("b", 2);
  driver.detach("b", "j");
  assertEquals(lines(driver.do({ type: "open-mailbox", agentId: "c" })), [
    "mailbox:forgotten b",
    "mailbox:opened c",
  ]);
});
