/**
 * The slow, obvious twin of the mailbox machine: one list of copies, searched for everything. It
 * predicts the events of each step, in order, and its answer; only the length of a pause is taken from
 * the machine, since that is random.
 */

import { assert, assertEquals } from "@std/assert";
import type { DeadLetterCause, MessageEvent, MessageRefusal } from "../../src/messages/events.ts";
import type { ErrorData } from "../../src/core/error_data.ts";
import { Refusal, type ResumeListening } from "../../src/core/machine.ts";
import type { Message, MessageOutcome } from "../../src/messages/types.ts";
import type { MessageCommand, Sending, SendMessage } from "../../src/messages/commands.ts";
import { DEFAULT_MESSAGE_CONFIG, type MessageConfig } from "../../src/messages/config.ts";

interface TwinConsumer {
  readonly mailbox: TwinMailbox;
  readonly since: number;
  readonly topic: string | undefined;
  /** The same for those that each get a copy of the same messages. */
  readonly group: object;
  /** The senders that it has had a message of, and their lanes. */
  readonly senders: Set<string>;
  handlerId: string;
  isPush: boolean;
  hasLeft: boolean;
  /** Which departure that was, or 0. */
  leftAt: number;
}

interface TwinMailbox {
  readonly agentId: string;
  /** Of all groups, but those that have left. */
  all: TwinConsumer[];
  /** The consumers that left last of their group, by group. */
  ended: Map<object, TwinConsumer>;
  receivers: TwinReceiver[];
  readers: [reader: string, place: number][];
  isKnown: boolean;
  isOpen: boolean;
  isClosed: boolean;
  /** When it became idle, or 0. */
  idleSince: number;
}

interface TwinReceiver {
  readonly id: number;
  readonly agentId: string;
  readonly timeoutMs: number;
  /** For how long it is kept without a caller, or 0. */
  keepMs: number;
  isLeft: boolean;
}

/** The outcome of a request whose caller may ask for it. */
interface TwinAnswer {
  readonly of: string;
  readonly from: string;
  readonly to: string;
  readonly answer: unknown;
}

interface TwinCopy {
  consumer: TwinConsumer;
  readonly message: Message;
  readonly sequence: number;
  phase: "waiting" | "out" | "pausing";
  attempt: number;
  epoch: number;
  handlerId: string;
  deliveredAt: number;
  limitMs: number;
  /** The receiver that got it, if that may be resumed; of the newest delivery. */
  receiverId: number;
}

interface TwinRequest {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly since: number;
  copies: number;
  /** The error of the newest delivery, if that failed. */
  error: ErrorData | undefined;
  keepMs: number;
  isLeft: boolean;
}

interface TwinTimer {
  at: number;
  readonly order: number;
  readonly of: TwinCopy | TwinRequest | TwinReceiver | TwinAnswer;
  /** For how long something is kept without a caller, if that is what it ends. */
  readonly keepMs?: number;
  readonly isExpiry: boolean;
  readonly fire: () => void;
}

interface TwinDeadLetter {
  readonly message: Message;
  readonly sequence: number;
  readonly cause: DeadLetterCause;
  readonly handlerIds: string[];
}

export class Twin {
  readonly config: MessageConfig;
  mailboxes: TwinMailbox[] = [];
  copies: TwinCopy[] = [];
  requests: TwinRequest[] = [];
  deadLetters: TwinDeadLetter[] = [];
  answers: TwinAnswer[] = [];
  topics: [topic: string, agentId: string][] = [];
  #known: string[] = [];
  #names: string[] = [];
  #receivers = 0;
  #timers: TwinTimer[] = [];
  #orders = 0;
  #epoch = 0;
  #sequence = 0;
  #idles = 0;
  #departures = 0;
  #now = 0;
  #expected: MessageEvent[] = [];
  #actual: readonly MessageEvent[] = [];

  constructor(config: Partial<MessageConfig> = {}) {
    this.config = { ...DEFAULT_MESSAGE_CONFIG, ...config };
  }

  /** Follows one step; throws when its events or its answer are not those that the rules demand. */
  follow(
    command: MessageCommand,
    now: number,
    events: readonly MessageEvent[],
    answer: unknown,
  ): void {
    this.#now = now;
    this.#expected = [];
    this.#actual = events;
    if (command.type === "resume-listening") this.#resume(command);
    for (let due = this.#due(); due !== undefined; due = this.#due()) {
      this.#timers.splice(this.#timers.indexOf(due), 1);
      due.fire();
    }
    const expected = this.#apply(command);
    this.#noteIdle();
    assertEquals(events, this.#expected);
    assertEquals(answer, expected);
  }

  /** Returns when the next timer is due. */
  deadline(): number {
    return Math.min(...this.#timers.map(({ at }) => at));
  }

  #due(): TwinTimer | undefined {
    return this.#timers
      .filter(({ at }) => at <= this.#now)
      .sort((a, b) => a.at - b.at || a.order - b.order)[0];
  }

  #apply(command: MessageCommand): unknown {
    switch (command.type) {
      case "tick":
      case "resume-listening":
        return;
      case "send-message":
        return this.#send(command);
      case "broadcast-message": {
        const others = this.mailboxes.filter(({ agentId }) => agentId !== command.from);
        return this.#spread(command, others, undefined);
      }
      case "publish-message": {
        const to = this.topics.filter(([topic]) => topic === command.topic);
        return this.#spread(command, to.map(([, agentId]) => this.#find(agentId)!), command.topic);
      }
      case "ack-message":
      case "nack-message":
      case "return-message":
      case "extend-message": {
        const { agentId, epoch } = command;
        const copy = this.copies.find((copy) => copy.phase === "out" && copy.epoch === epoch);
        if (copy?.consumer.mailbox.agentId !== agentId) return this.#refuse(command, "stale-epoch");
        if (command.type === "ack-message") return this.#ack(copy);
        if (command.type === "return-message") return this.#returnDelivery(copy);
        if (command.type === "extend-message") return this.#extend(copy, command.timeoutMs);
        return this.#nack(copy, "failed", command.error, command.isFinal);
      }
      case "receive-message": {
        const { agentId, timeoutMs, waitMs = 0, keepMs } = command;
        if (command.ticket !== undefined) return this.#resumeReceive(command);
        const known = this.#find(agentId);
        const copy = known && this.#nextToReceive(known);
        if (copy !== undefined) {
          this.#noteName(agentId);
          return this.#deliver(copy, timeoutMs);
        }
        if (waitMs === 0 && keepMs === undefined) {
          this.#noteName(agentId);
          this.#refuse(command, "empty");
          return undefined;
        }
        const waiting = this.mailboxes.flatMap(({ receivers }) => receivers).length;
        if (waiting >= this.config.maxReceivers) return this.#refuse(command, "too-many-receivers");
        const mailbox = this.#open(agentId);
        if (mailbox === undefined) return this.#refuse(command, "too-many-mailboxes");
        this.#noteName(agentId);
        const id = ++this.#receivers;
        const receiver = { id, agentId, timeoutMs, keepMs: 0, isLeft: false };
        mailbox.receivers.push(receiver);
        const until = this.#now + waitMs;
        this.#emit({ type: "receiver:queued", agentId, receiverId: receiver.id, until });
        this.#attachReceiver(receiver, command);
        return { receiverId: receiver.id };
      }
      case "cancel-receive": {
        const receiver = this.mailboxes.flatMap(({ receivers }) => receivers)
          .find(({ id }) => id === command.receiverId);
        if (receiver === undefined) return this.#refuse(command, "not-waiting");
        return this.#endReceiver(receiver, "cancelled");
      }
      case "detach-receive": {
        const { receiverId, keepMs } = command;
        const receiver = this.#receiver(receiverId);
        const copy = this.#keptBy(receiverId);
        if (receiver === undefined && copy === undefined) {
          return this.#refuse(command, "not-waiting");
        }
        if (receiver?.isLeft === false) return this.#leaveReceiver(receiver, keepMs);
        if (copy === undefined || this.#isKept(copy)) return;
        this.#keep(copy, keepMs, this.#now + keepMs);
        const { agentId } = copy.consumer.mailbox;
        const keptUntil = this.#now + keepMs;
        return this.#emit({ type: "receiver:detached", agentId, receiverId, keptUntil });
      }
      case "detach-request": {
        const { messageId, keepMs } = command;
        const request = this.requests.find(({ id }) => id === messageId);
        if (request?.isLeft === false) return this.#leaveRequest(request, keepMs);
        const isKnown = request !== undefined || this.answers.some(({ of }) => of === messageId);
        return isKnown ? undefined : this.#refuse(command, "not-waiting");
      }
      case "resume-request":
        return this.#resumeRequest(command);
      case "end-receivers":
        for (const receiver of this.#find(command.agentId)?.receivers ?? []) {
          this.#endReceiver(receiver, "agent-gone");
        }
        return;
      case "mark-seen": {
        const { agentId, reader } = command;
        const mailbox = this.#find(agentId);
        const upTo = Math.min(command.upTo, this.#sequence);
        const before = mailbox?.readers.find(([name]) => name === reader)?.[1] ?? 0;
        if (mailbox === undefined || upTo <= before) return false;
        mailbox.readers = [...mailbox.readers.filter(([name]) => name !== reader), [reader, upTo]];
        this.#emit({ type: "inbox:seen", agentId, reader, upTo });
        while (mailbox.readers.length > this.config.maxReaders) {
          const [reader] = mailbox.readers.shift()!;
          this.#emit({ type: "inbox:forgotten", agentId, reader });
        }
        return true;
      }
      case "respond":
        return this.#respond(command.messageId, command.response, command.error);
      case "cancel-request": {
        const request = this.requests.find(({ id }) => id === command.messageId);
        if (request === undefined) return this.#refuse(command, "not-waiting");
        return this.#unanswered(request, "cancelled");
      }
      case "attach-handler":
        return this.#attach(command, command.agentId, command.handlerId, command.topic);
      case "detach-handler":
        return this.#detach(command, command.agentId, command.handlerId, command.takesBack);
      case "subscribe-topic": {
        const { agentId, topic } = command;
        if (this.topics.some(([t, a]) => t === topic && a === agentId)) return;
        const known = new Set(this.topics.map(([t]) => t));
        if (!known.has(topic) && known.size >= this.config.maxTopics) {
          return this.#refuse(command, "too-many-topics");
        }
        if (this.#open(agentId) === undefined) return this.#refuse(command, "too-many-mailboxes");
        this.#noteName(agentId);
        return this.#join(agentId, topic);
      }
      case "unsubscribe-topic": {
        const { agentId, topic } = command;
        this.#leave(agentId, topic);
        const group = this.#find(agentId)?.all.filter((each) => each.topic === topic) ?? [];
        if (group.length > 0 && !group[0]!.isPush) this.#retire(group[0]!, true);
        return;
      }
      case "resend-message":
        return this.#resend(command, command.messageId);
      case "open-mailbox": {
        const mailbox = this.#open(command.agentId);
        if (mailbox === undefined) return this.#refuse(command, "too-many-mailboxes");
        if (mailbox.isOpen) return;
        mailbox.isOpen = true;
        this.#noteName(command.agentId);
        return this.#emit({ type: "mailbox:opened", agentId: command.agentId });
      }
      case "close-mailbox":
        return this.#close(command.agentId, command.reason);
    }
  }

  #send(command: SendMessage): unknown {
    const { from, to, messageId, responseMs } = command;
    if (this.#known.includes(messageId) || this.requests.some(({ id }) => id === messageId)) {
      this.#emit({ type: "message:deduplicated", from, to, messageId });
      return { messageId, deduplicated: true };
    }
    if (responseMs > 0 && this.requests.length >= this.config.maxRequests) {
      return this.#refuse(command, "too-many-requests");
    }
    const isNew = this.#find(to) === undefined;
    const isKnown = this.#find(to)?.isKnown ?? this.#names.includes(to);
    const isMisaddressed = from !== to && !isKnown && this.config.unknownRecipients !== "allow";
    if (isMisaddressed && this.config.unknownRecipients === "refuse") {
      return this.#refuse(command, "unknown-recipient");
    }
    const mailbox = this.#open(to);
    if (mailbox === undefined) return this.#refuse(command, "too-many-mailboxes");
    if (!this.#hasRoom(this.#group(mailbox, undefined), command.priority > 0)) {
      return this.#refuse(command, "mailbox-full");
    }
    if (messageId !== "") {
      this.#known = [...this.#known, messageId].slice(-this.config.dedupeWindow);
    }
    const message = this.#message(command, to, undefined, messageId);
    this.#post(mailbox, message, responseMs, command);
    if (isMisaddressed && isNew) {
      this.#emit({ type: "message:misaddressed", from, to, messageId: message.id });
    }
    return { messageId: message.id, deduplicated: false };
  }

  #spread(
    command: Extract<MessageCommand, { type: "broadcast-message" | "publish-message" }>,
    recipients: readonly TwinMailbox[],
    topic: string | undefined,
  ): MessageOutcome[] {
    const outcomes: MessageOutcome[] = recipients.map((mailbox) => {
      const to = mailbox.agentId;
      if (!this.#hasRoom(this.#group(mailbox, topic), command.priority > 0)) {
        this.#refuse(command, "mailbox-full", to);
        return { to, messageId: "", refused: "mailbox-full" };
      }
      const message = this.#message(command, to, topic, "");
      this.#post(mailbox, message, 0);
      return { to, messageId: message.id, refused: undefined };
    });
    this.#emit({ type: "message:published", from: command.from, topic, outcomes });
    return outcomes;
  }

  #message(
    { from, kind, payload, priority, ttlMs, metadata }: Sending,
    to: string,
    topic: string | undefined,
    chosenId: string,
  ): Message {
    const id = chosenId || `message-${this.#sequence + 1}`;
    const expiry = ttlMs > 0 ? this.#now + ttlMs : undefined;
    const timestamp = this.#now;
    const rest = { priority, expiry, from, to, topic, epoch: 0, attempt: 0 };
    const some = metadata === undefined ? {} : { metadata };
    return { id, type: kind, payload, timestamp, ...rest, ...some };
  }

  #post(
    mailbox: TwinMailbox,
    message: Message,
    responseMs: number,
    terms: { waitMs?: number; keepMs?: number } = {},
  ): void {
    const { id, from, to, topic } = message;
    const consumers = this.#group(mailbox, topic);
    this.#sequence++;
    for (const consumer of consumers) this.#makeRoom(consumer, message.priority > 0);
    this.#emit({ type: "message:sent", from, to, message, isRequest: responseMs > 0 });
    if (responseMs > 0) {
      const request = {
        id,
        from,
        to,
        since: this.#now,
        copies: consumers.length,
        error: undefined,
        ...{ keepMs: 0, isLeft: false },
      };
      this.requests.push(request);
      this.#set(this.#now + responseMs, request, () => this.#unanswered(request, "timed-out"));
      this.#attachRequest(request, terms);
    }
    for (const consumer of consumers) this.#enqueue(consumer, message);
  }

  #enqueue(consumer: TwinConsumer, message: Message): void {
    const copy: TwinCopy = {
      consumer,
      message,
      sequence: this.#sequence,
      phase: "waiting",
      attempt: 0,
      epoch: 0,
      handlerId: consumer.handlerId,
      deliveredAt: 0,
      limitMs: 0,
      receiverId: 0,
    };
    this.copies.push(copy);
    this.#noteSender(consumer, message);
    if (message.expiry !== undefined) {
      const expire = () => copy.phase !== "out" && this.#deadLetter(copy, "expired", undefined);
      this.#set(message.expiry, copy, expire, true);
    }
    this.#deliverReady(consumer, message.priority > 0);
  }

  #resend(command: MessageCommand, messageId: string): unknown {
    const dead = this.deadLetters.find(({ message }) => message.id === messageId);
    if (dead === undefined) return this.#refuse(command, "unknown-message");
    const { from, to, topic, priority } = dead.message;
    const mailbox = this.#open(to);
    if (mailbox === undefined) return this.#refuse(command, "too-many-mailboxes", to);
    const group = this.#group(mailbox, topic);
    const without = group.filter(({ handlerId }) => dead.handlerIds.includes(handlerId));
    const consumers = without.length > 0 ? without : group;
    if (!this.#hasRoom(consumers, priority > 0)) return this.#refuse(command, "mailbox-full", to);
    this.deadLetters = this.deadLetters.filter((other) => other !== dead);
    this.#emit({ type: "message:resent", from, to, messageId });
    this.#sequence++;
    const message = { ...dead.message, expiry: undefined, epoch: 0, attempt: 0 };
    for (const consumer of consumers) this.#makeRoom(consumer, priority > 0);
    for (const consumer of consumers) this.#enqueue(consumer, message);
  }

  #hasRoom(consumers: readonly TwinConsumer[], urgent: boolean): boolean {
    return consumers.every((consumer) => {
      const lane = this.#lane(consumer, urgent);
      if (lane.length < this.config.mailboxCapacity) return true;
      return this.config.mailboxPolicy === "drop-oldest" &&
        lane.some(({ phase }) => phase !== "out");
    });
  }

  #makeRoom(consumer: TwinConsumer, urgent: boolean): void {
    const lane = this.#lane(consumer, urgent);
    if (lane.length < this.config.mailboxCapacity) return;
    this.#deadLetter(lane.find(({ phase }) => phase !== "out")!, "evicted", undefined);
  }

  #deliverReady(consumer: TwinConsumer, urgent: boolean): void {
    for (;;) {
      const out = this.#lane(consumer, urgent).filter(({ phase }) => phase === "out").length;
      const next = this.#next(consumer, urgent);
      if (!consumer.isPush) return this.#serveReceivers(consumer.mailbox);
      if (out >= this.config.maxInFlight || next === undefined) return;
      this.#deliver(next, 0);
    }
  }

  #serveReceivers(mailbox: TwinMailbox): void {
    for (;;) {
      const [receiver] = mailbox.receivers;
      const next = this.#nextToReceive(mailbox);
      if (receiver === undefined || next === undefined) return;
      const until = this.#timers.find(({ of }) => of === receiver)!.at;
      this.#removeReceiver(receiver);
      this.#deliver(next, receiver.timeoutMs, receiver, until);
    }
  }

  #receiver(id: number): TwinReceiver | undefined {
    return this.mailboxes.flatMap(({ receivers }) => receivers).find((each) => each.id === id);
  }

  #keptBy(receiverId: number): TwinCopy | undefined {
    return this.copies.find((copy) => copy.phase === "out" && copy.receiverId === receiverId);
  }

  #isKept(copy: TwinCopy): boolean {
    return this.#timers.some(({ of, keepMs }) => of === copy && keepMs !== undefined);
  }

  #keep(copy: TwinCopy, keepMs: number, at: number): void {
    this.#unset(copy);
    this.#set(at, copy, () => this.#returnDelivery(copy), false, keepMs);
  }

  #attachReceiver(
    receiver: TwinReceiver,
    { waitMs = 0, keepMs = 0 }: { waitMs?: number; keepMs?: number },
  ): void {
    Object.assign(receiver, { keepMs, isLeft: false });
    this.#timers = this.#timers.filter(({ of }) => of !== receiver);
    const end = () =>
      keepMs > 0 ? this.#leaveReceiver(receiver, keepMs) : this.#endReceiver(receiver, "timed-out");
    if (waitMs === 0) end();
    else this.#set(this.#now + waitMs, receiver, end);
  }

  #leaveReceiver(receiver: TwinReceiver, keepMs: number): void {
    Object.assign(receiver, { keepMs, isLeft: true });
    this.#timers = this.#timers.filter(({ of }) => of !== receiver);
    const keptUntil = this.#now + keepMs;
    this.#set(keptUntil, receiver, () => this.#endReceiver(receiver, "lapsed"), false, keepMs);
    const { id: receiverId, agentId } = receiver;
    this.#emit({ type: "receiver:detached", agentId, receiverId, keptUntil });
  }

  #resumeReceive(command: Extract<MessageCommand, { type: "receive-message" }>): unknown {
    const { agentId, ticket: receiverId = 0 } = command;
    const receiver = this.#receiver(receiverId);
    if (receiver?.agentId === agentId) {
      this.#emit({ type: "receiver:resumed", agentId, receiverId });
      this.#attachReceiver(receiver, command);
      return { receiverId };
    }
    const copy = this.#keptBy(receiverId);
    if (copy?.consumer.mailbox.agentId !== agentId) return this.#refuse(command, "unknown-ticket");
    if (this.#isKept(copy)) this.#extend(copy, copy.limitMs);
    return this.#view(copy);
  }

  #attachRequest(
    request: TwinRequest,
    { waitMs, keepMs = 0 }: { waitMs?: number; keepMs?: number },
  ): void {
    Object.assign(request, { keepMs, isLeft: false });
    this.#unkeep(request);
    if (keepMs === 0 || waitMs === undefined) return;
    const leave = () => this.#leaveRequest(request, keepMs);
    if (waitMs === 0) leave();
    else this.#set(this.#now + waitMs, request, leave, true);
  }

  #leaveRequest(request: TwinRequest, keepMs: number): void {
    Object.assign(request, { keepMs, isLeft: true });
    this.#unkeep(request);
    const keptUntil = this.#now + keepMs;
    this.#set(keptUntil, request, () => this.#unanswered(request, "lapsed"), true, keepMs);
    const { id: messageId, from, to } = request;
    this.#emit({ type: "request:detached", from, to, messageId, keptUntil });
  }

  #unkeep(request: TwinRequest): void {
    this.#timers = this.#timers.filter(({ of, isExpiry }) => of !== request || !isExpiry);
  }

  #resumeRequest(command: Extract<MessageCommand, { type: "resume-request" }>): unknown {
    const { messageId, from, to } = command;
    const isIt = (each: { from: string; to: string }) => each.from === from && each.to === to;
    const request = this.requests.find((each) => each.id === messageId && isIt(each));
    if (request !== undefined) {
      this.#emit({ type: "request:resumed", from, to, messageId });
      this.#attachRequest(request, command);
      return { status: "waiting", messageId };
    }
    const found = this.answers.find((each) => each.of === messageId && isIt(each));
    return found?.answer ?? this.#refuse(command, "unknown-ticket");
  }

  #keepAnswer(request: TwinRequest, answer: unknown, until: number): void {
    if (request.keepMs === 0) return;
    const { id: of, from, to } = request;
    const kept = { of, from, to, answer };
    const former = this.answers.find((each) => each.of === of);
    this.answers = [...this.answers.filter((each) => each !== former), kept];
    this.#timers = this.#timers.filter((timer) => former === undefined || timer.of !== former);
    const forget = () => this.answers = this.answers.filter((other) => other !== kept);
    this.#set(until, kept, forget);
    if (this.answers.length <= this.config.maxRequests) return;
    const oldest = this.answers.shift();
    this.#timers = this.#timers.filter((timer) => timer.of !== oldest);
  }

  /** Returns the message that `receive` takes, if there is no handler that gets them all. */
  #nextToReceive(mailbox: TwinMailbox): TwinCopy | undefined {
    const [consumer] = this.#group(mailbox, undefined);
    if (consumer!.isPush) return undefined;
    return this.#next(consumer!, true) ?? this.#next(consumer!, false);
  }

  #endReceiver(
    receiver: TwinReceiver,
    reason: "timed-out" | "cancelled" | "agent-gone" | "lapsed",
  ): void {
    const { agentId } = this.mailboxes.find(({ receivers }) => receivers.includes(receiver))!;
    this.#removeReceiver(receiver);
    this.#noteIdle();
    this.#emit({ type: "receiver:ended", agentId, receiverId: receiver.id, reason });
  }

  #removeReceiver(receiver: TwinReceiver): void {
    for (const mailbox of this.mailboxes) {
      mailbox.receivers = mailbox.receivers.filter((other) => other !== receiver);
    }
    this.#timers = this.#timers.filter((timer) => timer.of !== receiver);
  }

  /** Returns the consumers of a topic, if there are any, or those of all other messages. */
  #group({ all }: TwinMailbox, topic: string | undefined): TwinConsumer[] {
    const own = all.filter((consumer) => consumer.topic === topic);
    return own.length > 0 ? own : all.filter((consumer) => consumer.topic === undefined);
  }

  #noteSender(consumer: TwinConsumer, { from, priority }: Message): void {
    const key = `${priority > 0} ${from}`;
    if (!consumer.senders.has(key)) this.#noteName(from);
    consumer.senders.add(key);
  }

  #noteName(name: string): void {
    const mailbox = this.#find(name);
    if (mailbox !== undefined) mailbox.isKnown = true;
    if (this.#names.includes(name)) return;
    this.#names = [...this.#names, name].slice(-this.config.maxKnownNames);
  }

  #deliver(
    copy: TwinCopy,
    timeoutMs: number,
    receiver?: TwinReceiver,
    until: number = Infinity,
  ): Message {
    copy.phase = "out";
    copy.attempt++;
    copy.epoch = ++this.#epoch;
    copy.handlerId = copy.consumer.handlerId;
    copy.deliveredAt = this.#now;
    copy.limitMs = timeoutMs;
    copy.receiverId = receiver !== undefined && receiver.keepMs > 0 ? receiver.id : 0;
    if (receiver?.isLeft) this.#keep(copy, receiver.keepMs, until);
    else if (timeoutMs > 0) this.#limit(copy, timeoutMs);
    const { from, to } = copy.message;
    const message = this.#view(copy);
    const { handlerId } = copy;
    this.#emit({
      ...{ type: "message:received", from, to, message, handlerId },
      ...(receiver !== undefined && { receiverId: receiver.id }),
    });
    return message;
  }

  #limit(copy: TwinCopy, timeoutMs: number): void {
    const error = { name: "TimeoutError", message: "the handler took too long" };
    this.#set(this.#now + timeoutMs, copy, () => this.#nack(copy, "timed-out", error, false));
  }

  #resume({ unheardMs = Infinity }: ResumeListening): void {
    const out = this.copies.filter(({ phase, limitMs }) => phase === "out" && limitMs > 0);
    for (const copy of out.sort((a, b) => a.epoch - b.epoch)) {
      if (this.#isKept(copy)) continue;
      if (unheardMs >= copy.limitMs / 4) this.#extend(copy, copy.limitMs);
    }
    for (const timer of this.#timers) {
      if (timer.keepMs !== undefined && unheardMs >= timer.keepMs / 4) {
        timer.at = this.#now + timer.keepMs;
      }
    }
  }

  #extend(copy: TwinCopy, timeoutMs: number): void {
    copy.limitMs = timeoutMs;
    this.#unset(copy);
    const until = timeoutMs > 0 ? this.#now + timeoutMs : Infinity;
    if (timeoutMs > 0) this.#limit(copy, timeoutMs);
    this.#emit({ type: "message:extended", ...this.#identify(copy), until });
  }

  #note(copy: TwinCopy, error: ErrorData | undefined): void {
    const request = this.requests.find(({ id }) => id === copy.message.id);
    if (request !== undefined) request.error = error;
  }

  #ack(copy: TwinCopy): void {
    this.#note(copy, undefined);
    this.#remove(copy);
    const handledMs = this.#now - copy.deliveredAt;
    this.#emit({ type: "message:acked", ...this.#identify(copy), handledMs });
    this.#deliverReady(copy.consumer, copy.message.priority > 0);
  }

  #nack(
    copy: TwinCopy,
    reason: "failed" | "timed-out",
    error: ErrorData,
    isFinal: boolean,
  ): void {
    const { attempt, consumer, message } = copy;
    this.#note(copy, error);
    if (consumer.hasLeft) return this.#handOver(copy, error);
    if (isFinal) return this.#deadLetter(copy, "rejected", error);
    if (attempt >= this.config.maxDeliveries) {
      return this.#deadLetter(copy, "max-deliveries", error);
    }
    if (this.#isExpired(copy)) return this.#deadLetter(copy, "expired", error);
    const actual = this.#actual[this.#expected.length];
    assert(actual?.type === "message:nacked");
    const { retryAt } = actual as Extract<MessageEvent, { type: "message:nacked" }>;
    const longest = Math.min(
      this.config.maxRetryDelayMs,
      this.config.retryDelay * 2 ** (attempt - 1),
    );
    assert(retryAt >= this.#now && retryAt <= this.#now + longest, "the pause is within its limit");
    this.#unset(copy);
    copy.phase = "pausing";
    this.#set(retryAt, copy, () => {
      copy.phase = "waiting";
      this.#emit({ type: "message:readied", ...this.#identify(copy) });
      this.#deliverReady(copy.consumer, message.priority > 0);
    });
    this.#emit({
      type: "message:nacked",
      ...this.#identify(copy),
      reason,
      error,
      attempt,
      retryAt,
    });
    this.#deliverReady(consumer, message.priority > 0);
  }

  #returnDelivery(copy: TwinCopy, deliversNext = true): void {
    if (copy.consumer.hasLeft) return this.#handOver(copy, undefined);
    if (this.#isExpired(copy)) return this.#deadLetter(copy, "expired", undefined);
    this.#unset(copy);
    copy.phase = "waiting";
    copy.attempt--;
    this.#emit({ type: "message:returned", ...this.#identify(copy) });
    if (deliversNext) this.#deliverReady(copy.consumer, copy.message.priority > 0);
  }

  #handOver(copy: TwinCopy, error: ErrorData | undefined): void {
    const { mailbox } = copy.consumer;
    if (mailbox.isClosed) return this.#deadLetter(copy, "recipient-gone", error);
    if (this.#isExpired(copy)) return this.#deadLetter(copy, "expired", error);
    const { group } = copy.consumer;
    const own = mailbox.all.filter((consumer) => consumer.group === group);
    const isEnded = own.length === 0;
    const oldest = isEnded ? mailbox.ended.get(group)! : own[0]!;
    const successor = isEnded ? this.#group(mailbox, undefined)[0]! : oldest;
    if (copy.consumer !== oldest && copy.sequence > oldest.since) {
      this.#remove(copy);
      this.#emit({ type: "message:dropped", ...this.#identify(copy) });
      return this.#lose(copy.message.id);
    }
    const lane = this.#lane(successor, copy.message.priority > 0);
    if (isEnded && lane.length >= this.config.mailboxCapacity) {
      return this.#deadLetter(copy, "evicted", error);
    }
    this.#unset(copy);
    if (copy.phase === "out") copy.attempt--;
    copy.phase = "waiting";
    copy.consumer = successor;
    this.#noteSender(successor, copy.message);
    this.#emit({ type: "message:returned", ...this.#identify(copy) });
    this.#deliverReady(successor, copy.message.priority > 0);
  }

  #deadLetter(copy: TwinCopy, cause: DeadLetterCause, error: ErrorData | undefined): void {
    this.#remove(copy);
    const { id, from, to, priority } = copy.message;
    const { handlerId } = copy.consumer;
    const earlier = this.deadLetters.find(({ message }) => message.id === id);
    const isSame = earlier?.sequence === copy.sequence;
    const others = isSame ? earlier!.handlerIds : [];
    const message = this.#view(copy);
    if (earlier !== undefined && !isSame) {
      const { from, to } = earlier.message;
      this.#emit({ type: "message:forgotten", from, to, messageId: id });
    }
    const dead = { message, sequence: copy.sequence, cause, handlerIds: [...others, handlerId] };
    this.deadLetters = [...this.deadLetters.filter((other) => other !== earlier), dead];
    const { epoch } = copy;
    const type = "message:dead-lettered";
    this.#emit({ type, from, to, messageId: id, handlerId, epoch, message, cause, error });
    if (this.deadLetters.length > this.config.maxDeadLetters) {
      const { message: { id: messageId, from, to } } = this.deadLetters.shift()!;
      this.#emit({ type: "message:forgotten", from, to, messageId });
    }
    this.#lose(id);
    this.#deliverReady(copy.consumer, priority > 0);
  }

  #remove(copy: TwinCopy): void {
    this.copies = this.copies.filter((other) => other !== copy);
    this.#timers = this.#timers.filter((timer) => timer.of !== copy);
    this.#noteIdle();
  }

  #respond(messageId: string, response: unknown, error: ErrorData | undefined): boolean {
    const request = this.requests.find(({ id }) => id === messageId);
    if (request === undefined) {
      this.#emit({ type: "message:response-dropped", messageId });
      return false;
    }
    if (error !== undefined) {
      request.error = error;
      this.#unanswered(request, "rejected");
      return true;
    }
    const { from: to, to: from, since } = request;
    const until = this.#end(request);
    const waitedMs = this.#now - since;
    this.#emit({ type: "message:responded", from, to, messageId, response, waitedMs });
    this.#keepAnswer(request, { status: "responded", response }, until);
    return true;
  }

  #lose(messageId: string): void {
    const request = this.requests.find(({ id }) => id === messageId);
    if (request !== undefined && --request.copies === 0) this.#unanswered(request, "undeliverable");
  }

  #unanswered(
    request: TwinRequest,
    reason: "timed-out" | "cancelled" | "undeliverable" | "agent-gone" | "rejected" | "lapsed",
  ): void {
    const until = this.#end(request);
    const { id: messageId, from, to, since } = request;
    const waitedMs = this.#now - since;
    const isOver = reason === "cancelled" || reason === "lapsed";
    const error = isOver || reason === "agent-gone" ? undefined : request.error;
    const type = "message:unanswered";
    const end = { type, from, to, messageId, reason, error, waitedMs } as const;
    this.#emit(end);
    if (!isOver) this.#keepAnswer(request, { status: "unanswered", end }, until);
  }

  /** Ends a request. Returns until when its answer is kept. */
  #end(request: TwinRequest): number {
    const kept = this.#timers.find(({ of, keepMs }) => of === request && keepMs !== undefined);
    this.requests = this.requests.filter((other) => other !== request);
    this.#timers = this.#timers.filter((timer) => timer.of !== request);
    return kept?.at ?? this.#now + request.keepMs;
  }

  #join(agentId: string, topic: string): void {
    if (this.topics.some(([t, a]) => t === topic && a === agentId)) return;
    this.topics.push([topic, agentId]);
    this.#emit({ type: "topic:subscribed", topic, agentId });
  }

  #leave(agentId: string, topic: string): void {
    const index = this.topics.findIndex(([t, a]) => t === topic && a === agentId);
    if (index < 0) return;
    this.topics.splice(index, 1);
    this.#emit({ type: "topic:unsubscribed", topic, agentId });
  }

  #attach(
    command: MessageCommand,
    agentId: string,
    handlerId: string,
    topic: string | undefined,
  ): unknown {
    const all = this.mailboxes.flatMap(({ all }) => all);
    if (all.some((consumer) => consumer.isPush && consumer.handlerId === handlerId)) {
      return this.#refuse(command, "known-handler");
    }
    const topics = new Set(this.topics.map(([topic]) => topic));
    if (topic !== undefined && !topics.has(topic) && topics.size >= this.config.maxTopics) {
      return this.#refuse(command, "too-many-topics");
    }
    const mailbox = this.#open(agentId);
    if (mailbox === undefined) return this.#refuse(command, "too-many-mailboxes");
    if (mailbox.all.filter(({ isPush }) => isPush).length >= this.config.maxHandlers) {
      return this.#refuse(command, "too-many-handlers");
    }
    this.#noteName(agentId);
    const own = mailbox.all.filter((consumer) => consumer.topic === topic);
    let consumer = own.find(({ isPush }) => !isPush);
    if (consumer === undefined) {
      const since = own.length === 0 ? 0 : this.#sequence;
      consumer = newConsumer(mailbox, since, topic, own[0]?.group);
      mailbox.all.push(consumer);
    }
    consumer.handlerId = handlerId;
    consumer.isPush = true;
    const named = topic === undefined ? {} : { topic };
    this.#emit({ type: "mailbox:subscribed", agentId, handlerId, ...named });
    if (topic !== undefined) this.#join(agentId, topic);
    for (const urgent of [true, false]) this.#deliverReady(consumer, urgent);
  }

  #detach(
    command: MessageCommand,
    agentId: string,
    handlerId: string,
    takesBack: boolean,
  ): unknown {
    const mailbox = this.#find(agentId);
    const consumer = mailbox?.all.find((each) => each.isPush && each.handlerId === handlerId);
    if (mailbox === undefined || consumer === undefined) {
      return this.#refuse(command, "unknown-handler");
    }
    consumer.isPush = false;
    const { topic } = consumer;
    const named = topic === undefined ? {} : { topic };
    this.#emit({ type: "mailbox:unsubscribed", agentId, handlerId, ...named });
    const isLast = mailbox.all.filter((each) => each.topic === topic).length === 1;
    const isSubscribed = this.topics.some(([t, a]) => t === topic && a === agentId);
    if (isLast && topic !== undefined && !(takesBack && isSubscribed)) {
      this.#leave(agentId, topic);
    } else if (isLast) {
      const copies = [...this.#lane(consumer, true), ...this.#lane(consumer, false)];
      const out = copies.filter(({ phase }) => phase === "out");
      consumer.handlerId = "";
      if (takesBack) { for (const copy of out) this.#returnDelivery(copy, false); }
      return this.#serveReceivers(mailbox);
    }
    this.#retire(consumer, takesBack);
  }

  #retire(consumer: TwinConsumer, takesBack: boolean): void {
    const { mailbox, group } = consumer;
    const copies = [...this.#lane(consumer, true), ...this.#lane(consumer, false)];
    consumer.hasLeft = true;
    consumer.leftAt = ++this.#departures;
    mailbox.all = mailbox.all.filter((other) => other !== consumer);
    if (!mailbox.all.some((each) => each.group === group)) mailbox.ended.set(group, consumer);
    for (const copy of copies) {
      if (takesBack || copy.phase !== "out") this.#handOver(copy, undefined);
    }
  }

  #open(agentId: string): TwinMailbox | undefined {
    const known = this.#find(agentId);
    if (known !== undefined) return known;
    if (this.mailboxes.length >= this.config.maxMailboxes) {
      const [idle] = this.mailboxes
        .filter(({ idleSince }) => idleSince > 0)
        .sort((a, b) => a.idleSince - b.idleSince);
      if (idle === undefined) return undefined;
      this.mailboxes = this.mailboxes.filter((other) => other !== idle);
      this.#emit({ type: "mailbox:forgotten", agentId: idle.agentId });
    }
    const mailbox: TwinMailbox = {
      agentId,
      all: [],
      ended: new Map(),
      receivers: [],
      readers: [],
      isKnown: this.#names.includes(agentId),
      isOpen: false,
      isClosed: false,
      idleSince: 0,
    };
    mailbox.all.push(newConsumer(mailbox, 0, undefined));
    this.mailboxes.push(mailbox);
    return mailbox;
  }

  #close(agentId: string, reason: string): void {
    const mailbox = this.#find(agentId);
    if (mailbox !== undefined) {
      mailbox.isClosed = true;
      this.mailboxes = this.mailboxes.filter((other) => other !== mailbox);
      this.#emit({ type: "mailbox:closed", agentId, reason });
    }
    for (const end of ["from", "to"] as const) {
      for (const request of this.requests.filter((each) => each[end] === agentId)) {
        this.#unanswered(request, "agent-gone");
      }
    }
    for (const { id: receiverId } of mailbox?.receivers ?? []) {
      const reason = "agent-gone";
      this.#timers = this.#timers.filter(({ of }) => !("agentId" in of) || of.id !== receiverId);
      this.#emit({ type: "receiver:ended", agentId, receiverId, reason });
    }
    this.topics = this.topics.filter(([, other]) => other !== agentId);
    const groups = mailbox === undefined ? [] : this.#inGroups(mailbox);
    if (mailbox !== undefined) mailbox.receivers = [];
    for (const consumer of [...groups, ...this.#leaving(mailbox)]) {
      consumer.isPush = false;
      for (const copy of [...this.#lane(consumer, true), ...this.#lane(consumer, false)]) {
        this.#deadLetter(copy, "recipient-gone", undefined);
      }
    }
  }

  /** Returns the detached consumers of a mailbox that have deliveries, in the order of their departure. */
  #leaving(mailbox: TwinMailbox | undefined): TwinConsumer[] {
    const left = this.copies.map(({ consumer }) => consumer)
      .filter((consumer) => consumer.hasLeft && consumer.mailbox === mailbox);
    return [...new Set(left)].sort((a, b) => a.leftAt - b.leftAt);
  }

  /** Notes which mailboxes are idle. */
  #noteIdle(): void {
    for (const mailbox of this.mailboxes) {
      const { agentId, all, receivers, isOpen } = mailbox;
      const isIdle = all.length === 1 && !all[0]!.isPush && !isOpen && receivers.length === 0 &&
        !this.copies.some(({ consumer }) => consumer.mailbox === mailbox) &&
        !this.topics.some(([, subscriber]) => subscriber === agentId);
      if (!isIdle) mailbox.idleSince = 0;
      else if (mailbox.idleSince === 0) mailbox.idleSince = ++this.#idles;
    }
  }

  /** Returns the consumers of a mailbox: those without a topic, then by topic, in the order of both. */
  #inGroups({ all }: TwinMailbox): TwinConsumer[] {
    const topics = [...new Set([undefined, ...all.map(({ topic }) => topic)])];
    return topics.flatMap((topic) => all.filter((consumer) => consumer.topic === topic));
  }

  #find(agentId: string): TwinMailbox | undefined {
    return this.mailboxes.find((mailbox) => mailbox.agentId === agentId);
  }

  #lane(consumer: TwinConsumer, urgent: boolean): TwinCopy[] {
    return this.copies
      .filter((copy) => copy.consumer === consumer && (copy.message.priority > 0) === urgent)
      .sort((a, b) => a.sequence - b.sequence);
  }

  /** Returns the oldest message that no other one of its sender blocks. */
  #next(consumer: TwinConsumer, urgent: boolean): TwinCopy | undefined {
    const lane = this.#lane(consumer, urgent);
    const busy = lane.filter(({ phase }) => phase !== "waiting").map((copy) => copy.message.from);
    return lane.find(({ phase, message }) => phase === "waiting" && !busy.includes(message.from));
  }

  #isExpired({ message: { expiry } }: TwinCopy): boolean {
    return expiry !== undefined && expiry <= this.#now;
  }

  #view({ message, epoch, attempt }: TwinCopy): Message {
    return { ...message, epoch, attempt };
  }

  #identify({ message: { id: messageId, from, to }, handlerId, epoch }: TwinCopy) {
    return { from, to, messageId, handlerId, epoch };
  }

  #set(
    at: number,
    of: TwinTimer["of"],
    fire: () => void,
    isExpiry = false,
    keepMs?: number,
  ): void {
    const kept = keepMs !== undefined && { keepMs };
    this.#timers.push({ at, order: this.#orders++, of, isExpiry, fire, ...kept });
  }

  /** Removes the limit of a delivery or of a pause, but not the expiry. */
  #unset(copy: TwinCopy): void {
    this.#timers = this.#timers.filter(({ of, isExpiry }) => of !== copy || isExpiry);
  }

  #refuse(command: MessageCommand, reason: MessageRefusal, to?: string): Refusal {
    const { from = "", to: named, agentId = "", messageId = "" } = command as {
      from?: string;
      to?: string;
      agentId?: string;
      messageId?: string;
    };
    const event: MessageEvent = {
      type: "message:refused",
      from,
      to: to ?? named ?? agentId,
      messageId,
      command: command.type,
      reason,
    };
    this.#emit(event);
    return new Refusal(event);
  }

  #emit(event: MessageEvent): void {
    this.#expected.push(event);
  }
}

function newConsumer(
  mailbox: TwinMailbox,
  since: number,
  topic: string | undefined,
  group: object = {},
): TwinConsumer {
  const none = { handlerId: "", isPush: false, hasLeft: false, leftAt: 0 };
  return { mailbox, since, topic, group, senders: new Set(), ...none };
}
