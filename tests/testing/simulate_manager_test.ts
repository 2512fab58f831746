import { assert, assertEquals } from "@std/assert";
import { simulateManager } from "../../src/testing/mod.ts";

for (const hasJournal of [false, true]) {
  const with_ = hasJournal
    ? "on a journal that fails, and processes that die"
    : "without a journal";
  Deno.test(`every call of a manager ends, with an error of its own if not well, ${with_}`, async () => {
    let crashes = 0;
    let restarts = 0;
    let replacements = 0;
    let poisonings = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const report = await simulateManager({ seed, rounds: 60, hasJournal });
      assertEquals(report.broken, undefined);
      assert(report.outcomes.get("ok")! > 0);
      crashes += report.crashes;
      restarts += report.restarts;
      replacements += report.replacements;
      poisonings += report.poisonings;
    }
    for (const count of [crashes, restarts, replacements, poisonings]) {
      assertEquals(count > 0, hasJournal);
    }
  });
}

Deno.test("the same seed makes the same calls of a manager, which end in the same ways", async () => {
  const options = { seed: 9, rounds: 30 };
  const first = await simulateManager(options);
  const second = await simulateManager(options);
  assertEquals(first, second);
});
