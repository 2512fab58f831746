/**
 * Between callers and a mailbox machine: sends commands, and turns events into promises and errors.
 *
 * @module
 */

import { Answer } from "../core/answer.ts";
import { quote } from "../core/arguments.ts";
import { MachineClient, type MachineHost } from "../core/client.ts";
import type { Reply } from "../core/engine.ts";
import { ClosedError } from "../core/errors.ts";
import { DeadlockError } from "../locks/errors.ts";
import type { DeadlockDetected } from "../locks/events.ts";
import type { MessageEvent } from "./events.ts";
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
import { type Handler, HandlerRunner, type RunnerHost } from "./handler_runner.ts";
import { findRefusal, readOutcomes, readSending } from "./answers.ts";
import { unansweredError } from "./refusals.ts";
import type { MessageState } from "./state.ts";

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
