import { assertEquals } from "@std/assert";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { CoordinationMetricsCollector } from "../../src/metrics/mod.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

Deno.test("the CPU usage of a collector that is started again is not that of the time in between", async () => {
  const clock = new SimulatedClock();
  let cpuMs = 0;
  const metrics = new CoordinationMetricsCollector(silentLogger, new EventBus(), {
    clock,
    probe: () => ({ cpuMs }),
  });
  metrics.start();
  await clock.advance(1_000);
  metrics.stop();
  cpuMs += 5_000;
  await clock.advance(5_000);
  metrics.start();
  assertEquals(metrics.getCurrentMetrics().performanceMetrics.cpuUsage, undefined);
  metrics.stop();
});
