import { assertEquals, assertThrows } from "@std/assert";
import { readMembershipConfig } from "../../src/agents/config.ts";
import { DEFAULT_MEMBERSHIP_CONFIG } from "../../src/agents/state.ts";

Deno.test("options that name no rule give the defaults, and those of others are passed over", () => {
  const options = { maxAgents: 5, maxRetries: 3 } as { maxAgents: number };
  assertEquals(readMembershipConfig({}, "a manager"), DEFAULT_MEMBERSHIP_CONFIG);
  assertEquals(readMembershipConfig(options, "a manager"), { maxAgents: 5, suspectAfterMs: 0 });
});

Deno.test("malformed options are refused by name", () => {
  const wrong = [{ maxAgents: 0 }, { maxAgents: 1.5 }, { suspectAfterMs: -1 }];
  for (const options of wrong) {
    const [name] = Object.keys(options);
    assertThrows(
      () => readMembershipConfig(options, "a manager"),
      RangeError,
      `Cannot create a manager: ${name} must be`,
    );
  }
  assertThrows(() => readMembershipConfig(5 as never, "a manager"), TypeError);
});
