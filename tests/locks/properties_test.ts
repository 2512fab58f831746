import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { lockMachine } from "../../src/locks/machine.ts";
import type { LockConfig, LockState } from "../../src/locks/state.ts";
import { type Move, moves } from "./commands.ts";
import { Twin } from "./twin.ts";

const config: fc.Arbitrary<Partial<LockConfig>> = fc.record({
  agingMs: fc.constantFrom(0, 5, 10),
  deadlockDetection: fc.constantFrom(true, true, true, false),
  deadlockPolicy: fc.constantFrom<"abort" | "revoke">("abort", "revoke"),
  maxWaiters: fc.constantFrom(2, 1_000),
  maxResources: fc.constantFrom(2, 1_000),
});

function run(
  rules: Partial<LockConfig>,
  script: readonly Move[],
  look: (state: LockState, twin: Twin, now: number) => void,
): void {
  const machine = lockMachine(rules);
  const state = machine.init();
  const twin = new Twin(rules);
  let now = 0;
  for (const { afterMs, command } of script) {
    now += afterMs;
    const given = command(state);
    twin.follow(given, now, machine.step(state, given, now));
    look(state, twin, now);
  }
}

Deno.test("every step does what the slow twin says, and nothing else", () => {
  fc.assert(
    fc.property(config, moves, (rules, script) => {
      run(rules, script, (state, twin) => {
        assertEquals(lockMachine().deadline(state), twin.deadline());
      });
    }),
    { numRuns: 1500 },
  );
});
