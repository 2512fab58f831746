import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { countTimers } from "../../src/core/data/deadlines.ts";
import { decode, encode } from "../../src/core/data/plain.ts";
import { fork } from "../../src/core/data/plain.ts";
import { transition } from "../../src/core/machine.ts";
import type { CircuitPermitted } from "../../src/breakers/events.ts";
import type { BreakerCommand } from "../../src/breakers/commands.ts";
import { readConfig } from "../../src/breakers/config.ts";
import { breakerMachine, outlook, wouldAdmit } from "../../src/breakers/machine.ts";
import type { BreakerRules, BreakerState } from "../../src/breakers/state.ts";
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
}, { requiredKeys: [] }).map((config) =>
  readConfig(config as Partial<BreakerRules>, () => "test").rules
);

/** One command, and how much later than the last; `call` picks among the calls that were made. */
interface Move {
  readonly afterMs: number;
  readonly name: string;
  readonly kind: "request" | "look" | "settle" | "force" | "reset" | "tick";
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
    { weight: 1, arbitrary: fc.constantFrom("force" as const, "reset", "tick") },
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
      if (call === undefined) { // one that nobody made, or that was settled before
        const permit = lastPermit + 1 - Math.min(move.call, lastPermit);
        return { type: "settle-permit", name, permit, epoch, since: 0, outcome };
      }
      calls.splice(calls.indexOf(call), 1);
      const { permit, since } = call;
      return { type: "settle-permit", name, permit, epoch: call.epoch, since, outcome };
    }
    case "force":
      return { type: "force-breaker", name, state: move.state };
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
    machine.step(state, { type: "define-breaker", name, rules }, 0);
    twins.set(name, new Twin(rules, ++ids.epoch));
  }
  return { state, twins, ids };
}

Deno.test("the machine does what its slow twin expects, and looks ahead truly", () => {
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
        const events = machine.step(state, command, now);
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

function compare(state: BreakerState, twins: ReadonlyMap<string, Twin>): void {
  for (const [name, twin] of twins) {
    const { phase, epoch, counts, rules, nextOpenMs } = state.breakers.get(name)!;
    assertEquals([phase.state, epoch], [twin.state, twin.epoch]);
    const { requests, rejections, successes, failures, neutrals } = counts;
    assertEquals({ requests, rejections, successes, failures, neutrals }, twin.figures);
    if (phase.state === "half-open") {
      assert(phase.probes.size <= rules.halfOpenLimit, "more probes than there may be");
      assertEquals(countTimers(phase.deadlines), phase.probes.size);
    }
    assert(nextOpenMs >= rules.timeout && nextOpenMs <= rules.maxOpenMs, "open for too long");
  }
}

Deno.test("a look at the state agrees with what a step then finds, and changes nothing", () => {
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
          assertEquals(wouldAdmit(state, name, at), seen.admits);
          assertEquals(encode(state), before);
          const request = { type: "request-permit", name, timeoutMs: 0 } as const;
          const asked = transition(machine, state, request, at).events.at(-1)!;
          if (asked.type === "circuitbreaker:permitted") {
            assertEquals([seen.admits, seen.state, seen.retryAt], [true, asked.state, at]);
          } else if (asked.type === "circuitbreaker:rejected") {
            const { state, retryAt } = asked;
            assertEquals([seen.admits, seen.state, seen.retryAt], [false, state, retryAt]);
          }
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
    for (const event of machine.step(state, command, now)) {
      if (event.type === "circuitbreaker:permitted") calls.push(event);
    }
  }
  return now;
}

Deno.test("a state survives a fork and a trip through text", () => {
  fc.assert(
    fc.property(rules, run(40), (rules, moves) => {
      const { state } = begin(rules);
      play(state, moves);
      const text = encode(state);
      assertEquals(encode(fork(state)), text);
      assertEquals(encode(decode(text)), text);
    }),
    { numRuns: 50 },
  );
});

Deno.test("B1-stuck-half-open: whatever happened, a breaker whose calls succeed closes", () => {
  fc.assert(
    fc.property(rules, run(60), (rules, moves) => {
      const { state } = begin(rules);
      let now = play(state, moves);
      const [name] = NAMES as [string];
      for (let i = 0; state.breakers.get(name)!.phase.state !== "closed"; i++) {
        assert(i < 20, "it must close");
        now = Math.max(now, outlook(state.breakers.get(name)!, now).retryAt);
        const request = { type: "request-permit", name, timeoutMs: 0 } as const;
        const answer = machine.step(state, request, now).at(-1)!;
        if (answer.type !== "circuitbreaker:permitted") continue;
        const { permit, epoch, since } = answer;
        const outcome = "success" as const;
        machine.step(
          state,
          { type: "settle-permit", name, permit, epoch, since, outcome },
          now,
        );
      }
    }),
    { numRuns: 100 },
  );
});
