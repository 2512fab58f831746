/**
 * A breaker machine with the breaker `a`, driven by hand.
 */

import type { BreakerAnswers, BreakerCommand, PermitAnswer } from "../../src/breakers/commands.ts";
import type { CallOutcome } from "../../src/breakers/types.ts";
import { type CircuitBreakerConfig, readBreakerConfig } from "../../src/breakers/config.ts";
import type { BreakerEvent } from "../../src/breakers/events.ts";
import { breakerMachine } from "../../src/breakers/machine.ts";
import type { Breaker, BreakerState } from "../../src/breakers/state.ts";
import { Driver } from "../support/driver.ts";

/** A call that was permitted, or that was made under `epoch` while the breaker was closed. */
export interface Call {
  readonly permit: number;
  readonly epoch: number;
  readonly since?: number;
}

/** Steps of one breaker machine; each verb returns the names of the events, without their prefix. */
export class Breakers extends Driver<
  BreakerState,
  Exclude<BreakerCommand, { type: "tick" }>,
  BreakerEvent,
  BreakerAnswers
> {
  constructor(config: CircuitBreakerConfig = {}) {
    super(breakerMachine({ maxBreakers: 2 }));
    this.define(config);
  }

  get a(): Breaker {
    return this.state.breakers.get("a")!;
  }

  at(now: number): this {
    this.now = now;
    return this;
  }

  names(command: BreakerCommand): string[] {
    return this.do(command).map(({ type }) => type.split(":")[1]!);
  }

  define(config: CircuitBreakerConfig, name = "a"): string[] {
    const { rules } = readBreakerConfig(config, () => "test");
    return this.names({ type: "define-breaker", name, rules });
  }

  request(timeoutMs = 0): PermitAnswer {
    return this.ask({ type: "request-permit", name: "a", timeoutMs }) as PermitAnswer;
  }

  /** Requests a permit, which has to be given. */
  permit(timeoutMs = 0): Call {
    const answer = this.request(timeoutMs);
    if (answer.status === "permitted") return answer;
    throw new Error("the call was rejected");
  }

  settle({ permit, epoch, since }: Call, outcome: CallOutcome = "failure"): string[] {
    return this.names({ type: "settle-permit", name: "a", permit, epoch, since, outcome });
  }

  force(state: "closed" | "open" | "half-open"): string[] {
    return this.names({ type: "force-breaker", name: "a", state });
  }
}
