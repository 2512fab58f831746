/** The one-line descriptions of events, for every reason that an event can have. */

import { assertEquals } from "@std/assert";
import type { AskEnded, ResourceAbandoned } from "../../src/locks/events.ts";
import { lockMachine } from "../../src/locks/machine.ts";
import { claimOwner } from "../../src/locks/types.ts";

const { describe } = lockMachine();
const WAIT = { resourceIds: ["r", "s"], agentId: "a", owner: "a", waitId: 7, waitedMs: 40 };
const REQUEST = { askId: "m", agentId: "a", toAgentId: "b", waitedMs: 40 };

const ABANDONED: Record<ResourceAbandoned["reason"], string> = {
  gone: "its owner is gone",
  upgrade: "its owner holds less",
  conflict: "its agent lost a conflict",
  lapsed: "nobody resumed it",
  "over-capacity": "a resource has fewer units",
};

for (const [reason, why] of Object.entries(ABANDONED)) {
  Deno.test(`a wait that ends for the reason "${reason}" is described by it`, () => {
    const type = "resource:abandoned";
    const event = { type, ...WAIT, reason: reason as ResourceAbandoned["reason"] } as const;
    assertEquals(describe(event), `lock r, s: awaited by a (wait 7) → abandoned, ${why}`);
  });
}

const ENDED: Record<AskEnded["reason"], string> = {
  ended: "over after 40 ms",
  gone: "cancelled because one of them is gone, after 40 ms",
};

for (const [reason, how] of Object.entries(ENDED)) {
  Deno.test(`a request that ends for the reason "${reason}" is described by it`, () => {
    const event = { type: "ask:ended", ...REQUEST, reason: reason as AskEnded["reason"] } as const;
    assertEquals(describe(event), `request m to b: a → ${how}`);
  });
}

Deno.test("an owner is described as its agent, its claim, or its own name", () => {
  const described = (agentId: string, owner: string) =>
    describe({ type: "resource:released", resourceId: "r", agentId, owner, epoch: 1, heldMs: 0 });
  const line = (name: string) => `lock r: held by ${name} (epoch 1) → released after 0 ms`;
  assertEquals(described("a", "a"), line("a"));
  assertEquals(described("a", claimOwner("t", 3)), line("a for task t"));
  assertEquals(described("a", "batch"), line("a as batch"));
  assertEquals(described("", "batch"), line("batch"));
});
