/** The failures that systems of this kind have shown, by the names that they have in the rules. */

import { assert, assertEquals } from "@std/assert";
import type { DeadlockDetected, LockEvent } from "../../src/locks/events.ts";
import { managed } from "./managed.ts";
import { lines, Script } from "./script.ts";

function victims(events: readonly LockEvent[]): string[] {
  return events.flatMap((event) => event.type === "deadlock:detected" ? [event.victim] : []);
}

Deno.test("L1-lost-grant: fifty contenders are granted the lock one after the other", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  let inside = 0;
  const epochs: number[] = [];
  await Promise.all(Array.from({ length: 50 }, async (_, i) => {
    await using lock = await locks.acquire("r", `agent ${i}`);
    assertEquals(++inside, 1);
    epochs.push(lock.epoch);
    await Promise.resolve();
    inside--;
  }));
  assertEquals(epochs, Array.from({ length: 50 }, (_, i) => i + 1));
  assertEquals(locks.isLocked("r"), false);
});

Deno.test("L3-waiters-poll: a thousand waiters set no timer but the one that ends them", async () => {
  await using fixture = managed({ resourceTimeout: 0 });
  const { locks, clock } = fixture;
  const first = await locks.acquire("r", "first");
  const waits = Array.from({ length: 1_000 }, (_, i) => locks.acquire("r", `agent ${i}`));
  assertEquals(clock.pending, 0);
  await first.release();
  for (const wait of waits) await (await wait).release();
  assertEquals(clock.pending, 0);
});

Deno.test("L4-queue-replaced-under-waiters: waits keep their places when others end", () => {
  const script = new Script();
  script.acquire("holder", "r");
  for (const owner of ["a", "b", "c", "d", "e"]) script.acquire(owner, "r", { timeoutMs: 100 });
  script.cancel("b", 2);
  script.releaseAll("d");
  script.acquire("f", "r");
  const served = [];
  for (let holder = "holder"; holder !== undefined; holder = script.holders("r")[0]!) {
    script.release(holder, "r");
    served.push(...script.holders("r"));
  }
  assertEquals(served, ["a", "c", "e", "f"]);
});

Deno.test("L5-expired-lock-wakes-nobody: the end of a lease serves the waiter", async () => {
  await using fixture = managed();
  const { locks, clock } = fixture;
  const lost = await locks.acquire("r", "a", { leaseMs: 100 });
  const next = locks.acquire("r", "b");
  await clock.advance(100);
  const lock = await next;
  assert(lock.epoch > lost.epoch);
  assertEquals(locks.holderOf("r"), "b");
});

Deno.test("L6-granted-to-terminated-agent: an agent that is gone is granted nothing", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("gone", "r");
  script.acquire("gone", "r");
  script.acquireAll("gone", ["r", "s"]);
  script.acquire("b", "r");
  script.releaseAll("gone");
  assertEquals(lines(script.release("a", "r")), ["released r by a", "acquired r by b"]);
  assertEquals(lines(script.release("b", "r")), ["released r by b"]);
  assertEquals(script.holders("s"), []);
});

Deno.test("L8-two-waits-of-one-agent-collide: each ends on its own", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  const first = await locks.acquire("r", "a");
  const abort = new AbortController();
  const [one, two, three] = [
    locks.acquire("r", "b", { signal: abort.signal }),
    locks.acquire("r", "b"),
    locks.acquire("r", "b"),
  ];
  abort.abort("no longer needed");
  assertEquals(await one.catch((reason) => reason), "no longer needed");
  await first.release();
  const lock = await two;
  const same = await three;
  assertEquals([lock.borrowed, same.borrowed], [false, true]);
  assertEquals(same.epoch, lock.epoch);
  await same[Symbol.asyncDispose]();
  assertEquals(locks.holderOf("r"), "b");
});

Deno.test("L8-two-waits-of-one-agent-collide: a weaker grant ends a stronger wait", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "r", { mode: "shared", priority: 1 });
  script.acquire("b", "r");
  script.acquireAll("b", ["r", "s"]);
  assertEquals(lines(script.release("a", "r")), [
    "released r by a",
    "acquired r by b",
    "abandoned r by b: upgrade",
    "abandoned r+s by b: upgrade",
  ]);
});

Deno.test("L8-two-waits-of-one-agent-collide: a group keeps a lock that came otherwise", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("c", "s");
  script.acquireAll("b", ["r", "s"]);
  script.acquire("b", "r", { priority: 1 });
  assertEquals(lines(script.release("a", "r")), ["released r by a", "acquired r by b"]);
  assertEquals(lines(script.release("c", "s")), [
    "released s by c",
    "reacquired r by b",
    "acquired s by b",
  ]);
});

Deno.test("L8-two-waits-of-one-agent-collide: a group is granted when its last lock came otherwise", () => {
  const script = new Script();
  script.define("r", 2);
  script.acquire("b", "s");
  script.acquire("a", "r", { units: 2 });
  script.acquireAll("b", ["s", "r"]);
  script.acquire("b", "r", { priority: 1 });
  assertEquals(lines(script.release("a", "r")), [
    "released r by a",
    "acquired r by b",
    "reacquired s by b",
    "reacquired r by b",
  ]);
});

Deno.test("L9-starvation: urgent waits delay another one by no more than the bound", () => {
  const script = new Script({ agingMs: 10 });
  script.acquire("holder", "r");
  script.acquire("calm", "r", { priority: 0 });
  let overtaken = 0;
  for (let i = 0; script.holders("r")[0] !== "calm"; i++) {
    script.now += 1;
    script.acquire(`urgent ${i}`, "r", { priority: 5 });
    script.release(script.holders("r")[0]!, "r");
    overtaken++;
    assert(overtaken <= 50, "five points of priority are worth 50 ms");
  }
  assertEquals(overtaken, 50);
});

Deno.test("L10-interval-keeps-process-alive: no timer is set without a deadline, or after shutdown", async () => {
  await using fixture = managed();
  const { locks, clock } = fixture;
  const lock = await locks.acquire("r", "a");
  assertEquals(clock.pending, 0);
  const wait = locks.acquire("r", "b").catch((error) => error);
  assertEquals(clock.pending, 1);
  await locks.shutdown();
  assertEquals(clock.pending, 0);
  assertEquals((await wait).code, "closed");
  await lock[Symbol.asyncDispose]();
});

Deno.test("D1-detected-after-ten-seconds: a cycle is found in the step that closes it", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "s");
  script.acquire("a", "s");
  assertEquals(lines(script.acquire("b", "r")), [
    "queued r by b",
    "deadlock, b gives way: a waits for s, b waits for r",
  ]);
  assertEquals(lines(script.release("b", "s")), ["released s by b", "acquired s by a"]);
});

Deno.test("D2-only-head-waiters-seen: a waiter far back in a queue closes a cycle", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "s");
  script.acquire("x", "r");
  script.acquire("y", "r");
  script.acquire("b", "r");
  assertEquals(lines(script.acquire("a", "s")), [
    "queued s by a",
    "deadlock, a gives way: a waits for s, b waits for r",
  ]);
});

Deno.test("D2-only-head-waiters-seen: an agent waits for several locks, each of which counts", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "s");
  script.acquire("c", "t");
  script.acquire("a", "t");
  script.acquire("a", "s");
  assertEquals(victims(script.acquire("b", "r")), ["b"]);
});

Deno.test("D3-bystander-listed: an agent that waits for the cycle is not part of it", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "s");
  script.acquire("bystander", "q");
  script.acquire("bystander", "r");
  script.acquire("other", "q");
  script.acquire("a", "s");
  assertEquals(lines(script.acquire("b", "r")), [
    "queued r by b",
    "deadlock, b gives way: a waits for s, b waits for r",
  ]);
});

Deno.test("D3-bystander-listed: each agent of the cycle waits for the next", () => {
  const script = new Script();
  for (const [owner, resource] of [["a", "r"], ["b", "s"], ["c", "t"]] as const) {
    script.acquire(owner, resource);
  }
  script.acquire("a", "s");
  script.acquire("b", "t");
  const event = script.acquire("c", "r").at(-1);
  assertEquals(event, {
    type: "deadlock:detected",
    agents: ["c", "a", "b"],
    owners: ["c", "a", "b"],
    resources: ["r", "s", "t"],
    victim: "c",
    owner: "c",
    waitId: 3,
    askId: "",
    waitedMs: 0,
  });
});

Deno.test("D4-bystander-chosen: the victim has the lowest priority of the cycle", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "s");
  script.acquire("least", "r", { priority: -9 });
  script.acquire("a", "s", { priority: 1 });
  assertEquals(victims(script.acquire("b", "r", { priority: 2 })), ["a"]);
});

Deno.test("D4-bystander-chosen: of one priority, the fewest locks decide", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "s");
  script.acquire("b", "more");
  script.acquire("a", "s");
  assertEquals(victims(script.acquire("b", "r")), ["a"]);
});

Deno.test("D4-bystander-chosen: of as many locks, the youngest wait is the victim", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "s");
  script.acquire("b", "r");
  script.now += 5;
  assertEquals(victims(script.acquire("a", "s")), ["a"]);
});

Deno.test("D5-grant-closes-a-cycle-unseen: the new holder of a lock is waited for", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("c", "s");
  script.acquire("b", "r", { mode: "shared" });
  script.acquire("d", "r", { mode: "shared" });
  script.acquire("c", "r");
  assertEquals(lines(script.acquire("d", "s")), ["queued s by d"]);
  assertEquals(lines(script.release("a", "r")), [
    "released r by a",
    "acquired r by b",
    "acquired r by d",
    "deadlock, d gives way: c waits for r, d waits for s",
  ]);
});

Deno.test("D5-grant-closes-a-cycle-unseen: the new first of a queue is waited for", () => {
  const script = new Script();
  script.acquire("h", "r");
  script.acquire("c", "s");
  script.acquireAll("first", ["r", "q"]);
  script.acquireAll("b", ["r", "s"]);
  script.acquire("c", "r");
  assertEquals(lines(script.cancel("first", 1)), [
    "cancelled r+q by first",
    "deadlock, b gives way: b waits for s, c waits for r",
  ]);
});

Deno.test("D5-grant-closes-a-cycle-unseen: a release of a lock of the owner's group closes a cycle", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("a", "u");
  script.acquire("z", "t");
  script.acquireAll("x", ["r", "u"]);
  script.acquireAll("a", ["r", "t"]);
  assertEquals(lines(script.release("a", "r")), [
    "released r by a",
    "deadlock, x gives way: a waits for r, x waits for u",
  ]);
});

Deno.test("several cycles that close in one step are broken one by one", () => {
  const script = new Script();
  script.acquire("a", "r", { mode: "shared" });
  script.acquire("b", "r", { mode: "shared" });
  script.acquire("c", "s");
  script.acquire("a", "s", { priority: -1 });
  script.acquire("b", "s", { priority: -1 });
  assertEquals(victims(script.acquire("c", "r")), ["a", "b"]);
});

Deno.test("NoLostWakeup: a group is granted when its owner is granted the missing lock otherwise", () => {
  const script = new Script();
  script.acquire("b", "r");
  script.acquireAll("a", ["r", "s"]);
  script.acquire("c", "r", { priority: 1 });
  script.acquire("a", "r", { priority: 2 });
  assertEquals(lines(script.release("b", "r")), [
    "released r by b",
    "acquired r by a",
    "reacquired r by a",
    "acquired s by a",
  ]);
});

Deno.test("the cycle that is broken does not depend on waits that have ended", () => {
  const breakCycles = (endedBefore: boolean) => {
    const script = new Script();
    script.acquire("a", "r");
    script.acquire("b", "s");
    if (endedBefore) script.acquire("b", "r");
    script.acquire("b", "r", { priority: 1 });
    script.acquire("b", "r");
    if (endedBefore) script.cancel("b", 1);
    return lines(script.acquire("a", "s", { priority: 1 }));
  };
  assertEquals(breakCycles(false), [
    "queued s by a",
    "deadlock, a gives way: a waits for s, b waits for r",
  ]);
  assertEquals(breakCycles(true), breakCycles(false));
});

Deno.test("a cycle is no deadlock while another holder can release enough units", () => {
  const script = new Script();
  script.define("r", 2);
  script.acquire("a", "r");
  script.acquire("free", "r");
  script.acquire("b", "s");
  script.acquire("b", "r");
  assertEquals(lines(script.acquire("a", "s")), ["queued s by a"]);
  assertEquals(lines(script.release("free", "r")), ["released r by free", "acquired r by b"]);
});

Deno.test("a deadlock over units is found when no holder can release any", () => {
  const script = new Script();
  script.define("r", 2);
  script.acquire("a", "r");
  script.acquire("other", "r");
  script.acquire("b", "s");
  script.acquire("b", "r");
  script.acquire("a", "s");
  assertEquals(victims(script.acquire("other", "s")).length, 1);
});

Deno.test("a deadlock over units is found whatever its length", () => {
  for (const length of [2, 3, 4, 5, 6, 7, 20]) {
    const script = new Script();
    script.define("units", 2);
    for (const owner of ["agent 0", "other"]) script.acquire(owner, "units");
    for (let i = 0; i < length; i++) script.acquire(`agent ${i}`, `r${i}`);
    script.acquire("other", "r0");
    for (let i = 1; i < length - 1; i++) script.acquire(`agent ${i}`, `r${i + 1}`);
    script.acquire(`agent ${length - 1}`, "units");
    assertEquals(victims(script.acquire("agent 0", "r1", { priority: -1 })), ["agent 0"]);
  }
});

Deno.test("a shared waiter behind an exclusive one does not wait for shared holders", () => {
  const script = new Script();
  script.acquire("a", "r", { mode: "shared" });
  script.acquire("h", "x");
  script.acquireAll("m", ["r:shared", "x"]);
  script.acquire("c", "y");
  script.acquire("c", "r", { mode: "shared" });
  assertEquals(lines(script.acquire("a", "y")), ["queued y by a"]);
  assertEquals(lines(script.release("h", "x")), [
    "released x by h",
    "acquired r by m",
    "acquired x by m",
    "acquired r by c",
  ]);
});

Deno.test("the policy revoke takes the victim's lock that the cycle waits for, and no other", () => {
  const script = new Script({ deadlockPolicy: "revoke" });
  script.acquire("a", "r");
  script.acquire("a", "own");
  script.acquire("b", "s");
  script.acquire("b", "more");
  script.acquire("b", "still more");
  script.acquire("a", "s");
  assertEquals(lines(script.acquire("b", "r")), [
    "queued r by b",
    "deadlock, a gives way: a waits for s, b waits for r",
    "revoked r by a",
    "acquired r by b",
  ]);
  assertEquals(script.holders("own"), ["a"]);
});

Deno.test("without detection, a cycle stays until a wait times out", () => {
  const script = new Script({ deadlockDetection: false });
  script.acquire("a", "r");
  script.acquire("b", "s");
  script.acquire("a", "s", { timeoutMs: 10 });
  assertEquals(lines(script.acquire("b", "r")), ["queued r by b"]);
  assertEquals(lines(script.pass(10)), ["timed-out s by a"]);
});

Deno.test("a cycle of ten thousand agents is found", () => {
  const script = new Script();
  const count = 10_000;
  for (let i = 0; i < count; i++) script.acquire(`a${i}`, `r${i}`);
  for (let i = 0; i + 1 < count; i++) {
    assertEquals(script.acquire(`a${i}`, `r${i + 1}`).length, 1);
  }
  const last = `a${count - 1}`;
  const event = script.acquire(last, "r0").at(-1) as DeadlockDetected;
  assertEquals([event.type, event.agents.length, event.victim], ["deadlock:detected", count, last]);
});

Deno.test("a long cycle is found through holders and through first waiters", () => {
  for (const through of ["holders", "queues"]) {
    const script = new Script();
    const count = 40;
    for (let i = 0; i < count; i++) {
      if (through === "holders") {
        script.acquire(`a${i}`, `r${i}`);
      } else {
        // Each is first in the queue of its own resource, and waits for one that stays held.
        script.acquire(`outsider ${i}`, `held ${i}`);
        script.acquireAll(`a${i}`, [`r${i}`, `held ${i}`]);
      }
    }
    let events: LockEvent[] = [];
    for (let i = 0; i < count; i++) events = script.acquire(`a${i}`, `r${(i + 1) % count}`);
    const event = events.at(-1) as DeadlockDetected;
    assertEquals([event.type, event.agents.length], ["deadlock:detected", count], through);
  }
});
