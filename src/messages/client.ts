/**
 * Between callers and a mailbox machine: sends commands, and turns events into promises and errors.
 *
 * @module
 */

import { Answer } from "../core/answer.ts";
import { quote, requireMs } from "../core/arguments.ts";
import { MachineClient, type MachineHost } from "../core/client.ts";
import type { Reply } from "../core/engine.ts";
import { ClosedError } from "../core/errors.ts";
import { DeadlockError } from "../locks/errors.ts";
import type { DeadlockDetected } from "../locks/events.ts";
import type {
  MessageDeadLettered,
  MessageDropped,
  MessageEvent,
  MessageNacked,
  MessageReceived,
  MessageReturned,
} from "./events.ts";
import type { Logger } from "../core/logger.ts";
import type { Tick } from "../core/machine.ts";
import type { MessageOutcome } from "./types.ts";
import type {
  AttachHandler,
  BroadcastMessage,
  MessageCommand,
  PublishMessage,
  SendMessage,
} from "./commands.ts";
import { findRefusal, readDone, readOutcomes, readResponse, readSending } from "./answers.ts";
import { DeliveryLostError, unansweredError } from "./errors.ts";
import type { MessageState } from "./state.ts";
import { errorData, isFinal } from "../core/error_data.ts";
import { dequeueFirst, emptyFifo, enqueueLast } from "../core/data/fifo.ts";
import { DeliveryContext, type DeliveryKeeper, type MessageHandler } from "./handlers.ts";

/** A running mailbox machine, alone in its engine or part of a larger one. */
export interface MessageHost extends MachineHost<MessageState, MessageCommand, MessageEvent> {}

type Command = Exclude<MessageCommand, Tick>;

/** A request under way. */
interface Asking {
  readonly answer: Answer<unknown>;
  readonly timeoutMs: number;
}

/** Speaks with one mailbox machine for any number of callers. */
export class MessageClient extends MachineClient<MessageState, Command, MessageEvent>
  implements RunnerHost {
  /** Calls the handlers. */
  readonly handlers: HandlerRunner;
  /** By message, the calls that wait for a response. */
  readonly #asking = new Map<string, Asking>();
  /** How many calls of the dispatcher are under way, after which the handlers are called. */
  #depth = 0;

  constructor(host: MessageHost, logger: Logger) {
    super(host);
    this.handlers = new HandlerRunner(this, logger);
    this.listen();
  }

  /** Sends a message and resolves with its id. */
  post(command: SendMessage): Promise<string> {
    return this.ask(command, readSending);
  }

  /** Sends a message to several agents and resolves with what became of it for each. */
  spread(command: BroadcastMessage | PublishMessage): Promise<MessageOutcome[]> {
    return this.ask(command, readOutcomes);
  }

  /** Sends a request and resolves with the response. */
  request(command: SendMessage, signal: AbortSignal | undefined): Promise<unknown> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const answer = new Answer<unknown>();
    let messageId: string | undefined;
    const abort = () => {
      answer.fail(signal!.reason);
      if (messageId === undefined || !this.#asking.delete(messageId)) return;
      this.owe({ type: "cancel-request", messageId });
    };
    signal?.addEventListener("abort", abort);
    try {
      this.send(command, (events, error) => {
        if (events === undefined) return answer.fail(error);
        try {
          messageId = readSending(events, command, this.state);
        } catch (refusal) {
          return answer.fail(refusal);
        }
        const isWanted = !answer.settled && this.stopped === undefined;
        if (isWanted) this.#asking.set(messageId, { answer, timeoutMs: command.responseMs });
        else this.#cancelSoon(messageId);
        if (!answer.settled && !isWanted) answer.fail(this.stopped);
      });
    } catch (error) {
      answer.fail(error);
    }
    const outcome = answer.promise();
    if (signal === undefined) return outcome;
    return outcome.finally(() => signal.removeEventListener("abort", abort));
  }

  /** Does nothing once the client has stopped: what is left then ends by itself. */
  override owe(command: Command): void {
    if (this.stopped === undefined) super.owe(command);
  }

  /**
   * Adds a handler, which is not called before this returns.
   *
   * @throws what it was refused for, unless there is a log to wait for: then that is logged
   */
  attach(handlerId: string, handler: Handler): void {
    if (this.stopped !== undefined) throw this.stopped;
    const { agentId } = handler;
    const command: AttachHandler = { type: "attach-handler", agentId, handlerId };
    let isWaiting = false;
    let refusal: unknown;
    this.handlers.add(handlerId, handler);
    this.host.dispatcher.send(command, (events, error) => {
      refusal = events === undefined ? error : findRefusal(events, command, this.state);
      if (refusal === undefined) return;
      this.handlers.remove(handlerId);
      if (isWaiting) this.handlers.report(`Cannot subscribe agent ${quote(agentId)}`, refusal);
    });
    if (refusal !== undefined) throw refusal;
    isWaiting = true;
  }

  /** Takes a handler back, and tells whether there was one. */
  detach(agentId: string, handlerId: string): boolean {
    if (this.handlers.get(handlerId)?.agentId !== agentId) return false;
    this.handlers.remove(handlerId);
    this.owe({ type: "detach-handler", agentId, handlerId, takesBack: false });
    return true;
  }

  /**
   * Ends all calls that wait, and takes handlers and requests back; nothing is heard or sent
   * afterwards.
   */
  close(): void {
    if (this.stopped !== undefined) return;
    const error = new ClosedError("go on", "the message router");
    const asking = [...this.#asking];
    this.#asking.clear();
    this.handlers.close();
    for (const [messageId, { answer }] of asking) {
      answer.fail(error);
      this.owe({ type: "cancel-request", messageId });
    }
    this.stop(error);
  }

  /** Hands `command` to the machine, and then calls the handlers that are to be called. */
  protected override pass(command: Command | Tick, reply: Reply<MessageEvent>): void {
    this.#depth++;
    try {
      super.pass(command, reply);
    } finally {
      this.#depth--;
    }
    this.handlers.run();
  }

  /** The same, when the machine answers at once. */
  protected override step(command: Command): readonly MessageEvent[] {
    this.#depth++;
    let events: readonly MessageEvent[];
    try {
      events = super.step(command);
    } finally {
      this.#depth--;
    }
    this.handlers.run();
    return events;
  }

  protected override end(error: unknown): void {
    this.handlers.abandon(error);
    const asking = [...this.#asking.values()];
    this.#asking.clear();
    for (const { answer } of asking) answer.fail(error);
  }

  protected override hear(event: MessageEvent | DeadlockDetected): void {
    switch (event.type) {
      case "message:received":
        this.handlers.take(event, this.#depth > 0);
        return;
      case "message:nacked":
      case "message:returned":
      case "message:dropped":
      case "message:dead-lettered":
        this.handlers.lose(event);
        return;
      case "message:responded": {
        const asking = this.#asking.get(event.messageId);
        if (asking === undefined) return;
        this.#asking.delete(event.messageId);
        asking.answer.succeed(event.response);
        return;
      }
      case "message:unanswered":
        this.#fail(event, unansweredError);
        return;
      case "deadlock:detected":
        this.#giveWay(event);
        return;
      case "mailbox:closed":
        this.handlers.removeAgent(event.agentId);
    }
  }

  #fail<Ended extends { readonly messageId: string }>(
    event: Ended,
    errorOf: (event: Ended, timeoutMs: number) => Error,
  ): void {
    const asking = this.#asking.get(event.messageId);
    if (asking === undefined) return;
    this.#asking.delete(event.messageId);
    asking.answer.fail(errorOf(event, asking.timeoutMs));
  }

  /** In a larger machine, where requests are watched for deadlocks, one of them may be the victim. */
  #giveWay({ askId: messageId, victim, agents, resources }: DeadlockDetected): void {
    if (messageId === "") return;
    this.#fail({ messageId }, () => new DeadlockError(victim, agents, resources));
  }

  /** A reply may send nothing itself. */
  #cancelSoon(messageId: string): void {
    queueMicrotask(() => this.owe({ type: "cancel-request", messageId }));
  }
}

/** What a runner needs of whoever has it. */
export interface RunnerHost {
  /** The state of the machine, to be read only. */
  readonly state: Readonly<MessageState>;
  /** Sends a command and resolves with what `read` finds in its events. */
  ask<Asked extends Exclude<MessageCommand, Tick>, Result>(
    command: Asked,
    read: (
      events: readonly MessageEvent[],
      command: Asked,
      state: Readonly<MessageState>,
    ) => Result,
  ): Promise<Result>;
  /** Sends a command as soon as it can be sent. */
  owe(command: MessageCommand): void;
}

/** A handler and what belongs to it. */
export interface Handler {
  /** Whose messages it handles. */
  readonly agentId: string;
  /** The function that handles them. */
  readonly handle: MessageHandler;
  /** How long it may take when it returns a promise, or 0. */
  readonly timeoutMs: number;
}

/** A delivery whose end somebody may want to hear of. */
interface OpenDelivery {
  readonly context: DeliveryContext;
  controller: AbortController | undefined;
}

type LossEvent = MessageNacked | MessageReturned | MessageDropped | MessageDeadLettered;

/** Calls the handlers of one client. */
export class HandlerRunner implements DeliveryKeeper {
  readonly #host: RunnerHost;
  readonly #logger: Logger;
  readonly #handlers = new Map<string, Handler>();
  readonly #queue = emptyFifo<MessageReceived>();
  /** By epoch: asynchronous handlers under way, and signals that were asked for. */
  readonly #open = new Map<number, OpenDelivery>();
  #isRunning = false;
  #isScheduled = false;

  constructor(host: RunnerHost, logger: Logger) {
    this.#host = host;
    this.#logger = logger;
  }

  /** The handler, or `undefined`. */
  get(handlerId: string): Handler | undefined {
    return this.#handlers.get(handlerId);
  }

  /** Adds a handler; the machine has to be told. */
  add(handlerId: string, handler: Handler): void {
    this.#handlers.set(handlerId, handler);
  }

  /** Removes a handler; the machine has to be told. */
  remove(handlerId: string): void {
    this.#handlers.delete(handlerId);
  }

  /** Removes the handlers of an agent that is gone. */
  removeAgent(agentId: string): void {
    for (const [handlerId, handler] of this.#handlers) {
      if (handler.agentId === agentId) this.#handlers.delete(handlerId);
    }
  }

  /** Takes a delivery, to be handled by the next `run`: the caller's own when `willRun`. */
  take(event: MessageReceived, willRun: boolean): void {
    if (!this.#handlers.has(event.handlerId)) return;
    enqueueLast(this.#queue, event);
    if (willRun || this.#isRunning || this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.run();
    });
  }

  /** Calls the handlers of all deliveries that were taken, and of those that come of it. */
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

  /** Takes note that a delivery is over; its handler hears of it after the step. */
  lose(event: LossEvent): void {
    if (this.#open.size === 0) return;
    const open = this.#open.get(event.epoch);
    if (open?.controller === undefined) return;
    const { controller } = open;
    const error = new DeliveryLostError(event.messageId, event.epoch, lossOf(event));
    queueMicrotask(() => controller.abort(error));
  }

  /** Logs what nobody else hears of. */
  report(message: string, thrown: unknown): void {
    try {
      this.#logger.error(message, thrown);
    } catch {
      // A logger that fails has nobody left to tell, and must not stop the messages.
    }
  }

  /** Takes all handlers back. */
  close(): void {
    for (const [handlerId, { agentId }] of this.#handlers) {
      this.#host.owe({ type: "detach-handler", agentId, handlerId, takesBack: true });
    }
  }

  /** Lets go of everything, as nothing can be reported any more. */
  abandon(error: unknown): void {
    for (const { controller } of this.#open.values()) {
      if (controller !== undefined) queueMicrotask(() => controller.abort(error));
    }
    this.#open.clear();
    this.#handlers.clear();
    while (dequeueFirst(this.#queue) !== undefined);
  }

  ackEarly(context: DeliveryContext): Promise<void> {
    this.#end(context);
    const { message: { to: agentId, epoch } } = context;
    return this.#host.ask({ type: "ack-message", agentId, epoch }, readDone);
  }

  extendDelivery(context: DeliveryContext, timeoutMs: number): Promise<void> {
    const { message: { id, to: agentId, epoch } } = context;
    try {
      requireMs(timeoutMs, 0, "timeoutMs", () => `extend the delivery of ${quote(id)}`);
    } catch (error) {
      return Promise.reject(error);
    }
    context.isTimed = true;
    return this.#host.ask({ type: "extend-message", agentId, epoch, timeoutMs }, readDone);
  }

  respondTo(messageId: string, response: unknown): Promise<boolean> {
    return this.#host.ask({ type: "respond", messageId, response }, readResponse);
  }

  watchDelivery(context: DeliveryContext): AbortController {
    const controller = new AbortController();
    const { message: { id, epoch } } = context;
    if (context.isReported) return controller;
    const open = this.#open.get(epoch);
    if (!this.#host.state.deliveries.has(epoch)) {
      controller.abort(new DeliveryLostError(id, epoch, "gone"));
    } else if (open === undefined) {
      this.#open.set(epoch, { context, controller });
    } else {
      open.controller = controller;
    }
    return controller;
  }

  #call({ message, handlerId }: MessageReceived): void {
    const { to: agentId, epoch } = message;
    if (!this.#host.state.deliveries.has(epoch)) return;
    const handler = this.#handlers.get(handlerId);
    if (handler === undefined) {
      // It was unsubscribed after the delivery.
      return this.#host.owe({ type: "return-message", agentId, epoch });
    }
    const { handle, timeoutMs } = handler;
    const context = new DeliveryContext(this, message, handlerId);
    let result: unknown;
    try {
      result = handle(message, context);
    } catch (thrown) {
      return this.#fail(context, thrown);
    }
    if (isThenable(result)) this.#follow(context, result, timeoutMs);
    else this.#succeed(context);
  }

  #follow(context: DeliveryContext, result: PromiseLike<unknown>, timeoutMs: number): void {
    const { message: { to: agentId, epoch } } = context;
    if (!context.isReported) {
      if (!this.#open.has(epoch)) this.#open.set(epoch, { context, controller: undefined });
      if (timeoutMs > 0 && !context.isTimed) {
        this.#host.owe({ type: "extend-message", agentId, epoch, timeoutMs });
      }
    }
    Promise.resolve(result).then(
      () => this.#succeed(context),
      (thrown) => this.#fail(context, thrown),
    );
  }

  #succeed(context: DeliveryContext): void {
    if (context.isReported) return;
    this.#end(context);
    const { message: { to: agentId, epoch } } = context;
    this.#host.owe({ type: "ack-message", agentId, epoch });
  }

  #fail(context: DeliveryContext, thrown: unknown): void {
    const { message: { id, to: agentId, epoch }, handlerId } = context;
    this.report(`Handler ${quote(handlerId)} of ${quote(agentId)} failed on ${quote(id)}`, thrown);
    if (context.isReported) return;
    this.#end(context);
    const error = errorData(thrown);
    this.#host.owe({ type: "nack-message", agentId, epoch, error, isFinal: isFinal(thrown) });
  }

  #end(context: DeliveryContext): void {
    context.isReported = true;
    if (this.#open.size > 0) this.#open.delete(context.message.epoch);
  }
}

function lossOf(event: LossEvent): DeliveryLostError["reason"] {
  if (event.type === "message:nacked") return event.reason === "timed-out" ? "timed-out" : "gone";
  if (event.type !== "message:dead-lettered") return "returned";
  return event.cause === "recipient-gone" ? "recipient-gone" : "timed-out";
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}
