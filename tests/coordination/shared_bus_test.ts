import { assertEquals } from "@std/assert";
import { CoordinationManager, EventBus } from "../../mod.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";

Deno.test("a manager that was shut down emits nothing for another one on its bus", async () => {
  const eventBus = new EventBus();
  const clock = new SimulatedClock();
  const make = () => new CoordinationManager({ maxRetries: 0 }, eventBus, silentLogger, { clock });
  const first = make();
  await first.shutdown();
  await using second = make();
  const errors: string[] = [];
  eventBus.on("agent:error", ({ taskId }) => errors.push(taskId!));
  await second.registerAgent({ id: "x" }, () => Promise.reject(new Error("no")));
  const handle = await second.submit({ id: "t" });
  await handle.result.catch(() => {});
  assertEquals(errors, ["t"]);
});
