/** Whatever a handler throws: the task ends, the slot is free, and nothing of the error is lost. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { TaskFailedError } from "../../src/tasks/errors.ts";
import { HOSTILE } from "../support/hostile.ts";
import { assigning, choosing, logging } from "./scheduling.ts";
import { settle } from "../support/settle.ts";

for (const [name, make] of Object.entries(HOSTILE)) {
  Deno.test(`a handler that throws ${name} fails its task and gives its slot back`, async () => {
    await using it = choosing();
    const thrown = make();
    await it.scheduler.registerAgent({ id: "x" }, (task) => {
      if (task.id === "t") throw thrown;
      return "done";
    });
    const handle = await it.scheduler.submit({ id: "t", retries: 0 });
    const { cause, message } = await assertRejects(() => handle.result, TaskFailedError);
    assertStrictEquals(cause, thrown);
    assert(!message.includes("[object"), message);
    assertEquals(it.scheduler.getTask("t")?.status, "failed");
    assertEquals(await (await it.scheduler.submit({ id: "next" })).result, "done");
    assertEquals((await it.scheduler.getHealthStatus()).healthy, true);
  });

  Deno.test(`with a journal, a handler that throws ${name} fails its task, too`, async () => {
    await using it = await logging();
    await it.scheduler.registerAgent({ id: "x" }, (task) => {
      if (task.id === "t") throw make();
      return "done";
    });
    const handle = await it.scheduler.submit({ id: "t", retries: 0 });
    assertInstanceOf((await assertRejects(() => handle.result, TaskFailedError)).cause, Error);
    assertEquals(await (await it.scheduler.submit({ id: "next" })).result, "done");
  });
}

class QuotaError extends Error {
  readonly code = "quota";
  readonly left: number;
  constructor(left: number, options: ErrorOptions) {
    super("no quota left", options);
    this.left = left;
  }
}

function callService(): never {
  throw new QuotaError(7, { cause: new TypeError("root") });
}

Deno.test("without a journal the cause of a TaskFailedError is what the last attempt threw", async () => {
  await using it = choosing({ retryDelay: 1 });
  const thrown: unknown[] = [];
  await it.scheduler.registerAgent({ id: "x" }, () => {
    try {
      callService();
    } catch (error) {
      thrown.push(error);
      throw error;
    }
  });
  const handle = await it.scheduler.submit({ id: "t", retries: 1 });
  const failure = assertRejects(() => handle.result, TaskFailedError);
  await it.clock.runUntilIdle();
  const { cause } = await failure;
  assertStrictEquals(cause, thrown[1]);
  assertEquals((cause as QuotaError).left, 7);
  assert((cause as Error).stack?.includes("callService"));
});

Deno.test("the cause is what failTask() was given, also for a second submitter", async () => {
  await using it = assigning();
  const task = { id: "t", retries: 0, idempotencyKey: "k" };
  const handle = await it.scheduler.assignTask(task, "x");
  const error = new QuotaError(1, {});
  await it.scheduler.failTask("t", error);
  const again = await it.scheduler.assignTask(task, "x");
  for (const { result } of [handle, again]) {
    assertStrictEquals((await assertRejects(() => result, TaskFailedError)).cause, error);
  }
});

Deno.test("with a journal the cause has the name, message, code, stack and cause of the error", async () => {
  await using it = await logging();
  await it.scheduler.registerAgent({ id: "x" }, callService);
  const handle = await it.scheduler.submit({ id: "t", retries: 0 });
  const { cause } = await assertRejects(() => handle.result, TaskFailedError);
  const { name, message, code, stack, cause: root } = cause as Error & { code: string };
  assertEquals([name, message, code], ["Error", "no quota left", "quota"]);
  assert(stack?.includes("callService"), stack);
  assertEquals([(root as Error).name, (root as Error).message], ["TypeError", "root"]);
  assert(!(cause instanceof QuotaError));
});

Deno.test("a thrown object is shown readable in the error of the task", async () => {
  await using it = choosing();
  await it.scheduler.registerAgent({ id: "x" }, () => {
    throw { status: 503, body: "busy" };
  });
  const handle = await it.scheduler.submit({ id: "t", retries: 0 });
  await assertRejects(() => handle.result, TaskFailedError, '{ status: 503, body: "busy" }');
});

Deno.test("a result that no journal can store, as reading it throws, fails the task", async () => {
  const results = [
    {
      get secret() {
        throw new Error("no access");
      },
    },
    Proxy.revocable({}, {}),
  ];
  (results[1] as { revoke(): void }).revoke();
  for (const result of [results[0], (results[1] as { proxy: object }).proxy]) {
    await using it = await logging();
    // A function, as awaiting the value itself would read it.
    await it.scheduler.registerAgent({ id: "x" }, () => ({ result }));
    const handle = await it.scheduler.submit({ id: "t" });
    await assertRejects(() => handle.result, TaskFailedError);
    assertEquals(it.scheduler.getSchedulingMetrics().agents[0]?.load, 0);
  }
});

for (const [name, make] of Object.entries(HOSTILE)) {
  Deno.test(`a strategy that throws ${name} is reported, and the default decides`, async () => {
    await using it = choosing();
    const reported: unknown[] = [];
    it.bus.on("system:error", ({ error }) => reported.push(error));
    const thrown = make();
    let reads = 0;
    it.scheduler.registerStrategy({
      get name(): string {
        if (++reads > 9) throw new Error("asked too often");
        return "hostile";
      },
      selectAgent() {
        throw thrown;
      },
    });
    await it.scheduler.setDefaultStrategy("hostile");
    await it.scheduler.registerAgent({ id: "x" }, () => "done");
    for (const id of ["a", "b", "c", "d", "e", "f", "g", "h"]) {
      assertEquals(await (await it.scheduler.submit({ id })).result, "done");
    }
    assertStrictEquals(reported[0], thrown);
    await settle();
  });
}
