import { assert, assertEquals, assertRejects } from "@std/assert";
import { LockLostError } from "../../src/locks/errors.ts";
import { settle } from "../support/settle.ts";
import { managed } from "./managed.ts";

Deno.test("a lease with autoRenew is held as long as its handle is, and no longer", async () => {
  const { clock, locks } = managed();
  const lock = await locks.acquire("r", "a", { leaseMs: 300, autoRenew: true });
  await clock.advance(10_000);
  assertEquals([locks.isLocked("r"), lock.signal.aborted], [true, false]);
  await lock.release();
  assertEquals([locks.isLocked("r"), clock.pending], [false, 0]);
  await locks.shutdown();
});

Deno.test("the same holds for several locks, for paths, and for a wait", async () => {
  const { clock, locks } = managed();
  const first = await locks.acquire("r", "a");
  const waiting = locks.acquire("r", "b", { leaseMs: 90, autoRenew: true });
  await first.release();
  await using lock = await waiting;
  await using set = await locks.acquireAll(["x", "y"], "b", { leaseMs: 90, autoRenew: true });
  await using paths = await locks.acquirePaths(["src/**"], "b", { leaseMs: 90, autoRenew: true });
  await clock.advance(1_000);
  const aborted = [lock, set, paths].map(({ signal }) => signal.aborted);
  assertEquals(aborted, [false, false, false]);
  await lock.release();
  await set.release();
  await paths.release();
  await locks.shutdown();
  assertEquals(clock.pending, 0);
});

Deno.test("a lock that was lost is not renewed again, nor is one of a closed manager", async () => {
  const { clock, locks } = managed();
  const lost = await locks.acquire("r", "a", { leaseMs: 90, autoRenew: true });
  const { signal } = lost;
  await locks.release("r", "a");
  await settle();
  assert(signal.reason instanceof LockLostError);
  const other = await locks.acquire("r", "b");
  await clock.advance(1_000);
  assertEquals([locks.holderOf("r"), other.signal.aborted, clock.pending], ["b", false, 0]);
  await locks.acquire("s", "a", { leaseMs: 90, autoRenew: true });
  await locks.shutdown();
  assertEquals(clock.pending, 0);
});

Deno.test("a lock that is released during its renewal is not renewed again", async () => {
  const { clock, locks } = managed();
  const lock = await locks.acquire("r", "a", { leaseMs: 90, autoRenew: true });
  clock.advanceSync(30);
  await lock.release();
  await settle();
  assertEquals(clock.pending, 0);
  await locks.shutdown();
});

Deno.test("autoRenew needs a lease", async () => {
  const { locks } = managed();
  const rule = "leaseMs must be given with autoRenew, got 0";
  await assertRejects(() => locks.acquire("r", "a", { autoRenew: true }), RangeError, rule);
  const wrong = { leaseMs: 5, autoRenew: "yes" as never };
  await assertRejects(() => locks.acquire("r", "a", wrong), TypeError, "autoRenew must be");
  assertEquals(locks.isLocked("r"), false);
  await locks.shutdown();
});
