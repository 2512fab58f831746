import { assert, assertEquals, assertGreater } from "@std/assert";
import type { MessageEvent } from "../../src/messages/events.ts";
import { lines, MessageDriver, received } from "./driver.ts";

Deno.test("a message for a handler is delivered in the step in which it is sent", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  assertEquals(lines(driver.send("a", "b", "x")), ["message:sent x", "message:received x h"]);
  assertEquals(lines(driver.ack("b", 1)), ["message:acked message-1 h"]);
  assertEquals(driver.out().size, 0);
});

Deno.test("M1-sent-before-subscribe-lost: attaching a handler delivers earlier messages", () => {
  const driver = new MessageDriver();
  for (const payload of [1, 2, 3]) driver.send(`from-${payload}`, "b", payload);
  assertEquals(received(driver.attach("b", "h")), [1, 2, 3]);
});

Deno.test("M5-receiver-cannot-tell-the-sender: a message has its sender, recipient and delivery", () => {
  const driver = new MessageDriver();
  driver.now = 7;
  driver.attach("b", "h");
  const [, event] = driver.send("a", "b", { x: 1 }, { ttlMs: 5, priority: 2 });
  assertEquals(event?.type === "message:received" && event.message, {
    id: "message-1",
    type: "message",
    payload: { x: 1 },
    timestamp: 7,
    priority: 2,
    expiry: 12,
    from: "a",
    to: "b",
    topic: undefined,
    epoch: 1,
    attempt: 1,
  });
});

Deno.test("messages of one sender are delivered one by one, in order", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  for (const payload of [1, 2, 3]) driver.send("a", "b", payload);
  assertEquals([...driver.out().values()], [1]);
  assertEquals(received(driver.ack("b", driver.epochOf(1))), [2]);
  assertEquals(received(driver.ack("b", driver.epochOf(2))), [3]);
});

Deno.test("a message in backoff blocks the later ones of its sender, and no others", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  for (const payload of [1, 2]) driver.send("a", "b", payload);
  assertEquals(lines(driver.nack("b", driver.epochOf(1))), ["message:nacked message-1 h failed"]);
  assertEquals(received(driver.send("c", "b", "other")), ["other"]);
  assertEquals(lines(driver.passToNext()), ["message:readied message-1 h", "message:received 1 h"]);
  assertEquals(received(driver.ack("b", driver.epochOf(1))), [2]);
});

Deno.test("messages of different senders are delivered in the order in which they were sent", () => {
  const driver = new MessageDriver({ maxInFlight: 1 });
  for (const [from, payload] of [["a", 1], ["a", 2], ["c", 3], ["a", 4], ["d", 5]] as const) {
    driver.send(from, "b", payload);
  }
  const order: unknown[] = [...received(driver.attach("b", "h"))];
  while (driver.out().size > 0) {
    order.push(...received(driver.ack("b", [...driver.out().keys()][0]!)));
  }
  assertEquals(order, [1, 2, 3, 4, 5]);
});

Deno.test("a sender without its oldest message is served in the order of its next one", () => {
  const driver = new MessageDriver({ maxInFlight: 1 });
  driver.send("a", "b", 1, { ttlMs: 5 });
  driver.send("c", "b", 2);
  driver.send("a", "b", 3);
  driver.pass(5);
  assertEquals(received(driver.attach("b", "h")), [2]);
});

Deno.test("a handler gets at most maxInFlight messages at once", () => {
  const driver = new MessageDriver({ maxInFlight: 2 });
  driver.attach("b", "h");
  for (const from of ["a", "c", "d"]) driver.send(from, "b", from);
  assertEquals([...driver.out().values()], ["a", "c"]);
  assertEquals(received(driver.ack("b", driver.epochOf("c"))), ["d"]);
});

Deno.test("an urgent message overtakes the others, also of its sender, and a full lane", () => {
  const driver = new MessageDriver({ maxInFlight: 1, mailboxCapacity: 2 });
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.send("a", "b", 2);
  assertEquals(received(driver.send("a", "b", "urgent", { priority: 1 })), ["urgent"]);
  assertEquals([...driver.out().values()], [1, "urgent"]);
});

Deno.test("the urgent lane is first in, first out for each sender too", () => {
  const driver = new MessageDriver();
  for (const payload of [1, 2]) driver.send("a", "b", payload, { priority: payload });
  const first = driver.receive("b");
  assertEquals(first?.payload, 1);
  assertEquals(driver.receive("b"), undefined);
  driver.ack("b", first!.epoch);
  assertEquals(driver.receive("b")?.payload, 2);
});

Deno.test("a report under another epoch, or by another agent, is refused", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  driver.send("a", "b", "x");
  driver.refuses({ type: "ack-message", agentId: "b", epoch: 2 }, "stale-epoch");
  driver.refuses({ type: "ack-message", agentId: "a", epoch: 1 }, "stale-epoch");
  driver.ack("b", 1);
  driver.refuses({ type: "ack-message", agentId: "b", epoch: 1 }, "stale-epoch");
});

Deno.test("a late ack of a delivery that timed out is refused, and the newer one stands", () => {
  const driver = new MessageDriver();
  driver.send("a", "b", "x");
  const first = driver.receive("b", 50)!;
  assertEquals(lines(driver.pass(50)), ["message:nacked message-1 timed-out"]);
  driver.passToNext();
  const second = driver.receive("b", 50)!;
  assertGreater(second.epoch, first.epoch);
  assertEquals([first.attempt, second.attempt], [1, 2]);
  driver.refuses({ type: "ack-message", agentId: "b", epoch: first.epoch }, "stale-epoch");
  assertEquals(lines(driver.ack("b", second.epoch)), ["message:acked message-1"]);
});

Deno.test("extend-message moves the limit of a delivery, or lifts it", () => {
  const driver = new MessageDriver();
  driver.send("a", "b", "x");
  const { epoch } = driver.receive("b", 50)!;
  driver.pass(40);
  driver.do({ type: "extend-message", agentId: "b", epoch, timeoutMs: 50 });
  assertEquals(driver.pass(40), []);
  assertEquals(driver.machine.deadline(driver.state), 90);
  driver.do({ type: "extend-message", agentId: "b", epoch, timeoutMs: 0 });
  assertEquals(driver.machine.deadline(driver.state), Infinity);
});

Deno.test("pauses are random, double up to the cap, and follow from the seed", () => {
  const pauses = (seed: number) => {
    const driver = new MessageDriver({
      seed,
      retryDelay: 100,
      maxRetryDelayMs: 300,
      maxDeliveries: 9,
    });
    driver.attach("b", "h");
    driver.send("a", "b", "x");
    return Array.from({ length: 8 }, () => {
      driver.nack("b", driver.epochOf("x"));
      const pause = driver.machine.deadline(driver.state) - driver.now;
      driver.passToNext();
      return pause;
    });
  };
  const drawn = Array.from({ length: 40 }, (_, seed) => pauses(seed));
  for (const [i, longest] of [100, 200, 300, 300].entries()) {
    const column = drawn.map((row) => row[i]!);
    assert(column.every((pause) => pause >= 0 && pause <= longest));
    assertGreater(Math.max(...column), 0.7 * longest);
    assertGreater(new Set(column).size, 15);
  }
  assertEquals(pauses(3), pauses(3));
});

Deno.test("retryAfterMs of the error makes the pause longer", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  driver.send("a", "b", "x");
  driver.nack("b", 1, { retryAfterMs: 5_000 });
  assertEquals(driver.machine.deadline(driver.state), 5_000);
});

Deno.test("a tick that comes too early or twice is a no-op", () => {
  const driver = new MessageDriver();
  driver.send("a", "b", "x", { ttlMs: 100 });
  assertEquals(driver.pass(99), []);
  assertEquals(driver.pass(0), []);
  assertEquals(lines(driver.pass(1)), ["message:dead-lettered x expired"]);
  assertEquals(driver.pass(0), []);
});

Deno.test("fire() leaves what is due later than `until` to a later step", () => {
  const driver = new MessageDriver();
  driver.send("a", "b", 1, { ttlMs: 10 });
  const events: MessageEvent[] = [];
  driver.machine.fire(driver.state, 20, 5, events);
  assertEquals(events, []);
  driver.machine.fire(driver.state, 20, 20, events);
  assertEquals(lines(events), ["message:dead-lettered 1 expired"]);
});

Deno.test("ids are deduplicated within the window", () => {
  const driver = new MessageDriver({ dedupeWindow: 2 });
  const send = (messageId: string) => driver.send("a", "b", messageId, { messageId })[0]!.type;
  assertEquals(["p", "p", "q", "p"].map(send), [
    "message:sent",
    "message:deduplicated",
    "message:sent",
    "message:deduplicated",
  ]);
  assertEquals(send("r"), "message:sent");
  assertEquals(send("q"), "message:deduplicated");
  assertEquals(send("p"), "message:sent");
  assertEquals(driver.state.knownIds.size, 2);
  assertEquals(driver.state.duplicates, 3);
});

Deno.test("the id of an open request is deduplicated, whatever the window", () => {
  const driver = new MessageDriver({ dedupeWindow: 1 });
  driver.send("a", "b", 1, { messageId: "p", responseMs: 100 });
  driver.send("a", "b", 2, { messageId: "q" });
  assertEquals(lines(driver.send("a", "b", 3, { messageId: "p" })), ["message:deduplicated p"]);
});

Deno.test("a message that was refused may be sent again under its id", () => {
  const driver = new MessageDriver({ mailboxCapacity: 1 });
  driver.send("a", "b", 1);
  assertEquals(lines(driver.send("a", "b", 2, { messageId: "p" })), [
    "message:refused p mailbox-full",
  ]);
  driver.ack("b", driver.receive("b")!.epoch);
  assertEquals(lines(driver.send("a", "b", 2, { messageId: "p" })), ["message:sent 2"]);
});
