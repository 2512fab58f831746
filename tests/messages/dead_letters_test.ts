import { assertEquals } from "@std/assert";
import { lines, PostOffice, received } from "./post_office.ts";

/** The causes of the dead letters, oldest first. */
function causes(office: PostOffice): string[] {
  return [...office.state.deadLetters.values()].map(({ cause }) => cause);
}

Deno.test("a message is a dead letter after maxDeliveries, and the next one of its sender goes on", () => {
  const office = new PostOffice({ maxDeliveries: 2 });
  office.attach("b", "h");
  office.send("a", "b", 1);
  office.send("a", "b", 2);
  office.nack("b", office.epochOf(1));
  office.passToNext();
  assertEquals(lines(office.nack("b", office.epochOf(1))), [
    "message:dead-lettered 1 h max-deliveries",
    "message:received 2 h",
  ]);
  const [dead] = office.state.deadLetters.values();
  assertEquals([dead?.message.attempt, dead?.error?.message], [2, "no"]);
});

Deno.test("an error that is final makes a dead letter at once", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  office.send("a", "b", 1);
  assertEquals(lines(office.nack("b", 1, { isFinal: true })), [
    "message:dead-lettered 1 h rejected",
  ]);
});

Deno.test("a message that expires while it waits is a dead letter", () => {
  const office = new PostOffice();
  office.send("a", "b", 1, { ttlMs: 10 });
  assertEquals(lines(office.pass(10)), ["message:dead-lettered 1 expired"]);
  assertEquals(received(office.attach("b", "h")), []);
});

Deno.test("a message that expires in its handler's hands may be acked, but is not delivered again", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  office.send("a", "b", 1, { ttlMs: 10 });
  office.send("c", "b", 2, { ttlMs: 10 });
  assertEquals(office.pass(10), []);
  assertEquals(lines(office.ack("b", office.epochOf(1))), ["message:acked message-1 h"]);
  assertEquals(lines(office.nack("b", office.epochOf(2))), ["message:dead-lettered 2 h expired"]);
});

Deno.test("a message that expires in backoff is a dead letter, and lets the next one go", () => {
  const office = new PostOffice({ retryDelay: 0 });
  office.attach("b", "h");
  office.send("a", "b", 1, { ttlMs: 10 });
  office.send("a", "b", 2);
  office.nack("b", 1, { retryAfterMs: 50 });
  assertEquals(lines(office.pass(10)), [
    "message:dead-lettered 1 h expired",
    "message:received 2 h",
  ]);
  assertEquals(office.pass(100), []);
});

Deno.test("what a recipient that is gone has not handled is in the dead letters", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  office.send("a", "b", 1);
  office.send("a", "b", 2);
  assertEquals(lines(office.do({ type: "close-mailbox", agentId: "b", reason: "crashed" })), [
    "mailbox:closed b crashed",
    "message:dead-lettered 1 h recipient-gone",
    "message:dead-lettered 2 h recipient-gone",
  ]);
  office.refuses({ type: "ack-message", agentId: "b", epoch: 1 }, "stale-epoch");
  assertEquals([office.state.mailboxes.size, office.state.consumers.size], [0, 0]);
});

Deno.test("M6-unbounded-mailbox: a full mailbox refuses, and the state is as before", () => {
  const office = new PostOffice({ mailboxCapacity: 2 });
  office.attach("b", "h");
  office.send("a", "b", 1);
  office.send("a", "b", 2);
  assertEquals(lines(office.send("a", "b", 3)), ["message:refused mailbox-full"]);
  assertEquals(office.state.lastMessage, 2);
  office.ack("b", office.epochOf(1));
  assertEquals(lines(office.send("a", "b", 3)), ["message:sent 3"]);
});

Deno.test("M6-unbounded-mailbox: drop-oldest gives up what has waited longest, and nothing that is handled", () => {
  const office = new PostOffice({ mailboxCapacity: 2, mailboxPolicy: "drop-oldest" });
  office.attach("b", "h");
  office.send("a", "b", 1);
  office.send("a", "b", 2);
  assertEquals(lines(office.send("a", "b", 3)), [
    "message:dead-lettered 2 h evicted",
    "message:sent 3",
  ]);
  office.send("c", "b", 4, { priority: 1 });
  office.send("d", "b", 5, { priority: 1 });
  assertEquals(lines(office.send("e", "b", 6, { priority: 1 })), ["message:refused mailbox-full"]);
  assertEquals(causes(office), ["evicted"]);
});

Deno.test("the oldest dead letters are forgotten, and that is said", () => {
  const office = new PostOffice({ maxDeadLetters: 2 });
  for (const payload of [1, 2, 3]) office.send("a", "b", payload, { ttlMs: payload });
  office.pass(2);
  assertEquals(lines(office.pass(1)), [
    "message:dead-lettered 3 expired",
    "message:forgotten message-1",
  ]);
  assertEquals([...office.state.deadLetters.keys()], ["message-2", "message-3"]);
});

Deno.test("a dead letter that is sent again begins anew, under its id", () => {
  const office = new PostOffice({ maxDeliveries: 1 });
  office.attach("b", "h");
  office.send("a", "b", 1);
  office.nack("b", 1);
  assertEquals(lines(office.do({ type: "resend-message", messageId: "message-1" })), [
    "message:resent message-1",
    "message:received 1 h",
  ]);
  assertEquals(office.state.deadLetters.size, 0);
  office.refuses({ type: "resend-message", messageId: "message-1" }, "unknown-message");
  assertEquals(lines(office.ack("b", 2)), ["message:acked message-1 h"]);
});

Deno.test("a dead letter stays one when the mailbox has no room for it", () => {
  const office = new PostOffice({ maxDeliveries: 1, mailboxCapacity: 1 });
  office.attach("b", "h");
  office.send("a", "b", 1);
  office.nack("b", 1);
  office.send("a", "b", 2);
  office.refuses({ type: "resend-message", messageId: "message-1" }, "mailbox-full");
  assertEquals(office.state.deadLetters.size, 1);
});

Deno.test("a dead letter of one handler of several is sent again to that one alone", () => {
  const office = new PostOffice({ maxDeliveries: 1 });
  office.attach("b", "h");
  office.attach("b", "i");
  office.send("a", "b", 1);
  office.ack("b", office.epochOf(1, "h"));
  office.nack("b", office.epochOf(1, "i"));
  assertEquals(lines(office.do({ type: "resend-message", messageId: "message-1" })), [
    "message:resent message-1",
    "message:received 1 i",
  ]);
});

Deno.test("copies of one message that die for several handlers are one dead letter", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  office.attach("b", "i");
  office.send("a", "b", 1);
  office.nack("b", office.epochOf(1, "i"), { isFinal: true });
  office.nack("b", office.epochOf(1, "h"), { isFinal: true });
  const [dead] = office.state.deadLetters.values();
  assertEquals([office.state.deadLetters.size, dead?.handlerIds], [1, ["i", "h"]]);
  office.do({ type: "resend-message", messageId: "message-1" });
  assertEquals([...office.out().values()], [1, 1]);
});
