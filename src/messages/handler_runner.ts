/**
 * Calls handlers with what is delivered to them, and reports how that ended.
 *
 * No handler is called inside a step, or while another one is being called: what is delivered
 * meanwhile waits in a queue. A handler that returns is acked at once; only one that returns a
 * promise has a time limit, since nobody else could run while it doesn't return.
 *
 * @module
 */

import { quote, requireMs } from "../core/arguments.ts";
import { errorData, isFinal } from "../core/error_data.ts";
import { DeliveryLostError } from "./errors.ts";
import type {
  MessageDeadLettered,
  MessageDropped,
  MessageEvent,
  MessageNacked,
  MessageReceived,
  MessageReturned,
} from "./events.ts";
import { dequeueFirst, emptyFifo, enqueueLast } from "../core/data/fifo.ts";
import type { Logger } from "../core/logger.ts";
import type { Tick } from "../core/machine.ts";
import { readDone, readResponse } from "./answers.ts";
import type { MessageCommand } from "./commands.ts";
import { DeliveryContext, type DeliveryKeeper, type MessageHandler } from "./delivery_context.ts";
import type { MessageState } from "./state.ts";

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
