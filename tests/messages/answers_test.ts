import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { UnansweredError } from "../../src/messages/errors.ts";
import { MessageRouter } from "../../src/messages/message_router.ts";
import { MessageDriver } from "./driver.ts";

class OutOfStock extends Error {
  readonly code = "out-of-stock";
  readonly data = { article: "bolt", left: 2 };
}

for (const hasJournal of [false, true]) {
  const how = hasJournal ? "with a journal" : "without a journal";
  Deno.test(`M8-no-error-answer: a rejected request has the error as its cause, ${how}`, async () => {
    const options = hasJournal ? { journal: new MemoryJournal() } : {};
    await using router = new MessageRouter({}, undefined, silentLogger, options);
    await router.initialize();
    router.subscribe("shop", (_message, delivery) => delivery.reject(new OutOfStock("no bolts")));
    const error = await assertRejects(
      () => router.sendWithResponse("a", "shop", "bolt"),
      UnansweredError,
      "it was answered with an error: no bolts",
    );
    assertEquals(error.reason, "rejected");
    assertInstanceOf(error.cause, Error);
    const { message, code, data } = error.cause as OutOfStock;
    assertEquals([message, code, data], ["no bolts", "out-of-stock", { article: "bolt", left: 2 }]);
    assertEquals([router.peek("shop"), router.deadLetters()], [[], []]);
  });
}

Deno.test("the first answer of a request counts, and a late error is counted and dropped", async () => {
  await using router = new MessageRouter({}, undefined, silentLogger);
  router.subscribe("b", async (_message, delivery) => {
    assertEquals(await delivery.respond("yes"), true);
    assertEquals(await delivery.reject(new Error("no")), false);
  });
  assertEquals(await router.sendWithResponse("a", "b", "?"), "yes");
  assertEquals(await router.rejectRequest("message-1", "no"), false);
  assertEquals((await router.getHealthStatus()).metrics["lateResponses"], 2);
  await assertRejects(() => router.rejectRequest("", "no"), RangeError, "messageId must have 1");
});

Deno.test("an agent that receives answers with an error, by its delivery or by the id", async () => {
  await using router = new MessageRouter({ unknownRecipients: "allow" }, undefined, silentLogger);
  const first = assertRejects(() => router.sendWithResponse("a", "b", 1), UnansweredError, "one");
  const delivery = await router.receive("b");
  assertEquals(await delivery!.reject(new Error("one")), true);
  await delivery!.ack();
  await first;
  const second = assertRejects(() => router.sendWithResponse("a", "b", 2), UnansweredError, "two");
  assertEquals(await router.rejectRequest("message-2", new Error("two")), true);
  await second;
});

Deno.test("an answer is kept for its whole time, also when an older message had its id", () => {
  const driver = new MessageDriver({ dedupeWindow: 1 });
  const ask = () => {
    driver.send("a", "b", "?", { messageId: "m", responseMs: 10, keepMs: 100 });
    driver.pass(10);
  };
  ask();
  driver.send("a", "c", "the only known id", { messageId: "n" });
  ask();
  driver.pass(95);
  const command = { type: "resume-request", messageId: "m", from: "a", to: "b" } as const;
  const answer = driver.ask(command);
  assertEquals("status" in answer && answer.status, "unanswered");
});
