/**
 * Messages as callers use them.
 *
 * @module
 */

import { attempting } from "../core/answer.ts";
import { type Attempt, quote, requireFunction, requireId } from "../core/arguments.ts";
import type { Clock } from "../core/clock.ts";
import { errorData, isFinal } from "../core/error_data.ts";
import { UninitializedError } from "../core/errors.ts";
import type { EventBus } from "../core/bus/event_bus.ts";
import type { MessageEvent } from "./events.ts";
import type { HealthStatus } from "../core/health.ts";
import { MachineHome, requireSurroundings } from "../core/home.ts";
import type { CommandLog } from "../core/log.ts";
import { defaultLogger, type Logger } from "../core/logger.ts";
import type { Tick } from "../core/machine.ts";
import type { Message, MessageOutcome } from "./types.ts";
import { readDone, readReceived, readResponse } from "./answers.ts";
import type { AckMessage, ExtendMessage, MessageCommand, NackMessage } from "./commands.ts";
import { type MessageDefaults, type MessageRouterConfig, readConfig } from "./config.ts";
import { type MessageHandler, Subscription } from "./handlers.ts";
import {
  deadLetters,
  type DeadLetterView,
  explainMessage,
  health,
  type MessageExplanation,
  unhandled,
  waiting,
} from "./views.ts";
import { messageMachine } from "./machine.ts";
import { MessageClient, type MessageHost } from "./client.ts";
import {
  broadcastCommand,
  type PostOptions,
  publishCommand,
  readTimeout,
  type ReceiveOptions,
  requestCommand,
  type RequestOptions,
  requireEpoch,
  sendCommand,
  type SendOptions,
  type SubscribeOptions,
} from "./arguments.ts";
import type { MessageState } from "./state.ts";

/** What a message router is given besides; all of it may be left out. */
export interface MessageRouterOptions {
  /** Tells the time. @default systemClock */
  clock?: Clock;
  /** Where commands are kept, so that messages outlive the process. @default nowhere */
  log?: CommandLog<MessageCommand | Tick>;
  /** A mailbox machine that runs already; then `clock`, `log` and the machine's config are its own. */
  host?: MessageHost;
  /** Whether the host's machine was read from a log that an earlier process wrote. @default false */
  isRecovered?: boolean;
}

/**
 * Carries messages between agents: at least once, in order for each sender, with responses, topics
 * and dead letters.
 *
 * Works at once, unless it has a log: then {@linkcode initialize} has to read it first. Handlers that
 * are not asynchronous are through when `send` returns, unless it is called by a handler.
 *
 * @example
 * ```ts
 * import { MessageRouter } from "@lockstep/lockstep";
 *
 * await using router = new MessageRouter();
 * router.subscribe("reviewer", ({ from, payload }) => console.log(`${from} wrote ${payload}`));
 * router.subscribe("adder", (message, context) => {
 *   const { a, b } = message.payload as { a: number; b: number };
 *   context.respond(a + b);
 * });
 * await router.send("writer", "reviewer", "report.md"); // writer wrote report.md
 * console.log(await router.sendWithResponse("writer", "adder", { a: 1, b: 2 })); // 3
 * ```
 */
export class MessageRouter implements AsyncDisposable {
  readonly #defaults: MessageDefaults;
  readonly #home: MachineHome<MessageState, MessageCommand, MessageEvent, MessageClient>;
  #handlers = 0;

  /**
   * A router that runs at once, unless it is given a log.
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
    const { machine: rules, defaults } = readConfig(config);
    this.#defaults = defaults;
    requireSurroundings(attempt, eventBus, logger, options);
    const household = {
      thing: "the message router",
      machine: messageMachine(rules),
      join: (host: MessageHost) => new MessageClient(host, logger),
      takeUp: endHandlersAndRequests,
    };
    this.#home = new MachineHome(household, eventBus, logger, options);
  }

  /**
   * Gets ready. With a log, takes up the messages that it knows of: what was being handled is
   * delivered again, and requests of those who asked before end, as nobody is there to hear of them.
   */
  initialize(): Promise<void> {
    return this.#home.initialize();
  }

  /**
   * Ends all subscriptions, rejects all calls that wait with a `ClosedError`, and lets go of
   * everything. Harmless when called again.
   */
  shutdown(): Promise<void> {
    return this.#home.close();
  }

  /** Does the same as {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /**
   * Sends a message and resolves with its id, once it is in the recipient's mailbox.
   *
   * Costs O(1), and O(log n) when messages of n other senders wait in that mailbox.
   *
   * @throws {MailboxFullError} when the mailbox is full and may not drop its oldest message
   * @throws {LimitError} when there is no room for another mailbox
   */
  send(from: string, to: string, payload: unknown, options?: SendOptions): Promise<string> {
    try {
      const command = sendCommand(from, to, payload, options);
      return this.#home.running("send a message").post(command);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends a request and resolves with the response.
   *
   * @throws {ResponseTimeoutError} when none comes within `timeoutMs`
   * @throws {UnansweredError} when the request is a dead letter, or one of the agents is gone
   * @throws {MailboxFullError} when the mailbox is full and may not drop its oldest message
   * @throws {LimitError} when there is no room for another mailbox or request
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
      const client = this.#home.running("send a request");
      const signal = typeof timeoutMsOrOptions === "object" ? timeoutMsOrOptions.signal : undefined;
      return client.request(command, signal) as Promise<Response>;
    });
  }

  /**
   * Answers a request; the first answer counts. Resolves to whether anybody still waited for it: one
   * that comes late is counted and dropped.
   */
  sendResponse(messageId: string, response: unknown): Promise<boolean> {
    return attempting(() => {
      requireId(messageId, "messageId", () => "send a response");
      const client = this.#home.running("send a response");
      return client.ask({ type: "respond", messageId, response }, readResponse);
    });
  }

  /**
   * Sends a message to all other agents that have a mailbox: they have subscribed, were sent
   * something, or are registered. Resolves with what became of it for each.
   */
  broadcast(from: string, payload: unknown, options?: PostOptions): Promise<MessageOutcome[]> {
    return attempting(() => {
      const command = broadcastCommand(from, payload, options);
      return this.#home.running("broadcast a message").spread(command);
    });
  }

  /**
   * Sends a message to all agents that are subscribed to `topic`, also to the sender if it is.
   * Resolves with what became of it for each.
   */
  publish(
    from: string,
    topic: string,
    payload: unknown,
    options?: PostOptions,
  ): Promise<MessageOutcome[]> {
    return attempting(() => {
      const command = publishCommand(from, topic, payload, options);
      return this.#home.running("publish a message").spread(command);
    });
  }

  /**
   * Has an agent get what is published to `topic`; harmless when it does.
   *
   * @throws {LimitError} when there is no room for another topic or mailbox
   */
  subscribeTopic(agentId: string, topic: string): Promise<void> {
    return this.#aboutTopic("subscribe-topic", agentId, topic);
  }

  /** Ends that; harmless when it doesn't. */
  unsubscribeTopic(agentId: string, topic: string): Promise<void> {
    return this.#aboutTopic("unsubscribe-topic", agentId, topic);
  }

  /** Who is subscribed to `topic`, in the order in which they came. */
  subscribersOf(topic: string): string[] {
    requireId(topic, "topic", () => "look at a topic");
    return [...this.#home.running("look").state.topics.get(topic) ?? []];
  }

  /** What an agent is subscribed to, in the order in which it was. */
  topicsOf(agentId: string): string[] {
    requireId(agentId, "agentId", () => "look at a mailbox");
    return [...this.#home.running("look").state.mailboxes.get(agentId)?.topics ?? []];
  }

  /**
   * Has `handler` called with each message for an agent, also with those that wait already. Of
   * several handlers of one agent each gets every message that comes after it was subscribed, and
   * is retried alone. The handler is not called before this returns.
   *
   * @throws {LimitError} when there is no room for another handler or mailbox
   */
  subscribe(agentId: string, handler: MessageHandler, options?: SubscribeOptions): Subscription {
    const attempt = () => `subscribe agent ${quote(agentId)}`;
    requireId(agentId, "agentId", attempt);
    requireFunction(handler, "handler", attempt);
    const timeoutMs = readTimeout(options, this.#defaults.handlingMs, attempt);
    const client = this.#home.running("subscribe");
    this.#handlers = Math.max(this.#handlers, client.state.lastHandler) + 1;
    const handlerId = `handler-${this.#handlers}`;
    client.attach(handlerId, { agentId, handle: handler, timeoutMs });
    return new Subscription(handlerId, agentId, () => void client.detach(agentId, handlerId));
  }

  /** Ends a subscription, and tells whether there was one. What it is handling it may end. */
  unsubscribe(agentId: string, handlerId: string): boolean {
    const attempt = () => `unsubscribe agent ${quote(agentId)}`;
    requireId(agentId, "agentId", attempt);
    requireId(handlerId, "handlerId", attempt);
    return this.#home.running("unsubscribe").detach(agentId, handlerId);
  }

  /**
   * Takes the next message of an agent that has no handler, or `undefined` when there is none; the
   * agent then calls {@linkcode ack} or {@linkcode nack} with its epoch.
   */
  receive(agentId: string, options?: ReceiveOptions): Promise<Message | undefined> {
    return attempting(() => {
      const attempt = () => `receive a message of agent ${quote(agentId)}`;
      requireId(agentId, "agentId", attempt);
      const timeoutMs = readTimeout(options, this.#defaults.handlingMs, attempt);
      const client = this.#home.running("receive a message");
      return client.ask({ type: "receive-message", agentId, timeoutMs }, readReceived);
    });
  }

  /**
   * The agent has handled what it received under `epoch`.
   *
   * @throws {StaleEpochError} when that delivery is over
   */
  ack(agentId: string, epoch: number): Promise<void> {
    return this.#report({ type: "ack-message", agentId, epoch });
  }

  /**
   * The agent could not handle what it received under `epoch`: it is delivered again after a pause,
   * unless `error` is a `NonRetryableError`.
   *
   * @throws {StaleEpochError} when that delivery is over
   */
  nack(agentId: string, epoch: number, error?: unknown): Promise<void> {
    const thrown = error ?? new Error("the agent gave it back");
    return this.#report({
      type: "nack-message",
      agentId,
      epoch,
      error: errorData(thrown),
      isFinal: isFinal(thrown),
    });
  }

  /**
   * Gives an agent `timeoutMs` from now for what it received under `epoch`; 0 for as long as it takes.
   *
   * @throws {StaleEpochError} when that delivery is over
   */
  extend(agentId: string, epoch: number, timeoutMs: number): Promise<void> {
    return attempting(() => {
      readTimeout({ timeoutMs }, 0, () => `extend a message of agent ${quote(agentId)}`);
      return this.#report({ type: "extend-message", agentId, epoch, timeoutMs });
    });
  }

  /** What an agent has not handled yet, urgent messages first, oldest first. Costs a look at each. */
  peek(agentId: string): Message[] {
    requireId(agentId, "agentId", () => "look into a mailbox");
    return unhandled(this.#home.running("look").state, agentId);
  }

  /** What could not be delivered, to one agent or to any, oldest first. Costs a look at each. */
  deadLetters(agentId?: string): DeadLetterView[] {
    if (agentId !== undefined) requireId(agentId, "agentId", () => "look at dead letters");
    return deadLetters(this.#home.running("look").state, agentId);
  }

  /**
   * Sends a dead letter again, under the same id: to the handlers that did not get it, or to all of
   * its agent when those are gone. It does not expire any more.
   *
   * @throws {UnknownMessageError} when it is no dead letter, or was forgotten
   * @throws {MailboxFullError} when the mailbox is full
   */
  resend(messageId: string): Promise<void> {
    return attempting(() => {
      requireId(messageId, "messageId", () => "resend a message");
      return this.#home.running("resend").ask({ type: "resend-message", messageId }, readDone);
    });
  }

  /**
   * Why a message is where it is, and what would move it. Costs a look at each message, but for
   * requests only at those of the recipient.
   *
   * @throws {UnknownMessageError} when nothing is known of it: it was handled, or never sent
   */
  explain(messageId: string): MessageExplanation {
    requireId(messageId, "messageId", () => "explain a message");
    return explainMessage(this.#home.running("look").state, messageId);
  }

  /** From each agent that waits for a response to the agents that it asked. */
  getWaitingRequests(): Map<string, string[]> {
    return waiting(this.#home.running("look").state);
  }

  /**
   * Makes an agent known, so that broadcasts reach it before it subscribes or is sent anything.
   *
   * @throws {LimitError} when there is no room for another mailbox
   */
  registerAgent(agentId: string): Promise<void> {
    return attempting(() => {
      requireId(agentId, "agentId", () => "register an agent");
      const client = this.#home.running("register an agent");
      return client.ask({ type: "open-mailbox", agentId }, readDone);
    });
  }

  /**
   * Forgets an agent that is gone: its handlers and topics, its requests and those to it. What it has
   * not handled goes to the dead letters.
   */
  removeAgent(agentId: string, reason = "it was removed"): Promise<void> {
    return attempting(() => {
      const attempt = () => `remove agent ${quote(agentId)}`;
      requireId(agentId, "agentId", attempt);
      requireId(reason, "reason", attempt);
      const client = this.#home.running("remove an agent");
      return client.ask({ type: "close-mailbox", agentId, reason }, readDone);
    });
  }

  /** How the mailboxes are. Costs a look at each. */
  getHealthStatus(): Promise<HealthStatus> {
    const { client } = this.#home;
    if (client === undefined) {
      const { message } = new UninitializedError("look", "the message router");
      return Promise.resolve({ healthy: false, error: message, metrics: {} });
    }
    return Promise.resolve(health(client.state, client.now, client.stopped));
  }

  /** Does what is due, which happens by itself too; with a log of its own, writes a snapshot. */
  performMaintenance(): Promise<void> {
    return this.#home.maintain();
  }

  #report(command: AckMessage | NackMessage | ExtendMessage): Promise<void> {
    return attempting(() => {
      const { agentId, epoch, type } = command;
      const attempt: Attempt = () => `${type.replace("-", " a ")} of agent ${quote(agentId)}`;
      requireId(agentId, "agentId", attempt);
      requireEpoch(epoch, attempt);
      return this.#home.running("report").ask(command, readDone);
    });
  }

  #aboutTopic(
    type: "subscribe-topic" | "unsubscribe-topic",
    agentId: string,
    topic: string,
  ): Promise<void> {
    return attempting(() => {
      const attempt = () => `change the topics of agent ${quote(agentId)}`;
      requireId(agentId, "agentId", attempt);
      requireId(topic, "topic", attempt);
      return this.#home.running("change topics").ask({ type, agentId, topic }, readDone);
    });
  }
}

/** Takes back the handlers and requests of a process that is gone, as a log knows of them. */
function endHandlersAndRequests(client: MessageClient): void {
  for (const [handlerId, { mailbox: { agentId } }] of [...client.state.consumers]) {
    client.owe({ type: "detach-handler", agentId, handlerId, takesBack: true });
  }
  for (const messageId of [...client.state.requests.keys()]) {
    client.owe({ type: "cancel-request", messageId });
  }
}
