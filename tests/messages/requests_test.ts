import { assertEquals } from "@std/assert";
import { lines, PostOffice } from "./post_office.ts";

/** Has `a` ask `b`, for 100 ms. */
function ask(office: PostOffice): void {
  office.send("a", "b", "?", { kind: "request", responseMs: 100 });
}

Deno.test("a response reaches who asked, once", () => {
  const office = new PostOffice();
  ask(office);
  office.now = 30;
  assertEquals(office.do({ type: "respond", messageId: "message-1", response: "!" }), [{
    type: "message:responded",
    from: "b",
    to: "a",
    messageId: "message-1",
    response: "!",
    waitedMs: 30,
  }]);
  assertEquals(lines(office.do({ type: "respond", messageId: "message-1", response: "!" })), [
    "message:response-dropped message-1",
  ]);
});

Deno.test("a request without a response ends at its deadline, and a late response is counted and dropped", () => {
  const office = new PostOffice();
  ask(office);
  assertEquals(lines(office.pass(100)), ["message:unanswered message-1 timed-out"]);
  office.do({ type: "respond", messageId: "message-1", response: "!" });
  assertEquals(office.state.lateResponses, 1);
});

Deno.test("M2-sweep-rejects-fresh-requests: letting time pass ends no request before its deadline", () => {
  const office = new PostOffice();
  office.now = 1_000_000;
  ask(office);
  for (let i = 0; i < 99; i++) assertEquals(office.pass(1), []);
  assertEquals(office.state.requests.size, 1);
  assertEquals(lines(office.pass(1)), ["message:unanswered message-1 timed-out"]);
});

Deno.test("who waits for whom is known from both ends while the request is open", () => {
  const office = new PostOffice();
  ask(office);
  const [request] = office.state.waitingOn.get("a")!;
  assertEquals([request?.from, request?.to], ["a", "b"]);
  assertEquals(office.state.askedOf.get("b")?.has(request!), true);
  office.do({ type: "cancel-request", messageId: "message-1" });
  assertEquals([office.state.waitingOn.size, office.state.askedOf.size], [0, 0]);
});

Deno.test("a request that is cancelled ends, and one that has ended can't be", () => {
  const office = new PostOffice();
  ask(office);
  assertEquals(lines(office.do({ type: "cancel-request", messageId: "message-1" })), [
    "message:unanswered message-1 cancelled",
  ]);
  office.refuses({ type: "cancel-request", messageId: "message-1" }, "not-waiting");
  assertEquals(office.machine.deadline(office.state), Infinity);
});

Deno.test("a request that can't be delivered ends at once", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  ask(office);
  assertEquals(lines(office.nack("b", 1, { isFinal: true })), [
    "message:dead-lettered ? h rejected",
    "message:unanswered message-1 undeliverable",
  ]);
});

Deno.test("a request waits as long as one handler of several may still answer", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  office.attach("b", "i");
  ask(office);
  office.nack("b", office.epochOf("?", "h"), { isFinal: true });
  assertEquals(office.state.requests.size, 1);
  office.nack("b", office.epochOf("?", "i"), { isFinal: true });
  assertEquals(office.state.requests.size, 0);
});

Deno.test("a handler that leaves without a word leaves the answer to the others", () => {
  const office = new PostOffice({ maxInFlight: 1 });
  office.attach("b", "h");
  office.attach("b", "i");
  office.send("c", "b", "keeps both busy");
  ask(office);
  office.detach("b", "h");
  assertEquals(office.state.requests.size, 1);
  office.ack("b", office.epochOf("keeps both busy", "i"));
  assertEquals(lines(office.nack("b", office.epochOf("?", "i"), { isFinal: true })), [
    "message:dead-lettered ? i rejected",
    "message:unanswered message-2 undeliverable",
  ]);
});

Deno.test("a request that was acked waits for its response", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  ask(office);
  office.ack("b", 1);
  assertEquals(lines(office.do({ type: "respond", messageId: "message-1", response: 1 })), [
    "message:responded message-1",
  ]);
});

Deno.test("requests by an agent that is gone, and to it, end", () => {
  const office = new PostOffice();
  office.attach("b", "h");
  ask(office);
  office.ack("b", 1);
  office.send("b", "c", "?", { responseMs: 100 });
  assertEquals(lines(office.do({ type: "close-mailbox", agentId: "b", reason: "crashed" })), [
    "mailbox:closed b crashed",
    "message:unanswered message-2 agent-gone",
    "message:unanswered message-1 agent-gone",
  ]);
});

Deno.test("requests are bounded", () => {
  const office = new PostOffice({ maxRequests: 1 });
  ask(office);
  assertEquals(lines(office.send("a", "b", "?", { responseMs: 9 })), [
    "message:refused too-many-requests",
  ]);
});
