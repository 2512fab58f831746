import { assertEquals, assertThrows } from "@std/assert";
import { UnknownMessageError } from "../../src/messages/errors.ts";
import { encode } from "../../src/core/data/plain.ts";
import { explainMessage, type MessageExplanation } from "../../src/messages/views.ts";
import { MessageRouter } from "../../src/messages/mod.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { MessageDriver } from "./driver.ts";

/** The fields of an explanation that apply, without sender and recipient. */
function told(driver: MessageDriver, messageId: string): Partial<MessageExplanation> {
  const before = encode(driver.state);
  const explanation = explainMessage(driver.state, messageId);
  assertEquals(encode(driver.state), before);
  const entries = Object.entries(explanation).filter(([name, value]) =>
    !["messageId", "from", "to"].includes(name) && value !== undefined &&
    !(Array.isArray(value) && value.length === 0)
  );
  return Object.fromEntries(entries);
}

const waits = { status: "waiting", attempt: 0, behind: "", until: undefined } as const;

Deno.test("a message without a consumer waits for its recipient", () => {
  const driver = new MessageDriver({ unknownRecipients: "allow" });
  driver.send("a", "b", 1, { ttlMs: 50 });
  assertEquals(explainMessage(driver.state, "message-1"), {
    messageId: "message-1",
    from: "a",
    to: "b",
    status: "waiting",
    summary: 'It waits for agent "b" to subscribe or to receive it',
    deliveries: [{ handlerId: "", ...waits }],
    cause: undefined,
    expiresAt: 50,
    responseDueAt: undefined,
  });
});

Deno.test("a message behind another one of its sender waits for that one, whatever its status", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.send("a", "b", 2);
  assertEquals(told(driver, "message-2"), {
    status: "waiting",
    summary: 'It waits for message "message-1", in delivery, which was sent before it',
    deliveries: [{ handlerId: "h", ...waits, behind: "message-1" }],
  });
  driver.nack("b", 1, { retryAfterMs: 500 });
  assertEquals(told(driver, "message-2").deliveries?.map(({ behind }) => behind), ["message-1"]);
  assertEquals(
    told(driver, "message-2").summary,
    'It waits for message "message-1", whose next delivery is due at 1970-01-01T00:00:00.500Z, ' +
      "which was sent before it",
  );
});

Deno.test("of several messages without a consumer, the later wait for the first", () => {
  const driver = new MessageDriver();
  for (const payload of [1, 2, 3]) driver.send("a", "b", payload);
  assertEquals(
    told(driver, "message-3").summary,
    'It waits for message "message-1", which was sent before it',
  );
});

Deno.test("a message for a handler at maxInFlight waits for the end of a delivery", () => {
  const driver = new MessageDriver({ maxInFlight: 1 });
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.send("c", "b", 2);
  assertEquals(told(driver, "message-2"), {
    status: "waiting",
    summary: 'It waits until agent "b" ends a delivery, as it has 1 of at most 1',
    deliveries: [{ handlerId: "h", ...waits }],
  });
});

Deno.test("a message in delivery is explained with its handler and its limit", () => {
  const driver = new MessageDriver();
  driver.send("a", "b", 1);
  driver.receive("b", 70);
  assertEquals(told(driver, "message-1"), {
    status: "in-delivery",
    summary: 'Agent "b" handles it, delivery 1 of 5, until 1970-01-01T00:00:00.070Z at the latest',
    deliveries: [{ handlerId: "", status: "in-delivery", attempt: 1, behind: "", until: 70 }],
  });
});

Deno.test("a message of several handlers is explained by the oldest that has not handled it", () => {
  const driver = new MessageDriver();
  for (const handlerId of ["h", "i", "j"]) driver.attach("b", handlerId);
  driver.send("a", "b", 1);
  driver.ack("b", driver.epochOf(1, "h"));
  assertEquals(
    told(driver, "message-1").summary,
    'Handler "i" of agent "b" handles it, delivery 1 of 5; 1 other handler has not handled it yet',
  );
  driver.detach("b", "j");
  assertEquals(told(driver, "message-1").deliveries?.map(({ handlerId }) => handlerId), ["i", "j"]);
});

Deno.test("a message in backoff is explained with the time of its next delivery", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.nack("b", 1, { retryAfterMs: 250 });
  assertEquals(told(driver, "message-1"), {
    status: "backing-off",
    summary: "Its delivery 1 of 5 failed; the next is due at 1970-01-01T00:00:00.250Z",
    deliveries: [{ handlerId: "h", status: "backing-off", attempt: 1, behind: "", until: 250 }],
  });
});

Deno.test("a dead letter is explained with its cause", () => {
  const driver = new MessageDriver({ maxDeliveries: 1 });
  driver.attach("b", "h");
  driver.send("a", "b", 1);
  driver.nack("b", 1);
  assertEquals(told(driver, "message-1"), {
    status: "dead-letter",
    summary: "It has been a dead letter since 1970-01-01T00:00:00.000Z: " +
      "all its deliveries failed (no)",
    cause: "max-deliveries",
  });
});

Deno.test("a handled request is explained with the limit of its sender's wait", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  driver.send("a", "b", 1, { responseMs: 900 });
  assertEquals(told(driver, "message-1").responseDueAt, 900);
  driver.ack("b", 1);
  assertEquals(told(driver, "message-1"), {
    status: "handled",
    summary: 'Agent "b" handled it, and "a" waits for the response, ' +
      "until 1970-01-01T00:00:00.900Z at the latest",
    responseDueAt: 900,
  });
});

Deno.test("explain() of a router throws for a message that was handled", async () => {
  await using router = new MessageRouter({}, undefined, undefined, {
    clock: new SimulatedClock(0),
  });
  const messageId = await router.send("a", "b", 1);
  assertEquals(router.explain(messageId).status, "waiting");
  router.subscribe("b", () => {});
  const handled = await router.send("c", "b", 2);
  const error = assertThrows(() => router.explain(handled), UnknownMessageError);
  assertEquals(
    error.message,
    "Cannot explain a message: the message must be on its way, a dead letter, or wait for a " +
      'response, got "message-2"',
  );
  assertThrows(() => router.explain(""), RangeError);
});
