/**
 * What a mailbox machine keeps.
 *
 * An agent's mailbox has one consumer for each of its handlers, and one from the start, which pulls or
 * waits for the first handler. A consumer has two lanes, one for urgent messages. A lane has a channel
 * for each sender, and one message of a channel at a time is out for delivery or in backoff: that is
 * what keeps the messages of a sender in order, and those of the others going.
 *
 * The parts refer to each other, and messages are linked into their lane and their channel, so that
 * a step follows references and never searches.
 *
 * @module
 */

import { type Deadlines, noDeadlines, type Timer } from "../core/data/deadlines.ts";
import type { DeadLetterCause, MessageEvent } from "./events.ts";
import { emptyFifo, type Fifo } from "../core/data/fifo.ts";
import type { Heap, HeapEntry } from "../core/data/heap.ts";
import type { Instant } from "../core/machine.ts";
import type { Opaque } from "../core/data/plain.ts";
import { type Prng, seeded } from "../core/data/prng.ts";
import type { ErrorData } from "../core/error_data.ts";
import type { Message } from "./types.ts";
import { emptyList, type Linked, type List } from "../core/data/list.ts";

/** The rules that a mailbox machine goes by. Times are milliseconds. */
export interface MessageConfig {
  /** How many messages each lane of a handler holds, delivered ones included. @default 10_000 */
  readonly mailboxCapacity: number;
  /**
   * What happens to a message for a full lane: `reject` refuses it, `drop-oldest` makes room by
   * moving the oldest one that waits to the dead letters. @default "reject"
   */
  readonly mailboxPolicy: "reject" | "drop-oldest";
  /** How many agents may have a mailbox; the longest idle one makes room. @default 100_000 */
  readonly maxMailboxes: number;
  /** How many handlers one agent may have. @default 100 */
  readonly maxHandlers: number;
  /** How many messages of a lane a handler gets at once, each of another sender. @default 16 */
  readonly maxInFlight: number;
  /** How often a message is delivered before it is a dead letter. @default 5 */
  readonly maxDeliveries: number;
  /** The longest pause after a first failed delivery; it doubles with each further one. @default 1_000 */
  readonly retryDelay: number;
  /** The longest pause between two deliveries. @default 30_000 */
  readonly maxRetryDelayMs: number;
  /** How many ids that senders chose are remembered, so that repeats are dropped. @default 10_000 */
  readonly dedupeWindow: number;
  /** How many dead letters are kept; the oldest are forgotten. @default 10_000 */
  readonly maxDeadLetters: number;
  /** How many requests may wait for their response. @default 100_000 */
  readonly maxRequests: number;
  /** How many topics may have subscribers. @default 10_000 */
  readonly maxTopics: number;
  /** Where chance begins. @default 0 */
  readonly seed: number;
}

/** The rules of who names none. */
export const DEFAULT_MESSAGE_CONFIG: MessageConfig = {
  mailboxCapacity: 10_000,
  mailboxPolicy: "reject",
  maxMailboxes: 100_000,
  maxHandlers: 100,
  maxInFlight: 16,
  maxDeliveries: 5,
  retryDelay: 1_000,
  maxRetryDelayMs: 30_000,
  dedupeWindow: 10_000,
  maxDeadLetters: 10_000,
  maxRequests: 100_000,
  maxTopics: 10_000,
  seed: 0,
};

/** What is for one agent. */
export interface Mailbox extends Linked<Mailbox> {
  /** Whose it is. */
  readonly agentId: string;
  /** At least one. The first pulls, or belongs to the oldest handler. */
  readonly consumers: Consumer[];
  /** Those that have left and have a message in hand, which they may end; the oldest first. */
  readonly leaving: Consumer[];
  /** What the agent is subscribed to. */
  readonly topics: Set<string>;
  /** Whether its agent is known to be there, even if it is sent nothing. */
  isOpen: boolean;
  /** Whether its agent is gone. */
  isClosed: boolean;
  /** Whether it is among the idle ones, of which the longest idle may be forgotten. */
  isIdle: boolean;
}

/** Who reads a mailbox: a handler, which is given messages, or the agent, which takes them. */
export interface Consumer {
  /** What it reads. */
  readonly mailbox: Mailbox;
  /** Its handler, or empty when the agent pulls. */
  handlerId: string;
  /** Whether messages are delivered as they come. */
  isPush: boolean;
  /** Whether its handler has left, and another one reads the mailbox. */
  hasLeft: boolean;
  /** The newest message that was sent before it began to read. */
  readonly since: number;
  /** The messages whose priority is above 0. */
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
  /** How many there are. */
  size: number;
  /** How many of them are out for delivery. */
  inFlight: number;
  /** How many channels have no message. */
  idleChannels: number;
}

/** What one sender has in a lane. Its `rank` is the sequence of its first message. */
export interface Channel extends HeapEntry {
  /** Whose it is. */
  readonly consumer: Consumer;
  /** Where it belongs. */
  readonly lane: Lane;
  /** The sender. */
  readonly from: string;
  /** The oldest message. */
  first: Copy | undefined;
  /** The newest message. */
  last: Copy | undefined;
  /** The message that holds back all later ones: it is out for delivery or in backoff. */
  busy: Copy | undefined;
}

/** A message as one consumer has it. */
export interface Copy extends Linked<Copy> {
  /** Tells it from the other things that timers are about. */
  readonly kind: "copy";
  /** Where it is; it moves when its consumer leaves. */
  channel: Channel;
  /** Its place in the order of all messages. */
  readonly sequence: number;
  /** The message's id, which all copies share. */
  readonly id: string;
  /** What the sender calls this kind of message. */
  readonly type: string;
  /** What the sender sent. */
  readonly payload: Opaque;
  /** When it was sent. */
  readonly timestamp: Instant;
  /** Above 0 for urgent ones. */
  readonly priority: number;
  /** When it is too late to deliver it, if it ever is. */
  readonly expiresAt: Instant | undefined;
  /** The topic that it was published to, if it was. */
  readonly topic: string | undefined;
  /** How many deliveries have begun that count. */
  attempt: number;
  /** The newest delivery, or 0. */
  epoch: number;
  /** Whether that delivery stands. */
  isInFlight: boolean;
  /** The handler that it is to, or empty when the agent pulls. */
  handlerId: string;
  /** When that delivery began. */
  deliveredAt: Instant;
  /** When that delivery, or the pause after it, is over. */
  timer: Timer<Due> | undefined;
  /** When it expires. */
  expiry: Timer<Due> | undefined;
  /** The next older message of its channel. */
  previousInChannel: Copy | undefined;
  /** The next newer message of its channel. */
  nextInChannel: Copy | undefined;
}

/** The expiry of a message; the other timers of a message have the message itself as subject. */
export interface Expiry {
  /** Tells it from the other things that timers are about. */
  readonly kind: "expiry";
  /** What expires. */
  readonly copy: Copy;
}

/** A message whose sender waits for a response. */
export interface OpenRequest {
  /** Tells it from the other things that timers are about. */
  readonly kind: "request";
  /** The message. */
  readonly id: string;
  /** Who waits. */
  readonly from: string;
  /** Whose response it waits for. */
  readonly to: string;
  /** Since when. */
  readonly since: Instant;
  /** How many copies of the message may still lead to a response. */
  copies: number;
  /** When it has taken too long. */
  timer: Timer<Due> | undefined;
}

/** What a timer can be about. */
export type Due = Copy | Expiry | OpenRequest;

/** A message that could not be delivered. */
export interface DeadLetter extends Linked<DeadLetter> {
  /** As it was last handed out, or sent, but for its payload. */
  readonly message: Omit<Message, "payload">;
  /** What the sender sent. */
  readonly payload: Opaque;
  /** Its place in the order of all messages. */
  readonly sequence: number;
  /** Why it could not be delivered. */
  readonly cause: DeadLetterCause;
  /** What the last failed delivery ended with. */
  readonly error: ErrorData | undefined;
  /** When it was given up. */
  readonly at: Instant;
  /** The handlers that did not get it; an empty one stands for the agent, if it pulls. */
  readonly handlerIds: readonly string[];
}

/** The state of a mailbox machine. */
export interface MessageState {
  /** Its rules. */
  readonly config: MessageConfig;
  /** By agent. */
  readonly mailboxes: Map<string, Mailbox>;
  /** Those that nobody would miss, the longest idle first. */
  readonly idleMailboxes: List<Mailbox>;
  /** By handler. */
  readonly consumers: Map<string, Consumer>;
  /** What is out for delivery, by epoch. */
  readonly deliveries: Map<number, Copy>;
  /** Who is subscribed, by topic. */
  readonly topics: Map<string, Set<string>>;
  /** What waits for a response, by message. */
  readonly requests: Map<string, OpenRequest>;
  /** From each agent that waits for a response to its requests: edges of the wait-for graph. */
  readonly waitingOn: Map<string, Set<OpenRequest>>;
  /** The same edges from the other end: from each agent that is asked to the requests. */
  readonly askedOf: Map<string, Set<OpenRequest>>;
  /** By message. */
  readonly deadLetters: Map<string, DeadLetter>;
  /** The same, oldest first. */
  readonly deadOrder: List<DeadLetter>;
  /** The ids that senders chose, as far back as the window reaches. */
  readonly knownIds: Set<string>;
  /** The same, oldest first. */
  readonly knownOrder: Fifo<string>;
  /** When deliveries, pauses, messages and requests end. */
  readonly deadlines: Deadlines<Due>;
  /** Draws the pauses. */
  readonly prng: Prng;
  /** The newest delivery. */
  epoch: number;
  /** The newest message. */
  lastMessage: number;
  /** How many handlers were ever subscribed. */
  lastHandler: number;
  /** How many responses came when nobody waited for them. */
  lateResponses: number;
  /** How many reports on a delivery came when it was over. */
  staleReports: number;
  /** How many messages were dropped as repeats. */
  duplicates: number;
}

/** The state in which nothing was sent. */
export function emptyMessages(config: MessageConfig): MessageState {
  return {
    config,
    mailboxes: new Map(),
    idleMailboxes: emptyList(),
    consumers: new Map(),
    deliveries: new Map(),
    topics: new Map(),
    requests: new Map(),
    waitingOn: new Map(),
    askedOf: new Map(),
    deadLetters: new Map(),
    deadOrder: emptyList(),
    knownIds: new Set(),
    knownOrder: emptyFifo(),
    deadlines: noDeadlines(),
    prng: seeded(config.seed),
    epoch: 0,
    lastMessage: 0,
    lastHandler: 0,
    lateResponses: 0,
    staleReports: 0,
    duplicates: 0,
  };
}

/** One step under way: what has happened in it. */
export interface MessageStep {
  /** What it changes. */
  readonly state: MessageState;
  /** When it happens. */
  readonly now: Instant;
  /** What it has come to. */
  readonly events: MessageEvent[];
}
