import { assertEquals } from "@std/assert";
import { lines, PostOffice, received } from "./post_office.ts";

Deno.test("each handler of an agent gets each message, and its failures touch no other handler's", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  office.attach("b", "i");
  assertEquals(received(office.send("a", "b", 1)), [1, 1]);
  office.send("a", "b", 2);
  office.nack("b", office.epochOf(1, "h"));
  assertEquals(lines(office.ack("b", office.epochOf(1, "i"))), [
    "message:acked message-1 i",
    "message:received 2 i",
  ]);
  assertEquals(lines(office.passToNext()), ["message:readied message-1 h", "message:received 1 h"]);
});

Deno.test("a second handler gets what comes after it, and not what waits for the first", () => {
  const office = new PostOffice({ maxInFlight: 1 });
  office.attach("b", "h");
  office.send("a", "b", 1);
  office.send("a", "b", 2);
  assertEquals(received(office.attach("b", "i")), []);
  assertEquals(received(office.send("a", "b", 3)), [3]);
});

Deno.test("M3-cannot-unsubscribe: what comes for an agent without handlers waits for the next one", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  assertEquals(lines(office.detach("b", "h")), ["mailbox:unsubscribed b h"]);
  assertEquals(received(office.send("a", "b", 1)), []);
  assertEquals(received(office.attach("b", "i")), [1]);
  office.refuses(
    { type: "detach-handler", agentId: "b", handlerId: "h", takesBack: false },
    "unknown-handler",
  );
  office.refuses(
    { type: "detach-handler", agentId: "a", handlerId: "i", takesBack: false },
    "unknown-handler",
  );
});

Deno.test("a handler that leaves may end what it is handling", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  office.send("a", "b", 1);
  office.detach("b", "h");
  office.attach("b", "i");
  assertEquals(lines(office.ack("b", 1)), ["message:acked message-1 h"]);
});

Deno.test("what is taken back from a handler that is gone costs no delivery", () => {
  const office = new PostOffice({ maxDeliveries: 1 });
  office.attach("b", "h");
  office.send("a", "b", 1);
  assertEquals(lines(office.detach("b", "h", true)), [
    "mailbox:unsubscribed b h",
    "message:returned message-1 h",
  ]);
  office.refuses({ type: "ack-message", agentId: "b", epoch: 1 }, "stale-epoch");
  office.attach("b", "i");
  assertEquals([...office.state.deliveries.values()].map(({ attempt }) => attempt), [1]);
});

Deno.test("what waits for a handler that leaves goes to the oldest that is left, unless it has a copy", () => {
  const office = new PostOffice({ maxInFlight: 1 });
  office.attach("b", "h");
  for (const payload of [1, 2]) office.send("a", "b", payload);
  office.attach("b", "i");
  office.send("c", "b", 3);
  assertEquals(lines(office.detach("b", "h")), [
    "mailbox:unsubscribed b h",
    "message:returned message-2 h",
    "message:dropped message-3 h",
  ]);
  assertEquals(office.state.consumers.get("i")?.normal.copies.first?.payload.value, 2);
  assertEquals(received(office.ack("b", office.epochOf(3, "i"))), [2]);
});

Deno.test("what a handler that left could not handle goes to the oldest that is left", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  office.send("a", "b", 1);
  office.attach("b", "i");
  office.send("c", "b", 2);
  office.detach("b", "h");
  assertEquals(lines(office.nack("b", office.epochOf(1, "h"))), [
    "message:returned message-1 h",
    "message:received 1 i",
  ]);
  assertEquals(lines(office.nack("b", office.epochOf(2, "h"))), ["message:dropped message-2 h"]);
});

Deno.test("what is handed over comes before what its sender sent later, and still expires", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  for (const payload of [1, 2, 3]) office.send("a", "b", payload, { ttlMs: payload * 10 });
  office.attach("b", "i");
  office.send("a", "b", 4);
  office.send("a", "b", 5);
  office.detach("b", "h", true);
  assertEquals(lines(office.pass(20)), [
    "message:dead-lettered 1 i expired",
    "message:dead-lettered 2 i expired",
  ]);
  assertEquals(received(office.ack("b", office.epochOf(4, "i"))), [3]);
  assertEquals(received(office.ack("b", office.epochOf(3, "i"))), [5]);
});

Deno.test("a delivery that is returned is made again at no cost", () => {
  const office = new PostOffice({ maxDeliveries: 1 });
  office.attach("b", "h");
  office.send("a", "b", 1);
  assertEquals(lines(office.do({ type: "return-message", agentId: "b", epoch: 1 })), [
    "message:returned message-1 h",
    "message:received 1 h",
  ]);
});

Deno.test("an agent has at most maxHandlers, each with an id of its own", () => {
  const office = new PostOffice({ maxHandlers: 2 });
  office.attach("b", "h");
  office.refuses({ type: "attach-handler", agentId: "c", handlerId: "h" }, "known-handler");
  office.attach("b", "i");
  office.refuses({ type: "attach-handler", agentId: "b", handlerId: "j" }, "too-many-handlers");
});

Deno.test("a broadcast reaches all other agents that have a mailbox, and tells what became of it for each", () => {
  const office = new PostOffice({ mailboxCapacity: 1 });
  office.attach("b", "h");
  office.send("x", "c", "fills it");
  office.do({ type: "open-mailbox", agentId: "d" });
  office.do({ type: "open-mailbox", agentId: "a" });
  const events = office.broadcast("a", "news");
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

Deno.test("a topic reaches who is subscribed to it, in the order in which they came", () => {
  const office = new PostOffice();
  for (const agentId of ["c", "a", "b", "c"]) {
    office.do({ type: "subscribe-topic", agentId, topic: "news" });
  }
  office.do({ type: "unsubscribe-topic", agentId: "b", topic: "news" });
  const published = office.publish("a", "news", 1).at(-1);
  assertEquals(
    published?.type === "message:published" && published.outcomes.map(({ to }) => to),
    ["c", "a"],
  );
  assertEquals(office.receive("c")?.topic, "news");
  assertEquals(lines(office.publish("a", "nothing", 1)), ["message:published"]);
});

Deno.test("topics are bounded, and one without subscribers is forgotten", () => {
  const office = new PostOffice({ maxTopics: 1 });
  office.do({ type: "subscribe-topic", agentId: "b", topic: "p" });
  office.refuses({ type: "subscribe-topic", agentId: "b", topic: "q" }, "too-many-topics");
  office.do({ type: "close-mailbox", agentId: "b", reason: "gone" });
  assertEquals(lines(office.do({ type: "subscribe-topic", agentId: "c", topic: "q" })), [
    "topic:subscribed c",
  ]);
});

Deno.test("when there are too many mailboxes the longest idle one is forgotten", () => {
  const office = new PostOffice({ maxMailboxes: 2 });
  for (const to of ["b", "c"]) office.send("a", to, 1);
  office.refuses({ type: "open-mailbox", agentId: "d" }, "too-many-mailboxes");
  for (const to of ["c", "b"]) office.ack(to, office.receive(to)!.epoch);
  assertEquals(lines(office.send("a", "d", 1)), ["mailbox:forgotten c", "message:sent 1"]);
  office.attach("b", "h");
  assertEquals(lines(office.send("a", "e", 1)), ["message:refused too-many-mailboxes"]);
});

Deno.test("many senders that come and go leave no more behind than a bounded number of channels", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  for (let i = 0; i < 1_000; i++) {
    office.send(`from-${i}`, "b", i);
    office.ack("b", office.epochOf(i));
  }
  assertEquals(office.state.consumers.get("h")!.normal.channels.size <= 130, true);
});

Deno.test("what a handler that left has in hand is a dead letter once its agent is gone", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  office.send("a", "b", 1);
  office.attach("b", "i");
  office.detach("b", "h");
  assertEquals(lines(office.do({ type: "close-mailbox", agentId: "b", reason: "gone" })), [
    "mailbox:closed b gone",
    "message:dead-lettered 1 h recipient-gone",
  ]);
  assertEquals(office.state.deliveries.size, 0);
  office.refuses({ type: "ack-message", agentId: "b", epoch: 1 }, "stale-epoch");
});

Deno.test("a mailbox isn't forgotten while a handler that left it has a message in hand", () => {
  const office = new PostOffice({ maxMailboxes: 1 });
  office.attach("b", "h");
  office.send("a", "b", 1);
  office.attach("b", "i");
  office.detach("b", "h");
  office.detach("b", "i");
  office.refuses({ type: "open-mailbox", agentId: "c" }, "too-many-mailboxes");
  office.nack("b", 1);
  assertEquals(received(office.attach("b", "j")), [1]);
  office.ack("b", 2);
  office.detach("b", "j");
  assertEquals(lines(office.do({ type: "open-mailbox", agentId: "c" })), [
    "mailbox:forgotten b",
    "mailbox:opened c",
  ]);
});
