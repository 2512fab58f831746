/**
 * Agents and clients of a simulated world, and the workloads that they follow.
 *
 * An agent knows only what it received. When it receives something late, it goes on with what was so
 * before, and the coordinator has to make sure that this does no harm.
 *
 * @module
 */

import type { LockstepEvent } from "../../root/events.ts";
import type { RootConfig } from "../../root/state.ts";
import { Actor, type Behavior } from "./actor.ts";
import { Attempts, type SimulatedProfile } from "./attempts.ts";
import type { Chance } from "./chance.ts";
import { Locking } from "./locking.ts";
import { Mailing } from "./mailing.ts";
import type { World } from "./world.ts";

/**
 * The behaviors of agents and clients. Each waits with `yield*` for what an agent offers, and ends soon
 * once `world.isOver`.
 */
export interface Workload {
  /** The name by which it is chosen. */
  readonly name: string;
  /** The number of clients, which submit tasks but run none. @default 0 */
  readonly clients?: number;
  /** Draws the config of the coordinator. @default the config of its machines */
  config?(chance: Chance): RootConfig;
  /** Prepares the world before any agent starts. */
  begin?(world: World): void;
  /** Returns the profile of an agent. */
  profile?(agent: SimulatedAgent): SimulatedProfile;
  /** Returns the behaviors of an agent beside the tasks that it is given; called at each start. */
  behavior?(agent: SimulatedAgent): Behavior[];
  /** Returns the behaviors of a client. */
  client?(client: SimulatedAgent): Behavior[];
}

/** Combines several workloads into one. */
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

/** Adds `count` agents and the clients of `workload` to a world, and starts everything. */
export function populate(world: World, workload: Workload, count: number): void {
  for (let i = 0; i < count; i++) {
    world.add(new SimulatedAgent(world, workload, `agent-${i}`, i, false));
  }
  for (let i = 0; i < (workload.clients ?? 0); i++) {
    world.add(new SimulatedAgent(world, workload, `client-${i}`, i, true));
  }
  workload.begin?.(world);
  world.start();
}

/** An agent or a client that follows a workload. */
export class SimulatedAgent extends Actor {
  /** Its locks. */
  readonly locks: Locking;
  /** Its messages. */
  readonly mail: Mailing;
  /** Its tasks. */
  readonly attempts: Attempts;
  readonly #workload: Workload;

  /** Creates an agent that is not running. */
  constructor(world: World, workload: Workload, id: string, index: number, isClient: boolean) {
    super(world, id, index, isClient);
    this.#workload = workload;
    this.locks = new Locking(this);
    this.mail = new Mailing(this);
    this.attempts = new Attempts(this, this.locks, this.mail, () => workload.profile?.(this));
  }

  /** Joins again after the engine was down. */
  rejoin(): void {
    if (this.isUp && !this.isClient) this.perform(() => this.spawn(this.attempts.join()));
  }

  /** Shows that it is alive after its connection was lost. */
  reconnect(): void {
    this.perform(() => this.spawn(this.attempts.reconnect()));
  }

  /** Leaves permanently. */
  leave(): void {
    this.spawn(this.#leave());
  }

  /** Returns whether `event` is about something that the agent does. */
  concerns(event: LockstepEvent): boolean {
    return this.isUp &&
      (this.locks.concerns(event) || this.attempts.concerns(event) || this.mail.concerns(event));
  }

  /** Receives an event that concerns the agent. */
  observe(event: LockstepEvent): void {
    this.locks.observe(event);
    this.attempts.observe(event);
    this.mail.observe(event);
  }

  /** Starts the behavior of the workload. */
  protected begin(): void {
    if (this.isClient) this.#act();
    else this.spawn(this.#run());
  }

  /** Forgets everything, as a crash does. */
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
    const workload = this.#workload;
    const behaviors = this.isClient ? workload.client?.(this) : workload.behavior?.(this);
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
