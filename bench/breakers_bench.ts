/**
 * The circuit breaker against cockatiel and opossum.
 *
 * All sides open by their simplest rule and set no timer for a call: opossum's time limit is off. A
 * breaker lives as long as the service that it guards, so each side has one for all rounds.
 *
 * @module
 */

import { circuitBreaker, ConsecutiveBreaker, handleAll } from "cockatiel";
import Opossum from "opossum";
import { CircuitBreaker } from "../src/breakers/circuit_breaker.ts";
import { silentLogger } from "../src/core/logger.ts";
import { type Comparison, register, type Side, type Suite } from "./harness.ts";

type Body = () => Promise<number>;

const CALLS = 100_000;
const FAILURES = 5;
const OPEN_MS = 3_600_000;

const works: Body = () => Promise.resolve(1);
const fails: Body = () => Promise.reject(new Error("no"));

/** Functions that create a breaker and return the function that calls through it, by side. */
const MAKERS = {
  ours: () => {
    const config = { failureThreshold: FAILURES, timeout: OPEN_MS };
    const breaker = new CircuitBreaker("peer", config, silentLogger);
    return (body: Body) => breaker.execute(body);
  },
  cockatiel: () => {
    const breaker = new ConsecutiveBreaker(FAILURES);
    const policy = circuitBreaker(handleAll, { halfOpenAfter: OPEN_MS, breaker });
    return (body: Body) => policy.execute(body);
  },
  opossum: () => {
    const breaker = new Opossum((body: Body) => body(), {
      timeout: false,
      resetTimeout: OPEN_MS,
      // Its windows are moved by timers that would keep the process alive.
      rollingCountTimeout: OPEN_MS,
      rollingPercentilesEnabled: false,
    });
    return (body: Body) => breaker.fire(body);
  },
};

function whenClosed(maker: () => (body: Body) => Promise<number>): Side {
  const call = maker();
  return () => async () => {
    for (let i = 0; i < CALLS; i++) await call(works);
  };
}

function whenOpen(maker: () => (body: Body) => Promise<number>): Side {
  const call = maker();
  return () => async () => {
    for (let i = 0; i < CALLS; i++) await call(fails).catch(() => {});
  };
}

function* comparisons(): Iterable<Comparison> {
  yield {
    operation: "call through a closed breaker",
    count: CALLS,
    ours: whenClosed(MAKERS.ours),
    peers: { cockatiel: whenClosed(MAKERS.cockatiel), opossum: whenClosed(MAKERS.opossum) },
    target: 1,
  };
  // Mostly the making of an error with a stack; ours also says when to retry, and is an event.
  yield {
    operation: "rejection by an open breaker",
    count: CALLS,
    ours: whenOpen(MAKERS.ours),
    peers: { cockatiel: whenOpen(MAKERS.cockatiel), opossum: whenOpen(MAKERS.opossum) },
    target: 0.5,
  };
}

/** The benchmarks of the circuit breakers. */
export const breakers: Suite = { name: "breakers", comparisons };

register(breakers);
