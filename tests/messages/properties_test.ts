import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { transition } from "../../src/core/machine.ts";
import { decode, encode } from "../../src/core/data/plain.ts";
import { messageMachine } from "../../src/messages/machine.ts";
import type { MessageConfig, MessageState } from "../../src/messages/state.ts";
import { moves } from "./commands.ts";
import { Twin } from "./twin.ts";

const config: fc.Arbitrary<Partial<MessageConfig>> = fc.record({
  mailboxCapacity: fc.constantFrom(1, 2, 1_000),
  mailboxPolicy: fc.constantFrom<"reject" | "drop-oldest">("reject", "drop-oldest"),
  maxMailboxes: fc.constantFrom(2, 3, 1_000),
  maxHandlers: fc.constantFrom(1, 2, 3),
  maxInFlight: fc.constantFrom(1, 2, 16),
  maxDeliveries: fc.constantFrom(1, 2, 5),
  retryDelay: fc.constantFrom(0, 10, 20),
  maxRetryDelayMs: fc.constantFrom(15, 1_000),
  dedupeWindow: fc.constantFrom(1, 2, 1_000),
  maxDeadLetters: fc.constantFrom(1, 3, 1_000),
  maxRequests: fc.constantFrom(1, 1_000),
  maxTopics: fc.constantFrom(1, 1_000),
  seed: fc.nat(100),
});

Deno.test("every step does what the slow twin says, and nothing else", () => {
  fc.assert(
    fc.property(config, moves, (rules, script) => {
      const machine = messageMachine(rules);
      const state = machine.init();
      const twin = new Twin(rules);
      let now = 0;
      for (const { afterMs, command } of script) {
        now += afterMs;
        const given = command(state);
        twin.follow(given, now, machine.step(state, given, now));
        assertEquals(machine.deadline(state), twin.deadline());
        assertEquals(state.waitingOn, edges(state, "from"));
        assertEquals(state.askedOf, edges(state, "to"));
      }
    }),
    { numRuns: 200 },
  );
});

function edges(state: MessageState, end: "from" | "to"): MessageState["waitingOn"] {
  const found: MessageState["waitingOn"] = new Map();
  for (const request of state.requests.values()) {
    const known = found.get(request[end]);
    if (known === undefined) found.set(request[end], new Set([request]));
    else known.add(request);
  }
  return found;
}

Deno.test("a copied state, and one that was written and read, go on as the original does", () => {
  fc.assert(
    fc.property(config, moves, fc.nat(100), (rules, script, when) => {
      const machine = messageMachine(rules);
      const state = machine.init();
      let copy: MessageState | undefined;
      let now = 0;
      for (const [i, { afterMs, command }] of script.entries()) {
        now += afterMs;
        const given = command(state);
        const pure = i % 10 === 0 ? transition(machine, state, given, now).events : undefined;
        if (i === when) copy = decode(encode(state)) as MessageState;
        const again = copy && machine.step(copy, given, now);
        const events = machine.step(state, given, now);
        if (pure !== undefined) assertEquals(pure, events);
        if (again !== undefined) assertEquals(again, events);
      }
      if (copy !== undefined) assertEquals(encode(copy), encode(state));
    }),
    { numRuns: 60 },
  );
});
