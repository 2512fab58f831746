import { assertEquals, assertRejects } from "@std/assert";
import { AdvancedTaskScheduler, TaskStatusError, UnknownTaskError } from "../../mod.ts";

Deno.test("a task that has not ended says something else, and its next attempt has it", async () => {
  await using scheduler = new AdvancedTaskScheduler({ retryDelay: 1 });
  await scheduler.registerAgent({ id: "a", mode: "pull" });
  await scheduler.submit({ id: "t1", description: "one", input: 1, metadata: { a: 1 } });
  const first = await scheduler.claim("a");
  await scheduler.amendTask("t1", { description: "two", input: 2 });
  await scheduler.amendTask("t1", {});
  const { description, input, metadata } = scheduler.getTask("t1")!;
  assertEquals([description, input, metadata], ["two", 2, { a: 1 }]);
  assertEquals(first?.task.input, 1);
  await first?.fail(new Error("once"));
  const second = await scheduler.claim("a", { waitMs: 5_000 });
  assertEquals([second?.task.input, second?.task.description], [2, "two"]);
  await second?.complete();
  await assertRejects(() => scheduler.amendTask("t1", { input: 3 }), TaskStatusError);
  await assertRejects(() => scheduler.amendTask("t2", { input: 3 }), UnknownTaskError);
  await assertRejects(
    () => scheduler.amendTask("t1", { description: 5 as unknown as string }),
    TypeError,
    "description",
  );
});
