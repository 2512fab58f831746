/** Whatever a call through a breaker throws: the caller gets it, and it counts once. */

import { assertEquals, assertStrictEquals } from "@std/assert";
import { pino } from "pino";
import { CircuitBreaker } from "../../src/breakers/mod.ts";
import { HOSTILE } from "../support/hostile.ts";

async function thrownBy(call: () => Promise<unknown>): Promise<[thrown: unknown]> {
  try {
    await call();
  } catch (thrown) {
    return [thrown]; // not alone, as the promise would look at it
  }
  throw new Error("nothing was thrown");
}

for (const [name, make] of Object.entries(HOSTILE)) {
  Deno.test(`a body that throws ${name} is a failure, and its caller gets that`, async () => {
    const lines: string[] = [];
    const logger = pino({ base: null }, { write: (line: string) => void lines.push(line) });
    const thrown = make();
    const isFailure = () => {
      throw thrown;
    };
    for (const config of [{}, { callTimeoutMs: 1_000 }, { isFailure }]) {
      const breaker = new CircuitBreaker("b", { failureThreshold: 2, ...config }, logger);
      const body = () => {
        throw thrown;
      };
      const [caught] = await thrownBy(() => breaker.execute(body));
      assertStrictEquals(caught, thrown);
      assertEquals(breaker.getMetrics().failures, 1);
      await breaker.shutdown();
    }
    assertEquals(lines.filter((line) => line.includes("isFailure threw")).length >= 1, true);
  });
}
