/**
 * An agent of a simulated world: what it does, what it believes, and what befalls it.
 *
 * It knows only what it was told. When it is told late, it goes on believing what was so before,
 * and the coordinator has to see to it that this does no harm.
 *
 * @module
 */

import type { AsAgent, PartCommand, RootCommand } from "../../root/state.ts";
import type { LockstepEvent } from "../../root/events.ts";
import { Attempts } from "./attempts.ts";
import { Locking } from "./locking.ts";
import { Mailing } from "./mailing.ts";
import { type Behaviour, type Doing, Thread } from "./thread.ts";
import type { World } from "./world.ts";

/** How long an agent waits for an answer before it asks again. */
const PATIENCE_MS = 60;

/** What an agent does to begin or end a life, and so not within one. */
const BETWEEN_LIVES: ReadonlySet<string> = new Set([
  ...["register-agent", "remove-agent", "join-agent", "beat-agent", "leave-agent"],
  ...["release-all", "close-mailbox"],
]);

/** Somebody who does something in a simulated world; a client does no tasks and suffers no faults. */
export class SimulatedAgent {
  /** By which the coordinator knows it. */
  readonly id: string;
  /** Its number among its kind, from 0. */
  readonly index: number;
  /** Whether it only asks, and does no tasks. */
  readonly isClient: boolean;
  /** Where it is. */
  readonly world: World;
  /** What it is doing right now. */
  current: Thread | undefined;
  /** What it knows of locks. */
  readonly locks: Locking;
  /** What it knows of tasks. */
  readonly attempts: Attempts;
  /** What it knows of messages. */
  readonly mail: Mailing;
  /** Its life as the coordinator counts it; 0 when it doesn't know. */
  incarnation = 0;
  /** How many times as long as others it takes for everything. */
  slowness = 1;
  #life = 0;
  #isUp = false;
  #pausedUntil = 0;
  #backlog: (() => void)[] = [];
  readonly #threads = new Set<Thread>();

  /** An agent that has yet to be started. */
  constructor(world: World, id: string, index: number, isClient: boolean) {
    this.world = world;
    this.id = id;
    this.index = index;
    this.isClient = isClient;
    this.locks = new Locking(this);
    this.attempts = new Attempts(this);
    this.mail = new Mailing(this);
  }

  /** Whether it is neither stopped nor gone. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Begins a life, which knows nothing of earlier ones. */
  start(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#life++;
    if (this.isClient) this.#act();
    else this.spawn(this.#live());
  }

  /** Ends its life on the spot. */
  crash(): void {
    this.#isUp = false;
    this.incarnation = 0;
    this.#life++;
    this.#pausedUntil = 0;
    this.#backlog = [];
    for (const thread of [...this.#threads]) thread.kill();
    this.#threads.clear();
    this.locks.forget();
    this.attempts.forget();
    this.mail.forget();
  }

  /** Stops it for `ms`. It won't notice. */
  pause(ms: number): void {
    const { world } = this;
    this.#pausedUntil = Math.max(this.#pausedUntil, world.now + ms);
    world.after(ms, () => this.#wake());
  }

  /** Ends all that it suffers from. */
  recover(): void {
    this.slowness = 1;
    this.#pausedUntil = 0;
    this.#wake();
    this.start();
  }

  /** Makes itself known again, as somebody may have taken it for dead. */
  rejoin(): void {
    if (this.#isUp && !this.isClient) this.receive(() => this.spawn(this.attempts.join()));
  }

  /** Does `act` as soon as it can, if it is up. */
  receive(act: () => void): void {
    if (!this.#isUp) return;
    if (this.world.now < this.#pausedUntil) this.#backlog.push(act);
    else act();
  }

  /** Whether `event` tells it something. */
  concerns(event: LockstepEvent): boolean {
    return this.#isUp &&
      (this.locks.concerns(event) || this.attempts.concerns(event) || this.mail.concerns(event));
  }

  /** Takes note of an event. */
  hear(event: LockstepEvent): void {
    this.locks.hear(event);
    this.attempts.hear(event);
    this.mail.hear(event);
  }

  /** Begins to do something besides. */
  spawn(behaviour: Behaviour, onEnd?: () => void): Thread {
    const thread = new Thread(this, behaviour, () => {
      this.#threads.delete(thread);
      onEnd?.();
    });
    this.#threads.add(thread);
    thread.resume(0, undefined);
    return thread;
  }

  /** Has the running thread wait: `begin` gets what resumes it. */
  *wait<Result>(begin: (resume: (value: Result) => void) => void): Doing<Result> {
    const thread = this.current!;
    const { turn } = thread;
    const life = this.#life;
    let atOnce: { value: Result } | undefined;
    let isBeginning = true;
    begin((value) => {
      if (isBeginning) atOnce ??= { value };
      else if (life === this.#life) this.receive(() => thread.resume(turn, value));
    });
    isBeginning = false;
    if (atOnce !== undefined) {
      thread.turn++;
      return atOnce.value;
    }
    return (yield) as Result;
  }

  /** Takes `ms` for something, or more when it is slow. */
  *sleep(ms: number): Doing<void> {
    yield* this.wait<void>((resume) => {
      this.world.after(Math.max(1, ms * this.slowness), () => resume());
    });
  }

  /**
   * Sends a command once.
   *
   * @returns its events; `undefined` when the log refused it, or no answer came in time
   */
  *ask(command: RootCommand): Doing<readonly LockstepEvent[] | undefined> {
    const { world } = this;
    const told = this.#inItsLife(command);
    const events = yield* this.wait<readonly LockstepEvent[] | undefined>((resume) => {
      world.send(told, resume);
      if (world.isLossy) world.after(PATIENCE_MS, () => resume(undefined));
    });
    if (told !== command) this.#learn(told as AsAgent, events);
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
  *insist(command: RootCommand): Doing<readonly LockstepEvent[]> {
    for (;;) {
      const events = yield* this.ask(command);
      if (events !== undefined) return events;
      yield* this.sleep(5);
    }
  }

  /** Gives back whatever it may still have. */
  *leave(): Behaviour {
    const { id: agentId } = this;
    const reason = "it has left";
    if (this.index % 2 === 0) yield* this.insist({ type: "leave-agent", agentId, reason });
    yield* this.locks.releaseAll();
    yield* this.insist({ type: "close-mailbox", agentId: this.id, reason: "it has left" });
  }

  /** Some agents name their life with whatever they do, so that nothing is done for one that is over. */
  #inItsLife(command: RootCommand): RootCommand {
    const { id: agentId, incarnation } = this;
    if (incarnation === 0 || this.index % 2 === 0 || BETWEEN_LIVES.has(command.type)) {
      return command;
    }
    return { type: "as-agent", agentId, incarnation, command: command as PartCommand };
  }

  #wake(): void {
    if (this.world.now < this.#pausedUntil) return;
    const backlog = this.#backlog;
    this.#backlog = [];
    for (const act of backlog) this.receive(act);
  }

  *#live(): Behaviour {
    yield* this.attempts.join();
    if (this.world.isUnsure) this.spawn(this.attempts.lookAround());
    if (this.world.host.state.rules.heartbeatTimeoutMs > 0) this.spawn(this.attempts.beat());
    this.#act();
  }

  #act(): void {
    const { workload } = this.world;
    const behaviours = this.isClient ? workload.client?.(this) : workload.behaviour?.(this);
    for (const behaviour of behaviours ?? []) this.spawn(behaviour);
  }
}
