import { assertEquals } from "@std/assert";
import { lines, MessageDriver } from "./driver.ts";

/** Sends a request from `a` to `b`, with a limit of 100 ms. */
function ask(driver: MessageDriver): void {
  driver.send("a", "b", "?", { kind: "request", responseMs: 100 });
}

Deno.test("a response reaches its request once", () => {
  const driver = new MessageDriver();
  ask(driver);
  driver.now = 30;
  assertEquals(driver.do({ type: "respond", messageId: "message-1", response: "!" }), [{
    type: "message:responded",
    from: "b",
    to: "a",
    messageId: "message-1",
    response: "!",
    waitedMs: 30,
  }]);
  assertEquals(lines(driver.do({ type: "respond", messageId: "message-1", response: "!" })), [
    "message:response-dropped message-1",
  ]);
});

Deno.test("a request ends at its deadline, and a late response is counted and dropped", () => {
  const driver = new MessageDriver();
  ask(driver);
  assertEquals(lines(driver.pass(100)), ["message:unanswered message-1 timed-out"]);
  driver.do({ type: "respond", messageId: "message-1", response: "!" });
  assertEquals(driver.state.lateResponses, 1);
});

Deno.test("M2-sweep-rejects-fresh-requests: letting time pass ends no request before its deadline", () => {
  const driver = new MessageDriver();
  driver.now = 1_000_000;
  ask(driver);
  for (let i = 0; i < 99; i++) assertEquals(driver.pass(1), []);
  assertEquals(driver.state.requests.size, 1);
  assertEquals(lines(driver.pass(1)), ["message:unanswered message-1 timed-out"]);
});

Deno.test("an open request is an edge from both its ends", () => {
  const driver = new MessageDriver();
  ask(driver);
  const [request] = driver.state.waitingOn.get("a")!;
  assertEquals([request?.from, request?.to], ["a", "b"]);
  assertEquals(driver.state.askedOf.get("b")?.has(request!), true);
  driver.do({ type: "cancel-request", messageId: "message-1" });
  assertEquals([driver.state.waitingOn.size, driver.state.askedOf.size], [0, 0]);
});

Deno.test("a request can be cancelled once", () => {
  const driver = new MessageDriver();
  ask(driver);
  assertEquals(lines(driver.do({ type: "cancel-request", messageId: "message-1" })), [
    "message:unanswered message-1 cancelled",
  ]);
  driver.refuses({ type: "cancel-request", messageId: "message-1" }, "not-waiting");
  assertEquals(driver.machine.deadline(driver.state), Infinity);
});

Deno.test("a request that can't be delivered ends at once", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  ask(driver);
  assertEquals(lines(driver.nack("b", 1, { isFinal: true })), [
    "message:dead-lettered ? h rejected",
    "message:unanswered message-1 undeliverable",
  ]);
});

Deno.test("a request waits as long as one handler of several may still answer", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  driver.attach("b", "i");
  ask(driver);
  driver.nack("b", driver.epochOf("?", "h"), { isFinal: true });
  assertEquals(driver.state.requests.size, 1);
  driver.nack("b", driver.epochOf("?", "i"), { isFinal: true });
  assertEquals(driver.state.requests.size, 0);
});

Deno.test("a request outlives a detached handler that did not answer", () => {
  const driver = new MessageDriver({ maxInFlight: 1 });
  driver.attach("b", "h");
  driver.attach("b", "i");
  driver.send("c", "b", "keeps both busy");
  ask(driver);
  driver.detach("b", "h");
  assertEquals(driver.state.requests.size, 1);
  driver.ack("b", driver.epochOf("keeps both busy", "i"));
  assertEquals(lines(driver.nack("b", driver.epochOf("?", "i"), { isFinal: true })), [
    "message:dead-lettered ? i rejected",
    "message:unanswered message-2 undeliverable",
  ]);
});

Deno.test("a request that was acked waits for its response", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  ask(driver);
  driver.ack("b", 1);
  assertEquals(lines(driver.do({ type: "respond", messageId: "message-1", response: 1 })), [
    "message:responded message-1",
  ]);
});

Deno.test("requests by and to an agent that is gone end", () => {
  const driver = new MessageDriver();
  driver.attach("b", "h");
  ask(driver);
  driver.ack("b", 1);
  driver.send("b", "c", "?", { responseMs: 100 });
  assertEquals(lines(driver.do({ type: "close-mailbox", agentId: "b", reason: "crashed" })), [
    "mailbox:closed b crashed",
    "message:unanswered message-2 agent-gone",
    "message:unanswered message-1 agent-gone",
  ]);
});

Deno.test("requests are bounded", () => {
  const driver = new MessageDriver({ maxRequests: 1 });
  ask(driver);
  assertEquals(lines(driver.send("a", "b", "?", { responseMs: 9 })), [
    "message:refused too-many-requests",
  ]);
});
