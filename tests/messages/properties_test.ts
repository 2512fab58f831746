import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MessageConfig } from "../../src/messages/config.ts";
import { messageMachine } from "../../src/messages/machine.ts";
import type { MessageState } from "../../src/messages/state.ts";
import { isPlainlyAcked, PLAIN_ACK } from "../../src/messages/transitions.ts";
import { fork } from "../../src/core/data/plain.ts";
import { stepped } from "../support/driver.ts";
import { machineLaws } from "../support/machine_laws.ts";
import { type Move, moves } from "./commands.ts";
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
  maxReceivers: fc.constantFrom(1, 2, 1_000),
  maxReaders: fc.constantFrom(1, 2, 100),
  unknownRecipients: fc.constantFrom<"allow" | "warn" | "refuse">("allow", "warn", "refuse"),
  maxKnownNames: fc.constantFrom(1, 3, 1_000),
  seed: fc.nat(100),
});

Deno.test("each step has the events and the answer of the slow twin", () => {
  fc.assert(
    fc.property(config, moves, (rules, script) => {
      const machine = messageMachine(rules);
      const state = machine.init();
      const twin = new Twin(rules);
      let now = 0;
      for (const { afterMs, command } of script) {
        now += afterMs;
        const given = command(state);
        let answer: unknown;
        const events = stepped(machine, state, given, now, (is) => answer = is);
        twin.follow(given, now, events, answer);
        assertNoLostReceiver(state);
        assertEquals(machine.deadline(state), twin.deadline());
        assertEquals(state.waitingOn, edges(state, "from"));
        assertEquals(state.askedOf, edges(state, "to"));
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("a plain ack changes the state as its command does, which comes to its event and no other", () => {
  let taken = 0;
  const check = (rules: Partial<MessageConfig>, script: readonly Move[]) => {
    const machine = messageMachine(rules);
    const state = machine.init();
    let now = 0;
    for (const { afterMs, command: given } of script) {
      now += afterMs;
      const command = given(state);
      const copy = fork(state);
      const isDue = machine.deadline(state) <= now;
      const events = stepped(machine, state, command, now);
      if (isDue || command.type !== "ack-message") continue;
      const delivery = copy.deliveries.get(command.epoch);
      if (delivery?.channel.consumer.mailbox.agentId !== command.agentId) continue;
      if (!isPlainlyAcked(delivery)) continue;
      taken++;
      assertEquals(events.map(({ type }) => type), [PLAIN_ACK.event]);
      const timers = copy.deadlines.timers.map(({ isSet }) => isSet);
      PLAIN_ACK.apply(copy, now - 5, delivery);
      assertEquals(copy, state);
      assertEquals(copy.deadlines.timers.map(({ isSet }) => isSet), timers);
    }
  };
  fc.assert(fc.property(config, moves, check), { numRuns: 300 });
  assert(taken > 0);
});

/** No receiver waits while a message could be delivered to it. */
function assertNoLostReceiver(state: MessageState): void {
  for (const { receivers, consumers } of state.mailboxes.values()) {
    const { isPush, urgent, normal } = consumers[0]!;
    if (receivers.first === undefined || isPush) continue;
    assertEquals([urgent.ready.length, normal.ready.length], [0, 0]);
  }
}

function edges(state: MessageState, end: "from" | "to"): MessageState["waitingOn"] {
  const found: MessageState["waitingOn"] = new Map();
  for (const request of state.requests.values()) {
    const known = found.get(request[end]);
    if (known === undefined) found.set(request[end], new Set([request]));
    else known.add(request);
  }
  return found;
}

machineLaws({
  name: "messages",
  machine: messageMachine,
  config,
  moves,
  partial: ["broadcast-message", "publish-message", "receive-message"],
  numRuns: 60,
});
