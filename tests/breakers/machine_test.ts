import { assertEquals } from "@std/assert";
import type { BreakerCommand } from "../../src/breakers/commands.ts";
import { type CircuitBreakerConfig, readConfig } from "../../src/breakers/config.ts";
import { breakerMachine, isUneventful, retryAt, wouldAdmit } from "../../src/breakers/machine.ts";

/** A machine with the breaker `a`, and a function that steps it. */
function make(config: CircuitBreakerConfig = {}) {
  const machine = breakerMachine({ maxBreakers: 2 });
  const state = machine.init();
  const step = (now: number, command: BreakerCommand) => machine.step(state, command, now);
  const define = (config: CircuitBreakerConfig, name = "a", now = 0) =>
    step(now, { type: "define-breaker", name, rules: readConfig(config, () => "test").rules });
  define(config);
  const request = (now: number, timeoutMs = 0) => {
    const [last] = step(now, { type: "request-permit", name: "a", timeoutMs }).slice(-1);
    return last?.type === "circuitbreaker:permitted" ? last : undefined;
  };
  const settle = (
    now: number,
    { permit, epoch, since }: { permit: number; epoch: number; since?: number },
    outcome: "success" | "failure" | "neutral" = "failure",
  ) => step(now, { type: "settle-permit", name: "a", permit, epoch, since, outcome });
  const phase = () => state.breakers.get("a")!.phase;
  return { machine, state, step, define, request, settle, phase };
}

const names = (events: { type: string }[]) => events.map(({ type }) => type.split(":")[1]);

Deno.test("a breaker that is defined again by the same rules stays as it is", () => {
  const { define, settle, state } = make({ failureThreshold: 2 });
  settle(0, { permit: 0, epoch: 1 });
  assertEquals(define({ failureThreshold: 2 }), []);
  settle(0, { permit: 0, epoch: 1 });
  assertEquals(state.breakers.get("a")!.phase.state, "open");
});

Deno.test("other rules leave a breaker in its state, and void what it counted towards opening", () => {
  const { define, settle, phase, request } = make({ failureThreshold: 2, timeout: 100 });
  settle(0, { permit: 0, epoch: 1 });
  assertEquals(names(define({ failureThreshold: 2, timeout: 50 })), ["defined"]);
  settle(0, { permit: 0, epoch: 1 });
  assertEquals(phase().state, "closed");
  settle(0, { permit: 0, epoch: 1 });
  assertEquals(phase(), { state: "open", until: 50 });
  assertEquals(names(define({ successThreshold: 1, timeout: 500 })), ["defined"]);
  settle(60, request(60)!, "success");
  assertEquals(phase().state, "closed");
});

Deno.test("other rules come after what time has done by the earlier ones", () => {
  const { define, step, phase } = make({ timeout: 100 });
  step(0, { type: "force-breaker", name: "a", state: "open" });
  assertEquals(names(define({ timeout: 500 }, "a", 100)), ["state-change", "defined"]);
  assertEquals(phase().state, "half-open");
});

Deno.test("commands for an unknown breaker, and one breaker too many, are refused", () => {
  const { step, define, state } = make();
  const name = "nobody";
  const commands: BreakerCommand[] = [
    { type: "request-permit", name, timeoutMs: 0 },
    { type: "settle-permit", name, permit: 0, epoch: 1, since: undefined, outcome: "success" },
    { type: "count-calls", name, epoch: 1, requests: 1, successes: 1, lastSuccessAt: 0 },
    { type: "force-breaker", name, state: "open" },
    { type: "reset-breaker", name },
    { type: "remove-breaker", name },
  ];
  for (const command of commands) {
    assertEquals(step(0, command), [
      { type: "circuitbreaker:refused", name, command: command.type, reason: "unknown-breaker" },
    ]);
  }
  assertEquals(names(define({}, "b")), ["defined"]);
  assertEquals(names(define({}, "c")), ["refused"]);
  assertEquals(names(step(0, { type: "remove-breaker", name: "b" })), ["removed"]);
  assertEquals(names(define({}, "c")), ["defined"]);
  assertEquals([...state.breakers.keys()], ["a", "c"]);
});

Deno.test("a permit that was never given, or has been settled, is refused", () => {
  const { step, request, settle, state } = make();
  step(0, { type: "force-breaker", name: "a", state: "half-open" });
  assertEquals(names(settle(0, { permit: 1, epoch: 2 })), ["refused"]);
  const permit = request(0)!;
  assertEquals(names(settle(0, permit, "success")), ["succeeded"]);
  assertEquals(names(settle(0, permit, "success")), ["refused"]);
  assertEquals(names(settle(0, { permit: 0, epoch: 2 }, "success")), ["refused"]);
  assertEquals(state.breakers.get("a")!.counts.successes, 1);
});

Deno.test("a probe that is told of at its deadline has taken too long, and counts once", () => {
  const { step, request, settle, phase, state } = make({ timeout: 100, probeTimeoutMs: 10 });
  step(0, { type: "force-breaker", name: "a", state: "half-open" });
  const permit = request(0)!;
  assertEquals(names(settle(10, permit, "success")), ["timed-out", "state-change"]);
  assertEquals(phase(), { state: "open", until: 110 });
  const { successes, failures, stale, lastFailureAt } = state.breakers.get("a")!.counts;
  assertEquals([successes, failures, stale, lastFailureAt], [0, 1, 0, 10]);
});

Deno.test("of several probes that hang, the first one's deadline is when the breaker opened", () => {
  const { step, request, phase } = make({ timeout: 100, probeTimeoutMs: 50 });
  step(0, { type: "force-breaker", name: "a", state: "half-open" });
  request(0);
  request(0, 20);
  assertEquals(names(step(90, { type: "request-permit", name: "a", timeoutMs: 0 })), [
    "timed-out",
    "state-change",
    "rejected",
  ]);
  assertEquals(phase(), { state: "open", until: 120 });
});

Deno.test("a look ahead knows of a longer open time that begins with a probe that hangs", () => {
  const { step, request, settle, state } = make({
    timeout: 100,
    openTimeJitter: 0,
    probeTimeoutMs: 10,
  });
  step(0, { type: "force-breaker", name: "a", state: "open" });
  settle(100, request(100)!);
  request(300);
  assertEquals(state.breakers.get("a")!.nextOpenMs, 400);
  assertEquals([wouldAdmit(state, "a", 309), retryAt(state, "a", 309)], [true, 309]);
  assertEquals([wouldAdmit(state, "a", 310), retryAt(state, "a", 310)], [false, 710]);
  assertEquals([wouldAdmit(state, "a", 709), retryAt(state, "a", 709)], [false, 710]);
  assertEquals([wouldAdmit(state, "a", 710), retryAt(state, "a", 710)], [true, 710]);
});

Deno.test("a look never goes behind the newest step, and lets calls of the unknown through", () => {
  const { step, state } = make({ timeout: 100 });
  step(0, { type: "force-breaker", name: "a", state: "open" });
  assertEquals(wouldAdmit(state, "a", 99), false);
  step(100, { type: "tick" });
  assertEquals([wouldAdmit(state, "a", 99), retryAt(state, "a", 99)], [true, 100]);
  assertEquals([wouldAdmit(state, "nobody", 5), retryAt(state, "nobody", 5)], [true, 5]);
});

Deno.test("calls that are told together count under the epoch under which they were made", () => {
  const { step, state } = make();
  const tell = (epoch: number, lastSuccessAt: number) =>
    step(9, { type: "count-calls", name: "a", epoch, requests: 3, successes: 2, lastSuccessAt });
  tell(1, 5);
  tell(1, 4);
  const { requests, successes, lastSuccessAt } = state.breakers.get("a")!.counts;
  assertEquals([requests, successes, lastSuccessAt], [6, 4, 5]);
  step(9, { type: "reset-breaker", name: "a" });
  tell(1, 8);
  assertEquals(state.breakers.get("a")!.counts.requests, 0);
});

Deno.test("only a success that ends no row of failures, in no window, is uneventful", () => {
  const { settle, state } = make();
  const breaker = state.breakers.get("a")!;
  assertEquals([isUneventful(breaker, 1), isUneventful(breaker, 0)], [true, false]);
  settle(0, { permit: 0, epoch: 1 });
  assertEquals(isUneventful(breaker, 1), false);
  settle(0, { permit: 0, epoch: 1 }, "success");
  assertEquals(isUneventful(breaker, 1), true);
  assertEquals(isUneventful(make({ policy: "rate" }).state.breakers.get("a")!, 1), false);
});

Deno.test("a machine of breakers has no timer, and a tick does nothing", () => {
  const { machine, state, step, request } = make({ timeout: 100 });
  step(0, { type: "force-breaker", name: "a", state: "half-open" });
  request(0);
  assertEquals(machine.deadline(state), Infinity);
  assertEquals(step(1e9, { type: "tick" }), []);
});
