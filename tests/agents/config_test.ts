import { assertEquals, assertThrows } from "@std/assert";
import {
  DEFAULT_MEMBERSHIP_CONFIG,
  MEMBERSHIP_OPTIONS,
  type MembershipConfig,
} from "../../src/agents/config.ts";
import { readConfig } from "../../src/core/config.ts";

function read(config: unknown): MembershipConfig {
  return readConfig(MEMBERSHIP_OPTIONS, config, () => "create a manager");
}

Deno.test("a config without membership options has the defaults, and others are ignored", () => {
  assertEquals(read({}), DEFAULT_MEMBERSHIP_CONFIG);
  assertEquals(read({ maxAgents: 5, maxRetries: 3 }), { maxAgents: 5, suspectAfterMs: 0 });
});

Deno.test("a malformed option is refused by name", () => {
  for (const config of [{ maxAgents: 0 }, { maxAgents: 1.5 }, { suspectAfterMs: -1 }]) {
    const [name] = Object.keys(config);
    assertThrows(() => read(config), RangeError, `Cannot create a manager: ${name} must be`);
  }
  assertThrows(() => read(5), TypeError, "config");
});
