/** Malformed arguments, and calls at the wrong time. */

import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { ClosedError } from "../../src/core/errors.ts";
import { ResourceManager } from "../../src/locks/mod.ts";
import { managed } from "./managed.ts";

const BAD_IDS: readonly unknown[] = [
  undefined,
  null,
  7,
  "",
  "x".repeat(257),
  "line\nbreak",
  {},
  ["r"],
  Symbol("r"),
  () => "r",
];
const BAD_NUMBERS: readonly unknown[] = [-1, 0.5, NaN, Infinity, 1e300, "5", {}, 5n];

type Loose = Record<string, (...args: unknown[]) => Promise<unknown>>;

async function refuses(call: () => Promise<unknown>, what: string): Promise<void> {
  let error: unknown;
  try {
    await call();
  } catch (thrown) {
    error = thrown;
  }
  const isRight = error instanceof TypeError || error instanceof RangeError;
  assertEquals(isRight, true, `${what} must be refused, got ${error}`);
  assertStringIncludes((error as Error).message, "Cannot ");
}

Deno.test("every method refuses malformed ids and changes nothing", async () => {
  await using fixture = managed();
  const { heard } = fixture;
  const locks = fixture.locks as unknown as Loose;
  for (const bad of BAD_IDS) {
    const calls: Record<string, () => Promise<unknown>> = {
      "acquire resource": () => locks["acquire"]!(bad, "a"),
      "acquire agent": () => locks["acquire"]!("r", bad),
      "tryAcquire resource": () => locks["tryAcquire"]!(bad, "a"),
      "tryAcquire agent": () => locks["tryAcquire"]!("r", bad),
      "acquireAll resource": () => locks["acquireAll"]!(["r", bad], "a"),
      "acquireAll agent": () => locks["acquireAll"]!(["r"], bad),
      "acquireFor agent": () => locks["acquireFor"]!({ agentId: bad }, "r"),
      "acquireFor resource": () => locks["acquireFor"]!({ agentId: "a" }, bad),
      "release resource": () => locks["release"]!(bad, "a"),
      "release agent": () => locks["release"]!("r", bad),
      "renew resource": () => locks["renew"]!(bad, "a"),
      "renew agent": () => locks["renew"]!("r", bad),
      "releaseAllForAgent": () => locks["releaseAllForAgent"]!(bad),
      "define": () => locks["define"]!(bad, { capacity: 1 }),
      "isLocked": () => Promise.try(() => locks["isLocked"]!(bad)),
      "holderOf": () => Promise.try(() => locks["holderOf"]!(bad)),
      "holdersOf": () => Promise.try(() => locks["holdersOf"]!(bad)),
      "queueOf": () => Promise.try(() => locks["queueOf"]!(bad)),
    };
    // An owner may have characters and a length that no id has.
    if (bad !== undefined && !(typeof bad === "string" && bad.length > 1)) {
      calls["acquireFor owner"] = () => locks["acquireFor"]!({ agentId: "a", owner: bad }, "r");
      calls["releaseAllFor owner"] = () => locks["releaseAllFor"]!({ agentId: "a", owner: bad });
    }
    for (const [name, call] of Object.entries(calls)) await refuses(call, `${name} ${typeof bad}`);
  }
  assertEquals(heard, []);
  assertEquals(fixture.locks.getAllocations().size, 0);
});

Deno.test("the name of a claim is refused as the id of an agent", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  const owner = "\u001f1\u001ftask";
  await locks.acquireFor({ agentId: "a", owner }, "r");
  await assertRejects(() => locks.acquire("r", owner), RangeError, "no control characters");
  await assertRejects(() => locks.release("r", owner), RangeError, "no control characters");
  assertEquals(locks.holderOf("r"), "a");
});

Deno.test("malformed numbers are refused", async () => {
  await using fixture = managed();
  const locks = fixture.locks as unknown as Loose;
  await fixture.locks.acquire("held", "a");
  for (const bad of BAD_NUMBERS) {
    const calls: Record<string, () => Promise<unknown>> = {
      "timeoutMs": () => locks["acquire"]!("r", "a", { timeoutMs: bad }),
      "leaseMs": () => locks["acquire"]!("r", "a", { leaseMs: bad }),
      "units": () => locks["acquire"]!("r", "a", { units: bad }),
      "timeoutMs of all": () => locks["acquireAll"]!(["r"], "a", { timeoutMs: bad }),
      "units of all": () => locks["acquireAll"]!([{ resourceId: "r", units: bad }], "a"),
      "epoch": () => locks["release"]!("held", "a", bad),
      "renewal": () => locks["renew"]!("held", "a", bad),
      "renewal's epoch": () => locks["renew"]!("held", "a", 5, bad),
      "capacity": () => locks["define"]!("r", { capacity: bad }),
    };
    for (const [name, call] of Object.entries(calls)) await refuses(call, `${name} ${typeof bad}`);
  }
  for (const bad of [NaN, Infinity, -Infinity, 1e7, "high", null, true]) {
    await refuses(() => locks["acquire"]!("r", "a", { priority: bad }), "priority");
    if (bad !== null) await refuses(() => locks["acquire"]!("r", "a", bad), "priority");
    await refuses(() => locks["acquireAll"]!(["r"], "a", { priority: bad }), "priority of all");
  }
  for (const none of [0, -1]) {
    await refuses(() => locks["acquire"]!("r", "a", { units: none }), "units");
    await refuses(() => locks["define"]!("r", { capacity: none }), "capacity");
    await refuses(() => locks["renew"]!("held", "a", none), "renewal");
    await refuses(() => locks["release"]!("held", "a", none), "epoch");
  }
  assertEquals([...fixture.locks.getAllocations()], [["held", "a"]]);
});

Deno.test("malformed modes, signals, lists and objects are refused", async () => {
  await using fixture = managed();
  const locks = fixture.locks as unknown as Loose;
  const calls: Record<string, () => Promise<unknown>> = {
    "a mode": () => locks["acquire"]!("r", "a", { mode: "exclusiv" }),
    "a mode of another type": () => locks["acquire"]!("r", "a", { mode: 1 }),
    "units of a shared lock": () => locks["acquire"]!("r", "a", { mode: "shared", units: 2 }),
    "a signal": () => locks["acquire"]!("r", "a", { signal: {} }),
    "options": () => locks["acquire"]!("r", "a", []),
    "requests": () => locks["acquireAll"]!("r", "a"),
    "a request": () => locks["acquireAll"]!([7], "a"),
    "a resource that is named twice": () => locks["acquireAll"]!(["r", { resourceId: "r" }], "a"),
    "too many requests": () => locks["acquireAll"]!(new Array(10_001).fill("r"), "a"),
    "a holder": () => locks["acquireFor"]!("a", "r"),
    "no holder": () => locks["releaseAllFor"]!(undefined),
    "a definition": () => locks["define"]!("r"),
  };
  for (const [name, call] of Object.entries(calls)) await refuses(call, name);
});

Deno.test("an error message names the attempt, the rule and the argument", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  await assertRejects(
    () => locks.acquire("db", "a1", { leaseMs: -5 }),
    RangeError,
    'Cannot acquire "db" for agent "a1": leaseMs must be a non-negative integer, got -5',
  );
  await assertRejects(
    () => locks.define("db", { capacity: 0 }),
    RangeError,
    'Cannot define "db": capacity must be an integer from 1 to 1000000000, got 0',
  );
});

Deno.test("ids that are names of object properties are ids like any other", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  const ids = ["__proto__", "constructor", "toString", "hasOwnProperty", "then"];
  for (const id of ids) {
    const lock = await locks.acquire(id, id);
    const wait = locks.acquire(id, `other ${id}`);
    assertEquals([locks.holderOf(id), locks.queueOf(id).length], [id, 1]);
    await lock.release();
    await (await wait).release();
    assertEquals(locks.isLocked(id), false);
  }
  const set = await locks.acquireAll(ids, "__proto__");
  assertEquals(new Set(locks.getAllocations().keys()), new Set(ids));
  await set.release();
});

Deno.test("the constructor refuses a malformed config, bus, logger or options", () => {
  type Constructor = new (...args: unknown[]) => unknown;
  const Manager = ResourceManager as unknown as Constructor;
  const bad: unknown[][] = [
    [null],
    [7],
    [[]],
    ...BAD_NUMBERS.map((number) => [{ resourceTimeout: number }]),
    ...BAD_NUMBERS.map((number) => [{ leaseMs: number }]),
    ...BAD_NUMBERS.map((number) => [{ agingMs: number }]),
    [{ maxWaiters: 0 }],
    [{ maxResources: -1 }],
    [{ deadlockDetection: "yes" }],
    [{ deadlockPolicy: "kill" }],
    [{}, {}],
    [{}, "bus"],
    [{}, undefined, {}],
    [{}, undefined, undefined, 7],
  ];
  for (const args of bad) {
    const error = assertThrows(() => new Manager(...args));
    const isRight = error instanceof TypeError || error instanceof RangeError;
    assertEquals(isRight, true, `${args} must be refused, got ${error}`);
  }
});

Deno.test("after shutdown() every call is refused, and shutdown() is idempotent", async () => {
  const { locks } = managed();
  const lock = await locks.acquire("r", "a");
  await locks.shutdown();
  await locks.shutdown();
  const calls = [
    () => locks.acquire("r", "b"),
    () => locks.tryAcquire("r", "b"),
    () => locks.acquireAll(["r"], "b"),
    () => locks.acquireAll([], "b"),
    () => locks.release("r", "a"),
    () => locks.renew("r", "a"),
    () => locks.releaseAllForAgent("a"),
    () => locks.define("s", { capacity: 2 }),
    () => locks.performMaintenance(),
    () => lock.release(),
    () => lock.renew(),
  ];
  for (const call of calls) await assertRejects(call, ClosedError);
  await lock[Symbol.asyncDispose]();
  await assertRejects(() => managedAndClosed().then((closed) => closed.initialize()), ClosedError);
});

Deno.test("initialize() is idempotent, and not needed without a journal", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  await locks.acquire("r", "a");
  await locks.initialize();
  await locks.initialize();
  assertEquals(locks.holderOf("r"), "a");
});

async function managedAndClosed(): Promise<ResourceManager> {
  const { locks } = managed();
  await locks.shutdown();
  return locks;
}
