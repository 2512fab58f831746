/**
 * The message router against its own limits: a message is sent, handled and acked in a microsecond,
 * for any number of senders and of waiting messages.
 *
 * No feature is off: each message has its epoch, its place in the order of its sender, and three
 * events on a bus. Each router is created once, for all rounds, as in a program.
 *
 * @module
 */

import { EventBus } from "../src/core/bus/event_bus.ts";
import { MessageRouter } from "../src/messages/mod.ts";
import {
  atMost,
  measureProcessors,
  median,
  register,
  type Row,
  type Side,
  type Suite,
} from "./harness.ts";

const COUNT = 200_000;
const AGENTS = Array.from({ length: 1_000 }, (_, i) => `agent-${i}`);
const FEW = 1_000;
const MANY = 100_000;
const ROUNDS = 9;
const WARM_UPS = 6;

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

/** Nanoseconds of processor time for each of `count` operations, the median of the rounds that count. */
async function nanoseconds(side: Side, count: number): Promise<number> {
  const times: number[] = [];
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    const ms = await measureProcessors(side);
    if (round >= 0) times.push(ms * 1e6 / count);
  }
  return median(times);
}

async function* measures(): AsyncIterable<Row> {
  const one = await nanoseconds(pair(), COUNT);
  yield atMost("a message sent, handled and acked", "ns", one, 1_000, ROUNDS);
  const all = await nanoseconds(crowd(), COUNT);
  yield atMost("the same among 1,000 agents, each with ten others", "ns", all, 2_000, ROUNDS);
  const asked = await nanoseconds(conversation(), COUNT / 10);
  yield atMost("a request and its response", "ns", asked, 10_000, ROUNDS);
  const shallow = await nanoseconds(backlog(FEW), MANY);
  const deep = await nanoseconds(backlog(MANY), MANY);
  yield atMost(
    "growth per message from 1,000 to 100,000 that wait",
    "×",
    deep / shallow,
    2.5,
    ROUNDS,
  );
}

/** The benchmarks of the messages. */
export const messages: Suite = {
  name: "messages",
  comparisons: () => [],
  alone: {
    [`${COUNT.toLocaleString("en")} messages sent, handled and acked`]: pair,
    [`${(COUNT / 10).toLocaleString("en")} requests and their responses`]: conversation,
  },
  measures,
};

register(messages);
