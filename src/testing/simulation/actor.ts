/**
 * What agents and clients of a simulated world have in common: they do things at the same time, take
 * time for them, send commands, and can be stopped, paused and slowed down.
 *
 * @module
 */

import type { AsAgent, PartCommand, RootCommand } from "../../root/state.ts";
import type { LockstepEvent } from "../../root/events.ts";
import type { Participant, World } from "./world.ts";

/** What somebody does in a simulation: it yields to wait, and is resumed with what it waited for. */
export type Behavior = Generator<undefined, void, unknown>;

/** A part of a behavior that comes to something. */
export type Routine<Result> = Generator<undefined, Result, unknown>;

/** One thing that an agent does. */
export class Thread {
  /** Whose it is. */
  readonly agent: Actor;
  /** Goes up with each resumption, so that only the first answer to a wait counts. */
  turn = 0;
  readonly #behavior: Behavior;
  readonly #onEnd: (() => void) | undefined;
  #isRunning = true;

  /** Begins with the first `resume`; `onEnd` is called when it ends, or is killed. */
  constructor(agent: Actor, behavior: Behavior, onEnd?: () => void) {
    this.agent = agent;
    this.#behavior = behavior;
    this.#onEnd = onEnd;
  }

  /** Goes on with `value`, if it still waits for `turn`. */
  resume(turn: number, value: unknown): void {
    if (turn !== this.turn || !this.#isRunning) return;
    this.turn++;
    const { agent } = this;
    const before = agent.current;
    agent.current = this;
    const { done } = this.#behavior.next(value);
    agent.current = before;
    if (done === true && this.#isRunning) this.#end();
  }

  /** Ends it wherever it is; nothing of it happens any more. */
  stop(): void {
    if (this.#isRunning) this.#end();
  }

  #end(): void {
    this.#isRunning = false;
    this.#onEnd?.();
  }
}

/** How long an agent waits for an answer before it asks again. */
const PATIENCE_MS = 60;

/** What an agent does to begin or end a life, and so not within one. */
const OUTSIDE_INCARNATION: ReadonlySet<string> = new Set([
  ...["register-agent", "remove-agent", "join-agent", "beat-agent", "leave-agent"],
  ...["release-all", "close-mailbox"],
]);

/** Somebody who does something in a simulated world; a client does no tasks and suffers no faults. */
export abstract class Actor implements Participant {
  readonly id: string;
  readonly index: number;
  /** Whether it only asks, and does no tasks. */
  readonly isClient: boolean;
  /** Where it is. */
  readonly world: World;
  /** What it is doing right now. */
  current: Thread | undefined;
  /** Its life as the coordinator counts it; 0 when it doesn't know. */
  incarnation = 0;
  slowness = 1;
  #generation = 0;
  #isUp = false;
  #pausedUntil = 0;
  #backlog: (() => void)[] = [];
  readonly #threads = new Set<Thread>();

  /** One that has yet to be started. */
  constructor(world: World, id: string, index: number, isClient: boolean) {
    this.world = world;
    this.id = id;
    this.index = index;
    this.isClient = isClient;
  }

  abstract rejoin(): void;
  abstract leave(): void;
  abstract concerns(event: LockstepEvent): boolean;
  abstract observe(event: LockstepEvent): void;
  /** Begins what it does by itself. */
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
    this.#threads.clear();
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

  perform(act: () => void): void {
    if (!this.#isUp) return;
    if (this.world.now < this.#pausedUntil) this.#backlog.push(act);
    else act();
  }

  /** Begins to do something besides. */
  spawn(behavior: Behavior, onEnd?: () => void): Thread {
    const thread = new Thread(this, behavior, () => {
      this.#threads.delete(thread);
      onEnd?.();
    });
    this.#threads.add(thread);
    thread.resume(0, undefined);
    return thread;
  }

  /** Has the running thread wait: `begin` gets what resumes it. */
  *wait<Result>(begin: (resume: (value: Result) => void) => void): Routine<Result> {
    const thread = this.current!;
    const { turn } = thread;
    const generation = this.#generation;
    let atOnce: { value: Result } | undefined;
    let isBeginning = true;
    begin((value) => {
      if (isBeginning) atOnce ??= { value };
      else if (generation === this.#generation) this.perform(() => thread.resume(turn, value));
    });
    isBeginning = false;
    if (atOnce !== undefined) {
      thread.turn++;
      return atOnce.value;
    }
    return (yield) as Result;
  }

  /** Takes `ms` for something, or more when it is slow. */
  *sleep(ms: number): Routine<void> {
    yield* this.wait<void>((resume) => {
      this.world.after(Math.max(1, ms * this.slowness), () => resume());
    });
  }

  /**
   * Sends a command once.
   *
   * @returns its events; `undefined` when the log refused it, or no answer came in time
   */
  *call(command: RootCommand): Routine<readonly LockstepEvent[] | undefined> {
    const { world } = this;
    const sent = this.#withIncarnation(command);
    const events = yield* this.wait<readonly LockstepEvent[] | undefined>((resume) => {
      world.send(sent, resume);
      if (world.losesAnswers) world.after(PATIENCE_MS, () => resume(undefined));
    });
    if (sent !== command) this.#learn(sent as AsAgent, events);
    return events;
  }

  /** An agent whose life is over, as it now hears, begins another one. */
  #learn({ incarnation }: AsAgent, events: readonly LockstepEvent[] | undefined): void {
    const isRefused = events?.some((event) =>
      event.type === "agent:refused" && event.incarnation === incarnation
    );
    if (isRefused !== true || this.incarnation !== incarnation) return;
    this.incarnation = 0;
    this.rejoin();
  }

  /** Sends a command again and again until it is answered. */
  *deliver(command: RootCommand): Routine<readonly LockstepEvent[]> {
    for (;;) {
      const events = yield* this.call(command);
      if (events !== undefined) return events;
      yield* this.sleep(5);
    }
  }

  /** Some agents name their life with whatever they do, so that nothing is done for one that is over. */
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
