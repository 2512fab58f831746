import { assertEquals } from "@std/assert";
import type { BreakerCommand } from "../../src/breakers/commands.ts";
import { readBreakerConfig } from "../../src/breakers/config.ts";
import { breakerMachine } from "../../src/breakers/machine.ts";
import { isUneventful, outlook } from "../../src/breakers/state.ts";
import type { CallOutcome } from "../../src/breakers/types.ts";
import { Refusal } from "../../src/core/machine.ts";
import { Driver } from "../support/driver.ts";
import { Breakers } from "./driver.ts";

Deno.test("a breaker that is defined again by the same rules stays as it is", () => {
  const breakers = new Breakers({ failureThreshold: 2 });
  breakers.settle({ permit: 0, epoch: 1 });
  assertEquals(breakers.define({ failureThreshold: 2 }), []);
  breakers.settle({ permit: 0, epoch: 1 });
  assertEquals(breakers.a.phase.state, "open");
});

Deno.test("other rules leave a breaker in its state, and void what it counted towards opening", () => {
  const breakers = new Breakers({ failureThreshold: 2, timeout: 100 });
  breakers.settle({ permit: 0, epoch: 1 });
  assertEquals(breakers.define({ failureThreshold: 2, timeout: 50 }), ["defined"]);
  breakers.settle({ permit: 0, epoch: 1 });
  assertEquals(breakers.a.phase.state, "closed");
  breakers.settle({ permit: 0, epoch: 1 });
  assertEquals(breakers.a.phase, { state: "open", until: 50, heldFor: undefined });
  assertEquals(breakers.define({ successThreshold: 1, timeout: 500 }), ["defined"]);
  breakers.at(60).settle(breakers.permit(), "success");
  assertEquals(breakers.a.phase.state, "closed");
});

Deno.test("other rules come after the changes that time has made by the earlier ones", () => {
  const breakers = new Breakers({ timeout: 100 });
  breakers.force("open");
  assertEquals(breakers.at(100).define({ timeout: 500 }), ["state-change", "defined"]);
  assertEquals(breakers.a.phase.state, "half-open");
});

Deno.test("a result under an epoch that was never given is refused, and changes nothing", () => {
  const breakers = new Breakers({ failureThreshold: 1, timeout: 10 });
  breakers.settle({ permit: 0, epoch: 1 });
  breakers.at(10);
  // Its time is over: the next step under a known epoch makes it half-open, under epoch 3.
  for (const epoch of [3, 4]) {
    assertEquals(breakers.settle({ permit: 0, epoch }, "success"), ["refused"]);
  }
  assertEquals([breakers.a.phase.state, breakers.a.epoch], ["open", 2]);
});

Deno.test("commands for an unknown breaker, and one breaker too many, are refused", () => {
  const breakers = new Breakers();
  const name = "unknown";
  const commands: BreakerCommand[] = [
    { type: "request-permit", name, timeoutMs: 0 },
    { type: "settle-permit", name, permit: 0, epoch: 1, since: undefined, outcome: "success" },
    { type: "count-calls", name, epoch: 1, requests: 1, successes: 1, lastSuccessAt: 0 },
    { type: "force-breaker", name, state: "open" },
    { type: "reset-breaker", name },
    { type: "remove-breaker", name },
  ];
  for (const command of commands) {
    const refused = {
      type: "circuitbreaker:refused",
      name,
      command: command.type,
      reason: "unknown-breaker",
    } as const;
    assertEquals(breakers.do(command), [refused]);
    assertEquals(breakers.answer, new Refusal(refused));
  }
  breakers.force("open");
  assertEquals(breakers.define({}, "b"), ["defined"]);
  breakers.names({ type: "force-breaker", name: "b", state: "half-open" });
  assertEquals(breakers.define({}, "c"), ["refused"]);
  assertEquals(breakers.names({ type: "remove-breaker", name: "b" }), ["removed"]);
  assertEquals(breakers.define({}, "c"), ["defined"]);
  assertEquals([...breakers.state.breakers.keys()], ["a", "c"]);
});

Deno.test("at the limit the breaker is evicted that has been closed, idle and without failures longest", () => {
  const machine = breakerMachine({ maxBreakers: 4 });
  const breakers = new Driver(machine);
  const { rules } = readBreakerConfig({ failureThreshold: 2 }, () => "test");
  const define = (name: string) => breakers.do({ type: "define-breaker", name, rules });
  const settle = (name: string, outcome: CallOutcome) => {
    const { epoch } = breakers.state.breakers.get(name)!;
    breakers.do({ type: "settle-permit", name, permit: 0, epoch, since: undefined, outcome });
  };
  const evictedBy = (name: string) =>
    define(name).map((event) => `${event.type.split(":")[1]} ${event.name}`);
  for (const name of ["open", "failed", "used", "idle"]) define(name);
  breakers.do({ type: "force-breaker", name: "open", state: "open" });
  settle("failed", "failure");
  settle("used", "success");
  assertEquals(evictedBy("e"), ["forgotten idle", "defined e"]);
  settle("e", "success");
  assertEquals(evictedBy("f"), ["forgotten used", "defined f"]);
  for (const name of ["e", "f"]) settle(name, "failure");
  settle("failed", "success");
  assertEquals(evictedBy("g"), ["forgotten failed", "defined g"]);
  settle("g", "failure");
  assertEquals(evictedBy("h"), ["forgotten e", "defined h"]);
  assertEquals([...breakers.state.breakers.keys()], ["open", "f", "g", "h"]);
  settle("g", "failure");
  settle("f", "failure");
  settle("h", "failure");
  settle("h", "failure");
  assertEquals(evictedBy("i"), ["refused i"]);
});

Deno.test("a request is answered by a permit, or by when to ask again", () => {
  const breakers = new Breakers({ timeout: 100, probeTimeoutMs: 10, halfOpenLimit: 1 });
  assertEquals(breakers.request(), { status: "permitted", permit: 1, epoch: 1, since: 0 });
  breakers.force("open");
  const rejected = { status: "rejected", state: "open", retryAt: 100, retryAfterMs: 60 };
  assertEquals(breakers.at(40).request(), rejected);
  assertEquals(breakers.at(100).request().status, "permitted");
  assertEquals(
    breakers.at(101).request(),
    { status: "rejected", state: "half-open", retryAt: 110, retryAfterMs: 9 },
  );
});

Deno.test("a permit that was never given, or has ended, is refused", () => {
  const breakers = new Breakers();
  breakers.force("half-open");
  assertEquals(breakers.settle({ permit: 1, epoch: 2 }), ["refused"]);
  const permit = breakers.permit();
  assertEquals(breakers.settle(permit, "success"), ["succeeded"]);
  assertEquals(breakers.settle(permit, "success"), ["refused"]);
  assertEquals(breakers.settle({ permit: 0, epoch: 2 }, "success"), ["refused"]);
  assertEquals(breakers.a.counts.successes, 1);
});

Deno.test("a probe whose end is reported at its deadline has failed, and counts once", () => {
  const breakers = new Breakers({ timeout: 100, probeTimeoutMs: 10 });
  breakers.force("half-open");
  const permit = breakers.permit();
  assertEquals(breakers.at(10).settle(permit, "success"), ["timed-out", "state-change"]);
  assertEquals(breakers.a.phase, { state: "open", until: 110, heldFor: undefined });
  const { successes, failures, stale, lastFailureAt } = breakers.a.counts;
  assertEquals([successes, failures, stale, lastFailureAt], [0, 1, 0, 10]);
});

Deno.test("of several probes beyond their limit, the first deadline is when the breaker opened", () => {
  const breakers = new Breakers({ timeout: 100, probeTimeoutMs: 50 });
  breakers.force("half-open");
  breakers.permit();
  breakers.permit(20);
  assertEquals(breakers.at(90).names({ type: "request-permit", name: "a", timeoutMs: 0 }), [
    "timed-out",
    "state-change",
    "rejected",
  ]);
  assertEquals(breakers.a.phase, { state: "open", until: 120, heldFor: undefined });
});

Deno.test("a prediction includes the longer open time that begins with a probe beyond its limit", () => {
  const breakers = new Breakers({ timeout: 100, openTimeJitter: 0, probeTimeoutMs: 10 });
  const { a } = breakers;
  breakers.force("open");
  breakers.at(100).settle(breakers.permit());
  breakers.at(300).permit();
  assertEquals(a.nextOpenMs, 400);
  const look = (now: number) => {
    const { admits, retryAt } = outlook(a, now);
    return [admits, retryAt];
  };
  assertEquals([309, 310, 709, 710].map(look), [
    [true, 309],
    [false, 710],
    [false, 710],
    [true, 710],
  ]);
});

Deno.test("calls that are counted together count under the epoch under which they were made", () => {
  const breakers = new Breakers().at(9);
  const count = (lastSuccessAt: number) =>
    breakers.do({
      type: "count-calls",
      name: "a",
      epoch: 1,
      requests: 3,
      successes: 2,
      lastSuccessAt,
    });
  count(5);
  count(4);
  const { requests, successes, lastSuccessAt } = breakers.a.counts;
  assertEquals([requests, successes, lastSuccessAt], [6, 4, 5]);
  breakers.do({ type: "reset-breaker", name: "a" });
  count(8);
  assertEquals(breakers.a.counts.requests, 0);
});

Deno.test("only a success that ends no row of failures, in no window, is uneventful", () => {
  const breakers = new Breakers();
  const { a } = breakers;
  assertEquals([isUneventful(a, 1), isUneventful(a, 0)], [true, false]);
  breakers.settle({ permit: 0, epoch: 1 });
  assertEquals(isUneventful(a, 1), false);
  breakers.settle({ permit: 0, epoch: 1 }, "success");
  assertEquals(isUneventful(a, 1), true);
  assertEquals(isUneventful(new Breakers({ policy: "rate" }).a, 1), false);
});

Deno.test("a machine of breakers has no timer, and a tick does nothing", () => {
  const breakers = new Breakers({ timeout: 100 });
  breakers.force("half-open");
  breakers.permit();
  assertEquals(breakers.machine.deadline(breakers.state), Infinity);
  assertEquals(breakers.pass(1e9), []);
});
