/**
 * The workload of messages.
 *
 * @module
 */

import type { SimulatedAgent, Workload } from "../agent.ts";
import type { MailTerms } from "../mailing.ts";
import type { Behavior, Routine } from "../actor.ts";

/**
 * Agents send messages to each other, to all and to topics, send requests, also while they hold locks,
 * receive, attach and detach handlers, also of topics, and resend dead letters.
 */
export const chatter: Workload = {
  name: "chatter",
  config: (chance) => ({
    messages: {
      mailboxCapacity: chance.pick([3, 50]),
      mailboxPolicy: chance.pick(["reject", "drop-oldest"] as const),
      maxMailboxes: chance.pick([4, 1_000, 1_000]),
      maxHandlers: chance.pick([1, 2, 100]),
      maxInFlight: chance.pick([1, 2, 16]),
      maxDeliveries: chance.pick([1, 3]),
      retryDelay: chance.pick([1, 20]),
      maxRetryDelayMs: chance.pick([10, 100]),
      dedupeWindow: chance.pick([0, 5, 1_000]),
      maxDeadLetters: chance.pick([0, 5, 100]),
      maxRequests: chance.pick([3, 1_000]),
      maxTopics: chance.pick([2, 100]),
      maxReceivers: chance.pick([1, 1_000]),
      maxReaders: chance.pick([1, 100]),
      unknownRecipients: chance.pick(["allow", "warn", "refuse"] as const),
      maxKnownNames: chance.pick([2, 1_000]),
      seed: chance.seed(),
    },
  }),
  behavior: (agent) => [
    agent.index % 3 === 2 ? agent.mail.pull() : listen(agent),
    talk(agent),
  ],
};

function* listen(agent: SimulatedAgent): Behavior {
  const { world, mail } = agent;
  const { chance } = world;
  yield* mail.subscribe();
  while (!world.isOver) {
    yield* agent.sleep(chance.around(200));
    if (world.isOver) break;
    if (chance.happens(0.3)) yield* mail.subscribe(`topic-${chance.int(3)}`);
    else if (chance.happens(0.5)) yield* mail.subscribe();
    else yield* mail.unsubscribe(chance.happens(0.5));
  }
  yield* mail.subscribe();
  for (let i = 0; i < 3; i++) { // so that messages don't wait for the next handler of a topic
    yield* agent.deliver({ type: "unsubscribe-topic", agentId: agent.id, topic: `topic-${i}` });
  }
}

function* talk(agent: SimulatedAgent): Behavior {
  const { world } = agent;
  const { chance } = world;
  let last = "";
  while (!world.isOver) {
    yield* agent.sleep(chance.around(5));
    const to = chance.happens(0.02) ? "ghost" : chance.pick(world.workers).id;
    const terms: MailTerms = {
      priority: chance.happens(0.2) ? 1 : 0,
      ttlMs: to === "ghost" ? 50 : chance.pick([0, 0, 0, 30]),
      ...(chance.happens(0.3) && {
        messageId: last = chance.happens(0.2) && last !== "" ? last : world.name("note"),
      }),
    };
    if (chance.happens(0.7)) yield* agent.mail.send(to, terms);
    else yield* doOther(agent, to);
  }
}

function* doOther(agent: SimulatedAgent, to: string): Routine<void> {
  const { world, id: from } = agent;
  const { chance } = world;
  const topic = `topic-${chance.int(3)}`;
  const common = { from, kind: "message", payload: null, priority: chance.int(2), ttlMs: 0 };
  switch (chance.int(11)) {
    case 0:
      yield* agent.call({ type: "broadcast-message", ...common });
      return;
    case 1:
      yield* agent.call({ type: "publish-message", topic, ...common });
      return;
    case 2:
      yield* agent.call({ type: "subscribe-topic", agentId: from, topic });
      return;
    case 3:
      yield* agent.call({ type: "unsubscribe-topic", agentId: from, topic });
      return;
    case 4:
      return yield* resend(agent);
    case 5:
      yield* agent.call({ type: "cancel-request", messageId: `ask-${chance.int(500)}` });
      return;
    case 6:
      return yield* requestWithLock(agent, to);
    case 7: {
      const [agentId, reader, upTo] = [to, `reader-${chance.int(3)}`, chance.int(2_000)];
      yield* agent.call({ type: "mark-seen", agentId, reader, upTo });
      return;
    }
    case 8:
      yield* agent.mail.receive();
      return;
    default:
      yield* agent.mail.request(to, chance.pick([20, 200]));
  }
}

function* resend(agent: SimulatedAgent): Routine<void> {
  const { engine, chance } = agent.world;
  if (engine.isDown) return;
  const { deadLetters } = engine.state.messages;
  const [messageId = "nothing"] = chance.happens(0.8) ? deadLetters.keys() : [];
  if (deadLetters.get(messageId)?.message.to === "ghost") return;
  yield* agent.call({ type: "resend-message", messageId });
}

/** Sends a request while it holds a lock that the recipient may wait for. */
function* requestWithLock(agent: SimulatedAgent, to: string): Routine<void> {
  const { world, locks, mail } = agent;
  const { chance } = world;
  const desk = `desk-${chance.int(2)}`;
  const epoch = yield* locks.acquire(desk, { timeoutMs: 150, priority: chance.int(2) });
  if (epoch === 0) return;
  yield* mail.request(to, 100, { priority: chance.int(2) });
  yield* locks.release(desk, epoch);
}
