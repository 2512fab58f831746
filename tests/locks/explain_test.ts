import { assertEquals, assertThrows } from "@std/assert";
import { encode } from "../../src/core/data/plain.ts";
import { explainWait } from "../../src/locks/views.ts";
import { managed } from "./managed.ts";
import { Script } from "./script.ts";

Deno.test("a wait is explained by the holders and the waiters before it", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "r");
  script.acquire("c", "r", { timeoutMs: 50 });
  script.acquire("d", "r", { priority: 1 });
  const before = encode(script.state);
  assertEquals(explainWait(script.state, 2), {
    waitId: 2,
    agentId: "c",
    owner: "c",
    since: 1_000,
    timesOutAt: 1_050,
    summary: 'It waits for "r", held by "a", behind "d", "b"',
    locks: [{ resourceId: "r", isFree: false, heldBy: ["a"], behind: ["d", "b"] }],
  });
  assertEquals(encode(script.state), before);
});

Deno.test("a wait for several locks is explained by those that are not free", () => {
  const script = new Script();
  script.acquire("a", "r");
  script.acquire("b", "s");
  script.acquire("c", "t");
  script.acquireAll("c", ["q", "r", "s", "t"]);
  const { summary, locks } = explainWait(script.state, 1)!;
  assertEquals(summary, 'It waits for "r", held by "a"; and for "s", held by "b"');
  assertEquals(locks.map(({ resourceId, isFree }) => [resourceId, isFree]), [
    ["q", true],
    ["r", false],
    ["s", false],
    ["t", true],
  ]);
});

Deno.test("a shared waiter behind an exclusive one is not explained by shared holders", () => {
  const script = new Script();
  for (const owner of ["a", "b"]) script.acquire(owner, "r", { mode: "shared" });
  script.acquire("writer", "r");
  script.acquire("c", "r", { mode: "shared" });
  assertEquals(explainWait(script.state, 1)?.summary, 'It waits for "r", held by "a", "b"');
  assertEquals(explainWait(script.state, 2)?.summary, 'It waits for "r", behind "writer"');
});

Deno.test("explain() returns undefined once a wait has ended", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  const lock = await locks.acquire("r", "a");
  const wait = locks.acquire("r", "b");
  const [waiter] = locks.queueOf("r");
  assertEquals(locks.explain(waiter!.waitId)?.summary, 'It waits for "r", held by "a"');
  await lock.release();
  await wait;
  assertEquals(locks.explain(waiter!.waitId), undefined);
  assertThrows(() => locks.explain(0), RangeError);
});
