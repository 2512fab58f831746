import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AdvancedTaskScheduler,
  CoordinationManager,
  DeadlockError,
  LimitError,
  LockModeError,
  LockTimeoutError,
  ResourceManager,
  StaleEpochError,
} from "../../../mod.ts";
import { SimulatedClock } from "../../../src/testing/simulated_clock.ts";
import { noPaths } from "../../../src/locks/paths.ts";
import { lines, Script } from "../script.ts";

const A = "paths:src/a.ts";
const B = "paths:src/b.ts";
const SRC = "paths:src/**";

Deno.test("acquirePaths() waits for all holders of paths that overlap, and no others", async () => {
  await using locks = new ResourceManager();
  const a = await locks.acquirePaths(["src/a.ts", "docs/**"], "a");
  const b = await locks.acquirePaths(["src/b.ts"], "b");
  const all = locks.acquirePaths(["src/**"], "c");
  assertEquals(locks.getWaitingRequests().get("c"), [SRC]);
  await a.release();
  assertEquals(locks.getWaitingRequests().size, 1);
  await b.release();
  const c = await all;
  assertEquals([c.resource, c.epoch, c.paths], [SRC, 3, ["src/**"]]);
  assertEquals(locks.holderOf(SRC), "c");
});

Deno.test("P6-release-wakes-only-its-own-queue: a release serves waiters for other sets in order, and only those in no one's way", () => {
  const script = new Script();
  script.acquire("w", SRC);
  script.acquire("a", A);
  script.acquire("b", B);
  script.acquire("x", SRC);
  script.acquire("d", A);
  assertEquals(lines(script.release("w", SRC)), [
    `released ${SRC} by w`,
    `acquired ${A} by a`,
    `acquired ${B} by b`,
  ]);
  assertEquals(lines(script.release("a", A)), [`released ${A} by a`]);
  assertEquals(lines(script.release("b", B)), [`released ${B} by b`, `acquired ${SRC} by x`]);
  assertEquals(lines(script.release("x", SRC)), [`released ${SRC} by x`, `acquired ${A} by d`]);
});

Deno.test("P7-overtakes-a-waiter-for-an-overlapping-set: a newcomer does not overtake a waiter for other paths that overlap", () => {
  const script = new Script();
  script.acquire("a", A);
  script.acquire("w", SRC);
  assertEquals(lines(script.acquire("b", B)), [`queued ${B} by b`]);
  assertEquals(lines(script.acquire("c", "paths:docs/**")), ["acquired paths:docs/** by c"]);
  assertEquals(lines(script.acquire("d", B, { priority: 1 })), [`acquired ${B} by d`]);
});

Deno.test("P8-deadlock-over-overlapping-sets-unseen: a deadlock over paths that overlap is broken when it closes", () => {
  const script = new Script();
  script.acquire("a", A);
  script.acquire("b", B);
  script.acquire("a", "paths:src/[ab].ts");
  const events = lines(script.acquire("b", "paths:src/?.ts"));
  assertEquals(events.length, 2);
  assert(events[1]!.startsWith("deadlock, b gives way: a waits for"), events[1]);
});

Deno.test("P9-agent-waits-for-itself: an agent doesn't conflict with itself, nor wait for those that wait for it", () => {
  const script = new Script();
  script.acquire("a", SRC);
  script.acquire("b", A);
  assertEquals(lines(script.acquire("a", A)), [`acquired ${A} by a`]);
  assertEquals(lines(script.acquire("a", A)), [`reacquired ${A} by a`]);
  assertEquals(lines(script.acquire("a", "paths:**")), ["acquired paths:** by a"]);
  assertEquals(lines(script.release("a", SRC)), [`released ${SRC} by a`]);
  script.release("a", "paths:**");
  assertEquals(lines(script.release("a", A)), [`released ${A} by a`, `acquired ${A} by b`]);
});

Deno.test("shared holders of paths that overlap exclude no one but writers", () => {
  const script = new Script();
  script.acquire("a", SRC, { mode: "shared" });
  assertEquals(lines(script.acquire("b", A, { mode: "shared" })), [`acquired ${A} by b`]);
  assertEquals(lines(script.acquire("c", "paths:**")), ["queued paths:** by c"]);
  assertEquals(lines(script.acquire("d", B, { mode: "shared" })), [`queued ${B} by d`]);
  script.releaseAll("a");
  assertEquals(lines(script.releaseAll("b")), [`released ${A} by b`, "acquired paths:** by c"]);
  assertEquals(lines(script.releaseAll("c")), ["released paths:** by c", `acquired ${B} by d`]);
  assertEquals([...script.state.locks.keys()], [B], "nothing is kept of paths not in use");
  script.releaseAll("d");
  assertEquals(script.state.paths, noPaths());
});

Deno.test("a lease on paths ends, and its epoch is refused", async () => {
  const clock = new SimulatedClock();
  await using locks = new ResourceManager({}, undefined, undefined, { clock });
  const sleepy = await locks.acquirePaths(["src/**"], "sleepy", { leaseMs: 1_000 });
  const wait = locks.acquirePaths(["src/a.ts"], "awake");
  await clock.advance(1_000);
  assertEquals((await wait).epoch, 2);
  await assertRejects(() => sleepy.release(), StaleEpochError);
  const late = assertRejects(
    () => locks.acquirePaths(["src/**"], "c", { timeoutMs: 5 }),
    LockTimeoutError,
  );
  await clock.advance(5);
  assertEquals((await late).holders, ["awake"]);
});

Deno.test("checkPaths() tells who is in the way, and acquires nothing", async () => {
  await using locks = new ResourceManager();
  await locks.acquirePaths(["src/a.ts"], "a");
  const wait = locks.acquirePaths(["src/**"], "b").catch(() => {});
  const check = locks.checkPaths(["src/*.ts"], "c");
  assertEquals([check.resourceId, check.isFree], ["paths:src/*.ts", false]);
  assertEquals(check.heldBy.map(({ agentId, paths, epoch }) => [agentId, paths, epoch]), [
    ["a", ["src/a.ts"], 1],
  ]);
  assertEquals(check.behind.map(({ agentId, paths, waitId }) => [agentId, paths, waitId]), [
    ["b", ["src/**"], 1],
  ]);
  assert(locks.checkPaths(["src/a.ts"], "a").isFree);
  assert(locks.checkPaths(["docs/**"]).isFree);
  assert(!locks.checkPaths(["src/b.ts"]).isFree, "a waiter comes first");
  assert(locks.checkPaths(["src/b.ts"], undefined, { priority: 9 }).isFree);
  assertEquals(locks.getAllocations().size, 1);
  const explained = locks.explain(1)!;
  assertEquals(explained.summary, 'It waits for "paths:src/**", held by "a"');
  await locks.releaseAllForAgent("b");
  await wait;
});

Deno.test("bad input to paths is refused with a clear error", async () => {
  await using locks = new ResourceManager();
  const refused = (call: () => Promise<unknown>, text: string) => assertRejects(call, Error, text);
  await refused(
    () => locks.acquirePaths(["../x"], "a"),
    'Cannot acquire an array of 1 for agent "a": a pattern must have no segment "." or "..", got "../x"',
  );
  await refused(
    () => locks.acquirePaths("src" as unknown as string[], "a"),
    "patterns must be an array",
  );
  await refused(
    () => locks.acquirePaths(["a"], "a", { leaseMs: -5 }),
    "leaseMs must be a non-negative integer, got -5",
  );
  await refused(
    () => locks.acquirePaths(["a"], "a", { mode: "x" as "shared" }),
    "mode must be one of",
  );
  await refused(() => locks.acquirePaths(["a"], ""), "agentId must have 1 to 256 characters");
  await refused(
    () => locks.acquire("paths:../x", "a"),
    'a pattern must have no segment "." or ".."',
  );
  await refused(
    () => locks.acquire("paths:b,a", "a"),
    "resourceId must list the patterns of paths",
  );
  await refused(() => locks.define(SRC, { capacity: 2 }), "a set of paths must have one unit");
  assertThrows(
    () => locks.checkPaths(["/x"]),
    RangeError,
    "a pattern must be relative to the root",
  );
  assertThrows(() => locks.checkPaths(["x"], "a", { priority: NaN }), RangeError, "priority");
  await locks.acquirePaths(["__proto__/**"], "__proto__");
  assertEquals(locks.holderOf("paths:__proto__/**"), "__proto__");
  await refused(() => locks.acquirePaths(["__proto__/x"], "a", { timeoutMs: 1 }), "__proto__");
  await locks.acquirePaths(["s/**"], "a", { mode: "shared" });
  await assertRejects(() => locks.acquirePaths(["s/**"], "a"), LockModeError);
  await assertRejects(() => locks.acquirePaths(["x"], "a", { signal: AbortSignal.abort(1) }));
});

Deno.test("P5-hostile-pattern-blocks-everyone: patterns that take too long to compare are refused, and nothing changes", async () => {
  await using locks = new ResourceManager();
  await locks.acquirePaths(["?".repeat(490)], "a");
  const many = [..."bcdefg"].map((letter) => `*${letter}`.repeat(499));
  await assertRejects(() => locks.acquirePaths(many, "b"), LimitError, "simple enough to compare");
  assertEquals(locks.getAllocations().size, 1);
  await using few = new ResourceManager({ maxOverlaps: 1 });
  await few.acquirePaths(["a"], "a");
  await few.acquirePaths(["b"], "b");
  await assertRejects(() => few.acquirePaths(["**"], "c"), LimitError);
});

Deno.test("paths of several requests are granted together with other resources", async () => {
  await using locks = new ResourceManager();
  await using set = await locks.acquireAll(["db", { paths: ["src/**"], mode: "shared" }], "a");
  assertEquals(set.resources, ["db", SRC]);
  assertEquals(await locks.tryAcquire(A, "b"), undefined);
});

Deno.test("where case is ignored, paths that differ in case conflict", async () => {
  await using locks = new ResourceManager({ caseSensitivePaths: false });
  await locks.acquirePaths(["README.md"], "a");
  assertEquals(locks.checkPaths(["readme.*"], "b").heldBy.length, 1);
});

Deno.test("a task holds paths while it runs, and its context acquires more", async () => {
  await using scheduler = new AdvancedTaskScheduler();
  const order: string[] = [];
  await scheduler.registerAgent({ id: "a1", maxConcurrentTasks: 2 }, async (task, context) => {
    await using more = await context.acquirePaths([`notes/${task.id}.md`]);
    order.push(`${task.id} ${more.epoch}`);
    await Promise.resolve();
    order.push(task.id);
  });
  const tasks = await Promise.all([
    scheduler.submit({ id: "x", resources: [{ paths: ["src/**"] }] }),
    scheduler.submit({ id: "y", resources: [{ paths: ["src/a.ts"] }] }),
  ]);
  await Promise.all(tasks.map(({ result }) => result));
  assertEquals(order, ["x 2", "x", "y 4", "y"]);
  await assertRejects(
    () => scheduler.submit({ id: "z", resources: [{ paths: ["../x"] }] }),
    RangeError,
    'a pattern must have no segment "." or ".."',
  );
});

Deno.test("a manager and a session acquire and check paths", async () => {
  await using manager = new CoordinationManager();
  const session = await manager.registerAgent({ id: "a" });
  const lock = await session.acquirePaths(["src/**"]);
  assertEquals(lock.agent, "a");
  assert(session.checkPaths(["src/a.ts"]).isFree);
  assert(!manager.checkPaths(["src/a.ts"], "b").isFree);
  const wait = manager.acquirePaths(["src/a.ts"], "b");
  await lock.release();
  assertEquals((await wait).resource, A);
});

Deno.test("a deadlock over paths names them to its victim", async () => {
  await using locks = new ResourceManager();
  await locks.acquirePaths(["src/a.ts"], "a");
  await locks.acquirePaths(["docs/a.md"], "b");
  const first = locks.acquirePaths(["docs/*"], "a");
  const error = await assertRejects(() => locks.acquirePaths(["src/*"], "b"), DeadlockError);
  assertEquals(error.resources, ["paths:src/*", "paths:docs/*"]);
  await locks.releaseAllForAgent("b");
  assertEquals((await first).paths, ["docs/*"]);
});
