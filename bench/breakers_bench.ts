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
import { CircuitBreakerManager } from "../src/breakers/circuit_breaker_manager.ts";
import { silentLogger } from "../src/core/logger.ts";
import { type Comparison, type Growth, register, type Suite } from "./harness.ts";
import type { Maker, Side } from "./rounds.ts";

type Body = () => Promise<number>;

const CALLS = 100_000;
/** Each makes an error with a stack. */
const REJECTIONS = 20_000;
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
  floor: () => {
    let failures = 0;
    return async (body: Body) => {
      if (failures >= FAILURES) throw new Error("open");
      try {
        const result = await body();
        failures = 0;
        return result;
      } catch (error) {
        failures++;
        throw error;
      }
    };
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

type Name = keyof typeof MAKERS;

const whenClosed = (name: Name): Maker => () => calls(CALLS, MAKERS[name](), works);
const whenOpen = (name: Name): Maker => () => calls(REJECTIONS, MAKERS[name](), fails);

function calls(count: number, call: (body: Body) => Promise<number>, body: Body): Side {
  const ignore = () => {};
  return () => async () => {
    for (let i = 0; i < count; i++) await call(body).catch(ignore);
  };
}

function* comparisons(): Iterable<Comparison> {
  yield {
    operation: "call through a closed breaker",
    count: CALLS,
    ours: whenClosed("ours"),
    floor: { side: whenClosed("floor"), lacks: "the outcome as an event, permits of probes" },
    peers: { cockatiel: whenClosed("cockatiel"), opossum: whenClosed("opossum") },
    target: { speed: 1.2 },
  };
  yield {
    operation: "rejection by an open breaker",
    count: REJECTIONS,
    ours: whenOpen("ours"),
    floor: { side: whenOpen("floor"), lacks: "an event, and an error that says when to retry" },
    peers: { cockatiel: whenOpen("cockatiel"), opossum: whenOpen("opossum") },
    target: { speed: 0.5 },
    note: "the error of ours says when to retry, and is an event; those of the peers don't",
  };
}

const TURNS = 10_000;

/** Calls through each in turn of `count` breakers of one manager. */
async function amongBreakers(count: number): Promise<Side> {
  const breakers = new CircuitBreakerManager({ maxBreakers: 2 * count }, silentLogger);
  for (let i = 0; i < count; i++) await breakers.execute(`peer-${i}`, works);
  let next = 0;
  return () => async () => {
    for (let i = 0; i < TURNS; i++) await breakers.execute(`peer-${next++ % count}`, works);
  };
}

function bareAmongBreakers(count: number): Side {
  const breakers = new Map<string, (body: Body) => Promise<number>>();
  for (let i = 0; i < count; i++) breakers.set(`peer-${i}`, MAKERS.floor());
  let next = 0;
  return () => async () => {
    for (let i = 0; i < TURNS; i++) await breakers.get(`peer-${next++ % count}`)!(works);
  };
}

function* growths(): Iterable<Growth> {
  yield {
    ...{ operation: "a call through each in turn of n breakers", count: TURNS },
    ours: amongBreakers,
    floor: bareAmongBreakers,
    sizes: [1_000, 10_000, 100_000],
  };
}

/** The benchmarks of the circuit breakers. */
export const breakers: Suite = { name: "breakers", comparisons, growths };

register(breakers);
