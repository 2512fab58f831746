import { assertEquals, assertThrows } from "@std/assert";
import { InvariantError } from "../../src/core/errors.ts";
import { encode } from "../../src/core/data/plain.ts";
import type { LockEvent } from "../../src/locks/events.ts";
import { lines, Script } from "./script.ts";

function epoch(events: readonly LockEvent[]): number {
  const event = events.find((event) => "epoch" in event);
  return event !== undefined && "epoch" in event ? event.epoch : 0;
}

Deno.test("a free lock is granted at once, under a new epoch", () => {
  const script = new Script();
  assertEquals(script.acquire("a", "r"), [{
    type: "resource:acquired",
    resourceId: "r",
    agentId: "a",
    owner: "a",
    epoch: 1,
    mode: "exclusive",
    units: 1,
    waitId: 0,
    waitedMs: 0,
  }]);
  assertEquals(epoch(script.acquire("a", "s")), 2);
});

Deno.test("a release hands the lock to the next waiter in the same step, with a larger epoch", () => {
  const script = new Script();
  script.acquire("a", "r");
  assertEquals(lines(script.acquire("b", "r")), ["queued r by b"]);
  script.now += 70;
  const events = script.release("a", "r");
  assertEquals(lines(events), ["released r by a", "acquired r by b"]);
  assertEquals(events[0], {
    type: "resource:released",
    resourceId: "r",
    agentId: "a",
    owner: "a",
    epoch: 1,
    heldMs: 70,
  });
  assertEquals(events[1], {
    type: "resource:acquired",
    resourceId: "r",
    agentId: "b",
    owner: "b",
    epoch: 2,
    mode: "exclusive",
    units: 1,
    waitId: 1,
    waitedMs: 70,
  });
});

Deno.test("epochs stay unique after everything was released and forgotten", () => {
  const script = new Script();
  for (let i = 0; i < 5_000; i++) {
    assertEquals(epoch(script.acquire("a", `r${i}`)), i + 1);
    script.release("a", `r${i}`);
  }
  assertEquals(epoch(script.acquire("a", "r0")), 5_001);
});

Deno.test("an owner that acquires its own lock again keeps its epoch, and nothing changes", () => {
  const script = new Script();
  script.acquire("a", "r");
  const before = encode(script.state);
  assertEquals(script.acquire("a", "r", { leaseMs: 50, priority: 9 }), [{
    type: "resource:reacquired",
    resourceId: "r",
    agentId: "a",
    owner: "a",
    epoch: 1,
    waitId: 0,
  }]);
  assertEquals(script.acquire("a", "r", { mode: "shared" })[0]?.type, "resource:reacquired");
  assertEquals(encode(script.state), before);
});

Deno.test("every refusal names its reason and changes nothing", () => {
  const script = new Script({ maxWaiters: 1, maxResources: 4 });
  script.define("counted", 2);
  script.acquire("a", "r");
  script.acquire("b", "r");
  script.acquire("a", "shared", { mode: "shared" });
  script.acquire("a", "counted");
  script.acquire("c", "last");
  const before = encode(script.state);
  const refusals: [string, LockEvent[]][] = [
    ["refused acquire of c: held", script.acquire("c", "r", { wait: false })],
    ["refused acquire of c: full", script.acquire("c", "r")],
    ["refused acquire of c: full", script.acquire("c", "one too many")],
    ["refused acquire-all of c: full", script.acquireAll("c", ["last", "one too many"])],
    ["refused acquire of c: full", script.acquire("c", "shared", { mode: "shared" })],
    ["refused acquire of a: upgrade", script.acquire("a", "shared")],
    ["refused acquire of a: upgrade", script.acquire("a", "counted", { units: 2 })],
    ["refused acquire of a: upgrade", script.acquire("a", "counted", { mode: "shared" })],
    ["refused acquire-all of a: upgrade", script.acquireAll("a", ["r", "shared"])],
    ["refused acquire of b: over-capacity", script.acquire("b", "counted", { units: 3 })],
    ["refused acquire of b: over-capacity", script.acquire("b", "last", { units: 2 })],
    ["refused release of b: not-holder", script.release("b", "r")],
    ["refused release of b: not-holder", script.release("b", "nowhere")],
    ["refused release of b: not-holder", script.release("b", "r", 1)],
    ["refused release of a: stale-epoch", script.release("a", "r", 77)],
    ["refused release of b: stale-epoch", script.release("b", "r", 77)],
    ["refused renew of b: not-holder", script.renew("b", "r", 5)],
    ["refused renew of a: stale-epoch", script.renew("a", "r", 5, 77)],
    ["refused cancel-wait of b: not-waiting", script.cancel("b", 77)],
    ["refused cancel-wait of a: not-waiting", script.cancel("a", 1)],
    ["refused define of : full", script.define("one too many", 2)],
  ];
  for (const [line, events] of refusals) assertEquals(lines(events), [line]);
  assertEquals(encode(script.state), before);
});

Deno.test("release() by a stale holder is refused and changes nothing", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.release("a", "r");
  script.acquire("a", "r");
  assertEquals(lines(script.release("a", "r", 1)), ["refused release of a: stale-epoch"]);
  assertEquals(lines(script.release("a", "r", 2)), ["released r by a"]);
});

Deno.test("waits are served by priority, and in order within one priority", () => {
  const script = new Script();
  script.acquire("holder", "r");
  for (const [owner, priority] of [["a", 0], ["b", 2], ["c", 0], ["d", 2]] as const) {
    script.acquire(owner, "r", { priority });
  }
  const order = [];
  for (let holder = "holder"; order.length < 4; holder = script.holders("r")[0]!) {
    script.release(holder, "r");
    order.push(script.holders("r")[0]);
  }
  assertEquals(order, ["b", "d", "a", "c"]);
});

Deno.test("a wait as old as a point of priority is worth is not overtaken for one point", () => {
  for (const [waited, first] of [[99, "late"], [100, "early"], [101, "early"]] as const) {
    const script = new Script({ agingMs: 100 });
    script.acquire("holder", "r");
    script.acquire("early", "r");
    script.now += waited;
    script.acquire("late", "r", { priority: 1 });
    script.release("holder", "r");
    assertEquals(script.holders("r"), [first], `after ${waited} ms`);
  }
});

Deno.test("a wait ends at its time limit, and later waits move up", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "r", { timeoutMs: 50 });
  script.acquire("c", "r");
  assertEquals(script.machine.deadline(script.state), 1_050);
  assertEquals(script.pass(49), []);
  assertEquals(script.pass(1), [{
    type: "resource:timed-out",
    resourceIds: ["r"],
    agentId: "b",
    owner: "b",
    waitId: 1,
    waitedMs: 50,
    timeoutMs: 50,
  }]);
  assertEquals(script.pass(1_000), []);
  assertEquals(lines(script.release("a", "r")), ["released r by a", "acquired r by c"]);
});

Deno.test("a lease starts at the grant, and its end passes the lock on", () => {
  const script = new Script();
  script.acquire("a", "r", { leaseMs: 100 });
  script.acquire("b", "r", { leaseMs: 100 });
  assertEquals(lines(script.pass(100)), ["expired r by a", "acquired r by b"]);
  assertEquals(script.pass(99), []);
  assertEquals(lines(script.pass(1)), ["expired r by b"]);
  assertEquals(script.machine.deadline(script.state), Infinity);
});

Deno.test("a lease that is due ends before the command of the step", () => {
  const script = new Script();
  script.acquire("a", "r", { leaseMs: 100 });
  script.now += 100;
  assertEquals(lines(script.acquire("b", "r", { wait: false })), [
    "expired r by a",
    "acquired r by b",
  ]);
  assertEquals(lines(script.release("a", "r", 1)), ["refused release of a: stale-epoch"]);
});

Deno.test("a renewal starts the lease anew, with the same length or another", () => {
  const script = new Script();
  script.acquire("a", "r", { leaseMs: 100 });
  script.now += 60;
  assertEquals(script.renew("a", "r"), [{
    type: "resource:renewed",
    resourceId: "r",
    agentId: "a",
    owner: "a",
    epoch: 1,
    expiresAt: 1_160,
  }]);
  assertEquals(script.pass(99), []);
  script.renew("a", "r", 500, 1);
  assertEquals(script.pass(499), []);
  assertEquals(lines(script.pass(1)), ["expired r by a"]);
});

Deno.test("a renewal can give a lease to a lock without one", () => {
  const script = new Script();
  script.acquire("a", "r");
  const [renewed] = script.renew("a", "r");
  assertEquals(renewed?.type === "resource:renewed" && renewed.expiresAt, Infinity);
  assertEquals(script.machine.deadline(script.state), Infinity);
  script.renew("a", "r", 10);
  assertEquals(lines(script.pass(10)), ["expired r by a"]);
});

Deno.test("a cancelled wait ends, and a second cancellation is refused", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "r");
  assertEquals(lines(script.cancel("b", 1)), ["cancelled r by b"]);
  assertEquals(lines(script.cancel("b", 1)), ["refused cancel-wait of b: not-waiting"]);
  assertEquals(lines(script.release("a", "r")), ["released r by a"]);
});

Deno.test("cancelling a wait that was granted in the meantime passes the grant on", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "r");
  script.acquire("c", "r");
  script.release("a", "r");
  assertEquals(lines(script.cancel("b", 1)), ["released r by b", "acquired r by c"]);
  assertEquals(lines(script.cancel("b", 1)), ["refused cancel-wait of b: not-waiting"]);
});

Deno.test("cancelling a wait doesn't touch a later grant of the same lock", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "r");
  script.release("a", "r");
  script.release("b", "r");
  script.acquire("b", "r");
  assertEquals(lines(script.cancel("b", 1)), ["refused cancel-wait of b: not-waiting"]);
  assertEquals(script.holders("r"), ["b"]);
});

Deno.test("release-all ends waits first, so that its owner is granted nothing that it releases", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("a", "s");
  script.acquire("c", "t");
  script.acquire("b", "r");
  script.acquire("a", "t");
  assertEquals(lines(script.releaseAll("a")), [
    "abandoned t by a: gone",
    "released r by a",
    "released s by a",
    "acquired r by b",
  ]);
  assertEquals(script.releaseAll("a"), []);
  assertEquals(script.releaseAll("nobody"), []);
});

Deno.test("an exclusive waiter waits until all shared holders have released the lock", () => {
  const script = new Script();
  script.acquire("a", "r", { mode: "shared" });
  script.acquire("b", "r", { mode: "shared" });
  assertEquals(script.holders("r"), ["a", "b"]);
  script.acquire("c", "r");
  script.release("a", "r");
  assertEquals(script.holders("r"), ["b"]);
  script.release("b", "r");
  assertEquals(script.holders("r"), ["c"]);
});

Deno.test("a shared acquire does not overtake an exclusive waiter", () => {
  const script = new Script();
  script.acquire("a", "r", { mode: "shared" });
  script.acquire("writer", "r");
  assertEquals(lines(script.acquire("b", "r", { mode: "shared" })), ["queued r by b"]);
  assertEquals(lines(script.release("a", "r")), ["released r by a", "acquired r by writer"]);
});

Deno.test("shared waiters next to each other in the queue are granted together", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "r", { mode: "shared" });
  script.acquire("c", "r", { mode: "shared" });
  script.acquire("d", "r");
  script.acquire("e", "r", { mode: "shared" });
  script.release("a", "r");
  assertEquals(script.holders("r"), ["b", "c"]);
});

Deno.test("a resource with a capacity is granted unit by unit", () => {
  const script = new Script();
  assertEquals(lines(script.define("r", 3)), ["defined r as 3"]);
  script.acquire("a", "r", { units: 2 });
  script.acquire("b", "r");
  assertEquals(script.holders("r"), ["a", "b"]);
  script.acquire("c", "r", { units: 2 });
  script.acquire("d", "r");
  assertEquals(lines(script.release("b", "r")), ["released r by b"]);
  assertEquals(lines(script.release("a", "r")), [
    "released r by a",
    "acquired r by c",
    "acquired r by d",
  ]);
  assertEquals(lines(script.define("r", 3)), ["defined r as 3"]);
});

Deno.test("acquire-all grants all or nothing, and keeps its places in the queues", () => {
  const script = new Script();
  script.acquire("a", "r");
  assertEquals(lines(script.acquireAll("b", ["r", "s"])), ["queued r+s by b"]);
  assertEquals(script.holders("s"), []);
  assertEquals(lines(script.acquire("c", "s")), ["queued s by c"]);
  assertEquals(lines(script.release("a", "r")), [
    "released r by a",
    "acquired r by b",
    "acquired s by b",
  ]);
  assertEquals(lines(script.release("b", "s")), ["released s by b", "acquired s by c"]);
});

Deno.test("acquire-all reacquires what its owner holds", () => {
  const script = new Script();
  script.acquire("a", "r");
  assertEquals(lines(script.acquireAll("a", ["r", "s"])), [
    "reacquired r by a",
    "acquired s by a",
  ]);
  script.acquire("b", "t");
  script.acquireAll("a", ["s", "t"]);
  assertEquals(lines(script.release("b", "t")), [
    "released t by b",
    "reacquired s by a",
    "acquired t by a",
  ]);
});

Deno.test("a higher priority is granted a free lock that a group waits for", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquireAll("b", ["r", "s"]);
  assertEquals(lines(script.acquire("c", "s", { priority: 1 })), ["acquired s by c"]);
  script.release("a", "r");
  assertEquals(script.holders("r"), []);
  assertEquals(lines(script.release("c", "s")), [
    "released s by c",
    "acquired r by b",
    "acquired s by b",
  ]);
});

Deno.test("the end of a wait for several locks serves the waiters behind it", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquireAll("b", ["r", "s", "t"], { timeoutMs: 10 });
  script.acquire("c", "s");
  script.acquire("d", "t");
  assertEquals(lines(script.pass(10)), [
    "timed-out r+s+t by b",
    "acquired s by c",
    "acquired t by d",
  ]);
});

Deno.test("acquire-all of one resource twice breaks an invariant", () => {
  assertThrows(() => new Script().acquireAll("a", ["r", "s", "r"]), InvariantError);
});

Deno.test("events about an owner name its agent", () => {
  const script = new Script();
  const command = {
    type: "acquire-all" as const,
    agentId: "agent",
    owner: "claim 7",
    requests: [{ resourceId: "r", mode: "exclusive" as const, units: 1 }],
    priority: 0,
    timeoutMs: 0,
    leaseMs: 0,
  };
  const [acquired] = script.do(command);
  assertEquals(acquired?.type === "resource:acquired" && acquired.agentId, "agent");
  assertEquals(acquired?.type === "resource:acquired" && acquired.owner, "claim 7");
  assertEquals(lines(script.acquire("agent", "r", { wait: false })), [
    "refused acquire of agent: held",
  ]);
});

Deno.test("idle locks and owners are forgotten, those in use and defined ones are not", () => {
  const script = new Script();
  script.define("defined", 2);
  script.acquire("holder", "held");
  script.acquire("waiter", "held");
  for (let i = 0; i < 10_000; i++) {
    script.acquire(`a${i}`, `r${i}`);
    script.release(`a${i}`, `r${i}`);
  }
  const { locks, owners, locksInUse } = script.state;
  assertEquals([locks.has("defined"), locks.has("held")], [true, true]);
  assertEquals([owners.has("holder"), owners.has("waiter")], [true, true]);
  assertEquals(locks.size <= 1_100 && owners.size <= 1_100, true);
  assertEquals(locksInUse, 2);
});
