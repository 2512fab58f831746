import { assertEquals } from "@std/assert";
import { EventBus, Logger } from "../../../mod.ts";

const eventBus = new EventBus();
const logger = new Logger();
let works = true;
const callExternalAPI = () => works ? Promise.resolve("live") : Promise.reject(new Error("down"));
const fallbackResponse = () => "fallback";

// The block:
import { CircuitBreaker, CircuitState } from '../../../mod.ts';

const breaker = new CircuitBreaker('external-api', {
  failureThreshold: 5,    // Open after 5 failures
  successThreshold: 3,    // Close after 3 successes in half-open
  timeout: 60000,         // Try half-open after 60s
  halfOpenLimit: 2,       // Max 2 requests in half-open
}, logger, eventBus);

// Execute with protection
async function answer() {
try {
  const result = await breaker.execute(async () => {
    return await callExternalAPI();
  });
} catch (error) {
  if (breaker.getState() === CircuitState.OPEN) {
    // Circuit is open, use fallback
    return fallbackResponse();
  }
  throw error;
}
}

// What it must have done:
const answers = [await answer()];
works = false;
for (let i = 0; i < 6; i++) answers.push(await answer().catch((error) => error.message));
assertEquals(answers, [undefined, "down", "down", "down", "down", "fallback", "fallback"]);
assertEquals(breaker.getMetrics().rejectedRequests, 1);
