/** Capacities that change while their resources are in use. */

import { assertEquals, assertRejects } from "@std/assert";
import { LimitError, LockAbandonedError } from "../../mod.ts";
import { explainWait } from "../../src/locks/views.ts";
import { managed } from "./managed.ts";
import { lines, Script } from "./script.ts";

/** A resource with a capacity whose units are held by owners, each by one. */
function held(resourceId: string, owners: readonly string[]): Script {
  const script = new Script();
  script.define(resourceId, owners.length);
  for (const owner of owners) script.acquire(owner, resourceId);
  return script;
}

Deno.test("L17-raised-capacity-serves-nobody: a larger one serves waiters at once", () => {
  const script = held("r", ["a"]);
  script.acquire("b", "r");
  script.acquire("c", "r");
  script.acquire("d", "r");
  assertEquals(lines(script.define("r", 3)), [
    "defined r as 3",
    "acquired r by b",
    "acquired r by c",
  ]);
  assertEquals(script.holders("r"), ["a", "b", "c"]);
  assertEquals(lines(script.define("r", 3)), ["defined r as 3"]);
});

Deno.test("L18-lowered-capacity-takes-locks: holders keep theirs, and none is granted beside them", () => {
  const script = held("r", ["a", "b", "c"]);
  script.acquire("d", "r");
  assertEquals(lines(script.define("r", 2)), ["defined r as 2"]);
  assertEquals(script.holders("r"), ["a", "b", "c"]);
  assertEquals(lines(script.acquire("e", "r", { wait: false })), ["refused acquire of e: held"]);
  assertEquals(lines(script.release("a", "r")), ["released r by a"]);
  assertEquals(lines(script.release("b", "r")), ["released r by b", "acquired r by d"]);
  assertEquals(lines(script.define("r", 1)), ["defined r as 1"]);
  script.acquire("e", "r");
  assertEquals(lines(script.release("c", "r")), ["released r by c"]);
  assertEquals(lines(script.release("d", "r")), ["released r by d", "acquired r by e"]);
  assertEquals([script.state.definitions, script.state.locksInUse], [0, 1]);
});

Deno.test("L19-wait-for-more-than-there-is: it ends, and those behind it go on", () => {
  const script = new Script();
  script.define("r", 3);
  script.acquire("a", "r");
  script.acquire("b", "r", { units: 3 });
  script.acquire("c", "r");
  assertEquals(lines(script.define("r", 2)), [
    "defined r as 2",
    "abandoned r by b: over-capacity",
    "acquired r by c",
  ]);
  assertEquals(lines(script.acquire("b", "r", { units: 3 })), [
    "refused acquire of b: over-capacity",
  ]);
});

Deno.test("a wait for several locks ends as a whole when it asks for more units than there are", () => {
  const script = new Script();
  script.define("r", 2);
  script.acquire("a", "s");
  const requests = ["s", "r"].map((resourceId) => ({
    ...{ resourceId, mode: "exclusive" as const },
    units: resourceId === "r" ? 2 : 1,
  }));
  const terms = { agentId: "b", owner: "b", priority: 0, timeoutMs: 0, leaseMs: 0 };
  const command = { type: "acquire-all" as const, requests, ...terms };
  script.do(command);
  script.acquire("c", "s");
  assertEquals(lines(script.define("r", 1)), [
    "defined r as 1",
    "abandoned s+r by b: over-capacity",
  ]);
  assertEquals(lines(script.do(command)), ["refused acquire-all of b: over-capacity"]);
  assertEquals(lines(script.release("a", "s")), ["released s by a", "acquired s by c"]);
});

Deno.test("an owner keeps more units than there are, and can't wait for as many", () => {
  const script = new Script();
  script.define("r", 2);
  script.acquire("a", "r", { units: 2 });
  script.acquire("b", "s");
  script.define("r", 1);
  assertEquals(lines(script.acquire("a", "r", { units: 2 })), ["reacquired r by a"]);
  const requests = [
    { resourceId: "r", mode: "exclusive" as const, units: 2 },
    { resourceId: "s", mode: "exclusive" as const, units: 1 },
  ];
  const terms = { agentId: "a", owner: "a", priority: 0, timeoutMs: 0, leaseMs: 0 };
  const command = { type: "acquire-all" as const, requests, ...terms };
  assertEquals(lines(script.do(command)), ["refused acquire-all of a: over-capacity"]);
  script.release("b", "s");
  assertEquals(lines(script.do(command)), ["reacquired r by a", "acquired s by a"]);
});

Deno.test("of two holders, neither has all units of a capacity that was lowered to one", () => {
  const script = held("r", ["a", "b"]);
  script.define("r", 1);
  const asShared = () => lines(script.acquire("a", "r", { mode: "shared" }));
  assertEquals(asShared(), ["refused acquire of a: upgrade"]);
  script.release("b", "r");
  assertEquals(asShared(), ["reacquired r by a"]);
});

Deno.test("a wait ends when its owner holds all units no longer, and less than it asks for", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "s");
  script.acquireAll("a", ["r:shared", "s"]);
  assertEquals(lines(script.define("r", 2)), ["defined r as 2", "abandoned r+s by a: upgrade"]);
});

Deno.test("D6-lowered-capacity-closes-a-cycle-unseen: it is broken in the same step", () => {
  const script = held("r", ["a", "free"]);
  script.acquire("b", "s");
  script.acquire("b", "r");
  script.acquire("c", "r");
  assertEquals(lines(script.acquire("a", "s")), ["queued s by a"]);
  assertEquals(lines(script.define("r", 1)), [
    "defined r as 1",
    "deadlock, a gives way: a waits for s, b waits for r",
  ]);
});

Deno.test("a raised capacity ends waits that none were allowed to break", () => {
  const script = new Script({ deadlockDetection: false });
  script.acquire("a", "r");
  script.acquire("b", "s");
  script.acquire("b", "r");
  script.acquire("a", "s");
  assertEquals(lines(script.define("r", 2)), ["defined r as 2", "acquired r by b"]);
  assertEquals(lines(script.releaseAll("b")), [
    "released s by b",
    "released r by b",
    "acquired s by a",
  ]);
});

Deno.test("a lowered capacity is in the explanation of a wait until it is in effect", () => {
  const script = held("r", ["a", "b", "c"]);
  script.acquire("d", "r");
  script.define("r", 2);
  const { summary, locks } = explainWait(script.state, 1)!;
  const why = '(capacity 2 of 3 used units, lowered), held by "a", "b", "c"';
  assertEquals(summary, `It waits for "r" ${why}`);
  assertEquals(locks[0]?.lowered, { capacity: 2, used: 3 });
  script.release("a", "r");
  assertEquals(explainWait(script.state, 1)!.locks[0]?.lowered, undefined);
});

Deno.test("a resource that is held can be defined while the table of resources is full", () => {
  const script = new Script({ maxResources: 1 });
  script.acquire("a", "r");
  assertEquals(lines(script.define("s", 2)), ["refused define of : full"]);
  assertEquals(lines(script.define("r", 2)), ["defined r as 2"]);
  assertEquals([script.state.definitions, script.state.locksInUse], [1, 1]);
});

Deno.test("define() of a resource in use ends calls for more units with an error", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  await locks.define("gpu", { capacity: 2 });
  const first = await locks.acquire("gpu", "a");
  const second = locks.acquire("gpu", "b", { units: 2 });
  const third = locks.acquire("gpu", "c", { keepMs: 100, waitMs: 0, units: 2 });
  const { ticket } = await assertRejects(() => third) as Error & { ticket: string };
  const ended = assertRejects(
    () => second,
    LockAbandonedError,
    "the capacity of a resource was lowered below the units asked for",
  );
  await locks.undefine("gpu");
  await ended;
  await assertRejects(() => locks.acquire("gpu", "c", { ticket, units: 2 }), LockAbandonedError);
  await assertRejects(() => locks.acquire("gpu", "b", { units: 2 }), LimitError);
  assertEquals([first.signal.aborted, locks.holderOf("gpu")], [false, "a"]);
});

Deno.test("tryAcquire() of more units than an unused resource has resolves to undefined", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  assertEquals(await locks.tryAcquire("gpu", "a", { units: 2 }), undefined);
  await assertRejects(() => locks.acquire("gpu", "a", { units: 2 }), LimitError);
});
