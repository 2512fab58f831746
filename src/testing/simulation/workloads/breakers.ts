/**
 * The workload of circuit breakers.
 *
 * @module
 */

import type { RootCommand } from "../../../root/state.ts";
import type { SimulatedAgent, Workload } from "../agent.ts";
import type { Chance } from "../chance.ts";
import type { Behavior, Routine } from "../actor.ts";
import { accepted } from "../engine.ts";

type Rules = Extract<RootCommand, { type: "define-breaker" }>["rules"];

/** Draws rules of a breaker with short times and low thresholds. */
export function drawBreakerRules(chance: Chance): Rules {
  const timeout = chance.pick([10, 50]);
  return {
    policy: chance.pick(["consecutive", "rate", "slow-call"] as const),
    failureThreshold: chance.between(1, 4),
    successThreshold: chance.between(1, 3),
    timeout,
    halfOpenLimit: chance.between(1, 3),
    failureRate: chance.pick([0.3, 1]),
    slowCallRate: 0.5,
    slowCallMs: 20,
    window: chance.pick(["count", "time"] as const),
    windowCalls: 10,
    windowMs: 100,
    minimumCalls: chance.between(1, 5),
    probeTimeoutMs: chance.pick([10, 50]),
    openTimeFactor: chance.pick([1, 2]),
    maxOpenMs: 4 * timeout,
    openTimeJitter: chance.pick([0, 0.5]),
    retryShare: chance.pick([0, 0.2]),
    retriesPerSecond: chance.pick([0, 20]),
    retryBurst: chance.pick([1, 5]),
  };
}

/** Calls that succeed, fail, take long or never end, through breakers that are defined and removed. */
export const calls: Workload = {
  name: "calls",
  config: (chance) => ({
    breakers: {
      maxBreakers: chance.pick([2, 100]),
      idleMs: chance.pick([0, 0, 30]),
      seed: chance.seed(),
    },
  }),
  behavior: (agent) => [callAgainAndAgain(agent)],
};

const NAMES = ["api", "disk", "mail"];

function* callAgainAndAgain(agent: SimulatedAgent): Behavior {
  const { world } = agent;
  const { chance } = world;
  const failing = chance.pick([0.05, 0.5]);
  while (!world.isOver) {
    yield* agent.sleep(chance.around(4));
    const name = chance.pick(NAMES);
    if (chance.happens(0.03)) yield* change(agent, name);
    else yield* call(agent, name, failing);
  }
}

function* call(agent: SimulatedAgent, name: string, failing: number): Routine<void> {
  const { world } = agent;
  const { chance, engine } = world;
  const known = engine.isDown ? undefined : engine.state.breakers.breakers.get(name);
  if (known === undefined) return yield* define(agent, name);
  let permit = 0;
  let epoch = known.epoch;
  const since = engine.time();
  if (known.phase.state !== "closed") {
    const answer = accepted(yield* agent.call({ type: "request-permit", name, timeoutMs: 0 }));
    if (answer?.status !== "permitted") return;
    ({ permit, epoch } = answer);
  }
  yield* agent.sleep(chance.around(chance.pick([3, 3, 30])));
  if (world.injects("handler-hangs", 0.2)) return;
  const fails = chance.happens(failing) || world.injects("handler-throws", 0.3);
  const outcome = fails
    ? "failure"
    : chance.pick(["success", "success", "success", "neutral"] as const);
  const report: RootCommand = { type: "settle-permit", name, permit, epoch, since, outcome };
  if (world.injects("duplicate-report", 0.3) && permit !== 0) world.send(report, () => {});
  if (world.injects("late-report", 0.2)) yield* agent.sleep(chance.around(100));
  yield* agent.call(report);
  if (!fails || chance.happens(0.5)) return;
  const pauses = { delayMs: 2, maxDelayMs: 20, retryAfterMs: chance.pick([0, 0, 5]) };
  const terms = { name, attempt: chance.between(1, 4), ...pauses };
  const retry = accepted(yield* agent.call({ type: "request-retry", ...terms }));
  if (retry?.status === "permitted") yield* agent.sleep(Math.max(1, retry.delayMs));
}

function* define(agent: SimulatedAgent, name: string): Routine<void> {
  const rules = drawBreakerRules(agent.world.chance);
  yield* agent.call({ type: "define-breaker", name, rules });
}

function* change(agent: SimulatedAgent, name: string): Routine<void> {
  const { chance } = agent.world;
  switch (chance.int(8)) {
    case 0:
      yield* agent.call({ type: "remove-breaker", name });
      return;
    case 1:
      yield* agent.call({ type: "reset-breaker", name });
      return;
    case 2:
      yield* agent.call({
        ...{ type: "settle-permit", name, permit: 9 ** 9, epoch: 1 },
        since: 0,
        outcome: "success",
      });
      return;
    case 3:
      yield* agent.call({
        type: "count-calls",
        name,
        epoch: 1,
        requests: 2,
        successes: 1,
        lastSuccessAt: 0,
      });
      return;
    case 4:
      return yield* define(agent, name);
    case 5:
    case 6: {
      yield* agent.call({ type: "hold-breaker", name, reason: "maintenance" });
      yield* agent.sleep(chance.around(100));
      yield* agent.deliver({ type: "reset-breaker", name });
      return;
    }
    default: {
      const state = chance.pick(["open", "closed", "half-open"] as const);
      yield* agent.call({ type: "force-breaker", name, state });
    }
  }
}
