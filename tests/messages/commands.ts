/**
 * Random commands for the mailbox machine, of few agents and few handlers, so that they meet.
 */

import fc from "fast-check";
import type { MessageCommand } from "../../src/messages/commands.ts";
import type { MessageState } from "../../src/messages/state.ts";
import { resumption } from "../support/resumption.ts";

/** A command that may depend on the state, and the time since the one before. */
export interface Move {
  readonly afterMs: number;
  readonly command: (state: Readonly<MessageState>) => MessageCommand;
  toString(): string;
}

type Maker = (state: Readonly<MessageState>) => MessageCommand;

const agent = fc.constantFrom("a", "b", "c", "__proto__");
const handlerId = fc.constantFrom("h", "i", "j", "k");
const topic = fc.constantFrom("t", "u", "constructor");
const terms = fc.record({
  kind: fc.constant("message"),
  payload: fc.integer({ min: 0, max: 9 }),
  priority: fc.constantFrom(0, 0, 0, 1),
  ttlMs: fc.constantFrom(0, 0, 0, 8, 30),
  metadata: fc.constantFrom(undefined, undefined, { trace: 1 }),
}).map(({ metadata, ...terms }) => metadata === undefined ? terms : { ...terms, metadata });

const send = fc.tuple(
  agent,
  fc.constantFrom("b", "b", "c", "d", "e"),
  terms,
  fc.constantFrom("", "", "", "p", "q", "r"),
  fc.constantFrom(0, 0, 0, 12, 50),
  fc.constantFrom({}, {}, { keepMs: 10 }, { keepMs: 40, waitMs: 0 }, { keepMs: 20, waitMs: 8 }),
).map(([from, to, terms, messageId, responseMs, leaving]): Maker => () => ({
  type: "send-message",
  from,
  to,
  ...terms,
  messageId,
  responseMs,
  ...leaving,
}));

const broadcast = fc.tuple(agent, terms).map(([from, terms]): Maker => () => ({
  type: "broadcast-message",
  from,
  ...terms,
}));

const publish = fc.tuple(agent, topic, terms).map(([from, topic, terms]): Maker => () => ({
  type: "publish-message",
  from,
  topic,
  ...terms,
}));

/** Returns a delivery that has not ended, or one that does not exist. */
function delivery(state: Readonly<MessageState>, pick: number) {
  const standing = [...state.deliveries];
  const found = pick < 0 ? undefined : standing[pick % Math.max(1, standing.length)];
  if (found === undefined) return { agentId: "b", epoch: Math.max(1, state.epoch + pick) };
  return { agentId: found[1].channel.consumer.mailbox.agentId, epoch: found[0] };
}

const pick = fc.integer({ min: -1, max: 8 });
const ack = pick.map((pick): Maker => (state) => ({
  type: "ack-message",
  ...delivery(state, pick),
}));
const giveBack = pick.map((pick): Maker => (state) => ({
  type: "return-message",
  ...delivery(state, pick),
}));
const extend = fc.tuple(pick, fc.constantFrom(0, 5, 40)).map(
  ([pick, timeoutMs]): Maker => (state) => ({
    type: "extend-message",
    ...delivery(state, pick),
    timeoutMs,
  }),
);
const nack = fc.tuple(pick, fc.constantFrom(false, false, false, true)).map(
  ([pick, isFinal]): Maker => (state) => ({
    type: "nack-message",
    ...delivery(state, pick),
    error: { name: "Error", message: "no" },
    isFinal,
  }),
);
const receive = fc.tuple(
  fc.constantFrom("b", "b", "c", "d", "e"),
  fc.constantFrom(0, 0, 10),
  fc.constantFrom(undefined, undefined, 8, 40),
  fc.constantFrom(undefined, undefined, 10, 40),
  fc.constantFrom(undefined, undefined, 0, 1, 2),
).map(([agentId, timeoutMs, waitMs, keepMs, pick]): Maker => (state) => {
  const open = [...state.receivers.values()];
  const kept = [...state.kept];
  const receiver = pick === undefined ? undefined : open[pick];
  const [ticket, copy] = pick === undefined ? [] : kept[pick] ?? [1];
  return {
    type: "receive-message",
    agentId: receiver?.mailbox.agentId ?? copy?.channel.consumer.mailbox.agentId ?? agentId,
    timeoutMs,
    ...(waitMs !== undefined && { waitMs }),
    ...(keepMs !== undefined && { keepMs }),
    ...(ticket !== undefined && { ticket: copy === undefined ? receiver?.id ?? ticket : ticket }),
  };
});
const leave = fc.tuple(fc.nat(3), fc.constantFrom(10, 40), fc.boolean()).map(
  ([pick, keepMs, isRequest]): Maker => (state) =>
    isRequest
      ? {
        type: "detach-request",
        messageId: [...state.requests.keys(), ...state.answers.keys()][pick] ?? "message-1",
        keepMs,
      }
      : {
        type: "detach-receive",
        receiverId: [...state.receivers.keys(), ...state.kept.keys()][pick] ?? 1,
        keepMs,
      },
);
const resumeRequest = fc.tuple(
  fc.nat(3),
  fc.constantFrom(undefined, 10, 40),
  fc.constantFrom(undefined, 0, 8),
  fc.constantFrom(undefined, undefined, undefined, "a"),
).map(([pick, keepMs, waitMs, stranger]): Maker => (state) => {
  const { id = "message-1", from = "a", to = "b" } =
    [...state.requests.values(), ...state.answers.values()][pick] ?? {};
  return {
    type: "resume-request",
    ...{ messageId: id, from: stranger ?? from, to },
    ...(keepMs !== undefined && { keepMs }),
    ...(waitMs !== undefined && { waitMs }),
  };
});
const cancelReceive = fc.nat(3).map((pick): Maker => (state) => ({
  type: "cancel-receive",
  receiverId: [...state.receivers.keys()][pick] ?? 1,
}));
const endReceivers = fc.constantFrom("b", "c").map((agentId): Maker => () => ({
  type: "end-receivers",
  agentId,
}));
const markSeen = fc.tuple(
  fc.constantFrom("b", "b", "c"),
  fc.constantFrom("r", "s", "__proto__"),
  fc.nat(20),
).map(([agentId, reader, upTo]): Maker => () => ({ type: "mark-seen", agentId, reader, upTo }));
const attach = fc.tuple(
  fc.constantFrom("b", "b", "c", "d"),
  handlerId,
  fc.oneof(fc.constant(undefined), topic),
).map(([agentId, handlerId, topic]): Maker => () => ({
  type: "attach-handler",
  agentId,
  handlerId,
  ...(topic !== undefined && { topic }),
}));
const detach = fc.tuple(agent, handlerId, fc.boolean()).map(
  ([agentId, handlerId, takesBack]): Maker => (state) => ({
    type: "detach-handler",
    agentId: state.consumers.get(handlerId)?.mailbox.agentId ?? agentId,
    handlerId,
    takesBack,
  }),
);
const subscribe = fc.tuple(agent, topic).map(([agentId, topic]): Maker => () => ({
  type: "subscribe-topic",
  agentId,
  topic,
}));
const unsubscribe = fc.tuple(agent, topic).map(([agentId, topic]): Maker => () => ({
  type: "unsubscribe-topic",
  agentId,
  topic,
}));
const resend = fc.nat(5).map((pick): Maker => (state) => ({
  type: "resend-message",
  messageId: [...state.deadLetters.keys()][pick] ?? "message-1",
}));
const request = fc.tuple(fc.nat(3), fc.constantFrom("response", "error", "none")).map(
  ([pick, answer]): Maker => (state) => {
    const messageId = [...state.requests.keys()][pick] ?? "message-1";
    if (answer === "none") return { type: "cancel-request", messageId };
    if (answer === "response") return { type: "respond", messageId, response: pick };
    const error = { name: "Error", message: "rejected", code: "no" };
    return { type: "respond", messageId, response: undefined, error };
  },
);
const open = agent.map((agentId): Maker => () => ({ type: "open-mailbox", agentId }));
const close = fc.constantFrom("a", "b", "c", "d").map((agentId): Maker => () => ({
  type: "close-mailbox",
  agentId,
  reason: "gone",
}));
const tick = fc.constant<Maker>(() => ({ type: "tick" }));

/** A random move. */
export const move: fc.Arbitrary<Move> = fc.tuple(
  fc.constantFrom(0, 0, 1, 5, 20),
  fc.oneof(
    { weight: 14, arbitrary: send },
    { weight: 2, arbitrary: broadcast },
    { weight: 3, arbitrary: publish },
    { weight: 7, arbitrary: ack },
    { weight: 6, arbitrary: nack },
    { weight: 2, arbitrary: giveBack },
    { weight: 2, arbitrary: extend },
    { weight: 7, arbitrary: receive },
    { weight: 1, arbitrary: cancelReceive },
    { weight: 3, arbitrary: leave },
    { weight: 3, arbitrary: resumeRequest },
    { weight: 1, arbitrary: endReceivers },
    { weight: 2, arbitrary: markSeen },
    { weight: 4, arbitrary: attach },
    { weight: 3, arbitrary: detach },
    { weight: 2, arbitrary: subscribe },
    { weight: 1, arbitrary: unsubscribe },
    { weight: 2, arbitrary: resend },
    { weight: 3, arbitrary: request },
    { weight: 1, arbitrary: open },
    { weight: 1, arbitrary: close },
    { weight: 1, arbitrary: tick },
    { weight: 1, arbitrary: resumption.map((command): Maker => () => command) },
  ),
).map(([afterMs, command]) => ({
  afterMs,
  command,
  toString: () => `after ${afterMs} ms: ${describe(command)}`,
}));

/** A random run. */
export const moves: fc.Arbitrary<Move[]> = fc.array(move, {
  minLength: 1,
  maxLength: 100,
  size: "max",
});

/** Returns the command of an empty state, which is enough to read a failure. */
function describe(command: Maker): string {
  const nothing = new Map();
  const beginning = {
    ...{ deliveries: nothing, consumers: nothing, deadLetters: nothing, epoch: 0 },
    ...{ receivers: nothing, requests: nothing, kept: nothing, answers: nothing },
  };
  return JSON.stringify(command(beginning as unknown as MessageState));
}
