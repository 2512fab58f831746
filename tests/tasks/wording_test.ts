/** Numbers in texts for people stand with the right form of their noun. */

import { assertEquals } from "@std/assert";
import { TaskFailedError } from "../../src/tasks/errors.ts";
import { describeEvent } from "../../src/root/events.ts";
import { lockMachine } from "../../src/locks/machine.ts";

Deno.test("a task fails after 1 attempt, or after several attempts", () => {
  assertEquals(new TaskFailedError("t", "no", 1).message, 'Task "t" failed after 1 attempt: no');
  assertEquals(new TaskFailedError("t", "no", 2).message, 'Task "t" failed after 2 attempts: no');
});

Deno.test("descriptions of events count one thing in the singular", () => {
  const describe = describeEvent as (event: object) => string;
  const steal = { type: "workstealing:request", sourceAgent: "a", targetAgent: "b" };
  assertEquals(describe({ ...steal, taskCount: 1 }), "stealing: b takes 1 task from a");
  assertEquals(describe({ ...steal, taskCount: 2 }), "stealing: b takes 2 tasks from a");
  const evicted = { type: "version:forgotten", before: 0 };
  const since = "from before 00:00:00.000 → evicted";
  assertEquals(describe({ ...evicted, count: 1 }), `versions: 1 reading ${since}`);
  assertEquals(describe({ ...evicted, count: 2 }), `versions: 2 readings ${since}`);
  const defined = { type: "resource:defined", resourceId: "r", capacity: 1 } as const;
  assertEquals(lockMachine().describe(defined), "lock r: has 1 unit");
});
