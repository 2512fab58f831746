/**
 * The client of a mailbox machine: turns answers and events into promises and errors, and calls
 * handlers.
 *
 * @module
 */

import { quote, requireMs } from "../core/arguments.ts";
import { Deferred, MachineClient, type MachineHost } from "../core/client.ts";
import { dequeueFirst, emptyFifo, enqueueLast } from "../core/data/fifo.ts";
import type { Reply } from "../core/dispatcher.ts";
import { isFinal } from "../core/error_data.ts";
import { ClosedError, UnknownAgentError } from "../core/errors.ts";
import { type Logger, logTo } from "../core/logger.ts";
import {
  type Instant,
  type Outcome,
  Refusal,
  type SessionTest,
  type Tick,
} from "../core/machine.ts";
import { StillWaitingError, ticketOf } from "../core/tickets.ts";
import { DeadlockError } from "../locks/errors.ts";
import type { DeadlockDetected } from "../locks/events.ts";
import type {
  AttachHandler,
  MessageAnswers,
  MessageCommand,
  ReceiveMessage,
  ResumeRequest,
  SendMessage,
} from "./commands.ts";
import { DeliveryLostError, refusalError, unansweredError } from "./errors.ts";
import type {
  MessageDeadLettered,
  MessageDropped,
  MessageEvent,
  MessageNacked,
  MessageReceived,
  MessageRefused,
  MessageReturned,
  ReceiverEnded,
} from "./events.ts";
import {
  DeliveryContext,
  type DeliveryKeeper,
  type MessageHandler,
  ReceivedMessage,
} from "./handlers.ts";
import type { MessageState } from "./state.ts";
import { isPlainlyAcked, PLAIN_ACK } from "./transitions.ts";
import { type Message, RECEIVER_TICKETS, requestTicket } from "./types.ts";
import { MessageWarnings } from "./warnings.ts";

/** A running mailbox machine, alone in its engine or part of a larger one. */
export interface MessageHost
  extends MachineHost<MessageState, MessageCommand, MessageEvent, MessageAnswers> {}

type Command = Exclude<MessageCommand, Tick>;

/** An event that a client observes; a larger machine also detects the deadlocks of requests. */
type ObservedEvent = MessageEvent | DeadlockDetected;
type ObservedHost = MachineHost<MessageState, Command, ObservedEvent, MessageAnswers>;

/** The events that end a wait or a delivery, or begin one. */
const OBSERVED = [
  "message:received",
  "message:misaddressed",
  "receiver:ended",
  "receiver:detached",
  "request:detached",
  "message:nacked",
  "message:returned",
  "message:dropped",
  "message:dead-lettered",
  "message:responded",
  "message:unanswered",
  "message:refused",
  "mailbox:closed",
  "deadlock:detected",
] as const;

/** A request that waits for its response. */
interface PendingRequest {
  readonly response: Deferred<unknown>;
  readonly command: SendMessage | ResumeRequest;
}

/** A call that waits for a message. */
interface PendingReceive {
  readonly result: Deferred<ReceivedMessage | undefined>;
  readonly command: ReceiveMessage;
}

/** Sends the commands of a message façade, and keeps the calls that wait. */
export class MessageClient
  extends MachineClient<MessageState, Command, ObservedEvent, MessageAnswers> {
  readonly #runner: HandlerRunner;
  readonly #warnings: MessageWarnings;
  /** By message. */
  readonly #requests = new Map<string, PendingRequest>();
  /** By receiver; one whose call has ended stays until its wait has. */
  readonly #receivers = new Map<number, PendingReceive>();
  /** Number of calls of the dispatcher under way, after which the handlers are called. */
  #depth = 0;
  #staleReports = 0;

  /** Makes a client of the machine in `host`. */
  constructor(host: MessageHost, logger: Logger) {
    super(host as ObservedHost);
    this.#runner = new HandlerRunner(this, logger);
    this.#warnings = new MessageWarnings(this.state, host.dispatcher.clock, logger);
    this.listen(OBSERVED, (event) => this.#observe(event));
  }

  /** Number of reports on deliveries that were refused, as the delivery had ended. */
  get staleReports(): number {
    return this.#staleReports;
  }

  /** Sends a request, or resumes one, and resolves with the response. */
  request(
    command: SendMessage | ResumeRequest,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const response = new Deferred<unknown>(this.keeper);
    let messageId: string | undefined;
    const { keepMs } = command;
    const abort = () => {
      if (messageId === undefined) return response.reject(signal!.reason);
      const pending = this.#take(messageId);
      if (keepMs === undefined) response.reject(signal!.reason);
      else if (pending !== undefined) {
        leaveRequest(pending, messageId, this.now + keepMs, signal!.reason);
      }
      if (pending !== undefined) this.owe(endOfCall(messageId, keepMs));
    };
    signal?.addEventListener("abort", abort);
    try {
      this.send(command, (answer, error) => {
        if (answer === undefined) return response.reject(error);
        if (answer instanceof Refusal) return response.fail(this.errorOf(answer, command));
        if ("response" in answer) return response.resolve(answer.response);
        if ("end" in answer) return response.fail(unansweredError(answer.end, answer.end.waitedMs));
        const id = messageId = answer.messageId;
        if (this.stopped !== undefined) response.reject(this.stopped);
        if (response.settled) return queueMicrotask(() => this.owe(endOfCall(id, keepMs)));
        const former = this.#take(id);
        if (former !== undefined) leaveRequest(former, id, this.now, undefined);
        this.#requests.set(id, { response, command });
      });
    } catch (error) {
      response.reject(error);
    }
    const promise = response.promise();
    if (signal === undefined) return promise;
    return promise.finally(() => signal.removeEventListener("abort", abort));
  }

  /**
   * Receives a message, and resolves with `undefined` when none comes in time. A message that is
   * delivered to a call that has ended is returned, at no cost.
   */
  receive(
    command: ReceiveMessage,
    signal: AbortSignal | undefined,
  ): Promise<ReceivedMessage | undefined> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const result = new Deferred<ReceivedMessage | undefined>(this.keeper);
    let receiverId: number | undefined;
    const { keepMs } = command;
    const abort = () => {
      if (receiverId === undefined) return result.reject(signal!.reason);
      if (keepMs === undefined) result.reject(signal!.reason);
      else this.#leaveReceiver(receiverId, this.now + keepMs, signal!.reason);
      this.owe(endOfReceive(receiverId, keepMs));
    };
    signal?.addEventListener("abort", abort);
    try {
      this.send(command, (answer, error) => {
        if (error !== undefined) return result.reject(error);
        if (answer instanceof Refusal) return result.fail(this.errorOf(answer, command));
        if (answer === undefined) return result.resolve(undefined);
        if (!("receiverId" in answer)) return this.#handTo({ result, command }, answer);
        const id = receiverId = answer.receiverId;
        this.#leaveReceiver(id, this.now, undefined);
        this.#receivers.set(id, { result, command });
        if (this.stopped !== undefined) result.reject(this.stopped);
        if (!result.settled) return;
        queueMicrotask(() => this.owe(endOfReceive(id, keepMs)));
      });
    } catch (error) {
      result.reject(error);
    }
    const promise = result.promise();
    if (signal === undefined) return promise;
    return promise.finally(() => signal.removeEventListener("abort", abort));
  }

  #handTo({ result, command }: PendingReceive, message: Message): void {
    if (!result.settled) return result.resolve(new ReceivedMessage(this.#runner, message, ""));
    const { to: agentId, epoch } = message;
    const { ticket, keepMs } = command;
    if (ticket !== undefined && keepMs !== undefined) {
      return queueMicrotask(() => this.owe(endOfReceive(ticket, keepMs)));
    }
    queueMicrotask(() => this.owe({ type: "return-message", agentId, epoch }));
  }

  /** Does nothing once the client has stopped: what is left then ends by itself. */
  override owe(command: Command): void {
    if (this.stopped === undefined) super.owe(command);
  }

  /**
   * Attaches a handler, which is not called before this returns.
   *
   * @throws the error of the refusal; with a journal, which is not waited for, it is logged instead
   */
  attach(handlerId: string, handler: Handler): void {
    if (this.stopped !== undefined) throw this.stopped;
    const { agentId, topic } = handler;
    const command: AttachHandler = {
      ...{ type: "attach-handler", agentId, handlerId },
      ...(topic !== undefined && { topic }),
    };
    let hasReturned = false;
    let failure: unknown;
    this.#runner.handlers.set(handlerId, handler);
    // Past `pass`, which would call the handler at once.
    this.host.dispatcher.send(command, (answer, error) => {
      failure = answer instanceof Refusal ? this.errorOf(answer, command) : error;
      if (failure === undefined) return;
      this.#runner.handlers.delete(handlerId);
      if (hasReturned) this.#runner.logError(`Cannot subscribe agent ${quote(agentId)}`, failure);
    });
    if (failure !== undefined) throw failure;
    hasReturned = true;
  }

  /** Ends a delivery to a handler that has returned; in a plain step, if that is possible. */
  ackHandled(agentId: string, epoch: number): void {
    const { plain } = this.host;
    const copy = plain === undefined ? undefined : this.state.deliveries.get(epoch);
    if (copy !== undefined && this.stopped === undefined && isPlainlyAcked(copy)) {
      if (plain!.take(PLAIN_ACK, copy) !== undefined) return;
    }
    this.owe({ type: "ack-message", agentId, epoch });
  }

  /** Ends a delivery that failed. */
  nack(agentId: string, epoch: number, thrown: unknown): Promise<void> {
    const cause = thrown ?? new Error("the agent gave it back");
    const end = { error: this.dataOf(cause), isFinal: isFinal(cause) };
    return this.call({ type: "nack-message", agentId, epoch, ...end });
  }

  /** Answers a request with an error. Resolves to whether it still waited. */
  rejectRequest(messageId: string, thrown: unknown): Promise<boolean> {
    const cause = thrown ?? new Error("the request was rejected");
    const error = this.dataOf(cause);
    return this.call({ type: "respond", messageId, response: undefined, error });
  }

  /** Detaches a handler. Returns whether it was attached. */
  detach(agentId: string, handlerId: string): boolean {
    const { handlers } = this.#runner;
    if (handlers.get(handlerId)?.agentId !== agentId) return false;
    handlers.delete(handlerId);
    this.owe({ type: "detach-handler", agentId, handlerId, takesBack: false });
    return true;
  }

  /** Detaches all handlers, and ends all calls that wait. */
  close(): void {
    if (this.stopped !== undefined) return;
    const error = new ClosedError("go on", "the message router");
    const requests = [...this.#requests];
    this.#requests.clear();
    for (const [handlerId, { agentId }] of this.#runner.handlers) {
      this.owe({ type: "detach-handler", agentId, handlerId, takesBack: true });
    }
    for (const [messageId, { response, command }] of requests) {
      response.reject(error);
      this.owe(endOfCall(messageId, command.keepMs));
    }
    for (const [receiverId, { result, command }] of this.#receivers) {
      result.reject(error);
      this.owe(endOfReceive(receiverId, command.keepMs));
    }
    this.#warnings.report();
    this.stop(error);
  }

  override errorOf({ event }: Refusal, command: Command): Error {
    return refusalError(this.state, command, event as MessageRefused);
  }

  protected override pass<Each extends Command | Tick>(
    command: Each,
    reply: Reply<Outcome<MessageAnswers, Each>>,
  ): void {
    this.#depth++;
    try {
      super.pass(command, reply);
    } finally {
      this.#depth--;
      this.#runner.run();
    }
  }

  protected override dispatch<Each extends Command>(command: Each): Outcome<MessageAnswers, Each> {
    this.#depth++;
    try {
      return super.dispatch(command);
    } finally {
      this.#depth--;
      this.#runner.run();
    }
  }

  protected override end(error: unknown): void {
    this.#runner.clear(error);
    const requests = [...this.#requests.values()];
    this.#requests.clear();
    for (const { response } of requests) response.reject(error);
    for (const { result } of this.#receivers.values()) result.reject(error);
    this.#receivers.clear();
    this.#warnings.close();
  }

  #observe(event: Extract<ObservedEvent, { type: typeof OBSERVED[number] }>): void {
    switch (event.type) {
      case "message:received": {
        if (event.receiverId === undefined) return this.#runner.enqueue(event, this.#depth > 0);
        const pending = this.#takeReceiver(event.receiverId);
        return pending && this.#handTo(pending, event.message);
      }
      case "receiver:detached":
        return this.#leaveReceiver(event.receiverId, event.keptUntil, undefined);
      case "request:detached": {
        const { messageId, keptUntil } = event;
        const request = this.#take(messageId);
        return request && leaveRequest(request, messageId, keptUntil, undefined);
      }
      case "receiver:ended":
        return this.#endReceive(event);
      case "message:misaddressed":
        return this.#warnings.suspect(event.to);
      case "message:nacked":
      case "message:returned":
      case "message:dropped":
      case "message:dead-lettered":
        return this.#runner.abort(event);
      case "message:responded":
        return this.#take(event.messageId)?.response.resolve(event.response);
      case "message:unanswered": {
        const request = this.#take(event.messageId);
        if (request === undefined) return;
        const { command } = request;
        const limitMs = "responseMs" in command ? command.responseMs : event.waitedMs;
        return request.response.fail(unansweredError(event, limitMs));
      }
      case "deadlock:detected": {
        const { askId, victim, agents, resources } = event;
        return this.#take(askId)?.response.fail(new DeadlockError(victim, agents, resources));
      }
      case "message:refused":
        if (event.reason === "stale-epoch") this.#staleReports++;
        return;
      case "mailbox:closed":
        return this.#runner.removeAgent(event.agentId);
    }
  }

  #endReceive({ receiverId, agentId, reason }: ReceiverEnded): void {
    const { result } = this.#takeReceiver(receiverId) ?? {};
    if (reason !== "agent-gone") return result?.resolve(undefined);
    result?.fail(new UnknownAgentError("receive a message", agentId));
  }

  #takeReceiver(receiverId: number): PendingReceive | undefined {
    const pending = this.#receivers.get(receiverId);
    this.#receivers.delete(receiverId);
    return pending;
  }

  /** Rejects the call that waits for a receiver, which is kept. */
  #leaveReceiver(receiverId: number, keptUntil: Instant, cause: unknown): void {
    const pending = this.#takeReceiver(receiverId);
    if (pending === undefined) return;
    const attempt = `receive a message of agent ${quote(pending.command.agentId)}`;
    const ticket = ticketOf(RECEIVER_TICKETS, receiverId);
    pending.result.fail(new StillWaitingError(attempt, ticket, keptUntil, { cause }));
  }

  #take(messageId: string): PendingRequest | undefined {
    const request = this.#requests.get(messageId);
    this.#requests.delete(messageId);
    return request;
  }
}

/** Rejects the call that waits for the answer to a request, which is kept. */
function leaveRequest(
  { response, command: { from, to } }: PendingRequest,
  messageId: string,
  keptUntil: Instant,
  cause: unknown,
): void {
  const attempt = `ask ${quote(to)} for ${quote(from)}`;
  const ticket = requestTicket(messageId);
  response.fail(new StillWaitingError(attempt, ticket, keptUntil, { cause }));
}

/** Returns the commands that end the handlers, requests and receivers of a process that is over. */
export function endsOfCalls(
  { consumers, requests, receivers }: Readonly<MessageState>,
  isOver: SessionTest,
): Command[] {
  const handlers = [...consumers.values()].filter(isOver);
  return [
    ...handlers.map(({ handlerId, mailbox: { agentId } }): Command => (
      { type: "detach-handler", agentId, handlerId, takesBack: true }
    )),
    ...[...requests.values()].filter(isOver).map(({ id, asker }) => endOfCall(id, asker?.keepMs)),
    ...[...receivers.values()].filter(isOver).map(({ id, keepMs }) =>
      endOfReceive(id, keepMs || undefined)
    ),
  ];
}

/** Returns the command for a request whose caller has left. */
function endOfCall(messageId: string, keepMs: number | undefined): Command {
  return keepMs === undefined
    ? { type: "cancel-request", messageId }
    : { type: "detach-request", messageId, keepMs };
}

/** Returns the command for a receiver whose caller has left. */
function endOfReceive(receiverId: number, keepMs: number | undefined): Command {
  return keepMs === undefined
    ? { type: "cancel-receive", receiverId }
    : { type: "detach-receive", receiverId, keepMs };
}

/** A handler and its agent. */
export interface Handler {
  /** The agent whose messages it handles. */
  readonly agentId: string;
  /** The function to call. */
  readonly handle: MessageHandler;
  /** The topic whose messages it handles; `undefined` for those that no such handler gets. */
  readonly topic: string | undefined;
  /** Time limit when it returns a promise, or 0. */
  readonly timeoutMs: number;
}

type LossEvent = MessageNacked | MessageReturned | MessageDropped | MessageDeadLettered;

/**
 * Calls the handlers of one client, and reports how they ended.
 *
 * No handler is called inside a step, or while another one is being called: deliveries wait in a
 * queue meanwhile. A handler that returns is acked at once; only one that returns a promise has a
 * time limit, since no timer can fire before it returns.
 */
class HandlerRunner implements DeliveryKeeper {
  readonly #client: MessageClient;
  readonly #logger: Logger;
  /** The handlers, by id. The owner of the runner attaches and detaches them. */
  readonly handlers = new Map<string, Handler>();
  readonly #queue = emptyFifo<MessageReceived>();
  /** By epoch, of the signals that were read. */
  readonly #controllers = new Map<number, AbortController>();
  #isRunning = false;
  #isScheduled = false;

  /** Makes a runner without handlers. */
  constructor(client: MessageClient, logger: Logger) {
    this.#client = client;
    this.#logger = logger;
  }

  /** Removes the handlers of an agent that is gone. */
  removeAgent(agentId: string): void {
    for (const [handlerId, handler] of this.handlers) {
      if (handler.agentId === agentId) this.handlers.delete(handlerId);
    }
  }

  /** Queues a delivery for the next `run`, which the caller calls when `willRun`. */
  enqueue(event: MessageReceived, willRun: boolean): void {
    if (!this.handlers.has(event.handlerId)) return;
    enqueueLast(this.#queue, event);
    if (willRun || this.#isRunning || this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.run();
    });
  }

  /** Calls the handlers of all deliveries in the queue, and of those that they lead to. */
  run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      let event = dequeueFirst(this.#queue);
      for (; event !== undefined; event = dequeueFirst(this.#queue)) this.#call(event);
    } finally {
      this.#isRunning = false;
    }
  }

  /** Aborts the signal of a delivery that is lost, after the step. */
  abort(event: LossEvent): void {
    const controller = this.#controllers.get(event.epoch);
    if (controller === undefined) return;
    const error = new DeliveryLostError(event.messageId, event.epoch, lossOf(event));
    queueMicrotask(() => controller.abort(error));
  }

  /** Logs an error that no caller gets. */
  logError(message: string, thrown: unknown): void {
    logTo(this.#logger, "error", message, thrown);
  }

  /** Aborts all signals with `error` and forgets all handlers, as the client has stopped. */
  clear(error: unknown): void {
    for (const controller of this.#controllers.values()) {
      queueMicrotask(() => controller.abort(error));
    }
    this.#controllers.clear();
    this.handlers.clear();
  }

  ackEarly(context: DeliveryContext): Promise<void> {
    this.#close(context);
    const { message: { to: agentId, epoch } } = context;
    return this.#client.call({ type: "ack-message", agentId, epoch });
  }

  extendDelivery(context: DeliveryContext, timeoutMs: number): Promise<void> {
    const { message: { id, to: agentId, epoch } } = context;
    try {
      requireMs(timeoutMs, 0, "timeoutMs", () => `extend the delivery of ${quote(id)}`);
    } catch (error) {
      return Promise.reject(error);
    }
    context.isTimed = true;
    return this.#client.call({ type: "extend-message", agentId, epoch, timeoutMs });
  }

  nackEarly(context: DeliveryContext, error: unknown): Promise<void> {
    this.#close(context);
    const { message: { to: agentId, epoch } } = context;
    return this.#client.nack(agentId, epoch, error);
  }

  rejectRequest(messageId: string, error: unknown): Promise<boolean> {
    return this.#client.rejectRequest(messageId, error);
  }

  respondTo(messageId: string, response: unknown): Promise<boolean> {
    return this.#client.call({ type: "respond", messageId, response });
  }

  watchDelivery(context: DeliveryContext): AbortController {
    const controller = new AbortController();
    const { message: { id, epoch } } = context;
    if (context.isReported) return controller;
    if (this.#client.state.deliveries.has(epoch)) this.#controllers.set(epoch, controller);
    else controller.abort(new DeliveryLostError(id, epoch, "gone"));
    return controller;
  }

  #call({ message, handlerId }: MessageReceived): void {
    const { to: agentId, epoch } = message;
    if (!this.#client.state.deliveries.has(epoch)) return;
    const handler = this.handlers.get(handlerId);
    if (handler === undefined) { // it was detached after the delivery
      return this.#client.owe({ type: "return-message", agentId, epoch });
    }
    const { handle, timeoutMs } = handler;
    const context = new DeliveryContext(this, message, handlerId);
    let result: unknown;
    let isPending: boolean;
    try {
      result = handle(message, context);
      isPending = isThenable(result);
    } catch (thrown) {
      return this.#fail(context, thrown);
    }
    if (isPending) void this.#follow(context, result, timeoutMs);
    else this.#succeed(context);
  }

  async #follow(
    context: DeliveryContext,
    result: unknown,
    timeoutMs: number,
  ): Promise<void> {
    const { message: { to: agentId, epoch } } = context;
    if (timeoutMs > 0 && !context.isReported && !context.isTimed) {
      this.#client.owe({ type: "extend-message", agentId, epoch, timeoutMs });
    }
    try {
      await result;
    } catch (thrown) {
      return this.#fail(context, thrown);
    }
    this.#succeed(context);
  }

  #succeed(context: DeliveryContext): void {
    if (context.isReported) return;
    this.#close(context);
    const { message: { to: agentId, epoch } } = context;
    this.#client.ackHandled(agentId, epoch);
  }

  #fail(context: DeliveryContext, thrown: unknown): void {
    const { message: { id, to: agentId, epoch }, handlerId } = context;
    this.logError(
      `Handler ${quote(handlerId)} of ${quote(agentId)} failed on ${quote(id)}`,
      thrown,
    );
    if (context.isReported) return;
    this.#close(context);
    const error = this.#client.dataOf(thrown);
    this.#client.owe({ type: "nack-message", agentId, epoch, error, isFinal: isFinal(thrown) });
  }

  #close(context: DeliveryContext): void {
    context.isReported = true;
    if (this.#controllers.size > 0) this.#controllers.delete(context.message.epoch);
  }
}

function lossOf(event: LossEvent): DeliveryLostError["reason"] {
  if (event.type === "message:nacked") return event.reason === "timed-out" ? "timed-out" : "gone";
  if (event.type !== "message:dead-lettered") return "returned";
  return event.cause === "recipient-gone" ? "recipient-gone" : "timed-out";
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}
