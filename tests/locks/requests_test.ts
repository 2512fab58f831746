/** Requests that wait for their response, as edges of the wait-for graph. */

import { assert, assertEquals } from "@std/assert";
import { DeadlockError } from "../../src/locks/errors.ts";
import type { DeadlockDetected } from "../../src/locks/events.ts";
import { encode } from "../../src/core/data/plain.ts";
import { lines, Script } from "./script.ts";

Deno.test("a request from the holder of a lock to its waiter is a deadlock", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "r");
  script.now += 7;
  assertEquals(script.request("m", "a", "b", -1), [
    { type: "ask:begun", askId: "m", agentId: "a", toAgentId: "b", priority: -1 },
    {
      type: "deadlock:detected",
      agents: ["a", "b"],
      owners: ["a", "b"],
      resources: ["", "r"],
      victim: "a",
      owner: "a",
      waitId: 0,
      askId: "m",
      waitedMs: 0,
    },
  ]);
  assertEquals(script.endRequest("m"), []);
  assertEquals(lines(script.release("a", "r")), ["released r by a", "acquired r by b"]);
});

Deno.test("a wait for a lock whose holder has a request to the waiter is a deadlock", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.request("m", "a", "b");
  assertEquals(lines(script.acquire("b", "r")), [
    "queued r by b",
    "deadlock, b gives way: a asks b, b waits for r",
  ]);
  script.endRequest("m");
  assertEquals(lines(script.acquire("b", "r")), ["queued r by b"]);
});

Deno.test("two agents with requests to each other are deadlocked if both hold locks", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "s");
  script.request("m", "a", "b");
  assertEquals(lines(script.request("n", "b", "a")), [
    "asked a by b",
    "deadlock, b gives way by n: a asks b, b asks a",
  ]);
});

Deno.test("two agents with requests to each other may respond if one of them holds no lock", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.request("m", "a", "b");
  assertEquals(lines(script.request("n", "b", "a")), ["asked a by b"]);
  script.acquire("c", "r");
  assertEquals(lines(script.endRequest("m")), ["ended m"]);
});

Deno.test("a grant to one of two agents with requests to each other makes them a deadlock", () => {
  const script = new Script();
  script.request("m", "a", "b");
  script.request("n", "b", "a", 1);
  script.acquire("a", "r");
  assertEquals(lines(script.acquire("b", "s")), [
    "acquired s by b",
    "deadlock, a gives way by m: a asks b, b asks a",
  ]);
});

Deno.test("a cycle goes through several requests and several locks", () => {
  const script = new Script();
  for (const [owner, resource] of [["a", "r"], ["c", "s"], ["e", "t"]] as const) {
    script.acquire(owner, resource);
  }
  script.request("m", "a", "b");
  script.request("n", "b", "c");
  script.acquire("d", "s");
  script.request("o", "c", "d", -1);
  assertEquals(lines(script.endRequest("o")), []);
  script.request("p", "c", "e");
  assertEquals(lines(script.acquire("e", "r", { priority: 1 })), [
    "queued r by e",
    "deadlock, b gives way by n: a asks b, b asks c, c asks e, e waits for r",
  ]);
});

Deno.test("D5-grant-closes-a-cycle-unseen: a grant to the sender of a request closes a cycle", () => {
  const script = new Script();
  script.acquire("h", "r");
  script.acquire("a", "r", { mode: "shared" });
  script.acquire("b", "r", { mode: "shared" });
  script.acquire("c", "r");
  script.request("m", "b", "c");
  assertEquals(lines(script.release("h", "r")), [
    "released r by h",
    "acquired r by a",
    "acquired r by b",
    "deadlock, c gives way: b asks c, c waits for r",
  ]);
});

Deno.test("a request from the first waiter of a queue to a later one is a deadlock", () => {
  const script = new Script();
  script.acquire("h", "r");
  script.acquire("a", "r");
  script.acquire("b", "r");
  assertEquals(lines(script.request("m", "a", "b")), [
    "asked b by a",
    "deadlock, a gives way by m: a asks b, b waits for r",
  ]);
});

Deno.test("D3-bystander-listed: a request into a cycle or out of it is not part of it", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "r");
  script.request("in", "x", "a");
  script.request("out", "a", "y");
  script.acquire("x", "held");
  assertEquals(lines(script.request("m", "a", "b")), [
    "asked b by a",
    "deadlock, b gives way: a asks b, b waits for r",
  ]);
});

Deno.test("D4-bystander-chosen: of requests and waits of one priority, the fewest locks decide", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "r");
  script.acquire("b", "s");
  script.acquire("b", "t");
  assertEquals(lines(script.request("m", "a", "b")), [
    "asked b by a",
    "deadlock, a gives way by m: a asks b, b waits for r",
  ]);
});

Deno.test("D4-bystander-chosen: of requests and waits, the lowest priority is the victim", () => {
  for (const [priority, victim] of [[1, "b gives way"], [-1, "a gives way by m"]] as const) {
    const script = new Script();
    script.acquire("a", "r");
    script.acquire("b", "s");
    script.acquire("b", "r");
    const [, deadlock] = lines(script.request("m", "a", "b", priority));
    assertEquals(deadlock, `deadlock, ${victim}: a asks b, b waits for r`);
  }
});

Deno.test("several requests that close cycles are broken one by one", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "r", { priority: 1 });
  script.request("m", "a", "x");
  script.request("n", "a", "y");
  script.request("o", "y", "b", -1);
  assertEquals(
    lines(script.request("p", "x", "b", -1)).at(-1)?.slice(0, 29),
    "deadlock, x gives way by p: a",
  );
  assertEquals([...script.state.requests.keys()], ["m", "n"]);
});

Deno.test("a request is no deadlock while another holder can release enough units", () => {
  const script = new Script();
  script.define("r", 2);
  for (const owner of ["a", "free", "b"]) script.acquire(owner, "r");
  assertEquals(lines(script.request("m", "a", "b")), ["asked b by a"]);
  assertEquals(lines(script.request("n", "free", "b")), [
    "asked b by free",
    "deadlock, b gives way: b waits for r, free asks b",
  ]);
});

Deno.test("a holder in a cycle of requests alone counts as one that can release units", () => {
  const script = new Script();
  script.define("r", 2);
  for (const owner of ["a", "other", "b"]) script.acquire(owner, "r");
  script.request("m", "other", "y");
  script.request("n", "y", "other");
  assertEquals(lines(script.request("o", "a", "b")), ["asked b by a"]);
});

Deno.test("the cycle of a deadlock contains no owner that can proceed", () => {
  const script = new Script();
  script.define("r", 2);
  for (const owner of ["a", "free", "x"]) script.acquire(owner, "r");
  script.acquire("a", "t");
  script.acquire("b", "s");
  script.acquire("b", "t");
  script.request("m", "a", "x");
  assertEquals(lines(script.acquire("a", "s", { priority: -1 })), [
    "queued s by a",
    "deadlock, a gives way: a waits for s, b waits for t",
  ]);
});

Deno.test("D3-bystander-listed: of two cycles that share a request, the shorter is reported", () => {
  const script = new Script();
  script.acquire("h", "r");
  script.acquire("h", "q");
  for (const owner of ["z", "y"]) script.acquire(owner, "r", { mode: "shared" });
  for (const owner of ["u", "v", "s"]) script.acquire(owner, "q", { mode: "shared" });
  script.acquire("x", "r");
  script.request("m", "y", "x");
  script.request("n", "x", "s");
  script.request("o", "s", "x");
  assertEquals(lines(script.releaseAll("h")), [
    "released r by h",
    "released q by h",
    "acquired r by z",
    "acquired q by u",
    "acquired r by y",
    "acquired q by v",
    "acquired q by s",
    "deadlock, x gives way: x waits for r, y asks x",
  ]);
});

Deno.test("the policy revoke takes the lock of a victim with a request", () => {
  const script = new Script({ deadlockPolicy: "revoke" });
  script.acquire("a", "r");
  script.acquire("b", "r");
  assertEquals(lines(script.request("m", "a", "b", -1)), [
    "asked b by a",
    "deadlock, a gives way by m: a asks b, b waits for r",
    "revoked r by a",
    "acquired r by b",
  ]);
});

Deno.test("the policy revoke takes no lock of a victim that is to respond", () => {
  const script = new Script({ deadlockPolicy: "revoke" });
  script.acquire("a", "r");
  script.request("m", "a", "b");
  script.acquire("b", "s");
  assertEquals(lines(script.acquire("b", "r", { priority: -1 })), [
    "queued r by b",
    "deadlock, b gives way: a asks b, b waits for r",
  ]);
  assertEquals(script.holders("s"), ["b"]);
});

Deno.test("without detection, requests close cycles that stay", () => {
  const script = new Script({ deadlockDetection: false });
  script.acquire("a", "r");
  script.acquire("b", "r");
  assertEquals(lines(script.request("m", "a", "b")), ["asked b by a"]);
  assertEquals(lines(script.endRequest("m")), ["ended m"]);
});

Deno.test("release-all ends the requests of its owner after its waits and before its locks", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("h", "s");
  script.acquire("a", "s");
  script.request("m", "a", "x");
  script.request("n", "y", "a");
  script.request("o", "y", "x");
  assertEquals(lines(script.releaseAll("a")), [
    "abandoned s by a: gone",
    "gone m",
    "gone n",
    "released r by a",
  ]);
  assertEquals([...script.state.requests.keys()], ["o"]);
});

Deno.test("the end of an unknown request, and a request to oneself, are no-ops", () => {
  const script = new Script();
  const before = encode(script.state);
  assertEquals(script.endRequest("m"), []);
  assertEquals(script.request("m", "a", "a"), []);
  assertEquals(encode(script.state), before);
});

Deno.test("pending requests are limited, and their ids are unique", () => {
  const script = new Script({ maxAsks: 1 });
  script.request("m", "a", "b");
  const before = encode(script.state);
  assertEquals(lines(script.request("m", "b", "a")), ["refused m: known-ask"]);
  assertEquals(lines(script.request("n", "b", "a")), ["refused n: full"]);
  assertEquals(encode(script.state), before);
  script.endRequest("m");
  assertEquals(lines(script.request("n", "b", "a")), ["asked a by b"]);
});

Deno.test("requests leave a limited number of idle owners behind", () => {
  const script = new Script();
  for (let i = 0; i < 10_000; i++) {
    script.request(`m${i}`, `asker ${i}`, "server");
    script.endRequest(`m${i}`);
  }
  assert(script.state.owners.size < 2_100, `${script.state.owners.size} owners are kept`);
  assertEquals(script.state.requests.size, 0);
});

Deno.test("a cycle of ten thousand requests through one lock is found", () => {
  const script = new Script();
  script.acquire("agent 0", "r");
  script.acquire("agent 10000", "r");
  for (let i = 1; i < 10_000; i++) script.request(`m${i}`, `agent ${i}`, `agent ${i + 1}`);
  const deadlock = script.request("last", "agent 0", "agent 1", -1).at(-1) as DeadlockDetected;
  assertEquals([deadlock.type, deadlock.askId], ["deadlock:detected", "last"]);
  assertEquals(deadlock.agents, Array.from({ length: 10_001 }, (_, i) => `agent ${i}`));
});

Deno.test("the error of a victim says which agent is to respond", () => {
  const error = new DeadlockError("a", ["a", "b"], ["", "r"]);
  assertEquals(
    error.message,
    'Agent "a" is the victim of a deadlock: "a" waits for "b" to respond, "b" waits for "r"',
  );
});
