/**
 * Messages as callers use them.
 *
 * @module
 */

import {
  type Attempt,
  quote,
  requireFunction,
  requireId,
  requireInteger,
} from "../core/arguments.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import type { Clock } from "../core/clock.ts";
import { attempting } from "../core/client.ts";
import type { AnswerTo, HealthStatus, SessionTest, Tick } from "../core/machine.ts";
import { requireKnown } from "../core/config.ts";
import { Host, requireSurroundings } from "../core/host.ts";
import type { Journal } from "../core/journal.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import {
  broadcastCommand,
  type InboxOptions,
  type PostOptions,
  publishCommand,
  readInboxOptions,
  readTimeout,
  receiveCommand,
  type ReceiveOptions,
  requestCommand,
  type RequestOptions,
  requireEpoch,
  sendCommand,
  type SendOptions,
  type SubscribeOptions,
} from "./arguments.ts";
import { endsOfCalls, MessageClient, type MessageHost } from "./client.ts";
import type { AckMessage, ExtendMessage, MessageAnswers, MessageCommand } from "./commands.ts";
import {
  KNOWN_MESSAGE_OPTIONS,
  type MessageDefaults,
  type MessageRouterConfig,
  readMessageConfig,
} from "./config.ts";
import type { MessageEvent } from "./events.ts";
import { type MessageHandler, type ReceivedMessage, Subscription } from "./handlers.ts";
import { messageMachine } from "./machine.ts";
import type { MessageState } from "./state.ts";
import type { Message, MessageOutcome } from "./types.ts";
import {
  deadLetters,
  type DeadLetterView,
  explainMessage,
  health,
  inbox,
  type InboxPage,
  type MessageExplanation,
  unhandled,
  waiting,
} from "./views.ts";

/**
 * Options of {@linkcode MessageRouter} besides its config.
 * @category Messages
 */
export interface MessageRouterOptions {
  /** Times deliveries and requests. @default systemClock */
  clock?: Clock;
  /** Stores the commands, so that messages outlive the process. @default none */
  journal?: Journal;
  /** Commands in the journal that break the machine, such as `17:0`, and are left out. @default none */
  skip?: readonly string[];
  /** A mailbox machine that runs already; then `clock`, `journal` and the machine's config are its own. */
  host?: MessageHost;
}

type Command = Exclude<MessageCommand, Tick>;

/**
 * Carries messages between agents: at least once, in order for each sender, with responses, topics
 * and dead letters.
 *
 * Works at once, unless it has a journal: then {@linkcode initialize} has to read it first. Synchronous
 * handlers have ended when `send` returns, unless a handler calls it.
 *
 * @example
 * ```ts
 * import { MessageRouter } from "@lockstep/lockstep";
 *
 * await using router = new MessageRouter();
 * router.subscribe("reviewer", ({ from, payload }) => console.log(`${from} wrote ${payload}`));
 * router.subscribe<{ a: number; b: number }>("adder", ({ payload: { a, b } }, context) => {
 *   context.respond(a + b);
 * });
 * await router.send("writer", "reviewer", "report.md"); // writer wrote report.md
 * console.log(await router.sendWithResponse("writer", "adder", { a: 1, b: 2 })); // 3
 * ```
 * @category Messages
 */
export class MessageRouter implements AsyncDisposable {
  readonly #defaults: MessageDefaults;
  readonly #host: Host<MessageState, Command, MessageEvent, MessageAnswers, MessageClient>;
  #handlers = 0;

  /**
   * Starts with empty mailboxes, or with those of a host that is given.
   *
   * @throws {TypeError | RangeError} when the config, or something else, is malformed
   */
  constructor(
    config: MessageRouterConfig = {},
    eventBus?: EventBus,
    logger: Logger = defaultLogger,
    options: MessageRouterOptions = {},
  ) {
    const attempt = () => "create a message router";
    const { machine: rules, defaults } = readMessageConfig(config, attempt);
    this.#defaults = defaults;
    requireSurroundings(attempt, eventBus, logger, options);
    requireKnown(KNOWN_MESSAGE_OPTIONS, config, attempt);
    const hosted = {
      thing: "the message router",
      machine: messageMachine(rules),
      connect: (host: MessageHost) => new MessageClient(host, logger),
      recover: endFormerCalls,
    };
    this.#host = new Host(hosted, eventBus, logger, options);
  }

  /**
   * Reads the journal, if there is one. Messages that were in delivery are delivered again, and requests
   * end, as their callers ended with the earlier process, unless they are kept for them (`keepMs`).
   * Idempotent.
   */
  initialize(): Promise<void> {
    return this.#host.initialize();
  }

  /** Ends all subscriptions, and all calls that wait with a `ClosedError`. Idempotent. */
  shutdown(): Promise<void> {
    return this.#host.close();
  }

  /** The same as {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /**
   * Sends a message and resolves with its id, once it is in the recipient's mailbox.
   *
   * Costs O(1), and O(log n) when messages of n other senders wait in that mailbox.
   *
   * @throws {MailboxFullError} when the mailbox is full and may not evict its oldest message
   * @throws {UnknownRecipientError} when no agent has had that name, by `unknownRecipients: "refuse"`
   * @throws {LimitError} when there is no room for another mailbox
   */
  send(from: string, to: string, payload: unknown, options?: SendOptions): Promise<string> {
    try {
      const client = this.#host.running("send a message");
      return client.call(sendCommand(client.state, from, to, payload, options), idOf);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends a request and resolves with the response.
   *
   * @throws {ResponseTimeoutError} when none comes within `timeoutMs`
   * @throws {UnansweredError} when it was answered with an error or its handler failed, with that
   * error as the cause; or when the request is a dead letter for another reason, or one of the agents is gone
   * @throws {DeadlockError} when the request is the victim of a deadlock
   * @throws {MailboxFullError} when the mailbox is full and may not evict its oldest message
   * @throws {LimitError} when there is no room for another mailbox or request
   * @throws {StillWaitingError} with `keepMs`, when `waitMs` has passed or `signal` aborts
   * @throws {TicketExpiredError} when `from` has no request to `to` with the `ticket`
   * @throws the reason of `signal` when it aborts
   */
  sendWithResponse<Response = unknown>(
    from: string,
    to: string,
    payload: unknown,
    timeoutMsOrOptions?: number | RequestOptions,
  ): Promise<Response> {
    return attempting(() => {
      const command = requestCommand(from, to, payload, timeoutMsOrOptions, this.#defaults);
      const client = this.#host.running("send a request");
      const signal = typeof timeoutMsOrOptions === "object" ? timeoutMsOrOptions.signal : undefined;
      return client.request(command, signal) as Promise<Response>;
    });
  }

  /**
   * Answers a request; the first response counts. Resolves to whether the request still waited: a
   * late response is counted and dropped.
   */
  sendResponse(messageId: string, response: unknown): Promise<boolean> {
    const attempt = () => "send a response";
    return this.#call({ type: "respond", messageId, response }, attempt, { messageId });
  }

  /**
   * Answers a request with an error, which its sender gets as the cause of an `UnansweredError`; the
   * first answer counts. Resolves to whether the request still waited.
   */
  rejectRequest(messageId: string, error: unknown): Promise<boolean> {
    return attempting(() => {
      const attempt = () => "answer a request with an error";
      requireId(messageId, "messageId", attempt);
      return this.#host.running(attempt()).rejectRequest(messageId, error);
    });
  }

  /**
   * Sends a message to all other agents that have a mailbox: they have subscribed, were sent
   * something, or are registered. Resolves with the outcome for each.
   */
  broadcast(from: string, payload: unknown, options?: PostOptions): Promise<MessageOutcome[]> {
    return attempting(() => {
      const command = broadcastCommand(from, payload, options);
      return this.#host.running("broadcast a message").call(command, copyOf);
    });
  }

  /**
   * Sends a message to all agents that are subscribed to `topic`, also to the sender if it is.
   * Resolves with the outcome for each.
   */
  publish(
    from: string,
    topic: string,
    payload: unknown,
    options?: PostOptions,
  ): Promise<MessageOutcome[]> {
    return attempting(() => {
      const command = publishCommand(from, topic, payload, options);
      return this.#host.running("publish a message").call(command, copyOf);
    });
  }

  /**
   * Subscribes an agent to `topic`. Idempotent.
   *
   * @throws {LimitError} when there is no room for another topic or mailbox
   */
  subscribeTopic(agentId: string, topic: string): Promise<void> {
    const attempt = () => `subscribe agent ${quote(agentId)} to a topic`;
    return this.#call({ type: "subscribe-topic", agentId, topic }, attempt, { agentId, topic });
  }

  /** Unsubscribes an agent from `topic`. Idempotent. */
  unsubscribeTopic(agentId: string, topic: string): Promise<void> {
    const attempt = () => `unsubscribe agent ${quote(agentId)} from a topic`;
    return this.#call({ type: "unsubscribe-topic", agentId, topic }, attempt, { agentId, topic });
  }

  /** Returns the agents that are subscribed to `topic`, in the order of their subscription. */
  subscribersOf(topic: string): string[] {
    requireId(topic, "topic", () => "look at a topic");
    return [...this.#host.running("read the state").state.topics.get(topic) ?? []];
  }

  /** Returns the topics that an agent is subscribed to, in the order of its subscription. */
  topicsOf(agentId: string): string[] {
    requireId(agentId, "agentId", () => "look at a mailbox");
    return [...this.#host.running("read the state").state.mailboxes.get(agentId)?.topics ?? []];
  }

  /**
   * Calls `handler` with each message for an agent, also with those that wait already. Of several
   * handlers of one agent each gets every message that is sent after it was subscribed, and is
   * retried alone. The handler is not called before this returns. With the option `topic` it gets the
   * messages of that topic only, those that were published before its agent had such a handler excepted.
   *
   * @throws {LimitError} when there is no room for another handler, topic or mailbox
   */
  subscribe<Payload = unknown>(
    agentId: string,
    handler: MessageHandler<Payload>,
    options?: SubscribeOptions,
  ): Subscription {
    const attempt = () => `subscribe agent ${quote(agentId)}`;
    requireId(agentId, "agentId", attempt);
    requireFunction(handler, "handler", attempt);
    const timeoutMs = readTimeout(options, this.#defaults.handlingMs, attempt);
    const topic = options?.topic;
    if (topic !== undefined) requireId(topic, "topic", attempt);
    const client = this.#host.running("subscribe");
    this.#handlers = Math.max(this.#handlers, client.state.lastHandler) + 1;
    const { session } = client;
    const handlerId = `handler-${session === undefined ? "" : `${session}-`}${this.#handlers}`;
    client.attach(handlerId, { agentId, handle: handler as MessageHandler, topic, timeoutMs });
    return new Subscription(handlerId, agentId, () => void client.detach(agentId, handlerId));
  }

  /** Ends a subscription, and returns whether there was one. Its deliveries may end normally. */
  unsubscribe(agentId: string, handlerId: string): boolean {
    const attempt = () => `unsubscribe agent ${quote(agentId)}`;
    requireId(agentId, "agentId", attempt);
    requireId(handlerId, "handlerId", attempt);
    return this.#host.running("unsubscribe").detach(agentId, handlerId);
  }

  /**
   * Receives the next message of an agent, urgent ones first, and waits for it for `waitMs`; resolves
   * with `undefined` when none comes. Calls that wait are served in their order, each in the step in
   * which a message arrives. While the agent has a handler, that gets all messages, and the calls wait
   * until it is detached; messages of a topic that has a handler are never received.
   *
   * The message has to be acked: one that isn't, as its receiver died, is delivered again after
   * `timeoutMs`.
   *
   * @throws {UnknownAgentError} when the agent is removed while it waits
   * @throws {LimitError} when there is no room for another receiver or mailbox
   * @throws {StillWaitingError} with `keepMs`, when `waitMs` has passed or `signal` aborts
   * @throws {TicketExpiredError} when no receiver of the agent has the `ticket`
   * @throws the reason of `signal` when it aborts; a message that comes then is received by another call
   */
  receive<Payload = unknown>(
    agentId: string,
    options?: ReceiveOptions,
  ): Promise<ReceivedMessage<Payload> | undefined> {
    return attempting(() => {
      const command = receiveCommand(agentId, options, this.#defaults);
      const client = this.#host.running("receive a message");
      const received = client.receive(command, options?.signal);
      return received as Promise<ReceivedMessage<Payload> | undefined>;
    });
  }

  /**
   * Ends a delivery to an agent that pulls, by its epoch: the message was handled. In the process that
   * received it, {@linkcode ReceivedMessage.ack} does the same.
   *
   * @throws {StaleEpochError} when that delivery has ended
   */
  ack(agentId: string, epoch: number): Promise<void> {
    return this.#report({ type: "ack-message", agentId, epoch });
  }

  /**
   * Ends a delivery to an agent that pulls: the message is delivered again after a pause, unless
   * `error` is a `NonRetryableError`.
   *
   * @throws {StaleEpochError} when that delivery has ended
   */
  nack(agentId: string, epoch: number, error?: unknown): Promise<void> {
    return attempting(() => {
      const attempt = () => `nack a message of agent ${quote(agentId)}`;
      requireId(agentId, "agentId", attempt);
      requireEpoch(epoch, attempt);
      return this.#host.running(attempt()).nack(agentId, epoch, error);
    });
  }

  /**
   * Limits a delivery to an agent that pulls to `timeoutMs` from now; 0 lifts the limit.
   *
   * @throws {StaleEpochError} when that delivery has ended
   */
  extend(agentId: string, epoch: number, timeoutMs: number): Promise<void> {
    return attempting(() => {
      readTimeout({ timeoutMs }, 0, () => `extend a message of agent ${quote(agentId)}`);
      return this.#report({ type: "extend-message", agentId, epoch, timeoutMs });
    });
  }

  /**
   * Returns the messages that an agent has not handled yet, urgent ones first, oldest first. Costs a
   * look at each.
   */
  peek<Payload = unknown>(agentId: string): Message<Payload>[] {
    requireId(agentId, "agentId", () => "look into a mailbox");
    return unhandled(this.#host.running("read the state").state, agentId) as Message<Payload>[];
  }

  /**
   * Lists the messages that an agent has not acked yet, in the order in which they were sent, without
   * taking them: a message may be delivered, seen by a reader, both or neither. A reader that names
   * itself gets those that it has not marked as seen. Costs a look at each message of the mailbox.
   */
  inbox<Payload = unknown>(agentId: string, options?: InboxOptions): InboxPage<Payload> {
    const { state } = this.#host.running("read the state");
    return inbox(state, agentId, readInboxOptions(state, agentId, options)) as InboxPage<Payload>;
  }

  /**
   * Notes that a reader of an inbox has seen the messages up to a place: that of an entry of
   * {@linkcode inbox}. Resolves to whether its place moved; it never moves back.
   */
  markSeen(agentId: string, reader: string, upTo: number): Promise<boolean> {
    const attempt = () => `mark messages of agent ${quote(agentId)} as seen`;
    return attempting(() => {
      requireInteger(upTo, 0, Number.MAX_SAFE_INTEGER, "upTo", attempt);
      const ids = { agentId, reader };
      return this.#call({ type: "mark-seen", agentId, reader, upTo }, attempt, ids);
    });
  }

  /** Returns the dead letters of one agent, or of all, oldest first. Costs O(dead letters). */
  deadLetters<Payload = unknown>(agentId?: string): DeadLetterView<Payload>[] {
    if (agentId !== undefined) requireId(agentId, "agentId", () => "look at dead letters");
    const { state } = this.#host.running("read the state");
    return deadLetters(state, agentId) as DeadLetterView<Payload>[];
  }

  /**
   * Sends a dead letter again, under the same id: to the handlers that did not get it, or to all of
   * its agent when those are gone. It does not expire any more.
   *
   * @throws {UnknownMessageError} when it is no dead letter, or was evicted
   * @throws {MailboxFullError} when the mailbox is full
   */
  resend(messageId: string): Promise<void> {
    const attempt = () => "resend a message";
    return this.#call({ type: "resend-message", messageId }, attempt, { messageId });
  }

  /**
   * Explains where a message is, and the event that it waits for. Costs O(messages); for a request, only
   * those of the recipient.
   *
   * @throws {UnknownMessageError} when it was handled, or never sent
   */
  explain(messageId: string): MessageExplanation {
    requireId(messageId, "messageId", () => "explain a message");
    return explainMessage(this.#host.running("read the state").state, messageId);
  }

  /** Returns, for each agent that waits for a response, the agents that it asked. */
  getWaitingRequests(): Map<string, string[]> {
    return waiting(this.#host.running("read the state").state);
  }

  /**
   * Registers an agent, so that broadcasts reach it before it subscribes or is sent anything.
   * Idempotent.
   *
   * @throws {LimitError} when there is no room for another mailbox
   */
  registerAgent(agentId: string): Promise<void> {
    const attempt = () => "register an agent";
    return this.#call({ type: "open-mailbox", agentId }, attempt, { agentId });
  }

  /**
   * Forgets an agent that is gone: its handlers and topics, its requests and those to it. The
   * messages that it has not handled become dead letters.
   */
  removeAgent(agentId: string, reason = "it was removed"): Promise<void> {
    const attempt = () => `remove agent ${quote(agentId)}`;
    return this.#call({ type: "close-mailbox", agentId, reason }, attempt, { agentId, reason });
  }

  /** Returns the health of the mailboxes. Costs O(mailboxes). */
  getHealthStatus(): Promise<HealthStatus> {
    return this.#host.health(({ state, now, problem, staleReports }) => {
      const status = health(state, now, problem);
      status.metrics["staleReports"] = staleReports;
      return status;
    });
  }

  /** Fires due timers at once, and writes a snapshot to the router's own journal. */
  performMaintenance(): Promise<void> {
    return this.#host.maintain();
  }

  #report(command: AckMessage | ExtendMessage): Promise<void> {
    const { agentId, epoch, type } = command;
    const attempt = () => `${type.replace("-", " a ")} of agent ${quote(agentId)}`;
    return attempting(() => {
      requireEpoch(epoch, attempt);
      return this.#call(command, attempt, { agentId });
    });
  }

  /** Checks `ids`, and sends `command`. */
  #call<Each extends Command>(
    command: Each,
    attempt: Attempt,
    ids: Readonly<Record<string, unknown>>,
  ): Promise<AnswerTo<MessageAnswers, Each>> {
    return attempting(() => {
      for (const [name, id] of Object.entries(ids)) requireId(id, name, attempt);
      return this.#host.running(attempt()).call(command);
    });
  }
}

function endFormerCalls(client: MessageClient, isOver: SessionTest): void {
  for (const end of endsOfCalls(client.state, isOver)) client.owe(end);
}

function idOf({ messageId }: MessageAnswers["send-message"]): string {
  return messageId;
}

function copyOf(outcomes: readonly MessageOutcome[]): MessageOutcome[] {
  return [...outcomes];
}
