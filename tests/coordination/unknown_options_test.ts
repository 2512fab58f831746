/**
 * Options that no façade knows, as plain JavaScript may pass them.
 *
 * @module
 */

import { assertThrows } from "@std/assert";
import {
  CircuitBreaker,
  CircuitBreakerManager,
  type CoordinationConfig,
  CoordinationManager,
  MessageRouter,
  ResourceManager,
  TaskScheduler,
  WorkStealingCoordinator,
} from "../../mod.ts";

/** Returns a config with a misspelt option. */
const misspelt = (name: string) => ({ [name]: 5 }) as Record<never, never>;

Deno.test("each façade refuses a misspelt option, and names the one that was meant", () => {
  const made: readonly [make: () => unknown, hint: string][] = [
    [() => new CoordinationManager(misspelt("maxRetrys")), "maxRetries"],
    [() => new TaskScheduler(misspelt("maxtasks")), "maxTasks"],
    [() => new ResourceManager(misspelt("resourceTimeOut")), "resourceTimeout"],
    [() => new MessageRouter(misspelt("mailboxCapacty")), "mailboxCapacity"],
    [() => new WorkStealingCoordinator(misspelt("stealThreshhold")), "stealThreshold"],
    [() => new CircuitBreaker("b", misspelt("failureTreshold")), "failureThreshold"],
    [() => new CircuitBreakerManager(misspelt("maxBreaker")), "maxBreakers"],
  ];
  for (const [make, hint] of made) assertThrows(make, TypeError, `did you mean "${hint}"?`);
});

Deno.test("a misspelt option in a section of the config is refused by its path", () => {
  const sections: (keyof CoordinationConfig)[] = [
    ...["tasks", "locks", "messages", "workStealing", "circuitBreakers"] as const,
    ...["conflicts", "agents", "metrics"] as const,
  ];
  for (const section of sections) {
    const make = () => new CoordinationManager({ [section]: { nonsense: 1 } });
    assertThrows(make, TypeError, `got "${section}.nonsense"`);
  }
  const breaker = { agentBreaker: misspelt("timeOut") };
  assertThrows(() => new CoordinationManager(breaker), TypeError, 'did you mean "timeout"?');
});

Deno.test("options of breakers that contradict each other are refused with the whole config", () => {
  const make = () => new CoordinationManager({ circuitBreakers: { timeout: 10, maxOpenMs: 5 } });
  const rule = "maxOpenMs must be at least timeout, which is 10, got 5";
  assertThrows(make, RangeError, `Cannot create a coordination manager: ${rule}`);
});

Deno.test("the config of a whole system fits each façade", async () => {
  const config: CoordinationConfig = { maxRetries: 1, resourceTimeout: 5, locks: {}, agents: {} };
  await new TaskScheduler(config).shutdown();
  await new ResourceManager(config).shutdown();
  await new MessageRouter(config as Record<never, never>).shutdown();
});
