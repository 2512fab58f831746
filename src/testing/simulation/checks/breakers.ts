/**
 * What the events have said of circuit breakers, against which their state is compared.
 *
 * @module
 */

import type { BreakerState } from "../../../breakers/machine.ts";
import type { CircuitState } from "../../../breakers/events.ts";
import type { LockstepEvent } from "../../../root/events.ts";
import { accuse } from "../failure.ts";

/** One breaker as the events tell of it. */
interface Told {
  state: CircuitState;
  epoch: number;
  /** Calls in flight through it while it is half-open, by permit. */
  readonly probes: Set<number>;
  /** How many probes have succeeded since it is half-open. */
  successes: number;
  /** Whether the newest result was of a call that an earlier state had admitted. */
  wasStale: boolean;
  /** When it lets a probe through; of no meaning unless it is open. */
  retryAt: number;
}

/** The reasons that are results of calls. */
const BY_RESULT: ReadonlySet<string> = new Set([
  ...["failures", "failure-rate", "slow-calls", "probe-failed", "probes-succeeded"],
]);

/** Follows the events of breakers. */
export class BreakerShadow {
  readonly #breakers = new Map<string, Told>();
  #epoch = 0;
  #permit = 0;

  take(event: LockstepEvent, state: BreakerState, at: number): void {
    switch (event.type) {
      case "circuitbreaker:defined":
        if (!this.#breakers.has(event.name)) this.#make(event.name, event.epoch);
        return;
      case "circuitbreaker:removed":
        this.#breakers.delete(event.name);
        return;
      case "circuitbreaker:permitted":
        return this.#permitted(event, state);
      case "circuitbreaker:state-change":
        return this.#change(event, state, at);
      case "circuitbreaker:reset":
        this.#raise(event.name, event.epoch);
        this.#told(event.name).epoch = event.epoch;
        return;
      case "circuitbreaker:succeeded":
      case "circuitbreaker:failed":
      case "circuitbreaker:returned":
      case "circuitbreaker:timed-out":
        return this.#settle(event);
    }
  }

  /** Compares the states of all breakers with what was said of them. */
  check(state: BreakerState): void {
    for (const { name, phase, epoch } of state.breakers.values()) {
      const told = this.#told(name);
      if (told.state !== phase.state || told.epoch !== epoch) {
        accuse("EventsTellAll", `the breaker "${name}" is ${phase.state}, told was ${told.state}`);
      }
      if (phase.state !== "half-open") continue;
      if (phase.probes.size !== told.probes.size) {
        accuse("EventsTellAll", `${phase.probes.size} probes go through "${name}"`);
      }
    }
  }

  #make(name: string, epoch: number): void {
    this.#raise(name, epoch);
    const told = { epoch, probes: new Set<number>(), successes: 0, retryAt: 0, wasStale: false };
    this.#breakers.set(name, { state: "closed", ...told });
  }

  #permitted(
    { name, permit, epoch, state: phase }:
      & Extract<LockstepEvent, { permit: number; since: number }>
      & { name: string; epoch: number; state: CircuitState },
    { breakers }: BreakerState,
  ): void {
    const told = this.#told(name);
    if (permit <= this.#permit) accuse("EpochMonotonic", `permit ${permit} of "${name}"`);
    this.#permit = permit;
    if (told.state !== phase || told.epoch !== epoch) {
      accuse("OpenAdmitsNothing", `"${name}" is ${told.state} and admits a call as ${phase}`);
    }
    if (phase === "open") accuse("OpenAdmitsNothing", `"${name}" is open and admits a call`);
    if (phase !== "half-open") return;
    told.probes.add(permit);
    const limit = breakers.get(name)?.rules.halfOpenLimit ?? Infinity;
    if (told.probes.size > limit) {
      accuse("ProbesBounded", `${told.probes.size} go through "${name}"`);
    }
  }

  #change(
    event: Extract<LockstepEvent, { type: "circuitbreaker:state-change" }>,
    { breakers }: BreakerState,
    at: number,
  ): void {
    const { name, from, to, epoch, reason, retryAt = 0 } = event;
    const told = this.#told(name);
    this.#raise(name, epoch);
    if (told.state !== from) accuse("StatusTable", `"${name}" goes from ${from}, is ${told.state}`);
    if (from === "open" && to === "half-open" && reason !== "forced" && at < told.retryAt) {
      accuse("OpenTimeKept", `"${name}" is half-open ${told.retryAt - at} ms early`);
    }
    if (reason === "probes-succeeded") {
      const wanted = breakers.get(name)?.rules.successThreshold ?? 0;
      if (told.successes < wanted) accuse("ClosesByProbes", `"${name}" after ${told.successes}`);
    }
    if (told.wasStale && BY_RESULT.has(reason)) {
      accuse("StaleRejected", `"${name}" is ${to} by the result of an earlier state`);
    }
    told.state = to;
    told.epoch = epoch;
    told.retryAt = retryAt;
    told.successes = 0;
    told.probes.clear();
  }

  #settle(event: { name: string; permit: number; type: string; stale?: boolean }): void {
    const told = this.#breakers.get(event.name);
    if (told === undefined) return;
    told.wasStale = event.stale === true;
    if (told.wasStale || event.permit === 0) return;
    const isProbe = told.probes.delete(event.permit);
    if (told.state === "half-open" && !isProbe) {
      accuse("StaleRejected", `the call ${event.permit} through "${event.name}" was over before`);
    }
    if (isProbe && event.type === "circuitbreaker:succeeded") told.successes++;
  }

  #raise(name: string, epoch: number): void {
    if (epoch <= this.#epoch) accuse("EpochMonotonic", `"${name}" has epoch ${epoch} again`);
    this.#epoch = epoch;
  }

  #told(name: string): Told {
    const told = this.#breakers.get(name);
    if (told === undefined) accuse("NothingFromNowhere", `the breaker "${name}" was never made`);
    return told!;
  }
}
