/**
 * The common part of agents and clients of a simulated world: they do several things at the same time,
 * send commands, and can be crashed, paused and slowed down.
 *
 * @module
 */

import { type Outcome, Refusal } from "../../core/machine.ts";
import type { LockstepEvent } from "../../root/events.ts";
import type { PartCommand, RootAnswers, RootCommand } from "../../root/state.ts";
import { NO_ANSWER, type NoAnswer } from "./engine.ts";
import type { Participant, World } from "./world.ts";

/** A behavior of an agent: a generator that yields to wait, and is resumed with the result. */
export type Behavior = Generator<undefined, void, unknown>;

/** A part of a behavior that returns a result. */
export type Routine<Result> = Generator<undefined, Result, unknown>;

/** A behavior in progress. */
export class Thread {
  /** The number of resumptions; only the first answer to a wait resumes the thread. */
  resumptions = 0;
  readonly #actor: Actor;
  readonly #behavior: Behavior;
  readonly #onEnd: () => void;
  #isRunning = true;

  /** Creates a thread that begins with the first `resume`, and calls `onEnd` when it ends. */
  constructor(actor: Actor, behavior: Behavior, onEnd: () => void) {
    this.#actor = actor;
    this.#behavior = behavior;
    this.#onEnd = onEnd;
  }

  /** Goes on with `value` if it was resumed `resumptions` times before. */
  resume(resumptions: number, value: unknown): void {
    if (resumptions !== this.resumptions || !this.#isRunning) return;
    this.resumptions++;
    const before = this.#actor.current;
    this.#actor.current = this;
    const { done } = this.#behavior.next(value);
    this.#actor.current = before;
    if (done === true) this.stop();
  }

  /** Ends the thread wherever it is. Idempotent. */
  stop(): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#onEnd();
  }
}

/** The milliseconds after which an agent resends a command without an answer. */
const ANSWER_TIMEOUT_MS = 60;

/** The commands that begin or end an incarnation, and so are not sent within one. */
const OUTSIDE_INCARNATION: ReadonlySet<string> = new Set([
  ...["register-agent", "remove-agent", "join-agent", "beat-agent", "leave-agent"],
  ...["release-all", "close-mailbox"],
]);

/** An agent, or a client, which submits tasks but runs none and suffers no faults. */
export abstract class Actor implements Participant {
  readonly id: string;
  readonly index: number;
  /** Whether it is a client. */
  readonly isClient: boolean;
  /** The world around it. */
  readonly world: World;
  /** The running thread. */
  current: Thread | undefined;
  /** The incarnation that it knows of; 0 for none. */
  incarnation = 0;
  slowness = 1;
  /** Counts starts and crashes: what an earlier generation waited for never resumes. */
  #generation = 0;
  #isUp = false;
  #pausedUntil = 0;
  #backlog: (() => void)[] = [];
  readonly #threads = new Set<Thread>();

  /** Creates an actor that is not running. */
  constructor(world: World, id: string, index: number, isClient: boolean) {
    this.world = world;
    this.id = id;
    this.index = index;
    this.isClient = isClient;
  }

  abstract rejoin(): void;
  abstract reconnect(): void;
  abstract leave(): void;
  abstract concerns(event: LockstepEvent): boolean;
  abstract observe(event: LockstepEvent): void;
  /** Begins its behaviors. */
  protected abstract begin(): void;
  /** Loses all that it knows. */
  protected abstract forget(): void;

  get isUp(): boolean {
    return this.#isUp;
  }

  start(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#generation++;
    this.begin();
  }

  crash(): void {
    this.#isUp = false;
    this.incarnation = 0;
    this.#generation++;
    this.#pausedUntil = 0;
    this.#backlog = [];
    for (const thread of [...this.#threads]) thread.stop();
    for (const [id, client] of this.world.submitting) {
      if (client === this) this.world.submitting.delete(id);
    }
    this.forget();
  }

  pause(ms: number): void {
    const { world } = this;
    this.#pausedUntil = Math.max(this.#pausedUntil, world.now + ms);
    world.after(ms, () => this.#wake());
  }

  recover(): void {
    this.slowness = 1;
    this.#pausedUntil = 0;
    this.#wake();
    this.start();
  }

  disconnect(graceMs: number): void {
    const { id: agentId, incarnation } = this;
    if (incarnation === 0) return;
    // The end of the connection that sees it is beside the coordinator, and does not try again.
    const command = { type: "disconnect-agent", agentId, incarnation, graceMs } as const;
    this.world.engine.submit(command, () => {});
  }

  perform(act: () => void): void {
    if (!this.#isUp) return;
    if (this.world.now < this.#pausedUntil) this.#backlog.push(act);
    else act();
  }

  /** Starts `behavior` beside what it does already. */
  spawn(behavior: Behavior, onEnd?: () => void): Thread {
    const thread = new Thread(this, behavior, () => {
      this.#threads.delete(thread);
      onEnd?.();
    });
    this.#threads.add(thread);
    thread.resume(0, undefined);
    return thread;
  }

  /** Makes the running thread wait; `begin` receives the function that resumes it. */
  *wait<Result>(begin: (resume: (value: Result) => void) => void): Routine<Result> {
    const thread = this.current!;
    const { resumptions } = thread;
    const generation = this.#generation;
    let atOnce: { value: Result } | undefined;
    let isBeginning = true;
    begin((value) => {
      if (isBeginning) atOnce ??= { value };
      else if (generation === this.#generation) {
        this.perform(() => thread.resume(resumptions, value));
      }
    });
    isBeginning = false;
    if (atOnce !== undefined) {
      thread.resumptions++;
      return atOnce.value;
    }
    return (yield) as Result;
  }

  /** Waits for `ms`, or longer when it is slow. */
  *sleep(ms: number): Routine<void> {
    yield* this.wait<void>((resume) => {
      this.world.after(Math.max(1, ms * this.slowness), () => resume());
    });
  }

  /**
   * Sends a command once.
   *
   * @returns the answer, or the refusal; `NO_ANSWER` when the journal failed, or none came in time
   */
  *call<Each extends RootCommand>(
    command: Each,
  ): Routine<Outcome<RootAnswers, Each> | NoAnswer> {
    const { world } = this;
    const sent = this.#withIncarnation(command);
    const answer = yield* this.wait<unknown>((resume) => {
      world.send(sent, resume);
      if (world.losesAnswers) world.after(ANSWER_TIMEOUT_MS, () => resume(NO_ANSWER));
    });
    if (sent.type === "as-agent" && sent !== command) this.#rejoinIfStale(sent.incarnation, answer);
    return answer as Outcome<RootAnswers, Each> | NoAnswer;
  }

  /** Sends a command until it is answered, and returns the answer, or the refusal. */
  *deliver<Each extends RootCommand>(command: Each): Routine<Outcome<RootAnswers, Each>> {
    for (;;) {
      const answer = yield* this.call(command);
      if (answer !== NO_ANSWER) return answer;
      yield* this.sleep(5);
    }
  }

  /** Joins again when a command was refused because its incarnation is over. */
  #rejoinIfStale(incarnation: number, answer: unknown): void {
    const isStale = answer instanceof Refusal && answer.event.type === "agent:refused";
    if (!isStale || this.incarnation !== incarnation) return;
    this.incarnation = 0;
    this.rejoin();
  }

  /** Names the incarnation, as some agents do, so that a command of a former one is refused. */
  #withIncarnation(command: RootCommand): RootCommand {
    const { id: agentId, incarnation } = this;
    if (incarnation === 0 || this.index % 2 === 0 || OUTSIDE_INCARNATION.has(command.type)) {
      return command;
    }
    return { type: "as-agent", agentId, incarnation, command: command as PartCommand };
  }

  #wake(): void {
    if (this.world.now < this.#pausedUntil) return;
    const backlog = this.#backlog;
    this.#backlog = [];
    for (const act of backlog) this.perform(act);
  }
}
