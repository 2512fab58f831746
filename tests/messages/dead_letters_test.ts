import { assertEquals } from "@std/assert";
import { lines, MessageDriver, received } from "./driver.ts";

/** The causes of the dead letters, oldest first. */
function causes(driver: MessageDriver): string[] {
  return [...driver.state.deadLetters.values()].map(({ cause }) => cause);
}

Deno.test("a message is a dead letter after maxDeliveries, and the next of its sender is delivered", () => {
  const driver = new MessageDriver({ maxDeliveries: 2 });
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.send("a", "b", 2);
  driver.nack("b", driver.epochOf(1));
  driver.passToNext();
  assertEquals(lines(driver.nack("b", driver.epochOf(1))), [
    "message:dead-lettered 1 h max-deliveries",
    "message:received 2 h",
  ]);
  const [dead] = driver.state.deadLetters.values();
  assertEquals([dead?.message.attempt, dead?.error?.message], [2, "no"]);
});

Deno.test("a final error makes a dead letter at once", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  assertEquals(lines(driver.nack("b", 1, { isFinal: true })), [
    "message:dead-lettered 1 h rejected",
  ]);
});

Deno.test("a message that expires before its delivery is a dead letter", () => {
  const driver = new MessageDriver();
  driver.send("a", "b", 1, { ttlMs: 10 });
  assertEquals(lines(driver.pass(10)), ["message:dead-lettered 1 expired"]);
  assertEquals(received(driver.attach("b", "h")), []);
});

Deno.test("a message that expires in delivery may be acked, but is not delivered again", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  driver.send("a", "b", 1, { ttlMs: 10 });
  driver.send("c", "b", 2, { ttlMs: 10 });
  assertEquals(driver.pass(10), []);
  assertEquals(lines(driver.ack("b", driver.epochOf(1))), ["message:acked message-1 h"]);
  assertEquals(lines(driver.nack("b", driver.epochOf(2))), ["message:dead-lettered 2 h expired"]);
});

Deno.test("a message that expires in backoff is a dead letter, and the next one is delivered", () => {
  const driver = new MessageDriver({ retryDelay: 0 });
  driver.attach("b", "h");
  driver.send("a", "b", 1, { ttlMs: 10 });
  driver.send("a", "b", 2);
  driver.nack("b", 1, { retryAfterMs: 50 });
  assertEquals(lines(driver.pass(10)), [
    "message:dead-lettered 1 h expired",
    "message:received 2 h",
  ]);
  assertEquals(driver.pass(100), []);
});

Deno.test("unhandled messages of a recipient that is gone are dead letters", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.send("a", "b", 2);
  assertEquals(lines(driver.do({ type: "close-mailbox", agentId: "b", reason: "crashed" })), [
    "mailbox:closed b crashed",
    "message:dead-lettered 1 h recipient-gone",
    "message:dead-lettered 2 h recipient-gone",
  ]);
  driver.refuses({ type: "ack-message", agentId: "b", epoch: 1 }, "stale-epoch");
  assertEquals([driver.state.mailboxes.size, driver.state.consumers.size], [0, 0]);
});

Deno.test("M6-unbounded-mailbox: a full mailbox refuses a message", () => {
  const driver = new MessageDriver({ mailboxCapacity: 2 });
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.send("a", "b", 2);
  assertEquals(lines(driver.send("a", "b", 3)), ["message:refused mailbox-full"]);
  assertEquals(driver.state.lastMessage, 2);
  driver.ack("b", driver.epochOf(1));
  assertEquals(lines(driver.send("a", "b", 3)), ["message:sent 3"]);
});

Deno.test("M6-unbounded-mailbox: drop-oldest evicts the oldest message that is not in delivery", () => {
  const driver = new MessageDriver({ mailboxCapacity: 2, mailboxPolicy: "drop-oldest" });
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.send("a", "b", 2);
  assertEquals(lines(driver.send("a", "b", 3)), [
    "message:dead-lettered 2 h evicted",
    "message:sent 3",
  ]);
  driver.send("c", "b", 4, { priority: 1 });
  driver.send("d", "b", 5, { priority: 1 });
  assertEquals(lines(driver.send("e", "b", 6, { priority: 1 })), ["message:refused mailbox-full"]);
  assertEquals(causes(driver), ["evicted"]);
});

Deno.test("the oldest dead letters are evicted, with an event", () => {
  const driver = new MessageDriver({ maxDeadLetters: 2 });
  for (const payload of [1, 2, 3]) driver.send("a", "b", payload, { ttlMs: payload });
  driver.pass(2);
  assertEquals(lines(driver.pass(1)), [
    "message:dead-lettered 3 expired",
    "message:forgotten message-1",
  ]);
  assertEquals([...driver.state.deadLetters.keys()], ["message-2", "message-3"]);
});

Deno.test("a resent dead letter starts anew under its id", () => {
  const driver = new MessageDriver({ maxDeliveries: 1 });
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.nack("b", 1);
  assertEquals(lines(driver.do({ type: "resend-message", messageId: "message-1" })), [
    "message:resent message-1",
    "message:received 1 h",
  ]);
  assertEquals(driver.state.deadLetters.size, 0);
  driver.refuses({ type: "resend-message", messageId: "message-1" }, "unknown-message");
  assertEquals(lines(driver.ack("b", 2)), ["message:acked message-1 h"]);
});

Deno.test("a dead letter stays one when the mailbox is full", () => {
  const driver = new MessageDriver({ maxDeliveries: 1, mailboxCapacity: 1 });
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.nack("b", 1);
  driver.send("a", "b", 2);
  driver.refuses({ type: "resend-message", messageId: "message-1" }, "mailbox-full");
  assertEquals(driver.state.deadLetters.size, 1);
});

Deno.test("a dead letter of one handler of several is resent to that one only", () => {
  const driver = new MessageDriver({ maxDeliveries: 1 });
  driver.attach("b", "h");
  driver.attach("b", "i");
  driver.send("a", "b", 1);
  driver.ack("b", driver.epochOf(1, "h"));
  driver.nack("b", driver.epochOf(1, "i"));
  assertEquals(lines(driver.do({ type: "resend-message", messageId: "message-1" })), [
    "message:resent message-1",
    "message:received 1 i",
  ]);
});

Deno.test("a message that fails for several handlers is one dead letter", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  driver.attach("b", "i");
  driver.send("a", "b", 1);
  driver.nack("b", driver.epochOf(1, "i"), { isFinal: true });
  driver.nack("b", driver.epochOf(1, "h"), { isFinal: true });
  const [dead] = driver.state.deadLetters.values();
  assertEquals([driver.state.deadLetters.size, dead?.handlerIds], [1, ["i", "h"]]);
  driver.do({ type: "resend-message", messageId: "message-1" });
  assertEquals([...driver.out().values()], [1, 1]);
});
