/**
 * The message router against its own limits: a message is sent, handled and acked in a microsecond,
 * for any number of senders and of waiting messages.
 *
 * No feature is off: each message has its epoch, its place in the order of its sender, and three
 * events on a bus. Each router is created once, for all rounds, as in a program.
 *
 * @module
 */

import { silentLogger } from "../machine.ts";
import { EventBus } from "../src/core/bus/event_bus.ts";
import { MessageRouter } from "../src/messages/mod.ts";
import { type Comparison, type Growth, register, type Suite } from "./harness.ts";
import type { Side } from "./rounds.ts";

const COUNT = 200_000;
const AGENTS = Array.from({ length: 1_000 }, (_, i) => `agent-${i}`);
const FEW = 1_000;
const MANY = 100_000;
const RESOLVED = Promise.resolve();

/** From one agent to another. */
function pair(): Side {
  const router = new MessageRouter({}, new EventBus());
  let handled = 0;
  router.subscribe("b", () => {
    handled++;
  });
  return () => async () => {
    handled = 0;
    for (let i = 0; i < COUNT; i++) await router.send("a", "b", i);
    requireAll(handled, COUNT);
  };
}

/** A message for a mailbox, its handler, and its removal. */
function bare(addresses: readonly (readonly [from: string, to: string])[]): Side {
  const mailboxes = new Map<string, unknown[]>();
  let handled = 0;
  const handler = (message: unknown) => {
    if (message !== undefined) handled++;
  };
  for (const [, to] of addresses) mailboxes.set(to, []);
  return () => async () => {
    handled = 0;
    for (let i = 0; i < COUNT; i++) {
      const [from, to] = addresses[i % addresses.length]!;
      const mailbox = mailboxes.get(to)!;
      mailbox.push({ id: i, from, to, payload: i });
      handler(mailbox[0]);
      mailbox.shift();
      await RESOLVED;
    }
    requireAll(handled, COUNT);
  };
}

/** From each of many agents to ten others. */
function crowd(): Side {
  const router = new MessageRouter({}, new EventBus());
  let handled = 0;
  for (const agent of AGENTS) {
    router.subscribe(agent, () => {
      handled++;
    });
  }
  return () => async () => {
    handled = 0;
    for (let i = 0; i < COUNT; i++) {
      const from = i % AGENTS.length;
      const to = (from + 1 + Math.floor(i / AGENTS.length) % 10) % AGENTS.length;
      await router.send(AGENTS[from]!, AGENTS[to]!, i);
    }
    requireAll(handled, COUNT);
  };
}

/** A request, and its response by the handler. */
function conversation(): Side {
  const router = new MessageRouter({}, new EventBus());
  router.subscribe("b", (_message, context) => {
    context.respond(1);
  });
  return () => async () => {
    for (let i = 0; i < COUNT / 10; i++) await router.sendWithResponse("a", "b", i);
  };
}

/** A request that is kept until its response. */
function bareConversation(): Side {
  const requests = new Map<number, { from: string; to: string; payload: number }>();
  return () => async () => {
    for (let i = 0; i < COUNT / 10; i++) {
      requests.set(i, { from: "a", to: "b", payload: i });
      await RESOLVED;
      requests.delete(i);
      await RESOLVED;
    }
  };
}

/** Handles the messages of `MANY / depth` mailboxes, `depth` messages of ten senders in each. */
function backlog(depth: number): Side {
  return () => {
    const router = new MessageRouter({ mailboxCapacity: MANY }, new EventBus());
    const mailboxes = MANY / depth;
    for (let i = 0; i < MANY; i++) {
      router.send(`from-${i % 10}`, `to-${Math.floor(i / depth)}`, i);
    }
    let handled = 0;
    return async () => {
      for (let i = 0; i < mailboxes; i++) {
        router.subscribe(`to-${i}`, () => {
          handled++;
        });
      }
      await undefined;
      requireAll(handled, MANY);
      await router.shutdown();
    };
  };
}

function requireAll(handled: number, expected: number): void {
  if (handled !== expected) throw new Error(`${expected} must be handled, got ${handled}`);
}

const CROWD = AGENTS.map((from, i) => [from, AGENTS[(i + 1) % AGENTS.length]!] as const);

const LACKS = "an epoch, an order for each sender, redelivery, limits, and three events";

function* comparisons(): Iterable<Comparison> {
  yield {
    operation: "a message sent, handled and acked",
    count: COUNT,
    ours: pair,
    floor: { side: () => bare([["a", "b"]]), lacks: LACKS },
    target: { most: 600 },
  };
  yield {
    operation: "the same among 1,000 agents, each with ten others",
    count: COUNT,
    ours: crowd,
    floor: { side: () => bare(CROWD), lacks: LACKS },
    target: { most: 2_000 },
    isLong: true,
  };
  yield {
    operation: "a request and its response",
    count: COUNT / 10,
    ours: conversation,
    floor: {
      side: bareConversation,
      lacks: `${LACKS}; a time limit and a deadlock check for each request`,
    },
    target: { most: 4_000 },
  };
  yield {
    operation: "a message that is handled, of 100,000 that wait for one agent",
    count: MANY,
    ours: () => backlog(MANY),
    bases: [{ name: "of 1,000 for each of 100", side: () => backlog(FEW) }],
    target: { time: 2.5 },
  };
}

const SENT = 10_000;

/** Sends to each in turn of `count` agents with handlers. */
function amongMailboxes(count: number): Side {
  const router = new MessageRouter({ maxMailboxes: 2 * count }, new EventBus());
  for (let i = 0; i < count; i++) router.subscribe(`agent-${i}`, () => {});
  let next = 0;
  return () => async () => {
    for (let i = 0; i < SENT; i++) await router.send("sender", `agent-${next++ % count}`, i);
  };
}

function bareAmongMailboxes(count: number): Side {
  const mailboxes = new Map<string, unknown[]>();
  for (let i = 0; i < count; i++) mailboxes.set(`agent-${i}`, []);
  let next = 0;
  return () => async () => {
    for (let i = 0; i < SENT; i++) {
      const mailbox = mailboxes.get(`agent-${next++ % count}`)!;
      mailbox.push({ id: i, from: "sender", payload: i });
      mailbox.shift();
      await RESOLVED;
    }
  };
}

/** Sends to one agent while `count` messages wait for another. */
function amongWaiting(count: number): Side {
  const router = new MessageRouter({ mailboxCapacity: 2 * count }, new EventBus(), silentLogger);
  for (let i = 0; i < count; i++) router.send(`sender-${i % 10}`, "absent", i);
  router.subscribe("b", () => {});
  return () => async () => {
    for (let i = 0; i < SENT; i++) await router.send("a", "b", i);
  };
}

function bareAmongWaiting(count: number): Side {
  const waiting = Array.from({ length: count }, (_, i) => ({ id: i, from: "a", payload: i }));
  const mailboxes = new Map<string, unknown[]>([["absent", waiting], ["b", []]]);
  return () => async () => {
    for (let i = 0; i < SENT; i++) {
      const mailbox = mailboxes.get("b")!;
      mailbox.push({ id: i, from: "a", payload: i });
      mailbox.shift();
      await RESOLVED;
    }
  };
}

function* growths(): Iterable<Growth> {
  yield {
    ...{ operation: "a message to each in turn of n agents", count: SENT },
    ours: amongMailboxes,
    floor: bareAmongMailboxes,
    sizes: [1_000, 10_000, 100_000],
  };
  yield {
    ...{ operation: "a message while n others wait", count: SENT },
    ours: amongWaiting,
    floor: bareAmongWaiting,
  };
}

/** The benchmarks of the messages. */
export const messages: Suite = { name: "messages", comparisons, growths };

register(messages);
