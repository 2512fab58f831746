/**
 * The state of circuit breakers by their events, against which the machine is compared.
 *
 * @module
 */

import type { BreakerRules } from "../../../breakers/config.ts";
import type { BreakerState } from "../../../breakers/state.ts";
import type { CircuitState } from "../../../breakers/types.ts";
import type { LockstepEvent } from "../../../root/events.ts";
import { agentBreakerName } from "../../../root/reactions/breakers.ts";
import { fail } from "../failure.ts";

/** The state of a breaker by its events. */
interface Expected {
  /** The rules in force; those of the state may be newer within a step. */
  rules: BreakerRules;
  state: CircuitState;
  epoch: number;
  /** The permits of its probes in flight while it is half-open. */
  readonly probes: Set<number>;
  /** The number of successful probes since it is half-open. */
  successes: number;
  /** Whether the newest result was of a call that an earlier state admitted. */
  wasStale: boolean;
  /** When it admits a probe; without meaning unless it is open. */
  retryAt: number;
  /** Its newest open time before jitter; 0 when the next one is the first. */
  plannedMs: number;
  /** The limit that its newest probe exceeded. */
  deadline: number;
  /** Whether it is held open until it is reset. */
  isHeld: boolean;
}

/** The reasons of state changes that are results of calls. */
const BY_RESULT: ReadonlySet<string> = new Set([
  ...["failures", "failure-rate", "slow-calls", "probe-failed", "probes-succeeded"],
]);

/** The parts of a retry in a budget. */
const TOKEN = 1_000_000;

/** The events that end an attempt. */
const ENDS: ReadonlySet<string> = new Set([
  ...["task:completed", "task:failed", "task:cancelled", "task:backed-off", "task:requeued"],
  ...["task:proposed", "task:snoozed", "task:blocked"],
]);

/** Checks an open time: the first is `timeout`, each later one is planned longer than that before. */
function checkOpenTime(
  expected: Expected,
  openMs: number,
  name: string,
): void {
  const { timeout, openTimeFactor, openTimeJitter, maxOpenMs } = expected.rules;
  const isFirst = expected.plannedMs === 0;
  const longer = Math.min(Math.floor(expected.plannedMs * openTimeFactor), maxOpenMs);
  const planned = expected.plannedMs = isFirst ? timeout : longer;
  const shortest = isFirst ? timeout : Math.max(timeout, planned * (1 - openTimeJitter));
  if (openMs >= shortest && openMs <= planned) return;
  fail("OpenTimeGrows", `"${name}" is open for ${openMs} ms, planned were ${planned}`);
}

/** Follows the events of breakers, and compares their states with them. */
export class BreakerShadow {
  readonly #breakers = new Map<string, Expected>();
  #epoch = 0;
  #permit = 0;
  /** The breaker of the agent whose attempt ended last, if it ended by a fault or a wish of the task. */
  #faultless = "";

  /** Goes on from `state`, without the events that led to it. */
  resume({ breakers, epoch, lastPermit }: BreakerState): void {
    for (const { name, rules, phase, epoch, openTimeMs } of breakers.values()) {
      this.#make(name, epoch, rules);
      const expected = this.#expected(name);
      expected.state = phase.state;
      if (phase.state === "closed") continue;
      expected.plannedMs = Math.ceil(openTimeMs / rules.openTimeFactor);
      if (phase.state === "open") {
        expected.retryAt = phase.until;
        expected.isHeld = phase.heldFor !== undefined;
      } else {
        expected.successes = phase.successes;
        for (const permit of phase.probes.keys()) expected.probes.add(permit);
      }
    }
    this.#epoch = epoch;
    this.#permit = lastPermit;
  }

  /** Notes the end of an attempt. */
  noteEnd(event: LockstepEvent): void {
    if (!ENDS.has(event.type)) return;
    const isOwn = event.type === "task:snoozed" || event.type === "task:blocked" ||
      (event.type === "task:failed" && event.error.code === "non-retryable");
    this.#faultless = isOwn ? agentBreakerName(event.agentId ?? "") : "";
  }

  take(event: LockstepEvent, state: BreakerState, at: number): void {
    switch (event.type) {
      case "circuitbreaker:defined":
        return this.#define(event, state);
      case "circuitbreaker:forgotten":
        return this.#forget(event.name);
      case "circuitbreaker:removed":
        this.#breakers.delete(event.name);
        return;
      case "circuitbreaker:permitted":
        return this.#permitted(event, state);
      case "circuitbreaker:state-change":
        return this.#change(event, state, at);
      case "circuitbreaker:held":
        this.#expected(event.name).isHeld = true;
        return;
      case "circuitbreaker:retry-permitted":
      case "circuitbreaker:retry-rejected":
        return this.#checkBudget(event, state);
      case "circuitbreaker:reset":
        this.#raise(event.name, event.epoch);
        this.#expected(event.name).epoch = event.epoch;
        return;
      case "circuitbreaker:succeeded":
      case "circuitbreaker:failed":
        if (event.name === this.#faultless) {
          fail("WhoseFault", `the task's, not of "${event.name}"`);
        }
        return this.#settle(event);
      case "circuitbreaker:returned":
        return this.#settle(event);
      case "circuitbreaker:timed-out":
        this.#expected(event.name).deadline = event.deadline;
        return this.#settle(event);
    }
  }

  /** Compares all breakers with their events. */
  check(state: BreakerState): void {
    for (const { name, phase, epoch } of state.breakers.values()) {
      const expected = this.#expected(name);
      if (expected.state !== phase.state || expected.epoch !== epoch) {
        fail(
          "EventsMatchState",
          `the breaker "${name}" is ${phase.state}, expected was ${expected.state}`,
        );
      }
      if (phase.state !== "half-open") continue;
      if (phase.probes.size !== expected.probes.size) {
        fail("EventsMatchState", `${phase.probes.size} probes go through "${name}"`);
      }
    }
  }

  #define({ name, epoch }: { name: string; epoch: number }, { breakers }: BreakerState): void {
    const rules = breakers.get(name)?.rules;
    if (rules === undefined) return; // it is removed in the same step
    const known = this.#breakers.get(name);
    if (known === undefined) {
      this.#raise(name, epoch);
      return this.#make(name, epoch, rules);
    }
    known.rules = rules;
    known.plannedMs = 0;
  }

  /** One that is evicted in the step that defined it is not known, and closed. */
  #forget(name: string): void {
    const { state = "closed" } = this.#breakers.get(name) ?? {};
    if (state !== "closed") fail("OnlyIdleIsEvicted", `"${name}" was not closed`);
    this.#breakers.delete(name);
  }

  #make(name: string, epoch: number, rules: BreakerRules): void {
    const expected = {
      rules,
      epoch,
      probes: new Set<number>(),
      successes: 0,
      retryAt: 0,
      plannedMs: 0,
      deadline: 0,
      wasStale: false,
      isHeld: false,
    };
    this.#breakers.set(name, { state: "closed", ...expected });
  }

  #permitted(
    { name, permit, epoch, state: phase }:
      & Extract<LockstepEvent, { permit: number; since: number }>
      & { name: string; epoch: number; state: CircuitState },
    { breakers }: BreakerState,
  ): void {
    const expected = this.#expected(name);
    if (permit <= this.#permit) fail("EpochMonotonic", `permit ${permit} of "${name}"`);
    this.#permit = permit;
    if (expected.state !== phase || expected.epoch !== epoch) {
      fail("OpenAdmitsNothing", `"${name}" is ${expected.state} and admits a call as ${phase}`);
    }
    if (phase === "open") fail("OpenAdmitsNothing", `"${name}" is open and admits a call`);
    if (phase !== "half-open") return;
    expected.probes.add(permit);
    const limit = breakers.get(name)?.rules.halfOpenLimit ?? Infinity;
    if (expected.probes.size > limit) {
      fail("ProbesBounded", `${expected.probes.size} go through "${name}"`);
    }
  }

  #change(
    event: Extract<LockstepEvent, { type: "circuitbreaker:state-change" }>,
    { breakers }: BreakerState,
    at: number,
  ): void {
    const { name, from, to, epoch, reason, retryAt = 0 } = event;
    const expected = this.#expected(name);
    this.#raise(name, epoch);
    if (expected.state !== from) {
      fail("StatusTable", `"${name}" goes from ${from}, is ${expected.state}`);
    }
    if (from === "open" && to === "half-open" && reason !== "forced" && at < expected.retryAt) {
      fail("OpenTimeKept", `"${name}" is half-open ${expected.retryAt - at} ms early`);
    }
    if (reason === "probes-succeeded") {
      const wanted = breakers.get(name)?.rules.successThreshold ?? 0;
      if (expected.successes < wanted) {
        fail("ClosesByProbes", `"${name}" after ${expected.successes}`);
      }
    }
    if (expected.wasStale && BY_RESULT.has(reason)) {
      fail("StaleRejected", `"${name}" is ${to} by the result of an earlier state`);
    }
    if (expected.isHeld && reason !== "reset") {
      fail("HeldUntilReset", `"${name}" is held open and goes to ${to}, ${reason}`);
    }
    expected.isHeld = false;
    if (to === "closed") expected.plannedMs = 0;
    if (to === "open" && reason !== "held") {
      const openedAt = reason === "probe-timed-out" ? expected.deadline : at;
      checkOpenTime(expected, retryAt - openedAt, name);
    }
    expected.state = to;
    expected.epoch = epoch;
    expected.retryAt = retryAt;
    expected.successes = 0;
    expected.probes.clear();
  }

  #checkBudget(
    { type, name }: Extract<LockstepEvent, { attempt: number; name: string }>,
    { breakers }: BreakerState,
  ): void {
    const { budget, rules } = breakers.get(name) ?? {};
    if (budget === undefined || rules === undefined) return; // it was reset in the same step
    if (!(budget.tokens >= 0 && budget.tokens <= rules.retryBurst * TOKEN)) {
      fail("RetriesBudgeted", `"${name}" has ${budget.tokens} retries left`);
    }
    if (type === "circuitbreaker:retry-rejected" && budget.tokens >= TOKEN) {
      fail("RetriesBudgeted", `"${name}" rejects a retry and has ${budget.tokens}`);
    }
  }

  #settle(event: { name: string; permit: number; type: string; stale?: boolean }): void {
    const expected = this.#breakers.get(event.name);
    if (expected === undefined) return;
    expected.wasStale = event.stale === true;
    if (expected.wasStale || event.permit === 0) return;
    const isProbe = expected.probes.delete(event.permit);
    if (expected.state === "half-open" && !isProbe) {
      fail("StaleRejected", `the call ${event.permit} through "${event.name}" was over before`);
    }
    if (isProbe && event.type === "circuitbreaker:succeeded") expected.successes++;
  }

  #raise(name: string, epoch: number): void {
    if (epoch <= this.#epoch) fail("EpochMonotonic", `"${name}" has epoch ${epoch} again`);
    this.#epoch = epoch;
  }

  #expected(name: string): Expected {
    const expected = this.#breakers.get(name);
    if (expected === undefined) {
      fail("NothingFromNowhere", `the breaker "${name}" was never defined`);
    }
    return expected!;
  }
}
