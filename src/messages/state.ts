/**
 * The state of a mailbox machine.
 *
 * An agent's mailbox has one consumer for each of its handlers, and one from the start, which pulls
 * or waits for the first handler. Handlers of a topic have consumers of their own, in a group for
 * each topic; that group exists until its last handler unsubscribes. A consumer has two lanes, one of them for urgent messages. A lane
 * has a channel for each sender, and one message of a channel at a time is in delivery or in backoff:
 * that keeps the messages of a sender in order without delaying those of the others.
 *
 * The parts refer to each other, and messages are linked into their lane and their channel, so that
 * a step follows references and never searches.
 *
 * @module
 */

import { type Deadlines, noDeadlines, type Timer } from "../core/data/deadlines.ts";
import { emptyFifo, type Fifo } from "../core/data/fifo.ts";
import type { Heap, HeapEntry } from "../core/data/heap.ts";
import { emptyList, type Linked, type List } from "../core/data/list.ts";
import type { Opaque } from "../core/data/plain.ts";
import { type Prng, seeded } from "../core/data/prng.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { InSession, Instant } from "../core/machine.ts";
import type { MessageConfig } from "./config.ts";
import type { DeadLetterCause, MessageEvent, MessageUnanswered } from "./events.ts";
import type { Message } from "./types.ts";

/** The messages for one agent. */
export interface Mailbox extends Linked<Mailbox> {
  /** Its key in `mailboxes`. */
  readonly agentId: string;
  /** At least one. The first pulls, or belongs to the oldest handler. */
  readonly consumers: Consumer[];
  /** Consumers that get only the messages of a topic, by topic; at least one for each. */
  readonly topicConsumers: Map<string, Consumer[]>;
  /** Detached consumers that have a message in delivery, which they may end; the oldest first. */
  readonly leaving: Consumer[];
  /** The calls that wait for a message, the longest waiting first. */
  readonly receivers: List<Receiver>;
  /** The number of the newest message that a reader of the inbox has seen, the longest unused first. */
  readonly readers: Map<string, number>;
  /** The topics that the agent is subscribed to. */
  readonly topics: Set<string>;
  /** Whether an agent has had its name: it was registered, has subscribed, received or sent. */
  isKnown: boolean;
  /** Whether its agent is registered, so that it is never idle. */
  isOpen: boolean;
  /** Whether its agent is gone. */
  isClosed: boolean;
  /** Whether it is among `idleMailboxes`. */
  isIdle: boolean;
}

/** A handler, to which messages are delivered, or the agent itself, which takes them. */
export interface Consumer extends InSession {
  /** The mailbox that it consumes. */
  readonly mailbox: Mailbox;
  /** The consumers that each get a copy of the same messages, of which it is one until it leaves. */
  readonly group: Consumer[];
  /** The topic whose messages it gets; `undefined` for those that no such consumer gets. */
  readonly topic: string | undefined;
  /** Its handler, or empty when the agent pulls. */
  handlerId: string;
  /** Whether messages are delivered as they arrive. */
  isPush: boolean;
  /** Whether its handler was detached while its group had another one, or with its topic. */
  hasLeft: boolean;
  /** The newest message that was sent before it was attached. */
  readonly since: number;
  /** Messages with a priority above 0. */
  readonly urgent: Lane;
  /** All others. */
  readonly normal: Lane;
}

/** A queue of a consumer. */
export interface Lane {
  /** By sender. */
  readonly channels: Map<string, Channel>;
  /** The channels whose first message may be delivered, the longest waiting first. */
  readonly ready: Heap<Channel>;
  /** All its messages, oldest first. */
  readonly copies: List<Copy>;
  /** The length of `copies`. */
  size: number;
  /** Number of messages in delivery. */
  inFlight: number;
  /** Number of channels without a message. */
  idleChannels: number;
}

/** The messages of one sender in a lane. Its `rank` is the sequence of its first message. */
export interface Channel extends HeapEntry {
  /** The consumer that it belongs to. */
  readonly consumer: Consumer;
  /** The lane that it belongs to. */
  readonly lane: Lane;
  /** The sender. */
  readonly from: string;
  /** The oldest message. */
  first: Copy | undefined;
  /** The newest message. */
  last: Copy | undefined;
  /** The message that blocks all later ones: it is in delivery or in backoff. */
  busy: Copy | undefined;
}

/** The copy of a message that one consumer has. */
export interface Copy extends Linked<Copy> {
  /** Distinguishes the subjects of timers. */
  readonly kind: "copy";
  /** The channel that it is in; another one after its consumer left. */
  channel: Channel;
  /** The number of the message. */
  readonly sequence: number;
  /** The id of the message. */
  readonly id: string;
  /** The kind of message. */
  readonly type: string;
  /** The value that was sent. */
  readonly payload: Opaque;
  /** When it was sent. */
  readonly timestamp: Instant;
  /** Above 0 for urgent messages. */
  readonly priority: number;
  /** When it expires, if it does. */
  readonly expiresAt: Instant | undefined;
  /** The topic that it was published to, if it was. */
  readonly topic: string | undefined;
  /** The metadata that its sender gave; absent without any. */
  metadata?: Opaque;
  /** Number of deliveries so far, those that were returned excepted. */
  attempt: number;
  /** The epoch of the newest delivery, or 0. */
  epoch: number;
  /** Whether that delivery has not ended. */
  isInFlight: boolean;
  /** The handler that it is delivered to, or empty when the agent pulls. */
  handlerId: string;
  /** When that delivery began. */
  deliveredAt: Instant;
  /** The limit of that delivery in milliseconds, or 0. */
  limitMs: number;
  /** The receiver that it is delivered to, if the caller of that may leave it, or 0. */
  receiverId: number;
  /** The time for which it is kept for that caller, before its limit starts, or 0. */
  keepMs: number;
  /** The limit of that delivery, or the end of the pause after it. */
  timer: Timer<Due> | undefined;
  /** The timer of its expiry. */
  expiry: Timer<Due> | undefined;
  /** The next older message of its channel. */
  previousInChannel: Copy | undefined;
  /** The next newer message of its channel. */
  nextInChannel: Copy | undefined;
}

/** The expiry of a message; the other timers of a message have the message itself as subject. */
export interface Expiry {
  /** Distinguishes the subjects of timers. */
  readonly kind: "expiry";
  /** The message that expires. */
  readonly copy: Copy;
}

/** A request whose sender waits for the response. */
export interface OpenRequest extends InSession {
  /** Distinguishes the subjects of timers. */
  readonly kind: "request";
  /** The id of the message. */
  readonly id: string;
  /** The agent that waits. */
  readonly from: string;
  /** The agent that is to respond. */
  readonly to: string;
  /** When the wait began. */
  readonly since: Instant;
  /** Number of copies of the message that may still lead to a response. */
  copies: number;
  /** The limit of the wait. */
  timer: Timer<Due> | undefined;
  /** The error of the newest delivery, if that failed. */
  error: ErrorData | undefined;
  /** Its caller, if that may leave it, or has left; `undefined` for one that stays to its end. */
  asker: Asker | undefined;
}

/** A caller that may leave its request. */
export interface Asker {
  /** Distinguishes the subjects of timers. */
  readonly kind: "asker";
  /** The request. */
  readonly request: OpenRequest;
  /** The time for which the request is kept without it. */
  readonly keepMs: number;
  /** Whether it has left. */
  readonly isLeft: boolean;
  /** When it leaves and, once it has left, when the request lapses; `undefined` for never. */
  timer: Timer<Due> | undefined;
}

/** The outcome of a request whose caller may ask for it. */
export interface KeptAnswer {
  /** Distinguishes the subjects of timers. */
  readonly kind: "answer";
  /** The id of the message. */
  readonly id: string;
  /** The agent that asked. */
  readonly from: string;
  /** The agent that was asked. */
  readonly to: string;
  /** The response; `undefined` when there was none. */
  readonly response: Opaque | undefined;
  /** The end without a response. */
  readonly end: MessageUnanswered | undefined;
  /** When it is forgotten. */
  readonly timer?: Timer<Due>;
}

/** A call that waits for a message. */
export interface Receiver extends Linked<Receiver>, InSession {
  /** Distinguishes the subjects of timers. */
  readonly kind: "receiver";
  /** Larger than that of any earlier receiver. */
  readonly id: number;
  /** The mailbox that it waits for. */
  readonly mailbox: Mailbox;
  /** The time limit of the delivery that it waits for, in milliseconds, or 0. */
  readonly timeoutMs: number;
  /** The time for which it is kept after its caller has left, or 0. */
  keepMs: number;
  /** Whether its caller has left. */
  isLeft: boolean;
  /** The end of the wait, of the call, or of the time for which it is kept. */
  timer: Timer<Due> | undefined;
}

/** The subject of a timer. */
export type Due = Copy | Expiry | OpenRequest | Asker | KeptAnswer | Receiver;

/** A message that could not be delivered. */
export interface DeadLetter extends Linked<DeadLetter> {
  /** The message without its content, as it was last delivered, or sent. */
  readonly message: Omit<Message, "payload" | "metadata">;
  /** The value that was sent. */
  readonly payload: Opaque;
  /** The metadata that its sender gave; absent without any. */
  readonly metadata?: Opaque;
  /** The number of the message. */
  readonly sequence: number;
  /** Why it could not be delivered. */
  readonly cause: DeadLetterCause;
  /** The error of the last failed delivery. */
  readonly error: ErrorData | undefined;
  /** When it became a dead letter. */
  readonly at: Instant;
  /** The handlers that did not get it; an empty one stands for an agent that pulls. */
  readonly handlerIds: readonly string[];
}

/** The state of a mailbox machine. */
export interface MessageState {
  /** Its options. */
  readonly config: MessageConfig;
  /** By agent. */
  readonly mailboxes: Map<string, Mailbox>;
  /** Those that may be evicted, the longest idle first. */
  readonly idleMailboxes: List<Mailbox>;
  /** The attached consumers, by handler. */
  readonly consumers: Map<string, Consumer>;
  /** The calls that wait for a message, by id. */
  readonly receivers: Map<number, Receiver>;
  /** The messages in delivery, by epoch. */
  readonly deliveries: Map<number, Copy>;
  /** Those of them whose receiver may be resumed, by receiver. */
  readonly kept: Map<number, Copy>;
  /** The subscribers, by topic. */
  readonly topics: Map<string, Set<string>>;
  /** The requests that wait for their response, by message. */
  readonly requests: Map<string, OpenRequest>;
  /** The answers that are kept for callers, by message, oldest first. */
  readonly answers: Map<string, KeptAnswer>;
  /** The same by the agent that waits: edges of the wait-for graph. */
  readonly waitingOn: Map<string, Set<OpenRequest>>;
  /** The same edges by the agent that is to respond. */
  readonly askedOf: Map<string, Set<OpenRequest>>;
  /** By message. */
  readonly deadLetters: Map<string, DeadLetter>;
  /** The same, oldest first. */
  readonly deadOrder: List<DeadLetter>;
  /** The ids that senders chose, as far back as the window reaches. */
  readonly knownIds: Set<string>;
  /** The same, oldest first. */
  readonly knownOrder: Fifo<string>;
  /** The names that agents have had. */
  readonly names: Set<string>;
  /** The same, oldest first. */
  readonly nameOrder: Fifo<string>;
  /** The limits of deliveries, requests and receivers, the ends of pauses, and expiries. */
  readonly deadlines: Deadlines<Due>;
  /** The generator of the random pauses. */
  readonly prng: Prng;
  /** The newest epoch. */
  epoch: number;
  /** The number of the newest message. */
  lastMessage: number;
  /** Number of handlers ever attached. */
  lastHandler: number;
  /** The id of the newest receiver. */
  lastReceiver: number;
  /** Number of responses that were dropped, as no request waited for them. */
  lateResponses: number;
  /** Number of messages that were deduplicated. */
  duplicates: number;
}

/** Makes the state in which no message was sent. */
export function emptyMessages(config: MessageConfig): MessageState {
  return {
    config,
    mailboxes: new Map(),
    idleMailboxes: emptyList(),
    consumers: new Map(),
    receivers: new Map(),
    deliveries: new Map(),
    kept: new Map(),
    topics: new Map(),
    requests: new Map(),
    answers: new Map(),
    waitingOn: new Map(),
    askedOf: new Map(),
    deadLetters: new Map(),
    deadOrder: emptyList(),
    knownIds: new Set(),
    knownOrder: emptyFifo(),
    names: new Set(),
    nameOrder: emptyFifo(),
    deadlines: noDeadlines(),
    prng: seeded(config.seed),
    epoch: 0,
    lastMessage: 0,
    lastHandler: 0,
    lastReceiver: 0,
    lateResponses: 0,
    duplicates: 0,
  };
}

/** A step under way. */
export interface MessageStep {
  /** The state that it changes. */
  readonly state: MessageState;
  /** The time of the step. */
  readonly now: Instant;
  /** The events of the step so far. */
  readonly events: MessageEvent[];
}
