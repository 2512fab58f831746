import { assertEquals } from "@std/assert";
import { membershipError } from "../../src/agents/errors.ts";
import type { AgentRefused, MembershipRefusal } from "../../src/agents/events.ts";
import type { Refusal } from "../../src/core/machine.ts";
import { MembershipDriver } from "./driver.ts";

Deno.test("each refusal is an error that says what was attempted, and why it failed", () => {
  const driver = new MembershipDriver({ maxAgents: 1 });
  driver.join("a");
  const refused: Record<MembershipRefusal, () => unknown> = {
    "unknown-agent": () => driver.beat("b"),
    "stale-incarnation": () => driver.beat("a", 7),
    "full": () => driver.join("b"),
  };
  const errors = Object.values(refused).map((refuse) => {
    refuse();
    const { code, message } = membershipError((driver.answer as Refusal<AgentRefused>).event);
    return [code, message];
  });
  assertEquals(errors, [
    ["unknown-agent", 'Cannot beat agent as agent "b": agent must be registered, got "b"'],
    ["stale-epoch", 'Cannot beat agent as agent "a": epoch must be 1, got 7'],
    [
      "limit",
      'Cannot join agent as agent "b": there must be room for one more agent, the limit is 1',
    ],
  ]);
});
