/**
 * The events of circuit breakers as sentences.
 *
 * @module
 */

import type { BreakerEvent, CircuitResult } from "./breaker_events.ts";
import { timeOfDay } from "./readable.ts";
import { refusal, type Sentences } from "./sentence.ts";

/** From the name of an event to what puts one in a sentence. */
export const BREAKER_SENTENCES: Sentences<BreakerEvent> = {
  "circuitbreaker:defined": ({ name, epoch }) => `breaker ${name}: defined (epoch ${epoch})`,
  "circuitbreaker:removed": ({ name }) => `breaker ${name}: → removed`,
  "circuitbreaker:permitted": ({ name, permit, epoch, state }) =>
    `breaker ${name}: ${state}, call ${permit} may be made (epoch ${epoch})`,
  "circuitbreaker:rejected": ({ name, state, retryAfterMs }) =>
    `breaker ${name}: ${state}, a call is rejected for ${retryAfterMs} ms`,
  "circuitbreaker:succeeded": (event) => result(event, "succeeded"),
  "circuitbreaker:failed": (event) => result(event, "failed"),
  "circuitbreaker:returned": (event) => result(event, "counts for nothing"),
  "circuitbreaker:counted": ({ name, requests, successes }) =>
    `breaker ${name}: calls made ${requests}, succeeded ${successes}`,
  "circuitbreaker:timed-out": ({ name, permit, epoch, deadline }) =>
    `breaker ${name}: probe ${permit} (epoch ${epoch}) took longer than until ${
      timeOfDay(deadline)
    }`,
  "circuitbreaker:state-change": ({ name, from, to, reason, epoch, retryAt }) => {
    const until = retryAt === undefined ? "" : ` until ${timeOfDay(retryAt)}`;
    return `breaker ${name}: ${from} → ${to}${until} (epoch ${epoch}), ${reason}`;
  },
  "circuitbreaker:reset": ({ name, epoch }) =>
    `breaker ${name}: counts from nothing (epoch ${epoch})`,
  "circuitbreaker:refused": ({ name, command, reason }) =>
    refusal(command, `breaker ${name}`, "", reason),
};

function result({ name, permit, epoch, durationMs, stale }: CircuitResult, how: string): string {
  const call = permit === 0 ? "a call" : `call ${permit}`;
  const took = durationMs === undefined ? "" : ` after ${durationMs} ms`;
  const late = stale ? ", too late to decide anything" : "";
  return `breaker ${name}: ${call} (epoch ${epoch}) ${how}${took}${late}`;
}
