/** Whatever a handler of an event throws: the others get the event, and the emitter goes on. */

import { assertEquals } from "@std/assert";
import { pino } from "pino";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { HOSTILE } from "../support/hostile.ts";

for (const [name, make] of Object.entries(HOSTILE)) {
  Deno.test(`a handler that throws or rejects with ${name} is logged, and harms no other`, async () => {
    const lines: string[] = [];
    const logger = pino({ base: null }, { write: (line: string) => void lines.push(line) });
    const bus = new EventBus(true, { logger });
    const got: unknown[] = [];
    bus.on("e", () => {
      throw make();
    });
    bus.on("e", () => Promise.reject(make()));
    bus.on("e", (payload: unknown) => void got.push(typeof payload));
    bus.emit("e", make());
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(got, [typeof make()]);
    assertEquals(lines.filter((line) => line.includes("A handler of")).length >= 2, true);
  });
}
