import { assert, assertEquals, assertGreater } from "@std/assert";
import { lines, PostOffice, received } from "./post_office.ts";

Deno.test("a message for a handler is delivered in the step in which it is sent", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  assertEquals(lines(office.send("a", "b", "x")), ["message:sent x", "message:received x h"]);
  assertEquals(lines(office.ack("b", 1)), ["message:acked message-1 h"]);
  assertEquals(office.out().size, 0);
});

Deno.test("M1-sent-before-subscribe-lost: what was sent before anyone subscribed is delivered then", () => {
  const office = new PostOffice();
  for (const payload of [1, 2, 3]) office.send(`from-${payload}`, "b", payload);
  assertEquals(received(office.attach("b", "h")), [1, 2, 3]);
});

Deno.test("M5-receiver-cannot-tell-the-sender: a message says who sent it, to whom, and which delivery it is", () => {
  const office = new PostOffice();
  office.now = 7;
  office.attach("b", "h");
  const [, event] = office.send("a", "b", { x: 1 }, { ttlMs: 5, priority: 2 });
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
  const office = new PostOffice();
  office.attach("b", "h");
  for (const payload of [1, 2, 3]) office.send("a", "b", payload);
  assertEquals([...office.out().values()], [1]);
  assertEquals(received(office.ack("b", office.epochOf(1))), [2]);
  assertEquals(received(office.ack("b", office.epochOf(2))), [3]);
});

Deno.test("a message in backoff holds back the later ones of its sender, and of nobody else", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  for (const payload of [1, 2]) office.send("a", "b", payload);
  assertEquals(lines(office.nack("b", office.epochOf(1))), ["message:nacked message-1 h failed"]);
  assertEquals(received(office.send("c", "b", "other")), ["other"]);
  assertEquals(lines(office.passToNext()), ["message:readied message-1 h", "message:received 1 h"]);
  assertEquals(received(office.ack("b", office.epochOf(1))), [2]);
});

Deno.test("messages of different senders are delivered in the order in which they were sent", () => {
  const office = new PostOffice({ maxInFlight: 1 });
  for (const [from, payload] of [["a", 1], ["a", 2], ["c", 3], ["a", 4], ["d", 5]] as const) {
    office.send(from, "b", payload);
  }
  const order: unknown[] = [...received(office.attach("b", "h"))];
  while (office.out().size > 0) {
    order.push(...received(office.ack("b", [...office.out().keys()][0]!)));
  }
  assertEquals(order, [1, 2, 3, 4, 5]);
});

Deno.test("a sender whose oldest message is given up waits its turn with the next one", () => {
  const office = new PostOffice({ maxInFlight: 1 });
  office.send("a", "b", 1, { ttlMs: 5 });
  office.send("c", "b", 2);
  office.send("a", "b", 3);
  office.pass(5);
  assertEquals(received(office.attach("b", "h")), [2]);
});

Deno.test("a handler gets at most maxInFlight messages at once", () => {
  const office = new PostOffice({ maxInFlight: 2 });
  office.attach("b", "h");
  for (const from of ["a", "c", "d"]) office.send(from, "b", from);
  assertEquals([...office.out().values()], ["a", "c"]);
  assertEquals(received(office.ack("b", office.epochOf("c"))), ["d"]);
});

Deno.test("an urgent message overtakes the others, also those of its sender, and a full lane", () => {
  const office = new PostOffice({ maxInFlight: 1, mailboxCapacity: 2 });
  office.attach("b", "h");
  office.send("a", "b", 1);
  office.send("a", "b", 2);
  assertEquals(received(office.send("a", "b", "urgent", { priority: 1 })), ["urgent"]);
  assertEquals([...office.out().values()], [1, "urgent"]);
});

Deno.test("the urgent lane is first in, first out for each sender too", () => {
  const office = new PostOffice();
  for (const payload of [1, 2]) office.send("a", "b", payload, { priority: payload });
  const first = office.receive("b");
  assertEquals(first?.payload, 1);
  assertEquals(office.receive("b"), undefined);
  office.ack("b", first!.epoch);
  assertEquals(office.receive("b")?.payload, 2);
});

Deno.test("a report under another epoch, or by another agent, is refused and changes nothing", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  office.send("a", "b", "x");
  office.refuses({ type: "ack-message", agentId: "b", epoch: 2 }, "stale-epoch");
  office.refuses({ type: "ack-message", agentId: "a", epoch: 1 }, "stale-epoch");
  office.ack("b", 1);
  office.refuses({ type: "ack-message", agentId: "b", epoch: 1 }, "stale-epoch");
  assertEquals(office.state.staleReports, 3);
});

Deno.test("a late ack of a delivery that timed out is refused, and the newer one stands", () => {
  const office = new PostOffice();
  office.send("a", "b", "x");
  const first = office.receive("b", 50)!;
  assertEquals(lines(office.pass(50)), ["message:nacked message-1 timed-out"]);
  office.passToNext();
  const second = office.receive("b", 50)!;
  assertGreater(second.epoch, first.epoch);
  assertEquals([first.attempt, second.attempt], [1, 2]);
  office.refuses({ type: "ack-message", agentId: "b", epoch: first.epoch }, "stale-epoch");
  assertEquals(lines(office.ack("b", second.epoch)), ["message:acked message-1"]);
});

Deno.test("an extended delivery may take longer, and one without a limit as long as it takes", () => {
  const office = new PostOffice();
  office.send("a", "b", "x");
  const { epoch } = office.receive("b", 50)!;
  office.pass(40);
  office.do({ type: "extend-message", agentId: "b", epoch, timeoutMs: 50 });
  assertEquals(office.pass(40), []);
  assertEquals(office.machine.deadline(office.state), 90);
  office.do({ type: "extend-message", agentId: "b", epoch, timeoutMs: 0 });
  assertEquals(office.machine.deadline(office.state), Infinity);
});

Deno.test("pauses double up to the cap, are drawn at random, and are the same for the same seed", () => {
  const pauses = (seed: number) => {
    const office = new PostOffice({
      seed,
      retryDelay: 100,
      maxRetryDelayMs: 300,
      maxDeliveries: 9,
    });
    office.attach("b", "h");
    office.send("a", "b", "x");
    return Array.from({ length: 8 }, () => {
      office.nack("b", office.epochOf("x"));
      const pause = office.machine.deadline(office.state) - office.now;
      office.passToNext();
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
  const office = new PostOffice();
  office.attach("b", "h");
  office.send("a", "b", "x");
  office.nack("b", 1, { retryAfterMs: 5_000 });
  assertEquals(office.machine.deadline(office.state), 5_000);
});

Deno.test("a step that comes too early or twice does nothing", () => {
  const office = new PostOffice();
  office.send("a", "b", "x", { ttlMs: 100 });
  assertEquals(office.pass(99), []);
  assertEquals(office.pass(0), []);
  assertEquals(lines(office.pass(1)), ["message:dead-lettered x expired"]);
  assertEquals(office.pass(0), []);
});

Deno.test("what is due later than until waits for a later step", () => {
  const { machine, state } = new PostOffice();
  const terms = { kind: "message", payload: 1, priority: 0, messageId: "", responseMs: 0 };
  machine.step(state, { type: "send-message", from: "a", to: "b", ttlMs: 10, ...terms }, 0);
  assertEquals(machine.step(state, { type: "tick" }, 20, 5), []);
  assertEquals(machine.step(state, { type: "tick" }, 20).length, 1);
});

Deno.test("a repeat of an id is dropped, as far back as the window reaches", () => {
  const office = new PostOffice({ dedupeWindow: 2 });
  const send = (messageId: string) => office.send("a", "b", messageId, { messageId })[0]!.type;
  assertEquals(["p", "p", "q", "p"].map(send), [
    "message:sent",
    "message:deduplicated",
    "message:sent",
    "message:deduplicated",
  ]);
  assertEquals(send("r"), "message:sent");
  assertEquals(send("q"), "message:deduplicated");
  assertEquals(send("p"), "message:sent");
  assertEquals(office.state.knownIds.size, 2);
  assertEquals(office.state.duplicates, 3);
});

Deno.test("an id is known as long as its request is open, whatever the window", () => {
  const office = new PostOffice({ dedupeWindow: 1 });
  office.send("a", "b", 1, { messageId: "p", responseMs: 100 });
  office.send("a", "b", 2, { messageId: "q" });
  assertEquals(lines(office.send("a", "b", 3, { messageId: "p" })), ["message:deduplicated p"]);
});

Deno.test("a message that was refused may be sent again under its id", () => {
  const office = new PostOffice({ mailboxCapacity: 1 });
  office.send("a", "b", 1);
  assertEquals(lines(office.send("a", "b", 2, { messageId: "p" })), [
    "message:refused p mailbox-full",
  ]);
  office.ack("b", office.receive("b")!.epoch);
  assertEquals(lines(office.send("a", "b", 2, { messageId: "p" })), ["message:sent 2"]);
});
