import { assert, assertEquals } from "@std/assert";
import { acquire, lines, message, RootDriver } from "./driver.ts";

/** Agents here exist by the messages to them alone. */
const quiet = { messages: { unknownRecipients: "allow" } } as const;

Deno.test("a request is an edge of the wait-for graph until it is answered", () => {
  const bench = new RootDriver(quiet);
  bench.do(message("a", "b", 500));
  assertEquals([...bench.state.locks.requests.keys()], ["message-1"]);
  bench.do({ type: "respond", messageId: "message-1", response: 1 });
  assertEquals(bench.state.locks.requests.size, 0);
  bench.do(message("a", "b", 500));
  bench.pass(500);
  assertEquals(bench.state.locks.requests.size, 0);
});

Deno.test("a request that gives way in a deadlock ends, and what the others wait for goes on", () => {
  const bench = new RootDriver(quiet);
  bench.do(acquire("r", "a"), acquire("s", "b"), acquire("s", "a", { priority: 5 }));
  assertEquals(lines(bench.do(message("b", "a", 500))), [
    "message:sent",
    "ask:begun b",
    "deadlock:detected",
    "message:unanswered",
  ]);
  assertEquals(bench.state.messages.requests.size, 0);
});

Deno.test("of two requests that wait for each other the one of the lower priority gives way, and says why", () => {
  for (const [first, second, victim] of [[5, 0, "b"], [0, 5, "a"]] as const) {
    const bench = new RootDriver(quiet);
    bench.do(acquire("r", "a"), acquire("s", "b"));
    bench.do(message("a", "b", 500, { priority: first }));
    const events = bench.do(message("b", "a", 500, { priority: second }));
    const ended = events.find((event) => event.type === "message:unanswered");
    assertEquals([ended?.from, ended?.reason], [victim, "deadlock"]);
  }
});

Deno.test("who asks is who waits: a request to an agent that waits for nothing closes no cycle", () => {
  const bench = new RootDriver(quiet);
  bench.do(acquire("r", "a"), acquire("r", "b"));
  assertEquals(lines(bench.do(message("a", "c", 500))), ["message:sent", "ask:begun a"]);
  assert(lines(bench.do(message("c", "b", 500))).includes("deadlock:detected"));
});

Deno.test("a message that awaits no response is no wait", () => {
  const bench = new RootDriver(quiet);
  assertEquals(lines(bench.do(message("a", "b"))), ["message:sent"]);
});

Deno.test("a deadlock of locks alone ends no request", () => {
  const bench = new RootDriver(quiet);
  bench.do(acquire("r", "a"), acquire("s", "b"), acquire("s", "a"));
  assertEquals(lines(bench.do(acquire("r", "b"))), [
    "resource:queued b",
    "deadlock:detected",
  ]);
});
