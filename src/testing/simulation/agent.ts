/**
 * An agent of a simulated world: what it does, what it believes, and what befalls it. And workloads,
 * which say what all of them do.
 *
 * An agent knows only what it was told. When it is told late, it goes on believing what was so before,
 * and the coordinator has to see to it that this does no harm.
 *
 * @module
 */

import type { RootConfig } from "../../root/state.ts";
import type { LockstepEvent } from "../../root/events.ts";
import { Actor, type Behavior } from "./actor.ts";
import { Attempts, type SimulatedProfile } from "./attempts.ts";
import type { Chance } from "./chance.ts";
import { Locking } from "./locking.ts";
import { Mailing } from "./mailing.ts";
import type { World } from "./world.ts";

/**
 * What agents and clients do. Each behavior is a generator; it waits by `yield*` to what an agent
 * offers, and ends soon once `world.isOver`.
 */
export interface Workload {
  /** By which it is chosen. */
  readonly name: string;
  /** How many clients there are, which submit tasks but do none. @default 0 */
  readonly clients?: number;
  /** The rules of the coordinator. @default drawn */
  config?(chance: Chance): RootConfig;
  /** Prepares what is there before anybody begins. */
  begin?(world: World): void;
  /** What an agent can do. */
  profile?(agent: SimulatedAgent): SimulatedProfile;
  /** What an agent does by itself, in each of its lives, besides the tasks that it is given. */
  behavior?(agent: SimulatedAgent): Behavior[];
  /** What a client does. */
  client?(client: SimulatedAgent): Behavior[];
}

/** Several workloads at the same time. */
export function together(name: string, ...parts: readonly Workload[]): Workload {
  return {
    name,
    clients: Math.max(0, ...parts.map(({ clients }) => clients ?? 0)),
    config: (chance) => Object.assign({}, ...parts.map(({ config }) => config?.(chance) ?? {})),
    begin: (world) => parts.forEach(({ begin }) => begin?.(world)),
    profile: (agent) => Object.assign({}, ...parts.map(({ profile }) => profile?.(agent) ?? {})),
    behavior: (agent) => parts.flatMap(({ behavior }) => behavior?.(agent) ?? []),
    client: (client) => parts.flatMap((part) => part.client?.(client) ?? []),
  };
}

/** Puts `count` agents, and the clients of `workload`, into a world, and starts everything. */
export function populate(world: World, workload: Workload, count: number): void {
  for (let i = 0; i < count; i++) {
    world.add(new SimulatedAgent(world, workload, `agent-${i}`, i, false), true);
  }
  for (let i = 0; i < (workload.clients ?? 0); i++) {
    world.add(new SimulatedAgent(world, workload, `client-${i}`, i, true), false);
  }
  workload.begin?.(world);
  world.start();
}

/** Somebody who does what a workload says. */
export class SimulatedAgent extends Actor {
  /** What it knows of locks. */
  readonly locks: Locking;
  /** What it knows of tasks. */
  readonly attempts: Attempts;
  /** What it knows of messages. */
  readonly mail: Mailing;
  readonly #workload: Workload;

  /** An agent that has yet to be started. */
  constructor(world: World, workload: Workload, id: string, index: number, isClient: boolean) {
    super(world, id, index, isClient);
    this.#workload = workload;
    this.locks = new Locking(this);
    this.mail = new Mailing(this);
    this.attempts = new Attempts(this, this.locks, this.mail, () => workload.profile?.(this));
  }

  rejoin(): void {
    if (this.isUp && !this.isClient) this.perform(() => this.spawn(this.attempts.join()));
  }

  leave(): void {
    this.spawn(this.#leave());
  }

  concerns(event: LockstepEvent): boolean {
    return this.isUp &&
      (this.locks.concerns(event) || this.attempts.concerns(event) || this.mail.concerns(event));
  }

  observe(event: LockstepEvent): void {
    this.locks.observe(event);
    this.attempts.observe(event);
    this.mail.observe(event);
  }

  protected begin(): void {
    if (this.isClient) this.#act();
    else this.spawn(this.#run());
  }

  protected forget(): void {
    this.locks.forget();
    this.attempts.forget();
    this.mail.forget();
  }

  *#run(): Behavior {
    yield* this.attempts.join();
    if (this.world.isUnreliable) this.spawn(this.attempts.resync());
    if (this.world.engine.state.rules.heartbeatTimeoutMs > 0) {
      this.spawn(this.attempts.sendHeartbeats());
    }
    this.#act();
  }

  #act(): void {
    const { client, behavior } = this.#workload;
    const behaviors = this.isClient ? client?.(this) : behavior?.(this);
    for (const each of behaviors ?? []) this.spawn(each);
  }

  *#leave(): Behavior {
    const { id: agentId } = this;
    const reason = "it has left";
    if (this.index % 2 === 0) yield* this.deliver({ type: "leave-agent", agentId, reason });
    yield* this.locks.releaseAll();
    yield* this.deliver({ type: "close-mailbox", agentId, reason });
  }
}
