/**
 * The slow, obvious twin of the breaker machine: it keeps every result and every probe in lists, and
 * answers each question by looking through them. It says what each command must make happen.
 */

import type { BreakerEvent } from "../../src/breakers/events.ts";
import type { CircuitState } from "../../src/breakers/types.ts";
import type { BreakerCommand, RequestRetry, SettlePermit } from "../../src/breakers/commands.ts";
import type { CallOutcome } from "../../src/breakers/types.ts";
import type { BreakerRules } from "../../src/breakers/config.ts";

interface Result {
  at: number;
  failed: boolean;
  slow: boolean;
}

interface Probe {
  permit: number;
  deadline: number;
}

/** The expected fields of one event. */
export type Expected = Partial<BreakerEvent>;

/** One breaker. Its open times are given, as it draws no random numbers. */
export class Twin {
  state: CircuitState = "closed";
  epoch: number;
  /** Calls of before the newest reset are not counted. */
  countsSince = 0;
  until = 0;
  results: Result[] = [];
  probes: Probe[] = [];
  successes = 0;
  /** Why it is held open, or nothing. */
  heldFor = "";
  /** When each request was made, and whether it earns a part of a retry; and each retry. */
  budget: { at: number; kind: "earns" | "retry" }[] = [];
  /** When the budget was first asked for. */
  askedAt: number | undefined;
  readonly figures = {
    ...{ requests: 0, rejections: 0, successes: 0, failures: 0, neutrals: 0 },
    ...{ retries: 0, rejectedRetries: 0 },
  };

  readonly rules: BreakerRules;

  constructor(rules: BreakerRules, epoch: number) {
    this.rules = rules;
    this.epoch = epoch;
  }

  /** Returns the expected events of `command`. `openMs` is the open time if it opens. */
  step(command: BreakerCommand, now: number, openMs: number, ids: Ids): Expected[] {
    if (command.type === "tick") return [];
    if (command.type === "request-permit") {
      return this.#request(command.timeoutMs, now, openMs, ids);
    }
    if (command.type === "settle-permit") return this.#settle(command, now, openMs, ids);
    if (command.type === "request-retry") return this.#retry(command, now);
    if (command.type === "hold-breaker") {
      const { events } = this.#catchUp(now, openMs, ids);
      const { reason } = command;
      if (this.heldFor === reason) return events;
      if (this.state !== "open") events.push(this.#enter("open", "held", now, Infinity, ids));
      this.until = Infinity;
      this.heldFor = reason;
      return [...events, { type: "circuitbreaker:held", epoch: this.epoch, reason }];
    }
    if (command.type === "force-breaker") {
      if (this.heldFor !== "") return [{ type: "circuitbreaker:refused", reason: "held" }];
      const events = this.#catchUp(now, openMs, ids).events;
      if (this.state === command.state) return events;
      return [...events, this.#enter(command.state, "forced", now, openMs, ids)];
    }
    if (command.type === "reset-breaker") {
      const events = this.#catchUp(now, openMs, ids).events;
      if (this.state !== "closed") events.push(this.#enter("closed", "reset", now, openMs, ids));
      this.epoch = this.countsSince = ++ids.epoch;
      this.results = [];
      this.budget = [];
      this.askedAt = undefined;
      for (const key of Object.keys(this.figures)) {
        this.figures[key as keyof Twin["figures"]] = 0;
      }
      return [...events, { type: "circuitbreaker:reset", epoch: this.epoch }];
    }
    throw new TypeError(`No such command: ${command.type}`);
  }

  #request(timeoutMs: number, now: number, openMs: number, ids: Ids): Expected[] {
    const { events } = this.#catchUp(now, openMs, ids);
    this.figures.requests++;
    this.budget.push({ at: now, kind: "earns" });
    const { state, epoch } = this;
    const full = state === "half-open" && this.probes.length >= this.rules.halfOpenLimit;
    if (state === "open" || full) {
      this.figures.rejections++;
      const retryAt = full ? Math.min(...this.probes.map(({ deadline }) => deadline)) : this.until;
      return [...events, { type: "circuitbreaker:rejected", state, retryAt }];
    }
    const permit = ++ids.permit;
    if (state === "half-open") {
      this.probes.push({ permit, deadline: now + (timeoutMs || this.rules.probeTimeoutMs) });
    }
    return [...events, { type: "circuitbreaker:permitted", permit, epoch, since: now, state }];
  }

  #retry({ attempt }: RequestRetry, now: number): Expected[] {
    this.askedAt ??= now;
    if (this.retriesLeft(now) < 1_000_000) {
      this.figures.rejectedRetries++;
      return [{ type: "circuitbreaker:retry-rejected", attempt }];
    }
    this.figures.retries++;
    this.budget.push({ at: now, kind: "retry" });
    return [{ type: "circuitbreaker:retry-permitted", attempt }];
  }

  /** Returns the budget in millionths of a retry, counted anew from the first question on. */
  retriesLeft(now: number): number {
    const retryShare = Math.round(this.rules.retryShare * 1_000_000);
    const perMs = Math.round(this.rules.retriesPerSecond * 1_000);
    const retryBurst = this.rules.retryBurst * 1_000_000;
    let left = retryBurst;
    let at = this.askedAt!;
    let retried = 0;
    const first = this.budget.findIndex(({ kind }) => kind === "retry");
    for (const entry of first < 0 ? [] : this.budget.slice(first)) {
      left = Math.min(retryBurst, left + (entry.at - at) * perMs);
      at = entry.at;
      if (entry.kind === "retry") {
        left -= 1_000_000;
        retried++;
      } else if (retried > 0) retried--; // the retry itself
      else left = Math.min(retryBurst, left + retryShare);
    }
    return Math.min(retryBurst, left + (now - at) * perMs);
  }

  #settle(command: SettlePermit, now: number, openMs: number, ids: Ids): Expected[] {
    const { permit, epoch, outcome } = command;
    const unknown = { type: "circuitbreaker:refused", reason: "unknown-permit" } as const;
    if (permit > ids.permit) return [unknown];
    const { events, hung } = this.#catchUp(now, openMs, ids);
    if (hung === permit) return events;
    const stale = epoch !== this.epoch;
    if (!stale && this.state === "open") return [...events, unknown];
    if (!stale && this.state === "half-open") {
      if (!this.probes.some((probe) => probe.permit === permit)) return [...events, unknown];
      this.probes = this.probes.filter((probe) => probe.permit !== permit);
    }
    if (epoch >= this.countsSince) this.#count(outcome);
    events.push({ type: TYPES[outcome], permit, epoch, stale });
    if (stale || outcome === "neutral") return events;
    const failed = outcome === "failure";
    const slow = this.rules.policy === "slow-call" && command.since !== undefined &&
      now - command.since >= this.rules.slowCallMs;
    const reason = this.state === "closed"
      ? this.#judge({ at: now, failed, slow })
      : failed
      ? "probe-failed"
      : slow
      ? "slow-calls"
      : undefined;
    if (reason !== undefined) events.push(this.#enter("open", reason, now, openMs, ids));
    else if (this.state === "half-open" && ++this.successes >= this.rules.successThreshold) {
      events.push(this.#enter("closed", "probes-succeeded", now, openMs, ids));
    }
    return events;
  }

  #count(outcome: CallOutcome): void {
    if (outcome === "success") this.figures.successes++;
    else if (outcome === "failure") this.figures.failures++;
    else this.figures.neutrals++;
  }

  /** Why the breaker opens after `result`, if it does. */
  #judge(result: Result): "failures" | "failure-rate" | "slow-calls" | undefined {
    this.results.push(result);
    const { rules } = this;
    if (rules.policy === "consecutive") {
      const row = this.results.slice(-rules.failureThreshold);
      const full = row.length === rules.failureThreshold && row.every(({ failed }) => failed);
      return full ? "failures" : undefined;
    }
    const slot = ({ at }: { at: number }) => Math.floor(at / (rules.windowMs / 10));
    const seen = rules.window === "count"
      ? this.results.slice(-rules.windowCalls)
      : this.results.filter((each) => slot(each) > slot(result) - 10);
    if (seen.length < rules.minimumCalls) return undefined;
    const share = (kind: "failed" | "slow") =>
      seen.filter((each) => each[kind]).length / seen.length;
    if (share("failed") >= rules.failureRate) return "failure-rate";
    return rules.policy === "slow-call" && share("slow") >= rules.slowCallRate
      ? "slow-calls"
      : undefined;
  }

  #catchUp(now: number, openMs: number, ids: Ids): { events: Expected[]; hung?: number } {
    const events: Expected[] = [];
    let hung: number | undefined;
    if (this.state === "half-open") {
      const [first] = this.probes.toSorted((a, b) =>
        a.deadline - b.deadline || a.permit - b.permit
      );
      if (first !== undefined && first.deadline <= now) {
        hung = first.permit;
        this.figures.failures++;
        const { permit, deadline } = first;
        events.push({ type: "circuitbreaker:timed-out", permit, epoch: this.epoch, deadline });
        events.push(this.#enter("open", "probe-timed-out", deadline, openMs, ids));
      }
    }
    if (this.state === "open" && this.until <= now) {
      events.push(this.#enter("half-open", "open-time-over", now, openMs, ids));
    }
    return hung === undefined ? { events } : { events, hung };
  }

  #enter(to: CircuitState, reason: string, at: number, openMs: number, ids: Ids): Expected {
    const from = this.state;
    this.state = to;
    this.epoch = ++ids.epoch;
    this.results = [];
    this.probes = [];
    this.successes = 0;
    this.heldFor = "";
    if (to === "open") this.until = at + openMs;
    return { type: "circuitbreaker:state-change", from, to, reason, epoch: this.epoch } as Expected;
  }
}

/** The sums of the figures of all breakers of a machine. */
export interface Ids {
  epoch: number;
  permit: number;
}

const TYPES = {
  success: "circuitbreaker:succeeded",
  failure: "circuitbreaker:failed",
  neutral: "circuitbreaker:returned",
} as const;
