/**
 * Explores the mailbox machine within the bounds of a model.
 *
 * @module
 */

import { type Instant, Refusal, type Tick } from "../../src/core/machine.ts";
import type { MessageEvent, MessageRefused } from "../../src/messages/events.ts";
import { messageMachine } from "../../src/messages/machine.ts";
import type { Consumer, Copy, Due, MessageState } from "../../src/messages/state.ts";
import type { Move, StateGraph } from "../../src/testing/explorer.ts";
import { exploreObserved } from "../tool/exploring.ts";
import { stateText, THEN } from "../tool/graphs.ts";
import type { Observer } from "../tool/subject.ts";
import { canonical } from "../tool/value.ts";
import type { DeliveryCommand, DeliveryModel } from "./models.ts";

/** Returns the machine's reachable states, written as the specification's. */
export function exploreDelivery(model: DeliveryModel, observer?: Observer): StateGraph {
  const exploration = {
    alphabet: movesOf(model),
    describe: (state: Readonly<MessageState>, now: Instant) => stateText(variablesOf(state, now)),
    label: labelOf,
    allows: (state: Readonly<MessageState>, now: Instant, move: Move<DeliveryCommand>) =>
      mayTry(model, state, now, move),
  };
  return exploreObserved(messageMachine(model.config), exploration, observer);
}

/** Everything that is tried in every state. */
export function movesOf({ commands, maxNow }: DeliveryModel): Move<DeliveryCommand>[] {
  const moves = commands.map((command): Move<DeliveryCommand> => ({ command, afterMs: 0 }));
  return maxNow === 0 ? moves : [...moves, { command: { type: "tick" }, afterMs: 1 }];
}

/** The surroundings' guard; the same as `May` and `MayPass` of `MCDelivery`. */
function mayTry(
  { maxEpoch, maxMessage, maxCalls, maxNow }: DeliveryModel,
  { epoch, lastMessage, lastReceiver }: Readonly<MessageState>,
  now: Instant,
  { command, afterMs }: Move<DeliveryCommand>,
): boolean {
  if (command.type === "tick") return now + afterMs <= maxNow;
  if (epoch >= maxEpoch) return false;
  if (command.type === "receive-message") return command.waitMs === 0 || lastReceiver < maxCalls;
  return !("payload" in command) || lastMessage < maxMessage;
}

/** Returns an id as the specification has it: the number in it. */
function idOf(text: string): number {
  return Number(text.split("-").at(-1));
}

/** The values of the specification's variables in a state of the machine. */
function variablesOf(state: Readonly<MessageState>, now: Instant): [name: string, value: string][] {
  const { mailboxes, receivers, requests, deadLetters, topics } = state;
  const boxes = [...mailboxes.values()];
  const mail = boxes.flatMap(({ consumers }) => consumers.flatMap(copiesOf));
  const dead: unknown[] = [];
  for (let each = state.deadOrder.first; each !== undefined; each = each.next) {
    const { from, to, id } = each.message;
    dead.push({ from, to, messageId: idOf(id) });
  }
  if (dead.length !== deadLetters.size) throw new Error("Each dead letter must have its place");
  const values: Record<string, unknown> = {
    now,
    epoch: state.epoch,
    lastMessage: state.lastMessage,
    lastReceiver: state.lastReceiver,
    boxes: boxes.map(({ agentId }) => agentId),
    push: new Set(
      boxes.filter(({ consumers }) => consumers[0]!.isPush).map(({ agentId }) => agentId),
    ),
    names: new Set(state.names),
    mail: new Map(mail.map((copy) => [copy.sequence, copyOf(copy)])),
    receivers: new Map(
      [...receivers].map(([id, { mailbox, timeoutMs }]) => [id, {
        agent: mailbox.agentId,
        timeoutMs,
      }]),
    ),
    requests: new Map(
      [...requests.values()].map(({ id, from, to, since }) => {
        return [idOf(id), { from, to, since }];
      }),
    ),
    dead,
    known: state.knownOrder.items.slice(state.knownOrder.head).map(idOf),
    topics: { t: [...topics.get("t") ?? []] },
    timers: timersOf(state),
  };
  return Object.entries(values).map(([name, value]) => [name, canonical(value)]);
}

function copiesOf({ urgent, normal }: Consumer): Copy[] {
  const copies: Copy[] = [];
  for (const lane of [urgent, normal]) {
    for (let each = lane.copies.first; each !== undefined; each = each.next) copies.push(each);
  }
  return copies;
}

function copyOf(copy: Copy): unknown {
  const { channel, isInFlight } = copy;
  const isPausing = channel.busy === copy && !isInFlight;
  return {
    id: idOf(copy.id),
    from: channel.from,
    to: channel.consumer.mailbox.agentId,
    urgent: copy.priority > 0,
    phase: isInFlight ? "flying" : isPausing ? "pausing" : "waiting",
    attempt: copy.attempt,
    epoch: copy.epoch,
    at: isInFlight ? copy.deliveredAt : 0,
    expiresAt: copy.expiresAt ?? 0,
  };
}

function timersOf({ deadlines }: Readonly<MessageState>): unknown[] {
  return deadlines.timers.filter(({ isSet }) => isSet).sort((a, b) => a.sequence - b.sequence)
    .map(({ rank: at, subject }) => ({ at, kind: subject.kind, id: subjectOf(subject) }));
}

function subjectOf(due: Due): number {
  switch (due.kind) {
    case "copy":
      return due.sequence;
    case "expiry":
      return due.copy.sequence;
    case "request":
      return idOf(due.id);
    case "receiver":
      return due.id;
    default:
      throw new Error(`Cannot write a timer of ${due.kind}: the specification must have it`);
  }
}

/** Labels a step: the command, its answer, and the fields of each event that followed. */
function labelOf(
  { command, afterMs }: Move<DeliveryCommand>,
  events: readonly MessageEvent[],
  answer: unknown,
): string {
  const asked = commandText(command, afterMs);
  if (command.type === "tick") return [asked, ...events.map(eventText)].join(THEN);
  const isAnswered = isAnswer(command, events);
  const others = isAnswered ? events.slice(1) : events;
  const answered = isAnswered ? answerText(events[0]!, answer) : "nothing";
  return [`${asked} = ${answered}`, ...others.map(eventText)].join(THEN);
}

/**
 * Returns whether the first event is the answer to the command. What is sent to several agents is
 * answered at the end, and an agent without a mailbox that is gone may end requests.
 */
export function isAnswer(command: DeliveryCommand, events: readonly MessageEvent[]): boolean {
  if (events.length === 0) return false;
  if (command.type === "broadcast-message" || command.type === "publish-message") return false;
  return command.type !== "close-mailbox" || events[0]!.type === "mailbox:closed";
}

function answerText(first: MessageEvent, answer: unknown): string {
  if (answer instanceof Refusal) return (answer.event as MessageRefused).reason;
  return first.type === "message:refused" ? first.reason : first.type.split(":")[1]!;
}

/** A command in words. */
export function commandText(command: DeliveryCommand | Tick, afterMs: number): string {
  if (command.type === "tick") return `tick ${afterMs}`;
  const values = Object.values(recordOf(command)).map(String).filter((text) => text !== "");
  return values.join(" ");
}

/** A command as the specification has it. */
export function recordOf(command: DeliveryCommand): Record<string, unknown> {
  const { type } = command;
  switch (type) {
    case "send-message": {
      const { from, to, priority, ttlMs, responseMs } = command;
      const id = idOf(command.messageId);
      return { type, from, to, urgent: priority > 0, ttlMs, id, responseMs };
    }
    case "broadcast-message":
    case "publish-message": {
      const topic = command.type === "publish-message" ? command.topic : "";
      const { from, priority, ttlMs } = command;
      return { type, from, topic, urgent: priority > 0, ttlMs, id: 0, responseMs: 0 };
    }
    case "receive-message": {
      const { agentId, timeoutMs, waitMs = 0 } = command;
      return { type, agent: agentId, timeoutMs, waitMs };
    }
    case "cancel-receive":
      return { type, r: command.receiverId };
    case "ack-message":
    case "return-message":
      return { type, agent: command.agentId, epoch: command.epoch };
    case "nack-message": {
      const { agentId, epoch, isFinal, error: { retryAfterMs = 0 } } = command;
      return { type, agent: agentId, epoch, final: isFinal, pause: retryAfterMs };
    }
    case "attach-handler":
    case "close-mailbox":
      return { type, agent: command.agentId };
    case "detach-handler":
      return { type, agent: command.agentId, takesBack: command.takesBack };
    case "subscribe-topic":
    case "unsubscribe-topic":
      return { type, agent: command.agentId, topic: command.topic };
    case "respond":
      return { type, id: idOf(command.messageId), fails: command.error !== undefined };
    case "cancel-request":
      return { type, id: idOf(command.messageId) };
    default:
      throw new Error(`Cannot write ${type}: the specification must have it`);
  }
}

/** Fields that the specification lacks: contents, handlers, which there is one of, and errors. */
const UNKNOWN = new Set(["message", "handlerId", "error", "response"]);

/** Returns the fields of an event that the specification has. */
export function toldOf(event: MessageEvent): Record<string, unknown> {
  const fields = Object.entries(event).filter(([name]) => !UNKNOWN.has(name))
    .map(([name, value]) => [name, name === "messageId" ? idOf(value) : value] as const);
  const told = Object.fromEntries(fields);
  switch (event.type) {
    case "message:sent":
      return { ...told, messageId: idOf(event.message.id), expiry: event.message.expiry ?? 0 };
    case "message:received": {
      const { message: { id, epoch, attempt }, receiverId = 0 } = event;
      return { ...told, messageId: idOf(id), epoch, attempt, receiverId };
    }
    case "message:published": {
      const outcomes = event.outcomes.map(({ to, messageId, refused = "" }) => (
        { to, messageId: idOf(messageId), refused }
      ));
      return { ...told, topic: event.topic ?? "", outcomes };
    }
    case "mailbox:closed":
      return { type: event.type, agentId: event.agentId };
    default:
      return told;
  }
}

function eventText(event: MessageEvent): string {
  return canonical(toldOf(event));
}
