import { assertEquals } from "@std/assert";
import { Engine } from "../../src/core/engine.ts";
import type { LockCommand } from "../../src/locks/commands.ts";
import { lockMachine } from "../../src/locks/machine.ts";
import type { LockEvent } from "../../src/locks/events.ts";
import { recorded, type RecordedStep } from "../../src/testing/recorder.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { stepped } from "../support/driver.ts";

type Recorded = RecordedStep<LockCommand, LockEvent>;

function acquire(owner: string, leaseMs: number): LockCommand {
  const terms = { priority: 0, timeoutMs: 0, leaseMs, wait: true };
  const request = { resourceId: "r", mode: "exclusive" as const, units: 1 };
  return { type: "acquire", ...request, agentId: owner, owner, ...terms };
}

Deno.test("recorded() records every step of a machine that an engine hosts", async () => {
  const steps: Recorded[] = [];
  const clock = new SimulatedClock();
  await using engine = new Engine(recorded(lockMachine(), (step) => steps.push(step)), { clock });
  engine.dispatch(acquire("a", 10));
  engine.dispatch(acquire("b", 0));
  await clock.advance(10);
  assertEquals(
    steps.map(({ at, command, events, answer }) => [
      at,
      command.type,
      events.map(({ type }) => type),
      answer,
    ]),
    [
      [0, "acquire", ["resource:acquired"], { status: "granted", epoch: 1 }],
      [0, "acquire", ["resource:queued"], { status: "queued", waitId: 1 }],
      [10, "tick", ["resource:expired", "resource:acquired"], undefined],
    ],
  );
});

Deno.test("recorded() records what was due apart from the command, and emits both", () => {
  const steps: Recorded[] = [];
  const machine = recorded(lockMachine(), (step) => steps.push(step));
  const state = machine.init();
  stepped(machine, state, acquire("a", 10), 0);
  const events = stepped(machine, state, acquire("b", 0), 12);
  assertEquals(events.map(({ type }) => type), ["resource:expired", "resource:acquired"]);
  assertEquals(steps.map(({ at, command, events }) => [at, command.type, events.length]), [
    [0, "acquire", 1],
    [12, "tick", 1],
    [12, "acquire", 1],
  ]);
});
