import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { countTimers } from "../../src/core/data/deadlines.ts";
import { encode } from "../../src/core/data/plain.ts";
import { Refusal, transition } from "../../src/core/machine.ts";
import type { CircuitPermitted, CircuitRejected } from "../../src/breakers/events.ts";
import type { BreakerCommand } from "../../src/breakers/commands.ts";
import { type BreakerRules, readBreakerConfig } from "../../src/breakers/config.ts";
import { breakerMachine } from "../../src/breakers/machine.ts";
import { type BreakerState, outlook } from "../../src/breakers/state.ts";
import { stepped } from "../support/driver.ts";
import { machineLaws, type Move as LawMove } from "../support/machine_laws.ts";
import { type Ids, Twin } from "./twin.ts";

const NAMES = ["a", "__proto__"];

const rules: fc.Arbitrary<BreakerRules> = fc.record({
  policy: fc.constantFrom("consecutive", "rate", "slow-call"),
  failureThreshold: fc.integer({ min: 1, max: 4 }),
  successThreshold: fc.integer({ min: 1, max: 3 }),
  timeout: fc.constantFrom(20, 50),
  halfOpenLimit: fc.integer({ min: 1, max: 3 }),
  failureRate: fc.constantFrom(0.1, 0.5, 1),
  slowCallRate: fc.constantFrom(0.3, 1),
  slowCallMs: fc.constant(10),
  window: fc.constantFrom("count", "time"),
  windowCalls: fc.integer({ min: 5, max: 8 }),
  windowMs: fc.constantFrom(50, 100),
  minimumCalls: fc.integer({ min: 1, max: 5 }),
  probeTimeoutMs: fc.constantFrom(15, 60),
  openTimeFactor: fc.constantFrom(1, 2),
  openTimeJitter: fc.constantFrom(0, 0.5),
  retryShare: fc.constantFrom(0, 0.25, 1),
  retriesPerSecond: fc.constantFrom(0, 125),
  retryBurst: fc.constantFrom(1, 2),
}, { requiredKeys: [] }).map((config) =>
  readBreakerConfig(config as Partial<BreakerRules>, () => "test").rules
);

/** One command, and how much later than the last; `call` picks among the calls that were made. */
interface Move {
  readonly afterMs: number;
  readonly name: string;
  readonly kind: "request" | "look" | "settle" | "force" | "hold" | "retry" | "reset" | "tick";
  readonly call: number;
  readonly outcome: "success" | "failure" | "neutral";
  readonly state: "closed" | "open" | "half-open";
}

const move: fc.Arbitrary<Move> = fc.record({
  afterMs: fc.constantFrom(0, 0, 1, 5, 10, 40),
  name: fc.constantFrom(...NAMES),
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.constant("request" as const) },
    { weight: 3, arbitrary: fc.constant("look" as const) },
    { weight: 9, arbitrary: fc.constant("settle" as const) },
    { weight: 2, arbitrary: fc.constant("retry" as const) },
    { weight: 1, arbitrary: fc.constantFrom("force" as const, "hold", "reset", "tick") },
  ),
  call: fc.nat(5),
  outcome: fc.constantFrom("success", "success", "failure", "failure", "neutral"),
  state: fc.constantFrom("closed", "open", "half-open"),
});

function run(most: number): fc.Arbitrary<Move[]> {
  return fc.array(move, { maxLength: most, size: "max" });
}

type Call = Pick<CircuitPermitted, "permit" | "epoch" | "since" | "name">;

/** The command of `move`, given the calls in flight, the newest last. Takes what it settles. */
function commandOf(move: Move, calls: Call[], epoch: number, lastPermit: number): BreakerCommand {
  const { name, outcome } = move;
  switch (move.kind) {
    case "request":
      return { type: "request-permit", name, timeoutMs: move.call === 0 ? 30 : 0 };
    case "settle": {
      const own = calls.filter((call) => call.name === name);
      const call = own[own.length - 1 - move.call];
      if (call === undefined) { // one that was never made, or has ended
        const permit = lastPermit + 1 - Math.min(move.call, lastPermit);
        return { type: "settle-permit", name, permit, epoch, since: 0, outcome };
      }
      calls.splice(calls.indexOf(call), 1);
      const { permit, since } = call;
      return { type: "settle-permit", name, permit, epoch: call.epoch, since, outcome };
    }
    case "force":
      return { type: "force-breaker", name, state: move.state };
    case "hold":
      return { type: "hold-breaker", name, reason: outcome };
    case "retry": {
      const pauses = { delayMs: 4, maxDelayMs: 10, retryAfterMs: move.call === 0 ? 20 : 0 };
      return { type: "request-retry", name, attempt: move.call + 1, ...pauses };
    }
    case "reset":
      return { type: "reset-breaker", name };
    default:
      return { type: "tick" };
  }
}

const machine = breakerMachine({ seed: 7 });

function begin(rules: BreakerRules): { state: BreakerState; twins: Map<string, Twin>; ids: Ids } {
  const state = machine.init();
  const ids = { epoch: 0, permit: 0 };
  const twins = new Map<string, Twin>();
  for (const name of NAMES) {
    stepped(machine, state, { type: "define-breaker", name, rules }, 0);
    twins.set(name, new Twin(rules, ++ids.epoch));
  }
  return { state, twins, ids };
}

Deno.test("the machine does what its slow twin expects, and predictions come true", () => {
  fc.assert(
    fc.property(rules, run(80), (rules, moves) => {
      const { state, twins, ids } = begin(rules);
      const calls: Call[] = [];
      let now = 0;
      for (const move of moves) {
        now += move.afterMs;
        const breaker = state.breakers.get(move.name)!;
        const twin = twins.get(move.name)!;
        const seen = outlook(breaker, now);
        if (move.kind === "look") {
          if (breaker.phase.state === "closed") {
            calls.push({ name: move.name, permit: 0, epoch: breaker.epoch, since: now });
          }
          continue;
        }
        const command = commandOf(move, calls, twin.epoch, ids.permit);
        const openMs = breaker.nextOpenMs;
        const events = stepped(machine, state, command, now);
        const expected = twin.step(command, now, openMs, ids);
        assertEquals(events.map(({ type }) => type), expected.map(({ type }) => type));
        events.forEach((event, i) => assertEquals({ ...event, ...expected[i] }, event));
        const openings = events.filter((event) =>
          event.type === "circuitbreaker:state-change" && event.to === "open"
        );
        if (openings.length > 1 && breaker.phase.state === "open") {
          twin.until = breaker.phase.until; // the second of its open times was drawn in this step
        }
        for (const event of events) {
          if (event.type === "circuitbreaker:permitted") calls.push(event);
        }
        if (command.type === "request-permit") {
          assertEquals(seen.admits, events.at(-1)!.type === "circuitbreaker:permitted");
        }
        compare(state, twins);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("the first open time is timeout, and later ones grow from the planned one, whatever the jitter", () => {
  fc.assert(
    fc.property(
      rules,
      fc.nat(999),
      fc.array(fc.boolean(), { minLength: 2, maxLength: 8 }),
      (rules, seed, closings) => {
        const machine = breakerMachine({ seed });
        const state = machine.init();
        const name = "a";
        stepped(machine, state, { type: "define-breaker", name, rules }, 0);
        const { timeout, openTimeFactor, openTimeJitter, maxOpenMs } = rules;
        let plannedMs = 0;
        let now = 0;
        const force = (to: "closed" | "open") =>
          stepped(machine, state, { type: "force-breaker", name, state: to }, now);
        for (const closes of closings) {
          if (plannedMs === 0) force("open");
          else {
            const request = { type: "request-permit", name, timeoutMs: 0 } as const;
            const [, permitted] = stepped(machine, state, request, now);
            const { permit, epoch, since } = permitted as CircuitPermitted;
            const outcome = "failure" as const;
            const probe = { type: "settle-permit", name, permit, epoch, since, outcome } as const;
            stepped(machine, state, probe, now);
          }
          const { phase } = state.breakers.get(name)!;
          if (phase.state !== "open") throw new Error("it must be open");
          const openMs = phase.until - now;
          if (plannedMs === 0) {
            plannedMs = timeout;
            assertEquals(openMs, timeout);
          } else {
            plannedMs = Math.min(Math.floor(plannedMs * openTimeFactor), maxOpenMs);
            const shortestMs = Math.max(timeout, Math.ceil(plannedMs * (1 - openTimeJitter)));
            assert(openMs >= shortestMs && openMs <= plannedMs, `${openMs} of ${plannedMs} ms`);
          }
          now = phase.until;
          if (!closes) continue;
          force("closed");
          plannedMs = 0;
        }
      },
    ),
    { numRuns: 200 },
  );
});

function compare(state: BreakerState, twins: ReadonlyMap<string, Twin>): void {
  for (const [name, twin] of twins) {
    const { phase, epoch, counts, rules, nextOpenMs } = state.breakers.get(name)!;
    assertEquals([phase.state, epoch], [twin.state, twin.epoch]);
    const { requests, rejections, successes, failures, neutrals } = counts;
    const { retries, rejectedRetries } = counts;
    const results = { requests, rejections, successes, failures, neutrals };
    assertEquals({ ...results, retries, rejectedRetries }, twin.figures);
    assertEquals(phase.state === "open" ? phase.heldFor ?? "" : "", twin.heldFor);
    if (phase.state === "half-open") {
      assert(phase.probes.size <= rules.halfOpenLimit, "more probes than there may be");
      assertEquals(countTimers(phase.deadlines), phase.probes.size);
    }
    assert(nextOpenMs >= rules.timeout && nextOpenMs <= rules.maxOpenMs, "open for too long");
  }
}

Deno.test("a prediction agrees with the step that follows, and changes nothing", () => {
  fc.assert(
    fc.property(
      rules,
      run(40),
      fc.nat(300),
      (rules, moves, laterMs) => {
        const { state } = begin(rules);
        const now = play(state, moves);
        const before = encode(state);
        for (const name of NAMES) {
          const at = now + laterMs;
          const seen = outlook(state.breakers.get(name)!, at);
          assertEquals(encode(state), before);
          const request = { type: "request-permit", name, timeoutMs: 0 } as const;
          const { answer, events } = transition(machine, state, request, at);
          if (answer instanceof Refusal) throw new Error("the breaker is known");
          const { state: found } = events.at(-1) as CircuitPermitted | CircuitRejected;
          const retryAt = answer.status === "permitted" ? at : answer.retryAt;
          assertEquals(seen.admits, answer.status === "permitted");
          assertEquals([seen.state, seen.retryAt], [found, retryAt]);
        }
      },
    ),
    { numRuns: 100 },
  );
});

/** Steps through `moves` and returns when the last one was. */
function play(state: BreakerState, moves: readonly Move[]): number {
  const calls: Call[] = [];
  let now = 0;
  for (const move of moves) {
    now += move.afterMs;
    if (move.kind === "look") continue;
    const { epoch } = state.breakers.get(move.name)!;
    const command = commandOf(move, calls, epoch, state.lastPermit);
    for (const event of stepped(machine, state, command, now)) {
      if (event.type === "circuitbreaker:permitted") calls.push(event);
    }
  }
  return now;
}

Deno.test("B1-stuck-half-open: after any run, a breaker whose calls succeed closes", () => {
  fc.assert(
    fc.property(rules, run(60), (rules, moves) => {
      const { state } = begin(rules);
      let now = play(state, moves);
      const [name] = NAMES as [string];
      if (outlook(state.breakers.get(name)!, now).heldFor !== undefined) {
        stepped(machine, state, { type: "reset-breaker", name }, now);
      }
      for (let i = 0; state.breakers.get(name)!.phase.state !== "closed"; i++) {
        assert(i < 20, "it must close");
        now = Math.max(now, outlook(state.breakers.get(name)!, now).retryAt);
        const request = { type: "request-permit", name, timeoutMs: 0 } as const;
        const answer = machine.step(state, request, now, []);
        if (answer instanceof Refusal || answer.status === "rejected") continue;
        const { permit, epoch, since } = answer;
        const outcome = "success" as const;
        stepped(
          machine,
          state,
          { type: "settle-permit", name, permit, epoch, since, outcome },
          now,
        );
      }
    }),
    { numRuns: 100 },
  );
});

/** A command for one of three breakers, of which there is room for two. */
const lawMove: fc.Arbitrary<LawMove<BreakerState, BreakerCommand>> = fc.record({
  move: fc.record({ afterMs: fc.constantFrom(0, 1, 10, 40), name: fc.constantFrom("a", "b", "c") }),
  kind: fc.constantFrom("define", "request", "request", "settle", "settle", "other"),
  rules,
  back: fc.nat(3),
  outcome: fc.constantFrom("success", "failure", "neutral"),
  other: fc.constantFrom(
    ...["force-breaker", "hold-breaker", "request-retry", "reset-breaker"] as const,
    ...["remove-breaker", "count-calls"] as const,
  ),
}).map(({ move: { afterMs, name }, kind, rules, back, outcome, other }) => ({
  afterMs,
  command: (state): BreakerCommand => {
    const { epoch = 1, phase } = state.breakers.get(name) ?? {};
    switch (kind) {
      case "define":
        return { type: "define-breaker", name, rules };
      case "request":
        return { type: "request-permit", name, timeoutMs: 0 };
      case "settle": {
        const probes = phase?.state === "half-open" ? [...phase.probes.keys()] : [0];
        const permit = probes[back] ?? Math.max(0, state.lastPermit + 1 - back);
        const since = state.now - back;
        return { type: "settle-permit", name, permit, epoch: epoch - back % 2, since, outcome };
      }
      default:
    }
    switch (other) {
      case "force-breaker":
        return { type: other, name, state: (["closed", "open", "half-open"] as const)[back % 3]! };
      case "hold-breaker":
        return { type: other, name, reason: outcome };
      case "request-retry":
        return { type: other, name, attempt: 1, delayMs: back, maxDelayMs: 2, retryAfterMs: 0 };
      case "count-calls":
        return { type: other, name, epoch, requests: 2, successes: back, lastSuccessAt: back };
      default:
        return { type: other, name };
    }
  },
}));

machineLaws({
  name: "breakers",
  machine: breakerMachine,
  config: fc.record({
    maxBreakers: fc.constant(2),
    idleMs: fc.constantFrom(0, 10, 30),
    seed: fc.nat(9),
  }),
  moves: fc.array(lawMove, { maxLength: 60, size: "max" }),
});
